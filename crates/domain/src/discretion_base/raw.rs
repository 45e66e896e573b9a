//! The shape of the data file.

use super::{
    Accident, Base, BaseRange, Correction, DiscretionError, Measure, Rule, Shape, Subject, Violation,
};
use crate::cite::Citation;
use jiff::civil::Date;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) violation: Vec<RawViolation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawViolation {
    id: String,
    title: String,
    law: String,
    system: crate::policy::System,
    from: Date,
    to: Option<Date>,
    range: Vec<RawRange>,
}

impl RawViolation {
    pub(super) fn read(self) -> Result<Violation, DiscretionError> {
        let rules: Result<Vec<Rule>, DiscretionError> =
            self.range.into_iter().map(|r| r.rule(&self.id, &self.law)).collect();
        let ranges = rules?;
        Ok(Violation {
            id: self.id,
            title: self.title,
            law: self.law,
            system: self.system,
            from: self.from,
            to: self.to,
            ranges,
        })
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawShape {
    Range,
    MaxOnly,
    Multiple,
    Percent,
    NoFine,
    Undefined,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRange {
    subjects: Vec<Subject>,
    article: String,
    shape: RawShape,
    min: Option<u32>,
    max: Option<u32>,
    base: Option<Base>,
    stage: Option<Correction>,
    accident: Option<Accident>,
    aggravated: Option<bool>,
    correctable: Option<bool>,
    gains_at_least: Option<u32>,
    gains_below: Option<u32>,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    also: Vec<Measure>,
}

impl RawRange {
    fn rule(self, id: &str, law: &str) -> Result<Rule, DiscretionError> {
        let fen = |yuan: u32| i64::from(yuan) * 100;
        let bad = || DiscretionError::Data(format!("{id} {}：数额与幅度类型不符", self.article));
        let shape = match (self.shape, self.min, self.max, self.base) {
            (RawShape::Range, Some(a), Some(b), None) if a <= b => Shape::Range { min: fen(a), max: fen(b) },
            (RawShape::MaxOnly, None, Some(b), None) => Shape::MaxOnly { max: fen(b) },
            (RawShape::Multiple, Some(min), Some(max), Some(base)) if min <= max => {
                Shape::Multiple { min, max, base }
            }
            (RawShape::Percent, Some(min), Some(max), Some(base)) if min <= max => {
                Shape::Percent { min, max, base }
            }
            (RawShape::NoFine, None, None, None) => Shape::NoFine,
            (RawShape::Undefined, None, None, None) => Shape::Undefined,
            (
                RawShape::Range
                | RawShape::MaxOnly
                | RawShape::Multiple
                | RawShape::Percent
                | RawShape::NoFine
                | RawShape::Undefined,
                Some(_) | None,
                Some(_) | None,
                Some(_) | None,
            ) => return Err(bad()),
        };
        let citation = Citation { law: law.to_owned().into(), article: self.article.into() };
        Ok(Rule {
            subjects: self.subjects,
            stage: self.stage,
            accident: self.accident,
            aggravated: self.aggravated,
            correctable: self.correctable,
            gains_at_least: self.gains_at_least.map(fen),
            gains_below: self.gains_below.map(fen),
            range: BaseRange { shape, citation, optional: self.optional, also: self.also },
        })
    }
}
