//! Bytes for those who may look: ranges, names, rights, and the record of each look.

use std::io::{Read as _, Seek as _, SeekFrom};

use axum::body::Body;
use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use mingjing::evidence::hooks::Held;
use mingjing::evidence::reader::StoredFile;

use crate::house::{Answer, House, MIB, RECORDING, bytes};

fn path(segment: u16) -> String {
    format!("/api/v1/recordings/{RECORDING}/segments/{segment}/content")
}

async fn get(house: &House, login: &str, segment: u16, headers: &[(&str, &str)]) -> Answer {
    house.ask(login, Method::GET, &path(segment), headers, Body::empty()).await
}

#[tokio::test]
async fn whole_and_in_part() {
    let house = House::new().await;
    let data = bytes(3 * MIB + 17, 6);
    let early = get(&house, "a", 1, &[]).await;
    assert_eq!((early.status, early.code().as_str()), (StatusCode::CONFLICT, "evidence.not_stored"));
    house.upload(1, &data).await;
    let whole = get(&house, "a", 1, &[("Accept-Encoding", "gzip")]).await;
    assert_eq!(whole.status, StatusCode::OK);
    assert_eq!(whole.bytes.as_ref().unwrap(), &data);
    let root = house.book.lock().unwrap().arrived[0].identity.root.sha256;
    let tag = format!("\"{}\"", hex::encode(root));
    for (name, value) in [
        ("etag", tag.as_str()),
        ("accept-ranges", "bytes"),
        ("content-length", &data.len().to_string()),
        ("content-type", "video/mp4"),
        ("content-encoding", ""),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox; frame-ancestors 'none'"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(whole.header(name), value, "{name}");
    }
    assert!(whole.header("content-disposition").starts_with("inline; filename=\"________"));
    let length = data.len();
    let cases = [
        ("bytes=0-0".to_owned(), 0..1),
        (format!("bytes={}-{}", MIB - 1, MIB), MIB - 1..MIB + 1),
        (format!("bytes={}-", 3 * MIB), 3 * MIB..length),
        ("bytes=-5".to_owned(), length - 5..length),
        (format!("bytes=5-{}", length * 2), 5..length),
    ];
    for (range, expected) in cases {
        let part = get(&house, "a", 1, &[("Range", &range), ("If-Range", &tag)]).await;
        assert_eq!(part.status, StatusCode::PARTIAL_CONTENT, "{range}");
        assert_eq!(part.bytes.as_ref().unwrap(), &data[expected.clone()], "{range}");
        let told = format!("bytes {}-{}/{length}", expected.start, expected.end - 1);
        assert_eq!(part.header("content-range"), told);
    }
    let outside = get(&house, "a", 1, &[("Range", &format!("bytes={length}-"))]).await;
    assert_eq!(outside.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(outside.header("content-range"), format!("bytes */{length}"));
    let stale = get(&house, "a", 1, &[("Range", "bytes=0-0"), ("If-Range", "\"other\"")]).await;
    assert_eq!((stale.status, stale.bytes.unwrap().len()), (StatusCode::OK, length));
    let held = get(&house, "a", 1, &[("If-None-Match", &tag)]).await;
    assert_eq!((held.status, held.bytes.unwrap().len()), (StatusCode::NOT_MODIFIED, 0));
    let head = house.ask("a", Method::HEAD, &path(1), &[], Body::empty()).await;
    assert_eq!((head.status, head.header("content-length")), (StatusCode::OK, length.to_string().as_str()));
}

#[tokio::test]
async fn who_may_ask_and_what_is_recorded() {
    let house = House::new().await;
    house.upload(1, b"0123456789").await;
    for (login, status) in
        [("a", 200), ("head", 200), ("supervisor", 200), ("auditor", 403), ("stranger", 404)]
    {
        let answer = get(&house, login, 1, &[]).await;
        assert_eq!(answer.status.as_u16(), status, "{login}: {}", answer.text());
    }
    assert_eq!(get(&house, "a", 9, &[]).await.status, StatusCode::NOT_FOUND);
    let looks = |house: &House| house.book.lock().unwrap().looks.len();
    assert_eq!(looks(&house), 3, "each look, and no refusal");
    // Parts soon after belong to the same look; the whole, or a part much later, begins one.
    get(&house, "a", 1, &[("Range", "bytes=3-4")]).await;
    assert_eq!(looks(&house), 3);
    house.office.clock.advance(SignedDuration::from_mins(9));
    get(&house, "a", 1, &[("Range", "bytes=5-6")]).await;
    assert_eq!(looks(&house), 3);
    house.office.clock.advance(SignedDuration::from_mins(11));
    get(&house, "a", 1, &[("Range", "bytes=7-8")]).await;
    assert_eq!(looks(&house), 4);
    get(&house, "a", 1, &[]).await;
    assert_eq!(looks(&house), 5);
    house.ask("a", Method::HEAD, &path(1), &[], Body::empty()).await;
    assert_eq!(looks(&house), 5, "nothing was shown");
}

#[tokio::test]
async fn hostile_names_do_no_harm() {
    let house = House::new().await;
    let names = [
        ("../../etc/passwd", "application/octet-stream", "attachment; filename=\"passwd\""),
        ("page.html", "application/octet-stream", "attachment; filename=\"page.html\""),
        ("x.svg", "application/octet-stream", "attachment; filename=\"x.svg\""),
        ("照片.JPG", "image/jpeg", "inline; filename=\"__.JPG\""),
        ("a\"\r\nSet-Cookie: b=c.mp4", "video/mp4", "inline; filename=\"aSet-Cookie b_c.mp4\""),
        ("", "application/octet-stream", "attachment; filename=\"recording\""),
    ];
    for (n, (name, media, disposition)) in names.into_iter().enumerate() {
        let segment = u16::try_from(n + 10).unwrap();
        house.piece(segment, name);
        house.upload(segment, name.as_bytes()).await;
        let answer = get(&house, "a", segment, &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "{name:?}");
        assert_eq!(answer.header("content-type"), media, "{name:?}");
        assert!(answer.header("content-disposition").starts_with(disposition), "{name:?}");
        assert_eq!(answer.header("set-cookie"), "");
    }
    house.piece(30, &"录".repeat(300));
    house.upload(30, b"x").await;
    let marked = house.ask("a", Method::GET, &format!("{}?download", path(30)), &[], Body::empty()).await;
    assert_eq!(marked.status, StatusCode::BAD_REQUEST, "a look is no copy");
    let copy = path(30).replace("/content", "/copy");
    let json = [("Content-Type", "application/json")];
    let mute = house.ask("a", Method::POST, &copy, &json, Body::from("{}")).await;
    assert_eq!(mute.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", mute.text());
    let answer = house.ask("a", Method::POST, &copy, &json, Body::from(r#"{"reason":"提供法院"}"#)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let named = answer.header("content-disposition");
    assert!(named.starts_with("attachment") && named.len() < 1500, "{named}");
    let book = house.book.lock().unwrap();
    assert_eq!(book.taken, ["提供法院"], "what it is for reaches the judge");
}

#[tokio::test]
async fn a_flipped_byte_is_never_played() {
    let house = House::new().await;
    let data = bytes(2 * MIB + 9, 7);
    house.upload(1, &data).await;
    let object = crate::watch::object(&house);
    crate::watch::flip(&object, MIB + 5_000);
    let sound = get(&house, "a", 1, &[("Range", "bytes=0-99")]).await;
    assert_eq!(sound.bytes.unwrap(), &data[..100], "the first block is whole");
    let broken = get(&house, "a", 1, &[]).await;
    assert!(broken.bytes.is_err(), "the answer breaks off at the damage");
    std::fs::remove_file(object).unwrap();
    let missing = get(&house, "a", 1, &[]).await;
    assert_eq!(
        (missing.status, missing.code().as_str()),
        (StatusCode::INTERNAL_SERVER_ERROR, "vault.damaged")
    );
    assert!(!missing.text().contains("evidence/"), "no path leaves the machine: {}", missing.text());
}

#[tokio::test]
async fn what_was_destroyed_is_said_to_be() {
    let house = House::new().await;
    house.upload(1, b"0123456789").await;
    let place = *house.book.lock().unwrap().pieces.keys().next().unwrap();
    let Held::Stored(root) = house.book.lock().unwrap().pieces[&place].held else { panic!() };
    let (vault, now) = (house.store.vault(), house.office.app.now());
    let list = mingjing::evidence::destroy::list_file(&house.config);
    let destroy = |needed| {
        mingjing::evidence::destroy::destroy(
            vault,
            &list,
            Box::leak(hex::encode(root).into()),
            "销毁清册1",
            needed,
            now,
        )
    };
    assert_eq!(destroy(1).await.unwrap(), None, "another file needs it");
    assert_eq!(get(&house, "a", 1, &[]).await.status, StatusCode::OK);
    assert!(destroy(0).await.unwrap().is_some());
    let gone = get(&house, "a", 1, &[]).await;
    assert_eq!((gone.status, gone.code().as_str()), (StatusCode::GONE, "vault.destroyed"));
    assert!(destroy(0).await.unwrap().is_some(), "again is harmless");
    assert_eq!(mingjing::evidence::destroy::read_list(&list).unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stored_piece_reads_and_jumps_like_a_file() {
    let house = House::new().await;
    let data = bytes(3 * MIB + 17, 9);
    house.upload(1, &data).await;
    let root = house.book.lock().unwrap().arrived[0].identity.root.sha256;
    let evidence = house.store.vault().evidence(&root).await.unwrap();
    let runtime = tokio::runtime::Handle::current();
    let read = move || {
        let (mut file, length) = (StoredFile::new(evidence, runtime), data.len());
        let mut all = Vec::new();
        file.read_to_end(&mut all).unwrap();
        assert!(all == data);
        for (from, count) in [(MIB - 3, 7), (2 * MIB, 1), (5, 2 * MIB), (length - 5, 5), (0, 4)] {
            let mut part = vec![0; count];
            file.seek(SeekFrom::Start(from as u64)).unwrap();
            file.read_exact(&mut part).unwrap();
            assert!(part == data[from..from + count], "{from}");
        }
        assert_eq!(file.seek(SeekFrom::End(-2)).unwrap(), length as u64 - 2);
        assert_eq!(file.seek(SeekFrom::Current(12)).unwrap(), length as u64 + 10);
        assert_eq!(file.read(&mut [0; 4]).unwrap(), 0, "behind the end there is nothing");
        assert!(file.seek(SeekFrom::End(i64::MIN)).is_err());
    };
    tokio::task::spawn_blocking(read).await.unwrap();
}
