//! Service, payment, execution.

use mingjing_domain::case::claim::Claim;
use mingjing_domain::case::state::PartyState;
use mingjing_domain::case::types::{AnnouncementGround, DocumentKind, PartyNo};
use mingjing_domain::case::{CaseEvent, clock, gate};
use serde_json::{Value, json};

use super::{Context, Fields, FillError, fields, given, with};

type Form = Result<(&'static str, Fields), FillError>;

pub(super) fn service_receipt(cx: &Context<'_>) -> Form {
    let CaseEvent::DocumentServed { no, service, .. } = &cx.cause.1 else { return Err(cx.no_cause()) };
    let served =
        cx.case.document(*no).ok_or_else(|| cx.missing("served[0].document", "送达文书名称及文号"))?;
    let number = served.number.as_ref().map(ToString::to_string).unwrap_or_default();
    let party = match cx.document.party {
        Some(_) => {
            let (_, state) = cx.party()?;
            let address = state.address.as_ref().map_or(&state.party.address, |(address, _)| address);
            json!({
                "name": cx.line(&state.party.name, "party.name", "受送达人")?,
                "address": cx.line(address, "party.address", "受送达人地址")?,
            })
        }
        // A decision on recusal goes to the one who asked.
        None => json!({
            "name": cx.line(&service.recipient, "party.name", "受送达人")?,
            "address": cx.line(&service.place, "party.address", "受送达人地址")?,
        }),
    };
    let witness = service.witness.value().unwrap_or_default();
    let witnesses = if witness.trim().is_empty() { Value::Null } else { json!([{ "name": given(witness) }]) };
    Ok((
        "service_receipt",
        fields(json!({
            "case_name": cx.case_name()?,
            "party": party,
            "served": [{
                "document": format!("{}{number}", served.kind.label()),
                "method": service.method.label(),
                "place": cx.line(&service.place, "served[0].place", "送达地点")?,
                "served_at": service.on,
                "receiver": cx.line(&service.recipient, "served[0].receiver", "收件人")?,
            }],
            "officers": cx.officers(&service.officers, "officers")?,
            "witnesses": witnesses,
        })),
    ))
}

pub(super) fn service_announcement(cx: &Context<'_>) -> Form {
    let CaseEvent::ServiceAnnounced(it) = &cx.cause.1 else { return Err(cx.no_cause()) };
    let served =
        cx.case.document(it.of.document).ok_or_else(|| cx.missing("document_name", "公告送达的文书"))?;
    let number = served.number.as_ref().ok_or_else(|| cx.missing("document_number", "文号"))?;
    let reason = match it.of.ground {
        AnnouncementGround::Missing => "受送达人下落不明",
        AnnouncementGround::Unreachable => "多次送达未果",
    };
    Ok((
        "service_announcement",
        fields(json!({
            "party": cx.addressee()?,
            "cause": cx.cause_words()?,
            "document_name": served.kind.label(),
            "document_number": number.to_string(),
            "document_summary": cx.text(&it.of.summary, "document_summary", "文书主要内容")?,
            "reason": reason,
            "collection_place": cx.line(&it.of.collection, "collection_place", "领取地点")?,
            "announced_in": cx.line(&it.of.medium, "announced_in", "公告载体")?,
            "contact": cx.contact(),
        })),
    ))
}

pub(super) fn address_confirmation(cx: &Context<'_>) -> Form {
    let CaseEvent::AddressConfirmed { address, electronic, .. } = &cx.cause.1 else {
        return Err(cx.no_cause());
    };
    let (_, state) = cx.party()?;
    Ok((
        "service_address_confirmation",
        fields(json!({
            "case_name": cx.case_name()?,
            "party": cx.addressee()?,
            "service_address": cx.line(address, "service_address", "送达地址")?,
            "recipient": cx.line(&state.party.name, "recipient", "收件人")?,
            "phone": given(state.party.phone.value().unwrap_or_default()),
            "email": given(electronic.value().unwrap_or_default()),
            "electronic_consent": if electronic.is_blank() { "不同意" } else { "同意" },
        })),
    ))
}

/// Head of a document about money: addressee, decision, bank.
fn money_head<'c>(cx: &'c Context<'_>) -> Result<(Fields, PartyNo, &'c PartyState), FillError> {
    let (no, state) = cx.party()?;
    let head = fields(json!({
        "party": cx.addressee()?,
        "decision": cx.decision_reference(no)?,
        "payment": cx.payment(),
        "contact": cx.contact(),
    }));
    Ok((head, no, state))
}

/// The fine of a party as it stands, in fen.
fn fine(cx: &Context<'_>, no: PartyNo) -> Result<i64, FillError> {
    let found = cx.case.decision.as_ref().filter(|it| it.substance.disposal(no).is_some());
    let found =
        found.zip(cx.case.party(no)).map(|(decision, state)| gate::amounts_fen(decision, no, state).0);
    found.ok_or_else(|| cx.missing("fine_fen", "罚款金额"))
}

/// An amount; null for none.
fn some(fen: i64) -> Value {
    if fen > 0 { json!(fen) } else { Value::Null }
}

pub(super) fn payment_notice(cx: &Context<'_>) -> Form {
    let (head, no, _) = money_head(cx)?;
    let confiscated =
        cx.case.decision.as_ref().and_then(|it| it.substance.disposal(no)).map_or(0, |it| it.confiscated_fen);
    // The notice goes out with the decision: the day of receipt is not known yet.
    let term = format!("自收到行政处罚决定书之日起{}内", cx.sources.law.payment.period.words());
    let own = fields(
        json!({ "fine_fen": some(fine(cx, no)?), "confiscated_fen": some(confiscated), "term": term }),
    );
    Ok(("payment_notice", with(head, own)))
}

pub(super) fn deferral_approval(cx: &Context<'_>) -> Form {
    let CaseEvent::DeferralGranted { deferring, .. } = &cx.cause.1 else { return Err(cx.no_cause()) };
    let (no, _) = cx.party()?;
    let proposal = cx.cause_proposal()?;
    let decision = cx.case.decision.as_ref().ok_or_else(|| cx.missing("decision", "行政处罚决定书"))?;
    let own = fields(json!({
        "decision": cx.decision_reference(no)?,
        "facts": cx.text(&decision.substance.facts, "facts", "违法事实")?,
        "fine_fen": fine(cx, no)?,
        "kind": if deferring.instalments.len() == 1 { "延期缴纳罚款" } else { "分期缴纳罚款" },
        "reasons": cx.text(&proposal.opinion, "reasons", "理由")?,
    }));
    Ok(("deferral_approval", with(cx.approval_form(proposal)?, own)))
}

pub(super) fn deferral_grant(cx: &Context<'_>) -> Form {
    let CaseEvent::DeferralGranted { deferring, .. } = &cx.cause.1 else { return Err(cx.no_cause()) };
    let (head, no, state) = money_head(cx)?;
    let plan = match deferring.instalments.as_slice() {
        [one] => json!({ "deferred_until": one.due_on }),
        all => {
            let rows = all
                .iter()
                .zip(1..)
                .map(|(it, n)| json!({ "number": n, "amount_fen": it.amount_fen, "due": it.due_on }));
            json!({ "instalments": rows.collect::<Vec<_>>() })
        }
    };
    let condition = if deferring.rest_falls_due {
        json!("任何一期逾期未缴的，其余各期一并到期。")
    } else {
        Value::Null
    };
    let own = fields(
        json!({ "fine_fen": fine(cx, no)?, "outstanding_fen": cx.owed(no, state), "condition": condition }),
    );
    Ok(("deferral_grant", with(with(head, own), fields(plan))))
}

pub(super) fn additional_fine(cx: &Context<'_>) -> Form {
    let CaseEvent::AdditionalFineImposed { amount_fen, .. } = &cx.cause.1 else { return Err(cx.no_cause()) };
    let (head, no, state) = money_head(cx)?;
    let overdue = clock::overdue(&cx.case, &cx.facts(), no, state)
        .map_err(|e| cx.limit_error("罚款缴纳期限", &e))?
        .ok_or_else(|| cx.missing("overdue_days", "逾期天数"))?;
    let own = fields(json!({
        "fine_fen": fine(cx, no)?,
        "due": overdue.due,
        "counted_from": overdue.from,
        "counted_to": cx.day(),
        "overdue_days": overdue.days,
        "additional_fen": amount_fen,
    }));
    Ok(("additional_fine_decision", with(with(head, own), cx.remedies())))
}

pub(super) fn fine_demand(cx: &Context<'_>) -> Form {
    let (head, no, state) = money_head(cx)?;
    let term = format!("自收到本催告书之日起{}内", cx.sources.law.court_demand.period.words());
    let decision = cx.case.decision.as_ref().ok_or_else(|| cx.missing("decision", "行政处罚决定书"))?;
    let due = gate::demandable(decision, no, state, cx.day()).total_fen();
    // Said where it is not the fine itself: part is paid, not due yet, or was added.
    let due = if due == fine(cx, no)? { Value::Null } else { some(due) };
    let own = fields(json!({ "fine_fen": fine(cx, no)?, "due_fen": due, "term": term }));
    Ok(("payment_demand", with(head, own)))
}

/// What the plan of payment has to do with what is claimed: the others fell due with one that
/// was missed, or are not due yet; null without a plan.
fn plan_words(cx: &Context<'_>, state: &PartyState) -> Value {
    let Some(plan) = state.plan() else { return Value::Null };
    let paper = plan.document.and_then(|it| cx.case.document(it));
    let grant = paper.and_then(|it| it.number.as_ref()).map(ToString::to_string).unwrap_or_default();
    let kind = paper.map_or(DocumentKind::DeferralGrant, |it| it.kind);
    let grant = format!("{grant}《{}》", kind.label());
    if plan.missed_on(cx.day(), |by| state.kept_by_fen(by)).is_some() {
        return json!(format!("{grant}载明任何一期逾期未缴的，其余各期一并到期，以上为全部尚未缴纳的款项。"));
    }
    json!(format!("以上为{grant}批准的期限已经届满而尚未缴纳的款项，不含尚未到期的款项。"))
}

/// Amounts and words of what is claimed, and duties other than money.
fn duties(cx: &Context<'_>, no: PartyNo, state: &PartyState, claim: Claim) -> Result<Fields, FillError> {
    let decision = cx.case.decision.as_ref().ok_or_else(|| cx.missing("decision", "行政处罚决定书"))?;
    let total = claim.total_fen();
    let others = !gate::unperformed(decision, no, state).is_empty();
    let other = if others || total == 0 {
        json!(cx.text(&decision.substance.terms, "other_duties", "应当履行的其他义务")?)
    } else {
        Value::Null
    };
    let plan = if total > 0 { plan_words(cx, state) } else { Value::Null };
    Ok(fields(json!({
        "additional_fen": some(claim.additional_fen),
        "total_fen": some(total),
        "plan": plan,
        "other_duties": other,
    })))
}

pub(super) fn enforcement_demand(cx: &Context<'_>) -> Form {
    let (head, no, state) = money_head(cx)?;
    let decision = cx.case.decision.as_ref().ok_or_else(|| cx.missing("decision", "行政处罚决定书"))?;
    let claim = gate::demandable(decision, no, state, cx.day());
    // Who has a power of its own says so; who has none goes to the court.
    let power = if cx.sources.law.own.any() { json!(true) } else { Value::Null };
    let own = fields(json!({ "fine_fen": some(claim.principal_fen), "own_power": power }));
    Ok(("enforcement_demand", with(with(head, own), duties(cx, no, state, claim)?)))
}

pub(super) fn court_application(cx: &Context<'_>) -> Form {
    let CaseEvent::CourtApplied { party: no, court } = &cx.cause.1 else { return Err(cx.no_cause()) };
    let state = cx.case.party(*no).ok_or_else(|| cx.missing("respondent", "被申请执行人"))?;
    let decided = cx.case.decision.as_ref().ok_or_else(|| cx.missing("decision", "行政处罚决定书"))?;
    let claim = gate::applied(decided, *no, state, cx.day());
    let demand = state.enforcement_demand.and_then(|it| cx.case.document(it));
    let demand = demand.ok_or_else(|| cx.missing("demand_number", "催告书文号"))?;
    let demanded = demand.service.as_ref().ok_or_else(|| cx.missing("demanded_on", "催告书送达日期"))?;
    let decision =
        cx.case.decision.as_ref().and_then(|it| it.documents.iter().find(|(party, _)| party == no));
    let served =
        decision.and_then(|(_, document)| cx.case.document(*document)).and_then(|it| it.service.as_ref());
    let served = served.ok_or_else(|| cx.missing("served_on", "决定书送达日期"))?;
    let number = demand.number.as_ref().map(ToString::to_string).unwrap_or_default();
    let kinds =
        [DocumentKind::PenaltyDecision, DocumentKind::EnforcementDemand, DocumentKind::ServiceReceipt];
    let attachments: Vec<Value> = cx
        .case
        .documents
        .iter()
        .filter(|it| kinds.contains(&it.kind) && it.party.is_none_or(|party| party == *no))
        .map(|it| {
            let number = it.number.as_ref().map(ToString::to_string).unwrap_or_default();
            json!({ "name": format!("{}{number}", it.kind.label()) })
        })
        .collect();
    let own = fields(json!({
        "court": cx.line(court, "court", "人民法院")?,
        "respondent": cx.party_fields(&state.party, "respondent")?,
        "decision": cx.decision_reference(*no)?,
        "served_on": served.effective_on,
        "demand_number": given(&number),
        "demanded_on": demanded.effective_on,
        "principal_fen": some(claim.principal_fen),
        "attachments": attachments,
        "signatory": cx.name_of(cx.actor(), "signatory", "行政机关负责人")?,
        "contact": cx.contact(),
    }));
    Ok(("court_application", with(own, duties(cx, *no, state, claim)?)))
}
