//! From a typed event to the bytes that are stored and committed, and back.
//!
//! The body keeps what guards need; every text is lifted out of it into
//! erasable content. The commitment covers the envelope bytes, one salted leaf
//! for each top-level field of the body and one for each text. All bytes are
//! stored as committed and never serialised again.
//!
//! Leaves, in order: `shape` (JSON array of the field names that follow),
//! `guard:<pointer>` for each field, salted with HMAC-SHA-256(event salt, name),
//! `text:<pointer>` for each text, with its own random salt or seed. A field
//! `made` or `package` with a member `sha256` is followed by a leaf
//! `document_sha256` or `package_sha256` that holds the hex digest alone.

use std::borrow::Cow;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use mingjing_domain::matter::{
    DecodeError, Matter, MatterId, MatterKind, Meta, Moment, OrganId, StaffId, TimeSource,
};
use mingjing_domain::text::{self, TextClass, TextKey};
use mingjing_ledger::Pair;
use mingjing_ledger::bundle::DOCUMENT_DIGEST_FIELD;
use mingjing_ledger::commit::{Events, Leaves, entry, event_root, field_leaf, text_leaf};
use mingjing_ledger::package::PACKAGE_DIGEST_FIELD;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use sha2::Sha256;
use uuid::Uuid;

use super::entropy::Draw;
use super::error::WriteError;

/// Version of the envelope and of the leaf rules above.
pub const FORMAT: u16 = 1;
/// Slot of a family's text key in its first matter's first event.
pub const KEY_SLOT: i64 = -1;
/// Member under which the time's source is sealed beside the body.
const SOURCE: &str = "@source";
/// Bytes of one pair of leaf hashes.
const PAIR_LEN: usize = 64;

/// What the store says about an event; committed with it, public with its proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope<S = Value> {
    /// [`FORMAT`].
    pub format: u16,
    /// Identifier of the event, UUIDv7.
    pub event: Uuid,
    /// Organ on whose behalf it was recorded.
    pub organ: OrganId,
    /// Stream.
    pub matter: MatterId,
    /// What the stream is about.
    pub kind: MatterKind,
    /// First matter of the family; its text key is shared by the whole family.
    pub family: MatterId,
    /// Place in the stream, from 1.
    pub version: u64,
    /// Log entry of the stream's previous event, in hex; none for the first.
    pub prev: Option<String>,
    /// Type of the event.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Version of that type.
    pub type_version: u16,
    /// Who acted.
    pub actor: StaffId,
    /// Why the person acted: the name of the job at hand, never personal data.
    pub purpose: String,
    /// Command that caused it.
    pub command: Uuid,
    /// When the server recorded it.
    pub recorded_at: Timestamp,
    /// When it is said to have happened.
    pub happened_at: Timestamp,
    /// Where that claim comes from, texts lifted out.
    pub source: S,
}

/// What a new event needs besides its body.
pub struct Frame<'a> {
    /// Identifier of the event.
    pub event: Uuid,
    /// Stream.
    pub matter: MatterId,
    /// Organ.
    pub organ: OrganId,
    /// Family.
    pub family: MatterId,
    /// Its place in the stream, from 1.
    pub version: u64,
    /// Log entry of the previous event.
    pub prev: Option<&'a [u8]>,
    /// Who acted.
    pub actor: StaffId,
    /// Purpose of the act.
    pub purpose: &'a str,
    /// Command.
    pub command: Uuid,
    /// Both times.
    pub moment: &'a Moment,
}

/// One lifted text with its salt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Slot in the body, from 0.
    pub slot: i64,
    /// JSON pointer inside the event.
    pub name: String,
    /// How it is committed.
    pub class: TextClass,
    /// Salt of a closed text, seed of a publishable one.
    pub salt: [u8; 32],
    /// The text.
    pub text: String,
}

/// An event as stored.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// Envelope bytes.
    pub envelope: Vec<u8>,
    /// Body bytes without texts.
    pub body: Vec<u8>,
    /// Salt of the body's leaves.
    pub salt: [u8; 32],
    /// Lifted texts.
    pub contents: Vec<Content>,
    /// Leaf pairs of the texts, in slot order: what stays after erasure.
    pub content_leaves: Vec<u8>,
    /// Roots over everything.
    pub root: Pair,
    /// Log entry.
    pub entry: Vec<u8>,
}

/// Seals a typed event under its family's key.
///
/// # Errors
/// When the event does not serialise as JSON.
pub fn seal<M: Matter>(
    event: &M::Event,
    frame: &Frame<'_>,
    key: &TextKey,
    draw: &mut Draw,
) -> Result<Sealed, WriteError> {
    let (type_name, type_version) = M::type_of(event);
    let mut whole = serde_json::Map::new();
    whole.insert("body".to_owned(), serde_json::to_value(event)?);
    whole.insert(SOURCE.to_owned(), serde_json::to_value(&frame.moment.source)?);
    let mut whole = Value::Object(whole);
    let lifted = text::seal(&mut whole, key);
    let body = serde_json::to_vec(&whole["body"])?;
    let envelope = Envelope {
        format: FORMAT,
        event: frame.event,
        organ: frame.organ,
        matter: frame.matter,
        kind: M::KIND,
        family: frame.family,
        version: frame.version,
        prev: frame.prev.map(hex::encode),
        type_name: type_name.to_owned(),
        type_version,
        actor: frame.actor,
        purpose: frame.purpose.to_owned(),
        command: frame.command,
        recorded_at: frame.moment.recorded_at,
        happened_at: frame.moment.happened_at,
        source: whole[SOURCE].take(),
    };
    let envelope = serde_json::to_vec(&envelope)?;
    let salt = draw.bytes32();
    let contents: Vec<Content> = lifted
        .into_iter()
        .zip(0_i64..)
        .map(|(it, slot)| Content {
            slot,
            // Pointers count from the body; those of the time's source keep their own root.
            name: it.name.strip_prefix("/body").map_or(it.name.clone(), str::to_owned),
            class: it.class,
            salt: draw.bytes32(),
            text: it.value,
        })
        .collect();
    let mut content_leaves = Vec::with_capacity(contents.len() * PAIR_LEN);
    for content in &contents {
        let leaf = content_leaf(content);
        content_leaves.extend_from_slice(&leaf.sha256);
        content_leaves.extend_from_slice(&leaf.sm3);
    }
    let root = root_of(&envelope, &body, &salt, &content_leaves)?;
    let entry = entry(&root);
    Ok(Sealed { envelope, body, salt, contents, content_leaves, root, entry })
}

/// Leaf of one lifted text.
pub fn content_leaf(content: &Content) -> Pair {
    let name = format!("text:{}", content.name);
    match content.class {
        TextClass::Closed => field_leaf(&name, &content.salt, content.text.as_bytes()),
        TextClass::Publishable => text_leaf(&name, &content.salt, &content.text),
    }
}

/// Root over stored bytes: works with the texts, and after their erasure.
///
/// # Errors
/// When the body is not JSON or the leaf bytes are cut.
pub fn root_of(
    envelope: &[u8],
    body: &[u8],
    salt: &[u8; 32],
    content_leaves: &[u8],
) -> Result<Pair, WriteError> {
    let mut leaves = guard_leaves(body, salt)?;
    leaves.extend(split_leaves(content_leaves)?);
    Ok(event_root(envelope, &leaves))
}

/// Leaves of the body: its shape, then its fields.
///
/// # Errors
/// When the body is not JSON.
pub fn guard_leaves(body: &[u8], salt: &[u8; 32]) -> Result<Vec<Pair>, WriteError> {
    let mut leaves = Vec::new();
    guards(body, salt, |name, salt, bytes| leaves.push(field_leaf(name, &salt, bytes)))?;
    Ok(leaves)
}

/// Adds the leaves of a body to the event that `events` has begun.
///
/// # Errors
/// When the body is not JSON; the event's root says nothing then.
pub fn add_guards(body: &[u8], salt: &[u8; 32], events: &mut Events) -> Result<(), WriteError> {
    guards(body, salt, |name, salt, bytes| events.field(name, &salt, bytes))
}

/// Leaves of lifted texts, in their order: [`content_leaf`] of each.
pub fn leaves_of<'a>(contents: impl IntoIterator<Item = &'a Content>) -> Vec<Pair> {
    let contents: Vec<(String, &Content)> =
        contents.into_iter().map(|it| (format!("text:{}", it.name), it)).collect();
    let mut leaves = Leaves::default();
    for (name, content) in &contents {
        match content.class {
            TextClass::Closed => leaves.field(name, &content.salt, content.text.as_bytes()),
            TextClass::Publishable => leaves.text(name, &content.salt, &content.text),
        }
    }
    leaves.finish()
}

/// Name, salt and bytes of one guard field.
pub type GuardOpening = (String, [u8; 32], Vec<u8>);

/// Name, salt and bytes of each leaf of the body, in order.
///
/// # Errors
/// When the body is not JSON.
pub fn guard_openings(body: &[u8], salt: &[u8; 32]) -> Result<Vec<GuardOpening>, WriteError> {
    let mut out = Vec::new();
    guards(body, salt, |name, salt, bytes| out.push((name.to_owned(), salt, bytes.to_vec())))?;
    Ok(out)
}

/// What stands before the name of a field in the name of its leaf.
const GUARD: &str = "guard:";

/// Shows each leaf of the body in order: name, salt, bytes.
fn guards(
    body: &[u8],
    salt: &[u8; 32],
    mut show: impl FnMut(&str, [u8; 32], &[u8]),
) -> Result<(), WriteError> {
    let fields = guard_fields(body)?;
    let names: Vec<&str> = fields.iter().map(|(leaf, _)| &leaf[GUARD.len()..]).collect();
    let shape = serde_json::to_vec(&names)?;
    let salts = Salts::of(salt);
    show("shape", salts.field("shape"), &shape);
    for ((leaf, bytes), name) in fields.iter().zip(names) {
        show(leaf, salts.field(leaf), bytes);
        if let Some((leaf, digest)) = file_digest(name, bytes) {
            show(leaf, salts.field(leaf), digest.as_bytes());
        }
    }
    Ok(())
}

/// The digest of a stored file gets a leaf of its own besides its field's, under
/// the name by which verifiers look for it.
fn file_digest(name: &str, bytes: &[u8]) -> Option<(&'static str, String)> {
    #[derive(Deserialize)]
    struct Made {
        sha256: String,
    }
    let leaf = match name.rsplit('/').next() {
        Some("made") => DOCUMENT_DIGEST_FIELD,
        Some("package") => PACKAGE_DIGEST_FIELD,
        Some(_) | None => return None,
    };
    serde_json::from_slice::<Made>(bytes).ok().map(|made| (leaf, made.sha256))
}

/// Leaf pairs from their stored bytes.
///
/// # Errors
/// When the bytes are cut.
pub fn split_leaves(bytes: &[u8]) -> Result<Vec<Pair>, WriteError> {
    let (pairs, rest) = bytes.as_chunks::<PAIR_LEN>();
    if !rest.is_empty() {
        return Err(super::db::DbError::row("event", "content_leaves", "64 bytes a leaf").into());
    }
    Ok(pairs
        .iter()
        .map(|pair| {
            let (mut sha256, mut sm3) = ([0; 32], [0; 32]);
            sha256.copy_from_slice(&pair[..32]);
            sm3.copy_from_slice(&pair[32..]);
            Pair { sha256, sm3 }
        })
        .collect())
}

/// Salts of an event's leaves: HMAC-SHA-256 of the name under the event's salt.
struct Salts(Hmac<Sha256>);

impl Salts {
    fn of(salt: &[u8; 32]) -> Self {
        // A key shorter than a block is filled up with zeros: the same by definition.
        let mut key = [0; 64];
        key[..32].copy_from_slice(salt);
        Self(Hmac::new(&key.into()))
    }

    fn field(&self, name: &str) -> [u8; 32] {
        self.0.clone().chain_update(name).finalize().into_bytes().into()
    }
}

/// The body's committed fields, each under the name of its leaf: members of the object, or
/// of the one object inside it where the event is written as `{"variant": {…}}`.
fn guard_fields(body: &[u8]) -> Result<Vec<(String, &[u8])>, WriteError> {
    if body.first() != Some(&b'{') {
        return Ok(vec![(GUARD.to_owned(), body)]);
    }
    let body = std::str::from_utf8(body).map_err(<serde_json::Error as serde::de::Error>::custom)?;
    let outer: Members<'_> = serde_json::from_str(body)?;
    if let [(tag, inner)] = outer.0.as_slice()
        && inner.get().starts_with('{')
    {
        let fields: Members<'_> = serde_json::from_str(inner.get())?;
        if !fields.0.iter().any(|(name, _)| name.starts_with('$')) {
            let named = fields.0.iter().map(|(name, raw)| ([GUARD, "/", tag, "/", name].concat(), raw));
            return Ok(named.map(|(leaf, raw)| (leaf, raw.get().as_bytes())).collect());
        }
    }
    let named = outer.0.iter().map(|(name, raw)| ([GUARD, "/", name].concat(), raw));
    Ok(named.map(|(leaf, raw)| (leaf, raw.get().as_bytes())).collect())
}

/// Members of a JSON object in order, values as the bytes they stand in.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// A name, borrowed where it holds no escape.
        #[derive(Deserialize)]
        struct Name<'a>(#[serde(borrow)] Cow<'a, str>);
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a JSON object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(8);
                while let Some((Name(name), value)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

/// A stored event with what is left of its texts, ready to fold.
#[derive(Clone, Debug)]
pub struct Opened<E> {
    /// The envelope.
    pub envelope: Envelope,
    /// What a fold needs to know of it.
    pub meta: Meta,
    /// The event.
    pub event: E,
}

/// Reads a stored event, putting back the texts that `texts` still has.
///
/// # Errors
/// When the bytes are not what was written or the type is unknown.
pub fn open<M: Matter>(
    envelope: &[u8],
    body: &[u8],
    mut texts: impl FnMut(u32) -> Option<String>,
) -> Result<Opened<M::Event>, WriteError> {
    let mut envelope: Envelope = serde_json::from_slice(envelope)?;
    let mut body: Value = serde_json::from_slice(body)?;
    text::open(&mut body, &mut texts);
    let mut source = envelope.source.clone();
    text::open(&mut source, &mut texts);
    let source: TimeSource = serde_json::from_value(source)?;
    let event = M::decode(&envelope.type_name, envelope.type_version, body)?;
    envelope.prev = envelope.prev.filter(|prev| !prev.is_empty());
    let meta = Meta {
        matter: envelope.matter,
        organ: envelope.organ,
        version: envelope.version,
        actor: envelope.actor,
        moment: Moment { recorded_at: envelope.recorded_at, happened_at: envelope.happened_at, source },
    };
    Ok(Opened { envelope, meta, event })
}

/// Folds events in stream order.
///
/// # Errors
/// When there is none.
pub fn fold<M: Matter>(events: &[Opened<M::Event>]) -> Result<M, DecodeError> {
    events.iter().fold(None, |state, it| Some(M::evolve(state, &it.meta, &it.event))).ok_or_else(|| {
        DecodeError { type_name: M::KIND.name().to_owned(), version: 0, reason: "no events".to_owned() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(body: &str) -> Vec<String> {
        guard_openings(body.as_bytes(), &[1; 32]).unwrap().into_iter().map(|it| it.0).collect()
    }

    #[test]
    fn fields_are_the_members_of_the_variant() {
        assert_eq!(
            names(r#"{"Filed":{"day":"2026-01-02","name":{"$x":0,"n":2,"d":"aa"}}}"#),
            ["shape", "guard:/Filed/day", "guard:/Filed/name"]
        );
        assert_eq!(names(r#"{"type":"filed","n":1}"#), ["shape", "guard:/type", "guard:/n"]);
        assert_eq!(names(r#"{"name":{"$x":0,"n":2,"d":"aa"}}"#), ["shape", "guard:/name"]);
        assert_eq!(
            names(r#"{"event":"made","made":{"sha256":"ab"}}"#),
            ["shape", "guard:/event", "guard:/made", "document_sha256"]
        );
        assert_eq!(names(r#""Closed""#), ["shape", "guard:"]);
        assert_eq!(names(r#"{"Closed":{}}"#), ["shape"]);
    }

    #[test]
    fn a_salt_is_the_keyed_digest_of_the_name() {
        let mut mac = Hmac::<Sha256>::new_from_slice(&[1; 32]).unwrap();
        mac.update(b"guard:/n");
        let expected: [u8; 32] = mac.finalize().into_bytes().into();
        assert_eq!(Salts::of(&[1; 32]).field("guard:/n"), expected);
    }

    #[test]
    fn bytes_are_committed_as_they_stand() {
        let all = guard_openings(br#"{"a": 1.50 ,"b":"x"}"#, &[1; 32]).unwrap();
        assert_eq!(all[1].2, b"1.50");
        assert_ne!(all[1].1, all[2].1);
    }

    #[test]
    fn an_empty_variant_is_still_told_apart() {
        // The variant's name of an empty event stands in the envelope's type.
        let one = root_of(b"{}", br#"{"A":{"x":1}}"#, &[0; 32], &[]).unwrap();
        let two = root_of(b"{}", br#"{"B":{"x":1}}"#, &[0; 32], &[]).unwrap();
        assert_ne!(one, two);
    }
}
