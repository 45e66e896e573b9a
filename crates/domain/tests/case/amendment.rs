//! The organ corrects its own decision by imposing less: through the same gates, never more.

use crate::steps::*;
use crate::world::*;
use mingjing_domain::case::command::*;
use mingjing_domain::case::consistency::consistency;
use mingjing_domain::case::substance::PartyDisposal;
use mingjing_domain::case::types::*;
use mingjing_domain::case::view::{actions, rail};
use mingjing_domain::case::{CaseCommand as Do, CaseEvent, gate};

fn amend(fen: i64) -> Do {
    propose(Proposal::Amend(amending(1, fen)))
}

fn balance(w: &World) -> (i64, i64) {
    let (decision, state) = (w.case().decision.as_ref().expect("decided"), &w.case().parties[0]);
    (gate::owed_fen(decision, 1, state), gate::refundable_fen(decision, 1, state))
}

fn close(ground: ClosingGround) -> Do {
    propose(Proposal::Close { ground })
}

#[test]
fn a_lighter_decision_is_approved_served_and_followed_by_the_money() {
    let mut w = decision_served(3 * WAN);
    w.at("2026-04-07");
    w.ok(DEPUTY, Do::ImposeAdditionalFine { party: 1, amount_fen: 5 * 900 * YUAN });
    w.claim("2026-04-06", paper());
    w.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-04-06"));
    w.at("2026-04-20");
    let mut refused = w.fork();
    let events = w.pass(Proposal::Amend(amending(1, 2 * WAN)));
    assert!(
        matches!(events.as_slice(), [
        CaseEvent::ProposalDecided { .. },
        CaseEvent::DocumentIssued { kind: DocumentKind::AmendmentDecision, party: Some(1), .. },
        CaseEvent::DisposalAmended { fine_fen, .. },
        CaseEvent::AdditionalFineReduced { amount_fen, .. },
    ] if *fine_fen == 2 * WAN && *amount_fen == 3 * 600 * YUAN),
        "{events:?}"
    );
    assert_eq!(balance(&w), (0, 8_200 * YUAN));
    w.no(CASHIER, refund(1, "R1", 8_200 * YUAN, "2026-04-19"), "time.refund");
    w.ok(CASHIER, refund(1, "R1", 8_200 * YUAN, "2026-04-20"));
    w.no(A, close(ClosingGround::Performed), "amendment.unserved");
    w.serve_now(DocumentKind::AmendmentDecision, 1);
    assert_eq!(consistency(w.case()), []);
    assert_eq!(w.refold(true).as_ref(), Some(w.case()));
    // Once more, but not for the same; and a pending one holds up the closing.
    w.no(A, amend(2 * WAN), "amendment.nothing");
    w.ok(A, amend(WAN));
    w.no(A, amend(WAN), "proposal.pending");
    w.no(A, close(ClosingGround::Performed), "proposal.pending");
    // What was refused leaves nothing to review.
    refused.ok(A, amend(WAN));
    assert!(refused.case().amendment.is_some());
    let no = refused.last_proposal();
    refused.ok(UNIT_HEAD, Do::ReviewProposal { proposal_no: no, agree: false, opinion: t("原决定正确") });
    assert!(refused.case().amendment.is_none());
    refused.no(A, Do::SubmitReview { opinion: t("请审核") }, "amendment.none");
}

#[test]
fn nothing_heavier_and_nothing_that_is_left_without_a_penalty() {
    let mut w = decision_served(3 * WAN);
    w.no(A, amend(3 * WAN + 1), "amendment.heavier");
    w.no(A, amend(-1), "amendment.heavier");
    w.no(A, amend(3 * WAN), "amendment.nothing");
    w.no(A, amend(0), "amendment.all");
    let with = |change: fn(&mut Amending)| {
        let mut it = amending(1, WAN);
        change(&mut it);
        propose(Proposal::Amend(it))
    };
    w.no(A, with(|it| it.confiscated_fen = 1), "amendment.heavier");
    w.no(A, with(|it| it.lifted = vec![PenaltyKind::OrderStop]), "amendment.lifted");
    w.no(A, with(|it| it.reasoning = t("")), "input.required");
    w.no(A, with(|it| it.party = 2), "party.unknown");
    w.no(REVIEWER, amend(WAN), "role.missing");
    // By the head alone.
    w.ok(A, amend(WAN));
    let no = w.last_proposal();
    w.ok(UNIT_HEAD, reviewed(no));
    w.no(DEPUTY, approved(no), "role.approver");
    // Not what was settled by a remedy, also when that ends in between.
    let remedy = RemedyKind::Litigation;
    w.ok(A, Do::RecordRemedy { party: 1, remedy, on: w.today(), body: t("示例县人民法院") });
    let end = Do::ConcludeRemedy {
        party: 1,
        remedy,
        outcome: RemedyOutcome::Upheld,
        document: t("判决书"),
        fine_fen: None,
        confiscated_fen: None,
        lifted: Vec::new(),
        opposed: false,
    };
    w.ok(A, end);
    w.no(HEAD, approved(no), "amendment.by_remedy");
    // Nor under a decision that is not served, or was revoked.
    decided(3 * WAN).no(A, amend(WAN), "decision.unserved");
    let mut w = decision_served(3 * WAN);
    w.ok(HEAD, Do::RevokeDecision { ground: RevocationGround::OwnCorrection, document: t("文号和理由") });
    w.no(A, amend(WAN), "decision.revoked");
}

#[test]
fn what_was_to_be_reviewed_and_discussed_is_so_again_for_exactly_the_new_substance() {
    let mut w = decision_served(10 * WAN);
    w.at("2026-04-20");
    w.no(A, Do::SubmitReview { opinion: t("请审核") }, "amendment.none");
    w.no(HEAD, Do::Discuss(discussion()), "amendment.none");
    let shown =
        |w: &World| actions(w.case(), &w.facts(A)).into_iter().any(|it| it.step.verb.label() == "送法制审核");
    assert!(!shown(&w));
    w.ok(A, amend(8 * WAN));
    assert!(shown(&w));
    let no = w.last_proposal();
    w.ok(UNIT_HEAD, reviewed(no));
    w.no(HEAD, approved(no), "review.required");
    clear(&mut w);
    w.no(HEAD, approved(no), "discussion.required");
    w.ok(HEAD, Do::Discuss(discussion()));
    // A clearance of one substance serves no other.
    let mut other = w.fork();
    let refuse =
        Do::ApproveProposal { proposal_no: no, approve: false, opinion: t("再议"), opinions: vec![] };
    other.ok(HEAD, refuse);
    other.ok(A, amend(7 * WAN));
    let again = other.last_proposal();
    other.ok(UNIT_HEAD, reviewed(again));
    other.no(HEAD, approved(again), "review.required");
    w.ok(HEAD, approved(no));
    assert_eq!(balance(&w), (8 * WAN, 0));
    // The file still shows that the first decision was reviewed and discussed.
    let stops = rail(w.case(), &w.facts(A));
    for title in ["法制审核", "集体讨论"] {
        let stop = stops.iter().find(|it| it.title == title).expect("a stop");
        assert_eq!(stop.progress, mingjing_domain::case::view::Progress::Done, "{title}");
    }
    assert_eq!(w.refold(true).as_ref(), Some(w.case()));
}

#[test]
fn an_amendment_opens_the_remedies_anew_and_undoes_what_was_performed() {
    let disposal =
        PartyDisposal { kinds: vec![PenaltyKind::Fine, PenaltyKind::RestrictBusiness], ..fine(1, 3 * WAN) };
    let mut w = concluded(vec![unit_party()], false);
    w.ok(A, draft(&[1], vec![disposal]));
    w.at("2026-03-09");
    w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
    w.serve_all();
    w.at("2026-03-17");
    w.pass(Proposal::Dispose);
    w.serve_all();
    w.ok(A, performance(1, PenaltyKind::RestrictBusiness, "2026-03-17"));
    w.at("2026-08-03");
    w.pass(Proposal::Amend(Amending { lifted: vec![PenaltyKind::RestrictBusiness], ..amending(1, 3 * WAN) }));
    assert_eq!(gate::undoable(w.case()), Some((1, PenaltyKind::RestrictBusiness)));
    w.no(A, Do::DemandEnforcement { party: 1 }, "amendment.unserved");
    w.serve_now(DocumentKind::AmendmentDecision, 1);
    w.ok(A, Do::DemandEnforcement { party: 1 });
    w.serve_now(DocumentKind::EnforcementDemand, 1);
    w.at("2026-09-24");
    let court = || Do::ApplyToCourt { party: 1, court: t("示例县人民法院") };
    // Six months from 3 August, not from 17 March.
    let refusal = w.no(HEAD, court(), "remedy.window_open");
    assert!(refusal.after.is_some_and(|day_| day_ > day("2027-02-03")), "{refusal:?}");
    // Also after the case was closed, before it is archived.
    w.ok(A, restitution(1, PenaltyKind::RestrictBusiness, Restored::Lifted, "2026-09-24"));
    w.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-09-24"));
    w.pass(Proposal::Close { ground: ClosingGround::Performed });
    w.pass(Proposal::Amend(amending(1, WAN)));
    assert_eq!(balance(&w), (0, 2 * WAN));
    let archive = || Do::Archive { volumes: 1, pages: 9, retention_years: 30 };
    w.no(ARCHIVIST, archive(), "refund.owed");
    w.ok(CASHIER, refund(1, "R1", 2 * WAN, "2026-09-24"));
    w.make_all();
    w.no(ARCHIVIST, archive(), "document.unserved");
    w.serve_all();
    w.ok(ARCHIVIST, archive());
    w.no(A, amend(1), "stage.wrong");
}

#[test]
fn a_review_of_what_was_withdrawn_holds_up_no_other() {
    // Before the decision: drafted anew while under review.
    let mut w = noticed(10 * WAN);
    w.at("2026-03-17");
    w.ok(A, Do::SubmitReview { opinion: t("请审核") });
    w.no(A, Do::SubmitReview { opinion: t("请审核") }, "review.running");
    w.ok(A, draft(&[1], vec![fine(1, 9 * WAN)]));
    w.no(REVIEWER, opinion(Opinion::Agree), "review.draft_changed");
    w.fork().ok(A, Do::SubmitReview { opinion: t("请审核") });
    w.ok(REVIEWER, Do::ReturnSubmission { missing: t("处理意见已经改变") });
    clear(&mut w);
    // After it: the amendment under review was refused, and another is proposed.
    let mut w = decision_served(10 * WAN);
    w.ok(A, amend(8 * WAN));
    w.ok(A, Do::SubmitReview { opinion: t("请审核") });
    w.ok(REVIEWER, opinion(Opinion::Agree));
    let no = w.last_proposal();
    w.ok(UNIT_HEAD, Do::ReviewProposal { proposal_no: no, agree: false, opinion: t("再议") });
    w.no(REVIEW_HEAD, sign(), "amendment.none");
    w.ok(A, amend(7 * WAN));
    w.no(REVIEW_HEAD, sign(), "review.draft_changed");
    clear(&mut w);
    w.ok(HEAD, Do::Discuss(discussion()));
    let no = w.last_proposal();
    w.ok(UNIT_HEAD, reviewed(no));
    w.ok(HEAD, approved(no));
}
