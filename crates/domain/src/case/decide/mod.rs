//! May this happen now? The one function that decides a command on a case.

/// Whatever these commands say.
macro_rules! any {
    ($($name:ident)+) => { $(C::$name { .. })|+ };
}

mod amendment;
mod approval;
mod carrying_out;
mod enforcement;
mod errata;
mod execution;
mod hearing;
mod investigate;
mod named;
mod performance;
mod recording;
mod review;
mod sampling;
mod service;
mod substitute;
mod supplement;

use super::command::{CaseCommand, CaseCommand as C};
use super::event::CaseEvent;
use super::facts::Facts;
use super::procedure::{Relation, Step, Verb, step};
use super::state::Case;
use super::types::*;
use crate::cite::{Citation, penalty_law};
use crate::matter::{StaffId, TimeSource};
use crate::refusal::Refusal;
use jiff::civil::Date;

/// What a decision gives.
pub type Outcome = Result<Vec<CaseEvent>, Refusal>;

/// Decides `command` on `case`; `None` is a case that does not exist yet.
///
/// # Errors
/// A refusal that names the article and what to do next.
pub fn decide(case: Option<&Case>, command: &CaseCommand, facts: &Facts<'_>) -> Outcome {
    let row = step(command.verb());
    // Numbers taken by an earlier try on the same facts are free again.
    facts.used.borrow_mut().clear();
    moment(case, facts)?;
    let Some(case) = case else {
        let CaseCommand::RegisterClue(clue) = command else {
            return Err(Refusal::new("case.unknown", row.article.clone(), "案件不存在", "请先登记线索。"));
        };
        allowed(None, row, facts)?;
        return investigate::register(clue, facts);
    };
    if matches!(command, CaseCommand::RegisterClue(_)) {
        return Err(Refusal::new("case.exists", row.article.clone(), "案件已经存在", "请在案件页继续办理。"));
    }
    staged(case, row)?;
    allowed(Some(case), row, facts)?;
    in_order(case, command, facts)?;
    (row.gate)(case, facts, command.party())?;
    dispatch(case, command, facts)
}

/// What is claimed for an earlier day did not happen before what it follows: the decision that
/// it carries out, the end of the case that it files.
fn in_order(case: &Case, command: &CaseCommand, facts: &Facts<'_>) -> Result<(), Refusal> {
    let proposal = match command {
        CaseCommand::ReviewProposal { proposal_no, .. }
        | CaseCommand::ApproveProposal { proposal_no, .. } => case.proposal(*proposal_no),
        _ => None,
    };
    let row = step(proposal.map_or_else(|| command.verb(), |it| it.body.verb()));
    let after = |stage: &Stage| matches!(stage, Stage::Decided | Stage::Closed | Stage::Archived);
    let decided = case.decision.as_ref().map(|d| d.on).filter(|_| row.from.iter().all(after));
    let ended = case.ended_on.filter(|_| row.verb == Verb::Archive);
    let (what, from) = if ended.is_some() { ("结案", ended) } else { ("作出决定", decided) };
    let Some(from) = from.filter(|from| facts.day() < *from) else { return Ok(()) };
    Err(Refusal::new(
        "time.order",
        penalty_law("第四十七条"),
        format!("行为时间早于{what}之日{}", crate::period::long(from)),
        "请核对时间。",
    )
    .field("happened_at", format!("早于{what}之日")))
}

/// Whether the row is open to this person at all: the answer behind each action
/// card of the case page.
///
/// # Errors
/// The refusal that closes the card.
pub fn available(case: &Case, row: &Step, facts: &Facts<'_>) -> Result<(), Refusal> {
    staged(case, row)?;
    allowed(Some(case), row, facts)?;
    (row.gate)(case, facts, None)
}

fn staged(case: &Case, row: &Step) -> Result<(), Refusal> {
    if row.from.contains(&case.stage) {
        return Ok(());
    }
    Err(Refusal::new(
        "stage.wrong",
        row.article.clone(),
        format!("案件处于“{}”阶段，不能{}", case.stage.label(), row.verb.label()),
        match row.from.first() {
            Some(stage) => format!("该事项在“{}”阶段办理。", stage.label()),
            None => "请从登记线索开始。".into(),
        },
    ))
}

/// Role and relation: the same row that the authorization table prints.
fn allowed(case: Option<&Case>, row: &Step, facts: &Facts<'_>) -> Result<(), Refusal> {
    let refuse = |code, message: String, remedy: &str| {
        Err(Refusal::new(
            code,
            Citation::of(
                "国务院办公厅关于全面推行行政执法公示制度执法全过程记录制度重大执法决定法制审核制度的指导意见",
                "（十八）",
            ),
            message,
            remedy,
        ))
    };
    let system = facts.actor.id.0.is_nil();
    if row.relation == Relation::System {
        return if system {
            Ok(())
        } else {
            refuse("role.system", format!("“{}”由系统办理", row.verb.label()), "不需要人工办理。")
        };
    }
    if !row.who.iter().any(|r| facts.actor.has(*r)) {
        let who: Vec<_> = row.who.iter().map(|r| r.label()).collect();
        return refuse(
            "role.missing",
            format!("“{}”由{}办理", row.verb.label(), who.join("、")),
            "请交由相应岗位的人员办理。",
        );
    }
    if !facts.people.get(&facts.actor.id).is_some_and(|p| p.enabled && p.organ == facts.organ.id) {
        return refuse("actor.disabled", "账号已停用，或者不属于本机关".into(), "请联系系统管理员。");
    }
    let Some(case) = case else { return Ok(()) };
    if case.organ != facts.organ.id {
        return refuse("organ.other", "不是本机关的案件".into(), "请由案件所属机关办理。");
    }
    if case.recused.contains(&facts.actor.id) {
        return Err(Refusal::new(
            "actor.recused",
            penalty_law("第四十三条"),
            "你已在本案中回避",
            "请由其他人员办理。",
        ));
    }
    match row.relation {
        Relation::Handling if case.stage != Stage::Clue && !case.officers.contains(&facts.actor.id) => {
            refuse(
                "actor.not_handling",
                format!("“{}”由本案承办人办理", row.verb.label()),
                "请由承办人办理，或者先调整办案人员。",
            )
        }
        Relation::Apart if case.handled_by.contains(&facts.actor.id) => Err(Refusal::new(
            "duty.separate",
            penalty_law("第五十八条"),
            format!("办理过本案的人员不能{}", row.verb.label()),
            "案件办理与审核、听证、收缴相分离，请由其他人员办理。",
        )),
        Relation::Handling | Relation::Apart | Relation::Organ | Relation::System => Ok(()),
    }
}

/// The two times: nothing in the future, nothing before the clue, late entry
/// only with reason and approver.
fn moment(case: Option<&Case>, facts: &Facts<'_>) -> Result<(), Refusal> {
    let article = || Citation::of("行政处罚法", "第四十七条");
    let m = &facts.moment;
    if m.happened_at > m.recorded_at {
        return Err(Refusal::new("time.future", article(), "行为时间晚于现在", "请填写实际发生的时间。")
            .field("happened_at", "不能晚于现在"));
    }
    if let Some(case) = case
        && m.day() < case.registered_on
    {
        return Err(Refusal::new("time.before_case", article(), "行为时间早于案件登记之日", "请核对时间。")
            .field("happened_at", "早于案件登记之日"));
    }
    let late = m.recorded_at.duration_since(m.happened_at).as_hours() >= i64::from(facts.law.late.value);
    match &m.source {
        TimeSource::Paper { reason, approver } => {
            if reason.is_blank() {
                return Err(Refusal::new(
                    "time.late_reason",
                    article(),
                    "补录须写明原因",
                    "请填写补录原因。",
                )
                .field("late_reason", "不能为空"));
            }
            let boss = facts.people.get(approver).filter(|p| p.enabled && p.organ == facts.organ.id);
            if *approver == facts.actor.id
                || !boss.is_some_and(|p| {
                    p.roles.iter().any(|r| {
                        matches!(
                            r,
                            crate::staff::Role::UnitHead
                                | crate::staff::Role::Deputy
                                | crate::staff::Role::Head
                        )
                    })
                })
            {
                return Err(Refusal::new(
                    "time.late_approver",
                    article(),
                    "补录须经本机关负责人同意，不能由本人同意",
                    "请选择同意补录的负责人。",
                )
                .field("late_approver", "应为承办机构负责人或者机关负责人"));
            }
            Ok(())
        }
        TimeSource::Server | TimeSource::Device { .. } if late => Err(Refusal::new(
            "time.late",
            facts.law.late.citation.clone(),
            format!("行为发生已超过{}小时，属于补录", facts.law.late.value),
            "请写明补录原因和同意补录的负责人。",
        )
        .field("late_reason", "请填写补录原因")),
        TimeSource::Server | TimeSource::Device { .. } => Ok(()),
    }
}

/// An act whose own end is claimed in the command obeys the same rule as
/// `happened_at`: longer ago than a late entry allows, it needs reason and approver.
fn punctual(ended: jiff::Timestamp, field: &'static str, facts: &Facts<'_>) -> Result<(), Refusal> {
    let late = facts.moment.recorded_at.duration_since(ended).as_hours() >= i64::from(facts.law.late.value);
    match facts.moment.source {
        TimeSource::Server | TimeSource::Device { .. } if late => Err(Refusal::new(
            "time.late",
            facts.law.late.citation.clone(),
            format!("行为结束已超过{}小时，属于补录", facts.law.late.value),
            "请写明补录原因和同意补录的负责人。",
        )
        .field(field, "属于补录")),
        TimeSource::Server | TimeSource::Device { .. } | TimeSource::Paper { .. } => Ok(()),
    }
}

/// As [`punctual`], where the command claims a day: the act ended with that day.
fn punctual_on(on: Date, field: &'static str, facts: &Facts<'_>) -> Result<(), Refusal> {
    let ended = on.tomorrow().and_then(|next| next.to_zoned(crate::matter::shanghai()));
    // A day that no calendar follows lies in the future, and is refused as such.
    ended.map_or(Ok(()), |end| punctual(end.timestamp(), field, facts))
}

fn dispatch(case: &Case, command: &CaseCommand, facts: &Facts<'_>) -> Outcome {
    match command {
        C::RegisterClue(_) => Ok(Vec::new()),
        any! {
            StartCheck ChangeOfficers RequestRecusal DecideRecusal NotifyInquiry RecordInquiry
            RecordScene AddEvidence TakeSample CommissionExpert ReceiveExpert OrderCorrection
            RecheckCorrection Conclude PrepareDraft Reinvestigate
        } => investigate::decide(case, command, facts),
        any! { Propose ReviewProposal ApproveProposal } => approval::decide(case, command, facts),
        any! {
            SubmitReview ReturnSubmission SupplementSubmission FirstReview GiveOpinion ExtendReview
            SignOpinion AnswerOpinion RequestReReview GiveReReview Coordinate
        } => review::decide(case, command, facts),
        any! { ServeDocument AnnounceService } => service::decide(case, command, facts),
        any! {
            IssueNotice ConfirmAddress StateDefence WaiveDefence AnswerDefence RequestHearing
            WithdrawHearing ScheduleHearing HoldHearing ReportHearing Discuss
        } => hearing::decide(case, command, facts),
        any! { RecordPayment RecordPerformance RecordRefund RecordRestitution } => {
            performance::decide(case, command, facts)
        }
        any! {
            DemandFine ImposeAdditionalFine DemandEnforcement ApplyToCourt RecordRemedy
            ConcludeRemedy RecordRuling RevokeDecision CorrectDocument Archive MarkMade
        } => execution::decide(case, command, facts),
        any! { StateObjection AnswerObjection CarryOutEnforcement RecordBreach } => {
            enforcement::decide(case, command, facts)
        }
        any! { DemandOrder CarryOutSubstitute RecordCost } => substitute::decide(case, command, facts),
        any! { NoteErrata AnswerErratum } => errata::decide(case, command, facts),
        C::ArchiveSupplement(it) => supplement::decide(case, it, facts),
        any! { AttachRecording StateNoRecording DecideNoRecording } => {
            recording::decide(case, command, facts)
        }
    }
}

/// Collects the events of one command and numbers the documents they issue.
struct Issue<'a, 'f> {
    case: &'a Case,
    facts: &'a Facts<'f>,
    events: Vec<CaseEvent>,
    documents: usize,
}

impl<'a, 'f> Issue<'a, 'f> {
    fn new(case: &'a Case, facts: &'a Facts<'f>) -> Self {
        Self { case, facts, events: Vec::new(), documents: case.documents.len() }
    }

    fn push(&mut self, event: CaseEvent) -> &mut Self {
        self.events.push(event);
        self
    }

    /// Issues a document; gives its number in the case.
    fn document(&mut self, kind: DocumentKind, party: Option<PartyNo>) -> Result<DocumentNo, Refusal> {
        self.documents += 1;
        let no = DocumentNo::try_from(self.documents).map_err(|_| {
            Refusal::new("document.too_many", penalty_law("第四十七条"), "卷内文书过多", "请分案办理。")
        })?;
        let serial = self.case.filed.as_ref().and_then(|f| f.serial);
        let number = self.facts.number(kind, serial, self.case)?;
        self.events.push(CaseEvent::DocumentIssued {
            no,
            kind,
            number,
            party,
            issued_on: self.facts.today(),
        });
        Ok(no)
    }

    fn done(self) -> Outcome {
        Ok(self.events)
    }
}

/// A required text.
fn required(text: &crate::text::Text, field: &'static str, label: &str) -> Result<(), Refusal> {
    if text.is_blank() {
        return Err(Refusal::new(
            "input.required",
            penalty_law("第四十七条"),
            format!("请填写{label}"),
            "补充后重新提交。",
        )
        .field(field, format!("{label}不能为空")));
    }
    if text.chars() > crate::text::MAX_CHARS {
        return Err(Refusal::new(
            "input.too_long",
            penalty_law("第四十七条"),
            format!("{label}过长"),
            format!("请控制在{}字以内。", crate::text::MAX_CHARS),
        )
        .field(field, "过长"));
    }
    Ok(())
}

/// Two officers who act together in this case on the day of the act.
fn pair(case: &Case, officers: &[StaffId], day: Date, facts: &Facts<'_>) -> Result<(), Refusal> {
    let (category, region) = match &case.filed {
        Some(f) => (Some(f.filing.category.as_str()), Some(f.filing.region.as_str())),
        None => (None, None),
    };
    facts.qualified(officers, day, category, region)?;
    // 第四十三条第三款: until the recusal is decided the investigation goes on.
    if let Some(index) = officers.iter().position(|o| case.recused.contains(o)) {
        return Err(Refusal::new(
            "officers.recused",
            penalty_law("第四十三条"),
            "所列人员已经回避",
            "请改由其他执法人员办理。",
        )
        .field(format!("officers/{index}"), "已回避"));
    }
    Ok(())
}
