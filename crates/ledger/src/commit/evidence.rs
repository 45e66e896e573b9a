//! Identity of a piece of evidence, computed as its bytes arrive.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sm3::Sm3;

use crate::hash::{self, Pair, pair, tag};

/// Bytes of a chunk: 1 MiB. The last chunk of a file may be shorter, never empty.
pub const CHUNK_LEN: usize = 1 << 20;

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

/// Hashes evidence in one pass, holding one digest per 1 MiB and no content.
pub struct EvidenceHasher {
    length: u64,
    file: (Sha256, Sm3),
    chunk: (Sha256, Sm3),
    filled: usize,
    leaves: Vec<Pair>,
}

impl Default for EvidenceHasher {
    fn default() -> Self {
        Self::new()
    }
}

impl EvidenceHasher {
    /// A hasher that has seen no bytes.
    pub fn new() -> Self {
        Self {
            length: 0,
            file: (Sha256::new(), Sm3::new()),
            chunk: fresh_chunk(),
            filled: 0,
            leaves: Vec::new(),
        }
    }

    /// Takes the next bytes; how the caller cuts them does not matter.
    pub fn update(&mut self, mut bytes: &[u8]) {
        self.file.0.update(bytes);
        self.file.1.update(bytes);
        // A slice length fits u64.
        self.length += bytes.len() as u64;
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK_LEN - self.filled));
            self.chunk.0.update(now);
            self.chunk.1.update(now);
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
        let top = hash::tree(tag::CHUNK_NODE, &self.leaves);
        let length = self.length.to_be_bytes();
        EvidenceIdentity {
            length: self.length,
            root: Pair {
                sha256: pair(&[&[tag::EVIDENCE_ROOT], &length, &top.sha256]).sha256,
                sm3: pair(&[&[tag::EVIDENCE_ROOT], &length, &top.sm3]).sm3,
            },
            file: Pair { sha256: self.file.0.finalize().into(), sm3: self.file.1.finalize().into() },
        }
    }

    fn close_chunk(&mut self) {
        let (sha, sm) = std::mem::replace(&mut self.chunk, fresh_chunk());
        self.leaves.push(Pair { sha256: sha.finalize().into(), sm3: sm.finalize().into() });
        self.filled = 0;
    }
}

fn fresh_chunk() -> (Sha256, Sm3) {
    (Sha256::new_with_prefix([tag::CHUNK]), Sm3::new_with_prefix([tag::CHUNK]))
}
