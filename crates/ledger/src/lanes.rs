//! Both hash functions over many messages side by side.
//!
//! One digest is a chain of dependent steps that leaves a processor mostly idle, and no
//! processor of the common kind has instructions for SM3 as there are for SHA-256. Sixteen
//! messages at a time, each in a lane of its own, fill the vector units; with 512-bit
//! registers that is faster than the instructions for SHA-256 are, so both functions go
//! that way. The result is the same digest, bit for bit.

#[cfg(target_arch = "x86_64")]
mod wide;

use pulp::{Arch, Simd, WithSimd};
use sha2::{Digest, Sha256};
use sm3::Sm3;

use crate::hash::Pair;

/// Messages hashed at a time.
const LANES: usize = 16;
/// Bytes of a block.
const BLOCK: usize = 64;
/// Fewer messages than this are hashed one after the other: empty lanes cost as much as full ones.
const FEW: usize = 3;
/// Fewer messages than this the instructions for SHA-256 hash faster one after the other.
const FEW_SHA: usize = 6;
/// Initial value (GB/T 32905-2016, 4.1).
const INITIAL: [u32; 8] =
    [0x7380_166f, 0x4914_b2b9, 0x1724_42d7, 0xda8a_0600, 0xa96f_30bc, 0x1631_38aa, 0xe38d_ee4d, 0xb0fb_0e4e];
/// Constants of rounds 0 to 15 and 16 to 63 (4.2).
const ROUND: [u32; 2] = [0x79cc_4519, 0x7a87_9d8a];

/// The same word of sixteen messages.
type Word = [u32; LANES];

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
        for group in order.chunks(LANES) {
            let (mut sha256, mut sm3) = (SHA256, SM3);
            #[cfg(target_arch = "x86_64")]
            if let Arch::V4(k) = arch {
                let wide = (SHA256 && group.len() >= FEW_SHA, SM3 && group.len() >= FEW);
                let with = match wide {
                    (true, true) => Some(wide::With::Both),
                    (true, false) => Some(wide::With::Sha256),
                    (false, true) => Some(wide::With::Sm3),
                    (false, false) => None,
                };
                if let Some(with) = with {
                    let made = pulp::Simd::vectorize(k, wide::Group { k, of: self, group, with });
                    for (lane, at) in group.iter().enumerate() {
                        out[*at] = Pair { sha256: made.sha256[lane], sm3: made.sm3[lane] };
                    }
                }
                (sha256, sm3) = (sha256 && !wide.0, sm3 && !wide.1);
            }
            if sm3 && group.len() >= FEW {
                arch.dispatch(Group { of: self, group, out: &mut out });
            }
            for at in group {
                if sha256 {
                    out[*at].sha256 = Sha256::digest(self.message(*at)).into();
                }
                if sm3 && group.len() < FEW {
                    out[*at].sm3 = Sm3::digest(self.message(*at)).into();
                }
            }
        }
        out
    }
}

/// Up to sixteen messages, the longest first.
struct Group<'a> {
    of: &'a Messages,
    group: &'a [usize],
    out: &'a mut [Pair],
}

impl WithSimd for Group<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let mut state = INITIAL.map(|word| [word; LANES]);
        let most = self.group.first().map_or(0, |at| self.of.blocks(*at));
        for block in 0..most {
            let mut words = [[0; LANES]; 16];
            for (lane, at) in self.group.iter().enumerate() {
                if block < self.of.blocks(*at) {
                    let from = self.of.places[*at].0 + block * BLOCK;
                    let (quads, _) = self.of.bytes[from..from + BLOCK].as_chunks::<4>();
                    for (word, quad) in words.iter_mut().zip(quads) {
                        word[lane] = u32::from_be_bytes(*quad);
                    }
                }
            }
            compress(&mut state, &words);
            for (lane, at) in self.group.iter().enumerate() {
                if block + 1 == self.of.blocks(*at) {
                    for (bytes, word) in self.out[*at].sm3.as_chunks_mut::<4>().0.iter_mut().zip(&state) {
                        *bytes = word[lane].to_be_bytes();
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn each(a: Word, f: impl Fn(u32) -> u32) -> Word {
    let mut out = a;
    for it in &mut out {
        *it = f(*it);
    }
    out
}

#[inline(always)]
fn two(a: Word, b: Word, f: impl Fn(u32, u32) -> u32) -> Word {
    let mut out = a;
    for lane in 0..LANES {
        out[lane] = f(a[lane], b[lane]);
    }
    out
}

#[inline(always)]
fn three(a: Word, b: Word, c: Word, f: impl Fn(u32, u32, u32) -> u32) -> Word {
    let mut out = a;
    for lane in 0..LANES {
        out[lane] = f(a[lane], b[lane], c[lane]);
    }
    out
}

/// The compression function (5.3.2, 5.3.3) of every lane.
#[inline(always)]
fn compress(state: &mut [Word; 8], words: &[Word; 16]) {
    let mut w = [[0; LANES]; 68];
    w[..16].copy_from_slice(words);
    for j in 16..68 {
        let mixed = three(w[j - 16], w[j - 9], w[j - 3], |a, b, c| {
            let x = a ^ b ^ c.rotate_left(15);
            x ^ x.rotate_left(15) ^ x.rotate_left(23)
        });
        w[j] = three(mixed, w[j - 13], w[j - 6], |x, a, b| x ^ a.rotate_left(7) ^ b);
    }
    let before = *state;
    for j in 0..16 {
        round(
            state,
            w[j],
            w[j + 4],
            ROUND[0].rotate_left(j as u32),
            |x, y, z| x ^ y ^ z,
            |x, y, z| x ^ y ^ z,
        );
    }
    for j in 16..64 {
        round(
            state,
            w[j],
            w[j + 4],
            ROUND[1].rotate_left(j as u32 % 32),
            |x, y, z| (x & y) | (x & z) | (y & z),
            |x, y, z| (x & y) | (!x & z),
        );
    }
    for (now, before) in state.iter_mut().zip(before) {
        *now = two(*now, before, |x, y| x ^ y);
    }
}

#[inline(always)]
fn round(
    state: &mut [Word; 8],
    w: Word,
    w4: Word,
    constant: u32,
    ff: impl Fn(u32, u32, u32) -> u32,
    gg: impl Fn(u32, u32, u32) -> u32,
) {
    let [a, b, c, d, e, f, g, h] = *state;
    let turned = each(a, |x| x.rotate_left(12));
    let ss1 = two(turned, e, |x, y| x.wrapping_add(y).wrapping_add(constant).rotate_left(7));
    let ss2 = two(ss1, turned, |x, y| x ^ y);
    let sum = |x: u32, y: u32, z: u32| x.wrapping_add(y).wrapping_add(z);
    let tt1 = three(three(three(a, b, c, ff), d, ss2, sum), w, w4, |x, w, w4| x.wrapping_add(w ^ w4));
    let tt2 = two(three(three(e, f, g, gg), h, ss1, sum), w, u32::wrapping_add);
    let p0 = each(tt2, |x| x ^ x.rotate_left(9) ^ x.rotate_left(17));
    *state = [tt1, a, each(b, |x| x.rotate_left(9)), c, p0, e, each(f, |x| x.rotate_left(19)), g];
}

#[cfg(test)]
mod tests {
    use super::*;
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

    /// What there is besides the widest registers.
    fn narrow() -> Arch {
        #[cfg(target_arch = "x86_64")]
        if let Some(v3) = pulp::x86::V3::try_new() {
            return Arch::V3(v3);
        }
        Arch::Scalar
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
            // The code of a processor without wide registers, whatever this one has.
            prop_assert_eq!(&batch.hashed::<true, true>(narrow()), &expected);
            prop_assert!(batch.sha256().eq(expected.iter().map(|it| it.sha256)));
            prop_assert!(batch.sm3().eq(expected.iter().map(|it| it.sm3)));
        }
    }
}
