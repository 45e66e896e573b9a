//! SM3 (GB/T 32905-2016) where it costs most: a whole file in one long stream, and the chunks of
//! a piece of evidence side by side.
//!
//! SM3 has no instruction of its own on common servers, and each block waits for the one before.
//! The whole-file digest is therefore bound to one core; the chunk digests of the evidence
//! identity are independent of each other, so they advance together where the processor has AVX2
//! or AVX-512. Elsewhere the portable code hashes them one after another. What comes out is the
//! same everywhere and is compared with another implementation in the tests.

use pulp::WithSimd;

use crate::hash::tag;
use crate::lanes::{self, Blocks};

/// Bytes of a block.
pub(crate) const BLOCK: usize = 64;

/// Initial value (GB/T 32905-2016, 4.1).
pub(crate) const IV: [u32; 8] =
    [0x7380_166f, 0x4914_b2b9, 0x1724_42d7, 0xda8a_0600, 0xa96f_30bc, 0x1631_38aa, 0xe38d_ee4d, 0xb0fb_0e4e];

/// Constants T_j, already rotated by j (4.2, 5.3.3).
pub(crate) const T: [u32; 64] = {
    let mut t = [0; 64];
    let mut j = 0;
    while j < 64 {
        let base: u32 = if j < 16 { 0x79cc_4519 } else { 0x7a87_9d8a };
        // j is below 64.
        t[j] = base.rotate_left(j as u32 % 32);
        j += 1;
    }
    t
};

/// One stream of whole blocks. The caller keeps what is shorter than a block until the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sm3Stream {
    state: [u32; 8],
    blocks: u64,
}

impl Default for Sm3Stream {
    fn default() -> Self {
        Self { state: IV, blocks: 0 }
    }
}

impl Sm3Stream {
    /// The state after `blocks` blocks of 64 bytes, as [`Sm3Stream::parts`] gave it.
    pub fn from_parts(state: [u32; 8], blocks: u64) -> Self {
        Self { state, blocks }
    }

    /// State words and number of blocks taken.
    pub fn parts(&self) -> ([u32; 8], u64) {
        (self.state, self.blocks)
    }

    /// Takes whole blocks; returns what was left over (shorter than a block).
    pub fn update<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let (blocks, rest) = bytes.as_chunks::<BLOCK>();
        pulp::Arch::new().dispatch(Serial { state: &mut self.state, blocks });
        // A slice length fits u64.
        self.blocks += blocks.len() as u64;
        rest
    }

    /// Digest of everything taken, then of `rest`.
    pub fn finish(mut self, rest: &[u8]) -> [u8; 32] {
        let rest = self.update(rest);
        let bits = (self.blocks * BLOCK as u64 + rest.len() as u64) * 8;
        let (padding, blocks) = pad(rest, bits);
        for block in &padding[..blocks] {
            compress(&mut self.state, block);
        }
        bytes(&self.state)
    }
}

/// The last one or two blocks: rest, 0x80, zeros, length in bits (5.2).
fn pad(rest: &[u8], bits: u64) -> ([[u8; BLOCK]; 2], usize) {
    let mut last = [0; 2 * BLOCK];
    last[..rest.len()].copy_from_slice(rest);
    last[rest.len()] = 0x80;
    let blocks = if rest.len() < BLOCK - 8 { 1 } else { 2 };
    last[blocks * BLOCK - 8..blocks * BLOCK].copy_from_slice(&bits.to_be_bytes());
    let (first, second) = last.split_at(BLOCK);
    let mut out = [[0; BLOCK]; 2];
    out[0].copy_from_slice(first);
    out[1].copy_from_slice(second);
    (out, blocks)
}

pub(crate) fn bytes(state: &[u32; 8]) -> [u8; 32] {
    let mut out = [0; 32];
    for (out, word) in out.chunks_exact_mut(4).zip(state) {
        out.copy_from_slice(&word.to_be_bytes());
    }
    out
}

/// Many blocks of one stream, with the rotate instructions the processor has.
struct Serial<'a> {
    state: &'a mut [u32; 8],
    blocks: &'a [[u8; BLOCK]],
}

impl WithSimd for Serial<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        for block in self.blocks {
            compress(self.state, block);
        }
    }
}

/// One round on scalar words (5.3.3). The sums are ordered so that the value which arrives last,
/// E, is added last: the rounds wait for each other.
macro_rules! round {
    ($j:expr, $w:expr, $x:expr, $ff:expr, $gg:expr, $a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident) => {{
        let (w, x): (u32, u32) = ($w, $x);
        let a12 = $a.rotate_left(12);
        let ss1 = a12.wrapping_add(T[$j]).wrapping_add($e).rotate_left(7);
        let tt1 = $ff($a, $b, $c).wrapping_add($d.wrapping_add(w ^ x)).wrapping_add(ss1 ^ a12);
        let tt2 = $gg($e, $f, $g).wrapping_add($h.wrapping_add(w)).wrapping_add(ss1);
        $b = $b.rotate_left(9);
        $f = $f.rotate_left(19);
        $d = tt1;
        $h = tt2 ^ tt2.rotate_left(9) ^ tt2.rotate_left(17);
    }};
}

/// Word j of the expanded message, kept in a ring of sixteen (5.3.2).
#[inline(always)]
fn expand(w: &mut [u32; 16], j: usize) -> u32 {
    if j >= 16 {
        let x = w[j & 15] ^ w[(j + 7) & 15] ^ w[(j + 13) & 15].rotate_left(15);
        let p1 = x ^ x.rotate_left(15) ^ x.rotate_left(23);
        w[j & 15] = p1 ^ w[(j + 3) & 15].rotate_left(7) ^ w[(j + 10) & 15];
    }
    w[j & 15]
}

/// One block on scalar words.
#[inline(always)]
pub(crate) fn compress(state: &mut [u32; 8], block: &[u8; BLOCK]) {
    let mut w = [0u32; 16];
    for (word, four) in w.iter_mut().zip(block.as_chunks::<4>().0) {
        *word = u32::from_be_bytes(*four);
    }
    let parity = |x: u32, y: u32, z: u32| x ^ y ^ z;
    // The two halves never have a bit in common: the sum is the union, and shortens the wait.
    let majority = |x: u32, y: u32, z: u32| (x & y).wrapping_add(z & (x ^ y));
    let choose = |x: u32, y: u32, z: u32| (x & y).wrapping_add(!x & z);
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    macro_rules! four {
        ($j:expr, $ff:expr, $gg:expr) => {
            round!($j, w[$j & 15], expand(&mut w, $j + 4), $ff, $gg, a b c d e f g h);
            round!($j + 1, w[($j + 1) & 15], expand(&mut w, $j + 5), $ff, $gg, d a b c h e f g);
            round!($j + 2, w[($j + 2) & 15], expand(&mut w, $j + 6), $ff, $gg, c d a b g h e f);
            round!($j + 3, w[($j + 3) & 15], expand(&mut w, $j + 7), $ff, $gg, b c d a f g h e);
        };
    }
    four!(0, parity, parity);
    four!(4, parity, parity);
    four!(8, parity, parity);
    four!(12, parity, parity);
    four!(16, majority, choose);
    four!(20, majority, choose);
    four!(24, majority, choose);
    four!(28, majority, choose);
    four!(32, majority, choose);
    four!(36, majority, choose);
    four!(40, majority, choose);
    four!(44, majority, choose);
    four!(48, majority, choose);
    four!(52, majority, choose);
    four!(56, majority, choose);
    four!(60, majority, choose);
    for (s, v) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *s ^= v;
    }
}

/// SM3 of `0x18 ‖ chunk`, the leaf of a chunk of evidence, for each of these chunks; side by side
/// where the processor can. They may have any lengths; those of one length leave nothing idle.
pub fn chunk_leaves(chunks: &[&[u8]]) -> Vec<[u8; 32]> {
    leaves(tag::CHUNK, chunks, pulp::Arch::new())
}

fn leaves(prefix: u8, chunks: &[&[u8]], arch: pulp::Arch) -> Vec<[u8; 32]> {
    let all: Vec<Prefixed<'_>> = chunks.iter().map(|chunk| Prefixed::new(prefix, chunk)).collect();
    lanes::sm3_of(arch, &all[..], 0, all.len())
}

/// A chunk behind a prefix byte, as blocks. The prefix moves every block by one byte: block n is
/// bytes 64n − 1 … 64n + 63 of the chunk.
struct Prefixed<'a> {
    chunk: &'a [u8],
    first: [u8; BLOCK],
    /// Blocks before the padding begins.
    whole: usize,
    last: [[u8; BLOCK]; 2],
    /// Blocks of `last` that count.
    padded: usize,
}

impl<'a> Prefixed<'a> {
    fn new(prefix: u8, chunk: &'a [u8]) -> Self {
        let mut first = [0; BLOCK];
        first[0] = prefix;
        let head = chunk.len().min(BLOCK - 1);
        first[1..=head].copy_from_slice(&chunk[..head]);
        let whole = (chunk.len() + 1) / BLOCK;
        let rest = if whole == 0 { &first[..=head] } else { &chunk[whole * BLOCK - 1..] };
        // A length in memory times eight fits 64 bits.
        let (last, padded) = pad(rest, (chunk.len() as u64 + 1) * 8);
        Self { chunk, first, whole, last, padded }
    }
}

impl Blocks for [Prefixed<'_>] {
    #[inline(always)]
    fn count(&self, at: usize) -> usize {
        self[at].whole + self[at].padded
    }

    #[inline(always)]
    fn block(&self, at: usize, n: usize) -> &[u8; BLOCK] {
        let it = &self[at];
        if n >= it.whole {
            return &it.last[n - it.whole];
        }
        if n == 0 {
            return &it.first;
        }
        // A whole block lies within the chunk.
        it.chunk[n * BLOCK - 1..].first_chunk().unwrap_or(&it.first)
    }
}

#[cfg(test)]
mod tests {
    use super::{Sm3Stream, chunk_leaves, leaves};
    use crate::lanes::tests::every;
    use ::sm3::{Digest, Sm3};
    use proptest::prelude::*;

    fn known(text: &[u8]) -> String {
        hex::encode(Sm3Stream::default().finish(text))
    }

    /// GB/T 32905-2016, annex A.
    #[test]
    fn the_examples_of_the_standard_come_out() {
        assert_eq!(known(b"abc"), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
        assert_eq!(
            known(&b"abcd".repeat(16)),
            "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
        );
    }

    /// What another implementation gives for `prefix ‖ chunk`.
    fn other(prefix: u8, chunk: &[u8]) -> [u8; 32] {
        Sm3::new_with_prefix([prefix]).chain_update(chunk).finalize().into()
    }

    proptest! {
        #[test]
        fn streams_equal_another_implementation(
            data in proptest::collection::vec(any::<u8>(), 0..2000), cut in 0usize..30
        ) {
            let cut = (cut * 64).min(data.len() / 64 * 64);
            let mut stream = Sm3Stream::default();
            prop_assert!(stream.update(&data[..cut]).is_empty());
            let (state, blocks) = stream.parts();
            let digest = Sm3Stream::from_parts(state, blocks).finish(&data[cut..]);
            prop_assert_eq!(digest, <[u8; 32]>::from(Sm3::digest(&data)));
        }

        #[test]
        fn side_by_side_equals_one_by_one(
            lengths in proptest::collection::vec(0usize..600, 0..40), same in any::<bool>(), prefix in any::<u8>(),
        ) {
            let first = lengths.first().copied().unwrap_or(0);
            let data: Vec<Vec<u8>> = lengths
                .iter()
                .enumerate()
                .map(|(at, length)| (0..if same { first } else { *length }).map(|i| (i * 31 + at * 7) as u8).collect())
                .collect();
            let chunks: Vec<&[u8]> = data.iter().map(Vec::as_slice).collect();
            let expected: Vec<[u8; 32]> = chunks.iter().map(|chunk| other(prefix, chunk)).collect();
            // Each way there is here, not only the one that this processor would take.
            for arch in every() {
                prop_assert_eq!(&leaves(prefix, &chunks, arch), &expected);
            }
            let tagged: Vec<[u8; 32]> = chunks.iter().map(|chunk| other(0x18, chunk)).collect();
            prop_assert_eq!(chunk_leaves(&chunks), tagged);
        }
    }
}
