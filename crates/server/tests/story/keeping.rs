//! The case's file is bound and accepted, looked into with approval, sealed, carried off and
//! verified with nothing of the program; and the pages around it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mingjing::archive::bag::unzip;
use mingjing::archive::service::{file_of, recorded};
use mingjing::ops::verify;
use mingjing_domain::archive::{CaseFile, Lack, check};
use mingjing_domain::case::Case;
use mingjing_domain::matter::MatterId;
use mingjing_ledger::package::verify_package;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::browser::Browser;
use crate::county::County;
use crate::recordings::{film, of_case};

const NUMBER: &str = "2026-应急-001";

fn id_of(case: &str) -> MatterId {
    MatterId(case.trim_start_matches("/cases/").parse().unwrap())
}

async fn lacks(county: &County, case: &str) -> Vec<Lack> {
    let id = id_of(case);
    let (state, file) = (
        county.app.load::<Case>(id).await.unwrap().unwrap(),
        county.app.load::<CaseFile>(file_of(id)).await.unwrap().unwrap(),
    );
    let recordings = recorded(county.app.db(), id).await.unwrap();
    check(&state.state, &file.state, &recordings)
}

/// An officer binds the file, the archivist accepts it: the case is in the archives.
pub async fn bound_and_accepted(county: &County, browser: &mut Browser, case: &str) {
    let file = format!("{case}/file");
    of_case(county, id_of(case)).await;
    browser.be("yj-officer1").await;
    browser.open(&file).await;
    browser.sees(&["尚未立卷", "完整性、一致性检查", "没有登记页数"]).await;
    browser.take(&format!("{file}/open")).await;
    browser.submit(&[]).await;
    browser.open(&format!("{file}/count_pages")).await;
    browser.submit(&[("item", "特种作业人员名册"), ("pages", "3")]).await;
    assert_eq!(browser.path(), file, "{}", browser.refusal().await);
    browser.open(&format!("{file}/add_paper")).await;
    let paper = [
        ("kind", "缴款票据"),
        ("title", "罚款票据"),
        ("number", "示票00001"),
        ("dated", "2026-03-23"),
        ("responsible", "示例县农村商业银行"),
        ("pages", "1"),
    ];
    browser.submit(&paper).await;
    assert_eq!(browser.path(), file, "{}", browser.refusal().await);
    let left = lacks(county, case).await;
    let explained: Vec<(String, String)> = left
        .iter()
        .enumerate()
        .flat_map(|(at, lack)| {
            let finding = mingjing::archive::form::lack_code(lack);
            [
                (format!("explained[{at}].finding"), finding),
                (format!("explained[{at}].reason"), "经核对属实".into()),
            ]
        })
        .collect();
    let explained: Vec<(&str, &str)> = explained.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    browser.open(&format!("{file}/assemble")).await;
    browser.submit(&explained).await;
    assert_eq!(browser.path(), file, "{left:#?}\n{}", browser.refusal().await);
    browser.be("yj-archivist").await;
    browser.open("/desk").await;
    browser.sees(&["检查接收案卷"]).await;
    browser.open(&file).await;
    browser.sees(&["待检查接收", "卷内目录", "1卷"]).await;
    browser.take(&format!("{file}/accept")).await;
    county.minute();
    browser.submit(&[("archive_no", NUMBER), ("retention_years", "30年")]).await;
    assert_eq!(browser.path(), file, "{}", browser.refusal().await);
    browser.sees(&["已归档入库", NUMBER]).await;
    county.work().await;
    browser.open(case).await;
}

async fn fetch(browser: &Browser, href: &str) -> Result<Vec<u8>, String> {
    let script = "const done = arguments[1]; fetch(arguments[0]).then(async it => { \
        const bytes = new Uint8Array(await it.arrayBuffer()); let text = ''; \
        for (const byte of bytes) text += String.fromCharCode(byte); done(it.ok ? btoa(text) : '!' + it.status); })";
    let got = browser.client.execute_async(script, vec![json!(href)]).await.unwrap();
    let got = got.as_str().unwrap().to_owned();
    match got.strip_prefix('!') {
        Some(status) => Err(status.to_owned()),
        None => Ok(STANDARD.decode(got).unwrap()),
    }
}

/// What the program says to a stranger of the file itself and of its folder, unpacked.
fn outsider(county: &County, bytes: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("案卷.zip");
    std::fs::write(&path, bytes).unwrap();
    let keys = county.parts.ledger.verifiers();
    let said = verify::one(&path, &keys).unwrap().unwrap();
    assert!(said[1].starts_with("封装已入账"), "{said:?}");
    let open = folder.path().join("案卷");
    for (path, bytes) in unzip(bytes).unwrap() {
        std::fs::create_dir_all(open.join(&path).parent().unwrap()).unwrap();
        std::fs::write(open.join(path), bytes).unwrap();
    }
    assert_eq!(verify::one(&open, &keys).unwrap().unwrap(), said);
    let mut bent = bytes.to_vec();
    let middle = bent.len() / 2;
    bent[middle] ^= 1;
    std::fs::write(&path, bent).unwrap();
    assert!(verify::one(&path, &keys).unwrap().is_err(), "a flipped byte of a film is seen");
}

/// Sealed, refused without approval, exported with it, verified by a stranger.
pub async fn carried_off(county: &County, browser: &mut Browser, case: &str) {
    let file = format!("{case}/file");
    browser.be("yj-archivist").await;
    browser.open(&file).await;
    browser.take(&format!("{file}/pack")).await;
    county.minute();
    browser.submit(&[]).await;
    assert_eq!(browser.path(), file, "{}", browser.refusal().await);
    county.work().await;
    let script = "return document.querySelector('a[href*=\"/packages/\"]').getAttribute('href')";
    let href = browser.script(script, vec![]).await.unwrap().as_str().unwrap().to_owned();
    browser.be("yj-officer1").await;
    browser.open(&file).await;
    assert_eq!(fetch(browser, &href).await, Err("409".to_owned()), "nothing leaves without approval");
    browser.take(&format!("/grants/new?case={}", case.trim_start_matches("/cases/"))).await;
    let asked = [
        ("purpose", "案卷评查"),
        ("reason", "年度案卷评查"),
        ("scope[0].covers", "全案"),
        ("medium", "导出"),
        ("until", "2026-12-31"),
    ];
    browser.submit(&asked).await;
    let place = browser.path().to_owned();
    assert!(place.starts_with("/grants/") && place != "/grants/new", "{}", browser.refusal().await);
    browser.be("yj-unithead").await;
    browser.open("/desk").await;
    browser.sees(&["审批查阅申请"]).await;
    browser.open("/grants").await;
    browser.open(&place).await;
    browser.take(&format!("{place}/approve")).await;
    county.minute();
    browser.submit(&[("opinion", "同意导出，用毕销毁")]).await;
    assert_eq!(browser.path(), place, "{}", browser.refusal().await);
    browser.be("yj-officer1").await;
    browser.open(&place).await;
    browser.sees(&["批准查阅的材料"]).await;
    county.minute();
    let bytes = fetch(browser, &href).await.unwrap();
    let files = unzip(&bytes).unwrap();
    assert!(files.iter().any(|(path, bytes)| path == "核验说明.txt" && !bytes.is_empty()));
    let report = verify_package(files.clone(), &county.parts.ledger.verifiers()).unwrap();
    assert!(report.seal.is_some() && report.proofs.len() > 20, "{} proofs", report.proofs.len());
    for no in [1, 2] {
        let ends = format!("/{no:02} 现场_检查.mp4");
        let found = files.iter().find(|(path, _)| path.starts_with("data/音像/") && path.ends_with(&ends));
        assert_eq!(found.expect("the film lies in the package").1, film(no));
    }
    crate::afield::packed(county, case, &files).await;
    paged(&files);
    let proved = |it: &str| report.proofs.iter().any(|proof| proof.path.contains(it));
    assert!(proved("data/证明/音像-"), "each piece has its proof");
    outsider(county, &bytes);
    for path in ["data/封面.txt", "data/音像/目录.csv"] {
        let mut bent = files.clone();
        let at = bent.iter().position(|it| it.0 == path).unwrap();
        bent[at].1.push(b'x');
        assert!(verify_package(bent, &county.parts.ledger.verifiers()).is_err());
    }
    browser.open(&place).await;
    browser.sees(&["导出", "查阅经过 3次"]).await;
    copied(county, browser, case, &place).await;
    around(browser, case, &place).await;
}

fn words(pdf: &[u8], page: Option<u32>) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("it.pdf");
    std::fs::write(&path, pdf).unwrap();
    let mut tool = std::process::Command::new("pdftotext");
    if let Some(page) = page.map(|it| it.to_string()) {
        // The upper right corner alone.
        tool.args(["-f", &page, "-l", &page, "-r", "72", "-x", "480", "-y", "0", "-W", "115", "-H", "70"]);
    }
    let told = tool.arg(&path).arg("-").output().expect("pdftotext: apt-get install poppler-utils");
    assert!(told.status.success());
    String::from_utf8(told.stdout).unwrap().chars().filter(|it| !it.is_whitespace()).collect()
}

/// Cover, catalogue and back sheet are there on paper, and each page of each document has its number
/// of the file on a copy, while the document stays as it was made.
fn paged(files: &[(String, Vec<u8>)]) {
    let of = |path: &str| files.iter().find(|it| it.0 == path).map(|it| it.1.as_slice());
    for frame in ["案卷首页", "卷内目录", "卷内备考表"] {
        let made = files.iter().find(|it| it.0.starts_with("data/封面目录备考表/") && it.0.contains(frame));
        assert!(made.expect(frame).1.starts_with(b"%PDF"), "{frame}");
    }
    let list = of("data/页码对照.csv").unwrap();
    let (mut next, mut copies) = (1_u32, 0);
    for record in csv::Reader::from_reader(&list[3..]).into_records().map(Result::unwrap) {
        let (first, last): (u32, u32) = (record[1].parse().unwrap(), record[2].parse().unwrap());
        assert_eq!(first, next, "pages run on: {record:?}");
        next = last + 1;
        if record[7].is_empty() {
            continue;
        }
        copies += 1;
        let (original, copy) = (of(&record[5]).unwrap(), of(&record[7]).unwrap());
        assert_eq!(hex::encode(Sha256::digest(copy)), record[8], "{record:?}");
        assert_eq!(words(copy, Some(1)), record[1], "{record:?}");
        assert_eq!(words(copy, Some(last - first + 1)), record[2], "{record:?}");
        assert!(words(copy, None).contains(&record[6][..24]), "the copy names the original: {record:?}");
        assert!(!words(original, None).contains("阅览件"), "{record:?}");
    }
    let documents = files.iter().filter(|it| it.0.starts_with("data/文书/")).count();
    assert_eq!(copies, documents);
    assert!(copies >= 10, "{copies}");
}

/// What is opened under the approval bears who looks; a copy is taken by a form that asks what for.
async fn copied(county: &County, browser: &mut Browser, case: &str, place: &str) {
    let script = "return document.querySelector('a[href*=\"/files/\"][href$=\".pdf\"]').getAttribute('href')";
    let href = browser.script(script, vec![]).await.unwrap().as_str().unwrap().to_owned();
    let seen = words(&fetch(browser, &href).await.unwrap(), None);
    assert!(seen.contains("查阅（案卷评查）") && seen.contains("原件SHA-256"), "{seen}");
    county.minute();
    browser.open(&format!("{href}/copy")).await;
    browser.sees(&["用途", "存档的原件不改动"]).await;
    let script = "const done = arguments[0]; const form = document.querySelector('main form'); \
        form.querySelector('[name=reason]').value = '评查底稿'; \
        fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) }).then(async it => { \
        const bytes = new Uint8Array(await it.arrayBuffer()); let text = ''; \
        for (const byte of bytes) text += String.fromCharCode(byte); \
        done(it.headers.get('content-disposition') + ' ' + btoa(text)); })";
    let got = browser.client.execute_async(script, vec![]).await.unwrap();
    let (named, bytes) = got.as_str().unwrap().rsplit_once(' ').unwrap();
    assert!(named.starts_with("attachment"), "{named}");
    let taken = words(&STANDARD.decode(bytes).unwrap(), None);
    assert!(taken.contains("导出（案卷评查）"), "{taken}");
    browser.open(place).await;
    browser.sees(&["查阅经过 5次", "用途：评查底稿"]).await;
    let recordings = recorded(county.app.db(), id_of(case)).await.unwrap();
    browser.open(&format!("/recordings/{}/segments/1/copy", recordings[0].recording)).await;
    browser.sees(&["用途"]).await;
    browser.open(place).await;
}

/// The pages around: forms of every act, the party's records, transfer, checks.
async fn around(browser: &mut Browser, case: &str, place: &str) {
    browser.open("/parties?name=示例化工有限公司").await;
    browser.open("/transfers/new").await;
    browser.submit(&[("year", "2026"), ("files", NUMBER)]).await;
    let batch = browser.path().to_owned();
    assert!(batch.starts_with("/transfers/") && batch != "/transfers/new", "{}", browser.refusal().await);
    browser.be("yj-archivist").await;
    for path in ["/transfers", "/parties", "/grants?tab=register", "/grants?tab=all"] {
        browser.open(path).await;
    }
    for verb in ["check", "hand_over", "receive"] {
        browser.open(&format!("{batch}/{verb}")).await;
    }
    for verb in ["refuse", "deliver", "lend", "return", "end", "revoke"] {
        browser.open(&format!("{place}/{verb}")).await;
    }
    for verb in ["mark", "note", "return", "supplement"] {
        browser.open(&format!("{case}/file/{verb}")).await;
    }
    browser.be("yj-reviewhead").await;
    for path in ["/checks", "/checks/new/plan", "/checks/statistics"] {
        browser.open(path).await;
    }
    browser.open("/checks/new/open").await;
    let open =
        [("kind", "专项核查"), ("from", "2026-03-01"), ("to", "2026-03-23"), ("reason", "核查录制情况")];
    browser.submit(&open).await;
    let check = browser.path().to_owned();
    assert!(check.starts_with("/checks/") && !check.contains("new"), "{}", browser.refusal().await);
    for verb in ["find", "verify", "order", "enter", "discipline", "circulate", "conclude", "draw", "signals"]
    {
        browser.open(&format!("{check}/{verb}")).await;
    }
}

/// A document is corrected after all that: it is served, handed in, taken as a supplement with a
/// list of its own; the next package holds both lists, and a stranger sees that both are right.
pub async fn grown(county: &County, browser: &mut Browser, case: &str) {
    let file = format!("{case}/file");
    let correction = [("document", "行政处罚决定书"), ("correction", "决定书中当事人住所的门牌号有笔误")];
    browser.act(county, "yj-head", case, "correct_document", &correction).await;
    crate::ordinary::serve(county, browser, case, "补正（更正）决定书").await;
    county.work().await;
    browser.be("yj-officer1").await;
    browser.open("/desk").await;
    browser.sees(&["补充归档"]).await;
    browser.open(&file).await;
    browser.sees(&["归档后有新形成的材料，尚未补充归档", "补正（更正）决定书"]).await;
    browser.take(&format!("{file}/hand_in")).await;
    county.minute();
    browser.submit(&[("reason", "更正处罚决定书")]).await;
    assert_eq!(browser.path(), file, "{}", browser.refusal().await);
    browser.be("yj-archivist").await;
    browser.open("/desk").await;
    browser.sees(&["接收补充归档"]).await;
    browser.open(&format!("{file}/send_back")).await;
    browser.open(&file).await;
    browser.sees(&["补充归档1", "待档案管理员接收"]).await;
    browser.take(&format!("{file}/take_in")).await;
    county.minute();
    browser.submit(&[]).await;
    assert_eq!(browser.path(), file, "{}", browser.refusal().await);
    browser.sees(&["已归档入库", "补充归档1"]).await;
    county.work().await;
    browser.open(&file).await;
    browser.take(&format!("{file}/pack")).await;
    county.minute();
    browser.submit(&[]).await;
    assert_eq!(browser.path(), file, "{}", browser.refusal().await);
    county.work().await;
    let script = "return document.querySelector('a[href*=\"/packages/\"]').getAttribute('href')";
    let href = browser.script(script, vec![]).await.unwrap().as_str().unwrap().to_owned();
    browser.be("yj-officer1").await;
    browser.open(&file).await;
    county.minute();
    let bytes = fetch(browser, &href).await.unwrap();
    let files = unzip(&bytes).unwrap();
    let report = verify_package(files.clone(), &county.parts.ledger.verifiers()).unwrap();
    assert_eq!((report.lists.lists, report.lists.proved), (2, 2), "both lists, both proved");
    let sheets = files.iter().filter(|(path, _)| path.ends_with("卷内备考表.pdf")).count();
    assert_eq!(sheets, 2, "one of the archiving, one of the supplement");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("案卷.zip");
    std::fs::write(&path, &bytes).unwrap();
    let said = verify::one(&path, &county.parts.ledger.verifiers()).unwrap().unwrap();
    assert!(said[2].contains("归档清单 2 份") && said[2].contains("2 份与账本相符"), "{said:?}");
}
