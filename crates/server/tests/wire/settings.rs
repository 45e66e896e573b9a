//! Settings of the fuzzer: the checks, and things that are there, so that random
//! addresses and bodies lead to a case, a person or a publication now and then.

use mingjing_domain::case::form::wire_name;
use mingjing_domain::case::procedure::{PROCEDURE, Relation, Verb};
use mingjing_domain::staff::Role;
use serde_json::Value;

use crate::county::{County, TODAY};

pub const CHECKS: &str = include_str!("schemathesis.toml");

/// What the officers of the county deal with, and where.
pub const CATEGORY: &str = "安全生产";
pub const REGION: &str = "990101";
/// Codes of a unit and of a person, both made up.
pub const CODES: [&str; 2] = ["915113000000000192", "990101199001010019"];

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
        ("officers", ids("/api/v1/staff?limit=100&role=officer", Some(&admin))),
        ("categories", vec![CATEGORY.into()]),
        ("regions", vec![REGION.into()]),
        ("codes", CODES.map(Value::from).to_vec()),
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
    ("officers", &["officers[*]"]),
    ("categories", &["category"]),
    ("regions", &["region"]),
    ("codes", &["parties[*].code"]),
    ("staff", &["collectors[*]", "presenters[*]", "host", "clerk", "late_approver"]),
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

/// Who of the county may do an act of the procedure: one login a role.
fn login(verb: Verb, roles: &[Role]) -> &'static str {
    // Both approve; the head alone approves everything.
    let approves = verb == Verb::ApproveProposal;
    match roles.first() {
        Some(Role::UnitHead) => "yj-unithead",
        Some(Role::Reviewer) => "yj-reviewer",
        Some(Role::ReviewHead) => "yj-reviewhead",
        Some(Role::HearingHost) => "yj-host",
        Some(Role::Deputy) if !approves => "yj-deputy1",
        Some(Role::Deputy | Role::Head) => "yj-head",
        Some(Role::Cashier) => "yj-cashier",
        Some(Role::Archivist) => "yj-archivist",
        _ => "yj-officer2",
    }
}

/// Settings that let every act of the procedure be asked for by somebody who may do it: one
/// person alone gets no further than to a proposal, which others review and approve.
pub fn by_role(county: &County) -> String {
    let mut tokens = std::collections::BTreeMap::new();
    let mut out = String::new();
    for row in PROCEDURE.iter().filter(|row| row.relation != Relation::System) {
        let login = login(row.verb, row.who);
        let token = tokens.entry(login).or_insert_with(|| county.token(login));
        out.push_str(&asked_by(&format!("case_{}", wire_name(&row.verb)), token));
    }
    out
}

/// Lets an operation be asked for with this token.
pub fn asked_by(operation: &str, token: &str) -> String {
    let headers = format!("headers = {{ Authorization = \"Bearer {token}\" }}");
    format!("\n[[operations]]\ninclude-operation-id = \"{operation}\"\n{headers}\n")
}

/// Lets texts be made of characters that the fonts of the documents have: others are refused,
/// and a walk that begins with a refusal comes to nothing.
pub fn printable(schema: &mut Value) {
    match schema {
        Value::Object(it) => {
            let plain = it.get("pattern").and_then(Value::as_str).is_some_and(|it| it.contains("u001f"));
            if plain {
                // What may be left blank may still be: a blank that is taken is no fault.
                let least = u8::from(it.get("minLength").and_then(Value::as_u64).unwrap_or(0) > 0);
                let shown = format!("^[\u{4e00}-\u{4e0b}0-9A-Za-z]{{{least},20}}$");
                it.retain(|name, _| !matches!(name.as_str(), "minLength" | "maxLength"));
                it.insert("pattern".to_owned(), shown.into());
            }
            it.values_mut().for_each(printable);
        }
        Value::Array(all) => all.iter_mut().for_each(printable),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
