//! Documents of a case and how they reach their addressees.

use super::types::{DocumentNo, PartyNo, blank, words};
use crate::codes::DocumentNumber;
use crate::matter::StaffId;
use crate::text::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

words! {
    /// How a document reached its addressee (民事诉讼法送达规定，行政处罚法第六十一条).
    ServiceMethod {
        Direct = "直接送达",
        Left = "留置送达",
        Entrusted = "委托送达",
        Mail = "邮寄送达",
        Electronic = "电子送达",
        Announcement = "公告送达",
    }
}

/// How one document reached one party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// How.
    pub method: ServiceMethod,
    /// Day of receipt, of leaving, of arrival in the system, or of the announcement.
    pub on: Date,
    /// Who received it, and in what relation to the party.
    pub recipient: Text,
    /// Place, postal number, electronic address or medium of the announcement.
    pub place: Text,
    /// The two officers who served.
    pub officers: Vec<StaffId>,
    /// For 留置: the witness, or how the refusal was filmed.
    #[serde(default = "blank", skip_serializing_if = "Text::is_blank")]
    pub witness: Text,
}

words! {
    /// Why a document is served by announcement (民事诉讼法第九十五条第一款).
    AnnouncementGround {
        Missing = "受送达人下落不明",
        Unreachable = "采用其他方式无法送达",
    }
}

/// Service of one document by announcement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcing {
    /// Which document.
    pub document: DocumentNo,
    /// Why no other way is left.
    pub ground: AnnouncementGround,
    /// What was tried, and how it came to this (民事诉讼法第九十五条第二款).
    pub course: Text,
    /// What the document says, in short.
    pub summary: Text,
    /// Where it is announced.
    pub medium: Text,
    /// Where the document can be fetched.
    pub collection: Text,
}

/// An announcement that was issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announced {
    /// Of what.
    #[serde(flatten)]
    pub of: Announcing,
    /// The announcement itself.
    pub announcement: DocumentNo,
}

words! {
    /// Documents that a case issues or keeps.
    DocumentKind {
        ClueRegister = "举报登记表",
        FilingApproval = "立案审批表",
        NoFilingApproval = "不予立案审批表",
        InquiryNotice = "询问通知书",
        InquiryRecord = "询问笔录",
        SceneRecord = "勘验笔录",
        SamplingVoucher = "抽样取证凭证",
        ExpertCommission = "鉴定委托书",
        PreservationApproval = "先行登记保存证据审批表",
        PreservationNotice = "先行登记保存证据通知书",
        PreservationList = "先行登记保存证据清单",
        PreservationDisposalApproval = "先行登记保存证据处理审批表",
        PreservationDisposal = "先行登记保存证据处理决定书",
        CorrectionOrder = "责令限期整改指令书",
        CorrectionRecheck = "整改复查意见书",
        SuspensionApproval = "中止（恢复）调查审批表",
        ExtensionApproval = "案件延期审批表",
        ClosingReport = "调查终结报告",
        ReviewSubmission = "法制审核送审表",
        ReviewOpinion = "法制审核意见书",
        ReviewFeedback = "法制审核意见采纳情况反馈表",
        ReReviewRequest = "法制审核复核申请书",
        ReReviewOpinion = "法制审核复核意见书",
        PenaltyNotice = "行政处罚告知书",
        HearingRightNotice = "行政处罚听证告知书",
        DefenceRecord = "当事人陈述申辩笔录",
        HearingNotice = "行政处罚听证会通知书",
        HearingRecord = "听证笔录",
        HearingReport = "听证会报告书",
        DisposalApproval = "案件处理呈批表",
        DiscussionRecord = "行政处罚集体讨论记录",
        PenaltyDecision = "行政处罚决定书",
        NoPenaltyDecision = "不予行政处罚决定书",
        AmendmentDecision = "行政处罚变更决定书",
        ServiceAnnouncement = "送达公告",
        ServiceReceipt = "文书送达回执",
        AddressConfirmation = "送达地址确认书",
        PaymentNotice = "罚款缴款通知书",
        DeferralApproval = "延期（分期）缴纳罚款审批表",
        DeferralGrant = "延期（分期）缴纳罚款批准书",
        AdditionalFineDecision = "加处罚款决定书",
        FineDemand = "缴纳罚款催告书",
        EnforcementDemand = "行政强制执行事先催告书",
        CourtApplication = "强制执行申请书",
        OrderDemand = "履行义务催告书",
        EnforcementDecision = "强制执行决定书",
        SubstituteDecision = "代履行决定书",
        EnforcementRecord = "强制执行（代履行）笔录",
        EnforcementNotice = "中止（恢复、终结）执行通知书",
        EnforcementAgreement = "行政强制执行协议书",
        TransferApproval = "案件移送审批表",
        TransferLetter = "案件移送书",
        CrimeTransferLetter = "涉嫌犯罪案件移送书",
        WithdrawalApproval = "撤销立案（终止调查）审批表",
        Correction = "补正（更正）决定书",
        RecusalDecision = "回避决定书",
        ClosingApproval = "结案审批表",
        FileCover = "案卷首页",
        FileCatalogue = "卷内目录",
        FileBackSheet = "卷内备考表",
    }
}

impl DocumentKind {
    /// The character of the document's number (文号的“字”); `None` where the
    /// form carries no number of its own.
    pub const fn character(self) -> Option<&'static str> {
        Some(match self {
            Self::FilingApproval => "立",
            Self::NoFilingApproval => "不立",
            Self::InquiryNotice => "询",
            Self::SceneRecord => "勘",
            Self::SamplingVoucher => "抽",
            Self::ExpertCommission => "鉴",
            Self::PreservationApproval => "先保审",
            Self::PreservationNotice => "先保通",
            Self::PreservationDisposalApproval => "先保处审",
            Self::PreservationDisposal => "先保处",
            Self::CorrectionOrder => "责改",
            Self::CorrectionRecheck => "复查",
            Self::SuspensionApproval => "中止",
            Self::ExtensionApproval => "案延",
            Self::ClosingReport => "终报",
            Self::ReviewSubmission => "审送",
            Self::ReviewOpinion => "法审",
            Self::ReviewFeedback => "法反",
            Self::ReReviewRequest => "法申",
            Self::ReReviewOpinion => "法复",
            Self::PenaltyNotice => "罚告",
            Self::HearingRightNotice => "听告",
            Self::HearingNotice => "听通",
            Self::HearingReport => "听报",
            Self::DisposalApproval => "处呈",
            Self::DiscussionRecord => "罚集",
            Self::PenaltyDecision => "罚",
            Self::NoPenaltyDecision => "不罚",
            Self::AmendmentDecision => "罚变",
            Self::ServiceAnnouncement => "公",
            Self::ServiceReceipt => "回",
            Self::AddressConfirmation => "址",
            Self::PaymentNotice => "缴通",
            Self::DeferralApproval => "缴审",
            Self::DeferralGrant => "缴批",
            Self::AdditionalFineDecision => "加罚",
            Self::FineDemand => "催",
            Self::EnforcementDemand => "执行催告",
            Self::CourtApplication => "强执",
            Self::OrderDemand => "履催",
            Self::EnforcementDecision => "强决",
            Self::SubstituteDecision => "代",
            Self::EnforcementNotice => "执通",
            Self::EnforcementAgreement => "执协",
            Self::TransferApproval => "移审",
            Self::TransferLetter => "移",
            Self::CrimeTransferLetter => "涉移",
            Self::WithdrawalApproval => "撤",
            Self::Correction => "补",
            Self::RecusalDecision => "避",
            Self::ClosingApproval => "结",
            Self::FileCover => "案",
            Self::ClueRegister
            | Self::InquiryRecord
            | Self::PreservationList
            | Self::DefenceRecord
            | Self::EnforcementRecord
            | Self::HearingRecord
            | Self::FileCatalogue
            | Self::FileBackSheet => return None,
        })
    }

    /// Whether it goes to the party with proof of service.
    pub const fn served(self) -> bool {
        matches!(
            self,
            Self::InquiryNotice
                | Self::SamplingVoucher
                | Self::PreservationNotice
                | Self::PreservationDisposal
                | Self::CorrectionOrder
                | Self::CorrectionRecheck
                | Self::PenaltyNotice
                | Self::HearingRightNotice
                | Self::HearingNotice
                | Self::PenaltyDecision
                | Self::NoPenaltyDecision
                | Self::AmendmentDecision
                | Self::PaymentNotice
                | Self::DeferralGrant
                | Self::AdditionalFineDecision
                | Self::FineDemand
                | Self::EnforcementDemand
                | Self::OrderDemand
                | Self::EnforcementDecision
                | Self::SubstituteDecision
                | Self::EnforcementNotice
                | Self::EnforcementAgreement
                | Self::Correction
                | Self::RecusalDecision
        )
    }
}

/// Digests of a made document: its stored bytes are the document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// SHA-256 of the stored bytes, hex.
    pub sha256: String,
    /// SM3 of the stored bytes, hex.
    pub sm3: String,
    /// Pages.
    pub pages: u32,
    /// Digest of the template that made it, hex.
    pub template: String,
}

/// A document of the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// What it is.
    pub kind: DocumentKind,
    /// Its number, taken on approval.
    pub number: Option<DocumentNumber>,
    /// The party it is addressed to.
    pub party: Option<PartyNo>,
    /// Civil day it was issued.
    pub issued_on: Date,
    /// Version of the case's stream that issued it.
    pub version: u64,
    /// Set when its bytes were made.
    pub made: Option<Made>,
    /// Set when it was served.
    pub service: Option<Served>,
}

/// A completed service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Served {
    /// How.
    pub method: ServiceMethod,
    /// Day on which it counts as served (公告 30 days after publication).
    pub effective_on: Date,
    /// Day it was recorded: gates never open earlier than from here.
    pub recorded_on: Date,
}

impl Served {
    /// The day from which a window of the party closes: the later of the
    /// effective and the recorded day, so that a late entry shortens nobody's right.
    pub fn gate_day(&self) -> Date {
        self.effective_on.max(self.recorded_on)
    }
}
