//! Pages of the ledger: list, device, forms.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use mingjing_domain::case::form::wire_name;
use mingjing_domain::device::device_step;
use mingjing_domain::device::form::fields;
use mingjing_domain::device::{Device, DeviceVerb, SiteReview};
use mingjing_domain::matter::{MatterId, OrganId, civil_day};
use uuid::Uuid;

use super::api::{carry_out, filter, may, verb};
use super::store::{self, Line};
use super::tables::Standing;
use super::verbs;
use crate::case::access::People;
use crate::kit::auth::Identity;
use crate::kit::form::FieldSpec;
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::page::{self, Width};
use crate::kit::problem::Failure;
use crate::kit::resend::Told;
use crate::kit::ui::show::{self, Tone};
use crate::kit::ui::table::{Column, Filter, FilterKind, Query, Table, filters, table};
use crate::kit::write::Loaded;
use crate::recording::access::{device, organs};
use crate::recording::sheet::{self, Around, Filled, Form, Sent};
use crate::recording::view as recordings;

/// Routes of the pages.
pub fn routes() -> Routes {
    let read = Access::Verb(verbs::READ);
    let register = Access::Verb(verbs::verb_of(DeviceVerb::Register));
    Routes::new()
        .get("/devices", read, list)
        .get("/devices/new", register, new_page)
        .post("/devices/new", register, new_post)
        .get("/devices/{id}", read, one)
        .get("/devices/{id}/do/{verb}", read, act_page)
        .post("/devices/{id}/do/{verb}", read, act_post)
        .office_nav("设备", "/devices", verbs::READ)
        .teller(|shell, who, path| Box::pin(async move { told(&shell, &who, &path).await }))
}

const CURRENT: &str = "/devices";
/// Devices of a page.
const PAGE: usize = 20;

fn tone(state: &str) -> Tone {
    match state {
        "assigned" | "fixed" => Tone::Ok,
        "faulty" | "scrapped" => Tone::Seal,
        "in_repair" => Tone::Near,
        _ => Tone::Plain,
    }
}

/// GET /devices
async fn list(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Markup, Failure> {
    let query = Query::new("/devices", uri.query());
    let seen = organs(&shell, &who).await?;
    let mut lines = store::list(shell.app.db(), &filter(&who, &seen, &query)?, PAGE as u32 + 1).await?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let next = lines.last().filter(|_| more).map(|it| it.id.to_string());
    let mut people = Vec::new();
    for (id, _) in &seen {
        people.push(People::of(&shell, *id).await?);
    }
    let columns = ["编号", "类型", "型号、序列号", "配发单位", "状态", "使用人、地点", "最近检查"];
    let rows = lines.iter().map(|it| row(it, &people)).collect();
    let tools = may(&who, DeviceVerb::Register, who.person.organ)
        .is_ok()
        .then(|| html! { a.btn href="/devices/new" { "登记设备" } });
    let body = html! {
        (page::heading(None, "执法记录设备", None, tools))
        section.card {
            (bar(&seen, &query))
            (table(&Table {
                caption: "执法记录设备", id: "devices", columns: columns.into_iter().map(Column::new).collect(), rows,
                query: &query, next, empty: ("没有设备", html! { "登记后列在这里。" }),
            }))
        }
    };
    Ok(sheet::frame(&shell, &who, "执法记录设备", CURRENT, Width::Wide, body))
}

fn bar(seen: &[(OrganId, String)], query: &Query) -> Markup {
    let organs: Vec<(String, &str)> = seen.iter().map(|(id, name)| (id.to_string(), name.as_str())).collect();
    let states = Standing::ALL.iter().map(|it| (it.name(), it.label())).collect();
    let mut all = vec![
        Filter { name: "state", label: "状态", kind: FilterKind::OneOf(states) },
        Filter { name: "mine", label: "使用人", kind: FilterKind::OneOf(vec![("1", "配发给我的")]) },
    ];
    if organs.len() > 1 {
        let organs = organs.iter().map(|(id, name)| (id.as_str(), *name)).collect();
        all.push(Filter { name: "organ", label: "机关", kind: FilterKind::OneOf(organs) });
    }
    filters(&all, query)
}

fn row(it: &Line, people: &[People]) -> Vec<Markup> {
    let holder = it.holder.and_then(|id| people.iter().find_map(|all| all.get(id)));
    vec![
        html! { a.no href={ "/devices/" (it.id) } { (it.number) } },
        html! { (it.kind_label) },
        html! { (it.model) br; span.meta.small { (it.serial) } },
        html! { (it.unit) },
        show::tag(tone(&it.state), it.state_label),
        html! { @if let Some(who) = holder { (who.name) } @if let Some(place) = &it.place { (place) } },
        html! {
            @if let Some(at) = it.checked_at { (show::time(at)) " "
                @match it.check_passed { Some(true) => (show::tag(Tone::Ok, "合格")), Some(false) => (show::tag(Tone::Seal, "不合格")), None => {} } }
        },
    ]
}

/// GET /devices/{id}
async fn one(State(shell): State<Shell>, who: Identity, Path(id): Path<Uuid>) -> Result<Markup, Failure> {
    let it = device(&shell, &who, MatterId(id)).await?;
    let people = People::of(&shell, it.organ).await?;
    let seen = recordings::Filter { organs: vec![it.organ], device: Some(it.id), ..Default::default() };
    let made = recordings::list(shell.app.db(), &seen, PAGE as u32).await?;
    let of = &it.registration;
    let state = Standing::of(&it.state);
    let above =
        html! { a href="/devices" { "执法记录设备" } " " (show::tag(tone(state.name()), state.label())) };
    let open: Vec<DeviceVerb> = verbs::acting()
        .filter(|verb| {
            it.scrapped_at.is_none() && fits(&it.state, *verb) && may(&who, *verb, it.organ).is_ok()
        })
        .collect();
    let body = html! {
        (page::heading(Some(above), &format!("{} {}", of.number, of.kind.label()), None, None))
        div.two {
            div.stack {
                section.card { h2 { "设备" } (what(&it, &people, civil_day(shell.app.now()))) }
                section.card #next {
                    h2 { "现在可以做" }
                    @if open.is_empty() { p.meta { "此刻没有等您办理的事项。" } }
                    @for verb in &open {
                        div.act {
                            b { (verb.label()) }
                            a.btn.quiet href={ "/devices/" (it.id) "/do/" (wire_name(verb)) } aria-label={ "办理：" (verb.label()) } { "办理" }
                            p { (show::law(&device_step(*verb).article)) }
                        }
                    }
                }
            }
            div.stack {
                (history(&it.state, &people))
                section.card {
                    h2 { "用它采集的音像记录" }
                    @if made.is_empty() { p.meta { "还没有。" } }
                    @for line in &made {
                        div.act { b { a.no href={ "/recordings/" (line.id) } { (line.number.as_deref().unwrap_or("未编号")) } } p { (line.link_label) " " (line.made_on) } }
                    }
                }
            }
        }
    };
    Ok(sheet::frame(&shell, &who, "执法记录设备", CURRENT, Width::Wide, body))
}

/// Whether an act can mean anything for a device of this kind and standing.
fn fits(it: &Device, verb: DeviceVerb) -> bool {
    let kind = it.registration.kind;
    match verb {
        DeviceVerb::Register => false,
        DeviceVerb::Assign => !kind.fixed() && it.holder().is_none() && !it.faulty(),
        DeviceVerb::Return => it.holder().is_some(),
        DeviceVerb::Check | DeviceVerb::Maintain | DeviceVerb::Scrap => true,
        DeviceVerb::ReportFault => !it.faulty(),
        DeviceVerb::SendForRepair => it.faulty() && it.in_repair.is_none(),
        DeviceVerb::Repaired => it.in_repair.is_some(),
        DeviceVerb::PublishSite | DeviceVerb::ReviewSite => kind.published(),
    }
}

fn what(it: &Loaded<Device>, people: &People, today: jiff::civil::Date) -> Markup {
    let of = &it.registration;
    let mut pairs = vec![
        ("型号", html! { (of.model) }),
        ("序列号", html! { span.no { (of.serial) } }),
        ("配发单位", html! { (of.unit) }),
        ("登记", show::day(it.registered_on)),
    ];
    if let Some(site) = &of.site {
        pairs.push(("设置地点", html! { (site.of.label()) "，" (site.place.or_erased()) }));
        pairs.push((
            "地点公布",
            match it.published_on {
                Some(on) => show::day(on),
                None => show::tag(Tone::Near, "没有公布"),
            },
        ));
        pairs.push(("审核", html! {
            @for review in SiteReview::ALL {
                (show::tag(if it.reviewed(*review, today) { Tone::Ok } else { Tone::Near }, review.label())) " "
            }
        }));
    } else {
        let holder = it.holder().map_or("在库", |id| people.name(id));
        pairs.push(("使用人", html! { (holder) }));
    }
    show::facts(&pairs)
}

fn history(it: &Device, people: &People) -> Markup {
    html! {
        section.card {
            h2 { "使用前检查" }
            @if it.checks.is_empty() { p.meta { "还没有检查。" } }
            @for check in it.checks.iter().rev().take(PAGE) {
                div.act {
                    b { (show::time(check.at)) }
                    @if check.problems.is_empty() { (show::tag(Tone::Ok, "合格")) }
                    @for problem in &check.problems { (show::tag(Tone::Seal, problem.label())) }
                    p {
                        (people.name(check.by)) "："
                        @if let Some(percent) = check.measured.battery_percent { "电量" (percent) "%，" }
                        "剩余" (check.measured.free_mib) " MiB，时钟偏差" (check.measured.clock_offset_ms) "毫秒"
                    }
                }
            }
        }
        section.card {
            h2 { "配发、故障和维护" }
            @if it.holders.is_empty() && it.faults.is_empty() && it.maintained_on.is_empty() { p.meta { "还没有。" } }
            ul {
                @for (id, from, until) in it.holders.iter().rev() {
                    li { "配发给" (people.name(*id)) "，" (show::time(*from)) @if let Some(until) = until { "至" (show::time(*until)) } }
                }
                @for (from, until) in it.faults.iter().rev() {
                    li { "故障停用，" (show::time(*from)) @if let Some(until) = until { "至" (show::time(*until)) } }
                }
                @for on in it.maintained_on.iter().rev().take(PAGE) { li { "维护保养，" (show::date(*on)) } }
            }
            @if let Some(at) = it.scrapped_at { p { "报废，" (show::time(at)) } }
        }
    }
}

async fn specs(shell: &Shell, organ: OrganId, verb: DeviceVerb) -> Result<Vec<FieldSpec>, Failure> {
    let people = People::of(shell, organ).await?;
    Ok(sheet::specs(&fields(verb), &Around::of(&people)))
}

fn form<'a>(
    it: Option<&Loaded<Device>>,
    verb: DeviceVerb,
    specs: &'a [FieldSpec],
    article: &'a mingjing_domain::cite::Citation,
) -> Form<'a> {
    let place = |tail: &str| it.map_or_else(|| CURRENT.to_owned(), |it| format!("/devices/{}{tail}", it.id));
    Form {
        title: verb.label(),
        above: it.map(|it| html! { a href={ "/devices/" (it.id) } { (it.registration.number) } }),
        article,
        current: CURRENT,
        action: match it {
            Some(_) => place(&format!("/do/{}", wire_name(&verb))),
            None => "/devices/new".to_owned(),
        },
        back: place(""),
        button: "办理",
        specs,
        help: html! {},
    }
}

/// GET /devices/new
async fn new_page(State(shell): State<Shell>, who: Identity) -> Result<Markup, Failure> {
    may(&who, DeviceVerb::Register, who.person.organ)?;
    let specs = specs(&shell, who.person.organ, DeviceVerb::Register).await?;
    let article = device_step(DeviceVerb::Register).article;
    Ok(sheet::page(&shell, &who, &form(None, DeviceVerb::Register, &specs, &article), &Filled::default()))
}

/// POST /devices/new
async fn new_post(State(shell): State<Shell>, who: Identity, bytes: Bytes) -> Result<Response, Failure> {
    may(&who, DeviceVerb::Register, who.person.organ)?;
    posted(&shell, &who, None, DeviceVerb::Register, &bytes).await
}

/// GET /devices/{id}/do/{verb}
async fn act_page(
    State(shell): State<Shell>,
    who: Identity,
    Path((id, name)): Path<(Uuid, String)>,
) -> Result<Markup, Failure> {
    let verb = verb(&name)?;
    let it = device(&shell, &who, MatterId(id)).await?;
    may(&who, verb, it.organ)?;
    let specs = specs(&shell, it.organ, verb).await?;
    let article = device_step(verb).article;
    Ok(sheet::page(&shell, &who, &form(Some(&it), verb, &specs, &article), &Filled::default()))
}

/// POST /devices/{id}/do/{verb}
async fn act_post(
    State(shell): State<Shell>,
    who: Identity,
    Path((id, name)): Path<(Uuid, String)>,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let verb = verb(&name)?;
    let it = device(&shell, &who, MatterId(id)).await?;
    may(&who, verb, it.organ)?;
    posted(&shell, &who, Some(&it), verb, &bytes).await
}

async fn posted(
    shell: &Shell,
    who: &Identity,
    it: Option<&Loaded<Device>>,
    verb: DeviceVerb,
    bytes: &[u8],
) -> Result<Response, Failure> {
    let specs = specs(shell, it.map_or(who.person.organ, |it| it.organ), verb).await?;
    let article = device_step(verb).article;
    let form = form(it, verb, &specs, &article);
    let (posted, body, command) = match sheet::sent(who, &specs, bytes)? {
        Sent::Again(posted) => return Ok(sheet::again(shell, who, &form, posted, Vec::new())),
        Sent::Wrong(posted, errors) => return Ok(sheet::again(shell, who, &form, posted, errors)),
        Sent::Body(posted, body, command) => (posted, body, command),
    };
    match carry_out(shell, who, it, verb, body, (command, None)).await {
        Ok(id) => Ok(Redirect::to(&format!("/devices/{id}")).into_response()),
        Err(Failure::Refused(refusal)) => Ok(sheet::refused(shell, who, &form, posted, &refusal)),
        Err(other) => Err(other),
    }
}

/// What a form of a device is about.
async fn told(shell: &Shell, who: &Identity, path: &str) -> Option<Told> {
    let rest = path.strip_prefix("/devices/")?;
    let (verb, id) = match rest.split_once("/do/") {
        None if rest == "new" => (DeviceVerb::Register, None),
        None => return None,
        Some((id, name)) => (verb(name).ok()?, Some(MatterId(id.parse().ok()?))),
    };
    let title = verb.label().to_owned();
    let it = match id {
        Some(id) => match device(shell, who, id).await {
            Ok(it) => Some(it),
            Err(_) => return Some(Told { title, ..Told::default() }),
        },
        None => None,
    };
    let organ = it.as_ref().map_or(who.person.organ, |it| it.organ);
    let about = it.map_or_else(String::new, |it| it.registration.number.clone());
    Some(Told { title, about, specs: specs(shell, organ, verb).await.ok()? })
}
