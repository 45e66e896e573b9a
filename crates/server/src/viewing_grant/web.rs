//! Pages of approvals: my requests, those that wait, the register, one approval and its acts.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use mingjing_domain::act_table::{Act as _, open};
use mingjing_domain::case::Case;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::case::types::{DocumentKind, DocumentNo};
use mingjing_domain::matter::{MatterId, civil_day};
use mingjing_domain::refusal::{FieldError, Refusal};
use mingjing_domain::staff::Role;
use mingjing_domain::viewing_grant::{
    CALL_UP, Covered, Grant, Material, Medium, Stage, UseKind, Verb, overdue, register,
};
use uuid::Uuid;

use super::form::{self, Around, FORMS, specs};
use super::mask_form::pieces;
use super::masks;
use super::service::{MaskRow, act, masks_failed, thing_now};
use super::show::{Titles, cases, deliveries, entry, facts, line, named, standing, titles, uses};
use super::store::{self, Of};
use super::taking;
use super::verbs;
use crate::case::access::{People, rules};
use crate::case::service::newest;
use crate::case::tables;
use crate::evidence::tus::Opened;
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
use crate::kit::ui::show as ui;
use crate::kit::ui::table::{Column, Query, Table, table};
use crate::kit::write::Loaded;

/// Routes of the pages.
pub fn routes() -> Routes {
    let read = Access::Verb(verbs::READ);
    Routes::new()
        .get("/grants", read, list)
        .get("/grants/new", Access::Verb(verbs::of(Verb::Request)), new_page)
        .post("/grants/new", Access::Verb(verbs::of(Verb::Request)), new_post)
        .get("/grants/{id}", read, one)
        .get("/grants/{id}/{verb}", read, act_page)
        .post("/grants/{id}/{verb}", read, act_post)
        .office_nav("查阅", "/grants", verbs::READ)
        .teller(|shell, who, path| Box::pin(async move { told(&shell, &who, &path).await }))
}

/// Approvals of a page.
pub(super) const PAGE: usize = 20;
/// Cases that a request may choose from, besides the one it began at.
const CASES: u32 = 100;

async fn told(shell: &Shell, who: &Identity, path: &str) -> Option<Told> {
    let rest = path.strip_prefix("/grants/")?;
    if rest == "new" {
        let around = asking(shell, who, None).await.ok()?;
        let specs = specs(Verb::Request, &around);
        return Some(Told { title: Verb::Request.label().to_owned(), about: String::new(), specs });
    }
    let (id, name) = rest.split_once('/')?;
    let verb: Verb = acts::named(name)?;
    let it = seen(shell, who, id.parse().ok()?).await.ok()?;
    let specs = specs(verb, &around(shell, &it).await.ok()?);
    Some(Told { title: verb.label().to_owned(), about: it.purpose.label().to_owned(), specs })
}

fn frame(shell: &Shell, who: &Identity, title: &str, width: Width, body: Markup) -> Markup {
    let crumbs = if title == "查阅" { Vec::new() } else { vec![("查阅", "/grants".to_owned())] };
    let page = Office { site: &shell.site, viewer: who.viewer(), title, current: "/grants", crumbs, width };
    office(&page, body)
}

/// Whether the person sees all approvals of the organ, not only the own ones.
pub(super) fn keeps(who: &Identity) -> bool {
    who.may(verbs::REGISTER, &Target::organ(who.person.organ)).is_ok()
}

/// An approval that the person may see: one's own, or as one who approves or keeps them.
///
/// # Errors
/// Not found, for those of others and of other organs as well.
pub(super) async fn seen(shell: &Shell, who: &Identity, id: Uuid) -> Result<Loaded<Grant>, Failure> {
    let it = shell.app.load::<Grant>(MatterId(id)).await?.ok_or(Failure::NotFound)?;
    let own = it.requested_by == who.person.id;
    if it.organ == who.person.organ && (own || keeps(who)) { Ok(it) } else { Err(Failure::NotFound) }
}

/// Approvals of a list, and the cursor of the next page.
pub(super) async fn page_of(
    shell: &Shell,
    who: &Identity,
    tab: &str,
    before: Option<MatterId>,
) -> Result<(Vec<Loaded<Grant>>, Option<MatterId>), Failure> {
    let limit = u32::try_from(PAGE + 1).unwrap_or(u32::MAX);
    let (db, organ) = (shell.app.db(), who.person.organ);
    let all = keeps(who);
    let requested = wire_name(&Stage::Requested);
    let mut ids = match tab {
        "register" if all => store::moved(db, organ, before, limit).await?,
        "all" if all => store::page(db, organ, Of::Organ, before, limit).await?,
        "pending" if all => store::page(db, organ, Of::Stage(&requested), before, limit).await?,
        _ => store::page(db, organ, Of::Person(who.person.id), before, limit).await?,
    };
    let more = ids.len() > PAGE;
    ids.truncate(PAGE);
    let next = ids.last().copied().filter(|_| more);
    let mut out = Vec::with_capacity(ids.len());
    for id in ids {
        out.extend(shell.app.load::<Grant>(id).await?);
    }
    Ok((out, next))
}

/// Requests that wait for the person to approve, and what was asked for in vain: words, address,
/// since.
///
/// # Errors
/// When the store fails.
pub async fn waiting(shell: &Shell, who: &Identity) -> Result<Vec<(String, String, String)>, Failure> {
    let organ = who.person.organ;
    let today = civil_day(shell.app.now()).to_string();
    let failed = masks_failed(shell.app.db(), who.person.id, &today).await?;
    let mut out: Vec<_> = failed.iter().map(not_made).collect();
    if who.may(verbs::of(Verb::Approve), &Target::organ(organ)).is_err() {
        return Ok(out);
    }
    let (all, _) = page_of(shell, who, "pending", None).await?;
    let others = all.iter().filter(|it| it.requested_by != who.person.id);
    let line = |it: &Loaded<Grant>| {
        let words = format!("审批查阅申请：{}", it.purpose.label());
        (words, format!("/grants/{}", it.id), it.requested_on.to_string())
    };
    out.extend(others.map(line));
    Ok(out)
}

/// A derivative that the person asked for and that could not be made.
fn not_made(row: &MaskRow) -> (String, String, String) {
    let words = format!("遮蔽件未能制成：音像记录第{}段", row.segment);
    (words, format!("/grants/{}/masks/{}", row.grant, row.no), civil_day(row.at).to_string())
}

const TABS: [(&str, &str); 4] =
    [("mine", "我的申请"), ("pending", "待审批"), ("all", "全部查阅"), ("register", "借阅、复制登记簿")];

/// GET /grants
async fn list(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Markup, Failure> {
    let query = Query::new("/grants", uri.query());
    let all = keeps(&who);
    let asked = query.get("tab").unwrap_or(if all { "pending" } else { "mine" });
    let tab = TABS.iter().map(|it| it.0).find(|it| *it == asked && (all || *it == "mine")).unwrap_or("mine");
    let before = query.get("after").and_then(|it| it.parse().ok()).map(MatterId);
    let (grants, next) = page_of(&shell, &who, tab, before).await?;
    let people = People::of(&shell, who.person.organ).await?;
    let known: Vec<&Grant> = grants.iter().map(|it| it.state.as_ref()).collect();
    let titles = titles(&shell, &cases(&known)).await?;
    let today = civil_day(shell.app.now());
    let asks = who.may(verbs::of(Verb::Request), &Target::organ(who.person.organ)).is_ok();
    let tools = asks.then(|| html! { a.btn href="/grants/new" { "申请查阅" } });
    let next = next.map(|id| id.to_string());
    let body = html! {
        (page::heading(None, "查阅", Some(html! { (ui::law(&CALL_UP)) " · 归档的案卷、音像记录经批准查阅，每次查阅都有记录" }), tools))
        @if all {
            nav.parts aria-label="查阅申请的分类" { @for (name, label) in TABS {
                a href={ "/grants?tab=" (name) } aria-current=[(name == tab).then_some("true")] { (label) }
            } }
        }
        section.card {
            @if tab == "register" { (loans(&grants, &titles, today, &query, next)) }
            @else if grants.is_empty() { (ui::empty("没有查阅申请", html! { @if asks { a href="/grants/new" { "申请查阅" } } })) }
            @else {
                @for it in &grants { (line(it, &people, &titles, today)) }
                @if let Some(next) = next { div.buttons { a.btn.quiet href=(query.with("after", &next)) { "更早的" } } }
            }
        }
    };
    Ok(frame(&shell, &who, "查阅", Width::Middle, body))
}

/// 借阅、复制登记簿.
fn loans(
    grants: &[Loaded<Grant>],
    titles: &Titles,
    today: jiff::civil::Date,
    query: &Query,
    next: Option<String>,
) -> Markup {
    let known: Vec<(MatterId, &Grant)> = grants.iter().map(|it| (it.id, it.state.as_ref())).collect();
    let mut entries = register(&known, today);
    entries.reverse();
    let late = overdue(&entries).count();
    html! {
        @if late > 0 { p { (ui::tag(ui::Tone::Seal, &format!("逾期未还 {late} 件"))) } }
        (table(&Table {
            caption: "借阅、复制登记簿", id: "register",
            columns: vec![Column::new("日期"), Column::new("事项"), Column::new("接收人"), Column::new("用途"), Column::new("归还、文号")],
            rows: entries.iter().map(|it| entry(it, titles)).collect(),
            query, next,
            empty: ("没有借阅、复制", html! { "批准借阅、复制并交付后记在这里。" }),
        }))
    }
}

/// What a request may choose from.
async fn asking(shell: &Shell, who: &Identity, first: Option<MatterId>) -> Result<Around, Failure> {
    let organ = who.person.organ;
    let archives = who.person.roles.contains(&Role::Archivist);
    let mut cases = Vec::new();
    if let Some(id) = first
        && let Some(case) = shell.app.load::<Case>(id).await?.filter(|it| it.organ == organ)
    {
        cases.push(Choice::new(id.to_string(), tables::title(&case.state)));
    }
    for it in newest(&shell.app, organ, CASES).await? {
        if first != Some(it.id) {
            let number = it.number.map(|it| format!("{it} ")).unwrap_or_default();
            cases.push(Choice::new(it.id.to_string(), format!("{number}{}", it.title)));
        }
    }
    Ok(Around { cases, archives, ..Around::default() })
}

fn request<'a>(specs: &'a [FieldSpec], basis: &'a mingjing_domain::cite::Citation) -> Doing<'a> {
    Doing {
        title: Verb::Request.label(),
        current: "/grants",
        crumbs: vec![("查阅", "/grants".to_owned())],
        basis,
        action: "/grants/new".to_owned(),
        back: "/grants".to_owned(),
        specs,
        beside: ui::card(
            "怎样申请",
            html! {
                p { "写明目的、理由、范围和时间，由承办机构负责人或者分管负责人审批；申请人不得审批自己的申请。" }
                p { "人民法院、复议机关、检察机关等调阅，当事人查阅的，由档案管理员登记，分管负责人审批。" }
                p { "批准后在所定的时间内查阅；每次查阅、复制、导出都留有记录和水印。" }
            },
        ),
    }
}

/// GET /grants/new
async fn new_page(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Response, Failure> {
    let query = Query::new("/grants/new", uri.query());
    let first = query.get("case").and_then(|it| it.parse().ok()).map(MatterId);
    let specs = specs(Verb::Request, &asking(&shell, &who, first).await?);
    let today = civil_day(shell.app.now()).to_string();
    let mut pairs = vec![("requester".to_owned(), "staff".to_owned()), ("from".to_owned(), today)];
    if let Some(case) = first {
        pairs.push(("scope[0].case".to_owned(), case.to_string()));
    }
    let basis = &verbs::of(Verb::Request).basis;
    Ok(doing(&shell, &who, &request(&specs, basis), &Posted::from_pairs(pairs), &[], None))
}

/// POST /grants/new
async fn new_post(State(shell): State<Shell>, who: Identity, bytes: Bytes) -> Result<Response, Failure> {
    let specs = specs(Verb::Request, &asking(&shell, &who, None).await?);
    let basis = &verbs::of(Verb::Request).basis;
    let again = |posted: &Posted, errors: &[FieldError], refusal: Option<&Refusal>| {
        doing(&shell, &who, &request(&specs, basis), posted, errors, refusal)
    };
    let (posted, value, command) = match acts::step(&who, &specs, &bytes)? {
        Step::Again(posted, errors) => return Ok(again(&posted, &errors, None)),
        Step::Go(posted, value, command) => (posted, value, command),
    };
    let asked = match form::read(&shell.app, Verb::Request, None, value).await? {
        Ok(asked) => asked,
        Err(errors) => return Ok(again(&posted, &errors, None)),
    };
    match act(&shell.app, rules(), &who.actor(), None, asked, command).await {
        Ok(done) => Ok(Redirect::to(&format!("/grants/{}", done.value)).into_response()),
        Err(WriteError::Refused(refusal)) => Ok(again(&posted, &[], Some(&refusal))),
        Err(other) => Err(other.into()),
    }
}

/// Whether an act is open to the person now, as far as table and role say.
pub(super) fn door(who: &Identity, it: &Loaded<Grant>, verb: Verb) -> Result<(), Refusal> {
    open(verb, Some((it.stage, it.organ)), &who.actor())
}

/// Acts worth showing: those of the person's roles that this right can ever need.
pub(super) fn offered(who: &Identity, it: &Grant) -> Vec<Verb> {
    let fits = |verb: &Verb| match verb {
        Verb::Lend | Verb::Return => it.right.medium == Medium::Lend,
        Verb::Deliver => it.requester.outside() && it.right.medium != Medium::View,
        Verb::End => it.requested_by == who.person.id || who.person.roles.contains(&Role::Archivist),
        Verb::Approve | Verb::Refuse => it.stage == Stage::Requested,
        Verb::Revoke => it.stage == Stage::Approved,
        Verb::Mask => it.right.medium == Medium::Export && reaches_recordings(it),
        Verb::Request | Verb::Use | Verb::Derive | Verb::FailMask => false,
    };
    let holds = |verb: &Verb| verb.row().who.iter().any(|role| who.person.roles.contains(role));
    FORMS.iter().copied().filter(|verb| fits(verb) && holds(verb)).collect()
}

/// Something that it covers may be a recording.
fn reaches_recordings(it: &Grant) -> bool {
    it.right.scope.iter().any(|covered| match covered {
        Covered::Case { .. } | Covered::Recordings { .. } | Covered::Period { .. } => true,
        Covered::One { material } => material.is_recording(),
        Covered::File { .. } => false,
    })
}

/// What the forms of an approval choose from.
pub(super) async fn around(shell: &Shell, it: &Loaded<Grant>) -> Result<Around, Failure> {
    let ids = cases(&[it.state.as_ref()]);
    let titles = titles(shell, &ids).await?;
    let mut out = Around { pieces: pieces(&shell.app, &it.state).await?, ..Around::default() };
    for id in &ids {
        out.cases.push(Choice::new(id.to_string(), named(&titles, *id)));
    }
    for (at, covered) in it.right.scope.iter().enumerate() {
        let words = form::covered_words(covered, &|id| named(&titles, id));
        out.scope.push(Choice::new((at + 1).to_string(), words).json((at + 1).into()));
    }
    for (case, no, words) in documents(shell, it).await? {
        out.documents.push(Choice::new(format!("{case}/{no}"), words).json(form::document(case, no)));
    }
    Ok(out)
}

/// The documents that are made and that an approval covers.
async fn documents(
    shell: &Shell,
    it: &Loaded<Grant>,
) -> Result<Vec<(MatterId, DocumentNo, String)>, Failure> {
    let mut out = Vec::new();
    for id in cases(&[it.state.as_ref()]) {
        let Some(case) = shell.app.load::<Case>(id).await? else { continue };
        for (document, no) in case.documents.iter().zip(1..) {
            let material = Material::Document { case: id, no };
            let Some(thing) = thing_now(&shell.app, material).await? else { continue };
            let covered = it.right.scope.iter().any(|covered| covered.covers(&thing));
            if covered && document.made.is_some() && document.kind != DocumentKind::FileCover {
                out.push((id, no, crate::case::words::document(&case.state, no)));
            }
        }
    }
    Ok(out)
}

/// GET /grants/{id}
async fn one(State(shell): State<Shell>, who: Identity, Path(id): Path<Uuid>) -> Result<Markup, Failure> {
    let it = seen(&shell, &who, id).await?;
    let people = People::of(&shell, it.organ).await?;
    let titles = titles(&shell, &cases(&[it.state.as_ref()])).await?;
    let today = civil_day(shell.app.now());
    let verbs = offered(&who, &it.state);
    let doors: Vec<(Verb, Result<(), Refusal>)> =
        verbs.iter().map(|verb| (*verb, door(&who, &it, *verb))).collect();
    let all: Vec<Action<'_>> = doors
        .iter()
        .map(|(verb, door)| Action {
            label: verb.label(),
            help: "",
            door: match door {
                Ok(()) => Door::Open {
                    href: format!("/grants/{}/{}", it.id, wire_name(verb)),
                    button: "办理",
                    first: *verb == Verb::Approve,
                    basis: &verbs::of(*verb).basis,
                },
                Err(refusal) => Door::Shut(refusal),
            },
        })
        .collect();
    let mine = it.requested_by == who.person.id
        || (it.requester.outside() && who.person.roles.contains(&Role::Archivist));
    let files = if mine && it.in_force(today) { documents(&shell, &it).await? } else { Vec::new() };
    let body = html! {
        (page::heading(Some(html! { a href="/grants" { "查阅" } " " (standing(&it.state, today)) }), "查阅申请", Some(ui::law(&CALL_UP)), None))
        div.two {
            div.stack {
                section.card { (facts(&it.state, &people, &titles)) }
                section.card { h2 { "查阅经过 " span.meta.small { (it.uses.len()) "次" } } (uses(&it.state, &people, &titles)) }
                @if !it.masks.is_empty() { (masks::listed(it.id, &it.state, &people)) }
                @if !it.deliveries.is_empty() { section.card { h2 { "交付的复制件" } (deliveries(&it.state)) } }
            }
            div.stack {
                (actions(&all))
                @if !files.is_empty() { (open_files(it.id, &it.state, &files, &titles)) }
            }
        }
    };
    Ok(frame(&shell, &who, "查阅申请", Width::Wide, body))
}

/// What may be opened now.
fn open_files(
    id: MatterId,
    grant: &Grant,
    files: &[(MatterId, DocumentNo, String)],
    titles: &Titles,
) -> Markup {
    let mut by_case: BTreeMap<MatterId, Vec<(DocumentNo, &str)>> = BTreeMap::new();
    for (case, no, words) in files {
        by_case.entry(*case).or_default().push((*no, words));
    }
    let copies = grant.right.medium.allows(UseKind::Copy);
    html! {
        section.card {
            h2 { "批准查阅的材料" }
            p.meta.small { "打开即记入查阅经过；打开、打印、复制的文书逐页标明查阅人和时间，存档的原件不改动。" }
            @for (case, files) in &by_case {
                h3 { (named(titles, *case)) }
                ul { @for (no, words) in files { li {
                    a href={ "/grants/" (id) "/files/" (case) "/" (no) ".pdf" } { (words) }
                    @if copies { " " a href={ "/grants/" (id) "/files/" (case) "/" (no) ".pdf/copy" } { (taking::TITLE) span.visually-hidden { "：" (words) } } }
                } } }
            }
        }
    }
}

fn of_act<'a>(it: &Loaded<Grant>, verb: Verb, specs: &'a [FieldSpec], beside: Markup) -> Doing<'a> {
    Doing {
        title: verb.label(),
        current: "/grants",
        crumbs: vec![("查阅", "/grants".to_owned()), ("查阅申请", format!("/grants/{}", it.id))],
        basis: &verbs::of(verb).basis,
        action: format!("/grants/{}/{}", it.id, wire_name(&verb)),
        back: format!("/grants/{}", it.id),
        specs,
        beside,
    }
}

/// What is asked for stands in the fields of the approval from the beginning.
fn begun(it: &Grant, verb: Verb, today: jiff::civil::Date) -> Posted {
    if verb != Verb::Approve {
        return Posted::default();
    }
    let right = &it.right;
    let mut pairs: Vec<(String, String)> =
        (1..=right.scope.len()).map(|no| ("scope".to_owned(), no.to_string())).collect();
    pairs.push(("medium".to_owned(), wire_name(&right.medium)));
    pairs.push(("from".to_owned(), right.from.to_string()));
    pairs.push(("until".to_owned(), right.until.max(today).to_string()));
    if right.restricted {
        pairs.push(("restricted".to_owned(), "true".to_owned()));
    }
    Posted::from_pairs(pairs)
}

async fn beside(shell: &Shell, it: &Loaded<Grant>) -> Result<Markup, Failure> {
    let people = People::of(shell, it.organ).await?;
    let titles = titles(shell, &cases(&[it.state.as_ref()])).await?;
    Ok(html! { section.card { h2 { "申请" } (facts(&it.state, &people, &titles)) } })
}

fn form_verb(name: &str) -> Result<Verb, Failure> {
    acts::named::<Verb>(name).filter(|verb| FORMS.contains(verb)).ok_or(Failure::NotFound)
}

/// GET /grants/{id}/{verb}
async fn act_page(
    State(shell): State<Shell>,
    who: Identity,
    Path((id, name)): Path<(Uuid, String)>,
) -> Result<Response, Failure> {
    let verb = form_verb(&name)?;
    let it = seen(&shell, &who, id).await?;
    let specs = specs(verb, &around(&shell, &it).await?);
    let doing_it = of_act(&it, verb, &specs, beside(&shell, &it).await?);
    let refusal = door(&who, &it, verb).err();
    let posted = begun(&it.state, verb, civil_day(shell.app.now()));
    let mut answer = doing(&shell, &who, &doing_it, &posted, &[], refusal.as_ref());
    *answer.status_mut() = axum::http::StatusCode::OK;
    Ok(answer)
}

/// POST /grants/{id}/{verb}
async fn act_post(
    State(shell): State<Shell>,
    store: Opened,
    who: Identity,
    Path((id, name)): Path<(Uuid, String)>,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let verb = form_verb(&name)?;
    let it = seen(&shell, &who, id).await?;
    who.may(verbs::of(verb), &Target::organ(it.organ))?;
    let specs = specs(verb, &around(&shell, &it).await?);
    let shown = of_act(&it, verb, &specs, beside(&shell, &it).await?);
    let (posted, value, command) = match acts::step(&who, &specs, &bytes)? {
        Step::Again(posted, errors) => return Ok(doing(&shell, &who, &shown, &posted, &errors, None)),
        Step::Go(posted, value, command) => (posted, value, command),
    };
    let asked = match form::read(&shell.app, verb, Some(it.state.as_ref()), value).await? {
        Ok(asked) => asked,
        Err(errors) => return Ok(doing(&shell, &who, &shown, &posted, &errors, None)),
    };
    match masks::possible(&shell, &store, &asked).await {
        Ok(()) => {}
        Err(Failure::Refused(refusal)) => {
            return Ok(doing(&shell, &who, &shown, &posted, &[], Some(&refusal)));
        }
        Err(other) => return Err(other),
    }
    match act(&shell.app, rules(), &who.actor(), Some(it.id), asked, command).await {
        Ok(_) => Ok(Redirect::to(&format!("/grants/{id}")).into_response()),
        Err(WriteError::Refused(refusal)) => Ok(doing(&shell, &who, &shown, &posted, &[], Some(&refusal))),
        Err(other) => Err(other.into()),
    }
}
