//! Recordings, devices and what is destroyed of them, as their people see it.

use jiff::{SignedDuration, Timestamp};
use mingjing::case::access::rules;
use mingjing::device::service as devices;
use mingjing::kit::db::Sql as _;
use mingjing::recording::service::{self, Options, act};
use mingjing::recording::verbs;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::device::{DeviceCommand, DeviceKind, DeviceRegistration, DeviceVerb, Site, SiteUse};
use mingjing_domain::matter::{Actor, MatterId, OrganId, StaffId};
use mingjing_domain::recording::RecordingCommand;
use mingjing_domain::recording::event::{Capture, Collector, Registration, Sealing, Subject};
use mingjing_domain::recording::words::{Link, RecordingVerb, SegmentKind, UploadVia};
use mingjing_domain::staff::Role;
use mingjing_ledger::commit::EvidenceIdentity;
use mingjing_vault::{Append, NewUpload, Retention};
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

/// Every page of recordings, devices and lists for destruction.
pub async fn everywhere(county: &County, browser: &mut Browser, case: &str) {
    let id = patrol(county).await;
    let device = device(county).await;
    let pages: [(&str, &[String]); 3] = [
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
                "/devices".into(),
                format!("/devices/{device}"),
            ],
        ),
        ("yj-unithead", &["/devices/new".into(), format!("/devices/{device}")]),
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
    county.clock.advance(SignedDuration::from_hours(24 * 240));
    destroyed(county, browser, id, "示销1号").await;
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
