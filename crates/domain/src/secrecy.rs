//! 涉密标注: what of a file may not be seen by whoever may see the rest.

use crate::case::types::words;
use crate::cite::Citation;
use serde::{Deserialize, Serialize};

/// Records with state secrets, trade secrets or privacy are filed by the rules for them.
pub const MARKED: Citation =
    Citation::of("国务院办公厅关于全面推行三项制度的指导意见（国办发〔2018〕118号）", "（九）");

/// Nobody stores or handles state secrets in a system that is not built for them
/// (保守国家秘密法, 2024 text).
pub const NOT_HERE: Citation = Citation::of("保守国家秘密法", "第三十一条第三项");

words! {
    /// Why access to a thing is restricted, the lightest first.
    Secrecy {
        Privacy = "个人隐私",
        TradeSecret = "商业秘密",
        StateSecret = "国家秘密",
    }
}

impl Secrecy {
    /// Whether the thing may not be kept in this system at all: only its place in the
    /// file is shown.
    pub const fn kept_elsewhere(self) -> bool {
        match self {
            Self::StateSecret => true,
            Self::Privacy | Self::TradeSecret => false,
        }
    }
}
