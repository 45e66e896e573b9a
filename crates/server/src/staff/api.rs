//! The same acts for programs, under `/api/v1`.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use mingjing_domain::matter::{MatterId, StaffId};
use mingjing_domain::organ::OrganState;
use mingjing_domain::staff::{Certificate, Role, StaffCommand, StaffState};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::service::{self, By, NewLogin};
use super::{entry, store};
use crate::kit::auth::{CommandId, Identity};
use crate::kit::authz::{self, Target};
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::problem::Failure;
use crate::kit::ui::table::Query;

/// Routes of this feature.
pub fn routes() -> Routes {
    Routes::new()
        .get("/api/v1/me", Access::Verb(authz::ACCOUNT), me)
        .get("/api/v1/staff", Access::Verb(authz::STAFF_READ), list)
        .post("/api/v1/staff", Access::Verb(authz::STAFF_REGISTER), register)
        .get("/api/v1/staff/{id}", Access::Verb(authz::STAFF_READ), detail)
        .post("/api/v1/staff/{id}/commands", Access::Verb(authz::STAFF_READ), command)
}

/// A person as the API shows one.
#[derive(Serialize)]
struct StaffV1 {
    id: Uuid,
    organ: Uuid,
    name: Option<String>,
    title: Option<String>,
    unit: String,
    enabled: bool,
    roles: Vec<Role>,
    certificates: Vec<Certificate>,
    version: u64,
}

async fn me(who: Identity) -> Json<Value> {
    let it = &who.person;
    Json(json!({
        "id": it.id, "organ": it.organ, "organ_name": it.organ_name, "region": it.region,
        "name": it.name, "unit": it.unit, "roles": it.roles,
    }))
}

async fn list(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Json<Value>, Failure> {
    let query = Query::new("/api/v1/staff", uri.query());
    let limit: usize = query.get("limit").and_then(|it| it.parse().ok()).unwrap_or(20).clamp(1, 100);
    let role = match query.get("role") {
        Some(name) => Some(
            Role::ALL
                .into_iter()
                .find(|it| it.name() == name)
                .ok_or_else(|| Failure::Malformed("role 不是已知的角色".into()))?,
        ),
        None => None,
    };
    let filter = store::Filter {
        name: query.get("q").map(str::to_owned),
        role,
        enabled: query.get("enabled").map(|it| it == "1"),
        after: query.get("after").and_then(|it| it.parse().ok()),
    };
    let scope = authz::scope(authz::STAFF_READ, &who.subject(), &store::COLUMNS, 1)
        .ok_or_else(|| Failure::from(authz::refusal(authz::STAFF_READ)))?;
    let mut members = store::members(shell.app.db(), scope, &filter, limit + 1).await?;
    let more = members.len() > limit;
    members.truncate(limit);
    let next = members.last().filter(|_| more).map(|it| query.with("after", &it.id.to_string()));
    let items: Vec<Value> = members
        .iter()
        .map(|it| {
            json!({
                "id": it.id, "name": it.name, "title": it.title, "unit": it.unit,
                "organ_name": it.organ_name, "enabled": it.enabled, "roles": it.roles,
                "href": format!("/api/v1/staff/{}", it.id),
            })
        })
        .collect();
    Ok(Json(json!({ "items": items, "next": next })))
}

async fn detail(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
) -> Result<Json<StaffV1>, Failure> {
    let staff = shell.app.load::<StaffState>(MatterId(id)).await?.ok_or(Failure::NotFound)?;
    let organ = shell.app.load::<OrganState>(MatterId(staff.organ.0)).await?;
    let region = organ.map_or_else(String::new, |it| it.profile.region.clone());
    let what = Target { region: &region, person: Some(StaffId(id)), ..Target::organ(staff.organ) };
    who.may(authz::STAFF_READ, &what)?;
    Ok(Json(StaffV1 {
        id,
        organ: staff.organ.0,
        name: staff.name.value().map(str::to_owned),
        title: staff.title.value().map(str::to_owned),
        unit: staff.unit.clone(),
        enabled: staff.enabled,
        roles: staff.roles.clone(),
        certificates: staff.certificates.clone(),
        version: staff.version,
    }))
}

/// Reads a JSON body with an error that says where it is wrong.
///
/// # Errors
/// [`Failure::Malformed`] with the reader's words.
fn typed<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(body).map_err(|e| Failure::Malformed(e.to_string()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewStaffV1 {
    name: String,
    title: String,
    login: String,
    #[serde(default)]
    unit: Option<String>,
}

async fn register(
    State(shell): State<Shell>,
    who: Identity,
    CommandId(command_id): CommandId,
    body: axum::body::Bytes,
) -> Result<Response, Failure> {
    let new: NewStaffV1 = typed(&body)?;
    let login = service::login_name(&new.login)?;
    let command = StaffCommand::Register {
        name: new.name.trim().into(),
        title: new.title.trim().into(),
        unit: new.unit,
    };
    let (password, phc) = entry::first_password(&shell).await?;
    let by = By::Person(Box::new(who.clone()));
    let path = &mut service::Path::App(&shell.app);
    let new = NewLogin { login, phc, must_change: true };
    let written = service::register(path, &by, command_id, who.person.organ, &command, &new).await?;
    let first_password = (!written.replayed).then_some(password);
    let status = if written.replayed { StatusCode::OK } else { StatusCode::CREATED };
    let answer = json!({
        "id": written.value, "href": format!("/api/v1/staff/{}", written.value),
        "first_password": first_password, "replayed": written.replayed,
    });
    Ok((status, Json(answer)).into_response())
}

async fn command(
    State(shell): State<Shell>,
    who: Identity,
    CommandId(command_id): CommandId,
    Path(id): Path<Uuid>,
    body: axum::body::Bytes,
) -> Result<Json<Value>, Failure> {
    let command: StaffCommand = typed(&body)?;
    let by = By::Person(Box::new(who));
    let path = &mut service::Path::App(&shell.app);
    let written = service::command(path, &by, command_id, StaffId(id), &command).await?;
    Ok(Json(json!({
        "version": written.value, "recorded_at": written.recorded_at.to_string(),
        "replayed": written.replayed, "href": format!("/api/v1/staff/{id}"),
    })))
}
