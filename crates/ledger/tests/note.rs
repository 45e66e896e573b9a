//! Notes and checkpoints against an independent implementation, SM2 against the standard's own
//! worked example, and everything that must be refused.
// A test that cannot go on should stop with the error at hand.
#![allow(clippy::unwrap_used)]

use mingjing_ledger::note::*;
use proptest::prelude::*;

const LOG: &str = "example.gov.cn/log";

fn signer(kind: KeyKind, name: &str, byte: u8) -> SignerKey {
    SignerKey::from_seed(kind, name, &[byte; 32]).unwrap()
}

fn checkpoint() -> Checkpoint {
    Checkpoint::new(LOG, 20_852_163, [0xab; 32])
}

#[test]
fn the_oracle_reads_our_notes_and_keys() {
    let (log, sm2, witness) = (
        signer(KeyKind::Ed25519, LOG, 1),
        signer(KeyKind::Sm2, LOG, 2),
        signer(KeyKind::Witness, "witness.example.org", 3),
    );
    let mut note = checkpoint().to_note().unwrap();
    note.sign(&log).unwrap();
    note.sign(&sm2).unwrap();
    note.cosign(&witness, 1_800_000_000).unwrap();
    let verifier = signed_note::StandardVerifier::new(&log.verifier().to_string()).unwrap();
    let theirs = signed_note::Note::from_bytes(note.to_string().as_bytes()).unwrap();
    let list = signed_note::VerifierList::new(vec![Box::new(verifier)]);
    let (verified, unverified) = theirs.verify(&list).unwrap();
    assert_eq!((verified.len(), unverified.len()), (1, 2));
    assert_eq!(verified[0].id(), log.verifier().id());
    let theirs = tlog_tiles::Checkpoint::from_bytes(note.text().as_bytes()).unwrap();
    assert_eq!((theirs.origin(), theirs.size(), theirs.hash().0), (LOG, 20_852_163, [0xab; 32]));
}

#[test]
fn we_read_the_oracle_s_notes() {
    let secret = hex::encode([9_u8; 32]);
    assert_eq!(secret.len(), 64);
    let ours = signer(KeyKind::Ed25519, LOG, 9);
    let mut key = vec![1_u8];
    key.extend([9_u8; 32]);
    use base64::{Engine, engine::general_purpose::STANDARD};
    let text = format!("PRIVATE+KEY+{LOG}+{:08x}+{}", ours.verifier().id(), STANDARD.encode(key));
    let theirs = signed_note::StandardSigner::new(&text).unwrap();
    let body = checkpoint().to_string();
    let mut note = signed_note::Note::new(body.as_bytes(), &[]).unwrap();
    note.add_sigs(&[&theirs]).unwrap();
    let mut own = Note::new(&body).unwrap();
    own.sign(&ours).unwrap();
    assert_eq!(note.to_bytes(), own.to_string().into_bytes());
    let read = Note::parse(&note.to_bytes()).unwrap();
    assert_eq!(read.verify(&[ours.verifier().clone()]).unwrap().len(), 1);
}

#[test]
fn sm2_agrees_with_the_worked_example_of_the_standard() {
    // GB/T 32918.5-2017, A.2: curve of the standard, default identity, message "message digest".
    let hex32 = |text: &str| -> [u8; 32] { hex::decode(text).unwrap().try_into().unwrap() };
    let scalar = hex32("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8");
    let public = concat!(
        "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020",
        "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
    );
    let key = SignerKey::from_sm2_scalar("sm2.example", &scalar).unwrap();
    assert_eq!(hex::encode(key.verifier().public_key()), public);
    let signature = concat!(
        "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3",
        "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
    );
    use sm2::dsa::signature::Verifier;
    let raw = sm2::dsa::VerifyingKey::from_sec1_bytes(SM2_USER_ID, &key.verifier().public_key()).unwrap();
    let parsed = sm2::dsa::Signature::from_slice(&hex::decode(signature).unwrap()).unwrap();
    raw.verify(b"message digest", &parsed).unwrap();
    assert!(raw.verify(b"message digesu", &parsed).is_err());
    assert_eq!(SignerKey::from_sm2_scalar("x", &[0; 32]).unwrap_err(), NoteError::Seed);
    assert_eq!(SignerKey::from_sm2_scalar("x", &[0xff; 32]).unwrap_err(), NoteError::Seed);
}

#[test]
fn verifier_keys_round_trip_and_refuse_damage() {
    for kind in [KeyKind::Ed25519, KeyKind::Sm2, KeyKind::Witness] {
        let key = signer(kind, LOG, 5).verifier().clone();
        let text = key.to_string();
        let parsed: VerifierKey = text.parse().unwrap();
        assert_eq!((parsed.kind(), &parsed), (kind, &key));
        for at in 0..text.len() {
            let mut damaged = text.clone().into_bytes();
            damaged[at] = if damaged[at] == b'A' { b'B' } else { b'A' };
            let damaged = String::from_utf8(damaged).unwrap();
            assert!(damaged.parse::<VerifierKey>().is_err(), "{damaged}");
        }
    }
    for bad in ["", "a+b", "+00000000+AQ==", "a b+00000000+AQ=="] {
        assert!(bad.parse::<VerifierKey>().is_err(), "{bad}");
    }
}

#[test]
fn known_keys_must_verify_and_unknown_ones_are_ignored() {
    let (log, other) = (signer(KeyKind::Ed25519, LOG, 1), signer(KeyKind::Ed25519, "other", 2));
    let mut note = checkpoint().to_note().unwrap();
    note.sign(&log).unwrap();
    note.sign(&other).unwrap();
    let known = [log.verifier().clone()];
    assert_eq!(note.verify(&known).unwrap().len(), 1);
    assert_eq!(note.verify(&[]), Err(NoteError::Unverified));
    let moved = note.to_string().replace("20852163", "20852164");
    let moved = Note::parse(moved.as_bytes()).unwrap();
    assert_eq!(moved.verify(&known), Err(NoteError::BadSignature { name: LOG.to_owned() }));
    let line = note.signatures()[0].to_string();
    let twice = Note::parse(format!("{note}{line}\n").as_bytes()).unwrap();
    assert_eq!(twice.verify(&known), Err(NoteError::DuplicateSignature { name: LOG.to_owned() }));
    // The same Ed25519 key as a witness key has another id, so neither passes for the other.
    let witness = signer(KeyKind::Witness, LOG, 1);
    assert_ne!(witness.verifier().id(), log.verifier().id());
    assert_eq!(note.sign(&witness), Err(NoteError::WrongKind));
    assert_eq!(note.cosign(&log, 0), Err(NoteError::WrongKind));
}

#[test]
fn a_cosignature_binds_its_time() {
    let witness = signer(KeyKind::Witness, "witness.example.org", 3);
    let mut note = checkpoint().to_note().unwrap();
    note.cosign(&witness, 1_800_000_000).unwrap();
    let keys = [witness.verifier().clone()];
    assert_eq!(note.verify(&keys).unwrap()[0].timestamp, Some(1_800_000_000));
    let mut signature = note.signatures()[0].clone();
    signature.bytes[7] ^= 1;
    note.add(signature);
    assert!(matches!(note.verify(&keys), Err(NoteError::BadSignature { .. })));
    assert!(matches!(note.cosign(&witness, 1 << 63), Err(NoteError::Checkpoint(_))));
    let mut no_checkpoint = Note::new("hello\n").unwrap();
    assert!(matches!(no_checkpoint.cosign(&witness, 1), Err(NoteError::Checkpoint(_))));
}

#[test]
fn malformed_notes_and_checkpoints_are_refused() {
    let root = "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=";
    assert_eq!(Checkpoint::parse(&format!("o\n1\n{root}\n")).unwrap().size, 1);
    assert_eq!(Checkpoint::parse(&format!("o\n0\n{root}\nx\ny\n")).unwrap().extensions, ["x", "y"]);
    for bad in [
        format!("\n1\n{root}\n"),
        format!("o\n01\n{root}\n"),
        format!("o\n+1\n{root}\n"),
        format!("o\n\n{root}\n"),
        format!("o\n1\n{root}"),
        format!("o\n1\n{root}\n\n"),
        format!("o\n1\n{root}\nx\n\ny\n"),
        format!("o\n18446744073709551616\n{root}\n"),
        "o\n1\n".to_owned(),
        "o\n1\nq6s=\n".to_owned(),
        "o\n1\nnot base64\n".to_owned(),
        "o\n1\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6t=\n".to_owned(),
    ] {
        assert!(Checkpoint::parse(&bad).is_err(), "{bad:?}");
    }
    for bad in [
        "",
        "a\n",
        "a\n\n",
        "a\n\n— n AAAAAAA=",
        "a\n\nx n AAAAAAA=\n",
        "a\n\n— n AAAA\n",
        "a\n\n— n+m AAAAAAA=\n",
        "a\n\n—  AAAAAAA=\n",
        "a\tb\n\n— n AAAAAAA=\n",
        "a\n\n— n AAAAAAA\n",
        "a\n\n— n AAAAAAA=\n\n",
    ] {
        assert!(Note::parse(bad.as_bytes()).is_err(), "{bad:?}");
    }
    assert!(Note::parse(b"a\n\n\xff").is_err());
    assert!(Note::parse("a\n\nb\n\n— n AAAAAAA=\n".as_bytes()).is_ok());
    let two_lines = Checkpoint { origin: "a\nb".to_owned(), ..checkpoint() };
    assert!(two_lines.to_note().is_err());
    let lines = Checkpoint { extensions: vec!["a\nb".to_owned()], ..checkpoint() };
    assert!(lines.to_note().is_err());
}

proptest! {
    #[test]
    fn checkpoints_round_trip(origin in "[a-z./]{1,30}", size: u64, root: [u8; 32], lines in prop::collection::vec("[^\n\\p{Cc}]{1,20}", 0..3)) {
        let checkpoint = Checkpoint { origin, size, root, extensions: lines };
        prop_assert_eq!(Checkpoint::parse(&checkpoint.to_string()), Ok(checkpoint.clone()));
        let oracle = tlog_tiles::Checkpoint::from_bytes(checkpoint.to_string().as_bytes()).unwrap();
        prop_assert_eq!((oracle.size(), oracle.hash().0), (size, root));
    }

    #[test]
    fn notes_are_read_whole_or_refused(text in "[a-c\n]{1,6}\n\n(— [n+]{1,2} AAAA[A-D]{3}[A-D=]\n){1,2}") {
        // What is read is exactly what was given: nothing is dropped or mended.
        if let Ok(note) = Note::parse(text.as_bytes()) {
            prop_assert_eq!(note.to_string(), text);
        }
    }
}
