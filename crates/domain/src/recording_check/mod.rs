//! 记录检查: playback of recordings drawn by lot, conduct, use of devices, and what comes of
//! what is found.
//!
//! A draw commits first to the population and to a public value of the future, so that nobody
//! chooses and anybody can draw again ([`sample`]). Findings are one of the six prohibited
//! acts (行政执法全过程记录制度第二十三条), told by the data ([`detect`]) or by a person, verified
//! by a person, and handled to the end that their gravity asks for. [`stats`] and [`report`]
//! are pure functions over rows; the server reads the rows.

mod decide;
pub mod detect;
mod event;
mod handling;
pub mod report;
pub mod sample;
mod state;
pub mod stats;
#[cfg(test)]
mod tests;
pub mod usage;
mod words;

pub use decide::{Candidate, CheckFacts, Checkpoint, MAX_POPULATION, decide, population, redraw};
pub use event::*;
pub use state::{Check, Drawn, Finding, Ordered, Planned};
pub use words::{
    BeaconKind, CheckKind, Discipline, Gravity, Mark, Phase, Point, ProhibitedAct, Signal, Stage, Verb,
    Verdict,
};
