//! What a year's arrangement can look like before it is published.
//!
//! Two readings enclose every plausible arrangement of an unpublished year, so
//! a count under any of them lies between the counts under the two.
//!
//! *Fewest working days*: every Saturday and Sunday is off, and so is every
//! weekday inside a window around each statutory holiday (元旦, 春节, 清明,
//! 劳动节, 端午, 中秋, 国庆: 13 days a year by 《全国年节及纪念日放假办法》第二条,
//! joined to longer holidays by moving weekends, 第七条).
//!
//! *Most working days*: every weekday works except the statutory days whose
//! date is certain (1 January, 1 and 2 May, 1 to 3 October, the day of 清明,
//! 端午 and 中秋, 除夕 to 正月初三), and so does every Saturday and Sunday up to
//! two weeks from a window, where make-up days are put.
//!
//! The windows are one day or more wider on each side than any arrangement of
//! 2007 to 2026. Extraordinary notices in mid-year (2015-09-03, 2020-01-31)
//! are covered by a reserve of days, see [`super::EXTRA_OFF`] and
//! [`super::EXTRA_WORK`]. The tests hold each published year against its own
//! bounds as if it were unpublished.

use super::{FIRST_YEAR, LAST_YEAR, epoch_day, is_weekend};
use jiff::civil::{Date, date};
use std::sync::OnceLock;

/// Days before and after a window in which a make-up day can fall.
const MAKEUP_REACH: i32 = 14;

struct Holiday {
    /// Epoch day of the festival.
    day: i32,
    /// Weekdays that can be off, relative to `day`.
    window: (i32, i32),
    /// Days certainly off by statute, relative to `day`.
    statutory: (i32, i32),
}

/// Plausible readings per day of the covered span.
pub(super) struct Readings {
    pub(super) fewest: Vec<bool>,
    pub(super) most: Vec<bool>,
}

/// The two readings of every day as if nothing were published.
pub(super) fn readings(dates: &[Date]) -> &'static Readings {
    static READINGS: OnceLock<Readings> = OnceLock::new();
    READINGS.get_or_init(|| build(dates))
}

fn build(dates: &[Date]) -> Readings {
    let base = epoch_day(dates[0]);
    let mut fewest: Vec<bool> = dates.iter().map(|d| !is_weekend(*d)).collect();
    let mut most = fewest.clone();
    let holidays = holidays();
    let each = |from: i32, to: i32, apply: &mut dyn FnMut(usize)| {
        for day in from..=to {
            if let Ok(i) = usize::try_from(day - base)
                && i < dates.len()
            {
                apply(i);
            }
        }
    };
    for h in &holidays {
        let (from, to) = (h.day + h.window.0, h.day + h.window.1);
        each(from, to, &mut |i| fewest[i] = false);
        each(from - MAKEUP_REACH, to + MAKEUP_REACH, &mut |i| most[i] = true);
    }
    for h in &holidays {
        each(h.day + h.statutory.0, h.day + h.statutory.1, &mut |i| most[i] = false);
    }
    Readings { fewest, most }
}

fn holidays() -> Vec<Holiday> {
    let mut all = Vec::new();
    for year in FIRST_YEAR - 1..=LAST_YEAR + 1 {
        all.push(Holiday { day: epoch_day(date(year, 1, 1)), window: (-2, 3), statutory: (0, 0) });
        all.push(Holiday { day: epoch_day(date(year, 5, 1)), window: (-3, 7), statutory: (0, 0) });
        all.push(Holiday { day: epoch_day(date(year, 10, 1)), window: (-3, 8), statutory: (0, 2) });
    }
    for row in festivals() {
        // 除夕 joined the statutory days of spring only in 2024's revision and
        // between 2008 and 2013; 正月初一 to 初三 always were.
        all.push(Holiday { day: row[0], window: (-3, 10), statutory: (0, 1) });
        for &day in &row[1..] {
            all.push(Holiday { day, window: (-3, 3), statutory: (0, 0) });
        }
    }
    all
}

/// Epoch days of 春节, 清明, 端午, 中秋, a row a year.
fn festivals() -> Vec<[i32; 4]> {
    include_str!("../../data/festivals.csv")
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_digit()))
        .filter_map(|line| {
            let mut days = line.split(',').skip(1).map(|f| f.parse::<Date>().ok().map(epoch_day));
            Some([days.next()??, days.next()??, days.next()??, days.next()??])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_year_has_its_festivals() {
        let rows = super::festivals();
        assert_eq!(rows.len(), usize::try_from(super::LAST_YEAR - super::FIRST_YEAR + 1).unwrap());
    }
}
