//! Limits in hours, which run from the moment whatever the day.

use super::{PeriodError, Rule, Unit};
use jiff::Timestamp;
use jiff::{SignedDuration, tz::Offset};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// An interval in which the hours do not run.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pause {
    /// Its first moment.
    pub from: Timestamp,
    /// The moment the hours run again.
    pub to: Timestamp,
    /// Why.
    pub reason: Cow<'static, str>,
}

/// A limit to the moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HourLimit {
    /// The last moment.
    pub due: Timestamp,
    /// The rule.
    pub rule: Rule,
    /// The moment from which it runs, and what happened then.
    pub start: Timestamp,
    /// What happened at the start.
    pub source: Cow<'static, str>,
    /// Intervals left out, as given.
    pub pauses: Vec<Pause>,
}

/// Computes a limit in hours.
///
/// # Errors
/// When the rule's unit is not hours, a pause ends before it begins, or the
/// moment leaves the representable range.
pub fn hours_after(
    rule: &Rule,
    start: Timestamp,
    source: impl Into<Cow<'static, str>>,
    pauses: &[Pause],
) -> Result<HourLimit, PeriodError> {
    let day = |t: Timestamp| Offset::constant(8).to_datetime(t).date();
    if !matches!(rule.period.unit, Unit::Hours) {
        return Err(PeriodError::NeedsMoment);
    }
    let mut spans: Vec<(Timestamp, Timestamp)> = Vec::with_capacity(pauses.len());
    for p in pauses {
        if p.to < p.from {
            return Err(PeriodError::Interval { from: day(p.from), to: day(p.to) });
        }
        spans.push((p.from.max(start), p.to.max(start)));
    }
    spans.sort_unstable();
    let overflow = |_| PeriodError::Overflow(day(start));
    let mut due =
        start.checked_add(SignedDuration::from_hours(i64::from(rule.period.n))).map_err(overflow)?;
    let mut reached = start;
    for (from, to) in spans {
        let from = from.max(reached);
        if from >= due {
            break;
        }
        if to > from {
            due = due.checked_add(to.duration_since(from)).map_err(overflow)?;
            reached = to;
        }
    }
    Ok(HourLimit { due, rule: rule.clone(), start, source: source.into(), pauses: pauses.to_vec() })
}

impl HourLimit {
    /// The derivation as Chinese sentences.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let show = |t: Timestamp| {
            let c = Offset::constant(8).to_datetime(t);
            let seconds = if c.second() == 0 { String::new() } else { format!("{:02}秒", c.second()) };
            format!("{}年{}月{}日{:02}时{:02}分{seconds}", c.year(), c.month(), c.day(), c.hour(), c.minute())
        };
        let event = if self.source.is_empty() { String::new() } else { format!("{}之时", self.source) };
        let mut all = vec![format!("自{}{event}起算（《民法典》第二百零一条第二款）", show(self.start))];
        for p in &self.pauses {
            all.push(format!("{}至{}{}，不计入期限", show(p.from), show(p.to), p.reason));
        }
        all.push(format!("{}，{}止（{}）", self.rule.period.words(), show(self.due), self.rule.citation));
        all
    }
}
