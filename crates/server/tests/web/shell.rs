//! Headers, failures, health, assets.
#![allow(clippy::unwrap_used)]

use crate::desk::{House, config};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use mingjing::features;
use mingjing::kit::http::{self, Access};

/// Every header of an answer that is not about its content.
fn shown(answer: &crate::desk::Answer) -> String {
    let mut lines: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| !["content-length", "content-type", "x-request-id"].contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    lines.sort();
    lines.join("\n")
}

#[tokio::test]
async fn the_headers_of_public_and_private_pages() {
    let house = House::new().await;
    let common = "content-security-policy: default-src 'none'; style-src 'self'; script-src 'self'; \
img-src 'self' data:; font-src 'self'; connect-src 'self'; media-src 'self'; form-action 'self'; \
base-uri 'none'; frame-ancestors 'none'
cross-origin-opener-policy: same-origin
cross-origin-resource-policy: same-origin
permissions-policy: camera=(), microphone=(), geolocation=(), payment=(), usb=()";
    let public = house.get("/sign-in").await;
    let expected = format!(
        "cache-control: no-cache\n{common}\nreferrer-policy: same-origin\nvary: accept-encoding\n\
         x-content-type-options: nosniff\nx-frame-options: DENY"
    );
    assert_eq!(shown(&public), expected);
    let cookie = house.cookie("system").await;
    let private = house.get_as(&cookie, "/account").await;
    let expected = format!(
        "cache-control: no-store\n{common}\nreferrer-policy: no-referrer\nvary: Cookie\nvary: accept-encoding\n\
         x-content-type-options: nosniff\nx-frame-options: DENY"
    );
    assert_eq!(shown(&private), expected);
}

#[tokio::test]
async fn pages_hold_no_inline_script_or_style() {
    let house = House::new().await;
    let cookie = house.cookie("system").await;
    let mut pages = Vec::new();
    for path in
        ["/sign-in", "/gallery", "/gallery/form", "/gallery/list", "/gallery/parts", "/gallery/portal"]
    {
        pages.push((path, house.get(path).await));
    }
    for path in ["/account", "/staff", "/staff/new"] {
        pages.push((path, house.get_as(&cookie, path).await));
    }
    for (path, page) in pages {
        assert_eq!(page.status, StatusCode::OK, "{path}");
        for bad in [" style=", "<style", " onclick=", "javascript:", "http://", "https://"] {
            assert!(!page.body.contains(bad), "{path} holds {bad}");
        }
        assert!(!page.body.contains("<script>"), "{path}");
        assert!(page.body.contains("lang=\"zh-CN\"") && page.body.contains("id=\"content\""), "{path}");
        assert_eq!(page.body.matches("<h1").count(), 1, "{path} has one heading");
    }
}

#[tokio::test]
async fn failures_are_pages_for_people_and_problems_for_programs() {
    let house = House::new().await;
    let page = house.get("/no-such-page").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.body.contains("没有找到这个页面") && page.body.contains(page.header("x-request-id")));
    let problem = house.get("/api/v1/no-such-thing").await;
    assert_eq!(problem.header("content-type"), "application/problem+json");
    let json = problem.json();
    assert_eq!(json["status"], 404);
    assert_eq!(json["type"], "/api/problems/request.not_found");
    assert_eq!(json["request_id"], problem.header("x-request-id"));
    for key in ["title", "detail", "code", "remedy", "fields", "article", "after"] {
        assert!(json.get(key).is_some(), "{key}");
    }
    let method = Request::delete("/sign-in").body(Body::empty()).unwrap();
    let method = house.send(method).await;
    assert_eq!(method.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(method.body.contains("不能这样打开") && method.header("allow").contains("POST"));
}

#[tokio::test]
async fn large_and_broken_bodies_are_answered() {
    let house = House::new().await;
    let cookie = house.cookie("system").await;
    let token = house.token(&cookie).await;
    let post = |path: &str| {
        Request::post(path)
            .header("cookie", &cookie)
            .header("x-csrf-token", &token)
            .header("content-type", "application/json")
    };
    let large = post("/api/v1/staff").body(Body::from("x".repeat(3 * 1024 * 1024))).unwrap();
    let large = house.send(large).await;
    assert_eq!(
        (large.status, large.json()["code"].clone()),
        (StatusCode::PAYLOAD_TOO_LARGE, "request.too_large".into())
    );
    let unreadable = (StatusCode::BAD_REQUEST, "request.malformed");
    let wrong = (StatusCode::UNPROCESSABLE_ENTITY, "input.invalid");
    for (body, expected) in [
        ("", unreadable),
        ("{", unreadable),
        ("[]", wrong),
        ("{\"name\":1}", wrong),
        ("{\"name\":\"a\",\"title\":\"b\",\"login\":\"cd\",\"roles\":[]}", wrong),
        ("{\"name\":\"a\",\"title\":\"b\",\"login\":\"cd\",\"unit\":\"\\u0000\"}", wrong),
    ] {
        let answer = house.send(post("/api/v1/staff").body(Body::from(body)).unwrap()).await;
        assert_eq!((answer.status, answer.json()["code"].as_str().unwrap()), expected, "{body}");
    }
    let other = Request::post("/api/v1/staff").header("cookie", &cookie).header("x-csrf-token", &token);
    let other = other.header("content-type", "text/plain").body(Body::from("{}")).unwrap();
    let other = house.send(other).await;
    assert_eq!(
        (other.status, other.json()["code"].clone()),
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, "request.media".into())
    );
    for path in ["/api/v1/me?x=%00", "/decisions/%00", "/decisions?q=%00"] {
        assert_eq!(house.get(path).await.status, StatusCode::BAD_REQUEST, "{path}");
    }
}

#[tokio::test]
async fn a_panic_is_a_page_and_the_program_goes_on() {
    let house = House::new().await;
    async fn broken() -> &'static str {
        let none: Option<&'static str> = None;
        none.unwrap()
    }
    let routes = features::routes(&config()).get("/broken", Access::Public, broken);
    let (router, _) = http::build(house.app.clone(), config(), routes).unwrap();
    let ask = |path: &str| {
        tower::ServiceExt::oneshot(router.clone(), Request::get(path).body(Body::empty()).unwrap())
    };
    assert_eq!(ask("/broken").await.unwrap().status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(ask("/healthz").await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn health_readiness_and_figures() {
    mingjing::kit::metrics::handle();
    let house = House::new().await;
    assert_eq!(house.get("/healthz").await.body, "ok\n");
    assert_eq!(house.get("/readyz").await.body, "ready\n");
    let figures = house.get("/metrics").await.body;
    assert!(
        figures.contains("mingjing_http_requests_total") && figures.contains("route=\"/healthz\""),
        "{figures}"
    );
    house.app.stop_writes("账本核验失败");
    let stopped = house.get("/readyz").await;
    assert_eq!((stopped.status, stopped.body.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "账本核验失败\n"));
}

#[tokio::test]
async fn assets_are_kept_for_ever_and_pages_name_them() {
    let house = House::new().await;
    let page = house.get("/sign-in").await.body;
    let href = page.split("rel=\"stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let css = house.get(href).await;
    assert_eq!(css.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(css.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(house.get("/assets/mingjing.0000000000000000.css").await.status, StatusCode::NOT_FOUND);
    let request = Request::get(href).header("accept-encoding", "gzip").body(Body::empty()).unwrap();
    let zipped = tower::ServiceExt::oneshot(house.router.clone(), request).await.unwrap();
    assert_eq!(zipped.headers()["content-encoding"], "gzip");
}

#[tokio::test]
async fn a_held_version_is_not_sent_again() {
    use axum::http::HeaderMap;
    use axum::response::IntoResponse as _;
    let ask = |held: &str| {
        let mut headers = HeaderMap::new();
        headers.insert("if-none-match", held.parse().unwrap());
        http::tagged(&headers, "v7", || "body".into_response())
    };
    for held in ["\"v7\"", "W/\"v7\"", "\"v6\", \"v7\"", "*"] {
        assert_eq!(ask(held).status(), StatusCode::NOT_MODIFIED, "{held}");
    }
    let other = ask("\"v6\"");
    assert_eq!((other.status(), other.headers()["etag"].to_str().unwrap()), (StatusCode::OK, "\"v7\""));
}
