//! The legal review: submission, opinion, answer, re-review.

use jiff::Timestamp;
use mingjing_domain::case::CaseEvent;
use mingjing_domain::case::types::{DocumentKind, Opinion, Stand};
use mingjing_domain::matter::Meta;
use serde_json::{Value, json};

use super::{Context, Fields, FillError, fields, given};

type Form = Result<(&'static str, Fields), FillError>;

pub(super) fn submission(cx: &Context<'_>) -> Form {
    let CaseEvent::ReviewSubmitted { digest, triggers, opinion, .. } = &cx.cause.1 else {
        return Err(cx.no_cause());
    };
    let draft = cx.case.at_hand().ok_or_else(|| cx.missing("proposed_decision", "拟作出的决定"))?;
    let mut reasons: Vec<Value> = triggers.iter().map(|it| json!({ "text": it.label() })).collect();
    if reasons.is_empty() {
        let all = &cx.sources.law.review_all;
        let text = if all.value {
            format!("依照{}须经审核", all.citation)
        } else {
            "承办机构报请审核".to_owned()
        };
        reasons.push(json!({ "text": text }));
    }
    let proposed = cx.disposals(&draft.substance)?;
    let lines: Vec<&str> = proposed
        .get("decision_items")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|it| it["text"].as_str())
        .collect();
    let opinion = cx.text(opinion, "unit_opinion.opinion", "承办机构意见")?;
    Ok((
        "review_submission",
        fields(json!({
            "case_name": cx.case_name()?,
            "parties": cx.parties()?,
            "decision_kind": "行政处罚决定",
            "triggers": reasons,
            "proposed_decision": lines.join("\n"),
            "draft_digest": digest,
            "materials": materials(cx)?,
            "unit_opinion": cx.signed("unit_opinion", "承办机构意见", &opinion, cx.actor(), cx.day())?,
            "submitted_at": cx.cause.0.moment.recorded_at.to_string(),
        })),
    ))
}

/// The file as it goes to review.
fn materials(cx: &Context<'_>) -> Result<Value, FillError> {
    let mut out = Vec::new();
    for document in cx.case.documents.iter().take(usize::from(cx.no).saturating_sub(1)) {
        let number = document.number.as_ref().map(ToString::to_string).unwrap_or_default();
        out.push(json!({ "name": format!("{}{number}", document.kind.label()), "copies": "1份" }));
    }
    for (index, e) in cx.case.evidence.iter().enumerate() {
        let name = cx.line(&e.name, &format!("materials[{index}].name"), "材料名称")?;
        out.push(json!({ "name": format!("证据{}：{name}", index + 1), "copies": "1份", "remark": e.kind.label() }));
    }
    Ok(out.into())
}

/// When the review in hand was submitted.
fn received(cx: &Context<'_>) -> Result<Timestamp, FillError> {
    let at = last(cx, |event| matches!(event, CaseEvent::ReviewSubmitted { .. }));
    at.map(|(meta, _)| meta.moment.recorded_at).ok_or_else(|| cx.missing("received_at", "收件时间"))
}

/// The newest event up to the act of which `pick` holds.
fn last<'c>(cx: &'c Context<'_>, pick: fn(&CaseEvent) -> bool) -> Option<&'c (Meta, CaseEvent)> {
    cx.sources.events.iter().rev().find(|(meta, event)| meta.version <= cx.cause.0.version && pick(event))
}

pub(super) fn opinion(cx: &Context<'_>) -> Form {
    let CaseEvent::OpinionSigned { note, .. } = &cx.cause.1 else { return Err(cx.no_cause()) };
    let review = &cx.case.review;
    let (opinion, reasons) = review.opinion.as_ref().ok_or_else(|| cx.missing("conclusion", "审核结论"))?;
    let reviewer = review.reviewer.ok_or_else(|| cx.missing("reviewer", "审核人"))?;
    let mut points = Vec::new();
    for (index, f) in review.findings.iter().enumerate() {
        points.push(json!({
            "point": f.point.label(),
            "finding": if f.pass { "符合要求" } else { "不符合要求" },
            "opinion": cx.text(&f.finding, &format!("points[{index}].opinion"), "审核意见")?,
        }));
    }
    let (number, _) = cx.number_before(DocumentKind::ReviewSubmission, None, "submission_number")?;
    let submitter =
        last(cx, |event| matches!(event, CaseEvent::ReviewSubmitted { .. })).map(|(meta, _)| meta.actor);
    let unit = submitter.map(|id| (cx.sources.people)(id).unit).unwrap_or_default();
    let note = note.value().map(str::trim).filter(|it| !it.is_empty()).unwrap_or("同意，签发。");
    Ok((
        "review_opinion",
        fields(json!({
            "case_name": cx.case_name()?,
            "handling_unit": given(&unit),
            "submission_number": number,
            "draft_digest": review.digest,
            "points": points,
            "conclusion": opinion.label(),
            "reasons": cx.text(reasons, "reasons", "理由")?,
            "reviewer": cx.name_of(reviewer, "reviewer", "审核人")?,
            "reviewer_qualification": given(&(cx.sources.people)(reviewer).qualification),
            "received_at": received(cx)?.to_string(),
            "finished_at": cx.cause.0.moment.recorded_at.to_string(),
            "unit_opinion": cx.signed("unit_opinion", "法制审核机构负责人意见", note, cx.actor(), cx.day())?,
        })),
    ))
}

pub(super) fn feedback(cx: &Context<'_>) -> Form {
    let CaseEvent::OpinionAnswered { stand, answer } = &cx.cause.1 else { return Err(cx.no_cause()) };
    let (opinion, reasons) =
        cx.case.review.opinion.as_ref().ok_or_else(|| cx.missing("responses", "审核意见要点"))?;
    let (number, date) = cx.number_before(DocumentKind::ReviewOpinion, None, "opinion_number")?;
    let again = match (opinion, stand) {
        (Opinion::Correct | Opinion::MoreInvestigation, Stand::Adopted | Stand::PartlyAdopted) => true,
        (Opinion::Correct | Opinion::MoreInvestigation, Stand::Disputed)
        | (Opinion::Agree | Opinion::DoNotDecide | Opinion::Transfer, _) => false,
    };
    Ok((
        "review_feedback",
        fields(json!({
            "case_name": cx.case_name()?,
            "opinion_number": number,
            "opinion_date": date,
            "responses": [{
                "point": format!("{}：{}", opinion.label(), cx.text(reasons, "responses[0].point", "审核意见要点")?),
                "stand": stand.label(),
                "handling": cx.text(answer, "responses[0].handling", "处理情况及理由")?,
            }],
            "resubmitted": again,
            "unit_opinion": cx.signed("unit_opinion", "承办机构意见", stand.label(), cx.actor(), cx.day())?,
        })),
    ))
}

pub(super) fn re_review_request(cx: &Context<'_>) -> Form {
    let CaseEvent::ReReviewRequested { reason } = &cx.cause.1 else { return Err(cx.no_cause()) };
    let (opinion, reasons) =
        cx.case.review.opinion.as_ref().ok_or_else(|| cx.missing("conclusion", "原审核结论"))?;
    let (number, date) = cx.number_before(DocumentKind::ReviewOpinion, None, "opinion_number")?;
    Ok((
        "re_review_request",
        fields(json!({
            "case_name": cx.case_name()?,
            "opinion_number": number,
            "opinion_date": date,
            "conclusion": format!("{}：{}", opinion.label(), cx.text(reasons, "conclusion", "原审核结论")?),
            "objections": cx.text(reason, "objections", "异议和理由")?,
            "unit_opinion": cx.signed("unit_opinion", "承办机构意见", "申请复核。", cx.actor(), cx.day())?,
        })),
    ))
}

pub(super) fn re_review(cx: &Context<'_>) -> Form {
    let CaseEvent::ReReviewed { members, opinion, reasons, findings } = &cx.cause.1 else {
        return Err(cx.no_cause());
    };
    let asked = last(cx, |event| matches!(event, CaseEvent::ReReviewRequested { .. }));
    let Some((meta, CaseEvent::ReReviewRequested { reason })) = asked else {
        return Err(cx.missing("applied_on", "申请复核日期"));
    };
    let mut names = Vec::new();
    for id in members {
        names.push(cx.name_of(*id, "joint_study", "参加复核的人员")?);
    }
    let mut reasons = cx.text(reasons, "joint_study", "共同研究情况")?;
    for f in findings {
        let finding = cx.text(&f.finding, "joint_study", "复核意见")?;
        let stands = if f.pass { "符合要求" } else { "不符合要求" };
        reasons.push_str(&format!("\n{}：{stands}。{finding}", f.point.label()));
    }
    let (number, _) = cx.number_before(DocumentKind::ReviewOpinion, None, "opinion_number")?;
    let conclusion = format!("复核结论为“{}”。", opinion.label());
    Ok((
        "re_review_opinion",
        fields(json!({
            "case_name": cx.case_name()?,
            "opinion_number": number,
            "applied_on": meta.moment.day(),
            "objections": cx.text(reason, "objections", "异议点")?,
            "joint_study": format!("参加人员：{}。\n{reasons}", names.join("、")),
            "conclusion": opinion.label(),
            "review": cx.signed("review", "法制审核机构意见", &conclusion, cx.actor(), cx.day())?,
        })),
    ))
}
