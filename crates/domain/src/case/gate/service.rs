//! Guards of service by announcement.

use super::{Gate, no};
use crate::case::facts::Facts;
use crate::case::state::Case;
use crate::case::types::{DocumentNo, PartyNo};

/// Whether a document waits for service, is made, and was not announced yet.
pub fn announceable(case: &Case, no: DocumentNo) -> bool {
    case.document(no)
        .is_some_and(|d| d.kind.served() && d.party.is_some() && d.service.is_none() && d.made.is_some())
        && !case.superseded(no)
        && case.announced.iter().all(|it| it.of.document != no)
}

/// Something made waits for service and was not announced.
pub fn announce(case: &Case, facts: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    if (1..=case.documents.len()).any(|at| DocumentNo::try_from(at).is_ok_and(|no| announceable(case, no))) {
        return Ok(());
    }
    no(
        "document.none",
        facts.law.announcement.citation.clone(),
        "没有可以公告送达的文书",
        "文书制成后，其他方式确实无法送达的才公告送达。",
    )
}
