//! SM3 (GB/T 32905-2016) of several messages side by side, whatever the width of the registers.

use super::LANES;
use super::sm3::{IV, T};

/// What the rounds need of a processor, one word of each message at a time.
pub(super) trait Words: Copy {
    /// The same word of each message.
    type Word: Copy;

    fn add(self, x: Self::Word, y: Self::Word) -> Self::Word;
    fn xor(self, x: Self::Word, y: Self::Word) -> Self::Word;
    /// Rotates left by `L`; `R` is 32 − `L`.
    fn rotate<const L: i32, const R: i32>(self, x: Self::Word) -> Self::Word;
    fn xor3(self, x: Self::Word, y: Self::Word, z: Self::Word) -> Self::Word;
    fn majority(self, x: Self::Word, y: Self::Word, z: Self::Word) -> Self::Word;
    fn choose(self, x: Self::Word, y: Self::Word, z: Self::Word) -> Self::Word;
    /// The same in every lane.
    fn all(self, word: u32) -> Self::Word;
    /// Lane by lane; zeros behind the lanes there are.
    fn stored(self, x: Self::Word) -> [u32; LANES];
}

/// The initial value in every lane.
#[inline(always)]
pub(super) fn begin<W: Words>(k: W) -> [W::Word; 8] {
    every(k, IV)
}

/// Eight words, each the same in every lane.
#[inline(always)]
pub(super) fn every<W: Words>(k: W, words: [u32; 8]) -> [W::Word; 8] {
    let mut out = [k.all(0); 8];
    for (to, word) in out.iter_mut().zip(words) {
        *to = k.all(word);
    }
    out
}

/// Takes the digests of the lanes that ended.
#[inline(always)]
pub(super) fn take<W: Words>(
    k: W,
    state: [W::Word; 8],
    out: &mut [[u8; 32]; LANES],
    ended: impl Fn(usize) -> bool,
) {
    let mut words = [[0_u32; LANES]; 8];
    for (to, from) in words.iter_mut().zip(state) {
        *to = k.stored(from);
    }
    for (lane, digest) in out.iter_mut().enumerate().filter(|(lane, _)| ended(*lane)) {
        for (bytes, word) in digest.as_chunks_mut::<4>().0.iter_mut().zip(&words) {
            *bytes = word[lane].to_be_bytes();
        }
    }
}

/// Word j of the expanded message, j at least 16, in a ring of sixteen.
macro_rules! expand {
    ($k:ident, $w:ident, $j:expr) => {{
        let x = $k.xor3($w[$j & 15], $w[($j + 7) & 15], $k.rotate::<15, 17>($w[($j + 13) & 15]));
        let p1 = $k.xor3(x, $k.rotate::<15, 17>(x), $k.rotate::<23, 9>(x));
        $w[$j & 15] = $k.xor3(p1, $k.rotate::<7, 25>($w[($j + 3) & 15]), $w[($j + 10) & 15]);
    }};
}

/// The rounds of one block of each message (5.3). Written out, so that the words stay in registers.
#[inline(always)]
pub(super) fn compress<W: Words>(k: W, state: &mut [W::Word; 8], mut w: [W::Word; 16]) {
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    macro_rules! round {
        ($t:expr, $n:expr, $ff:ident, $gg:ident) => {{
            let (word, next) = (w[$n & 15], w[($n + 4) & 15]);
            let a12 = k.rotate::<12, 20>(a);
            let ss1 = k.rotate::<7, 25>(k.add(k.add(a12, k.all($t)), e));
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
