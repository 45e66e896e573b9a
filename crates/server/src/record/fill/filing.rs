//! From the clue to the filing, and the approvals that stop, prolong or end a case.

use mingjing_domain::case::CaseEvent;
use mingjing_domain::case::clock;
use mingjing_domain::case::event::{RecusalDecision, RecusalRequest};
use mingjing_domain::case::types::DocumentKind;
use mingjing_domain::informant::ROLE;
use mingjing_domain::matter::MatterId;
use serde_json::{Value, json};

use super::{Context, Fields, FillError, fields, given, with, words};

type Form = Result<(&'static str, Fields), FillError>;

/// An informant is cited by a role alone (house rule 2.13).
fn informant(id: Option<MatterId>) -> Value {
    id.map_or(Value::Null, |_| json!(ROLE))
}

pub(super) fn clue(cx: &Context<'_>) -> Form {
    let clue = &cx.case.clue;
    let received = &cx.sources.events.first().ok_or_else(|| cx.no_cause())?.0.moment;
    Ok((
        "complaint_register",
        fields(json!({
            "source_kind": clue.source.label(),
            "received_at": received.recorded_at.to_string(),
            "informant_code": informant(clue.informant),
            "subject_name": cx.line(&clue.subject, "subject_name", "被举报对象")?,
            "contents": cx.text(&clue.summary, "contents", "举报内容")?,
            "registrar": cx.name_of(cx.case.registered_by, "registrar", "登记人")?,
        })),
    ))
}

pub(super) fn filing(cx: &Context<'_>) -> Form {
    let clue = &cx.case.clue;
    let own = fields(json!({
        "clue_source": clue.source.label(),
        "occurred_at": cx.case.filed.as_ref().map(|it| it.filing.violation_on),
        "case_summary": cx.text(&clue.summary, "case_summary", "案件基本情况")?,
    }));
    Ok(("case_filing_approval", with(cx.approval_form(cx.cause_proposal()?)?, own)))
}

pub(super) fn no_filing(cx: &Context<'_>) -> Form {
    let clue = &cx.case.clue;
    let proposal = cx.cause_proposal()?;
    let own = fields(json!({
        "clue_source": clue.source.label(),
        "parties": [{ "name": cx.line(&clue.subject, "parties[0].name", "被核查对象")? }],
        "verification_result": cx.text(&clue.summary, "verification_result", "核查情况")?,
        "reasons": cx.text(&proposal.opinion, "reasons", "不予立案理由及依据")?,
    }));
    Ok(("no_filing_approval", with(cx.chain(proposal)?, own)))
}

pub(super) fn suspension(cx: &Context<'_>) -> Form {
    let proposal = cx.cause_proposal()?;
    let opinion = cx.text(&proposal.opinion, "reasons", "情形及理由")?;
    let last = cx.case.suspensions.last().ok_or_else(|| cx.no_cause())?;
    let own = if let CaseEvent::Suspended { ground, .. } = &cx.cause.1 {
        json!({
            "kind": "中止调查", "reasons": format!("{}。\n{opinion}", ground.label()), "from": last.0,
        })
    } else {
        json!({
            "kind": "恢复调查", "reasons": opinion, "from": last.0, "until": last.1,
            "excluded_days": last.1.and_then(|until| last.0.until(until).ok()).map(|span| span.get_days()),
        })
    };
    Ok(("suspension_approval", with(cx.approval_form(proposal)?, fields(own))))
}

pub(super) fn extension(cx: &Context<'_>) -> Form {
    let proposal = cx.cause_proposal()?;
    let facts = cx.facts();
    let mut before = cx.case.clone();
    before.extensions.pop();
    let day = |case| {
        let limit = clock::decision_limit(case, &facts).map_err(|e| cx.limit_error("办案期限", &e))?;
        limit.map(|it| it.due.latest()).ok_or_else(|| cx.missing("filed_on", "立案日期"))
    };
    let own = fields(json!({
        "filed_on": cx.filed_on()?,
        "due_before": day(&before)?,
        "due_after": day(&cx.case)?,
        "reasons": cx.text(&proposal.opinion, "reasons", "延期理由及依据")?,
    }));
    Ok(("extension_approval", with(cx.approval_form(proposal)?, own)))
}

pub(super) fn withdrawal(cx: &Context<'_>) -> Form {
    let proposal = cx.cause_proposal()?;
    let (number, _) = cx.number_before(DocumentKind::FilingApproval, None, "filing_number")?;
    let own = fields(json!({
        "kind": "撤销立案",
        "filing_number": number,
        "filed_on": cx.filed_on()?,
        "reasons": cx.text(&proposal.opinion, "reasons", "理由及依据")?,
    }));
    Ok(("case_withdrawal_approval", with(cx.approval_form(proposal)?, own)))
}

pub(super) fn transfer_approval(cx: &Context<'_>) -> Form {
    let proposal = cx.cause_proposal()?;
    let own = fields(json!({
        "receiver": receiver(cx)?,
        "case_summary": findings(cx, "case_summary", "案件基本情况")?,
        "reasons": cx.text(&proposal.opinion, "reasons", "移送理由及依据")?,
    }));
    Ok(("transfer_approval", with(cx.approval_form(proposal)?, own)))
}

fn receiver(cx: &Context<'_>) -> Result<String, FillError> {
    let CaseEvent::Transferred { transferring, .. } = &cx.cause.1 else { return Err(cx.no_cause()) };
    cx.line(&transferring.recipient, "receiver", "受移送机关")
}

/// What is known of the facts: as drafted, as reported, or as the clue says.
fn findings(cx: &Context<'_>, field: &str, label: &str) -> Result<String, FillError> {
    match (&cx.case.draft, &cx.case.conclusion) {
        (Some(draft), _) => cx.text(&draft.substance.facts, field, label),
        (None, Some(conclusion)) => cx.text(&conclusion.said.report, field, label),
        (None, None) => cx.text(&cx.case.clue.summary, field, label),
    }
}

/// The file that goes along: documents that are made, and evidence.
fn attachments(cx: &Context<'_>) -> Result<Value, FillError> {
    let mut out = Vec::new();
    for document in cx.case.documents.iter().take(usize::from(cx.no).saturating_sub(1)) {
        let number = document.number.as_ref().map(ToString::to_string).unwrap_or_default();
        out.push(json!({
            "name": format!("{}{number}", document.kind.label()),
            "copies": 1,
            "pages": document.made.as_ref().map(|it| it.pages),
        }));
    }
    for (index, e) in cx.case.evidence.iter().enumerate() {
        let name = cx.line(&e.name, &format!("attachments[{index}].name"), "材料名称")?;
        out.push(json!({ "name": format!("{}：{name}", e.kind.label()), "copies": 1 }));
    }
    Ok(out.into())
}

pub(super) fn transfer_letter(cx: &Context<'_>) -> Form {
    Ok((
        "transfer_letter",
        fields(json!({
            "receiver": receiver(cx)?,
            "case_name": cx.case_name()?,
            "investigated_on": cx.case.filed.as_ref().map(|it| it.on).or(cx.case.checked_from),
            "findings": findings(cx, "findings", "调查发现的情况")?,
            "law_basis": "《住房和城乡建设行政处罚程序规定》第六条",
            "attachments": attachments(cx)?,
            "contact": cx.contact(),
        })),
    ))
}

pub(super) fn crime_transfer_letter(cx: &Context<'_>) -> Form {
    Ok((
        "criminal_transfer_letter",
        fields(json!({
            "receiver": receiver(cx)?,
            "procuratorate": given(&cx.sources.organ.procuratorate),
            "case_name": cx.case_name()?,
            "parties": cx.parties()?,
            "findings": findings(cx, "findings", "案件情况")?,
            "attachments": attachments(cx)?,
            "contact": cx.contact(),
        })),
    ))
}

pub(super) fn recusal(cx: &Context<'_>) -> Form {
    let CaseEvent::RecusalDecided(RecusalDecision { officer, grant, reason, .. }) = &cx.cause.1 else {
        return Err(cx.no_cause());
    };
    let request = cx.sources.events.iter().rev().find_map(|(meta, event)| {
        let CaseEvent::RecusalRequested(RecusalRequest { officer: it, by_party, reason }) = event else {
            return None;
        };
        (it == officer && meta.version < cx.cause.0.version).then_some((meta, *by_party, reason))
    });
    let (meta, by_party, asked) = request.ok_or_else(|| cx.missing("applied_on", "申请日期"))?;
    let party = match cx.case.parties.first().filter(|_| by_party) {
        Some(state) => json!({
            "name": cx.line(&state.party.name, "party.name", "申请人")?,
            "is_person": matches!(state.party.kind, mingjing_domain::case::types::PartyKind::Person),
        }),
        None => json!({ "name": cx.name_of(meta.actor, "party.name", "申请人")?, "is_person": true }),
    };
    let sheet = (cx.sources.people)(*officer);
    let name = cx.name_of(*officer, "officer_name", "被申请回避人员")?;
    let decision = if *grant {
        format!("{name}自{}起回避本案", words(cx.day()))
    } else {
        format!("驳回对{name}的回避申请")
    };
    Ok((
        "recusal_decision",
        fields(json!({
            "party": party,
            "case_name": cx.case_name()?,
            "officer_name": name,
            "officer_position": given(&sheet.post),
            "applied_on": meta.moment.day(),
            "reasons": cx.text(asked, "reasons", "申请回避的理由")?,
            "decision": decision,
            "decision_reasons": cx.text(reason, "decision_reasons", "决定的理由")?,
        })),
    ))
}
