//! Enforcement and 代履行 as the API shows them.

use jiff::civil::Date;
use mingjing_domain::case::enforcement::{EndGround, EnforcementManner, PauseGround};
use mingjing_domain::case::state::{Case, PartyState};
use mingjing_domain::case::substitute::ClearedPlace;
use mingjing_domain::case::types::{DocumentNo, PartyNo};
use serde::Serialize;

/// The organ's own enforcement against a party.
#[derive(Serialize)]
pub struct EnforcementV1 {
    objections: usize,
    objections_answered: usize,
    decisions: Vec<DecisionV1>,
    paused_from: Option<Date>,
    paused_by: Option<PauseGround>,
    /// Last day of the agreement that was made last.
    agreed_until: Option<Date>,
    agreement_broken_on: Option<Date>,
    /// Waived of the additional fine, fen.
    waived_fen: i64,
    ended_on: Option<Date>,
    ended_by: Option<EndGround>,
}

#[derive(Serialize)]
struct DecisionV1 {
    manner: EnforcementManner,
    order: Option<u16>,
    document: DocumentNo,
    decided_on: Date,
    planned_on: Date,
    carried_out: Vec<Date>,
    /// What it enforced was changed or revoked.
    fell: bool,
}

/// The enforcement of a party.
pub fn enforcement(state: &PartyState) -> EnforcementV1 {
    let own = &state.enforcement;
    let decisions = own.decisions.iter().map(|it| DecisionV1 {
        manner: it.what.manner,
        order: it.what.order,
        document: it.document,
        decided_on: it.on,
        planned_on: it.what.planned_on,
        carried_out: it.carried_out.clone(),
        fell: it.fell,
    });
    let agreement = own.agreements.last();
    EnforcementV1 {
        objections: own.objections.len(),
        objections_answered: own.objections.iter().filter(|it| it.answer.is_some()).count(),
        decisions: decisions.collect(),
        paused_from: own.paused().map(|it| it.from),
        paused_by: own.paused().map(|it| it.ground),
        agreed_until: agreement.and_then(|it| it.what.stages.last()).map(|it| it.due_on),
        agreement_broken_on: agreement.and_then(|it| it.broken_on),
        waived_fen: own.waived_fen,
        ended_on: own.ended.map(|(_, on)| on),
        ended_by: own.ended.map(|(ground, _)| ground),
    }
}

/// A decision on 代履行 and what became of it.
#[derive(Serialize)]
pub struct SubstitutionV1<'a> {
    no: u16,
    party: PartyNo,
    order: Option<u16>,
    immediate: Option<ClearedPlace>,
    subject: &'a str,
    performer: &'a str,
    document: DocumentNo,
    decided_on: Date,
    planned_on: Date,
    budget_fen: i64,
    done_on: Option<Date>,
    cost_fen: Option<i64>,
    owed_fen: i64,
    refundable_fen: i64,
    receipts: Vec<&'a str>,
}

/// The substitutions of a case.
pub fn substitutions(case: &Case) -> Vec<SubstitutionV1<'_>> {
    let one = |(no, it)| {
        let it: &mingjing_domain::case::substitute::Substitution = it;
        SubstitutionV1 {
            no,
            party: it.what.party,
            order: it.what.order,
            immediate: it.what.immediate,
            subject: it.what.subject.or_erased(),
            performer: it.what.performer.or_erased(),
            document: it.document,
            decided_on: it.on,
            planned_on: it.what.planned_on,
            budget_fen: it.what.budget_fen,
            done_on: it.done.as_ref().map(|(_, on)| *on),
            cost_fen: it.done.as_ref().map(|(done, _)| done.cost_fen),
            owed_fen: it.owed_fen(case),
            refundable_fen: it.refundable_fen(case),
            receipts: it.payments.iter().map(|p| p.receipt.as_str()).collect(),
        }
    };
    case.numbered_substitutions().map(one).collect()
}
