//! The ledger inside the server: leaves, checkpoints, tiles, checks.
//!
//! On SQLite a leaf is stored in the transaction of its event. On PostgreSQL the
//! event waits in the outbox and one [`sequencer`] gives it its index.

pub mod anchor;
pub mod check;
pub mod fsck;
pub mod keys;
pub mod outside;
pub mod sequencer;
pub mod service;
pub mod store;
pub mod web;

use crate::kit::db::DbError;
use crate::kit::error::WriteError;

/// Why the ledger cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The database failed.
    #[error("{0}")]
    Db(#[from] DbError),
    /// A stored event cannot be read.
    #[error("{0}")]
    Store(#[from] WriteError),
    /// A note or key is refused.
    #[error("{0}")]
    Note(#[from] mingjing_ledger::note::NoteError),
    /// A file cannot be read or written.
    #[error("文件 {path} 读写失败：{error}")]
    Io {
        /// File.
        path: String,
        /// Cause.
        error: std::io::Error,
    },
    /// The key is gone while the log it signed is there.
    #[error("账本已有签名检查点，但签名密钥 {0} 不存在；请恢复密钥后再启动")]
    KeyMissing(String),
    /// The key file holds something else.
    #[error("签名密钥文件 {0} 格式有误")]
    KeyMalformed(String),
    /// The log is smaller than the anchored head, or on another branch.
    #[error("账本与锚定检查点不符：{0}")]
    Anchor(String),
    /// The log was signed, but nothing of it is where it should be anchored.
    #[error(
        "anchor.missing：锚定文件夹 {0} 不存在，或者其中没有本账本的检查点，而账本已经签名；\
         请核对 --anchor 和存储介质的挂载。首次启用锚定，或者原锚定确已遗失的，加 --anchor-init 从现有检查点起锚定"
    )]
    AnchorMissing(String),
    /// The stored log contradicts itself.
    #[error("账本校验失败：{0}")]
    Broken(String),
    /// What is asked for is not in the log yet.
    #[error("尚无可用的证明：{0}")]
    NotYet(&'static str),
}

impl LedgerError {
    /// A file that cannot be read or written.
    pub fn io(path: &std::path::Path, error: std::io::Error) -> Self {
        Self::Io { path: path.display().to_string(), error }
    }
}
