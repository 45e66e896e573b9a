//! The evidence store of 明镜 (证据库): recordings and documents from the field, taken in once,
//! sealed, never overwritten, and readable in part.
//!
//! # Who calls what
//!
//! | to | call |
//! |---|---|
//! | open | [`Vault::open`] with a [`Config`] |
//! | take in | [`Vault::create`], [`Vault::append`], [`Vault::status`], [`Vault::finish`] |
//! | give up | [`Vault::terminate`], [`Vault::sweep`] |
//! | play | [`Vault::evidence`], [`Evidence::range`] |
//! | show small | [`Vault::keep_preview`], [`Vault::preview`], [`Vault::has_preview`] |
//! | check | [`Evidence::verify`], [`Vault::scrub`] |
//! | change the master key | [`Vault::rewrap`] over [`Vault::roots`] |
//! | destroy | [`Vault::destroy`] |
//!
//! # What holds
//!
//! - A piece of evidence is named by the SHA-256 root of its identity (`mingjing-ledger`, Evidence).
//!   It is there when its key record is, and was put once.
//! - Acknowledged is what is on disk: an offset is told only after bytes and state are synced.
//! - One pass: the bytes of a request are hashed (chunk leaves and whole file, SHA-256 and SM3),
//!   sealed and written as they come. A resumed upload reads nothing again.
//! - Memory does not grow with the file: about 16 MiB for an upload at full speed, 2 MiB for a slow
//!   one, 4 MiB for a reader.
//! - The clock is an argument. Keys and nonces come from the operating system and are never
//!   reproducible.
//!
//! Formats: sealed objects in `seal.rs`, uploads in `session.rs`, key records in `record.rs`, the key
//! file in `keys.rs`. Decisions: `docs/adr/0011-evidence-vault.md`.

mod disk;
mod error;
mod hashing;
mod keys;
mod locks;
mod objects;
mod preview;
mod random;
mod read;
mod record;
mod s3;
mod scrub;
mod seal;
mod session;
pub mod tus;
mod upload;
mod vault;
mod writer;

pub use error::{Damage, Error};
pub use keys::{KeyRing, WrappedKey};
pub use preview::MAX_PREVIEW;
pub use read::Evidence;
pub use record::{Remains, Tombstone, parse_root};
pub use s3::{LockMode, Retention, S3Config};
pub use scrub::{Checked, Cursor, Report};
pub use seal::Cipher;
pub use upload::{Append, NewUpload, Upload};
pub use vault::{Config, Outcome, Stored, Vault};
