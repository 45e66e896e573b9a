//! Periods and the limits computed from them.
//!
//! The start day is not counted; by month or year the period ends on the
//! corresponding day, else at the month's end; a last day of rest moves to the
//! next working day where the rule's roll says so (《民法典》第二百条至第二百零三条,
//! 《行政处罚法》第八十五条, 《行政强制法》第六十九条). Hours run from the moment.
//! Excluded intervals are merged before they extend the limit, so an overlap
//! counts once. Every limit carries its [`Derivation`] as data.

mod derive;
mod hours;
#[cfg(test)]
mod tests;

pub use crate::calendar::Due;
pub(crate) use derive::long;
pub use derive::{Derivation, Named, RollStep};
pub use hours::{HourLimit, Pause, hours_after};

use crate::calendar::{Calendar, CalendarError, Label};
use crate::cite::Citation;
use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// In what a period is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Working days.
    WorkingDays,
    /// Calendar days.
    Days,
    /// Calendar months, to the corresponding day.
    Months,
    /// Calendar years, to the corresponding day.
    Years,
    /// Hours from a moment; only [`hours_after`] computes these.
    Hours,
    /// The start is itself the limit.
    FixedDate,
}

/// Whether the count runs on or back from the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The limit lies after the start.
    Forward,
    /// The limit lies before the start: the last day to announce or serve.
    Backward,
}

/// What happens to a last day of rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Roll {
    /// It stays: restraint, retention, minimum and backward periods.
    None,
    /// It moves to the next working day (《民法典》第二百零三条).
    Forward,
}

/// A length of time as a rule states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Period {
    /// How many units; ignored for [`Unit::FixedDate`].
    pub n: u32,
    /// The unit.
    pub unit: Unit,
    /// Which way it is counted.
    pub direction: Direction,
    /// The roll rule.
    pub roll: Roll,
}

impl Period {
    const fn forward(n: u32, unit: Unit, roll: Roll) -> Self {
        Self { n, unit, direction: Direction::Forward, roll }
    }

    /// `n` working days.
    #[must_use]
    pub const fn working_days(n: u32) -> Self {
        Self::forward(n, Unit::WorkingDays, Roll::None)
    }

    /// `n` calendar days.
    #[must_use]
    pub const fn days(n: u32, roll: Roll) -> Self {
        Self::forward(n, Unit::Days, roll)
    }

    /// `n` months.
    #[must_use]
    pub const fn months(n: u32, roll: Roll) -> Self {
        Self::forward(n, Unit::Months, roll)
    }

    /// `n` years.
    #[must_use]
    pub const fn years(n: u32, roll: Roll) -> Self {
        Self::forward(n, Unit::Years, roll)
    }

    /// `n` hours.
    #[must_use]
    pub const fn hours(n: u32) -> Self {
        Self::forward(n, Unit::Hours, Roll::None)
    }

    /// The same period counted back from the start; it never rolls.
    #[must_use]
    pub const fn backward(self) -> Self {
        Self { direction: Direction::Backward, roll: Roll::None, ..self }
    }

    /// The period in the law's words: `七个工作日`, `九十日`.
    #[must_use]
    pub fn words(&self) -> String {
        let unit = match self.unit {
            Unit::WorkingDays => "个工作日",
            Unit::Days => "日",
            Unit::Months => "个月",
            Unit::Years => "年",
            Unit::Hours => "小时",
            Unit::FixedDate => return "固定日期".into(),
        };
        format!("{}{unit}", crate::codes::numeral(self.n))
    }
}

/// A rule that sets a limit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rule {
    /// Stable id, for example `case.decision`.
    pub id: Cow<'static, str>,
    /// What the limit is for, as a person reads it: `作出处罚决定`.
    pub title: Cow<'static, str>,
    /// The length.
    pub period: Period,
    /// Where the length stands.
    pub citation: Citation,
    /// Where it stands that "days" are working days, if it is so.
    pub day_citation: Option<Citation>,
}

/// From when a limit runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Start {
    /// The start day, itself not counted.
    pub day: Date,
    /// What happened on it, as a verb phrase: `送达`, `立案`.
    pub source: Cow<'static, str>,
}

impl Start {
    /// A start with its event.
    pub fn new(day: Date, source: impl Into<Cow<'static, str>>) -> Self {
        Self { day, source: source.into() }
    }
}

/// An interval that does not count towards a limit: a suspension, a hearing,
/// an expert examination. One still running is passed with the day of asking
/// as its end.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Exclusion {
    /// First day not counted.
    pub from: Date,
    /// Last day not counted.
    pub to: Date,
    /// Why: `听证`, `中止调查`.
    pub reason: Cow<'static, str>,
    /// The rule that excludes it.
    pub citation: Citation,
}

/// A computed limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// The last day (forward: of the period; backward: to have acted by).
    pub due: Due,
    /// How it came about.
    pub derivation: Derivation,
}

/// Why a limit could not be computed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// The calendar does not cover it.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// The date arithmetic left the representable years.
    #[error("自 {0} 起的期限超出可计算的日期范围")]
    Overflow(Date),
    /// An excluded interval ends before it begins.
    #[error("不计入期限的期间止于 {to}，早于起始日 {from}")]
    Interval {
        /// Its first day.
        from: Date,
        /// Its last day.
        to: Date,
    },
    /// Backward periods and fixed dates take no exclusions.
    #[error("倒计期限和固定日期不适用扣除期间")]
    NotExcludable,
    /// Hours need a moment, see [`hours_after`].
    #[error("以小时计的期限须自具体时刻起算（《民法典》第二百零一条第二款）")]
    NeedsMoment,
}

/// Computes the limit of `rule` from `start`.
///
/// # Errors
/// When the calendar does not reach, an exclusion is malformed or not
/// applicable, or the unit is hours.
pub fn limit(
    cal: &Calendar,
    rule: &Rule,
    start: &Start,
    exclusions: &[Exclusion],
) -> Result<Limit, PeriodError> {
    let gaps = merge(exclusions)?;
    let period = rule.period;
    let forward = matches!(period.direction, Direction::Forward);
    if !gaps.is_empty() && (!forward || matches!(period.unit, Unit::FixedDate)) {
        return Err(PeriodError::NotExcludable);
    }
    let mut roll = None;
    let due = match (period.unit, period.direction) {
        (Unit::Hours, _) => return Err(PeriodError::NeedsMoment),
        (Unit::FixedDate, _) => Due::Known(start.day),
        (Unit::WorkingDays, Direction::Forward) => cal.workdays_after(start.day, period.n, &gaps)?,
        (Unit::WorkingDays, Direction::Backward) => cal.workdays_before(start.day, period.n)?,
        (Unit::Days | Unit::Months | Unit::Years, Direction::Backward) => {
            Due::Known(shift(start.day, period, -1)?)
        }
        (Unit::Days | Unit::Months | Unit::Years, Direction::Forward) => {
            let raw = extend(start.day, shift(start.day, period, 1)?, &gaps)?;
            let due = match period.roll {
                Roll::None => Due::Known(raw),
                Roll::Forward => cal.roll_forward(raw)?,
            };
            if due != Due::Known(raw) {
                roll = Some(RollStep { from: raw, name: cal.holiday_name(raw).cloned() });
            }
            due
        }
    };
    Ok(Limit { due, derivation: derive::derivation(cal, rule, start, exclusions, &gaps, due, roll) })
}

/// The first day on which an act may take place that needs a notice at least
/// this long before (`行政处罚法` 第六十四条第二项: a hearing, seven working
/// days). `start` is the notice; the act may not be earlier than the latest
/// bound of the result.
///
/// # Errors
/// As [`limit`].
pub fn not_before(cal: &Calendar, rule: &Rule, start: &Start) -> Result<Limit, PeriodError> {
    let due = match rule.period.unit {
        Unit::WorkingDays => cal.first_day_with_notice(start.day, rule.period.n)?,
        Unit::Days | Unit::Months | Unit::Years => Due::Known(shift(start.day, rule.period, 1)?),
        Unit::FixedDate => Due::Known(start.day),
        Unit::Hours => return Err(PeriodError::NeedsMoment),
    };
    let mut derivation = derive::derivation(cal, rule, start, &[], &[], due, None);
    derivation.minimum = true;
    Ok(Limit { due, derivation })
}

/// Whether the window is closed for the party on `today`: only when even the
/// latest possible last day is past. Windows close on this, never earlier.
#[must_use]
pub fn closes_after(limit: &Limit, today: Date) -> bool {
    today > limit.due.latest()
}

/// Whether a duty is overdue on `today` under every possible calendar.
#[must_use]
pub fn overdue(limit: &Limit, today: Date) -> bool {
    today > limit.due.latest()
}

/// Whether a notice given on `day` is early enough for a backward limit under
/// every possible calendar.
#[must_use]
pub fn early_enough(limit: &Limit, day: Date) -> bool {
    day <= limit.due.earliest()
}

/// Calendar days from `today` to the earliest possible last day; negative when
/// past. Warnings count by this.
#[must_use]
pub fn days_left(limit: &Limit, today: Date) -> i32 {
    crate::calendar::epoch_day(limit.due.earliest()) - crate::calendar::epoch_day(today)
}

/// The day to act by in practice: the last working day not after the earliest
/// possible last day.
///
/// # Errors
/// When the calendar does not reach.
pub fn act_by(cal: &Calendar, limit: &Limit) -> Result<Date, CalendarError> {
    cal.last_workday_until(limit.due.earliest())
}

/// Merges intervals that overlap or touch, in order.
fn merge(exclusions: &[Exclusion]) -> Result<Vec<(Date, Date)>, PeriodError> {
    let mut spans = Vec::with_capacity(exclusions.len());
    for x in exclusions {
        if x.to < x.from {
            return Err(PeriodError::Interval { from: x.from, to: x.to });
        }
        spans.push((x.from, x.to));
    }
    spans.sort_unstable();
    let mut merged: Vec<(Date, Date)> = Vec::with_capacity(spans.len());
    for (from, to) in spans {
        match merged.last_mut() {
            Some(last) if from <= last.1.tomorrow().unwrap_or(last.1) => last.1 = last.1.max(to),
            Some(_) | None => merged.push((from, to)),
        }
    }
    Ok(merged)
}

fn shift(day: Date, period: Period, sign: i64) -> Result<Date, PeriodError> {
    let n = i64::from(period.n) * sign;
    let span = match period.unit {
        Unit::Days | Unit::WorkingDays | Unit::Hours | Unit::FixedDate => Span::new().try_days(n),
        Unit::Months => Span::new().try_months(n),
        Unit::Years => Span::new().try_years(n),
    };
    // jiff ends a month count without a corresponding day at the month's end,
    // as 《民法典》第二百零二条 does.
    span.and_then(|s| day.checked_add(s)).map_err(|_| PeriodError::Overflow(day))
}

/// Puts off `due` by the excluded days inside the running period.
fn extend(start: Date, mut due: Date, gaps: &[(Date, Date)]) -> Result<Date, PeriodError> {
    for &(from, to) in gaps {
        if to <= start {
            continue;
        }
        let from =
            if from <= start { start.tomorrow().map_err(|_| PeriodError::Overflow(start))? } else { from };
        if from > due {
            break;
        }
        let days = i64::from(crate::calendar::epoch_day(to) - crate::calendar::epoch_day(from) + 1);
        due = Span::new()
            .try_days(days)
            .and_then(|s| due.checked_add(s))
            .map_err(|_| PeriodError::Overflow(due))?;
    }
    Ok(due)
}

/// Rules built often: a label for the calendar version on a page.
impl Limit {
    /// The calendar version this limit was computed with.
    #[must_use]
    pub const fn calendar(&self) -> &Label {
        &self.derivation.calendar.label
    }
}
