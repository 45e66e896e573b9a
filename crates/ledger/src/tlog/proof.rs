//! Making roots and proofs from stored tile hashes.

use thiserror::Error;

use super::{EMPTY_ROOT, Frontier, Hash, TILE_WIDTH, node_hash, tile::items_at};
use crate::hash::split_point;

/// Where tile hashes are stored.
///
/// Level `k` holds, at position `n`, the root of the leaves `n·256^k .. (n+1)·256^k`.
pub trait HashSource {
    /// What reading can fail with.
    type Error;

    /// Exactly `count` hashes of tile level `level` from position `start`.
    ///
    /// The functions of this module ask for one tile at a time: `start` is a multiple of 256 and
    /// `count` is 1 to 256, so that [`Tile::new`](super::Tile::new) of `level`, `start / 256` and
    /// `count` names the file that answers.
    ///
    /// # Errors
    /// Whatever storage reports; missing hashes are an error too.
    fn hashes(&self, level: u8, start: u64, count: usize) -> Result<Vec<Hash>, Self::Error>;
}

/// Why a proof cannot be made.
#[derive(Debug, Error)]
pub enum ProofError<E> {
    /// Storage failed.
    #[error("读取账本分块失败")]
    Source(E),
    /// Storage returned another number of hashes than asked.
    #[error("账本分块应返回 {want} 个散列值，实有 {got} 个")]
    Short {
        /// Hashes asked.
        want: usize,
        /// Hashes returned.
        got: usize,
    },
    /// The index or the sizes name nothing that can be proved.
    #[error("所要的证明超出账本范围")]
    OutOfRange,
}

/// Root of the first `size` leaves.
///
/// # Errors
/// [`ProofError::Source`], [`ProofError::Short`].
pub fn root_at<S: HashSource>(size: u64, source: &S) -> Result<Hash, ProofError<S::Error>> {
    if size == 0 {
        return Ok(EMPTY_ROOT);
    }
    Reader::new(source, size).range(0, size)
}

/// Right edge of the first `size` leaves, to go on appending from there or to re-derive the root
/// from the leaves that follow.
///
/// # Errors
/// [`ProofError::Source`], [`ProofError::Short`].
pub fn frontier_at<S: HashSource>(size: u64, source: &S) -> Result<Frontier, ProofError<S::Error>> {
    let mut reader = Reader::new(source, size);
    let (mut low, mut hashes) = (0, Vec::new());
    for height in (0..u64::BITS).rev().filter(|height| size >> height & 1 == 1) {
        hashes.push(reader.perfect(low, height)?);
        low += 1 << height;
    }
    // One hash was read for each set bit, so the shape always fits.
    Frontier::new(size, hashes).map_err(|_| ProofError::OutOfRange)
}

/// Audit path of leaf `index` in the tree of `size` leaves, from the leaf upwards.
///
/// # Errors
/// [`ProofError::OutOfRange`] unless `index < size`; storage errors.
pub fn inclusion_proof<S: HashSource>(
    index: u64,
    size: u64,
    source: &S,
) -> Result<Vec<Hash>, ProofError<S::Error>> {
    if index >= size {
        return Err(ProofError::OutOfRange);
    }
    let mut reader = Reader::new(source, size);
    let (mut low, mut high) = (0, size);
    let mut proof = Vec::new();
    while high - low > 1 {
        let middle = low + split_point(high - low);
        if index < middle {
            proof.push(reader.range(middle, high)?);
            high = middle;
        } else {
            proof.push(reader.range(low, middle)?);
            low = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// Proof that the tree of `to` leaves extends the tree of `from` leaves.
///
/// # Errors
/// [`ProofError::OutOfRange`] unless `0 < from <= to`; storage errors.
pub fn consistency_proof<S: HashSource>(
    from: u64,
    to: u64,
    source: &S,
) -> Result<Vec<Hash>, ProofError<S::Error>> {
    if from == 0 || from > to {
        return Err(ProofError::OutOfRange);
    }
    let mut reader = Reader::new(source, to);
    let (mut low, mut high) = (0, to);
    let mut proof = Vec::new();
    while high != from {
        let middle = low + split_point(high - low);
        if from <= middle {
            proof.push(reader.range(middle, high)?);
            high = middle;
        } else {
            proof.push(reader.range(low, middle)?);
            low = middle;
        }
    }
    // The verifier knows the old root; only a smaller common subtree has to be told.
    if low > 0 {
        proof.push(reader.range(low, high)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Reads each tile at most once per proof.
struct Reader<'a, S> {
    source: &'a S,
    size: u64,
    tiles: Vec<(u8, u64, Vec<Hash>)>,
}

impl<'a, S: HashSource> Reader<'a, S> {
    fn new(source: &'a S, size: u64) -> Self {
        Self { source, size, tiles: Vec::new() }
    }

    /// Root of the leaves `low..high`, a node of an RFC 6962 tree: perfect subtrees of falling
    /// size from the left.
    fn range(&mut self, low: u64, high: u64) -> Result<Hash, ProofError<S::Error>> {
        let len = high - low;
        if len.is_power_of_two() {
            return self.perfect(low, len.ilog2());
        }
        let middle = low + split_point(len);
        let left = self.perfect(low, (middle - low).ilog2())?;
        let right = self.range(middle, high)?;
        Ok(node_hash(&left, &right))
    }

    /// Root of the `2^height` leaves from `low`, which is a multiple of that.
    fn perfect(&mut self, low: u64, height: u32) -> Result<Hash, ProofError<S::Error>> {
        // Heights are below 64, so the tile level is below 8.
        let level = (height / 8) as u8;
        let count = 1_usize << (height % 8);
        let start = low >> (8 * u32::from(level));
        let width = u64::from(TILE_WIDTH);
        let tile = self.tile(level, start / width)?;
        let from = (start % width) as usize;
        let hashes =
            tile.get(from..from + count).ok_or(ProofError::Short { want: from + count, got: tile.len() })?;
        Ok(fold(hashes))
    }

    fn tile(&mut self, level: u8, index: u64) -> Result<&[Hash], ProofError<S::Error>> {
        let known = self.tiles.iter().position(|(l, i, _)| (*l, *i) == (level, index));
        let position = match known {
            Some(position) => position,
            None => {
                let start = index * u64::from(TILE_WIDTH);
                let left = items_at(level, self.size).saturating_sub(start);
                let want = left.min(u64::from(TILE_WIDTH)) as usize;
                let hashes = self.source.hashes(level, start, want).map_err(ProofError::Source)?;
                if hashes.len() != want {
                    return Err(ProofError::Short { want, got: hashes.len() });
                }
                self.tiles.push((level, index, hashes));
                self.tiles.len() - 1
            }
        };
        Ok(&self.tiles[position].2)
    }
}

/// Root of a power of two of hashes.
fn fold(hashes: &[Hash]) -> Hash {
    match hashes {
        [one] => *one,
        many => {
            let (left, right) = many.split_at(many.len() / 2);
            node_hash(&fold(left), &fold(right))
        }
    }
}
