//! The words of a penalty case.

pub use super::document::*;
use crate::matter::{MatterId, StaffId};
use crate::text::Text;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Declares a plain enum with its Chinese label, its stored name (serde
/// snake_case) and the list of all its values.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $label:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* #[doc = $label] $variant),+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The law's own word.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),+ }
            }
        }

        impl crate::case::form::Word for $name {
            fn choices() -> Vec<(String, &'static str)> {
                Self::ALL
                    .iter()
                    .map(|w| (crate::case::form::wire_name(w), w.label()))
                    .collect()
            }
        }
    };
}
pub(crate) use words;

/// Number of a party inside its case, from 1.
pub type PartyNo = u16;
/// Number of an item of evidence inside its case, from 1.
pub type EvidenceNo = u16;
/// Number of a proposal for approval inside its case, from 1.
pub type ProposalNo = u16;
/// Number of an issued document inside its case, from 1.
pub type DocumentNo = u16;

words! {
    /// Main stage of a case. What runs beside it (review, notice, hearing,
    /// service, payment, remedy…) is state of its own.
    Stage {
        Clue = "线索",
        Checking = "核查",
        Investigating = "调查",
        Concluded = "调查终结",
        Decided = "已决定",
        Closed = "已结案",
        Archived = "已归档",
        NotFiled = "不予立案",
        Withdrawn = "撤销立案",
        Transferred = "已移送",
    }
}

words! {
    /// Where a clue came from (处罚程序规定的案件来源).
    ClueSource {
        Inspection = "监督检查",
        Complaint = "投诉",
        Report = "举报",
        TransferredIn = "其他机关移送",
        Assigned = "上级交办",
        RandomInspection = "双随机抽查",
        Accident = "事故调查",
    }
}

impl ClueSource {
    /// Whether somebody brought it whose identity must be kept.
    pub const fn has_informant(self) -> bool {
        match self {
            Self::Complaint | Self::Report => true,
            Self::Inspection
            | Self::TransferredIn
            | Self::Assigned
            | Self::RandomInspection
            | Self::Accident => false,
        }
    }
}

words! {
    /// What a party is (行政处罚法第四条、第六十三条按此分别设定).
    PartyKind {
        Person = "自然人",
        IndividualBusiness = "个体工商户",
        LegalPerson = "法人",
        Organisation = "非法人组织",
    }
}

impl PartyKind {
    /// Whether limits for citizens apply. An individual business is treated as
    /// a citizen unless a policy says otherwise.
    pub const fn is_citizen(self) -> bool {
        match self {
            Self::Person | Self::IndividualBusiness => true,
            Self::LegalPerson | Self::Organisation => false,
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the signature serde asks for
pub(super) fn is_false(value: &bool) -> bool {
    !*value
}

/// One party of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// What it is.
    pub kind: PartyKind,
    /// Name as registered or as on the identity card.
    pub name: Text,
    /// 统一社会信用代码 or 公民身份号码.
    pub code: Text,
    /// Address or residence.
    pub address: Text,
    /// Telephone.
    #[serde(default = "blank", skip_serializing_if = "Text::is_blank")]
    pub phone: Text,
    /// 法定代表人（负责人）; blank for a natural person.
    #[serde(default = "blank", skip_serializing_if = "Text::is_blank")]
    pub representative: Text,
    /// Post of the representative.
    #[serde(default = "blank", skip_serializing_if = "Text::is_blank")]
    pub post: Text,
    /// Under 18 at the act: nothing about them is ever published.
    #[serde(default)]
    pub minor: bool,
}

/// An empty closed text, the default of optional fields.
pub fn blank() -> Text {
    Text::closed("")
}

words! {
    /// Kinds of evidence (行政处罚法第四十六条).
    EvidenceKind {
        Documentary = "书证",
        Physical = "物证",
        AudioVisual = "视听资料",
        Electronic = "电子数据",
        Witness = "证人证言",
        PartyStatement = "当事人的陈述",
        ExpertOpinion = "鉴定意见",
        SceneRecord = "勘验笔录、现场笔录",
    }
}

words! {
    /// Kinds of penalty (行政处罚法第九条), lightest first.
    PenaltyKind {
        Warning = "警告",
        PublicCriticism = "通报批评",
        Fine = "罚款",
        ConfiscateIncome = "没收违法所得",
        ConfiscateGoods = "没收非法财物",
        SuspendLicence = "暂扣许可证件",
        LowerGrade = "降低资质等级",
        RevokeLicence = "吊销许可证件",
        RestrictBusiness = "限制开展生产经营活动",
        OrderStop = "责令停产停业",
        OrderClose = "责令关闭",
        RestrictEmployment = "限制从业",
    }
}

words! {
    /// Grade of the circumstances (国办发〔2022〕27号（六）).
    Grade {
        Mitigated = "减轻",
        Light = "从轻",
        Ordinary = "一般",
        Heavy = "从重",
    }
}

/// An item of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Kind (第四十六条).
    pub kind: EvidenceKind,
    /// What it is called in the file.
    pub name: Text,
    /// From whom or where.
    pub source: Text,
    /// Civil day it was collected.
    pub collected_on: Date,
    /// Who collected it.
    pub collectors: Vec<StaffId>,
    /// What it proves.
    pub proves: Text,
    /// Evidence identity (SHA-256 chunk root), hex; blank for things that have no bytes.
    #[serde(default)]
    pub sha256_root: String,
    /// Signed or sealed by the person it came from, or the reason noted.
    pub signed: bool,
    /// The recording it was taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<MatterId>,
}

/// One clue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clue {
    /// Where it came from.
    pub source: ClueSource,
    /// Civil day it was received.
    pub received_on: Date,
    /// Whom it concerns.
    pub subject: Text,
    /// What it says.
    pub summary: Text,
    /// The informant's own matter; the case knows no more of them.
    pub informant: Option<MatterId>,
}

words! {
    /// Grounds to suspend an investigation (住房和城乡建设行政处罚程序规定第三十条).
    SuspensionGround {
        AwaitOtherDecision = "须以相关案件的裁判结果或者其他行政决定为依据",
        LegalQuestion = "涉及法律适用等问题须请有权机关解释或者确认",
        ForceMajeure = "因不可抗力致使案件暂时无法调查",
        PartyMissing = "因当事人下落不明致使案件暂时无法调查",
        Other = "其他应当中止调查的情形",
    }
}

words! {
    /// What became of evidence under registration (行政处罚法第五十六条).
    PreservationDisposal {
        Return = "返还当事人",
        Examine = "送交鉴定、检测",
        SealOrSeize = "依法采取查封、扣押措施",
        Confiscate = "依法予以没收",
        KeepAsEvidence = "随卷作为证据使用",
        HandOver = "移送有关机关",
    }
}

words! {
    /// The five opinions of a legal review.
    Opinion {
        Agree = "同意",
        DoNotDecide = "不予作出决定",
        Correct = "纠正",
        MoreInvestigation = "退回补充调查",
        Transfer = "移送",
    }
}

words! {
    /// The ten points of a legal review.
    Point {
        Subject = "执法主体是否合法",
        Staff = "执法人员是否具备执法资格",
        Procedure = "执法程序是否合法",
        Facts = "案件事实是否清楚",
        Evidence = "证据是否合法充分",
        Law = "适用法律、法规、规章是否准确",
        Discretion = "裁量基准运用是否适当",
        Authority = "是否超越执法机关法定权限",
        Documents = "行政执法文书是否完备、规范",
        Crime = "违法行为是否涉嫌犯罪、需要移送司法机关",
        Other = "其他应当审核的内容",
    }
}

impl Point {
    /// The ten points, with the eleventh where a policy asks for `other` matters.
    pub const fn asked(other: bool) -> &'static [Self] {
        if other {
            Self::ALL
        } else {
            match Self::ALL.split_last() {
                Some((_, ten)) => ten,
                None => &[],
            }
        }
    }
}

/// A reviewer's written finding on one point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which point.
    pub point: Point,
    /// Whether it holds.
    pub pass: bool,
    /// The finding in words.
    pub finding: Text,
}

words! {
    /// Why a decision must be reviewed (行政处罚法第五十八条及各地目录).
    Trigger {
        PublicInterest = "涉及重大公共利益",
        SocialImpact = "可能造成重大社会影响或者引发社会风险",
        HeardMajorRights = "直接关系当事人或者第三人重大权益，经过听证程序",
        Complex = "案件情况疑难复杂、涉及多个法律关系",
        LargeFine = "较大数额罚款",
        LargeConfiscation = "没收较大数额违法所得、没收较大价值非法财物",
        HeavyKind = "降低资质等级、吊销许可证件、责令停产停业、责令关闭、限制从业等处罚",
        Mitigated = "减轻处罚",
        BeyondBenchmark = "超出裁量基准",
        MajorCoercion = "涉及强制拆除、查封扣押重大财产等重大强制",
        OtherByLaw = "法律、法规规定应当进行法制审核的其他情形",
        Catalogue = "列入本机关重大执法决定法制审核目录",
    }
}

words! {
    /// Why a hearing may be asked for beyond amounts and named kinds (行政处罚法第六十三条第一款第五项、第六项).
    HearingGround {
        OtherHeavy = "其他较重的行政处罚",
        OtherByLaw = "法律、法规、规章规定的其他情形",
    }
}

impl HearingGround {
    /// The item of 行政处罚法第六十三条第一款.
    pub const fn item(self) -> &'static str {
        match self {
            Self::OtherHeavy => "第五项",
            Self::OtherByLaw => "第六项",
        }
    }
}

/// A right to a hearing that the officers found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HearingRight {
    /// Which item of 第六十三条.
    pub ground: HearingGround,
    /// Why; for 第六项 the provision that gives the right.
    pub provision: Text,
}

words! {
    /// How the unit answers one point of an opinion.
    Stand {
        Adopted = "采纳",
        PartlyAdopted = "部分采纳",
        Disputed = "不采纳",
    }
}

words! {
    /// What a collective discussion concluded.
    DiscussionOutcome {
        ApproveDraft = "同意处理意见",
        ChangeDraft = "修改处理意见后再办",
        NoPenalty = "不予行政处罚",
        InvestigateMore = "补充调查",
        Transfer = "移送",
    }
}

/// One head's opinion in a collective discussion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadOpinion {
    /// Who.
    pub head: StaffId,
    /// Whether they support the conclusion.
    pub agrees: bool,
    /// The opinion in words.
    pub opinion: Text,
}

words! {
    /// Whether a defence changed the proposal.
    Adoption {
        Adopted = "予以采纳",
        PartlyAdopted = "部分采纳",
        NotAdopted = "不予采纳",
    }
}

words! {
    /// Why no penalty is imposed (行政处罚法第三十、三十一、三十三、三十六、五十七条).
    NoPenaltyGround {
        Under14 = "不满十四周岁的未成年人有违法行为",
        Incapable = "不能辨认或者不能控制自己行为",
        MinorCorrected = "违法行为轻微并及时改正，没有造成危害后果",
        FirstTimeMinor = "初次违法且危害后果轻微并及时改正",
        NoFault = "当事人有证据足以证明没有主观过错",
        Expired = "违法行为超过追责期限",
        NotEstablished = "违法事实不能成立",
    }
}

words! {
    /// What an expert agency is asked for.
    Examination {
        Testing = "检测",
        Inspection = "检验",
        Appraisal = "鉴定",
    }
}

words! {
    /// Remedies of the party.
    RemedyKind {
        Reconsideration = "行政复议",
        Litigation = "行政诉讼",
    }
}

words! {
    /// How a remedy ended.
    RemedyOutcome {
        Upheld = "维持或者驳回",
        Revoked = "撤销",
        Changed = "变更",
        ConfirmedUnlawful = "确认违法",
        ConfirmedInvalid = "确认无效",
        Redo = "责令重新作出",
        Withdrawn = "当事人撤回",
    }
}

impl RemedyKind {
    /// The ground on which the decision falls by this outcome of this remedy.
    pub const fn revocation(self, outcome: RemedyOutcome) -> RevocationGround {
        match (outcome, self) {
            (RemedyOutcome::ConfirmedInvalid, _) => RevocationGround::Invalid,
            (_, Self::Reconsideration) => RevocationGround::Reconsideration,
            (_, Self::Litigation) => RevocationGround::Judgment,
        }
    }
}

impl RemedyOutcome {
    /// The decision no longer binds the party: 责令重新作出 goes with the revocation
    /// of what is to be made anew, and what is invalid never bound anybody
    /// (行政复议法第六十七条，行政诉讼法第七十五条).
    pub const fn revokes(self) -> bool {
        match self {
            Self::Revoked | Self::Redo | Self::ConfirmedInvalid => true,
            Self::Upheld | Self::Changed | Self::ConfirmedUnlawful | Self::Withdrawn => false,
        }
    }
}

words! {
    /// What the court ruled on an application for enforcement.
    CourtRuling {
        Granted = "准予强制执行",
        Denied = "不准予强制执行",
        Ended = "终结执行",
        Performed = "执行完毕",
    }
}

words! {
    /// Why a decision was revoked after it was made.
    RevocationGround {
        OwnCorrection = "机关自行纠正",
        Superior = "上级机关或者执法监督机关撤销",
        Reconsideration = "行政复议决定撤销",
        Judgment = "人民法院判决撤销",
        Invalid = "行政复议决定、人民法院判决确认无效",
    }
}

words! {
    /// How a performed penalty other than money was undone (国家赔偿法第三十六条第二项至第六项).
    Restored {
        Returned = "返还财物",
        Repaired = "恢复原状后返还",
        Compensated = "财物损坏、灭失，给付赔偿金",
        Proceeds = "财物已经拍卖、变卖，给付价款",
        Reinstated = "恢复许可证件、资质等级",
        Lifted = "解除停产停业、关闭、限制",
        Lapsed = "处罚期限已经届满，没有可以恢复的",
    }
}

impl Restored {
    /// Whether a penalty of this kind is undone so.
    pub const fn undoes(self, kind: PenaltyKind) -> bool {
        match self {
            Self::Returned | Self::Repaired | Self::Compensated | Self::Proceeds => {
                matches!(kind, PenaltyKind::ConfiscateGoods)
            }
            Self::Reinstated => matches!(
                kind,
                PenaltyKind::SuspendLicence | PenaltyKind::LowerGrade | PenaltyKind::RevokeLicence
            ),
            Self::Lifted => matches!(
                kind,
                PenaltyKind::RestrictBusiness
                    | PenaltyKind::OrderStop
                    | PenaltyKind::OrderClose
                    | PenaltyKind::RestrictEmployment
            ),
            Self::Lapsed => matches!(
                kind,
                PenaltyKind::SuspendLicence
                    | PenaltyKind::RestrictBusiness
                    | PenaltyKind::OrderStop
                    | PenaltyKind::RestrictEmployment
            ),
        }
    }

    /// Money takes the place of the thing: its amount is stated.
    pub const fn by_money(self) -> bool {
        match self {
            Self::Compensated | Self::Proceeds => true,
            Self::Returned | Self::Repaired | Self::Reinstated | Self::Lifted | Self::Lapsed => false,
        }
    }
}

impl RevocationGround {
    /// A remedy of the party took the decision away, not the organ or its superior.
    pub const fn by_remedy(self) -> bool {
        match self {
            Self::OwnCorrection | Self::Superior => false,
            Self::Reconsideration | Self::Judgment | Self::Invalid => true,
        }
    }
}

words! {
    /// How a case ended (结案情形).
    ClosingGround {
        Performed = "行政处罚决定执行完毕",
        CourtClosed = "人民法院裁定不准予执行、终结执行或者执行完毕",
        NoPenaltyServed = "作出不予行政处罚决定",
        DecisionRevoked = "行政处罚决定被依法撤销",
        EnforcementEnded = "行政机关终结执行或者不再执行",
    }
}

/// When an act took place, with when and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Begin.
    pub started_at: Timestamp,
    /// End.
    pub ended_at: Timestamp,
    /// Where.
    pub place: Text,
    /// The two officers.
    pub officers: Vec<StaffId>,
    /// Certificates were shown (第五十五条).
    pub certificates_shown: bool,
    /// Rights were told (第四十四、五十五条).
    pub rights_told: bool,
    /// It took place in a room for handling cases, which is recorded in full
    /// (国办发〔2018〕118号（八）).
    #[serde(default, skip_serializing_if = "is_false")]
    pub case_room: bool,
    /// The record was filled in and signed in the field, and is kept with this recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<MatterId>,
    /// Which of its pieces: SHA-256 root, hexadecimal; empty without one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sha256_root: String,
}
