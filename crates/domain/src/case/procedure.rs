//! The ordinary procedure of an administrative penalty, as one table.
//!
//! From this table come the machine (a command is refused unless its row
//! allows the stage), the rail and the action cards of the case page, the
//! authorization rows, the published flow chart and the generated docs.

mod enforcement;
mod errata;
mod recording;
mod review;

use super::facts::Facts;
use super::gate;
use super::state::Case;
use super::types::{DocumentKind, PartyNo, Stage, words};
use crate::cite::{Citation, penalty_law};
use crate::refusal::Refusal;
use crate::staff::Role;
use serde::{Deserialize, Serialize};

words! {
    /// What can be asked for, one word a row of the table.
    Verb {
        RegisterClue = "登记线索",
        StartCheck = "开始核查",
        ProposeExtendCheck = "呈请延长核查期限",
        ProposeFile = "呈请立案",
        ProposeNotFile = "呈请不予立案",
        ReviewProposal = "审核呈批事项",
        ApproveProposal = "审批呈批事项",
        ChangeOfficers = "调整办案人员",
        RequestRecusal = "登记回避申请",
        DecideRecusal = "决定回避",
        NotifyInquiry = "制发询问通知书",
        RecordInquiry = "记录询问",
        RecordScene = "记录勘验",
        AddEvidence = "补充证据",
        TakeSample = "抽样取证",
        CommissionExpert = "委托鉴定、检测",
        ReceiveExpert = "登记鉴定、检测意见",
        ProposePreserve = "呈请先行登记保存",
        ProposeDisposePreservation = "呈请处理登记保存的证据",
        OrderCorrection = "责令改正",
        RecheckCorrection = "复查整改情况",
        ProposeSuspend = "呈请中止调查",
        ProposeResume = "呈请恢复调查",
        ProposeExtend = "呈请延长办案期限",
        Conclude = "调查终结",
        PrepareDraft = "拟定处理意见",
        Reinvestigate = "恢复调查",
        SubmitReview = "送法制审核",
        ReturnSubmission = "退回补充材料",
        SupplementSubmission = "补齐送审材料",
        GiveOpinion = "提出审核意见",
        ExtendReview = "延长审核期限",
        SignOpinion = "签发审核意见",
        AnswerOpinion = "反馈审核意见",
        RequestReReview = "申请复核",
        GiveReReview = "共同复核",
        Coordinate = "分管负责人协调",
        IssueNotice = "制发告知书",
        AnnounceService = "制发送达公告",
        ServeDocument = "登记送达",
        ConfirmAddress = "登记送达地址确认书",
        StateDefence = "登记陈述申辩",
        WaiveDefence = "登记放弃陈述申辩",
        AnswerDefence = "复核陈述申辩",
        RequestHearing = "登记听证申请",
        WithdrawHearing = "登记放弃、撤回听证",
        ScheduleHearing = "通知听证",
        HoldHearing = "记录听证",
        ReportHearing = "提出听证报告",
        Discuss = "集体讨论",
        ProposeDispose = "呈请作出决定",
        RecordPayment = "登记缴款",
        RecordPerformance = "登记处罚执行情况",
        RecordRefund = "登记返还款项",
        RecordRestitution = "登记恢复原状",
        ProposeDefer = "呈请延期、分期缴款",
        DemandFine = "催告缴款",
        ImposeAdditionalFine = "加处罚款",
        DemandEnforcement = "强制执行事先催告",
        ApplyToCourt = "申请法院强制执行",
        RecordRuling = "登记法院执行裁定",
        StateObjection = "登记催告后的陈述申辩",
        AnswerObjection = "复核催告后的陈述申辩",
        ProposeEnforce = "呈请强制执行",
        CarryOutEnforcement = "登记强制执行实施情况",
        ProposePauseEnforcement = "呈请中止执行",
        ProposeResumeEnforcement = "呈请恢复执行",
        ProposeEndEnforcement = "呈请终结执行",
        ProposeAgree = "呈请订立执行协议",
        RecordBreach = "登记不履行执行协议",
        DemandOrder = "催告履行改正义务",
        ProposeSubstitute = "呈请代履行",
        CarryOutSubstitute = "登记代履行实施情况",
        RecordCost = "登记代履行费用收付",
        RecordRemedy = "登记复议、诉讼",
        ConcludeRemedy = "登记复议、诉讼结果",
        RevokeDecision = "撤销处罚决定",
        ProposeAmend = "呈请变更处罚",
        CorrectDocument = "补正、更正文书",
        ProposeWithdraw = "呈请撤销立案",
        ProposeTransfer = "呈请移送",
        ProposeClose = "呈请结案",
        Archive = "归档",
        ArchiveSupplement = "补充归档",
        MarkMade = "文书制成",
        AttachRecording = "关联音像记录",
        StateNoRecording = "说明未作音像记录的原因",
        DecideNoRecording = "审批未作音像记录的原因",
        FirstReview = "初审",
        NoteErrata = "登记规则勘误",
        AnswerErratum = "复核规则勘误",
    }
}

/// Which sub-machine a row belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// The main stages.
    Main,
    /// Approval forms.
    Approval,
    /// Investigation.
    Investigation,
    /// Preservation.
    Preservation,
    /// Clock: suspension and extension.
    Clock,
    /// Legal review.
    Review,
    /// Notice and defence.
    Notice,
    /// Hearing.
    Hearing,
    /// Service.
    Service,
    /// Payment and execution.
    Execution,
    /// Remedies.
    Remedy,
    /// Recordings of the acts.
    Recording,
}

impl Lane {
    /// The field's word.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Main => "主程序",
            Self::Approval => "审批",
            Self::Investigation => "调查取证",
            Self::Preservation => "先行登记保存",
            Self::Clock => "中止与延期",
            Self::Review => "法制审核",
            Self::Notice => "告知与陈述申辩",
            Self::Hearing => "听证",
            Self::Service => "送达",
            Self::Execution => "缴款与执行",
            Self::Remedy => "救济",
            Self::Recording => "音像记录",
        }
    }
}

/// What the person must be to the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// Of the same organ.
    Organ,
    /// One of the handling officers now.
    Handling,
    /// Never handled this case.
    Apart,
    /// The system itself.
    System,
}

/// One row of the procedure.
pub struct Step {
    /// What.
    pub verb: Verb,
    /// Sub-machine.
    pub lane: Lane,
    /// Main stages in which it is open.
    pub from: &'static [Stage],
    /// Main stage it leads to; `None` when it stays.
    pub to: Option<Stage>,
    /// Who may do it: any of these roles.
    pub who: &'static [Role],
    /// What they must be to the case.
    pub relation: Relation,
    /// Forms it makes.
    pub documents: &'static [DocumentKind],
    /// Its time limit in words, with the rule's own citation in `article`.
    pub limit: &'static str,
    /// Where it stands.
    pub article: Citation,
    /// Guards that need no more than the case: they close the action card with
    /// their reason, and they hold again when the command comes.
    pub gate: fn(&Case, &Facts<'_>, Option<PartyNo>) -> Result<(), Refusal>,
}

const BEFORE_DECISION: &[Stage] = &[Stage::Investigating, Stage::Concluded];
/// Evidence goes into the file from the check on: a case is filed on what that found.
const GATHERED: &[Stage] = &[Stage::Checking, Stage::Investigating, Stage::Concluded];
const OPEN: &[Stage] = &[Stage::Checking, Stage::Investigating, Stage::Concluded, Stage::Decided];
/// Goods can be given back as long as the file is open, whatever became of the case.
const GOODS_KEPT: &[Stage] = &[
    Stage::Investigating,
    Stage::Concluded,
    Stage::Decided,
    Stage::Closed,
    Stage::Archived,
    Stage::Withdrawn,
    Stage::Transferred,
];
/// Where something may wait for approval.
const APPROVED: &[Stage] = &[
    Stage::Checking,
    Stage::Investigating,
    Stage::Concluded,
    Stage::Decided,
    Stage::Closed,
    Stage::Archived,
    Stage::Withdrawn,
    Stage::Transferred,
];
/// A defence is heard before the decision; one that was handed in by then and found later
/// is entered and answered whatever the case has come to (第四十五条、第六十二条).
const DEFENDED: &[Stage] =
    &[Stage::Investigating, Stage::Concluded, Stage::Decided, Stage::Closed, Stage::Archived];
const DEFENCE_ANSWERED: &[Stage] = &[Stage::Concluded, Stage::Decided, Stage::Closed, Stage::Archived];
/// Where something may be reviewed and discussed: the draft, and later an amendment of the decision.
const EXAMINED: &[Stage] = &[Stage::Concluded, Stage::Decided, Stage::Closed];
const AFTER_DECISION: &[Stage] = &[Stage::Decided, Stage::Closed, Stage::Archived];
/// A document may wait for service in any of these.
const SERVED: &[Stage] = &[
    Stage::Checking,
    Stage::Investigating,
    Stage::Concluded,
    Stage::Decided,
    Stage::Closed,
    Stage::Archived,
    Stage::NotFiled,
    Stage::Withdrawn,
    Stage::Transferred,
];
const HANDLERS: &[Role] = &[Role::Officer];
const HEADS: &[Role] = &[Role::Deputy, Role::Head];

const fn row(verb: Verb, lane: Lane, from: &'static [Stage], article: Citation) -> Step {
    Step {
        verb,
        lane,
        from,
        to: None,
        who: HANDLERS,
        relation: Relation::Handling,
        documents: &[],
        limit: "",
        article,
        gate: gate::open,
    }
}

impl Step {
    const fn to(mut self, stage: Stage) -> Self {
        self.to = Some(stage);
        self
    }
    const fn by(mut self, who: &'static [Role], relation: Relation) -> Self {
        self.who = who;
        self.relation = relation;
        self
    }
    const fn makes(mut self, documents: &'static [DocumentKind]) -> Self {
        self.documents = documents;
        self
    }
    const fn within(mut self, limit: &'static str) -> Self {
        self.limit = limit;
        self
    }
    const fn gate(mut self, gate: fn(&Case, &Facts<'_>, Option<PartyNo>) -> Result<(), Refusal>) -> Self {
        self.gate = gate;
        self
    }
}

use DocumentKind as D;
use Lane as L;
use Relation as R;
use Stage as S;
use Verb as V;

const ZJ: fn(&'static str) -> Citation = super::law::construction_rules;

/// The table.
pub static PROCEDURE: std::sync::LazyLock<Vec<Step>> = std::sync::LazyLock::new(|| {
    let mut rows = opening();
    rows.extend(investigation());
    rows.extend(review::rows());
    rows.extend(defence());
    rows.extend(decision());
    rows.extend(execution());
    rows.extend(enforcement::rows());
    rows.extend(recording::rows());
    rows.extend(errata::rows());
    rows
});

fn opening() -> Vec<Step> {
    vec![
        row(V::RegisterClue, L::Main, &[], ZJ("第十五条"))
            .to(S::Clue)
            .by(HANDLERS, R::Organ)
            .makes(&[D::ClueRegister]),
        row(V::StartCheck, L::Main, &[S::Clue], ZJ("第十五条"))
            .to(S::Checking)
            .by(HANDLERS, R::Organ)
            .within("十五个工作日"),
        row(V::ProposeExtendCheck, L::Approval, &[S::Checking], ZJ("第十五条"))
            .gate(gate::extend_check)
            .within("延长不超过十个工作日"),
        row(V::ProposeFile, L::Approval, &[S::Checking], penalty_law("第五十四条第二款"))
            .to(S::Investigating)
            .gate(gate::file)
            .makes(&[D::FilingApproval])
            .within("符合立案标准的，及时立案"),
        row(V::ProposeNotFile, L::Approval, &[S::Checking], ZJ("第十五条"))
            .to(S::NotFiled)
            .gate(gate::single_proposal_not_file)
            .makes(&[D::NoFilingApproval]),
        row(V::ReviewProposal, L::Approval, APPROVED, penalty_law("第五十七条"))
            .by(&[Role::UnitHead], R::Organ)
            .gate(gate::review_proposal),
        row(V::ApproveProposal, L::Approval, APPROVED, penalty_law("第五十七条"))
            .by(HEADS, R::Organ)
            .gate(gate::approve_proposal),
        row(V::ChangeOfficers, L::Main, OPEN, penalty_law("第四十二条第一款"))
            .by(&[Role::UnitHead], R::Organ),
        row(V::RequestRecusal, L::Main, OPEN, penalty_law("第四十三条"))
            .by(&[Role::Officer, Role::UnitHead, Role::Reviewer, Role::HearingHost], R::Organ),
        row(V::DecideRecusal, L::Main, OPEN, penalty_law("第四十三条第三款"))
            .by(HEADS, R::Organ)
            .gate(gate::decide_recusal)
            .makes(&[D::RecusalDecision]),
    ]
}

fn investigation() -> Vec<Step> {
    vec![
        row(V::NotifyInquiry, L::Investigation, BEFORE_DECISION, penalty_law("第五十五条"))
            .gate(gate::running)
            .makes(&[D::InquiryNotice]),
        row(V::RecordInquiry, L::Investigation, BEFORE_DECISION, penalty_law("第五十五条"))
            .gate(gate::running)
            .makes(&[D::InquiryRecord]),
        row(V::RecordScene, L::Investigation, BEFORE_DECISION, penalty_law("第五十五条"))
            .gate(gate::running)
            .makes(&[D::SceneRecord]),
        row(V::AddEvidence, L::Investigation, GATHERED, penalty_law("第四十六条")).gate(gate::running),
        row(V::TakeSample, L::Investigation, BEFORE_DECISION, penalty_law("第五十六条"))
            .gate(gate::running)
            .makes(&[D::SamplingVoucher]),
        row(V::CommissionExpert, L::Investigation, BEFORE_DECISION, ZJ("第十八条"))
            .gate(gate::running)
            .makes(&[D::ExpertCommission]),
        row(V::ReceiveExpert, L::Investigation, BEFORE_DECISION, ZJ("第十八条")).gate(gate::receive_expert),
        row(V::ProposePreserve, L::Preservation, &[S::Investigating], penalty_law("第五十六条"))
            .gate(gate::preserve)
            .makes(&[D::PreservationApproval, D::PreservationNotice, D::PreservationList]),
        row(V::ProposeDisposePreservation, L::Preservation, GOODS_KEPT, penalty_law("第五十六条"))
            .gate(gate::dispose_preservation)
            .makes(&[D::PreservationDisposalApproval, D::PreservationDisposal])
            .within("七个工作日"),
        row(
            V::OrderCorrection,
            L::Investigation,
            &[S::Investigating, S::Concluded, S::Decided],
            penalty_law("第二十八条第一款"),
        )
        .makes(&[D::CorrectionOrder]),
        row(
            V::RecheckCorrection,
            L::Investigation,
            &[S::Investigating, S::Concluded, S::Decided],
            penalty_law("第二十八条第一款"),
        )
        .gate(gate::recheck)
        .makes(&[D::CorrectionRecheck]),
        row(V::ProposeSuspend, L::Clock, BEFORE_DECISION, ZJ("第三十条"))
            .gate(gate::suspend)
            .makes(&[D::SuspensionApproval]),
        row(V::ProposeResume, L::Clock, BEFORE_DECISION, ZJ("第三十条"))
            .gate(gate::resume)
            .makes(&[D::SuspensionApproval]),
        row(V::ProposeExtend, L::Clock, BEFORE_DECISION, penalty_law("第六十条"))
            .gate(gate::extend)
            .makes(&[D::ExtensionApproval])
            .within("负责人批准三十日；集体讨论再延不超过六十日"),
        row(V::Conclude, L::Main, &[S::Investigating], ZJ("第二十条"))
            .to(S::Concluded)
            .gate(gate::conclude)
            .makes(&[D::ClosingReport]),
        row(V::PrepareDraft, L::Main, &[S::Concluded], penalty_law("第五十七条")).gate(gate::draft),
        row(V::Reinvestigate, L::Main, &[S::Concluded], penalty_law("第五十四条第一款"))
            .to(S::Investigating)
            .gate(gate::running),
    ]
}

fn defence() -> Vec<Step> {
    vec![
        row(V::IssueNotice, L::Notice, &[S::Concluded], penalty_law("第四十四条"))
            .gate(gate::notice)
            .makes(&[D::PenaltyNotice, D::HearingRightNotice]),
        row(V::AnnounceService, L::Service, SERVED, Citation::of("民事诉讼法", "第九十五条"))
            .gate(gate::announce)
            .makes(&[D::ServiceAnnouncement])
            .within("自发出公告之日起，经过三十日，即视为送达"),
        row(V::ServeDocument, L::Service, SERVED, penalty_law("第六十一条"))
            .gate(gate::serve)
            .makes(&[D::ServiceReceipt])
            .within("决定书：当场交付，或者七个工作日内"),
        row(
            V::ConfirmAddress,
            L::Service,
            &[S::Investigating, S::Concluded, S::Decided],
            penalty_law("第六十一条第二款"),
        )
        .makes(&[D::AddressConfirmation]),
        row(V::StateDefence, L::Notice, DEFENDED, penalty_law("第四十五条"))
            .gate(gate::defence)
            .makes(&[D::DefenceRecord])
            .within("五个工作日"),
        row(V::WaiveDefence, L::Notice, &[S::Concluded], penalty_law("第四十五条")).gate(gate::waive_defence),
        row(V::AnswerDefence, L::Notice, DEFENCE_ANSWERED, penalty_law("第四十五条第一款"))
            .gate(gate::answer_defence),
        row(V::RequestHearing, L::Hearing, BEFORE_DECISION, penalty_law("第六十四条第一项"))
            .gate(gate::request_hearing)
            .within("五个工作日"),
        row(V::WithdrawHearing, L::Hearing, BEFORE_DECISION, penalty_law("第六十四条"))
            .gate(gate::withdraw_hearing),
        row(V::ScheduleHearing, L::Hearing, &[S::Concluded], penalty_law("第六十四条第二项"))
            .by(&[Role::HearingHost, Role::ReviewHead], R::Apart)
            .gate(gate::schedule_hearing)
            .makes(&[D::HearingNotice])
            .within("举行的七个工作日前通知"),
        row(V::HoldHearing, L::Hearing, &[S::Concluded], penalty_law("第六十四条"))
            .by(&[Role::HearingHost], R::Apart)
            .gate(gate::hold_hearing)
            .makes(&[D::HearingRecord]),
        row(V::ReportHearing, L::Hearing, &[S::Concluded], penalty_law("第六十五条"))
            .by(&[Role::HearingHost], R::Apart)
            .gate(gate::report_hearing)
            .makes(&[D::HearingReport]),
    ]
}

fn decision() -> Vec<Step> {
    vec![
        row(V::Discuss, L::Main, EXAMINED, penalty_law("第五十七条第二款"))
            .by(HEADS, R::Organ)
            .gate(gate::discuss)
            .makes(&[D::DiscussionRecord]),
        row(V::ProposeDispose, L::Main, &[S::Concluded], penalty_law("第五十七条第一款"))
            .to(S::Decided)
            .gate(gate::dispose)
            .makes(&[D::DisposalApproval, D::PenaltyDecision, D::NoPenaltyDecision, D::PaymentNotice])
            .within("立案之日起九十日"),
        row(V::CorrectDocument, L::Main, AFTER_DECISION, ZJ("第二十八条"))
            .by(&[Role::Deputy, Role::Head], R::Organ)
            .makes(&[D::Correction]),
        row(V::RevokeDecision, L::Remedy, AFTER_DECISION, penalty_law("第七十五条第二款"))
            .by(&[Role::Head], R::Organ)
            .gate(gate::revoke),
        row(V::ProposeAmend, L::Remedy, &[S::Decided, S::Closed], gate::own_correction())
            .gate(gate::amend)
            .makes(&[D::AmendmentDecision]),
        row(V::ProposeWithdraw, L::Main, BEFORE_DECISION, penalty_law("第五十四条"))
            .to(S::Withdrawn)
            .gate(gate::withdraw)
            .makes(&[D::WithdrawalApproval]),
        row(
            V::ProposeTransfer,
            L::Main,
            // An alternative to a decision, never a way out of one.
            &[S::Checking, S::Investigating, S::Concluded],
            penalty_law("第五十七条第一款第四项"),
        )
        .to(S::Transferred)
        .gate(gate::transfer)
        .makes(&[D::TransferApproval, D::TransferLetter, D::CrimeTransferLetter]),
        row(
            V::MarkMade,
            L::Service,
            &[
                S::Clue,
                S::Checking,
                S::Investigating,
                S::Concluded,
                S::Decided,
                S::Closed,
                S::Archived,
                S::NotFiled,
                S::Withdrawn,
                S::Transferred,
            ],
            penalty_law("第四十七条"),
        )
        .by(&[], R::System),
    ]
}

fn execution() -> Vec<Step> {
    let decided = &[S::Decided];
    vec![
        row(V::RecordPayment, L::Execution, AFTER_DECISION, penalty_law("第六十七条"))
            .by(&[Role::Cashier], R::Apart)
            .gate(gate::pay)
            .within("收到决定书之日起十五日"),
        row(V::RecordPerformance, L::Execution, AFTER_DECISION, penalty_law("第六十六条第一款"))
            .gate(gate::perform)
            .within("决定书载明的期限"),
        row(V::RecordRefund, L::Execution, AFTER_DECISION, super::performance::GIVE_BACK)
            .by(&[Role::Cashier], R::Apart)
            .gate(gate::refund),
        row(V::RecordRestitution, L::Execution, AFTER_DECISION, super::performance::UNDO).gate(gate::undo),
        row(V::ProposeDefer, L::Execution, decided, penalty_law("第六十六条第二款"))
            .gate(gate::defer)
            .makes(&[D::DeferralApproval, D::DeferralGrant]),
        row(V::DemandFine, L::Execution, decided, penalty_law("第七十二条"))
            .gate(gate::demand_fine)
            .makes(&[D::FineDemand]),
        row(V::ImposeAdditionalFine, L::Execution, decided, penalty_law("第七十二条第一款第一项"))
            .by(HEADS, R::Organ)
            .gate(gate::additional_fine)
            .makes(&[D::AdditionalFineDecision]),
        row(V::DemandEnforcement, L::Execution, decided, super::law::coercion_law("第五十四条"))
            .gate(gate::demand_enforcement)
            .makes(&[D::EnforcementDemand]),
        row(V::ApplyToCourt, L::Execution, decided, super::law::coercion_law("第五十三条"))
            .by(&[Role::Head], R::Organ)
            .gate(gate::court)
            .makes(&[D::CourtApplication])
            .within("期限届满之日起三个月内"),
        row(V::RecordRuling, L::Execution, decided, super::law::coercion_law("第五十七条"))
            .by(&[Role::Officer, Role::Reviewer, Role::ReviewHead], R::Organ)
            .gate(gate::ruling),
        row(V::RecordRemedy, L::Remedy, AFTER_DECISION, penalty_law("第七条"))
            .by(&[Role::Officer, Role::Reviewer, Role::ReviewHead], R::Organ),
        row(V::ConcludeRemedy, L::Remedy, AFTER_DECISION, penalty_law("第七条"))
            .by(&[Role::Officer, Role::Reviewer, Role::ReviewHead], R::Organ)
            .gate(gate::conclude_remedy),
        row(V::ProposeClose, L::Main, decided, ZJ("第三十一条"))
            .to(S::Closed)
            .gate(gate::close)
            .makes(&[D::ClosingApproval])
            .within("十五个工作日"),
        row(V::Archive, L::Main, &[S::Closed, S::NotFiled, S::Withdrawn, S::Transferred], ZJ("第四十条"))
            .to(S::Archived)
            .by(&[Role::Officer, Role::Archivist], R::Organ)
            .gate(gate::archive)
            .makes(&[D::FileCover, D::FileCatalogue, D::FileBackSheet])
            .within("三十日"),
        row(V::ArchiveSupplement, L::Main, &[S::Archived], ZJ("第四十条"))
            .by(&[], R::System)
            .gate(gate::supplement)
            .makes(&[D::FileCatalogue, D::FileBackSheet])
            .within("三十日"),
    ]
}

/// The row of a verb.
pub fn step(verb: Verb) -> &'static Step {
    // Completeness (every verb has exactly one row) is a test.
    PROCEDURE.iter().find(|s| s.verb == verb).unwrap_or(&PROCEDURE[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_has_exactly_one_row() {
        for verb in Verb::ALL {
            assert_eq!(PROCEDURE.iter().filter(|s| s.verb == *verb).count(), 1, "{verb:?}");
        }
        assert_eq!(PROCEDURE.len(), Verb::ALL.len());
    }
}
