//! Commitments of many events at once: the same bytes as one by one, several times faster.
//!
//! Trees grow level by level through all events together, so that each level is one
//! batch of messages. Pairing neighbours and carrying an odd last one upwards gives the
//! RFC 6962 shape.

use super::name_len;
use crate::hash::{Pair, tag};
use crate::lanes::Messages;

/// Several trees that grow together.
#[derive(Default)]
struct Forest {
    messages: Messages,
    /// Leaves of all trees, one tree after the other.
    leaves: Vec<Leaf>,
    /// Tag of the inner nodes and end of the leaves of each tree.
    trees: Vec<(u8, usize)>,
}

#[derive(Clone, Copy)]
enum Leaf {
    Known(Pair),
    Waiting(usize),
}

impl Forest {
    fn add(&mut self, parts: &[&[u8]]) {
        let at = self.messages.push(parts);
        self.leaves.push(Leaf::Waiting(at));
    }

    fn end(&mut self, node: u8) {
        self.trees.push((node, self.leaves.len()));
    }

    /// Top of each tree with the number of its leaves; a tree without leaves has the
    /// hash of the empty string.
    fn tops(mut self) -> Vec<(Pair, usize)> {
        let empty = self.messages.push(&[]);
        let hashed = self.messages.pairs();
        let mut from = 0;
        let mut levels: Vec<Vec<Pair>> = Vec::with_capacity(self.trees.len());
        for (_, end) in &self.trees {
            let level = self.leaves[from..*end].iter().map(|it| match it {
                Leaf::Known(pair) => *pair,
                Leaf::Waiting(at) => hashed[*at],
            });
            levels.push(level.collect());
            from = *end;
        }
        let sizes: Vec<usize> = levels.iter().map(Vec::len).collect();
        while levels.iter().any(|it| it.len() > 1) {
            let nodes = levels.iter().map(|it| it.len() / 2).sum();
            // Tag and two digests fill more than one block.
            let (mut sha256, mut sm3) = (Messages::with_room(nodes, 2), Messages::with_room(nodes, 2));
            for (level, (node, _)) in levels.iter().zip(&self.trees) {
                for it in level.as_chunks::<2>().0 {
                    sha256.push(&[&[*node], &it[0].sha256, &it[1].sha256]);
                    sm3.push(&[&[*node], &it[0].sm3, &it[1].sm3]);
                }
            }
            let mut above = sha256.sha256().zip(sm3.sm3()).map(|(sha256, sm3)| Pair { sha256, sm3 });
            for level in &mut levels {
                let odd = if level.len() % 2 == 1 { level.pop() } else { None };
                let nodes = level.len() / 2;
                level.clear();
                level.extend(above.by_ref().take(nodes));
                level.extend(odd);
            }
        }
        let tops = levels.into_iter().map(|it| it.first().copied().unwrap_or(hashed[empty]));
        tops.zip(sizes).collect()
    }
}

/// Closes each tree under its head: the two functions see their own tops.
fn close<'a>(tops: &[(Pair, usize)], head: impl Fn(usize) -> Vec<&'a [u8]>) -> Vec<Pair> {
    let (mut sha256, mut sm3) = (Messages::with_room(tops.len(), 2), Messages::with_room(tops.len(), 2));
    for (at, (top, _)) in tops.iter().enumerate() {
        let mut parts = head(at);
        parts.push(&top.sha256);
        sha256.push(&parts);
        parts.pop();
        parts.push(&top.sm3);
        sm3.push(&parts);
    }
    sha256.sha256().zip(sm3.sm3()).map(|(sha256, sm3)| Pair { sha256, sm3 }).collect()
}

/// Events whose roots are computed together. See [`super::event_root`] for one.
#[derive(Default)]
pub struct Events(Forest);

impl Events {
    /// For events whose envelopes and bodies have so many bytes in all.
    pub fn with_room(bytes: usize) -> Self {
        let mut events = Self::default();
        // Names, salts and padding take as much again.
        events.0.messages.reserve(bytes * 2);
        events
    }

    /// Begins the next event with its envelope bytes as stored.
    pub fn begin(&mut self, envelope: &[u8]) {
        self.finish();
        self.0.add(&[&[tag::ENVELOPE], envelope]);
    }

    /// Its next leaf, as [`super::field_leaf`] makes it.
    pub fn field(&mut self, name: &str, salt: &[u8; 32], bytes: &[u8]) {
        self.0.add(&[&[tag::FIELD], &name_len(name), name.as_bytes(), salt, bytes]);
    }

    /// Its next leaf, known already.
    pub fn leaf(&mut self, leaf: Pair) {
        self.0.leaves.push(Leaf::Known(leaf));
    }

    fn finish(&mut self) {
        let from = self.0.trees.last().map_or(0, |it| it.1);
        if self.0.leaves.len() > from {
            self.0.end(tag::EVENT_NODE);
        }
    }

    /// Root of each event, in the order in which they were begun.
    pub fn roots(mut self) -> Vec<Pair> {
        self.finish();
        let tops = self.0.tops();
        let counts: Vec<[u8; 4]> =
            tops.iter().map(|(_, size)| u32::try_from(*size).unwrap_or(u32::MAX).to_be_bytes()).collect();
        close(&tops, |at| vec![&[tag::EVENT_ROOT], &counts[at]])
    }
}

/// Texts and fields whose leaves are computed together. See [`super::field_leaf`] and
/// [`super::text_leaf`] for one.
#[derive(Default)]
pub struct Leaves<'a> {
    fields: Messages,
    forest: Forest,
    texts: Vec<(&'a str, [u8; 32], u32)>,
    order: Vec<Place>,
}

enum Place {
    Field(usize),
    Text(usize),
}

impl<'a> Leaves<'a> {
    /// A field that is opened whole or not at all.
    pub fn field(&mut self, name: &str, salt: &[u8; 32], bytes: &[u8]) {
        let at = self.fields.push(&[&[tag::FIELD], &name_len(name), name.as_bytes(), salt, bytes]);
        self.order.push(Place::Field(at));
    }

    /// A publishable text.
    pub fn text(&mut self, name: &'a str, seed: &[u8; 32], text: &str) {
        let chars: Vec<char> = text.chars().collect();
        let mut salts = Vec::with_capacity(chars.len());
        if !chars.is_empty() {
            super::text::salts(seed, chars.len(), &mut salts);
        }
        let mut buffer = [0; 4];
        for (salt, character) in salts.iter().zip(&chars) {
            self.forest.add(&[&[tag::CHARACTER], salt, character.encode_utf8(&mut buffer).as_bytes()]);
        }
        self.forest.end(tag::TEXT_NODE);
        let count = u32::try_from(chars.len()).unwrap_or(u32::MAX);
        self.order.push(Place::Text(self.texts.len()));
        self.texts.push((name, super::text::text_salt(seed), count));
    }

    /// The leaves, in the order in which they were added.
    pub fn finish(self) -> Vec<Pair> {
        let fields = self.fields.pairs();
        let tops = self.forest.tops();
        let heads: Vec<([u8; 2], [u8; 4])> =
            self.texts.iter().map(|(name, _, count)| (name_len(name), count.to_be_bytes())).collect();
        let texts = close(&tops, |at| {
            let (name, salt, _) = &self.texts[at];
            vec![&[tag::TEXT], &heads[at].0, name.as_bytes(), salt, &heads[at].1]
        });
        let of = |place: &Place| match place {
            Place::Field(at) => fields[*at],
            Place::Text(at) => texts[*at],
        };
        self.order.iter().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{event_root, field_leaf, text_leaf};
    use super::*;
    use crate::hash::sha256;
    use proptest::prelude::*;

    fn salt(at: usize) -> [u8; 32] {
        sha256(&[&at.to_be_bytes()])
    }

    proptest! {
        #[test]
        fn as_one_by_one(
            events in prop::collection::vec(
                (any::<Vec<u8>>(), prop::collection::vec(("[a-z/]{1,20}", "\\PC{0,40}", any::<bool>()), 0..12)),
                0..12,
            ),
        ) {
            let mut together = Events::default();
            let mut leaves = Leaves::default();
            let (mut roots, mut expected) = (Vec::new(), Vec::new());
            for (envelope, fields) in &events {
                together.begin(envelope);
                let mut own = Vec::new();
                for (at, (name, text, publishable)) in fields.iter().enumerate() {
                    if *publishable {
                        let leaf = text_leaf(name, &salt(at), text);
                        leaves.text(name, &salt(at), text);
                        together.leaf(leaf);
                        own.push(leaf);
                    } else {
                        let leaf = field_leaf(name, &salt(at), text.as_bytes());
                        leaves.field(name, &salt(at), text.as_bytes());
                        together.field(name, &salt(at), text.as_bytes());
                        own.push(leaf);
                    }
                }
                roots.push(event_root(envelope, &own));
                expected.extend(own);
            }
            prop_assert_eq!(together.roots(), roots);
            prop_assert_eq!(leaves.finish(), expected);
        }
    }
}
