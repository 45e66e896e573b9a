//! What is kept of the matters around records: their tables as printed, and the bytes of
//! their events as they landed.

use mingjing_domain::act_table::print;
use mingjing_domain::archive::{self, CaseFile, transfer};
use mingjing_domain::matter::{Matter, MatterKind};
use mingjing_domain::recording_check::{self, Check};
use mingjing_domain::viewing_grant::{self, Grant};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

#[test]
fn the_tables_are_as_printed() {
    let text = [
        print::<viewing_grant::Verb>(),
        print::<archive::Verb>(),
        print::<transfer::Verb>(),
        print::<recording_check::Verb>(),
    ]
    .join("\n");
    let path = golden("record_tables.md");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &text).expect("the golden file can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "{} differs; run with BLESS=1 and read the change", path.display());
}

/// Takes the slots out of a stored body: they belong to the store.
fn bare(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.remove("$x");
            map.values_mut().for_each(bare);
        }
        Value::Array(all) => all.iter_mut().for_each(bare),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn reads<M: Matter>(name: &str, version: u16, body: &Value) {
    let event = M::decode(name, version, body.clone()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(M::type_of(&event), (name, version));
    let mut again = serde_json::to_value(&event).expect("events serialise");
    let mut landed = body.clone();
    bare(&mut again);
    bare(&mut landed);
    assert_eq!(again, landed, "{name}");
    assert!(M::decode(name, version + 1, body.clone()).is_err(), "{name} has one version");
}

/// Every landed line decodes and says the same again. Lines are added, never changed.
#[test]
fn the_landed_events_still_read() {
    let text = std::fs::read_to_string(golden("record_events.jsonl")).expect("the golden file");
    let mut seen = BTreeSet::new();
    for line in text.lines() {
        let landed: Value = serde_json::from_str(line).expect("a line of JSON");
        let name = landed["type"].as_str().expect("a type").to_owned();
        let version = u16::try_from(landed["version"].as_u64().expect("a version")).expect("small");
        let kind = name.split('.').next().expect("a prefix");
        match MatterKind::ALL.into_iter().find(|k| k.name() == kind) {
            Some(MatterKind::ViewingGrant) => reads::<Grant>(&name, version, &landed["body"]),
            Some(MatterKind::RecordingCheck) => reads::<Check>(&name, version, &landed["body"]),
            Some(MatterKind::ArchiveTransfer) => {
                reads::<transfer::Transfer>(&name, version, &landed["body"]);
            }
            Some(MatterKind::CaseFile) => reads::<CaseFile>(&name, version, &landed["body"]),
            other => panic!("{name}: {other:?} is kept elsewhere"),
        }
        seen.insert(name);
    }
    assert_eq!(seen, declared(), "every type has a line");
}

/// The type names that the sources declare.
fn declared() -> BTreeSet<String> {
    let sources = [
        include_str!("../src/viewing_grant/state.rs"),
        include_str!("../src/archive/file.rs"),
        include_str!("../src/archive/transfer.rs"),
        include_str!("../src/recording_check/event.rs"),
    ];
    let prefixes = ["viewing_grant.", "case_file.", "archive_transfer.", "recording_check."];
    let names = sources.iter().flat_map(|s| s.split('"'));
    names.filter(|n| prefixes.iter().any(|p| n.starts_with(p))).map(str::to_owned).collect()
}
