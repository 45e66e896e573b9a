//! Which acts of the case's procedure a row of a list governs.

use super::words::Narrowing;
use crate::case::enforcement::EnforcementManner;
use crate::case::procedure::Verb;
use crate::case::types::{ClueSource, PreservationDisposal, ServiceMethod};
use serde::{Deserialize, Serialize};

/// Which acts of the case's procedure a row governs: a command, perhaps narrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ActRef {
    /// The command's row in [`crate::case::procedure::PROCEDURE`].
    pub verb: Verb,
    /// Only where this holds.
    pub only: Option<Narrowing>,
}

impl ActRef {
    /// Reads `serve_document` or `serve_document:left`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let word = |name: &str| serde_json::Value::String(name.to_owned());
        let (verb, only) = text.split_once(':').map_or((text, None), |(verb, only)| (verb, Some(only)));
        let verb = serde_json::from_value(word(verb)).map_err(|_| format!("“{text}”不是办案程序中的事项"))?;
        let only = only
            .map(|it| serde_json::from_value(word(it)).map_err(|_| format!("“{text}”的限定不认识")))
            .transpose()?;
        Ok(Self { verb, only })
    }

    /// Whether it governs the act.
    pub fn governs(self, act: &ActOf) -> bool {
        self.verb == act.verb
            && match self.only {
                None => true,
                Some(Narrowing::Left) => act.service == Some(ServiceMethod::Left),
                Some(Narrowing::Announcement) => act.service == Some(ServiceMethod::Announcement),
                Some(Narrowing::SealOrSeize) => act.disposal == Some(PreservationDisposal::SealOrSeize),
                Some(Narrowing::Random) => act.clue == Some(ClueSource::RandomInspection),
                Some(Narrowing::CaseRoom) => act.case_room,
                Some(Narrowing::Demolition) => act.enforcement == Some(EnforcementManner::Demolish),
                Some(Narrowing::OnSite) => act.enforcement.is_some_and(EnforcementManner::on_site),
            }
    }
}

/// An act as far as the list asks: a command of the procedure with what narrows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ActOf {
    /// The command. An act that takes effect by approval goes by its proposal's row.
    pub verb: Verb,
    /// How a document was served.
    #[serde(default)]
    pub service: Option<ServiceMethod>,
    /// What became of preserved evidence.
    #[serde(default)]
    pub disposal: Option<PreservationDisposal>,
    /// Where the case came from.
    #[serde(default)]
    pub clue: Option<ClueSource>,
    /// It took place in a room for handling cases.
    #[serde(default)]
    pub case_room: bool,
    /// How the organ enforced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enforcement: Option<EnforcementManner>,
}

impl ActOf {
    /// A command without anything that narrows it.
    pub const fn of(verb: Verb) -> Self {
        Self { verb, service: None, disposal: None, clue: None, case_room: false, enforcement: None }
    }
}
