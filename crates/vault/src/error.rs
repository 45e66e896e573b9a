//! What can go wrong, each by its name: a person reads the sentence, a program the code.

use std::io;
use std::path::{Path, PathBuf};

use mingjing_ledger::commit::StateError;
use thiserror::Error;

/// What is wrong with a stored object.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Damage {
    /// The key is there, the bytes are not.
    #[error("文件不见了")]
    Missing,
    /// Shorter or longer than the evidence it holds.
    #[error("文件长度应为 {expected} 字节，实为 {found} 字节")]
    Length {
        /// Sealed length in bytes.
        expected: u64,
        /// Length found.
        found: u64,
    },
    /// The first bytes are not those written at ingest.
    #[error("文件头被改动")]
    Header,
    /// A chunk does not open: changed, exchanged or cut.
    #[error("第 {0} 块（每块 1 MiB，从 0 起）被改动")]
    Chunk(u64),
    /// Every chunk opens, but together they are not the evidence named.
    #[error("内容与证据摘要不符")]
    Identity,
    /// The key record cannot be read as one.
    #[error("密钥记录损坏：{0}")]
    KeyRecord(String),
    /// The key record names a master key that is not in the key file.
    #[error("密钥文件中没有主密钥“{0}”")]
    NoMasterKey(String),
    /// The key record does not open under its master key: another key, or an altered record.
    #[error("数据密钥不能用主密钥“{0}”解开")]
    MasterKey(String),
    /// Bytes without a key record: never accepted, or left behind by a destruction.
    #[error("没有密钥记录的文件")]
    Foreign,
}

/// Why the vault refuses or fails. Nothing that was acknowledged is lost by any of these.
#[derive(Debug, Error)]
pub enum Error {
    /// No such upload: never created, ended, or swept.
    #[error("没有这个上传任务")]
    NoUpload,
    /// The upload's time is over.
    #[error("上传任务已经过期")]
    Expired,
    /// The upload is finished; no bytes can be added.
    #[error("上传任务已经完成")]
    Finished,
    /// Bytes were sent for another place than the one that is next.
    #[error("上传位置应为 {recorded}，收到的是 {given}")]
    Offset {
        /// The next byte the vault expects.
        recorded: u64,
        /// What the request said.
        given: u64,
    },
    /// More bytes than announced.
    #[error("内容超过了登记的长度 {length} 字节")]
    TooLong {
        /// Announced length.
        length: u64,
    },
    /// Longer than the installation takes.
    #[error("文件长度超过上限 {limit} 字节")]
    TooLarge {
        /// Most bytes of one piece of evidence.
        limit: u64,
    },
    /// A length was already announced, and it was another one, or is below what was received.
    #[error("文件长度已经登记，不能改变")]
    LengthFixed,
    /// The checksum of the request is not that of its bytes. The bytes are dropped.
    #[error("校验和与收到的内容不符，这一段内容没有保存")]
    Checksum,
    /// A newer request took the upload over. Bytes received so far are kept.
    #[error("这个上传任务由另一个较新的请求接手")]
    Superseded,
    /// The sender went away. Bytes received so far are kept.
    #[error("连接中断，收到的内容已经保存")]
    Interrupted,
    /// Not all bytes are there yet.
    #[error("文件还没有传完：已有 {offset} 字节")]
    Incomplete {
        /// Bytes received.
        offset: u64,
    },
    /// The device announced another piece of evidence than it sent.
    #[error("内容与采集设备登记的证据摘要不符")]
    Identity {
        /// SHA-256 root announced by the device.
        expected: [u8; 32],
        /// SHA-256 root of what arrived.
        found: [u8; 32],
    },
    /// A request part that cannot be read (metadata, checksum, length, id).
    #[error("请求有误：{0}")]
    Malformed(&'static str),
    /// No such piece of evidence.
    #[error("证据库中没有这份证据")]
    NoObject,
    /// The piece was destroyed by order.
    #[error("这份证据已经依批准销毁")]
    Destroyed,
    /// The range begins behind the end, or ends before it begins.
    #[error("读取范围超出文件")]
    Range,
    /// A stored object is damaged.
    #[error("证据 {root} 损坏：{damage}")]
    Damaged {
        /// SHA-256 root, 64 hex digits.
        root: String,
        /// What is wrong.
        damage: Damage,
    },
    /// The key file cannot be used.
    #[error("密钥文件不能使用：{0}")]
    KeyFile(String),
    /// Another process has the vault open.
    #[error("证据库正被另一个进程使用")]
    InUse,
    /// The disk, or the quota, is used up.
    #[error("磁盘空间不足，已确认的内容没有丢失")]
    DiskFull,
    /// The file system failed.
    #[error("读写 {} 失败：{source}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The object store failed; the source says how, with addresses that are for the log.
    #[error("对象存储没有完成请求")]
    Remote(#[from] object_store::Error),
    /// What the vault wrote itself cannot be read back.
    #[error("{}：{what}", path.display())]
    Corrupt {
        /// File.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A thread of the vault ended without an answer.
    #[error("证据库内部处理中断")]
    Aborted,
}

impl Error {
    /// Stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Error::NoUpload => "upload.none",
            Error::Expired => "upload.expired",
            Error::Finished => "upload.finished",
            Error::Offset { .. } => "upload.offset",
            Error::TooLong { .. } => "upload.too_long",
            Error::TooLarge { .. } => "upload.too_large",
            Error::LengthFixed => "upload.length",
            Error::Checksum => "upload.checksum",
            Error::Superseded => "upload.superseded",
            Error::Interrupted => "upload.interrupted",
            Error::Incomplete { .. } => "upload.incomplete",
            Error::Identity { .. } => "upload.identity",
            Error::Malformed(_) => "upload.malformed",
            Error::NoObject => "vault.none",
            Error::Destroyed => "vault.destroyed",
            Error::Range => "vault.range",
            Error::Damaged { .. } => "vault.damaged",
            Error::KeyFile(_) => "vault.key_file",
            Error::InUse => "vault.in_use",
            Error::DiskFull => "vault.disk_full",
            Error::Io { .. } => "vault.io",
            Error::Remote(_) => "vault.remote",
            Error::Corrupt { .. } => "vault.corrupt",
            Error::Aborted => "vault.aborted",
        }
    }

    /// What the person, or the device, does next.
    pub fn remedy(&self) -> &'static str {
        match self {
            Error::NoUpload | Error::Expired => "请重新建立上传任务",
            Error::Finished => "不必再传",
            Error::Offset { .. } | Error::Superseded | Error::Interrupted => "请查询上传位置后从该处接着传",
            Error::TooLong { .. } | Error::LengthFixed => "请核对文件是否在上传中变化，重新建立上传任务",
            Error::TooLarge { .. } => "请将文件分段，或者请管理员调整上限",
            Error::Checksum => "请重新传送这一段",
            Error::Incomplete { .. } => "请传完其余内容",
            Error::Identity { .. } => "请从采集设备重新上传；设备中的文件若已变化，按证据保管异常处理",
            Error::Malformed(_) => "请更正请求后重试",
            Error::NoObject => "请核对证据摘要",
            Error::Destroyed => "可以查阅销毁记录",
            Error::Range => "请核对读取范围",
            Error::Damaged { .. } => "请从备份或者异质备份恢复，并按证据保管异常处理",
            Error::KeyFile(_) => "请管理员检查密钥文件",
            Error::InUse => "请先停止另一个进程",
            Error::DiskFull => "请管理员清理或者扩充磁盘，再接着传",
            Error::Io { .. } | Error::Corrupt { .. } | Error::Aborted => "请管理员检查磁盘和日志",
            Error::Remote(_) => "请管理员检查对象存储的连接和权限",
        }
    }

    /// Status of an HTTP answer: tus 1.0.0 where it says one, otherwise RFC 9110.
    pub fn status(&self) -> u16 {
        match self {
            Error::NoUpload | Error::NoObject => 404,
            Error::Expired | Error::Destroyed => 410,
            Error::Offset { .. } | Error::Superseded | Error::Finished | Error::Incomplete { .. } => 409,
            Error::TooLong { .. } | Error::TooLarge { .. } => 413,
            Error::Checksum => 460,
            Error::Identity { .. } => 422,
            Error::LengthFixed | Error::Malformed(_) | Error::Interrupted => 400,
            Error::Range => 416,
            Error::DiskFull => 507,
            Error::InUse => 503,
            Error::Remote(_) => 502,
            Error::Damaged { .. }
            | Error::KeyFile(_)
            | Error::Io { .. }
            | Error::Corrupt { .. }
            | Error::Aborted => 500,
        }
    }

    pub(crate) fn damaged(root: &[u8; 32], damage: Damage) -> Self {
        Error::Damaged { root: hex::encode(root), damage }
    }

    pub(crate) fn corrupt(path: &Path, what: impl ToString) -> Self {
        Error::Corrupt { path: path.to_owned(), what: what.to_string() }
    }
}

impl From<StateError> for Error {
    fn from(error: StateError) -> Self {
        Error::corrupt(Path::new("uploads"), error)
    }
}

/// Names the file in an error of the system; a full disk has its own name.
pub(crate) trait At<T> {
    fn at(self, path: &Path) -> Result<T, Error>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, path: &Path) -> Result<T, Error> {
        self.map_err(|source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Error::DiskFull
            }
            _ => Error::Io { path: path.to_owned(), source },
        })
    }
}
