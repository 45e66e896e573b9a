//! JSON of publications: the same acts as the pages, through the same service.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::ToSpan as _;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::disclosure::{Inspection, PublicDecision, Stage};
use mingjing_domain::matter::{MatterId, Moment, civil_day};
use serde_json::{Value, json};

use super::office::{open, rules, subject};
use super::portal;
use super::service::{self, Act, Options, View};
use super::store::{self, Queued};
use super::verbs;
use crate::kit::auth::{CommandId, Identity};
use crate::kit::authz::Target;
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::problem::Failure;
use crate::kit::ui::table::Query;

/// Routes of the API.
pub fn routes() -> Routes {
    Routes::new()
        .get("/api/v1/publications", Access::Verb(verbs::READ), list)
        .get("/api/v1/publications/{id}", Access::Verb(verbs::READ), one)
        .post("/api/v1/publications/{id}/acts", Access::Verb(verbs::READ), act)
}

/// Lines of a page.
const PAGE: u32 = 50;

fn line(it: &Queued) -> Value {
    json!({
        "id": it.publication.map_or_else(|| format!("{}.{}", it.case, it.party), |id| id.to_string()),
        "case": it.case,
        "party": it.party,
        "number": it.number,
        "title": it.title,
        "state": it.stage.map(|s| wire_name(&s)),
        "phase": it.phase,
        "decided_on": it.decided_on,
        "served_on": it.served_on,
        "published_on": it.published_on,
        "ended": it.ended.as_ref().map(|(ground, on)| json!({ "ground": ground, "known_on": on })),
        "minor": it.minor,
    })
}

/// `?queue=prepare|withdraw` or `?state=…`, continued with `after`.
async fn list(
    State(shell): State<Shell>,
    who: Identity,
    RawQuery(raw): RawQuery,
) -> Result<Json<Value>, Failure> {
    let query = Query::new("/api/v1/publications", raw.as_deref());
    let (db, organ) = (shell.app.db(), who.person.organ);
    let after = query.get("after").and_then(|a| a.parse().ok()).map(MatterId);
    let lines = match query.get("queue") {
        Some("prepare") => {
            let today = civil_day(shell.app.now());
            let from = today.checked_sub(400.days()).unwrap_or(jiff::civil::Date::MIN);
            store::to_prepare(db, organ, from, PAGE).await?
        }
        Some("withdraw") => store::to_withdraw(db, organ, PAGE).await?,
        Some(_) => return Err(Failure::Malformed("queue 应为 prepare 或 withdraw".into())),
        None => {
            let stages: Vec<Stage> = match query.get("state") {
                Some(name) => vec![
                    serde_json::from_value(name.into())
                        .map_err(|_| Failure::Malformed("没有这种状态".into()))?,
                ],
                None => Stage::ALL.to_vec(),
            };
            store::in_stage(db, organ, &stages, None, after, PAGE).await?
        }
    };
    let next = (lines.len() == PAGE as usize)
        .then(|| lines.last().and_then(|l| l.publication).map(|id| query.with("after", &id.to_string())))
        .flatten();
    Ok(Json(json!({ "items": lines.iter().map(line).collect::<Vec<_>>(), "next": next })))
}

fn copy(content: &PublicDecision) -> Value {
    portal::copy(content)
}

fn findings(it: &Inspection) -> Value {
    json!({
        "digest": it.digest,
        "clean": it.clean(),
        "findings": it.findings.iter().map(|f| json!({
            "field": f.field, "from": f.from, "to": f.to, "rule": f.rule.label(), "article": f.citation.to_string(),
        })).collect::<Vec<_>>(),
        "uncovered": it.uncovered.iter().map(|u| json!({
            "field": u.field, "from": u.from, "to": u.to, "ground": u.ground.label(), "article": u.citation.to_string(),
        })).collect::<Vec<_>>(),
    })
}

fn whole(view: &View, who: &Identity, shell: &Shell) -> Value {
    let actions: Vec<Value> = view
        .actions(&who.actor(), &Moment::now(shell.app.now()))
        .into_iter()
        .map(|(verb, gate)| match gate {
            Ok(()) => json!({ "act": wire_name(&verb), "label": verb.label(), "open": true }),
            Err(r) => json!({
                "act": wire_name(&verb), "label": verb.label(), "open": false, "code": r.code,
                "reason": r.message, "article": r.article.to_string(), "remedy": r.remedy, "after": r.after,
            }),
        })
        .collect();
    let p = view.publication.as_ref();
    json!({
        "id": p.map(|p| p.id),
        "version": p.map(|p| p.version),
        "case": view.case.id,
        "party": view.party,
        "state": p.map(|p| wire_name(&p.stage)),
        "public_id": p.and_then(|p| p.public_id.clone()),
        "draft": p.and_then(|p| p.draft.as_ref()).map(|d| json!({
            "digest": d.digest, "phase": wire_name(&d.phase), "copy": copy(&d.content),
            "returned": d.returned.as_ref().and_then(|t| t.value()),
        })),
        "live": p.and_then(|p| p.live.as_ref()).map(|l| json!({ "digest": l.digest, "copy": copy(&l.content), "on": l.on })),
        "proposal": view.proposal.as_ref().map(copy),
        "inspection": view.inspection.as_ref().map(findings),
        "timeliness": p.and_then(|p| p.first_published.as_ref()).map(|t| t.sentence()),
        "actions": actions,
    })
}

async fn one(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<String>,
) -> Result<Json<Value>, Failure> {
    let (_, view) = open(&shell, &who, &id).await?;
    Ok(Json(whole(&view, &who, &shell)))
}

async fn act(
    State(shell): State<Shell>,
    who: Identity,
    CommandId(command_id): CommandId,
    Path(id): Path<String>,
    Json(body): Json<Value>,
) -> Result<Response, Failure> {
    let subject = subject(&id).ok_or(Failure::NotFound)?;
    let act: Act = serde_json::from_value(body).map_err(|e| Failure::Malformed(e.to_string()))?;
    let (_, view) = open(&shell, &who, &id).await?;
    who.may(verbs::of(act.verb()), &Target::organ(view.case.organ))?;
    let options = Options { command_id, moment: None };
    let done = service::act(&shell.app, rules(), &who.actor(), subject, act, options).await?;
    Ok((StatusCode::OK, Json(done.value)).into_response())
}
