//! The description of the API (OpenAPI 3.1), made from the routes themselves
//! and from what each feature says about its operations, with a reference page
//! of our own that loads nothing from elsewhere.

use axum::extract::State;
use axum::http::{HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde_json::{Map, Value, json};

use super::http::{Access, Listed, Routes, Shell};
use super::page::{self, Width};

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
    /// Parameters besides those of the path, as OpenAPI writes them.
    pub parameters: Vec<Value>,
    /// Schema and example of the JSON body, where it takes one.
    pub body: Option<(Value, Value)>,
    /// Status of success, its words, the schema of its JSON body.
    pub success: (u16, &'static str, Value),
    /// Example of the answer; null for none.
    pub example: Value,
    /// What may be done next with what this answers: name and OpenAPI link.
    pub links: Vec<(String, Value)>,
}

/// A parameter of the query.
pub fn query(name: &str, words: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "query", "required": false, "description": words, "schema": schema })
}

/// A parameter of the header.
pub fn header_parameter(name: &str, words: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "header", "required": false, "description": words, "schema": schema })
}

/// Reference to a schema shared by operations.
pub fn schema(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Statuses of failure and what they mean.
const FAILURES: [(u16, &str); 11] = [
    (400, "请求不能读出"),
    (401, "没有登录，或者令牌无效"),
    (403, "没有权限；说明权限表的行"),
    (404, "没有找到"),
    (405, "这个地址不接受这种请求"),
    (409, "现在不能办理：法定条件不具备，或者内容已有变化"),
    (413, "提交的内容过大"),
    (422, "字段有误；逐项说明位置"),
    (429, "尝试次数过多"),
    (500, "系统出错"),
    (503, "暂停办理，或者处理超时"),
];

/// Routes of the description.
pub fn routes() -> Routes {
    Routes::new().get("/api/openapi.json", Access::Public, serve).get("/api/docs", Access::Public, reference)
}

async fn serve(State(shell): State<Shell>) -> Response {
    let mut answer = shell.openapi().to_string().into_response();
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

/// The whole document. `schemas` are those that operations refer to.
pub fn document(operations: &[Operation], schemas: &[(&'static str, Value)], listed: &[Listed]) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    let described = operations.iter().cloned();
    let plain = listed
        .iter()
        .filter(|it| it.path.starts_with("/api/v1/") && !covered(it, operations))
        .map(undescribed);
    for it in described.chain(plain) {
        let place = paths.entry(it.path.clone()).or_insert_with(|| json!({}));
        place[it.method.as_str().to_lowercase()] = operation(&it);
    }
    let mut all: Map<String, Value> =
        schemas.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    all.insert("Problem".to_owned(), problem());
    let responses: Map<String, Value> = FAILURES
        .iter()
        .map(|(status, words)| {
            let content = json!({ "application/problem+json": { "schema": schema("Problem") } });
            (format!("E{status}"), json!({ "description": words, "content": content }))
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

/// Whether some operation describes this route; a parameter of the route may
/// stand for a fixed word in the description.
fn covered(route: &Listed, operations: &[Operation]) -> bool {
    operations.iter().any(|it| {
        let (a, b): (Vec<&str>, Vec<&str>) = (route.path.split('/').collect(), it.path.split('/').collect());
        it.method == route.method
            && a.len() == b.len()
            && a.iter().zip(&b).all(|(a, b)| a == b || a.starts_with('{'))
    })
}

/// The least that can be said of a route from the route alone.
fn undescribed(it: &Listed) -> Operation {
    let words = match it.access {
        Access::Verb(verb) => verb.label,
        Access::Public => "公开",
    };
    let named: String = it
        .path
        .trim_start_matches("/api/v1/")
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    let free = json!({ "type": "object" });
    Operation {
        method: it.method.clone(),
        path: it.path.to_owned(),
        id: format!("{}_{named}", it.method.as_str().to_lowercase()),
        summary: words.to_owned(),
        tag: "其他",
        description: String::new(),
        parameters: Vec::new(),
        body: (it.method != Method::GET && it.method != Method::DELETE).then(|| (free.clone(), json!({}))),
        success: (200, "办理结果", free),
        example: Value::Null,
        links: Vec::new(),
    }
}

fn operation(it: &Operation) -> Value {
    let mut parameters: Vec<Value> = it
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            let name = name.trim_start_matches('*');
            json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
        })
        .collect();
    for parameter in &mut parameters {
        if parameter["name"] == "id" {
            parameter["schema"]["format"] = "uuid".into();
        }
    }
    parameters.extend(it.parameters.iter().cloned());
    let (status, words, schema) = &it.success;
    let mut content = json!({ "schema": schema });
    if !it.example.is_null() {
        content["example"] = it.example.clone();
    }
    let mut success = json!({ "description": words, "content": { "application/json": content } });
    if !it.links.is_empty() {
        success["links"] = it.links.iter().cloned().collect::<Map<String, Value>>().into();
    }
    let mut responses = Map::new();
    responses.insert(status.to_string(), success);
    for (status, _) in FAILURES {
        responses.insert(status.to_string(), json!({ "$ref": format!("#/components/responses/E{status}") }));
    }
    let mut out = json!({
        "operationId": it.id, "summary": it.summary, "tags": [it.tag],
        "parameters": parameters, "responses": responses,
    });
    if !it.description.is_empty() {
        out["description"] = it.description.clone().into();
    }
    if let Some((schema, example)) = &it.body {
        let mut content = json!({ "schema": schema });
        if !example.is_null() {
            content["example"] = example.clone();
        }
        out["requestBody"] = json!({ "required": true, "content": { "application/json": content } });
    }
    out
}

fn problem() -> Value {
    let text = |words: &str| json!({ "type": "string", "description": words });
    json!({
        "type": "object",
        "required": ["type", "title", "status", "detail", "code", "remedy", "fields", "request_id"],
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
        "example": {
            "type": "/api/problems/hearing.window_open", "title": "现在不能办理", "status": 409,
            "detail": "听证申请期未满", "code": "hearing.window_open", "article": "《行政处罚法》第六十四条第一项",
            "remedy": "期满后再办", "after": "2026-03-21", "fields": [], "request_id": "019cb0a1b2c37d4e8f00112233445566",
        },
    })
}

/// GET /api/docs
async fn reference(State(shell): State<Shell>) -> Markup {
    let document = shell.openapi();
    let empty = Map::new();
    let paths = document["paths"].as_object().unwrap_or(&empty);
    #[allow(clippy::type_complexity, reason = "local, and read in one place")]
    let mut groups: Vec<(&str, Vec<(&str, &str, &Value)>)> = Vec::new();
    for (path, methods) in paths {
        for (method, it) in methods.as_object().into_iter().flatten() {
            let tag = it["tags"][0].as_str().unwrap_or("");
            match groups.iter_mut().find(|(name, _)| *name == tag) {
                Some((_, all)) => all.push((path.as_str(), method.as_str(), it)),
                None => groups.push((tag, vec![(path.as_str(), method.as_str(), it)])),
            }
        }
    }
    let body = html! {
        (page::heading(None, "接口说明", Some(html! { "机器可读的完整说明：" a href="/api/openapi.json" { "openapi.json" } "（OpenAPI 3.1）" }), None))
        section.card {
            h2 { "怎样使用" }
            ol {
                li { "登录后在“我的账户”建立令牌，请求带 " code { "Authorization: Bearer 令牌" } "。" }
                li { "修改类请求带 " code { "Idempotency-Key" } "：同一编号只办理一次，可以安全重发。" }
                li { "审批类请求带 " code { "If-Match: \"版本号\"" } "：案件在您看过之后有变化的，返回 409。" }
                li { "不能办理时返回 " code { "application/problem+json" } "：代码、条文、理由、怎样才能办、最早可办之日。" }
            }
        }
        @for (tag, all) in &groups {
            h2.group { (tag) }
            @for (path, method, it) in all { (described(path, method, it)) }
        }
    };
    page::portal(&shell.site, "接口说明", "/api/docs", Width::Middle, None, body)
}

fn described(path: &str, method: &str, it: &Value) -> Markup {
    let json = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default();
    let content = &it["requestBody"]["content"]["application/json"];
    let empty = Map::new();
    html! {
        details.card.operation {
            summary { code { (method.to_uppercase()) " " (path) } " " b { (it["summary"].as_str().unwrap_or("")) } }
            @if let Some(words) = it["description"].as_str() { p { (words) } }
            @if let Some(parameters) = it["parameters"].as_array().filter(|all| !all.is_empty()) {
                h3 { "参数" }
                ul { @for p in parameters { li { code { (p["name"].as_str().unwrap_or("")) } "（" (p["in"].as_str().unwrap_or("")) "）" (p["description"].as_str().unwrap_or("")) } } }
            }
            @if let Some(fields) = content["schema"]["properties"].as_object() {
                h3 { "字段" }
                @let required: Vec<&str> = content["schema"]["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                ul { @for (name, field) in fields { li { code { (name) } @if required.contains(&name.as_str()) { " 必填" } " " (field["description"].as_str().unwrap_or("")) } } }
            }
            @if !content["example"].is_null() { h3 { "示例" } pre tabindex="0" { (json(&content["example"])) } }
            h3 { "答复" }
            ul { @for (status, answer) in it["responses"].as_object().unwrap_or(&empty) { li { code { (status) } " " (words(status, answer)) } } }
        }
    }
}

fn words<'a>(status: &str, answer: &'a Value) -> &'a str {
    let known = FAILURES.iter().find(|(it, _)| it.to_string() == status).map(|(_, words)| *words);
    answer["description"].as_str().or(known).unwrap_or("")
}
