//! Whoever is penalised is told to put the act right (第二十八条第一款), and a case is filed on
//! what the check found (第五十四条第二款).

use crate::steps::*;
use crate::world::*;
use mingjing_domain::case::CaseCommand as Do;
use mingjing_domain::case::command::*;
use mingjing_domain::case::correction::{Correcting, Corrective};
use mingjing_domain::case::substance::DecisionSubstance;
use mingjing_domain::case::types::*;

fn said(party: PartyNo, corrective: Corrective, days: u16) -> Correcting {
    Correcting { party, corrective, details: t("停止无证作业"), days }
}

/// A draft of a fine that says this of the correction.
fn draft_with(corrections: Vec<Correcting>) -> Do {
    let substance = substance(&[1], vec![fine(1, 3 * WAN)]);
    Do::PrepareDraft { substance: DecisionSubstance { corrections, ..substance } }
}

/// The draft was told on 2026-03-09 and may be decided on 2026-03-17.
fn told(corrections: Vec<Correcting>) -> World {
    let mut w = concluded(vec![unit_party()], false);
    w.ok(A, draft_with(corrections));
    w.at("2026-03-09");
    w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
    w.serve_now(DocumentKind::PenaltyNotice, 1);
    w.at("2026-03-17");
    w
}

#[test]
fn a_fine_without_the_order_to_correct_is_not_decided() {
    let mut w = told(vec![]);
    let refusal = w.no(A, propose(Proposal::Dispose), "correction.missing");
    assert_eq!(refusal.article.to_string(), "《行政处罚法》第二十八条第一款");
    // An order in the case is enough, also at the last moment; the draft stays as it was told.
    w.ok(A, Do::OrderCorrection { party: 1, items: t("停止无证作业"), due_on: day("2026-03-31") });
    w.pass(Proposal::Dispose);
    assert_eq!(w.case().stage, Stage::Decided);
}

#[test]
fn the_guard_holds_again_when_the_decision_is_approved() {
    let mut w = told(vec![]);
    w.law.revised = false;
    w.ok(A, propose(Proposal::Dispose));
    let no = w.last_proposal();
    w.ok(UNIT_HEAD, reviewed(no));
    w.law.revised = true;
    w.no(HEAD, approved(no), "correction.missing");
    // What was decided under an earlier edition of the rules stays decided.
    w.law.revised = false;
    w.ok(HEAD, approved(no));
}

#[test]
fn who_is_spared_needs_no_order_and_each_party_its_own() {
    let mut w = concluded(vec![unit_party(), responsible_party()], false);
    let all = substance(&[1], vec![fine(1, 3 * WAN), fine(2, WAN)]);
    let first = all.corrections[..1].to_vec();
    w.ok(A, Do::PrepareDraft { substance: DecisionSubstance { corrections: first, ..all } });
    w.at("2026-03-09");
    for party in [1, 2] {
        w.ok(A, Do::IssueNotice { party, rights: vec![] });
        w.serve_now(DocumentKind::PenaltyNotice, party);
    }
    w.at("2026-03-17");
    let refusal = w.no(A, propose(Proposal::Dispose), "correction.missing");
    assert!(refusal.message.contains("第2名"), "{refusal}");
    let mut w = concluded(vec![unit_party()], false);
    let none = DecisionSubstance { corrections: vec![], ..substance(&[1], vec![spared(1)]) };
    w.ok(A, Do::PrepareDraft { substance: none });
    w.pass(Proposal::Dispose);
}

#[test]
fn what_a_draft_says_of_the_correction_is_whole() {
    use Corrective as C;
    let mut w = concluded(vec![unit_party()], false);
    w.no(A, draft_with(vec![said(2, C::Corrected, 0)]), "correction.party");
    w.no(A, draft_with(vec![said(1, C::Corrected, 0), said(1, C::Impossible, 0)]), "correction.party");
    w.no(A, draft_with(vec![said(1, C::WithDecision, 0)]), "correction.days");
    w.no(A, draft_with(vec![said(1, C::WithDecision, 3_651)]), "correction.days");
    w.no(A, draft_with(vec![said(1, C::Impossible, 5)]), "correction.days");
    let blank = Correcting { details: t(""), ..said(1, C::Corrected, 0) };
    let refusal = w.no(A, draft_with(vec![blank]), "correction.details");
    assert_eq!(refusal.fields[0].field, "corrections/0/details");
    // It is part of the substance that the review passes.
    w.ok(A, draft_with(vec![said(1, C::WithDecision, 15)]));
    let with = w.case().draft.clone().expect("drafted").digest;
    w.ok(A, draft_with(vec![said(1, C::WithDecision, 14)]));
    assert_ne!(w.case().draft.clone().expect("drafted").digest, with);
}

#[test]
fn what_the_decision_orders_runs_from_its_service_and_is_rechecked_before_the_end() {
    let mut w = told(vec![said(1, Corrective::WithDecision, 15)]);
    w.pass(Proposal::Dispose);
    let order = w.case().corrections[0].clone();
    assert_eq!((order.due_on, order.days), (None, Some(15)));
    w.at("2026-03-18");
    w.serve_now(DocumentKind::PenaltyDecision, 1);
    assert_eq!(w.case().corrections[0].due_on, Some(day("2026-04-02")));
    w.at("2026-03-20");
    w.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-03-20"));
    let close = || propose(Proposal::Close { ground: ClosingGround::Performed });
    w.no(A, close(), "correction.open");
    w.ok(A, Do::RecheckCorrection { order: 1, corrected: true, opinion: t("均已持证上岗") });
    w.ok(A, close());
    assert_eq!(w.refold(true).map(|it| bare(&it.corrections)), Some(bare(&w.case().corrections)));
}

#[test]
fn what_a_decision_ordered_falls_with_it() {
    let mut w = told(vec![said(1, Corrective::WithDecision, 15)]);
    w.pass(Proposal::Dispose);
    w.at("2026-03-18");
    w.serve_all();
    w.ok(HEAD, Do::RevokeDecision { ground: RevocationGround::OwnCorrection, document: t("文号") });
    w.no(A, Do::RecheckCorrection { order: 1, corrected: true, opinion: t("已改") }, "correction.none");
    w.ok(A, propose(Proposal::Close { ground: ClosingGround::DecisionRevoked }));
}

#[test]
fn a_case_is_filed_on_what_the_check_found() {
    let mut w = World::new("2026-03-02");
    w.ok(A, Do::RegisterClue(clue()));
    w.no(A, Do::AddEvidence(evidence("名册", "2026-03-02")), "stage.wrong");
    w.ok(A, Do::StartCheck { officers: vec![A, B] });
    let file = || propose(Proposal::File(filing(vec![unit_party()])));
    let refusal = w.no(A, file(), "evidence.preliminary");
    assert!(refusal.remedy.contains("补充入卷"), "{refusal}");
    // Without evidence the other way is open.
    assert!(w.ask(A, &propose(Proposal::NotFile)).is_ok());
    // A filing that was proposed before the rule is held by it at its approval.
    w.law.revised = false;
    w.ok(A, file());
    w.ok(UNIT_HEAD, reviewed(1));
    w.law.revised = true;
    w.no(HEAD, approved(1), "evidence.preliminary");
    w.ok(A, Do::AddEvidence(evidence("名册", "2026-03-02")));
    w.ok(HEAD, approved(1));
    assert_eq!(w.case().evidence.len(), 1);
}
