//! What the API description says of cases: schemas and examples come from the
//! same fields as the forms.

use mingjing_domain::case::form::{self, Field, Kind, wire_name};
use mingjing_domain::case::procedure::{PROCEDURE, Relation, Step, Verb, step};
use mingjing_domain::case::types::Stage;
use serde_json::{Map, Value, json};

use super::body::{MAX_FEN, MAX_ITEMS, bounds};
use crate::kit::openapi::{
    Operation, header_parameter, key, limit, or_null, plain_text, query, schema, words,
};

pub(super) const TAG: &str = "案件";

/// A synthetic person of the examples.
fn person(n: u8) -> Value {
    json!(format!("00000000-0000-7000-8000-{n:012}"))
}

/// A synthetic case of the examples.
const CASE: &str = "00000000-0000-7000-8000-000000000100";

/// JSON schema of a field.
pub fn field(it: &Field) -> Value {
    let max = if it.max_chars == 0 { 200 } else { it.max_chars };
    let least = u8::from(it.required);
    let labels = |choices: &[(String, &'static str)]| {
        choices.iter().map(|(name, label)| format!("{name} {label}")).collect::<Vec<_>>().join("；")
    };
    let mut out = match &it.kind {
        Kind::Line | Kind::Paragraph | Kind::Category => {
            let pattern = plain_text(it.kind == Kind::Paragraph);
            json!({ "type": "string", "minLength": least, "maxLength": max, "pattern": pattern })
        }
        Kind::Date => json!({ "type": "string", "format": "date" }),
        Kind::Instant => json!({ "type": "string", "format": "date-time" }),
        Kind::Money => json!({ "type": "integer", "minimum": 0, "maximum": MAX_FEN }),
        Kind::Number => {
            let (min, max) = bounds(it.name);
            json!({ "type": "integer", "minimum": min, "maximum": max })
        }
        Kind::Flag => json!({ "type": "boolean", "default": false }),
        Kind::Choice(choices) => {
            json!({ "type": "string", "enum": choices.iter().map(|(name, _)| name).collect::<Vec<_>>() })
        }
        Kind::Choices(choices) => {
            let names: Vec<&String> = choices.iter().map(|(name, _)| name).collect();
            json!({ "type": "array", "minItems": least, "maxItems": MAX_ITEMS, "items": { "type": "string", "enum": names } })
        }
        Kind::NumberChoice(choices) => {
            json!({ "type": "integer", "enum": choices.iter().map(|(n, _)| n).collect::<Vec<_>>() })
        }
        Kind::Staff | Kind::Recording => json!({ "type": "string", "format": "uuid" }),
        Kind::StaffList => {
            json!({ "type": "array", "minItems": least, "maxItems": MAX_ITEMS, "items": { "type": "string", "format": "uuid" } })
        }
        Kind::Party | Kind::Document | Kind::Proposal | Kind::Ordinal => ordinal(),
        Kind::EvidenceList => {
            json!({ "type": "array", "minItems": least, "maxItems": MAX_ITEMS, "items": ordinal() })
        }
        Kind::Region => json!({ "type": "string", "pattern": "^[0-9]{6}$" }),
        Kind::List(fields) => {
            let items = match fields.as_slice() {
                [one] if one.name.is_empty() => field(one),
                several => object(several),
            };
            json!({ "type": "array", "minItems": least, "maxItems": MAX_ITEMS, "items": items })
        }
    };
    let mut description = it.label.to_owned();
    if let Kind::Choice(choices) | Kind::Choices(choices) = &it.kind {
        description.push_str(&format!("（{}）", labels(choices)));
    }
    if it.kind == Kind::Money {
        description.push_str("，以分计");
    }
    if !it.hint.is_empty() {
        description.push_str(&format!("。{}", it.hint));
    }
    out["description"] = description.into();
    if !it.required && !it.name.is_empty() {
        or_null(&mut out);
    }
    out
}

fn ordinal() -> Value {
    json!({ "type": "integer", "minimum": 1, "maximum": u16::MAX })
}

/// JSON schema of a group of fields.
pub fn object(fields: &[Field]) -> Value {
    let properties: Map<String, Value> = fields.iter().map(|it| (it.name.to_owned(), field(it))).collect();
    let required: Vec<&str> = fields.iter().filter(|it| it.required).map(|it| it.name).collect();
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
}

/// JSON schema of the body of a verb, with the late entry.
pub fn body(verb: Verb) -> Value {
    with_time(&form::fields(verb))
}

/// JSON schema of a body of fields, with the claimed time of the act.
pub fn with_time(fields: &[Field]) -> Value {
    let mut out = object(fields);
    let late = json!({
        "happened_at": { "type": ["string", "null"], "format": "date-time", "description": "实际发生的时刻；仅补录或者设备记录时填写" },
        "late_reason": { "type": ["string", "null"], "maxLength": 500, "description": "补录原因" },
        "late_approver": { "type": ["string", "null"], "format": "uuid", "description": "同意补录的负责人" },
        "device_offset_ms": { "type": ["integer", "null"], "description": "设备时钟减服务器时钟的毫秒数；设备记录时填写，与补录只能填一种" },
    });
    if let (Value::Object(properties), Value::Object(late)) = (&mut out["properties"], late) {
        properties.extend(late);
    }
    out
}

/// A body that passes the check, of synthetic persons and things.
pub fn example(verb: Verb) -> Value {
    Value::Object(example_of(&form::fields(verb)))
}

/// A body of fields that passes the check.
pub fn example_of(fields: &[Field]) -> Map<String, Value> {
    fields
        .iter()
        .filter(|it| it.required || it.kind == Kind::Flag || form::INFORMANT.contains(&it.name))
        .map(|it| (it.name.to_owned(), example_value(it)))
        .collect()
}

fn example_value(it: &Field) -> Value {
    match &it.kind {
        Kind::Line | Kind::Paragraph => json!(match it.name {
            "subject" | "name" => "示例化工有限公司",
            "code" => "915113000000000192",
            "address" | "place" => "示例县示例路1号",
            "title" => "示例化工有限公司特种作业人员未取得资格上岗作业案",
            "cause" => "特种作业人员未取得相应资格上岗作业",
            "law" => "安全生产法",
            "article" => "第三十条第一款",
            "receipt" => "示票20260001",
            "by" => "当事人",
            "manner" => "已停产停业",
            "collector" => "示例县农村商业银行",
            "quantity" => "2册",
            "informant_name" => "示范举报人",
            "informant_contact" => "000-0001",
            "recipient" => "示范甲，本单位负责人",
            _ => "示例内容",
        }),
        Kind::Date => json!(if it.name == "violation_on" { "2026-02-27" } else { "2026-03-02" }),
        Kind::Instant => json!(if it.name == "ended_at" {
            "2026-03-02T10:30:00+08:00"
        } else {
            "2026-03-02T09:30:00+08:00"
        }),
        Kind::Money => json!(3_000_000),
        Kind::Number => json!(30),
        Kind::Flag => json!(true),
        Kind::Choice(choices) => match it.name {
            // The one source whose every field may be filled.
            "source" if choices.iter().any(|(name, _)| name == "report") => json!("report"),
            "kind" if choices.iter().any(|(name, _)| name == "legal_person") => json!("legal_person"),
            _ => json!(choices.first().map(|(name, _)| name)),
        },
        Kind::Choices(choices) => json!([choices.first().map(|(name, _)| name)]),
        Kind::NumberChoice(choices) => json!(choices.first().map(|(n, _)| n)),
        Kind::Staff | Kind::Recording => person(1),
        Kind::StaffList => json!([person(1), person(2)]),
        Kind::Party | Kind::Document | Kind::Proposal | Kind::Ordinal => json!(1),
        Kind::EvidenceList => json!([1]),
        Kind::Region => json!("990101"),
        Kind::Category => json!("安全生产"),
        Kind::List(fields) => match fields.as_slice() {
            [one] if one.name.is_empty() => json!([example_value(one)]),
            several => json!([example_of(several)]),
        },
    }
}

/// Identifier of the operation of a verb.
fn operation_id(verb: Verb) -> String {
    format!("case_{}", wire_name(&verb))
}

fn acting() -> impl Iterator<Item = &'static Step> {
    PROCEDURE.iter().filter(|row| row.relation != Relation::System && row.verb != Verb::RegisterClue)
}

/// Names of the verbs that have a form on a case.
pub(super) fn acting_names() -> Vec<String> {
    acting().map(|row| wire_name(&row.verb)).collect()
}

/// What may be looked at once there is a case.
const VIEWS: [&str; 6] =
    ["case_read", "case_events", "case_actions", "case_limits", "case_documents", "case_review"];

/// From an answer that holds the case to everything that can be done with it.
fn links(at: &str) -> Vec<(String, Value)> {
    let fixed = VIEWS.map(str::to_owned);
    fixed
        .into_iter()
        .chain(acting().map(|row| operation_id(row.verb)))
        .map(|id| (id.clone(), json!({ "operationId": id, "parameters": { "id": at } })))
        .collect()
}

/// What may follow a row: the views, the rows of the stage that it leads to, and
/// those of any stage. A row that leaves the stage as it is may be followed by its
/// neighbours.
fn next(row: &Step, at: &str) -> Vec<(String, Value)> {
    let follows = |other: &Step| match (row.to, row.verb) {
        (_, Verb::RegisterClue) => true,
        (Some(stage), _) => other.from.is_empty() || other.from.contains(&stage),
        (None, _) => other.from.is_empty() || other.from.iter().any(|it| row.from.contains(it)),
    };
    let out: Vec<String> =
        acting().filter(|other| !follows(other)).map(|other| operation_id(other.verb)).collect();
    links(at).into_iter().filter(|(id, _)| !out.contains(id)).collect()
}

fn outcome_example(verb: Verb) -> Value {
    let stage = step(verb).to.unwrap_or(Stage::Clue);
    json!({
        "case": CASE, "version": 2, "stage": wire_name(&stage), "documents": [],
        "recorded_at": "2026-03-02T01:30:00Z", "replayed": false,
    })
}

fn act(row: &Step) -> Operation {
    let verb = row.verb;
    let mut description = format!("依据{}。", row.article);
    let stages: Vec<&str> = row.from.iter().map(|it| it.label()).collect();
    let who: Vec<&str> = row.who.iter().map(|it| it.label()).collect();
    description.push_str(&format!("办理人：{}。", who.join("、")));
    if !stages.is_empty() {
        description.push_str(&format!("阶段：{}。", stages.join("、")));
    }
    if !row.limit.is_empty() {
        description.push_str(&format!("期限：{}。", row.limit));
    }
    let path = match verb {
        Verb::RegisterClue => "/api/v1/cases".to_owned(),
        _ => format!("/api/v1/cases/{{id}}/{}", wire_name(&verb)),
    };
    let mut it = Operation::post(&path, &operation_id(verb), TAG, verb.label(), schema("Outcome"))
        .says(description)
        .with(key())
        .takes(body(verb), example(verb))
        .answers(outcome_example(verb));
    it = match verb {
        Verb::RegisterClue => it.status(201, "已登记"),
        _ => it.with(header_parameter(
            "If-Match",
            "您看到的案件版本号；案件已有变化的返回 412",
            json!({ "type": "string", "pattern": r#"^("[0-9]{1,18}"|[0-9]{1,18}|\*)$"#, "examples": ["\"2\""] }),
        )),
    };
    it.links = next(row, "$response.body#/case");
    it
}

/// Operations of cases and the schemas they refer to.
pub fn operations() -> (Vec<Operation>, Vec<(&'static str, Value)>) {
    let stages: Vec<String> = Stage::ALL.iter().map(wire_name).collect();
    let filters = [
        query("q", "案号、当事人、案由中相连的字", words()),
        query("stage", "阶段", json!({ "type": "string", "enum": stages })),
        query("category", "执法类别", words()),
        query("organ", "机关", json!({ "type": "string", "format": "uuid" })),
        query("mine", "只看我承办的", json!({ "type": "string", "enum": ["1"] })),
        query("after", "翻页标记，即上一页的 cursor", json!({ "type": "string", "format": "uuid" })),
        limit(),
    ];
    let personal = query(
        "personal",
        "show：显示证件号码和电话，查看将被记录",
        json!({ "type": "string", "enum": ["show"] }),
    );
    let version = json!({ "type": "integer", "minimum": 0, "maximum": i64::MAX });
    let page = |item: Value| json!({ "type": "object", "required": ["items", "version"], "properties": { "items": { "type": "array", "items": item }, "version": { "type": "integer", "minimum": 1 } } });
    let get = |path: &str, id: &str, words: &str, answer: Value| Operation::get(path, id, TAG, words, answer);
    let mut list = get("/api/v1/cases", "case_list", "列出、查找案件", schema("CasePage")).fails(&[404]);
    list.parameters = filters.to_vec();
    list.links = links("$response.body#/items/0/id");
    let mut export =
        get("/api/v1/cases.csv", "case_export", "导出案件列表（CSV）", json!({ "type": "string" }))
            .produces("text/csv")
            .fails(&[404]);
    export.parameters = filters.into_iter().filter(|it| it["name"] != "limit").collect();
    let own = json!({ "id": "$request.path.id" });
    let mut all = vec![
        list,
        export,
        act(step(Verb::RegisterClue)),
        get("/api/v1/cases/{id}", "case_read", "查看案件", schema("Case")).with(personal),
        get("/api/v1/cases/{id}/events", "case_events", "查看经过", page(schema("Event")))
            .with(query("after", "从这个版本之后起", version))
            .leads(
                "case_event_proof",
                json!({ "id": "$request.path.id", "version": "$response.body#/items/0/version" }),
            ),
        get("/api/v1/cases/{id}/actions", "case_actions", "现在可以办和不能办的事项", page(schema("Action"))),
        get("/api/v1/cases/{id}/limits", "case_limits", "正在计算的期限及其算法", page(schema("Limit")))
            .leads("case_read", own),
        get("/api/v1/desk", "desk", "我的桌面", schema("Desk"))
            .leads("case_read", json!({ "id": "$response.body#/cases/0/id" })),
        get("/api/v1/procedures/penalty", "procedure_penalty", "普通程序的办理表", schema("Procedure")),
    ];
    all.extend(acting().map(act));
    (all, schemas())
}

fn typed(kind: &str, words: &str) -> Value {
    json!({ "type": kind, "description": words })
}

fn schemas() -> Vec<(&'static str, Value)> {
    let stages: Vec<String> = Stage::ALL.iter().map(wire_name).collect();
    let id = json!({ "type": "string", "format": "uuid" });
    let stage = json!({ "type": "string", "enum": stages });
    let maybe = |kind: &str| json!({ "type": [kind, "null"] });
    let line = json!({
        "type": "object", "required": ["id", "organ", "title", "stage"],
        "properties": {
            "id": id, "organ": id, "number": maybe("string"), "title": typed("string", "案件名称"),
            "parties": typed("string", "当事人"), "category": typed("string", "执法类别"), "stage": stage,
            "review": typed("string", "法制审核"), "registered_on": { "type": "string", "format": "date" },
            "filed_on": maybe("string"), "decided_on": maybe("string"), "fine_fen": typed("integer", "罚款，以分计"),
        },
    });
    let list = json!({ "type": "array", "items": { "type": "object" } });
    vec![
        (
            "Outcome",
            json!({
                "type": "object", "required": ["case", "version", "stage", "documents", "recorded_at", "replayed"],
                "properties": {
                    "case": id, "version": { "type": "integer", "minimum": 1 }, "stage": stage,
                    "documents": { "type": "array", "items": { "type": "object", "required": ["no", "kind"], "properties": { "no": ordinal(), "kind": typed("string", "文书") } } },
                    "recorded_at": { "type": "string", "format": "date-time" },
                    "replayed": typed("boolean", "此前已经办理，这次没有再办"),
                },
            }),
        ),
        ("CaseLine", line),
        (
            "Desk",
            json!({
                "type": "object", "required": ["waiting", "cases", "late", "errata"],
                "properties": {
                    "waiting": { "type": "array", "items": {
                        "type": "object", "required": ["id", "publication", "recording", "party", "title", "since", "case", "number", "due"],
                        "properties": {
                            "id": id, "publication": { "type": ["string", "null"], "format": "uuid", "description": "等待办理的公示事项" },
                            "recording": { "type": ["string", "null"], "format": "uuid", "description": "超期未上传的音像记录" },
                            "party": { "type": ["integer", "null"], "minimum": 1, "description": "等待制作公示文本的当事人序号" },
                            "title": typed("string", "等待办理的事项"), "since": { "type": "string", "format": "date" },
                            "case": typed("string", "案件名称"), "number": maybe("string"),
                            "due": { "type": ["string", "null"], "format": "date", "description": "公示事项自己的期限末日" },
                        },
                    } },
                    "cases": { "type": "array", "items": schema("CaseLine") },
                    "errata": { "type": "array", "description": "监督人员：待复核的规则勘误", "items": {
                        "type": "object", "required": ["id", "organ", "case", "title", "since"],
                        "properties": {
                            "id": id, "organ": id, "case": typed("string", "案件名称"), "title": typed("string", "待复核的规则"),
                            "since": { "type": "string", "format": "date", "description": "发现之日" },
                        },
                    } },
                    "late": { "type": "array", "description": "监督人员：超期未决定是否立案的案件", "items": {
                        "type": "object", "required": ["id", "organ", "case", "title", "due"],
                        "properties": {
                            "id": id, "organ": id, "case": typed("string", "案件名称"), "title": typed("string", "超期的事项"),
                            "due": { "type": "string", "format": "date", "description": "期限末日" },
                        },
                    } },
                },
            }),
        ),
        (
            "Procedure",
            json!({
                "type": "object", "required": ["procedure", "label", "stages", "rows"],
                "properties": {
                    "procedure": typed("string", "程序"), "label": typed("string", "名称"),
                    "stages": { "type": "array", "items": { "type": "object", "required": ["stage", "label"] } },
                    "rows": { "type": "array", "items": { "type": "object", "required": ["verb", "label", "from", "who", "article"] } },
                },
            }),
        ),
        (
            "CasePage",
            json!({
                "type": "object", "required": ["items", "cursor", "next"],
                "properties": {
                    "items": { "type": "array", "items": schema("CaseLine") },
                    "cursor": { "type": ["string", "null"], "description": "下一页的翻页标记" },
                    "next": { "type": ["string", "null"], "description": "下一页的地址" },
                },
            }),
        ),
        (
            "Case",
            json!({
                "type": "object", "required": ["id", "organ", "version", "stage", "parties", "documents", "review"],
                "properties": {
                    "id": id, "organ": id, "version": { "type": "integer", "minimum": 1 }, "stage": stage,
                    "number": maybe("string"), "title": maybe("string"), "clue": { "type": "object" },
                    "officers": { "type": "array", "items": id }, "handled_by": { "type": "array", "items": id },
                    "filing": maybe("object"), "parties": list, "proposals": list, "evidence": list, "documents": list,
                    "inquiries": typed("integer", "询问次数"), "scenes": typed("integer", "勘验次数"),
                    "suspended": typed("boolean", "已中止"), "draft": maybe("object"), "review": { "type": "object" },
                    "discussions": list, "decision": maybe("object"), "closed": maybe("object"), "errata": list,
                },
            }),
        ),
        (
            "Event",
            json!({
                "type": "object", "required": ["version", "type", "sentence", "actor", "recorded_at", "happened_at", "proof"],
                "properties": {
                    "version": { "type": "integer", "minimum": 1 }, "event": id, "type": typed("string", "事件类型"),
                    "sentence": typed("string", "发生了什么"), "actor": id,
                    "recorded_at": { "type": "string", "format": "date-time" }, "happened_at": { "type": "string", "format": "date-time" },
                    "proof": { "type": "string", "enum": ["pending", "sequenced", "checkpointed", "witnessed"] },
                },
            }),
        ),
        (
            "Action",
            json!({
                "type": "object", "required": ["verb", "label", "article", "open"],
                "properties": {
                    "verb": typed("string", "事项"), "label": typed("string", "名称"), "article": typed("string", "依据"),
                    "open": typed("boolean", "现在可以办"), "shut": maybe("object"), "href": typed("string", "办理地址"),
                },
            }),
        ),
        (
            "Limit",
            json!({
                "type": "object", "required": ["title", "earliest", "latest", "article", "derivation"],
                "properties": {
                    "title": typed("string", "期限"), "party": maybe("integer"), "right_of_party": typed("boolean", "是当事人的权利"),
                    "earliest": { "type": "string", "format": "date" }, "latest": { "type": "string", "format": "date" },
                    "article": typed("string", "依据"), "derivation": { "type": "array", "items": { "type": "string" } },
                },
            }),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::body::read;

    #[test]
    fn every_example_passes_the_check() {
        for row in PROCEDURE.iter().filter(|row| row.relation != Relation::System) {
            if let Err(refusal) = read(row.verb, example(row.verb)) {
                panic!("{:?}: {:?}", row.verb, refusal.fields);
            }
        }
    }

    #[test]
    fn a_body_without_a_required_field_is_refused_as_its_schema_says() {
        for row in PROCEDURE.iter().filter(|row| row.relation != Relation::System) {
            let required = body(row.verb)["required"].clone();
            for name in required.as_array().expect("a list").iter().filter_map(Value::as_str) {
                let mut without = example(row.verb);
                without.as_object_mut().expect("an object").shift_remove(name);
                let refusal =
                    read(row.verb, without).err().unwrap_or_else(|| panic!("{:?} without {name}", row.verb));
                assert!(
                    refusal.fields.iter().any(|it| it.field == name),
                    "{:?} {name} {:?}",
                    row.verb,
                    refusal.fields
                );
            }
        }
    }
}
