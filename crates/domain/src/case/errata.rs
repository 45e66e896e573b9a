//! Errata of the rules (规则勘误): what a case was decided under turned out to have been
//! another value on that day. Nothing that was computed changes; somebody looks at the case
//! and answers in writing (《行政处罚法》第七十五条第二款: a fault that is found is put right
//! by the organ itself).

use super::event::CaseEvent;
use super::facts::Facts;
use super::state::Case;
use super::substance::Provision;
use super::types::words;
use crate::cite::penalty_law;
use crate::matter::{Meta, StaffId};
use crate::policy::Shown;
use crate::refusal::Refusal;
use crate::staff::Role;
use crate::text::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

words! {
    /// Who must look at an erratum.
    ErratumDesk {
        Handling = "承办机构",
        Legal = "法制审核机构",
    }
}

words! {
    /// What an erratum means for a case.
    ErratumEffect {
        None = "不影响本案",
        Corrected = "已补正、更正文书",
        Recomputed = "已按更正后的规则重新计算",
        Amended = "已变更处罚",
        Revoked = "已撤销决定",
        Other = "已作其他处理",
    }
}

/// A value of a rule, as it is read, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErratumValue {
    /// The value in words, for example `7个工作日`.
    pub value: String,
    /// The instrument and article.
    pub source: Provision,
}

impl From<&Shown> for ErratumValue {
    fn from(it: &Shown) -> Self {
        let source = Provision { law: it.source.law.to_string(), article: it.source.article.to_string() };
        Self { value: it.value.clone(), source }
    }
}

impl std::fmt::Display for ErratumValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}（{}）", self.value, self.source)
    }
}

/// An event that was decided by the value of then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relied {
    /// Kind of the matter whose event it is, by its stored name: the case's own or of its family.
    pub kind: String,
    /// Version of the event in that matter.
    pub version: u64,
    /// The event, by its stored name.
    pub event: String,
    /// Civil day on which it was recorded.
    pub on: Date,
}

/// An erratum of one rule, for one case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erratum {
    /// The parameter, by its key in the policy files; blank where the whole rule set of then
    /// can no longer be had.
    pub key: String,
    /// What the parameter means.
    pub title: String,
    /// What was decided by; none where it can no longer be had.
    pub old: Option<ErratumValue>,
    /// What the same day has now; none where nothing can be compared.
    pub new: Option<ErratumValue>,
    /// The events that were decided by the value of then.
    pub relied: Vec<Relied>,
    /// Who must look.
    pub desk: ErratumDesk,
}

/// The answer of whoever looked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErratumAnswer {
    /// Which erratum, from 1.
    pub erratum: u16,
    /// What it means for the case.
    pub effect: ErratumEffect,
    /// Why; what was done, with its document and number.
    pub answer: Text,
}

/// An erratum of the case and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErratumState {
    /// What.
    pub noted: Erratum,
    /// Civil day on which it was noted.
    pub on: Date,
    /// The answer, who gave it, and the civil day.
    pub answered: Option<(ErratumAnswer, StaffId, Date)>,
}

/// Which acts a parameter decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decides {
    /// Every act of a case.
    Every,
    /// These events of a case, by stored name.
    Events(&'static [&'static str]),
    /// The events of another kind of matter in the case's family, by its stored name.
    Kind(&'static str),
    /// No act of a case.
    Nothing,
}

impl Decides {
    /// Whether an event of a kind of matter is decided by it.
    #[must_use]
    pub fn takes(self, kind: &str, event: &str) -> bool {
        match self {
            Self::Every => true,
            Self::Events(names) => kind == "case" && names.contains(&event),
            Self::Kind(of) => kind == of,
            Self::Nothing => false,
        }
    }
}

/// What a parameter of the policies decides. A key that is not named here decides every act:
/// rather one look too many than one too few.
#[must_use]
pub fn decides(key: &str) -> Decides {
    use Decides::Events;
    const DECIDED: &[&str] = &["notice_issued", "review_submitted", "decided", "disposal_amended"];
    match key {
        "filing.check" | "filing.check_extension" | "filing.decide" => {
            Events(&["check_extended", "filed", "not_filed"])
        }
        "limitation.general" | "limitation.safety" => Events(&["filed", "decided"]),
        "evidence.preservation" => Events(&["preserved", "preservation_disposed"]),
        "notice.defence" => Events(&["notice_issued", "defence_stated", "decided"]),
        "hearing.request" => Events(&["notice_issued", "hearing_requested", "decided"]),
        "hearing.notice" => Events(&["hearing_scheduled"]),
        "hearing.fine_person" | "hearing.fine_unit" => Events(DECIDED),
        "hearing.confiscation_person" | "hearing.confiscation_unit" => Events(DECIDED),
        "decision.term" | "decision.extension" | "decision.extension_collective" => {
            Events(&["extended", "decided"])
        }
        "decision.excluded" | "decision.suspension" => Events(&["suspended", "extended", "decided"]),
        "service.term" => Events(&["document_served"]),
        "service.public_notice" => Events(&["service_announced", "document_served"]),
        "payment.term" => Events(&[
            "decided",
            "fine_demanded",
            "additional_fine_imposed",
            "deferral_granted",
            "enforcement_demanded",
            "court_applied",
        ]),
        "extra_fine.daily_percent" | "extra_fine.cap_percent" => {
            Events(&["additional_fine_imposed", "additional_fine_reduced", "enforcement_demanded"])
        }
        "remedy.reconsideration" | "remedy.suit" => Events(&[
            "decided",
            "remedy_lodged",
            "enforcement_demanded",
            "court_applied",
            "enforcement_decided",
        ]),
        "closing.term" => Events(&["closed"]),
        "archive.term" | "archive.order" | "retention.ordinary" => {
            Events(&["archived", "supplement_archived"])
        }
        "review.gate"
        | "review.all_ordinary"
        | "review.fine_person"
        | "review.fine_unit"
        | "review.catalogue" => Events(DECIDED),
        "review.term" | "review.extension" | "review.chain" | "review.other_matters" => Events(&[
            "review_submitted",
            "first_reviewed",
            "opinion_given",
            "review_extended",
            "opinion_signed",
            "re_reviewed",
            "coordinated",
        ]),
        "discussion.gate" | "discussion.fine_person" | "discussion.fine_unit" | "discussion.quorum" => {
            Events(&["discussed", "decided", "disposal_amended"])
        }
        "draft.range_stated" => Events(&["draft_prepared", "decided", "disposal_amended"]),
        "numbering.place" | "numbering.system" | "numbering.counters" => Events(&["document_issued"]),
        _ => enforcing(key),
    }
}

/// As [`decides`], for what is decided when a decision is enforced.
fn enforcing(key: &str) -> Decides {
    use Decides::Events;
    match key {
        "execution.urge" | "execution.court" => {
            Events(&["enforcement_demanded", "court_applied", "enforcement_decided"])
        }
        "execution.own_transfer"
        | "execution.own_auction"
        | "execution.own_restore"
        | "execution.own_demolish"
        | "execution.own_cease" => Events(&[
            "enforcement_decided",
            "enforcement_carried_out",
            "enforcement_paused",
            "enforcement_ended",
            "enforcement_agreed",
        ]),
        _ => beside(key),
    }
}

/// As [`decides`], for what is not decided in the case itself.
fn beside(key: &str) -> Decides {
    use Decides::{Every, Kind, Nothing};
    let of_other_acts = ["summary.", "report.", "catalogue.", "forms.", "policymaking."];
    match key {
        "publish.penalty"
        | "publish.withdraw"
        | "publish.scope"
        | "publish.term_unit"
        | "publish.term_person"
        | "publish.takedown_approval"
        | "publish.operator"
        | "publish.chain" => Kind("publication"),
        "av.upload" | "av.patrol_retention" | "av.full" | "av.required" | "av.as_needed" => Kind("recording"),
        "viewing.handlers_ask" => Kind("viewing_grant"),
        _ if of_other_acts.iter().any(|it| key.starts_with(it)) => Nothing,
        "retention.summary" | "publish.licence" | "publish.other" | "review.staff_percent" => Nothing,
        // Among them late entries and days of rest, which concern every act.
        _ => Every,
    }
}

/// Who looks at a parameter: what decides on review, hearing and discussion the legal unit,
/// which did not handle the case; all else whoever handles it.
#[must_use]
pub fn desk(key: &str) -> ErratumDesk {
    let legal = ["review.", "hearing.", "discussion.", "draft."].iter().any(|it| key.starts_with(it));
    if legal || key.is_empty() { ErratumDesk::Legal } else { ErratumDesk::Handling }
}

/// Whether the case was told the same before: nobody is asked twice.
#[must_use]
pub fn known(case: &Case, erratum: &Erratum) -> bool {
    case.errata.iter().any(|it| {
        it.noted.key == erratum.key
            && it.noted.new == erratum.new
            && erratum.relied.iter().all(|event| it.noted.relied.contains(event))
    })
}

/// The errata that wait for an answer, with their numbers.
pub fn open(case: &Case) -> impl Iterator<Item = (u16, &ErratumState)> {
    let all = case.errata.iter().enumerate();
    all.filter(|(_, it)| it.answered.is_none())
        .map(|(index, it)| (u16::try_from(index + 1).unwrap_or(u16::MAX), it))
}

/// Whether this person is of the desk that must look.
///
/// # Errors
/// Says who must.
pub fn of_desk(case: &Case, facts: &Facts<'_>, desk: ErratumDesk) -> Result<(), Refusal> {
    let actor = &facts.actor;
    let right = match desk {
        ErratumDesk::Handling if case.officers.is_empty() => actor.has(Role::Officer),
        ErratumDesk::Handling => case.officers.contains(&actor.id),
        ErratumDesk::Legal => {
            (actor.has(Role::Reviewer) || actor.has(Role::ReviewHead)) && !case.handled_by.contains(&actor.id)
        }
    };
    if right {
        return Ok(());
    }
    Err(Refusal::new(
        "erratum.other_desk",
        penalty_law("第七十五条第二款"),
        format!("这项规则勘误由{}复核", desk.label()),
        match desk {
            ErratumDesk::Handling => "请由本案承办人复核；承办人已调离的，先调整办案人员。",
            ErratumDesk::Legal => "请由没有办理过本案的法制审核人员复核。",
        },
    ))
}

/// The fold.
pub(super) fn note(case: &mut Case, meta: &Meta, event: &CaseEvent) {
    let on = meta.moment.recorded_day();
    match event {
        CaseEvent::ErratumNoted(noted) => {
            case.errata.push(ErratumState { noted: noted.clone(), on, answered: None });
        }
        CaseEvent::ErratumAnswered(answer) => {
            let at = usize::from(answer.erratum).checked_sub(1);
            if let Some(it) = at.and_then(|at| case.errata.get_mut(at)) {
                it.answered = Some((answer.clone(), meta.actor, on));
            }
        }
        // No other event concerns an erratum.
        _ => {}
    }
}
