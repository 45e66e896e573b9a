//! Three people, the gates between them, and the end.

use axum::http::StatusCode;
use jiff::civil::date;
use mingjing::disclosure::copies::Compared;
use mingjing::disclosure::{copies, store};
use mingjing::kit::db::Sql as _;
use mingjing::params;
use mingjing_domain::case::Case;
use mingjing_domain::case::types::PartyKind;
use mingjing_ledger::bundle::{Bundle, StatementLine};
use serde_json::json;
use sha2::Digest as _;

use crate::house::*;
use crate::support::Bench;

#[cfg(test)]
mod engines {
    crate::on_both_engines!(
        a_decision_is_published_by_three_people_and_proved,
        a_withdrawal_leaves_a_tombstone_and_no_content,
        an_altered_public_copy_is_named,
        each_step_stands_on_the_desk_of_whoever_does_it,
        gates_hold_through_the_api,
    );
}

/// What must never be public of the sample case.
fn hidden(body: &str, what: &str) {
    for secret in [PARTY, "试甲", WITNESS, "样丙", PHONE, SECRET, "999999190001010015"] {
        assert!(!body.contains(secret), "{what} shows {secret}: {body}");
    }
}

async fn a_decision_is_published_by_three_people_and_proved(bench: Bench) {
    let house = House::new(bench).await;
    let case = house.case(1, true).await;
    let queue = house.get_as(OFFICER, "/api/v1/publications?queue=prepare").await.json();
    assert_eq!(queue["items"][0]["number"], "（示）应急罚〔2026〕2号");
    house.at(date(2026, 6, 4));
    let (id, public) = house.published(case).await;
    assert!(!id.contains(&public) && !public.contains(&case.to_string()), "the public name is its own");
    assert!(
        house.get_as(OFFICER, "/api/v1/publications?queue=prepare").await.json()["items"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    let page = house.get(&format!("/decisions/{public}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(
        page.body.contains(MASKED) && page.body.contains("第3个工作日，按期") && page.body.contains("证人A")
    );
    assert!(page.body.len() < 60 * 1024);
    hidden(&page.body, "page");
    for path in ["/", "/decisions", "/feed.atom", "/decisions.json"] {
        let answer = house.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path} {}", answer.body);
        assert!(answer.body.contains(MASKED), "{path} {}", answer.body);
        assert!(answer.headers.get("set-cookie").is_none() && !answer.header("etag").is_empty(), "{path}");
        hidden(&answer.body, path);
    }
    let data = house.get(&format!("/decisions/{public}.json")).await;
    hidden(&data.body, "data");
    assert_eq!(data.json()["decision"]["results"][0]["amount_fen"], 3_000_000);
    let terms =
        house.app.db().all("publication_term", "SELECT term FROM publication_term", vec![]).await.unwrap();
    let terms: Vec<String> = terms.iter().map(|r| r.text("term").unwrap()).collect();
    assert!(
        terms.iter().any(|t| t == "欧阳")
            && !terms.iter().any(|t| ["阳试", "试甲", "样丙", "褚样"].contains(&t.as_str()))
    );
    proved(&house, &public).await;
}

async fn proved(house: &House, public: &str) {
    let early = house.get(&format!("/decisions/{public}.proof.json")).await;
    assert_eq!(early.status, StatusCode::SERVICE_UNAVAILABLE, "{}", early.body);
    house.sign().await;
    let page = house.get(&format!("/decisions/{public}")).await;
    assert!(page.body.contains("已签验") && page.body.contains(".proof.json"), "{}", page.body);
    let stored =
        house.app.db().all("publication_page", "SELECT body FROM publication_page", vec![]).await.unwrap();
    assert_eq!(stored.len(), 1, "the page is stored once its proof is made");
    assert_eq!(stored[0].bytes("body").unwrap(), page.body.as_bytes());
    let again = house.get(&format!("/decisions/{public}")).await;
    assert_eq!((again.body, again.headers.get("etag")), (page.body, page.headers.get("etag")));
    for name in ["proof.json", "original.json"] {
        let answer = house.get(&format!("/decisions/{public}.{name}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{name} {}", answer.body);
        hidden(&answer.body, name);
        let bundle = Bundle::from_bytes(answer.body.as_bytes()).unwrap();
        let proof = bundle.verify(&house.ledger.verifiers()).unwrap();
        let said: Vec<&str> = proof
            .statement
            .iter()
            .map(|l| match l {
                StatementLine::Field { value, .. } | StatementLine::Envelope { value, .. } => value.as_str(),
            })
            .collect();
        assert!(
            said.iter().any(|l| l.contains("经查，欧阳■■（电话") && l.contains("未经安全培训上岗作业")),
            "{said:?}"
        );
        let mut forged: Bundle = bundle.clone();
        forged.log.index += 1;
        assert!(forged.verify(&house.ledger.verifiers()).is_err());
    }
}

async fn an_altered_public_copy_is_named(bench: Bench) {
    let house = House::new(bench).await;
    let case = house.case(1, true).await;
    house.at(date(2026, 6, 4));
    let (_, public) = house.published(case).await;
    house.sign().await;
    let served = house.get(&format!("/decisions/{public}")).await;
    assert!(served.body.contains("下载公示文本的证明"), "the page is kept: {}", served.body);
    let keys = house.ledger.verifiers();
    let clean = copies::compare(&house.app, &keys).await.unwrap();
    assert_eq!(clean, Compared { read: 1, ..Compared::default() });
    let db = house.app.db();
    let row = db.one("publication_page", "SELECT * FROM publication_page", vec![]).await.unwrap().unwrap();
    let (body, proof) = (row.bytes("body").unwrap(), row.bytes("proof").unwrap());
    let tag_of = |body: &[u8]| hex::encode(&sha2::Sha256::digest(body)[..12]);
    let text = String::from_utf8(body.clone()).unwrap();
    let name = text.replacen("罚款", "警告", 99);
    let more = text.replacen("</main>", "<p>本决定已经撤销。</p></main>", 1);
    assert!(name != text && more != text);
    let other = String::from_utf8(proof.clone()).unwrap().replacen("罚款", "警告", 1).into_bytes();
    let cases = [
        (text.clone().into_bytes(), "junk".to_owned(), proof.clone(), "copy.altered", "校验值"),
        (name.clone().into_bytes(), tag_of(name.as_bytes()), proof.clone(), "copy.altered", "处罚结果"),
        (more.clone().into_bytes(), tag_of(more.as_bytes()), proof.clone(), "copy.altered", "重新生成"),
        (body.clone(), tag_of(&body), other, "copy.proof", "证明不成立"),
        (body.clone(), tag_of(&body), b"{}".to_vec(), "copy.proof", "证明不成立"),
    ];
    for (body, tag, proof, code, word) in cases {
        let tx = db.begin().await.unwrap();
        let sql = "UPDATE publication_page SET body = $1, tag = $2, proof = $3";
        assert_eq!(tx.run(sql, params![body, tag, proof]).await.unwrap(), 1);
        tx.commit().await.unwrap();
        let faults = copies::compare(&house.app, &keys).await.unwrap().faults;
        assert!(faults.iter().any(|it| it.code == code && it.what.contains(word)), "{word}: {faults:?}");
    }
    let tx = db.begin().await.unwrap();
    let sql = "UPDATE publication_page SET body = $1, tag = $2, proof = $3";
    tx.run(sql, params![body.clone(), tag_of(&body), proof]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(copies::compare(&house.app, &keys).await.unwrap(), clean);
    the_surroundings_of_a_copy_are_noted_and_compared(&house).await;
}

/// Settings stand in the page; what they were is kept with the data.
async fn the_surroundings_of_a_copy_are_noted_and_compared(house: &House) {
    let (db, keys) = (house.app.db(), &house.ledger.verifiers());
    let row =
        db.one("publication_page", "SELECT shell FROM publication_page", vec![]).await.unwrap().unwrap();
    let shell = row.text("shell").unwrap();
    let noted = store::surroundings(db).await.unwrap();
    assert_eq!(
        noted,
        [store::Surroundings { shell: shell.clone(), portal_name: PORTAL.to_owned(), demo: true }]
    );
    let found = |done: &Compared| done.faults.iter().map(|it| it.code).collect::<Vec<_>>();
    let run = |sql: &'static str, value: String| async move {
        let tx = db.begin().await.unwrap();
        assert_eq!(tx.run(sql, params![value]).await.unwrap(), 1);
        tx.commit().await.unwrap();
        copies::compare(&house.app, keys).await.unwrap()
    };
    // A note that was altered or taken away does not hide a page that is served.
    let done = run("UPDATE publication_shell SET portal_name = $1", "另一处".to_owned()).await;
    assert_eq!((found(&done), done.by_another), (vec!["copy.surroundings"], 0));
    let done = run("UPDATE publication_shell SET portal_name = $1", PORTAL.to_owned()).await;
    assert_eq!(found(&done), Vec::<&str>::new());
    // A page of another program is not served, and its texts are compared all the same.
    let old = "UPDATE publication_page SET shell = $1";
    let done = run(old, "0011223344556677".to_owned()).await;
    assert_eq!((found(&done), done.by_another), (vec![], 1));
    let done = run("UPDATE publication_page SET tag = $1", "junk".to_owned()).await;
    assert_eq!((found(&done), done.by_another), (vec!["copy.altered"], 1));
}

async fn a_withdrawal_leaves_a_tombstone_and_no_content(bench: Bench) {
    let house = House::new(bench).await;
    let case = house.case(1, true).await;
    house.at(date(2026, 6, 4));
    let (id, public) = house.published(case).await;
    house.sign().await;
    let before = house.get(&format!("/decisions/{public}")).await;
    house.at(date(2026, 6, 8));
    // The public is told of no end that the case does not record.
    for ground in ["revoked", "changed", "unlawful", "invalid", "redo"] {
        let told = json!({ "act": "withdraw", "ground": ground, "known_on": "2026-06-08", "explanation": "依法撤下" });
        assert_eq!(house.code(PUBLISHER, &id, told).await, "disclosure.ground_differs", "{ground}");
    }
    let desk = || async { house.get_as(PUBLISHER, "/api/v1/desk").await.json()["waiting"].clone() };
    assert_eq!(desk().await, json!([]));
    house.revoke(case).await;
    let waiting = desk().await;
    assert_eq!(
        (&waiting[0]["title"], &waiting[0]["publication"]),
        (&json!("撤下公示：决定被依法撤销"), &json!(id))
    );
    let queue = house.get_as(PUBLISHER, "/api/v1/publications?queue=withdraw").await.json();
    assert_eq!(queue["items"][0]["id"], id.as_str(), "the withdrawal is asked for at once");
    assert!(house.get_as(PUBLISHER, "/publications?tab=withdraw").await.body.contains("须撤下"));
    house.at(date(2026, 6, 9));
    let done = house.must(PUBLISHER, &id, withdraw("2026-06-08")).await;
    assert_eq!(done["state"], "withdrawn");
    let after = house.get(&format!("/decisions/{public}")).await;
    assert_eq!(after.status, StatusCode::OK);
    assert!(
        after.body.contains("已经撤下")
            && after.body.contains("决定被依法撤销")
            && after.body.contains("公示员丁")
    );
    assert_ne!(before.header("etag"), after.header("etag"));
    for path in ["/", "/decisions", "/feed.atom", "/decisions.json"] {
        gone(&house.get(path).await.body, path);
    }
    gone(&after.body, "page");
    gone(&house.get(&format!("/decisions/{public}.json")).await.body, "data");
    for name in ["proof.json", "original.json"] {
        assert_eq!(
            house.get(&format!("/decisions/{public}.{name}")).await.status,
            StatusCode::NOT_FOUND,
            "{name}"
        );
    }
    for q in ["%E6%AC%A7%E9%98%B3", "%E5%AE%89%E5%85%A8%E5%9F%B9%E8%AE%AD"] {
        let found = house.get(&format!("/decisions.json?q={q}")).await.json();
        assert!(found["items"].as_array().unwrap().is_empty(), "{found}");
    }
    let db = house.app.db();
    assert!(
        db.all("publication_page", "SELECT 1 AS x FROM publication_page", vec![]).await.unwrap().is_empty()
    );
    // A client that held the old page does not get it confirmed.
    let request = axum::http::Request::get(format!("/decisions/{public}"))
        .header("if-none-match", before.header("etag"))
        .body(axum::body::Body::empty())
        .unwrap();
    assert_eq!(house.send(request).await.status, StatusCode::OK);
    counted_once(&house).await;
    assert_eq!(house.code(OFFICER, &format!("{case}.1"), prepare()).await, "disclosure.withdrawn");
}

/// The month's figures, as they are kept and as the rows give them.
async fn counted_once(house: &House) {
    let db = house.app.db();
    let months = store::months(db, "2026-01").await.unwrap();
    assert_eq!(
        (months[0].published, months[0].on_time, months[0].withdrawn, months[0].withdrawn_on_time),
        (1, 1, 1, 1)
    );
    let tx = db.begin().await.unwrap();
    store::recount(&tx).await.unwrap();
    assert_eq!(store::months(&tx, "2026-01").await.unwrap(), months, "the figures are those of the rows");
    tx.rollback().await.unwrap();
}

fn gone(body: &str, what: &str) {
    hidden(body, what);
    for word in [MASKED, "欧阳", "未经安全培训", "30,000.00"] {
        assert!(!body.contains(word), "{what} still shows {word}: {body}");
    }
}

async fn each_step_stands_on_the_desk_of_whoever_does_it(bench: Bench) {
    let house = House::new(bench).await;
    let case = house.case(1, true).await;
    let desks = async || {
        let (officer, law) = (house.desk(OFFICER).await, house.desk(LAW).await);
        (officer, law, house.desk(PUBLISHER).await, house.desk(STRANGER).await)
    };
    let (officer, law, publisher, stranger) = desks().await;
    assert_eq!(officer, ["制作公示文本"]);
    assert!(law.is_empty() && publisher.is_empty() && stranger.is_empty());
    let id = house.must(OFFICER, &format!("{case}.1"), prepare()).await["publication"].clone();
    let id = id.as_str().unwrap();
    let (officer, law, publisher, stranger) = desks().await;
    assert!(officer.is_empty() && publisher.is_empty() && stranger.is_empty(), "{officer:?} {publisher:?}");
    assert_eq!(law, ["审核公示文本"]);
    let digest = house.digest(id).await;
    house.must(LAW, id, json!({ "act": "check", "digest": digest, "agree": true })).await;
    let (officer, law, publisher, stranger) = desks().await;
    assert!(officer.is_empty() && law.is_empty() && stranger.is_empty());
    assert_eq!(publisher, ["公示"]);
    house.must(PUBLISHER, id, json!({ "act": "publish", "digest": digest })).await;
    let (officer, law, publisher, _) = desks().await;
    assert!(officer.is_empty() && law.is_empty() && publisher.is_empty());
}

async fn gates_hold_through_the_api(bench: Bench) {
    let house = House::new(bench).await;
    let unserved = house.case(1, false).await;
    let subject = format!("{unserved}.1");
    assert_eq!(house.code(OFFICER, &subject, prepare()).await, "disclosure.not_served");
    let served = house.service();
    house.stream::<Case>(unserved, ORGAN, vec![served]).await;
    assert_eq!(house.code(LAW, &subject, prepare()).await, "authz.denied");
    assert_eq!(house.act(STRANGER, &subject, prepare()).await.status, StatusCode::NOT_FOUND);
    let bad = json!({ "act": "prepare", "grade": "ordinary", "withhold": [{ "field": "facts", "text": "没有的字", "ground": "privacy" }] });
    assert_eq!(house.code(OFFICER, &subject, bad).await, "disclosure.withhold");
    let first = house.act_once(ALL_HANDS, &subject, prepare(), Some("k1")).await;
    let second = house.act_once(ALL_HANDS, &subject, prepare(), Some("k1")).await;
    assert_eq!((first.status, &first.body), (second.status, &second.body), "the same key acts once");
    let id = first.json()["publication"].as_str().unwrap().to_owned();
    let digest = house.digest(&id).await;
    let check = json!({ "act": "check", "digest": digest, "agree": true });
    let publish = json!({ "act": "publish", "digest": digest });
    assert_eq!(house.code(PUBLISHER, &id, publish.clone()).await, "disclosure.unchecked");
    assert_eq!(house.code(ALL_HANDS, &id, check.clone()).await, "disclosure.same_person");
    let other = json!({ "act": "check", "digest": "0".repeat(64), "agree": true });
    assert_eq!(house.code(LAW, &id, other).await, "disclosure.copy_changed");
    house.must(LAW, &id, check.clone()).await;
    assert_eq!(house.code(LAW, &id, check).await, "disclosure.unpublished");
    assert_eq!(house.code(ALL_HANDS, &id, publish.clone()).await, "disclosure.same_person");
    house.must(PUBLISHER, &id, publish.clone()).await;
    assert_eq!(house.code(PUBLISHER, &id, publish).await, "disclosure.already_published");
    let leak = json!({ "act": "annotate", "ground": "clarification", "note": format!("请联系{PHONE}") });
    assert_eq!(house.code(LAW, &id, leak).await, "disclosure.leak");
    let named = json!({ "act": "annotate", "ground": "clarification", "note": format!("{WITNESS}已说明") });
    assert_eq!(house.code(LAW, &id, named).await, "disclosure.leak");
    house
        .must(LAW, &id, json!({ "act": "annotate", "ground": "under_litigation", "note": "当事人已起诉" }))
        .await;
    assert_eq!(
        house.code(PUBLISHER, &id, json!({ "act": "expire", "ground": "term" })).await,
        "disclosure.term_running"
    );
    what_would_leak_stops(&house).await;
    for path in [
        "/publications",
        "/publications?tab=public",
        &format!("/publications/{id}"),
        &format!("/publications/{id}/withdraw"),
    ] {
        let page = house.get_as(PUBLISHER, path).await;
        assert_eq!(page.status, StatusCode::OK, "{path} {}", page.body);
    }
}

/// Identity numbers in a wrong place, and minors.
async fn what_would_leak_stops(house: &House) {
    // An identity number typed where a unit's code belongs stops at the check.
    let mut wrong = party("示例有限公司", PartyKind::LegalPerson);
    wrong.code = mingjing_domain::text::Text::closed("999999190001010015");
    let wrong = house.case_of(8, true, wrong).await;
    let leaking = house.must(OFFICER, &format!("{wrong}.1"), prepare()).await["publication"]
        .as_str()
        .unwrap()
        .to_owned();
    let digest = house.digest(&leaking).await;
    let check = json!({ "act": "check", "digest": digest, "agree": true });
    assert_eq!(house.code(LAW, &leaking, check).await, "disclosure.leak");
    assert!(house.get_as(LAW, &format!("/publications/{leaking}")).await.body.contains("公民身份号码"));
    let mut minor = party("申屠试丁", PartyKind::Person);
    minor.minor = true;
    let child = house.case_of(9, true, minor).await;
    assert_eq!(house.code(OFFICER, &format!("{child}.1"), prepare()).await, "disclosure.minor");
    house
        .must(
            LAW,
            &format!("{child}.1"),
            json!({ "act": "exempt", "ground": "minor", "reason": "当事人为未成年人" }),
        )
        .await;
}

#[tokio::test]
async fn forms_do_what_the_api_does_without_script() {
    let house = House::new(Bench::sqlite()).await;
    let case = house.case(1, true).await;
    let path = format!("/publications/{case}.1/prepare");
    let typed = [
        ("grade", "ordinary"),
        ("withhold[0].field", "facts"),
        ("withhold[0].text", SECRET),
        ("withhold[0].ground", "trade_secret"),
        ("_command", "once"),
    ];
    let form = house.get_as(OFFICER, &path).await;
    assert!(form.body.contains("证人A") && form.body.contains(SECRET), "the original stands beside the copy");
    let mut adding = typed.to_vec();
    adding.push(("_add", "withhold"));
    let preview = house.post_as(OFFICER, &path, &adding).await;
    assert_eq!(preview.status, StatusCode::OK);
    assert!(preview.body.contains("〔此处略〕") && preview.body.contains("withhold[1]"), "{}", preview.body);
    let wrong = [
        ("grade", ""),
        ("withhold[0].field", "facts"),
        ("withhold[0].text", "没有"),
        ("withhold[0].ground", "privacy"),
    ];
    let wrong = house.post_as(OFFICER, &path, &wrong).await;
    assert!(wrong.body.contains("请选择失信程度") && wrong.body.contains("没有"), "nothing typed is lost");
    let done = house.post_as(OFFICER, &path, &typed).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let place = done.header("location").to_owned();
    let again = house.post_as(OFFICER, &path, &typed).await;
    assert_eq!(again.header("location"), place, "a double click prepares once");
    let seen = house.get_as(LAW, &format!("{place}/check")).await;
    assert!(seen.body.contains("个人信息检查通过"), "{}", seen.body);
    let shut = house.get_as(PUBLISHER, &format!("{place}/publish")).await;
    assert!(
        shut.body.contains("请先由法制机构审核") && !shut.body.contains("<form class=\"sheet\""),
        "a shut door shows its rule: {}",
        shut.body
    );
}
