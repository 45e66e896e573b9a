//! Every route has its access, and the access holds.
#![allow(clippy::unwrap_used)]

use crate::desk::{House, config};
use axum::http::StatusCode;
use mingjing::features;
use mingjing::kit::authz;
use mingjing::kit::http::Access;
use mingjing::kit::limits::WebConfig;

/// Routes open to everyone. Additions need a reason beside them.
const PUBLIC: &[&str] = &[
    "GET /",                 // the portal: everything below without a reason is 公示
    "GET /api/docs",         // what programs may ask; no data
    "GET /api/openapi.json", // the same for machines
    "GET /api/v1/public/decisions",
    "GET /api/v1/public/decisions/{id}",
    "GET /api/v1/public/decisions/{id}/original",
    "GET /api/v1/public/decisions/{id}/proof",
    "GET /api/v1/public/figures",
    "GET /api/v1/public/log",
    "GET /api/v1/public/officers",
    "GET /api/v1/public/organs",
    "GET /api/v1/public/organs/{name}",
    "GET /api/v1/public/organs/{name}/recording-list",
    "GET /api/v1/public/verify",
    "GET /decisions",
    "GET /decisions.json",
    "GET /decisions/{id}",
    "GET /feed.atom",
    "GET /field/manifest.webmanifest", // fetched by the browser without a session; names nobody
    "GET /field/worker.js",            // the same; addresses of public files
    "GET /healthz",                    // probes of the operator
    "GET /metrics",                    // figures without personal data; can be bound elsewhere
    "GET /officers",
    "GET /organs",
    "GET /organs/{id}",
    "GET /organs/{id}/recordings",
    "GET /procedure",
    "GET /readyz",  // probes of the operator
    "GET /sign-in", // the door itself
    "GET /verify",
    "OPTIONS /api/v1/uploads", // what the upload protocol can do; no data
    "OPTIONS /api/v1/uploads/{id}",
    "POST /api/v1/public/verify", // reads a file, changes nothing
    "POST /sign-in",              // the door itself
];

#[test]
fn every_route_is_granted_to_someone_or_public_on_purpose() {
    let routes = features::routes(&WebConfig { gallery: false, ..config() });
    let mut public = Vec::new();
    for it in &routes.listed {
        match it.access {
            Access::Public => public.push(format!("{} {}", it.method, it.path)),
            Access::Verb(verb) => assert!(
                authz::rows().any(|row| row.verb.name == verb.name),
                "{} {}: {} has no row",
                it.method,
                it.path,
                verb.name
            ),
        }
    }
    public.retain(|it| !it.contains(" /log/"));
    public.sort();
    assert_eq!(public, PUBLIC);
}

#[tokio::test]
async fn strangers_are_sent_to_the_door_and_programs_told_so() {
    let house = House::new().await;
    for it in &features::routes(&config()).listed {
        if matches!(it.access, Access::Public)
            || it.method != axum::http::Method::GET
            || it.path.contains('{')
        {
            continue;
        }
        let answer = house.get(it.path).await;
        if it.path.starts_with("/api/") {
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", it.path);
            assert_eq!(answer.json()["code"], "auth.sign_in");
        } else {
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", it.path);
            assert!(answer.header("location").starts_with("/sign-in?next="));
        }
    }
}

#[tokio::test]
async fn a_refusal_names_the_row_of_the_table() {
    let house = House::new().await;
    let auditor = house.cookie("audit").await;
    let page = house.get_as(&auditor, "/staff/new").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(
        page.body.contains("“建立人员账户”一行") && page.body.contains("系统管理员（本机关）"),
        "{}",
        page.body
    );
    let person = house.person("system").await;
    let grant = house.post_as(&auditor, &format!("/staff/{person}/grant_role"), &[("role", "officer")]).await;
    assert_eq!(grant.status, StatusCode::FORBIDDEN);
}
