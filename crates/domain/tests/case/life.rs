//! Whole lives of cases, with the exact days around the holidays of 2026.

use crate::steps::*;
use crate::world::*;
use mingjing_domain::case::command::*;
use mingjing_domain::case::state::Hearing;
use mingjing_domain::case::types::*;
use mingjing_domain::case::view::{Progress, rail};
use mingjing_domain::case::{CaseCommand as Do, CaseEvent, clock};
use mingjing_domain::cite::penalty_law;
use mingjing_domain::matter::StaffId;

/// The latest day of a running limit by its title and party.
fn due(w: &World, who: StaffId, title: &str, party: Option<PartyNo>) -> String {
    let all = clock::running(w.case(), &w.facts(who));
    let one = all.iter().find(|r| r.title == title && r.party == party);
    one.unwrap_or_else(|| {
        panic!("{title} runs; there are {:?}", all.iter().map(|r| &r.title).collect::<Vec<_>>())
    })
    .limit
    .due
    .latest()
    .to_string()
}

fn first_notice(w: &mut World) {
    w.at("2026-03-25");
    w.ok(A, conclude(false));
    w.ok(A, draft(&[1], vec![fine(1, 3 * WAN), fine(2, 5_000 * YUAN)]));
    w.at("2026-03-26");
    for party in [1, 2] {
        w.ok(A, Do::IssueNotice { party, rights: vec![] });
        assert_eq!(w.case().documents.last().map(|d| d.kind), Some(DocumentKind::PenaltyNotice));
    }
    w.at("2026-03-27");
    for party in [1, 2] {
        w.serve_now(DocumentKind::PenaltyNotice, party);
        assert_eq!(due(w, A, "陈述、申辩期", Some(party)), "2026-04-03");
    }
}

fn investigation(w: &mut World) {
    w.at("2026-03-05");
    w.ok(A, Do::NotifyInquiry { party: 1, person: t("示范甲"), details: t("三月五日到局") });
    let now = session(w);
    w.ok(
        A,
        Do::RecordInquiry {
            session: now, person: t("示范甲，总经理"), record: t("问答"), signed: true
        },
    );
    let now = session(w);
    w.ok(B, Do::RecordScene { session: now, record: t("现场情况"), witnessed: true });
    w.ok(A, Do::TakeSample(sampling(w)));
    w.serve_now(DocumentKind::SamplingVoucher, 1);
    w.ok(A, Do::AddEvidence(evidence("特种作业人员名册", "2026-03-05")));
    let items = vec![PreservedItem { name: t("培训档案"), description: t(""), quantity: "2册".into() }];
    w.pass(Proposal::Preserve(Preserving { party: 1, items, manner: t("就地保存") }));
    assert_eq!(due(w, A, "处理第1次先行登记保存", Some(1)), "2026-03-16");
    w.at("2026-03-10");
    w.ok(
        A,
        Do::CommissionExpert(Commission {
            agency: t("示例检测中心"),
            question: t("证件真伪"),
            examination: Some(Examination::Appraisal),
            items: vec![],
            due_on: None,
        }),
    );
    w.at("2026-03-13");
    w.pass(Proposal::DisposePreservation(PreservationDisposing {
        preservation: 1,
        disposal: PreservationDisposal::KeepAsEvidence,
    }));
    w.at("2026-03-16");
    w.ok(A, Do::OrderCorrection { party: 1, items: t("停止无证作业"), due_on: day("2026-03-31") });
    w.at("2026-03-20");
    w.ok(A, Do::ReceiveExpert { commission: 1, conclusion: t("证件系伪造") });
    assert_eq!(w.decision_due(), "2026-06-12", "ten days of testing are left out of the ninety");
}

fn second_notice(w: &mut World) {
    w.at("2026-03-30");
    w.ok(A, Do::Reinvestigate { reason: t("当事人另有四人无证") });
    w.ok(A, Do::AddEvidence(evidence("第二份名册", "2026-03-30")));
    w.at("2026-03-31");
    w.ok(A, conclude(false));
    w.ok(A, draft(&[1, 3], vec![fine(1, 7 * WAN), fine(2, 2 * WAN)]));
    w.at("2026-04-01");
    for party in [1, 2] {
        w.ok(A, Do::IssueNotice { party, rights: vec![] });
        assert_eq!(w.case().documents.last().map(|d| d.kind), Some(DocumentKind::HearingRightNotice));
    }
    w.at("2026-04-02");
    for party in [1, 2] {
        w.serve_now(DocumentKind::HearingRightNotice, party);
        // 清明 4 to 6 April: 3, 7, 8, 9, 10 are the five working days.
        assert_eq!(due(w, A, "听证申请期", Some(party)), "2026-04-10");
        assert_eq!(due(w, A, "陈述、申辩期", Some(party)), "2026-04-10");
    }
}

fn hearing(w: &mut World) {
    w.at("2026-04-08");
    w.ok(A, defence(2, "2026-04-08"));
    w.at("2026-04-09");
    w.ok(A, Do::AnswerDefence { party: 2, adoption: Adoption::NotAdopted, reasons: t("没有从轻情节") });
    w.at("2026-04-10");
    w.ok(A, ask_hearing(1, "2026-04-10"));
    w.at("2026-04-13");
    w.no(A, ask_hearing(2, "2026-04-13"), "hearing.too_late");
    // Seven working days: 13 to 17, 20, 21… the first free day is the 23rd.
    let refusal = w.no(HOST, Do::ScheduleHearing(plan(1, "2026-04-21")), "hearing.notice_short");
    let first = refusal.after.expect("a day").to_string();
    assert_eq!(first, "2026-04-22");
    w.ok(HOST, Do::ScheduleHearing(plan(1, "2026-04-23")));
    w.serve_now(DocumentKind::HearingNotice, 1);
    w.at("2026-04-22");
    w.no(HOST, Do::HoldHearing(held(1)), "hearing.not_today");
    w.at("2026-04-23");
    w.ok(HOST, Do::HoldHearing(held(1)));
    w.at("2026-04-24");
    w.ok(HOST, Do::ReportHearing { party: 1, report: t("建议维持处理意见") });
    assert!(matches!(w.case().parties[0].hearing, Hearing::Held { report: Some(_), .. }));
    assert_eq!(w.decision_due(), "2026-06-25", "thirteen days of hearing more");
}

fn decision(w: &mut World) {
    w.at("2026-04-27");
    w.ok(A, Do::SubmitReview { opinion: t("请审核") });
    assert!(w.case().review.triggers.contains(&Trigger::HeardMajorRights));
    assert_eq!(due(w, A, "法制审核", None), "2026-05-13", "劳动节 1 to 5 May, work on Saturday the 9th");
    w.at("2026-04-28");
    w.ok(REVIEWER, opinion(Opinion::Agree));
    w.at("2026-04-29");
    let signed = w.ok(REVIEW_HEAD, sign());
    assert!(signed.iter().any(|e| matches!(e, CaseEvent::Cleared { .. })));
    w.at("2026-05-06");
    w.ok(HEAD, Do::Discuss(discussion()));
    w.at("2026-05-07");
    let events = w.pass(Proposal::Dispose);
    let decided = events.iter().find_map(|e| match e {
        CaseEvent::Decided { documents, overdue_days, clearance, .. } => {
            Some((documents.len(), *overdue_days, clearance.len()))
        }
        _ => None,
    });
    assert_eq!(decided, Some((2, 0, 64)));
    assert_eq!(due(w, A, "送达决定书", Some(1)), "2026-05-15", "8, 9 (make-up Saturday), 11 to 15 May");
}

fn performance(w: &mut World) {
    w.at("2026-05-08");
    w.serve_now(DocumentKind::PenaltyDecision, 1);
    w.make_all();
    let no = w.document(DocumentKind::PenaltyDecision, Some(2));
    let mut left = service("2026-05-08");
    left.method = ServiceMethod::Left;
    w.no(A, Do::ServeDocument { document: no, service: left.clone() }, "input.required");
    left.witness = t("社区工作人员见证并录像");
    w.ok(A, Do::ServeDocument { document: no, service: left });
    assert_eq!(due(w, A, "缴纳罚款", Some(1)), "2026-05-25", "the 15th day is a Saturday");
    assert_eq!(due(w, A, "申请行政复议", Some(1)), "2026-07-07");
    w.at("2026-05-20");
    w.ok(CASHIER, payment(1, "3001", 5 * WAN, "2026-05-20"));
    w.at("2026-05-25");
    w.no(A, propose(Proposal::Close { ground: ClosingGround::Performed }), "payment.owed");
    w.ok(CASHIER, payment(1, "3002", 2 * WAN, "2026-05-25"));
    w.ok(CASHIER, payment(2, "3003", 2 * WAN, "2026-05-25"));
    w.at("2026-05-26");
    w.no(A, propose(Proposal::Close { ground: ClosingGround::Performed }), "correction.open");
    w.ok(A, Do::RecheckCorrection { order: 1, corrected: true, opinion: t("已经改正") });
    // 15 working days from the re-check of the 26th.
    assert_eq!(due(w, A, "结案", None), "2026-06-16");
    w.at("2026-05-28");
    w.pass(Proposal::Close { ground: ClosingGround::Performed });
    assert_eq!(due(w, A, "归档", None), "2026-06-27");
}

#[test]
fn the_whole_life_of_a_case_of_a_unit_and_its_responsible_person() {
    let mut w = World::new("2026-03-02");
    w.ok(A, Do::RegisterClue(clue()));
    w.ok(A, Do::StartCheck { officers: vec![A, B] });
    assert_eq!(due(&w, A, "核查并决定是否立案", None), "2026-03-23");
    w.ok(A, Do::AddEvidence(evidence("现场照片", "2026-03-02")));
    w.at("2026-03-04");
    w.pass(Proposal::File(filing(vec![unit_party(), responsible_party()])));
    assert_eq!(w.case().number().map(ToString::to_string).as_deref(), Some("（示）应急立〔2026〕1号"));
    assert_eq!(w.decision_due(), "2026-06-02");
    investigation(&mut w);
    first_notice(&mut w);
    second_notice(&mut w);
    hearing(&mut w);
    decision(&mut w);
    performance(&mut w);
    w.serve_all();
    w.at("2026-06-10");
    w.ok(ARCHIVIST, Do::Archive { volumes: 1, pages: 120, retention_years: 30 });
    w.make_all();
    assert_eq!(w.case().stage, Stage::Archived);
    let rail = rail(w.case(), &w.facts(A));
    for title in
        ["线索", "立案", "调查", "法制审核", "告知", "听证", "集体讨论", "决定", "送达", "执行", "结案归档"]
    {
        let stop = rail.iter().find(|s| s.title == title).unwrap_or_else(|| panic!("{title}"));
        assert_eq!(stop.progress, Progress::Done, "{title}");
    }
    let folded = w.refold(true).expect("a case");
    assert_eq!(folded, *w.case(), "the stored stream folds to the same state");
}

#[test]
fn a_small_case_needs_neither_hearing_nor_review_nor_discussion() {
    let mut w = decided(3 * WAN);
    assert!(w.case().review.clearance.is_none() && w.case().discussions.is_empty());
    let rail = rail(w.case(), &w.facts(A));
    for title in ["法制审核", "听证", "集体讨论"] {
        assert_eq!(
            rail.iter().find(|s| s.title == title).map(|s| s.progress),
            Some(Progress::Skipped),
            "{title}"
        );
    }
    w.at("2026-03-18");
    w.serve_now(DocumentKind::PenaltyDecision, 1);
    assert_eq!(due(&w, A, "缴纳罚款", Some(1)), "2026-04-02");
    w.at("2026-04-02");
    w.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-04-02"));
    w.pass(Proposal::Close { ground: ClosingGround::Performed });
    assert_eq!(w.case().stage, Stage::Closed);
}

#[test]
fn a_case_can_end_without_filing() {
    let mut w = checking();
    w.pass(Proposal::NotFile);
    assert_eq!(w.case().stage, Stage::NotFiled);
    w.make_all();
    w.ok(A, Do::Archive { volumes: 1, pages: 3, retention_years: 10 });
    assert_eq!(w.case().stage, Stage::Archived);
}

#[test]
fn a_case_can_be_withdrawn_from_every_stage_before_the_decision() {
    for mut w in [investigated(vec![unit_party()]), drafted(3 * WAN), noticed(3 * WAN)] {
        w.pass(Proposal::Withdraw);
        assert_eq!(w.case().stage, Stage::Withdrawn);
        w.serve_all();
        w.ok(ARCHIVIST, Do::Archive { volumes: 1, pages: 9, retention_years: 10 });
    }
}

#[test]
fn a_file_that_ends_without_a_decision_is_archived_in_its_term_too() {
    let transfer = Proposal::Transfer(Transferring { crime: false, recipient: t("他局") });
    for (mut w, end) in [
        (checking(), Proposal::NotFile),
        (investigated(vec![unit_party()]), Proposal::Withdraw),
        (investigated(vec![unit_party()]), transfer),
    ] {
        w.at("2026-03-06");
        w.pass(end);
        assert_eq!(due(&w, A, "归档", None), "2026-04-05");
    }
}

#[test]
fn the_closing_limit_runs_from_the_last_performance() {
    let mut w = decision_served(3 * WAN);
    let closing = |w: &World| clock::running(w.case(), &w.facts(A)).iter().any(|r| r.title == "结案");
    assert!(!closing(&w));
    w.ok(CASHIER, payment(1, "0001", WAN, "2026-03-18"));
    assert!(!closing(&w));
    w.at("2026-03-20");
    w.ok(CASHIER, payment(1, "0002", 2 * WAN, "2026-03-20"));
    // 清明 takes 6 April out of the fifteen working days.
    assert_eq!(due(&w, A, "结案", None), "2026-04-13");
    w.pass(Proposal::Close { ground: ClosingGround::Performed });
    assert!(!closing(&w));
}

#[test]
fn a_case_can_end_without_penalty() {
    let mut w = concluded(vec![unit_party()], false);
    w.ok(A, draft(&[1], vec![spared(1)]));
    w.no(A, Do::IssueNotice { party: 1, rights: vec![] }, "notice.no_penalty");
    w.pass(Proposal::Dispose);
    let no = w.document(DocumentKind::NoPenaltyDecision, Some(1));
    assert_eq!(w.case().decision.as_ref().map(|d| d.documents.clone()), Some(vec![(1, no)]));
    w.no(A, propose(Proposal::Close { ground: ClosingGround::NoPenaltyServed }), "decision.unserved");
    w.serve_now(DocumentKind::NoPenaltyDecision, 1);
    w.no(A, propose(Proposal::Close { ground: ClosingGround::Performed }), "closing.ground");
    w.pass(Proposal::Close { ground: ClosingGround::NoPenaltyServed });
    assert_eq!(w.case().stage, Stage::Closed);
}

#[test]
fn a_case_can_go_to_public_security_or_to_another_organ() {
    for (crime, letter) in [(true, DocumentKind::CrimeTransferLetter), (false, DocumentKind::TransferLetter)]
    {
        let mut w = investigated(vec![unit_party()]);
        w.ok(A, propose(Proposal::Transfer(Transferring { crime, recipient: t("示例县公安局") })));
        w.ok(UNIT_HEAD, reviewed(2));
        w.no(DEPUTY, approved(2), "role.approver");
        w.ok(HEAD, approved(2));
        assert_eq!(w.case().stage, Stage::Transferred);
        w.document(letter, None);
        w.no(A, propose(Proposal::Withdraw), "stage.wrong");
    }
}

#[test]
fn a_decision_revoked_by_reconsideration_ends_the_case_without_payment() {
    for outcome in [RemedyOutcome::Revoked, RemedyOutcome::Redo, RemedyOutcome::ConfirmedInvalid] {
        let ground = RemedyKind::Reconsideration.revocation(outcome);
        let mut w = decision_served(3 * WAN);
        w.at("2026-04-20");
        let body = t("示例县人民政府");
        w.claim("2026-04-15", paper());
        w.ok(
            A,
            Do::RecordRemedy { party: 1, remedy: RemedyKind::Reconsideration, on: day("2026-04-15"), body },
        );
        w.at("2026-06-01");
        let document = t("示政复决〔2026〕1号");
        let events = w.ok(
            REVIEWER,
            Do::ConcludeRemedy {
                party: 1,
                remedy: RemedyKind::Reconsideration,
                outcome,
                document,
                fine_fen: None,
                confiscated_fen: None,
                lifted: Vec::new(),
                opposed: false,
            },
        );
        assert!(
            events
                .iter()
                .any(|e| matches!(e, CaseEvent::DecisionRevoked { ground: it, .. } if *it == ground))
        );
        w.at("2026-06-02");
        w.no(A, Do::DemandEnforcement { party: 1 }, "decision.revoked");
        let notes: Vec<_> = rail(w.case(), &w.facts(A)).into_iter().map(|s| (s.title, s.note)).collect();
        for note in [("送达", "决定已撤销"), ("执行", "不再执行")] {
            assert!(notes.iter().any(|(title, said)| (&**title, &**said) == note), "{notes:?}");
        }
        w.pass(Proposal::Close { ground: ClosingGround::DecisionRevoked });
        assert_eq!(w.case().stage, Stage::Closed);
    }
}

#[test]
fn a_remedy_revokes_the_decision_on_its_own_party_and_on_nobody_else() {
    let mut w = both_decided();
    let remedy = RemedyKind::Litigation;
    let lodge =
        |party| Do::RecordRemedy { party, remedy, on: day("2026-04-15"), body: t("示例县人民法院") };
    let end = |party| Do::ConcludeRemedy {
        party,
        remedy,
        outcome: RemedyOutcome::Revoked,
        document: t("（2026）示行初1号"),
        fine_fen: None,
        confiscated_fen: None,
        lifted: Vec::new(),
        opposed: false,
    };
    let revoked =
        |events: &[CaseEvent]| events.iter().any(|e| matches!(e, CaseEvent::DecisionRevoked { .. }));
    let close = |ground| propose(Proposal::Close { ground });
    w.at("2026-04-15");
    w.ok(A, lodge(1));
    w.ok(A, lodge(2));
    w.at("2026-06-01");
    assert!(!revoked(&w.ok(REVIEWER, end(1))));
    // Nothing is left for the first party; the second is bound as before.
    w.at("2026-06-02");
    let refusal = w.no(A, Do::DemandEnforcement { party: 1 }, "decision.revoked");
    assert_eq!(refusal.article.to_string(), penalty_law("第七条").to_string());
    w.no(A, close(ClosingGround::DecisionRevoked), "payment.owed");
    assert_eq!(w.case().revoked(1), Some((RevocationGround::Judgment, day("2026-06-01"))));
    assert_eq!(w.case().revoked(2), None);
    let mut both = w.fork();
    w.ok(CASHIER, payment(2, "0002", 2 * WAN, "2026-06-02"));
    w.no(A, close(ClosingGround::DecisionRevoked), "closing.ground");
    w.pass(Proposal::Close { ground: ClosingGround::Performed });
    // The whole decision falls with the last party.
    assert!(revoked(&both.ok(REVIEWER, end(2))));
    both.no(A, close(ClosingGround::Performed), "closing.ground");
    both.pass(Proposal::Close { ground: ClosingGround::DecisionRevoked });
}

#[test]
fn an_old_stream_that_revoked_for_all_by_one_remedy_binds_the_others_still() {
    let mut w = both_decided();
    let remedy = RemedyKind::Reconsideration;
    w.ok(A, Do::RecordRemedy { party: 1, remedy, on: w.today(), body: t("示例县人民政府") });
    let document = || t("示政复决〔2026〕1号");
    w.put(&CaseEvent::RemedyConcluded {
        party: 1,
        remedy,
        outcome: RemedyOutcome::Revoked,
        document: document(),
    });
    w.put(&CaseEvent::DecisionRevoked { ground: RevocationGround::Reconsideration, document: document() });
    w.at("2026-04-03");
    w.no(A, Do::DemandFine { party: 1 }, "decision.revoked");
    assert_eq!(w.case().parties.iter().map(|p| p.stood.len()).collect::<Vec<_>>(), [1, 0]);
    w.ok(CASHIER, payment(2, "0002", 2 * WAN, "2026-04-03"));
}

/// A unit fined 30,000 and its head fined 20,000, both served on 2026-04-02.
fn both_decided() -> World {
    let mut w = concluded(vec![unit_party(), responsible_party()], false);
    w.ok(A, draft(&[1], vec![fine(1, 3 * WAN), fine(2, 2 * WAN)]));
    w.at("2026-03-09");
    for party in [1, 2] {
        w.ok(A, Do::IssueNotice { party, rights: vec![] });
    }
    w.serve_all();
    w.at("2026-04-02");
    clear(&mut w);
    w.ok(HEAD, Do::Discuss(discussion()));
    w.pass(Proposal::Dispose);
    w.serve_all();
    w
}

#[test]
fn a_decision_after_its_term_says_by_how_many_days() {
    let mut w = noticed(3 * WAN);
    w.at("2026-06-12");
    w.pass(Proposal::Dispose);
    let decision = w.case().decision.as_ref().expect("decided");
    assert_eq!((decision.on, decision.overdue_days), (day("2026-06-12"), 10), "the term ended on 2 June");
}
