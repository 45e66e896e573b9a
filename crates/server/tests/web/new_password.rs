//! A password that somebody else set is changed first: the way the person was on and
//! what was typed are still there afterwards.
#![allow(clippy::unwrap_used)]

use crate::desk::{Answer, House, PASSWORD, config, encoded};
use crate::resend::{FORM, LOST, TYPED, hidden, pairs, post, sealed, value};
use crate::staff::registered;
use axum::http::StatusCode;

const NEW: &str = "Tide.of.Maple.81";

/// The administrator resets the password of `jia`; gives what is shown once.
async fn reset(house: &House) -> String {
    let person = house.person("jia").await;
    let admin = house.cookie("system").await;
    let answer = house.post_as(&admin, &format!("/staff/{person}/password/reset"), &[]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.body.split("密码 <code>").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

/// A house in which `jia` may register people and has a password of their own.
async fn with_jia(house: House) -> House {
    let (person, first) = registered(&house, "jia").await;
    let admin = house.cookie("security").await;
    let role = [("role", "system_admin")];
    let granted = house.post_as(&admin, &format!("/staff/{person}/grant_role"), &role).await;
    assert_eq!(granted.status, StatusCode::SEE_OTHER, "{}", granted.body);
    let cookie = house.sign_in("jia", &first).await.cookie().unwrap();
    let own = [("present", first.as_str()), ("new", PASSWORD), ("again", PASSWORD)];
    let changed = house.post_as(&cookie, "/account/password", &own).await;
    assert_eq!(changed.header("location"), "/desk", "{}", changed.body);
    house
}

/// Sends the form of a page that asks for a new password.
async fn change(house: &House, cookie: &str, page: &Answer, present: &str, new: &str) -> Answer {
    let held = hidden(&page.body, "/account/password");
    let mut fields = pairs(&held);
    fields.extend([("present", present), ("new", new), ("again", new)]);
    post(house, Some(cookie), "/account/password", FORM, encoded(&fields)).await
}

#[tokio::test]
async fn the_way_goes_on_after_the_change() {
    let house = with_jia(House::new().await).await;
    let password = reset(&house).await;
    let cookie = house.sign_in("jia", &password).await.cookie().unwrap();
    let turned = house.get_as(&cookie, "/staff?role=auditor&q=%E7%94%B2").await;
    assert_eq!(turned.status, StatusCode::SEE_OTHER);
    let page = house.get_as(&cookie, turned.header("location")).await;
    assert_eq!(value(&page.body, "next").as_deref(), Some("/staff?role=auditor&q=%E7%94%B2"));
    let wrong = change(&house, &cookie, &page, "wrong-wrong-wrong", NEW).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = change(&house, &cookie, &wrong, &password, NEW).await;
    assert_eq!(done.header("location"), "/staff?role=auditor&q=%E7%94%B2", "a wrong password loses nothing");
    let list = house.get_as(&done.cookie().unwrap(), done.header("location")).await;
    assert_eq!(list.status, StatusCode::OK);
    // No other host is a way of ours; without one it is the home page.
    let fresh = done.cookie().unwrap();
    for (next, to) in
        [("?next=https%3A%2F%2Fevil.example", "/desk"), ("?next=%2F%2Fevil", "/desk"), ("", "/desk")]
    {
        let page = house.get_as(&fresh, &format!("/account{next}")).await;
        assert_eq!(value(&page.body, "next").as_deref(), Some(to), "{next}");
    }
}

#[tokio::test]
async fn a_reset_in_the_middle_of_typing_loses_nothing() {
    through_a_reset(with_jia(House::new().await).await).await;
    let house = House::on(crate::support::Bench::postgres().await, config()).await;
    through_a_reset(with_jia(house).await).await;
}

async fn through_a_reset(house: House) {
    let cookie = house.cookie("jia").await;
    let key = house.token(&cookie).await;
    let password = reset(&house).await;
    assert_eq!(house.get_as(&cookie, "/account").await.status, StatusCode::SEE_OTHER, "it is over");
    let typed = [("_csrf", key.as_str()), ("name", TYPED), ("title", "职务"), ("login", "new.one")];
    let door = post(&house, Some(&cookie), "/staff/new", FORM, encoded(&typed)).await;
    assert_eq!(door.status, StatusCode::UNAUTHORIZED);
    let carried = sealed(&door).unwrap();
    let enter = |login: &'static str, password: String| {
        let fields = [("login", login), ("password", &password), ("carried", &carried), ("next", "/staff")];
        encoded(&fields)
    };
    // Another person, whose own password is to be changed or not, never sees it.
    let other = post(&house, None, "/sign-in", FORM, enter("audit", PASSWORD.to_owned())).await;
    assert!(other.body.contains(LOST) && !other.body.contains("第一行"), "{}", other.body);
    let page = post(&house, None, "/sign-in", FORM, enter("jia", password.clone())).await;
    assert_eq!((page.status, page.header("cache-control")), (StatusCode::OK, "no-store"));
    assert!(page.body.contains("请先更改密码") && page.body.contains("可以核对并再次提交"), "{}", page.body);
    assert!(!page.body.contains("第一行"), "not before the change: {}", page.body);
    let fresh = page.cookie().unwrap();
    let weak = change(&house, &fresh, &page, &password, "short").await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(sealed(&weak), Some(carried.clone()), "a refused password loses nothing");
    let again = change(&house, &fresh, &weak, &password, NEW).await;
    sent_again(&house, &again, "/staff/new").await;
}

/// The page after the change shows what was typed; one click sends it.
async fn sent_again(house: &House, page: &Answer, to: &str) {
    assert_eq!((page.status, page.header("cache-control")), (StatusCode::OK, "no-store"), "{}", page.body);
    let row = "<dt>姓名</dt><dd class=\"typed\">第一行 &lt;b&gt;";
    for words in ["在更改密码之前提交的", "将要提交：建立账户", row] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    let fields = hidden(&page.body, to);
    let cookie = page.cookie().unwrap();
    let done = post(house, Some(&cookie), to, FORM, encoded(&pairs(&fields))).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    assert!(done.body.contains("请当面交给本人"));
}

#[tokio::test]
async fn a_form_posted_before_the_change_comes_back_after_it() {
    let house = with_jia(House::new().await).await;
    let old = house.cookie("jia").await;
    let stale = house.token(&old).await;
    let password = reset(&house).await;
    let cookie = house.sign_in("jia", &password).await.cookie().unwrap();
    let page = house.get_as(&cookie, "/account").await;
    let own = value(&page.body, "_csrf").unwrap();
    let typed =
        |key: &str| encoded(&[("_csrf", key), ("name", TYPED), ("title", "职务"), ("login", "new.one")]);
    // From a page of this session, and from one that was opened in the session before.
    let mut last = None;
    for key in [own.as_str(), stale.as_str()] {
        let turned = post(&house, Some(&cookie), "/staff/new?from=list", FORM, typed(key)).await;
        assert_eq!((turned.status, turned.header("cache-control")), (StatusCode::FORBIDDEN, "no-store"));
        assert!(turned.body.contains("请先更改密码") && !turned.body.contains("第一行"), "{}", turned.body);
        last = Some(turned);
    }
    let token = encoded(&[("_csrf", own.as_str()), ("label", TYPED)]);
    let turned = post(&house, Some(&cookie), "/account/tokens", FORM, token).await;
    assert!(sealed(&turned).is_some(), "{}", turned.body);
    let multipart = "multipart/form-data; boundary=cut";
    let file = "--cut\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\nx\r\n--cut--\r\n";
    let turned =
        post(&house, Some(&cookie), &format!("/staff/new?_csrf={own}"), multipart, file.into()).await;
    assert!(sealed(&turned).is_none() && turned.body.contains("重新选择文件"), "{}", turned.body);
    let again = change(&house, &cookie, &last.unwrap(), &password, NEW).await;
    sent_again(&house, &again, "/staff/new?from=list").await;
}

#[tokio::test]
async fn programs_are_told_to_change_the_password_and_nothing_more() {
    let house = with_jia(House::new().await).await;
    let password = reset(&house).await;
    let cookie = house.sign_in("jia", &password).await.cookie().unwrap();
    let page = house.get_as(&cookie, "/account").await;
    let own = value(&page.body, "_csrf").unwrap();
    let body = encoded(&[("_csrf", own.as_str()), ("name", TYPED)]);
    let answer = post(&house, Some(&cookie), "/api/v1/staff", FORM, body).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert!(answer.body.contains("auth.change_password") && !answer.body.contains("carried"));
}
