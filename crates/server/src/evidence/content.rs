//! The bytes of a piece for those who may look at it, in whole or in part.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use mingjing_domain::cite::Citation;
use mingjing_domain::matter::MatterId;
use mingjing_domain::recording::timeline::SegmentNo;
use mingjing_domain::refusal::Refusal;
use mingjing_domain::viewing_grant::UseKind;
use mingjing_vault::Error;
use uuid::Uuid;

use super::hooks::{Asking, Held, Piece, Place};
use super::name::{disposition, media};
use super::range::{Asked, asked};
use super::service::Store;
use super::tus::{Opened, opened};
use super::verbs;
use crate::case::access::target_region;
use crate::kit::auth::Identity;
use crate::kit::authz::Target;
use crate::kit::http::{AsItIs, Shell};
use crate::kit::problem::Failure;

/// Address of the bytes of a piece.
pub const PATH: &str = "/api/v1/recordings/{id}/segments/{segment}/content";

/// GET, and HEAD without a look: nothing is shown.
pub async fn content(
    State(shell): State<Shell>,
    store: Opened,
    who: Identity,
    Path((recording, segment)): Path<(Uuid, SegmentNo)>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let store = opened(store)?;
    let place = Place { recording: MatterId(recording), segment };
    let (piece, root) = seen(&shell, &store, &who, place).await?;
    let evidence = store.vault().evidence(&root).await.inspect_err(alarm)?;
    let tag = format!("\"{}\"", hex::encode(root));
    let held = headers.get(header::IF_NONE_MATCH).and_then(|it| it.to_str().ok());
    if held.is_some_and(|it| it.split(',').any(|one| matches!(one.trim(), "*") || one.trim() == tag)) {
        return Ok(with_tag(StatusCode::NOT_MODIFIED.into_response(), &tag));
    }
    let length = evidence.length();
    let part = match asked(&headers, length, &tag) {
        Asked::Whole => None,
        Asked::Part(part) => Some(part),
        Asked::Outside => {
            let mut response = Failure::from(Error::Range).into_response();
            let range = HeaderValue::from_str(&format!("bytes */{length}"));
            response.headers_mut().insert(header::CONTENT_RANGE, range.map_err(broken)?);
            return Ok(with_tag(response, &tag));
        }
    };
    let keep = uri.query().is_some_and(|it| it.split('&').any(|one| one == "download"));
    let range = part.clone().unwrap_or(0..length);
    let body = if method == Method::HEAD {
        Body::empty()
    } else {
        let kind = if keep { UseKind::Copy } else { UseKind::View };
        look(&shell, &store, &who, (place, root), kind, part.is_some()).await?;
        Body::from_stream(evidence.range(range.clone())?.inspect(|piece| {
            if let Err(error) = piece {
                alarm(error);
            }
        }))
    };
    let shown = media(&piece.name).filter(|_| !keep);
    let mut response = body.into_response();
    let out = response.headers_mut();
    let media = media(&piece.name).unwrap_or("application/octet-stream");
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    out.insert(header::CONTENT_LENGTH, HeaderValue::from(range.end - range.start));
    out.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let disposition = disposition(&piece.name, shown.is_some());
    out.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&disposition).map_err(broken)?);
    if part.is_some() {
        let told = format!("bytes {}-{}/{length}", range.start, range.end.saturating_sub(1));
        out.insert(header::CONTENT_RANGE, HeaderValue::from_str(&told).map_err(broken)?);
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    response.extensions_mut().insert(AsItIs);
    Ok(with_tag(response, &tag))
}

pub(super) fn broken(error: impl std::fmt::Display) -> Failure {
    Failure::Broken(error.to_string())
}

pub(super) fn with_tag(mut response: Response, tag: &str) -> Response {
    if let Ok(tag) = HeaderValue::from_str(tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// Damage that somebody met while looking.
pub(super) fn alarm(error: &Error) {
    if let Error::Damaged { root, damage } = error {
        metrics::counter!("mingjing_evidence_damage_met_total").increment(1);
        tracing::error!(root, %damage, "evidence is damaged");
    }
}

/// A piece that the table lets the person ask for, and the root of its bytes.
pub(super) async fn seen(
    shell: &Shell,
    store: &Store,
    who: &Identity,
    place: Place,
) -> Result<(Piece, [u8; 32]), Failure> {
    let piece = store.piece(&shell.app, place).await?;
    let region = target_region(shell, who, piece.organ).await?;
    let target = Target { region: &region, handlers: &piece.handlers, ..Target::organ(piece.organ) };
    if let Err(refusal) = who.may(verbs::PLAY, &target) {
        // What is not there is not told to those who may not know what there is.
        let own = piece.organ == who.person.organ;
        return Err(if own { refusal.into() } else { Failure::NotFound });
    }
    match piece.held {
        Held::Stored(root) => Ok((piece, root)),
        Held::Destroyed => Err(Failure::Gone),
        Held::Open | Held::Awaited => Err(Refusal::new(
            "evidence.not_stored",
            Citation::of("国办发〔2018〕118号", "（九）"),
            "这段记录的内容还没有入库",
            "请等待采集人上传完成后再看",
        )
        .into()),
    }
}

/// Records the look before a byte leaves: nothing is shown that could not be recorded. What
/// goes on with a look is judged again; what is taken away is a copy, and always a use of its own.
async fn look(
    shell: &Shell,
    store: &Store,
    who: &Identity,
    (place, root): (Place, [u8; 32]),
    kind: UseKind,
    part: bool,
) -> Result<(), Failure> {
    let now = shell.app.now();
    let Some(judge) = &store.hooks().look else {
        return Err(Failure::Unavailable("音像记录的查阅登记没有启用，不能播放".to_owned()));
    };
    let begins = kind == UseKind::Copy || store.begins_look(who.person.id, place, part, now);
    judge(shell.clone(), who.clone(), Asking { place, root, kind, begins }).await?;
    if begins {
        store.looked(who.person.id, place, now);
    }
    Ok(())
}
