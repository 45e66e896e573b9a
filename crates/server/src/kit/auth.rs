//! Who is asking: session or token to person, and protection against forged
//! requests. A session is checked against the person's record at each request,
//! so a disabled person is out at once.

use axum::body::Body;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use mingjing_domain::matter::{Actor, MatterId, OrganId, StaffId};
use mingjing_domain::organ::OrganState;
use mingjing_domain::refusal::Refusal;
use mingjing_domain::staff::{Role, StaffState};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use uuid::Uuid;

use super::app::App;
use super::authz::{self, Subject, Target, Verb};
use super::clock::lock;
use super::error::ReadError;
use super::http::{Shell, is_program};
use super::login::{self, Found, Secret};
use super::page::Viewer;
use super::problem::Failure;
use super::resend::{self, Carried};
use super::token;

/// What is known of a signed-in person; the same for all requests of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: StaffId,
    /// Organ.
    pub organ: OrganId,
    /// Name of the person.
    pub name: String,
    /// Unit inside the organ; empty for none.
    pub unit: String,
    /// Roles held now.
    pub roles: Vec<Role>,
    /// Name of the organ.
    pub organ_name: String,
    /// Region code of the organ.
    pub region: String,
    /// Number of the person's enforcement certificate; empty for none.
    pub certificate: String,
}

/// How the person proved to be who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A browser's session.
    Session(Secret),
    /// An API token, by its identifier.
    Token(Uuid),
}

/// The person behind a request.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The person.
    pub person: Arc<Person>,
    /// How it was proved.
    pub proof: Proof,
    /// Token for the forms of this answer; empty for API tokens.
    pub csrf: String,
    /// The password must be changed before anything else.
    pub must_change: bool,
    /// When it asked.
    pub at: Timestamp,
}

impl Identity {
    /// The person as an actor of the domain.
    pub fn actor(&self) -> Actor {
        Actor { id: self.person.id, organ: self.person.organ, roles: self.person.roles.clone() }
    }

    /// The person as the authorization table sees it.
    pub fn subject(&self) -> Subject<'_> {
        let it = &self.person;
        Subject { id: it.id, organ: it.organ, unit: &it.unit, region: &it.region, roles: &it.roles }
    }

    /// The person as the shell of a page shows it.
    pub fn viewer(&self) -> Viewer<'_> {
        let it = &self.person;
        Viewer {
            name: &it.name,
            organ: &it.organ_name,
            certificate: &it.certificate,
            roles: &it.roles,
            csrf: &self.csrf,
            at: self.at,
        }
    }

    /// Checks one act on one thing.
    ///
    /// # Errors
    /// A refusal that names the rows of the table.
    pub fn may(&self, verb: &Verb, what: &Target<'_>) -> Result<(), Refusal> {
        authz::check(verb, &self.subject(), what).map(|_| ())
    }

    /// The command identifier for a key the client chose: the same key from the
    /// same person is the same command, from another person another.
    pub fn command_id(&self, key: &str) -> Uuid {
        let digest: [u8; 32] = Sha256::new()
            .chain_update("mingjing command\0")
            .chain_update(self.person.id.0.as_bytes())
            .chain_update(key.as_bytes())
            .finalize()
            .into();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }
}

impl<S: Sync> FromRequestParts<S> for Identity {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.get::<Self>().cloned().ok_or(Failure::SignIn)
    }
}

/// The key of an API request that is to be carried out once: `Idempotency-Key`,
/// or a fresh one when the client gave none.
#[derive(Clone, Debug)]
pub struct CommandId(pub Uuid);

impl FromRequestParts<Shell> for CommandId {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, shell: &Shell) -> Result<Self, Failure> {
        let identity = Identity::from_request_parts(parts, shell).await?;
        match parts.headers.get("idempotency-key") {
            None => Ok(Self(shell.fresh_id())),
            Some(key) => {
                let key = key.to_str().ok().filter(|it| (1..=200).contains(&it.len()));
                let key =
                    key.ok_or_else(|| Failure::Malformed("Idempotency-Key 应为 1 至 200 个字符".into()))?;
                Ok(Self(identity.command_id(key)))
            }
        }
    }
}

/// Name of the session cookie.
pub fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-mingjing" } else { "mingjing" }
}

/// The `Set-Cookie` value that gives a browser its session.
pub fn set_cookie(secure: bool, secret: &Secret) -> String {
    let flag = if secure { "; Secure" } else { "" };
    format!("{}={}; Path=/; HttpOnly; SameSite=Lax{flag}", cookie_name(secure), secret.text())
}

/// The `Set-Cookie` value that takes it away.
pub fn clear_cookie(secure: bool) -> String {
    let flag = if secure { "; Secure" } else { "" };
    format!("{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{flag}", cookie_name(secure))
}

/// The session secret in a request's cookies.
pub fn cookie(headers: &HeaderMap, secure: bool) -> Option<Secret> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(';'))
        .filter_map(|it| it.trim().split_once('='))
        .find(|(name, _)| *name == cookie_name(secure))
        .and_then(|(_, value)| Secret::parse(value))
}

/// Largest body that is read to find a form's token, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimit(pub usize);

/// Finds the person of a request and puts it into the request's extensions;
/// refuses changing requests that the browser says come from another site.
pub async fn identify(State(shell): State<Shell>, mut request: Request, next: Next) -> Response {
    let identity = match find(&shell, request.headers()).await {
        Ok(identity) => identity,
        Err(failure) => return failure.into_response(),
    };
    // An API token is never sent by a browser on its own.
    let by_token = identity.as_ref().is_some_and(|it| matches!(it.proof, Proof::Token(_)));
    if !by_token && let Err(failure) = same_site(&request) {
        return failure.into_response();
    }
    request.extensions_mut().insert(BodyLimit(shell.config.body_bytes));
    let Some(identity) = identity else {
        if let Some(secret) = held(&shell, &request) {
            match login::ended(shell.app.db(), shell.app.now(), &secret).await {
                Ok(Some(staff)) => _ = request.extensions_mut().insert(Ended { staff, secret }),
                Ok(None) => {}
                Err(error) => return Failure::from(error).into_response(),
            }
        }
        return next.run(request).await;
    };
    request.extensions_mut().insert(identity.clone());
    let mut response = next.run(request).await;
    if let Some(mut carried) = response.extensions_mut().remove::<Carried>() {
        carried.tell(&shell, &identity).await;
        response.extensions_mut().insert(carried);
    }
    response.extensions_mut().insert(identity);
    response
}

/// The session of a browser whose time ran out not long ago. It admits to nothing;
/// it says who filled in the form that comes with it.
#[derive(Clone)]
struct Ended {
    staff: StaffId,
    secret: Secret,
}

/// The secret that a browser holds which posts a form without being signed in.
fn held(shell: &Shell, request: &Request) -> Option<Secret> {
    let headers = request.headers();
    let asks = !is_safe(request.method()) && !is_program(request.uri().path());
    (asks && !headers.contains_key(header::AUTHORIZATION)).then(|| cookie(headers, shell.config.secure))?
}

async fn find(shell: &Shell, headers: &HeaderMap) -> Result<Option<Identity>, Failure> {
    let now = shell.app.now();
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let text = value.to_str().ok().and_then(|it| it.strip_prefix("Bearer "));
        let found = match text {
            Some(text) => token::find(shell.app.db(), now, text.trim()).await?,
            None => None,
        };
        let (id, found) = found.ok_or(Failure::SignIn)?;
        let person = person(shell, &found).await?.ok_or(Failure::SignIn)?;
        let must_change = found.must_change;
        return Ok(Some(Identity {
            person,
            proof: Proof::Token(id),
            csrf: String::new(),
            must_change,
            at: now,
        }));
    }
    let Some(secret) = cookie(headers, shell.config.secure) else { return Ok(None) };
    of_session(shell, secret).await
}

/// The person of a browser's session; none when it has ended.
///
/// # Errors
/// When the database fails.
pub async fn of_session(shell: &Shell, secret: Secret) -> Result<Option<Identity>, Failure> {
    let now = shell.app.now();
    let Some(found) = login::find(shell.app.db(), &shell.config, now, &secret).await? else {
        return Ok(None);
    };
    let Some(person) = person(shell, &found).await? else {
        login::close(shell.app.db(), &secret).await?;
        return Ok(None);
    };
    let csrf = secret.csrf(shell.app.entropy().as_ref());
    let must_change = found.must_change;
    Ok(Some(Identity { person, proof: Proof::Session(secret), csrf, must_change, at: now }))
}

/// The person of a session, unless disabled; from memory while the versions hold.
async fn person(shell: &Shell, found: &Found) -> Result<Option<Arc<Person>>, Failure> {
    let versions = (found.staff_version, found.organ_version);
    if let Some((known, person)) = lock(&shell.persons).get(&found.staff)
        && *known == versions
    {
        return Ok(Some(person.clone()));
    }
    let Some(person) = load(&shell.app, found.staff).await? else { return Ok(None) };
    let person = Arc::new(person);
    lock(&shell.persons).put(found.staff, (versions, person.clone()));
    Ok(Some(person))
}

/// Reads a person who may sign in; none when unknown or disabled.
///
/// # Errors
/// When a stored event cannot be read.
pub async fn load(app: &App, id: StaffId) -> Result<Option<Person>, ReadError> {
    let Some(staff) = app.load::<StaffState>(MatterId(id.0)).await? else { return Ok(None) };
    if !staff.enabled {
        return Ok(None);
    }
    let organ = app.load::<OrganState>(MatterId(staff.organ.0)).await?;
    let (organ_name, region) = match organ {
        Some(it) => (it.profile.name.clone(), it.profile.region.clone()),
        None => (String::new(), String::new()),
    };
    Ok(Some(Person {
        id,
        organ: staff.organ,
        name: staff.name.or_erased().to_owned(),
        unit: staff.unit.clone(),
        roles: staff.roles.clone(),
        organ_name,
        region,
        certificate: staff.certificates.first().map_or_else(String::new, |it| it.number.clone()),
    }))
}

fn is_safe(method: &Method) -> bool {
    method.is_safe()
}

/// Whether the browser says that the request comes from a page of ours. Requests
/// that say nothing are not from a browser of today.
fn same_site(request: &Request) -> Result<(), Failure> {
    if is_safe(request.method()) {
        return Ok(());
    }
    let headers = request.headers();
    if let Some(site) = headers.get("sec-fetch-site") {
        return if site == "same-origin" || site == "none" { Ok(()) } else { Err(Failure::Forged) };
    }
    let Some(origin) = headers.get(header::ORIGIN).and_then(|it| it.to_str().ok()) else {
        return Ok(());
    };
    // A page that sends no referrer has the origin `null`; then the token decides.
    if origin == "null" {
        return Ok(());
    }
    let host = headers.get(header::HOST).and_then(|it| it.to_str().ok());
    let host = host.or_else(|| request.uri().authority().map(|it| it.as_str()));
    let named = origin.split_once("://").map(|(_, rest)| rest);
    if named.is_some() && named == host { Ok(()) } else { Err(Failure::Forged) }
}

/// A changing request of a signed-in browser to what is not open to everyone must
/// carry the session's token: in a header, in the query (uploads), or in the form.
/// The form's body is read, at most `limit` bytes, and put back.
///
/// # Errors
/// [`Failure::Forged`] without the token, [`Failure::TooLarge`] beyond the limit;
/// beside it what was typed, when the form has a token that is not of this session.
pub async fn unforged(
    identity: &Identity,
    limit: usize,
    request: Request,
) -> Result<Request, (Failure, Option<Carried>)> {
    let secret = match &identity.proof {
        Proof::Session(secret) => secret,
        Proof::Token(_) => return Ok(request),
    };
    if is_safe(request.method()) {
        return Ok(request);
    }
    if let Some(token) = request.headers().get("x-csrf-token") {
        let fits = token.to_str().is_ok_and(|it| secret.accepts(it));
        return if fits { Ok(request) } else { Err((Failure::Forged, None)) };
    }
    if let Some(query) = request.uri().query()
        && let Some((_, token)) = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "_csrf")
    {
        if secret.accepts(&token) {
            return Ok(request);
        }
        let carried = is_file(&request).then(|| Carried::file(request.uri()));
        return Err((Failure::Forged, carried));
    }
    if !is_form(&request) {
        return Err((Failure::Forged, None));
    }
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, limit).await.map_err(|_| (Failure::TooLarge, None))?;
    let token = form_urlencoded::parse(&bytes).find(|(name, _)| name == "_csrf");
    match token {
        Some((_, token)) if secret.accepts(&token) => Ok(Request::from_parts(parts, Body::from(bytes))),
        Some(_) => Err((Failure::Forged, Some(Carried::fields(&parts.uri, &bytes)))),
        // Every form of ours has a token.
        None => Err((Failure::Forged, None)),
    }
}

/// What a browser posted that is not signed in. The body is read only when the
/// browser's session ended not long ago, at most [`resend::MOST`] bytes, and kept
/// only when the form is of that session; `limit` is the largest body of a sign-in.
pub async fn posted(limit: usize, request: Request) -> Option<Carried> {
    let path = request.uri().path();
    // Leaving is done already when nobody is signed in.
    if is_safe(request.method()) || path == "/sign-out" || is_program(path) {
        return None;
    }
    let file = is_file(&request);
    if !file && !is_form(&request) {
        return None;
    }
    let Some(ended) = request.extensions().get::<Ended>().cloned() else {
        return Some(Carried::nothing(request.uri()));
    };
    if file {
        return Some(Carried::file(request.uri()));
    }
    Some(kept(limit, ended.staff, request, |token| ended.secret.accepts(token)).await)
}

/// What a signed-in person posted who must change the password first, with the same
/// limits; the form's token has been looked at.
pub async fn typed(limit: usize, person: StaffId, request: Request) -> Option<Carried> {
    if is_safe(request.method()) || is_program(request.uri().path()) {
        return None;
    }
    if is_file(&request) {
        return Some(Carried::file(request.uri()));
    }
    if !is_form(&request) {
        return None;
    }
    Some(kept(limit, person, request, |_| true).await)
}

/// The fields of a form of this person, when its token is right and it is not too long.
async fn kept(limit: usize, person: StaffId, request: Request, right: impl Fn(&str) -> bool) -> Carried {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, resend::MOST).await else {
        return Carried::too_much(&parts.uri);
    };
    let token = form_urlencoded::parse(&bytes).find(|(name, _)| name == "_csrf");
    if !token.is_some_and(|(_, token)| right(&token)) {
        return Carried::nothing(&parts.uri);
    }
    if !resend::fits(bytes.len(), limit) {
        return Carried::too_much(&parts.uri);
    }
    Carried::fields(&parts.uri, &bytes).of(person)
}

fn is_form(request: &Request) -> bool {
    media(request).is_some_and(|it| it.starts_with("application/x-www-form-urlencoded"))
}

fn is_file(request: &Request) -> bool {
    media(request).is_some_and(|it| it.starts_with("multipart/form-data"))
}

fn media(request: &Request) -> Option<&str> {
    request.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok())
}
