//! The download form of a document: the stored PDF and one incremental update (ISO 32000-1,
//! 7.5.6) that holds the proof bundle.
//!
//! The update adds one private stream object, referenced from the trailer by `/MJ_Proof`; it is
//! no embedded file in the sense of ISO 19005-2 and touches neither the catalog nor any page, so
//! a PDF/A-2b prefix stays one. Its bytes are a function of prefix and bundle alone: a reader
//! rebuilds them and accepts nothing else.

mod object;
mod section;

use thiserror::Error;

use self::object::Dict;
use self::section::{Form, Section};

/// Why a PDF or its proof update is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PdfError {
    /// No PDF, or a structure this reader does not know; the words say where.
    #[error("不是可识别的 PDF（{0}）")]
    Malformed(&'static str),
    /// An encrypted PDF can hold no proof that others read.
    #[error("PDF 已加密")]
    Encrypted,
    /// The file holds no proof.
    #[error("PDF 中没有证明")]
    NoProof,
    /// There is an update besides the one that holds the proof.
    #[error("PDF 在证明之外还有改动")]
    MoreThanOneUpdate,
    /// The update replaces an object of the document.
    #[error("PDF 的对象 {0} 被改写")]
    RedefinesObject(u64),
    /// The update names another catalog.
    #[error("PDF 的目录对象被更换")]
    ChangesRoot,
    /// The update differs from what prefix and bundle determine.
    #[error("PDF 的证明部分不是规范字节，可能被改动过")]
    NotCanonical,
}

/// A download taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split<'a> {
    /// The stored document, byte for byte: what the ledger committed to.
    pub prefix: &'a [u8],
    /// The proof bundle.
    pub bundle: &'a [u8],
}

/// Adds `bundle` to the document `prefix`; the result starts with `prefix` unchanged.
///
/// # Errors
/// [`PdfError::Malformed`] or [`PdfError::Encrypted`] when the prefix cannot be extended.
pub fn append_bundle(prefix: &[u8], bundle: &[u8]) -> Result<Vec<u8>, PdfError> {
    let base = Section::last(prefix)?;
    if base.dict.get("Encrypt").is_some() {
        return Err(PdfError::Encrypted);
    }
    let mut out = prefix.to_vec();
    if !matches!(prefix.last(), Some(b'\n' | b'\r')) {
        out.push(b'\n');
    }
    let object = base.size;
    let at = out.len();
    let head = format!("{object} 0 obj\n<< /Type /MJ_Proof /Length {} >>\nstream\n", bundle.len());
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(bundle);
    out.extend_from_slice(b"\nendstream\nendobj\n");
    let end = out.len();
    match base.form {
        Form::Table => write_table(&mut out, &base, prefix.len(), object, at),
        Form::Stream => write_stream(&mut out, &base, prefix.len(), object, at),
    }
    out.extend_from_slice(format!("startxref\n{end}\n%%EOF\n").as_bytes());
    Ok(out)
}

/// Takes a download apart, having checked that its only update is the proof.
///
/// # Errors
/// Every [`PdfError`].
pub fn split(pdf: &[u8]) -> Result<Split<'_>, PdfError> {
    let update = Section::last(pdf)?;
    let Some(length) = update.dict.get("MJ_Prefix") else {
        return Err(without_proof(pdf, update));
    };
    let length = object::integer(length).ok_or(PdfError::Malformed("MJ_Prefix"))?;
    let length = usize::try_from(length).map_err(|_| PdfError::Malformed("MJ_Prefix"))?;
    let prefix = pdf.get(..length).ok_or(PdfError::Malformed("MJ_Prefix"))?;
    let base = Section::last(prefix)?;
    if update.prev != Some(base.offset) {
        return Err(PdfError::MoreThanOneUpdate);
    }
    if update.root != base.root {
        return Err(PdfError::ChangesRoot);
    }
    if let Some((first, _)) = update.ranges.iter().find(|(first, _)| *first < base.size) {
        return Err(PdfError::RedefinesObject(*first));
    }
    let bundle = proof_stream(pdf, length, base.size)?;
    // Everything else about the update is settled by building it again.
    if append_bundle(prefix, bundle)? == pdf {
        Ok(Split { prefix, bundle })
    } else {
        Err(PdfError::NotCanonical)
    }
}

/// The error for a file whose last section is no proof: a later update may hide one.
fn without_proof(pdf: &[u8], last: Section<'_>) -> PdfError {
    let mut prev = last.prev;
    // A chain longer than this is no document of ours.
    for _ in 0..64 {
        let Some(section) = prev.and_then(|offset| Section::at(pdf, offset).ok()) else {
            break;
        };
        if section.dict.get("MJ_Prefix").is_some() {
            return PdfError::MoreThanOneUpdate;
        }
        prev = section.prev;
    }
    PdfError::NoProof
}

fn proof_stream(pdf: &[u8], prefix: usize, object: u64) -> Result<&[u8], PdfError> {
    let not_canonical = PdfError::NotCanonical;
    let rest = pdf.get(prefix..).ok_or(not_canonical.clone())?;
    let rest = rest.strip_prefix(b"\n").unwrap_or(rest);
    let head = format!("{object} 0 obj\n");
    let rest = rest.strip_prefix(head.as_bytes()).ok_or(not_canonical.clone())?;
    let (dict, rest) = Dict::parse(rest).ok_or(not_canonical.clone())?;
    let length = dict.get("Length").and_then(object::integer).ok_or(not_canonical.clone())?;
    let rest = rest.strip_prefix(b"\nstream\n").ok_or(not_canonical.clone())?;
    usize::try_from(length).ok().and_then(|length| rest.get(..length)).ok_or(not_canonical)
}

/// What both kinds of section repeat from the document's own trailer.
fn trailer_entries(base: &Section<'_>, prefix: usize, object: u64) -> Vec<u8> {
    let mut out = Vec::new();
    for key in ["Root", "Info", "ID"] {
        if let Some(value) = base.dict.get(key) {
            out.extend_from_slice(format!(" /{key} ").as_bytes());
            out.extend_from_slice(value);
        }
    }
    let own = format!(" /Prev {} /MJ_Proof {object} 0 R /MJ_Prefix {prefix}", base.offset);
    out.extend_from_slice(own.as_bytes());
    out
}

fn write_table(out: &mut Vec<u8>, base: &Section<'_>, prefix: usize, object: u64, at: usize) {
    let table = format!("xref\n{object} 1\n{at:010} 00000 n \ntrailer\n<< /Size {}", object + 1);
    out.extend_from_slice(table.as_bytes());
    out.extend_from_slice(&trailer_entries(base, prefix, object));
    out.extend_from_slice(b" >>\n");
}

fn write_stream(out: &mut Vec<u8>, base: &Section<'_>, prefix: usize, object: u64, at: usize) {
    let own = out.len();
    let head = format!(
        "{} 0 obj\n<< /Type /XRef /Size {} /Index [{object} 2] /W [1 8 2] /Length 22",
        object + 1,
        object + 2
    );
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(&trailer_entries(base, prefix, object));
    out.extend_from_slice(b" >>\nstream\n");
    for offset in [at, own] {
        out.push(1);
        out.extend_from_slice(&(offset as u64).to_be_bytes());
        out.extend_from_slice(&[0, 0]);
    }
    out.extend_from_slice(b"\nendstream\nendobj\n");
}
