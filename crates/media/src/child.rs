//! This crate's own readers in a child process of the same program, as the press does it: what a hostile file costs
//! is bounded by the kernel, and a fault in a decoder stays outside the server.
//!
//! The program starts itself with the argument `media` and a task; the file is its standard input. The answer on
//! standard output is one byte, 0 made or 1 refused, and the metadata as JSON or the small picture
//! ([`Small`] as width and height, u32 big endian each, and the JPEG), or the [`MediaError`] as JSON. Having opened its
//! file, such a child may open nothing more. The task `exec` confines itself in the same way and becomes another program
//! ([`Sandbox::confined`]).

mod confine;

use crate::error::{MediaError, shorten};
use crate::mask::Edit;
use crate::metadata::{self, Metadata, ReadLimits};
use crate::picture::{PictureLimits, Small, masked, thumbnail};
use crate::sandbox::{Call, Limits, Sandbox};
use crate::spool::Spool;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Argument with which the program is started as a reader of files.
pub const ARGUMENT: &str = "media";

const NAME: &str = "读取文件的子进程";
const METADATA: &str = "metadata";
pub(crate) const EXEC: &str = "exec";
const THUMBNAIL: &str = "thumbnail";
const MASK: &str = "mask";
const MADE: u8 = 0;
const REFUSED: u8 = 1;

/// Works as the child: `arguments` are those after [`ARGUMENT`], the file is standard input.
pub fn run(arguments: &[OsString], mut stdout: impl Write) -> ExitCode {
    let task = arguments.first().and_then(|task| task.to_str());
    if task == Some(EXEC) {
        return confine::exec(arguments.get(1..).unwrap_or_default());
    }
    // A panic in a decoder is caught and answered; its report is of no use to the parent.
    std::panic::set_hook(Box::new(|_| {}));
    let answer = match work(task, arguments.get(1).and_then(|it| it.to_str())) {
        Ok(body) => [&[MADE], body.as_slice()].concat(),
        Err(error) => [&[REFUSED], serde_json::to_vec(&error).unwrap_or_default().as_slice()].concat(),
    };
    match stdout.write_all(&answer).and_then(|()| stdout.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// A photograph with what is masked in it, as the argument after the task has it.
#[derive(serde::Serialize, serde::Deserialize)]
struct Masking {
    frame: (u32, u32),
    edits: Vec<Edit>,
}

fn work(task: Option<&str>, detail: Option<&str>) -> Result<Vec<u8>, MediaError> {
    // Standard input as a file that can seek. After that this process needs no other; where the kernel cannot refuse
    // them, the limits remain.
    let file = || {
        let file = File::open(crate::sandbox::INPUT)?;
        confine::confine(&[]).map_err(|error| MediaError::NoSandbox { reason: error.to_string() })?;
        Ok::<_, MediaError>(file)
    };
    match task {
        Some(METADATA) => {
            let found = metadata::read(file()?, &ReadLimits::default())?;
            serde_json::to_vec(&found).map_err(|error| MediaError::Io { reason: error.to_string() })
        }
        Some(THUMBNAIL) => {
            let small = thumbnail(file()?, &PictureLimits::default())?;
            Ok(told(&small))
        }
        Some(MASK) => {
            let asked: Option<Masking> = detail.and_then(|it| serde_json::from_str(it).ok());
            let config = || MediaError::Config { reason: "没有写明如何遮蔽".into() };
            let Masking { frame, edits } = asked.ok_or_else(config)?;
            Ok(told(&masked(file()?, frame, &edits, &PictureLimits::default())?))
        }
        Some(_) | None => Err(MediaError::Config { reason: "没有这项任务".into() }),
    }
}

fn told(small: &Small) -> Vec<u8> {
    [&small.width.to_be_bytes()[..], &small.height.to_be_bytes(), &small.jpeg].concat()
}

/// The parent's side.
#[derive(Debug, Clone)]
pub struct Client {
    program: PathBuf,
    sandbox: Sandbox,
    limits: Limits,
}

impl Client {
    /// Starts this very program as the child, with [`Limits::reading`] (the allocator's reservations are within its
    /// address space).
    ///
    /// # Errors
    /// [`MediaError::Io`] if the path of the running program is unknown.
    pub fn current_program(sandbox: &Sandbox) -> Result<Self, MediaError> {
        let limits = Limits { wall: Duration::from_secs(30), ..Limits::reading() };
        Ok(Self { program: std::env::current_exe()?, sandbox: sandbox.clone(), limits })
    }

    /// The same by another program that calls [`run`] as this one does.
    #[must_use]
    pub fn by(self, program: PathBuf) -> Self {
        Self { program, ..self }
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// [`metadata::read`] in the child ([`Spool::ends`] suffices). Blocking.
    ///
    /// # Errors
    /// Those of [`metadata::read`], and [`MediaError::Failed`], [`MediaError::TimedOut`] of the process.
    pub fn metadata(&self, spool: &Spool) -> Result<Metadata, MediaError> {
        let body = self.ask(&[METADATA], spool, &self.limits)?;
        serde_json::from_slice(&body).map_err(|error| nonsense(&error.to_string()))
    }

    /// [`thumbnail`] in the child (needs [`Spool::whole`]). Blocking.
    ///
    /// # Errors
    /// Those of [`thumbnail`], and [`MediaError::Failed`], [`MediaError::TimedOut`] of the process.
    pub fn thumbnail(&self, spool: &Spool) -> Result<Small, MediaError> {
        small(&self.ask(&[THUMBNAIL], spool, &self.limits)?)
    }

    /// [`masked`] in the child (needs [`Spool::whole`]); the answer may have 128 MiB. Blocking.
    ///
    /// # Errors
    /// Those of [`masked`], and [`MediaError::Failed`], [`MediaError::TimedOut`] of the process.
    pub fn mask(&self, spool: &Spool, frame: (u32, u32), edits: &[Edit]) -> Result<Small, MediaError> {
        let asked = serde_json::to_string(&Masking { frame, edits: edits.to_vec() })
            .map_err(|error| MediaError::Config { reason: error.to_string() })?;
        let limits = Limits {
            wall: Duration::from_secs(60),
            cpu_seconds: 60,
            memory_bytes: 4 << 30,
            output_bytes: 128 << 20,
            ..self.limits.clone()
        };
        small(&self.ask(&[MASK, &asked], spool, &limits)?)
    }

    fn ask(&self, task: &[&str], spool: &Spool, limits: &Limits) -> Result<Vec<u8>, MediaError> {
        let arguments: Vec<OsString> = std::iter::once(&ARGUMENT).chain(task).map(OsString::from).collect();
        let output = self.sandbox.run(&Call {
            name: NAME,
            program: &self.program,
            arguments: &arguments,
            environment: &BTreeMap::new(),
            readable: None,
            input: spool,
            limits,
        })?;
        let answer = output.well(NAME)?;
        match answer.split_first() {
            Some((&MADE, body)) => Ok(body.to_vec()),
            Some((&REFUSED, body)) => {
                Err(serde_json::from_slice(body).unwrap_or_else(|error| nonsense(&error.to_string())))
            }
            Some((_, _)) | None => Err(nonsense("没有回答")),
        }
    }
}

/// A picture as [`told`].
fn small(body: &[u8]) -> Result<Small, MediaError> {
    let (width, rest) = body.split_first_chunk().ok_or_else(|| nonsense("短"))?;
    let (height, jpeg) = rest.split_first_chunk().ok_or_else(|| nonsense("短"))?;
    let (width, height) = (u32::from_be_bytes(*width), u32::from_be_bytes(*height));
    Ok(Small { width, height, jpeg: jpeg.to_vec() })
}

fn nonsense(reason: &str) -> MediaError {
    MediaError::Nonsense { program: NAME.into(), reason: shorten(reason) }
}
