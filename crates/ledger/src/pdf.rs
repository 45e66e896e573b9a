//! The download form of a document.

use thiserror::Error;

/// Why a PDF or its proof update is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PdfError {
    /// No PDF, or a structure this reader does not know.
    #[error("不是可识别的 PDF（{0}）")]
    Malformed(&'static str),
}
