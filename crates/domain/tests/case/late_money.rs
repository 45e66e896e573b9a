//! Money that is entered late, or beside a deferral, a remedy or an additional fine of the
//! same day: nothing that was imposed is wiped, and nothing is left over.

use crate::steps::*;
use crate::world::*;
use mingjing_domain::case::command::*;
use mingjing_domain::case::types::*;
use mingjing_domain::case::{CaseCommand as Do, CaseEvent, clock, gate};

fn plan(parts: &[(&str, i64)]) -> Proposal {
    let instalments = parts.iter().map(|(d, fen)| Instalment { due_on: day(d), amount_fen: *fen });
    Proposal::Defer(Deferring { party: 1, instalments: instalments.collect() })
}

fn impose(yuan: i64) -> Do {
    Do::ImposeAdditionalFine { party: 1, amount_fen: yuan * YUAN }
}

/// What the first party owes, and what is to be given back to it; fen.
fn balance(w: &World) -> (i64, i64) {
    let (decision, state) = (w.case().decision.as_ref().expect("decided"), &w.case().parties[0]);
    (gate::owed_fen(decision, 1, state), gate::refundable_fen(decision, 1, state))
}

fn reduction(events: &[CaseEvent]) -> Option<i64> {
    events.iter().find_map(|event| match event {
        CaseEvent::AdditionalFineReduced { amount_fen, .. } => Some(*amount_fen),
        _ => None,
    })
}

/// A fine of 10,000 due by 2 April, 1,500 added on the 7th, and a plan for all of it granted
/// on the 8th.
fn deferred() -> World {
    let mut w = decision_served(WAN);
    w.at("2026-04-07");
    w.no(DEPUTY, impose(1_501), "additional.amount");
    w.ok(DEPUTY, impose(1_500));
    w.at("2026-04-08");
    w.pass(plan(&[("2026-05-18", 5_000 * YUAN), ("2026-06-17", 6_500 * YUAN)]));
    w
}

#[test]
fn a_deferral_leaves_the_additional_fine_that_was_imposed_before_it() {
    let mut w = deferred();
    let (mut contested, mut in_time) = (w.fork(), w.fork());
    w.at("2026-04-17");
    let events = w.ok(CASHIER, payment(1, "0001", 5_000 * YUAN, "2026-04-17"));
    assert_eq!(reduction(&events), None, "{events:?}");
    w.at("2026-06-17");
    w.no(DEPUTY, impose(1), "payment.not_due");
    let events = w.ok(CASHIER, payment(1, "0002", 6_500 * YUAN, "2026-06-17"));
    assert_eq!((reduction(&events), balance(&w)), (None, (0, 0)));
    w.pass(Proposal::Close { ground: ClosingGround::Performed });
    // A remedy lodged under the plan takes nothing from the days before it.
    contested.at("2026-04-17");
    let (remedy, on) = (RemedyKind::Reconsideration, contested.today());
    let events = contested.ok(A, Do::RecordRemedy { party: 1, remedy, on, body: t("示例县人民政府") });
    assert_eq!((reduction(&events), balance(&contested)), (None, (11_500 * YUAN, 0)));
    // Who had paid in time, and is entered under the plan, owes no addition all the same.
    in_time.at("2026-04-17");
    in_time.claim("2026-04-01", paper());
    let events = in_time.ok(CASHIER, payment(1, "0001", WAN, "2026-04-01"));
    assert_eq!((reduction(&events), balance(&in_time)), (Some(0), (0, 0)));
}

#[test]
fn days_before_a_deferral_stay_late_and_days_under_it_are_late_by_the_plan() {
    let mut w = deferred();
    let cap =
        |w: &World| clock::additional_cap(w.case(), &w.facts(A), 1, &w.case().parties[0]).expect("served");
    w.at("2026-05-18");
    assert_eq!(cap(&w), 1_500 * YUAN);
    // Two days of 3 % of the first instalment.
    w.at("2026-05-20");
    assert_eq!(cap(&w), (1_500 + 2 * 150) * YUAN);
    w.no(DEPUTY, impose(301), "additional.amount");
    w.ok(DEPUTY, impose(300));
}
