//! Cases through the real router: pages, forms and API, with a clock that moves on purpose.
#![allow(dead_code, clippy::manual_async_fn)] // the house of the stories
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../support/mod.rs"]
mod support;

mod afield;
mod browser;
mod bypass;
mod calendars;
mod completeness;
mod copies;
mod description;
mod erasures;
mod errata;
mod field;
mod films;
mod guards;
mod hostile;
mod informants;
mod keeping;
mod life_api;
mod life_form;
mod masks;
mod matrix;
mod office;
mod pages;
mod recordings;
mod steps;
mod supplement;
mod watched;
mod words;
