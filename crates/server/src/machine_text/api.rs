//! Machine-made text for programs, under `/api/v1`; every answer says what made it.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Uri;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::matter::{MatterId, OrganId};
use mingjing_domain::recording::machine::{LinePlace, MachineTask};
use serde_json::{Value, json};
use uuid::Uuid;

use super::NOTICE;
use super::service::{Found, Hit, Words, cursor, open, read_cursor, search};
use crate::evidence::tus::Opened;
use crate::evidence::verbs::PLAY;
use crate::kit::ask::{self, Ask};
use crate::kit::auth::Identity;
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::problem::Failure;
use crate::recording::access::{opened, organs};

/// Routes of the API.
pub fn routes() -> Routes {
    Routes::new()
        .get("/api/v1/recording-search", Access::Verb(PLAY), found)
        .get("/api/v1/recordings/{id}/words", Access::Verb(PLAY), words)
        .describe(super::describe::operations())
}

fn line(text: &str, place: LinePlace) -> Value {
    json!({ "text": text, "start_ms": place.start_ms, "end_ms": place.end_ms, "page": place.page })
}

/// GET /api/v1/recordings/{id}/words
async fn words(
    State(shell): State<Shell>,
    store: Opened,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let seen = opened(&shell, &who, MatterId(id)).await?;
    open(&shell, store, &who, &seen).await?;
    let made = (1_u16..).zip(&seen.it.segments).filter_map(|(no, s)| Some((no, s.machine.made.as_ref()?)));
    let items: Vec<Value> = made
        .map(|(no, (made, at))| {
            json!({
                "segment": no, "task": wire_name(&made.task), "engine": made.engine, "engine_version": made.engine_version,
                "made_at": at, "sha256": made.sha256, "sha256_root": made.sha256_root, "cut": made.cut,
                "lines": made.lines().map(|(text, place)| line(text, place)).collect::<Vec<_>>(),
            })
        })
        .collect();
    Ok(Json(json!({ "recording": seen.it.id, "notice": NOTICE, "items": items })))
}

/// GET /api/v1/recording-search
async fn found(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Json<Value>, Failure> {
    let ask = Ask::read("/api/v1/recording-search", uri.query(), &["q", "after", "limit"])?;
    let limit = ask.limit()?;
    let after = ask.get("after").map(read_cursor).transpose()?;
    let own: Vec<OrganId> = organs(&shell, &who).await?.into_iter().map(|(id, _)| id).collect();
    let asked = ask.get("q").ok_or_else(|| Failure::Malformed("应有参数 q（要查找的字词）".to_owned()))?;
    let found = match Words::of(asked) {
        Some(words) => search(&shell, &who, &own, &words, (after, limit)).await?,
        None => Found::default(),
    };
    let next = found.next.map(|at| ask.query().with("after", &cursor(at)));
    let items: Vec<Value> = found.items.iter().map(hit).collect();
    Ok(Json(json!({ "notice": NOTICE, "items": items, "next": next })))
}

fn hit(it: &Hit) -> Value {
    let lines = it.lines.as_ref();
    json!({
        "recording": it.recording, "organ": it.organ, "number": it.number, "segment": it.no,
        "kind": wire_name(&it.segment.capture.kind), "task": wire_name(&MachineTask::of(it.segment.capture.kind)),
        "lines": lines.map(|all| all.iter().map(|(text, place)| line(text, *place)).collect::<Vec<_>>()),
    })
}
