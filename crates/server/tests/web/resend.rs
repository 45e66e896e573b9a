//! What was typed is shown again, and sent again at a click, when the session or the
//! form's key has ended in the meantime.
#![allow(clippy::unwrap_used)]

use axum::body::Body;
use axum::http::{Request, StatusCode};
use jiff::SignedDuration;
use mingjing::kit::limits::WebConfig;

use crate::desk::{Answer, House, PASSWORD, config, encoded};

const FORM: &str = "application/x-www-form-urlencoded";

async fn post(house: &House, cookie: Option<&str>, path: &str, media: &str, body: String) -> Answer {
    let mut request =
        Request::post(path).header("content-type", media).header("sec-fetch-site", "same-origin");
    if let Some(cookie) = cookie {
        request = request.header("cookie", cookie);
    }
    house.send(request.body(Body::from(body)).unwrap()).await
}

/// The value of a page's field, as a browser would send it.
fn value(page: &str, name: &str) -> Option<String> {
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
fn hidden(page: &str, action: &str) -> Vec<(String, String)> {
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

const TYPED: &str = "第一行 <b>\"引号\" & 余下";

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
    for words in ["请核对后重新提交", "没有办理", "system某", "第一行 &lt;b&gt;"] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    assert!(!page.body.contains("<b>\""), "nothing typed becomes markup");
    assert_eq!(tokens(&house, &cookie).await, 0, "nothing was done");
    let again = hidden(&page.body, "/account/tokens");
    let names: Vec<&str> = again.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["_csrf", "label"]);
    assert_eq!(again[1].1, TYPED);
    let fields: Vec<(&str, &str)> = again.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let done = post(&house, Some(&cookie), "/account/tokens", FORM, encoded(&fields)).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    assert_eq!(tokens(&house, &cookie).await, 1);
    // A request without any key is no form of ours.
    let bare = post(&house, Some(&cookie), "/account/tokens", FORM, encoded(&[("label", TYPED)])).await;
    assert!(bare.body.contains("提交未被接受") && !bare.body.contains("第一行"), "{}", bare.body);
}

#[tokio::test]
async fn what_was_typed_passes_through_the_sign_in_to_the_right_of_whoever_signs_in() {
    let house = House::new().await;
    let cookie = house.cookie("system").await;
    let key = house.token(&cookie).await;
    house.clock.advance(SignedDuration::from_mins(31));
    let typed = [("_csrf", key.as_str()), ("name", TYPED), ("title", "职务"), ("login", "new.one")];
    let door = post(&house, Some(&cookie), "/staff/new?from=list", FORM, encoded(&typed)).await;
    assert_eq!((door.status, door.header("cache-control")), (StatusCode::UNAUTHORIZED, "no-store"));
    assert!(door.body.contains("登录已经到期") && !door.body.contains(&key), "{}", door.body);
    let carried = hidden(&door.body, "/sign-in");
    let sign_in = |login: &'static str, password: &'static str| {
        let mut fields: Vec<(&str, &str)> = carried.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        fields.extend([("login", login), ("password", password)]);
        post(&house, None, "/sign-in", FORM, encoded(&fields))
    };
    let wrong = sign_in("system", "wrong-wrong-wrong").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(hidden(&wrong.body, "/sign-in"), carried, "a wrong password loses nothing");
    for (login, status) in [("audit", StatusCode::FORBIDDEN), ("system", StatusCode::OK)] {
        let page = sign_in(login, PASSWORD).await;
        assert_eq!((page.status, page.header("cache-control")), (StatusCode::OK, "no-store"));
        assert!(page.body.contains("第一行 &lt;b&gt;") && page.body.contains(&format!("{login}某")));
        let fresh = page.cookie().unwrap();
        let again = hidden(&page.body, "/staff/new?from=list");
        assert_eq!(again.iter().find(|(name, _)| name == "login").unwrap().1, "new.one");
        assert!(house.get_as(&fresh, "/account").await.status == StatusCode::OK);
        let fields: Vec<(&str, &str)> = again.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let done = post(&house, Some(&fresh), "/staff/new?from=list", FORM, encoded(&fields)).await;
        assert_eq!(done.status, status, "{login}: {}", done.body);
        assert_eq!(done.body.contains("请当面交给本人"), status == StatusCode::OK, "{login}");
    }
}

#[tokio::test]
async fn passwords_are_masked_and_do_not_pass_through_a_sign_in() {
    let house = House::new().await;
    let cookie = house.cookie("system").await;
    let typed = [
        ("_csrf", "stale"),
        ("present", PASSWORD),
        ("new", "Tide.of.Maple.81"),
        ("again", "Tide.of.Maple.81"),
    ];
    let page = post(&house, Some(&cookie), "/account/password", FORM, encoded(&typed)).await;
    assert_eq!(page.body.matches("Tide.of.Maple.81").count(), 2);
    assert_eq!(page.body.matches("type=\"password\"").count(), 3);
    assert!(!page.body.contains("<ol class=\"typed\">"), "no password stands among the texts");
    house.clock.advance(SignedDuration::from_mins(31));
    let door = post(&house, Some(&cookie), "/account/password", FORM, encoded(&typed)).await;
    assert!(!door.body.contains("Tide.of.Maple.81") && !door.body.contains(PASSWORD));
    let mut fields = hidden(&door.body, "/sign-in");
    fields.extend([("login".into(), "system".into()), ("password".into(), PASSWORD.into())]);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let page = post(&house, None, "/sign-in", FORM, encoded(&fields)).await;
    assert!(page.body.contains("密码不随登录保留") && !page.body.contains(PASSWORD), "{}", page.body);
}

#[tokio::test]
async fn files_and_what_is_too_long_are_said_plainly_and_nothing_leads_elsewhere() {
    let house = House::with(WebConfig { body_bytes: 16 * 1024, ..config() }).await;
    let cookie = house.cookie("system").await;
    let multipart = "multipart/form-data; boundary=cut";
    let body = "--cut\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\nx\r\n--cut--\r\n";
    let page = post(&house, Some(&cookie), "/account/tokens?_csrf=stale", multipart, body.into()).await;
    assert!(page.body.contains("重新选择文件"), "{}", page.body);
    let door = post(&house, None, "/account/tokens", multipart, body.into()).await;
    assert_eq!(door.status, StatusCode::UNAUTHORIZED);
    assert!(door.body.contains("重新选择文件") && !door.body.contains("carried-to"), "{}", door.body);
    let long = encoded(&[("_csrf", "x"), ("label", &"a".repeat(12 * 1024))]);
    let door = post(&house, None, "/account/tokens", FORM, long).await;
    assert!(door.body.contains("过长") && !door.body.contains("carried-to"), "{}", door.body);
    // Leaving without being there asks for nothing more.
    let out = post(&house, None, "/sign-out", FORM, encoded(&[("_csrf", "x")])).await;
    assert!(!out.body.contains("carried-to"));
    for elsewhere in ["https://evil.example/", "//evil.example/", "/\\evil.example"] {
        let fields =
            [("login", "system"), ("password", PASSWORD), ("carried-to", elsewhere), ("carried.a", "x")];
        let page = post(&house, None, "/sign-in", FORM, encoded(&fields)).await;
        assert_eq!((page.status, page.header("location")), (StatusCode::SEE_OTHER, "/desk"));
    }
}
