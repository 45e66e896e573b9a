//! Sealing: one random key an object, one fresh nonce a chunk.
//!
//! ```text
//! object = header (64) ‖ chunk 0 ‖ chunk 1 ‖ …
//! header = "MJVAULT1" ‖ cipher (1) ‖ 20 ‖ length of key id (1) ‖ 0 (5) ‖ salt (16) ‖ key id (32)
//! chunk  = nonce (12) ‖ ciphertext (1 MiB, the last one shorter) ‖ tag (16)
//! AAD    = header ‖ u64 index of the chunk ‖ 0x01 if it is the last, else 0x00
//! ```
//!
//! Every chunk has a fixed place, so a range is read without the rest. The index in the AAD finds
//! exchanged chunks, the last flag finds a cut, the salt finds chunks of another object. The key
//! id is the master key at ingest; after a rotation the key record says which one it is now.
//! Evidence of no bytes has one chunk of no bytes.

use std::fmt;

use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{AesGcm, Nonce, Tag};
use mingjing_ledger::commit::CHUNK_LEN;
use ring::aead;
use serde::{Deserialize, Serialize};
use sm4::Sm4;
use zeroize::Zeroizing;

use crate::random::random;

/// Bytes of a header.
pub const HEADER_LEN: usize = 64;
/// Bytes of a nonce.
pub const NONCE_LEN: usize = 12;
/// Bytes of a tag.
pub const TAG_LEN: usize = 16;
/// Bytes of a whole sealed chunk.
pub const STRIDE: usize = NONCE_LEN + CHUNK_LEN + TAG_LEN;
/// Most bytes of a key id.
pub const KEY_ID_LEN: usize = 32;

const MAGIC: &[u8; 8] = b"MJVAULT1";
const KEY_ID_AT: usize = HEADER_LEN - KEY_ID_LEN;
const SALT_AT: usize = KEY_ID_AT - 16;

/// An authenticated cipher with a 96-bit nonce and a 128-bit tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cipher {
    /// AES-256 in GCM (NIST SP 800-38D). Default.
    #[serde(rename = "aes-256-gcm")]
    Aes256Gcm,
    /// SM4 (GB/T 32907-2016) in GCM (GB/T 36624-2018).
    #[serde(rename = "sm4-gcm")]
    Sm4Gcm,
}

impl Cipher {
    /// Bytes of a key.
    pub fn key_len(self) -> usize {
        match self {
            Cipher::Aes256Gcm => 32,
            Cipher::Sm4Gcm => 16,
        }
    }

    fn byte(self) -> u8 {
        match self {
            Cipher::Aes256Gcm => 1,
            Cipher::Sm4Gcm => 2,
        }
    }
}

/// Ciphertext, nonce and tag do not belong together under this key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unauthentic;

enum Inner {
    Aes(Box<aead::LessSafeKey>),
    Sm4(Box<AesGcm<Sm4, U12>>),
}

/// A key that seals and opens.
pub struct Key {
    cipher: Cipher,
    secret: Zeroizing<Vec<u8>>,
    inner: Inner,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("cipher", &self.cipher).finish_non_exhaustive()
    }
}

impl Key {
    /// A fresh random key.
    pub fn generate(cipher: Cipher) -> Option<Self> {
        let random = Zeroizing::new(random::<32>());
        Self::new(cipher, &random[..cipher.key_len()])
    }

    /// A key from its bytes; `None` when their number is not the cipher's.
    pub fn new(cipher: Cipher, secret: &[u8]) -> Option<Self> {
        let inner = match cipher {
            Cipher::Aes256Gcm => {
                let key = aead::UnboundKey::new(&aead::AES_256_GCM, secret).ok()?;
                Inner::Aes(Box::new(aead::LessSafeKey::new(key)))
            }
            Cipher::Sm4Gcm => Inner::Sm4(Box::new(AesGcm::new_from_slice(secret).ok()?)),
        };
        Some(Self { cipher, secret: Zeroizing::new(secret.to_vec()), inner })
    }

    /// Its cipher.
    pub fn cipher(&self) -> Cipher {
        self.cipher
    }

    /// Its bytes, to be wrapped.
    pub fn secret(&self) -> &[u8] {
        &self.secret
    }

    /// Seals `plain` under a fresh nonce: `nonce ‖ ciphertext ‖ tag` replaces what `out` held.
    pub fn seal(&self, aad: &[u8], plain: &[u8], out: &mut Vec<u8>) {
        let nonce = random::<NONCE_LEN>();
        out.clear();
        out.reserve(NONCE_LEN + plain.len() + TAG_LEN);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(plain);
        let text = &mut out[NONCE_LEN..];
        // Both refuse only more than 2^36 − 32 bytes under one nonce; a chunk has 2^20.
        #[allow(clippy::expect_used)]
        let tag: [u8; TAG_LEN] = match &self.inner {
            Inner::Aes(key) => {
                let nonce = aead::Nonce::assume_unique_for_key(nonce);
                let tag = key.seal_in_place_separate_tag(nonce, aead::Aad::from(aad), text);
                let mut bytes = [0; TAG_LEN];
                bytes.copy_from_slice(tag.expect("a chunk is short enough for GCM").as_ref());
                bytes
            }
            Inner::Sm4(key) => key
                .encrypt_inout_detached(&Nonce::from(nonce), aad, text.into())
                .expect("a chunk is short enough for GCM")
                .into(),
        };
        out.extend_from_slice(&tag);
    }

    /// Opens `nonce ‖ ciphertext ‖ tag` where it stands; the plain bytes are those between.
    ///
    /// # Errors
    /// [`Unauthentic`] when anything was changed or is too short; the bytes are then worthless.
    pub fn open<'a>(&self, aad: &[u8], sealed: &'a mut [u8]) -> Result<&'a [u8], Unauthentic> {
        if sealed.len() < NONCE_LEN + TAG_LEN {
            return Err(Unauthentic);
        }
        let (nonce, rest) = sealed.split_at_mut(NONCE_LEN);
        let nonce: [u8; NONCE_LEN] = (&*nonce).try_into().map_err(|_| Unauthentic)?;
        match &self.inner {
            Inner::Aes(key) => {
                let nonce = aead::Nonce::assume_unique_for_key(nonce);
                key.open_in_place(nonce, aead::Aad::from(aad), rest).map_err(|_| Unauthentic)?;
            }
            Inner::Sm4(key) => {
                let (text, tag) = rest.split_at_mut(rest.len() - TAG_LEN);
                let tag: [u8; TAG_LEN] = (&*tag).try_into().map_err(|_| Unauthentic)?;
                key.decrypt_inout_detached(&Nonce::from(nonce), aad, text.into(), &Tag::from(tag))
                    .map_err(|_| Unauthentic)?;
            }
        }
        Ok(&sealed[NONCE_LEN..sealed.len() - TAG_LEN])
    }
}

/// First bytes of an object; part of what every chunk authenticates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header([u8; HEADER_LEN]);

impl Header {
    /// Header of a new object under a master key, with a fresh salt.
    pub fn new(cipher: Cipher, key_id: &str) -> Self {
        Self::with_salt(cipher, key_id, &random())
    }

    /// The header with this salt. A key id is at most 32 bytes; the key file refuses longer ones.
    pub fn with_salt(cipher: Cipher, key_id: &str, salt: &[u8; 16]) -> Self {
        let mut bytes = [0; HEADER_LEN];
        bytes[..8].copy_from_slice(MAGIC);
        let id = &key_id.as_bytes()[..key_id.len().min(KEY_ID_LEN)];
        (bytes[8], bytes[9]) = (cipher.byte(), CHUNK_LEN.trailing_zeros() as u8);
        // At most 32.
        bytes[10] = id.len() as u8;
        bytes[SALT_AT..KEY_ID_AT].copy_from_slice(salt);
        bytes[KEY_ID_AT..][..id.len()].copy_from_slice(id);
        Self(bytes)
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8; HEADER_LEN] {
        &self.0
    }

    /// The salt: makes the name of the object and the AAD of its chunks unlike any other's.
    pub fn salt(&self) -> [u8; 16] {
        let mut salt = [0; 16];
        salt.copy_from_slice(&self.0[SALT_AT..KEY_ID_AT]);
        salt
    }

    /// What a chunk authenticates besides its bytes.
    pub fn aad(&self, index: u64, last: bool) -> [u8; HEADER_LEN + 9] {
        let mut aad = [0; HEADER_LEN + 9];
        aad[..HEADER_LEN].copy_from_slice(&self.0);
        aad[HEADER_LEN..HEADER_LEN + 8].copy_from_slice(&index.to_be_bytes());
        aad[HEADER_LEN + 8] = u8::from(last);
        aad
    }
}

/// Chunks of evidence of `length` bytes: at least one.
pub fn chunks(length: u64) -> u64 {
    length.div_ceil(CHUNK_LEN as u64).max(1)
}

/// Where chunk `index` begins in the object.
pub fn chunk_at(index: u64) -> u64 {
    HEADER_LEN as u64 + index * STRIDE as u64
}

/// Bytes of the whole object for evidence of `length` bytes.
pub fn sealed_len(length: u64) -> u64 {
    HEADER_LEN as u64 + length + chunks(length) * (NONCE_LEN + TAG_LEN) as u64
}

/// Bytes of sealed chunk `index` for evidence of `length` bytes.
pub fn stride_len(length: u64, index: u64) -> usize {
    let plain = length.saturating_sub(index * CHUNK_LEN as u64).min(CHUNK_LEN as u64);
    // At most a chunk.
    plain as usize + NONCE_LEN + TAG_LEN
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NIST SP 800-38D vectors as in the GCM specification, test case 14; RFC 8998, A.2.
    #[test]
    fn known_answers_open() {
        let mut aes = vec![0; NONCE_LEN];
        aes.extend(hex::decode("cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919").unwrap());
        let key = Key::new(Cipher::Aes256Gcm, &[0; 32]).unwrap();
        assert_eq!(key.open(b"", &mut aes), Ok(&[0u8; 16][..]));

        let hex = |text: &str| hex::decode(text).unwrap();
        let key = Key::new(Cipher::Sm4Gcm, &hex("0123456789abcdeffedcba9876543210")).unwrap();
        let mut sealed = hex("00001234567800000000abcd");
        sealed.extend(hex(concat!(
            "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735",
            "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d",
            "83de3541e4c2b58177e065a9bf7b62ec",
        )));
        let aad = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        let plain: Vec<u8> = ["aa", "bb", "cc", "dd", "ee", "ff", "ee", "aa"]
            .iter()
            .flat_map(|two| hex(&two.repeat(8)))
            .collect();
        assert_eq!(key.open(&aad, &mut sealed).unwrap(), plain);
    }

    #[test]
    fn any_changed_byte_any_other_place_and_any_cut_is_found() {
        for cipher in [Cipher::Aes256Gcm, Cipher::Sm4Gcm] {
            let key = Key::generate(cipher).unwrap();
            let header = Header::new(cipher, "2026");
            let mut sealed = Vec::new();
            key.seal(&header.aad(3, false), b"evidence", &mut sealed);
            let opens = |aad: &[u8], sealed: &[u8]| key.open(aad, &mut sealed.to_vec()).is_ok();
            assert!(opens(&header.aad(3, false), &sealed));
            assert!(!opens(&header.aad(4, false), &sealed));
            assert!(!opens(&header.aad(3, true), &sealed));
            assert!(!opens(&Header::new(cipher, "2026").aad(3, false), &sealed), "another salt");
            for at in 0..sealed.len() {
                let mut changed = sealed.clone();
                changed[at] ^= 1;
                assert!(!opens(&header.aad(3, false), &changed), "byte {at}");
                assert!(!opens(&header.aad(3, false), &sealed[..at]), "cut at {at}");
            }
            let mut again = Vec::new();
            key.seal(&header.aad(3, false), b"evidence", &mut again);
            assert_ne!(sealed[..NONCE_LEN], again[..NONCE_LEN], "a nonce is used once");
        }
    }

    #[test]
    fn places_add_up() {
        let chunk = CHUNK_LEN as u64;
        for length in [0, 1, chunk - 1, chunk, chunk + 1, 5 * chunk] {
            let sum: u64 = (0..chunks(length)).map(|index| stride_len(length, index) as u64).sum();
            assert_eq!(sealed_len(length), HEADER_LEN as u64 + sum, "{length}");
        }
        assert_eq!((chunks(0), chunks(chunk), chunks(chunk + 1)), (1, 1, 2));
    }
}
