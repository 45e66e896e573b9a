//! Service, payment, execution.

use jiff::civil::Date;
use mingjing_domain::case::state::PartyState;
use mingjing_domain::case::types::{DocumentKind, PartyNo};
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
    let own = fields(json!({ "fine_fen": fine(cx, no)?, "outstanding_fen": cx.owed(no, state) }));
    Ok(("deferral_grant", with(with(head, own), fields(plan))))
}

/// Days late up to `until`, without those on which a remedy was pending
/// (行政处罚法第七十三条第三款).
fn days_late(state: &PartyState, due: Date, until: Date) -> u32 {
    let mut days = 0;
    let mut day = due;
    while let Ok(next) = day.tomorrow() {
        if next > until {
            break;
        }
        day = next;
        let pending =
            state.remedies.iter().any(|r| r.from <= day && r.concluded.is_none_or(|(end, _)| day < end));
        days += u32::from(!pending);
    }
    days
}

pub(super) fn additional_fine(cx: &Context<'_>) -> Form {
    let CaseEvent::AdditionalFineImposed { amount_fen, .. } = &cx.cause.1 else { return Err(cx.no_cause()) };
    let (head, no, state) = money_head(cx)?;
    let due = clock::payment_limit(&cx.case, &cx.facts(), no)
        .map(|l| l.due.latest())
        .map_err(|e| cx.limit_error("罚款缴纳期限", &e))?;
    let from = due.tomorrow().map_err(|e| cx.limit_error("加处罚款起算日", &e))?;
    let own = fields(json!({
        "fine_fen": fine(cx, no)?,
        "due": due,
        "counted_from": from,
        "counted_to": cx.day(),
        "overdue_days": days_late(state, due, cx.day()),
        "additional_fen": amount_fen,
    }));
    Ok(("additional_fine_decision", with(with(head, own), cx.remedies())))
}

pub(super) fn fine_demand(cx: &Context<'_>) -> Form {
    let (head, no, _) = money_head(cx)?;
    let term = format!("自收到本催告书之日起{}内", cx.sources.law.court_demand.period.words());
    let own = fields(json!({ "fine_fen": fine(cx, no)?, "term": term }));
    Ok(("payment_demand", with(head, own)))
}

/// Principal still owed, additional fine, and duties other than money.
fn duties(cx: &Context<'_>, no: PartyNo, state: &PartyState) -> Result<(i64, i64, Value), FillError> {
    let decision = cx.case.decision.as_ref().ok_or_else(|| cx.missing("decision", "行政处罚决定书"))?;
    let principal =
        (gate::principal_fen(decision, no, state) - state.paid_fen() + state.refunded_fen()).max(0);
    let others = !gate::unperformed(decision, no, state).is_empty();
    let other = if others || principal == 0 {
        json!(cx.text(&decision.substance.terms, "other_duties", "应当履行的其他义务")?)
    } else {
        Value::Null
    };
    Ok((principal, gate::additional_fen(decision, no, state), other))
}

pub(super) fn enforcement_demand(cx: &Context<'_>) -> Form {
    let (head, no, state) = money_head(cx)?;
    let (principal, additional, other) = duties(cx, no, state)?;
    let own = fields(json!({
        "fine_fen": some(principal),
        "additional_fen": some(additional),
        "total_fen": some(principal + additional),
        "other_duties": other,
    }));
    Ok(("enforcement_demand", with(head, own)))
}

pub(super) fn court_application(cx: &Context<'_>) -> Form {
    let CaseEvent::CourtApplied { party: no, court } = &cx.cause.1 else { return Err(cx.no_cause()) };
    let state = cx.case.party(*no).ok_or_else(|| cx.missing("respondent", "被申请执行人"))?;
    let (principal, additional, other) = duties(cx, *no, state)?;
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
    Ok((
        "court_application",
        fields(json!({
            "court": cx.line(court, "court", "人民法院")?,
            "respondent": cx.party_fields(&state.party, "respondent")?,
            "decision": cx.decision_reference(*no)?,
            "served_on": served.effective_on,
            "demand_number": given(&number),
            "demanded_on": demanded.effective_on,
            "principal_fen": some(principal),
            "additional_fen": some(additional),
            "other_duties": other,
            "attachments": attachments,
            "signatory": cx.name_of(cx.actor(), "signatory", "行政机关负责人")?,
            "contact": cx.contact(),
        })),
    ))
}
