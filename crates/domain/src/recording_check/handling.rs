//! What is done about a finding, to its end (第二十三条第二款): minor, put right in a term
//! and re-checked; serious, those responsible disciplined; a crime, transferred.

use super::decide::{CheckFacts, number_used};
use super::event::{CheckCommand, CheckEvent, FindingNo};
use super::state::{Check, Finding};
use super::words::{Gravity, Phase};
use crate::act_table::required;
use crate::cite::Citation;
use crate::codes::DocumentNumber;
use crate::matter::StaffId;
use crate::refusal::Refusal;
use crate::text::Text;
use crate::viewing_grant::recording_rule;
use jiff::civil::Date;

/// Clues of duty crimes of public officials go to the supervisory commission or the
/// procuratorate (2020 text).
const DUTY: Citation = Citation::of("行政执法机关移送涉嫌犯罪案件的规定", "第十九条");

fn rule() -> Citation {
    recording_rule("第二十三条第二款")
}

fn refuse(code: &'static str, message: impl Into<String>, remedy: &str) -> Refusal {
    Refusal::new(code, rule(), message, remedy)
}

/// Decides a command about a finding.
pub(super) fn decide(
    state: &Check,
    command: &CheckCommand,
    facts: &CheckFacts<'_>,
) -> Result<CheckEvent, Refusal> {
    match command {
        CheckCommand::Verify { finding, gravity, responsible, opinion } => {
            verify(state, *finding, *gravity, responsible, opinion, facts)
        }
        CheckCommand::Order { finding, due_on, requirements } => {
            let it = established(state, *finding, facts)?;
            if it.orders.last().is_some_and(|o| o.rechecked.is_none()) {
                return Err(refuse("finding.ordered", "已经责令整改，尚未复查", "请先复查整改情况"));
            }
            if *due_on <= facts.today() {
                return Err(refuse("finding.due", "整改期限应在今日以后", "请填写整改期限")
                    .field("due_on", "应在今日以后"));
            }
            required(requirements, "finding.requirements", &rule(), "requirements", "整改要求")?;
            Ok(CheckEvent::RectificationOrdered {
                finding: *finding,
                due_on: *due_on,
                requirements: requirements.clone(),
            })
        }
        CheckCommand::Rectify { finding, report } => rectify(state, *finding, report),
        CheckCommand::Recheck { finding, passed, opinion } => {
            recheck(state, *finding, *passed, opinion, facts)
        }
        CheckCommand::Refer { finding, body, number } => refer(state, *finding, body, number, facts),
        CheckCommand::Transfer { finding, recipient, number } => {
            transfer(state, *finding, recipient, number, facts)
        }
        CheckCommand::Discipline { .. } | CheckCommand::Receipt { .. } => decided(state, command, facts),
        CheckCommand::Plan { .. }
        | CheckCommand::Draw { .. }
        | CheckCommand::Open { .. }
        | CheckCommand::Enter { .. }
        | CheckCommand::Report { .. }
        | CheckCommand::Find { .. }
        | CheckCommand::Conclude { .. }
        | CheckCommand::Circulate { .. }
        | CheckCommand::Close {} => Err(refuse("finding.command", "不是处理问题的办理事项", "请核对")),
    }
}

fn known(state: &Check, no: FindingNo) -> Result<&Finding, Refusal> {
    state.finding(no).ok_or_else(|| refuse("finding.unknown", "没有该问题", "请核对序号"))
}

/// Nobody judges what concerns himself.
fn apart(finding: &Finding, facts: &CheckFacts<'_>) -> Result<(), Refusal> {
    let who = facts.actor.id;
    if finding.suspicion.persons.contains(&who) || finding.responsible.contains(&who) {
        return Err(refuse("finding.oneself", "涉及本人的问题不得由本人核实、处理", "请由其他人员办理"));
    }
    Ok(())
}

fn established<'s>(state: &'s Check, no: FindingNo, facts: &CheckFacts<'_>) -> Result<&'s Finding, Refusal> {
    let it = known(state, no)?;
    apart(it, facts)?;
    match it.phase() {
        Phase::Suspected => Err(refuse("finding.unverified", "问题尚未核实", "请先核实")),
        Phase::Dismissed => Err(refuse("finding.dismissed", "问题经核实不成立", "无须处理")),
        // What is settled may still be taken further: a minor case that proves serious.
        Phase::Established | Phase::Handling | Phase::Settled => Ok(it),
    }
}

fn verify(
    state: &Check,
    no: FindingNo,
    gravity: Option<Gravity>,
    responsible: &[StaffId],
    opinion: &Text,
    facts: &CheckFacts<'_>,
) -> Result<CheckEvent, Refusal> {
    let it = known(state, no)?;
    apart(it, facts)?;
    if responsible.contains(&facts.actor.id) {
        return Err(refuse("finding.oneself", "涉及本人的问题不得由本人核实、处理", "请由其他人员办理"));
    }
    match it.phase() {
        Phase::Suspected => {}
        // A second verification may only make it graver.
        Phase::Established | Phase::Handling | Phase::Settled if gravity > it.gravity => {}
        Phase::Dismissed | Phase::Established | Phase::Handling | Phase::Settled => {
            return Err(refuse("finding.verified", "问题已经核实", "请按核实的结果处理"));
        }
    }
    required(opinion, "finding.opinion", &rule(), "opinion", "核实意见")?;
    let names_whom = match gravity {
        None => responsible.is_empty(),
        Some(Gravity::Minor) => true,
        Some(Gravity::Serious | Gravity::Crime) => !responsible.is_empty(),
    };
    if !names_whom {
        return Err(refuse(
            "finding.responsible",
            "情节严重、涉嫌犯罪的须写明责任人员；不成立的没有责任人员",
            "请核对责任人员",
        )
        .field("responsible", "请核对"));
    }
    let mut responsible = responsible.to_vec();
    responsible.sort_unstable();
    responsible.dedup();
    Ok(CheckEvent::Verified { finding: no, gravity, responsible, opinion: opinion.clone() })
}

fn rectify(state: &Check, no: FindingNo, report: &Text) -> Result<CheckEvent, Refusal> {
    let it = known(state, no)?;
    let waiting = it.orders.last().is_some_and(|o| o.rechecked.is_none());
    if !waiting {
        return Err(refuse("finding.unordered", "没有待整改的责令", "请核对"));
    }
    required(report, "finding.report", &rule(), "report", "整改情况")?;
    Ok(CheckEvent::Rectified { finding: no, report: report.clone() })
}

fn recheck(
    state: &Check,
    no: FindingNo,
    passed: bool,
    opinion: &Text,
    facts: &CheckFacts<'_>,
) -> Result<CheckEvent, Refusal> {
    let it = known(state, no)?;
    apart(it, facts)?;
    let Some(order) = it.orders.last().filter(|o| o.rechecked.is_none()) else {
        return Err(refuse("finding.unordered", "没有待复查的整改", "请先责令限期整改"));
    };
    match order.reported {
        // Nothing reported: a re-check may find that it was not done, not that it was.
        None if passed => {
            return Err(refuse("finding.unreported", "尚未报告整改情况", "请在报告后复查"));
        }
        Some((who, _)) if who == facts.actor.id => {
            return Err(refuse("finding.same_person", "报告整改的人不得复查", "请由其他人员复查"));
        }
        None | Some(_) => {}
    }
    if order.reported.is_none() && facts.today() <= order.due_on {
        return Err(refuse("finding.term", "整改期限未满，也没有报告整改情况", "请在期限届满后复查")
            .after(order.due_on.tomorrow().unwrap_or(order.due_on)));
    }
    required(opinion, "finding.opinion", &rule(), "opinion", "复查意见")?;
    Ok(CheckEvent::Rechecked { finding: no, passed, opinion: opinion.clone() })
}

fn refer(
    state: &Check,
    no: FindingNo,
    body: &Text,
    number: &DocumentNumber,
    facts: &CheckFacts<'_>,
) -> Result<CheckEvent, Refusal> {
    let it = established(state, no, facts)?;
    if !matches!(it.gravity, Some(Gravity::Serious | Gravity::Crime)) {
        return Err(refuse("finding.minor", "情节轻微的责令限期整改", "请责令限期整改"));
    }
    if it.referred.is_some() {
        return Err(refuse("finding.referred", "已经移送处分", "请登记处分结果"));
    }
    required(body, "finding.body", &rule(), "body", "受理的机关")?;
    if facts.number_used {
        return Err(number_used());
    }
    Ok(CheckEvent::Referred { finding: no, body: body.clone(), number: number.clone() })
}

fn transfer(
    state: &Check,
    no: FindingNo,
    recipient: &Text,
    number: &DocumentNumber,
    facts: &CheckFacts<'_>,
) -> Result<CheckEvent, Refusal> {
    let it = established(state, no, facts)?;
    if it.gravity != Some(Gravity::Crime) {
        return Err(refuse("finding.no_crime", "没有认定涉嫌犯罪", "请先核实"));
    }
    if it.transferred.is_some() {
        return Err(Refusal::new("finding.transferred", DUTY, "已经移送", "请登记移送回执"));
    }
    required(recipient, "finding.recipient", &DUTY, "recipient", "受移送机关")?;
    if facts.number_used {
        return Err(number_used());
    }
    Ok(CheckEvent::CrimeTransferred { finding: no, recipient: recipient.clone(), number: number.clone() })
}

/// What another body decided: discipline of a person, receipt of a transfer.
fn decided(state: &Check, command: &CheckCommand, facts: &CheckFacts<'_>) -> Result<CheckEvent, Refusal> {
    match command {
        CheckCommand::Discipline { finding, person, outcome, decision, on } => {
            let it = established(state, *finding, facts)?;
            let Some((_, referred)) = &it.referred else {
                return Err(refuse("finding.unreferred", "没有移送处分", "请先移送有权机关"));
            };
            if !it.responsible.contains(person) || it.disciplined.contains_key(person) {
                return Err(
                    refuse("finding.person", "不是待处理的责任人员", "请核对人员").field("person", "请核对")
                );
            }
            between(*on, *referred, facts.today())?;
            required(decision, "finding.decision", &rule(), "decision", "处分决定的文号和理由")?;
            Ok(CheckEvent::Disciplined {
                finding: *finding,
                person: *person,
                outcome: *outcome,
                decision: decision.clone(),
                on: *on,
            })
        }
        CheckCommand::Receipt { finding, receipt, on } => {
            let it = established(state, *finding, facts)?;
            let Some((_, transferred)) = it.transferred.as_ref().filter(|_| it.receipt.is_none()) else {
                return Err(Refusal::new("finding.untransferred", DUTY, "没有待回执的移送", "请先移送"));
            };
            between(*on, *transferred, facts.today())?;
            required(receipt, "finding.receipt", &DUTY, "receipt", "回执的文号和内容")?;
            Ok(CheckEvent::ReceiptRecorded { finding: *finding, receipt: receipt.clone(), on: *on })
        }
        CheckCommand::Verify { .. }
        | CheckCommand::Order { .. }
        | CheckCommand::Rectify { .. }
        | CheckCommand::Recheck { .. }
        | CheckCommand::Refer { .. }
        | CheckCommand::Transfer { .. }
        | CheckCommand::Plan { .. }
        | CheckCommand::Draw { .. }
        | CheckCommand::Open { .. }
        | CheckCommand::Enter { .. }
        | CheckCommand::Report { .. }
        | CheckCommand::Find { .. }
        | CheckCommand::Conclude { .. }
        | CheckCommand::Circulate { .. }
        | CheckCommand::Close {} => Err(refuse("finding.command", "不是处理问题的办理事项", "请核对")),
    }
}

fn between(on: Date, first: Date, today: Date) -> Result<(), Refusal> {
    if first <= on && on <= today {
        return Ok(());
    }
    Err(refuse("finding.on", "日期应在移送之后、今日以前", "请核对日期").field("on", "请核对"))
}
