//! An upload on disk: what is recorded here was acknowledged, and nothing else was.
//!
//! ```text
//! uploads/<id>/data    header and sealed whole chunks, as they will stand in the object
//! uploads/<id>/state   "MJUPLD1\n" ‖ u32 length ‖ clear JSON ‖ nonce ‖ sealed(u32 ‖ JSON ‖ tail) ‖ tag
//! uploads/<id>/done    JSON, instead of the two, when the evidence is in the vault
//! ```
//!
//! The state holds the position of the digests, the bytes after the last sealed chunk (the tail)
//! and everything said about the upload, sealed under the data key of the object to come. It is
//! replaced whole, after `data` is on disk. What `data` has beyond the state is cut off.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use mingjing_ledger::commit::{CHUNK_LEN, EvidenceState};
use serde::{Deserialize, Serialize};

use crate::disk;
use crate::error::{At, Error};
use crate::keys::{KeyRing, WrappedKey};
use crate::seal::{Header, Key, chunk_at};
use crate::tus::{Metadata, UploadId};
use crate::vault::Stored;

const MAGIC: &[u8; 8] = b"MJUPLD1\n";

/// What is readable without the key.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Clear {
    key: WrappedKey,
    salt: String,
}

/// What is said about an upload, and how far it got.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// Announced length in bytes; none while it is deferred.
    pub length: Option<u64>,
    /// What the sender says of the file.
    pub metadata: Metadata,
    /// SHA-256 root that the device computed before sending.
    pub expected: Option<[u8; 32]>,
    /// When it was created.
    pub created: Timestamp,
    /// When it may be swept.
    pub expires: Timestamp,
    /// Digests of the sealed chunks.
    pub hashing: EvidenceState,
}

/// The upload is over and the evidence is in the vault.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Done {
    /// As in [`Body`].
    pub metadata: Metadata,
    /// As in [`Body`].
    pub created: Timestamp,
    /// When the record may be swept.
    pub expires: Timestamp,
    /// What became of it.
    pub stored: Stored,
}

/// An upload that is not over.
pub struct Session {
    /// Its folder.
    pub dir: PathBuf,
    clear: Clear,
    /// Key of the object to come.
    pub key: Arc<Key>,
    /// Header of the object to come.
    pub header: Header,
    /// What is recorded.
    pub body: Body,
    /// Bytes after the last sealed chunk: at most one chunk.
    pub tail: Vec<u8>,
}

/// Either kind of upload.
pub enum Found {
    /// Still going on.
    Open(Box<Session>),
    /// Over.
    Done(Box<Done>),
}

fn context(id: &UploadId, salt: &str) -> Vec<u8> {
    format!("mingjing/vault/upload/1 {id} {salt}").into_bytes()
}

impl Session {
    /// Makes the folder of a new upload with its header and first state.
    pub fn create(dir: &Path, id: &UploadId, keys: &KeyRing, body: Body) -> Result<Self, Error> {
        let key = Key::generate(keys.current_cipher()).ok_or(Error::Aborted)?;
        let header = Header::new(key.cipher(), keys.current_id());
        let salt = hex::encode(header.salt());
        let clear = Clear { key: keys.wrap(&key, &context(id, &salt)), salt };
        let session = Self { dir: dir.to_owned(), clear, key: Arc::new(key), header, body, tail: Vec::new() };
        disk::make_dirs(dir)?;
        let data = disk::create_new(&session.data_path())?;
        data.write_all_at(session.header.bytes(), 0).at(&session.data_path())?;
        data.sync_all().at(&session.data_path())?;
        session.recorder().record(&session.body, &session.tail)?;
        Ok(session)
    }

    /// Reads an upload; `None` when there is none.
    pub fn find(dir: &Path, id: &UploadId, keys: &KeyRing) -> Result<Option<Found>, Error> {
        if let Some(done) = disk::read(&dir.join("done"))? {
            let done = serde_json::from_slice(&done).map_err(|e| Error::corrupt(&dir.join("done"), e))?;
            return Ok(Some(Found::Done(Box::new(done))));
        }
        let path = dir.join("state");
        // Without a state nothing was acknowledged: not even that the upload exists.
        let Some(bytes) = disk::read(&path)? else { return Ok(None) };
        let bad = |what: &str| Error::corrupt(&path, what);
        let rest = bytes.strip_prefix(MAGIC).ok_or_else(|| bad("不是上传状态"))?;
        let (clear, sealed) = counted(rest).ok_or_else(|| bad("上传状态不完整"))?;
        let aad = &bytes[..bytes.len() - sealed.len()];
        let clear: Clear = serde_json::from_slice(clear).map_err(|e| bad(&e.to_string()))?;
        let key = keys.unwrap(&clear.key, &context(id, &clear.salt)).map_err(|d| bad(&d.to_string()))?;
        let mut sealed = sealed.to_vec();
        let plain = key.open(aad, &mut sealed).map_err(|_| bad("上传状态被改动"))?;
        let (body, tail) = counted(plain).ok_or_else(|| bad("上传状态不完整"))?;
        let body = serde_json::from_slice(body).map_err(|e| bad(&e.to_string()))?;
        let salt = hex::decode(&clear.salt).ok().and_then(|salt| salt.try_into().ok());
        let salt: [u8; 16] = salt.ok_or_else(|| bad("上传状态不完整"))?;
        let header = Header::with_salt(key.cipher(), &clear.key.key_id, &salt);
        let (dir, tail) = (dir.to_owned(), tail.to_vec());
        Ok(Some(Found::Open(Box::new(Self { dir, clear, key: Arc::new(key), header, body, tail }))))
    }

    /// Bytes acknowledged.
    pub fn offset(&self) -> u64 {
        self.body.hashing.length + self.tail.len() as u64
    }

    /// Master key that the header names.
    pub fn sealed_under(&self) -> String {
        self.clear.key.key_id.clone()
    }

    /// File with the sealed chunks.
    pub fn data_path(&self) -> PathBuf {
        self.dir.join("data")
    }

    /// Opens the data file at the end of what is recorded; the rest is cut off.
    pub fn open_data(&self) -> Result<File, Error> {
        let path = self.data_path();
        let file = OpenOptions::new().read(true).write(true).open(&path).at(&path)?;
        let end = chunk_at(self.body.hashing.length / CHUNK_LEN as u64);
        let found = file.metadata().at(&path)?.len();
        if found < end {
            return Err(Error::corrupt(&path, format!("应有 {end} 字节，只有 {found}")));
        }
        file.set_len(end).at(&path)?;
        Ok(file)
    }

    /// What writes the state, also from another thread.
    pub fn recorder(&self) -> Recorder {
        Recorder { path: self.dir.join("state"), clear: self.clear.clone(), key: Arc::clone(&self.key) }
    }

    /// Writes the end of an upload in place of its state, and wipes the state with its key.
    pub fn close(&self, stored: &Stored) -> Result<(), Error> {
        let Body { metadata, created, expires, .. } = self.body.clone();
        let done = Done { metadata, created, expires, stored: stored.clone() };
        let json = serde_json::to_vec(&done).map_err(|e| Error::corrupt(&self.dir, e))?;
        disk::replace(&self.dir.join("done"), &[&json])?;
        clean(&self.dir)
    }
}

/// Removes what an ended upload does not need any more. Safe to repeat.
pub fn clean(dir: &Path) -> Result<(), Error> {
    disk::wipe(&dir.join("state"))?;
    disk::remove(&dir.join("data"))?;
    Ok(())
}

/// Finishes what a stopped process left half done among the uploads: one that was never said to
/// exist is removed, one that is over is cleaned. Nobody may be writing.
pub fn tidy(uploads: &Path) -> Result<(), Error> {
    for name in disk::names(uploads)? {
        let dir = uploads.join(name);
        if dir.join("done").exists() {
            clean(&dir)?;
        } else if !dir.join("state").exists() {
            remove(&dir)?;
        }
    }
    Ok(())
}

/// Ends an upload: first the key, then the bytes, then the folder.
pub fn remove(dir: &Path) -> Result<(), Error> {
    disk::wipe(&dir.join("state"))?;
    std::fs::remove_dir_all(dir).at(dir)?;
    dir.parent().map_or(Ok(()), disk::sync_dir)
}

/// Writes states.
pub struct Recorder {
    path: PathBuf,
    clear: Clear,
    key: Arc<Key>,
}

impl Recorder {
    /// Replaces the state; on return it is on disk. `data` must be on disk before.
    pub fn record(&self, body: &Body, tail: &[u8]) -> Result<(), Error> {
        let json = |e: serde_json::Error| Error::corrupt(&self.path, e);
        let clear = serde_json::to_vec(&self.clear).map_err(json)?;
        let body = serde_json::to_vec(body).map_err(json)?;
        let mut open = MAGIC.to_vec();
        put_counted(&mut open, &clear);
        let mut plain = Vec::with_capacity(4 + body.len() + tail.len());
        put_counted(&mut plain, &body);
        plain.extend_from_slice(tail);
        let mut sealed = Vec::new();
        self.key.seal(&open, &plain, &mut sealed);
        disk::replace(&self.path, &[&open, &sealed])
    }
}

fn put_counted(out: &mut Vec<u8>, bytes: &[u8]) {
    // Both are a few kilobytes of our own JSON.
    out.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
    out.extend_from_slice(bytes);
}

/// `u32 ‖ bytes` and what follows.
fn counted(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (count, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*count)).ok()?)
}
