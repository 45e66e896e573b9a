//! What recordings see of lists for destruction.

pub use super::store::running;
