//! Investigation: questioning, scene, preservation, correction, the closing report.

use mingjing_domain::calendar::Due;
use mingjing_domain::case::command::PreservedItem;
use mingjing_domain::case::state::Preservation;
use mingjing_domain::case::types::DocumentKind;
use mingjing_domain::case::{CaseEvent, Proposal};
use serde_json::{Value, json};

use super::{Context, Fields, FillError, fields, with};

type Form = Result<(&'static str, Fields), FillError>;

pub(super) fn notice(cx: &Context<'_>) -> Form {
    let CaseEvent::InquiryNotified { person, details, .. } = &cx.cause.1 else { return Err(cx.no_cause()) };
    Ok((
        "inquiry_notice",
        fields(json!({
            "party": cx.addressee()?,
            "cause": cx.cause_words()?,
            "person": cx.line(person, "person", "被询问人")?,
            "details": cx.text(details, "details", "询问时间、地点和应当携带的材料")?,
            "contact": cx.contact(),
        })),
    ))
}

/// Questions and answers where the record is written line by line as 问 and 答;
/// `None` where it is written otherwise, and then it is printed as it stands.
pub(super) fn turns(record: &str) -> Option<Vec<Value>> {
    let mut out: Vec<(String, Option<String>)> = Vec::new();
    for line in record.lines().map(str::trim).filter(|it| !it.is_empty()) {
        let after = |mark: char| line.strip_prefix(mark).and_then(|rest| rest.strip_prefix(['：', ':']));
        if let Some(question) = after('问') {
            out.push((question.trim().to_owned(), None));
        } else if let Some(answer) = after('答') {
            let last = out.last_mut().filter(|(_, answer)| answer.is_none())?;
            last.1 = Some(answer.trim().to_owned());
        } else {
            let (question, answer) = out.last_mut()?;
            let open = answer.as_mut().unwrap_or(question);
            open.push('\n');
            open.push_str(line);
        }
    }
    let whole = !out.is_empty()
        && out.iter().all(|(question, answer)| {
            !question.is_empty() && answer.as_ref().is_some_and(|it| !it.is_empty())
        });
    whole.then(|| out.into_iter().map(|(q, a)| json!({ "question": q, "answer": a })).collect())
}

pub(super) fn record(cx: &Context<'_>) -> Form {
    let CaseEvent::InquiryRecorded { session, person, record, .. } = &cx.cause.1 else {
        return Err(cx.no_cause());
    };
    let who = cx.line(person, "subject.name", "被询问人")?;
    let text = cx.text(record, "record", "询问记录")?;
    let before = cx.sources.events.iter().filter(|(meta, event)| {
        meta.version <= cx.cause.0.version
            && matches!(event, CaseEvent::InquiryRecorded { person: it, .. } if it.value() == person.value())
    });
    let content = match turns(&text) {
        Some(turns) => json!({ "turns": turns }),
        None => json!({ "record": text }),
    };
    let own = fields(json!({
        "case_name": cx.case_name()?,
        "started_at": session.started_at.to_string(),
        "ended_at": session.ended_at.to_string(),
        "session": before.count(),
        "place": cx.line(&session.place, "place", "询问地点")?,
        "subject": { "name": who },
        "officers": cx.officers(&session.officers, "officers")?,
        "recorder": cx.person(cx.actor(), "recorder.name", "记录人")?,
    }));
    Ok(("inquiry_record", with(own, fields(content))))
}

pub(super) fn scene(cx: &Context<'_>) -> Form {
    let CaseEvent::SceneRecorded { session, record, witnessed } = &cx.cause.1 else {
        return Err(cx.no_cause());
    };
    let presence = if *witnessed {
        "当事人或者邀请的见证人在场"
    } else {
        "当事人不在场，没有邀请见证人"
    };
    Ok((
        "site_inspection_record",
        fields(json!({
            "case_name": cx.case_name()?,
            "started_at": session.started_at.to_string(),
            "ended_at": session.ended_at.to_string(),
            "place": cx.line(&session.place, "place", "勘验场所")?,
            "officers": cx.officers(&session.officers, "officers")?,
            "presence": presence,
            "recorder": cx.person(cx.actor(), "recorder.name", "记录人")?,
            "findings": cx.text(record, "findings", "勘验情况")?,
        })),
    ))
}

/// The registration that this act orders or handles, from 1.
fn preservation<'c>(cx: &'c Context<'_>) -> Result<(usize, &'c Preservation), FillError> {
    let number = match cx.proposed()? {
        Proposal::Preserve(_) => cx.case.preservations.len(),
        Proposal::DisposePreservation(d) => usize::from(d.preservation),
        Proposal::ExtendCheck
        | Proposal::File(_)
        | Proposal::NotFile
        | Proposal::Suspend { .. }
        | Proposal::Resume
        | Proposal::Extend { .. }
        | Proposal::Withdraw
        | Proposal::Dispose
        | Proposal::Transfer(_)
        | Proposal::Defer(_)
        | Proposal::Amend(_)
        | Proposal::Enforce(_)
        | Proposal::PauseEnforcement(_)
        | Proposal::ResumeEnforcement(_)
        | Proposal::EndEnforcement(_)
        | Proposal::Agree(_)
        | Proposal::Substitute(_)
        | Proposal::Close { .. } => return Err(cx.no_cause()),
    };
    let state =
        number.checked_sub(1).and_then(|at| cx.case.preservations.get(at)).ok_or_else(|| cx.no_cause())?;
    Ok((number, state))
}

/// Number and day of the notice of the `number`-th registration.
fn notice_of(cx: &Context<'_>, number: usize) -> Result<(String, jiff::civil::Date), FillError> {
    let mut notices = cx.case.documents.iter().filter(|d| d.kind == DocumentKind::PreservationNotice);
    let document = notices.nth(number - 1).ok_or_else(|| cx.missing("notice_number", "通知书文号"))?;
    let number = document.number.as_ref().ok_or_else(|| cx.missing("notice_number", "通知书文号"))?;
    Ok((number.to_string(), document.issued_on))
}

fn items(cx: &Context<'_>, items: &[PreservedItem]) -> Result<Value, FillError> {
    cx.items(items)
}

fn approval(cx: &Context<'_>) -> Result<Fields, FillError> {
    let proposal = cx.cause_proposal()?;
    let (_, state) = preservation(cx)?;
    let mut form = cx.approval_form(proposal)?;
    // The head of the handling unit signs once, in the unit's own field.
    let unit = form.remove("review").unwrap_or(Value::Null);
    let own = fields(json!({
        "case_summary": cx.text(&cx.case.clue.summary, "case_summary", "案件基本情况")?,
        "items": items(cx, &state.preserving.items)?,
        "reasons": cx.text(&proposal.opinion, "reasons", "提请理由及依据")?,
        "preservation_method": cx.line(&state.preserving.manner, "preservation_method", "保存方式")?,
        "unit_opinion": unit,
    }));
    Ok(with(form, own))
}

pub(super) fn preservation_approval(cx: &Context<'_>) -> Form {
    Ok(("preservation_approval", approval(cx)?))
}

pub(super) fn preservation_disposal_approval(cx: &Context<'_>) -> Form {
    Ok(("preservation_disposal_approval", approval(cx)?))
}

pub(super) fn preservation_notice(cx: &Context<'_>) -> Form {
    let (_, state) = preservation(cx)?;
    let law = cx.sources.law;
    Ok((
        "preservation_notice",
        fields(json!({
            "party": cx.addressee()?,
            "cause": cx.cause_words()?,
            "preservation_method": cx.line(&state.preserving.manner, "preservation_method", "保存方式")?,
            "disposal_due": cx.limit(&law.preserve, state.on, "先行登记保存之日", Due::earliest)?,
            "officers": cx.officers(&cx.case.officers, "officers")?,
            "contact": cx.contact(),
        })),
    ))
}

pub(super) fn preservation_list(cx: &Context<'_>) -> Form {
    let (number, state) = preservation(cx)?;
    Ok((
        "preservation_list",
        fields(json!({
            "notice_number": notice_of(cx, number)?.0,
            "party": cx.addressee()?,
            "items": items(cx, &state.preserving.items)?,
            "officers": cx.officers(&cx.case.officers, "officers")?,
        })),
    ))
}

pub(super) fn preservation_disposal(cx: &Context<'_>) -> Form {
    let (number, state) = preservation(cx)?;
    let (notice, _) = notice_of(cx, number)?;
    let (disposal, _) = state.disposed.ok_or_else(|| cx.missing("disposal", "处理决定"))?;
    let own = fields(json!({
        "party": cx.addressee()?,
        "notice_number": notice,
        "notice_date": state.on,
        "items": items(cx, &state.preserving.items)?,
        "disposal": format!("{}。", disposal.label()),
    }));
    Ok(("preservation_disposal_decision", with(own, cx.remedies())))
}

pub(super) fn correction_order(cx: &Context<'_>) -> Form {
    let CaseEvent::CorrectionOrdered { items, due_on, .. } = &cx.cause.1 else { return Err(cx.no_cause()) };
    let text = cx.text(items, "problems", "存在的问题")?;
    let problems: Vec<Value> = text
        .lines()
        .map(|line| line.trim().trim_end_matches(['。', '；']))
        .filter(|line| !line.is_empty())
        .map(|line| json!({ "problem": line, "due": due_on }))
        .collect();
    let own = fields(json!({
        "party": cx.addressee()?,
        "problems": problems,
        "law_basis": "《中华人民共和国行政处罚法》第二十八条第一款的规定",
        "officers": cx.officers(&cx.case.officers, "officers")?,
    }));
    Ok(("rectification_order", with(own, cx.remedies())))
}

pub(super) fn correction_recheck(cx: &Context<'_>) -> Form {
    let CaseEvent::CorrectionRechecked { order, corrected, opinion } = &cx.cause.1 else {
        return Err(cx.no_cause());
    };
    let at = usize::from(*order).checked_sub(1).ok_or_else(|| cx.no_cause())?;
    let ordered = cx.case.corrections.get(at).ok_or_else(|| cx.no_cause())?;
    let document = ordered.document.and_then(|it| cx.case.document(it));
    let document = document.ok_or_else(|| cx.missing("order_number", "原文书文号"))?;
    let number = document.number.as_ref().ok_or_else(|| cx.missing("order_number", "原文书文号"))?;
    Ok((
        "rectification_review",
        fields(json!({
            "party": cx.addressee()?,
            "order_number": number.to_string(),
            "order_date": document.issued_on,
            "order_name": document.kind.label(),
            "reviewed": [{
                "problem": cx.line(&ordered.items, "reviewed[0].problem", "原存在问题")?,
                "finding": if *corrected { "已经整改" } else { "没有完成整改" },
            }],
            "conclusion": cx.text(opinion, "conclusion", "复查意见")?,
            "officers": cx.officers(&cx.case.officers, "officers")?,
        })),
    ))
}

pub(super) fn closing_report(cx: &Context<'_>) -> Form {
    let CaseEvent::Concluded(said) = &cx.cause.1 else { return Err(cx.no_cause()) };
    let own = fields(json!({
        "parties": cx.parties()?,
        "report": cx.text(&said.report, "report", "调查终结报告")?,
        "evidence": cx.evidence(None)?,
        "officers": cx.officers(&cx.case.officers, "officers")?,
    }));
    Ok(("investigation_report", with(cx.head()?, own)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_in_questions_and_answers_is_read_and_any_other_stays_as_it_is() {
        let read = turns("问：你是谁？\n答：我是员工。\n做了三年。\n问: 为什么？\n答: 不知道。").unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(read[0]["answer"], "我是员工。\n做了三年。");
        for other in ["", "他说不知道。", "答：先答后问。\n问：什么？", "问：什么？", "问：\n答：空"]
        {
            assert_eq!(turns(other), None, "{other}");
        }
    }
}
