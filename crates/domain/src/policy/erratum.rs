//! What became known of rules only afterwards: the rules that a decision noted beside those
//! that the same day has by what is known now (house rule 2.5: an erratum rewrites nothing
//! that was computed; somebody looks at each case that it touches).

use super::book::{Found, Jurisdiction, Level, PolicyBook, PolicyError};
use super::params::{PARAMETERS, PolicySet, edition_of, newest_edition};
use super::value::Rank;
use crate::cite::Citation;
use jiff::Timestamp;
use jiff::civil::Date;

/// A value as a person reads it, with where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The value in words, for example `7个工作日`.
    pub value: String,
    /// The instrument and article that set it.
    pub source: Citation,
    /// The level it was found on.
    pub level: Level,
    /// The policy file's id.
    pub file: String,
}

/// A parameter for which another value is known now than when a decision was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its key in the files.
    pub key: &'static str,
    /// What it means.
    pub title: &'static str,
    /// What was decided by.
    pub old: Shown,
    /// What the same day has by what is known now.
    pub new: Shown,
}

/// The rules of a day then and now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since {
    /// They are the same.
    Same,
    /// They differ in these values or their articles; never empty.
    Changed(Vec<Change>),
    /// The rules of then cannot be had any more: their file was altered or taken away.
    Unknown,
}

impl PolicyBook {
    /// The rules whose digest was `digest` when a decision rested on them: those known
    /// now, or what an earlier edition of the program or an earlier state of knowledge
    /// made of the same day. None when no such rules are known here.
    ///
    /// # Errors
    /// When a parameter has no value on the day at all.
    pub fn resolve_noted(
        &self,
        j: &Jurisdiction,
        at: Date,
        digest: &str,
    ) -> Result<Option<PolicySet>, PolicyError> {
        self.resolve(j, at, Timestamp::MAX)?;
        for known_at in self.known_at().into_iter().rev() {
            for edition in (0..=newest_edition()).rev() {
                // Before the first rule was known there is nothing to compare.
                let Ok(set) = self.resolve_edition(j, at, known_at, edition) else { continue };
                if set.rule_set.digest == digest {
                    return Ok(Some(set));
                }
            }
        }
        Ok(None)
    }

    /// What changed since a decision of the day `at` noted the rules with this digest. Values
    /// that merely moved to another file, and parameters that the program learned to know
    /// later, are no change.
    ///
    /// # Errors
    /// When a parameter has no value on the day at all.
    pub fn since(&self, j: &Jurisdiction, at: Date, digest: &str) -> Result<Since, PolicyError> {
        let mut known: Vec<Timestamp> = self.known_at();
        known.reverse();
        known.insert(0, Timestamp::MAX);
        self.digest(j, at, Timestamp::MAX, newest_edition())?;
        for known_at in known {
            for edition in (0..=newest_edition()).rev() {
                // Before the first rule was known there is nothing to compare.
                let Ok(of_then) = self.digest(j, at, known_at, edition) else { continue };
                if of_then == digest {
                    return self.changes(j, at, known_at, edition);
                }
            }
        }
        Ok(Since::Unknown)
    }

    fn changes(
        &self,
        j: &Jurisdiction,
        at: Date,
        known_at: Timestamp,
        edition: usize,
    ) -> Result<Since, PolicyError> {
        let mut out = Vec::new();
        for parameter in PARAMETERS.iter().filter(|it| edition_of(it.key) <= edition) {
            let then = self.find(parameter.key, j, at, known_at)?;
            let now = self.find(parameter.key, j, at, Timestamp::MAX)?;
            if then.says() == now.says() {
                continue;
            }
            let shown = |it: &Found<'_>| {
                let rank = (parameter.read)(it.says().0).ok().flatten();
                let (level, file) = it.place();
                Shown { value: words(it.says().0, rank), source: it.says().1.clone(), level, file }
            };
            let (old, new) = (shown(&then), shown(&now));
            out.push(Change { key: parameter.key, title: parameter.title, old, new });
        }
        Ok(if out.is_empty() { Since::Same } else { Since::Changed(out) })
    }

    /// The days on which a value begins to hold or holds no more, in order: between two of
    /// them every day has the same rules.
    #[must_use]
    pub fn turns(&self) -> Vec<Date> {
        let mut days: Vec<Date> = self
            .spans()
            .flat_map(|(from, to)| [Some(from), to.and_then(|day| day.tomorrow().ok())])
            .flatten()
            .collect();
        days.sort_unstable();
        days.dedup();
        days
    }
}

/// A value in words.
fn words(value: &toml::Value, rank: Option<Rank>) -> String {
    match (value, rank) {
        (toml::Value::Boolean(yes), _) => if *yes { "是" } else { "否" }.to_owned(),
        (_, Some(Rank { unit, n })) => format!(
            "{n}{}",
            match unit {
                "wd" => "个工作日",
                "d" => "日",
                "m" => "个月",
                "y" => "年",
                "h" => "小时",
                "yuan" => "元",
                "%" => "%",
                // A count has no unit of its own.
                _ => "",
            }
        ),
        (toml::Value::String(text), None) if text == "none" => "没有规定".to_owned(),
        (toml::Value::String(text), None) => text.clone(),
        (value, None) => value.to_string(),
    }
}
