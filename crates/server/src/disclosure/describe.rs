//! What the API description says of publications in the office.

use mingjing_domain::case::form::wire_name;
use mingjing_domain::disclosure::{Stage, Verb};
use serde_json::{Value, json};

use super::api::QUEUES;
use super::office::api_specs;
use super::verbs;
use crate::kit::body;
use crate::kit::openapi::{Operation, key, page_of, query, schema};

const TAG: &str = "公示";

/// A publication, or a decision of which none was prepared yet: `{case}.{party}`.
const SUBJECT: &str =
    "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}(\\.[1-9][0-9]{0,3})?$";

fn operation_id(verb: Verb) -> String {
    format!("publication_{}", wire_name(&verb))
}

fn led(mut it: Operation, at: &str) -> Operation {
    it = it.leads("publication_read", json!({ "id": at }));
    for verb in Verb::ALL {
        it = it.leads(&operation_id(*verb), json!({ "id": at }));
    }
    it
}

fn act(verb: Verb) -> Operation {
    let row = verbs::of(verb);
    let specs = api_specs(verb);
    let it = Operation::post(
        &format!("/api/v1/publications/{{id}}/{}", wire_name(&verb)),
        &operation_id(verb),
        TAG,
        verb.label(),
        schema("Published"),
    )
    .says(format!("依据{}。", row.basis))
    .at("id", json!({ "type": "string", "pattern": SUBJECT }))
    .with(key())
    .takes(body::schema(&specs), body::example(&specs));
    led(it, "$response.body#/publication")
}

/// Operations and the schemas they refer to.
pub(super) fn operations() -> (Vec<Operation>, Vec<(&'static str, Value)>) {
    let states: Vec<String> = Stage::ALL.iter().map(wire_name).collect();
    let list = Operation::get(
        "/api/v1/publications",
        "publication_list",
        TAG,
        "列出公示事项",
        page_of(schema("PublicationLine")),
    )
    .with(query("queue", "待制作、须撤下", json!({ "type": "string", "enum": QUEUES })))
    .with(query("state", "状态", json!({ "type": "string", "enum": states })))
    .with(query("after", "翻页标记", json!({ "type": "string", "format": "uuid" })));
    let mut all = vec![
        led(list, "$response.body#/items/0/id"),
        Operation::get(
            "/api/v1/publications/{id}",
            "publication_read",
            TAG,
            "查看公示事项",
            schema("Publication"),
        )
        .at("id", json!({ "type": "string", "pattern": SUBJECT }))
        .leads("case_read", json!({ "id": "$response.body#/case" })),
    ];
    all.extend(Verb::ALL.iter().map(|verb| act(*verb)));
    (all, schemas())
}

fn schemas() -> Vec<(&'static str, Value)> {
    let id = || json!({ "type": "string", "format": "uuid" });
    let maybe = |kind: &str| json!({ "type": [kind, "null"] });
    let text = || json!({ "type": "string" });
    let line = json!({
        "type": "object", "required": ["id", "case", "party", "number", "title", "state"],
        "properties": {
            "id": { "type": "string", "pattern": SUBJECT }, "case": id(), "party": { "type": "integer", "minimum": 1 },
            "number": text(), "title": text(), "state": maybe("string"), "phase": maybe("string"),
            "decided_on": text(), "served_on": maybe("string"), "published_on": maybe("string"),
            "ended": maybe("object"), "minor": { "type": "boolean" },
        },
    });
    let action = json!({
        "type": "object", "required": ["act", "label", "open"],
        "properties": {
            "act": text(), "label": text(), "open": { "type": "boolean" }, "code": text(), "reason": text(),
            "article": text(), "remedy": text(), "after": maybe("string"),
        },
    });
    let whole = json!({
        "type": "object", "required": ["id", "version", "case", "party", "state", "draft", "live", "proposal", "actions"],
        "properties": {
            "id": { "type": ["string", "null"], "format": "uuid" }, "version": maybe("integer"), "case": id(),
            "party": { "type": "integer", "minimum": 1 }, "state": maybe("string"), "public_id": maybe("string"),
            "draft": maybe("object"), "live": maybe("object"), "proposal": maybe("object"),
            "inspection": maybe("object"), "timeliness": maybe("string"),
            "actions": { "type": "array", "items": action },
        },
    });
    let done = json!({
        "type": "object", "required": ["publication", "version", "state", "public_id"],
        "properties": {
            "publication": id(), "version": { "type": "integer", "minimum": 1 }, "state": text(),
            "public_id": maybe("string"),
        },
    });
    vec![("PublicationLine", line), ("Publication", whole), ("Published", done)]
}
