//! The same acts for programs, under `/api/v1`.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use mingjing_domain::matter::{MatterId, StaffId};
use mingjing_domain::organ::OrganState;
use mingjing_domain::staff::{Certificate, Role, StaffCommand, StaffState};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::actions::{Act, register_fields};
use super::service::{self, By, NewLogin};
use super::{api_account, api_organ, describe, entry, store};
use crate::kit::ask::{self, Ask};
use crate::kit::auth::{CommandId, Identity};
use crate::kit::authz::{self, Target};
use crate::kit::body;
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::problem::Failure;

/// Routes of this feature.
pub fn routes() -> Routes {
    let read = Access::Verb(authz::STAFF_READ);
    Routes::new()
        .get("/api/v1/staff", read, list)
        .post("/api/v1/staff", Access::Verb(authz::STAFF_REGISTER), register)
        .get("/api/v1/staff/{id}", read, detail)
        .post("/api/v1/staff/{id}/reset_password", Access::Verb(authz::STAFF_RESET), reset)
        .post("/api/v1/staff/{id}/{act}", read, act)
        .merge(api_account::routes())
        .merge(api_organ::routes())
        .describe(describe::operations())
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

async fn list(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Json<Value>, Failure> {
    let ask = Ask::read("/api/v1/staff", uri.query(), &["q", "role", "enabled", "after", "limit"])?;
    let limit = ask.limit()?;
    let role = match ask.get("role") {
        Some(name) => Some(
            Role::ALL
                .into_iter()
                .find(|it| it.name() == name)
                .ok_or_else(|| Failure::Malformed("role 不是已知的角色".into()))?,
        ),
        None => None,
    };
    let filter = store::Filter {
        name: ask.words("q"),
        role,
        enabled: ask.flag("enabled")?,
        after: ask.typed("after", "应为人员编号")?,
    };
    let scope = authz::scope(authz::STAFF_READ, &who.subject(), &store::COLUMNS, 1)
        .ok_or_else(|| Failure::from(authz::refusal(authz::STAFF_READ)))?;
    let mut members = store::members(shell.app.db(), scope, &filter, limit + 1).await?;
    let more = members.len() > limit;
    members.truncate(limit);
    let next = members.last().filter(|_| more).map(|it| ask.query().with("after", &it.id.to_string()));
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

/// The region of an organ.
async fn region(shell: &Shell, organ: Uuid) -> Result<String, Failure> {
    let organ = shell.app.load::<OrganState>(MatterId(organ)).await?;
    Ok(organ.map_or_else(String::new, |it| it.profile.region.clone()))
}

async fn detail(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Json<StaffV1>, Failure> {
    ask::nothing(uri.query())?;
    let staff = shell.app.load::<StaffState>(MatterId(id)).await?.ok_or(Failure::NotFound)?;
    let region = region(&shell, staff.organ.0).await?;
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

async fn register(
    State(shell): State<Shell>,
    who: Identity,
    CommandId(command_id): CommandId,
    uri: Uri,
    given: ask::Json,
) -> Result<Response, Failure> {
    ask::nothing(uri.query())?;
    let new = body::read(&register_fields(), given.0, &authz::STAFF_REGISTER.basis)?;
    let text = |name: &str| new[name].as_str().unwrap_or("").to_owned();
    let login = service::login_name(&text("login"))?;
    let unit = Some(text("unit")).filter(|it| !it.is_empty());
    let command = StaffCommand::Register { name: text("name").into(), title: text("title").into(), unit };
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

async fn act(
    State(shell): State<Shell>,
    who: Identity,
    CommandId(command_id): CommandId,
    Path((id, name)): Path<(Uuid, String)>,
    uri: Uri,
    given: ask::Json,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let act = Act::find(&name).ok_or(Failure::NotFound)?;
    let value = body::read(&act.fields(), given.0, &act.verb().basis)?;
    let command = act.command(value).map_err(|e| Failure::Broken(e.to_string()))?;
    let by = By::Person(Box::new(who));
    let path = &mut service::Path::App(&shell.app);
    let written = service::command(path, &by, command_id, StaffId(id), &command).await?;
    Ok(Json(json!({
        "id": id, "version": written.value, "recorded_at": written.recorded_at.to_string(),
        "replayed": written.replayed, "href": format!("/api/v1/staff/{id}"),
    })))
}

/// A new first password for a person who forgot the old one; shown once.
async fn reset(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let staff = shell.app.load::<StaffState>(MatterId(id)).await?.ok_or(Failure::NotFound)?;
    let region = region(&shell, staff.organ.0).await?;
    let what = Target {
        unit: &staff.state.unit,
        region: &region,
        person: Some(StaffId(id)),
        ..Target::organ(staff.organ)
    };
    who.may(authz::STAFF_RESET, &what)?;
    let (login, _) = store::credential_of(shell.app.db(), StaffId(id)).await?.ok_or(Failure::NotFound)?;
    let (password, phc) = entry::first_password(&shell).await?;
    service::set_password(&shell.app, StaffId(id), &phc, true).await?;
    entry::unlock(&shell, &login).await?;
    Ok(Json(json!({ "id": id, "login": login, "first_password": password })))
}
