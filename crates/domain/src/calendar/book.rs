//! The calendar's data: published years and local holidays, with a version.

use super::{Calendar, FIRST_YEAR, LAST_YEAR, Label, Track, all_dates, epoch_day, is_weekend, plausible};
use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

/// Identifies the data behind a computed limit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CalendarVersion {
    /// Last published year and how often its data was issued: `2026-1`.
    pub label: Label,
    /// SHA-256 over the days and the local holidays of the view, hexadecimal.
    pub digest: Label,
}

impl fmt::Display for CalendarVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label)
    }
}

/// Why calendar data was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DataError {
    /// A line does not have the form `date,off|work,name`.
    #[error("工作日历第 {line} 行格式不对：{reason}")]
    Line {
        /// Line number, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A year is incomplete or contradicts the statutory holidays.
    #[error("{year} 年放假安排不成立：{reason}")]
    Year {
        /// The year.
        year: i16,
        /// What is wrong.
        reason: String,
    },
    /// The imported year leaves a gap after the published ones.
    #[error("只能导入 {expected} 年或更正已公布年份的放假安排，收到的是 {got} 年")]
    Gap {
        /// The next year.
        expected: i16,
        /// The year received.
        got: i16,
    },
    /// A local holiday's region is not 2, 4 or 6 digits.
    #[error("地方假日的行政区划代码应为2、4或6位数字：{0}")]
    Region(String),
}

/// A local holiday of an ethnic area (《全国年节及纪念日放假办法》第四条).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overlay {
    /// GB/T 2260 prefix: 2 digits a province, 4 a prefecture, 6 a county.
    pub region: String,
    /// The day.
    pub day: Date,
    /// `true` a day of work, `false` a day off.
    pub work: bool,
    /// The holiday's name.
    pub name: String,
    /// The local government's notice.
    pub source: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    work: bool,
    name: String,
}

/// All published years and local holidays.
#[derive(Clone, Debug)]
pub struct CalendarBook {
    days: BTreeMap<Date, Entry>,
    last: i16,
    revision: u32,
    overlays: Vec<Overlay>,
}

impl CalendarBook {
    /// The data shipped with the program: 2007 to 2026.
    ///
    /// # Panics
    /// Never in a tested build: the data is compiled in and a test parses it.
    #[must_use]
    pub fn built_in() -> &'static Self {
        static BOOK: OnceLock<CalendarBook> = OnceLock::new();
        BOOK.get_or_init(|| match Self::parse(include_str!("../../data/workdays.csv")) {
            Ok(book) => book,
            Err(error) => unreachable!("built-in calendar: {error}"),
        })
    }

    /// Reads `date,off|work,name` lines (a heading line and `#` comments
    /// allowed) that cover whole years from [`FIRST_YEAR`] without a gap.
    ///
    /// # Errors
    /// Names the line or year that is wrong.
    pub fn parse(text: &str) -> Result<Self, DataError> {
        let days = parse_days(text)?;
        let mut last = FIRST_YEAR - 1;
        for year in years(&days) {
            if year != last + 1 {
                return Err(DataError::Gap { expected: last + 1, got: year });
            }
            check_year(year, &days)?;
            last = year;
        }
        if last < FIRST_YEAR {
            return Err(DataError::Year { year: FIRST_YEAR, reason: "没有任何放假安排".into() });
        }
        Ok(Self { days, last, revision: 1, overlays: Vec::new() })
    }

    /// The book with one more year, or with a published year's data replaced
    /// (a correction). `text` holds exactly one year.
    ///
    /// # Errors
    /// When the text is malformed, covers several years, leaves a gap or
    /// contradicts the statutory holidays.
    pub fn with_year(&self, text: &str) -> Result<Self, DataError> {
        let days = parse_days(text)?;
        let found = years(&days);
        let [year] = found[..] else {
            let year = found.get(1).copied().unwrap_or(self.last + 1);
            return Err(DataError::Year { year, reason: "一次导入一个年份".into() });
        };
        if year < FIRST_YEAR || year > self.last + 1 || year > LAST_YEAR {
            return Err(DataError::Gap { expected: self.last + 1, got: year });
        }
        check_year(year, &days)?;
        let mut book = self.clone();
        book.days.retain(|day, _| day.year() != year);
        book.days.extend(days);
        if year > self.last {
            book.last = year;
            book.revision = 1;
        } else {
            book.revision += 1;
        }
        Ok(book)
    }

    /// The book with local holidays added.
    ///
    /// # Errors
    /// When a region is not a 2, 4 or 6 digit prefix.
    pub fn with_overlays(&self, overlays: impl IntoIterator<Item = Overlay>) -> Result<Self, DataError> {
        let mut book = self.clone();
        for overlay in overlays {
            let digits = overlay.region.bytes().all(|b| b.is_ascii_digit());
            if !digits || !matches!(overlay.region.len(), 2 | 4 | 6) {
                return Err(DataError::Region(overlay.region));
            }
            book.overlays.push(overlay);
        }
        Ok(book)
    }

    /// Reads local holidays: `region,date,off|work,name,source` lines.
    ///
    /// # Errors
    /// Names the line that is wrong.
    pub fn parse_overlays(text: &str) -> Result<Vec<Overlay>, DataError> {
        let mut all = Vec::new();
        for (line, fields) in lines(text, "region") {
            let [region, day, kind, name, source] = fields[..] else {
                return Err(DataError::Line {
                    line,
                    reason: "应为 区划,日期,off|work,名称,依据 五栏".into(),
                });
            };
            let entry = parse_entry(line, kind, name)?;
            let day = parse_date(line, day)?;
            let (region, source) = (region.to_owned(), source.to_owned());
            all.push(Overlay { region, day, work: entry.work, name: entry.name, source });
        }
        Ok(all)
    }

    /// Whether another book says the same of every day everywhere.
    #[must_use]
    pub fn same_days(&self, other: &Self) -> bool {
        self.days == other.days && self.overlays == other.overlays
    }

    /// The book as it was when `last` was the last published year.
    #[must_use]
    pub fn until(&self, last: i16) -> Self {
        let mut book = self.clone();
        book.days.retain(|day, _| day.year() <= last);
        book.overlays.retain(|it| it.day.year() <= last);
        book.last = last.min(self.last);
        book
    }

    /// The last published year.
    #[must_use]
    pub const fn last_year(&self) -> i16 {
        self.last
    }

    /// Builds the view of a region (six digits), or the national one. Costs
    /// milliseconds, so keep the result.
    #[must_use]
    pub fn view(&self, region: Option<&str>) -> Calendar {
        let dates = all_dates();
        let base = epoch_day(dates[0]);
        let plausible = plausible::readings(&dates);
        let (mut fewest, mut most) = (plausible.fewest.clone(), plausible.most.clone());
        let end = dates.partition_point(|d| d.year() <= self.last);
        for (i, day) in dates[..end].iter().enumerate() {
            (fewest[i], most[i]) = (!is_weekend(*day), !is_weekend(*day));
        }
        let mut labels = vec![0_u8; dates.len()];
        let mut names: Vec<Label> = Vec::new();
        let mut hash = Sha256::new();
        let local: Vec<&Overlay> =
            self.overlays.iter().filter(|o| region.is_some_and(|r| r.starts_with(&o.region))).collect();
        let entries = self.days.iter().map(|(d, e)| (*d, e.work, e.name.as_str()));
        for (day, work, name) in entries.chain(local.iter().map(|o| (o.day, o.work, o.name.as_str()))) {
            hash.update(format!("{day},{work},{name}\n"));
            let Ok(i) = usize::try_from(epoch_day(day) - base) else { continue };
            if i >= dates.len() {
                continue;
            }
            (fewest[i], most[i]) = (work, work);
            labels[i] = label(&mut names, name);
        }
        let mut text = format!("{}-{}", self.last, self.revision);
        if !local.is_empty() {
            text.push('/');
            text.push_str(region.unwrap_or_default());
        }
        let version = CalendarVersion { label: text.into(), digest: hex::encode(hash.finalize()).into() };
        let (most, fewest) = (Track::new(&most), Track::new(&fewest));
        Calendar { version, base, dates, end, labels, names, most, fewest }
    }
}

/// 1 + index of the name; the last slot is shared should there ever be over
/// 254 different names.
fn label(names: &mut Vec<Label>, name: &str) -> u8 {
    let at = names.iter().position(|n| &**n == name).unwrap_or_else(|| {
        names.push(name.into());
        names.len() - 1
    });
    u8::try_from(at + 1).unwrap_or(u8::MAX)
}

fn lines<'a>(text: &'a str, heading: &'a str) -> impl Iterator<Item = (usize, Vec<&'a str>)> {
    text.lines()
        .enumerate()
        .map(|(i, l)| (i + 1, l.trim_start_matches('\u{feff}').trim()))
        .filter(move |(_, l)| !l.is_empty() && !l.starts_with('#') && !l.starts_with(heading))
        .map(|(i, l)| (i, l.split(',').map(str::trim).collect()))
}

fn parse_date(line: usize, text: &str) -> Result<Date, DataError> {
    text.parse().map_err(|_| DataError::Line {
        line, reason: format!("日期“{text}”应为 2026-01-31 的形式")
    })
}

fn parse_entry(line: usize, kind: &str, name: &str) -> Result<Entry, DataError> {
    let work = match kind {
        "off" => false,
        "work" => true,
        other => {
            return Err(DataError::Line { line, reason: format!("类别“{other}”应为 off 或 work") });
        }
    };
    if name.is_empty() {
        return Err(DataError::Line { line, reason: "缺少节日名称".into() });
    }
    Ok(Entry { work, name: name.to_owned() })
}

fn parse_days(text: &str) -> Result<BTreeMap<Date, Entry>, DataError> {
    let mut days = BTreeMap::new();
    for (line, fields) in lines(text, "date") {
        let [day, kind, name] = fields[..] else {
            return Err(DataError::Line { line, reason: "应为 日期,off|work,名称 三栏".into() });
        };
        let (day, entry) = (parse_date(line, day)?, parse_entry(line, kind, name)?);
        if entry.work && !is_weekend(day) {
            return Err(DataError::Line {
                line, reason: format!("{day} 不是周六、周日，不能是调休上班日")
            });
        }
        if days.insert(day, entry).is_some() {
            return Err(DataError::Line { line, reason: format!("{day} 重复") });
        }
    }
    Ok(days)
}

fn years(days: &BTreeMap<Date, Entry>) -> Vec<i16> {
    let mut found: Vec<i16> = days.keys().map(|d| d.year()).collect();
    found.dedup();
    found
}

/// The statutory days with a fixed date must be off, and the year must have a
/// plausible number of working days.
fn check_year(year: i16, days: &BTreeMap<Date, Entry>) -> Result<(), DataError> {
    for (month, day) in [(1, 1), (5, 1), (10, 1), (10, 2), (10, 3)] {
        let fixed = date(year, month, day);
        if days.get(&fixed).is_none_or(|e| e.work) {
            let reason = format!("{month}月{day}日应为放假日（《全国年节及纪念日放假办法》第二条）");
            return Err(DataError::Year { year, reason });
        }
    }
    let of_year = || days.iter().filter(|(d, _)| d.year() == year);
    let off = of_year().filter(|(d, e)| !e.work && !is_weekend(**d)).count();
    let work = of_year().filter(|(_, e)| e.work).count();
    // 13 statutory days (11 before 2025), net of make-up days.
    if off < work + 8 || off > work + 16 {
        let reason = format!("平日放假{off}天、周末上班{work}天，与法定假日总数不符");
        return Err(DataError::Year { year, reason });
    }
    Ok(())
}
