//! 补充归档: what came after the file was archived, filed with a list of its own.
//!
//! The officers hand in everything that came since the last list, the archives check and take
//! it, as with the file itself. The first list and the lists between stay as they are: a
//! supplement continues their rows and pages.

use super::catalogue::{self, Item, Recorded, Row};
use super::check::{Lack, check};
use super::file::{CaseFile, Explained, Paper};
use crate::case::facts::Facts;
use crate::case::state::Grown;
use crate::case::{Case, clock, growth};
use crate::matter::StaffId;
use crate::period::Limit;
use crate::policy::FileOrder;
use crate::refusal::Refusal;
use crate::text::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Pages of one item, as counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// Of what.
    #[serde(flatten)]
    pub item: Item,
    /// Pages; 0 where it is no paper.
    pub pages: u32,
}

/// Events of the case, by version, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The first.
    pub from: u64,
    /// The last.
    pub to: u64,
}

/// A supplement as it was handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedIn {
    /// Its number, from 1.
    pub no: u16,
    /// Its items in the order of the law.
    pub items: Vec<Item>,
    /// Pages of what had none that were known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counted: Vec<Counted>,
    /// Papers from outside that came with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub papers: Vec<Paper>,
    /// Its pages.
    pub pages: u32,
    /// The events of the case that it brings into the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Span>,
    /// Digest of its list, hex.
    pub digest: String,
    /// Findings left as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub explained: Vec<Explained>,
    /// What happened after the file was archived.
    pub reason: Text,
}

/// A supplement of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// As it was handed in.
    pub handed: HandedIn,
    /// Version of the event that handed it in.
    pub version: u64,
    /// Who handed it in, and the civil day.
    pub by: (StaffId, Date),
    /// Who checked and took it, and the civil day; none while it waits.
    pub taken: Option<(StaffId, Date)>,
}

impl Part {
    /// A supplement that waits for the archives.
    pub(super) fn new(handed: &HandedIn, version: u64, by: (StaffId, Date)) -> Self {
        Self { handed: handed.clone(), version, by, taken: None }
    }
}

impl CaseFile {
    /// Puts a supplement at the end of the file.
    pub(super) fn file_part(&mut self, part: Part) {
        self.papers.extend(part.handed.papers.iter().cloned());
        self.pages.extend(part.handed.counted.iter().map(|it| (it.item, it.pages)));
        if let Some(sealed) = &mut self.sealed {
            let (papers, pages) = (&self.papers, &self.pages);
            let counted = |item: &Item| match item {
                Item::Paper { no } => papers.get(usize::from(*no).wrapping_sub(1)).map_or(0, |p| p.pages),
                other => pages.get(other).copied().unwrap_or(0),
            };
            // What the archives had put in one by one was counted then.
            let late = |item: &&Item| sealed.late.contains_key(*item);
            let known: u32 = part.handed.items.iter().filter(late).map(counted).sum();
            let new: Vec<Item> = part.handed.items.iter().filter(|it| !late(it)).copied().collect();
            sealed.items.extend(new);
            sealed.pages = sealed.pages.saturating_add(part.handed.pages.saturating_sub(known));
        }
        self.parts.push(part);
    }

    /// The file as it is when the supplement that waits is taken; the file itself without one.
    pub fn with_pending(&self) -> Self {
        let mut out = self.clone();
        if let Some(part) = out.pending.take() {
            out.file_part(part);
        }
        out
    }

    /// On which list an item stands: 0 the first, n that of supplement n; none while it is on
    /// no list.
    pub fn list_of(&self, item: Item) -> Option<u16> {
        let sealed = self.sealed.as_ref()?;
        if sealed.position(item).is_some_and(|at| at < sealed.first) {
            return Some(0);
        }
        self.parts.iter().find(|it| it.handed.items.contains(&item)).map(|it| it.handed.no)
    }

    /// Findings that the lists of the file explain.
    pub(super) fn told(&self) -> impl Iterator<Item = &Explained> {
        let first = self.sealed.iter().flat_map(|it| &it.explained);
        first.chain(self.parts.iter().flat_map(|it| &it.handed.explained))
    }

    /// What the archives put in one by one and no list names yet, in its order.
    fn unlisted(&self) -> Vec<Item> {
        let Some(sealed) = &self.sealed else { return Vec::new() };
        sealed.items.iter().copied().filter(|it| self.list_of(*it).is_none()).collect()
    }

    /// What commits to every list of the file, hex: the digest of the first list, and once there
    /// are supplements, of all lists in order.
    pub fn digest(&self) -> Option<String> {
        let first = &self.sealed.as_ref()?.digest;
        if self.parts.is_empty() {
            return Some(first.clone());
        }
        let mut text = format!("mingjing-file-lists/1\n{first}\n");
        for part in &self.parts {
            text.push_str(&part.handed.digest);
            text.push('\n');
        }
        Some(hex::encode(Sha256::digest(text.as_bytes())))
    }
}

/// What came after the last list and is not filed: items, and events of the case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Growth {
    /// Items, those first that the archives had put in one by one, then in the order of the law.
    pub items: Vec<Item>,
    /// Events of the case.
    pub events: Option<Span>,
    /// The civil day on which the last of it came.
    pub ended_on: Option<Date>,
}

impl Growth {
    /// Nothing came.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.events.is_none()
    }
}

/// What came after the last list. A file that was not accepted yet has no last list.
pub fn growth(case: &Case, file: &CaseFile, recordings: &[Recorded], order: FileOrder) -> Growth {
    if file.accepted.is_none() {
        return Growth::default();
    }
    let listed = file.pending.as_ref().and_then(|it| it.handed.events).map_or(0, |it| it.to);
    let left: Vec<&Grown> = case.grown.iter().filter(|it| it.version > listed).collect();
    let events = left.first().zip(left.last()).map(|(a, z)| Span { from: a.version, to: z.version });
    let held = file.with_pending();
    let mut items = held.unlisted();
    let came = |it: &Item| match it {
        Item::Recording { recording } => {
            recordings.iter().find(|r| r.recording == *recording).and_then(|r| r.came_on)
        }
        Item::Document { .. } | Item::Evidence { .. } | Item::Paper { .. } => None,
    };
    items.extend(catalogue::unfiled_in_order(case, &held, recordings, order));
    let ended_on = left.iter().map(|it| it.on).chain(items.iter().filter_map(came)).max();
    Growth { items, events, ended_on }
}

/// Whether something came after the last list, or waits to be taken by the archives: such a file
/// is not whole.
pub fn outgrown(case: &Case, file: Option<&CaseFile>, recordings: &[Recorded]) -> bool {
    let Some(file) = file else { return !case.grown.is_empty() };
    let whole = growth(case, file, recordings, FileOrder::EightClasses).is_empty();
    file.pending.is_some() || !whole || !case.grown.is_empty()
}

/// A supplement as it would be handed in now, with what it lacks.
pub(super) fn gather(
    case: &Case,
    file: &CaseFile,
    recordings: &[Recorded],
    order: FileOrder,
    given: (&[Counted], &[Paper]),
    reason: &Text,
) -> (HandedIn, Vec<Lack>) {
    let (counted, papers) = given;
    let mut held = file.clone();
    held.pages.extend(counted.iter().map(|it| (it.item, it.pages)));
    held.papers.extend(papers.iter().cloned());
    let Growth { items, events, .. } = growth(case, &held, recordings, order);
    let mut handed = HandedIn {
        no: u16::try_from(file.parts.len() + 1).unwrap_or(u16::MAX),
        items,
        counted: counted.to_vec(),
        papers: papers.to_vec(),
        pages: 0,
        events,
        digest: String::new(),
        explained: Vec::new(),
        reason: reason.clone(),
    };
    handed.pages = catalogue::extent(&part_rows(case, file, recordings, order, &handed)).1;
    handed.digest = digest(case, file, recordings, order, &handed);
    let concerns = |lack: &Lack| lack.at.is_none_or(|at| handed.items.contains(&at));
    let lacks = check(case, &held, recordings).into_iter().filter(concerns).collect();
    (handed, lacks)
}

/// SHA-256 of the list of a supplement that is not yet in the file, hex.
pub(super) fn digest(
    case: &Case,
    file: &CaseFile,
    recordings: &[Recorded],
    order: FileOrder,
    handed: &HandedIn,
) -> String {
    catalogue::sha256(&list_text(handed, &part_rows(case, file, recordings, order, handed)))
}

/// The rows of a supplement, as the catalogue continues with them.
pub fn part_rows(
    case: &Case,
    file: &CaseFile,
    recordings: &[Recorded],
    order: FileOrder,
    handed: &HandedIn,
) -> Vec<Row> {
    let mut held = file.clone();
    if !held.parts.iter().any(|it| it.handed.no == handed.no) {
        // Who and when are no part of the rows.
        held.file_part(Part::new(handed, 0, (StaffId(uuid::Uuid::nil()), Date::constant(1, 1, 1))));
    }
    let rows = catalogue::rows(case, &held, recordings, order, &[]);
    rows.into_iter().filter(|row| row.list == handed.no).collect()
}

/// The list of a supplement as text: what its digest is taken over.
fn list_text(handed: &HandedIn, rows: &[Row]) -> String {
    let (from, to) = handed.events.map_or((0, 0), |it| (it.from, it.to));
    let mut out = format!("mingjing-file-supplement/1\n{}\t{from}\t{to}\n", handed.no);
    catalogue::lines(rows, &mut out);
    out
}

/// A list of the file, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// 0 the first, n that of supplement n.
    pub no: u16,
    /// Version of the event on the file's stream that names its digest.
    pub version: u64,
    /// The text.
    pub text: String,
    /// Whether its SHA-256 is the digest of that event.
    pub holds: bool,
}

/// Every list of a file as it can be written now, in order. One that does not hold was altered
/// by what happened to an item of it since.
pub fn lists(case: &Case, file: &CaseFile, recordings: &[Recorded], order: FileOrder) -> Vec<List> {
    let Some(sealed) = &file.sealed else { return Vec::new() };
    let rows = catalogue::rows(case, file, recordings, order, &[]);
    let first: Vec<Row> = rows.iter().take(sealed.first).cloned().collect();
    let text = catalogue::text(&first);
    let holds = catalogue::sha256(&text) == sealed.digest;
    let mut out = vec![List { no: 0, version: file.bound, text, holds }];
    for part in &file.parts {
        let own: Vec<Row> = rows.iter().filter(|row| row.list == part.handed.no).cloned().collect();
        let text = list_text(&part.handed, &own);
        let holds = catalogue::sha256(&text) == part.handed.digest;
        out.push(List { no: part.handed.no, version: part.version, text, holds });
    }
    out
}

/// Whether a supplement can be filed now: the matters that made the file grow are over.
///
/// # Errors
/// What is still open.
pub fn ready(case: &Case) -> Result<(), Refusal> {
    growth::over(case)
}

/// What a supplement would lack that no earlier list explained; nothing where nothing came.
pub fn lacking(case: &Case, file: &CaseFile, recordings: &[Recorded], order: FileOrder) -> Vec<Lack> {
    if growth(case, file, recordings, order).is_empty() {
        return Vec::new();
    }
    let (_, lacks) = gather(case, file, recordings, order, (&[], &[]), &crate::case::types::blank());
    lacks.into_iter().filter(|lack| !file.told().any(|e| e.code == lack.code && e.at == lack.at)).collect()
}

/// The limit for filing what came: the term of archiving, from the last of it; none while the
/// matters go on, or where the day is not known.
pub fn limit(case: &Case, grown: &Growth, facts: &Facts<'_>) -> Option<Result<Limit, Refusal>> {
    if grown.events.is_some() {
        return clock::supplement_limit(case, facts);
    }
    let on = grown.ended_on.filter(|_| growth::over(case).is_ok())?;
    Some(facts.limit(&facts.law.archive, on, "归档后新的材料形成之日", &[]))
}
