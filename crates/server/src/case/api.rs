//! Cases for programs, under `/api/v1`: the same acts as the pages, through the
//! same service, with the same guards.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use mingjing_domain::case::facts::Facts;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::case::procedure::{PROCEDURE, Relation, Verb};
use mingjing_domain::case::types::Stage;
use mingjing_domain::case::{Case, chart, clock, view};
use mingjing_domain::matter::{MatterId, Moment};
use mingjing_domain::refusal::Refusal;
use mingjing_domain::viewing::Thing;
use serde_json::{Value, json};
use uuid::Uuid;

use super::access::{self, People, opened, organs, rules, seen};
use super::service::{self, Options};
use super::{body, shape, store, web, words};
use crate::kit::ask::{self, Ask};
use crate::kit::auth::{CommandId, Identity};
use crate::kit::authz;
use crate::kit::authz_case::CASE_READ;
use crate::kit::draft::{self, Place};
use crate::kit::error::WriteError;
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::problem::Failure;
use crate::kit::write::Loaded;
use crate::ledger;

/// Routes of the API of cases.
pub fn routes() -> Routes {
    let read = Access::Verb(CASE_READ);
    Routes::new()
        .get("/api/v1/cases", read, list)
        .get("/api/v1/cases.csv", read, web::csv)
        .post("/api/v1/cases", read, register)
        .get("/api/v1/cases/{id}", read, one)
        .get("/api/v1/cases/{id}/events", read, events)
        .get("/api/v1/cases/{id}/actions", read, actions)
        .get("/api/v1/cases/{id}/limits", read, limits)
        .post("/api/v1/cases/{id}/{verb}", read, act)
        .get("/api/v1/desk", Access::Verb(authz::DESK), desk)
        .get("/api/v1/procedures/penalty", Access::Verb(authz::DESK), procedure)
        .describe(super::describe::operations())
        .merge(super::api_file::routes())
        .merge(super::api_draft::routes())
}

/// Filters of the list and of its export.
const FILTERS: [&str; 7] = ["q", "stage", "category", "organ", "mine", "after", "limit"];

/// The query of a list of cases, read strictly.
///
/// # Errors
/// [`Failure::Malformed`] that names the parameter.
pub(super) fn asked(path: &str, uri: &Uri) -> Result<Ask, Failure> {
    // An export is what one page shows.
    let known = if path.ends_with(".csv") { &FILTERS[..6] } else { &FILTERS[..] };
    let ask = Ask::read(path, uri.query(), known)?;
    ask.one_of("mine", &["1"])?;
    ask.typed::<Uuid>("organ", "应为机关编号")?;
    Ok(ask)
}

/// GET /api/v1/cases
async fn list(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Json<Value>, Failure> {
    let ask = asked("/api/v1/cases", &uri)?;
    let limit = ask.limit()?;
    let seen = organs(&shell, &who).await?;
    let mut filter = web::filter(&who, &seen, ask.query())?;
    filter.words = ask.words("q");
    filter.category = ask.words("category");
    let rows = u32::try_from(limit + 1).unwrap_or(u32::MAX);
    let mut items = store::list(shell.app.db(), &filter, rows).await?;
    let more = items.len() > limit;
    items.truncate(limit);
    let cursor = items.last().filter(|_| more).map(|it| it.id.to_string());
    let next = cursor.as_ref().map(|it| ask.query().with("after", it));
    Ok(Json(json!({ "items": items, "cursor": cursor, "next": next })))
}

/// POST /api/v1/cases
async fn register(
    State(shell): State<Shell>,
    who: Identity,
    CommandId(command): CommandId,
    uri: Uri,
    body: ask::Json,
) -> Result<Response, Failure> {
    ask::nothing(uri.query())?;
    access::may(&who, Verb::RegisterClue, None)?;
    let read = body::read(Verb::RegisterClue, body.0)?;
    let options = Options { moment: read.moment, informant: read.informant, ..Options::new(command) };
    let done = service::act(&shell.app, rules(), &who.actor(), None, read.command, options).await?;
    // What was typed so far, an informant's name among it, is now where it belongs.
    let form = wire_name(&Verb::RegisterClue);
    draft::discard(&shell.app, Place { owner: who.person.id, matter: None, form: &form }).await?;
    let mut answer = (StatusCode::CREATED, Json(outcome(&done))).into_response();
    if let Ok(place) = HeaderValue::from_str(&format!("/api/v1/cases/{}", done.value.case)) {
        answer.headers_mut().insert(header::LOCATION, place);
    }
    versioned(&mut answer, done.value.version);
    Ok(answer)
}

fn outcome(done: &crate::kit::app::Written<service::Done>) -> Value {
    json!({
        "case": done.value.case,
        "version": done.value.version,
        "stage": done.value.stage,
        "documents": done.value.documents,
        "recorded_at": done.recorded_at,
        "replayed": done.replayed,
    })
}

fn versioned(answer: &mut Response, version: u64) {
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
        answer.headers_mut().insert(header::ETAG, tag);
    }
}

/// GET /api/v1/cases/{id}: one query when the state is in memory.
async fn one(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Response, Failure> {
    let id = MatterId(id);
    let case = opened(&shell, &who, id).await?;
    let open = match uri.query() {
        None => false,
        Some(raw) => match Ask::read("", Some(raw), &["personal"])?.one_of("personal", &["show"])? {
            None => false,
            Some(_) => {
                access::viewed(&shell, &who, &case, Thing::PersonalNumbers).await?;
                true
            }
        },
    };
    let bytes = serde_json::to_vec(&shape::case(id, &case.state, open))
        .map_err(|e| Failure::Broken(e.to_string()))?;
    let mut answer = bytes.into_response();
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    versioned(&mut answer, case.version);
    Ok(answer)
}

/// Events of one answer.
const EVENTS: usize = 100;

/// GET /api/v1/cases/{id}/events
async fn events(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Json<Value>, Failure> {
    let id = MatterId(id);
    let ask = Ask::read(format!("/api/v1/cases/{id}/events"), uri.query(), &["after"])?;
    let after = ask.typed::<i64>("after", "应为版本号")?.unwrap_or(0);
    let after = u64::try_from(after).map_err(|_| Failure::Malformed("参数 after 应为版本号".to_owned()))?;
    let case = opened(&shell, &who, id).await?;
    let people = People::of(&shell, case.organ).await?;
    let proofs = ledger::store::proof_states(shell.app.db(), id).await?;
    let all = shell.app.stream::<Case>(id).await?;
    let items: Vec<Value> = all
        .iter()
        .filter(|it| it.meta.version > after)
        .take(EVENTS)
        .map(|it| {
            let moment = &it.meta.moment;
            let proof = proofs.get(&it.meta.version).copied().unwrap_or(ledger::service::ProofState::Pending);
            json!({
                "version": it.meta.version,
                "event": it.envelope.event,
                "type": it.envelope.type_name,
                "type_version": it.envelope.type_version,
                "label": it.event.label(),
                "sentence": words::sentence(&it.event, &case.state, &people),
                "actor": it.meta.actor,
                "command": it.envelope.command,
                "recorded_at": moment.recorded_at,
                "happened_at": moment.happened_at,
                "late": moment.happened_at != moment.recorded_at,
                "proof": proof_name(proof),
            })
        })
        .collect();
    let last = items.last().and_then(|it| it["version"].as_u64()).unwrap_or(after);
    let next = (last < case.version).then(|| ask.query().with("after", &last.to_string()));
    Ok(Json(json!({ "items": items, "version": case.version, "next": next })))
}

pub(super) const fn proof_name(state: ledger::service::ProofState) -> &'static str {
    match state {
        ledger::service::ProofState::Pending => "pending",
        ledger::service::ProofState::Sequenced => "sequenced",
        ledger::service::ProofState::Checkpointed => "checkpointed",
        ledger::service::ProofState::Witnessed => "witnessed",
    }
}

pub(super) async fn looked<T>(
    shell: &Shell,
    who: &Identity,
    case: &Loaded<Case>,
    look: impl FnOnce(&Case, &Facts<'_>) -> T,
) -> Result<T, Failure> {
    let actor = who.actor();
    let gathered = service::gather_for_view(&shell.app, rules(), case.organ, &actor).await?;
    let facts = gathered.facts(Moment::now(shell.app.now()), actor, [0; 32]);
    Ok(look(&case.state, &facts))
}

fn closed(refusal: &Refusal) -> Value {
    json!({
        "code": refusal.code, "article": refusal.article.to_string(), "message": refusal.message,
        "remedy": refusal.remedy, "after": refusal.after,
    })
}

/// GET /api/v1/cases/{id}/actions
async fn actions(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let id = MatterId(id);
    let case = seen(&shell, &who, id).await?;
    let items = looked(&shell, &who, &case, |state, facts| {
        let all = view::actions(state, facts);
        all.iter()
            .map(|it| {
                let verb = wire_name(&it.step.verb);
                json!({
                    "verb": verb, "label": it.step.verb.label(), "article": it.step.article.to_string(),
                    "limit": it.step.limit, "open": it.shut.is_none(), "shut": it.shut.as_ref().map(closed),
                    "href": format!("/api/v1/cases/{id}/{verb}"),
                })
            })
            .collect::<Vec<_>>()
    })
    .await?;
    Ok(Json(json!({ "items": items, "version": case.version })))
}

/// GET /api/v1/cases/{id}/limits
async fn limits(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let case = seen(&shell, &who, MatterId(id)).await?;
    let items = looked(&shell, &who, &case, |state, facts| {
        clock::running(state, facts)
            .iter()
            .map(|it| {
                json!({
                    "title": it.title, "party": it.party, "right_of_party": it.window,
                    "earliest": it.limit.due.earliest(), "latest": it.limit.due.latest(),
                    "rule": it.limit.derivation.rule, "article": it.limit.derivation.citation.to_string(),
                    "derivation": it.limit.derivation.sentences(),
                })
            })
            .collect::<Vec<_>>()
    })
    .await?;
    Ok(Json(json!({ "items": items, "version": case.version })))
}

/// The version that the caller saw, from `If-Match`.
fn seen_version(headers: &HeaderMap) -> Result<Option<u64>, Failure> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let wrong = || Failure::Malformed("If-Match 应为案件的版本号，如 \"12\"".to_owned());
    let text = value.to_str().map_err(|_| wrong())?.trim();
    if text == "*" {
        return Ok(None);
    }
    // Clients that forget the quotes mean the same.
    let digits = text.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(text);
    let plain = (1..=18).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if plain { digits.parse().map(Some).map_err(|_| wrong()) } else { Err(wrong()) }
}

/// POST /api/v1/cases/{id}/{verb}
async fn act(
    State(shell): State<Shell>,
    who: Identity,
    Path((id, name)): Path<(Uuid, String)>,
    CommandId(command): CommandId,
    headers: HeaderMap,
    uri: Uri,
    body: ask::Json,
) -> Result<Response, Failure> {
    ask::nothing(uri.query())?;
    let id = MatterId(id);
    let verb = web::verb(&name)?;
    let case = seen(&shell, &who, id).await?;
    access::may(&who, verb, Some(&case))?;
    let seen = seen_version(&headers)?;
    let read = body::read(verb, body.0)?;
    let options = Options { moment: read.moment, seen, ..Options::new(command) };
    let done = service::act(&shell.app, rules(), &who.actor(), Some(id), read.command, options).await;
    let done = match done {
        // What the caller saw is not what stands.
        Err(WriteError::Conflict) if seen.is_some_and(|seen| seen != case.version) => {
            return Err(Failure::Stale);
        }
        other => other?,
    };
    let mut answer = Json(outcome(&done)).into_response();
    versioned(&mut answer, done.value.version);
    Ok(answer)
}

/// Most of each kind on a desk.
const DESK: u32 = 100;

/// GET /api/v1/desk
async fn desk(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let it = &who.person;
    let own = authz::Target::organ(it.organ);
    if who.may(CASE_READ, &own).is_err() {
        let late = super::desk::late_filings(&shell, &who).await?;
        let errata = super::desk::open_errata(&shell, &who).await?;
        return Ok(Json(json!({ "waiting": [], "cases": [], "late": late, "errata": errata })));
    }
    let waiting = super::desk::waiting(&shell, &who, DESK).await?;
    let filter = store::Filter { officer: Some(it.id), organs: vec![it.organ], ..Default::default() };
    let cases = store::list(shell.app.db(), &filter, DESK).await?;
    let late = super::desk::late_filings(&shell, &who).await?;
    let errata = super::desk::open_errata(&shell, &who).await?;
    Ok(Json(json!({ "waiting": waiting, "cases": cases, "late": late, "errata": errata })))
}

/// GET /api/v1/procedures/penalty: the table of the procedure.
async fn procedure(uri: Uri) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let rows: Vec<Value> = PROCEDURE
        .iter()
        .filter(|row| row.relation != Relation::System)
        .map(|row| {
            json!({
                "verb": wire_name(&row.verb), "label": row.verb.label(), "lane": row.lane.label(),
                "from": row.from.iter().map(wire_name).collect::<Vec<_>>(), "to": row.to.map(|it| wire_name(&it)),
                "who": row.who.iter().map(wire_name).collect::<Vec<_>>(), "relation": chart::relation(row.relation),
                "documents": row.documents.iter().map(|d| d.label()).collect::<Vec<_>>(),
                "limit": row.limit, "article": row.article.to_string(),
            })
        })
        .collect();
    let stages: Vec<Value> =
        Stage::ALL.iter().map(|it| json!({ "stage": wire_name(it), "label": it.label() })).collect();
    Ok(Json(json!({ "procedure": "penalty", "label": "行政处罚普通程序", "stages": stages, "rows": rows })))
}
