//! Master keys are changed while nobody serves, and evidence is read as before.

use std::os::unix::fs::PermissionsExt as _;

use mingjing::evidence::config::{self, EvidenceConfig};
use mingjing::evidence::rekey::{RekeyArgs, Rekeyed, rekey};
use mingjing_vault::tus::Metadata;
use mingjing_vault::{Append, NewUpload, Retention, Vault};

use crate::house::{MIB, settings};

async fn put(vault: &Vault, byte: u8) -> [u8; 32] {
    let now = jiff::Timestamp::UNIX_EPOCH;
    let bytes = bytes::Bytes::from(vec![byte; MIB + 7]);
    let new = NewUpload { length: Some(bytes.len() as u64), metadata: Metadata::default(), expected: None };
    let upload = vault.create(new, now).await.unwrap();
    let body = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes)]);
    vault.append(&upload.id, Append::default(), body, now).await.unwrap();
    vault.finish(&upload.id, &Retention::default(), now).await.unwrap().identity.root.sha256
}

#[tokio::test]
async fn evidence_comes_under_a_fresh_master_key() {
    let dir = tempfile::tempdir().unwrap();
    let (config, own) = (settings(dir.path()), EvidenceConfig::default());
    std::fs::create_dir_all(&config.data).unwrap();
    let fresh = |id: &str| RekeyArgs { fresh: true, id: Some(id.to_owned()), sm4: true };
    assert!(rekey(&config, &own, &fresh("b")).await.is_err(), "there is no store yet");
    let now = jiff::Timestamp::UNIX_EPOCH;
    let vault = config::open(&config, &own, now).unwrap();
    let (one, two) = (put(&vault, 1).await, put(&vault, 2).await);
    let before = std::fs::read_to_string(own.keys(&config)).unwrap();
    assert!(rekey(&config, &own, &fresh("b")).await.is_err(), "somebody has it open");
    assert_eq!(std::fs::read_to_string(own.keys(&config)).unwrap(), before, "nothing was changed");
    drop(vault);

    let done = rekey(&config, &own, &fresh("b")).await.unwrap();
    assert_eq!(done, Rekeyed { id: "b".to_owned(), moved: 2, known: 0, failed: Vec::new() });
    let mode = std::fs::metadata(own.keys(&config)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(rekey(&config, &own, &fresh("b")).await.is_err(), "an id stands for one key");
    let again = rekey(&config, &own, &RekeyArgs::default()).await.unwrap();
    assert_eq!((again.moved, again.known), (0, 2));

    let vault = config::open(&config, &own, now).unwrap();
    for (root, byte) in [(one, 1), (two, 2)] {
        let evidence = vault.evidence(&root).await.unwrap();
        assert_eq!(evidence.key_id(), "b");
        let read: Vec<bytes::Bytes> =
            futures_util::TryStreamExt::try_collect(evidence.range(0..evidence.length()).unwrap())
                .await
                .unwrap();
        assert_eq!(read.concat(), vec![byte; MIB + 7]);
    }
    // A piece whose record is damaged is named; the other one goes on.
    let record = walk(&vault.root().join("keys"));
    drop(vault);
    std::fs::write(&record, b"{}").unwrap();
    let done = rekey(&config, &own, &fresh("c")).await.unwrap();
    assert_eq!((done.moved, done.failed.len()), (1, 1), "{done:?}");
}

/// Some file below a folder.
fn walk(folder: &std::path::Path) -> std::path::PathBuf {
    let mut folder = folder.to_owned();
    loop {
        let next = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
        if next.is_file() {
            return next;
        }
        folder = next;
    }
}
