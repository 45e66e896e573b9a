//! SM3 (GB/T 32905-2016) where it costs most: a whole file in one long stream, and eight chunks
//! side by side in vector registers.
//!
//! SM3 has no instruction of its own on common servers, and each block waits for the one before.
//! The whole-file digest is therefore bound to one core; the chunk digests of the evidence
//! identity are independent of each other, so eight of them advance together where the processor
//! has AVX2 or AVX-512. Elsewhere the portable code hashes them one after another. What comes out
//! is the same everywhere and is compared with another implementation in the tests.

use pulp::WithSimd;

/// Bytes of a block.
const BLOCK: usize = 64;

/// Chunks hashed side by side.
pub const LANES: usize = 8;

/// Initial value (GB/T 32905-2016, 4.1).
const IV: [u32; 8] =
    [0x7380_166f, 0x4914_b2b9, 0x1724_42d7, 0xda8a_0600, 0xa96f_30bc, 0x1631_38aa, 0xe38d_ee4d, 0xb0fb_0e4e];

/// Constants T_j, already rotated by j (4.2, 5.3.3).
const T: [u32; 64] = {
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

fn bytes(state: &[u32; 8]) -> [u8; 32] {
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
fn compress(state: &mut [u32; 8], block: &[u8; BLOCK]) {
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

/// Digests of `prefix ‖ chunk` for up to [`LANES`] chunks of one length, side by side where the
/// processor can.
pub fn leaves(prefix: u8, chunks: &[&[u8]]) -> Vec<[u8; 32]> {
    #[cfg(target_arch = "x86_64")]
    if chunks.len() > 2 && chunks.len() <= LANES && chunks.iter().all(|c| c.len() == chunks[0].len()) {
        // Empty lanes repeat the first chunk; their result is dropped.
        let full: [&[u8]; LANES] = std::array::from_fn(|lane| *chunks.get(lane).unwrap_or(&chunks[0]));
        let all = match pulp::Arch::new() {
            pulp::Arch::V4(v4) => pulp::Simd::vectorize(v4, wide::Leaves { prefix, chunks: full, words: v4 }),
            pulp::Arch::V3(v3) => pulp::Simd::vectorize(v3, wide::Leaves { prefix, chunks: full, words: v3 }),
            _ => return one_by_one(prefix, chunks),
        };
        return all[..chunks.len()].to_vec();
    }
    one_by_one(prefix, chunks)
}

/// The portable way.
fn one_by_one(prefix: u8, chunks: &[&[u8]]) -> Vec<[u8; 32]> {
    chunks.iter().map(|chunk| leaf(prefix, chunk)).collect()
}

/// Digest of `prefix ‖ chunk`.
fn leaf(prefix: u8, chunk: &[u8]) -> [u8; 32] {
    let mut stream = Sm3Stream::default();
    let (head, tail) = chunk.split_at(chunk.len().min(BLOCK - 1));
    let mut first = [0; BLOCK];
    first[0] = prefix;
    first[1..=head.len()].copy_from_slice(head);
    let rest = stream.update(&first[..=head.len()]);
    if !rest.is_empty() {
        return stream.finish(&first[..=head.len()]);
    }
    stream.finish(tail)
}

#[cfg(target_arch = "x86_64")]
mod wide {
    //! Eight streams in 256-bit registers.

    use std::arch::x86_64::__m256i;

    use pulp::x86::{V3, V4};
    use pulp::{WithSimd, cast, u32x8};

    use super::{BLOCK, IV, LANES, T, bytes, pad};

    /// What the rounds need of a processor, eight words at a time.
    pub trait Words: Copy {
        fn add(self, x: __m256i, y: __m256i) -> __m256i;
        fn xor(self, x: __m256i, y: __m256i) -> __m256i;
        /// Rotates left by `L`; `R` is 32 − `L`.
        fn rotate<const L: i32, const R: i32>(self, x: __m256i) -> __m256i;
        fn xor3(self, x: __m256i, y: __m256i, z: __m256i) -> __m256i;
        fn majority(self, x: __m256i, y: __m256i, z: __m256i) -> __m256i;
        fn choose(self, x: __m256i, y: __m256i, z: __m256i) -> __m256i;
        /// Turns the bytes of each word around.
        fn big_endian(self, x: __m256i) -> __m256i;
        /// Eight rows of eight words as columns.
        fn transpose(self, rows: [__m256i; LANES]) -> [__m256i; LANES];
    }

    /// Within each 128-bit half, the bytes of every word in reverse.
    const REVERSED: [u8; 32] = {
        let mut order = [0; 32];
        let mut at = 0;
        while at < 32 {
            // Below 16.
            order[at] = (at as u8 % 16) ^ 3;
            at += 1;
        }
        order
    };

    #[inline(always)]
    fn big_endian(k: V3, x: __m256i) -> __m256i {
        let (words, _) = REVERSED.as_chunks::<4>();
        k.avx2._mm256_shuffle_epi8(x, load(std::array::from_fn(|word| u32::from_ne_bytes(words[word]))))
    }

    #[inline(always)]
    fn transpose(k: V3, r: [__m256i; LANES]) -> [__m256i; LANES] {
        let k = k.avx2;
        // Pairs of words, pairs of pairs, then the halves.
        let two: [__m256i; LANES] = std::array::from_fn(|n| match n % 2 {
            0 => k._mm256_unpacklo_epi32(r[n], r[n + 1]),
            _ => k._mm256_unpackhi_epi32(r[n - 1], r[n]),
        });
        let four: [__m256i; LANES] = std::array::from_fn(|n| {
            let (base, odd) = (n / 4 * 4 + n % 4 / 2, n % 2);
            match odd {
                0 => k._mm256_unpacklo_epi64(two[base], two[base + 2]),
                _ => k._mm256_unpackhi_epi64(two[base], two[base + 2]),
            }
        });
        std::array::from_fn(|n| match n / 4 {
            0 => k._mm256_permute2x128_si256::<0x20>(four[n], four[n + 4]),
            _ => k._mm256_permute2x128_si256::<0x31>(four[n - 4], four[n]),
        })
    }

    impl Words for V3 {
        #[inline(always)]
        fn add(self, x: __m256i, y: __m256i) -> __m256i {
            self.avx2._mm256_add_epi32(x, y)
        }
        #[inline(always)]
        fn xor(self, x: __m256i, y: __m256i) -> __m256i {
            self.avx2._mm256_xor_si256(x, y)
        }
        #[inline(always)]
        fn rotate<const L: i32, const R: i32>(self, x: __m256i) -> __m256i {
            let (left, right) = (self.avx2._mm256_slli_epi32::<L>(x), self.avx2._mm256_srli_epi32::<R>(x));
            self.avx2._mm256_or_si256(left, right)
        }
        #[inline(always)]
        fn xor3(self, x: __m256i, y: __m256i, z: __m256i) -> __m256i {
            self.xor(self.xor(x, y), z)
        }
        #[inline(always)]
        fn majority(self, x: __m256i, y: __m256i, z: __m256i) -> __m256i {
            let (both, either) = (self.avx2._mm256_and_si256(x, y), self.avx2._mm256_or_si256(x, y));
            self.avx2._mm256_or_si256(both, self.avx2._mm256_and_si256(either, z))
        }
        #[inline(always)]
        fn choose(self, x: __m256i, y: __m256i, z: __m256i) -> __m256i {
            let picked = self.avx2._mm256_and_si256(x, y);
            self.avx2._mm256_or_si256(picked, self.avx2._mm256_andnot_si256(x, z))
        }
        #[inline(always)]
        fn big_endian(self, x: __m256i) -> __m256i {
            big_endian(self, x)
        }
        #[inline(always)]
        fn transpose(self, rows: [__m256i; LANES]) -> [__m256i; LANES] {
            transpose(self, rows)
        }
    }

    impl Words for V4 {
        #[inline(always)]
        fn add(self, x: __m256i, y: __m256i) -> __m256i {
            self.avx2._mm256_add_epi32(x, y)
        }
        #[inline(always)]
        fn xor(self, x: __m256i, y: __m256i) -> __m256i {
            self.avx2._mm256_xor_si256(x, y)
        }
        #[inline(always)]
        fn rotate<const L: i32, const R: i32>(self, x: __m256i) -> __m256i {
            self.avx512vl._mm256_rol_epi32::<L>(x)
        }
        // The immediate is the truth table of the three operands.
        #[inline(always)]
        fn xor3(self, x: __m256i, y: __m256i, z: __m256i) -> __m256i {
            self.avx512vl._mm256_ternarylogic_epi32::<0x96>(x, y, z)
        }
        #[inline(always)]
        fn majority(self, x: __m256i, y: __m256i, z: __m256i) -> __m256i {
            self.avx512vl._mm256_ternarylogic_epi32::<0xe8>(x, y, z)
        }
        #[inline(always)]
        fn choose(self, x: __m256i, y: __m256i, z: __m256i) -> __m256i {
            self.avx512vl._mm256_ternarylogic_epi32::<0xca>(x, y, z)
        }
        #[inline(always)]
        fn big_endian(self, x: __m256i) -> __m256i {
            big_endian(*self, x)
        }
        #[inline(always)]
        fn transpose(self, rows: [__m256i; LANES]) -> [__m256i; LANES] {
            transpose(*self, rows)
        }
    }

    /// Eight chunks of one length, each behind the same prefix byte.
    pub struct Leaves<'a, W> {
        pub prefix: u8,
        pub chunks: [&'a [u8]; LANES],
        pub words: W,
    }

    impl<W: Words> WithSimd for Leaves<'_, W> {
        type Output = [[u8; 32]; LANES];

        #[inline(always)]
        fn with_simd<S: pulp::Simd>(self, _: S) -> Self::Output {
            let mut state = IV.map(|word| load([word; LANES]));
            let length = self.chunks[0].len();
            // The prefix moves every block by one byte: block n is bytes 64n − 1 … 64n + 63.
            let mut carried = [[0; BLOCK]; LANES];
            let whole = (length + 1) / BLOCK;
            for n in 0..whole {
                let blocks: [&[u8; BLOCK]; LANES] = if n == 0 {
                    for (block, chunk) in carried.iter_mut().zip(&self.chunks) {
                        block[0] = self.prefix;
                        block[1..].copy_from_slice(&chunk[..BLOCK - 1]);
                    }
                    std::array::from_fn(|lane| &carried[lane])
                } else {
                    std::array::from_fn(|lane| {
                        let from = &self.chunks[lane][n * BLOCK - 1..];
                        from.first_chunk().unwrap_or(&carried[lane])
                    })
                };
                compress(self.words, &mut state, &blocks);
            }
            self.finish(state, length, whole)
        }
    }

    impl<W: Words> Leaves<'_, W> {
        #[inline(always)]
        fn finish(&self, mut state: [__m256i; 8], length: usize, whole: usize) -> [[u8; 32]; LANES] {
            let padded: [_; LANES] = std::array::from_fn(|lane| {
                let mut rest = [0; BLOCK];
                let from = whole * BLOCK;
                let count = length + 1 - from;
                for (at, out) in rest[..count].iter_mut().enumerate() {
                    *out = if from + at == 0 { self.prefix } else { self.chunks[lane][from + at - 1] };
                }
                pad(&rest[..count], (length as u64 + 1) * 8)
            });
            for n in 0..padded[0].1 {
                let blocks: [&[u8; BLOCK]; LANES] = std::array::from_fn(|lane| &padded[lane].0[n]);
                compress(self.words, &mut state, &blocks);
            }
            let words = state.map(store);
            std::array::from_fn(|lane| bytes(&std::array::from_fn(|word| words[word][lane])))
        }
    }

    #[inline(always)]
    fn load(words: [u32; LANES]) -> __m256i {
        let [a, b, c, d, e, f, g, h] = words;
        cast(u32x8(a, b, c, d, e, f, g, h))
    }

    #[inline(always)]
    fn store(words: __m256i) -> [u32; LANES] {
        let u32x8(a, b, c, d, e, f, g, h) = cast(words);
        [a, b, c, d, e, f, g, h]
    }

    /// Sixteen words of each of eight blocks, word by word: the blocks lie lane by lane.
    #[inline(always)]
    fn words<W: Words>(k: W, blocks: &[&[u8; BLOCK]; LANES]) -> [__m256i; 16] {
        let half = |at: usize| -> [__m256i; LANES] {
            let rows: [__m256i; LANES] = std::array::from_fn(|lane| {
                let words = blocks[lane].as_chunks::<4>().0;
                k.big_endian(load(std::array::from_fn(|word| u32::from_ne_bytes(words[at + word]))))
            });
            k.transpose(rows)
        };
        let (low, high) = (half(0), half(8));
        std::array::from_fn(|word| if word < 8 { low[word] } else { high[word - 8] })
    }

    /// Word j of the expanded message, j at least 16, in a ring of sixteen.
    macro_rules! expand {
        ($k:ident, $w:ident, $j:expr) => {{
            let x = $k.xor3($w[$j & 15], $w[($j + 7) & 15], $k.rotate::<15, 17>($w[($j + 13) & 15]));
            let p1 = $k.xor3(x, $k.rotate::<15, 17>(x), $k.rotate::<23, 9>(x));
            $w[$j & 15] = $k.xor3(p1, $k.rotate::<7, 25>($w[($j + 3) & 15]), $w[($j + 10) & 15]);
        }};
    }

    /// The rounds of eight blocks, one of each stream. Written out, so that the words stay in
    /// registers.
    #[inline(always)]
    fn compress<W: Words>(k: W, state: &mut [__m256i; 8], blocks: &[&[u8; BLOCK]; LANES]) {
        let mut w = words(k, blocks);
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
        macro_rules! round {
            ($t:expr, $n:expr, $ff:ident, $gg:ident) => {{
                let (word, next) = (w[$n & 15], w[($n + 4) & 15]);
                let a12 = k.rotate::<12, 20>(a);
                let ss1 = k.rotate::<7, 25>(k.add(k.add(a12, load([$t; LANES])), e));
                let tt1 = k.add(k.add(k.$ff(a, b, c), d), k.add(k.xor(word, next), k.xor(ss1, a12)));
                let tt2 = k.add(k.add(k.$gg(e, f, g), h), k.add(word, ss1));
                (d, c, b, a) = (c, k.rotate::<9, 23>(b), a, tt1);
                let p0 = k.xor3(tt2, k.rotate::<9, 23>(tt2), k.rotate::<17, 15>(tt2));
                (h, g, f, e) = (g, k.rotate::<19, 13>(f), e, p0);
            }};
        }
        macro_rules! rounds {
            ($base:expr, $ff:ident, $gg:ident, expanded: $($n:literal)*, known: $($m:literal)*) => {
                $(round!(T[$base + $m], $m, $ff, $gg);)*
                $(expand!(k, w, $n + 4); round!(T[$base + $n], $n, $ff, $gg);)*
            };
        }
        rounds!(0, xor3, xor3, expanded: 12 13 14 15, known: 0 1 2 3 4 5 6 7 8 9 10 11);
        for base in [16, 32, 48] {
            rounds!(base, majority, choose, expanded: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15, known: );
        }
        for (s, v) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
            *s = k.xor(*s, v);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LANES, Sm3Stream, leaves, one_by_one};
    use proptest::prelude::*;
    use sm3::{Digest, Sm3};

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
            seed in any::<u64>(), length in 0usize..600, count in 1usize..=LANES, prefix in any::<u8>()
        ) {
            let data: Vec<Vec<u8>> = (0..count as u64)
                .map(|lane| {
                    (0..length as u64)
                        .map(|i| ((seed ^ (lane << 40)).wrapping_add(i).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8)
                        .collect()
                })
                .collect();
            let chunks: Vec<&[u8]> = data.iter().map(Vec::as_slice).collect();
            let expected: Vec<[u8; 32]> = chunks.iter().map(|chunk| other(prefix, chunk)).collect();
            prop_assert_eq!(&leaves(prefix, &chunks), &expected);
            // Where there is AVX-512, the code for AVX2 would not be run otherwise.
            #[cfg(target_arch = "x86_64")]
            if let (Some(v3), Ok(chunks)) = (pulp::x86::V3::try_new(), <[&[u8]; LANES]>::try_from(&chunks[..])) {
                let wide = super::wide::Leaves { prefix, chunks, words: v3 };
                prop_assert_eq!(pulp::Simd::vectorize(v3, wide).to_vec(), expected.clone());
            }
            prop_assert_eq!(one_by_one(prefix, &chunks), expected);
        }
    }
}
