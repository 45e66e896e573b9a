//! How an answer leaves: failures in the form that was asked for.

use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::Arc;

use super::auth::Identity;
use super::http::{Shell, is_program};
use super::new_password;
use super::page;
use super::problem::Failure;
use super::resend::{self, Carried};

/// What was asked, as far as the form of the answer depends on it.
pub struct Asked<'a> {
    /// Method.
    pub method: &'a Method,
    /// Path.
    pub path: &'a str,
    /// Query.
    pub query: Option<&'a str>,
    /// Identifier of the request.
    pub id: &'a str,
}

impl Asked<'_> {
    fn is_program(&self) -> bool {
        is_program(self.path)
    }
}

/// Writes a failure as problem+json or as a page; other answers pass.
pub fn written(shell: &Shell, asked: &Asked<'_>, mut response: Response) -> Response {
    let failure = match response.extensions_mut().remove::<Arc<Failure>>() {
        Some(failure) => failure,
        None => match raw_failure(&response) {
            Some(failure) => Arc::new(failure),
            None => return response,
        },
    };
    if let Failure::Broken(cause) = failure.as_ref() {
        tracing::error!(request = asked.id, cause, "request failed");
    }
    if let Failure::Evidence(error) = failure.as_ref()
        && failure.status().is_server_error()
    {
        tracing::error!(request = asked.id, %error, cause = ?error, "the evidence store failed");
    }
    let identity = response.extensions().get::<Identity>().cloned();
    if !asked.is_program()
        && *asked.method == Method::GET
        && let Some(door) = elsewhere(asked, &failure)
    {
        return door;
    }
    let carried = response.extensions_mut().remove::<Carried>();
    let once_more = carried.filter(|_| !asked.is_program());
    let once_more = once_more.and_then(|it| resend::page(shell, &failure, identity.as_ref(), &it));
    let mut answer = if let Some(page) = once_more {
        page
    } else if asked.is_program() {
        let media = HeaderValue::from_static("application/problem+json");
        ([(header::CONTENT_TYPE, media)], failure.json(asked.id).to_string()).into_response()
    } else {
        let viewer = identity.as_ref().map(Identity::viewer);
        page::statement(&shell.site, viewer, failure.title(), failure.markup(asked.id)).into_response()
    };
    *answer.status_mut() = failure.status();
    const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
    let kept = [
        header::ALLOW,
        header::RETRY_AFTER,
        header::SET_COOKIE,
        header::CONTENT_RANGE,
        header::ETAG,
        TUS_VERSION,
    ];
    for name in kept {
        if let Some(value) = response.headers().get(&name) {
            answer.headers_mut().insert(name, value.clone());
        }
    }
    if matches!(failure.as_ref(), Failure::SignIn) && asked.is_program() {
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(identity) = identity {
        answer.extensions_mut().insert(identity);
    }
    answer
}

/// Where somebody is sent who only has to sign in, or to change the password, first.
fn elsewhere(asked: &Asked<'_>, failure: &Failure) -> Option<Response> {
    match failure {
        Failure::SignIn => Some(Redirect::to(&sign_in_address(asked)).into_response()),
        Failure::ChangePassword => Some(Redirect::to(&new_password::address(&wanted(asked))).into_response()),
        Failure::Refused(_)
        | Failure::Forged
        | Failure::NotFound
        | Failure::Method
        | Failure::Conflict
        | Failure::Duplicate
        | Failure::Stale
        | Failure::Media(_)
        | Failure::Gone
        | Failure::TooMany { .. }
        | Failure::TooLarge
        | Failure::Malformed(_)
        | Failure::Timeout
        | Failure::Protocol
        | Failure::Evidence(_)
        | Failure::Unavailable(_)
        | Failure::Broken(_) => None,
    }
}

/// Path and query that were asked for.
fn wanted(asked: &Asked<'_>) -> String {
    match asked.query {
        Some(query) => format!("{}?{query}", asked.path),
        None => asked.path.to_owned(),
    }
}

fn sign_in_address(asked: &Asked<'_>) -> String {
    let next = wanted(asked);
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("next", &next).finish();
    format!("/sign-in?{query}")
}

/// Plain error answers of the framework, for example of its extractors.
fn raw_failure(response: &Response) -> Option<Failure> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    let media = response.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    if media.is_some_and(|it| !it.starts_with("text/plain")) {
        return None;
    }
    match status {
        StatusCode::NOT_FOUND => Some(Failure::NotFound),
        StatusCode::METHOD_NOT_ALLOWED => Some(Failure::Method),
        StatusCode::PAYLOAD_TOO_LARGE => Some(Failure::TooLarge),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Some(Failure::Media("另一种格式")),
        // The health probes say their reason in plain words.
        StatusCode::SERVICE_UNAVAILABLE => None,
        _ if status.is_client_error() => Some(Failure::Malformed("格式或者类型不符".to_owned())),
        _ => Some(Failure::Broken(format!("plain status {status}"))),
    }
}
