//! Erasable text.
//!
//! Names, numbers of persons and free text may have to be erased by law while
//! the event that carried them stays. They are therefore never stored inside
//! the event: a [`Text`] serialises as a marker object that the store lifts out
//! into its erasable table ([`seal`]) and puts back when a person reads it
//! ([`open`]). Decisions may look only at a text's length and keyed digest, so a
//! replay after erasure decides exactly as before.

use hmac::{Hmac, KeyInit, Mac};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use sha2::Sha256;

/// Key of one family of matters; erased with its content.
pub type TextKey = [u8; 32];

/// Keyed digest of a text.
pub type TextDigest = [u8; 32];

/// Largest text a field may hold, in characters.
pub const MAX_CHARS: usize = 60_000;

/// Whether a text may one day be shown to the public in part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextClass {
    /// Committed as one salted leaf.
    Closed,
    /// Committed character by character, so any span can be withheld later.
    Publishable,
}

/// A text that can be erased: personal data, or free text that may contain it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    class: TextClass,
    value: Option<String>,
    chars: u32,
    digest: Option<TextDigest>,
}

impl Text {
    /// A closed text, as typed.
    pub fn closed(value: impl Into<String>) -> Self {
        Self::with(TextClass::Closed, value.into())
    }

    /// A text that a public copy may show in part.
    pub fn publishable(value: impl Into<String>) -> Self {
        Self::with(TextClass::Publishable, value.into())
    }

    fn with(class: TextClass, value: String) -> Self {
        let chars = u32::try_from(value.chars().count()).unwrap_or(u32::MAX);
        Self { class, value: Some(value), chars, digest: None }
    }

    /// The same text marked as publishable.
    #[must_use]
    pub fn into_publishable(mut self) -> Self {
        self.class = TextClass::Publishable;
        self
    }

    /// The text itself, unless it is sealed away or erased.
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }

    /// The text, or the mark for text that is no longer held.
    pub fn or_erased(&self) -> &str {
        self.value.as_deref().unwrap_or("〔已依法销毁〕")
    }

    /// Length in characters; known even after erasure.
    pub fn chars(&self) -> usize {
        self.chars as usize
    }

    /// No characters at all. Input is trimmed before it reaches a command.
    pub fn is_blank(&self) -> bool {
        self.chars == 0
    }

    /// Whether a public copy may show spans of it.
    pub fn class(&self) -> TextClass {
        self.class
    }

    /// Keyed digest: computed while the text is held, remembered once sealed.
    pub fn digest(&self, key: &TextKey) -> TextDigest {
        match (&self.digest, &self.value) {
            (Some(digest), _) => *digest,
            (None, Some(value)) => keyed_digest(key, value),
            (None, None) => [0; 32],
        }
    }
}

impl From<&str> for Text {
    fn from(value: &str) -> Self {
        Self::closed(value)
    }
}

impl From<String> for Text {
    fn from(value: String) -> Self {
        Self::closed(value)
    }
}

/// HMAC-SHA-256 of a text under a family's key.
pub fn keyed_digest(key: &TextKey, value: &str) -> TextDigest {
    // HMAC takes a key of any length, so this cannot fail.
    let mut mac = match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mac) => mac,
        Err(_) => return [0; 32],
    };
    mac.update(value.as_bytes());
    mac.finalize().into_bytes().into()
}

#[derive(Serialize)]
struct Written<'a> {
    #[serde(rename = "$t", skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(rename = "n", skip_serializing_if = "Option::is_none")]
    chars: Option<u32>,
    #[serde(rename = "d", skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    #[serde(rename = "p", skip_serializing_if = "is_false")]
    publishable: bool,
}

#[derive(Deserialize)]
struct Wire {
    #[serde(rename = "$t", default)]
    text: Option<String>,
    #[serde(rename = "n", default)]
    chars: Option<u32>,
    #[serde(rename = "d", default)]
    digest: Option<String>,
    #[serde(rename = "p", default)]
    publishable: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the signature serde asks for
fn is_false(value: &bool) -> bool {
    !*value
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written {
            text: self.value.as_deref(),
            chars: self.digest.map(|_| self.chars).or(self.value.is_none().then_some(self.chars)),
            digest: self.digest.map(hex::encode),
            publishable: self.class == TextClass::Publishable,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

/// Reads a marker, or a plain string as a closed text.
struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Text;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Text, E> {
        Ok(Text::closed(value.trim()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Text, A::Error> {
        let wire = Wire::deserialize(MapAccessDeserializer::new(map))?;
        let class = if wire.publishable { TextClass::Publishable } else { TextClass::Closed };
        let mut digest = None;
        if let Some(hex) = wire.digest {
            let mut out = [0u8; 32];
            hex::decode_to_slice(hex, &mut out).map_err(serde::de::Error::custom)?;
            digest = Some(out);
        }
        Ok(match wire.text {
            Some(value) => Text { digest, ..Text::with(class, value) },
            None => Text { class, value: None, chars: wire.chars.unwrap_or(0), digest },
        })
    }
}

/// One text lifted out of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lifted {
    /// JSON pointer of the text inside the event body; also its field name in
    /// the commitment.
    pub name: String,
    /// How it is committed.
    pub class: TextClass,
    /// The text.
    pub value: String,
}

/// Lifts every held text out of `body`, leaving slot, length and keyed digest.
/// Slots number the lifted texts in document order from 0.
pub fn seal(body: &mut Value, key: &TextKey) -> Vec<Lifted> {
    let mut lifted = Vec::new();
    walk(body, &mut String::new(), &mut |object, path| {
        let Some(Value::String(value)) = object.remove("$t") else { return };
        let publishable = object.get("p") == Some(&Value::Bool(true));
        let slot = lifted.len();
        let digest = match object.get("d") {
            Some(Value::String(digest)) => digest.clone(),
            _ => hex::encode(keyed_digest(key, &value)),
        };
        object.clear();
        object.insert("$x".into(), slot.into());
        object.insert("n".into(), value.chars().count().into());
        object.insert("d".into(), digest.into());
        if publishable {
            object.insert("p".into(), true.into());
        }
        let class = if publishable { TextClass::Publishable } else { TextClass::Closed };
        lifted.push(Lifted { name: path.to_owned(), class, value });
    });
    lifted
}

/// Puts texts back into their slots; a slot for which `texts` has nothing stays
/// sealed (the text was erased, or the reader does not need it).
pub fn open(body: &mut Value, mut texts: impl FnMut(u32) -> Option<String>) {
    walk(body, &mut String::new(), &mut |object, _| {
        let slot = object.get("$x").and_then(Value::as_u64).and_then(|s| u32::try_from(s).ok());
        if let Some(text) = slot.and_then(&mut texts) {
            object.remove("$x");
            object.insert("$t".into(), text.into());
        }
    });
}

/// How a sealed text begins in the letters of a body. No JSON has these letters anywhere
/// else: inside a string, the quotation mark would have a backslash before it.
const SEALED: &str = "{\"$x\":";

/// Parts the letters of a body where sealed texts begin; each part but the first goes on
/// with the slot.
pub fn split_sealed(body: &str) -> impl Iterator<Item = &str> {
    // The one letter is found faster than all of them together, and is rare.
    let marks = body.match_indices('$').map(|(at, _)| at.saturating_sub(2));
    let mut marks = marks.filter(|at| body.as_bytes()[*at..].starts_with(SEALED.as_bytes()));
    let mut from = Some(0);
    std::iter::from_fn(move || {
        let begin = from?;
        let end = marks.next();
        from = end.map(|it| it + SEALED.len());
        body.get(begin..end.unwrap_or(body.len()))
    })
}

/// As [`open`], on the letters of a body that [`seal`] left and that was written without
/// spaces, as all stored ones are.
pub fn open_letters<'a>(body: &str, mut texts: impl FnMut(u32) -> Option<&'a str>) -> String {
    let mut out = String::with_capacity(body.len() * 2);
    let mut parts = split_sealed(body);
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let text = part[..digits].parse().ok().and_then(&mut texts);
        match text.and_then(|it| serde_json::to_string(it).ok()) {
            Some(text) => {
                out.push_str("{\"$t\":");
                out.push_str(&text);
                out.push_str(&part[digits..]);
            }
            None => {
                out.push_str(SEALED);
                out.push_str(part);
            }
        }
    }
    out
}

fn walk(value: &mut Value, path: &mut String, visit: &mut impl FnMut(&mut Map<String, Value>, &str)) {
    match value {
        Value::Object(object) => {
            if object.contains_key("$t") || object.contains_key("$x") {
                visit(object, path);
                return;
            }
            for (key, child) in object.iter_mut() {
                let length = path.len();
                path.push('/');
                path.push_str(key);
                walk(child, path, visit);
                path.truncate(length);
            }
        }
        Value::Array(items) => {
            for (index, child) in items.iter_mut().enumerate() {
                let length = path.len();
                path.push('/');
                path.push_str(&index.to_string());
                walk(child, path, visit);
                path.truncate(length);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    struct Sample {
        name: Text,
        facts: Vec<Text>,
        amount: i64,
    }

    fn sample() -> Sample {
        Sample {
            name: Text::closed("示例化工有限公司"),
            facts: vec![Text::publishable("二人无证作业"), Text::closed("")],
            amount: 3,
        }
    }

    #[test]
    fn seal_and_open_are_inverse_and_digests_survive() {
        let key = [7; 32];
        let mut body = serde_json::to_value(sample()).unwrap();
        let lifted = seal(&mut body, &key);
        assert_eq!(lifted.len(), 3);
        assert_eq!(lifted[1].name, "/facts/0");
        assert_eq!(lifted[1].class, TextClass::Publishable);
        assert!(!body.to_string().contains("示例"));
        let sealed: Sample = serde_json::from_value(body.clone()).unwrap();
        assert_eq!(sealed.name.value(), None);
        assert_eq!(sealed.name.chars(), 8);
        assert_eq!(sealed.name.digest(&key), sample().name.digest(&key));
        assert!(sealed.facts[1].is_blank());
        let letters = open_letters(&body.to_string(), |slot| Some(lifted[slot as usize].value.as_str()));
        assert_eq!(open_letters(&body.to_string(), |_| None), body.to_string());
        open(&mut body, |slot| Some(lifted[slot as usize].value.clone()));
        assert_eq!(
            serde_json::from_str::<Sample>(&letters).unwrap(),
            serde_json::from_value(body.clone()).unwrap()
        );
        let opened: Sample = serde_json::from_value(body).unwrap();
        assert_eq!(opened.name.value(), Some("示例化工有限公司"));
        assert_eq!(opened.facts[0].class(), TextClass::Publishable);
    }

    #[test]
    fn parts_end_where_sealed_texts_begin() {
        let parts = |body| split_sealed(body).collect::<Vec<_>>();
        assert_eq!(parts(r#"{"$x":1}{"$x":2}$"#), ["", "1}", "2}$"]);
        assert_eq!(parts(r#"$[{"$y":1},{"$x":0,"n":"$"}]"#), [r#"$[{"$y":1},"#, r#"0,"n":"$"}]"#]);
        assert_eq!(parts(r#""$x":"#), [r#""$x":"#]);
        assert_eq!(parts(""), [""]);
    }

    #[test]
    fn letters_inside_a_string_are_no_sealed_text() {
        let key = [7; 32];
        let tricky = Sample {
            name: Text::closed("甲"),
            facts: vec![Text::publishable("引号\"反斜线\\换行\n{\"$x\":1,")],
            amount: 1,
        };
        let mut body = serde_json::to_value(&tricky).unwrap();
        body["other"] = "{\"$x\":0,\"n\":1}".into();
        let lifted = seal(&mut body, &key);
        let letters = open_letters(&body.to_string(), |slot| Some(lifted[slot as usize].value.as_str()));
        let back: Value = serde_json::from_str(&letters).unwrap();
        assert_eq!(back["other"], body["other"]);
        let opened: Sample = serde_json::from_value(back).unwrap();
        assert_eq!(opened.facts[0].value(), tricky.facts[0].value());
    }

    #[test]
    fn a_plain_string_is_a_closed_trimmed_text() {
        let text: Text = serde_json::from_str("\"  甲 \"").unwrap();
        assert_eq!(text.value(), Some("甲"));
    }

    #[test]
    fn resealing_an_opened_text_keeps_its_digest_without_the_key() {
        let mut body = serde_json::to_value(sample()).unwrap();
        let lifted = seal(&mut body, &[7; 32]);
        let first = body.clone();
        open(&mut body, |slot| Some(lifted[slot as usize].value.clone()));
        let typed: Sample = serde_json::from_value(body).unwrap();
        let mut again = serde_json::to_value(typed).unwrap();
        seal(&mut again, &[9; 32]);
        assert_eq!(first, again);
    }
}
