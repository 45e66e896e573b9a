//! Enforcement under a plan of payment: what is due of it is demanded and asked for, and no
//! more, unless the approval lets the rest fall due.

use crate::steps::*;
use crate::world::*;
use mingjing_domain::case::claim::Claim;
use mingjing_domain::case::command::*;
use mingjing_domain::case::types::*;
use mingjing_domain::case::{CaseCommand as Do, clock, gate};

/// A fine of 30,000 served on 18 March, payable in thirds by 30 September, 30 October and
/// 30 November; the terms of remedies are over with 18 September.
fn in_thirds(rest_falls_due: bool) -> World {
    let mut w = decision_served(3 * WAN);
    let days = ["2026-09-30", "2026-10-30", "2026-11-30"];
    let instalments = days.map(|on| Instalment { due_on: day(on), amount_fen: WAN }).to_vec();
    w.pass(Proposal::Defer(Deferring { party: 1, instalments, rest_falls_due }));
    w
}

fn demand(w: &mut World) {
    w.ok(A, Do::DemandEnforcement { party: 1 });
    w.serve_now(DocumentKind::EnforcementDemand, 1);
}

fn court() -> Do {
    Do::ApplyToCourt { party: 1, court: t("示例县人民法院") }
}

fn rule(w: &mut World, ruling: CourtRuling) {
    let on = w.today();
    w.ok(A, Do::RecordRuling { party: 1, ruling, on, document: t("裁定书") });
}

fn claims(w: &World) -> (Claim, Claim) {
    let (decision, state) = (w.case().decision.as_ref().expect("decided"), &w.case().parties[0]);
    (gate::demandable(decision, 1, state, w.today()), gate::applied(decision, 1, state, w.today()))
}

const fn claim(principal: i64, additional: i64) -> Claim {
    Claim { principal_fen: principal * YUAN, additional_fen: additional * YUAN }
}

#[test]
fn each_overdue_instalment_is_demanded_and_enforced_by_itself() {
    let mut w = in_thirds(false);
    w.at("2026-10-09");
    assert_eq!(claims(&w).0, claim(10_000, 0));
    demand(&mut w);
    w.no(A, Do::DemandEnforcement { party: 1 }, "demand.repeated");
    w.at("2026-10-26");
    w.ok(HEAD, court());
    assert_eq!(claims(&w).1, claim(10_000, 0));
    w.no(HEAD, court(), "court.repeated");
    rule(&mut w, CourtRuling::Granted);
    let performed = Do::RecordRuling {
        party: 1,
        ruling: CourtRuling::Performed,
        on: day("2026-10-26"),
        document: t("裁定书"),
    };
    w.no(A, performed, "court.not_performed");
    w.ok(CASHIER, payment(1, "0001", WAN, "2026-10-26"));
    rule(&mut w, CourtRuling::Performed);
    // The first third is enforced; the others are neither due nor forgiven.
    w.no(A, propose(Proposal::Close { ground: ClosingGround::CourtClosed }), "payment.owed");
    w.no(A, Do::DemandEnforcement { party: 1 }, "payment.not_due");
    w.at("2026-10-31");
    w.no(HEAD, court(), "demand.none");
    demand(&mut w);
    w.at("2026-11-20");
    w.ok(HEAD, court());
    assert_eq!(claims(&w).1, claim(10_000, 0));
    rule(&mut w, CourtRuling::Denied);
    // Declined: nothing of the decision is enforced.
    w.fork().pass(Proposal::Close { ground: ClosingGround::CourtClosed });
    assert_eq!(w.refold(true).as_ref(), Some(w.case()));
}

#[test]
fn the_rest_falls_due_only_where_the_approval_says_so() {
    let mut w = in_thirds(true);
    w.at("2026-09-30");
    assert_eq!(claims(&w).0, claim(0, 0));
    w.no(A, Do::DemandEnforcement { party: 1 }, "payment.not_due");
    let mut in_time = w.fork();
    in_time.ok(CASHIER, payment(1, "0001", WAN, "2026-09-30"));
    w.at("2026-10-09");
    in_time.at("2026-10-09");
    assert_eq!(claims(&in_time).0, claim(0, 0));
    assert_eq!(claims(&w).0, claim(30_000, 0));
    // Nine days of 3 % of the whole fine.
    let cap = |w: &World| clock::additional_cap(w.case(), &w.facts(A), 1, &w.case().parties[0]);
    assert_eq!(cap(&w).expect("served"), 9 * 900 * YUAN);
    // What is paid afterwards does not undo that the rest fell due.
    w.ok(CASHIER, payment(1, "0001", WAN, "2026-10-09"));
    assert_eq!(claims(&w).0, claim(20_000, 0));
    demand(&mut w);
    w.at("2026-10-27");
    w.ok(HEAD, court());
    assert_eq!(claims(&w).1, claim(20_000, 0));
    // The organ's own three months run from the instalment that was missed.
    let mut late = in_thirds(true);
    late.at("2026-12-15");
    demand(&mut late);
    late.at("2026-12-31");
    late.no(HEAD, court(), "court.too_late");
    assert!(w.case().parties[0].plan().expect("a plan").document.is_some());
    // It says so in the event, and an older plan without the word reads as one that does not.
    let json = |rest_falls_due| {
        serde_json::to_value(Deferring { rest_falls_due, ..Deferring::default() }).expect("serialises")
    };
    assert_eq!(json(false), serde_json::json!({ "party": 0, "instalments": [] }));
    assert_eq!(serde_json::from_value::<Deferring>(json(false)).expect("reads"), Deferring::default());
    assert_eq!(json(true)["rest_falls_due"], true);
}

#[test]
fn an_additional_fine_is_due_beside_the_instalments_and_paid_last() {
    let mut w = in_thirds(false);
    w.at("2026-10-09");
    w.ok(DEPUTY, Do::ImposeAdditionalFine { party: 1, amount_fen: 9 * 300 * YUAN });
    assert_eq!(claims(&w).0, claim(10_000, 2_700));
    // Paid today, today is not late.
    w.ok(CASHIER, payment(1, "0001", 11_000 * YUAN, "2026-10-09"));
    assert_eq!(claims(&w).0, claim(0, 1_400));
    // It waits for no instalment.
    demand(&mut w);
    // Without a plan, what is paid above the principal is taken from the addition.
    let mut w = decision_served(WAN);
    w.at("2026-04-07");
    w.ok(DEPUTY, Do::ImposeAdditionalFine { party: 1, amount_fen: 1_500 * YUAN });
    w.at("2026-04-08");
    w.ok(CASHIER, payment(1, "0001", 11_000 * YUAN, "2026-04-08"));
    assert_eq!(claims(&w).0, claim(0, 500));
    demand(&mut w);
    w.at("2026-09-21");
    w.ok(HEAD, court());
    assert_eq!(claims(&w).1, claim(0, 500));
}

#[test]
fn what_was_added_after_a_demand_is_demanded_before_the_court_is_asked_for_it() {
    let mut w = decision_served(WAN);
    w.at("2026-09-21");
    demand(&mut w);
    w.ok(DEPUTY, Do::ImposeAdditionalFine { party: 1, amount_fen: WAN });
    let mut again = w.fork();
    w.at("2026-10-13");
    w.ok(HEAD, court());
    assert_eq!(claims(&w).1, claim(10_000, 0));
    demand(&mut again);
    again.no(HEAD, court(), "demand.running");
    again.at("2026-10-13");
    again.ok(HEAD, court());
    assert_eq!(claims(&again).1, claim(10_000, 10_000));
}

#[test]
fn the_paper_of_an_additional_fine_counts_by_the_plan() {
    let overdue = |w: &World| {
        let found = clock::overdue(w.case(), &w.facts(DEPUTY), 1, &w.case().parties[0]);
        let it = found.expect("served").expect("late days");
        (it.due.to_string(), it.from.to_string(), it.days)
    };
    let impose = |w: &mut World, yuan: i64| {
        w.ok(DEPUTY, Do::ImposeAdditionalFine { party: 1, amount_fen: yuan * YUAN });
    };
    // Five days late by the first term; the plan of the 8th takes the days after them.
    let mut w = decision_served(WAN);
    w.at("2026-04-07");
    impose(&mut w, 1_500);
    assert_eq!(overdue(&w), ("2026-04-02".into(), "2026-04-03".into(), 5));
    w.at("2026-04-08");
    let instalments = ["2026-05-18", "2026-06-17"]
        .map(|on| Instalment { due_on: day(on), amount_fen: 5_750 * YUAN })
        .to_vec();
    w.pass(Proposal::Defer(Deferring { party: 1, instalments, ..Deferring::default() }));
    w.at("2026-05-20");
    impose(&mut w, 2 * 172);
    assert_eq!(overdue(&w), ("2026-05-18".into(), "2026-05-19".into(), 2));
    // Nothing had been added under the first term: its days and the plan's are counted.
    let mut w = decision_served(WAN);
    w.at("2026-04-08");
    let instalments = vec![Instalment { due_on: day("2026-05-18"), amount_fen: WAN }];
    w.pass(Proposal::Defer(Deferring { party: 1, instalments, ..Deferring::default() }));
    w.at("2026-05-20");
    impose(&mut w, 7 * 300);
    assert_eq!(overdue(&w), ("2026-04-02".into(), "2026-04-03".into(), 7));
    // A day of a pending remedy is none.
    let mut w = decision_served(WAN);
    w.at("2026-04-05");
    let (remedy, on) = (RemedyKind::Litigation, day("2026-04-05"));
    w.ok(A, Do::RecordRemedy { party: 1, remedy, on, body: t("示例县人民法院") });
    let end = Do::ConcludeRemedy {
        party: 1,
        remedy,
        outcome: RemedyOutcome::Withdrawn,
        document: t("裁定书"),
        fine_fen: None,
        confiscated_fen: None,
        lifted: Vec::new(),
        opposed: false,
    };
    w.at("2026-04-10");
    w.ok(A, end);
    w.at("2026-04-11");
    impose(&mut w, 4 * 300);
    assert_eq!(overdue(&w), ("2026-04-02".into(), "2026-04-03".into(), 4));
}
