//! Checking inclusion and consistency proofs (RFC 9162, 2.1.3.2 and 2.1.4.2).

use super::{Hash, node_hash};
use crate::VerifyError;

/// Hashes an inclusion proof must have: those inside the perfect part and those on the border.
fn inclusion_shape(index: u64, size: u64) -> (usize, usize) {
    let inner = u64::BITS - (index ^ (size - 1)).leading_zeros();
    let border = index.checked_shr(inner).unwrap_or(0).count_ones();
    (inner as usize, border as usize)
}

/// The root that an inclusion proof leads to.
///
/// # Errors
/// [`VerifyError::IndexOutOfRange`], [`VerifyError::ProofLength`].
pub fn root_from_inclusion(
    index: u64,
    size: u64,
    leaf_hash: &Hash,
    proof: &[Hash],
) -> Result<Hash, VerifyError> {
    if index >= size {
        return Err(VerifyError::IndexOutOfRange { index, size });
    }
    let (inner, border) = inclusion_shape(index, size);
    check_length(inner + border, proof.len())?;
    let (within, along) = proof.split_at(inner);
    let node = climb(*leaf_hash, within, index);
    Ok(along.iter().fold(node, |right, left| node_hash(left, &right)))
}

/// Checks that the leaf at `index` is in the tree of `size` leaves with that `root`.
///
/// # Errors
/// As [`root_from_inclusion`], and [`VerifyError::RootMismatch`].
pub fn verify_inclusion(
    index: u64,
    size: u64,
    leaf_hash: &Hash,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), VerifyError> {
    if root_from_inclusion(index, size, leaf_hash, proof)? == *root {
        Ok(())
    } else {
        Err(VerifyError::RootMismatch)
    }
}

/// Checks that the tree of `to` leaves extends the tree of `from` leaves.
///
/// A proof from the empty tree is refused: it would bind nothing (RFC 9162 asks 0 < from).
/// For equal sizes the proof is empty and the roots are equal.
///
/// # Errors
/// [`VerifyError::Shrunk`], [`VerifyError::EmptyTree`], [`VerifyError::ProofLength`],
/// [`VerifyError::OldRootMismatch`], [`VerifyError::RootMismatch`].
pub fn verify_consistency(
    from: u64,
    to: u64,
    proof: &[Hash],
    old_root: &Hash,
    new_root: &Hash,
) -> Result<(), VerifyError> {
    if from > to {
        return Err(VerifyError::Shrunk { from, to });
    }
    if from == 0 {
        return Err(VerifyError::EmptyTree);
    }
    if from == to {
        check_length(0, proof.len())?;
        return if old_root == new_root { Ok(()) } else { Err(VerifyError::RootMismatch) };
    }
    // The proof starts at the largest perfect subtree that ends the old tree; where that is the
    // whole old tree, its root is known and left out.
    let shift = from.trailing_zeros() as usize;
    let (inner, border) = inclusion_shape(from - 1, to);
    let inner = inner - shift;
    let (seed, rest) = if from.is_power_of_two() {
        (*old_root, proof)
    } else {
        let (first, rest) =
            proof.split_first().ok_or(VerifyError::ProofLength { want: inner + border + 1, got: 0 })?;
        (*first, rest)
    };
    let given = proof.len() - rest.len();
    check_length(inner + border + given, proof.len())?;
    let mask = (from - 1) >> shift;
    let (within, along) = rest.split_at(inner);
    let old = climb_right(seed, within, mask);
    let old = along.iter().fold(old, |right, left| node_hash(left, &right));
    if old != *old_root {
        return Err(VerifyError::OldRootMismatch);
    }
    let new = climb(seed, within, mask);
    let new = along.iter().fold(new, |right, left| node_hash(left, &right));
    if new == *new_root { Ok(()) } else { Err(VerifyError::RootMismatch) }
}

/// Hashes upwards; bit `i` of `path` says whether the node is a right child at height `i`.
fn climb(start: Hash, siblings: &[Hash], path: u64) -> Hash {
    siblings.iter().enumerate().fold(start, |node, (height, sibling)| {
        if path >> height & 1 == 0 { node_hash(&node, sibling) } else { node_hash(sibling, &node) }
    })
}

/// Hashes upwards with left siblings only: what lies to the right was not yet there.
fn climb_right(start: Hash, siblings: &[Hash], path: u64) -> Hash {
    siblings.iter().enumerate().fold(start, |node, (height, sibling)| {
        if path >> height & 1 == 0 { node } else { node_hash(sibling, &node) }
    })
}

fn check_length(want: usize, got: usize) -> Result<(), VerifyError> {
    if want == got { Ok(()) } else { Err(VerifyError::ProofLength { want, got }) }
}
