//! What a recording is to a file, to a viewing and to a check.

use jiff::Timestamp;
use mingjing_domain::archive::Recorded;
use mingjing_domain::recording_check::Candidate;
use mingjing_domain::recording_check::stats::{Arrival, UploadRow};
use mingjing_domain::text::Text;
use mingjing_domain::viewing_grant::{Material, Thing};

pub use super::store::{ACT, FILED, Filed, acts, filed_row, in_days, of_case, one};

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

    /// Whether it reached the store in its term, as it stands at `now`.
    pub fn upload(&self, now: Timestamp) -> UploadRow {
        let (arrival, until) = match self.arrived_at {
            Some(at) if at <= self.due_at => (Arrival::InTime, at),
            Some(at) if self.late_excused => (Arrival::LateExcused, at),
            Some(at) => (Arrival::Late, at),
            None if now <= self.due_at => (Arrival::Awaited, now),
            None => (Arrival::Overdue, now),
        };
        let hours = until.duration_since(self.due_at).as_hours().max(0);
        UploadRow {
            unit: self.unit.clone(),
            officers: self.collectors.clone(),
            arrival,
            late_hours: u32::try_from(hours).unwrap_or(u32::MAX),
        }
    }
}
