//! 案件: penalty cases.

pub mod access;
pub mod api;
mod api_draft;
mod api_file;
pub mod audit;
pub mod body;
pub mod describe;
pub mod desk;
pub mod enforcement;
pub mod errata;
pub mod facts;
pub mod fields;
pub mod findings;
pub mod lists;
pub mod policies;
pub mod prefill;
pub mod service;
pub mod shape;
mod shape_enforcement;
pub mod store;
pub mod tables;
pub mod web;
pub mod words;
