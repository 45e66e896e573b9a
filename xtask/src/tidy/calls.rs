//! Time, ids and randomness come from the write context.

use super::Finding;
use super::tree::Tree;

/// Calls that read the world.
const FORBIDDEN: &[&str] = &[
    "Utc::now",
    "Local::now",
    "Timestamp::now",
    "Zoned::now",
    "SystemTime::now",
    "Uuid::now_v7",
    "Uuid::now_v6",
    "Uuid::now_v1",
    "Uuid::new_v4",
    "rand::",
    "getrandom::",
];

/// Where they are made available to the rest; the keys and nonces of the vault must not be
/// reproducible and have a source of their own.
const HOMES: &[&str] = &["crates/server/src/kit/", "crates/vault/src/random.rs", "xtask/"];

/// Checks the code of all crates, tests too: a test's clock moves on purpose.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, source) in tree.rust().filter(|(f, _)| !HOMES.iter().any(|home| f.path.starts_with(home))) {
        for (line, code) in source.lines() {
            if let Some(call) = FORBIDDEN.iter().find(|call| whole(code, call)) {
                findings.push(Finding::new(
                    &file.path,
                    line,
                    format!("{call}：时间、编号、随机数由写入上下文给出"),
                ));
            }
        }
    }
    findings
}

/// `call` not as the end of a longer name.
fn whole(code: &str, call: &str) -> bool {
    code.match_indices(call).any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

#[cfg(test)]
mod tests {
    use super::super::tree::samples::tree;
    use super::check;

    #[test]
    fn only_the_kit_reads_the_clock() {
        let code = "let a = jiff::Timestamp::now();\nlet b = \"Timestamp::now\"; // Uuid::now_v7\nlet c = operand::next();\nlet d = rand::rng();\n";
        let findings = check(&tree(&[
            ("crates/domain/src/a.rs", code),
            ("crates/server/src/kit/clock.rs", code),
            ("crates/server/src/case/service.rs", "Uuid::new_v4()"),
        ]));
        let found: Vec<(&str, usize)> = findings.iter().map(|f| (f.path.as_str(), f.line)).collect();
        assert_eq!(
            found,
            [
                ("crates/domain/src/a.rs", 1),
                ("crates/domain/src/a.rs", 4),
                ("crates/server/src/case/service.rs", 1)
            ]
        );
    }
}
