//! The list of decisions: filters and order in the address, keyset paging.

use std::collections::BTreeMap;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use maud::{Markup, html};
use mingjing_domain::disclosure::Stage;
use mingjing_domain::matter::{MatterId, civil_day};

use super::{HTML, REVALIDATED, cached, ground_label, timing};
use crate::disclosure::store::{self, Filter, Listed};
use crate::disclosure::subjects;
use crate::kit::http::Shell;
use crate::kit::page::{self, Width};
use crate::kit::problem::Failure;
use crate::kit::ui::show;
use crate::kit::ui::table::{self, Column, FilterKind, Query, Table};
use crate::ledger::service::{ProofState, proof_marks};

/// Lines of a page.
pub(super) const PAGE: u32 = 20;
/// Longest search, in characters.
const MAX_WORDS: usize = 60;

/// The filter that an address asks for; wrong values are left out.
pub(super) async fn filter(shell: &Shell, query: &Query) -> Result<Filter, Failure> {
    let organ = match query.get("organ") {
        Some(name) => subjects::organs(&shell.app)
            .await?
            .into_iter()
            .map(|o| o.id)
            .find(|id| subjects::public_name(*id) == name),
        None => None,
    };
    Ok(Filter {
        organ,
        category: query.get("category").map(clip),
        year: query.get("year").and_then(|y| y.parse().ok()).filter(|y| (1990..=2200).contains(y)),
        on_time: match query.get("on_time") {
            Some("1") => Some(true),
            Some("0") => Some(false),
            Some(_) | None => None,
        },
        words: query.get("q").map(clip),
        after: query.get("after").and_then(store::mark),
        withdrawn: query.get("withdrawn") == Some("1"),
    })
}

fn clip(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(MAX_WORDS).collect()
}

pub(super) async fn page(
    State(shell): State<Shell>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let query = Query::new("/decisions", raw.as_deref());
    let filter = filter(&shell, &query).await?;
    let lines = store::list(shell.app.db(), &filter, PAGE).await?;
    let next = (lines.len() == PAGE as usize).then(|| lines.last().map(Listed::mark)).flatten();
    let organs = subjects::organs(&shell.app).await?;
    let names: Vec<(String, String)> =
        organs.iter().map(|o| (subjects::public_name(o.id), o.name.clone())).collect();
    let mut categories: Vec<&str> =
        organs.iter().map(|o| o.category.as_str()).filter(|c| !c.is_empty()).collect();
    categories.sort_unstable();
    categories.dedup();
    let this = civil_day(shell.app.now()).year();
    let years: Vec<String> = (0..6).map(|n| (this - n).to_string()).collect();
    let filters = [
        table::Filter { name: "q", label: "查找", kind: FilterKind::Words },
        one_of("organ", "机关", names.iter().map(|(v, l)| (v.as_str(), l.as_str())).collect()),
        one_of("category", "类别", categories.iter().map(|c| (*c, *c)).collect()),
        one_of("year", "年份", years.iter().map(|y| (y.as_str(), y.as_str())).collect()),
        one_of("on_time", "公示期限", vec![("1", "按期"), ("0", "逾期")]),
        one_of("withdrawn", "状态", vec![("1", "只看已撤下")]),
    ];
    let tools = html! { a.btn.quiet href="/feed.atom" { "订阅" } a.btn.quiet href=(format!("/decisions.json{}", raw.as_deref().map(|r| format!("?{r}")).unwrap_or_default())) { "下载数据" } };
    let body = html! {
        (page::heading(None, "执法决定", Some(html! { "依法公开的行政处罚决定，新近公示的在前" }), Some(tools)))
        (table::filters(&filters, &query))
        section.card { (rows_table(&lines, &marks(&shell, &lines).await?, &query, next)) }
    };
    let html = page::portal(&shell.site, "执法决定", "/decisions", Width::Middle, None, body);
    Ok(cached(&headers, HTML, REVALIDATED, html.into_string().into_bytes()))
}

fn one_of<'a>(name: &'a str, label: &'a str, options: Vec<(&'a str, &'a str)>) -> table::Filter<'a> {
    table::Filter { name, label, kind: FilterKind::OneOf(options) }
}

/// How far the proofs of the lines have come.
pub(super) type Marks = BTreeMap<MatterId, ProofState>;

/// Looks them up: one query.
pub(super) async fn marks(shell: &Shell, lines: &[Listed]) -> Result<Marks, Failure> {
    let events: Vec<(MatterId, u64)> = lines.iter().map(|it| (it.matter, it.shown)).collect();
    Ok(proof_marks(&shell.app, &events).await?)
}

/// The lines as a table.
pub(super) fn rows_table(lines: &[Listed], marks: &Marks, query: &Query, next: Option<String>) -> Markup {
    let columns = ["决定", "机关", "类别", "结论", "决定日 → 公示日", "证明"];
    let row = |it: &Listed| {
        let mut cells = cells(it);
        let state = marks.get(&it.matter).copied().unwrap_or(ProofState::Pending);
        cells.push(show::proof(shown(state)));
        cells
    };
    let rows = lines.iter().map(row).collect();
    table::table(&Table {
        caption: "执法决定",
        id: "decisions",
        columns: columns.into_iter().map(Column::new).collect(),
        rows,
        query,
        next,
        empty: (
            "没有符合条件的决定",
            html! { p { "换一个词，或者去掉筛选条件。查找至少用两个字。" } p { a href="/decisions" { "看全部决定" } } },
        ),
    })
}

/// The state of a proof as pages show it.
pub(super) const fn shown(state: ProofState) -> show::ProofState {
    match state {
        ProofState::Pending => show::ProofState::Pending,
        ProofState::Sequenced => show::ProofState::Sequenced,
        ProofState::Checkpointed => show::ProofState::Checkpointed,
        ProofState::Witnessed => show::ProofState::Witnessed,
    }
}

fn cells(it: &Listed) -> Vec<Markup> {
    let href = format!("/decisions/{}", it.public_id);
    let number = html! { span.meta { (it.number) } };
    match it.stage {
        Stage::Withdrawn => vec![
            html! { a href=(href) { "已撤下：" (ground_label(it.ground.as_deref().unwrap_or(""))) } br; (number) },
            html! { (it.organ) },
            html! { "行政处罚" },
            html! { a href=(href) { "说明" } },
            html! {
                @if let Some(on) = it.ended_on { "撤下 " (show::short_date(on)) " " }
                @if let Some(words) = &it.end_timing { (timing(it.end_on_time, words)) }
            },
        ],
        Stage::Drafted
        | Stage::Checked
        | Stage::Returned
        | Stage::Published
        | Stage::Corrected
        | Stage::Annotated
        | Stage::Expired
        | Stage::Exempt => vec![
            html! {
                a href=(href) { (it.party.as_deref().unwrap_or("—")) }
                @if matches!(it.stage, Stage::Corrected | Stage::Annotated) { " " (show::tag(show::Tone::Info, it.stage.label())) }
                br; (number)
            },
            html! { (it.organ) },
            html! { (it.category.as_deref().unwrap_or("")) },
            html! { (it.conclusion.as_deref().unwrap_or("")) },
            html! {
                (show::short_date(it.decided_on)) " → " (it.published_on.map(show::short_date).unwrap_or_default()) " "
                (timing(it.on_time, &it.timing))
            },
        ],
    }
}
