//! From the device into the store: registration, notice, pieces, findings.

use crate::world::*;
use mingjing_domain::case::types::blank;
use mingjing_domain::device::{DeviceCommand, DeviceKind};
use mingjing_domain::matter::MatterId;
use mingjing_domain::recording::RecordingCommand as Do;
use mingjing_domain::recording::event::*;
use mingjing_domain::recording::state::Phase;
use mingjing_domain::recording::timeline::Joint;
use mingjing_domain::recording::words::*;
use mingjing_domain::recording::{RecordingEvent, list::ActOf};
use mingjing_domain::staff::Role;
use uuid::Uuid;

/// A way to spoil a registration.
type Change = fn(&mut Registration);

fn register(change: impl Fn(&mut Registration)) -> Do {
    let mut registration = registration();
    change(&mut registration);
    Do::Register(registration)
}

#[test]
fn the_number_follows_the_documents() {
    let mut w = World::new();
    w.others = 2;
    w.ok(A, register(|_| {}));
    assert_eq!(
        w.it().number.as_ref().map(ToString::to_string).as_deref(),
        Some("（示）应急音〔2026〕12-3号")
    );
    assert_eq!(w.it().class, RetentionClass::File);
    assert_eq!(w.it().cases, [CASE]);
    let mut w = World::new();
    w.case.as_mut().unwrap().number = None;
    w.ok(A, register(|_| {}));
    assert_eq!(w.it().number.as_ref().map(ToString::to_string).as_deref(), Some("（示）应急音〔2026〕7号"));
    let mut w = World::new();
    w.serial = None;
    w.no(A, Do::Register(patrol()), "number.unavailable");
}

#[test]
fn what_is_noted_is_complete_and_true() {
    let w = World::new();
    let table: [(&str, Change); 16] = [
        ("input.required", |r| r.place = blank()),
        ("input.required", |r| r.proves = blank()),
        ("input.required", |r| r.party = blank()),
        ("input.required", |r| r.cause = blank()),
        ("recording.unit", |r| r.unit = " ".into()),
        ("recording.documents", |r| r.documents = vec!["[2026]3号".into()]),
        ("recording.position", |r| {
            r.position = Some(Position { latitude_e6: 90_000_001, longitude_e6: 0, accuracy_m: 0 })
        }),
        ("recording.collectors", |r| r.collectors = vec![]),
        ("recording.collectors", |r| r.collectors = vec![r.collectors[0].clone(), r.collectors[0].clone()]),
        ("recording.collectors", |r| r.collectors[0].staff = STRANGER),
        ("recording.certificate", |r| r.collectors[0].certificate = String::new()),
        ("recording.certificate", |r| r.collectors[0].certificate = "证2".into()),
        ("recording.link", |r| r.link = Link::Patrol),
        ("recording.link", |r| r.of = Subject::Patrol),
        ("recording.case", |r| r.of = Subject::Act { case: OTHER_CASE, act: None }),
        ("input.too_long", |r| r.place = t(&"长".repeat(60_001))),
    ];
    for (code, change) in table {
        w.no(A, register(change), code);
    }
    let mut foreign = World::new();
    foreign.case.as_mut().unwrap().organ = OTHER_ORGAN;
    foreign.no(A, register(|_| {}), "recording.case");
}

#[test]
fn a_certificate_that_was_not_valid_is_a_finding_and_no_bar() {
    let mut w = World::new();
    w.ok(A, register(|r| r.collectors.push(Collector { staff: C, certificate: "证3".into() })));
    assert_eq!(w.findings(), [Finding::CertificateInvalid]);
}

#[test]
fn a_sound_recording_has_no_findings_and_ends_in_the_store() {
    let mut w = World::new().told();
    w.piece("09:10:00", "09:20:00", 1);
    w.piece("09:20:01", "09:30:00", 2);
    w.at("09:31:00");
    w.ok(A, Do::EndWork { ended_at: clock("09:30:30") });
    w.at("10:00:00");
    w.stored();
    assert!(w.findings().is_empty(), "{:?}", w.findings());
    assert!(w.it().accepted() && w.it().joints(2).is_empty());
    let fact = w.it().fact(CASE, 2);
    assert!(fact.accepted && fact.in_case && !fact.unfit && fact.unexplained == 0);
    assert!(fact.runs && fact.days == (day("2026-03-02"), day("2026-03-02")));
    assert_eq!(fact.roots, [root(1), root(2)]);
    assert_eq!(w.it().registration.of.family(RECORDING), CASE);
    assert_eq!(patrol().of.family(RECORDING), RECORDING);
    assert!(!w.it().fact(OTHER_CASE, 2).in_case);
    let act = ActOf::of(mingjing_domain::case::procedure::Verb::RecordInquiry);
    assert!(!w.rules.required(&act, day("2026-03-02"), w.now).must());
}

#[test]
fn nothing_is_added_to_a_recording_while_a_list_for_destruction_names_it() {
    let mut w = World::new().told();
    w.at("09:20:00");
    w.ok(A, Do::Capture(capture("09:05:00")));
    w.listed = Some(MatterId(uuid::Uuid::from_u128(81)));
    w.no(A, Do::Capture(capture("09:10:00")), "disposal.listed");
    // The piece that there is goes on its way.
    w.ok(A, Do::Seal { no: 1, sealing: sealing("09:20:00", 1) });
    w.listed = None;
    w.ok(A, Do::Capture(capture("09:10:00")));
}

#[test]
fn each_phase_follows_the_one_before_and_nothing_is_replaced() {
    let mut w = World::new().told();
    let seal = |n| Do::Seal { no: n, sealing: sealing("09:20:00", 1) };
    let upload = |n| Do::Upload { no: n, via: UploadVia::Field };
    let accept = |r: &str| Do::Accept { no: 1, identity: identity(r) };
    w.at("09:20:00");
    w.no(A, seal(1), "segment.unknown");
    w.ok(A, Do::Capture(capture("09:10:00")));
    w.no(A, upload(1), "segment.open");
    w.no(SYSTEM, accept(&root(1)), "segment.absent");
    w.no(
        A,
        Do::Seal { no: 1, sealing: Sealing { sha256_root: "AB".repeat(32), ..sealing("09:20:00", 1) } },
        "segment.digest",
    );
    w.no(A, Do::Seal { no: 1, sealing: sealing("09:09:00", 1) }, "segment.empty");
    w.no(A, Do::Seal { no: 1, sealing: sealing("09:21:01", 1) }, "time.future");
    w.no(A, Do::Seal { no: 1, sealing: Sealing { bytes: 0, ..sealing("09:20:00", 1) } }, "segment.empty");
    w.ok(A, seal(1));
    w.no(A, seal(1), "segment.sealed");
    w.no(SYSTEM, accept(&root(1)), "segment.absent");
    w.ok(A, upload(1));
    w.no(A, upload(1), "segment.uploaded");
    w.no(A, accept(&root(1)), "role.system");
    w.ok(SYSTEM, accept(&root(1)));
    w.no(SYSTEM, accept(&root(1)), "segment.accepted");
    w.no(A, upload(1), "segment.uploaded");
}

#[test]
fn what_came_otherwise_than_sealed_is_kept_beside_it_as_a_finding() {
    let mut w = World::new().told();
    w.piece("09:10:00", "09:20:00", 1);
    w.ok(A, Do::Upload { no: 1, via: UploadVia::Station });
    let events = w.ok(SYSTEM, Do::Accept { no: 1, identity: identity(&root(9)) });
    assert!(matches!(events[0], RecordingEvent::Mismatched { no: 1, .. }));
    assert_eq!(w.findings(), [Finding::RootMismatch]);
    let segment = w.it().segment(1).unwrap();
    assert_eq!((segment.phase, segment.identity.as_ref()), (Phase::Mismatched, None));
    assert!(!w.it().accepted() && w.it().uploaded_at().is_none());
    // Fewer bytes with the same root are another thing too.
    w.ok(A, Do::Upload { no: 1, via: UploadVia::Station });
    w.ok(SYSTEM, Do::Accept { no: 1, identity: Identity { bytes: 999, ..identity(&root(1)) } });
    w.ok(A, Do::Upload { no: 1, via: UploadVia::Station });
    w.ok(SYSTEM, Do::Accept { no: 1, identity: identity(&root(1)) });
    assert!(w.it().accepted());
    assert_eq!(w.it().segment(1).unwrap().mismatches.len(), 2, "what came before is not forgotten");
    assert_eq!(w.findings(), [Finding::RootMismatch; 2]);
}

#[test]
fn one_who_recorded_too_is_added_with_the_reason_and_by_those_who_were_there() {
    let mut w = World::new().told();
    let add = |staff, certificate: &str, reason| Do::AddCollector {
        collector: Collector { staff, certificate: certificate.into() },
        reason: t(reason),
    };
    w.no(A, add(C, "证3", ""), "input.required");
    w.no(A, add(B, "证2", "漏登"), "recording.collectors");
    w.no(A, add(C, "证2", "漏登"), "recording.certificate");
    w.no(A, add(C, "", "漏登"), "recording.certificate");
    w.no(C, add(C, "证3", "漏登"), "actor.not_handling");
    w.ok(A, add(C, "证3", "到场后加入，登记时漏写"));
    assert_eq!(w.findings(), [Finding::CertificateInvalid], "his certificate had run out");
    let all: Vec<_> = w.it().registration.collectors.iter().map(|it| it.staff).collect();
    assert_eq!(all, [A, B, C]);
    // He who was there may hold a device.
    w.at("09:30:00");
    w.ok(A, Do::Capture(Capture { by: C, ..capture("09:10:00") }));
}

#[test]
fn the_party_is_told_before_and_otherwise_it_is_a_finding() {
    let mut w = World::new().with_camera();
    w.ok(A, register(|_| {}));
    w.piece("09:10:00", "09:20:00", 1);
    assert!(w.findings().is_empty(), "the notice may still come in from the field");
    w.ok(A, Do::Upload { no: 1, via: UploadVia::Station });
    assert_eq!(w.findings(), [Finding::NotTold]);
    w.at("09:30:00");
    w.no(A, Do::TellParty(told("09:31:00")), "time.future");
    w.no(A, Do::TellParty(PartyTold { person: blank(), ..told("09:25:00") }), "input.required");
    w.no(A, Do::TellParty(PartyTold { by: C, ..told("09:25:00") }), "recording.teller");
    w.ok(A, Do::TellParty(told("09:25:00")));
    assert_eq!(w.findings(), [Finding::NotTold, Finding::ToldAfterStart]);
    w.no(A, Do::TellParty(told("09:26:00")), "recording.told");
    // Nobody stands before the camera when a notice is put up.
    let mut w = World::new().with_camera();
    w.ok(A, register(|r| r.link = Link::NoticeService));
    w.piece("09:10:00", "09:20:00", 1);
    w.stored();
    assert!(w.findings().is_empty());
}

#[test]
fn device_time_is_put_right_and_a_wrong_clock_is_a_finding() {
    let mut w = World::new().told();
    w.at("09:30:00");
    // Two minutes fast: what it calls 09:12 was 09:10.
    let fast = Capture { clock_offset_ms: 120_000, ..capture("09:12:00") };
    w.ok(A, Do::Capture(fast));
    assert_eq!(w.findings(), [Finding::ClockOff]);
    assert_eq!(w.it().segment(1).unwrap().started(), clock("09:10:00"));
    w.no(A, Do::Capture(capture("09:32:00")), "time.future");
    w.no(A, Do::Capture(Capture { by: C, ..capture("09:10:00") }), "recording.collector");
    w.no(A, Do::Capture(Capture { name: t(&"长".repeat(301)), ..capture("09:10:00") }), "input.too_long");
}

#[test]
fn what_a_device_lacks_is_a_finding_and_no_bar() {
    let flags = |w: &mut World, capture: Capture| {
        let before = w.it().flags.len();
        w.ok(A, Do::Capture(capture));
        w.findings().split_off(before)
    };
    let mut w = World::new();
    w.ok(A, register(|_| {}));
    w.at("09:30:00");
    let unknown = Capture { device: Some(MatterId(Uuid::from_u128(99))), ..capture("09:10:00") };
    assert_eq!(flags(&mut w, unknown), [Finding::DeviceUnregistered]);
    assert_eq!(flags(&mut w, Capture { device: None, ..capture("09:10:00") }), [Finding::DeviceUnregistered]);
    let mut w = World::new().told();
    w.at("09:30:00");
    assert_eq!(flags(&mut w, capture("09:10:00")), []);
    assert_eq!(flags(&mut w, Capture { by: B, ..capture("09:10:00") }), [Finding::DeviceNotAssigned]);
    assert_eq!(flags(&mut w, capture("07:59:00")), [Finding::DeviceNotAssigned, Finding::DeviceUnchecked]);
    w.device(CAMERA, A, DeviceCommand::ReportFault { description: t("黑屏") });
    w.at("09:40:00");
    assert_eq!(flags(&mut w, capture("09:35:00")), [Finding::DeviceFaulty]);
    assert_eq!(flags(&mut w, capture("09:29:00")), [], "it was sound then");
    w.device(CAMERA, HEAD, DeviceCommand::Scrap { reason: t("不能修复，存储已清除") });
    w.at("09:50:00");
    let scrapped = flags(&mut w, capture("09:45:00"));
    assert_eq!(scrapped, [Finding::DeviceScrapped, Finding::DeviceFaulty, Finding::DeviceNotAssigned]);
    // Surveillance that nobody reviewed makes no evidence (第四十一条).
    let watch = MatterId(Uuid::from_u128(71));
    w.device(watch, UNIT_HEAD, DeviceCommand::Register(camera(DeviceKind::Surveillance)));
    let found = flags(&mut w, Capture { device: Some(watch), ..capture("09:45:00") });
    assert_eq!(found, [Finding::SiteUnpublished, Finding::SiteUnreviewed]);
    assert!(w.it().fact(CASE, 2).unfit);
}

#[test]
fn a_break_is_explained_by_voice_or_in_writing() {
    let mut w = World::new().told();
    w.piece("09:10:00", "09:20:00", 1);
    w.piece("09:25:00", "09:30:00", 2);
    w.piece("09:40:00", "09:45:00", 3);
    assert_eq!(w.it().unexplained(2).len(), 2);
    assert!(matches!(w.it().joints(2)[0], Joint::Gap { after: 1, before: 2, .. }));
    let note = |after, explanation| {
        Do::NoteInterruption(Interruption { after, cause: InterruptionCause::DeviceFailure, explanation })
    };
    let voice = |segment, offset_ms| Explanation::Voice { segment, offset_ms };
    let written = |reported_to, words: &str| Explanation::Written { reported_to, statement: t(words) };
    w.no(A, note(9, voice(2, 0)), "segment.unknown");
    w.no(A, note(1, voice(1, 0)), "interruption.voice");
    w.no(A, note(1, voice(2, 300_001)), "mark.outside");
    w.ok(A, note(1, voice(2, 3_000)));
    w.no(A, note(1, voice(2, 3_000)), "interruption.noted");
    w.no(A, note(2, written(UNIT_HEAD, "")), "input.required");
    w.no(A, note(2, written(HEAD, "电量耗尽")), "interruption.report");
    w.no(A, note(2, written(STRANGER, "电量耗尽")), "interruption.report");
    w.ok(A, note(2, written(UNIT_HEAD, "电量耗尽，已报告")));
    assert!(w.it().unexplained(2).is_empty());
    assert_eq!(w.it().joints(2).len(), 2, "the gaps stay visible");
}

#[test]
fn marks_lie_inside_their_piece() {
    let mut w = World::new().told();
    w.piece("09:10:00", "09:20:00", 1);
    let mark = |segment, offset_ms| {
        Do::Mark(Mark { segment, offset_ms, kind: MarkKind::CertificateShown, note: blank() })
    };
    w.ok(A, mark(1, 600_000));
    w.no(A, mark(1, 600_001), "mark.outside");
    w.no(A, mark(2, 0), "segment.unknown");
    assert_eq!(w.it().marks.len(), 1);
}

#[test]
fn another_organ_and_another_officer_stay_out() {
    let mut w = World::new().told();
    w.piece("09:10:00", "09:20:00", 1);
    w.no(STRANGER, Do::Upload { no: 1, via: UploadVia::Field }, "organ.other");
    w.no(C, Do::Upload { no: 1, via: UploadVia::Field }, "actor.not_handling");
    w.no(ARCHIVIST, Do::Upload { no: 1, via: UploadVia::Field }, "role.missing");
    w.people.get_mut(&A).unwrap().enabled = false;
    w.no(A, Do::Upload { no: 1, via: UploadVia::Field }, "actor.disabled");
    // Whoever handles the case now goes on with it.
    w.case.as_mut().unwrap().officers = vec![C];
    w.ok(C, Do::Upload { no: 1, via: UploadVia::Field });
    w.people.get_mut(&C).unwrap().roles = vec![Role::Archivist];
    w.no(
        C,
        Do::Mark(Mark { segment: 1, offset_ms: 0, kind: MarkKind::Served, note: blank() }),
        "role.missing",
    );
}
