//! Cross-reference sections, as tables (ISO 32000-1, 7.5.4) and as streams (7.5.8).

use super::PdfError;
use super::object::{self, Dict, integer, reference, skip_space, take_integer};

/// Bytes at the end of a file in which `startxref` must stand.
const TAIL: usize = 1024;

/// How a file writes its cross-references; an update must do the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Table,
    Stream,
}

/// Object numbers as first and count.
type Ranges = Vec<(u64, u64)>;

/// One cross-reference section with its trailer dictionary.
pub(super) struct Section<'a> {
    pub(super) form: Form,
    /// Byte offset of the section.
    pub(super) offset: u64,
    pub(super) dict: Dict<'a>,
    /// One above the highest object number.
    pub(super) size: u64,
    /// Object and generation number of the catalog.
    pub(super) root: (u64, u64),
    /// Offset of the section before this one.
    pub(super) prev: Option<u64>,
    /// Object numbers it lists.
    pub(super) ranges: Ranges,
}

impl<'a> Section<'a> {
    /// The section that the end of the file points to.
    pub(super) fn last(pdf: &'a [u8]) -> Result<Self, PdfError> {
        if !pdf.starts_with(b"%PDF-") {
            return Err(PdfError::Malformed("文件头"));
        }
        Self::at(pdf, start_offset(pdf).ok_or(PdfError::Malformed("文件尾"))?)
    }

    /// The section at a byte offset.
    pub(super) fn at(pdf: &'a [u8], offset: u64) -> Result<Self, PdfError> {
        let bytes = usize::try_from(offset).ok().and_then(|at| pdf.get(at..));
        let bytes = bytes.ok_or(PdfError::Malformed("交叉引用位置"))?;
        let (form, dict, ranges) = match bytes.strip_prefix(b"xref") {
            Some(rest) => {
                let (ranges, rest) = table_ranges(rest).ok_or(PdfError::Malformed("交叉引用表"))?;
                let (dict, _) = Dict::parse(rest).ok_or(PdfError::Malformed("文件尾字典"))?;
                (Form::Table, dict, ranges)
            }
            None => {
                let dict = stream_dict(bytes).ok_or(PdfError::Malformed("交叉引用流"))?;
                let ranges = stream_ranges(&dict).ok_or(PdfError::Malformed("交叉引用流"))?;
                (Form::Stream, dict, ranges)
            }
        };
        let size = dict.get("Size").and_then(integer).ok_or(PdfError::Malformed("Size"))?;
        let root = dict.get("Root").and_then(reference).ok_or(PdfError::Malformed("Root"))?;
        let prev = match dict.get("Prev") {
            Some(value) => Some(integer(value).ok_or(PdfError::Malformed("Prev"))?),
            None => None,
        };
        // Two numbers are added; real files have far fewer objects (ISO 32000-1, annex C).
        if size == 0 || size > u64::from(u32::MAX) {
            return Err(PdfError::Malformed("Size"));
        }
        Ok(Self { form, offset, dict, size, root, prev, ranges })
    }
}

/// The offset after the last `startxref`; nothing but `%%EOF` and line ends may follow it.
fn start_offset(pdf: &[u8]) -> Option<u64> {
    let tail = &pdf[pdf.len().saturating_sub(TAIL)..];
    let word = b"startxref";
    let at = tail.windows(word.len()).rposition(|window| window == word)?;
    let (offset, rest) = take_integer(&tail[at + word.len()..])?;
    let start = rest.iter().position(|byte| !object::is_space(*byte))?;
    let rest = rest[start..].strip_prefix(b"%%EOF")?;
    if rest.iter().all(|byte| object::is_space(*byte)) { Some(offset) } else { None }
}

/// Subsections of a table up to `trailer`; returns what follows that word.
fn table_ranges(mut rest: &[u8]) -> Option<(Ranges, &[u8])> {
    let mut ranges = Vec::new();
    loop {
        rest = skip_space(rest);
        if let Some(after) = rest.strip_prefix(b"trailer") {
            return Some((ranges, after));
        }
        let (first, after) = take_integer(rest)?;
        let (count, after) = take_integer(after)?;
        let entries = usize::try_from(count).ok()?.checked_mul(20)?;
        rest = skip_space(after).get(entries..)?;
        ranges.push((first, count));
    }
}

fn stream_dict(bytes: &[u8]) -> Option<Dict<'_>> {
    let (_, rest) = take_integer(bytes)?;
    let (_, rest) = take_integer(rest)?;
    let (dict, rest) = Dict::parse(skip_space(rest).strip_prefix(b"obj")?)?;
    let is_xref = dict.get("Type") == Some(b"/XRef");
    if is_xref && skip_space(rest).starts_with(b"stream") { Some(dict) } else { None }
}

fn stream_ranges(dict: &Dict<'_>) -> Option<Ranges> {
    let Some(index) = dict.get("Index") else {
        return Some(vec![(0, dict.get("Size").and_then(integer)?)]);
    };
    let mut rest = index.strip_prefix(b"[")?.strip_suffix(b"]")?;
    let mut ranges = Vec::new();
    while !skip_space(rest).is_empty() {
        let (first, after) = take_integer(rest)?;
        let (count, after) = take_integer(after)?;
        ranges.push((first, count));
        rest = after;
    }
    Some(ranges)
}
