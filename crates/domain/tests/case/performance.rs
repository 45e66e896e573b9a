//! Performance of penalties other than money, and money that is given back.

use crate::steps::*;
use crate::world::*;
use mingjing_domain::case::command::*;
use mingjing_domain::case::substance::PartyDisposal;
use mingjing_domain::case::types::*;
use mingjing_domain::case::{CaseCommand as Do, CaseEvent, gate};

const KINDS: [PenaltyKind; 4] =
    [PenaltyKind::Warning, PenaltyKind::Fine, PenaltyKind::SuspendLicence, PenaltyKind::OrderStop];

/// A fine of 30,000 beside a warning, a suspended licence and a stop of business, served
/// on 2026-03-18 after a review and a discussion.
fn stopped() -> World {
    let disposal = PartyDisposal { kinds: KINDS.to_vec(), ..fine(1, 3 * WAN) };
    let mut w = concluded(vec![unit_party()], false);
    w.ok(A, draft(&[1], vec![disposal]));
    w.at("2026-03-09");
    w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
    w.serve_now(DocumentKind::HearingRightNotice, 1);
    w.at("2026-03-17");
    clear(&mut w);
    w.ok(HEAD, Do::Discuss(discussion()));
    w.pass(Proposal::Dispose);
    w.at("2026-03-18");
    w.serve_now(DocumentKind::PenaltyDecision, 1);
    w
}

fn close(ground: ClosingGround) -> Do {
    propose(Proposal::Close { ground })
}

fn revoke() -> Do {
    Do::RevokeDecision { ground: RevocationGround::OwnCorrection, document: t("文号和理由") }
}

#[test]
fn a_case_closes_when_every_penalty_is_performed() {
    let mut w = stopped();
    w.at("2026-03-20");
    w.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-03-20"));
    let refusal = w.no(A, close(ClosingGround::Performed), "performance.open");
    assert!(refusal.message.contains("暂扣许可证件"), "{refusal}");
    for kind in [PenaltyKind::Warning, PenaltyKind::Fine, PenaltyKind::OrderClose] {
        w.no(A, performance(1, kind, "2026-03-20"), "performance.kind");
    }
    w.no(A, performance(1, PenaltyKind::OrderStop, "2026-03-16"), "time.performance");
    w.no(A, performance(1, PenaltyKind::OrderStop, "2026-03-21"), "time.performance");
    w.no(CASHIER, performance(1, PenaltyKind::OrderStop, "2026-03-20"), "role.missing");
    let Do::RecordPerformance(mut silent) = performance(1, PenaltyKind::OrderStop, "2026-03-20") else {
        unreachable!()
    };
    silent.by = t("");
    w.no(A, Do::RecordPerformance(silent.clone()), "input.required");
    (silent.by, silent.manner) = (t("当事人"), t(""));
    w.no(A, Do::RecordPerformance(silent), "input.required");
    w.ok(A, performance(1, PenaltyKind::OrderStop, "2026-03-20"));
    w.no(A, performance(1, PenaltyKind::OrderStop, "2026-03-20"), "performance.kind");
    w.no(A, close(ClosingGround::Performed), "performance.open");
    w.at("2026-04-20");
    w.no(A, performance(1, PenaltyKind::SuspendLicence, "2026-04-18"), "time.late");
    w.ok(A, performance(1, PenaltyKind::SuspendLicence, "2026-04-19"));
    w.no(A, performance(1, PenaltyKind::SuspendLicence, "2026-04-20"), "performance.none");
    // The term for closing runs from the last performance.
    let on = mingjing_domain::case::clock::performed_on(w.case(), &w.facts(A));
    assert_eq!(on, Some(day("2026-04-19")));
    w.pass(Proposal::Close { ground: ClosingGround::Performed });
}

#[test]
fn what_takes_effect_by_service_needs_no_performance() {
    let kinds = vec![PenaltyKind::Warning, PenaltyKind::PublicCriticism];
    let mut w = concluded(vec![unit_party()], false);
    w.ok(A, draft(&[1], vec![PartyDisposal { kinds, ..fine(1, 0) }]));
    w.at("2026-03-09");
    w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
    w.serve_all();
    w.at("2026-03-17");
    w.pass(Proposal::Dispose);
    w.no(A, close(ClosingGround::Performed), "decision.unserved");
    w.serve_all();
    w.no(A, performance(1, PenaltyKind::Warning, "2026-03-17"), "performance.none");
    w.pass(Proposal::Close { ground: ClosingGround::Performed });
}

#[test]
fn a_penalty_that_is_not_performed_goes_to_the_court() {
    let mut w = stopped();
    w.at("2026-03-20");
    w.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-03-20"));
    w.at("2026-09-10");
    w.ok(A, Do::DemandEnforcement { party: 1 });
    w.serve_now(DocumentKind::EnforcementDemand, 1);
    w.at("2026-09-24");
    w.ok(HEAD, Do::ApplyToCourt { party: 1, court: t("示例县人民法院") });
    let ruling =
        |ruling| Do::RecordRuling { party: 1, ruling, on: day("2026-09-24"), document: t("裁定书") };
    w.ok(A, ruling(CourtRuling::Granted));
    w.no(A, close(ClosingGround::CourtClosed), "performance.open");
    w.no(A, ruling(CourtRuling::Performed), "court.not_performed");
    w.ok(A, ruling(CourtRuling::Ended));
    w.no(A, close(ClosingGround::Performed), "closing.ground");
    w.pass(Proposal::Close { ground: ClosingGround::CourtClosed });
}

#[test]
fn nothing_is_enforced_before_the_money_that_is_owed_with_it_is_due() {
    let mut w = stopped();
    let court = || Do::ApplyToCourt { party: 1, court: t("示例县人民法院") };
    // Due by 2 April, 15 days from service.
    w.at("2026-04-02");
    let refusal = w.no(A, Do::DemandEnforcement { party: 1 }, "payment.not_due");
    assert_eq!(refusal.after, Some(day("2026-04-03")));
    w.no(HEAD, court(), "payment.not_due");
    let mut paid = w.fork();
    paid.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-04-02"));
    paid.ok(A, Do::DemandEnforcement { party: 1 });
    let mut overdue = w.fork();
    overdue.at("2026-04-03");
    overdue.ok(A, Do::DemandEnforcement { party: 1 });
    // A deferral puts both off.
    let instalments = vec![Instalment { due_on: day("2026-10-30"), amount_fen: 3 * WAN }];
    w.pass(Proposal::Defer(Deferring { party: 1, instalments, ..Deferring::default() }));
    w.at("2026-09-24");
    w.no(A, Do::DemandEnforcement { party: 1 }, "payment.not_due");
    w.at("2026-10-31");
    w.ok(A, Do::DemandEnforcement { party: 1 });
    w.serve_now(DocumentKind::EnforcementDemand, 1);
    w.at("2026-11-20");
    w.ok(HEAD, court());
}

#[test]
fn a_changed_disposal_takes_away_what_it_names_and_nothing_else() {
    let mut w = stopped();
    let remedy = RemedyKind::Litigation;
    w.ok(A, Do::RecordRemedy { party: 1, remedy, on: w.today(), body: t("示例县人民法院") });
    let end = |outcome, fine_fen, lifted: &[PenaltyKind]| Do::ConcludeRemedy {
        party: 1,
        remedy,
        outcome,
        document: t("判决书"),
        fine_fen,
        confiscated_fen: None,
        lifted: lifted.to_vec(),
        opposed: false,
    };
    let all = [PenaltyKind::SuspendLicence, PenaltyKind::OrderStop];
    w.no(A, end(RemedyOutcome::Upheld, None, &all), "remedy.lifted");
    for kind in [PenaltyKind::OrderClose, PenaltyKind::Fine, PenaltyKind::Warning] {
        w.no(A, end(RemedyOutcome::Changed, Some(WAN), &[kind]), "remedy.lifted");
    }
    w.ok(A, end(RemedyOutcome::Changed, Some(WAN), &all[..1]));
    w.at("2026-03-19");
    w.no(A, performance(1, PenaltyKind::SuspendLicence, "2026-03-19"), "time.performance");
    w.ok(A, performance(1, PenaltyKind::OrderStop, "2026-03-19"));
    w.ok(CASHIER, payment(1, "0001", WAN, "2026-03-19"));
    w.pass(Proposal::Close { ground: ClosingGround::Performed });
}

#[test]
fn what_was_paid_under_a_revoked_decision_is_given_back_before_the_case_ends() {
    let mut w = decision_served(3 * WAN);
    w.ok(CASHIER, payment(1, "0001", 2 * WAN, "2026-03-18"));
    w.no(CASHIER, refund(1, "R1", WAN, "2026-03-18"), "refund.none");
    w.at("2026-04-20");
    w.ok(HEAD, revoke());
    let refusal = w.no(A, close(ClosingGround::DecisionRevoked), "refund.owed");
    assert_eq!(refusal.article.to_string(), "《国家赔偿法》第三十六条第一项");
    assert!(refusal.message.contains("20,000.00") || refusal.message.contains("20000"), "{refusal}");
    w.at("2026-04-22");
    for nobody in [A, HEAD, REVIEWER] {
        w.no(nobody, refund(1, "R1", WAN, "2026-04-22"), "role.missing");
    }
    w.no(CASHIER, refund(1, "", WAN, "2026-04-22"), "payment.receipt");
    w.no(CASHIER, refund(1, "0001", WAN, "2026-04-22"), "payment.receipt_used");
    w.no(CASHIER, refund(1, "R1", 2 * WAN + 1, "2026-04-22"), "refund.amount");
    w.no(CASHIER, refund(1, "R1", 0, "2026-04-22"), "refund.amount");
    w.no(CASHIER, refund(1, "R1", WAN, "2026-04-19"), "time.refund");
    w.no(CASHIER, refund(1, "R1", WAN, "2026-04-23"), "time.refund");
    w.no(CASHIER, refund(1, "R1", WAN, "2026-04-20"), "time.late");
    let Do::RecordRefund(mut negative) = refund(1, "R1", WAN, "2026-04-22") else { unreachable!() };
    negative.interest_fen = -1;
    w.no(CASHIER, Do::RecordRefund(negative), "refund.interest");
    w.ok(CASHIER, refund(1, "R1", WAN, "2026-04-22"));
    w.no(A, close(ClosingGround::DecisionRevoked), "refund.owed");
    w.no(CASHIER, refund(1, "r1", WAN, "2026-04-22"), "payment.receipt_used");
    w.ok(CASHIER, refund(1, "R2", WAN, "2026-04-22"));
    w.no(CASHIER, refund(1, "R3", 1, "2026-04-22"), "refund.none");
    w.pass(Proposal::Close { ground: ClosingGround::DecisionRevoked });
}

#[test]
fn a_case_closed_before_the_revocation_gives_back_before_it_is_archived() {
    let mut w = closed();
    let mut archived = w.fork();
    w.ok(HEAD, revoke());
    let archive = || Do::Archive { volumes: 1, pages: 10, retention_years: 30 };
    w.no(ARCHIVIST, archive(), "refund.owed");
    let today = w.today().to_string();
    w.ok(CASHIER, refund(1, "R1", 3 * WAN, &today));
    w.ok(ARCHIVIST, archive());
    // And one that was archived before still can.
    archived.ok(ARCHIVIST, archive());
    archived.ok(HEAD, revoke());
    assert_eq!(gate::refundable(archived.case()), Some((1, 3 * WAN)));
    archived.ok(CASHIER, refund(1, "R1", 3 * WAN, &today));
    assert_eq!(gate::refundable(archived.case()), None);
}

#[test]
fn a_lowered_fine_gives_back_the_difference_and_owes_nothing() {
    let mut w = decision_served(3 * WAN);
    w.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-03-18"));
    let remedy = RemedyKind::Reconsideration;
    w.ok(A, Do::RecordRemedy { party: 1, remedy, on: w.today(), body: t("示例县人民政府") });
    w.at("2026-05-18");
    let changed = Do::ConcludeRemedy {
        party: 1,
        remedy,
        outcome: RemedyOutcome::Changed,
        document: t("示政复决〔2026〕1号"),
        fine_fen: Some(WAN),
        confiscated_fen: None,
        lifted: Vec::new(),
        opposed: false,
    };
    w.ok(REVIEWER, changed);
    w.no(A, close(ClosingGround::Performed), "refund.owed");
    w.no(CASHIER, payment(1, "0002", 1, "2026-05-18"), "payment.nothing_owed");
    w.no(CASHIER, refund(1, "R1", 2 * WAN, "2026-05-17"), "time.refund");
    w.no(CASHIER, refund(1, "R1", 2 * WAN + 1, "2026-05-18"), "refund.amount");
    w.ok(CASHIER, refund(1, "R1", 2 * WAN, "2026-05-18"));
    w.no(CASHIER, payment(1, "0002", 1, "2026-05-18"), "payment.nothing_owed");
    w.pass(Proposal::Close { ground: ClosingGround::Performed });
}

#[test]
fn who_paid_in_time_owes_no_addition_because_the_entry_came_late() {
    let mut w = decision_served(3 * WAN);
    w.at("2026-04-10");
    w.ok(DEPUTY, Do::ImposeAdditionalFine { party: 1, amount_fen: 6_000 * YUAN });
    w.at("2026-04-20");
    w.no(CASHIER, payment(1, "0001", 3 * WAN, "2026-04-01"), "time.late");
    let (mut partly, mut contested) = (w.fork(), w.fork());
    w.claim("2026-04-01", paper());
    let events = w.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-04-01"));
    assert!(events.contains(&CaseEvent::AdditionalFineReduced { party: 1, amount_fen: 0 }), "{events:?}");
    w.pass(Proposal::Close { ground: ClosingGround::Performed });
    // A part paid in time leaves the addition to the rest: 18 days of 3 % of 1,000.
    partly.claim("2026-04-01", paper());
    partly.ok(CASHIER, payment(1, "0001", 29_000 * YUAN, "2026-04-01"));
    let decision = partly.case().decision.clone().expect("decided");
    let owed = gate::owed_fen(&decision, 1, partly.case().party(1).expect("a party"));
    assert_eq!(owed, 1_000 * YUAN + 18 * 30 * YUAN);
    // Nor does it run while a remedy does: two days from 2 April, not eight.
    contested.claim("2026-04-05", paper());
    let (remedy, on) = (RemedyKind::Litigation, day("2026-04-05"));
    let events = contested.ok(A, Do::RecordRemedy { party: 1, remedy, on, body: t("示例县人民法院") });
    let left = CaseEvent::AdditionalFineReduced { party: 1, amount_fen: 2 * 900 * YUAN };
    assert!(events.contains(&left), "{events:?}");
}

fn undo(kind: PenaltyKind, restored: Restored, on: &str, fen: i64) -> Do {
    let Do::RecordRestitution(it) = restitution(1, kind, restored, on) else { unreachable!() };
    Do::RecordRestitution(Restitution { compensation_fen: fen, ..it })
}

#[test]
fn what_was_performed_under_a_revoked_decision_is_undone_before_the_case_ends() {
    let mut w = stopped();
    let (stop, licence) = (PenaltyKind::OrderStop, PenaltyKind::SuspendLicence);
    w.ok(A, performance(1, stop, "2026-03-18"));
    w.no(A, restitution(1, stop, Restored::Lifted, "2026-03-18"), "restitution.none");
    w.at("2026-04-20");
    w.ok(HEAD, revoke());
    let mut archived = w.fork();
    let refusal = w.no(A, close(ClosingGround::DecisionRevoked), "restitution.owed");
    assert!(refusal.message.contains("责令停产停业"), "{refusal}");
    assert_eq!(refusal.article.law, "国家赔偿法");
    let stops = mingjing_domain::case::view::rail(w.case(), &w.facts(A));
    assert!(stops.iter().any(|it| it.title == "执行" && it.note == "待恢复原状"));
    // Performed before the revocation and entered after it: it is to be undone too.
    w.at("2026-04-22");
    w.claim("2026-04-21", paper());
    w.no(A, performance(1, licence, "2026-04-21"), "time.performance");
    w.no(A, performance(1, licence, "2026-04-20"), "time.late");
    w.claim("2026-04-20", paper());
    w.ok(A, performance(1, licence, "2026-04-20"));
    w.no(A, performance(1, licence, "2026-04-22"), "decision.revoked");
    // By a way that fits the kind, after the revocation, once.
    for wrong in [Restored::Returned, Restored::Proceeds, Restored::Reinstated] {
        w.no(A, undo(stop, wrong, "2026-04-22", 1), "restitution.manner");
    }
    w.no(A, undo(stop, Restored::Lifted, "2026-04-22", -1), "restitution.compensation");
    w.no(A, undo(PenaltyKind::OrderClose, Restored::Lifted, "2026-04-22", 0), "restitution.kind");
    w.no(A, undo(stop, Restored::Lifted, "2026-04-23", 0), "time.restitution");
    w.no(A, undo(stop, Restored::Lifted, "2026-04-19", 0), "time.restitution");
    w.no(A, undo(stop, Restored::Lifted, "2026-04-20", 0), "time.late");
    w.no(CASHIER, undo(stop, Restored::Lifted, "2026-04-22", 0), "role.missing");
    w.ok(A, undo(stop, Restored::Lifted, "2026-04-22", 5_000 * YUAN));
    w.no(A, undo(stop, Restored::Lifted, "2026-04-22", 0), "restitution.kind");
    w.no(A, close(ClosingGround::DecisionRevoked), "restitution.owed");
    w.at("2026-04-24");
    w.ok(A, undo(licence, Restored::Reinstated, "2026-04-24", 0));
    w.no(A, undo(licence, Restored::Reinstated, "2026-04-24", 0), "restitution.none");
    // The term for closing runs from the last of it.
    let on = mingjing_domain::case::clock::performed_on(w.case(), &w.facts(A));
    assert_eq!(on, Some(day("2026-04-24")));
    assert_eq!(w.refold(true).as_ref(), Some(w.case()));
    w.pass(Proposal::Close { ground: ClosingGround::DecisionRevoked });
    // A case closed before is not archived with it open.
    archived.ok(A, undo(stop, Restored::Lapsed, "2026-04-20", 0));
    archived.pass(Proposal::Close { ground: ClosingGround::DecisionRevoked });
    archived.serve_all();
    archived.claim("2026-04-20", paper());
    archived.ok(A, performance(1, licence, "2026-04-20"));
    let archive = || Do::Archive { volumes: 1, pages: 9, retention_years: 30 };
    archived.no(ARCHIVIST, archive(), "restitution.owed");
    archived.ok(A, undo(licence, Restored::Reinstated, "2026-04-20", 0));
    archived.ok(ARCHIVIST, archive());
}

#[test]
fn a_performed_penalty_that_a_remedy_takes_away_is_undone_and_goods_have_their_price() {
    let goods = PenaltyKind::ConfiscateGoods;
    let kinds = vec![goods, PenaltyKind::SuspendLicence];
    let disposal = PartyDisposal { kinds, goods_fen: 100 * YUAN, ..fine(1, 0) };
    let mut w = concluded(vec![unit_party()], false);
    w.ok(A, draft(&[1], vec![disposal]));
    w.at("2026-03-09");
    w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
    w.serve_all();
    w.at("2026-03-17");
    w.pass(Proposal::Dispose);
    w.serve_all();
    w.ok(A, performance(1, goods, "2026-03-17"));
    w.ok(A, performance(1, PenaltyKind::SuspendLicence, "2026-03-17"));
    let remedy = RemedyKind::Reconsideration;
    w.ok(A, Do::RecordRemedy { party: 1, remedy, on: w.today(), body: t("示例县人民政府") });
    let end = Do::ConcludeRemedy {
        party: 1,
        remedy,
        outcome: RemedyOutcome::Changed,
        document: t("示政复决〔2026〕1号"),
        fine_fen: Some(0),
        confiscated_fen: None,
        lifted: vec![goods],
        opposed: false,
    };
    w.ok(A, end);
    w.no(A, close(ClosingGround::Performed), "restitution.owed");
    w.no(A, undo(PenaltyKind::SuspendLicence, Restored::Reinstated, "2026-03-17", 0), "restitution.kind");
    for by_money in [Restored::Compensated, Restored::Proceeds] {
        w.no(A, undo(goods, by_money, "2026-03-17", 0), "restitution.compensation");
    }
    w.ok(A, undo(goods, Restored::Proceeds, "2026-03-17", 100 * YUAN));
    w.pass(Proposal::Close { ground: ClosingGround::Performed });
}
