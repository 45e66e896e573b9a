//! The write path, the ledger and operation, on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../support/mod.rs"]
mod support;

mod cost;
mod crash;
mod jobs;
mod log;
mod operation;
mod tamper;
mod writing;
