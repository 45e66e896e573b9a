//! Texts that travel through a page without being read or changed there: encrypted,
//! then authenticated. The keys live as long as the process.
//!
//! The key stream is HMAC-SHA-256 over nonce and block number (counter mode of a
//! pseudorandom function); the tag is HMAC-SHA-256 under another key over nonce and
//! ciphertext, and is checked before anything is decrypted.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::entropy::Entropy;

const NONCE: usize = 32;
const TAG: usize = 32;

/// Seals and opens.
pub struct Sealer {
    stream: Hmac<Sha256>,
    tag: Hmac<Sha256>,
}

impl Sealer {
    /// With fresh keys.
    pub fn new(entropy: &dyn Entropy) -> Self {
        Self { stream: fresh(entropy), tag: fresh(entropy) }
    }

    /// As letters, digits, `-` and `_`; longer than the text by a third and 86 characters.
    pub fn seal(&self, entropy: &dyn Entropy, text: &[u8]) -> String {
        let nonce = entropy.seed();
        let mut out = Vec::with_capacity(NONCE + text.len() + TAG);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(text);
        self.apply(&nonce, &mut out[NONCE..]);
        let tag = self.tag.clone().chain_update(&out).finalize().into_bytes();
        out.extend_from_slice(&tag);
        URL_SAFE_NO_PAD.encode(out)
    }

    /// What [`Sealer::seal`] sealed; none when anything was changed.
    pub fn open(&self, sealed: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (body, tag) = bytes.split_at_checked(bytes.len().checked_sub(TAG)?)?;
        let (nonce, hidden) = body.split_at_checked(NONCE)?;
        self.tag.clone().chain_update(body).verify_slice(tag).ok()?;
        let mut text = hidden.to_vec();
        self.apply(nonce, &mut text);
        Some(text)
    }

    fn apply(&self, nonce: &[u8], text: &mut [u8]) {
        for (at, block) in (0_u64..).zip(text.chunks_mut(32)) {
            let key = self.stream.clone().chain_update(nonce).chain_update(at.to_be_bytes());
            for (byte, mask) in block.iter_mut().zip(key.finalize().into_bytes()) {
                *byte ^= mask;
            }
        }
    }
}

fn fresh(entropy: &dyn Entropy) -> Hmac<Sha256> {
    let mut key = [0; 64];
    key[..32].copy_from_slice(&entropy.seed());
    key[32..].copy_from_slice(&entropy.seed());
    Hmac::new(&key.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::entropy::OsEntropy;

    #[test]
    fn what_is_sealed_opens_unchanged_or_not_at_all() {
        let sealer = Sealer::new(&OsEntropy);
        for length in [0, 1, 31, 32, 33, 1000] {
            let text = vec![b'a'; length];
            let sealed = sealer.seal(&OsEntropy, &text);
            assert_eq!(sealer.open(&sealed), Some(text.clone()));
            assert_ne!(sealed, sealer.seal(&OsEntropy, &text), "no two are alike");
            let raw = URL_SAFE_NO_PAD.decode(&sealed).unwrap();
            assert!(length < 8 || !raw.windows(8).any(|it| it == b"aaaaaaaa"));
            for at in 0..raw.len() {
                let mut forged = raw.clone();
                forged[at] ^= 1;
                assert_eq!(sealer.open(&URL_SAFE_NO_PAD.encode(forged)), None, "{at}");
            }
            assert_eq!(sealer.open(&URL_SAFE_NO_PAD.encode(&raw[1..])), None);
            assert_eq!(Sealer::new(&OsEntropy).open(&sealed), None, "another process");
        }
        for other in ["", "AAAA", "!", "甲"] {
            assert_eq!(sealer.open(other), None);
        }
    }
}
