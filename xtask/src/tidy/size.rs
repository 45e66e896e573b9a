//! A file fits a sitting, a function fits a screen.

use super::Finding;
use super::tree::Tree;

const FILE_LINES: usize = 600;
const FUNCTION_LINES: usize = 70;

/// Checks hand-written Rust; what tests generate stands in a folder `generated`.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, source) in tree.rust().filter(|(f, _)| !f.path.contains("/generated/")) {
        let lines = file.text.lines().count();
        if lines > FILE_LINES {
            findings.push(Finding::new(&file.path, 0, format!("文件 {lines} 行，超过 {FILE_LINES} 行")));
        }
        for function in source.functions() {
            let lines = function.last - function.first + 1;
            if lines > FUNCTION_LINES {
                findings.push(Finding::new(
                    &file.path,
                    function.first,
                    format!("函数 {} 有 {lines} 行，超过 {FUNCTION_LINES} 行", function.name),
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::tree::samples::tree;
    use super::check;

    #[test]
    fn the_limits_are_the_last_that_pass() {
        let function = |lines: usize| format!("fn f() {{\n{}}}\n", "    a();\n".repeat(lines - 2));
        let fits = function(70);
        let too_long = function(71);
        let full = "//\n".repeat(600);
        let over = "//\n".repeat(601);
        let findings = check(&tree(&[
            ("a.rs", &fits),
            ("b.rs", &too_long),
            ("c.rs", &full),
            ("d.rs", &over),
            ("docs/generated/e.rs", &over),
            ("f.md", &over),
        ]));
        let found: Vec<(&str, usize)> = findings.iter().map(|f| (f.path.as_str(), f.line)).collect();
        assert_eq!(found, [("b.rs", 1), ("d.rs", 0)]);
    }
}
