//! Years later: the publication ends, then the file's time is over, and it is
//! destroyed as the law provides.

use mingjing::archive::service::recorded;
use mingjing_domain::matter::MatterId;

use crate::browser::Browser;
use crate::county::County;
use crate::recordings::destroyed;

/// More than thirty years after the archive.
pub async fn when_its_time_is_over(county: &County, browser: &mut Browser, case: &str) {
    county.day("2057-01-05");
    browser.be("yj-archivist").await;
    browser.open("/erasures").await;
    browser.sees(&["保管期限届满的案卷", "示例化工有限公司"]).await;
    browser.take("/erasures/new").await;
    let id = case.trim_start_matches("/cases/");
    let proposal = [("matters", id), ("grounds", "保管期限届满，经鉴定没有继续保存的价值")];
    browser.submit(&proposal).await;
    let said = browser.refusal().await;
    assert!(said.contains("公示尚未结束") && said.contains("《档案法》"), "{said}");
    expired(county, browser).await;
    browser.be("yj-archivist").await;
    browser.open("/erasures/new").await;
    browser.submit(&proposal).await;
    let said = browser.refusal().await;
    assert!(said.contains("音像记录内容还在存储中"), "{said}");
    let kept = recorded(county.app.db(), MatterId(id.parse().unwrap())).await.unwrap();
    for (no, it) in kept.iter().enumerate() {
        destroyed(county, browser, it.recording, &format!("示销3{no}号")).await;
    }
    browser.be("yj-archivist").await;
    browser.open("/erasures/new").await;
    browser.submit(&proposal).await;
    let place = browser.path().to_owned();
    assert!(place != "/erasures/new", "{}", browser.refusal().await);
    // Taken back with its reason, and proposed anew.
    browser.open(&format!("{place}/withdraw")).await;
    browser.submit(&[("reason", "依据写得不全")]).await;
    assert_eq!(browser.path(), place, "{}", browser.refusal().await);
    browser.sees(&["已撤回", "依据写得不全"]).await;
    browser.open("/erasures/new").await;
    browser.submit(&proposal).await;
    let place = browser.path().to_owned();
    browser.be("yj-head").await;
    browser.open(&place).await;
    browser.submit(&[("approve", "批准销毁"), ("opinion", "同意销毁")]).await;
    browser.be("yj-archivist").await;
    browser.open(&place).await;
    browser.submit(&[("confirmed", "已核对")]).await;
    assert_eq!(browser.path(), place, "{}", browser.refusal().await);
    browser.sees(&["已销毁"]).await;
    browser.be("yj-officer1").await;
    browser.open(case).await;
    browser.sees(&["已依法销毁"]).await;
    browser.misses(&["欧阳试甲"]).await;
}

/// The head allows that the publication ends, the publicity office ends it.
async fn expired(county: &County, browser: &mut Browser) {
    browser.be("yj-head").await;
    browser.open("/publications?tab=public").await;
    browser.follow("main table a[href^=\"/publications/\"]").await;
    let place = browser.path().to_owned();
    browser.take(&format!("{place}/approve_expiry")).await;
    county.minute();
    browser.submit(&[]).await;
    assert_eq!(browser.path(), place, "{}", browser.refusal().await);
    browser.be("yj-publicity").await;
    browser.open(&place).await;
    browser.take(&format!("{place}/expire")).await;
    county.minute();
    browser.submit(&[("ground", "公示期限届满")]).await;
    assert_eq!(browser.path(), place, "{}", browser.refusal().await);
}
