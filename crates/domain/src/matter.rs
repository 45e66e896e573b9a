//! Matters, streams and the two times of an event.

use crate::staff::Role;
use crate::text::Text;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(/// An enforcement organ.
    OrganId);
id!(/// A person on the staff of an organ.
    StaffId);
id!(/// A matter: the owner of one stream.
    MatterId);

/// What a stream is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatterKind {
    /// 案件: one penalty case.
    Case,
    /// 公示: the public copy of one decision.
    Publication,
    /// 人员: one person with roles and certificates.
    Staff,
    /// 机关: one organ with region, powers and policy.
    Organ,
    /// 举报人: identity of an informant, apart from the case.
    Informant,
    /// 查阅: who looked at what, and why.
    Access,
    /// 销毁: an approved destruction of content.
    Erasure,
    /// 日历: working-day calendars imported at run time.
    Calendar,
    /// 音像记录: one recording of one act or one patrol.
    Recording,
    /// 设备: one device that records enforcement.
    Device,
    /// 销毁清册: a list of recordings whose content is to go.
    Disposal,
    /// 查阅审批: a right to look at files and recordings.
    ViewingGrant,
    /// 记录检查: playback, conduct and use of devices.
    RecordingCheck,
    /// 案卷移交: a year's files handed to the archives.
    ArchiveTransfer,
    /// 案卷: the file of one case.
    CaseFile,
}

impl MatterKind {
    /// Every kind, in the order of their stored codes from 0.
    pub const ALL: [Self; 15] = [
        Self::Case,
        Self::Publication,
        Self::Staff,
        Self::Organ,
        Self::Informant,
        Self::Access,
        Self::Erasure,
        Self::Calendar,
        Self::Recording,
        Self::Device,
        Self::Disposal,
        Self::ViewingGrant,
        Self::RecordingCheck,
        Self::ArchiveTransfer,
        Self::CaseFile,
    ];

    /// Stable name used in storage, addresses and envelopes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Publication => "publication",
            Self::Staff => "staff",
            Self::Organ => "organ",
            Self::Informant => "informant",
            Self::Access => "access",
            Self::Erasure => "erasure",
            Self::Calendar => "calendar",
            Self::Recording => "recording",
            Self::Device => "device",
            Self::Disposal => "disposal",
            Self::ViewingGrant => "viewing_grant",
            Self::RecordingCheck => "recording_check",
            Self::ArchiveTransfer => "archive_transfer",
            Self::CaseFile => "case_file",
        }
    }
}

/// Who acts. Roles are those held at the moment of the act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The person; nil for the system itself.
    pub id: StaffId,
    /// The organ on whose behalf the person acts.
    pub organ: OrganId,
    /// Roles held now.
    pub roles: Vec<Role>,
}

impl Actor {
    /// Whether the person holds `role` now.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

/// Where the claimed time of an act comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TimeSource {
    /// The act happened as it was recorded.
    Server,
    /// A device stamped it; its clock differed from the server's by this much.
    Device {
        /// Device minus server, in milliseconds.
        offset_ms: i64,
    },
    /// A paper states it; entered later, with a reason and an approver.
    Paper {
        /// Why it was entered late.
        reason: Text,
        /// Who allowed the late entry.
        approver: StaffId,
    },
}

/// Both times of an act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// When the system recorded it: decides order and gates.
    pub recorded_at: Timestamp,
    /// When it is said to have happened: limits count from it.
    pub happened_at: Timestamp,
    /// Where the claim comes from.
    pub source: TimeSource,
}

impl Moment {
    /// An act that happens as it is recorded.
    pub fn now(at: Timestamp) -> Self {
        Self { recorded_at: at, happened_at: at, source: TimeSource::Server }
    }

    /// Civil day of the claimed time in Asia/Shanghai.
    pub fn day(&self) -> Date {
        civil_day(self.happened_at)
    }

    /// Civil day of the recording in Asia/Shanghai.
    pub fn recorded_day(&self) -> Date {
        civil_day(self.recorded_at)
    }
}

/// Civil day in Asia/Shanghai. China has kept UTC+8 without summer time since 1992.
pub fn civil_day(at: Timestamp) -> Date {
    at.to_zoned(shanghai()).date()
}

/// The fixed offset of Asia/Shanghai.
pub fn shanghai() -> TimeZone {
    TimeZone::fixed(Offset::constant(8))
}

/// What the store knows of an event besides its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meta {
    /// Stream.
    pub matter: MatterId,
    /// Organ.
    pub organ: OrganId,
    /// Place in the stream, from 1.
    pub version: u64,
    /// Who acted.
    pub actor: StaffId,
    /// Both times.
    pub moment: Moment,
}

/// A body could not be read as the event its type says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("事件 {type_name}@{version} 不能读出：{reason}")]
pub struct DecodeError {
    /// Stored type name.
    pub type_name: String,
    /// Stored type version.
    pub version: u16,
    /// What the reader said.
    pub reason: String,
}

/// A matter's state, folded from its events.
pub trait Matter: Sized + Clone + Send + Sync + 'static {
    /// What the stream is about.
    const KIND: MatterKind;
    /// Its events.
    type Event: Serialize + Clone + Send + Sync + 'static;
    /// Type name and version under which `event` is stored. A landed pair is
    /// never edited; a changed shape gets the next version and an upcaster in
    /// [`Matter::decode`].
    fn type_of(event: &Self::Event) -> (&'static str, u16);
    /// Reads a stored body, whatever its version.
    ///
    /// # Errors
    /// When the body is not what its type says.
    fn decode(type_name: &str, version: u16, body: serde_json::Value) -> Result<Self::Event, DecodeError>;
    /// As [`Matter::decode`], from the body's letters; where most events are read, without
    /// building a value between.
    ///
    /// # Errors
    /// When the body is not JSON, or not what its type says.
    fn read(type_name: &str, version: u16, body: &str) -> Result<Self::Event, DecodeError> {
        match serde_json::from_str(body) {
            Ok(body) => Self::decode(type_name, version, body),
            Err(e) => Err(DecodeError { type_name: type_name.to_owned(), version, reason: e.to_string() }),
        }
    }
    /// The state after `event`; `None` before the first.
    fn evolve(state: Option<Self>, meta: &Meta, event: &Self::Event) -> Self;
}

/// Reads a body as the event of a matter whose types have one version each, and
/// checks that it is of the stored type.
///
/// # Errors
/// When the body is not what its type says.
pub fn decode_as<M: Matter>(
    type_name: &str,
    version: u16,
    body: serde_json::Value,
) -> Result<M::Event, DecodeError>
where
    M::Event: serde::de::DeserializeOwned,
{
    let fail = |reason: String| DecodeError { type_name: type_name.to_owned(), version, reason };
    let event: M::Event = serde_json::from_value(body).map_err(|e| fail(e.to_string()))?;
    if M::type_of(&event) == (type_name, version) {
        Ok(event)
    } else {
        Err(fail("内容属于另一种事件".to_owned()))
    }
}
