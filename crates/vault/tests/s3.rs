//! Objects in a bucket of a real S3 server in this process: signed requests over TCP.
#![allow(clippy::unwrap_used)]

#[path = "common/bucket.rs"]
mod bucket;
mod common;

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use bucket::{SECRET, Server};
use common::*;
use http::Method;
use mingjing_vault::{
    Cipher, Config, Cursor, Damage, Error, LockMode, NewUpload, Outcome, Remains, Retention, Vault,
};

/// A vault over the bucket of a server.
fn opened(server: &Server, dir: &Path, secret: &str, lock: Option<LockMode>) -> Vault {
    let mut config = Config::new(dir.join("vault"), keys(dir, Cipher::Aes256Gcm));
    config.bucket = Some(server.bucket(secret, lock));
    assert!(!format!("{config:?}").contains(secret), "a secret is never printed");
    let vault = Vault::open(config).unwrap();
    assert!(!format!("{vault:?}").contains(secret));
    vault
}

async fn stored(vault: &Vault, data: &[u8], retention: &Retention) -> Outcome {
    let new = NewUpload { length: Some(data.len() as u64), ..NewUpload::default() };
    let id = vault.create(new, day(0)).await.unwrap().id;
    append(vault, &id, 0, data).await.unwrap();
    let stored = vault.finish(&id, retention, day(0)).await.unwrap();
    assert_eq!(stored.identity, identity(data));
    stored.outcome
}

#[tokio::test]
async fn evidence_goes_to_the_bucket_whole_and_once_and_comes_back_by_ranges() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let vault = opened(&server, dir.path(), SECRET, None);
    // One put; and one in parts of 8 MiB.
    for (length, seed) in [(0, 1), (3 * MIB + 17, 2), (21 * MIB + 3, 3)] {
        let (data, none) = (bytes(length, seed), Retention::default());
        assert_eq!(stored(&vault, &data, &none).await, Outcome::New);
        assert_eq!(stored(&vault, &data, &none).await, Outcome::Known);
        let root = identity(&data).root.sha256;
        for range in [0..length, length / 3..length / 2, length.saturating_sub(5)..length] {
            let found = read(&vault, &root, range.start as u64..range.end as u64).await.unwrap();
            assert_eq!(found, data[range]);
        }
    }
    assert_eq!(server.objects().len(), 3);
    assert!(files(&vault, "objects").is_empty() && files(&vault, "keys").len() == 3);
    for (_, uri, headers) in server.puts() {
        assert!(uri.contains("?uploads") || headers["if-none-match"] == "*", "{uri}");
        assert!(!headers.keys().any(|name| name.as_str().contains("object-lock")));
    }
    let completed = server.seen.lock().unwrap().iter().any(|(method, uri, headers)| {
        *method == Method::POST && uri.contains("uploadId") && headers["if-none-match"] == "*"
    });
    assert!(completed, "parts are completed under a new name only");
}

#[tokio::test]
async fn damage_in_the_bucket_is_found_and_what_is_destroyed_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let vault = opened(&server, dir.path(), SECRET, None);
    let (data, other) = (bytes(2 * MIB + 5, 1), bytes(MIB, 2));
    stored(&vault, &data, &Retention::default()).await;
    let path = server.objects()[0].clone();
    stored(&vault, &other, &Retention::default()).await;
    let root = identity(&data).root.sha256;
    let scrub = async || {
        let report = vault.scrub(&Cursor::Start, |_| ControlFlow::Continue(())).await.unwrap();
        assert!(report.complete);
        report.damaged
    };
    assert!(scrub().await.is_empty());
    tamper(&path, |content| content[64 + MIB + 28 + 100] ^= 1);
    assert_eq!(scrub().await, [(hex::encode(root), Damage::Chunk(1))]);
    assert_eq!(read(&vault, &root, 0..MIB as u64).await.unwrap(), data[..MIB]);
    fs::write(path.with_file_name("stranger"), b"?").unwrap();
    let found = scrub().await;
    assert!(matches!(&found[..], [_, (name, Damage::Foreign)] if name.ends_with("/stranger")), "{found:?}");
    // The same content again heals it: under a new name, the damaged object is not touched.
    assert_eq!(stored(&vault, &data, &Retention::default()).await, Outcome::Repaired);
    assert_eq!(read(&vault, &root, 0..data.len() as u64).await.unwrap(), data);
    assert!(path.exists());

    let root = identity(&other).root.sha256;
    assert_eq!(vault.destroy(&root, "order", day(9)).await.unwrap().bytes, Remains::Removed);
    assert!(matches!(vault.evidence(&root).await, Err(Error::Destroyed)));
}

#[tokio::test]
async fn a_locked_bucket_gets_retention_and_hold_with_the_put_itself() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let vault = opened(&server, dir.path(), SECRET, Some(LockMode::Compliance));
    let until = Retention { until: Some(day(3650)), hold: true };
    for length in [100, 17 * MIB] {
        assert_eq!(stored(&vault, &bytes(length, 4), &until).await, Outcome::New);
    }
    let puts = server.puts();
    assert_eq!(puts.len(), 2);
    for (_, _, headers) in puts {
        assert_eq!(headers["x-amz-object-lock-mode"], "COMPLIANCE");
        assert_eq!(
            headers["x-amz-object-lock-retain-until-date"],
            day(3650).strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
        );
        assert_eq!(headers["x-amz-object-lock-legal-hold"], "ON");
        assert!(
            headers.contains_key("x-amz-sdk-checksum-algorithm")
                || headers.contains_key("x-amz-checksum-algorithm")
        );
        // They are part of the signature, or the server would not have taken them.
        let signed = headers["authorization"].to_str().unwrap();
        assert!(signed.contains("x-amz-object-lock-retain-until-date"), "{signed}");
    }
    // Without the key the bytes that the lock keeps are noise, and the tombstone says so.
    let root = identity(&bytes(100, 4)).root.sha256;
    assert!(matches!(vault.destroy(&root, "order", day(9)).await.unwrap().bytes, Remains::Kept(_)));
}

#[tokio::test]
async fn a_store_that_refuses_loses_nothing_and_can_be_asked_again() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path()).await;
    let vault = opened(&server, dir.path(), "wrong", None);
    let data = bytes(MIB + 1, 5);
    let new = NewUpload { length: Some(data.len() as u64), ..NewUpload::default() };
    let id = vault.create(new, day(0)).await.unwrap().id;
    append(&vault, &id, 0, &data).await.unwrap();
    let refused = vault.finish(&id, &Retention::default(), day(0)).await;
    assert!(matches!(refused, Err(Error::Remote(_))));
    drop(vault);
    let vault = opened(&server, dir.path(), SECRET, None);
    assert_eq!(vault.status(&id, day(0)).await.unwrap().offset, data.len() as u64);
    let stored = vault.finish(&id, &Retention::default(), day(0)).await.unwrap();
    assert_eq!(stored.identity, identity(&data));
}
