//! Commands and events of an approval of viewing.

use super::redact::{Derivative, Edit, MaskOrder, Original, Span};
use super::scope::{Covered, Material};
use super::words::{Body, Concerned, EndGround, Medium, Purpose, RefusalGround, UseKind, Verb};
use crate::codes::DocumentNumber;
use crate::matter::MatterId;
use crate::text::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// For whom the right is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "requester", rename_all = "snake_case")]
pub enum Requester {
    /// The person of the organ who asks.
    Staff,
    /// A body that calls records up by law, entered by the archives.
    Body {
        /// What it is.
        body: Body,
        /// Its name.
        name: Text,
        /// Number of its letter.
        letter: Text,
        /// Who came, with their credentials.
        persons: Text,
    },
    /// A party or somebody concerned, entered by the archives.
    Concerned {
        /// How the person stands to the case.
        concerned: Concerned,
        /// Name.
        name: Text,
        /// Proof of identity, and of authority for an agent.
        credential: Text,
    },
}

impl Requester {
    /// Somebody outside the organ.
    pub const fn outside(&self) -> bool {
        match self {
            Self::Staff => false,
            Self::Body { .. } | Self::Concerned { .. } => true,
        }
    }
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// For whom.
    #[serde(flatten)]
    pub requester: Requester,
    /// For what.
    pub purpose: Purpose,
    /// Why, in words.
    pub reason: Text,
    /// What.
    pub scope: Vec<Covered>,
    /// How far.
    pub medium: Medium,
    /// Including what is marked as privacy or trade secret.
    #[serde(default)]
    pub restricted: bool,
    /// First civil day.
    pub from: Date,
    /// Last civil day.
    pub until: Date,
}

/// What is granted: all that was asked for, or less.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Granted {
    /// What.
    pub scope: Vec<Covered>,
    /// How far.
    pub medium: Medium,
    /// Including what is marked as privacy or trade secret.
    #[serde(default)]
    pub restricted: bool,
    /// First civil day.
    pub from: Date,
    /// Last civil day.
    pub until: Date,
}

/// One use: what was looked at, copied or exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// What.
    #[serde(flatten)]
    pub material: Material,
    /// How.
    pub kind: UseKind,
    /// The watermark that was laid over it: viewer and time.
    pub watermark: Text,
    /// The part that was played; none where it is no recording or was seen whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// Digest of the bytes that left, hex; empty for a mere look.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub digest: String,
    /// Root of the masked derivative that was seen in place of the original, hex; empty where
    /// it was the original.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub derivative: String,
    /// What the copy is for, as said by who takes it; none of a mere look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}

/// One copy that was handed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copied {
    /// Of what.
    #[serde(flatten)]
    pub material: Material,
    /// SHA-256 of the bytes handed over, or the evidence root; hex.
    pub digest: String,
    /// Pages on paper; 0 for sound and picture.
    pub pages: u32,
}

/// Copies that went outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Number of the letter that went with them.
    pub number: DocumentNumber,
    /// Who received them.
    pub receiver: Text,
    /// The copies.
    pub copies: Vec<Copied>,
    /// On what: paper, the number of a disc.
    pub carrier: Text,
}

/// Paper volumes that went out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lent {
    /// Of which case.
    pub case: MatterId,
    /// How many volumes.
    pub volumes: u16,
    /// To whom.
    pub receiver: Text,
    /// Last civil day.
    pub until: Date,
}

/// What may be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum GrantCommand {
    /// 申请查阅.
    Request {
        /// What.
        asked: Asked,
    },
    /// 批准查阅.
    Approve {
        /// What; never more than was asked for.
        granted: Granted,
        /// In words.
        opinion: Text,
    },
    /// 不予批准.
    Refuse {
        /// Why; must be said to somebody outside.
        ground: Option<RefusalGround>,
        /// In words.
        opinion: Text,
    },
    /// 查阅、复制、导出.
    Use {
        /// What and how.
        used: Use,
    },
    /// 交付复制件.
    Deliver {
        /// What.
        delivery: Delivery,
    },
    /// 制作遮蔽件: asked for by a person, made by the system.
    Mask {
        /// What.
        order: MaskOrder,
    },
    /// 登记制成的遮蔽件, by the system that made it.
    Derive {
        /// What came out.
        derivative: Derivative,
    },
    /// 登记遮蔽件未能制成, by the system.
    FailMask {
        /// The order, from 1.
        no: u16,
        /// Why, in words.
        reason: Text,
    },
    /// 借出案卷.
    Lend {
        /// What.
        lent: Lent,
    },
    /// 收回案卷.
    Return {
        /// Of which case.
        case: MatterId,
        /// All volumes came back undamaged.
        intact: bool,
        /// What is missing or damaged; must be said where something is.
        note: Text,
    },
    /// 结束查阅.
    End {},
    /// 撤销查阅批准.
    Revoke {
        /// Why.
        reason: Text,
    },
}

impl GrantCommand {
    /// Its row.
    pub const fn verb(&self) -> Verb {
        match self {
            Self::Request { .. } => Verb::Request,
            Self::Approve { .. } => Verb::Approve,
            Self::Refuse { .. } => Verb::Refuse,
            Self::Use { .. } => Verb::Use,
            Self::Deliver { .. } => Verb::Deliver,
            Self::Mask { .. } => Verb::Mask,
            Self::Derive { .. } => Verb::Derive,
            Self::FailMask { .. } => Verb::FailMask,
            Self::Lend { .. } => Verb::Lend,
            Self::Return { .. } => Verb::Return,
            Self::End {} => Verb::End,
            Self::Revoke { .. } => Verb::Revoke,
        }
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum GrantEvent {
    /// 已申请查阅.
    Requested {
        /// What.
        asked: Asked,
    },
    /// 已批准查阅.
    Approved {
        /// What.
        granted: Granted,
        /// In words.
        opinion: Text,
    },
    /// 不予批准查阅.
    Refused {
        /// Why.
        ground: Option<RefusalGround>,
        /// In words.
        opinion: Text,
    },
    /// 已查阅、复制、导出.
    Used {
        /// What and how.
        #[serde(flatten)]
        used: Use,
    },
    /// 已交付复制件.
    Delivered {
        /// What.
        #[serde(flatten)]
        delivery: Delivery,
    },
    /// 已要求制作遮蔽件.
    MaskOrdered {
        /// The piece as it is stored and read.
        original: Original,
        /// What is done, in order.
        edits: Vec<Edit>,
    },
    /// 遮蔽件未能制成.
    MaskFailed {
        /// The order, from 1.
        no: u16,
        /// Why.
        reason: Text,
    },
    /// 已制作遮蔽件.
    Derived {
        /// What came out.
        #[serde(flatten)]
        derivative: Derivative,
    },
    /// 已借出案卷.
    Lent {
        /// What.
        #[serde(flatten)]
        lent: Lent,
    },
    /// 已收回案卷.
    Returned {
        /// Of which case.
        case: MatterId,
        /// All came back undamaged.
        intact: bool,
        /// What is missing or damaged.
        note: Text,
    },
    /// 已终止查阅.
    Ended {
        /// How.
        ground: EndGround,
        /// Why.
        reason: Text,
    },
}
