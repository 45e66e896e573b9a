//! House rules over the repository's files, as a test ring.

mod architecture;
mod calls;
mod coverage;
mod crates;
mod exceptions;
mod glossary;
mod leftovers;
mod lexer;
mod migrations;
mod places;
mod policies;
mod size;
mod sql;
mod tree;
mod web;

use crate::Fail;
use exceptions::EXCEPTIONS;
use std::path::Path;
use tree::Tree;

/// Something a rule does not accept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// File it is in.
    pub path: String,
    /// Line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// What, and what to do.
    pub message: String,
}

impl Finding {
    fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into() }
    }
}

/// A rule and what it looks at.
struct Rule {
    name: &'static str,
    says: &'static str,
    check: fn(&Tree) -> Vec<Finding>,
}

const RULES: &[Rule] = &[
    Rule {
        name: "crates",
        says: "domain、ledger、media、press 不依赖本项目其他部分，vault 只依赖 ledger；domain、ledger 为纯函数库",
        check: crates::check,
    },
    Rule {
        name: "rooms",
        says: "web、api、jobs → service → store；不跨功能取用 store",
        check: crates::check_rooms,
    },
    Rule { name: "sql", says: "SQL 只在 store 和 kit 的数据库文件中", check: sql::check },
    Rule { name: "size", says: "文件不超过 600 行，函数不超过 70 行", check: size::check },
    Rule {
        name: "leftovers",
        says: "没有遗留的占位、调试、被忽略的测试、测试中的等待",
        check: leftovers::check,
    },
    Rule { name: "calls", says: "时间、编号、随机数只由 kit 取得", check: calls::check },
    Rule {
        name: "architecture", says: "ARCHITECTURE.md 提到的路径都存在", check: architecture::check
    },
    Rule {
        name: "coverage", says: "docs/coverage.md 列出每一项需求且只列这些", check: coverage::check
    },
    Rule { name: "glossary", says: "GLOSSARY.md 的标识符都在代码中", check: glossary::check },
    Rule { name: "places", says: "没有本机路径和软件源地址", check: places::check },
    Rule { name: "web", says: "CSS 和脚本不引用外部地址", check: web::check },
    Rule { name: "policies", says: "policies/*.toml 每个值都有出处", check: policies::check },
    Rule { name: "migrations", says: "已落地的迁移不再改动", check: migrations::check },
];

/// Checks every rule over the checkout; returns how many hold and how many do not.
///
/// # Errors
/// When the files cannot be read.
pub fn run(root: &Path) -> Result<(u64, u64), Fail> {
    let tree = Tree::read(root)?;
    let (mut passed, mut failed) = (0, 0);
    for rule in RULES {
        let findings = judge(rule.name, (rule.check)(&tree), EXCEPTIONS);
        println!(
            "tidy {:<13}{}  {}",
            rule.name,
            if findings.is_empty() { "ok    " } else { "FAILED" },
            rule.says
        );
        for finding in &findings {
            println!("  {}:{}: {}", finding.path, finding.line, finding.message);
        }
        if findings.is_empty() {
            passed += 1;
        } else {
            failed += 1;
        }
    }
    Ok((passed, failed))
}

/// Takes the excepted files out, and reports exceptions that nothing needs
/// any more: the list can only shrink.
fn judge(rule: &str, findings: Vec<Finding>, exceptions: &[exceptions::Exception]) -> Vec<Finding> {
    let ours: Vec<_> = exceptions.iter().filter(|e| e.rule == rule).collect();
    let unused = ours
        .iter()
        .filter(|e| !findings.iter().any(|f| f.path == e.path))
        .map(|e| {
            Finding::new(
                e.path,
                0,
                format!("例外不再需要，请从 xtask/src/tidy/exceptions.rs 删除（{}）", e.reason),
            )
        })
        .collect::<Vec<_>>();
    let mut kept: Vec<Finding> =
        findings.into_iter().filter(|f| !ours.iter().any(|e| e.path == f.path)).chain(unused).collect();
    kept.sort();
    kept
}

#[cfg(test)]
mod tests {
    use super::exceptions::Exception;
    use super::{EXCEPTIONS, Finding, RULES, judge};

    #[test]
    fn exceptions_cover_their_file_and_must_be_needed() {
        let exceptions = [
            Exception { rule: "sql", path: "a.rs", reason: "r" },
            Exception { rule: "sql", path: "gone.rs", reason: "r" },
            Exception { rule: "size", path: "b.rs", reason: "r" },
        ];
        let findings = vec![Finding::new("a.rs", 1, "x"), Finding::new("b.rs", 2, "y")];
        let left = judge("sql", findings, &exceptions);
        assert_eq!(left.iter().map(|f| f.path.as_str()).collect::<Vec<_>>(), ["b.rs", "gone.rs"]);
    }

    #[test]
    fn every_exception_names_a_rule_and_a_reason() {
        for exception in EXCEPTIONS {
            assert!(RULES.iter().any(|r| r.name == exception.rule), "{}", exception.rule);
            assert!(exception.reason.chars().count() >= 10, "{}", exception.path);
        }
    }
}
