//! The types of policy values and how a file writes them.

use crate::period::{Period, Roll, Unit};
use serde::Serialize;

/// A magnitude that can be compared with a statutory bound: what is measured
/// and how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rank {
    /// What is measured: `wd`, `d`, `m`, `y`, `h`, `yuan`, `%`, `bool`.
    pub unit: &'static str,
    /// How much.
    pub n: i64,
}

/// A type a parameter can have.
pub trait Value: Sized {
    /// Reads the file's value.
    ///
    /// # Errors
    /// Says what form is expected.
    fn read(value: &toml::Value) -> Result<Self, String>;
    /// Its magnitude, where it has one.
    fn rank(&self) -> Option<Rank>;
}

fn text<'a>(value: &'a toml::Value, form: &str) -> Result<&'a str, String> {
    value.as_str().ok_or_else(|| format!("应为文字：{form}"))
}

/// A length of time: `7wd`, `15d`, `6m`, `2y`, `24h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Term {
    /// How many.
    pub n: u32,
    /// Of what.
    pub unit: Unit,
}

impl Term {
    /// As a forward period.
    #[must_use]
    pub const fn period(self, roll: Roll) -> Period {
        match self.unit {
            Unit::WorkingDays => Period::working_days(self.n),
            Unit::Hours => Period::hours(self.n),
            Unit::Days => Period::days(self.n, roll),
            Unit::Months => Period::months(self.n, roll),
            Unit::Years => Period::years(self.n, roll),
            Unit::FixedDate => Period { unit: Unit::FixedDate, ..Period::days(0, Roll::None) },
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let form = || format!("“{text}”应为 7wd、15d、6m、2y 或 24h 的形式");
        let split = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(form)?;
        let (n, unit) = text.split_at(split);
        let unit = match unit {
            "wd" => Unit::WorkingDays,
            "d" => Unit::Days,
            "m" => Unit::Months,
            "y" => Unit::Years,
            "h" => Unit::Hours,
            _ => return Err(form()),
        };
        let n = n.parse::<u32>().ok().filter(|n| (1..=10_000).contains(n)).ok_or_else(form)?;
        Ok(Self { n, unit })
    }
}

impl Value for Term {
    fn read(value: &toml::Value) -> Result<Self, String> {
        Self::parse(text(value, "7wd、15d、6m、2y、24h")?)
    }

    fn rank(&self) -> Option<Rank> {
        let unit = match self.unit {
            Unit::WorkingDays => "wd",
            Unit::Days => "d",
            Unit::Months => "m",
            Unit::Years => "y",
            Unit::Hours => "h",
            Unit::FixedDate => return None,
        };
        Some(Rank { unit, n: i64::from(self.n) })
    }
}

/// A value or `"none"`: the law sets no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Optional<T>(pub Option<T>);

impl<T: Value> Value for Optional<T> {
    fn read(value: &toml::Value) -> Result<Self, String> {
        if value.as_str() == Some("none") { Ok(Self(None)) } else { T::read(value).map(|v| Self(Some(v))) }
    }

    fn rank(&self) -> Option<Rank> {
        self.0.as_ref().and_then(Value::rank)
    }
}

/// Whole yuan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Yuan(pub i64);

impl Yuan {
    /// The same in fen.
    #[must_use]
    pub const fn fen(self) -> i64 {
        self.0 * 100
    }
}

impl Value for Yuan {
    fn read(value: &toml::Value) -> Result<Self, String> {
        let n = value.as_integer().filter(|n| (0..=1_000_000_000_000).contains(n));
        n.map(Self).ok_or_else(|| "应为以元计的非负整数".into())
    }

    fn rank(&self) -> Option<Rank> {
        Some(Rank { unit: "yuan", n: self.0 })
    }
}

/// Whole percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Percent(pub u32);

impl Value for Percent {
    fn read(value: &toml::Value) -> Result<Self, String> {
        let n = value.as_integer().and_then(|n| u32::try_from(n).ok()).filter(|n| *n <= 1_000);
        n.map(Self).ok_or_else(|| "应为百分数，例如 3".into())
    }

    fn rank(&self) -> Option<Rank> {
        Some(Rank { unit: "%", n: i64::from(self.0) })
    }
}

impl Value for u32 {
    fn read(value: &toml::Value) -> Result<Self, String> {
        value.as_integer().and_then(|n| Self::try_from(n).ok()).ok_or_else(|| "应为非负整数".into())
    }

    fn rank(&self) -> Option<Rank> {
        Some(Rank { unit: "count", n: i64::from(*self) })
    }
}

impl Value for bool {
    fn read(value: &toml::Value) -> Result<Self, String> {
        value.as_bool().ok_or_else(|| "应为 true 或 false".into())
    }

    fn rank(&self) -> Option<Rank> {
        Some(Rank { unit: "bool", n: i64::from(*self) })
    }
}

/// A short text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Text(pub String);

impl Value for Text {
    fn read(value: &toml::Value) -> Result<Self, String> {
        let t = text(value, "不超过20字")?;
        if t.chars().count() > 20 || t.chars().any(char::is_control) {
            return Err(format!("“{t}”应为不超过20字的文字"));
        }
        Ok(Self(t.to_owned()))
    }

    fn rank(&self) -> Option<Rank> {
        None
    }
}

/// A day of each year: `01-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct MonthDay {
    /// 1 to 12.
    pub month: i8,
    /// 1 to 31; a day the month lacks means its last day.
    pub day: i8,
}

impl MonthDay {
    /// The day in a year.
    ///
    /// # Errors
    /// When the year is outside the range of dates.
    pub fn of(self, year: i16) -> Result<jiff::civil::Date, jiff::Error> {
        let first = jiff::civil::Date::new(year, self.month, 1)?;
        jiff::civil::Date::new(year, self.month, self.day.min(first.days_in_month()))
    }
}

impl Value for MonthDay {
    fn read(value: &toml::Value) -> Result<Self, String> {
        let t = text(value, "01-31")?;
        let form = || format!("“{t}”应为 01-31 的形式");
        let (month, day) = t.split_once('-').ok_or_else(form)?;
        let (month, day) = (month.parse().map_err(|_| form())?, day.parse().map_err(|_| form())?);
        // 2024 is a leap year, so 02-29 is accepted.
        jiff::civil::Date::new(2024, month, day).map_err(|_| form())?;
        Ok(Self { month, day })
    }

    fn rank(&self) -> Option<Rank> {
        None
    }
}

/// How long a decision stays published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PublicationTerm {
    /// The same for every decision.
    Fixed(Term),
    /// By the grade of the dishonest act: minor ones not at all or at most so
    /// long, the others at least and at most.
    ByGrade {
        /// Longest for a minor act, where it is published at all.
        minor_max: Term,
        /// Shortest and longest for an ordinary act.
        ordinary: (Term, Term),
        /// Shortest and longest for a serious act.
        serious: (Term, Term),
    },
}

/// How grave a dishonest act is for the credit record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditGrade {
    /// 轻微.
    Minor,
    /// 一般.
    Ordinary,
    /// 严重.
    Serious,
}

impl PublicationTerm {
    /// The shortest and longest term for a grade; no shortest where an act of
    /// that grade need not be published at all. A fixed term is both.
    #[must_use]
    pub const fn of(&self, grade: CreditGrade) -> (Option<Term>, Term) {
        match (self, grade) {
            (Self::Fixed(term), CreditGrade::Minor | CreditGrade::Ordinary | CreditGrade::Serious) => {
                (Some(*term), *term)
            }
            (Self::ByGrade { minor_max, .. }, CreditGrade::Minor) => (None, *minor_max),
            (Self::ByGrade { ordinary, .. }, CreditGrade::Ordinary) => (Some(ordinary.0), ordinary.1),
            (Self::ByGrade { serious, .. }, CreditGrade::Serious) => (Some(serious.0), serious.1),
        }
    }
}

impl Value for PublicationTerm {
    fn read(value: &toml::Value) -> Result<Self, String> {
        let Some(table) = value.as_table() else { return Term::read(value).map(Self::Fixed) };
        let form =
            "应为 2y 或 { minor_max = \"3m\", ordinary = [\"3m\", \"1y\"], serious = [\"1y\", \"3y\"] }";
        let pair = |key: &str| match table.get(key).and_then(toml::Value::as_array).map(Vec::as_slice) {
            Some([a, b]) => Ok((Term::read(a)?, Term::read(b)?)),
            Some(_) | None => Err(form.to_owned()),
        };
        let minor_max = Term::read(table.get("minor_max").ok_or(form)?)?;
        if table.len() != 3 {
            return Err(form.into());
        }
        Ok(Self::ByGrade { minor_max, ordinary: pair("ordinary")?, serious: pair("serious")? })
    }

    fn rank(&self) -> Option<Rank> {
        None
    }
}

/// A closed list of words, read from text.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal, $label:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant,)+ }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word as users read it.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),+ }
            }

            fn word(text: &str) -> Result<Self, String> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    other => Err(format!("“{other}”应为 {} 之一", [$($word),+].join("、"))),
                }
            }
        }

        impl Value for $name {
            fn read(value: &toml::Value) -> Result<Self, String> {
                Self::word(text(value, [$($word),+].join("、").as_str())?)
            }
            fn rank(&self) -> Option<Rank> {
                None
            }
        }
    };
}

words! {
    /// Whose approval a take-down at the end of the publication term needs.
    TakedownApproval {
        /// Nobody's.
        NoApproval = "none", "无需批准";
        /// The principal head of the publishing body.
        PublisherHead = "publisher_head", "公示机构主要负责人审核批准";
    }
}
words! {
    /// Which penalty decisions are published.
    PublicationScope {
        /// All, unless a ground of non-publication applies.
        All = "all", "全部";
        /// Those with a certain social impact.
        SocialImpact = "social_impact", "具有一定社会影响的";
        /// All but the exceptions that the jurisdiction lists.
        AllButListed = "all_but_listed", "除列明情形外全部";
    }
}
words! {
    /// A step of the publication chain, each by another person.
    PublishStep {
        /// The handling unit prepares the public copy.
        Prepare = "prepare", "业务部门制作";
        /// The legal unit reviews it.
        LegalReview = "legal_review", "法制机构审核";
        /// The office publishes it.
        Publish = "publish", "办公室公示";
    }
}
words! {
    /// A step of the legal review.
    ReviewStep {
        /// A first-line reviewer.
        FirstReview = "first_review", "初审员初审";
        /// The reviewer who writes the opinion.
        Review = "review", "审核人员审核";
        /// The head of the legal unit signs.
        SignOff = "sign_off", "法制机构负责人审签";
        /// One re-review on request, done with the handling unit.
        Rereview = "rereview", "复核一次";
        /// The deputy in charge coordinates what stays disputed.
        Coordinate = "coordinate", "分管负责人协调";
        /// The organ's heads deliberate.
        Collective = "collective", "领导班子集体讨论";
    }
}
words! {
    /// How document numbers run.
    Counters {
        /// One counter per organ, character and year.
        PerCharacter = "per_character", "按字号分别编号";
        /// All documents of a case share the case's number.
        CaseBound = "case_bound", "一案一号";
    }
}
words! {
    /// Time that does not count towards the term of decision.
    Excludable {
        /// A hearing.
        Hearing = "hearing", "听证";
        /// Testing.
        Testing = "testing", "检测";
        /// Technical inspection.
        Inspection = "inspection", "检验";
        /// Expert appraisal.
        Appraisal = "appraisal", "鉴定";
    }
}
words! {
    /// How long a file is kept.
    Retention {
        /// For ever.
        Permanent = "permanent", "永久";
        /// Thirty years.
        Years30 = "30y", "30年";
        /// Ten years.
        Years10 = "10y", "10年";
    }
}
words! {
    /// In which order the papers of a file stand.
    FileOrder {
        /// By the eight classes of the procedure rules, each by date.
        EightClasses = "eight_classes", "八类";
        /// The decision first, then thirty-odd places in a fixed order.
        DecisionFirst = "decision_first", "决定书在前";
    }
}
words! {
    /// A link of enforcement that audio and video cover.
    AvLink {
        /// On-site inspection.
        OnSite = "on_site", "现场检查";
        /// Random inspection.
        Random = "random", "随机抽查";
        /// Investigation and taking of evidence.
        Evidence = "evidence", "调查取证";
        /// Preservation of evidence.
        Preservation = "preservation", "证据保全";
        /// A hearing.
        Hearing = "hearing", "举行听证";
        /// A coercive act.
        Coercion = "coercion", "行政强制";
        /// Service of documents.
        Service = "service", "文书送达";
        /// Leaving a refused document.
        LeftService = "left_service", "留置送达";
        /// Service by public notice.
        NoticeService = "notice_service", "公告送达";
        /// Sealing and seizing.
        Seizure = "seizure", "查封扣押财产";
        /// Forced demolition.
        Demolition = "demolition", "强制拆除";
        /// Forced destruction.
        Destruction = "destruction", "强制销毁";
        /// Rooms in which cases are handled.
        CaseRooms = "case_rooms", "执法办案场所";
    }
}

impl Retention {
    /// Years, 0 for ever.
    #[must_use]
    pub const fn years(self) -> u16 {
        match self {
            Self::Permanent => 0,
            Self::Years30 => 30,
            Self::Years10 => 10,
        }
    }

    /// Whether keeping for `years` (0 for ever) is at least as long.
    #[must_use]
    pub const fn met_by(self, years: u16) -> bool {
        years == 0 || (self.years() != 0 && years >= self.years())
    }
}

impl<T: Value + PartialEq> Value for Vec<T> {
    fn read(value: &toml::Value) -> Result<Self, String> {
        let items = value.as_array().ok_or("应为清单：[…]")?;
        let mut all = Self::with_capacity(items.len());
        for item in items {
            let item = T::read(item)?;
            if all.contains(&item) {
                return Err("清单中有重复项".into());
            }
            all.push(item);
        }
        Ok(all)
    }

    fn rank(&self) -> Option<Rank> {
        None
    }
}

impl Value for Roll {
    fn read(value: &toml::Value) -> Result<Self, String> {
        match text(value, "none、forward")? {
            "none" => Ok(Self::None),
            "forward" => Ok(Self::Forward),
            other => Err(format!("“{other}”应为 none 或 forward")),
        }
    }

    fn rank(&self) -> Option<Rank> {
        None
    }
}
