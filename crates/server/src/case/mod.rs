//! 案件: penalty cases.

pub mod facts;
pub mod service;
pub mod store;
pub mod tables;
