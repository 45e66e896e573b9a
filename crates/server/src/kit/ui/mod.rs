//! Components of pages. Pages of features are built from these and nothing else.

pub mod act;
pub mod due;
pub mod field;
pub mod rail;
pub mod show;
pub mod stream;
pub mod table;
