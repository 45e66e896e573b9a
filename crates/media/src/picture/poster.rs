//! The first clear picture of a video, by ffmpeg as a child in the sandbox, where it is installed.

use super::{PictureLimits, SIDE, Small, thumbnail};
use crate::error::MediaError;
use crate::probe::FORMATS;
use crate::sandbox::{Call, INPUT, Limits, Sandbox, find};
use crate::spool::Spool;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::time::Duration;

const NAME: &str = "ffmpeg";

/// ffmpeg on this machine.
#[derive(Debug, Clone)]
pub struct Ffmpeg {
    program: PathBuf,
    sandbox: Sandbox,
    limits: Limits,
}

impl Ffmpeg {
    /// The configured program, or the one on the path. Limits: 30 s, 20 s of processor, 2 GiB, an answer of 4 MiB.
    ///
    /// # Errors
    /// [`MediaError::NotPresent`].
    pub fn find(sandbox: &Sandbox, configured: Option<&Path>) -> Result<Self, MediaError> {
        let limits = Limits {
            wall: Duration::from_secs(30),
            cpu_seconds: 20,
            output_bytes: 4 * 1024 * 1024,
            ..Limits::reading()
        };
        Ok(Self { program: find(NAME, configured)?, sandbox: sandbox.clone(), limits })
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Makes the poster of a copy ([`Spool::ends`] suffices). Blocking.
    ///
    /// # Errors
    /// [`MediaError::Failed`] for what ffmpeg cannot open or has no picture, [`MediaError::TimedOut`],
    /// [`MediaError::TooLarge`], [`MediaError::Nonsense`] when its answer is no picture.
    pub fn poster(&self, spool: &Spool) -> Result<Small, MediaError> {
        let scale =
            format!("scale=w='min({SIDE},iw)':h='min({SIDE},ih)':force_original_aspect_ratio=decrease");
        let input = ["-protocol_whitelist", "file", "-format_whitelist", FORMATS, "-max_pixels", "80000000"];
        let before = ["-nostdin", "-hide_banner", "-v", "error", "-threads", "1"];
        let output = ["-an", "-sn", "-dn", "-map_metadata", "-1", "-frames:v", "1", "-vf", &scale];
        let written = ["-threads", "1", "-c:v", "png", "-f", "image2pipe", "pipe:1"];
        let arguments: Vec<OsString> = before
            .iter()
            .chain(&input)
            .chain(&["-i", INPUT])
            .chain(&output)
            .chain(&written)
            .map(OsString::from)
            .collect();
        let output = self.sandbox.run(&Call {
            name: NAME,
            program: &self.program,
            arguments: &arguments,
            environment: &BTreeMap::new(),
            readable: Some(&[]),
            input: spool,
            limits: &self.limits,
        })?;
        let picture = output.well(NAME)?;
        // It was made from a stranger's bytes too: decoded within the size that was asked for, and written anew.
        let limits = PictureLimits { side: SIDE, memory: 16 * 1024 * 1024, bytes: self.limits.output_bytes };
        thumbnail(Cursor::new(picture), &limits)
            .map_err(|error| MediaError::Nonsense { program: NAME.into(), reason: error.to_string() })
    }
}
