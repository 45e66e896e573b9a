//! The state of an approval of viewing and its fold.

use super::event::{Asked, Copied, GrantEvent, Granted, Requester};
use super::redact::{Derivative, Edit, Original};
use super::scope::{Material, Thing};
use super::words::{EndGround, Medium, Purpose, Stage, UseKind};
use crate::codes::DocumentNumber;
use crate::matter::{
    DecodeError, Matter, MatterId, MatterKind, Meta, OrganId, StaffId, civil_day, decode_as,
};
use crate::text::Text;
use jiff::Timestamp;
use jiff::civil::Date;

/// One use as the page lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// Who.
    pub by: StaffId,
    /// When it was recorded.
    pub at: Timestamp,
    /// What.
    pub material: Material,
    /// How.
    pub kind: UseKind,
    /// It was a masked derivative, not the original.
    pub derived: bool,
    /// What a copy is for; none of a look, and of what was recorded before it was asked.
    pub reason: Option<Text>,
}

/// How far a derivative that was asked for has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MaskOutcome {
    /// 制作中.
    Making,
    /// 已制成.
    Made(Derivative),
    /// 未能制成, and why.
    Failed(Text),
}

/// A derivative that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    /// Who asked for it.
    pub by: StaffId,
    /// When.
    pub at: Timestamp,
    /// The piece as it was stored and read then.
    pub original: Original,
    /// What is done, in order.
    pub edits: Vec<Edit>,
    /// How far it has come.
    pub outcome: MaskOutcome,
}

/// One delivery as the register lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// Number of the letter.
    pub number: DocumentNumber,
    /// Who received them.
    pub receiver: Text,
    /// Civil day.
    pub on: Date,
    /// The copies.
    pub copies: Vec<Copied>,
}

/// Paper volumes that are or were out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loan {
    /// Of which case.
    pub case: MatterId,
    /// How many volumes.
    pub volumes: u16,
    /// To whom.
    pub receiver: Text,
    /// Civil day they went out.
    pub out_on: Date,
    /// Last civil day.
    pub until: Date,
    /// Civil day they came back, and whether undamaged.
    pub returned: Option<(Date, bool)>,
}

/// An approval of viewing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Organ.
    pub organ: OrganId,
    /// Who asked or, for somebody outside, entered it.
    pub requested_by: StaffId,
    /// Civil day it was asked for.
    pub requested_on: Date,
    /// For whom.
    pub requester: Requester,
    /// For what.
    pub purpose: Purpose,
    /// Why.
    pub reason: Text,
    /// What was asked for, and from the approval on what is granted.
    pub right: Granted,
    /// Where it stands.
    pub stage: Stage,
    /// Who approved or refused, and the civil day.
    pub decided: Option<(StaffId, Date, Text)>,
    /// Every use, oldest first.
    pub uses: Vec<Used>,
    /// Copies that went outside.
    pub deliveries: Vec<Delivered>,
    /// Derivatives made.
    pub derivatives: Vec<Derivative>,
    /// Derivatives asked for, number n at index n−1.
    pub masks: Vec<Mask>,
    /// Loans, oldest first.
    pub loans: Vec<Loan>,
    /// How and on which civil day it ended before its time.
    pub ended: Option<(EndGround, Date)>,
}

impl Grant {
    /// Its last day is over: nothing more may be looked at, whatever the stage.
    pub fn expired(&self, today: Date) -> bool {
        today > self.right.until
    }

    /// The right is in force on the day.
    pub fn in_force(&self, today: Date) -> bool {
        self.stage == Stage::Approved && self.right.from <= today && !self.expired(today)
    }

    /// Whether the approval covered a use that stands under it, told from the approval and the use
    /// alone, however the use came to be recorded: a stranger to the approval, a thing or a way
    /// outside it, a day before or after it. `thing` is what was used, as it stands.
    pub fn covered(&self, used: &Used, thing: &Thing) -> bool {
        let day = civil_day(used.at);
        let own = self.requester.outside() || used.by == self.requested_by;
        let approved = matches!(self.stage, Stage::Approved | Stage::Ended)
            && self.decided.as_ref().is_some_and(|(_, on, _)| *on <= day);
        let in_days = self.right.from <= day && day <= self.right.until;
        own && approved
            && in_days
            && self.ended.is_none_or(|(_, on)| day <= on)
            && self.right.medium.allows(used.kind)
            && self.right.scope.iter().any(|it| it.covers(thing))
    }

    /// A derivative that was asked for, by number.
    pub fn mask(&self, no: u16) -> Option<&Mask> {
        self.masks.get(usize::from(no).checked_sub(1)?)
    }

    /// The loan of a case's volumes that has not come back.
    pub fn out(&self, case: MatterId) -> Option<&Loan> {
        self.loans.iter().find(|loan| loan.case == case && loan.returned.is_none())
    }
}

fn begun(meta: &Meta, asked: Option<&Asked>) -> Grant {
    let day = meta.moment.recorded_day();
    Grant {
        organ: meta.organ,
        requested_by: meta.actor,
        requested_on: day,
        requester: asked.map_or(Requester::Staff, |a| a.requester.clone()),
        purpose: asked.map_or(Purpose::CaseHandling, |a| a.purpose),
        reason: asked.map_or_else(|| Text::closed(""), |a| a.reason.clone()),
        right: Granted {
            scope: asked.map(|a| a.scope.clone()).unwrap_or_default(),
            medium: asked.map_or(Medium::View, |a| a.medium),
            restricted: asked.is_some_and(|a| a.restricted),
            from: asked.map_or(day, |a| a.from),
            until: asked.map_or(day, |a| a.until),
        },
        stage: Stage::Requested,
        decided: None,
        uses: Vec::new(),
        deliveries: Vec::new(),
        derivatives: Vec::new(),
        masks: Vec::new(),
        loans: Vec::new(),
        ended: None,
    }
}

impl Matter for Grant {
    const KIND: MatterKind = MatterKind::ViewingGrant;
    type Event = GrantEvent;

    fn type_of(event: &GrantEvent) -> (&'static str, u16) {
        let name = match event {
            GrantEvent::Requested { .. } => "viewing_grant.requested",
            GrantEvent::Approved { .. } => "viewing_grant.approved",
            GrantEvent::Refused { .. } => "viewing_grant.refused",
            GrantEvent::Used { .. } => "viewing_grant.used",
            GrantEvent::Delivered { .. } => "viewing_grant.delivered",
            GrantEvent::MaskOrdered { .. } => "viewing_grant.mask_ordered",
            GrantEvent::MaskFailed { .. } => "viewing_grant.mask_failed",
            GrantEvent::Derived { .. } => "viewing_grant.derived",
            GrantEvent::Lent { .. } => "viewing_grant.lent",
            GrantEvent::Returned { .. } => "viewing_grant.returned",
            GrantEvent::Ended { .. } => "viewing_grant.ended",
        };
        (name, 1)
    }

    fn decode(type_name: &str, version: u16, body: serde_json::Value) -> Result<GrantEvent, DecodeError> {
        decode_as::<Self>(type_name, version, body)
    }

    fn evolve(state: Option<Self>, meta: &Meta, event: &GrantEvent) -> Self {
        let day = meta.moment.recorded_day();
        // A stream that begins otherwise is corrupt; the audit says so. The fold stays total.
        let mut state = state.unwrap_or_else(|| begun(meta, None));
        match event {
            GrantEvent::Requested { asked } => state = begun(meta, Some(asked)),
            GrantEvent::Approved { granted, opinion } => {
                state.stage = Stage::Approved;
                state.right = granted.clone();
                state.decided = Some((meta.actor, day, opinion.clone()));
            }
            GrantEvent::Refused { opinion, .. } => {
                state.stage = Stage::Refused;
                state.decided = Some((meta.actor, day, opinion.clone()));
            }
            GrantEvent::Used { used } => state.uses.push(Used {
                by: meta.actor,
                at: meta.moment.recorded_at,
                material: used.material,
                kind: used.kind,
                derived: !used.derivative.is_empty(),
                reason: used.reason.clone(),
            }),
            GrantEvent::Delivered { delivery } => state.deliveries.push(Delivered {
                number: delivery.number.clone(),
                receiver: delivery.receiver.clone(),
                on: day,
                copies: delivery.copies.clone(),
            }),
            GrantEvent::MaskOrdered { original, edits } => state.masks.push(Mask {
                by: meta.actor,
                at: meta.moment.recorded_at,
                original: original.clone(),
                edits: edits.clone(),
                outcome: MaskOutcome::Making,
            }),
            GrantEvent::MaskFailed { no, reason } => {
                if let Some(mask) = state.masks.get_mut(usize::from(*no).wrapping_sub(1)) {
                    mask.outcome = MaskOutcome::Failed(reason.clone());
                }
            }
            GrantEvent::Derived { derivative } => {
                let at = derivative.order.map(|no| usize::from(no).wrapping_sub(1));
                if let Some(mask) = at.and_then(|at| state.masks.get_mut(at)) {
                    mask.outcome = MaskOutcome::Made(derivative.clone());
                }
                state.derivatives.push(derivative.clone());
            }
            GrantEvent::Lent { lent } => state.loans.push(Loan {
                case: lent.case,
                volumes: lent.volumes,
                receiver: lent.receiver.clone(),
                out_on: day,
                until: lent.until,
                returned: None,
            }),
            GrantEvent::Returned { case, intact, .. } => {
                let out = |loan: &&mut Loan| loan.case == *case && loan.returned.is_none();
                if let Some(loan) = state.loans.iter_mut().find(out) {
                    loan.returned = Some((day, *intact));
                }
            }
            GrantEvent::Ended { ground, .. } => {
                state.stage = Stage::Ended;
                state.ended = Some((*ground, day));
            }
        }
        state
    }
}
