//! Pages of staff: list, person, forms of the commands.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use mingjing_domain::matter::{MatterId, OrganId, StaffId};
use mingjing_domain::organ::OrganState;
use mingjing_domain::refusal::{FieldError, Refusal};
use mingjing_domain::staff::{Role, StaffCommand, StaffState};
use uuid::Uuid;

use super::actions::{self, Act};
use super::service::{self, By, NewLogin};
use super::{account::parse, entry, store};
use crate::kit::auth::Identity;
use crate::kit::authz::{self, Target};
use crate::kit::error::WriteError;
use crate::kit::form::{self, FieldSpec, Posted};
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::page::{self, Office, Width};
use crate::kit::problem::Failure;
use crate::kit::resend::Told;
use crate::kit::ui::act::{Action, Door, actions};
use crate::kit::ui::field::{Sheet, sheet};
use crate::kit::ui::show::{self, Tone};
use crate::kit::ui::table::{Column, Filter, FilterKind, Query, Table, filters, table};
use crate::kit::write::Loaded;

/// Routes of this feature.
pub fn routes() -> Routes {
    let read = Access::Verb(authz::STAFF_READ);
    Routes::new()
        .get("/staff", read, list)
        .get("/staff/new", Access::Verb(authz::STAFF_REGISTER), new_page)
        .post("/staff/new", Access::Verb(authz::STAFF_REGISTER), register)
        .get("/staff/{id}", read, detail)
        .get("/staff/{id}/{act}", read, act_page)
        .post("/staff/{id}/{act}", read, act_post)
        .post("/staff/{id}/password/reset", Access::Verb(authz::STAFF_RESET), reset_password)
        .office_nav("人员", "/staff", authz::STAFF_READ)
        .teller(|shell, who, path| Box::pin(async move { told(&shell, &who, &path).await }))
}

/// What a form of a person's record is about.
async fn told(shell: &Shell, who: &Identity, path: &str) -> Option<Told> {
    let rest = path.strip_prefix("/staff/")?;
    if rest == "new" {
        let form = new_form(shell, who).await.ok()?;
        return Some(Told { title: form.title.to_owned(), about: String::new(), specs: form.specs });
    }
    let (id, act) = rest.split_once('/')?;
    let (staff, _, units) = seen(shell, who, id.parse().ok()?).await.ok()?;
    let about = staff.name.or_erased().to_owned();
    if act == "password/reset" {
        return Some(Told { title: authz::STAFF_RESET.label.to_owned(), about, specs: Vec::new() });
    }
    let form = act_form(Act::find(act)?, &staff, &units);
    Some(Told { title: form.title.to_owned(), about, specs: form.specs })
}

fn office(shell: &Shell, who: &Identity, title: &str, current: &str, width: Width, body: Markup) -> Markup {
    let site = &shell.site;
    let crumbs = if current == "/staff" && title != "人员" {
        vec![("人员", "/staff".to_owned())]
    } else {
        Vec::new()
    };
    page::office(&Office { site, viewer: who.viewer(), title, current, crumbs, width }, body)
}

const PAGE: usize = 20;

async fn list(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Markup, Failure> {
    let query = Query::new("/staff", uri.query());
    let filter = store::Filter {
        name: query.get("q").map(str::to_owned),
        role: query.get("role").and_then(|it| Role::ALL.into_iter().find(|role| role.name() == it)),
        enabled: query.get("enabled").map(|it| it == "1"),
        after: query.get("after").and_then(|it| it.parse().ok()),
    };
    let scope = authz::scope(authz::STAFF_READ, &who.subject(), &store::COLUMNS, 1)
        .ok_or_else(|| Failure::from(authz::refusal(authz::STAFF_READ)))?;
    let mut members = store::members(shell.app.db(), scope, &filter, PAGE + 1).await?;
    let more = members.len() > PAGE;
    members.truncate(PAGE);
    let next = members.last().filter(|_| more).map(|it| it.id.to_string());
    let rows = members.iter().map(member_row).collect();
    let roles = Role::ALL.iter().map(|it| (it.name(), it.label())).collect();
    let may_register = authz::any_grant(authz::STAFF_REGISTER, &who.person.roles);
    let tools = may_register.then(|| html! { a.btn href="/staff/new" { "建立账户" } });
    let body = html! {
        (page::heading(None, "人员", None, tools))
        section.card {
            (filters(&[
                Filter { name: "q", label: "姓名", kind: FilterKind::Words },
                Filter { name: "role", label: "角色", kind: FilterKind::OneOf(roles) },
                Filter { name: "enabled", label: "账户", kind: FilterKind::OneOf(vec![("1", "启用"), ("0", "停用")]) },
            ], &query))
            (table(&Table {
                caption: "人员", id: "staff",
                columns: vec![
                    Column::new("姓名"), Column::new("职务"), Column::new("机构"), Column::new("角色"), Column::new("账户"),
                ],
                rows, query: &query, next,
                empty: ("没有符合条件的人员", html! { a href="/staff" { "看全部" } }),
            }))
        }
    };
    Ok(office(&shell, &who, "人员", "/staff", Width::Middle, body))
}

fn member_row(it: &store::Member) -> Vec<Markup> {
    let name = it.name.as_deref().unwrap_or("〔已依法销毁〕");
    vec![
        html! { a href={ "/staff/" (it.id) } { (name) } },
        html! { (it.title.as_deref().unwrap_or("")) },
        html! { (it.organ_name.as_deref().unwrap_or("")) @if !it.unit.is_empty() { br; span.meta { (it.unit) } } },
        html! { @for role in &it.roles { (show::tag(Tone::Plain, role)) " " } },
        if it.enabled { show::tag(Tone::Ok, "启用") } else { show::tag(Tone::Seal, "停用") },
    ]
}

pub(super) fn certificates(staff: &StaffState) -> Markup {
    html! {
        section.card {
            h2 { "执法证件" }
            @if staff.certificates.is_empty() { (show::empty("没有执法证件", html! { "没有证件不得从事执法活动。" })) }
            @for it in &staff.certificates {
                @let suspended = it.blocked.iter().any(|(_, until)| until.is_none());
                div.act {
                    b { (it.number) }
                    @if it.revoked_on.is_some() { (show::tag(Tone::Seal, "已吊销")) }
                    @else if suspended { (show::tag(Tone::Near, "暂扣")) }
                    @else { (show::tag(Tone::Plain, "持有")) }
                    p { (it.categories.join("、")) " · 区域 " (it.region) br;
                        (show::date(it.valid_from)) "至" (show::date(it.valid_to)) }
                }
            }
        }
    }
}

/// Why the person may review penalties, where they review any.
fn qualification(staff: &StaffState) -> Markup {
    let reviews = staff.roles.iter().any(|it| matches!(it, Role::Reviewer | Role::ReviewHead));
    html! {
        @if reviews || staff.qualification.is_some() {
            section.card {
                h2 { "法律职业资格" }
                @match &staff.qualification {
                    Some(it) => p { (it.words()) },
                    None => (show::empty("没有登记法律职业资格", html! { "没有登记的，不能提出法制审核意见。" })),
                }
            }
        }
    }
}

async fn seen(
    shell: &Shell,
    who: &Identity,
    id: Uuid,
) -> Result<(Loaded<StaffState>, String, Vec<String>), Failure> {
    let staff = shell.app.load::<StaffState>(MatterId(id)).await?.ok_or(Failure::NotFound)?;
    let organ = shell.app.load::<OrganState>(MatterId(staff.organ.0)).await?;
    let (region, units) = match organ {
        Some(it) => (it.profile.region.clone(), it.profile.units.clone()),
        None => (String::new(), Vec::new()),
    };
    who.may(authz::STAFF_READ, &target(&staff, &region))?;
    Ok((staff, region, units))
}

fn target<'a>(staff: &'a Loaded<StaffState>, region: &'a str) -> Target<'a> {
    let person = Some(StaffId(staff.id.0));
    Target { organ: staff.organ, unit: &staff.state.unit, region, handlers: &[], person }
}

async fn detail(State(shell): State<Shell>, who: Identity, Path(id): Path<Uuid>) -> Result<Markup, Failure> {
    let (staff, region, _) = seen(&shell, &who, id).await?;
    person_page(&shell, &who, &staff, &region, None)
}

fn person_page(
    shell: &Shell,
    who: &Identity,
    staff: &Loaded<StaffState>,
    region: &str,
    said: Option<Markup>,
) -> Result<Markup, Failure> {
    let what = target(staff, region);
    let doors: Vec<(Act, Result<(), Refusal>)> = Act::ALL
        .into_iter()
        .filter(|it| offered(*it, staff) && authz::any_grant(it.verb(), &who.person.roles))
        .map(|it| (it, who.may(it.verb(), &what)))
        .collect();
    let all: Vec<Action<'_>> = doors
        .iter()
        .map(|(act, door)| Action {
            label: act.label(),
            help: "",
            door: match door {
                Ok(()) => Door::Open {
                    href: format!("/staff/{}/{}", staff.id, act.name()),
                    button: "办理",
                    first: false,
                    basis: &act.verb().basis,
                },
                Err(refusal) => Door::Shut(refusal),
            },
        })
        .collect();
    let name = staff.name.or_erased();
    let may_reset = who.may(authz::STAFF_RESET, &what).is_ok();
    let body = html! {
        (page::heading(None, name, Some(html! { (staff.title.or_erased()) @if !staff.unit.is_empty() { " · " (staff.unit) } }), None))
        @if let Some(said) = said { (said) }
        @if !staff.enabled { (show::notice(Tone::Near, "账户已停用", html! { p { "所有登录已经退出，不能再登录。" } })) }
        div.two {
            div.stack {
                (actions(&all))
                @if may_reset {
                    section.card {
                        h2 { "重置登录密码" }
                        p.meta { "本人忘记密码时办理。新密码只显示一次，下次登录必须更改。" }
                        form method="post" action={ "/staff/" (staff.id) "/password/reset" } {
                            input type="hidden" name="_csrf" value=(who.csrf);
                            button.btn.quiet { "重置" }
                        }
                    }
                }
            }
            div.stack {
                section.card {
                    h2 { "角色" }
                    @if staff.roles.is_empty() { p.meta { "没有角色。" } }
                    p { @for role in &staff.roles { (show::tag(Tone::Plain, role.label())) " " } }
                }
                (certificates(staff))
                (qualification(staff))
            }
        }
    };
    Ok(office(shell, who, name, "/staff", Width::Middle, body))
}

fn offered(act: Act, staff: &StaffState) -> bool {
    match act {
        Act::Assign | Act::Grant | Act::Issue | Act::Qualify => true,
        Act::Revoke => !staff.roles.is_empty(),
        Act::Suspend | Act::Restore | Act::RevokeCertificate => !staff.certificates.is_empty(),
        Act::Disable => staff.enabled,
        Act::Enable => !staff.enabled,
    }
}

/// What a form page needs besides its fields.
struct FormPage<'a> {
    title: &'a str,
    action: String,
    back: String,
    specs: Vec<FieldSpec>,
}

fn form_page(
    shell: &Shell,
    who: &Identity,
    form: &FormPage<'_>,
    posted: &Posted,
    refusal: Option<&Refusal>,
    errors: &[FieldError],
) -> Markup {
    let command = posted.get("_command").map_or_else(|| shell.fresh_id().to_string(), str::to_owned);
    let body = html! {
        (page::heading(None, form.title, None, None))
        @if let Some(refusal) = refusal { (show::refused(refusal)) }
        (sheet(&Sheet {
            action: &form.action, csrf: &who.csrf, specs: &form.specs, posted, errors,
            button: form.title, drafts: false, back: &form.back, command_id: &command,
        }))
    };
    office(shell, who, form.title, "/staff", Width::Narrow, body)
}

fn act_form(act: Act, staff: &Loaded<StaffState>, units: &[String]) -> FormPage<'static> {
    let numbers: Vec<String> = staff.certificates.iter().map(|it| it.number.clone()).collect();
    FormPage {
        title: act.label(),
        action: format!("/staff/{}/{}", staff.id, act.name()),
        back: format!("/staff/{}", staff.id),
        specs: act.specs(units, &staff.roles, &numbers),
    }
}

async fn act_page(
    State(shell): State<Shell>,
    who: Identity,
    Path((id, act)): Path<(Uuid, String)>,
) -> Result<Markup, Failure> {
    let act = Act::find(&act).ok_or(Failure::NotFound)?;
    let (staff, region, units) = seen(&shell, &who, id).await?;
    who.may(act.verb(), &target(&staff, &region))?;
    Ok(form_page(&shell, &who, &act_form(act, &staff, &units), &Posted::default(), None, &[]))
}

async fn act_post(
    State(shell): State<Shell>,
    who: Identity,
    Path((id, act)): Path<(Uuid, String)>,
    body: Bytes,
) -> Result<Response, Failure> {
    let act = Act::find(&act).ok_or(Failure::NotFound)?;
    let (staff, _, units) = seen(&shell, &who, id).await?;
    let posted = parse(&body)?;
    let form = act_form(act, &staff, &units);
    let again = |refusal: Option<&Refusal>, errors: &[FieldError]| {
        let page = form_page(&shell, &who, &form, &posted, refusal, errors);
        (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
    };
    let value = match form::read(&form.specs, &posted) {
        Ok(value) => value,
        Err(errors) => return Ok(again(None, &errors)),
    };
    let command = act.command(value).map_err(|e| Failure::Malformed(e.to_string()))?;
    let by = By::Person(Box::new(who.clone()));
    let command_id = command_id(&shell, &who, &posted);
    let path = &mut service::Path::App(&shell.app);
    match service::command(path, &by, command_id, StaffId(id), &command).await {
        Ok(_) => Ok(Redirect::to(&form.back).into_response()),
        Err(WriteError::Refused(it)) if !it.code.starts_with("authz.") => Ok(again(Some(&it), &it.fields)),
        Err(error) => Err(error.into()),
    }
}

fn command_id(shell: &Shell, who: &Identity, posted: &Posted) -> Uuid {
    match posted.get("_command").filter(|it| !it.is_empty()) {
        Some(key) => who.command_id(key),
        None => shell.fresh_id(),
    }
}

async fn units(shell: &Shell, organ: OrganId) -> Result<Vec<String>, Failure> {
    let organ = shell.app.load::<OrganState>(MatterId(organ.0)).await?;
    Ok(organ.map_or_else(Vec::new, |it| it.profile.units.clone()))
}

async fn new_form(shell: &Shell, who: &Identity) -> Result<FormPage<'static>, Failure> {
    let units = units(shell, who.person.organ).await?;
    let specs = actions::register_specs(&units);
    Ok(FormPage { title: "建立账户", action: "/staff/new".into(), back: "/staff".into(), specs })
}

async fn new_page(State(shell): State<Shell>, who: Identity) -> Result<Markup, Failure> {
    let form = new_form(&shell, &who).await?;
    Ok(form_page(&shell, &who, &form, &Posted::default(), None, &[]))
}

async fn register(State(shell): State<Shell>, who: Identity, body: Bytes) -> Result<Response, Failure> {
    let posted = parse(&body)?;
    let form = new_form(&shell, &who).await?;
    let again = |refusal: Option<&Refusal>, errors: &[FieldError]| {
        let page = form_page(&shell, &who, &form, &posted, refusal, errors);
        (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
    };
    let value = match form::read(&form.specs, &posted) {
        Ok(value) => value,
        Err(errors) => return Ok(again(None, &errors)),
    };
    let text = |name: &str| value.get(name).and_then(|it| it.as_str()).unwrap_or("").to_owned();
    let login = match service::login_name(&text("login")) {
        Ok(login) => login,
        Err(refusal) => return Ok(again(None, &refusal.fields)),
    };
    let unit = Some(text("unit")).filter(|it| !it.is_empty());
    let command = StaffCommand::Register { name: text("name").into(), title: text("title").into(), unit };
    let (password, phc) = entry::first_password(&shell).await?;
    let by = By::Person(Box::new(who.clone()));
    let new = NewLogin { login: login.clone(), phc, must_change: true };
    let id = command_id(&shell, &who, &posted);
    let path = &mut service::Path::App(&shell.app);
    match service::register(path, &by, id, who.person.organ, &command, &new).await {
        Ok(written) => {
            let said = if written.replayed {
                show::notice(
                    Tone::Near,
                    "账户先前已建立",
                    html! { p { "首次密码只显示一次；没有记下的，请重置密码。" } },
                )
            } else {
                once(&login, &password)
            };
            let (staff, region, _) = seen(&shell, &who, written.value).await?;
            Ok(person_page(&shell, &who, &staff, &region, Some(said))?.into_response())
        }
        Err(WriteError::Refused(it)) if !it.code.starts_with("authz.") => Ok(again(Some(&it), &it.fields)),
        Err(error) => Err(error.into()),
    }
}

fn once(login: &str, password: &str) -> Markup {
    show::notice(
        Tone::Ok,
        "请当面交给本人，离开后不再显示",
        html! { p { "登录名 " code { (login) } "，密码 " code { (password) } "。首次登录须更改密码。" } },
    )
}

async fn reset_password(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
) -> Result<Markup, Failure> {
    let (staff, region, _) = seen(&shell, &who, id).await?;
    who.may(authz::STAFF_RESET, &target(&staff, &region))?;
    let (login, _) = store::credential_of(shell.app.db(), StaffId(id)).await?.ok_or(Failure::NotFound)?;
    let (password, phc) = entry::first_password(&shell).await?;
    service::set_password(&shell.app, StaffId(id), &phc, true).await?;
    entry::unlock(&shell, &login).await?;
    person_page(&shell, &who, &staff, &region, Some(once(&login, &password)))
}
