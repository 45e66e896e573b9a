//! A posted form as it was typed, and what the person asked of it.

use std::collections::BTreeSet;

use super::form::{FieldSpec, Kind, MAX_GROUPS};

/// Most fields one posted form may hold.
pub const MAX_FIELDS: usize = 5_000;

/// A posted form as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Posted {
    pairs: Vec<(String, String)>,
}

/// What a person asked of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Carry out the command.
    Submit,
    /// Keep what is typed for later.
    SaveDraft,
    /// Show one more group of this list.
    Add(String),
    /// Take away this group, for example `parties[1]`.
    Remove(String),
}

/// The body holds more than any form of ours could.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("表单的字段过多")]
pub struct TooManyFields;

impl Posted {
    /// Parses `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// When it holds more than [`MAX_FIELDS`] fields.
    pub fn parse(body: &[u8]) -> Result<Self, TooManyFields> {
        let mut pairs = Vec::new();
        for (name, value) in form_urlencoded::parse(body) {
            if pairs.len() == MAX_FIELDS {
                return Err(TooManyFields);
            }
            // No text of ours holds NUL, and one database cannot store it.
            pairs.push((name.replace('\0', ""), value.replace("\r\n", "\n").replace('\0', "")));
        }
        Ok(Self { pairs })
    }

    /// From names and values.
    pub fn from_pairs(pairs: Vec<(String, String)>) -> Self {
        Self { pairs }
    }

    /// Names and values without the form's own controls: what a draft keeps.
    pub fn typed(&self) -> Vec<(String, String)> {
        self.pairs.iter().filter(|(name, _)| !is_control(name)).cloned().collect()
    }

    /// Every name and value, in order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// First value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    /// All values of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    /// What the person asked for, by the button pressed.
    pub fn intent(&self) -> Intent {
        if self.get("save_draft").is_some() {
            Intent::SaveDraft
        } else if let Some(list) = self.get("_add") {
            Intent::Add(list.to_owned())
        } else if let Some(group) = self.get("_remove") {
            Intent::Remove(group.to_owned())
        } else {
            Intent::Submit
        }
    }

    /// How many groups of a list are present.
    pub fn groups(&self, list: &str) -> usize {
        self.indices(list).len()
    }

    /// Indices of a list's groups, in order; gaps are allowed in a posted body.
    fn indices(&self, list: &str) -> BTreeSet<usize> {
        self.pairs
            .iter()
            .filter_map(|(name, _)| name.strip_prefix(list)?.strip_prefix('['))
            .filter_map(|rest| rest.split_once(']')?.0.parse().ok())
            .collect()
    }

    /// The same form with one more empty group at the end of a list.
    #[must_use]
    pub fn with_group(mut self, list: &str) -> Self {
        let indices = self.indices(list);
        if indices.len() < MAX_GROUPS {
            let next = indices.last().map_or(0, |last| last.saturating_add(1));
            self.pairs.push((format!("{list}[{next}]"), String::new()));
        }
        self
    }

    /// The same form without one group, for example `parties[1]`.
    #[must_use]
    pub fn without_group(mut self, group: &str) -> Self {
        let inside = format!("{group}.");
        self.pairs.retain(|(name, _)| name != group && !name.starts_with(&inside));
        self
    }

    /// The same form with the groups of all lists numbered from 0 without gaps.
    #[must_use]
    pub fn compact(mut self, specs: &[FieldSpec]) -> Self {
        self.compact_under("", specs);
        self
    }

    fn compact_under(&mut self, prefix: &str, specs: &[FieldSpec]) {
        for spec in specs {
            let name = format!("{prefix}{}", spec.name);
            match &spec.kind {
                Kind::List(fields) => {
                    let indices = self.indices(&name);
                    for (to, from) in indices.into_iter().enumerate() {
                        let (old, new) = (format!("{name}[{from}]"), format!("{name}[{to}]"));
                        for (key, _) in &mut self.pairs {
                            if let Some(rest) = key.strip_prefix(&old) {
                                *key = format!("{new}{rest}");
                            }
                        }
                        self.compact_under(&format!("{new}."), fields);
                    }
                }
                Kind::Record(fields) => self.compact_under(&format!("{name}."), fields),
                Kind::Line
                | Kind::Paragraph
                | Kind::Date
                | Kind::DateTime
                | Kind::Money
                | Kind::Number { .. }
                | Kind::Choice(_)
                | Kind::MultiChoice(_)
                | Kind::Flag
                | Kind::Staff(_)
                | Kind::Party(_)
                | Kind::Digest => {}
            }
        }
    }
}

fn is_control(name: &str) -> bool {
    name.starts_with('_') || name == "save_draft"
}
