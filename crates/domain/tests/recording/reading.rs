//! What a stored file says of itself, beside what was said of it.

use crate::world::*;
use jiff::civil::DateTime;
use mingjing_domain::recording::RecordingCommand as Do;
use mingjing_domain::recording::RecordingEvent;
use mingjing_domain::recording::event::*;
use mingjing_domain::recording::reading::{Reading, SaidAt, Shortfall, TimeBasis, Track, TrackKind};
use mingjing_domain::recording::words::*;

/// One piece from 09:10 to 09:20, stored.
fn stored() -> World {
    let mut w = World::new().told();
    w.piece("09:10:00", "09:20:00", 1);
    w.at("09:30:00");
    w.stored();
    w
}

fn read(w: &mut World, change: impl Fn(&mut Reading)) -> Vec<Finding> {
    let mut it = reading(&root(1));
    change(&mut it);
    w.ok(SYSTEM, Do::ReadMetadata { no: 1, reading: Box::new(it) });
    w.findings()
}

fn said(local: &str, offset_s: Option<i32>, basis: TimeBasis) -> Option<SaidAt> {
    let local: DateTime = local.parse().expect("a civil time");
    Some(SaidAt { local, offset_s, basis })
}

#[test]
fn a_time_is_held_against_the_clock_of_the_device() {
    use TimeBasis as B;
    let differs = vec![Finding::FileTimeDiffers];
    // The tolerance is a minute; the piece ran from 09:10 to 09:20 in Shanghai.
    let table = [
        ("2026-03-02T09:15:00", Some(28_800), B::Zoned, vec![]),
        ("2026-03-02T01:15:00", Some(0), B::Zoned, vec![]),
        ("2026-03-02T09:15:00", Some(0), B::Zoned, differs.clone()),
        ("2026-03-02T09:09:00", Some(28_800), B::Zoned, vec![]),
        ("2026-03-02T09:08:59", Some(28_800), B::Zoned, differs.clone()),
        ("2026-03-02T09:21:00", Some(28_800), B::Zoned, vec![]),
        ("2026-03-02T09:21:01", Some(28_800), B::Zoned, differs.clone()),
        ("2026-03-02T09:15:00", None, B::Unzoned, vec![]),
        ("2026-03-02T01:15:00", None, B::Unzoned, differs.clone()),
        // The header of a film: in UTC, or in civil time as many devices write it.
        ("2026-03-02T01:15:00", Some(0), B::HeaderUtc, vec![]),
        ("2026-03-02T09:15:00", Some(0), B::HeaderUtc, vec![]),
        ("2026-03-02T05:15:00", Some(0), B::HeaderUtc, differs),
        // When it was last changed says nothing of when it was taken.
        ("2026-04-02T09:15:00", None, B::Changed, vec![]),
    ];
    for (local, offset, basis, expected) in table {
        let found = read(&mut stored(), |it| it.said_at = said(local, offset, basis));
        assert_eq!(found, expected, "{local} {basis:?}");
    }
}

#[test]
fn the_clock_of_a_device_that_is_wrong_is_wrong_in_its_files_too() {
    let mut w = World::new().told();
    w.at("09:20:00");
    // An hour ahead: it says 10:10 where it was 09:10.
    let ahead = Capture { clock_offset_ms: 3_600_000, ..capture("10:10:00") };
    w.ok(A, Do::Capture(ahead));
    w.ok(A, Do::Seal { no: 1, sealing: sealing("10:20:00", 1) });
    w.at("09:30:00");
    w.stored();
    let at = |local| move |it: &mut Reading| it.said_at = said(local, Some(28_800), TimeBasis::Zoned);
    assert_eq!(read(&mut w, at("2026-03-02T10:15:00")), [Finding::ClockOff]);
}

#[test]
fn a_length_is_held_against_beginning_and_end() {
    for (ms, differs) in
        [(600_000, false), (659_000, false), (541_000, false), (660_001, true), (20_000, true), (0, true)]
    {
        let found = read(&mut stored(), |it| it.duration_ms = Some(ms));
        assert_eq!(found, if differs { vec![Finding::FileLengthDiffers] } else { vec![] }, "{ms}");
    }
    assert_eq!(read(&mut stored(), |it| it.duration_ms = Some(u64::MAX)), []);
    // A photograph lasts no time, whatever its file says.
    let mut w = World::new().told();
    w.at("09:20:00");
    w.ok(A, Do::Capture(Capture { kind: SegmentKind::Photo, ..capture("09:10:00") }));
    w.ok(A, Do::Seal { no: 1, sealing: sealing("09:10:00", 1) });
    w.stored();
    assert_eq!(read(&mut w, |it| it.duration_ms = Some(600_000)), []);
}

#[test]
fn only_what_is_stored_is_read_and_once_unless_it_lacked_something() {
    let mut w = World::new().told();
    w.piece("09:10:00", "09:20:00", 1);
    w.at("09:30:00");
    let of = |n: u8| Do::ReadMetadata { no: 1, reading: Box::new(reading(&root(n))) };
    w.no(SYSTEM, of(1), "segment.absent");
    w.stored();
    w.no(SYSTEM, of(2), "segment.absent");
    w.no(A, of(1), "role.system");
    let unknown = Do::ReadMetadata { no: 2, reading: Box::new(reading(&root(1))) };
    w.no(SYSTEM, unknown, "segment.unknown");
    let long = Reading { device: t(&"长".repeat(801)), ..reading(&root(1)) };
    w.no(SYSTEM, Do::ReadMetadata { no: 1, reading: Box::new(long) }, "input.too_long");
    let many = vec![Track { kind: TrackKind::Other, codec: None }; 65];
    let many = Reading { tracks: many, ..reading(&root(1)) };
    w.no(SYSTEM, Do::ReadMetadata { no: 1, reading: Box::new(many) }, "input.too_long");
    // Without the tool first, with it later: the finding stands once.
    let half = |it: &mut Reading| {
        it.lacking = vec![Shortfall::NoTool];
        it.duration_ms = Some(1);
    };
    assert_eq!(read(&mut w, half), [Finding::FileLengthDiffers]);
    assert_eq!(read(&mut w, |it| it.duration_ms = Some(1)), [Finding::FileLengthDiffers]);
    assert!(w.it().segments[0].reading.as_ref().is_some_and(|it| it.lacking.is_empty()));
    w.no(SYSTEM, of(1), "reading.known");
}

#[test]
fn where_no_tolerance_was_known_nothing_is_compared() {
    let mut w = stored();
    w.custody.file_tolerance_s = None;
    assert_eq!(read(&mut w, |it| it.duration_ms = Some(1)), []);
}

#[test]
fn what_may_be_personal_is_lifted_out_of_the_event() {
    let it = Reading { device: t("序列号 SN-1"), position: t("北纬30.8°"), ..reading(&root(1)) };
    let event = RecordingEvent::MetadataRead { no: 1, reading: Box::new(it) };
    let mut body = serde_json::to_value(&event).expect("serialises");
    let lifted = mingjing_domain::text::seal(&mut body, &KEY);
    assert_eq!(lifted.len(), 2);
    assert!(!body.to_string().contains("SN-1") && !body.to_string().contains("30.8"));
}
