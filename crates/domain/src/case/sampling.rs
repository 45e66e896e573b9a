//! 抽样取证: evidence gathered by taking samples (行政处罚法第五十六条).

use super::command::PreservedItem;
use super::types::*;
use crate::text::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

words! {
    /// How the party took part in the sampling (住房和城乡建设行政处罚程序规定第十七条第二款).
    SamplingPresence {
        Signed = "当事人到场，并已签名或者盖章",
        Refused = "当事人到场，拒绝签名，已注明情况",
        Absent = "当事人没有到场，由见证人见证或者录像",
    }
}

/// A thing of which samples were taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampledItem {
    /// Name.
    pub name: Text,
    /// Model, batch, place of make.
    #[serde(default = "blank", skip_serializing_if = "Text::is_blank")]
    pub description: Text,
    /// How many were taken, with unit.
    pub quantity: String,
    /// Of how many, with unit; blank where nobody could count them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub base: String,
}

/// Samples taken as evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sampling {
    /// From whom.
    pub party: PartyNo,
    /// When, where, by which officers.
    #[serde(flatten)]
    pub session: Session,
    /// What was taken.
    pub items: Vec<SampledItem>,
    /// By what method.
    pub method: Text,
    /// How the samples were sealed, and who keeps them.
    pub seal: Text,
    /// How the party took part.
    pub presence: SamplingPresence,
    /// The witness, or how it was filmed, where the party did not sign.
    #[serde(default = "blank", skip_serializing_if = "Text::is_blank")]
    pub witness: Text,
}

/// What an agency is asked to test, inspect or appraise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commission {
    /// Agency.
    pub agency: Text,
    /// What is asked.
    pub question: Text,
    /// Testing, inspection or appraisal; unsaid, its time counts unless all three
    /// are left out of the term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub examination: Option<Examination>,
    /// What is sent along; unsaid in older ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<PreservedItem>,
    /// Until when the answer is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Date>,
}
