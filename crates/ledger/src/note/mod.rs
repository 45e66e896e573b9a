//! Signed notes (C2SP signed-note), checkpoints (tlog-checkpoint) and witness cosignatures
//! (tlog-cosignature v1).

mod checkpoint;
mod key;

pub use checkpoint::Checkpoint;
pub use key::{KeyKind, SM2_IDENTIFIER, SM2_USER_ID, SignerKey, VerifierKey};

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use thiserror::Error;

/// Longest note that is read, in bytes.
const MAX_NOTE_LEN: usize = 1_000_000;
/// Most signature lines that are read; C2SP asks for at least 16.
const MAX_SIGNATURES: usize = 100;

/// Why a note, a key or a checkpoint is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoteError {
    /// The bytes are no signed note; the words say where.
    #[error("签名文本格式有误（{0}）")]
    Malformed(&'static str),
    /// The verifier key string is malformed or its id does not fit.
    #[error("验证公钥格式有误（{0}）")]
    Key(&'static str),
    /// The 32 bytes are no private key of this kind.
    #[error("私钥种子无效")]
    Seed,
    /// A signature by a known key does not verify.
    #[error("“{name}”的签名不成立")]
    BadSignature {
        /// Key name.
        name: String,
    },
    /// One known key signed twice.
    #[error("“{name}”签名两次")]
    DuplicateSignature {
        /// Key name.
        name: String,
    },
    /// No signature by a known key.
    #[error("没有可信密钥的签名")]
    Unverified,
    /// The note text is no checkpoint; the words say where.
    #[error("检查点格式有误（{0}）")]
    Checkpoint(&'static str),
    /// The key signs the other way: plain keys sign, witness keys cosign with a time.
    #[error("密钥种类与签名方式不符")]
    WrongKind,
}

/// A signature line, not yet verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Key name.
    pub name: String,
    /// Key id.
    pub id: u32,
    /// Signature bytes after the id.
    pub bytes: Vec<u8>,
}

/// A signature that was checked with a known key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedSignature {
    /// Key name.
    pub name: String,
    /// Key id.
    pub id: u32,
    /// Kind of key.
    pub kind: KeyKind,
    /// For a cosignature, the witness's POSIX time in seconds.
    pub timestamp: Option<u64>,
}

/// A signed note. `Display` gives its exact text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

impl Note {
    /// A note over `text` that bears no signature yet.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] unless the text ends in a newline and has no other control
    /// characters.
    pub fn new(text: &str) -> Result<Self, NoteError> {
        check_text(text)?;
        Ok(Self { text: text.to_owned(), signatures: Vec::new() })
    }

    /// The signed text, with its final newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines in order.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Adds the plain signature of an Ed25519 or SM2 key.
    ///
    /// # Errors
    /// [`NoteError::WrongKind`] for a witness key.
    pub fn sign(&mut self, key: &SignerKey) -> Result<(), NoteError> {
        let signature = key.sign(&self.text)?;
        self.add(signature);
        Ok(())
    }

    /// Adds a witness cosignature made at `timestamp` (POSIX seconds).
    ///
    /// # Errors
    /// [`NoteError::WrongKind`] for a plain key; [`NoteError::Checkpoint`] when the text is no
    /// checkpoint or the time is above 2^63 - 1.
    pub fn cosign(&mut self, key: &SignerKey, timestamp: u64) -> Result<(), NoteError> {
        let signature = key.cosign(&self.text, timestamp)?;
        self.add(signature);
        Ok(())
    }

    /// Adds a signature line, replacing one of the same key.
    pub fn add(&mut self, signature: Signature) {
        self.signatures.retain(|old| (&old.name, old.id) != (&signature.name, signature.id));
        self.signatures.push(signature);
    }

    /// Reads a signed note.
    ///
    /// # Errors
    /// [`NoteError::Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_NOTE_LEN {
            return Err(NoteError::Malformed("过长"));
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| NoteError::Malformed("不是 UTF-8"))?;
        let cut = whole.rfind("\n\n").ok_or(NoteError::Malformed("没有签名"))?;
        let (text, lines) = (&whole[..=cut], &whole[cut + 2..]);
        check_text(text)?;
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Malformed("末行不完整"))?;
        let signatures = lines.split('\n').map(Signature::parse).collect::<Result<Vec<_>, _>>()?;
        if signatures.len() > MAX_SIGNATURES {
            return Err(NoteError::Malformed("签名过多"));
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// Checks every signature of a known key; unknown ones are ignored, as C2SP asks.
    ///
    /// # Errors
    /// [`NoteError::BadSignature`] or [`NoteError::DuplicateSignature`] for a known key,
    /// [`NoteError::Unverified`] when no known key signed.
    pub fn verify(&self, keys: &[VerifierKey]) -> Result<Vec<VerifiedSignature>, NoteError> {
        let mut verified: Vec<VerifiedSignature> = Vec::new();
        for signature in &self.signatures {
            let known = keys.iter().find(|key| (key.name(), key.id()) == (&signature.name, signature.id));
            let Some(key) = known else { continue };
            if verified.iter().any(|old| (&old.name, old.id) == (&signature.name, signature.id)) {
                return Err(NoteError::DuplicateSignature { name: signature.name.clone() });
            }
            let timestamp = key.verify(&self.text, &signature.bytes)?;
            verified.push(VerifiedSignature {
                name: signature.name.clone(),
                id: signature.id,
                kind: key.kind(),
                timestamp,
            });
        }
        if verified.is_empty() { Err(NoteError::Unverified) } else { Ok(verified) }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(out, "{signature}"))
    }
}

impl Signature {
    /// Reads one signature line without its newline.
    ///
    /// # Errors
    /// [`NoteError::Malformed`].
    pub fn parse(line: &str) -> Result<Self, NoteError> {
        let malformed = NoteError::Malformed("签名行");
        let rest = line.strip_prefix("— ").ok_or(malformed.clone())?;
        let (name, encoded) = rest.split_once(' ').ok_or(malformed.clone())?;
        let bytes = STANDARD.decode(encoded).map_err(|_| malformed.clone())?;
        let (id, rest) = bytes.split_first_chunk::<4>().ok_or(malformed.clone())?;
        if !key::name_is_valid(name) || rest.is_empty() {
            return Err(malformed);
        }
        Ok(Self { name: name.to_owned(), id: u32::from_be_bytes(*id), bytes: rest.to_vec() })
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.id.to_be_bytes().to_vec();
        bytes.extend_from_slice(&self.bytes);
        write!(out, "— {} {}", self.name, STANDARD.encode(bytes))
    }
}

fn check_text(text: &str) -> Result<(), NoteError> {
    if !text.ends_with('\n') {
        return Err(NoteError::Malformed("正文没有以换行结束"));
    }
    if text.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
        return Err(NoteError::Malformed("正文含控制字符"));
    }
    Ok(())
}
