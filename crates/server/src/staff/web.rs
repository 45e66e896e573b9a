//! Pages: sign-in, one's own account, staff.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use mingjing_domain::matter::{MatterId, OrganId, StaffId};
use mingjing_domain::organ::OrganState;
use mingjing_domain::refusal::{FieldError, Refusal};
use mingjing_domain::staff::{Role, StaffCommand, StaffState};
use uuid::Uuid;

use super::actions::{self, Act};
use super::service::{self, By, NewLogin};
use super::{entry, store};
use crate::kit::auth::{self, Identity, Proof};
use crate::kit::authz::{self, Target};
use crate::kit::error::WriteError;
use crate::kit::form::{self, FieldSpec, Posted};
use crate::kit::http::{Access, Routes, Shell, Source};
use crate::kit::login;
use crate::kit::page::{self, Office, Width};
use crate::kit::problem::Failure;
use crate::kit::token;
use crate::kit::ui::act::{Action, Door, actions};
use crate::kit::ui::field::{Sheet, sheet};
use crate::kit::ui::show::{self, Tone};
use crate::kit::ui::table::{Column, Filter, FilterKind, Query, Table, filters, table};
use crate::kit::write::Loaded;

/// Routes of this feature.
pub fn routes() -> Routes {
    let account = Access::Verb(authz::ACCOUNT);
    let read = Access::Verb(authz::STAFF_READ);
    Routes::new()
        .get("/sign-in", Access::Public, sign_in_page)
        .post("/sign-in", Access::Public, sign_in)
        .post("/sign-out", account, sign_out)
        .get("/account", account, account_page)
        .post("/account/password", account, change_password)
        .post("/account/sessions/end", account, end_sessions)
        .post("/account/tokens", account, issue_token)
        .post("/account/tokens/{id}/revoke", account, revoke_token)
        .get("/staff", read, list)
        .get("/staff/new", Access::Verb(authz::STAFF_REGISTER), new_page)
        .post("/staff/new", Access::Verb(authz::STAFF_REGISTER), register)
        .get("/staff/{id}", read, detail)
        .get("/staff/{id}/{act}", read, act_page)
        .post("/staff/{id}/{act}", read, act_post)
        .post("/staff/{id}/password/reset", Access::Verb(authz::STAFF_RESET), reset_password)
        .office_nav("人员", "/staff", authz::STAFF_READ)
}

fn office(shell: &Shell, who: &Identity, title: &str, current: &str, width: Width, body: Markup) -> Markup {
    let site = &shell.site;
    let crumbs = if current == "/staff" { vec![("人员", "/staff".to_owned())] } else { Vec::new() };
    page::office(&Office { site, viewer: who.viewer(), title, current, crumbs, width }, body)
}

// ---- coming in and going out ----

fn local(next: Option<&str>, home: &str) -> String {
    // Only a path on this host: no scheme, no `//host`, no backslash, no control.
    next.filter(|it| it.starts_with('/') && !it.starts_with("//"))
        .filter(|it| !it.contains('\\') && !it.chars().any(char::is_control))
        .unwrap_or(home)
        .to_owned()
}

fn sign_in_form(shell: &Shell, next: &str, login: &str, wrong: Option<&Failure>) -> Markup {
    let body = html! {
        @if let Some(failure) = wrong {
            section.errors role="alert" tabindex="-1" { b { (message(failure)) } p { (failure.remedy()) } }
        }
        form method="post" action="/sign-in" {
            input type="hidden" name="next" value=(next);
            div.field {
                label for="login" { "登录名" }
                input #login type="text" name="login" value=(login) autocomplete="username" required autofocus;
            }
            div.field {
                label for="password" { "密码" }
                input #password type="password" name="password" autocomplete="current-password" required;
            }
            div.buttons { button.btn { "登录" } }
        }
    };
    page::gate(&shell.site, "执法人员登录", body)
}

fn message(failure: &Failure) -> String {
    match failure {
        Failure::Refused(refusal) => refusal.message.clone(),
        Failure::TooMany { wait } => {
            format!("尝试次数过多，请在 {} 分钟后再试", (wait + 59) / 60)
        }
        Failure::SignIn
        | Failure::ChangePassword
        | Failure::Forged
        | Failure::NotFound
        | Failure::Method
        | Failure::Conflict
        | Failure::Duplicate
        | Failure::Gone
        | Failure::TooLarge
        | Failure::Malformed(_)
        | Failure::Timeout
        | Failure::Unavailable(_)
        | Failure::Broken(_) => failure.to_string(),
    }
}

async fn sign_in_page(State(shell): State<Shell>, uri: Uri) -> Markup {
    let query = Query::new("/sign-in", uri.query());
    sign_in_form(&shell, &local(query.get("next"), shell.site.home), "", None)
}

async fn sign_in(
    State(shell): State<Shell>,
    source: Source,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Failure> {
    let posted = parse(&body)?;
    let field = |name| posted.get(name).unwrap_or("");
    let next = local(posted.get("next"), shell.site.home);
    let before = auth::cookie(&headers, shell.config.secure);
    match entry::sign_in(&shell, field("login"), field("password"), &source.0, before.as_ref()).await {
        Ok(secret) => {
            let cookie = auth::set_cookie(shell.config.secure, &secret);
            Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&next)).into_response())
        }
        Err(failure @ (Failure::Refused(_) | Failure::TooMany { .. })) => {
            let page = sign_in_form(&shell, &next, field("login"), Some(&failure));
            let status = match failure {
                Failure::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            };
            Ok((status, page).into_response())
        }
        Err(failure) => Err(failure),
    }
}

async fn sign_out(State(shell): State<Shell>, who: Identity) -> Result<Response, Failure> {
    if let Proof::Session(secret) = &who.proof {
        login::close(shell.app.db(), secret).await?;
    }
    let cookie = auth::clear_cookie(shell.config.secure);
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/sign-in")).into_response())
}

fn parse(body: &[u8]) -> Result<Posted, Failure> {
    Posted::parse(body).map_err(|e| Failure::Malformed(e.to_string()))
}

// ---- one's own account ----

async fn account_page(State(shell): State<Shell>, who: Identity) -> Result<Markup, Failure> {
    account(&shell, &who, &[], None).await
}

async fn account(
    shell: &Shell,
    who: &Identity,
    errors: &[FieldError],
    said: Option<Markup>,
) -> Result<Markup, Failure> {
    let tokens = token::list(shell.app.db(), who.person.id).await?;
    let staff = shell.app.load::<StaffState>(MatterId(who.person.id.0)).await?;
    let body = html! {
        (page::heading(None, "我的账户", Some(html! { (who.person.organ_name) " · " (who.person.name) }), None))
        @if who.must_change {
            (show::notice(Tone::Near, "请先更改密码", html! { p { "现在的密码由他人设定，更改后才能办理其他事项。" } }))
        }
        @if let Some(said) = said { (said) }
        (show::error_summary(errors))
        div.two {
            div.stack {
                section.card { h2 { "更改密码" } (password_form(who, errors)) }
                (tokens_card(&shell.app, who, &tokens))
            }
            div.stack {
                section.card {
                    h2 { "角色" }
                    @if who.person.roles.is_empty() { p.meta { "还没有角色，请安全保密管理员授予。" } }
                    p { @for role in &who.person.roles { (show::tag(Tone::Plain, role.label())) " " } }
                }
                @if let Some(staff) = &staff { (certificates(staff)) }
                section.card {
                    h2 { "登录状态" }
                    p.meta { "在别处登录过、设备遗失的，可以一并退出。" }
                    form method="post" action="/account/sessions/end" {
                        input type="hidden" name="_csrf" value=(who.csrf);
                        button.btn.quiet { "退出所有登录" }
                    }
                }
            }
        }
    };
    Ok(office(shell, who, "我的账户", "", Width::Middle, body))
}

fn password_form(who: &Identity, errors: &[FieldError]) -> Markup {
    let error = |name: &str| errors.iter().find(|it| it.field == name);
    html! {
        form method="post" action="/account/password" {
            input type="hidden" name="_csrf" value=(who.csrf);
            @for (name, label, complete) in [
                ("present", "现在的密码", "current-password"),
                ("new", "新密码", "new-password"),
                ("again", "再输一次新密码", "new-password"),
            ] {
                div.field.wrong[error(name).is_some()] {
                    label for={ "f-" (name) } { (label) }
                    @if name == "new" { p.hint { "至少 10 个字符，不要用常见的词；可以是一句话" } }
                    @if let Some(error) = error(name) { p.error { (error.message) } }
                    input type="password" id={ "f-" (name) } name=(name) autocomplete=(complete) required;
                }
            }
            button.btn { "更改密码" }
        }
    }
}

fn tokens_card(app: &crate::kit::app::App, who: &Identity, tokens: &[token::Listed]) -> Markup {
    let live = |it: &token::Listed| it.revoked_at.is_none() && it.expires_at > app.now();
    html! {
        section.card {
            h2 { "接口令牌" }
            p.meta { "供程序以您的身份和权限调用接口，只显示一次。" }
            @for it in tokens {
                div.act {
                    b { (it.label) }
                    @if live(it) {
                        form method="post" action={ "/account/tokens/" (it.id) "/revoke" } {
                            input type="hidden" name="_csrf" value=(who.csrf);
                            button.btn.quiet aria-label={ "作废 " (it.label) } { "作废" }
                        }
                    } @else { (show::tag(Tone::Plain, "已失效")) }
                    p { (show::time(it.created_at)) " 建立，" (show::time(it.expires_at)) " 到期" }
                }
            }
            form method="post" action="/account/tokens" {
                input type="hidden" name="_csrf" value=(who.csrf);
                div.field { label for="f-label" { "用途" } input #f-label type="text" name="label" maxlength="40" required; }
                button.btn.quiet { "建立令牌" }
            }
        }
    }
}

async fn change_password(
    State(shell): State<Shell>,
    who: Identity,
    body: Bytes,
) -> Result<Response, Failure> {
    let posted = parse(&body)?;
    let field = |name| posted.get(name).unwrap_or("");
    let changed =
        entry::change_password(&shell, who.person.id, field("present"), field("new"), field("again"));
    match changed.await {
        Ok(secret) => {
            let cookie = auth::set_cookie(shell.config.secure, &secret);
            Ok(([(header::SET_COOKIE, cookie)], Redirect::to(shell.site.home)).into_response())
        }
        Err(Failure::Refused(refusal)) => {
            let page = account(&shell, &who, &refusal.fields, None).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(failure) => Err(failure),
    }
}

async fn end_sessions(State(shell): State<Shell>, who: Identity) -> Result<Response, Failure> {
    entry::end_sessions(&shell, who.person.id).await?;
    let cookie = auth::clear_cookie(shell.config.secure);
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/sign-in")).into_response())
}

async fn issue_token(State(shell): State<Shell>, who: Identity, body: Bytes) -> Result<Markup, Failure> {
    if who.must_change {
        return Err(Failure::ChangePassword);
    }
    let posted = parse(&body)?;
    let label: String = posted.get("label").unwrap_or("").trim().chars().take(40).collect();
    let label = if label.is_empty() { "未命名".to_owned() } else { label };
    let text = token::issue(&shell.app, who.person.id, &label, shell.config.token_days).await?;
    let said = show::notice(
        Tone::Ok,
        "令牌已建立，请立即保存，离开后不再显示",
        html! { p { code { (text) } } },
    );
    account(&shell, &who, &[], Some(said)).await
}

async fn revoke_token(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
) -> Result<Redirect, Failure> {
    if token::revoke(&shell.app, who.person.id, id).await? {
        Ok(Redirect::to("/account"))
    } else {
        Err(Failure::NotFound)
    }
}

// ---- staff ----

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

fn certificates(staff: &StaffState) -> Markup {
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

async fn seen(shell: &Shell, who: &Identity, id: Uuid) -> Result<(Loaded<StaffState>, String, Vec<String>), Failure> {
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

async fn detail(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
) -> Result<Markup, Failure> {
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
        .filter(|it| offered(*it, staff))
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
            }
        }
    };
    Ok(office(shell, who, name, "/staff", Width::Middle, body))
}

fn offered(act: Act, staff: &StaffState) -> bool {
    match act {
        Act::Assign | Act::Grant | Act::Issue => true,
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
                show::notice(Tone::Near, "账户先前已建立", html! { p { "首次密码只显示一次；没有记下的，请重置密码。" } })
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
    let (login, _) =
        store::credential_of(shell.app.db(), StaffId(id)).await?.ok_or(Failure::NotFound)?;
    let (password, phc) = entry::first_password(&shell).await?;
    service::set_password(&shell.app, StaffId(id), &phc, true).await?;
    entry::unlock(&shell, &login).await?;
    person_page(&shell, &who, &staff, &region, Some(once(&login, &password)))
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn only_addresses_of_this_host_are_followed() {
        for bad in ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:1", "", "/a\r\nb"] {
            assert_eq!(local(Some(bad), "/account"), "/account", "{bad}");
        }
        assert_eq!(local(Some("/staff?q=a"), "/account"), "/staff?q=a");
    }
}
