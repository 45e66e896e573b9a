//! The store as the running program has it: uploads begun, continued, completed; looks.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::Stream;
use jiff::{SignedDuration, Timestamp};
use mingjing_domain::case::form::wire_name;
use mingjing_domain::cite::Citation;
use mingjing_domain::matter::{Actor, MatterId, StaffId};
use mingjing_domain::recording::timeline::SegmentNo;
use mingjing_domain::recording::words::UploadVia;
use mingjing_domain::refusal::Refusal;
use mingjing_vault::tus::{Metadata, UploadId};
use mingjing_vault::{Append, Error, NewUpload, Outcome, Retention, Upload, Vault};
use tokio::sync::{Semaphore, watch};
use uuid::Uuid;

use super::config::EvidenceConfig;
use super::hooks::{Arrived, Held, Hooks, Piece, Place};
use super::scrub::{self, Scrub, Summary};
use super::verbs;
use crate::kit::app::App;
use crate::kit::auth::{self, Identity};
use crate::kit::authz::Target;
use crate::kit::clock::lock;
use crate::kit::error::WriteError;
use crate::kit::problem::Failure;
use crate::viewing::service::derived;

/// Entry of an upload's metadata that says who made it. The sender cannot give it.
const OWNER: &str = "mingjing-owner";

/// Entry of the metadata of what the system made itself: approval and number of the derivative.
/// No sender can give it.
pub(super) const DERIVED: &str = "mingjing-derived";

/// Pause between two rounds of the work that the store does by itself.
const ROUND: Duration = Duration::from_secs(60);

/// 严格规范归档: what is recorded is kept as it was recorded.
const KEEPING: Citation = Citation::of("国办发〔2018〕118号", "（九）");

/// The evidence store with what is known of its uploads. Clones share everything.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    vault: Vault,
    hooks: Hooks,
    own: EvidenceConfig,
    /// Requests whose bytes are taken.
    turns: Semaphore,
    /// Complete uploads that were told since the program started: whether the recording took
    /// them. What it refused is not told again by itself; whoever asks again gets its answer.
    told: Mutex<BTreeMap<UploadId, bool>>,
    /// When somebody last asked for bytes of a piece.
    looks: Mutex<BTreeMap<(StaffId, MatterId, SegmentNo), Timestamp>>,
    /// What the last check of everything found.
    checked: Mutex<Option<Summary>>,
}

impl Store {
    /// Puts the store together.
    pub fn new(vault: Vault, hooks: Hooks, own: EvidenceConfig) -> Self {
        let turns = Semaphore::new(own.uploads_at_once.max(1));
        let (told, looks, checked) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self(Arc::new(Inner { vault, hooks, own, turns, told, looks, checked }))
    }

    /// Notes what a check of everything found, for the pages.
    pub fn note_check(&self, summary: Option<Summary>) {
        *lock(&self.0.checked) = summary;
    }

    /// What the last check of everything found; none before there was one.
    pub fn last_check(&self) -> Option<Summary> {
        lock(&self.0.checked).clone()
    }

    /// The bytes.
    pub fn vault(&self) -> &Vault {
        &self.0.vault
    }

    /// What the rest of the program says.
    pub fn hooks(&self) -> &Hooks {
        &self.0.hooks
    }

    /// Settings.
    pub fn own(&self) -> &EvidenceConfig {
        &self.0.own
    }

    /// A piece.
    ///
    /// # Errors
    /// Not found.
    pub async fn piece(&self, app: &App, place: Place) -> Result<Piece, Failure> {
        (self.0.hooks.piece)(app.clone(), place).await?.ok_or(Failure::NotFound)
    }

    /// Which piece metadata name: by its number in the recording, or by the identifier that
    /// its device gave it.
    async fn place(&self, app: &App, metadata: &Metadata) -> Result<Place, Failure> {
        let recording = metadata.text("recording").and_then(|it| it.parse::<Uuid>().ok()).map(MatterId);
        let recording =
            recording.ok_or(Error::Malformed("Upload-Metadata 应有 recording（音像记录编号）"))?;
        let said = metadata.text("segment").unwrap_or_default();
        let segment = match said.parse::<Uuid>() {
            Ok(piece) => {
                let found = (self.0.hooks.number)(app.clone(), recording, piece).await?;
                found.ok_or(Failure::NotFound)?
            }
            Err(_) => {
                let number = said.parse::<SegmentNo>().ok().filter(|n| *n > 0);
                number.ok_or(Error::Malformed(
                    "Upload-Metadata 应有 segment（段号，从 1 起；或者设备给的编号）",
                ))?
            }
        };
        Ok(Place { recording, segment })
    }

    /// Begins an upload: it belongs to the person and to the piece that the metadata name.
    ///
    /// # Errors
    /// What is malformed, not there, not the person's, or not awaited.
    pub async fn begin(
        &self,
        app: &App,
        who: &Identity,
        metadata: &str,
        length: Option<u64>,
    ) -> Result<Upload, Failure> {
        let parsed = Metadata::parse(metadata)?;
        if parsed.get(DERIVED).is_some() {
            return Err(Error::Malformed("Upload-Metadata 含有只能由系统填写的内容").into());
        }
        let place = self.place(app, &parsed).await?;
        via(&parsed)?;
        let piece = self.piece(app, place).await?;
        if piece.organ != who.person.organ {
            return Err(Failure::NotFound);
        }
        who.may(verbs::UPLOAD, &Target { handlers: &piece.handlers, ..Target::organ(piece.organ) })?;
        awaited(&piece)?;
        if self.0.hooks.uploaded.is_none() {
            return Err(Failure::Unavailable("音像记录的登记没有启用，不能上传".to_owned()));
        }
        let owner = owner_entry(who.person.id);
        let with_owner = if metadata.trim().is_empty() { owner } else { format!("{metadata},{owner}") };
        let metadata = Metadata::parse(&with_owner)?;
        let new = NewUpload { length, metadata, expected: None };
        Ok(self.0.vault.create(new, app.now()).await?)
    }

    /// An upload of the person, as it was last recorded; nobody who writes it is disturbed.
    ///
    /// # Errors
    /// Not found, over, or of another person.
    pub async fn owned(&self, app: &App, who: &Identity, id: &str) -> Result<Upload, Failure> {
        let upload = self.0.vault.peek(&UploadId::parse(id)?, app.now()).await?;
        if owner(&upload.metadata)? == who.person.id {
            return Ok(upload);
        }
        Err(Refusal::new(
            "authz.upload",
            KEEPING,
            "这个上传任务由他人建立",
            "请由建立上传任务的人员接着传，或者另行建立上传任务",
        )
        .into())
    }

    /// Takes the bytes of one request, and completes the upload when they are the last. Waits
    /// unread while as many others as the settings allow are sending.
    ///
    /// # Errors
    /// As [`Vault::append`] and [`Store::complete`].
    pub async fn append<S, E>(
        &self,
        app: &App,
        id: &UploadId,
        append: Append,
        body: S,
    ) -> Result<Upload, Failure>
    where
        S: Stream<Item = Result<Bytes, E>>,
    {
        let begun = append.offset;
        // The semaphore is never closed.
        let turn = self.0.turns.acquire().await.map_err(|e| Failure::Broken(e.to_string()))?;
        let offset = self.0.vault.append(id, append, body, app.now()).await?;
        drop(turn);
        metrics::counter!("mingjing_evidence_uploaded_bytes_total").increment(offset - begun);
        let upload = self.0.vault.peek(id, app.now()).await?;
        if upload.is_complete() {
            self.complete(app, id).await?;
        }
        Ok(upload)
    }

    /// Takes a complete upload into the store and tells the recording, also when whoever asked
    /// goes away meanwhile. Safe to repeat.
    ///
    /// # Errors
    /// Failures of the store, after which it is tried again by itself; what the recording
    /// refuses (the bytes stay).
    pub async fn complete(&self, app: &App, id: &UploadId) -> Result<(), Failure> {
        let (this, app, id) = (self.clone(), app.clone(), id.clone());
        let ended = tokio::spawn(async move { this.take_in(&app, &id).await }).await;
        ended.map_err(|e| Failure::Broken(e.to_string()))?
    }

    async fn take_in(&self, app: &App, id: &UploadId) -> Result<(), Failure> {
        if lock(&self.0.told).get(id) == Some(&true) {
            return Ok(());
        }
        let upload = self.0.vault.peek(id, app.now()).await?;
        let (owner, place) = (owner(&upload.metadata)?, self.place(app, &upload.metadata).await?);
        let via = via(&upload.metadata)?;
        let piece = self.piece(app, place).await?;
        if piece.held == Held::Destroyed {
            // Begun before its recording was destroyed: no list would ever name these bytes.
            self.0.vault.terminate(id).await?;
            return Err(Refusal::new(
                "recording.destroyed",
                KEEPING,
                "该音像记录的内容已依法销毁，不再接收",
                "请核对音像记录",
            )
            .into());
        }
        let roles = auth::load(app, owner).await?.map_or_else(Vec::new, |it| it.roles);
        let actor = Actor { id: owner, organ: piece.organ, roles };
        let until = match &self.0.hooks.term {
            Some(term) => term(app.clone(), place, actor.clone()).await?,
            None => None,
        };
        let retention = Retention { until, hold: false };
        let stored = self.0.vault.finish(id, &retention, app.now()).await?;
        // An upload's id is drawn once: the command is the same however often it is told.
        let id_of_upload = Uuid::parse_str(id.as_str()).map_err(|e| Failure::Broken(e.to_string()))?;
        let command_id = derived(id_of_upload, "uploaded");
        let Some(tell) = &self.0.hooks.uploaded else {
            return Err(Failure::Unavailable("音像记录的登记没有启用".to_owned()));
        };
        let identity = stored.identity;
        let told = tell(app.clone(), Arrived { actor, via, place, identity, command_id }).await;
        if matches!(told, Ok(()) | Err(WriteError::Refused(_) | WriteError::NotFound(_))) {
            lock(&self.0.told).insert(id.clone(), told.is_ok());
        }
        told?;
        let outcome = match stored.outcome {
            Outcome::New => "new",
            Outcome::Known => "known",
            Outcome::Repaired => "repaired",
        };
        metrics::counter!("mingjing_evidence_pieces_total", "outcome" => outcome).increment(1);
        Ok(())
    }

    /// Completes what came whole and was not told: the program was stopped in between, or the
    /// store did not answer then. Gives how many there were.
    ///
    /// # Errors
    /// When the disk fails; an upload that cannot be completed is logged and left.
    pub async fn settle(&self, app: &App) -> Result<usize, Failure> {
        let mut settled = 0;
        for (id, upload) in self.0.vault.uploads().await? {
            // What the system made itself is told by the job that made it.
            let due = upload.as_ref().is_ok_and(|it| {
                it.is_complete() && app.now() < it.expires && it.metadata.get(DERIVED).is_none()
            });
            if !due || lock(&self.0.told).contains_key(&id) {
                continue;
            }
            match self.complete(app, &id).await {
                Ok(()) => settled += 1,
                Err(error) => tracing::warn!(upload = %id, %error, "an upload cannot be completed"),
            }
        }
        Ok(settled)
    }

    /// Whether a request for bytes begins a look, or goes on with one. A request for a part
    /// within the time of the settings goes on; one for the whole always begins.
    pub fn begins_look(&self, who: StaffId, place: Place, part: bool, now: Timestamp) -> bool {
        let within = SignedDuration::from_mins(self.0.own.look_minutes.max(0));
        let mut looks = lock(&self.0.looks);
        looks.retain(|_, at| now.duration_since(*at) < within);
        let key = (who, place.recording, place.segment);
        !(part && looks.contains_key(&key))
    }

    /// Notes that bytes left, so that further parts belong to the same look.
    pub fn looked(&self, who: StaffId, place: Place, now: Timestamp) {
        lock(&self.0.looks).insert((who, place.recording, place.segment), now);
    }

    /// What the store does by itself until `stop` turns true: completes, removes what expired,
    /// checks everything now and then.
    pub async fn run(self, app: App, mut scrub: Scrub, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            if let Err(error) = self.round(&app, &mut scrub, &stop).await {
                tracing::error!(%error, "the evidence store's own work failed");
            }
            tokio::select! {
                () = tokio::time::sleep(ROUND) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }

    async fn round(&self, app: &App, scrub: &mut Scrub, stop: &watch::Receiver<bool>) -> Result<(), Failure> {
        // Also of a check that the command line made meanwhile.
        self.note_check(scrub.last_kept());
        self.settle(app).await?;
        for id in self.0.vault.sweep(app.now()).await? {
            lock(&self.0.told).remove(&id);
            tracing::info!(upload = %id, "an upload expired");
        }
        let due = scrub.is_due(self.0.own.scrub_days, app.now());
        while due && !*stop.borrow() && !scrub.slice(self, app).await? {
            // Between slices those who upload and play come first.
            tokio::time::sleep(scrub::PAUSE).await;
        }
        if due {
            self.note_check(scrub.last_kept());
        }
        Ok(())
    }
}

/// Refuses bytes for a piece that does not await any.
fn awaited(piece: &Piece) -> Result<(), Refusal> {
    let (code, message, remedy) = match piece.held {
        Held::Awaited => return Ok(()),
        Held::Open => {
            ("evidence.not_sealed", "这段记录还没有封存，不能上传内容", "请先在采集设备上结束录制并登记封存")
        }
        Held::Destroyed => {
            ("evidence.destroyed", "这份音像记录的内容已经依法销毁，不能再上传", "请另行登记音像记录")
        }
        Held::Stored(_) => ("evidence.stored", "这段记录的内容已经入库，不能再上传", "不必再传"),
    };
    Err(Refusal::new(code, KEEPING, message, remedy))
}

/// The piece that the metadata name.
/// By which way a piece comes: `station`, `field` or `computer`; a computer when nothing is said.
fn via(metadata: &Metadata) -> Result<UploadVia, Error> {
    match metadata.text("via") {
        None => Ok(UploadVia::Computer),
        Some(said) => UploadVia::ALL
            .iter()
            .copied()
            .find(|it| wire_name(it) == *said)
            .ok_or(Error::Malformed("Upload-Metadata 的 via 应为 station、field 或者 computer")),
    }
}

fn owner(metadata: &Metadata) -> Result<StaffId, Failure> {
    let id = metadata.text(OWNER).and_then(|it| it.parse::<Uuid>().ok());
    id.map(StaffId).ok_or_else(|| Failure::Broken("an upload without an owner".to_owned()))
}

/// The entry that says who made an upload.
fn owner_entry(owner: StaffId) -> String {
    format!("{OWNER} {}", STANDARD.encode(owner.0.to_string()))
}

/// `Upload-Metadata` as the sender gave it.
pub fn as_sent(metadata: &Metadata) -> String {
    let all = metadata.header();
    // The owner's entry stands last.
    all.split(',').filter(|it| !it.starts_with(OWNER)).collect::<Vec<_>>().join(",")
}
