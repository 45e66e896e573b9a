//! Uploads: offsets, cuts, checksums, two writers, time, and what is kept.
#![allow(clippy::unwrap_used)]

mod common;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use common::*;
use futures_util::stream;
use mingjing_vault::tus::{Checksum, Metadata, UploadId};
use mingjing_vault::{Append, Config, Error, NewUpload, Outcome, Retention, Vault};
use proptest::prelude::*;
use sha1::{Digest, Sha1};

fn at(offset: u64) -> Append {
    Append { offset, ..Append::default() }
}

fn block<T>(run: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(run)
}

#[tokio::test]
async fn an_offset_is_exact_and_told_only_when_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, data) = (open(dir.path()), bytes(3 * MIB + 5, 1));
    let id = create(&vault, data.len()).await.id;
    assert_eq!(append(&vault, &id, 0, &data[..10]).await.unwrap(), 10);
    for wrong in [0, 9, 11, data.len() as u64] {
        let refused = append(&vault, &id, wrong, b"x").await;
        assert!(matches!(refused, Err(Error::Offset { recorded: 10, given }) if given == wrong));
    }
    assert_eq!(vault.status(&id, day(0)).await.unwrap().offset, 10);
    let refused = vault.finish(&id, &Retention::default(), day(0)).await;
    assert!(matches!(refused, Err(Error::Incomplete { offset: 10 })));
    // Another process finds the same.
    drop(vault);
    let vault = open(dir.path());
    assert_eq!(append(&vault, &id, 10, &data[10..]).await.unwrap(), data.len() as u64);
    let upload = vault.status(&id, day(0)).await.unwrap();
    assert!(upload.is_complete() && upload.stored.is_none());
    let stored = vault.finish(&id, &Retention::default(), day(0)).await.unwrap();
    assert_eq!((stored.identity, stored.key_id.as_str()), (identity(&data), "2026-a"));
    // Asking again changes nothing and says the same; more bytes are refused.
    assert_eq!(vault.finish(&id, &Retention::default(), day(0)).await.unwrap(), stored);
    let upload = vault.status(&id, day(0)).await.unwrap();
    assert_eq!((upload.offset, upload.stored), (data.len() as u64, Some(stored)));
    assert!(matches!(append(&vault, &id, data.len() as u64, b"x").await, Err(Error::Finished)));
    assert_eq!(files(&vault, "uploads").len(), 1, "only the record that it ended");
}

#[tokio::test]
async fn nothing_lies_on_the_disk_in_clear() {
    let dir = tempfile::tempdir().unwrap();
    let vault = open(dir.path());
    let line = b"the party admitted the facts on the spot. ".repeat(60_000);
    let metadata = Metadata::parse(&format!("filename {}", STANDARD.encode("当事人陈述.mp4"))).unwrap();
    let new = NewUpload { length: Some(line.len() as u64), metadata, expected: None };
    let id = vault.create(new, day(0)).await.unwrap().id;
    append(&vault, &id, 0, &line[..line.len() - 1]).await.unwrap();
    let clear = |part: &str| {
        files(&vault, part).iter().any(|path| {
            let content = std::fs::read(path).unwrap();
            let has = |text: &[u8]| content.windows(text.len()).any(|window| window == text);
            has(b"admitted the facts") || has("当事人".as_bytes())
        })
    };
    assert_eq!(files(&vault, "uploads").len(), 2);
    assert!(!clear("uploads"), "neither sealed chunks nor the tail nor the name");
    append(&vault, &id, line.len() as u64 - 1, &line[line.len() - 1..]).await.unwrap();
    vault.finish(&id, &Retention::default(), day(0)).await.unwrap();
    assert!(!clear("objects") && !clear("keys"));
}

#[tokio::test]
async fn a_checksum_that_fails_keeps_nothing_of_its_request() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, data) = (open(dir.path()), bytes(9 * MIB, 2));
    let id = create(&vault, data.len()).await.id;
    append(&vault, &id, 0, &data[..MIB / 2]).await.unwrap();
    let with = |text: &[u8]| {
        let header = format!("sha1 {}", STANDARD.encode(Sha1::digest(text)));
        Append {
            offset: MIB as u64 / 2,
            checksum: Some(Checksum::parse(&header).unwrap()),
            ..Append::default()
        }
    };
    // More than what is recorded in between without a checksum.
    let rest = &data[MIB / 2..];
    let refused = vault.append(&id, with(b"other"), body(rest, 300_000), day(0)).await;
    assert!(matches!(refused, Err(Error::Checksum)));
    assert_eq!(vault.status(&id, day(0)).await.unwrap().offset, MIB as u64 / 2);
    // A broken connection proves nothing about the checksum either.
    let broken = stream::iter([Ok(Bytes::copy_from_slice(&rest[..MIB])), Err(Error::Aborted)]);
    let refused = vault.append(&id, with(rest), broken, day(0)).await;
    assert!(matches!(refused, Err(Error::Interrupted)));
    assert_eq!(vault.status(&id, day(0)).await.unwrap().offset, MIB as u64 / 2);
    vault.append(&id, with(rest), body(rest, 300_000), day(0)).await.unwrap();
    let stored = vault.finish(&id, &Retention::default(), day(0)).await.unwrap();
    assert_eq!(stored.identity, identity(&data));
}

/// A body that gives `pieces`, then tells that it was asked for more, and never ends.
fn hanging(
    pieces: Vec<Bytes>,
) -> (impl futures_util::Stream<Item = Result<Bytes, Error>> + Send, tokio::sync::oneshot::Receiver<()>) {
    let (tell, asked) = tokio::sync::oneshot::channel();
    let state = (pieces.into_iter(), Some(tell));
    let body = stream::unfold(state, |(mut pieces, mut tell)| async move {
        match pieces.next() {
            Some(piece) => Some((Ok(piece), (pieces, tell))),
            None => {
                tell.take().map(|tell| tell.send(()));
                std::future::pending().await
            }
        }
    });
    (Box::pin(body), asked)
}

#[tokio::test]
async fn the_newer_request_takes_over_and_nothing_received_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, data) = (open(dir.path()), bytes(5 * MIB, 3));
    let id = create(&vault, data.len()).await.id;
    let given = 2 * MIB + 12_345;
    let pieces = data[..given].chunks(64 * 1024).map(Bytes::copy_from_slice).collect();
    let (stale, asked) = hanging(pieces);
    let older = tokio::spawn({
        let (vault, id) = (vault.clone(), id.clone());
        async move { vault.append(&id, at(0), stale, day(0)).await }
    });
    asked.await.unwrap();
    // The device lost its network and asks where to go on, while the old connection still stands.
    assert_eq!(vault.status(&id, day(0)).await.unwrap().offset, given as u64);
    assert!(matches!(older.await.unwrap(), Err(Error::Superseded)));

    // Two at once: the second tells the first to stop, and neither writes into the other.
    let (stale, asked) = hanging(vec![Bytes::copy_from_slice(&data[given..given + 7])]);
    let older = tokio::spawn({
        let (vault, id) = (vault.clone(), id.clone());
        async move { vault.append(&id, at(given as u64), stale, day(0)).await }
    });
    asked.await.unwrap();
    let conflict = append(&vault, &id, given as u64, &data[given..]).await;
    assert!(matches!(conflict, Err(Error::Offset { recorded, .. }) if recorded == given as u64 + 7));
    assert!(matches!(older.await.unwrap(), Err(Error::Superseded)));
    append(&vault, &id, given as u64 + 7, &data[given + 7..]).await.unwrap();
    let stored = vault.finish(&id, &Retention::default(), day(0)).await.unwrap();
    assert_eq!(stored.identity, identity(&data));
}

#[tokio::test]
async fn a_request_that_is_dropped_keeps_what_had_arrived() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, data) = (open(dir.path()), bytes(2 * MIB, 4));
    let id = create(&vault, data.len()).await.id;
    let (body, asked) = hanging(vec![Bytes::copy_from_slice(&data[..MIB + 1])]);
    let request = tokio::spawn({
        let (vault, id) = (vault.clone(), id.clone());
        async move { vault.append(&id, at(0), body, day(0)).await }
    });
    asked.await.unwrap();
    request.abort();
    assert!(request.await.unwrap_err().is_cancelled());
    assert_eq!(vault.status(&id, day(0)).await.unwrap().offset, MIB as u64 + 1);
}

#[tokio::test]
async fn lengths_are_kept_to() {
    let dir = tempfile::tempdir().unwrap();
    let mut config =
        Config::new(dir.path().join("vault"), keys(dir.path(), mingjing_vault::Cipher::Aes256Gcm));
    config.max_length = 3 * MIB as u64;
    let vault = Vault::open(config).unwrap();
    let too_large = NewUpload { length: Some(3 * MIB as u64 + 1), ..NewUpload::default() };
    assert!(matches!(vault.create(too_large, day(0)).await, Err(Error::TooLarge { .. })));

    let id = create(&vault, 100).await.id;
    let announced = Append { announced: Some(101), ..Append::default() };
    let refused = vault.append(&id, announced, body(&[0; 101], 50), day(0)).await;
    assert!(matches!(refused, Err(Error::TooLong { length: 100 })));
    assert_eq!(vault.status(&id, day(0)).await.unwrap().offset, 0);
    let refused = vault.append(&id, at(0), body(&[7; 120], 50), day(0)).await;
    assert!(matches!(refused, Err(Error::TooLong { length: 100 })));
    assert_eq!(vault.status(&id, day(0)).await.unwrap().offset, 100, "what came before stays");

    // Deferred: unknown until it is said, then fixed.
    let id = vault.create(NewUpload::default(), day(0)).await.unwrap().id;
    append(&vault, &id, 0, &[1; 2 * MIB]).await.unwrap();
    let upload = vault.status(&id, day(0)).await.unwrap();
    assert_eq!((upload.offset, upload.length, upload.is_complete()), (2 * MIB as u64, None, false));
    let says =
        |length: usize| Append { offset: 2 * MIB as u64, length: Some(length as u64), ..Append::default() };
    assert!(matches!(vault.append(&id, says(MIB), body(&[], 1), day(0)).await, Err(Error::LengthFixed)));
    vault.append(&id, says(2 * MIB), body(&[], 1), day(0)).await.unwrap();
    assert!(matches!(
        vault.append(&id, says(2 * MIB + 1), body(&[], 1), day(0)).await,
        Err(Error::LengthFixed)
    ));
    let stored = vault.finish(&id, &Retention::default(), day(0)).await.unwrap();
    assert_eq!(stored.identity, identity(&[1; 2 * MIB]));

    let id = vault.create(NewUpload::default(), day(0)).await.unwrap().id;
    let refused = append(&vault, &id, 0, &bytes(4 * MIB, 1)).await;
    assert!(matches!(refused, Err(Error::TooLarge { .. })));
}

#[tokio::test]
async fn a_device_that_announced_other_content_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, data) = (open(dir.path()), bytes(MIB + 1, 5));
    for (expected, fits) in [(identity(&data).root.sha256, true), (identity(&data[1..]).root.sha256, false)] {
        let new =
            NewUpload { length: Some(data.len() as u64), expected: Some(expected), ..NewUpload::default() };
        let id = vault.create(new, day(0)).await.unwrap().id;
        append(&vault, &id, 0, &data).await.unwrap();
        let outcome = vault.finish(&id, &Retention::default(), day(0)).await;
        let refused =
            |e: &Error| matches!(e, Error::Identity { found, .. } if *found == identity(&data).root.sha256);
        assert_eq!(outcome.is_ok(), fits);
        assert!(fits || outcome.is_err_and(|e| refused(&e)));
    }
    assert_eq!(files(&vault, "objects").len(), 1);
}

#[tokio::test]
async fn time_runs_out_and_every_request_renews_it() {
    let dir = tempfile::tempdir().unwrap();
    let vault = open(dir.path());
    let (old, used) = (create(&vault, 10).await.id, create(&vault, 10).await.id);
    vault.append(&used, at(0), body(b"12345", 5), day(20)).await.unwrap();
    assert_eq!(vault.status(&used, day(20)).await.unwrap().expires, day(50));
    assert!(vault.sweep(day(29)).await.unwrap().is_empty());
    assert!(matches!(vault.status(&old, day(30)).await, Err(Error::Expired)));
    assert!(matches!(vault.append(&old, at(0), body(b"1", 1), day(30)).await, Err(Error::Expired)));
    assert_eq!(vault.sweep(day(30)).await.unwrap(), std::slice::from_ref(&old));
    assert!(matches!(vault.status(&old, day(30)).await, Err(Error::NoUpload)));
    let listed = vault.uploads().await.unwrap();
    assert_eq!(listed.iter().map(|(id, _)| id).collect::<Vec<_>>(), [&used]);
    assert_eq!(listed[0].1.as_ref().unwrap().offset, 5);

    vault.terminate(&used).await.unwrap();
    assert!(matches!(vault.terminate(&used).await, Err(Error::NoUpload)));
    assert!(matches!(append(&vault, &used, 5, b"6").await, Err(Error::NoUpload)));
    assert!(files(&vault, "uploads").is_empty());
    assert!(matches!(
        vault.terminate(&UploadId::parse(&"0".repeat(32)).unwrap()).await,
        Err(Error::NoUpload)
    ));
}

#[tokio::test]
async fn the_same_evidence_again_is_no_second_object() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, data) = (open(dir.path()), bytes(2 * MIB + 9, 6));
    let first = store(&vault, &data).await;
    assert_eq!(first.outcome, Outcome::New);
    let before: Vec<_> = files(&vault, "objects").iter().map(|p| std::fs::read(p).unwrap()).collect();
    assert_eq!(store(&vault, &data).await.outcome, Outcome::Known);
    let after: Vec<_> = files(&vault, "objects").iter().map(|p| std::fs::read(p).unwrap()).collect();
    assert_eq!(before, after);
    // Two at once are one as well.
    let other = bytes(MIB, 7);
    let (a, b) = tokio::join!(store(&vault, &other), store(&vault, &other));
    let mut outcomes = [a.outcome, b.outcome];
    outcomes.sort_by_key(|outcome| *outcome == Outcome::Known);
    assert_eq!(outcomes, [Outcome::New, Outcome::Known]);
    assert_eq!(files(&vault, "objects").len(), 2);
    // A damaged one is replaced by the same content, and only then.
    tamper(&files(&vault, "objects")[0], |content| content[5000] ^= 1);
    let damaged = vault.scrub(&Default::default(), |_| std::ops::ControlFlow::Continue(())).await.unwrap();
    assert_eq!(damaged.damaged.len(), 1);
    let again = if hex::encode(first.identity.root.sha256) == damaged.damaged[0].0 { &data } else { &other };
    assert_eq!(store(&vault, again).await.outcome, Outcome::Repaired);
    assert_eq!(read(&vault, &identity(again).root.sha256, 0..again.len() as u64).await.unwrap(), *again);
}

#[tokio::test]
async fn a_finish_that_is_dropped_goes_on_and_can_be_asked_again() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, data) = (open(dir.path()), bytes(4 * MIB + 1, 8));
    let id = create(&vault, data.len()).await.id;
    append(&vault, &id, 0, &data).await.unwrap();
    for _ in 0..3 {
        let now = std::time::Duration::ZERO;
        let _ = tokio::time::timeout(now, vault.finish(&id, &Retention::default(), day(0))).await;
    }
    let stored = vault.finish(&id, &Retention::default(), day(0)).await.unwrap();
    assert_eq!((stored.identity, stored.outcome), (identity(&data), Outcome::New));
    vault.evidence(&stored.identity.root.sha256).await.unwrap().verify().await.unwrap();
    assert_eq!(files(&vault, "objects").len(), 1);
}

#[tokio::test]
async fn what_a_stopped_process_left_half_done_is_tidied() {
    let dir = tempfile::tempdir().unwrap();
    let vault = open(dir.path());
    let (kept, over) = (create(&vault, 10).await.id, create(&vault, 3).await.id);
    append(&vault, &over, 0, b"abc").await.unwrap();
    let state = std::fs::read(vault.root().join("uploads").join(over.as_str()).join("state")).unwrap();
    let stored = vault.finish(&over, &Retention::default(), day(0)).await.unwrap();
    let uploads = vault.root().join("uploads");
    drop(vault);
    // Stopped while creating, and stopped between the end of an upload and its cleaning.
    std::fs::create_dir(uploads.join("0".repeat(32))).unwrap();
    std::fs::write(uploads.join("0".repeat(32)).join("data"), b"MJVAULT1").unwrap();
    std::fs::write(uploads.join(over.as_str()).join("state"), state).unwrap();
    let vault = open(dir.path());
    let names: Vec<_> = vault.uploads().await.unwrap().into_iter().map(|(id, _)| id).collect();
    assert!(names.len() == 2 && names.contains(&kept) && names.contains(&over));
    assert!(!uploads.join("0".repeat(32)).exists() && !uploads.join(over.as_str()).join("state").exists());
    assert_eq!(vault.status(&over, day(0)).await.unwrap().stored, Some(stored));
}

#[tokio::test]
async fn one_process_has_the_vault() {
    let dir = tempfile::tempdir().unwrap();
    let _vault = open(dir.path());
    let again = Config::new(dir.path().join("vault"), keys(dir.path(), mingjing_vault::Cipher::Aes256Gcm));
    assert!(matches!(Vault::open(again), Err(Error::InUse)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Wherever requests end, break or restart, the evidence is what was sent.
    #[test]
    fn any_cuts_give_the_same_evidence(
        length in 0usize..12 * MIB,
        cuts in proptest::collection::vec((any::<u32>(), any::<bool>(), 1usize..300_000), 0..6),
        known in any::<bool>(), seed in any::<u64>(),
    ) {
        block(async {
            let dir = tempfile::tempdir().unwrap();
            let (mut vault, data) = (open(dir.path()), bytes(length, seed));
            let new = NewUpload { length: known.then_some(length as u64), ..NewUpload::default() };
            let id = vault.create(new, day(0)).await.unwrap().id;
            let mut offset = 0;
            for (cut, broken, piece) in cuts {
                let until = offset + (cut as usize % (length - offset + 1));
                let mut pieces: Vec<Result<Bytes, Error>> =
                    data[offset..until].chunks(piece).map(|p| Ok(Bytes::copy_from_slice(p))).collect();
                if broken {
                    pieces.push(Err(Error::Aborted));
                }
                let outcome = vault.append(&id, at(offset as u64), stream::iter(pieces), day(0)).await;
                prop_assert_eq!(outcome.is_ok(), !broken);
                offset = vault.status(&id, day(0)).await.unwrap().offset as usize;
                prop_assert_eq!(offset, until);
                if broken {
                    drop(vault);
                    vault = open(dir.path());
                }
            }
            let rest = Append { offset: offset as u64, length: Some(length as u64), ..Append::default() };
            vault.append(&id, rest, body(&data[offset..], 64_000), day(0)).await.unwrap();
            let stored = vault.finish(&id, &Retention::default(), day(0)).await.unwrap();
            prop_assert_eq!(stored.identity, identity(&data));
            let evidence = vault.evidence(&stored.identity.root.sha256).await.unwrap();
            prop_assert_eq!(evidence.bytes(u64::MAX).await.unwrap(), data);
            Ok(())
        })?;
    }
}
