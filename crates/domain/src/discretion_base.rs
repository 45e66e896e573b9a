//! Statutory ranges of fines.
//!
//! Only what the law itself says; grades inside a range are local benchmarks
//! (国办发〔2022〕27号). A range is found by who is punished and the facts that
//! the article makes decisive. `以上` and `以下` include the number.

mod raw;
#[cfg(test)]
mod tests;

use crate::cite::Citation;
use crate::codes::format_yuan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// Who is punished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A unit.
    Unit,
    /// A natural person as the offender.
    Person,
    /// The principal head of the offending unit.
    Head,
    /// Persons directly in charge or directly responsible.
    Responsible,
}

/// Whether an order to correct has been disobeyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Correction {
    /// Ordered for the first time, or obeyed.
    First,
    /// Not corrected in time, or refused.
    Overdue,
}

/// Classes of accident (《生产安全事故报告和调查处理条例》第三条).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Accident {
    /// 一般事故.
    Ordinary,
    /// 较大事故.
    Larger,
    /// 重大事故.
    Major,
    /// 特别重大事故.
    Exceptional,
}

/// What a relative range is counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Base {
    /// 违法所得.
    IllegalGains,
    /// 上一年年收入.
    AnnualIncome,
    /// 建设工程造价.
    ProjectCost,
}

impl Base {
    /// As the law names it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::IllegalGains => "违法所得",
            Self::AnnualIncome => "上一年年收入",
            Self::ProjectCost => "建设工程造价",
        }
    }
}

/// What the article orders beside the fine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// 警告.
    Warning,
    /// 责令停产停业整顿.
    SuspendProduction,
    /// 责令停止建设.
    StopConstruction,
    /// 责令停止经营活动.
    StopOperation,
    /// 没收违法经营的物品、实物.
    ConfiscateGoods,
    /// 没收违法所得.
    ConfiscateGains,
    /// 限期拆除.
    Demolish,
}

impl Measure {
    /// As the law names it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Warning => "警告",
            Self::SuspendProduction => "责令停产停业整顿",
            Self::StopConstruction => "责令停止建设",
            Self::StopOperation => "责令停止违法活动",
            Self::ConfiscateGoods => "没收违法物品",
            Self::ConfiscateGains => "没收违法所得",
            Self::Demolish => "限期拆除",
        }
    }
}

/// The shape of a range. Amounts in fen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// From `min` to `max`.
    Range {
        /// Lowest.
        min: i64,
        /// Highest.
        max: i64,
    },
    /// At most `max`.
    MaxOnly {
        /// Highest.
        max: i64,
    },
    /// So many times a base.
    Multiple {
        /// Lowest factor.
        min: u32,
        /// Highest factor.
        max: u32,
        /// Of what.
        base: Base,
    },
    /// A share of a base, in ten-thousandths.
    Percent {
        /// Lowest share.
        min: u32,
        /// Highest share.
        max: u32,
        /// Of what.
        base: Base,
    },
    /// The article threatens no fine here.
    NoFine,
    /// The article leaves the amount to local rules.
    Undefined,
}

/// A statutory range with its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseRange {
    /// Its shape.
    pub shape: Shape,
    /// The article.
    pub citation: Citation,
    /// `true`: the organ may (`可以`) fine, it need not.
    pub optional: bool,
    /// What the article orders beside the fine.
    pub also: Vec<Measure>,
}

/// The facts that decide which range applies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Whether an order to correct was disobeyed.
    pub correction: Option<Correction>,
    /// The class of the accident.
    pub accident: Option<Accident>,
    /// 情节特别严重、影响特别恶劣 (《安全生产法》第一百一十四条第二款).
    pub aggravated: bool,
    /// Whether the effect on the plan can still be removed (《城乡规划法》第六十四条).
    pub correctable: Option<bool>,
    /// Illegal gains in fen; none found is zero.
    pub illegal_gains: Option<i64>,
    /// The offender's income of the year before, in fen.
    pub annual_income: Option<i64>,
    /// The cost of the building project, in fen.
    pub project_cost: Option<i64>,
}

/// A violation with its ranges.
#[derive(Clone, Debug)]
pub struct Violation {
    /// Stable id.
    pub id: String,
    /// What was done, as a person reads it.
    pub title: String,
    /// The law.
    pub law: String,
    /// The field of enforcement.
    pub system: crate::policy::System,
    /// First day on which these amounts are law.
    pub from: Date,
    /// Last day; none while they are.
    pub to: Option<Date>,
    ranges: Vec<Rule>,
}

#[derive(Clone, Debug)]
struct Rule {
    subjects: Vec<Subject>,
    stage: Option<Correction>,
    accident: Option<Accident>,
    aggravated: Option<bool>,
    correctable: Option<bool>,
    gains_at_least: Option<i64>,
    gains_below: Option<i64>,
    range: BaseRange,
}

/// Why no range or no verdict could be given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiscretionError {
    /// The data is malformed.
    #[error("法定幅度数据：{0}")]
    Data(String),
    /// No violation has this id.
    #[error("没有编号为 {0} 的违法行为")]
    UnknownViolation(String),
    /// The act took place before the amounts that are known here were law.
    #[error("编号为 {id} 的幅度自{from}起施行，违法行为发生在此之前")]
    NotInForce {
        /// The violation.
        id: String,
        /// First day of the earliest amounts known.
        from: Date,
    },
    /// A decisive fact is missing.
    #[error("缺少决定法定幅度的事实：{0}")]
    MissingFact(&'static str),
    /// The law threatens this subject with nothing on these facts.
    #[error("“{violation}”没有对该类当事人在此情形下的罚则")]
    NoRange {
        /// The violation.
        violation: String,
    },
    /// The amount is below the legal minimum without a ground of mitigation.
    #[error(
        "罚款{amount}元低于法定最低{min}元（{citation}）；没有减轻处罚的法定情形不得低于（《行政处罚法》第三十二条）"
    )]
    BelowMinimum {
        /// The amount in yuan.
        amount: String,
        /// The minimum in yuan.
        min: String,
        /// The article.
        citation: Citation,
    },
    /// The amount is above the legal maximum.
    #[error("罚款{amount}元高于法定最高{max}元（{citation}）")]
    AboveMaximum {
        /// The amount in yuan.
        amount: String,
        /// The maximum in yuan.
        max: String,
        /// The article.
        citation: Citation,
    },
    /// The article threatens no fine here.
    #[error("此情形没有罚款的罚则（{0}）")]
    NoFine(Citation),
    /// The amount must come from local rules.
    #[error("法律没有规定数额，须依地方规定（{0}）")]
    Undefined(Citation),
}

impl BaseRange {
    /// Lowest and highest fine in fen. A share or multiple is rounded down to
    /// the fen at the top and up at the bottom, in the party's favour at the top.
    ///
    /// # Errors
    /// When the base is missing, no fine is threatened or the amount is undefined.
    pub fn bounds(&self, facts: &Facts) -> Result<(i64, i64), DiscretionError> {
        let of = |base: Base| match base {
            Base::IllegalGains => facts.illegal_gains.ok_or(DiscretionError::MissingFact("违法所得")),
            Base::AnnualIncome => facts.annual_income.ok_or(DiscretionError::MissingFact("上一年年收入")),
            Base::ProjectCost => facts.project_cost.ok_or(DiscretionError::MissingFact("建设工程造价")),
        };
        match self.shape {
            Shape::Range { min, max } => Ok((min, max)),
            Shape::MaxOnly { max } => Ok((0, max)),
            Shape::Multiple { min, max, base } => {
                let base = of(base)?;
                Ok((base.saturating_mul(min.into()), base.saturating_mul(max.into())))
            }
            Shape::Percent { min, max, base } => {
                let base = i128::from(of(base)?);
                let low = (base * i128::from(min) + 9_999) / 10_000;
                let high = base * i128::from(max) / 10_000;
                let fit = |n: i128| i64::try_from(n).unwrap_or(i64::MAX);
                Ok((fit(low.min(high)), fit(high)))
            }
            Shape::NoFine => Err(DiscretionError::NoFine(self.citation.clone())),
            Shape::Undefined => Err(DiscretionError::Undefined(self.citation.clone())),
        }
    }

    /// Checks a fine in fen. `mitigated` is true when a statutory ground of
    /// mitigation is recorded (《行政处罚法》第三十二条).
    ///
    /// # Errors
    /// When the amount lies outside the range, or the range has no amount.
    pub fn check_amount(&self, facts: &Facts, fen: i64, mitigated: bool) -> Result<(), DiscretionError> {
        let (min, max) = self.bounds(facts)?;
        let citation = || self.citation.clone();
        if fen > max {
            let (amount, max) = (format_yuan(fen), format_yuan(max));
            return Err(DiscretionError::AboveMaximum { amount, max, citation: citation() });
        }
        let spared = self.optional && fen == 0;
        if (fen < min && !mitigated && !spared) || fen < 0 {
            let (amount, min) = (format_yuan(fen), format_yuan(min));
            return Err(DiscretionError::BelowMinimum { amount, min, citation: citation() });
        }
        Ok(())
    }

    /// The range as a person reads it: `二万元以上五万元以下` in figures.
    #[must_use]
    pub fn words(&self) -> String {
        let yuan = |fen: i64| format_yuan(fen).trim_end_matches(".00").to_owned();
        let share = |n: u32| {
            if n.is_multiple_of(100) {
                format!("{}%", n / 100)
            } else {
                format!("{}.{:02}%", n / 100, n % 100)
            }
        };
        let may = if self.optional { "可以处" } else { "处" };
        match self.shape {
            Shape::Range { min, max } => format!("{may}{}元以上{}元以下罚款", yuan(min), yuan(max)),
            Shape::MaxOnly { max } => format!("{may}{}元以下罚款", yuan(max)),
            Shape::Multiple { min, max, base } => format!("{may}{}{min}倍以上{max}倍以下罚款", base.label()),
            Shape::Percent { min, max, base } if min == max => {
                format!("{may}{}{}罚款", base.label(), share(max))
            }
            Shape::Percent { min: 0, max, base } => format!("{may}{}{}以下罚款", base.label(), share(max)),
            Shape::Percent { min, max, base } => {
                format!("{may}{}{}以上{}以下罚款", base.label(), share(min), share(max))
            }
            Shape::NoFine => "不处罚款".into(),
            Shape::Undefined => format!("{may}罚款，数额由地方规定"),
        }
    }
}

/// The widest fine that a violation may bring to somebody, in fen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Widest {
    /// Lowest fine of the lowest tier.
    pub min: i64,
    /// Highest fine of the highest tier; none where what it is counted from is not known.
    pub max: Option<i64>,
    /// The article.
    pub citation: Citation,
}

/// All violations with statutory ranges.
#[derive(Clone, Debug)]
pub struct Ranges {
    violations: Vec<Violation>,
}

impl Ranges {
    /// The ranges shipped with the program.
    #[must_use]
    pub fn built_in() -> &'static Self {
        static RANGES: OnceLock<Ranges> = OnceLock::new();
        RANGES.get_or_init(|| match Self::parse(include_str!("../data/discretion_base.toml")) {
            Ok(ranges) => ranges,
            // Compiled in and parsed by a test.
            Err(error) => unreachable!("built-in ranges: {error}"),
        })
    }

    /// Reads ranges.
    ///
    /// # Errors
    /// Names what is malformed: a repeated id, a range without its amounts, a
    /// minimum above its maximum.
    pub fn parse(text: &str) -> Result<Self, DiscretionError> {
        let raw: raw::File = toml::from_str(text).map_err(|e| DiscretionError::Data(e.to_string()))?;
        let mut violations: Vec<Violation> = Vec::with_capacity(raw.violation.len());
        for v in raw.violation {
            let v = v.read()?;
            let meets = |it: &Violation| {
                it.id == v.id && it.to.is_none_or(|to| v.from <= to) && v.to.is_none_or(|to| it.from <= to)
            };
            if violations.iter().any(meets) || v.ranges.is_empty() || v.to.is_some_and(|to| to < v.from) {
                return Err(DiscretionError::Data(format!("{} 重复、没有罚则或者施行日期有误", v.id)));
            }
            violations.push(v);
        }
        Ok(Self { violations })
    }

    /// All violations, in the order of the data.
    #[must_use]
    pub fn all(&self) -> &[Violation] {
        &self.violations
    }

    /// The violation with this id, with its newest amounts.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Violation> {
        self.violations.iter().filter(|v| v.id == id).max_by_key(|v| v.from)
    }

    /// The violation with the amounts that were law on `day` (行政处罚法第三十七条).
    ///
    /// # Errors
    /// When the id is unknown, or no amounts of that day are known.
    pub fn on(&self, id: &str, day: Date) -> Result<&Violation, DiscretionError> {
        let all = || self.violations.iter().filter(|v| v.id == id);
        let Some(from) = all().map(|v| v.from).min() else {
            return Err(DiscretionError::UnknownViolation(id.to_owned()));
        };
        all()
            .find(|v| v.from <= day && v.to.is_none_or(|to| day <= to))
            .ok_or_else(|| DiscretionError::NotInForce { id: id.to_owned(), from })
    }

    /// The statutory range for a violation, a subject and the facts.
    ///
    /// # Errors
    /// When the id is unknown, a decisive fact is missing, or the law has no
    /// range for the subject on these facts.
    pub fn range_for(
        &self,
        violation: &str,
        subject: Subject,
        facts: &Facts,
    ) -> Result<&BaseRange, DiscretionError> {
        let v = self.get(violation).ok_or_else(|| DiscretionError::UnknownViolation(violation.to_owned()))?;
        let mut missing = None;
        for rule in v.ranges.iter().filter(|r| r.subjects.contains(&subject)) {
            match rule.applies(facts) {
                Ok(true) => return Ok(&rule.range),
                Ok(false) => {}
                Err(fact) => missing = Some(fact),
            }
        }
        match missing {
            Some(fact) => Err(DiscretionError::MissingFact(fact)),
            None => Err(DiscretionError::NoRange { violation: v.title.clone() }),
        }
    }
}

impl Violation {
    /// What a fine may lie between when the facts that choose the tier are not
    /// known: the lowest minimum and the highest maximum of the tiers that the
    /// known facts leave, for anyone of `subjects`.
    ///
    /// # Errors
    /// When no tier that is left threatens a fine.
    pub fn widest(&self, subjects: &[Subject], facts: &Facts) -> Result<Widest, DiscretionError> {
        let (mut widest, mut none): (Option<Widest>, _) = (None, None);
        for rule in self.ranges.iter().filter(|r| r.leaves(subjects, facts)) {
            let (min, max) = match rule.range.bounds(facts) {
                Ok((min, max)) => (min, Some(max)),
                Err(DiscretionError::NoFine(citation)) => {
                    none = Some(DiscretionError::NoFine(citation));
                    continue;
                }
                // Counted from what is not known, or left to local rules.
                Err(DiscretionError::MissingFact(_) | DiscretionError::Undefined(_)) => (0, None),
                Err(error) => return Err(error),
            };
            let so_far = widest.get_or_insert(Widest { min, max, citation: rule.range.citation.clone() });
            so_far.min = so_far.min.min(min);
            so_far.max = so_far.max.zip(max).map(|(a, b)| a.max(b));
        }
        let none = none.unwrap_or(DiscretionError::NoRange { violation: self.title.clone() });
        widest.ok_or(none)
    }
}

impl Rule {
    /// Whether it concerns anyone of `subjects` and no known fact excludes it.
    fn leaves(&self, subjects: &[Subject], facts: &Facts) -> bool {
        let gains = |n: i64, holds: fn(i64, i64) -> bool| facts.illegal_gains.is_none_or(|g| holds(g, n));
        self.subjects.iter().any(|s| subjects.contains(s))
            && self.stage.is_none_or(|s| facts.correction.is_none_or(|known| known == s))
            && self.accident.is_none_or(|a| facts.accident.is_none_or(|known| known == a))
            && self.correctable.is_none_or(|c| facts.correctable.is_none_or(|known| known == c))
            && self.gains_at_least.is_none_or(|n| gains(n, |g, n| g >= n))
            && self.gains_below.is_none_or(|n| gains(n, |g, n| g < n))
    }

    fn applies(&self, facts: &Facts) -> Result<bool, &'static str> {
        let mut all = true;
        if let Some(stage) = self.stage {
            all &= facts.correction.ok_or("是否逾期未改正")? == stage;
        }
        if let Some(accident) = self.accident {
            all &= facts.accident.ok_or("事故等级")? == accident;
        }
        if let Some(aggravated) = self.aggravated {
            all &= facts.aggravated == aggravated;
        }
        if let Some(correctable) = self.correctable {
            all &= facts.correctable.ok_or("能否采取改正措施消除影响")? == correctable;
        }
        if self.gains_at_least.is_some() || self.gains_below.is_some() {
            let gains = facts.illegal_gains.ok_or("违法所得")?;
            all &=
                self.gains_at_least.is_none_or(|n| gains >= n) && self.gains_below.is_none_or(|n| gains < n);
        }
        Ok(all)
    }
}
