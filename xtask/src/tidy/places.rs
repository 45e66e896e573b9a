//! Nothing of the machine it was written on, and no package source, stands in
//! the repository.

use super::Finding;
use super::tree::Tree;

/// Written in parts so that this file passes itself.
const FOLDERS: &[&str] =
    &[concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/Us", "ers/"), concat!("bash", "_jobs")];
const HOSTS: &[&str] = &[
    concat!("registry.", "npmjs"),
    concat!("npm", "mirror."),
    concat!("static.", "crates.io"),
    concat!("index.", "crates.io"),
    concat!("rs", "proxy."),
    concat!("pypi", ".org"),
    concat!("files.", "pythonhosted"),
    concat!("deb.", "debian.org"),
    concat!("mirrors", ".aliyun"),
    concat!("mirrors", ".tuna"),
    concat!("mirrors", ".ustc"),
    concat!("proxy.", "golang"),
];

/// Where every package of the lock file comes from.
const SOURCE: &str = concat!("registry+https://github.com/rust-lang/", "crates.io-index");

/// Checks all text files.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &tree.files {
        for (index, line) in file.text.lines().enumerate() {
            if let Some(folder) = FOLDERS.iter().find(|folder| absolute(line, folder)) {
                findings.push(Finding::new(&file.path, index + 1, format!("本机路径 {folder}")));
            }
            if let Some(host) = HOSTS.iter().find(|host| line.contains(*host)) {
                findings.push(Finding::new(&file.path, index + 1, format!("软件源地址 {host}")));
            }
            if file.path.ends_with("Cargo.lock")
                && line.starts_with("source = ")
                && line != format!("source = \"{SOURCE}\"")
            {
                findings.push(Finding::new(&file.path, index + 1, format!("依赖不来自公共软件源：{line}")));
            }
        }
    }
    findings
}

/// `folder` at the beginning of a path, not inside one.
fn absolute(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        !line[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '}' | '>' | ')'))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tree::samples::tree;
    use super::{FOLDERS, SOURCE, check};

    #[test]
    fn finds_absolute_places_but_not_names_inside_paths() {
        let bad = format!("see {}main\nquoted \"{}x\"\n", FOLDERS[0], FOLDERS[1]);
        let good = format!("api{}list and ../frame{}x\n", FOLDERS[0], FOLDERS[0]);
        let lock = format!("source = \"{SOURCE}\"\nsource = \"git+https://example.org/x\"\n");
        let findings = check(&tree(&[("a.md", &bad), ("b.md", &good), ("Cargo.lock", &lock)]));
        let found: Vec<(&str, usize)> = findings.iter().map(|f| (f.path.as_str(), f.line)).collect();
        assert_eq!(found, [("Cargo.lock", 2), ("a.md", 1), ("a.md", 2)]);
    }

    #[test]
    fn finds_package_sources() {
        let line = format!("curl https://{}js.org/x", concat!("registry.", "npm"));
        assert_eq!(check(&tree(&[("x.sh", &line)])).len(), 1);
        assert!(check(&tree(&[("x.md", "https://example.org/crates.io")])).is_empty());
    }
}
