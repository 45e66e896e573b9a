//! The fold of remedies, revocation and the court's rulings.

use super::event::CaseEvent;
use super::evolve::party;
use super::gate::amounts_fen;
use super::performance::Standing;
use super::state::*;
use super::types::{CourtRuling, PartyNo, RemedyKind, RemedyOutcome};
use crate::matter::Meta;
use crate::text::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A remedy as it was lodged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lodging {
    /// Party.
    pub party: PartyNo,
    /// Which.
    pub remedy: RemedyKind,
    /// Day.
    pub on: Date,
    /// Body.
    pub body: Text,
}

/// What the court ruled on enforcement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    /// Party.
    pub party: PartyNo,
    /// What.
    pub ruling: CourtRuling,
    /// Day of the ruling.
    pub on: Date,
    /// Document.
    pub document: Text,
}

/// A remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// Which.
    pub kind: RemedyKind,
    /// From.
    pub from: Date,
    /// Until, and with what outcome: the later of the end and its recording.
    pub concluded: Option<(Date, RemedyOutcome)>,
    /// The day it ended, whenever that was recorded.
    pub ended: Option<Date>,
}

/// The state after an event of a remedy, a revocation or a ruling on enforcement.
pub(super) fn next(case: &mut Case, meta: &Meta, event: &CaseEvent) {
    let day = meta.moment.day();
    match event {
        CaseEvent::RemedyConcluded { party: no, outcome, .. } if outcome.revokes() => {
            stands_no_longer(case, meta, Some(*no));
        }
        CaseEvent::DisposalChanged { party: no, .. } | CaseEvent::DisposalAmended { party: no, .. } => {
            stands_no_longer(case, meta, Some(*no));
        }
        _ => {}
    }
    match event {
        CaseEvent::RemedyLodged(it) => {
            if let Some(p) = party(case, it.party) {
                p.remedies.push(Remedy { kind: it.remedy, from: it.on, concluded: None, ended: None });
            }
        }
        CaseEvent::RemedyConcluded { party: no, remedy, outcome, .. } => {
            if let Some(p) = party(case, *no)
                && let Some(r) = p.remedies.iter_mut().find(|r| r.kind == *remedy && r.concluded.is_none())
            {
                // The later of its day and its recording, and never before it began: the days
                // on which nothing accrues, and the term for the suit, are not cut short by a
                // late entry.
                r.ended = Some(day.max(r.from));
                r.concluded = Some((meta.moment.recorded_day().max(r.from), *outcome));
                if outcome.revokes() {
                    p.revoked = p.revoked.or(Some((remedy.revocation(*outcome), day)));
                }
            }
        }
        CaseEvent::DisposalChanged { party: no, fine_fen, confiscated_fen, lifted, .. } => {
            if let Some(p) = party(case, *no) {
                p.changed = Some((*fine_fen, *confiscated_fen));
                p.lifted.extend(lifted);
                // What was demanded is no longer what is owed (行政强制法第五十四条).
                p.enforcement_demand = None;
                p.demanded_fen = 0;
            }
        }
        CaseEvent::DisposalAmended { .. } => super::amendment::next(case, meta, event),
        CaseEvent::CourtRuled(it) => {
            if let Some(p) = party(case, it.party) {
                p.ruling = Some((it.ruling, it.on));
            }
        }
        CaseEvent::DecisionRevoked { ground, .. } => {
            // A remedy revokes the decision on its own party. Streams from before that
            // carry this event after each such remedy: it binds nobody else.
            let by_remedy = ground.by_remedy();
            let own = case.parties.iter().filter(|p| p.revoked.is_some()).count();
            let others_bound = by_remedy && own > 0 && own < case.parties.len();
            if others_bound {
                return;
            }
            stands_no_longer(case, meta, None);
            if let Some(d) = &mut case.decision {
                d.revoked = Some((*ground, day));
            }
        }
        _ => {}
    }
}

/// Keeps what the decision took so far from a party, or from all of them, before an event
/// that changes or revokes it: money may have been paid under it that is entered later.
fn stands_no_longer(case: &mut Case, meta: &Meta, of: Option<PartyNo>) {
    let Some(decision) = case.decision.as_ref().filter(|d| d.revoked.is_none()) else { return };
    let until = meta.moment.recorded_day();
    for (index, p) in case.parties.iter_mut().enumerate().filter(|(_, p)| p.revoked.is_none()) {
        let no = PartyNo::try_from(index + 1).unwrap_or(PartyNo::MAX);
        if of.is_none_or(|of| of == no) {
            let (fine_fen, confiscated_fen) = amounts_fen(decision, no, p);
            let additional_fen = p.additional_fen;
            p.stood.push(Standing { until, fine_fen, confiscated_fen, additional_fen });
            super::enforcement::falls(p);
        }
    }
}
