//! What is kept is watched: holds that end by their day, media that were read back, damage that a
//! check of the store found; and the lists that two people signed.

use std::path::Path;

use axum::body::Body;
use axum::http::{Method, Request};
use http_body_util::BodyExt as _;
use mingjing::evidence::config::EvidenceConfig;
use mingjing::evidence::scrub::{Found, Summary};
use mingjing::recording::readback::{ReadBackArgs, checked};
use mingjing_domain::archive::transfer::Transfer;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::films::{FILM, House, PHOTO};
use crate::keeping::{archived, office, opens};
use crate::office::{Answer, Office, matter};
use crate::recordings::drawn;
use crate::support::Bench;

mod engines {
    crate::on_both_engines!(
        a_hold_that_ends_is_on_the_desks_of_who_set_it_and_of_the_archives,
        a_medium_is_read_back_and_damage_is_said_where_it_can_be_helped,
        a_signed_list_is_kept_and_what_was_only_typed_is_said,
    );
}

async fn house(bench: Bench) -> House {
    House::of(Office::of(bench).await)
}

async fn patrol(house: &House, seed: u128) -> Uuid {
    let id = drawn(seed);
    let made = house.office.app.now().checked_sub(jiff::SignedDuration::from_mins(30)).unwrap();
    let pieces = [("video", "现场.mp4", made, 24, FILM), ("photo", "现场.jpg", made, 0, PHOTO)];
    house.takes(id, None, &pieces).await;
    assert_eq!(house.reads(EvidenceConfig::default()).await, 2);
    id
}

async fn told(office: &Office, login: &str) -> bool {
    office.open(login, "/desk").await.body.contains("长期留存")
}

async fn a_hold_that_ends_is_on_the_desks_of_who_set_it_and_of_the_archives(bench: Bench) {
    let mut house = house(bench).await;
    let id = patrol(&house, 0x401d_0000).await;
    let hold = json!({"trigger": "other", "reason": "当事人多次信访", "until": "2026-12-31"});
    house.office.does("unit_head", &format!("/api/v1/recordings/{id}/place_hold"), hold).await;
    let days = [("2026-12-15", false), ("2026-12-20", true), ("2027-01-15", true), ("2027-01-16", false)];
    for (day, wanted) in days {
        house.office.day(day);
        house.office.renew().await;
        for login in ["unit_head", "archivist"] {
            assert_eq!(told(&house.office, login).await, wanted, "{login} {day}");
        }
        assert!(!told(&house.office, "head").await, "nobody else is told");
        let page = house.office.open("unit_head", &format!("/recordings/{id}")).await;
        assert_eq!(
            page.body.contains("到期，剩") || page.body.contains("已于2026-12-31到期"),
            wanted,
            "{day}"
        );
        if day == "2026-12-20" {
            let desk = house.office.open("unit_head", "/desk").await;
            assert!(desk.body.contains("将于2026-12-31到期，剩11天"), "{}", desk.body);
        }
    }
    let hold = json!({"trigger": "other", "reason": "再次信访", "until": "2027-01-20"});
    house.office.does("unit_head", &format!("/api/v1/recordings/{id}/place_hold"), hold).await;
    assert!(told(&house.office, "unit_head").await);
    for no in [1, 2] {
        let release = json!({"no": no, "reason": "信访已办结"});
        house.office.does("head", &format!("/api/v1/recordings/{id}/release_hold"), release).await;
    }
    assert!(!told(&house.office, "unit_head").await, "released");
    house.office.holds().await;
}

fn asked(number: &str, folder: &Path) -> ReadBackArgs {
    ReadBackArgs { number: number.to_owned(), folder: folder.to_owned(), organ: None, medium: None }
}

/// Another number, organ, kind, or nothing mounted: refused before anything is recorded.
async fn others_are_not_meant(office: &Office, medium: &Path) {
    let empty = tempfile::tempdir().unwrap();
    for wrong in [
        asked("盘02", medium),
        ReadBackArgs { organ: Some("12990101MB99999999".into()), ..asked("盘01", medium) },
        ReadBackArgs { medium: Some("一次写入磁带".into()), ..asked("盘01", medium) },
        asked("盘01", empty.path()),
    ] {
        assert!(checked(&office.app, &wrong).await.is_err(), "{wrong:?}");
    }
}

async fn a_medium_is_read_back_and_damage_is_said_where_it_can_be_helped(bench: Bench) {
    let house = house(bench).await;
    let id = patrol(&house, 0x4ead_0000).await;
    let (office, page) = (&house.office, format!("/recordings/{id}"));
    let it = office.read("a", &format!("/api/v1{page}")).await.json();
    let root = |no: usize| it["segments"][no - 1]["identity"]["sha256_root"].clone();
    let copy = json!({
        "medium": "optical_disc", "number": "盘01", "place": "档案室三号柜",
        "pieces": [{"segment": 1, "sha256_root": root(1)}, {"segment": 2, "sha256_root": root(2)}],
    });
    let typed = office.does("archivist", &format!("/api/v1{page}/register_copy"), copy).await;
    assert_eq!(
        (typed["copies"][0]["verified"].as_bool(), &typed["copies"][0]["read_back"]),
        (Some(false), &Value::Null)
    );
    assert!(office.open("a", &page).await.body.contains("未核验"));
    // A medium on which one piece is damaged, and then a whole one.
    let medium = tempfile::tempdir().unwrap();
    std::fs::create_dir(medium.path().join("2026")).unwrap();
    std::fs::write(medium.path().join("2026/现场.mp4"), FILM).unwrap();
    let mut bent = PHOTO.to_vec();
    bent[100] ^= 1;
    std::fs::write(medium.path().join("现场.jpg"), &bent).unwrap();
    others_are_not_meant(office, medium.path()).await;
    assert!(office.open("a", &page).await.body.contains("未核验"), "nothing of these is recorded");
    let (lines, good) = checked(&office.app, &asked("盘01", medium.path())).await.unwrap();
    assert!(!good && lines[0] == "读出 2 个文件" && lines[1].contains("第2段"), "{lines:?}");
    assert!(office.open("a", &page).await.body.contains("读出不符"));
    std::fs::write(medium.path().join("现场.jpg"), PHOTO).unwrap();
    let (lines, good) = checked(&office.app, &asked("盘01", medium.path())).await.unwrap();
    assert!(good, "{lines:?}");
    let read = office.read("a", &format!("/api/v1{page}")).await.json();
    assert_eq!(read["copies"][0]["verified"], true, "{}", read["copies"]);
    assert!(office.open("a", &page).await.body.contains("已读出核对"));
    office.holds().await;

    // Nothing is said while nothing is wrong; then to those who can help, and on the recording.
    let says = "证据库有损坏";
    for login in ["archivist", "system"] {
        assert!(!office.open(login, "/desk").await.body.contains(says), "{login}");
    }
    let damage = Found {
        name: root(1).as_str().unwrap().to_owned(),
        words: "第0块的内容已被改动".into(),
        foreign: false,
    };
    let summary = Summary { ended_at: Some(office.app.now()), found: vec![damage], ..Summary::default() };
    house.store.note_check(Some(summary));
    let desk = office.open("archivist", "/desk").await;
    assert!(
        desk.body.contains(says) && desk.body.contains(&page) && desk.body.contains("告知系统管理员"),
        "{}",
        desk.body
    );
    let desk = office.open("system", "/desk").await;
    assert!(desk.body.contains(says) && desk.body.contains("mingjing scrub --restart"), "{}", desk.body);
    assert!(!desk.body.contains(&page), "who sees no business data is told of the store alone");
    assert!(!office.open("head", "/desk").await.body.contains(says));
    let shown = office.open("a", &page).await;
    assert!(shown.body.contains("内容损坏") && shown.body.contains("第1段：第0块"), "{}", shown.body);
    assert!(shown.body.contains("盘01") && !shown.body.contains("第2段：第0块"), "{}", shown.body);
}

async fn sends(office: &Office, who: &str, path: &str, bytes: &'static [u8]) -> (u16, Value) {
    let request = Request::builder().method(Method::POST).uri(path);
    let request = request.header("Authorization", format!("Bearer {}", office.token(who)));
    let request = request.header("Content-Type", "application/pdf").body(Body::from(bytes)).unwrap();
    let (parts, body) = office.router.clone().oneshot(request).await.unwrap().into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    (parts.status.as_u16(), serde_json::from_slice(&bytes).unwrap_or_default())
}

const SCAN: &[u8] = b"%PDF-1.7 the list with both names";

async fn a_signed_list_is_kept_and_what_was_only_typed_is_said(bench: Bench) {
    use ed25519_dalek::Signer as _;
    let mut office = office(bench).await.with_documents();
    let id = archived(&office, "2026-001").await;
    office.day("2027-01-05");
    office.renew().await;
    let file = mingjing::archive::service::file_of(matter(&id));
    let it = office.does("a", "/api/v1/transfers", json!({"year": 2026, "files": [file]})).await;
    let place = format!("/api/v1/transfers/{}", it["id"].as_str().unwrap());
    let page = place.trim_start_matches("/api/v1").to_owned();
    // A scan comes when it is one's turn to sign, and it is one.
    let (early, _) = sends(&office, "unit_head", &format!("{place}/scans"), SCAN).await;
    assert_eq!(early, 409);
    let it = office.does("archivist", &format!("{place}/check"), json!({"opinion": "齐全"})).await;
    let digest = it["list_digest"].as_str().unwrap().to_owned();
    let (kind, _) = sends(&office, "unit_head", &format!("{place}/scans"), b"MZ no scan").await;
    assert_eq!(kind, 409);
    let (status, kept) = sends(&office, "unit_head", &format!("{place}/scans"), SCAN).await;
    let scan = hex::encode(Sha256::digest(SCAN));
    assert_eq!(
        (status, kept["sha256"].as_str(), kept["bytes"].as_u64()),
        (200, Some(scan.as_str()), Some(SCAN.len() as u64))
    );
    opens(&office, "unit_head", &[&page, &format!("{page}/hand_over?scan={scan}")]).await;
    let form = office.open("unit_head", &format!("{page}/hand_over?scan={scan}")).await;
    assert!(form.body.contains(&scan), "the digest is filled in");
    // A key that does not stand for this list stops the act; one that does is noted as checked.
    let key = ed25519_dalek::SigningKey::from_bytes(&[9; 32]);
    let public = hex::encode(key.verifying_key().to_bytes());
    let wrong = json!({
        "list_digest": digest, "signed": "electronic", "certificate": "01A2",
        "value": hex::encode(key.sign(b"another list").to_bytes()), "key": public,
    });
    let refused = office.tries("unit_head", &format!("{place}/hand_over"), wrong).await;
    assert_eq!(refused.code(), "transfer.signature_wrong", "{}", refused.body);
    let hand = json!({"list_digest": digest, "signed": "by_hand", "scan": scan});
    let it = office.does("unit_head", &format!("{place}/hand_over"), hand).await;
    assert_eq!(it["signatures"]["handed_over"]["verified"], true, "{}", it["signatures"]);
    let receive = json!({
        "list_digest": digest, "signed": "electronic", "certificate": "01B3", "shelf": "一号库3架",
        "value": hex::encode(key.sign(digest.as_bytes()).to_bytes()), "key": public,
    });
    let it = office.does("archivist", &format!("{place}/receive"), receive).await;
    assert_eq!(it["signatures"]["received"]["verified"], true, "{}", it["signatures"]);
    let shown = office.open("head", &page).await;
    assert!(shown.body.contains("已核验") && !shown.body.contains("未核验"), "{}", shown.body);
    let read: Answer = office.read("head", &format!("{place}/scans/{scan}")).await;
    assert_eq!((read.status.as_u16(), read.body.as_bytes()), (200, SCAN));
    assert_eq!(office.read("head", &format!("{place}/scans/{}", "0".repeat(64))).await.status, 404);
    let state = office.app.load::<Transfer>(matter(it["id"].as_str().unwrap())).await.unwrap().unwrap();
    assert!(state.signatures.0.as_ref().is_some_and(|it| it.verified()));
    office.holds().await;
}
