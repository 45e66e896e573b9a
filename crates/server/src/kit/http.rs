//! The HTTP shell: routes with their access, security headers, failures as pages
//! or problem+json, request ids, figures.

use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, FromRequestParts, MatchedPath, Request, State};
use axum::handler::Handler;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
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
use tower_http::compression::predicate::{DefaultPredicate, Predicate as _};
use uuid::Uuid;

use super::app::App;
use super::auth::{self, Identity, Person};
use super::authz::{self, Verb};
use super::db::Sql as _;
use super::entropy::Draw;
use super::limits::WebConfig;
use super::openapi::{self, Operation};
use super::page::{NavEntry, Site};
use super::password::{HashError, Hasher};
use super::problem::Failure;
use super::resend::{self, Teller};
use super::seal::Sealer;
use super::{answer, assets, headers, metrics};

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
    long: Vec<&'static str>,
    stamps: Vec<(&'static str, HeaderName, HeaderValue)>,
}

/// Marks an answer whose bytes come from outside and are given as they are: they get no
/// right in the page's origin, and are not compressed, since parts of them are asked for.
#[derive(Clone, Copy, Debug)]
pub struct AsItIs;

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
    /// Paths whose requests may take as long as their bytes come.
    long: Vec<&'static str>,
    /// Headers that every answer of a path has.
    stamps: Vec<(&'static str, HeaderName, HeaderValue)>,
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

    /// Adds a question about what is there, for a path that has no page to read.
    #[must_use]
    pub fn head<H: Handler<T, Shell>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self {
        self.add(Method::HEAD, MethodFilter::HEAD, path, access, handler)
    }

    /// Adds a question about what a path can do.
    #[must_use]
    pub fn options<H: Handler<T, Shell>, T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self {
        self.add(Method::OPTIONS, MethodFilter::OPTIONS, path, access, handler)
    }

    /// Lets requests of a path take as long as their bytes come. The handler itself bounds how
    /// long it waits for the next one, and how many bytes it takes.
    #[must_use]
    pub fn long(mut self, path: &'static str) -> Self {
        self.long.push(path);
        self
    }

    /// Puts a header on every answer of a path, failures included.
    #[must_use]
    pub fn stamp(mut self, path: &'static str, name: &'static str, value: &'static str) -> Self {
        let entry = (path, HeaderName::from_static(name), HeaderValue::from_static(value));
        self.stamps.push(entry);
        self
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
        self.long.extend(other.long);
        self.stamps.extend(other.stamps);
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
        let carried = auth::typed(limit, identity.person.id, request).await;
        return resend::turned_away(Failure::ChangePassword, carried);
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
        long: routes.long,
        stamps: routes.stamps,
    }));
    let router = routes
        .router
        .route("/assets/{*file}", get(assets::serve))
        .fallback(|| async { Failure::NotFound })
        .method_not_allowed_fallback(|| async { Failure::Method })
        .layer(DefaultBodyLimit::max(body))
        .layer(middleware::from_fn_with_state(shell.clone(), auth::identify))
        .layer(middleware::from_fn_with_state(shell.clone(), outermost))
        .layer(CompressionLayer::new().gzip(true).compress_when(DefaultPredicate::new().and(ours)))
        .with_state(shell.clone());
    Ok((router, shell))
}

/// Whether an answer is of our own making.
fn ours(_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions) -> bool {
    extensions.get::<AsItIs>().is_none()
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
    let answer = AssertUnwindSafe(answer).catch_unwind();
    let run = if shell.long.contains(&route.as_str()) {
        Ok(answer.await)
    } else {
        tokio::time::timeout(limit, answer).await
    };
    let response = match run {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => Failure::Broken("panic".to_owned()).into_response(),
        Err(_) => Failure::Timeout.into_response(),
    };
    let asked = answer::Asked { method: &method, path: &path, query: query.as_deref(), id: &id };
    let mut response = answer::written(&shell, &asked, response);
    headers::secure(shell.config.secure, &mut response, &id);
    for (path, name, value) in &shell.stamps {
        if *path == route {
            response.headers_mut().insert(name.clone(), value.clone());
        }
    }
    let status = response.status().as_u16();
    let seconds = started.elapsed().as_secs_f64();
    metrics::answered(method.as_str(), &route, status, seconds);
    tracing::info!(request = id, %method, route, status, ms = seconds * 1000.0, "answered");
    response
}

/// Whether a path is for programs: it answers them, and never with a page.
pub(super) fn is_program(path: &str) -> bool {
    const ROOTS: [&str; 6] = ["/api/", "/log/", "/metrics", "/healthz", "/readyz", "/d/"];
    const FILES: [&str; 2] = [".json", ".atom"];
    ROOTS.iter().any(|it| path.starts_with(it)) || FILES.iter().any(|it| path.ends_with(it))
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
