//! What a party was told, by which notices, and what follows from it.

use super::document::Served;
use super::state::{Case, Ceiling, Hearing, Notice, PartyState};
use super::substance::PartyDisposal;
use super::types::{Adoption, DocumentKind, DocumentNo, PartyNo};
use jiff::civil::Date;

/// What the organ owes a party whose defence it did not hear before it decided
/// (行政处罚法第四十五条第一款、第六十二条).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unheard {
    /// To examine it.
    Unanswered,
    /// To correct the decision: it was found to be well founded, in whole or in part.
    Adopted,
}

impl Case {
    /// A notice that a later one for the same party has replaced before it was
    /// served: it is served to nobody any more.
    pub fn superseded(&self, no: DocumentNo) -> bool {
        let Some(document) = self.document(no).filter(|d| d.service.is_none()) else { return false };
        let Some(party) = document.party.and_then(|p| self.party(p)) else { return false };
        if matches!(document.kind, DocumentKind::PenaltyNotice | DocumentKind::HearingRightNotice) {
            return party.notice.as_ref().is_some_and(|n| n.document > no);
        }
        document.kind == DocumentKind::HearingNotice
            && match &party.hearing {
                Hearing::Scheduled { document, .. } => *document > no,
                Hearing::None | Hearing::Requested { .. } | Hearing::Held { .. } | Hearing::Withdrawn => true,
            }
    }

    /// What the organ still owes a party whose defence was handed in before the decision and
    /// recorded after it; nothing once the decision binds the party no more.
    pub fn unheard(&self, no: PartyNo, state: &PartyState) -> Option<Unheard> {
        let decision = self.decision.as_ref().filter(|_| self.revoked(no).is_none())?;
        let mut late = state.defences.iter().filter(|d| d.version > decision.version);
        if late.clone().any(|d| d.answer.is_none()) {
            return Some(Unheard::Unanswered);
        }
        let adopted = late.any(|d| match &d.answer {
            Some((Adoption::Adopted | Adoption::PartlyAdopted, _)) => state.stood.len() <= d.stood,
            Some((Adoption::NotAdopted, _)) | None => false,
        });
        adopted.then_some(Unheard::Adopted)
    }

    /// The notices of a party that were served, oldest first: the day each was
    /// issued, and its service. A later notice takes no right away that an
    /// earlier one gave.
    pub fn served_notices<'c>(&'c self, state: &'c PartyState) -> Vec<(&'c Notice, Date, &'c Served)> {
        let all = state.earlier.iter().chain(&state.notice);
        all.filter_map(|notice| {
            let document = self.document(notice.document)?;
            Some((notice, document.issued_on, document.service.as_ref()?))
        })
        .collect()
    }
}

/// A defence or a request for a hearing on `on` fixes what may not be exceeded
/// because of it: every disposal that the party had been told of by that day,
/// so the lightest of them, whenever the defence is recorded. A notice that was
/// replaced by then is exceeded only on evidence that its successor brought.
pub(super) fn cap(case: &mut Case, number: PartyNo, on: Date) {
    let Some(state) = case.party(number) else { return };
    let told: Vec<&Notice> =
        case.served_notices(state).into_iter().filter(|(_, day, _)| *day <= on).map(|(n, ..)| n).collect();
    let ceilings: Vec<Ceiling> = told
        .iter()
        .enumerate()
        .filter(|(_, n)| state.ceilings.iter().all(|c| c.document != n.document))
        .map(|(at, n)| Ceiling {
            document: n.document,
            disposal: n.disposal.clone(),
            evidence: told.get(at + 1).map_or(case.evidence.len(), |_| n.evidence),
        })
        .collect();
    if let Some(state) = usize::from(number).checked_sub(1).and_then(|at| case.parties.get_mut(at)) {
        state.ceilings.extend(ceilings);
    }
}

/// Whether a new notice opens the right to a hearing again: always after the
/// party gave it up against another notice; after a hearing only when more is
/// proposed, or on other evidence, than what was heard.
pub(super) fn renews_hearing(p: &PartyState, disposal: &PartyDisposal, evidence: usize) -> bool {
    match &p.hearing {
        Hearing::None | Hearing::Requested { .. } | Hearing::Scheduled { .. } => false,
        Hearing::Withdrawn => true,
        Hearing::Held { .. } => {
            p.notice.as_ref().is_none_or(|n| disposal.heavier_than(&n.disposal) || evidence > n.evidence)
        }
    }
}
