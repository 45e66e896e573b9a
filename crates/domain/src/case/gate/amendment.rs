//! Guards of the correction of the organ's own decision.

use super::{Gate, any_party, no, no_pending, served_decision};
use crate::case::command::Proposal;
use crate::case::document::Served;
use crate::case::facts::Facts;
use crate::case::state::*;
use crate::case::types::*;
use crate::cite::{Citation, penalty_law};
use crate::refusal::Refusal;

/// Where it stands that the organ corrects what is wrong.
pub const fn own_correction() -> Citation {
    penalty_law("第七十五条第二款")
}

/// A served decision stands that no remedy has settled, and no amendment of it waits.
pub fn amend(case: &Case, _: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    no_pending(case, |p| matches!(p, Proposal::Amend(_)))?;
    any_party(case, party, |number, state| amendable(case, number, state))
}

/// As [`amend`], for the party, also when the approval is given.
pub fn amendable(case: &Case, number: PartyNo, state: &PartyState) -> Gate {
    served_decision(case, number)?;
    // What a court or a reconsideration settled is not the organ's to settle otherwise.
    let settled = |r: &Remedy| match (r.kind, r.concluded.map(|(_, outcome)| outcome)) {
        (_, Some(RemedyOutcome::Changed)) | (RemedyKind::Litigation, Some(RemedyOutcome::Upheld)) => true,
        (_, Some(RemedyOutcome::Revoked | RemedyOutcome::Redo | RemedyOutcome::ConfirmedInvalid)) => true,
        (RemedyKind::Reconsideration, Some(RemedyOutcome::Upheld)) => false,
        (_, Some(RemedyOutcome::ConfirmedUnlawful | RemedyOutcome::Withdrawn) | None) => false,
    };
    if state.remedies.iter().any(settled) {
        return no(
            "amendment.by_remedy",
            own_correction(),
            "该当事人的处罚已由复议决定、生效判决确定",
            "按复议决定、判决执行；确有错误的，依法申请再审或者报告上级机关。",
        );
    }
    Ok(())
}

/// After the decision, only an amendment of it is reviewed and discussed.
pub(super) fn at_issue(case: &Case) -> Gate {
    if case.decision.is_none() || case.amendment.is_some() {
        return Ok(());
    }
    no("amendment.none", own_correction(), "决定已经作出，没有呈请变更的处罚", "呈请变更处罚后再办。")
}

/// The document of the last amendment for a party, served; `None` without an amendment.
///
/// # Errors
/// When it is not served.
pub fn amendment_served<'c>(case: &'c Case, state: &PartyState) -> Result<Option<&'c Served>, Refusal> {
    let Some((_, no)) = state.amended.last() else { return Ok(None) };
    let served = case.document(*no).and_then(|d| d.service.as_ref());
    served.map(Some).ok_or_else(|| {
        Refusal::new(
            "amendment.unserved",
            penalty_law("第六十一条第一款"),
            "变更处罚的决定书尚未送达该当事人",
            "请先送达。",
        )
    })
}
