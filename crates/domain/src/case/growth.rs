//! What happens in a case after its file went into the archives, and its supplementary
//! archiving (补充归档).
//!
//! A decision falls after the file was shelved, money goes back, a receipt comes late: the new
//! documents and events belong into the file (住房和城乡建设行政处罚程序规定第四十条: one file
//! for one case). They are filed as supplements, each with its own list; what was filed before
//! is not touched. When the first archiving is due is written; that what grew later is filed
//! in the same term, counted from the end of the matter that made it grow, is our own reading.

use super::event::CaseEvent;
use super::gate;
use super::law::construction_rules;
use super::state::{ApprovalStage, Case, PartyState};
use super::types::{DocumentKind, PartyNo};
use crate::matter::{Meta, StaffId};
use crate::refusal::Refusal;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A supplement of the file that the archives took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supplement {
    /// Its number, from 1; 0 is the file itself where it was formed only after the case was
    /// archived.
    pub no: u16,
    /// Items of it.
    pub items: u32,
    /// Pages of it.
    pub pages: u32,
    /// The version of the case up to which events are filed with it.
    pub through: u64,
    /// The archivist who took it.
    pub by: StaffId,
}

/// What grew after the file was archived and is not filed yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grown {
    /// Version of the event.
    pub version: u64,
    /// The civil day on which it happened.
    pub on: Date,
}

/// Forms that archiving itself makes: they stand before and behind the pages and are no items.
pub const fn frames(kind: DocumentKind) -> bool {
    matches!(kind, DocumentKind::FileCover | DocumentKind::FileCatalogue | DocumentKind::FileBackSheet)
}

/// Notes what an event makes grow. What archiving itself leaves, and the bytes of a document,
/// are nothing new.
pub(super) fn note(case: &mut Case, meta: &Meta, event: &CaseEvent) {
    match event {
        CaseEvent::SupplementArchived(supplement) => {
            case.grown.retain(|it| it.version > supplement.through);
            case.supplements.push((supplement.clone(), meta.moment.recorded_day()));
        }
        CaseEvent::Archived { .. } | CaseEvent::DocumentMade { .. } => {}
        CaseEvent::DocumentIssued { kind, .. } if frames(*kind) => {}
        _ if case.archived.is_some() => {
            case.grown.push(Grown { version: meta.version, on: meta.moment.day() });
        }
        _ => {}
    }
}

/// The last day of what grew: the matter that made it grow ended then, if it is [`over`].
pub fn ended_on(case: &Case) -> Option<Date> {
    case.grown.iter().map(|it| it.on).max()
}

/// Whether the matters that made the file grow are over. As with the first archiving, nothing
/// is filed while something waits for approval, for service, for money or for a remedy.
///
/// # Errors
/// What is still open, with its article.
pub fn over(case: &Case) -> Result<(), Refusal> {
    if let Some(open) =
        case.proposals.iter().find(|p| matches!(p.stage, ApprovalStage::Proposed | ApprovalStage::Reviewed))
    {
        let what = format!("“{}”尚未审批完毕", open.body.verb().label());
        return Err(still("proposal.pending", what, "审批完毕后再补充归档"));
    }
    if let Some((no, _)) = super::errata::open(case).next() {
        let what = format!("第{no}项规则勘误尚未复核");
        return Err(still("erratum.open", what, "复核并写明意见后再补充归档"));
    }
    gate::undone(case)?;
    gate::heard_late(case)?;
    if let Some(index) = case.preservations.iter().position(|it| gate::kept(case, it)) {
        let what = format!("第{}次登记保存的财物尚未退还当事人", index + 1);
        return Err(still("preservation.to_return", what, "退还并登记后再补充归档"));
    }
    for (no, state) in case.numbered_parties() {
        party(case, no, state)?;
    }
    let waits = |no: u16| case.document(no).is_some_and(|d| d.service.is_none()) && !case.superseded(no);
    for (document, no) in case.documents.iter().zip(1..) {
        if document.made.is_none() && !frames(document.kind) {
            let what = format!("《{}》尚未制成", document.kind.label());
            return Err(still("document.unmade", what, "等待文书制成；失败的请查看原因"));
        }
        if document.kind.served() && waits(no) {
            let what = format!("《{}》没有送达回证", document.kind.label());
            return Err(still("document.unserved", what, "请登记送达"));
        }
    }
    Ok(())
}

fn party(case: &Case, no: PartyNo, state: &PartyState) -> Result<(), Refusal> {
    if state.remedy_pending() {
        let what = format!("第{no}名当事人的复议、诉讼尚未终结");
        return Err(still("remedy.pending", what, "登记结果后再补充归档"));
    }
    // A decision is over when the case is closed; only what a remedy added since is owed.
    let owed = case.decision.as_ref().is_some_and(|it| gate::owed_fen(it, no, state) > 0);
    let raised = case.closed.is_some_and(|(_, on)| state.stood.last().is_some_and(|it| it.until >= on));
    if owed && raised && case.revoked(no).is_none() && !state.given_up() {
        let what = format!("第{no}名当事人尚有款项未缴");
        return Err(still("payment.owed", what, "缴清，或者依法申请强制执行并终结后再补充归档"));
    }
    Ok(())
}

fn still(code: &'static str, what: String, remedy: &'static str) -> Refusal {
    Refusal::new(code, construction_rules("第四十条"), what, remedy)
}
