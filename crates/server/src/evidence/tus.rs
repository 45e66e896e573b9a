//! tus 1.0.0 over HTTP: headers in, statuses out. What they mean is the store's.

use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use jiff::Timestamp;
use mingjing_vault::tus::{CHECKSUMS, Checksum, EXTENSIONS, VERSION};
use mingjing_vault::{Append, Error, Upload};

use super::service::{Store, as_sent};
use crate::kit::auth::Identity;
use crate::kit::http::Shell;
use crate::kit::problem::Failure;

/// The store as a handler gets it: none while the program has none open.
pub type Opened = Option<Extension<Store>>;

const BYTES: &str = "application/offset+octet-stream";

const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
const UPLOAD_DEFER_LENGTH: HeaderName = HeaderName::from_static("upload-defer-length");
const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const UPLOAD_CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");

/// The store, or why there is none.
///
/// # Errors
/// Unavailable.
pub fn opened(store: Opened) -> Result<Store, Failure> {
    let missing = || Failure::Unavailable("证据库没有打开".to_owned());
    store.map(|Extension(store)| store).ok_or_else(missing)
}

/// An answer, or the failure with what the protocol wants beside it.
fn said(result: Result<Response, Failure>) -> Response {
    match result {
        Ok(response) => response,
        Err(failure @ Failure::Protocol) => {
            let mut response = failure.into_response();
            response.headers_mut().insert(TUS_VERSION, HeaderValue::from_static(VERSION));
            response
        }
        Err(failure) => failure.into_response(),
    }
}

fn versioned(headers: &HeaderMap) -> Result<(), Failure> {
    let given = headers.get(TUS_RESUMABLE).and_then(|it| it.to_str().ok());
    if given == Some(VERSION) { Ok(()) } else { Err(Failure::Protocol) }
}

/// A number of bytes in a header.
fn number(headers: &HeaderMap, name: &HeaderName) -> Result<Option<u64>, Failure> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let text = value.to_str().ok().map(str::trim);
    let digits = text.filter(|it| !it.is_empty() && it.bytes().all(|b| b.is_ascii_digit()));
    let number = digits.and_then(|it| it.parse().ok());
    number.map(Some).ok_or_else(|| Failure::Malformed(format!("{name} 应为非负整数")))
}

fn checksum(headers: &HeaderMap) -> Result<Option<Checksum>, Failure> {
    let Some(value) = headers.get(UPLOAD_CHECKSUM) else { return Ok(None) };
    let text = value.to_str().map_err(|_| Error::Malformed("Upload-Checksum 应为 ASCII"))?;
    Ok(Some(Checksum::parse(text)?))
}

/// Whether bytes come with the request, and in the media type of the protocol.
fn has_bytes(headers: &HeaderMap) -> Result<bool, Failure> {
    let announced = number(headers, &header::CONTENT_LENGTH)?;
    let any = announced.map_or_else(|| headers.contains_key(header::TRANSFER_ENCODING), |it| it > 0);
    if any { typed(headers).map(|()| true) } else { Ok(false) }
}

fn typed(headers: &HeaderMap) -> Result<(), Failure> {
    let media = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    if media.is_some_and(|it| it.trim() == BYTES) { Ok(()) } else { Err(Failure::Media(BYTES)) }
}

fn decimal(number: u64) -> HeaderValue {
    HeaderValue::from(number)
}

/// An instant as HTTP writes it.
fn http_date(at: Timestamp) -> Result<HeaderValue, Failure> {
    let text = at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    HeaderValue::from_str(&text).map_err(|e| Failure::Broken(e.to_string()))
}

/// The bytes of a request, each next piece awaited no longer than `idle`.
fn patient(body: Body, idle: Duration) -> impl Stream<Item = Result<Bytes, String>> {
    stream::unfold(Some(body.into_data_stream()), move |bytes| async move {
        let mut bytes = bytes?;
        match tokio::time::timeout(idle, bytes.next()).await {
            Ok(Some(Ok(piece))) => Some((Ok(piece), Some(bytes))),
            Ok(Some(Err(error))) => Some((Err(error.to_string()), None)),
            Ok(None) => None,
            Err(_) => Some((Err("the sender fell silent".to_owned()), None)),
        }
    })
}

/// OPTIONS: what the server can do.
pub async fn options(store: Opened) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    for (name, value) in
        [("tus-version", VERSION), ("tus-extension", EXTENSIONS), ("tus-checksum-algorithm", CHECKSUMS)]
    {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if let Some(Extension(store)) = store {
        headers.insert(HeaderName::from_static("tus-max-size"), decimal(store.own().max_bytes));
    }
    response
}

/// POST /api/v1/uploads: creation, with the first bytes if they come along.
pub async fn create(State(shell): State<Shell>, store: Opened, who: Identity, request: Request) -> Response {
    said(created(&shell, store, &who, request).await)
}

async fn created(
    shell: &Shell,
    store: Opened,
    who: &Identity,
    request: Request,
) -> Result<Response, Failure> {
    let (Parts { headers, .. }, body) = request.into_parts();
    versioned(&headers)?;
    let store = opened(store)?;
    let deferred = match headers.get(UPLOAD_DEFER_LENGTH) {
        None => false,
        Some(value) if value == "1" => true,
        Some(_) => return Err(Failure::Malformed("Upload-Defer-Length 只能是 1".to_owned())),
    };
    let length = number(&headers, &UPLOAD_LENGTH)?;
    if length.is_some() == deferred {
        return Err(Failure::Malformed("Upload-Length 和 Upload-Defer-Length 应当恰有一个".to_owned()));
    }
    let bytes = has_bytes(&headers)?;
    let append = Append {
        offset: 0,
        announced: number(&headers, &header::CONTENT_LENGTH)?,
        length: None,
        checksum: checksum(&headers)?,
    };
    let metadata = headers.get(UPLOAD_METADATA).map(HeaderValue::to_str).transpose();
    let metadata = metadata.map_err(|_| Error::Malformed("Upload-Metadata 应为 ASCII"))?.unwrap_or("");
    let mut upload = store.begin(&shell.app, who, metadata, length).await?;
    if bytes {
        let idle = Duration::from_secs(store.own().idle_seconds.max(1));
        match store.append(&shell.app, &upload.id, append, patient(body, idle)).await {
            Ok(now) => upload = now,
            Err(failure) => {
                // Nobody was told its address: nobody can go on with it.
                if !matches!(failure, Failure::Refused(_)) {
                    store.vault().terminate(&upload.id).await?;
                }
                return Err(failure);
            }
        }
    } else if upload.is_complete() {
        store.complete(&shell.app, &upload.id).await?;
    }
    let mut response = StatusCode::CREATED.into_response();
    let address = format!("/api/v1/uploads/{}", upload.id);
    let address = HeaderValue::from_str(&address).map_err(|e| Failure::Broken(e.to_string()))?;
    response.headers_mut().insert(header::LOCATION, address);
    response.headers_mut().insert(UPLOAD_OFFSET, decimal(upload.offset));
    response.headers_mut().insert(UPLOAD_EXPIRES, http_date(upload.expires)?);
    Ok(response)
}

/// HEAD: where an upload stands. Whoever still writes it stops, and what came is recorded first.
pub async fn head(
    State(shell): State<Shell>,
    store: Opened,
    who: Identity,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    said(standing(&shell, store, &who, &id, &headers).await)
}

async fn standing(
    shell: &Shell,
    store: Opened,
    who: &Identity,
    id: &str,
    headers: &HeaderMap,
) -> Result<Response, Failure> {
    versioned(headers)?;
    let store = opened(store)?;
    let id = store.owned(&shell.app, who, id).await?.id;
    let upload: Upload = store.vault().status(&id, shell.app.now()).await?;
    let mut response = StatusCode::OK.into_response();
    let out = response.headers_mut();
    out.insert(UPLOAD_OFFSET, decimal(upload.offset));
    match upload.length {
        Some(length) => out.insert(UPLOAD_LENGTH, decimal(length)),
        None => out.insert(UPLOAD_DEFER_LENGTH, HeaderValue::from_static("1")),
    };
    let metadata = as_sent(&upload.metadata);
    if let Ok(value) = HeaderValue::from_str(&metadata) {
        out.insert(UPLOAD_METADATA, value);
    }
    out.insert(UPLOAD_EXPIRES, http_date(upload.expires)?);
    Ok(response)
}

/// PATCH: the next bytes.
pub async fn patch(
    State(shell): State<Shell>,
    store: Opened,
    who: Identity,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    said(patched(&shell, store, &who, &id, request).await)
}

async fn patched(
    shell: &Shell,
    store: Opened,
    who: &Identity,
    id: &str,
    request: Request,
) -> Result<Response, Failure> {
    let (Parts { headers, .. }, body) = request.into_parts();
    versioned(&headers)?;
    typed(&headers)?;
    let store = opened(store)?;
    let offset = number(&headers, &UPLOAD_OFFSET)?;
    let offset = offset.ok_or_else(|| Failure::Malformed("缺少 Upload-Offset".to_owned()))?;
    let append = Append {
        offset,
        announced: number(&headers, &header::CONTENT_LENGTH)?,
        length: number(&headers, &UPLOAD_LENGTH)?,
        checksum: checksum(&headers)?,
    };
    let id = store.owned(&shell.app, who, id).await?.id;
    let idle = Duration::from_secs(store.own().idle_seconds.max(1));
    let upload = store.append(&shell.app, &id, append, patient(body, idle)).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(UPLOAD_OFFSET, decimal(upload.offset));
    response.headers_mut().insert(UPLOAD_EXPIRES, http_date(upload.expires)?);
    Ok(response)
}

/// DELETE: gives an upload up. What is in the store already stays there.
pub async fn delete(
    State(shell): State<Shell>,
    store: Opened,
    who: Identity,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    said(deleted(&shell, store, &who, &id, &headers).await)
}

async fn deleted(
    shell: &Shell,
    store: Opened,
    who: &Identity,
    id: &str,
    headers: &HeaderMap,
) -> Result<Response, Failure> {
    versioned(headers)?;
    let store = opened(store)?;
    let id = store.owned(&shell.app, who, id).await?.id;
    store.vault().terminate(&id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// POST /api/v1/uploads/{id}: for senders whose surroundings know only GET and POST, the method
/// that `X-HTTP-Method-Override` names.
pub async fn overridden(
    State(shell): State<Shell>,
    store: Opened,
    who: Identity,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let method = request.headers().get("x-http-method-override").and_then(|it| it.to_str().ok());
    let result = match method {
        Some("PATCH") => patched(&shell, store, &who, &id, request).await,
        Some("DELETE") => deleted(&shell, store, &who, &id, request.headers()).await,
        Some("HEAD") => standing(&shell, store, &who, &id, request.headers()).await,
        Some(_) | None => Err(Failure::Method),
    };
    said(result)
}
