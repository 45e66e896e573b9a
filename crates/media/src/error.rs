//! Why nothing came of a file.

use serde::{Deserialize, Serialize};

/// Why a file, or a tool that was to read it, gave nothing. The sentence is for a person and says what to do next
/// where something can be done; nothing of the file's own text stands in it.
///
/// None of these is a finding about the evidence itself: a file without metadata, or in a format that this crate does
/// not know, is kept like any other (国办发〔2018〕118号（三）: what was recorded is kept whole and unaltered).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum MediaError {
    /// The first bytes are of no format that is known here.
    #[error("不能识别该文件的格式；文件照原样保存，时间、地点等请人工填写")]
    Unsupported,
    /// The format is known and the file tells nothing.
    #[error("文件中没有拍摄信息；时间、地点等请人工填写")]
    NoMetadata,
    /// The file ends before what it declares.
    #[error("文件在中途结束，可能没有传完；请与设备上的原件核对")]
    Truncated,
    /// The file's structure contradicts itself.
    #[error("文件结构有误（{part}）；请与设备上的原件核对")]
    Malformed {
        /// Which part, in the words of the format.
        part: String,
    },
    /// A limit of this crate was reached; nothing was read further.
    #[error("超出处理限度：{bound}不得超过 {limit}；文件照原样保存，不作处理")]
    TooLarge {
        /// What was measured.
        bound: Bound,
        /// The limit, in the unit of the bound.
        limit: u64,
    },
    /// The wall clock ran out.
    #[error("{program}超过 {millis} 毫秒没有完成，已经停止")]
    TimedOut {
        /// What was running.
        program: String,
        /// The limit, milliseconds.
        millis: u64,
    },
    /// The program is not installed and not configured.
    #[error("本机没有 {program}；安装后或者在配置中写明路径后可用")]
    NotPresent {
        /// Its name.
        program: String,
    },
    /// The limits for a child cannot be set on this machine, so that no child is started.
    #[error("不能限制子进程（{reason}）；请安装 util-linux 的 prlimit、setpriv")]
    NoSandbox {
        /// What was missing.
        reason: String,
    },
    /// A child ended badly.
    #[error("{program}没有成功（{reason}）")]
    Failed {
        /// Its name.
        program: String,
        /// Exit code or signal; the last line it said, shortened.
        reason: String,
    },
    /// A child or an endpoint answered something else than the documented format.
    #[error("{program}的回答不合格式（{reason}）")]
    Nonsense {
        /// Its name.
        program: String,
        /// Where it departs.
        reason: String,
    },
    /// The endpoint of an engine could not be reached, or broke off.
    #[error("不能与识别服务通信（{reason}）；请检查配置中的地址和该服务")]
    Remote {
        /// What the connection said.
        reason: String,
    },
    /// The endpoint answered with another status than 200; redirects are among these.
    #[error("识别服务答复状态 {status}，没有结果；请检查配置中的地址和该服务")]
    Rejected {
        /// HTTP status.
        status: u16,
    },
    /// A configuration or request that cannot be used.
    #[error("配置或者请求不能使用：{reason}")]
    Config {
        /// Which part.
        reason: String,
    },
    /// Reading the stored bytes, or writing the temporary copy, failed on our side.
    #[error("读取或者暂存文件失败（{reason}）")]
    Io {
        /// What the system said.
        reason: String,
    },
    /// The library that reads the format broke on this file.
    #[error("读取程序在该文件上出错；文件照原样保存，时间、地点等请人工填写")]
    Crashed,
}

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// Bytes read from a file in search of its metadata.
    BytesRead,
    /// Entries of a table of metadata.
    Entries,
    /// Milliseconds spent on a file.
    Millis,
    /// Pixels on a side.
    Side,
    /// Bytes of memory for the decoded picture.
    Memory,
    /// Bytes of a temporary copy.
    Copy,
    /// Bytes that a child or an endpoint answers.
    Answer,
    /// Spans in an answer.
    Spans,
}

impl std::fmt::Display for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::BytesRead => "读取的字节数",
            Self::Entries => "元数据条数",
            Self::Millis => "处理时间（毫秒）",
            Self::Side => "图像边长（像素）",
            Self::Memory => "解码所需内存（字节）",
            Self::Copy => "暂存副本（字节）",
            Self::Answer => "回答（字节）",
            Self::Spans => "回答的段数",
        })
    }
}

impl From<std::io::Error> for MediaError {
    fn from(error: std::io::Error) -> Self {
        Self::Io { reason: error.to_string() }
    }
}

/// A text of a program, fit for a sentence: one line, without control characters, at most 200 characters.
pub(crate) fn shorten(text: &str) -> String {
    let line = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    line.trim().chars().filter(|c| !c.is_control()).take(200).collect()
}
