//! State of a publication, folded from its events.

use super::command::PublicationEvent;
use super::content::{Imported, PublicDecision, SourceRef};
use super::rules::Timeliness;
use super::words::{
    AnnotationGround, CreditGrade, DraftPhase, ExemptGround, ExpiryGround, Stage, WithdrawalGround,
};
use crate::matter::{DecodeError, Matter, MatterId, MatterKind, Meta, OrganId, StaffId};
use crate::text::Text;
use jiff::civil::Date;

/// A copy on its way: made, checked, not yet public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The copy.
    pub content: Box<PublicDecision>,
    /// Its digest.
    pub digest: String,
    /// Everyone who made a version of it.
    pub prepared_by: Vec<StaffId>,
    /// Where it stands.
    pub phase: DraftPhase,
    /// Who checked it.
    pub checked_by: Option<StaffId>,
    /// Why it was returned.
    pub returned: Option<Text>,
}

/// The copy the public sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// The copy.
    pub content: Box<PublicDecision>,
    /// Its digest.
    pub digest: String,
    /// Who published it.
    pub by: StaffId,
    /// Civil day of recording.
    pub on: Date,
}

/// What stays on the page of a withdrawn decision: never its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tombstone {
    /// 决定书文号.
    pub number: String,
    /// 执法机关.
    pub organ: String,
    /// Civil day of the decision.
    pub decided_on: Date,
    /// Civil day of publication.
    pub published_on: Option<Date>,
    /// Why it was withdrawn.
    pub ground: WithdrawalGround,
    /// The reason in words.
    pub explanation: Text,
    /// Civil day from which the limit ran.
    pub known_on: Date,
    /// Who withdrew it.
    pub by: StaffId,
    /// Against the limit.
    pub timeliness: Box<Timeliness>,
}

/// A note beside a public copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// Why.
    pub ground: AnnotationGround,
    /// The note.
    pub note: Text,
    /// Civil day.
    pub on: Date,
    /// Who.
    pub by: StaffId,
}

/// Why nothing is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exemption {
    /// Ground.
    pub ground: ExemptGround,
    /// Assessment.
    pub assessment: Text,
    /// Reason.
    pub reason: Text,
    /// Filing number.
    pub filing_no: String,
    /// Civil day.
    pub on: Date,
    /// Who.
    pub by: StaffId,
}

/// State of one publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Organ.
    pub organ: OrganId,
    /// Version of the stream.
    pub version: u64,
    /// Where it stands.
    pub stage: Stage,
    /// The decision.
    pub source: SourceRef,
    /// Set for a closed matter from elsewhere.
    pub imported: Option<Imported>,
    /// Grade; `None` while nothing was prepared.
    pub grade: Option<CreditGrade>,
    /// A copy on its way: the first, or a correction of the live one.
    pub draft: Option<Draft>,
    /// What the public sees.
    pub live: Option<Live>,
    /// The first publication against its limit.
    pub first_published: Option<Box<Timeliness>>,
    /// Random name of its public page, from the first publication on.
    pub public_id: Option<String>,
    /// Version of the event that holds the public copy: its proof is that event's.
    pub live_version: Option<u64>,
    /// Version of the event that holds the copy on its way.
    pub draft_version: Option<u64>,
    /// Civil day of the latest first copy.
    pub prepared_on: Option<Date>,
    /// Civil day of the latest check.
    pub checked_on: Option<Date>,
    /// Civil day of withdrawal or expiry.
    pub ended_on: Option<Date>,
    /// Notes, oldest first.
    pub annotations: Vec<Annotation>,
    /// Who approved the expiry, and the day.
    pub expiry_approved: Option<(StaffId, Date)>,
    /// How the term ended.
    pub expired: Option<ExpiryGround>,
    /// What is left after withdrawal.
    pub tombstone: Option<Tombstone>,
    /// Publication and number of the decision that took its place.
    pub replaced_by: Option<(MatterId, String)>,
    /// Why nothing is published.
    pub exemption: Option<Exemption>,
}

impl Publication {
    /// A publication about `source` of which nothing is known yet.
    fn empty(meta: &Meta, source: SourceRef) -> Self {
        Self {
            organ: meta.organ,
            version: meta.version,
            stage: Stage::Returned,
            source,
            imported: None,
            grade: None,
            draft: None,
            live: None,
            first_published: None,
            public_id: None,
            live_version: None,
            draft_version: None,
            prepared_on: None,
            checked_on: None,
            ended_on: None,
            annotations: Vec::new(),
            expiry_approved: None,
            expired: None,
            tombstone: None,
            replaced_by: None,
            exemption: None,
        }
    }

    fn draft_again(&mut self, content: Box<PublicDecision>, digest: String, by: StaffId) {
        self.draft_version = Some(self.version);
        let mut prepared_by = self.draft.take().map(|d| d.prepared_by).unwrap_or_default();
        if !prepared_by.contains(&by) {
            prepared_by.push(by);
        }
        self.draft = Some(Draft {
            content,
            digest,
            prepared_by,
            phase: DraftPhase::Drafted,
            checked_by: None,
            returned: None,
        });
    }

    fn publish(&mut self, meta: &Meta) {
        if let Some(draft) = self.draft.take() {
            let on = meta.moment.recorded_day();
            self.live = Some(Live { content: draft.content, digest: draft.digest, by: meta.actor, on });
            self.live_version = self.draft_version.take();
        }
    }

    fn copy_event(&mut self, meta: &Meta, event: &PublicationEvent) {
        let today = meta.moment.recorded_day();
        let first = self.live.is_none();
        match event {
            PublicationEvent::Prepared { body, digest, imported } => {
                self.source = body.source.clone();
                self.grade = Some(body.grade);
                self.imported = imported.clone();
                self.exemption = None;
                self.prepared_on = Some(today);
                self.stage = Stage::Drafted;
                self.draft_again(body.content.clone(), digest.clone(), meta.actor);
            }
            PublicationEvent::CorrectionPrepared { content, digest, .. } => {
                self.draft_again(content.clone(), digest.clone(), meta.actor);
            }
            PublicationEvent::Checked { .. } => {
                if let Some(draft) = &mut self.draft {
                    draft.phase = DraftPhase::Checked;
                    draft.checked_by = Some(meta.actor);
                }
                self.checked_on = Some(today);
                if first {
                    self.stage = Stage::Checked;
                }
            }
            PublicationEvent::Returned { opinion, .. } => {
                if let Some(draft) = &mut self.draft {
                    draft.phase = DraftPhase::Returned;
                    draft.checked_by = None;
                    draft.returned = Some(opinion.clone());
                }
                if first {
                    self.stage = Stage::Returned;
                }
            }
            PublicationEvent::Published { timeliness, public_id, .. } => {
                self.publish(meta);
                self.public_id = Some(public_id.clone());
                self.first_published = Some(timeliness.clone());
                self.stage = Stage::Published;
            }
            PublicationEvent::Corrected { .. } => {
                self.publish(meta);
                self.stage = Stage::Corrected;
            }
            PublicationEvent::Annotated { .. }
            | PublicationEvent::Withdrawn { .. }
            | PublicationEvent::Replaced { .. }
            | PublicationEvent::ExpiryApproved { .. }
            | PublicationEvent::Expired { .. }
            | PublicationEvent::Exempted { .. } => {}
        }
    }

    fn ending_event(&mut self, meta: &Meta, event: &PublicationEvent) {
        let (on, by) = (meta.moment.recorded_day(), meta.actor);
        match event {
            PublicationEvent::Annotated { ground, note } => {
                self.annotations.push(Annotation { ground: *ground, note: note.clone(), on, by });
                self.stage = Stage::Annotated;
            }
            PublicationEvent::Withdrawn { ground, known_on, explanation, timeliness } => {
                // The content goes at once; number, organ, days, ground and person stay.
                let live = self.live.take();
                self.draft = None;
                self.tombstone = Some(Tombstone {
                    number: self.source.number.clone(),
                    organ: live.map(|l| l.content.organ).unwrap_or_default(),
                    decided_on: self.source.decided_on,
                    published_on: self.first_published.as_ref().map(|t| t.done_on),
                    ground: *ground,
                    explanation: explanation.clone(),
                    known_on: *known_on,
                    by,
                    timeliness: timeliness.clone(),
                });
                self.ended_on = Some(on);
                self.stage = Stage::Withdrawn;
            }
            PublicationEvent::Replaced { by, number } => self.replaced_by = Some((*by, number.clone())),
            PublicationEvent::ExpiryApproved { .. } => self.expiry_approved = Some((by, on)),
            PublicationEvent::Expired { ground, .. } => {
                self.live = None;
                self.draft = None;
                self.expired = Some(*ground);
                self.ended_on = Some(on);
                self.stage = Stage::Expired;
            }
            PublicationEvent::Exempted { source, ground, assessment, reason, filing_no } => {
                self.source = source.clone();
                self.draft = None;
                self.exemption = Some(Exemption {
                    ground: *ground,
                    assessment: assessment.clone(),
                    reason: reason.clone(),
                    filing_no: filing_no.clone(),
                    on,
                    by,
                });
                self.stage = Stage::Exempt;
            }
            PublicationEvent::Prepared { .. }
            | PublicationEvent::Checked { .. }
            | PublicationEvent::Returned { .. }
            | PublicationEvent::Published { .. }
            | PublicationEvent::CorrectionPrepared { .. }
            | PublicationEvent::Corrected { .. } => {}
        }
    }
}

/// The decision of a stream whose first event names none: a corrupt stream. No
/// command accepts it, because no case has such a decision.
fn nowhere(meta: &Meta) -> SourceRef {
    SourceRef {
        case: meta.matter,
        version: 0,
        digest: String::new(),
        party: 0,
        number: String::new(),
        decided_on: meta.moment.recorded_day(),
        served_on: None,
    }
}

impl Matter for Publication {
    const KIND: MatterKind = MatterKind::Publication;
    type Event = PublicationEvent;

    fn type_of(event: &PublicationEvent) -> (&'static str, u16) {
        let name = match event {
            PublicationEvent::Prepared { .. } => "prepared",
            PublicationEvent::Checked { .. } => "checked",
            PublicationEvent::Returned { .. } => "returned",
            PublicationEvent::Published { .. } => "published",
            PublicationEvent::CorrectionPrepared { .. } => "correction_prepared",
            PublicationEvent::Corrected { .. } => "corrected",
            PublicationEvent::Annotated { .. } => "annotated",
            PublicationEvent::Withdrawn { .. } => "withdrawn",
            PublicationEvent::Replaced { .. } => "replaced",
            PublicationEvent::ExpiryApproved { .. } => "expiry_approved",
            PublicationEvent::Expired { .. } => "expired",
            PublicationEvent::Exempted { .. } => "exempted",
        };
        (name, 1)
    }

    fn decode(
        type_name: &str,
        version: u16,
        body: serde_json::Value,
    ) -> Result<PublicationEvent, DecodeError> {
        of_type(type_name, version, serde_json::from_value(body))
    }

    fn read(type_name: &str, version: u16, body: &str) -> Result<PublicationEvent, DecodeError> {
        of_type(type_name, version, serde_json::from_str(body))
    }

    fn evolve(state: Option<Self>, meta: &Meta, event: &PublicationEvent) -> Self {
        let mut state = state.unwrap_or_else(|| Self::empty(meta, nowhere(meta)));
        state.version = meta.version;
        state.copy_event(meta, event);
        state.ending_event(meta, event);
        state
    }
}

/// The event that was read, if it is of the stored type and version.
fn of_type(
    type_name: &str,
    version: u16,
    read: serde_json::Result<PublicationEvent>,
) -> Result<PublicationEvent, DecodeError> {
    let fail = |reason: String| DecodeError { type_name: type_name.to_owned(), version, reason };
    if version != 1 {
        return Err(fail("没有这个版本".into()));
    }
    let event = read.map_err(|e| fail(e.to_string()))?;
    let (found, _) = Publication::type_of(&event);
    if found == type_name { Ok(event) } else { Err(fail(format!("内容是 {found}"))) }
}
