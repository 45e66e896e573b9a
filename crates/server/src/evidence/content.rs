//! The bytes of a piece for those who may look at it, in whole or in part.

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use maud::html;
use mingjing_domain::cite::Citation;
use mingjing_domain::matter::MatterId;
use mingjing_domain::recording::timeline::SegmentNo;
use mingjing_domain::refusal::Refusal;
use mingjing_vault::{Error, Evidence};
use uuid::Uuid;

use super::hooks::{Asking, Held, Piece, Place};
use super::name::{disposition, media};
use super::range::{Asked, asked};
use super::service::Store;
use super::tus::{Opened, opened};
use super::verbs;
use crate::case::access::target_region;
use crate::kit::ask;
use crate::kit::auth::{CommandId, Identity};
use crate::kit::authz::Target;
use crate::kit::form::Posted;
use crate::kit::http::{AsItIs, Shell};
use crate::kit::problem::Failure;
use crate::kit::ui::show as ui;
use crate::viewing_grant::taking::{Asked as Said, Taking, asked as asked_of, given};

/// Address of the bytes of a piece.
pub const PATH: &str = "/api/v1/recordings/{id}/segments/{segment}/content";
/// Address at which a copy of them is taken, for programs.
pub const TAKE: &str = "/api/v1/recordings/{id}/segments/{segment}/copy";
/// Address of the form with which a copy is taken.
pub const PAGE: &str = "/recordings/{id}/segments/{segment}/copy";

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
    ask::nothing(uri.query())?;
    let store = opened(store)?;
    let place = Place { recording: MatterId(recording), segment };
    let (piece, root) = seen(&shell, &store, &who, place).await?;
    let evidence = store.vault().evidence(&root).await.inspect_err(alarm)?;
    let plan = match planned(&headers, evidence.length(), &root)? {
        Ok(plan) => plan,
        Err(response) => return Ok(response),
    };
    if method != Method::HEAD {
        look(&shell, &store, &who, (place, root), plan.part.is_some()).await?;
    }
    sent(evidence, &plan, &piece.name, method == Method::HEAD, false)
}

/// A copy is taken away: recorded with its digest and purpose before the first byte leaves.
async fn taken(
    shell: &Shell,
    who: &Identity,
    store: Opened,
    place: Place,
    (reason, command): (String, Uuid),
) -> Result<Response, Failure> {
    let store = opened(store)?;
    let (piece, root) = seen(shell, &store, who, place).await?;
    let evidence = store.vault().evidence(&root).await.inspect_err(alarm)?;
    let take = Some((reason, command));
    judged(shell, &store, who, Asking { place, root, begins: true, take }).await?;
    sent(evidence, &Plan::whole(&root), &piece.name, false, true)
}

fn form(place: Place, name: &str) -> Taking<'static> {
    let Place { recording, segment } = place;
    Taking {
        current: "/recordings",
        crumbs: vec![
            ("音像记录", "/recordings".to_owned()),
            ("回放", format!("/recordings/{recording}/play")),
        ],
        action: format!("/recordings/{recording}/segments/{segment}/copy"),
        back: format!("/recordings/{recording}/play"),
        beside: ui::card(
            "复制件",
            html! { p { "第" (segment) "段 " (name) } p.meta.small { "须有复制或者导出的批准；复制件的摘要和用途记入查阅记录。" } },
        ),
    }
}

/// GET /recordings/{id}/segments/{segment}/copy
pub async fn sheet(
    State(shell): State<Shell>,
    store: Opened,
    who: Identity,
    Path((recording, segment)): Path<(Uuid, SegmentNo)>,
) -> Result<Response, Failure> {
    let store = opened(store)?;
    let place = Place { recording: MatterId(recording), segment };
    let (piece, _) = seen(&shell, &store, &who, place).await?;
    Ok(form(place, &piece.name).shown(&shell, &who, &Posted::default(), &[], None))
}

/// POST /recordings/{id}/segments/{segment}/copy
pub async fn post(
    State(shell): State<Shell>,
    store: Opened,
    who: Identity,
    Path((recording, segment)): Path<(Uuid, SegmentNo)>,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let place = Place { recording: MatterId(recording), segment };
    let form = form(place, "");
    let (posted, reason, command) = match asked_of(&who, &bytes)? {
        Said::Again(posted, errors) => return Ok(form.shown(&shell, &who, &posted, &errors, None)),
        Said::Go(posted, reason, command) => (posted, reason, command),
    };
    match taken(&shell, &who, store, place, (reason, command)).await {
        Err(Failure::Refused(refusal)) => Ok(form.shown(&shell, &who, &posted, &[], Some(&refusal))),
        other => other,
    }
}

/// POST /api/v1/recordings/{id}/segments/{segment}/copy
pub async fn take(
    State(shell): State<Shell>,
    store: Opened,
    who: Identity,
    Path((recording, segment)): Path<(Uuid, SegmentNo)>,
    CommandId(command): CommandId,
    uri: Uri,
    json: ask::Json,
) -> Result<Response, Failure> {
    ask::nothing(uri.query())?;
    let reason = given(json)?;
    let place = Place { recording: MatterId(recording), segment };
    taken(&shell, &who, store, place, (reason, command)).await
}

/// Which bytes are asked for.
pub(crate) struct Plan {
    /// A part; none for the whole.
    pub(crate) part: Option<std::ops::Range<u64>>,
    tag: String,
}

impl Plan {
    /// All of it.
    pub(crate) fn whole(root: &[u8; 32]) -> Self {
        Self { part: None, tag: format!("\"{}\"", hex::encode(root)) }
    }
}

/// Reads what is asked for; a response where nothing is to be shown: it is held already, or it
/// lies outside.
///
/// # Errors
/// When a header cannot be made.
pub(crate) fn planned(
    headers: &HeaderMap,
    length: u64,
    root: &[u8; 32],
) -> Result<Result<Plan, Response>, Failure> {
    let tag = format!("\"{}\"", hex::encode(root));
    let held = headers.get(header::IF_NONE_MATCH).and_then(|it| it.to_str().ok());
    if held.is_some_and(|it| it.split(',').any(|one| matches!(one.trim(), "*") || one.trim() == tag)) {
        return Ok(Err(with_tag(StatusCode::NOT_MODIFIED.into_response(), &tag)));
    }
    let part = match asked(headers, length, &tag) {
        Asked::Whole => None,
        Asked::Part(part) => Some(part),
        Asked::Outside => {
            let mut response = Failure::from(Error::Range).into_response();
            let range = HeaderValue::from_str(&format!("bytes */{length}"));
            response.headers_mut().insert(header::CONTENT_RANGE, range.map_err(broken)?);
            return Ok(Err(with_tag(response, &tag)));
        }
    };
    Ok(Ok(Plan { part, tag }))
}

/// Sends the bytes, after the look was recorded: shown where a browser can, else as a file.
///
/// # Errors
/// When the range or a header cannot be made.
pub(crate) fn sent(
    evidence: Evidence,
    plan: &Plan,
    name: &str,
    head: bool,
    keep: bool,
) -> Result<Response, Failure> {
    let length = evidence.length();
    let range = plan.part.clone().unwrap_or(0..length);
    let body = if head {
        Body::empty()
    } else {
        Body::from_stream(evidence.range(range.clone())?.inspect(|piece| {
            if let Err(error) = piece {
                alarm(error);
            }
        }))
    };
    let shown = media(name).filter(|_| !keep);
    let mut response = body.into_response();
    let out = response.headers_mut();
    let media = media(name).unwrap_or("application/octet-stream");
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    out.insert(header::CONTENT_LENGTH, HeaderValue::from(range.end - range.start));
    out.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let disposition = disposition(name, shown.is_some());
    out.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&disposition).map_err(broken)?);
    if plan.part.is_some() {
        let told = format!("bytes {}-{}/{length}", range.start, range.end.saturating_sub(1));
        out.insert(header::CONTENT_RANGE, HeaderValue::from_str(&told).map_err(broken)?);
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    response.extensions_mut().insert(AsItIs);
    Ok(with_tag(response, &plan.tag))
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
pub(crate) fn alarm(error: &Error) {
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

async fn judged(shell: &Shell, store: &Store, who: &Identity, asking: Asking) -> Result<(), Failure> {
    let Some(judge) = &store.hooks().look else {
        return Err(Failure::Unavailable("音像记录的查阅登记没有启用，不能播放".to_owned()));
    };
    judge(shell.clone(), who.clone(), asking).await
}

/// Records the look before a byte leaves: nothing is shown that could not be recorded. What
/// goes on with a look is judged again.
async fn look(
    shell: &Shell,
    store: &Store,
    who: &Identity,
    (place, root): (Place, [u8; 32]),
    part: bool,
) -> Result<(), Failure> {
    let now = shell.app.now();
    let begins = store.begins_look(who.person.id, place, part, now);
    judged(shell, store, who, Asking { place, root, begins, take: None }).await?;
    if begins {
        store.looked(who.person.id, place, now);
    }
    Ok(())
}
