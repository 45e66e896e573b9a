//! The description of the API: whole, well-formed, and true.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use axum::http::Request;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::case::procedure::{PROCEDURE, Relation};
use serde_json::{Value, json};

use crate::office::Office;

async fn document(office: &Office) -> Value {
    let answer = office.send(Request::get("/api/openapi.json").body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, 200);
    answer.json()
}

/// Every `$ref` below a value.
fn references(value: &Value, out: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            if let Some(Value::String(text)) = object.get("$ref") {
                out.insert(text.clone());
            }
            object.values().for_each(|it| references(it, out));
        }
        Value::Array(items) => items.iter().for_each(|it| references(it, out)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[tokio::test]
async fn the_document_is_whole_and_its_references_lead_somewhere() {
    let office = Office::new().await;
    let document = document(&office).await;
    assert_eq!(document["openapi"], "3.1.0");
    let mut all = BTreeSet::new();
    references(&document, &mut all);
    assert!(all.len() > 15);
    for it in &all {
        assert!(document.pointer(it.trim_start_matches('#')).is_some(), "{it}");
    }
    let paths = document["paths"].as_object().unwrap();
    let mut ids = BTreeSet::new();
    for (path, methods) in paths {
        for (method, it) in methods.as_object().unwrap() {
            assert!(
                ids.insert(it["operationId"].as_str().unwrap().to_owned()),
                "{path} {method}: the id is taken"
            );
            let named: Vec<&str> = it["parameters"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|p| p["in"] == "path")
                .map(|p| p["name"].as_str().unwrap())
                .collect();
            let templated: Vec<&str> =
                path.split('{').skip(1).filter_map(|p| Some(p.split_once('}')?.0)).collect();
            assert_eq!(named, templated, "{path}");
            assert!(it["responses"].as_object().unwrap().len() > 5, "{path}");
        }
    }
    // Links lead to operations that exist.
    for methods in paths.values() {
        for it in methods.as_object().unwrap().values() {
            for answer in it["responses"].as_object().unwrap().values() {
                for link in answer["links"].as_object().into_iter().flatten() {
                    assert!(ids.contains(link.1["operationId"].as_str().unwrap()), "{}", link.0);
                }
            }
        }
    }
}

#[tokio::test]
async fn every_verb_is_described() {
    let office = Office::new().await;
    let document = document(&office).await;
    let paths = document["paths"].as_object().unwrap();
    for row in PROCEDURE.iter().filter(|row| row.relation != Relation::System && !row.from.is_empty()) {
        let it = &paths[&format!("/api/v1/cases/{{id}}/{}", wire_name(&row.verb))]["post"];
        assert_eq!(it["summary"], row.verb.label());
        assert!(it["description"].as_str().unwrap().contains(&row.article.to_string()));
        let content = &it["requestBody"]["content"]["application/json"];
        assert_eq!(content["schema"]["additionalProperties"], false);
        assert!(content["example"].is_object());
    }
}

#[tokio::test]
async fn the_example_of_the_clue_is_taken_by_the_real_thing() {
    let office = Office::new().await;
    let document = document(&office).await;
    let example =
        document["paths"]["/api/v1/cases"]["post"]["requestBody"]["content"]["application/json"]["example"]
            .clone();
    let answer = office.does("a", "/api/v1/cases", example).await;
    for name in document["components"]["schemas"]["Outcome"]["required"].as_array().unwrap() {
        assert!(!answer[name.as_str().unwrap()].is_null(), "{name}");
    }
    let case = office.read("a", &format!("/api/v1/cases/{}", answer["case"].as_str().unwrap())).await.json();
    for name in document["components"]["schemas"]["Case"]["properties"].as_object().unwrap().keys() {
        assert!(case.get(name).is_some(), "{name}");
    }
}

#[tokio::test]
async fn the_reference_page_loads_nothing_from_elsewhere() {
    let office = Office::new().await;
    let page = office.send(Request::get("/api/docs").body(Body::empty()).unwrap()).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("提出审核意见") && page.body.contains("openapi.json"));
    for part in ["src=\"http", "href=\"http", "src=\"//", "href=\"//"] {
        assert!(!page.body.contains(part), "{part}");
    }
}

/// One operation of the description.
struct Described {
    path: String,
    method: String,
    body: Value,
    /// By operation: where the identifier comes from.
    links: BTreeMap<String, Value>,
}

/// Every operation by its identifier.
fn described(document: &Value) -> BTreeMap<String, Described> {
    let mut out = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, it) in methods.as_object().unwrap() {
            let answers = it["responses"].as_object().unwrap().values();
            let links = answers.flat_map(|answer| answer["links"].as_object().into_iter().flatten());
            let links = links.map(|(_, link)| {
                (link["operationId"].as_str().unwrap().to_owned(), link["parameters"].clone())
            });
            let one = Described {
                path: path.clone(),
                method: method.clone(),
                body: it["requestBody"]["content"]["application/json"]["example"].clone(),
                links: links.collect(),
            };
            out.insert(it["operationId"].as_str().unwrap().to_owned(), one);
        }
    }
    out
}

/// What is there before anybody registers it, or is named by something else than an answer's
/// identifier: an organ is founded by the console, a decision waits for its publication.
const NOT_MADE_HERE: [&str; 4] =
    ["/api/v1/organs/{id}", "/api/v1/publications/{id}", "/api/v1/public/", "/api/v1/uploads/{id}"];

#[tokio::test]
async fn whatever_can_be_done_with_a_thing_is_linked_from_what_makes_it() {
    let office = Office::new().await;
    let all = described(&document(&office).await);
    let things = || all.iter().filter(|(_, it)| it.path.starts_with("/api/v1/") && it.path.contains("/{id}"));
    let (mut made, mut missed) = (0, Vec::new());
    for (id, it) in things() {
        let root = it.path.split("/{id}").next().unwrap();
        if NOT_MADE_HERE.iter().any(|other| format!("{root}/{{id}}").starts_with(other)) {
            continue;
        }
        let makes = |other: &&Described| {
            let own =
                other.path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            own && other.method == "post" && !other.path.contains('{') && !other.links.is_empty()
        };
        let makers: Vec<&Described> = all.values().filter(makes).collect();
        let led = |maker: &Described| {
            maker
                .links
                .get(id)
                .and_then(|it| it["id"].as_str())
                .is_some_and(|it| it.starts_with("$response.body#/"))
        };
        if makers.is_empty() || !makers.iter().all(|it| led(it)) {
            missed.push((id, makers.iter().map(|it| &it.path).collect::<Vec<_>>()));
        }
        made += 1;
    }
    assert!(missed.is_empty(), "not linked from what makes it: {missed:?}");
    assert!(made > 120, "only {made} operations");
    // What nothing makes is found in a list, or in something that is found.
    let mut found: BTreeSet<&str> =
        all.iter().filter(|(_, it)| !it.path.contains('{')).map(|(id, _)| id.as_str()).collect();
    loop {
        let next: Vec<&str> = found
            .iter()
            .flat_map(|id| all[*id].links.keys().map(String::as_str))
            .filter(|id| !found.contains(id))
            .collect();
        if next.is_empty() {
            break;
        }
        found.extend(next);
    }
    let lost: Vec<&String> = things()
        .filter(|(id, it)| !it.path.contains("/uploads/") && !found.contains(id.as_str()))
        .map(|(id, _)| id)
        .collect();
    assert!(lost.is_empty(), "no link leads to {lost:?}");
}

#[tokio::test]
async fn links_and_examples_alone_lead_from_a_clue_to_a_filed_case() {
    let office = Office::new().await;
    let all = described(&document(&office).await);
    let people =
        |logins: &[&str]| json!({ "officers": logins.iter().map(|it| office.id(it)).collect::<Vec<_>>() });
    let mut answer = office.does("a", "/api/v1/cases", all["case_register_clue"].body.clone()).await;
    let mut at = "case_register_clue";
    let found = json!({
        "kind": "documentary", "collected_on": office.today(), "sha256_root": "", "recording": null,
        "collectors": people(&["a", "b"])["officers"],
    });
    for (next, who, own, stage) in [
        ("case_start_check", "a", people(&["a", "b"]), "checking"),
        ("case_add_evidence", "a", found, "checking"),
        ("case_propose_file", "a", people(&["a", "b"]), "checking"),
        ("case_review_proposal", "unit_head", json!({}), "checking"),
        ("case_approve_proposal", "head", json!({ "opinions": [] }), "investigating"),
        ("case_change_officers", "unit_head", people(&["a", "c"]), "investigating"),
        ("case_read", "a", Value::Null, "investigating"),
    ] {
        // The identifier comes from the answer before, where the link says.
        let from = all[at].links[next]["id"].as_str().unwrap().strip_prefix("$response.body#").unwrap();
        let id = answer.pointer(from).and_then(Value::as_str).unwrap();
        let path = all[next].path.replace("{id}", id);
        answer = if all[next].method == "get" {
            office.read(who, &path).await.json()
        } else {
            let mut body = all[next].body.clone();
            body.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
            office.does(who, &path, body).await
        };
        assert_eq!(answer["stage"], stage, "{next}");
        at = next;
    }
    assert_eq!(answer["officers"].as_array().unwrap().len(), 2);
}
