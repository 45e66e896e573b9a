//! Detection and statistics over rows.

use super::*;
use crate::recording::words::Link;
use crate::recording_check::detect::*;
use crate::recording_check::report::*;
use crate::recording_check::stats::*;
use crate::viewing_grant::Purpose;

fn act(recorded: bool, excused: bool, due: bool) -> ActTrace {
    ActTrace { case: film(50), version: 7, officers: vec![staff(1), staff(2)], recorded, excused, due }
}

fn whole() -> RecordingTrace {
    let segment = |no| SegmentTrace { no, device_root: "11".repeat(32), stored_root: "11".repeat(32) };
    RecordingTrace {
        recording: film(1),
        collectors: vec![staff(1)],
        linked: true,
        declared: 2,
        segments: vec![segment(1), segment(2)],
        complete: true,
        unexplained_gaps: 0,
        custody_broken: false,
    }
}

fn signals(traces: &Traces<'_>) -> Vec<Signal> {
    detect(traces)
        .into_iter()
        .map(|s| {
            assert!(!s.facts.is_blank() && !s.about.is_empty());
            assert_eq!(s.signal.map(Signal::act), Some(s.act));
            s.signal.unwrap()
        })
        .collect()
}

#[test]
fn acts_without_a_record_are_told_when_they_are_due() {
    let of = |act| signals(&Traces { acts: &[act], ..Traces::default() });
    assert_eq!(of(act(false, false, true)), [Signal::ActWithoutRecord]);
    for silent in [act(true, false, true), act(false, true, true), act(false, false, false)] {
        assert_eq!(of(silent), []);
    }
}

#[test]
fn a_recording_tells_what_was_done_to_it() {
    let of = |change: &dyn Fn(&mut RecordingTrace)| {
        let mut it = whole();
        change(&mut it);
        signals(&Traces { recordings: &[it], ..Traces::default() })
    };
    assert_eq!(of(&|_| ()), []);
    assert_eq!(of(&|r| r.segments.truncate(1)), [Signal::SegmentMissing]);
    assert_eq!(
        of(&|r| {
            r.segments.truncate(1);
            r.complete = false;
        }),
        []
    );
    assert_eq!(of(&|r| r.segments[1].stored_root = "22".repeat(32)), [Signal::DigestMismatch]);
    assert_eq!(of(&|r| r.segments[1].stored_root.clear()), []);
    assert_eq!(of(&|r| r.segments[1].device_root.clear()), []);
    assert_eq!(of(&|r| r.unexplained_gaps = 2), [Signal::GapUnexplained]);
    assert_eq!(of(&|r| r.custody_broken = true), [Signal::CustodyBroken]);
    assert_eq!(of(&|r| r.linked = false), [Signal::NoActLinked]);
}

#[test]
fn exports_and_damage_are_told() {
    let about = About::File { case: film(50) };
    let export = |covered| ExportTrace { about, by: staff(1), covered };
    let exports = [export(true), export(false)];
    assert_eq!(signals(&Traces { exports: &exports, ..Traces::default() }), [Signal::UnapprovedExport]);
    let damage = [DamageTrace { device: film(900), holder: None }];
    assert_eq!(signals(&Traces { damage: &damage, ..Traces::default() }), [Signal::DeviceDamaged]);
    // Every prohibited act but the catch-all is told by some signal.
    for act in ProhibitedAct::ALL {
        let told = Signal::ALL.iter().any(|s| s.act() == *act);
        assert_eq!(told, *act != ProhibitedAct::Other, "{act:?}");
        assert!(act.article().article.starts_with("第二十三条"));
    }
}

#[test]
fn a_rate_with_nothing_to_measure_is_no_number() {
    let rate = |part, whole| Rate { part, whole };
    assert_eq!((rate(0, 0).permille(), rate(0, 0).words().as_str()), (None, "无应计数的事项"));
    assert_eq!((rate(3, 4).permille(), rate(3, 4).words().as_str()), (Some(750), "3/4（75.0%）"));
    assert_eq!(rate(999_999, 1_000_000).permille(), Some(999), "never rounded up to the whole");
    assert_eq!(rate(u32::MAX, u32::MAX).permille(), Some(1000));
    assert!(rate(0, 0).weaker(rate(0, 9)).is_gt() && rate(1, 3).weaker(rate(2, 6)).is_eq());
}

fn row(unit: &str, link: Link, officers: &[u128], kept: Kept) -> ActRow {
    let officers = officers.iter().map(|n| staff(*n)).collect();
    ActRow { link, unit: unit.into(), officers, on: day("2026-03-05"), kept, full: link == Link::Hearing }
}

fn rows() -> Vec<ActRow> {
    use Link::{Hearing, OnSite, Service};
    vec![
        row("一中队", OnSite, &[1, 2], Kept::Recorded),
        row("一中队", OnSite, &[1, 2], Kept::Excused),
        row("一中队", Service, &[1, 3], Kept::Missing),
        row("一中队", Service, &[1, 3], Kept::Missing),
        row("二中队", Hearing, &[4, 5], Kept::Recorded),
        row("二中队", Service, &[4, 5], Kept::Missing),
    ]
}

#[test]
fn coverage_by_unit_link_and_officer() {
    let all = coverage(&rows());
    assert_eq!((all.recorded, all.excused, all.missing, all.acts()), (2, 1, 3, 6));
    assert_eq!(all.recorded_rate().permille(), Some(333));
    assert_eq!(all.lawful_rate().permille(), Some(500));
    let units = by_unit(&rows());
    assert_eq!(units["一中队"], Coverage { recorded: 1, excused: 1, missing: 2 });
    let officers = by_officer(&rows());
    assert_eq!(officers[&staff(1)].acts(), 4);
    assert_eq!(officers[&staff(3)], Coverage { missing: 2, ..Coverage::default() });
    assert_eq!(coverage(&[]).recorded_rate().permille(), None);
}

#[test]
fn the_weakest_come_first_and_few_acts_say_nothing() {
    let links: Vec<_> = weakest(&by_link(&rows()), 1).into_iter().map(|(link, _)| link).collect();
    assert_eq!(links, [Link::Service]);
    let officers: Vec<_> = weakest(&by_officer(&rows()), 2).into_iter().map(|(who, _)| who).collect();
    // 3: none of 2; then 1, 4 and 5 at one half, 1 with two such acts.
    assert_eq!(officers, [staff(3), staff(1), staff(4), staff(5)]);
    assert_eq!(weakest(&by_officer(&rows()), 4).len(), 1);
    assert!(weakest(&by_unit(&rows()), 99).is_empty());
}

#[test]
fn lateness_counts_what_is_due() {
    let up = |arrival, late_hours| UploadRow {
        unit: "一中队".into(),
        link: Some(Link::OnSite),
        officers: vec![staff(1), staff(2)],
        arrival,
        late_hours,
    };
    let rows = [
        up(Arrival::InTime, 0),
        up(Arrival::LateExcused, 90),
        up(Arrival::Late, 5),
        up(Arrival::Awaited, 0),
        up(Arrival::Overdue, 30),
    ];
    let all = lateness(&rows);
    assert_eq!((all.in_time, all.excused, all.late, all.awaited, all.overdue), (1, 1, 1, 1, 1));
    assert_eq!((all.worst_hours, all.timely_rate()), (30, Rate { part: 2, whole: 4 }));
    assert_eq!(lateness(&rows[3..4]).timely_rate().permille(), None);
    assert_eq!(lateness_by_unit(&rows)["一中队"], all);
    assert_eq!(lateness_by_link(&rows), BTreeMap::from([(Link::OnSite, all)]));
    assert_eq!(lateness_by_officer(&rows), BTreeMap::from([(staff(1), all), (staff(2), all)]));
    let unknown = UploadRow { link: None, ..rows[0].clone() };
    assert!(lateness_by_link(&[unknown]).is_empty());
}

#[test]
fn checks_yield_rows_for_the_assessment() {
    let mut w = World::drawn();
    let sample = w.check().sample.clone();
    w.ok(&checker(), CheckCommand::Enter { entry: entry(sample[0], Some(Point::Wording)) });
    w.ok(&checker(), CheckCommand::Enter { entry: entry(sample[1], Some(Point::Upload)) });
    w.ok(&checker(), CheckCommand::Enter { entry: entry(sample[2], None) });
    let checks = [w.check()];
    assert_eq!(conduct(&checks), Rate { part: 2, whole: 3 });
    assert_eq!(points(&checks)[&Point::Wording], Rate { part: 2, whole: 3 });
    assert_eq!(points(&[])[&Point::Wording], Rate::default());
    let uses = BTreeMap::from([(Purpose::Supervision, 4)]);
    let archived = Rate { part: 1, whole: 2 };
    let year = Year {
        acts: &rows(),
        uploads: &[],
        checks: &checks,
        uses: &uses,
        archived,
        filed: archived,
        analyses: 1,
        cited: Rate { part: 3, whole: 5 },
        means: Means {
            devices: equipped(5, Some(2), 2),
            rooms: Rate { part: 1, whole: 2 },
            sound: Rate { part: 1, whole: 1 },
            linked: Rate { part: 9, whole: 9 },
        },
    };
    let out = assessment(&year);
    let value = |article: &str, unit: Option<&str>| {
        let found = |r: &&AssessmentRow| r.indicator.article == article && r.unit.as_deref() == unit;
        out.iter().find(found).unwrap().value
    };
    assert_eq!(value("指标53", None), Measured::Share(Rate { part: 2, whole: 6 }));
    assert_eq!(value("指标53", Some("二中队")), Measured::Share(Rate { part: 1, whole: 2 }));
    assert_eq!(value("指标54", None), Measured::Share(Rate { part: 3, whole: 5 }));
    assert_eq!(value("指标57", None), Measured::Share(Rate { part: 1, whole: 1 }));
    assert_eq!(value("指标64", None), Measured::Share(Rate { part: 2, whole: 3 }));
    for (article, rate) in [("指标65", (1, 2)), ("指标70", (1, 1)), ("指标71", (9, 9))] {
        assert_eq!(value(article, None), Measured::Share(Rate { part: rate.0, whole: rate.1 }));
    }
    assert_eq!(value("指标63", None), Measured::Share(Rate { part: 2, whole: 3 }));
    assert_eq!(value("指标75", None), Measured::Times(4));
    assert_eq!(value("指标74", None), Measured::Times(0));
    assert!(out.iter().all(|r| !r.title.is_empty()));
}

#[test]
fn devices_are_measured_by_the_configured_standard() {
    assert_eq!(equipped(5, Some(2), 9), Rate { part: 3, whole: 3 }, "more than asked is not more than whole");
    assert_eq!(equipped(0, Some(2), 4), Rate::default());
    assert_eq!(equipped(5, None, 4).permille(), None, "no standard, no number");
}

#[test]
fn the_use_of_devices_by_unit() {
    let idle = DeviceUse { recordings: 0, days_used: 0, ..device_line() };
    let units = device_use(&[device_line(), idle]);
    let unit = &units["一中队"];
    assert_eq!((unit.devices, unit.idle, unit.used), (2, 1, Rate { part: 15, whole: 40 }));
    assert_eq!((unit.unchecked, unit.late, unit.minutes), (2, 2, 480));
    assert!(device_use(&[]).is_empty());
}

#[test]
fn findings_are_counted_by_act_and_phase() {
    let mut w = World::incident();
    w.ok(&checker(), CheckCommand::Find { suspicion: suspicion(ProhibitedAct::Edited, None) });
    w.ok(&checker(), CheckCommand::Find { suspicion: suspicion(ProhibitedAct::Edited, None) });
    let dismiss =
        CheckCommand::Verify { finding: 2, gravity: None, responsible: vec![], opinion: t("不成立") };
    w.ok(&checker(), dismiss);
    let counted = prohibited(&[w.check()]);
    assert_eq!(counted[&(ProhibitedAct::Edited, Phase::Suspected)], 1);
    assert_eq!(counted[&(ProhibitedAct::Edited, Phase::Dismissed)], 1);
}
