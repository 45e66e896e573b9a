//! 遮蔽件: asked for under an approved export, made by the real ffmpeg beside an original that
//! stays, seen and exported by those who may, and gone with its recording.

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use mingjing::case::access::rules;
use mingjing::evidence::config::EvidenceConfig;
use mingjing::evidence::destroy::list_file;
use mingjing::evidence::hooks::Hooks;
use mingjing::evidence::masking::{Maker, handler};
use mingjing::kit::config::Config;
use mingjing::kit::jobs::Worker;
use mingjing::viewing_grant::service::MASK;
use mingjing_domain::matter::MatterId;
use mingjing_domain::viewing_grant::{Grant, UseKind};
use mingjing_vault::parse_root;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::films::{FILM, House, PHOTO, made, missing};
use crate::office::Answer;
use crate::recordings::drawn;

impl House {
    /// Works off the orders, as the program does.
    async fn masks(&self, own: EvidenceConfig) -> usize {
        let dir = self.office.bench.dir.path();
        let config = Config { data: dir.join("data"), keys: Some(dir.join("keys")), ..Config::default() };
        let program = std::path::PathBuf::from(env!("CARGO_BIN_EXE_mingjing"));
        let maker = Maker::new(self.vault.clone(), own, list_file(&config)).by(program);
        let worker = Worker::new(self.office.app.clone()).on(MASK, handler(maker, Arc::clone(rules())));
        worker.drain().await.unwrap()
    }

    /// An approved export of one recording, for the officer.
    async fn export(&self, id: Uuid, until: &str) -> String {
        let office = &self.office;
        let scope = json!([{"covers": "recording", "recording": id}]);
        let asked = json!({
            "requester": "staff", "purpose": "publication", "reason": "以案释法", "scope": scope,
            "medium": "export", "from": office.today(), "until": until,
        });
        let grant = office.does("a", "/api/v1/grants", asked).await["id"].as_str().unwrap().to_owned();
        let approve = json!({
            "scope": [1], "medium": "export", "from": office.today(), "until": until, "opinion": "同意",
        });
        office.does("unit_head", &format!("/api/v1/grants/{grant}/approve"), approve).await;
        grant
    }

    /// A patrol with a film and a photograph, read.
    async fn patrol(&self, seed: u128) -> Uuid {
        let id = drawn(seed);
        let pieces = [("video", "现场.mp4", made(), 24, FILM), ("photo", "现场.jpg", made(), 0, PHOTO)];
        self.takes(id, None, &pieces).await;
        assert_eq!(self.reads(EvidenceConfig::default()).await, 2);
        id
    }

    async fn mask(&self, grant: &str, no: u16) -> Value {
        self.office.read("a", &format!("/api/v1/grants/{grant}/masks/{no}")).await.json()
    }

    async fn there(&self, root: &Value) -> bool {
        self.vault.evidence(&parse_root(root.as_str().unwrap()).unwrap()).await.is_ok()
    }
}

fn order(id: Uuid, segment: u16, edits: Value) -> Value {
    json!({"recording": id, "segment": segment, "edits": edits})
}

fn faulty(answer: &Answer, field: &str) -> bool {
    answer.json()["fields"].as_array().unwrap().iter().any(|it| it["field"] == field)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_derivative_is_made_beside_the_original_and_each_look_at_it_is_recorded() {
    let house = House::new().await;
    let id = house.patrol(0x3a5c_0000).await;
    let grant = house.export(id, "2026-12-31").await;
    let (office, api) = (&house.office, format!("/api/v1/grants/{grant}"));
    let form = format!("/grants/{grant}/mask");
    let page = office.open("a", &form).await;
    assert!(page.body.contains("第1段 录像 24秒 640×360像素 有声"), "{}", page.body);
    assert!(page.body.contains("第2段 照片 1200×900像素"), "{}", page.body);
    misfits(&house, id, &grant).await;
    // By form the film, by program the photograph.
    let piece = format!("{id}/1");
    let fields = [
        ("piece", piece.as_str()),
        ("edits[0].edit", "mute"),
        ("edits[0].from", "1.5"),
        ("edits[0].to", "0:03"),
    ];
    let place = office.submit("a", &form, &fields).await;
    assert_eq!(place, format!("/grants/{grant}"));
    let cover = json!([{"edit": "cover", "x": 100, "y": 100, "width": 200, "height": 100}]);
    office.does("a", &format!("{api}/mask"), order(id, 2, cover)).await;
    assert!(office.open("a", &place).await.body.contains("制作中"));
    let pending = office.read("a", &format!("{api}/masks/1/content")).await;
    assert_eq!(pending.code(), "mask.not_made");
    assert_eq!(house.masks(EvidenceConfig::default()).await, 2);
    let (film, photo) = (house.mask(&grant, 1).await, house.mask(&grant, 2).await);
    assert_eq!((&film["state"], &photo["state"]), (&json!("made"), &json!("made")), "{film} {photo}");
    assert_eq!(film["edits"], json!([{"edit": "mute", "from_ms": 1500, "to_ms": 3000}]));
    assert!(film["tool"].as_str().unwrap().starts_with("ffmpeg"), "{film}");
    assert_ne!(film["root"], film["original_root"]);
    assert_eq!(film["identity"]["sha256_root"], film["root"]);
    assert!(house.there(&film["root"]).await && house.there(&film["original_root"]).await);
    seen(&house, id, &grant, &film).await;
    // What must be in the store names them; nothing is left of the making.
    let rows = Hooks::of_recordings().rows.unwrap();
    let rows = rows(office.app.clone(), None, 100).await.unwrap();
    let known = |it: &Value| rows.contains(&parse_root(it["root"].as_str().unwrap()).unwrap());
    assert!(rows.len() == 4 && known(&film) && known(&photo), "{rows:?}");
    let left = house.vault.uploads().await.unwrap();
    assert!(left.iter().all(|(_, it)| it.as_ref().unwrap().metadata.get("mingjing-derived").is_none()));
    office.holds().await;
}

/// What does not fit is said at the field, for a person and for a program.
async fn misfits(house: &House, id: Uuid, grant: &str) {
    let (office, api, form) =
        (&house.office, format!("/api/v1/grants/{grant}"), format!("/grants/{grant}/mask"));
    let piece = format!("{id}/1");
    let late = [
        ("piece", piece.as_str()),
        ("edits[0].edit", "mute"),
        ("edits[0].from", "20"),
        ("edits[0].to", "24.5"),
    ];
    let answer = office.pressed("a", &form, &late).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("时段超出原件的时长"), "{}", answer.body);
    let bad = [
        (json!([{"edit": "mute", "from": "soon"}]), "edits/0/from"),
        (json!([{"edit": "mute", "from": "5", "to": "5"}]), "edits/0/to"),
        (
            json!([{"edit": "mute"}, {"edit": "cover", "x": 600, "y": 0, "width": 41, "height": 10}]),
            "edits/1/width",
        ),
        (json!([{"edit": "cover", "x": 600, "y": 0, "width": 40}]), "edits/0/height"),
    ];
    for (edits, field) in bad {
        let answer = office.tries("a", &format!("{api}/mask"), order(id, 1, edits)).await;
        assert!(answer.status.is_client_error() && faulty(&answer, field), "{field}: {}", answer.body);
    }
    let absent = office.tries("a", &format!("{api}/mask"), order(id, 3, json!([{"edit": "mute"}]))).await;
    assert_eq!(absent.code(), "derivative.original");
}

/// Those who may look see it, and that is recorded as a look at the derivative.
async fn seen(house: &House, id: Uuid, grant: &str, film: &Value) {
    let (office, api) = (&house.office, format!("/api/v1/grants/{grant}"));
    let content = format!("{api}/masks/1/content");
    let seen = house.asks("a", Method::GET, &content, "").await;
    assert_eq!(
        (seen.status(), &seen.headers()["content-type"]),
        (StatusCode::OK, &"video/mp4".parse().unwrap())
    );
    assert_eq!(
        (&seen.body()[4..8], seen.body().len() as u64),
        (b"ftyp".as_slice(), film["identity"]["bytes"].as_u64().unwrap())
    );
    let marked = house.asks("a", Method::GET, &format!("{api}/masks/2/content?download"), "").await;
    assert_eq!(marked.status(), StatusCode::BAD_REQUEST, "a look is no export");
    let taken = house.copies("a", &format!("{api}/masks/2/export"), r#"{"reason":"以案释法"}"#).await;
    assert!(taken.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
    assert!(taken.body().starts_with(&[0xff, 0xd8]) && taken.body() != PHOTO);
    let it = office.app.load::<Grant>(MatterId(grant.parse().unwrap())).await.unwrap().unwrap();
    let uses: Vec<_> = it.uses.iter().map(|used| (used.kind, used.derived)).collect();
    assert_eq!(uses, [(UseKind::View, true), (UseKind::Export, true)]);
    assert_eq!(it.uses[1].reason.as_ref().and_then(|it| it.value()), Some("以案释法"));
    assert_eq!(house.asks("b", Method::GET, &content, "").await.status(), StatusCode::CONFLICT);
    assert_eq!(house.asks("stranger", Method::GET, &content, "").await.status(), StatusCode::NOT_FOUND);
    let events = office.events().await;
    assert_eq!(house.asks("supervisor", Method::GET, &content, "").await.status(), StatusCode::OK);
    assert_eq!(office.events().await, events + 1, "a supervisor looks in real time, and that is recorded");
    let page = office.open("a", &format!("/grants/{grant}/masks/1")).await;
    for words in ["遮蔽件", "原件不改动", "消音 1.5—3秒", "<video", "导出遮蔽件"] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    assert!(office.open("a", &format!("/recordings/{id}")).await.body.contains("第1段的遮蔽件"));
    assert_eq!(office.open("b", &format!("/grants/{grant}/masks/1")).await.status, StatusCode::CONFLICT);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_made_is_said_to_who_asked() {
    let house = House::new().await;
    let id = house.patrol(0x3a5d_0000).await;
    let grant = house.export(id, "2026-12-31").await;
    let (office, api) = (&house.office, format!("/api/v1/grants/{grant}"));
    let mute = || json!([{"edit": "mute", "from": "0", "to": "1"}]);
    office.does("a", &format!("{api}/mask"), order(id, 1, mute())).await;
    let crop = json!([{"edit": "crop", "x": 0, "y": 0, "width": 300, "height": 300}]);
    office.does("a", &format!("{api}/mask"), order(id, 2, crop)).await;
    // Gone between the order and the making: the photograph needs none.
    assert_eq!(house.masks(missing()).await, 2);
    let film = house.mask(&grant, 1).await;
    assert_eq!(film["state"], "failed");
    assert!(film["reason"].as_str().unwrap().contains("没有 ffmpeg"), "{film}");
    assert_eq!(house.mask(&grant, 2).await["state"], "made");
    let page = format!("/grants/{grant}/masks/1");
    assert!(office.open("a", "/desk").await.body.contains(&page), "on the desk of who asked");
    assert!(!office.open("b", "/desk").await.body.contains(&page));
    assert!(office.open("a", &page).await.body.contains("未能制成"));
    // Asked for again, it is off the desk.
    office.does("a", &format!("{api}/mask"), order(id, 1, mute())).await;
    assert!(!office.open("a", "/desk").await.body.contains(&page));
    assert_eq!(house.masks(EvidenceConfig::default()).await, 1);
    assert_eq!(house.mask(&grant, 3).await["state"], "made");
    // The right ends while one is waiting: it is not made, and that is said.
    office.does("a", &format!("{api}/mask"), order(id, 1, mute())).await;
    office.does("a", &format!("{api}/end"), json!({})).await;
    house.masks(EvidenceConfig::default()).await;
    let it = office.read("a", &api).await.json();
    assert_eq!(it["masks"][3]["state"], "failed");
    assert!(it["masks"][3]["reason"].as_str().unwrap().contains("终止"), "{it}");
    office.holds().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_ffmpeg_it_is_refused_with_what_is_missing() {
    let house = House::without_tools().await;
    let id = house.patrol(0x3a5e_0000).await;
    let grant = house.export(id, "2026-12-31").await;
    let at = format!("/api/v1/grants/{grant}/mask");
    let refused = house.office.tries("a", &at, order(id, 1, json!([{"edit": "mute"}]))).await;
    assert_eq!(refused.code(), "mask.no_tool", "{}", refused.body);
    assert!(refused.body.contains("ffmpeg") && refused.body.contains("evidence.ffmpeg"), "{}", refused.body);
    let piece = format!("{id}/1");
    let fields = [("piece", piece.as_str()), ("edits[0].edit", "mute")];
    let page = house.office.pressed("a", &format!("/grants/{grant}/mask"), &fields).await;
    assert!(page.status == StatusCode::CONFLICT && page.body.contains("没有 ffmpeg"), "{}", page.body);
    let cover = json!([{"edit": "cover", "x": 0, "y": 0, "width": 9, "height": 9}]);
    house.office.does("a", &at, order(id, 2, cover)).await;
    house.office.holds().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_derivative_goes_with_its_recording() {
    let mut house = House::new().await;
    let id = house.patrol(0x3a5f_0000).await;
    let grant = house.export(id, "2028-12-31").await;
    let at = format!("/api/v1/grants/{grant}/mask");
    house.office.does("a", &at, order(id, 1, json!([{"edit": "mute"}]))).await;
    house.masks(EvidenceConfig::default()).await;
    let root = house.mask(&grant, 1).await["root"].clone();
    let office = &mut house.office;
    office.day("2027-07-05");
    office.renew().await;
    // The two pieces are older than they say: what was told of them is not to the point here.
    let propose = json!({"recordings": [id], "grounds": "经鉴定，没有继续保存的价值"});
    let list = office.does("archivist", "/api/v1/disposals", propose).await;
    let act = |act: &str| format!("/api/v1/disposals/{}/{act}", list["id"].as_str().unwrap());
    office.does("unit_head", &act("review"), json!({"agree": true, "opinion": "同意"})).await;
    office.does("head", &act("decide"), json!({"approve": true, "opinion": "同意销毁"})).await;
    office.clock.advance(SignedDuration::from_hours(24 * 90));
    office.renew().await;
    // Asked for before the bytes go, and made after: there is nothing to make it from.
    office
        .does("a", &at, order(id, 2, json!([{"edit": "cover", "x": 0, "y": 0, "width": 9, "height": 9}])))
        .await;
    let certificate =
        json!({"number": "示销〔2027〕1号", "manner": "销毁密钥，删除内容", "witness": office.id("a")});
    office.does("archivist", &act("carry_out"), certificate).await;
    assert!(!house.there(&root).await, "the derivative is gone with the recording");
    let stone = house.vault.tombstone(&parse_root(root.as_str().unwrap()).unwrap()).await.unwrap().unwrap();
    assert_eq!(json!(stone.order), list["id"]);
    house.masks(EvidenceConfig::default()).await;
    let late = house.mask(&grant, 2).await;
    assert_eq!(late["state"], "failed", "{late}");
    let content = format!("/api/v1/grants/{grant}/masks/1/content");
    assert_eq!(house.asks("a", Method::GET, &content, "").await.status(), StatusCode::GONE);
    let rows = Hooks::of_recordings().rows.unwrap();
    assert!(
        rows(house.office.app.clone(), None, 100).await.unwrap().is_empty(),
        "nothing must be there any more"
    );
    house.office.holds().await;
}
