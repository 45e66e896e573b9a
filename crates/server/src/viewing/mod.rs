//! 查阅: who looked at personal data of a case, recorded apart from it.

pub mod api;
pub mod audit;
pub mod recording;
pub mod service;
pub mod store;
pub mod verbs;
pub mod web;
