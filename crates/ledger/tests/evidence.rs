//! A hasher that was stopped goes on as if it had not been.
// A test that cannot go on should stop with the error at hand.
#![allow(clippy::unwrap_used)]

use mingjing_ledger::Pair;
use mingjing_ledger::commit::*;
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use sm3::Sm3;

fn bytes(length: usize, seed: u32) -> Vec<u8> {
    (0..length as u32).map(|i| (i.wrapping_add(seed).wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

fn whole(bytes: &[u8]) -> EvidenceIdentity {
    let mut hasher = EvidenceHasher::new();
    hasher.update(bytes);
    hasher.finish()
}

/// The identity by the description in the crate documentation, without the tree's right edge.
fn described(bytes: &[u8]) -> [u8; 32] {
    fn tree(leaves: &[[u8; 32]]) -> [u8; 32] {
        match leaves {
            [] => Sha256::digest([]).into(),
            [one] => *one,
            many => {
                let at = many.len().next_power_of_two() / 2;
                let (left, right) = (tree(&many[..at]), tree(&many[at..]));
                Sha256::new_with_prefix([0x19]).chain_update(left).chain_update(right).finalize().into()
            }
        }
    }
    let leaves: Vec<[u8; 32]> = bytes
        .chunks(CHUNK_LEN)
        .map(|chunk| Sha256::new_with_prefix([0x18]).chain_update(chunk).finalize().into())
        .collect();
    Sha256::new_with_prefix([0x1a])
        .chain_update((bytes.len() as u64).to_be_bytes())
        .chain_update(tree(&leaves))
        .finalize()
        .into()
}

#[test]
fn the_root_is_the_described_one_for_every_shape_of_tree() {
    for chunks in 0..=9 {
        for more in [0, 1, CHUNK_LEN - 1] {
            let bytes = bytes(chunks * CHUNK_LEN + more, chunks as u32);
            assert_eq!(whole(&bytes).root.sha256, described(&bytes), "{chunks} chunks and {more}");
        }
    }
}

#[test]
fn a_state_is_plain_data_and_its_form_stays() {
    let mut hasher = EvidenceHasher::new();
    hasher.update(&bytes(70, 7));
    let json = serde_json::to_string(&hasher.state()).unwrap();
    assert_eq!(
        json,
        concat!(
            r#"{"length":70,"tree":{"chunks":0,"peaks":[]},"file":{"#,
            r#""sha256":[4022644884,2402335991,1130284955,2581174707,310130424,512231328,4193038861,2189978001],"#,
            r#""sm3":[1501619542,106051029,3661136645,1620786698,2489271709,2844381737,3227265325,1125389358],"#,
            r#""rest":"FtGNSQXB"},"chunk":{"#,
            r#""sha256":[3309145925,497520972,4037001508,4101562497,2825649488,3407063546,1740668965,736093804],"#,
            r#""sm3":[1623910873,2087504499,2989200351,3702370805,900075084,1171106182,238745398,399007428],"#,
            r#""rest":"WhbRjUkFwQ=="}}"#
        )
    );
}

#[test]
fn a_contradictory_state_is_refused() {
    let mut hasher = EvidenceHasher::new();
    hasher.update(&bytes(CHUNK_LEN + 100, 1));
    let good = hasher.state();
    assert!(EvidenceHasher::resume(&good).is_ok());
    let refused = |change: &dyn Fn(&mut EvidenceState)| {
        let mut state = good.clone();
        change(&mut state);
        assert_eq!(EvidenceHasher::resume(&state).err(), Some(StateError));
    };
    refused(&|s| s.length += 1);
    refused(&|s| s.length += CHUNK_LEN as u64);
    refused(&|s| s.chunk = None);
    refused(&|s| s.tree.push(Pair { sha256: [0; 32], sm3: [0; 32] }));
    refused(&|s| s.file.rest.push(0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn stopping_anywhere_changes_nothing(
        length in 0usize..3 * CHUNK_LEN, cuts in proptest::collection::vec(any::<u32>(), 0..4), seed in any::<u32>()
    ) {
        let data = bytes(length, seed);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| *cut as usize % (length + 1)).collect();
        cuts.sort_unstable();
        let (mut state, mut from) = (EvidenceState::default(), 0);
        for cut in cuts {
            let mut hasher = EvidenceHasher::resume(&state).unwrap();
            hasher.update(&data[from..cut]);
            let json = serde_json::to_string(&hasher.state()).unwrap();
            state = serde_json::from_str(&json).unwrap();
            from = cut;
        }
        let mut hasher = EvidenceHasher::resume(&state).unwrap();
        hasher.update(&data[from..]);
        let identity = hasher.finish();
        prop_assert_eq!(identity, whole(&data));
        prop_assert_eq!(identity.file.sha256, <[u8; 32]>::from(Sha256::digest(&data)));
        prop_assert_eq!(identity.file.sm3, <[u8; 32]>::from(Sm3::digest(&data)));
    }
}
