//! Limits of publication: to publish, to withdraw, how long it stays.

use super::words::{CreditGrade, PartyKind, open_information, three_systems};
use crate::calendar::Calendar;
use crate::cite::{Citation, penalty_law};
use crate::period::{self, Limit, Period, PeriodError, Roll, Rule, Start};
use crate::policy::{PolicySet, PublicationScope, PublicationTerm, Sourced, TakedownApproval, Term};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// How long a decision of one grade on one kind of party stays public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermRule {
    /// For which grade; every grade when `None`.
    pub grade: Option<CreditGrade>,
    /// For natural persons (`true`), for the others (`false`), for all (`None`).
    pub natural_person: Option<bool>,
    /// Not published unless a necessity is stated.
    pub only_if_needed: bool,
    /// Before this nobody may have it taken down, repaired or not; none when
    /// the rule sets no minimum.
    pub minimum: Option<Rule>,
    /// When it ends by itself.
    pub maximum: Rule,
}

/// The rules of publication in force for an organ on a day: the policy set
/// mapped to one struct.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisclosureRules {
    /// Decision → publication.
    pub publish: Rule,
    /// Organ's knowledge → withdrawal.
    pub withdraw: Rule,
    /// Terms; the first row that fits counts.
    pub terms: Vec<TermRule>,
    /// Expiry needs the approval of the publishing body's principal head, and where that stands.
    pub expiry_approval: Option<Citation>,
    /// Which decisions are published, and where that stands; statute alone where unsaid.
    #[serde(default)]
    pub scope: Option<(PublicationScope, Citation)>,
    /// The operator of an individual business is shown by name.
    pub operator_shown: bool,
    /// 不宜公开 needs assessment, reason and filing (T40): where that stands.
    pub unsuitable: Citation,
    /// Three different persons prepare, check and publish: where that stands.
    pub three_persons: Citation,
}

impl DisclosureRules {
    /// The rules of a resolved policy set. Terms keep the statute's rows; a
    /// policy decides how long each is and whose approval a take-down needs.
    pub fn of(policy: &PolicySet) -> Self {
        let roll = policy.roll_authority.value;
        let mut terms = Vec::new();
        for (natural, sourced) in [(true, &policy.publish_term_person), (false, &policy.publish_term_unit)] {
            terms.extend(terms_of(natural, sourced, roll));
        }
        let takedown = &policy.publish_takedown;
        Self {
            publish: policy.publish_penalty.rule("disclosure.publish", "公开处罚决定", roll),
            withdraw: policy.publish_withdraw.rule(
                "disclosure.withdraw",
                "撤回处罚决定信息并公开说明理由",
                roll,
            ),
            terms,
            expiry_approval: match takedown.value {
                TakedownApproval::NoApproval => None,
                TakedownApproval::PublisherHead => Some(takedown.source.clone()),
            },
            operator_shown: policy.publish_operator.value,
            scope: Some((policy.publish_scope.value, policy.publish_scope.source.clone())),
            unsuitable: open_information("第十七条"),
            three_persons: policy.publish_chain.source.clone(),
        }
    }

    /// The rules of the country in 2026 where no lower policy is set.
    pub fn national_2026() -> Self {
        let credit = Citation::of("信用修复管理办法", "");
        let term = |grade, only_if_needed, minimum: Option<Period>, maximum: Period| TermRule {
            grade: Some(grade),
            natural_person: None,
            only_if_needed,
            minimum: minimum.map(|p| rule("disclosure.term.minimum", "最短公示", p, credit.clone(), None)),
            maximum: rule("disclosure.term.maximum", "停止公示", maximum, credit.clone(), None),
        };
        let months = |n| Period::months(n, Roll::None);
        let years = |n| Period::years(n, Roll::None);
        Self {
            publish: rule(
                "disclosure.publish",
                "公开处罚决定",
                Period::working_days(7),
                three_systems("（六）"),
                None,
            ),
            withdraw: rule(
                "disclosure.withdraw",
                "撤回处罚决定信息并公开说明理由",
                Period::working_days(3),
                penalty_law("第四十八条第二款"),
                Some(penalty_law("第八十五条")),
            ),
            terms: vec![
                term(CreditGrade::Slight, true, None, months(3)),
                term(CreditGrade::Ordinary, false, Some(months(3)), months(12)),
                term(CreditGrade::Serious, false, Some(years(1)), years(3)),
            ],
            expiry_approval: None,
            operator_shown: false,
            scope: None,
            unsuitable: open_information("第十七条"),
            three_persons: three_systems("二、全面推行行政执法公示制度"),
        }
    }

    /// The term that applies.
    pub fn term(&self, kind: PartyKind, grade: CreditGrade) -> Option<&TermRule> {
        let natural = match kind {
            PartyKind::Person => true,
            PartyKind::IndividualBusiness | PartyKind::LegalPerson | PartyKind::Organisation => false,
        };
        self.terms
            .iter()
            .find(|t| t.grade.is_none_or(|g| g == grade) && t.natural_person.is_none_or(|n| n == natural))
    }
}

/// The rows of one policy value: one for every grade, or one a grade.
fn terms_of(natural: bool, sourced: &Sourced<PublicationTerm>, roll: Roll) -> Vec<TermRule> {
    let one = |term: Term, id: &'static str, title: &'static str| Rule {
        id: Cow::Borrowed(id),
        title: Cow::Borrowed(title),
        period: term.period(roll),
        citation: sourced.source.clone(),
        day_citation: None,
    };
    let row = |grade, only_if_needed, minimum: Option<Term>, maximum| TermRule {
        grade,
        natural_person: Some(natural),
        only_if_needed,
        minimum: minimum.map(|t| one(t, "disclosure.term.minimum", "最短公示")),
        maximum: one(maximum, "disclosure.term.maximum", "停止公示"),
    };
    match sourced.value {
        PublicationTerm::Fixed(term) => vec![row(None, false, Some(term), term)],
        PublicationTerm::ByGrade { minor_max, ordinary, serious } => vec![
            row(Some(CreditGrade::Slight), true, None, minor_max),
            row(Some(CreditGrade::Ordinary), false, Some(ordinary.0), ordinary.1),
            row(Some(CreditGrade::Serious), false, Some(serious.0), serious.1),
        ],
    }
}

fn rule(
    id: &'static str,
    title: &'static str,
    period: Period,
    citation: Citation,
    day: Option<Citation>,
) -> Rule {
    Rule { id: Cow::Borrowed(id), title: Cow::Borrowed(title), period, citation, day_citation: day }
}

/// Whether an act was in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Punctuality {
    /// In time under every possible calendar.
    OnTime,
    /// Late under every possible calendar.
    Late,
    /// The calendar of the year is not published yet.
    Unknown,
}

impl Punctuality {
    /// Its word on the page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::OnTime => "按期",
            Self::Late => "逾期",
            Self::Unknown => "待日历公布后确定",
        }
    }
}

/// How an act stood to its limit. It goes by the day of recording: no claimed
/// day makes it better.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeliness {
    /// The limit with its derivation.
    pub limit: Limit,
    /// Civil day of recording.
    pub done_on: Date,
    /// Which working day after the start it was: (fewest, most).
    pub working_day: (u32, u32),
    /// The result.
    pub punctuality: Punctuality,
    /// Working days past the limit: (fewest, most); zero when in time.
    pub late_working_days: (u32, u32),
}

impl Timeliness {
    /// Compares the recorded day with the limit of `rule` from `start`.
    ///
    /// # Errors
    /// When the calendar does not reach.
    pub fn of(cal: &Calendar, rule: &Rule, start: &Start, done_on: Date) -> Result<Self, PeriodError> {
        let limit = period::limit(cal, rule, start, &[])?;
        let punctuality = if done_on <= limit.due.earliest() {
            Punctuality::OnTime
        } else if done_on > limit.due.latest() {
            Punctuality::Late
        } else {
            Punctuality::Unknown
        };
        let late = match punctuality {
            Punctuality::OnTime => (0, 0),
            Punctuality::Late | Punctuality::Unknown => (
                cal.count_workdays(limit.due.latest(), done_on)?.0,
                cal.count_workdays(limit.due.earliest(), done_on)?.1,
            ),
        };
        let working_day = cal.count_workdays(start.day, done_on)?;
        Ok(Self { limit, done_on, working_day, punctuality, late_working_days: late })
    }

    /// Whether it was in time; `None` while the calendar leaves it open.
    pub const fn on_time(&self) -> Option<bool> {
        match self.punctuality {
            Punctuality::OnTime => Some(true),
            Punctuality::Late => Some(false),
            Punctuality::Unknown => None,
        }
    }

    /// As a fact on the public page: 第5个工作日公示，按期.
    pub fn sentence(&self) -> String {
        let day = match self.working_day {
            (0, 0) => "当日".to_owned(),
            (a, b) if a == b => format!("第{a}个工作日"),
            (a, b) => format!("第{a}至{b}个工作日"),
        };
        match (self.punctuality, self.late_working_days) {
            (Punctuality::Late, (a, b)) if a == b => format!("{day}，逾期{a}个工作日"),
            (Punctuality::Late, (a, b)) => format!("{day}，逾期{a}至{b}个工作日"),
            (p @ (Punctuality::OnTime | Punctuality::Unknown), _) => format!("{day}，{}", p.label()),
        }
    }
}
