//! Bytes of the system's generator, for keys, nonces, salts and upload ids alone.
//!
//! Other randomness comes from the write context, so that a command can be decided again from its
//! record. These must never come again: a nonce used twice gives the key away.

use ring::rand::{SecureRandom, SystemRandom};

/// `N` fresh random bytes.
///
/// # Panics
/// When the system gives no randomness: nothing could be sealed safely.
pub fn random<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    // Going on without randomness would reuse nonces.
    #[allow(clippy::expect_used)]
    SystemRandom::new().fill(&mut out).expect("the operating system gives random bytes");
    out
}
