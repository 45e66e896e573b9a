//! 案件: penalty cases.

pub mod audit;
pub mod facts;
pub mod service;
pub mod store;
pub mod tables;
