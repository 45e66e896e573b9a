//! The file of one case as a matter: commands, events, state.

use super::catalogue::Item;
use super::supplement::{Counted, HandedIn, Part};
use super::words::{PaperKind, Stage, Verb};
use crate::matter::{DecodeError, Matter, MatterId, MatterKind, Meta, OrganId, StaffId, decode_as};
use crate::secrecy::Secrecy;
use crate::text::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A paper from outside the procedure's own documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// What kind.
    pub kind: PaperKind,
    /// What it is called.
    pub title: Text,
    /// Its own number; empty without one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub number: String,
    /// Its date.
    pub dated: Date,
    /// Who made it.
    pub responsible: Text,
    /// Pages; 0 where it is no paper.
    pub pages: u32,
    /// SHA-256 or evidence root of its scan, hex; empty without one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub digest: String,
}

/// Why a finding of the check is left as it is; it goes onto the 备考表.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explained {
    /// Code of the finding.
    pub code: String,
    /// The item at fault, where one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Item>,
    /// Why.
    pub reason: Text,
}

/// What came into a bound file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "late", rename_all = "snake_case")]
pub enum Late {
    /// A document, an item of evidence or a recording that the case got later.
    Of {
        /// Which.
        #[serde(flatten)]
        item: Item,
        /// Pages; 0 where it is no paper.
        pages: u32,
    },
    /// A paper from outside.
    Brought {
        /// Which.
        paper: Paper,
    },
}

/// An electronic package of the file, sealed: a bag with its manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// SHA-256 of the manifest of its payload, hex: what the seal proves.
    pub sha256: String,
    /// SHA-256 of the bytes as they are stored, hex.
    pub stored: String,
    /// Files of the payload.
    pub files: u32,
    /// Bytes of the payload.
    pub bytes: u64,
    /// Digest of the catalogue as it was then, hex.
    pub catalogue: String,
}

/// What may be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum FileCommand {
    /// 立卷.
    Open {
        /// Of which case.
        case: MatterId,
    },
    /// 补入材料.
    AddPaper {
        /// What.
        paper: Paper,
    },
    /// 登记页数.
    CountPages {
        /// Of what.
        #[serde(flatten)]
        item: Item,
        /// Pages; 0 where it is no paper.
        pages: u32,
    },
    /// 标注涉密、限制查阅.
    Mark {
        /// What.
        #[serde(flatten)]
        item: Item,
        /// As what; none lifts the mark.
        secrecy: Option<Secrecy>,
        /// On what grounds.
        basis: Text,
    },
    /// 填写备考表.
    Note {
        /// In words.
        note: Text,
    },
    /// 装订成卷.
    Assemble {
        /// Rows at which a volume begins, besides the first.
        #[serde(default)]
        starts: Vec<u32>,
        /// Findings left as they are, with the reason.
        #[serde(default)]
        explained: Vec<Explained>,
    },
    /// 检查接收.
    Accept {
        /// 归档号.
        archive_no: String,
    },
    /// 退回整理.
    Return {
        /// Why.
        reason: Text,
    },
    /// 归档后补充材料.
    Supplement {
        /// What.
        #[serde(flatten)]
        late: Late,
        /// Why it comes only now.
        reason: Text,
    },
    /// 封装案卷.
    Pack {
        /// What came out.
        package: Package,
    },
    /// 移交补充材料: everything that came since the last list.
    HandIn {
        /// Pages of what has none that are known.
        #[serde(default)]
        counted: Vec<Counted>,
        /// Papers from outside that come with it.
        #[serde(default)]
        papers: Vec<Paper>,
        /// Findings left as they are, with the reason.
        #[serde(default)]
        explained: Vec<Explained>,
        /// What happened after the file was archived.
        reason: Text,
    },
    /// 接收补充归档.
    TakeIn {
        /// Digest of the list, as the person saw it.
        digest: String,
    },
    /// 退回补充材料.
    SendBack {
        /// Why.
        reason: Text,
    },
}

impl FileCommand {
    /// Its row.
    pub const fn verb(&self) -> Verb {
        match self {
            Self::Open { .. } => Verb::Open,
            Self::AddPaper { .. } => Verb::AddPaper,
            Self::CountPages { .. } => Verb::CountPages,
            Self::Mark { .. } => Verb::Mark,
            Self::Note { .. } => Verb::Note,
            Self::Assemble { .. } => Verb::Assemble,
            Self::Accept { .. } => Verb::Accept,
            Self::Return { .. } => Verb::Return,
            Self::Supplement { .. } => Verb::Supplement,
            Self::Pack { .. } => Verb::Pack,
            Self::HandIn { .. } => Verb::HandIn,
            Self::TakeIn { .. } => Verb::TakeIn,
            Self::SendBack { .. } => Verb::SendBack,
        }
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum FileEvent {
    /// 已立卷.
    Opened {
        /// Of which case.
        case: MatterId,
    },
    /// 已补入材料.
    PaperAdded {
        /// What.
        paper: Paper,
    },
    /// 已登记页数.
    PagesCounted {
        /// Of what.
        #[serde(flatten)]
        item: Item,
        /// Pages.
        pages: u32,
    },
    /// 已标注.
    Marked {
        /// What.
        #[serde(flatten)]
        item: Item,
        /// As what; none lifts the mark.
        secrecy: Option<Secrecy>,
        /// On what grounds.
        basis: Text,
    },
    /// 已填写备考表.
    Noted {
        /// In words.
        note: Text,
    },
    /// 已装订成卷.
    Assembled {
        /// The items in their order.
        items: Vec<Item>,
        /// Rows at which a volume begins, besides the first.
        starts: Vec<u32>,
        /// Volumes.
        volumes: u16,
        /// Pages of all volumes.
        pages: u32,
        /// Digest of the catalogue, hex.
        digest: String,
        /// Findings left as they are.
        explained: Vec<Explained>,
    },
    /// 已检查接收.
    Accepted {
        /// 归档号.
        archive_no: String,
        /// Digest of the catalogue that was checked, hex.
        digest: String,
    },
    /// 已退回整理.
    Returned {
        /// Why.
        reason: Text,
    },
    /// 已补充材料.
    Supplemented {
        /// What.
        #[serde(flatten)]
        late: Late,
        /// Why it comes only now.
        reason: Text,
    },
    /// 已封装.
    Packaged {
        /// What came out.
        package: Package,
    },
    /// 已移交补充材料.
    HandedIn(HandedIn),
    /// 已接收补充归档.
    TakenIn {
        /// Number of the supplement, from 1.
        no: u16,
        /// Digest of its list that was checked, hex.
        digest: String,
    },
    /// 已退回补充材料.
    SentBack {
        /// Number that it had.
        no: u16,
        /// Why.
        reason: Text,
    },
}

/// A file as it was bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The items in their order, with what came later at the end.
    pub items: Vec<Item>,
    /// How many of them are on the first list.
    pub first: usize,
    /// Rows at which a volume begins, besides the first.
    pub starts: Vec<u32>,
    /// Volumes.
    pub volumes: u16,
    /// Pages of all volumes, later ones included.
    pub pages: u32,
    /// Digest of the catalogue as it was bound, hex.
    pub digest: String,
    /// Who bound it, and the civil day.
    pub by: (StaffId, Date),
    /// Findings left as they are.
    pub explained: Vec<Explained>,
    /// What came later, with its civil day.
    pub late: BTreeMap<Item, Date>,
}

impl Sealed {
    /// Where an item stands, from 0.
    pub fn position(&self, item: Item) -> Option<usize> {
        self.items.iter().position(|it| *it == item)
    }
}

/// The file of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseFile {
    /// Organ.
    pub organ: OrganId,
    /// Case.
    pub case: MatterId,
    /// Where it stands.
    pub stage: Stage,
    /// Pages as counted.
    pub pages: BTreeMap<Item, u32>,
    /// Restricted items.
    pub marks: BTreeMap<Item, Secrecy>,
    /// Papers from outside, number n at index n−1.
    pub papers: Vec<Paper>,
    /// 备考表: who noted what on which civil day.
    pub notes: Vec<(StaffId, Date, Text)>,
    /// As it was bound.
    pub sealed: Option<Sealed>,
    /// 归档号, who checked and accepted it, and the civil day.
    pub accepted: Option<(String, StaffId, Date)>,
    /// Packages, oldest first: version of the event that sealed it, civil day.
    pub packages: Vec<(Package, u64, Date)>,
    /// Version of the event that bound it.
    pub bound: u64,
    /// Supplements that the archives took, number n at index n−1.
    pub parts: Vec<Part>,
    /// A supplement that waits for the archives.
    pub pending: Option<Part>,
}

impl CaseFile {
    /// An empty file.
    pub const fn new(organ: OrganId, case: MatterId) -> Self {
        Self {
            organ,
            case,
            stage: Stage::Assembling,
            pages: BTreeMap::new(),
            marks: BTreeMap::new(),
            papers: Vec::new(),
            notes: Vec::new(),
            sealed: None,
            accepted: None,
            packages: Vec::new(),
            bound: 0,
            parts: Vec::new(),
            pending: None,
        }
    }

    fn supplement(&mut self, late: &Late, day: Date) {
        let (item, pages) = match late {
            Late::Of { item, pages } => {
                self.pages.insert(*item, *pages);
                (*item, *pages)
            }
            Late::Brought { paper } => {
                self.papers.push(paper.clone());
                // More papers than a number can hold are refused before.
                let no = u16::try_from(self.papers.len()).unwrap_or(u16::MAX);
                (Item::Paper { no }, paper.pages)
            }
        };
        if let Some(sealed) = &mut self.sealed {
            sealed.items.push(item);
            sealed.pages = sealed.pages.saturating_add(pages);
            sealed.late.insert(item, day);
        }
    }
}

impl Matter for CaseFile {
    const KIND: MatterKind = MatterKind::CaseFile;
    type Event = FileEvent;

    fn type_of(event: &FileEvent) -> (&'static str, u16) {
        let name = match event {
            FileEvent::Opened { .. } => "case_file.opened",
            FileEvent::PaperAdded { .. } => "case_file.paper_added",
            FileEvent::PagesCounted { .. } => "case_file.pages_counted",
            FileEvent::Marked { .. } => "case_file.marked",
            FileEvent::Noted { .. } => "case_file.noted",
            FileEvent::Assembled { .. } => "case_file.assembled",
            FileEvent::Accepted { .. } => "case_file.accepted",
            FileEvent::Returned { .. } => "case_file.returned",
            FileEvent::Supplemented { .. } => "case_file.supplemented",
            FileEvent::Packaged { .. } => "case_file.packaged",
            FileEvent::HandedIn(_) => "case_file.handed_in",
            FileEvent::TakenIn { .. } => "case_file.taken_in",
            FileEvent::SentBack { .. } => "case_file.sent_back",
        };
        (name, 1)
    }

    fn decode(type_name: &str, version: u16, body: serde_json::Value) -> Result<FileEvent, DecodeError> {
        decode_as::<Self>(type_name, version, body)
    }

    fn evolve(state: Option<Self>, meta: &Meta, event: &FileEvent) -> Self {
        let day = meta.moment.recorded_day();
        // A stream that begins otherwise is corrupt; the audit says so. The fold stays total.
        let mut state = state.unwrap_or_else(|| Self::new(meta.organ, meta.matter));
        match event {
            FileEvent::Opened { case } => state.case = *case,
            FileEvent::PaperAdded { paper } => state.papers.push(paper.clone()),
            FileEvent::PagesCounted { item, pages } => {
                state.pages.insert(*item, *pages);
            }
            FileEvent::Marked { item, secrecy, .. } => {
                match secrecy {
                    Some(mark) => state.marks.insert(*item, *mark),
                    None => state.marks.remove(item),
                };
            }
            FileEvent::Noted { note } => state.notes.push((meta.actor, day, note.clone())),
            FileEvent::Assembled { items, starts, volumes, pages, digest, explained } => {
                state.stage = Stage::Assembled;
                state.bound = meta.version;
                state.sealed = Some(Sealed {
                    items: items.clone(),
                    first: items.len(),
                    starts: starts.clone(),
                    volumes: *volumes,
                    pages: *pages,
                    digest: digest.clone(),
                    by: (meta.actor, day),
                    explained: explained.clone(),
                    late: BTreeMap::new(),
                });
            }
            FileEvent::Accepted { archive_no, .. } => {
                state.stage = Stage::Accepted;
                state.accepted = Some((archive_no.clone(), meta.actor, day));
            }
            FileEvent::Returned { reason } => {
                state.stage = Stage::Assembling;
                state.sealed = None;
                state.notes.push((meta.actor, day, reason.clone()));
            }
            FileEvent::Supplemented { late, reason } => {
                state.supplement(late, day);
                state.notes.push((meta.actor, day, reason.clone()));
            }
            FileEvent::Packaged { package } => state.packages.push((package.clone(), meta.version, day)),
            FileEvent::HandedIn(it) => {
                state.stage = Stage::Supplementing;
                state.pending = Some(Part::new(it, meta.version, (meta.actor, day)));
            }
            FileEvent::TakenIn { .. } => {
                state.stage = Stage::Accepted;
                if let Some(part) = state.pending.take() {
                    state.file_part(Part { taken: Some((meta.actor, day)), ..part });
                }
            }
            FileEvent::SentBack { reason, .. } => {
                state.stage = Stage::Accepted;
                state.pending = None;
                state.notes.push((meta.actor, day, reason.clone()));
            }
        }
        state
    }
}
