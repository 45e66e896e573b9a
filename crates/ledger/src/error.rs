//! Why a proof does not hold. Each reason has its own name; none is a mere "invalid".

use thiserror::Error;

/// Why an opening, a proof or a bundle is refused. `Display` is a sentence for a person.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VerifyError {
    /// Not JSON, or not JSON of the expected shape.
    #[error("证明的格式有误：{0}")]
    Malformed(String),
    /// The JSON differs from the one canonical encoding (spacing, order, extra members).
    #[error("证明不是规范编码，可能被改动过")]
    NotCanonical,
    /// A format version this verifier does not know.
    #[error("不认识的证明格式“{0}”")]
    UnknownFormat(String),
    /// A field name is empty or longer than 65,535 bytes.
    #[error("字段名称“{0}”无效")]
    FieldName(String),
    /// The same field name is opened twice.
    #[error("字段“{0}”出现两次")]
    DuplicateField(String),
    /// A text opening does not have the shape of a tree over its character count.
    #[error("文本“{0}”的片段与字数不符")]
    TextShape(String),
    /// A text opening is split further than needed, which no honest one is.
    #[error("文本“{0}”的片段没有合并到最简")]
    TextNotMinimal(String),
    /// A text opening does not lead to the committed leaf.
    #[error("文本“{0}”与入账时的承诺不符")]
    TextMismatch(String),
    /// The opened event does not lead to the log entry.
    #[error("事件内容与账本条目不符")]
    EntryMismatch,
    /// The log entry is not 65 bytes of version 1.
    #[error("账本条目的格式有误")]
    EntryFormat,
    /// The leaf index is not below the tree size.
    #[error("序号 {index} 不在大小为 {size} 的账本之内")]
    IndexOutOfRange {
        /// Leaf index, from 0.
        index: u64,
        /// Number of leaves.
        size: u64,
    },
    /// A consistency proof was asked from a larger to a smaller tree.
    #[error("账本由 {from} 缩小为 {to}")]
    Shrunk {
        /// Leaves in the earlier tree.
        from: u64,
        /// Leaves in the later tree.
        to: u64,
    },
    /// A consistency proof from the empty tree says nothing and is refused.
    #[error("从空账本出发的一致性证明没有意义")]
    EmptyTree,
    /// A proof has more or fewer hashes than its sizes demand.
    #[error("证明应有 {want} 个散列值，实有 {got} 个")]
    ProofLength {
        /// Hashes the sizes demand.
        want: usize,
        /// Hashes given.
        got: usize,
    },
    /// The proof leads to another root.
    #[error("证明得出的根与检查点不符")]
    RootMismatch,
    /// The earlier root is not the one the proof leads to.
    #[error("证明得出的旧根与早先的检查点不符，账本有分叉")]
    OldRootMismatch,
    /// The note or checkpoint text is malformed.
    #[error("检查点有误：{0}")]
    Note(#[from] crate::note::NoteError),
    /// No signature by a trusted log key bearing the checkpoint's origin.
    #[error("检查点没有可信的账本签名")]
    NoLogSignature,
    /// The two checkpoints of a bundle name different logs.
    #[error("前后两个检查点不属于同一账本")]
    OriginMismatch,
    /// A statement line is not backed by an opened field or envelope member.
    #[error("说明“{0}”没有得到证明")]
    StatementNotProved(String),
    /// The bundle does not open the field that commits to the document.
    #[error("证明没有公开文书摘要")]
    NoDocumentDigest,
    /// The document is not the one that was committed.
    #[error("文书与入账时的摘要不符")]
    DocumentMismatch,
    /// The PDF itself or its proof update is refused.
    #[error("PDF 有误：{0}")]
    Pdf(#[from] crate::pdf::PdfError),
}

impl VerifyError {
    /// The reason without a word of the file: for pages that anyone may open, where
    /// a file could otherwise speak in the name of the site.
    pub fn plain(&self) -> String {
        use crate::note::NoteError;
        use crate::pdf::PdfError;
        let words = match self {
            Self::Malformed(_) => "文件不是完整的证明，可能没有下载完，或者不是从本系统下载的证明",
            Self::UnknownFormat(_) => "不认识这种证明格式",
            Self::FieldName(_) | Self::DuplicateField(_) => "证明中的字段名称有误",
            Self::TextShape(_) | Self::TextNotMinimal(_) => "证明中的文字片段有误",
            Self::TextMismatch(_) => "文字与入账时的承诺不符",
            Self::StatementNotProved(_) => "说明的内容没有得到证明",
            Self::Note(NoteError::BadSignature { .. }) => "检查点的签名不成立",
            Self::Note(NoteError::DuplicateSignature { .. }) => "检查点中有重复的签名",
            Self::Note(NoteError::Malformed(_) | NoteError::Checkpoint(_) | NoteError::Key(_)) => {
                "检查点的格式有误"
            }
            Self::Pdf(PdfError::Malformed(_)) => "文件不是可以识别的 PDF",
            Self::NotCanonical
            | Self::EntryMismatch
            | Self::EntryFormat
            | Self::IndexOutOfRange { .. }
            | Self::Shrunk { .. }
            | Self::EmptyTree
            | Self::ProofLength { .. }
            | Self::RootMismatch
            | Self::OldRootMismatch
            | Self::NoLogSignature
            | Self::OriginMismatch
            | Self::NoDocumentDigest
            | Self::DocumentMismatch
            | Self::Note(NoteError::Seed | NoteError::Unverified | NoteError::WrongKind)
            | Self::Pdf(
                PdfError::Encrypted
                | PdfError::NoProof
                | PdfError::MoreThanOneUpdate
                | PdfError::RedefinesObject(_)
                | PdfError::ChangesRoot
                | PdfError::NotCanonical,
            ) => return self.to_string(),
        };
        words.to_owned()
    }
}
