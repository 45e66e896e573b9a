//! The one program of 明镜: database, write path, pages, API, ledger.

pub mod archive;
pub mod calendar;
pub mod case;
pub mod cli;
mod cli_verify;
pub mod device;
pub mod disclosure;
pub mod disposal;
pub mod erasure;
pub mod evidence;
pub mod features;
pub mod field;
pub mod informant;
pub mod kit;
pub mod ledger;
pub mod machine_text;
pub mod ops;
pub mod record;
pub mod recording;
pub mod recording_check;
pub mod recording_view;
pub mod staff;
pub mod viewing;
pub mod viewing_grant;
