//! Proof vectors made with an independent implementation, and their edge cases.
// A test that cannot go on should stop with the error at hand.
#![allow(clippy::unwrap_used)]

use base64::{Engine, engine::general_purpose::STANDARD};
use mingjing_ledger::vectors::{Verdict, check_line};
use serde_json::{Value, json};
use tlog_tiles::{Hash, HashReader};

/// Node storage filled by the oracle's own algorithm.
struct Store(Vec<Hash>);

impl HashReader for Store {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        Ok(indexes.iter().map(|index| self.0[*index as usize]).collect())
    }
}

fn store(count: u64) -> Store {
    let mut store = Store(Vec::new());
    for index in 0..count {
        let new = tlog_tiles::stored_hashes(index, &index.to_be_bytes(), &store).unwrap();
        store.0.extend(new);
    }
    store
}

fn texts(proof: Vec<Hash>) -> Vec<String> {
    proof.iter().map(ToString::to_string).collect()
}

fn inclusion(store: &Store, index: u64, size: u64) -> Value {
    json!({
        "leafIdx": index, "treeSize": size,
        "root": tlog_tiles::tree_hash(size, store).unwrap().to_string(),
        "leafHash": tlog_tiles::record_hash(&index.to_be_bytes()).to_string(),
        "proof": texts(tlog_tiles::prove_record(size, index, store).unwrap()),
    })
}

fn consistency(store: &Store, from: u64, to: u64) -> Value {
    json!({
        "size1": from, "size2": to,
        "root1": tlog_tiles::tree_hash(from, store).unwrap().to_string(),
        "root2": tlog_tiles::tree_hash(to, store).unwrap().to_string(),
        "proof": texts(tlog_tiles::prove_tree(to, from, store).unwrap()),
        "desc": "happy path", "wantErr": false,
    })
}

fn holds(line: &Value) -> bool {
    check_line(&line.to_string()) == Verdict::Ok
}

#[test]
fn vectors_of_the_oracle_hold_at_every_small_size() {
    let store = store(40);
    for size in 1..=40 {
        for other in 1..=size {
            assert!(holds(&inclusion(&store, other - 1, size)), "leaf {other} - 1 of {size}");
            assert!(holds(&consistency(&store, other, size)), "{other} to {size}");
        }
    }
}

#[test]
fn every_single_change_of_a_vector_is_an_error() {
    let store = store(40);
    let garbage = STANDARD.encode([0x5c; 32]);
    for (line, size) in (2..=40)
        .map(|size| (inclusion(&store, size / 3, size), size))
        .chain((3..=40).map(|size| (consistency(&store, size / 2, size), size)))
    {
        let numbers = ["leafIdx", "treeSize", "size1", "size2"];
        for (name, value) in line.as_object().unwrap() {
            let mut changed = line.clone();
            if name == "proof" {
                let proof = value.as_array().unwrap();
                for at in 0..proof.len() {
                    let mut damaged = line.clone();
                    damaged["proof"][at] = json!(garbage);
                    assert!(!holds(&damaged), "{damaged}");
                }
                for place in [0, proof.len()] {
                    let mut longer = proof.clone();
                    longer.insert(place, json!(garbage));
                    changed["proof"] = json!(longer);
                    assert!(!holds(&changed), "{changed}");
                }
                changed["proof"] = json!(proof[..proof.len() - 1]);
                assert!(!holds(&changed), "{changed}");
                changed["proof"] = Value::Null;
                assert!(!holds(&changed), "{changed}");
            } else if numbers.contains(&name.as_str()) && name.ends_with(['1', 'x']) {
                // Sizes of the whole tree are left out here: proofs of neighbouring sizes may
                // coincide, and then only the root tells them apart.
                for wrong in [value.as_u64().unwrap() + 1, size, size + 1, u64::MAX] {
                    changed[name] = json!(wrong);
                    assert!(!holds(&changed), "{changed}");
                }
            } else if name.starts_with("root") || name == "leafHash" {
                for wrong in [garbage.as_str(), "", "AAAA", "*"] {
                    changed[name] = json!(wrong);
                    assert!(!holds(&changed), "{changed}");
                }
            }
        }
    }
}

#[test]
fn edges_of_the_public_vectors() {
    let empty = STANDARD.encode(mingjing_ledger::tlog::EMPTY_ROOT);
    let line = |from: u64, to: u64, old: &str, new: &str, proof: Value| json!({"size1": from, "size2": to, "root1": old, "root2": new, "proof": proof});
    assert!(holds(&line(1, 1, &empty, &empty, Value::Null)));
    assert!(holds(&line(1, 1, "YQ==", "YQ==", json!([]))));
    assert!(!holds(&line(1, 1, "YQ==", "Yg==", json!([]))));
    assert!(!holds(&line(0, 0, &empty, &empty, json!([]))));
    assert!(!holds(&line(0, 1, &empty, &empty, json!([]))));
    assert!(!holds(&line(2, 1, &empty, &empty, json!([]))));
    assert!(!holds(&line(1, 1, &empty, &empty, json!([empty]))));
    assert!(!holds(&line(1, 2, &empty, &empty, json!([]))));
    let lone = json!({"leafIdx": 0, "treeSize": 1, "root": empty, "leafHash": empty});
    assert!(holds(&lone));
    let mut none = lone.clone();
    none["treeSize"] = json!(0);
    assert!(!holds(&none));
}

#[test]
fn what_is_no_vector_is_an_error() {
    for bad in [
        "",
        "{}",
        "[]",
        "null",
        "x",
        r#"{"leafIdx":-1,"treeSize":1,"root":"","leafHash":""}"#,
        r#"{"leafIdx":0,"treeSize":1,"root":""}"#,
        r#"{"leafIdx":0,"treeSize":1,"root":"","leafHash":"","size1":1}"#,
        r#"{"leafIdx":"0","treeSize":1,"root":"","leafHash":""}"#,
    ] {
        let verdict = check_line(bad);
        assert!(matches!(verdict, Verdict::Err(_)), "{bad}");
        assert_eq!(verdict.to_string(), "err");
    }
    assert_eq!(Verdict::Ok.to_string(), "ok");
}
