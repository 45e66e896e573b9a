//! Destruction from the proposal to the tombstone, by page and API; what stays.

use mingjing::kit::blob::Blobs;
use mingjing::kit::db::Sql as _;
use mingjing::kit::limits::WebConfig;
use serde_json::json;

use crate::office::{Office, matter};
use crate::steps::Way;
use crate::support::Bench;

mod engines {
    crate::on_both_engines!(a_file_whose_time_is_over_goes_and_leaves_its_proof);
}

async fn texts(office: &Office) -> i64 {
    let sql = "SELECT COUNT(*) AS n FROM event_content WHERE slot >= 0";
    office.app.db().one("event_content", sql, vec![]).await.unwrap().unwrap().int("n").unwrap()
}

/// An archived case with a copy on its way to the public.
async fn archived(office: &Office) -> String {
    let id = office.whole_life(Way::Api).await;
    let prepare = json!({"grade": "ordinary"});
    office.does("a", &format!("/api/v1/publications/{id}.1/prepare"), prepare).await;
    id
}

async fn a_file_whose_time_is_over_goes_and_leaves_its_proof(bench: Bench) {
    let config = WebConfig { argon2_memory_kib: 64, argon2_passes: 1, ..WebConfig::default() };
    let mut office = Office::on(bench, config).await;
    let id = archived(&office).await;
    let kept = office.clue(Way::Api).await;
    let blobs = Blobs::new(office.bench.dir.path().join("files"));
    let digest = blobs.put(matter(&id), "文书".as_bytes()).unwrap();
    let before = office.events().await;

    // Not before its time, not by anyone, not what is not archived.
    let propose = |id: &str| json!({"matters": [id], "grounds": "经鉴定，无继续保存价值"});
    for (login, case, status, code) in [
        ("archivist", &id, 422, "erasure.retained"),
        ("archivist", &kept, 422, "erasure.not_archived"),
        ("head", &id, 403, "authz.denied"),
        ("a", &id, 403, "authz.denied"),
    ] {
        let answer = office.tries(login, "/api/v1/erasures", propose(case)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (status, code),
            "{login}: {}",
            answer.body
        );
    }
    let early = office.tries("archivist", "/api/v1/erasures", propose(&id)).await.json();
    assert_eq!(early["after"], "2057-01-01");
    assert_eq!(office.read("archivist", "/api/v1/erasures").await.json()["over"], json!([]));
    assert_eq!(office.events().await, before, "refusals leave no trace");

    office.day("2057-01-05");
    office.renew().await;
    let over = office.read("head", "/api/v1/erasures").await.json()["over"].clone();
    assert_eq!(
        (over[0]["case"].as_str(), over[0]["kept_until"].as_str()),
        (Some(id.as_str()), Some("2056-12-31"))
    );
    let grounds = [("matters", id.as_str()), ("grounds", "经鉴定，无继续保存价值")];
    let place = office.submit("archivist", "/erasures/new", &grounds).await;
    let page = office.open("head", &place).await;
    assert!(page.body.contains("待批准") && page.body.contains("公示文本"), "{}", page.body);
    assert_eq!(office.open("strange_head", &place).await.status, 404);
    let api = format!("/api/v1{place}");
    let hasty = office.tries("archivist", &format!("{api}/carry_out"), json!({})).await;
    assert_eq!((hasty.status.as_u16(), hasty.code().as_str()), (409, "erasure.not_approved"));
    assert!(blobs.get(matter(&id), &digest).is_ok(), "nothing went with the refusal");
    office.submit("head", &place, &[("approve", "true"), ("opinion", "同意销毁")]).await;
    let again =
        office.tries("head", &format!("{api}/decide"), json!({"approve": false, "opinion": "不"})).await;
    assert_eq!(again.code(), "erasure.decided");
    let (place, api) = taken_back(&office, &id, &place).await;
    office.submit("head", &place, &[("approve", "true"), ("opinion", "同意销毁")]).await;
    let texts_before = texts(&office).await;
    office.submit("archivist", &place, &[("confirmed", "true")]).await;
    gone(&office, &id, &api, &blobs, &digest, texts_before).await;
    assert_eq!(office.case(&kept).await.clue.subject.value(), Some("示例化工有限公司"));
    office.holds().await;
}

/// What was approved is taken back with a reason, and proposed anew; the place of that.
async fn taken_back(office: &Office, id: &str, place: &str) -> (String, String) {
    let (api, back) = (format!("/api/v1{place}"), format!("{place}/withdraw"));
    assert!(office.open("archivist", place).await.body.contains(&back));
    let blank = office.pressed("archivist", &back, &[("reason", "")]).await;
    assert_eq!(blank.status, 422, "{}", blank.body);
    let by = office.tries("a", &format!("{api}/withdraw"), json!({"reason": "不销毁"})).await;
    assert_eq!(by.code(), "authz.denied");
    office.submit("archivist", &back, &[("reason", "呈请以后案卷有新增内容")]).await;
    let late = office.tries("archivist", &format!("{api}/carry_out"), json!({})).await;
    assert_eq!((late.status.as_u16(), late.code().as_str()), (409, "erasure.withdrawn"));
    let page = office.open("head", place).await;
    assert!(page.body.contains("已撤回") && page.body.contains("呈请以后案卷有新增内容"), "{}", page.body);
    let propose = json!({"matters": [id], "grounds": "经鉴定，无继续保存价值"});
    let anew = office.does("archivist", "/api/v1/erasures", propose.clone()).await;
    let again = format!("/api/v1/erasures/{}/withdraw", anew["id"].as_str().unwrap());
    assert_eq!(office.does("head", &again, json!({"reason": "再核对"})).await["progress"], "withdrawn");
    let anew = office.does("archivist", "/api/v1/erasures", propose).await;
    let place = format!("/erasures/{}", anew["id"].as_str().unwrap());
    let api = format!("/api/v1{place}");
    (place, api)
}

async fn gone(office: &Office, id: &str, api: &str, blobs: &Blobs, digest: &[u8; 32], before: i64) {
    assert!(blobs.get(matter(id), digest).is_err(), "files go");
    assert!(texts(office).await < before - 50, "texts go");
    let list = std::fs::read_to_string(office.bench.dir.path().join("keys/erasures.jsonl")).unwrap();
    assert_eq!(list.lines().count(), 2, "the case and its publication stand on the list");
    let it = office.read("head", api).await.json();
    assert_eq!(
        (it["progress"].as_str(), it["matters"].as_array().map(Vec::len)),
        (Some("carried_out"), Some(2))
    );
    assert_eq!(
        office.tries("archivist", &format!("{api}/carry_out"), json!({})).await.code(),
        "erasure.done"
    );
    let page = office.open("head", &format!("/cases/{id}")).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("本案内容已依法销毁") && page.body.contains("/erasures/"));
    assert!(page.body.contains("（示）应急立〔2026〕1号"), "numbers stay");
    assert!(!page.body.contains("示例化工有限公司"), "names do not");
    let case = office.read("head", &format!("/api/v1/cases/{id}")).await.json();
    assert_eq!(
        (case["stage"].as_str(), case["parties"][0]["name"].as_str()),
        (Some("archived"), Some("〔已依法销毁〕"))
    );
    assert_eq!(office.read("head", "/api/v1/erasures").await.json()["over"], json!([]));
    let copies = office.read("head", "/api/v1/publications").await;
    assert!(!copies.body.contains("示例化工"), "{}", copies.body);
    // Whoever looks now looks at nothing personal: no record is made, none fails.
    let events = office.events().await;
    assert_eq!(office.read("head", &format!("/api/v1/cases/{id}?personal=show")).await.status, 200);
    assert_eq!(office.events().await, events);
}
