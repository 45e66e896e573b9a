//! The two hash functions and the domain tags of everything this crate commits to.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sm3::Sm3;

/// First byte of every hash input of the crate outside the public log tree.
/// RFC 6962 uses 0x00 and 0x01 for the log itself, so ours start at 0x10 and no
/// input of one kind can be read as an input of another.
pub(crate) mod tag {
    /// Envelope leaf of an event.
    pub const ENVELOPE: u8 = 0x10;
    /// Salted leaf of a field that is opened whole or not at all.
    pub const FIELD: u8 = 0x11;
    /// Leaf of a publishable text (over its character tree).
    pub const TEXT: u8 = 0x12;
    /// One character of a publishable text.
    pub const CHARACTER: u8 = 0x13;
    /// Inner node of a character tree.
    pub const TEXT_NODE: u8 = 0x14;
    /// Derivation of child seeds and of the text salt.
    pub const SEED: u8 = 0x15;
    /// Inner node of an event tree.
    pub const EVENT_NODE: u8 = 0x16;
    /// Event root: leaf count and top node.
    pub const EVENT_ROOT: u8 = 0x17;
    /// One chunk of a piece of evidence.
    pub const CHUNK: u8 = 0x18;
    /// Inner node of a chunk tree.
    pub const CHUNK_NODE: u8 = 0x19;
    /// Evidence root: byte length and top node.
    pub const EVIDENCE_ROOT: u8 = 0x1a;
}

/// The same bytes under SHA-256 (FIPS 180-4) and under SM3 (GB/T 32905-2016).
/// A commitment holds as long as either function resists collisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// SHA-256 digest, 32 bytes; base64 in JSON.
    #[serde(with = "b64_array")]
    pub sha256: [u8; 32],
    /// SM3 digest, 32 bytes; base64 in JSON.
    #[serde(with = "b64_array")]
    pub sm3: [u8; 32],
}

/// Hashes the concatenation of `parts` with both functions.
pub(crate) fn pair(parts: &[&[u8]]) -> Pair {
    let mut sha = Sha256::new();
    let mut sm = Sm3::new();
    for part in parts {
        sha.update(part);
        sm.update(part);
    }
    Pair { sha256: sha.finalize().into(), sm3: sm.finalize().into() }
}

/// Hashes the concatenation of `parts` with SHA-256 alone.
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update(part);
    }
    sha.finalize().into()
}

/// Hashes the concatenation of `parts` with SM3 alone.
pub(crate) fn sm3(parts: &[&[u8]]) -> [u8; 32] {
    let mut sm = Sm3::new();
    for part in parts {
        sm.update(part);
    }
    sm.finalize().into()
}

/// Inner node: `tag ‖ left ‖ right`, once with each function's own digests.
pub(crate) fn node(tag: u8, left: &Pair, right: &Pair) -> Pair {
    let mut sha = Sha256::new();
    sha.update([tag]);
    sha.update(left.sha256);
    sha.update(right.sha256);
    let mut sm = Sm3::new();
    sm.update([tag]);
    sm.update(left.sm3);
    sm.update(right.sm3);
    Pair { sha256: sha.finalize().into(), sm3: sm.finalize().into() }
}

/// The left part of an RFC 6962 split: the largest power of two below `n`. Needs `n >= 2`.
pub(crate) fn split_point(n: u64) -> u64 {
    debug_assert!(n >= 2);
    1 << (n - 1).ilog2()
}

/// Top node of the RFC 6962 shaped tree over `leaves`, inner nodes under `tag`;
/// for no leaves, the hash of the empty string.
pub(crate) fn tree(tag: u8, leaves: &[Pair]) -> Pair {
    match leaves {
        [] => pair(&[]),
        [one] => *one,
        many => {
            // A slice length fits u64, and the split point is below it.
            let (left, right) = many.split_at(split_point(many.len() as u64) as usize);
            node(tag, &tree(tag, left), &tree(tag, right))
        }
    }
}

/// 32 bytes as standard base64 in JSON; anything not canonical is refused.
pub(crate) mod b64_array {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(bytes: &[u8; 32], out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<[u8; 32], D::Error> {
        let text = String::deserialize(input)?;
        let bytes = STANDARD.decode(text).map_err(D::Error::custom)?;
        bytes.try_into().map_err(|_| D::Error::custom("a digest has 32 bytes"))
    }
}

/// Bytes of any length as standard base64 in JSON.
pub(crate) mod b64_bytes {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(bytes: &[u8], out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(input)?;
        STANDARD.decode(text).map_err(D::Error::custom)
    }
}

/// A list of 32-byte hashes as base64 strings in JSON.
pub(crate) mod b64_list {
    use super::b64_array;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct One(#[serde(with = "b64_array")] [u8; 32]);

    pub fn serialize<S: Serializer>(list: &[[u8; 32]], out: S) -> Result<S::Ok, S::Error> {
        out.collect_seq(list.iter().map(|hash| One(*hash)))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<[u8; 32]>, D::Error> {
        Ok(Vec::<One>::deserialize(input)?.into_iter().map(|one| one.0).collect())
    }
}
