//! What every feature stands on: the database, the one write path, projections.

pub mod app;
pub mod clock;
pub mod db;
pub mod entropy;
pub mod error;
pub mod event;
mod flush;
pub mod projection;
pub mod read;
pub mod registry;
pub mod schema;
mod session;
pub mod write;
