//! Stored evidence: ranges, damage of every kind, keys, destruction, scrubbing.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::ops::ControlFlow;

use common::*;
use mingjing_vault::{Cipher, Config, Cursor, Damage, Error, KeyRing, Outcome, Remains, Vault};
use proptest::prelude::*;

async fn scrub(vault: &Vault) -> Vec<(String, Damage)> {
    let report = vault.scrub(&Cursor::Start, |_| ControlFlow::Continue(())).await.unwrap();
    assert!(report.complete);
    report.damaged
}

fn damage(error: Error) -> Damage {
    match error {
        Error::Damaged { damage, .. } => damage,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn every_length_comes_back_under_both_ciphers() {
    for cipher in [Cipher::Aes256Gcm, Cipher::Sm4Gcm] {
        let dir = tempfile::tempdir().unwrap();
        let vault = Vault::open(Config::new(dir.path().join("vault"), keys(dir.path(), cipher))).unwrap();
        for length in [0, 1, 63, MIB - 1, MIB, MIB + 1, 2 * MIB] {
            let data = bytes(length, length as u64);
            let root = store(&vault, &data).await.identity.root.sha256;
            assert_eq!(read(&vault, &root, 0..length as u64).await.unwrap(), data);
            let evidence = vault.evidence(&root).await.unwrap();
            evidence.verify().await.unwrap();
            assert_eq!((evidence.length(), evidence.key_id()), (length as u64, "2026-a"));
            assert!(matches!(evidence.range(0..length as u64 + 1).err(), Some(Error::Range)));
        }
        assert!(matches!(vault.evidence(&[0; 32]).await, Err(Error::NoObject)));
    }
}

/// Every byte of the file matters, wherever it is.
#[tokio::test]
async fn a_flipped_byte_anywhere_is_found_by_reading_and_by_scrub() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, data) = (open(dir.path()), bytes(2 * MIB + 100, 1));
    let root = store(&vault, &data).await.identity.root.sha256;
    let path = &files(&vault, "objects")[0];
    let stride = MIB + 28;
    let sealed = fs::metadata(path).unwrap().len() as usize;
    let places = [
        (0, None),
        (9, None),
        (40, None),
        (63, None),
        (64, Some(0)),
        (64 + 11, Some(0)),
        (64 + 12, Some(0)),
        (64 + 500_000, Some(0)),
        (64 + stride - 1, Some(0)),
        (64 + stride, Some(1)),
        (64 + 2 * stride - 1, Some(1)),
        (64 + 2 * stride + 50, Some(2)),
        (sealed - 1, Some(2)),
    ];
    for (at, chunk) in places {
        tamper(path, |content| content[at] ^= 0x10);
        let expected = chunk.map_or(Damage::Header, Damage::Chunk);
        let found = read(&vault, &root, 0..data.len() as u64).await.unwrap_err();
        assert_eq!(damage(found), expected, "byte {at}");
        assert_eq!(scrub(&vault).await, [(hex::encode(root), expected)]);
        tamper(path, |content| content[at] ^= 0x10);
    }
    assert!(scrub(&vault).await.is_empty());
    // A chunk that is not asked for is not read.
    tamper(path, |content| content[64 + 10] ^= 1);
    assert_eq!(read(&vault, &root, MIB as u64..2 * MIB as u64).await.unwrap(), data[MIB..2 * MIB]);
}

#[tokio::test]
async fn cut_swapped_spliced_missing_and_foreign_files_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let vault = open(dir.path());
    let (data, other) = (bytes(3 * MIB, 1), bytes(3 * MIB, 2));
    let root = store(&vault, &data).await.identity.root.sha256;
    let before = files(&vault, "objects");
    store(&vault, &other).await;
    let path = &before[0];
    let foreign = files(&vault, "objects").into_iter().find(|p| p != path).unwrap();
    let (whole, stride) = (fs::read(path).unwrap(), MIB + 28);
    let name = hex::encode(root);
    let chunk = |content: &[u8], n: usize| content[64 + n * stride..64 + (n + 1) * stride].to_vec();

    // Cut by a byte, and cut by a whole chunk.
    for cut in [1, stride] {
        tamper(path, |content| content.truncate(content.len() - cut));
        let (expected, found) = (whole.len() as u64, (whole.len() - cut) as u64);
        assert_eq!(scrub(&vault).await, [(name.clone(), Damage::Length { expected, found })]);
        tamper(path, |content| *content = whole.clone());
    }
    // Two chunks exchanged; a chunk of another piece in the same place; a chunk twice.
    let swapped = [chunk(&whole, 1), chunk(&whole, 0), chunk(&whole, 2)].concat();
    let spliced = [chunk(&whole, 0), chunk(&fs::read(&foreign).unwrap(), 1), chunk(&whole, 2)].concat();
    let doubled = [chunk(&whole, 0), chunk(&whole, 0), chunk(&whole, 2)].concat();
    for (body, first) in [(swapped, 0), (spliced, 1), (doubled, 1)] {
        tamper(path, |content| content.splice(64.., body).for_each(drop));
        assert_eq!(scrub(&vault).await, [(name.clone(), Damage::Chunk(first))]);
        tamper(path, |content| *content = whole.clone());
    }
    // The other piece's whole file under this name.
    let exchanged = fs::read(&foreign).unwrap();
    tamper(path, |content| *content = exchanged);
    assert_eq!(scrub(&vault).await, [(name.clone(), Damage::Header)]);
    tamper(path, |content| *content = whole.clone());

    fs::write(vault.root().join("objects/stranger.mp4"), b"?").unwrap();
    fs::remove_file(path).unwrap();
    let found = scrub(&vault).await;
    assert_eq!(found, [(name, Damage::Missing), ("objects/stranger.mp4".into(), Damage::Foreign)]);
    assert_eq!(damage(vault.evidence(&root).await.unwrap_err()), Damage::Missing);
}

#[tokio::test]
async fn a_damaged_or_exchanged_key_record_is_named_and_healed_by_the_same_content() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, data) = (open(dir.path()), bytes(MIB, 1));
    let root = store(&vault, &data).await.identity.root.sha256;
    let path = files(&vault, "keys")[0].clone();
    let whole = fs::read(&path).unwrap();
    tamper(&path, |content| content.truncate(20));
    assert!(matches!(scrub(&vault).await[..], [(_, Damage::KeyRecord(_))]));
    // The length of the evidence is bound to its key.
    tamper(&path, |content| {
        *content = String::from_utf8(whole.clone()).unwrap().replace("1048576", "1048575").into_bytes();
    });
    let found = damage(vault.evidence(&root).await.unwrap_err());
    assert_eq!(found, Damage::MasterKey("2026-a".into()));
    assert_eq!(store(&vault, &data).await.outcome, Outcome::Repaired);
    assert_eq!(read(&vault, &root, 0..data.len() as u64).await.unwrap(), data);
}

#[tokio::test]
async fn another_master_key_opens_nothing_and_a_rotation_keeps_everything_readable() {
    let dir = tempfile::tempdir().unwrap();
    let data = bytes(MIB + 7, 1);
    let root = store(&open(dir.path()), &data).await.identity.root.sha256;
    let at = |ring: &str| {
        Vault::open(Config::new(dir.path().join("vault"), KeyRing::parse(ring).unwrap())).unwrap()
    };
    let first = fs::read_to_string(dir.path().join("keys.toml")).unwrap();

    let wrong = at(&KeyRing::generate("2026-a", Cipher::Aes256Gcm).unwrap());
    assert_eq!(damage(wrong.evidence(&root).await.unwrap_err()), Damage::MasterKey("2026-a".into()));
    drop(wrong);
    let second = KeyRing::generate("2027-a", Cipher::Sm4Gcm).unwrap();
    let gone = at(&second);
    assert_eq!(damage(gone.evidence(&root).await.unwrap_err()), Damage::NoMasterKey("2026-a".into()));
    drop(gone);

    // The new key is current, the old one is still in the file.
    let old_entry = &first[first.find("[[key]]").unwrap()..];
    let both = at(&format!("{}\n{old_entry}", *second));
    assert_eq!(read(&both, &root, 0..data.len() as u64).await.unwrap(), data);
    assert_eq!(both.evidence(&root).await.unwrap().key_id(), "2026-a");
    let object = fs::read(&files(&both, "objects")[0]).unwrap();
    assert!(both.rewrap(&root).await.unwrap());
    assert!(!both.rewrap(&root).await.unwrap(), "once is enough");
    assert_eq!(fs::read(&files(&both, "objects")[0]).unwrap(), object, "the object is not touched");
    drop(both);
    let after = at(&second);
    assert_eq!(read(&after, &root, 5..MIB as u64 + 7).await.unwrap(), data[5..]);
    assert_eq!(after.evidence(&root).await.unwrap().key_id(), "2027-a");
}

#[tokio::test]
async fn what_is_destroyed_is_gone_proved_and_may_come_again() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, data) = (open(dir.path()), bytes(MIB, 1));
    let root = store(&vault, &data).await.identity.root.sha256;
    let object = fs::read(&files(&vault, "objects")[0]).unwrap();
    let record = fs::read(&files(&vault, "keys")[0]).unwrap();
    let tombstone = vault.destroy(&root, "销毁〔2027〕1号", day(400)).await.unwrap();
    assert_eq!((tombstone.identity, &tombstone.bytes), (identity(&data), &Remains::Removed));
    assert_eq!(tombstone.record_sha256, hex::encode(<sha2::Sha256 as sha2::Digest>::digest(record)));
    assert!(files(&vault, "objects").is_empty() && files(&vault, "keys").is_empty());
    assert!(matches!(vault.evidence(&root).await, Err(Error::Destroyed)));
    assert_eq!(vault.tombstone(&root).await.unwrap(), Some(tombstone.clone()));
    assert_eq!(vault.destroy(&root, "again", day(401)).await.unwrap(), tombstone, "the first order stands");
    assert!(matches!(vault.destroy(&[1; 32], "x", day(1)).await, Err(Error::NoObject)));

    // Bytes from a backup without their key are noise, and named.
    let name = vault.root().join(&tombstone.object);
    fs::write(&name, object).unwrap();
    assert_eq!(scrub(&vault).await, [(tombstone.object.clone(), Damage::Foreign)]);
    assert!(matches!(vault.evidence(&root).await, Err(Error::Destroyed)));

    // Stopped between key and bytes: the order is carried out to the end.
    assert_eq!(store(&vault, &data).await.outcome, Outcome::New);
    let path = files(&vault, "destroyed")[0].clone();
    let current = files(&vault, "objects").into_iter().find(|p| *p != name).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(r#""bytes":{"is":"removed"}"#), "{text}");
    let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
    json["bytes"] = serde_json::json!({"is": "pending"});
    json["object"] = current.strip_prefix(vault.root()).unwrap().to_str().unwrap().into();
    fs::write(&path, json.to_string()).unwrap();
    fs::remove_file(&files(&vault, "keys")[0]).unwrap();
    assert_eq!(vault.destroy(&root, "x", day(500)).await.unwrap().bytes, Remains::Removed);
    assert!(!current.exists());
}

#[tokio::test]
async fn a_scrub_goes_on_where_it_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let vault = open(dir.path());
    for seed in 0..7 {
        store(&vault, &bytes(1000, seed)).await;
    }
    fs::write(vault.root().join("objects/a.mp4"), b"?").unwrap();
    fs::write(vault.root().join("objects/zz.mp4"), b"?").unwrap();
    let all: Vec<String> = {
        let mut names = Vec::new();
        vault
            .scrub(&Cursor::Start, |checked| {
                names.push(checked.name.clone());
                ControlFlow::Continue(())
            })
            .await
            .unwrap();
        names
    };
    assert_eq!(all.len(), 9);
    // One at a time, the cursor through JSON as a caller would keep it.
    let (mut names, mut cursor) = (Vec::new(), Cursor::Start);
    loop {
        let mut next = cursor.clone();
        let report = vault
            .scrub(&cursor, |checked| {
                names.push(checked.name.clone());
                next = checked.cursor.clone();
                ControlFlow::Break(())
            })
            .await
            .unwrap();
        cursor = serde_json::from_str(&serde_json::to_string(&next).unwrap()).unwrap();
        if report.complete {
            break;
        }
    }
    assert_eq!(names, all);
    assert_eq!(vault.roots(None, 100).await.unwrap().len(), 7);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]
    #[test]
    fn any_range_is_the_files_range(length in 0usize..6 * MIB, ends in proptest::collection::vec((any::<u32>(), any::<u32>()), 6), seed in any::<u64>()) {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let dir = tempfile::tempdir().unwrap();
            let (vault, data) = (open(dir.path()), bytes(length, seed));
            let root = store(&vault, &data).await.identity.root.sha256;
            for (a, b) in ends {
                let (a, b) = (a as usize % (length + 1), b as usize % (length + 1));
                let (a, b) = (a.min(b), a.max(b));
                prop_assert_eq!(&read(&vault, &root, a as u64..b as u64).await.unwrap()[..], &data[a..b]);
            }
            Ok(())
        })?;
    }
}
