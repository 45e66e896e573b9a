//! What other features see of the ledger of devices.

pub use super::store::{Filter, Line, list};
