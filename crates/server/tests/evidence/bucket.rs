//! The program whose evidence lies in a bucket: the same protocol, ranges, checks and refusals.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use mingjing::evidence::config::EvidenceConfig;
use mingjing::evidence::hooks::Held;
use mingjing::evidence::scrub::Scrub;
use tempfile::TempDir;

use crate::house::{Answer, House, MIB, RECORDING, bytes};
use crate::server::{SECRET, Server};
use crate::watch::flip;

/// A house whose objects lie in a bucket, the server of the bucket and its folder.
async fn house() -> (House, Server, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let own = EvidenceConfig { bucket: Some(server.bucket(SECRET, None)), ..EvidenceConfig::default() };
    (House::with(own).await, server, dir)
}

async fn get(house: &House, segment: u16, headers: &[(&str, &str)]) -> Answer {
    let path = format!("/api/v1/recordings/{RECORDING}/segments/{segment}/content");
    house.ask("a", Method::GET, &path, headers, Body::empty()).await
}

#[tokio::test]
async fn a_piece_comes_in_requests_and_goes_out_in_ranges() {
    let (house, server, _dir) = house().await;
    let data = bytes(9 * MIB + 17, 3);
    let at = house.create(data.len()).await;
    let mut offset = 0;
    for part in [&data[..5], &data[5..4 * MIB], &data[4 * MIB..]] {
        let answer = house.patch(&at, offset, part, &[]).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text());
        offset += part.len();
    }
    assert_eq!(server.objects().len(), 1);
    assert!(crate::watch::files(&house.folder().join("objects")).is_empty(), "nothing of it stays here");
    let whole = get(&house, 1, &[]).await;
    assert_eq!(whole.bytes.unwrap(), data);
    let part = get(&house, 1, &[("Range", &format!("bytes={}-{}", MIB - 1, 8 * MIB))]).await;
    assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.bytes.unwrap(), &data[MIB - 1..=8 * MIB]);
    let sealed = std::fs::read(&server.objects()[0]).unwrap();
    assert!(!sealed.windows(64).any(|it| it == &data[..64]), "the server of the bucket sees no content");
}

#[tokio::test]
async fn damage_in_the_bucket_is_named_and_never_played() {
    let (house, server, _dir) = house().await;
    let data = bytes(2 * MIB + 9, 7);
    house.upload(1, &data).await;
    flip(&server.objects()[0], MIB + 5_000);
    assert!(get(&house, 1, &[]).await.bytes.is_err(), "the answer breaks off at the damage");
    let mut scrub = Scrub::open(&house.config).unwrap();
    let (vault, hooks, app) = (house.store.vault(), house.store.hooks(), &house.office.app);
    assert!(scrub.next(vault, hooks, app, u64::MAX).await.unwrap());
    let found = scrub.state.last.clone().unwrap().found;
    assert!(found.len() == 1 && found[0].words.contains("被改动"), "{found:?}");
    std::fs::remove_file(&server.objects()[0]).unwrap();
    let missing = get(&house, 1, &[]).await;
    assert_eq!(missing.code(), "vault.damaged");
    assert!(!missing.text().contains(&server.address), "no address leaves the machine: {}", missing.text());
}

#[tokio::test]
async fn what_is_destroyed_is_gone_from_the_bucket() {
    let (house, server, _dir) = house().await;
    house.upload(1, b"0123456789").await;
    let place = *house.book.lock().unwrap().pieces.keys().next().unwrap();
    let Held::Stored(root) = house.book.lock().unwrap().pieces[&place].held else { panic!() };
    let list = mingjing::evidence::destroy::list_file(&house.config);
    let (vault, now) = (house.store.vault(), house.office.app.now());
    let root: &'static str = Box::leak(hex::encode(root).into());
    let done = mingjing::evidence::destroy::destroy(vault, &list, root, "销毁清册1", 0, now).await.unwrap();
    assert!(done.is_some());
    assert!(server.objects().is_empty());
    assert_eq!(get(&house, 1, &[]).await.status, StatusCode::GONE);
}
