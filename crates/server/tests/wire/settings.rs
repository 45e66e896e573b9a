//! Settings of the fuzzer: the checks, and things that are there, so that random
//! addresses and bodies lead to a case, a person or a publication now and then.

use serde_json::Value;

use crate::county::{County, TODAY};

const CHECKS: &str = include_str!("schemathesis.toml");

/// Share of values that are taken from what is there.
const SHARE: f64 = 0.75;

/// Values by the name of their dictionary.
fn dictionaries(county: &County, token: &str) -> Vec<(&'static str, Vec<Value>)> {
    let ids = |path: &str, token: Option<&str>| -> Vec<Value> {
        let answer = county.get(path, token);
        answer["items"].as_array().into_iter().flatten().map(|it| it["id"].clone()).collect()
    };
    let (officer, admin) = (county.token("yj-officer1"), county.token("yj-sysadmin"));
    let mut publications = ids("/api/v1/publications", Some(&officer));
    publications.extend(ids("/api/v1/publications?queue=prepare", Some(&officer)));
    vec![
        ("cases", ids("/api/v1/cases?limit=100", Some(&officer))),
        ("staff", ids("/api/v1/staff?limit=100", Some(&admin))),
        ("organs", vec![county.get("/api/v1/me", Some(token))["organ"].clone()]),
        ("publications", publications),
        ("decisions", ids("/api/v1/public/decisions", None)),
        ("names", ids("/api/v1/public/organs", None)),
        ("days", [TODAY, "2026-11-19", "2026-11-10"].map(Value::from).to_vec()),
        ("instants", ["2026-11-20T08:30:00+08:00", "2026-11-19T09:30:00+08:00"].map(Value::from).to_vec()),
        ("ordinals", vec![1.into(), 2.into()]),
    ]
}

/// Parameters of every operation, and where their values come from.
const BOUND: &[(&str, &[&str])] = &[
    ("days", &["received_on", "on", "collected_on", "violation_on", "paid_on", "due_on", "known_on", "from"]),
    ("instants", &["started_at", "ended_at", "happened_at"]),
    ("ordinals", &["party", "document", "proposal_no", "commission", "preservation", "order"]),
    ("staff", &["officers[*]", "collectors[*]", "presenters[*]", "host", "clerk", "late_approver"]),
];

/// Operations by their group, and what stands for `{id}` in their addresses.
const ADDRESSED: [(&str, &str); 5] = [
    ("案件", "cases"),
    ("人员", "staff"),
    ("执法主体", "organs"),
    ("公示", "publications"),
    ("公开", "decisions"),
];

fn bound(dictionary: &str) -> String {
    format!("{{ dictionary = \"{dictionary}\", probability = {SHARE} }}")
}

/// The settings of one walk.
pub fn settings(county: &County, token: &str) -> String {
    let mut out = CHECKS.to_owned();
    for (name, values) in dictionaries(county, token) {
        assert!(!values.is_empty(), "the county holds no {name}");
        out.push_str(&format!("\n[dictionaries.{name}]\nvalues = {}\n", Value::from(values)));
    }
    out.push_str("\n[parameters]\n");
    for (dictionary, fields) in BOUND {
        for field in *fields {
            out.push_str(&format!("\"body.{field}\" = {}\n", bound(dictionary)));
        }
    }
    for name in ["version", "no"] {
        out.push_str(&format!("\"path.{name}\" = {}\n", bound("ordinals")));
    }
    out.push_str(&format!("\"path.name\" = {}\n", bound("names")));
    for (tag, dictionary) in ADDRESSED {
        let id = bound(dictionary);
        out.push_str(&format!(
            "\n[[operations]]\ninclude-tag = \"{tag}\"\nparameters = {{ \"path.id\" = {id} }}\n"
        ));
    }
    out
}
