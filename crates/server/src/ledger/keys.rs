//! The log's signing keys: in a folder of their own, never in data or backups.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use mingjing_ledger::note::{KeyKind, Note, SignerKey, VerifierKey};

use super::LedgerError;
use crate::kit::blob::write_new;
use crate::kit::entropy::Entropy;

/// Ed25519 and SM2 key of one log; both sign every checkpoint.
pub struct LogKeys {
    ed25519: SignerKey,
    sm2: SignerKey,
}

/// File that holds the two seeds.
pub fn key_file(folder: &Path) -> PathBuf {
    folder.join("log.key")
}

impl LogKeys {
    /// Reads the keys of the log named `origin`.
    ///
    /// # Errors
    /// When the file is absent or malformed.
    pub fn load(folder: &Path, origin: &str) -> Result<Self, LedgerError> {
        let path = key_file(folder);
        let text = fs::read_to_string(&path).map_err(|e| LedgerError::io(&path, e))?;
        let seed = |name: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))
                .and_then(|hex| hex::decode(hex.trim()).ok())
                .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
                .ok_or_else(|| LedgerError::KeyMalformed(path.display().to_string()))
        };
        Ok(Self {
            ed25519: SignerKey::from_seed(KeyKind::Ed25519, origin, &seed("ed25519")?)?,
            sm2: SignerKey::from_seed(KeyKind::Sm2, origin, &seed("sm2")?)?,
        })
    }

    /// Reads the keys, or makes them where `signed` says that nothing was signed yet.
    ///
    /// # Errors
    /// [`LedgerError::KeyMissing`] when they are gone but the log was signed.
    pub fn load_or_make(
        folder: &Path,
        origin: &str,
        signed: bool,
        entropy: &dyn Entropy,
    ) -> Result<Self, LedgerError> {
        let path = key_file(folder);
        if !path.exists() {
            if signed {
                return Err(LedgerError::KeyMissing(path.display().to_string()));
            }
            let text =
                format!("ed25519 {}\nsm2 {}\n", hex::encode(entropy.seed()), hex::encode(entropy.seed()));
            // A temporary file is made with mode 0600 and keeps it when renamed.
            write_new(&path, text.as_bytes()).map_err(|e| LedgerError::io(&path, e))?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600))
                .map_err(|e| LedgerError::io(&path, e))?;
            fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
                .map_err(|e| LedgerError::io(folder, e))?;
        }
        Self::load(folder, origin)
    }

    /// Signs a checkpoint.
    ///
    /// # Errors
    /// When signing fails.
    pub fn sign(&self, note: &mut Note) -> Result<(), LedgerError> {
        note.sign(&self.ed25519)?;
        note.sign(&self.sm2)?;
        Ok(())
    }

    /// The keys that verify: Ed25519, then SM2.
    pub fn verifiers(&self) -> Vec<VerifierKey> {
        vec![self.ed25519.verifier().clone(), self.sm2.verifier().clone()]
    }
}
