//! SQL lives in the stores and in the files of the kit that are the store.

use super::Finding;
use super::tree::Tree;

/// Files of `kit` and `ops` that speak to the database: the write path, the
/// schema, and what they are made of.
const HOMES: &[&str] = &[
    "app",
    "backup",
    "blob",
    "credential",
    "db",
    "draft",
    "erase",
    "flush",
    "jobs",
    "projection",
    "read",
    "rebuild",
    "restore",
    "schema",
    "session",
    "token",
    "write",
];

/// How a statement begins: all words must follow each other.
const STATEMENTS: &[&[&str]] = &[
    &["SELECT"],
    &["INSERT", "INTO"],
    &["INSERT", "OR"],
    &["REPLACE", "INTO"],
    &["UPDATE", "*", "SET"],
    &["DELETE", "FROM"],
    &["CREATE", "TABLE"],
    &["CREATE", "INDEX"],
    &["CREATE", "UNIQUE"],
    &["CREATE", "TRIGGER"],
    &["CREATE", "DATABASE"],
    &["ALTER", "TABLE"],
    &["DROP", "TABLE"],
    &["TRUNCATE", "TABLE"],
    &["BEGIN", "IMMEDIATE"],
    &["PRAGMA"],
    &["VACUUM"],
    &["COPY"],
    &["LOCK", "TABLE"],
    &["WITH", "RECURSIVE"],
    &["WITH", "*", "AS"],
];

/// Checks the string literals of the server outside its tests.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, source) in tree.rust().filter(|(f, _)| f.path.starts_with("crates/") && !at_home(&f.path)) {
        for (line, text) in &source.strings {
            if is_sql(text) && !source.is_test(*line) {
                findings.push(Finding::new(&file.path, *line, "SQL 应写在本功能的 store 中"));
            }
        }
    }
    findings
}

fn at_home(path: &str) -> bool {
    let Some(rest) = path.strip_prefix("crates/server/src/") else { return false };
    let mut parts = rest.trim_end_matches(".rs").split('/');
    match (parts.next(), parts.next()) {
        (Some("kit" | "ops"), Some(room)) => HOMES.contains(&room),
        (Some(_), Some(room)) => room == "store",
        (Some(_) | None, None) | (None, Some(_)) => false,
    }
}

fn is_sql(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().take(3).collect();
    // A statement has something after its head; a lone word is a word.
    text.split_whitespace().nth(1).is_some()
        && STATEMENTS.iter().any(|head| {
            head.len() <= words.len() && head.iter().zip(&words).all(|(h, w)| *h == "*" || h == w)
        })
}

#[cfg(test)]
mod tests {
    use super::super::tree::samples::tree;
    use super::{check, is_sql};

    #[test]
    fn knows_statements_from_words() {
        for sql in [
            "SELECT 1",
            "\n  INSERT INTO t (a) VALUES ($1)",
            "UPDATE event SET a = 1",
            "WITH x AS (SELECT 1)",
            "PRAGMA journal_mode",
        ] {
            assert!(is_sql(sql), "{sql}");
        }
        for text in ["SELECT", "Select one", "UPDATE", "UPDATE or leave", "WITH care", "请 SELECT 一项", ""]
        {
            assert!(!is_sql(text), "{text}");
        }
    }

    #[test]
    fn only_stores_and_the_kit_speak_sql() {
        let literal = "const Q: &str = \"SELECT a FROM b\";\n#[cfg(test)]\nmod tests {\n    const Q: &str = \"DELETE FROM b\";\n}\n";
        let paths = [
            "crates/domain/src/lib.rs",
            "crates/server/src/case/service.rs",
            "crates/server/src/case/store.rs",
            "crates/server/src/case/store/list.rs",
            "crates/server/src/kit/db.rs",
            "crates/server/src/kit/http.rs",
            "crates/server/tests/append.rs",
        ];
        let findings = check(&tree(&paths.map(|p| (p, literal))));
        let found: Vec<(&str, usize)> = findings.iter().map(|f| (f.path.as_str(), f.line)).collect();
        assert_eq!(
            found,
            [
                ("crates/domain/src/lib.rs", 1),
                ("crates/server/src/case/service.rs", 1),
                ("crates/server/src/kit/http.rs", 1)
            ]
        );
    }
}
