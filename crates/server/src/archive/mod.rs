//! 归档: the file of each case, its sealed package, and the yearly transfer of files.

pub mod api;
pub mod audit;
pub mod bag;
mod films;
pub mod form;
mod growth;
pub mod pack;
pub mod pages;
pub mod party;
pub mod scan;
pub mod service;
mod show;
pub mod store;
pub mod tables;
pub mod transfer;
mod transfer_form;
mod transfer_web;
pub mod verbs;
pub mod web;
