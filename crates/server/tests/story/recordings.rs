//! Recordings, devices and what is destroyed of them, as their people see it.

use jiff::{SignedDuration, Timestamp};
use mingjing::case::access::rules;
use mingjing::device::service as devices;
use mingjing::kit::db::Sql as _;
use mingjing::machine_text::jobs::kind_of;
use mingjing::recording::service::{self, Options, act};
use mingjing::recording::verbs;
use mingjing::viewing_grant::service as grants;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::device::{DeviceCommand, DeviceKind, DeviceRegistration, DeviceVerb, Site, SiteUse};
use mingjing_domain::matter::{Actor, MatterId, OrganId, StaffId};
use mingjing_domain::recording::event::{Capture, Collector, Registration, Sealing, Subject};
use mingjing_domain::recording::machine::{LinePlace, MachineTask, MachineText, kept as kept_lines};
use mingjing_domain::recording::reading::Reading;
use mingjing_domain::recording::words::{Link, RecordingVerb, SegmentKind, UploadVia};
use mingjing_domain::recording::{Recording, RecordingCommand};
use mingjing_domain::staff::Role;
use mingjing_ledger::commit::EvidenceIdentity;
use mingjing_vault::{Append, NewUpload, Retention};
use serde_json::json;
use uuid::Uuid;

use crate::browser::Browser;
use crate::county::County;

/// The person of a login, with one role.
async fn person(county: &County, login: &str, role: Role) -> (Actor, String) {
    let text = "SELECT s.matter_id, s.organ_id, c.number FROM staff_member s JOIN credential l ON l.staff_id = s.matter_id \
                LEFT JOIN staff_certificate c ON c.matter_id = s.matter_id WHERE l.login = $1";
    let row = county.app.db().one("staff", text, vec![login.into()]).await.unwrap().unwrap();
    let actor = Actor {
        id: StaffId(row.uuid("matter_id").unwrap()),
        organ: OrganId(row.uuid("organ_id").unwrap()),
        roles: vec![role],
    };
    (actor, row.opt_text("number").unwrap().unwrap_or_default())
}

fn ago(county: &County, minutes: i64) -> Timestamp {
    county.app.now().checked_sub(SignedDuration::from_mins(minutes)).unwrap()
}

/// A patrol with two pieces and a break between them, all of it stored.
async fn patrol(county: &County) -> MatterId {
    recorded(county, (Subject::Patrol, Link::Patrol), 0xabcd_0000).await
}

/// A recording of a case with two pieces, all of it stored.
pub async fn of_case(county: &County, case: MatterId) -> MatterId {
    recorded(county, (Subject::Act { case, act: None }, Link::Evidence), 0xabce_0000).await
}

/// The bytes of a piece: of no known format, and more than one chunk.
pub fn film(no: u16) -> Vec<u8> {
    vec![no.to_le_bytes()[0]; (1 << 20) + usize::from(no)]
}

/// Puts bytes into the store.
async fn kept(county: &County, bytes: Vec<u8>) -> EvidenceIdentity {
    let (vault, now) = (county.store.vault(), county.app.now());
    let length = bytes.len() as u64;
    let new = NewUpload { length: Some(length), ..NewUpload::default() };
    let id = vault.create(new, now).await.unwrap().id;
    let append = Append { offset: 0, announced: Some(length), length: None, checksum: None };
    let body = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes.into())]);
    vault.append(&id, append, body, now).await.unwrap();
    vault.finish(&id, &Retention::default(), now).await.unwrap().identity
}

async fn recorded(county: &County, (of, link): (Subject, Link), key: u128) -> MatterId {
    let (who, certificate) = person(county, "yj-officer1", Role::Officer).await;
    let asked = |n: u128| Options::new(Uuid::from_u128(key + n));
    let registration = Registration {
        of,
        link,
        unit: "执法大队".into(),
        documents: Vec::new(),
        place: "示例路".into(),
        position: None,
        collectors: vec![Collector { staff: who.id, certificate }],
        proves: "现场情况".into(),
        party: "示例公司".into(),
        cause: "示例案由".into(),
    };
    let register = RecordingCommand::Register(registration);
    let id = act(&county.app, rules(), &who, None, register, asked(0)).await.unwrap().value.recording;
    for no in 1..=2_u16 {
        let identity = kept(county, film(no)).await;
        let capture = Capture {
            kind: SegmentKind::Video,
            piece: None,
            name: "现场/检查.mp4".into(),
            started_at: ago(county, 60 - 20 * i64::from(no)),
            clock_offset_ms: 0,
            device: None,
            by: who.id,
            form: None,
        };
        let sealing = Sealing {
            ended_at: ago(county, 50 - 20 * i64::from(no)),
            bytes: identity.length,
            sha256_root: hex::encode(identity.root.sha256),
        };
        let n = u128::from(no) * 10;
        act(&county.app, rules(), &who, Some(id), RecordingCommand::Capture(capture), asked(n))
            .await
            .unwrap();
        let seal = RecordingCommand::Seal { no, sealing };
        act(&county.app, rules(), &who, Some(id), seal, asked(n + 1)).await.unwrap();
        let key = Uuid::from_u128(key + 0x1000 + n);
        service::uploaded(&county.app, rules(), &who, (id, no), UploadVia::Station, &identity, key)
            .await
            .unwrap();
    }
    id
}

/// What a machine wrote down of the first piece, as its engine would; engines are set from now on.
async fn written(county: &County, id: MatterId) {
    for task in MachineTask::ALL {
        county.app.serve_jobs(kind_of(*task));
    }
    let (who, _) = person(county, "yj-officer1", Role::Officer).await;
    let it = county.app.load::<Recording>(id).await.unwrap().unwrap();
    let identity = it.segments[0].identity.clone().unwrap();
    let place = |start_ms| LinePlace { start_ms: Some(start_ms), ..LinePlace::default() };
    let lines = [("请出示证件".to_owned(), place(1_200)), ("配电箱没有上锁".to_owned(), place(62_000))];
    let (text, places, cut) = kept_lines(&lines, it.machine_room(1));
    let text = MachineText {
        task: MachineTask::Transcript,
        sha256_root: identity.sha256_root,
        sha256: identity.sha256,
        engine: "示例转写".into(),
        engine_version: "2.0".into(),
        text,
        places,
        cut,
    };
    let command = RecordingCommand::NoteMachineText { no: 1, text: Box::new(text) };
    let options = Options::new(Uuid::from_u128(0xabcd_5000));
    act(&county.app, rules(), &service::system(who.organ), Some(id), command, options).await.unwrap();
}

/// Every page of recordings, devices and lists for destruction.
pub async fn everywhere(county: &County, browser: &mut Browser, case: &str) {
    let id = patrol(county).await;
    written(county, id).await;
    let device = device(county).await;
    let words = form_urlencoded::Serializer::new(String::new()).append_pair("q", "出示").finish();
    let pages: [(&str, &[String]); 4] = [
        (
            "yj-officer1",
            &[
                "/recordings".into(),
                "/recordings/list".into(),
                "/recordings/new".into(),
                format!("/recordings/new?case={}", case.trim_start_matches("/cases/")),
                "/recordings?late=1".into(),
                format!("/recordings/{id}"),
                format!("/recordings/{id}/play"),
                format!("/recordings/{id}/viewings"),
                format!("/recordings/{id}/words"),
                "/recordings/search".into(),
                "/devices".into(),
                format!("/devices/{device}"),
            ],
        ),
        ("yj-unithead", &["/devices/new".into(), format!("/devices/{device}")]),
        ("sf-supervisor", &[format!("/recordings/search?{words}"), format!("/recordings/{id}/words")]),
        ("yj-archivist", &["/disposals".into(), "/disposals/new".into()]),
    ];
    for (who, paths) in pages {
        browser.be(who).await;
        for path in paths {
            browser.open(path).await;
        }
    }
    browser.be("").await;
    let (who, _) = person(county, "yj-officer1", Role::Officer).await;
    let organ = mingjing::disclosure::subjects::public_name(who.organ);
    browser.open(&format!("/organs/{organ}")).await;
    browser.follow(&format!("main a[href=\"/organs/{organ}/recordings\"]")).await;
    browser.sees(&["音像记录事项清单", "举行听证"]).await;
    for verb in verbs::acting() {
        let login = match verb {
            RecordingVerb::ReleaseHold => "yj-unithead",
            RecordingVerb::Centralise | RecordingVerb::RegisterCopy => "yj-archivist",
            _ => "yj-officer1",
        };
        browser.be(login).await;
        browser.open(&format!("/recordings/{id}/do/{}", wire_name(&verb))).await;
    }
    for verb in mingjing::device::verbs::acting() {
        let login = if verb == DeviceVerb::Scrap { "yj-head" } else { "yj-unithead" };
        browser.be(login).await;
        browser.open(&format!("/devices/{device}/do/{}", wire_name(&verb))).await;
    }
    masked(county, browser, id).await;
    county.clock.advance(SignedDuration::from_hours(24 * 240));
    destroyed(county, browser, id, "示销1号").await;
}

/// A derivative that was asked for under an approved export, as its holder sees it.
async fn masked(county: &County, browser: &mut Browser, id: MatterId) {
    let ((who, _), (head, _)) = (
        person(county, "yj-officer1", Role::Officer).await,
        person(county, "yj-unithead", Role::UnitHead).await,
    );
    let it = county.app.load::<Recording>(id).await.unwrap().unwrap();
    let root = it.segment(1).unwrap().identity.as_ref().unwrap().sha256_root.clone();
    let reading: Reading = serde_json::from_value(json!({
        "sha256_root": root, "duration_ms": 600_000, "width": 640, "height": 360,
        "tracks": [{ "kind": "video" }, { "kind": "audio" }],
    }))
    .unwrap();
    let asked = |n: u128| Options::new(Uuid::from_u128(0xabcd_3000 + n));
    let read = RecordingCommand::ReadMetadata { no: 1, reading: Box::new(reading) };
    act(&county.app, rules(), &service::system(it.organ), Some(id), read, asked(0)).await.unwrap();
    let today = mingjing_domain::matter::civil_day(county.app.now());
    let right = json!({
        "scope": [{ "covers": "one", "material": "recording", "recording": id }], "medium": "export",
        "from": today, "until": today,
    });
    let mut request = right.clone();
    let beside = json!({ "requester": "staff", "purpose": "publication", "reason": "以案释法" });
    request.as_object_mut().unwrap().extend(beside.as_object().unwrap().clone());
    let edits = json!([{ "edit": "mute", "from_ms": 0, "to_ms": 1_000 }]);
    let order = json!({ "recording": id, "segment": 1, "edits": edits });
    let steps = [
        (&who, json!({ "command": "request", "asked": request })),
        (&head, json!({ "command": "approve", "granted": right, "opinion": "同意" })),
        (&who, json!({ "command": "mask", "order": order })),
    ];
    let mut grant = None;
    for (n, (actor, command)) in (1..).zip(steps) {
        let command = serde_json::from_value(command).unwrap();
        let key = Uuid::from_u128(0xabcd_4000 + n);
        grant = Some(grants::act(&county.app, rules(), actor, grant, command, key).await.unwrap().value);
    }
    let place = format!("/grants/{}", grant.unwrap());
    browser.be("yj-officer1").await;
    browser.open(&place).await;
    browser.sees(&["遮蔽件", "制作中"]).await;
    browser.open(&format!("{place}/mask")).await;
    browser.open(&format!("{place}/masks/1")).await;
    browser.sees(&["原件不改动", "消音 0—1秒"]).await;
    browser.open(&format!("{place}/masks/1/export")).await;
    browser.sees(&["用途"]).await;
}

/// A camera in a room for inquiries.
async fn device(county: &County) -> MatterId {
    let (head, _) = person(county, "yj-unithead", Role::UnitHead).await;
    let site = Site { of: SiteUse::InquiryRoom, place: "一楼询问室".into() };
    let registration = DeviceRegistration {
        number: "GD-001".into(),
        kind: DeviceKind::FixedCamera,
        model: "示范型".into(),
        serial: "1".into(),
        unit: "执法大队".into(),
        site: Some(site),
    };
    let sent = (Uuid::from_u128(0xabcd_2000), None);
    let register = DeviceCommand::Register(registration);
    devices::act(&county.app, rules(), &head, None, register, sent).await.unwrap().value
}

/// By three hands, after the wait, with a certificate.
pub async fn destroyed(county: &County, browser: &mut Browser, id: MatterId, number: &str) {
    browser.be("yj-archivist").await;
    browser.open("/disposals/new").await;
    let recording = id.to_string();
    browser.submit(&[("recordings", &recording), ("grounds", "经鉴定没有继续保存的价值")]).await;
    let place = browser.path().to_owned();
    assert!(place != "/disposals/new", "{}", browser.refusal().await);
    for (who, step, field, chosen) in
        [("yj-unithead", "review", "agree", "同意"), ("yj-head", "decide", "approve", "批准")]
    {
        browser.be(who).await;
        browser.open(&format!("{place}/do/{step}")).await;
        county.minute();
        browser.submit(&[(field, chosen), ("opinion", "同意销毁")]).await;
        assert_eq!(browser.path(), place, "{}", browser.refusal().await);
    }
    county.clock.advance(SignedDuration::from_hours(24 * 100));
    browser.be("yj-archivist").await;
    browser.open(&place).await;
    browser.open(&format!("{place}/do/withdraw")).await;
    browser.open(&format!("{place}/do/carry_out")).await;
    let table = [("number", number), ("manner", "销毁密钥和内容"), ("witness", "执法人员甲（执法大队）")];
    browser.submit(&table).await;
    assert_eq!(browser.path(), place, "{}", browser.refusal().await);
    browser.sees(&["销毁证明", number]).await;
    browser.open(&format!("/recordings/{id}")).await;
    browser.sees(&["内容已销毁"]).await;
}
