//! Documents: filled from a synthetic case, rendered, stored, verified.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../support/mod.rs"]
mod support;

mod filling;
mod making;
mod stream;
