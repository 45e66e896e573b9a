//! The words of publication: stages, verbs, grounds, roles of persons.

use crate::cite::{Citation, penalty_law};
use serde::{Deserialize, Serialize};

/// Declares a plain enum with its Chinese label, its stored name (serde
/// snake_case) and the list of all its values.
macro_rules! labelled {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $label:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $(#[doc = $label] $variant),+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The law's own word.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),+ }
            }
        }
    };
}

/// 国办发〔2018〕118号, the national opinion on the three systems.
pub const fn three_systems(article: &'static str) -> Citation {
    Citation::of(
        "国务院办公厅关于全面推行行政执法公示制度执法全过程记录制度重大执法决定法制审核制度的指导意见",
        article,
    )
}

/// The Inner Mongolia rules on the three systems (government order 244).
pub const fn order_244(article: &'static str) -> Citation {
    Citation::of("内蒙古自治区行政执法公示执法全过程记录重大执法决定法制审核办法", article)
}

/// Regulation on open government information.
pub const fn open_information(article: &'static str) -> Citation {
    Citation::of("政府信息公开条例", article)
}

/// Personal Information Protection Law.
pub const fn personal_information(article: &'static str) -> Citation {
    Citation::of("个人信息保护法", article)
}

/// Law on the Protection of Minors: their particulars in cases are not disclosed.
pub const MINORS: Citation = Citation::of("未成年人保护法", "第一百零三条");

labelled! {
    /// Where a publication stands.
    Stage {
        Drafted = "拟公示",
        Checked = "已审核",
        Returned = "退回修改",
        Published = "已公示",
        Corrected = "已更正",
        Annotated = "已标注",
        Withdrawn = "已撤下",
        Expired = "已到期",
        Exempt = "不予公示",
    }
}

impl Stage {
    /// Whether the public sees the content.
    pub const fn is_public(self) -> bool {
        match self {
            Self::Published | Self::Corrected | Self::Annotated => true,
            Self::Drafted
            | Self::Checked
            | Self::Returned
            | Self::Withdrawn
            | Self::Expired
            | Self::Exempt => false,
        }
    }
}

labelled! {
    /// Where one public copy stands on its way through three pairs of hands.
    DraftPhase {
        Drafted = "待审核",
        Checked = "待公示",
        Returned = "退回修改",
    }
}

labelled! {
    /// What may be done with a publication.
    Verb {
        Prepare = "制作公示文本",
        Check = "审核公示文本",
        Publish = "公示",
        Return = "退回制作人",
        Correct = "更正",
        Annotate = "标注",
        Withdraw = "撤下",
        Replace = "关联替换的决定",
        ApproveExpiry = "批准到期撤下",
        Expire = "到期撤下",
        Exempt = "不予公示",
    }
}

labelled! {
    /// What the party is (行政处罚法第四条).
    PartyKind {
        Person = "自然人",
        IndividualBusiness = "个体工商户",
        LegalPerson = "法人",
        Organisation = "非法人组织",
    }
}

labelled! {
    /// Grade of the breach of trust, by which the publication term goes (信用修复管理办法).
    CreditGrade {
        Slight = "轻微",
        Ordinary = "一般",
        Serious = "严重",
    }
}

labelled! {
    /// Why a published decision leaves the page (行政处罚法第四十八条第二款；国办发〔2018〕118号（六）).
    WithdrawalGround {
        Revoked = "决定被依法撤销",
        Unlawful = "决定被确认违法",
        Invalid = "决定被确认无效",
        Redo = "被要求重新作出决定",
        Changed = "决定被依法变更",
        Inaccurate = "公示信息不准确",
        Other = "其他依法应当撤下的情形",
    }
}

impl WithdrawalGround {
    /// The rule that takes the copy down on this ground.
    pub const fn citation(self) -> Citation {
        match self {
            Self::Revoked | Self::Unlawful | Self::Invalid | Self::Changed => penalty_law("第四十八条第二款"),
            Self::Redo => three_systems("（六）"),
            Self::Inaccurate | Self::Other => three_systems("二、全面推行行政执法公示制度"),
        }
    }

    /// Whether the decision itself no longer stands as published, so that the
    /// copy must come down and a note beside it is not enough.
    pub const fn ends_decision(self) -> bool {
        match self {
            Self::Revoked | Self::Unlawful | Self::Invalid | Self::Redo | Self::Changed => true,
            Self::Inaccurate | Self::Other => false,
        }
    }
}

labelled! {
    /// Why a note stands beside a published decision.
    AnnotationGround {
        UnderReconsideration = "已申请行政复议",
        UnderLitigation = "已提起行政诉讼",
        ExecutionSuspended = "停止执行",
        Performed = "已履行完毕",
        Clarification = "说明",
    }
}

labelled! {
    /// Why a decision is not published.
    ExemptGround {
        Minor = "涉及未成年人",
        StateSecret = "涉及国家秘密",
        TradeSecret = "涉及商业秘密",
        Privacy = "涉及个人隐私",
        Security = "可能危及国家安全、公共安全、经济安全、社会稳定",
        OtherCase = "公开后影响其他案件查处",
        CrimeTransfer = "涉嫌犯罪已移送，尚未处理完毕",
        LawForbids = "法律、法规规定不予公开",
        NoSocialEffect = "不具有一定社会影响",
        DecisionEnded = "决定已被撤销、变更、确认违法或者无效",
        Unsuitable = "行政机关认为不宜公开",
    }
}

impl ExemptGround {
    /// The rule that keeps the decision from the public.
    pub const fn citation(self) -> Citation {
        match self {
            Self::Minor => MINORS,
            Self::StateSecret | Self::Security | Self::LawForbids => open_information("第十四条"),
            Self::TradeSecret | Self::Privacy => penalty_law("第五十条"),
            Self::OtherCase | Self::CrimeTransfer => order_244("第十一条"),
            Self::NoSocialEffect => penalty_law("第四十八条第一款"),
            Self::DecisionEnded => penalty_law("第四十八条第二款"),
            Self::Unsuitable => open_information("第十七条"),
        }
    }
}

labelled! {
    /// How a publication term ends.
    ExpiryGround {
        Term = "公示期限届满",
        Repair = "信用修复后提前停止公示",
    }
}

labelled! {
    /// As what a person stands in the case.
    PersonRole {
        Party = "当事人",
        Operator = "经营者",
        Representative = "法定代表人（负责人）",
        Witness = "证人",
        Complainant = "投诉举报人",
        Expert = "鉴定人",
        Minor = "未成年人",
        Bystander = "案外人",
        Officer = "执法人员",
    }
}

impl PersonRole {
    /// How a name in this role appears in a public copy.
    pub const fn treatment(self, operator_shown: bool) -> Treatment {
        match self {
            Self::Party | Self::Bystander => Treatment::Surname,
            Self::Operator => {
                if operator_shown {
                    Treatment::Shown
                } else {
                    Treatment::Surname
                }
            }
            Self::Representative | Self::Officer => Treatment::Shown,
            Self::Witness | Self::Complainant | Self::Expert | Self::Minor => Treatment::Role,
        }
    }
}

labelled! {
    /// How a name is treated.
    Treatment {
        Surname = "保留姓氏，名字以某代替",
        Role = "以身份代称",
        Shown = "公开",
    }
}

labelled! {
    /// Why characters are withheld from a public copy.
    Ground {
        Name = "自然人姓名",
        RoleName = "证人、投诉举报人、鉴定人姓名",
        Minor = "未成年人信息",
        IdNumber = "公民身份号码",
        Passport = "护照等证件号码",
        Address = "家庭住址",
        Phone = "电话号码",
        Email = "电子邮箱",
        Messenger = "即时通信账号",
        Plate = "车辆号牌",
        BankAccount = "银行账号",
        TitleDeed = "不动产权属证号",
        Property = "财产状况",
        TradeSecret = "商业秘密",
        Privacy = "其他个人隐私",
        StateSecret = "国家秘密",
    }
}

impl Ground {
    /// The rule that withholds it.
    pub const fn citation(self) -> Citation {
        match self {
            Self::Name | Self::Privacy | Self::Property => order_244("第十条第二款"),
            Self::IdNumber
            | Self::Passport
            | Self::Address
            | Self::Phone
            | Self::Email
            | Self::Messenger
            | Self::Plate
            | Self::BankAccount
            | Self::TitleDeed => order_244("第十条第二款"),
            Self::RoleName | Self::TradeSecret => penalty_law("第五十条"),
            Self::Minor => MINORS,
            Self::StateSecret => open_information("第十四条"),
        }
    }

    /// The mark that stands for it where no other is called for.
    pub const fn mark(self) -> super::Mark {
        match self {
            Self::TradeSecret | Self::StateSecret => super::Mark::Omitted,
            Self::Name
            | Self::RoleName
            | Self::Minor
            | Self::IdNumber
            | Self::Passport
            | Self::Address
            | Self::Phone
            | Self::Email
            | Self::Messenger
            | Self::Plate
            | Self::BankAccount
            | Self::TitleDeed
            | Self::Property
            | Self::Privacy => super::Mark::Removed,
        }
    }
}
