//! Commitments to one event: envelope, fields, publishable text, evidence.
//!
//! The exact bytes are described in the crate documentation.

mod event;
mod evidence;
mod many;
mod text;

pub use event::{
    ENTRY_LEN, ENTRY_VERSION, EventOpening, FieldOpening, OpenedField, OpenedValue, VerifiedEvent, entry,
    event_root, parse_entry,
};
pub use evidence::{
    CHUNK_LEN, CHUNK_TAG, ChunkTree, EvidenceHasher, EvidenceIdentity, EvidenceState, HalfDigest, StateError,
};
pub use many::{Events, Leaves};
pub use text::{Part, Segment, TextOpening, open_text, text_leaf};

use crate::hash::{Pair, pair, tag};

/// Commits to one field that is opened whole or stays withheld whole.
///
/// `salt` must be 32 fresh random bytes: it is what keeps a short value from being guessed.
/// A name has at most 65,535 bytes; field names are constants of the program, and a longer one
/// would be cut by the length prefix, so it is hashed under its true length as u16 saturated and
/// can never be opened (see [`EventOpening::verify`], which refuses it).
pub fn field_leaf(name: &str, salt: &[u8; 32], bytes: &[u8]) -> Pair {
    pair(&[&[tag::FIELD], &name_len(name), name.as_bytes(), salt, bytes])
}

/// Big-endian byte length of a field name.
pub(crate) fn name_len(name: &str) -> [u8; 2] {
    u16::try_from(name.len()).unwrap_or(u16::MAX).to_be_bytes()
}

/// Whether a field name can be opened: 1 to 65,535 bytes.
pub(crate) fn name_is_valid(name: &str) -> bool {
    !name.is_empty() && u16::try_from(name.len()).is_ok()
}
