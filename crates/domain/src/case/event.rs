//! What happened in a case. A landed variant is never edited: a changed shape
//! gets a new version and an upcaster in [`super::Case`]'s decoder.

use super::command::*;
use super::enforcement::*;
use super::growth::Supplement;
pub use super::heard::{RecusalDecision, RecusalRequest};
use super::recorded::{Attached, Settled, Stated};
pub use super::remedies::{Lodging, Ruling};
use super::sampling::{Commission, Sampling};
use super::substance::DecisionSubstance;
use super::substitute::*;
use super::types::*;
use crate::matter::StaffId;
use crate::text::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// An event of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum CaseEvent {
    /// 线索已登记.
    ClueRegistered(Clue),
    /// 核查已开始.
    CheckStarted {
        /// Officers.
        officers: Vec<StaffId>,
    },
    /// 核查期限已延长.
    CheckExtended {
        /// Approval.
        proposal: ProposalNo,
    },
    /// 已呈请.
    Proposed {
        /// Its number in the case.
        no: ProposalNo,
        /// What.
        body: Proposal,
        /// Grounds.
        opinion: Text,
    },
    /// 已审核.
    ProposalReviewed {
        /// Which.
        no: ProposalNo,
        /// Agreed.
        agree: bool,
        /// In words.
        opinion: Text,
    },
    /// 已审批.
    ProposalDecided {
        /// Which.
        no: ProposalNo,
        /// Approved.
        approve: bool,
        /// In words.
        opinion: Text,
        /// Heads' opinions where the decision was collective.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        opinions: Vec<HeadOpinion>,
    },
    /// 文书已签发: the document exists with its number; bytes follow.
    DocumentIssued {
        /// Its number in the case.
        no: DocumentNo,
        /// What.
        kind: DocumentKind,
        /// 文号.
        number: Option<crate::codes::DocumentNumber>,
        /// Addressee.
        party: Option<PartyNo>,
        /// Civil day.
        issued_on: Date,
    },
    /// 文书已制成.
    DocumentMade {
        /// Which.
        no: DocumentNo,
        /// Bytes' digests.
        made: Made,
    },
    /// 文书已送达.
    DocumentServed {
        /// Which.
        no: DocumentNo,
        /// How.
        service: Service,
        /// Day on which it counts as served.
        effective_on: Date,
    },
    /// 已立案.
    Filed {
        /// Approval.
        proposal: ProposalNo,
        /// What was filed.
        filing: Filing,
    },
    /// 已决定不予立案.
    NotFiled {
        /// Approval.
        proposal: ProposalNo,
    },
    /// 办案人员已调整.
    OfficersChanged {
        /// New set.
        officers: Vec<StaffId>,
        /// Why.
        reason: Text,
    },
    /// 已申请回避.
    RecusalRequested(RecusalRequest),
    /// 已决定回避.
    RecusalDecided(RecusalDecision),
    /// 已通知询问.
    InquiryNotified {
        /// Party.
        party: PartyNo,
        /// Who.
        person: Text,
        /// When, where, what to bring.
        details: Text,
    },
    /// 已询问.
    InquiryRecorded {
        /// When, where, by whom.
        session: Session,
        /// Who was asked.
        person: Text,
        /// Record.
        record: Text,
        /// Signed.
        signed: bool,
    },
    /// 已勘验.
    SceneRecorded {
        /// When, where, by whom.
        session: Session,
        /// Record.
        record: Text,
        /// Witnessed.
        witnessed: bool,
    },
    /// 证据已入卷.
    EvidenceAdded {
        /// Number.
        no: EvidenceNo,
        /// Evidence.
        evidence: Evidence,
    },
    /// 证据已先行登记保存.
    Preserved {
        /// Approval.
        proposal: ProposalNo,
        /// What.
        preserving: Preserving,
    },
    /// 先行登记保存已处理.
    PreservationDisposed {
        /// Approval.
        proposal: ProposalNo,
        /// What.
        disposing: PreservationDisposing,
    },
    /// 已抽样取证.
    Sampled(Sampling),
    /// 已委托鉴定.
    ExpertCommissioned(Commission),
    /// 鉴定意见已收到.
    ExpertReceived {
        /// Which, from 1.
        commission: u16,
        /// Conclusion.
        conclusion: Text,
    },
    /// 已责令改正.
    CorrectionOrdered {
        /// Party.
        party: PartyNo,
        /// What.
        items: Text,
        /// Last day.
        due_on: Date,
    },
    /// 已复查.
    CorrectionRechecked {
        /// Which, from 1.
        order: u16,
        /// Corrected.
        corrected: bool,
        /// In words.
        opinion: Text,
    },
    /// 已中止.
    Suspended {
        /// Approval.
        proposal: ProposalNo,
        /// Ground.
        ground: SuspensionGround,
    },
    /// 已恢复.
    Resumed {
        /// Approval.
        proposal: ProposalNo,
    },
    /// 已延期.
    Extended {
        /// Approval.
        proposal: ProposalNo,
        /// Days.
        days: u16,
        /// Decided collectively.
        collective: bool,
    },
    /// 调查已终结.
    Concluded(Concluding),
    /// 处理意见已拟定.
    DraftPrepared {
        /// Substance.
        substance: DecisionSubstance,
        /// Its digest.
        digest: String,
    },
    /// 已恢复调查（补充调查）.
    Reinvestigated {
        /// Why.
        reason: Text,
    },
    /// 已送审.
    ReviewSubmitted {
        /// Round from 1.
        round: u16,
        /// Digest under review.
        digest: String,
        /// Why it is in scope.
        triggers: Vec<Trigger>,
        /// Note.
        opinion: Text,
    },
    /// 已退回补充材料.
    SubmissionReturned(super::heard::Missing),
    /// 材料已补齐.
    SubmissionSupplemented {
        /// What.
        note: Text,
    },
    /// 已初审.
    FirstReviewed(super::heard::FirstReview),
    /// 审核意见已提出.
    OpinionGiven {
        /// Findings on the ten points.
        findings: Vec<Finding>,
        /// Opinion.
        opinion: Opinion,
        /// In words.
        reasons: Text,
    },
    /// 审核期限已延长, with the reason.
    ReviewExtended(super::heard::Extension),
    /// 审核意见已签发或者退回.
    OpinionSigned {
        /// Signed.
        sign: bool,
        /// In words.
        note: Text,
    },
    /// 审核意见已反馈.
    OpinionAnswered {
        /// Stand.
        stand: Stand,
        /// In words.
        answer: Text,
    },
    /// 已申请复核.
    ReReviewRequested {
        /// Why.
        reason: Text,
    },
    /// 已共同复核.
    ReReviewed {
        /// Members.
        members: Vec<StaffId>,
        /// Result.
        opinion: Opinion,
        /// In words.
        reasons: Text,
        /// New findings on points that had failed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        findings: Vec<Finding>,
    },
    /// 已协调.
    Coordinated {
        /// Result.
        opinion: Opinion,
        /// In words.
        reasons: Text,
        /// New findings on points that had failed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        findings: Vec<Finding>,
    },
    /// 审核通过: the gate is open for exactly this substance.
    Cleared {
        /// Digest cleared.
        digest: String,
    },
    /// 已制发告知书.
    NoticeIssued {
        /// Party.
        party: PartyNo,
        /// Document.
        document: DocumentNo,
        /// With the right to a hearing.
        hearing: bool,
        /// Digest noticed.
        digest: String,
        /// Disposal noticed.
        disposal: super::substance::PartyDisposal,
        /// Rights to a hearing beyond amounts and named kinds.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        rights: Vec<HearingRight>,
    },
    /// 已制发送达公告.
    ServiceAnnounced(Announced),
    /// 送达地址已确认.
    AddressConfirmed {
        /// Party.
        party: PartyNo,
        /// Address.
        address: Text,
        /// Electronic address; blank without consent.
        electronic: Text,
    },
    /// 当事人已陈述申辩.
    DefenceStated {
        /// Party.
        party: PartyNo,
        /// Day.
        on: Date,
        /// What.
        statement: Text,
    },
    /// 当事人已放弃陈述申辩.
    DefenceWaived {
        /// Party.
        party: PartyNo,
        /// Waiver.
        statement: Text,
    },
    /// 陈述申辩已复核.
    DefenceAnswered {
        /// Party.
        party: PartyNo,
        /// Adopted or not.
        adoption: Adoption,
        /// Reasons.
        reasons: Text,
    },
    /// 当事人已申请听证.
    HearingRequested {
        /// Party.
        party: PartyNo,
        /// Day.
        on: Date,
        /// In words.
        request: Text,
    },
    /// 当事人已撤回听证申请.
    HearingWithdrawn {
        /// Party.
        party: PartyNo,
        /// Statement.
        statement: Text,
    },
    /// 已通知听证.
    HearingScheduled {
        /// Plan.
        plan: HearingPlan,
        /// Document.
        document: DocumentNo,
    },
    /// 听证已举行.
    HearingHeld(HearingHeld),
    /// 听证报告已作出.
    HearingReported {
        /// Party.
        party: PartyNo,
        /// Report.
        report: Text,
    },
    /// 已集体讨论.
    Discussed {
        /// Record.
        discussion: Discussion,
        /// Digest discussed.
        digest: String,
    },
    /// 已作出决定.
    Decided {
        /// Approval.
        proposal: ProposalNo,
        /// Digest decided.
        digest: String,
        /// Clearance relied on; blank when no review was required.
        clearance: String,
        /// The decision documents, party by party.
        documents: Vec<(PartyNo, DocumentNo)>,
        /// Civil day.
        decided_on: Date,
        /// Days by which it came after the term of 第六十条; 0 in time.
        #[serde(default)]
        overdue_days: u32,
    },
    /// 已缴款.
    PaymentRecorded(Payment),
    /// 处罚已执行.
    PerformanceRecorded(Performance),
    /// 款项已返还.
    RefundRecorded(Refund),
    /// 已执行的处罚已恢复原状.
    RestitutionRecorded(Restitution),
    /// 已批准延期（分期）.
    DeferralGranted {
        /// Approval.
        proposal: ProposalNo,
        /// What.
        deferring: Deferring,
    },
    /// 已催告缴款.
    FineDemanded {
        /// Party.
        party: PartyNo,
        /// Document.
        document: DocumentNo,
    },
    /// 已加处罚款.
    AdditionalFineImposed {
        /// Party.
        party: PartyNo,
        /// Document.
        document: DocumentNo,
        /// Fen.
        amount_fen: i64,
    },
    /// 加处罚款已核减: a payment or a remedy in time came to be known only afterwards.
    AdditionalFineReduced {
        /// Party.
        party: PartyNo,
        /// What is left of it, fen.
        amount_fen: i64,
    },
    /// 已催告履行.
    EnforcementDemanded {
        /// Party.
        party: PartyNo,
        /// Document.
        document: DocumentNo,
    },
    /// 已申请人民法院强制执行.
    CourtApplied {
        /// Party.
        party: PartyNo,
        /// Court.
        court: Text,
    },
    /// 复议、诉讼已提起.
    RemedyLodged(Lodging),
    /// 复议、诉讼已有结果.
    RemedyConcluded {
        /// Party.
        party: PartyNo,
        /// Which.
        remedy: RemedyKind,
        /// Outcome.
        outcome: RemedyOutcome,
        /// Document.
        document: Text,
    },
    /// 处罚已被变更: what is owed follows it.
    DisposalChanged {
        /// Party.
        party: PartyNo,
        /// By which remedy.
        remedy: RemedyKind,
        /// Fine, fen.
        fine_fen: i64,
        /// Confiscated income, fen.
        confiscated_fen: i64,
        /// Penalties other than money that fell.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lifted: Vec<PenaltyKind>,
    },
    /// 处罚已由本机关变更（自行纠正）.
    DisposalAmended {
        /// Approval.
        proposal: ProposalNo,
        /// Party.
        party: PartyNo,
        /// The decision document.
        document: DocumentNo,
        /// Fine, fen.
        fine_fen: i64,
        /// Confiscated income, fen.
        confiscated_fen: i64,
        /// Penalties other than money that fell.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lifted: Vec<PenaltyKind>,
    },
    /// 人民法院已就执行作出裁定.
    CourtRuled(Ruling),
    /// 当事人已就催告陈述申辩.
    EnforcementObjected(Objecting),
    /// 催告后的陈述申辩已复核.
    EnforcementObjectionAnswered(AnsweringObjection),
    /// 已决定强制执行.
    EnforcementDecided(Granted<Enforcing>),
    /// 强制执行已实施.
    EnforcementCarriedOut(CarryingOut),
    /// 执行已中止.
    EnforcementPaused(Granted<Pausing>),
    /// 执行已恢复.
    EnforcementResumed(Granted<Resuming>),
    /// 执行已终结.
    EnforcementEnded(Granted<Ending>),
    /// 执行协议已订立.
    EnforcementAgreed(Granted<Agreeing>),
    /// 执行协议没有履行.
    AgreementBroken(Breach),
    /// 已催告履行改正义务.
    OrderDemanded(OrderDemanded),
    /// 已决定代履行.
    SubstituteDecided(Granted<Substituting>),
    /// 代履行已实施.
    SubstituteCarriedOut(SubstituteDone),
    /// 代履行费用已收付.
    SubstituteCostPaid(CostPayment),
    /// 处罚决定已撤销.
    DecisionRevoked {
        /// Ground.
        ground: RevocationGround,
        /// Document.
        document: Text,
    },
    /// 文书已补正.
    DocumentCorrected {
        /// Which.
        document: DocumentNo,
        /// The correction document.
        by: DocumentNo,
        /// What.
        correction: Text,
    },
    /// 已撤销立案.
    Withdrawn {
        /// Approval.
        proposal: ProposalNo,
    },
    /// 已移送.
    Transferred {
        /// Approval.
        proposal: ProposalNo,
        /// To whom.
        transferring: Transferring,
    },
    /// 已结案.
    Closed {
        /// Approval.
        proposal: ProposalNo,
        /// How.
        ground: ClosingGround,
    },
    /// 音像记录已关联.
    RecordingAttached(Attached),
    /// 已说明未作音像记录的原因.
    NoRecordingStated(Stated),
    /// 已审批未作音像记录的原因.
    NoRecordingDecided(Settled),
    /// 已归档.
    Archived {
        /// Volumes.
        volumes: u16,
        /// Pages.
        pages: u32,
        /// Years; 0 permanent.
        retention_years: u16,
    },
    /// 已补充归档.
    SupplementArchived(Supplement),
    /// 规则勘误待复核.
    ErratumNoted(super::errata::Erratum),
    /// 规则勘误已复核.
    ErratumAnswered(super::errata::ErratumAnswer),
}
