//! Limits that run: days left in words and colour, with the derivation.

use jiff::civil::Date;
use maud::{Markup, html};

/// How a limit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    /// So many days are left, today not counted.
    Left(i64),
    /// The calendar of a year is unpublished: at least so many days are left.
    AtLeast(i64),
    /// Over since so many days.
    Over(i64),
    /// Suspended.
    Paused,
    /// Met on this day.
    Kept(Date),
}

/// Days before the end from which a limit counts as near.
pub const NEAR_DAYS: i64 = 5;

impl Run {
    /// Standing of a limit that ends at the end of `end`, seen on `today`.
    pub fn on(today: Date, end: Date) -> Self {
        // Civil days of the same calendar: the difference always fits.
        let days = today.until(end).map_or(0, |span| i64::from(span.get_days()));
        if days < 0 { Self::Over(-days) } else { Self::Left(days) }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Left(days) | Self::AtLeast(days) => {
                if days <= NEAR_DAYS {
                    "due near"
                } else {
                    "due"
                }
            }
            Self::Over(_) => "due over",
            Self::Paused => "due paused",
            Self::Kept(_) => "due kept",
        }
    }

    fn words(self) -> String {
        match self {
            Self::Left(0) => "今日止".to_owned(),
            Self::Left(days) => format!("{days} 天"),
            Self::AtLeast(days) => format!("至少 {days} 天"),
            Self::Over(days) => format!("超 {days} 天"),
            Self::Paused => "已中止".to_owned(),
            Self::Kept(_) => "已办".to_owned(),
        }
    }

    const fn near_words(self) -> Option<&'static str> {
        match self {
            Self::Left(days) | Self::AtLeast(days) => {
                if days <= NEAR_DAYS {
                    Some("临近届满")
                } else {
                    None
                }
            }
            Self::Over(_) => Some("已超期"),
            Self::Paused | Self::Kept(_) => None,
        }
    }
}

/// One limit.
#[derive(Clone, Debug)]
pub struct Due<'a> {
    /// Name of the limit.
    pub label: &'a str,
    /// How it stands.
    pub run: Run,
    /// Its last day; the earliest where the calendar leaves it open.
    pub end: Date,
    /// The latest possible last day, where the calendar leaves it open.
    pub latest: Option<Date>,
    /// Each step of its computation, as a sentence.
    pub derivation: Vec<String>,
}

/// The row of one limit.
pub fn due(it: &Due<'_>) -> Markup {
    html! {
        div class=(it.run.class()) {
            strong { (it.run.words()) }
            div {
                b { (it.label) } " "
                @match (it.run, it.latest) {
                    (Run::Kept(day), _) => { (super::show::day(day)) "办结，期限 " (super::show::day(it.end)) },
                    (Run::Left(_) | Run::AtLeast(_) | Run::Over(_) | Run::Paused, Some(latest)) => {
                        "不早于 " (super::show::day(it.end)) "，不晚于 " (super::show::day(latest))
                    },
                    (Run::Left(_) | Run::AtLeast(_) | Run::Over(_) | Run::Paused, None) => {
                        (super::show::day(it.end)) "止"
                    },
                }
                @if let Some(words) = it.run.near_words() {
                    " " (super::show::tag(if matches!(it.run, Run::Over(_)) { super::show::Tone::Seal } else { super::show::Tone::Near }, words))
                }
                @if !it.derivation.is_empty() {
                    details.why { summary { "怎样算出" } ol { @for step in &it.derivation { li { (step) } } } }
                }
            }
        }
    }
}

/// The card of all limits, in the order given.
pub fn dues(all: &[Due<'_>]) -> Markup {
    html! {
        section.card {
            h2 { "期限" }
            @if all.is_empty() { p.meta { "没有正在计算的期限。" } }
            @for it in all { (due(it)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn days_left_count_from_the_day_after_today() {
        let today = date(2026, 3, 15);
        assert_eq!(Run::on(today, date(2026, 3, 20)), Run::Left(5));
        assert_eq!(Run::on(today, today), Run::Left(0));
        assert_eq!(Run::on(today, date(2026, 3, 14)), Run::Over(1));
        assert_eq!(Run::on(today, date(2027, 3, 15)), Run::Left(365));
    }
}
