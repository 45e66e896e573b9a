//! The list of recordings: filters in the address, keyset paging, lateness in words.

use axum::extract::State;
use axum::http::Uri;
use jiff::Timestamp;
use maud::{Markup, html};
use mingjing_domain::matter::OrganId;
use mingjing_domain::recording::words::RecordingVerb;

use super::super::access::organs;
use super::super::api::{filter, overdue_before};
use super::super::store::{self, Line};
use super::super::tables::Overall;
use super::super::{sheet, verbs};
use crate::evidence::verbs::PLAY;
use crate::kit::auth::Identity;
use crate::kit::authz::{self, Target};
use crate::kit::http::Shell;
use crate::kit::page::{self, Width};
use crate::kit::problem::Failure;
use crate::kit::ui::show::{self, Tone};
use crate::kit::ui::table::{Column, Filter, FilterKind, Query, Table, filters, table};

/// Recordings of a page.
const PAGE: usize = 20;

/// Tone of how far a recording has come.
pub fn tone(state: &str) -> Tone {
    match Overall::named(state) {
        Some(Overall::Accepted) => Tone::Ok,
        Some(Overall::Mismatch) => Tone::Seal,
        Some(Overall::Captured | Overall::Sealed | Overall::Uploaded) => Tone::Near,
        Some(Overall::Registered | Overall::Destroyed) | None => Tone::Plain,
    }
}

/// How its upload stands: late, overdue, running; nothing where it is in order.
pub fn lateness(it: &Line, overdue_before: Timestamp) -> Markup {
    match it.pending_since {
        Some(since) if since < overdue_before => show::tag(Tone::Seal, "超期未上传"),
        Some(_) => show::tag(Tone::Near, "待上传"),
        None if it.late => show::tag(Tone::Seal, "超期上传"),
        None => html! {},
    }
}

/// GET /recordings
pub(super) async fn page(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Markup, Failure> {
    let query = Query::new("/recordings", uri.query());
    let seen = organs(&shell, &who).await?;
    let filter = filter(&shell, &who, &seen, &query).await?;
    let mut lines = store::list(shell.app.db(), &filter, PAGE as u32 + 1).await?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let next = lines.last().filter(|_| more).map(|it| it.id.to_string());
    let before = overdue_before(&shell, &who).await?;
    let several = seen.len() > 1;
    let mut columns: Vec<Column<'_>> =
        ["编号", "环节", "当事人、地点", "采集日期", "入库", "上传", "发现", "留存"]
            .into_iter()
            .map(Column::new)
            .collect();
    if several {
        columns.push(Column::new("机关"));
    }
    let rows = lines.iter().map(|it| row(it, before, several.then_some(&seen[..]))).collect();
    let registers =
        who.may(verbs::verb_of(RecordingVerb::Register), &Target::organ(who.person.organ)).is_ok();
    let tools = html! {
        a.btn.quiet href="/recordings/list" { "音像记录事项清单" }
        @if authz::any_grant(PLAY, &who.person.roles) { a.btn.quiet href="/recordings/search" { "识别文字检索" } }
        @if registers { a.btn href="/recordings/new" { "登记音像记录" } }
    };
    let body = html! {
        (page::heading(None, "音像记录", None, Some(tools)))
        section.card {
            (bar(&seen, &query))
            (table(&Table {
                caption: "音像记录", id: "recordings", columns, rows, query: &query, next,
                empty: (if query.pairs.is_empty() { "还没有音像记录" } else { "没有符合条件的音像记录" },
                    html! { a href="/recordings" { "看全部音像记录" } }),
            }))
        }
    };
    Ok(sheet::frame(&shell, &who, "音像记录", "/recordings", Width::Wide, body))
}

fn bar(seen: &[(OrganId, String)], query: &Query) -> Markup {
    let links = store::links();
    let organs: Vec<(String, &str)> = seen.iter().map(|(id, name)| (id.to_string(), name.as_str())).collect();
    let flag = |label| FilterKind::OneOf(vec![("1", label)]);
    let mut all = vec![
        Filter { name: "q", label: "编号、当事人、案由、地点", kind: FilterKind::Words },
        Filter {
            name: "state",
            label: "入库",
            kind: FilterKind::OneOf(Overall::ALL.iter().map(|it| (it.name(), it.label())).collect()),
        },
        Filter {
            name: "link",
            label: "环节",
            kind: FilterKind::OneOf(links.iter().map(|(name, label)| (name.as_str(), *label)).collect()),
        },
        Filter { name: "mine", label: "采集", kind: flag("我采集的") },
        Filter { name: "late", label: "上传", kind: flag("超期的") },
        Filter { name: "held", label: "留存", kind: flag("长期留存的") },
    ];
    if organs.len() > 1 {
        let organs = organs.iter().map(|(id, name)| (id.as_str(), *name)).collect();
        all.push(Filter { name: "organ", label: "机关", kind: FilterKind::OneOf(organs) });
    }
    filters(&all, query)
}

fn row(it: &Line, before: Timestamp, organs: Option<&[(OrganId, String)]>) -> Vec<Markup> {
    let number = it.number.as_deref().unwrap_or("未编号");
    let whom = if it.party.is_empty() { "日常巡查" } else { it.party.as_str() };
    let mut out = vec![
        html! { a.no href={ "/recordings/" (it.id) } { (number) } },
        html! { (it.link_label) br; span.meta.small { (it.unit) } },
        html! { (whom) br; span.meta.small { (it.place) } },
        match it.made_on.parse() {
            Ok(day) => html! { time.nowrap datetime=(it.made_on) { (show::date(day)) } },
            Err(_) => html! { (it.made_on) },
        },
        show::tag(tone(&it.state), it.state_label),
        lateness(it, before),
        html! { @if it.findings > 0 { (show::tag(Tone::Near, &format!("{}项", it.findings))) } },
        html! { @if it.held > 0 { (show::tag(Tone::Info, "长期留存")) } },
    ];
    if let Some(organs) = organs {
        let name = organs.iter().find(|(id, _)| *id == it.organ).map_or("", |(_, name)| name.as_str());
        out.push(html! { (name) });
    }
    out
}
