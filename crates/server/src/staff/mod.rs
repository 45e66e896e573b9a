//! People and organs: sign-in, one's own account, staff, roles, certificates.

pub mod account;
pub mod actions;
pub mod api;
pub mod audit;
pub mod console;
pub mod entry;
pub mod service;
pub mod store;
pub mod web;
