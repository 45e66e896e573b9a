//! Samples as evidence, and the letter to those who examine them.

use mingjing_domain::case::CaseEvent;
use mingjing_domain::case::sampling::SampledItem;
use serde_json::{Value, json};

use super::{Context, Fields, FillError, fields, given};

type Form = Result<(&'static str, Fields), FillError>;

fn samples(cx: &Context<'_>, items: &[SampledItem]) -> Result<Value, FillError> {
    let mut out = Vec::new();
    for (index, item) in items.iter().enumerate() {
        out.push(json!({
            "name": cx.line(&item.name, &format!("items[{index}].name"), "物品名称")?,
            "model": given(item.description.value().unwrap_or_default()),
            "quantity": given(&item.quantity),
            "base": given(&item.base),
        }));
    }
    Ok(out.into())
}

pub(super) fn voucher(cx: &Context<'_>) -> Form {
    let CaseEvent::Sampled(it) = &cx.cause.1 else { return Err(cx.no_cause()) };
    let (_, state) = cx.party()?;
    Ok((
        "sampling_receipt",
        fields(json!({
            "party": cx.party_fields(&state.party, "party")?,
            "cause": cx.cause_words()?,
            "started_at": it.session.started_at.to_string(),
            "ended_at": it.session.ended_at.to_string(),
            "place": cx.line(&it.session.place, "place", "抽样地点")?,
            "items": samples(cx, &it.items)?,
            "method": cx.text(&it.method, "method", "抽样方法")?,
            "seal": cx.text(&it.seal, "seal", "封样和保管情况")?,
            "presence": it.presence.label(),
            "witness": given(it.witness.value().unwrap_or_default()),
            "officers": cx.officers(&it.session.officers, "officers")?,
        })),
    ))
}

pub(super) fn commission(cx: &Context<'_>) -> Form {
    let CaseEvent::ExpertCommissioned(it) = &cx.cause.1 else { return Err(cx.no_cause()) };
    let mut names = Vec::new();
    for (_, state) in cx.case.numbered_parties() {
        names.push(cx.line(&state.party.name, "party_names", "当事人")?);
    }
    Ok((
        "appraisal_commission",
        fields(json!({
            "agency": cx.line(&it.agency, "agency", "鉴定、检测机构")?,
            "party_names": names.join("、"),
            "cause": cx.cause_words()?,
            "examination": it.examination.map(|it| it.label()),
            "question": cx.text(&it.question, "question", "鉴定要求")?,
            "items": cx.items(&it.items)?,
            "due": it.due_on,
            "contact": cx.contact(),
        })),
    ))
}
