//! Identity of a piece of evidence, computed as its bytes arrive.

use serde::{Deserialize, Serialize};
use sha2::Digest;
use sha2::Sha256;
use sha2::digest::common::hazmat::{SerializableState, SerializedState};
use sm3::Sm3;
use thiserror::Error;

use crate::hash::{self, Pair, b64_bytes, pair, tag};

/// Bytes of a chunk: 1 MiB. The last chunk of a file may be shorter, never empty.
pub const CHUNK_LEN: usize = 1 << 20;

/// The byte that stands before each chunk in its leaf. For whoever computes leaves side by side.
pub const CHUNK_TAG: u8 = tag::CHUNK;

/// Bytes of a block of both hash functions.
const BLOCK_LEN: u64 = 64;

/// Blocks of a whole chunk.
const CHUNK_BLOCKS: u64 = CHUNK_LEN as u64 / BLOCK_LEN;

/// What identifies a piece of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceIdentity {
    /// Length in bytes.
    pub length: u64,
    /// Merkle roots over the 1 MiB chunks and the length: the identity.
    pub root: Pair,
    /// Digests of the whole file, as any common tool prints them.
    pub file: Pair,
}

/// The right edge of the tree over the chunks seen so far: the roots of its perfect subtrees,
/// largest first. Constant in size, however long the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChunkTree {
    chunks: u64,
    peaks: Vec<Pair>,
}

impl ChunkTree {
    /// Number of chunks taken.
    pub fn chunks(&self) -> u64 {
        self.chunks
    }

    /// Takes the leaf of the next chunk: `H(0x18 ‖ chunk)` under both functions.
    pub fn push(&mut self, leaf: Pair) {
        let mut node = leaf;
        // Two perfect subtrees of one size become one; the binary digits of the count say when.
        for _ in 0..self.chunks.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                node = hash::node(tag::CHUNK_NODE, &left, &node);
            }
        }
        self.peaks.push(node);
        self.chunks += 1;
    }

    /// Top node of the tree; for no chunks, the hash of the empty string.
    fn top(&self) -> Pair {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return hash::tree(tag::CHUNK_NODE, &[]) };
        peaks.fold(*last, |right, left| hash::node(tag::CHUNK_NODE, left, &right))
    }

    /// Whether count and subtrees agree.
    fn is_whole(&self) -> bool {
        // A list of at most 64.
        self.peaks.len() as u32 == self.chunks.count_ones()
    }
}

/// Both hash functions stopped in the middle of the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HalfDigest {
    /// State words of SHA-256 after the whole blocks.
    pub sha256: [u32; 8],
    /// State words of SM3 after the whole blocks.
    pub sm3: [u32; 8],
    /// Bytes after the last whole block: fewer than 64, and content, to be kept as such.
    #[serde(with = "b64_bytes")]
    pub rest: Vec<u8>,
}

/// Everything an [`EvidenceHasher`] knows, as plain data. It does not depend on how a hash
/// library lays out its memory, so that it can be kept on disk with an unfinished upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceState {
    /// Bytes seen.
    pub length: u64,
    /// The whole chunks.
    pub tree: ChunkTree,
    /// The digests of the whole file.
    pub file: HalfDigest,
    /// The digests of the open chunk behind its tag; none between two chunks.
    pub chunk: Option<HalfDigest>,
}

impl Default for EvidenceState {
    fn default() -> Self {
        EvidenceHasher::new().state()
    }
}

/// A kept state that no bytes can have led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("保存的摘要计算状态前后不符，不能接续")]
pub struct StateError;

/// Hashes evidence in one pass, in constant memory.
pub struct EvidenceHasher {
    length: u64,
    file: Both,
    chunk: Both,
    filled: usize,
    tree: ChunkTree,
}

impl Default for EvidenceHasher {
    fn default() -> Self {
        Self::new()
    }
}

impl EvidenceHasher {
    /// A hasher that has seen no bytes.
    pub fn new() -> Self {
        Self { length: 0, file: Both::default(), chunk: Both::chunk(), filled: 0, tree: ChunkTree::default() }
    }

    /// Goes on where [`EvidenceHasher::state`] stopped.
    ///
    /// # Errors
    /// [`StateError`] when the parts of the state contradict each other.
    pub fn resume(state: &EvidenceState) -> Result<Self, StateError> {
        let chunk_len = CHUNK_LEN as u64;
        if state.tree.chunks != state.length / chunk_len || !state.tree.is_whole() {
            return Err(StateError);
        }
        // Below the length of a chunk.
        let filled = (state.length % chunk_len) as usize;
        let chunk = match &state.chunk {
            None if filled == 0 => Both::chunk(),
            Some(half) if filled > 0 => Both::resume(half, filled as u64 + 1)?,
            None | Some(_) => return Err(StateError),
        };
        let file = Both::resume(&state.file, state.length)?;
        Ok(Self { length: state.length, file, chunk, filled, tree: state.tree.clone() })
    }

    /// Where the hasher stands, to be kept together with the bytes it has seen.
    pub fn state(&self) -> EvidenceState {
        EvidenceState {
            length: self.length,
            tree: self.tree.clone(),
            file: self.file.half(self.length),
            chunk: (self.filled > 0).then(|| self.chunk.half(self.filled as u64 + 1)),
        }
    }

    /// Takes the next bytes; how the caller cuts them does not matter.
    pub fn update(&mut self, mut bytes: &[u8]) {
        self.file.update(bytes);
        // A slice length fits u64.
        self.length += bytes.len() as u64;
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK_LEN - self.filled));
            self.chunk.update(now);
            self.filled += now.len();
            if self.filled == CHUNK_LEN {
                self.close_chunk();
            }
            bytes = later;
        }
    }

    /// The identity of everything seen.
    pub fn finish(mut self) -> EvidenceIdentity {
        if self.filled > 0 {
            self.close_chunk();
        }
        let top = self.tree.top();
        let length = self.length.to_be_bytes();
        EvidenceIdentity {
            length: self.length,
            root: Pair {
                sha256: pair(&[&[tag::EVIDENCE_ROOT], &length, &top.sha256]).sha256,
                sm3: pair(&[&[tag::EVIDENCE_ROOT], &length, &top.sm3]).sm3,
            },
            file: self.file.finish(),
        }
    }

    fn close_chunk(&mut self) {
        self.tree.push(std::mem::replace(&mut self.chunk, Both::chunk()).finish());
        self.filled = 0;
    }
}

impl EvidenceState {
    /// The state after `leaves` more whole chunks, whose bytes brought the digests of the whole
    /// file to the words `sha256` and `sm3`. For whoever computes them in parallel.
    ///
    /// # Errors
    /// [`StateError`] when this state is not between two chunks.
    pub fn advance(
        mut self,
        leaves: impl IntoIterator<Item = Pair>,
        sha256: [u32; 8],
        sm3: [u32; 8],
    ) -> Result<Self, StateError> {
        if self.chunk.is_some() || !self.file.rest.is_empty() {
            return Err(StateError);
        }
        leaves.into_iter().for_each(|leaf| self.tree.push(leaf));
        self.length = self.tree.chunks * CHUNK_LEN as u64;
        (self.file.sha256, self.file.sm3) = (sha256, sm3);
        Ok(self)
    }

    /// Whole blocks of 64 bytes that the digests of the whole file have taken.
    pub fn blocks(&self) -> u64 {
        self.tree.chunks * CHUNK_BLOCKS + self.length % CHUNK_LEN as u64 / BLOCK_LEN
    }
}

/// Both functions over the same bytes.
#[derive(Default)]
struct Both(Sha256, Sm3);

impl Both {
    fn chunk() -> Self {
        Self(Sha256::new_with_prefix([tag::CHUNK]), Sm3::new_with_prefix([tag::CHUNK]))
    }

    fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
        self.1.update(bytes);
    }

    fn finish(self) -> Pair {
        Pair { sha256: self.0.finalize().into(), sm3: self.1.finalize().into() }
    }

    /// State words and the `taken % 64` bytes that wait.
    fn half(&self, taken: u64) -> HalfDigest {
        let (sha, sm) = (self.0.serialize(), self.1.serialize());
        // Below 64.
        let rest = (taken % BLOCK_LEN) as usize;
        HalfDigest { sha256: words(&sha), sm3: words(&sm), rest: sha[layout::REST..][..rest].to_vec() }
    }

    fn resume(half: &HalfDigest, taken: u64) -> Result<Self, StateError> {
        if half.rest.len() as u64 != taken % BLOCK_LEN {
            return Err(StateError);
        }
        Ok(Self(rebuild(&half.sha256, taken, &half.rest)?, rebuild(&half.sm3, taken, &half.rest)?))
    }
}

/// How the pinned hash libraries write a state down: eight words and the number of blocks, little
/// endian, then the number of waiting bytes and these. A test compares it with real states.
mod layout {
    pub const BLOCKS: usize = 32;
    pub const COUNT: usize = 40;
    pub const REST: usize = 41;
}

fn words(state: &[u8]) -> [u32; 8] {
    let (words, _) = state.as_chunks::<4>();
    std::array::from_fn(|at| u32::from_le_bytes(words[at]))
}

fn rebuild<D: SerializableState>(words: &[u32; 8], taken: u64, rest: &[u8]) -> Result<D, StateError> {
    let mut state = SerializedState::<D>::default();
    for (out, word) in state[..layout::BLOCKS].as_chunks_mut::<4>().0.iter_mut().zip(words) {
        *out = word.to_le_bytes();
    }
    state[layout::BLOCKS..layout::COUNT].copy_from_slice(&(taken / BLOCK_LEN).to_le_bytes());
    // Fewer than 64 bytes wait.
    state[layout::COUNT] = rest.len() as u8;
    state[layout::REST..][..rest.len()].copy_from_slice(rest);
    D::deserialize(&state).map_err(|_| StateError)
}
