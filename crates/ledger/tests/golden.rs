//! The formats, frozen. `golden/v1.json` was computed from the written description alone by a
//! program that shares no code with this crate; format 1 must give these bytes for ever.
// A test that cannot go on should stop with the error at hand.
#![allow(clippy::unwrap_used)]

use mingjing_ledger::Pair;
use mingjing_ledger::commit::*;
use mingjing_ledger::note::{Checkpoint, KeyKind, Note, SignerKey, VerifierKey};
use serde_json::Value;

fn golden() -> Value {
    serde_json::from_str(include_str!("golden/v1.json")).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn key(value: &Value) -> [u8; 32] {
    bytes(value).try_into().unwrap()
}

fn pair(value: &Value) -> Pair {
    Pair { sha256: key(&value["sha256"]), sm3: key(&value["sm3"]) }
}

#[test]
fn field_leaves() {
    for case in golden()["fields"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        assert_eq!(field_leaf(name, &key(&case["salt"]), &bytes(&case["value"])), pair(&case["leaf"]));
    }
}

#[test]
fn text_leaves_and_openings() {
    for case in golden()["texts"].as_array().unwrap() {
        let (text, seed) = (case["text"].as_str().unwrap(), key(&case["seed"]));
        assert_eq!(text_leaf("facts", &seed, text), pair(&case["leaf"]), "{text}");
        let withheld: Vec<_> = case["withheld"]
            .as_array()
            .unwrap()
            .iter()
            .map(|at| at.as_u64().unwrap() as usize)
            .map(|at| at..at + 1)
            .collect();
        let opening = open_text(&seed, text, &withheld);
        assert_eq!(serde_json::to_string(&opening).unwrap(), case["opening"].as_str().unwrap());
        assert!(opening.verify("facts", &pair(&case["leaf"])).is_ok());
    }
}

#[test]
fn event_roots_and_entries() {
    for case in golden()["events"].as_array().unwrap() {
        let leaves: Vec<Pair> = (0..case["fields"].as_u64().unwrap() as u8)
            .map(|n| {
                let salt = std::array::from_fn(|at| n + at as u8);
                field_leaf(&format!("f{n}"), &salt, n.to_string().as_bytes())
            })
            .collect();
        let root = event_root(case["envelope"].as_str().unwrap().as_bytes(), &leaves);
        assert_eq!(root, pair(&case["root"]));
        assert_eq!(entry(&root), bytes(&case["entry"]));
        assert_eq!(parse_entry(&entry(&root)), Ok(root));
    }
}

#[test]
fn evidence_identities_however_the_bytes_arrive() {
    for case in golden()["evidence"].as_array().unwrap() {
        let length = case["length"].as_u64().unwrap();
        let data: Vec<u8> = (0..length).map(|at| ((at * 31 + 7) % 251) as u8).collect();
        for step in [1 << 22, (1 << 20) - 1, 65_536, 1_000_003] {
            let mut hasher = EvidenceHasher::new();
            data.chunks(step).for_each(|part| hasher.update(part));
            let identity = hasher.finish();
            assert_eq!(identity.length, length);
            assert_eq!(identity.root, pair(&case["root"]), "{length} by {step}");
            assert_eq!(identity.file, pair(&case["file"]), "{length} by {step}");
        }
    }
}

#[test]
fn keys_notes_and_cosignatures() {
    let golden = &golden()["note"];
    let (log_vkey, witness_vkey) =
        (golden["log_vkey"].as_str().unwrap(), golden["witness_vkey"].as_str().unwrap());
    let log = SignerKey::from_seed(KeyKind::Ed25519, "example.gov.cn/log", &key(&golden["log_seed"]));
    let witness =
        SignerKey::from_seed(KeyKind::Witness, "witness.example.org/w1", &key(&golden["witness_seed"]));
    let (log, witness) = (log.unwrap(), witness.unwrap());
    assert_eq!(log.verifier().to_string(), log_vkey);
    assert_eq!(witness.verifier().to_string(), witness_vkey);
    let mut note = Checkpoint::new("example.gov.cn/log", 3, key(&golden["root"])).to_note().unwrap();
    note.sign(&log).unwrap();
    note.cosign(&witness, golden["time"].as_u64().unwrap()).unwrap();
    assert_eq!(note.to_string(), golden["note"].as_str().unwrap());
    let keys: Vec<VerifierKey> = [log_vkey, witness_vkey].map(|key| key.parse().unwrap()).into();
    let verified = Note::parse(note.to_string().as_bytes()).unwrap().verify(&keys).unwrap();
    assert_eq!(verified.iter().map(|v| v.timestamp).collect::<Vec<_>>(), [None, Some(1_700_000_000)]);
}
