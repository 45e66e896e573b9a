//! Pages of coming in and going out, and of one's own account.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use mingjing_domain::matter::MatterId;
use mingjing_domain::refusal::FieldError;
use mingjing_domain::staff::StaffState;
use uuid::Uuid;

use super::{entry, web};
use crate::kit::app::App;
use crate::kit::auth::{self, Identity, Proof};
use crate::kit::authz;
use crate::kit::form::{FieldSpec, Kind, Posted};
use crate::kit::http::{Access, Routes, Shell, Source};
use crate::kit::login;
use crate::kit::page::{self, Office, Width};
use crate::kit::problem::Failure;
use crate::kit::resend::{self, Door, Told, local};
use crate::kit::token;
use crate::kit::ui::show::{self, Tone};
use crate::kit::ui::table::Query;

/// Routes of sign-in and of one's own account.
pub fn routes() -> Routes {
    let account = Access::Verb(authz::ACCOUNT);
    Routes::new()
        .get("/sign-in", Access::Public, sign_in_page)
        .post("/sign-in", Access::Public, sign_in)
        .post("/sign-out", account, sign_out)
        .get("/account", account, account_page)
        .post("/account/password", account, change_password)
        .post("/account/sessions/end", account, end_sessions)
        .post("/account/tokens", account, issue_token)
        .post("/account/tokens/{id}/revoke", account, revoke_token)
        .teller(|_, _, path| Box::pin(async move { told(&path) }))
}

/// What a form of the account is about.
fn told(path: &str) -> Option<Told> {
    let (title, specs) = match path {
        "/account/password" => ("更改密码", Vec::new()),
        "/account/sessions/end" => ("退出所有登录", Vec::new()),
        "/account/tokens" => ("建立接口令牌", vec![FieldSpec::new("label", "用途", Kind::Line)]),
        _ if path.starts_with("/account/tokens/") => ("作废接口令牌", Vec::new()),
        _ => return None,
    };
    Some(Told { title: title.to_owned(), about: String::new(), specs })
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
        | Failure::Stale
        | Failure::Media(_)
        | Failure::Gone
        | Failure::TooLarge
        | Failure::Malformed(_)
        | Failure::Timeout
        | Failure::Protocol
        | Failure::Evidence(_)
        | Failure::Unavailable(_)
        | Failure::Broken(_) => failure.to_string(),
    }
}

async fn sign_in_page(State(shell): State<Shell>, uri: Uri) -> Markup {
    let query = Query::new("/sign-in", uri.query());
    let next = local(query.get("next"), shell.site.home);
    resend::sign_in(&shell.site, &Door { next: &next, ..Door::default() })
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
    let sealed = posted.get(resend::SEALED);
    let before = auth::cookie(&headers, shell.config.secure);
    match entry::sign_in(&shell, field("login"), field("password"), &source.0, before.as_ref()).await {
        Ok(secret) => {
            let cookie = [(header::SET_COOKIE, auth::set_cookie(shell.config.secure, &secret))];
            let Some(sealed) = sealed else { return Ok((cookie, Redirect::to(&next)).into_response()) };
            let who = auth::of_session(&shell, secret).await?.ok_or(Failure::SignIn)?;
            let page = resend::arrived(&shell, &who, sealed, &next).await;
            let mut response = (cookie, page).into_response();
            // The answer is this person's alone, so it is not kept anywhere.
            response.extensions_mut().insert(who);
            Ok(response)
        }
        Err(failure @ (Failure::Refused(_) | Failure::TooMany { .. })) => {
            let status = match &failure {
                Failure::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            };
            let (message, remedy) = (message(&failure), failure.remedy());
            let wrong = Some((message.as_str(), remedy));
            let door = Door { next: &next, login: field("login"), wrong, ..Door::default() };
            let door = door.with(&shell, sealed);
            let page = resend::sign_in(&shell.site, &door);
            Ok((status, [(header::CACHE_CONTROL, "no-store")], page).into_response())
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

pub(super) fn parse(body: &[u8]) -> Result<Posted, Failure> {
    Posted::parse(body).map_err(|e| Failure::Malformed(e.to_string()))
}

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
                @if let Some(staff) = &staff { (web::certificates(staff)) }
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
    let site = &shell.site;
    let (title, viewer, crumbs) = ("我的账户", who.viewer(), Vec::new());
    Ok(page::office(&Office { site, viewer, title, current: "", crumbs, width: Width::Middle }, body))
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

fn tokens_card(app: &App, who: &Identity, tokens: &[token::Listed]) -> Markup {
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
    let said =
        show::notice(Tone::Ok, "令牌已建立，请立即保存，离开后不再显示", html! { p { code { (text) } } });
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
