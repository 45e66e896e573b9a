//! The coverage table lists every requirement, and claims nothing that is not there.

use super::Finding;
use super::architecture::paths;
use super::tree::Tree;

const TABLE: &str = "docs/coverage.md";

/// Requirements per letter: A1…A17, B1…B15 and so on. The ids are stable.
const KNOWN: &[(char, u32)] =
    &[('A', 17), ('B', 15), ('C', 10), ('D', 7), ('E', 7), ('F', 5), ('G', 6), ('H', 5)];

/// Where the requirement table lies beside the checkout, when it does.
const GIVEN: &str = "../shared/spec/requirements.md";

/// One row of the table.
struct Row {
    line: usize,
    id: String,
    state: String,
    modules: String,
    tests: String,
}

/// Checks ids, states, and that named modules and tests exist.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let Some(file) = tree.file(TABLE) else { return vec![Finding::new(TABLE, 0, "缺少需求覆盖表")] };
    let known = known();
    let mut findings = Vec::new();
    let mut say = |line: usize, message: String| findings.push(Finding::new(TABLE, line, message));
    if let Ok(given) = std::fs::read_to_string(tree.root.join(GIVEN)) {
        let given: Vec<String> = rows(&given).into_iter().map(|r| r.id).collect();
        if given != known {
            say(0, "需求表的编号与本检查所知的不同".into());
        }
    }
    let rows = rows(&file.text);
    for id in &known {
        match rows.iter().filter(|r| r.id == *id).count() {
            1 => {}
            0 => say(0, format!("缺少 {id}")),
            _ => say(0, format!("{id} 重复")),
        }
    }
    for row in &rows {
        if !known.contains(&row.id) {
            say(row.line, format!("没有 {} 这项需求", row.id));
        }
        judge(tree, row).into_iter().for_each(|message| say(row.line, message));
    }
    findings
}

/// What does not hold in one row.
fn judge(tree: &Tree, row: &Row) -> Vec<String> {
    let (modules, tests) = (paths(&row.modules), paths(&row.tests));
    let mut messages: Vec<String> = modules
        .iter()
        .chain(&tests)
        .filter(|(_, p)| !tree.has(p))
        .map(|(_, p)| format!("{}：没有 {p}", row.id))
        .collect();
    match row.state.as_str() {
        "open" => {}
        "partly" if !modules.is_empty() => {}
        "done" if !modules.is_empty() && !tests.is_empty() => {}
        "partly" => messages.push(format!("{}：partly 应写明模块", row.id)),
        "done" => messages.push(format!("{}：done 应写明模块和测试", row.id)),
        other => messages.push(format!("{}：状态“{other}”应为 open、partly 或者 done", row.id)),
    }
    messages
}

fn known() -> Vec<String> {
    KNOWN.iter().flat_map(|(letter, count)| (1..=*count).map(move |n| format!("{letter}{n}"))).collect()
}

/// Rows whose first cell looks like an id.
fn rows(text: &str) -> Vec<Row> {
    let id = |cell: &str| {
        cell.starts_with(|c: char| c.is_ascii_uppercase())
            && cell.len() > 1
            && cell[1..].bytes().all(|b| b.is_ascii_digit())
    };
    text.lines()
        .enumerate()
        .filter_map(|(index, line)| {
            let cells: Vec<&str> = line.strip_prefix('|')?.split('|').map(str::trim).collect();
            let cell = |n: usize| cells.get(n).copied().unwrap_or_default().to_owned();
            id(cells.first()?).then(|| Row {
                line: index + 1,
                id: cell(0),
                state: cell(1),
                modules: cell(2),
                tests: cell(3),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tree::samples::tree;
    use super::{check, known};

    fn messages(change: impl Fn(&str) -> Option<String>) -> Vec<String> {
        let table: String = known().iter().filter_map(|id| change(id)).map(|row| row + "\n").collect();
        let findings = check(&tree(&[
            ("docs/coverage.md", &table),
            ("crates/a/src/x.rs", ""),
            ("crates/a/tests/y.rs", ""),
        ]));
        findings.into_iter().map(|f| f.message).collect()
    }

    fn open(id: &str) -> String {
        format!("| {id} | open | | |")
    }

    #[test]
    fn a_full_honest_table_passes() {
        assert_eq!(known().len(), 72);
        assert_eq!(
            messages(|id| Some(match id {
                "A1" => "| A1 | done | `crates/a/src/x.rs` | `crates/a/tests/y.rs::holds` |".to_owned(),
                "A2" => "| A2 | partly | `crates/a/src` | |".to_owned(),
                _ => open(id),
            })),
            Vec::<String>::new()
        );
    }

    #[test]
    fn gaps_strangers_and_claims_are_reported() {
        let messages = messages(|id| match id {
            "A1" => None,
            "A2" => Some(open("A2") + "\n" + &open("Z9")),
            "A3" => Some(open("A3") + "\n" + &open("A3")),
            "A4" => Some("| A4 | done | `crates/a/src/x.rs` | |".into()),
            "A5" => Some("| A5 | partly | | |".into()),
            "A6" => Some("| A6 | nearly | | |".into()),
            "A7" => Some("| A7 | partly | `crates/gone.rs` | |".into()),
            _ => Some(open(id)),
        });
        for part in ["缺少 A1", "没有 Z9", "A3 重复", "A4：done", "A5：partly", "“nearly”", "crates/gone.rs"]
        {
            assert!(messages.iter().any(|m| m.contains(part)), "{part}: {messages:?}");
        }
        assert_eq!(messages.len(), 7);
    }
}
