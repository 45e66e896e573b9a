//! The public data: own versioned types, the same rows as the pages.

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use mingjing_domain::disclosure::{Masked, PublicDecision, Publication, Stage, Timeliness, WithdrawalGround};
use serde::Serialize;
use serde_json::{Value, json};

use super::list::{PAGE, filter};
use super::{REVALIDATED, cached};
use crate::disclosure::service::name_of;
use crate::disclosure::store::{self, Listed};
use crate::disclosure::tables;
use crate::kit::app::App;
use crate::kit::http::Shell;
use crate::kit::problem::Failure;
use crate::kit::ui::table::Query;

const JSON: &str = "application/json; charset=utf-8";

/// A line of the list, version 1.
#[derive(Serialize)]
struct LineV1<'a> {
    id: &'a str,
    href: String,
    status: &'static str,
    number: &'a str,
    organ: &'a str,
    party: Option<&'a str>,
    category: Option<&'a str>,
    conclusion: Option<&'a str>,
    decided_on: String,
    published_on: Option<String>,
    on_time: Option<bool>,
    timing: &'a str,
    withdrawn_on: Option<String>,
    withdrawal_ground: Option<&'static str>,
}

fn line(it: &Listed) -> LineV1<'_> {
    LineV1 {
        id: &it.public_id,
        href: format!("/decisions/{}.json", it.public_id),
        status: it.stage.label(),
        number: &it.number,
        organ: &it.organ,
        party: it.party.as_deref(),
        category: it.category.as_deref(),
        conclusion: it.conclusion.as_deref(),
        decided_on: it.decided_on.to_string(),
        published_on: it.published_on.map(|d| d.to_string()),
        on_time: it.on_time,
        timing: &it.timing,
        withdrawn_on: it.ended_on.map(|d| d.to_string()),
        withdrawal_ground: it.ground.as_deref().map(super::ground_label),
    }
}

/// A line as data.
pub(super) fn line_value(it: &Listed) -> Value {
    json!(line(it))
}

/// `/decisions.json`.
pub(super) async fn list(
    State(shell): State<Shell>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let query = Query::new("/decisions.json", raw.as_deref());
    let filter = filter(&shell, &query).await?;
    page(&shell, &query, &filter, &headers).await
}

/// A page of the list as data.
pub(super) async fn page(
    shell: &Shell,
    query: &Query,
    filter: &store::Filter,
    headers: &HeaderMap,
) -> Result<Response, Failure> {
    let lines = store::list(shell.app.db(), filter, PAGE).await?;
    let next = (lines.len() == PAGE as usize)
        .then(|| lines.last().map(|l| query.with("after", &l.mark())))
        .flatten();
    let body = json!({
        "format": "mingjing.decisions/1",
        "items": lines.iter().map(line).collect::<Vec<_>>(),
        "next": next,
    });
    let body = serde_json::to_vec(&body).map_err(|e| Failure::Broken(e.to_string()))?;
    Ok(cached(headers, JSON, REVALIDATED, body))
}

fn text(it: &Masked) -> Value {
    json!({
        "text": it.public(),
        "withheld": it.withheld.iter().map(|w| json!({
            "from": w.from, "to": w.to, "ground": w.ground.label(), "mark": w.mark.text(),
        })).collect::<Vec<_>>(),
    })
}

/// The copy as data; only what the public reads.
pub fn copy(c: &PublicDecision) -> Value {
    json!({
        "organ": c.organ,
        "number": c.number,
        "category": c.category,
        "party": c.party.public(),
        "party_kind": c.party_kind.label(),
        "credit_code": c.credit_code,
        "representative": c.representative.as_ref().and_then(Masked::public),
        "facts": text(&c.facts),
        "evidence": text(&c.evidence),
        "violated": c.violated,
        "basis": c.basis,
        "results": c.results.iter().map(|r| json!({
            "kind": r.kind, "content": r.content.public(), "amount_fen": r.amount_fen,
        })).collect::<Vec<_>>(),
        "decided_on": c.decided_on,
        "terms": text(&c.terms),
        "remedies": text(&c.remedies),
        "officers": c.officers.iter().map(|o| json!({
            "name": o.name.value(), "certificate": o.certificate,
        })).collect::<Vec<_>>(),
    })
}

fn timing(it: &Timeliness) -> Value {
    json!({
        "done_on": it.done_on,
        "due_on": { "earliest": it.limit.due.earliest(), "latest": it.limit.due.latest() },
        "on_time": it.on_time(),
        "sentence": it.sentence(),
        "derivation": it.limit.derivation.sentences(),
        "article": it.limit.derivation.citation.to_string(),
    })
}

fn ground(it: WithdrawalGround) -> Value {
    json!({ "words": it.label(), "article": it.citation().to_string() })
}

/// `/decisions/{id}.json`.
pub(super) async fn one(app: &App, state: &Publication) -> Result<Value, Failure> {
    let mut out = json!({
        "format": "mingjing.decision/1",
        "id": state.public_id,
        "status": state.stage.label(),
        "number": state.source.number,
        "published": state.first_published.as_deref().map(timing),
    });
    match state.stage {
        Stage::Published | Stage::Corrected | Stage::Annotated => {
            let Some(live) = &state.live else { return Err(Failure::NotFound) };
            out["decision"] = copy(&live.content);
            out["party"] = tables::public_party(&live.content).into();
            out["digest"] = live.digest.as_str().into();
            out["annotations"] = state
                .annotations
                .iter()
                .map(|a| json!({ "ground": a.ground.label(), "note": a.note.value(), "on": a.on }))
                .collect();
        }
        Stage::Withdrawn => {
            let Some(tomb) = &state.tombstone else { return Err(Failure::NotFound) };
            out["withdrawn"] = json!({
                "organ": tomb.organ,
                "decided_on": tomb.decided_on,
                "ground": ground(tomb.ground),
                "explanation": tomb.explanation.value(),
                "known_on": tomb.known_on,
                "by": name_of(app, tomb.by).await?,
                "timeliness": timing(&tomb.timeliness),
            });
        }
        Stage::Expired => {
            out["ended_on"] = json!(state.ended_on);
            out["ended"] = json!(state.expired.map(|g| g.label()));
        }
        Stage::Drafted | Stage::Checked | Stage::Returned | Stage::Exempt => return Err(Failure::NotFound),
    }
    Ok(out)
}
