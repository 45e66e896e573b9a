//! 举报人: the identity of an informant, apart from the case.

pub mod api;
pub mod audit;
pub mod service;
pub mod web;
