//! tus 1.0.0, status by status.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use mingjing::evidence::config::EvidenceConfig;
use mingjing::evidence::hooks::{Held, Place};
use sha2::{Digest as _, Sha256};

use crate::house::{House, MIB, RECORDING, bytes, metadata};

const ALL: &str = "/api/v1/uploads";
const BYTES: (&str, &str) = ("Content-Type", "application/offset+octet-stream");

#[tokio::test]
async fn what_the_server_can_do() {
    let house = House::new().await;
    for path in [ALL, "/api/v1/uploads/00000000000000000000000000000000"] {
        // No version is needed to ask for it, and no right.
        let answer =
            house.ask("auditor", Method::OPTIONS, path, &[("Tus-Resumable", "")], Body::empty()).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
        assert_eq!(answer.header("tus-resumable"), "1.0.0");
        assert_eq!(answer.header("tus-version"), "1.0.0");
        assert_eq!(
            answer.header("tus-extension"),
            "creation,creation-with-upload,creation-defer-length,expiration,checksum,termination"
        );
        assert_eq!(answer.header("tus-checksum-algorithm"), "sha1,sha256");
        assert_eq!(answer.header("tus-max-size"), (64_u64 << 30).to_string());
    }
}

#[tokio::test]
async fn a_file_in_three_requests() {
    let house = House::new().await;
    let data = bytes(2 * MIB + 77, 1);
    let at = house.create(data.len()).await;
    assert!(at.starts_with("/api/v1/uploads/"));
    let standing = house.head(&at).await;
    assert_eq!(standing.status, StatusCode::OK);
    assert_eq!(standing.header("upload-offset"), "0");
    assert_eq!(standing.header("upload-length"), data.len().to_string());
    assert_eq!(standing.header("upload-metadata"), metadata(1), "as it was sent, without our own entry");
    assert_eq!(standing.header("cache-control"), "no-store");
    assert_eq!(standing.header("tus-resumable"), "1.0.0");
    assert_eq!(standing.header("upload-expires"), "Wed, 01 Apr 2026 01:00:00 GMT");
    let mut offset = 0;
    for part in data.chunks(MIB) {
        let answer = house.patch(&at, offset, part, &[]).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text());
        offset += part.len();
        assert_eq!(answer.header("upload-offset"), offset.to_string());
        assert!(!answer.header("upload-expires").is_empty());
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let book = house.book.lock().unwrap();
    let [arrived] = book.arrived.as_slice() else { panic!("told once: {:?}", book.arrived) };
    assert_eq!(arrived.place, Place { recording: RECORDING, segment: 1 });
    assert_eq!(arrived.actor.id, house.office.people["a"]);
    assert_eq!(arrived.identity.length, data.len() as u64);
    let whole: [u8; 32] = Sha256::digest(&data).into();
    assert_eq!(arrived.identity.file.sha256, whole);
    let mut hasher = mingjing_ledger::commit::EvidenceHasher::new();
    hasher.update(&data);
    assert_eq!(arrived.identity, hasher.finish());
}

#[tokio::test]
async fn creation_refuses_what_is_not_one() {
    let house = House::new().await;
    let meta = metadata(1);
    let long = (65_u64 << 30).to_string();
    let nobody = format!("recording {},segment MQ==", STANDARD.encode(uuid::Uuid::from_u128(9).to_string()));
    let cases: [(&[(&str, &str)], u16); 13] = [
        (&[("Tus-Resumable", "0.2.2"), ("Upload-Length", "1"), ("Upload-Metadata", &meta)], 412),
        (&[("Tus-Resumable", ""), ("Upload-Length", "1"), ("Upload-Metadata", &meta)], 412),
        (&[("Upload-Metadata", &meta)], 400),
        (&[("Upload-Length", "-1"), ("Upload-Metadata", &meta)], 400),
        (&[("Upload-Length", "1"), ("Upload-Defer-Length", "1"), ("Upload-Metadata", &meta)], 400),
        (&[("Upload-Defer-Length", "2"), ("Upload-Metadata", &meta)], 400),
        (&[("Upload-Length", "1")], 400),
        (&[("Upload-Length", "1"), ("Upload-Metadata", "recording !")], 400),
        (&[("Upload-Length", "1"), ("Upload-Metadata", "recording QQ==,segment MQ==")], 400),
        (&[("Upload-Length", "1"), ("Upload-Metadata", &format!("{meta},mingjing-owner QQ=="))], 400),
        (&[("Upload-Length", "1"), ("Upload-Metadata", &nobody)], 404),
        (&[("Upload-Length", &long), ("Upload-Metadata", &meta)], 413),
        (&[("Upload-Length", "1"), ("Upload-Metadata", &meta), ("Content-Length", "1")], 415),
    ];
    for (headers, status) in cases {
        let body = if status == 415 { Body::from("x") } else { Body::empty() };
        let answer = house.ask("a", Method::POST, ALL, headers, body).await;
        assert_eq!(answer.status.as_u16(), status, "{headers:?}: {}", answer.text());
        assert_eq!(answer.header("tus-resumable"), "1.0.0", "{headers:?}");
        assert_eq!(answer.header("cache-control"), "no-store", "{headers:?}");
        assert_eq!(answer.header("tus-version"), if status == 412 { "1.0.0" } else { "" });
    }
    assert!(house.store.vault().uploads().await.unwrap().is_empty(), "nothing was made");
}

#[tokio::test]
async fn an_upload_belongs_to_who_made_it() {
    let house = House::new().await;
    let headers = [("Upload-Length", "3"), ("Upload-Metadata", &metadata(1))];
    // A role without the row, another organ, and an officer who did not record it.
    for (login, status) in [("auditor", 403), ("stranger", 404), ("b", 403)] {
        let answer = house.ask(login, Method::POST, ALL, &headers, Body::empty()).await;
        assert_eq!(answer.status.as_u16(), status, "{login}: {}", answer.text());
    }
    let at = house.create(3).await;
    let writing = [("Upload-Offset", "0"), BYTES];
    for (method, headers) in
        [(Method::HEAD, &[][..]), (Method::PATCH, &writing[..]), (Method::DELETE, &[][..])]
    {
        let answer = house.ask("b", method.clone(), &at, headers, Body::from("abc")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method}");
    }
    assert_eq!(house.patch(&at, 0, b"abc", &[]).await.status, StatusCode::NO_CONTENT);
    // What is in the store is not awaited again; what is not sealed is not awaited yet.
    let again = house.ask("a", Method::POST, ALL, &headers, Body::empty()).await;
    assert_eq!((again.status, again.code().as_str()), (StatusCode::CONFLICT, "evidence.stored"));
    let place = house.piece(2, "a.mp4");
    house.book.lock().unwrap().pieces.get_mut(&place).unwrap().held = Held::Open;
    let headers = [("Upload-Length", "3"), ("Upload-Metadata", &metadata(2))];
    let early = house.ask("a", Method::POST, ALL, &headers, Body::empty()).await;
    assert_eq!((early.status, early.code().as_str()), (StatusCode::CONFLICT, "evidence.not_sealed"));
}

#[tokio::test]
async fn bytes_are_taken_only_where_they_belong() {
    let house = House::new().await;
    let at = house.create(10).await;
    assert_eq!(house.patch(&at, 0, b"01234", &[]).await.status, StatusCode::NO_CONTENT);
    let wrong = house.patch(&at, 3, b"34", &[]).await;
    assert_eq!((wrong.status, wrong.code().as_str()), (StatusCode::CONFLICT, "upload.offset"));
    let none = house.ask("a", Method::PATCH, &at, &[BYTES], Body::from("x")).await;
    assert_eq!(none.status, StatusCode::BAD_REQUEST);
    let typed = [("Upload-Offset", "5"), ("Content-Type", "application/octet-stream")];
    let typed = house.ask("a", Method::PATCH, &at, &typed, Body::from("x")).await;
    assert_eq!(typed.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let version = house.patch(&at, 5, b"5", &[("Tus-Resumable", "2.0.0")]).await;
    assert_eq!(version.status, StatusCode::PRECONDITION_FAILED);
    let long = house.patch(&at, 5, b"567890", &[("Content-Length", "6")]).await;
    assert_eq!((long.status, long.code().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "upload.too_long"));
    assert_eq!(house.head(&at).await.header("upload-offset"), "5", "nothing of it was kept");
    for bad in ["/api/v1/uploads/00000000000000000000000000000000", "/api/v1/uploads/..%2F..%2Fetc"] {
        assert_eq!(house.patch(bad, 0, b"x", &[]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(house.head(bad).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(house.patch(&at, 5, b"56789", &[]).await.status, StatusCode::NO_CONTENT);
    let over = house.patch(&at, 10, b"", &[]).await;
    assert_eq!((over.status, over.code().as_str()), (StatusCode::CONFLICT, "upload.finished"));
    let head = house.head(&at).await;
    assert_eq!((head.header("upload-offset"), head.header("upload-length")), ("10", "10"));
    let get = house.ask("a", Method::GET, &at, &[], Body::empty()).await;
    assert_eq!(get.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_wrong_checksum_keeps_nothing() {
    let house = House::new().await;
    let data = bytes(MIB + 5, 2);
    let at = house.create(data.len()).await;
    let right = format!("sha256 {}", STANDARD.encode(Sha256::digest(&data)));
    let wrong = format!("sha256 {}", STANDARD.encode(Sha256::digest(b"other")));
    for (checksum, status) in [(wrong.as_str(), 460), ("md5 QQ==", 400), ("sha1", 400)] {
        let answer = house.patch(&at, 0, &data, &[("Upload-Checksum", checksum)]).await;
        assert_eq!(answer.status.as_u16(), status, "{checksum}");
        assert_eq!(house.head(&at).await.header("upload-offset"), "0");
    }
    let answer = house.patch(&at, 0, &data, &[("Upload-Checksum", &right)]).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(house.book.lock().unwrap().arrived.len(), 1);
}

#[tokio::test]
async fn creation_with_bytes_a_deferred_length_and_no_length_at_all() {
    let house = House::new().await;
    let meta = metadata(1);
    let headers = [("Upload-Defer-Length", "1"), ("Upload-Metadata", &meta), BYTES, ("Content-Length", "3")];
    let answer = house.ask("a", Method::POST, ALL, &headers, Body::from("abc")).await;
    assert_eq!((answer.status, answer.header("upload-offset")), (StatusCode::CREATED, "3"));
    let at = answer.header("location").to_owned();
    let head = house.head(&at).await;
    assert_eq!((head.header("upload-defer-length"), head.header("upload-length")), ("1", ""));
    let short = house.patch(&at, 3, b"", &[("Upload-Length", "2")]).await;
    assert_eq!(short.status, StatusCode::BAD_REQUEST, "below what came");
    let done = house.patch(&at, 3, b"de", &[("Upload-Length", "5")]).await;
    assert_eq!((done.status, done.header("upload-offset")), (StatusCode::NO_CONTENT, "5"));
    assert_eq!(house.book.lock().unwrap().arrived.len(), 1);
    // Nothing at all is a file too.
    house.piece(2, "空.mp4");
    house.upload(2, b"").await;
    assert_eq!(house.book.lock().unwrap().arrived.len(), 2);
    // A wrong sum leaves no upload behind that nobody has the address of.
    house.piece(3, "b.mp4");
    let before = house.store.vault().uploads().await.unwrap().len();
    let headers = [
        ("Upload-Length", "3"),
        ("Upload-Metadata", &metadata(3)),
        BYTES,
        ("Content-Length", "3"),
        ("Upload-Checksum", "sha1 AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    ];
    let answer = house.ask("a", Method::POST, ALL, &headers, Body::from("abc")).await;
    assert_eq!(answer.status.as_u16(), 460);
    assert_eq!(house.store.vault().uploads().await.unwrap().len(), before);
}

#[tokio::test]
async fn given_up_and_expired() {
    let house = House::with(EvidenceConfig { upload_days: 2, ..EvidenceConfig::default() }).await;
    let at = house.create(10).await;
    let gone = house.ask("a", Method::DELETE, &at, &[], Body::empty()).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(house.head(&at).await.status, StatusCode::NOT_FOUND);
    let again = house.ask("a", Method::DELETE, &at, &[], Body::empty()).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    let at = house.create(10).await;
    house.office.clock.advance(SignedDuration::from_hours(47));
    assert_eq!(house.patch(&at, 0, b"0", &[]).await.status, StatusCode::NO_CONTENT);
    house.office.clock.advance(SignedDuration::from_hours(47));
    assert_eq!(house.head(&at).await.status, StatusCode::OK, "each request makes it younger");
    house.office.clock.advance(SignedDuration::from_hours(2));
    for answer in [house.head(&at).await, house.patch(&at, 1, b"1", &[]).await] {
        assert_eq!(answer.status, StatusCode::GONE);
    }
    assert_eq!(house.store.vault().sweep(house.office.app.now()).await.unwrap().len(), 1);
    assert_eq!(house.head(&at).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn post_stands_for_other_methods() {
    let house = House::new().await;
    let at = house.create(6).await;
    let send = async |method: &'static str, more: &[(&str, &str)], body: &'static str| {
        let mut headers = vec![("X-HTTP-Method-Override", method)];
        headers.extend(more);
        house.ask("a", Method::POST, &at, &headers, Body::from(body)).await
    };
    let answer = send("PATCH", &[("Upload-Offset", "0"), BYTES], "abc").await;
    assert_eq!((answer.status, answer.header("upload-offset")), (StatusCode::NO_CONTENT, "3"));
    assert_eq!(send("HEAD", &[], "").await.header("upload-offset"), "3");
    assert_eq!(send("PUT", &[], "").await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(send("DELETE", &[], "").await.status, StatusCode::NO_CONTENT);
    assert_eq!(house.head(&at).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_browser_needs_the_token_of_its_session() {
    let house = House::new().await;
    let (cookie, csrf) = house.office.session("a").await;
    let meta = metadata(1);
    let mut request = axum::http::Request::builder().method(Method::POST).uri(ALL);
    for (name, value) in [
        ("Cookie", cookie.as_str()),
        ("Tus-Resumable", "1.0.0"),
        ("Upload-Length", "1"),
        ("Upload-Metadata", &meta),
    ] {
        request = request.header(name, value);
    }
    let headers = request.headers_ref().unwrap().clone();
    let forged = request.body(Body::empty()).unwrap();
    let answer = tower::ServiceExt::oneshot(house.router.clone(), forged).await.unwrap();
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    let mut ours = axum::http::Request::new(Body::empty());
    *ours.method_mut() = Method::POST;
    *ours.uri_mut() = ALL.parse().unwrap();
    *ours.headers_mut() = headers;
    ours.headers_mut().insert("x-csrf-token", csrf.parse().unwrap());
    let answer = tower::ServiceExt::oneshot(house.router.clone(), ours).await.unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
}
