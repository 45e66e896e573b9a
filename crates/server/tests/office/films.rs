//! What is read from, and made of, files that came into the store: beside what the device said,
//! for those who may look, and gone with the content.

use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use jiff::{SignedDuration, Timestamp};
use mingjing::case::access::rules;
use mingjing::evidence::config::{self, EvidenceConfig};
use mingjing::evidence::console::{PreviewArgs, previews};
use mingjing::evidence::destroy::{list_file, shredder};
use mingjing::evidence::hooks::Hooks;
use mingjing::evidence::reading::{FileReader, handler};
use mingjing::evidence::service::Store;
use mingjing::kit::config::Config;
use mingjing::kit::jobs::Worker;
use mingjing::recording::jobs::{READ_FILE, read_again};
use mingjing::recording::service;
use mingjing::viewing::service::matter_of;
use mingjing_domain::matter::{Actor, MatterId};
use mingjing_domain::recording::words::UploadVia;
use mingjing_domain::staff::Role;
use mingjing_domain::viewing::Viewings;
use mingjing_vault::tus::Metadata;
use mingjing_vault::{Append, NewUpload, Retention, Vault};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::office::{ORGAN, Office};
use crate::recordings::{drawn, identity};
use crate::steps::Way;

/// 24 seconds, made at the beginning of 2000 as its tables say; 640 by 360.
pub const FILM: &[u8] = include_bytes!("../../demo/film.mp4");
/// Taken at the beginning of 2000 in Shanghai as its EXIF says, with a place; 1200 by 900.
pub const PHOTO: &[u8] = include_bytes!("../../demo/photo.jpg");

/// An office with a store, and what reads it.
pub struct House {
    pub office: Office,
    pub vault: Vault,
    pub store: Store,
}

impl House {
    pub async fn new() -> Self {
        Self::of(Office::new().await)
    }

    /// One whose machine has neither ffprobe nor ffmpeg, as far as pages know.
    pub async fn without_tools() -> Self {
        Self::with(Office::new().await, missing())
    }

    pub fn of(office: Office) -> Self {
        Self::with(office, EvidenceConfig::default())
    }

    fn with(mut office: Office, own: EvidenceConfig) -> Self {
        office.day("2026-11-24");
        let dir = office.bench.dir.path();
        let config = Config { data: dir.join("data"), keys: Some(dir.join("keys")), ..Config::default() };
        std::fs::create_dir_all(&config.data).unwrap();
        let vault = config::open(&config, &EvidenceConfig::default(), office.app.now()).unwrap();
        let shred = shredder(vault.clone(), list_file(&config));
        let store = Store::new(vault.clone(), Hooks::of_recordings(), own);
        let router = office.router.clone().layer(axum::Extension(shred));
        office.router = router.layer(axum::Extension(store.clone()));
        Self { office, vault, store }
    }

    /// Works off the readings, as the program does.
    pub async fn reads(&self, own: EvidenceConfig) -> usize {
        let program = PathBuf::from(env!("CARGO_BIN_EXE_mingjing"));
        let reader = FileReader::new(self.vault.clone(), own).by(program);
        let worker = Worker::new(self.office.app.clone()).on(READ_FILE, handler(reader, Arc::clone(rules())));
        worker.drain().await.unwrap()
    }

    /// Registers pieces, each with kind, name, beginning, length in seconds and bytes, and puts
    /// them into the store.
    pub async fn takes(&self, id: Uuid, case: Option<&str>, pieces: &[(&str, &str, Timestamp, i64, &[u8])]) {
        let after = |at: Timestamp, seconds| at.checked_add(SignedDuration::from_secs(seconds)).unwrap();
        let segments: Vec<Value> = (1..)
            .zip(pieces)
            .map(|(no, (kind, name, at, length, bytes))| {
                json!({
                    "id": Uuid::from_u128(id.as_u128() + no), "kind": kind, "name": name, "type": "", "bytes": bytes.len(),
                    "sha256_root": hex::encode(identity(bytes).root.sha256),
                    "captured_from": at, "captured_to": after(*at, *length),
                })
            })
            .collect();
        let begun = self.office.app.now().checked_sub(SignedDuration::from_mins(31)).unwrap();
        let sent = json!({
            "id": id, "case": case, "act": case.map(|_| "record_scene"), "place": "示例县示例路1号", "started_at": begun,
            "proves": "现场经过", "told": { "at": begun }, "clock": { "offset_ms": 0 }, "segments": segments,
        });
        self.office.does("a", "/api/v1/recordings", sent).await;
        for (no, piece) in (1..).zip(pieces) {
            let stored = self.stores(piece.4).await;
            let actor = Actor { id: self.office.people["a"], organ: ORGAN, roles: vec![Role::Officer] };
            let (app, place) = (&self.office.app, (MatterId(id), no));
            service::uploaded(app, rules(), &actor, place, UploadVia::Field, &stored, self.office.fresh())
                .await
                .unwrap();
        }
    }

    async fn stores(&self, bytes: &[u8]) -> mingjing_ledger::commit::EvidenceIdentity {
        let (vault, now) = (&self.vault, self.office.app.now());
        let new =
            NewUpload { length: Some(bytes.len() as u64), metadata: Metadata::default(), expected: None };
        let upload = vault.create(new, now).await.unwrap();
        let body = bytes::Bytes::copy_from_slice(bytes);
        let body = futures_util::stream::iter([Ok::<_, std::io::Error>(body)]);
        vault.append(&upload.id, Append::default(), body, now).await.unwrap();
        vault.finish(&upload.id, &Retention::default(), now).await.unwrap().identity
    }

    async fn readings(&self, id: Uuid) -> (Vec<Value>, Vec<String>) {
        let it = self.office.read("a", &format!("/api/v1/recordings/{id}")).await.json();
        let readings = it["segments"].as_array().unwrap().iter().map(|it| it["reading"].clone()).collect();
        let found = it["findings"].as_array().unwrap();
        let found = found.iter().filter(|it| it["finding"].as_str().unwrap().starts_with("file_"));
        (readings, found.map(|it| format!("{} {}", it["segment"], it["finding"].as_str().unwrap())).collect())
    }

    pub async fn asks(
        &self,
        who: &str,
        method: Method,
        path: &str,
        tag: &str,
    ) -> axum::http::Response<Vec<u8>> {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header("Authorization", format!("Bearer {}", self.office.token(who)));
        if !tag.is_empty() {
            request = request.header("If-None-Match", tag);
        }
        let answer = self.office.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = answer.into_parts();
        axum::http::Response::from_parts(parts, body.collect().await.unwrap().to_bytes().to_vec())
    }

    /// Takes a copy as a program.
    pub async fn copies(&self, who: &str, path: &str, body: &'static str) -> axum::http::Response<Vec<u8>> {
        let request = Request::builder().method(Method::POST).uri(path);
        let request = request.header("Authorization", format!("Bearer {}", self.office.token(who)));
        let request = request.header("Content-Type", "application/json").body(Body::from(body)).unwrap();
        let answer = self.office.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        axum::http::Response::from_parts(parts, body.collect().await.unwrap().to_bytes().to_vec())
    }

    pub async fn looks(&self, beside: Uuid) -> u64 {
        let found = self.office.app.load::<Viewings>(matter_of(MatterId(beside))).await.unwrap();
        found.map_or(0, |it| it.version)
    }
}

/// As the tables of the film say: the beginning of 2000.
pub fn made() -> Timestamp {
    "2000-01-01T00:00:00Z".parse().unwrap()
}

pub fn missing() -> EvidenceConfig {
    let nowhere = || Some(PathBuf::from("/nowhere/tool"));
    EvidenceConfig { ffprobe: nowhere(), ffmpeg: nowhere(), ..EvidenceConfig::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_file_says_of_itself_stands_beside_what_the_device_said() {
    let house = House::new().await;
    let (film, photo) = (("video", "现场.mp4"), ("photo", "现场.jpg"));
    let recent = house.office.app.now().checked_sub(SignedDuration::from_mins(30)).unwrap();
    let id = drawn(0xf11a_0000);
    let pieces = [
        (film.0, film.1, made(), 24, FILM),
        (photo.0, photo.1, made().checked_sub(SignedDuration::from_hours(8)).unwrap(), 0, PHOTO),
        // The same film, said to be of today and of ten minutes.
        (film.0, film.1, recent, 600, FILM),
        (photo.0, "笔录.json", recent, 0, b"{\"title\": \"\\u73b0\"}".as_slice()),
        (film.0, "坏.mp4", recent, 1, b"\x00\x00\x00\x18ftypisom\xff\xff\xff\xffmoov".as_slice()),
        (photo.0, "坏.jpg", recent, 0, &PHOTO[..200]),
    ];
    house.takes(id, None, &pieces).await;
    assert_eq!(house.reads(EvidenceConfig::default()).await, 6, "each once, whatever the file is");
    let (read, found) = house.readings(id).await;
    assert_eq!(found, ["3 file_time_differs", "3 file_length_differs"]);
    let first = &read[0];
    assert_eq!(
        (&first["duration_ms"], &first["width"], &first["height"]),
        (&json!(24_000), &json!(640), &json!(360))
    );
    assert_eq!(
        (&first["tracks"][0]["codec"], &first["tracks"][1]["kind"]),
        (&json!("h264"), &json!("audio"))
    );
    assert_eq!(
        first["said_at"],
        json!({"local": "2000-01-01T00:00:00", "offset_s": 0, "basis": "header_utc"})
    );
    assert_eq!(first["lacking"], json!([]));
    let second = &read[1];
    assert_eq!(
        second["said_at"],
        json!({"local": "2000-01-01T00:00:00", "offset_s": 28_800, "basis": "zoned"})
    );
    assert!(second["position"].as_str().unwrap().starts_with("北纬30.500000°，东经104.100000°"), "{second}");
    assert!(second["device"].as_str().unwrap().contains("DEMO-0001"), "{second}");
    // A hostile or unknown file ends in a note.
    for bad in &read[3..] {
        assert!(!bad["lacking"].as_array().unwrap().is_empty(), "{bad}");
    }
    // Read once and well, it is not read again; what was lacking may be, and says the same.
    let events = house.office.events().await;
    let places: Vec<_> = (1..=6).map(|no| (MatterId(id), no)).collect();
    read_again(&house.office.app, &places).await.unwrap();
    assert_eq!((house.reads(EvidenceConfig::default()).await, house.office.events().await), (6, events));
    let page = house.office.open("a", &format!("/recordings/{id}")).await;
    for words in ["文件自述信息", "24.0秒", "640×360", "不一致", "不能识别文件格式", "北纬30.5"]
    {
        assert!(page.body.contains(words), "{words}");
    }
    house.office.holds().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_tools_what_can_be_read_is_read_and_the_rest_is_said_to_be_missing() {
    let house = House::new().await;
    let id = drawn(0xf11b_0000);
    house.takes(id, None, &[("video", "现场.mp4", made(), 24, FILM)]).await;
    house.reads(missing()).await;
    let (read, _) = house.readings(id).await;
    assert_eq!((&read[0]["duration_ms"], &read[0]["lacking"][0]["why"]), (&json!(24_000), &json!("no_tool")));
    assert_eq!(read[0]["tracks"], json!([]));
    let preview = format!("/api/v1/recordings/{id}/segments/1/preview");
    assert_eq!(house.asks("supervisor", Method::GET, &preview, "").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(house.looks(id).await, 0, "nothing was shown");
    // Installed since.
    read_again(&house.office.app, &[(MatterId(id), 1)]).await.unwrap();
    house.reads(EvidenceConfig::default()).await;
    let (read, _) = house.readings(id).await;
    assert_eq!((&read[0]["tracks"][0]["codec"], &read[0]["lacking"]), (&json!("h264"), &json!([])));
    assert_eq!(house.asks("supervisor", Method::GET, &preview, "").await.status(), StatusCode::OK);
    house.office.holds().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preview_is_for_those_who_may_look_and_the_first_one_is_a_look() {
    let house = House::new().await;
    let id = drawn(0xf11c_0000);
    let pieces = [("video", "现场.mp4", made(), 24, FILM), ("photo", "现场.jpg", made(), 0, PHOTO)];
    house.takes(id, None, &pieces).await;
    house.reads(EvidenceConfig::default()).await;
    let at = |no: u16| format!("/api/v1/recordings/{id}/segments/{no}/preview");
    // A patrol belongs to no case: who recorded it asks for an approval, as for the content.
    assert_eq!(house.office.read("a", &at(1)).await.code(), "grant.none");
    assert_eq!(house.asks("stranger", Method::GET, &at(1), "").await.status(), StatusCode::NOT_FOUND);
    let page = house.office.open("a", &format!("/recordings/{id}")).await;
    assert!(!page.body.contains("/preview"), "nothing that would be refused");
    // For a supervisor it stays shut until it is asked for; the page itself records nothing.
    let page = house.office.open("supervisor", &format!("/recordings/{id}")).await;
    assert!(page.body.contains("记入查阅记录") && page.body.contains(&at(2)), "{}", page.body);
    assert_eq!(house.asks("supervisor", Method::HEAD, &at(1), "").await.status(), StatusCode::OK);
    assert_eq!(house.looks(id).await, 0);
    let first = house.asks("supervisor", Method::GET, &at(1), "").await;
    assert_eq!((first.status(), house.looks(id).await), (StatusCode::OK, 1));
    assert!(first.body().starts_with(&[0xff, 0xd8]) && first.body().len() < 100_000);
    let header = |name: &str| first.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(
        (header("cache-control").as_str(), header("content-type").as_str()),
        ("private, no-cache", "image/jpeg")
    );
    // The other pieces, and the same again, belong to that look.
    assert_eq!(house.asks("supervisor", Method::GET, &at(2), "").await.status(), StatusCode::OK);
    let again = house.asks("supervisor", Method::GET, &at(1), &header("etag")).await;
    assert_eq!((again.status(), again.body().len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(house.looks(id).await, 1);
    house.office.clock.advance(SignedDuration::from_mins(30));
    house.asks("supervisor", Method::GET, &at(1), &header("etag")).await;
    assert_eq!(house.looks(id).await, 2, "another look, though the browser had it");
    let player = house.office.open("supervisor", &format!("/recordings/{id}/play")).await;
    assert!(player.body.contains(&format!("poster=\"{}\"", at(1))), "{}", player.body);
    house.office.holds().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_handles_a_case_sees_its_pictures_in_the_course_of_the_work() {
    let office = Office::new().await;
    let case = office.filed(Way::Api).await;
    let house = House::of(office);
    let id = drawn(0xf11d_0000);
    let recent = house.office.app.now().checked_sub(SignedDuration::from_mins(30)).unwrap();
    house.takes(id, Some(&case), &[("video", "现场.mp4", recent, 24, FILM)]).await;
    house.reads(EvidenceConfig::default()).await;
    let preview = format!("/api/v1/recordings/{id}/segments/1/preview");
    let beside: Uuid = case.parse().unwrap();
    let before = house.looks(beside).await;
    assert!(house.office.open("a", &format!("/cases/{case}")).await.body.contains(&preview));
    assert_eq!(house.asks("a", Method::GET, &preview, "").await.status(), StatusCode::OK);
    assert_eq!(house.looks(beside).await, before, "no look for a small picture in the file that one handles");
    // Others are shown none in the list, and a look of theirs is one.
    assert!(!house.office.open("supervisor", &format!("/cases/{case}")).await.body.contains("/preview"));
    let opened = house.looks(beside).await;
    assert_eq!(house.asks("supervisor", Method::GET, &preview, "").await.status(), StatusCode::OK);
    assert_eq!(house.looks(beside).await, opened + 1);
    // In the store it is sealed; it is in no backup and can be made again.
    let folder = house.vault.root().join("previews");
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(house.asks("a", Method::GET, &preview, "").await.status(), StatusCode::NOT_FOUND);
    again(&house).await;
    let events = house.office.events().await;
    assert_eq!((house.reads(EvidenceConfig::default()).await, house.office.events().await), (1, events));
    again(&house).await;
    assert_eq!(house.reads(EvidenceConfig::default()).await, 0, "nothing is missing any more");
    let sealed = files(&folder);
    assert_eq!(sealed.len(), 1);
    assert!(!std::fs::read(&sealed[0]).unwrap().starts_with(&[0xff, 0xd8]));
    // With the content it goes.
    let root = identity(FILM).root.sha256;
    house.vault.destroy(&root, "示销1号", house.office.app.now()).await.unwrap();
    assert!(files(&folder).is_empty());
    assert_ne!(house.asks("a", Method::GET, &preview, "").await.status(), StatusCode::OK);
    read_again(&house.office.app, &[(MatterId(id), 1)]).await.unwrap();
    assert_eq!(house.reads(EvidenceConfig::default()).await, 1);
    assert!(files(&folder).is_empty(), "what is gone is not made again");
    house.office.holds().await;
}

/// `mingjing previews`, beside the program.
async fn again(house: &House) {
    let dir = house.office.bench.dir.path();
    let config = Config { data: dir.to_owned(), keys: Some(dir.join("keys")), ..Config::default() };
    let own = EvidenceConfig { dir: Some(dir.join("data/evidence")), ..EvidenceConfig::default() };
    assert!(previews(&config, &own, &PreviewArgs::default()).await.unwrap());
}

fn files(folder: &std::path::Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { out.extend(files(&path)) } else { out.push(path) }
    }
    out
}
