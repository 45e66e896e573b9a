//! What every feature stands on: the database, the one write path, projections.

pub mod app;
pub mod clock;
pub mod db;
pub mod entropy;
pub mod error;
pub mod event;
pub(crate) mod flush;
pub mod blob;
pub mod config;
pub mod jobs;
pub mod projection;
pub mod read;
pub mod registry;
pub mod schema;
pub(crate) mod work;
pub mod write;
