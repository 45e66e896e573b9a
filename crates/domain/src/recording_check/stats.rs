//! Statistics of recording: coverage, lateness, weak links. Pure functions over rows; a rate
//! with nothing under the line says so instead of a number.

use crate::matter::StaffId;
use crate::recording::words::Link;
use jiff::civil::Date;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A part of a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    /// Part.
    pub part: u32,
    /// Whole.
    pub whole: u32,
}

impl Rate {
    /// In tenths of a percent, rounded down, so that nothing is called whole that is not;
    /// none where there is nothing to measure.
    pub fn permille(self) -> Option<u32> {
        let part = u64::from(self.part.min(self.whole)) * 1000;
        // The quotient is at most 1000.
        part.checked_div(u64::from(self.whole)).and_then(|n| u32::try_from(n).ok())
    }

    /// In words: `3/4（75.0%）`, or that there is nothing to measure.
    pub fn words(self) -> String {
        match self.permille() {
            Some(n) => format!("{}/{}（{}.{}%）", self.part, self.whole, n / 10, n % 10),
            None => "无应计数的事项".to_owned(),
        }
    }

    /// Which rate is lower; those with nothing to measure come last.
    pub fn weaker(self, other: Self) -> Ordering {
        match (self.whole, other.whole) {
            (0, 0) => Ordering::Equal,
            (0, _) => Ordering::Greater,
            (_, 0) => Ordering::Less,
            (a, b) => {
                let (left, right) =
                    (u64::from(self.part) * u64::from(b), u64::from(other.part) * u64::from(a));
                left.cmp(&right)
            }
        }
    }
}

/// What became of an act that must be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// A recording is attached.
    Recorded,
    /// An objective reason was approved.
    Excused,
    /// Neither.
    Missing,
}

/// One act that must be recorded. Acts that are recorded as the case needs, or for which
/// text suffices, are no rows of coverage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActRow {
    /// Link of enforcement.
    pub link: Link,
    /// Unit.
    pub unit: String,
    /// Who acted.
    pub officers: Vec<StaffId>,
    /// Civil day.
    pub on: Date,
    /// What became of it.
    pub kept: Kept,
    /// It must be recorded from its beginning to its end.
    pub full: bool,
}

/// Coverage of a group of acts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// With a recording.
    pub recorded: u32,
    /// With an approved reason.
    pub excused: u32,
    /// With neither.
    pub missing: u32,
}

impl Coverage {
    fn add(&mut self, kept: Kept) {
        match kept {
            Kept::Recorded => self.recorded += 1,
            Kept::Excused => self.excused += 1,
            Kept::Missing => self.missing += 1,
        }
    }

    /// Acts in all.
    pub const fn acts(self) -> u32 {
        self.recorded + self.excused + self.missing
    }

    /// 音像记录覆盖率: acts with a recording, of all that must have one.
    pub const fn recorded_rate(self) -> Rate {
        Rate { part: self.recorded, whole: self.acts() }
    }

    /// Acts with a recording or an approved reason, of all: what the law asks.
    pub const fn lawful_rate(self) -> Rate {
        Rate { part: self.recorded + self.excused, whole: self.acts() }
    }
}

/// Coverage of all rows.
pub fn coverage(rows: &[ActRow]) -> Coverage {
    let mut all = Coverage::default();
    rows.iter().for_each(|row| all.add(row.kept));
    all
}

/// Coverage of the acts that must be recorded from beginning to end.
pub fn full_process(rows: &[ActRow]) -> Coverage {
    let mut all = Coverage::default();
    rows.iter().filter(|row| row.full).for_each(|row| all.add(row.kept));
    all
}

/// Coverage by unit.
pub fn by_unit(rows: &[ActRow]) -> BTreeMap<String, Coverage> {
    grouped(rows, |row| vec![row.unit.clone()])
}

/// Coverage by link of enforcement.
pub fn by_link(rows: &[ActRow]) -> BTreeMap<Link, Coverage> {
    grouped(rows, |row| vec![row.link])
}

/// Coverage by officer; an act of two officers counts for both, so that the groups add up
/// to more than the acts.
pub fn by_officer(rows: &[ActRow]) -> BTreeMap<StaffId, Coverage> {
    grouped(rows, |row| row.officers.clone())
}

fn grouped<K: Ord>(rows: &[ActRow], keys: impl Fn(&ActRow) -> Vec<K>) -> BTreeMap<K, Coverage> {
    let mut out: BTreeMap<K, Coverage> = BTreeMap::new();
    for row in rows {
        for key in keys(row) {
            out.entry(key).or_default().add(row.kept);
        }
    }
    out
}

/// 薄弱环节: the groups in which acts stand with neither recording nor reason, the weakest
/// first; of equal rate the one with more such acts first. Groups of fewer than `least` acts
/// say too little and are left out.
pub fn weakest<K: Ord + Clone>(groups: &BTreeMap<K, Coverage>, least: u32) -> Vec<(K, Coverage)> {
    let mut out: Vec<(K, Coverage)> = groups
        .iter()
        .filter(|(_, it)| it.missing > 0 && it.acts() >= least)
        .map(|(key, it)| (key.clone(), *it))
        .collect();
    out.sort_by(|(ka, a), (kb, b)| {
        a.lawful_rate().weaker(b.lawful_rate()).then(b.missing.cmp(&a.missing)).then_with(|| ka.cmp(kb))
    });
    out
}

/// Whether a recording reached the store in its term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// In time.
    InTime,
    /// Later, with a lawful reason.
    LateExcused,
    /// Later, without.
    Late,
    /// Not there, the term runs.
    Awaited,
    /// Not there, the term is over.
    Overdue,
}

/// One recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadRow {
    /// Unit.
    pub unit: String,
    /// Link of enforcement; none where it is not known.
    pub link: Option<Link>,
    /// Who recorded.
    pub officers: Vec<StaffId>,
    /// When it came.
    pub arrival: Arrival,
    /// By how many whole hours it was late; 0 in time.
    pub late_hours: u32,
}

/// Lateness of a group of recordings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lateness {
    /// In time.
    pub in_time: u32,
    /// Later, with a lawful reason.
    pub excused: u32,
    /// Later, without.
    pub late: u32,
    /// Not there, the term runs: not counted in a rate.
    pub awaited: u32,
    /// Not there, the term is over.
    pub overdue: u32,
    /// The longest delay without a lawful reason, whole hours.
    pub worst_hours: u32,
}

impl Lateness {
    /// 按时上传率: in time or late for a lawful reason, of those whose term is over or that
    /// are there.
    pub const fn timely_rate(self) -> Rate {
        let part = self.in_time + self.excused;
        Rate { part, whole: part + self.late + self.overdue }
    }
}

/// Lateness of the rows.
pub fn lateness<'r>(rows: impl IntoIterator<Item = &'r UploadRow>) -> Lateness {
    let mut all = Lateness::default();
    for row in rows {
        match row.arrival {
            Arrival::InTime => all.in_time += 1,
            Arrival::LateExcused => all.excused += 1,
            Arrival::Late => all.late += 1,
            Arrival::Awaited => all.awaited += 1,
            Arrival::Overdue => all.overdue += 1,
        }
        if matches!(row.arrival, Arrival::Late | Arrival::Overdue) {
            all.worst_hours = all.worst_hours.max(row.late_hours);
        }
    }
    all
}

/// Lateness by unit.
pub fn lateness_by_unit(rows: &[UploadRow]) -> BTreeMap<String, Lateness> {
    late_by(rows, |row| vec![row.unit.clone()])
}

/// Lateness by link of enforcement, as far as it is known.
pub fn lateness_by_link(rows: &[UploadRow]) -> BTreeMap<Link, Lateness> {
    late_by(rows, |row| Vec::from_iter(row.link))
}

/// Lateness by officer; a recording of two counts for both.
pub fn lateness_by_officer(rows: &[UploadRow]) -> BTreeMap<StaffId, Lateness> {
    late_by(rows, |row| row.officers.clone())
}

fn late_by<K: Ord>(rows: &[UploadRow], keys: impl Fn(&UploadRow) -> Vec<K>) -> BTreeMap<K, Lateness> {
    let mut groups: BTreeMap<K, Vec<&UploadRow>> = BTreeMap::new();
    for row in rows {
        for key in keys(row) {
            groups.entry(key).or_default().push(row);
        }
    }
    groups.into_iter().map(|(key, rows)| (key, lateness(rows))).collect()
}
