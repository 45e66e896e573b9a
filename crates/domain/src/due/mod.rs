//! The pure part of `mingjing due`: one question or a table of them.
//!
//! A table is CSV with the columns
//! `id,start,n,unit,roll,expected_due` (others are carried along): `n` negative
//! counts back; `unit` is `working`, `calendar`, `months`, `years`, `hours` or
//! `fixed_date`; `roll` is `forward`, `none` or `-` (working days need none).
//! The answer adds `due,earliest,latest,match`. A limit that depends on an
//! unpublished year answers `UNKNOWN` with its bounds.

#[cfg(test)]
mod tests;

use crate::calendar::{Calendar, Due};
use crate::cite::Citation;
use crate::period::{self, Direction, Exclusion, Period, PeriodError, Roll, Rule, Start, Unit};
use jiff::civil::{Date, DateTime};
use std::borrow::Cow;

/// The word for a day that depends on an unpublished year.
pub const UNKNOWN: &str = "UNKNOWN";

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The start: a civil moment in Asia/Shanghai; only hours use the time.
    pub start: DateTime,
    /// The length, direction and roll.
    pub period: Period,
    /// Intervals not counted.
    pub exclusions: Vec<Exclusion>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// `2026-03-11`, `2026-10-01T17:30:00` for hours, or [`UNKNOWN`].
    pub due: String,
    /// The bounds when unknown, else the day twice; none for hours.
    pub bounds: Option<(Date, Date)>,
    /// The derivation, a sentence a step.
    pub why: Vec<String>,
}

/// Why a question could not be answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// A field is missing or malformed.
    #[error("{field}：{reason}")]
    Field {
        /// The column or flag.
        field: &'static str,
        /// What is wrong and what is expected.
        reason: String,
    },
    /// The computation refused.
    #[error(transparent)]
    Period(#[from] PeriodError),
}

impl Query {
    /// Reads a question from the texts of a row or of flags.
    ///
    /// # Errors
    /// Names the field that is wrong.
    pub fn parse(start: &str, n: &str, unit: &str, roll: &str) -> Result<Self, QueryError> {
        let given = start;
        let start = parse_start(given)?;
        let count: i64 = n.trim().parse().map_err(|_| bad("n", format!("“{n}”应为整数，负数为倒计")))?;
        let n = u32::try_from(count.unsigned_abs())
            .ok()
            .filter(|n| *n <= 100_000)
            .ok_or_else(|| bad("n", format!("“{count}”过大")))?;
        let unit = match unit.trim() {
            "working" | "wd" => Unit::WorkingDays,
            "calendar" | "days" | "d" => Unit::Days,
            "months" => Unit::Months,
            "years" => Unit::Years,
            "hours" => Unit::Hours,
            "fixed_date" => Unit::FixedDate,
            other => {
                let known = "working、calendar、months、years、hours、fixed_date";
                return Err(bad("unit", format!("“{other}”应为 {known} 之一")));
            }
        };
        let roll = match roll.trim() {
            "-" | "" | "none" => Roll::None,
            "forward" => Roll::Forward,
            other => return Err(bad("roll", format!("“{other}”应为 forward、none 或 -"))),
        };
        let direction = if count < 0 { Direction::Backward } else { Direction::Forward };
        if matches!((direction, roll), (Direction::Backward, Roll::Forward)) {
            return Err(bad("roll", "倒计期限不顺延".into()));
        }
        if matches!(unit, Unit::Hours) && !given.contains('T') {
            return Err(bad("start", "以小时计的期限须给出时刻，例如 2026-01-31T17:30:00".into()));
        }
        if matches!((direction, unit), (Direction::Backward, Unit::Hours | Unit::FixedDate)) {
            return Err(bad("n", "小时和固定日期不能倒计".into()));
        }
        Ok(Self { start, period: Period { n, unit, direction, roll }, exclusions: Vec::new() })
    }
}

fn bad(field: &'static str, reason: String) -> QueryError {
    QueryError::Field { field, reason }
}

fn parse_start(text: &str) -> Result<DateTime, QueryError> {
    let text = text.trim();
    let day = text.parse::<Date>().map(|d| d.at(0, 0, 0, 0));
    let moment = if text.contains('T') { text.parse::<DateTime>() } else { day };
    moment.map_err(|_| bad("start", format!("“{text}”应为 2026-01-31 或 2026-01-31T17:30:00")))
}

/// Answers one question.
///
/// # Errors
/// When the calendar does not reach or the exclusions do not apply.
pub fn answer(cal: &Calendar, query: &Query) -> Result<Answer, QueryError> {
    let citation = Citation {
        law: Cow::Borrowed("民法典"),
        article: Cow::Borrowed("第二百条至第二百零三条"),
    };
    let rule = Rule {
        id: "due.query".into(),
        title: "查询".into(),
        period: query.period,
        citation,
        day_citation: None,
    };
    if matches!(query.period.unit, Unit::Hours) {
        return answer_hours(query, &rule);
    }
    let start = Start::new(query.start.date(), "起算");
    let limit = match period::limit(cal, &rule, &start, &query.exclusions) {
        Ok(limit) => limit,
        // Before the first or after the last covered year nothing is published
        // and nothing can bound it.
        Err(PeriodError::Calendar(error)) => {
            return Ok(Answer { due: UNKNOWN.to_owned(), bounds: None, why: vec![error.to_string()] });
        }
        Err(error) => return Err(error.into()),
    };
    let due = match limit.due {
        Due::Known(day) => day.to_string(),
        Due::Between { .. } => UNKNOWN.to_owned(),
    };
    let bounds = Some((limit.due.earliest(), limit.due.latest()));
    Ok(Answer { due, bounds, why: limit.derivation.sentences() })
}

fn answer_hours(query: &Query, rule: &Rule) -> Result<Answer, QueryError> {
    if !query.exclusions.is_empty() {
        return Err(PeriodError::NotExcludable.into());
    }
    let shanghai = jiff::tz::Offset::constant(8);
    let start = shanghai.to_timestamp(query.start).map_err(|_| PeriodError::Overflow(query.start.date()))?;
    let limit = period::hours_after(rule, start, "", &[])?;
    let due = shanghai.to_datetime(limit.due).to_string();
    Ok(Answer { due, bounds: None, why: limit.sentences() })
}

/// How a row came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No expectation was given.
    Unchecked,
    /// The answer equals the expectation.
    Match,
    /// It does not.
    Mismatch,
    /// The row could not be answered.
    Error,
}

/// What a table came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows with an expectation that held.
    pub matched: usize,
    /// Rows with an expectation that did not hold.
    pub mismatched: usize,
    /// Rows without expectation.
    pub unchecked: usize,
    /// Rows that could not be answered.
    pub errors: usize,
}

impl Summary {
    /// Whether every expectation held and every row was answered.
    #[must_use]
    pub const fn ok(&self) -> bool {
        self.mismatched == 0 && self.errors == 0
    }

    fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Unchecked => self.unchecked += 1,
            Verdict::Match => self.matched += 1,
            Verdict::Mismatch => self.mismatched += 1,
            Verdict::Error => self.errors += 1,
        }
    }
}

/// Answers a CSV table. Output columns: `id,start,n,unit,roll,expected_due,due,
/// earliest,latest,result,why`, where `result` is `ok`, `mismatch`, `error` or
/// empty. A bad row is answered with its error; the others still are.
///
/// # Errors
/// When the heading lacks a needed column or the bytes are not CSV.
pub fn table(cal: &Calendar, input: &[u8]) -> Result<(String, Summary), QueryError> {
    let input = input.strip_prefix("\u{feff}".as_bytes()).unwrap_or(input);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(input);
    let not_csv = |e: csv::Error| bad("csv", e.to_string());
    let headers = reader.headers().map_err(not_csv)?.clone();
    let column = |name: &'static str| headers.iter().position(|h| h == name);
    let need = |name: &'static str| column(name).ok_or_else(|| bad(name, "表头缺少此列".into()));
    let (start, n, unit) = (need("start")?, need("n")?, need("unit")?);
    let (id, roll, expected) = (column("id"), column("roll"), column("expected_due"));
    let expected = expected.or_else(|| column("expected"));
    let mut out = csv::Writer::from_writer(Vec::new());
    let heading =
        ["id", "start", "n", "unit", "roll", "expected_due", "due", "earliest", "latest", "result", "why"];
    out.write_record(heading).map_err(not_csv)?;
    let mut summary = Summary::default();
    for record in reader.records() {
        let record = record.map_err(not_csv)?;
        let get = |i: Option<usize>| i.and_then(|i| record.get(i)).unwrap_or_default();
        let given = [get(id), get(Some(start)), get(Some(n)), get(Some(unit)), get(roll), get(expected)];
        let asked = Query::parse(given[1], given[2], given[3], given[4]).and_then(|q| answer(cal, &q));
        let (verdict, tail) = row(asked, given[5]);
        summary.add(verdict);
        let cells = given.into_iter().map(str::to_owned).chain(tail);
        out.write_record(cells).map_err(not_csv)?;
    }
    let bytes = out.into_inner().map_err(|e| bad("csv", e.to_string()))?;
    Ok((String::from_utf8_lossy(&bytes).into_owned(), summary))
}

fn row(asked: Result<Answer, QueryError>, expected: &str) -> (Verdict, [String; 5]) {
    match asked {
        Err(error) => {
            let none = String::new;
            (Verdict::Error, [none(), none(), none(), "error".into(), error.to_string()])
        }
        Ok(answer) => {
            let (verdict, word) = match expected {
                "" => (Verdict::Unchecked, ""),
                e if e == answer.due => (Verdict::Match, "ok"),
                _ => (Verdict::Mismatch, "mismatch"),
            };
            let (early, late) =
                answer.bounds.map_or_else(Default::default, |(a, b)| (a.to_string(), b.to_string()));
            (verdict, [answer.due, early, late, word.into(), answer.why.join("；")])
        }
    }
}
