//! What a machine wrote down of a piece: noted once, of exactly what is stored, and gone with it.

use crate::world::*;
use mingjing_domain::matter::MatterId;
use mingjing_domain::recording::event::Capture;
use mingjing_domain::recording::machine::{
    LinePlace, MAX_ASKS, MAX_OF_PIECE, MAX_OF_RECORDING, MAX_PLACES, MachineFault, MachineTask, MachineText,
    kept,
};
use mingjing_domain::recording::retention::Kept;
use mingjing_domain::recording::words::SegmentKind;
use mingjing_domain::recording::{Ordered, RecordingCommand as Do, RecordingEvent};
use uuid::Uuid;

/// One film from 09:10 to 09:20, stored.
fn stored() -> World {
    let mut w = World::new().told();
    w.piece("09:10:00", "09:20:00", 1);
    w.at("09:30:00");
    w.stored();
    w
}

fn note(text: MachineText) -> Do {
    Do::NoteMachineText { no: 1, text: Box::new(text) }
}

const BROKEN: Do = Do::NoteMachineFault { no: 1, why: MachineFault::Unreachable };

#[test]
fn only_what_is_stored_is_noted_and_by_the_system_alone() {
    let mut w = World::new().told();
    w.piece("09:10:00", "09:20:00", 1);
    w.at("09:30:00");
    for command in [note(machine_text(1)), BROKEN] {
        w.no(SYSTEM, command, "segment.absent");
    }
    w.no(A, Do::AskMachineText { no: 1 }, "segment.absent");
    w.stored();
    w.no(A, note(machine_text(1)), "role.system");
    w.no(A, BROKEN, "role.system");
    w.no(SYSTEM, note(machine_text(2)), "machine.digest");
    w.no(SYSTEM, note(MachineText { sha256: root(7), ..machine_text(1) }), "machine.digest");
    w.no(SYSTEM, note(MachineText { task: MachineTask::Ocr, ..machine_text(1) }), "machine.task");
    w.no(SYSTEM, note(MachineText { engine: " ".into(), ..machine_text(1) }), "machine.engine");
    w.no(SYSTEM, note(MachineText { engine_version: "版".repeat(201), ..machine_text(1) }), "machine.engine");
    let long = t(&"长".repeat(MAX_OF_PIECE + 1));
    w.no(SYSTEM, note(MachineText { text: long, ..machine_text(1) }), "input.too_long");
    let many = vec![LinePlace::default(); MAX_PLACES + 1];
    w.no(SYSTEM, note(MachineText { places: many, ..machine_text(1) }), "input.too_long");
    let other = Do::NoteMachineText { no: 2, text: Box::new(machine_text(1)) };
    w.no(SYSTEM, other, "segment.unknown");
    w.ok(SYSTEM, note(machine_text(1)));
    let made = w.it().segments[0].machine.made.clone().expect("noted").0;
    let lines: Vec<_> = made.lines().map(|(line, at)| (line.to_owned(), at.start_ms)).collect();
    assert_eq!(lines, [("请出示证件".to_owned(), Some(1_200)), ("好的".to_owned(), None)]);
}

#[test]
fn what_was_tried_is_tried_again_only_when_a_person_asks() {
    let mut w = stored();
    w.ok(SYSTEM, BROKEN);
    w.no(SYSTEM, BROKEN, "machine.known");
    w.no(SYSTEM, note(machine_text(1)), "machine.known");
    assert!(w.it().segments[0].machine.settled());
    w.no(C, Do::AskMachineText { no: 1 }, "actor.not_handling");
    w.no(UNIT_HEAD, Do::AskMachineText { no: 1 }, "role.missing");
    w.no(STRANGER, Do::AskMachineText { no: 1 }, "organ.other");
    w.no(A, Do::AskMachineText { no: 9 }, "segment.unknown");
    w.ok(A, Do::AskMachineText { no: 1 });
    assert!(!w.it().segments[0].machine.settled());
    w.ok(SYSTEM, note(machine_text(1)));
    let state = w.it().segments[0].machine.clone();
    assert_eq!((state.fault, state.settled(), state.asks), (None, true, 1), "the text takes the fault away");
    // Asked again in vain, the former text stays beside the reason.
    w.ok(A, Do::AskMachineText { no: 1 });
    w.ok(SYSTEM, BROKEN);
    let state = &w.it().segments[0].machine;
    assert!(state.made.is_some() && state.fault.is_some());
    for _ in 2..MAX_ASKS {
        w.ok(A, Do::AskMachineText { no: 1 });
    }
    w.no(A, Do::AskMachineText { no: 1 }, "machine.too_often");
}

#[test]
fn sound_is_written_down_and_pictures_are_read() {
    let mut w = World::new().told();
    w.at("09:20:00");
    w.ok(A, Do::Capture(Capture { kind: SegmentKind::Photo, ..capture("09:10:00") }));
    w.ok(A, Do::Seal { no: 1, sealing: sealing("09:10:00", 1) });
    w.at("09:30:00");
    w.stored();
    w.no(SYSTEM, note(machine_text(1)), "machine.task");
    w.ok(SYSTEM, note(MachineText { task: MachineTask::Ocr, ..machine_text(1) }));
    let tasks: Vec<_> = SegmentKind::ALL.iter().map(|it| MachineTask::of(*it)).collect();
    assert_eq!(tasks.iter().filter(|it| **it == MachineTask::Transcript).count(), 3);
}

#[test]
fn all_pieces_together_have_one_limit() {
    let mut w = World::new().told();
    let full = MAX_OF_RECORDING / MAX_OF_PIECE;
    let times = ["09:10:00", "09:11:00", "09:12:00", "09:13:00", "09:14:00", "09:15:00", "09:16:00"];
    for (n, pair) in (1..).zip(times.windows(2)) {
        w.piece(pair[0], pair[1], n);
    }
    w.at("09:30:00");
    w.stored();
    let long = t(&"长".repeat(MAX_OF_PIECE));
    for no in 1..=u16::try_from(full).expect("few") {
        let n = u8::try_from(no).expect("few");
        let text = MachineText { text: long.clone(), places: Vec::new(), ..machine_text(n) };
        w.ok(SYSTEM, Do::NoteMachineText { no, text: Box::new(text) });
    }
    assert_eq!((full, w.it().machine_room(6), w.it().machine_room(1)), (5, 0, MAX_OF_PIECE));
    let more = Do::NoteMachineText { no: 6, text: Box::new(machine_text(6)) };
    w.no(SYSTEM, more, "input.too_long");
}

#[test]
fn with_the_content_it_goes() {
    let mut w = stored();
    w.ok(SYSTEM, note(machine_text(1)));
    w.ok(A, Do::AskMachineText { no: 1 });
    let list = MatterId(Uuid::from_u128(80));
    let kept = Kept::Until { day: day("2026-09-02") };
    w.ordered = Some(Ordered { list, carried_out: true, kept: Some(kept) });
    w.ok(SYSTEM, Do::MarkDestroyed { disposal: list, kept });
    assert_eq!(w.it().segments[0].machine, Default::default());
    w.no(SYSTEM, note(machine_text(1)), "recording.destroyed");
    w.no(A, Do::AskMachineText { no: 1 }, "recording.destroyed");
}

#[test]
fn the_text_is_lifted_out_of_the_event() {
    let event = RecordingEvent::MachineTextMade { no: 1, text: Box::new(machine_text(1)) };
    let mut body = serde_json::to_value(&event).expect("serialises");
    let lifted = mingjing_domain::text::seal(&mut body, &KEY);
    assert_eq!(lifted.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["/text"]);
    assert!(!body.to_string().contains("证件") && body.to_string().contains("1200"));
    let erased: RecordingEvent = serde_json::from_value(body).expect("still reads");
    let RecordingEvent::MachineTextMade { text, .. } = erased else { panic!("another event") };
    assert_eq!((text.lines().count(), text.text.chars()), (0, 8));
}

#[test]
fn what_does_not_fit_is_left_out_and_said() {
    let at = |start| LinePlace { start_ms: Some(start), ..LinePlace::default() };
    let lines = [(" 甲乙 \n丙 ".to_owned(), at(0)), ("\t".to_owned(), at(1)), ("丁戊".to_owned(), at(2))];
    let table: [(usize, &str, usize, bool); 6] = [
        (100, "甲乙 丙\n丁戊", 2, false),
        (7, "甲乙 丙\n丁戊", 2, false),
        (6, "甲乙 丙\n丁", 2, true),
        (5, "甲乙 丙", 1, true),
        (3, "甲乙 ", 1, true),
        (0, "", 0, true),
    ];
    for (room, text, places, cut) in table {
        let it = kept(&lines, room);
        assert_eq!((it.0.value(), it.1.len(), it.2), (Some(text), places, cut), "{room}");
    }
    let bare: Vec<_> = (0..9).map(|n| (format!("行{n}"), LinePlace::default())).collect();
    assert_eq!(kept(&bare, 100).1, []);
    let many: Vec<_> = (0..6_000).map(|n| ("行".to_owned(), at(n))).collect();
    let it = kept(&many, MAX_OF_PIECE);
    assert_eq!((it.1.len(), it.2, it.0.chars()), (MAX_PLACES, false, 11_999));
    assert_eq!(kept(&[], 9), (t(""), vec![], false));
}
