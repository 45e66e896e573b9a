//! 上传: twenty-four hours from the end of the work, and who is told when it is late.

use super::settings::CustodyRules;
use super::state::Recording;
use super::words::LateGround;
use super::work::decisive;
use crate::matter::StaffId;
use crate::period::{HourLimit, PeriodError, hours_after};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Why a late upload is excused, as the officer stated it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excuse {
    /// Which of the lawful grounds.
    pub ground: LateGround,
    /// From when on an upload was possible again; none while it is not.
    pub able_at: Option<Timestamp>,
    /// When this was stated here.
    #[serde(default)]
    pub stated_at: Option<Timestamp>,
}

impl Excuse {
    /// From when on the term counts anew: from when it was possible again; and as long as
    /// it is said not to be, from when that was said, so that a ground has to be stated
    /// again while it lasts and takes nothing off anybody's desk for good.
    pub fn from(&self) -> Option<Timestamp> {
        self.able_at.or(self.stated_at)
    }

    /// As [`Self::from`], for what had come or is awaited at `reached`: a ground that began
    /// later is one of another work.
    pub fn holding(&self, reached: Timestamp) -> Option<Timestamp> {
        self.from().filter(|from| *from <= reached)
    }
}

/// How an upload stands to its term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lateness {
    /// Nothing was recorded: no term runs.
    Nothing,
    /// Something is not uploaded; the term has not passed.
    Pending {
        /// The last moment, with its derivation.
        limit: HourLimit,
    },
    /// Everything came in time.
    InTime {
        /// The last moment.
        limit: HourLimit,
        /// When the last piece came.
        at: Timestamp,
    },
    /// After the term, with a lawful ground: to be uploaded as soon as it is possible.
    Excused {
        /// The last moment without the ground.
        limit: HourLimit,
        /// The ground.
        excuse: Excuse,
        /// When the last piece came, if it has.
        at: Option<Timestamp>,
    },
    /// After the term, without a ground: a finding for the officer, the unit and those
    /// who supervise.
    Late {
        /// The last moment.
        limit: HourLimit,
        /// Whole hours beyond it, so far or until the last piece came.
        hours: i64,
        /// When the last piece came, if it has.
        at: Option<Timestamp>,
    },
}

impl Lateness {
    /// A finding: late and not excused.
    pub const fn is_late(&self) -> bool {
        match self {
            Self::Late { .. } => true,
            Self::Nothing | Self::Pending { .. } | Self::InTime { .. } | Self::Excused { .. } => false,
        }
    }

    /// In the field's words.
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Nothing => "没有录制",
            Self::Pending { .. } => "待上传",
            Self::InTime { .. } => "按时上传",
            Self::Excused { .. } => "有法定情形，具备条件后即时上传",
            Self::Late { .. } => "超期上传",
        }
    }
}

/// The upload of a recording at `now`. The term runs from the end of the work; as long as
/// nobody has said when that was, from the end of the last piece.
///
/// # Errors
/// When the term of the policy is not in hours, or leaves the representable range.
pub fn lateness(
    recording: &Recording,
    rules: &CustodyRules,
    now: Timestamp,
) -> Result<Lateness, PeriodError> {
    Course::of(recording).lateness(rules, now)
}

/// How far an upload has come, as far as its term asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Course {
    /// From when the term runs, and what happened then; none while nothing was recorded.
    pub start: Option<(Timestamp, &'static str)>,
    /// When the last piece of that work came; none while one is missing.
    pub uploaded_at: Option<Timestamp>,
    /// Lawful ground of a late upload.
    pub excuse: Option<Excuse>,
}

impl Course {
    /// Of a recording.
    pub fn of(it: &Recording) -> Self {
        let work = decisive(it);
        Self {
            start: work.as_ref().map(|it| (it.ended, it.source)),
            uploaded_at: work.and_then(|it| it.uploaded_at),
            excuse: it.excuse,
        }
    }

    /// As [`lateness`].
    ///
    /// # Errors
    /// As [`lateness`].
    pub fn lateness(&self, rules: &CustodyRules, now: Timestamp) -> Result<Lateness, PeriodError> {
        judged(self, rules, now)
    }
}

fn judged(it: &Course, rules: &CustodyRules, now: Timestamp) -> Result<Lateness, PeriodError> {
    let Some((start, source)) = it.start else {
        return Ok(Lateness::Nothing);
    };
    let limit = hours_after(&rules.upload, start, source, &[])?;
    let uploaded_at = it.uploaded_at;
    let reached = uploaded_at.unwrap_or(now);
    if reached <= limit.due {
        return Ok(match uploaded_at {
            Some(at) => Lateness::InTime { limit, at },
            None => Lateness::Pending { limit },
        });
    }
    let mut due = limit.due;
    if let Some((excuse, from)) = it.excuse.and_then(|it| Some((it, it.holding(reached)?))) {
        // 具备条件后即时上传: no number stands there; the term counted anew bounds it.
        due = due.max(hours_after(&rules.upload, from, "具备上传条件", &[])?.due);
        if reached <= due {
            return Ok(Lateness::Excused { limit, excuse, at: uploaded_at });
        }
    }
    let beyond = reached.duration_since(due);
    let hours = beyond.as_hours() + i64::from(beyond.as_secs() % 3_600 > 0);
    Ok(Lateness::Late { limit, hours, at: uploaded_at })
}

/// Whom a late upload is shown to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Those who recorded.
    pub officers: Vec<StaffId>,
    /// Their unit.
    pub unit: String,
    /// Whoever supervises enforcement sees it too.
    pub supervisors: bool,
}

/// Whom this lateness is shown to; nobody unless it is a finding.
pub fn told(recording: &Recording, lateness: &Lateness) -> Option<Told> {
    lateness.is_late().then(|| Told {
        officers: recording.registration.collectors.iter().map(|it| it.staff).collect(),
        unit: recording.registration.unit.clone(),
        supervisors: true,
    })
}

/// The day on which what was accepted on `accepted_on` is stored together: the next
/// such day of a month, that day itself included (每月定期统一存储). None outside the
/// representable years.
pub fn centralised_by(rules: &CustodyRules, accepted_on: Date) -> Option<Date> {
    let day = i8::try_from(rules.centralise_day.value).ok()?;
    let here = Date::new(accepted_on.year(), accepted_on.month(), day).ok()?;
    if accepted_on <= here {
        return Some(here);
    }
    let next = accepted_on.last_of_month().tomorrow().ok()?;
    Date::new(next.year(), next.month(), day).ok()
}
