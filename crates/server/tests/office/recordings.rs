//! A recording from the device in the field to the act that needed it; what comes late,
//! what comes otherwise, what is held, and how its content goes.

use jiff::{SignedDuration, Timestamp};
use mingjing::case::access::rules;
use mingjing::evidence::config::{self, EvidenceConfig};
use mingjing::evidence::destroy::{list_file, shredder};
use mingjing::evidence::hooks::Hooks;
use mingjing::evidence::service::Store;
use mingjing::kit::config::Config;
use mingjing::recording::{jobs, service, view};
use mingjing::viewing::service::matter_of;
use mingjing_domain::matter::MatterId;
use mingjing_domain::recording::words::UploadVia;
use mingjing_domain::viewing::Viewings;
use mingjing_ledger::commit::{EvidenceHasher, EvidenceIdentity};
use mingjing_vault::tus::Metadata;
use mingjing_vault::{Append, NewUpload, Retention, Vault};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::office::{Office, matter};
use crate::steps::Way;
use crate::support::Bench;

mod engines {
    crate::on_both_engines!(
        what_was_recorded_in_the_field_comes_into_the_store,
        a_patrol_founds_a_case_and_its_content_goes_by_three_hands,
        a_piece_and_a_list_at_the_same_moment_do_not_both_stand,
    );
}

pub async fn office(bench: Bench) -> Office {
    Office::of(bench).await
}

/// An identifier as devices draw them.
pub fn drawn(n: u128) -> Uuid {
    uuid::Builder::from_random_bytes(n.to_be_bytes()).into_uuid()
}

pub fn identity(bytes: &[u8]) -> EvidenceIdentity {
    let mut hasher = EvidenceHasher::new();
    hasher.update(bytes);
    hasher.finish()
}

fn before(office: &Office, minutes: i64) -> Timestamp {
    office.app.now().checked_sub(SignedDuration::from_mins(minutes)).unwrap()
}

/// What a device captured half an hour ago, with a clock two seconds ahead.
pub fn captured(office: &Office, id: Uuid, case: Option<&str>, pieces: &[&[u8]]) -> Value {
    let ahead = |minutes| before(office, minutes).checked_add(SignedDuration::from_secs(2)).unwrap();
    let count = i64::try_from(pieces.len()).unwrap();
    let segments: Vec<Value> = (0..count)
        .zip(pieces)
        .map(|(at, bytes)| {
            let n = u128::try_from(at).unwrap();
            json!({
                "id": Uuid::from_u128(id.as_u128() + n + 1), "kind": "video", "name": "执法记录仪_现场检查.mp4",
                "type": "video/mp4", "bytes": bytes.len(), "sha256_root": hex::encode(identity(bytes).root.sha256),
                "captured_from": ahead(30 - 5 * at), "captured_to": ahead(30 - 5 * at - 4),
            })
        })
        .collect();
    json!({
        "id": id, "case": case, "act": case.map(|_| "record_scene"), "place": "示例县示例路1号",
        "coordinates": { "latitude": 30.5, "longitude": 104.1, "accuracy_m": 8.0 },
        "started_at": ahead(31), "ended_at": ahead(2), "proves": "现场检查经过",
        "told": { "at": ahead(31) },
        "ticks": [{ "what": "certificate_shown", "at": ahead(29) }, { "what": "identity_stated", "at": ahead(31) }],
        "clock": { "offset_ms": 2000 }, "segments": segments,
    })
}

async fn what_was_recorded_in_the_field_comes_into_the_store(bench: Bench) {
    let office = office(bench).await;
    let case = office.filed(Way::Api).await;
    office.day("2026-11-24");
    let device = device(&office).await;
    let field = office.read("a", "/api/v1/field").await.json();
    assert_eq!(field["tasks"][0]["case"], case.as_str());
    assert_eq!(field["devices"][0]["id"], device.as_str());
    let heads: Vec<&str> =
        field["heads"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert_eq!(heads, [office.uuid("unit_head")], "to whom a break can be reported");
    assert!(
        field["tasks"][0]["acts"][0]["wording_before_recording"]
            .as_str()
            .unwrap()
            .contains("示例县应急管理局")
    );
    assert!(field["certificate"]["number"].is_string(), "{field}");

    let id = drawn(0xfeed_0000);
    let mut sent = captured(&office, id, Some(&case), &[b"one", b"two"]);
    sent["device"] = device.as_str().into();
    let made = office.does("a", "/api/v1/recordings", sent.clone()).await;
    assert!(made["number"].as_str().unwrap().ends_with("-1号"), "{made}");
    // The device asks again, with another key: nothing is done twice.
    let events = office.events().await;
    let again = office.does("a", "/api/v1/recordings", sent.clone()).await;
    assert_eq!((again["number"].clone(), office.events().await), (made["number"].clone(), events));
    assert_eq!(office.tries("b", "/api/v1/recordings", sent).await.status, 422);

    let api = format!("/api/v1/recordings/{id}");
    let it = office.read("a", &api).await.json();
    assert_eq!((&it["state"], &it["segments"][0]["state"]), (&json!("sealed"), &json!("sealed")));
    assert_eq!(it["segments"][1]["id"], json!(Uuid::from_u128(id.as_u128() + 2)));
    assert_eq!(it["marks"][0]["kind"], "certificate_shown");
    assert_eq!(it["told"]["by"], json!(office.people["a"]));
    assert_eq!(
        (&it["lateness"]["state"], it["joints"][0]["joint"].as_str()),
        (&json!("pending"), Some("gap"))
    );
    uploads(&office, &api, id).await;
    let page = office.open("a", &format!("/recordings/{id}")).await;
    assert_eq!(page.status, 200);
    for words in ["保管链", "已入库", "时间线", "没有说明", "怎样算出", "与案卷一同保存", "出示证件"]
    {
        assert!(page.body.contains(words), "{words}");
    }
    held(&office, &api).await;
    let list = office.read("head", &format!("/api/v1/recordings?case={case}&held=1&q=示例化工")).await.json();
    assert_eq!(list["items"][0]["id"], json!(id));
    assert_eq!(office.read("stranger", &api).await.status, 404);
    assert_eq!(office.read("supervisor", &api).await.status, 200);
    assert!(
        office.open("a", &format!("/cases/{case}")).await.body.contains(made["number"].as_str().unwrap())
    );
    office.holds().await;
}

/// A body camera, handed to an officer and checked.
async fn device(office: &Office) -> String {
    let camera = json!({"number": "示-001", "kind": "body_camera", "model": "示范型", "serial": "S-1", "unit": "执法大队"});
    let it = office.does("unit_head", "/api/v1/devices", camera.clone()).await;
    let id = it["id"].as_str().unwrap().to_owned();
    assert_eq!(office.tries("unit_head", "/api/v1/devices", camera).await.code(), "device.number_used");
    assert_eq!(office.tries("a", "/api/v1/devices", json!({})).await.status, 403);
    let at = |verb: &str| format!("/api/v1/devices/{id}/{verb}");
    office.does("unit_head", &at("assign"), json!({"to": office.id("a")})).await;
    let low = json!({"battery_percent": 1, "free_mib": 1, "clock_offset_ms": 0});
    let checked = office.does("a", &at("check"), low).await;
    assert_eq!(checked["checks"][0]["problems"], json!(["battery", "space"]));
    office
        .does("a", &at("check"), json!({"battery_percent": 90, "free_mib": 60000, "clock_offset_ms": 0}))
        .await;
    office.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(office.open("a", &format!("/devices/{id}")).await.status, 200);
    assert!(office.open("head", "/devices").await.body.contains("示-001"));
    id
}

/// One piece comes whole; the other first comes altered, is kept as a finding, comes again.
async fn uploads(office: &Office, api: &str, id: Uuid) {
    let come = async |no: u16, bytes: &[u8]| {
        let actor = mingjing_domain::matter::Actor {
            id: office.people["a"],
            organ: crate::office::ORGAN,
            roles: vec![mingjing_domain::staff::Role::Officer],
        };
        let place = (mingjing_domain::matter::MatterId(id), no);
        let identity = identity(bytes);
        service::uploaded(&office.app, rules(), &actor, place, UploadVia::Field, &identity, office.fresh())
            .await
    };
    assert_eq!(come(1, b"one").await.unwrap().state, "sealed");
    assert!(come(1, b"one").await.is_err(), "what is stored is not replaced");
    let done = come(2, b"too").await.unwrap();
    assert!(done.mismatch && done.state == "mismatch");
    // What came altered is kept with its recording, and belongs into the store.
    let altered = hex::encode(identity(b"too").root.sha256);
    assert_eq!(view::holding(office.app.db(), &altered).await.unwrap(), [MatterId(id)]);
    assert!(view::roots_behind(office.app.db(), None, 100).await.unwrap().contains(&altered));
    // A day later it is on the desks of those whom it concerns.
    office.clock.advance(SignedDuration::from_hours(25));
    for login in ["a", "unit_head", "head"] {
        let desk = office.read(login, "/api/v1/desk").await.json();
        let waits = desk["waiting"].as_array().unwrap().iter().any(|it| it["recording"] == json!(id));
        assert!(waits, "{login}: {desk}");
    }
    assert_eq!(
        office.read("supervisor", "/api/v1/recordings?late=1").await.json()["items"][0]["id"],
        json!(id)
    );
    let done = come(2, b"two").await.unwrap();
    assert_eq!(done.state, "accepted");
    let it = office.read("a", api).await.json();
    let found: Vec<&str> =
        it["findings"].as_array().unwrap().iter().map(|it| it["finding"].as_str().unwrap()).collect();
    assert!(found.contains(&"root_mismatch") && found.contains(&"late_upload"), "{found:?}");
    assert_eq!(
        (&it["lateness"]["state"], it["segments"][1]["mismatches"].as_array().map(Vec::len)),
        (&json!("late"), Some(1))
    );
    // Stored together on the day of the month.
    let worker = || {
        mingjing::kit::jobs::Worker::new(office.app.clone())
            .on(jobs::CENTRALISE, jobs::handler(std::sync::Arc::clone(rules())))
    };
    office.clock.advance(SignedDuration::from_hours(24 * 31));
    worker().drain().await.unwrap();
    assert!(office.read("a", api).await.json()["centralised_on"].is_string());
}

async fn held(office: &Office, api: &str) {
    let hold = json!({"trigger": "objection", "reason": "当事人申请行政复议"});
    office.does("unit_head", &format!("{api}/place_hold"), hold).await;
    let release = json!({"no": 1, "reason": "复议终结"});
    let own = office.tries("unit_head", &format!("{api}/release_hold"), release.clone()).await;
    assert_eq!(own.code(), "hold.same_person");
    assert_eq!(office.tries("a", &format!("{api}/release_hold"), release).await.status, 403);
    let it = office.read("a", api).await.json();
    assert_eq!(it["kept"]["holds"][0]["trigger"], "objection");
}

/// Whoever supervises sees the bytes, and that is on record first; whose organ it is asks for
/// an approval, others learn nothing.
async fn played(office: &Office, id: Uuid, bytes: &[u8]) {
    let content = format!("/api/v1/recordings/{id}/segments/1/content");
    assert_eq!(office.read("a", &content).await.code(), "grant.none");
    let page = office.open("supervisor", &format!("/recordings/{id}/play")).await;
    assert!(
        page.status == 200 && page.body.contains("watermark") && page.body.contains("标记"),
        "{}",
        page.body
    );
    assert!(office.app.load::<Viewings>(matter_of(MatterId(id))).await.unwrap().is_none());
    let seen = office.read("supervisor", &content).await;
    assert_eq!((seen.status, seen.body.as_bytes()), (200.try_into().unwrap(), bytes));
    let looks = office.app.load::<Viewings>(matter_of(MatterId(id))).await.unwrap().expect("recorded");
    assert_eq!(looks.version, 1);
    shown(office, id).await;
    assert_eq!(office.read("stranger", &content).await.status, 404);
    assert_eq!(office.open("stranger", &format!("/recordings/{id}/play")).await.status, 404);
}

/// The look at a patrol stands on its page, and where all of them stand.
async fn shown(office: &Office, id: Uuid) {
    let all = format!("/recordings/{id}/viewings");
    let listed = office.read("b", &format!("/api/v1{all}")).await.json();
    let (looks, one) = (listed["items"].as_array().unwrap(), &listed["items"][0]);
    assert_eq!((looks.len(), &listed["next"]), (1, &json!(null)), "{listed}");
    assert_eq!(one["actor"], json!(office.people["supervisor"]));
    assert_eq!(
        (&one["kind"], &one["standing"], &one["grant"]),
        (&json!("view"), &json!("supervising"), &json!(null))
    );
    let before = format!("/api/v1{all}?before={}", one["at"].as_str().unwrap());
    assert_eq!(office.read("b", &before).await.json()["items"], json!([]), "nothing twice");
    assert_eq!(office.read("b", &format!("/api/v1{all}?before=x")).await.status, 400);
    for page in [all.clone(), format!("/recordings/{id}")] {
        let page = office.open("b", &page).await;
        assert!(page.status == 200 && page.body.contains("查阅记录"), "{}", page.body);
        assert!(page.body.contains("监督机关人员"), "who stood how to it: {}", page.body);
    }
    assert_eq!(office.read("stranger", &format!("/api/v1{all}")).await.status, 404);
    assert_eq!(office.open("stranger", &all).await.status, 404);
}

/// Puts bytes into a store that from now on stands beside the office's program.
async fn in_the_store(office: &mut Office, bytes: &'static [u8]) -> (Vault, EvidenceIdentity) {
    let dir = office.bench.dir.path();
    let config = Config { data: dir.join("data"), keys: Some(dir.join("keys")), ..Config::default() };
    std::fs::create_dir_all(&config.data).unwrap();
    let vault = config::open(&config, &EvidenceConfig::default(), office.app.now()).unwrap();
    let shred = shredder(vault.clone(), list_file(&config));
    let store = Store::new(vault.clone(), Hooks::of_recordings(), EvidenceConfig::default());
    office.router = office.router.clone().layer(axum::Extension(shred)).layer(axum::Extension(store));
    let new = NewUpload { length: Some(bytes.len() as u64), metadata: Metadata::default(), expected: None };
    let now = office.app.now();
    let upload = vault.create(new, now).await.unwrap();
    let body = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from_static(bytes))]);
    vault.append(&upload.id, Append::default(), body, now).await.unwrap();
    let stored = vault.finish(&upload.id, &Retention::default(), now).await.unwrap();
    (vault, stored.identity)
}

/// A patrol that broke off, with nobody there to be told; its identifier and number.
async fn broken_off(office: &Office) -> (Uuid, String) {
    let id = drawn(0xbeef_0000);
    let mut sent = captured(office, id, None, &[b"patrol"]);
    // Said in the field, to nobody: kept beside the piece, and no obstacle.
    let broken = |statement: &str| json!({"after": 1, "cause": "battery", "by": "written", "at": before(office, 3), "statement": statement});
    sent["interruptions"] = json!([broken("电池耗尽"), broken("更换后继续")]);
    sent["not_told_because"] = json!("现场无人");
    let mut derived = sent.clone();
    derived["id"] = json!(matter_of(MatterId(id)).0);
    assert_eq!(
        office.tries("a", "/api/v1/recordings", derived).await.status,
        422,
        "no identifier that follows"
    );
    let made = office.does("a", "/api/v1/recordings", sent).await;
    assert!(made["number"].as_str().unwrap().contains("音〔2026〕1号"), "{made}");
    let api = format!("/api/v1/recordings/{id}");
    let it = office.read("a", &api).await.json();
    let notes = it["marks"].to_string();
    assert!(notes.contains("电池耗尽；更换后继续") && notes.contains("未能告知：现场无人"), "{notes}");
    // Nobody says that bytes came but by sending them.
    let empty = json!({"no": 1, "via": "computer"});
    assert_eq!(office.tries("a", &format!("{api}/upload"), empty).await.status, 404);
    (id, made["number"].as_str().unwrap().to_owned())
}

async fn a_patrol_founds_a_case_and_its_content_goes_by_three_hands(bench: Bench) {
    let mut office = office(bench).await;
    office.day("2026-11-24");
    let (id, number) = broken_off(&office).await;
    let api = format!("/api/v1/recordings/{id}");
    let actor = mingjing_domain::matter::Actor {
        id: office.people["a"],
        organ: crate::office::ORGAN,
        roles: vec![mingjing_domain::staff::Role::Officer],
    };
    let place = (matter(&id.to_string()), 1);
    let (vault, stored) = in_the_store(&mut office, b"patrol").await;
    assert!(vault.evidence(&stored.root.sha256).await.is_ok());
    service::uploaded(&office.app, rules(), &actor, place, UploadVia::Station, &stored, office.fresh())
        .await
        .unwrap();
    played(&office, id, b"patrol").await;
    let entry =
        json!({"link": "patrol", "at": before(&office, 20), "place": "示例路1号", "words": "未发现问题"});
    office.does("a", &format!("{api}/add_log_entry"), entry).await;
    let propose = json!({"recordings": [id], "grounds": "经鉴定，没有继续保存的价值"});
    let early = office.tries("archivist", "/api/v1/disposals", propose.clone()).await;
    assert_eq!(early.code(), "disposal.retained");
    office.day("2027-07-05");
    office.renew().await;
    assert_eq!(office.tries("a", "/api/v1/disposals", propose.clone()).await.status, 403);
    assert!(office.open("archivist", "/disposals/new").await.body.contains(&number));
    let list = three_hands(&mut office, propose).await;
    // The bytes are gone with their key; what they were stays known.
    assert!(vault.evidence(&stored.root.sha256).await.is_err());
    let stone = vault.tombstone(&stored.root.sha256).await.unwrap().expect("a tombstone");
    assert_eq!(json!(stone.order), list["id"]);
    let it = office.read("a", &api).await.json();
    assert_eq!((&it["state"], it["segments"][0]["identity"].is_object()), (&json!("destroyed"), true));
    let page = office.open("head", &format!("/disposals/{}", list["id"].as_str().unwrap())).await;
    assert!(page.body.contains("销毁证明") && page.body.contains("示销〔2027〕1号"));
    office.holds().await;
}

/// A list for destruction from its proposal to the end; gives the list as it was proposed.
pub async fn three_hands(office: &mut Office, propose: Value) -> Value {
    let listed = format!("/api/v1/recordings/{}", propose["recordings"][0].as_str().unwrap());
    let list = office.does("archivist", "/api/v1/disposals", propose).await;
    nothing_is_added(office, &listed).await;
    let at = |act: &str| format!("/api/v1/disposals/{}/{act}", list["id"].as_str().unwrap());
    let certificate =
        json!({"number": "示销〔2027〕1号", "manner": "销毁密钥，删除内容", "witness": office.id("a")});
    let hasty = office.tries("archivist", &at("carry_out"), certificate.clone()).await;
    assert_eq!(hasty.code(), "disposal.step");
    office.does("unit_head", &at("review"), json!({"agree": true, "opinion": "同意"})).await;
    office.does("head", &at("decide"), json!({"approve": true, "opinion": "同意销毁"})).await;
    let hasty = office.tries("archivist", &at("carry_out"), certificate.clone()).await;
    assert_eq!(hasty.code(), "disposal.waiting");
    office.clock.advance(SignedDuration::from_hours(24 * 90));
    office.renew().await;
    let done = office.does("archivist", &at("carry_out"), certificate).await;
    assert_eq!(
        (&done["progress"], &done["carried_out"]["number"]),
        (&json!("carried_out"), &json!("示销〔2027〕1号"))
    );
    list
}

/// An empty piece would stop the list again and again: who collects goes on elsewhere.
async fn nothing_is_added(office: &Office, api: &str) {
    let piece = json!({
        "kind": "photo", "name": "空.jpg", "by": office.id("a"),
        "started_at": before(office, 3), "clock_offset_ms": 0,
    });
    let events = office.events().await;
    for login in ["a", "b"] {
        let refused = office.tries(login, &format!("{api}/capture"), piece.clone()).await;
        assert!(refused.status.is_client_error(), "{login}: {}", refused.body);
        if login == "a" {
            assert_eq!(refused.code(), "disposal.listed", "{}", refused.body);
            assert!(
                refused.json()["remedy"].as_str().unwrap().contains("另一份音像记录"),
                "{}",
                refused.body
            );
        }
    }
    assert_eq!(office.events().await, events);
}

/// A piece and a list for the same recording at the same moment: one of them is refused, and
/// whichever came first stands.
async fn a_piece_and_a_list_at_the_same_moment_do_not_both_stand(bench: Bench) {
    let mut office = office(bench).await;
    office.day("2026-11-24");
    let (id, _) = broken_off(&office).await;
    let actor = mingjing_domain::matter::Actor {
        id: office.people["a"],
        organ: crate::office::ORGAN,
        roles: vec![mingjing_domain::staff::Role::Officer],
    };
    let stored = identity(b"patrol");
    let place = (matter(&id.to_string()), 1);
    service::uploaded(&office.app, rules(), &actor, place, UploadVia::Station, &stored, office.fresh())
        .await
        .unwrap();
    office.day("2027-07-05");
    office.renew().await;
    let propose = json!({"recordings": [id], "grounds": "经鉴定，没有继续保存的价值"});
    let piece = json!({
        "kind": "photo", "name": "空.jpg", "by": office.id("a"),
        "started_at": before(&office, 3), "clock_offset_ms": 0,
    });
    let place = format!("/api/v1/recordings/{id}/capture");
    let (listed, added) = tokio::join!(
        office.tries("archivist", "/api/v1/disposals", propose),
        office.tries("a", &place, piece)
    );
    let both = (listed.status.is_success(), added.status.is_success());
    assert!(both == (true, false) || both == (false, true), "{} {}", listed.body, added.body);
    office.holds().await;
}

/// A check of the use of devices tells what the ledger and the recordings say, by device and by
/// who held it.
#[tokio::test]
async fn the_use_of_devices_is_reported_from_the_ledger() {
    let mut office = Office::new().await;
    let case = office.filed(Way::Api).await;
    office.day("2026-11-24");
    let camera = device(&office).await;
    let id = drawn(0xfeee_0000);
    let mut sent = captured(&office, id, Some(&case), &[b"one", b"two"]);
    sent["device"] = camera.as_str().into();
    office.does("a", "/api/v1/recordings", sent).await;
    let spare = json!({"number": "示-002", "kind": "body_camera", "model": "示范型", "serial": "S-2", "unit": "执法大队"});
    let spare = office.does("unit_head", "/api/v1/devices", spare).await["id"].clone();
    office.day("2026-11-27");
    office.renew().await;
    let open = |kind: &str| {
        json!({
            "kind": kind, "from": "2026-11-20", "to": "2026-11-26", "reason": "季度设备检查", "recordings": [],
        })
    };
    let begun = async |kind: &str| {
        let it = office.does("review_head", "/api/v1/checks/new/open", open(kind)).await;
        format!("/api/v1/checks/{}", it["id"].as_str().unwrap())
    };
    let other = begun("incident").await;
    let opinion = json!({"opinion": "使用情况属实"});
    assert_eq!(
        office.tries("review_head", &format!("{other}/report"), opinion.clone()).await.code(),
        "check.kind"
    );
    let api = begun("device_use").await;
    let page = api.trim_start_matches("/api/v1").to_owned();
    assert!(office.open("review_head", &page).await.body.contains("还没有登记设备使用情况"));
    let done = office.tries("review_head", &format!("{api}/conclude"), json!({"summary": "正常"})).await;
    assert_eq!(done.code(), "check.unreported", "{}", done.body);
    let place = office.submit("review_head", &format!("{page}/report"), &[("opinion", "使用情况属实")]).await;
    assert_eq!(place, page);
    let it = office.read("review_head", &api).await.json();
    let of =
        |id: &Value| it["devices"].as_array().unwrap().iter().find(|it| it["device"] == *id).unwrap().clone();
    let used = of(&json!(camera));
    assert_eq!(used["holders"][0]["staff"], office.id("a"), "{used}");
    // Handed out on the 24th and never returned: three days of the time that is checked.
    assert_eq!((&used["days_assigned"], &used["days_used"]), (&json!(3), &json!(1)), "{used}");
    assert_eq!((&used["recordings"], &used["minutes"]), (&json!(1), &json!(8)), "{used}");
    assert_eq!(
        (&used["unchecked"], &used["late"], &used["holders"][0]["days"]),
        (&json!(0), &json!(1), &json!(3)),
        "{used}"
    );
    let idle = of(&spare);
    assert_eq!((&idle["days_assigned"], &idle["recordings"]), (&json!(0), &json!(0)), "{idle}");
    let shown = office.open("review_head", &page).await;
    for words in ["示-001", "示-002", "3天，1件，8分钟"] {
        assert!(shown.body.contains(words), "{words}: {}", shown.body);
    }
    let it = office.does("review_head", &format!("{api}/conclude"), json!({"summary": "正常"})).await;
    assert_eq!(it["stage"], "concluded");
    office.holds().await;
}

#[tokio::test]
async fn an_entry_of_the_patrol_log_becomes_a_clue_and_pages_take_forms() {
    let office = Office::new().await;
    office.day("2026-11-24");
    let place = office
        .submit(
            "a",
            "/recordings/new",
            &[("place", "示例路"), ("proves", "巡查情况"), ("party", ""), ("cause", "")],
        )
        .await;
    let entry = [
        ("link", "patrol"),
        ("at", "2026-11-24T08:00"),
        ("place", "示例路2号"),
        ("subject", "示例商店"),
        ("words", "占道经营"),
    ];
    office.submit("a", &format!("{place}/do/add_log_entry"), &entry).await;
    office.submit("a", &format!("{place}/do/raise_clue"), &[("no", "1")]).await;
    let it = office.read("a", &format!("/api/v1{place}")).await.json();
    let case = it["log"][0]["case"].as_str().unwrap();
    assert_eq!(office.case(case).await.clue.subject.value(), Some("示例商店"));
    assert!(office.open("a", &place).await.body.contains("已转为线索"));
    assert!(office.open("head", "/recordings/list").await.body.contains("应当音像记录"));
    office.holds().await;
}
