//! A migration that has landed is never edited, renamed or removed.

use super::Finding;
use super::tree::Tree;
use crate::workspace::capture;
use std::process::Command;

const FOLDER: &str = "crates/server/migrations";
const LIST: &str = "crates/server/migrations/LANDED";

/// Compares each migration with the list of those that landed: a line holds git's
/// blob id and the file's name. Lines are added, never changed.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = numbering(tree);
    let list = std::fs::read_to_string(tree.root.join(LIST)).unwrap_or_default();
    let landed: Vec<(&str, &str)> = list.lines().filter_map(|line| line.split_once(' ')).collect();
    for (blob, name) in &landed {
        let path = format!("{FOLDER}/{name}");
        if tree.file(&path).is_none() {
            findings.push(Finding::new(&path, 0, "已落地的迁移不得删除或者改名"));
            continue;
        }
        match capture(Command::new("git").current_dir(&tree.root).args(["hash-object", "--", &path])) {
            Ok(now) if now == *blob => {}
            Ok(_) => findings.push(Finding::new(&path, 0, "已落地的迁移不得改动，请新增一个迁移")),
            Err(e) => findings.push(Finding::new(&path, 0, e)),
        }
    }
    for (path, name) in migrations(tree) {
        if !landed.iter().any(|(_, it)| *it == name) {
            findings.push(Finding::new(path, 0, format!("没有列入 {LIST}")));
        }
    }
    findings
}

/// Path and file name of each migration, in order.
fn migrations(tree: &Tree) -> Vec<(&str, &str)> {
    let own = |path: &'_ str| path.starts_with(FOLDER) && path.ends_with(".sql");
    tree.files
        .iter()
        .filter(|f| own(&f.path))
        .filter_map(|f| Some((f.path.as_str(), f.path.rsplit('/').next()?)))
        .collect()
}

/// Four digits in front, each number once.
fn numbering(tree: &Tree) -> Vec<Finding> {
    let mut seen: Vec<&str> = Vec::new();
    let mut findings = Vec::new();
    for (path, name) in migrations(tree) {
        let number = name.split('_').next().unwrap_or_default();
        if number.len() != 4 || !number.bytes().all(|b| b.is_ascii_digit()) || seen.contains(&number) {
            findings.push(Finding::new(path, 0, "迁移以四位编号开头，编号不得重复"));
        }
        seen.push(number);
    }
    findings
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
    fn a_number_stands_once() {
        let files = [
            ("crates/server/migrations/0001_a.sql", ""),
            ("crates/server/migrations/0001_b.sql", ""),
            ("crates/server/migrations/3_c.sql", ""),
            ("crates/server/migrations/notes.md", ""),
        ];
        assert_eq!(numbering(&tree(&files)).len(), 2);
    }

    #[test]
    fn an_edited_removed_or_unlisted_migration_is_found() {
        let run = Guard::open().unwrap();
        let root = run.subfolder("repository").unwrap();
        let git =
            |arguments: &[&str]| capture(Command::new("git").current_dir(&root).args(arguments)).unwrap();
        let write = |name: &str, text: &str| {
            let path = root.join("crates/server/migrations").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        let found = || -> Vec<String> {
            git(&["add", "-A"]);
            check(&Tree::read(&root).unwrap()).into_iter().map(|f| f.path).collect()
        };
        git(&["init", "-q", "-b", "main"]);
        write("0001_a.sql", "one");
        assert_eq!(found(), ["crates/server/migrations/0001_a.sql"], "not listed");
        let blob = git(&["hash-object", "--", "crates/server/migrations/0001_a.sql"]);
        write("LANDED", &format!("{blob} 0001_a.sql\n"));
        assert_eq!(found(), Vec::<String>::new());
        write("0001_a.sql", "changed");
        assert_eq!(found(), ["crates/server/migrations/0001_a.sql"], "changed");
        std::fs::remove_file(root.join("crates/server/migrations/0001_a.sql")).unwrap();
        assert_eq!(found(), ["crates/server/migrations/0001_a.sql"], "removed");
    }
}
