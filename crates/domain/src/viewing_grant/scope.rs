//! What a right of viewing covers, and what is looked at.

use crate::case::types::{DocumentNo, EvidenceNo};
use crate::matter::MatterId;
use crate::secrecy::Secrecy;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// One thing that can be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "material", rename_all = "snake_case")]
pub enum Material {
    /// 案卷: cover, catalogue, and the paper volumes as such.
    File {
        /// Of which case.
        case: MatterId,
    },
    /// 文书 of a case.
    Document {
        /// Case.
        case: MatterId,
        /// Its number in the case.
        no: DocumentNo,
    },
    /// 证据 of a case.
    Evidence {
        /// Case.
        case: MatterId,
        /// Its number in the case.
        no: EvidenceNo,
    },
    /// 音像记录.
    Recording {
        /// The recording's matter.
        recording: MatterId,
    },
}

impl Material {
    /// The case that names it; a recording names its own matter only.
    pub const fn case(self) -> Option<MatterId> {
        match self {
            Self::File { case } | Self::Document { case, .. } | Self::Evidence { case, .. } => Some(case),
            Self::Recording { .. } => None,
        }
    }

    /// Whether it is sound or picture.
    pub const fn is_recording(self) -> bool {
        match self {
            Self::Recording { .. } => true,
            Self::File { .. } | Self::Document { .. } | Self::Evidence { .. } => false,
        }
    }
}

/// A thing as it stands when somebody wants to look at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thing {
    /// Which.
    pub material: Material,
    /// Its case; none for a patrol.
    pub case: Option<MatterId>,
    /// The case is archived: who handled it has no more to do with it than others.
    pub archived: bool,
    /// The unit that made the recording; empty where not told.
    pub unit: String,
    /// Civil day on which the recording began.
    pub recorded_on: Option<Date>,
    /// Its mark in the file.
    pub secrecy: Option<Secrecy>,
}

impl Thing {
    /// The case it belongs to.
    pub fn of_case(&self) -> Option<MatterId> {
        self.material.case().or(self.case)
    }
}

/// What a right covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "covers", rename_all = "snake_case")]
pub enum Covered {
    /// Everything of one case: file and recordings.
    Case {
        /// Which.
        case: MatterId,
    },
    /// The file of one case, without recordings.
    File {
        /// Which.
        case: MatterId,
    },
    /// The recordings of one case.
    Recordings {
        /// Of which case.
        case: MatterId,
    },
    /// One thing.
    One {
        /// Which.
        #[serde(flatten)]
        material: Material,
    },
    /// The recordings that a unit made between two civil days, both included.
    Period {
        /// Unit.
        unit: String,
        /// First day.
        from: Date,
        /// Last day.
        to: Date,
    },
}

impl Covered {
    /// Whether it covers the thing.
    pub fn covers(&self, thing: &Thing) -> bool {
        let recording = thing.material.is_recording();
        match self {
            Self::Case { case } => thing.of_case() == Some(*case),
            Self::File { case } => !recording && thing.of_case() == Some(*case),
            Self::Recordings { case } => recording && thing.of_case() == Some(*case),
            Self::One { material } => thing.material == *material,
            Self::Period { unit, from, to } => {
                recording
                    && thing.unit == *unit
                    && thing.recorded_on.is_some_and(|day| *from <= day && day <= *to)
            }
        }
    }

    /// Whether whatever it covers is covered by `wider` too, as far as that can be told
    /// without knowing the recordings.
    pub fn within(&self, wider: &Self) -> bool {
        if self == wider {
            return true;
        }
        match (self, wider) {
            (Self::File { case } | Self::Recordings { case }, Self::Case { case: of }) => case == of,
            (Self::One { material }, Self::Case { case } | Self::File { case }) => {
                material.case() == Some(*case)
            }
            (Self::Period { unit, from, to }, Self::Period { unit: u, from: f, to: t }) => {
                unit == u && f <= from && to <= t
            }
            (Self::Case { .. } | Self::File { .. } | Self::Recordings { .. }, _)
            | (Self::One { .. } | Self::Period { .. }, _) => false,
        }
    }
}
