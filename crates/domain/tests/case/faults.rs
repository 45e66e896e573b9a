//! What follows a decision, tried against the law: terms that a suit moves, amounts that a
//! lowered fine takes along, and facts that are entered after the decision fell.

use crate::steps::*;
use crate::world::*;
use mingjing_domain::case::command::*;
use mingjing_domain::case::consistency::consistency;
use mingjing_domain::case::types::*;
use mingjing_domain::case::{CaseCommand as Do, CaseEvent, clock, gate};

fn impose(yuan: i64) -> Do {
    Do::ImposeAdditionalFine { party: 1, amount_fen: yuan * YUAN }
}

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

fn lodge(w: &mut World, remedy: RemedyKind) -> Vec<CaseEvent> {
    let on = w.today();
    w.ok(A, Do::RecordRemedy { party: 1, remedy, on, body: t("示例县人民法院") })
}

fn conclude(remedy: RemedyKind, outcome: RemedyOutcome, fine_fen: Option<i64>, opposed: bool) -> Do {
    Do::ConcludeRemedy {
        party: 1,
        remedy,
        outcome,
        document: t("文号和日期"),
        fine_fen,
        confiscated_fen: None,
        lifted: Vec::new(),
        opposed,
    }
}

fn court() -> Do {
    Do::ApplyToCourt { party: 1, court: t("示例县人民法院") }
}

fn revoke() -> Do {
    Do::RevokeDecision { ground: RevocationGround::OwnCorrection, document: t("文号和理由") }
}

#[test]
fn the_term_for_the_court_begins_when_a_suit_is_over() {
    // Served on 18 March: without a suit the term would run from 18 September to 18 December.
    let mut w = decision_served(3 * WAN);
    w.at("2026-07-01");
    lodge(&mut w, RemedyKind::Litigation);
    w.at("2026-12-21");
    w.ok(A, conclude(RemedyKind::Litigation, RemedyOutcome::Upheld, None, false));
    w.ok(A, Do::DemandEnforcement { party: 1 });
    w.serve_now(DocumentKind::EnforcementDemand, 1);
    let refusal = w.no(HEAD, court(), "demand.running");
    let after = refusal.after.expect("a day");
    w.at(&after.to_string());
    w.ok(HEAD, court());
}

#[test]
fn a_lowered_fine_lowers_what_was_added_for_each_day_of_it() {
    let mut w = decision_served(WAN);
    w.at("2026-04-07");
    w.ok(DEPUTY, impose(1_500));
    let mut paid = w.fork();
    lodge(&mut w, RemedyKind::Reconsideration);
    w.at("2026-05-18");
    // Four days of 3 % of 5,000: on the fifth the remedy began.
    let events = w.ok(A, conclude(RemedyKind::Reconsideration, RemedyOutcome::Changed, Some(WAN / 2), false));
    assert_eq!((reduction(&events), balance(&w)), (Some(600 * YUAN), (5_600 * YUAN, 0)));
    // What was paid before is entered by what was due then, and the difference given back.
    paid.at("2026-04-08");
    lodge(&mut paid, RemedyKind::Reconsideration);
    paid.at("2026-05-18");
    let changed = conclude(RemedyKind::Reconsideration, RemedyOutcome::Changed, Some(WAN / 2), false);
    assert_eq!(reduction(&paid.ok(A, changed)), Some(750 * YUAN));
    paid.claim("2026-04-07", paper());
    paid.ok(CASHIER, payment(1, "0001", 11_200 * YUAN, "2026-04-07"));
    // Paid on the fifth day: four days of 150.
    assert_eq!(balance(&paid), (0, 5_600 * YUAN));
}

#[test]
fn a_deferral_that_is_entered_late_takes_the_days_back_that_it_covered() {
    let mut w = decision_served(WAN);
    w.at("2026-04-07");
    w.ok(DEPUTY, impose(1_500));
    w.at("2026-04-08");
    let plan = |fen| {
        let instalments = vec![Instalment { due_on: day("2026-05-18"), amount_fen: fen }];
        propose(Proposal::Defer(Deferring { party: 1, instalments, ..Deferring::default() }))
    };
    // Granted on paper on 1 April, a day before the term ended: nothing was late.
    w.claim("2026-04-01", paper());
    w.no(A, plan(11_500 * YUAN), "deferral.plan");
    w.claim("2026-04-01", paper());
    w.ok(A, plan(WAN));
    let no = w.last_proposal();
    w.ok(UNIT_HEAD, reviewed(no));
    w.claim("2026-04-01", paper());
    let events = w.ok(HEAD, approved(no));
    assert_eq!((reduction(&events), balance(&w)), (Some(0), (WAN, 0)));
    w.at("2026-05-18");
    w.no(DEPUTY, impose(1), "payment.not_due");
}

#[test]
fn a_case_before_the_court_is_deferred_no_more() {
    let mut w = decision_served(3 * WAN);
    w.at("2026-09-10");
    w.ok(A, Do::DemandEnforcement { party: 1 });
    w.serve_now(DocumentKind::EnforcementDemand, 1);
    w.at("2026-09-24");
    let instalments = vec![Instalment { due_on: day("2026-10-30"), amount_fen: 3 * WAN }];
    let plan = || {
        propose(Proposal::Defer(Deferring {
            party: 1,
            instalments: instalments.clone(),
            ..Deferring::default()
        }))
    };
    let mut before = w.fork();
    before.ok(A, plan());
    before.ok(UNIT_HEAD, reviewed(before.last_proposal()));
    before.ok(HEAD, court());
    before.no(HEAD, approved(before.last_proposal()), "court.asked");
    w.ok(HEAD, court());
    w.no(A, plan(), "court.asked");
    let on = w.today();
    w.ok(A, Do::RecordRuling { party: 1, ruling: CourtRuling::Denied, on, document: t("裁定书") });
    w.ok(A, plan());
}

#[test]
fn who_was_revoked_against_may_still_sue_to_have_it_confirmed_unlawful() {
    let mut w = decision_served(3 * WAN);
    w.at("2026-04-20");
    w.ok(HEAD, revoke());
    lodge(&mut w, RemedyKind::Litigation);
    w.no(A, conclude(RemedyKind::Litigation, RemedyOutcome::Changed, Some(WAN), false), "decision.revoked");
    w.ok(A, conclude(RemedyKind::Litigation, RemedyOutcome::ConfirmedUnlawful, None, false));
    w.pass(Proposal::Close { ground: ClosingGround::DecisionRevoked });
}

#[test]
fn money_paid_on_the_day_of_a_revocation_or_change_is_entered_and_given_back() {
    let mut w = decision_served(3 * WAN);
    w.at("2026-04-20");
    w.ok(HEAD, revoke());
    w.no(CASHIER, payment(1, "0001", 3 * WAN + 1, "2026-04-20"), "payment.amount");
    w.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-04-20"));
    assert_eq!(balance(&w), (0, 3 * WAN));
    w.no(CASHIER, payment(1, "0002", 1, "2026-04-20"), "payment.amount");
    w.no(A, propose(Proposal::Close { ground: ClosingGround::DecisionRevoked }), "refund.owed");
    w.ok(CASHIER, refund(1, "R1", 3 * WAN, "2026-04-20"));
    w.no(CASHIER, payment(1, "0002", 1, "2026-04-20"), "payment.amount");
    w.pass(Proposal::Close { ground: ClosingGround::DecisionRevoked });
    // The same where two changes fall on one day: what was due before either.
    let mut w = decision_served(3 * WAN);
    w.at("2026-04-20");
    for (remedy, fine) in [(RemedyKind::Reconsideration, 2 * WAN), (RemedyKind::Litigation, WAN)] {
        lodge(&mut w, remedy);
        w.ok(A, conclude(remedy, RemedyOutcome::Changed, Some(fine), false));
    }
    let mut after = w.fork();
    w.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-04-20"));
    assert_eq!(balance(&w), (0, 2 * WAN));
    after.at("2026-04-21");
    after.no(CASHIER, payment(1, "0001", WAN + 1, "2026-04-21"), "payment.amount");
}

#[test]
fn what_was_given_back_and_paid_again_contradicts_nothing() {
    let mut w = decision_served(3 * WAN);
    w.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-03-18"));
    lodge(&mut w, RemedyKind::Reconsideration);
    w.ok(A, conclude(RemedyKind::Reconsideration, RemedyOutcome::Changed, Some(WAN), false));
    w.ok(CASHIER, refund(1, "R1", 2 * WAN, "2026-03-18"));
    lodge(&mut w, RemedyKind::Litigation);
    w.ok(A, conclude(RemedyKind::Litigation, RemedyOutcome::Changed, Some(3 * WAN), true));
    w.at("2026-03-19");
    w.ok(CASHIER, payment(1, "0002", 2 * WAN, "2026-03-19"));
    assert_eq!(balance(&w), (0, 0));
    assert_eq!(consistency(w.case()), []);
    // A plan made under the lowered fine holds what it held.
    let mut w = decision_served(3 * WAN);
    lodge(&mut w, RemedyKind::Reconsideration);
    w.ok(A, conclude(RemedyKind::Reconsideration, RemedyOutcome::Changed, Some(WAN), false));
    let instalments = vec![Instalment { due_on: day("2026-05-18"), amount_fen: WAN }];
    w.pass(Proposal::Defer(Deferring { party: 1, instalments, ..Deferring::default() }));
    lodge(&mut w, RemedyKind::Litigation);
    w.ok(A, conclude(RemedyKind::Litigation, RemedyOutcome::Changed, Some(2 * WAN), true));
    assert_eq!(consistency(w.case()), []);
}

#[test]
fn what_a_suit_adds_after_the_case_was_closed_is_paid_still() {
    let mut w = closed();
    w.no(CASHIER, payment(1, "0002", 1, "2026-03-23"), "payment.nothing_owed");
    lodge(&mut w, RemedyKind::Litigation);
    w.at("2026-06-01");
    w.ok(A, conclude(RemedyKind::Litigation, RemedyOutcome::Changed, Some(4 * WAN), true));
    w.at("2026-06-02");
    w.no(CASHIER, payment(1, "0002", WAN + 1, "2026-06-02"), "payment.amount");
    w.ok(CASHIER, payment(1, "0002", WAN, "2026-06-02"));
    assert_eq!(balance(&w), (0, 0));
    w.no(CASHIER, payment(1, "0003", 1, "2026-06-02"), "payment.nothing_owed");
}

#[test]
fn nothing_is_claimed_for_a_day_before_what_it_follows() {
    let mut w = decision_served(3 * WAN);
    w.at("2026-04-20");
    w.claim("2026-03-16", paper());
    let refusal = w.no(HEAD, revoke(), "time.order");
    assert!(refusal.message.contains("作出决定"), "{refusal}");
    for early in [impose(1), Do::DemandEnforcement { party: 1 }] {
        let who = if matches!(early, Do::DemandEnforcement { .. }) { A } else { DEPUTY };
        w.claim("2026-03-16", paper());
        w.no(who, early, "time.order");
    }
    let instalments = vec![Instalment { due_on: day("2026-05-18"), amount_fen: 3 * WAN }];
    let plan = propose(Proposal::Defer(Deferring { party: 1, instalments, ..Deferring::default() }));
    w.claim("2026-03-16", paper());
    w.no(A, plan.clone(), "time.order");
    w.ok(A, plan);
    let no = w.last_proposal();
    w.ok(UNIT_HEAD, reviewed(no));
    w.claim("2026-03-16", paper());
    w.no(HEAD, approved(no), "time.order");
    w.ok(HEAD, approved(no));
    let mut w = closed();
    w.at("2026-03-30");
    w.claim("2026-03-22", paper());
    let refusal = w.no(ARCHIVIST, Do::Archive { volumes: 1, pages: 9, retention_years: 30 }, "time.order");
    assert!(refusal.message.contains("结案"), "{refusal}");
}

#[test]
fn the_page_shows_the_day_of_the_plan_and_not_that_of_the_first_term() {
    let mut w = decision_served(3 * WAN);
    let due = |w: &World| {
        let all = clock::running(w.case(), &w.facts(A));
        let found = all.into_iter().find(|r| r.title == "缴纳罚款").expect("something is owed");
        found.limit.due.latest().to_string()
    };
    assert_eq!(due(&w), "2026-04-02");
    let part = |on: &str, fen| Instalment { due_on: day(on), amount_fen: fen };
    let instalments = vec![part("2026-04-30", WAN), part("2026-06-30", 2 * WAN)];
    w.pass(Proposal::Defer(Deferring { party: 1, instalments, ..Deferring::default() }));
    assert_eq!(due(&w), "2026-04-30");
    w.at("2026-04-20");
    w.ok(CASHIER, payment(1, "0001", WAN, "2026-04-20"));
    assert_eq!(due(&w), "2026-06-30");
}
