//! Pages of checks: the list, one check, and its acts.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use mingjing_domain::act_table::{Act as _, open, ready};
use mingjing_domain::case::Case;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::device::Device;
use mingjing_domain::matter::{MatterId, OrganId};
use mingjing_domain::recording_check::{About, BeaconKind, Check, CheckKind, Stage, Verb};
use mingjing_domain::refusal::{FieldError, Refusal};
use std::collections::BTreeMap;
use uuid::Uuid;

use super::form::{Around, BEGINS, read, specs};
use super::service::act;
use super::{access, show, signals, statistics, store, verbs};
use crate::case::access::People;
use crate::case::tables::title;
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
use crate::kit::ui::table::{Query, filters};
use crate::kit::write::Loaded;
use crate::recording_view::service as recordings;

/// Routes of the pages.
pub fn routes() -> Routes {
    let read = Access::Verb(verbs::READ);
    Routes::new()
        .get("/checks", read, list)
        .get("/checks/statistics", read, statistics::page)
        .get("/checks/assessment.csv", read, statistics::csv)
        .get("/checks/new/{verb}", read, new_page)
        .post("/checks/new/{verb}", read, new_post)
        .get("/checks/{id}", read, one)
        .get("/checks/{id}/signals", read, told_by_data)
        .get("/checks/{id}/{verb}", read, act_page)
        .post("/checks/{id}/{verb}", read, act_post)
        .office_nav("记录检查", "/checks", verbs::READ)
        .teller(|shell, who, path| Box::pin(async move { told(&shell, &who, &path).await }))
}

/// Checks of a page.
pub(super) const PAGE: usize = 20;

async fn told(shell: &Shell, who: &Identity, path: &str) -> Option<Told> {
    let rest = path.strip_prefix("/checks/")?;
    let (id, name) = rest.split_once('/')?;
    let verb: Verb = acts::named(name)?;
    let (specs, about) = if id == "new" {
        (specs(verb, &Around::default()), String::new())
    } else {
        let it = seen(shell, who, id.parse().ok()?).await.ok()?;
        (specs(verb, &around(shell, &it).await.ok()?), it.kind.label().to_owned())
    };
    Some(Told { title: verb.label().to_owned(), about, specs })
}

fn frame(shell: &Shell, who: &Identity, title: &str, width: Width, body: Markup) -> Markup {
    let crumbs =
        if title == "记录检查" { Vec::new() } else { vec![("记录检查", "/checks".to_owned())] };
    let page = Office { site: &shell.site, viewer: who.viewer(), title, current: "/checks", crumbs, width };
    office(&page, body)
}

/// A check of an organ that the person looks into.
///
/// # Errors
/// Not found, for those of others as well.
pub(super) async fn seen(shell: &Shell, who: &Identity, id: Uuid) -> Result<Loaded<Check>, Failure> {
    let it = shell.app.load::<Check>(MatterId(id)).await?.ok_or(Failure::NotFound)?;
    access::within(shell, who, it.organ).await?;
    Ok(it)
}

/// Checks of a list, and the cursor of the next page.
pub(super) async fn page_of(
    shell: &Shell,
    organ: OrganId,
    before: Option<MatterId>,
) -> Result<(Vec<Loaded<Check>>, Option<MatterId>), Failure> {
    let limit = u32::try_from(PAGE + 1).unwrap_or(u32::MAX);
    let mut ids = store::page(shell.app.db(), organ, before, limit).await?;
    let more = ids.len() > PAGE;
    ids.truncate(PAGE);
    let next = ids.last().copied().filter(|_| more);
    let mut out = Vec::with_capacity(ids.len());
    for id in ids {
        out.extend(shell.app.load::<Check>(id).await?);
    }
    Ok((out, next))
}

/// GET /checks
async fn list(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Markup, Failure> {
    let query = Query::new("/checks", uri.query());
    let before = query.get("after").and_then(|it| it.parse().ok()).map(MatterId);
    let of = access::chosen(&shell, &who, query.get("organ")).await?;
    let choices = access::choices(&shell, &who).await?;
    let (all, next) = page_of(&shell, of, before).await?;
    let organ = Target::organ(of);
    let statistics = if of == who.person.organ { String::new() } else { format!("?organ={of}") };
    let statistics = format!("/checks/statistics{statistics}");
    let begins: Vec<Verb> =
        BEGINS.into_iter().filter(|verb| who.may(verbs::of(*verb), &organ).is_ok()).collect();
    let tools = html! {
        @for verb in &begins { a.btn.quiet href={ "/checks/new/" (wire_name(verb)) } { (verb.label()) } }
        a.btn.quiet href=(statistics) { "记录统计" }
    };
    let body = html! {
        (page::heading(None, "记录检查", Some(html! { (ui::law(&verbs::READ.basis)) " · 回放抽查的样本由抽签产生，任何人可以复算" }), Some(tools)))
        @if !choices.is_empty() { section.card { (filters(&[access::filter(&choices)], &query)) } }
        section.card {
            @if all.is_empty() { (ui::empty("没有记录检查", html! { "制定抽查计划或者开展专项核查后列在这里。" })) }
            @for it in &all {
                div.act {
                    b { a href={ "/checks/" (it.id) } { (it.kind.label()) } }
                    (ui::tag(show::tone(it.stage), it.stage.label()))
                    p { (ui::date(it.period.0)) "至" (ui::date(it.period.1)) "，已检查" (it.entries.len()) "/" (it.sample.len()) "件，问题" (it.findings.len()) "项" }
                }
            }
            @if let Some(next) = next { div.buttons { a.btn.quiet href=(query.with("after", &next.to_string())) { "更早的" } } }
        }
    };
    Ok(frame(&shell, &who, "记录检查", Width::Middle, body))
}

fn begin_verb(name: &str) -> Result<Verb, Failure> {
    acts::named::<Verb>(name).filter(|verb| BEGINS.contains(verb)).ok_or(Failure::NotFound)
}

fn beginning<'a>(verb: Verb, specs: &'a [FieldSpec]) -> Doing<'a> {
    Doing {
        title: verb.label(),
        current: "/checks",
        crumbs: vec![("记录检查", "/checks".to_owned())],
        basis: &verbs::of(verb).basis,
        action: format!("/checks/new/{}", wire_name(&verb)),
        back: "/checks".to_owned(),
        specs,
        beside: ui::card(
            "先公布计划，再产生种子",
            html! {
                p { "计划先定下总体（这些日期已登记的音像记录）的摘要、抽取数量和今后才产生的公开数值；数值产生后抽取，谁也不能挑选样本。" }
                p { "专项核查、设备检查不抽样，写明事由直接开展。" }
            },
        ),
    }
}

/// GET /checks/new/{verb}
async fn new_page(
    State(shell): State<Shell>,
    who: Identity,
    Path(name): Path<String>,
) -> Result<Response, Failure> {
    let verb = begin_verb(&name)?;
    let specs = specs(verb, &Around::default());
    let refusal = who.may(verbs::of(verb), &Target::organ(who.person.organ)).err();
    let posted = Posted::from_pairs(vec![("beacon".to_owned(), wire_name(&BeaconKind::Checkpoint))]);
    let mut answer = doing(&shell, &who, &beginning(verb, &specs), &posted, &[], refusal.as_ref());
    *answer.status_mut() = axum::http::StatusCode::OK;
    Ok(answer)
}

/// POST /checks/new/{verb}
async fn new_post(
    State(shell): State<Shell>,
    who: Identity,
    Path(name): Path<String>,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let verb = begin_verb(&name)?;
    who.may(verbs::of(verb), &Target::organ(who.person.organ))?;
    let specs = specs(verb, &Around::default());
    let shown = beginning(verb, &specs);
    submit(&shell, &who, verb, None, &shown, &bytes).await
}

/// Reads a posted form, carries it out, and shows what is wrong.
async fn submit(
    shell: &Shell,
    who: &Identity,
    verb: Verb,
    it: Option<&Loaded<Check>>,
    shown: &Doing<'_>,
    bytes: &[u8],
) -> Result<Response, Failure> {
    let again = |posted: &Posted, errors: &[FieldError], refusal: Option<&Refusal>| {
        doing(shell, who, shown, posted, errors, refusal)
    };
    let (posted, value, command) = match acts::step(who, shown.specs, bytes)? {
        Step::Again(posted, errors) => return Ok(again(&posted, &errors, None)),
        Step::Go(posted, value, command) => (posted, value, command),
    };
    let state = it.map(|it| it.state.as_ref());
    let organ = it.map_or(who.person.organ, |it| it.organ);
    let asked = match read(&shell.app, organ, verb, state, value).await {
        Ok(Ok(asked)) => asked,
        Ok(Err(errors)) => return Ok(again(&posted, &errors, None)),
        Err(WriteError::Refused(refusal)) => return Ok(again(&posted, &[], Some(&refusal))),
        Err(other) => return Err(other.into()),
    };
    match act(&shell.app, &who.actor(), it.map(|it| it.id), asked, command).await {
        Ok(done) => Ok(Redirect::to(&format!("/checks/{}", done.value)).into_response()),
        Err(WriteError::Refused(refusal)) => Ok(again(&posted, &[], Some(&refusal))),
        Err(other) => Err(other.into()),
    }
}

/// Numbers and titles of the recordings of a check.
async fn names(shell: &Shell, it: &Check) -> Result<BTreeMap<MatterId, String>, Failure> {
    let mut out = BTreeMap::new();
    named(shell, it.sample.iter().copied(), &mut out).await?;
    let things = it.findings.iter().flat_map(|found| &found.suspicion.about).copied();
    let devices = it.devices.iter().map(|line| About::Device { device: line.device });
    named_things(shell, things.chain(devices), &mut out).await?;
    Ok(out)
}

/// Numbers or titles of what findings and signals are about.
async fn named_things(
    shell: &Shell,
    things: impl Iterator<Item = About>,
    out: &mut BTreeMap<MatterId, String>,
) -> Result<(), Failure> {
    for thing in things {
        match thing {
            About::Recording { recording } => named(shell, std::iter::once(recording), out).await?,
            About::Act { case, .. } | About::File { case } => {
                if let Some(it) = shell.app.load::<Case>(case).await? {
                    let number = it.number().map_or_else(|| title(&it.state), ToString::to_string);
                    out.insert(case, number);
                }
            }
            About::Device { device } => {
                if let Some(it) = shell.app.load::<Device>(device).await? {
                    out.insert(device, it.registration.number.clone());
                }
            }
        }
    }
    Ok(())
}

/// Numbers and titles of recordings.
async fn named(
    shell: &Shell,
    ids: impl Iterator<Item = MatterId>,
    out: &mut BTreeMap<MatterId, String>,
) -> Result<(), Failure> {
    for id in ids {
        if let Some(filed) = recordings::one(shell.app.db(), id).await? {
            out.insert(id, format!("{} {}", filed.number, filed.title));
        }
    }
    Ok(())
}

/// What the forms of a check choose from.
async fn around(shell: &Shell, it: &Loaded<Check>) -> Result<Around, Failure> {
    let names = names(shell, &it.state).await?;
    let people = People::of(shell, it.organ).await?;
    let name = |id: MatterId| names.get(&id).cloned().unwrap_or_else(|| id.to_string());
    let finding = |(no, finding): (u16, &mingjing_domain::recording_check::Finding)| {
        let words = format!("{no}．{}（{}）", finding.suspicion.act.label(), finding.phase().label());
        Choice::new(no.to_string(), words).json(no.into())
    };
    let enabled = people.all.iter().filter(|it| it.enabled);
    Ok(Around {
        unplayed: it.unplayed().map(|id| Choice::new(id.to_string(), name(id))).collect(),
        findings: (1..).zip(&it.findings).map(finding).collect(),
        people: enabled.map(|it| Choice::new(it.id.0.to_string(), it.name.clone())).collect(),
        own_log: it.planned.as_ref().is_some_and(|it| it.beacon.kind == BeaconKind::Checkpoint),
        program: false,
    })
}

/// Acts at the stage of a check for the person's roles, as far as there is anything to do.
fn offered(who: &Identity, it: &Check) -> Vec<Verb> {
    let fits = |verb: &&Verb| {
        let row = verb.row();
        let useful = match verb {
            Verb::Verify | Verb::Order | Verb::Rectify | Verb::Recheck | Verb::Refer => {
                !it.findings.is_empty()
            }
            Verb::Discipline => it.findings.iter().any(|f| f.referred.is_some()),
            Verb::Transfer => it
                .findings
                .iter()
                .any(|f| f.gravity == Some(mingjing_domain::recording_check::Gravity::Crime)),
            Verb::Receipt => it.findings.iter().any(|f| f.transferred.is_some()),
            Verb::Enter => it.unplayed().next().is_some(),
            Verb::Report => it.kind == CheckKind::DeviceUse,
            Verb::Plan
            | Verb::Draw
            | Verb::Open
            | Verb::Find
            | Verb::Conclude
            | Verb::Circulate
            | Verb::Close => true,
        };
        useful
            && ready(&row, Some(it.stage)).is_ok()
            && row.who.iter().any(|role| who.person.roles.contains(role))
    };
    Verb::ALL.iter().filter(fits).copied().collect()
}

/// GET /checks/{id}
async fn one(State(shell): State<Shell>, who: Identity, Path(id): Path<Uuid>) -> Result<Markup, Failure> {
    let it = seen(&shell, &who, id).await?;
    let people = People::of(&shell, it.organ).await?;
    let known = names(&shell, &it.state).await?;
    let name = |id: MatterId| known.get(&id).cloned().unwrap_or_else(|| id.to_string());
    let all = offered(&who, &it.state);
    let open: Vec<Action<'_>> = all
        .iter()
        .map(|verb| Action {
            label: verb.label(),
            help: "",
            door: Door::Open {
                href: format!("/checks/{id}/{}", wire_name(verb)),
                button: "办理",
                first: matches!(verb, Verb::Draw | Verb::Enter),
                basis: &verbs::of(*verb).basis,
            },
        })
        .collect();
    let above =
        html! { a href="/checks" { "记录检查" } " " (ui::tag(show::tone(it.stage), it.stage.label())) };
    let below =
        html! { (ui::date(it.period.0)) "至" (ui::date(it.period.1)) "，" (people.name(it.begun_by)) "发起" };
    let body = html! {
        (page::heading(Some(above), it.kind.label(), Some(below), None))
        div.two {
            div.stack {
                (show::draw(&it.state))
                @if it.kind == CheckKind::DeviceUse { (show::devices(&it.state, &name, &people)) }
                (show::ledger(&it.state, &name, &people))
                (show::findings(&it.state, &name, &people))
            }
            div.stack {
                (actions(&open))
                @if it.stage != Stage::Closed { section.card {
                    h2 { a href={ "/checks/" (id) "/signals" } { "数据提示" } }
                    p.meta { "按记录比对检查期间的数据，看有没有六种禁止行为的迹象。" }
                } }
                @if !it.circulated.is_empty() { section.card { h2 { "通报" } ul { @for (number, on) in &it.circulated { li { span.no { (number) } " " (ui::date(*on)) } } } } }
                @if it.stage == Stage::Closed { section.card { p { "检查已办结。" } } }
            }
        }
    };
    Ok(frame(&shell, &who, it.kind.label(), Width::Wide, body))
}

/// GET /checks/{id}/signals: what the data tell, some days at a time.
async fn told_by_data(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Markup, Failure> {
    let path = format!("/checks/{id}/signals");
    let query = Query::new(&path, uri.query());
    let it = seen(&shell, &who, id).await?;
    let from = query.get("from").and_then(|it| it.parse().ok());
    let portion = signals::of(&shell, &it, from).await?;
    let people = People::of(&shell, it.organ).await?;
    let mut known = BTreeMap::new();
    named_things(&shell, portion.found.iter().flat_map(|it| &it.about).copied(), &mut known).await?;
    let name = |id: MatterId| known.get(&id).cloned().unwrap_or_else(|| id.to_string());
    let above = html! { a href={ "/checks/" (id) } { (it.kind.label()) } };
    let next = portion.next.map(|day| query.with("from", &day.to_string()));
    let body = html! {
        (page::heading(Some(above), "数据提示", None, None))
        (show::signals(&portion, &name, &people, next.as_deref()))
    };
    Ok(frame(&shell, &who, "数据提示", Width::Wide, body))
}

fn of_act<'a>(it: &Loaded<Check>, verb: Verb, specs: &'a [FieldSpec], beside: Markup) -> Doing<'a> {
    Doing {
        title: verb.label(),
        current: "/checks",
        crumbs: vec![("记录检查", "/checks".to_owned()), (it.kind.label(), format!("/checks/{}", it.id))],
        basis: &verbs::of(verb).basis,
        action: format!("/checks/{}/{}", it.id, wire_name(&verb)),
        back: format!("/checks/{}", it.id),
        specs,
        beside,
    }
}

async fn beside(shell: &Shell, it: &Loaded<Check>) -> Result<Markup, Failure> {
    let people = People::of(shell, it.organ).await?;
    let known = names(shell, &it.state).await?;
    let name = |id: MatterId| known.get(&id).cloned().unwrap_or_else(|| id.to_string());
    Ok(show::findings(&it.state, &name, &people))
}

fn form_verb(name: &str) -> Result<Verb, Failure> {
    acts::named::<Verb>(name).filter(|verb| !BEGINS.contains(verb)).ok_or(Failure::NotFound)
}

/// GET /checks/{id}/{verb}
async fn act_page(
    State(shell): State<Shell>,
    who: Identity,
    Path((id, name)): Path<(Uuid, String)>,
) -> Result<Response, Failure> {
    let verb = form_verb(&name)?;
    let it = seen(&shell, &who, id).await?;
    let specs = specs(verb, &around(&shell, &it).await?);
    let shown = of_act(&it, verb, &specs, beside(&shell, &it).await?);
    let refusal = open(verb, Some((it.stage, it.organ)), &who.actor()).err();
    let mut answer = doing(&shell, &who, &shown, &Posted::default(), &[], refusal.as_ref());
    *answer.status_mut() = axum::http::StatusCode::OK;
    Ok(answer)
}

/// POST /checks/{id}/{verb}
async fn act_post(
    State(shell): State<Shell>,
    who: Identity,
    Path((id, name)): Path<(Uuid, String)>,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let verb = form_verb(&name)?;
    let it = seen(&shell, &who, id).await?;
    who.may(verbs::of(verb), &Target::organ(it.organ))?;
    let specs = specs(verb, &around(&shell, &it).await?);
    let shown = of_act(&it, verb, &specs, beside(&shell, &it).await?);
    submit(&shell, &who, verb, Some(&it), &shown, &bytes).await
}
