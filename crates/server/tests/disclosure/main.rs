//! Publications through the real router: three pairs of hands, the public page,
//! its proof, and what is left after a withdrawal.
#![allow(clippy::items_after_test_module)] // each engine runs the same stories
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../support/mod.rs"]
mod support;

mod house;
mod life;
mod portal;
