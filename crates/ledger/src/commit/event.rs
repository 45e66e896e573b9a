//! The event tree, the log entry, and opening an event in part.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{Segment, TextOpening, field_leaf, name_is_valid};
use crate::{
    VerifyError,
    hash::{self, Pair, b64_array, b64_bytes, pair, tag},
};

/// Format version of a log entry (house rule 2.2).
pub const ENTRY_VERSION: u8 = 1;
/// Bytes of a log entry: version, SHA-256 root, SM3 root.
pub const ENTRY_LEN: usize = 65;

/// Roots of an event: its envelope bytes as stored, then its field leaves in order.
pub fn event_root(envelope: &[u8], leaves: &[Pair]) -> Pair {
    let mut all = Vec::with_capacity(leaves.len() + 1);
    all.push(pair(&[&[tag::ENVELOPE], envelope]));
    all.extend_from_slice(leaves);
    let top = hash::tree(tag::EVENT_NODE, &all);
    // An event has a handful of leaves; the count is bound so that no leaf can pass for a node.
    let count = u32::try_from(all.len()).unwrap_or(u32::MAX).to_be_bytes();
    Pair {
        sha256: hash::sha256(&[&[tag::EVENT_ROOT], &count, &top.sha256]),
        sm3: hash::sm3(&[&[tag::EVENT_ROOT], &count, &top.sm3]),
    }
}

/// The log entry of an event: `1 ‖ SHA-256 root ‖ SM3 root`, 65 bytes.
pub fn entry(root: &Pair) -> Vec<u8> {
    let mut out = Vec::with_capacity(ENTRY_LEN);
    out.push(ENTRY_VERSION);
    out.extend_from_slice(&root.sha256);
    out.extend_from_slice(&root.sm3);
    out
}

/// Reads a log entry back.
///
/// # Errors
/// [`VerifyError::EntryFormat`] unless it is exactly 65 bytes of version 1.
pub fn parse_entry(bytes: &[u8]) -> Result<Pair, VerifyError> {
    match bytes.split_first() {
        Some((&ENTRY_VERSION, rest)) if rest.len() == ENTRY_LEN - 1 => {
            let (mut sha256, mut sm3) = ([0; 32], [0; 32]);
            sha256.copy_from_slice(&rest[..32]);
            sm3.copy_from_slice(&rest[32..]);
            Ok(Pair { sha256, sm3 })
        }
        Some(_) | None => Err(VerifyError::EntryFormat),
    }
}

/// Bytes of an opened field. In JSON `{"text": …}` when they are UTF-8, else `{"base64": …}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedValue(pub Vec<u8>);

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum ValueForm {
    Text(String),
    Base64(#[serde(with = "b64_bytes")] Vec<u8>),
}

impl Serialize for OpenedValue {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match String::from_utf8(self.0.clone()) {
            Ok(text) => ValueForm::Text(text).serialize(out),
            Err(error) => ValueForm::Base64(error.into_bytes()).serialize(out),
        }
    }
}

impl<'de> Deserialize<'de> for OpenedValue {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        match ValueForm::deserialize(input)? {
            ValueForm::Text(text) => Ok(Self(text.into_bytes())),
            ValueForm::Base64(bytes) if std::str::from_utf8(&bytes).is_ok() => {
                Err(D::Error::custom("UTF-8 values are written as text"))
            }
            ValueForm::Base64(bytes) => Ok(Self(bytes)),
        }
    }
}

/// One leaf of an opened event, in committed order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum FieldOpening {
    /// A field shown whole.
    Opened {
        /// Field name as committed.
        name: String,
        /// Its salt.
        #[serde(with = "b64_array")]
        salt: [u8; 32],
        /// Its bytes.
        value: OpenedValue,
    },
    /// A publishable text, shown in whole or in part.
    Text {
        /// Field name as committed.
        name: String,
        /// Proof of the shown spans.
        opening: TextOpening,
    },
    /// A field that exists and is withheld; not even its name is told.
    Hidden {
        /// The committed leaf.
        leaf: Pair,
    },
}

/// An event opened in part: enough to recompute its root, and nothing of what is withheld.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventOpening {
    /// The envelope, byte for byte as stored.
    pub envelope: String,
    /// Every field leaf, in committed order.
    pub fields: Vec<FieldOpening>,
}

/// A field as proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenedField {
    /// Bytes as committed.
    Whole {
        /// Field name.
        name: String,
        /// Field bytes.
        bytes: Vec<u8>,
    },
    /// Text as committed, with gaps where characters are withheld.
    Text {
        /// Field name.
        name: String,
        /// Shown and withheld stretches in order.
        segments: Vec<Segment>,
    },
}

impl OpenedField {
    /// The field's name.
    pub fn name(&self) -> &str {
        match self {
            OpenedField::Whole { name, .. } | OpenedField::Text { name, .. } => name,
        }
    }

    /// The field as a reader sees it: each withheld character as `■`; `None` for bytes that
    /// are not UTF-8.
    pub fn rendered(&self) -> Option<String> {
        match self {
            OpenedField::Whole { bytes, .. } => String::from_utf8(bytes.clone()).ok(),
            OpenedField::Text { segments, .. } => Some(
                segments
                    .iter()
                    .map(|segment| match segment {
                        Segment::Shown(text) => text.clone(),
                        Segment::Withheld { chars } => "■".repeat(*chars as usize),
                    })
                    .collect(),
            ),
        }
    }
}

/// What an event opening proves, once its root is found in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedEvent {
    /// The roots the opening leads to.
    pub root: Pair,
    /// The envelope as committed.
    pub envelope: String,
    /// The opened fields in committed order.
    pub fields: Vec<OpenedField>,
    /// How many further fields exist and are withheld.
    pub hidden: usize,
}

impl VerifiedEvent {
    /// The opened field of that name.
    pub fn field(&self, name: &str) -> Option<&OpenedField> {
        self.fields.iter().find(|field| field.name() == name)
    }
}

impl EventOpening {
    /// Computes the root from what is opened and the leaves of what is withheld.
    ///
    /// # Errors
    /// [`VerifyError::FieldName`], [`VerifyError::DuplicateField`] and those of
    /// [`TextOpening::evaluate`].
    pub fn evaluate(&self) -> Result<VerifiedEvent, VerifyError> {
        let mut names = BTreeSet::new();
        let (mut leaves, mut fields, mut hidden) = (Vec::new(), Vec::new(), 0);
        for field in &self.fields {
            let (leaf, opened) = match field {
                FieldOpening::Opened { name, salt, value } => {
                    if !name_is_valid(name) {
                        return Err(VerifyError::FieldName(name.clone()));
                    }
                    let opened = OpenedField::Whole { name: name.clone(), bytes: value.0.clone() };
                    (field_leaf(name, salt, &value.0), opened)
                }
                FieldOpening::Text { name, opening } => {
                    let (leaf, segments) = opening.evaluate(name)?;
                    (leaf, OpenedField::Text { name: name.clone(), segments })
                }
                FieldOpening::Hidden { leaf } => {
                    leaves.push(*leaf);
                    hidden += 1;
                    continue;
                }
            };
            if !names.insert(opened.name().to_owned()) {
                return Err(VerifyError::DuplicateField(opened.name().to_owned()));
            }
            leaves.push(leaf);
            fields.push(opened);
        }
        let root = event_root(self.envelope.as_bytes(), &leaves);
        Ok(VerifiedEvent { root, envelope: self.envelope.clone(), fields, hidden })
    }

    /// Checks the opening against a log entry (65 bytes).
    ///
    /// # Errors
    /// As [`Self::evaluate`]; [`VerifyError::EntryFormat`]; [`VerifyError::EntryMismatch`].
    pub fn verify(&self, entry: &[u8]) -> Result<VerifiedEvent, VerifyError> {
        let committed = parse_entry(entry)?;
        let event = self.evaluate()?;
        if event.root == committed { Ok(event) } else { Err(VerifyError::EntryMismatch) }
    }
}
