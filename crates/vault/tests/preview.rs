//! Previews: sealed, of one piece only, and gone with it.
#![allow(clippy::unwrap_used)]

mod common;

use common::{MIB, bytes, day, files, open, store, tamper};
use mingjing_vault::{Cursor, Error, MAX_PREVIEW};
use std::ops::ControlFlow;

#[tokio::test]
async fn a_preview_is_sealed_and_goes_with_its_piece() {
    let dir = tempfile::tempdir().unwrap();
    let vault = open(dir.path());
    let root = store(&vault, &bytes(MIB, 1)).await.identity.root.sha256;
    assert_eq!(vault.preview(&root).await.unwrap(), None);
    assert!(!vault.has_preview(&root).await.unwrap());
    vault.keep_preview(&root, b"a small picture".to_vec()).await.unwrap();
    vault.keep_preview(&root, b"a better picture".to_vec()).await.unwrap();
    assert_eq!(vault.preview(&root).await.unwrap().as_deref(), Some(&b"a better picture"[..]));
    assert!(vault.has_preview(&root).await.unwrap());
    let all = files(&vault, "previews");
    assert_eq!(all.len(), 1);
    let sealed = std::fs::read(&all[0]).unwrap();
    assert!(!sealed.windows(7).any(|it| it == b"picture"), "nothing in clear on disk");

    // A scrub has nothing to say of it.
    let report = vault.scrub(&Cursor::Start, |_| ControlFlow::Continue(())).await.unwrap();
    assert!(report.complete && report.damaged.is_empty(), "{:?}", report.damaged);

    vault.destroy(&root, "销毁〔2027〕1号", day(400)).await.unwrap();
    assert!(files(&vault, "previews").is_empty());
    assert_eq!(vault.preview(&root).await.unwrap(), None);
    let late = vault.keep_preview(&root, b"late".to_vec()).await;
    assert!(matches!(late, Err(Error::Destroyed)), "{late:?}");
    // Put back by hand, or from a copy of the disk, it is noise.
    std::fs::write(&all[0], sealed).unwrap();
    assert_eq!(vault.preview(&root).await.unwrap(), None);
    // Doing it again takes that along too.
    vault.destroy(&root, "销毁〔2027〕1号", day(401)).await.unwrap();
    assert!(files(&vault, "previews").is_empty());
}

#[tokio::test]
async fn what_was_altered_or_exchanged_is_no_preview() {
    let dir = tempfile::tempdir().unwrap();
    let vault = open(dir.path());
    let one = store(&vault, &bytes(1000, 1)).await.identity.root.sha256;
    let two = store(&vault, &bytes(1000, 2)).await.identity.root.sha256;
    vault.keep_preview(&one, b"of one".to_vec()).await.unwrap();
    vault.keep_preview(&two, b"of two".to_vec()).await.unwrap();
    let all = files(&vault, "previews");
    let first = std::fs::read(&all[0]).unwrap();
    tamper(&all[1], |it| *it = first);
    tamper(&all[0], |it| it[20] ^= 1);
    for root in [one, two] {
        assert_eq!(vault.preview(&root).await.unwrap(), None);
    }
    vault.keep_preview(&one, b"of one".to_vec()).await.unwrap();
    assert_eq!(vault.preview(&one).await.unwrap().as_deref(), Some(&b"of one"[..]));
    let large = vec![0; usize::try_from(MAX_PREVIEW).unwrap() + 1];
    assert!(matches!(vault.keep_preview(&one, large).await, Err(Error::TooLarge { .. })));
    assert!(matches!(vault.keep_preview(&[7; 32], Vec::new()).await, Err(Error::NoObject)));
}
