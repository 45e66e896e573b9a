//! 卷内目录: the rows of a file in the legal order, with their pages.

use super::file::{CaseFile, Paper, Sealed};
use super::order::{Sort, heading, place};
use crate::case::Case;
use crate::case::growth::frames;
use crate::case::types::{Document, DocumentKind, DocumentNo, Evidence, EvidenceNo};
use crate::matter::{MatterId, StaffId};
use crate::policy::FileOrder;
use crate::secrecy::Secrecy;
use crate::text::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// Something that has a place in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "item", rename_all = "snake_case")]
pub enum Item {
    /// A document of the case.
    Document {
        /// Its number in the case.
        no: DocumentNo,
    },
    /// An item of evidence.
    Evidence {
        /// Its number in the case.
        no: EvidenceNo,
    },
    /// A recording.
    Recording {
        /// Its matter.
        recording: MatterId,
    },
    /// A paper from outside.
    Paper {
        /// Its number in the file, from 1.
        no: u16,
    },
}

/// A recording of the case as the file needs to know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Its matter.
    pub recording: MatterId,
    /// Its number, as documents are numbered.
    pub number: String,
    /// What it shows.
    pub title: Text,
    /// Civil day.
    pub on: Date,
    /// Who recorded it.
    pub collectors: Vec<StaffId>,
    /// Evidence identity, hex.
    pub root: String,
    /// Where it is kept: the store, the number of a disc.
    pub carrier: String,
    /// The civil day on which it was registered; not known of what was noted before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came_on: Option<Date>,
}

/// What a row is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Title {
    /// A form of the procedure.
    Form(DocumentKind),
    /// What it is called in the file.
    Named(Text),
}

impl Title {
    /// In words.
    pub fn words(&self) -> &str {
        match self {
            Self::Form(kind) => kind.label(),
            Self::Named(text) => text.or_erased(),
        }
    }
}

/// 责任者.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Responsible {
    /// The organ itself.
    Organ,
    /// Persons of the organ.
    Staff(Vec<StaffId>),
    /// Somebody else.
    Other(Text),
}

/// One row of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// 序号, from 1.
    pub no: u32,
    /// Volume, from 1.
    pub volume: u16,
    /// On which list it stands: 0 the first, or none yet; n that of supplement n.
    pub list: u16,
    /// Place in the order, from 1.
    pub place: u8,
    /// Heading of the place.
    pub heading: &'static str,
    /// What.
    pub item: Item,
    /// 题名.
    pub title: Title,
    /// 文号.
    pub number: Option<String>,
    /// 日期.
    pub dated: Date,
    /// 责任者.
    pub responsible: Responsible,
    /// First and last page; none where it has none or they are not known.
    pub pages: Option<(u32, u32)>,
    /// 备注: where it is kept when it is no paper, why it came later.
    pub remark: String,
    /// Restricted access.
    pub secrecy: Option<Secrecy>,
    /// Digest of its bytes, hex; empty for a thing without any.
    pub digest: String,
}

impl Row {
    /// The title as the catalogue may be shown: a thing with a state secret has none here
    /// (保守国家秘密法第三十一条第三项).
    pub fn shown_title(&self) -> &str {
        match self.secrecy {
            Some(mark) if mark.kept_elsewhere() => "（涉及国家秘密，按保密规定另行保管）",
            Some(_) | None => self.title.words(),
        }
    }

    /// 页次: one page, or first and last; empty where it has none.
    pub fn page_words(&self) -> String {
        match self.pages {
            None => String::new(),
            Some((from, to)) if from == to => from.to_string(),
            Some((from, to)) => format!("{from}-{to}"),
        }
    }
}

/// One thing before it has its place.
struct Loose {
    item: Item,
    sort: Sort,
    title: Title,
    number: Option<String>,
    dated: Date,
    responsible: Responsible,
    /// Pages; none where they are not known, 0 where it is no paper.
    pages: Option<u32>,
    remark: String,
    digest: String,
}

/// Pages of a thing: as counted, else as its made document says.
pub(super) fn pages_of(file: &CaseFile, item: Item, made: Option<u32>) -> Option<u32> {
    file.pages.get(&item).copied().or(made)
}

fn document(file: &CaseFile, no: DocumentNo, d: &Document) -> Loose {
    let item = Item::Document { no };
    Loose {
        item,
        sort: Sort::Document(d.kind),
        title: Title::Form(d.kind),
        number: d.number.as_ref().map(ToString::to_string),
        dated: d.issued_on,
        responsible: Responsible::Organ,
        pages: pages_of(file, item, d.made.as_ref().map(|m| m.pages)),
        remark: String::new(),
        digest: d.made.as_ref().map(|m| m.sha256.clone()).unwrap_or_default(),
    }
}

fn evidence(file: &CaseFile, no: EvidenceNo, e: &Evidence) -> Loose {
    let item = Item::Evidence { no };
    let pages = pages_of(file, item, None);
    Loose {
        item,
        sort: Sort::Evidence(e.kind),
        title: Title::Named(e.name.clone()),
        number: None,
        dated: e.collected_on,
        responsible: Responsible::Staff(e.collectors.clone()),
        pages,
        remark: if pages == Some(0) { format!("{}，另存", e.kind.label()) } else { String::new() },
        digest: e.sha256_root.clone(),
    }
}

fn recording(r: &Recorded) -> Loose {
    Loose {
        item: Item::Recording { recording: r.recording },
        sort: Sort::Recording,
        title: Title::Named(r.title.clone()),
        number: Some(r.number.clone()),
        dated: r.on,
        responsible: Responsible::Staff(r.collectors.clone()),
        pages: Some(0),
        remark: format!("音像，存于{}", r.carrier),
        digest: r.root.clone(),
    }
}

fn paper(no: u16, p: &Paper) -> Loose {
    Loose {
        item: Item::Paper { no },
        sort: Sort::Paper(p.kind),
        title: Title::Named(p.title.clone()),
        number: (!p.number.is_empty()).then(|| p.number.clone()),
        dated: p.dated,
        responsible: Responsible::Other(p.responsible.clone()),
        pages: Some(p.pages),
        remark: String::new(),
        digest: p.digest.clone(),
    }
}

/// Everything that belongs into the file, without place. Cover and catalogue stand before
/// its first page and are no rows.
fn contents(case: &Case, file: &CaseFile, recordings: &[Recorded]) -> Vec<Loose> {
    let mut out = Vec::new();
    for (d, no) in case.documents.iter().zip(1..) {
        if !frames(d.kind) {
            out.push(document(file, no, d));
        }
    }
    out.extend(case.evidence.iter().zip(1..).map(|(e, no)| evidence(file, no, e)));
    out.extend(recordings.iter().map(recording));
    out.extend(file.papers.iter().zip(1..).map(|(p, no)| paper(no, p)));
    out
}

/// The rows of the file: in the order of the law, or, once it was bound, as it was bound
/// with what came later at its end. `starts` are the rows at which a new volume begins.
pub fn rows(
    case: &Case,
    file: &CaseFile,
    recordings: &[Recorded],
    order: FileOrder,
    starts: &[u32],
) -> Vec<Row> {
    let mut loose = contents(case, file, recordings);
    let at = |it: &Loose| place(order, it.sort);
    match &file.sealed {
        Some(sealed) => {
            loose.retain(|it| sealed.position(it.item).is_some());
            loose.sort_by_key(|it| sealed.position(it.item));
            rows_of(loose, file, order, &sealed.starts)
        }
        None => {
            loose.sort_by_key(|it| (at(it), it.dated, it.item));
            rows_of(loose, file, order, starts)
        }
    }
}

fn rows_of(loose: Vec<Loose>, file: &CaseFile, order: FileOrder, starts: &[u32]) -> Vec<Row> {
    let counts: Vec<Option<u32>> = loose.iter().map(|it| it.pages).collect();
    let numbered = number(&counts, starts);
    let mut out = Vec::with_capacity(loose.len());
    for ((it, (volume, pages)), no) in loose.into_iter().zip(numbered).zip(1..) {
        let place = place(order, it.sort);
        let late = file.sealed.as_ref().and_then(|s: &Sealed| s.late.get(&it.item));
        let list = file.list_of(it.item).unwrap_or(0);
        let remark = match late {
            _ if list > 0 && it.remark.is_empty() => format!("补充归档{list}"),
            _ if list > 0 => format!("{}；补充归档{list}", it.remark),
            Some(day) if it.remark.is_empty() => format!("{day}补入"),
            Some(day) => format!("{}；{day}补入", it.remark),
            None => it.remark,
        };
        out.push(Row {
            no,
            volume,
            list,
            place,
            heading: heading(order, place),
            item: it.item,
            title: it.title,
            number: it.number,
            dated: it.dated,
            responsible: it.responsible,
            pages,
            remark,
            secrecy: file.marks.get(&it.item).copied(),
            digest: it.digest,
        });
    }
    out
}

/// What belongs into the file and came after it was bound.
pub fn unfiled(case: &Case, file: &CaseFile, recordings: &[Recorded]) -> Vec<Item> {
    let Some(sealed) = &file.sealed else { return Vec::new() };
    contents(case, file, recordings)
        .into_iter()
        .map(|it| it.item)
        .filter(|item| sealed.position(*item).is_none())
        .collect()
}

/// As [`unfiled`], in the order of the law.
pub(super) fn unfiled_in_order(
    case: &Case,
    file: &CaseFile,
    recordings: &[Recorded],
    order: FileOrder,
) -> Vec<Item> {
    let Some(sealed) = &file.sealed else { return Vec::new() };
    let mut loose = contents(case, file, recordings);
    loose.retain(|it| sealed.position(it.item).is_none());
    loose.sort_by_key(|it| (place(order, it.sort), it.dated, it.item));
    loose.into_iter().map(|it| it.item).collect()
}

/// Volume and first and last page of each row, from the number of pages of each. Pages run
/// on without a gap and begin with 1 in every volume; what is no paper takes no page.
/// `starts` are the rows (from 1) at which a volume begins, besides the first.
pub fn number(counts: &[Option<u32>], starts: &[u32]) -> Vec<(u16, Option<(u32, u32)>)> {
    let (mut volume, mut page) = (1_u16, 1_u32);
    let mut out = Vec::with_capacity(counts.len());
    for (count, no) in counts.iter().zip(1_u32..) {
        if no > 1 && starts.contains(&no) {
            volume = volume.saturating_add(1);
            page = 1;
        }
        let pages = match count {
            None | Some(0) => None,
            Some(n) => {
                let last = page.saturating_add(n - 1);
                let span = (page, last);
                page = last.saturating_add(1);
                Some(span)
            }
        };
        out.push((volume, pages));
    }
    out
}

/// Volumes and pages of a file.
pub fn extent(rows: &[Row]) -> (u16, u32) {
    let volumes = rows.iter().map(|r| r.volume).max().unwrap_or(0);
    let pages = rows.iter().filter_map(|r| r.pages).map(|(from, to)| to - from + 1).sum();
    (volumes, pages)
}

/// SHA-256 over the catalogue, hex: rows with volume, item, number, date, pages and digest
/// of the bytes. Names are left out, so that it can be computed after an erasure.
pub fn digest(rows: &[Row]) -> String {
    sha256(&text(rows))
}

/// The catalogue as text: what [`digest`] is taken over.
pub(super) fn text(rows: &[Row]) -> String {
    let mut out = String::from("mingjing-file-catalogue/1\n");
    lines(rows, &mut out);
    out
}

/// SHA-256 of a text, hex.
pub(super) fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// One line a row: number, volume, item, its number, date, first and last page, digest.
pub(super) fn lines(rows: &[Row], out: &mut String) {
    for row in rows {
        let item = match row.item {
            Item::Document { no } => format!("document {no}"),
            Item::Evidence { no } => format!("evidence {no}"),
            Item::Recording { recording } => format!("recording {recording}"),
            Item::Paper { no } => format!("paper {no}"),
        };
        let (from, to) = row.pages.unwrap_or((0, 0));
        let number = row.number.as_deref().unwrap_or("-");
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "{}\t{}\t{item}\t{number}\t{}\t{from}\t{to}\t{}",
            row.no, row.volume, row.dated, row.digest
        );
    }
}
