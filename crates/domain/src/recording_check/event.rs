//! Commands and events of a check of recordings.

use super::sample::{Member, Stratum};
use super::words::{
    BeaconKind, CheckKind, Discipline, Gravity, Mark, Point, ProhibitedAct, Signal, Verb, Verdict,
};
use crate::codes::DocumentNumber;
use crate::matter::{MatterId, StaffId};
use crate::text::Text;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Number of a finding inside its check, from 1.
pub type FindingNo = u16;

/// The public value of the future that a plan commits to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beacon {
    /// Where it comes from.
    pub kind: BeaconKind,
    /// Which one, so that anybody finds it: the first checkpoint after the instant, the
    /// number of a drawing, the index of a day.
    pub source: String,
    /// It is not known before this instant.
    pub not_before: Timestamp,
}

/// What was found on one point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marked {
    /// Point.
    pub point: Point,
    /// What was found.
    pub mark: Mark,
    /// In words; must be said where the point fails.
    pub note: Text,
}

/// One entry of the check ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The recording.
    pub recording: MatterId,
    /// How long it was played, milliseconds.
    pub watched_ms: u64,
    /// Point by point; empty where it cannot be played.
    pub marks: Vec<Marked>,
    /// All in all.
    pub verdict: Verdict,
    /// In words.
    pub opinion: Text,
}

/// The use of one device in the time of the check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceUse {
    /// The device's matter.
    pub device: MatterId,
    /// Its unit.
    pub unit: String,
    /// Days on which it was assigned.
    pub days_assigned: u32,
    /// Days on which it recorded.
    pub days_used: u32,
    /// Recordings.
    pub recordings: u32,
    /// Their length, whole minutes.
    pub minutes: u32,
    /// Uses without the check before use.
    pub unchecked: u32,
    /// Faults reported.
    pub faults: u32,
    /// Recordings uploaded late without a lawful reason.
    pub late: u32,
    /// Who held it, on how many days, and how long it recorded meanwhile; in order of the
    /// first day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holders: Vec<HolderUse>,
}

/// The use of a device while one person held it, in the time of the check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolderUse {
    /// Who.
    pub staff: StaffId,
    /// Days on which the person held it.
    pub days: u32,
    /// Recordings begun meanwhile.
    pub recordings: u32,
    /// Their length, whole minutes.
    pub minutes: u32,
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum About {
    /// A recording.
    Recording {
        /// Its matter.
        recording: MatterId,
    },
    /// An act of a case, by the version of the case's stream that recorded it.
    Act {
        /// Case.
        case: MatterId,
        /// Version.
        version: u64,
    },
    /// A case's file.
    File {
        /// Case.
        case: MatterId,
    },
    /// A device.
    Device {
        /// Its matter.
        device: MatterId,
    },
}

/// A prohibited act that is suspected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspicion {
    /// Which.
    pub act: ProhibitedAct,
    /// What the data told; none where a person noticed it.
    pub signal: Option<Signal>,
    /// About what.
    pub about: Vec<About>,
    /// Who may be responsible.
    pub persons: Vec<StaffId>,
    /// What is known.
    pub facts: Text,
}

/// What may be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum CheckCommand {
    /// 制定抽查计划.
    Plan {
        /// What is checked.
        kind: CheckKind,
        /// First civil day of the recordings.
        from: Date,
        /// Last civil day of the recordings.
        to: Date,
        /// How many from each stratum; the empty name where it is not stratified.
        sizes: BTreeMap<String, u32>,
        /// The public value.
        beacon: Beacon,
    },
    /// 抽取样本.
    Draw {
        /// The public value as it was published.
        value: String,
        /// When it was published.
        published_at: Timestamp,
    },
    /// 开展检查 without a draw.
    Open {
        /// What is checked.
        kind: CheckKind,
        /// First civil day.
        from: Date,
        /// Last civil day.
        to: Date,
        /// Why.
        reason: Text,
        /// The recordings to be played, if any.
        #[serde(default)]
        recordings: Vec<MatterId>,
    },
    /// 登记检查情况.
    Enter {
        /// What was found.
        entry: Entry,
    },
    /// 登记设备使用情况.
    Report {
        /// In words.
        opinion: Text,
    },
    /// 登记问题线索.
    Find {
        /// What is suspected.
        suspicion: Suspicion,
    },
    /// 核实问题.
    Verify {
        /// Which.
        finding: FindingNo,
        /// It is so, and this grave; none dismisses it.
        gravity: Option<Gravity>,
        /// Who is responsible.
        #[serde(default)]
        responsible: Vec<StaffId>,
        /// In words.
        opinion: Text,
    },
    /// 责令限期整改.
    Order {
        /// Which.
        finding: FindingNo,
        /// Last civil day.
        due_on: Date,
        /// What is to be put right.
        requirements: Text,
    },
    /// 报告整改情况.
    Rectify {
        /// Which.
        finding: FindingNo,
        /// What was done.
        report: Text,
    },
    /// 复查整改情况.
    Recheck {
        /// Which.
        finding: FindingNo,
        /// It is put right.
        passed: bool,
        /// In words.
        opinion: Text,
    },
    /// 移送处分.
    Refer {
        /// Which.
        finding: FindingNo,
        /// The body that decides.
        body: Text,
        /// Number of the letter.
        number: DocumentNumber,
    },
    /// 登记处分结果.
    Discipline {
        /// Which.
        finding: FindingNo,
        /// Who.
        person: StaffId,
        /// What was decided.
        outcome: Discipline,
        /// Number and reasons of the decision.
        decision: Text,
        /// Civil day of the decision.
        on: Date,
    },
    /// 移送涉嫌犯罪线索.
    Transfer {
        /// Which.
        finding: FindingNo,
        /// To whom.
        recipient: Text,
        /// Number of the letter.
        number: DocumentNumber,
    },
    /// 登记移送回执.
    Receipt {
        /// Which.
        finding: FindingNo,
        /// Number and contents of the receipt.
        receipt: Text,
        /// Civil day of the receipt.
        on: Date,
    },
    /// 检查终结.
    Conclude {
        /// What came of it.
        summary: Text,
    },
    /// 通报检查情况.
    Circulate {
        /// Number of the circular.
        number: DocumentNumber,
        /// To which units.
        units: Vec<String>,
    },
    /// 办结.
    Close {},
}

impl CheckCommand {
    /// Its row.
    pub const fn verb(&self) -> Verb {
        match self {
            Self::Plan { .. } => Verb::Plan,
            Self::Draw { .. } => Verb::Draw,
            Self::Open { .. } => Verb::Open,
            Self::Enter { .. } => Verb::Enter,
            Self::Report { .. } => Verb::Report,
            Self::Find { .. } => Verb::Find,
            Self::Verify { .. } => Verb::Verify,
            Self::Order { .. } => Verb::Order,
            Self::Rectify { .. } => Verb::Rectify,
            Self::Recheck { .. } => Verb::Recheck,
            Self::Refer { .. } => Verb::Refer,
            Self::Discipline { .. } => Verb::Discipline,
            Self::Transfer { .. } => Verb::Transfer,
            Self::Receipt { .. } => Verb::Receipt,
            Self::Conclude { .. } => Verb::Conclude,
            Self::Circulate { .. } => Verb::Circulate,
            Self::Close {} => Verb::Close,
        }
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum CheckEvent {
    /// 已制定抽查计划.
    Planned {
        /// What is checked.
        kind: CheckKind,
        /// First civil day of the recordings.
        from: Date,
        /// Last civil day of the recordings.
        to: Date,
        /// Digest of the population, hex.
        population_digest: String,
        /// The strata with counts and sizes.
        strata: Vec<Stratum>,
        /// The public value.
        beacon: Beacon,
        /// The population, in its order: what is registered, moved to another day or another
        /// unit afterwards, is not in it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        members: Vec<Member>,
    },
    /// 已抽取样本.
    Drawn {
        /// The public value.
        value: String,
        /// When it was published.
        published_at: Timestamp,
        /// The seed, hex.
        seed: String,
        /// The recordings, in the order of the draw.
        sample: Vec<MatterId>,
    },
    /// 已开展检查.
    Opened {
        /// What is checked.
        kind: CheckKind,
        /// First civil day.
        from: Date,
        /// Last civil day.
        to: Date,
        /// Why.
        reason: Text,
        /// The recordings to be played.
        recordings: Vec<MatterId>,
    },
    /// 已登记检查情况.
    Entered {
        /// What was found.
        entry: Entry,
    },
    /// 已登记设备使用情况.
    DeviceUseReported {
        /// Device by device.
        lines: Vec<DeviceUse>,
        /// In words.
        opinion: Text,
    },
    /// 已登记问题线索.
    Found {
        /// What is suspected.
        suspicion: Suspicion,
    },
    /// 已核实.
    Verified {
        /// Which.
        finding: FindingNo,
        /// How grave; none: it is not so.
        gravity: Option<Gravity>,
        /// Who is responsible.
        responsible: Vec<StaffId>,
        /// In words.
        opinion: Text,
    },
    /// 已责令限期整改.
    RectificationOrdered {
        /// Which.
        finding: FindingNo,
        /// Last civil day.
        due_on: Date,
        /// What is to be put right.
        requirements: Text,
    },
    /// 已报告整改情况.
    Rectified {
        /// Which.
        finding: FindingNo,
        /// What was done.
        report: Text,
    },
    /// 已复查整改情况.
    Rechecked {
        /// Which.
        finding: FindingNo,
        /// It is put right.
        passed: bool,
        /// In words.
        opinion: Text,
    },
    /// 已移送处分.
    Referred {
        /// Which.
        finding: FindingNo,
        /// The body that decides.
        body: Text,
        /// Number of the letter.
        number: DocumentNumber,
    },
    /// 已登记处分结果.
    Disciplined {
        /// Which.
        finding: FindingNo,
        /// Who.
        person: StaffId,
        /// What was decided.
        outcome: Discipline,
        /// Number and reasons of the decision.
        decision: Text,
        /// Civil day of the decision.
        on: Date,
    },
    /// 已移送涉嫌犯罪线索.
    CrimeTransferred {
        /// Which.
        finding: FindingNo,
        /// To whom.
        recipient: Text,
        /// Number of the letter.
        number: DocumentNumber,
    },
    /// 已登记移送回执.
    ReceiptRecorded {
        /// Which.
        finding: FindingNo,
        /// Number and contents of the receipt.
        receipt: Text,
        /// Civil day of the receipt.
        on: Date,
    },
    /// 检查已终结.
    Concluded {
        /// What came of it.
        summary: Text,
    },
    /// 已通报.
    Circulated {
        /// Number of the circular.
        number: DocumentNumber,
        /// To which units.
        units: Vec<String>,
    },
    /// 已办结.
    Closed {},
}

impl CheckEvent {
    /// Stored type name.
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Planned { .. } => "recording_check.planned",
            Self::Drawn { .. } => "recording_check.drawn",
            Self::Opened { .. } => "recording_check.opened",
            Self::Entered { .. } => "recording_check.entered",
            Self::DeviceUseReported { .. } => "recording_check.device_use_reported",
            Self::Found { .. } => "recording_check.found",
            Self::Verified { .. } => "recording_check.verified",
            Self::RectificationOrdered { .. } => "recording_check.rectification_ordered",
            Self::Rectified { .. } => "recording_check.rectified",
            Self::Rechecked { .. } => "recording_check.rechecked",
            Self::Referred { .. } => "recording_check.referred",
            Self::Disciplined { .. } => "recording_check.disciplined",
            Self::CrimeTransferred { .. } => "recording_check.crime_transferred",
            Self::ReceiptRecorded { .. } => "recording_check.receipt_recorded",
            Self::Concluded { .. } => "recording_check.concluded",
            Self::Circulated { .. } => "recording_check.circulated",
            Self::Closed {} => "recording_check.closed",
        }
    }
}
