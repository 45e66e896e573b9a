//! What the API description says of machine-made text.

use serde_json::{Value, json};

use crate::kit::openapi::{Operation, limit, needed, query, schema, words};

const TAG: &str = "音像记录";

/// Operations and the schemas they refer to.
pub fn operations() -> (Vec<Operation>, Vec<(&'static str, Value)>) {
    let id = || json!({ "type": "string", "format": "uuid" });
    let maybe = |kind: &str| json!({ "type": [kind, "null"] });
    let line = json!({
        "type": "object", "required": ["text", "start_ms", "end_ms", "page"],
        "properties": {
            "text": { "type": "string" }, "start_ms": maybe("integer"), "end_ms": maybe("integer"), "page": maybe("integer"),
        },
    });
    let lines = |kind: Value| json!({ "type": kind, "items": schema("MachineLine") });
    let task = || json!({ "type": "string", "enum": ["ocr", "transcript"] });
    let hit = json!({
        "type": "object", "required": ["recording", "organ", "number", "segment", "task", "lines"],
        "properties": {
            "recording": id(), "organ": id(), "number": maybe("string"), "segment": { "type": "integer", "minimum": 1 },
            "kind": { "type": "string" }, "task": task(), "lines": lines(json!(["array", "null"])),
        },
    });
    let made = json!({
        "type": "object", "required": ["segment", "task", "engine", "engine_version", "made_at", "sha256", "cut", "lines"],
        "properties": {
            "segment": { "type": "integer", "minimum": 1 }, "task": task(), "engine": { "type": "string" },
            "engine_version": { "type": "string" }, "made_at": { "type": "string", "format": "date-time" },
            "sha256": { "type": "string" }, "sha256_root": { "type": "string" }, "cut": { "type": "boolean" },
            "lines": lines(json!("array")),
        },
    });
    let all = |one: &str, more: Value| {
        let mut properties =
            json!({ "notice": { "type": "string" }, "items": { "type": "array", "items": schema(one) } });
        let (name, kind) = if more.is_null() { ("next", maybe("string")) } else { ("recording", more) };
        properties[name] = kind;
        json!({ "type": "object", "required": ["notice", "items", name], "properties": properties })
    };
    let mut search = Operation::get(
        "/api/v1/recording-search",
        "recording_search",
        TAG,
        "在机器识别的文字中查找音像记录",
        all("MachineHit", Value::Null),
    )
    .says("只在本人现在可以查看的音像记录中查找。不由本人承办的，不给出文字（lines 为 null）。");
    let asked = needed("q", "相连的字词，至少两个字", words());
    let cursor = json!({ "type": "string", "pattern": r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.([1-9][0-9]{0,3}|[1-5][0-9]{4})$" });
    search.parameters = vec![asked, query("after", "从这个位置之后起", cursor), limit()];
    let words = Operation::get(
        "/api/v1/recordings/{id}/words",
        "recording_words",
        TAG,
        "查看机器识别的文字",
        all("MachineText", id()),
    )
    .says("机器识别，仅供检索，不是证据、不是文书。承办人以外的人员查看，记入查阅记录。")
    .fails(&[409, 410]);
    (vec![search, words], vec![("MachineLine", line), ("MachineHit", hit), ("MachineText", made)])
}
