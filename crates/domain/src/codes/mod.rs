//! Codes, numbers and amounts as Chinese administration writes them.

mod amount;
mod document_number;
mod identity;
mod numeral;
mod region;
#[cfg(test)]
mod tests;

pub use amount::{MAX_FEN, capitals, format_wan, format_yuan, parse_yuan};
pub use document_number::{CounterKey, DocumentNumber};
pub use identity::{BankCard, CitizenId, Mobile, OrgCode, Sex, Uscc};
pub use numeral::numeral;
pub use region::{Region, RegionLevel, Regions};

/// Why a code, number or amount was refused. The page puts the message beside
/// the field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}：{reason}")]
pub struct CodeError {
    /// Which code, as the user reads it.
    pub what: &'static str,
    /// What is wrong and what is expected.
    pub reason: String,
}

impl CodeError {
    fn new(what: &'static str, reason: impl Into<String>) -> Self {
        Self { what, reason: reason.into() }
    }
}
