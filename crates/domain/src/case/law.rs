//! The rules a penalty case runs under: statute, with the parameters that a
//! jurisdiction's policy may set. Each rule carries its citation.

use super::enforcement::EnforcementManner;
use super::types::Examination;
use crate::cite::Citation;
use crate::period::{Roll, Rule};
use crate::policy::{Counters, Excludable, PolicySet, Retention, ReviewStep, Sourced, Term, Yuan};
use crate::recording::RecordingRules;
use std::sync::Arc;

/// 住房和城乡建设行政处罚程序规定（2022）.
pub const fn construction_rules(article: &'static str) -> Citation {
    Citation::of("住房和城乡建设行政处罚程序规定", article)
}

/// Administrative Coercion Law.
pub const fn coercion_law(article: &'static str) -> Citation {
    Citation::of("行政强制法", article)
}

/// A value with where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruled<T> {
    /// Value.
    pub value: T,
    /// Where it stands.
    pub citation: Citation,
}

impl<T> Ruled<T> {
    /// A value and its citation.
    pub const fn new(value: T, citation: Citation) -> Self {
        Self { value, citation }
    }
}

/// What an organ may enforce by itself: what a law gives it, and nothing else (行政强制法第十三条).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnPower {
    /// 划拨存款、汇款.
    pub transfer: Ruled<bool>,
    /// 拍卖或者依法处理查封、扣押的财物.
    pub auction: Ruled<bool>,
    /// 排除妨碍、恢复原状.
    pub restore: Ruled<bool>,
    /// 强制拆除.
    pub demolish: Ruled<bool>,
    /// 强制停止生产经营、关闭场所.
    pub cease: Ruled<bool>,
}

impl OwnPower {
    fn of(policy: &PolicySet) -> Self {
        Self {
            transfer: ruled(&policy.own_transfer),
            auction: ruled(&policy.own_auction),
            restore: ruled(&policy.own_restore),
            demolish: ruled(&policy.own_demolish),
            cease: ruled(&policy.own_cease),
        }
    }

    /// The power for a manner, with the law that gives it, or that says who has it.
    pub const fn of_manner(&self, manner: EnforcementManner) -> &Ruled<bool> {
        match manner {
            EnforcementManner::Transfer => &self.transfer,
            EnforcementManner::Auction => &self.auction,
            EnforcementManner::Restore => &self.restore,
            EnforcementManner::Demolish => &self.demolish,
            EnforcementManner::Cease => &self.cease,
        }
    }

    /// The organ may enforce something by itself.
    pub fn any(&self) -> bool {
        EnforcementManner::ALL.iter().any(|it| self.of_manner(*it).value)
    }
}

/// Rules in force for one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Law {
    /// Digest of the policy set these came from.
    pub version: String,
    /// Place in document numbers, for example `示`.
    pub number_place: String,
    /// The system's characters in document numbers, for example `应急`.
    pub number_system: String,
    /// All documents of a case share the case's serial.
    pub case_bound_numbers: bool,
    /// 核查.
    pub check: Rule,
    /// Extension of the check, in working days.
    pub check_extension: u32,
    /// 办案期限.
    pub decide: Rule,
    /// First extension, in days.
    pub extension: Ruled<u16>,
    /// Longest second extension, in days, decided collectively.
    pub second_extension: Ruled<u16>,
    /// What time is left out of the term of decision: this and no other.
    pub excluded: Ruled<Vec<Excludable>>,
    /// An investigation may be suspended at all.
    pub suspension: Ruled<bool>,
    /// 先行登记保存的处理.
    pub preserve: Rule,
    /// 陈述申辩.
    pub defence: Rule,
    /// 申请听证.
    pub hearing_request: Rule,
    /// 听证通知: at least this long before.
    pub hearing_notice: Rule,
    /// Fine from which a hearing may be asked for, fen: citizens, units.
    pub hearing_fine_fen: Ruled<(i64, i64)>,
    /// Confiscation from which a hearing may be asked for, fen: citizens, units.
    pub hearing_confiscation_fen: Ruled<(i64, i64)>,
    /// Fine from which a legal review is required, fen: citizens, units.
    pub review_fine_fen: Ruled<(i64, i64)>,
    /// 法制审核.
    pub review: Rule,
    /// Everything but the summary procedure is reviewed.
    pub review_all: Ruled<bool>,
    /// Steps of the legal review; the opinion is signed everywhere, whatever they say.
    pub review_chain: Ruled<Vec<ReviewStep>>,
    /// Other matters are reviewed beside the ten points.
    pub review_other: Ruled<bool>,
    /// By how much the head of the legal unit may extend a review.
    pub review_extension: Ruled<Option<Rule>>,
    /// Categories of enforcement and items of the discretion base that are always reviewed.
    pub review_catalogue: Ruled<Vec<String>>,
    /// Fine from which the heads must discuss, fen: citizens, units.
    pub discussion_fine_fen: Ruled<(i64, i64)>,
    /// Heads that must take part at least.
    pub discussion_quorum: Ruled<u32>,
    /// 送达.
    pub service: Rule,
    /// 公告送达.
    pub announcement: Rule,
    /// 缴款.
    pub payment: Rule,
    /// Additional fine a day, in percent of the unpaid fine.
    pub additional_percent: Ruled<i64>,
    /// Cap of the additional fine, in percent of the fine.
    pub additional_cap_percent: Ruled<i64>,
    /// 复议.
    pub reconsideration: Rule,
    /// 诉讼.
    pub litigation: Rule,
    /// 催告 before the court.
    pub court_demand: Rule,
    /// 申请法院.
    pub court: Rule,
    /// What the organ may enforce by itself.
    pub own: OwnPower,
    /// 追责期限.
    pub prescription: Rule,
    /// 追责期限 for grave harm.
    pub grave_prescription: Rule,
    /// 结案.
    pub close: Rule,
    /// 归档.
    pub archive: Rule,
    /// How long the file of an ordinary procedure is kept at least.
    pub retention: Ruled<Retention>,
    /// Hours after which an entry counts as late and needs reason and approver.
    pub late: Ruled<u32>,
    /// 决定是否立案, after the check; `None` where the law says no number.
    pub filing: Option<Rule>,
    /// The edition of the rules in which a filing needs preliminary evidence, a penalty the
    /// order to correct, and a commission its letter: what was decided under an earlier one
    /// is judged by that.
    pub revised: bool,
    /// A fine whose range the base does not know needs the range and its article in the draft.
    pub range_stated: Ruled<bool>,
    /// The list of what is recorded, of all times; empty asks for nothing.
    pub recordings: Arc<RecordingRules>,
}

impl Law {
    /// The rules of a resolved policy set.
    pub fn of(policy: &PolicySet) -> Self {
        let organ = policy.roll_authority.value;
        let party = policy.roll_party.value;
        Self {
            version: policy.rule_set.digest.clone(),
            number_place: policy.numbering_place.value.0.clone(),
            number_system: policy.numbering_system.value.0.clone(),
            case_bound_numbers: matches!(policy.numbering_counters.value, Counters::CaseBound),
            check: policy.filing_check.rule("case.check", "线索核查", organ),
            check_extension: policy.filing_check_extension.value.n,
            decide: policy.decision.rule("case.decide", "作出处罚决定", organ),
            extension: days(&policy.decision_extension),
            second_extension: days(&policy.decision_extension_collective),
            excluded: ruled(&policy.decision_excluded),
            suspension: ruled(&policy.decision_suspension),
            preserve: policy.preservation.rule("case.preserve", "先行登记保存的处理", organ),
            defence: policy.notice_defence.rule("case.defence", "陈述、申辩", party),
            hearing_request: policy.hearing_request.rule("case.hearing_request", "申请听证", party),
            hearing_notice: policy.hearing_notice.rule("case.hearing_notice", "听证通知", Roll::None),
            hearing_fine_fen: pair(&policy.hearing_fine_person, &policy.hearing_fine_unit),
            hearing_confiscation_fen: pair(
                &policy.hearing_confiscation_person,
                &policy.hearing_confiscation_unit,
            ),
            review_fine_fen: pair(&policy.review_fine_person, &policy.review_fine_unit),
            review: policy.review_term.rule("case.review", "法制审核", organ),
            review_all: ruled(&policy.review_all),
            review_chain: ruled(&policy.review_chain),
            review_other: ruled(&policy.review_other_matters),
            review_extension: Ruled::new(extension(policy, organ), policy.review_extension.source.clone()),
            review_catalogue: Ruled::new(
                policy.review_catalogue.value.iter().map(|it| it.0.clone()).collect(),
                policy.review_catalogue.source.clone(),
            ),
            discussion_fine_fen: pair(&policy.discussion_fine_person, &policy.discussion_fine_unit),
            discussion_quorum: ruled(&policy.discussion_quorum),
            service: policy.service.rule("case.service", "送达处罚决定书", organ),
            announcement: policy.service_notice.rule("case.announcement", "公告送达", Roll::None),
            payment: policy.payment.rule("case.payment", "缴纳罚款", party),
            additional_percent: Ruled::new(
                i64::from(policy.extra_fine_daily.value.0),
                policy.extra_fine_daily.source.clone(),
            ),
            additional_cap_percent: Ruled::new(
                i64::from(policy.extra_fine_cap.value.0),
                policy.extra_fine_cap.source.clone(),
            ),
            reconsideration: policy.remedy_reconsideration.rule(
                "case.reconsideration",
                "申请行政复议",
                party,
            ),
            litigation: policy.remedy_suit.rule("case.litigation", "提起行政诉讼", party),
            court_demand: policy.execution_urge.rule("case.court_demand", "催告", Roll::None),
            court: policy.execution_court.rule("case.court", "申请人民法院强制执行", organ),
            own: OwnPower::of(policy),
            prescription: policy.limitation.rule("case.prescription", "追责期限", Roll::None),
            grave_prescription: policy.limitation_safety.rule("case.prescription", "追责期限", Roll::None),
            close: policy.closing.rule("case.close", "结案", organ),
            archive: policy.archive.rule("case.archive", "归档", organ),
            late: ruled(&policy.entry_late_hours),
            filing: filing(policy, organ),
            revised: policy.rule_set.knows("entry.late_hours"),
            retention: ruled(&policy.retention_ordinary),
            range_stated: range_stated(policy),
            recordings: Arc::default(),
        }
    }

    /// The same rules with the jurisdiction's list of what is recorded. The version stays
    /// that of the policy set: the list has a digest of its own, to be noted beside it.
    #[must_use]
    pub fn with_recordings(mut self, recordings: Arc<RecordingRules>) -> Self {
        self.recordings = recordings;
        self
    }

    /// Time for this examination is left out of the term; one of an unsaid kind only
    /// where every kind is.
    pub fn excludes(&self, examination: Option<Examination>) -> bool {
        let named = |it| {
            self.excluded.value.contains(&match it {
                Examination::Testing => Excludable::Testing,
                Examination::Inspection => Excludable::Inspection,
                Examination::Appraisal => Excludable::Appraisal,
            })
        };
        examination.map_or_else(|| Examination::ALL.iter().all(|it| named(*it)), named)
    }

    /// The pair's value for a citizen or a unit.
    pub const fn pick(pair: (i64, i64), citizen: bool) -> i64 {
        if citizen { pair.0 } else { pair.1 }
    }
}

/// Unknown to the editions before, whose drafts are judged without.
fn range_stated(policy: &PolicySet) -> Ruled<bool> {
    let it = &policy.draft_range_stated;
    Ruled::new(policy.rule_set.knows("draft.range_stated") && it.value, it.source.clone())
}

fn filing(policy: &PolicySet, roll: Roll) -> Option<Rule> {
    let it = &policy.filing_decide;
    let value = it.value.0?;
    let term = Sourced {
        value,
        source: it.source.clone(),
        note: it.note.clone(),
        level: it.level,
        file: it.file.clone(),
        from: it.from,
        recorded_at: it.recorded_at,
    };
    Some(term.rule("case.filing", "决定是否立案", roll))
}

fn extension(policy: &PolicySet, roll: Roll) -> Option<Rule> {
    let Sourced { value, source, .. } = &policy.review_extension;
    value.0.map(|term| Rule {
        id: "case.review_extension".into(),
        title: "延长法制审核".into(),
        period: term.period(roll),
        citation: source.clone(),
        day_citation: None,
    })
}

fn ruled<T: Clone>(it: &Sourced<T>) -> Ruled<T> {
    Ruled::new(it.value.clone(), it.source.clone())
}

fn days(term: &Sourced<Term>) -> Ruled<u16> {
    Ruled::new(u16::try_from(term.value.n).unwrap_or(u16::MAX), term.source.clone())
}

fn pair(person: &Sourced<Yuan>, unit: &Sourced<Yuan>) -> Ruled<(i64, i64)> {
    Ruled::new((person.value.fen(), unit.value.fen()), unit.source.clone())
}
