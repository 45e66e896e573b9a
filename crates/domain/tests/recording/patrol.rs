//! The patrol log, and how an entry becomes a clue.

use crate::world::*;
use mingjing_domain::case::types::{ClueSource, blank};
use mingjing_domain::recording::RecordingCommand as Do;
use mingjing_domain::recording::clue;
use mingjing_domain::recording::event::LogEntry;
use mingjing_domain::recording::words::*;

fn entry(subject: &str) -> LogEntry {
    LogEntry {
        link: Link::Patrol,
        at: clock("08:50:00"),
        place: t("示例路"),
        subject: t(subject),
        words: t("占用消防通道堆放物品，已要求清理"),
    }
}

#[test]
fn a_patrol_is_logged_and_an_entry_becomes_a_clue() {
    let mut w = World::new();
    w.ok(A, Do::Register(patrol()));
    assert_eq!(w.it().class, RetentionClass::Patrol);
    assert_eq!(w.it().number.as_ref().map(ToString::to_string).as_deref(), Some("（示）应急音〔2026〕7号"));
    w.ok(A, Do::AddLogEntry(entry("")));
    w.ok(B, Do::AddLogEntry(entry("示例商贸有限公司")));
    w.no(A, Do::AddLogEntry(LogEntry { at: clock("09:01:00"), ..entry("") }), "time.future");
    w.no(A, Do::AddLogEntry(LogEntry { words: blank(), ..entry("") }), "input.required");
    w.no(C, Do::AddLogEntry(entry("")), "actor.not_handling");
    w.no(A, Do::RaiseClue { no: 1, case: CASE }, "input.required");
    w.no(A, Do::RaiseClue { no: 3, case: CASE }, "patrol.entry");
    let found = clue(w.it(), 2).expect("an entry");
    assert_eq!((found.source, found.received_on), (ClueSource::Inspection, day("2026-03-02")));
    assert_eq!(found.subject.value(), Some("示例商贸有限公司"));
    assert!(clue(w.it(), 0).is_none() && clue(w.it(), 3).is_none());
    w.ok(A, Do::RaiseClue { no: 2, case: CASE });
    w.no(A, Do::RaiseClue { no: 2, case: CASE }, "patrol.raised");
    assert_eq!(w.it().cases, [CASE], "it is kept with the case's file from now on");
    let mut w = World::new().told();
    w.no(A, Do::AddLogEntry(entry("")), "patrol.only");
    w.at("09:10:00");
    w.no(A, Do::RaiseClue { no: 1, case: CASE }, "patrol.entry");
}
