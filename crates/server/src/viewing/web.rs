//! 查阅记录: the page of a case's viewings.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::Uri;
use maud::{Markup, html};
use mingjing_domain::case::Case;
use mingjing_domain::case::types::DocumentNo;
use mingjing_domain::matter::MatterId;
use mingjing_domain::viewing::{Thing, ViewingEvent};
use uuid::Uuid;

use super::service::matter_of;
use super::{store, verbs};
use crate::case::access::{People, target_region};
use crate::case::{tables, words};
use crate::kit::auth::Identity;
use crate::kit::authz::Target;
use crate::kit::event::Opened;
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::page::{self, Office, Width, office};
use crate::kit::problem::Failure;
use crate::kit::ui::show;
use crate::kit::ui::table::Query;
use crate::kit::write::Loaded;
use crate::recording_view::service::of_case;
use crate::viewing_grant::service::{Beside, UsedRow, kind_label, uses};

/// Routes of the pages.
pub fn routes() -> Routes {
    Routes::new().get("/cases/{id}/viewings", Access::Verb(verbs::READ), page)
}

/// Viewings of a page.
pub(super) const PAGE: u32 = 50;

/// One page of viewings of a case, and whether there are more.
pub(super) struct Listed {
    pub case: Loaded<Case>,
    pub items: Vec<Opened<ViewingEvent>>,
    /// Continue below this version.
    pub before: Option<u64>,
}

/// The viewings that a person may see.
///
/// # Errors
/// Not found, or the refusal that names the row of the authorization table.
pub(super) async fn list(shell: &Shell, who: &Identity, id: Uuid, query: &Query) -> Result<Listed, Failure> {
    let before = match query.get("before") {
        None => i64::MAX.unsigned_abs(),
        Some(text) => match text.parse::<u64>() {
            Ok(version) if i64::try_from(version).is_ok() => version,
            Ok(_) | Err(_) => return Err(Failure::Malformed("before 应为版本号".to_owned())),
        },
    };
    let case = shell.app.load::<Case>(MatterId(id)).await?.ok_or(Failure::NotFound)?;
    let region = target_region(shell, who, case.organ).await?;
    who.may(verbs::READ, &Target { region: &region, ..Target::organ(case.organ) })?;
    let mut items = store::page(shell.app.db(), matter_of(case.id), before, PAGE + 1).await?;
    let more = items.len() > PAGE as usize;
    items.truncate(PAGE as usize);
    let before = items.last().filter(|_| more).map(|it| it.meta.version);
    Ok(Listed { case, items, before })
}

/// What was looked at, in words that name no person.
pub(super) fn label(case: &Case, what: Thing) -> String {
    match what {
        Thing::CaseFile => "案卷".to_owned(),
        Thing::PersonalNumbers => "证件号码和电话".to_owned(),
        Thing::Document { no } => document(case, no),
        Thing::Informant { .. } => format!("{}的身份", mingjing_domain::informant::ROLE),
        Thing::Evidence { no } => format!("第{no}号证据"),
        Thing::Recording { .. } => "音像记录".to_owned(),
    }
}

fn document(case: &Case, no: DocumentNo) -> String {
    case.document(no).map_or_else(|| format!("第{no}号文书"), |_| words::document(case, no))
}

/// GET /cases/{id}/viewings
async fn page(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Markup, Failure> {
    let query = Query::new(format!("/cases/{id}/viewings"), uri.query());
    let it = list(&shell, &who, id, &query).await?;
    let case = &it.case;
    let people = People::of(&shell, case.organ).await?;
    // The security auditor sees who looked, not into the case.
    let reads = crate::case::access::seen(&shell, &who, case.id).await.is_ok();
    let above = html! {
        @if reads { a href={ "/cases/" (case.id) } { (tables::title(&case.state)) } }
        @if let Some(number) = case.state.number() { " " span.no { (number) } }
    };
    let below = html! { (show::law(&mingjing_domain::viewing::PROTECTION)) " · 查看证件号码、文书和举报人身份的，每人每日每项记一次；举报人身份每次都记" };
    let numbers = numbers(&shell, case.id, &it.items).await?;
    let used = uses(&shell.app, Beside::Case(case.id), None, PAGE).await?;
    let older = it.before.map(|version| query.with("before", &version.to_string()));
    let body = html! {
        (page::heading(Some(above), "查阅记录", Some(below), None))
        section.card {
            @if it.items.is_empty() { (show::empty("还没有查阅记录", html! {})) }
            @else { (table((&case.state, &numbers), &people, &it.items)) }
            @if let Some(older) = older { div.buttons { a.btn.quiet href=(older) { "更早的" } } }
        }
        @if !used.is_empty() { section.card { h2 { "经批准的查阅" } (under_approvals(&people, &used)) } }
    };
    let title = "查阅记录";
    let frame = Office {
        site: &shell.site,
        viewer: who.viewer(),
        title,
        current: "/cases",
        crumbs: Vec::new(),
        width: Width::Middle,
    };
    Ok(office(&frame, body))
}

/// Looks, copies and exports under approvals; each leads to its approval.
fn under_approvals(people: &People, used: &[UsedRow]) -> Markup {
    html! {
        div.table.fold tabindex="0" role="region" aria-label="经批准的查阅" {
            table {
                thead { tr { th scope="col" { "时间" } th scope="col" { "查阅人" } th scope="col" { "材料" } th scope="col" { "方式" } } }
                tbody { @for it in used { tr {
                    td data-label="时间" { a href={ "/grants/" (it.grant) } { (show::time(it.at)) } }
                    th scope="row" { (people.name(it.by)) }
                    td data-label="材料" { (it.what) }
                    td data-label="方式" { (kind_label(&it.kind)) }
                } } }
            }
        }
    }
}

/// Numbers of the recordings that were looked at.
async fn numbers(
    shell: &Shell,
    case: MatterId,
    items: &[Opened<ViewingEvent>],
) -> Result<BTreeMap<MatterId, String>, Failure> {
    let recording = |it: &Opened<ViewingEvent>| {
        let ViewingEvent::Viewed { what, .. } = &it.event;
        matches!(what, Thing::Recording { .. })
    };
    if !items.iter().any(recording) {
        return Ok(BTreeMap::new());
    }
    let all = of_case(shell.app.db(), case).await.map_err(|e| Failure::Broken(e.to_string()))?;
    Ok(all.into_iter().map(|it| (it.recording, it.number)).collect())
}

fn table(
    (case, numbers): (&Case, &BTreeMap<MatterId, String>),
    people: &People,
    items: &[Opened<ViewingEvent>],
) -> Markup {
    html! {
        div.table.fold tabindex="0" role="region" aria-label="查阅记录" {
            table {
                thead { tr { th scope="col" { "时间" } th scope="col" { "查阅人" } th scope="col" { "查阅内容" } th scope="col" { "用途" } } }
                tbody {
                    @for it in items {
                        @let ViewingEvent::Viewed { what, standing, .. } = &it.event;
                        tr {
                            td data-label="时间" { (show::time(it.meta.moment.recorded_at)) }
                            th scope="row" { (people.name(it.meta.actor)) " " span.meta.small { (standing.label()) } }
                            td data-label="查阅内容" {
                                (label(case, *what))
                                @if let Thing::Recording { recording } = what {
                                    " " a href={ "/recordings/" (recording) } { (numbers.get(recording).map_or("查看", String::as_str)) }
                                }
                            }
                            td data-label="用途" { (it.envelope.purpose) }
                        }
                    }
                }
            }
        }
    }
}
