//! The words of a check of recordings, its citations and its table.

use crate::act_table::{Codes, Row, acts};
use crate::case::types::words;
use crate::cite::Citation;
use crate::staff::Role;
use crate::viewing_grant::recording_rule;
use serde::{Deserialize, Serialize};

words! {
    /// What is checked.
    CheckKind {
        Playback = "回放检查",
        Conduct = "队容风纪、文明执法抽检",
        DeviceUse = "记录设备使用管理检查",
        Incident = "专项核查",
    }
}

impl CheckKind {
    /// Whether its recordings are drawn by lot.
    pub const fn drawn(self) -> bool {
        match self {
            Self::Playback | Self::Conduct => true,
            Self::DeviceUse | Self::Incident => false,
        }
    }
}

words! {
    /// Where the public value comes from that makes the seed.
    BeaconKind {
        Checkpoint = "本系统账本检查点",
        Lottery = "公开摇奖号码",
        Market = "公开市场指数",
    }
}

words! {
    /// What a person who plays a recording back looks at.
    Point {
        Told = "记录前告知当事人",
        Certificate = "出示执法证件",
        Rights = "告知权利义务",
        BothSides = "同时记录执法人员和当事人双方",
        Continuous = "自开始至结束不间断，中断有说明",
        KeyContents = "重点内容记录完整",
        Wording = "用语规范",
        Appearance = "着装、标志规范",
        Civility = "文明执法",
        Metadata = "案号、时间、地点、采集人等要素齐全",
        Upload = "按时上传",
    }
}

impl Point {
    /// Whether it is about the conduct of the officers.
    pub const fn conduct(self) -> bool {
        match self {
            Self::Wording | Self::Appearance | Self::Civility => true,
            Self::Told
            | Self::Certificate
            | Self::Rights
            | Self::BothSides
            | Self::Continuous
            | Self::KeyContents
            | Self::Metadata
            | Self::Upload => false,
        }
    }
}

words! {
    /// What was found on a point.
    Mark {
        Pass = "符合",
        Fail = "不符合",
        NotApplicable = "不适用",
    }
}

words! {
    /// What was found on a recording.
    Verdict {
        Sound = "合格",
        Flawed = "有问题",
        Unplayable = "不能播放",
    }
}

words! {
    /// The six prohibited acts of 行政执法全过程记录制度第二十三条.
    ProhibitedAct {
        NotRecorded = "查处违法行为、处理违法案件时不进行执法全过程记录",
        Edited = "删减、修改执法记录设备记录的原始声像资料",
        PrivateCopy = "私自复制、保存或者传播、泄露执法记录的案卷和影像资料",
        Unrelated = "利用执法记录设备记录与行政执法无关的活动",
        Destroyed = "故意毁坏执法文书、案卷材料、执法记录设备或者声像资料存储设备",
        Other = "其他违反执法记录管理规定的行为",
    }
}

impl ProhibitedAct {
    /// Where it stands.
    pub const fn article(self) -> Citation {
        recording_rule(match self {
            Self::NotRecorded => "第二十三条第一项",
            Self::Edited => "第二十三条第二项",
            Self::PrivateCopy => "第二十三条第三项",
            Self::Unrelated => "第二十三条第四项",
            Self::Destroyed => "第二十三条第五项",
            Self::Other => "第二十三条第六项",
        })
    }
}

words! {
    /// What the data told. A signal is a suspicion; a person verifies it.
    Signal {
        ActWithoutRecord = "应当音像记录的执法活动没有音像记录，也没有批准的客观原因",
        SegmentMissing = "音像记录缺段",
        GapUnexplained = "音像记录中断没有说明",
        DigestMismatch = "存储的文件与采集时的摘要不一致",
        UnapprovedExport = "没有批准或者超出批准范围复制、导出",
        CustodyBroken = "从采集到上传的保管链不完整",
        NoActLinked = "音像记录没有对应的执法活动",
        DeviceDamaged = "记录设备、存储设备损坏",
    }
}

impl Signal {
    /// The prohibited act that it points to.
    pub const fn act(self) -> ProhibitedAct {
        match self {
            Self::ActWithoutRecord => ProhibitedAct::NotRecorded,
            Self::SegmentMissing | Self::GapUnexplained | Self::DigestMismatch => ProhibitedAct::Edited,
            Self::UnapprovedExport | Self::CustodyBroken => ProhibitedAct::PrivateCopy,
            Self::NoActLinked => ProhibitedAct::Unrelated,
            Self::DeviceDamaged => ProhibitedAct::Destroyed,
        }
    }
}

words! {
    /// How grave an established act is; from it follows what must be done.
    Gravity {
        Minor = "情节轻微",
        Serious = "情节严重或者造成严重后果",
        Crime = "涉嫌犯罪",
    }
}

words! {
    /// Where a finding stands.
    Phase {
        Suspected = "待核实",
        Dismissed = "不成立",
        Established = "待处理",
        Handling = "处理中",
        Settled = "处理完毕",
    }
}

words! {
    /// What became of a proposed discipline.
    Discipline {
        Warning = "警告",
        Demerit = "记过",
        GraveDemerit = "记大过",
        Demotion = "降级",
        Removal = "撤职",
        Dismissal = "开除",
        Admonished = "批评教育、责令检查、诫勉",
        None = "不予处分",
    }
}

words! {
    /// Where a check stands.
    Stage {
        Planned = "待抽取",
        Checking = "检查中",
        Concluded = "待通报、处理",
        Closed = "已办结",
    }
}

words! {
    /// What can be done in a check.
    Verb {
        Plan = "制定抽查计划",
        Draw = "抽取样本",
        Open = "开展检查",
        Enter = "登记检查情况",
        Report = "登记设备使用情况",
        Find = "登记问题线索",
        Verify = "核实问题",
        Order = "责令限期整改",
        Rectify = "报告整改情况",
        Recheck = "复查整改情况",
        Refer = "移送处分",
        Discipline = "登记处分结果",
        Transfer = "移送涉嫌犯罪线索",
        Receipt = "登记移送回执",
        Conclude = "检查终结",
        Circulate = "通报检查情况",
        Close = "办结",
    }
}

const CHECKERS: &[Role] = &[Role::ReviewHead, Role::Deputy, Role::Head, Role::Supervisor];
const HEADS: &[Role] = &[Role::Deputy, Role::Head, Role::Supervisor];

fn row(verb: Verb) -> Row<Verb> {
    const RUNS: &[Stage] = &[Stage::Checking];
    const HANDLED: &[Stage] = &[Stage::Checking, Stage::Concluded];
    let (use_, playback, deal) =
        (recording_rule("第二十一条"), recording_rule("第二十二条"), recording_rule("第二十三条第二款"));
    match verb {
        Verb::Plan => Row::first(verb, Stage::Planned, CHECKERS, playback),
        Verb::Open => Row::first(verb, Stage::Checking, CHECKERS, use_),
        Verb::Draw => Row::then(verb, &[Stage::Planned], Some(Stage::Checking), CHECKERS, playback),
        Verb::Enter => Row::then(verb, RUNS, None, CHECKERS, playback),
        Verb::Report => Row::then(verb, RUNS, None, CHECKERS, use_),
        Verb::Find => Row::then(verb, RUNS, None, CHECKERS, recording_rule("第二十三条第一款")),
        Verb::Verify => Row::then(verb, HANDLED, None, CHECKERS, deal),
        Verb::Order | Verb::Refer | Verb::Transfer => Row::then(verb, HANDLED, None, HEADS, deal),
        Verb::Rectify => Row::then(verb, HANDLED, None, &[Role::UnitHead, Role::Officer], deal),
        Verb::Recheck | Verb::Discipline | Verb::Receipt => Row::then(verb, HANDLED, None, CHECKERS, deal),
        Verb::Conclude => Row::then(verb, RUNS, Some(Stage::Concluded), CHECKERS, use_),
        Verb::Circulate => Row::then(verb, &[Stage::Concluded], None, HEADS, use_),
        Verb::Close => Row::then(verb, &[Stage::Concluded], Some(Stage::Closed), CHECKERS, use_),
    }
}

acts!(Verb on Stage, "记录检查", Codes {
    unknown: "check.unknown",
    exists: "check.exists",
    stage: "check.stage",
    role: "check.role",
    organ: "check.organ",
});
