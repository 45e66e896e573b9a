//! Hostile input: refused with its field, nothing written, nothing executed.

use axum::body::Body;
use axum::http::{Method, Request, header};
use mingjing::staff::service::{self, By, Path};
use mingjing_domain::matter::MatterId;
use mingjing_domain::organ::{OrganCommand, OrganProfile, OrganState};
use serde_json::{Value, json};

use crate::office::Office;
use crate::steps::{Way, clue};

#[tokio::test]
async fn bodies_of_every_wrong_shape_are_refused_and_leave_no_trace() {
    let office = Office::new().await;
    let id = office.filed(Way::Api).await;
    let before = office.events().await;
    let path = format!("/api/v1/cases/{id}/add_evidence");
    let odd = [
        json!(null),
        json!(1),
        json!("x"),
        json!([]),
        json!({}),
        json!({"kind": {"$t": "x"}}),
        json!({"command": "archive"}),
    ];
    for body in odd {
        let answer = office.tries("a", &path, body.clone()).await;
        assert_eq!(answer.status, 422, "{body}: {}", answer.body);
    }
    for raw in ["", "{", "{\"a\":", "\u{feff}{}", "[[[[[[", "{\"kind\":1e999}"] {
        let request = Request::post(&path)
            .header(header::AUTHORIZATION, "Bearer nonsense")
            .body(Body::from(raw))
            .unwrap();
        assert_eq!(office.send(request).await.status, 401);
        let answer = office.call("a", Method::POST, &path, &[], None).await;
        assert_eq!(answer.status, 400);
    }
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let deep: Result<Value, _> = serde_json::from_str(&deep);
    assert!(deep.is_err(), "nesting is bounded by the reader");
    assert_eq!(office.events().await, before);
}

#[tokio::test]
async fn every_field_of_every_verb_refuses_wrong_types_with_its_path() {
    let office = Office::new().await;
    let id = office.filed(Way::Api).await;
    let before = office.events().await;
    for (verb, login) in [
        ("add_evidence", "a"),
        ("record_inquiry", "a"),
        ("propose_preserve", "a"),
        ("approve_proposal", "head"),
    ] {
        let found = mingjing_domain::case::procedure::Verb::ALL
            .iter()
            .find(|it| mingjing_domain::case::form::wire_name(*it) == verb);
        let example = mingjing::case::describe::example(*found.unwrap());
        for name in example.as_object().unwrap().keys() {
            for wrong in
                [json!({"a": 1}), json!(-1), json!("\u{0}"), json!("字".repeat(30_000)), json!([[1]])]
            {
                let mut body = example.clone();
                body[name.as_str()] = wrong.clone();
                let answer = office.tries(login, &format!("/api/v1/cases/{id}/{verb}"), body).await;
                assert_eq!(answer.status, 422, "{verb} {name}");
                let fields = answer.json()["fields"].clone();
                let named = fields
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|it| it["field"].as_str().unwrap().split('/').next() == Some(name));
                assert!(named, "{verb} {name} {fields}");
            }
        }
        let mut body = example.clone();
        body["unheard_of"] = json!(1);
        let answer = office.tries(login, &format!("/api/v1/cases/{id}/{verb}"), body).await;
        assert_eq!(answer.json()["fields"][0]["field"], "unheard_of");
    }
    assert_eq!(office.events().await, before);
}

#[tokio::test]
async fn what_no_font_can_draw_is_refused_before_anything_is_numbered() {
    let office = Office::new().await;
    let before = office.events().await;
    let mut body = clue(&office.today());
    body["subject"] = json!("示例😀化工");
    let answer = office.tries("a", "/api/v1/cases", body).await;
    assert_eq!(answer.status, 422, "{}", answer.body);
    let field = answer.json()["fields"][0].clone();
    assert_eq!(field["field"], "subject");
    let message = field["message"].as_str().unwrap();
    assert!(message.contains("“😀”（U+1F600）") && message.contains("字形"), "{message}");
    assert_eq!(office.events().await, before);
    // Who informed stands on no paper, so the name may be written as it is.
    let mut body = clue(&office.today());
    body["source"] = json!("report");
    body["informant_name"] = json!("示范\u{30EDD}");
    let answer = office.tries("a", "/api/v1/cases", body).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
}

#[tokio::test]
async fn an_act_whose_document_would_lack_what_it_must_say_is_refused() {
    let office = Office::new().await;
    let id = office.filed(Way::Api).await;
    office.day("2026-03-10");
    let organ = office.case(&id).await.organ;
    let whole = office.app.load::<OrganState>(MatterId(organ.0)).await.unwrap().unwrap().profile.clone();
    let bare = OrganProfile { phone: String::new(), address: String::new(), ..whole.clone() };
    let change = async |profile: OrganProfile| {
        let (by, path) = (By::System(organ), &mut Path::App(&office.app));
        let command = OrganCommand::Change { profile };
        service::organ_command(path, &by, office.fresh(), organ, &command).await.unwrap();
    };
    change(bare).await;
    let before = office.events().await;
    let path = format!("/api/v1/cases/{id}/notify_inquiry");
    let body = json!({"party": 1, "person": "示范甲", "details": "三月十二日到局"});
    let answer = office.tries("a", &path, body.clone()).await;
    assert_eq!(answer.status, 409, "{}", answer.body);
    assert_eq!(answer.code(), "document.incomplete");
    let said = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(said.contains("缺少") && answer.body.contains("系统管理员"), "{said}");
    assert_eq!(office.events().await, before, "nothing was numbered");
    change(whole).await;
    let answer = office.tries("a", &path, body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[tokio::test]
async fn texts_are_shown_and_never_executed() {
    let office = Office::new().await;
    let nasty = "'; DROP TABLE event;-- <script>alert(1)</script> \"><img src=x onerror=y> =1+1";
    let mut body = clue(&office.today());
    body["subject"] = json!(nasty);
    let id = office.does("a", "/api/v1/cases", body).await["case"].as_str().unwrap().to_owned();
    for path in [
        format!("/cases/{id}"),
        "/cases".into(),
        "/desk".into(),
        format!("/search?q={}", "DROP"),
        format!("/cases/{id}/do/start_check"),
    ] {
        let page = office.open("a", &path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.body.contains("DROP TABLE event"), "{path}");
        assert!(!page.body.contains("<script>alert") && !page.body.contains("<img src"), "{path}");
    }
    let csv = office.open("a", "/cases/export.csv").await;
    assert!(csv.header("content-type").starts_with("text/csv") && csv.body.starts_with('\u{feff}'));
    let read = office.read("a", &format!("/api/v1/cases/{id}")).await.json();
    assert_eq!(read["clue"]["subject"], nasty);
}

#[tokio::test]
async fn addresses_of_every_wrong_shape_are_answered_in_words() {
    let office = Office::new().await;
    let id = office.filed(Way::Api).await;
    let paths = [
        ("/api/v1/cases?limit=0", 400),
        ("/api/v1/cases?limit=x", 400),
        ("/api/v1/cases?after=1", 400),
        ("/api/v1/cases?stage=%27", 400),
        ("/api/v1/cases?q=%27%20OR%201%3D1", 200),
        ("/api/v1/cases?q=%", 200),
        ("/api/v1/cases?q=a&q=b", 400),
        ("/api/v1/cases?q=%00", 400),
        ("/api/v1/cases?unheard_of=1", 400),
        ("/api/v1/cases?mine=0", 400),
        ("/api/v1/cases?organ=x", 400),
        ("/api/v1/cases?stage=", 400),
        ("/api/v1/cases/00000000-0000-0000-0000-000000000000", 404),
        ("/api/v1/cases/x", 400),
        ("/api/v1/cases/{id}?personal=1", 400),
        ("/api/v1/cases/{id}/events?after=-1", 400),
        ("/api/v1/cases/{id}/nothing", 404),
        ("/cases/{id}?as_of=never", 400),
        ("/cases/{id}?part=%3Cscript%3E", 200),
        ("/cases/{id}/do/mark_made", 404),
        ("/cases/{id}/do/register_clue", 404),
        ("/cases/{id}/do/nothing", 404),
    ];
    for (path, status) in paths {
        let path = path.replace("{id}", &id);
        let answer = if path.starts_with("/api") {
            office.read("a", &path).await
        } else {
            office.open("a", &path).await
        };
        // A path that only takes another method says so.
        let expected = if path.ends_with("/nothing") && path.starts_with("/api") { 405 } else { status };
        assert_eq!(answer.status, expected, "{path} {}", answer.body);
        assert!(!answer.body.contains("<script>"), "{path}");
    }
}
