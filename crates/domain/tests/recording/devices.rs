//! The ledger of devices.

use crate::world::*;
use mingjing_domain::case::types::blank;
use mingjing_domain::device::*;
use mingjing_domain::matter::MatterId;
use mingjing_domain::recording::words::Finding;
use uuid::Uuid;

const ROOM: MatterId = MatterId(Uuid::from_u128(72));

#[track_caller]
fn no(w: &World, id: MatterId, who: mingjing_domain::matter::StaffId, command: DeviceCommand, code: &str) {
    let refusal = w.ask_device(id, who, &command).expect_err("refused");
    assert_eq!(refusal.code, code, "{command:?}: {refusal}");
    assert!(!refusal.article.law.is_empty() && !refusal.remedy.is_empty());
}

fn register(change: impl Fn(&mut DeviceRegistration)) -> DeviceCommand {
    let mut registration = camera(DeviceKind::BodyCamera);
    change(&mut registration);
    DeviceCommand::Register(registration)
}

#[test]
fn a_device_is_registered_in_full() {
    let w = World::new();
    no(&w, CAMERA, A, register(|_| {}), "role.missing");
    no(&w, CAMERA, UNIT_HEAD, register(|r| r.number = " ".into()), "device.registration");
    no(&w, CAMERA, UNIT_HEAD, register(|r| r.serial = String::new()), "device.registration");
    no(&w, CAMERA, UNIT_HEAD, register(|r| r.kind = DeviceKind::FixedCamera), "device.site");
    let site = Site { of: SiteUse::HearingRoom, place: t("听证室") };
    no(&w, CAMERA, UNIT_HEAD, register(|r| r.site = Some(site.clone())), "device.site");
    no(&w, CAMERA, UNIT_HEAD, DeviceCommand::Maintain { work: t("清洁") }, "device.unknown");
    let mut w = World::new();
    w.device(CAMERA, UNIT_HEAD, register(|_| {}));
    no(&w, CAMERA, UNIT_HEAD, register(|_| {}), "device.exists");
}

#[test]
fn it_is_handed_out_and_given_back() {
    let mut w = World::new().with_camera();
    no(&w, CAMERA, UNIT_HEAD, DeviceCommand::Assign { to: B, note: blank() }, "device.assigned");
    no(&w, CAMERA, B, DeviceCommand::Return { condition: t("完好") }, "device.other_holder");
    no(&w, CAMERA, A, DeviceCommand::Return { condition: t("") }, "input.required");
    w.device(CAMERA, A, DeviceCommand::Return { condition: t("完好") });
    assert_eq!(w.devices[&CAMERA].holder(), None);
    no(&w, CAMERA, A, DeviceCommand::Return { condition: t("完好") }, "device.not_assigned");
    no(&w, CAMERA, UNIT_HEAD, DeviceCommand::Assign { to: HEAD, note: blank() }, "device.user");
    no(&w, CAMERA, UNIT_HEAD, DeviceCommand::Assign { to: STRANGER, note: blank() }, "device.user");
    w.device(CAMERA, UNIT_HEAD, DeviceCommand::Assign { to: B, note: blank() });
    no(&w, CAMERA, STRANGER, DeviceCommand::Maintain { work: t("清洁") }, "organ.other");
}

#[test]
fn its_clock_at_a_time_is_that_of_the_check_before() {
    let mut w = World::new().with_camera();
    let check = |clock_offset_ms| {
        DeviceCommand::Check(Measured { battery_percent: Some(90), free_mib: 9_999, clock_offset_ms })
    };
    let camera = |w: &World, at: &str| w.devices[&CAMERA].offset_at(clock(at));
    // What the world's camera was checked with, if it was.
    let first = camera(&w, "00:00:01");
    w.at("09:00:00");
    w.device(CAMERA, A, check(60_000));
    w.at("12:00:00");
    w.device(CAMERA, A, check(-30_000));
    // By its own clock the first of these checks was at 09:01, the second at 11:59:30.
    assert_eq!(camera(&w, "09:30:00"), Some(60_000));
    assert_eq!(camera(&w, "11:59:29"), Some(60_000));
    assert_eq!(camera(&w, "11:59:30"), Some(-30_000));
    assert_eq!(camera(&w, "00:00:01"), first.or(Some(60_000)));
}

#[test]
fn a_check_says_what_is_not_in_order_by_the_rules_of_the_day() {
    let mut w = World::new().with_camera();
    let of =
        |battery_percent, free_mib, clock_offset_ms| Measured { battery_percent, free_mib, clock_offset_ms };
    let table = [
        (of(Some(30), 4_096, 60_000), vec![]),
        (of(None, 4_096, -60_000), vec![]),
        (of(Some(29), 4_096, 0), vec![CheckProblem::Battery]),
        (of(Some(90), 4_095, 0), vec![CheckProblem::Space]),
        (of(Some(90), 4_096, 60_001), vec![CheckProblem::Clock]),
        (of(Some(1), 0, -60_001), vec![CheckProblem::Battery, CheckProblem::Space, CheckProblem::Clock]),
    ];
    for (measured, expected) in table {
        let event = w.device(CAMERA, A, DeviceCommand::Check(measured));
        assert_eq!(event, DeviceEvent::Checked { measured, problems: expected });
    }
    no(&w, CAMERA, A, DeviceCommand::Check(of(Some(101), 9_999, 0)), "device.battery");
    let device = &w.devices[&CAMERA];
    assert_eq!(device.findings(A, clock("09:10:00")), [Finding::DeviceCheckFailed]);
    assert_eq!(device.findings(A, clock("08:30:00")), [], "the check of eight was in order");
}

#[test]
fn a_faulty_device_stops_and_is_repaired_by_professionals() {
    let mut w = World::new().with_camera();
    let send =
        |professional| DeviceCommand::SendForRepair { repairer: t("示例设备服务站"), professional };
    no(&w, CAMERA, UNIT_HEAD, send(true), "device.sound");
    w.device(CAMERA, A, DeviceCommand::ReportFault { description: t("不能开机") });
    no(&w, CAMERA, A, DeviceCommand::ReportFault { description: t("不能开机") }, "device.faulty");
    no(&w, CAMERA, UNIT_HEAD, send(false), "device.private_repair");
    no(
        &w,
        CAMERA,
        UNIT_HEAD,
        DeviceCommand::Repaired { fit: true, result: t("已修") },
        "device.not_in_repair",
    );
    w.device(CAMERA, UNIT_HEAD, send(true));
    no(&w, CAMERA, UNIT_HEAD, send(true), "device.in_repair");
    w.at("12:00:00");
    w.device(CAMERA, UNIT_HEAD, DeviceCommand::Repaired { fit: false, result: t("须再修") });
    assert!(w.devices[&CAMERA].faulty());
    w.device(CAMERA, UNIT_HEAD, send(true));
    w.device(CAMERA, UNIT_HEAD, DeviceCommand::Repaired { fit: true, result: t("更换主板") });
    assert!(!w.devices[&CAMERA].faulty());
    assert_eq!(w.devices[&CAMERA].findings(A, clock("11:00:00")), [Finding::DeviceFaulty]);
    w.device(CAMERA, A, DeviceCommand::Maintain { work: t("清洁") });
    no(&w, CAMERA, UNIT_HEAD, DeviceCommand::Scrap { reason: t("老旧") }, "role.missing");
    w.device(CAMERA, HEAD, DeviceCommand::Scrap { reason: t("老旧，存储已清除") });
    no(&w, CAMERA, A, DeviceCommand::Check(measured()), "device.scrapped");
}

#[test]
fn a_fixed_camera_is_published_and_surveillance_reviewed_by_law_and_technique() {
    let mut w = World::new();
    let registration = camera(DeviceKind::Surveillance);
    w.device(ROOM, UNIT_HEAD, DeviceCommand::Register(registration));
    no(&w, ROOM, UNIT_HEAD, DeviceCommand::Assign { to: A, note: blank() }, "device.fixed");
    let review =
        |review, pass| DeviceCommand::ReviewSite { review, pass, opinion: t("符合标准，标志明显") };
    no(&w, ROOM, UNIT_HEAD, review(SiteReview::Legal, true), "device.review");
    no(&w, ROOM, REVIEWER, review(SiteReview::Technical, true), "device.review");
    let publish = |on: &str| DeviceCommand::PublishSite { on: day(on), medium: t("县政府门户网站") };
    no(&w, ROOM, UNIT_HEAD, publish("2026-03-03"), "time.future");
    w.device(ROOM, UNIT_HEAD, publish("2026-03-01"));
    w.device(ROOM, REVIEWER, review(SiteReview::Legal, true));
    let lacks = |w: &World| w.devices[&ROOM].findings(A, clock("10:00:00"));
    assert_eq!(lacks(&w), [Finding::SiteUnreviewed]);
    w.device(ROOM, UNIT_HEAD, review(SiteReview::Technical, true));
    assert_eq!(lacks(&w), []);
    w.device(ROOM, REVIEWER, review(SiteReview::Legal, false));
    assert_eq!(lacks(&w), [Finding::SiteUnreviewed], "the last review counts");
    let w2 = World::new().with_camera();
    no(&w2, CAMERA, UNIT_HEAD, publish("2026-03-01"), "device.site");
}

#[test]
fn a_future_act_is_refused() {
    let mut w = World::new().with_camera();
    w.happened = Some(clock("09:00:01"));
    no(&w, CAMERA, A, DeviceCommand::Check(measured()), "time.future");
}

/// A plausible command of each verb, and who gives it.
fn command(verb: DeviceVerb) -> (mingjing_domain::matter::StaffId, DeviceCommand) {
    use DeviceCommand as C;
    let words = || t("示例");
    match verb {
        DeviceVerb::Register => (UNIT_HEAD, register(|_| {})),
        DeviceVerb::Assign => (UNIT_HEAD, C::Assign { to: A, note: blank() }),
        DeviceVerb::Return => (A, C::Return { condition: words() }),
        DeviceVerb::Check => (A, C::Check(measured())),
        DeviceVerb::ReportFault => (A, C::ReportFault { description: words() }),
        DeviceVerb::SendForRepair => (UNIT_HEAD, C::SendForRepair { repairer: words(), professional: true }),
        DeviceVerb::Repaired => (UNIT_HEAD, C::Repaired { fit: true, result: words() }),
        DeviceVerb::Maintain => (A, C::Maintain { work: words() }),
        DeviceVerb::PublishSite => (UNIT_HEAD, C::PublishSite { on: day("2026-03-01"), medium: words() }),
        DeviceVerb::ReviewSite => {
            (REVIEWER, C::ReviewSite { review: SiteReview::Legal, pass: true, opinion: words() })
        }
        DeviceVerb::Scrap => (HEAD, C::Scrap { reason: words() }),
    }
}

#[test]
fn every_state_times_every_command_is_as_read() {
    let with = |verbs: &[DeviceVerb]| {
        let mut w = World::new();
        for verb in verbs {
            let (who, command) = command(*verb);
            w.device(CAMERA, who, command);
        }
        w
    };
    use DeviceVerb as V;
    let mut fixed = World::new();
    fixed.device(CAMERA, UNIT_HEAD, DeviceCommand::Register(camera(DeviceKind::Surveillance)));
    let worlds = [
        ("无", World::new()),
        ("已登记", with(&[V::Register])),
        ("已配发", with(&[V::Register, V::Assign])),
        ("故障", with(&[V::Register, V::Assign, V::ReportFault])),
        ("维修中", with(&[V::Register, V::ReportFault, V::SendForRepair])),
        ("已报废", with(&[V::Register, V::Scrap])),
        ("固定设备", fixed),
    ];
    let mut out = String::from("# 执法记录设备：每个状态 × 每个事项\n# “可”为允许，其余为拒绝的代码\n");
    for verb in DeviceVerb::ALL {
        out.push_str(&format!("\n{}\n", verb.label()));
        let (who, command) = command(*verb);
        for (label, w) in &worlds {
            let said = match w.ask_device(CAMERA, who, &command) {
                Ok(_) => "可".to_owned(),
                Err(r) => {
                    assert!(!r.article.law.is_empty() && !r.remedy.is_empty() && !r.message.is_empty());
                    r.code.into_owned()
                }
            };
            out.push_str(&format!("  {label}：{said}\n"));
        }
        for (label, w) in &worlds {
            for other in EVERYBODY {
                let named = device_step(*verb).who.iter().any(|r| w.people[&other].roles.contains(r));
                if !named || (other == STRANGER && *label != "无") {
                    w.ask_device(CAMERA, other, &command).expect_err("not theirs");
                }
            }
        }
    }
    crate::golden::compare("tests/golden/device_matrix.txt", &out);
}
