//! Notice, service, defence, hearing, collective discussion.

use super::{Issue, Outcome, punctual_on, required};
use crate::case::command::{CaseCommand as C, Discussion, HearingHeld, HearingPlan};
use crate::case::event::CaseEvent;
use crate::case::facts::Facts;
use crate::case::gate;
use crate::case::state::{Case, Hearing};
use crate::case::types::*;
use crate::cite::{Citation, penalty_law};
use crate::matter::StaffId;
use crate::refusal::Refusal;
use crate::staff::Role;
use jiff::civil::Date;

fn refuse(
    code: &'static str,
    article: Citation,
    message: impl Into<String>,
    remedy: impl Into<String>,
) -> Refusal {
    Refusal::new(code, article, message, remedy)
}

pub(super) fn decide(case: &Case, command: &C, facts: &Facts<'_>) -> Outcome {
    let mut issue = Issue::new(case, facts);
    match command {
        C::IssueNotice { party, rights } => return notice(case, *party, rights, facts),
        C::ConfirmAddress { party, address, electronic } => {
            required(address, "address", "送达地址")?;
            if case.party(*party).is_none() {
                return Err(refuse(
                    "party.unknown",
                    penalty_law("第六十一条"),
                    "案件中没有该当事人",
                    "请选择案件中的当事人。",
                )
                .field("party", "没有该当事人"));
            }
            issue.document(DocumentKind::AddressConfirmation, Some(*party))?;
            issue.push(CaseEvent::AddressConfirmed {
                party: *party,
                address: address.clone(),
                electronic: electronic.clone(),
            });
        }
        C::StateDefence { party, on, statement } => {
            required(statement, "statement", "陈述申辩内容")?;
            claimed(case, *party, *on, facts)?;
            before_decision(case, *on)?;
            issue.document(DocumentKind::DefenceRecord, Some(*party))?;
            issue.push(CaseEvent::DefenceStated { party: *party, on: *on, statement: statement.clone() });
        }
        C::WaiveDefence { party, statement } => {
            required(statement, "statement", "当事人明确放弃的表示")?;
            issue.push(CaseEvent::DefenceWaived { party: *party, statement: statement.clone() });
        }
        C::AnswerDefence { party, adoption, reasons } => {
            required(reasons, "reasons", "复核理由")?;
            issue.push(CaseEvent::DefenceAnswered {
                party: *party,
                adoption: *adoption,
                reasons: reasons.clone(),
            });
        }
        C::RequestHearing { party, on, request } => {
            required(request, "request", "听证申请")?;
            claimed(case, *party, *on, facts)?;
            request_hearing(case, *party, *on, facts)?;
            issue.push(CaseEvent::HearingRequested { party: *party, on: *on, request: request.clone() });
        }
        C::WithdrawHearing { party, statement } => {
            required(statement, "statement", "当事人放弃、撤回的表示")?;
            issue.push(CaseEvent::HearingWithdrawn { party: *party, statement: statement.clone() });
        }
        C::ScheduleHearing(plan) => {
            schedule(case, plan, facts)?;
            let document = issue.document(DocumentKind::HearingNotice, Some(plan.party))?;
            issue.push(CaseEvent::HearingScheduled { plan: plan.clone(), document });
        }
        C::HoldHearing(held) => {
            hold(case, held, facts)?;
            issue.document(DocumentKind::HearingRecord, Some(held.party))?;
            issue.push(CaseEvent::HearingHeld(held.clone()));
        }
        C::ReportHearing { party, report } => {
            required(report, "report", "听证报告")?;
            host(case, *party, facts)?;
            issue.document(DocumentKind::HearingReport, Some(*party))?;
            issue.push(CaseEvent::HearingReported { party: *party, report: report.clone() });
        }
        C::Discuss(discussion) => {
            discuss(case, discussion, facts)?;
            let Some(draft) = case.at_hand() else { return Ok(Vec::new()) };
            issue.document(DocumentKind::DiscussionRecord, None)?;
            issue.push(CaseEvent::Discussed { discussion: discussion.clone(), digest: draft.digest.clone() });
        }
        _ => {}
    }
    issue.done()
}

fn notice(case: &Case, party: PartyNo, rights: &[HearingRight], facts: &Facts<'_>) -> Outcome {
    let (Some(state), Some(draft)) = (case.party(party), &case.draft) else { return Ok(Vec::new()) };
    let Some(disposal) = draft.substance.disposal(party) else { return Ok(Vec::new()) };
    for (index, right) in rights.iter().enumerate() {
        let label = match right.ground {
            HearingGround::OtherHeavy => "属于较重行政处罚的理由",
            HearingGround::OtherByLaw => "规定可以要求听证的法律、法规、规章条款",
        };
        required(&right.provision, "rights", label)
            .map_err(|r| r.field(format!("rights/{index}/provision"), format!("{label}不能为空")))?;
    }
    let hearing = state.hearing_told
        || !rights.is_empty()
        || gate::hearing_right(disposal, state.party.kind, facts.law);
    let mut issue = Issue::new(case, facts);
    let kind = if hearing { DocumentKind::HearingRightNotice } else { DocumentKind::PenaltyNotice };
    let document = issue.document(kind, Some(party))?;
    issue.push(CaseEvent::NoticeIssued {
        party,
        document,
        hearing,
        digest: draft.digest.clone(),
        disposal: disposal.clone(),
        rights: rights.to_vec(),
    });
    issue.done()
}

/// The day a party's act is claimed for: not before its first notice, not in the future,
/// and by the rule of late entries where it is long ago. What was done in time counts as
/// in time, whenever it is entered.
fn claimed(case: &Case, party: PartyNo, on: Date, facts: &Facts<'_>) -> Result<(), Refusal> {
    // A party told by announcement may answer before the announcement's term is over.
    // Whatever was told later, the first notice opened the defence.
    let from =
        case.party(party).and_then(|s| case.served_notices(s).first().map(|(_, issued_on, _)| *issued_on));
    if on > facts.today() || from.is_some_and(|f| on < f) {
        return Err(refuse(
            "time.claimed",
            penalty_law("第四十五条"),
            "日期不正确",
            "应在告知书制发之后、今天之前。",
        )
        .field("on", "应在告知书制发之后、今天之前"));
    }
    punctual_on(on, "on", facts)
}

/// Handed in before the decision, or on its day: what comes later is no defence against what
/// is proposed.
fn before_decision(case: &Case, on: Date) -> Result<(), Refusal> {
    let Some(decision) = case.decision.as_ref().filter(|d| on > d.on) else { return Ok(()) };
    Err(refuse(
        "defence.after_decision",
        penalty_law("第七条"),
        format!("处罚决定已于{}作出", crate::period::long(decision.on)),
        "对决定不服的，告知其申请行政复议、提起行政诉讼；决定之前提出的，填写提出之日。",
    )
    .field("on", "在决定作出之后"))
}

/// Asked for in time: the day it was asked decides, whenever it is recorded.
fn request_hearing(case: &Case, party: PartyNo, on: Date, facts: &Facts<'_>) -> Result<(), Refusal> {
    let Some(state) = case.party(party) else { return Ok(()) };
    let limit = gate::hearing_limit(case, facts, state)?;
    if crate::period::closes_after(&limit, on) {
        return Err(refuse(
            "hearing.too_late",
            penalty_law("第六十四条第一项"),
            format!("听证申请期已于{}届满", crate::period::long(limit.due.latest())),
            "逾期未申请的，视为放弃听证权利。",
        )
        .field("on", "超过申请期"));
    }
    Ok(())
}

fn schedule(case: &Case, plan: &HearingPlan, facts: &Facts<'_>) -> Result<(), Refusal> {
    let article = || penalty_law("第六十四条第二项");
    required(&plan.place, "place", "时间和地点")?;
    let earliest = gate::earliest_hearing(facts, facts.today())?;
    if plan.on < earliest {
        return Err(refuse(
            "hearing.notice_short",
            article(),
            "举行听证的七个工作日前应当通知当事人",
            "请推迟听证日期。",
        )
        .after(earliest)
        .field("on", format!("不早于{earliest}")));
    }
    let apart = |id: &crate::matter::StaffId| {
        facts.people.get(id).is_some_and(|p| p.enabled && p.organ == facts.organ.id)
            && !case.handled_by.contains(id)
            && !case.recused.contains(id)
    };
    let host = facts.people.get(&plan.host).is_some_and(|p| p.roles.contains(&Role::HearingHost));
    if !host || !apart(&plan.host) {
        return Err(refuse(
            "hearing.host",
            penalty_law("第六十四条第四项"),
            "听证由指定的非本案调查人员主持",
            "请指定没有参与本案的听证主持人。",
        )
        .field("host", "不能是本案调查人员"));
    }
    if let Some(index) = plan.members.iter().position(|m| !apart(m)) {
        return Err(refuse(
            "hearing.host",
            penalty_law("第六十四条第四项"),
            "听证员不能是本案调查人员",
            "请另行指定。",
        )
        .field(format!("members/{index}"), "不能是本案调查人员"));
    }
    if !apart(&plan.clerk) {
        return Err(refuse(
            "hearing.host",
            penalty_law("第六十四条第四项"),
            "书记员不能是本案调查人员",
            "请另行指定。",
        )
        .field("clerk", "不能是本案调查人员"));
    }
    Ok(())
}

fn host(case: &Case, party: PartyNo, facts: &Facts<'_>) -> Result<(), Refusal> {
    let host = case.party(party).and_then(|p| match &p.hearing {
        Hearing::Scheduled { plan, .. } | Hearing::Held { plan, .. } => Some(plan.host),
        Hearing::None | Hearing::Requested { .. } | Hearing::Withdrawn => None,
    });
    if host == Some(facts.actor.id) {
        return Ok(());
    }
    Err(refuse(
        "hearing.other_host",
        penalty_law("第六十四条第四项"),
        "你不是本次听证的主持人",
        "请由指定的听证主持人办理。",
    ))
}

fn hold(case: &Case, held: &HearingHeld, facts: &Facts<'_>) -> Result<(), Refusal> {
    required(&held.record, "record", "听证记录")?;
    host(case, held.party, facts)?;
    if held.agents.len() > 2 {
        return Err(refuse(
            "hearing.agents",
            penalty_law("第六十四条第五项"),
            "当事人可以委托一至二人代理",
            "代理人不得超过二人。",
        )
        .field("agents", "不得超过二人"));
    }
    if held.presenters.is_empty() || held.presenters.iter().any(|p| !case.handled_by.contains(p)) {
        return Err(refuse(
            "hearing.presenters",
            penalty_law("第六十四条第七项"),
            "举行听证时由调查人员提出事实、证据和处罚建议",
            "请填写出席的本案调查人员。",
        )
        .field("presenters", "应为本案调查人员"));
    }
    if held.attended && !held.signed {
        return Err(refuse(
            "record.unsigned",
            penalty_law("第六十四条第八项"),
            "听证笔录应当交当事人或者其代理人核对无误后签字或者盖章",
            "拒绝签字的，由主持人在笔录中注明后勾选。",
        )
        .field("signed", "请确认签字或者已注明拒签"));
    }
    Ok(())
}

/// The organ's own heads, each once, each with an opinion, a majority of them.
pub(super) fn heads(opinions: &[HeadOpinion], facts: &Facts<'_>) -> Result<(), Refusal> {
    heads_without(opinions, None, facts)
}

/// More of those taking part agree than do not.
pub(super) fn majority(opinions: &[HeadOpinion]) -> Result<(), Refusal> {
    let agree = opinions.iter().filter(|o| o.agrees).count();
    if agree * 2 <= opinions.len() {
        return Err(refuse(
            "discussion.majority",
            penalty_law("第五十七条第二款"),
            "结论没有得到参加人员的多数同意",
            "请按多数意见填写结论。",
        )
        .field("outcome", "与多数意见不一致"));
    }
    Ok(())
}

/// As [`heads`]; `absent` may not take part and does not count towards the quorum.
pub(super) fn heads_without(
    opinions: &[HeadOpinion],
    absent: Option<StaffId>,
    facts: &Facts<'_>,
) -> Result<(), Refusal> {
    let article = || penalty_law("第五十七条第二款");
    let mut seen = Vec::new();
    for (index, o) in opinions.iter().enumerate() {
        if !facts.organ.heads.contains(&o.head) {
            return Err(refuse(
                "discussion.not_head",
                article(),
                "参加集体讨论的应为本机关负责人",
                "请删除不是负责人的人员。",
            )
            .field(format!("opinions/{index}/head"), "不是本机关负责人"));
        }
        if seen.contains(&o.head) {
            return Err(refuse(
                "discussion.same_head",
                article(),
                "同一名负责人列了两次",
                "每名负责人只列一次。",
            )
            .field(format!("opinions/{index}/head"), "重复"));
        }
        seen.push(o.head);
        required(&o.opinion, "opinions", "每名负责人的意见")
            .map_err(|r| r.field(format!("opinions/{index}/opinion"), "不能为空"))?;
    }
    let able = facts.organ.heads.iter().filter(|h| Some(**h) != absent).count();
    let ruled = usize::try_from(facts.law.discussion_quorum.value).unwrap_or(usize::MAX);
    // Where one head is the matter, the others may be fewer than the organ's own quorum.
    let ruled = if absent.is_some() { ruled.min(able) } else { ruled };
    let quorum = ruled.max(able / 2 + 1).max(2);
    if opinions.len() < quorum {
        return Err(refuse(
            "discussion.quorum",
            facts.law.discussion_quorum.citation.clone(),
            format!("集体讨论至少须有{quorum}名负责人参加并发表意见"),
            "请补齐参加讨论的负责人及其意见。",
        )
        .field("opinions", format!("至少{quorum}名")));
    }
    Ok(())
}

fn discuss(case: &Case, d: &Discussion, facts: &Facts<'_>) -> Result<(), Refusal> {
    let article = || penalty_law("第五十七条第二款");
    required(&d.place, "place", "时间和地点")?;
    required(&d.conclusion, "conclusion", "结论性意见")?;
    heads(&d.opinions, facts)?;
    if !d.opinions.iter().any(|o| o.head == d.chair) {
        return Err(refuse(
            "discussion.chair",
            article(),
            "主持人应为参加讨论的负责人",
            "请填写主持人的意见。",
        )
        .field("chair", "没有在参加人员中"));
    }
    if let Some(index) = d.opinions.iter().position(|o| case.recused.contains(&o.head)) {
        return Err(refuse(
            "actor.recused",
            penalty_law("第四十三条"),
            "已经回避的负责人不能参加讨论",
            "请由其他负责人讨论。",
        )
        .field(format!("opinions/{index}/head"), "已回避"));
    }
    if let Some(index) = d.opinions.iter().position(|o| case.handled_by.contains(&o.head)) {
        return Err(refuse(
            "duty.same_person",
            article(),
            "承办人不能作为负责人参加讨论决定",
            "请另行安排。",
        )
        .field(format!("opinions/{index}/head"), "是本案承办人"));
    }
    majority(&d.opinions)
}
