//! Nothing half-done stays: placeholders, debugging, skipped or waiting tests.

use super::Finding;
use super::tree::Tree;

/// In code.
const CODE: &[(&str, &str)] = &[
    (concat!("to", "do!("), "占位"),
    (concat!("unim", "plemented!("), "占位"),
    (concat!("db", "g!("), "调试输出"),
    (concat!("#[ig", "nore"), "被忽略的测试"),
];

/// Anywhere, comments too; Rust, SQL, CSS, scripts, templates.
const MARKS: &[&str] = &[concat!("FIX", "ME"), concat!("XX", "X"), concat!("TO", "DO")];
const MARKED: &[&str] = &[".rs", ".sql", ".css", ".js", ".mjs", ".typ", ".toml", ".sh"];

/// Checks code and comments.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, source) in tree.rust() {
        for (line, code) in source.lines() {
            for (what, kind) in CODE.iter().filter(|(what, _)| code.contains(what)) {
                findings.push(Finding::new(&file.path, line, format!("{kind}：{what}")));
            }
            if source.is_test(line) && calls(code, "sleep") {
                findings.push(Finding::new(&file.path, line, "测试不得等待：移动时钟，或者等待事件本身"));
            }
        }
    }
    for file in tree.files.iter().filter(|f| MARKED.iter().any(|end| f.path.ends_with(end))) {
        for (index, text) in file.text.lines().enumerate() {
            if let Some(mark) = MARKS.iter().find(|mark| word(text, mark)) {
                findings.push(Finding::new(&file.path, index + 1, format!("遗留标记 {mark}")));
            }
        }
    }
    findings
}

/// `name(` as a call of its own name.
fn calls(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        code[at + name.len()..].starts_with('(')
            && !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
    })
}

/// `mark` as a whole word.
fn word(text: &str, mark: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(mark)
        .any(|(at, _)| !text[..at].ends_with(part) && !text[at + mark.len()..].starts_with(part))
}

#[cfg(test)]
mod tests {
    use super::super::tree::samples::tree;
    use super::check;

    #[test]
    fn finds_what_was_left_and_only_that() {
        let bad = [
            concat!("fn a() { to", "do!() }"),
            concat!("fn b() { db", "g!(1); }"),
            concat!("#[ig", "nore = \"slow\"]"),
            concat!("// FIX", "ME: later"),
            "fn c() { std::thread::sleep(d); }",
        ]
        .join("\n");
        let good =
            concat!("// \"to", "do!(\" in a string\nlet s = \"db", "g!(\";\nlet XX", "XY = asleep(1);\n");
        let findings = check(&tree(&[
            ("a/tests.rs", &bad),
            ("b.rs", good),
            ("c.rs", "fn c() { std::thread::sleep(d); }"),
        ]));
        let found: Vec<(&str, usize)> = findings.iter().map(|f| (f.path.as_str(), f.line)).collect();
        assert_eq!(
            found,
            [("a/tests.rs", 1), ("a/tests.rs", 2), ("a/tests.rs", 3), ("a/tests.rs", 5), ("a/tests.rs", 4)]
        );
    }
}
