//! Pages load nothing from elsewhere.

use super::Finding;
use super::tree::Tree;

/// What reaches a browser as it is.
const KINDS: &[&str] = &[".css", ".js", ".mjs", ".svg", ".html", ".webmanifest"];

/// Names of XML vocabularies, which nothing loads.
const NAMES: &[&str] =
    &["http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "http://www.w3.org/1999/xhtml"];

/// Ways to name another place without a scheme.
const SCHEMELESS: &[&str] = &[
    "url(//",
    "url(\"//",
    "url('//",
    "from \"//",
    "from '//",
    "import \"//",
    "import '//",
    "src=\"//",
    "href=\"//",
];

/// Checks the assets.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|f| KINDS.iter().any(|kind| f.path.ends_with(kind))) {
        for (index, line) in file.text.lines().enumerate() {
            let bare =
                NAMES.iter().fold(line.to_owned(), |line, name| line.replace(&format!("\"{name}\""), ""));
            let elsewhere = ["http://", "https://", "ws://", "wss://"]
                .iter()
                .chain(SCHEMELESS)
                .find(|part| bare.contains(**part));
            if let Some(part) = elsewhere {
                findings.push(Finding::new(&file.path, index + 1, format!("引用外部地址：{part}")));
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
    fn finds_external_addresses_in_assets() {
        let findings = check(&tree(&[
            ("a.css", "@import url(//fonts.example/x.css);\nbody { color: red } /* ok */\n"),
            ("b.js", "import x from './x.js';\nfetch('https://example.org');\n"),
            ("c.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>\n"),
            ("d.md", "https://example.org\n"),
        ]));
        let found: Vec<(&str, usize)> = findings.iter().map(|f| (f.path.as_str(), f.line)).collect();
        assert_eq!(found, [("a.css", 1), ("b.js", 2)]);
    }
}
