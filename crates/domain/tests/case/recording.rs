//! What the list wants recorded holds the next stage, and nothing else does.

use crate::steps::*;
use crate::world::*;
use mingjing_domain::case::command::*;
use mingjing_domain::case::procedure::Verb;
use mingjing_domain::case::recorded::{Attached, Standing, acts};
use mingjing_domain::case::types::*;
use mingjing_domain::case::{Case, CaseCommand as Do, CaseEvent};
use mingjing_domain::matter::{Matter, MatterId};
use mingjing_domain::policy::{Jurisdiction, System};
use mingjing_domain::recording::RecordingBook;
use mingjing_domain::recording::timeline::Stretch;
use mingjing_domain::recording::words::{Link, Manner, NoRecordingGround};
use std::sync::Arc;
use uuid::Uuid;

const NATIONAL: &str = include_str!("../../recordings/national.toml");
const DEMO: &str = include_str!("../../recordings/demo-county.toml");

/// The shipped lists as if known since the day, with more rows for the demo county.
fn listed(mut w: World, known: &str, more: &str) -> World {
    let since = |text: &str| text.replace("2026-11-22T00:00:00", &format!("{known}T00:00:00"));
    let demo = format!("{}{more}", since(DEMO));
    let book = RecordingBook::parse(&[("national", &since(NATIONAL)), ("demo", &demo)]).expect("the lists");
    let j = Jurisdiction { region: REGION.into(), system: System::Emergency, organ: None };
    w.law = w.law.with_recordings(Arc::new(book.of(&j)));
    w
}

/// As if the shipped lists had been known from the beginning.
pub fn known_early(w: World) -> World {
    listed(w, "2026-01-01", "")
}

fn must(link: &str, manner: &str) -> String {
    format!(
        "\n[[row]]\nlink = \"{link}\"\nmanner = \"{manner}\"\nstrength = \"must\"\narticle = \"第一条\"\n"
    )
}

fn attach(act: u16) -> Do {
    Do::AttachRecording { act, recording: RECORDING }
}

fn state_reason(act: u16) -> Do {
    Do::StateNoRecording {
        act, ground: NoRecordingGround::DeviceFailure, reason: t("记录仪故障，已作笔录")
    }
}

fn decide(act: u16, approve: bool) -> Do {
    Do::DecideNoRecording { act, approve, opinion: t("情况属实") }
}

/// Heard on 2026-03-26 on 70,000 and reported, under the demo county's list.
fn heard() -> World {
    let mut w = known_early(noticed(7 * WAN));
    w.at("2026-03-16");
    w.ok(A, ask_hearing(1, "2026-03-16"));
    w.ok(HOST, Do::ScheduleHearing(plan(1, "2026-03-26")));
    w.serve_now(DocumentKind::HearingNotice, 1);
    w.at("2026-03-26");
    w.ok(HOST, Do::HoldHearing(held(1)));
    w.ok(HOST, Do::ReportHearing { party: 1, report: t("报告") });
    w
}

/// A way to spoil a recording.
type Fault = fn(&mut mingjing_domain::recording::RecordingFact);

/// The number of the last act.
fn last(w: &World) -> u16 {
    u16::try_from(w.case().acts.len()).expect("few acts")
}

#[test]
fn a_hearing_holds_the_decision_open_until_its_recording_is_attached() {
    let mut w = heard();
    let act = last(&w);
    let refusal = w.no(A, propose(Proposal::Dispose), "recording.open");
    assert!(refusal.message.contains("待音像记录"), "{refusal}");
    assert_eq!(refusal.article.law, "示例县行政执法示范规定");
    w.no(A, attach(act + 1), "act.unknown");
    w.no(A, attach(0), "act.unknown");
    w.no(C, attach(act), "actor.not_handling");
    let events = w.ok(HOST, attach(act));
    let [CaseEvent::RecordingAttached(Attached { roots, .. })] = events.as_slice() else {
        panic!("{events:?}")
    };
    assert_eq!(roots.len(), 1);
    w.no(A, attach(act), "recording.attached");
    w.no(A, propose(Proposal::Dispose), "review.required");
    assert_eq!(w.refold(true).as_ref(), Some(w.case()), "the stored stream folds to the same state");
}

#[test]
fn the_reason_is_stated_by_one_and_approved_by_another() {
    let mut w = heard();
    let act = last(&w);
    w.no(UNIT_HEAD, decide(act, true), "reason.none");
    w.no(A, Do::StateNoRecording { act, ground: NoRecordingGround::Other, reason: t("") }, "input.required");
    w.no(A, state_reason(1), "act.not_open");
    w.ok(A, state_reason(act));
    w.no(A, state_reason(act), "act.none_open");
    w.no(A, propose(Proposal::Dispose), "recording.open");
    w.no(A, decide(act, true), "role.missing");
    w.ok(UNIT_HEAD, decide(act, false));
    w.no(A, propose(Proposal::Dispose), "recording.open");
    w.ok(A, state_reason(act));
    // The officer who stated it cannot approve it, whatever else he is.
    w.people.get_mut(&A).expect("an officer").roles.push(mingjing_domain::staff::Role::UnitHead);
    w.no(A, decide(act, true), "reason.same_person");
    w.ok(UNIT_HEAD, decide(act, true));
    assert_eq!(acts(w.case()).last().map(|(_, it)| it.standing(&w.law)), Some(Standing::Excused));
    w.no(A, propose(Proposal::Dispose), "review.required");
    w.ok(A, attach(act));
}

#[test]
fn only_what_is_stored_whole_and_of_the_case_counts() {
    let mut w = heard();
    let act = last(&w);
    let other = MatterId(Uuid::from_u128(301));
    w.no(A, Do::AttachRecording { act, recording: other }, "recording.unknown");
    let faults: [(&str, Fault); 6] = [
        ("recording.other_day", |it| it.days = (day("2026-03-25"), day("2026-03-25"))),
        ("recording.other_day", |it| it.days = (day("2026-03-27"), day("2026-03-28"))),
        ("recording.unknown", |it| it.in_case = false),
        ("recording.unknown", |it| it.organ = OTHER_ORGAN),
        ("recording.not_accepted", |it| it.accepted = false),
        ("recording.destroyed", |it| it.destroyed = true),
    ];
    for (code, fault) in faults {
        let mut fact = recording_fact();
        fault(&mut fact);
        w.recordings = [(RECORDING, fact)].into();
        w.no(A, attach(act), code);
    }
}

#[test]
fn what_is_recorded_as_the_case_needs_is_shown_and_refuses_nothing() {
    let mut w = known_early(investigated(vec![unit_party()]));
    assert_eq!(acts(w.case()).map(|(_, it)| it.standing(&w.law)).collect::<Vec<_>>(), [Standing::Suggested]);
    w.no(A, state_reason(1), "act.none_open");
    let facts = w.facts(A);
    let asked = |verb| mingjing_domain::case::recorded::asked(w.case(), verb, &facts).words();
    assert_eq!(asked(Verb::RecordInquiry), "根据实际情况音像记录");
    assert_eq!(asked(Verb::HoldHearing), "应当音像记录");
    assert_eq!(asked(Verb::AddEvidence), "文字记录");
    w.at("2026-03-06");
    w.ok(A, conclude(false));
    w.ok(A, attach(1));
    assert_eq!(w.case().acts[0].standing(&w.law), Standing::Recorded);
}

#[test]
fn an_inquiry_in_a_room_for_handling_cases_is_recorded_in_full() {
    let mut w = known_early(investigated(vec![unit_party()]));
    let room = Session { case_room: true, ..session(&w) };
    w.ok(A, Do::RecordInquiry { session: room, person: t("乙"), record: t("问答"), signed: true });
    w.at("2026-03-06");
    let refusal = w.no(A, conclude(false), "recording.open");
    assert!(refusal.message.contains("执法办案场所") && refusal.article.article == "（八）", "{refusal}");
    w.ok(A, attach(2));
    w.ok(A, conclude(false));
}

#[test]
fn where_inquiries_must_be_recorded_the_investigation_does_not_end_without() {
    let mut w = listed(investigated(vec![unit_party()]), "2026-01-01", &must("evidence", "audiovisual"));
    w.at("2026-03-06");
    w.no(A, conclude(false), "recording.open");
    w.ok(A, attach(1));
    w.ok(A, conclude(false));
}

#[test]
fn a_list_known_later_opens_nothing_that_was_complete() {
    let more = must("evidence", "audiovisual");
    let mut w = listed(investigated(vec![unit_party()]), "2026-03-06", &more);
    assert_eq!(w.case().acts[0].standing(&w.law), Standing::Text);
    w.at("2026-03-06");
    let now = session(&w);
    w.ok(A, Do::RecordInquiry { session: now, person: t("乙"), record: t("问答"), signed: true });
    w.no(A, conclude(false), "recording.open");
    w.ok(A, attach(2));
    w.ok(A, conclude(false));
}

#[test]
fn a_decision_left_at_the_door_holds_the_closing_open() {
    let mut w = known_early(decided(3 * WAN));
    w.at("2026-03-18");
    w.make_all();
    let no = w.document(DocumentKind::PenaltyDecision, Some(1));
    let left = Service { method: ServiceMethod::Left, witness: t("见证人甲"), ..service("2026-03-18") };
    w.ok(A, Do::ServeDocument { document: no, service: left });
    w.at("2026-03-20");
    w.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-03-20"));
    w.no(A, propose(Proposal::Close { ground: ClosingGround::Performed }), "recording.open");
    let act = last(&w);
    w.ok(A, attach(act));
    w.pass(Proposal::Close { ground: ClosingGround::Performed });
}

#[test]
fn a_seizure_is_recorded_without_unexplained_gaps_or_not_archived() {
    let mut w = known_early(investigated(vec![unit_party()]));
    let items = vec![PreservedItem { name: t("账册"), description: t(""), quantity: "2册".into() }];
    w.pass(Proposal::Preserve(Preserving { party: 1, items, manner: t("就地保存") }));
    w.at("2026-03-06");
    w.pass(Proposal::DisposePreservation(PreservationDisposing {
        preservation: 1,
        disposal: PreservationDisposal::SealOrSeize,
    }));
    let act = last(&w);
    w.no(A, conclude(false), "recording.open");
    w.recordings.get_mut(&RECORDING).expect("there").unexplained = 1;
    w.no(A, attach(act), "recording.broken");
    w.recordings.get_mut(&RECORDING).expect("there").runs = false;
    w.no(A, attach(act), "recording.not_full");
    w.recordings.get_mut(&RECORDING).expect("there").runs = true;
    // The case may be withdrawn; its file is not archived without the recording.
    w.pass(Proposal::Withdraw);
    w.serve_all();
    w.no(ARCHIVIST, Do::Archive { volumes: 1, pages: 9, retention_years: 10 }, "recording.open");
    w.recordings.get_mut(&RECORDING).expect("there").unexplained = 0;
    w.ok(A, attach(act));
    w.ok(ARCHIVIST, Do::Archive { volumes: 1, pages: 9, retention_years: 10 });
}

/// What ran, in minutes after the beginning of the second act and before its end, with
/// whether begin and end are explained.
fn ran(w: &World, late: i64, early: i64, explained: (bool, bool)) -> Option<Vec<Stretch>> {
    let (began, ended) = w.case().acts[1].during.expect("a session");
    let minutes = jiff::SignedDuration::from_mins;
    let (begin_explained, end_explained) = explained;
    Some(vec![Stretch {
        from: began.checked_add(minutes(late)).expect("a minute"),
        to: ended.checked_sub(minutes(early)).expect("a minute"),
        begin_explained,
        end_explained,
    }])
}

#[test]
fn what_is_recorded_in_full_is_recorded_from_the_beginning_to_the_end() {
    let mut w = known_early(investigated(vec![unit_party()]));
    let room = Session { case_room: true, ..session(&w) };
    w.ok(A, Do::RecordInquiry { session: room, person: t("乙"), record: t("问答"), signed: true });
    // The act lasted 29 minutes.
    for (late, early) in [(0, 28), (2, 0), (0, 2), (14, 14), (40, -50)] {
        w.recordings.get_mut(&RECORDING).expect("there").ran = ran(&w, late, early, (false, false));
        let refusal = w.no(A, attach(2), "recording.not_whole");
        assert!(refusal.article.article == "（八）" && refusal.message.contains("全程"), "{refusal}");
    }
    w.recordings.get_mut(&RECORDING).expect("there").ran = Some(Vec::new());
    w.no(A, attach(2), "recording.not_whole");
    // Explained on one side, the other is asked all the same.
    w.recordings.get_mut(&RECORDING).expect("there").ran = ran(&w, 2, 2, (false, true));
    w.no(A, attach(2), "recording.not_whole");
    let whole =
        [(1, 1, (false, false)), (-10, -2, (false, false)), (0, 15, (false, true)), (20, 0, (true, false))];
    for (late, early, explained) in whole {
        let mut same = w.clone();
        same.recordings.get_mut(&RECORDING).expect("there").ran = ran(&w, late, early, explained);
        same.ok(A, attach(2));
    }
    // Beside one of the whole act another may show a part of it.
    w.recordings.get_mut(&RECORDING).expect("there").ran = ran(&w, 0, 0, (false, false));
    let mut part = w.recordings[&RECORDING].clone();
    part.ran = ran(&w, 5, 5, (false, false));
    let second = MatterId(Uuid::from_u128(301));
    w.recordings.insert(second, part);
    w.ok(A, attach(2));
    w.ok(A, Do::AttachRecording { act: 2, recording: second });
}

#[test]
fn a_hearing_in_a_room_for_handling_cases_is_recorded_in_full() {
    let mut w = listed(noticed(7 * WAN), "2026-01-01", "");
    w.at("2026-03-16");
    w.ok(A, ask_hearing(1, "2026-03-16"));
    w.ok(HOST, Do::ScheduleHearing(plan(1, "2026-03-26")));
    w.serve_now(DocumentKind::HearingNotice, 1);
    w.at("2026-03-26");
    w.ok(HOST, Do::HoldHearing(HearingHeld { case_room: true, ..held(1) }));
    let act = last(&w);
    let state = w.case().acts.last().expect("held").requirement(&w.law);
    assert_eq!((state.manner, state.link), (Manner::Full, Some(Link::CaseRooms)));
    w.recordings.get_mut(&RECORDING).expect("there").runs = false;
    w.no(HOST, attach(act), "recording.not_full");
}

#[test]
fn a_recording_of_another_link_shows_no_act() {
    let mut w = heard();
    let act = last(&w);
    for link in [Link::OnSite, Link::Seizure, Link::Service] {
        let fact = w.recordings.get_mut(&RECORDING).expect("there");
        (fact.link, fact.ran) = (link, Some(Vec::new()));
        w.no(HOST, attach(act), "recording.other_link");
    }
    w.recordings.get_mut(&RECORDING).expect("there").link = Link::Hearing;
    w.ok(HOST, attach(act));
}

#[test]
fn an_approved_measure_is_recorded_when_it_is_carried_out_or_a_day_before_its_approval() {
    let mut w = known_early(investigated(vec![unit_party()]));
    let items = vec![PreservedItem { name: t("账册"), description: t(""), quantity: "2册".into() }];
    w.pass(Proposal::Preserve(Preserving { party: 1, items, manner: t("就地保存") }));
    let act = last(&w);
    assert_eq!(w.case().acts.last().map(|it| it.on), Some(day("2026-03-05")));
    let mut on = |days: &[&str], code: &str| {
        let fact = w.recordings.get_mut(&RECORDING).expect("there");
        (fact.link, fact.ran) = (Link::Preservation, Some(Vec::new()));
        fact.recorded_on = days.iter().map(|it| day(it)).collect();
        if code.is_empty() {
            w.clone().ok(A, attach(act));
        } else {
            w.no(A, attach(act), code);
        }
    };
    on(&["2026-03-03"], "recording.before_approval");
    on(&["2026-03-04"], "");
    on(&["2026-03-05"], "");
    on(&["2026-03-03", "2026-03-09"], "");
}

#[test]
fn evidence_from_a_recording_is_one_of_its_pieces() {
    let mut w = known_early(investigated(vec![unit_party()]));
    let with = |root: &str| {
        Do::AddEvidence(Evidence {
            kind: EvidenceKind::AudioVisual,
            sha256_root: root.into(),
            recording: Some(RECORDING),
            ..evidence("现场录像", "2026-03-05")
        })
    };
    w.no(A, with(&"cd".repeat(32)), "evidence.other_root");
    w.recordings.get_mut(&RECORDING).expect("there").unfit = true;
    let refusal = w.no(A, with(&"ab".repeat(32)), "evidence.surveillance");
    assert_eq!(refusal.article.to_string(), "《行政处罚法》第四十一条第二款");
    w.recordings.get_mut(&RECORDING).expect("there").unfit = false;
    w.ok(A, with(&"ab".repeat(32)));
    assert_eq!(w.case().evidence[1].recording, Some(RECORDING));
}

#[test]
fn the_stored_forms_are_as_read() {
    let sample = "00000000-0000-0000-0000-00000000012c";
    let forms = [
        format!(r#"{{"event":"recording_attached","act":2,"recording":"{sample}","roots":["ab"]}}"#),
        r#"{"event":"no_recording_stated","act":2,"ground":"weather","reason":{"$t":"暴雨"}}"#.to_owned(),
        r#"{"event":"no_recording_decided","act":2,"approve":true,"opinion":{"$t":"属实"}}"#.to_owned(),
        // An item of evidence as it was stored before there were recordings.
        r#"{"event":"evidence_added","no":1,"evidence":{"kind":"documentary","name":{"$t":"名册"},"source":{"$t":"当事人"},"collected_on":"2026-03-05","collectors":[],"proves":{"$t":"事实"},"sha256_root":"","signed":true}}"#.to_owned(),
    ];
    for form in forms {
        let body: serde_json::Value = serde_json::from_str(&form).expect("JSON");
        let name = body["event"].as_str().expect("a tag").to_owned();
        let event = Case::decode(&name, 1, body.clone()).unwrap_or_else(|e| panic!("{form}: {e}"));
        assert_eq!(serde_json::to_value(&event).expect("serialises"), body, "{name}");
    }
}
