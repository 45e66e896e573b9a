//! 遮蔽件: what was asked for under an approval of viewing is made by a durable job, in
//! sandboxed children, from a whole copy of the stored piece, and stored as a content of its
//! own beside the original, which is only read.
//!
//! What cannot be made is said on the approval, with the reason, to who asked; only faults of
//! our own are tried again, and at last said as well. The finished bytes wait as a sealed
//! upload that names the order, so that a stop between storing and saying so makes nothing
//! twice and leaves nothing behind. What may not be said any more (the recording was destroyed
//! meanwhile, the right ended) is destroyed again.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::StreamExt as _;
use mingjing_domain::matter::MatterId;
use mingjing_domain::recording::event::Identity;
use mingjing_domain::text::Text;
use mingjing_domain::viewing_grant::{
    Derivative, Edit, Grant, GrantCommand, Mask, MaskOutcome, Original, Region, Shape, Span, Stage,
};
use mingjing_ledger::commit::EvidenceIdentity;
use mingjing_media::MediaError;
use mingjing_media::child::Client;
use mingjing_media::mask::{self, Masker};
use mingjing_media::sandbox::Sandbox;
use mingjing_media::spool::{Spool, SpoolReader};
use mingjing_vault::tus::Metadata;
use mingjing_vault::{Append, Error, Evidence, NewUpload, Retention, Upload, Vault, parse_root};
use tokio::runtime::Handle;

use super::config::EvidenceConfig;
use super::destroy::{destroy, holding};
use super::reader::StoredFile;
use super::service::DERIVED;
use crate::case::facts::Rules;
use crate::kit::app::App;
use crate::kit::entropy::Draw;
use crate::kit::error::WriteError;
use crate::kit::jobs::{Claimed, Handler, JobError, MAX_ATTEMPTS};
use crate::recording::service::system;
use crate::viewing_grant::service::{act, mask_of};

/// Largest original whose copy lies in memory together with what is made of it; a larger one
/// lies in the store's own folder, without a name, or where the settings say.
const IN_MEMORY: u64 = 24 << 20;

/// Memory that looks like a folder, on Linux.
const SHARED_MEMORY: &str = "/dev/shm";

/// Bytes passed on at a time.
const PIECE: usize = 1 << 20;

/// How often the lease of the job is renewed while the children work.
const RENEW: Duration = Duration::from_secs(60);

/// Entry of the metadata that says what made the bytes.
const TOOL: &str = "mingjing-tool";

/// The programs that make derivatives, as this machine has them.
struct Tools {
    own: Client,
    ffmpeg: Result<Masker, MediaError>,
}

/// Makes derivatives. Clones share what was found out about the machine.
#[derive(Clone)]
pub struct Maker(Arc<Inner>);

struct Inner {
    vault: Vault,
    own: EvidenceConfig,
    /// The list of what was destroyed, outside data and backups.
    list: PathBuf,
    /// The program that is started as the child; none for the running one.
    program: Option<PathBuf>,
    tools: OnceLock<Result<Tools, MediaError>>,
}

/// Ends the children when nobody waits for them any more: the job was cut off, or its lease
/// was lost.
#[derive(Default)]
struct Stop(Arc<AtomicBool>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Why there is no derivative.
enum Fault {
    /// For good: said to who asked.
    Said(String),
    /// A fault of our own: tried again.
    Ours(String),
}

impl From<MediaError> for Fault {
    fn from(error: MediaError) -> Self {
        match error {
            MediaError::Io { reason } => Self::Ours(reason),
            other => Self::Said(other.to_string()),
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        match error {
            Error::Destroyed | Error::NoObject | Error::Damaged { .. } => Self::Said(error.to_string()),
            other => Self::Ours(other.to_string()),
        }
    }
}

/// What the children made.
enum Made {
    Film(Spool),
    Picture(Vec<u8>),
}

impl Maker {
    /// Makes them from a store, with the programs that the settings name; `list` is where what
    /// is destroyed is noted.
    pub fn new(vault: Vault, own: EvidenceConfig, list: PathBuf) -> Self {
        Self(Arc::new(Inner { vault, own, list, program: None, tools: OnceLock::new() }))
    }

    /// The same with another program as the child, for tests that are not the program.
    #[must_use]
    pub fn by(self, program: PathBuf) -> Self {
        let (vault, own, list) = (self.0.vault.clone(), self.0.own.clone(), self.0.list.clone());
        Self(Arc::new(Inner { vault, own, list, program: Some(program), tools: OnceLock::new() }))
    }

    /// What the machine has, found out once; a fault of our own is asked again. Blocking.
    fn tools(&self) -> Result<&Tools, MediaError> {
        let find = || {
            let program = match &self.0.program {
                Some(program) => program.clone(),
                None => std::env::current_exe()?,
            };
            let sandbox = Sandbox::detect()?.confined(program.clone());
            let own = Client::current_program(&sandbox)?.by(program);
            Ok(Tools { own, ffmpeg: Masker::find(&sandbox, self.0.own.ffmpeg.as_deref()) })
        };
        if self.0.tools.get().is_none() {
            match find() {
                Err(error @ MediaError::Io { .. }) => return Err(error),
                // Another thread that was first found the same.
                found => drop(self.0.tools.set(found)),
            }
        }
        let nothing = || MediaError::NoSandbox { reason: "没有结果".to_owned() };
        self.0.tools.get().ok_or_else(nothing)?.as_ref().map_err(Clone::clone)
    }

    fn folder(&self, length: u64) -> PathBuf {
        let memory = Path::new(SHARED_MEMORY);
        match &self.0.own.spool_dir {
            Some(folder) => folder.clone(),
            None if length <= IN_MEMORY && memory.is_dir() => memory.to_owned(),
            None => self.0.vault.root().to_owned(),
        }
    }

    /// The bytes, and what made them. Blocking.
    fn work(
        &self,
        file: StoredFile,
        length: u64,
        mask: &Mask,
        stop: &AtomicBool,
    ) -> Result<(Made, String), Fault> {
        let tools = self.tools()?;
        let (original, folder) = (&mask.original, self.folder(length));
        let mut file = file;
        let edits: Vec<mask::Edit> = mask.edits.iter().map(edit).collect();
        match original.shape() {
            Shape::Film | Shape::Sound => {
                let ffmpeg = tools.ffmpeg.as_ref().map_err(Clone::clone)?;
                let copy = Spool::whole(&mut file, &folder, Masker::MOST)?;
                let made = ffmpeg.film(&copy, &edits, shape(original), (&folder, stop))?;
                Ok((Made::Film(made), ffmpeg.version()?))
            }
            Shape::Picture => {
                let copy = Spool::whole(&mut file, &folder, Masker::MOST)?;
                let small = tools.own.mask(&copy, original.frame.unwrap_or((0, 0)), &edits)?;
                Ok((Made::Picture(small.jpeg), concat!("mingjing ", env!("CARGO_PKG_VERSION")).to_owned()))
            }
        }
    }

    /// Works in the background while the lease is held.
    async fn worked(
        &self,
        app: &App,
        job: &Claimed,
        evidence: Evidence,
        mask: &Mask,
    ) -> Result<(Made, String), Fault> {
        let (this, mask, runtime) = (self.clone(), mask.clone(), Handle::current());
        let length = evidence.length();
        let stop = Stop::default();
        let told = Arc::clone(&stop.0);
        let mut work = tokio::task::spawn_blocking(move || {
            this.work(StoredFile::new(evidence, runtime), length, &mask, &told)
        });
        loop {
            tokio::select! {
                done = &mut work => return done.map_err(|e| Fault::Ours(e.to_string()))?,
                () = tokio::time::sleep(RENEW) => {
                    app.renew_job(job).await.map_err(|e| Fault::Ours(e.to_string()))?;
                }
            }
        }
    }

    /// The upload that holds the finished bytes of an order, if there is one.
    async fn waiting(&self, order: &str) -> Result<Option<Upload>, Fault> {
        let mut found = None;
        for (id, upload) in self.0.vault.uploads().await? {
            let Ok(upload) = upload else { continue };
            if upload.metadata.text(DERIVED) != Some(order) {
                continue;
            }
            if upload.is_complete() && found.is_none() {
                found = Some(upload);
            } else {
                // Broken off in the middle.
                self.0.vault.terminate(&id).await?;
            }
        }
        Ok(found)
    }

    /// Takes the bytes into a sealed upload that names the order.
    async fn keep(&self, app: &App, order: &str, made: Made, tool: &str) -> Result<Upload, Fault> {
        let (vault, now) = (&self.0.vault, app.now());
        let entry = |value: &str| STANDARD.encode(value);
        let metadata = Metadata::parse(&format!("{DERIVED} {},{TOOL} {}", entry(order), entry(tool)))?;
        let length = match &made {
            Made::Film(spool) => spool.length(),
            Made::Picture(jpeg) => jpeg.len() as u64,
        };
        let upload = vault.create(NewUpload { length: Some(length), metadata, expected: None }, now).await?;
        let body = match made {
            Made::Film(spool) => futures_util::stream::unfold(Some(spool.reader()), piece).boxed(),
            Made::Picture(jpeg) => {
                futures_util::stream::iter([Ok::<_, std::io::Error>(Bytes::from(jpeg))]).boxed()
            }
        };
        vault.append(&upload.id, Append::default(), body, now).await?;
        Ok(vault.peek(&upload.id, now).await?)
    }

    /// Makes what was asked for, or finds it made, and stores it.
    async fn make(
        &self,
        app: &App,
        job: &Claimed,
        (order, mask): (&str, &Mask),
    ) -> Result<(Upload, EvidenceIdentity, String), Fault> {
        let vault = &self.0.vault;
        let upload = match self.waiting(order).await? {
            Some(upload) => upload,
            None => {
                let evidence = vault.evidence(&parse_root(&mask.original.root)?).await?;
                let (made, tool) = self.worked(app, job, evidence, mask).await?;
                self.keep(app, order, made, &tool).await?
            }
        };
        if !upload.is_complete() {
            return Err(Fault::Ours("the derivative was not taken in whole".to_owned()));
        }
        let tool = upload.metadata.text(TOOL).unwrap_or_default().to_owned();
        let stored = vault.finish(&upload.id, &Retention::default(), app.now()).await?;
        Ok((upload, stored.identity, tool))
    }

    /// Destroys what may not be said any more, unless something else is the same content.
    async fn discard(&self, app: &App, root: &str, order: &str) -> Result<(), JobError> {
        let failed = |e: String| JobError(e);
        let needed = holding(app, root).await.map_err(|e| failed(e.to_string()))?.len();
        let order = format!("遮蔽件 {order}");
        destroy(&self.0.vault, &self.0.list, root, &order, needed, app.now())
            .await
            .map(|_| ())
            .map_err(|e| failed(e.to_string()))
    }
}

/// The next bytes of what a child wrote; reading may wait for the disk.
async fn piece(reader: Option<SpoolReader>) -> Option<(std::io::Result<Bytes>, Option<SpoolReader>)> {
    let mut reader = reader?;
    let read = tokio::task::spawn_blocking(move || {
        let mut block = vec![0; PIECE];
        let mut filled = 0;
        while let Some(rest) = block.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match reader.read(rest) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return (Err(error), None),
            }
        }
        block.truncate(filled);
        (Ok(Bytes::from(block)), Some(reader))
    });
    match read.await {
        Ok((Ok(bytes), _)) if bytes.is_empty() => None,
        Ok((read, reader)) => Some((read, reader)),
        Err(error) => Some((Err(std::io::Error::other(error)), None)),
    }
}

fn shape(it: &Original) -> mask::Shape {
    mask::Shape { frame: it.frame, sound: it.sound, duration_ms: it.duration_ms }
}

fn edit(it: &Edit) -> mask::Edit {
    let span = |it: &Span| mask::Span { from_ms: it.from_ms, to_ms: it.to_ms };
    let region = |it: &Region| mask::Region { x: it.x, y: it.y, width: it.width, height: it.height };
    match it {
        Edit::Mute { span: when } => mask::Edit::Mute(span(when)),
        Edit::Disguise { span: when } => mask::Edit::Disguise(span(when)),
        Edit::Blur { span: when, region: at } => mask::Edit::Blur(span(when), region(at)),
        Edit::Cover { span: when, region: at } => mask::Edit::Cover(span(when), region(at)),
        Edit::Crop { region: at } => mask::Edit::Crop(region(at)),
    }
}

/// What was stored, as the approval notes it.
fn derivative(no: u16, mask: &Mask, identity: &EvidenceIdentity, tool: String) -> Derivative {
    Derivative {
        original: mask.original.recording,
        segment: mask.original.segment,
        original_root: mask.original.root.clone(),
        edits: mask.edits.clone(),
        root: hex::encode(identity.root.sha256),
        tool,
        order: Some(no),
        identity: Some(Identity {
            bytes: identity.length,
            sha256_root: hex::encode(identity.root.sha256),
            sm3_root: hex::encode(identity.root.sm3),
            sha256: hex::encode(identity.file.sha256),
            sm3: hex::encode(identity.file.sm3),
        }),
    }
}

/// Carries the job out.
pub fn handler(maker: Maker, rules: Arc<Rules>) -> Handler {
    Arc::new(move |app, job| {
        let (maker, rules) = (maker.clone(), Arc::clone(&rules));
        Box::pin(async move {
            if let Some((grant, no)) = mask_of(&job) {
                let found = app.load::<Grant>(grant).await.map_err(|e| JobError(e.to_string()))?;
                if let Some(it) = found
                    && let Some(mask) = it.mask(no).filter(|it| it.outcome == MaskOutcome::Making)
                {
                    one(&app, &rules, &maker, &job, (grant, &it.state, no, mask)).await?;
                }
            }
            Ok(app.end_job(&job).await?)
        })
    })
}

async fn one(
    app: &App,
    rules: &Arc<Rules>,
    maker: &Maker,
    job: &Claimed,
    (id, grant, no, mask): (MatterId, &Grant, u16, &Mask),
) -> Result<(), JobError> {
    let order = format!("{id}/{no}");
    let made = match grant.stage {
        Stage::Requested | Stage::Refused | Stage::Ended => Err(Fault::Said("该查阅已经终止".to_owned())),
        Stage::Approved => maker.make(app, job, (&order, mask)).await,
    };
    let say = |command| {
        let command_id = Draw::new(app.entropy().as_ref()).uuid_v7(app.now().as_millisecond());
        let organ = grant.organ;
        async move { act(app, rules, &system(organ), Some(id), command, command_id).await }
    };
    let reason = match made {
        Ok((upload, identity, tool)) => {
            let it = derivative(no, mask, &identity, tool);
            let root = it.root.clone();
            match say(GrantCommand::Derive { derivative: it }).await {
                Ok(_) => {
                    forget(maker, &upload).await;
                    return Ok(());
                }
                Err(WriteError::Refused(refusal)) => {
                    maker.discard(app, &root, &order).await?;
                    forget(maker, &upload).await;
                    refusal.message.clone()
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(Fault::Said(reason)) => reason,
        // Tried as often as any job; at last who asked is told.
        Err(Fault::Ours(reason)) if job.attempts < MAX_ATTEMPTS => return Err(JobError(reason)),
        Err(Fault::Ours(reason)) => format!("系统多次制作没有成功（{reason}）"),
    };
    match say(GrantCommand::FailMask { no, reason: Text::closed(reason) }).await {
        // Said meanwhile.
        Ok(_) | Err(WriteError::Refused(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The bytes are in the store and said: the upload is over. One that stays is swept in its time.
async fn forget(maker: &Maker, upload: &Upload) {
    if let Err(error) = maker.0.vault.terminate(&upload.id).await {
        tracing::debug!(%error, "the upload of a derivative stays until it is swept");
    }
}
