//! What comes to light after a decision: a defence that was handed in before it, goods that a
//! revoked decision no longer holds, money that comes in after the revocation.

use crate::steps::*;
use crate::world::*;
use mingjing_domain::case::command::*;
use mingjing_domain::case::consistency::consistency;
use mingjing_domain::case::substance::PartyDisposal;
use mingjing_domain::case::types::*;
use mingjing_domain::case::{CaseCommand as Do, CaseEvent, clock, gate};

fn revoke() -> Do {
    Do::RevokeDecision { ground: RevocationGround::OwnCorrection, document: t("文号和理由") }
}

fn close(ground: ClosingGround) -> Do {
    propose(Proposal::Close { ground })
}

fn answer(adoption: Adoption) -> Do {
    Do::AnswerDefence { party: 1, adoption, reasons: t("经核对收件登记") }
}

/// Handed in on 12 March in the window that closed with the 16th, found after the decision of
/// the 17th and its service.
fn found_late() -> World {
    let mut w = decision_served(3 * WAN);
    w.at("2026-03-20");
    w.no(A, defence(1, "2026-03-20"), "defence.after_decision");
    w.no(A, defence(1, "2026-03-12"), "time.late");
    w.claim("2026-03-12", paper());
    let events = w.ok(A, defence(1, "2026-03-12"));
    assert!(events.iter().any(|e| matches!(e, CaseEvent::DefenceStated { .. })));
    assert_eq!(consistency(w.case()), []);
    w
}

#[test]
fn a_defence_found_after_the_decision_must_be_answered_before_the_case_ends() {
    let mut w = found_late();
    w.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-03-20"));
    w.no(A, close(ClosingGround::Performed), "defence.unanswered");
    assert_eq!(clock::performed_on(w.case(), &w.facts(A)), None, "the term for closing does not run");
    // What is not well founded is answered with reasons, and that is all.
    w.ok(A, answer(Adoption::NotAdopted));
    w.no(A, answer(Adoption::NotAdopted), "defence.none");
    w.pass(Proposal::Close { ground: ClosingGround::Performed });
}

#[test]
fn nothing_is_enforced_while_it_was_not_heard() {
    let mut w = found_late();
    w.at("2026-11-02");
    w.no(A, Do::DemandEnforcement { party: 1 }, "defence.unanswered");
    w.ok(A, answer(Adoption::PartlyAdopted));
    w.no(A, Do::DemandEnforcement { party: 1 }, "defence.uncorrected");
    w.pass(Proposal::Amend(amending(1, 2 * WAN)));
    w.serve_all();
    w.ok(A, Do::DemandEnforcement { party: 1 });
}

#[test]
fn a_well_founded_one_forces_the_organ_to_correct_its_decision() {
    for adoption in [Adoption::Adopted, Adoption::PartlyAdopted] {
        let mut w = found_late();
        w.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-03-20"));
        w.ok(A, answer(adoption));
        let refusal = w.no(A, close(ClosingGround::Performed), "defence.uncorrected");
        assert_eq!(refusal.article.article, "第六十二条");
        let mut amended = w.fork();
        amended.pass(Proposal::Amend(amending(1, 2 * WAN)));
        amended.serve_all();
        amended.ok(CASHIER, refund(1, "R1", WAN, "2026-03-20"));
        amended.pass(Proposal::Close { ground: ClosingGround::Performed });
        w.ok(HEAD, revoke());
        w.no(A, close(ClosingGround::DecisionRevoked), "refund.owed");
        w.ok(CASHIER, refund(1, "R1", 3 * WAN, "2026-03-20"));
        w.pass(Proposal::Close { ground: ClosingGround::DecisionRevoked });
    }
}

#[test]
fn a_correction_before_it_was_found_is_none_for_it() {
    let mut w = decision_served(3 * WAN);
    w.at("2026-03-20");
    w.pass(Proposal::Amend(amending(1, 2 * WAN)));
    w.serve_all();
    w.claim("2026-03-12", paper());
    w.ok(A, defence(1, "2026-03-12"));
    w.ok(A, answer(Adoption::Adopted));
    w.ok(CASHIER, payment(1, "0001", 2 * WAN, "2026-03-20"));
    w.no(A, close(ClosingGround::Performed), "defence.uncorrected");
    w.pass(Proposal::Amend(amending(1, WAN)));
    w.serve_all();
    w.ok(CASHIER, refund(1, "R1", WAN, "2026-03-20"));
    w.pass(Proposal::Close { ground: ClosingGround::Performed });
}

#[test]
fn a_closed_and_an_archived_case_take_it_too() {
    let mut w = closed();
    let archive = || Do::Archive { volumes: 1, pages: 9, retention_years: 30 };
    let mut archived = w.fork();
    w.claim("2026-03-12", paper());
    w.ok(A, defence(1, "2026-03-12"));
    w.serve_all();
    w.no(ARCHIVIST, archive(), "defence.unanswered");
    w.ok(A, answer(Adoption::NotAdopted));
    w.serve_all();
    w.ok(ARCHIVIST, archive());
    archived.ok(ARCHIVIST, archive());
    archived.claim("2026-03-12", paper());
    archived.ok(A, defence(1, "2026-03-12"));
    assert!(archived.case().unheard(1, &archived.case().parties[0]).is_some());
    archived.ok(A, answer(Adoption::Adopted));
    archived.ok(HEAD, revoke());
    assert_eq!(archived.case().unheard(1, &archived.case().parties[0]), None);
}

/// Registered and then kept in this way; decided on 17 March, revoked on the 20th.
fn goods_kept(disposal: PreservationDisposal) -> World {
    let mut w = investigated(vec![unit_party()]);
    let items = vec![PreservedItem { name: t("培训档案"), description: t(""), quantity: "2册".into() }];
    w.pass(Proposal::Preserve(Preserving { party: 1, items, manner: t("就地保存") }));
    w.at("2026-03-06");
    w.pass(dispose(disposal));
    w.ok(A, conclude(false));
    w.ok(A, draft(&[1], vec![fine(1, 3 * WAN)]));
    w.at("2026-03-09");
    w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
    w.serve_all();
    w.at("2026-03-17");
    w.pass(Proposal::Dispose);
    w.serve_all();
    w.at("2026-03-20");
    w
}

fn dispose(disposal: PreservationDisposal) -> Proposal {
    Proposal::DisposePreservation(PreservationDisposing { preservation: 1, disposal })
}

#[test]
fn goods_go_back_when_the_decision_that_held_them_is_revoked() {
    use PreservationDisposal as P;
    for kept in [P::Examine, P::SealOrSeize, P::Confiscate, P::KeepAsEvidence] {
        let mut w = goods_kept(kept);
        w.no(A, propose(dispose(P::Return)), "preservation.none");
        w.ok(HEAD, revoke());
        let refusal = w.no(A, close(ClosingGround::DecisionRevoked), "preservation.to_return");
        assert_eq!(
            (refusal.article.law, refusal.article.article),
            ("行政强制法".into(), "第二十八条".into())
        );
        w.no(A, propose(dispose(P::SealOrSeize)), "preservation.to_return");
        w.pass(dispose(P::Return));
        w.no(A, propose(dispose(P::Return)), "preservation.none");
        w.serve_all();
        w.pass(Proposal::Close { ground: ClosingGround::DecisionRevoked });
        assert_eq!(consistency(w.case()), [], "{kept:?}");
    }
    for gone in [P::Return, P::HandOver] {
        let mut w = goods_kept(gone);
        w.ok(HEAD, revoke());
        w.pass(Proposal::Close { ground: ClosingGround::DecisionRevoked });
    }
}

#[test]
fn goods_of_an_archived_case_go_back_as_well() {
    let mut w = goods_kept(PreservationDisposal::KeepAsEvidence);
    w.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-03-20"));
    w.pass(Proposal::Close { ground: ClosingGround::Performed });
    w.serve_all();
    w.ok(ARCHIVIST, Do::Archive { volumes: 1, pages: 9, retention_years: 30 });
    w.ok(HEAD, revoke());
    assert!(gate::kept(w.case(), &w.case().preservations[0]));
    w.pass(dispose(PreservationDisposal::Return));
    assert!(!gate::kept(w.case(), &w.case().preservations[0]));
    assert_eq!(w.case().stage, Stage::Archived);
}

#[test]
fn goods_given_back_with_the_penalty_are_not_given_back_twice() {
    let goods = PartyDisposal {
        kinds: vec![PenaltyKind::ConfiscateGoods],
        fine_fen: 0,
        goods_fen: 100 * YUAN,
        ..fine(1, 0)
    };
    let mut w = investigated(vec![unit_party()]);
    let items = vec![PreservedItem { name: t("工具"), description: t(""), quantity: "1套".into() }];
    w.pass(Proposal::Preserve(Preserving { party: 1, items, manner: t("就地保存") }));
    w.at("2026-03-06");
    w.pass(dispose(PreservationDisposal::Confiscate));
    w.ok(A, conclude(false));
    w.ok(A, draft(&[1], vec![goods]));
    w.at("2026-03-09");
    w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
    w.serve_all();
    w.at("2026-03-17");
    w.pass(Proposal::Dispose);
    w.serve_all();
    w.ok(A, performance(1, PenaltyKind::ConfiscateGoods, "2026-03-17"));
    w.ok(HEAD, revoke());
    w.no(A, close(ClosingGround::DecisionRevoked), "preservation.to_return");
    w.ok(A, restitution(1, PenaltyKind::ConfiscateGoods, Restored::Returned, "2026-03-17"));
    w.pass(Proposal::Close { ground: ClosingGround::DecisionRevoked });
}

#[test]
fn money_that_comes_in_after_a_revocation_is_entered_and_given_back() {
    let mut w = decision_served(3 * WAN);
    w.at("2026-03-20");
    w.ok(CASHIER, payment(1, "0001", WAN, "2026-03-20"));
    w.at("2026-04-20");
    w.ok(HEAD, revoke());
    w.at("2026-04-22");
    // No more than the decision ever took, once.
    w.no(CASHIER, payment(1, "0002", 2 * WAN + 1, "2026-04-22"), "payment.amount");
    w.ok(CASHIER, payment(1, "0002", 2 * WAN, "2026-04-22"));
    w.no(CASHIER, payment(1, "0003", 1, "2026-04-22"), "decision.revoked");
    assert_eq!(gate::refundable(w.case()), Some((1, 3 * WAN)));
    w.no(A, close(ClosingGround::DecisionRevoked), "refund.owed");
    w.ok(CASHIER, refund(1, "R1", 3 * WAN, "2026-04-22"));
    w.no(CASHIER, payment(1, "0003", 1, "2026-04-22"), "decision.revoked");
    w.pass(Proposal::Close { ground: ClosingGround::DecisionRevoked });
    assert_eq!(consistency(w.case()), []);
    // A decision that was never served is paid by nobody.
    let mut w = decided(3 * WAN);
    w.ok(HEAD, revoke());
    w.at("2026-03-20");
    w.no(CASHIER, payment(1, "0001", WAN, "2026-03-20"), "decision.unserved");
}

#[test]
fn money_that_comes_in_after_the_archive_is_entered_too() {
    let mut w = decision_served(3 * WAN);
    w.at("2026-04-20");
    w.ok(HEAD, revoke());
    w.pass(Proposal::Close { ground: ClosingGround::DecisionRevoked });
    w.serve_all();
    w.ok(ARCHIVIST, Do::Archive { volumes: 1, pages: 9, retention_years: 30 });
    w.at("2026-05-08");
    w.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-05-08"));
    assert_eq!(gate::refundable(w.case()), Some((1, 3 * WAN)));
    w.ok(CASHIER, refund(1, "R1", 3 * WAN, "2026-05-08"));
    assert_eq!(w.refold(true).as_ref(), Some(w.case()));
}
