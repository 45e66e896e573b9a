//! Attempts to decide more than the law allows, or than the party was told.

use crate::steps::*;
use crate::world::*;
use mingjing_domain::case::CaseCommand as Do;
use mingjing_domain::case::clock;
use mingjing_domain::case::command::*;
use mingjing_domain::case::substance::{DecisionSubstance, PartyDisposal, StatedRange};
use mingjing_domain::case::types::*;

fn ranged(id: &str, disposals: Vec<PartyDisposal>) -> Do {
    let mut substance = substance(&[1], disposals);
    if !id.is_empty() {
        substance.stated.clear();
    }
    Do::PrepareDraft { substance: DecisionSubstance { range: id.into(), ..substance } }
}

#[test]
fn a_fine_lies_within_the_statutory_range_of_the_item_that_is_named() {
    // 安全生产法第九十七条: a unit at most 200,000, a responsible person 20,000 to 50,000.
    let mut w = concluded(vec![unit_party(), responsible_party()], false);
    let both = |unit, person| ranged("safety.training", vec![fine(1, unit), fine(2, person)]);
    let unknown = w.no(A, ranged("safety.trainings", vec![fine(1, WAN), fine(2, 2 * WAN)]), "draft.range");
    assert_eq!(unknown.fields[0].field, "range");
    let above = w.no(A, both(20 * WAN + 1, 2 * WAN), "draft.above_maximum");
    assert_eq!(
        (above.article.article.as_ref(), above.fields[0].field.as_str()),
        ("第四条", "disposals/0/fine_fen")
    );
    let above = w.no(A, both(WAN, 5 * WAN + 1), "draft.above_maximum");
    assert_eq!(above.fields[0].field, "disposals/1/fine_fen");
    let below = w.no(A, both(WAN, 2 * WAN - 1), "draft.below_minimum");
    assert_eq!(below.article.article, "第三十二条");
    let mitigated = PartyDisposal { grade: Grade::Mitigated, ..fine(2, WAN) };
    w.ok(A, ranged("safety.training", vec![fine(1, WAN), mitigated.clone()]));
    // The ground of the mitigation is written down.
    let mut silent = substance(&[1], vec![fine(1, WAN), mitigated]);
    (silent.range, silent.discretion) = ("safety.training".into(), t(""));
    w.no(A, Do::PrepareDraft { substance: silent }, "input.required");
    w.ok(A, both(20 * WAN, 5 * WAN));
    // Mitigation lifts no maximum; without an item the reasons state the range.
    let more = PartyDisposal { grade: Grade::Mitigated, ..fine(1, 21 * WAN) };
    w.no(A, ranged("safety.training", vec![more.clone(), fine(2, 2 * WAN)]), "draft.above_maximum");
    w.ok(A, ranged("", vec![more, fine(2, 2 * WAN)]));
}

type Change = fn(&mut Vec<StatedRange>);

#[test]
fn a_fine_whose_range_is_unknown_needs_the_range_and_its_article() {
    let mut w = concluded(vec![unit_party(), responsible_party()], false);
    let drafted = |change: Change| {
        let mut substance = substance(&[1], vec![fine(1, 3 * WAN), fine(2, WAN)]);
        change(&mut substance.stated);
        Do::PrepareDraft { substance }
    };
    let missing = w.no(A, drafted(Vec::clear), "draft.range_unknown");
    assert_eq!((missing.article.article.as_ref(), missing.fields[0].field.as_str()), ("第四条", "stated"));
    let second = w.no(A, drafted(|it| it.truncate(1)), "draft.range_unknown");
    assert!(second.fields[0].message.contains("第2名"), "{second:?}");
    let faults: [(Change, &str); 8] = [
        (|it| it[1].party = 1, "stated/1/party"),
        (|it| it[1].party = 3, "stated/1/party"),
        (|it| it[0].law = " ".into(), "stated/0/article"),
        (|it| it[0].article = String::new(), "stated/0/article"),
        (|it| it[0].words = String::new(), "stated/0/words"),
        (|it| it[0].words = "字".repeat(201), "stated/0/words"),
        (|it| it[0].max_fen = 0, "stated/0/max_fen"),
        (|it| it[0].min_fen = 1_001 * WAN, "stated/0/max_fen"),
    ];
    for (fault, field) in faults {
        assert_eq!(w.no(A, drafted(fault), "draft.range_stated").fields[0].field, field);
    }
    // What is stated binds as what the base knows does.
    let above = w.no(A, drafted(|it| it[0].max_fen = 3 * WAN - 1), "draft.above_maximum");
    assert_eq!(above.fields[0].field, "disposals/0/fine_fen");
    assert!(above.message.contains("第九十七条"), "{}", above.message);
    w.no(A, drafted(|it| it[1].min_fen = WAN + 1), "draft.below_minimum");
    w.ok(A, drafted(|_| {}));
    // An item of the base whose amount is counted from what nobody knows leaves it open as well.
    let mut one = concluded(vec![unit_party()], false);
    one.no(A, ranged("planning.no_permit", vec![fine(1, WAN)]), "draft.range_unknown");
}

#[test]
fn a_draft_of_an_earlier_edition_is_decided_only_after_its_range_was_stated() {
    let mut w = concluded(vec![unit_party()], false);
    let mut silent = substance(&[1], vec![fine(1, WAN)]);
    silent.stated.clear();
    // The edition of then did not ask for it: the audit decides by that.
    w.law.range_stated.value = false;
    w.ok(A, Do::PrepareDraft { substance: silent });
    w.at("2026-03-09");
    w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
    w.serve_now(DocumentKind::PenaltyNotice, 1);
    w.at("2026-03-17");
    w.law.range_stated.value = true;
    w.no(A, propose(Proposal::Dispose), "draft.range_unknown");
    w.law.range_stated.value = false;
    w.ok(A, propose(Proposal::Dispose));
}

#[test]
fn what_is_confiscated_chooses_the_tier_that_goes_by_gains() {
    let mut w = concluded(vec![unit_party()], false);
    let gained = |gains, fen| PartyDisposal {
        kinds: vec![PenaltyKind::Fine, PenaltyKind::ConfiscateIncome],
        confiscated_fen: gains,
        ..fine(1, fen)
    };
    let contracting = |disposal| ranged("safety.contracting", vec![disposal]);
    w.no(A, contracting(fine(1, 21 * WAN)), "draft.above_maximum");
    w.no(A, contracting(gained(9 * WAN, 21 * WAN)), "draft.above_maximum");
    w.ok(A, contracting(gained(20 * WAN, 100 * WAN)));
    w.no(A, contracting(gained(20 * WAN, 100 * WAN + 1)), "draft.above_maximum");
    w.no(A, contracting(gained(20 * WAN, 40 * WAN - 1)), "draft.below_minimum");
    // 第九十四条 punishes the principal head, not the unit.
    w.no(A, ranged("safety.head_duty", vec![fine(1, 3 * WAN)]), "draft.no_fine");
}

#[test]
fn a_draft_from_before_the_check_is_not_decided() {
    let mut w = noticed(3 * WAN);
    w.at("2026-03-17");
    let case = w.case.as_mut().expect("a case");
    case.draft.as_mut().expect("a draft").substance.range = "safety.signs_equipment".into();
    case.draft.as_mut().expect("a draft").substance.disposals[0].fine_fen = 21 * WAN;
    w.no(A, propose(Proposal::Dispose), "draft.above_maximum");
}

fn reworded(facts: &str, evidence: &[EvidenceNo], disposal: PartyDisposal) -> Do {
    let facts = mingjing_domain::text::Text::publishable(facts);
    Do::PrepareDraft { substance: DecisionSubstance { facts, ..substance(evidence, vec![disposal]) } }
}

/// Told of 30,000 on one item of evidence, another item in the file since; the
/// window closed on 2026-03-16.
fn told_and_more_found() -> World {
    let mut w = noticed(3 * WAN);
    w.ok(A, Do::AddEvidence(evidence("工资表", "2026-03-09")));
    w
}

#[test]
fn what_was_never_told_is_not_decided() {
    let mut w = told_and_more_found();
    w.at("2026-03-17");
    let other_reasons = {
        let reasoning = mingjing_domain::text::Text::publishable("另一种理由");
        DecisionSubstance { reasoning, ..substance(&[1], vec![fine(1, 3 * WAN)]) }
    };
    for untold in [
        reworded("五名特种作业人员未取得相应资格上岗作业", &[1], fine(1, 3 * WAN)),
        Do::PrepareDraft { substance: other_reasons },
        draft(&[1, 2], vec![fine(1, 3 * WAN)]),
        // Less money on evidence that was not told.
        draft(&[1, 2], vec![fine(1, 2 * WAN)]),
    ] {
        let mut w = w.fork();
        w.ok(A, untold);
        let refusal = w.no(A, propose(Proposal::Dispose), "notice.differs");
        assert_eq!(refusal.article.article, "第六十二条");
        // Told again, and heard again, it may be decided.
        w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
        w.serve_now(DocumentKind::PenaltyNotice, 1);
        w.no(A, propose(Proposal::Dispose), "defence.window_open");
        w.at("2026-03-25");
        w.ok(A, propose(Proposal::Dispose));
    }
    // The words told, on evidence added to the file only; or less, on the same evidence.
    w.ok(A, draft(&[1], vec![fine(1, 3 * WAN)]));
    w.fork().ok(A, propose(Proposal::Dispose));
    w.ok(A, reworded("一名特种作业人员未取得相应资格上岗作业", &[1], fine(1, 2 * WAN)));
    w.ok(A, propose(Proposal::Dispose));
}

#[test]
fn a_defence_that_was_adopted_may_change_facts_and_evidence_and_no_other_may() {
    for (adoption, allowed) in
        [(Adoption::Adopted, true), (Adoption::PartlyAdopted, true), (Adoption::NotAdopted, false)]
    {
        let mut w = told_and_more_found();
        w.ok(A, defence(1, "2026-03-09"));
        w.ok(A, Do::AnswerDefence { party: 1, adoption, reasons: t("复核意见") });
        w.at("2026-03-17");
        w.ok(A, reworded("其中一名已经取得资格", &[1, 2], fine(1, 3 * WAN)));
        if allowed {
            w.ok(A, propose(Proposal::Dispose));
        } else {
            w.no(A, propose(Proposal::Dispose), "notice.differs");
        }
    }
}

#[test]
fn goods_are_not_confiscated_without_their_value() {
    let mut w = concluded(vec![unit_party()], false);
    let goods = |kinds: &[PenaltyKind], value| PartyDisposal {
        kinds: kinds.to_vec(),
        fine_fen: 0,
        goods_fen: value,
        ..fine(1, 0)
    };
    let worthless = draft(&[1], vec![goods(&[PenaltyKind::ConfiscateGoods], 0)]);
    let refusal = w.no(A, worthless, "draft.goods_value");
    assert_eq!(refusal.article.article, "第六十三条第一款第二项");
    assert_eq!(refusal.fields[0].field, "disposals/0/goods_fen");
    w.no(A, draft(&[1], vec![goods(&[PenaltyKind::Warning], WAN)]), "draft.goods_value");
    // With their value they open the hearing that the value asks for.
    w.ok(A, draft(&[1], vec![goods(&[PenaltyKind::ConfiscateGoods], 100 * WAN)]));
    w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
    assert_eq!(w.case().documents.last().map(|d| d.kind), Some(DocumentKind::HearingRightNotice));
}

#[test]
fn a_second_notice_that_is_not_served_swallows_no_defence_and_no_request() {
    let mut w = noticed(7 * WAN);
    w.at("2026-03-11");
    w.ok(A, draft(&[1], vec![fine(1, 6 * WAN)]));
    w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
    // The party answers the notice that it has, also for a day before the second one.
    w.fork().no(A, defence(1, "2026-03-05"), "time.claimed");
    w.ok(A, defence(1, "2026-03-10"));
    w.ok(A, ask_hearing(1, "2026-03-10"));
    // What it was not told of it cannot give up.
    w.no(A, Do::WaiveDefence { party: 1, statement: t("放弃") }, "notice.unserved");
    w.serve_now(DocumentKind::HearingRightNotice, 1);
    w.at("2026-03-30");
    w.no(A, propose(Proposal::Dispose), "defence.unanswered");
    w.ok(A, Do::AnswerDefence { party: 1, adoption: Adoption::NotAdopted, reasons: t("不成立") });
    w.no(A, propose(Proposal::Dispose), "hearing.pending");
}

#[test]
fn a_request_after_the_window_of_the_served_notice_is_late_whatever_was_issued_since() {
    let mut w = noticed(7 * WAN);
    w.at("2026-03-17");
    w.ok(A, draft(&[1], vec![fine(1, 6 * WAN)]));
    w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
    w.no(A, ask_hearing(1, "2026-03-17"), "hearing.too_late");
    w.serve_now(DocumentKind::HearingRightNotice, 1);
    w.ok(A, ask_hearing(1, "2026-03-17"));
}

#[test]
fn a_notice_of_more_lifts_no_ceiling_when_the_defence_is_recorded_after_it() {
    let mut w = noticed(3 * WAN);
    w.at("2026-03-11");
    w.ok(A, draft(&[1], vec![fine(1, 4 * WAN)]));
    w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
    w.serve_now(DocumentKind::PenaltyNotice, 1);
    // Said on the 10th, against 30,000; recorded after the notice of 40,000.
    w.ok(A, defence(1, "2026-03-10"));
    w.ok(A, Do::AnswerDefence { party: 1, adoption: Adoption::NotAdopted, reasons: t("不成立") });
    w.at("2026-03-20");
    let refusal = w.no(A, propose(Proposal::Dispose), "defence.heavier");
    assert_eq!(refusal.article.article, "第四十五条第二款");
    w.ok(A, draft(&[1], vec![fine(1, 3 * WAN)]));
    w.ok(A, propose(Proposal::Dispose));
}

#[test]
fn more_on_new_evidence_that_was_told_before_the_defence_may_be_decided() {
    let mut w = noticed(3 * WAN);
    w.at("2026-03-11");
    w.ok(A, Do::AddEvidence(evidence("工资表", "2026-03-11")));
    w.ok(A, draft(&[1, 2], vec![fine(1, 4 * WAN)]));
    w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
    w.serve_now(DocumentKind::PenaltyNotice, 1);
    w.ok(A, defence(1, "2026-03-11"));
    w.ok(A, Do::AnswerDefence { party: 1, adoption: Adoption::NotAdopted, reasons: t("不成立") });
    w.at("2026-03-20");
    w.ok(A, propose(Proposal::Dispose));
}

#[test]
fn a_remedy_ends_no_earlier_than_it_began_and_a_late_entry_cuts_no_term_short() {
    let mut w = decision_served(3 * WAN);
    let remedy = RemedyKind::Reconsideration;
    w.at("2026-04-05");
    w.ok(A, Do::RecordRemedy { party: 1, remedy, on: day("2026-04-05"), body: t("县政府") });
    let end = || Do::ConcludeRemedy {
        party: 1,
        remedy,
        outcome: RemedyOutcome::Upheld,
        document: t("文号"),
        fine_fen: None,
        confiscated_fen: None,
        lifted: Vec::new(),
        opposed: false,
    };
    w.at("2026-09-15");
    w.claim("2026-04-04", paper());
    let refusal = w.no(A, end(), "time.remedy");
    assert_eq!(refusal.article.article, "第七十三条第三款");
    // Claimed for the 6th of April, recorded on the 15th of September.
    w.claim("2026-04-06", paper());
    w.ok(A, end());
    let state = &w.case().parties[0];
    let accrued = clock::additional_cap(w.case(), &w.facts(A), 1, state).expect("served");
    assert_eq!(accrued, 3 * 900 * YUAN, "3 and 4 April, and 15 September");
    let over = clock::remedies_over(&w.facts(A), day("2026-03-18"), state).expect("the calendar reaches");
    assert_eq!(over, day("2026-09-30"), "fifteen days from the recording");
    let ended = clock::remedies_ended(&w.facts(A), day("2026-03-18"), state).expect("the calendar reaches");
    assert_eq!(ended, day("2026-09-18"), "the organ's own term does not grow");
}

/// 行政处罚法第三十七条.
#[test]
fn the_amounts_of_the_day_of_the_act_bind() {
    let mut w = concluded(vec![unit_party()], false);
    w.no(A, ranged("hazchem.no_permit", vec![fine(1, 21 * WAN)]), "draft.above_maximum");
    w.ok(A, ranged("hazchem.no_permit", vec![fine(1, 20 * WAN)]));
    let on = |w: &World, day_of_act| {
        let mut w = w.fork();
        let filed = w.case.as_mut().and_then(|c| c.filed.as_mut()).expect("filed");
        filed.filing.violation_on = day(day_of_act);
        w
    };
    // Before the law that the item is taken from was in force.
    on(&w, "2021-08-31").no(A, ranged("safety.training", vec![fine(1, WAN)]), "draft.range_of_another_day");
    w.ok(A, ranged("safety.training", vec![fine(1, WAN)]));
}
