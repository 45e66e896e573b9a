//! 销毁: the approved destruction of what is no longer kept.

pub mod api;
pub mod audit;
pub mod service;
pub mod store;
pub mod verbs;
pub mod web;
