//! Policies: what differs between jurisdictions, as typed, sourced, dated values.
//!
//! Files (`policies/*.toml`) hold values of parameters declared in
//! [`PARAMETERS`]. A value has its own source, the days on which it is in force
//! and the moment at which it became known here, so an erratum rewrites nothing
//! that was computed before. [`PolicyBook::resolve`] goes national → province →
//! city → county → organ, at a reference day and as known at an instant. A value
//! that relaxes what statute fixes is refused when its file is loaded.

mod book;
mod course;
mod erratum;
mod params;
#[cfg(test)]
mod tests;
mod value;

pub use book::{Jurisdiction, Level, PolicyBook, PolicyError, RuleSetVersion, Scope, StatuteSource, System};
pub use erratum::{Change, Shown, Since};
pub use params::{PARAMETERS, Parameter, PolicySet, Statute, Stricter};
pub use value::{
    AvLink, Counters, CreditGrade, Excludable, FileOrder, MonthDay, Optional, Percent, PublicationScope,
    PublicationTerm, PublishStep, Rank, Retention, ReviewStep, TakedownApproval, Term, Text, Value, Yuan,
};

use crate::cite::Citation;
use crate::period::{Roll, Rule, Unit};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use std::borrow::Cow;

/// A value with where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// The instrument and article that set it.
    pub source: Citation,
    /// A remark for the person who maintains the policy, often empty.
    pub note: String,
    /// The level it was found on.
    pub level: Level,
    /// The policy file's id.
    pub file: String,
    /// First day in force.
    pub from: Date,
    /// When this installation's rules came to hold it.
    pub recorded_at: Timestamp,
}

impl Sourced<Term> {
    /// The rule of this term: id and title of the limit, and whether a last day
    /// of rest moves.
    #[must_use]
    pub fn rule(&self, id: &'static str, title: &'static str, roll: Roll) -> Rule {
        let day_citation = (self.source.law == "行政处罚法" && matches!(self.value.unit, Unit::WorkingDays))
            .then(|| Citation::of("行政处罚法", "第八十五条"));
        Rule {
            id: Cow::Borrowed(id),
            title: Cow::Borrowed(title),
            period: self.value.period(roll),
            citation: self.source.clone(),
            day_citation,
        }
    }
}

/// The two kinds of party that thresholds tell apart. Whether an individual
/// business counts as a person in the summary procedure is a parameter of its
/// own ([`PolicySet::summary_individual_business_as_person`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyClass {
    /// 公民.
    Person,
    /// 法人、其他组织.
    Unit,
}

impl PolicySet {
    /// The highest fine of the summary procedure.
    #[must_use]
    pub const fn summary_fine(&self, party: PartyClass) -> &Sourced<Yuan> {
        match party {
            PartyClass::Person => &self.summary_fine_person,
            PartyClass::Unit => &self.summary_fine_unit,
        }
    }

    /// From which fine on the party may ask for a hearing.
    #[must_use]
    pub const fn hearing_fine(&self, party: PartyClass) -> &Sourced<Yuan> {
        match party {
            PartyClass::Person => &self.hearing_fine_person,
            PartyClass::Unit => &self.hearing_fine_unit,
        }
    }

    /// From which confiscated value on the party may ask for a hearing.
    #[must_use]
    pub const fn hearing_confiscation(&self, party: PartyClass) -> &Sourced<Yuan> {
        match party {
            PartyClass::Person => &self.hearing_confiscation_person,
            PartyClass::Unit => &self.hearing_confiscation_unit,
        }
    }

    /// From which fine on a decision needs the legal review.
    #[must_use]
    pub const fn review_fine(&self, party: PartyClass) -> &Sourced<Yuan> {
        match party {
            PartyClass::Person => &self.review_fine_person,
            PartyClass::Unit => &self.review_fine_unit,
        }
    }

    /// From which fine on the organ's heads must deliberate.
    #[must_use]
    pub const fn discussion_fine(&self, party: PartyClass) -> &Sourced<Yuan> {
        match party {
            PartyClass::Person => &self.discussion_fine_person,
            PartyClass::Unit => &self.discussion_fine_unit,
        }
    }

    /// How long a decision stays published.
    #[must_use]
    pub const fn publish_term(&self, party: PartyClass) -> &Sourced<PublicationTerm> {
        match party {
            PartyClass::Person => &self.publish_term_person,
            PartyClass::Unit => &self.publish_term_unit,
        }
    }
}
