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
use crate::kit::new_password::{self, Change};
use crate::kit::page::{self, Office, Width};
use crate::kit::problem::Failure;
use crate::kit::resend::{self, Carried, Cause, Door, Told, local};
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
            Ok(arrived(&shell, who, cookie, sealed, &next, Cause::Session).await)
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

/// The first page of a session whose form carried something.
async fn arrived(
    shell: &Shell,
    who: Identity,
    cookie: [(header::HeaderName, String); 1],
    sealed: &str,
    next: &str,
    cause: Cause,
) -> Response {
    let page = resend::arrived(shell, &who, sealed, next, cause).await;
    let mut response = (cookie, page).into_response();
    // The answer is this person's alone, so it is not kept anywhere.
    response.extensions_mut().insert(who);
    response
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

async fn account_page(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Markup, Failure> {
    let query = Query::new("/account", uri.query());
    let next = local(query.get("next"), shell.site.home);
    account(&shell, &who, &Change { next: &next, ..Change::default() }, None).await
}

async fn account(
    shell: &Shell,
    who: &Identity,
    change: &Change<'_>,
    said: Option<Markup>,
) -> Result<Markup, Failure> {
    let tokens = token::list(shell.app.db(), who.person.id).await?;
    let staff = shell.app.load::<StaffState>(MatterId(who.person.id.0)).await?;
    let body = html! {
        (page::heading(None, "我的账户", Some(html! { (who.person.organ_name) " · " (who.person.name) }), None))
        @if who.must_change { (new_password::notice(change)) }
        @if let Some(said) = said { (said) }
        (show::error_summary(change.errors))
        div.two {
            div.stack {
                section.card { h2 { "更改密码" } (new_password::form(who, change)) }
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
    let next = local(posted.get("next"), shell.site.home);
    let sealed = posted.get(resend::SEALED);
    let changed =
        entry::change_password(&shell, who.person.id, field("present"), field("new"), field("again"));
    let (status, errors) = match changed.await {
        Ok(secret) => {
            let cookie = [(header::SET_COOKIE, auth::set_cookie(shell.config.secure, &secret))];
            let Some(sealed) = sealed else { return Ok((cookie, Redirect::to(&next)).into_response()) };
            let who = auth::of_session(&shell, secret).await?.ok_or(Failure::SignIn)?;
            return Ok(arrived(&shell, who, cookie, sealed, &next, Cause::Password).await);
        }
        Err(Failure::Refused(refusal)) => (StatusCode::UNPROCESSABLE_ENTITY, refusal.fields),
        // Who has to wait keeps what was typed as well.
        Err(failure @ Failure::TooMany { .. }) => {
            let error = FieldError { field: "present".to_owned(), message: message(&failure) };
            (StatusCode::TOO_MANY_REQUESTS, vec![error])
        }
        Err(failure) => return Err(failure),
    };
    let change = Change { next: &next, errors: &errors, ..Change::default() }.with(&shell, sealed);
    let page = account(&shell, &who, &change, None).await?;
    Ok((status, page).into_response())
}

async fn end_sessions(State(shell): State<Shell>, who: Identity) -> Result<Response, Failure> {
    entry::end_sessions(&shell, who.person.id).await?;
    let cookie = auth::clear_cookie(shell.config.secure);
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/sign-in")).into_response())
}

async fn issue_token(
    State(shell): State<Shell>,
    who: Identity,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Failure> {
    if who.must_change {
        let carried = Carried::fields(&uri, &body).of(who.person.id);
        return Ok(resend::turned_away(Failure::ChangePassword, Some(carried)));
    }
    let posted = parse(&body)?;
    let label: String = posted.get("label").unwrap_or("").trim().chars().take(40).collect();
    let label = if label.is_empty() { "未命名".to_owned() } else { label };
    let text = token::issue(&shell.app, who.person.id, &label, shell.config.token_days).await?;
    let said =
        show::notice(Tone::Ok, "令牌已建立，请立即保存，离开后不再显示", html! { p { code { (text) } } });
    let change = Change { next: shell.site.home, ..Change::default() };
    Ok(account(&shell, &who, &change, Some(said)).await?.into_response())
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
