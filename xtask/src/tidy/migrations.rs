//! A migration that has landed is never edited, renamed or removed.

use super::Finding;
use super::tree::Tree;
use crate::workspace::capture;
use std::path::Path;
use std::process::Command;

const FOLDER: &str = "crates/server/migrations";

/// Compares each migration with what it was when it landed: at its first
/// appearance along the first parents of HEAD, so that work on a branch before
/// its merge is not yet landed.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let numbers = numbering(tree);
    let Ok(landed) = landed(&tree.root) else {
        // An unpacked source archive has no history to compare with.
        return numbers;
    };
    let compared = landed.into_iter().filter_map(|(path, blob)| match tree.file(&path) {
        None => Some(Finding::new(&path, 0, "已落地的迁移不得删除或者改名")),
        Some(_) => {
            match capture(Command::new("git").current_dir(&tree.root).args(["hash-object", "--", &path])) {
                Ok(now) if now == blob => None,
                Ok(_) => Some(Finding::new(&path, 0, "已落地的迁移不得改动，请新增一个迁移")),
                Err(e) => Some(Finding::new(&path, 0, e)),
            }
        }
    });
    numbers.into_iter().chain(compared).collect()
}

/// Numbers run from 0001 without gaps and without doubles.
fn numbering(tree: &Tree) -> Vec<Finding> {
    let names = tree.files.iter().filter_map(|f| {
        f.path.strip_prefix(FOLDER)?.strip_prefix('/')?.strip_suffix(".sql").map(|name| (f, name))
    });
    names
        .enumerate()
        .filter(|(index, (_, name))| !name.starts_with(&format!("{:04}_", index + 1)))
        .map(|(index, (file, _))| {
            Finding::new(&file.path, 0, format!("迁移应连续编号，此处应为 {:04}_", index + 1))
        })
        .collect()
}

/// Path and blob of each migration when it landed, oldest first.
fn landed(root: &Path) -> Result<Vec<(String, String)>, crate::Fail> {
    let git = |arguments: &[&str]| capture(Command::new("git").current_dir(root).args(arguments));
    let log = git(&[
        "log",
        "--first-parent",
        "-m",
        "--reverse",
        "--no-renames",
        "--diff-filter=A",
        "--raw",
        "--no-abbrev",
        "--format=",
        "HEAD",
        "--",
        FOLDER,
    ])?;
    Ok(added(&log))
}

/// `:000000 100644 0… <blob> A<TAB><path>` lines; the first of each path counts.
fn added(log: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in log.lines() {
        let Some((head, path)) = line.split_once('\t') else { continue };
        let Some(blob) = head.split_whitespace().nth(3) else { continue };
        if path.ends_with(".sql") && !found.iter().any(|(p, _)| p == path) {
            found.push((path.to_owned(), blob.to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::tree::Tree;
    use super::super::tree::samples::tree;
    use super::{check, numbering};
    use crate::guard::Guard;
    use crate::workspace::capture;
    use std::process::Command;

    #[test]
    fn numbers_follow_each_other() {
        let files = [
            ("crates/server/migrations/0001_a.sql", ""),
            ("crates/server/migrations/0003_b.sql", ""),
            ("crates/server/migrations/notes.md", ""),
        ];
        let findings = numbering(&tree(&files));
        assert_eq!(findings.len(), 1);
        assert!(findings[0].message.contains("0002_"));
    }

    #[test]
    fn an_edited_or_removed_migration_is_found_and_branch_work_is_not() {
        let run = Guard::open().unwrap();
        let root = run.subfolder("repository").unwrap();
        let git = |arguments: &[&str]| {
            let who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
            capture(Command::new("git").current_dir(&root).args(who).args(arguments)).unwrap()
        };
        let write = |name: &str, text: &str| {
            let path = root.join("crates/server/migrations").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        let found =
            || -> Vec<String> { check(&Tree::read(&root).unwrap()).into_iter().map(|f| f.path).collect() };
        git(&["init", "-q", "-b", "main"]);
        write("0001_a.sql", "one");
        git(&["add", "."]);
        git(&["commit", "-qm", "first"]);
        git(&["checkout", "-qb", "branch"]);
        write("0002_b.sql", "draft");
        git(&["add", "."]);
        git(&["commit", "-qm", "draft"]);
        write("0002_b.sql", "final");
        git(&["commit", "-qam", "final"]);
        git(&["checkout", "-q", "main"]);
        git(&["merge", "-q", "--no-ff", "-m", "merge", "branch"]);
        assert_eq!(found(), Vec::<String>::new(), "edited before it landed");
        write("0002_b.sql", "changed");
        assert_eq!(found(), ["crates/server/migrations/0002_b.sql"]);
        git(&["rm", "-qf", "crates/server/migrations/0002_b.sql"]);
        git(&["commit", "-qm", "removed"]);
        assert_eq!(found(), ["crates/server/migrations/0002_b.sql"]);
    }
}
