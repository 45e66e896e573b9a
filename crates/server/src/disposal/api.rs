//! Lists for destruction for programs.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use mingjing_domain::case::form::{Field, wire_name};
use mingjing_domain::matter::MatterId;
use mingjing_domain::recording::disposal::{Disposal, DisposalCommand, NOT_AT_WILL, Progress};
use mingjing_domain::recording::form::{disposal_fields, read_disposal};
use mingjing_domain::refusal::FieldError;
use serde_json::{Value, json};
use uuid::Uuid;

use super::service::{self, Shredder};
use super::{store, verbs};
use crate::case::access::rules;
use crate::case::body;
use crate::case::describe::{example_of, object};
use crate::kit::ask::{self, Ask};
use crate::kit::auth::{CommandId, Identity};
use crate::kit::authz::{Target, Verb};
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::openapi::{Operation, key, page_of, query, schema};
use crate::kit::problem::Failure;
use crate::kit::ui::table::Query;
use crate::kit::write::Loaded;
use crate::recording::access::within;

/// Routes of the API.
pub fn routes() -> Routes {
    let read = Access::Verb(verbs::READ);
    Routes::new()
        .get("/api/v1/disposals", read, list)
        .post("/api/v1/disposals", Access::Verb(verbs::PROPOSE), propose)
        .get("/api/v1/disposals/{id}", read, one)
        .post("/api/v1/disposals/{id}/{act}", read, act)
        .describe(described())
}

/// Lists of a page.
pub(super) const PAGE: usize = 20;

/// Lists of one's organ, newest first, and the address of the next page.
///
/// # Errors
/// A cursor that is none; a fault of the store.
pub(super) async fn page_of_lists(
    shell: &Shell,
    who: &Identity,
    query: &Query,
) -> Result<(Vec<Loaded<Disposal>>, Option<String>), Failure> {
    let before = query.get("before").map(|it| it.parse::<Uuid>().map(MatterId));
    let before = before.transpose().map_err(|_| Failure::Malformed("before 应为事项编号".to_owned()))?;
    let limit = u32::try_from(PAGE + 1).unwrap_or(u32::MAX);
    let mut ids = store::page(shell.app.db(), who.person.organ, before, limit).await?;
    let more = ids.len() > PAGE;
    ids.truncate(PAGE);
    let next = ids.last().filter(|_| more).map(|id| query.with("before", &id.to_string()));
    let mut all = Vec::with_capacity(ids.len());
    for id in ids {
        all.extend(shell.app.load::<Disposal>(id).await?);
    }
    Ok((all, next))
}

/// A list that the person may see.
///
/// # Errors
/// Not found, for those of organs outside the person's sight as well.
pub(super) async fn seen(shell: &Shell, who: &Identity, id: Uuid) -> Result<Loaded<Disposal>, Failure> {
    let it = shell.app.load::<Disposal>(MatterId(id)).await?.ok_or(Failure::NotFound)?;
    within(shell, who, verbs::READ, it.organ).await?;
    Ok(it)
}

fn shape(it: &Loaded<Disposal>) -> Value {
    let said =
        |it: &Option<(mingjing_domain::matter::StaffId, jiff::civil::Date, mingjing_domain::text::Text)>| {
            it.as_ref().map(|(by, on, words)| json!({ "by": by, "on": on, "opinion": words.or_erased() }))
        };
    json!({
        "id": it.id, "organ": it.organ, "progress": wire_name(&it.progress), "label": it.progress.label(),
        "proposed_by": it.proposed.0, "proposed_on": it.proposed.1, "grounds": it.grounds.or_erased(),
        "recordings": it.list.iter().map(|one| json!({
            "id": one.recording, "number": one.number, "kept": one.kept, "roots": one.roots,
            "awaited": one.awaited,
        })).collect::<Vec<_>>(),
        "reviewed": said(&it.reviewed), "decided": said(&it.decided), "wait_until": it.wait_until,
        "carried_out": it.carried_out.as_ref().map(|(by, on, certificate)| json!({
            "by": by, "on": on, "number": certificate.number, "manner": certificate.manner.or_erased(), "witness": certificate.witness,
        })),
    })
}

/// GET /api/v1/disposals
async fn list(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Json<Value>, Failure> {
    let ask = Ask::read("/api/v1/disposals", uri.query(), &["before"])?;
    let (all, next) = page_of_lists(&shell, &who, ask.query()).await?;
    Ok(Json(json!({ "items": all.iter().map(shape).collect::<Vec<_>>(), "next": next })))
}

/// GET /api/v1/disposals/{id}
async fn one(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    Ok(Json(shape(&seen(&shell, &who, id).await?)))
}

/// An act by its name: label, fields, verb of the authorization table.
///
/// # Errors
/// Not found.
pub(super) fn act_of(name: &str) -> Result<(&'static str, &'static str, Vec<Field>, &'static Verb), Failure> {
    let found = disposal_fields().into_iter().find(|(it, _, _)| *it == name);
    let (name, label, fields) = found.ok_or(Failure::NotFound)?;
    Ok((name, label, fields, verbs::named(name).ok_or(Failure::NotFound)?))
}

/// Whether the table lets the person do an act on a list of an organ.
///
/// # Errors
/// The refusal that names the row of the authorization table.
pub(super) fn may(
    who: &Identity,
    verb: &Verb,
    organ: mingjing_domain::matter::OrganId,
) -> Result<(), Failure> {
    Ok(who.may(verb, &Target::organ(organ))?)
}

/// Carries out what page or program asks, from the fields of its act. Gives the list.
///
/// # Errors
/// What the domain refuses, or a fault of the store.
pub(super) async fn carry_out(
    shell: &Shell,
    who: &Identity,
    it: Option<&Loaded<Disposal>>,
    (name, label): (&str, &str),
    body: Value,
    (command_id, shredder): (Uuid, Option<&Shredder>),
) -> Result<MatterId, Failure> {
    let command = read_disposal(name, body).map_err(|reason| {
        let error = FieldError { field: String::new(), message: format!("内容不能读出：{reason}") };
        body::wrong(&NOT_AT_WILL, label, vec![error])
    })?;
    let rules = Arc::clone(rules());
    if let (Some(it), DisposalCommand::CarryOut { .. }) = (it, &command) {
        let actor = who.actor();
        service::carry_out(&shell.app, &rules, shredder, &actor, it, command, command_id).await?;
        return Ok(it.id);
    }
    let id = it.map(|it| it.id);
    Ok(service::act(&shell.app, &rules, &who.actor(), id, command, command_id).await?)
}

/// POST /api/v1/disposals
async fn propose(
    State(shell): State<Shell>,
    who: Identity,
    CommandId(command): CommandId,
    uri: Uri,
    body: ask::Json,
) -> Result<Response, Failure> {
    ask::nothing(uri.query())?;
    let (name, label, fields, verb) = act_of("propose")?;
    may(&who, verb, who.person.organ)?;
    let (object, _) = body::plain(&fields, body.0, &NOT_AT_WILL, label)?;
    let id = carry_out(&shell, &who, None, (name, label), Value::Object(object), (command, None)).await?;
    Ok((StatusCode::CREATED, Json(shape(&seen(&shell, &who, id.0).await?))).into_response())
}

/// POST /api/v1/disposals/{id}/{act}
async fn act(
    State(shell): State<Shell>,
    who: Identity,
    shredder: Option<Extension<Shredder>>,
    Path((id, name)): Path<(Uuid, String)>,
    CommandId(command): CommandId,
    uri: Uri,
    body: ask::Json,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let (name, label, fields, verb) = act_of(&name)?;
    if name == "propose" {
        return Err(Failure::NotFound);
    }
    let it = seen(&shell, &who, id).await?;
    may(&who, verb, it.organ)?;
    let (object, _) = body::plain(&fields, body.0, &NOT_AT_WILL, label)?;
    let shredder = shredder.as_ref().map(|it| &it.0);
    carry_out(&shell, &who, Some(&it), (name, label), Value::Object(object), (command, shredder)).await?;
    Ok(Json(shape(&seen(&shell, &who, id).await?)))
}

const TAG: &str = "音像销毁";

fn described() -> (Vec<Operation>, Vec<(&'static str, Value)>) {
    let id = || json!({ "type": "string", "format": "uuid" });
    let progress: Vec<String> = Progress::ALL.iter().map(wire_name).collect();
    let disposal = json!({
        "type": "object", "required": ["id", "organ", "progress", "recordings", "proposed_on"],
        "properties": {
            "id": id(), "organ": id(), "progress": { "type": "string", "enum": progress },
            "recordings": { "type": "array", "items": { "type": "object" } },
            "proposed_on": { "type": "string", "format": "date" },
            "wait_until": { "type": ["string", "null"], "format": "date" },
            "carried_out": { "type": ["object", "null"] },
        },
    });
    let own = |from: &str| json!({ "id": from });
    let mut all = vec![
        Operation::get(
            "/api/v1/disposals",
            "disposal_list",
            TAG,
            "音像销毁清册",
            page_of(schema("Disposal")),
        )
        .with(query("before", "从这个事项之前起", id()))
        .leads("disposal_read", own("$response.body#/items/0/id")),
        Operation::get("/api/v1/disposals/{id}", "disposal_read", TAG, "查看销毁清册", schema("Disposal")),
    ];
    for (name, label, fields) in disposal_fields() {
        let path = match name {
            "propose" => "/api/v1/disposals".to_owned(),
            _ => format!("/api/v1/disposals/{{id}}/{name}"),
        };
        let mut it = Operation::post(&path, &format!("disposal_{name}"), TAG, label, schema("Disposal"))
            .says(format!("依据{NOT_AT_WILL}。提出、审核、批准由三名不同的人员办理。"))
            .with(key())
            .takes(object(&fields), Value::Object(example_of(&fields)));
        if name == "propose" {
            it = it.status(201, "已提出");
            for (other, _, _) in disposal_fields().iter().filter(|(it, _, _)| *it != "propose") {
                it = it.leads(&format!("disposal_{other}"), own("$response.body#/id"));
            }
        }
        all.push(it);
    }
    (all, vec![("Disposal", disposal)])
}
