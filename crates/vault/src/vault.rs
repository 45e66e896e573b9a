//! The vault itself: opening, reading, keys, destruction.

use std::fs::File;
use std::fs::TryLockError;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mingjing_ledger::commit::EvidenceIdentity;
use serde::{Deserialize, Serialize};

use crate::disk;
use crate::error::{At, Error};
use crate::keys::KeyRing;
use crate::locks::Locks;
use crate::objects::{Objects, blocking, to_the_end};
use crate::read::Evidence;
use crate::record::{KeyRecord, Records, Remains, Tombstone};
use crate::s3::{Bucket, S3Config};
use crate::session;
use crate::writer::Pool;

/// How a vault is opened.
#[derive(Debug)]
pub struct Config {
    /// Folder of uploads, key records and, unless they are in a bucket, objects.
    pub root: PathBuf,
    /// Master keys.
    pub keys: KeyRing,
    /// Bucket for the objects; none keeps them under `root`.
    pub bucket: Option<S3Config>,
    /// Most bytes of one piece of evidence.
    pub max_length: u64,
    /// How long an upload may rest before it is swept.
    pub upload_lifetime: SignedDuration,
    /// Bytes after which progress is recorded during a request.
    pub record_every: u64,
}

impl Config {
    /// The usual limits: 64 GiB a piece, uploads rest 30 days, progress every 64 MiB.
    pub fn new(root: impl Into<PathBuf>, keys: KeyRing) -> Self {
        Self {
            root: root.into(),
            keys,
            bucket: None,
            max_length: 64 << 30,
            upload_lifetime: SignedDuration::from_hours(30 * 24),
            record_every: 64 << 20,
        }
    }
}

/// What became of a finished upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stored {
    /// Identity of the evidence.
    pub identity: EvidenceIdentity,
    /// Master key under which its data key is wrapped.
    pub key_id: String,
    /// Whether the vault had it already.
    pub outcome: Outcome,
}

/// See [`Stored`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is new.
    New,
    /// The same evidence was there, whole: nothing was written.
    Known,
    /// The same evidence was there, damaged: this copy stands in its place.
    Repaired,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub root: PathBuf,
    pub keys: KeyRing,
    pub objects: Objects,
    pub records: Records,
    pub max_length: u64,
    pub upload_lifetime: SignedDuration,
    pub record_every: u64,
    pub locks: Locks,
    pub pool: Pool,
    /// Held as long as the vault is open for writing: one process writes.
    _lock: Option<File>,
}

/// The evidence store (证据库). Cheap to clone.
#[derive(Debug, Clone)]
pub struct Vault(pub(crate) Arc<Inner>);

impl Vault {
    /// Opens the vault, making its folders. Waits for the disk.
    ///
    /// # Errors
    /// [`Error::InUse`] when another process has it open; failures of the disk.
    pub fn open(config: Config) -> Result<Self, Error> {
        for part in ["uploads", "keys", "destroyed", "objects"] {
            disk::make_dirs(&config.root.join(part))?;
        }
        let path = config.root.join("lock");
        let lock = File::options().write(true).create(true).truncate(false).open(&path).at(&path)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::InUse),
            Err(TryLockError::Error(error)) => return Err(error).at(&path),
        }
        session::tidy(&config.root.join("uploads"))?;
        Self::with(config, Some(lock))
    }

    /// Opens the vault beside the process that writes it, to read and to check: nothing is made,
    /// tidied or locked. Uploads and destruction belong to the other process.
    ///
    /// # Errors
    /// When the bucket's address cannot be used.
    pub fn open_beside(config: Config) -> Result<Self, Error> {
        Self::with(config, None)
    }

    fn with(config: Config, lock: Option<File>) -> Result<Self, Error> {
        let objects = match &config.bucket {
            Some(bucket) => Objects::S3(Arc::new(Bucket::open(bucket)?)),
            None => Objects::Local(config.root.clone()),
        };
        Ok(Self(Arc::new(Inner {
            records: Records::new(&config.root),
            root: config.root,
            keys: config.keys,
            objects,
            max_length: config.max_length,
            upload_lifetime: config.upload_lifetime,
            record_every: config.record_every,
            locks: Locks::default(),
            pool: Pool::default(),
            _lock: lock,
        })))
    }

    /// Folder of the vault.
    pub fn root(&self) -> &Path {
        &self.0.root
    }

    /// Runs what waits for the disk.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        run: impl FnOnce(&Inner) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let inner = Arc::clone(&self.0);
        blocking(move || run(&inner)).await
    }

    /// The key record of a piece.
    pub(crate) async fn record(&self, root: [u8; 32]) -> Result<KeyRecord, Error> {
        self.run(move |vault| match vault.records.find(&root)? {
            Some(record) => Ok(record),
            None if vault.records.tombstone(&root)?.is_some() => Err(Error::Destroyed),
            None => Err(Error::NoObject),
        })
        .await
    }

    /// Opens the evidence with this SHA-256 root. Header and length are checked, chunks when read.
    ///
    /// # Errors
    /// [`Error::NoObject`], [`Error::Destroyed`], [`Error::Damaged`].
    pub async fn evidence(&self, root: &[u8; 32]) -> Result<Evidence, Error> {
        let record = self.record(*root).await?;
        self.read_under(&record).await
    }

    pub(crate) async fn read_under(&self, record: &KeyRecord) -> Result<Evidence, Error> {
        let root = record.identity.root.sha256;
        let key = record.open(&self.0.keys).map_err(|damage| Error::damaged(&root, damage))?;
        Evidence::open(record, key, self.0.objects.open(&record.object()).await?).await
    }

    /// Up to `limit` roots of evidence in the vault, in order, behind `after`.
    ///
    /// # Errors
    /// Failures of the disk.
    pub async fn roots(&self, after: Option<[u8; 32]>, limit: usize) -> Result<Vec<[u8; 32]>, Error> {
        self.run(move |vault| vault.records.roots(after.as_ref(), limit)).await
    }

    /// Wraps the data key of a piece under the current master key. `false`: it was already.
    /// The object is not touched.
    ///
    /// # Errors
    /// As [`Vault::evidence`].
    pub async fn rewrap(&self, root: &[u8; 32]) -> Result<bool, Error> {
        let (this, root) = (self.clone(), *root);
        to_the_end(async move {
            let _one = this.0.locks.record(&root).await;
            this.rewrap_locked(root).await
        })
        .await
    }

    async fn rewrap_locked(&self, root: [u8; 32]) -> Result<bool, Error> {
        let record = self.record(root).await?;
        self.run(move |vault| {
            if record.key.key_id == vault.keys.current_id() {
                return Ok(false);
            }
            let fresh = record.rewrap(&vault.keys).map_err(|damage| Error::damaged(&root, damage))?;
            vault.records.replace(&fresh)?;
            Ok(true)
        })
        .await
    }

    /// Destroys a piece for good: the data key first, then the bytes. Repeating it goes on where
    /// it stopped. `order` names the approved destruction; who calls this has checked it, and that
    /// no other file and no hold needs the piece.
    ///
    /// The tombstone says what is gone: identity, digest of the destroyed key record, and whether
    /// the store removed the bytes or keeps them, undecipherable, until its own lock ends.
    ///
    /// # Errors
    /// [`Error::NoObject`] when there is nothing to destroy and nothing was.
    pub async fn destroy(&self, root: &[u8; 32], order: &str, now: Timestamp) -> Result<Tombstone, Error> {
        let (this, root, order) = (self.clone(), *root, order.to_owned());
        to_the_end(async move {
            let _one = this.0.locks.record(&root).await;
            this.destroy_locked(root, order, now).await
        })
        .await
    }

    async fn destroy_locked(
        &self,
        root: [u8; 32],
        order: String,
        now: Timestamp,
    ) -> Result<Tombstone, Error> {
        let mut tombstone = self
            .run(move |vault| {
                crate::preview::remove(&vault.root, &root)?;
                let (record, buried) = (vault.records.find(&root)?, vault.records.tombstone(&root)?);
                let Some(record) = record else { return buried.ok_or(Error::NoObject) };
                let digest = vault.records.digest(&root)?.ok_or(Error::NoObject)?;
                let tombstone = Tombstone {
                    identity: record.identity,
                    key_id: record.key.key_id.clone(),
                    record_sha256: digest,
                    order,
                    at: now,
                    object: record.object(),
                    bytes: Remains::Pending,
                };
                vault.records.bury(&tombstone)?;
                vault.records.wipe(&root)?;
                Ok(tombstone)
            })
            .await?;
        if tombstone.bytes == Remains::Pending {
            tombstone.bytes = self.0.objects.remove(&tombstone.object).await?;
            let done = tombstone.clone();
            self.run(move |vault| vault.records.bury(&done)).await?;
        }
        Ok(tombstone)
    }

    /// What is left of a destroyed piece.
    ///
    /// # Errors
    /// Failures of the disk.
    pub async fn tombstone(&self, root: &[u8; 32]) -> Result<Option<Tombstone>, Error> {
        let root = *root;
        self.run(move |vault| vault.records.tombstone(&root)).await
    }
}
