//! The audit against a seeded county: silent on what was lawfully done, and
//! naming everything else.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod faults;
mod seeding;
#[path = "../support/mod.rs"]
mod support;
