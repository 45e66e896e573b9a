//! Money that is entered late, or beside a deferral, a remedy or an additional fine of the
//! same day: nothing that was imposed is wiped, and nothing is left over.

use crate::steps::*;
use crate::world::*;
use mingjing_domain::case::command::*;
use mingjing_domain::case::types::*;
use mingjing_domain::case::{CaseCommand as Do, CaseEvent, clock, gate};

fn plan(parts: &[(&str, i64)]) -> Proposal {
    let instalments = parts.iter().map(|(d, fen)| Instalment { due_on: day(d), amount_fen: *fen });
    Proposal::Defer(Deferring { party: 1, instalments: instalments.collect(), ..Deferring::default() })
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

fn revoke() -> Do {
    Do::RevokeDecision { ground: RevocationGround::OwnCorrection, document: t("文号和理由") }
}

fn conclude_remedy(remedy: RemedyKind, outcome: RemedyOutcome, fine_fen: Option<i64>) -> Do {
    Do::ConcludeRemedy {
        party: 1,
        remedy,
        outcome,
        document: t("示政复决〔2026〕1号"),
        fine_fen,
        confiscated_fen: None,
        lifted: Vec::new(),
        opposed: false,
    }
}

fn lodged(mut w: World) -> World {
    let (remedy, on) = (RemedyKind::Reconsideration, w.today());
    w.ok(A, Do::RecordRemedy { party: 1, remedy, on, body: t("示例县人民政府") });
    w
}

#[test]
fn what_was_paid_before_a_revocation_is_entered_after_it_and_given_back() {
    let mut w = decision_served(3 * WAN);
    w.at("2026-04-07");
    w.ok(DEPUTY, impose(4_500));
    w.at("2026-04-20");
    w.ok(HEAD, revoke());
    w.at("2026-04-22");
    let mut archived = w.fork();
    w.no(CASHIER, payment(1, "0001", WAN, "2026-04-01"), "time.late");
    // What comes in after the day of the revocation is not refused either: it is given back.
    let mut since = w.fork();
    since.claim("2026-04-21", paper());
    since.ok(CASHIER, payment(1, "0001", WAN, "2026-04-21"));
    assert_eq!(balance(&since), (0, WAN));
    // The addition of the 7th was not due on the 6th.
    w.claim("2026-04-06", paper());
    w.no(CASHIER, payment(1, "0001", 3 * WAN + 1, "2026-04-06"), "payment.amount");
    w.claim("2026-04-08", paper());
    w.no(CASHIER, payment(1, "0001", 34_500 * YUAN + 1, "2026-04-08"), "payment.amount");
    w.claim("2026-04-01", paper());
    let events = w.ok(CASHIER, payment(1, "0001", 2 * WAN, "2026-04-01"));
    assert_eq!((reduction(&events), balance(&w)), (None, (0, 2 * WAN)));
    w.claim("2026-04-08", paper());
    w.no(CASHIER, payment(1, "0002", 14_500 * YUAN + 1, "2026-04-08"), "payment.amount");
    w.claim("2026-04-08", paper());
    w.ok(CASHIER, payment(1, "0002", 14_500 * YUAN, "2026-04-08"));
    w.claim("2026-04-01", paper());
    w.no(CASHIER, payment(1, "0003", 1, "2026-04-01"), "decision.revoked");
    w.no(A, propose(Proposal::Close { ground: ClosingGround::DecisionRevoked }), "refund.owed");
    w.ok(CASHIER, refund(1, "R1", 34_500 * YUAN, "2026-04-22"));
    w.pass(Proposal::Close { ground: ClosingGround::DecisionRevoked });
    // Also where the case was closed and archived in between.
    archived.pass(Proposal::Close { ground: ClosingGround::DecisionRevoked });
    archived.serve_all();
    archived.ok(ARCHIVIST, Do::Archive { volumes: 1, pages: 9, retention_years: 30 });
    archived.claim("2026-04-01", paper());
    archived.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-04-01"));
    assert_eq!(gate::refundable(archived.case()), Some((1, 3 * WAN)));
    archived.ok(CASHIER, refund(1, "R1", 3 * WAN, "2026-04-22"));
    assert_eq!(gate::refundable(archived.case()), None);
}

#[test]
fn what_was_paid_before_a_revocation_was_recorded_counts_as_paid_before_it() {
    let mut w = lodged(decision_served(3 * WAN));
    w.at("2026-05-20");
    w.claim("2026-05-10", paper());
    w.ok(A, conclude_remedy(RemedyKind::Reconsideration, RemedyOutcome::Revoked, None));
    w.at("2026-05-22");
    w.claim("2026-05-15", paper());
    w.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-05-15"));
    assert_eq!(balance(&w), (0, 3 * WAN));
    assert_eq!(w.refold(true).as_ref(), Some(w.case()));
}

#[test]
fn what_was_paid_before_the_fine_was_lowered_is_entered_after_the_case_is_closed() {
    let mut w = lodged(decision_served(3 * WAN));
    w.at("2026-05-18");
    w.ok(A, conclude_remedy(RemedyKind::Reconsideration, RemedyOutcome::Changed, Some(WAN)));
    w.ok(CASHIER, payment(1, "0001", WAN, "2026-05-18"));
    w.pass(Proposal::Close { ground: ClosingGround::Performed });
    w.serve_all();
    w.at("2026-05-20");
    w.no(CASHIER, payment(1, "0002", 1, "2026-05-20"), "payment.nothing_owed");
    w.claim("2026-04-01", paper());
    w.no(CASHIER, payment(1, "0002", 3 * WAN + 1, "2026-04-01"), "payment.amount");
    w.claim("2026-04-01", paper());
    w.ok(CASHIER, payment(1, "0002", 3 * WAN, "2026-04-01"));
    assert_eq!(balance(&w), (0, 3 * WAN));
    let archive = || Do::Archive { volumes: 1, pages: 9, retention_years: 30 };
    w.no(ARCHIVIST, archive(), "refund.owed");
    w.ok(CASHIER, refund(1, "R1", 3 * WAN, "2026-05-20"));
    w.ok(ARCHIVIST, archive());
}

#[test]
fn a_closed_case_takes_no_money_under_a_decision_that_stands() {
    let mut w = decision_served(3 * WAN);
    w.at("2026-09-10");
    w.ok(A, Do::DemandEnforcement { party: 1 });
    w.serve_now(DocumentKind::EnforcementDemand, 1);
    w.at("2026-09-24");
    w.ok(HEAD, Do::ApplyToCourt { party: 1, court: t("示例县人民法院") });
    let on = w.today();
    w.ok(A, Do::RecordRuling { party: 1, ruling: CourtRuling::Denied, on, document: t("裁定书") });
    w.pass(Proposal::Close { ground: ClosingGround::CourtClosed });
    w.no(CASHIER, payment(1, "0001", WAN, "2026-09-24"), "payment.closed");
    closed().no(CASHIER, payment(1, "0002", 1, "2026-03-23"), "payment.nothing_owed");
}

#[test]
fn what_was_given_back_counts_neither_in_a_plan_nor_as_paid() {
    // 30,000 paid, lowered to 10,000, 20,000 given back; then raised again to 15,000, on the
    // application of the other side.
    let mut w = decision_served(3 * WAN);
    w.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-03-18"));
    let mut w = lodged(w);
    w.ok(A, conclude_remedy(RemedyKind::Reconsideration, RemedyOutcome::Changed, Some(WAN)));
    w.ok(CASHIER, refund(1, "R1", 2 * WAN, "2026-03-18"));
    let (remedy, on) = (RemedyKind::Litigation, w.today());
    w.ok(A, Do::RecordRemedy { party: 1, remedy, on, body: t("示例县人民法院") });
    let mut raised = conclude_remedy(remedy, RemedyOutcome::Changed, Some(15_000 * YUAN));
    if let Do::ConcludeRemedy { opposed, .. } = &mut raised {
        *opposed = true;
    }
    w.ok(A, raised);
    assert_eq!(balance(&w), (5_000 * YUAN, 0));
    let mut late = w.fork();
    w.no(A, propose(plan(&[("2026-05-18", 35_000 * YUAN)])), "deferral.plan");
    w.pass(plan(&[("2026-05-18", 10_000 * YUAN), ("2026-06-17", 5_000 * YUAN)]));
    // The first instalment is what was paid and kept; the second is late after its day.
    w.at("2026-06-17");
    w.no(A, Do::DemandFine { party: 1 }, "payment.not_due");
    w.at("2026-06-18");
    w.no(DEPUTY, impose(151), "additional.amount");
    w.ok(DEPUTY, impose(150));
    // Without a plan, 5,000 are late from 3 April on.
    late.at("2026-04-03");
    late.no(DEPUTY, impose(151), "additional.amount");
    late.ok(DEPUTY, impose(150));
}

#[test]
fn an_additional_fine_imposed_and_paid_on_the_same_day_leaves_nothing_over() {
    let mut w = decision_served(WAN);
    w.at("2026-04-07");
    w.ok(DEPUTY, impose(1_500));
    let (mut contested, mut partly) = (w.fork(), w.fork());
    let pay = |receipt: &str, yuan: i64| payment(1, receipt, yuan * YUAN, "2026-04-07");
    let lodge = |w: &World| {
        let (remedy, on) = (RemedyKind::Reconsideration, w.today());
        Do::RecordRemedy { party: 1, remedy, on, body: t("示例县人民政府") }
    };
    // Paid today, today is not late: four days, not five.
    let refusal = w.no(CASHIER, pay("0001", 11_500), "payment.amount");
    assert!(refusal.message.contains("11,200") || refusal.message.contains("11200"), "{refusal}");
    w.no(CASHIER, payment(1, "0001", i64::MAX, "2026-04-07"), "payment.amount");
    let events = w.ok(CASHIER, pay("0001", 11_200));
    assert_eq!((reduction(&events), balance(&w)), (Some(1_200 * YUAN), (0, 0)));
    // A remedy of the same day takes no more from it, before the payment or after it.
    let events = w.ok(A, lodge(&w));
    assert_eq!((reduction(&events), balance(&w)), (None, (0, 0)));
    let events = contested.ok(A, lodge(&contested));
    assert_eq!(reduction(&events), Some(1_200 * YUAN));
    contested.no(CASHIER, pay("0001", 11_201), "payment.amount");
    let events = contested.ok(CASHIER, pay("0001", 11_200));
    assert_eq!((reduction(&events), balance(&contested)), (None, (0, 0)));
    // A part paid takes 3 % of that part from it; the rest follows with the rest.
    let events = partly.ok(CASHIER, pay("0001", 5_000));
    assert_eq!((reduction(&events), balance(&partly)), (Some(1_350 * YUAN), (6_350 * YUAN, 0)));
    partly.no(CASHIER, pay("0002", 6_350), "payment.amount");
    let events = partly.ok(CASHIER, pay("0002", 6_200));
    assert_eq!((reduction(&events), balance(&partly)), (Some(1_200 * YUAN), (0, 0)));
}

#[test]
fn what_was_paid_on_a_day_before_is_never_asked_for_with_the_days_it_was_not_late() {
    // Imposed on the 7th, paid in full on the 5th and entered after: two days of 300.
    let mut w = decision_served(WAN);
    w.at("2026-04-07");
    w.ok(DEPUTY, impose(1_500));
    w.at("2026-04-08");
    w.claim("2026-04-05", paper());
    w.no(CASHIER, payment(1, "0001", 11_500 * YUAN, "2026-04-05"), "payment.amount");
    w.claim("2026-04-05", paper());
    let events = w.ok(CASHIER, payment(1, "0001", WAN, "2026-04-05"));
    assert_eq!((reduction(&events), balance(&w)), (Some(600 * YUAN), (600 * YUAN, 0)));
    w.ok(CASHIER, payment(1, "0002", 600 * YUAN, "2026-04-08"));
    w.pass(Proposal::Close { ground: ClosingGround::Performed });
}
