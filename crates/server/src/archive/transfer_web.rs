//! Pages of the yearly transfer: batches, one batch with its list, and its acts.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use maud::{Markup, html};
use mingjing_domain::act_table::{Act as _, open};
use mingjing_domain::archive::CaseFile;
use mingjing_domain::archive::transfer::{Listed, Proof, Stage, Transfer, Verb};
use mingjing_domain::case::Case;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::matter::{MatterId, civil_day};
use mingjing_domain::refusal::{FieldError, Refusal};
use uuid::Uuid;

use super::service::file_of;
use super::transfer::{act, listed, prove};
use super::transfer_form::{Around, digest_of, read, specs};
use super::{scan, store, verbs};
use crate::case::access::People;
use crate::case::tables;
use crate::kit::acts::{self, Doing, Step, doing};
use crate::kit::auth::Identity;
use crate::kit::authz::Target;
use crate::kit::error::WriteError;
use crate::kit::form::{Choice, FieldSpec, Posted};
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::page::{self, Office, Width, office};
use crate::kit::problem::Failure;
use crate::kit::resend::Told;
use crate::kit::ui::act::{Action, Door, actions};
use crate::kit::ui::show::{self as ui, Tone};
use crate::kit::ui::table::Query;
use crate::kit::write::Loaded;
use crate::record::job::Records;

/// Routes of the pages.
pub fn routes() -> Routes {
    let read = Access::Verb(verbs::TRANSFERS);
    let propose = Access::Verb(verbs::of_batch(Verb::Propose));
    Routes::new()
        .get("/transfers", read, list)
        .get("/transfers/new", propose, new_page)
        .post("/transfers/new", propose, new_post)
        .get("/transfers/{id}", read, one)
        .get("/transfers/{id}/{verb}", read, act_page)
        .post("/transfers/{id}/{verb}", read, act_post)
        .office_nav("移交", "/transfers", verbs::TRANSFERS)
}

/// Batches of a page.
pub(super) const PAGE: usize = 20;
/// Most files of one year that a proposal chooses from.
const MOST: u32 = 500;

pub(super) async fn told(shell: &Shell, who: &Identity, path: &str) -> Option<Told> {
    let rest = path.strip_prefix("/transfers/")?;
    if rest == "new" {
        let specs = specs(Verb::Propose, &proposing(shell, who, None).await.ok()?);
        return Some(Told { title: Verb::Propose.label().to_owned(), about: String::new(), specs });
    }
    let (id, name) = rest.split_once('/')?;
    let verb: Verb = acts::named(name)?;
    let it = seen(shell, who, id.parse().ok()?).await.ok()?;
    let about = format!("{}年度 {}", it.year, it.unit);
    Some(Told { title: verb.label().to_owned(), about, specs: specs(verb, &around(&it)) })
}

fn frame(shell: &Shell, who: &Identity, title: &str, width: Width, body: Markup) -> Markup {
    let crumbs = if title == "移交" { Vec::new() } else { vec![("移交", "/transfers".to_owned())] };
    let page =
        Office { site: &shell.site, viewer: who.viewer(), title, current: "/transfers", crumbs, width };
    office(&page, body)
}

/// A batch of one's own organ.
///
/// # Errors
/// Not found, for those of others as well.
pub(super) async fn seen(shell: &Shell, who: &Identity, id: Uuid) -> Result<Loaded<Transfer>, Failure> {
    let it = shell.app.load::<Transfer>(MatterId(id)).await?.ok_or(Failure::NotFound)?;
    who.may(verbs::TRANSFERS, &Target::organ(it.organ)).map_err(|_| Failure::NotFound)?;
    Ok(it)
}

/// Batches of a list, and the cursor of the next page.
pub(super) async fn page_of(
    shell: &Shell,
    who: &Identity,
    before: Option<MatterId>,
) -> Result<(Vec<Loaded<Transfer>>, Option<MatterId>), Failure> {
    let limit = u32::try_from(PAGE + 1).unwrap_or(u32::MAX);
    let ids = store::batches(shell.app.db(), who.person.organ, before, limit).await?;
    acts::page_of(&shell.app, ids, PAGE).await
}

/// Batches that wait for the person: words, address, since.
pub(super) async fn waiting(shell: &Shell, who: &Identity) -> Result<Vec<(String, String, String)>, Failure> {
    let organ = who.person.organ;
    let mut out = Vec::new();
    for (stage, verb) in
        [(Stage::Proposed, Verb::Check), (Stage::Checked, Verb::HandOver), (Stage::HandedOver, Verb::Receive)]
    {
        if who.may(verbs::of_batch(verb), &Target::organ(organ)).is_err() {
            continue;
        }
        for id in store::batches_at(shell.app.db(), organ, &wire_name(&stage), 50).await? {
            let Some(it) = shell.app.load::<Transfer>(id).await? else { continue };
            let since = it.handed.or(it.checked).unwrap_or(it.proposed).1;
            let words = format!("{}年度案卷移交：{}", it.year, verb.label());
            out.push((words, format!("/transfers/{id}"), since.to_string()));
        }
    }
    Ok(out)
}

const fn tone(stage: Stage) -> Tone {
    match stage {
        Stage::Proposed | Stage::Checked | Stage::HandedOver => Tone::Near,
        Stage::Received => Tone::Ok,
        Stage::Returned => Tone::Seal,
    }
}

/// GET /transfers
async fn list(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Markup, Failure> {
    let query = Query::new("/transfers", uri.query());
    let before = query.get("after").and_then(|it| it.parse().ok()).map(MatterId);
    let (all, next) = page_of(&shell, &who, before).await?;
    let proposes = who.may(verbs::of_batch(Verb::Propose), &Target::organ(who.person.organ)).is_ok();
    let tools = proposes.then(|| html! { a.btn href="/transfers/new" { "拟定移交清单" } });
    let body = html! {
        (page::heading(None, "案卷移交", Some(html! { (ui::law(&Verb::Propose.row().article)) " · 上一年度归档的案卷，按单位列清单移交档案室" }), tools))
        section.card {
            @if all.is_empty() { (ui::empty("没有移交清单", html! { "案卷归档后按年度移交。" })) }
            @for it in &all {
                div.act {
                    b { a href={ "/transfers/" (it.id) } { (it.year) "年度 " (it.unit) } }
                    (ui::tag(tone(it.stage), it.stage.label()))
                    p { (it.files.len()) "卷，" (ui::date(it.proposed.1)) "拟定" }
                }
            }
            @if let Some(next) = next { div.buttons { a.btn.quiet href=(query.with("after", &next.to_string())) { "更早的" } } }
        }
    };
    Ok(frame(&shell, &who, "移交", Width::Middle, body))
}

/// The files of a year that stand in no batch; of this year and the last where none is named.
async fn proposing(shell: &Shell, who: &Identity, year: Option<i16>) -> Result<Around, Failure> {
    let today = civil_day(shell.app.now());
    let (from, to) = match year {
        Some(year) => (year, year),
        None => (today.year() - 1, today.year()),
    };
    let bounds =
        |year: i16, month, day| Date::new(year, month, day).map_err(|e| Failure::Malformed(e.to_string()));
    let days = (bounds(from, 1, 1)?.to_string(), bounds(to, 12, 31)?.to_string());
    let mut files = Vec::new();
    for id in store::unlisted(shell.app.db(), who.person.organ, (&days.0, &days.1), MOST).await? {
        let (Some(case), Some(file)) =
            (shell.app.load::<Case>(id).await?, shell.app.load::<CaseFile>(file_of(id)).await?)
        else {
            continue;
        };
        let it = listed(id, &case.state, &file.state);
        let year = file.accepted.as_ref().map_or(0, |(_, _, on)| on.year());
        let words = format!(
            "{year}年 {} {}（{}卷{}页）",
            it.archive_no,
            tables::title(&case.state),
            it.volumes,
            it.pages
        );
        files.push(Choice::new(file.id.to_string(), words));
    }
    Ok(Around { files, program: false })
}

fn proposal<'a>(specs: &'a [FieldSpec]) -> Doing<'a> {
    Doing {
        title: Verb::Propose.label(),
        current: "/transfers",
        crumbs: vec![("移交", "/transfers".to_owned())],
        basis: &verbs::of_batch(Verb::Propose).basis,
        action: "/transfers/new".to_owned(),
        back: "/transfers".to_owned(),
        specs,
        beside: ui::card(
            "移交",
            html! { p { "一份清单只列一个年度、本单位承办的案卷；档案管理员逐卷检查，不合格的说明理由退回；移交人、接收人在同一份清单上签名。" } },
        ),
    }
}

/// GET /transfers/new
async fn new_page(State(shell): State<Shell>, who: Identity) -> Result<Response, Failure> {
    let specs = specs(Verb::Propose, &proposing(&shell, &who, None).await?);
    let year = civil_day(shell.app.now()).year() - 1;
    let posted = Posted::from_pairs(vec![("year".to_owned(), year.to_string())]);
    Ok(doing(&shell, &who, &proposal(&specs), &posted, &[], None))
}

/// POST /transfers/new
async fn new_post(State(shell): State<Shell>, who: Identity, bytes: Bytes) -> Result<Response, Failure> {
    let specs = specs(Verb::Propose, &proposing(&shell, &who, None).await?);
    let again = |posted: &Posted, errors: &[FieldError], refusal: Option<&Refusal>| {
        doing(&shell, &who, &proposal(&specs), posted, errors, refusal)
    };
    let (posted, value, command) = match acts::step(&who, &specs, &bytes)? {
        Step::Again(posted, errors) => return Ok(again(&posted, &errors, None)),
        Step::Go(posted, value, command) => (posted, value, command),
    };
    let asked = match read(Verb::Propose, &who.person.unit, value) {
        Ok(asked) => asked,
        Err(errors) => return Ok(again(&posted, &errors, None)),
    };
    match act(&shell.app, &who.actor(), None, (asked, Proof::default()), command).await {
        Ok(done) => Ok(Redirect::to(&format!("/transfers/{}", done.value)).into_response()),
        Err(WriteError::Refused(refusal)) => Ok(again(&posted, &[], Some(&refusal))),
        Err(other) => Err(other.into()),
    }
}

/// What the forms of a batch choose from.
fn around(it: &Transfer) -> Around {
    let one = |listed: &Listed| Choice::new(listed.file.to_string(), listed.archive_no.clone());
    Around { files: it.files.iter().map(one).collect(), program: false }
}

/// GET /transfers/{id}
async fn one(State(shell): State<Shell>, who: Identity, Path(id): Path<Uuid>) -> Result<Markup, Failure> {
    let it = seen(&shell, &who, id).await?;
    let people = People::of(&shell, it.organ).await?;
    let mut titles = Vec::with_capacity(it.files.len());
    for listed in &it.files {
        let case = shell.app.load::<Case>(listed.case).await?;
        titles.push(case.map_or_else(String::new, |case| tables::title(&case.state)));
    }
    let doors: Vec<(Verb, Result<(), Refusal>)> = [Verb::Check, Verb::HandOver, Verb::Receive]
        .into_iter()
        .filter(|verb| verb.row().from.contains(&it.stage))
        .map(|verb| (verb, open(verb, Some((it.stage, it.organ)), &who.actor())))
        .collect();
    let all: Vec<Action<'_>> = doors
        .iter()
        .map(|(verb, door)| Action {
            label: verb.label(),
            help: "",
            door: match door {
                Ok(()) => Door::Open {
                    href: format!("/transfers/{id}/{}", wire_name(verb)),
                    button: "办理",
                    first: true,
                    basis: &verbs::of_batch(*verb).basis,
                },
                Err(refusal) => Door::Shut(refusal),
            },
        })
        .collect();
    let title = format!("{}年度案卷移交清单", it.year);
    let above = html! { a href="/transfers" { "移交" } " " (ui::tag(tone(it.stage), it.stage.label())) };
    let tools = html! { button.btn.quiet type="button" data-print hidden { "打印清单" } };
    let body = html! {
        (page::heading(Some(above), &title, Some(html! { (it.unit) " · 清单摘要 " (ui::digest(&digest_of(&it.state))) }), Some(tools)))
        div.two {
            div.stack { section.card { (files(&it.files, &titles)) } (sent_back(&it.state)) }
            div.stack { (actions(&all)) (scan::form(&who, &it)) (scan::signatures(&it)) section.card { h2 { "经过" } (course(&it.state, &people)) } }
        }
    };
    Ok(frame(&shell, &who, &title, Width::Wide, body))
}

fn files(all: &[Listed], titles: &[String]) -> Markup {
    html! {
        div.table.fold tabindex="0" role="region" aria-label="移交清单" { table {
            thead { tr { th scope="col" { "序号" } th scope="col" { "归档号" } th scope="col" { "案件" } th scope="col" { "卷数" } th scope="col" { "页数" } th scope="col" { "保管期限" } th scope="col" { "目录摘要" } } }
            tbody { @for (no, (it, title)) in (1..).zip(all.iter().zip(titles)) { tr {
                td data-label="序号" { (no) }
                th scope="row" { span.no { (it.archive_no) } }
                td data-label="案件" { a href={ "/cases/" (it.case) "/file" } { (title) } }
                td.num data-label="卷数" { (it.volumes) }
                td.num data-label="页数" { (it.pages) }
                td data-label="保管期限" { @if it.retention_years == 0 { "永久" } @else { (it.retention_years) "年" } }
                td data-label="目录摘要" { (ui::digest(&it.digest)) }
            } } }
        } }
        @if all.is_empty() { p.meta { "清单中没有案卷。" } }
    }
}

fn sent_back(it: &Transfer) -> Markup {
    html! {
        @if !it.sent_back.is_empty() {
            section.card { h2 { "退回的案卷" } ul { @for back in &it.sent_back { li { (back.reason.or_erased()) } } } }
        }
    }
}

fn course(it: &Transfer, people: &People) -> Markup {
    let steps =
        [("拟定", Some(it.proposed)), ("检查", it.checked), ("移交", it.handed), ("接收", it.received)];
    let line = |step: Option<(mingjing_domain::matter::StaffId, Date)>| match step {
        Some((who, on)) => html! { (people.name(who)) " " (ui::date(on)) },
        None => html! { "—" },
    };
    let pairs: Vec<(&str, Markup)> = steps.iter().map(|(word, step)| (*word, line(*step))).collect();
    ui::facts(&pairs)
}

fn of_act<'a>(it: &Loaded<Transfer>, verb: Verb, specs: &'a [FieldSpec]) -> Doing<'a> {
    Doing {
        title: verb.label(),
        current: "/transfers",
        crumbs: vec![("移交", "/transfers".to_owned()), ("移交清单", format!("/transfers/{}", it.id))],
        basis: &verbs::of_batch(verb).basis,
        action: format!("/transfers/{}/{}", it.id, wire_name(&verb)),
        back: format!("/transfers/{}", it.id),
        specs,
        beside: html! { section.card {
            h2 { (it.year) "年度 " (it.unit) }
            p { "清单摘要 " span.digest { (digest_of(&it.state)) } }
            p.meta { "签名即对这份清单负责；清单有变化的，摘要随之变化。" }
            ul { @for listed in &it.files { li { span.no { (listed.archive_no) } " " (listed.volumes) "卷" (listed.pages) "页" } } }
        } },
    }
}

fn form_verb(name: &str) -> Result<Verb, Failure> {
    acts::named::<Verb>(name).filter(|verb| *verb != Verb::Propose).ok_or(Failure::NotFound)
}

/// GET /transfers/{id}/{verb}
async fn act_page(
    State(shell): State<Shell>,
    who: Identity,
    Path((id, name)): Path<(Uuid, String)>,
    uri: Uri,
) -> Result<Response, Failure> {
    let verb = form_verb(&name)?;
    let it = seen(&shell, &who, id).await?;
    let specs = specs(verb, &around(&it));
    let refusal = open(verb, Some((it.stage, it.organ)), &who.actor()).err();
    // What the person sees now is what is signed.
    let mut posted = vec![("list_digest".to_owned(), digest_of(&it.state))];
    if let Some(scan) = Query::new("", uri.query()).get("scan") {
        posted.extend([("signed", "by_hand"), ("scan", scan)].map(|(a, b)| (a.to_owned(), b.to_owned())));
    }
    let posted = Posted::from_pairs(posted);
    let mut answer = doing(&shell, &who, &of_act(&it, verb, &specs), &posted, &[], refusal.as_ref());
    *answer.status_mut() = axum::http::StatusCode::OK;
    Ok(answer)
}

/// POST /transfers/{id}/{verb}
async fn act_post(
    State(shell): State<Shell>,
    who: Identity,
    records: Option<Extension<Records>>,
    Path((id, name)): Path<(Uuid, String)>,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let verb = form_verb(&name)?;
    let it = seen(&shell, &who, id).await?;
    who.may(verbs::of_batch(verb), &Target::organ(it.organ))?;
    let specs = specs(verb, &around(&it));
    let shown = of_act(&it, verb, &specs);
    let (posted, value, command) = match acts::step(&who, &specs, &bytes)? {
        Step::Again(posted, errors) => return Ok(doing(&shell, &who, &shown, &posted, &errors, None)),
        Step::Go(posted, value, command) => (posted, value, command),
    };
    let asked = match read(verb, &who.person.unit, value) {
        Ok(asked) => asked,
        Err(errors) => return Ok(doing(&shell, &who, &shown, &posted, &errors, None)),
    };
    let records = records.map(|Extension(it)| it);
    let proof = prove(records.as_ref(), it.id, &asked).await?;
    match act(&shell.app, &who.actor(), Some(it.id), (asked, proof), command).await {
        Ok(_) => Ok(Redirect::to(&format!("/transfers/{id}")).into_response()),
        Err(WriteError::Refused(refusal)) => Ok(doing(&shell, &who, &shown, &posted, &[], Some(&refusal))),
        Err(other) => Err(other.into()),
    }
}
