//! Text that a machine made of a page or of sound, and the engines that make it.
//!
//! What comes back is always a [`MachineText`]: it names its engine and the digest of what it read, and is an aid for
//! finding (requirement E5: speech and text analysis of records). It is no document, no evidence and no signature, and
//! nothing in this crate turns it into one; the product shows it marked as machine-made.
//!
//! [`Transcriber`] and [`Ocr`] are asynchronous and object safe: an engine is a call over the network or a child, and
//! the durable queue of the server runs on tokio; work that blocks goes to its blocking threads inside.
//!
//! # Engines by configuration
//!
//! `[kind = "http"]`, an endpoint of the organ's own: the bytes are sent with `POST`, `Content-Type` is the media type,
//! `Mingjing-Task` is `ocr` or `transcript`, `Mingjing-SHA256` the digest in hex, `Authorization: Bearer …` if a token
//! file is configured. The answer is status 200 and the JSON below. No redirect is followed, no proxy used, plain
//! `http` only when the configuration says `allow_http = true`.
//!
//! `[kind = "command"]`, a local program: each `{input}` of its arguments becomes a path under which the bytes lie,
//! `{media_type}` the media type; no shell. It runs in the [`crate::sandbox`], without network where the kernel
//! allows that, and with `readable = […]` without other files than those. The answer on standard output is the JSON
//! below or, with `output = "text"`, plain text. `engines/rapidocr.py` of this crate is a complete example.
//!
//! ```json
//! {
//!   "engine": { "name": "rapidocr", "version": "1.4.4" },
//!   "text": "optional; otherwise the spans, one a line",
//!   "spans": [
//!     { "text": "现场检查笔录", "page": 1, "box": [0.05, 0.12, 0.28, 0.20], "confidence": 0.996 },
//!     { "text": "请出示证件", "start_ms": 1200, "end_ms": 2600 }
//!   ]
//! }
//! ```
//!
//! `page` counts from 1; `box` is left, top, right, bottom as parts of the page, 0 to 1 from its upper left corner;
//! `confidence` is 0 to 1. Unknown members are ignored. `engine` may be left out if the configuration names it.
//!
//! # What is exercised in tests
//!
//! Both kinds with answers that are wrong in many ways; OCR with a real engine (rapidocr-onnxruntime, whose package
//! carries its models) on a Chinese page; speech with a real engine on synthetic English sound (pocketsphinx, whose
//! package carries an English model). No registry package known to us carries weights for Mandarin speech: for that
//! the interface is tested against a local HTTP fake only, and an organ connects its own service.

mod answer;
mod command;
mod http;

pub use answer::{Area, Engine, MachineText, Span, Task};
pub use command::{CommandConfig, CommandEngine, OutputForm};
pub use http::{HttpConfig, HttpEngine};

use crate::error::MediaError;
use crate::sandbox::Sandbox;
use crate::spool::{Held, Spool};
use async_trait::async_trait;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

/// What is given to an engine.
#[derive(Debug, Clone)]
pub struct Request {
    spool: Spool,
    sha256: [u8; 32],
    media_type: String,
}

impl Request {
    /// A whole copy ([`Spool::whole`]) and its media type (`image/png`, `audio/wav`).
    ///
    /// # Errors
    /// [`MediaError::Config`] for a copy of the two ends, or what is no media type (type and subtype without
    /// parameters, RFC 6838 section 4.2).
    pub fn new(spool: Spool, media_type: &str) -> Result<Self, MediaError> {
        let refused = |reason: &str| MediaError::Config { reason: reason.to_owned() };
        let Held::Whole(sha256) = spool.held() else { return Err(refused("识别需要完整的文件")) };
        let name = |part: &str| {
            let inside = |c: char| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c);
            !part.is_empty()
                && part.len() <= 127
                && part.chars().all(inside)
                && part.starts_with(char::is_alphanumeric)
        };
        match media_type.split_once('/') {
            Some((kind, sub)) if name(kind) && name(sub) => {
                Ok(Self { spool, sha256, media_type: media_type.to_owned() })
            }
            Some(_) | None => Err(refused("媒体类型不合格式")),
        }
    }

    /// SHA-256 of the bytes.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// Media type.
    #[must_use]
    pub fn media_type(&self) -> &str {
        &self.media_type
    }
}

/// Makes text of sound.
#[async_trait]
pub trait Transcriber: Send + Sync {
    /// Transcribes a recording. Spans have milliseconds where the engine tells them.
    ///
    /// # Errors
    /// Any [`MediaError`] of a child or an endpoint; trying again later helps with [`MediaError::Remote`],
    /// [`MediaError::Rejected`] and [`MediaError::TimedOut`].
    async fn transcribe(&self, request: &Request) -> Result<MachineText, MediaError>;
}

/// Makes text of a scanned page or a photograph.
#[async_trait]
pub trait Ocr: Send + Sync {
    /// Reads the text of pages. Spans have page and place where the engine tells them.
    ///
    /// # Errors
    /// As for [`Transcriber::transcribe`].
    async fn recognize(&self, request: &Request) -> Result<MachineText, MediaError>;
}

/// How large an answer may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerLimits {
    /// Bytes.
    pub bytes: u64,
    /// Spans.
    pub spans: usize,
}

impl Default for AnswerLimits {
    /// 16 MiB, 200,000 spans (a day of talk).
    fn default() -> Self {
        Self { bytes: 16 * 1024 * 1024, spans: 200_000 }
    }
}

/// One engine of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EngineConfig {
    /// An endpoint of the organ's own.
    Http(HttpConfig),
    /// A local program.
    Command(CommandConfig),
}

impl EngineConfig {
    /// The engine for pages. Blocking for a moment (reads key and certificate files); nothing is sent yet.
    ///
    /// # Errors
    /// [`MediaError::Config`], [`MediaError::NotPresent`], [`MediaError::Io`].
    pub fn ocr(&self, sandbox: &Sandbox) -> Result<Arc<dyn Ocr>, MediaError> {
        Ok(match self {
            Self::Http(config) => Arc::new(HttpEngine::open(config)?),
            Self::Command(config) => Arc::new(CommandEngine::open(config, sandbox)?),
        })
    }

    /// The engine for sound, in the same way.
    ///
    /// # Errors
    /// As [`EngineConfig::ocr`].
    pub fn transcriber(&self, sandbox: &Sandbox) -> Result<Arc<dyn Transcriber>, MediaError> {
        Ok(match self {
            Self::Http(config) => Arc::new(HttpEngine::open(config)?),
            Self::Command(config) => Arc::new(CommandEngine::open(config, sandbox)?),
        })
    }

    /// Who it is, for an operator: the host of the endpoint, or the name of the program. Nothing else of an address,
    /// which may carry a secret.
    #[must_use]
    pub fn named(&self) -> String {
        match self {
            Self::Http(config) => http::host(&config.url),
            Self::Command(config) => {
                let program =
                    config.argv.first().map(std::path::Path::new).and_then(std::path::Path::file_name);
                program.map(|it| it.to_string_lossy().into_owned()).unwrap_or_default()
            }
        }
    }

    /// Whether it is there: an endpoint answers a `HEAD` with whatever status, a program is a file that can be used.
    /// Nothing of evidence is sent.
    ///
    /// # Errors
    /// As [`EngineConfig::ocr`]; [`MediaError::Remote`] and [`MediaError::TimedOut`] of an endpoint.
    pub async fn present(&self, sandbox: &Sandbox) -> Result<(), MediaError> {
        match self {
            Self::Http(config) => HttpEngine::open(config)?.answers().await,
            Self::Command(config) => CommandEngine::open(config, sandbox).map(|_| ()),
        }
    }
}

/// Ten minutes: an hour of sound on a small machine takes about that.
pub(crate) const fn default_timeout_seconds() -> u64 {
    600
}

/// A configured time limit.
pub(crate) fn timeout(seconds: u64) -> Result<Duration, MediaError> {
    // A day; more is a slip of the pen.
    if (1..=86_400).contains(&seconds) {
        Ok(Duration::from_secs(seconds))
    } else {
        Err(MediaError::Config { reason: "timeout_seconds 应在 1 到 86400 之间".into() })
    }
}
