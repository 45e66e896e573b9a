//! What a write can answer besides success.

use mingjing_domain::matter::DecodeError;
use mingjing_domain::refusal::Refusal;

use super::db::DbError;

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The law, or a rule of the house, does not allow it.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// A matter or row that the command names does not exist.
    #[error("没有找到：{0}")]
    NotFound(&'static str),
    /// Others kept changing the same matter; load it again.
    #[error("他人同时修改了同一事项，请重新打开后再办")]
    Conflict,
    /// Another row already holds what must be unique; names the constraint or columns.
    #[error("已有相同的记录：{0}")]
    Duplicate(String),
    /// The matter's content was lawfully destroyed; nothing can be added to it.
    #[error("该事项的内容已依法销毁，不能再办理")]
    Erased,
    /// The server's clock stands behind what was already recorded.
    #[error("服务器时钟比最后一次记录落后 {behind_ms} 毫秒，已停止写入；请校准时钟")]
    Clock {
        /// By how many milliseconds.
        behind_ms: i64,
    },
    /// The job that this write should have ended is held by another worker now.
    #[error("后台任务已由他处接手")]
    LeaseLost,
    /// Writes were stopped because the stored record does not verify.
    #[error("已停止写入：{0}")]
    Stopped(String),
    /// A stored event or result could not be read.
    #[error("{0}")]
    Decode(#[from] DecodeError),
    /// JSON that should always serialise or parse did not.
    #[error("内部数据不能转换：{0}")]
    Json(#[from] serde_json::Error),
    /// The database failed.
    #[error("{0}")]
    Db(#[from] DbError),
}

impl From<Refusal> for WriteError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<sea_orm::DbErr> for WriteError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Db(error.into())
    }
}

/// Reads fail in the same ways.
pub type ReadError = WriteError;
