//! Viewings for programs.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{Method, Uri};
use mingjing_domain::case::form::wire_name;
use mingjing_domain::viewing::ViewingEvent;
use serde_json::{Value, json};
use uuid::Uuid;

use super::verbs;
use super::web::{PAGE, label, list};
use crate::kit::ask::Ask;
use crate::kit::auth::Identity;
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::openapi::{Operation, query, schema};
use crate::kit::problem::Failure;

/// Routes of the API.
pub fn routes() -> Routes {
    Routes::new()
        .get("/api/v1/cases/{id}/viewings", Access::Verb(verbs::READ), viewings)
        .describe(described())
}

/// GET /api/v1/cases/{id}/viewings
async fn viewings(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Json<Value>, Failure> {
    let ask = Ask::read(format!("/api/v1/cases/{id}/viewings"), uri.query(), &["before"])?;
    ask.typed::<u64>("before", "应为版本号")?;
    let asked = ask.query();
    let page = list(&shell, &who, id, asked).await?;
    let items: Vec<Value> = page
        .items
        .iter()
        .map(|it| {
            let ViewingEvent::Viewed { what, standing, .. } = &it.event;
            json!({
                "version": it.meta.version, "actor": it.meta.actor, "standing": wire_name(standing),
                "what": what, "label": label(&page.case.state, *what), "purpose": it.envelope.purpose,
                "recorded_at": it.meta.moment.recorded_at,
            })
        })
        .collect();
    let next = page.before.map(|version| asked.with("before", &version.to_string()));
    Ok(Json(json!({ "items": items, "next": next })))
}

fn described() -> (Vec<Operation>, Vec<(&'static str, Value)>) {
    let text = || json!({ "type": "string" });
    let version = json!({ "type": "integer", "minimum": 1 });
    let viewing = json!({
        "type": "object",
        "required": ["version", "actor", "standing", "what", "label", "purpose", "recorded_at"],
        "properties": {
            "version": version, "actor": { "type": "string", "format": "uuid" }, "standing": text(),
            "what": { "type": "object" }, "label": text(), "purpose": text(),
            "recorded_at": { "type": "string", "format": "date-time" },
        },
    });
    let page = json!({
        "type": "object", "required": ["items", "next"],
        "properties": {
            "items": { "type": "array", "maxItems": PAGE, "items": schema("Viewing") },
            "next": { "type": ["string", "null"] },
        },
    });
    let operation = Operation {
        summary: verbs::READ.label.to_owned(),
        description: format!("谁在何时为何查看了个人信息，最近的在前。依据{}。", verbs::READ.basis),
        parameters: vec![query("before", "从这个版本之前起", version.clone())],
        success: (200, "查阅记录", page),
        example: json!({ "items": [], "next": null }),
        ..Operation::new(Method::GET, "/api/v1/cases/{id}/viewings", "case_viewings", "案件")
    };
    (vec![operation], vec![("Viewing", viewing)])
}
