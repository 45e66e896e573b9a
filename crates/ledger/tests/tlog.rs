//! The log against two independent implementations, and its own laws.
// A test that cannot go on should stop with the error at hand.
#![allow(clippy::unwrap_used)]

mod common;

use common::MemoryLog;
use ct_merkle::RootHash;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use mingjing_ledger::VerifyError;
use mingjing_ledger::tlog::*;
use proptest::prelude::*;

/// Node storage of the second oracle, filled by its own algorithm.
#[derive(Default)]
struct OracleStore(Vec<tlog_tiles::Hash>);

impl tlog_tiles::HashReader for OracleStore {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        Ok(indexes.iter().map(|index| self.0[*index as usize]).collect())
    }
}

impl OracleStore {
    fn with(count: u64) -> Self {
        let mut store = Self::default();
        for index in 0..count {
            let data = format!("entry {index}");
            let new = tlog_tiles::stored_hashes(index, data.as_bytes(), &store).unwrap();
            store.0.extend(new);
        }
        store
    }
}

fn raw(hashes: Vec<tlog_tiles::Hash>) -> Vec<Hash> {
    hashes.into_iter().map(|hash| hash.0).collect()
}

#[test]
fn roots_agree_with_both_oracles_at_every_size() {
    let store = OracleStore::with(600);
    let mut tree = MemoryBackedTree::<sha2::Sha256, Vec<u8>>::new();
    let mut log = MemoryLog::default();
    assert_eq!(log.frontier.root(), EMPTY_ROOT);
    assert_eq!(tree.root().as_bytes().as_slice(), EMPTY_ROOT);
    for size in 1..=600_u64 {
        let entry = format!("entry {}", size - 1).into_bytes();
        log.push(entry.clone());
        tree.push(entry);
        let root = log.frontier.root();
        assert_eq!(root, tlog_tiles::tree_hash(size, &store).unwrap().0, "size {size}");
        assert_eq!(root.as_slice(), tree.root().as_bytes().as_slice(), "size {size}");
        assert_eq!(root, root_at(size, &log).unwrap(), "size {size}");
    }
}

#[test]
fn inclusion_proofs_agree_with_the_oracle() {
    let (log, store) = (MemoryLog::with(600), OracleStore::with(600));
    for size in 1..=600_u64 {
        let root = root_at(size, &log).unwrap();
        // Every leaf of small trees; of larger ones the edges and every 17th.
        for index in (0..size).filter(|i| size <= 70 || i % 17 == 0 || i + 3 > size) {
            let proof = inclusion_proof(index, size, &log).unwrap();
            let oracle = tlog_tiles::prove_record(size, index, &store).unwrap();
            assert_eq!(proof, raw(oracle), "{index} in {size}");
            let leaf = leaf_hash(&log.entries[index as usize]);
            assert_eq!(verify_inclusion(index, size, &leaf, &proof, &root), Ok(()));
        }
    }
}

#[test]
fn consistency_proofs_agree_with_the_oracle() {
    let (log, store) = (MemoryLog::with(600), OracleStore::with(600));
    for to in (1..=600_u64).filter(|to| *to <= 80 || to % 13 == 0 || to % 256 < 3) {
        let new_root = root_at(to, &log).unwrap();
        for from in 1..=to {
            let proof = consistency_proof(from, to, &log).unwrap();
            assert_eq!(proof, raw(tlog_tiles::prove_tree(to, from, &store).unwrap()), "{from}..{to}");
            let old_root = root_at(from, &log).unwrap();
            assert_eq!(verify_consistency(from, to, &proof, &old_root, &new_root), Ok(()));
        }
    }
}

#[test]
fn a_log_of_three_tile_levels_agrees_with_the_oracle() {
    let size = 70_000;
    let (log, store) = (MemoryLog::with(size), OracleStore::with(size));
    assert_eq!(log.levels.iter().map(Vec::len).collect::<Vec<_>>(), [70_000, 273, 1]);
    let root = log.frontier.root();
    assert_eq!(root, tlog_tiles::tree_hash(size, &store).unwrap().0);
    assert_eq!(root, root_at(size, &log).unwrap());
    for index in [0, 1, 255, 256, 65_535, 65_536, 69_887, 69_888, 69_999] {
        let proof = inclusion_proof(index, size, &log).unwrap();
        assert_eq!(proof, raw(tlog_tiles::prove_record(size, index, &store).unwrap()), "{index}");
        let leaf = leaf_hash(&log.entries[index as usize]);
        assert_eq!(verify_inclusion(index, size, &leaf, &proof, &root), Ok(()));
    }
    for from in [1, 255, 256, 257, 65_535, 65_536, 65_537, 69_888, 69_999, 70_000] {
        let proof = consistency_proof(from, size, &log).unwrap();
        assert_eq!(proof, raw(tlog_tiles::prove_tree(size, from, &store).unwrap()), "{from}");
        let old_root = root_at(from, &log).unwrap();
        assert_eq!(verify_consistency(from, size, &proof, &old_root, &root), Ok(()));
    }
}

#[test]
fn our_proofs_convince_the_other_oracle() {
    let (log, mut tree) = (MemoryLog::with(300), MemoryBackedTree::<sha2::Sha256, Vec<u8>>::new());
    let roots: Vec<RootHash<sha2::Sha256>> = log
        .entries
        .iter()
        .map(|entry| {
            tree.push(entry.clone());
            tree.root()
        })
        .collect();
    let last = roots.last().unwrap();
    for index in 0..300_u64 {
        let proof = inclusion_proof(index, 300, &log).unwrap();
        let theirs = ct_merkle::InclusionProof::try_from_bytes(proof.as_flattened().to_vec()).unwrap();
        last.verify_inclusion(&log.entries[index as usize], index, &theirs).unwrap();
        let proof = consistency_proof(index + 1, 300, &log).unwrap();
        let theirs = ct_merkle::ConsistencyProof::try_from_bytes(proof.as_flattened().to_vec()).unwrap();
        last.verify_consistency(&roots[index as usize], &theirs).unwrap();
    }
}

/// Our tiles as files, read by the oracle's client by their paths.
struct Served<'a>(&'a MemoryLog);

impl tlog_tiles::TileReader for Served<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[tlog_tiles::Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let serve = |tile: &tlog_tiles::Tile| {
            let ours: Tile = tile.path().replacen("tile/8/", "tile/", 1).parse().unwrap();
            let TileKind::Hashes(level) = ours.kind() else { panic!("entries are not hashes") };
            let hashes = self.0.hashes(level, ours.start(), usize::from(ours.width())).unwrap();
            encode_hashes(&hashes)
        };
        Ok(tiles.iter().map(serve).collect())
    }

    fn save_tiles(&self, _: &[tlog_tiles::Tile], _: &[Vec<u8>]) {}
}

#[test]
fn an_independent_tile_client_authenticates_our_tiles() {
    for size in [1, 2, 255, 256, 257, 600, 66_000] {
        let log = MemoryLog::with(size);
        let root = tlog_tiles::Hash(log.frontier.root());
        let served = Served(&log);
        let client = tlog_tiles::TileHashReader::new(size, root, &served);
        for index in [0, size / 2, size - 1] {
            let proof = tlog_tiles::prove_record(size, index, &client).unwrap();
            assert_eq!(raw(proof), inclusion_proof(index, size, &log).unwrap());
        }
        let wrong = tlog_tiles::Hash([7; 32]);
        let client = tlog_tiles::TileHashReader::new(size, wrong, &served);
        let stored = tlog_tiles::stored_hash_index(0, size - 1);
        assert!(tlog_tiles::HashReader::read_hashes(&client, &[stored]).is_err());
    }
}

#[test]
fn tile_paths_agree_with_the_oracle_and_have_one_spelling() {
    for (level, index, width) in
        [(0, 0, 256), (0, 0, 1), (1, 999, 17), (2, 1000, 255), (0, 1_234_067, 8), (3, 999_999_999, 256)]
    {
        let ours = Tile::new(TileKind::Hashes(level), index, width).unwrap();
        let theirs = tlog_tiles::Tile::new(8, level, index, u32::from(width), false);
        // The oracle keeps the older Go spelling with the tile height as first element.
        assert_eq!(theirs.path().replacen("tile/8/", "tile/", 1), ours.to_string());
        assert_eq!(ours.to_string().parse(), Ok(ours));
    }
    let entries = Tile::new(TileKind::Entries, 1_234_067, 8).unwrap();
    assert_eq!(entries.to_string(), "tile/entries/x001/x234/067.p/8");
    for bad in [
        "tile/0/0",
        "tile/0/x000/001",
        "tile/0/001.p/0",
        "tile/0/001.p/256",
        "tile/0/001.p/08",
        "tile/00/001",
        "tile/8/000",
        "tile/0/x001/x067",
        "tile/0/001/067",
        "tile/+1/001",
        "tile/data/001",
        "/tile/0/001",
        "tile/0/001/",
        "tile/0/+01",
        "tile/0/",
        "tile/0",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
    ] {
        assert_eq!(bad.parse::<Tile>(), Err(TileError), "{bad}");
    }
}

#[test]
fn tiles_of_a_size_are_as_the_specification_says() {
    // The two examples of C2SP tlog-tiles: 70,000 and 256 leaves.
    let last = |level, size| Tile::last(TileKind::Hashes(level), size).map(|t| (t.index(), t.width()));
    assert_eq!(
        [0, 1, 2, 3].map(|level| last(level, 70_000)),
        [Some((273, 112)), Some((1, 17)), Some((0, 1)), None]
    );
    assert_eq!([0, 1, 2].map(|level| last(level, 256)), [Some((0, 256)), Some((0, 1)), None]);
    assert_eq!(last(0, 0), None);
    let partial: Tile = "tile/1/001.p/17".parse().unwrap();
    assert!(partial.exists_at(70_000) && !partial.exists_at(69_887));
}

#[test]
fn shapes_outside_the_tree_are_refused_by_name() {
    let log = MemoryLog::with(8);
    let (root, leaf) = (log.frontier.root(), leaf_hash(&log.entries[3]));
    let proof = inclusion_proof(3, 8, &log).unwrap();
    let out = VerifyError::IndexOutOfRange { index: 8, size: 8 };
    assert_eq!(verify_inclusion(8, 8, &leaf, &proof, &root), Err(out));
    let zero = VerifyError::IndexOutOfRange { index: 0, size: 0 };
    assert_eq!(verify_inclusion(0, 0, &leaf, &[], &EMPTY_ROOT), Err(zero));
    let short = VerifyError::ProofLength { want: 3, got: 2 };
    assert_eq!(verify_inclusion(3, 8, &leaf, &proof[..2], &root), Err(short));
    let long = [proof.as_slice(), &[root]].concat();
    let length = VerifyError::ProofLength { want: 3, got: 4 };
    assert_eq!(verify_inclusion(3, 8, &leaf, &long, &root), Err(length));
    assert_eq!(verify_inclusion(2, 8, &leaf, &proof, &root), Err(VerifyError::RootMismatch));
    let shrunk = VerifyError::Shrunk { from: 9, to: 8 };
    assert_eq!(verify_consistency(9, 8, &[], &root, &root), Err(shrunk));
    assert_eq!(verify_consistency(0, 8, &[], &EMPTY_ROOT, &root), Err(VerifyError::EmptyTree));
    let spare = VerifyError::ProofLength { want: 0, got: 1 };
    assert_eq!(verify_consistency(8, 8, &[root], &root, &root), Err(spare));
    assert_eq!(verify_consistency(8, 8, &[], &leaf, &root), Err(VerifyError::RootMismatch));
    assert!(matches!(consistency_proof(0, 8, &log), Err(ProofError::OutOfRange)));
    assert!(matches!(inclusion_proof(8, 8, &log), Err(ProofError::OutOfRange)));
    assert!(matches!(inclusion_proof(0, 9, &log), Err(ProofError::Source(_))));
    let huge = verify_inclusion(u64::MAX - 1, u64::MAX, &leaf, &[], &root);
    assert!(matches!(huge, Err(VerifyError::ProofLength { .. })));
}

#[test]
fn the_right_edge_is_read_back_from_tiles() {
    let log = MemoryLog::with(700);
    for size in [0, 1, 2, 3, 255, 256, 257, 511, 512, 600, 700] {
        let mut edge = frontier_at(size, &log).unwrap();
        assert_eq!(edge, MemoryLog::with(size).frontier, "{size}");
        for entry in &log.entries[size as usize..] {
            edge.append(leaf_hash(entry)).unwrap();
        }
        assert_eq!(edge, log.frontier, "{size}");
    }
    assert!(matches!(frontier_at(701, &log), Err(ProofError::Source(_))));
}

#[test]
fn right_edge_survives_storage_and_refuses_damage() {
    for size in [0, 1, 2, 3, 255, 256, 257, 600] {
        let frontier = MemoryLog::with(size).frontier;
        let bytes = frontier.to_bytes();
        assert_eq!(Frontier::from_bytes(&bytes), Ok(frontier.clone()));
        let json = serde_json::to_string(&frontier).unwrap();
        assert_eq!(serde_json::from_str::<Frontier>(&json).unwrap(), frontier);
        assert!(Frontier::from_bytes(&[bytes.as_slice(), &[0]].concat()).is_err());
        assert!(Frontier::from_bytes(&[bytes.as_slice(), &[0; 32]].concat()).is_err());
        assert!(Frontier::from_bytes(&bytes[..bytes.len() - 1]).is_err());
    }
    let mut full = Frontier::new(u64::MAX, vec![[7; 32]; 64]).unwrap();
    assert_eq!(full.append([0; 32]), Err(FrontierError::Full));
}

proptest! {
    #[test]
    fn a_damaged_proof_never_verifies(size in 2_u64..400, pick: u64, bit in 0_usize..256, at: usize) {
        let log = MemoryLog::with(size);
        let index = pick % size;
        let root = log.frontier.root();
        let leaf = leaf_hash(&log.entries[index as usize]);
        let mut proof = inclusion_proof(index, size, &log).unwrap();
        let hit = at % proof.len();
        proof[hit][bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(verify_inclusion(index, size, &leaf, &proof, &root), Err(VerifyError::RootMismatch));

        let from = 1 + pick % (size - 1);
        let old = root_at(from, &log).unwrap();
        let mut proof = consistency_proof(from, size, &log).unwrap();
        let hit = at % proof.len();
        proof[hit][bit / 8] ^= 1 << (bit % 8);
        prop_assert!(verify_consistency(from, size, &proof, &old, &root).is_err());
    }

    #[test]
    fn entry_bundles_round_trip(entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..90), 1..256)) {
        let bytes = encode_entries(&entries).unwrap();
        let width = entries.len() as u16;
        prop_assert_eq!(decode_entries(&bytes, width).unwrap(), entries);
        prop_assert!(decode_entries(&bytes, width + 1).is_err());
        prop_assert!(decode_entries(&bytes[..bytes.len() - 1], width).is_err());
    }

    #[test]
    fn tile_paths_round_trip(level in 0_u8..8, index: u64, width in 1_u16..=256) {
        let index = index.checked_shr(8 * (u32::from(level) + 1)).unwrap_or(0);
        let tile = Tile::new(TileKind::Hashes(level), index, width).unwrap();
        prop_assert_eq!(tile.to_string().parse(), Ok(tile));
    }
}
