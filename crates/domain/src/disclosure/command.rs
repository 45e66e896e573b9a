//! What a person may ask for, and what then happened.

use super::content::Imported;
use super::content::{PublicDecision, SourceRef};
use super::rules::Timeliness;
use super::words::{AnnotationGround, CreditGrade, ExemptGround, ExpiryGround, Verb, WithdrawalGround};
use crate::matter::MatterId;
use crate::text::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A public copy on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preparing {
    /// The decision.
    pub source: SourceRef,
    /// The copy.
    pub content: Box<PublicDecision>,
    /// Grade of the breach of trust; sets the term.
    pub grade: CreditGrade,
    /// Why a slight one is published all the same; blank otherwise.
    #[serde(default = "blank")]
    pub necessity: Text,
}

/// An empty closed text, the default of optional fields.
pub(super) fn blank() -> Text {
    Text::closed("")
}

/// A command on a publication.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// 制作公示文本.
    Prepare(Preparing),
    /// 审核公示文本.
    Check {
        /// Digest of the copy the checker saw.
        digest: String,
        /// Agreed.
        agree: bool,
        /// In words; demanded when not agreed.
        #[serde(default = "blank")]
        opinion: Text,
    },
    /// 公示.
    Publish {
        /// Digest of the copy the publisher saw.
        digest: String,
    },
    /// 退回制作人.
    Return {
        /// Why.
        opinion: Text,
    },
    /// 更正: a new copy of a published decision enters the same three steps.
    Correct {
        /// The new copy.
        content: Box<PublicDecision>,
        /// What was wrong.
        reason: Text,
        /// Civil day on which the organ knew.
        known_on: Date,
    },
    /// 标注.
    Annotate {
        /// Why.
        ground: AnnotationGround,
        /// The note the public reads.
        note: Text,
    },
    /// 撤下.
    Withdraw {
        /// Why.
        ground: WithdrawalGround,
        /// Civil day on which the organ knew.
        known_on: Date,
        /// The reason the public reads.
        explanation: Text,
    },
    /// 关联替换的决定.
    Replace {
        /// Publication of the new decision.
        by: MatterId,
        /// Number of the new decision.
        number: String,
    },
    /// 批准到期撤下.
    ApproveExpiry {
        /// In words.
        opinion: Text,
    },
    /// 到期撤下.
    Expire {
        /// By the term, or earlier by repair.
        ground: ExpiryGround,
        /// For repair: number of the repair decision and the public promise.
        #[serde(default = "blank")]
        note: Text,
    },
    /// 不予公示.
    Exempt {
        /// The decision.
        source: SourceRef,
        /// Why.
        ground: ExemptGround,
        /// Assessment.
        #[serde(default = "blank")]
        assessment: Text,
        /// Reason.
        reason: Text,
        /// Filing number at the legal institution of the government.
        #[serde(default)]
        filing_no: String,
    },
}

impl Command {
    /// The verb it carries.
    pub const fn verb(&self) -> Verb {
        match self {
            Self::Prepare(_) => Verb::Prepare,
            Self::Check { .. } => Verb::Check,
            Self::Publish { .. } => Verb::Publish,
            Self::Return { .. } => Verb::Return,
            Self::Correct { .. } => Verb::Correct,
            Self::Annotate { .. } => Verb::Annotate,
            Self::Withdraw { .. } => Verb::Withdraw,
            Self::Replace { .. } => Verb::Replace,
            Self::ApproveExpiry { .. } => Verb::ApproveExpiry,
            Self::Expire { .. } => Verb::Expire,
            Self::Exempt { .. } => Verb::Exempt,
        }
    }
}

/// An event of a publication. A landed variant is never edited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum PublicationEvent {
    /// 公示文本已制作.
    Prepared {
        /// What was prepared.
        body: Preparing,
        /// Digest of the copy.
        digest: String,
        /// Set when the case comes from elsewhere.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        imported: Option<Imported>,
    },
    /// 公示文本已审核.
    Checked {
        /// Digest of the copy checked.
        digest: String,
        /// In words.
        opinion: Text,
    },
    /// 公示文本已退回.
    Returned {
        /// Which verb returned it.
        by: Verb,
        /// Why.
        opinion: Text,
    },
    /// 已公示.
    Published {
        /// Digest of the copy published.
        digest: String,
        /// Against the limit.
        timeliness: Box<Timeliness>,
        /// Random name of its public page; no other identifier is public.
        public_id: String,
    },
    /// 更正文本已制作.
    CorrectionPrepared {
        /// The new copy.
        content: Box<PublicDecision>,
        /// Its digest.
        digest: String,
        /// What was wrong.
        reason: Text,
        /// Civil day on which the organ knew.
        known_on: Date,
    },
    /// 已更正: the new copy stands in place of the old.
    Corrected {
        /// Digest of the copy published.
        digest: String,
    },
    /// 已标注.
    Annotated {
        /// Why.
        ground: AnnotationGround,
        /// The note.
        note: Text,
    },
    /// 已撤下.
    Withdrawn {
        /// Why.
        ground: WithdrawalGround,
        /// Civil day from which the limit runs.
        known_on: Date,
        /// The reason the public reads.
        explanation: Text,
        /// Against the limit.
        timeliness: Box<Timeliness>,
    },
    /// 已关联替换的决定.
    Replaced {
        /// Publication of the new decision.
        by: MatterId,
        /// Its number.
        number: String,
    },
    /// 到期撤下已批准.
    ExpiryApproved {
        /// In words.
        opinion: Text,
    },
    /// 已到期撤下.
    Expired {
        /// By the term or by repair.
        ground: ExpiryGround,
        /// For repair.
        note: Text,
    },
    /// 不予公示.
    Exempted {
        /// The decision.
        source: SourceRef,
        /// Why.
        ground: ExemptGround,
        /// Assessment.
        assessment: Text,
        /// Reason.
        reason: Text,
        /// Filing number.
        filing_no: String,
    },
}
