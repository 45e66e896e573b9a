//! Stored names and the field's words of the events.

use super::event::CaseEvent;

macro_rules! named {
    ($($variant:ident = $name:literal, $label:literal;)+) => {
        impl CaseEvent {
            /// Stored type name, equal to the serde tag.
            pub const fn type_name(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $name,)+ }
            }

            /// The event in the field's words.
            pub const fn label(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $label,)+ }
            }

            /// The words of a stored type name; none for a name that is no event of a case.
            #[must_use]
            pub fn label_of(name: &str) -> Option<&'static str> {
                match name { $($name => Some($label),)+ _ => None }
            }
        }
    };
}

named! {
    ClueRegistered = "clue_registered", "线索已登记";
    CheckStarted = "check_started", "核查已开始";
    CheckExtended = "check_extended", "核查期限已延长";
    Proposed = "proposed", "已呈请";
    ProposalReviewed = "proposal_reviewed", "已审核";
    ProposalDecided = "proposal_decided", "已审批";
    DocumentIssued = "document_issued", "文书已签发";
    DocumentMade = "document_made", "文书已制成";
    DocumentServed = "document_served", "文书已送达";
    Filed = "filed", "已立案";
    NotFiled = "not_filed", "已决定不予立案";
    OfficersChanged = "officers_changed", "办案人员已调整";
    RecusalRequested = "recusal_requested", "已申请回避";
    RecusalDecided = "recusal_decided", "已决定回避";
    InquiryNotified = "inquiry_notified", "已通知询问";
    InquiryRecorded = "inquiry_recorded", "已询问";
    SceneRecorded = "scene_recorded", "已勘验";
    EvidenceAdded = "evidence_added", "证据已入卷";
    Preserved = "preserved", "证据已先行登记保存";
    PreservationDisposed = "preservation_disposed", "先行登记保存已处理";
    Sampled = "sampled", "已抽样取证";
    ExpertCommissioned = "expert_commissioned", "已委托鉴定";
    ExpertReceived = "expert_received", "鉴定意见已收到";
    CorrectionOrdered = "correction_ordered", "已责令改正";
    CorrectionRechecked = "correction_rechecked", "已复查";
    Suspended = "suspended", "已中止";
    Resumed = "resumed", "已恢复";
    Extended = "extended", "已延期";
    Concluded = "concluded", "调查已终结";
    DraftPrepared = "draft_prepared", "处理意见已拟定";
    Reinvestigated = "reinvestigated", "已恢复调查（补充调查）";
    ReviewSubmitted = "review_submitted", "已送审";
    SubmissionReturned = "submission_returned", "已退回补充材料";
    SubmissionSupplemented = "submission_supplemented", "材料已补齐";
    OpinionGiven = "opinion_given", "审核意见已提出";
    FirstReviewed = "first_reviewed", "已初审";
    ReviewExtended = "review_extended", "审核期限已延长";
    OpinionSigned = "opinion_signed", "审核意见已签发或者退回";
    OpinionAnswered = "opinion_answered", "审核意见已反馈";
    ReReviewRequested = "re_review_requested", "已申请复核";
    ReReviewed = "re_reviewed", "已共同复核";
    Coordinated = "coordinated", "已协调";
    Cleared = "cleared", "审核通过";
    NoticeIssued = "notice_issued", "已制发告知书";
    ServiceAnnounced = "service_announced", "送达公告已制发";
    AddressConfirmed = "address_confirmed", "送达地址已确认";
    DefenceStated = "defence_stated", "当事人已陈述申辩";
    DefenceWaived = "defence_waived", "当事人已放弃陈述申辩";
    DefenceAnswered = "defence_answered", "陈述申辩已复核";
    HearingRequested = "hearing_requested", "当事人已申请听证";
    HearingWithdrawn = "hearing_withdrawn", "当事人已撤回听证申请";
    HearingScheduled = "hearing_scheduled", "已通知听证";
    HearingHeld = "hearing_held", "听证已举行";
    HearingReported = "hearing_reported", "听证报告已作出";
    Discussed = "discussed", "已集体讨论";
    Decided = "decided", "已作出决定";
    PaymentRecorded = "payment_recorded", "已缴款";
    PerformanceRecorded = "performance_recorded", "处罚已执行";
    RefundRecorded = "refund_recorded", "款项已返还";
    RestitutionRecorded = "restitution_recorded", "已恢复原状";
    DeferralGranted = "deferral_granted", "已批准延期（分期）";
    FineDemanded = "fine_demanded", "已催告缴款";
    AdditionalFineImposed = "additional_fine_imposed", "已加处罚款";
    AdditionalFineReduced = "additional_fine_reduced", "加处罚款已核减";
    EnforcementDemanded = "enforcement_demanded", "已催告履行";
    CourtApplied = "court_applied", "已申请人民法院强制执行";
    RemedyLodged = "remedy_lodged", "复议、诉讼已提起";
    RemedyConcluded = "remedy_concluded", "复议、诉讼已有结果";
    DisposalChanged = "disposal_changed", "处罚已被变更";
    DisposalAmended = "disposal_amended", "处罚已自行变更";
    CourtRuled = "court_ruled", "法院已就执行作出裁定";
    EnforcementObjected = "enforcement_objected", "当事人已就催告陈述申辩";
    EnforcementObjectionAnswered = "enforcement_objection_answered", "催告后的陈述申辩已复核";
    EnforcementDecided = "enforcement_decided", "已决定强制执行";
    EnforcementCarriedOut = "enforcement_carried_out", "强制执行已实施";
    EnforcementPaused = "enforcement_paused", "执行已中止";
    EnforcementResumed = "enforcement_resumed", "执行已恢复";
    EnforcementEnded = "enforcement_ended", "执行已终结";
    EnforcementAgreed = "enforcement_agreed", "执行协议已订立";
    AgreementBroken = "agreement_broken", "执行协议没有履行";
    OrderDemanded = "order_demanded", "已催告履行改正义务";
    SubstituteDecided = "substitute_decided", "已决定代履行";
    SubstituteCarriedOut = "substitute_carried_out", "代履行已实施";
    SubstituteCostPaid = "substitute_cost_paid", "代履行费用已收付";
    DecisionRevoked = "decision_revoked", "处罚决定已撤销";
    DocumentCorrected = "document_corrected", "文书已补正";
    Withdrawn = "withdrawn", "已撤销立案";
    Transferred = "transferred", "已移送";
    Closed = "closed", "已结案";
    RecordingAttached = "recording_attached", "音像记录已关联";
    NoRecordingStated = "no_recording_stated", "已说明未作音像记录的原因";
    NoRecordingDecided = "no_recording_decided", "已审批未作音像记录的原因";
    Archived = "archived", "已归档";
    SupplementArchived = "supplement_archived", "已补充归档";
    ErratumNoted = "erratum_noted", "规则勘误待复核";
    ErratumAnswered = "erratum_answered", "规则勘误已复核";
}
