//! The walk that goes deep: from a clue over its check and filing to the officers of a case,
//! each step by the person whose it is, with bodies that can be lawful.
//!
//! Random bodies and one person do not get there: most texts have characters that no font of
//! the documents shows, officers must be two and certified, and what one proposes others review
//! and approve.

use serde_json::{Value, json};

use crate::county::{County, TODAY};
use crate::settings;

/// Operations in the order of the links between them, and whose they are.
const CHAIN: [(&str, &str); 7] = [
    ("case_register_clue", "yj-officer2"),
    ("case_start_check", "yj-officer2"),
    ("case_add_evidence", "yj-officer2"),
    ("case_propose_file", "yj-officer2"),
    ("case_review_proposal", "yj-unithead"),
    ("case_approve_proposal", "yj-head"),
    ("case_change_officers", "yj-unithead"),
];
const READ: &str = "case_read";

/// Events that a walked case has in this order.
const WALKED: [&str; 5] = ["clue_registered", "check_started", "evidence_added", "filed", "officers_changed"];

/// The steps of a case must follow each other, so walks are longer and more.
pub fn settings(county: &County) -> String {
    let deeper = [("max-steps = 10", "max-steps = 30"), ("max-examples = 20", "max-examples = 60")];
    let mut out = settings::CHECKS.to_owned();
    for (from, to) in deeper {
        assert!(out.contains(from), "{from}");
        out = out.replace(from, to);
    }
    for (operation, login) in CHAIN {
        out.push_str(&settings::asked_by(operation, &county.token(login)));
    }
    out
}

/// The description of the chain alone: its operations and the links from each to the next, with
/// bodies of what is there.
pub fn description(whole: &Value, county: &County) -> Value {
    let mut out = whole.clone();
    let next = |id: &str| CHAIN.iter().skip_while(|(it, _)| *it != id).nth(1).map(|(it, _)| *it);
    let paths = out["paths"].as_object_mut().unwrap();
    for methods in paths.values_mut() {
        methods.as_object_mut().unwrap().retain(|_, it| {
            let id = it["operationId"].as_str().unwrap();
            id == READ || CHAIN.iter().any(|(known, _)| *known == id)
        });
        for it in methods.as_object_mut().unwrap().values_mut() {
            let onward = next(it["operationId"].as_str().unwrap());
            it["parameters"].as_array_mut().unwrap().retain(|parameter| parameter["in"] == "path");
            for answer in it["responses"].as_object_mut().unwrap().values_mut() {
                if let Some(links) = answer.get_mut("links").and_then(Value::as_object_mut) {
                    links.retain(|name, _| name == READ || Some(name.as_str()) == onward);
                }
            }
        }
    }
    paths.retain(|_, methods| methods.as_object().is_some_and(|it| !it.is_empty()));
    let admin = county.token("yj-sysadmin");
    let staff = county.get("/api/v1/staff?limit=100&role=officer", Some(&admin));
    let me = county.get("/api/v1/me", Some(&county.token("yj-officer2")))["id"].clone();
    let others = staff["items"].as_array().unwrap().iter().map(|it| it["id"].clone()).filter(|it| *it != me);
    let pairs: Vec<Value> = others.map(|other| json!([me, other])).collect();
    for methods in paths.values_mut() {
        for it in methods.as_object_mut().unwrap().values_mut() {
            if let Some(schema) = it.pointer_mut("/requestBody/content/application~1json/schema") {
                lawful(schema, &pairs);
            }
        }
    }
    settings::printable(&mut out);
    out
}

/// Keeps the required fields, and those that agree; takes values from what is there.
fn lawful(schema: &mut Value, officers: &[Value]) {
    let party = |kind: &str, name: &str, code: &str| json!([{ "kind": kind, "name": name, "code": code, "address": "示例县示例路1号" }]);
    let [unit, person] = settings::CODES;
    let known = json!({
        "officers": officers,
        "parties": [party("legal_person", "示例化工有限公司", unit), party("person", "示范甲", person)],
        "category": [settings::CATEGORY], "region": [settings::REGION],
        "kind": ["documentary"], "collectors": officers, "collected_on": [TODAY], "signed": [true],
        "received_on": [TODAY], "violation_on": [TODAY, "2026-11-02"],
        "proposal_no": [1], "agree": [true], "approve": [true],
    });
    let required = schema["required"].clone();
    let fields = schema["properties"].as_object_mut().unwrap();
    let needed = |name: &str| required.as_array().unwrap().iter().any(|it| it == name);
    fields.retain(|name, _| needed(name) || matches!(name.as_str(), "agree" | "approve"));
    for (name, field) in fields.iter_mut() {
        if let Some(values) = known.get(name) {
            *field = json!({ "enum": values });
        }
    }
    schema["required"] = fields.keys().cloned().collect::<Vec<_>>().into();
}

/// How many of these cases went the whole chain.
pub fn walked(county: &County, cases: &[String]) -> usize {
    let token = county.token("yj-officer1");
    let whole = |id: &&String| {
        let events = county.get(&format!("/api/v1/cases/{id}/events"), Some(&token));
        let mut happened = events["items"].as_array().unwrap().iter().map(|it| it["type"].as_str().unwrap());
        WALKED.iter().all(|wanted| happened.any(|it| it == *wanted))
    };
    cases.iter().filter(whole).count()
}
