//! What the store does by itself: checks, completes, copies.

use std::path::{Path, PathBuf};

use mingjing::evidence::config::{self, EvidenceConfig};
use mingjing::evidence::hooks::Held;
use mingjing::evidence::scrub::Scrub;
use mingjing::evidence::{copy, destroy};
use mingjing_vault::{Cursor, KeyRing};

use crate::house::{House, MIB, bytes, hooks, open};

pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// The only object of the store.
pub fn object(house: &House) -> PathBuf {
    let mut all = files(&house.folder().join("objects"));
    assert_eq!(all.len(), 1);
    all.remove(0)
}

pub fn flip(path: &Path, at: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[at] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn a_check_goes_on_where_it_stopped_and_names_what_is_wrong() {
    let house = House::new().await;
    let app = &house.office.app;
    for n in 1..=5 {
        house.piece(n, "a.mp4");
        house.upload(n, &bytes(MIB + usize::from(n), u64::from(n))).await;
    }
    let mut scrub = Scrub::open(&house.config).unwrap();
    assert!(scrub.is_due(30, app.now()));
    let (vault, hooks) = (house.store.vault(), house.store.hooks());
    assert!(!scrub.next(vault, hooks, app, 1).await.unwrap());
    assert!(!scrub.next(vault, hooks, app, 1).await.unwrap());
    assert_eq!(scrub.state.now.evidence, 2);
    // Another process goes on behind the two.
    let mut scrub = Scrub::open(&house.config).unwrap();
    assert!(matches!(scrub.state.cursor, Cursor::Evidence(_)));
    assert!(scrub.next(vault, hooks, app, u64::MAX).await.unwrap());
    let last = scrub.state.last.clone().unwrap();
    assert_eq!((last.evidence, last.rows, last.unnamed), (5, Some(5), 0));
    assert_eq!(last.found, []);
    assert!(!scrub.is_due(30, app.now()));
    house.office.clock.advance(jiff::SignedDuration::from_hours(30 * 24));
    assert!(scrub.is_due(30, app.now()));
    // A flipped byte, a lost object, a foreign file, a row without evidence.
    let all = files(&house.folder().join("objects"));
    flip(&all[1], 700);
    std::fs::remove_file(&all[3]).unwrap();
    std::fs::write(house.folder().join("objects/foreign"), "x").unwrap();
    let place = house.piece(6, "b.mp4");
    house.book.lock().unwrap().pieces.get_mut(&place).unwrap().held = Held::Stored([0xee; 32]);
    assert!(scrub.next(vault, hooks, app, u64::MAX).await.unwrap());
    let words: Vec<String> =
        scrub.state.last.unwrap().found.iter().map(|it| format!("{} {}", it.name, it.words)).collect();
    assert_eq!(words.len(), 4, "{words:?}");
    for part in ["被改动", "文件不见了", "foreign 没有密钥记录", "证据库中没有"] {
        assert!(words.iter().any(|it| it.contains(part)), "{part}: {words:?}");
    }
}

#[tokio::test]
async fn what_came_whole_and_was_not_told_is_told_later() {
    let house = House::new().await;
    let at = house.create(5).await;
    // The program stops after the last byte and before the rest.
    let upload = mingjing_vault::tus::UploadId::parse(at.rsplit('/').next().unwrap()).unwrap();
    let body = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from_static(b"01234"))]);
    let append = mingjing_vault::Append::default();
    house.store.vault().append(&upload, append, body, house.office.app.now()).await.unwrap();
    assert!(house.book.lock().unwrap().arrived.is_empty());
    assert_eq!(house.store.settle(&house.office.app).await.unwrap(), 1);
    assert_eq!(house.book.lock().unwrap().arrived.len(), 1);
    assert_eq!(house.store.settle(&house.office.app).await.unwrap(), 0);
}

#[tokio::test]
async fn keys_apart_and_what_was_destroyed_stays_away() {
    let house = House::new().await;
    house.piece(2, "b.mp4");
    house.upload(1, b"one").await;
    house.upload(2, b"two").await;
    let dir = house.office.bench.dir.path();
    let (own, backup, keys) = (EvidenceConfig::default(), dir.join("backup"), dir.join("elsewhere"));
    assert!(copy::backup(&house.config, &own, &backup, Some(&backup.join("keys"))).is_err());
    let made = copy::backup(&house.config, &own, &backup, Some(&keys)).unwrap();
    assert_eq!((made.objects, made.keys), (2, Some(2)));
    assert!(files(&backup).iter().all(|it| !it.to_string_lossy().contains("keys")));
    // One is destroyed after the copy was made.
    let Held::Stored(gone) = house.book.lock().unwrap().pieces.values().next().unwrap().held else {
        panic!()
    };
    let list = destroy::list_file(&house.config);
    let (vault, now) = (house.store.vault(), house.office.app.now());
    destroy::destroy(vault, &list, &hex::encode(gone), "销毁清册1", 0, now).await.unwrap();
    let mut there = house.config.clone();
    there.data = dir.join("restored");
    let back = copy::restore(&there, &own, &backup, Some(&keys)).unwrap();
    assert_eq!((back.objects, back.keys), (1, Some(1)));
    let store = open(&there, own.clone(), &house.book, &house.office.app);
    assert_eq!(store.vault().roots(None, 9).await.unwrap().len(), 1);
    let root = store.vault().roots(None, 9).await.unwrap()[0];
    store.vault().evidence(&root).await.unwrap().verify().await.unwrap();
    assert!(copy::restore(&there, &own, &backup, Some(&keys)).is_err(), "never over what is there");
}

#[tokio::test]
async fn master_keys_are_made_once_and_never_in_the_data() {
    let house = House::new().await;
    house.upload(1, b"one").await;
    let own = EvidenceConfig::default();
    let path = own.keys(&house.config);
    assert!(path.starts_with(house.config.key_folder()));
    KeyRing::load(&path).unwrap();
    let now = house.office.app.now();
    let busy = config::open(&house.config, &own, now).unwrap_err().to_string();
    assert!(busy.contains("另一个进程"), "{busy}");
    let inside = EvidenceConfig { key_file: Some(house.config.data.join("k.toml")), ..own.clone() };
    let refused = config::open(&house.config, &inside, now).unwrap_err().to_string();
    assert!(refused.contains("evidence.key_file"), "{refused}");
    std::fs::remove_file(&path).unwrap();
    let refused = config::open(&house.config, &own, now).unwrap_err().to_string();
    assert!(refused.contains("请放回密钥文件"), "{refused}");
    assert!(!path.exists(), "no other key takes its place");
    let _ = hooks(&house.book);
}
