//! How long a recording is kept: the longest of its classes, and no end while it is held.

use super::settings::CustodyRules;
use super::state::{Hold, Recording};
use super::words::{HoldTrigger, MarkKind, RetentionClass};
use crate::calendar::Calendar;
use crate::case::Case;
use crate::erasure::kept_until;
use crate::matter::{MatterId, StaffId};
use crate::period::{Derivation, PeriodError, Start, limit};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A case that a recording belongs to, as far as keeping asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFact {
    /// The case.
    pub case: MatterId,
    /// Day of archiving and retention in years, 0 for permanent; none before.
    pub archived: Option<(Date, u16)>,
}

/// Until when something is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kept", rename_all = "snake_case")]
pub enum Kept {
    /// Up to and including this civil day.
    Until {
        /// The last day.
        day: Date,
    },
    /// As long as its file, which is not archived yet.
    WithFile,
    /// 永久.
    Permanent,
}

/// One reason to keep it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ground {
    /// The class that asks.
    pub class: RetentionClass,
    /// The case whose file it goes with.
    pub case: Option<MatterId>,
    /// Until when.
    pub kept: Kept,
    /// How the day came about, where it was counted by a rule.
    pub derivation: Option<Derivation>,
}

/// How long a recording is kept, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keeping {
    /// The longest of the grounds.
    pub kept: Kept,
    /// Every ground.
    pub grounds: Vec<Ground>,
    /// Holds that stand: nothing ends while one does.
    pub holds: Vec<(u16, HoldTrigger)>,
}

impl Keeping {
    /// Whether it may be proposed for destruction on `day`: the longest term has passed
    /// and no hold stands. Time alone destroys nothing.
    pub fn over(&self, day: Date) -> bool {
        self.holds.is_empty()
            && match self.kept {
                Kept::Until { day: last } => day > last,
                Kept::WithFile | Kept::Permanent => false,
            }
    }
}

/// The longest term of keeping that ends: 《机关文件材料归档范围和文书档案保管期限规定》第六条
/// (30 years).
const LONGEST_YEARS: u16 = 30;

/// A term of whole years as archives count them: from the January after.
fn years(from: Date, n: u16) -> Kept {
    kept_until(from, n).map_or(Kept::Permanent, |day| Kept::Until { day })
}

/// How long `recording` is kept, with the `files` of its cases, on `today`.
///
/// # Errors
/// When the calendar does not reach the end of a patrol's term.
pub fn keeping(
    recording: &Recording,
    files: &[FileFact],
    rules: &CustodyRules,
    calendar: &Calendar,
    today: Date,
) -> Result<Keeping, PeriodError> {
    let mut grounds = Vec::new();
    // Of several days the last: nothing of it goes before its own time.
    let made_on = recording.over_on();
    let own = |class, kept| Ground { class, case: None, kept, derivation: None };
    match recording.class {
        RetentionClass::Patrol => {
            let term = limit(calendar, &rules.patrol, &Start::new(made_on, "录制"), &[])?;
            let kept = Kept::Until { day: term.due.latest() };
            grounds.push(Ground { derivation: Some(term.derivation), ..own(RetentionClass::Patrol, kept) });
        }
        RetentionClass::Years10 => grounds.push(own(RetentionClass::Years10, years(made_on, 10))),
        RetentionClass::Years30 => grounds.push(own(RetentionClass::Years30, years(made_on, 30))),
        RetentionClass::Permanent => grounds.push(own(RetentionClass::Permanent, Kept::Permanent)),
        // Kept with its file even while no case is known.
        RetentionClass::File if recording.cases.is_empty() => {
            grounds.push(own(RetentionClass::File, Kept::WithFile));
        }
        RetentionClass::File => {}
    }
    for case in &recording.cases {
        let archived = files.iter().find(|it| it.case == *case).and_then(|it| it.archived);
        let kept = archived.map_or(Kept::WithFile, |(on, n)| years(on, n));
        grounds.push(Ground { class: RetentionClass::File, case: Some(*case), kept, derivation: None });
    }
    let kept = grounds.iter().map(|it| it.kept).max().unwrap_or(Kept::WithFile);
    let holds = (1..)
        .zip(&recording.holds)
        .filter(|(_, it)| standing(it, today))
        .map(|(no, it)| (no, it.trigger))
        .collect();
    Ok(Keeping { kept, grounds, holds })
}

/// The last civil day up to which a recording is kept whatever else happens, as far as that
/// is certain on `today`: a store whose objects can be locked locks them until then. What
/// goes with a file that is not archived yet is kept for a patrol's term at least, the
/// shortest there is (domain.md 6.1); what is permanent, for the longest term in years.
///
/// # Errors
/// As [`keeping`].
pub fn certain_until(
    recording: &Recording,
    files: &[FileFact],
    rules: &CustodyRules,
    calendar: &Calendar,
    today: Date,
) -> Result<Date, PeriodError> {
    let made_on = recording.over_on();
    let shortest = || {
        let term = limit(calendar, &rules.patrol, &Start::new(made_on, "录制"), &[])?;
        Ok(term.due.latest())
    };
    match keeping(recording, files, rules, calendar, today)?.kept {
        Kept::Until { day } => Ok(day),
        Kept::WithFile => shortest(),
        Kept::Permanent => match years(made_on, LONGEST_YEARS) {
            Kept::Until { day } => Ok(day),
            Kept::WithFile | Kept::Permanent => shortest(),
        },
    }
}

/// Triggers of long-term keeping that the data itself shows: a remedy of a party, a mark
/// of refusal or obstruction. Who keeps the recording decides; nothing is held by itself.
pub fn suggested(recording: &Recording, case: Option<&Case>) -> Vec<HoldTrigger> {
    let mut out = Vec::new();
    if case.is_some_and(|it| it.parties.iter().any(|p| !p.remedies.is_empty())) {
        out.push(HoldTrigger::Objection);
    }
    if recording.marks.iter().any(|it| it.kind == MarkKind::Refused) {
        out.push(HoldTrigger::Obstruction);
    }
    out.retain(|trigger| !recording.holds.iter().any(|it| it.trigger == *trigger && it.released.is_none()));
    out
}

/// A hold that ends by its day, soon or lately, so that somebody decides before its object can go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Its number.
    pub no: u16,
    /// Who placed it.
    pub by: StaffId,
    /// Its last day.
    pub until: Date,
    /// Days from today to its last day; below 0 when it is over.
    pub days: i32,
}

/// The holds of a recording that end by their day within `notice` days of `today`, before or
/// after, and were not released. One that a later hold of the same trigger outlasts is no news.
pub fn ending(recording: &Recording, notice: u32, today: Date) -> Vec<Ending> {
    if recording.destroyed.is_some() {
        return Vec::new();
    }
    let outlasted = |hold: &Hold, until: Date| {
        recording.holds.iter().any(|other| {
            other.released.is_none()
                && other.trigger == hold.trigger
                && other.until.is_none_or(|day| day > until)
        })
    };
    (1..)
        .zip(&recording.holds)
        .filter_map(|(no, hold)| {
            let until = hold.until.filter(|until| hold.released.is_none() && !outlasted(hold, *until))?;
            // The span between two civil dates fits days.
            let days = today.until(until).ok()?.get_days();
            (days.unsigned_abs() <= notice).then_some(Ending { no, by: hold.placed.0, until, days })
        })
        .collect()
}

/// Whether a hold stands on a day: not released, and not past its own last day.
pub fn standing(hold: &Hold, today: Date) -> bool {
    hold.released.is_none() && hold.until.is_none_or(|until| today <= until)
}
