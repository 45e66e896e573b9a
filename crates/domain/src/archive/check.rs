//! 完整性检查: whether the file holds what the case did, and agrees with itself.
//!
//! What the case did is its state: every approved proposal, every record, every service
//! leaves a document (domain.md 7.2). That the documents agree is judged where it is judged
//! for the case page ([`crate::case::consistency`]).

use super::catalogue::{Item, Recorded, pages_of};
use super::file::CaseFile;
use super::words::PaperKind;
use crate::case::command::Proposal;
use crate::case::consistency::consistency;
use crate::case::growth::frames;
use crate::case::law::construction_rules;
use crate::case::state::{ApprovalStage, Case, Hearing, PartyState};
use crate::case::types::{DocumentKind, EvidenceKind, PartyNo};
use crate::cite::{Citation, penalty_law};

/// Something that is missing or does not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// Stable machine code, for example `file.pages`.
    pub code: &'static str,
    /// The item at fault, where one is.
    pub at: Option<Item>,
    /// What is wrong, as a sentence for a person.
    pub message: String,
    /// The rule that the file fails.
    pub article: Citation,
}

/// What a file must hold: so many documents of a kind, for a party where one is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Any of these kinds.
    pub kinds: &'static [DocumentKind],
    /// Party.
    pub party: Option<PartyNo>,
    /// How many.
    pub count: usize,
    /// Because of what.
    pub because: &'static str,
}

use DocumentKind as D;

/// The documents that an approved proposal leaves.
pub const fn left_by(proposal: &Proposal) -> &'static [DocumentKind] {
    match proposal {
        Proposal::ExtendCheck => &[],
        Proposal::File(_) => &[D::FilingApproval],
        Proposal::NotFile => &[D::NoFilingApproval],
        Proposal::Preserve(_) => &[D::PreservationApproval, D::PreservationNotice, D::PreservationList],
        Proposal::DisposePreservation(_) => &[D::PreservationDisposalApproval, D::PreservationDisposal],
        Proposal::Suspend { .. } | Proposal::Resume => &[D::SuspensionApproval],
        Proposal::Extend { .. } => &[D::ExtensionApproval],
        Proposal::Withdraw => &[D::WithdrawalApproval],
        Proposal::Dispose => &[D::DisposalApproval],
        Proposal::Transfer(t) if t.crime => &[D::TransferApproval, D::CrimeTransferLetter],
        Proposal::Transfer(_) => &[D::TransferApproval, D::TransferLetter],
        Proposal::Amend(_) => &[D::AmendmentDecision],
        Proposal::Defer(_) => &[D::DeferralApproval, D::DeferralGrant],
        Proposal::Enforce(_) => &[D::EnforcementDecision],
        Proposal::Substitute(_) => &[D::SubstituteDecision],
        Proposal::PauseEnforcement(_) | Proposal::ResumeEnforcement(_) | Proposal::EndEnforcement(_) => {
            &[D::EnforcementNotice]
        }
        Proposal::Agree(_) => &[D::EnforcementAgreement],
        Proposal::Close { .. } => &[D::ClosingApproval],
    }
}

/// The documents that the case must have left by what it did.
pub fn needs(case: &Case) -> Vec<Need> {
    let mut out: Vec<Need> = Vec::new();
    let mut need = |kind: &'static [DocumentKind], party, count: usize, because| {
        if count > 0 {
            out.push(Need { kinds: kind, party, count, because });
        }
    };
    for kind in D::ALL {
        let approved = case.proposals.iter().filter(|p| p.stage == ApprovalStage::Approved);
        let count = approved.filter(|p| left_by(&p.body).contains(kind)).count();
        need(std::slice::from_ref(kind), None, count, "批准的呈批事项");
    }
    need(&[D::InquiryRecord], None, usize::from(case.inquiries), "询问");
    need(&[D::SceneRecord], None, usize::from(case.scenes), "勘验");
    let ordered = case.corrections.iter().filter(|c| c.days.is_none()).count();
    need(&[D::CorrectionOrder], None, ordered, "责令改正");
    let rechecked = case.corrections.iter().filter(|c| c.rechecked.is_some()).count();
    need(&[D::CorrectionRecheck], None, rechecked, "整改复查");
    need(&[D::ClosingReport], None, usize::from(case.conclusion.is_some()), "调查终结");
    need(&[D::ReviewSubmission], None, usize::from(case.review.round), "送法制审核");
    need(&[D::ReviewOpinion], None, usize::from(case.review.signed_on.is_some()), "法制审核");
    need(&[D::DiscussionRecord], None, case.discussions.len(), "集体讨论");
    let demanded = case.corrections.iter().map(|c| c.demands.len()).sum();
    need(&[D::OrderDemand], None, demanded, "催告");
    let done = case.substitutions.iter().filter(|s| s.done.is_some()).count();
    let own = case.parties.iter().flat_map(|p| &p.enforcement.decisions);
    let done = done + own.map(|d| d.carried_out.len()).sum::<usize>();
    need(&[D::EnforcementRecord], None, done, "强制执行、代履行");
    let served = case.documents.iter().filter(|d| d.kind.served() && d.service.is_some()).count();
    need(&[D::ServiceReceipt], None, served, "送达");
    for (no, state) in case.numbered_parties() {
        of_party(case, no, state, &mut need);
    }
    out
}

fn of_party(
    case: &Case,
    no: PartyNo,
    state: &PartyState,
    need: &mut impl FnMut(&'static [DocumentKind], Option<PartyNo>, usize, &'static str),
) {
    let party = Some(no);
    let notices = state.earlier.len() + usize::from(state.notice.is_some());
    need(&[D::PenaltyNotice, D::HearingRightNotice], party, notices, "告知");
    need(&[D::DefenceRecord], party, state.defences.len(), "陈述、申辩");
    if let Hearing::Held { attended, report, .. } = &state.hearing {
        need(&[D::HearingNotice], party, 1, "听证");
        need(&[D::HearingRecord], party, usize::from(*attended), "听证");
        need(&[D::HearingReport], party, usize::from(report.is_some()), "听证");
    }
    if let Some(decision) = &case.decision
        && let Some(disposal) = decision.substance.disposal(no)
    {
        need(&[D::PenaltyDecision, D::NoPenaltyDecision], party, 1, "决定");
        let money = disposal.fine_fen + disposal.confiscated_fen > 0;
        need(&[D::PaymentNotice], party, usize::from(money), "缴款");
    }
    need(&[D::AdditionalFineDecision], party, state.additions.len(), "加处罚款");
    need(&[D::FineDemand], party, usize::from(state.fine_demand.is_some()), "催告");
    need(&[D::EnforcementDemand], party, usize::from(state.enforcement_demand.is_some()), "催告");
    need(&[D::CourtApplication], None, usize::from(state.court_on.is_some()), "申请强制执行");
}

/// Everything that the file lacks, in the order of the file.
pub fn check(case: &Case, file: &CaseFile, recordings: &[Recorded]) -> Vec<Lack> {
    let mut out = Vec::new();
    for need in needs(case) {
        let fits = |d: &&crate::case::types::Document| {
            need.kinds.contains(&d.kind) && (need.party.is_none() || d.party == need.party)
        };
        let held = case.documents.iter().filter(fits).count();
        if held < need.count {
            let names: Vec<_> = need.kinds.iter().map(|k| format!("《{}》", k.label())).collect();
            let whose = need.party.map_or(String::new(), |no| format!("第{no}名当事人的"));
            let message =
                format!("{}：{whose}{}应有{}份，卷内{held}份", need.because, names.join("或者"), need.count);
            out.push(Lack {
                code: "file.document", at: None, message, article: penalty_law("第四十七条")
            });
        }
    }
    documents(case, file, &mut out);
    papers(case, file, &mut out);
    for (e, no) in case.evidence.iter().zip(1..) {
        let at = Item::Evidence { no };
        if pages_of(file, at, None).is_none() {
            let message = format!("证据“{}”没有登记页数", e.name.or_erased());
            out.push(lack("file.pages", Some(at), message));
        }
    }
    for r in recordings.iter().filter(|r| r.root.is_empty() || r.carrier.trim().is_empty()) {
        let at = Some(Item::Recording { recording: r.recording });
        out.push(lack("file.recording", at, format!("音像记录{}没有存储完毕", r.number)));
    }
    out.extend(consistency(case).into_iter().map(|it| Lack {
        code: it.code,
        at: it.document.map(|no| Item::Document { no }),
        message: it.message,
        article: it.article,
    }));
    out
}

fn lack(code: &'static str, at: Option<Item>, message: String) -> Lack {
    Lack { code, at, message, article: construction_rules("第四十条") }
}

fn documents(case: &Case, file: &CaseFile, out: &mut Vec<Lack>) {
    for (d, no) in case.documents.iter().zip(1..) {
        // Cover, catalogue and back sheet are made when the case is archived.
        if frames(d.kind) {
            continue;
        }
        let at = Item::Document { no };
        if pages_of(file, at, d.made.as_ref().map(|m| m.pages)).is_none() {
            out.push(lack("file.unmade", Some(at), format!("《{}》尚未制成", d.kind.label())));
        }
        if d.kind.served() && d.service.is_none() && !case.superseded(no) {
            out.push(lack("file.unserved", Some(at), format!("《{}》没有送达回证", d.kind.label())));
        }
    }
}

/// What must be in the file besides the procedure's own documents.
fn papers(case: &Case, file: &CaseFile, out: &mut Vec<Lack>) {
    let held = |kind: PaperKind| file.papers.iter().filter(|p| p.kind == kind).count();
    let any = |f: fn(&PartyState) -> bool| case.parties.iter().any(f);
    let opinions = case.evidence.iter().filter(|e| e.kind == EvidenceKind::ExpertOpinion).count();
    let received = case.experts.iter().filter(|e| e.span.1.is_some()).count();
    let wanted = [
        (PaperKind::Receipt, any(|p| !p.payments.is_empty()), "已经缴款"),
        (PaperKind::Performance, any(|p| !p.performances.is_empty()), "处罚已经执行"),
        (PaperKind::Remedy, any(|p| p.remedies.iter().any(|r| r.concluded.is_some())), "复议、诉讼已经终结"),
        (PaperKind::Expert, received > opinions + held(PaperKind::Expert), "鉴定、检测意见已经收到"),
    ];
    for (kind, is_wanted, because) in wanted {
        if is_wanted && (held(kind) == 0 || kind == PaperKind::Expert) {
            out.push(lack("file.paper", None, format!("{because}，卷内没有{}", kind.label())));
        }
    }
}
