//! The public log: RFC 6962 hashing (SHA-256), its right edge, tiles and proofs.

mod frontier;
mod proof;
mod tile;
mod verify;

pub use frontier::{Appended, Frontier, FrontierError, TileHash};
pub use proof::{HashSource, ProofError, consistency_proof, frontier_at, inclusion_proof, root_at};
pub use tile::{
    BundleError, TILE_WIDTH, Tile, TileError, TileKind, decode_entries, decode_hashes, encode_entries,
    encode_hashes,
};
pub use verify::{root_from_inclusion, verify_consistency, verify_inclusion};

use crate::hash::sha256;

/// A node of the log tree.
pub type Hash = [u8; 32];

/// Root of the empty tree: the SHA-256 of nothing (RFC 6962, 2.1).
pub const EMPTY_ROOT: Hash = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27,
    0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];

/// Leaf hash of an entry: `SHA-256(0x00 ‖ entry)`.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    sha256(&[&[0x00], entry])
}

/// Inner node: `SHA-256(0x01 ‖ left ‖ right)`.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[0x01], left, right])
}
