//! 现场: the page of those who enforce on the spot, with or without a network.
//!
//! The page's own files work alone in the browser (`crates/server/assets/field`); here
//! are its shell, its service worker and who is signed in.

pub mod api;
pub mod verbs;
pub mod web;
