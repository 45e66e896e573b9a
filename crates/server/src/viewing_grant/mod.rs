//! 查阅审批: approvals of looking at files and recordings, each use, copies for those
//! outside, loans; and the one door through which a document or a recording is looked at.

pub mod api;
pub mod audit;
pub mod form;
pub mod look;
pub mod mask_form;
pub mod masks;
pub mod service;
mod show;
pub mod store;
pub mod tables;
pub mod taking;
pub mod verbs;
pub mod web;
