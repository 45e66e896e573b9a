//! What other features see of recordings in lists.

pub use super::store::{
    DevicePiece, Filter, Line, Overdue, holding, list, of_case, of_family, old, overdue, piece, roots_behind,
    stored, stored_behind, with_devices,
};
