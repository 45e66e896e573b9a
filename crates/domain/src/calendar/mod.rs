//! The working-day calendar.
//!
//! A day is a working day when it is a Monday to Friday that no notice makes a
//! day off, or a Saturday or Sunday that a notice makes a day of work
//! (《全国年节及纪念日放假办法》第七条). The State Council publishes each year's
//! arrangement the autumn before; local governments of ethnic areas add days of
//! their own (第四条). Days of a year not yet published are unknown: every answer
//! that touches one is given as bounds, see [`plausible`].
//!
//! All arithmetic runs on prefix sums and lists built once per view, so a query
//! costs a few array reads.

mod book;
pub mod import;
mod plausible;
#[cfg(test)]
mod tests;

pub use book::{CalendarBook, CalendarVersion, DataError, Overlay};

use jiff::civil::{Date, Weekday, date};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, OnceLock};

/// First year with a published arrangement in the built-in data.
pub const FIRST_YEAR: i16 = 2007;
/// Last year on which working days can be asked about, published or not.
pub const LAST_YEAR: i16 = 2060;
/// Working days that an extraordinary notice in mid-year may turn into days off
/// inside one period (2015-09-03 and 04 were such); widens the latest bound.
pub const EXTRA_OFF: u32 = 2;
/// Rest days that such a notice may turn into days of work (2015-09-06 was
/// one); widens the earliest bound.
pub const EXTRA_WORK: u32 = 1;

/// A short shared text, cheap to copy: a holiday's name, a version label.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Label(Arc<str>);

impl From<String> for Label {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&str> for Label {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<Label> for String {
    fn from(label: Label) -> Self {
        label.0.as_ref().to_owned()
    }
}

impl std::ops::Deref for Label {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Label {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A computed day: exact, or bounds where it depends on days whose arrangement
/// is not yet published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Due {
    /// The day is certain.
    Known(Date),
    /// Every plausible arrangement puts the day within these, both included.
    Between {
        /// Under the arrangement with the most working days (forward counts).
        earliest: Date,
        /// Under the arrangement with the fewest.
        latest: Date,
    },
}

impl Due {
    /// The earliest day it can be: warnings start from here.
    #[must_use]
    pub const fn earliest(&self) -> Date {
        match self {
            Self::Known(day) => *day,
            Self::Between { earliest, .. } => *earliest,
        }
    }

    /// The latest day it can be: windows close only after it.
    #[must_use]
    pub const fn latest(&self) -> Date {
        match self {
            Self::Known(day) => *day,
            Self::Between { latest, .. } => *latest,
        }
    }

    /// The day if it is certain.
    #[must_use]
    pub const fn known(&self) -> Option<Date> {
        match self {
            Self::Known(day) => Some(*day),
            Self::Between { .. } => None,
        }
    }
}

/// What a calendar says about a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// An ordinary Monday to Friday.
    Workday,
    /// A Saturday or Sunday on which a notice orders work; names the holiday
    /// it makes up for.
    Makeup(Label),
    /// An ordinary Saturday or Sunday.
    Weekend,
    /// A day off by notice or local rule; names the holiday.
    Holiday(Label),
    /// The year's arrangement is not published (or the day lies outside
    /// [`FIRST_YEAR`]..=[`LAST_YEAR`]).
    Unpublished,
}

impl DayKind {
    /// Whether work is done; `None` when unknown.
    #[must_use]
    pub const fn is_workday(&self) -> Option<bool> {
        match self {
            Self::Workday | Self::Makeup(_) => Some(true),
            Self::Weekend | Self::Holiday(_) => Some(false),
            Self::Unpublished => None,
        }
    }
}

/// A question the calendar cannot answer even with bounds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The day lies before or after the years the calendar covers.
    #[error("{0} 不在工作日历覆盖的年份（{FIRST_YEAR}年至{LAST_YEAR}年）之内")]
    Outside(Date),
    /// The count ran past the covered years.
    #[error("自 {0} 起的期限超出工作日历覆盖的年份（{FIRST_YEAR}年至{LAST_YEAR}年）")]
    RanOut(Date),
}

/// Working days under one reading of the days: prefix sums and the list.
#[derive(Clone, Debug)]
pub(crate) struct Track {
    /// `prefix[i]` = working days among days `0..i`.
    prefix: Vec<u32>,
    /// Indexes of the working days in order.
    list: Vec<u32>,
}

impl Track {
    fn new(work: &[bool]) -> Self {
        let mut prefix = Vec::with_capacity(work.len() + 1);
        let mut list = Vec::new();
        prefix.push(0);
        for (index, &works) in work.iter().enumerate() {
            if works {
                // The covered span is under 20,000 days.
                list.push(u32::try_from(index).unwrap_or(u32::MAX));
            }
            prefix.push(u32::try_from(list.len()).unwrap_or(u32::MAX));
        }
        Self { prefix, list }
    }

    fn works(&self, index: usize) -> bool {
        self.prefix[index] != self.prefix[index + 1]
    }

    /// The `n`-th (≥ 1) working day strictly after day `index`.
    fn after(&self, index: usize, n: u32) -> Option<usize> {
        let passed = self.prefix[index + 1];
        self.list.get(passed as usize + n as usize - 1).map(|&i| i as usize)
    }

    /// The `n`-th (≥ 1) working day strictly before day `index`.
    fn before(&self, index: usize, n: u32) -> Option<usize> {
        let passed = self.prefix[index].checked_sub(n)?;
        self.list.get(passed as usize).map(|&i| i as usize)
    }

    /// Working days in `from..=to`.
    fn count(&self, from: usize, to: usize) -> u32 {
        if to < from { 0 } else { self.prefix[to + 1] - self.prefix[from] }
    }

    /// Like [`Track::after`], leaving out the merged, ordered `gaps`
    /// (inclusive index ranges).
    fn after_gaps(&self, index: usize, n: u32, gaps: &[(usize, usize)]) -> Option<usize> {
        let (mut at, mut left) = (index, n);
        for &(from, to) in gaps {
            if to <= at {
                continue;
            }
            if from > at + 1 {
                let here = self.count(at + 1, from - 1);
                if left <= here {
                    break;
                }
                left -= here;
            }
            at = to;
            if at + 1 >= self.prefix.len() {
                return None;
            }
        }
        self.after(at, left)
    }
}

/// A ready view: the national calendar, or the national one with the local
/// holidays of one region.
#[derive(Clone, Debug)]
pub struct Calendar {
    version: CalendarVersion,
    base: i32,
    dates: Vec<Date>,
    /// Days with an index below this are published.
    end: usize,
    /// Per day: 0, or 1 + index into `names`.
    labels: Vec<u8>,
    names: Vec<Label>,
    /// Most working days that are plausible; exact where published.
    most: Track,
    /// Fewest; exact where published.
    fewest: Track,
}

impl Calendar {
    /// The built-in national calendar.
    #[must_use]
    pub fn national() -> &'static Self {
        static NATIONAL: OnceLock<Calendar> = OnceLock::new();
        NATIONAL.get_or_init(|| CalendarBook::built_in().view(None))
    }

    /// Which data this view was made from.
    #[must_use]
    pub const fn version(&self) -> &CalendarVersion {
        &self.version
    }

    /// The last year whose arrangement is published.
    #[must_use]
    pub fn published_until(&self) -> i16 {
        self.dates[self.end - 1].year()
    }

    /// Whether the arrangement of the day is published.
    #[must_use]
    pub fn is_published(&self, day: Date) -> bool {
        self.index(day).is_ok_and(|i| i < self.end)
    }

    /// What the calendar says about the day.
    #[must_use]
    pub fn kind(&self, day: Date) -> DayKind {
        match self.index(day) {
            Ok(i) if i < self.end => self.kind_at(i),
            Ok(_) | Err(_) => DayKind::Unpublished,
        }
    }

    /// Whether the day is a working day; `None` when not published.
    #[must_use]
    pub fn is_workday(&self, day: Date) -> Option<bool> {
        self.index(day).ok().filter(|&i| i < self.end).map(|i| self.fewest.works(i))
    }

    /// The holiday's name on a day off or a make-up day.
    #[must_use]
    pub fn holiday_name(&self, day: Date) -> Option<&Label> {
        self.index(day).ok().and_then(|i| self.name_at(i))
    }

    /// The `n`-th working day after `start`, `start` not counted, leaving out
    /// the inclusive `gaps`, which must be merged and ordered. `n` = 0 is
    /// `start` itself.
    ///
    /// # Errors
    /// When `start` or the answer lies outside the covered years.
    pub fn workdays_after(&self, start: Date, n: u32, gaps: &[(Date, Date)]) -> Result<Due, CalendarError> {
        if n == 0 {
            return Ok(Due::Known(start));
        }
        let at = self.index(start)?;
        let ran_out = || CalendarError::RanOut(start);
        let mut holes = Vec::with_capacity(gaps.len());
        for &(from, to) in gaps {
            if to > start {
                holes.push((self.index(from.max(start))?, self.index(to)?));
            }
        }
        let exact = self.fewest.after_gaps(at, n, &holes).ok_or_else(ran_out)?;
        if exact < self.end {
            return Ok(Due::Known(self.dates[exact]));
        }
        let early = if n > EXTRA_WORK {
            self.most.after_gaps(at, n - EXTRA_WORK, &holes).ok_or_else(ran_out)?
        } else {
            first_outside(at + 1, &holes)
        };
        let late = self.fewest.after_gaps(at, n.saturating_add(EXTRA_OFF), &holes).ok_or_else(ran_out)?;
        let early = first_outside(early.max(self.end), &holes).min(late);
        Ok(Due::Between { earliest: self.dates[early], latest: self.dates[late] })
    }

    /// The `n`-th working day before `from`, `from` not counted; `n` = 0 is
    /// `from` itself.
    ///
    /// # Errors
    /// When `from` or the answer lies outside the covered years.
    pub fn workdays_before(&self, from: Date, n: u32) -> Result<Due, CalendarError> {
        if n == 0 {
            return Ok(Due::Known(from));
        }
        let at = self.index(from)?;
        let ran_out = || CalendarError::RanOut(from);
        if at <= self.end {
            let exact = self.fewest.before(at, n).ok_or_else(ran_out)?;
            return Ok(Due::Known(self.dates[exact]));
        }
        let early = self.fewest.before(at, n.saturating_add(EXTRA_OFF)).ok_or_else(ran_out)?;
        let late =
            if n > EXTRA_WORK { self.most.before(at, n - EXTRA_WORK).ok_or_else(ran_out)? } else { at - 1 };
        Ok(Due::Between { earliest: self.dates[early], latest: self.dates[late] })
    }

    /// The first day for an act that needs a notice `n` working days before:
    /// the smallest day whose backward count of `n` is not before `notice`.
    ///
    /// # Errors
    /// When `notice` or the answer lies outside the covered years.
    pub fn first_day_with_notice(&self, notice: Date, n: u32) -> Result<Due, CalendarError> {
        if n == 0 {
            return Ok(Due::Known(notice));
        }
        // The n-th working day counted from the notice day itself, plus one.
        let eve = notice.yesterday().map_err(|_| CalendarError::Outside(notice))?;
        let step = |day: Date| day.tomorrow().map_err(|_| CalendarError::Outside(day));
        Ok(match self.workdays_after(eve, n, &[])? {
            Due::Known(day) => Due::Known(step(day)?),
            Due::Between { earliest, latest } => {
                Due::Between { earliest: step(earliest)?, latest: step(latest)? }
            }
        })
    }

    /// Moves a last day that is a day of rest to the next working day
    /// (《民法典》第二百零三条).
    ///
    /// # Errors
    /// When the day or the answer lies outside the covered years.
    pub fn roll_forward(&self, day: Date) -> Result<Due, CalendarError> {
        let at = self.index(day)?;
        if at < self.end {
            return if self.fewest.works(at) {
                Ok(Due::Known(day))
            } else {
                self.workdays_after(day, 1, &[])
            };
        }
        let passed = (self.fewest.prefix[at] + EXTRA_OFF) as usize;
        let late = self.fewest.list.get(passed).ok_or(CalendarError::RanOut(day))?;
        Ok(Due::Between { earliest: day, latest: self.dates[*late as usize] })
    }

    /// The last working day not after `day`: the day to warn on when a limit
    /// ends on a day of rest and does not roll. Where unpublished, the earliest
    /// plausible one.
    ///
    /// # Errors
    /// When the day lies outside the covered years.
    pub fn last_workday_until(&self, day: Date) -> Result<Date, CalendarError> {
        let at = self.index(day)?;
        let passed = self.fewest.prefix[at + 1];
        let slot = passed.checked_sub(1).ok_or(CalendarError::Outside(day))?;
        Ok(self.dates[self.fewest.list[slot as usize] as usize])
    }

    /// Working days after `from` up to and including `to`: (fewest, most).
    ///
    /// # Errors
    /// When a day lies outside the covered years.
    pub fn count_workdays(&self, from: Date, to: Date) -> Result<(u32, u32), CalendarError> {
        if to <= from {
            return Ok((0, 0));
        }
        let (a, b) = (self.index(from)? + 1, self.index(to)?);
        if b < self.end {
            let exact = self.fewest.count(a, b);
            return Ok((exact, exact));
        }
        Ok((self.fewest.count(a, b).saturating_sub(EXTRA_OFF), self.most.count(a, b) + EXTRA_WORK))
    }

    fn index(&self, day: Date) -> Result<usize, CalendarError> {
        usize::try_from(epoch_day(day) - self.base)
            .ok()
            .filter(|&i| i < self.dates.len())
            .ok_or(CalendarError::Outside(day))
    }

    fn name_at(&self, index: usize) -> Option<&Label> {
        usize::from(self.labels[index]).checked_sub(1).and_then(|i| self.names.get(i))
    }

    fn kind_at(&self, index: usize) -> DayKind {
        match (self.fewest.works(index), self.name_at(index)) {
            (true, None) => DayKind::Workday,
            (true, Some(name)) => DayKind::Makeup(name.clone()),
            (false, None) => DayKind::Weekend,
            (false, Some(name)) => DayKind::Holiday(name.clone()),
        }
    }
}

/// The first index from `at` on that lies in no gap.
fn first_outside(mut at: usize, gaps: &[(usize, usize)]) -> usize {
    for &(from, to) in gaps {
        if from <= at && at <= to {
            at = to + 1;
        }
    }
    at
}

/// Days since 1970-01-01.
#[must_use]
pub(crate) fn epoch_day(day: Date) -> i32 {
    let (y, m, d) = (i32::from(day.year()), i32::from(day.month()), i32::from(day.day()));
    let y = if m <= 2 { y - 1 } else { y };
    let era = y.div_euclid(400);
    let of_era = y - era * 400;
    let of_year = (153 * (m + if m > 2 { -3 } else { 9 }) + 2) / 5 + d - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Whether the day is a Saturday or Sunday.
#[must_use]
pub fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn all_dates() -> Vec<Date> {
    date(FIRST_YEAR, 1, 1).series(jiff::Span::new().days(1)).take_while(|d| d.year() <= LAST_YEAR).collect()
}
