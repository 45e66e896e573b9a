//! Requests that other sites make a signed-in browser send.
#![allow(clippy::unwrap_used)]

use crate::desk::{House, encoded};
use axum::body::Body;
use axum::http::{Request, StatusCode};

#[tokio::test]
async fn only_our_pages_with_the_token_may_change_anything() {
    let house = House::new().await;
    let cookie = house.cookie("system").await;
    let other = house.cookie("audit").await;
    let (mine, theirs) = (house.token(&cookie).await, house.token(&other).await);
    // Headers, token, whether it is carried out.
    let cases: [(&[(&str, &str)], &str, bool); 9] = [
        (&[("sec-fetch-site", "same-origin")], &mine, true),
        (&[("sec-fetch-site", "cross-site")], &mine, false),
        (&[("sec-fetch-site", "same-site")], &mine, false),
        (&[("host", "example.org"), ("origin", "http://example.org")], &mine, true),
        (&[("host", "example.org"), ("origin", "http://evil.example")], &mine, false),
        (&[("origin", "null")], &mine, true),
        (&[("origin", "null")], "", false),
        (&[("sec-fetch-site", "same-origin")], "", false),
        (&[("sec-fetch-site", "same-origin")], &theirs, false),
    ];
    for (headers, token, allowed) in cases {
        let mut request = Request::post("/account/tokens")
            .header("cookie", &cookie)
            .header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = encoded(&[("_csrf", token), ("label", "示例")]);
        let answer = house.send(request.body(Body::from(body)).unwrap()).await;
        let expected = if allowed { StatusCode::OK } else { StatusCode::FORBIDDEN };
        assert_eq!(answer.status, expected, "{headers:?} {token}");
    }
}

#[tokio::test]
async fn a_session_needs_its_token_for_json_and_a_bearer_does_not() {
    let house = House::new().await;
    let cookie = house.cookie("system").await;
    let body = r#"{"name":"甲","title":"乙","login":"jia.yi"}"#;
    let post = |name: &'static str, value: String| {
        Request::post("/api/v1/staff").header("content-type", "application/json").header(name, value)
    };
    let bare = house.send(post("cookie", cookie.clone()).body(Body::from(body)).unwrap()).await;
    assert_eq!((bare.status, bare.json()["code"].clone()), (StatusCode::FORBIDDEN, "auth.forged".into()));
    let token = house.token(&cookie).await;
    let request = post("cookie", cookie).header("x-csrf-token", token).body(Body::from(body)).unwrap();
    assert_eq!(house.send(request).await.status, StatusCode::CREATED);
    let person = house.person("system").await;
    let bearer = mingjing::kit::token::issue(&house.app, person, "示例", 9).await.unwrap();
    let request = post("authorization", format!("Bearer {bearer}"));
    let again = body.replace("jia.yi", "bing.ding");
    assert_eq!(house.send(request.body(Body::from(again)).unwrap()).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn other_sites_cannot_sign_a_browser_in() {
    let house = House::new().await;
    let body = encoded(&[("login", "system"), ("password", crate::desk::PASSWORD)]);
    let request = Request::post("/sign-in")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site")
        .body(Body::from(body))
        .unwrap();
    let answer = house.send(request).await;
    assert_eq!((answer.status, answer.cookie()), (StatusCode::FORBIDDEN, None));
}

#[tokio::test]
async fn nobody_gets_a_cookie_for_looking() {
    let house = House::new().await;
    for path in ["/sign-in", "/healthz", "/gallery", "/no-such-page", "/account"] {
        assert_eq!(house.get(path).await.cookie(), None, "{path}");
    }
}
