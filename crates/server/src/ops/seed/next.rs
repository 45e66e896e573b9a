//! What comes next in a synthetic case: read off its state and its plan, as the
//! people of the organ would.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use mingjing_domain::calendar::Calendar;
use mingjing_domain::case::command::*;
use mingjing_domain::case::correction::{Correcting, Corrective};
use mingjing_domain::case::gate;
use mingjing_domain::case::law::Law;
use mingjing_domain::case::recorded::{self, Standing};
use mingjing_domain::case::sampling::SamplingPresence;
use mingjing_domain::case::state::{ApprovalStage, Case, Hearing, PartyState, ReviewPhase};
use mingjing_domain::case::substance::DecisionSubstance;
use mingjing_domain::case::types::*;
use mingjing_domain::case::{CaseCommand as Do, Proposal};
use mingjing_domain::disclosure::{CreditGrade, DraftPhase, Publication, WithdrawalGround};
use mingjing_domain::informant::Told;
use mingjing_domain::matter::{Actor, OrganId, StaffId};
use mingjing_domain::recording::event::ActNo;
use mingjing_domain::recording::words::NoRecordingGround;
use mingjing_domain::staff::Role;
use mingjing_domain::text::Text;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::county::{Organ, REGION};
use super::plan::{Ending, Inquiry, Plan};
use super::{SeedError, names};
use crate::disclosure::service::Act as Disclose;
use crate::record::files::STAND_IN;

/// One act to come.
pub struct Act {
    /// Days to wait first; 0 for later on the same day.
    pub days: u32,
    /// Who.
    pub who: Actor,
    /// What.
    pub task: Task,
}

/// What is done.
#[derive(Clone, Debug, serde::Serialize)]
#[allow(clippy::large_enum_variant, reason = "one task is alive at a time")]
pub enum Task {
    /// A command on the case.
    Case(Do),
    /// An act of the case is recorded, the recording stored and attached to it.
    Record(ActNo),
    /// An act on the publication of its decision on a party.
    Disclose(PartyNo, Disclose),
}

/// What the people of an organ look at.
pub struct View<'a> {
    /// The organ.
    pub organ: &'a Organ,
    /// Rules in force.
    pub law: &'a Law,
    /// Calendar.
    pub calendar: &'a Calendar,
    /// Now.
    pub now: jiff::Timestamp,
    /// Civil day.
    pub today: Date,
    /// Documents are only marked as made, with a stand-in's digest.
    pub synthetic: bool,
    /// Recordings are made; otherwise the reason why there is none is stated.
    pub films: bool,
    /// Publications of the case, by party.
    pub publications: &'a BTreeMap<PartyNo, Arc<Publication>>,
}

type Next = Result<Option<Act>, SeedError>;

fn t(words: &str) -> Text {
    Text::closed(words)
}

/// The next act, if the case is not at its end.
///
/// # Errors
/// When nobody of the organ could do it.
pub fn next(case: Option<&Case>, plan: &mut Plan, view: &View<'_>) -> Next {
    let Some(case) = case else { return clue(plan, view) };
    if view.synthetic
        && let Some(made) = unmade(case, view)
    {
        return Ok(Some(made));
    }
    if plan.rest == Some(case.stage) {
        return Ok(None);
    }
    if let Some(act) = approval(case, plan, view)? {
        return Ok(Some(act));
    }
    if let Some(act) = service(case, plan, view)? {
        return Ok(Some(act));
    }
    if let Some(act) = recording(case, plan, view)? {
        return Ok(Some(act));
    }
    match case.stage {
        Stage::Clue => {
            let officers = officers(plan, view)?;
            act(plan, view, Role::Officer, 1, Do::StartCheck { officers })
        }
        Stage::Checking => checking(case, plan, view),
        Stage::Investigating => investigating(case, plan, view),
        Stage::Concluded => super::decide::concluded(case, plan, view),
        Stage::Decided => super::decide::decided(case, plan, view),
        Stage::Closed | Stage::NotFiled | Stage::Withdrawn | Stage::Transferred => {
            let pages = plan.days(30, 180);
            let days = plan.days(3, 20);
            act(plan, view, Role::Archivist, days, Do::Archive { volumes: 1, pages, retention_years: 30 })
        }
        Stage::Archived => Ok(None),
    }
}

/// An act by whoever of the organ holds a role; handling acts go to the first officer.
pub fn act(plan: &Plan, view: &View<'_>, role: Role, days: u32, command: Do) -> Next {
    // Two officers of four handle a case; any of the others would be refused.
    let n = if role == Role::Officer { plan.index } else { 0 };
    Ok(Some(Act { days, who: view.organ.with(role, n)?, task: Task::Case(command) }))
}

/// The two officers of the case.
pub fn officers(plan: &Plan, view: &View<'_>) -> Result<Vec<StaffId>, SeedError> {
    let one = view.organ.with(Role::Officer, plan.index)?.id;
    let other = view.organ.with(Role::Officer, plan.index + 1)?.id;
    Ok(vec![one, other])
}

fn system(organ: OrganId) -> Actor {
    Actor { id: StaffId(Uuid::nil()), organ, roles: Vec::new() }
}

fn unmade(case: &Case, view: &View<'_>) -> Option<Act> {
    let (at, document) = case.documents.iter().enumerate().find(|(_, it)| it.made.is_none())?;
    let no = DocumentNo::try_from(at + 1).ok()?;
    // A stand-in, clearly not a rendered form: the digest of a sentence that says so.
    let stand_in = format!("合成数据，没有文书：{} 第{no}号 {:?}", document.kind.label(), document.number);
    let sha256 = hex::encode(Sha256::digest(stand_in.as_bytes()));
    let sm3 = hex::encode(sm3::Sm3::digest(stand_in.as_bytes()));
    let made = Made { sha256, sm3, pages: 1, template: STAND_IN.to_owned() };
    let task = Task::Case(Do::MarkMade { document: no, made });
    Some(Act { days: 0, who: system(view.organ.id), task })
}

/// Whatever waits for the unit's head or for approval.
fn approval(case: &Case, plan: &mut Plan, view: &View<'_>) -> Next {
    let waiting = case
        .proposals
        .iter()
        .zip(1..)
        .find(|(it, _)| matches!(it.stage, ApprovalStage::Proposed | ApprovalStage::Reviewed));
    let Some((proposal, no)) = waiting else { return Ok(None) };
    let days = u32::from(plan.chance(30));
    if proposal.stage == ApprovalStage::Proposed {
        let command =
            Do::ReviewProposal { proposal_no: no, agree: true, opinion: t("经审核，同意呈批") };
        return act(plan, view, Role::UnitHead, days, command);
    }
    let role =
        if gate::approvers(&proposal.body).0.contains(&Role::Deputy) { Role::Deputy } else { Role::Head };
    let opinions = match &proposal.body {
        Proposal::Extend { .. } if !case.extensions.is_empty() => heads(view)?,
        _ => Vec::new(),
    };
    let command = Do::ApproveProposal { proposal_no: no, approve: true, opinion: t("同意"), opinions };
    act(plan, view, role, days, command)
}

/// The opinions of all heads of the organ.
pub fn heads(view: &View<'_>) -> Result<Vec<HeadOpinion>, SeedError> {
    let mut out = Vec::new();
    for (role, n) in [(Role::Head, 0), (Role::Deputy, 0), (Role::Deputy, 1)] {
        let head = view.organ.with(role, n)?.id;
        out.push(HeadOpinion { head, agrees: true, opinion: t("同意承办机构的处理意见") });
    }
    Ok(out)
}

/// An act that the list wants recorded: a recording for most, an approved reason for some.
/// Of every fifth case it comes weeks later, at the end of the investigation.
fn recording(case: &Case, plan: &mut Plan, view: &View<'_>) -> Next {
    let investigating = match case.stage {
        Stage::Investigating => true,
        Stage::Concluded | Stage::Decided | Stage::Closed | Stage::Withdrawn | Stage::Transferred => false,
        Stage::Clue | Stage::Checking | Stage::NotFiled | Stage::Archived => return Ok(None),
    };
    let tardy = plan.index % 5 == 4 && investigating;
    let late = tardy && !plan.inquiry.is_empty();
    let days = if tardy { plan.days(12, 25) } else { 0 };
    for (no, state) in recorded::acts(case) {
        match state.standing(view.law) {
            Standing::Open if late => {}
            Standing::Open if view.films && plan.index % 7 != 3 => {
                let who = view.organ.with(Role::Officer, plan.index)?;
                return Ok(Some(Act { days, who, task: Task::Record(no) }));
            }
            Standing::Open => {
                let ground = NoRecordingGround::DeviceFailure;
                let reason = t("设备发生故障，已作文字记录并由见证人签名");
                let command = Do::StateNoRecording { act: no, ground, reason };
                return act(plan, view, Role::Officer, days, command);
            }
            Standing::Waiting => {
                let command =
                    Do::DecideNoRecording { act: no, approve: true, opinion: t("情况属实，同意") };
                return act(plan, view, Role::UnitHead, 1, command);
            }
            Standing::Recorded | Standing::Excused | Standing::Text | Standing::Suggested => {}
        }
    }
    Ok(None)
}

/// A made document that waits for service.
fn service(case: &Case, plan: &mut Plan, view: &View<'_>) -> Next {
    let waiting = case.documents.iter().zip(1..).find(|(it, no)| {
        it.kind.served() && it.service.is_none() && it.made.is_some() && !case.superseded(*no)
    });
    let Some((document, no)) = waiting else { return Ok(None) };
    let left = document.kind == DocumentKind::PenaltyDecision && plan.chance(8);
    let name =
        document.party.and_then(|it| case.party(it)).map_or("当事人", |it| it.party.name.or_erased());
    let service = Service {
        method: if left { ServiceMethod::Left } else { ServiceMethod::Direct },
        on: view.today,
        recipient: t(&format!("{name}（本人或者其负责人）")),
        place: t("当事人住所"),
        officers: officers(plan, view)?,
        witness: t(if left { "社区工作人员到场见证，并全程录像" } else { "" }),
    };
    // The day of service is the day on which it is recorded.
    let same_day = matches!(document.kind, DocumentKind::PaymentNotice | DocumentKind::PreservationNotice);
    let days = if same_day { 0 } else { plan.days(0, 2) };
    act(plan, view, Role::Officer, days, Do::ServeDocument { document: no, service })
}

fn clue(plan: &mut Plan, view: &View<'_>) -> Next {
    let sources =
        [ClueSource::Inspection, ClueSource::Report, ClueSource::RandomInspection, ClueSource::Assigned];
    let source = sources[usize::try_from(plan.index).unwrap_or(0) % sources.len()];
    let name = plan.parties.first().map_or("", |it| it.name.or_erased()).to_owned();
    let clue = Clue {
        source,
        received_on: view.today,
        subject: t(&name),
        summary: t(&format!("{name}涉嫌{}", plan.violation.words)),
        informant: None,
    };
    act(plan, view, Role::Officer, 0, Do::RegisterClue(clue))
}

/// Every second clue that was brought has an informant who left a name.
pub fn informant(command: &Do, plan: &Plan) -> Option<Told> {
    let Do::RegisterClue(clue) = command else { return None };
    let named = clue.source.has_informant() && (plan.index / 4).is_multiple_of(2);
    named.then(|| Told {
        name: t(&names::person(plan.index + 31)),
        contact: t(&format!("000-{:07}", plan.index % 10_000_000)),
        keep_secret: !plan.index.is_multiple_of(3),
        wants_reply: !plan.index.is_multiple_of(5),
    })
}

/// A proposal by the handling officer.
pub fn propose(plan: &Plan, view: &View<'_>, days: u32, proposal: Proposal) -> Next {
    act(plan, view, Role::Officer, days, Do::Propose { proposal, opinion: t("拟同意，事实和理由见卷内材料") })
}

fn checking(case: &Case, plan: &mut Plan, view: &View<'_>) -> Next {
    if plan.extend_check && !case.check_extended {
        return propose(plan, view, 8, Proposal::ExtendCheck);
    }
    if plan.ending != Ending::NotFiled && case.evidence.is_empty() {
        // What the check found: a case is filed on it.
        return act(plan, view, Role::Officer, 0, Do::AddEvidence(evidence(case, plan, view)?));
    }
    let days = plan.days(1, 5);
    if plan.ending == Ending::NotFiled {
        return propose(plan, view, days, Proposal::NotFile);
    }
    let name = plan.parties.first().map_or("", |it| it.name.or_erased());
    let before = view.today.checked_sub(jiff::Span::new().days(10)).unwrap_or(view.today);
    let filing = Filing {
        title: t(&format!("{name}{}案", plan.violation.words)),
        cause: t(plan.violation.words),
        category: plan.violation.category.to_owned(),
        region: REGION.to_owned(),
        violation_on: before,
        grave_harm: false,
        parties: plan.parties.clone(),
        officers: officers(plan, view)?,
    };
    propose(plan, view, days, Proposal::File(filing))
}

pub fn session(plan: &Plan, view: &View<'_>) -> Result<Session, SeedError> {
    let ago = |minutes| view.now.checked_sub(jiff::SignedDuration::from_mins(minutes)).unwrap_or(view.now);
    Ok(Session {
        started_at: ago(40),
        ended_at: ago(2),
        place: t("当事人生产经营场所"),
        officers: officers(plan, view)?,
        certificates_shown: true,
        rights_told: true,
        case_room: false,
        recording: None,
        sha256_root: String::new(),
    })
}

fn investigating(case: &Case, plan: &mut Plan, view: &View<'_>) -> Next {
    let disposed = case.preservations.iter().all(|it| it.disposed.is_some());
    if plan.ending == Ending::Withdrawn && case.inquiries > 0 && disposed {
        return propose(plan, view, 5, Proposal::Withdraw);
    }
    if plan.ending == Ending::Transferred && !case.evidence.is_empty() && disposed {
        let transferring = Transferring { crime: false, recipient: t("示例县市场监督管理局") };
        return propose(plan, view, 5, Proposal::Transfer(transferring));
    }
    if let Some(act) = super::substitute::clear(case, plan, view)? {
        return Ok(Some(act));
    }
    while let Some(kind) = plan.inquiry.pop() {
        if let Some(command) = inquire(kind, case, plan, view)? {
            let days = if kind == Inquiry::Resume { plan.days(10, 40) } else { plan.days(0, 4) };
            return act(plan, view, Role::Officer, days, command);
        }
    }
    let conclude = Do::Conclude(Concluding {
        report: t("经调查，违法事实清楚，证据确实、充分，建议依法处理"),
        complex: false,
        public_interest: false,
        several_relations: false,
        social_impact: false,
        other_by_law: false,
        major_coercion: false,
        review_reason: t(""),
    });
    let days = plan.days(1, 5);
    act(plan, view, Role::Officer, days, conclude)
}

/// An investigative act; none where the state leaves no room for it.
fn inquire(kind: Inquiry, case: &Case, plan: &mut Plan, view: &View<'_>) -> Result<Option<Do>, SeedError> {
    let who = case.parties.first().map_or("", |it| it.party.name.or_erased());
    let proposed = |proposal| Do::Propose { proposal, opinion: t("拟同意，理由见附件") };
    Ok(Some(match kind {
        Inquiry::Notify => Do::NotifyInquiry {
            party: 1,
            person: t(who),
            details: t("请携带身份证明和有关材料到本机关接受询问"),
        },
        Inquiry::Ask => Do::RecordInquiry {
            session: session(plan, view)?,
            person: t(&format!("{who}（负责人）")),
            record: t(&format!("问：请说明有关情况。答：确有{}的情况。", plan.violation.words)),
            signed: true,
        },
        Inquiry::Scene => Do::RecordScene {
            session: session(plan, view)?,
            record: t(&format!("现场可见{}的情况，已拍照固定", plan.violation.words)),
            witnessed: true,
        },
        Inquiry::Evidence => Do::AddEvidence(evidence(case, plan, view)?),
        Inquiry::Preserve => {
            let item = PreservedItem {
                name: t("有关台账和设备铭牌"),
                description: t("复印件与原物"),
                quantity: "1套".to_owned(),
            };
            proposed(Proposal::Preserve(Preserving {
                party: 1,
                items: vec![item],
                manner: t("就地登记保存"),
            }))
        }
        Inquiry::Dispose => {
            let open = case.preservations.iter().zip(1..).find(|(it, _)| it.disposed.is_none());
            let Some((_, preservation)) = open else { return Ok(None) };
            let disposal = PreservationDisposal::Return;
            proposed(Proposal::DisposePreservation(PreservationDisposing { preservation, disposal }))
        }
        Inquiry::Sample => Do::TakeSample(sampling(plan, view)?),
        Inquiry::Commission => Do::CommissionExpert(Commission {
            agency: t("示例检测中心"),
            question: t("现场设备是否符合国家标准"),
            examination: Some(Examination::Testing),
            items: vec![sent()],
            due_on: view.today.checked_add(jiff::Span::new().days(20)).ok(),
        }),
        Inquiry::Receive => {
            let open = case.experts.iter().zip(1..).find(|(it, _)| it.span.1.is_none());
            let Some((_, commission)) = open else { return Ok(None) };
            Do::ReceiveExpert { commission, conclusion: t("送检设备不符合国家标准") }
        }
        Inquiry::Suspend => proposed(Proposal::Suspend { ground: SuspensionGround::LegalQuestion }),
        Inquiry::Resume if case.suspended() => proposed(Proposal::Resume),
        Inquiry::Resume => return Ok(None),
        Inquiry::Extend => proposed(Proposal::Extend { days: 30 }),
        Inquiry::Correct => {
            let due_on = view.today.checked_add(jiff::Span::new().days(15)).unwrap_or(view.today);
            Do::OrderCorrection { party: 1, items: t("立即停止并改正违法行为"), due_on }
        }
    }))
}

fn evidence(case: &Case, plan: &Plan, view: &View<'_>) -> Result<Evidence, SeedError> {
    let name = format!("现场照片和有关台账（第{}组）", case.evidence.len() + 1);
    let root = Sha256::digest(format!("合成数据 {} {name}", plan.index).as_bytes());
    Ok(Evidence {
        kind: EvidenceKind::Documentary,
        name: t(&name),
        source: t("执法人员现场收集，当事人核对"),
        collected_on: view.today,
        collectors: officers(plan, view)?,
        proves: t(plan.violation.words),
        sha256_root: hex::encode(root),
        signed: true,
        recording: None,
    })
}

fn sent() -> PreservedItem {
    PreservedItem {
        name: t("现场设备样品"), description: t("封样完好"), quantity: "1件".to_owned()
    }
}

fn sampling(plan: &Plan, view: &View<'_>) -> Result<Sampling, SeedError> {
    let item = SampledItem {
        name: t("现场设备样品"),
        description: t("当事人正在使用的批次"),
        quantity: "2件".to_owned(),
        base: "20件".to_owned(),
    };
    Ok(Sampling {
        party: 1,
        session: session(plan, view)?,
        items: vec![item],
        method: t("随机抽取"),
        seal: t("当场加贴封条，一件送检，一件由当事人保管"),
        presence: SamplingPresence::Signed,
        witness: t(""),
    })
}

/// What the draft says of the correction: whoever was not ordered to correct before is now, or
/// has done so, or can no longer.
fn corrections(case: &Case, plan: &Plan) -> Vec<Correcting> {
    let ordered = |no| case.corrections.iter().any(|it| it.party == no);
    let parties = case.numbered_parties().map(|(no, _)| no).filter(|no| plan.penalises() && !ordered(*no));
    let one = |party| match plan.index % 3 {
        0 => Correcting {
            party,
            corrective: Corrective::WithDecision,
            details: t("停止违法行为，消除隐患"),
            days: 15,
        },
        1 => Correcting {
            party,
            corrective: Corrective::Corrected,
            details: t("经现场复核，已经改正"),
            days: 0,
        },
        _ => Correcting {
            party,
            corrective: Corrective::Impossible,
            details: t("违法行为已经终了，没有持续的后果"),
            days: 0,
        },
    };
    parties.map(one).collect()
}

/// The draft of the decision.
pub fn draft(case: &Case, plan: &Plan, lighter: bool) -> Do {
    let all = 1..=EvidenceNo::try_from(case.evidence.len()).unwrap_or(EvidenceNo::MAX);
    let name = plan.parties.first().map_or("", |it| it.name.or_erased());
    let substance = DecisionSubstance {
        facts: Text::publishable(format!(
            "经查，{name}{}，有现场照片、询问笔录等证据证明。",
            plan.violation.words
        )),
        evidence: all.collect(),
        violated: vec![plan.violated()],
        basis: vec![plan.allowed()],
        range: plan.violation.id.to_owned(),
        stated: Vec::new(),
        beyond_benchmark: false,
        discretion: t(&format!("法定幅度：{}。违法行为一般，按一般阶次裁量", plan.range)),
        reasoning: Text::publishable("违法事实清楚，证据确实、充分，应当依法处理。".to_owned()),
        disposals: case.numbered_parties().map(|(no, _)| plan.disposal(no, lighter)).collect(),
        terms: t("自收到决定书之日起十五日内到代收银行缴纳"),
        corrections: corrections(case, plan),
    };
    Do::PrepareDraft { substance }
}

/// Whether a party waits for its hearing or has had it.
pub fn hearing_open(party: &PartyState) -> bool {
    matches!(party.hearing, Hearing::Requested { .. } | Hearing::Scheduled { .. })
        || matches!(party.hearing, Hearing::Held { report: None, .. })
}

/// Whether a review is on its way.
pub fn reviewing(case: &Case) -> bool {
    match case.review.phase {
        ReviewPhase::Submitted
        | ReviewPhase::Returned
        | ReviewPhase::Opined
        | ReviewPhase::Signed
        | ReviewPhase::Contested => true,
        ReviewPhase::Idle | ReviewPhase::Answered | ReviewPhase::ReReviewed | ReviewPhase::Cleared => false,
    }
}

/// Brings the days and times inside a command up to the moment it is given.
pub fn dated(command: &mut Do, now: jiff::Timestamp, today: Date) {
    let ago = |minutes| now.checked_sub(jiff::SignedDuration::from_mins(minutes)).unwrap_or(now);
    match command {
        Do::RegisterClue(clue) => clue.received_on = today,
        Do::ServeDocument { service, .. } => service.on = today,
        Do::RecordPayment(payment) => payment.paid_on = today,
        Do::RecordPerformance(it) => it.on = today,
        Do::RecordRefund(it) => it.on = today,
        Do::RecordRestitution(it) => it.on = today,
        Do::RecordCost(it) => it.on = today,
        Do::StateDefence { on, .. }
        | Do::RequestHearing { on, .. }
        | Do::RecordRemedy { on, .. }
        | Do::RecordRuling { on, .. } => *on = today,
        Do::AddEvidence(evidence) => evidence.collected_on = today,
        Do::RecordInquiry { session, .. }
        | Do::RecordScene { session, .. }
        | Do::TakeSample(Sampling { session, .. })
        | Do::CarryOutSubstitute(SubstituteDone { session, .. }) => {
            session.started_at = ago(40);
            session.ended_at = ago(2);
        }
        // Everything else carries no day of its own, or one that lies ahead.
        _ => {}
    }
}

/// What the publication of the decision asks for next: three people, then, after
/// a revocation, its withdrawal.
///
/// # Errors
/// When nobody of the organ could do it.
pub fn disclose(case: &Case, plan: &mut Plan, view: &View<'_>) -> Next {
    for (no, _) in case.numbered_parties() {
        let (role, days, act) = match view.publications.get(&no) {
            None => {
                let grade = CreditGrade::Ordinary;
                let act = Disclose::Prepare { grade, necessity: t(""), withhold: Vec::new() };
                (Role::Officer, plan.days(0, 2), act)
            }
            Some(it) => match &it.draft {
                Some(draft) => {
                    let digest = draft.digest.clone();
                    match draft.phase {
                        DraftPhase::Drafted | DraftPhase::Returned => {
                            let act =
                                Disclose::Check {
                                    digest, agree: true, opinion: t("隐去适当，同意公示")
                                };
                            (Role::ReviewHead, plan.days(0, 1), act)
                        }
                        DraftPhase::Checked => {
                            (Role::Publicity, plan.days(0, 1), Disclose::Publish { digest })
                        }
                    }
                }
                None if it.stage.is_public() && case.revoked(no).is_some() => {
                    let act = Disclose::Withdraw {
                        ground: WithdrawalGround::Revoked,
                        known_on: view.today,
                        explanation: t("行政处罚决定已被依法撤销"),
                    };
                    (Role::Publicity, 1, act)
                }
                None => continue,
            },
        };
        let n = if role == Role::Officer { plan.index } else { 0 };
        return Ok(Some(Act { days, who: view.organ.with(role, n)?, task: Task::Disclose(no, act) }));
    }
    Ok(None)
}
