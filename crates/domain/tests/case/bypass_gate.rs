//! Attempts to get around notice, defence, hearing, review and discussion.

use crate::steps::*;
use crate::world::*;
use mingjing_domain::case::CaseCommand as Do;
use mingjing_domain::case::command::*;
use mingjing_domain::case::state::{Hearing, ReviewPhase};
use mingjing_domain::case::substance::{PartyDisposal, Provision};
use mingjing_domain::case::types::*;

fn redraft(w: &mut World, evidence: &[EvidenceNo], disposal: PartyDisposal) {
    w.ok(A, draft(evidence, vec![disposal]));
}

fn renotice(w: &mut World) {
    w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
    let kind = w.case().documents.last().expect("a notice").kind;
    w.serve_now(kind, 1);
}

#[test]
fn no_decision_before_notice_service_and_window() {
    let mut w = drafted(3 * WAN);
    let dispose = || propose(Proposal::Dispose);
    w.no(A, dispose(), "notice.none");
    w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
    w.no(A, Do::IssueNotice { party: 1, rights: vec![] }, "notice.repeated");
    w.no(A, dispose(), "notice.unserved");
    w.no(A, defence(1, "2026-03-06"), "notice.unserved");
    w.no(A, Do::WaiveDefence { party: 1, statement: t("放弃") }, "notice.unserved");
    w.at("2026-03-09");
    w.serve_now(DocumentKind::PenaltyNotice, 1);
    let refusal = w.no(A, dispose(), "defence.window_open");
    assert_eq!(refusal.after, Some(day("2026-03-17")));
    w.at("2026-03-16");
    w.no(A, dispose(), "defence.window_open");
    w.ok(A, defence(1, "2026-03-16"));
    w.at("2026-03-17");
    w.no(A, dispose(), "defence.unanswered");
    w.ok(A, Do::AnswerDefence { party: 1, adoption: Adoption::NotAdopted, reasons: t("不成立") });
    w.ok(A, dispose());
    w.no(A, dispose(), "proposal.pending");
}

#[test]
fn an_explicit_waiver_ends_the_window_of_that_notice_only() {
    let mut w = noticed(3 * WAN);
    w.ok(A, Do::WaiveDefence { party: 1, statement: t("放弃陈述申辩") });
    redraft(&mut w, &[1], fine(1, 4 * WAN));
    renotice(&mut w);
    w.no(A, propose(Proposal::Dispose), "defence.window_open");
    w.ok(A, Do::WaiveDefence { party: 1, statement: t("放弃陈述申辩") });
    w.ok(A, propose(Proposal::Dispose));
}

#[test]
fn each_party_is_heard_for_itself() {
    let mut w = concluded(vec![unit_party(), responsible_party()], false);
    w.no(A, draft(&[1], vec![fine(1, WAN)]), "draft.party");
    w.no(A, draft(&[1], vec![fine(1, WAN), fine(1, WAN)]), "draft.party");
    w.no(A, draft(&[1], vec![fine(1, WAN), fine(2, WAN), fine(3, WAN)]), "draft.party");
    w.ok(A, draft(&[1], vec![fine(1, WAN), fine(2, 5_000 * YUAN)]));
    renotice(&mut w);
    w.at("2026-03-20");
    w.no(A, propose(Proposal::Dispose), "notice.none");
    w.no(A, Do::IssueNotice { party: 3, rights: vec![] }, "party.unknown");
    w.no(A, Do::IssueNotice { party: 0, rights: vec![] }, "party.unknown");
}

#[test]
fn a_second_notice_takes_no_hearing_away() {
    // The first notice opened the right; the second proposes less than the threshold.
    let mut w = noticed(7 * WAN);
    redraft(&mut w, &[1], fine(1, 4 * WAN));
    renotice(&mut w);
    assert_eq!(w.case().documents.iter().filter(|d| d.kind == DocumentKind::HearingRightNotice).count(), 2);
    w.ok(A, Do::WaiveDefence { party: 1, statement: t("放弃") });
    w.no(A, propose(Proposal::Dispose), "hearing.window_open");
    w.ok(A, ask_hearing(1, "2026-03-09"));
    w.no(A, ask_hearing(1, "2026-03-09"), "hearing.requested");
    redraft(&mut w, &[1], fine(1, 3 * WAN));
    renotice(&mut w);
    w.at("2026-04-01");
    w.no(A, propose(Proposal::Dispose), "hearing.pending");
    w.no(HEAD, Do::Discuss(discussion()), "hearing.pending");
}

#[test]
fn a_waiver_of_the_hearing_holds_for_its_own_notice_only() {
    let mut w = drafted(7 * WAN);
    w.at("2026-03-09");
    w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
    w.no(A, Do::WithdrawHearing { party: 1, statement: t("放弃听证") }, "notice.unserved");
    w.serve_now(DocumentKind::HearingRightNotice, 1);
    w.ok(A, Do::WithdrawHearing { party: 1, statement: t("放弃听证") });
    assert_eq!(w.case().parties[0].hearing, Hearing::Withdrawn);
    redraft(&mut w, &[1], fine(1, 8 * WAN));
    renotice(&mut w);
    w.ok(A, Do::WaiveDefence { party: 1, statement: t("放弃") });
    w.no(A, propose(Proposal::Dispose), "hearing.window_open");
}

/// Heard on 2026-03-26 on 70,000, reported.
fn heard() -> World {
    let mut w = noticed(7 * WAN);
    w.at("2026-03-16");
    w.ok(A, ask_hearing(1, "2026-03-16"));
    w.ok(HOST, Do::ScheduleHearing(plan(1, "2026-03-26")));
    w.no(HOST, Do::HoldHearing(held(1)), "hearing.unnotified");
    w.serve_now(DocumentKind::HearingNotice, 1);
    w.at("2026-03-26");
    w.ok(HOST, Do::HoldHearing(held(1)));
    w
}

#[test]
fn a_hearing_is_held_as_notified_and_reported_before_anything_else() {
    let mut w = heard();
    w.no(HOST, Do::HoldHearing(held(1)), "hearing.not_scheduled");
    w.no(A, Do::WithdrawHearing { party: 1, statement: t("撤回") }, "hearing.over");
    w.no(HEAD, Do::Discuss(discussion()), "hearing.unreported");
    w.no(A, propose(Proposal::Dispose), "hearing.unreported");
    w.ok(HOST, Do::ReportHearing { party: 1, report: t("报告") });
    w.no(HOST, Do::ReportHearing { party: 1, report: t("报告") }, "hearing.reported");
    w.no(A, propose(Proposal::Dispose), "review.required");
}

#[test]
fn a_hearing_whose_notice_was_entered_late_is_not_held() {
    let mut w = noticed(7 * WAN);
    w.at("2026-03-16");
    w.ok(A, ask_hearing(1, "2026-03-16"));
    w.ok(HOST, Do::ScheduleHearing(plan(1, "2026-03-26")));
    w.make_all();
    let no = w.document(DocumentKind::HearingNotice, Some(1));
    // Claimed for the 16th, recorded on the 24th: the gate goes by the recording.
    w.at("2026-03-24");
    w.claim("2026-03-16", paper());
    w.ok(A, serve(no, "2026-03-16"));
    w.at("2026-03-26");
    w.no(HOST, Do::HoldHearing(held(1)), "hearing.notice_short");
    let mut other = held(1);
    other.agents = vec![t("一"), t("二"), t("三")];
    w.no(HOST, Do::HoldHearing(other), "hearing.notice_short");
}

#[test]
fn the_record_of_a_hearing_is_complete() {
    let mut w = noticed(7 * WAN);
    w.at("2026-03-16");
    w.ok(A, ask_hearing(1, "2026-03-16"));
    w.ok(HOST, Do::ScheduleHearing(plan(1, "2026-03-26")));
    w.serve_now(DocumentKind::HearingNotice, 1);
    w.at("2026-03-26");
    let with = |change: &dyn Fn(&mut HearingHeld)| {
        let mut one = held(1);
        change(&mut one);
        Do::HoldHearing(one)
    };
    w.no(HOST, with(&|h| h.agents = vec![t("一"), t("二"), t("三")]), "hearing.agents");
    w.no(HOST, with(&|h| h.presenters = vec![]), "hearing.presenters");
    w.no(HOST, with(&|h| h.presenters = vec![CLERK]), "hearing.presenters");
    w.no(HOST, with(&|h| h.signed = false), "record.unsigned");
    w.no(HOST, with(&|h| h.record = t("")), "input.required");
    w.people.get_mut(&CLERK).expect("a clerk").roles.push(mingjing_domain::staff::Role::HearingHost);
    w.no(CLERK, with(&|_| {}), "hearing.other_host");
    w.ok(HOST, with(&|h| (h.attended, h.signed) = (false, false)));
}

#[test]
fn more_proposed_after_a_hearing_opens_another() {
    let mut w = heard();
    w.ok(HOST, Do::ReportHearing { party: 1, report: t("报告") });
    w.ok(A, Do::Reinvestigate { reason: t("听证中发现新的事实") });
    w.ok(A, Do::AddEvidence(evidence("新证据", "2026-03-26")));
    w.ok(A, conclude(false));
    redraft(&mut w, &[1, 2], fine(1, 9 * WAN));
    renotice(&mut w);
    assert_eq!(w.case().parties[0].hearing, Hearing::None);
    w.ok(A, Do::WaiveDefence { party: 1, statement: t("放弃") });
    w.no(A, propose(Proposal::Dispose), "hearing.window_open");
}

#[test]
fn no_heavier_penalty_because_of_a_defence() {
    let heavier: [(&str, PartyDisposal); 4] = [
        ("more money", fine(1, 4 * WAN)),
        ("another kind", PartyDisposal { kinds: vec![PenaltyKind::OrderStop], fine_fen: 0, ..fine(1, 0) }),
        (
            "a kind added",
            PartyDisposal { kinds: vec![PenaltyKind::Warning, PenaltyKind::Fine], ..fine(1, 3 * WAN) },
        ),
        (
            "confiscation beside less money",
            PartyDisposal {
                kinds: vec![PenaltyKind::Fine, PenaltyKind::ConfiscateIncome],
                confiscated_fen: 1,
                ..fine(1, WAN)
            },
        ),
    ];
    for (what, disposal) in heavier {
        let mut w = noticed(3 * WAN);
        // Decided without another notice: refused.
        let mut direct = w.fork();
        redraft(&mut direct, &[1], disposal.clone());
        direct.at("2026-03-17");
        direct.no(A, propose(Proposal::Dispose), "notice.differs");
        // Another notice after the defence: refused…
        w.ok(A, defence(1, "2026-03-09"));
        redraft(&mut w, &[1], disposal.clone());
        let refusal = w.no(A, Do::IssueNotice { party: 1, rights: vec![] }, "defence.heavier");
        assert_eq!(refusal.article.article, "第四十五条第二款", "{what}");
        // …also with evidence that the draft does not rely on…
        w.ok(A, Do::AddEvidence(evidence("无关材料", "2026-03-09")));
        redraft(&mut w, &[1], disposal.clone());
        w.no(A, Do::IssueNotice { party: 1, rights: vec![] }, "defence.heavier");
        // …and allowed on new evidence.
        redraft(&mut w, &[1, 2], disposal);
        w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
    }
}

#[test]
fn a_lighter_penalty_needs_no_other_notice() {
    let mut w = noticed(3 * WAN);
    w.ok(A, defence(1, "2026-03-09"));
    w.ok(A, Do::AnswerDefence { party: 1, adoption: Adoption::PartlyAdopted, reasons: t("部分成立") });
    redraft(&mut w, &[1], fine(1, 2 * WAN));
    w.at("2026-03-17");
    w.pass(Proposal::Dispose);
    assert_eq!(w.case().stage, Stage::Decided);
}

#[test]
fn provisions_that_were_not_told_need_another_notice() {
    let mut w = noticed(3 * WAN);
    let mut other = substance(&[1], vec![fine(1, 3 * WAN)]);
    other.basis = vec![Provision { law: "安全生产法".into(), article: "第一百零二条".into() }];
    w.ok(A, Do::PrepareDraft { substance: other });
    w.at("2026-03-17");
    w.no(A, propose(Proposal::Dispose), "notice.differs");
}

#[test]
fn a_draft_stands_on_its_evidence_law_and_kinds() {
    let mut w = concluded(vec![unit_party()], false);
    let with = |change: &dyn Fn(&mut PartyDisposal)| {
        let mut one = fine(1, 3 * WAN);
        change(&mut one);
        draft(&[1], vec![one])
    };
    w.no(A, with(&|d| d.kinds = vec![PenaltyKind::Fine, PenaltyKind::Fine]), "draft.same_fine");
    w.no(A, with(&|d| d.kinds = vec![]), "draft.kind");
    w.no(A, with(&|d| d.fine_fen = 0), "draft.amount");
    w.no(A, with(&|d| d.fine_fen = -1), "draft.amount");
    w.no(A, with(&|d| d.fine_fen = i64::MAX), "draft.amount");
    w.no(A, with(&|d| d.kinds = vec![PenaltyKind::Warning]), "draft.amount");
    w.no(A, with(&|d| d.no_penalty = Some(NoPenaltyGround::NoFault)), "draft.no_penalty");
    w.no(A, draft(&[], vec![fine(1, WAN)]), "draft.evidence");
    w.no(A, draft(&[0], vec![fine(1, WAN)]), "draft.evidence");
    w.no(A, draft(&[2], vec![fine(1, WAN)]), "draft.evidence");
    let mut lawless = substance(&[1], vec![fine(1, WAN)]);
    lawless.basis.clear();
    w.no(A, Do::PrepareDraft { substance: lawless }, "draft.law");
    w.no(A, propose(Proposal::Dispose), "draft.none");
}

#[test]
fn one_party_is_not_fined_twice_by_being_listed_twice() {
    let mut w = checking();
    let mut again = unit_party();
    again.name = t("示例化工有限公司（分公司）");
    w.no(A, propose(Proposal::File(filing(vec![unit_party(), again]))), "party.repeated");
}

/// 70,000, the windows over without a request, cleared and discussed on 2026-03-17.
fn cleared_and_discussed() -> World {
    let mut w = noticed(7 * WAN);
    w.at("2026-03-17");
    clear(&mut w);
    w.ok(HEAD, Do::Discuss(discussion()));
    w
}

#[test]
fn a_clearance_is_for_exactly_one_substance() {
    let mut w = cleared_and_discussed();
    assert!(w.case().clearance().is_some());
    redraft(&mut w, &[1], fine(1, 6 * WAN));
    assert!(w.case().clearance().is_none());
    w.no(A, propose(Proposal::Dispose), "review.required");
    // The same words again: the same digest, and the clearance holds.
    redraft(&mut w, &[1], fine(1, 7 * WAN));
    assert!(w.case().clearance().is_some());
    let mut reworded = substance(&[1], vec![fine(1, 7 * WAN)]);
    reworded.reasoning = mingjing_domain::text::Text::publishable("换一种说法");
    w.ok(A, Do::PrepareDraft { substance: reworded });
    assert!(w.case().clearance().is_none());
    w.no(A, propose(Proposal::Dispose), "notice.differs");
}

#[test]
fn new_evidence_voids_a_clearance_even_of_the_same_draft() {
    let mut w = cleared_and_discussed();
    w.ok(A, Do::AddEvidence(evidence("新证据", "2026-03-17")));
    assert!(w.case().clearance().is_none());
    w.no(A, propose(Proposal::Dispose), "draft.stale");
    // Written again word for word: the same digest, but reviewed without that evidence.
    redraft(&mut w, &[1], fine(1, 7 * WAN));
    assert_eq!(
        w.case().draft.as_ref().map(|d| &d.digest),
        w.case().review.clearance.as_ref().map(|c| &c.digest)
    );
    w.no(A, propose(Proposal::Dispose), "review.required");
    clear(&mut w);
    w.ok(A, propose(Proposal::Dispose));
}

#[test]
fn a_later_hearing_asks_for_a_later_review_and_discussion() {
    let mut w = noticed(7 * WAN);
    clear(&mut w);
    w.at("2026-03-16");
    w.ok(A, ask_hearing(1, "2026-03-16"));
    w.ok(HOST, Do::ScheduleHearing(plan(1, "2026-03-26")));
    w.serve_now(DocumentKind::HearingNotice, 1);
    w.at("2026-03-26");
    w.ok(HOST, Do::HoldHearing(held(1)));
    w.ok(HOST, Do::ReportHearing { party: 1, report: t("维持") });
    w.no(A, propose(Proposal::Dispose), "review.required");
    // A second round on the same draft works after the hearing.
    clear(&mut w);
    assert_eq!(w.case().review.round, 2);
    w.no(A, propose(Proposal::Dispose), "discussion.required");
    w.ok(HEAD, Do::Discuss(discussion()));
    w.ok(A, propose(Proposal::Dispose));
}

#[test]
fn a_superiors_second_round_after_a_refused_first_one_and_a_hearing() {
    let mut w = noticed(7 * WAN);
    w.ok(A, Do::SubmitReview { opinion: t("请审核") });
    w.ok(REVIEWER, opinion(Opinion::Correct));
    w.ok(REVIEW_HEAD, sign());
    w.ok(A, Do::AnswerOpinion { stand: Stand::Adopted, answer: t("将在听证后一并改正") });
    w.no(A, Do::SubmitReview { opinion: t("再送") }, "review.unchanged");
    w.ok(A, ask_hearing(1, "2026-03-09"));
    w.ok(HOST, Do::ScheduleHearing(plan(1, "2026-03-26")));
    w.serve_now(DocumentKind::HearingNotice, 1);
    w.at("2026-03-26");
    w.ok(HOST, Do::HoldHearing(held(1)));
    w.ok(HOST, Do::ReportHearing { party: 1, report: t("事实经质证成立") });
    clear(&mut w);
    assert!(w.case().clearance().is_some());
}

#[test]
fn approval_after_the_draft_changed_is_refused() {
    let mut w = cleared_and_discussed();
    w.ok(A, propose(Proposal::Dispose));
    let no = w.last_proposal();
    w.no(A, draft(&[1], vec![fine(1, 6 * WAN)]), "proposal.pending");
    w.ok(UNIT_HEAD, reviewed(no));
    w.ok(A, Do::AddEvidence(evidence("新证据", "2026-03-17")));
    w.no(HEAD, approved(no), "draft.stale");
    w.ok(HEAD, Do::ApproveProposal { proposal_no: no, approve: false, opinion: t("退回"), opinions: vec![] });
    redraft(&mut w, &[1, 2], fine(1, 7 * WAN));
    w.no(HEAD, approved(no), "proposal.none");
}

#[test]
fn the_decision_is_approved_by_the_principal_head_alone() {
    let mut w = noticed(3 * WAN);
    w.at("2026-03-17");
    w.ok(A, propose(Proposal::Dispose));
    let no = w.last_proposal();
    w.ok(UNIT_HEAD, reviewed(no));
    w.no(DEPUTY, approved(no), "role.approver");
    w.ok(HEAD, approved(no));
    w.no(A, propose(Proposal::Dispose), "stage.wrong");
    w.no(A, draft(&[1], vec![fine(1, 4 * WAN)]), "stage.wrong");
}

#[test]
fn the_ten_points_are_all_written_once_and_agree_with_the_opinion() {
    let mut w = drafted(7 * WAN);
    w.no(REVIEWER, opinion(Opinion::Agree), "review.phase");
    w.ok(A, Do::SubmitReview { opinion: t("请审核") });
    w.no(A, Do::SubmitReview { opinion: t("请审核") }, "review.running");
    let give = |findings, opinion| Do::GiveOpinion { findings, opinion, reasons: t("理由") };
    let mut nine = findings(None);
    nine.pop();
    w.no(REVIEWER, give(nine.clone(), Opinion::Agree), "review.points");
    nine.push(nine[0].clone());
    w.no(REVIEWER, give(nine, Opinion::Agree), "review.points");
    let mut eleven = findings(None);
    eleven.push(eleven[0].clone());
    w.no(REVIEWER, give(eleven, Opinion::Agree), "review.points");
    let mut blank = findings(None);
    blank[3].finding = t("");
    w.no(REVIEWER, give(blank, Opinion::Agree), "review.points");
    w.no(REVIEWER, give(findings(Some(Point::Law)), Opinion::Agree), "review.agree_with_faults");
    for bad in [Opinion::Correct, Opinion::DoNotDecide, Opinion::MoreInvestigation, Opinion::Transfer] {
        w.no(REVIEWER, give(findings(None), bad), "review.fault_without_point");
    }
    w.ok(REVIEWER, give(findings(None), Opinion::Agree));
    assert!(w.case().clearance().is_none(), "not before it is signed");
}

#[test]
fn a_review_of_what_has_changed_gives_nothing() {
    let mut w = drafted(7 * WAN);
    w.ok(A, Do::SubmitReview { opinion: t("请审核") });
    let mut redrafted = w.fork();
    redraft(&mut redrafted, &[1], fine(1, 8 * WAN));
    redrafted.no(REVIEWER, opinion(Opinion::Agree), "review.draft_changed");
    w.ok(REVIEWER, opinion(Opinion::Agree));
    w.ok(A, Do::AddEvidence(evidence("新证据", "2026-03-06")));
    redraft(&mut w, &[1], fine(1, 7 * WAN));
    w.no(REVIEW_HEAD, sign(), "review.draft_changed");
}

#[test]
fn an_opinion_is_contested_once_then_coordinated() {
    let mut w = drafted(7 * WAN);
    w.ok(A, Do::SubmitReview { opinion: t("请审核") });
    w.ok(REVIEWER, opinion(Opinion::Correct));
    w.ok(REVIEW_HEAD, sign());
    w.no(A, Do::RequestReReview { reason: t("异议") }, "review.phase");
    w.no(A, Do::SubmitReview { opinion: t("再送") }, "review.unanswered");
    w.ok(A, Do::AnswerOpinion { stand: Stand::Disputed, answer: t("不同意") });
    w.no(
        DEPUTY,
        Do::Coordinate { opinion: Opinion::Agree, reasons: t("协调"), findings: vec![] },
        "review.phase",
    );
    w.ok(A, Do::RequestReReview { reason: t("异议") });
    let give = |members: &[_]| Do::GiveReReview {
        members: members.to_vec(),
        opinion: Opinion::Correct,
        reasons: t("复核"),
        findings: vec![],
    };
    w.no(REVIEW_HEAD, give(&[REVIEW_HEAD, REVIEWER]), "review.not_joint");
    w.no(REVIEW_HEAD, give(&[A, B]), "review.not_joint");
    w.ok(REVIEW_HEAD, give(&[A, REVIEWER]));
    w.no(A, Do::RequestReReview { reason: t("异议") }, "review.rereview_once");
    w.no(A, Do::SubmitReview { opinion: t("再送") }, "review.unchanged");
    // Turning back to the investigation and concluding again changes nothing about it.
    w.ok(A, Do::Reinvestigate { reason: t("补充") });
    w.ok(A, conclude(false));
    assert_eq!(w.case().review.phase, ReviewPhase::Idle);
    w.no(A, Do::SubmitReview { opinion: t("再送") }, "review.unchanged");
}

#[test]
fn what_was_once_complex_stays_complex() {
    let mut w = concluded(vec![unit_party()], true);
    w.ok(A, Do::Reinvestigate { reason: t("补充") });
    w.ok(A, conclude(false));
    w.ok(A, draft(&[1], vec![fine(1, WAN)]));
    renotice(&mut w);
    w.at("2026-03-20");
    w.no(A, propose(Proposal::Dispose), "review.required");
    clear(&mut w);
    w.no(A, propose(Proposal::Dispose), "discussion.required");
}

#[test]
fn a_party_may_answer_while_the_investigation_goes_on_again() {
    let mut w = noticed(7 * WAN);
    w.ok(A, Do::Reinvestigate { reason: t("补充") });
    w.ok(A, defence(1, "2026-03-09"));
    w.ok(A, ask_hearing(1, "2026-03-09"));
}

#[test]
fn a_replaced_notice_is_served_to_nobody_and_holds_up_no_archive() {
    let mut w = drafted(3 * WAN);
    w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
    w.make_all();
    let old = w.document(DocumentKind::PenaltyNotice, Some(1));
    redraft(&mut w, &[1], fine(1, 2 * WAN));
    w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
    w.no(A, serve(old, "2026-03-06"), "document.superseded");
    w.no(A, propose(Proposal::Dispose), "notice.unserved");
}
