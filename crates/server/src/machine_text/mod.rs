//! 机器识别文字: what machines write down of recordings, so that they can be found.
//!
//! Engines are the organ's own choice ([`config`]); without one nothing is queued. With the
//! acceptance of a piece a durable job is queued ([`jobs`]), which gives the bytes to the engine
//! ([`worker`]) and notes the text, or why there is none, as an event of the recording
//! (`crates/domain/src/recording/machine.rs`). The text is erasable; where the content of a
//! recording is destroyed it goes with it ([`store::forget`]), and its index at once.
//!
//! It shows content, so it goes through the same judge as the bytes ([`service`]): who recorded
//! the piece or handles its case sees it in the course of that work; for everybody else who may
//! look, opening it is a viewing, recorded before a word is shown. A search finds nothing that the
//! person may not look at, and shows words only to the former; others are told the recording.
//! Everywhere it says that a machine made it.

pub mod api;
pub mod config;
mod describe;
pub mod jobs;
pub mod service;
pub mod show;
pub mod store;
pub mod web;
pub mod worker;

/// What stands beside every text that a machine made.
pub const NOTICE: &str = "机器识别，可能有误，仅供检索；不是证据，也不是笔录、文书，以原始音像记录为准。";
