//! Codes, numbers and amounts as Chinese administration writes them.

mod numeral;

pub use numeral::numeral;
