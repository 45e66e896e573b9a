//! 归档: the file of a case, and the yearly transfer of files to the archives.
//!
//! One case, one file (住房和城乡建设行政处罚程序规定第四十条). The [`catalogue`] is computed
//! from the case's state, its evidence and its recordings; what the state cannot know (pages
//! of evidence, papers from outside, marks of secrecy, notes) is said on the file's own
//! stream, which never moves the case's version. The term for archiving and the retention
//! stay where they were: with the case ([`crate::case::clock`], 归档).

pub mod catalogue;
mod check;
mod cover;
mod decide;
mod file;
mod order;
mod supplement;
#[cfg(test)]
mod tests;
pub mod transfer;
mod words;

pub use catalogue::{Item, Recorded, Responsible, Row, Title, extent, number, rows, unfiled};
pub use check::{Lack, Need, check, left_by, needs};
pub use cover::{BackSheet, Cover, Disposed, Outcome, Supplemented, back_sheet, cover};
pub use decide::{FileFacts, decide};
pub use file::{CaseFile, Explained, FileCommand, FileEvent, Late, Package, Paper, Sealed};
pub use order::{DECISION_FIRST, EIGHT, Sort, heading, place};
pub use supplement::{
    Counted, Growth, HandedIn, List, Part, Span, growth, lacking, limit, lists, outgrown, part_rows, ready,
};
pub use words::*;
