//! What a decision takes and how it is given: payments, the performance of penalties
//! other than money, and the return of money when the decision falls or is lowered.

use super::event::CaseEvent;
use super::evolve::party;
use super::gate::{additional_fen, principal_fen};
use super::state::*;
use super::types::*;
use crate::cite::Citation;
use crate::text::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A payment made to the collecting bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Whose.
    pub party: PartyNo,
    /// Number of the treasury receipt; unique in the installation.
    pub receipt: String,
    /// Fen.
    pub amount_fen: i64,
    /// Civil day of payment.
    pub paid_on: Date,
    /// Collecting bank.
    pub collector: String,
}

/// Money given back to a party (国家赔偿法第三十六条第一项、第七项).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// To whom.
    pub party: PartyNo,
    /// Number of the treasury's voucher; unique in the installation, also among receipts.
    pub receipt: String,
    /// Fen, without interest.
    pub amount_fen: i64,
    /// Interest paid with it, fen.
    #[serde(default)]
    pub interest_fen: i64,
    /// Civil day on which it was given back.
    pub on: Date,
}

/// A penalty other than money as it was performed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Performance {
    /// Whose.
    pub party: PartyNo,
    /// Which.
    pub kind: PenaltyKind,
    /// Civil day on which it was performed.
    pub on: Date,
    /// By whom: the party, the organ that holds the register…
    pub by: Text,
    /// How.
    pub manner: Text,
}

/// A penalty other than money undone after the decision fell, or that penalty of it
/// (国家赔偿法第三十六条第二项至第六项).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restitution {
    /// For whom.
    pub party: PartyNo,
    /// Which performed penalty.
    pub kind: PenaltyKind,
    /// How.
    pub restored: Restored,
    /// Civil day on which it was undone.
    pub on: Date,
    /// What was given back or lifted, and by which document.
    pub details: Text,
    /// Paid with it, fen: for damage and loss, the price, or the necessary running expenses of
    /// the time of the stop; 0 for none.
    #[serde(default)]
    pub compensation_fen: i64,
}

/// What a decision took from a party until a remedy changed it or it was revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Civil day on which the change or revocation was recorded: until then, and on that day
    /// still, a payment was accepted, and one that is entered later is so too.
    pub until: Date,
    /// The fine, fen.
    pub fine_fen: i64,
    /// Confiscated income, fen.
    pub confiscated_fen: i64,
    /// The additional fine that had been imposed, fen.
    pub additional_fen: i64,
}

/// Where it stands that goods are given back and measures are lifted.
pub const UNDO: Citation = Citation::of("国家赔偿法", "第三十六条");

/// Where it stands that money unlawfully taken is given back.
pub const GIVE_BACK: Citation = Citation::of("国家赔偿法", "第三十六条第一项");

/// Where it stands that interest is paid with it.
pub const INTEREST: Citation = Citation::of("国家赔偿法", "第三十六条第七项");

/// How a kind of penalty comes to be performed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Performed {
    /// By paying.
    Money,
    /// With the service of the decision.
    Service,
    /// By an act of its own, which is recorded.
    Act,
}

impl PenaltyKind {
    /// How it comes to be performed.
    pub const fn performed(self) -> Performed {
        match self {
            Self::Fine | Self::ConfiscateIncome => Performed::Money,
            Self::Warning | Self::PublicCriticism => Performed::Service,
            Self::ConfiscateGoods
            | Self::SuspendLicence
            | Self::LowerGrade
            | Self::RevokeLicence
            | Self::RestrictBusiness
            | Self::OrderStop
            | Self::OrderClose
            | Self::RestrictEmployment => Performed::Act,
        }
    }
}

impl PartyState {
    /// Paid so far, fen.
    pub fn paid_fen(&self) -> i64 {
        self.payments.iter().map(|p| p.amount_fen).sum()
    }

    /// Given back so far without interest, fen.
    pub fn refunded_fen(&self) -> i64 {
        self.refunds.iter().map(|r| r.amount_fen).sum()
    }

    /// Enforcement by the court is over, whatever came of it.
    pub fn enforcement_over(&self) -> bool {
        self.ruling.is_some_and(|(it, _)| match it {
            CourtRuling::Denied | CourtRuling::Ended | CourtRuling::Performed => true,
            CourtRuling::Granted => false,
        })
    }

    /// The court declined to enforce: it may be asked again.
    pub fn enforcement_denied(&self) -> bool {
        self.ruling.is_some_and(|(it, _)| it == CourtRuling::Denied)
    }

    /// A remedy is pending.
    pub fn remedy_pending(&self) -> bool {
        self.remedies.iter().any(|r| r.concluded.is_none())
    }
}

/// Money that the party owes as the decision stands now, whatever was paid: nothing
/// under a decision that was revoked for it; fen.
fn due_fen(decision: &Decision, number: PartyNo, state: &PartyState) -> i64 {
    if decision.revoked.or(state.revoked).is_some() {
        return 0;
    }
    principal_fen(decision, number, state) + additional_fen(decision, number, state)
}

/// Money still owed, fen; never below nothing.
pub fn owed_fen(decision: &Decision, number: PartyNo, state: &PartyState) -> i64 {
    (due_fen(decision, number, state) - state.paid_fen() + state.refunded_fen()).max(0)
}

/// Money to give back: paid and no longer due, and not given back yet; fen.
pub fn refundable_fen(decision: &Decision, number: PartyNo, state: &PartyState) -> i64 {
    (state.paid_fen() - state.refunded_fen() - due_fen(decision, number, state)).max(0)
}

/// What was left to pay on a day on which the decision still stood as it does no longer, fen:
/// of what was due then, less what was paid and given back while it stood so. On the day of a
/// change either may have been paid: the larger counts. `None` when nothing has changed since.
pub fn unpaid_then_fen(state: &PartyState, on: Date) -> Option<i64> {
    let first = state.stood.iter().position(|it| on <= it.until)?;
    let that_day = state.stood[first..].iter().take_while(|it| it.until == on).count();
    let held = state.stood[first..].iter().take(that_day + 1);
    held.map(|stood| unpaid_of_fen(state, stood, on)).max()
}

fn unpaid_of_fen(state: &PartyState, stood: &Standing, on: Date) -> i64 {
    let imposed: i64 = state.additions.iter().filter(|(day, _)| *day <= on).map(|(_, fen)| fen).sum();
    let additional = imposed.min(stood.additional_fen).min(stood.fine_fen);
    // What was paid on the day of the change may have been paid after it, unless that is asked.
    let before = |day: Date| day < stood.until || on == stood.until && day == on;
    let paid = state.payments.iter().filter(|p| before(p.paid_on)).map(|p| p.amount_fen);
    let back = state.refunds.iter().filter(|r| r.on < stood.until).map(|r| r.amount_fen);
    let due = stood.fine_fen + stood.confiscated_fen + additional;
    (due - paid.sum::<i64>() + back.sum::<i64>()).max(0)
}

/// Something was left to pay before a change or the revocation of the decision: it may have
/// been paid, and be entered still.
pub fn payable_then(state: &PartyState) -> bool {
    let days = state.stood.iter().flat_map(|it| [Some(it.until), it.until.yesterday().ok()]);
    days.flatten().any(|on| unpaid_then_fen(state, on).is_some_and(|fen| fen > 0))
}

/// What of the money of a revoked decision never came in, fen. The bank takes it on the notice
/// that the party holds, also after the revocation: it is entered, to be given back, and not
/// refused while the state has it.
pub fn payable_since_fen(case: &Case, number: PartyNo, state: &PartyState) -> i64 {
    let Some(stood) = state.stood.last().filter(|_| case.revoked(number).is_some()) else { return 0 };
    let additional = stood.additional_fen.min(stood.fine_fen);
    (stood.fine_fen + stood.confiscated_fen + additional - state.paid_fen()).max(0)
}

/// The first party to whom money is to be given back, and how much, fen.
pub fn refundable(case: &Case) -> Option<(PartyNo, i64)> {
    let decision = case.decision.as_ref()?;
    let left = case.numbered_parties().map(|(no, state)| (no, refundable_fen(decision, no, state)));
    left.filter(|(_, fen)| *fen > 0).min()
}

/// The day from which money may have been given back, or a penalty undone: that of the
/// revocation, or of the remedy that changed the disposal.
pub fn refundable_from(case: &Case, number: PartyNo, decision: &Decision) -> Date {
    let remedies = case.party(number).into_iter().flat_map(|p| &p.remedies);
    let changed = remedies.filter(|r| matches!(r.concluded, Some((_, RemedyOutcome::Changed))));
    let changed = changed.filter_map(|r| r.ended).min();
    let amended = case.party(number).into_iter().flat_map(|p| &p.amended).map(|(on, _)| *on).min();
    case.revoked(number)
        .map(|(_, on)| on)
        .into_iter()
        .chain(changed)
        .chain(amended)
        .min()
        .unwrap_or(decision.on)
}

/// Penalties imposed on the party whose performance is an act, and is not recorded yet,
/// whether or not they still stand.
fn unrecorded(decision: &Decision, number: PartyNo, state: &PartyState) -> impl Iterator<Item = PenaltyKind> {
    let kinds = decision.substance.disposal(number).map_or(&[][..], |d| &d.kinds);
    let acts = kinds.iter().copied().filter(|kind| kind.performed() == Performed::Act);
    acts.filter(|kind| state.performances.iter().all(|p| p.kind != *kind))
}

/// A penalty of the decision binds the party no more: it was revoked for it, or a remedy
/// took that penalty away.
fn fallen(decision: &Decision, state: &PartyState, kind: PenaltyKind) -> bool {
    decision.revoked.or(state.revoked).is_some() || state.lifted.contains(&kind)
}

/// Penalties imposed on the party whose performance is an act, and is not recorded yet;
/// none under a decision that was revoked for it.
pub fn unperformed(decision: &Decision, number: PartyNo, state: &PartyState) -> Vec<PenaltyKind> {
    unrecorded(decision, number, state).filter(|kind| !fallen(decision, state, *kind)).collect()
}

/// Penalties that bind the party no more and may have been performed by the day on which that
/// was recorded: their performance is entered still, to be undone.
pub fn performable_then(decision: &Decision, number: PartyNo, state: &PartyState) -> Vec<PenaltyKind> {
    let stood = !state.stood.is_empty();
    unrecorded(decision, number, state).filter(|kind| stood && fallen(decision, state, *kind)).collect()
}

/// Penalties that were performed, bind the party no more, and are not undone yet.
pub fn to_undo(decision: &Decision, state: &PartyState) -> Vec<PenaltyKind> {
    let performed = state.performances.iter().map(|p| p.kind);
    let open = performed.filter(|kind| state.restitutions.iter().all(|r| r.kind != *kind));
    open.filter(|kind| fallen(decision, state, *kind)).collect()
}

/// The first party for whom a performed penalty is to be undone, and which.
pub fn undoable(case: &Case) -> Option<(PartyNo, PenaltyKind)> {
    let decision = case.decision.as_ref()?;
    case.numbered_parties().find_map(|(no, state)| Some((no, *to_undo(decision, state).first()?)))
}

/// The state after money was paid or given back, or a penalty performed or undone.
pub(super) fn next(case: &mut Case, event: &CaseEvent) {
    match event {
        CaseEvent::PaymentRecorded(payment) => {
            if let Some(p) = party(case, payment.party) {
                p.payments.push(payment.clone());
            }
        }
        CaseEvent::RefundRecorded(refund) => {
            if let Some(p) = party(case, refund.party) {
                p.refunds.push(refund.clone());
            }
        }
        CaseEvent::AdditionalFineReduced { party: no, amount_fen } => {
            if let Some(p) = party(case, *no) {
                p.additional_fen = *amount_fen;
                for plan in &mut p.deferrals {
                    plan.additional_fen = plan.additional_fen.min(*amount_fen);
                }
            }
        }
        CaseEvent::RestitutionRecorded(it) => {
            if let Some(p) = party(case, it.party) {
                p.restitutions.push(it.clone());
            }
        }
        CaseEvent::PerformanceRecorded(performance) => {
            if let Some(p) = party(case, performance.party) {
                p.performances.push(performance.clone());
            }
        }
        _ => {}
    }
}
