//! What is printed: state times command, who may do what, the stored forms.
//! `BLESS=1` writes the tables anew; the stored forms are written by hand and stay.

use crate::world::*;
use mingjing_domain::case::form::{Field, Kind};
use mingjing_domain::case::types::blank;
use mingjing_domain::device::{Device, DeviceEvent, device_markdown};
use mingjing_domain::matter::{Matter, MatterId, StaffId};
use mingjing_domain::recording::disposal::{Disposal, DisposalEvent};
use mingjing_domain::recording::event::*;
use mingjing_domain::recording::form;
use mingjing_domain::recording::machine::MachineFault;
use mingjing_domain::recording::procedure::{RecordingRelation, recording_markdown, recording_step};
use mingjing_domain::recording::retention::Kept;
use mingjing_domain::recording::words::*;
use mingjing_domain::recording::{Recording, RecordingCommand as Do};
use serde_json::{Value, json};
use std::path::PathBuf;
use uuid::Uuid;

pub fn compare(path: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, text).expect("the golden file can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "{} differs; run with BLESS=1 and read the change", path.display());
}

/// A recording at each place of its way.
fn worlds() -> Vec<(&'static str, World)> {
    let registered = || {
        let mut w = World::new().with_camera();
        w.ok(A, Do::Register(registration()));
        w.at("09:30:00");
        w
    };
    let captured = || {
        let mut w = World::new().told();
        w.at("09:30:00");
        w.ok(A, Do::Capture(capture("09:10:00")));
        w
    };
    let sealed = || {
        let mut w = captured();
        w.ok(A, Do::Seal { no: 1, sealing: sealing("09:20:00", 1) });
        w
    };
    let uploaded = || {
        let mut w = sealed();
        w.ok(A, Do::Upload { no: 1, via: UploadVia::Station });
        w
    };
    let mut mismatched = uploaded();
    mismatched.ok(SYSTEM, Do::Accept { no: 1, identity: identity(&root(9)) });
    let mut accepted = uploaded();
    accepted.ok(SYSTEM, Do::Accept { no: 1, identity: identity(&root(1)) });
    let mut destroyed = uploaded();
    destroyed.ok(SYSTEM, Do::Accept { no: 1, identity: identity(&root(1)) });
    destroyed.ok(SYSTEM, command(RecordingVerb::MarkDestroyed));
    let mut on_patrol = World::new();
    on_patrol.at("09:30:00");
    on_patrol.ok(A, Do::Register(patrol()));
    on_patrol.ok(A, command(RecordingVerb::AddLogEntry));
    let mut none = World::new();
    none.at("09:30:00");
    vec![
        ("无", none),
        ("已登记", registered()),
        ("已采集", captured()),
        ("已封存", sealed()),
        ("已上传", uploaded()),
        ("入库不符", mismatched),
        ("已入库", accepted),
        ("巡查", on_patrol),
        ("内容已销毁", destroyed),
    ]
}

fn actor(verb: RecordingVerb) -> StaffId {
    let step = recording_step(verb);
    match (step.relation, verb) {
        (RecordingRelation::System, _) => SYSTEM,
        (_, RecordingVerb::Centralise | RecordingVerb::RegisterCopy) => ARCHIVIST,
        (_, RecordingVerb::ReleaseHold) => HEAD,
        _ => A,
    }
}

/// A plausible command of each verb.
fn command(verb: RecordingVerb) -> Do {
    use RecordingVerb as V;
    let reason = || t("理由");
    match verb {
        V::Register => Do::Register(registration()),
        V::AddCollector => Do::AddCollector {
            collector: Collector { staff: C, certificate: "证3".into() },
            reason: reason(),
        },
        V::TellParty => Do::TellParty(told("09:05:00")),
        V::Capture => Do::Capture(capture("09:10:00")),
        V::Seal => Do::Seal { no: 1, sealing: sealing("09:20:00", 1) },
        V::Upload => Do::Upload { no: 1, via: UploadVia::Field },
        V::Accept => Do::Accept { no: 1, identity: identity(&root(1)) },
        V::ReadMetadata => Do::ReadMetadata { no: 1, reading: Box::new(reading(&root(1))) },
        V::AskMachineText => Do::AskMachineText { no: 1 },
        V::NoteMachineText => Do::NoteMachineText { no: 1, text: Box::new(machine_text(1)) },
        V::NoteMachineFault => Do::NoteMachineFault { no: 1, why: MachineFault::Unreachable },
        V::NoteInterruption => Do::NoteInterruption(Interruption {
            after: 0,
            cause: InterruptionCause::Weather,
            explanation: Explanation::Written { reported_to: UNIT_HEAD, statement: reason() },
        }),
        V::Mark => Do::Mark(Mark { segment: 1, offset_ms: 0, kind: MarkKind::RightsTold, note: blank() }),
        V::EndWork => Do::EndWork { ended_at: clock("09:25:00") },
        V::ExplainLateness => {
            Do::ExplainLateness { ground: LateGround::Away, able_at: None, statement: reason() }
        }
        V::Centralise => Do::Centralise {},
        V::LinkCase => Do::LinkCase { case: CASE },
        V::PlaceHold => Do::PlaceHold { trigger: HoldTrigger::Hostile, reason: reason(), until: None },
        V::ReleaseHold => Do::ReleaseHold { no: 1, reason: reason() },
        V::ReadBackCopy => Do::ReadBackCopy(ReadBack {
            medium: Medium::OpticalDisc,
            number: "盘01".into(),
            files: 1,
            pieces: vec![Copied { segment: 1, sha256_root: root(1) }],
        }),
        V::RegisterCopy => Do::RegisterCopy(LongTermCopy {
            medium: Medium::OpticalDisc,
            number: "盘01".into(),
            place: t("档案室"),
            pieces: vec![Copied { segment: 1, sha256_root: root(1) }],
        }),
        V::AddLogEntry => Do::AddLogEntry(LogEntry {
            link: Link::Patrol,
            at: clock("09:00:00"),
            place: t("示例路"),
            subject: t("示例商贸有限公司"),
            words: t("占道经营"),
        }),
        V::RaiseClue => Do::RaiseClue { no: 1, case: CASE },
        V::MarkDestroyed => Do::MarkDestroyed {
            disposal: MatterId(Uuid::from_u128(80)),
            kept: Kept::Until { day: day("2026-09-02") },
        },
    }
}

#[test]
fn every_state_times_every_command_is_as_read() {
    let mut out = String::from("# 音像记录：每个状态 × 每个事项\n# “可”为允许，其余为拒绝的代码\n");
    let worlds = worlds();
    for verb in RecordingVerb::ALL {
        out.push_str(&format!("\n{}\n", verb.label()));
        let command = command(*verb);
        assert_eq!(command.verb(), *verb);
        for (label, w) in &worlds {
            let said = match w.ask(actor(*verb), &command) {
                Ok(events) => {
                    assert!(!events.is_empty(), "{verb:?} at {label} does nothing");
                    "可".to_owned()
                }
                Err(r) => {
                    assert!(!r.article.law.is_empty() && !r.remedy.is_empty() && !r.message.is_empty());
                    r.code.into_owned()
                }
            };
            out.push_str(&format!("  {label}：{said}\n"));
        }
    }
    compare("tests/golden/recording_matrix.txt", &out);
}

#[test]
fn nobody_but_the_named_roles_may_do_anything() {
    for (label, w) in worlds() {
        for verb in RecordingVerb::ALL {
            for who in EVERYBODY {
                let named = recording_step(*verb).who.iter().any(|r| w.people[&who].roles.contains(r));
                if !named || (who == STRANGER && label != "无") {
                    w.ask(who, &command(*verb)).expect_err("not theirs");
                }
            }
        }
    }
}

#[test]
fn the_tables_of_recordings_and_devices_are_as_read() {
    let guide = mingjing_domain::recording::RecordingBook::built_in();
    let rules = guide.of(&jurisdiction("990101", mingjing_domain::policy::System::Emergency));
    let mut list = String::from(
        "\n# 音像记录事项清单（示例县）\n\n| 序号 | 执法类别 | 执法事项 | 记录环节 | 记录方式 | 记录开始 | 记录内容 | 记录结束 | 存储期限 | 依据 |\n|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for (no, row) in rules.list(day("2026-12-01"), jiff::Timestamp::MAX) {
        list.push_str(&format!(
            "| {no} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
            row.category,
            row.item,
            row.link.label(),
            row.manner_words(),
            row.start,
            row.content,
            row.end,
            row.retention.label(),
            row.source
        ));
    }
    compare(
        "../../docs/generated/recording.md",
        &format!("{}\n{}{list}", recording_markdown(), device_markdown()),
    );
}

/// Each stored form of each event decodes to the event it says, and writes itself again.
fn stored<M: Matter>(forms: &str, seen: &mut Vec<String>) {
    for line in forms.lines().filter(|it| !it.trim().is_empty()) {
        let (name, body) = line.split_once(' ').expect("a name and a body");
        let body: Value = serde_json::from_str(body).unwrap_or_else(|e| panic!("{line}: {e}"));
        let event = M::decode(name, 1, body.clone()).unwrap_or_else(|e| panic!("{line}: {e}"));
        assert_eq!(serde_json::to_value(&event).expect("serialises"), body, "{name}");
        assert_eq!(M::type_of(&event), (leak(name), 1));
        assert!(M::decode("recording.unheard", 1, body.clone()).is_err());
        assert!(M::decode(name, 2, body).is_err());
        seen.push(name.to_owned());
    }
}

fn leak(name: &str) -> &'static str {
    Box::leak(name.to_owned().into_boxed_str())
}

#[test]
fn the_stored_forms_of_every_event_stay_readable() {
    let mut seen = Vec::new();
    stored::<Recording>(include_str!("../golden/recording_events.txt"), &mut seen);
    stored::<Device>(include_str!("../golden/device_events.txt"), &mut seen);
    stored::<Disposal>(include_str!("../golden/disposal_events.txt"), &mut seen);
    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((seen.len(), count), (26 + 11 + 6, 26 + 11 + 6), "every event once");
    let _: (Option<DeviceEvent>, Option<DisposalEvent>) = (None, None);
}

#[test]
fn a_corrupt_stream_folds_to_something_that_allows_nothing() {
    let mut w = World::new();
    w.at("09:30:00");
    let meta = mingjing_domain::matter::Meta {
        matter: RECORDING,
        organ: ORGAN,
        version: 1,
        actor: A,
        moment: mingjing_domain::matter::Moment::now(w.now),
    };
    let event = mingjing_domain::recording::RecordingEvent::WorkEnded { ended_at: w.now };
    w.recording = Some(Recording::evolve(None, &meta, &event));
    w.case = None;
    w.no(A, command(RecordingVerb::Capture), "actor.not_handling");
    let device = Device::evolve(None, &meta, &DeviceEvent::Maintained { work: t("清洁") });
    assert!(device.scrapped_at.is_some());
}

/// A value that a field takes.
fn sample(field: &Field) -> Value {
    match &field.kind {
        Kind::Line | Kind::Paragraph | Kind::Category => json!("示例"),
        Kind::Date => json!("2026-03-02"),
        Kind::Instant => json!("2026-03-02T01:00:00Z"),
        Kind::Flag => json!(true),
        Kind::Choice(choices) => json!(choices[0].0),
        Kind::Choices(choices) => json!([choices[0].0]),
        Kind::NumberChoice(choices) => json!(choices[0].0),
        Kind::Staff | Kind::Recording => json!(Uuid::from_u128(1)),
        Kind::StaffList => json!([Uuid::from_u128(1)]),
        Kind::EvidenceList => json!([1]),
        Kind::Region => json!("990101"),
        Kind::Money | Kind::Number | Kind::Party | Kind::Document | Kind::Proposal | Kind::Ordinal => {
            json!(1)
        }
        Kind::List(fields) if fields.len() == 1 && fields[0].name.is_empty() => json!([sample(&fields[0])]),
        Kind::List(fields) => json!([body(fields)]),
    }
}

fn body(fields: &[Field]) -> Value {
    Value::Object(fields.iter().map(|it| (it.name.to_owned(), sample(it))).collect())
}

#[test]
fn every_command_reads_from_its_own_fields() {
    for verb in RecordingVerb::ALL {
        let mut body = body(&form::fields(*verb));
        if *verb == RecordingVerb::MarkDestroyed {
            body["kept"] = json!({"kept": "permanent"});
        }
        let read = form::read(*verb, body.clone()).unwrap_or_else(|e| panic!("{verb:?}: {e} {body}"));
        assert_eq!(read.verb(), *verb);
    }
    let device = mingjing_domain::device::form::fields;
    for verb in mingjing_domain::device::DeviceVerb::ALL {
        let read = mingjing_domain::device::form::read(*verb, body(&device(*verb)));
        assert_eq!(read.unwrap_or_else(|e| panic!("{verb:?}: {e}")).verb(), *verb);
    }
    for (name, _, fields) in form::disposal_fields() {
        form::read_disposal(name, body(&fields)).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
    let forged = json!({"reason": {"$x": 0, "n": 3, "d": "00"}, "no": 1});
    assert!(form::read(RecordingVerb::ReleaseHold, forged).is_err());
    assert!(form::read(RecordingVerb::EndWork, json!([])).is_err());
}
