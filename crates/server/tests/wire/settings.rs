//! Settings of the fuzzer: the checks, and things that are there, so that random
//! addresses and bodies lead to a case, a person or a publication now and then.

use serde_json::Value;

use crate::county::{County, TODAY};

const CHECKS: &str = include_str!("schemathesis.toml");

/// Share of values that are taken from what is there.
const SHARE: f64 = 0.75;

/// Values by the name of their dictionary.
pub type Things = Vec<(&'static str, Vec<Value>)>;

/// What is there before anyone walks.
pub fn things(county: &County) -> Things {
    let ids = |path: &str, token: Option<&str>| -> Vec<Value> {
        let answer = county.get(path, token);
        answer["items"].as_array().into_iter().flatten().map(|it| it["id"].clone()).collect()
    };
    let (officer, admin) = (county.token("yj-officer1"), county.token("yj-sysadmin"));
    let mut publications = ids("/api/v1/publications", Some(&officer));
    publications.extend(ids("/api/v1/publications?queue=prepare", Some(&officer)));
    vec![
        // What is under way comes first.
        (
            "cases",
            [
                ids("/api/v1/cases?stage=investigating", Some(&officer)),
                ids("/api/v1/cases?limit=100", Some(&officer)),
            ]
            .concat(),
        ),
        ("staff", ids("/api/v1/staff?limit=100", Some(&admin))),
        ("organs", vec![county.get("/api/v1/me", Some(&officer))["organ"].clone()]),
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

/// Beginnings of addresses, and what stands for `{id}` in them.
const ADDRESSED: [(&str, &str); 5] = [
    ("cases", "cases"),
    ("staff", "staff"),
    ("organs", "organs"),
    ("publications", "publications"),
    ("public/decisions", "decisions"),
];

fn bound(dictionary: &str) -> String {
    format!("{{ dictionary = \"{dictionary}\", probability = {SHARE} }}")
}

/// The settings of one walk. With `fixed` every address names one thing that is
/// there, so that the bounds of the bodies are met and not only those of addresses.
pub fn settings(known: &Things, fixed: bool) -> String {
    let mut out = CHECKS.to_owned();
    for (name, values) in known {
        assert!(!values.is_empty(), "the county holds no {name}");
        out.push_str(&format!("\n[dictionaries.{name}]\nvalues = {}\n", Value::from(values.clone())));
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
    for (root, dictionary) in ADDRESSED {
        let first =
            known.iter().find(|(name, _)| *name == dictionary).map(|(_, values)| values[0].to_string());
        let id = first.filter(|_| fixed).unwrap_or_else(|| bound(dictionary));
        // Only where it is the one parameter: what the fuzzer does to another is its own.
        let end = if fixed { "(/[a-z_]+)?$" } else { "" };
        let path = format!(r"^/api/v1/{root}/\{{id\}}{end}");
        let parameters = format!("parameters = {{ \"path.id\" = {id} }}");
        out.push_str(&format!("\n[[operations]]\ninclude-path-regex = '{path}'\n{parameters}\n"));
    }
    out
}
