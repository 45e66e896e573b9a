//! What the tests of the vault share.
// Every test file takes what it needs.
#![allow(dead_code, clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use jiff::Timestamp;
use mingjing_ledger::commit::{EvidenceHasher, EvidenceIdentity};
use mingjing_vault::{
    Append, Cipher, Config, Error, KeyRing, NewUpload, Retention, Stored, Upload, Vault, tus,
};

pub const MIB: usize = 1 << 20;

/// The tests' only clock.
pub fn day(n: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + n * 86_400).unwrap()
}

/// Bytes that differ everywhere.
pub fn bytes(length: usize, seed: u64) -> Vec<u8> {
    let mut out = Vec::with_capacity(length + 8);
    let mut x = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    while out.len() < length {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        out.extend_from_slice(&x.to_le_bytes());
    }
    out.truncate(length);
    out
}

/// The identity by the ledger's own code.
pub fn identity(bytes: &[u8]) -> EvidenceIdentity {
    let mut hasher = EvidenceHasher::new();
    hasher.update(bytes);
    hasher.finish()
}

/// A key file in `dir`, made once.
pub fn keys(dir: &Path, cipher: Cipher) -> KeyRing {
    let path = dir.join("keys.toml");
    if !path.exists() {
        fs::write(&path, KeyRing::generate("2026-a", cipher).unwrap().as_bytes()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    KeyRing::load(&path).unwrap()
}

/// The vault of `dir`, progress recorded every 4 MiB.
pub fn open(dir: &Path) -> Vault {
    let mut config = Config::new(dir.join("vault"), keys(dir, Cipher::Aes256Gcm));
    config.record_every = 4 * MIB as u64;
    Vault::open(config).unwrap()
}

/// A body in pieces of `size`.
pub fn body(bytes: &[u8], size: usize) -> impl Stream<Item = Result<Bytes, Error>> + use<> {
    let pieces: Vec<_> = bytes.chunks(size.max(1)).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    stream::iter(pieces)
}

pub async fn create(vault: &Vault, length: usize) -> Upload {
    vault.create(NewUpload { length: Some(length as u64), ..NewUpload::default() }, day(0)).await.unwrap()
}

pub async fn append(vault: &Vault, id: &tus::UploadId, offset: u64, bytes: &[u8]) -> Result<u64, Error> {
    vault.append(id, Append { offset, ..Append::default() }, body(bytes, 100_000), day(0)).await
}

/// Uploads and finishes.
pub async fn store(vault: &Vault, bytes: &[u8]) -> Stored {
    let upload = create(vault, bytes.len()).await;
    append(vault, &upload.id, 0, bytes).await.unwrap();
    let stored = vault.finish(&upload.id, &Retention::default(), day(0)).await.unwrap();
    assert_eq!(stored.identity, identity(bytes));
    stored
}

/// Bytes of a range.
pub async fn read(vault: &Vault, root: &[u8; 32], range: std::ops::Range<u64>) -> Result<Vec<u8>, Error> {
    let mut pieces = vault.evidence(root).await?.range(range)?;
    let mut out = Vec::new();
    while let Some(piece) = pieces.next().await {
        out.extend_from_slice(&piece?);
    }
    Ok(out)
}

/// Files under a folder of the vault.
pub fn files(vault: &Vault, part: &str) -> Vec<PathBuf> {
    fn walk(dir: &Path, out: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, out) } else { out.push(path) }
        }
    }
    let mut out = Vec::new();
    walk(&vault.root().join(part), &mut out);
    out.sort();
    out
}

/// Changes a stored file, as a faulty disk or an intruder would.
pub fn tamper(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut content = fs::read(path).unwrap();
    change(&mut content);
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(path, content).unwrap();
}
