//! Notice, defence and hearing.

use mingjing_domain::case::command::HearingPlan;
use mingjing_domain::case::state::{Hearing, PartyState};
use mingjing_domain::case::types::PartyNo;
use mingjing_domain::case::{CaseEvent, gate};
use mingjing_domain::period::Rule;
use serde_json::{Value, json};

use super::{Context, Fields, FillError, fields, with, words};

type Form = Result<(&'static str, Fields), FillError>;

/// A window of the party, in the law's words: it runs from the receipt, which
/// the notice itself cannot know.
fn window(rule: &Rule) -> String {
    format!("收到本告知书之日起{}内", rule.period.words())
}

fn told(cx: &Context<'_>) -> Result<Fields, FillError> {
    let CaseEvent::NoticeIssued { disposal, .. } = &cx.cause.1 else { return Err(cx.no_cause()) };
    let draft = cx.case.draft.as_ref().ok_or_else(|| cx.missing("facts", "违法事实"))?;
    let own = fields(json!({
        "party": cx.addressee()?,
        "defence_term": window(&cx.sources.law.defence),
        "hearing_term": window(&cx.sources.law.hearing_request),
        "contact": cx.contact(),
    }));
    Ok(with(with(cx.substance(&draft.substance)?, cx.disposal(disposal)), own))
}

pub(super) fn penalty_notice(cx: &Context<'_>) -> Form {
    Ok(("penalty_notice", told(cx)?))
}

pub(super) fn hearing_right_notice(cx: &Context<'_>) -> Form {
    let mut form = told(cx)?;
    let grounds = grounds(cx)?;
    if !grounds.is_empty() {
        form.insert("hearing_grounds".to_owned(), grounds.join("\n").into());
    }
    Ok(("hearing_rights_notice", form))
}

/// Why a hearing may be asked for beyond amounts and named kinds: as told with this notice, or
/// with the last one before it that said so, where nothing else gives the right.
fn grounds(cx: &Context<'_>) -> Result<Vec<String>, FillError> {
    let CaseEvent::NoticeIssued { rights, disposal, .. } = &cx.cause.1 else { return Err(cx.no_cause()) };
    let (_, state) = cx.party()?;
    let own = gate::hearing_right(disposal, state.party.kind, cx.sources.law);
    let before = state.earlier.iter().rev().map(|it| &it.rights).find(|it| !it.is_empty());
    let rights = if rights.is_empty() { before.filter(|_| !own).unwrap_or(rights) } else { rights };
    let mut out = Vec::new();
    for right in rights {
        let why = cx.text(&right.provision, "hearing_grounds", "要求听证的情形")?;
        let (item, ground) = (right.ground.item(), right.ground.label());
        out.push(format!(
            "属于《中华人民共和国行政处罚法》第六十三条第一款{item}规定的“{ground}”：{}",
            ended(&why)
        ));
    }
    Ok(out)
}

pub(super) fn defence_record(cx: &Context<'_>) -> Form {
    let CaseEvent::DefenceStated { on, statement, .. } = &cx.cause.1 else { return Err(cx.no_cause()) };
    let (_, state) = cx.party()?;
    let party = cx.party_fields(&state.party, "speaker")?;
    Ok((
        "defence_record",
        fields(json!({
            "case_name": cx.case_name()?,
            "started_at": on,
            "speaker": { "name": party["name"], "gender": party["gender"], "phone": party["phone"], "address": party["address"] },
            "officers": cx.officers(&cx.case.officers, "officers")?,
            "recorder": cx.person(cx.actor(), "recorder.name", "记录人")?,
            "statement": cx.text(statement, "statement", "陈述申辩记录")?,
        })),
    ))
}

fn openness(plan: &HearingPlan) -> &'static str {
    if plan.public { "公开举行" } else { "不公开举行" }
}

/// Those who conduct a hearing.
fn bench(cx: &Context<'_>, plan: &HearingPlan) -> Result<Fields, FillError> {
    Ok(fields(json!({
        "case_name": cx.case_name()?,
        "place": cx.line(&plan.place, "place", "听证地点")?,
        "openness": openness(plan),
        "chair": cx.person(plan.host, "chair.name", "听证主持人")?,
        "members": cx.people(&plan.members, "members", "听证员")?,
        "clerk": cx.person(plan.clerk, "clerk.name", "书记员")?,
    })))
}

pub(super) fn hearing_notice(cx: &Context<'_>) -> Form {
    let CaseEvent::HearingScheduled { plan, .. } = &cx.cause.1 else { return Err(cx.no_cause()) };
    let own = fields(json!({ "party": cx.addressee()?, "hearing_at": plan.on, "contact": cx.contact() }));
    Ok(("hearing_notice", with(bench(cx, plan)?, own)))
}

fn plan(state: &PartyState) -> Option<(&HearingPlan, bool)> {
    match &state.hearing {
        Hearing::Held { plan, attended, .. } => Some((plan, *attended)),
        Hearing::None | Hearing::Requested { .. } | Hearing::Scheduled { .. } | Hearing::Withdrawn => None,
    }
}

pub(super) fn hearing_record(cx: &Context<'_>) -> Form {
    let CaseEvent::HearingHeld(held) = &cx.cause.1 else { return Err(cx.no_cause()) };
    let (_, state) = cx.party()?;
    let (plan, _) = plan(state).ok_or_else(|| cx.no_cause())?;
    let text = cx.text(&held.record, "record", "听证记录")?;
    let mut agents = Vec::new();
    for (index, agent) in held.agents.iter().enumerate() {
        agents.push(json!({ "name": cx.line(agent, &format!("agents[{index}].name"), "委托代理人")? }));
    }
    let own = fields(json!({
        "started_at": plan.on,
        "officers": cx.officers(&held.presenters, "officers")?,
        "party": cx.party_fields(&state.party, "party")?,
        "agents": agents,
    }));
    let content = match speeches(&text) {
        Some(speeches) => json!({ "speeches": speeches }),
        None => json!({ "record": text }),
    };
    Ok(("hearing_record", with(with(bench(cx, plan)?, own), fields(content))))
}

/// Speeches where every line begins with the speaker; `None` otherwise.
fn speeches(record: &str) -> Option<Vec<Value>> {
    let mut out = Vec::new();
    for line in record.lines().map(str::trim).filter(|it| !it.is_empty()) {
        let (speaker, said) = line.split_once('：')?;
        if speaker.is_empty() || speaker.chars().count() > 20 || said.trim().is_empty() {
            return None;
        }
        out.push(json!({ "speaker": speaker, "words": said.trim() }));
    }
    (!out.is_empty()).then_some(out)
}

pub(super) fn hearing_report(cx: &Context<'_>) -> Form {
    let CaseEvent::HearingReported { report, .. } = &cx.cause.1 else { return Err(cx.no_cause()) };
    let (_, state) = cx.party()?;
    let (plan, attended) = plan(state).ok_or_else(|| cx.no_cause())?;
    let name = cx.line(&state.party.name, "summary", "当事人")?;
    let came = if attended {
        "到场参加听证"
    } else {
        "无正当理由未到场或者擅自退场，视为放弃听证权利"
    };
    let place = cx.line(&plan.place, "summary", "听证地点")?;
    let summary = format!("本机关于{}在{place}{}听证，{name}{came}。", words(plan.on), openness(plan));
    let report = cx.text(report, "chair_opinion.opinion", "主持人意见")?;
    let own = fields(json!({
        "hearing_at": plan.on,
        "summary": summary,
        "chair_opinion": cx.signed("chair_opinion", "主持人意见", &report, plan.host, cx.day())?,
    }));
    Ok(("hearing_report", with(bench(cx, plan)?, own)))
}

/// How a party was told, what it said, and what became of it: the paragraph of
/// a decision on defence and hearing (行政处罚法第四十五条、第六十三条).
pub(super) fn course(cx: &Context<'_>, _no: PartyNo, state: &PartyState) -> Result<String, FillError> {
    let notice = state.notice.as_ref().ok_or_else(|| cx.missing("defence_review", "告知情况"))?;
    let document = cx.case.document(notice.document).ok_or_else(|| cx.missing("defence_review", "告知书"))?;
    let served = document.service.as_ref().ok_or_else(|| cx.missing("defence_review", "告知书送达情况"))?;
    let number = document.number.as_ref().map(ToString::to_string).unwrap_or_default();
    let day = words(served.effective_on);
    let mut lines = vec![format!("本机关于{day}向当事人送达{number}《{}》。", document.kind.label())];
    for d in &state.defences {
        let said = cx.text(&d.statement, "defence_review", "陈述申辩内容")?;
        let (adoption, reasons) =
            d.answer.as_ref().ok_or_else(|| cx.missing("defence_review", "陈述申辩的复核意见"))?;
        let reasons = cx.text(reasons, "defence_review", "陈述申辩的复核意见")?;
        lines.push(format!("{}，当事人提出陈述、申辩：{}", words(d.on), ended(&said)));
        lines.push(format!("经复核，{}：{}", adoption.label(), ended(&reasons)));
    }
    if state.defences.is_empty() {
        let waived = "当事人明确表示放弃陈述、申辩。";
        let silent = "当事人在规定期限内未提出陈述、申辩。";
        lines.push(if state.waived.is_some() { waived } else { silent }.to_owned());
    }
    lines.extend(heard(cx, state)?);
    Ok(lines.join("\n"))
}

fn heard(cx: &Context<'_>, state: &PartyState) -> Result<Option<String>, FillError> {
    Ok(match &state.hearing {
        Hearing::Held { plan, attended, .. } => {
            let came = if *attended { "" } else { "当事人未到场，视为放弃听证权利。" };
            Some(format!("当事人要求听证，本机关于{}{}听证。{came}", words(plan.on), openness(plan)))
        }
        Hearing::Withdrawn => Some("当事人撤回了听证申请。".to_owned()),
        Hearing::None if state.hearing_told => Some("当事人在规定期限内未要求举行听证。".to_owned()),
        Hearing::None => None,
        Hearing::Requested { .. } | Hearing::Scheduled { .. } => {
            return Err(cx.missing("defence_review", "听证情况"));
        }
    })
}

/// A sentence with its full stop.
fn ended(text: &str) -> String {
    if text.ends_with(['。', '！', '？', '；']) { text.to_owned() } else { format!("{text}。") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeches_are_read_only_where_every_line_names_its_speaker() {
        let read = speeches("主持人：现在开始。\n当事人：我有异议。").unwrap();
        assert_eq!(read[1]["speaker"], "当事人");
        assert_eq!(speeches("现在开始"), None);
        assert_eq!(speeches("主持人："), None);
    }
}
