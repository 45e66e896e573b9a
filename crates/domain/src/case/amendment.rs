//! The organ corrects its own decision by imposing less (行政处罚法第七十五条第二款): proposed,
//! reviewed where the decision is in scope, discussed where it must be, decided by the head,
//! served. More is never imposed this way; a decision that cannot stand is revoked.

use super::event::CaseEvent;
use super::evolve::party;
use super::facts::Facts;
use super::performance::Performed;
use super::state::{ApprovalStage, Case, Draft, ProposalState};
use super::substance::{self, DecisionSubstance};
use super::types::*;
use crate::matter::Meta;
use crate::text::Text;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What is left of the penalty of one party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amending {
    /// Whose penalty.
    pub party: PartyNo,
    /// The fine as it is to stand, fen.
    pub fine_fen: i64,
    /// The confiscated income as it is to stand, fen.
    pub confiscated_fen: i64,
    /// Penalties other than money that are no longer to be performed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lifted: Vec<PenaltyKind>,
    /// Grade of the circumstances.
    pub grade: Grade,
    /// What was wrong, and the reasons of the new decision.
    pub reasoning: Text,
    /// Digest of the substance that is reviewed, discussed and decided; made with the proposal.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub digest: String,
}

/// The substance as amended, of the amended party alone. `None` when nothing would be imposed
/// on it any more.
pub fn amended(case: &Case, it: &Amending) -> Option<DecisionSubstance> {
    let mut substance = case.decision.as_ref()?.substance.clone();
    let lifted = &case.party(it.party)?.lifted;
    substance.disposals.retain(|d| d.party == it.party);
    substance.stated.retain(|s| s.party == it.party && it.fine_fen > 0);
    let disposal = substance.disposals.first_mut().filter(|d| d.no_penalty.is_none())?;
    disposal.kinds.retain(|kind| match kind {
        PenaltyKind::Fine => it.fine_fen > 0,
        PenaltyKind::ConfiscateIncome => it.confiscated_fen > 0,
        other => !it.lifted.contains(other) && !lifted.contains(other),
    });
    disposal.fine_fen = it.fine_fen;
    disposal.confiscated_fen = it.confiscated_fen;
    if !disposal.kinds.contains(&PenaltyKind::ConfiscateGoods) {
        disposal.goods_fen = 0;
    }
    disposal.grade = it.grade;
    let left = !disposal.kinds.is_empty();
    substance.reasoning = it.reasoning.clone().into_publishable();
    left.then_some(substance)
}

/// Digest of an amended substance: as that of a draft.
pub fn digest(case: &Case, substance: &DecisionSubstance, facts: &Facts<'_>) -> String {
    let parties: Vec<Cow<'_, serde_json::Value>> =
        case.parties.iter().map(|p| Cow::Owned(serde_json::to_value(&p.party).unwrap_or_default())).collect();
    let root = |no: &EvidenceNo| case.evidence.get(usize::from(*no).checked_sub(1)?);
    let evidence: Vec<_> =
        substance.evidence.iter().filter_map(|no| Some((*no, root(no)?.sha256_root.as_str()))).collect();
    substance::digest(substance, &parties, &evidence, &facts.text_key)
}

impl Case {
    /// What is to be decided now: the amendment of the decision while one is proposed, else
    /// the draft decision.
    pub fn at_hand(&self) -> Option<&Draft> {
        self.amendment.as_ref().or(self.draft.as_ref())
    }
}

/// Penalties of the decision other than money that still bind a party.
pub fn binding(case: &Case, number: PartyNo) -> Vec<PenaltyKind> {
    let imposed = case.decision.as_ref().and_then(|d| d.substance.disposal(number));
    let kinds = imposed.map_or(&[][..], |d| &d.kinds);
    let lifted = case.party(number).map_or(&[][..], |p| &p.lifted);
    kinds
        .iter()
        .copied()
        .filter(|kind| kind.performed() == Performed::Act && !lifted.contains(kind))
        .collect()
}

/// Keeps the amendment that a proposal asks for, until it is decided or refused.
pub(super) fn proposed(case: &mut Case, meta: &Meta, it: &Amending) {
    let substance = amended(case, it);
    case.amendment = substance.map(|substance| Draft {
        substance,
        digest: it.digest.clone(),
        by: meta.actor,
        version: meta.version,
        evidence: case.evidence.len(),
    });
}

/// Lets go of the amendment of a proposal that was refused.
pub(super) fn refused(case: &mut Case) {
    let open = |p: &ProposalState| matches!(p.stage, ApprovalStage::Proposed | ApprovalStage::Reviewed);
    let amends = |p: &ProposalState| matches!(p.body, super::command::Proposal::Amend(_));
    if !case.proposals.iter().any(|p| amends(p) && open(p)) {
        case.amendment = None;
    }
}

/// The state after the decision was amended.
pub(super) fn next(case: &mut Case, meta: &Meta, event: &CaseEvent) {
    let CaseEvent::DisposalAmended { party: no, document, fine_fen, confiscated_fen, lifted, .. } = event
    else {
        return;
    };
    case.amendment = None;
    if let Some(p) = party(case, *no) {
        p.changed = Some((*fine_fen, *confiscated_fen));
        p.lifted.extend(lifted);
        p.amended.push((meta.moment.recorded_day(), *document));
        // What was demanded is no longer what is owed (行政强制法第五十四条).
        p.enforcement_demand = None;
        p.demanded_fen = 0;
    }
}
