//! The words of recording.

use crate::case::types::words;
use serde::{Deserialize, Serialize};

words! {
    /// A link of enforcement that a row of the list is about.
    Link {
        Patrol = "日常巡查",
        OnSite = "现场检查",
        Random = "随机抽查",
        Evidence = "调查取证",
        Preservation = "证据保全",
        Hearing = "举行听证",
        Service = "文书送达",
        LeftService = "留置送达",
        NoticeService = "公告送达",
        Seizure = "查封扣押财产",
        Demolition = "强制拆除",
        Destruction = "强制销毁",
        Coercion = "其他行政强制",
        CaseRooms = "执法办案场所",
    }
}

impl Link {
    /// In whose course other acts are done on the spot: one film then shows several of them.
    /// A reading of this system; the rules do not say which film shows which act.
    pub const fn on_the_spot(self) -> bool {
        match self {
            Self::OnSite | Self::Random | Self::Evidence | Self::CaseRooms => true,
            Self::Patrol
            | Self::Preservation
            | Self::Hearing
            | Self::Service
            | Self::LeftService
            | Self::NoticeService
            | Self::Seizure
            | Self::Demolition
            | Self::Destruction
            | Self::Coercion => false,
        }
    }
}

words! {
    /// In what manner an act is recorded, least first.
    Manner {
        Text = "文字",
        Audiovisual = "音像",
        Full = "全程音像",
    }
}

words! {
    /// How binding the manner is, least first.
    Strength {
        TextSuffices = "文字记录可以",
        AsNeeded = "根据实际情况",
        Must = "应当",
    }
}

words! {
    /// How long a recording is kept (永兴县行政执法全过程记录制度第十二条、第十三条).
    RetentionClass {
        Patrol = "巡查类",
        File = "与案卷相同",
        Years10 = "10年",
        Years30 = "30年",
        Permanent = "永久",
    }
}

words! {
    /// What narrows a command of the procedure to the act that a row governs.
    Narrowing {
        Left = "留置送达的",
        Announcement = "公告送达的",
        SealOrSeize = "采取查封、扣押措施的",
        Random = "双随机抽查的",
        CaseRoom = "在执法办案场所进行的",
        Demolition = "强制拆除的",
        OnSite = "在现场实施的",
    }
}

words! {
    /// Lawful reasons why a recording is uploaded after its term
    /// (内蒙古自治区人民政府令第244号第二十条第二款).
    LateGround {
        Continuous = "连续执法",
        Away = "异地执法",
        Remote = "在边远、水上、交通不便地区执法",
    }
}

words! {
    /// Why an act that had to be recorded was not
    /// (永兴县行政执法全过程记录制度第八条，内蒙古自治区人民政府令第244号第十九条第二款).
    NoRecordingGround {
        DeviceFailure = "设备故障",
        Weather = "天气恶劣",
        Obstruction = "人为阻挠",
        Danger = "当场人身危险",
        Forbidden = "场所依法不得录音录像",
        Other = "其他客观原因",
    }
}

words! {
    /// Why a recording broke off (内蒙古自治区人民政府令第244号第十九条第二款).
    InterruptionCause {
        DeviceFailure = "设备故障",
        Weather = "天气恶劣",
        Obstruction = "人为阻挠",
        Battery = "电量、存储耗尽",
        Other = "其他客观原因",
    }
}

words! {
    /// What a piece of a recording is.
    SegmentKind {
        Video = "录像",
        Audio = "录音",
        Photo = "照片",
        Surveillance = "视频监控",
        Document = "文书",
    }
}

impl SegmentKind {
    /// Whether it covers time, so that gaps and overlaps mean something.
    pub const fn runs(self) -> bool {
        match self {
            Self::Video | Self::Audio | Self::Surveillance => true,
            Self::Photo | Self::Document => false,
        }
    }
}

words! {
    /// What a mark points at (内蒙古自治区人民政府令第244号第十八条).
    MarkKind {
        Told = "告知录音录像",
        CertificateShown = "出示证件",
        RightsTold = "告知权利义务",
        Persons = "在场人员",
        Investigation = "调查、检查、取证",
        KeyItem = "重要物品和证据",
        Measure = "采取措施",
        DocumentMade = "制作文书",
        Served = "送达",
        Signed = "签名",
        Refused = "拒绝、阻碍",
        Explained = "说明中断原因",
        Other = "其他",
    }
}

words! {
    /// How a piece came from the device into the store.
    UploadVia {
        Station = "执法信息采集站",
        Field = "现场网络上传",
        Computer = "办公电脑导入",
    }
}

words! {
    /// The five triggers of long-term keeping (永兴县行政执法全过程记录制度第十四条).
    HoldTrigger {
        Hostile = "相对人抵触情绪严重，或者之前发生过执法冲突、纠纷",
        Objection = "当事人有异议、投诉、上访，申请行政复议或者提起行政诉讼",
        Obstruction = "当事人逃避、拒绝、阻碍执法，或者谩骂、侮辱、殴打执法人员",
        Emergency = "参与处置群体性事件、突发事件",
        Other = "其他需要长期保存的重要情况",
    }
}

words! {
    /// Medium of a long-term copy; written once.
    Medium {
        OpticalDisc = "光盘",
        WriteOnceDisk = "一次写入磁盘",
        Tape = "一次写入磁带",
        OfflineDisk = "离线硬盘",
    }
}

words! {
    /// What is not as it should be with a recording. A finding is kept and shown; it
    /// takes nothing away from what was recorded.
    Finding {
        NotTold = "没有登记开始前的告知",
        ToldAfterStart = "开始记录之后才告知",
        DeviceUnregistered = "设备不在台账",
        DeviceFaulty = "设备处于故障、维修状态",
        DeviceScrapped = "设备已经报废",
        DeviceNotAssigned = "设备没有配发给采集人",
        DeviceUnchecked = "使用前没有检查设备",
        DeviceCheckFailed = "使用前检查不合格",
        ClockOff = "设备时钟偏差过大",
        SiteUnpublished = "监控设备的设置地点没有公布",
        SiteUnreviewed = "监控设备没有经过法制和技术审核",
        CertificateInvalid = "采集人执法证件当日无效",
        RootMismatch = "入库内容与设备摘要不一致",
        LateUpload = "超过期限上传",
        FileTimeDiffers = "文件自述的时间与登记的采集时间不一致",
        FileLengthDiffers = "文件自述的时长与登记的起止时间不一致",
    }
}

words! {
    /// What can be asked for about a recording, one word a row of its table.
    RecordingVerb {
        Register = "登记音像记录",
        AddCollector = "增加采集人",
        TellParty = "告知当事人",
        Capture = "采集",
        Seal = "封存",
        Upload = "上传",
        Accept = "核对入库",
        ReadMetadata = "读取文件自述信息",
        AskMachineText = "要求机器识别",
        NoteMachineText = "登记机器识别的文字",
        NoteMachineFault = "登记机器识别没有成功",
        NoteInterruption = "说明中断",
        Mark = "标记",
        EndWork = "登记工作结束",
        ExplainLateness = "说明不能按时上传的原因",
        Centralise = "统一存储",
        LinkCase = "关联案件",
        PlaceHold = "长期留存",
        ReleaseHold = "解除长期留存",
        RegisterCopy = "登记长期保存副本",
        ReadBackCopy = "读出核对长期保存副本",
        AddLogEntry = "记巡查日志",
        RaiseClue = "转为线索",
        MarkDestroyed = "登记内容已销毁",
    }
}
