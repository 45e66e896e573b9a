//! Attempts around service, payment, enforcement, closing and archive.

use crate::steps::*;
use crate::world::*;
use mingjing_domain::case::CaseCommand as Do;
use mingjing_domain::case::clock;
use mingjing_domain::case::command::*;
use mingjing_domain::case::substance::PartyDisposal;
use mingjing_domain::case::types::*;
use mingjing_domain::cite::penalty_law;

#[test]
fn a_document_is_served_once_after_it_was_made_with_proof() {
    let mut w = decided(3 * WAN);
    let no = w.document(DocumentKind::PenaltyDecision, Some(1));
    w.no(A, serve(no, "2026-03-17"), "document.unmade");
    w.no(A, made(no), "role.system");
    w.ok(SYSTEM, made(no));
    w.no(SYSTEM, made(no), "document.made");
    w.no(SYSTEM, made(999), "document.unknown");
    w.no(A, serve(999, "2026-03-17"), "document.unknown");
    w.no(A, serve(1, "2026-03-17"), "document.unknown");
    let electronic = Service { method: ServiceMethod::Electronic, ..service("2026-03-17") };
    w.no(A, Do::ServeDocument { document: no, service: electronic.clone() }, "service.no_consent");
    w.ok(A, Do::ConfirmAddress { party: 1, address: t("示例路1号"), electronic: t("") });
    w.no(A, Do::ServeDocument { document: no, service: electronic.clone() }, "service.no_consent");
    w.ok(A, Do::ConfirmAddress { party: 1, address: t("示例路1号"), electronic: t("a@example.cn") });
    w.ok(A, Do::ServeDocument { document: no, service: electronic });
    w.no(A, serve(no, "2026-03-17"), "document.served");
}

#[test]
fn service_by_announcement_counts_after_thirty_days() {
    let mut w = decided(3 * WAN);
    w.make_all();
    let no = w.document(DocumentKind::PenaltyDecision, Some(1));
    let announced = Service { method: ServiceMethod::Announcement, ..service("2026-03-17") };
    let serving = Do::ServeDocument { document: no, service: announced.clone() };
    w.no(A, serving.clone(), "service.no_announcement");
    w.ok(A, announce(no));
    w.no(A, announce(no), "document.unknown");
    w.no(A, serving, "document.unmade");
    w.make_all();
    let early = Service { on: day("2026-03-15"), ..announced.clone() };
    w.no(A, Do::ServeDocument { document: no, service: early }, "time.service");
    w.ok(A, Do::ServeDocument { document: no, service: announced });
    let served = w.case().document(no).and_then(|d| d.service.clone()).expect("served");
    assert_eq!(served.effective_on, day("2026-04-16"));
    w.at("2026-03-20");
    w.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-03-20"));
    w.no(A, propose(Proposal::Close { ground: ClosingGround::Performed }), "decision.unserved");
    w.at("2026-04-16");
    w.ok(A, propose(Proposal::Close { ground: ClosingGround::Performed }));
}

#[test]
fn a_payment_follows_service_once_and_never_exceeds_what_is_owed() {
    let mut w = decided(3 * WAN);
    w.no(CASHIER, payment(1, "0001", 3 * WAN, "2026-03-17"), "decision.unserved");
    w.at("2026-03-18");
    w.serve_now(DocumentKind::PenaltyDecision, 1);
    let pay = |receipt: &str, fen| payment(1, receipt, fen, "2026-03-18");
    w.no(A, pay("0001", WAN), "role.missing");
    w.people.get_mut(&A).expect("an officer").roles.push(mingjing_domain::staff::Role::Cashier);
    w.no(A, pay("0001", WAN), "duty.separate");
    w.no(CASHIER, pay("0001", 3 * WAN + 1), "payment.amount");
    w.no(CASHIER, pay("0001", 0), "payment.amount");
    w.no(CASHIER, pay("0001", -5), "payment.amount");
    w.no(CASHIER, pay("", WAN), "payment.receipt");
    w.no(CASHIER, payment(2, "0001", WAN, "2026-03-18"), "party.unknown");
    w.no(CASHIER, payment(1, "0001", WAN, "2026-03-19"), "time.payment");
    w.no(CASHIER, payment(1, "0001", WAN, "2026-03-16"), "time.payment");
    w.ok(CASHIER, pay("aB01", WAN));
    for again in ["aB01", "AB01", "ab01"] {
        w.no(CASHIER, pay(again, WAN), "payment.receipt_used");
    }
    for spaced in [" aB01", "aB01 ", "aB 01", "aB01\u{3000}"] {
        w.no(CASHIER, pay(spaced, WAN), "payment.receipt");
    }
    w.receipt_used = true;
    w.no(CASHIER, pay("0002", WAN), "payment.receipt_used");
    w.receipt_used = false;
    w.no(CASHIER, pay("0002", 2 * WAN + 1), "payment.amount");
    w.ok(CASHIER, pay("0002", 2 * WAN));
    w.no(CASHIER, pay("0003", 1), "payment.nothing_owed");
}

#[test]
fn an_additional_fine_accrues_by_day_up_to_the_fine_and_not_during_a_remedy() {
    let mut w = decision_served(3 * WAN);
    let impose = |fen| Do::ImposeAdditionalFine { party: 1, amount_fen: fen };
    w.at("2026-04-02");
    w.no(DEPUTY, impose(1), "payment.not_due");
    w.no(A, Do::DemandFine { party: 1 }, "payment.not_due");
    w.at("2026-04-03");
    w.no(DEPUTY, impose(900 * YUAN + 1), "additional.amount");
    w.no(DEPUTY, impose(0), "additional.amount");
    w.ok(DEPUTY, impose(900 * YUAN));
    w.no(DEPUTY, impose(1), "additional.cap");
    w.ok(A, Do::DemandFine { party: 1 });
    // From the 5th to the 14th a remedy is pending: those days do not count.
    w.at("2026-04-05");
    let lodge = Do::RecordRemedy {
        party: 1,
        remedy: RemedyKind::Reconsideration,
        on: day("2026-04-05"),
        body: t("县政府"),
    };
    w.ok(A, lodge.clone());
    w.no(A, lodge, "remedy.repeated");
    w.no(DEPUTY, impose(1), "remedy.pending");
    w.at("2026-04-15");
    let end = Do::ConcludeRemedy {
        party: 1,
        remedy: RemedyKind::Reconsideration,
        outcome: RemedyOutcome::Upheld,
        document: t("文号"),
        fine_fen: None,
        confiscated_fen: None,
        lifted: Vec::new(),
        opposed: false,
    };
    w.ok(A, end.clone());
    w.no(A, end, "remedy.none");
    let cap =
        |w: &World| clock::additional_cap(w.case(), &w.facts(A), 1, &w.case().parties[0]).expect("served");
    // 3, 4 and 15 April.
    assert_eq!(cap(&w), 3 * 900 * YUAN);
    // Paying two thirds leaves 3 % of the rest a day.
    w.ok(CASHIER, payment(1, "0001", 2 * WAN, "2026-04-15"));
    w.at("2026-04-16");
    assert_eq!(cap(&w), (2 * 900 + 300 + 300) * YUAN);
    w.at("2026-12-01");
    assert_eq!(cap(&w), 3 * WAN, "never more than the fine");
    w.ok(DEPUTY, impose(3 * WAN - 900 * YUAN));
    w.no(DEPUTY, impose(1), "additional.cap");
}

#[test]
fn a_decision_served_on_paper_opens_no_demand_early() {
    let mut w = decided(3 * WAN);
    w.make_all();
    let no = w.document(DocumentKind::PenaltyDecision, Some(1));
    w.at("2026-04-20");
    w.no(A, serve(no, "2026-03-18"), "time.late");
    w.claim("2026-03-18", paper());
    w.ok(A, serve(no, "2026-03-18"));
    // Claimed, the fifteen days were over on 2 April; recorded, they are not.
    let refusal = w.no(DEPUTY, Do::ImposeAdditionalFine { party: 1, amount_fen: 1 }, "payment.not_due");
    assert_eq!(refusal.after, Some(day("2026-05-07")), "the 15th day, 5 May, is a holiday");
    // Nor does it accrue for the days before: one day, at three per cent.
    w.at("2026-05-07");
    w.no(DEPUTY, Do::ImposeAdditionalFine { party: 1, amount_fen: 900 * YUAN + 1 }, "additional.amount");
    w.ok(DEPUTY, Do::ImposeAdditionalFine { party: 1, amount_fen: 900 * YUAN });
}

#[test]
fn instalments_add_up_and_only_what_is_due_of_them_is_late() {
    let mut w = decision_served(3 * WAN);
    let plan = |parts: &[(&str, i64)]| {
        let instalments =
            parts.iter().map(|(d, fen)| Instalment { due_on: day(d), amount_fen: *fen }).collect();
        Proposal::Defer(Deferring { party: 1, instalments, ..Deferring::default() })
    };
    for bad in [
        plan(&[]),
        plan(&[("2026-04-30", 2 * WAN)]),
        plan(&[("2026-04-30", 4 * WAN)]),
        plan(&[("2026-03-18", 3 * WAN)]),
        plan(&[("2026-05-30", 2 * WAN), ("2026-04-30", WAN)]),
        plan(&[("2026-04-30", 4 * WAN), ("2026-05-30", -WAN)]),
    ] {
        w.no(A, propose(bad), "deferral.plan");
    }
    w.pass(plan(&[("2026-04-30", WAN), ("2026-06-30", 2 * WAN)]));
    w.at("2026-04-30");
    w.no(A, Do::DemandFine { party: 1 }, "payment.not_due");
    w.at("2026-05-02");
    w.no(DEPUTY, Do::ImposeAdditionalFine { party: 1, amount_fen: 2 * 300 * YUAN + 1 }, "additional.amount");
    w.ok(DEPUTY, Do::ImposeAdditionalFine { party: 1, amount_fen: 2 * 300 * YUAN });
}

#[test]
fn enforcement_needs_a_served_demand_ten_working_days_and_the_end_of_remedies() {
    let mut w = decision_served(3 * WAN);
    let court = || Do::ApplyToCourt { party: 1, court: t("示例县人民法院") };
    w.no(HEAD, court(), "payment.not_due");
    w.no(A, Do::DemandEnforcement { party: 1 }, "payment.not_due");
    w.at("2026-09-10");
    w.no(HEAD, court(), "demand.none");
    w.ok(A, Do::DemandEnforcement { party: 1 });
    w.no(A, Do::DemandEnforcement { party: 1 }, "demand.repeated");
    w.no(HEAD, court(), "demand.unserved");
    w.serve_now(DocumentKind::EnforcementDemand, 1);
    // Six months from 18 March end on 18 September; ten working days on the 23rd (work on the 20th).
    let refusal = w.no(HEAD, court(), "demand.running");
    assert_eq!(refusal.after, Some(day("2026-09-24")));
    w.at("2026-09-24");
    let mut contested = w.fork();
    contested.ok(
        A,
        Do::RecordRemedy {
            party: 1, remedy: RemedyKind::Litigation, on: day("2026-09-24"), body: t("法院")
        },
    );
    contested.no(HEAD, court(), "remedy.pending");
    w.no(DEPUTY, court(), "role.missing");
    let mut late = w.fork();
    late.at("2026-12-18");
    let mut last = late.fork();
    last.ok(HEAD, court());
    late.at("2026-12-19");
    late.no(HEAD, court(), "court.too_late");
    w.ok(HEAD, court());
    w.no(HEAD, court(), "court.repeated");
}

#[test]
fn a_case_before_the_court_closes_with_the_ruling_that_ends_it() {
    let mut w = decision_served(3 * WAN);
    let ruling =
        |ruling, on: &str| Do::RecordRuling { party: 1, ruling, on: day(on), document: t("执行裁定书") };
    w.at("2026-09-10");
    w.no(A, ruling(CourtRuling::Ended, "2026-09-10"), "court.none");
    w.ok(A, Do::DemandEnforcement { party: 1 });
    w.serve_now(DocumentKind::EnforcementDemand, 1);
    w.at("2026-09-24");
    w.ok(HEAD, Do::ApplyToCourt { party: 1, court: t("示例县人民法院") });
    let close = || propose(Proposal::Close { ground: ClosingGround::CourtClosed });
    w.no(A, close(), "court.no_ruling");
    w.at("2026-10-20");
    for wrong in ["2026-09-23", "2026-10-21"] {
        w.no(A, ruling(CourtRuling::Granted, wrong), "time.ruling");
    }
    w.no(
        A,
        Do::RecordRuling { party: 1, ruling: CourtRuling::Granted, on: day("2026-10-20"), document: t("") },
        "input.required",
    );
    for early in [CourtRuling::Ended, CourtRuling::Performed] {
        w.no(A, ruling(early, "2026-10-20"), "court.not_granted");
    }
    w.ok(A, ruling(CourtRuling::Granted, "2026-10-20"));
    for again in [CourtRuling::Granted, CourtRuling::Denied] {
        w.no(A, ruling(again, "2026-10-20"), "court.granted");
    }
    w.no(A, close(), "court.no_ruling");
    w.at("2026-12-01");
    w.no(A, ruling(CourtRuling::Performed, "2026-11-30"), "court.not_performed");
    let mut performed = w.fork();
    performed.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-11-30"));
    performed.ok(A, ruling(CourtRuling::Performed, "2026-11-30"));
    performed.pass(Proposal::Close { ground: ClosingGround::CourtClosed });
    w.ok(A, ruling(CourtRuling::Ended, "2026-11-30"));
    w.no(A, ruling(CourtRuling::Ended, "2026-11-30"), "court.over");
    w.no(A, propose(Proposal::Close { ground: ClosingGround::Performed }), "closing.ground");
    w.pass(Proposal::Close { ground: ClosingGround::CourtClosed });
    assert_eq!(w.case().stage, Stage::Closed);
}

#[test]
fn a_case_that_the_court_declines_is_asked_again_or_closed() {
    let mut w = decision_served(3 * WAN);
    let ruling =
        |ruling, on: &str| Do::RecordRuling { party: 1, ruling, on: day(on), document: t("裁定书") };
    let court = || Do::ApplyToCourt { party: 1, court: t("示例县人民法院") };
    w.at("2026-09-10");
    w.ok(A, Do::DemandEnforcement { party: 1 });
    w.serve_now(DocumentKind::EnforcementDemand, 1);
    w.at("2026-09-24");
    w.ok(HEAD, court());
    w.at("2026-10-20");
    w.ok(A, ruling(CourtRuling::Denied, "2026-10-19"));
    w.no(A, ruling(CourtRuling::Ended, "2026-10-20"), "court.denied");
    w.no(A, propose(Proposal::Close { ground: ClosingGround::Performed }), "closing.ground");
    w.fork().pass(Proposal::Close { ground: ClosingGround::CourtClosed });
    w.ok(HEAD, court());
    w.no(HEAD, court(), "court.repeated");
    w.no(A, propose(Proposal::Close { ground: ClosingGround::CourtClosed }), "court.no_ruling");
    w.ok(A, ruling(CourtRuling::Granted, "2026-10-20"));
}

#[test]
fn what_is_owed_follows_a_changed_disposal() {
    let mut w = decision_served(3 * WAN);
    w.at("2026-04-05");
    let remedy = RemedyKind::Litigation;
    w.ok(A, Do::RecordRemedy { party: 1, remedy, on: day("2026-04-05"), body: t("示例县人民法院") });
    let end = |outcome, fine_fen, opposed| Do::ConcludeRemedy {
        party: 1,
        remedy,
        outcome,
        document: t("判决书"),
        fine_fen,
        confiscated_fen: None,
        lifted: Vec::new(),
        opposed,
    };
    w.at("2026-06-05");
    w.no(A, end(RemedyOutcome::Changed, None, false), "remedy.changed_to");
    w.no(A, end(RemedyOutcome::Upheld, Some(WAN), false), "remedy.amount");
    let heavier = w.no(A, end(RemedyOutcome::Changed, Some(4 * WAN), false), "remedy.heavier");
    assert_eq!(heavier.article.law, "行政诉讼法");
    let mut opposed = w.fork();
    opposed.ok(A, end(RemedyOutcome::Changed, Some(4 * WAN), true));
    w.ok(A, end(RemedyOutcome::Changed, Some(2 * WAN), false));
    // From the day after on: on the day itself either may have been paid.
    w.at("2026-06-06");
    w.no(CASHIER, payment(1, "0001", 3 * WAN, "2026-06-06"), "payment.amount");
    w.ok(CASHIER, payment(1, "0001", 2 * WAN, "2026-06-06"));
    w.no(CASHIER, payment(1, "0002", 1, "2026-06-06"), "payment.nothing_owed");
    w.pass(Proposal::Close { ground: ClosingGround::Performed });
    opposed.ok(CASHIER, payment(1, "0001", 4 * WAN, "2026-06-05"));
}

#[test]
fn neither_fine_nor_confiscation_rises_by_a_remedy_even_when_the_sum_falls() {
    let both = PartyDisposal {
        kinds: vec![PenaltyKind::Fine, PenaltyKind::ConfiscateIncome],
        confiscated_fen: WAN,
        ..fine(1, 3 * WAN)
    };
    let mut w = concluded(vec![unit_party()], false);
    w.ok(A, draft(&[1], vec![both]));
    w.at("2026-03-09");
    w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
    w.serve_all();
    w.at("2026-03-17");
    w.pass(Proposal::Dispose);
    w.serve_all();
    let remedy = RemedyKind::Reconsideration;
    w.ok(A, Do::RecordRemedy { party: 1, remedy, on: day("2026-03-17"), body: t("示例县人民政府") });
    let end = |fine_fen, confiscated_fen, opposed| Do::ConcludeRemedy {
        party: 1,
        remedy,
        outcome: RemedyOutcome::Changed,
        document: t("复议决定书"),
        fine_fen: Some(fine_fen),
        confiscated_fen: Some(confiscated_fen),
        lifted: Vec::new(),
        opposed,
    };
    let heavier = |w: &mut World, command, at: &str| {
        let refusal = w.no(A, command, "remedy.heavier");
        assert_eq!(refusal.fields.iter().map(|f| f.field.as_str()).collect::<Vec<_>>(), [at]);
        assert_eq!(refusal.article.law, "行政复议法");
    };
    heavier(&mut w, end(3 * WAN + 1, 0, false), "fine_fen");
    heavier(&mut w, end(WAN, WAN + 1, false), "confiscated_fen");
    w.fork().ok(A, end(WAN, 2 * WAN, true));
    w.ok(A, end(3 * WAN, WAN, false));
}

#[test]
fn a_reduced_fine_takes_the_additional_fine_and_the_demand_with_it() {
    let mut w = decision_served(3 * WAN);
    w.at("2026-12-01");
    w.ok(DEPUTY, Do::ImposeAdditionalFine { party: 1, amount_fen: 3 * WAN });
    w.ok(A, Do::DemandEnforcement { party: 1 });
    w.serve_now(DocumentKind::EnforcementDemand, 1);
    let remedy = RemedyKind::Litigation;
    w.claim("2026-09-18", paper());
    w.ok(A, Do::RecordRemedy { party: 1, remedy, on: day("2026-09-18"), body: t("示例县人民法院") });
    w.ok(
        A,
        Do::ConcludeRemedy {
            party: 1,
            remedy,
            outcome: RemedyOutcome::Changed,
            document: t("判决书"),
            fine_fen: Some(WAN),
            confiscated_fen: None,
            lifted: Vec::new(),
            opposed: false,
        },
    );
    // The additional fine counts up to the fine as it stands: 10,000 and 10,000.
    w.no(DEPUTY, Do::ImposeAdditionalFine { party: 1, amount_fen: 1 }, "additional.cap");
    w.no(HEAD, Do::ApplyToCourt { party: 1, court: t("示例县人民法院") }, "demand.none");
    w.ok(A, Do::DemandEnforcement { party: 1 });
    w.at("2026-12-02");
    w.no(CASHIER, payment(1, "0001", 2 * WAN + 1, "2026-12-02"), "payment.amount");
    w.ok(CASHIER, payment(1, "0001", 2 * WAN, "2026-12-02"));
    w.no(CASHIER, payment(1, "0002", 1, "2026-12-02"), "payment.nothing_owed");
}

#[test]
fn a_demand_before_the_remedies_end_opens_no_court_early() {
    let mut w = decision_served(3 * WAN);
    w.at("2026-04-03");
    w.ok(A, Do::DemandEnforcement { party: 1 });
    w.serve_now(DocumentKind::EnforcementDemand, 1);
    w.at("2026-06-01");
    let refusal = w.no(HEAD, Do::ApplyToCourt { party: 1, court: t("法院") }, "remedy.window_open");
    assert_eq!(refusal.after, Some(day("2026-09-19")));
}

#[test]
fn a_case_closes_when_nothing_is_owed_or_pending_and_for_a_reason_that_fits() {
    let mut w = decision_served(3 * WAN);
    let close = |ground| propose(Proposal::Close { ground });
    w.no(A, close(ClosingGround::Performed), "payment.owed");
    let instalments = vec![Instalment { due_on: day("2026-04-30"), amount_fen: 3 * WAN }];
    w.ok(A, propose(Proposal::Defer(Deferring { party: 1, instalments, ..Deferring::default() })));
    w.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-03-18"));
    w.no(A, close(ClosingGround::Performed), "proposal.pending");
    let no = w.last_proposal();
    w.ok(UNIT_HEAD, Do::ReviewProposal { proposal_no: no, agree: false, opinion: t("已经缴清") });
    for ground in [ClosingGround::CourtClosed, ClosingGround::NoPenaltyServed, ClosingGround::DecisionRevoked]
    {
        w.no(A, close(ground), "closing.ground");
    }
    w.ok(A, Do::OrderCorrection { party: 1, items: t("改正"), due_on: day("2026-03-30") });
    w.no(A, close(ClosingGround::Performed), "correction.open");
    w.ok(A, Do::RecheckCorrection { order: 1, corrected: false, opinion: t("未改正") });
    w.no(A, close(ClosingGround::Performed), "correction.open");
    w.ok(A, Do::RecheckCorrection { order: 1, corrected: true, opinion: t("已改正") });
    w.no(A, Do::RecheckCorrection { order: 1, corrected: true, opinion: t("已改正") }, "correction.none");
    w.ok(A, close(ClosingGround::Performed));
    w.no(A, close(ClosingGround::Performed), "proposal.pending");
}

#[test]
fn a_decided_case_leaves_no_unpaid_fine_behind_by_transfer() {
    let transfer = || Proposal::Transfer(Transferring { crime: true, recipient: t("示例县公安局") });
    let mut w = decision_served(3 * WAN);
    let refusal = w.no(A, propose(transfer()), "stage.wrong");
    assert_eq!(refusal.article.to_string(), penalty_law("第五十七条第一款第四项").to_string());
    // Proposed in time, it holds the decision up until it is refused.
    let mut w = noticed(3 * WAN);
    w.at("2026-03-17");
    w.ok(A, propose(transfer()));
    w.no(A, propose(Proposal::Dispose), "proposal.pending");
}

#[test]
fn a_file_is_archived_complete() {
    let mut w = decision_served(3 * WAN);
    w.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-03-18"));
    w.pass(Proposal::Close { ground: ClosingGround::Performed });
    let archive = |pages, years| Do::Archive { volumes: 1, pages, retention_years: years };
    w.no(ARCHIVIST, archive(10, 30), "document.unmade");
    w.make_all();
    w.no(ARCHIVIST, archive(10, 30), "document.unserved");
    w.serve_all();
    w.no(ARCHIVIST, archive(0, 30), "archive.pages");
    w.no(ARCHIVIST, archive(10, 5), "archive.retention");
    w.ok(ARCHIVIST, archive(10, 30));
    w.no(ARCHIVIST, archive(10, 30), "stage.wrong");
}

#[test]
fn a_revoked_decision_is_neither_collected_nor_enforced_nor_revoked_again() {
    let mut w = decision_served(3 * WAN);
    let revoke =
        || Do::RevokeDecision { ground: RevocationGround::OwnCorrection, document: t("文号和理由") };
    w.no(DEPUTY, revoke(), "role.missing");
    for ground in [RevocationGround::Reconsideration, RevocationGround::Judgment, RevocationGround::Invalid] {
        w.no(HEAD, Do::RevokeDecision { ground, document: t("判决书") }, "revocation.by_remedy");
    }
    w.ok(HEAD, revoke());
    w.no(HEAD, revoke(), "decision.revoked");
    w.at("2026-03-19");
    // Money that comes in nevertheless is entered to be given back, never more than was imposed.
    w.no(CASHIER, payment(1, "0001", 3 * WAN + 1, "2026-03-19"), "payment.amount");
    w.no(A, Do::DemandFine { party: 1 }, "decision.revoked");
    w.no(A, propose(Proposal::Defer(Deferring { party: 1, ..Deferring::default() })), "decision.revoked");
}

#[test]
fn a_case_bound_number_is_taken_once() {
    let mut w = checking();
    w.law.case_bound_numbers = true;
    w.at("2026-03-04");
    w.pass(Proposal::File(filing(vec![unit_party()])));
    for _ in 0..3 {
        w.ok(A, Do::NotifyInquiry { party: 1, person: t("甲"), details: t("到局") });
    }
    let mut numbers: Vec<String> =
        w.case().documents.iter().filter_map(|d| d.number.as_ref()).map(ToString::to_string).collect();
    let count = numbers.len();
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), count, "{numbers:?}");
}

#[test]
fn deciding_twice_on_the_same_facts_takes_the_same_numbers() {
    let w = investigating(vec![unit_party()]);
    let facts = w.facts(A);
    let command = Do::NotifyInquiry { party: 1, person: t("甲"), details: t("到局") };
    let decide = || mingjing_domain::case::decide::decide(w.case.as_ref(), &command, &facts);
    assert_eq!(decide(), decide());
    assert_eq!(facts.used_serials().get("询"), Some(&1));
}
