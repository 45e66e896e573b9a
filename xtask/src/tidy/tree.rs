//! The project's files as the rules see them.

use super::lexer::{Source, scan};
use crate::Fail;
use crate::workspace::capture;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One text file.
pub struct TextFile {
    /// Path from the root, with `/`.
    pub path: String,
    /// Contents.
    pub text: String,
    /// For Rust: code and literals apart.
    pub source: Option<Source>,
}

/// All text files that are, or may come to be, in the repository.
pub struct Tree {
    /// Root of the checkout.
    pub root: PathBuf,
    /// Sorted by path.
    pub files: Vec<TextFile>,
}

impl Tree {
    /// Reads tracked files and new ones that are not ignored.
    ///
    /// # Errors
    /// When git does not list them.
    pub fn read(root: &Path) -> Result<Self, Fail> {
        let list = capture(Command::new("git").current_dir(root).args([
            "-c",
            "core.quotePath=off",
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
        ]))?;
        let files = list.lines().filter_map(|path| {
            // Files deleted but not yet committed are listed; binary files are not text.
            let text = String::from_utf8(std::fs::read(root.join(path)).ok()?).ok()?;
            Some((path.to_owned(), text))
        });
        Ok(Self::of(root, files))
    }

    /// A tree of the given files.
    pub fn of(root: &Path, files: impl Iterator<Item = (String, String)>) -> Self {
        let mut files: Vec<TextFile> = files
            .map(|(path, text)| {
                let source = path.ends_with(".rs").then(|| scan(&text, is_test_file(&path)));
                TextFile { path, text, source }
            })
            .collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Self { root: root.to_path_buf(), files }
    }

    /// Rust files with their scanned source.
    pub fn rust(&self) -> impl Iterator<Item = (&TextFile, &Source)> {
        self.files.iter().filter_map(|f| Some((f, f.source.as_ref()?)))
    }

    /// A file by its path.
    pub fn file(&self, path: &str) -> Option<&TextFile> {
        self.files.iter().find(|f| f.path == path)
    }

    /// Whether a file or folder of that path is in the tree.
    pub fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        self.files
            .iter()
            .any(|f| f.path == path || f.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')))
    }
}

/// Whether the whole file is test code.
fn is_test_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name == "tests.rs" || name.ends_with("_tests.rs") || path.split('/').any(|part| part == "tests")
}

#[cfg(test)]
pub(super) mod samples {
    use super::Tree;
    use std::path::Path;

    /// A tree of literal files, for the rules' tests.
    pub fn tree(files: &[(&str, &str)]) -> Tree {
        Tree::of(Path::new("."), files.iter().map(|(p, t)| ((*p).to_owned(), (*t).to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::samples::tree;

    #[test]
    fn knows_files_folders_and_tests() {
        let tree =
            tree(&[("a/b/c.rs", "fn x() {}"), ("a/b/tests.rs", ""), ("a/tests/d.rs", ""), ("a/t.md", "")]);
        assert!(tree.has("a/b") && tree.has("a/b/") && tree.has("a/b/c.rs") && !tree.has("a/b/c"));
        let tests: Vec<bool> = tree.rust().map(|(_, s)| s.is_test(1)).collect();
        assert_eq!(tests, [false, true, true]);
    }
}
