//! The right edge of the tree: all that an append needs to know.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{EMPTY_ROOT, Hash, node_hash};
use crate::hash::b64_list;

/// Roots of the perfect subtrees that make up a tree of `size` leaves, largest first
/// (one for each set bit of `size`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Frontier {
    size: u64,
    hashes: Vec<Hash>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    size: u64,
    #[serde(with = "b64_list")]
    hashes: Vec<Hash>,
}

impl From<Frontier> for Stored {
    fn from(frontier: Frontier) -> Self {
        Self { size: frontier.size, hashes: frontier.hashes }
    }
}

impl TryFrom<Stored> for Frontier {
    type Error = FrontierError;

    fn try_from(stored: Stored) -> Result<Self, FrontierError> {
        Self::new(stored.size, stored.hashes)
    }
}

/// Why stored bytes are not a right edge, or an append is impossible.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FrontierError {
    /// A tree of that size has another number of perfect subtrees.
    #[error("大小为 {size} 的账本右缘应有 {want} 个散列值，实有 {got} 个")]
    Shape {
        /// Leaves.
        size: u64,
        /// Hashes the size demands.
        want: usize,
        /// Hashes found.
        got: usize,
    },
    /// The bytes are cut or too long.
    #[error("账本右缘的字节数有误")]
    Length,
    /// 2^64 - 1 leaves are in the tree.
    #[error("账本已满")]
    Full,
}

/// A hash of tile level 1 or above that an append completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TileHash {
    /// Tile level, from 1.
    pub level: u8,
    /// Position within the level, from 0.
    pub index: u64,
    /// Root of the perfect subtree of 256^level leaves.
    pub hash: Hash,
}

/// What one append changes in storage, besides the leaf itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// Index of the new leaf, from 0.
    pub index: u64,
    /// Completed hashes of higher tile levels, lowest first; mostly empty.
    pub completed: Vec<TileHash>,
}

impl Frontier {
    /// A right edge from its stored parts.
    ///
    /// # Errors
    /// [`FrontierError::Shape`] when the number of hashes does not fit the size.
    pub fn new(size: u64, hashes: Vec<Hash>) -> Result<Self, FrontierError> {
        let want = size.count_ones() as usize;
        if hashes.len() == want {
            Ok(Self { size, hashes })
        } else {
            Err(FrontierError::Shape { size, want, got: hashes.len() })
        }
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The hashes, largest subtree first.
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// Adds a leaf hash. The caller stores the leaf at level 0 under the returned index, and
    /// each completed hash at its level.
    ///
    /// # Errors
    /// [`FrontierError::Full`] at 2^64 - 1 leaves.
    pub fn append(&mut self, leaf_hash: Hash) -> Result<Appended, FrontierError> {
        let index = self.size;
        let size = index.checked_add(1).ok_or(FrontierError::Full)?;
        let mut completed = Vec::new();
        let mut hash = leaf_hash;
        // Every trailing one bit of the old size closes one more perfect subtree.
        for height in 1..=index.trailing_ones() {
            let Some(left) = self.hashes.pop() else {
                return Err(FrontierError::Length);
            };
            hash = node_hash(&left, &hash);
            if height % 8 == 0 {
                // At most 64 / 8 levels, so the level fits u8.
                completed.push(TileHash { level: (height / 8) as u8, index: index >> height, hash });
            }
        }
        self.hashes.push(hash);
        self.size = size;
        Ok(Appended { index, completed })
    }

    /// Root of the tree.
    pub fn root(&self) -> Hash {
        let mut from_right = self.hashes.iter().rev();
        match from_right.next() {
            None => EMPTY_ROOT,
            Some(last) => from_right.fold(*last, |right, left| node_hash(left, &right)),
        }
    }

    /// Storage form: `size` as u64 big-endian, then the hashes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.size.to_be_bytes().to_vec();
        out.extend(self.hashes.iter().flatten());
        out
    }

    /// Reads the storage form.
    ///
    /// # Errors
    /// [`FrontierError::Length`] or [`FrontierError::Shape`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrontierError> {
        let (size, rest) = bytes.split_first_chunk::<8>().ok_or(FrontierError::Length)?;
        let (hashes, cut) = rest.as_chunks::<32>();
        if !cut.is_empty() {
            return Err(FrontierError::Length);
        }
        Self::new(u64::from_be_bytes(*size), hashes.to_vec())
    }
}
