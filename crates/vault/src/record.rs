//! Key records and tombstones: small files on the server's own disk, wherever the objects are.
//!
//! ```text
//! keys/ab/cd/<root>.json       identity, salt and wrapped key: without it the object is noise
//! destroyed/ab/cd/<root>.json  what was destroyed, when and by which order
//! ```
//!
//! The key record is the commit: evidence is in the vault when its record is, and gone when it is
//! gone. It is never on the object store, whose locks would keep it.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use mingjing_ledger::commit::EvidenceIdentity;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::disk;
use crate::error::{Damage, Error};
use crate::keys::{KeyRing, WrappedKey};
use crate::seal::{Header, Key};

/// A piece of evidence in the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRecord {
    /// What it is.
    pub identity: EvidenceIdentity,
    /// Salt of the header, 32 hex digits.
    pub salt: String,
    /// Master key at ingest, as the header says; the wrapped key may be under a later one.
    pub sealed_under: String,
    /// The data key.
    pub key: WrappedKey,
}

/// What is left of a destroyed piece.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tombstone {
    /// What it was.
    pub identity: EvidenceIdentity,
    /// Master key under which the destroyed data key was wrapped.
    pub key_id: String,
    /// SHA-256 of the destroyed key record, 64 hex digits.
    pub record_sha256: String,
    /// The order that was carried out, as the caller names it.
    pub order: String,
    /// When it was begun.
    pub at: Timestamp,
    /// Name of the object.
    pub object: String,
    /// What became of the sealed bytes.
    pub bytes: Remains,
}

/// What became of the sealed bytes of a destroyed piece.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is", content = "why")]
pub enum Remains {
    /// The key is being destroyed; the bytes not yet.
    Pending,
    /// Removed.
    Removed,
    /// The store kept them (object lock, versions): noise without the key.
    Kept(String),
}

impl KeyRecord {
    /// A record for new evidence, its key wrapped under the current master key.
    pub fn new(
        identity: EvidenceIdentity,
        header: &Header,
        sealed_under: &str,
        key: &Key,
        keys: &KeyRing,
    ) -> Self {
        let salt = hex::encode(header.salt());
        let key = keys.wrap(key, &context(&identity, &salt));
        Self { identity, salt, sealed_under: sealed_under.to_owned(), key }
    }

    /// The data key.
    pub fn open(&self, keys: &KeyRing) -> Result<Key, Damage> {
        keys.unwrap(&self.key, &context(&self.identity, &self.salt))
    }

    /// The same under the current master key.
    pub fn rewrap(&self, keys: &KeyRing) -> Result<Self, Damage> {
        let key = keys.wrap(&self.open(keys)?, &context(&self.identity, &self.salt));
        Ok(Self { key, ..self.clone() })
    }

    /// Header of the object.
    pub fn header(&self) -> Result<Header, Damage> {
        let salt = hex::decode(&self.salt).ok().and_then(|salt| salt.try_into().ok());
        let salt: [u8; 16] = salt.ok_or_else(|| Damage::KeyRecord("salt".into()))?;
        Ok(Header::with_salt(self.key.cipher, &self.sealed_under, &salt))
    }

    /// Name of the object: shards, root and salt, so that a name is never used for other bytes.
    pub fn object(&self) -> String {
        let root = hex::encode(self.identity.root.sha256);
        format!("objects/{}/{}/{root}-{}", &root[..2], &root[2..4], self.salt)
    }
}

/// A data key opens only for this evidence and this object.
fn context(identity: &EvidenceIdentity, salt: &str) -> Vec<u8> {
    let EvidenceIdentity { length, root, file } = identity;
    let mut context = b"mingjing/vault/key/1".to_vec();
    context.extend_from_slice(&length.to_be_bytes());
    for digest in [root.sha256, root.sm3, file.sha256, file.sm3] {
        context.extend_from_slice(&digest);
    }
    context.extend_from_slice(salt.as_bytes());
    context
}

/// The two folders.
#[derive(Debug, Clone)]
pub struct Records {
    root: PathBuf,
}

impl Records {
    /// Records under the vault's folder.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// `<kind>/ab/cd/<root>.json`.
    fn path(&self, kind: &str, root: &[u8; 32]) -> PathBuf {
        let root = hex::encode(root);
        self.root.join(kind).join(&root[..2]).join(&root[2..4]).join(format!("{root}.json"))
    }

    /// The key record of a piece.
    ///
    /// # Errors
    /// [`Error::Damaged`] when it cannot be read as one.
    pub fn find(&self, root: &[u8; 32]) -> Result<Option<KeyRecord>, Error> {
        let Some(bytes) = disk::read(&self.path("keys", root))? else { return Ok(None) };
        let bad = |what: String| Error::damaged(root, Damage::KeyRecord(what));
        let record: KeyRecord = serde_json::from_slice(&bytes).map_err(|e| bad(e.to_string()))?;
        if record.identity.root.sha256 != *root {
            return Err(bad("identity".into()));
        }
        Ok(Some(record))
    }

    /// Puts the record of new evidence; `false` when there is one already.
    pub fn put_new(&self, record: &KeyRecord) -> Result<bool, Error> {
        let path = self.path("keys", &record.identity.root.sha256);
        path.parent().map_or(Ok(()), disk::make_dirs)?;
        disk::put_new(&path, &path.with_extension(&record.salt), &bytes(record, &path)?)
    }

    /// Puts a record in place of the one that is there.
    pub fn replace(&self, record: &KeyRecord) -> Result<(), Error> {
        let path = self.path("keys", &record.identity.root.sha256);
        disk::replace(&path, &[&bytes(record, &path)?])
    }

    /// SHA-256 of the record's file, 64 hex digits; `None` when there is none.
    pub fn digest(&self, root: &[u8; 32]) -> Result<Option<String>, Error> {
        let bytes = disk::read(&self.path("keys", root))?;
        Ok(bytes.map(|bytes| hex::encode(Sha256::digest(bytes))))
    }

    /// Destroys the key.
    pub fn wipe(&self, root: &[u8; 32]) -> Result<(), Error> {
        disk::wipe(&self.path("keys", root))
    }

    /// What is left of a destroyed piece.
    pub fn tombstone(&self, root: &[u8; 32]) -> Result<Option<Tombstone>, Error> {
        let path = self.path("destroyed", root);
        let Some(bytes) = disk::read(&path)? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|e| Error::corrupt(&path, e))
    }

    /// Writes a tombstone.
    pub fn bury(&self, tombstone: &Tombstone) -> Result<(), Error> {
        let path = self.path("destroyed", &tombstone.identity.root.sha256);
        path.parent().map_or(Ok(()), disk::make_dirs)?;
        disk::replace(&path, &[&bytes(tombstone, &path)?])
    }

    /// Up to `limit` roots with a key record, in order, behind `after`.
    pub fn roots(&self, after: Option<&[u8; 32]>, limit: usize) -> Result<Vec<[u8; 32]>, Error> {
        let after = after.map(hex::encode).unwrap_or_default();
        let mut roots = Vec::new();
        let keys = self.root.join("keys");
        for first in disk::names(&keys)? {
            if first.as_str() < after.get(..2).unwrap_or_default() {
                continue;
            }
            for second in disk::names(&keys.join(&first))? {
                if (first.clone() + &second).as_str() < after.get(..4).unwrap_or_default() {
                    continue;
                }
                for name in disk::names(&keys.join(&first).join(&second))? {
                    let Some(root) = name.strip_suffix(".json") else { continue };
                    if let (true, Ok(root)) = (root > after.as_str(), parse_root(root)) {
                        roots.push(root);
                    }
                    if roots.len() == limit {
                        return Ok(roots);
                    }
                }
            }
        }
        Ok(roots)
    }
}

/// Reads a root from 64 hex digits.
///
/// # Errors
/// [`Error::Malformed`].
pub fn parse_root(text: &str) -> Result<[u8; 32], Error> {
    let bytes = hex::decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or(Error::Malformed("证据摘要应为 64 个十六进制数字"))
}

fn bytes<T: Serialize>(value: &T, path: &Path) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value).map_err(|e| Error::corrupt(path, e))
}
