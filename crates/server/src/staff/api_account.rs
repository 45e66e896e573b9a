//! One's own account for programs: who one is, password, sessions, tokens.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use mingjing_domain::matter::MatterId;
use mingjing_domain::refusal::Refusal;
use mingjing_domain::staff::StaffState;
use serde_json::{Value, json};
use uuid::Uuid;

use super::entry;
use crate::kit::auth::{Identity, Proof};
use crate::kit::authz;
use crate::kit::form::{FieldSpec, Kind};
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::problem::Failure;
use crate::kit::{ask, body, token};

/// Routes of one's own account.
pub(super) fn routes() -> Routes {
    let account = Access::Verb(authz::ACCOUNT);
    Routes::new()
        .get("/api/v1/me", account, me)
        .post("/api/v1/me/password", account, change_password)
        .post("/api/v1/me/sessions/end", account, end_sessions)
        .get("/api/v1/me/tokens", account, tokens)
        .post("/api/v1/me/tokens", account, issue)
        .delete("/api/v1/me/tokens/{id}", account, revoke)
}

async fn me(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let it = &who.person;
    let staff = shell.app.load::<StaffState>(MatterId(it.id.0)).await?;
    Ok(Json(json!({
        "id": it.id, "organ": it.organ, "organ_name": it.organ_name, "region": it.region,
        "name": it.name, "unit": it.unit, "roles": it.roles, "must_change_password": who.must_change,
        "certificates": staff.map(|it| it.certificates.clone()).unwrap_or_default(),
    })))
}

/// Fields of a change of password.
pub(super) fn password_fields() -> Vec<FieldSpec> {
    vec![
        FieldSpec::new("present", "现在的密码", Kind::Line),
        FieldSpec::new("new", "新密码", Kind::Line).hint("至少 10 个字符，不要用常见的词"),
    ]
}

async fn change_password(
    State(shell): State<Shell>,
    who: Identity,
    uri: Uri,
    given: ask::Json,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    // A password is taken as it is, blanks at its ends included.
    let text = |name: &str| given.0[name].as_str().unwrap_or("").to_owned();
    let (present, new) = (text("present"), text("new"));
    body::read(&password_fields(), given.0.clone(), &authz::ACCOUNT.basis)?;
    entry::change_password(&shell, who.person.id, &present, &new, &new).await?;
    // The session that the change opens is a browser's; a program has none.
    entry::end_sessions(&shell, who.person.id).await?;
    Ok(Json(json!({ "changed": true })))
}

async fn end_sessions(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let ended = entry::end_sessions(&shell, who.person.id).await?;
    Ok(Json(json!({ "ended": ended })))
}

async fn tokens(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let all = token::list(shell.app.db(), who.person.id).await?;
    let items: Vec<Value> = all
        .iter()
        .map(|it| {
            json!({
                "id": it.id, "label": it.label, "created_at": it.created_at,
                "expires_at": it.expires_at, "revoked_at": it.revoked_at,
                "in_use": who.proof == Proof::Token(it.id),
            })
        })
        .collect();
    Ok(Json(json!({ "items": items })))
}

/// Fields of a new token.
pub(super) fn token_fields() -> Vec<FieldSpec> {
    vec![FieldSpec::new("label", "用途", Kind::Line).max(40)]
}

async fn issue(
    State(shell): State<Shell>,
    who: Identity,
    uri: Uri,
    given: ask::Json,
) -> Result<Response, Failure> {
    ask::nothing(uri.query())?;
    if who.must_change {
        return Err(Failure::ChangePassword);
    }
    let given = body::read(&token_fields(), given.0, &authz::ACCOUNT.basis)?;
    let label = given["label"].as_str().unwrap_or("");
    let (text, id) = token::made(&shell.app, who.person.id, label, shell.config.token_days).await?;
    let answer = json!({ "id": id, "label": label, "token": text });
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

async fn revoke(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    // A program that takes its own key away by mistake could not undo it.
    if who.proof == Proof::Token(id) {
        let message = "这个令牌正在用于本次请求";
        let remedy = "在“我的账户”页作废，或者用另一个令牌作废";
        return Err(
            Refusal::new("account.token_in_use", authz::ACCOUNT.basis.clone(), message, remedy).into()
        );
    }
    if token::revoke(&shell.app, who.person.id, id).await? {
        Ok(Json(json!({ "revoked": true })))
    } else {
        Err(Failure::NotFound)
    }
}
