//! Settings of the evidence store, and opening it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use mingjing_domain::matter::civil_day;
use mingjing_vault::{Cipher, KeyRing, S3Config, Vault};
use serde::Deserialize;

use crate::kit::blob::write_new;
use crate::kit::config::Config;
use crate::ops::OpsError;

/// Section `[evidence]` of the settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EvidenceConfig {
    /// Folder of uploads, key records and objects; by default `evidence` in the data folder.
    pub dir: Option<PathBuf>,
    /// File of the master keys; by default beside the signing keys. Never in the data folder.
    pub key_file: Option<PathBuf>,
    /// Cipher of the master key that is made at the first start.
    pub cipher: Cipher,
    /// Bucket for the objects; none keeps them in `dir`.
    pub bucket: Option<S3Config>,
    /// Most bytes of one piece.
    pub max_bytes: u64,
    /// Days after which an upload that nobody goes on with is removed.
    pub upload_days: i64,
    /// Longest that the next bytes of a request are waited for, in seconds.
    pub idle_seconds: u64,
    /// Requests whose bytes are taken at one time; further ones wait, unread.
    pub uploads_at_once: usize,
    /// Minutes within which further ranges of a piece belong to the same look.
    pub look_minutes: i64,
    /// Folder for the unnamed copies that are read in search of what a file says of itself; by
    /// default shared memory, so that nothing is in clear on disk. A derivative needs a whole
    /// copy: one of more than 24 MiB lies in the store's own folder, without a name and gone when
    /// the program ends, unless this says otherwise.
    pub spool_dir: Option<PathBuf>,
    /// The program ffprobe; by default the one on the path.
    pub ffprobe: Option<PathBuf>,
    /// The program ffmpeg; by default the one on the path.
    pub ffmpeg: Option<PathBuf>,
    /// Days from the end of one check of everything to the beginning of the next; 0 for none.
    pub scrub_days: i64,
}

impl Default for EvidenceConfig {
    fn default() -> Self {
        Self {
            dir: None,
            key_file: None,
            cipher: Cipher::Aes256Gcm,
            bucket: None,
            max_bytes: 64 << 30,
            upload_days: 30,
            idle_seconds: 60,
            uploads_at_once: 16,
            look_minutes: 10,
            spool_dir: None,
            ffprobe: None,
            ffmpeg: None,
            scrub_days: 30,
        }
    }
}

impl EvidenceConfig {
    /// Folder of the store.
    pub fn folder(&self, config: &Config) -> PathBuf {
        self.dir.clone().unwrap_or_else(|| config.data.join("evidence"))
    }

    /// File of the master keys.
    pub fn keys(&self, config: &Config) -> PathBuf {
        self.key_file.clone().unwrap_or_else(|| config.key_folder().join("evidence-keys.toml"))
    }

    /// Whether the master keys lie where a copy of the data would take them along.
    pub fn keys_inside(&self, config: &Config) -> bool {
        let keys = absolute(&self.keys(config));
        keys.starts_with(absolute(&config.data)) || keys.starts_with(absolute(&self.folder(config)))
    }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn refused(error: impl std::fmt::Display) -> OpsError {
    OpsError::Refused(format!("证据库：{error}"))
}

/// Whether any evidence was ever taken into the folder.
pub fn holds_evidence(folder: &Path) -> bool {
    fs::read_dir(folder.join("keys")).is_ok_and(|mut entries| entries.next().is_some())
}

/// The master keys; made when nothing was sealed under any yet.
///
/// # Errors
/// When they lie inside the data, are gone while there is evidence, or cannot be used.
fn master_keys(config: &Config, own: &EvidenceConfig, now: Timestamp) -> Result<KeyRing, OpsError> {
    let path = own.keys(config);
    if own.keys_inside(config) {
        return Err(OpsError::Refused(format!(
            "证据库主密钥文件 {} 在数据文件夹之内，会进入备份；请移到数据文件夹之外，并设置 evidence.key_file",
            path.display()
        )));
    }
    if !path.exists() {
        let folder = own.folder(config);
        if holds_evidence(&folder) {
            return Err(OpsError::Refused(format!(
                "证据库主密钥文件 {} 不在，而 {} 中已有证据；没有主密钥，证据不能读出。请放回密钥文件",
                path.display(),
                folder.display()
            )));
        }
        // One key a year is a usual term; the name says when it was made.
        let id = format!("{}", civil_day(now));
        let text = KeyRing::generate(&id, own.cipher).map_err(refused)?;
        write_new(&path, text.as_bytes()).map_err(|e| OpsError::io(&path, e))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).map_err(|e| OpsError::io(&path, e))?;
    }
    KeyRing::load(&path).map_err(refused)
}

fn settings(config: &Config, own: &EvidenceConfig, keys: KeyRing) -> mingjing_vault::Config {
    mingjing_vault::Config {
        bucket: own.bucket.clone(),
        max_length: own.max_bytes,
        upload_lifetime: SignedDuration::from_hours(24 * own.upload_days.max(1)),
        ..mingjing_vault::Config::new(own.folder(config), keys)
    }
}

/// Opens the store for serving. Waits for the disk.
///
/// # Errors
/// A named reason why it cannot be used.
pub fn open(config: &Config, own: &EvidenceConfig, now: Timestamp) -> Result<Vault, OpsError> {
    let keys = master_keys(config, own, now)?;
    Vault::open(settings(config, own, keys)).map_err(refused)
}

/// Opens the store beside a program that serves from it, to read and to check. None when there
/// is no store yet.
///
/// # Errors
/// As [`open`].
pub fn open_beside(config: &Config, own: &EvidenceConfig) -> Result<Option<Vault>, OpsError> {
    if !own.folder(config).is_dir() {
        return Ok(None);
    }
    let keys = KeyRing::load(&own.keys(config)).map_err(refused)?;
    Vault::open_beside(settings(config, own, keys)).map(Some).map_err(refused)
}
