//! The record of an organ for programs: what is known of it, and who confirmed
//! its power to enforce.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Uri;
use mingjing_domain::matter::{MatterId, OrganId};
use mingjing_domain::organ::{OrganCommand, OrganKind, OrganState};
use serde_json::{Value, json};
use uuid::Uuid;

use super::service::{self, By};
use crate::kit::ask;
use crate::kit::auth::{CommandId, Identity};
use crate::kit::authz::{self, Verb};
use crate::kit::body::{self, texts};
use crate::kit::error::WriteError;
use crate::kit::form::{Choice, FieldSpec, Kind};
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::problem::Failure;

/// Routes of organs.
pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/api/v1/organs/{id}", Access::Verb(authz::ORGAN_READ), detail)
        .post("/api/v1/organs/{id}/change", Access::Verb(authz::ORGAN_SET), change)
        .post("/api/v1/organs/{id}/confirm", Access::Verb(authz::ORGAN_CONFIRM), confirm)
        .post("/api/v1/organs/{id}/end", Access::Verb(authz::ORGAN_CONFIRM), end)
}

async fn detail(
    State(shell): State<Shell>,
    _who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let organ = shell.app.load::<OrganState>(MatterId(id)).await?.ok_or(Failure::NotFound)?;
    let confirmed: Vec<Value> =
        organ.confirmed.iter().map(|(from, end)| json!({ "from": from, "end": end })).collect();
    Ok(Json(json!({ "id": id, "version": organ.version, "profile": organ.profile, "confirmed": confirmed })))
}

/// Fields of an organ's profile.
pub(super) fn profile_fields() -> Vec<FieldSpec> {
    let kinds = [
        OrganKind::Organ,
        OrganKind::Authorised,
        OrganKind::Entrusted,
        OrganKind::Oversight,
        OrganKind::Government,
    ];
    let kinds = kinds.map(|it| Choice::new(mingjing_domain::case::form::wire_name(&it), it.label())).to_vec();
    let line = |name: &'static str, label: &'static str, max: usize| {
        FieldSpec::new(name, label, Kind::Line).max(max)
    };
    vec![
        line("name", "机关名称", 60),
        line("code", "统一社会信用代码", 18)
            .optional()
            .hint("十八位（GB 32100）；本机关自己的政策文件按它适用"),
        line("short_name", "文号中的地区简称", 10),
        line("system", "文号中的系统简称", 10).optional(),
        line("region", "行政区划代码", 6).hint("六位数字（GB/T 2260）"),
        FieldSpec::new("kind", "机关类别", Kind::Choice(kinds)),
        line("address", "地址", 100).optional(),
        line("phone", "电话", 40).optional(),
        line("policy_scope", "适用政策的范围", 100).optional(),
        line("category", "执法类别", 60).optional(),
        texts("units", "内设机构", 60).optional(),
        FieldSpec::new(
            "payee",
            "罚款缴入",
            Kind::Record(vec![
                line("bank", "银行", 100),
                line("address", "银行地址", 100),
                line("name", "户名", 100),
                line("account", "账号", 60),
            ]),
        )
        .optional(),
        line("reconsideration", "行政复议机关", 60).optional(),
        line("court", "行政诉讼管辖法院", 60).optional(),
    ]
}

/// The day from which an organ may enforce.
pub(super) fn confirm_fields() -> Vec<FieldSpec> {
    vec![FieldSpec::new("from", "起始日", Kind::Date)]
}

/// The first day on which an organ may no longer enforce.
pub(super) fn end_fields() -> Vec<FieldSpec> {
    vec![FieldSpec::new("on", "停止之日", Kind::Date)]
}

async fn carry_out(
    shell: &Shell,
    who: Identity,
    command_id: Uuid,
    id: Uuid,
    command: &OrganCommand,
) -> Result<Json<Value>, Failure> {
    // Opening a record is the installation's own act.
    shell.app.load::<OrganState>(MatterId(id)).await?.ok_or(Failure::NotFound)?;
    let by = By::Person(Box::new(who));
    let path = &mut service::Path::App(&shell.app);
    let done = service::organ_command(path, &by, command_id, OrganId(id), command).await;
    let written = done.map_err(|error| match error {
        WriteError::Refused(mut refusal) => {
            for field in &mut refusal.fields {
                if let Some(name) = field.field.strip_prefix("profile/") {
                    field.field = name.to_owned();
                }
            }
            WriteError::Refused(refusal)
        }
        other => other,
    })?;
    Ok(Json(json!({
        "id": id, "version": written.value, "recorded_at": written.recorded_at, "replayed": written.replayed,
    })))
}

fn typed<T: serde::de::DeserializeOwned>(
    specs: &[FieldSpec],
    given: Value,
    verb: &Verb,
) -> Result<T, Failure> {
    let value = body::read(specs, given, &verb.basis)?;
    serde_json::from_value(value).map_err(|e| Failure::Broken(e.to_string()))
}

async fn change(
    State(shell): State<Shell>,
    who: Identity,
    CommandId(command_id): CommandId,
    Path(id): Path<Uuid>,
    uri: Uri,
    given: ask::Json,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let mut value = body::read(&profile_fields(), given.0, &authz::ORGAN_SET.basis)?;
    // What is not given is blank.
    for spec in profile_fields().iter().filter(|it| !it.required) {
        if value.get(spec.name.as_ref()).is_none() {
            value[spec.name.as_ref()] = match &spec.kind {
                Kind::List(_) => json!([]),
                Kind::Line => json!(""),
                _ => Value::Null,
            };
        }
    }
    let profile = serde_json::from_value(value).map_err(|e| Failure::Broken(e.to_string()))?;
    carry_out(&shell, who, command_id, id, &OrganCommand::Change { profile }).await
}

async fn confirm(
    State(shell): State<Shell>,
    who: Identity,
    CommandId(command_id): CommandId,
    Path(id): Path<Uuid>,
    uri: Uri,
    given: ask::Json,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let given: Value = typed(&confirm_fields(), given.0, authz::ORGAN_CONFIRM)?;
    let from = serde_json::from_value(given["from"].clone()).map_err(|e| Failure::Broken(e.to_string()))?;
    carry_out(&shell, who, command_id, id, &OrganCommand::Confirm { from }).await
}

async fn end(
    State(shell): State<Shell>,
    who: Identity,
    CommandId(command_id): CommandId,
    Path(id): Path<Uuid>,
    uri: Uri,
    given: ask::Json,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let given: Value = typed(&end_fields(), given.0, authz::ORGAN_CONFIRM)?;
    let on = serde_json::from_value(given["on"].clone()).map_err(|e| Failure::Broken(e.to_string()))?;
    carry_out(&shell, who, command_id, id, &OrganCommand::End { on }).await
}
