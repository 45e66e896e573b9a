//! The organ's own enforcement and 代履行.

use mingjing_domain::case::CaseEvent;
use mingjing_domain::case::enforcement::{self, EnforcementManner, Enforcing, Granted};
use mingjing_domain::case::gate;
use mingjing_domain::case::substitute::{SubstituteDone, Substituting};
use mingjing_domain::case::types::{DocumentNo, Session};
use serde_json::{Value, json};

use super::{Context, Fields, FillError, fields, given, with};

type Form = Result<(&'static str, Fields), FillError>;

/// The number of a document of the case; null without one.
fn number(cx: &Context<'_>, no: DocumentNo) -> Value {
    let number = cx.case.document(no).and_then(|it| it.number.as_ref());
    number.map_or(Value::Null, |it| json!(it.to_string()))
}

/// The order to correct that is demanded or enforced: its document, and the duty.
fn order(cx: &Context<'_>, no: Option<u16>) -> Result<Fields, FillError> {
    let Some(no) = no else { return Ok(Fields::new()) };
    let missing = || cx.missing("order_number", "责令改正的文号");
    let order = enforcement::order(&cx.case, no).ok_or_else(missing)?;
    let document = order.document.and_then(|it| cx.case.document(it)).ok_or_else(missing)?;
    let number = document.number.as_ref().ok_or_else(missing)?.to_string();
    Ok(fields(json!({
        "order_date": document.issued_on,
        "order_number": number,
        "order_name": document.kind.label(),
    })))
}

pub(super) fn order_demand(cx: &Context<'_>) -> Form {
    let CaseEvent::OrderDemanded(it) = &cx.cause.1 else { return Err(cx.no_cause()) };
    let no = it.demand.order;
    let found = enforcement::order(&cx.case, no).ok_or_else(|| cx.missing("duties", "应当履行的义务"))?;
    let substitute = cx.case.substitutions.iter().rfind(|s| s.done.is_none() && s.what.order == Some(no));
    let article = if substitute.is_some() { "第五十一条第一款第二项" } else { "第三十五条" };
    let own = fields(json!({
        "party": cx.addressee()?,
        "duties": cx.text(&found.items, "duties", "应当履行的义务")?,
        "due": it.demand.due_on,
        "manner": cx.text(&it.demand.manner, "manner", "履行义务的方式")?,
        "article": article,
        "substitute_number": substitute.map_or(Value::Null, |s| number(cx, s.document)),
        "contact": cx.contact(),
    }));
    Ok(("order_demand", with(own, order(cx, Some(no))?)))
}

/// The demand that a decision on enforcement rests on: its number, and the day of its service.
fn demand(cx: &Context<'_>, it: &Enforcing) -> Result<Fields, FillError> {
    let missing = || cx.missing("demand_number", "催告书文号");
    let (_, state) = cx.party()?;
    let ordered = it.order.and_then(|no| enforcement::order(&cx.case, no));
    let last = ordered.map(|o| o.demands.iter().rfind(|_| true).map(|d| d.document));
    let document = last.unwrap_or(state.enforcement_demand);
    let document = document.and_then(|no| cx.case.document(no)).ok_or_else(missing)?;
    let served = document.service.as_ref().ok_or_else(|| cx.missing("demanded_on", "催告书送达日期"))?;
    let number = document.number.as_ref().ok_or_else(missing)?.to_string();
    Ok(fields(json!({ "demand_number": number, "demanded_on": served.effective_on })))
}

/// The articles that a decision on enforcement rests on, and the law that gives the power.
fn grounds(cx: &Context<'_>, it: &Enforcing) -> Fields {
    let power = cx.sources.law.own.of_manner(it.manner);
    let mut articles =
        vec![if it.hiding.is_blank() { "第三十七条第一款" } else { "第三十七条第三款" }];
    match (it.manner, power.value) {
        (EnforcementManner::Auction, false) => articles = vec!["第四十六条第三款"],
        (EnforcementManner::Transfer | EnforcementManner::Auction, _) => articles.push("第四十六条第一款"),
        (EnforcementManner::Demolish, _) => articles.push("第四十四条"),
        (EnforcementManner::Restore | EnforcementManner::Cease, _) => {}
    }
    let law = if power.value { json!(power.citation.to_string()) } else { Value::Null };
    fields(json!({ "article": articles.join("、"), "law_basis": law }))
}

pub(super) fn execution_decision(cx: &Context<'_>) -> Form {
    let CaseEvent::EnforcementDecided(Granted { what: it, .. }) = &cx.cause.1 else {
        return Err(cx.no_cause());
    };
    let (no, state) = cx.party()?;
    let decision = cx.case.decision.as_ref().ok_or_else(|| cx.missing("decision", "行政处罚决定书"))?;
    let claim = gate::enforceable(decision, no, state, cx.day()).total_fen();
    let total = if it.manner.takes_money() { json!(claim) } else { Value::Null };
    let ordered = order(cx, it.order)?;
    let own = fields(json!({
        "party": cx.party_fields(&state.party, "party")?,
        "decision": cx.decision_reference(no)?,
        "order_number": ordered.get("order_number").cloned().unwrap_or(Value::Null),
        "reasons": cx.text(&it.reasons, "reasons", "强制执行的理由")?,
        "hiding": given(it.hiding.value().unwrap_or_default()),
        "manner": it.manner.label(),
        "planned_on": it.planned_on,
        "total_fen": total,
        "details": cx.text(&it.details, "details", "执行的标的、措施")?,
        "announced": given(it.announced.value().unwrap_or_default()),
        "leave_until": it.leave_until,
    }));
    let own = with(with(own, demand(cx, it)?), grounds(cx, it));
    Ok(("execution_decision", with(own, cx.remedies())))
}

pub(super) fn substitute_decision(cx: &Context<'_>) -> Form {
    let CaseEvent::SubstituteDecided(Granted { what: it, .. }) = &cx.cause.1 else {
        return Err(cx.no_cause());
    };
    let (_, state) = cx.party()?;
    let article = if it.immediate.is_some() { "第五十二条" } else { "第五十条、第五十一条" };
    let ordered = it.order.and_then(|no| enforcement::order(&cx.case, no));
    let demanded = ordered.and_then(|o| o.demands.last()).map_or(Value::Null, |d| number(cx, d.document));
    let own = fields(json!({
        "party": cx.party_fields(&state.party, "party")?,
        "demand_number": demanded,
        "harm": it.harm.map(|harm| harm.label()),
        "place": it.immediate.map(|place| place.label()),
        "reasons": cx.text(&it.reasons, "reasons", "代履行的理由")?,
        "article": article,
        "subject": cx.text(&it.subject, "subject", "代履行的标的")?,
        "manner": cx.text(&it.manner, "manner", "代履行的方式")?,
        "planned_on": it.planned_on,
        "performer": cx.line(&it.performer, "performer", "代履行人")?,
        "budget_fen": it.budget_fen,
    }));
    let own = with(own, order(cx, it.order)?);
    Ok(("substitute_performance_decision", with(own, cx.remedies())))
}

/// What a record of enforcement has in common.
fn record(cx: &Context<'_>, session: &Session, decision: DocumentNo) -> Result<Fields, FillError> {
    Ok(fields(json!({
        "case_name": cx.case_name()?,
        "decision_number": number(cx, decision),
        "party": cx.addressee()?,
        "started_at": session.started_at.to_string(),
        "ended_at": session.ended_at.to_string(),
        "place": cx.line(&session.place, "place", "地点")?,
        "officers": cx.officers(&session.officers, "officers")?,
    })))
}

pub(super) fn enforcement_record(cx: &Context<'_>) -> Form {
    let own = match &cx.cause.1 {
        CaseEvent::EnforcementCarriedOut(it) => {
            let (_, state) = cx.party()?;
            let decision = state.enforcement.decisions.last().ok_or_else(|| cx.no_cause())?;
            let own = fields(json!({
                "kind": "强制执行",
                "urgent": given(it.urgent.value().unwrap_or_default()),
                "findings": cx.text(&it.record, "findings", "实施经过和结果")?,
                "presence": it.presence.label(),
                "witness": given(it.witness.value().unwrap_or_default()),
            }));
            with(record(cx, &it.session, decision.document)?, own)
        }
        CaseEvent::SubstituteCarriedOut(it) => {
            let found = cx.case.substitution(it.substitution).ok_or_else(|| cx.no_cause())?;
            with(record(cx, &it.session, found.document)?, substituted(cx, it, &found.what)?)
        }
        _ => return Err(cx.no_cause()),
    };
    Ok(("enforcement_record", own))
}

fn substituted(cx: &Context<'_>, it: &SubstituteDone, what: &Substituting) -> Result<Fields, FillError> {
    Ok(fields(json!({
        "kind": "代履行",
        "supervisor": cx.name_of(it.supervisor, "supervisor", "到场监督人员")?,
        "performer": cx.line(&what.performer, "performer", "代履行人")?,
        "urgent": given(it.urgent.value().unwrap_or_default()),
        "findings": cx.text(&it.record, "findings", "实施经过和结果")?,
        "presence": it.presence.label(),
        "witness": given(it.witness.value().unwrap_or_default()),
        "cost_fen": it.cost_fen,
        "cost_basis": given(it.cost_basis.value().unwrap_or_default()),
    })))
}

pub(super) fn enforcement_notice(cx: &Context<'_>) -> Form {
    let (kind, article, ground, reasons) = match &cx.cause.1 {
        CaseEvent::EnforcementPaused(it) => {
            ("中止执行", "第三十九条第一款", Some(it.what.ground.label()), Some(&it.what.basis))
        }
        CaseEvent::EnforcementResumed(_) => ("恢复执行", "第三十九条第二款", None, None),
        CaseEvent::EnforcementEnded(it) => {
            let article = match it.what.ground {
                enforcement::EndGround::Lapsed => "第三十九条第二款",
                enforcement::EndGround::PersonDied
                | enforcement::EndGround::UnitEnded
                | enforcement::EndGround::ObjectGone
                | enforcement::EndGround::DecisionRevoked
                | enforcement::EndGround::Other => "第四十条",
            };
            ("终结执行", article, Some(it.what.ground.label()), Some(&it.what.basis))
        }
        _ => return Err(cx.no_cause()),
    };
    let (no, _) = cx.party()?;
    let reasons = reasons.map(|it| cx.text(it, "reasons", "情况")).transpose()?;
    Ok((
        "enforcement_notice",
        fields(json!({
            "party": cx.addressee()?,
            "decision": cx.decision_reference(no)?,
            "kind": kind,
            "ground": ground,
            "article": article,
            "from": cx.day(),
            "reasons": reasons,
            "contact": cx.contact(),
        })),
    ))
}

pub(super) fn enforcement_agreement(cx: &Context<'_>) -> Form {
    let CaseEvent::EnforcementAgreed(Granted { what: it, .. }) = &cx.cause.1 else {
        return Err(cx.no_cause());
    };
    let (no, state) = cx.party()?;
    let substituted = cx.case.substitutions.iter().rfind(|s| s.what.party == no && s.done.is_none());
    let document = state.enforcement.standing().map(|d| d.document).or(substituted.map(|s| s.document));
    let document = document.and_then(|no| cx.case.document(no));
    let document = document.ok_or_else(|| cx.missing("enforcement_number", "强制执行、代履行决定书"))?;
    let given_number = document.number.as_ref().map(ToString::to_string).unwrap_or_default();
    let mut stages = Vec::new();
    for (index, stage) in it.stages.iter().enumerate() {
        let field = format!("stages[{index}].duty");
        let duty = if stage.duty.is_blank() {
            Value::Null
        } else {
            json!(cx.text(&stage.duty, &field, "其他履行内容")?.trim_end_matches('。'))
        };
        let amount = if stage.amount_fen > 0 { json!(stage.amount_fen) } else { Value::Null };
        stages.push(json!({ "due": stage.due_on, "amount_fen": amount, "duty": duty }));
    }
    let total: i64 = it.stages.iter().map(|s| s.amount_fen).sum();
    let some = |fen: i64| if fen > 0 { json!(fen) } else { Value::Null };
    let own = fields(json!({
        "party": cx.party_fields(&state.party, "party")?,
        "decision": cx.decision_reference(no)?,
        "enforcement_number": format!("{given_number}《{}》", document.kind.label()),
        "stages": stages,
        "total_fen": some(total),
        "waived_fen": some(it.waived_fen),
        "remedial": given(it.remedial.value().unwrap_or_default()),
        "harmless": cx.text(&it.harmless, "harmless", "不损害公共利益和他人合法权益的情况")?,
    }));
    Ok(("enforcement_agreement", own))
}
