//! The end of an investigation: the report, and what the officers find of its weight.

use super::types::{Trigger, blank};
use crate::matter::StaffId;
use crate::text::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::ops::Not;

/// What is said at the end of the investigation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concluding {
    /// Report.
    pub report: Text,
    /// The facts are complex or the violation is grave (第五十七条第二款).
    pub complex: bool,
    /// Major public interest is concerned (第五十八条第一款第一项).
    pub public_interest: bool,
    /// Difficult, several legal relations (第五十八条第一款第三项).
    pub several_relations: bool,
    /// Great impact on society, or social risks, may follow (国办发〔2018〕118号（十二）).
    #[serde(default, skip_serializing_if = "Not::not")]
    pub social_impact: bool,
    /// A law or regulation asks for the review (第五十八条第一款第四项).
    #[serde(default, skip_serializing_if = "Not::not")]
    pub other_by_law: bool,
    /// Forced demolition, or sealing and seizing of major property, goes with it.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub major_coercion: bool,
    /// Why any of the three is found, with the provision; blank without.
    #[serde(default = "blank", skip_serializing_if = "Text::is_blank")]
    pub review_reason: Text,
}

/// The end of the investigation as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conclusion {
    /// What was said.
    pub said: Concluding,
    /// Who found it so.
    pub by: StaffId,
    /// Day.
    pub on: Date,
}

impl Concluding {
    /// Whether something is found that must be explained.
    pub const fn needs_reason(&self) -> bool {
        self.social_impact || self.other_by_law || self.major_coercion
    }

    /// What was once found stays so: a second report opens no way around the review
    /// and the discussion.
    #[must_use]
    pub fn after(&self, before: Option<&Conclusion>) -> Self {
        let Some(Conclusion { said, .. }) = before else { return self.clone() };
        let reason = if self.review_reason.is_blank() { &said.review_reason } else { &self.review_reason };
        Self {
            report: self.report.clone(),
            complex: self.complex || said.complex,
            public_interest: self.public_interest || said.public_interest,
            several_relations: self.several_relations || said.several_relations,
            social_impact: self.social_impact || said.social_impact,
            other_by_law: self.other_by_law || said.other_by_law,
            major_coercion: self.major_coercion || said.major_coercion,
            review_reason: reason.clone(),
        }
    }

    /// Why a decision that follows it is reviewed.
    pub fn triggers(&self) -> impl Iterator<Item = Trigger> {
        [
            (self.public_interest, Trigger::PublicInterest),
            (self.social_impact, Trigger::SocialImpact),
            (self.several_relations || self.complex, Trigger::Complex),
            (self.other_by_law, Trigger::OtherByLaw),
            (self.major_coercion, Trigger::MajorCoercion),
        ]
        .into_iter()
        .filter_map(|(found, trigger)| found.then_some(trigger))
    }
}
