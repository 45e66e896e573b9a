//! Lists of cases: filters in the address, keyset paging, search.

use axum::extract::State;
use axum::http::Uri;
use maud::{Markup, html};
use mingjing_domain::case::form::wire_name;
use mingjing_domain::case::procedure::Verb;
use mingjing_domain::case::types::Stage;
use mingjing_domain::matter::OrganId;

use super::super::access::{self, organs};
use super::super::store;
use crate::kit::auth::Identity;
use crate::kit::http::Shell;
use crate::kit::page::{self, Width};
use crate::kit::problem::Failure;
use crate::kit::ui::show::{self, Tone};
use crate::kit::ui::table::{Column, Filter, FilterKind, Query, Table, filters, table};

/// Cases of one page.
const PAGE: usize = 20;

/// A stage's word by its stored name.
pub fn stage_label(name: &str) -> &'static str {
    Stage::ALL.iter().find(|it| wire_name(*it) == name).map_or("", |it| it.label())
}

/// What the address asks for, within what the person may see.
///
/// # Errors
/// An unknown stage, organ or cursor; or nothing may be listed.
pub fn filter(who: &Identity, seen: &[(OrganId, String)], query: &Query) -> Result<store::Filter, Failure> {
    let stage = query.get("stage").map(str::to_owned);
    if stage.as_deref().is_some_and(|it| stage_label(it).is_empty()) {
        return Err(Failure::Malformed("没有这个阶段".to_owned()));
    }
    let mut organs: Vec<OrganId> = seen.iter().map(|(id, _)| *id).collect();
    if let Some(one) = query.get("organ") {
        organs.retain(|id| id.to_string() == one);
        if organs.is_empty() {
            return Err(Failure::NotFound);
        }
    }
    let before = match query.get("after") {
        None => None,
        Some(text) => Some(store::cursor(text).ok_or_else(|| Failure::Malformed("翻页标记不对".to_owned()))?),
    };
    Ok(store::Filter {
        organs,
        stage,
        category: query.get("category").map(str::to_owned),
        officer: (query.get("mine") == Some("1")).then_some(who.person.id),
        words: query.get("q").map(str::to_owned),
        before,
    })
}

/// GET /cases
pub(super) async fn page(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Markup, Failure> {
    let query = Query::new("/cases", uri.query());
    let tools = access::may(&who, Verb::RegisterClue, None)
        .is_ok()
        .then(|| html! { a.btn href="/cases/new" { "登记线索" } });
    let body = html! {
        (page::heading(None, "案件", None, tools))
        (lines(&shell, &who, &query, true).await?)
    };
    Ok(super::shown(&shell, &who, "案件", "/cases", Width::Wide, body))
}

/// GET /search
pub(super) async fn search(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Markup, Failure> {
    let query = Query::new("/search", uri.query());
    let words = query.get("q").unwrap_or("");
    let body = html! {
        (page::heading(None, "查找", None, None))
        form.filters method="get" action="/search" role="search" aria-label="本页查找" {
            label { "案号、当事人、案由、文号" input type="text" name="q" value=(words) size="32"; }
            button.btn { "查找" }
        }
        @if words.is_empty() { p.meta { "输入两个以上的字。" } }
        @else if super::super::tables::terms(words).is_empty() {
            (show::empty("请至少输入相连的两个字", html! { "一个字太宽，无法查找。" }))
        } @else { (lines(&shell, &who, &query, false).await?) }
    };
    Ok(super::shown(&shell, &who, "查找", "/cases", Width::Wide, body))
}

async fn lines(shell: &Shell, who: &Identity, query: &Query, filtered: bool) -> Result<Markup, Failure> {
    let seen = organs(shell, who).await?;
    let filter = filter(who, &seen, query)?;
    let mut lines = store::list(shell.app.db(), &filter, PAGE as u32 + 1).await?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let next = lines.last().filter(|_| more).map(|it| it.id.to_string());
    let several = seen.len() > 1;
    let mut columns = vec![
        Column::new("案件"),
        Column::new("当事人"),
        Column::new("阶段"),
        Column::new("法制审核"),
        Column::new("登记"),
        Column::new("立案"),
        Column::new("决定"),
        Column::new("罚款（元）").figures(),
    ];
    if several {
        columns.push(Column::new("机关"));
    }
    let organ = |id: OrganId| seen.iter().find(|(it, _)| *it == id).map_or("", |(_, name)| name.as_str());
    let rows: Vec<Vec<Markup>> = lines.iter().map(|it| row(it, several.then(|| organ(it.organ)))).collect();
    let export = export_address(query);
    let empty = if query.pairs.is_empty() { "还没有案件" } else { "没有符合条件的案件" };
    Ok(html! {
        section.card {
            @if filtered { (bar(shell, &seen, query).await?) }
            (table(&Table {
                caption: "案件", id: "cases", columns, rows, query, next,
                empty: (empty, html! { a href="/cases" { "看全部案件" } }),
            }))
            @if !lines.is_empty() { p.small { a href=(export) download { "导出所列案件（CSV）" } } }
        }
    })
}

/// The address of the export of exactly what is shown.
fn export_address(query: &Query) -> String {
    let pairs = query.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    if text.is_empty() { "/cases/export.csv".to_owned() } else { format!("/cases/export.csv?{text}") }
}

async fn bar(shell: &Shell, seen: &[(OrganId, String)], query: &Query) -> Result<Markup, Failure> {
    let ids: Vec<OrganId> = seen.iter().map(|(id, _)| *id).collect();
    let categories = store::categories(shell.app.db(), &ids).await?;
    let categories: Vec<(&str, &str)> = categories.iter().map(|it| (it.as_str(), it.as_str())).collect();
    let names: Vec<String> = Stage::ALL.iter().map(wire_name).collect();
    let stages = names.iter().zip(Stage::ALL).map(|(name, it)| (name.as_str(), it.label())).collect();
    let organs: Vec<(String, &str)> = seen.iter().map(|(id, name)| (id.to_string(), name.as_str())).collect();
    let mut all = vec![
        Filter { name: "q", label: "案号、当事人、案由", kind: FilterKind::Words },
        Filter { name: "stage", label: "阶段", kind: FilterKind::OneOf(stages) },
        Filter { name: "category", label: "执法类别", kind: FilterKind::OneOf(categories) },
        Filter { name: "mine", label: "承办", kind: FilterKind::OneOf(vec![("1", "我承办的")]) },
    ];
    if organs.len() > 1 {
        let organs = organs.iter().map(|(id, name)| (id.as_str(), *name)).collect();
        all.push(Filter { name: "organ", label: "机关", kind: FilterKind::OneOf(organs) });
    }
    Ok(filters(&all, query))
}

fn day(text: &str) -> Markup {
    match text.parse() {
        Ok(day) => html! { time.nowrap datetime=(text) { (show::date(day)) } },
        Err(_) => html! { (text) },
    }
}

fn row(it: &store::Line, organ: Option<&str>) -> Vec<Markup> {
    let mut out = vec![
        html! { a href={ "/cases/" (it.id) } { (it.title) } @if let Some(number) = &it.number { br; span.no.meta.small { (number) } } },
        html! { (it.parties) },
        show::tag(Tone::Plain, stage_label(&it.stage)),
        html! { span.small { (it.review) } },
        day(&it.registered_on),
        html! { @if let Some(on) = &it.filed_on { (day(on)) } },
        html! { @if let Some(on) = &it.decided_on { (day(on)) } },
        html! { @if it.fine_fen > 0 { (show::yuan(it.fine_fen)) } },
    ];
    out.extend(organ.map(|name| html! { (name) }));
    out
}
