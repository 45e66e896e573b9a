//! 执法记录设备: the ledger of devices that record enforcement.
//!
//! One matter a device: registered, assigned, returned, checked before use, faulty,
//! repaired, maintained, scrapped; for fixed cameras where they stand, that the place
//! was published, and that surveillance was reviewed (行政处罚法第四十一条). What a device
//! lacks is a finding on the recordings it makes, never a bar to them.

mod decide;
pub mod form;
mod state;

pub use decide::{DeviceFacts, DeviceStep, decide, device_markdown, device_step};
pub use state::{Check, Device};

use crate::case::types::{blank, words};
use crate::matter::{DecodeError, Matter, MatterKind, Meta, StaffId, decode_as};
use crate::text::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

words! {
    /// What a device is.
    DeviceKind {
        BodyCamera = "执法记录仪",
        Camera = "照相机",
        Camcorder = "摄像机",
        SoundRecorder = "录音设备",
        Terminal = "移动执法终端",
        FixedCamera = "执法办案场所固定摄像设备",
        Surveillance = "电子技术监控设备",
        Station = "执法信息采集站",
    }
}

impl DeviceKind {
    /// Whether it stands at a place, and is handed to nobody.
    pub const fn fixed(self) -> bool {
        match self {
            Self::FixedCamera | Self::Surveillance | Self::Station => true,
            Self::BodyCamera | Self::Camera | Self::Camcorder | Self::SoundRecorder | Self::Terminal => false,
        }
    }

    /// Whether the place where it stands is published.
    pub const fn published(self) -> bool {
        match self {
            Self::FixedCamera | Self::Surveillance => true,
            Self::BodyCamera
            | Self::Camera
            | Self::Camcorder
            | Self::SoundRecorder
            | Self::Terminal
            | Self::Station => false,
        }
    }
}

words! {
    /// The room or place of a fixed camera.
    SiteUse {
        InquiryRoom = "询问室",
        HearingRoom = "听证室",
        CaseRoom = "其他办案场所",
        PublicPlace = "公共场所",
    }
}

words! {
    /// The two reviews of surveillance (行政处罚法第四十一条第一款).
    SiteReview {
        Legal = "法制审核",
        Technical = "技术审核",
    }
}

words! {
    /// Why a check before use was not passed.
    CheckProblem {
        Battery = "电量不足",
        Space = "存储空间不足",
        Clock = "时钟偏差过大",
    }
}

words! {
    /// What can be asked for about a device.
    DeviceVerb {
        Register = "登记设备",
        Assign = "配发",
        Return = "归还",
        Check = "使用前检查",
        ReportFault = "报告故障",
        SendForRepair = "送修",
        Repaired = "登记维修结果",
        Maintain = "登记维护保养",
        PublishSite = "公布设置地点",
        ReviewSite = "审核监控设备",
        Scrap = "报废",
    }
}

/// Where a fixed device stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// What the place is.
    #[serde(rename = "site_use")]
    pub of: SiteUse,
    /// Where.
    #[serde(rename = "site_place")]
    pub place: Text,
}

/// What is noted of a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRegistration {
    /// 设备编号, unique in the organ.
    pub number: String,
    /// 类型.
    pub kind: DeviceKind,
    /// 型号.
    pub model: String,
    /// 序列号 of the maker.
    pub serial: String,
    /// 配发单位.
    pub unit: String,
    /// Where it stands, for fixed devices.
    #[serde(flatten)]
    pub site: Option<Site>,
}

/// What a check before use found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// Charge in percent; none on mains.
    #[serde(default)]
    pub battery_percent: Option<u8>,
    /// Free space in MiB.
    pub free_mib: u32,
    /// Device clock minus server's, in milliseconds.
    pub clock_offset_ms: i64,
}

/// What happened to a device. A landed variant is never edited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum DeviceEvent {
    /// 已登记.
    Registered(DeviceRegistration),
    /// 已配发.
    Assigned {
        /// To whom.
        to: StaffId,
        /// Remark.
        #[serde(default = "blank")]
        note: Text,
    },
    /// 已归还.
    Returned {
        /// In what condition.
        condition: Text,
    },
    /// 已检查.
    Checked {
        /// What was measured.
        measured: Measured,
        /// What was not as the rules of that day ask; empty when passed.
        problems: Vec<CheckProblem>,
    },
    /// 已报告故障: it is not used from now on.
    FaultReported {
        /// What.
        description: Text,
    },
    /// 已送修.
    SentForRepair {
        /// To which professional body.
        repairer: Text,
    },
    /// 维修结果已登记.
    Repaired {
        /// Fit for use again.
        fit: bool,
        /// In words.
        result: Text,
    },
    /// 已维护保养.
    Maintained {
        /// What was done.
        work: Text,
    },
    /// 设置地点已公布.
    SitePublished {
        /// Civil day.
        on: Date,
        /// Where it was published.
        medium: Text,
    },
    /// 监控设备已审核.
    SiteReviewed {
        /// Which review.
        review: SiteReview,
        /// Passed: meets the standards, placed reasonably, clearly marked.
        pass: bool,
        /// In words.
        opinion: Text,
    },
    /// 已报废.
    Scrapped {
        /// Why, and what became of its memory.
        reason: Text,
    },
}

impl DeviceEvent {
    /// Stored type name.
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Registered(..) => "device.registered",
            Self::Assigned { .. } => "device.assigned",
            Self::Returned { .. } => "device.returned",
            Self::Checked { .. } => "device.checked",
            Self::FaultReported { .. } => "device.fault_reported",
            Self::SentForRepair { .. } => "device.sent_for_repair",
            Self::Repaired { .. } => "device.repaired",
            Self::Maintained { .. } => "device.maintained",
            Self::SitePublished { .. } => "device.site_published",
            Self::SiteReviewed { .. } => "device.site_reviewed",
            Self::Scrapped { .. } => "device.scrapped",
        }
    }

    /// The event in the field's words.
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Registered(..) => "设备已登记",
            Self::Assigned { .. } => "已配发",
            Self::Returned { .. } => "已归还",
            Self::Checked { .. } => "已检查",
            Self::FaultReported { .. } => "已报告故障",
            Self::SentForRepair { .. } => "已送修",
            Self::Repaired { .. } => "维修结果已登记",
            Self::Maintained { .. } => "已维护保养",
            Self::SitePublished { .. } => "设置地点已公布",
            Self::SiteReviewed { .. } => "监控设备已审核",
            Self::Scrapped { .. } => "已报废",
        }
    }
}

/// What may be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum DeviceCommand {
    /// 登记设备.
    Register(DeviceRegistration),
    /// 配发.
    Assign {
        /// To whom.
        to: StaffId,
        /// Remark.
        #[serde(default = "blank")]
        note: Text,
    },
    /// 归还.
    Return {
        /// In what condition.
        condition: Text,
    },
    /// 使用前检查.
    Check(Measured),
    /// 报告故障.
    ReportFault {
        /// What.
        description: Text,
    },
    /// 送修.
    SendForRepair {
        /// To whom.
        repairer: Text,
        /// The repairer is a professional body; nobody repairs, opens or changes parts himself.
        professional: bool,
    },
    /// 登记维修结果.
    Repaired {
        /// Fit for use again.
        fit: bool,
        /// In words.
        result: Text,
    },
    /// 登记维护保养.
    Maintain {
        /// What was done.
        work: Text,
    },
    /// 公布设置地点.
    PublishSite {
        /// Civil day.
        on: Date,
        /// Where.
        medium: Text,
    },
    /// 审核监控设备.
    ReviewSite {
        /// Which review.
        review: SiteReview,
        /// Passed.
        pass: bool,
        /// In words.
        opinion: Text,
    },
    /// 报废.
    Scrap {
        /// Why, and what became of its memory.
        reason: Text,
    },
}

impl DeviceCommand {
    /// The row of the table it asks for.
    pub const fn verb(&self) -> DeviceVerb {
        match self {
            Self::Register(_) => DeviceVerb::Register,
            Self::Assign { .. } => DeviceVerb::Assign,
            Self::Return { .. } => DeviceVerb::Return,
            Self::Check(_) => DeviceVerb::Check,
            Self::ReportFault { .. } => DeviceVerb::ReportFault,
            Self::SendForRepair { .. } => DeviceVerb::SendForRepair,
            Self::Repaired { .. } => DeviceVerb::Repaired,
            Self::Maintain { .. } => DeviceVerb::Maintain,
            Self::PublishSite { .. } => DeviceVerb::PublishSite,
            Self::ReviewSite { .. } => DeviceVerb::ReviewSite,
            Self::Scrap { .. } => DeviceVerb::Scrap,
        }
    }
}

impl Matter for Device {
    const KIND: MatterKind = MatterKind::Device;
    type Event = DeviceEvent;

    fn type_of(event: &DeviceEvent) -> (&'static str, u16) {
        (event.type_name(), 1)
    }

    fn decode(type_name: &str, version: u16, body: serde_json::Value) -> Result<DeviceEvent, DecodeError> {
        decode_as::<Self>(type_name, version, body)
    }

    fn evolve(state: Option<Self>, meta: &Meta, event: &DeviceEvent) -> Self {
        state::evolve(state, meta, event)
    }
}
