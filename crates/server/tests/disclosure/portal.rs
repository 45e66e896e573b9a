//! What strangers ask of the portal.

use axum::http::{Request, StatusCode};
use jiff::civil::date;
use mingjing_domain::case::types::PartyKind;
use serde_json::Value;

use crate::house::*;
use crate::support::Bench;

#[cfg(test)]
mod engines {
    crate::on_both_engines!(lists_page_without_gaps_while_others_publish, strangers_may_ask_anything);
}

async fn lists_page_without_gaps_while_others_publish(bench: Bench) {
    let house = House::new(bench).await;
    let mut cases = Vec::new();
    for n in 0..27 {
        let unit = party(&format!("示例第{n}有限公司"), PartyKind::LegalPerson);
        cases.push(house.case_of(n, true, unit).await);
    }
    house.at(date(2026, 6, 2));
    let mut names = Vec::new();
    for case in &cases[..25] {
        names.push(house.published(*case).await.1);
    }
    let first = house.get("/decisions.json").await.json();
    let mut seen = ids(&first);
    assert_eq!(seen.len(), 20);
    house.at(date(2026, 6, 3));
    house.published(cases[25]).await;
    let next = first["next"].as_str().unwrap().to_owned();
    let second = house.get(&next).await.json();
    assert!(second["next"].is_null());
    seen.extend(ids(&second));
    seen.sort();
    names.sort();
    assert_eq!(seen, names, "every line once, none twice");
    let found = house.get("/decisions.json?q=%E7%A4%BA%E4%BE%8B%E7%AC%AC24%E6%9C%89%E9%99%90").await.json();
    assert_eq!(ids(&found).len(), 1, "{found}");
    let late = house.get("/decisions.json?on_time=0").await.json();
    assert!(ids(&late).is_empty());
    house.at(date(2026, 7, 1));
    house.published(cases[26]).await;
    let late = house.get("/decisions.json?on_time=0").await.json();
    assert_eq!(ids(&late).len(), 1, "late is shown as late");
    assert!(late["items"][0]["timing"].as_str().unwrap().contains("逾期"), "{late}");
}

fn ids(answer: &Value) -> Vec<String> {
    answer["items"].as_array().unwrap().iter().map(|i| i["id"].as_str().unwrap().to_owned()).collect()
}

async fn strangers_may_ask_anything(bench: Bench) {
    let house = House::new(bench).await;
    let case = house.case(1, true).await;
    let (_, public) = house.published(case).await;
    for path in [
        "/decisions?q=%27%20OR%201%3D1--",
        "/decisions?q=%25%5F%5C",
        "/decisions?after=x&year=99999&on_time=9&organ=nobody&category=%22%3E%3Cscript%3E",
        "/decisions?after=2026-06-01.%27%3B--",
        "/officers?q=%27%3BDROP%20TABLE%20organ",
        "/verify?code=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "/organs",
        "/procedure",
        "/officers",
        "/verify",
    ] {
        let answer = house.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path} {}", answer.body);
        assert!(!answer.body.contains("<script>"), "{path}");
        assert!(answer.body.len() < 60 * 1024, "{path} has {} bytes", answer.body.len());
    }
    // What no text can hold is not asked of any database.
    for path in
        ["/decisions.json?q=%00%00", "/decisions?q=%00", "/decisions/%00", "/api/v1/public/officers?q=%00"]
    {
        assert_eq!(house.get(path).await.status, StatusCode::BAD_REQUEST, "{path}");
    }
    for path in [
        "/decisions/nothing",
        "/decisions/%27",
        "/organs/00",
        &format!("/decisions/{public}.exe"),
        "/publications",
        "/api/v1/publications",
    ] {
        let answer = house.get(path).await;
        assert!(
            matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::UNAUTHORIZED | StatusCode::SEE_OTHER),
            "{path} {}",
            answer.status
        );
    }
    let found = house
        .get("/verify?code=%EF%BC%88%E7%A4%BA%EF%BC%89%E5%BA%94%E6%80%A5%E7%BD%9A%5B2026%5D2%E5%8F%B7")
        .await;
    assert!(found.body.contains("正在公示"), "{}", found.body);
    let code = house.get("/verify?code=7k3m-92qf").await;
    assert_eq!((code.status, code.header("location")), (StatusCode::SEE_OTHER, "/v/7K3M-92QF"));
    let officer = house.get("/officers?q=%E6%89%A7%E6%B3%95%E5%91%98%E7%94%B2").await;
    assert!(officer.body.contains("今日有效"), "{}", officer.body);
    let page = house.get(&format!("/decisions/{public}")).await;
    let request = Request::get(format!("/decisions/{public}"))
        .header("if-none-match", page.header("etag"))
        .body(axum::body::Body::empty())
        .unwrap();
    let held = house.send(request).await;
    assert_eq!((held.status, held.body.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(page.header("cache-control"), "public, max-age=0, must-revalidate");
    assert!(page.headers.get("vary").is_none_or(|v| !v.to_str().unwrap().to_lowercase().contains("cookie")));
}
