//! What happened to a recording. A landed variant is never edited.

use super::machine::{MachineFault, MachineText};
use super::reading::Reading;
use super::retention::Kept;
use super::timeline::SegmentNo;
use super::words::*;
use crate::case::types::blank;
use crate::codes::DocumentNumber;
use crate::matter::{MatterId, StaffId};
use crate::text::Text;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Number of an act inside its case, from 1.
pub type ActNo = u16;

/// What a recording is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "subject", rename_all = "snake_case")]
pub enum Subject {
    /// An act in a case.
    Act {
        /// The case.
        case: MatterId,
        /// The act, where the case already has it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        act: Option<ActNo>,
    },
    /// A patrol, without a case.
    Patrol,
}

impl Subject {
    /// The family whose text key seals the recording: its case's; a patrol founds its own.
    pub const fn family(self, own: MatterId) -> MatterId {
        match self {
            Self::Act { case, .. } => case,
            Self::Patrol => own,
        }
    }
}

/// Where on the earth, in millionths of a degree (WGS 84).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// North positive.
    pub latitude_e6: i32,
    /// East positive.
    pub longitude_e6: i32,
    /// Radius of uncertainty in metres; 0 where it is not known.
    #[serde(default)]
    pub accuracy_m: u32,
}

/// Who recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collector {
    /// The person.
    pub staff: StaffId,
    /// Number of the certificate of enforcement; empty for those who need none, as
    /// the host of a hearing.
    #[serde(default)]
    pub certificate: String,
}

/// What is noted of a recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// Of what.
    #[serde(flatten)]
    pub of: Subject,
    /// The link of the list.
    pub link: Link,
    /// 执法单位: the unit inside the organ.
    pub unit: String,
    /// Numbers of the documents it belongs to.
    #[serde(default)]
    pub documents: Vec<String>,
    /// 采集地点.
    pub place: Text,
    /// Coordinates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// 采集人.
    pub collectors: Vec<Collector>,
    /// 证明对象.
    pub proves: Text,
    /// 当事人; blank for a patrol.
    #[serde(default = "blank")]
    pub party: Text,
    /// 案由; blank for a patrol.
    #[serde(default = "blank")]
    pub cause: Text,
}

/// The party was told that a recording is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyTold {
    /// When, on the server's clock.
    pub told_at: Timestamp,
    /// Who told.
    pub by: StaffId,
    /// Who was told.
    pub person: Text,
    /// What was said; blank for the wording of the guide.
    #[serde(default = "blank")]
    pub wording: Text,
}

/// A piece as it begins on the device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capture {
    /// What.
    pub kind: SegmentKind,
    /// Identifier that the device gave the piece, for its upload; none for one typed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub piece: Option<Uuid>,
    /// Name of the file on the device.
    pub name: Text,
    /// When it began, by the device's clock.
    pub started_at: Timestamp,
    /// Device minus server, in milliseconds.
    pub clock_offset_ms: i64,
    /// The device on the ledger; none for one that is not on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<MatterId>,
    /// Who held it.
    pub by: StaffId,
    /// What the form says that the piece shows; none for what is no form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Box<FieldForm>>,
}

/// A field of a form, as it was filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilledField {
    /// What it asks for.
    pub label: String,
    /// What was written.
    pub value: Text,
}

/// A form that was filled in and signed by hand in the field. The piece is the sheet as it was
/// signed; these are its words, so that it can be found and taken into the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldForm {
    /// Key of the document in the catalogue; empty for a sheet of another kind.
    #[serde(default)]
    pub document: String,
    /// Its name.
    pub title: String,
    /// From when it says that the act was done.
    pub started_at: Timestamp,
    /// Until when.
    pub ended_at: Timestamp,
    /// Fields above the text.
    #[serde(default)]
    pub fields: Vec<FilledField>,
    /// The text.
    pub text: Text,
    /// Who signed, or did not.
    pub signer: Text,
    /// As what: 当事人, 被询问人, 见证人.
    pub role: String,
    /// Why there is no signature; blank where there is one.
    #[serde(default = "blank")]
    pub refused: Text,
}

/// A piece as it was closed on the device: nothing is added to it from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealing {
    /// When it ended, by the device's clock.
    pub ended_at: Timestamp,
    /// Length in bytes.
    pub bytes: u64,
    /// Root over its chunks as the device computed it, SHA-256, hexadecimal.
    pub sha256_root: String,
}

/// Identity of stored bytes as the server computed it, all hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256 chunk root.
    pub sha256_root: String,
    /// SM3 chunk root.
    pub sm3_root: String,
    /// SHA-256 of the whole file.
    pub sha256: String,
    /// SM3 of the whole file.
    pub sm3: String,
}

/// How an interruption is explained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Explanation {
    /// By voice, when the recording went on.
    Voice {
        /// In which piece.
        segment: SegmentNo,
        /// From its beginning, in milliseconds.
        offset_ms: u64,
    },
    /// It could not go on: reported to the head of the unit, and noted in writing.
    Written {
        /// To whom it was reported.
        reported_to: StaffId,
        /// The note.
        statement: Text,
    },
}

/// A note on an interruption.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interruption {
    /// After which piece; 0 where nothing had been recorded yet.
    pub after: SegmentNo,
    /// Why.
    pub cause: InterruptionCause,
    /// Explained how.
    #[serde(flatten)]
    pub explanation: Explanation,
}

/// A mark in a piece.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// In which piece.
    pub segment: SegmentNo,
    /// From its beginning, in milliseconds.
    pub offset_ms: u64,
    /// At what.
    pub kind: MarkKind,
    /// In words.
    #[serde(default = "blank")]
    pub note: Text,
}

/// A piece on a long-term copy, as it was read back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copied {
    /// Which.
    pub segment: SegmentNo,
    /// SHA-256 chunk root of the copy.
    pub sha256_root: String,
}

/// A long-term copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LongTermCopy {
    /// On what.
    pub medium: Medium,
    /// Number of the disc or tape.
    pub number: String,
    /// Where it is kept.
    pub place: Text,
    /// What is on it.
    pub pieces: Vec<Copied>,
}

/// What the program found when it read the files of a medium.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadBack {
    /// On what.
    pub medium: Medium,
    /// Number of the disc or tape.
    pub number: String,
    /// Files that were read in all.
    pub files: u32,
    /// The pieces of this recording that are among them, each by the root of a file.
    pub pieces: Vec<Copied>,
}

/// An entry of a patrol log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// Of which link.
    pub link: Link,
    /// When.
    pub at: Timestamp,
    /// Where.
    pub place: Text,
    /// Whom it concerns; blank where nobody is.
    #[serde(default = "blank")]
    pub subject: Text,
    /// What was seen and done.
    pub words: Text,
}

/// An event of a recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum RecordingEvent {
    /// 音像记录已登记.
    Registered {
        /// What is noted.
        registration: Box<Registration>,
        /// Its number.
        number: DocumentNumber,
        /// How long it is kept, by the list of that day.
        class: RetentionClass,
    },
    /// 采集人已增加.
    CollectorAdded {
        /// Who recorded too.
        collector: Collector,
        /// Why it was not said at the registration.
        reason: Text,
    },
    /// 已告知当事人.
    PartyTold(PartyTold),
    /// 已采集.
    Captured {
        /// Its number.
        no: SegmentNo,
        /// The piece.
        capture: Capture,
    },
    /// 已封存.
    Sealed {
        /// Which.
        no: SegmentNo,
        /// As closed.
        sealing: Sealing,
    },
    /// 已上传.
    Uploaded {
        /// Which.
        no: SegmentNo,
        /// How.
        via: UploadVia,
    },
    /// 已入库: the server's identity equals the device's.
    Accepted {
        /// Which.
        no: SegmentNo,
        /// Identity.
        identity: Identity,
    },
    /// 入库不符: what came is not what the device sealed. Both identities stay.
    Mismatched {
        /// Which.
        no: SegmentNo,
        /// Identity of what came.
        identity: Identity,
    },
    /// 已读取文件自述信息: what the stored file says of itself; a claim of the device.
    MetadataRead {
        /// Which.
        no: SegmentNo,
        /// As read.
        #[serde(flatten)]
        reading: Box<Reading>,
    },
    /// 已要求机器识别.
    MachineTextAsked {
        /// Which.
        no: SegmentNo,
    },
    /// 已机器识别文字: an aid for finding, no evidence and no document.
    MachineTextMade {
        /// Which.
        no: SegmentNo,
        /// As it was made.
        #[serde(flatten)]
        text: Box<MachineText>,
    },
    /// 机器识别没有成功.
    MachineTextFailed {
        /// Which.
        no: SegmentNo,
        /// Why.
        why: MachineFault,
    },
    /// 已列为发现.
    Flagged {
        /// In which piece; none for the recording as a whole.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        no: Option<SegmentNo>,
        /// What.
        finding: Finding,
    },
    /// 已说明中断.
    InterruptionNoted(Interruption),
    /// 已标记.
    Marked(Mark),
    /// 工作已结束.
    WorkEnded {
        /// When.
        ended_at: Timestamp,
    },
    /// 已说明不能按时上传的原因.
    LatenessExplained {
        /// The lawful ground.
        ground: LateGround,
        /// From when on it was possible; none while it is not.
        able_at: Option<Timestamp>,
        /// In words.
        statement: Text,
    },
    /// 已统一存储.
    Centralised {
        /// Civil day.
        on: Date,
    },
    /// 已关联案件.
    CaseLinked {
        /// The case.
        case: MatterId,
    },
    /// 已长期留存.
    HoldPlaced {
        /// Its number, from 1.
        no: u16,
        /// Trigger.
        trigger: HoldTrigger,
        /// Why.
        reason: Text,
        /// Last day; none until it is released.
        until: Option<Date>,
    },
    /// 长期留存已解除.
    HoldReleased {
        /// Which.
        no: u16,
        /// Why.
        reason: Text,
    },
    /// 长期保存副本已登记.
    CopyRegistered(LongTermCopy),
    /// 长期保存副本已读出核对.
    CopyReadBack {
        /// On what.
        medium: Medium,
        /// Number of the disc or tape.
        number: String,
        /// Files that were read in all.
        files: u32,
        /// Pieces of this recording that no file of the medium is.
        missing: Vec<SegmentNo>,
    },
    /// 巡查日志已记.
    LogEntryAdded {
        /// Its number, from 1.
        no: u16,
        /// The entry.
        entry: LogEntry,
    },
    /// 已转为线索.
    ClueRaised {
        /// Which entry.
        no: u16,
        /// The case that begins with it.
        case: MatterId,
    },
    /// 内容已销毁: bytes and keys are gone; what stands here stays.
    ContentDestroyed {
        /// The approved list.
        disposal: MatterId,
        /// How long it had been kept.
        kept: Kept,
    },
}

macro_rules! named {
    ($($variant:ident = $name:literal, $label:literal;)+) => {
        impl RecordingEvent {
            /// Stored type name.
            pub const fn type_name(&self) -> &'static str {
                match self { $(Self::$variant { .. } => concat!("recording.", $name),)+ }
            }

            /// The event in the field's words.
            pub const fn label(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $label,)+ }
            }
        }
    };
}

named! {
    Registered = "registered", "音像记录已登记";
    CollectorAdded = "collector_added", "采集人已增加";
    PartyTold = "party_told", "已告知当事人";
    Captured = "captured", "已采集";
    Sealed = "sealed", "已封存";
    Uploaded = "uploaded", "已上传";
    Accepted = "accepted", "已入库";
    Mismatched = "mismatched", "入库内容与设备摘要不一致";
    MetadataRead = "metadata_read", "已读取文件自述信息";
    MachineTextAsked = "machine_text_asked", "已要求机器识别";
    MachineTextMade = "machine_text_made", "已机器识别文字";
    MachineTextFailed = "machine_text_failed", "机器识别没有成功";
    Flagged = "flagged", "已列为发现";
    InterruptionNoted = "interruption_noted", "已说明中断";
    Marked = "marked", "已标记";
    WorkEnded = "work_ended", "工作已结束";
    LatenessExplained = "lateness_explained", "已说明不能按时上传的原因";
    Centralised = "centralised", "已统一存储";
    CaseLinked = "case_linked", "已关联案件";
    HoldPlaced = "hold_placed", "已长期留存";
    HoldReleased = "hold_released", "长期留存已解除";
    CopyRegistered = "copy_registered", "长期保存副本已登记";
    CopyReadBack = "copy_read_back", "长期保存副本已读出核对";
    LogEntryAdded = "log_entry_added", "巡查日志已记";
    ClueRaised = "clue_raised", "已转为线索";
    ContentDestroyed = "content_destroyed", "内容已销毁";
}
