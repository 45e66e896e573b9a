//! The description of the API: whole, well-formed, and true.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::case::procedure::{PROCEDURE, Relation};
use serde_json::Value;

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
    let register = &document["paths"]["/api/v1/cases"]["post"]["responses"]["201"]["links"];
    assert_eq!(
        register.as_object().unwrap().len(),
        PROCEDURE.len() - 2 + 6,
        "to every later verb and six views"
    );
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
