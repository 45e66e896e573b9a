//! 销毁清册: the only way the content of recordings goes.

pub mod api;
pub mod audit;
pub mod service;
pub mod store;
pub mod tables;
pub mod verbs;
pub mod view;
pub mod web;
