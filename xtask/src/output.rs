//! Reads counts from what `cargo test` prints.

/// Counts of one test binary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suite {
    /// As cargo names it.
    pub name: String,
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed; a binary that ended without its closing line counts
    /// as one failure.
    pub failed: u64,
    /// Tests that were not run.
    pub ignored: u64,
}

/// Collects suites line by line.
#[derive(Default)]
pub struct Reader {
    running: Option<String>,
    suites: Vec<Suite>,
}

impl Reader {
    /// Takes the next line of the output, stdout and stderr in their order.
    pub fn line(&mut self, line: &str) {
        if let Some(name) = announced(line) {
            self.interrupted();
            self.running = Some(name);
        } else if let Some((passed, failed, ignored)) = counts(line) {
            let name = self.running.take().unwrap_or_else(|| "?".to_owned());
            self.suites.push(Suite { name, passed, failed, ignored });
        }
    }

    /// All suites, after the last line.
    pub fn finish(mut self) -> Vec<Suite> {
        self.interrupted();
        self.suites
    }

    /// A binary was announced and never said how it ended (it crashed).
    fn interrupted(&mut self) {
        if let Some(name) = self.running.take() {
            self.suites
                .push(Suite { name: format!("{name}（中途退出）"), passed: 0, failed: 1, ignored: 0 });
        }
    }
}

/// `Running unittests src/lib.rs (…/deps/mingjing_domain-0a1b)` → `mingjing_domain src/lib.rs`.
fn announced(line: &str) -> Option<String> {
    let line = line.trim();
    if let Some(name) = line.strip_prefix("Doc-tests ") {
        return Some(format!("{name} doc"));
    }
    let (source, binary) = line.strip_prefix("Running ")?.strip_suffix(')')?.rsplit_once(" (")?;
    let binary = binary.rsplit('/').next()?;
    let stem = binary.rsplit_once('-').map_or(binary, |(stem, _)| stem);
    Some(format!("{stem} {}", source.trim_start_matches("unittests ")))
}

/// `test result: ok. 3 passed; 0 failed; 0 ignored; …` → (3, 0, 0).
fn counts(line: &str) -> Option<(u64, u64, u64)> {
    let rest = line.trim().strip_prefix("test result: ")?;
    let count = |word: &str| -> Option<u64> {
        let before = rest.split(';').find_map(|part| part.trim().strip_suffix(word))?;
        before.split_whitespace().last()?.parse().ok()
    };
    Some((count(" passed")?, count(" failed")?, count(" ignored")?))
}

#[cfg(test)]
mod tests {
    use super::{Reader, Suite};

    fn read(text: &str) -> Vec<Suite> {
        let mut reader = Reader::default();
        text.lines().for_each(|l| reader.line(l));
        reader.finish()
    }

    #[test]
    fn counts_each_binary_under_its_name() {
        let suites = read(
            "     Running unittests src/lib.rs (t/debug/deps/mingjing_domain-0a1b2c)\n\nrunning 3 tests\n...\n\
             test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.20s\n\
             \u{20}  Doc-tests mingjing_ledger\n\
             test result: ok. 4 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n",
        );
        assert_eq!(
            suites,
            [
                Suite { name: "mingjing_domain src/lib.rs".into(), passed: 2, failed: 1, ignored: 0 },
                Suite { name: "mingjing_ledger doc".into(), passed: 4, failed: 0, ignored: 1 },
            ]
        );
    }

    #[test]
    fn a_binary_that_crashes_counts_as_a_failure() {
        let suites = read(
            "Running tests/tlog.rs (t/debug/deps/tlog-00)\nrunning 9 tests\nRunning unittests src/main.rs (t/debug/deps/xtask-11)\n",
        );
        assert_eq!(suites.iter().map(|s| (s.passed, s.failed)).collect::<Vec<_>>(), [(0, 1), (0, 1)]);
        assert!(suites[0].name.contains("tlog tests/tlog.rs"));
    }

    #[test]
    fn other_lines_count_nothing() {
        assert!(
            read("Running out of ideas\ntest result\nresult: ok. 1 passed; 0 failed; 0 ignored\n").is_empty()
        );
    }
}
