//! Who looked at one recording: without approval beside its case or, for a patrol, beside
//! itself; under an approval on the approval's own stream. Shown together, newest first.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Uri;
use jiff::Timestamp;
use maud::{Markup, html};
use mingjing_domain::case::form::wire_name;
use mingjing_domain::matter::{MatterId, StaffId};
use mingjing_domain::viewing::{Standing, Thing, ViewingEvent};
use mingjing_domain::viewing_grant::UseKind;
use serde_json::{Value, json};
use uuid::Uuid;

use super::service::matter_of;
use super::store;
use crate::case::access::People;
use crate::kit::ask::Ask;
use crate::kit::auth::Identity;
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::openapi::{Operation, page_of, query, schema};
use crate::kit::page::{self, Width};
use crate::kit::problem::Failure;
use crate::kit::ui::show;
use crate::kit::ui::table::Query;
use crate::recording::access::{Seen, opened};
use crate::recording::{sheet, verbs};
use crate::viewing_grant::service::{Beside, kind_label, uses};

/// Looks on the page of the recording itself.
const FEW: u32 = 5;
/// Looks of a page of their own.
const PAGE: u32 = 50;

/// Routes of the page and the API.
pub fn routes() -> Routes {
    let read = Access::Verb(verbs::READ);
    Routes::new()
        .get("/recordings/{id}/viewings", read, page)
        .get("/api/v1/recordings/{id}/viewings", read, list)
        .describe(described())
}

/// One look, copy or export.
pub struct Look {
    /// When it was recorded.
    pub at: Timestamp,
    /// Who.
    pub by: StaffId,
    /// How the person stood to the case; none under an approval.
    pub standing: Option<Standing>,
    /// How, in words.
    pub how: &'static str,
    /// How, as programs name it.
    pub kind: String,
    /// The approval under which it was.
    pub grant: Option<MatterId>,
}

/// Looks at a recording before an instant, newest first, at most `most`; and whether there
/// are more.
///
/// # Errors
/// When the database fails or an event cannot be read.
pub async fn looks(
    shell: &Shell,
    seen: &Seen,
    before: Option<Timestamp>,
    most: u32,
) -> Result<(Vec<Look>, bool), Failure> {
    let db = shell.app.db();
    let mut all = Vec::new();
    let recording = Thing::Recording { recording: seen.it.id };
    let besides = seen.it.state.cases.iter().copied().chain([seen.it.id]);
    for matter in besides.map(matter_of) {
        for it in store::of_thing(db, matter, recording, before, most + 1).await? {
            let ViewingEvent::Viewed { standing, .. } = it.event;
            let kind = UseKind::View;
            all.push(Look {
                at: it.meta.moment.recorded_at,
                by: it.meta.actor,
                standing: Some(standing),
                how: kind.label(),
                kind: wire_name(&kind),
                grant: None,
            });
        }
    }
    let used = uses(&shell.app, Beside::Recording(seen.it.id), before, most + 1).await;
    for it in used.map_err(|e| Failure::Broken(e.to_string()))? {
        let how = kind_label(&it.kind);
        all.push(Look { at: it.at, by: it.by, standing: None, how, kind: it.kind, grant: Some(it.grant) });
    }
    all.sort_by_key(|it| std::cmp::Reverse(it.at));
    let more = all.len() > most as usize;
    all.truncate(most as usize);
    Ok((all, more))
}

/// The newest looks, for the page of the recording.
///
/// # Errors
/// As [`looks`].
pub async fn card(shell: &Shell, seen: &Seen, people: &People) -> Result<Markup, Failure> {
    let (few, more) = looks(shell, seen, None, FEW).await?;
    Ok(html! {
        section.card #viewings {
            h2 { "查阅记录" }
            @if few.is_empty() { (show::empty("还没有人查阅", html! {})) } @else { (table(people, &few)) }
            @if more { div.buttons { a.btn.quiet href={ "/recordings/" (seen.it.id) "/viewings" } { "全部查阅记录" } } }
        }
    })
}

fn table(people: &People, looks: &[Look]) -> Markup {
    html! {
        div.table.fold tabindex="0" role="region" aria-label="查阅记录" {
            table {
                thead { tr { th scope="col" { "时间" } th scope="col" { "查阅人" } th scope="col" { "方式" } } }
                tbody { @for it in looks { tr {
                    td data-label="时间" { (show::time(it.at)) }
                    th scope="row" { (people.name(it.by)) @if let Some(it) = it.standing { " " span.meta.small { (it.label()) } } }
                    td data-label="方式" {
                        (it.how)
                        @if let Some(grant) = it.grant { " " a href={ "/grants/" (grant) } { "依审批" } }
                    }
                } } }
            }
        }
    }
}

/// What the address says of where to go on.
fn before(query: &Query) -> Result<Option<Timestamp>, Failure> {
    let wrong = || Failure::Malformed("before 应为时刻（RFC 3339）".to_owned());
    query.get("before").map(|it| it.parse().map_err(|_| wrong())).transpose()
}

/// GET /recordings/{id}/viewings
async fn page(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Markup, Failure> {
    let query = Query::new(format!("/recordings/{id}/viewings"), uri.query());
    let before = before(&query)?;
    let seen = opened(&shell, &who, MatterId(id)).await?;
    let people = People::of(&shell, seen.it.organ).await?;
    let (looks, more) = looks(&shell, &seen, before, PAGE).await?;
    let older = looks.last().filter(|_| more).map(|it| query.with("before", &it.at.to_string()));
    let number = seen.it.state.number.as_ref().map_or_else(String::new, ToString::to_string);
    let above = html! { a href={ "/recordings/" (id) } { "音像记录" } " " span.no { (number) } };
    let below =
        html! { (show::law(&mingjing_domain::viewing::PROTECTION)) " · 每次播放、下载和导出都有记录" };
    let body = html! {
        (page::heading(Some(above), "查阅记录", Some(below), None))
        section.card {
            @if looks.is_empty() { (show::empty("没有查阅记录", html! {})) } @else { (table(&people, &looks)) }
            @if let Some(older) = older { div.buttons { a.btn.quiet href=(older) { "更早的" } } }
        }
    };
    Ok(sheet::frame(&shell, &who, "查阅记录", "/recordings", Width::Middle, body))
}

/// GET /api/v1/recordings/{id}/viewings
async fn list(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Json<Value>, Failure> {
    let ask = Ask::read(format!("/api/v1/recordings/{id}/viewings"), uri.query(), &["before"])?;
    let before = before(ask.query())?;
    let seen = opened(&shell, &who, MatterId(id)).await?;
    let (looks, more) = looks(&shell, &seen, before, PAGE).await?;
    let next = looks.last().filter(|_| more).map(|it| ask.query().with("before", &it.at.to_string()));
    let items: Vec<Value> = looks
        .iter()
        .map(|it| {
            json!({
                "at": it.at, "actor": it.by, "kind": it.kind, "grant": it.grant,
                "standing": it.standing.as_ref().map(wire_name),
            })
        })
        .collect();
    Ok(Json(json!({ "items": items, "next": next })))
}

fn described() -> (Vec<Operation>, Vec<(&'static str, Value)>) {
    let maybe = |it: &str| json!({ "type": ["string", "null"], "format": it });
    let instant = json!({ "type": "string", "format": "date-time" });
    let look = json!({
        "type": "object", "required": ["at", "actor", "kind", "grant", "standing"],
        "properties": {
            "at": instant, "actor": { "type": "string", "format": "uuid" }, "kind": { "type": "string" },
            "grant": maybe("uuid"), "standing": { "type": ["string", "null"] },
        },
    });
    let operation = Operation::get(
        "/api/v1/recordings/{id}/viewings",
        "recording_viewings",
        "音像记录",
        "查看音像记录的查阅记录",
        page_of(schema("RecordingLook")),
    )
    .says("谁在何时播放、复制或者导出了这项音像记录，最近的在前。".to_owned())
    .with(query("before", "从这个时刻之前起", instant.clone()));
    (vec![operation], vec![("RecordingLook", look)])
}
