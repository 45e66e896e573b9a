//! What brings a decision before the review, how a jurisdiction runs it, and who may.

use crate::steps::*;
use crate::world::*;
use mingjing_domain::case::CaseCommand as Do;
use mingjing_domain::case::clock;
use mingjing_domain::case::command::{Concluding, Proposal};
use mingjing_domain::case::gate;
use mingjing_domain::case::law::{Ruled, construction_rules};
use mingjing_domain::case::state::{FirstReview, ReviewPhase};
use mingjing_domain::case::types::*;
use mingjing_domain::policy::{Retention, ReviewStep};
use mingjing_domain::staff::Role;

type Change = fn(&mut Concluding);

/// Drafted with an end of the investigation of the test's own; the fine triggers nothing.
fn after(change: Change) -> World {
    let mut w = investigated(vec![unit_party()]);
    let mut said = concluding(false);
    change(&mut said);
    w.ok(A, Do::Conclude(said));
    w.ok(A, draft(&[1], vec![fine(1, WAN)]));
    w
}

fn triggers(w: &World) -> Vec<Trigger> {
    gate::triggers(w.case(), &w.law)
}

fn citation() -> mingjing_domain::cite::Citation {
    construction_rules("第二十五条")
}

fn chain(w: &mut World, steps: &[ReviewStep]) {
    w.law.review_chain = Ruled::new(steps.to_vec(), citation());
}

#[test]
fn a_small_fine_alone_is_not_reviewed() {
    assert_eq!(triggers(&after(|_| {})), vec![]);
}

#[test]
fn what_the_officers_find_is_stated_with_its_reason_and_stays() {
    let found: [(Change, Trigger); 3] = [
        (|c| c.social_impact = true, Trigger::SocialImpact),
        (|c| c.major_coercion = true, Trigger::MajorCoercion),
        (|c| c.other_by_law = true, Trigger::OtherByLaw),
    ];
    for (change, trigger) in found {
        let mut bare = concluding(false);
        change(&mut bare);
        investigated(vec![unit_party()]).no(A, Do::Conclude(bare.clone()), "input.required");
        let mut w = investigated(vec![unit_party()]);
        w.ok(A, Do::Conclude(Concluding { review_reason: t("依据某法第一条，理由"), ..bare }));
        w.ok(A, draft(&[1], vec![fine(1, WAN)]));
        assert_eq!(triggers(&w), vec![trigger]);
        let conclusion = w.case().conclusion.clone().expect("concluded");
        assert_eq!((conclusion.by, conclusion.said.review_reason.is_blank()), (A, false));
        // A second report opens no way around.
        w.ok(A, Do::Reinvestigate { reason: t("补充") });
        w.ok(A, conclude(false));
        w.ok(A, draft(&[1], vec![fine(1, WAN)]));
        assert_eq!(triggers(&w), vec![trigger]);
    }
}

#[test]
fn what_departs_from_the_benchmark_is_reviewed_and_discussed() {
    let mut w = after(|_| {});
    let mut substance = substance(&[1], vec![fine(1, WAN)]);
    substance.beyond_benchmark = true;
    w.ok(A, Do::PrepareDraft { substance });
    assert_eq!(triggers(&w), vec![Trigger::BeyondBenchmark]);
    assert!(gate::discussion_required(w.case(), &w.law));
}

#[test]
fn the_organs_catalogue_names_categories_and_violations() {
    let mut w = after(|_| {});
    w.law.review_catalogue = Ruled::new(vec!["城市管理".into()], citation());
    assert_eq!(triggers(&w), vec![]);
    w.law.review_catalogue = Ruled::new(vec![CATEGORY.into()], citation());
    assert_eq!(triggers(&w), vec![Trigger::Catalogue]);
    let mut substance = substance(&[1], vec![fine(1, WAN)]);
    substance.range = "safety.training".into();
    w.ok(A, Do::PrepareDraft { substance });
    w.law.review_catalogue = Ruled::new(vec!["safety.training".into()], citation());
    assert_eq!(triggers(&w), vec![Trigger::Catalogue]);
}

#[test]
fn where_the_chain_ends_with_the_heads_they_discuss_what_was_reviewed() {
    let steps = [ReviewStep::FirstReview, ReviewStep::SignOff, ReviewStep::Collective];
    let mut w = noticed(11 * WAN);
    w.law.discussion_fine_fen.value = (i64::MAX, i64::MAX);
    w.law.hearing_fine_fen.value = (i64::MAX, i64::MAX);
    assert!(!triggers(&w).is_empty(), "a fine of that amount is reviewed");
    let told = w.case().party(1).is_some_and(|p| p.hearing_told);
    assert_eq!(gate::discussion_required(w.case(), &w.law), told);
    chain(&mut w, &steps);
    assert!(gate::discussion_required(w.case(), &w.law));
    assert!(gate::review_collective(w.case(), &w.law));
    let mut small = after(|_| {});
    chain(&mut small, &steps);
    assert!(!gate::discussion_required(small.case(), &small.law), "nothing brings it before the review");
}

/// An opinion that finds the evidence wanting, answered.
fn disputed() -> World {
    let mut w = drafted(7 * WAN);
    w.ok(A, Do::SubmitReview { opinion: t("请审核") });
    w.ok(REVIEWER, opinion(Opinion::Correct));
    w.ok(REVIEW_HEAD, sign());
    w.ok(A, Do::AnswerOpinion { stand: Stand::Disputed, answer: t("不同意") });
    w
}

fn first(opinion: Opinion) -> Do {
    Do::FirstReview(FirstReview { opinion, reasons: t("初审认为事实清楚") })
}

#[test]
fn a_first_review_comes_before_the_review_where_the_chain_has_both() {
    let mut w = drafted(7 * WAN);
    w.no(REVIEWER, first(Opinion::Agree), "review.no_first");
    chain(&mut w, &[ReviewStep::FirstReview, ReviewStep::Review, ReviewStep::SignOff]);
    w.no(REVIEWER, first(Opinion::Agree), "review.phase");
    w.ok(A, Do::SubmitReview { opinion: t("请审核") });
    let refusal = w.no(REVIEWER, opinion(Opinion::Agree), "review.first");
    assert_eq!(refusal.article, citation());
    w.no(A, first(Opinion::Agree), "role.missing");
    w.no(
        REVIEWER,
        Do::FirstReview(FirstReview { opinion: Opinion::Agree, reasons: t("") }),
        "input.required",
    );
    let mut without = w.fork();
    without.people.get_mut(&REVIEWER).expect("a reviewer").legal_qualified = false;
    without.no(REVIEWER, first(Opinion::Agree), "review.unqualified");
    w.ok(REVIEWER, first(Opinion::Agree));
    w.no(REVIEWER, first(Opinion::Agree), "review.first_done");
    w.no(REVIEWER, opinion(Opinion::Agree), "review.first_same");
    // Another reviewer of the legal unit gives the opinion, a third person signs it.
    let second = staff(60);
    let mut person = w.people[&REVIEWER].clone();
    person.id = second;
    w.people.insert(second, person);
    w.ok(second, opinion(Opinion::Agree));
    w.people.get_mut(&REVIEWER).expect("a reviewer").roles.push(Role::ReviewHead);
    w.no(REVIEWER, sign(), "duty.same_person");
    // Sent back to the reviewer, the first review still stands; a new round begins anew.
    let back = Do::SignOpinion { sign: false, note: t("请补充理由") };
    w.ok(REVIEW_HEAD, back);
    w.ok(second, opinion(Opinion::Correct));
    w.ok(REVIEW_HEAD, sign());
    w.ok(A, Do::AnswerOpinion { stand: Stand::Adopted, answer: t("已改正") });
    w.ok(A, draft(&[1], vec![fine(1, 6 * WAN)]));
    w.ok(A, Do::SubmitReview { opinion: t("请审核") });
    assert_eq!(w.case().review.first, None);
    w.no(second, opinion(Opinion::Agree), "review.first");
    w.ok(second, first(Opinion::Agree));
    w.ok(REVIEWER, opinion(Opinion::Agree));
    w.no(second, sign(), "role.missing");
    w.ok(REVIEW_HEAD, sign());
    assert!(w.case().clearance().is_some());
    // Who reviewed for the first time is apart from the handling as every reviewer is.
    assert!(w.case().apart.contains(&second));
}

#[test]
fn a_chain_without_a_re_review_knows_none() {
    let mut w = disputed();
    let mut without = w.fork();
    chain(&mut without, &[ReviewStep::FirstReview, ReviewStep::SignOff, ReviewStep::Collective]);
    let refusal = without.no(A, Do::RequestReReview { reason: t("异议") }, "review.chain");
    assert_eq!(refusal.article, citation());
    w.ok(A, Do::RequestReReview { reason: t("异议") });
    assert!(w.case().documents.iter().any(|d| d.kind == DocumentKind::ReReviewRequest));
}

fn again(opinion: Opinion, findings: Vec<Finding>) -> Do {
    Do::GiveReReview { members: vec![A, REVIEWER], opinion, reasons: t("复核"), findings }
}

fn finding(point: Point, pass: bool) -> Finding {
    Finding { point, pass, finding: t("补充证据后已经充分") }
}

#[test]
fn a_re_review_agrees_only_when_what_had_failed_is_found_anew() {
    let mut w = disputed();
    w.ok(A, Do::RequestReReview { reason: t("异议") });
    w.no(REVIEW_HEAD, again(Opinion::Agree, vec![]), "review.agree_with_faults");
    let still = vec![finding(Point::Evidence, false)];
    w.no(REVIEW_HEAD, again(Opinion::Agree, still.clone()), "review.agree_with_faults");
    w.no(REVIEW_HEAD, again(Opinion::Agree, vec![finding(Point::Law, true)]), "review.points");
    let twice = vec![finding(Point::Evidence, true), finding(Point::Evidence, true)];
    w.no(REVIEW_HEAD, again(Opinion::Agree, twice), "review.points");
    let holds = vec![finding(Point::Evidence, true)];
    w.no(REVIEW_HEAD, again(Opinion::Correct, holds.clone()), "review.fault_without_point");
    let mut own = w.fork();
    own.people.get_mut(&REVIEW_HEAD).expect("a person").unit = "执法大队".into();
    own.no(REVIEW_HEAD, again(Opinion::Agree, holds.clone()), "duty.same_unit");
    let mut coordinated = w.fork();
    coordinated.ok(REVIEW_HEAD, again(Opinion::Correct, still));
    let coordinate = |findings| Do::Coordinate { opinion: Opinion::Agree, reasons: t("协调"), findings };
    coordinated.no(DEPUTY, coordinate(vec![]), "review.agree_with_faults");
    coordinated.ok(DEPUTY, coordinate(holds.clone()));
    assert!(coordinated.case().clearance().is_some());
    w.ok(REVIEW_HEAD, again(Opinion::Agree, holds));
    assert!(w.case().clearance().is_some());
    assert!(w.case().review.findings.iter().all(|f| f.pass));
}

#[test]
fn an_eleventh_point_is_written_where_the_policy_asks_for_it() {
    let mut w = drafted(7 * WAN);
    w.ok(A, Do::SubmitReview { opinion: t("请审核") });
    let ten = || Do::GiveOpinion { findings: findings(None), opinion: Opinion::Agree, reasons: t("理由") };
    let eleven = || {
        let mut all = findings(None);
        all.push(finding(Point::Other, true));
        Do::GiveOpinion { findings: all, opinion: Opinion::Agree, reasons: t("理由") }
    };
    w.fork().no(REVIEWER, eleven(), "review.points");
    w.law.review_other.value = true;
    w.no(REVIEWER, ten(), "review.points");
    w.ok(REVIEWER, eleven());
}

#[test]
fn a_review_is_extended_once_and_only_where_the_policy_says_so() {
    let mut w = drafted(7 * WAN);
    w.ok(A, Do::SubmitReview { opinion: t("请审核") });
    let extend = || Do::ExtendReview { reason: t("案情复杂") };
    w.no(REVIEW_HEAD, extend(), "review.no_extension");
    let mut rule = w.law.review.clone();
    rule.period.n = 5;
    w.law.review_extension = Ruled::new(Some(rule), citation());
    let due = |w: &World| {
        let facts = w.facts(REVIEW_HEAD);
        clock::review_limit(w.case(), &facts).expect("submitted").expect("a limit").due.latest()
    };
    let before = due(&w);
    w.no(REVIEWER, extend(), "role.missing");
    let mut late = w.fork();
    late.at("2026-12-01");
    late.no(REVIEW_HEAD, extend(), "review.extension_late");
    w.ok(REVIEW_HEAD, extend());
    assert!(due(&w) > before);
    w.no(REVIEW_HEAD, extend(), "review.extended_once");
    assert_eq!(w.case().review.phase, ReviewPhase::Submitted);
}

#[test]
fn who_reviews_for_the_first_time_is_qualified() {
    let mut w = drafted(7 * WAN);
    w.ok(A, Do::SubmitReview { opinion: t("请审核") });
    let mut without = w.fork();
    without.people.get_mut(&REVIEWER).expect("a reviewer").legal_qualified = false;
    let refusal = without.no(REVIEWER, opinion(Opinion::Agree), "review.unqualified");
    assert_eq!(refusal.article.article, "第五十八条第二款");
    w.ok(REVIEWER, opinion(Opinion::Agree));
}

#[test]
fn a_right_to_a_hearing_beyond_the_amounts_is_told_and_due() {
    let notice = |rights| Do::IssueNotice { party: 1, rights };
    let right = |ground, words: &str| vec![HearingRight { ground, provision: t(words) }];
    for ground in [HearingGround::OtherHeavy, HearingGround::OtherByLaw] {
        let mut w = after(|_| {});
        w.no(A, notice(right(ground, "")), "input.required");
        let mut plain = w.fork();
        plain.ok(A, notice(vec![]));
        assert!(!plain.case().party(1).expect("a party").hearing_told);
        w.ok(A, notice(right(ground, "某条例第二十条")));
        assert!(w.case().party(1).expect("a party").hearing_told);
        assert!(w.case().documents.iter().any(|d| d.kind == DocumentKind::HearingRightNotice));
        assert!(triggers(&w).contains(&Trigger::HeardMajorRights));
        w.make_all();
        let no = w.document(DocumentKind::HearingRightNotice, Some(1));
        let on = w.today().to_string();
        w.ok(A, serve(no, &on));
        w.ok(A, ask_hearing(1, &on));
        w.at("2026-03-20");
        w.no(A, propose(Proposal::Dispose), "hearing.pending");
    }
}

#[test]
fn the_file_of_a_decision_is_kept_as_long_as_the_policy_says() {
    let mut w = closed();
    let archive = |years| Do::Archive { volumes: 1, pages: 9, retention_years: years };
    w.no(ARCHIVIST, archive(10), "archive.retention");
    let mut ten = w.fork();
    ten.law.retention = Ruled::new(Retention::Years10, citation());
    ten.ok(ARCHIVIST, archive(10));
    let mut ever = w.fork();
    ever.law.retention = Ruled::new(Retention::Permanent, citation());
    ever.no(ARCHIVIST, archive(30), "archive.retention");
    ever.ok(ARCHIVIST, archive(0));
    w.ok(ARCHIVIST, archive(30));
}
