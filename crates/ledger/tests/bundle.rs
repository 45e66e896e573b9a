//! Bundles hold, are frozen, and every changed byte is refused.
// A test that cannot go on should stop with the error at hand.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Keys, MemoryLog, ORIGIN, bundle, checkpoint};
use mingjing_ledger::VerifyError;
use mingjing_ledger::bundle::*;
use mingjing_ledger::note::{KeyKind, Note, NoteError, SignerKey};
use mingjing_ledger::tlog::{inclusion_proof, leaf_hash};

const DIGEST: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn full(keys: &Keys) -> Bundle {
    bundle(DOCUMENT_DIGEST_FIELD, DIGEST, keys, true)
}

#[test]
fn a_bundle_proves_its_event_head_statement_and_later_head() {
    let keys = Keys::new();
    let bytes = full(&keys).to_bytes();
    let verified = Bundle::from_bytes(&bytes).unwrap().verify(&keys.all()).unwrap();
    assert_eq!((verified.index, verified.head.checkpoint.size), (5, 7));
    assert_eq!(verified.head.checkpoint.origin, ORIGIN);
    assert_eq!((verified.head.signatures.len(), verified.head.unknown_signatures), (3, 0));
    assert_eq!(verified.head.signatures[2].timestamp, Some(1_800_000_000));
    assert_eq!(verified.later.as_ref().unwrap().checkpoint.size, 300);
    assert_eq!((verified.event.fields.len(), verified.event.hidden), (3, 1));
    assert_eq!(verified.document_sha256(), Some([0xaa; 32]));
    assert_eq!(verified.check_document(b"x"), Err(VerifyError::DocumentMismatch));
    let some = Bundle::from_bytes(&bytes).unwrap().verify(&keys.log_only()).unwrap();
    assert_eq!((some.head.signatures.len(), some.head.unknown_signatures), (1, 2));
    let sm2 = [keys.sm2.verifier().clone()];
    assert_eq!(full(&keys).verify(&sm2).unwrap().head.signatures[0].kind, KeyKind::Sm2);
}

#[test]
fn the_bytes_of_a_bundle_are_frozen() {
    let bytes = full(&Keys::new()).to_bytes();
    let frozen = include_bytes!("golden/bundle.json");
    assert_eq!(String::from_utf8(bytes).unwrap(), String::from_utf8_lossy(frozen));
}

#[test]
fn every_flipped_byte_of_a_bundle_is_refused() {
    let keys = Keys::new();
    let bytes = bundle(DOCUMENT_DIGEST_FIELD, DIGEST, &keys, false).to_bytes();
    let known = keys.log_only();
    assert!(Bundle::from_bytes(&bytes).unwrap().verify(&known).is_ok());
    for at in 0..bytes.len() {
        for flip in [0x01, 0x20, 0x80] {
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            let verdict = Bundle::from_bytes(&damaged).and_then(|b| b.verify(&known));
            assert!(verdict.is_err(), "byte {at} ^ {flip:#x} passed");
        }
    }
    for len in 0..bytes.len() {
        assert!(Bundle::from_bytes(&bytes[..len]).is_err(), "cut at {len} passed");
    }
}

#[test]
fn damage_to_further_signatures_is_refused_or_shown() {
    // C2SP has verifiers ignore lines by unknown keys, so a damaged name or id turns a known
    // signature into an unknown one. The report must then differ, never the event.
    let keys = Keys::new();
    let bytes = full(&keys).to_bytes();
    let whole = Bundle::from_bytes(&bytes).unwrap().verify(&keys.all()).unwrap();
    let mut shown = 0;
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        let Ok(found) = Bundle::from_bytes(&damaged).and_then(|b| b.verify(&keys.all())) else {
            continue;
        };
        shown += 1;
        let unknown = |v: &Verified| v.head.unknown_signatures + v.later.as_ref().unwrap().unknown_signatures;
        assert_eq!(unknown(&found), 1, "byte {at}");
        assert_eq!((&found.event, &found.statement), (&whole.event, &whole.statement));
    }
    // At most the names and ids of the three lines of the two notes.
    assert!(shown > 0 && shown < 300, "{shown}");
}

#[test]
fn each_reason_has_its_name() {
    let keys = Keys::new();
    let refused = |change: &dyn Fn(&mut Bundle)| {
        let mut changed = full(&keys);
        change(&mut changed);
        changed.verify(&keys.all()).unwrap_err()
    };
    let other = MemoryLog::with(9);
    assert_eq!(
        refused(&|b| b.format = "mingjing.bundle/2".to_owned()),
        VerifyError::UnknownFormat("mingjing.bundle/2".to_owned())
    );
    assert_eq!(refused(&|b| b.log.index = 4), VerifyError::RootMismatch);
    let out = VerifyError::IndexOutOfRange { index: 7, size: 7 };
    assert_eq!(refused(&|b| b.log.index = 7), out);
    let length = VerifyError::ProofLength { want: 3, got: 2 };
    assert_eq!(refused(&|b| _ = b.log.proof.pop()), length);
    assert_eq!(refused(&|b| b.log.entry[3] ^= 1), VerifyError::RootMismatch);
    let line = |value: &str| StatementLine::Field { name: "amount_fen".to_owned(), value: value.to_owned() };
    let unproved = VerifyError::StatementNotProved("amount_fen".to_owned());
    assert_eq!(refused(&|b| b.statement.push(line("6000000"))), unproved);
    let mut proved = full(&keys);
    proved.statement.push(line("5000000"));
    assert!(proved.verify(&keys.all()).is_ok());
    let none = VerifyError::StatementNotProved("/absent".to_owned());
    let absent = StatementLine::Envelope { pointer: "/absent".to_owned(), value: "null".to_owned() };
    assert_eq!(refused(&|b| b.statement.push(absent.clone())), none);
    // A genuine head of another history, signed by the same key: a fork.
    let fork = |b: &mut Bundle| {
        if let Some(later) = &mut b.later {
            later.checkpoint = checkpoint(&MemoryLog::with(300), 300, &keys, true);
        }
    };
    assert_eq!(refused(&fork), VerifyError::RootMismatch);
    let shrink = |b: &mut Bundle| {
        if let Some(later) = &mut b.later {
            later.checkpoint = checkpoint(&other, 6, &keys, true);
        }
    };
    assert_eq!(refused(&shrink), VerifyError::Shrunk { from: 7, to: 6 });
    let moved = |b: &mut Bundle| b.log.checkpoint = b.log.checkpoint.replace("\n7\n", "\n8\n");
    let bad = NoteError::BadSignature { name: ORIGIN.to_owned() };
    assert_eq!(refused(&moved), VerifyError::Note(bad));
}

#[test]
fn only_the_log_s_own_key_vouches_for_a_head() {
    let keys = Keys::new();
    let witness_only = [keys.witness.verifier().clone()];
    assert_eq!(full(&keys).verify(&witness_only), Err(VerifyError::NoLogSignature));
    assert_eq!(full(&keys).verify(&[]), Err(VerifyError::Note(NoteError::Unverified)));
    // A trusted key of another log does not vouch for this origin.
    let mut log = MemoryLog::with(5);
    let bundle = full(&keys);
    log.push(bundle.log.entry.clone());
    let stranger = SignerKey::from_seed(KeyKind::Ed25519, "other.example/log", &[8; 32]).unwrap();
    let mut note = mingjing_ledger::note::Checkpoint::new(ORIGIN, 6, log.frontier.root()).to_note().unwrap();
    note.sign(&stranger).unwrap();
    let proof = inclusion_proof(5, 6, &log).unwrap();
    let forged = Bundle {
        log: LogProof { checkpoint: note.to_string(), proof, ..bundle.log.clone() },
        later: None,
        ..bundle
    };
    assert_eq!(forged.log.entry.len(), 65);
    assert_ne!(leaf_hash(&forged.log.entry), [0; 32]);
    let trusted = [keys.log.verifier().clone(), stranger.verifier().clone()];
    assert_eq!(forged.verify(&trusted), Err(VerifyError::NoLogSignature));
}

#[test]
fn a_later_head_of_another_log_is_refused() {
    let keys = Keys::new();
    let other = SignerKey::from_seed(KeyKind::Ed25519, "other.example/log", &[8; 32]).unwrap();
    let mut bundle = full(&keys);
    let own = Note::parse(bundle.log.checkpoint.as_bytes()).unwrap();
    let text = own.text().replace(ORIGIN, "other.example/log");
    let mut note = Note::new(&text).unwrap();
    note.sign(&other).unwrap();
    // Same size, same root, so the empty consistency proof would hold.
    bundle.later = Some(LaterHead { proof: vec![], checkpoint: note.to_string() });
    let trusted = [keys.log.verifier().clone(), other.verifier().clone()];
    assert_eq!(bundle.verify(&trusted), Err(VerifyError::OriginMismatch));
    bundle.later = Some(LaterHead { proof: vec![], checkpoint: own.to_string() });
    assert!(bundle.verify(&trusted).is_ok());
}

#[test]
fn only_the_canonical_encoding_is_read() {
    let keys = Keys::new();
    let text = String::from_utf8(full(&keys).to_bytes()).unwrap();
    let spaced = text.replacen(':', ": ", 1);
    assert_eq!(Bundle::from_bytes(spaced.as_bytes()), Err(VerifyError::NotCanonical));
    let line_end = format!("{text}\n");
    assert_eq!(Bundle::from_bytes(line_end.as_bytes()), Err(VerifyError::NotCanonical));
    let escaped = text.replacen("应", "\\u5e94", 1);
    assert_eq!(Bundle::from_bytes(escaped.as_bytes()), Err(VerifyError::NotCanonical));
    for bad in [
        text.replacen('{', r#"{"extra":1,"#, 1),
        text.replacen("\"index\":5", "\"index\":5,\"index\":5", 1),
        text.replacen("\"later\":{", "\"later\":null,\"l\":{", 1),
    ] {
        assert!(matches!(Bundle::from_bytes(bad.as_bytes()), Err(VerifyError::Malformed(_))));
    }
}
