//! 一个当事人的全部记录: every case, document, item of evidence and recording of one party
//! on one page.

use axum::extract::State;
use axum::http::Uri;
use jiff::civil::Date;
use maud::{Markup, html};
use mingjing_domain::case::Case;
use mingjing_domain::matter::{MatterId, OrganId};

use super::service::recorded;
use crate::case::access::organs;
use crate::case::service::found;
use crate::case::{tables, words};
use crate::kit::auth::Identity;
use crate::kit::http::Shell;
use crate::kit::page::{self, Office, Width, office};
use crate::kit::problem::Failure;
use crate::kit::ui::show as ui;
use crate::kit::ui::table::{Filter, FilterKind, Query, filters};

/// Cases that one page looks through.
const CASES: u32 = 50;

/// One record of a party.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Record {
    /// Civil day.
    pub on: Date,
    /// `document`, `evidence` or `recording`.
    pub kind: &'static str,
    /// What it is, in words.
    pub title: String,
    /// Its number, where it has one.
    pub number: Option<String>,
    /// Where it is opened; none where it is only listed.
    pub href: Option<String>,
}

/// The records of a party in one case.
#[derive(Clone, Debug, serde::Serialize)]
pub struct OfCase {
    /// Case.
    pub case: MatterId,
    /// Its organ.
    pub organ: OrganId,
    /// Its title.
    pub title: String,
    /// Number of its filing.
    pub number: Option<String>,
    /// Main stage, in words.
    pub stage: &'static str,
    /// Oldest first.
    pub records: Vec<Record>,
}

/// Every record of the party of this name that the person may see, newest case first, and
/// the cursor of the next page.
///
/// # Errors
/// When nothing may be listed, or the store fails.
pub async fn records(
    shell: &Shell,
    who: &Identity,
    name: &str,
    before: Option<MatterId>,
) -> Result<(Vec<OfCase>, Option<MatterId>), Failure> {
    let seen: Vec<OrganId> = organs(shell, who).await?.into_iter().map(|(id, _)| id).collect();
    let lines = found(&shell.app, seen, name, before, CASES).await?;
    let next = lines.last().map(|it| it.id).filter(|_| lines.len() == CASES as usize);
    let mut out = Vec::new();
    for line in lines {
        let Some(case) = shell.app.load::<Case>(line.id).await? else { continue };
        let same = |party: &str| party.trim() == name;
        let party = case.parties.iter().any(|it| same(it.party.name.or_erased()));
        if !party && !same(case.clue.subject.or_erased()) {
            continue;
        }
        let mut records = of_case(line.id, &case.state);
        for it in recorded(shell.app.db(), line.id).await? {
            let title = it.title.or_erased().to_owned();
            records.push(Record { on: it.on, kind: "recording", title, number: Some(it.number), href: None });
        }
        records.sort_by_key(|it| it.on);
        out.push(OfCase {
            case: line.id,
            organ: case.organ,
            title: tables::title(&case.state),
            number: line.number,
            stage: case.stage.label(),
            records,
        });
    }
    Ok((out, next))
}

fn of_case(id: MatterId, case: &Case) -> Vec<Record> {
    let documents = case.documents.iter().zip(1..).map(|(it, no)| Record {
        on: it.issued_on,
        kind: "document",
        title: match it.party {
            Some(party) if case.parties.len() > 1 => {
                format!("{}（{}）", it.kind.label(), words::party(case, party))
            }
            Some(_) | None => it.kind.label().to_owned(),
        },
        number: it.number.as_ref().map(ToString::to_string),
        href: it.made.as_ref().map(|_| format!("/cases/{id}/documents/{no}.pdf")),
    });
    let evidence = case.evidence.iter().map(|it| Record {
        on: it.collected_on,
        kind: "evidence",
        title: format!("{}（{}）", it.name.or_erased(), it.kind.label()),
        number: None,
        href: None,
    });
    documents.chain(evidence).collect()
}

/// The kinds of records in words.
pub(super) fn kind_label(kind: &str) -> &'static str {
    match kind {
        "document" => "文书",
        "evidence" => "证据",
        _ => "音像",
    }
}

/// GET /parties
pub(super) async fn page(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Markup, Failure> {
    let query = Query::new("/parties", uri.query());
    let name: String =
        query.get("name").unwrap_or("").chars().filter(|c| !c.is_control()).take(200).collect();
    let before = query.get("after").and_then(|it| it.parse().ok()).map(MatterId);
    let (all, next) = if name.trim().is_empty() {
        (Vec::new(), None)
    } else {
        records(&shell, &who, name.trim(), before).await?
    };
    let count: usize = all.iter().map(|it| it.records.len()).sum();
    let body = html! {
        (page::heading(None, "当事人记录", Some(html! { "同一当事人的案件、文书、证据和音像记录" }), None))
        div.stack {
            section.card { (filters(&[Filter { name: "name", label: "当事人名称、姓名（全称）", kind: FilterKind::Words }], &query)) }
            @if name.trim().is_empty() { section.card { (ui::empty("请输入当事人全称", html! { "按全称查找，不猜同名。" })) } }
            @else if all.is_empty() { section.card { (ui::empty("没有这个当事人的记录", html! { a href={ "/cases" } { "看案件" } })) } }
            @else { p.meta { (all.len()) "件案件，" (count) "件记录" } }
            @for it in &all {
                section.card {
                    h2 { a href={ "/cases/" (it.case) "/file" } { (it.title) } " " span.meta.small { (it.stage) } }
                    @if let Some(number) = &it.number { p { span.no { (number) } } }
                    (lines(it))
                }
            }
            @if let Some(next) = next { div.buttons { a.btn.quiet href=(query.with("after", &next.to_string())) { "更早的案件" } } }
        }
    };
    let frame = Office {
        site: &shell.site,
        viewer: who.viewer(),
        title: "当事人记录",
        current: "/cases",
        crumbs: vec![("案件", "/cases".to_owned())],
        width: Width::Middle,
    };
    Ok(office(&frame, body))
}

fn lines(it: &OfCase) -> Markup {
    html! {
        div.table.fold tabindex="0" role="region" aria-label={ (it.title) "的记录" } { table {
            thead { tr { th scope="col" { "日期" } th scope="col" { "记录" } th scope="col" { "种类" } th scope="col" { "编号" } } }
            tbody { @for record in &it.records { tr {
                td.nowrap data-label="日期" { (record.on) }
                th scope="row" { @match &record.href { Some(href) => { a href=(href) { (record.title) } }, None => { (record.title) } } }
                td data-label="种类" { (kind_label(record.kind)) }
                td data-label="编号" { span.no { (record.number.as_deref().unwrap_or("")) } }
            } } }
        } }
    }
}
