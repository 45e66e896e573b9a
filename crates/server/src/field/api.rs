//! Who is signed in on the field page, its token, and the server's clock.

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use serde_json::{Value, json};

use super::verbs;
use crate::kit::ask;
use crate::kit::auth::Identity;
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::openapi::{Operation, schema};
use crate::kit::problem::Failure;

/// Routes of the API.
pub fn routes() -> Routes {
    Routes::new().get("/api/v1/field/session", Access::Verb(verbs::USE), session).describe(described())
}

/// GET /api/v1/field/session. The page's shell is kept on the device and names nobody,
/// so the page asks here, each time it can, for whom it works and with which token.
async fn session(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let it = &who.person;
    Ok(Json(json!({
        "person": it.id, "name": it.name, "organ": it.organ_name,
        "server_time": shell.app.now(), "csrf": who.csrf,
    })))
}

fn described() -> (Vec<Operation>, Vec<(&'static str, Value)>) {
    let text = || json!({ "type": "string" });
    let answer = json!({
        "type": "object", "required": ["person", "name", "organ", "server_time", "csrf"],
        "properties": {
            "person": { "type": "string", "format": "uuid" }, "name": text(), "organ": text(),
            "server_time": { "type": "string", "format": "date-time", "description": "服务器时钟，供设备核对" },
            "csrf": { "type": "string", "description": "浏览器会话的表单密钥；使用令牌的为空" },
        },
    });
    let operation = Operation::get(
        "/api/v1/field/session",
        "field_session",
        "现场",
        "我是谁、现在几点",
        schema("FieldSession"),
    )
    .says("现场页据此知道为谁记录，并核对设备时钟。");
    (vec![operation], vec![("FieldSession", answer)])
}
