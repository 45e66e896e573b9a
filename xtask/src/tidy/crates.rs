//! Directions between crates, and between the rooms inside the server.

use super::Finding;
use super::tree::{TextFile, Tree};

/// Crates that depend on nothing of ours.
const LEAVES: &[&str] = &["domain", "ledger", "media", "press", "search"];

/// Crates that may depend on some of ours, and on which.
const ABOVE: &[(&str, &[&str])] = &[("vault", &["ledger"])];

/// Crates that are functions of their input: nothing of these may come in.
const PURE: &[&str] = &["domain", "ledger"];
const IMPURE: &[&str] =
    &["tokio", "axum", "sea-orm", "sqlx", "rusqlite", "rand", "getrandom", "reqwest", "tempfile", "chrono"];

/// Checks the manifests and the uses in the sources.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|f| f.path.starts_with("crates/") && f.path.ends_with("/Cargo.toml"))
    {
        let Some(name) = file.path.split('/').nth(1) else { continue };
        for (line, section, dependency) in dependencies(&file.text) {
            if dependency == "xtask" || dependency == "mingjing" {
                findings.push(Finding::new(&file.path, line, format!("没有 crate 可以依赖 {dependency}")));
            }
            if LEAVES.contains(&name) && dependency.starts_with("mingjing-") {
                findings.push(Finding::new(
                    &file.path,
                    line,
                    format!("{name} 不得依赖本项目的 {dependency}"),
                ));
            }
            let above = ABOVE.iter().find(|(own, _)| *own == name).map(|(_, below)| *below);
            if let (Some(below), Some(ours)) = (above, dependency.strip_prefix("mingjing-"))
                && !below.contains(&ours)
            {
                findings.push(Finding::new(
                    &file.path,
                    line,
                    format!("{name} 只可以依赖 {}，不得依赖 {dependency}", below.join("、")),
                ));
            }
            if PURE.contains(&name) && section == "dependencies" && IMPURE.contains(&dependency.as_str()) {
                findings.push(Finding::new(
                    &file.path,
                    line,
                    format!("{name} 是纯函数库，不得依赖 {dependency}"),
                ));
            }
        }
    }
    for name in LEAVES {
        let own = format!("crates/{name}/");
        for (file, source) in tree.rust().filter(|(f, _)| f.path.starts_with(&own)) {
            let foreign = |line: &str| line.split("mingjing_").skip(1).any(|rest| !rest.starts_with(name));
            let uses = source.lines().filter(|(_, line)| foreign(line));
            findings.extend(
                uses.map(|(line, _)| {
                    Finding::new(&file.path, line, format!("{name} 不得取用本项目其他 crate"))
                }),
            );
        }
    }
    findings
}

/// Line, section and name of each dependency in a manifest.
fn dependencies(manifest: &str) -> Vec<(usize, String, String)> {
    let mut section = String::new();
    let mut found = Vec::new();
    for (index, line) in manifest.lines().enumerate() {
        let line = line.trim();
        if let Some(header) = line.strip_prefix('[') {
            section = header.trim_end_matches(']').to_owned();
            // `[dependencies.name]` is one dependency.
            if let Some((kind, name)) = section.split_once("dependencies.") {
                found.push((index + 1, format!("{kind}dependencies"), name.to_owned()));
            }
        } else if section.ends_with("dependencies") && !line.starts_with('#') {
            let name: String =
                line.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect();
            if !name.is_empty() {
                found.push((index + 1, section.clone(), name));
            }
        }
    }
    found
}

/// Kinds of rooms, and the kinds they may not call.
const CLOSED: &[(&str, &[&str])] =
    &[("store", &["service", "web", "api", "jobs"]), ("service", &["web", "api"])];

/// Checks the rooms inside the server's features.
pub fn check_rooms(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, source) in tree.rust() {
        let Some((feature, room)) = place(file) else { continue };
        for (line, code) in source.lines() {
            for closed in CLOSED.iter().filter(|(kind, _)| *kind == room).flat_map(|(_, closed)| *closed) {
                let inside = [format!("super::{closed}::"), format!("crate::{feature}::{closed}::")];
                if inside.iter().any(|path| code.contains(path.as_str())) {
                    findings.push(Finding::new(&file.path, line, format!("{room} 不得取用 {closed}")));
                }
            }
            if let Some(other) = foreign_store(code, feature) {
                findings.push(Finding::new(
                    &file.path,
                    line,
                    format!("功能 {feature} 不得直接取用 {other} 的 store，请经其 service"),
                ));
            }
        }
    }
    findings
}

/// Feature and room of a server file: `crates/server/src/<feature>/<room>…`.
fn place(file: &TextFile) -> Option<(&str, &str)> {
    let (feature, rest) = file.path.strip_prefix("crates/server/src/")?.split_once('/')?;
    // What serves every feature may look into every room.
    let shared = matches!(feature, "kit" | "ops" | "bin");
    (!shared).then(|| (feature, rest.split(['/', '.']).next().unwrap_or(rest)))
}

/// `crate::<other>::store` in a line of `feature`.
fn foreign_store<'c>(code: &'c str, feature: &str) -> Option<&'c str> {
    code.split("crate::").skip(1).find_map(|rest| {
        let (other, rest) = rest.split_once("::")?;
        (other != feature && (rest.starts_with("store::") || rest.starts_with("store;"))).then_some(other)
    })
}

#[cfg(test)]
mod tests {
    use super::super::tree::samples::tree;
    use super::{check, check_rooms};

    #[test]
    fn leaves_depend_on_nothing_of_ours_and_stay_pure() {
        let findings = check(&tree(&[
            (
                "crates/domain/Cargo.toml",
                "[dependencies]\nserde.workspace = true\ntokio = \"1\"\n# mingjing-press\n[dev-dependencies]\nmingjing-ledger.workspace = true\nrand.workspace = true\n",
            ),
            ("crates/press/Cargo.toml", "[dependencies.mingjing-domain]\nworkspace = true\n"),
            (
                "crates/vault/Cargo.toml",
                "[dependencies]\nmingjing-ledger.workspace = true\nmingjing-domain.workspace = true\n",
            ),
            (
                "crates/server/Cargo.toml",
                "[dependencies]\nmingjing-domain.workspace = true\ntokio = \"1\"\nxtask = { path = \"x\" }\n",
            ),
            (
                "crates/ledger/src/lib.rs",
                "use mingjing_ledger::x;\n// mingjing_domain\nuse mingjing_domain::y;\n",
            ),
        ]));
        let found: Vec<(&str, usize)> = findings.iter().map(|f| (f.path.as_str(), f.line)).collect();
        assert_eq!(
            found,
            [
                ("crates/domain/Cargo.toml", 3),
                ("crates/domain/Cargo.toml", 6),
                ("crates/press/Cargo.toml", 1),
                ("crates/server/Cargo.toml", 4),
                ("crates/vault/Cargo.toml", 3),
                ("crates/ledger/src/lib.rs", 3),
            ]
        );
    }

    #[test]
    fn rooms_call_downwards_only() {
        let findings = check_rooms(&tree(&[
            ("crates/server/src/case/store.rs", "use super::service::go;\nuse crate::kit::db;\n"),
            (
                "crates/server/src/case/service/open.rs",
                "use crate::case::web::page;\nuse super::store::rows;\n",
            ),
            (
                "crates/server/src/case/web.rs",
                "use super::service::go;\nuse crate::review::store::rows;\nuse crate::review::service::rows;\n",
            ),
            ("crates/server/src/kit/registry.rs", "use crate::case::store::rows;\n"),
        ]));
        let found: Vec<(&str, usize)> = findings.iter().map(|f| (f.path.as_str(), f.line)).collect();
        assert_eq!(
            found,
            [
                ("crates/server/src/case/service/open.rs", 1),
                ("crates/server/src/case/store.rs", 1),
                ("crates/server/src/case/web.rs", 2)
            ]
        );
    }
}
