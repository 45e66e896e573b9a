//! A stateful fuzzer (schemathesis) walks the running program by its description:
//! examples, boundaries, random bodies, and links from one operation to the next.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod chain;
mod county;
mod settings;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use county::County;
use serde_json::Value;

/// The fuzzer. A run without it is no run.
fn fuzzer() -> String {
    let program = std::env::var("MINGJING_TEST_SCHEMATHESIS");
    program.expect("MINGJING_TEST_SCHEMATHESIS names the program; `cargo xtask test` installs it")
}

/// One walk: as whom, by which description, how far.
struct Walk<'a> {
    login: &'a str,
    description: &'a Path,
    settings: &'a str,
    more: &'a [&'a str],
}

/// Walks the API; every finding fails the test. Gives how many cases were tried.
fn walk(county: &County, it: &Walk<'_>) -> u64 {
    let token = county.token(it.login);
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("settings.toml");
    std::fs::write(&config, it.settings).unwrap();
    let mut command = Command::new(fuzzer());
    command
        .arg("--config-file")
        .arg(&config)
        .arg("run")
        .arg(it.description)
        .args(["--url", &format!("http://{}", county.address)])
        .args(["--header", &format!("Authorization: Bearer {token}")])
        .args(["--checks", "all", "--generation-deterministic", "--continue-on-failure"])
        .args(["--suppress-health-check", "all", "--warnings", "off", "--no-color"])
        .args(it.more)
        .current_dir(folder.path())
        // Nothing but the program under test is asked, whatever the environment says.
        .env("no_proxy", "*");
    let out = command.output().expect("the fuzzer runs");
    let said = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success(), "{} {:?}:\n{said}\n{}", it.login, it.more, county.faults());
    let cases = said.split(" generated").next().and_then(|it| it.split_whitespace().last()?.parse().ok());
    cases.unwrap_or_else(|| panic!("the fuzzer does not say how many cases it tried:\n{said}"))
}

/// The description without the fields of a late entry, and with texts that can be printed:
/// most of what is made at random contradicts itself, or has no glyph, and would end a walk
/// at its first step.
fn short(mut description: Value) -> Value {
    for it in description["paths"].as_object_mut().unwrap().values_mut() {
        for operation in it.as_object_mut().unwrap().values_mut() {
            let fields = operation.pointer_mut("/requestBody/content/application~1json/schema/properties");
            if let Some(fields) = fields.and_then(Value::as_object_mut) {
                fields.retain(|name, _| {
                    !matches!(
                        name.as_str(),
                        "happened_at" | "late_reason" | "late_approver" | "device_offset_ms"
                    )
                });
            }
        }
    }
    settings::printable(&mut description);
    description
}

/// Walks from clues to filed cases, and says how many cases were tried.
fn deep(county: &County, whole: &Value, folder: &Path) -> u64 {
    let path = folder.join("chain.json");
    std::fs::write(&path, chain::description(whole, county).to_string()).unwrap();
    let before = investigated(county);
    let more = ["--phases", "stateful"];
    let it =
        Walk { login: "yj-officer2", description: &path, settings: &chain::settings(county), more: &more };
    let tried = walk(county, &it);
    let made: Vec<String> = investigated(county).difference(&before).cloned().collect();
    let walked = chain::walked(county, &made);
    assert!(walked > 0, "no case was led from its clue to other officers; {} were filed", made.len());
    tried
}

/// The cases under investigation.
fn investigated(county: &County) -> BTreeSet<String> {
    let token = county.token("yj-officer1");
    let (mut all, mut path) = (BTreeSet::new(), "/api/v1/cases?limit=100&stage=investigating".to_owned());
    loop {
        let page = county.get(&path, Some(&token));
        all.extend(page["items"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut path),
            None => return all,
        }
    }
}

#[test]
fn the_fuzzer_finds_nothing() {
    let county = County::open();
    let things = settings::things(&county);
    let folder = tempfile::tempdir().unwrap();
    let whole = county.get("/api/openapi.json", None);
    let keep = |name: &str, description: &Value| {
        let path = folder.path().join(name);
        std::fs::write(&path, description.to_string()).unwrap();
        path
    };
    let (all, short) = (keep("all.json", &whole), keep("short.json", &short(whole.clone())));
    let people = ["--include-tag", "人员", "--include-tag", "执法主体", "--max-examples", "4"];
    // Uploads answer by the statuses of a protocol that a description cannot say; tests/evidence
    // walks them.
    const UPLOADS: &str = "证据上传与播放";
    let others = [
        "--exclude-tag",
        "人员",
        "--exclude-tag",
        "执法主体",
        "--exclude-tag",
        UPLOADS,
        "--phases",
        "examples,coverage",
    ];
    let paths = ["--exclude-tag", UPLOADS, "--phases", "fuzzing,stateful", "--max-examples", "4"];
    let of = |fixed| settings::settings(&things, fixed);
    let (all_fixed, all_free) = (of(true), of(false));
    let by_role = all_free.clone() + &settings::by_role(&county);
    let fixed = |login, more| Walk { login, description: &all, settings: &all_fixed, more };
    let free = |login, more| Walk { login, description: &short, settings: &all_free, more };
    let led = Walk { settings: &by_role, ..free("yj-officer2", &paths) };
    // Two at once, each with a token of its own that the other cannot revoke. Those
    // who may disable people and end organs come last.
    let rounds = [
        [fixed("yj-officer1", &others), led],
        [fixed("yj-sysadmin", &people), free("sf-supervisor", &people)],
    ];
    let mut tried = deep(&county, &whole, folder.path());
    for [one, other] in &rounds {
        tried += std::thread::scope(|scope| {
            let one = scope.spawn(|| walk(&county, one));
            walk(&county, other) + one.join().unwrap()
        });
    }
    assert!(tried > 8_000, "only {tried} cases were tried");
    assert_eq!(county.faults(), "", "the program broke inside");
    county.audited();
}
