//! Destructions for programs.

use axum::extract::{Path, State};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use mingjing_domain::erasure::{Erasure, ErasureCommand};
use mingjing_domain::matter::MatterId;
use mingjing_domain::refusal::Refusal;
use mingjing_domain::text::Text;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::service::{self, Destroyer};
use super::verbs;
use super::web::{MAX_WORDS, MOST_OVER, PAGE, destroy, over, page_of, seen};
use crate::kit::ask::{self, Ask};
use crate::kit::auth::{CommandId, Identity};
use crate::kit::authz::Verb;
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::openapi::{Operation, key, query, schema};
use crate::kit::problem::Failure;
use crate::kit::write::Loaded;

/// Routes of the API.
pub fn routes() -> Routes {
    Routes::new()
        .get("/api/v1/erasures", Access::Verb(verbs::READ), list)
        .post("/api/v1/erasures", Access::Verb(verbs::PROPOSE), propose)
        .get("/api/v1/erasures/{id}", Access::Verb(verbs::READ), one)
        .post("/api/v1/erasures/{id}/decide", Access::Verb(verbs::DECIDE), decide)
        .post("/api/v1/erasures/{id}/carry_out", Access::Verb(verbs::CARRY_OUT), carry_out)
        .post("/api/v1/erasures/{id}/withdraw", Access::Verb(verbs::WITHDRAW), withdraw)
        .describe(described())
}

fn line(it: &Loaded<Erasure>) -> Value {
    json!({
        "id": it.id, "progress": it.progress, "label": it.progress.label(), "matters": it.matters,
        "grounds": it.grounds.value(), "proposed_on": it.proposed_on, "proposer": it.proposer,
        "decided_by": it.decided.as_ref().map(|(by, _, _)| by), "decided_on": it.decided.as_ref().map(|(_, on, _)| on),
        "opinion": it.decided.as_ref().and_then(|(_, _, opinion)| opinion.value()),
        "withdrawn_by": it.withdrawn.as_ref().map(|(by, _, _)| by),
        "withdrawn_on": it.withdrawn.as_ref().map(|(_, on, _)| on),
        "withdrawn_why": it.withdrawn.as_ref().and_then(|(_, _, why)| why.value()),
        "carried_out_by": it.carried_out.as_ref().map(|(by, _)| by),
        "carried_out_on": it.carried_out.as_ref().map(|(_, on)| on),
    })
}

/// GET /api/v1/erasures
async fn list(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Json<Value>, Failure> {
    let ask = Ask::read("/api/v1/erasures", uri.query(), &["before"])?;
    ask.typed::<Uuid>("before", "应为事项编号")?;
    let (all, next) = page_of(&shell, &who, ask.query()).await?;
    let over = over(&shell, &who).await?;
    let items: Vec<Value> = all.iter().map(line).collect();
    Ok(Json(json!({ "items": items, "next": next, "over": over })))
}

/// GET /api/v1/erasures/{id}
async fn one(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    Ok(Json(line(&seen(&shell, &who, id).await?)))
}

fn refused(field: &str, message: impl Into<String>) -> Failure {
    let basis = verbs::PROPOSE.basis.clone();
    Refusal::new("input.invalid", basis, "提交的内容需要更正", "更正后重新提交").field(field, message).into()
}

/// The members of a body that may have these and no others.
fn object(body: ask::Json, known: &[&str]) -> Result<Map<String, Value>, Failure> {
    let Value::Object(object) = body.0 else { return Err(refused("", "应为对象")) };
    match object.keys().find(|it| !known.contains(&it.as_str())) {
        None => Ok(object),
        Some(name) => {
            let name: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
            Err(refused(&name, "没有这个字段"))
        }
    }
}

fn words(object: &Map<String, Value>, name: &str, label: &str) -> Result<Text, Failure> {
    let text = object.get(name).and_then(Value::as_str).map(str::trim);
    let text = text.filter(|it| !it.is_empty()).ok_or_else(|| refused(name, format!("请填写{label}")))?;
    if text.chars().count() > MAX_WORDS {
        return Err(refused(name, format!("{label}最多 {MAX_WORDS} 字")));
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(refused(name, format!("{label}含有不能使用的控制字符")));
    }
    Ok(Text::closed(text))
}

/// POST /api/v1/erasures
async fn propose(
    State(shell): State<Shell>,
    who: Identity,
    CommandId(command): CommandId,
    uri: Uri,
    body: ask::Json,
) -> Result<Response, Failure> {
    ask::nothing(uri.query())?;
    let object = object(body, &["matters", "grounds"])?;
    let items = object.get("matters").and_then(Value::as_array).filter(|it| !it.is_empty());
    let items = items.ok_or_else(|| refused("matters", "应为至少一项的数组"))?;
    if items.len() > MOST_OVER as usize {
        return Err(refused("matters", format!("最多 {MOST_OVER} 项")));
    }
    let mut matters = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        let id = item.as_str().and_then(|it| it.parse::<Uuid>().ok());
        matters.push(MatterId(id.ok_or_else(|| refused(&format!("matters/{at}"), "应为事项编号"))?));
    }
    let asked = ErasureCommand::Propose { matters, grounds: words(&object, "grounds", "销毁依据")? };
    let written = service::act(&shell.app, &who.actor(), None, asked, command).await?;
    let it = seen(&shell, &who, written.value.0).await?;
    Ok((StatusCode::CREATED, Json(line(&it))).into_response())
}

/// POST /api/v1/erasures/{id}/decide
async fn decide(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    CommandId(command): CommandId,
    uri: Uri,
    body: ask::Json,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let it = seen(&shell, &who, id).await?;
    let object = object(body, &["approve", "opinion"])?;
    let approve = object.get("approve").and_then(Value::as_bool);
    let approve = approve.ok_or_else(|| refused("approve", "应为 true 或 false"))?;
    let asked = ErasureCommand::Decide { approve, opinion: words(&object, "opinion", "审批意见")? };
    service::act(&shell.app, &who.actor(), Some(it.id), asked, command).await?;
    Ok(Json(line(&seen(&shell, &who, id).await?)))
}

/// POST /api/v1/erasures/{id}/withdraw
async fn withdraw(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    CommandId(command): CommandId,
    uri: Uri,
    body: ask::Json,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let it = seen(&shell, &who, id).await?;
    let object = object(body, &["reason"])?;
    let asked = ErasureCommand::Withdraw { reason: words(&object, "reason", "撤回理由")? };
    service::act(&shell.app, &who.actor(), Some(it.id), asked, command).await?;
    Ok(Json(line(&seen(&shell, &who, id).await?)))
}

/// POST /api/v1/erasures/{id}/carry_out
async fn carry_out(
    State(shell): State<Shell>,
    who: Identity,
    destroyer: Option<Extension<Destroyer>>,
    Path(id): Path<Uuid>,
    CommandId(command): CommandId,
    uri: Uri,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let it = seen(&shell, &who, id).await?;
    destroy(&shell, &who, destroyer, &it, command).await?;
    Ok(Json(line(&seen(&shell, &who, id).await?)))
}

fn operation(
    method: Method,
    path: &str,
    id: &str,
    verb: &Verb,
    success: (u16, &'static str, Value),
) -> Operation {
    let parameters = if method == Method::POST { vec![key()] } else { Vec::new() };
    Operation {
        summary: verb.label.to_owned(),
        description: format!("依据{}。", verb.basis),
        parameters,
        success,
        ..Operation::new(method, path, id, "销毁")
    }
}

fn id() -> Value {
    json!({ "type": "string", "format": "uuid" })
}

fn erasure_schema() -> Value {
    let maybe = |format: &str| json!({ "type": ["string", "null"], "format": format });
    json!({
        "type": "object",
        "required": ["id", "progress", "label", "matters", "grounds", "proposed_on", "proposer"],
        "properties": {
            "id": id(), "progress": { "type": "string", "enum": ["proposed", "approved", "rejected", "withdrawn", "carried_out"] },
            "label": { "type": "string" }, "matters": { "type": "array", "items": id() },
            "grounds": { "type": ["string", "null"] }, "proposed_on": { "type": "string", "format": "date" },
            "proposer": id(), "decided_by": maybe("uuid"), "decided_on": maybe("date"),
            "opinion": { "type": ["string", "null"] }, "withdrawn_by": maybe("uuid"), "withdrawn_on": maybe("date"),
            "withdrawn_why": { "type": ["string", "null"] }, "carried_out_by": maybe("uuid"), "carried_out_on": maybe("date"),
        },
    })
}

fn withdrawing() -> Operation {
    let mut withdraw = operation(
        Method::POST,
        "/api/v1/erasures/{id}/withdraw",
        "erasure_withdraw",
        verbs::WITHDRAW,
        (200, "已撤回", schema("Erasure")),
    );
    let reason = json!({ "type": "string", "minLength": 1, "maxLength": MAX_WORDS });
    let body = json!({
        "type": "object", "required": ["reason"], "additionalProperties": false,
        "properties": { "reason": reason },
    });
    withdraw.body = Some((body, json!({ "reason": "呈请以后案卷有新增内容" })));
    withdraw
}

fn described() -> (Vec<Operation>, Vec<(&'static str, Value)>) {
    let words = || json!({ "type": "string", "minLength": 1, "maxLength": MAX_WORDS });
    let over = json!({
        "type": "object", "required": ["case", "number", "title", "kept_until"],
        "properties": {
            "case": id(), "number": { "type": ["string", "null"] }, "title": { "type": "string" },
            "kept_until": { "type": "string", "format": "date" },
        },
    });
    let page = json!({
        "type": "object", "required": ["items", "next", "over"],
        "properties": {
            "items": { "type": "array", "maxItems": PAGE, "items": schema("Erasure") },
            "next": { "type": ["string", "null"] }, "over": { "type": "array", "items": over },
        },
    });
    let link =
        |operation: &str, from: &str| json!({ "operationId": operation, "parameters": { "id": from } });
    let one = |words| (200, words, schema("Erasure"));
    let mut list = operation(
        Method::GET,
        "/api/v1/erasures",
        "erasure_list",
        verbs::READ,
        (200, "销毁事项，和保管期限届满的案卷", page),
    );
    list.parameters = vec![query("before", "从这个事项之前起", id())];
    list.links = vec![("erasure_read".to_owned(), link("erasure_read", "$response.body#/items/0/id"))];
    let mut propose = operation(
        Method::POST,
        "/api/v1/erasures",
        "erasure_propose",
        verbs::PROPOSE,
        (201, "已呈请", schema("Erasure")),
    );
    let body = json!({
        "type": "object", "required": ["matters", "grounds"], "additionalProperties": false,
        "properties": { "matters": { "type": "array", "minItems": 1, "maxItems": MOST_OVER, "items": id() }, "grounds": words() },
    });
    propose.body = Some((
        body,
        json!({ "matters": ["00000000-0000-7000-8000-000000000001"], "grounds": "经鉴定，保管期限届满，无继续保存价值" }),
    ));
    propose.links = ["erasure_read", "erasure_decide", "erasure_withdraw", "erasure_carry_out"]
        .map(|it| (it.to_owned(), link(it, "$response.body#/id")))
        .to_vec();
    let read = operation(Method::GET, "/api/v1/erasures/{id}", "erasure_read", verbs::READ, one("销毁事项"));
    let mut decide = operation(
        Method::POST,
        "/api/v1/erasures/{id}/decide",
        "erasure_decide",
        verbs::DECIDE,
        one("已审批"),
    );
    let body = json!({
        "type": "object", "required": ["approve", "opinion"], "additionalProperties": false,
        "properties": { "approve": { "type": "boolean" }, "opinion": words() },
    });
    decide.body = Some((body, json!({ "approve": true, "opinion": "同意销毁" })));
    let carry_out = operation(
        Method::POST,
        "/api/v1/erasures/{id}/carry_out",
        "erasure_carry_out",
        verbs::CARRY_OUT,
        one("已销毁"),
    );
    (vec![list, propose, read, decide, withdrawing(), carry_out], vec![("Erasure", erasure_schema())])
}
