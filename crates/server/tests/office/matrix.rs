//! Each role against each verb: exactly what the table says.

use axum::http::Method;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::case::procedure::{PROCEDURE, Relation};

use crate::office::{ORGAN, Office, PEOPLE};
use crate::steps::Way;

#[tokio::test]
async fn every_role_and_every_verb_as_the_table_says() {
    let office = Office::new().await;
    let id = office.filed(Way::Api).await;
    let before = office.events().await;
    for row in PROCEDURE.iter() {
        let verb = wire_name(&row.verb);
        let path = if verb == "register_clue" {
            "/api/v1/cases".to_owned()
        } else {
            format!("/api/v1/cases/{id}/{verb}")
        };
        for (login, role, organ) in PEOPLE {
            // An empty array is never a body: who may act at all hears that it cannot be read.
            let answer = office.call(login, Method::POST, &path, &[], Some(&serde_json::json!([]))).await;
            let handles = login == "a" || login == "b";
            let fits = match row.relation {
                Relation::Organ => true,
                Relation::Handling => handles,
                Relation::Apart => !handles,
                Relation::System => false,
            };
            let own = organ == ORGAN || verb == "register_clue";
            let allowed = own && fits && row.who.contains(&role);
            let expected = match (row.relation, allowed) {
                (Relation::System, _) => 404,
                (_, true) => 422,
                (_, false) => 403,
            };
            let hidden = matches!(login, "system" | "auditor" | "security");
            let expected = if hidden && expected == 404 { 403 } else { expected };
            assert_eq!(answer.status, expected, "{login} {verb}: {}", answer.body);
            if expected == 403 {
                let it = answer.json();
                assert_eq!(it["code"], "authz.denied");
                assert!(it["detail"].as_str().unwrap().contains("权限表"), "names the row: {}", it["detail"]);
            }
            if expected == 422 {
                assert_eq!(answer.code(), "input.invalid");
            }
        }
    }
    assert_eq!(office.events().await, before, "no refusal left a trace");
}

#[tokio::test]
async fn who_may_look() {
    let office = Office::new().await;
    let id = office.filed(Way::Api).await;
    let paths = [
        format!("/cases/{id}"),
        format!("/cases/{id}/review"),
        format!("/api/v1/cases/{id}"),
        format!("/api/v1/cases/{id}/events"),
        format!("/api/v1/cases/{id}/actions"),
        format!("/api/v1/cases/{id}/limits"),
    ];
    for (login, _, organ) in PEOPLE {
        let hidden =
            matches!(login, "system" | "auditor" | "security") || (organ != ORGAN && login != "supervisor");
        for path in &paths {
            let status = if path.starts_with("/api") {
                office.read(login, path).await.status
            } else {
                office.open(login, path).await.status
            };
            assert_eq!(status, if hidden { 403 } else { 200 }, "{login} {path}");
        }
        // One's desk is open to everyone; it shows no case to those who may see none.
        let desk = office.open(login, "/desk").await;
        assert_eq!(desk.status, 200);
        assert!(!hidden || !desk.body.contains("示例化工"), "{login}");
    }
    // Lists show what may be seen and nothing else.
    let lines = |login: &'static str| {
        let answer = office.read(login, "/api/v1/cases");
        async move { answer.await.json()["items"].as_array().map_or(0, Vec::len) }
    };
    assert_eq!((lines("a").await, lines("stranger").await, lines("supervisor").await), (1, 0, 1));
    assert_eq!(office.read("auditor", "/api/v1/cases").await.status, 403);
    assert_eq!(office.read("stranger", &format!("/api/v1/cases?organ={}", ORGAN)).await.status, 404);
}
