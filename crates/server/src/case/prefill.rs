//! What a form opens with, taken from the case so that nothing is typed twice.

use mingjing_domain::case::Case;
use mingjing_domain::case::procedure::Verb;
use mingjing_domain::case::state::Hearing;
use mingjing_domain::matter::StaffId;
use serde_json::{Map, Value, json};

use super::fields::Around;
use crate::kit::form::{FieldSpec, Kind, Posted, fill};

/// The form as it opens: what the case already knows, and the only choice where
/// there is but one.
pub fn opened(verb: Verb, specs: &[FieldSpec], around: &Around<'_>, actor: StaffId) -> Posted {
    let mut object = known(verb, around, actor);
    for spec in specs {
        if object.contains_key(spec.name.as_ref()) || !spec.required {
            continue;
        }
        if let Kind::Party(choices) = &spec.kind
            && let [only] = choices.as_slice()
        {
            object.insert(spec.name.to_string(), only.json.clone());
        }
        let waits = matches!(
            spec.name.as_ref(),
            "document" | "proposal_no" | "commission" | "order" | "preservation" | "region" | "category"
        );
        if let Kind::Choice(choices) = &spec.kind
            && waits
            && let Some(first) = choices.first()
        {
            object.insert(spec.name.to_string(), first.json.clone());
        }
    }
    fill(specs, &Value::Object(object))
}

fn known(verb: Verb, around: &Around<'_>, actor: StaffId) -> Map<String, Value> {
    let today = json!(around.today.to_string());
    let value = match (verb, around.case) {
        (Verb::RegisterClue, _) => json!({ "received_on": today }),
        (Verb::StartCheck, _) => json!({ "officers": [actor] }),
        (Verb::ProposeFile, Some(case)) => filing(case),
        (Verb::PrepareDraft, Some(case)) => draft(case),
        (Verb::AddEvidence, Some(case)) => json!({ "collected_on": today, "collectors": case.officers }),
        (
            Verb::RecordInquiry
            | Verb::RecordScene
            | Verb::TakeSample
            | Verb::ChangeOfficers
            | Verb::CarryOutEnforcement,
            Some(case),
        ) => json!({ "officers": case.officers }),
        (Verb::CarryOutSubstitute, Some(case)) => {
            json!({ "officers": case.officers, "supervisor": case.officers.first() })
        }
        (Verb::ProposeEnforce | Verb::ProposeSubstitute, _) => json!({ "planned_on": today }),
        (Verb::ServeDocument, Some(case)) => json!({ "officers": case.officers, "on": today }),
        (
            Verb::StateDefence
            | Verb::RequestHearing
            | Verb::RecordRemedy
            | Verb::RecordRuling
            | Verb::RecordPerformance
            | Verb::RecordRefund
            | Verb::RecordRestitution
            | Verb::RecordCost
            | Verb::StateObjection,
            _,
        ) => json!({ "on": today }),
        (Verb::RecordPayment, _) => json!({ "paid_on": today }),
        (Verb::ConfirmAddress, Some(case)) => match case.parties.as_slice() {
            [one] => json!({ "address": one.party.address.or_erased() }),
            [] | [_, ..] => json!({}),
        },
        (Verb::ScheduleHearing, _) => json!({ "public": true, "host": actor }),
        (Verb::HoldHearing, Some(case)) => json!({ "presenters": case.officers, "party": scheduled(case) }),
        _ => json!({}),
    };
    match value {
        Value::Object(object) => object,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    }
}

fn scheduled(case: &Case) -> Option<u16> {
    case.numbered_parties().find(|(_, p)| matches!(p.hearing, Hearing::Scheduled { .. })).map(|(no, _)| no)
}

fn filing(case: &Case) -> Value {
    json!({
        "officers": case.officers,
        "parties": [{ "name": case.clue.subject.or_erased() }],
    })
}

/// The last draft again, or one empty proposal for each party.
fn draft(case: &Case) -> Value {
    match &case.draft {
        // Texts come as marker objects, which the form reads.
        Some(draft) => serde_json::to_value(&draft.substance).unwrap_or_default(),
        None => {
            let parties = case.numbered_parties().map(|(no, _)| json!({ "party": no }));
            // Whoever was not ordered to correct yet: the decision has to answer for it.
            let ordered = |no| case.corrections.iter().any(|it| it.party == no);
            let rest = case.numbered_parties().filter(|(no, _)| !ordered(*no));
            json!({
                "corrections": rest.map(|(no, _)| json!({ "party": no })).collect::<Vec<_>>(),
                "evidence": (1..=case.evidence.len()).collect::<Vec<_>>(),
                "disposals": parties.collect::<Vec<_>>(),
                "violated": [{}],
                "basis": [{}],
            })
        }
    }
}
