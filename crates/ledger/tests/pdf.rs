//! The download form: qpdf accepts it, and nothing but the proof can be added unseen.
// A test that cannot go on should stop with the error at hand.
#![allow(clippy::unwrap_used)]

mod common;

use std::io::Write;
use std::process::Command;

use common::{Keys, bundle};
use mingjing_ledger::VerifyError;
use mingjing_ledger::bundle::{DOCUMENT_DIGEST_FIELD, verify_document};
use mingjing_ledger::pdf::{PdfError, append_bundle, split};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

/// A PDF/A-2b page as typst writes it, with a cross-reference table.
const TABLE: &[u8] = include_bytes!("golden/document-table.pdf");
/// The same page with object streams and a cross-reference stream.
const STREAM: &[u8] = include_bytes!("golden/document-stream.pdf");
const BUNDLE: &[u8] = br#"{"a":"endstream endobj"}"#;

/// Runs a program on the bytes; fails loudly when it is not installed.
fn run(program: &str, arguments: &[&str], pdf: &[u8], name: &str) -> (bool, String) {
    let path = std::env::temp_dir().join(format!("mingjing-{}-{name}.pdf", std::process::id()));
    std::fs::File::create(&path).unwrap().write_all(pdf).unwrap();
    let output = Command::new(program)
        .args(arguments)
        .arg(&path)
        .output()
        .unwrap_or_else(|error| panic!("{program} must be installed for this test: {error}"));
    std::fs::remove_file(&path).unwrap();
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    (output.status.success(), text)
}

fn committed(document: &[u8], keys: &Keys) -> Vec<u8> {
    bundle(DOCUMENT_DIGEST_FIELD, &hex::encode(Sha256::digest(document)), keys, true).to_bytes()
}

#[test]
fn qpdf_accepts_a_download_and_sees_the_same_pages() {
    for (document, name) in [(TABLE, "table"), (STREAM, "stream")] {
        let download = append_bundle(document, &committed(document, &Keys::new())).unwrap();
        let (ok, text) = run("qpdf", &["--check"], &download, name);
        assert!(ok && !text.contains("WARNING"), "{text}");
        assert!(text.contains("No syntax or stream encoding errors found"), "{text}");
        let (ok, pages) = run("qpdf", &["--show-pages"], &download, name);
        assert!(ok);
        assert_eq!(pages, run("qpdf", &["--show-pages"], document, name).1);
        // The proof can be taken out with ordinary tools.
        let number = split_number(&download);
        let (ok, shown) =
            run("qpdf", &[&format!("--show-object={number}"), "--raw-stream-data"], &download, name);
        assert!(ok);
        assert_eq!(shown.as_bytes(), split(&download).unwrap().bundle);
    }
}

/// Number of the proof object, from the trailer.
fn split_number(download: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(download);
    let (_, rest) = text.rsplit_once("/MJ_Proof ").unwrap();
    rest.split_once(' ').unwrap().0.parse().unwrap()
}

#[test]
fn poppler_finds_no_fault_that_the_document_has_not() {
    let faults = |pdf: &[u8], name: &str| {
        let (ok, text) = run("pdfinfo", &[], pdf, name);
        assert!(ok && text.contains("Pages:           1"), "{text}");
        let faults = text.lines().filter(|line| line.contains("Error"));
        faults.map(str::to_owned).collect::<Vec<_>>()
    };
    for document in [TABLE, STREAM] {
        let download = append_bundle(document, BUNDLE).unwrap();
        assert_eq!(faults(&download, "proved"), faults(document, "plain"));
    }
}

#[test]
fn a_download_proves_its_document() {
    let keys = Keys::new();
    for document in [TABLE, STREAM] {
        let download = append_bundle(document, &committed(document, &keys)).unwrap();
        assert!(download.starts_with(document));
        let verified = verify_document(&download, &keys.all()).unwrap();
        assert_eq!(verified.length, document.len());
        assert_eq!(verified.sha256.as_slice(), Sha256::digest(document).as_slice());
    }
    let swapped = append_bundle(STREAM, &committed(TABLE, &keys)).unwrap();
    let verdict = verify_document(&swapped, &keys.all());
    assert_eq!(verdict, Err(VerifyError::DocumentMismatch));
    let other = bundle("other_sha256", &hex::encode(Sha256::digest(TABLE)), &keys, true).to_bytes();
    let verdict = verify_document(&append_bundle(TABLE, &other).unwrap(), &keys.all());
    assert_eq!(verdict, Err(VerifyError::NoDocumentDigest));
    let verdict = verify_document(TABLE, &keys.all());
    assert_eq!(verdict, Err(VerifyError::Pdf(PdfError::NoProof)));
}

#[test]
fn every_flipped_byte_of_a_download_is_refused() {
    let keys = Keys::new();
    let single = bundle(DOCUMENT_DIGEST_FIELD, &hex::encode(Sha256::digest(TABLE)), &keys, false);
    let download = append_bundle(TABLE, &single.to_bytes()).unwrap();
    let known = keys.log_only();
    assert!(verify_document(&download, &known).is_ok());
    for at in 0..download.len() {
        let mut damaged = download.clone();
        damaged[at] ^= 1;
        assert!(verify_document(&damaged, &known).is_err(), "byte {at} passed");
    }
    for len in (0..download.len()).step_by(7) {
        assert!(verify_document(&download[..len], &known).is_err(), "cut at {len} passed");
    }
    assert!(verify_document(&[download.as_slice(), b"x"].concat(), &known).is_err());
    assert!(verify_document(&[download.as_slice(), b"\n"].concat(), &known).is_err());
}

/// Adds an incremental update that defines object `number` and names catalog `root`.
fn update(pdf: &[u8], number: u64, root: &str, extra: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(pdf);
    let (_, prev) = text.rsplit_once("startxref\n").unwrap();
    let prev: u64 = prev.split_once('\n').unwrap().0.parse().unwrap();
    let mut out = pdf.to_vec();
    out.push(b'\n');
    let at = out.len();
    out.extend(format!("{number} 0 obj\n<< /Evil true >>\nendobj\n").bytes());
    let end = out.len();
    out.extend(format!("xref\n{number} 1\n{at:010} 00000 n \ntrailer\n").bytes());
    out.extend(format!("<< /Size 40 /Root {root} /Prev {prev}{extra} >>\n").bytes());
    out.extend(format!("startxref\n{end}\n%%EOF\n").bytes());
    out
}

#[test]
fn any_other_update_is_refused_by_name() {
    let download = append_bundle(TABLE, BUNDLE).unwrap();
    assert_eq!(split(&download).unwrap().bundle, BUNDLE);
    // After the proof, with or without posing as a proof itself.
    let after = update(&download, 2, "14 0 R", "");
    assert_eq!(split(&after), Err(PdfError::MoreThanOneUpdate));
    let posing = format!(" /MJ_Proof 15 0 R /MJ_Prefix {}", TABLE.len());
    let after = update(&download, 2, "14 0 R", &posing);
    assert_eq!(split(&after), Err(PdfError::MoreThanOneUpdate));
    // Before the proof: the prefix is then another document than the committed one.
    let before = update(TABLE, 2, "14 0 R", "");
    let nested = append_bundle(&before, BUNDLE).unwrap();
    assert_eq!(split(&nested).unwrap().prefix, before);
    // In the place of the proof.
    let instead = |number, root| split_error(&update(TABLE, number, root, &posing));
    assert_eq!(instead(2, "14 0 R"), PdfError::RedefinesObject(2));
    assert_eq!(instead(15, "15 0 R"), PdfError::ChangesRoot);
    assert_eq!(instead(15, "14 0 R"), PdfError::NotCanonical);
    assert_eq!(split_error(TABLE), PdfError::NoProof);
    let keys = Keys::new();
    let forged = append_bundle(&before, &committed(TABLE, &keys)).unwrap();
    assert_eq!(verify_document(&forged, &keys.all()), Err(VerifyError::DocumentMismatch));
}

fn split_error(pdf: &[u8]) -> PdfError {
    split(pdf).unwrap_err()
}

#[test]
fn what_is_no_plain_pdf_gets_no_proof() {
    let malformed = |pdf: &[u8]| matches!(append_bundle(pdf, BUNDLE), Err(PdfError::Malformed(_)));
    assert!(malformed(b""));
    assert!(malformed(b"%PDF-1.7\n"));
    assert!(malformed(b"%PDF-1.7\nstartxref\n9\n%%EOF"));
    assert!(malformed(b"%PDF-1.7\nstartxref\n99999999999999999999\n%%EOF"));
    assert!(malformed(&TABLE[1..]));
    assert!(malformed(&[TABLE, b"\ntrailing"].concat()));
    let start = TABLE.windows(7).rposition(|w| w == b"trailer").unwrap();
    let mut locked = TABLE[..start].to_vec();
    let tail = String::from_utf8_lossy(&TABLE[start..]).replace("/Root", "/Encrypt 9 0 R/Root");
    locked.extend(tail.bytes());
    assert_eq!(append_bundle(&locked, BUNDLE), Err(PdfError::Encrypted));
    let mut twice = TABLE[..start].to_vec();
    let tail = String::from_utf8_lossy(&TABLE[start..]).replace("/Root", "/Root 13 0 R/Root");
    twice.extend(tail.bytes());
    assert!(malformed(&twice));
}

proptest! {
    #[test]
    fn any_bundle_bytes_come_back(bytes in prop::collection::vec(any::<u8>(), 0..200), stream: bool) {
        let document = if stream { STREAM } else { TABLE };
        let download = append_bundle(document, &bytes).unwrap();
        let parts = split(&download).unwrap();
        prop_assert_eq!((parts.prefix, parts.bundle), (document, bytes.as_slice()));
    }

    #[test]
    fn damaged_files_never_panic(at: prop::sample::Index, byte: u8, cut: prop::sample::Index) {
        let mut pdf = append_bundle(STREAM, BUNDLE).unwrap();
        let at = at.index(pdf.len());
        prop_assume!(pdf[at] != byte);
        pdf[at] = byte;
        let damaged = split(&pdf).map(|parts| (parts.prefix.to_vec(), parts.bundle.to_vec()));
        // A change inside prefix or bundle is for the digests to find; elsewhere split finds it.
        if let Ok((prefix, bundle)) = damaged {
            prop_assert!(prefix != STREAM || bundle != BUNDLE);
        }
        let len = cut.index(pdf.len());
        prop_assert!(split(&pdf[..len]).is_err());
    }
}
