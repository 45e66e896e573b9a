//! A number of law stands with its source.

use super::Finding;
use super::tree::Tree;

/// One table of a policy file: line of its header, name, keys with values.
struct Table {
    line: usize,
    name: String,
    entries: Vec<(String, String)>,
}

impl Table {
    /// A non-empty value of `key`.
    fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(k, v)| k == key && !v.trim_matches(['"', '\'', ' ']).is_empty())
    }

    fn key(&self) -> &str {
        self.entries.iter().find(|(k, _)| k == "key").map_or("?", |(_, v)| v.trim_matches('"'))
    }
}

/// Checks every `policies/*.toml`: each `[[value]]` names the law (its own or
/// the file's) and the article; where the article is not known, a note says so.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|f| f.path.contains("/policies/") && f.path.ends_with(".toml")) {
        let tables = tables(&file.text);
        let law_of_file = tables.iter().any(|t| t.name == "policy" && t.has("law"));
        let values: Vec<&Table> = tables.iter().filter(|t| t.name == "value").collect();
        if values.is_empty() {
            findings.push(Finding::new(&file.path, 0, "没有 [[value]]"));
        }
        for value in values {
            if !value.has("value") {
                findings.push(Finding::new(&file.path, value.line, format!("{} 没有值", value.key())));
            }
            if !(value.has("law") || law_of_file) || !(value.has("article") || value.has("note")) {
                findings.push(Finding::new(
                    &file.path,
                    value.line,
                    format!("{} 没有出处（law、article；条次不明的写明 note）", value.key()),
                ));
            }
        }
    }
    findings
}

/// The tables of a TOML file as far as this rule needs them: headers, and keys
/// at the beginning of a line.
fn tables(text: &str) -> Vec<Table> {
    let mut found: Vec<Table> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            found.push(Table {
                line: index + 1,
                name: line.trim_matches(['[', ']']).to_owned(),
                entries: Vec::new(),
            });
        } else if let (Some(table), Some((key, value))) = (found.last_mut(), line.split_once('='))
            && !line.starts_with('#')
        {
            table.entries.push((key.trim().to_owned(), value.trim().to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::tree::samples::tree;
    use super::check;

    #[test]
    fn each_value_has_law_and_article() {
        let good = "[policy]\nid = \"x\"\nlaw = \"行政处罚法\"\n[[value]]\nkey = \"a\"\nvalue = \"7wd\"\narticle = \"第六十条\"\n";
        let bad = "[policy]\nid = \"y\"\n[[value]]\nkey = \"no.law\"\nvalue = 1\narticle = \"第一条\"\n[[value]]\nkey = \"no.article\"\nvalue = 1\nlaw = \"某办法\"\n# article = \"第二条\"\n[[value]]\nkey = \"empty\"\nvalue = 1\nlaw = \"\"\narticle = \"第三条\"\n[[value]]\nkey = \"noted\"\nvalue = 1\nlaw = \"某办法\"\narticle = \"\"\nnote = \"条次待核\"\n";
        let findings = check(&tree(&[
            ("crates/domain/policies/good.toml", good),
            ("crates/domain/policies/bad.toml", bad),
            ("crates/domain/policies/none.toml", "[policy]\n"),
        ]));
        let found: Vec<(&str, usize)> =
            findings.iter().map(|f| (f.path.rsplit('/').next().unwrap(), f.line)).collect();
        assert_eq!(found, [("bad.toml", 3), ("bad.toml", 7), ("bad.toml", 12), ("none.toml", 0)]);
    }
}
