//! Attempts to act with the wrong people: too few, unqualified, recused, or the
//! same person in two places.

use crate::steps::*;
use crate::world::*;
use mingjing_domain::case::command::*;
use mingjing_domain::case::types::*;
use mingjing_domain::case::{CaseCommand as Do, CaseEvent};
use mingjing_domain::matter::StaffId;
use mingjing_domain::staff::Role;

const BAD_PAIRS: &[(&[StaffId], &str)] = &[
    (&[], "officers.fewer_than_two"),
    (&[A], "officers.fewer_than_two"),
    (&[A, A], "officers.same_person"),
    (&[A, EXPIRED], "officers.certificate_invalid"),
    (&[A, SUSPENDED], "officers.certificate_invalid"),
    (&[A, OTHER_REGION], "officers.certificate_invalid"),
    (&[A, OTHER_CATEGORY], "officers.certificate_invalid"),
    (&[A, DISABLED], "officers.not_an_officer"),
    (&[A, STRANGER], "officers.not_an_officer"),
    (&[A, UNIT_HEAD], "officers.not_an_officer"),
    (&[A, staff(999)], "officers.not_an_officer"),
];

#[test]
fn two_different_qualified_officers_everywhere() {
    for (officers, code) in BAD_PAIRS {
        let officers = officers.to_vec();
        let mut w = investigating(vec![unit_party()]);
        w.at("2026-03-05");
        w.no(UNIT_HEAD, Do::ChangeOfficers { officers: officers.clone(), reason: t("调整") }, code);
        let inquiry = Session { officers: officers.clone(), ..session(&w) };
        w.no(
            A,
            Do::RecordInquiry {
                session: inquiry.clone(), person: t("甲"), record: t("问答"), signed: true
            },
            code,
        );
        w.no(A, Do::RecordScene { session: inquiry, record: t("现场"), witnessed: true }, code);
        let refusal = w.no(
            A,
            Do::AddEvidence(Evidence { collectors: officers.clone(), ..evidence("名册", "2026-03-05") }),
            code,
        );
        assert!(refusal.fields.iter().all(|f| f.field.starts_with("collectors")));
        w.ok(A, Do::NotifyInquiry { party: 1, person: t("甲"), details: t("到局") });
        w.make_all();
        let no = w.document(DocumentKind::InquiryNotice, Some(1));
        w.no(
            A,
            Do::ServeDocument {
                document: no,
                service: Service { officers: officers.clone(), ..service("2026-03-05") },
            },
            code,
        );
        let mut w = checking();
        if *code != "officers.certificate_invalid" || officers.contains(&EXPIRED) {
            let mut fresh = World::new("2026-03-02");
            fresh.ok(A, Do::RegisterClue(clue()));
            fresh.no(A, Do::StartCheck { officers: officers.clone() }, code);
        }
        w.no(A, propose(Proposal::File(Filing { officers, ..filing(vec![unit_party()]) })), code);
    }
}

#[test]
fn a_certificate_counts_on_the_day_of_the_act() {
    let mut w = investigating(vec![unit_party()]);
    w.ok(UNIT_HEAD, Do::ChangeOfficers { officers: vec![A, UNTIL_MARCH], reason: t("调整") });
    w.at("2026-03-10");
    let valid = Session { officers: vec![A, UNTIL_MARCH], ..session(&w) };
    w.at("2026-03-11");
    let today = Session { officers: vec![A, UNTIL_MARCH], ..session(&w) };
    let inquiry =
        |session| Do::RecordInquiry { session, person: t("甲"), record: t("问答"), signed: true };
    w.no(A, inquiry(today), "officers.certificate_invalid");
    // Yesterday it was valid: that a day has passed since does not matter…
    w.at("2026-03-11");
    w.claim("2026-03-10", paper());
    w.ok(A, inquiry(valid));
    // …and collecting evidence today under it is refused, on its last day allowed.
    let collected =
        |on| Do::AddEvidence(Evidence { collectors: vec![A, UNTIL_MARCH], ..evidence("名册", on) });
    w.no(A, collected("2026-03-11"), "officers.certificate_invalid");
    w.ok(A, collected("2026-03-10"));
}

#[test]
fn a_revoked_certificate_and_one_suspended_later() {
    let mut w = investigating(vec![unit_party()]);
    let block = |w: &mut World, from: &str| {
        w.people.get_mut(&B).expect("an officer").certificates[0].blocked = vec![(day(from), None)];
    };
    block(&mut w, "2026-03-05");
    w.ok(A, Do::AddEvidence(evidence("名册", "2026-03-04")));
    w.at("2026-03-05");
    w.no(A, Do::AddEvidence(evidence("名册", "2026-03-05")), "officers.certificate_invalid");
}

#[test]
fn who_is_recused_acts_no_more_and_until_then_the_investigation_goes_on() {
    let mut w = investigated(vec![unit_party()]);
    let request =
        |officer| Do::RequestRecusal { officer, by_party: true, reason: t("与当事人有利害关系") };
    w.ok(A, request(B));
    w.no(A, request(B), "recusal.repeated");
    w.no(A, request(STRANGER), "recusal.unknown");
    // 第四十三条第三款: not stopped by the request…
    w.ok(B, Do::AddEvidence(evidence("补充", "2026-03-05")));
    // …but not finished before it is decided.
    w.no(A, conclude(false), "recusal.open");
    let decide =
        |officer| Do::DecideRecusal { officer, grant: true, reason: t("应当回避"), opinions: vec![] };
    w.no(HEAD, decide(A), "recusal.none");
    w.ok(DEPUTY, decide(B));
    w.no(B, Do::AddEvidence(evidence("再补充", "2026-03-05")), "actor.recused");
    w.no(A, Do::AddEvidence(evidence("再补充", "2026-03-05")), "officers.recused");
    w.no(A, conclude(false), "officers.fewer_than_two");
    w.no(UNIT_HEAD, Do::ChangeOfficers { officers: vec![A, B], reason: t("恢复") }, "officers.recused");
    w.ok(UNIT_HEAD, Do::ChangeOfficers { officers: vec![A, C], reason: t("补充") });
    w.ok(A, conclude(false));
}

#[test]
fn the_principal_head_is_recused_only_by_the_other_heads_together() {
    let mut w = investigated(vec![unit_party()]);
    w.ok(A, Do::RequestRecusal { officer: HEAD, by_party: true, reason: t("亲属关系") });
    let decide = |heads: &[StaffId]| Do::DecideRecusal {
        officer: HEAD,
        grant: true,
        reason: t("应当回避"),
        opinions: opinions(heads),
    };
    w.no(HEAD, decide(&[DEPUTY, DEPUTY_2]), "recusal.own");
    w.no(DEPUTY, decide(&[]), "discussion.quorum");
    w.no(DEPUTY, decide(&[DEPUTY]), "discussion.quorum");
    w.no(DEPUTY, decide(&[DEPUTY, HEAD]), "recusal.own");
    w.no(DEPUTY, decide(&[DEPUTY, STRANGER]), "discussion.not_head");
    w.no(DEPUTY, decide(&[DEPUTY, DEPUTY]), "discussion.same_head");
    let Do::DecideRecusal { officer, grant, reason, mut opinions } = decide(&[DEPUTY, DEPUTY_2]) else {
        unreachable!()
    };
    opinions[0].agrees = false;
    w.no(DEPUTY, Do::DecideRecusal { officer, grant, reason, opinions }, "discussion.majority");
    w.ok(DEPUTY, decide(&[DEPUTY, DEPUTY_2]));
    assert_eq!(w.case().recused, vec![HEAD]);
    w.ok(A, propose(Proposal::Withdraw));
    w.ok(UNIT_HEAD, reviewed(2));
    w.no(HEAD, approved(2), "actor.recused");
    w.ok(DEPUTY, approved(2));
}

#[test]
fn a_recused_head_takes_no_part_in_the_discussion() {
    let mut w = noticed(6 * WAN);
    w.ok(A, Do::RequestRecusal { officer: DEPUTY_2, by_party: true, reason: t("亲属关系") });
    w.ok(HEAD, Do::DecideRecusal { officer: DEPUTY_2, grant: true, reason: t("应当回避"), opinions: vec![] });
    w.at("2026-03-17");
    w.no(HEAD, Do::Discuss(discussion()), "actor.recused");
}

#[test]
fn one_proposal_passes_three_different_persons_once() {
    let mut w = investigated(vec![unit_party()]);
    // The officer A gets every role there is: the person, not the role, is the bar.
    w.people.get_mut(&A).expect("an officer").roles = Role::ALL.to_vec();
    w.ok(A, propose(Proposal::Withdraw));
    w.no(A, propose(Proposal::Withdraw), "proposal.pending");
    w.no(A, reviewed(2), "duty.same_person");
    w.people.get_mut(&B).expect("an officer").roles.push(Role::UnitHead);
    w.no(B, reviewed(2), "duty.same_person");
    w.no(HEAD, approved(2), "proposal.none");
    w.ok(UNIT_HEAD, reviewed(2));
    w.no(UNIT_HEAD, reviewed(2), "proposal.none");
    w.no(A, approved(2), "duty.same_person");
    w.people.get_mut(&UNIT_HEAD).expect("a head").roles.push(Role::Head);
    w.no(UNIT_HEAD, approved(2), "duty.same_person");
    w.no(STRANGER, approved(2), "actor.disabled");
    w.people.get_mut(&HEAD).expect("a head").enabled = false;
    w.no(HEAD, approved(2), "actor.disabled");
    w.people.get_mut(&HEAD).expect("a head").enabled = true;
    w.ok(HEAD, approved(2));
    w.no(HEAD, approved(2), "proposal.none");
}

#[test]
fn a_double_click_on_an_approval_does_it_once() {
    let mut w = investigated(vec![unit_party()]);
    w.ok(A, propose(Proposal::Extend { days: 30 }));
    w.ok(UNIT_HEAD, reviewed(2));
    w.ok(HEAD, approved(2));
    assert_eq!(w.case().extensions, vec![(30, false)]);
    w.no(HEAD, approved(2), "proposal.none");
    w.ok(A, propose(Proposal::Suspend { ground: SuspensionGround::ForceMajeure }));
    w.ok(UNIT_HEAD, reviewed(3));
    w.no(HEAD, approved(2), "proposal.stage");
    assert_eq!(w.case().extensions.len(), 1);
}

#[test]
fn one_who_handled_the_case_before_neither_reviews_nor_approves_nor_hears_it() {
    let mut w = investigated(vec![unit_party()]);
    w.people.get_mut(&B).expect("an officer").roles = Role::ALL.to_vec();
    w.people.get_mut(&B).expect("an officer").unit = "法规股".into();
    w.ok(UNIT_HEAD, Do::ChangeOfficers { officers: vec![A, C], reason: t("调整") });
    w.ok(A, conclude(false));
    w.ok(A, draft(&[1], vec![fine(1, 6 * WAN)]));
    w.ok(A, Do::SubmitReview { opinion: t("请审核") });
    w.no(B, opinion(Opinion::Agree), "duty.separate");
    w.no(B, Do::ReturnSubmission { missing: t("材料") }, "duty.separate");
    w.ok(REVIEWER, opinion(Opinion::Agree));
    w.no(B, sign(), "duty.separate");
    w.people.get_mut(&REVIEWER).expect("a reviewer").roles.push(Role::ReviewHead);
    w.no(REVIEWER, sign(), "duty.same_person");
    w.ok(REVIEW_HEAD, sign());
    w.ok(A, propose(Proposal::Withdraw));
    let no = w.last_proposal();
    w.no(B, reviewed(no), "duty.same_person");
    w.ok(UNIT_HEAD, reviewed(no));
    w.no(B, approved(no), "duty.same_person");
}

#[test]
fn one_who_reviewed_it_never_comes_to_handle_it() {
    let mut w = drafted(6 * WAN);
    let reviewer = w.people.get_mut(&REVIEWER).expect("a reviewer");
    reviewer.roles.push(Role::Officer);
    let certificates = w.people[&A].certificates.clone();
    w.people.get_mut(&REVIEWER).expect("a reviewer").certificates = certificates;
    clear(&mut w);
    w.no(UNIT_HEAD, Do::ChangeOfficers { officers: vec![A, REVIEWER], reason: t("调整") }, "duty.separate");
}

#[test]
fn the_reviewer_is_of_another_unit_than_the_officers() {
    let mut w = drafted(6 * WAN);
    w.people.get_mut(&REVIEWER).expect("a reviewer").unit = "执法大队".into();
    w.ok(A, Do::SubmitReview { opinion: t("请审核") });
    w.no(REVIEWER, opinion(Opinion::Agree), "duty.same_unit");
}

#[test]
fn the_heads_who_discuss_are_the_organs_own_each_once_and_enough() {
    let mut w = noticed(6 * WAN);
    w.at("2026-03-17");
    let with = |opinions: Vec<HeadOpinion>| Do::Discuss(Discussion { opinions, ..discussion() });
    w.no(HEAD, with(vec![]), "discussion.quorum");
    w.no(HEAD, with(opinions(&[HEAD, DEPUTY])), "discussion.quorum");
    w.no(HEAD, with(opinions(&[HEAD, DEPUTY, STRANGER])), "discussion.not_head");
    w.no(HEAD, with(opinions(&[HEAD, DEPUTY, DEPUTY])), "discussion.same_head");
    w.no(HEAD, with(opinions(&[HEAD, DEPUTY, UNIT_HEAD])), "discussion.not_head");
    let mut silent = opinions(&[HEAD, DEPUTY, DEPUTY_2]);
    silent[2].opinion = t("");
    w.no(HEAD, with(silent), "input.required");
    let mut split = opinions(&[HEAD, DEPUTY, DEPUTY_2]);
    split[0].agrees = false;
    split[1].agrees = false;
    w.no(HEAD, with(split), "discussion.majority");
    w.no(HEAD, Do::Discuss(Discussion { chair: UNIT_HEAD, ..discussion() }), "discussion.chair");
    w.no(A, Do::Discuss(discussion()), "role.missing");
    w.ok(HEAD, Do::Discuss(discussion()));
    w.no(HEAD, Do::Discuss(discussion()), "discussion.done");
}

#[test]
fn a_hearing_is_hosted_by_nobody_who_investigated() {
    let mut w = noticed(6 * WAN);
    w.at("2026-03-16");
    w.ok(A, ask_hearing(1, "2026-03-16"));
    let with = |change: &dyn Fn(&mut HearingPlan)| {
        let mut one = plan(1, "2026-04-20");
        change(&mut one);
        Do::ScheduleHearing(one)
    };
    w.people.get_mut(&A).expect("an officer").roles.push(Role::HearingHost);
    w.no(A, with(&|_| {}), "duty.separate");
    w.no(HOST, with(&|p| p.host = A), "hearing.host");
    w.no(HOST, with(&|p| p.host = CLERK), "hearing.host");
    w.no(HOST, with(&|p| p.members = vec![B]), "hearing.host");
    w.no(HOST, with(&|p| p.clerk = B), "hearing.host");
    w.no(HOST, with(&|p| p.clerk = STRANGER), "hearing.host");
    let events = w.ok(HOST, with(&|_| {}));
    assert!(matches!(events.last(), Some(CaseEvent::HearingScheduled { .. })));
}
