//! The only source of randomness and of identifiers.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng, TryRng};
use std::sync::Mutex;
use uuid::Uuid;

use super::clock::lock;

/// Gives seeds for the generators of single writes.
pub trait Entropy: Send + Sync + 'static {
    /// Thirty-two fresh random bytes.
    fn seed(&self) -> [u8; 32];
}

/// The operating system's generator.
#[derive(Debug, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn seed(&self) -> [u8; 32] {
        let mut out = [0; 32];
        // Without randomness no key, salt or session could be trusted: stopping
        // here is the only safe answer.
        #[allow(clippy::expect_used)]
        rand::rngs::SysRng.try_fill_bytes(&mut out).expect("the operating system gives random bytes");
        out
    }
}

/// A reproducible sequence, for seeding and tests; never for production keys.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<StdRng>);

impl SeededEntropy {
    /// The sequence that belongs to `seed`.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Entropy for SeededEntropy {
    fn seed(&self) -> [u8; 32] {
        let mut out = [0; 32];
        lock(&self.0).fill_bytes(&mut out);
        out
    }
}

/// Generator of one write: secrets, nonces and identifiers.
pub struct Draw(StdRng);

impl Draw {
    /// Seeded from `source`.
    pub fn new(source: &dyn Entropy) -> Self {
        Self(StdRng::from_seed(source.seed()))
    }

    /// Thirty-two random bytes.
    pub fn bytes32(&mut self) -> [u8; 32] {
        let mut out = [0; 32];
        self.0.fill_bytes(&mut out);
        out
    }

    /// UUIDv7 of the instant `millis` after 1970-01-01 UTC.
    pub fn uuid_v7(&mut self, millis: i64) -> Uuid {
        let mut random = [0; 10];
        self.0.fill_bytes(&mut random);
        let millis = u64::try_from(millis).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    /// Sixteen random bytes in lower-case base32 without padding: an identifier
    /// for public addresses that tells nothing and cannot be guessed.
    pub fn public_id(&mut self) -> String {
        const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
        let mut random = [0; 26];
        self.0.fill_bytes(&mut random);
        random.iter().map(|b| char::from(ALPHABET[usize::from(b & 31)])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_the_system_does_not() {
        let draw = |seed| Draw::new(&SeededEntropy::new(seed)).uuid_v7(1_700_000_000_000);
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert_eq!(draw(1).get_version_num(), 7);
        assert_ne!(OsEntropy.seed(), OsEntropy.seed());
        assert_eq!(Draw::new(&OsEntropy).public_id().len(), 26);
    }
}
