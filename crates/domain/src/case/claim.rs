//! What of the money of a decision has fallen due, and what a demand and the court may
//! be asked for: by the plan where one was granted, not the whole (行政处罚法第六十六条第二款).

use super::event::CaseEvent;
use super::evolve::party;
use super::gate::{additional_fen, amounts_fen, principal_fen};
use super::state::*;
use super::types::{Document, DocumentKind, DocumentNo, PartyNo};
use crate::matter::Meta;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Deferral or instalments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deferring {
    /// Whose fine.
    pub party: PartyNo,
    /// Instalments: last day and fen; one entry is a deferral.
    pub instalments: Vec<Instalment>,
    /// With one instalment overdue the others fall due too; unsaid in older plans.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rest_falls_due: bool,
}

/// One instalment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instalment {
    /// Last day.
    pub due_on: Date,
    /// Fen.
    pub amount_fen: i64,
}

/// A plan of payment, and the day from which it holds: the days before it were late by the
/// term that held then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deferral {
    /// Civil day on which it was granted.
    pub granted_on: Date,
    /// Its instalments.
    pub instalments: Vec<Instalment>,
    /// With one instalment overdue the others fall due too, as the approval says.
    pub rest_falls_due: bool,
    /// The additional fine that its instalments include, fen: what is added later is in
    /// no instalment and due at once.
    pub additional_fen: i64,
    /// The document that grants it.
    pub document: Option<DocumentNo>,
}

impl Deferral {
    /// A plan as granted to a party that stands so, on a day.
    pub fn new(deferring: &Deferring, granted_on: Date, additional_fen: i64) -> Self {
        Self {
            granted_on,
            instalments: deferring.instalments.clone(),
            rest_falls_due: deferring.rest_falls_due,
            additional_fen,
            document: None,
        }
    }

    /// All of its instalments, fen.
    pub fn total_fen(&self) -> i64 {
        self.instalments.iter().map(|i| i.amount_fen).sum()
    }

    /// The part that had to be paid before `day`, paid or not; fen. `paid` says what had been
    /// paid and kept by the end of a day.
    pub fn due_before(&self, day: Date, paid: impl Fn(Date) -> i64) -> i64 {
        if self.missed_on(day, paid).is_some() {
            return self.total_fen();
        }
        self.instalments.iter().filter(|it| it.due_on < day).map(|it| it.amount_fen).sum()
    }

    /// The day of the instalment that was missed before `day`, where all the others fell due
    /// with it.
    pub fn missed_on(&self, day: Date, paid: impl Fn(Date) -> i64) -> Option<Date> {
        let mut due = 0;
        let past = self.instalments.iter().filter(|it| self.rest_falls_due && it.due_on < day);
        let mut days = past.map(|it| {
            due += it.amount_fen;
            (it.due_on, due)
        });
        days.find(|(on, due)| paid(*on) < *due).map(|(on, _)| on)
    }

    /// The day on which it ends: that of its last instalment, or of the first that was missed
    /// where the others fell due with it (第七十二条第二款).
    pub fn ends_on(&self, day: Date, state: &PartyState) -> Date {
        let last = self.instalments.last().map_or(self.granted_on, |it| it.due_on);
        self.missed_on(day, |by| state.kept_by_fen(by)).unwrap_or(last)
    }
}

/// Money to be demanded or asked of the court, in fen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Of the fine and the confiscated income.
    pub principal_fen: i64,
    /// Of the additional fine.
    pub additional_fen: i64,
}

impl Claim {
    /// Both together, fen.
    pub const fn total_fen(self) -> i64 {
        self.principal_fen + self.additional_fen
    }
}

impl PartyState {
    /// Paid and kept by the end of a day: without what was given back by then; fen.
    pub fn kept_by_fen(&self, day: Date) -> i64 {
        let paid = self.payments.iter().filter(|p| p.paid_on <= day).map(|p| p.amount_fen);
        let back = self.refunds.iter().filter(|r| r.on <= day).map(|r| r.amount_fen);
        paid.sum::<i64>() - back.sum::<i64>()
    }

    /// The plan of payment that holds now.
    pub fn plan(&self) -> Option<&Deferral> {
        self.deferrals.last()
    }
}

/// What of the money was to be paid before `day`, paid or not, in fen: of the decision and the
/// plan in force, and of additional fines imposed since that plan. Where there is no plan it is
/// all of it: that the term is over is for the caller to know.
fn fallen(decision: &Decision, number: PartyNo, state: &PartyState, day: Date) -> (i64, i64) {
    let additional = additional_fen(decision, number, state);
    let total = principal_fen(decision, number, state) + additional;
    let Some(plan) = state.plan() else { return (total, 0) };
    let since = (additional - plan.additional_fen).max(0);
    let planned = total - since;
    // What a remedy added to the fine since stands in no instalment.
    let beyond = (planned - plan.total_fen()).max(0);
    (plan.due_before(day, |by| state.kept_by_fen(by)).min(planned - beyond) + beyond, since)
}

/// What of the money was to be paid before `day`, paid or not; fen.
pub fn fallen_due_fen(decision: &Decision, number: PartyNo, state: &PartyState, day: Date) -> i64 {
    let (planned, since) = fallen(decision, number, state, day);
    planned + since
}

/// What is left to claim on `day` of at most `most` of what was to be paid: principal first.
fn left_of(most: i64, decision: &Decision, number: PartyNo, state: &PartyState, day: Date) -> Claim {
    let (planned, since) = fallen(decision, number, state, day);
    let due = most.min(planned + since);
    let kept = state.paid_fen() - state.refunded_fen();
    let total = (due - kept).max(0);
    let principal = planned.min(due).min(principal_fen(decision, number, state));
    let principal_fen = (principal - kept).max(0).min(total);
    Claim { principal_fen, additional_fen: total - principal_fen }
}

/// What a demand of `day` asks for: what was due before it and is unpaid.
pub fn demandable(decision: &Decision, number: PartyNo, state: &PartyState, day: Date) -> Claim {
    left_of(i64::MAX, decision, number, state, day)
}

/// What of the money was due before `day` and was demanded, paid or not; fen.
pub fn demanded_fen(decision: &Decision, number: PartyNo, state: &PartyState, day: Date) -> i64 {
    fallen_due_fen(decision, number, state, day).min(state.demanded_fen)
}

/// What the court can be asked for on `day`: what was due, was demanded, and is unpaid
/// (行政强制法第五十四条).
pub fn enforceable(decision: &Decision, number: PartyNo, state: &PartyState, day: Date) -> Claim {
    left_of(state.demanded_fen, decision, number, state, day)
}

/// What the court was asked for and is unpaid on `day`.
pub fn applied(decision: &Decision, number: PartyNo, state: &PartyState, day: Date) -> Claim {
    left_of(state.applied_fen, decision, number, state, day)
}

/// Instalments are left that the court was not asked for: its enforcement does not end them.
/// That it declined goes against the decision, so against all of it.
pub fn beyond_application(decision: &Decision, number: PartyNo, state: &PartyState) -> bool {
    let total = principal_fen(decision, number, state) + additional_fen(decision, number, state);
    let planned = state.plan().map_or(0, Deferral::total_fen).min(total);
    !state.enforcement_denied() && planned > state.applied_fen.max(state.paid_fen() - state.refunded_fen())
}

/// The state after a plan was granted, a demand made, or the court asked.
pub(super) fn next(case: &mut Case, meta: &Meta, event: &CaseEvent) {
    match event {
        CaseEvent::DeferralGranted { deferring, .. } => {
            let fits =
                |d: &Document| d.kind == DocumentKind::DeferralGrant && d.party == Some(deferring.party);
            let at = case.documents.iter().rposition(fits);
            let document = at.and_then(|at| DocumentNo::try_from(at + 1).ok());
            let fine = case
                .decision
                .as_ref()
                .zip(case.party(deferring.party))
                .map_or(0, |(decision, state)| amounts_fen(decision, deferring.party, state).0);
            if let Some(p) = party(case, deferring.party) {
                let plan = Deferral::new(deferring, meta.moment.day(), p.additional_fen.min(fine));
                p.instalments = plan.instalments.clone();
                p.deferrals.push(Deferral { document, ..plan });
            }
        }
        CaseEvent::EnforcementDemanded { party: no, document } => {
            let fallen = on_record(case, *no, meta, fallen_due_fen);
            if let Some(p) = party(case, *no) {
                p.enforcement_demand = Some(*document);
                p.demanded_fen = fallen;
            }
        }
        CaseEvent::CourtApplied { party: no, .. } => {
            let asked = on_record(case, *no, meta, demanded_fen);
            if let Some(p) = party(case, *no) {
                p.court_on = Some(meta.moment.day());
                p.applied_fen = asked;
                p.ruling = None;
            }
        }
        _ => {}
    }
}

/// An amount of the party on the day of the recording, fen.
fn on_record(
    case: &Case,
    no: PartyNo,
    meta: &Meta,
    amount: fn(&Decision, PartyNo, &PartyState, Date) -> i64,
) -> i64 {
    let found = case.decision.as_ref().zip(case.party(no));
    found.map_or(0, |(decision, state)| amount(decision, no, state, meta.moment.recorded_day()))
}
