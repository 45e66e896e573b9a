//! How a limit came about, as data and as sentences.

use super::{Direction, Due, Exclusion, Period, Roll, Rule, Start, Unit};
use crate::calendar::{Calendar, CalendarVersion, DayKind, Label};
use crate::cite::Citation;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt::Write as _;

/// Longest working-day count whose days are listed one by one.
const LISTED: usize = 60;

/// A day with the holiday that explains it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The day.
    pub day: Date,
    /// The holiday's name.
    pub name: Label,
}

/// A last day of rest that moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RollStep {
    /// The last day before moving.
    pub from: Date,
    /// The holiday on it, if it is more than a weekend or an unknown day.
    pub name: Option<Label>,
}

/// Everything a limit was computed from, so it can be explained and audited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derivation {
    /// Id of the rule.
    pub rule: Cow<'static, str>,
    /// What the limit is for.
    pub title: Cow<'static, str>,
    /// Where the length stands.
    pub citation: Citation,
    /// Where it stands that days are working days.
    pub day_citation: Option<Citation>,
    /// The length.
    pub period: Period,
    /// The start day and its event.
    pub start: Start,
    /// `true` for a "not earlier than" limit.
    pub minimum: bool,
    /// The working days counted, in counting order (only published ones).
    pub counted: Vec<Date>,
    /// Days off by notice that were passed over, weekends only where they
    /// belong to such a holiday.
    pub skipped: Vec<Named>,
    /// Make-up days of work that were counted; for calendar periods the one
    /// that kept the last day from rolling.
    pub makeup: Vec<Named>,
    /// Excluded intervals as given; overlaps count once.
    pub exclusions: Vec<Exclusion>,
    /// Calendar days the exclusions take out once merged and cut to the period.
    pub excluded_days: u32,
    /// The roll, if the last day moved.
    pub roll: Option<RollStep>,
    /// The year from which the calendar is not published, when it mattered.
    pub unpublished_from: Option<i16>,
    /// The calendar's version.
    pub calendar: CalendarVersion,
    /// The result.
    pub due: Due,
}

pub(super) fn derivation(
    cal: &Calendar,
    rule: &Rule,
    start: &Start,
    exclusions: &[Exclusion],
    gaps: &[(Date, Date)],
    due: Due,
    roll: Option<RollStep>,
) -> Derivation {
    let mut out = Derivation {
        rule: rule.id.clone(),
        title: rule.title.clone(),
        citation: rule.citation.clone(),
        day_citation: rule.day_citation.clone(),
        period: rule.period,
        start: start.clone(),
        minimum: false,
        counted: Vec::new(),
        skipped: Vec::new(),
        makeup: Vec::new(),
        exclusions: exclusions.to_vec(),
        excluded_days: excluded_days(start.day, due.latest(), gaps),
        roll,
        unpublished_from: due.known().is_none().then(|| cal.published_until() + 1),
        calendar: cal.version().clone(),
        due,
    };
    match rule.period.unit {
        Unit::WorkingDays => walk(cal, &mut out, gaps),
        Unit::Days | Unit::Months | Unit::Years => walk_roll(cal, &mut out),
        Unit::Hours | Unit::FixedDate => {}
    }
    out
}

fn excluded_days(start: Date, end: Date, gaps: &[(Date, Date)]) -> u32 {
    let day = crate::calendar::epoch_day;
    gaps.iter()
        .map(|&(from, to)| day(to.min(end)) - day(from).max(day(start) + 1) + 1)
        .map(|days| u32::try_from(days).unwrap_or(0))
        .sum()
}

/// Lists the days between start and due of a working-day count.
fn walk(cal: &Calendar, out: &mut Derivation, gaps: &[(Date, Date)]) {
    let backward = matches!(out.period.direction, Direction::Backward);
    let end = if backward { out.due.earliest() } else { out.due.latest() };
    let limit = (out.period.n as usize).min(LISTED);
    let mut day = out.start.day;
    let mut gap = 0;
    while day != end && out.counted.len() < limit {
        let next = if backward { day.yesterday() } else { day.tomorrow() };
        let Ok(next) = next else { break };
        day = next;
        while gap < gaps.len() && gaps[gap].1 < day {
            gap += 1;
        }
        if gap < gaps.len() && gaps[gap].0 <= day {
            continue;
        }
        match cal.is_workday(day) {
            None => {
                if !backward {
                    break;
                }
            }
            Some(works) => note(cal, out, day, works),
        }
    }
}

fn note(cal: &Calendar, out: &mut Derivation, day: Date, works: bool) {
    if works {
        out.counted.push(day);
    }
    if let Some(name) = cal.holiday_name(day) {
        let named = Named { day, name: name.clone() };
        if works { out.makeup.push(named) } else { out.skipped.push(named) }
    }
}

/// Lists the days a roll passed over, or the make-up day that kept it from
/// happening.
fn walk_roll(cal: &Calendar, out: &mut Derivation) {
    let Due::Known(due) = out.due else { return };
    let Some(step) = &out.roll else {
        let rolls = matches!(out.period.roll, Roll::Forward);
        if let DayKind::Makeup(name) = cal.kind(due)
            && rolls
        {
            out.makeup.push(Named { day: due, name });
        }
        return;
    };
    let mut day = step.from;
    while day < due {
        if let Some(name) = cal.holiday_name(day) {
            out.skipped.push(Named { day, name: name.clone() });
        }
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
}

impl Derivation {
    /// The derivation as Chinese sentences, one a step.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let mut all = Vec::new();
        let year = self.start.day.year();
        let show = |d: Date| short(d, year);
        match (self.period.unit, self.minimum) {
            (Unit::FixedDate, _) => {
                all.push(format!("固定日期{}（{}），不顺延", long(self.start.day), self.citation))
            }
            (_, _) => all.push(format!("{}{}，当日不计", long(self.start.day), self.start.source)),
        }
        self.say_period(&mut all, year);
        let working = matches!(self.period.unit, Unit::WorkingDays);
        let out = if working { "，不计" } else { "" };
        for (from, to, name) in runs(&self.skipped) {
            all.push(format!("{}放假（{name}）{out}", span(from, to, year)));
        }
        let (last, in_words) =
            if working { ("", "计入") } else { ("末日", "不是休息日，不顺延") };
        for m in &self.makeup {
            let day = format!("{last}{}（{}）", show(m.day), weekday(m.day));
            all.push(format!("{day}调休上班（{}），{in_words}", m.name));
        }
        for x in &self.exclusions {
            all.push(format!("{}{}，不计入期限（{}）", span(x.from, x.to, year), x.reason, x.citation));
        }
        if self.excluded_days > 0 {
            all.push(format!("扣除重叠后共{}日不计入期限", self.excluded_days));
        }
        self.say_end(&mut all, year);
        all
    }

    fn say_period(&self, all: &mut Vec<String>, year: i16) {
        let back = if matches!(self.period.direction, Direction::Backward) { "倒数" } else { "" };
        match self.period.unit {
            Unit::FixedDate | Unit::Hours => {}
            Unit::WorkingDays => {
                let basis = self.day_citation.as_ref().unwrap_or(&self.citation);
                let mut text = format!("{back}{}（{basis}）", self.period.words());
                if !self.counted.is_empty() {
                    let _ = write!(text, "：{}", list(&self.counted, year));
                }
                all.push(text);
            }
            Unit::Days => all.push(format!("{back}{}，按自然日计（{}）", self.period.words(), self.citation)),
            Unit::Months | Unit::Years => {
                let at = "期满于最后一月的对应日，没有对应日的为月末日（《民法典》第二百零二条）";
                all.push(format!("{back}{}（{}），{at}", self.period.words(), self.citation));
            }
        }
    }

    fn say_end(&self, all: &mut Vec<String>, year: i16) {
        if let (Some(step), Due::Known(due)) = (&self.roll, self.due) {
            let why = step.name.as_ref().map_or_else(String::new, |n| format!("，{n}放假"));
            let (from, to) = (short(step.from, year), short(due, year));
            all.push(format!(
                "末日{from}（{}{why}）为休息日，顺延至{to}（《民法典》第二百零三条）",
                weekday(step.from)
            ));
        }
        let calendar = matches!(self.period.unit, Unit::Days | Unit::Months | Unit::Years);
        let forward = matches!((self.period.direction, self.period.roll), (Direction::Forward, Roll::None));
        if calendar && forward && !self.minimum {
            all.push("末日遇休息日不顺延".into());
        }
        let working = matches!(self.period.unit, Unit::WorkingDays);
        let quiet = working && self.skipped.is_empty() && self.makeup.is_empty();
        let tail = if quiet && self.due.known().is_some() { "，无调休影响" } else { "" };
        all.push(format!("日历版本 {}{tail}", self.calendar));
        match (self.due, self.unpublished_from) {
            (Due::Between { earliest, latest }, Some(from)) => all.push(format!(
                "{from}年放假安排尚未公布，期限最早{}、最晚{}",
                long(earliest),
                long(latest)
            )),
            (Due::Between { .. }, None) => {}
            (Due::Known(day), _) if self.minimum => {
                all.push(format!("不得早于{}（{}）", long(day), weekday(day)))
            }
            (Due::Known(day), _) if matches!(self.period.direction, Direction::Backward) => {
                all.push(format!("最迟{}（{}）", long(day), weekday(day)));
            }
            (Due::Known(day), _) => all.push(format!("{}（{}）止", long(day), weekday(day))),
        }
    }
}

/// `2026年3月17日`.
pub fn long(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

fn short(day: Date, year: i16) -> String {
    if day.year() == year { format!("{}月{}日", day.month(), day.day()) } else { long(day) }
}

fn span(from: Date, to: Date, year: i16) -> String {
    if from == to { short(from, year) } else { format!("{}至{}", short(from, year), short(to, year)) }
}

/// `3月16、17、18日、4月1日`.
fn list(days: &[Date], year: i16) -> String {
    let mut text = String::new();
    let mut last: Option<Date> = None;
    for day in days {
        let sep = if last.is_some() { "、" } else { "" };
        let same = last.is_some_and(|l| (l.year(), l.month()) == (day.year(), day.month()));
        let (y, m, d) = (day.year(), day.month(), day.day());
        if !same && last.is_some() {
            text.push('日');
        }
        let shown = match (same, y == last.map_or(year, Date::year)) {
            (true, _) => format!("{sep}{d}"),
            (false, true) => format!("{sep}{m}月{d}"),
            (false, false) => format!("{sep}{y}年{m}月{d}"),
        };
        text.push_str(&shown);
        last = Some(*day);
    }
    text.push('日');
    text
}

/// Joins consecutive days of one holiday, in date order.
fn runs(days: &[Named]) -> Vec<(Date, Date, Label)> {
    let mut sorted: Vec<&Named> = days.iter().collect();
    sorted.sort_by_key(|n| n.day);
    let mut out: Vec<(Date, Date, Label)> = Vec::new();
    for n in sorted {
        match out.last_mut() {
            Some((_, to, name)) if *name == n.name && to.tomorrow().is_ok_and(|t| t == n.day) => *to = n.day,
            Some(_) | None => out.push((n.day, n.day, n.name.clone())),
        }
    }
    out
}

/// The day of the week in Chinese.
#[must_use]
pub(crate) fn weekday(day: Date) -> &'static str {
    match day.weekday() {
        Weekday::Monday => "星期一",
        Weekday::Tuesday => "星期二",
        Weekday::Wednesday => "星期三",
        Weekday::Thursday => "星期四",
        Weekday::Friday => "星期五",
        Weekday::Saturday => "星期六",
        Weekday::Sunday => "星期日",
    }
}
