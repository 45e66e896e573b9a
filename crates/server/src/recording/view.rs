//! What other features see of recordings in lists.

pub use super::store::{Filter, Line, Overdue, list, of_case, of_family, old, overdue};
