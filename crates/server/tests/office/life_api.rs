//! The whole life of a case through the API.

use axum::http::Method;
use serde_json::json;

use crate::office::Office;
use crate::steps::{Way, clue, evidence, filing};

#[tokio::test(flavor = "multi_thread")]
async fn a_case_lives_from_clue_to_archive_through_the_api() {
    let office = Office::new().await;
    let id = office.whole_life(Way::Api).await;
    let case = office.read("head", &format!("/api/v1/cases/{id}")).await;
    assert_eq!(case.status, 200);
    let it = case.json();
    assert_eq!(it["stage"], "archived");
    assert_eq!(it["number"], "（示）应急立〔2026〕1号");
    assert_eq!(it["parties"][0]["paid_fen"], 7_000_000);
    assert_eq!(it["parties"][1]["code"], "999*************15", "hidden unless asked for");
    assert_eq!(it["review"]["phase"], "cleared");
    assert_eq!(case.header("etag"), format!("\"{}\"", it["version"]));
    let open = office.read("head", &format!("/api/v1/cases/{id}?personal=show")).await.json();
    assert_eq!(open["parties"][1]["code"], "999999190001010015");

    // The events page through without a gap, each with its proof.
    let (mut versions, mut path) = (Vec::new(), format!("/api/v1/cases/{id}/events"));
    loop {
        let page = office.read("head", &path).await.json();
        versions.extend(page["items"].as_array().unwrap().iter().map(|it| it["version"].as_u64().unwrap()));
        assert_eq!(page["items"][0]["proof"], "sequenced");
        match page["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(versions, (1..=it["version"].as_u64().unwrap()).collect::<Vec<_>>());
}

/// Types of the events of a case, in order.
async fn types(office: &Office, id: &str) -> Vec<serde_json::Value> {
    let answer = office.read("a", &format!("/api/v1/cases/{id}/events")).await.json();
    answer["items"].as_array().unwrap().iter().map(|it| it["type"].clone()).collect()
}

#[tokio::test]
async fn both_ways_do_the_same() {
    let (form, api) = (Office::new().await, Office::new().await);
    let (one, other) =
        (form.drafted(Way::Form, 3_000_000, 500_000).await, api.drafted(Way::Api, 3_000_000, 500_000).await);
    let (a, b) = (types(&form, &one).await, types(&api, &other).await);
    assert_eq!(a, b);
    let (a, b) = (form.case(&one).await, api.case(&other).await);
    assert_eq!(
        format!("{:?}", a.draft.as_ref().unwrap().substance.disposals),
        format!("{:?}", b.draft.as_ref().unwrap().substance.disposals)
    );
}

#[tokio::test]
async fn actions_and_limits_say_what_is_open_what_is_shut_and_until_when() {
    let office = Office::new().await;
    let id = office.filed(Way::Api).await;
    let actions = office.read("a", &format!("/api/v1/cases/{id}/actions")).await.json();
    let one = |verb: &str| {
        actions["items"].as_array().unwrap().iter().find(|it| it["verb"] == verb).cloned().unwrap()
    };
    assert_eq!(one("add_evidence")["open"], true);
    assert_eq!(one("conclude")["open"], false);
    assert_eq!(one("conclude")["shut"]["code"], "record.none");
    assert!(one("conclude")["shut"]["article"].as_str().unwrap().contains("第五十五条"));
    let limits = office.read("a", &format!("/api/v1/cases/{id}/limits")).await.json();
    let decide = &limits["items"][0];
    assert_eq!(decide["title"], "作出决定");
    assert_eq!(decide["latest"], "2026-06-02");
    assert!(decide["derivation"].as_array().unwrap().len() > 1);
}

#[tokio::test]
async fn the_desk_shows_what_waits_for_the_role_until_it_is_done() {
    let office = Office::new().await;
    let id = office.clue(Way::Api).await;
    office
        .does(
            "a",
            &format!("/api/v1/cases/{id}/start_check"),
            json!({"officers": [office.id("a"), office.id("b")]}),
        )
        .await;
    office
        .does("a", &format!("/api/v1/cases/{id}/propose_not_file"), json!({"opinion": "不符合立案标准"}))
        .await;
    let waiting = |login: &'static str| {
        let answer = office.read(login, "/api/v1/desk");
        async move {
            answer.await.json()["waiting"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it["title"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(waiting("unit_head").await, ["审核：不予立案"]);
    assert!(waiting("head").await.is_empty() && waiting("cashier").await.is_empty());
    assert!(office.open("unit_head", "/desk").await.body.contains("审核：不予立案"));
    office
        .does(
            "unit_head",
            &format!("/api/v1/cases/{id}/review_proposal"),
            json!({"proposal_no": 1, "agree": true, "opinion": "同意"}),
        )
        .await;
    assert!(waiting("unit_head").await.is_empty());
    // Whoever may approve has it before him, until one of them has done it.
    for login in ["deputy", "second_deputy", "head"] {
        assert_eq!(waiting(login).await, ["审批：不予立案"], "{login}");
    }
    let approve = json!({"proposal_no": 1, "approve": true, "opinion": "同意"});
    office.does("deputy", &format!("/api/v1/cases/{id}/approve_proposal"), approve).await;
    assert!(waiting("head").await.is_empty());
    for login in ["a", "b", "archivist"] {
        assert_eq!(waiting(login).await, ["归档"], "{login}: a case that was not filed is archived too");
    }
    office.make_all(&id).await;
    let archive = json!({"volumes": 1, "pages": 8, "retention_years": 10});
    office.does("archivist", &format!("/api/v1/cases/{id}/archive"), archive).await;
    for login in ["a", "b", "archivist"] {
        assert!(waiting(login).await.is_empty(), "{login}");
    }
}

#[tokio::test]
async fn money_paid_under_a_revoked_decision_waits_to_be_given_back() {
    let office = Office::new().await;
    let id = office.decided(Way::Api).await;
    office.day("2026-04-01");
    office.serve_all(Way::Api, &id).await;
    let today = office.today();
    let at = |verb: &str| format!("/api/v1/cases/{id}/{verb}");
    let pay = json!({
        "party": 1, "receipt": "示票1", "amount_fen": 7_000_000, "paid_on": today, "collector": "示例银行",
    });
    office.does("cashier", &at("record_payment"), pay).await;
    let lodge = json!({"party": 1, "remedy": "reconsideration", "on": today, "body": "示例县人民政府"});
    office.does("a", &at("record_remedy"), lodge).await;
    let end = json!({
        "party": 1, "remedy": "reconsideration", "outcome": "revoked", "document": "示政复决〔2026〕1号",
        "opposed": false,
    });
    office.does("reviewer", &at("conclude_remedy"), end).await;
    // The other party is bound as before; the page and the API say who is not.
    let case = office.read("a", &format!("/api/v1/cases/{id}")).await.json();
    let parties = &case["parties"];
    assert_eq!((&parties[0]["revoked_on"], &parties[1]["revoked_on"]), (&json!(today), &json!(null)));
    assert_eq!(parties[0]["refundable_fen"], 7_000_000);
    let page = office.open("a", &format!("/cases/{id}")).await.body;
    assert!(page.contains("对部分当事人的决定已撤销") && page.contains("应当返还70,000.00元"), "{page}");
    let desk = office.read("cashier", "/api/v1/desk").await.json();
    assert_eq!(desk["waiting"][0]["title"], "返还已缴款项并登记");
    let refund = |receipt: &str, fen: i64| json!({"party": 1, "receipt": receipt, "amount_fen": fen, "interest_fen": 1_234, "on": today});
    let used = office.tries("cashier", &at("record_refund"), refund("示票1", 7_000_000)).await;
    assert_eq!(used.code(), "payment.receipt_used");
    let more = office.tries("cashier", &at("record_refund"), refund("示退1", 7_000_001)).await;
    assert_eq!(more.code(), "refund.amount");
    office.does("cashier", &at("record_refund"), refund("示退1", 7_000_000)).await;
    assert_eq!(office.read("cashier", "/api/v1/desk").await.json()["waiting"], json!([]));
    let case = office.read("a", &format!("/api/v1/cases/{id}")).await.json();
    assert_eq!(case["parties"][0]["refunds"][0]["interest_fen"], 1_234);
    // A voucher is unique in the installation, also as a receipt.
    let again = json!({
        "party": 2, "receipt": "示退1", "amount_fen": 2_000_000, "paid_on": today, "collector": "示例银行",
    });
    assert_eq!(office.tries("cashier", &at("record_payment"), again).await.code(), "payment.receipt_used");
    office.holds().await;
}

#[tokio::test]
async fn paging_is_stable_while_cases_are_added() {
    let office = Office::new().await;
    let mut all = Vec::new();
    for _ in 0..7 {
        all.push(office.clue(Way::Api).await);
    }
    let mut path = "/api/v1/cases?limit=3".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = office.read("a", &path).await.json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()));
        // New cases come in while the reader turns the pages.
        office.clue(Way::Api).await;
        match page["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    all.reverse();
    assert_eq!(seen, all);
    assert_eq!(
        office.read("a", "/api/v1/cases?q=示例化工&limit=100").await.json()["items"]
            .as_array()
            .unwrap()
            .len(),
        10
    );
    assert_eq!(office.read("a", "/api/v1/cases?q=没有这家").await.json()["items"], json!([]));
    assert_eq!(office.read("a", "/api/v1/cases?stage=decided").await.json()["items"], json!([]));
}

#[tokio::test]
async fn the_same_key_is_carried_out_once_and_another_body_under_it_is_refused() {
    let office = Office::new().await;
    let (today, before) = (office.today(), office.events().await);
    let key = [("idempotency-key", "my-key-1")];
    let first = office.call("a", Method::POST, "/api/v1/cases", &key, Some(&clue(&today))).await;
    assert_eq!(first.status, 201);
    let after = office.events().await;
    let again = office.call("a", Method::POST, "/api/v1/cases", &key, Some(&clue(&today))).await;
    assert_eq!(again.status, 201);
    assert_eq!(again.json()["case"], first.json()["case"]);
    assert_eq!((again.json()["replayed"].clone(), office.events().await), (json!(true), after));
    assert!(after > before);
    let mut other = clue(&today);
    other["subject"] = json!("另一家单位");
    let refused = office.call("a", Method::POST, "/api/v1/cases", &key, Some(&other)).await;
    assert!(refused.status.is_client_error(), "{}", refused.status);
    assert_eq!(office.events().await, after);
    let mine = office.call("b", Method::POST, "/api/v1/cases", &key, Some(&clue(&today))).await;
    assert_ne!(mine.json()["case"], first.json()["case"], "another person's key is another key");
}

#[tokio::test]
async fn a_filing_that_is_not_decided_in_time_goes_to_the_supervisor() {
    let office = Office::new().await;
    let id = office.clue(Way::Api).await;
    let officers = json!({"officers": [office.id("a"), office.id("b")]});
    office.does("a", &format!("/api/v1/cases/{id}/start_check"), officers).await;
    office.does("a", &format!("/api/v1/cases/{id}/add_evidence"), evidence(&office)).await;
    office.does("a", &format!("/api/v1/cases/{id}/propose_file"), filing(&office)).await;
    let limits = office.read("a", &format!("/api/v1/cases/{id}/limits")).await.json();
    let own =
        limits["items"].as_array().unwrap().iter().find(|it| it["title"] == "决定是否立案").unwrap().clone();
    // Five working days of the county's own rule, from Monday 2 March.
    assert_eq!(own["latest"], "2026-03-09");
    assert!(own["article"].as_str().unwrap().contains("示例县行政执法示范规定"), "{own}");
    assert_eq!(office.read("supervisor", "/api/v1/desk").await.json()["late"], json!([]));
    office.day("2026-03-10");
    let late = office.read("supervisor", "/api/v1/desk").await.json()["late"].clone();
    assert_eq!(
        (&late[0]["id"], &late[0]["title"], &late[0]["due"]),
        (&json!(id), &json!("决定是否立案"), &json!("2026-03-09"))
    );
    let page = office.open("supervisor", "/desk").await.body;
    assert!(page.contains("超期未决定是否立案") && page.contains(&format!("/cases/{id}")), "{page}");
    // Whoever decides it has it on the own desk.
    assert_eq!(office.read("head", "/api/v1/desk").await.json()["late"], json!([]));
    assert!(office.open("unit_head", "/desk").await.body.contains("超 1 天"));
}
