//! Administrative regions (GB/T 2260). The table serves look-up and display; a
//! code that is not in it is never refused, for old codes stay on old papers.

use super::CodeError;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

const WHAT: &str = "行政区划代码";

/// The level of a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum RegionLevel {
    /// 省级.
    Province,
    /// 地级.
    City,
    /// 县级.
    County,
}

/// A region of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Region {
    /// Six digits.
    pub code: String,
    /// The name.
    pub name: String,
}

impl Region {
    /// The level, as the trailing zeros tell it.
    #[must_use]
    pub fn level(&self) -> RegionLevel {
        match (self.code.ends_with("0000"), self.code.ends_with("00")) {
            (true, _) => RegionLevel::Province,
            (false, true) => RegionLevel::City,
            (false, false) => RegionLevel::County,
        }
    }
}

/// The table.
#[derive(Clone, Debug)]
pub struct Regions {
    by_code: BTreeMap<String, Region>,
}

impl Regions {
    /// The table shipped with the program, of 2026.
    #[must_use]
    pub fn built_in() -> &'static Self {
        static REGIONS: OnceLock<Regions> = OnceLock::new();
        REGIONS.get_or_init(|| match Self::parse(include_str!("../../data/regions.csv")) {
            Ok(regions) => regions,
            // Compiled in and parsed by a test.
            Err(error) => unreachable!("built-in regions: {error}"),
        })
    }

    /// Reads `code,name` lines (a heading line and `#` comments allowed).
    ///
    /// # Errors
    /// Names the line that is wrong, a code that repeats or lacks its province.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let mut by_code = BTreeMap::new();
        for (i, line) in text.lines().enumerate() {
            let line = line.trim_start_matches('\u{feff}').trim();
            if line.is_empty() || line.starts_with('#') || line == "code,name" {
                continue;
            }
            let bad = |reason: &str| CodeError::new(WHAT, format!("第{}行{reason}", i + 1));
            let (code, name) = line.split_once(',').ok_or_else(|| bad("应为 代码,名称"))?;
            if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) || name.is_empty() {
                return Err(bad("代码应为6位数字，名称不得为空"));
            }
            let region = Region { code: code.to_owned(), name: name.to_owned() };
            if by_code.insert(code.to_owned(), region).is_some() {
                return Err(bad("代码重复"));
            }
        }
        let orphan = by_code.keys().find(|code| !by_code.contains_key(&format!("{}0000", &code[..2])));
        match orphan {
            Some(code) => Err(CodeError::new(WHAT, format!("{code} 没有所属的省级代码"))),
            None => Ok(Self { by_code }),
        }
    }

    /// The region with this code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Region> {
        self.by_code.get(code)
    }

    /// The region directly above: the prefecture if there is one, else the
    /// province.
    #[must_use]
    pub fn parent(&self, region: &Region) -> Option<&Region> {
        let province = || self.get(&format!("{}0000", &region.code[..2]));
        match region.level() {
            RegionLevel::Province => None,
            RegionLevel::City => province(),
            RegionLevel::County => self.get(&format!("{}00", &region.code[..4])).or_else(province),
        }
    }

    /// The regions directly below, in code order.
    pub fn children<'a>(&'a self, parent: &'a Region) -> impl Iterator<Item = &'a Region> {
        self.by_code.values().filter(move |r| self.parent(r).is_some_and(|p| p.code == parent.code))
    }

    /// The name with the names above it: `四川省南充市`.
    #[must_use]
    pub fn full_name(&self, code: &str) -> Option<String> {
        let mut region = self.get(code)?;
        let mut name = region.name.clone();
        while let Some(above) = self.parent(region) {
            name.insert_str(0, &above.name);
            region = above;
        }
        Some(name)
    }

    /// How many regions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_code.len()
    }

    /// Whether the table is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_code.is_empty()
    }

    /// All regions in code order.
    pub fn iter(&self) -> impl Iterator<Item = &Region> {
        self.by_code.values()
    }
}
