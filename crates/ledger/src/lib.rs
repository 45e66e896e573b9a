//! The public ledger as a pure library: commitments, the Merkle log, notes, proofs, verification.

pub mod bundle;
pub mod commit;
mod error;
mod hash;
pub mod note;
pub mod package;
pub mod pdf;
pub mod tlog;
pub mod vectors;

pub use error::VerifyError;
pub use hash::Pair;
