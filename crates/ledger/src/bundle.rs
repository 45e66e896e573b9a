//! Self-contained proofs: one event, its place in the log, and the signed head.

use serde::{Deserialize, Serialize};

use crate::{
    VerifyError,
    commit::{EventOpening, VerifiedEvent},
    hash::{b64_bytes, b64_list, sha256},
    note::{Checkpoint, KeyKind, Note, VerifiedSignature, VerifierKey},
    pdf,
    tlog::{Hash, leaf_hash, verify_consistency, verify_inclusion},
};

/// Format name of the bundles this crate writes and reads.
pub const FORMAT: &str = "mingjing.bundle/1";
/// Name of the field that commits to a document: the lower-case hex SHA-256 of the stored bytes
/// (for a download, of the prefix). No other kind of event may use the name.
pub const DOCUMENT_DIGEST_FIELD: &str = "document_sha256";

/// A proof that stands alone: JSON in one canonical encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// [`FORMAT`].
    pub format: String,
    /// What a person should read first. Every line repeats something that is proved.
    pub statement: Vec<StatementLine>,
    /// The event, opened in part.
    pub event: EventOpening,
    /// Where its commitment stands in the log.
    pub log: LogProof,
    /// A later head of the same log, for readers who hold that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub later: Option<LaterHead>,
}

/// A line for people, and where its truth comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case", deny_unknown_fields)]
pub enum StatementLine {
    /// An opened field, withheld characters as `■`.
    Field {
        /// Field name.
        name: String,
        /// What it says.
        value: String,
    },
    /// A member of the envelope, by JSON Pointer (RFC 6901). A string stands for itself,
    /// anything else for its JSON text.
    Envelope {
        /// JSON Pointer, e.g. `/matter`.
        pointer: String,
        /// What it says.
        value: String,
    },
}

/// Place of an entry in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogProof {
    /// Leaf index, from 0.
    pub index: u64,
    /// The 65-byte entry, base64.
    #[serde(with = "b64_bytes")]
    pub entry: Vec<u8>,
    /// Audit path from the leaf upwards, base64 each.
    #[serde(with = "b64_list")]
    pub proof: Vec<Hash>,
    /// The signed checkpoint with any witness cosignatures.
    pub checkpoint: String,
}

/// A later head and the proof that it extends the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaterHead {
    /// Consistency proof, base64 each.
    #[serde(with = "b64_list")]
    pub proof: Vec<Hash>,
    /// The signed later checkpoint.
    pub checkpoint: String,
}

/// A signed head as checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedHead {
    /// Origin, size and root.
    pub checkpoint: Checkpoint,
    /// Signatures by known keys, the log's among them.
    pub signatures: Vec<VerifiedSignature>,
    /// Signature lines by keys the caller does not know; they prove nothing.
    pub unknown_signatures: usize,
}

/// What a bundle proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The head that holds the entry.
    pub head: VerifiedHead,
    /// Leaf index, from 0.
    pub index: u64,
    /// The event as opened.
    pub event: VerifiedEvent,
    /// The lines for people, each found true.
    pub statement: Vec<StatementLine>,
    /// The later head, if the bundle has one.
    pub later: Option<VerifiedHead>,
}

/// What a download with its proof proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedDocument {
    /// What the bundle inside proves.
    pub proof: Verified,
    /// SHA-256 of the stored document, equal to the committed one.
    pub sha256: [u8; 32],
    /// Length of the stored document in bytes.
    pub length: usize,
}

impl Bundle {
    /// The canonical bytes: compact JSON, members in the order of the structs.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Strings, numbers and lists only: serialising to memory cannot fail.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads a bundle.
    ///
    /// # Errors
    /// [`VerifyError::Malformed`], [`VerifyError::UnknownFormat`], and
    /// [`VerifyError::NotCanonical`] when the bytes are not what [`Self::to_bytes`] gives.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, VerifyError> {
        let bundle: Self =
            serde_json::from_slice(bytes).map_err(|error| VerifyError::Malformed(unreadable(&error)))?;
        bundle.check_format()?;
        if bundle.to_bytes() == bytes { Ok(bundle) } else { Err(VerifyError::NotCanonical) }
    }

    /// Checks everything the bundle says against `keys`.
    ///
    /// The checkpoint needs a valid Ed25519 or SM2 signature by a key of `keys` whose name is the
    /// checkpoint's origin; witness keys in `keys` are checked where they signed.
    ///
    /// # Errors
    /// A [`VerifyError`] that names the first thing that does not hold.
    pub fn verify(&self, keys: &[VerifierKey]) -> Result<Verified, VerifyError> {
        self.check_format()?;
        let head = verify_head(&self.log.checkpoint, keys)?;
        let leaf = leaf_hash(&self.log.entry);
        let Checkpoint { size, root, .. } = &head.checkpoint;
        verify_inclusion(self.log.index, *size, &leaf, &self.log.proof, root)?;
        let event = self.event.verify(&self.log.entry)?;
        for line in &self.statement {
            check_line(line, &event)?;
        }
        let later = match &self.later {
            Some(later) => Some(later.verify(&head.checkpoint, keys)?),
            None => None,
        };
        Ok(Verified { head, index: self.log.index, event, statement: self.statement.clone(), later })
    }

    fn check_format(&self) -> Result<(), VerifyError> {
        if self.format == FORMAT { Ok(()) } else { Err(VerifyError::UnknownFormat(self.format.clone())) }
    }
}

/// Where a file stops being a proof, in words of our own.
fn unreadable(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    let what = match error.classify() {
        Category::Io | Category::Eof => "内容不完整",
        Category::Syntax => "不是 JSON",
        Category::Data => "缺少应有的内容，或者内容的类型不符",
    };
    format!("{what}（第 {} 行第 {} 列）", error.line(), error.column())
}

impl LaterHead {
    fn verify(&self, first: &Checkpoint, keys: &[VerifierKey]) -> Result<VerifiedHead, VerifyError> {
        let head = verify_head(&self.checkpoint, keys)?;
        let later = &head.checkpoint;
        if later.origin != first.origin {
            return Err(VerifyError::OriginMismatch);
        }
        verify_consistency(first.size, later.size, &self.proof, &first.root, &later.root)?;
        Ok(head)
    }
}

impl Verified {
    /// The committed document digest, if the event opens [`DOCUMENT_DIGEST_FIELD`].
    pub fn document_sha256(&self) -> Option<[u8; 32]> {
        let text = self.event.field(DOCUMENT_DIGEST_FIELD)?.rendered()?;
        let bytes: [u8; 32] = hex::decode(&text).ok()?.try_into().ok()?;
        // One spelling only.
        if hex::encode(bytes) == text { Some(bytes) } else { None }
    }

    /// Checks that `document` (the stored bytes, without a proof update) is the committed one.
    ///
    /// # Errors
    /// [`VerifyError::NoDocumentDigest`], [`VerifyError::DocumentMismatch`].
    pub fn check_document(&self, document: &[u8]) -> Result<[u8; 32], VerifyError> {
        let committed = self.document_sha256().ok_or(VerifyError::NoDocumentDigest)?;
        if sha256(&[document]) == committed { Ok(committed) } else { Err(VerifyError::DocumentMismatch) }
    }
}

/// Checks a downloaded PDF: its only update is a proof, the proof holds, and it is about this
/// very document.
///
/// # Errors
/// A [`VerifyError`] that names the first thing that does not hold.
pub fn verify_document(download: &[u8], keys: &[VerifierKey]) -> Result<VerifiedDocument, VerifyError> {
    let parts = pdf::split(download)?;
    let proof = Bundle::from_bytes(parts.bundle)?.verify(keys)?;
    let sha256 = proof.check_document(parts.prefix)?;
    Ok(VerifiedDocument { proof, sha256, length: parts.prefix.len() })
}

/// Checks a signed checkpoint: known signatures hold and one is the log's own.
///
/// # Errors
/// [`VerifyError::Note`], [`VerifyError::NoLogSignature`].
pub fn verify_head(note: &str, keys: &[VerifierKey]) -> Result<VerifiedHead, VerifyError> {
    let note = Note::parse(note.as_bytes())?;
    let signatures = note.verify(keys)?;
    let checkpoint = Checkpoint::parse(note.text())?;
    let by_log = |signature: &VerifiedSignature| match signature.kind {
        KeyKind::Ed25519 | KeyKind::Sm2 => signature.name == checkpoint.origin,
        KeyKind::Witness => false,
    };
    if !signatures.iter().any(by_log) {
        return Err(VerifyError::NoLogSignature);
    }
    let unknown_signatures = note.signatures().len() - signatures.len();
    Ok(VerifiedHead { checkpoint, signatures, unknown_signatures })
}

fn check_line(line: &StatementLine, event: &VerifiedEvent) -> Result<(), VerifyError> {
    let (source, found, value) = match line {
        StatementLine::Field { name, value } => {
            (name, event.field(name).and_then(|field| field.rendered()), value)
        }
        StatementLine::Envelope { pointer, value } => {
            (pointer, envelope_member(&event.envelope, pointer), value)
        }
    };
    if found.as_ref() == Some(value) { Ok(()) } else { Err(VerifyError::StatementNotProved(source.clone())) }
}

fn envelope_member(envelope: &str, pointer: &str) -> Option<String> {
    let envelope: serde_json::Value = serde_json::from_str(envelope).ok()?;
    match envelope.pointer(pointer)? {
        serde_json::Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
