//! What every feature stands on: the database, the one write path, projections,
//! the HTTP shell, sign-in, authorization and the components of pages.

pub mod app;
pub mod assets;
pub mod auth;
pub mod authz;
pub mod authz_case;
pub mod blob;
pub mod clock;
pub mod config;
pub mod db;
pub mod draft;
pub mod entropy;
pub mod error;
pub mod event;
pub(crate) mod flush;
pub mod form;
pub mod gallery;
pub mod http;
pub mod jobs;
pub mod limits;
pub mod login;
pub mod metrics;
pub mod openapi;
pub mod page;
pub mod password;
pub mod problem;
pub mod projection;
pub mod read;
pub mod registry;
pub mod schema;
pub mod throttle;
pub mod token;
pub mod ui;
pub(crate) mod work;
pub mod write;
