//! Storage in memory for the tests: tile levels as plain vectors.

use mingjing_ledger::tlog::{Frontier, Hash, HashSource, leaf_hash};

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
        assert_eq!(
            level.len() as u64,
            index,
            "hashes of a level complete in order"
        );
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
