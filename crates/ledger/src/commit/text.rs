//! Publishable text: committed so that any span can later be withheld.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{name_is_valid, name_len};
use crate::{
    VerifyError,
    hash::{self, Pair, b64_array, pair, sha256, split_point, tag},
};

/// A stretch of a verified text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// Characters as committed.
    Shown(String),
    /// Characters that exist but are withheld.
    Withheld {
        /// How many Unicode characters.
        chars: u32,
    },
}

/// One maximal subtree of a text opening, in reading order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Part {
    /// A subtree shown whole: its seed yields every salt below it.
    Shown {
        /// Seed of the subtree.
        #[serde(with = "b64_array")]
        seed: [u8; 32],
        /// The characters of the subtree.
        text: String,
    },
    /// A subtree withheld whole: only its hash.
    Withheld {
        /// Number of characters below it.
        chars: u32,
        /// Hash of the subtree.
        hash: Pair,
    },
}

impl Part {
    fn chars(&self) -> u64 {
        match self {
            // A string has fewer characters than bytes, and bytes fit u64.
            Part::Shown { text, .. } => text.chars().count() as u64,
            Part::Withheld { chars, .. } => u64::from(*chars),
        }
    }

    fn same_kind(&self, other: &Part) -> bool {
        match (self, other) {
            (Part::Shown { .. }, Part::Shown { .. }) | (Part::Withheld { .. }, Part::Withheld { .. }) => true,
            (Part::Shown { .. }, Part::Withheld { .. }) | (Part::Withheld { .. }, Part::Shown { .. }) => {
                false
            }
        }
    }
}

/// The least that proves the shown spans of a committed text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextOpening {
    /// Number of Unicode characters of the whole text; committed.
    pub chars: u32,
    /// Salt of the text leaf.
    #[serde(with = "b64_array")]
    pub salt: [u8; 32],
    /// Maximal subtrees from left to right.
    pub parts: Vec<Part>,
}

/// Commits to `text` so that any spans of characters can later be withheld.
///
/// `seed` must be 32 fresh random bytes, used for this text of this event only.
/// Texts above 4,294,967,295 characters are outside the format; the field limits of the
/// application are far below.
pub fn text_leaf(name: &str, seed: &[u8; 32], text: &str) -> Pair {
    let chars: Vec<char> = text.chars().collect();
    let count = u32::try_from(chars.len()).unwrap_or(u32::MAX);
    let top = if chars.is_empty() { pair(&[]) } else { shown_root(seed, &chars) };
    leaf(name, &text_salt(seed), count, &top)
}

/// Opens `text`, withholding the character ranges in `withheld` (they may overlap, touch,
/// be empty or run past the end).
pub fn open_text(seed: &[u8; 32], text: &str, withheld: &[Range<usize>]) -> TextOpening {
    let chars: Vec<char> = text.chars().collect();
    let mut hidden = vec![false; chars.len()];
    for range in withheld {
        let end = range.end.min(chars.len());
        if range.start < end {
            hidden[range.start..end].fill(true);
        }
    }
    let mut parts = Vec::new();
    if !chars.is_empty() {
        split(seed, &chars, &hidden, &mut parts);
    }
    TextOpening { chars: u32::try_from(chars.len()).unwrap_or(u32::MAX), salt: text_salt(seed), parts }
}

impl TextOpening {
    /// The leaf this opening leads to and the segments it shows, adjacent ones merged.
    ///
    /// # Errors
    /// [`VerifyError::FieldName`], [`VerifyError::TextShape`], [`VerifyError::TextNotMinimal`].
    pub fn evaluate(&self, name: &str) -> Result<(Pair, Vec<Segment>), VerifyError> {
        if !name_is_valid(name) {
            return Err(VerifyError::FieldName(name.to_owned()));
        }
        let mut rest = self.parts.as_slice();
        let top = if self.chars == 0 { pair(&[]) } else { rebuild(name, u64::from(self.chars), &mut rest)? };
        if !rest.is_empty() {
            return Err(VerifyError::TextShape(name.to_owned()));
        }
        Ok((leaf(name, &self.salt, self.chars, &top), self.segments()))
    }

    /// Checks the opening against the committed `leaf` of field `name`.
    ///
    /// # Errors
    /// As [`Self::evaluate`], and [`VerifyError::TextMismatch`] when it leads elsewhere.
    pub fn verify(&self, name: &str, leaf: &Pair) -> Result<Vec<Segment>, VerifyError> {
        let (found, segments) = self.evaluate(name)?;
        if found == *leaf { Ok(segments) } else { Err(VerifyError::TextMismatch(name.to_owned())) }
    }

    fn segments(&self) -> Vec<Segment> {
        let mut out: Vec<Segment> = Vec::new();
        for part in &self.parts {
            match (part, out.last_mut()) {
                (Part::Shown { text, .. }, Some(Segment::Shown(run))) => run.push_str(text),
                (Part::Shown { text, .. }, Some(Segment::Withheld { .. }) | None) => {
                    out.push(Segment::Shown(text.clone()));
                }
                (Part::Withheld { chars, .. }, Some(Segment::Withheld { chars: run })) => {
                    // The sum is at most the committed count, which is a u32.
                    *run = run.saturating_add(*chars);
                }
                (Part::Withheld { chars, .. }, Some(Segment::Shown(_)) | None) => {
                    out.push(Segment::Withheld { chars: *chars });
                }
            }
        }
        out
    }
}

/// Left (`0`) and right (`1`) child seed; a seed of one character is its salt.
fn child(seed: &[u8; 32], side: u8) -> [u8; 32] {
    sha256(&[&[tag::SEED, side], seed])
}

/// Salts of all characters of a text of `count` characters, from left to right.
pub(super) fn salts(seed: &[u8; 32], count: usize, out: &mut Vec<[u8; 32]>) {
    if count == 1 {
        out.push(*seed);
        return;
    }
    let left = split_point(count as u64) as usize;
    salts(&child(seed, 0), left, out);
    salts(&child(seed, 1), count - left, out);
}

/// Salt of the text leaf, the third branch of the root seed.
pub(super) fn text_salt(seed: &[u8; 32]) -> [u8; 32] {
    child(seed, 2)
}

fn leaf(name: &str, salt: &[u8; 32], chars: u32, top: &Pair) -> Pair {
    let (len, count) = (name_len(name), chars.to_be_bytes());
    let head: [&[u8]; 5] = [&[tag::TEXT], &len, name.as_bytes(), salt, &count];
    let sha = pair(&[head[0], head[1], head[2], head[3], head[4], &top.sha256]).sha256;
    let sm3 = pair(&[head[0], head[1], head[2], head[3], head[4], &top.sm3]).sm3;
    Pair { sha256: sha, sm3 }
}

fn character_leaf(salt: &[u8; 32], character: char) -> Pair {
    let mut buffer = [0; 4];
    pair(&[&[tag::CHARACTER], salt, character.encode_utf8(&mut buffer).as_bytes()])
}

/// Hash of a non-empty subtree from its seed and characters.
fn shown_root(seed: &[u8; 32], chars: &[char]) -> Pair {
    if let [one] = chars {
        return character_leaf(seed, *one);
    }
    let (left, right) = chars.split_at(split_point(chars.len() as u64) as usize);
    hash::node(tag::TEXT_NODE, &shown_root(&child(seed, 0), left), &shown_root(&child(seed, 1), right))
}

/// Cuts a non-empty subtree into maximal parts.
fn split(seed: &[u8; 32], chars: &[char], hidden: &[bool], parts: &mut Vec<Part>) {
    if hidden.iter().all(|is_hidden| !is_hidden) {
        parts.push(Part::Shown { seed: *seed, text: chars.iter().collect() });
    } else if hidden.iter().all(|is_hidden| *is_hidden) {
        let count = u32::try_from(chars.len()).unwrap_or(u32::MAX);
        parts.push(Part::Withheld { chars: count, hash: shown_root(seed, chars) });
    } else {
        let at = split_point(chars.len() as u64) as usize;
        split(&child(seed, 0), &chars[..at], &hidden[..at], parts);
        split(&child(seed, 1), &chars[at..], &hidden[at..], parts);
    }
}

/// Hash of the subtree over `size` characters, consuming its parts from the left.
fn rebuild(name: &str, size: u64, rest: &mut &[Part]) -> Result<Pair, VerifyError> {
    let shape = || VerifyError::TextShape(name.to_owned());
    let (first, after) = rest.split_first().ok_or_else(shape)?;
    let chars = first.chars();
    if chars == size {
        *rest = after;
        return Ok(match first {
            Part::Shown { seed, text } => shown_root(seed, &text.chars().collect::<Vec<_>>()),
            Part::Withheld { hash, .. } => *hash,
        });
    }
    if chars > size || chars == 0 {
        return Err(shape());
    }
    let left_size = split_point(size);
    let before = *rest;
    let left = rebuild(name, left_size, rest)?;
    let right = rebuild(name, size - left_size, rest)?;
    if let [one, two] = &before[..before.len() - rest.len()]
        && one.same_kind(two)
    {
        return Err(VerifyError::TextNotMinimal(name.to_owned()));
    }
    Ok(hash::node(tag::TEXT_NODE, &left, &right))
}
