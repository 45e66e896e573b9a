//! Sessions, lockout, passwords, tokens.
#![allow(clippy::unwrap_used)]

use crate::desk::{House, PASSWORD};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use jiff::SignedDuration;
use mingjing::kit::db::Sql as _;
use mingjing::kit::limits::WebConfig;
use mingjing::kit::token;

async fn is_in(house: &House, cookie: &str) -> bool {
    house.get_as(cookie, "/account").await.status == StatusCode::OK
}

#[tokio::test]
async fn a_cookie_is_closed_to_scripts_and_bound_to_the_host() {
    let house = House::new().await;
    let answer = house.sign_in("system", PASSWORD).await;
    let set = answer.header("set-cookie");
    assert!(set.starts_with("mingjing=") && set.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{set}");
    let secure = House::with(WebConfig { secure: true, ..crate::desk::config() }).await;
    let answer = secure.sign_in("system", PASSWORD).await;
    let set = answer.header("set-cookie");
    assert!(set.starts_with("__Host-mingjing=") && set.ends_with("; Secure"), "{set}");
    assert!(answer.header("strict-transport-security").starts_with("max-age="));
}

#[tokio::test]
async fn a_session_ends_when_idle_and_lives_on_while_used() {
    let house = House::new().await;
    let cookie = house.cookie("system").await;
    for _ in 0..3 {
        house.clock.advance(SignedDuration::from_mins(29));
        assert!(is_in(&house, &cookie).await);
    }
    house.clock.advance(SignedDuration::from_mins(30));
    let answer = house.get_as(&cookie, "/account").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header("location"), "/sign-in?next=%2Faccount");
    house.clock.advance(SignedDuration::from_mins(-30));
    assert!(!is_in(&house, &cookie).await, "an ended session does not come back");
}

#[tokio::test]
async fn a_session_ends_after_its_hours_however_busy() {
    let house = House::new().await;
    let cookie = house.cookie("system").await;
    for _ in 0..35 {
        house.clock.advance(SignedDuration::from_mins(20));
        assert!(is_in(&house, &cookie).await);
    }
    house.clock.advance(SignedDuration::from_mins(20));
    assert!(!is_in(&house, &cookie).await);
}

#[tokio::test]
async fn signing_in_rotates_and_signing_out_ends() {
    let house = House::new().await;
    let first = house.cookie("system").await;
    let second = house.sign_in_holding("system", PASSWORD, Some(&first)).await.cookie().unwrap();
    assert_ne!(first, second);
    assert!(!is_in(&house, &first).await, "the earlier session of this browser ended");
    let elsewhere = house.cookie("system").await;
    let out = house.post_as(&second, "/sign-out", &[]).await;
    assert_eq!(out.status, StatusCode::SEE_OTHER);
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert!(!is_in(&house, &second).await && is_in(&house, &elsewhere).await);
    house.post_as(&elsewhere, "/account/sessions/end", &[]).await;
    assert!(!is_in(&house, &elsewhere).await);
}

#[tokio::test]
async fn a_disabled_person_is_out_at_once_and_stays_out() {
    let house = House::new().await;
    let victim = house.cookie("audit").await;
    let person = house.person("audit").await;
    let bearer = token::issue(&house.app, person, "示例", 90).await.unwrap();
    let admin = house.cookie("system").await;
    let done = house.post_as(&admin, &format!("/staff/{person}/disable"), &[("reason", "离岗")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert!(!is_in(&house, &victim).await);
    assert_eq!(house.sign_in("audit", PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let request = Request::get("/api/v1/me").header("authorization", format!("Bearer {bearer}"));
    let answer = house.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn guessing_is_slowed_down_alike_for_real_and_invented_accounts() {
    let house = House::new().await;
    let mut bodies = Vec::new();
    for login in ["system", "nobody"] {
        for _ in 0..5 {
            let answer = house.sign_in(login, "wrong-wrong-wrong").await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            bodies.push(answer.body.replace(login, "X"));
        }
        let locked = house.sign_in(login, PASSWORD).await;
        assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS, "{login}");
        assert!(locked.cookie().is_none());
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "nothing tells which account exists");
    house.clock.advance(SignedDuration::from_secs(31));
    assert_eq!(house.sign_in("system", "wrong-wrong-wrong").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    house.clock.advance(SignedDuration::from_secs(31));
    assert_eq!(
        house.sign_in("system", PASSWORD).await.status,
        StatusCode::TOO_MANY_REQUESTS,
        "the wait doubled"
    );
    house.clock.advance(SignedDuration::from_secs(31));
    house.cookie("system").await;
    let sql = "SELECT COUNT(*) AS n FROM session";
    let row = house.app.db().one("session", sql, vec![]).await.unwrap().unwrap();
    assert_eq!(row.int("n").unwrap(), 1);
}

#[tokio::test]
async fn one_source_cannot_try_many_accounts() {
    let house = House::with(WebConfig { source_failures: 6, ..crate::desk::config() }).await;
    for n in 0..6 {
        let answer = house.sign_in(&format!("guess{n}"), "wrong-wrong-wrong").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(house.sign_in("system", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn the_database_holds_no_secret() {
    let house = House::new().await;
    let cookie = house.cookie("system").await;
    let secret = cookie.split_once('=').unwrap().1;
    let row = house.app.db().one("session", "SELECT hash FROM session", vec![]).await.unwrap().unwrap();
    assert_ne!(
        row.bytes("hash").unwrap(),
        mingjing::kit::login::Secret::parse(secret).unwrap().text().as_bytes()
    );
    let row = house.app.db().one("credential", "SELECT phc FROM credential", vec![]).await.unwrap().unwrap();
    let phc = row.text("phc").unwrap();
    assert!(phc.starts_with("$argon2id$v=19$") && !phc.contains(PASSWORD));
}

#[tokio::test]
async fn a_password_changes_only_with_the_present_one_and_ends_other_sessions() {
    let house = House::new().await;
    let (here, there) = (house.cookie("system").await, house.cookie("system").await);
    let change = |present: &'static str, new: &'static str, again: &'static str| {
        [("present", present), ("new", new), ("again", again)]
    };
    for (fields, said) in [
        (change("wrong-wrong-wrong", "Tide.of.Maple.81", "Tide.of.Maple.81"), "现在的密码不正确"),
        (change(PASSWORD, "short", "short"), "至少 10 个字符"),
        (change(PASSWORD, "password2026!", "password2026!"), "太常见"),
        (change(PASSWORD, PASSWORD, PASSWORD), "与现在的相同"),
        (change(PASSWORD, "Tide.of.Maple.81", "Tide.of.Maple.82"), "不一致"),
    ] {
        let answer = house.post_as(&here, "/account/password", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains(said), "{said}");
    }
    let done = house
        .post_as(&here, "/account/password", &change(PASSWORD, "Tide.of.Maple.81", "Tide.of.Maple.81"))
        .await;
    let fresh = done.cookie().unwrap();
    assert!(is_in(&house, &fresh).await && !is_in(&house, &here).await && !is_in(&house, &there).await);
    assert_eq!(house.sign_in("system", PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn tokens_act_as_their_owner_until_they_end_or_are_revoked() {
    let house = House::new().await;
    let person = house.person("audit").await;
    let me = async |text: &str| {
        let request = Request::get("/api/v1/me").header("authorization", format!("Bearer {text}"));
        house.send(request.body(Body::empty()).unwrap()).await
    };
    let text = token::issue(&house.app, person, "示例", 90).await.unwrap();
    let answer = me(&text).await;
    assert_eq!((answer.status, answer.json()["id"].clone()), (StatusCode::OK, serde_json::json!(person)));
    let wrong = me("mj_AAAA").await;
    assert_eq!((wrong.status, wrong.header("www-authenticate")), (StatusCode::UNAUTHORIZED, "Bearer"));
    house.clock.advance(SignedDuration::from_hours(24 * 90));
    assert_eq!(me(&text).await.status, StatusCode::UNAUTHORIZED);
    let text = token::issue(&house.app, person, "示例", 90).await.unwrap();
    let id = token::list(house.app.db(), person).await.unwrap()[0].id;
    let stranger = house.cookie("system").await;
    let path = format!("/account/tokens/{id}/revoke");
    assert_eq!(house.post_as(&stranger, &path, &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(me(&text).await.status, StatusCode::OK);
    let owner = house.cookie("audit").await;
    assert_eq!(house.post_as(&owner, &path, &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(me(&text).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_console_makes_tokens_for_those_who_may_come_in() {
    use mingjing::staff::console;
    let house = House::new().await;
    let text = console::token(&house.app, " Audit ", "示例", 1).await.unwrap();
    let request = Request::get("/api/v1/me").header("authorization", format!("Bearer {text}"));
    assert_eq!(house.send(request.body(Body::empty()).unwrap()).await.status, StatusCode::OK);
    assert!(console::token(&house.app, "nobody", "示例", 1).await.is_err());
    let admin = house.cookie("system").await;
    let person = house.person("audit").await;
    house.post_as(&admin, &format!("/staff/{person}/disable"), &[("reason", "离岗")]).await;
    assert!(console::token(&house.app, "audit", "示例", 1).await.is_err());
}
