//! Loading, checking and resolving policy files.

use super::params::{OWN_POWER, PARAMETERS, Parameter, PolicySet, Stricter, edition_of, newest_edition};
use super::value::{Rank, Value};
use super::{Sourced, course};
use crate::cite::Citation;
use crate::codes::Uscc;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

/// Where in the state a policy stands; a later one overrides an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The whole country.
    National,
    /// A province, autonomous region or municipality.
    Province,
    /// A prefecture.
    City,
    /// A county or district.
    County,
    /// One organ.
    Organ,
}

impl Level {
    /// The word for a person.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::National => "国家",
            Self::Province => "省级",
            Self::City => "市级",
            Self::County => "县级",
            Self::Organ => "机关",
        }
    }
}

/// The field of enforcement a policy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum System {
    /// 应急管理.
    Emergency,
    /// 城市管理.
    Urban,
    /// 司法行政.
    Justice,
    /// 综合 (a government's office).
    General,
}

/// For whom rules are asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Jurisdiction {
    /// Six digits of GB/T 2260.
    pub region: String,
    /// The organ's field.
    pub system: System,
    /// The organ's 统一社会信用代码, where it is known: files of the organ itself name it.
    pub organ: Option<String>,
}

/// Names the rules a decision was made under.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RuleSetVersion {
    /// SHA-256 over keys, values, sources and files of the resolved rules.
    pub digest: String,
    /// The reference day they were resolved for.
    pub at: Date,
    /// Edition of the program's rules, from 0.
    #[serde(skip)]
    pub(super) edition: usize,
}

impl RuleSetVersion {
    /// The edition had this parameter already.
    #[must_use]
    pub fn knows(&self, key: &str) -> bool {
        edition_of(key) <= self.edition
    }
}

impl fmt::Display for RuleSetVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", &self.digest[..12.min(self.digest.len())], self.at)
    }
}

/// Why policy files were refused, or rules could not be found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// The file is not TOML of the expected shape.
    #[error("政策文件 {file} 格式不对：{reason}")]
    File {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// No parameter has this key.
    #[error("政策文件 {file} 中的 {key} 不是已知参数")]
    UnknownKey {
        /// The file.
        file: String,
        /// The key.
        key: String,
    },
    /// The value has the wrong form.
    #[error("政策文件 {file} 中的 {key}：{reason}")]
    BadValue {
        /// The file.
        file: String,
        /// The key.
        key: String,
        /// What is expected.
        reason: String,
    },
    /// Two values of one scope hold on one day and became known together.
    #[error("政策文件 {file} 中的 {key} 在 {day} 有两个值")]
    Duplicate {
        /// The file.
        file: String,
        /// The key.
        key: String,
        /// A day on which both hold.
        day: Date,
    },
    /// The national values of a parameter leave days without one.
    #[error("政策文件 {file} 中的 {key} 自 {day} 起没有值")]
    Gap {
        /// The file.
        file: String,
        /// The key.
        key: String,
        /// The first day without.
        day: Date,
    },
    /// A value is laxer than statute.
    #[error("政策文件 {file} 中的 {key} = {value} 宽于法定的 {limit}（{source}）")]
    RelaxesStatute {
        /// The file.
        file: String,
        /// The key.
        key: String,
        /// The value.
        value: String,
        /// The statutory bound.
        limit: String,
        /// The statute.
        #[source]
        source: Box<StatuteSource>,
    },
    /// No value holds on the day as known at the instant.
    #[error("{key} 在 {at} 没有可以适用的规则")]
    NoRule {
        /// The key.
        key: &'static str,
        /// The reference day.
        at: Date,
    },
}

/// The statute a value would have relaxed, usable as an error source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StatuteSource(pub Citation);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    policy: RawHead,
    #[serde(default)]
    value: Vec<RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHead {
    id: String,
    title: String,
    level: Level,
    #[serde(default)]
    region: String,
    system: Option<System>,
    organ: Option<String>,
    law: String,
    from: Date,
    to: Option<Date>,
    recorded_at: Timestamp,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawValue {
    key: toml::Spanned<String>,
    value: toml::Value,
    law: Option<String>,
    article: String,
    #[serde(default)]
    note: String,
    from: Option<Date>,
    to: Option<Date>,
    recorded_at: Option<Timestamp>,
}

/// A value in force at a scope.
#[derive(Clone, Debug)]
struct Entry {
    value: toml::Value,
    source: Citation,
    note: String,
    from: Date,
    /// Last day in force.
    to: Option<Date>,
    recorded_at: Timestamp,
    scope: usize,
    /// File and line, for who maintains it.
    place: String,
}

/// The head of a policy file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The file's id.
    pub id: String,
    /// What it is, for a person.
    pub title: String,
    /// Its level.
    pub level: Level,
    /// Prefix of the regions it covers; empty for the whole country.
    pub region: String,
    /// The field it is limited to.
    pub system: Option<System>,
    /// The organ it is limited to, by its 统一社会信用代码.
    pub organ: Option<String>,
    /// SHA-256 of the file's text, lower-case hex.
    pub digest: String,
    /// It came with the program; otherwise the installation loaded it.
    pub shipped: bool,
}

impl Scope {
    /// Whether it holds for a jurisdiction.
    #[must_use]
    pub fn covers(&self, j: &Jurisdiction) -> bool {
        j.region.starts_with(&self.region)
            && self.system.is_none_or(|s| s == j.system)
            && (self.organ.is_none() || self.organ == j.organ)
    }
}

/// All loaded policies.
#[derive(Clone, Debug, Default)]
pub struct PolicyBook {
    scopes: Vec<Scope>,
    entries: BTreeMap<&'static str, Vec<Entry>>,
}

/// A found value, not yet typed.
pub(super) struct Found<'a> {
    entry: &'a Entry,
    scope: &'a Scope,
}

impl Found<'_> {
    /// The value as written, and where it stands.
    pub(super) const fn says(&self) -> (&toml::Value, &Citation) {
        (&self.entry.value, &self.entry.source)
    }

    /// The level and the id of its file.
    pub(super) fn place(&self) -> (Level, String) {
        (self.scope.level, self.scope.id.clone())
    }

    pub(super) fn typed<T: Value>(&self, key: &'static str) -> Result<Sourced<T>, PolicyError> {
        let file = self.scope.id.clone();
        let value = T::read(&self.entry.value).map_err(|reason| PolicyError::BadValue {
            file: file.clone(),
            key: key.into(),
            reason,
        })?;
        Ok(Sourced {
            value,
            source: self.entry.source.clone(),
            note: self.entry.note.clone(),
            level: self.scope.level,
            file,
            from: self.entry.from,
            recorded_at: self.entry.recorded_at,
        })
    }
}

const SHIPPED: [(&str, &str); 9] = [
    ("national.toml", include_str!("../../policies/national.toml")),
    ("national-urban.toml", include_str!("../../policies/national-urban.toml")),
    ("national-emergency.toml", include_str!("../../policies/national-emergency.toml")),
    ("pilot-2017.toml", include_str!("../../policies/pilot-2017.toml")),
    ("511300-emergency.toml", include_str!("../../policies/511300-emergency.toml")),
    ("610113.toml", include_str!("../../policies/610113.toml")),
    ("530926-emergency.toml", include_str!("../../policies/530926-emergency.toml")),
    ("431023-urban.toml", include_str!("../../policies/431023-urban.toml")),
    ("demo-county.toml", include_str!("../../policies/demo-county.toml")),
];

impl PolicyBook {
    /// The policies shipped with the program.
    #[must_use]
    pub fn built_in() -> &'static Self {
        static BOOK: OnceLock<PolicyBook> = OnceLock::new();
        BOOK.get_or_init(|| match Self::parse(&SHIPPED) {
            Ok(book) => book,
            // Compiled in and parsed by a test.
            Err(error) => unreachable!("built-in policies: {error}"),
        })
    }

    /// Loads files, given as (name, text), and checks all of them together.
    ///
    /// # Errors
    /// Names the file and key of the first fault.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, PolicyError> {
        let mut book = Self::default();
        for (name, text) in files {
            book.add(name, text, true)?;
        }
        book.check()?;
        Ok(book)
    }

    /// The book with further files, given as (name, text), loaded at run time.
    ///
    /// # Errors
    /// Names file, line and key of the first fault.
    pub fn with_files(&self, files: &[(String, String)]) -> Result<Self, PolicyError> {
        let mut book = self.clone();
        for (name, text) in files {
            book.add(name, text, false)?;
        }
        book.check()?;
        Ok(book)
    }

    /// The files that the installation loaded and that hold for a jurisdiction: id and
    /// digest, by id.
    #[must_use]
    pub fn loaded_for(&self, j: &Jurisdiction) -> BTreeMap<String, String> {
        let of = |it: &Scope| (it.id.clone(), it.digest.clone());
        self.scopes.iter().filter(|it| !it.shipped && it.covers(j)).map(of).collect()
    }

    /// The heads of the loaded files.
    #[must_use]
    pub fn scopes(&self) -> &[Scope] {
        &self.scopes
    }

    /// The rules of a jurisdiction on the reference day, as known at the instant.
    /// Reads and copies every parameter; keep the result per jurisdiction and day.
    ///
    /// # Errors
    /// When a parameter has no value then (before the law of 2021).
    pub fn resolve(&self, j: &Jurisdiction, at: Date, known_at: Timestamp) -> Result<PolicySet, PolicyError> {
        self.resolve_edition(j, at, known_at, newest_edition())
    }

    pub(super) fn resolve_edition(
        &self,
        j: &Jurisdiction,
        at: Date,
        known_at: Timestamp,
        edition: usize,
    ) -> Result<PolicySet, PolicyError> {
        let digest = self.digest(j, at, known_at, edition)?;
        PolicySet::assemble(|key| self.find(key, j, at, known_at), RuleSetVersion { digest, at, edition })
    }

    /// The digest of the rules of a day, as known then, in an edition of the program.
    pub(super) fn digest(
        &self,
        j: &Jurisdiction,
        at: Date,
        known_at: Timestamp,
        edition: usize,
    ) -> Result<String, PolicyError> {
        let mut hash = Sha256::new();
        for parameter in PARAMETERS.iter().filter(|it| edition_of(it.key) <= edition) {
            let found = self.find(parameter.key, j, at, known_at)?;
            let (value, source) = found.says();
            hash.update(format!("{}\0{value}\0{source}\0{}\n", parameter.key, found.scope.id));
        }
        Ok(hex::encode(hash.finalize()))
    }

    /// The instants at which a value came to be known here, in order.
    pub(super) fn known_at(&self) -> Vec<Timestamp> {
        let mut known: Vec<Timestamp> = self.entries.values().flatten().map(|it| it.recorded_at).collect();
        known.sort_unstable();
        known.dedup();
        known
    }

    /// First and last day of every value.
    pub(super) fn spans(&self) -> impl Iterator<Item = (Date, Option<Date>)> {
        self.entries.values().flatten().map(|it| (it.from, it.to))
    }

    pub(super) fn find(
        &self,
        key: &'static str,
        j: &Jurisdiction,
        at: Date,
        known_at: Timestamp,
    ) -> Result<Found<'_>, PolicyError> {
        self.entries
            .get(key)
            .into_iter()
            .flatten()
            .filter(|e| e.from <= at && e.to.is_none_or(|to| at <= to) && e.recorded_at <= known_at)
            .map(|entry| Found { entry, scope: &self.scopes[entry.scope] })
            .filter(|f| f.scope.covers(j))
            .max_by_key(|f| {
                let s = f.scope;
                (s.level, s.organ.is_some(), s.system.is_some(), f.entry.recorded_at, f.entry.from)
            })
            .ok_or(PolicyError::NoRule { key, at })
    }

    fn add(&mut self, name: &str, text: &str, shipped: bool) -> Result<(), PolicyError> {
        let file_error = |reason: String| PolicyError::File { file: name.to_owned(), reason };
        let raw: RawFile = toml::from_str(text).map_err(|e| file_error(e.to_string()))?;
        let head = raw.policy;
        check_head(&head).map_err(file_error)?;
        let scope = self.scopes.len();
        if self.scopes.iter().any(|s| s.id == head.id) {
            return Err(file_error(format!("编号 {} 已被另一文件使用", head.id)));
        }
        for v in raw.value {
            let line = text.get(..v.key.span().start).map_or(0, |before| before.matches('\n').count()) + 1;
            let (place, key) = (format!("{name} 第{line}行"), v.key.into_inner());
            let parameter = PARAMETERS
                .iter()
                .find(|p| p.key == key)
                .ok_or_else(|| PolicyError::UnknownKey { file: place.clone(), key: key.clone() })?;
            check_value(&place, parameter, &v.value)?;
            let source =
                Citation { law: v.law.unwrap_or_else(|| head.law.clone()).into(), article: v.article.into() };
            given_by_law(&place, parameter, &v.value, &source)?;
            let (from, to) = (v.from.unwrap_or(head.from), v.to.or(head.to));
            if to.is_some_and(|to| to < from) {
                let reason = "失效日早于生效日".to_owned();
                return Err(PolicyError::BadValue { file: place, key, reason });
            }
            let recorded_at = v.recorded_at.unwrap_or(head.recorded_at);
            let entry = Entry { value: v.value, source, note: v.note, from, to, recorded_at, scope, place };
            self.entries.entry(parameter.key).or_default().push(entry);
        }
        self.scopes.push(Scope {
            id: head.id,
            title: head.title,
            level: head.level,
            region: head.region,
            system: head.system,
            organ: head.organ,
            digest: hex::encode(Sha256::digest(text)),
            shipped,
        });
        Ok(())
    }

    /// No two values of one scope on one day; the national values reach from
    /// their first day on without a gap.
    fn check(&self) -> Result<(), PolicyError> {
        for parameter in PARAMETERS {
            let key = parameter.key;
            let all = self.entries.get(key).map_or(&[][..], Vec::as_slice);
            for (i, a) in all.iter().enumerate() {
                for b in &all[i + 1..] {
                    let same = self.same_scope(a.scope, b.scope) && a.recorded_at == b.recorded_at;
                    let day = a.from.max(b.from);
                    let meet = a.to.is_none_or(|to| day <= to) && b.to.is_none_or(|to| day <= to);
                    if same && meet {
                        let file = b.place.clone();
                        return Err(PolicyError::Duplicate { file, key: key.into(), day });
                    }
                }
            }
            self.check_national(key, all)?;
        }
        Ok(())
    }

    fn same_scope(&self, a: usize, b: usize) -> bool {
        let (a, b) = (&self.scopes[a], &self.scopes[b]);
        (a.level, &a.region, a.system, &a.organ) == (b.level, &b.region, b.system, &b.organ)
    }

    fn check_national(&self, key: &'static str, all: &[Entry]) -> Result<(), PolicyError> {
        let whole = |e: &&Entry| {
            let s = &self.scopes[e.scope];
            s.level == Level::National && s.system.is_none()
        };
        let mut national: Vec<&Entry> = all.iter().filter(whole).collect();
        national.sort_by_key(|e| e.from);
        let gap = |file: String, day| PolicyError::Gap { file, key: key.into(), day };
        let Some(first) = national.first() else {
            return Err(gap("national".into(), Date::constant(2021, 7, 15)));
        };
        let mut until = Some(first.from);
        let mut file = first.scope;
        for e in &national {
            let Some(next) = until else { break };
            if e.from > next {
                return Err(gap(self.scopes[file].id.clone(), next));
            }
            file = e.scope;
            until = e.to.map(|to| to.tomorrow().unwrap_or(to).max(next));
        }
        until.map_or(Ok(()), |day| Err(gap(self.scopes[file].id.clone(), day)))
    }
}

fn check_head(head: &RawHead) -> Result<(), String> {
    let digits = match head.level {
        Level::National => &[0][..],
        Level::Province => &[2],
        Level::City => &[4],
        Level::County => &[6],
        Level::Organ => &[2, 4, 6],
    };
    if !digits.contains(&head.region.len()) || !head.region.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("region 应为 {digits:?} 位数字，与 level 相符"));
    }
    if (head.level == Level::Organ) != head.organ.is_some() {
        return Err("level 为 organ 时须有 organ（机关的统一社会信用代码），其他级别不得有".into());
    }
    if let Some(code) = &head.organ {
        let exact = Uscc::parse(code).map_err(|e| format!("organ：{e}"))?;
        if exact.as_str() != code {
            return Err(format!("organ 应写作 {}", exact.as_str()));
        }
    }
    if head.id.is_empty() || head.title.is_empty() || head.law.is_empty() {
        return Err("id、title、law 不得为空".into());
    }
    Ok(())
}

/// A power of enforcement is given by a law, no regulation, rule or paper of an organ
/// (行政强制法第十三条第一款).
fn given_by_law(
    file: &str,
    parameter: &Parameter,
    value: &toml::Value,
    source: &Citation,
) -> Result<(), PolicyError> {
    let given = OWN_POWER.contains(&parameter.key) && value.as_bool() == Some(true);
    if !given || source.law.ends_with('法') && !source.article.is_empty() {
        return Ok(());
    }
    let reason = "行政强制执行由法律设定（行政强制法第十三条）：应写明授权的法律和条文".into();
    Err(PolicyError::BadValue { file: file.into(), key: parameter.key.into(), reason })
}

fn check_value(file: &str, parameter: &Parameter, value: &toml::Value) -> Result<(), PolicyError> {
    let bad = |reason: String| PolicyError::BadValue { file: file.into(), key: parameter.key.into(), reason };
    let rank = (parameter.read)(value).map_err(bad)?;
    course::check(parameter.key, value).map_err(bad)?;
    let (Some(statute), Some(rank)) = (&parameter.statute, rank) else { return Ok(()) };
    let Rank { unit, n } = statute.limit;
    if rank.unit != unit {
        return Err(bad(format!("单位应与法定的 {n}{unit} 一致（{}）", statute.source)));
    }
    let keeps = match (statute.exact, parameter.stricter) {
        (true, _) | (false, Stricter::Neither) => rank.n == n,
        (false, Stricter::Lower) => rank.n <= n,
        (false, Stricter::Higher) => rank.n >= n,
    };
    if keeps {
        return Ok(());
    }
    Err(PolicyError::RelaxesStatute {
        file: file.into(),
        key: parameter.key.into(),
        value: value.to_string(),
        limit: format!("{n}{unit}"),
        source: Box::new(StatuteSource(statute.source.clone())),
    })
}
