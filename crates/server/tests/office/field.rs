//! The shell of the field page: what a browser may keep, use and load.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::office::{Answer, Office};

impl Office {
    /// A file that anybody may have.
    async fn file(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }
}

fn told<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |it| it.to_str().unwrap())
}

#[tokio::test]
async fn only_the_field_page_may_use_camera_microphone_and_place() {
    let office = Office::new().await;
    let page = office.open("a", "/field").await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(
        told(&page, "permissions-policy"),
        "camera=(self), microphone=(self), geolocation=(self), payment=(), usb=()"
    );
    let policy = told(&page, "content-security-policy");
    for it in [
        "default-src 'none'",
        "script-src 'self';",
        "worker-src 'self'",
        "manifest-src 'self'",
        "media-src 'self' blob:",
    ] {
        assert!(policy.contains(it), "{it}: {policy}");
    }
    assert!(!policy.contains("unsafe"));
    assert_eq!(told(&page, "cache-control"), "no-store");
    assert!(told(&office.open("a", "/desk").await, "permissions-policy").starts_with("camera=()"));
}

#[tokio::test]
async fn the_shell_names_nobody_and_is_the_same_for_everyone() {
    let office = Office::new().await;
    let page = office.open("a", "/field").await.body;
    assert!(page.contains("现场记录") && page.contains("需要启用脚本"), "{page}");
    assert_eq!(page, office.open("unit_head", "/field").await.body);
    assert!(page.contains("name=\"_csrf\" value=\"\""), "the token comes with the session");
    for bad in ["<script>", " style=", "onclick"] {
        assert!(!page.contains(bad), "{bad}");
    }
}

#[tokio::test]
async fn the_worker_keeps_the_page_and_its_files_and_nothing_else() {
    let office = Office::new().await;
    let worker = office.file("/field/worker.js").await;
    assert_eq!(told(&worker, "service-worker-allowed"), "/field");
    assert_eq!(told(&worker, "cache-control"), "no-cache");
    assert!(told(&worker, "content-type").starts_with("text/javascript"));
    let files = worker.body.lines().nth(1).unwrap();
    let files = files.strip_prefix("const FILES = ").unwrap().trim_end_matches(';');
    let files: Vec<String> = serde_json::from_str(files).unwrap();
    assert!(files.len() > 10, "{files:?}");
    for it in &files {
        let file = office.file(it).await;
        assert_eq!(file.status, StatusCode::OK, "{it}");
        assert_eq!(told(&file, "cache-control"), "public, max-age=31536000, immutable");
    }
    // Each module that another names is there, under the same folder.
    let page = office.open("a", "/field").await.body;
    for it in page.split('"').filter(|it| it.starts_with("/assets/")) {
        assert!(files.iter().any(|file| file == it), "{it} is not kept");
    }
    for it in files.iter().filter(|it| it.ends_with(".js")) {
        let home = it.rsplit_once('/').unwrap().0;
        let body = office.file(it).await.body;
        for named in body.split("from \"./").skip(1).map(|it| it.split('"').next().unwrap()) {
            assert!(files.contains(&format!("{home}/{named}")), "{it} names {named}");
        }
    }
}

#[tokio::test]
async fn the_manifest_makes_it_installable() {
    let office = Office::new().await;
    let manifest = office.file("/field/manifest.webmanifest").await;
    assert_eq!(told(&manifest, "content-type"), "application/manifest+json");
    let it: serde_json::Value = serde_json::from_str(&manifest.body).unwrap();
    assert_eq!((it["start_url"].as_str(), it["scope"].as_str()), (Some("/field"), Some("/field")));
    assert_eq!(it["display"], "standalone");
    let icon = office.file(it["icons"][0]["src"].as_str().unwrap()).await;
    assert_eq!(told(&icon, "content-type"), "image/svg+xml");
}

#[tokio::test]
async fn the_session_says_who_with_which_token_and_what_time_it_is() {
    let office = Office::new().await;
    let (cookie, _) = office.session("a").await;
    let request = Request::get("/api/v1/field/session").header(header::COOKIE, &cookie);
    let session = office.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(session.status, StatusCode::OK);
    let session = session.json();
    assert_eq!(session["person"], office.id("a"));
    assert_eq!(session["server_time"], office.app.now().to_string());
    // The token is one that the session's requests are taken with.
    let with = |token: &str| {
        let request = Request::post("/api/v1/me/sessions/end").header(header::COOKIE, &cookie);
        request.header("x-csrf-token", token).header(header::CONTENT_TYPE, "application/json")
    };
    let forged = office.send(with("no").body(Body::from("{}")).unwrap()).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let token = session["csrf"].as_str().unwrap();
    assert_eq!(office.send(with(token).body(Body::from("{}")).unwrap()).await.status, StatusCode::OK);
    for path in ["/field", "/api/v1/field/session"] {
        let refused = office.open("cashier", path).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
        assert!(refused.body.contains("使用现场页"), "{path}");
    }
    let stranger = office.file("/api/v1/field/session").await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
}
