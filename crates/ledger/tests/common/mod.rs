//! Shared by the tests: a log in memory, a document event and its bundle.
// Each test file uses its own part of it.
#![allow(dead_code)]
// A test that cannot go on should stop with the error at hand.
#![allow(clippy::unwrap_used)]
// One withheld span is a list of one range, and means just that.
#![allow(clippy::single_range_in_vec_init)]

use mingjing_ledger::bundle::*;
use mingjing_ledger::commit::*;
use mingjing_ledger::note::{Checkpoint, KeyKind, SignerKey, VerifierKey};
use mingjing_ledger::tlog::{
    Frontier, Hash, HashSource, consistency_proof, inclusion_proof, leaf_hash, root_at,
};

#[derive(Default)]
pub struct MemoryLog {
    pub levels: Vec<Vec<Hash>>,
    pub entries: Vec<Vec<u8>>,
    pub frontier: Frontier,
}

impl MemoryLog {
    pub fn with(count: u64) -> Self {
        let mut log = Self::default();
        for index in 0..count {
            log.push(format!("entry {index}").into_bytes());
        }
        log
    }

    pub fn push(&mut self, entry: Vec<u8>) {
        let leaf = leaf_hash(&entry);
        let appended = self.frontier.append(leaf).unwrap();
        assert_eq!(appended.index, self.entries.len() as u64);
        self.put(0, appended.index, leaf);
        for done in appended.completed {
            self.put(done.level, done.index, done.hash);
        }
        self.entries.push(entry);
    }

    fn put(&mut self, level: u8, index: u64, hash: Hash) {
        if self.levels.len() <= usize::from(level) {
            self.levels.push(Vec::new());
        }
        let level = &mut self.levels[usize::from(level)];
        assert_eq!(level.len() as u64, index, "hashes of a level complete in order");
        level.push(hash);
    }
}

impl HashSource for MemoryLog {
    type Error = String;

    fn hashes(&self, level: u8, start: u64, count: usize) -> Result<Vec<Hash>, String> {
        let start = usize::try_from(start).unwrap();
        self.levels
            .get(usize::from(level))
            .and_then(|hashes| hashes.get(start..start + count))
            .map(<[Hash]>::to_vec)
            .ok_or_else(|| format!("no hashes {start}+{count} at level {level}"))
    }
}

pub const ORIGIN: &str = "example.gov.cn/mingjing/log";
pub const FACTS: &str = "经查，当事人张某某在未取得许可的情况下储存烟花爆竹。";
pub const ENVELOPE: &str =
    r#"{"organ":"应急管理局","matter":"case-1","version":12,"type":"document_made@1"}"#;

pub struct Keys {
    pub log: SignerKey,
    pub sm2: SignerKey,
    pub witness: SignerKey,
}

impl Keys {
    pub fn new() -> Self {
        let key = |kind, name, byte| SignerKey::from_seed(kind, name, &[byte; 32]).unwrap();
        Self {
            log: key(KeyKind::Ed25519, ORIGIN, 1),
            sm2: key(KeyKind::Sm2, ORIGIN, 2),
            witness: key(KeyKind::Witness, "witness.example.org", 3),
        }
    }

    pub fn log_only(&self) -> Vec<VerifierKey> {
        vec![self.log.verifier().clone()]
    }

    pub fn all(&self) -> Vec<VerifierKey> {
        [&self.log, &self.sm2, &self.witness].map(|key| key.verifier().clone()).into()
    }
}

/// An event that commits to a digest under `field`, to the facts and to two more fields.
pub fn event(field: &str, digest: &str) -> (Vec<u8>, EventOpening) {
    let (salt, seed) = ([0x11; 32], [0x22; 32]);
    let leaves = [
        field_leaf(field, &salt, digest.as_bytes()),
        text_leaf("facts", &seed, FACTS),
        field_leaf("resident_id", &[0x33; 32], b"withheld"),
        field_leaf("amount_fen", &[0x44; 32], b"5000000"),
    ];
    let root = event_root(ENVELOPE.as_bytes(), &leaves);
    // The name is withheld, characters 6 to 8.
    let fields = vec![
        FieldOpening::Opened { name: field.to_owned(), salt, value: OpenedValue(digest.as_bytes().to_vec()) },
        FieldOpening::Text { name: "facts".to_owned(), opening: open_text(&seed, FACTS, &[6..9]) },
        FieldOpening::Hidden { leaf: leaves[2] },
        FieldOpening::Opened {
            name: "amount_fen".to_owned(),
            salt: [0x44; 32],
            value: OpenedValue(b"5000000".to_vec()),
        },
    ];
    (entry(&root), EventOpening { envelope: ENVELOPE.to_owned(), fields })
}

/// A signed checkpoint of the first `size` leaves; with every key when `all`.
pub fn checkpoint(log: &MemoryLog, size: u64, keys: &Keys, all: bool) -> String {
    let root = root_at(size, log).unwrap();
    let mut note = Checkpoint::new(ORIGIN, size, root).to_note().unwrap();
    note.sign(&keys.log).unwrap();
    if all {
        note.sign(&keys.sm2).unwrap();
        note.cosign(&keys.witness, 1_800_000_000).unwrap();
    }
    note.to_string()
}

/// A bundle of the event at index 5 of 300 leaves, seen from size 7 and from size 300.
pub fn bundle(field: &str, digest: &str, keys: &Keys, all: bool) -> Bundle {
    let (entry, event) = event(field, digest);
    let mut log = MemoryLog::with(5);
    log.push(entry.clone());
    for index in 6..300 {
        log.push(format!("entry {index}").into_bytes());
    }
    Bundle {
        format: FORMAT.to_owned(),
        statement: vec![
            StatementLine::Envelope { pointer: "/organ".to_owned(), value: "应急管理局".to_owned() },
            StatementLine::Envelope { pointer: "/version".to_owned(), value: "12".to_owned() },
            StatementLine::Field { name: "facts".to_owned(), value: FACTS.replace("张某某", "■■■") },
        ],
        event,
        log: LogProof {
            index: 5,
            entry,
            proof: inclusion_proof(5, 7, &log).unwrap(),
            checkpoint: checkpoint(&log, 7, keys, all),
        },
        later: Some(LaterHead {
            proof: consistency_proof(7, 300, &log).unwrap(),
            checkpoint: checkpoint(&log, 300, keys, all),
        }),
    }
}
