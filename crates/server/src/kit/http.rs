//! The HTTP shell: routes with their access, security headers, failures as pages
//! or problem+json, request ids, figures.

use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, FromRequestParts, MatchedPath, Request, State};
use axum::handler::Handler;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodFilter, get, on};
use futures_util::FutureExt as _;
use lru::LruCache;
use mingjing_domain::matter::StaffId;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::ops::Deref;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};
use tower_http::compression::CompressionLayer;
use uuid::Uuid;

use super::app::App;
use super::auth::{self, Identity, Person};
use super::authz::{self, Verb};
use super::db::Sql as _;
use super::entropy::Draw;
use super::limits::WebConfig;
use super::openapi::{self, Operation};
use super::page::{self, NavEntry, Site};
use super::password::{HashError, Hasher};
use super::problem::Failure;
use super::resend::{self, Carried, Teller};
use super::seal::Sealer;
use super::{assets, headers, metrics};

/// Versions of a person's and the organ's record, and what they said.
type KnownPerson = ((u64, u64), Arc<Person>);

/// What every handler can reach.
pub struct ShellParts {
    /// Database, write path, clock.
    pub app: App,
    /// Settings.
    pub config: WebConfig,
    /// What all pages share.
    pub site: Site,
    /// Passwords.
    pub hasher: Hasher,
    pub(super) persons: Mutex<LruCache<StaffId, KnownPerson>>,
    pub(super) sealer: Sealer,
    pub(super) tellers: Vec<Teller>,
    openapi: OnceLock<serde_json::Value>,
    described: Described,
}

/// What the features say of their operations.
#[derive(Default)]
struct Described {
    operations: Vec<Operation>,
    schemas: Vec<(&'static str, serde_json::Value)>,
    listed: Vec<Listed>,
}

/// The state of the router. Clones share everything.
#[derive(Clone)]
pub struct Shell(Arc<ShellParts>);

impl Deref for Shell {
    type Target = ShellParts;
    fn deref(&self) -> &ShellParts {
        &self.0
    }
}

impl Shell {
    /// The description of the API, made when first asked for.
    pub fn openapi(&self) -> &serde_json::Value {
        let it = &self.described;
        self.openapi.get_or_init(|| openapi::document(&it.operations, &it.schemas, &it.listed))
    }

    /// What one does, at the least, by posting a page's form to this path; none when
    /// no guarded page takes one.
    pub fn posting(&self, path: &str) -> Option<&'static Verb> {
        let listed = self.described.listed.iter();
        let takes = listed
            .filter(|it| it.method == Method::POST && !is_program(path) && resend::is_of(it.path, path));
        match takes.min_by_key(|it| it.path.matches('{').count())?.access {
            Access::Public => None,
            Access::Verb(verb) => Some(verb),
        }
    }

    /// A fresh UUIDv7, for example as the command id of a form.
    pub fn fresh_id(&self) -> Uuid {
        let now = self.app.now().as_millisecond();
        Draw::new(self.app.entropy().as_ref()).uuid_v7(now)
    }
}

/// Who may open a route at all. What may be done to which thing is checked again
/// beside the write.
#[derive(Clone, Copy, Debug)]
pub enum Access {
    /// Everyone; listed in a test.
    Public,
    /// Those who hold a role for which the table grants the verb in some relation.
    Verb(&'static Verb),
}

/// One registered route.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Method.
    pub method: Method,
    /// Path template.
    pub path: &'static str,
    /// Who may open it.
    pub access: Access,
}

/// Routes of one feature, or of all.
#[derive(Default)]
pub struct Routes {
    router: Router<Shell>,
    /// Every route with its access.
    pub listed: Vec<Listed>,
    /// Entries of the office's navigation.
    pub office_nav: Vec<NavEntry>,
    /// Entries of the portal's navigation.
    pub portal_nav: Vec<NavEntry>,
    /// Operations of the API, as their features describe them.
    pub operations: Vec<Operation>,
    /// Schemas that those refer to.
    pub schemas: Vec<(&'static str, serde_json::Value)>,
    /// What tells of posted forms.
    pub tellers: Vec<Teller>,
}

impl Routes {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a page or resource.
    #[must_use]
    pub fn get<H: Handler<T, Shell>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self {
        self.add(Method::GET, MethodFilter::GET, path, access, handler)
    }

    /// Adds something that changes.
    #[must_use]
    pub fn post<H: Handler<T, Shell>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self {
        self.add(Method::POST, MethodFilter::POST, path, access, handler)
    }

    /// Adds a replacement, as the API's uploads need it.
    #[must_use]
    pub fn put<H: Handler<T, Shell>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self {
        self.add(Method::PUT, MethodFilter::PUT, path, access, handler)
    }

    /// Adds a partial change, as the API's uploads need it.
    #[must_use]
    pub fn patch<H: Handler<T, Shell>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self {
        self.add(Method::PATCH, MethodFilter::PATCH, path, access, handler)
    }

    /// Adds a removal.
    #[must_use]
    pub fn delete<H: Handler<T, Shell>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self {
        self.add(Method::DELETE, MethodFilter::DELETE, path, access, handler)
    }

    fn add<H: Handler<T, Shell>, T: 'static>(
        mut self,
        method: Method,
        filter: MethodFilter,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self {
        let guarded =
            on(filter, handler).layer(middleware::from_fn(move |request, next| guard(access, request, next)));
        self.router = self.router.route(path, guarded);
        self.listed.push(Listed { method, path, access });
        self
    }

    /// Adds public resources that bring their own state; `paths` lists them.
    #[must_use]
    pub fn mount(mut self, router: Router<Shell>, paths: &[(Method, &'static str)]) -> Self {
        self.router = self.router.merge(router);
        let listed = paths.iter().cloned();
        self.listed.extend(listed.map(|(method, path)| Listed { method, path, access: Access::Public }));
        self
    }

    /// Tells what a posted form of the feature is about.
    #[must_use]
    pub fn teller(mut self, teller: Teller) -> Self {
        self.tellers.push(teller);
        self
    }

    /// Describes operations of the API and the schemas that they refer to.
    #[must_use]
    pub fn describe(mut self, what: (Vec<Operation>, Vec<(&'static str, serde_json::Value)>)) -> Self {
        self.operations.extend(what.0);
        self.schemas.extend(what.1);
        self
    }

    /// An entry of the office's navigation.
    #[must_use]
    pub fn office_nav(mut self, label: &'static str, href: &'static str, verb: &'static Verb) -> Self {
        self.office_nav.push(NavEntry { label, href, verb: Some(verb) });
        self
    }

    /// An entry of the portal's navigation.
    #[must_use]
    pub fn portal_nav(mut self, label: &'static str, href: &'static str) -> Self {
        self.portal_nav.push(NavEntry { label, href, verb: None });
        self
    }

    /// Adds the routes of another feature.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.listed.extend(other.listed);
        self.office_nav.extend(other.office_nav);
        self.portal_nav.extend(other.portal_nav);
        self.operations.extend(other.operations);
        self.schemas.extend(other.schemas);
        self.tellers.extend(other.tellers);
        self
    }
}

/// Lets a request through to a handler, or says why not.
async fn guard(access: Access, request: Request, next: Next) -> Response {
    let verb = match access {
        Access::Public => return next.run(request).await,
        Access::Verb(verb) => verb,
    };
    let limit = request.extensions().get::<auth::BodyLimit>().map_or(0, |it| it.0);
    let Some(identity) = request.extensions().get::<Identity>().cloned() else {
        let carried = auth::posted(limit, request).await;
        return resend::turned_away(Failure::SignIn, carried);
    };
    let request = match auth::unforged(&identity, limit, request).await {
        Ok(request) => request,
        Err((failure, carried)) => return resend::turned_away(failure, carried),
    };
    if identity.must_change && verb.name != authz::ACCOUNT.name {
        return Failure::ChangePassword.into_response();
    }
    // One's own account needs no role: a person without any must be able to leave.
    if verb.name != authz::ACCOUNT.name && !authz::any_grant(verb, &identity.person.roles) {
        return Failure::from(authz::refusal(verb)).into_response();
    }
    next.run(request).await
}

/// Puts the program's web side together.
///
/// # Errors
/// When the configured password cost is impossible.
pub fn build(app: App, config: WebConfig, routes: Routes) -> Result<(Router, Shell), HashError> {
    let hasher = Hasher::new(&config, app.entropy().as_ref())?;
    let site = Site {
        portal_name: config.portal_name.clone(),
        demo: config.demo,
        office_nav: routes.office_nav,
        portal_nav: routes.portal_nav,
        home: if routes.listed.iter().any(|it| it.path == "/desk") { "/desk" } else { "/account" },
        office_search: routes.listed.iter().any(|it| it.path == "/search").then_some("/search"),
    };
    let persons =
        Mutex::new(LruCache::new(NonZeroUsize::new(config.cached_persons).unwrap_or(NonZeroUsize::MIN)));
    let described =
        Described { operations: routes.operations, schemas: routes.schemas, listed: routes.listed };
    let body = config.body_bytes;
    let sealer = Sealer::new(app.entropy().as_ref());
    let shell = Shell(Arc::new(ShellParts {
        app,
        config,
        site,
        hasher,
        persons,
        sealer,
        tellers: routes.tellers,
        openapi: OnceLock::new(),
        described,
    }));
    let router = routes
        .router
        .route("/assets/{*file}", get(assets::serve))
        .fallback(|| async { Failure::NotFound })
        .method_not_allowed_fallback(|| async { Failure::Method })
        .layer(DefaultBodyLimit::max(body))
        .layer(middleware::from_fn_with_state(shell.clone(), auth::identify))
        .layer(middleware::from_fn_with_state(shell.clone(), outermost))
        .layer(CompressionLayer::new().gzip(true))
        .with_state(shell.clone());
    Ok((router, shell))
}

/// Liveness, readiness and figures.
pub fn health(config: &WebConfig) -> Routes {
    let routes = Routes::new().get("/healthz", Access::Public, || async { "ok\n" }).get(
        "/readyz",
        Access::Public,
        ready,
    );
    let plain = |path: &str, id: &str, words: &str| {
        Operation::get(path, id, "运行", words, serde_json::json!({ "type": "string" }))
            .produces("text/plain")
    };
    let mut described =
        vec![plain("/healthz", "health", "进程存活"), plain("/readyz", "ready", "可以提供服务")];
    if !config.metrics_here {
        return routes.describe((described, Vec::new()));
    }
    described.push(plain("/metrics", "metrics", "运行指标（Prometheus）"));
    routes.get("/metrics", Access::Public, || async { figures() }).describe((described, Vec::new()))
}

/// Figures alone, for an address of their own.
pub fn metrics_router() -> Router {
    Router::new().route("/metrics", get(|| async { figures() }))
}

fn figures() -> Response {
    let media = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(header::CONTENT_TYPE, media)], metrics::render()).into_response()
}

async fn ready(State(shell): State<Shell>) -> Response {
    if let Some(reason) = shell.app.stopped() {
        return (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")).into_response();
    }
    match shell.app.db().one("ready", "SELECT 1 AS n", vec![]).await {
        Ok(_) => "ready\n".into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "数据库不可用\n").into_response(),
    }
}

/// The identifier of a request, as the log and error pages name it.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Around everything: request id, time limit, panics, failures, headers, log, figures.
async fn outermost(State(shell): State<Shell>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = shell.fresh_id().simple().to_string();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let query = request.uri().query().map(str::to_owned);
    let route = request.extensions().get::<MatchedPath>().map_or("(none)", MatchedPath::as_str).to_owned();
    request.extensions_mut().insert(RequestId(id.clone()));
    let limit = Duration::from_secs(shell.config.request_seconds.max(1));
    // No text of ours holds NUL, and one database cannot even be asked for it.
    let nul = path.contains("%00") || query.as_deref().is_some_and(|it| it.contains("%00"));
    let answer = async {
        if nul {
            Failure::Malformed("地址含有空字符".to_owned()).into_response()
        } else {
            next.run(request).await
        }
    };
    let run = tokio::time::timeout(limit, AssertUnwindSafe(answer).catch_unwind());
    let response = match run.await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => Failure::Broken("panic".to_owned()).into_response(),
        Err(_) => Failure::Timeout.into_response(),
    };
    let asked = Asked { method: &method, path: &path, query: query.as_deref(), id: &id };
    let mut response = written(&shell, &asked, response);
    headers::secure(shell.config.secure, &mut response, &id);
    let status = response.status().as_u16();
    let seconds = started.elapsed().as_secs_f64();
    metrics::answered(method.as_str(), &route, status, seconds);
    tracing::info!(request = id, %method, route, status, ms = seconds * 1000.0, "answered");
    response
}

struct Asked<'a> {
    method: &'a Method,
    path: &'a str,
    query: Option<&'a str>,
    id: &'a str,
}

impl Asked<'_> {
    fn is_program(&self) -> bool {
        is_program(self.path)
    }
}

/// Whether a path is for programs: it answers them, and never with a page.
pub(super) fn is_program(path: &str) -> bool {
    const ROOTS: [&str; 6] = ["/api/", "/log/", "/metrics", "/healthz", "/readyz", "/d/"];
    const FILES: [&str; 2] = [".json", ".atom"];
    ROOTS.iter().any(|it| path.starts_with(it)) || FILES.iter().any(|it| path.ends_with(it))
}

/// Writes a failure as problem+json or as a page; other answers pass.
fn written(shell: &Shell, asked: &Asked<'_>, mut response: Response) -> Response {
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
    let identity = response.extensions().get::<Identity>().cloned();
    if !asked.is_program() && *asked.method == Method::GET {
        match failure.as_ref() {
            Failure::SignIn => return Redirect::to(&sign_in_address(asked)).into_response(),
            Failure::ChangePassword => return Redirect::to("/account").into_response(),
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
            | Failure::Unavailable(_)
            | Failure::Broken(_) => {}
        }
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
    for name in [header::ALLOW, header::RETRY_AFTER, header::SET_COOKIE] {
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

fn sign_in_address(asked: &Asked<'_>) -> String {
    let next = match asked.query {
        Some(query) => format!("{}?{query}", asked.path),
        None => asked.path.to_owned(),
    };
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

/// Answers 304 when the client holds this version, otherwise the body with its tag.
/// `tag` is without quotes.
pub fn tagged(request: &HeaderMap, tag: &str, body: impl FnOnce() -> Response) -> Response {
    let quoted = format!("\"{tag}\"");
    let Ok(value) = HeaderValue::from_str(&quoted) else { return body() };
    let held = request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(','))
        .any(|it| {
            let it = it.trim();
            it == "*" || it.strip_prefix("W/").unwrap_or(it) == quoted
        });
    let mut response = if held { StatusCode::NOT_MODIFIED.into_response() } else { body() };
    response.headers_mut().insert(header::ETAG, value);
    response
}

/// Where a request comes from, as far as sign-in needs to slow guessing down.
#[derive(Clone, Debug)]
pub struct Source(pub String);

impl FromRequestParts<Shell> for Source {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, shell: &Shell) -> Result<Self, Self::Rejection> {
        if shell.config.behind_proxy
            && let Some(list) = parts.headers.get("x-forwarded-for").and_then(|it| it.to_str().ok())
            && let Some(last) = list.rsplit(',').next()
        {
            return Ok(Self(last.trim().chars().take(64).collect()));
        }
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Self(peer.map_or_else(|| "unknown".to_owned(), |it| it.0.ip().to_string())))
    }
}
