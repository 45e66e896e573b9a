//! 代履行 (行政强制法第五十条至第五十二条): what a party was ordered to remove or restore and did
//! not, done for it and at its cost; at once where a road, a river or a public place is obstructed.

use super::event::CaseEvent;
use super::sampling::SamplingPresence;
use super::state::Case;
use super::types::*;
use crate::matter::{Meta, StaffId, civil_day};
use crate::text::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

words! {
    /// What not performing does or will do (第五十条).
    SubstituteHarm {
        Traffic = "已经或者将危害交通安全",
        Pollution = "已经或者将造成环境污染",
        Resources = "已经或者将破坏自然资源",
    }
}

words! {
    /// Where something must be cleared at once (第五十二条).
    ClearedPlace {
        Road = "道路",
        River = "河道",
        Waterway = "航道",
        Public = "公共场所",
    }
}

words! {
    /// Which way the money of a cost goes.
    CostEntry {
        Paid = "当事人缴纳",
        Back = "返还当事人",
    }
}

/// 代履行 that is proposed (第五十一条第一款第一项).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Substituting {
    /// For whom it is done.
    pub party: PartyNo,
    /// Which order to correct, from 1; none where something is cleared at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<u16>,
    /// What not performing does; none where something is cleared at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub harm: Option<SubstituteHarm>,
    /// Where something is cleared at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub immediate: Option<ClearedPlace>,
    /// 标的.
    pub subject: Text,
    /// Reasons, with what shows the harm, or that the party cannot clear it.
    pub reasons: Text,
    /// 方式.
    pub manner: Text,
    /// The civil day from which it is done.
    pub planned_on: Date,
    /// 费用预算, fen.
    pub budget_fen: i64,
    /// 代履行人: the organ, or a third party.
    pub performer: Text,
    /// The performer is the organ, or has no interest in the case (第五十条).
    pub disinterested: bool,
}

/// 代履行 as it was carried out (第五十一条第一款第三项、第四项).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubstituteDone {
    /// Which, from 1.
    pub substitution: u16,
    /// When, where, by whom.
    #[serde(flatten)]
    pub session: Session,
    /// The officer who supervised on the spot.
    pub supervisor: StaffId,
    /// Why at night or on a holiday (第四十三条第一款); blank at other times.
    #[serde(default = "blank", skip_serializing_if = "Text::is_blank")]
    pub urgent: Text,
    /// What was done.
    pub record: Text,
    /// The performer signed.
    pub performer_signed: bool,
    /// Whether the party was there and signed.
    pub presence: SamplingPresence,
    /// The witness who signed, where the party did not.
    #[serde(default = "blank", skip_serializing_if = "Text::is_blank")]
    pub witness: Text,
    /// What it cost, fen.
    pub cost_fen: i64,
    /// How the cost was found.
    #[serde(default = "blank", skip_serializing_if = "Text::is_blank")]
    pub cost_basis: Text,
}

/// Money of a cost that came in or went back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostPayment {
    /// Of which, from 1.
    pub substitution: u16,
    /// Which way.
    pub entry: CostEntry,
    /// Number of the receipt; unique in the installation, also among those of fines.
    pub receipt: String,
    /// Fen.
    pub amount_fen: i64,
    /// Civil day.
    pub on: Date,
}

/// A demand that an order to correct be followed (第三十五条，第五十条，第五十一条第一款第二项).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderDemand {
    /// Which order, from 1.
    pub order: u16,
    /// Last day.
    pub due_on: Date,
    /// How it is to be followed.
    pub manner: Text,
}

/// A demand of an order with its document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderDemanded {
    /// The document.
    pub document: DocumentNo,
    /// What.
    #[serde(flatten)]
    pub demand: OrderDemand,
}

/// A demand of an order that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demanded {
    /// The document.
    pub document: DocumentNo,
    /// Last day.
    pub due_on: Date,
    /// Version that recorded it.
    pub version: u64,
}

/// A decision on 代履行 and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Substitution {
    /// What.
    pub what: Substituting,
    /// The document.
    pub document: DocumentNo,
    /// Its civil day.
    pub on: Date,
    /// Version that decided it.
    pub version: u64,
    /// As it was carried out, with the civil day of its end.
    pub done: Option<(SubstituteDone, Date)>,
    /// What of the cost came in and went back.
    pub payments: Vec<CostPayment>,
    /// Ended before it was carried out: what it was about perished (第四十条第三项).
    pub dropped: bool,
}

impl Substitution {
    /// Paid of the cost and kept, fen.
    pub fn kept_fen(&self) -> i64 {
        let signed = |it: &CostPayment| match it.entry {
            CostEntry::Paid => it.amount_fen,
            CostEntry::Back => -it.amount_fen,
        };
        self.payments.iter().map(signed).sum()
    }

    /// What it rested on fell with the decision: nothing is owed for it, and what was paid goes
    /// back (第四十一条). An order of its own, and what was cleared at once, stand by themselves.
    pub fn fell(&self, case: &Case) -> bool {
        let order = self.what.order.and_then(|no| super::enforcement::order(case, no));
        order.is_some_and(|it| it.days.is_some()) && case.revoked(self.what.party).is_some()
    }

    /// The cost that is still owed, fen.
    pub fn owed_fen(&self, case: &Case) -> i64 {
        let cost = self.done.as_ref().map_or(0, |(it, _)| it.cost_fen);
        if self.fell(case) { 0 } else { (cost - self.kept_fen()).max(0) }
    }

    /// What is to be given back of it, fen.
    pub fn refundable_fen(&self, case: &Case) -> i64 {
        let cost = self.done.as_ref().map_or(0, |(it, _)| it.cost_fen);
        let due = if self.fell(case) { 0 } else { cost };
        (self.kept_fen() - due).max(0)
    }

    /// It stands and was not carried out; the party may still perform (第五十一条第一款第二项).
    pub fn pending(&self, case: &Case) -> bool {
        let order = self.what.order.and_then(|no| super::enforcement::order(case, no));
        self.done.is_none() && !self.dropped && order.is_none_or(|it| it.open(case))
    }
}

impl Case {
    /// The substitutions with their numbers.
    pub fn numbered_substitutions(&self) -> impl Iterator<Item = (u16, &Substitution)> {
        (1..).zip(&self.substitutions)
    }

    /// A substitution by number.
    pub fn substitution(&self, no: u16) -> Option<&Substitution> {
        self.substitutions.get(usize::from(no).checked_sub(1)?)
    }
}

/// The state after an event of 代履行.
pub(super) fn next(case: &mut Case, meta: &Meta, event: &CaseEvent) {
    match event {
        CaseEvent::OrderDemanded(it) => {
            let at = usize::from(it.demand.order).wrapping_sub(1);
            let (document, due_on, version) = (it.document, it.demand.due_on, meta.version);
            if let Some(order) = case.corrections.get_mut(at) {
                order.demands.push(Demanded { document, due_on, version });
            }
        }
        CaseEvent::SubstituteDecided(it) => case.substitutions.push(Substitution {
            what: it.what.clone(),
            document: it.document,
            on: meta.moment.day(),
            version: meta.version,
            done: None,
            payments: Vec::new(),
            dropped: false,
        }),
        CaseEvent::SubstituteCarriedOut(done) => {
            let at = usize::from(done.substitution).wrapping_sub(1);
            if let Some(it) = case.substitutions.get_mut(at) {
                it.done = Some((done.clone(), civil_day(done.session.ended_at)));
            }
        }
        CaseEvent::SubstituteCostPaid(payment) => {
            let at = usize::from(payment.substitution).wrapping_sub(1);
            if let Some(it) = case.substitutions.get_mut(at) {
                it.payments.push(payment.clone());
            }
        }
        _ => {}
    }
}
