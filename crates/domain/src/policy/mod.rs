//! Policies: what differs between jurisdictions, as typed, sourced, dated values.
//!
//! Files (`policies/*.toml`) hold values of parameters declared in
//! [`PARAMETERS`]. A value has its own source, the days on which it is in force
//! and the moment at which it became known here, so an erratum rewrites nothing
//! that was computed before. [`PolicyBook::resolve`] goes national → province →
//! city → county → organ, at a reference day and as known at an instant. A value
//! that relaxes what statute fixes is refused when its file is loaded.

mod book;
mod params;
#[cfg(test)]
mod tests;
mod value;

pub use book::{Jurisdiction, Level, PolicyBook, PolicyError, RuleSetVersion, System};
pub use params::{PARAMETERS, Parameter, PolicySet, Statute, Stricter};
pub use value::{
    AvLink, Counters, Excludable, MonthDay, Optional, Percent, PublicationScope, PublicationTerm, PublishStep,
    Rank, Retention, ReviewStep, TakedownApproval, Term, Text, Value, Yuan,
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
