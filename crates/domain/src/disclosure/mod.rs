//! 公示: the publication of one decision on one party as a matter of its own.
//!
//! A copy is prepared by the handling unit, checked by the legal unit and
//! published by the office: three different people (国办发〔2018〕118号 二). The copy
//! shows characters of the original and marks, nothing else ([`redact`]); a
//! [`scan`] stops what looks like personal data at the check and again at the
//! publication. Withdrawal takes the content away at once and leaves a
//! tombstone. Timeliness goes by the day of recording.
//!
//! This module does not know the case: what the case says comes in as
//! [`SourceFacts`], and the service reads them with their versions.

mod command;
mod content;
mod decide;
mod guards;
mod persons;
mod procedure;
mod redact;
mod rules;
mod scan;
mod state;
#[cfg(test)]
mod tests;
mod words;

pub use command::{Command, Preparing, PublicationEvent};
pub use content::{
    DecisionEnd, Imported, Inspection, NoteScan, PublicDecision, ResultItem, ShownOfficer, SourceFacts,
    SourceRef, inspect, scan_note,
};
pub use decide::{Facts, OtherPublication, actions, decide, gate};
pub use persons::{COMPOUND_SURNAMES, KnownPerson, public_name};
pub use procedure::{NOT_PUBLIC, Progress, RailStep, Step, rail, row, table as procedure_table, timeliness};
pub use redact::{Mark, Masked, RedactionRule, Uncovered, Withheld, table as redaction_table};
pub use rules::{DisclosureRules, Punctuality, TermRule, Timeliness};
pub use scan::{Finding, Hit, ScanRule, scan, shapes};
pub use state::{Annotation, Draft, Exemption, Live, Publication, Tombstone};
pub use words::*;
