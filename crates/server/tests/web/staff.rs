//! Accounts, roles and certificates, from page and API to the record.
#![allow(clippy::unwrap_used)]

use crate::desk::{House, JUSTICE, ORGAN};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use mingjing_domain::matter::MatterId;
use mingjing_domain::staff::{Role, StaffState};

pub async fn registered(house: &House, login: &str) -> (String, String) {
    let admin = house.cookie("system").await;
    let fields = [("name", "执法人员甲"), ("title", "科员"), ("login", login), ("unit", "执法大队")];
    let answer = house.post_as(&admin, "/staff/new", &fields).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let password = answer.body.split("密码 <code>").nth(1).unwrap().split('<').next().unwrap();
    (house.person(&login.to_lowercase()).await.to_string(), password.to_owned())
}

#[tokio::test]
async fn a_new_person_must_change_the_first_password_before_anything_else() {
    let house = House::new().await;
    let (person, password) = registered(&house, "Jia").await;
    let admin = house.cookie("security").await;
    let granted =
        house.post_as(&admin, &format!("/staff/{person}/grant_role"), &[("role", "unit_head")]).await;
    assert_eq!(granted.status, StatusCode::SEE_OTHER, "{}", granted.body);
    let cookie = house.sign_in("JIA", &password).await.cookie().unwrap();
    let turned = house.get_as(&cookie, "/staff").await;
    assert_eq!((turned.status, turned.header("location")), (StatusCode::SEE_OTHER, "/account?next=%2Fstaff"));
    let new = [("present", password.as_str()), ("new", "Tide.of.Maple.81"), ("again", "Tide.of.Maple.81")];
    let cookie = house.post_as(&cookie, "/account/password", &new).await.cookie().unwrap();
    let list = house.get_as(&cookie, "/staff?role=unit_head").await;
    assert_eq!(list.status, StatusCode::OK);
    assert!(list.body.contains("执法人员甲") && !list.body.contains("audit某"), "the filter holds");
}

#[tokio::test]
async fn a_login_name_is_given_once_and_nothing_typed_is_lost() {
    let house = House::new().await;
    registered(&house, "jia").await;
    let admin = house.cookie("system").await;
    let fields = [("name", "执法人员乙"), ("title", "科员"), ("login", "JIA")];
    let answer = house.post_as(&admin, "/staff/new", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("已有人使用") && answer.body.contains("value=\"执法人员乙\""));
}

#[tokio::test]
async fn a_double_submission_registers_once() {
    let house = House::new().await;
    let admin = house.cookie("system").await;
    let fields = [("name", "执法人员甲"), ("title", "科员"), ("login", "jia"), ("_command", "c1")];
    let first = house.post_as(&admin, "/staff/new", &fields).await;
    assert!(first.body.contains("密码 <code>"));
    let second = house.post_as(&admin, "/staff/new", &fields).await;
    assert_eq!(second.status, StatusCode::OK);
    assert!(second.body.contains("先前已建立") && !second.body.contains("密码 <code>"));
}

#[tokio::test]
async fn the_same_idempotency_key_is_carried_out_once_for_each_person() {
    let house = House::new().await;
    let person = house.person("system").await;
    let bearer = mingjing::kit::token::issue(&house.app, person, "示例", 9).await.unwrap();
    let post = async |body: &str| {
        let request = Request::post("/api/v1/staff")
            .header("authorization", format!("Bearer {bearer}"))
            .header("idempotency-key", "k1")
            .header("content-type", "application/json")
            .body(Body::from(body.to_owned()))
            .unwrap();
        house.send(request).await
    };
    let body = r#"{"name":"甲","title":"科员","login":"jia"}"#;
    let (first, second) = (post(body).await, post(body).await);
    assert_eq!((first.status, second.status), (StatusCode::CREATED, StatusCode::OK));
    assert_eq!(first.json()["id"], second.json()["id"]);
    assert!(first.json()["first_password"].is_string() && second.json()["first_password"].is_null());
    let other = post(r#"{"name":"乙","title":"科员","login":"yi"}"#).await;
    assert_eq!(other.status, StatusCode::CONFLICT, "{}", other.body);
}

#[tokio::test]
async fn certificates_are_issued_by_the_supervisor_of_the_region_only() {
    let house = House::new().await;
    house.found(JUSTICE, "supervisor", Role::Supervisor).await;
    let (person, _) = registered(&house, "jia").await;
    let path = format!("/staff/{person}/issue_certificate");
    let fields = [
        ("number", "示00001"),
        ("categories", "安全生产"),
        ("region", "513435"),
        ("valid_from", "2026-01-01"),
        ("valid_to", "2026-12-31"),
    ];
    let own = house.cookie("security").await;
    assert_eq!(house.post_as(&own, &path, &fields).await.status, StatusCode::FORBIDDEN);
    let supervisor = house.cookie("supervisor").await;
    let done = house.post_as(&supervisor, &path, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let staff = house.app.load::<StaffState>(MatterId(person.parse().unwrap())).await.unwrap().unwrap();
    let day = jiff::civil::date(2026, 3, 11);
    assert_eq!(staff.certificate_on(day, "安全生产", "513435").unwrap().number, "示00001");
    assert_eq!(staff.organ, ORGAN);
    let (second, _) = registered(&house, "yi").await;
    let twice = house.post_as(&supervisor, &format!("/staff/{second}/issue_certificate"), &fields).await;
    assert_eq!(twice.status, StatusCode::CONFLICT, "a number belongs to one person");
}

#[tokio::test]
async fn problems_carry_article_remedy_and_fields() {
    let house = House::new().await;
    let (person, _) = registered(&house, "jia").await;
    let security = house.person("security").await;
    let bearer = mingjing::kit::token::issue(&house.app, security, "示例", 9).await.unwrap();
    let command = async |act: &str, body: serde_json::Value| {
        let request = Request::post(format!("/api/v1/staff/{person}/{act}"))
            .header("authorization", format!("Bearer {bearer}"))
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        house.send(request).await
    };
    let grant = serde_json::json!({"role": "officer"});
    assert_eq!(command("grant_role", grant.clone()).await.status, StatusCode::OK);
    let again = command("grant_role", grant).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let json = again.json();
    assert_eq!(json["code"], "staff.role_held");
    assert_eq!(json["fields"][0]["field"], "role");
    assert!(json["article"].as_str().unwrap().contains("GB/T 22239"));
    let mixed = command("grant_role", serde_json::json!({"role": "auditor"})).await;
    assert_eq!(mixed.json()["code"], "staff.separation");
    let foreign = command("disable", serde_json::json!({"reason": "示例"})).await;
    assert_eq!(
        (foreign.status, foreign.json()["code"].clone()),
        (StatusCode::FORBIDDEN, "authz.denied".into())
    );
}

#[tokio::test]
async fn drafts_belong_to_their_owner_and_place() {
    use mingjing::kit::draft::{self, Place};
    use mingjing::kit::form::Posted;
    let house = House::new().await;
    let owner = house.person("system").await;
    let place = Place { owner, matter: None, form: "case.register" };
    let posted = Posted::parse("_csrf=x&cause=%E7%94%B2&save_draft=1&parties[0].name=a".as_bytes()).unwrap();
    draft::save(&house.app, place, &posted).await.unwrap();
    let (kept, _) = draft::load(house.app.db(), place).await.unwrap().unwrap();
    assert_eq!(kept.typed(), vec![("cause".into(), "甲".into()), ("parties[0].name".into(), "a".into())]);
    assert_eq!(kept.get("_csrf"), None);
    let other = Place { owner: house.person("audit").await, ..place };
    assert!(draft::load(house.app.db(), other).await.unwrap().is_none());
    draft::discard(&house.app, place).await.unwrap();
    assert!(draft::load(house.app.db(), place).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_are_kept_on_postgres_as_well() {
    let house = House::on(crate::support::Bench::postgres().await, crate::desk::config()).await;
    let (person, password) = registered(&house, "jia").await;
    let first = house.sign_in("jia", &password).await.cookie().unwrap();
    assert_eq!(house.get_as(&first, "/account").await.status, StatusCode::OK);
    let admin = house.cookie("system").await;
    let list = house.get_as(&admin, "/staff?q=%E6%89%A7%E6%B3%95&enabled=1").await;
    assert!(list.body.contains("执法人员甲") && !list.body.contains("audit某"), "{}", list.body);
    let done = house.post_as(&admin, &format!("/staff/{person}/disable"), &[("reason", "离岗")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert_eq!(house.get_as(&first, "/account").await.status, StatusCode::SEE_OTHER);
    for _ in 0..5 {
        assert_eq!(house.sign_in("jia", "wrong-wrong-wrong").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(house.sign_in("jia", &password).await.status, StatusCode::TOO_MANY_REQUESTS);
}
