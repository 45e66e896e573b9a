//! What is written of recusals, hearings and discussions.

use super::types::*;
use crate::matter::StaffId;
use crate::text::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A recusal that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecusalRequest {
    /// Of whom.
    pub officer: StaffId,
    /// By the party.
    pub by_party: bool,
    /// Why.
    pub reason: Text,
}

/// A recusal that was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecusalDecision {
    /// Of whom.
    pub officer: StaffId,
    /// Granted.
    pub grant: bool,
    /// Why.
    pub reason: Text,
    /// The heads' opinions, where the principal head's recusal is decided collectively.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opinions: Vec<HeadOpinion>,
}

/// A hearing as scheduled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HearingPlan {
    /// Whose request.
    pub party: PartyNo,
    /// Civil day of the hearing.
    pub on: Date,
    /// Time of day and place.
    pub place: Text,
    /// 主持人: not an investigator of this case.
    pub host: StaffId,
    /// 听证员.
    #[serde(default)]
    pub members: Vec<StaffId>,
    /// 书记员.
    pub clerk: StaffId,
    /// Held in public unless a secret or privacy is concerned.
    pub public: bool,
}

/// A hearing as held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HearingHeld {
    /// Whose hearing.
    pub party: PartyNo,
    /// The party came; absent or leaving without leave counts as giving it up.
    pub attended: bool,
    /// Agents, at most two.
    #[serde(default)]
    pub agents: Vec<Text>,
    /// The officers who presented facts, evidence and proposal.
    pub presenters: Vec<StaffId>,
    /// What was said: facts, evidence, proposal, defence, cross-examination, last statement.
    pub record: Text,
    /// Signed by the party or agent, or the refusal noted.
    pub signed: bool,
    /// It was held in a room for handling cases, which is recorded in full
    /// (国办发〔2018〕118号（八）).
    #[serde(default, skip_serializing_if = "is_false")]
    pub case_room: bool,
}

/// A collective discussion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discussion {
    /// When and where.
    pub place: Text,
    /// Who presided.
    pub chair: StaffId,
    /// Each head's opinion.
    pub opinions: Vec<HeadOpinion>,
    /// What was concluded.
    pub outcome: DiscussionOutcome,
    /// Conclusion in words.
    pub conclusion: Text,
}

/// A collective discussion held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discussed {
    /// Record.
    pub discussion: Discussion,
    /// Digest discussed.
    pub digest: String,
    /// Version that recorded it.
    pub version: u64,
}

/// What a submission lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// In words.
    pub missing: Text,
}

/// The first review, where the chain has another one after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstReview {
    /// What the first reviewer proposes.
    pub opinion: Opinion,
    /// In words.
    pub reasons: Text,
}

/// A review of more time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// Why.
    pub reason: Text,
}
