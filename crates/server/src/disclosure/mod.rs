//! 公示: publications of decisions, the office's pages for them, and the public portal.
//!
//! What the public reads is a view of [`mingjing_domain::disclosure::Publication`]:
//! pages, feed, JSON and search all read the same rows, which lose the content in
//! the transaction that withdraws it.

pub mod api;
pub mod audit;
pub mod copies;
mod describe;
pub mod edit;
pub mod office;
pub mod portal;
pub mod proof;
pub mod service;
pub mod source;
pub mod store;
pub mod subjects;
pub mod tables;
pub mod verbs;
pub mod view;
