//! The description of the API (OpenAPI 3.1), made from what each feature says of
//! its operations and from who may open their routes. A test compares it with the
//! routes, both ways.

use axum::extract::State;
use axum::http::{HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::http::{Access, Listed, Routes, Shell};
use super::{openapi_links, reference};

/// Media type of most bodies.
pub const JSON: &str = "application/json";

/// One operation, as its feature describes it.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Method.
    pub method: Method,
    /// Path with `{parameters}`.
    pub path: String,
    /// Unique identifier of the operation.
    pub id: String,
    /// What it does, in words.
    pub summary: String,
    /// Group on the reference page.
    pub tag: &'static str,
    /// Rule behind it and other remarks; may be empty.
    pub description: String,
    /// Schemas of the parameters of the path; `id` is a UUID unless said otherwise.
    pub path_parameters: Vec<(&'static str, Value)>,
    /// Parameters besides those of the path, as OpenAPI writes them.
    pub parameters: Vec<Value>,
    /// Schema and example of the body, where it takes one.
    pub body: Option<(Value, Value)>,
    /// Media types of the body.
    pub consumes: &'static [&'static str],
    /// Status of success, its words, the schema of its body.
    pub success: (u16, &'static str, Value),
    /// Another status of success with the same body.
    pub also: Option<(u16, &'static str)>,
    /// Media type of the answer.
    pub produces: &'static str,
    /// Example of the answer; null for none.
    pub example: Value,
    /// Failures that only some operations know.
    pub failures: &'static [u16],
    /// What may be done next with what this answers: name and OpenAPI link.
    pub links: Vec<(String, Value)>,
}

impl Operation {
    /// An operation without body or parameters.
    pub fn new(method: Method, path: impl Into<String>, id: impl Into<String>, tag: &'static str) -> Self {
        Self {
            method,
            path: path.into(),
            id: id.into(),
            summary: String::new(),
            tag,
            description: String::new(),
            path_parameters: Vec::new(),
            parameters: Vec::new(),
            body: None,
            consumes: &[JSON],
            success: (200, "内容", json!({ "type": "object" })),
            also: None,
            produces: JSON,
            example: Value::Null,
            failures: &[],
            links: Vec::new(),
        }
    }

    /// A reading operation.
    pub fn get(path: &str, id: &str, tag: &'static str, summary: &str, answer: Value) -> Self {
        let mut it = Self::new(Method::GET, path, id, tag);
        summary.clone_into(&mut it.summary);
        it.success.2 = answer;
        it
    }

    /// An operation that changes something and may be sent again with the same key.
    pub fn post(path: &str, id: &str, tag: &'static str, summary: &str, answer: Value) -> Self {
        let mut it = Self::new(Method::POST, path, id, tag);
        summary.clone_into(&mut it.summary);
        it.success = (200, "已办理", answer);
        it
    }

    /// With words on the rule behind it.
    #[must_use]
    pub fn says(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// With a parameter of query or header.
    #[must_use]
    pub fn with(mut self, parameter: Value) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// With the schema of a parameter of the path.
    #[must_use]
    pub fn at(mut self, name: &'static str, schema: Value) -> Self {
        self.path_parameters.push((name, schema));
        self
    }

    /// With a body: schema and example.
    #[must_use]
    pub fn takes(mut self, schema: Value, example: Value) -> Self {
        self.body = Some((schema, example));
        self
    }

    /// With another status of success.
    #[must_use]
    pub fn status(mut self, status: u16, words: &'static str) -> Self {
        (self.success.0, self.success.1) = (status, words);
        self
    }

    /// With an example of the answer.
    #[must_use]
    pub fn answers(mut self, example: Value) -> Self {
        self.example = example;
        self
    }

    /// Answers in another media type.
    #[must_use]
    pub const fn produces(mut self, media: &'static str) -> Self {
        self.produces = media;
        self
    }

    /// With a failure that only some operations know.
    #[must_use]
    pub const fn fails(mut self, failures: &'static [u16]) -> Self {
        self.failures = failures;
        self
    }

    /// With a link to an operation, and from where its parameters come.
    #[must_use]
    pub fn leads(mut self, operation: &str, parameters: Value) -> Self {
        let link = json!({ "operationId": operation, "parameters": parameters });
        self.links.push((operation.to_owned(), link));
        self
    }
}

/// A parameter of the query.
pub fn query(name: &str, words: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "query", "required": false, "description": words, "schema": schema })
}

/// A required parameter of the query.
pub fn needed(name: &str, words: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "query", "required": true, "description": words, "schema": schema })
}

/// The parameter for the lines of one answer.
pub fn limit() -> Value {
    query("limit", "每页条数", json!({ "type": "integer", "minimum": 1, "maximum": 100, "default": 20 }))
}

/// Words to look for.
pub fn words() -> Value {
    json!({
        "type": "string", "minLength": 1, "maxLength": super::ask::MAX_CHARS, "pattern": r"^[^\u0000]*$",
    })
}

/// A parameter of the header.
pub fn header_parameter(name: &str, words: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "header", "required": false, "description": words, "schema": schema })
}

/// The key under which an act is carried out once.
pub fn key() -> Value {
    header_parameter(
        "Idempotency-Key",
        "操作编号：同一编号只办理一次",
        json!({ "type": "string", "minLength": 1, "maxLength": 200 }),
    )
}

/// Reference to a schema shared by operations.
pub fn schema(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// A page of a list: its lines and the address of the next page.
pub fn page_of(item: Value) -> Value {
    json!({
        "type": "object", "required": ["items", "next"],
        "properties": {
            "items": { "type": "array", "items": item },
            "next": { "type": ["string", "null"], "description": "下一页的地址" },
        },
    })
}

/// Pattern of a text of one line, or of several: no other control characters.
pub const fn plain_text(lines: bool) -> &'static str {
    if lines { r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$" } else { r"^[^\u0000-\u001f\u007f-\u009f]*$" }
}

/// Lets a schema take null as well.
pub fn or_null(schema: &mut Value) {
    if let Some(all) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        all.push(Value::Null);
    }
    if let Some(Value::String(kind)) = schema.get("type") {
        schema["type"] = json!([kind, "null"]);
    }
}

/// Statuses of failure, a code that comes with each, and what they mean.
pub(super) const FAILURES: [(u16, &str, &str); 17] = [
    (400, "request.malformed", "请求不能读出"),
    (401, "auth.sign_in", "没有登录，或者令牌无效"),
    (403, "authz.denied", "没有权限；说明权限表的行"),
    (404, "request.not_found", "没有找到"),
    (405, "request.method", "这个地址不接受这种请求"),
    (409, "hearing.window_open", "现在不能办理：法定条件不具备，或者内容同时被他人修改"),
    (410, "matter.erased", "内容已依法销毁"),
    (412, "write.stale", "版本号不是最新的：您看过之后内容已有变化"),
    (413, "request.too_large", "提交的内容过大"),
    (415, "request.media", "内容的格式不对"),
    (416, "vault.range", "读取范围超出文件"),
    (422, "input.invalid", "字段有误；逐项说明位置"),
    (429, "request.too_many", "尝试次数过多"),
    (460, "upload.checksum", "校验和与收到的内容不符，这一段没有保存"),
    (500, "server.broken", "系统出错"),
    (503, "write.stopped", "暂停办理，或者处理超时"),
    (507, "vault.disk_full", "磁盘空间不足，已确认的内容没有丢失"),
];

/// Routes of the description.
pub fn routes() -> Routes {
    let whole =
        Operation::get("/api/openapi.json", "openapi", "接口说明", "本说明", json!({ "type": "object" }));
    Routes::new()
        .get("/api/openapi.json", Access::Public, serve)
        .get("/api/docs", Access::Public, reference::page)
        .describe((vec![whole], Vec::new()))
}

async fn serve(State(shell): State<Shell>) -> Response {
    let mut answer = shell.openapi().to_string().into_response();
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
    answer
}

/// The whole document. `schemas` are those that operations refer to.
pub fn document(operations: &[Operation], schemas: &[(&'static str, Value)], listed: &[Listed]) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for it in &openapi_links::complete(operations) {
        let place = paths.entry(it.path.clone()).or_insert_with(|| json!({}));
        place[it.method.as_str().to_lowercase()] = operation(it, is_public(it, listed));
    }
    let mut all: Map<String, Value> =
        schemas.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    all.insert("Problem".to_owned(), problem());
    let responses: Map<String, Value> = FAILURES
        .iter()
        .map(|(status, code, words)| {
            let content =
                json!({ "schema": schema("Problem"), "example": problem_example(*status, code, words) });
            let mut answer =
                json!({ "description": words, "content": { "application/problem+json": content } });
            if *status == 405 {
                answer["headers"] =
                    json!({ "Allow": { "description": "接受的方法", "schema": { "type": "string" } } });
            }
            (format!("E{status}"), answer)
        })
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "明镜 行政执法三项制度接口", "version": "1",
            "description": "页面上能办的事项，接口都能办，条件相同。金额以分计，日期为中国民用日期，时刻为 RFC 3339。",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "token": [] }, { "session": [] }],
        "paths": paths,
        "components": {
            "schemas": all,
            "responses": responses,
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "description": "“我的账户”页建立的令牌，代表本人和本人的权限" },
                "session": { "type": "apiKey", "in": "cookie", "name": "mingjing", "description": "登录后的会话；修改类请求还须带 X-CSRF-Token" },
            },
        },
    })
}

/// Whether an operation is one of this route. A parameter of the route may stand
/// for a fixed word in the description, the last one of several for the rest.
pub fn describes(it: &Operation, route: &Listed) -> bool {
    if it.method != route.method {
        return false;
    }
    let mut described = it.path.split('/');
    for part in route.path.split('/') {
        if part.starts_with("{*") {
            return described.next().is_some();
        }
        match described.next() {
            Some(it) if it == part || (part.starts_with('{') && !it.is_empty()) => {}
            Some(_) | None => return false,
        }
    }
    described.next().is_none()
}

/// Whether everyone may open it; a fixed route goes before one with parameters.
fn is_public(it: &Operation, listed: &[Listed]) -> bool {
    let own = listed.iter().find(|route| route.method == it.method && route.path == it.path);
    let route = own.or_else(|| listed.iter().find(|route| describes(it, route)));
    matches!(route.map(|it| it.access), Some(Access::Public))
}

/// Names in braces in a path.
fn templated(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name.trim_start_matches('*'))
}

fn path_parameter(it: &Operation, name: &str) -> Value {
    let known = it.path_parameters.iter().find(|(known, _)| *known == name).map(|(_, schema)| schema.clone());
    let schema = known.unwrap_or_else(|| match name {
        "id" => json!({ "type": "string", "format": "uuid" }),
        _ => json!({ "type": "string" }),
    });
    json!({ "name": name, "in": "path", "required": true, "schema": schema })
}

/// The failures that an operation may answer.
fn failures(it: &Operation, public: bool) -> Vec<u16> {
    let mut all = vec![400, 401, 405, 500, 503];
    if !public {
        all.push(403);
    }
    if it.path.contains('{') {
        all.extend([404, 410]);
    }
    if it.method != Method::GET {
        all.extend([404, 409, 410, 413, 422]);
    }
    if it.body.is_some() {
        all.push(415);
    }
    if it.parameters.iter().any(|p| p["name"] == "If-Match") {
        all.push(412);
    }
    all.extend(it.failures);
    all.sort_unstable();
    all.dedup();
    all
}

fn operation(it: &Operation, public: bool) -> Value {
    let mut parameters: Vec<Value> = templated(&it.path).map(|name| path_parameter(it, name)).collect();
    parameters.extend(it.parameters.iter().cloned());
    let (status, words, schema) = &it.success;
    let mut content = json!({ "schema": schema });
    if !it.example.is_null() {
        content["example"] = it.example.clone();
    }
    let mut success = json!({ "description": words, "content": { it.produces: content } });
    if !it.links.is_empty() {
        success["links"] = it.links.iter().cloned().collect::<Map<String, Value>>().into();
    }
    let mut responses = Map::new();
    if let Some((other, words)) = &it.also {
        let mut answer = success.clone();
        answer["description"] = (*words).into();
        responses.insert(other.to_string(), answer);
    }
    responses.insert(status.to_string(), success);
    for status in failures(it, public) {
        responses.insert(status.to_string(), json!({ "$ref": format!("#/components/responses/E{status}") }));
    }
    let mut out = json!({
        "operationId": it.id, "summary": it.summary, "tags": [it.tag],
        "parameters": parameters, "responses": responses,
    });
    if public {
        out["security"] = json!([]);
    }
    if !it.description.is_empty() {
        out["description"] = it.description.clone().into();
    }
    if let Some((schema, example)) = &it.body {
        let mut content = Map::new();
        for media in it.consumes {
            let json = *media == JSON;
            let mut one = if json {
                json!({ "schema": schema })
            } else {
                json!({ "schema": { "type": "string", "format": "binary" } })
            };
            if json && !example.is_null() {
                one["example"] = example.clone();
            }
            content.insert((*media).to_owned(), one);
        }
        out["requestBody"] = json!({ "required": true, "content": content });
    }
    out
}

fn problem() -> Value {
    let text = |words: &str| json!({ "type": "string", "description": words });
    json!({
        "type": "object",
        "required": ["type", "title", "status", "detail", "code", "article", "remedy", "after", "fields", "request_id"],
        "properties": {
            "type": text("错误类别"), "title": text("标题"), "status": { "type": "integer" },
            "detail": text("为什么不能办"), "code": text("稳定的代码，如 hearing.window_open"),
            "article": { "type": ["string", "null"], "description": "依据的条文" },
            "remedy": text("怎样才能办"),
            "after": { "type": ["string", "null"], "format": "date", "description": "最早可办之日" },
            "fields": { "type": "array", "items": {
                "type": "object", "required": ["field", "message"],
                "properties": { "field": text("字段路径，如 parties/0/code"), "message": text("错在哪里") },
            } },
            "request_id": text("请求编号"),
        },
    })
}

fn problem_example(status: u16, code: &str, words: &str) -> Value {
    let refused = matches!(status, 403 | 409 | 422);
    let fields = if status == 422 {
        json!([{ "field": "parties/0/code", "message": "统一社会信用代码校验位不符" }])
    } else {
        json!([])
    };
    json!({
        "type": format!("/api/problems/{code}"), "title": words, "status": status, "detail": words, "code": code,
        "article": refused.then_some("《行政处罚法》第六十四条第一项"),
        "remedy": "按说明更正或者待条件具备后再办",
        "after": (status == 409).then_some("2026-03-21"), "fields": fields,
        "request_id": "019cb0a1b2c37d4e8f00112233445566",
    })
}
