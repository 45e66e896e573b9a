//! Attempts to gain by dates: back-dating, the future, late entries, overlapping
//! intervals, extensions after the term.

use crate::steps::*;
use crate::world::*;
use mingjing_domain::case::clock;
use mingjing_domain::case::command::*;
use mingjing_domain::case::state::Hearing;
use mingjing_domain::case::types::*;
use mingjing_domain::case::{CaseCommand as Do, CaseEvent};
use mingjing_domain::cite::penalty_law;
use mingjing_domain::matter::TimeSource;
use mingjing_domain::policy::Excludable;

#[test]
fn nothing_happens_in_the_future_or_before_the_case() {
    let mut w = investigating(vec![unit_party()]);
    let add = || Do::AddEvidence(evidence("名册", "2026-03-04"));
    w.claim("2026-03-05", TimeSource::Server);
    w.no(A, add(), "time.future");
    w.claim("2026-03-05", TimeSource::Device { offset_ms: 100_000_000 });
    w.no(A, add(), "time.future");
    w.claim("2026-03-05", paper());
    w.no(A, add(), "time.future");
    w.claim("2026-03-01", paper());
    w.no(A, add(), "time.before_case");
    w.no(A, Do::AddEvidence(evidence("名册", "2026-03-05")), "time.future");
    let mut early = World::new("2026-03-02");
    early.no(A, Do::RegisterClue(Clue { received_on: day("2026-03-03"), ..clue() }), "time.future");
    early.no(A, Do::RegisterClue(Clue { received_on: day("2006-03-03"), ..clue() }), "time.too_old");
}

#[test]
fn a_late_entry_needs_reason_and_someone_elses_approval() {
    let mut w = investigating(vec![unit_party()]);
    w.at("2026-03-10");
    let add = || Do::AddEvidence(evidence("名册", "2026-03-05"));
    w.claim("2026-03-05", TimeSource::Server);
    w.no(A, add(), "time.late");
    let by = |reason: &str, approver| TimeSource::Paper { reason: t(reason), approver };
    w.claim("2026-03-05", by("", UNIT_HEAD));
    w.no(A, add(), "time.late_reason");
    for nobody in [A, B, REVIEWER, STRANGER, staff(999)] {
        w.claim("2026-03-05", by("停电", nobody));
        w.no(A, add(), "time.late_approver");
    }
    w.people.get_mut(&UNIT_HEAD).expect("a head").enabled = false;
    w.claim("2026-03-05", by("停电", UNIT_HEAD));
    w.no(A, add(), "time.late_approver");
    w.claim("2026-03-05", by("停电", DEPUTY));
    w.ok(A, add());
    // What the command itself claims obeys the same rule.
    let mut old = session(&w);
    old.started_at = old.started_at.checked_sub(jiff::SignedDuration::from_hours(72)).expect("earlier");
    old.ended_at = old.ended_at.checked_sub(jiff::SignedDuration::from_hours(72)).expect("earlier");
    let inquiry =
        |session| Do::RecordInquiry { session, person: t("甲"), record: t("问答"), signed: true };
    w.no(A, inquiry(old.clone()), "time.late");
    w.people.get_mut(&UNIT_HEAD).expect("a head").enabled = true;
    w.claim("2026-03-07", paper());
    w.ok(A, inquiry(old));
}

#[test]
fn a_session_lies_after_filing_and_ends_after_it_began() {
    let mut w = investigating(vec![unit_party()]);
    let shifted = |w: &World, begin: i64, end: i64| {
        let at = |n| w.now.checked_add(jiff::SignedDuration::from_mins(n)).expect("a time");
        let session = Session { started_at: at(begin), ended_at: at(end), ..session(w) };
        Do::RecordScene { session, record: t("现场"), witnessed: true }
    };
    let bad = shifted(&w, -1, -2);
    w.no(A, bad, "session.time");
    let bad = shifted(&w, -1, 1);
    w.no(A, bad, "session.time");
    let bad = shifted(&w, -60 * 23, -60);
    w.no(A, bad, "session.before_filing");
    let without = Session { certificates_shown: false, ..session(&w) };
    w.no(
        A,
        Do::RecordScene { session: without, record: t("现场"), witnessed: true },
        "certificate.not_shown",
    );
    let without = Session { rights_told: false, ..session(&w) };
    w.no(A, Do::RecordScene { session: without, record: t("现场"), witnessed: true }, "rights.not_told");
    let strangers = Session { officers: vec![A, C], ..session(&w) };
    w.no(
        A,
        Do::RecordScene { session: strangers, record: t("现场"), witnessed: true },
        "officers.not_handling",
    );
    let unsigned = session(&w);
    w.no(
        A,
        Do::RecordInquiry { session: unsigned, person: t("甲"), record: t("问答"), signed: false },
        "record.unsigned",
    );
}

#[test]
fn a_service_entered_late_shortens_nobodys_window() {
    let mut w = drafted(7 * WAN);
    w.at("2026-03-09");
    w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
    w.make_all();
    let no = w.document(DocumentKind::HearingRightNotice, Some(1));
    w.no(A, serve(no, "2026-03-08"), "time.service");
    w.no(A, serve(no, "2026-03-10"), "time.service");
    // Served, they say, on the 9th; recorded on the 20th: five working days from the 20th.
    w.at("2026-03-20");
    let late = w.no(A, serve(no, "2026-03-09"), "time.late");
    assert_eq!(late.fields[0].field, "on");
    w.claim("2026-03-09", paper());
    w.ok(A, serve(no, "2026-03-09"));
    let refusal = w.no(A, propose(Proposal::Dispose), "defence.window_open");
    assert_eq!(refusal.after, Some(day("2026-03-28")));
    w.at("2026-03-27");
    w.ok(A, ask_hearing(1, "2026-03-27"));
}

#[test]
fn overlapping_exclusions_count_once() {
    let mut w = investigated(vec![unit_party()]);
    assert_eq!(w.decision_due(), "2026-06-02");
    w.at("2026-03-10");
    w.ok(
        A,
        Do::CommissionExpert(Commission {
            agency: t("甲中心"),
            question: t("一"),
            examination: None,
            items: vec![],
            due_on: None,
        }),
    );
    w.ok(
        A,
        Do::CommissionExpert(Commission {
            agency: t("乙中心"),
            question: t("二"),
            examination: None,
            items: vec![],
            due_on: None,
        }),
    );
    w.at("2026-03-15");
    w.pass(Proposal::Suspend { ground: SuspensionGround::AwaitOtherDecision });
    w.no(A, Do::AddEvidence(evidence("名册", "2026-03-15")), "case.suspended");
    w.no(A, propose(Proposal::Suspend { ground: SuspensionGround::ForceMajeure }), "case.suspended");
    w.at("2026-03-20");
    w.ok(A, Do::ReceiveExpert { commission: 1, conclusion: t("结论") });
    w.no(A, Do::ReceiveExpert { commission: 1, conclusion: t("结论") }, "expert.none");
    w.at("2026-03-25");
    w.pass(Proposal::Resume);
    w.no(A, propose(Proposal::Resume), "case.not_suspended");
    w.at("2026-03-30");
    w.ok(A, Do::ReceiveExpert { commission: 2, conclusion: t("结论") });
    // 10 to 30 March is twenty days, however many reasons there were for each.
    assert_eq!(w.decision_due(), "2026-06-22");
}

#[test]
fn only_the_time_that_the_rule_names_is_left_out() {
    let hearing_asked = || {
        let mut w = noticed(6 * WAN);
        w.at("2026-03-10");
        w.ok(A, ask_hearing(1, "2026-03-10"));
        w.at("2026-03-20");
        w
    };
    let examined = |examination| {
        let mut w = investigated(vec![unit_party()]);
        w.at("2026-03-10");
        w.ok(
            A,
            Do::CommissionExpert(Commission {
                agency: t("甲中心"),
                question: t("一"),
                examination,
                items: vec![],
                due_on: None,
            }),
        );
        w.at("2026-03-20");
        w.ok(A, Do::ReceiveExpert { commission: 1, conclusion: t("结论") });
        w
    };
    let (term, longer) = ("2026-06-02", "2026-06-12");
    let due = |mut w: World, named: &[Excludable]| {
        w.law.excluded.value = named.to_vec();
        w.decision_due()
    };
    let testing = [Excludable::Testing];
    let every = [Excludable::Testing, Excludable::Inspection, Excludable::Appraisal];
    assert_eq!(due(hearing_asked(), &testing), term);
    assert_eq!(due(hearing_asked(), &[Excludable::Hearing]), longer);
    assert_eq!(due(examined(Some(Examination::Testing)), &testing), longer);
    assert_eq!(due(examined(Some(Examination::Appraisal)), &testing), term);
    assert_eq!(due(examined(Some(Examination::Inspection)), &[Excludable::Hearing]), term);
    // Older commissions do not say what they are.
    assert_eq!(due(examined(None), &testing), term);
    assert_eq!(due(examined(None), &every), longer);
}

#[test]
fn a_suspension_of_no_day_leaves_out_no_day() {
    let mut w = investigated(vec![unit_party()]);
    w.at("2026-03-10");
    for _ in 0..5 {
        w.pass(Proposal::Suspend { ground: SuspensionGround::ForceMajeure });
        w.pass(Proposal::Resume);
    }
    assert_eq!(w.decision_due(), "2026-06-02");
}

#[test]
fn a_suspension_entered_late_leaves_out_no_earlier_day() {
    let mut w = investigated(vec![unit_party()]);
    w.at("2026-04-10");
    w.ok(A, propose(Proposal::Suspend { ground: SuspensionGround::ForceMajeure }));
    w.ok(UNIT_HEAD, reviewed(2));
    w.claim("2026-03-10", paper());
    w.ok(HEAD, approved(2));
    w.at("2026-04-20");
    w.pass(Proposal::Resume);
    assert_eq!(w.decision_due(), "2026-06-12", "ten days, not forty");
    // Nor does one that was over before it was recorded break the count.
    w.ok(A, propose(Proposal::Suspend { ground: SuspensionGround::ForceMajeure }));
    w.ok(UNIT_HEAD, reviewed(4));
    w.ok(HEAD, approved(4));
    w.ok(A, propose(Proposal::Resume));
    w.ok(UNIT_HEAD, reviewed(5));
    w.claim("2026-04-15", paper());
    w.ok(HEAD, approved(5));
    assert_eq!(w.decision_due(), "2026-06-12");
}

#[test]
fn an_expert_commissioned_late_on_paper_leaves_out_no_earlier_day() {
    let mut w = investigated(vec![unit_party()]);
    w.at("2026-04-10");
    w.claim("2026-03-10", paper());
    w.ok(
        A,
        Do::CommissionExpert(Commission {
            agency: t("甲中心"),
            question: t("一"),
            examination: None,
            items: vec![],
            due_on: None,
        }),
    );
    w.at("2026-04-14");
    w.no(A, conclude(false), "expert.open");
    w.ok(A, Do::ReceiveExpert { commission: 1, conclusion: t("结论") });
    assert_eq!(w.decision_due(), "2026-06-06");
}

#[test]
fn extensions_twice_in_time_the_second_by_the_heads() {
    let mut w = investigated(vec![unit_party()]);
    w.no(A, propose(Proposal::Extend { days: 0 }), "clock.extension_days");
    w.no(A, propose(Proposal::Extend { days: 31 }), "clock.extension_days");
    w.ok(A, propose(Proposal::Extend { days: 30 }));
    w.no(A, propose(Proposal::Extend { days: 30 }), "proposal.pending");
    w.ok(UNIT_HEAD, reviewed(2));
    w.no(DEPUTY, approved(2), "role.approver");
    w.ok(HEAD, approved(2));
    assert_eq!(w.decision_due(), "2026-07-02");
    w.no(A, propose(Proposal::Extend { days: 61 }), "clock.extension_days");
    w.ok(A, propose(Proposal::Extend { days: 60 }));
    w.ok(UNIT_HEAD, reviewed(3));
    w.no(HEAD, approved(3), "discussion.quorum");
    let with =
        |opinions| Do::ApproveProposal { proposal_no: 3, approve: true, opinion: t("同意"), opinions };
    w.no(HEAD, with(opinions(&[HEAD, DEPUTY, STRANGER])), "discussion.not_head");
    let mut against = opinions(&[HEAD, DEPUTY, DEPUTY_2]);
    against[0].agrees = false;
    against[1].agrees = false;
    w.no(HEAD, with(against), "discussion.majority");
    w.ok(HEAD, with(opinions(&[HEAD, DEPUTY, DEPUTY_2])));
    assert_eq!(w.decision_due(), "2026-08-31");
    w.no(A, propose(Proposal::Extend { days: 1 }), "clock.extended_twice");
}

#[test]
fn an_extension_after_the_term_is_refused_also_when_proposed_before() {
    let mut w = investigated(vec![unit_party()]);
    w.at("2026-06-02");
    w.ok(A, propose(Proposal::Extend { days: 30 }));
    w.ok(UNIT_HEAD, reviewed(2));
    w.at("2026-06-03");
    w.no(HEAD, approved(2), "clock.expired");
    // Back-dated to the last day: the gate goes by the recording.
    w.at("2026-06-05");
    w.claim("2026-06-02", paper());
    w.no(HEAD, approved(2), "clock.expired");
    w.ok(
        HEAD,
        Do::ApproveProposal { proposal_no: 2, approve: false, opinion: t("已届满"), opinions: vec![] },
    );
    w.no(A, propose(Proposal::Extend { days: 30 }), "clock.expired");
}

#[test]
fn preserved_evidence_is_handled_within_seven_working_days_or_only_returned() {
    let preserve = || {
        let items = vec![PreservedItem { name: t("档案"), description: t(""), quantity: "2册".into() }];
        Proposal::Preserve(Preserving { party: 1, items, manner: t("就地保存") })
    };
    let dispose =
        |disposal| Proposal::DisposePreservation(PreservationDisposing { preservation: 1, disposal });
    let mut w = investigated(vec![unit_party()]);
    w.no(A, propose(dispose(PreservationDisposal::Return)), "preservation.none");
    w.pass(preserve());
    w.no(A, conclude(false), "preservation.open");
    let mut in_time = w.fork();
    in_time.at("2026-03-16");
    in_time.pass(dispose(PreservationDisposal::Confiscate));
    in_time.no(A, propose(dispose(PreservationDisposal::Return)), "preservation.none");
    w.at("2026-03-17");
    w.ok(A, propose(dispose(PreservationDisposal::Confiscate)));
    let no = w.last_proposal();
    w.ok(UNIT_HEAD, reviewed(no));
    w.no(HEAD, approved(no), "preservation.lapsed");
    w.claim("2026-03-16", paper());
    w.no(HEAD, approved(no), "preservation.lapsed");
    w.ok(
        HEAD,
        Do::ApproveProposal { proposal_no: no, approve: false, opinion: t("已解除"), opinions: vec![] },
    );
    w.pass(dispose(PreservationDisposal::Return));
}

#[test]
fn no_case_ends_while_registered_goods_are_kept() {
    let items = || vec![PreservedItem { name: t("档案"), description: t(""), quantity: "2册".into() }];
    let preserving = || Preserving { party: 1, items: items(), manner: t("就地保存") };
    let give_back = || {
        let disposal = PreservationDisposal::Return;
        Proposal::DisposePreservation(PreservationDisposing { preservation: 1, disposal })
    };
    let transfer = || Proposal::Transfer(Transferring { crime: false, recipient: t("他局") });
    let mut w = investigated(vec![unit_party()]);
    w.pass(Proposal::Preserve(preserving()));
    // In time and lapsed alike: what lapsed is still to be given back.
    for on in ["2026-03-06", "2026-03-20"] {
        w.at(on);
        for exit in [propose(Proposal::Withdraw), propose(transfer()), conclude(false)] {
            let refusal = w.no(A, exit, "preservation.open");
            assert_eq!(refusal.article.to_string(), penalty_law("第五十六条").to_string());
        }
    }
    let mut back = w.fork();
    back.pass(give_back());
    back.pass(Proposal::Withdraw);
    // Proposed before anything was registered, approved afterwards.
    let mut overtaken = investigated(vec![unit_party()]);
    overtaken.ok(A, propose(Proposal::Withdraw));
    let no = overtaken.last_proposal();
    overtaken.ok(UNIT_HEAD, reviewed(no));
    overtaken.pass(Proposal::Preserve(preserving()));
    overtaken.no(HEAD, approved(no), "preservation.open");
}

#[test]
fn goods_kept_by_an_old_file_are_given_back_before_it_is_closed_or_archived() {
    let items = vec![PreservedItem { name: t("档案"), description: t(""), quantity: "2册".into() }];
    let kept = CaseEvent::Preserved {
        proposal: 1,
        preserving: Preserving { party: 1, items, manner: t("就地保存") },
    };
    let give_back = || {
        let disposal = PreservationDisposal::Return;
        Proposal::DisposePreservation(PreservationDisposing { preservation: 1, disposal })
    };
    let mut w = decision_served(3 * WAN);
    w.put(&kept);
    w.at("2026-04-02");
    w.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-04-02"));
    let close = || Proposal::Close { ground: ClosingGround::Performed };
    w.no(A, propose(close()), "preservation.open");
    w.pass(give_back());
    w.pass(close());
    let mut w = closed();
    w.put(&kept);
    let archive = || Do::Archive { volumes: 1, pages: 9, retention_years: 30 };
    w.at("2026-04-02");
    w.no(ARCHIVIST, archive(), "preservation.open");
    w.pass(give_back());
    w.serve_all();
    w.ok(ARCHIVIST, archive());
}

#[test]
fn an_early_date_in_the_form_revives_no_act_that_is_past_prescription() {
    let old = || Filing { violation_on: day("2024-03-01"), ..filing(vec![unit_party()]) };
    let with = |source, received: &str| {
        let mut w = World::new("2026-03-02");
        w.ok(A, Do::RegisterClue(Clue { source, received_on: day(received), ..clue() }));
        w.ok(A, Do::StartCheck { officers: vec![A, B] });
        w.ok(A, Do::AddEvidence(evidence("名册", "2026-03-02")));
        w
    };
    let mut w = with(ClueSource::Inspection, "2026-03-02");
    w.no(A, propose(Proposal::File(old())), "prescription.over");
    let mut w = with(ClueSource::Report, "2026-02-27");
    w.no(A, propose(Proposal::File(old())), "prescription.over");
    // Another organ found it in time; or life and health are concerned: five years.
    let mut w = with(ClueSource::TransferredIn, "2026-02-27");
    w.ok(A, propose(Proposal::File(old())));
    let mut w = with(ClueSource::Inspection, "2026-03-02");
    w.ok(A, propose(Proposal::File(Filing { grave_harm: true, ..old() })));
    let mut w = with(ClueSource::Inspection, "2026-03-02");
    w.no(A, propose(Proposal::File(Filing { violation_on: day("2026-03-03"), ..old() })), "violation.future");
    w.no(
        A,
        propose(Proposal::File(Filing { region: "990102".into(), ..filing(vec![unit_party()]) })),
        "jurisdiction.region",
    );
}

#[test]
fn the_check_is_extended_once() {
    let mut w = checking();
    w.pass(Proposal::ExtendCheck);
    w.no(A, propose(Proposal::ExtendCheck), "check.extended");
    let all = clock::running(w.case(), &w.facts(A));
    assert_eq!(all[0].limit.due.latest(), day("2026-04-07"), "25 working days across 清明");
}

#[test]
fn beyond_the_calendar_limits_are_refused_by_name_or_bounded() {
    let mut w = noticed(3 * WAN);
    w.at("2026-12-30");
    w.ok(A, draft(&[1], vec![fine(1, 4 * WAN)]));
    w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
    w.serve_now(DocumentKind::PenaltyNotice, 1);
    // 31 December is known; 2027 is not published: the window closes only when it must.
    w.at("2027-01-08");
    let refusal = w.no(A, propose(Proposal::Dispose), "defence.window_open");
    assert!(refusal.after.is_some_and(|d| d > day("2027-01-08")));
}

#[test]
fn a_day_stated_by_the_actor_obeys_the_rule_of_late_entries() {
    let late = |mut w: World, who, command: Do, field: &str, at: &str| {
        assert_eq!(w.no(who, command.clone(), "time.late").fields[0].field, field);
        w.claim(at, paper());
        w.ok(who, command);
    };
    let on = |mut w: World, at: &str| {
        w.at(at);
        w
    };
    late(on(noticed(6 * WAN), "2026-03-25"), A, defence(1, "2026-03-10"), "on", "2026-03-10");
    late(on(noticed(6 * WAN), "2026-03-12"), A, ask_hearing(1, "2026-03-10"), "on", "2026-03-10");
    let served = || on(decision_served(3 * WAN), "2026-03-25");
    late(served(), CASHIER, payment(1, "0001", WAN, "2026-03-20"), "paid_on", "2026-03-20");
    let lodged = |at: &str| Do::RecordRemedy {
        party: 1,
        remedy: RemedyKind::Litigation,
        on: day(at),
        body: t("示例县人民法院"),
    };
    late(served(), A, lodged("2026-03-20"), "on", "2026-03-20");
    // Yesterday's act is entered today without more.
    served().ok(A, lodged("2026-03-24"));
    served().no(A, lodged("2026-03-26"), "time.remedy");
    let mut court = decision_served(3 * WAN);
    court.at("2026-09-10");
    court.ok(A, Do::DemandEnforcement { party: 1 });
    court.serve_now(DocumentKind::EnforcementDemand, 1);
    court.at("2026-09-24");
    court.ok(HEAD, Do::ApplyToCourt { party: 1, court: t("示例县人民法院") });
    let ruled =
        |ruling, at: &str| Do::RecordRuling { party: 1, ruling, on: day(at), document: t("裁定书") };
    court.at("2026-10-20");
    late(court.fork(), A, ruled(CourtRuling::Granted, "2026-10-10"), "on", "2026-10-10");
    court.ok(A, ruled(CourtRuling::Granted, "2026-10-20"));
    court.no(A, ruled(CourtRuling::Ended, "2026-10-19"), "time.ruling");
}

#[test]
fn a_hearing_asked_for_in_time_is_entered_late_with_a_reason() {
    // Told on 9 March: the window of five working days closes with the 16th.
    let mut w = noticed(6 * WAN);
    w.at("2026-03-20");
    w.no(A, ask_hearing(1, "2026-03-16"), "hearing.too_late");
    w.claim("2026-03-19", paper());
    w.no(A, ask_hearing(1, "2026-03-17"), "hearing.too_late");
    w.claim("2026-03-19", paper());
    w.ok(A, ask_hearing(1, "2026-03-16"));
    // Time left out of the organ's own term does not begin before the entry.
    assert!(matches!(w.case().parties[0].hearing, Hearing::Requested { on } if on == day("2026-03-20")));
    let mut next = noticed(6 * WAN);
    next.at("2026-03-17");
    next.ok(A, ask_hearing(1, "2026-03-16"));
}

#[test]
fn an_investigation_is_suspended_only_where_the_rules_know_it() {
    let mut w = investigated(vec![unit_party()]);
    let suspend = || propose(Proposal::Suspend { ground: SuspensionGround::ForceMajeure });
    let mut pending = w.fork();
    w.law.suspension.value = false;
    let refusal = w.no(A, suspend(), "case.no_suspension");
    assert_eq!(refusal.article, w.law.suspension.citation);
    assert!(refusal.message.contains(&refusal.article.to_string()), "{refusal}");
    // Nor is one approved that was proposed under other rules.
    pending.ok(A, suspend());
    let no = pending.last_proposal();
    pending.ok(UNIT_HEAD, reviewed(no));
    pending.law.suspension.value = false;
    pending.no(HEAD, approved(no), "case.no_suspension");
    let refuse =
        Do::ApproveProposal { proposal_no: no, approve: false, opinion: t("不能中止"), opinions: vec![] };
    pending.ok(HEAD, refuse);
}

#[test]
fn a_file_archived_by_a_late_entry_is_kept_no_shorter() {
    let mut w = closed();
    w.at("2027-01-04");
    w.claim("2026-12-30", paper());
    w.law.retention.value = mingjing_domain::policy::Retention::Years10;
    w.ok(ARCHIVIST, Do::Archive { volumes: 1, pages: 10, retention_years: 10 });
    let (on, years) = w.case().archived.expect("archived");
    assert_eq!(mingjing_domain::erasure::kept_until(on, years), Some(day("2037-12-31")));
}
