//! What a person may ask for about a recording.

use super::event::*;
use super::machine::{MachineFault, MachineText};
use super::reading::Reading;
use super::retention::Kept;
use super::timeline::SegmentNo;
use super::words::*;
use crate::matter::MatterId;
use crate::text::Text;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A command on a recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum RecordingCommand {
    /// 登记音像记录.
    Register(Registration),
    /// 增加采集人.
    AddCollector {
        /// Who recorded too.
        #[serde(flatten)]
        collector: Collector,
        /// Why it was not said at the registration.
        reason: Text,
    },
    /// 告知当事人.
    TellParty(PartyTold),
    /// 采集.
    Capture(Capture),
    /// 封存.
    Seal {
        /// Which.
        no: SegmentNo,
        /// As closed.
        #[serde(flatten)]
        sealing: Sealing,
    },
    /// 上传: everything of the piece has come.
    Upload {
        /// Which.
        no: SegmentNo,
        /// How.
        via: UploadVia,
    },
    /// 核对入库 (by the system).
    Accept {
        /// Which.
        no: SegmentNo,
        /// Identity of what is stored.
        #[serde(flatten)]
        identity: Identity,
    },
    /// 读取文件自述信息 (by the system).
    ReadMetadata {
        /// Which.
        no: SegmentNo,
        /// As read.
        #[serde(flatten)]
        reading: Box<Reading>,
    },
    /// 要求机器识别.
    AskMachineText {
        /// Which.
        no: SegmentNo,
    },
    /// 登记机器识别的文字 (by the system).
    NoteMachineText {
        /// Which.
        no: SegmentNo,
        /// As it was made.
        #[serde(flatten)]
        text: Box<MachineText>,
    },
    /// 登记机器识别没有成功 (by the system).
    NoteMachineFault {
        /// Which.
        no: SegmentNo,
        /// Why.
        why: MachineFault,
    },
    /// 说明中断.
    NoteInterruption(Interruption),
    /// 标记.
    Mark(Mark),
    /// 登记工作结束.
    EndWork {
        /// When.
        ended_at: Timestamp,
    },
    /// 说明不能按时上传的原因.
    ExplainLateness {
        /// Lawful ground.
        ground: LateGround,
        /// From when on it was possible; none while it is not.
        #[serde(default)]
        able_at: Option<Timestamp>,
        /// In words.
        statement: Text,
    },
    /// 统一存储.
    Centralise {},
    /// 关联案件.
    LinkCase {
        /// The case.
        case: MatterId,
    },
    /// 长期留存.
    PlaceHold {
        /// Trigger.
        trigger: HoldTrigger,
        /// Why.
        reason: Text,
        /// Last day; none until it is released.
        #[serde(default)]
        until: Option<Date>,
    },
    /// 解除长期留存.
    ReleaseHold {
        /// Which.
        no: u16,
        /// Why.
        reason: Text,
    },
    /// 登记长期保存副本.
    RegisterCopy(LongTermCopy),
    /// 读出核对长期保存副本 (by the system, which read the medium).
    ReadBackCopy(ReadBack),
    /// 记巡查日志.
    AddLogEntry(LogEntry),
    /// 转为线索: in the transaction that registers the clue.
    RaiseClue {
        /// Which entry.
        no: u16,
        /// The case that begins with it.
        case: MatterId,
    },
    /// 登记内容已销毁 (by the system, in the transaction that destroys).
    MarkDestroyed {
        /// The approved list.
        disposal: MatterId,
        /// How long it had been kept.
        kept: Kept,
    },
}

impl RecordingCommand {
    /// The row of the table it asks for.
    pub const fn verb(&self) -> RecordingVerb {
        use RecordingVerb as V;
        match self {
            Self::Register(_) => V::Register,
            Self::AddCollector { .. } => V::AddCollector,
            Self::TellParty(_) => V::TellParty,
            Self::Capture(_) => V::Capture,
            Self::Seal { .. } => V::Seal,
            Self::Upload { .. } => V::Upload,
            Self::Accept { .. } => V::Accept,
            Self::ReadMetadata { .. } => V::ReadMetadata,
            Self::AskMachineText { .. } => V::AskMachineText,
            Self::NoteMachineText { .. } => V::NoteMachineText,
            Self::NoteMachineFault { .. } => V::NoteMachineFault,
            Self::NoteInterruption(_) => V::NoteInterruption,
            Self::Mark(_) => V::Mark,
            Self::EndWork { .. } => V::EndWork,
            Self::ExplainLateness { .. } => V::ExplainLateness,
            Self::Centralise {} => V::Centralise,
            Self::LinkCase { .. } => V::LinkCase,
            Self::PlaceHold { .. } => V::PlaceHold,
            Self::ReleaseHold { .. } => V::ReleaseHold,
            Self::RegisterCopy(_) => V::RegisterCopy,
            Self::ReadBackCopy(_) => V::ReadBackCopy,
            Self::AddLogEntry(_) => V::AddLogEntry,
            Self::RaiseClue { .. } => V::RaiseClue,
            Self::MarkDestroyed { .. } => V::MarkDestroyed,
        }
    }
}
