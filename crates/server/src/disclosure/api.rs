//! JSON of publications: the same acts as the pages, through the same service.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use jiff::ToSpan as _;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::disclosure::{Inspection, PublicDecision, Stage};
use mingjing_domain::matter::{MatterId, Moment, civil_day};
use mingjing_domain::refusal::FieldError;
use serde_json::{Value, json};
use uuid::Uuid;

use super::office::{api_specs, open, subject, verb};
use super::portal;
use super::service::{self, Act, Done, Options};
use super::store::{self, Queued};
use super::verbs;
use super::view::View;
use crate::case::access::rules;
use crate::kit::ask::{self, Ask};
use crate::kit::auth::{CommandId, Identity};
use crate::kit::authz::Target;
use crate::kit::body;
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::problem::Failure;

/// Routes of the API.
pub fn routes() -> Routes {
    Routes::new()
        .get("/api/v1/publications", Access::Verb(verbs::READ), list)
        .get("/api/v1/publications/{id}", Access::Verb(verbs::READ), one)
        .post("/api/v1/publications/{id}/{act}", Access::Verb(verbs::READ), act)
        .describe(super::describe::operations())
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

/// Queues and states of the list.
pub(super) const QUEUES: [&str; 2] = ["prepare", "withdraw"];

/// `?queue=prepare|withdraw` or `?state=…`, continued with `after`.
async fn list(
    State(shell): State<Shell>,
    who: Identity,
    RawQuery(raw): RawQuery,
) -> Result<Json<Value>, Failure> {
    let ask = Ask::read("/api/v1/publications", raw.as_deref(), &["queue", "state", "after"])?;
    let (db, organ) = (shell.app.db(), who.person.organ);
    let after = ask.typed::<Uuid>("after", "应为公示事项编号")?.map(MatterId);
    let stages: Vec<Stage> = match ask.get("state") {
        Some(name) => {
            vec![serde_json::from_value(name.into()).map_err(|_| Failure::Malformed("没有这种状态".into()))?]
        }
        None => Stage::ALL.to_vec(),
    };
    let lines = match ask.one_of("queue", &QUEUES)? {
        Some("prepare") => {
            let today = civil_day(shell.app.now());
            let from = today.checked_sub(400.days()).unwrap_or(jiff::civil::Date::MIN);
            store::to_prepare(db, organ, from, None, PAGE).await?
        }
        Some(_) => store::to_withdraw(db, organ, PAGE).await?,
        None => store::in_stage(db, organ, &stages, None, after, PAGE).await?,
    };
    let next = (lines.len() == PAGE as usize)
        .then(|| lines.last().and_then(|l| l.publication))
        .flatten()
        .map(|id| ask.query().with("after", &id.to_string()));
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
    RawQuery(raw): RawQuery,
) -> Result<Json<Value>, Failure> {
    ask::nothing(raw.as_deref())?;
    let (_, view) = open(&shell, &who, &id).await?;
    Ok(Json(whole(&view, &who, &shell)))
}

async fn act(
    State(shell): State<Shell>,
    who: Identity,
    CommandId(command_id): CommandId,
    Path((id, name)): Path<(String, String)>,
    RawQuery(raw): RawQuery,
    given: ask::Json,
) -> Result<Json<Done>, Failure> {
    ask::nothing(raw.as_deref())?;
    let verb = verb(&name).ok_or(Failure::NotFound)?;
    let subject = subject(&id).ok_or(Failure::NotFound)?;
    let (_, view) = open(&shell, &who, &id).await?;
    who.may(verbs::of(verb), &Target::organ(view.case.organ))?;
    let basis = &verbs::of(verb).basis;
    let mut value = body::read(&api_specs(verb), given.0, basis)?;
    value["act"] = wire_name(&verb).into();
    let wrong = |e: serde_json::Error| {
        body::refused(vec![FieldError { field: String::new(), message: e.to_string() }], basis)
    };
    let act: Act = serde_json::from_value(value).map_err(wrong)?;
    let options = Options { command_id, moment: None };
    let done = service::act(&shell.app, rules(), &who.actor(), subject, act, options).await?;
    Ok(Json(done.value))
}
