//! A calendar that is imported while the program runs: open limits become exact, each
//! decision says which version it looked at, and the audit looks at the same one.

use mingjing::calendar::console::{Act, act};
use mingjing::calendar::service::imported;
use mingjing::kit::db::Sql as _;
use mingjing::kit::limits::WebConfig;
use serde_json::{Value, json};

use crate::office::Office;
use crate::steps::Way;
use crate::support::Bench;

mod engines {
    crate::on_both_engines!(open_limits_become_exact_and_each_decision_keeps_its_version);
}

/// A synthetic arrangement of 2027.
const YEAR: &str = "date,kind,name\n\
    2027-01-01,off,元旦\n2027-02-05,off,春节\n2027-02-06,off,春节\n2027-02-07,off,春节\n2027-02-08,off,春节\n\
    2027-02-09,off,春节\n2027-04-05,off,清明节\n2027-05-01,off,劳动节\n2027-05-02,off,劳动节\n2027-05-03,off,劳动节\n\
    2027-05-04,off,劳动节\n2027-06-09,off,端午节\n2027-09-15,off,中秋节\n2027-10-01,off,国庆节\n2027-10-02,off,国庆节\n\
    2027-10-03,off,国庆节\n2027-10-04,off,国庆节\n2027-10-05,off,国庆节\n";

async fn limit(office: &Office, id: &str) -> (String, String) {
    let items = office.read("a", &format!("/api/v1/cases/{id}/limits")).await.json();
    let first = &items["items"][0];
    let day = |name: &str| first[name].as_str().unwrap_or_else(|| panic!("{items}")).to_owned();
    (day("earliest"), day("latest"))
}

/// Calendar digests noted with the commands on cases, in the order of recording.
async fn noted(office: &Office) -> Vec<Value> {
    let sql = "SELECT context FROM command WHERE name = 'case.act' ORDER BY recorded_at, id";
    let rows = office.app.db().all("command", sql, vec![]).await.unwrap();
    let context = |row: &mingjing::kit::db::Row| -> Value {
        serde_json::from_str(&row.text("context").unwrap()).unwrap()
    };
    rows.iter().map(|row| context(row)["notes"]["calendar"].clone()).collect()
}

async fn open_limits_become_exact_and_each_decision_keeps_its_version(bench: Bench) {
    let config = WebConfig { argon2_memory_kib: 64, argon2_passes: 1, ..WebConfig::default() };
    let office = Office::on(bench, config).await;
    office.day("2026-12-25");
    let id = office.clue(Way::Api).await;
    let officers = json!({"officers": [office.id("a"), office.id("b")]});
    office.does("a", &format!("/api/v1/cases/{id}/start_check"), officers).await;
    let (earliest, latest) = limit(&office, &id).await;
    assert!(earliest < latest, "the year is not published: {earliest} {latest}");

    let file = office.bench.dir.path().join("2027.csv");
    let import = |source: &str| Act::Import { file: file.clone(), source: source.to_owned(), local: false };
    std::fs::write(&file, "2027-01-01,off,元旦\n").unwrap();
    let events = office.events().await;
    let refused = act(&office.app, import("示例通知")).await.unwrap_err().to_string();
    assert!(refused.contains("2027") && refused.contains("全国年节及纪念日放假办法"), "{refused}");
    std::fs::write(&file, YEAR).unwrap();
    assert!(act(&office.app, import(" ")).await.is_err(), "without its notice");
    assert_eq!(office.events().await, events, "nothing was written");
    office.minute();
    let lines = act(&office.app, import("示例发〔2026〕9号")).await.unwrap();
    assert!(lines.iter().any(|it| it.contains("示例发〔2026〕9号")), "{lines:?}");
    assert!(act(&office.app, import("示例发〔2026〕9号")).await.is_err(), "the same again is nothing new");
    assert_eq!(act(&office.app, Act::List).await.unwrap().len(), 3);

    let exact = limit(&office, &id).await;
    assert_eq!(exact.0, exact.1, "open limits are computed again when they are read");
    assert!(earliest <= exact.0 && exact.0 <= latest, "within the bounds: {exact:?}");
    office
        .does("a", &format!("/api/v1/cases/{id}/propose_extend_check"), json!({"opinion": "情况复杂"}))
        .await;
    let noted = noted(&office).await;
    assert_eq!(noted.len(), 3);
    assert_eq!(noted[0], noted[1]);
    assert_ne!(noted[1], noted[2], "the decision after the import looked at another version");
    assert_eq!(imported(&office.app).await.unwrap().unwrap().imports.len(), 1);

    // The audit decides each on the version that it had read.
    office.holds().await;
}
