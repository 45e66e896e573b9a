//! Keys of notes: Ed25519, SM2 with SM3, and Ed25519 witness keys.

use std::fmt;
use std::str::FromStr;

use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::Signer as _;
use sm2::dsa::signature::{Signer as _, Verifier as _};

use super::{Checkpoint, NoteError, Signature};
use crate::hash::{pair, sha256};

/// Signer identity of SM2 signatures (GB/T 35276-2017): the standard's default.
pub const SM2_USER_ID: &str = "1234567812345678";
/// Follows the byte 0xff that C2SP leaves to unassigned signature types: names ours.
pub const SM2_IDENTIFIER: &[u8] = b"mingjing/sm2-with-sm3/v1";

/// Kind of key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// Ed25519 over the note text (type 0x01).
    Ed25519,
    /// SM2 with SM3 over the note text (type 0xff with [`SM2_IDENTIFIER`]).
    Sm2,
    /// Ed25519 witness cosignature with a time (type 0x04).
    Witness,
}

impl KeyKind {
    /// The signature type bytes that precede the public key in ids and verifier keys.
    fn prefix(self) -> Vec<u8> {
        match self {
            KeyKind::Ed25519 => vec![0x01],
            KeyKind::Witness => vec![0x04],
            KeyKind::Sm2 => [&[0xff], SM2_IDENTIFIER].concat(),
        }
    }
}

/// Key names are non-empty and have neither white space nor `+` (nor, in notes, controls).
pub(super) fn name_is_valid(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

#[derive(Clone)]
enum Public {
    Ed25519(ed25519_dalek::VerifyingKey),
    Witness(ed25519_dalek::VerifyingKey),
    Sm2(Box<sm2::dsa::VerifyingKey>),
}

/// A key that verifies. `Display` and `FromStr` use the C2SP verifier key text
/// `<name>+<id, 8 hex digits>+<base64(type ‖ public key)>`.
#[derive(Clone)]
pub struct VerifierKey {
    name: String,
    id: u32,
    public: Public,
}

impl VerifierKey {
    fn new(name: &str, kind: KeyKind, key: &[u8]) -> Result<Self, NoteError> {
        if !name_is_valid(name) {
            return Err(NoteError::Key("名称"));
        }
        let ed25519 = || {
            let bytes: &[u8; 32] = key.try_into().map_err(|_| NoteError::Key("公钥长度"))?;
            ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| NoteError::Key("公钥"))
        };
        let public = match kind {
            KeyKind::Ed25519 => Public::Ed25519(ed25519()?),
            KeyKind::Witness => Public::Witness(ed25519()?),
            KeyKind::Sm2 => {
                if key.len() != 65 {
                    return Err(NoteError::Key("公钥长度"));
                }
                let key = sm2::dsa::VerifyingKey::from_sec1_bytes(SM2_USER_ID, key)
                    .map_err(|_| NoteError::Key("公钥"))?;
                Public::Sm2(Box::new(key))
            }
        };
        let digest = sha256(&[name.as_bytes(), b"\n", &kind.prefix(), key]);
        let id = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
        Ok(Self { name: name.to_owned(), id, public })
    }

    /// Key name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Key id: first four bytes of `SHA-256(name ‖ "\n" ‖ type ‖ public key)`.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Kind of key.
    pub fn kind(&self) -> KeyKind {
        match &self.public {
            Public::Ed25519(_) => KeyKind::Ed25519,
            Public::Witness(_) => KeyKind::Witness,
            Public::Sm2(_) => KeyKind::Sm2,
        }
    }

    /// Public key: 32 bytes for Ed25519, an uncompressed point of 65 bytes for SM2.
    pub fn public_key(&self) -> Vec<u8> {
        match &self.public {
            Public::Ed25519(key) | Public::Witness(key) => key.as_bytes().to_vec(),
            Public::Sm2(key) => key.to_sec1_bytes().to_vec(),
        }
    }

    /// Checks signature bytes over a note text; for a witness, returns its time.
    pub(super) fn verify(&self, text: &str, bytes: &[u8]) -> Result<Option<u64>, NoteError> {
        let bad = || NoteError::BadSignature { name: self.name.clone() };
        match &self.public {
            Public::Ed25519(key) => {
                let signature = ed25519_dalek::Signature::from_slice(bytes).map_err(|_| bad())?;
                key.verify_strict(text.as_bytes(), &signature).map_err(|_| bad())?;
                Ok(None)
            }
            Public::Sm2(key) => {
                let signature = sm2::dsa::Signature::from_slice(bytes).map_err(|_| bad())?;
                key.verify(text.as_bytes(), &signature).map_err(|_| bad())?;
                Ok(None)
            }
            Public::Witness(key) => {
                let (time, rest) = bytes.split_first_chunk::<8>().ok_or_else(bad)?;
                let time = u64::from_be_bytes(*time);
                let message = cosigned_message(text, time)?;
                let signature = ed25519_dalek::Signature::from_slice(rest).map_err(|_| bad())?;
                key.verify_strict(message.as_bytes(), &signature).map_err(|_| bad())?;
                Ok(Some(time))
            }
        }
    }
}

impl PartialEq for VerifierKey {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, self.kind(), self.public_key()) == (&other.name, other.kind(), other.public_key())
    }
}

impl Eq for VerifierKey {}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "VerifierKey({self})")
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = self.kind().prefix();
        key.extend(self.public_key());
        write!(out, "{}+{:08x}+{}", self.name, self.id, STANDARD.encode(key))
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Key("应为三段"));
        };
        let bytes = STANDARD.decode(encoded).map_err(|_| NoteError::Key("base64"))?;
        let kinds = [KeyKind::Ed25519, KeyKind::Witness, KeyKind::Sm2];
        let found = kinds
            .iter()
            .find_map(|kind| bytes.strip_prefix(kind.prefix().as_slice()).map(|key| (*kind, key)));
        let (kind, key) = found.ok_or(NoteError::Key("密钥种类"))?;
        let verifier = Self::new(name, kind, key)?;
        if id == format!("{:08x}", verifier.id) { Ok(verifier) } else { Err(NoteError::Key("密钥编号")) }
    }
}

enum Secret {
    Ed25519(Box<ed25519_dalek::SigningKey>),
    Witness(Box<ed25519_dalek::SigningKey>),
    Sm2(Box<sm2::dsa::SigningKey>),
}

/// A key that signs. It never shows its secret, not in `Debug` either.
pub struct SignerKey {
    secret: Secret,
    verifier: VerifierKey,
}

impl fmt::Debug for SignerKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SignerKey({})", self.verifier)
    }
}

impl SignerKey {
    /// A key from 32 secret random bytes. For Ed25519 they are the RFC 8032 seed. For SM2 the
    /// scalar is the first of `SM3(identifier ‖ n ‖ seed)`, n = 0, 1, … (one byte), that is a
    /// private key.
    ///
    /// # Errors
    /// [`NoteError::Key`] for a bad name; [`NoteError::Seed`] if no scalar is found.
    pub fn from_seed(kind: KeyKind, name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        let (secret, public) = match kind {
            KeyKind::Ed25519 | KeyKind::Witness => {
                let key = Box::new(ed25519_dalek::SigningKey::from_bytes(seed));
                let public = key.verifying_key().as_bytes().to_vec();
                let secret = match kind {
                    KeyKind::Witness => Secret::Witness(key),
                    KeyKind::Ed25519 | KeyKind::Sm2 => Secret::Ed25519(key),
                };
                (secret, public)
            }
            KeyKind::Sm2 => {
                let key = (0..=u8::MAX)
                    .find_map(|n| sm2_key(&pair(&[SM2_IDENTIFIER, &[n], seed]).sm3))
                    .ok_or(NoteError::Seed)?;
                let public = key.verifying_key().to_sec1_bytes().to_vec();
                (Secret::Sm2(Box::new(key)), public)
            }
        };
        Ok(Self { secret, verifier: VerifierKey::new(name, kind, &public)? })
    }

    /// An SM2 key from its private scalar, 32 bytes big-endian, as kept by other programs.
    ///
    /// # Errors
    /// [`NoteError::Key`] for a bad name; [`NoteError::Seed`] for a scalar outside 1 … order − 2.
    pub fn from_sm2_scalar(name: &str, scalar: &[u8; 32]) -> Result<Self, NoteError> {
        let key = sm2_key(scalar).ok_or(NoteError::Seed)?;
        let public = key.verifying_key().to_sec1_bytes();
        let verifier = VerifierKey::new(name, KeyKind::Sm2, &public)?;
        Ok(Self { secret: Secret::Sm2(Box::new(key)), verifier })
    }

    /// The public half.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Signs a note text (Ed25519 and SM2 keys). Deterministic: no randomness is drawn.
    ///
    /// # Errors
    /// [`NoteError::WrongKind`] for a witness key; [`NoteError::Seed`] if SM2 signing fails.
    pub fn sign(&self, text: &str) -> Result<Signature, NoteError> {
        let bytes = match &self.secret {
            Secret::Ed25519(key) => key.sign(text.as_bytes()).to_bytes().to_vec(),
            Secret::Sm2(key) => {
                let signature = key.try_sign(text.as_bytes()).map_err(|_| NoteError::Seed)?;
                signature.to_bytes().to_vec()
            }
            Secret::Witness(_) => return Err(NoteError::WrongKind),
        };
        Ok(self.line(bytes))
    }

    /// Cosigns a checkpoint text at `timestamp` (POSIX seconds; witness keys).
    ///
    /// # Errors
    /// [`NoteError::WrongKind`] for other keys; [`NoteError::Checkpoint`] when the text is no
    /// checkpoint or the time is above 2^63 - 1.
    pub fn cosign(&self, text: &str, timestamp: u64) -> Result<Signature, NoteError> {
        match &self.secret {
            Secret::Witness(key) => {
                let message = cosigned_message(text, timestamp)?;
                let mut bytes = timestamp.to_be_bytes().to_vec();
                bytes.extend_from_slice(&key.sign(message.as_bytes()).to_bytes());
                Ok(self.line(bytes))
            }
            Secret::Ed25519(_) | Secret::Sm2(_) => Err(NoteError::WrongKind),
        }
    }

    fn line(&self, bytes: Vec<u8>) -> Signature {
        Signature { name: self.verifier.name.clone(), id: self.verifier.id, bytes }
    }
}

fn sm2_key(scalar: &[u8; 32]) -> Option<sm2::dsa::SigningKey> {
    let key = sm2::dsa::SigningKey::from_slice(SM2_USER_ID, scalar).ok()?;
    // GB/T 32918.2 also excludes n-1: with it 1 + d has no inverse. Signing finds that out.
    key.try_sign(b"").ok().map(|_| key)
}

/// What a witness signs (tlog-cosignature, `cosignature/v1`).
fn cosigned_message(text: &str, timestamp: u64) -> Result<String, NoteError> {
    Checkpoint::parse(text)?;
    if i64::try_from(timestamp).is_err() {
        return Err(NoteError::Checkpoint("时间"));
    }
    Ok(format!("cosignature/v1\ntime {timestamp}\n{text}"))
}
