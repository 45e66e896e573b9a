//! The identity of an informant for programs: asked for with a purpose, recorded.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{Method, Uri};
use mingjing_domain::case::form::wire_name;
use mingjing_domain::informant::{ROLE, SECRECY};
use mingjing_domain::matter::MatterId;
use mingjing_domain::refusal::Refusal;
use mingjing_domain::viewing::Purpose;
use serde_json::{Value, json};
use uuid::Uuid;

use super::service::look;
use super::web::purpose;
use crate::kit::ask;
use crate::kit::auth::Identity;
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::openapi::{Operation, schema};
use crate::kit::problem::Failure;
use crate::viewing::verbs;

/// Routes of the API.
pub fn routes() -> Routes {
    Routes::new()
        .post("/api/v1/cases/{id}/informant", Access::Verb(verbs::INFORMANT), tell)
        .describe(described())
}

/// POST /api/v1/cases/{id}/informant
async fn tell(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
    body: ask::Json,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let chosen = chosen(&body.0)?;
    // Each request is a viewing of its own, whatever key it carries.
    let (_, found) = look(&shell, &who, MatterId(id), chosen, shell.fresh_id()).await?;
    let told = &found.state.told;
    Ok(Json(json!({
        "role": ROLE, "name": told.name.value(), "contact": told.contact.value(),
        "keep_secret": told.keep_secret, "wants_reply": told.wants_reply,
        "registered_on": found.state.registered_on, "registered_by": found.state.registered_by,
    })))
}

fn chosen(body: &Value) -> Result<Purpose, Refusal> {
    let words: Vec<&str> = Purpose::ALL.iter().map(|it| it.label()).collect();
    let refuse = |field: &str, message: String| {
        Refusal::new("input.invalid", SECRECY, "查看举报人身份须说明用途", "更正后重新提交")
            .field(field, message)
    };
    let object = body.as_object().ok_or_else(|| refuse("", "应为对象".to_owned()))?;
    if let Some(name) = object.keys().find(|it| *it != "purpose") {
        let name: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
        return Err(refuse(&name, "没有这个字段".to_owned()));
    }
    let word = object.get("purpose").and_then(Value::as_str);
    word.and_then(purpose).ok_or_else(|| refuse("purpose", format!("用途应为：{}", words.join("、"))))
}

fn described() -> (Vec<Operation>, Vec<(&'static str, Value)>) {
    let words: Vec<String> = Purpose::ALL.iter().map(wire_name).collect();
    let maybe = || json!({ "type": ["string", "null"] });
    let informant = json!({
        "type": "object",
        "required": ["role", "name", "contact", "keep_secret", "wants_reply", "registered_on", "registered_by"],
        "properties": {
            "role": { "type": "string" }, "name": maybe(), "contact": maybe(),
            "keep_secret": { "type": "boolean" }, "wants_reply": { "type": "boolean" },
            "registered_on": { "type": "string", "format": "date" },
            "registered_by": { "type": "string", "format": "uuid" },
        },
    });
    let body = json!({
        "type": "object", "required": ["purpose"], "additionalProperties": false,
        "properties": { "purpose": { "type": "string", "enum": words } },
    });
    let operation = Operation {
        summary: verbs::INFORMANT.label.to_owned(),
        description: format!(
            "只供本案承办人。每次请求都记入查阅记录。依据{SECRECY}。内容已依法销毁的，姓名和联系方式为空。"
        ),
        body: Some((body, json!({ "purpose": "verify_clue" }))),
        success: (200, "举报人身份", schema("Informant")),
        example: json!({
            "role": ROLE, "name": "示范举报人", "contact": "000-0001", "keep_secret": true, "wants_reply": true,
            "registered_on": "2026-03-02", "registered_by": "00000000-0000-0000-0000-000000000001",
        }),
        ..Operation::new(Method::POST, "/api/v1/cases/{id}/informant", "case_informant", "案件")
    };
    (vec![operation], vec![("Informant", informant)])
}
