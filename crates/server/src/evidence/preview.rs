//! Small pictures of pieces: the thumbnail of a photograph, the poster of a film.
//!
//! A preview shows content, so it goes through the same judge as the bytes of its piece, each
//! time, also when the browser has it already. What is recorded follows from what a record of
//! viewing is for (B11: viewing needs approval, every viewing is logged and shown):
//!
//! - who recorded the piece or handles its case sees its previews in the course of that work;
//!   only playing the piece is a viewing of theirs;
//! - for everybody else (who supervises, who has an approval) the first preview of a recording
//!   is a viewing of that recording, recorded before a byte leaves; the previews of its other
//!   pieces, and the same again within the time of the settings, belong to that viewing;
//! - lists show previews only to the former, so that looking through a list records nothing and
//!   shows nothing that would have to be recorded.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use mingjing_domain::matter::{MatterId, StaffId};
use mingjing_domain::recording::Recording;
use mingjing_domain::recording::timeline::SegmentNo;
use mingjing_vault::parse_root;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::content::{alarm, broken, seen, with_tag};
use super::hooks::{Asking, Place};
use super::service::Store;
use super::tus::{Opened, opened};
use crate::kit::ask;
use crate::kit::auth::Identity;
use crate::kit::http::{AsItIs, Shell};
use crate::kit::problem::Failure;
use crate::recording::view as recordings;

/// Address of the preview of a piece.
pub const PATH: &str = "/api/v1/recordings/{id}/segments/{segment}/preview";

/// The previews of a recording as one thing to look at: no piece has this number.
const ALL: SegmentNo = 0;

/// Address of the preview of a piece.
pub fn address(recording: MatterId, no: SegmentNo) -> String {
    format!("/api/v1/recordings/{recording}/segments/{no}/preview")
}

/// GET, and HEAD without a look.
pub async fn preview(
    State(shell): State<Shell>,
    store: Opened,
    who: Identity,
    Path((recording, segment)): Path<(Uuid, SegmentNo)>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    ask::nothing(uri.query())?;
    let store = opened(store)?;
    let place = Place { recording: MatterId(recording), segment };
    let (piece, root) = seen(&shell, &store, &who, place).await?;
    let bytes = store.vault().preview(&root).await.inspect_err(alarm)?.ok_or(Failure::NotFound)?;
    let (now, all) = (shell.app.now(), Place { segment: ALL, ..place });
    let handles = piece.handlers.contains(&who.person.id);
    let begins = method != Method::HEAD && !handles && store.begins_look(who.person.id, all, true, now);
    judged(&shell, &store, &who, Asking { place, root, begins, take: None }).await?;
    if begins {
        store.looked(who.person.id, all, now);
    }
    let tag = format!("\"{}\"", hex::encode(&Sha256::digest(&bytes)[..16]));
    let held = headers.get(header::IF_NONE_MATCH).and_then(|it| it.to_str().ok());
    let mut response = if held.is_some_and(|it| it.split(',').any(|one| one.trim() == tag)) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let length = HeaderValue::from_str(&bytes.len().to_string()).map_err(broken)?;
        let body = if method == Method::HEAD { Vec::new() } else { bytes };
        let jpeg = HeaderValue::from_static("image/jpeg");
        ([(header::CONTENT_TYPE, jpeg), (header::CONTENT_LENGTH, length)], body).into_response()
    };
    // The browser may keep it for this person, and asks each time whether it may be shown.
    let caching = HeaderValue::from_static("private, no-cache");
    response.headers_mut().insert(header::CACHE_CONTROL, caching);
    response.extensions_mut().insert(AsItIs);
    Ok(with_tag(response, &tag))
}

async fn judged(shell: &Shell, store: &Store, who: &Identity, asking: Asking) -> Result<(), Failure> {
    let Some(judge) = &store.hooks().look else {
        return Err(Failure::Unavailable("音像记录的查阅登记没有启用，不能查看".to_owned()));
    };
    judge(shell.clone(), who.clone(), asking).await
}

/// The previews of a recording that a page may show.
#[derive(Clone, Debug, Default)]
pub struct Previews {
    /// Addresses by number of the piece.
    pub of: BTreeMap<SegmentNo, String>,
    /// Looking at them is recorded.
    pub recorded: bool,
}

/// The previews that there are and that the person may see; none where the person may not, or
/// where there is no store.
///
/// # Errors
/// When the store fails.
pub async fn of_recording(
    shell: &Shell,
    store: Opened,
    who: &Identity,
    (id, it, handlers): (MatterId, &Recording, &[StaffId]),
) -> Result<Previews, Failure> {
    let mut found = Previews { recorded: !handlers.contains(&who.person.id), ..Previews::default() };
    let Ok(store) = opened(store) else { return Ok(found) };
    if it.destroyed.is_some() {
        return Ok(found);
    }
    let mut any = None;
    for (no, segment) in (1..).zip(&it.segments) {
        let Some(root) = segment.identity.as_ref().and_then(|it| parse_root(&it.sha256_root).ok()) else {
            continue;
        };
        if store.vault().has_preview(&root).await? {
            any = any.or(Some((no, root)));
            found.of.insert(no, address(id, no));
        }
    }
    if let Some((no, root)) = any
        && !may(shell, &store, who, (Place { recording: id, segment: no }, root)).await?
    {
        found.of.clear();
    }
    Ok(found)
}

/// One preview for each of these recordings, for a list that is shown to somebody who handles
/// them; the caller has made sure of that.
///
/// # Errors
/// When the store fails.
pub async fn of_list(
    shell: &Shell,
    store: Opened,
    who: &Identity,
    ids: &[MatterId],
) -> Result<BTreeMap<MatterId, String>, Failure> {
    let mut found = BTreeMap::new();
    let Ok(store) = opened(store) else { return Ok(found) };
    for (id, no, root) in recordings::stored(shell.app.db(), ids).await? {
        let Ok(root) = parse_root(&root) else { continue };
        if !found.contains_key(&id)
            && store.vault().has_preview(&root).await?
            && may(shell, &store, who, (Place { recording: id, segment: no }, root)).await?
        {
            found.insert(id, address(id, no));
        }
    }
    Ok(found)
}

/// Whether the person may look now, without recording anything.
async fn may(
    shell: &Shell,
    store: &Store,
    who: &Identity,
    (place, root): (Place, [u8; 32]),
) -> Result<bool, Failure> {
    match judged(shell, store, who, Asking { place, root, begins: false, take: None }).await {
        Ok(()) => Ok(true),
        Err(Failure::Refused(_) | Failure::NotFound) => Ok(false),
        Err(other) => Err(other),
    }
}
