//! The ordinary procedure: one unit, a fine below the threshold of a hearing, a
//! case so complex that it is reviewed and discussed all the same.

use crate::browser::Browser;
use crate::county::County;

const OFFICERS: [(&str, &str); 2] = [("officers", "执法人员甲"), ("officers", "执法人员乙")];

/// With both officers.
fn by_both<'a>(table: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    table.iter().chain(&OFFICERS).copied().collect()
}

/// From a clue, with more of it as the source has it; gives the address of the case.
pub async fn registered(
    county: &County,
    browser: &mut Browser,
    subject: &str,
    day: &str,
    more: &[(&str, &str)],
) -> String {
    county.minute();
    browser.be("yj-officer1").await;
    browser.open("/desk").await;
    browser.follow("a[href=\"/cases/new\"]").await;
    let clue =
        [("received_on", day), ("subject", subject), ("summary", "二名电工未取得特种作业操作证即上岗作业")];
    let clue: Vec<_> = clue.iter().chain(more).copied().collect();
    browser.submit(&clue).await;
    let case = browser.path().to_owned();
    assert!(case.starts_with("/cases/"), "{}", browser.refusal().await);
    browser.sees(&[subject, "线索"]).await;
    browser.act(county, "yj-officer1", &case, "start_check", &OFFICERS).await;
    assert_eq!(browser.stands_at().await, "立案");
    case
}

/// Checked, proposed, approved: the case has a number.
pub async fn filed(county: &County, browser: &mut Browser, case: &str, subject: &str, violation: &str) {
    let title = format!("{subject}特种作业人员无证上岗案");
    let filing = by_both(&[
        ("title", &title),
        ("cause", "特种作业人员未取得相应资格上岗作业"),
        ("category", "安全生产"),
        ("violation_on", violation),
        ("parties[0].kind", "法人"),
        ("parties[0].name", subject),
        ("parties[0].code", "915113000000000192"),
        ("parties[0].address", "示例县示例路1号"),
        ("parties[0].phone", "0000-0000009"),
        ("parties[0].representative", "欧阳试甲"),
        ("parties[0].post", "总经理"),
        ("opinion", "符合立案标准，建议立案"),
    ]);
    let today = county.ago(0);
    let found = [
        ("kind", "书证"),
        ("name", "特种作业人员名册"),
        ("source", "当事人提供"),
        ("collected_on", &today[..10]),
        ("collectors", "执法人员甲"),
        ("collectors", "执法人员乙"),
        ("proves", "二名电工未取得特种作业操作证"),
        ("signed", "true"),
    ];
    browser.act(county, "yj-officer1", case, "add_evidence", &found).await;
    browser.act(county, "yj-officer1", case, "propose_file", &filing).await;
    browser.be("yj-unithead").await;
    browser.open("/desk").await;
    browser.sees(&["审核：立案", subject]).await;
    let reviewed = [("agree", "同意呈报"), ("opinion", "违法线索清楚，同意呈报")];
    browser.act(county, "yj-unithead", case, "review_proposal", &reviewed).await;
    browser.be("yj-deputy1").await;
    browser.open("/desk").await;
    browser.sees(&["审批：立案"]).await;
    let approved = [("approve", "批准"), ("opinion", "同意立案")];
    browser.act(county, "yj-deputy1", case, "approve_proposal", &approved).await;
    browser.sees(&["立〔2026〕", &title]).await;
    assert_eq!(browser.stands_at().await, "调查");
}

/// Inquiry, scene, evidence; on the day before the investigation ends.
pub async fn investigated(county: &County, browser: &mut Browser, case: &str) {
    asked(county, browser, case).await;
    inspected(county, browser, case).await;
    proved(county, browser, case).await;
}

/// A person is asked.
async fn asked(county: &County, browser: &mut Browser, case: &str) {
    let notice = [
        ("party", "示例"),
        ("person", "欧阳试甲，总经理"),
        ("details", "三月五日九时到执法大队接受询问，携带营业执照和特种作业人员名册"),
    ];
    browser.act(county, "yj-officer1", case, "notify_inquiry", &notice).await;
    serve(county, browser, case, "询问通知书").await;
    let (from, to) = (county.ago(40), county.ago(20));
    let inquiry = by_both(&[
        ("started_at", &from),
        ("ended_at", &to),
        ("place", "执法大队询问室"),
        ("certificates_shown", "true"),
        ("rights_told", "true"),
        ("person", "欧阳试甲，该公司总经理"),
        ("record", "问：二名电工是否持证？\n答：没有取得特种作业操作证。"),
        ("signed", "true"),
    ]);
    browser.act(county, "yj-officer1", case, "record_inquiry", &inquiry).await;
}

/// The record of a scene is typed in the office.
async fn inspected(county: &County, browser: &mut Browser, case: &str) {
    let (from, to) = (county.ago(15), county.ago(5));
    let scene = by_both(&[
        ("started_at", &from),
        ("ended_at", &to),
        ("place", "示例路1号配电间"),
        ("certificates_shown", "true"),
        ("rights_told", "true"),
        ("record", "配电间内二人正在作业，不能出示特种作业操作证。"),
        ("witnessed", "true"),
    ]);
    browser.act(county, "yj-officer2", case, "record_scene", &scene).await;
}

/// More evidence is taken.
async fn proved(county: &County, browser: &mut Browser, case: &str) {
    let today = county.ago(0);
    let evidence = [
        ("kind", "书证"),
        ("name", "电工证件核查结果"),
        ("source", "向发证机关核实"),
        ("collected_on", &today[..10]),
        ("collectors", "执法人员甲"),
        ("collectors", "执法人员乙"),
        ("proves", "二名电工没有取得特种作业操作证"),
        ("signed", "true"),
    ];
    browser.act(county, "yj-officer2", case, "add_evidence", &evidence).await;
}

/// The investigation ends, and an officer writes what is proposed.
pub async fn drafted(
    county: &County,
    browser: &mut Browser,
    case: &str,
    fine: &str,
    complex: &[(&str, &str)],
) {
    let report = "经监督检查发现，二名电工未取得特种作业操作证上岗作业；有询问笔录、勘验笔录、名册为证；建议给予罚款。";
    let concluded: Vec<_> = [("report", report)].iter().chain(complex).copied().collect();
    browser.act(county, "yj-officer1", case, "conclude", &concluded).await;
    let draft = [
        ("facts", "该公司二名电工未取得特种作业操作证上岗作业"),
        ("evidence", "特种作业人员名册"),
        ("violated[0].law", "安全生产法"),
        ("violated[0].article", "第三十条第一款"),
        ("basis[0].law", "安全生产法"),
        ("basis[0].article", "第九十七条第七项"),
        ("range", "safety.training"),
        ("discretion", "未取得资格人员二名，适用一般阶次"),
        ("reasoning", "事实清楚，证据确凿，没有从轻、减轻情节"),
        ("disposals[0].kinds", "罚款"),
        ("disposals[0].fine_fen", fine),
        ("disposals[0].grade", "一般"),
        ("terms", "自收到决定书之日起十五日内缴纳"),
        ("corrections[0].corrective", "违法行为已经改正"),
        ("corrections[0].details", "复查时上岗电工均已持证"),
    ];
    browser.act(county, "yj-officer1", case, "prepare_draft", &draft).await;
}

/// The legal review: ten points, an opinion, its signature.
pub async fn reviewed(county: &County, browser: &mut Browser, case: &str) {
    let sent = [("opinion", "案件材料齐备，请审核")];
    browser.act(county, "yj-officer1", case, "submit_review", &sent).await;
    browser.be("yj-reviewer").await;
    browser.open(&format!("{case}/review")).await;
    browser.sees(&["应审事由", "逐项内容的系统核对"]).await;
    let points: Vec<(String, &str)> = POINTS
        .iter()
        .flat_map(|it| {
            [(format!("findings.{it}.pass"), "符合"), (format!("findings.{it}.finding"), "经审核，符合要求")]
        })
        .collect();
    let mut opinion: Vec<(&str, &str)> = points.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    opinion.extend([("opinion", "同意"), ("reasons", "主体合法、程序合法、事实清楚，同意处理意见")]);
    browser.act(county, "yj-reviewer", case, "give_opinion", &opinion).await;
    let signed = [("sign", "签发")];
    browser.act(county, "yj-reviewhead", case, "sign_opinion", &signed).await;
    assert!(browser.stops_done().await.contains("法制审核"), "{}", browser.stops_done().await);
}

const POINTS: [&str; 10] = [
    "subject",
    "staff",
    "procedure",
    "facts",
    "evidence",
    "law",
    "discretion",
    "authority",
    "documents",
    "crime",
];

/// Serves the first of the documents that wait for it.
pub async fn serve(county: &County, browser: &mut Browser, case: &str, document: &str) {
    county.work().await;
    let today = county.ago(0);
    let served = by_both(&[
        ("document", document),
        ("method", "直接送达"),
        ("on", &today[..10]),
        ("recipient", "欧阳试甲，总经理"),
        ("place", "示例路1号"),
    ]);
    browser.act(county, "yj-officer2", case, "serve_document", &served).await;
}

/// Each head says what he thinks.
pub async fn discussed(county: &County, browser: &mut Browser, case: &str) {
    browser.be("yj-head").await;
    browser.open(&format!("{case}/do/discuss")).await;
    let script = "return [...document.querySelectorAll('form.sheet [name^=\"opinions.\"][name$=\".opinion\"]')]\
        .map(it => it.name)";
    let found = browser.script(script, vec![]).await.unwrap();
    let names: Vec<String> = serde_json::from_value(found).unwrap();
    assert_eq!(names.len(), 3, "one group for each head");
    let agrees: Vec<String> = names.iter().map(|it| it.replace(".opinion", ".agrees")).collect();
    let mut table = vec![
        ("place", "三楼会议室，九时"),
        ("chair", "主要负责人甲"),
        ("outcome", "同意处理意见"),
        ("conclusion", "一致同意处理意见"),
    ];
    table.extend(names.iter().map(|it| (it.as_str(), "同意处理意见")));
    table.extend(agrees.iter().map(|it| (it.as_str(), "同意")));
    browser.open(case).await;
    browser.act(county, "yj-head", case, "discuss", &table).await;
}

/// From the clue to the decision in the party's hands, 2 to 19 March.
pub async fn to_the_served_decision(county: &County, browser: &mut Browser) -> String {
    let subject = "示例化工有限公司";
    let informant = [
        ("source", "举报"),
        ("informant_name", "诸葛样乙"),
        ("informant_contact", "000-0000007"),
        ("keep_secret", "true"),
    ];
    let case = registered(county, browser, subject, "2026-03-02", &informant).await;
    browser.sees(&["举报人A"]).await;
    browser.misses(&["诸葛样乙"]).await;
    county.day("2026-03-04");
    filed(county, browser, &case, subject, "2026-02-27").await;
    county.day("2026-03-05");
    asked(county, browser, &case).await;
    crate::afield::scene(county, browser, &case).await;
    proved(county, browser, &case).await;
    county.day("2026-03-06");
    let complex = [("complex", "true"), ("public_interest", "true")];
    drafted(county, browser, &case, "30000", &complex).await;
    county.day("2026-03-09");
    reviewed(county, browser, &case).await;
    county.day("2026-03-10");
    let notice = [("party", subject)];
    browser.act(county, "yj-officer1", &case, "issue_notice", &notice).await;
    serve(county, browser, &case, "行政处罚告知书").await;
    the_window_is_open(county, browser, &case).await;
    county.day("2026-03-18");
    discussed(county, browser, &case).await;
    assert!(browser.stops_done().await.ends_with("集体讨论"), "{}", browser.stops_done().await);
    browser.pass(county, &case, "propose_dispose", &[("opinion", "建议罚款三万元")]).await;
    browser.sees(&["罚〔2026〕", "已决定"]).await;
    assert_eq!(browser.stands_at().await, "送达");
    county.day("2026-03-19");
    paid_too_early(browser, &case).await;
    serve(county, browser, &case, "行政处罚决定书").await;
    assert_eq!(browser.stands_at().await, "执行");
    case
}

/// Before the defence window has closed nobody decides, whatever he clicks.
async fn the_window_is_open(county: &County, browser: &mut Browser, case: &str) {
    county.day("2026-03-11");
    browser.be("yj-officer1").await;
    browser.open(case).await;
    browser.sees(&["现在不能做", "陈述、申辩期到2026年3月17日才届满", "3月18日"]).await;
    let said = browser.refused("yj-officer1", case, "propose_dispose", &[("opinion", "尽快决定")]).await;
    assert!(said.contains("陈述、申辩期到2026年3月17日才届满") && said.contains("《"), "{said}");
    let answered = [("party", "示例化工"), ("statement", "公司已经组织培训，请求从轻处罚")];
    browser.act(county, "yj-officer1", case, "state_defence", &answered).await;
    let answer = [("adoption", "不予采纳"), ("reasons", "培训不能代替资格，没有法定从轻情节")];
    browser.act(county, "yj-officer1", case, "answer_defence", &answer).await;
}

async fn paid_too_early(browser: &mut Browser, case: &str) {
    let payment = [("receipt", "示票00001"), ("amount_fen", "30000"), ("collector", "示例县农村商业银行")];
    let said = browser.refused("yj-cashier", case, "record_payment", &payment).await;
    assert!(said.contains("送达") && said.contains("《"), "{said}");
}

/// Paid, closed, archived.
pub async fn to_the_archive(county: &County, browser: &mut Browser, case: &str) {
    let payment = [("receipt", "示票00001"), ("amount_fen", "30000"), ("collector", "示例县农村商业银行")];
    browser.act(county, "yj-cashier", case, "record_payment", &payment).await;
    browser.sees(&["已缴30,000.00元"]).await;
    assert_eq!(browser.stands_at().await, "结案归档");
    county.day("2026-03-23");
    let close = [("ground", "行政处罚决定执行完毕"), ("opinion", "罚款已缴清，建议结案")];
    browser.pass(county, case, "propose_close", &close).await;
    browser.sees(&["已结案"]).await;
    county.work().await;
    browser.be("yj-archivist").await;
    browser.open(case).await;
    browser.sees(&["《罚款缴款通知书》没有送达回证", "第四十条"]).await;
    serve(county, browser, case, "罚款缴款通知书").await;
    county.work().await;
    crate::keeping::bound_and_accepted(county, browser, case).await;
    browser.sees(&["已归档"]).await;
    assert!(browser.stops_done().await.ends_with("结案归档"), "{}", browser.stops_done().await);
}
