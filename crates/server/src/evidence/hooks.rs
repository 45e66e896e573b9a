//! What the rest of the program says of evidence: asked before bytes are taken or shown, told
//! when they are there.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use mingjing_domain::case::Case;
use mingjing_domain::matter::{Actor, MatterId, OrganId, StaffId, civil_day, shanghai};
use mingjing_domain::recording::Recording;
use mingjing_domain::recording::retention::certain_until;
use mingjing_domain::recording::state::Phase;
use mingjing_domain::recording::timeline::SegmentNo;
use mingjing_domain::recording::words::UploadVia;
use mingjing_domain::viewing::handlers;
use mingjing_domain::viewing_grant::Material;
use mingjing_ledger::commit::EvidenceIdentity;
use mingjing_vault::parse_root;
use uuid::Uuid;

use crate::case::access::rules;
use crate::case::service::gather_for_view;
use crate::disposal::service::file_of;
use crate::kit::app::App;
use crate::kit::auth::Identity;
use crate::kit::error::{ReadError, WriteError};
use crate::kit::http::Shell;
use crate::kit::problem::Failure;
use crate::recording::service::uploaded;
use crate::recording::view as recordings;
use crate::viewing_grant::look::{Wish, foreseen, look, may, recorded};
use crate::viewing_grant::service::derived_behind;
use crate::viewing_grant::taking::farthest;

/// A piece of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The recording's matter.
    pub recording: MatterId,
    /// Number of the piece in it, from 1.
    pub segment: SegmentNo,
}

/// Where a piece is on its way, as far as its bytes are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// Not sealed by the device yet: no bytes are taken.
    Open,
    /// Awaited; what came and did not fit may be there besides.
    Awaited,
    /// In the store, under this SHA-256 root.
    Stored([u8; 32]),
    /// The recording's content was destroyed; the same bytes may be there for another one.
    Destroyed,
}

/// What a piece is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Organ it belongs to.
    pub organ: OrganId,
    /// Those who recorded it, and those who handle its cases.
    pub handlers: Vec<StaffId>,
    /// Its bytes.
    pub held: Held,
    /// Name of the file as the device gave it; said by the sender and believed by nobody.
    pub name: String,
}

/// A piece whose bytes are in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// Who sent it, with the roles held now.
    pub actor: Actor,
    /// By which way, as the sender said.
    pub via: UploadVia,
    /// Which piece.
    pub place: Place,
    /// What came; whether it is what the device sealed is decided by the recording.
    pub identity: EvidenceIdentity,
    /// The same for the same upload, so that it is told once however often it is said.
    pub command_id: Uuid,
}

/// Gives a piece; none when the recording has none such.
pub type FindPiece =
    Arc<dyn Fn(App, Place) -> BoxFuture<'static, Result<Option<Piece>, ReadError>> + Send + Sync>;
/// The number of a piece that is known by the identifier its device gave it.
pub type FindNumber = Arc<
    dyn Fn(App, MatterId, Uuid) -> BoxFuture<'static, Result<Option<SegmentNo>, ReadError>> + Send + Sync,
>;
/// Is told that a piece is in the store, and records it.
pub type Tell = Arc<dyn Fn(App, Arrived) -> BoxFuture<'static, Result<(), WriteError>> + Send + Sync>;
/// What somebody wants of a piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// Which piece.
    pub place: Place,
    /// Root of its bytes.
    pub root: [u8; 32],
    /// It begins: it is recorded. Otherwise it goes on, and is only judged.
    pub begins: bool,
    /// A copy is taken away: what it is for, and under which command. None of a look.
    pub take: Option<(String, Uuid)>,
}

/// Decides whether a person may have a piece now, and records what begins before it happens.
pub type Look = Arc<dyn Fn(Shell, Identity, Asking) -> BoxFuture<'static, Result<(), Failure>> + Send + Sync>;
/// Up to so many roots that rows of recordings name, in order, behind a root.
pub type Rows = Arc<
    dyn Fn(App, Option<[u8; 32]>, usize) -> BoxFuture<'static, Result<Vec<[u8; 32]>, ReadError>>
        + Send
        + Sync,
>;

/// Until when a piece is certainly kept: a bucket with object lock locks its bytes until then.
pub type Term =
    Arc<dyn Fn(App, Place, Actor) -> BoxFuture<'static, Result<Option<Timestamp>, WriteError>> + Send + Sync>;

/// The hooks. Where one is none, what needs it is refused, not done by halves.
#[derive(Clone)]
pub struct Hooks {
    /// The pieces.
    pub piece: FindPiece,
    /// Their numbers.
    pub number: FindNumber,
    /// Told of every piece that came.
    pub uploaded: Option<Tell>,
    /// The judge of a look.
    pub look: Option<Look>,
    /// What must be in the store.
    pub rows: Option<Rows>,
    /// How long a piece is certainly kept.
    pub term: Option<Term>,
}

impl Hooks {
    /// Recordings as their streams have them; looks as the law of viewing judges them.
    pub fn of_recordings() -> Self {
        Self {
            piece: Arc::new(|app, place| Box::pin(async move { find(&app, place).await })),
            number: Arc::new(|app, recording, piece| {
                Box::pin(async move { Ok(recordings::piece(app.db(), recording, piece).await?) })
            }),
            uploaded: Some(Arc::new(|app, it| Box::pin(async move { told(&app, it).await }))),
            look: Some(Arc::new(|shell, who, it| {
                Box::pin(async move {
                    let material = Material::Recording { recording: it.place.recording };
                    match &it.take {
                        Some((reason, command)) => {
                            let (kind, digest) =
                                (farthest(&shell, &who, material, None).await?, hex::encode(it.root));
                            let wish = Wish { kind, digest: &digest, reason, ..Wish::view(material) };
                            let looked = foreseen(&shell, &who, &wish).await?;
                            recorded(&shell, &who, &wish, &looked, *command).await
                        }
                        None if it.begins => look(&shell, &who, &Wish::view(material)).await.map(|_| ()),
                        None => may(&shell, &who, &Wish::view(material)).await,
                    }
                })
            })),
            rows: Some(Arc::new(|app, after, most| {
                Box::pin(async move {
                    let after = after.map(hex::encode);
                    let mut rows = recordings::roots_behind(app.db(), after.as_deref(), most).await?;
                    // What was made of them is theirs.
                    rows.extend(derived_behind(app.db(), after.as_deref(), most).await?);
                    rows.sort_unstable();
                    rows.dedup();
                    rows.truncate(most);
                    Ok(rows.iter().filter_map(|it| parse_root(it).ok()).collect())
                })
            })),
            term: Some(Arc::new(|app, place, actor| {
                Box::pin(async move { term(&app, place, &actor).await })
            })),
        }
    }
}

/// The end of the last day on which the piece is certainly kept; none where no rule says so.
async fn term(app: &App, place: Place, actor: &Actor) -> Result<Option<Timestamp>, WriteError> {
    let Some(it) = app.load::<Recording>(place.recording).await? else { return Ok(None) };
    let mut files = Vec::with_capacity(it.cases.len());
    for case in &it.cases {
        files.extend(app.load::<Case>(*case).await?.as_ref().map(file_of));
    }
    let rules = gather_for_view(app, rules(), it.organ, actor).await?.rules;
    // An organ without a list keeps by no term of ours; what came is taken in all the same.
    let Some(custody) = &rules.custody else { return Ok(None) };
    let last = certain_until(&it.state, &files, custody, &rules.calendar, civil_day(app.now()));
    let end = last.ok().and_then(|it| it.tomorrow().ok()?.to_zoned(shanghai()).ok());
    if end.is_none() {
        tracing::warn!(recording = %place.recording, "no term to lock evidence by");
    }
    Ok(end.map(|it| it.timestamp()))
}

/// Records that a piece came.
async fn told(app: &App, it: Arrived) -> Result<(), WriteError> {
    let place = (it.place.recording, it.place.segment);
    uploaded(app, rules(), &it.actor, place, it.via, &it.identity, it.command_id).await.map(|_| ())
}

async fn find(app: &App, place: Place) -> Result<Option<Piece>, ReadError> {
    let Some(it) = app.load::<Recording>(place.recording).await? else { return Ok(None) };
    let index = usize::from(place.segment).checked_sub(1);
    let Some(segment) = index.and_then(|at| it.segments.get(at)) else { return Ok(None) };
    let mut persons: Vec<StaffId> = it.registration.collectors.iter().map(|one| one.staff).collect();
    for case in &it.cases {
        if let Some(case) = app.load::<Case>(*case).await? {
            persons.extend(handlers(&case));
        }
    }
    let stored = segment.identity.as_ref().and_then(|it| parse_root(&it.sha256_root).ok());
    let held = match (segment.phase, stored) {
        _ if it.destroyed.is_some() => Held::Destroyed,
        (_, Some(root)) => Held::Stored(root),
        (Phase::Captured, None) => Held::Open,
        (Phase::Sealed | Phase::Mismatched | Phase::Uploaded | Phase::Accepted, None) => Held::Awaited,
    };
    let name = segment.capture.name.or_erased().to_owned();
    Ok(Some(Piece { organ: it.organ, handlers: persons, held, name }))
}
