//! 音像记录事项清单: what is recorded how, for the office and, as a publication item,
//! for everyone.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::civil::Date;
use maud::{Markup, html};
use mingjing_domain::calendar::import::Imported;
use mingjing_domain::matter::civil_day;
use mingjing_domain::organ::OrganState;
use mingjing_domain::recording::guide::Guide;

use super::super::api::of_organ;
use super::super::sheet;
use crate::calendar::service::CALENDAR;
use crate::case::access::rules;
use crate::case::facts::RulesOfDay;
use crate::disclosure::portal::steady;
use crate::disclosure::subjects;
use crate::kit::auth::Identity;
use crate::kit::http::Shell;
use crate::kit::page::{self, Width};
use crate::kit::problem::Failure;
use crate::kit::ui::show;
use crate::kit::write::Loaded;

/// An enforcing organ by its public name, with its rules today.
///
/// # Errors
/// Not found, also for organs that do not enforce; no rules for the day.
pub async fn of(shell: &Shell, name: &str) -> Result<(Loaded<OrganState>, Arc<RulesOfDay>), Failure> {
    let found = subjects::find(&shell.app, name).await?.ok_or(Failure::NotFound)?;
    if !found.profile.kind.enforces() {
        return Err(Failure::NotFound);
    }
    let imported = shell.app.load::<Imported>(CALENDAR).await?;
    let day = civil_day(shell.app.now());
    let day_rules = rules().on(&found.state, found.version, day, imported.as_deref())?;
    Ok((found, day_rules))
}

/// GET /organs/{id}/recordings
pub(super) async fn public(
    State(shell): State<Shell>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let (organ, day_rules) = of(&shell, &name).await?;
    let today = civil_day(shell.app.now());
    let above = html! { a href={ "/organs/" (name) } { (organ.profile.name) } };
    let body = html! {
        (page::heading(Some(above), "音像记录事项清单", Some(below(today)), None))
        section.card { (rows(&day_rules, today)) }
    };
    let html = page::portal(&shell.site, "音像记录事项清单", "/organs", Width::Wide, None, body);
    Ok(steady(&headers, html.into_string().into_bytes()))
}

fn below(today: Date) -> Markup {
    html! { (show::date(today)) "有效。哪些执法活动用什么方式记录，从何时记到何时，保存多久" }
}

/// GET /recordings/list
pub(super) async fn office(State(shell): State<Shell>, who: Identity) -> Result<Markup, Failure> {
    let gathered = of_organ(&shell, &who, who.person.organ).await?;
    let today = civil_day(shell.app.now());
    let above = html! { a href="/recordings" { "音像记录" } " · " (gathered.organ.profile.name) };
    let tools = html! { a.btn.quiet href={ "/organs/" (subjects::public_name(who.person.organ)) "/recordings" } { "公示页" } };
    let tools = gathered.organ.profile.kind.enforces().then_some(tools);
    let body = html! {
        (page::heading(Some(above), "音像记录事项清单", Some(below(today)), tools))
        div.stack { section.card { (rows(&gathered.rules, today)) } (guides()) }
    };
    Ok(sheet::frame(&shell, &who, "音像记录事项清单", "/recordings", Width::Wide, body))
}

fn rows(day_rules: &RulesOfDay, today: Date) -> Markup {
    // What the program ships it knows.
    let all = day_rules.law.recordings.list(today, jiff::Timestamp::MAX);
    if all.is_empty() {
        return show::empty("没有适用的清单", html! { "请系统管理员核对机关的行政区划。" });
    }
    html! {
        div.table.fold tabindex="0" role="region" aria-label="音像记录事项清单" { table {
            thead { tr {
                th scope="col" { "事项" } th scope="col" { "环节" } th scope="col" { "记录方式" } th scope="col" { "从何时" }
                th scope="col" { "记录内容" } th scope="col" { "到何时" } th scope="col" { "保存" } th scope="col" { "依据" }
            } }
            tbody { @for (no, row) in all {
                tr {
                    th scope="row" { (no) "．" (row.item) br; span.meta.small { (row.category) } }
                    td data-label="环节" { (row.link.label()) }
                    td data-label="记录方式" { (row.manner_words()) }
                    td data-label="从何时" { (row.start) }
                    td data-label="记录内容" { (row.content) }
                    td data-label="到何时" { (row.end) }
                    td data-label="保存" { (row.retention.label()) }
                    td data-label="依据" { (show::law(&row.source)) @if !row.note.is_empty() { br; span.meta.small { (row.note) } } }
                }
            } }
        } }
    }
}

/// What is said and what documents need, link by link.
fn guides() -> Markup {
    let guide = Guide::built_in();
    html! {
        section.card {
            h2 { "用语指引和文书指引" }
            p { "录制前：" (guide.notice.words) }
            p { "中断后恢复：" (guide.notice.interruption) }
            p { "结束：" (guide.notice.end) }
            @for it in &guide.link {
                details {
                    summary { (it.link.label()) }
                    ul {
                        @for line in &it.say { li { "应当：" (line) } }
                        @for line in &it.avoid { li { "不得：" (line) } }
                        @for line in &it.documents { li { "文书：" (line) } }
                    }
                }
            }
        }
    }
}
