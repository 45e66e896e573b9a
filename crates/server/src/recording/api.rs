//! Recordings for programs, under `/api/v1`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Uri;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::matter::{MatterId, OrganId, civil_day};
use mingjing_domain::recording::form;
use mingjing_domain::recording::procedure::recording_step;
use mingjing_domain::recording::retention::{Keeping, keeping};
use mingjing_domain::recording::words::{Link, RecordingVerb};
use serde_json::{Value, json};
use uuid::Uuid;

use super::access::{self, Seen, opened, seen};
use super::service::{self, Options};
use super::shape::{self, Beside};
use super::store::{self, Filter};
use super::tables::Overall;
use super::verbs;
use crate::case::access::rules;
use crate::case::body;
use crate::case::facts::{Gathered, RulesOfDay};
use crate::case::service::gather_for_view;
use crate::disposal::service::file_of;
use crate::kit::ask::{self, Ask};
use crate::kit::auth::{CommandId, Identity};
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::problem::Failure;
use crate::kit::ui::table::Query;

/// Routes of the API.
pub fn routes() -> Routes {
    let read = Access::Verb(verbs::READ);
    Routes::new()
        .get("/api/v1/recordings", read, list)
        .get("/api/v1/recordings/{id}", read, one)
        .post("/api/v1/recordings/{id}/{verb}", read, act)
        .get("/api/v1/recording-list", read, matters)
        .get("/api/v1/public/organs/{name}/recording-list", Access::Public, public_matters)
        .merge(super::field::routes())
        .describe(super::describe::operations())
}

/// Parameters of a list.
pub(super) const FILTERS: [&str; 10] =
    ["q", "state", "link", "case", "organ", "mine", "late", "held", "after", "limit"];

/// What the address asks for, within what the person may see.
///
/// # Errors
/// An unknown state, link, organ or cursor; or nothing may be listed.
pub(super) async fn filter(
    shell: &Shell,
    who: &Identity,
    organs: &[(OrganId, String)],
    query: &Query,
) -> Result<Filter, Failure> {
    let malformed = |what: &str| Failure::Malformed(what.to_owned());
    let id = |name: &str| -> Result<Option<MatterId>, Failure> {
        let text = query.get(name);
        text.map(|it| it.parse::<Uuid>().map(MatterId).map_err(|_| malformed("应为事项编号"))).transpose()
    };
    let state = query.get("state").map(str::to_owned);
    if state.as_deref().is_some_and(|it| Overall::named(it).is_none()) {
        return Err(malformed("没有这种入库状态"));
    }
    let link = query.get("link").map(str::to_owned);
    if link.as_deref().is_some_and(|it| store::link_label(it).is_empty()) {
        return Err(malformed("没有这个记录环节"));
    }
    let mut own: Vec<OrganId> = organs.iter().map(|(id, _)| *id).collect();
    if let Some(one) = query.get("organ") {
        own.retain(|it| it.to_string() == one);
        if own.is_empty() {
            return Err(Failure::NotFound);
        }
    }
    let overdue_before = match query.get("late") {
        Some("1") => Some(overdue_before(shell, who).await?),
        _ => None,
    };
    Ok(Filter {
        organs: own,
        state,
        link,
        case: id("case")?,
        collector: (query.get("mine") == Some("1")).then_some(who.person.id),
        device: None,
        overdue_before,
        held: query.get("held") == Some("1"),
        words: query.get("q").map(str::to_owned),
        before: id("after")?,
    })
}

/// The instant before which a term of upload must have begun to be over by now.
///
/// # Errors
/// When the organ's rules cannot be read.
pub async fn overdue_before(shell: &Shell, who: &Identity) -> Result<jiff::Timestamp, Failure> {
    let day_rules = of_organ(shell, who, who.person.organ).await?;
    Ok(started_before(&day_rules.rules, shell.app.now()))
}

/// As [`overdue_before`], with the rules at hand; without any rule nothing is overdue.
pub fn started_before(rules: &RulesOfDay, now: jiff::Timestamp) -> jiff::Timestamp {
    let hours = rules.custody.as_ref().map(|it| i64::from(it.upload.period.n));
    let before = hours.and_then(|n| now.checked_sub(jiff::SignedDuration::from_hours(n)).ok());
    before.unwrap_or(jiff::Timestamp::MIN)
}

/// Rules of an organ today.
///
/// # Errors
/// When the organ is unknown or no rules cover the day.
pub async fn of_organ(shell: &Shell, who: &Identity, organ: OrganId) -> Result<Gathered, Failure> {
    Ok(gather_for_view(&shell.app, rules(), organ, &who.actor()).await?)
}

/// GET /api/v1/recordings
async fn list(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Json<Value>, Failure> {
    let ask = Ask::read("/api/v1/recordings", uri.query(), &FILTERS)?;
    for name in ["mine", "late", "held"] {
        ask.one_of(name, &["1"])?;
    }
    ask.typed::<Uuid>("organ", "应为机关编号")?;
    let limit = ask.limit()?;
    let organs = access::organs(&shell, &who).await?;
    let mut filter = filter(&shell, &who, &organs, ask.query()).await?;
    filter.words = ask.words("q");
    let rows = u32::try_from(limit + 1).unwrap_or(u32::MAX);
    let mut items = store::list(shell.app.db(), &filter, rows).await?;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|it| ask.query().with("after", &it.id.to_string()));
    Ok(Json(json!({ "items": items, "next": next })))
}

/// How long a recording is kept today; none where a calendar does not reach.
pub fn keeping_of(seen: &Seen, rules: &RulesOfDay, now: jiff::Timestamp) -> Option<Keeping> {
    let files: Vec<_> = seen.cases.iter().map(file_of).collect();
    keeping(&seen.it.state, &files, rules.custody.as_ref()?, &rules.calendar, civil_day(now)).ok()
}

async fn shown(shell: &Shell, who: &Identity, seen: &Seen) -> Result<Json<Value>, Failure> {
    let gathered = of_organ(shell, who, seen.it.organ).await?;
    let now = shell.app.now();
    let custody = gathered.rules.custody().map_err(Failure::from)?;
    let keeping = keeping_of(seen, &gathered.rules, now);
    Ok(Json(shape::recording(seen, &Beside { custody, keeping, now })))
}

/// GET /api/v1/recordings/{id}
async fn one(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let seen = opened(&shell, &who, MatterId(id)).await?;
    shown(&shell, &who, &seen).await
}

/// The verb of an address; the system's own have no form.
///
/// # Errors
/// Not found.
pub fn verb(name: &str) -> Result<RecordingVerb, Failure> {
    verbs::acting().find(|it| wire_name(it) == name).ok_or(Failure::NotFound)
}

/// The fields that a person fills in: the case that a clue founds is not known before.
pub fn fields(verb: RecordingVerb) -> Vec<mingjing_domain::case::form::Field> {
    let mut all = form::fields(verb);
    if verb == RecordingVerb::RaiseClue {
        all.retain(|it| it.name != "case");
    }
    all
}

/// POST /api/v1/recordings/{id}/{verb}
async fn act(
    State(shell): State<Shell>,
    who: Identity,
    Path((id, name)): Path<(Uuid, String)>,
    CommandId(command): CommandId,
    uri: Uri,
    body: ask::Json,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let verb = verb(&name)?;
    let it = seen(&shell, &who, MatterId(id)).await?;
    it.may(&who, verb)?;
    let row = recording_step(verb);
    let (object, moment) = body::plain(&fields(verb), body.0, &row.article, verb.label())?;
    carry_out(&shell, &who, &it, verb, Value::Object(object), (command, moment)).await?;
    let it = seen(&shell, &who, MatterId(id)).await?;
    shown(&shell, &who, &it).await
}

/// Carries out what page or program asks of a recording, from the fields of its verb.
///
/// # Errors
/// The refusal of the law, or a fault of the store.
pub async fn carry_out(
    shell: &Shell,
    who: &Identity,
    it: &Seen,
    verb: RecordingVerb,
    body: Value,
    (command_id, moment): (Uuid, Option<body::Claimed>),
) -> Result<(), Failure> {
    let rules = Arc::clone(rules());
    if verb == RecordingVerb::RaiseClue {
        let no = body["no"].as_u64().and_then(|it| u16::try_from(it).ok()).unwrap_or(0);
        service::raise_clue(&shell.app, &rules, &who.actor(), &it.it, no, command_id).await?;
        return Ok(());
    }
    let command = form::read(verb, body).map_err(|reason| {
        let error = mingjing_domain::refusal::FieldError {
            field: String::new(),
            message: format!("内容不能读出：{reason}"),
        };
        body::wrong(&recording_step(verb).article, verb.label(), vec![error])
    })?;
    let options = Options { moment, ..Options::new(command_id) };
    service::act(&shell.app, &rules, &who.actor(), Some(it.it.id), command, options).await?;
    Ok(())
}

/// The list of an organ as rows of JSON, in the order of its numbers.
pub(super) fn list_of(rules: &RulesOfDay, today: jiff::civil::Date) -> Vec<Value> {
    let all = rules.law.recordings.list(today, jiff::Timestamp::MAX);
    all.into_iter()
        .map(|(no, row)| {
            json!({
                "no": no, "link": wire_name(&row.link), "link_label": row.link.label(), "category": row.category,
                "item": row.item, "manner": row.manner_words(), "must": wire_name(&row.strength),
                "start": row.start, "content": row.content, "end": row.end,
                "retention": row.retention.label(), "note": row.note, "basis": row.source.to_string(),
            })
        })
        .collect()
}

/// GET /api/v1/recording-list
async fn matters(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let gathered = of_organ(&shell, &who, who.person.organ).await?;
    let today = civil_day(shell.app.now());
    Ok(Json(json!({
        "organ": gathered.organ.profile.name, "on": today, "items": list_of(&gathered.rules, today),
        "links": Link::ALL.iter().map(|it| json!({ "link": wire_name(it), "label": it.label() })).collect::<Vec<_>>(),
    })))
}

/// GET /api/v1/public/organs/{name}/recording-list
async fn public_matters(
    State(shell): State<Shell>,
    Path(name): Path<String>,
    uri: Uri,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let (organ, day_rules) = super::web::published::of(&shell, &name).await?;
    let today = civil_day(shell.app.now());
    Ok(Json(json!({ "organ": organ.profile.name, "on": today, "items": list_of(&day_rules, today) })))
}
