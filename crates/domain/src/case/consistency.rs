//! Cross-document consistency: what the documents of one case say of the same
//! thing, compared before a person has to find it. Findings warn; guards decide.

mod across;

use super::state::{Case, Hearing};
use super::types::*;
use crate::cite::{Citation, penalty_law};
use jiff::civil::Date;

/// Two places of one file that do not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inconsistency {
    /// Stable machine code, for example `order.served_before_decided`.
    pub code: &'static str,
    /// The document at fault, where one is.
    pub document: Option<DocumentNo>,
    /// What does not agree, as a sentence for a person.
    pub message: String,
    /// The rule the file fails.
    pub article: Citation,
}

fn found(
    code: &'static str,
    document: Option<DocumentNo>,
    article: Citation,
    message: String,
) -> Inconsistency {
    Inconsistency { code, document, message, article }
}

/// Everything in the file that does not agree, in the order of the file: dates
/// out of order (立案≤询问≤告知≤决定≤送达≤结案≤归档), documents without what they
/// follow from, numbers used twice, cause, parties and filing that differ between the
/// forms, an end that is not the decision's, amounts that differ from the decision or
/// from themselves in words.
pub fn consistency(case: &Case) -> Vec<Inconsistency> {
    let mut out = Vec::new();
    dates(case, &mut out);
    prerequisites(case, &mut out);
    numbers(case, &mut out);
    parties(case, &mut out);
    amounts(case, &mut out);
    across::all(case, &mut out);
    out
}

/// The milestones of the case with their days, in the order the law gives them.
fn milestones(case: &Case) -> Vec<(&'static str, Date)> {
    let mut days = vec![("登记", case.registered_on)];
    days.extend(case.checked_from.map(|d| ("核查", d)));
    days.extend(case.filed.as_ref().map(|f| ("立案", f.on)));
    days.extend(case.conclusion.as_ref().map(|c| ("调查终结", c.on)));
    days.extend(case.decision.as_ref().map(|d| ("决定", d.on)));
    days.extend(case.closed.map(|(_, d)| ("结案", d)));
    days.extend(case.archived.map(|(d, _)| ("归档", d)));
    days
}

fn dates(case: &Case, out: &mut Vec<Inconsistency>) {
    for pair in [milestones(case), across::told(case)].iter().flat_map(|it| it.windows(2)) {
        if let [(before, first), (after, second)] = pair
            && second < first
        {
            out.push(found(
                "order.milestones",
                None,
                penalty_law("第四十七条"),
                format!("{after}日期（{second}）早于{before}日期（{first}）"),
            ));
        }
    }
    let filed = case.filed.as_ref().map(|f| f.on);
    for (d, no) in case.documents.iter().zip(1..) {
        if let Some(service) = &d.service
            && service.effective_on < d.issued_on
        {
            out.push(found(
                "order.served_before_issued",
                Some(no),
                penalty_law("第六十一条"),
                format!("《{}》的送达日期早于签发日期", d.kind.label()),
            ));
        }
        if let Some(filed) = filed
            && after_filing(d.kind)
            && d.issued_on < filed
        {
            out.push(found(
                "order.before_filing",
                Some(no),
                penalty_law("第五十四条第二款"),
                format!("《{}》的日期早于立案日期", d.kind.label()),
            ));
        }
    }
    let Some(decision) = &case.decision else { return };
    for (number, state) in case.numbered_parties() {
        let told = state.notice.as_ref().and_then(|n| case.document(n.document).map(|d| (n.document, d)));
        if let Some((no, d)) = told
            && d.service.as_ref().is_some_and(|s| s.effective_on > decision.on)
        {
            out.push(found(
                "order.told_after_decided",
                Some(no),
                penalty_law("第四十四条"),
                format!("第{number}名当事人的告知书在决定之后才送达"),
            ));
        }
        if let Hearing::Held { plan, .. } = &state.hearing
            && plan.on > decision.on
        {
            out.push(found(
                "order.heard_after_decided",
                None,
                penalty_law("第六十五条"),
                format!("第{number}名当事人的听证晚于决定"),
            ));
        }
        for payment in state.payments.iter().filter(|p| p.paid_on < decision.on) {
            out.push(found(
                "order.paid_before_decided",
                None,
                penalty_law("第六十七条"),
                format!("票据{}的缴款日期早于决定日期", payment.receipt),
            ));
        }
    }
}

/// Forms that exist only in a filed case.
fn after_filing(kind: DocumentKind) -> bool {
    !matches!(
        kind,
        DocumentKind::ClueRegister
            | DocumentKind::FilingApproval
            | DocumentKind::NoFilingApproval
            | DocumentKind::RecusalDecision
            | DocumentKind::TransferApproval
            | DocumentKind::TransferLetter
            | DocumentKind::CrimeTransferLetter
            | DocumentKind::FileCover
            | DocumentKind::FileCatalogue
            | DocumentKind::FileBackSheet
            | DocumentKind::ServiceReceipt
            | DocumentKind::ServiceAnnouncement
    )
}

/// What a document follows from: any one of these must stand before it in the
/// file, for the same party where both name one. Empty: it follows from nothing.
pub fn follows_from(kind: DocumentKind) -> &'static [DocumentKind] {
    use DocumentKind as D;
    match kind {
        D::PreservationNotice | D::PreservationList | D::PreservationDisposalApproval => {
            &[D::PreservationApproval]
        }
        D::PreservationDisposal => &[D::PreservationDisposalApproval],
        D::CorrectionRecheck => &[D::CorrectionOrder, D::PenaltyDecision],
        D::ReviewOpinion => &[D::ReviewSubmission],
        D::ReviewFeedback | D::ReReviewRequest => &[D::ReviewOpinion],
        D::ReReviewOpinion => &[D::ReReviewRequest],
        D::PenaltyNotice | D::HearingRightNotice | D::ReviewSubmission | D::DisposalApproval => {
            &[D::ClosingReport]
        }
        D::DefenceRecord => &[D::PenaltyNotice, D::HearingRightNotice],
        D::HearingNotice => &[D::HearingRightNotice],
        D::HearingRecord => &[D::HearingNotice],
        D::HearingReport => &[D::HearingRecord],
        D::PenaltyDecision | D::NoPenaltyDecision => &[D::DisposalApproval],
        D::PaymentNotice
        | D::DeferralApproval
        | D::AdditionalFineDecision
        | D::FineDemand
        | D::AmendmentDecision
        | D::EnforcementDemand => &[D::PenaltyDecision],
        D::DeferralGrant => &[D::DeferralApproval],
        D::CourtApplication => &[D::EnforcementDemand],
        D::EnforcementDecision => &[D::EnforcementDemand, D::OrderDemand],
        D::OrderDemand => &[D::CorrectionOrder, D::PenaltyDecision],
        D::EnforcementRecord | D::EnforcementAgreement => &[D::EnforcementDecision, D::SubstituteDecision],
        D::TransferLetter | D::CrimeTransferLetter => &[D::TransferApproval],
        D::ClosingApproval => &[D::PenaltyDecision, D::NoPenaltyDecision],
        D::ClueRegister
        | D::FilingApproval
        | D::NoFilingApproval
        | D::InquiryNotice
        | D::InquiryRecord
        | D::SceneRecord
        | D::SamplingVoucher
        | D::ExpertCommission
        | D::PreservationApproval
        | D::CorrectionOrder
        | D::SuspensionApproval
        | D::ExtensionApproval
        | D::ClosingReport
        | D::DiscussionRecord
        | D::ServiceReceipt
        | D::ServiceAnnouncement
        | D::AddressConfirmation
        // What is cleared at once, and a stay of enforcement, follow from no document.
        | D::SubstituteDecision
        | D::EnforcementNotice
        | D::TransferApproval
        | D::WithdrawalApproval
        | D::Correction
        | D::RecusalDecision
        | D::FileCover
        | D::FileCatalogue
        | D::FileBackSheet => &[],
    }
}

fn prerequisites(case: &Case, out: &mut Vec<Inconsistency>) {
    for ((index, d), no) in case.documents.iter().enumerate().zip(1..) {
        let needed = follows_from(d.kind);
        let fits = |x: &&Document| {
            needed.contains(&x.kind) && (x.party.is_none() || d.party.is_none() || x.party == d.party)
        };
        let before = case.documents[..index].iter().find(fits);
        match before {
            _ if needed.is_empty() => {}
            None => {
                let names: Vec<_> = needed.iter().map(|k| format!("《{}》", k.label())).collect();
                out.push(found(
                    "prerequisite.missing",
                    Some(no),
                    penalty_law("第四十七条"),
                    format!("《{}》之前没有{}", d.kind.label(), names.join("或者")),
                ));
            }
            Some(x) if d.issued_on < x.issued_on => {
                out.push(found(
                    "prerequisite.later",
                    Some(no),
                    penalty_law("第四十七条"),
                    format!("《{}》的日期早于《{}》", d.kind.label(), x.kind.label()),
                ));
            }
            Some(_) => {}
        }
    }
}

fn numbers(case: &Case, out: &mut Vec<Inconsistency>) {
    let article = || Citation::of("党政机关公文处理工作条例", "第九条");
    for ((index, d), no) in case.documents.iter().enumerate().zip(1..) {
        let Some(number) = &d.number else { continue };
        if case.documents[..index].iter().any(|x| x.number.as_ref() == Some(number)) {
            out.push(found("number.repeated", Some(no), article(), format!("文号{number}用了两次")));
        }
        if number.year() != d.issued_on.year() {
            out.push(found(
                "number.year",
                Some(no),
                article(),
                format!("文号{number}的年份与签发日期不一致"),
            ));
        }
    }
}

fn parties(case: &Case, out: &mut Vec<Inconsistency>) {
    for (d, no) in case.documents.iter().zip(1..) {
        if d.party.is_some_and(|p| case.party(p).is_none()) {
            out.push(found(
                "party.unknown",
                Some(no),
                penalty_law("第五十九条第一款第一项"),
                format!("《{}》的当事人不是本案当事人", d.kind.label()),
            ));
        }
    }
    let Some(decision) = &case.decision else { return };
    for (number, _) in case.numbered_parties() {
        let count = decision.documents.iter().filter(|(p, _)| *p == number).count();
        if count != 1 {
            out.push(found(
                "decision.documents",
                None,
                penalty_law("第五十九条"),
                format!("第{number}名当事人有{count}份决定书"),
            ));
        }
    }
    for (number, no) in &decision.documents {
        if case.document(*no).is_none_or(|d| d.party != Some(*number)) {
            out.push(found(
                "decision.party",
                Some(*no),
                penalty_law("第五十九条第一款第一项"),
                "决定书的当事人与处理意见不一致".into(),
            ));
        }
    }
}

fn amounts(case: &Case, out: &mut Vec<Inconsistency>) {
    let Some(decision) = &case.decision else { return };
    let article = || penalty_law("第六十七条");
    if case.draft.as_ref().is_some_and(|d| d.digest != decision.digest) {
        out.push(found(
            "decision.digest",
            None,
            penalty_law("第五十八条"),
            "决定的内容与审批的处理意见不一致".into(),
        ));
    }
    for (number, state) in case.numbered_parties() {
        let decided = decision.substance.disposal(number).map_or(0, |d| d.fine_fen + d.confiscated_fen);
        // A remedy may have changed it after it was paid, planned and told.
        let stands = super::gate::principal_fen(decision, number, state);
        // What was given back counts no more, and what was added is kept here though reduced since.
        let most = state.stood.iter().map(|it| it.fine_fen + it.confiscated_fen).chain([decided, stands]);
        let added: i64 = state.additions.iter().map(|(_, fen)| fen).sum();
        if state.paid_fen() - state.refunded_fen() > most.max().unwrap_or(decided) + added {
            out.push(found(
                "amount.overpaid",
                None,
                article(),
                format!("第{number}名当事人缴款合计多于决定和加处的数额"),
            ));
        }
        let parts: i64 = state.instalments.iter().map(|i| i.amount_fen).sum();
        let least = state.stood.iter().map(|it| it.fine_fen + it.confiscated_fen).chain([decided, stands]);
        if !state.instalments.is_empty() && parts < least.min().unwrap_or(decided) {
            out.push(found(
                "amount.instalments",
                None,
                penalty_law("第六十六条第二款"),
                format!("第{number}名当事人分期金额合计少于决定的数额"),
            ));
        }
        let notice =
            case.documents.iter().any(|d| d.kind == DocumentKind::PaymentNotice && d.party == Some(number));
        if notice != (decided > 0) {
            out.push(found(
                "amount.notice",
                None,
                article(),
                format!("第{number}名当事人的缴款通知书与决定的数额不符"),
            ));
        }
    }
}
