//! Pages, API and sign-in through the real router, with a clock that moves on purpose.
#![allow(clippy::type_complexity, clippy::unnecessary_literal_unwrap)] // tables of cases; a panic on purpose
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../support/mod.rs"]
mod support;

mod authorization;
mod desk;
mod ending;
mod forgery;
mod new_password;
mod resend;
mod session;
mod shell;
mod staff;
