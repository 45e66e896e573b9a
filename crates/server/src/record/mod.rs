//! 记录: the documents of a case, from the stream to the stored file.

pub mod check;
pub mod code;
pub mod copy;
pub mod files;
pub mod fill;
pub mod job;
pub mod office;
pub mod preflight;
pub mod service;
pub mod sheet;
pub mod store;
pub mod web;
pub mod wire;
