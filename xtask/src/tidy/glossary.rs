//! The glossary's identifiers are those of the code.

use super::Finding;
use super::tree::Tree;
use std::collections::BTreeSet;

const GLOSSARY: &str = "GLOSSARY.md";

/// Fewer rows than this is not the field's vocabulary.
const ROWS_AT_LEAST: usize = 120;

/// Checks each identifier in backticks in the table's third column.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let Some(file) = tree.file(GLOSSARY) else { return vec![Finding::new(GLOSSARY, 0, "缺少术语表")] };
    let words: BTreeSet<&str> = tree
        .rust()
        .filter(|(f, _)| f.path.starts_with("crates/"))
        .flat_map(|(_, source)| source.code.split(|c: char| !c.is_alphanumeric() && c != '_'))
        .collect();
    let mut findings = Vec::new();
    let mut rows = 0;
    for (index, line) in file.text.lines().enumerate() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, chinese, _, identifiers, ..] = cells.as_slice() else { continue };
        if chinese.starts_with("--") || *chinese == "中文" {
            continue;
        }
        rows += 1;
        for identifier in identifiers.split('`').skip(1).step_by(2) {
            if let Some(missing) = identifier.split("::").find(|part| !words.contains(part)) {
                findings.push(Finding::new(
                    GLOSSARY,
                    index + 1,
                    format!("{chinese}：代码中没有 {missing}（{identifier}）"),
                ));
            }
        }
    }
    if rows < ROWS_AT_LEAST {
        findings.push(Finding::new(
            GLOSSARY,
            0,
            format!("术语表只有 {rows} 行，应不少于 {ROWS_AT_LEAST} 行"),
        ));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::tree::samples::tree;
    use super::check;

    #[test]
    fn an_identifier_that_was_renamed_is_reported() {
        let mut text = "| 中文 | English | code |\n|---|---|---|\n".to_owned();
        text += "| 立案 | filing | `Stage::Filed` |\n| 结案 | closing | `Stage::Shut`, `close` |\n| 公文 | paper | — |\n";
        let code = [("crates/a/src/lib.rs", "enum Stage { Filed, Closed } fn close() {} // Shut\n")];
        let findings = |text: &str| check(&tree(&[("GLOSSARY.md", text), code[0]]));
        let few = findings(&text);
        assert_eq!(few.len(), 2, "{few:?}");
        assert!(few[0].line == 4 && few[0].message.contains("Shut"));
        assert!(few[1].message.contains("3 行"));
        assert_eq!(findings(&(text + &"| 词 | word | |\n".repeat(117))).len(), 1);
    }
}
