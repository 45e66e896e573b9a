//! What the API description says of recordings: schemas and examples come from the same
//! fields as the forms.

use mingjing_domain::case::form::wire_name;
use mingjing_domain::recording::procedure::recording_step;
use mingjing_domain::recording::words::{InterruptionCause, RecordingVerb};
use serde_json::{Value, json};

use super::api::fields;
use super::store::links;
use super::tables::Overall;
use super::verbs;
use crate::case::describe::{example_of, with_time};
use crate::kit::openapi::{Operation, key, limit, page_of, query, schema, words};

const TAG: &str = "音像记录";

fn id() -> Value {
    json!({ "type": "string", "format": "uuid" })
}

fn instant() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

fn maybe(kind: &str) -> Value {
    json!({ "type": [kind, "null"] })
}

fn act(verb: RecordingVerb) -> Operation {
    let row = recording_step(verb);
    let who: Vec<&str> = row.who.iter().map(|it| it.label()).collect();
    let mut says = format!("依据{}。办理人：{}。{}。", row.article, who.join("、"), row.relation.label());
    if !row.limit.is_empty() {
        says.push_str(&format!("期限：{}。", row.limit));
    }
    let fields = fields(verb);
    let path = format!("/api/v1/recordings/{{id}}/{}", wire_name(&verb));
    let name = format!("recording_{}", wire_name(&verb));
    Operation::post(&path, &name, TAG, verb.label(), schema("Recording"))
        .says(says)
        .with(key())
        .takes(with_time(&fields), Value::Object(example_of(&fields)))
}

/// What a device captured on a patrol, for the example.
fn captured() -> Value {
    json!({
        "id": "00000000-0000-4000-8000-000000000901", "case": null, "place": "示例县示例路1号",
        "started_at": "2026-03-02T09:30:00+08:00", "ended_at": "2026-03-02T10:00:00+08:00", "proves": "巡查情况",
        "clock": { "offset_ms": 0 },
        "segments": [{
            "id": "00000000-0000-4000-8000-000000000902", "kind": "video", "name": "巡查.mp4", "type": "video/mp4",
            "bytes": 1024, "sha256_root": "ab".repeat(32),
            "captured_from": "2026-03-02T09:30:00+08:00", "captured_to": "2026-03-02T09:59:00+08:00",
        }],
    })
}

/// A piece as a device tells it.
fn piece() -> Value {
    json!({
        "type": "object", "required": ["id", "kind", "name", "bytes", "sha256_root", "captured_from", "captured_to"],
        "properties": {
            "id": id(), "kind": { "type": "string", "enum": ["photo", "audio", "video", "form"] },
            "name": { "type": "string", "minLength": 1, "maxLength": 300 }, "type": { "type": "string" },
            "bytes": { "type": "integer", "minimum": 0, "maximum": 1_u64 << 42 },
            "sha256_root": { "type": "string", "pattern": "^[0-9a-f]{64}$" },
            "captured_from": instant(), "captured_to": instant(),
            "device": { "type": ["string", "null"], "format": "uuid", "description": "这一段用的设备；与登记的设备相同的不填" },
            "clock_offset_ms": { "type": ["integer", "null"], "description": "该设备时钟减服务器时钟的毫秒数；不填的，取该设备使用前检查所记" },
            "by": { "type": ["string", "null"], "format": "uuid", "description": "使用该设备的采集人；不填的为登记人" },
            "form": { "type": ["object", "null"], "required": ["title", "started_at", "ended_at", "text", "signer", "role"], "description": "现场填写、签名的文书的内容", "properties": {
                "document": { "type": "string", "description": "文书目录中的名称；其他笔录不填" }, "title": { "type": "string" },
                "started_at": instant(), "ended_at": instant(), "text": { "type": "string" },
                "fields": { "type": "array", "items": { "type": "object", "required": ["label", "value"], "properties": { "label": { "type": "string" }, "value": { "type": "string" } } } },
                "signer": { "type": "string" }, "role": { "type": "string" }, "refused": { "type": "string", "description": "没有签名的原因" },
            } },
        },
    })
}

fn register() -> Operation {
    let row = recording_step(RecordingVerb::Register);
    let causes: Vec<String> = InterruptionCause::ALL.iter().map(wire_name).collect();
    let body = json!({
        "type": "object", "required": ["id", "place", "started_at", "proves"],
        "properties": {
            "id": { "type": "string", "format": "uuid", "description": "设备生成的编号；同一编号只登记一次" },
            "case": { "type": ["string", "null"], "format": "uuid", "description": "案件；没有的为日常巡查" },
            "act": { "type": ["string", "null"], "description": "办案事项的名称或者序号，或者记录环节" },
            "link": { "type": ["string", "null"], "enum": links().into_iter().map(|(name, _)| Value::from(name)).chain([Value::Null]).collect::<Vec<_>>() },
            "case_room": { "type": "boolean", "description": "在执法办案场所进行" },
            "place": { "type": "string", "minLength": 1, "maxLength": 200 },
            "coordinates": { "type": ["object", "null"], "required": ["latitude", "longitude"], "properties": {
                "latitude": { "type": "number", "minimum": -90, "maximum": 90 },
                "longitude": { "type": "number", "minimum": -180, "maximum": 180 }, "accuracy_m": { "type": ["number", "null"] },
            } },
            "started_at": instant(), "ended_at": { "type": ["string", "null"], "format": "date-time" },
            "device": { "type": ["string", "null"], "format": "uuid" },
            "proves": { "type": "string", "minLength": 1, "maxLength": 2000 },
            "party": maybe("string"), "cause": maybe("string"), "unit": maybe("string"),
            "told": { "type": ["object", "null"], "required": ["at"], "properties": {
                "at": instant(), "by": { "type": ["string", "null"], "format": "uuid" }, "person": maybe("string"), "wording": maybe("string"),
            } },
            "ticks": { "type": "array", "items": { "type": "object", "required": ["what", "at"], "properties": {
                "what": { "type": "string" }, "at": instant(),
            } } },
            "clock": { "type": "object", "properties": { "offset_ms": { "type": "integer", "description": "设备时钟减服务器时钟的毫秒数" } } },
            "segments": { "type": "array", "items": piece() },
            "interruptions": { "type": "array", "items": { "type": "object", "required": ["after", "cause"], "properties": {
                "after": { "type": "integer", "minimum": 0, "maximum": u16::MAX }, "cause": { "type": "string", "enum": causes },
                "statement": { "type": "string" }, "reported_to": { "type": ["string", "null"], "format": "uuid" },
            } } },
            "not_told_because": maybe("string"),
            "collectors": { "type": "array", "items": { "type": "object", "required": ["staff"], "properties": { "staff": id(), "certificate": { "type": "string" } } } },
            "documents": { "type": "array", "items": { "type": "string" } },
        },
    });
    let example = captured();
    let answer = json!({
        "type": "object", "required": ["id", "number", "version", "segments"],
        "properties": { "id": id(), "number": maybe("string"), "version": { "type": "integer" }, "segments": { "type": "array", "items": schema("Segment") } },
    });
    let mut it = Operation::post(
        "/api/v1/recordings",
        "recording_register",
        TAG,
        RecordingVerb::Register.label(),
        answer,
    )
    .says(format!(
        "依据{}。现场设备离线采集的，一次登记：登记、告知、采集、封存、标记、工作结束。",
        row.article
    ))
    .with(key())
    .takes(body, example)
    .status(201, "已登记")
    .leads("recording_read", json!({ "id": "$response.body#/id" }));
    it.also = Some((200, "此前已登记"));
    it
}

/// Operations of recordings and the schemas they refer to.
pub fn operations() -> (Vec<Operation>, Vec<(&'static str, Value)>) {
    let states: Vec<&str> = Overall::ALL.iter().map(|it| it.name()).collect();
    let names: Vec<String> = links().into_iter().map(|(name, _)| name).collect();
    let one = || json!({ "type": "string", "enum": ["1"] });
    let mut list = Operation::get(
        "/api/v1/recordings",
        "recording_list",
        TAG,
        "列出、查找音像记录",
        page_of(schema("RecordingLine")),
    )
    .fails(&[404]);
    list.parameters = vec![
        query("q", "编号、当事人、案由、地点中相连的字", words()),
        query("state", "入库状态", json!({ "type": "string", "enum": states })),
        query("link", "记录环节", json!({ "type": "string", "enum": names })),
        query("case", "案件", id()),
        query("organ", "机关", id()),
        query("mine", "只看本人采集的", one()),
        query("late", "只看超期上传和超期未上传的", one()),
        query("held", "只看长期留存的", one()),
        query("after", "从这项之后起", id()),
        limit(),
    ];
    let own = "$response.body#/items/0/id";
    list = list.leads("recording_read", json!({ "id": own }));
    for verb in verbs::acting() {
        list = list.leads(&format!("recording_{}", wire_name(&verb)), json!({ "id": own }));
    }
    let matters = json!({
        "type": "object", "required": ["organ", "on", "items"],
        "properties": {
            "organ": { "type": "string" }, "on": { "type": "string", "format": "date" },
            "items": { "type": "array", "items": { "type": "object", "required": ["no", "link", "item", "manner", "basis"] } },
        },
    });
    let field = json!({
        "type": "object", "required": ["person", "organ", "certificate", "server_time", "devices", "heads", "tasks", "wordings"],
        "properties": {
            "person": { "type": "object" }, "organ": { "type": "object" }, "certificate": maybe("object"),
            "server_time": instant(), "devices": { "type": "array", "items": { "type": "object" } },
            "heads": { "type": "array", "items": { "type": "object", "required": ["id", "name", "unit"], "properties": { "id": id(), "name": { "type": "string" }, "unit": { "type": "string" } } } },
            "tasks": { "type": "array", "items": { "type": "object", "required": ["case", "title", "acts"] } },
            "wordings": { "type": "object" },
        },
    });
    let mut all = vec![
        list,
        register(),
        Operation::get("/api/v1/recordings/{id}", "recording_read", TAG, "查看音像记录", schema("Recording")),
        Operation::get(
            "/api/v1/recording-list",
            "recording_matters",
            TAG,
            "音像记录事项清单",
            matters.clone(),
        ),
        Operation::get(
            "/api/v1/public/organs/{name}/recording-list",
            "public_recording_matters",
            TAG,
            "公示的音像记录事项清单",
            matters,
        )
        .at("name", json!({ "type": "string", "pattern": "^[0-9a-f]{16}$" })),
        Operation::get("/api/v1/field", "field", TAG, "现场执法任务和用语指引", field),
    ];
    all.extend(verbs::acting().map(act));
    (all, schemas(&states))
}

fn schemas(states: &[&str]) -> Vec<(&'static str, Value)> {
    let state = json!({ "type": "string", "enum": states });
    let line = json!({
        "type": "object", "required": ["id", "organ", "number", "link", "state", "made_on", "late"],
        "properties": {
            "id": id(), "organ": id(), "number": maybe("string"), "link": { "type": "string" }, "state": state,
            "made_on": { "type": "string", "format": "date" }, "late": { "type": "boolean" },
            "segments": { "type": "integer" }, "findings": { "type": "integer" }, "held": { "type": "integer" },
        },
    });
    let segment = json!({
        "type": "object", "required": ["id", "no", "kind", "state", "sha256_root"],
        "properties": {
            "id": { "type": ["string", "null"], "format": "uuid" }, "no": { "type": "integer", "minimum": 1 },
            "kind": { "type": "string" },
            "state": { "type": "string", "enum": ["captured", "sealed", "uploaded", "accepted", "mismatch"] },
            "sha256_root": maybe("string"), "form": maybe("object"),
        },
    });
    let recording = json!({
        "type": "object", "required": ["id", "organ", "version", "number", "state", "link", "segments", "findings", "holds"],
        "properties": {
            "id": id(), "organ": id(), "version": { "type": "integer" }, "number": maybe("string"), "state": state,
            "link": { "type": "string" }, "segments": { "type": "array", "items": schema("Segment") },
            "joints": { "type": "array", "items": { "type": "object" } },
            "findings": { "type": "array", "items": { "type": "object" } },
            "marks": { "type": "array", "items": { "type": "object" } },
            "holds": { "type": "array", "items": { "type": "object" } },
            "lateness": maybe("object"), "kept": maybe("object"),
        },
    });
    vec![("RecordingLine", line), ("Segment", segment), ("Recording", recording)]
}
