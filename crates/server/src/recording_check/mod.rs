//! 记录检查: draws, the ledger of playback, findings to their end, circulars, statistics.

mod access;
pub mod api;
pub mod audit;
pub mod form;
mod means;
pub mod service;
mod show;
mod signals;
pub mod statistics;
pub mod store;
pub mod tables;
pub mod verbs;
pub mod web;
