//! Eight blocks side by side in the 256-bit registers of AVX2: SM3 alone, since such processors
//! have instructions for SHA-256.

use std::arch::x86_64::__m256i;

use pulp::x86::V3;
use pulp::{WithSimd, cast, u32x8};

use super::rounds::{Words, begin, compress, take};
use super::{Blocks, LANES, sm3::BLOCK};

/// Blocks hashed at a time.
pub(super) const NARROW: usize = 8;

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
fn transpose(k: V3, r: [__m256i; NARROW]) -> [__m256i; NARROW] {
    let k = k.avx2;
    // Pairs of words, pairs of pairs, then the halves.
    let two: [__m256i; NARROW] = std::array::from_fn(|n| match n % 2 {
        0 => k._mm256_unpacklo_epi32(r[n], r[n + 1]),
        _ => k._mm256_unpackhi_epi32(r[n - 1], r[n]),
    });
    let four: [__m256i; NARROW] = std::array::from_fn(|n| {
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
    type Word = __m256i;

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
    fn all(self, word: u32) -> __m256i {
        load([word; NARROW])
    }
    #[inline(always)]
    fn stored(self, x: __m256i) -> [u32; LANES] {
        let u32x8(a, b, c, d, e, f, g, h) = cast(x);
        [a, b, c, d, e, f, g, h, 0, 0, 0, 0, 0, 0, 0, 0]
    }
}

/// SM3 of up to eight messages; zeros in the lanes behind them.
pub(super) struct Group<'a, B: ?Sized> {
    pub k: V3,
    pub of: &'a B,
    pub from: usize,
    pub many: usize,
}

impl<B: Blocks + ?Sized> WithSimd for Group<'_, B> {
    type Output = [[u8; 32]; LANES];

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Self::Output {
        let (k, mut out, mut state) = (self.k, [[0; 32]; LANES], begin(self.k));
        let mut counts = [0; NARROW];
        for (lane, count) in counts.iter_mut().enumerate().take(self.many) {
            *count = self.of.count(self.from + lane);
        }
        let mut lanes = [&[0; BLOCK]; NARROW];
        for n in 0..counts.iter().copied().max().unwrap_or(0) {
            for (lane, count) in counts.iter().enumerate() {
                // A lane that ended goes on with whatever it held; nobody looks at it any more.
                if n < *count {
                    lanes[lane] = self.of.block(self.from + lane, n);
                }
            }
            compress(k, &mut state, words(k, &lanes));
            if counts.contains(&(n + 1)) {
                take(k, state, &mut out, |lane| counts.get(lane) == Some(&(n + 1)));
            }
        }
        out
    }
}

#[inline(always)]
fn load(words: [u32; NARROW]) -> __m256i {
    let [a, b, c, d, e, f, g, h] = words;
    cast(u32x8(a, b, c, d, e, f, g, h))
}

/// Sixteen words of each of eight blocks, word by word: the blocks lie lane by lane.
#[inline(always)]
fn words(k: V3, blocks: &[&[u8; BLOCK]; NARROW]) -> [__m256i; 16] {
    let half = |at: usize| -> [__m256i; NARROW] {
        let rows: [__m256i; NARROW] = std::array::from_fn(|lane| {
            let words = blocks[lane].as_chunks::<4>().0;
            big_endian(k, load(std::array::from_fn(|word| u32::from_ne_bytes(words[at + word]))))
        });
        transpose(k, rows)
    };
    let (low, high) = (half(0), half(8));
    std::array::from_fn(|word| if word < 8 { low[word] } else { high[word - 8] })
}
