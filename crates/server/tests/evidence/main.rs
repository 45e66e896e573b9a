//! The evidence store behind HTTP: the upload protocol, ranges, checks, and what survives.
#![allow(dead_code, clippy::manual_async_fn)] // the house of the stories
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../support/mod.rs"]
mod support;

#[path = "../office/office.rs"]
mod office;

#[path = "../../../vault/tests/common/bucket.rs"]
mod server;

mod bucket;
mod client;
mod content;
mod crash;
mod house;
mod keys;
mod protocol;
mod rivals;
mod watch;
