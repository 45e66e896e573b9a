//! What a person may ask for in a case.

pub use super::amendment::Amending;
pub use super::claim::{Deferring, Instalment};
pub use super::concluded::Concluding;
pub use super::enforcement::{
    AgreedStage, Agreeing, AnsweringObjection, Breach, CarryingOut, Ending, Enforcing, Objecting, Pausing,
    Resuming,
};
pub use super::heard::{Discussion, HearingHeld, HearingPlan};
pub use super::performance::{Payment, Performance, Refund, Restitution};
pub use super::sampling::{Commission, SampledItem, Sampling};
use super::substance::DecisionSubstance;
pub use super::substitute::{CostPayment, OrderDemand, SubstituteDone, Substituting};
use super::types::*;
use crate::matter::{MatterId, StaffId};
use crate::recording::event::ActNo;
use crate::recording::words::NoRecordingGround;
use crate::text::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What is proposed for approval: the forms that go 承办 → 审核 → 审批.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "proposal", rename_all = "snake_case")]
pub enum Proposal {
    /// 延长核查期限.
    ExtendCheck,
    /// 立案.
    File(Filing),
    /// 不予立案.
    NotFile,
    /// 先行登记保存证据.
    Preserve(Preserving),
    /// 先行登记保存证据的处理.
    DisposePreservation(PreservationDisposing),
    /// 中止调查.
    Suspend {
        /// Ground.
        ground: SuspensionGround,
    },
    /// 恢复调查.
    Resume,
    /// 延期: days beyond the first term.
    Extend {
        /// Days asked for.
        days: u16,
    },
    /// 撤销立案（终止调查）.
    Withdraw,
    /// 案件处理: the draft goes to the head for decision.
    Dispose,
    /// 移送.
    Transfer(Transferring),
    /// 延期（分期）缴纳罚款.
    Defer(Deferring),
    /// 变更处罚（自行纠正）.
    Amend(Amending),
    /// 强制执行.
    Enforce(Enforcing),
    /// 中止执行.
    PauseEnforcement(Pausing),
    /// 恢复执行.
    ResumeEnforcement(Resuming),
    /// 终结执行.
    EndEnforcement(Ending),
    /// 执行协议.
    Agree(Agreeing),
    /// 代履行.
    Substitute(Substituting),
    /// 结案.
    Close {
        /// How it ended.
        ground: ClosingGround,
    },
}

/// Filing: what the approval fixes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filing {
    /// Name of the case as on every form.
    pub title: Text,
    /// 案由.
    pub cause: Text,
    /// Category of enforcement (certificate categories use the same words).
    pub category: String,
    /// GB/T 2260 code of the place of the act.
    pub region: String,
    /// Civil day of the act, or of its end if it continued (第三十六条).
    pub violation_on: Date,
    /// The act concerns life, health or financial safety and did harm (第三十六条第一款后段).
    #[serde(default)]
    pub grave_harm: bool,
    /// The parties.
    pub parties: Vec<Party>,
    /// The two (or more) officers.
    pub officers: Vec<StaffId>,
}

/// An object taken into registration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreservedItem {
    /// Name.
    pub name: Text,
    /// Model, place of make, condition.
    #[serde(default = "blank")]
    pub description: Text,
    /// How many, with unit.
    pub quantity: String,
}

/// Registration for preservation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preserving {
    /// From whom.
    pub party: PartyNo,
    /// What.
    pub items: Vec<PreservedItem>,
    /// How and where it is kept.
    pub manner: Text,
}

/// Disposal of preserved evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreservationDisposing {
    /// Which preservation, from 1.
    pub preservation: u16,
    /// What becomes of it.
    pub disposal: PreservationDisposal,
}

/// Transfer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transferring {
    /// To public security, as a suspected crime.
    pub crime: bool,
    /// To whom.
    pub recipient: Text,
}

/// A command on a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum CaseCommand {
    /// 登记线索.
    RegisterClue(Clue),
    /// 开始核查.
    StartCheck {
        /// The two officers.
        officers: Vec<StaffId>,
    },
    /// 呈请审批.
    Propose {
        /// What.
        #[serde(flatten)]
        proposal: Proposal,
        /// Grounds and the handling officers' opinion.
        opinion: Text,
    },
    /// 审核意见.
    ReviewProposal {
        /// Which.
        proposal_no: ProposalNo,
        /// Whether agreed.
        agree: bool,
        /// In words.
        opinion: Text,
    },
    /// 审批.
    ApproveProposal {
        /// Which.
        proposal_no: ProposalNo,
        /// Whether approved.
        approve: bool,
        /// In words.
        opinion: Text,
        /// Each head's opinion, where the law asks for a collective decision.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        opinions: Vec<HeadOpinion>,
    },
    /// 调整办案人员.
    ChangeOfficers {
        /// The new set.
        officers: Vec<StaffId>,
        /// Why.
        reason: Text,
    },
    /// 申请回避.
    RequestRecusal {
        /// Of whom.
        officer: StaffId,
        /// Asked by the party (otherwise by the person concerned or the organ).
        by_party: bool,
        /// Why.
        reason: Text,
    },
    /// 决定回避.
    DecideRecusal {
        /// Of whom.
        officer: StaffId,
        /// Whether granted.
        grant: bool,
        /// Why.
        reason: Text,
        /// Each other head's opinion, where the principal head's recusal is decided.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        opinions: Vec<HeadOpinion>,
    },
    /// 制发询问通知书.
    NotifyInquiry {
        /// Which party.
        party: PartyNo,
        /// Who is to come.
        person: Text,
        /// When and where, and what to bring.
        details: Text,
    },
    /// 记录询问.
    RecordInquiry {
        /// When, where, by whom.
        #[serde(flatten)]
        session: Session,
        /// Who was asked, and their relation to the case.
        person: Text,
        /// Questions and answers.
        record: Text,
        /// Signed page by page, or the refusal noted.
        signed: bool,
    },
    /// 记录勘验.
    RecordScene {
        /// When, where, by whom.
        #[serde(flatten)]
        session: Session,
        /// What was found.
        record: Text,
        /// The party or an invited witness took part.
        witnessed: bool,
    },
    /// 补充证据.
    AddEvidence(Evidence),
    /// 抽样取证.
    TakeSample(Sampling),
    /// 委托鉴定、检测.
    CommissionExpert(Commission),
    /// 收到鉴定、检测意见.
    ReceiveExpert {
        /// Which commission, from 1.
        commission: u16,
        /// What it says.
        conclusion: Text,
    },
    /// 责令改正.
    OrderCorrection {
        /// Which party.
        party: PartyNo,
        /// What is to be corrected.
        items: Text,
        /// Last day.
        due_on: Date,
    },
    /// 复查.
    RecheckCorrection {
        /// Which order, from 1.
        order: u16,
        /// Whether corrected.
        corrected: bool,
        /// In words.
        opinion: Text,
    },
    /// 调查终结.
    Conclude(Concluding),
    /// 拟定处理意见（决定书代拟稿）.
    PrepareDraft {
        /// The substance.
        #[serde(flatten)]
        substance: DecisionSubstance,
    },
    /// 恢复调查（审核、讨论、听证后补充调查）.
    Reinvestigate {
        /// Why.
        reason: Text,
    },
    /// 送法制审核.
    SubmitReview {
        /// Note of the unit.
        opinion: Text,
    },
    /// 退回补充材料.
    ReturnSubmission {
        /// What is missing.
        missing: Text,
    },
    /// 补齐材料.
    SupplementSubmission {
        /// What was added.
        note: Text,
    },
    /// 初审, where the chain has the review after it.
    FirstReview(super::heard::FirstReview),
    /// 提出审核意见.
    GiveOpinion {
        /// One finding for each of the ten points.
        findings: Vec<Finding>,
        /// The opinion.
        opinion: Opinion,
        /// In words.
        reasons: Text,
    },
    /// 延长审核期限.
    ExtendReview {
        /// Why.
        reason: Text,
    },
    /// 签发审核意见.
    SignOpinion {
        /// Whether signed; otherwise it goes back to the reviewer.
        sign: bool,
        /// In words; needed when it goes back.
        #[serde(default = "blank")]
        note: Text,
    },
    /// 书面反馈审核意见.
    AnswerOpinion {
        /// Explicit stand.
        stand: Stand,
        /// In words, point by point.
        answer: Text,
    },
    /// 申请复核（一次）.
    RequestReReview {
        /// Contested points and reasons.
        reason: Text,
    },
    /// 共同复核.
    GiveReReview {
        /// Members of both units who took part.
        members: Vec<StaffId>,
        /// The result.
        opinion: Opinion,
        /// In words.
        reasons: Text,
        /// New findings on points that had failed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        findings: Vec<Finding>,
    },
    /// 分管负责人协调.
    Coordinate {
        /// The result.
        opinion: Opinion,
        /// In words.
        reasons: Text,
        /// New findings on points that had failed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        findings: Vec<Finding>,
    },
    /// 制发告知书.
    IssueNotice {
        /// Which party.
        party: PartyNo,
        /// Rights to a hearing beyond amounts and named kinds.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        rights: Vec<HearingRight>,
    },
    /// 制发送达公告.
    AnnounceService(Announcing),
    /// 登记送达.
    ServeDocument {
        /// Which document.
        document: DocumentNo,
        /// How.
        #[serde(flatten)]
        service: Service,
    },
    /// 登记送达地址确认书.
    ConfirmAddress {
        /// Which party.
        party: PartyNo,
        /// Address for service.
        address: Text,
        /// Electronic address; blank without consent to electronic service.
        #[serde(default = "blank")]
        electronic: Text,
    },
    /// 登记陈述申辩.
    StateDefence {
        /// Which party.
        party: PartyNo,
        /// Day it was made.
        on: Date,
        /// What was said.
        statement: Text,
    },
    /// 登记放弃陈述申辩.
    WaiveDefence {
        /// Which party.
        party: PartyNo,
        /// The explicit waiver.
        statement: Text,
    },
    /// 复核陈述申辩.
    AnswerDefence {
        /// Which party.
        party: PartyNo,
        /// Whether adopted.
        adoption: Adoption,
        /// Reasons.
        reasons: Text,
    },
    /// 登记听证申请.
    RequestHearing {
        /// Which party.
        party: PartyNo,
        /// Day it was asked for.
        on: Date,
        /// In words.
        request: Text,
    },
    /// 登记撤回听证申请.
    WithdrawHearing {
        /// Which party.
        party: PartyNo,
        /// The written withdrawal.
        statement: Text,
    },
    /// 通知听证.
    ScheduleHearing(HearingPlan),
    /// 记录听证.
    HoldHearing(HearingHeld),
    /// 听证报告.
    ReportHearing {
        /// Which party's hearing.
        party: PartyNo,
        /// Report with the host's opinion.
        report: Text,
    },
    /// 集体讨论.
    Discuss(Discussion),
    /// 登记缴款.
    RecordPayment(Payment),
    /// 登记处罚执行情况.
    RecordPerformance(Performance),
    /// 登记返还款项.
    RecordRefund(Refund),
    /// 登记恢复原状.
    RecordRestitution(Restitution),
    /// 催告缴款.
    DemandFine {
        /// Whose.
        party: PartyNo,
    },
    /// 加处罚款.
    ImposeAdditionalFine {
        /// Whose.
        party: PartyNo,
        /// Fen.
        amount_fen: i64,
    },
    /// 强制执行事先催告.
    DemandEnforcement {
        /// Whose.
        party: PartyNo,
    },
    /// 申请人民法院强制执行.
    ApplyToCourt {
        /// Whose.
        party: PartyNo,
        /// Which court.
        court: Text,
    },
    /// 登记催告后的陈述申辩.
    StateObjection(Objecting),
    /// 复核催告后的陈述申辩.
    AnswerObjection(AnsweringObjection),
    /// 登记强制执行实施情况.
    CarryOutEnforcement(CarryingOut),
    /// 登记不履行执行协议.
    RecordBreach(Breach),
    /// 催告履行改正义务.
    DemandOrder(OrderDemand),
    /// 登记代履行实施情况.
    CarryOutSubstitute(SubstituteDone),
    /// 登记代履行费用收付.
    RecordCost(CostPayment),
    /// 登记复议、诉讼.
    RecordRemedy {
        /// Whose.
        party: PartyNo,
        /// Which.
        remedy: RemedyKind,
        /// Day it was lodged.
        on: Date,
        /// Body that hears it.
        body: Text,
    },
    /// 登记复议、诉讼结果.
    ConcludeRemedy {
        /// Whose.
        party: PartyNo,
        /// Which.
        remedy: RemedyKind,
        /// Outcome.
        outcome: RemedyOutcome,
        /// Number and day of the document.
        document: Text,
        /// The fine as changed, fen; only with 变更.
        #[serde(default)]
        fine_fen: Option<i64>,
        /// The confiscated income as changed, fen; as decided when not given.
        #[serde(default)]
        confiscated_fen: Option<i64>,
        /// Penalties other than money that are no longer to be performed; only with 变更.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lifted: Vec<PenaltyKind>,
        /// Somebody on the other side asked for more.
        #[serde(default)]
        opposed: bool,
    },
    /// 登记法院执行裁定.
    RecordRuling {
        /// Whose.
        party: PartyNo,
        /// What.
        ruling: CourtRuling,
        /// Day of the ruling.
        on: Date,
        /// Number of the ruling.
        document: Text,
    },
    /// 撤销处罚决定.
    RevokeDecision {
        /// Ground.
        ground: RevocationGround,
        /// Number of the document that revokes, and reasons.
        document: Text,
    },
    /// 补正、更正文书.
    CorrectDocument {
        /// Which.
        document: DocumentNo,
        /// What was wrong and what stands now; never substance.
        correction: Text,
    },
    /// 归档.
    Archive {
        /// Volumes.
        volumes: u16,
        /// Pages.
        pages: u32,
        /// Retention class in years; 0 means permanent.
        retention_years: u16,
    },
    /// 补充归档 (by the system, when the archives took a supplement of the file).
    ArchiveSupplement(super::growth::Supplement),
    /// 关联音像记录.
    AttachRecording {
        /// Which act, from 1.
        act: ActNo,
        /// The recording's matter.
        recording: MatterId,
    },
    /// 说明未作音像记录的原因.
    StateNoRecording {
        /// Which act, from 1.
        act: ActNo,
        /// The objective reason.
        ground: NoRecordingGround,
        /// In words, and what was recorded instead.
        reason: Text,
    },
    /// 审批未作音像记录的原因.
    DecideNoRecording {
        /// Which act, from 1.
        act: ActNo,
        /// Whether approved.
        approve: bool,
        /// In words.
        opinion: Text,
    },
    /// 登记规则勘误 (by the system, when what a case was decided by turned out otherwise).
    NoteErrata {
        /// Each rule that changed, with the events that it decided.
        #[serde(default)]
        errata: Vec<super::errata::Erratum>,
    },
    /// 复核规则勘误.
    AnswerErratum(super::errata::ErratumAnswer),
    /// 文书制成 (by the system, when a job has rendered the document).
    MarkMade {
        /// Which.
        document: DocumentNo,
        /// The bytes' digests.
        #[serde(flatten)]
        made: Made,
    },
}
