//! What a recording is to a file, to a viewing and to a check.

use jiff::Timestamp;
use mingjing_domain::archive::Recorded;
use mingjing_domain::matter::civil_day;
use mingjing_domain::period::PeriodError;
use mingjing_domain::recording::CustodyRules;
use mingjing_domain::recording::upload::Lateness;
use mingjing_domain::recording_check::Candidate;
use mingjing_domain::recording_check::stats::{Arrival, UploadRow};
use mingjing_domain::text::Text;
use mingjing_domain::viewing_grant::{Material, Thing};

pub use super::store::{
    ACT, Acted, FILED, Filed, Made, act_rows, acts, day_of_nth, filed_row, in_days, made, of_case, one,
};

impl Filed {
    /// As the file of its case needs to know it.
    pub fn recorded(&self) -> Recorded {
        Recorded {
            recording: self.recording,
            number: self.number.clone(),
            title: Text::closed(self.title.clone()),
            on: self.recorded_on,
            collectors: self.collectors.clone(),
            root: self.root.clone(),
            carrier: self.carrier.clone(),
            came_on: Some(civil_day(self.registered_at)),
        }
    }

    /// As somebody wants to look at it.
    pub fn thing(&self, archived: bool) -> Thing {
        Thing {
            material: Material::Recording { recording: self.recording },
            case: self.case,
            archived,
            unit: self.unit.clone(),
            recorded_on: Some(self.recorded_on),
            secrecy: self.secrecy,
        }
    }

    /// As a draw needs to know it.
    pub fn candidate(&self) -> Candidate {
        Candidate { recording: self.recording, unit: self.unit.clone(), collectors: self.collectors.clone() }
    }

    /// Whether it reached the store in its term, as it stands at `now`; none where nothing was
    /// recorded yet. What it was made of stands elsewhere ([`made`]): the link is left blank.
    ///
    /// # Errors
    /// When the term of the policy is not in hours, or leaves the representable range.
    pub fn upload(&self, custody: &CustodyRules, now: Timestamp) -> Result<Option<UploadRow>, PeriodError> {
        let (arrival, late_hours) = match self.course.lateness(custody, now)? {
            Lateness::Nothing => return Ok(None),
            Lateness::Pending { .. } | Lateness::Excused { at: None, .. } => (Arrival::Awaited, 0),
            Lateness::InTime { .. } => (Arrival::InTime, 0),
            Lateness::Excused { at: Some(_), .. } => (Arrival::LateExcused, 0),
            Lateness::Late { at: Some(_), hours, .. } => (Arrival::Late, hours),
            Lateness::Late { at: None, hours, .. } => (Arrival::Overdue, hours),
        };
        Ok(Some(UploadRow {
            unit: self.unit.clone(),
            link: None,
            officers: self.collectors.clone(),
            arrival,
            late_hours: u32::try_from(late_hours).unwrap_or(u32::MAX),
        }))
    }
}
