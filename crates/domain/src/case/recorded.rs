//! Acts of a case that the list may want recorded, and what was done about it.
//!
//! The fold notes each act that took place; whether it had to be recorded is asked of
//! the list as it held on the day of the act and as it was known when the act was
//! recorded here, so that a later list opens nothing that was complete.

use super::event::CaseEvent;
use super::facts::Facts;
use super::law::Law;
use super::procedure::Verb;
use super::state::Case;
use super::types::{PartyNo, Session};
use crate::matter::{MatterId, Meta, StaffId, civil_day};
use crate::recording::event::ActNo;
use crate::recording::list::{ActOf, Requirement};
use crate::recording::words::{NoRecordingGround, Strength};
use crate::text::Text;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A recording attached to an act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// Which act, from 1.
    pub act: ActNo,
    /// The recording's matter.
    pub recording: MatterId,
    /// Roots of its pieces, SHA-256, hexadecimal.
    pub roots: Vec<String>,
}

/// The reason why an act was not recorded, stated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stated {
    /// Which act, from 1.
    pub act: ActNo,
    /// The objective reason.
    pub ground: NoRecordingGround,
    /// In words.
    pub reason: Text,
}

/// A stated reason, decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// Which act, from 1.
    pub act: ActNo,
    /// Approved.
    pub approve: bool,
    /// In words.
    pub opinion: Text,
}

/// Why an act was not recorded, as stated, and what was decided about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoRecording {
    /// The objective reason.
    pub ground: NoRecordingGround,
    /// In words.
    pub reason: Text,
    /// Who stated it, and the civil day.
    pub stated: (StaffId, Date),
    /// Who decided, the civil day, and whether it was approved.
    pub decided: Option<(StaffId, Date, bool)>,
}

/// An act that took place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActState {
    /// The act as the list asks for it.
    pub of: ActOf,
    /// The party it concerned, where it names one.
    pub party: Option<PartyNo>,
    /// Civil day of the act.
    pub on: Date,
    /// From when until when it took place, as its record says; none where no record says it.
    pub during: Option<(Timestamp, Timestamp)>,
    /// Version of the case's stream with which it was recorded.
    pub version: u64,
    /// When it was recorded here.
    pub recorded_at: Timestamp,
    /// Who recorded it here.
    pub by: StaffId,
    /// Recordings attached, with the roots of their pieces.
    pub recordings: Vec<(MatterId, Vec<String>)>,
    /// Why there is none.
    pub reason: Option<NoRecording>,
}

impl ActState {
    /// What the list asks of it.
    pub fn requirement(&self, law: &Law) -> Requirement {
        law.recordings.required(&self.of, self.on, self.recorded_at)
    }

    /// It takes effect by an approval, and may be carried out on another day.
    pub fn by_approval(&self) -> bool {
        matches!(self.of.verb, Verb::ProposePreserve | Verb::ProposeDisposePreservation)
    }

    /// A recording is attached, or the reason why there is none is approved.
    pub fn settled(&self) -> bool {
        let approved = self.reason.as_ref().and_then(|it| it.decided).is_some_and(|(_, _, yes)| yes);
        !self.recordings.is_empty() || approved
    }

    /// A reason waits for its decision.
    pub fn waiting(&self) -> bool {
        self.reason.as_ref().is_some_and(|it| it.decided.is_none()) && !self.settled()
    }

    /// How it stands.
    pub fn standing(&self, law: &Law) -> Standing {
        let asked = self.requirement(law);
        match (self.recordings.is_empty(), self.settled(), self.waiting()) {
            (false, _, _) => Standing::Recorded,
            (true, true, _) => Standing::Excused,
            (true, false, true) => Standing::Waiting,
            (true, false, false) if asked.must() => Standing::Open,
            (true, false, false) if asked.strength == Strength::TextSuffices => Standing::Text,
            (true, false, false) => Standing::Suggested,
        }
    }
}

/// How an act stands to the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// 已关联音像记录.
    Recorded,
    /// 未作音像记录的原因已经批准.
    Excused,
    /// 原因待审批.
    Waiting,
    /// 未完成：待音像记录.
    Open,
    /// 根据实际情况记录: shown, never refused.
    Suggested,
    /// 文字记录可以.
    Text,
}

impl Standing {
    /// In words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Recorded => "已关联音像记录",
            Self::Excused => "未作音像记录，原因已批准",
            Self::Waiting => "未作音像记录，原因待审批",
            Self::Open => "未完成：待音像记录",
            Self::Suggested => "根据实际情况音像记录",
            Self::Text => "文字记录",
        }
    }
}

/// What the list would ask of the act of a row, done now: shown before it is done.
pub fn asked(case: &Case, verb: Verb, facts: &Facts<'_>) -> Requirement {
    let act = ActOf { clue: Some(case.clue.source), ..ActOf::of(verb) };
    facts.law.recordings.required(&act, facts.day(), facts.moment.recorded_at)
}

/// The acts with their numbers.
pub fn acts(case: &Case) -> impl Iterator<Item = (ActNo, &ActState)> {
    (1..).zip(&case.acts)
}

/// The acts that had to be recorded and are neither recorded nor excused.
pub fn open<'c>(case: &'c Case, law: &'c Law) -> impl Iterator<Item = (ActNo, &'c ActState, Requirement)> {
    acts(case).filter(|(_, it)| !it.settled()).filter_map(|(no, it)| {
        let asked = it.requirement(law);
        asked.must().then_some((no, it, asked))
    })
}

/// Notes what an event says of acts and their recordings.
pub(super) fn note(case: &mut Case, meta: &Meta, event: &CaseEvent) {
    let today = meta.moment.recorded_day();
    match event {
        CaseEvent::RecordingAttached(Attached { act, recording, roots }) => {
            if let Some(it) = case.acts.get_mut(usize::from(*act).wrapping_sub(1)) {
                it.recordings.push((*recording, roots.clone()));
            }
        }
        CaseEvent::NoRecordingStated(Stated { act, ground, reason }) => {
            if let Some(it) = case.acts.get_mut(usize::from(*act).wrapping_sub(1)) {
                let (ground, reason) = (*ground, reason.clone());
                it.reason = Some(NoRecording { ground, reason, stated: (meta.actor, today), decided: None });
            }
        }
        CaseEvent::NoRecordingDecided(Settled { act, approve, .. }) => {
            let act = case.acts.get_mut(usize::from(*act).wrapping_sub(1));
            if let Some(reason) = act.and_then(|it| it.reason.as_mut()) {
                reason.decided = Some((meta.actor, today, *approve));
            }
        }
        _ => {
            if let Some((of, party, on)) = act(case, meta, event) {
                let (recorded_at, by) = (meta.moment.recorded_at, meta.actor);
                case.acts.push(ActState {
                    of,
                    party,
                    on,
                    during: session(event).map(|it| (it.started_at, it.ended_at)),
                    version: meta.version,
                    recorded_at,
                    by,
                    recordings: Vec::new(),
                    reason: None,
                });
            }
        }
    }
}

/// The record of an act with its beginning and end.
fn session(event: &CaseEvent) -> Option<&Session> {
    match event {
        CaseEvent::InquiryRecorded { session, .. } | CaseEvent::SceneRecorded { session, .. } => {
            Some(session)
        }
        CaseEvent::EnforcementCarriedOut(it) => Some(&it.session),
        CaseEvent::SubstituteCarriedOut(it) => Some(&it.session),
        _ => None,
    }
}

/// The act that an event is, with its party and civil day.
fn act(case: &Case, meta: &Meta, event: &CaseEvent) -> Option<(ActOf, Option<PartyNo>, Date)> {
    let of = |verb| ActOf { clue: Some(case.clue.source), ..ActOf::of(verb) };
    let day = meta.moment.day();
    match event {
        CaseEvent::InquiryRecorded { session, .. } => {
            let act = ActOf { case_room: session.case_room, ..of(Verb::RecordInquiry) };
            Some((act, None, civil_day(session.started_at)))
        }
        CaseEvent::SceneRecorded { session, .. } => {
            let act = ActOf { case_room: session.case_room, ..of(Verb::RecordScene) };
            Some((act, None, civil_day(session.started_at)))
        }
        CaseEvent::Sampled(it) => {
            let act = ActOf { case_room: it.session.case_room, ..of(Verb::TakeSample) };
            Some((act, Some(it.party), civil_day(it.session.started_at)))
        }
        CaseEvent::EnforcementCarriedOut(it) => {
            let decision = case.party(it.party).and_then(|party| party.enforcement.decisions.last());
            let enforcement = decision.map(|it| it.what.manner);
            let case_room = it.session.case_room;
            let act = ActOf { case_room, enforcement, ..of(Verb::CarryOutEnforcement) };
            Some((act, Some(it.party), civil_day(it.session.started_at)))
        }
        CaseEvent::SubstituteCarriedOut(it) => {
            let act = ActOf { case_room: it.session.case_room, ..of(Verb::CarryOutSubstitute) };
            let party = case.substitution(it.substitution).map(|s| s.what.party);
            Some((act, party, civil_day(it.session.started_at)))
        }
        CaseEvent::Preserved { preserving, .. } => {
            Some((of(Verb::ProposePreserve), Some(preserving.party), day))
        }
        CaseEvent::PreservationDisposed { disposing, .. } => {
            let disposal = Some(disposing.disposal);
            Some((ActOf { disposal, ..of(Verb::ProposeDisposePreservation) }, None, day))
        }
        // Without the party there was no hearing to record.
        CaseEvent::HearingHeld(held) if held.attended => {
            let act = ActOf { case_room: held.case_room, ..of(Verb::HoldHearing) };
            Some((act, Some(held.party), day))
        }
        CaseEvent::DocumentServed { no, service, .. } => {
            let party = case.document(*no).and_then(|it| it.party);
            Some((ActOf { service: Some(service.method), ..of(Verb::ServeDocument) }, party, service.on))
        }
        _ => None,
    }
}
