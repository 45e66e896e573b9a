//! Twenty-four hours from the end of the work, the classes of keeping, holds, copies.

use crate::world::*;
use jiff::Timestamp;
use mingjing_domain::erasure::kept_until;
use mingjing_domain::matter::MatterId;
use mingjing_domain::recording::event::*;
use mingjing_domain::recording::retention::{
    FileFact, Keeping, Kept, certain_until, ending, keeping, suggested,
};
use mingjing_domain::recording::upload::{Lateness, centralised_by, lateness, told as told_of};
use mingjing_domain::recording::words::*;
use mingjing_domain::recording::work::works;
use mingjing_domain::recording::{Ordered, RecordingCommand as Do};
use proptest::prelude::*;
use uuid::Uuid;

/// One piece, the work ended at 09:30 of 2 March.
fn worked() -> World {
    let mut w = World::new().told();
    w.piece("09:10:00", "09:20:00", 1);
    w.at("09:31:00");
    w.ok(A, Do::EndWork { ended_at: clock("09:30:00") });
    w
}

fn stand(w: &World, now: Timestamp) -> Lateness {
    lateness(w.it(), &w.custody, now).expect("inside the representable years")
}

#[test]
fn the_term_runs_from_the_end_of_the_work_to_the_minute() {
    let mut w = World::new().told();
    assert_eq!(stand(&w, w.now), Lateness::Nothing);
    w.piece("09:10:00", "09:20:00", 1);
    // Nobody said when the work ended: nobody gains time by that.
    let Lateness::Late { limit, .. } = stand(&w, hours(w.now, 100)) else { panic!("a term runs") };
    assert_eq!((limit.start, &*limit.source), (clock("09:20:00"), "最后一段结束"));
    w.no(A, Do::EndWork { ended_at: clock("09:05:00") }, "work.time");
    w.no(A, Do::EndWork { ended_at: clock("09:21:00") }, "work.time");
    let w = worked();
    let due = hours(clock("09:30:00"), 24);
    let Lateness::Pending { limit } = stand(&w, due) else { panic!("the last minute counts") };
    assert_eq!(limit.due, due);
    let said = limit.sentences().join("；");
    assert!(said.contains("自2026年3月2日09时30分工作结束之时起算") && said.contains("二十四小时"), "{said}");
    let second = due.checked_add(jiff::SignedDuration::from_secs(1)).expect("a second");
    let late = stand(&w, second);
    assert!(matches!(late, Lateness::Late { hours: 1, at: None, .. }), "{late:?}");
    let told = told_of(w.it(), &late).expect("a finding");
    assert_eq!((told.officers, told.unit.as_str(), told.supervisors), (vec![A, B], "执法大队", true));
    assert!(told_of(w.it(), &stand(&w, due)).is_none());
    w.no(A, Do::EndWork { ended_at: clock("09:30:00") }, "work.ended");
}

#[test]
fn what_came_in_time_stays_in_time_and_late_is_flagged_at_the_upload() {
    let mut w = worked();
    w.at("20:00:00");
    w.stored();
    assert!(matches!(stand(&w, hours(w.now, 1_000)), Lateness::InTime { at, .. } if at == clock("20:00:00")));
    let mut w = worked();
    w.now = hours(clock("09:30:00"), 27);
    w.stored();
    assert_eq!(w.findings(), [Finding::LateUpload]);
    assert!(matches!(stand(&w, hours(w.now, 9)), Lateness::Late { hours: 3, at: Some(_), .. }));
}

#[test]
fn lawful_grounds_excuse_until_it_is_possible_and_no_longer() {
    let explain = |ground, able_at| Do::ExplainLateness { ground, able_at, statement: t("山区无网络") };
    let mut w = World::new().told();
    w.piece("09:10:00", "09:20:00", 1);
    w.no(A, explain(LateGround::Remote, None), "work.running");
    let mut w = worked();
    w.no(
        A,
        Do::ExplainLateness { ground: LateGround::Remote, able_at: None, statement: t("") },
        "input.required",
    );
    w.no(A, explain(LateGround::Remote, Some(clock("09:29:00"))), "upload.able");
    w.ok(A, explain(LateGround::Remote, None));
    // Said at 09:31: the next day a minute later it has to be said again, or it is late.
    assert!(!stand(&w, hours(w.now, 24)).is_late());
    assert!(matches!(stand(&w, hours(w.now, 26)), Lateness::Late { hours: 2, at: None, .. }));
    w.now = hours(clock("09:30:00"), 48);
    w.ok(A, explain(LateGround::Remote, None));
    assert!(matches!(stand(&w, hours(w.now, 20)), Lateness::Excused { at: None, .. }));
    assert_eq!(w.it().awaited_since(), Some(w.now), "it stays on the desk");
    w.now = hours(clock("09:30:00"), 72);
    let able = w.now;
    w.ok(A, explain(LateGround::Remote, Some(able)));
    assert!(!stand(&w, hours(able, 24)).is_late());
    assert!(matches!(stand(&w, hours(able, 26)), Lateness::Late { hours: 2, .. }));
    w.stored();
    assert!(w.findings().is_empty());
    assert_eq!(w.it().awaited_since(), None);
    w.no(A, explain(LateGround::Remote, None), "upload.able");
    w.no(A, explain(LateGround::Remote, Some(hours(able, 1))), "upload.able");
    // A jurisdiction that knows no such ground excuses nothing.
    let mut w = worked();
    w.custody.exceptions.value = vec![LateGround::Away];
    w.no(A, explain(LateGround::Remote, None), "upload.exception");
}

#[test]
fn nothing_said_or_added_afterwards_gives_a_new_day() {
    // The end of the work, said when the term had run out.
    let mut w = World::new().told();
    w.piece("09:10:00", "09:20:00", 1);
    w.now = hours(clock("09:20:00"), 30);
    let claimed = hours(w.now, -1);
    w.ok(A, Do::EndWork { ended_at: claimed });
    assert!(matches!(stand(&w, w.now), Lateness::Late { hours: 6, .. }));
    assert_eq!(w.it().awaited_since(), Some(clock("09:20:00")));
    w.stored();
    assert_eq!(w.findings(), [Finding::LateUpload]);
    // Said before anything was captured.
    let mut w = World::new().told();
    w.now = hours(clock("09:20:00"), 30);
    let (now, claimed) = (w.now, hours(w.now, -1));
    w.ok(A, Do::EndWork { ended_at: claimed });
    w.piece("09:10:00", "09:20:00", 1);
    assert!(matches!(stand(&w, now), Lateness::Late { hours: 6, .. }));
    // A photograph of today does not make the film of last week a part of today's work.
    let mut w = World::new().told();
    w.piece("09:10:00", "09:20:00", 1);
    w.now = hours(clock("09:20:00"), 30);
    let photo = Capture { kind: SegmentKind::Photo, started_at: w.now, ..capture("09:10:00") };
    w.ok(A, Do::Capture(photo));
    let at = w.now;
    w.ok(A, Do::Seal { no: 2, sealing: Sealing { ended_at: at, ..sealing("09:20:00", 2) } });
    assert!(matches!(stand(&w, w.now), Lateness::Late { hours: 6, .. }));
    w.ok(A, Do::Upload { no: 2, via: UploadVia::Station });
    let devices = w.findings();
    assert!(!devices.contains(&Finding::LateUpload), "the photograph itself came at once");
    w.ok(A, Do::Upload { no: 1, via: UploadVia::Station });
    assert!(w.it().flagged(Finding::LateUpload));
    assert!(matches!(stand(&w, w.now), Lateness::Late { hours: 6, at: Some(_), .. }));
}

#[test]
fn the_work_of_the_next_day_is_another_one() {
    let mut w = World::new().told();
    w.piece("09:10:00", "09:20:00", 1);
    let next = hours(clock("09:10:00"), 12);
    w.now = hours(next, 1);
    let capture_ = Capture { started_at: next, ..capture("09:10:00") };
    w.ok(A, Do::Capture(capture_));
    w.ok(A, Do::Seal { no: 2, sealing: Sealing { ended_at: hours(next, 1), ..sealing("09:20:00", 2) } });
    let ends: Vec<_> = works(w.it()).iter().map(|it| (it.ended, it.pieces.clone())).collect();
    assert_eq!(ends, [(clock("09:20:00"), vec![1]), (hours(next, 1), vec![2])]);
    // The earliest that is awaited decides.
    let Lateness::Pending { limit } = stand(&w, w.now) else { panic!("a term runs") };
    assert_eq!(limit.start, clock("09:20:00"));
}

#[test]
fn who_had_no_network_is_judged_when_it_is_said_since_when_there_was_one() {
    let explain =
        |able_at| Do::ExplainLateness {
            ground: LateGround::Remote, able_at, statement: t("山区无网络")
        };
    let mut w = worked();
    w.ok(A, explain(None));
    w.now = hours(clock("09:30:00"), 80);
    w.stored();
    assert!(w.findings().is_empty(), "it could not be said again out there");
    let mut punctual = w.it().clone();
    w.ok(A, explain(Some(hours(clock("09:30:00"), 70))));
    assert!(!stand(&w, w.now).is_late() && w.findings().is_empty());
    std::mem::swap(w.recording.as_mut().expect("a recording"), &mut punctual);
    w.ok(A, explain(Some(hours(clock("09:30:00"), 50))));
    assert!(stand(&w, w.now).is_late() && w.it().flagged(Finding::LateUpload));
}

#[test]
fn who_was_not_there_does_not_open_a_patrol_for_himself() {
    let mut w = World::new();
    w.ok(A, Do::Register(patrol()));
    w.case.as_mut().expect("a case").officers = vec![A, C];
    w.no(C, Do::LinkCase { case: CASE }, "actor.not_handling");
    w.case.as_mut().expect("a case").officers = vec![C];
    w.no(A, Do::LinkCase { case: CASE }, "actor.not_handling");
    w.no(DEPUTY, Do::LinkCase { case: CASE }, "role.missing");
    w.ok(UNIT_HEAD, Do::LinkCase { case: CASE });
}

#[test]
fn recordings_are_stored_together_each_month() {
    let mut w = worked();
    w.no(ARCHIVIST, Do::Centralise {}, "recording.incomplete");
    w.stored();
    w.ok(SYSTEM, Do::Centralise {});
    w.no(ARCHIVIST, Do::Centralise {}, "recording.centralised");
    let by = |on: &str| centralised_by(&w.custody, day(on)).expect("a day").to_string();
    assert_eq!((by("2026-03-02").as_str(), by("2026-03-25").as_str()), ("2026-03-25", "2026-03-25"));
    assert_eq!((by("2026-03-26").as_str(), by("2026-12-31").as_str()), ("2026-04-25", "2027-01-25"));
}

fn kept(w: &World, files: &[FileFact], today: &str) -> Keeping {
    keeping(w.it(), files, &w.custody, &w.calendar, day(today)).expect("the calendar reaches")
}

fn file(case: mingjing_domain::matter::MatterId, archived: Option<(&str, u16)>) -> FileFact {
    FileFact { case, archived: archived.map(|(on, years)| (day(on), years)) }
}

#[test]
fn the_longest_ground_wins_and_time_alone_destroys_nothing() {
    let mut w = World::new();
    w.ok(A, Do::Register(patrol()));
    let own = kept(&w, &[], "2026-03-03");
    assert_eq!(own.kept, Kept::Until { day: day("2026-09-02") });
    assert!(own.grounds[0].derivation.is_some(), "how six months came about is shown");
    assert!(!own.over(day("2026-09-02")) && own.over(day("2026-09-03")));
    // Used in a case, the patrol is kept with its file.
    w.ok(A, Do::LinkCase { case: CASE });
    w.no(A, Do::LinkCase { case: CASE }, "recording.linked");
    w.no(A, Do::LinkCase { case: OTHER_CASE }, "recording.case");
    assert_eq!(kept(&w, &[file(CASE, None)], "2027-03-03").kept, Kept::WithFile);
    assert_eq!(kept(&w, &[], "2027-03-03").kept, Kept::WithFile, "an unknown file is not an archived one");
    let ten = kept(&w, &[file(CASE, Some(("2026-06-10", 10)))], "2027-03-03");
    assert_eq!(ten.kept, Kept::Until { day: kept_until(day("2026-06-10"), 10).unwrap() });
    assert_eq!(kept(&w, &[file(CASE, Some(("2026-06-10", 0)))], "2027-03-03").kept, Kept::Permanent);
    w.case.as_mut().unwrap().id = OTHER_CASE;
    w.ok(A, Do::LinkCase { case: OTHER_CASE });
    let both = [file(CASE, Some(("2026-06-10", 10))), file(OTHER_CASE, Some(("2026-07-01", 30)))];
    assert_eq!(kept(&w, &both, "2037-01-01").kept, Kept::Until { day: day("2056-12-31") });
    let open = [file(CASE, Some(("2026-06-10", 30))), file(OTHER_CASE, None)];
    assert_eq!(kept(&w, &open, "2090-01-01").kept, Kept::WithFile);
}

#[test]
fn the_classes_of_years_count_whole_years() {
    let mut w = World::new();
    w.ok(A, Do::Register(patrol()));
    for (class, expected) in [
        (RetentionClass::Years10, Kept::Until { day: day("2036-12-31") }),
        (RetentionClass::Years30, Kept::Until { day: day("2056-12-31") }),
        (RetentionClass::Permanent, Kept::Permanent),
        (RetentionClass::File, Kept::WithFile),
    ] {
        w.recording.as_mut().unwrap().class = class;
        assert_eq!(kept(&w, &[], "2026-03-03").kept, expected, "{class:?}");
    }
}

#[test]
fn bytes_are_locked_as_long_as_is_certain() {
    let mut w = World::new();
    w.ok(A, Do::Register(patrol()));
    let until = |w: &World, files: &[FileFact]| {
        certain_until(w.it(), files, &w.custody, &w.calendar, day("2026-03-03"))
            .expect("in reach")
            .to_string()
    };
    for (class, last) in [
        (RetentionClass::Patrol, "2026-09-02"),
        (RetentionClass::Years10, "2036-12-31"),
        (RetentionClass::Years30, "2056-12-31"),
        // It never ends; a lock must.
        (RetentionClass::Permanent, "2056-12-31"),
        // Nobody knows how long its file will be kept.
        (RetentionClass::File, "2026-09-02"),
    ] {
        w.recording.as_mut().unwrap().class = class;
        assert_eq!(until(&w, &[]), last, "{class:?}");
    }
    w.recording.as_mut().unwrap().class = RetentionClass::Patrol;
    w.ok(A, Do::LinkCase { case: CASE });
    assert_eq!(until(&w, &[file(CASE, None)]), "2026-09-02");
    assert_eq!(until(&w, &[file(CASE, Some(("2026-06-10", 10)))]), "2036-12-31");
}

#[test]
fn holds_stand_side_by_side_until_another_releases_them() {
    let mut w = World::new();
    w.ok(A, Do::Register(patrol()));
    let hold = |trigger, until: Option<&str>| Do::PlaceHold {
        trigger,
        reason: t("当事人投诉"),
        until: until.map(day),
    };
    for trigger in HoldTrigger::ALL {
        w.ok(A, hold(*trigger, None));
    }
    w.ok(UNIT_HEAD, hold(HoldTrigger::Other, Some("2026-12-31")));
    w.no(A, hold(HoldTrigger::Other, Some("2026-03-01")), "hold.until");
    w.no(A, Do::PlaceHold { trigger: HoldTrigger::Other, reason: t(""), until: None }, "input.required");
    assert_eq!(kept(&w, &[], "2026-12-31").holds.len(), 6);
    assert_eq!(kept(&w, &[], "2027-01-01").holds.len(), 5, "a hold with a last day ends with it");
    let release = |no| Do::ReleaseHold { no, reason: t("复议已结束") };
    w.no(A, release(1), "role.missing");
    w.no(UNIT_HEAD, release(6), "hold.same_person");
    w.no(HEAD, release(7), "hold.none");
    for no in 1..=5 {
        assert!(!kept(&w, &[], "2027-01-01").over(day("2027-01-01")));
        w.ok(HEAD, release(no));
    }
    w.no(HEAD, release(1), "hold.none");
    assert!(kept(&w, &[], "2027-01-01").over(day("2027-01-01")));
    assert!(!kept(&w, &[], "2026-10-01").over(day("2026-10-01")), "the sixth hold stands until its day");
}

#[test]
fn a_hold_that_ends_by_its_day_is_told_before_and_after() {
    let mut w = World::new();
    w.ok(A, Do::Register(patrol()));
    let hold = |trigger, until: Option<&str>| Do::PlaceHold {
        trigger,
        reason: t("当事人投诉"),
        until: until.map(day),
    };
    w.ok(UNIT_HEAD, hold(HoldTrigger::Other, Some("2026-12-31")));
    w.ok(A, hold(HoldTrigger::Objection, None));
    let notice = w.custody.hold_notice_days.as_ref().unwrap().value;
    assert_eq!(notice, 15);
    let told = |w: &World, today: &str| -> Vec<(u16, i32)> {
        ending(w.it(), notice, day(today)).iter().map(|it| (it.no, it.days)).collect()
    };
    for (today, wanted) in [
        ("2026-12-15", vec![]),
        ("2026-12-16", vec![(1, 15)]),
        ("2026-12-31", vec![(1, 0)]),
        ("2027-01-15", vec![(1, -15)]),
        ("2027-01-16", vec![]),
    ] {
        assert_eq!(told(&w, today), wanted, "{today}");
    }
    // One with no end of its own says nothing; a longer one of the same trigger, or a release, ends it.
    w.ok(UNIT_HEAD, hold(HoldTrigger::Other, Some("2027-06-30")));
    assert_eq!(told(&w, "2026-12-31"), []);
    assert_eq!(told(&w, "2027-06-30"), [(3, 0)]);
    w.ok(HEAD, Do::ReleaseHold { no: 3, reason: t("办结") });
    assert_eq!(told(&w, "2027-06-30"), []);
}

#[test]
fn a_copy_counts_only_when_it_reads_back_as_stored() {
    let mut w = worked();
    let copy = |number: &str, roots: &[u8]| {
        Do::RegisterCopy(LongTermCopy {
            medium: Medium::OpticalDisc,
            number: number.into(),
            place: t("档案室三号柜"),
            pieces: (1..).zip(roots).map(|(segment, n)| Copied { segment, sha256_root: root(*n) }).collect(),
        })
    };
    w.no(ARCHIVIST, copy("盘01", &[1]), "recording.incomplete");
    w.stored();
    w.no(ARCHIVIST, copy("盘01", &[]), "copy.digest");
    w.no(ARCHIVIST, copy("盘01", &[2]), "copy.digest");
    w.no(ARCHIVIST, copy(" ", &[1]), "copy.number");
    w.no(A, copy("盘01", &[1]), "role.missing");
    w.ok(ARCHIVIST, copy("盘01", &[1]));
    w.no(ARCHIVIST, copy("盘01", &[1]), "copy.exists");
    w.ok(ARCHIVIST, copy("盘02", &[1]));
    // What was typed is not checked until the program has read the medium.
    let checked = |w: &World, at: usize| {
        let it = w.it();
        it.last_read(&it.copies[at]).map(|read| (read.files, read.missing.clone()))
    };
    assert_eq!((checked(&w, 0), checked(&w, 1)), (None, None));
    let read = |number: &str, pieces: &[u8]| {
        let piece = |n: &u8| Copied { segment: 1, sha256_root: root(*n) };
        Do::ReadBackCopy(ReadBack {
            medium: Medium::OpticalDisc,
            number: number.into(),
            files: 3,
            pieces: pieces.iter().map(piece).collect(),
        })
    };
    w.no(ARCHIVIST, read("盘01", &[1]), "role.system");
    w.no(SYSTEM, read("盘03", &[1]), "copy.unknown");
    w.ok(SYSTEM, read("盘01", &[2]));
    assert_eq!(checked(&w, 0), Some((3, vec![1])), "another content is not this piece");
    w.ok(SYSTEM, read("盘01", &[2, 1]));
    assert_eq!(checked(&w, 0), Some((3, vec![])), "the last reading counts");
    assert_eq!(checked(&w, 1), None, "and for its own medium alone");
}

#[test]
fn what_the_data_shows_is_suggested_and_nothing_is_destroyed_while_held() {
    let mut w = worked();
    assert!(suggested(w.it(), None).is_empty());
    let mark = Mark { segment: 1, offset_ms: 5, kind: MarkKind::Refused, note: t("推搡") };
    w.ok(A, Do::Mark(mark));
    assert_eq!(suggested(w.it(), None), [HoldTrigger::Obstruction]);
    w.ok(A, Do::PlaceHold { trigger: HoldTrigger::Obstruction, reason: t("阻碍执法"), until: None });
    assert!(suggested(w.it(), None).is_empty());
    let list = MatterId(Uuid::from_u128(80));
    let gone = || Do::MarkDestroyed { disposal: list, kept: Kept::Until { day: day("2026-09-02") } };
    w.no(SYSTEM, gone(), "disposal.held");
    w.no(ARCHIVIST, gone(), "role.system");
    w.ok(HEAD, Do::ReleaseHold { no: 1, reason: t("已结案") });
    let ordered = w.ordered.clone().expect("a list");
    for wrong in [
        None,
        Some(Ordered { list: CASE, ..ordered.clone() }),
        Some(Ordered { carried_out: false, ..ordered.clone() }),
        Some(Ordered { kept: None, ..ordered.clone() }),
        Some(Ordered { kept: Some(Kept::WithFile), ..ordered.clone() }),
    ] {
        w.ordered = wrong;
        w.no(SYSTEM, gone(), "disposal.none");
    }
    w.ordered = Some(ordered);
    w.ok(SYSTEM, gone());
    assert!(w.it().fact(CASE, 2).destroyed);
    w.no(A, Do::Centralise {}, "role.missing");
    w.no(ARCHIVIST, Do::Centralise {}, "recording.destroyed");
}

proptest! {
    /// More files, more holds: never less keeping. Nothing ends while a hold stands.
    #[test]
    fn another_ground_or_hold_never_shortens(
        files in prop::collection::vec((prop::option::of((2020i16..2060, prop::sample::select(vec![0u16, 10, 30]))), any::<bool>()), 1..6),
        year in 2026i16..2120,
    ) {
        let mut w = World::new();
        w.ok(A, Do::Register(patrol()));
        let mut known: Vec<FileFact> = Vec::new();
        let today = jiff::civil::Date::new(year, 6, 1).expect("a day");
        let mut before = keeping(w.it(), &known, &w.custody, &w.calendar, today).expect("in reach");
        for (n, (archived, held)) in (1u128..).zip(files) {
            let case = mingjing_domain::matter::MatterId(uuid::Uuid::from_u128(n));
            let archived = archived.map(|(y, years)| (jiff::civil::Date::new(y, 3, 1).expect("a day"), years));
            known.push(FileFact { case, archived });
            w.recording.as_mut().expect("registered").cases.push(case);
            if held {
                w.ok(A, Do::PlaceHold { trigger: HoldTrigger::Other, reason: t("留存"), until: None });
            }
            let now = keeping(w.it(), &known, &w.custody, &w.calendar, today).expect("in reach");
            prop_assert!(now.kept >= before.kept);
            prop_assert!(now.holds.len() >= before.holds.len());
            prop_assert!(!now.over(today) || before.over(today));
            prop_assert!(now.holds.is_empty() || !now.over(today));
            before = now;
        }
    }

    /// Time makes a missing upload late and never in time again.
    #[test]
    fn lateness_only_grows(steps in prop::collection::vec(0i64..40, 1..20)) {
        let w = worked();
        let (mut now, mut late, mut worst) = (w.now, false, 0);
        for step in steps {
            now = hours(now, step);
            match stand(&w, now) {
                Lateness::Late { hours, at: None, .. } => {
                    prop_assert!(hours >= worst);
                    (late, worst) = (true, hours);
                }
                Lateness::Pending { .. } => prop_assert!(!late),
                other => prop_assert!(false, "{other:?}"),
            }
        }
    }
}
