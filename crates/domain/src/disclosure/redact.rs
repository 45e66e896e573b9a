//! Redaction: which characters of an original text are withheld, and what mark
//! stands for them.
//!
//! A public copy shows characters of the original at their own places and marks
//! for the withheld ranges, nothing else. The original is committed character
//! by character (house 2.2), so the copy can be proved to come from it.

use super::persons::{KnownPerson, kept};
use super::scan;
use super::words::{Ground, PersonRole, Treatment};
use crate::cite::Citation;
use crate::refusal::Refusal;
use crate::text::Text;
use serde::{Deserialize, Serialize};

/// What a reader sees in place of withheld characters. No other text can be put
/// in, so a copy cannot say what its original does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "mark", rename_all = "snake_case")]
pub enum Mark {
    /// 某, for a given name of one character.
    Given,
    /// 某某, for a longer given name.
    GivenLong,
    /// A role with a letter: 证人A.
    Role {
        /// Role.
        role: PersonRole,
        /// Place among the persons of that role, from 0.
        no: u8,
    },
    /// 〔略〕, for particulars that are removed.
    Removed,
    /// 〔此处略〕, for secrets.
    Omitted,
}

impl Mark {
    /// The characters shown.
    pub fn text(self) -> String {
        match self {
            Self::Given => "某".into(),
            Self::GivenLong => "某某".into(),
            Self::Role { role, no } if no < 26 => format!("{}{}", role.label(), char::from(b'A' + no)),
            Self::Role { role, no } => {
                format!("{}第{}", role.label(), crate::codes::numeral(u32::from(no) + 1))
            }
            Self::Removed => "〔略〕".into(),
            Self::Omitted => "〔此处略〕".into(),
        }
    }
}

/// A withheld range of characters of an original.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Withheld {
    /// First character withheld.
    pub from: u32,
    /// One past the last.
    pub to: u32,
    /// Why.
    pub ground: Ground,
    /// What stands for it.
    pub mark: Mark,
}

impl Withheld {
    /// A range withheld on `ground` with the ground's own mark.
    pub const fn on(from: u32, to: u32, ground: Ground) -> Self {
        Self { from, to, ground, mark: ground.mark() }
    }

    fn covers(&self, at: u32) -> bool {
        (self.from..self.to).contains(&at)
    }
}

/// A range that a rule withholds and nobody may show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uncovered {
    /// Path of the field in the public copy.
    pub field: String,
    /// First character of the original.
    pub from: u32,
    /// One past the last.
    pub to: u32,
    /// Why it must be withheld.
    pub ground: Ground,
    /// The rule.
    pub citation: Citation,
}

/// One row of the redaction table, for the published rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RedactionRule {
    /// What.
    pub ground: Ground,
    /// How it is treated.
    pub treatment: &'static str,
    /// Whether the program finds it by itself and nobody may show it.
    pub mandatory: bool,
    /// Where the rule stands.
    pub citation: Citation,
}

/// The redaction table: one row a ground.
pub fn table() -> Vec<RedactionRule> {
    Ground::ALL.iter().map(|&ground| row(ground)).collect()
}

fn row(ground: Ground) -> RedactionRule {
    let (treatment, mandatory) = match ground {
        Ground::Name => ("保留姓氏，名字以“某”或者“某某”代替；复姓保留全部姓氏", true),
        Ground::RoleName => ("以身份代称，如“证人A”", true),
        Ground::Minor => ("当事人为未成年人的，整件不予公开；其他未成年人以身份代称", true),
        Ground::IdNumber | Ground::Passport => ("全部隐去", true),
        Ground::Address => ("隐去县（区）、乡镇（街道）以下部分", true),
        Ground::Phone | Ground::Email | Ground::Messenger | Ground::Plate => ("全部隐去", true),
        Ground::BankAccount | Ground::TitleDeed => ("全部隐去", true),
        Ground::Property | Ground::Privacy => ("由制作人标出并隐去", false),
        Ground::TradeSecret | Ground::StateSecret => ("由制作人标出，以“〔此处略〕”代替", false),
    };
    RedactionRule { ground, treatment, mandatory, citation: ground.citation() }
}

/// A text with its withheld ranges, sorted and disjoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Masked {
    /// The original; committed character by character, erasable.
    #[serde(deserialize_with = "publishable")]
    pub original: Text,
    /// What the public does not see.
    #[serde(default)]
    pub withheld: Vec<Withheld>,
}

/// An original is publishable however it was written: a plain string too must
/// be committed character by character.
fn publishable<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
    Text::deserialize(deserializer).map(Text::into_publishable)
}

impl Masked {
    /// A text of which everything is shown.
    pub fn shown(original: impl Into<String>) -> Self {
        Self { original: Text::publishable(original), withheld: Vec::new() }
    }

    /// Withholds what the rules demand of `original`. Applied again to the same
    /// input it gives the same ranges; a person may then add to them.
    pub fn redact(original: impl Into<String>, persons: &[KnownPerson], operator_shown: bool) -> Self {
        let original = original.into();
        let withheld = mandatory(&original, persons, operator_shown);
        Self { original: Text::publishable(original), withheld }
    }

    /// The text as the public reads it; `None` when the original is erased.
    pub fn public(&self) -> Option<String> {
        self.original.value().map(|text| apply(text, &self.withheld))
    }

    /// Whether the ranges are sorted, disjoint, not empty and inside the text.
    pub fn well_formed(&self) -> bool {
        let chars = u32::try_from(self.original.chars()).unwrap_or(u32::MAX);
        let mut end = 0;
        self.withheld.iter().all(|w| {
            let fits = w.from >= end && w.from < w.to && w.to <= chars;
            end = w.to;
            fits
        })
    }

    /// The same text with one more range withheld; an overlap with a range
    /// already withheld is cut off.
    #[must_use]
    pub fn with(&self, range: Withheld) -> Self {
        let chars = u32::try_from(self.original.chars()).unwrap_or(u32::MAX);
        let range = Withheld { to: range.to.min(chars), ..range };
        let mut all = self.withheld.clone();
        all.push(range);
        Self { original: self.original.clone(), withheld: disjoint(&all) }
    }

    /// The same text with the range that begins at `from` shown again.
    ///
    /// # Errors
    /// Refused with the rule that withholds it, when a rule does.
    pub fn without(&self, from: u32, persons: &[KnownPerson], operator_shown: bool) -> Result<Self, Refusal> {
        let rest: Vec<Withheld> = self.withheld.iter().filter(|w| w.from != from).copied().collect();
        let after = Self { original: self.original.clone(), withheld: rest };
        let before = self.uncovered("", persons, operator_shown);
        match after.uncovered("", persons, operator_shown).into_iter().find(|u| !before.contains(u)) {
            None => Ok(after),
            Some(u) => Err(Refusal::new(
                "disclosure.mandatory",
                u.citation,
                format!("{}不得公开，不能恢复显示。", u.ground.label()),
                "保留隐去；如属误判，请调整文书表述后重新制作。",
            )),
        }
    }

    /// Mandatory ranges of which a character would be shown. Nothing is found
    /// in an erased original.
    pub fn uncovered(&self, field: &str, persons: &[KnownPerson], operator_shown: bool) -> Vec<Uncovered> {
        let Some(text) = self.original.value() else { return Vec::new() };
        mandatory(text, persons, operator_shown)
            .into_iter()
            .filter(|m| (m.from..m.to).any(|at| !self.withheld.iter().any(|w| w.covers(at))))
            .map(|m| Uncovered {
                field: field.to_owned(),
                from: m.from,
                to: m.to,
                ground: m.ground,
                citation: m.ground.citation(),
            })
            .collect()
    }
}

/// Rounds after which a text is given up as not settling; each round withholds
/// one more character at least, and two rounds have been enough for all seen.
const ROUNDS: usize = 32;

/// What the rules withhold of `text`, sorted and disjoint. Withholding a range
/// changes what its neighbours look like (a number may now stand alone), so the
/// result is looked at again, as the public would read it, until it is clean.
fn mandatory(text: &str, persons: &[KnownPerson], operator_shown: bool) -> Vec<Withheld> {
    let mut found = names(text, persons, operator_shown);
    for hit in scan::shapes(text) {
        found.push(Withheld::on(hit.from as u32, hit.to as u32, hit.rule.ground()));
    }
    let mut all = disjoint(&found);
    for _ in 0..ROUNDS {
        let (public, places) = render(text, &all);
        let again = scan::scan("", &public, persons, operator_shown);
        let before = all.len();
        for finding in &again {
            let inside = &places[finding.from as usize..finding.to as usize];
            all.extend(inside.iter().flatten().map(|&at| Withheld::on(at, at + 1, finding.rule.ground())));
        }
        if all.len() == before {
            break;
        }
        all = disjoint(&all);
    }
    all
}

fn names(text: &str, persons: &[KnownPerson], operator_shown: bool) -> Vec<Withheld> {
    let mut found = Vec::new();
    let mut seen: Vec<(PersonRole, u8)> = Vec::new();
    for person in persons {
        let no = number(&mut seen, person.role);
        let occurrences = scan::occurrences(text, &person.name);
        match person.role.treatment(operator_shown) {
            Treatment::Shown => {}
            Treatment::Role => {
                let ground = if person.role == PersonRole::Minor { Ground::Minor } else { Ground::RoleName };
                let mark = Mark::Role { role: person.role, no };
                found.extend(occurrences.iter().map(|o| Withheld {
                    from: o.from as u32,
                    to: o.to as u32,
                    ground,
                    mark,
                }));
            }
            Treatment::Surname => found.extend(occurrences.iter().filter_map(|o| given(&person.name, o))),
        }
    }
    found
}

/// The given name of one occurrence. What stands between the surname and the
/// given name (blanks, a point) goes with it.
fn given(name: &str, at: &scan::Occurrence) -> Option<Withheld> {
    let keep = kept(name).min(at.at.len() - 1);
    let last_kept = at.at.get(keep.checked_sub(1)?)?;
    let mark = if at.at.len() - keep >= 2 { Mark::GivenLong } else { Mark::Given };
    Some(Withheld { from: *last_kept as u32 + 1, to: at.to as u32, ground: Ground::Name, mark })
}

fn number(seen: &mut Vec<(PersonRole, u8)>, role: PersonRole) -> u8 {
    match seen.iter_mut().find(|(r, _)| *r == role) {
        Some((_, n)) => {
            *n = n.saturating_add(1);
            *n
        }
        None => {
            seen.push((role, 0));
            0
        }
    }
}

/// Sorts ranges and cuts overlaps so that each character is withheld once. An
/// earlier range keeps its mark; one that begins inside it keeps what is left;
/// of ranges with one beginning the longest comes first.
fn disjoint(ranges: &[Withheld]) -> Vec<Withheld> {
    let mut sorted: Vec<Withheld> = ranges.iter().filter(|r| r.from < r.to).copied().collect();
    sorted.sort_by_key(|r| (r.from, std::cmp::Reverse(r.to)));
    let mut out: Vec<Withheld> = Vec::with_capacity(sorted.len());
    for mut range in sorted {
        if let Some(last) = out.last_mut() {
            if range.to <= last.to {
                continue;
            }
            // The rest of a range of the same kind joins it.
            let removed = matches!((range.mark, last.mark), (Mark::Removed, Mark::Removed));
            if range.ground == last.ground && (range.from < last.to || (removed && range.from == last.to)) {
                last.to = range.to;
                continue;
            }
            range.from = range.from.max(last.to);
        }
        out.push(range);
    }
    out
}

/// Puts the marks in place of the withheld ranges, which are sorted and disjoint.
fn apply(text: &str, withheld: &[Withheld]) -> String {
    render(text, withheld).0
}

/// The public text, and for each of its characters the place in the original;
/// `None` for the characters of a mark.
fn render(text: &str, withheld: &[Withheld]) -> (String, Vec<Option<u32>>) {
    let mut out = String::with_capacity(text.len());
    let mut places = Vec::with_capacity(text.len());
    let mut ranges = withheld.iter().peekable();
    for (at, c) in text.chars().enumerate() {
        let at = at as u32;
        while ranges.peek().is_some_and(|w| w.to <= at) {
            ranges.next();
        }
        match ranges.peek() {
            Some(w) if w.from == at => {
                let mark = w.mark.text();
                places.extend(mark.chars().map(|_| None));
                out.push_str(&mark);
            }
            Some(w) if w.covers(at) => {}
            Some(_) | None => {
                out.push(c);
                places.push(Some(at));
            }
        }
    }
    (out, places)
}
