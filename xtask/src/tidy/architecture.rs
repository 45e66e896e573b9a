//! The map shows what is there.

use super::Finding;
use super::tree::Tree;

const MAP: &str = "ARCHITECTURE.md";

/// First parts of a path of this repository.
const ROOTS: &[&str] = &["crates/", "xtask/", "docs/", ".ci/", ".cargo/"];

/// Checks that every path in backticks exists.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let Some(file) = tree.file(MAP) else { return vec![Finding::new(MAP, 0, "缺少 ARCHITECTURE.md")] };
    paths(&file.text)
        .into_iter()
        .filter(|(_, path)| !tree.has(path))
        .map(|(line, path)| Finding::new(MAP, line, format!("没有 {path}")))
        .collect()
}

/// Paths in backticks, with their lines. `<…>`, `*` and `…` stand for many.
pub fn paths(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for code in line.split('`').skip(1).step_by(2) {
            let path = code.split("::").next().unwrap_or(code);
            if ROOTS.iter().any(|root| path.starts_with(root)) && !path.contains(['<', '*', '…', ' ', '{'])
            {
                found.push((index + 1, path.to_owned()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::tree::samples::tree;
    use super::check;

    #[test]
    fn a_path_that_is_gone_is_reported() {
        let map = "`crates/domain/src/due` and `crates/gone/`\n`crates/server/src/<feature>/store` `cargo xtask demo`\n`xtask/src/main.rs`, docs/none without backticks\n";
        let findings = check(&tree(&[
            ("ARCHITECTURE.md", map),
            ("crates/domain/src/due/mod.rs", ""),
            ("xtask/src/main.rs", ""),
        ]));
        assert_eq!(findings.len(), 1);
        assert!(findings[0].line == 1 && findings[0].message.contains("crates/gone"));
        assert_eq!(check(&tree(&[("a.md", "")])).len(), 1, "a missing map is a finding");
    }
}
