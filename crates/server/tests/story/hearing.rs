//! A fine above the threshold: the party asks for a hearing and gets one.

use crate::browser::Browser;
use crate::county::County;
use crate::ordinary::{discussed, drafted, filed, investigated, registered, reviewed, serve};

const SUBJECT: &str = "示例矿业有限公司";

/// From the clue on 24 March to the decision on 24 April.
pub async fn to_the_decision(county: &County, browser: &mut Browser) {
    county.day("2026-03-24");
    let case = registered(county, browser, SUBJECT, "2026-03-24", &[("source", "监督检查")]).await;
    county.day("2026-03-25");
    filed(county, browser, &case, SUBJECT, "2026-03-20").await;
    county.day("2026-03-26");
    investigated(county, browser, &case).await;
    drafted(county, browser, &case, "70000", &[]).await;
    county.day("2026-03-27");
    browser.act(county, "yj-officer1", &case, "issue_notice", &[("party", SUBJECT)]).await;
    serve(county, browser, &case, "听证告知书").await;
    browser.be("yj-head").await;
    browser.open(&format!("{case}/do/discuss")).await;
    browser.sees(&["才届满", "《"]).await;
    county.day("2026-03-30");
    let request = [("party", SUBJECT), ("request", "对拟作处罚有异议，申请听证")];
    browser.act(county, "yj-officer1", &case, "request_hearing", &request).await;
    held(county, browser, &case).await;
    county.day("2026-04-20");
    reviewed(county, browser, &case).await;
    county.day("2026-04-22");
    discussed(county, browser, &case).await;
    county.day("2026-04-24");
    browser.pass(county, &case, "propose_dispose", &[("opinion", "建议罚款七万元")]).await;
    browser.sees(&["罚〔2026〕2号", "已决定"]).await;
    let done = browser.stops_done().await;
    assert!(done.contains("听证 集体讨论 决定"), "{done}");
}

async fn held(county: &County, browser: &mut Browser, case: &str) {
    let plan = [
        ("party", SUBJECT),
        ("on", "2026-04-16"),
        ("place", "九时，示例县应急管理局听证室"),
        ("host", "听证主持人甲"),
        ("clerk", "公示人员甲"),
        ("public", "公开举行"),
    ];
    browser.act(county, "yj-host", case, "schedule_hearing", &plan).await;
    serve(county, browser, case, "听证会通知书").await;
    county.day("2026-04-16");
    let record = [
        ("party", SUBJECT),
        ("attended", "当事人到场"),
        ("presenters", "执法人员甲"),
        ("record", "调查人员提出事实、证据和建议；当事人申辩并质证。"),
        ("signed", "true"),
    ];
    browser.act(county, "yj-host", case, "hold_hearing", &record).await;
    let report = [("party", SUBJECT), ("report", "事实清楚，证据充分，建议维持拟作处罚")];
    browser.act(county, "yj-host", case, "report_hearing", &report).await;
}
