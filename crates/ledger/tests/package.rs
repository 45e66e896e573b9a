//! Archive packages: complete, unaltered, and sealed.
// A test that cannot go on should stop with the error at hand.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Keys, bundle};
use mingjing_ledger::VerifyError;
use mingjing_ledger::bundle::DOCUMENT_DIGEST_FIELD;
use mingjing_ledger::package::*;
use mingjing_ledger::pdf::append_bundle;
use sha2::{Digest, Sha256};

const TABLE: &[u8] = include_bytes!("golden/document-table.pdf");
type Files = Vec<(String, Vec<u8>)>;

fn hex_sha(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn manifest(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let line =
        |(path, bytes): &(String, Vec<u8>)| format!("{}  {}\n", hex_sha(bytes), path.replace('%', "%25"));
    files.iter().map(line).collect::<String>().into_bytes()
}

/// Puts declaration and manifests around payload files.
fn bag(payload: Files, keys: &Keys, sealed: bool) -> Files {
    let listed = manifest(&payload);
    let declaration = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".to_vec();
    let seal = bundle(PACKAGE_DIGEST_FIELD, &hex_sha(&listed), keys, true).to_bytes();
    let mut tags = vec![("bagit.txt".to_owned(), declaration), ("manifest-sha256.txt".to_owned(), listed)];
    let tag_manifest = manifest(&tags);
    tags.push(("tagmanifest-sha256.txt".to_owned(), tag_manifest));
    if sealed {
        tags.push((SEAL.to_owned(), seal));
    }
    tags.into_iter().chain(payload).collect()
}

fn payload(keys: &Keys) -> Files {
    let proof = bundle(DOCUMENT_DIGEST_FIELD, &hex_sha(TABLE), keys, true).to_bytes();
    vec![
        ("data/决定书.pdf".to_owned(), append_bundle(TABLE, &proof).unwrap()),
        ("data/原件 100%.pdf".to_owned(), TABLE.to_vec()),
        ("data/proofs/1.proof.json".to_owned(), proof),
        ("data/photo.bin".to_owned(), vec![0, 1, 2]),
    ]
}

fn check(files: &Files, keys: &Keys) -> Result<PackageReport, PackageError> {
    let held = verify_package(files.clone(), &keys.all());
    let read = || {
        let mut checking = Checking::default();
        for (path, bytes) in files {
            checking.take(path, &mut bytes.as_slice(), &keys.all())?;
        }
        checking.finish(&keys.all())
    };
    assert_eq!(read(), held, "read through as held");
    held
}

#[test]
fn the_name_of_a_film_says_nothing() {
    let keys = Keys::new();
    let mut files = payload(&keys);
    for name in ["现场.proof.json", "现场.pdf"] {
        files.push((format!("data/音像/001 甲/{name}"), b"/MJ_Proof and no PDF".to_vec()));
    }
    let report = check(&bag(files, &keys, true), &keys).unwrap();
    assert_eq!((report.files, report.proofs.len()), (6, 2));
}

#[test]
fn a_sealed_package_holds_in_any_order() {
    let keys = Keys::new();
    let mut files = bag(payload(&keys), &keys, true);
    let report = check(&files, &keys).unwrap();
    assert_eq!((report.files, report.proofs.len()), (4, 2));
    assert!(report.seal.is_some());
    for proof in &report.proofs {
        assert_eq!(proof.documents, ["data/决定书.pdf", "data/原件 100%.pdf"]);
    }
    files.reverse();
    assert_eq!(check(&files, &keys).unwrap(), report);
    let unsealed = check(&bag(payload(&keys), &keys, false), &keys).unwrap();
    assert!(unsealed.seal.is_none());
}

#[test]
fn every_damage_is_named() {
    let keys = Keys::new();
    let good = bag(payload(&keys), &keys, true);
    let at = |name: &str| good.iter().position(|(path, _)| path == name).unwrap();
    let refused = |change: &dyn Fn(&mut Files)| {
        let mut files = good.clone();
        change(&mut files);
        check(&files, &keys).unwrap_err()
    };
    let photo = "data/photo.bin".to_owned();
    let altered = refused(&|files| files[at("data/photo.bin")].1[0] = 9);
    assert_eq!(altered, PackageError::Altered(photo.clone()));
    let missing = refused(&|files| _ = files.remove(at("data/photo.bin")));
    assert_eq!(missing, PackageError::Missing(photo.clone()));
    let twice = refused(&|files| files.push(files[at("data/photo.bin")].clone()));
    assert_eq!(twice, PackageError::Duplicate(photo));
    let extra = refused(&|files| files.push(("data/x".to_owned(), vec![])));
    assert_eq!(extra, PackageError::Unlisted("data/x".to_owned()));
    let tag = refused(&|files| files.push(("notes.txt".to_owned(), vec![])));
    assert_eq!(tag, PackageError::Unlisted("notes.txt".to_owned()));
    for bad in ["data/../x", "/data/x", "data//x", "data\\x", "data/./x", ""] {
        let path = refused(&|files| files.push((bad.to_owned(), vec![])));
        assert_eq!(path, PackageError::Path(bad.to_owned()));
    }
    for name in ["bagit.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"] {
        let gone = refused(&|files| _ = files.remove(at(name)));
        assert_eq!(gone, PackageError::Missing(name.to_owned()));
        let broken = refused(&|files| files[at(name)].1.extend(b"?\n"));
        assert_eq!(broken, PackageError::Malformed(name.to_owned()));
    }
}

#[test]
fn a_forger_who_rewrites_the_manifests_fails_at_the_seal() {
    let keys = Keys::new();
    let good = bag(payload(&keys), &keys, true);
    let mut files = payload(&keys);
    files[3].1 = b"forged".to_vec();
    let mut forged = bag(files, &keys, false);
    assert!(check(&forged, &keys).is_ok());
    forged.push(good.iter().find(|(path, _)| path == SEAL).unwrap().clone());
    assert_eq!(check(&forged, &keys), Err(PackageError::Seal));
    // A bundle about something else is no seal.
    let mut wrong = bag(payload(&keys), &keys, false);
    wrong.push((SEAL.to_owned(), payload(&keys)[2].1.clone()));
    assert_eq!(check(&wrong, &keys), Err(PackageError::Seal));
}

#[test]
fn a_proof_that_does_not_hold_condemns_the_package() {
    let keys = Keys::new();
    let mut files = payload(&keys);
    let last = files[2].1.len() - 9;
    files[2].1[last] ^= 1;
    let verdict = check(&bag(files, &keys, false), &keys);
    assert!(matches!(verdict, Err(PackageError::Proof { path, .. }) if path == "data/proofs/1.proof.json"));
    let mut files = payload(&keys);
    files[0].1[20] ^= 1;
    let verdict = check(&bag(files, &keys, false), &keys);
    let error = VerifyError::DocumentMismatch;
    assert_eq!(verdict, Err(PackageError::Proof { path: "data/决定书.pdf".to_owned(), error }));
}

/// A list of the file, with rows from `next` on.
fn list(head: &str, next: u32, count: u32) -> Vec<u8> {
    let row = |no: u32| format!("{no}\t1\tdocument {no}\t-\t2026-03-02\t{no}\t{no}\tab\n");
    format!("{head}\n{}", (next..next + count).map(row).collect::<String>()).into_bytes()
}

/// The event behind every proof here is version 12 of its stream.
fn listed(keys: &Keys, text: &[u8], proved: &[u8]) -> Files {
    let proof = bundle(mingjing_ledger::filed::LIST_DIGEST_FIELD, &hex_sha(proved), keys, true).to_bytes();
    vec![
        ("data/归档清单/0012 首次归档.txt".to_owned(), text.to_vec()),
        ("data/证明/案卷-0012.proof.json".to_owned(), proof),
    ]
}

#[test]
fn the_lists_of_a_file_run_on_and_are_those_that_the_log_names() {
    let keys = Keys::new();
    let first = list("mingjing-file-catalogue/1", 1, 3);
    let second = |no: u16, next| list(&format!("mingjing-file-supplement/1\n{no}\t41\t44"), next, 2);
    let with = |first: &[u8], proved: &[u8], more: &[(&str, Vec<u8>)]| {
        let mut files = listed(&keys, first, proved);
        files.extend(more.iter().map(|(name, text)| (format!("data/归档清单/{name}.txt"), text.clone())));
        check(&bag(files, &keys, true), &keys).map(|it| (it.lists.lists, it.lists.proved))
    };
    assert_eq!(with(&first, &first, &[]), Ok((1, 1)));
    assert_eq!(with(&first, &first, &[("0017 补充归档1", second(1, 4))]), Ok((2, 1)), "17 is not proved yet");
    let fault = |name: &str| Err(PackageError::List(format!("data/归档清单/{name}.txt")));
    // Another first list than the log names, one that is out of turn, one that is missing, one that is none.
    let forged = list("mingjing-file-catalogue/1", 1, 2);
    assert_eq!(with(&forged, &first, &[]), fault("0012 首次归档"));
    assert_eq!(with(&first, &first, &[("0017 补充归档1", second(1, 5))]), fault("0017 补充归档1"));
    assert_eq!(with(&first, &first, &[("0019 补充归档2", second(2, 4))]), fault("0019 补充归档2"));
    assert_eq!(with(&first, &first, &[("0017 补充归档1", first.clone())]), fault("0017 补充归档1"));
    assert_eq!(with(&first, &first, &[("补充归档1", second(1, 4))]), fault("补充归档1"));
    assert_eq!(check(&bag(payload(&keys), &keys, true), &keys).unwrap().lists.lists, 0);
}
