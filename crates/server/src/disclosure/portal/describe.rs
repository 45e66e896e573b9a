//! What the API description says of the portal: open data and the public part of the API.

use serde_json::{Value, json};

use crate::kit::ask::MAX_CHARS;
use crate::kit::openapi::{Operation, needed, page_of, query, schema, words};

const TAG: &str = "公开";

/// Name of a public page.
fn public_id() -> Value {
    json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$" })
}

fn filters(mut it: Operation) -> Operation {
    let flag = || json!({ "type": "string", "enum": ["0", "1"] });
    for parameter in [
        query("q", "单位名称、文号、事项、法条", words()),
        query("organ", "机关在公开地址中的编号", json!({ "type": "string", "pattern": "^[0-9a-f]{16}$" })),
        query("category", "执法类别", words()),
        query("year", "公示的年份", json!({ "type": "integer", "minimum": 1990, "maximum": 2200 })),
        query("on_time", "按期公示", flag()),
        query("withdrawn", "只看已撤下", flag()),
        query(
            "after",
            "翻页标记",
            json!({ "type": "string", "pattern": "^20[0-9]{2}-0[1-9]-[01][1-9]\\.[A-Za-z0-9_-]{1,64}$" }),
        ),
    ] {
        it = it.with(parameter);
    }
    it
}

/// Operations and the schemas they refer to.
pub(super) fn operations() -> (Vec<Operation>, Vec<(&'static str, Value)>) {
    let mut all = decisions();
    all.extend(others());
    all.extend(files());
    (all, [schemas(), more_schemas()].concat())
}

fn get(path: &str, id: &str, words: &str, answer: Value) -> Operation {
    Operation::get(path, id, TAG, words, answer)
}

fn decisions() -> Vec<Operation> {
    let list = get("/api/v1/public/decisions", "decision_list", "列出、查找公示的决定", schema("Decisions"))
        .fails(&[404])
        .leads("decision_read", json!({ "id": "$response.body#/items/0/id" }))
        .leads("decision_proof", json!({ "id": "$response.body#/items/0/id" }))
        .leads("decision_original", json!({ "id": "$response.body#/items/0/id" }));
    let of = |tail: &str, id: &str, words: &str, answer: Value| {
        get(&format!("/api/v1/public/decisions/{{id}}{tail}"), id, words, answer).at("id", public_id())
    };
    vec![
        filters(list),
        of("", "decision_read", "查看公示的决定，或者撤下后留下的说明", schema("Decision")),
        of("/proof", "decision_proof", "公示文本的证明", schema("Bundle"))
            .fails(&[409])
            .leads("verify_file", json!({})),
        of("/original", "decision_original", "公示文本来自原决定的证明", schema("Bundle")).fails(&[409]),
    ]
}

fn others() -> Vec<Operation> {
    vec![
        get("/api/v1/public/figures", "figures", "本年各月公示的时效", schema("Figures")),
        get("/api/v1/public/organs", "public_organs", "执法主体名录", json!({
            "type": "object", "required": ["items"], "properties": { "items": { "type": "array", "items": schema("PublicOrgan") } },
        }))
        .leads("public_organ", json!({ "name": "$response.body#/items/0/id" })),
        get("/api/v1/public/organs/{name}", "public_organ", "执法主体及其执法人员", json!({
            "type": "object", "required": ["id", "profile", "confirmed_today", "officers"],
            "properties": {
                "id": { "type": "string" }, "profile": { "type": "object" }, "confirmed_today": { "type": "boolean" },
                "officers": page_of(schema("Officer")),
            },
        }))
        .at("name", json!({ "type": "string", "pattern": "^[0-9a-f]{16}$" }))
        .with(query("after", "翻页标记：执法证号", words())),
        get("/api/v1/public/officers", "officers", "核对执法人员", page_of(schema("Officer")))
            .with(needed("q", "完整的姓名或者执法证号", words()))
            .with(query("after", "翻页标记：执法证号", words())),
        get("/api/v1/public/verify", "verify_code", "核验纸面上的编号", schema("Found"))
            .with(needed("code", "核验码、决定书文号或者执法证号", json!({ "type": "string", "minLength": 1, "maxLength": MAX_CHARS }))),
        check(),
        get("/api/v1/public/log", "log_head", "账本最近的签名检查点", schema("LogHead")).fails(&[404]),
    ]
}

fn check() -> Operation {
    let mut it = Operation::post(
        "/api/v1/public/verify",
        "verify_file",
        TAG,
        "核对证明或者带证明的文书",
        schema("Checked"),
    )
    .says("不超过 20 MB；只核对，不保存。")
    .takes(json!({ "type": "object" }), json!({ "format": "示例" }));
    it.consumes = &["application/json", "application/pdf"];
    it
}

/// Files of the portal that are not pages.
fn files() -> Vec<Operation> {
    let of = |form: &str, id: &str, words: &str| {
        get(&format!("/decisions/{{id}}.{form}"), id, words, json!({ "type": "object" }))
            .at("id", public_id())
    };
    vec![
        get("/decisions.json", "open_decisions", "公示的决定（开放数据）", schema("Decisions")),
        of("json", "open_decision", "一件决定（开放数据）"),
        of("proof.json", "open_proof", "一件决定的证明（开放数据）"),
        of("original.json", "open_original", "一件决定来自原文的证明（开放数据）"),
        get("/feed.atom", "feed", "订阅（Atom）", json!({ "type": "string" }))
            .produces("application/atom+xml"),
    ]
}

fn schemas() -> Vec<(&'static str, Value)> {
    let text = || json!({ "type": "string" });
    let maybe = |kind: &str| json!({ "type": [kind, "null"] });
    let object = |required: Value, properties: Value| json!({ "type": "object", "required": required, "properties": properties });
    let list = |item: Value| json!({ "type": "array", "items": item });
    vec![
        (
            "Decisions",
            object(
                json!(["format", "items", "next"]),
                json!({
                    "format": { "const": "mingjing.decisions/1" }, "next": maybe("string"),
                    "items": list(object(json!(["id", "href", "status", "number", "organ", "decided_on"]), json!({
                        "id": text(), "href": text(), "status": text(), "number": text(), "organ": text(),
                        "party": maybe("string"), "category": maybe("string"), "conclusion": maybe("string"),
                        "decided_on": text(), "published_on": maybe("string"), "on_time": maybe("boolean"), "timing": text(),
                        "withdrawn_on": maybe("string"), "withdrawal_ground": maybe("string"),
                    }))),
                }),
            ),
        ),
        (
            "Decision",
            object(
                json!(["format", "id", "status", "number"]),
                json!({
                    "format": { "const": "mingjing.decision/1" }, "id": maybe("string"), "status": text(), "number": text(),
                    "decision": { "type": "object" }, "withdrawn": { "type": "object" }, "published": maybe("object"),
                }),
            ),
        ),
        (
            "Bundle",
            object(
                json!(["format", "statement", "event", "log"]),
                json!({
                    "format": text(), "statement": { "type": "array" }, "event": { "type": "object" }, "log": { "type": "object" },
                }),
            ),
        ),
        (
            "Figures",
            object(
                json!(["today", "months"]),
                json!({
                    "today": { "type": "string", "format": "date" },
                    "months": list(object(json!(["month", "published", "on_time", "withdrawn", "withdrawn_on_time"]), json!({
                        "month": text(), "published": { "type": "integer" }, "on_time": { "type": "integer" },
                        "withdrawn": { "type": "integer" }, "withdrawn_on_time": { "type": "integer" },
                    }))),
                }),
            ),
        ),
    ]
}

fn more_schemas() -> Vec<(&'static str, Value)> {
    let text = || json!({ "type": "string" });
    let maybe = |kind: &str| json!({ "type": [kind, "null"] });
    let flag = || json!({ "type": "boolean" });
    let object = |required: Value, properties: Value| json!({ "type": "object", "required": required, "properties": properties });
    let list = |item: Value| json!({ "type": "array", "items": item });
    vec![
        (
            "PublicOrgan",
            object(
                json!(["id", "name", "kind", "category", "confirmed_from"]),
                json!({
                    "id": text(), "name": text(), "kind": text(), "category": text(), "confirmed_from": maybe("string"),
                }),
            ),
        ),
        (
            "Officer",
            object(
                json!(["name", "organ", "organ_name", "certificate", "valid_today", "standing"]),
                json!({
                    "name": text(), "organ": text(), "organ_name": text(), "certificate": text(), "categories": text(),
                    "valid_from": text(), "valid_to": text(), "valid_today": flag(), "standing": text(),
                }),
            ),
        ),
        (
            "Found",
            object(
                json!(["found", "decisions", "officers", "document"]),
                json!({
                    "found": flag(), "decisions": list(json!({ "type": "object" })), "officers": list(schema("Officer")),
                    "document": maybe("object"),
                }),
            ),
        ),
        (
            "Checked",
            object(
                json!(["holds", "reason"]),
                json!({
                    "holds": flag(), "reason": text(), "statement": { "type": "array" }, "document": { "type": "object" },
                }),
            ),
        ),
        (
            "LogHead",
            object(
                json!(["size", "signed_at", "origin", "checkpoint", "keys"]),
                json!({
                    "size": { "type": "integer", "minimum": 0 }, "signed_at": { "type": "string", "format": "date-time" },
                    "origin": text(), "checkpoint": text(), "keys": list(text()),
                }),
            ),
        ),
    ]
}
