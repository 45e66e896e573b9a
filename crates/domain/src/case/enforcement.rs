//! 行政强制执行 by the organ itself (行政强制法第三十四条至第四十六条): what the party says against a
//! demand, the decision, its carrying out, 中止、恢复、终结 and the 执行协议. 代履行 is in
//! [`super::substitute`].
//!
//! Who has no power of its own applies to the court (第十三条第二款); what the court does is ruled by
//! the court and is no part of this.

use super::claim::Deferral;
use super::command::Instalment;
use super::correction::CorrectionOrder;
use super::event::CaseEvent;
use super::evolve::party;
use super::sampling::SamplingPresence;
use super::state::{Case, Decision, PartyState};
use super::types::*;
use crate::matter::Meta;
use crate::text::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

words! {
    /// How the organ enforces (行政强制法第十二条). Stopping the water, power, heat or gas of
    /// residents is no manner of enforcement (第四十三条第二款), so none of the values is it.
    EnforcementManner {
        Transfer = "划拨存款、汇款",
        Auction = "拍卖或者依法处理查封、扣押的财物",
        Restore = "排除妨碍、恢复原状",
        Demolish = "强制拆除违法的建筑物、构筑物、设施",
        Cease = "强制停止生产经营、关闭场所",
    }
}

words! {
    /// Why enforcement pauses (行政强制法第三十九条; 行政复议法第四十二条，行政诉讼法第五十六条).
    PauseGround {
        Hardship = "当事人履行确有困难或者暂无履行能力",
        ThirdParty = "第三人对执行标的主张权利，确有理由",
        Irreparable = "执行可能造成难以弥补的损失，且中止不损害公共利益",
        Stayed = "复议、诉讼期间依法停止执行",
        Other = "其他需要中止执行的情形",
    }
}

words! {
    /// Why enforcement ends without performance (行政强制法第四十条、第三十九条第二款).
    EndGround {
        PersonDied = "公民死亡，无遗产可供执行，又无义务承受人",
        UnitEnded = "法人或者其他组织终止，无财产可供执行，又无义务承受人",
        ObjectGone = "执行标的灭失",
        DecisionRevoked = "据以执行的行政决定被撤销",
        Lapsed = "没有明显社会危害，当事人确无能力履行，中止执行满三年未恢复",
        Other = "其他需要终结执行的情形",
    }
}

impl EndGround {
    /// It ends all that is enforced against the party; what perished ends its own enforcement
    /// only (第四十条第三项).
    pub const fn whole(self) -> bool {
        match self {
            Self::PersonDied | Self::UnitEnded | Self::DecisionRevoked | Self::Lapsed | Self::Other => true,
            Self::ObjectGone => false,
        }
    }
}

impl EnforcementManner {
    /// It takes money: 金钱给付义务的执行 (第四十五条、第四十六条).
    pub const fn takes_money(self) -> bool {
        match self {
            Self::Transfer | Self::Auction => true,
            Self::Restore | Self::Demolish | Self::Cease => false,
        }
    }

    /// It is carried out where the thing is, before the party: what may be disputed afterwards.
    pub const fn on_site(self) -> bool {
        match self {
            Self::Auction | Self::Restore | Self::Demolish | Self::Cease => true,
            Self::Transfer => false,
        }
    }

    /// It enforces an order to put something right, which is named by its number.
    pub const fn by_order(self) -> bool {
        match self {
            Self::Restore | Self::Demolish => true,
            Self::Transfer | Self::Auction | Self::Cease => false,
        }
    }

    /// Penalties that it performs.
    pub const fn performs(self, kind: PenaltyKind) -> bool {
        matches!(self, Self::Cease)
            && matches!(
                kind,
                PenaltyKind::OrderStop | PenaltyKind::OrderClose | PenaltyKind::RestrictBusiness
            )
    }
}

/// A decision on enforcement that is proposed (第三十七条第二款).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enforcing {
    /// Against whom.
    pub party: PartyNo,
    /// How.
    pub manner: EnforcementManner,
    /// Which order to correct, from 1, where that is enforced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<u16>,
    /// The civil day from which it is carried out.
    pub planned_on: Date,
    /// What was not performed, and that there is no proper reason for it.
    pub reasons: Text,
    /// What is taken, removed or closed, and with what means.
    pub details: Text,
    /// Evidence that property is being moved or hidden: the term of the demand is then not
    /// waited for (第三十七条第三款). Blank where it is.
    #[serde(default = "blank", skip_serializing_if = "Text::is_blank")]
    pub hiding: Text,
    /// Where and how the demolition was announced (第四十四条).
    #[serde(default = "blank", skip_serializing_if = "Text::is_blank")]
    pub announced: Text,
    /// The last day that the announcement left for the party to demolish it itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave_until: Option<Date>,
}

/// Enforcement as it was carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarryingOut {
    /// Against whom.
    pub party: PartyNo,
    /// When, where, by whom.
    #[serde(flatten)]
    pub session: Session,
    /// Why at night or on a holiday (第四十三条第一款); blank at other times.
    #[serde(default = "blank", skip_serializing_if = "Text::is_blank")]
    pub urgent: Text,
    /// What was done, and what came of it.
    pub record: Text,
    /// Whether the party was there and signed.
    pub presence: SamplingPresence,
    /// The witness, where the party did not sign.
    #[serde(default = "blank", skip_serializing_if = "Text::is_blank")]
    pub witness: Text,
}

/// Enforcement that pauses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pausing {
    /// Against whom.
    pub party: PartyNo,
    /// Why.
    pub ground: PauseGround,
    /// What shows it.
    pub basis: Text,
}

/// Enforcement that ends without performance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// Against whom.
    pub party: PartyNo,
    /// Why.
    pub ground: EndGround,
    /// What shows it.
    pub basis: Text,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the signature serde asks for
fn nothing(fen: &i64) -> bool {
    *fen == 0
}

/// One stage of an agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreedStage {
    /// Last day.
    pub due_on: Date,
    /// To be paid, fen; 0 for none.
    #[serde(default, skip_serializing_if = "nothing")]
    pub amount_fen: i64,
    /// What else is to be done; blank for nothing.
    #[serde(default = "blank", skip_serializing_if = "Text::is_blank")]
    pub duty: Text,
}

/// An agreement on enforcement (第四十二条).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreeing {
    /// With whom.
    pub party: PartyNo,
    /// Its stages, in the order of their days.
    pub stages: Vec<AgreedStage>,
    /// Of the additional fine waived, fen; never of the fine itself.
    #[serde(default, skip_serializing_if = "nothing")]
    pub waived_fen: i64,
    /// What the party did to make good, for which that is waived.
    #[serde(default = "blank", skip_serializing_if = "Text::is_blank")]
    pub remedial: Text,
    /// Why neither the public interest nor the rights of others are harmed.
    pub harmless: Text,
}

/// Whose paused enforcement goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resuming {
    /// Against whom.
    pub party: PartyNo,
}

/// What was approved, with the document that says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Granted<T> {
    /// Approval.
    pub proposal: ProposalNo,
    /// The document.
    pub document: DocumentNo,
    /// What.
    #[serde(flatten)]
    pub what: T,
}

/// What a party says against a demand (第三十六条).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objecting {
    /// Who.
    pub party: PartyNo,
    /// Civil day.
    pub on: Date,
    /// Facts, reasons and evidence.
    pub statement: Text,
}

/// How that was examined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnsweringObjection {
    /// Whose.
    pub party: PartyNo,
    /// Whether it is well founded.
    pub adoption: Adoption,
    /// Reasons.
    pub reasons: Text,
}

/// An agreement that was not kept (第四十二条第二款).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breach {
    /// By whom.
    pub party: PartyNo,
    /// What was not done, and what shows it.
    pub details: Text,
}

/// What a party said against a demand, and its examination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// Day.
    pub on: Date,
    /// Version that recorded it.
    pub version: u64,
    /// Whether it is well founded, and why.
    pub answer: Option<(Adoption, Text)>,
}

/// A decision on enforcement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnforcementDecision {
    /// What.
    pub what: Enforcing,
    /// The document.
    pub document: DocumentNo,
    /// Its civil day.
    pub on: Date,
    /// What it enforced was changed or revoked since: it is carried out no more (第四十一条).
    pub fell: bool,
    /// Civil days on which it was carried out.
    pub carried_out: Vec<Date>,
}

/// A pause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnforcementPause {
    /// Why.
    pub ground: PauseGround,
    /// From; never before it was recorded.
    pub from: Date,
    /// Until.
    pub until: Option<Date>,
}

/// An agreement that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnforcementAgreement {
    /// What.
    pub what: Agreeing,
    /// The document.
    pub document: DocumentNo,
    /// Its civil day.
    pub on: Date,
    /// Paid and kept when it was made, fen.
    pub kept_fen: i64,
    /// The day on which it was found broken.
    pub broken_on: Option<Date>,
    /// What it is about was changed or revoked since.
    pub fell: bool,
}

impl EnforcementAgreement {
    /// It binds the organ on a day: not broken, and its last stage not over.
    pub fn binds(&self, today: Date) -> bool {
        self.broken_on.is_none() && !self.fell && self.what.stages.last().is_some_and(|it| today <= it.due_on)
    }

    /// The first stage that was over before `today` and is not paid, or asked for something
    /// other than money, which only a person can find undone.
    pub fn missed(&self, state: &PartyState, today: Date) -> Option<&AgreedStage> {
        let mut due = self.kept_fen;
        self.what.stages.iter().filter(|it| it.due_on < today).find(|it| {
            due += it.amount_fen;
            !it.duty.is_blank() || state.kept_by_fen(it.due_on) < due
        })
    }
}

/// The organ's own enforcement against one party.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Enforcement {
    /// What it said against demands, oldest first.
    pub objections: Vec<Objection>,
    /// Decisions, oldest first.
    pub decisions: Vec<EnforcementDecision>,
    /// Pauses, oldest first.
    pub pauses: Vec<EnforcementPause>,
    /// Agreements, oldest first.
    pub agreements: Vec<EnforcementAgreement>,
    /// Waived of the additional fine, fen: not imposed again.
    pub waived_fen: i64,
    /// Ended without performance: why, and the civil day.
    pub ended: Option<(EndGround, Date)>,
}

impl Enforcement {
    /// The pause that holds now.
    pub fn paused(&self) -> Option<&EnforcementPause> {
        self.pauses.last().filter(|it| it.until.is_none())
    }

    /// It paused on a civil day.
    pub fn paused_on(&self, day: Date) -> bool {
        self.pauses.iter().any(|it| it.from <= day && it.until.is_none_or(|until| day < until))
    }

    /// The decision that stands.
    pub fn standing(&self) -> Option<&EnforcementDecision> {
        self.decisions.last().filter(|it| !it.fell)
    }

    /// The agreement that binds on a day.
    pub fn agreed(&self, today: Date) -> Option<&EnforcementAgreement> {
        self.agreements.last().filter(|it| it.binds(today))
    }
}

impl PartyState {
    /// Enforcement is over without performance: the court ended or declined it, or the organ
    /// ended its own.
    pub fn given_up(&self) -> bool {
        self.enforcement_over() || self.enforcement.ended.is_some()
    }
}

/// Fine and additional fine of a party that are not paid, fen: principal is paid first.
pub fn additional_left_fen(decision: &Decision, number: PartyNo, state: &PartyState) -> i64 {
    let owed = super::performance::owed_fen(decision, number, state);
    owed.min(super::gate::additional_fen(decision, number, state))
}

/// An order to correct by its number.
pub fn order(case: &Case, no: u16) -> Option<&CorrectionOrder> {
    case.corrections.get(usize::from(no).checked_sub(1)?)
}

/// The state after an event of enforcement.
pub(super) fn next(case: &mut Case, meta: &Meta, event: &CaseEvent) {
    let day = meta.moment.day();
    match event {
        CaseEvent::EnforcementObjected(it) => with(case, it.party, |e| {
            e.objections.push(Objection { on: it.on, version: meta.version, answer: None });
        }),
        CaseEvent::EnforcementObjectionAnswered(it) => with(case, it.party, |e| {
            for open in e.objections.iter_mut().filter(|o| o.answer.is_none()) {
                open.answer = Some((it.adoption, it.reasons.clone()));
            }
        }),
        CaseEvent::EnforcementDecided(it) => with(case, it.what.party, |e| {
            let (what, document) = (it.what.clone(), it.document);
            let (fell, carried_out) = (false, Vec::new());
            e.decisions.push(EnforcementDecision { what, document, on: day, fell, carried_out });
        }),
        CaseEvent::EnforcementCarriedOut(it) => with(case, it.party, |e| {
            if let Some(last) = e.decisions.last_mut() {
                last.carried_out.push(crate::matter::civil_day(it.session.ended_at));
            }
        }),
        CaseEvent::EnforcementPaused(it) => with(case, it.what.party, |e| {
            // As with the investigation: a pause entered late stops no earlier day.
            let from = meta.moment.recorded_day();
            e.pauses.push(EnforcementPause { ground: it.what.ground, from, until: None });
        }),
        CaseEvent::EnforcementResumed(it) => with(case, it.what.party, |e| {
            if let Some(last) = e.pauses.last_mut() {
                last.until = Some(day.max(last.from));
            }
        }),
        CaseEvent::EnforcementEnded(it) if it.what.ground.whole() => {
            with(case, it.what.party, |e| e.ended = Some((it.what.ground, day)));
        }
        // What perished: its own enforcement is carried out no more, all else goes on.
        CaseEvent::EnforcementEnded(it) => {
            with(case, it.what.party, |e| {
                if let Some(last) = e.decisions.last_mut() {
                    last.fell = true;
                }
            });
            let waits =
                |s: &&mut super::substitute::Substitution| s.what.party == it.what.party && s.done.is_none();
            case.substitutions.iter_mut().filter(waits).for_each(|s| s.dropped = true);
        }
        CaseEvent::EnforcementAgreed(it) => agreed(case, meta, it.document, &it.what),
        CaseEvent::AgreementBroken(it) => with(case, it.party, |e| {
            if let Some(last) = e.agreements.last_mut() {
                last.broken_on = Some(day);
            }
        }),
        _ => super::substitute::next(case, meta, event),
    }
}

fn with(case: &mut Case, no: PartyNo, change: impl FnOnce(&mut Enforcement)) {
    if let Some(p) = party(case, no) {
        change(&mut p.enforcement);
    }
}

/// An agreement on money is a plan of payment, with which the rest falls due when a stage is
/// missed: then enforcement resumes (第四十二条第二款).
fn agreed(case: &mut Case, meta: &Meta, document: DocumentNo, it: &Agreeing) {
    let Some(p) = party(case, it.party) else { return };
    let (on, kept_fen) = (meta.moment.day(), p.paid_fen() - p.refunded_fen());
    let what = it.clone();
    p.enforcement.waived_fen += it.waived_fen;
    p.enforcement.agreements.push(EnforcementAgreement {
        what,
        document,
        on,
        kept_fen,
        broken_on: None,
        fell: false,
    });
    let paid = it.stages.iter().filter(|s| s.amount_fen > 0);
    let due = paid.map(|s| Instalment { due_on: s.due_on, amount_fen: s.amount_fen });
    let before =
        (kept_fen > 0).then_some(Instalment { due_on: meta.moment.recorded_day(), amount_fen: kept_fen });
    let instalments: Vec<Instalment> = before.into_iter().chain(due).collect();
    if it.stages.iter().any(|s| s.amount_fen > 0) {
        p.instalments = instalments.clone();
        p.deferrals.push(Deferral {
            granted_on: on,
            instalments,
            rest_falls_due: true,
            additional_fen: p.additional_fen,
            document: Some(document),
        });
    }
}

/// What was demanded and decided on falls with a change or the revocation of the decision.
pub(super) fn falls(state: &mut PartyState) {
    for it in &mut state.enforcement.decisions {
        it.fell = true;
    }
    for it in &mut state.enforcement.agreements {
        it.fell = true;
    }
}
