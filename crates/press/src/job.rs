//! What goes in and what comes out.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

/// One document to make.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// Template id of the catalogue, e.g. `penalty_decision_unit`.
    pub template: String,
    /// Field values by the names of [`crate::FieldSpec`]; names the template does not know are ignored,
    /// so one set of case data serves every document of the case.
    pub data: serde_json::Value,
    /// Document number as printed, e.g. `（示例）应急罚〔2026〕1号`; required where the template is numbered.
    #[serde(default)]
    pub number: Option<String>,
    /// Full name of the organ in whose name the document is made.
    pub organ_name: String,
    /// The date the document bears.
    pub issue_date: Date,
    /// Where the holder of the paper can check it; required for served documents.
    #[serde(default)]
    pub verification: Option<Verification>,
    /// Creation instant written into the PDF, so that equal jobs give equal bytes.
    pub created_at: Timestamp,
    /// Light text across every page, e.g. `演示数据`.
    #[serde(default)]
    pub watermark: Option<String>,
    /// Make the public copy: withheld passages become bars and private fields are never printed.
    #[serde(default)]
    pub public: bool,
}

/// The verification page of a served document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verification {
    /// Address printed as a QR code, at most 300 bytes.
    pub url: String,
    /// Short code for typing by hand.
    pub check_code: String,
}

/// A finished document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The file: PDF/A-2b, a copy for reading plain PDF 1.7.
    pub pdf: Vec<u8>,
    /// Number of pages.
    pub pages: u32,
    /// SHA-256, lower-case hex, over the shared library and the template that made it.
    pub template_digest: String,
}

/// A copy for reading to make of a finished PDF: every page as it is, with signs laid over it. What
/// comes out is a plain PDF of its own; the file that went in stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overlay {
    /// The finished PDF.
    #[serde(with = "encoded")]
    pub pdf: Vec<u8>,
    /// Its pages, all of which are taken.
    pub pages: u32,
    /// Title in the metadata.
    pub title: String,
    /// The number that the first page carries in its upper right corner, the others running on.
    #[serde(default)]
    pub first_page: Option<u32>,
    /// Light words across every page.
    #[serde(default)]
    pub mark: Option<String>,
    /// One line at the lower edge of every page.
    #[serde(default)]
    pub foot: Option<String>,
    /// Creation instant written into the PDF, so that equal jobs give equal bytes.
    pub created_at: Timestamp,
}

/// Bytes as base64 in JSON.
mod encoded {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        STANDARD.decode(String::deserialize(from)?).map_err(D::Error::custom)
    }
}
