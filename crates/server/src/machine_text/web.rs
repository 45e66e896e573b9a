//! The texts of a recording, and the search in all of them.

use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use mingjing_domain::matter::{MatterId, OrganId};
use mingjing_domain::recording::machine::MachineTask;
use mingjing_domain::refusal::Refusal;
use uuid::Uuid;

use super::service::{Found, Hit, Words, cursor, open, read_cursor, search};
use super::show as shown;
use crate::evidence::tus::Opened;
use crate::evidence::verbs::PLAY;
use crate::kit::ask;
use crate::kit::auth::Identity;
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::page::{self, Width};
use crate::kit::problem::Failure;
use crate::kit::ui::show;
use crate::kit::ui::table::{Column, Filter, FilterKind, Query, Table, filters, table};
use crate::recording::access::{Seen, opened, organs};
use crate::recording::sheet;

/// Hits of a page.
const PAGE: usize = 20;

/// Routes of the pages.
pub fn routes() -> Routes {
    Routes::new().get("/recordings/search", Access::Verb(PLAY), found).get(
        "/recordings/{id}/words",
        Access::Verb(PLAY),
        words,
    )
}

/// GET /recordings/{id}/words
async fn words(
    State(shell): State<Shell>,
    store: Opened,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Response, Failure> {
    ask::nothing(uri.query())?;
    let seen = opened(&shell, &who, MatterId(id)).await?;
    match open(&shell, store, &who, &seen).await {
        Ok(()) => {}
        Err(Failure::Refused(refusal)) => return Ok(closed(&shell, &who, &seen, &refusal)),
        Err(other) => return Err(other),
    }
    let it = &seen.it.state;
    let body = html! {
        (page::heading(Some(above(&seen)), "识别文字", None, None))
        div.stack {
            section.card { (shown::mark()) }
            @for (no, s) in (1_u16..).zip(&it.segments) {
                @if let Some((made, at)) = &s.machine.made {
                    section.card id={ "piece-" (no) } {
                        h2 { "第" (no) "段 " (s.capture.kind.label()) " "
                            span.meta.small { (made.task.label()) " · " (made.engine) " " (made.engine_version) " · " (show::time(*at)) } }
                        (shown::text(seen.it.id, no, made))
                        p.meta.small { "所识别的入库内容 " (show::digest(&made.sha256)) }
                    }
                }
            }
            @if !super::service::any(it) { section.card { p.empty { "还没有识别文字。" } } }
        }
    };
    Ok(sheet::frame(&shell, &who, "识别文字", "/recordings", Width::Middle, body).into_response())
}

fn above(seen: &Seen) -> Markup {
    let number = seen.it.number.as_ref().map_or_else(|| "未编号".to_owned(), ToString::to_string);
    html! { a href={ "/recordings/" (seen.it.id) } { "音像记录 " (number) } }
}

/// Why it is not shown, and the way to an approval.
fn closed(shell: &Shell, who: &Identity, seen: &Seen, refusal: &Refusal) -> Response {
    let ask = seen
        .it
        .cases
        .first()
        .map_or_else(|| "/grants/new".to_owned(), |case| format!("/grants/new?case={case}"));
    let body = html! {
        (page::heading(Some(above(seen)), "识别文字", None, None))
        section.card { (show::refused(refusal)) div.buttons { a.btn href=(ask) { "申请查阅" } } }
    };
    let page = sheet::frame(shell, who, "识别文字", "/recordings", Width::Middle, body);
    (StatusCode::CONFLICT, page).into_response()
}

/// GET /recordings/search
async fn found(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Markup, Failure> {
    let query = Query::new("/recordings/search", uri.query());
    let seen = organs(&shell, &who).await?;
    let own: Vec<OrganId> = seen.iter().map(|(id, _)| *id).collect();
    let asked = query.get("q").map(str::trim).filter(|it| !it.is_empty());
    let words = asked.and_then(Words::of);
    let after = query.get("after").map(read_cursor).transpose()?;
    let found = match &words {
        Some(words) => search(&shell, &who, &own, words, (after, PAGE)).await?,
        None => Found::default(),
    };
    let several = seen.len() > 1;
    let mut columns: Vec<Column<'_>> =
        ["音像记录", "分段", "识别的文字"].into_iter().map(Column::new).collect();
    if several {
        columns.push(Column::new("机关"));
    }
    let rows = found.items.iter().map(|it| row(it, several.then_some(&seen[..]))).collect();
    let engines = MachineTask::ALL.iter().any(|it| shell.app.serves_jobs(super::jobs::kind_of(*it)));
    let nothing = match (asked, &words) {
        (None, _) => "请输入要查找的字词，至少两个字",
        (Some(_), None) => "至少输入相连的两个字",
        (Some(_), Some(_)) if found.next.is_some() => "这一部分没有您可以查看的结果，请看下一页",
        (Some(_), Some(_)) => "您可以查看的音像记录中没有识别出这些字词",
    };
    let all = [Filter { name: "q", label: "识别文字中的字词", kind: FilterKind::Words }];
    let body = html! {
        (page::heading(None, "识别文字检索", None, Some(html! { a.btn.quiet href="/recordings" { "音像记录" } })))
        section.card {
            (shown::mark())
            @if !engines { p.meta { "本系统没有设置识别引擎，新入库的音像记录不会识别。" } }
            (filters(&all, &query))
            (table(&Table {
                caption: "识别文字检索", id: "found", columns, rows, query: &query, next: found.next.map(cursor),
                empty: (nothing, html! {}),
            }))
            p.meta.small { "只在您现在可以查看的音像记录中查找。不由您承办的，只列出记录；打开识别文字时记入查阅记录。" }
        }
    };
    Ok(sheet::frame(&shell, &who, "识别文字检索", "/recordings", Width::Wide, body))
}

fn row(it: &Hit, organs: Option<&[(OrganId, String)]>) -> Vec<Markup> {
    let number = it.number.as_deref().unwrap_or("未编号");
    let task = MachineTask::of(it.segment.capture.kind);
    let mut out = vec![
        html! { a.no href={ "/recordings/" (it.recording) } { (number) } },
        html! { "第" (it.no) "段 " (it.segment.capture.kind.label()) br; span.meta.small { (task.label()) } },
        html! {
            @match &it.lines {
                Some(lines) => ul.plain { @for (line, place) in lines { li { (shown::whereabouts(it.recording, it.no, *place)) (line) } } },
                None => a href={ "/recordings/" (it.recording) "/words#piece-" (it.no) } { "查看识别文字（记入查阅记录）" },
            }
        },
    ];
    if let Some(organs) = organs {
        let name = organs.iter().find(|(id, _)| *id == it.organ).map_or("", |(_, name)| name.as_str());
        out.push(html! { (name) });
    }
    out
}
