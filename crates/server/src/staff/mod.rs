//! People and organs: sign-in, one's own account, staff, roles, certificates.

pub mod account;
pub mod actions;
pub mod api;
mod api_account;
mod api_organ;
pub mod audit;
pub mod console;
mod describe;
pub mod entry;
pub mod service;
pub mod store;
pub mod web;
