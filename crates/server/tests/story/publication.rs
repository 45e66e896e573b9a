//! The public copy: three people, and then a stranger who trusts none of them.

use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fantoccini::Locator;
use mingjing::record::store;
use mingjing_domain::matter::MatterId;
use serde_json::json;

use crate::browser::Browser;
use crate::county::County;

/// Prepared by an officer, checked by the head of review, published by the
/// publicity office; nobody does the work of another.
pub async fn by_three_people(county: &County, browser: &mut Browser, case: &str) {
    county.day("2026-03-20");
    browser.be("yj-officer1").await;
    browser.open("/publications").await;
    browser.sees(&["待制作", "特种作业人员无证上岗案"]).await;
    browser.follow("main table a[href^=\"/publications/\"]").await;
    let subject = format!("{}.1", case.trim_start_matches("/"));
    let subject = format!("/publications/{}", subject.trim_start_matches("cases/"));
    browser.take(&format!("{subject}/prepare")).await;
    browser.sees(&["原文与公示文本", "欧阳试甲"]).await;
    county.minute();
    let withheld = [
        ("grade", "一般"),
        ("withhold[0].field", "违法事实"),
        ("withhold[0].text", "二名"),
        ("withhold[0].ground", "商业秘密"),
    ];
    browser.submit(&withheld).await;
    let place = browser.path().to_owned();
    assert!(place.starts_with("/publications/") && place != subject, "{place} {}", browser.refusal().await);
    // The publicity office cannot publish what nobody has checked.
    browser.be("yj-publicity").await;
    browser.open(&format!("{place}/publish")).await;
    browser.sees(&["请先由法制机构审核", "《"]).await;
    browser.be("yj-reviewhead").await;
    browser.open("/publications?tab=check").await;
    browser.follow("main table a[href^=\"/publications/\"]").await;
    browser.take(&format!("{place}/check")).await;
    browser.sees(&["个人信息检查通过"]).await;
    county.minute();
    browser.submit(&[("agree", "同意公示")]).await;
    assert_eq!(browser.path(), place, "{}", browser.refusal().await);
    browser.be("yj-publicity").await;
    browser.open("/publications?tab=publish").await;
    browser.follow("main table a[href^=\"/publications/\"]").await;
    browser.take(&format!("{place}/publish")).await;
    county.minute();
    browser.submit(&[]).await;
    assert_eq!(browser.path(), place, "{}", browser.refusal().await);
    browser.sees(&["看公示页", "已办"]).await;
    county.work().await;
}

/// What a page that reads a file as an officer gives a browser: its bytes.
async fn fetched(browser: &Browser, href: &str) -> Vec<u8> {
    let script = "const done = arguments[1]; fetch(arguments[0]).then(async it => { \
        const bytes = new Uint8Array(await it.arrayBuffer()); let text = ''; \
        for (const byte of bytes) text += String.fromCharCode(byte); done(it.ok ? btoa(text) : String(it.status)); })";
    let got = browser.client.execute_async(script, vec![json!(href)]).await.unwrap();
    STANDARD.decode(got.as_str().unwrap()).unwrap_or_else(|e| panic!("{href}: {got} {e}"))
}

/// A citizen reads the page, tries the code on the paper, its QR address and the
/// file itself, and the proof of the public copy.
pub async fn read_by_a_stranger(county: &County, browser: &mut Browser, case: &str) {
    browser.be("yj-officer2").await;
    browser.open(case).await;
    let script = "return [...document.querySelectorAll('#documents a')]\
        .find(it => it.innerText.includes('行政处罚决定书')).getAttribute('href')";
    let href = browser.script(script, vec![]).await.unwrap();
    let pdf = fetched(browser, href.as_str().unwrap()).await;
    assert!(pdf.starts_with(b"%PDF"), "the stored document");
    let (no, paper) = (number_in(href.as_str().unwrap()), county.bench.dir.path().join("paper.pdf"));
    std::fs::write(&paper, &pdf).unwrap();
    let text = Command::new("pdftotext").arg("-layout").arg(&paper).arg("-").output().unwrap();
    let text = String::from_utf8(text.stdout).unwrap();
    let matter = MatterId(case.trim_start_matches("/cases/").parse().unwrap());
    let stored = store::document(county.app.db(), matter, no).await.unwrap().unwrap();
    assert!(text.contains(&stored.check_code), "the code is printed:\n{text}");

    browser.be("").await;
    browser.open("/").await;
    browser.sees(&["查一个决定", "示例化工有限公司"]).await;
    browser.open("/decisions?q=示例化工").await;
    browser.follow("main table a[href^=\"/decisions/\"]").await;
    let public = browser.path().to_owned();
    browser
        .sees(&["示例化工有限公司", "罚〔2026〕", "按期", "30,000", "《安全生产法》第九十七条第七项"])
        .await;
    browser.misses(&["二名电工"]).await;
    browser.open("/verify").await;
    type_into(browser, "#code", &stored.check_code).await;
    assert_eq!(browser.path(), format!("/v/{}", stored.check_code));
    browser.sees(&["这份文书由本系统制作", "示例县应急管理局", "行政处罚决定书"]).await;
    // What the QR code on the paper says.
    browser.open(&format!("/v/{}", stored.public_id)).await;
    browser.sees(&["这份文书由本系统制作", &stored.check_code]).await;
    hand_in(browser, &paper).await;
    browser.sees(&["通过核验", "一字不差"]).await;
    let proof = county.bench.dir.path().join("proof.json");
    std::fs::write(&proof, fetched(browser, &format!("{public}.proof.json")).await).unwrap();
    browser.open("/verify").await;
    hand_in(browser, &proof).await;
    browser.sees(&["通过核验", "■■电工"]).await;
    // One changed character, and it proves nothing.
    let changed = std::fs::read_to_string(&proof).unwrap().replacen("罚款", "警告", 1);
    std::fs::write(&proof, changed).unwrap();
    browser.open("/verify").await;
    hand_in(browser, &proof).await;
    browser.sees(&["没有通过核验"]).await;
}

/// `/cases/…/documents/7.pdf` → 7.
fn number_in(href: &str) -> u16 {
    href.rsplit('/').next().unwrap().trim_end_matches(".pdf").parse().unwrap()
}

async fn type_into(browser: &mut Browser, css: &str, words: &str) {
    browser.client.find(Locator::Css(css)).await.unwrap().send_keys(words).await.unwrap();
    browser.follow(&format!("form:has({css}) button")).await;
}

/// Hands a file in where the page asks for one.
async fn hand_in(browser: &mut Browser, file: &std::path::Path) {
    type_into(browser, "input[type=file]", file.to_str().unwrap()).await;
}
