//! Two who send at once, one who went silent, and one whose disk is full.

use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use mingjing::evidence::config::EvidenceConfig;
use tokio::sync::{mpsc, oneshot};

use crate::house::{Answer, House, MIB, bytes};

/// A body that gives what it is sent, and ends when the sender is dropped.
fn fed() -> (mpsc::Sender<Bytes>, Body) {
    let (to, from) = mpsc::channel::<Bytes>(1);
    let pieces = stream::unfold(from, |mut from| async { from.recv().await.map(|it| (it, from)) });
    (to, Body::from_stream(pieces.map(Ok::<_, std::convert::Infallible>)))
}

async fn patch(house: &House, at: &str, offset: usize, body: Body) -> Answer {
    let offset = offset.to_string();
    let headers = [("Upload-Offset", offset.as_str()), ("Content-Type", "application/offset+octet-stream")];
    house.ask("a", axum::http::Method::PATCH, at, &headers, body).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_newer_request_takes_over_and_nothing_is_rewound() {
    let house = House::new().await;
    let data = bytes(3 * MIB, 3);
    let at = house.create(data.len()).await;
    let (to, body) = fed();
    let (sent, arrived) = oneshot::channel();
    let old = patch(&house, &at, 0, body);
    let feed = async {
        // The second one is accepted only after the first was taken.
        to.send(Bytes::copy_from_slice(&data[..MIB])).await.unwrap();
        to.send(Bytes::copy_from_slice(&data[MIB..MIB + 9])).await.unwrap();
        to.send(Bytes::copy_from_slice(&data[MIB + 9..MIB + 10])).await.unwrap();
        sent.send(()).unwrap();
        // The line is open and silent.
        to
    };
    let newer = async {
        arrived.await.unwrap();
        let head = house.head(&at).await;
        assert_eq!(head.status, StatusCode::OK);
        let offset: usize = head.header("upload-offset").parse().unwrap();
        assert!((MIB..=MIB + 10).contains(&offset), "what came is kept: {offset}");
        let rest = patch(&house, &at, offset, Body::from(data[offset..].to_vec())).await;
        assert_eq!(rest.status, StatusCode::NO_CONTENT, "{}", rest.text());
    };
    let (old, to, ()) = tokio::join!(old, feed, newer);
    drop(to);
    assert_eq!((old.status, old.code().as_str()), (StatusCode::CONFLICT, "upload.superseded"));
    let book = house.book.lock().unwrap();
    assert_eq!(book.arrived.len(), 1);
    let mut hasher = mingjing_ledger::commit::EvidenceHasher::new();
    hasher.update(&data);
    assert_eq!(book.arrived[0].identity, hasher.finish());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_pieces_at_once_do_not_mix() {
    let house = House::new().await;
    house.piece(2, "b.mp4");
    let (one, two) = (bytes(5 * MIB + 1, 4), bytes(4 * MIB + 3, 5));
    tokio::join!(house.upload(1, &one), house.upload(2, &two));
    let book = house.book.lock().unwrap();
    for (data, segment) in [(one, 1), (two, 2)] {
        let arrived = book.arrived.iter().find(|it| it.place.segment == segment).unwrap();
        let mut hasher = mingjing_ledger::commit::EvidenceHasher::new();
        hasher.update(&data);
        assert_eq!(arrived.identity, hasher.finish());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_falls_silent_is_not_waited_for() {
    let own = EvidenceConfig { idle_seconds: 1, uploads_at_once: 1, ..EvidenceConfig::default() };
    let house = House::with(own).await;
    let at = house.create(10).await;
    let (to, body) = fed();
    let feed = async {
        to.send(Bytes::from_static(b"01234")).await.unwrap();
        to
    };
    let (silent, to) = tokio::join!(patch(&house, &at, 0, body), feed);
    drop(to);
    assert_eq!((silent.status, silent.code().as_str()), (StatusCode::BAD_REQUEST, "upload.interrupted"));
    assert_eq!(house.head(&at).await.header("upload-offset"), "5", "what came is kept");
    // The one place is free again.
    let rest = tokio::time::timeout(Duration::from_secs(60), house.patch(&at, 5, b"56789", &[]));
    assert_eq!(rest.await.unwrap().status, StatusCode::NO_CONTENT);
}
