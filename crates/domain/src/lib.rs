//! The law as code.
//!
//! Everything here is pure: no clock, no randomness, no I/O. A command on a
//! matter is decided by a function of the matter's state, the command and the
//! facts of the moment; the outcome is a list of events or a [`refusal::Refusal`]
//! that names the article and what to do next. The same functions run when a
//! command arrives and when the audit replays it years later.

pub mod act_table;
pub mod archive;
pub mod calendar;
pub mod case;
pub mod cite;
pub mod codes;
pub mod device;
pub mod disclosure;
pub mod discretion_base;
pub mod documents;
pub mod due;
pub mod erasure;
pub mod informant;
pub mod matter;
pub mod organ;
pub mod period;
pub mod policy;
pub mod recording;
pub mod recording_check;
pub mod refusal;
pub mod secrecy;
pub mod staff;
pub mod text;
pub mod viewing;
pub mod viewing_grant;
