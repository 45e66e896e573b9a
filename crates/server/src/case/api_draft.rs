//! Drafts of forms for programs: the same drafts as the pages keep, as the form
//! names its fields.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Uri;
use mingjing_domain::case::procedure::{Verb, step};
use mingjing_domain::matter::MatterId;
use serde_json::{Value, json};
use uuid::Uuid;

use super::access::{self, seen};
use super::describe::TAG;
use super::web;
use crate::kit::auth::Identity;
use crate::kit::authz_case::CASE_READ;
use crate::kit::draft::{self, Place};
use crate::kit::form::{FieldSpec, Kind, Posted};
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::openapi::{Operation, schema};
use crate::kit::problem::Failure;
use crate::kit::{ask, body};

/// Routes of drafts: of a case's forms, and of the form of a new case.
pub(super) fn routes() -> Routes {
    let read = Access::Verb(CASE_READ);
    Routes::new()
        .get("/api/v1/cases/{id}/drafts/{verb}", read, kept)
        .put("/api/v1/cases/{id}/drafts/{verb}", read, keep)
        .delete("/api/v1/cases/{id}/drafts/{verb}", read, discard)
        .get("/api/v1/drafts/register_clue", read, kept_new)
        .put("/api/v1/drafts/register_clue", read, keep_new)
        .delete("/api/v1/drafts/register_clue", read, discard_new)
        .describe(described())
}

/// Longest name of a field, in characters.
const MAX_NAME: usize = 200;
/// Longest value of a field, in characters.
const MAX_VALUE: usize = 20_000;

fn specs() -> Vec<FieldSpec> {
    let pair = vec![
        FieldSpec::new("name", "字段，如 parties[0].name", Kind::Line).max(MAX_NAME),
        FieldSpec::new("value", "已填内容", Kind::Paragraph).max(MAX_VALUE).optional(),
    ];
    vec![FieldSpec::new("fields", "已填的字段", Kind::List(pair))]
}

/// The case, if there is one, and the form; only whoever may submit it keeps a draft.
async fn place(shell: &Shell, who: &Identity, at: Option<(Uuid, &str)>) -> Result<Option<MatterId>, Failure> {
    let Some((id, name)) = at else {
        access::may(who, Verb::RegisterClue, None)?;
        return Ok(None);
    };
    let verb = web::verb(name)?;
    if verb == Verb::RegisterClue {
        return Err(Failure::NotFound);
    }
    let case = seen(shell, who, MatterId(id)).await?;
    access::may(who, verb, Some(&case))?;
    Ok(Some(case.id))
}

const NEW: &str = "register_clue";

async fn read(shell: &Shell, who: &Identity, at: Option<(Uuid, &str)>) -> Result<Json<Value>, Failure> {
    let matter = place(shell, who, at).await?;
    let form = at.map_or(NEW, |(_, name)| name);
    let place = Place { owner: who.person.id, matter, form };
    let (posted, saved_at) = draft::load(shell.app.db(), place).await?.ok_or(Failure::NotFound)?;
    let fields: Vec<Value> =
        posted.typed().into_iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    Ok(Json(json!({ "fields": fields, "saved_at": saved_at })))
}

async fn save(
    shell: &Shell,
    who: &Identity,
    at: Option<(Uuid, &str)>,
    given: Value,
) -> Result<Json<Value>, Failure> {
    let matter = place(shell, who, at).await?;
    let form = at.map_or(NEW, |(_, name)| name);
    let given = body::read(&specs(), given, &step(Verb::RegisterClue).article)?;
    let text = |it: &Value, name: &str| it[name].as_str().unwrap_or("").to_owned();
    let pairs =
        given["fields"].as_array().into_iter().flatten().map(|it| (text(it, "name"), text(it, "value")));
    let place = Place { owner: who.person.id, matter, form };
    draft::save(&shell.app, place, &Posted::from_pairs(pairs.collect())).await?;
    read(shell, who, at).await
}

async fn drop_draft(shell: &Shell, who: &Identity, at: Option<(Uuid, &str)>) -> Result<Json<Value>, Failure> {
    let matter = place(shell, who, at).await?;
    let form = at.map_or(NEW, |(_, name)| name);
    let place = Place { owner: who.person.id, matter, form };
    draft::load(shell.app.db(), place).await?.ok_or(Failure::NotFound)?;
    draft::discard(&shell.app, place).await?;
    Ok(Json(json!({ "discarded": true })))
}

type At = Path<(Uuid, String)>;

async fn kept(State(shell): State<Shell>, who: Identity, at: At, uri: Uri) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    read(&shell, &who, Some((at.0.0, &at.0.1))).await
}

async fn keep(
    State(shell): State<Shell>,
    who: Identity,
    at: At,
    uri: Uri,
    given: ask::Json,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    save(&shell, &who, Some((at.0.0, &at.0.1)), given.0).await
}

async fn discard(
    State(shell): State<Shell>,
    who: Identity,
    at: At,
    uri: Uri,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    drop_draft(&shell, &who, Some((at.0.0, &at.0.1))).await
}

async fn kept_new(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    read(&shell, &who, None).await
}

async fn keep_new(
    State(shell): State<Shell>,
    who: Identity,
    uri: Uri,
    given: ask::Json,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    save(&shell, &who, None, given.0).await
}

async fn discard_new(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    drop_draft(&shell, &who, None).await
}

fn described() -> (Vec<Operation>, Vec<(&'static str, Value)>) {
    let verbs: Vec<String> = super::describe::acting_names();
    let verb = json!({ "type": "string", "enum": verbs });
    let fields = body::schema(&specs());
    let example = json!({ "fields": [{ "name": "summary", "value": "检查发现" }] });
    let gone = json!({ "type": "object", "required": ["discarded"], "properties": { "discarded": { "type": "boolean" } } });
    let own = || json!({ "id": "$request.path.id", "verb": "$request.path.verb" });
    let one = |method, path: &str, id: &str, words: &str| {
        let mut it = Operation::new(method, path, id, TAG);
        words.clone_into(&mut it.summary);
        it.success.2 = schema("Draft");
        it
    };
    use axum::http::Method;
    let (at, new) = ("/api/v1/cases/{id}/drafts/{verb}", "/api/v1/drafts/register_clue");
    let mut removed = one(Method::DELETE, at, "draft_discard", "不用草稿").at("verb", verb.clone());
    removed.success.2 = gone.clone();
    let mut removed_new = one(Method::DELETE, new, "draft_new_discard", "不用新线索的草稿").fails(&[404]);
    removed_new.success.2 = gone;
    let operations = vec![
        one(Method::GET, at, "draft_read", "查看草稿").at("verb", verb.clone()),
        one(Method::PUT, at, "draft_keep", "保存草稿")
            .at("verb", verb)
            .takes(fields.clone(), example.clone())
            .leads("draft_read", own())
            .leads("draft_discard", own()),
        removed,
        one(Method::GET, new, "draft_new_read", "查看新线索的草稿").fails(&[404]),
        one(Method::PUT, new, "draft_new_keep", "保存新线索的草稿")
            .takes(fields, example)
            .leads("draft_new_read", json!({}))
            .leads("draft_new_discard", json!({})),
        removed_new,
    ];
    let pair = json!({
        "type": "object", "required": ["name", "value"],
        "properties": { "name": { "type": "string" }, "value": { "type": "string" } },
    });
    let draft = json!({
        "type": "object", "required": ["fields", "saved_at"],
        "properties": { "fields": { "type": "array", "items": pair }, "saved_at": { "type": "string", "format": "date-time" } },
    });
    (operations, vec![("Draft", draft)])
}
