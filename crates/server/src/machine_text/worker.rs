//! Carries the jobs out: a whole copy of the stored bytes for the engine, the text or the reason
//! why there is none as an event.
//!
//! What may pass (a service that does not answer, a full disk) is tried again a few times, as any
//! job; then, and for all else at once, the reason is noted for a person to see, who may ask
//! again. The answer of an engine is hostile until it was read: its length, its form and what it
//! was made of are checked, and nothing of it stands in a log.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use mingjing_domain::recording::machine::{LinePlace, MachineFault, MachineTask, MachineText, kept};
use mingjing_domain::recording::state::Segment;
use mingjing_domain::recording::timeline::SegmentNo;
use mingjing_domain::recording::{Recording, RecordingCommand};
use mingjing_domain::refusal::Refusal;
use mingjing_media::MediaError;
use mingjing_media::error::Bound;
use mingjing_media::machine::{self, EngineConfig, Ocr, Request, Transcriber};
use mingjing_media::sandbox::Sandbox;
use mingjing_media::spool::Spool;
use mingjing_vault::{Error, Evidence, Vault, parse_root};
use tokio::runtime::Handle;

use super::config::{MachineConfig, sandbox};
use crate::case::facts::Rules;
use crate::evidence::name::media;
use crate::evidence::reader::StoredFile;
use crate::kit::app::App;
use crate::kit::entropy::Draw;
use crate::kit::error::WriteError;
use crate::kit::jobs::{Claimed, Handler, JobError, LEASE, MAX_ATTEMPTS};
use crate::kit::write::Loaded;
use crate::recording::jobs::piece_of;
use crate::recording::service::{self, Options, system};

/// Memory that looks like a folder, on Linux.
const SHARED_MEMORY: &str = "/dev/shm";

/// An engine as it is called.
#[derive(Clone)]
enum Called {
    Ocr(Arc<dyn Ocr>),
    Transcript(Arc<dyn Transcriber>),
}

/// Gives stored pieces to the engine of one task. Clones share it.
#[derive(Clone)]
pub struct Machine(Arc<Inner>);

struct Inner {
    vault: Vault,
    own: MachineConfig,
    task: MachineTask,
    /// Where the copies lie, if not in shared memory.
    spool_dir: Option<PathBuf>,
    /// The program that confines the engine's; none for the running one.
    program: Option<PathBuf>,
    called: OnceLock<Result<Called, MediaError>>,
}

impl Machine {
    /// For a task, with the engine that the settings name. `spool_dir` is where the evidence
    /// store lays its copies, where these settings name no folder of their own.
    pub fn new(vault: Vault, own: MachineConfig, spool_dir: Option<PathBuf>, task: MachineTask) -> Self {
        let spool_dir = own.spool_dir.clone().or(spool_dir);
        Self(Arc::new(Inner { vault, own, task, spool_dir, program: None, called: OnceLock::new() }))
    }

    /// The same with another program that confines, for tests that are not the program.
    #[must_use]
    pub fn by(self, program: PathBuf) -> Self {
        let it = &self.0;
        let (vault, own, spool_dir, task) = (it.vault.clone(), it.own.clone(), it.spool_dir.clone(), it.task);
        Self(Arc::new(Inner { vault, own, task, spool_dir, program: Some(program), called: OnceLock::new() }))
    }

    /// The engine, made ready once; what did not work is tried anew. Blocking for a moment.
    fn called(&self, config: &EngineConfig) -> Result<Called, MediaError> {
        if let Some(Ok(called)) = self.0.called.get() {
            return Ok(called.clone());
        }
        let sandbox = match &self.0.program {
            Some(program) => Sandbox::detect()?.confined(program.clone()),
            None => sandbox()?,
        };
        let called = match self.0.task {
            MachineTask::Ocr => Called::Ocr(config.ocr(&sandbox)?),
            MachineTask::Transcript => Called::Transcript(config.transcriber(&sandbox)?),
        };
        // Another thread that was first made the same.
        drop(self.0.called.set(Ok(called.clone())));
        Ok(called)
    }

    /// Where the copies lie: as configured, in memory, or in the store's folder.
    fn folder(&self) -> PathBuf {
        let memory = Path::new(SHARED_MEMORY);
        match &self.0.spool_dir {
            Some(folder) => folder.clone(),
            None if memory.is_dir() => memory.to_owned(),
            None => self.0.vault.root().to_owned(),
        }
    }

    /// What the engine writes down of a piece; none while no engine is set.
    async fn reads(
        &self,
        evidence: Evidence,
        name: &str,
    ) -> Result<Option<machine::MachineText>, MediaError> {
        let Some(config) = self.0.own.engine(self.0.task).cloned() else { return Ok(None) };
        let limit = self.0.own.max_bytes;
        if evidence.length() > limit {
            return Err(MediaError::TooLarge { bound: Bound::Copy, limit });
        }
        let (this, runtime, media) = (self.clone(), Handle::current(), media_type(name));
        let ready = tokio::task::spawn_blocking(move || {
            let called = this.called(&config)?;
            let copy = Spool::whole(&mut StoredFile::new(evidence, runtime), &this.folder(), limit)?;
            Ok::<_, MediaError>((called, Request::new(copy, media)?))
        });
        let broken = |e: tokio::task::JoinError| MediaError::Io { reason: e.to_string() };
        let (called, request) = ready.await.map_err(broken)??;
        match called {
            Called::Ocr(engine) => engine.recognize(&request).await,
            Called::Transcript(engine) => engine.transcribe(&request).await,
        }
        .map(Some)
    }
}

/// The media type of a piece by its name: what browsers show, and what engines read besides.
fn media_type(name: &str) -> &'static str {
    let end = name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase()).unwrap_or_default();
    match (media(name), end.as_str()) {
        (Some(known), _) => known,
        (None, "pdf") => "application/pdf",
        (None, "tif" | "tiff") => "image/tiff",
        (None, "bmp") => "image/bmp",
        (None, "avi") => "video/x-msvideo",
        (None, "amr") => "audio/amr",
        (None, "flac") => "audio/flac",
        (None, _) => "application/octet-stream",
    }
}

/// Why nothing came, for a person.
const fn fault(error: &MediaError) -> MachineFault {
    match error {
        MediaError::NotPresent { .. } | MediaError::NoSandbox { .. } | MediaError::Config { .. } => {
            MachineFault::Unfit
        }
        MediaError::Remote { .. } | MediaError::Rejected { .. } => MachineFault::Unreachable,
        MediaError::TimedOut { .. } => MachineFault::TimedOut,
        MediaError::Nonsense { .. } => MachineFault::Nonsense,
        MediaError::TooLarge { .. } => MachineFault::TooLarge,
        MediaError::Io { .. } => MachineFault::Storage,
        MediaError::Failed { .. }
        | MediaError::Crashed
        | MediaError::Unsupported
        | MediaError::NoMetadata
        | MediaError::Truncated
        | MediaError::Malformed { .. } => MachineFault::Failed,
    }
}

/// Whether it may pass by itself: nobody answers, the service is busy or broken, a fault of ours.
const fn passing(error: &MediaError) -> bool {
    match error {
        MediaError::Remote { .. } | MediaError::Io { .. } => true,
        MediaError::Rejected { status } => matches!(status, 408 | 429 | 500..),
        MediaError::NotPresent { .. }
        | MediaError::NoSandbox { .. }
        | MediaError::Config { .. }
        | MediaError::TimedOut { .. }
        | MediaError::Nonsense { .. }
        | MediaError::TooLarge { .. }
        | MediaError::Failed { .. }
        | MediaError::Crashed
        | MediaError::Unsupported
        | MediaError::NoMetadata
        | MediaError::Truncated
        | MediaError::Malformed { .. } => false,
    }
}

/// What an engine answered, as it is kept: the pieces of its text where it says them.
fn noted(
    it: &Recording,
    no: SegmentNo,
    root: &str,
    said: machine::MachineText,
    task: MachineTask,
) -> MachineText {
    let lines: Vec<(String, LinePlace)> = if said.spans.is_empty() {
        said.text.lines().map(|line| (line.to_owned(), LinePlace::default())).collect()
    } else {
        let place =
            |it: &machine::Span| LinePlace { start_ms: it.start_ms, end_ms: it.end_ms, page: it.page };
        said.spans
            .into_iter()
            .map(|span| {
                let at = place(&span);
                (span.text, at)
            })
            .collect()
    };
    let (text, places, cut) = kept(&lines, it.machine_room(no));
    MachineText {
        task,
        sha256_root: root.to_owned(),
        sha256: said.input_sha256,
        engine: said.engine.name,
        engine_version: said.engine.version,
        text,
        places,
        cut,
    }
}

/// Carries the jobs of a task out.
pub fn handler(machine: Machine, rules: Arc<Rules>) -> Handler {
    Arc::new(move |app, job| {
        let (machine, rules) = (machine.clone(), Arc::clone(&rules));
        Box::pin(async move {
            if let Some((recording, no)) = piece_of(&job) {
                let found = app.load::<Recording>(recording).await.map_err(|e| JobError(e.to_string()))?;
                if let Some(it) = found.filter(|it| it.destroyed.is_none())
                    && let Some(segment) = it.segment(no).filter(|it| !it.machine.settled())
                {
                    let command = held(&app, &job, piece(&machine, &it, (no, segment), &job)).await?;
                    if let Some(command) = command {
                        note(&app, &rules, &it, (no, command)).await?;
                    }
                }
            }
            Ok(app.end_job(&job).await?)
        })
    })
}

/// Does what takes long, and holds the job meanwhile.
async fn held<T>(
    app: &App,
    job: &Claimed,
    work: impl Future<Output = Result<T, JobError>>,
) -> Result<T, JobError> {
    let pause = Duration::from_secs(u64::try_from(LEASE.as_secs()).unwrap_or(1).max(2) / 2);
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            () = tokio::time::sleep(pause) => app.hold_job(job).await?,
        }
    }
}

/// Gives a piece to the engine: what is to be noted; none where there is nothing to read.
async fn piece(
    machine: &Machine,
    it: &Loaded<Recording>,
    (no, segment): (SegmentNo, &Segment),
    job: &Claimed,
) -> Result<Option<RecordingCommand>, JobError> {
    let Some(identity) = &segment.identity else { return Ok(None) };
    let Ok(root) = parse_root(&identity.sha256_root) else { return Ok(None) };
    let failed = |why| Ok(Some(RecordingCommand::NoteMachineFault { no, why }));
    if it.machine_room(no) == 0 {
        return failed(MachineFault::Full);
    }
    let read = match machine.0.vault.evidence(&root).await {
        Ok(evidence) => machine.reads(evidence, segment.capture.name.or_erased()).await,
        // Destroyed since, or told without bytes: there is nothing to read.
        Err(Error::Destroyed | Error::NoObject) => return Ok(None),
        Err(error) => Err(MediaError::Io { reason: error.to_string() }),
    };
    match read {
        Ok(Some(said)) => {
            let text = noted(it, no, &identity.sha256_root, said, machine.0.task);
            Ok(Some(RecordingCommand::NoteMachineText { no, text: Box::new(text) }))
        }
        Ok(None) => failed(MachineFault::NoEngine),
        // The reasons of these hold nothing of the text.
        Err(error) if passing(&error) && job.attempts < MAX_ATTEMPTS => Err(JobError(error.to_string())),
        Err(error) => failed(fault(&error)),
    }
}

/// Notes it; what was destroyed or noted meanwhile is left.
async fn note(
    app: &App,
    rules: &Arc<Rules>,
    it: &Loaded<Recording>,
    (no, command): (SegmentNo, RecordingCommand),
) -> Result<(), JobError> {
    let Err(refusal) = told(app, rules, it, command).await? else { return Ok(()) };
    match refusal.code.as_ref() {
        "recording.destroyed" | "machine.known" => Ok(()),
        // The answer was of something else, or names no engine: that is no text of the piece.
        "machine.digest" | "machine.engine" => {
            let fault = RecordingCommand::NoteMachineFault { no, why: MachineFault::Nonsense };
            told(app, rules, it, fault).await.map(|_| ())
        }
        // Another piece took the room meanwhile: with what is left it is read again.
        code => Err(JobError(code.to_owned())),
    }
}

/// Has the recording note something; gives its refusal.
async fn told(
    app: &App,
    rules: &Arc<Rules>,
    it: &Loaded<Recording>,
    command: RecordingCommand,
) -> Result<Result<(), Refusal>, JobError> {
    let id = Draw::new(app.entropy().as_ref()).uuid_v7(app.now().as_millisecond());
    match service::act(app, rules, &system(it.organ), Some(it.id), command, Options::new(id)).await {
        Ok(_) | Err(WriteError::Erased) => Ok(Ok(())),
        Err(WriteError::Refused(refusal)) => Ok(Err(*refusal)),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_tried_again_and_the_rest_is_said() {
        let rejected = |status| MediaError::Rejected { status };
        assert!(passing(&rejected(503)) && passing(&rejected(429)) && !passing(&rejected(401)));
        assert_eq!(fault(&rejected(302)), MachineFault::Unreachable);
        let late = MediaError::TimedOut { program: "x".into(), millis: 1 };
        assert!(!passing(&late));
        assert_eq!(fault(&late), MachineFault::TimedOut);
    }

    #[test]
    fn scanned_pages_have_their_media_type() {
        let all = ["笔录.PDF", "页.tiff", "现场.mp4", "a.exe", "没有"];
        let found = all.map(media_type);
        let none = "application/octet-stream";
        assert_eq!(found, ["application/pdf", "image/tiff", "video/mp4", none, none]);
    }
}
