//! The reference page of the API: our own, loads nothing from elsewhere.

use axum::extract::State;
use maud::{Markup, html};
use serde_json::{Map, Value};

use super::http::Shell;
use super::openapi::FAILURES;
use super::page::{self, Width};

/// GET /api/docs
pub(super) async fn page(State(shell): State<Shell>) -> Markup {
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
                li { "审批类请求带 " code { "If-Match: \"版本号\"" } "：案件在您看过之后有变化的，返回 412。" }
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
    let known = FAILURES.iter().find(|(it, ..)| it.to_string() == status).map(|(_, _, words)| *words);
    answer["description"].as_str().or(known).unwrap_or("")
}
