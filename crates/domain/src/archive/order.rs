//! In which order the papers of a file stand (domain.md 7.4).
//!
//! Two orders are known: the eight classes of 住房和城乡建设行政处罚程序规定第四十条, each
//! by date, and an older order of thirty-two places that begins with the decision. Which
//! one an organ follows is the policy `archive.order`.

use super::words::PaperKind;
use crate::case::types::{DocumentKind, EvidenceKind};
use crate::policy::FileOrder;

/// What is to be placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A document of the procedure.
    Document(DocumentKind),
    /// An item of evidence.
    Evidence(EvidenceKind),
    /// A recording.
    Recording,
    /// A paper from outside.
    Paper(PaperKind),
}

/// The classes of article 40, in order.
pub const EIGHT: [&str; 8] = [
    "案源材料、立案审批表",
    "行政处罚文书及送达回证",
    "证据材料",
    "当事人陈述、申辩材料",
    "听证笔录",
    "书面复核意见、法制审核意见、集体讨论记录",
    "执行情况记录、财物处理单据",
    "其他有关材料",
];

/// The thirty-two places of the order that begins with the decision. The first is the
/// catalogue itself.
pub const DECISION_FIRST: [&str; 32] = [
    "卷内目录",
    "行政处罚决定书",
    "立案材料",
    "询问通知书",
    "询问笔录",
    "勘验笔录",
    "抽样取证凭证",
    "先行登记保存证据审批表",
    "先行登记保存证据通知书、清单",
    "先行登记保存证据处理审批表",
    "先行登记保存证据处理决定书",
    "现场检查记录",
    "责令改正文书",
    "整改复查意见书",
    "行政强制文书",
    "鉴定、检测材料",
    "行政处罚告知书",
    "陈述、申辩材料",
    "听证告知书",
    "听证会通知书",
    "听证笔录",
    "听证会报告书",
    "调查终结、法制审核、处理呈批材料",
    "集体讨论记录",
    "催告、加处罚款文书",
    "延期、分期缴款审批表",
    "延期、分期缴款批准书",
    "送达回执",
    "强制执行材料",
    "结案审批表",
    "缴款票据",
    "营业执照等主体材料和其他材料",
];

/// Place of a thing in an order, from 1; things of one place follow each other by date.
pub const fn place(order: FileOrder, sort: Sort) -> u8 {
    match order {
        FileOrder::EightClasses => match sort {
            Sort::Document(kind) => eight(kind),
            Sort::Evidence(_) | Sort::Recording => 3,
            Sort::Paper(kind) => eight_paper(kind),
        },
        FileOrder::DecisionFirst => match sort {
            Sort::Document(kind) => decision_first(kind),
            Sort::Evidence(kind) => evidence_place(kind),
            Sort::Recording => 6,
            Sort::Paper(kind) => paper_place(kind),
        },
    }
}

/// The heading of a place.
pub fn heading(order: FileOrder, place: u8) -> &'static str {
    let all: &[&'static str] = match order {
        FileOrder::EightClasses => &EIGHT,
        FileOrder::DecisionFirst => &DECISION_FIRST,
    };
    usize::from(place).checked_sub(1).and_then(|at| all.get(at)).copied().unwrap_or("其他有关材料")
}

const fn eight(kind: DocumentKind) -> u8 {
    use DocumentKind as D;
    match kind {
        D::ClueRegister | D::FilingApproval | D::NoFilingApproval => 1,
        D::ClosingReport
        | D::PenaltyNotice
        | D::HearingRightNotice
        | D::DisposalApproval
        | D::PenaltyDecision
        | D::AmendmentDecision
        | D::NoPenaltyDecision
        | D::CorrectionOrder
        | D::CorrectionRecheck
        | D::Correction
        | D::AddressConfirmation
        | D::ServiceAnnouncement
        | D::ServiceReceipt => 2,
        D::InquiryNotice
        | D::InquiryRecord
        | D::SceneRecord
        | D::SamplingVoucher
        | D::ExpertCommission
        | D::PreservationApproval
        | D::PreservationNotice
        | D::PreservationList => 3,
        D::DefenceRecord => 4,
        D::HearingNotice | D::HearingRecord | D::HearingReport => 5,
        D::ReviewSubmission
        | D::ReviewOpinion
        | D::ReviewFeedback
        | D::ReReviewRequest
        | D::ReReviewOpinion
        | D::DiscussionRecord => 6,
        D::PreservationDisposalApproval
        | D::PreservationDisposal
        | D::PaymentNotice
        | D::DeferralApproval
        | D::DeferralGrant
        | D::AdditionalFineDecision
        | D::FineDemand
        | D::EnforcementDemand
        | D::CourtApplication
        | D::OrderDemand
        | D::EnforcementDecision
        | D::SubstituteDecision
        | D::EnforcementRecord
        | D::EnforcementNotice
        | D::EnforcementAgreement
        | D::ClosingApproval => 7,
        D::SuspensionApproval
        | D::ExtensionApproval
        | D::TransferApproval
        | D::TransferLetter
        | D::CrimeTransferLetter
        | D::WithdrawalApproval
        | D::RecusalDecision
        | D::FileCover
        | D::FileCatalogue
        | D::FileBackSheet => 8,
    }
}

const fn eight_paper(kind: PaperKind) -> u8 {
    match kind {
        PaperKind::Source => 1,
        PaperKind::OnSite
        | PaperKind::Sample
        | PaperKind::Expert
        | PaperKind::Licence
        | PaperKind::Evidence => 3,
        PaperKind::Coercion => 2,
        PaperKind::Defence => 4,
        PaperKind::Receipt | PaperKind::Goods | PaperKind::Performance => 7,
        PaperKind::Remedy | PaperKind::Other => 8,
    }
}

const fn decision_first(kind: DocumentKind) -> u8 {
    use DocumentKind as D;
    match kind {
        D::FileCatalogue => 1,
        D::PenaltyDecision | D::AmendmentDecision | D::NoPenaltyDecision | D::Correction => 2,
        D::ClueRegister | D::FilingApproval | D::NoFilingApproval => 3,
        D::InquiryNotice => 4,
        D::InquiryRecord => 5,
        D::SceneRecord => 6,
        D::SamplingVoucher => 7,
        D::ExpertCommission => 16,
        D::PreservationApproval => 8,
        D::PreservationNotice | D::PreservationList => 9,
        D::PreservationDisposalApproval => 10,
        D::PreservationDisposal => 11,
        D::CorrectionOrder => 13,
        D::CorrectionRecheck => 14,
        D::PenaltyNotice => 17,
        D::DefenceRecord => 18,
        D::HearingRightNotice => 19,
        D::HearingNotice => 20,
        D::HearingRecord => 21,
        D::HearingReport => 22,
        D::ClosingReport
        | D::ReviewSubmission
        | D::ReviewOpinion
        | D::ReviewFeedback
        | D::ReReviewRequest
        | D::ReReviewOpinion
        | D::DisposalApproval => 23,
        D::DiscussionRecord => 24,
        D::PaymentNotice | D::FineDemand | D::AdditionalFineDecision => 25,
        D::DeferralApproval => 26,
        D::DeferralGrant => 27,
        D::ServiceReceipt | D::ServiceAnnouncement | D::AddressConfirmation => 28,
        D::EnforcementDemand
        | D::CourtApplication
        | D::OrderDemand
        | D::EnforcementDecision
        | D::SubstituteDecision
        | D::EnforcementRecord
        | D::EnforcementNotice
        | D::EnforcementAgreement => 29,
        D::ClosingApproval | D::WithdrawalApproval => 30,
        D::SuspensionApproval
        | D::ExtensionApproval
        | D::TransferApproval
        | D::TransferLetter
        | D::CrimeTransferLetter
        | D::RecusalDecision
        | D::FileCover
        | D::FileBackSheet => 32,
    }
}

const fn evidence_place(kind: EvidenceKind) -> u8 {
    match kind {
        EvidenceKind::Witness | EvidenceKind::PartyStatement => 5,
        EvidenceKind::AudioVisual | EvidenceKind::Electronic | EvidenceKind::SceneRecord => 6,
        EvidenceKind::ExpertOpinion => 16,
        EvidenceKind::Documentary | EvidenceKind::Physical => 32,
    }
}

const fn paper_place(kind: PaperKind) -> u8 {
    match kind {
        PaperKind::Source => 3,
        PaperKind::Sample => 7,
        PaperKind::OnSite => 12,
        PaperKind::Coercion => 15,
        PaperKind::Expert => 16,
        PaperKind::Defence => 18,
        PaperKind::Performance => 29,
        PaperKind::Receipt => 31,
        PaperKind::Licence
        | PaperKind::Evidence
        | PaperKind::Goods
        | PaperKind::Remedy
        | PaperKind::Other => 32,
    }
}
