//! What a device tells of the field: each piece by its own clock, who recorded too, a signed
//! form that becomes the record of an act with its number, a hearing in a case room.

use jiff::SignedDuration;
use mingjing::case::access::rules;
use mingjing::recording::service;
use mingjing_domain::matter::{Actor, MatterId};
use mingjing_domain::recording::words::UploadVia;
use mingjing_domain::staff::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::office::{ORGAN, Office};
use crate::recordings::{captured, drawn, identity};
use crate::steps::Way;

/// A body camera in the hands of an officer, its clock found 95 seconds ahead.
async fn camera(office: &Office) -> String {
    let camera = json!({"number": "示-009", "kind": "body_camera", "model": "示范型", "serial": "S-9", "unit": "执法大队"});
    let it = office.does("unit_head", "/api/v1/devices", camera).await;
    let id = it["id"].as_str().unwrap().to_owned();
    let at = |verb: &str| format!("/api/v1/devices/{id}/{verb}");
    office.does("unit_head", &at("assign"), json!({"to": office.id("a")})).await;
    let check = json!({"battery_percent": 90, "free_mib": 60000, "clock_offset_ms": 95_000});
    office.does("a", &at("check"), check).await;
    office.clock.advance(SignedDuration::from_hours(1));
    id
}

/// A film of the camera, and a form that was signed on the telephone.
fn told(office: &Office, id: Uuid, case: &str, camera: &str) -> Value {
    let mut sent = captured(office, id, Some(case), &[b"film", b"sheet"]);
    sent["segments"][0]["device"] = camera.into();
    let (from, to) =
        (sent["segments"][0]["captured_from"].clone(), sent["segments"][1]["captured_from"].clone());
    sent["segments"][1]["kind"] = "form".into();
    sent["segments"][1]["name"] = "勘验笔录_1.png".into();
    sent["segments"][1]["form"] = json!({
        "document": "site_inspection_record", "title": "勘验笔录", "started_at": from, "ended_at": to,
        "fields": [{ "label": "勘验场所", "value": "配电间" }], "text": "配电间内二人正在作业。",
        "signer": "示范甲", "role": "当事人",
    });
    // The number of the certificate is the organ's to know.
    sent["collectors"] = json!([{ "staff": office.id("b") }]);
    let rights = json!({ "what": "rights_told", "at": sent["started_at"].clone() });
    sent["ticks"].as_array_mut().unwrap().push(rights);
    sent
}

#[tokio::test]
async fn each_piece_has_its_own_clock_and_a_signed_form_becomes_the_record_of_the_act() {
    let office = Office::new().await;
    let case = office.filed(Way::Api).await;
    office.day("2026-11-24");
    let camera = camera(&office).await;
    let tasks = office.read("a", "/api/v1/field").await.json();
    assert_eq!(tasks["devices"][0]["clock"]["offset_ms"], 95_000);
    let colleagues = tasks["colleagues"].as_array().unwrap();
    let b = colleagues.iter().find(|it| it["id"] == office.id("b")).expect("the other officer");
    assert!(b["certificate"].is_string() && colleagues.iter().all(|it| it["id"] != office.id("a")));
    let acts = tasks["tasks"][0]["acts"].as_array().unwrap();
    let room = acts.iter().find(|it| it["case_room"] == true).expect("an act in a case room");
    assert_eq!((&room["link"], &room["requirement"]), (&json!("case_rooms"), &json!("must")));
    let scene = acts.iter().find(|it| it["verb"] == "record_scene").unwrap();
    assert_eq!(scene["sheets"][1]["name"], "勘验笔录");
    assert!(scene["sheets"][1]["told"].as_str().unwrap().contains("示例县应急管理局"));

    let id = drawn(0xfeed_9000);
    let sent = told(&office, id, &case, &camera);
    let mut unknown = sent.clone();
    unknown["segments"][0]["device"] = json!(Uuid::from_u128(7));
    assert_eq!(office.tries("a", "/api/v1/recordings", unknown).await.status, 422);
    let mut stranger = sent.clone();
    stranger["segments"][0]["by"] = office.id("c");
    assert_eq!(office.tries("a", "/api/v1/recordings", stranger).await.status, 422);
    office.does("a", "/api/v1/recordings", sent.clone()).await;
    // Told again, nothing is done twice.
    office.does("a", "/api/v1/recordings", sent).await;
    let api = format!("/api/v1/recordings/{id}");
    let it = office.read("a", &api).await.json();
    let offsets = [&it["segments"][0]["clock_offset_ms"], &it["segments"][1]["clock_offset_ms"]];
    assert_eq!(
        offsets,
        [&json!(95_000), &json!(2_000)],
        "the camera's by its check, the telephone's as told"
    );
    let off = |it: &&Value| it["finding"] == "clock_off";
    let found: Vec<&Value> = it["findings"].as_array().unwrap().iter().filter(off).collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["segment"], 1);
    assert_eq!(
        (&it["segments"][1]["kind"], &it["segments"][1]["form"]["signed"]),
        (&json!("document"), &json!(true))
    );
    assert_eq!(it["collectors"].as_array().unwrap().len(), 2);
    added(&office, &api).await;
    taken(&office, &case, id).await;
    office.holds().await;
}

/// One who recorded too is added with the reason.
async fn added(office: &Office, api: &str) {
    let certificate = "没有这个编号";
    let add = json!({"staff": office.id("c"), "certificate": certificate, "reason": "登记时漏写"});
    let path = format!("{api}/add_collector");
    let held = office.read("b", "/api/v1/field").await.json();
    let own = held["colleagues"].as_array().unwrap().iter().find(|it| it["id"] == office.id("c")).cloned();
    let mut right = add.clone();
    right["certificate"] = own.expect("an officer")["certificate"].clone();
    assert_eq!(office.tries("a", &path, add).await.code(), "recording.certificate");
    let it = office.does("b", &path, right).await;
    assert_eq!(it["collectors"].as_array().unwrap().len(), 3);
}

/// Nothing of the form is typed again; the act has its number and names the signed sheet.
async fn taken(office: &Office, case: &str, id: Uuid) {
    let actor = Actor { id: office.people["a"], organ: ORGAN, roles: vec![Role::Officer] };
    for (no, bytes) in [(1, &b"film"[..]), (2, b"sheet")] {
        let (place, identity) = ((MatterId(id), no), identity(bytes));
        service::uploaded(&office.app, rules(), &actor, place, UploadVia::Field, &identity, office.fresh())
            .await
            .unwrap();
    }
    let page = office.open("a", &format!("/recordings/{id}")).await;
    let form = format!("/cases/{case}/do/record_scene?sheet={id}_2");
    assert!(page.body.contains(&form) && page.body.contains("现场文书"), "{}", page.body);
    let opened = office.open("a", &form).await;
    let root = hex::encode(identity(b"sheet").root.sha256);
    for words in ["配电间内二人正在作业。", &root, "示例县示例路1号"] {
        assert!(opened.body.contains(words), "{words}");
    }
    // Of another piece or another case nothing is told.
    for other in [format!("{id}_1"), format!("{id}_9"), "x".to_owned()] {
        let other = office.open("a", &format!("/cases/{case}/do/record_scene?sheet={other}")).await;
        assert!(other.status == 200 && !other.body.contains(&root));
    }
    let it = office.read("a", &format!("/api/v1/recordings/{id}")).await.json();
    let form = &it["segments"][1]["form"];
    let mut record = json!({
        "started_at": form["started_at"], "ended_at": form["ended_at"], "place": "示例路1号",
        "officers": [office.id("a"), office.id("b")], "certificates_shown": true, "rights_told": true,
        "record": "配电间内二人正在作业。", "witnessed": true, "recording": id, "sha256_root": "ab".repeat(32),
    });
    let path = format!("/api/v1/cases/{case}/record_scene");
    assert_eq!(office.tries("a", &path, record.clone()).await.code(), "evidence.other_root");
    let mut alone = record.clone();
    alone.as_object_mut().unwrap().remove("recording");
    assert_eq!(office.tries("a", &path, alone).await.code(), "record.original");
    record["sha256_root"] = root.into();
    office.does("a", &path, record).await;
    let state = office.case(case).await;
    let scene = state.documents.iter().find(|it| it.kind.label() == "勘验笔录").expect("the record");
    assert!(scene.number.is_some(), "numbered by the documents' rule");
    let attach = json!({"act": state.acts.len(), "recording": id});
    office.does("a", &format!("/api/v1/cases/{case}/attach_recording"), attach).await;
}
