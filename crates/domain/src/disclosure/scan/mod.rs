//! Leak scan: what looks like personal data in a text that is to go public.
//!
//! Indicator 39 counts leaks. The scan runs on the public copy as the public
//! would read it, at checking and again at publishing.

mod address;
mod fold;
mod names;
mod shapes;

pub(super) use names::{Occurrence, occurrences};

use super::persons::KnownPerson;
use super::words::{Ground, Treatment};
use crate::cite::Citation;
use serde::{Deserialize, Serialize};

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScanRule {
    /// A name of the case that is not public.
    Name,
    /// 18-character identity number with valid birth day and check character (GB 11643).
    ResidentId,
    /// 15-digit identity number of before 1999.
    OldResidentId,
    /// Mobile number.
    Mobile,
    /// 15–19 digits with a valid Luhn digit (ISO/IEC 7812).
    BankCard,
    /// E-mail address.
    Email,
    /// Vehicle plate (GA 36).
    Plate,
    /// Passport or travel permit.
    Passport,
    /// Address down to a door.
    Address,
    /// Messenger account.
    Messenger,
    /// Number of a title deed.
    TitleDeed,
}

impl ScanRule {
    /// Every rule.
    pub const ALL: [Self; 11] = [
        Self::Name,
        Self::ResidentId,
        Self::OldResidentId,
        Self::Mobile,
        Self::BankCard,
        Self::Email,
        Self::Plate,
        Self::Passport,
        Self::Address,
        Self::Messenger,
        Self::TitleDeed,
    ];

    /// What it looks like, for a person.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Name => "未公开的自然人姓名",
            Self::ResidentId => "公民身份号码",
            Self::OldResidentId => "15位身份证号码",
            Self::Mobile => "手机号码",
            Self::BankCard => "银行卡号",
            Self::Email => "电子邮箱",
            Self::Plate => "车辆号牌",
            Self::Passport => "护照或者通行证号码",
            Self::Address => "具体到室、单元、号楼、栋的地址",
            Self::Messenger => "即时通信账号",
            Self::TitleDeed => "不动产权属证号",
        }
    }

    /// On what ground it is withheld.
    pub const fn ground(self) -> Ground {
        match self {
            Self::Name => Ground::Name,
            Self::ResidentId | Self::OldResidentId => Ground::IdNumber,
            Self::Mobile => Ground::Phone,
            Self::BankCard => Ground::BankAccount,
            Self::Email => Ground::Email,
            Self::Plate => Ground::Plate,
            Self::Passport => Ground::Passport,
            Self::Address => Ground::Address,
            Self::Messenger => Ground::Messenger,
            Self::TitleDeed => Ground::TitleDeed,
        }
    }
}

/// A shape in a text, in characters of that text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// First character.
    pub from: usize,
    /// One past the last character.
    pub to: usize,
    /// What it looks like.
    pub rule: ScanRule,
}

/// One finding. It holds no text, so it may be stored and logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Path of the field in the public copy, for example `results/0/content`.
    pub field: String,
    /// First character in the field as the public reads it.
    pub from: u32,
    /// One past the last character.
    pub to: u32,
    /// What it looks like.
    pub rule: ScanRule,
    /// Why it may not be shown.
    pub citation: Citation,
}

/// Shapes of personal data in `text`, in order; ranges may overlap.
pub fn shapes(text: &str) -> Vec<Hit> {
    let mut hits = shapes::detect(&fold::fold(text));
    hits.sort_unstable();
    hits.dedup();
    hits
}

/// Scans one public text for shapes and for names that are not public.
pub fn scan(field: &str, text: &str, persons: &[KnownPerson], operator_shown: bool) -> Vec<Finding> {
    let names = persons
        .iter()
        .filter(|p| p.role.treatment(operator_shown) != Treatment::Shown)
        .flat_map(|p| occurrences(text, &p.name))
        .map(|o| Hit { from: o.from, to: o.to, rule: ScanRule::Name });
    let mut hits: Vec<Hit> = shapes(text).into_iter().chain(names).collect();
    hits.sort_unstable();
    hits.dedup();
    hits.into_iter()
        .map(|h| Finding {
            field: field.to_owned(),
            // Texts are at most `text::MAX_CHARS` long.
            from: h.from as u32,
            to: h.to as u32,
            rule: h.rule,
            citation: h.rule.ground().citation(),
        })
        .collect()
}
