//! What a stored file says of itself, and the small picture of it: read by a durable job after
//! the piece was accepted, in sandboxed children, from the two ends of the file.
//!
//! A hostile or unknown file ends in a noted reading that says what is lacking; only faults of
//! our own (disk, store) are tried again, as often as any job. Without ffprobe and ffmpeg what
//! can be read without them is read. The copy that a child reads has no name and lies in memory
//! where the machine has a place for that (`/dev/shm`): nothing of it is in clear on disk.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use mingjing_domain::recording::reading::Reading;
use mingjing_domain::recording::state::Segment;
use mingjing_domain::recording::words::SegmentKind;
use mingjing_domain::recording::{Recording, RecordingCommand};
use mingjing_media::MediaError;
use mingjing_media::child::Client;
use mingjing_media::picture::{Ffmpeg, Small};
use mingjing_media::probe::Ffprobe;
use mingjing_media::sandbox::Sandbox;
use mingjing_media::spool::{Held, Spool};
use mingjing_vault::{Error, Evidence, Vault, parse_root};
use tokio::runtime::Handle;

use super::config::EvidenceConfig;
use super::reader::StoredFile;
use super::said;
use crate::case::facts::Rules;
use crate::kit::app::App;
use crate::kit::entropy::Draw;
use crate::kit::error::WriteError;
use crate::kit::jobs::{Handler, JobError};
use crate::kit::write::Loaded;
use crate::recording::jobs::piece_of;
use crate::recording::service::{self, Options, system};

/// Bytes at the beginning of a file that are read: tables of some hours, and the first pictures.
const HEAD: u64 = 32 << 20;
/// Bytes at its end, where the tables of many recordings stand. With [`HEAD`] it is less than
/// what containers give a shared memory by default (64 MiB); a photograph beyond both gets no
/// small picture.
const TAIL: u64 = 12 << 20;

/// Memory that looks like a folder, on Linux.
const SHARED_MEMORY: &str = "/dev/shm";

/// The programs that read, as this machine has them.
struct Tools {
    own: Client,
    ffprobe: Result<Ffprobe, MediaError>,
    ffmpeg: Result<Ffmpeg, MediaError>,
}

/// Reads stored files. Clones share what was found out about the machine.
#[derive(Clone)]
pub struct FileReader(Arc<Inner>);

struct Inner {
    vault: Vault,
    own: EvidenceConfig,
    /// The program that is started as the child; none for the running one.
    program: Option<PathBuf>,
    tools: OnceLock<Result<Tools, MediaError>>,
}

/// What came of a file.
struct Read {
    reading: Reading,
    preview: Option<Small>,
}

impl FileReader {
    /// Reads from a store, with the programs that the settings name.
    pub fn new(vault: Vault, own: EvidenceConfig) -> Self {
        Self(Arc::new(Inner { vault, own, program: None, tools: OnceLock::new() }))
    }

    /// The same with another program as the child, for tests that are not the program.
    #[must_use]
    pub fn by(self, program: PathBuf) -> Self {
        let (vault, own) = (self.0.vault.clone(), self.0.own.clone());
        Self(Arc::new(Inner { vault, own, program: Some(program), tools: OnceLock::new() }))
    }

    /// What the machine has, found out once; a fault of our own is asked again. Blocking.
    fn tools(&self) -> Result<&Tools, MediaError> {
        let find = || {
            let program = match &self.0.program {
                Some(program) => program.clone(),
                None => std::env::current_exe()?,
            };
            let sandbox = Sandbox::detect()?.confined(program.clone());
            Ok(Tools {
                own: Client::current_program(&sandbox)?.by(program),
                ffprobe: Ffprobe::find(&sandbox, self.0.own.ffprobe.as_deref()),
                ffmpeg: Ffmpeg::find(&sandbox, self.0.own.ffmpeg.as_deref()),
            })
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

    /// Reads one file. Blocking.
    ///
    /// # Errors
    /// [`MediaError::Io`]: a fault of our own. Whatever is wrong with the file is in the reading.
    fn read(&self, file: StoredFile, root: &[u8; 32], kind: SegmentKind) -> Result<Read, MediaError> {
        let tools = match self.tools() {
            Ok(tools) => tools,
            Err(error @ MediaError::Io { .. }) => return Err(error),
            Err(error) => {
                let lacking = said::shortfall(&error).into_iter().collect();
                let reading = said::reading(root, &Default::default(), lacking);
                return Ok(Read { reading, preview: None });
            }
        };
        let mut file = file;
        let copy = Spool::ends(&mut file, &self.folder(), HEAD, TAIL)?;
        let ffprobe = || tools.ffprobe.clone().and_then(|it| it.probe(&copy));
        // A photograph says all it has by itself; a sound or a film has its tracks besides.
        let probed = kind.runs().then(ffprobe);
        let (found, lacking) = said::both(tools.own.metadata(&copy), probed)?;
        let reading = said::reading(root, &found, lacking);
        let preview = match (kind, copy.held()) {
            (SegmentKind::Photo | SegmentKind::Document, Held::Whole(_)) => Some(tools.own.thumbnail(&copy)),
            (SegmentKind::Video | SegmentKind::Surveillance, _) => {
                Some(tools.ffmpeg.clone().and_then(|it| it.poster(&copy)))
            }
            (SegmentKind::Photo | SegmentKind::Document, Held::Ends { .. }) | (SegmentKind::Audio, _) => None,
        };
        let preview = match preview.transpose() {
            Err(error @ MediaError::Io { .. }) => return Err(error),
            Err(error) => {
                tracing::debug!(%error, "no small picture could be made");
                None
            }
            Ok(small) => small,
        };
        Ok(Read { reading, preview })
    }

    /// Where the copies lie: as configured, in memory, or in the store's folder.
    fn folder(&self) -> PathBuf {
        let memory = Path::new(SHARED_MEMORY);
        match &self.0.own.spool_dir {
            Some(folder) => folder.clone(),
            None if memory.is_dir() => memory.to_owned(),
            None => self.0.vault.root().to_owned(),
        }
    }

    async fn read_stored(&self, evidence: Evidence, kind: SegmentKind) -> Result<Read, JobError> {
        let (this, runtime) = (self.clone(), Handle::current());
        let root = evidence.identity().root.sha256;
        let read =
            tokio::task::spawn_blocking(move || this.read(StoredFile::new(evidence, runtime), &root, kind));
        read.await.map_err(|e| JobError(e.to_string()))?.map_err(|e| JobError(e.to_string()))
    }
}

/// Carries the job out.
pub fn handler(reader: FileReader, rules: Arc<Rules>) -> Handler {
    Arc::new(move |app, job| {
        let (reader, rules) = (reader.clone(), Arc::clone(&rules));
        Box::pin(async move {
            if let Some((recording, no)) = piece_of(&job) {
                let found = app.load::<Recording>(recording).await.map_err(|e| JobError(e.to_string()))?;
                if let Some(it) = found.filter(|it| it.destroyed.is_none())
                    && let Some(segment) = it.segment(no)
                {
                    piece(&app, &rules, &reader, &it, (no, segment)).await?;
                }
            }
            Ok(app.end_job(&job).await?)
        })
    })
}

async fn piece(
    app: &App,
    rules: &Arc<Rules>,
    reader: &FileReader,
    it: &Loaded<Recording>,
    (no, segment): (u16, &Segment),
) -> Result<(), JobError> {
    let Some(root) = segment.identity.as_ref().and_then(|it| parse_root(&it.sha256_root).ok()) else {
        return Ok(());
    };
    let vault = &reader.0.vault;
    let evidence = match vault.evidence(&root).await {
        Ok(evidence) => evidence,
        // Destroyed since, or told without bytes: there is nothing to read.
        Err(Error::Destroyed | Error::NoObject) => return Ok(()),
        Err(error) => return Err(JobError(error.to_string())),
    };
    let read = reader.read_stored(evidence, segment.capture.kind).await?;
    if let Some(small) = read.preview {
        match vault.keep_preview(&root, small.jpeg).await {
            Ok(()) | Err(Error::Destroyed | Error::NoObject) => {}
            Err(error) => return Err(JobError(error.to_string())),
        }
    }
    let known = segment.reading.as_ref();
    if known.is_some_and(|known| known.lacking.is_empty() || known.lacking == read.reading.lacking) {
        return Ok(());
    }
    let id = Draw::new(app.entropy().as_ref()).uuid_v7(app.now().as_millisecond());
    let command = RecordingCommand::ReadMetadata { no, reading: Box::new(read.reading) };
    match service::act(app, rules, &system(it.organ), Some(it.id), command, Options::new(id)).await {
        // Destroyed or read meanwhile.
        Ok(_) | Err(WriteError::Refused(_) | WriteError::Erased) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
