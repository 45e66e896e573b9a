//! Sixteen blocks side by side in the 512-bit registers of AVX-512: one word of each
//! message in a register, so that the state and the message of a step never leave them.

use std::arch::x86_64::__m512i;

use pulp::x86::V4;
use pulp::{WithSimd, cast, u32x16};

use super::rounds::{Words, begin, compress, every, take};
use super::{Blocks, LANES, sm3::BLOCK};

/// SHA-256 initial value (FIPS 180-4, 5.3.3).
const SHA_INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];
/// SHA-256 constants (FIPS 180-4, 4.2.2).
#[rustfmt::skip]
const SHA_ROUND: [u32; 64] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
];
/// Within each 128-bit part, the bytes of every word in reverse.
const REVERSED: [u32; LANES] = {
    let mut order = [0; LANES];
    let mut word = 0;
    while word < LANES {
        // Below 16.
        let from = (word as u32 % 4) * 4;
        order[word] = (from + 3) | (from + 2) << 8 | (from + 1) << 16 | from << 24;
        word += 1;
    }
    order
};

/// Which functions a group is hashed with.
pub(super) enum With {
    Sha256,
    Sm3,
    Both,
}

/// Digests of up to sixteen messages under the functions that were asked for; zeros under others.
pub(super) struct Digests {
    pub sha256: [[u8; 32]; LANES],
    pub sm3: [[u8; 32]; LANES],
}

/// Up to sixteen messages.
pub(super) struct Group<'a, B: ?Sized> {
    pub k: V4,
    pub of: &'a B,
    pub from: usize,
    pub many: usize,
    pub with: With,
}

impl<B: Blocks + ?Sized> WithSimd for Group<'_, B> {
    type Output = Digests;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Digests {
        let k = self.k;
        let (sha256, sm3) = match self.with {
            With::Sha256 => (true, false),
            With::Sm3 => (false, true),
            With::Both => (true, true),
        };
        let mut out = Digests { sha256: [[0; 32]; LANES], sm3: [[0; 32]; LANES] };
        let (mut sha_state, mut sm3_state) = (every(k, SHA_INITIAL), begin(k));
        let (mut counts, mut most) = ([0; LANES], 0);
        for (lane, count) in counts.iter_mut().enumerate().take(self.many) {
            *count = self.of.count(self.from + lane);
            most = most.max(*count);
        }
        let mut lanes = [&[0; BLOCK]; LANES];
        for n in 0..most {
            for (lane, count) in counts.iter().enumerate() {
                // A lane that ended goes on with whatever it held; nobody looks at it any more.
                if n < *count {
                    lanes[lane] = self.of.block(self.from + lane, n);
                }
            }
            let w = words(k, &lanes);
            if sha256 {
                sha256_block(k, &mut sha_state, w);
            }
            if sm3 {
                compress(k, &mut sm3_state, w);
            }
            if counts.contains(&(n + 1)) {
                let ended = |lane: usize| counts[lane] == n + 1;
                if sha256 {
                    take(k, sha_state, &mut out.sha256, ended);
                }
                if sm3 {
                    take(k, sm3_state, &mut out.sm3, ended);
                }
            }
        }
        out
    }
}

impl Words for V4 {
    type Word = __m512i;

    #[inline(always)]
    fn add(self, x: __m512i, y: __m512i) -> __m512i {
        self.avx512f._mm512_add_epi32(x, y)
    }
    #[inline(always)]
    fn xor(self, x: __m512i, y: __m512i) -> __m512i {
        self.avx512f._mm512_xor_si512(x, y)
    }
    #[inline(always)]
    fn rotate<const L: i32, const R: i32>(self, x: __m512i) -> __m512i {
        self.avx512f._mm512_rol_epi32::<L>(x)
    }
    // The immediate is the truth table of the three operands.
    #[inline(always)]
    fn xor3(self, x: __m512i, y: __m512i, z: __m512i) -> __m512i {
        self.avx512f._mm512_ternarylogic_epi32::<0x96>(x, y, z)
    }
    #[inline(always)]
    fn majority(self, x: __m512i, y: __m512i, z: __m512i) -> __m512i {
        self.avx512f._mm512_ternarylogic_epi32::<0xe8>(x, y, z)
    }
    #[inline(always)]
    fn choose(self, x: __m512i, y: __m512i, z: __m512i) -> __m512i {
        self.avx512f._mm512_ternarylogic_epi32::<0xca>(x, y, z)
    }
    #[inline(always)]
    fn all(self, word: u32) -> __m512i {
        load([word; LANES])
    }
    #[inline(always)]
    fn stored(self, x: __m512i) -> [u32; LANES] {
        cast(x)
    }
}

#[inline(always)]
fn load(words: [u32; LANES]) -> __m512i {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = words;
    cast(u32x16(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p))
}

/// Sixteen words of each of sixteen blocks, word by word: the blocks lie lane by lane.
/// Loops, not closures: the compiler takes the instructions of a closure for a call of
/// their own each.
#[inline(always)]
fn words(v: V4, blocks: &[&[u8; BLOCK]; LANES]) -> [__m512i; 16] {
    let (k, reversed) = (v.avx512f, load(REVERSED));
    let (mut rows, mut turned) = ([reversed; LANES], [reversed; LANES]);
    for (row, block) in rows.iter_mut().zip(blocks) {
        *row = v.avx512bw._mm512_shuffle_epi8(cast(**block), reversed);
    }
    // Pairs of words, pairs of pairs, then the 128-bit parts twice.
    for (to, from) in turned.as_chunks_mut::<2>().0.iter_mut().zip(rows.as_chunks::<2>().0) {
        to[0] = k._mm512_unpacklo_epi32(from[0], from[1]);
        to[1] = k._mm512_unpackhi_epi32(from[0], from[1]);
    }
    for (to, from) in rows.as_chunks_mut::<4>().0.iter_mut().zip(turned.as_chunks::<4>().0) {
        to[0] = k._mm512_unpacklo_epi64(from[0], from[2]);
        to[1] = k._mm512_unpackhi_epi64(from[0], from[2]);
        to[2] = k._mm512_unpacklo_epi64(from[1], from[3]);
        to[3] = k._mm512_unpackhi_epi64(from[1], from[3]);
    }
    for m in 0..4 {
        let (a, b, c, d) = (rows[m], rows[m + 4], rows[m + 8], rows[m + 12]);
        let (low, high) = (k._mm512_shuffle_i32x4::<0x44>(a, b), k._mm512_shuffle_i32x4::<0x44>(c, d));
        turned[m] = k._mm512_shuffle_i32x4::<0x88>(low, high);
        turned[m + 4] = k._mm512_shuffle_i32x4::<0xdd>(low, high);
        let (low, high) = (k._mm512_shuffle_i32x4::<0xee>(a, b), k._mm512_shuffle_i32x4::<0xee>(c, d));
        turned[m + 8] = k._mm512_shuffle_i32x4::<0x88>(low, high);
        turned[m + 12] = k._mm512_shuffle_i32x4::<0xdd>(low, high);
    }
    turned
}

/// Steps 0 to 15 on the message itself, then three times sixteen on its expansion, kept
/// in a ring of sixteen words.
macro_rules! sixteen {
    ($step:ident) => {
        $step!(0);
        $step!(1);
        $step!(2);
        $step!(3);
        $step!(4);
        $step!(5);
        $step!(6);
        $step!(7);
        $step!(8);
        $step!(9);
        $step!(10);
        $step!(11);
        $step!(12);
        $step!(13);
        $step!(14);
        $step!(15);
    };
}

/// SHA-256 of one block of each message (FIPS 180-4, 6.2.2).
#[inline(always)]
fn sha256_block(v: V4, state: &mut [__m512i; 8], mut w: [__m512i; 16]) {
    let k = v.avx512f;
    macro_rules! add {
        ($x:expr, $y:expr) => {
            k._mm512_add_epi32($x, $y)
        };
    }
    // The immediate is the truth table of the three operands.
    macro_rules! xor3 {
        ($x:expr, $y:expr, $z:expr) => {
            k._mm512_ternarylogic_epi32::<0x96>($x, $y, $z)
        };
    }
    macro_rules! ror {
        ($x:expr, $n:literal) => {
            k._mm512_ror_epi32::<$n>($x)
        };
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    macro_rules! round {
        ($t:expr, $n:expr) => {{
            let sum1 = xor3!(ror!(e, 6), ror!(e, 11), ror!(e, 25));
            let choice = k._mm512_ternarylogic_epi32::<0xca>(e, f, g);
            let t1 = add!(add!(add!(h, add!(w[$n], load([$t; LANES]))), choice), sum1);
            let sum0 = xor3!(ror!(a, 2), ror!(a, 13), ror!(a, 22));
            let majority = k._mm512_ternarylogic_epi32::<0xe8>(a, b, c);
            (h, g, f, e) = (g, f, e, add!(d, t1));
            (d, c, b, a) = (c, b, a, add!(t1, add!(sum0, majority)));
        }};
    }
    macro_rules! known {
        ($n:literal) => {
            round!(SHA_ROUND[$n], $n);
        };
    }
    sixteen!(known);
    for base in [16, 32, 48] {
        macro_rules! expanded {
            ($n:literal) => {
                let (x, y) = (w[($n + 1) & 15], w[($n + 14) & 15]);
                let s0 = xor3!(ror!(x, 7), ror!(x, 18), k._mm512_srli_epi32::<3>(x));
                let s1 = xor3!(ror!(y, 17), ror!(y, 19), k._mm512_srli_epi32::<10>(y));
                w[$n] = add!(add!(w[$n], s0), add!(w[($n + 9) & 15], s1));
                round!(SHA_ROUND[base + $n], $n);
            };
        }
        sixteen!(expanded);
    }
    for (s, v) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *s = add!(*s, v);
    }
}
