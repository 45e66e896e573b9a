//! What was typed is shown again, and sent again at a click, when the session or the
//! form's key has ended in the meantime.
#![allow(clippy::unwrap_used)]

use axum::body::Body;
use axum::http::{Request, StatusCode};
use jiff::SignedDuration;
use mingjing::kit::db::Sql as _;
use mingjing::kit::limits::WebConfig;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::desk::{Answer, House, PASSWORD, config, encoded};

pub const FORM: &str = "application/x-www-form-urlencoded";

pub async fn post(house: &House, cookie: Option<&str>, path: &str, media: &str, body: String) -> Answer {
    stream(house, cookie, path, media, Body::from(body)).await
}

async fn stream(house: &House, cookie: Option<&str>, path: &str, media: &str, body: Body) -> Answer {
    let mut request =
        Request::post(path).header("content-type", media).header("sec-fetch-site", "same-origin");
    if let Some(cookie) = cookie {
        request = request.header("cookie", cookie);
    }
    house.send(request.body(body).unwrap()).await
}

/// The value of a page's field, as a browser would send it.
pub fn value(page: &str, name: &str) -> Option<String> {
    let after = page.split(&format!("name=\"{name}\" value=\"")).nth(1)?;
    Some(
        after
            .split('"')
            .next()?
            .replace("&quot;", "\"")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&"),
    )
}

/// All hidden fields of a page's form to `action`.
pub fn hidden(page: &str, action: &str) -> Vec<(String, String)> {
    let form = page.split(&format!("method=\"post\" action=\"{action}\"")).nth(1).unwrap();
    let form = form.split("</form>").next().unwrap();
    let fields = form.split("<input type=\"hidden\" name=\"").skip(1);
    fields
        .map(|it| {
            let name = it.split('"').next().unwrap();
            (name.to_owned(), value(form, name).unwrap())
        })
        .collect()
}

async fn tokens(house: &House, cookie: &str) -> usize {
    house.get_as(cookie, "/account").await.body.matches("<b>第一行 &lt;b&gt;").count()
}

pub fn pairs(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect()
}

/// The sign-in page after a form for a token was posted with `cookie`.
async fn door(house: &House, cookie: Option<&str>, key: &str) -> Answer {
    let body = encoded(&[("_csrf", key), ("label", TYPED)]);
    let door = post(house, cookie, "/account/tokens", FORM, body).await;
    assert_eq!((door.status, door.header("cache-control")), (StatusCode::UNAUTHORIZED, "no-store"));
    assert!(!door.body.contains("第一行"), "nothing typed stands on the page: {}", door.body);
    door
}

/// What the sign-in page carries.
pub fn sealed(door: &Answer) -> Option<String> {
    value(&door.body, "carried")
}

/// Signs in with what the page carried.
async fn enter(house: &House, login: &str, sealed: &str) -> Answer {
    let fields = [("login", login), ("password", PASSWORD), ("carried", sealed), ("next", "/account")];
    post(house, None, "/sign-in", FORM, encoded(&fields)).await
}

/// A session whose time has run out, and the key of its forms.
async fn over(house: &House) -> (String, String) {
    let cookie = house.cookie("system").await;
    let key = house.token(&cookie).await;
    house.clock.advance(SignedDuration::from_mins(31));
    (cookie, key)
}

pub const TYPED: &str = "第一行 <b>\"引号\" & 余下";
pub const LOST: &str = "登录前填写的内容已经丢弃";

#[tokio::test]
async fn a_stale_key_shows_what_was_typed_and_one_click_sends_it() {
    let house = House::new().await;
    let cookie = house.cookie("system").await;
    let foreign = house.token(&house.cookie("audit").await).await;
    let body = encoded(&[("_csrf", &foreign), ("label", TYPED)]);
    let page = post(&house, Some(&cookie), "/account/tokens", FORM, body).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"));
    assert_eq!(page.header("cache-control"), "no-store");
    let row = "<dt>用途</dt><dd class=\"typed\">第一行 &lt;b&gt;";
    for words in ["请核对后重新提交", "没有办理", "system某", "将要提交：建立接口令牌", row]
    {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    assert!(!page.body.contains("<b>\""), "nothing typed becomes markup");
    assert_eq!(tokens(&house, &cookie).await, 0, "nothing was done");
    let again = hidden(&page.body, "/account/tokens");
    let names: Vec<&str> = again.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["_csrf", "label"]);
    assert_eq!(again[1].1, TYPED);
    let done = post(&house, Some(&cookie), "/account/tokens", FORM, encoded(&pairs(&again))).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    assert_eq!(tokens(&house, &cookie).await, 1);
    // A request without any key is no form of ours.
    let bare = post(&house, Some(&cookie), "/account/tokens", FORM, encoded(&[("label", TYPED)])).await;
    assert!(bare.body.contains("提交未被接受") && !bare.body.contains("第一行"), "{}", bare.body);
}

#[tokio::test]
async fn what_was_typed_passes_sealed_through_the_sign_in_to_the_same_person_only() {
    let house = House::new().await;
    let (cookie, key) = over(&house).await;
    let typed = [("_csrf", key.as_str()), ("name", TYPED), ("title", "职务"), ("login", "new.one")];
    let door = post(&house, Some(&cookie), "/staff/new?from=list", FORM, encoded(&typed)).await;
    assert_eq!((door.status, door.header("cache-control")), (StatusCode::UNAUTHORIZED, "no-store"));
    for told in [key.as_str(), "第一行", "new.one", "/staff/new", "职务"] {
        assert!(!door.body.contains(told), "{told}: {}", door.body);
    }
    assert!(door.body.contains("登录已经到期"));
    let carried = sealed(&door).unwrap();
    let names: Vec<String> = hidden(&door.body, "/sign-in").into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["next", "carried"]);
    let wrong = [("login", "system"), ("password", "wrong-wrong-wrong"), ("carried", carried.as_str())];
    let wrong = post(&house, None, "/sign-in", FORM, encoded(&wrong)).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(sealed(&wrong), Some(carried.clone()), "a wrong password loses nothing");
    // Another person sees nothing of it, and is signed in.
    let other = enter(&house, "audit", &carried).await;
    assert!(other.body.contains(LOST) && other.body.contains("另一人"), "{}", other.body);
    assert!(!other.body.contains("第一行") && !other.body.contains("/staff/new"), "{}", other.body);
    assert_eq!(house.get_as(&other.cookie().unwrap(), "/account").await.status, StatusCode::OK);
    // The same person sees every field by its name, and the act.
    let page = enter(&house, "system", &carried).await;
    assert_eq!((page.status, page.header("cache-control")), (StatusCode::OK, "no-store"));
    let row = "<dt>姓名</dt><dd class=\"typed\">第一行 &lt;b&gt;";
    for words in
        ["将要提交：建立账户", row, ">职务</dd>", ">new.one</dd>", "system某", "/staff/new?from=list"]
    {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    let fresh = page.cookie().unwrap();
    let again = hidden(&page.body, "/staff/new?from=list");
    assert_eq!(again.iter().find(|(name, _)| name == "login").unwrap().1, "new.one");
    let done = post(&house, Some(&fresh), "/staff/new?from=list", FORM, encoded(&pairs(&again))).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    assert!(done.body.contains("请当面交给本人"));
}

#[tokio::test]
async fn what_is_forged_late_or_for_elsewhere_is_dropped_with_a_word() {
    let house = House::new().await;
    let (cookie, key) = over(&house).await;
    let carried = sealed(&door(&house, Some(&cookie), &key).await).unwrap();
    for at in [0, carried.len() / 2, carried.len() - 4] {
        let letter = if &carried[at..=at] == "A" { "B" } else { "A" };
        let forged = format!("{}{letter}{}", &carried[..at], &carried[at + 1..]);
        let page = enter(&house, "system", &forged).await;
        assert!(page.body.contains(LOST) && !page.body.contains("第一行"), "{at}: {}", page.body);
        // What is no seal of ours is not given back beside a wrong password either.
        let wrong = [("login", "system"), ("password", "wrong-wrong-wrong"), ("carried", forged.as_str())];
        let wrong = post(&house, None, "/sign-in", FORM, encoded(&wrong)).await;
        assert_eq!(sealed(&wrong), None);
    }
    // The address stands inside the seal: none beside it counts.
    let fields = [
        ("login", "system"),
        ("password", PASSWORD),
        ("carried", carried.as_str()),
        ("carried-to", "/account/sessions/end"),
    ];
    let page = post(&house, None, "/sign-in", FORM, encoded(&fields)).await;
    assert!(page.body.contains("action=\"/account/tokens\""), "{}", page.body);
    assert!(!page.body.contains("action=\"/account/sessions/end\""));
    // The seal of another server, or of this one before it started again.
    let elsewhere = House::new().await;
    let page = enter(&elsewhere, "system", &carried).await;
    assert!(page.body.contains(LOST) && page.body.contains("不能核实"), "{}", page.body);
    house.clock.advance(SignedDuration::from_mins(30));
    let page = enter(&house, "system", &carried).await;
    assert!(page.body.contains(LOST) && page.body.contains("三十分钟"), "{}", page.body);
    assert!(!page.body.contains("第一行"));
    assert_eq!(house.get_as(&page.cookie().unwrap(), "/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn nothing_is_kept_of_whom_nobody_knows() {
    nothing_is_kept(House::new().await).await;
    nothing_is_kept(House::on(crate::support::Bench::postgres().await, config()).await).await;
}

async fn nothing_is_kept(house: House) {
    let (cookie, key) = over(&house).await;
    let none = |door: &Answer| sealed(door).is_none() && door.body.contains("也没有保留");
    assert!(none(&door(&house, None, &key).await), "without a cookie");
    let unknown = format!("mingjing={}", "A".repeat(43));
    assert!(none(&door(&house, Some(&unknown), &key).await), "a cookie that was never given");
    let foreign = house.token(&house.cookie("audit").await).await;
    for key in ["stale", foreign.as_str()] {
        assert!(none(&door(&house, Some(&cookie), key).await), "a form that is not of that session");
    }
    assert!(sealed(&door(&house, Some(&cookie), &key).await).is_some());
    // It tells who it was and admits nobody, even when the clock goes back.
    let now = house.app.now();
    house.clock.set(now.checked_sub(SignedDuration::from_mins(31)).unwrap());
    assert_eq!(house.get_as(&cookie, "/account").await.status, StatusCode::SEE_OTHER);
    house.clock.set(now);
    // After twelve hours it is not known any more, visited or not.
    let (late, its) = over(&house).await;
    house.clock.advance(SignedDuration::from_hours(12));
    assert!(none(&door(&house, Some(&cookie), &key).await));
    assert!(none(&door(&house, Some(&late), &its).await));
    // Whoever left by hand left nothing behind; nor does a change of password.
    let left = house.cookie("system").await;
    let key = house.token(&left).await;
    house.post_as(&left, "/sign-out", &[]).await;
    assert!(none(&door(&house, Some(&left), &key).await));
    let (cookie, key) = over(&house).await;
    assert!(sealed(&door(&house, Some(&cookie), &key).await).is_some());
    let here = house.cookie("system").await;
    house.post_as(&here, "/account/sessions/end", &[]).await;
    assert!(none(&door(&house, Some(&cookie), &key).await));
    let sql = "SELECT COUNT(*) AS n FROM ended_session";
    let row = house.app.db().one("ended", sql, vec![]).await.unwrap().unwrap();
    assert_eq!(row.int("n").unwrap(), 0);
}

#[tokio::test]
async fn passwords_are_never_given_back() {
    let house = House::new().await;
    let cookie = house.cookie("system").await;
    let key = house.token(&cookie).await;
    let typed = |key: &str| {
        let new = "Tide.of.Maple.81";
        encoded(&[("_csrf", key), ("present", PASSWORD), ("new", new), ("again", new)])
    };
    let blank = |page: &str| {
        assert!(!page.contains("Tide.of.Maple.81") && !page.contains(PASSWORD), "{page}");
        assert_eq!(page.matches("type=\"password\"").count(), 3);
        assert_eq!(page.matches("密码不保留").count(), 3);
        assert!(page.contains("将要提交：更改密码") && !page.contains("class=\"typed\""));
    };
    let page = post(&house, Some(&cookie), "/account/password", FORM, typed("stale")).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    blank(&page.body);
    house.clock.advance(SignedDuration::from_mins(31));
    let door = post(&house, Some(&cookie), "/account/password", FORM, typed(&key)).await;
    assert!(!door.body.contains("Tide.of.Maple.81") && !door.body.contains(PASSWORD));
    blank(&enter(&house, "system", &sealed(&door).unwrap()).await.body);
}

/// A body that tells when somebody begins to read it.
fn watched() -> (Body, Arc<AtomicBool>) {
    let read = Arc::new(AtomicBool::new(false));
    let seen = read.clone();
    let chunks = futures_util::stream::once(async move {
        seen.store(true, Ordering::Relaxed);
        Ok::<_, std::io::Error>("_csrf=x&label=y")
    });
    (Body::from_stream(chunks), read)
}

#[tokio::test]
async fn a_body_is_read_only_of_an_ended_session_and_only_a_little_of_it() {
    let house = House::new().await;
    let (cookie, key) = over(&house).await;
    for (cookie, path, reads) in [
        (None, "/account/tokens", false),
        (Some("mingjing=unknown"), "/account/tokens", false),
        (Some(cookie.as_str()), "/account/tokens", true),
        (Some(cookie.as_str()), "/sign-out", false),
        (Some(cookie.as_str()), "/api/v1/me/sessions/end", false),
        (Some(cookie.as_str()), "/api/v1/cases", false),
    ] {
        let (body, read) = watched();
        let answer = stream(&house, cookie, path, FORM, body).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}: {}", answer.body);
        assert_eq!(read.load(Ordering::Relaxed), reads, "{cookie:?} {path}");
        assert!(sealed(&answer).is_none());
    }
    let of = |bytes: usize| {
        let rest = encoded(&[("_csrf", &key), ("label", "")]).len();
        encoded(&[("_csrf", &key), ("label", &"a".repeat(bytes - rest))])
    };
    let most = post(&house, Some(&cookie), "/account/tokens", FORM, of(64 * 1024)).await;
    let page = enter(&house, "system", &sealed(&most).unwrap()).await;
    assert!(page.body.contains("将要提交"), "the longest passes through the sign-in");
    let long = post(&house, Some(&cookie), "/account/tokens", FORM, of(64 * 1024 + 1)).await;
    assert!(long.body.contains("过长") && sealed(&long).is_none(), "{}", long.body);
}

#[tokio::test]
async fn files_and_what_is_too_long_are_said_plainly_and_nothing_leads_elsewhere() {
    let house = House::with(WebConfig { body_bytes: 16 * 1024, ..config() }).await;
    let cookie = house.cookie("system").await;
    let multipart = "multipart/form-data; boundary=cut";
    let body = "--cut\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\nx\r\n--cut--\r\n";
    let page = post(&house, Some(&cookie), "/account/tokens?_csrf=stale", multipart, body.into()).await;
    assert!(page.body.contains("重新选择文件"), "{}", page.body);
    let key = house.token(&cookie).await;
    house.clock.advance(SignedDuration::from_mins(31));
    let door = post(&house, Some(&cookie), "/account/tokens", multipart, body.into()).await;
    assert_eq!(door.status, StatusCode::UNAUTHORIZED);
    assert!(door.body.contains("重新选择文件") && sealed(&door).is_none(), "{}", door.body);
    // Beside the sign-in's own fields there must be room for the seal.
    let long = encoded(&[("_csrf", &key), ("label", &"a".repeat(4 * 1024))]);
    let door = post(&house, Some(&cookie), "/account/tokens", FORM, long).await;
    assert!(door.body.contains("过长") && sealed(&door).is_none(), "{}", door.body);
    for elsewhere in ["https://evil.example/", "//evil.example/", "/\\evil.example"] {
        let fields = [("login", "system"), ("password", PASSWORD), ("next", elsewhere)];
        let page = post(&house, None, "/sign-in", FORM, encoded(&fields)).await;
        assert_eq!((page.status, page.header("location")), (StatusCode::SEE_OTHER, "/desk"));
    }
}
