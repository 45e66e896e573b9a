//! Anchors: checkpoints in a folder outside the data, by which a rolled-back or
//! forked data folder is recognised. Files are added, never changed.

use std::fs;
use std::path::{Path, PathBuf};

use mingjing_ledger::bundle::verify_head;
use mingjing_ledger::note::{Checkpoint, VerifierKey};

use super::LedgerError;
use crate::kit::blob::write_new;

/// A folder of checkpoints named by their size, `00000000000000000042.checkpoint`.
#[derive(Clone, Debug)]
pub struct Anchor(PathBuf);

impl Anchor {
    /// Anchors in `folder`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// Adds a checkpoint to those that are there; a file that is there already is
    /// left as it is. A folder that is gone, or empty because its medium is not
    /// mounted, is never made anew behind the operator's back.
    ///
    /// # Errors
    /// [`LedgerError::AnchorMissing`] when no checkpoint is there; when the folder
    /// cannot be written.
    pub fn add(&self, size: u64, note: &[u8]) -> Result<(), LedgerError> {
        if self.holds_any()? { self.begin(size, note) } else { Err(self.missing()) }
    }

    /// Why the anchor cannot serve: nothing of the log is there.
    pub fn missing(&self) -> LedgerError {
        LedgerError::AnchorMissing(self.0.display().to_string())
    }

    fn holds_any(&self) -> Result<bool, LedgerError> {
        match fs::read_dir(&self.0) {
            Ok(mut entries) => Ok(entries
                .any(|it| it.is_ok_and(|it| it.path().extension().is_some_and(|it| it == "checkpoint")))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(LedgerError::io(&self.0, error)),
        }
    }

    /// As [`Self::add`], for a log that was never anchored: makes the folder.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn begin(&self, size: u64, note: &[u8]) -> Result<(), LedgerError> {
        let path = self.0.join(format!("{size:020}.checkpoint"));
        if path.exists() {
            return Ok(());
        }
        write_new(&path, note).map_err(|e| LedgerError::io(&path, e))
    }

    /// All anchored checkpoints of the log named `origin`, smallest first, their
    /// signatures checked; those of other (former) logs are passed over.
    ///
    /// # Errors
    /// When a file cannot be read or is not signed by the log.
    pub fn all(&self, origin: &str, keys: &[VerifierKey]) -> Result<Vec<(Checkpoint, String)>, LedgerError> {
        let mut found = Vec::new();
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(found),
            Err(error) => return Err(LedgerError::io(&self.0, error)),
        };
        for entry in entries {
            let path = entry.map_err(|e| LedgerError::io(&self.0, e))?.path();
            if path.extension().is_none_or(|it| it != "checkpoint") {
                continue;
            }
            let text = fs::read_to_string(&path).map_err(|e| LedgerError::io(&path, e))?;
            if !text.starts_with(&format!("{origin}\n")) {
                continue;
            }
            let head = verify_head(&text, keys)
                .map_err(|e| LedgerError::Anchor(format!("{}：{e}", path.display())))?;
            found.push((head.checkpoint, text));
        }
        found.sort_by_key(|(checkpoint, _)| checkpoint.size);
        Ok(found)
    }
}
