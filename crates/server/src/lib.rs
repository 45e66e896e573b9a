//! The one program of 明镜: database, write path, pages, API, ledger.

pub mod calendar;
pub mod case;
pub mod cli;
pub mod disclosure;
pub mod erasure;
pub mod features;
pub mod field;
pub mod informant;
pub mod kit;
pub mod ledger;
pub mod ops;
pub mod record;
pub mod staff;
pub mod viewing;
