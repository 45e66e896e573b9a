//! What the pages do, the API does; what the API does is described; what is
//! described is there.

use std::collections::BTreeSet;

use axum::http::Method;
use mingjing::kit::config::Config;
use mingjing::kit::http::{self, Listed, Routes};
use mingjing::kit::limits::WebConfig;
use mingjing::kit::openapi::{Operation, describes};
use mingjing::ops::serve::{DocumentConfig, Parts};
use mingjing::recording;
use mingjing::staff::actions::Act;
use mingjing::viewing_grant::form as grant_form;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::case::procedure::{PROCEDURE, Relation};
use mingjing_domain::device::DeviceVerb;
use mingjing_domain::recording::form::disposal_fields;
use mingjing_domain::{archive, disclosure, recording_check};
use serde_json::Value;

use crate::office::Office;

/// The routes of the whole program, as it serves them.
async fn program(office: &Office) -> Routes {
    let ledger = office.bench().ledger(&office.app).await;
    let documents = DocumentConfig::default();
    Parts::new(ledger, &Config::default(), &documents, false).unwrap().routes(&WebConfig::default())
}

/// Whether a route answers a person with a page.
fn is_page(it: &Listed) -> bool {
    const MACHINES: [&str; 6] = ["/api/", "/log/", "/d/", "/healthz", "/readyz", "/metrics"];
    let machine = MACHINES.iter().any(|root| it.path.starts_with(root)) && it.path != "/api/docs";
    !machine && !it.path.ends_with(".json") && !it.path.ends_with(".atom")
}

fn name(it: &Listed) -> String {
    format!("{} {}", it.method, it.path)
}

#[tokio::test]
async fn every_route_that_is_no_page_is_described_and_the_reverse() {
    let office = Office::new().await;
    let routes = program(&office).await;
    for route in routes.listed.iter().filter(|it| !is_page(it)) {
        let known = routes.operations.iter().any(|it| describes(it, route));
        assert!(known, "{} is not in openapi.json", name(route));
    }
    for it in &routes.operations {
        let served = routes.listed.iter().any(|route| describes(it, route));
        assert!(served, "{} {} is described and not served", it.method, it.path);
    }
    let (_, shell) = http::build(office.app.clone(), WebConfig::default(), routes).unwrap();
    let document = shell.openapi();
    let count: usize =
        document["paths"].as_object().unwrap().values().map(|it| it.as_object().unwrap().len()).sum();
    assert!(count > 120, "{count}");
}

#[tokio::test]
async fn every_operation_says_how_it_fails_and_shows_what_it_takes() {
    let office = Office::new().await;
    let (_, shell) = http::build(office.app.clone(), WebConfig::default(), program(&office).await).unwrap();
    let document = shell.openapi();
    let mut ids = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, it) in methods.as_object().unwrap() {
            let id = it["operationId"].as_str().unwrap();
            assert!(ids.insert(id.to_owned()), "{id} twice");
            assert!(!it["summary"].as_str().unwrap().is_empty(), "{id}");
            assert!(it["tags"][0].as_str().is_some_and(|tag| !tag.is_ascii()), "{id}");
            let answers = it["responses"].as_object().unwrap();
            let open = it["security"] == serde_json::json!([]);
            let mut expected = vec!["400", "401", "405", "500", "503"];
            expected.extend((!open).then_some("403"));
            expected.extend(path.contains('{').then_some("404"));
            expected.extend((method != "get").then_some("409"));
            if let Some(body) = it["requestBody"]["content"].as_object() {
                expected.extend(["413", "415", "422"]);
                let json = &body["application/json"];
                assert!(json["schema"].is_object() && json["example"].is_object(), "{id}");
            }
            for status in expected {
                let reference = answers.get(status).unwrap_or_else(|| panic!("{id} {status}"));
                let reference = reference["$ref"].as_str().unwrap();
                let answer = document.pointer(reference.trim_start_matches('#')).unwrap();
                let content = &answer["content"]["application/problem+json"];
                assert_eq!(content["example"]["status"].to_string(), status);
            }
            let writes = method == "post" && !open && id.starts_with("case_");
            let keyed = it["parameters"].as_array().unwrap().iter().any(|p| p["name"] == "Idempotency-Key");
            assert!(!writes || keyed, "{id}");
            for answer in answers.values() {
                for link in answer["links"].as_object().into_iter().flatten().map(|(_, link)| link) {
                    let to = link["operationId"].as_str().unwrap();
                    assert!(has(document, to), "{id} leads to {to}, which is not there");
                }
            }
        }
    }
}

fn has(document: &Value, id: &str) -> bool {
    let paths = document["paths"].as_object().unwrap();
    paths.values().flat_map(|it| it.as_object().unwrap().values()).any(|it| it["operationId"] == id)
}

/// What stands for a page in the API.
enum Twin {
    /// These operations.
    Is(&'static [&'static str]),
    /// Nothing: a door for browsers, a form's empty sheet, or words alone.
    None(&'static str),
}

const SHEET: Twin = Twin::None("an empty form; its fields are the schema of the operation");
const FILE: Twin = Twin::None("a file of the field page, for the browser itself");
const DOOR: Twin = Twin::None("opens or ends a browser's session; a program has a token");

/// Every page and what stands for it. A page that is missing here fails the test.
const TWINS: &[(&str, Twin)] = &[
    ("GET /", Twin::Is(&["figures", "decision_list", "log_head"])),
    ("GET /account", Twin::Is(&["me", "token_list"])),
    ("GET /api/docs", Twin::Is(&["openapi"])),
    ("GET /cases", Twin::Is(&["case_list"])),
    ("GET /cases/export.csv", Twin::Is(&["case_export"])),
    ("GET /cases/new", Twin::Is(&["draft_new_read"])),
    (
        "GET /cases/{id}",
        Twin::Is(&["case_read", "case_events", "case_actions", "case_limits", "case_event_proof"]),
    ),
    ("GET /cases/{id}/do/{verb}", Twin::Is(&["draft_read"])),
    ("GET /cases/{id}/documents/{file}", Twin::Is(&["case_documents", "case_document"])),
    ("GET /cases/{id}/file", Twin::Is(&["file_read"])),
    ("GET /cases/{id}/file/{verb}", SHEET),
    ("GET /cases/{id}/informant", SHEET),
    ("GET /cases/{id}/packages/{file}", Twin::Is(&["file_package"])),
    ("GET /cases/{id}/review", Twin::Is(&["case_review"])),
    ("GET /cases/{id}/viewings", Twin::Is(&["case_viewings"])),
    ("GET /checks", Twin::Is(&["check_list"])),
    ("GET /checks/assessment.csv", Twin::Is(&["check_assessment"])),
    ("GET /checks/new/{verb}", SHEET),
    ("GET /checks/statistics", Twin::Is(&["check_statistics"])),
    ("GET /checks/{id}", Twin::Is(&["check_read", "check_draw_read"])),
    ("GET /checks/{id}/signals", Twin::Is(&["check_signals"])),
    ("GET /checks/{id}/{verb}", SHEET),
    ("GET /decisions", Twin::Is(&["decision_list"])),
    ("GET /decisions/{id}", Twin::Is(&["decision_read", "decision_proof", "decision_original"])),
    ("GET /desk", Twin::Is(&["desk"])),
    ("GET /devices", Twin::Is(&["device_list"])),
    ("GET /devices/new", SHEET),
    ("GET /devices/{id}", Twin::Is(&["device_read"])),
    ("GET /devices/{id}/do/{verb}", SHEET),
    ("GET /disposals", Twin::Is(&["disposal_list"])),
    ("GET /disposals/new", SHEET),
    ("GET /disposals/{id}", Twin::Is(&["disposal_read"])),
    ("GET /disposals/{id}/do/{act}", SHEET),
    ("GET /erasures", Twin::Is(&["erasure_list"])),
    ("GET /erasures/new", SHEET),
    ("GET /erasures/{id}", Twin::Is(&["erasure_read"])),
    ("GET /erasures/{id}/withdraw", SHEET),
    // And tasks, recordings and uploads, which belong to recordings.
    ("GET /field", Twin::Is(&["field_session"])),
    ("GET /field/manifest.webmanifest", FILE),
    ("GET /field/worker.js", FILE),
    ("GET /grants", Twin::Is(&["grant_list", "grant_register"])),
    ("GET /grants/new", SHEET),
    ("GET /grants/{id}", Twin::Is(&["grant_read"])),
    ("GET /grants/{id}/files/{case}/{file}", Twin::Is(&["grant_file"])),
    ("GET /grants/{id}/files/{case}/{file}/copy", SHEET),
    ("GET /grants/{id}/masks/{no}", Twin::Is(&["grant_mask_read", "grant_mask_content"])),
    ("GET /grants/{id}/masks/{no}/export", SHEET),
    ("GET /grants/{id}/{verb}", SHEET),
    ("GET /officers", Twin::Is(&["officers"])),
    ("GET /organs", Twin::Is(&["public_organs"])),
    ("GET /organs/{id}", Twin::Is(&["public_organ"])),
    ("GET /organs/{id}/recordings", Twin::Is(&["public_recording_matters"])),
    ("GET /parties", Twin::Is(&["party_records"])),
    ("GET /procedure", Twin::Is(&["procedure_penalty"])),
    ("GET /publications", Twin::Is(&["publication_list"])),
    ("GET /publications/{id}", Twin::Is(&["publication_read"])),
    ("GET /publications/{id}/{verb}", SHEET),
    ("GET /recordings", Twin::Is(&["recording_list"])),
    ("GET /recordings/list", Twin::Is(&["recording_matters"])),
    ("GET /recordings/new", SHEET),
    ("GET /recordings/search", Twin::Is(&["recording_search"])),
    ("GET /recordings/{id}", Twin::Is(&["recording_read"])),
    ("GET /recordings/{id}/do/{verb}", SHEET),
    ("GET /recordings/{id}/play", Twin::Is(&["recording_read", "segment_content"])),
    ("GET /recordings/{id}/segments/{segment}/copy", SHEET),
    ("GET /recordings/{id}/viewings", Twin::Is(&["recording_viewings"])),
    ("GET /recordings/{id}/words", Twin::Is(&["recording_words"])),
    ("GET /search", Twin::Is(&["case_list"])),
    ("GET /sign-in", DOOR),
    ("GET /staff", Twin::Is(&["staff_list"])),
    ("GET /staff/new", SHEET),
    ("GET /staff/{id}", Twin::Is(&["staff_read"])),
    ("GET /staff/{id}/{act}", SHEET),
    ("GET /transfers", Twin::Is(&["transfer_list"])),
    ("GET /transfers/new", SHEET),
    ("GET /transfers/{id}", Twin::Is(&["transfer_read"])),
    ("GET /transfers/{id}/{verb}", SHEET),
    ("GET /v", SHEET),
    ("GET /v/{key}", Twin::Is(&["verify_code"])),
    ("GET /verify", Twin::Is(&["verify_code"])),
    ("POST /account/password", Twin::Is(&["password_change"])),
    ("POST /account/sessions/end", Twin::Is(&["sessions_end"])),
    ("POST /account/tokens", Twin::Is(&["token_issue"])),
    ("POST /account/tokens/{id}/revoke", Twin::Is(&["token_revoke"])),
    ("POST /cases/new", Twin::Is(&["case_register_clue", "draft_new_keep", "draft_new_discard"])),
    // And one operation for each verb, below.
    ("POST /cases/{id}/do/{verb}", Twin::Is(&["draft_keep", "draft_discard"])),
    ("POST /cases/{id}/documents/again", Twin::Is(&["case_documents_again"])),
    ("POST /cases/{id}/file/{verb}", Twin::Is(&[])),
    ("POST /cases/{id}/informant", Twin::Is(&["informant_read"])),
    ("POST /checks/new/{verb}", Twin::Is(&["check_plan", "check_open"])),
    ("POST /checks/{id}/{verb}", Twin::Is(&[])),
    ("POST /devices/new", Twin::Is(&["device_register"])),
    ("POST /devices/{id}/do/{verb}", Twin::Is(&[])),
    ("POST /disposals/new", Twin::Is(&["disposal_propose"])),
    ("POST /disposals/{id}/do/{act}", Twin::Is(&[])),
    ("POST /erasures/new", Twin::Is(&["erasure_propose"])),
    ("POST /erasures/{id}/carry_out", Twin::Is(&["erasure_carry_out"])),
    ("POST /erasures/{id}/decide", Twin::Is(&["erasure_decide"])),
    ("POST /erasures/{id}/withdraw", Twin::Is(&["erasure_withdraw"])),
    ("POST /grants/new", Twin::Is(&["grant_request"])),
    ("POST /grants/{id}/files/{case}/{file}/copy", Twin::Is(&["grant_file_copy"])),
    ("POST /grants/{id}/masks/{no}/export", Twin::Is(&["grant_mask_export"])),
    ("POST /grants/{id}/{verb}", Twin::Is(&[])),
    ("POST /publications/{id}/{verb}", Twin::Is(&[])),
    ("POST /recordings/new", Twin::Is(&["recording_register"])),
    ("POST /recordings/{id}/do/{verb}", Twin::Is(&[])),
    ("POST /recordings/{id}/segments/{segment}/copy", Twin::Is(&["segment_copy"])),
    ("POST /sign-in", DOOR),
    ("POST /sign-out", DOOR),
    ("POST /staff/new", Twin::Is(&["staff_register"])),
    ("POST /staff/{id}/password/reset", Twin::Is(&["staff_reset_password"])),
    ("POST /staff/{id}/{act}", Twin::Is(&[])),
    ("POST /transfers/new", Twin::Is(&["transfer_propose"])),
    ("POST /transfers/{id}/scan", Twin::Is(&["transfer_scan"])),
    ("POST /transfers/{id}/{verb}", Twin::Is(&[])),
    ("POST /verify", Twin::Is(&["verify_file"])),
];

#[tokio::test]
async fn every_page_and_every_form_has_its_twin() {
    let office = Office::new().await;
    let routes = program(&office).await;
    let known = |id: &str| routes.operations.iter().any(|it| it.id == id);
    let mut pages: Vec<String> = routes.listed.iter().filter(|it| is_page(it)).map(name).collect();
    pages.sort();
    let told: Vec<&str> = TWINS.iter().map(|(page, _)| *page).collect();
    assert_eq!(pages, told, "pages and their twins");
    for (page, twin) in TWINS {
        match twin {
            Twin::Is(ids) => ids.iter().for_each(|id| assert!(known(id), "{page}: {id}")),
            Twin::None(reason) => assert!(!reason.is_empty()),
        }
    }
    let verbs = PROCEDURE.iter().filter(|row| row.relation != Relation::System);
    let mut forms: Vec<String> = verbs.map(|row| format!("case_{}", wire_name(&row.verb))).collect();
    forms.extend(Act::ALL.iter().map(|it| format!("staff_{}", it.name())));
    forms.extend(recording::verbs::acting().map(|it| format!("recording_{}", wire_name(&it))));
    forms.extend(DeviceVerb::ALL.iter().map(|it| format!("device_{}", wire_name(it))));
    forms.extend(disposal_fields().into_iter().map(|(name, _, _)| format!("disposal_{name}")));
    forms.extend(disclosure::Verb::ALL.iter().map(|it| format!("publication_{}", wire_name(it))));
    forms.extend(archive::Verb::ALL.iter().map(|it| format!("file_{}", wire_name(it))));
    forms.extend(archive::transfer::Verb::ALL.iter().map(|it| format!("transfer_{}", wire_name(it))));
    forms.extend(recording_check::Verb::ALL.iter().map(|it| format!("check_{}", wire_name(it))));
    forms.extend(grant_form::FORMS.iter().map(|it| format!("grant_{}", wire_name(it))));
    for id in &forms {
        let found: Vec<&Operation> = routes.operations.iter().filter(|it| it.id == *id).collect();
        assert_eq!(found.len(), 1, "{id}");
        assert_eq!(found[0].method, Method::POST);
        assert!(found[0].body.is_some(), "{id}");
    }
}
