//! Both hash functions over many messages side by side.
//!
//! One digest is a chain of dependent steps that leaves a processor mostly idle, and no
//! processor of the common kind has instructions for SM3 as there are for SHA-256. Sixteen
//! messages at a time, each in a lane of its own, fill the vector units; with 512-bit
//! registers that is faster than the instructions for SHA-256 are, so both functions go
//! that way; with 256-bit registers SM3 alone does, eight at a time. The result is the same
//! digest, bit for bit.

#[cfg(target_arch = "x86_64")]
mod narrow;
#[cfg(target_arch = "x86_64")]
mod rounds;
#[cfg(target_arch = "x86_64")]
mod wide;

use pulp::{Arch, Simd, WithSimd};
use sha2::{Digest, Sha256};

use crate::hash::Pair;
use crate::sm3::{self, BLOCK};

/// Messages hashed at a time, at most.
const LANES: usize = 16;
/// Fewer messages than this are hashed one after the other: empty lanes cost as much as full ones.
const FEW: usize = 3;
/// Fewer messages than this the instructions for SHA-256 hash faster one after the other.
const FEW_SHA: usize = 6;

/// Messages as whole blocks of 64 bytes, padding (5.2) included; both functions pad alike.
pub(crate) trait Blocks {
    /// Blocks of a message.
    fn count(&self, at: usize) -> usize;
    /// One of them.
    fn block(&self, at: usize, n: usize) -> &[u8; BLOCK];
}

/// SM3 of `many` messages from `from` on, side by side where this processor can.
pub(crate) fn sm3_of<B: Blocks + ?Sized>(arch: Arch, of: &B, from: usize, many: usize) -> Vec<[u8; 32]> {
    let lanes = match arch {
        #[cfg(target_arch = "x86_64")]
        Arch::V4(_) => LANES,
        #[cfg(target_arch = "x86_64")]
        Arch::V3(_) => narrow::NARROW,
        _ => 1,
    };
    let mut out = Vec::with_capacity(many);
    for from in (from..from + many).step_by(lanes).map(|at| (at, lanes.min(from + many - at))) {
        out.extend_from_slice(&sm3_group(arch, of, from.0, from.1)[..from.1]);
    }
    out
}

/// SM3 of no more messages than this processor takes side by side.
fn sm3_group<B: Blocks + ?Sized>(arch: Arch, of: &B, from: usize, many: usize) -> [[u8; 32]; LANES] {
    #[cfg(target_arch = "x86_64")]
    match arch {
        Arch::V4(k) if many >= FEW => {
            return Simd::vectorize(k, wide::Group { k, of, from, many, with: wide::With::Sm3 }).sm3;
        }
        Arch::V3(k) if many >= FEW => return Simd::vectorize(k, narrow::Group { k, of, from, many }),
        _ => {}
    }
    let mut out = [[0; 32]; LANES];
    for (lane, digest) in out.iter_mut().enumerate().take(many) {
        *digest = arch.dispatch(Alone { of, at: from + lane });
    }
    out
}

/// One message by itself, with the rotate instructions the processor has.
struct Alone<'a, B: ?Sized> {
    of: &'a B,
    at: usize,
}

impl<B: Blocks + ?Sized> WithSimd for Alone<'_, B> {
    type Output = [u8; 32];

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> [u8; 32] {
        let mut state = sm3::IV;
        for n in 0..self.of.count(self.at) {
            sm3::compress(&mut state, self.of.block(self.at, n));
        }
        sm3::bytes(&state)
    }
}

/// Messages that wait to be hashed.
#[derive(Default)]
pub(crate) struct Messages {
    /// Each with its padding (5.2), so that it is a whole number of blocks.
    bytes: Vec<u8>,
    /// Beginning and length without padding.
    places: Vec<(usize, usize)>,
}

impl Messages {
    /// With room for so many messages of so many blocks each.
    pub(crate) fn with_room(messages: usize, blocks: usize) -> Self {
        let bytes = Vec::with_capacity(messages * blocks * BLOCK);
        Self { bytes, places: Vec::with_capacity(messages) }
    }

    /// Makes room for so many bytes more.
    pub(crate) fn reserve(&mut self, bytes: usize) {
        self.bytes.reserve(bytes);
    }

    /// Adds the concatenation of `parts`; gives its place among the digests.
    pub(crate) fn push(&mut self, parts: &[&[u8]]) -> usize {
        let from = self.bytes.len();
        for part in parts {
            self.bytes.extend_from_slice(part);
        }
        let len = self.bytes.len() - from;
        self.places.push((from, len));
        self.bytes.push(0x80);
        let whole = (len + 1 + 8).next_multiple_of(BLOCK);
        self.bytes.resize(from + whole - 8, 0);
        // A length in memory times eight fits 64 bits.
        self.bytes.extend_from_slice(&(len as u64 * 8).to_be_bytes());
        self.places.len() - 1
    }

    /// Number of messages.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    fn message(&self, at: usize) -> &[u8] {
        let (from, len) = self.places[at];
        &self.bytes[from..from + len]
    }

    fn blocks(&self, at: usize) -> usize {
        (self.places[at].1 + 1 + 8).div_ceil(BLOCK)
    }

    /// Both digests of each message.
    pub(crate) fn pairs(&self) -> Vec<Pair> {
        self.hashed::<true, true>(Arch::new())
    }

    /// SHA-256 of each message.
    pub(crate) fn sha256(&self) -> impl Iterator<Item = [u8; 32]> {
        self.hashed::<true, false>(Arch::new()).into_iter().map(|it| it.sha256)
    }

    /// SM3 of each message.
    pub(crate) fn sm3(&self) -> impl Iterator<Item = [u8; 32]> {
        self.hashed::<false, true>(Arch::new()).into_iter().map(|it| it.sm3)
    }

    /// The digests that are asked for, zeros for the other.
    fn hashed<const SHA256: bool, const SM3: bool>(&self, arch: Arch) -> Vec<Pair> {
        let mut out = vec![Pair { sha256: [0; 32], sm3: [0; 32] }; self.len()];
        let mut order: Vec<usize> = (0..self.len()).collect();
        // Neighbours of one length leave no lane idle.
        order.sort_unstable_by_key(|at| std::cmp::Reverse(self.blocks(*at)));
        let of = Ordered { of: self, order: &order };
        for (from, group) in order.chunks(LANES).enumerate().map(|(n, it)| (n * LANES, it)) {
            #[cfg(target_arch = "x86_64")]
            if let Arch::V4(k) = arch
                && SHA256
                && group.len() >= FEW_SHA
            {
                let with = if SM3 { wide::With::Both } else { wide::With::Sha256 };
                let made = Simd::vectorize(k, wide::Group { k, of: &of, from, many: group.len(), with });
                for (lane, at) in group.iter().enumerate() {
                    out[*at] = Pair { sha256: made.sha256[lane], sm3: made.sm3[lane] };
                }
                continue;
            }
            if SHA256 {
                for at in group {
                    out[*at].sha256 = Sha256::digest(self.message(*at)).into();
                }
            }
            if SM3 {
                for (at, digest) in group.iter().zip(sm3_of(arch, &of, from, group.len())) {
                    out[*at].sm3 = digest;
                }
            }
        }
        out
    }
}

/// Messages in an order.
struct Ordered<'a> {
    of: &'a Messages,
    order: &'a [usize],
}

impl Blocks for Ordered<'_> {
    #[inline(always)]
    fn count(&self, at: usize) -> usize {
        self.of.blocks(self.order[at])
    }

    #[inline(always)]
    fn block(&self, at: usize, n: usize) -> &[u8; BLOCK] {
        let from = self.of.places[self.order[at]].0 + n * BLOCK;
        // Every message is a whole number of blocks.
        self.of.bytes[from..].first_chunk().unwrap_or(&[0; BLOCK])
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use ::sm3::Sm3;
    use proptest::prelude::*;

    #[test]
    fn the_standards_own_examples() {
        let mut messages = Messages::default();
        messages.push(&[b"abc"]);
        messages.push(&[&b"abcd".repeat(16)]);
        messages.push(&[b"a", b"", b"bc"]);
        let digests: Vec<String> = messages.sm3().map(hex::encode).collect();
        assert_eq!(digests[0], "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
        assert_eq!(digests[1], "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
        assert_eq!(digests[2], digests[0]);
    }

    /// Each way of hashing that there is on this processor, not only the fastest.
    pub(crate) fn every() -> Vec<Arch> {
        let mut all = vec![Arch::Scalar];
        #[cfg(target_arch = "x86_64")]
        all.extend(pulp::x86::V3::try_new().map(Arch::V3));
        #[cfg(target_arch = "x86_64")]
        all.extend(pulp::x86::V4::try_new().map(Arch::V4));
        all
    }

    proptest! {
        #[test]
        fn every_message_as_if_it_were_alone(
            messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..400), 0..50),
        ) {
            let mut batch = Messages::default();
            for it in &messages {
                let (left, right) = it.split_at(it.len() / 2);
                batch.push(&[left, right]);
            }
            let expected: Vec<Pair> = messages
                .iter()
                .map(|it| Pair { sha256: Sha256::digest(it).into(), sm3: Sm3::digest(it).into() })
                .collect();
            prop_assert_eq!(&batch.pairs(), &expected);
            // The code of other processors, whatever this one has.
            for arch in every() {
                prop_assert_eq!(&batch.hashed::<true, true>(arch), &expected);
            }
            prop_assert!(batch.sha256().eq(expected.iter().map(|it| it.sha256)));
            prop_assert!(batch.sm3().eq(expected.iter().map(|it| it.sm3)));
        }
    }
}
