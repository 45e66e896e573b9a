//! 执法记录设备: the ledger of devices that record enforcement.

pub mod api;
pub mod audit;
pub mod service;
pub mod store;
pub mod tables;
pub mod verbs;
pub mod view;
pub mod web;
