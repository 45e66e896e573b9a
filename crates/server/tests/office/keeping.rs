//! What is kept, who may look, and what is checked: files from the first page to the
//! archives, approvals of viewing, checks drawn by lot. Each decided again by the audit.

use axum::http::StatusCode;
use mingjing::case::access::rules;
use mingjing::kit::limits::WebConfig;
use mingjing::recording::service::uploaded;
use mingjing_domain::case::types::Stage;
use mingjing_domain::matter::{Actor, MatterId};
use mingjing_domain::recording::words::UploadVia;
use mingjing_domain::recording_check::Point;
use mingjing_domain::staff::Role;
use mingjing_domain::viewing_grant::Grant;
use serde_json::{Value, json};

use crate::office::{ORGAN, Office, matter};
use crate::recordings::{captured, drawn, identity};
use crate::steps::Way;
use crate::support::Bench;

mod engines {
    crate::on_both_engines!(
        a_file_is_bound_accepted_with_its_case_and_handed_over,
        a_look_into_the_archives_is_asked_for_approved_and_recorded,
        copies_and_volumes_leave_through_the_archives_alone,
        recordings_are_checked_by_a_draw_that_anybody_can_repeat,
    );
}

pub async fn office(bench: Bench) -> Office {
    let config = WebConfig { argon2_memory_kib: 64, argon2_passes: 1, ..WebConfig::default() };
    Office::on(bench, config).await
}

/// Papers for what the procedure leaves outside, then every finding explained that is left.
pub async fn bound(office: &Office, id: &str) -> Value {
    let api = format!("/api/v1/cases/{id}/file");
    office.does("a", &format!("{api}/open"), json!({})).await;
    for no in 1..=office.case(id).await.evidence.len() {
        let pages = json!({"item": format!("evidence-{no}"), "pages": 3});
        office.does("a", &format!("{api}/count_pages"), pages).await;
    }
    let paper = json!({
        "kind": "receipt", "title": "罚没款票据", "number": "示票1", "dated": office.today(),
        "responsible": "示例银行", "pages": 2,
    });
    let it = office.does("a", &format!("{api}/add_paper"), paper).await;
    let explained: Vec<Value> = it["lacks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|lack| json!({"finding": lack["finding"], "reason": "经核对，原卷另行说明"}))
        .collect();
    if !explained.is_empty() {
        let hasty = office.tries("a", &format!("{api}/assemble"), json!({})).await;
        assert_eq!(
            (hasty.status.as_u16(), hasty.code().as_str()),
            (422, "file.incomplete"),
            "{}",
            hasty.body
        );
    }
    office.does("a", &format!("{api}/assemble"), json!({"explained": explained})).await
}

/// A case in the archives with its file.
pub async fn archived(office: &Office, number: &str) -> String {
    let id = office.closed(Way::Api).await;
    bound(office, &id).await;
    let accept = json!({"archive_no": number, "retention_years": 30});
    office.does("archivist", &format!("/api/v1/cases/{id}/file/accept"), accept).await;
    id
}

pub async fn opens(office: &Office, login: &str, paths: &[&str]) {
    for path in paths {
        let page = office.open(login, path).await;
        assert_eq!(page.status, 200, "{login} {path}: {}", page.body);
        assert!(page.body.contains("</html>"), "{path}");
    }
}

async fn a_file_is_bound_accepted_with_its_case_and_handed_over(bench: Bench) {
    let mut office = office(bench).await;
    let id = office.closed(Way::Api).await;
    let (page, api) = (format!("/cases/{id}/file"), format!("/api/v1/cases/{id}/file"));
    let before = office.read("a", &api).await.json();
    assert_eq!((before["begun"].as_bool(), before["stage"].as_str()), (Some(false), Some("assembling")));
    assert!(before["lacks"].as_array().unwrap().iter().any(|it| it["finding"] == "file.pages@evidence-1"));
    opens(&office, "a", &[&page, &format!("{page}/add_paper"), &format!("{page}/count_pages")]).await;

    let sealed = bound(&office, &id).await;
    let rows = sealed["rows"].as_array().unwrap();
    assert_eq!(rows[0]["pages"].as_str().unwrap().split('-').next(), Some("1"), "pages begin with one");
    assert!(rows.windows(2).all(|two| two[0]["no"].as_u64() < two[1]["no"].as_u64()));
    // The case does not go to the archives past its file.
    let past = json!({"volumes": 1, "pages": 9, "retention_years": 30});
    let past = office.tries("archivist", &format!("/api/v1/cases/{id}/archive"), past).await;
    assert_eq!(past.code(), "archive.file", "{}", past.body);
    // Who bound it does not accept it, and an officer does not accept at all.
    let accept = json!({"archive_no": "2026-001", "retention_years": 30});
    assert_eq!(office.tries("a", &format!("{api}/accept"), accept.clone()).await.code(), "authz.denied");
    let events = office.events().await;
    let wrong = json!({"archive_no": "2026-001", "retention_years": 7});
    assert_eq!(office.tries("archivist", &format!("{api}/accept"), wrong).await.status, 422);
    assert_eq!(office.events().await, events, "neither or both");
    opens(&office, "archivist", &["/desk", &format!("{page}/accept")]).await;
    office.does("archivist", &format!("{api}/accept"), accept).await;
    let case = office.case(&id).await;
    assert_eq!(case.stage, Stage::Archived);
    let it = office.read("a", &api).await.json();
    assert_eq!((it["archive_no"].as_str(), it["stage"].as_str()), (Some("2026-001"), Some("accepted")));

    marks_and_late_papers(&office, &id).await;
    handed_over(&mut office, &id).await;
    let party = office.read("a", "/api/v1/parties/records?name=%E7%A4%BA%E4%BE%8B%E5%8C%96%E5%B7%A5%E6%9C%89%E9%99%90%E5%85%AC%E5%8F%B8").await.json();
    let records = party["items"][0]["records"].as_array().unwrap();
    assert!(
        records.iter().any(|it| it["kind"] == "document")
            && records.iter().any(|it| it["kind"] == "evidence")
    );
    opens(&office, "a", &["/parties", "/parties?name=示例化工有限公司"]).await;
    office.holds().await;
}

/// A mark restricts, a lighter one needs another person; what comes later is put in with its day.
async fn marks_and_late_papers(office: &Office, id: &str) {
    let api = format!("/api/v1/cases/{id}/file");
    let mark = |secrecy: &str| json!({"item": "evidence-1", "secrecy": secrecy, "basis": "含个人隐私"});
    office.does("a", &format!("{api}/mark"), mark("privacy")).await;
    assert_eq!(office.tries("a", &format!("{api}/mark"), mark("none")).await.code(), "file.lift");
    office.does("archivist", &format!("{api}/mark"), mark("none")).await;
    let late = json!({
        "kind": "remedy", "title": "复议决定书", "dated": office.today(), "responsible": "示例县人民政府",
        "pages": 4, "reason": "归档后收到",
    });
    let it = office.does("archivist", &format!("{api}/supplement"), late).await;
    let last = it["rows"].as_array().unwrap().last().unwrap().clone();
    assert!(last["remark"].as_str().unwrap().ends_with("补入"), "{last}");
    office.does("archivist", &format!("{api}/note"), json!({"note": "第一卷封面有水渍"})).await;
    // What was put in by itself comes onto a list before the file goes anywhere.
    assert_eq!(it["growth"]["items"], json!(["paper-2"]), "{}", it["growth"]);
    let file = mingjing::archive::service::file_of(matter(id));
    let propose = json!({"year": 2026, "files": [file]});
    assert_eq!(office.tries("a", "/api/v1/transfers", propose).await.code(), "transfer.outgrown");
    let it = office.does("a", &format!("{api}/hand_in"), json!({"reason": "归档后收到复议决定书"})).await;
    let seen = json!({"digest": it["pending"]["digest"]});
    let it = office.does("archivist", &format!("{api}/take_in"), seen).await;
    assert_eq!((it["supplements"][0]["pages"].as_u64(), it["growth"]["items"].clone()), (Some(4), json!([])));
}

/// The year's files go over under two signatures on one list.
async fn handed_over(office: &mut Office, id: &str) {
    office.day("2027-01-05");
    office.renew().await;
    let file = mingjing::archive::service::file_of(matter(id));
    let propose = |year: i16| json!({"year": year, "files": [file]});
    let early = office.tries("a", "/api/v1/transfers", propose(2025)).await;
    assert_eq!(early.code(), "transfer.year", "{}", early.body);
    opens(office, "a", &["/transfers", "/transfers/new"]).await;
    let it = office.does("a", "/api/v1/transfers", propose(2026)).await;
    let (place, list) = (format!("/api/v1/transfers/{}", it["id"].as_str().unwrap()), it["files"].clone());
    assert_eq!(list[0]["archive_no"], "2026-001");
    let twice = office.tries("a", "/api/v1/transfers", propose(2026)).await;
    assert_eq!(twice.code(), "transfer.listed", "{}", twice.body);
    let page = place.trim_start_matches("/api/v1").to_owned();
    opens(office, "archivist", &["/desk", &page, &format!("{page}/check")]).await;
    let it = office.does("archivist", &format!("{place}/check"), json!({"opinion": "齐全"})).await;
    let digest = it["list_digest"].clone();
    let signed = |digest: &Value| json!({"list_digest": digest, "signed": "by_hand", "scan": "ab".repeat(32), "shelf": "一号库3架"});
    let mut hand = signed(&"00".repeat(32).into());
    hand.as_object_mut().unwrap().remove("shelf");
    let other = office.tries("unit_head", &format!("{place}/hand_over"), hand.clone()).await;
    assert_eq!(other.code(), "transfer.digest", "{}", other.body);
    hand["list_digest"] = digest.clone();
    office.does("unit_head", &format!("{place}/hand_over"), hand).await;
    let it = office.does("archivist", &format!("{place}/receive"), signed(&digest)).await;
    assert_eq!(it["stage"], "received");
    opens(office, "head", &[&page, "/transfers"]).await;
}

fn request(id: &str, medium: &str, office: &Office) -> Value {
    json!({
        "requester": "staff", "purpose": "file_evaluation", "reason": "年度案卷评查",
        "scope": [{"covers": "file", "case": id}], "medium": medium, "from": office.today(),
        "until": "2026-12-31",
    })
}

async fn a_look_into_the_archives_is_asked_for_approved_and_recorded(bench: Bench) {
    let office = office(bench).await.with_documents();
    let id = archived(&office, "2026-001").await;
    let paper = format!("/api/v1/cases/{id}/documents/1");
    // In the archives nobody looks without approval, not even who handled the case.
    let shut = office.read("a", &paper).await;
    assert_eq!((shut.status.as_u16(), shut.code().as_str()), (409, "grant.none"), "{}", shut.body);
    assert!(shut.json()["remedy"].as_str().unwrap().contains("查阅申请"));
    let asked = office.does("a", "/api/v1/grants", request(&id, "view", &office)).await;
    let grant = asked["id"].as_str().unwrap().to_owned();
    let (page, api) = (format!("/grants/{grant}"), format!("/api/v1/grants/{grant}"));
    assert_eq!(office.read("a", &paper).await.code(), "grant.pending");
    assert_eq!(office.read("b", &api).await.status, 404, "the request of another");
    let approve = json!({"scope": [1], "medium": "view", "from": office.today(), "until": "2026-12-31", "opinion": "同意"});
    assert_eq!(office.tries("a", &format!("{api}/approve"), approve.clone()).await.code(), "authz.denied");
    let wider = json!({"scope": [1], "medium": "export", "from": office.today(), "until": "2026-12-31", "opinion": "同意"});
    assert_eq!(office.tries("unit_head", &format!("{api}/approve"), wider).await.code(), "grant.wider");
    opens(
        &office,
        "unit_head",
        &["/desk", "/grants", &page, &format!("{page}/approve"), &format!("{page}/refuse")],
    )
    .await;
    office.does("unit_head", &format!("{api}/approve"), approve).await;
    // The look is recorded before anything is shown; the paper itself was never rendered here.
    assert_eq!(office.read("a", &paper).await.status, 404);
    assert_eq!(office.read("b", &paper).await.code(), "grant.none", "not for another person");
    let it = office.app.load::<Grant>(matter(&grant)).await.unwrap().unwrap();
    assert_eq!(it.uses.len(), 1);
    let seen = office.open("head", &format!("/cases/{id}/viewings")).await;
    assert!(seen.body.contains("经批准的查阅") && seen.body.contains(&page), "{}", seen.body);
    // A supervisor looks in real time, and that is recorded beside the case.
    let events = office.events().await;
    assert_eq!(office.read("supervisor", &paper).await.status, 404);
    assert!(office.events().await > events);
    office.submit("a", &format!("{page}/end"), &[]).await;
    assert_eq!(office.read("a", &paper).await.code(), "grant.ended");
    opens(&office, "a", &["/grants", "/grants?tab=all", "/grants/new", &format!("/grants/new?case={id}")])
        .await;
    opens(&office, "archivist", &["/grants?tab=register", "/grants?tab=all", "/grants?tab=mine"]).await;
    office.holds().await;
}

async fn copies_and_volumes_leave_through_the_archives_alone(bench: Bench) {
    let office = office(bench).await;
    let id = archived(&office, "2026-001").await;
    let outside = |medium: &str| {
        json!({
            "requester": "body", "body": "court", "name": "示例县人民法院", "letter": "（2026）示法调1号",
            "persons": "示范法官", "purpose": "litigation", "reason": "审理需要",
            "scope": [{"covers": "file", "case": id}], "medium": medium, "from": office.today(),
            "until": "2026-12-31",
        })
    };
    assert_eq!(office.tries("a", "/api/v1/grants", outside("copy")).await.code(), "grant.archive");
    let approve = |medium: &str| json!({"scope": [1], "medium": medium, "from": office.today(), "until": "2026-12-31", "opinion": "同意提供"});
    let mut places = Vec::new();
    for medium in ["copy", "lend"] {
        let it = office.does("archivist", "/api/v1/grants", outside(medium)).await;
        let api = format!("/api/v1/grants/{}", it["id"].as_str().unwrap());
        let low = office.tries("unit_head", &format!("{api}/approve"), approve(medium)).await;
        assert_eq!(low.code(), "grant.head", "{}", low.body);
        office.does("deputy", &format!("{api}/approve"), approve(medium)).await;
        places.push(api);
    }
    let deliver = |number: &str| json!({"number": number, "copies": [{"case": id, "document": 1}], "receiver": "示范法官", "carrier": "纸质"});
    let given =
        office.does("archivist", &format!("{}/deliver", places[0]), deliver("（示）应急函〔2026〕1号")).await;
    assert_eq!(given["stage"], "approved");
    let again = office
        .tries("archivist", &format!("{}/deliver", places[0]), deliver("（示）应急函〔2026〕1号"))
        .await;
    assert_eq!((again.status.as_u16(), again.code().as_str()), (422, "delivery.number"), "{}", again.body);
    let lend = json!({"case": id, "volumes": 1, "receiver": "示范法官", "until": "2026-06-30"});
    office.does("archivist", &format!("{}/lend", places[1]), lend.clone()).await;
    let out = office.tries("archivist", &format!("{}/lend", places[1]), lend).await;
    assert_eq!(out.code(), "loan.out", "{}", out.body);
    office.day("2026-07-03");
    let register = office.read("archivist", "/api/v1/grants/register").await.json();
    let kinds: Vec<&str> =
        register["items"].as_array().unwrap().iter().map(|it| it["what"]["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"loan") && kinds.contains(&"copies"), "{register}");
    let page = office.open("archivist", "/grants?tab=register").await;
    assert!(page.body.contains("逾期未还") && page.body.contains("超 3 天"), "{}", page.body);
    let back = json!({"case": id, "intact": false, "note": ""});
    assert_eq!(office.tries("archivist", &format!("{}/return", places[1]), back).await.status, 422);
    let back = json!({"case": id, "intact": false, "note": "封面破损"});
    office.does("archivist", &format!("{}/return", places[1]), back).await;
    office.holds().await;
}

/// Recordings of patrols, of two units, taken half an hour ago and all in the store.
async fn recorded(office: &Office, count: u128) -> Vec<MatterId> {
    let mut ids = Vec::new();
    for n in 1..=count {
        let id = drawn((0x5eed_0000 + n) << 16);
        let bytes = n.to_be_bytes();
        let mut told = captured(office, id, None, &[&bytes]);
        told["unit"] = json!(if n % 3 == 0 { "法制机构" } else { "执法大队" });
        office.does("a", "/api/v1/recordings", told).await;
        let actor = Actor { id: office.people["a"], organ: ORGAN, roles: vec![Role::Officer] };
        let (place, stored) = ((MatterId(id), 1), identity(&bytes));
        uploaded(&office.app, rules(), &actor, place, UploadVia::Station, &stored, office.fresh())
            .await
            .unwrap();
        ids.push(MatterId(id));
    }
    ids
}

fn entry(recording: &Value, fail: Option<Point>) -> Value {
    let marks: serde_json::Map<String, Value> = Point::ALL
        .iter()
        .map(|point| {
            let bad = fail == Some(*point);
            let mark = json!({"mark": if bad { "fail" } else { "pass" }, "note": if bad { "00:03:10 未告知" } else { "" }});
            (mingjing_domain::case::form::wire_name(point), mark)
        })
        .collect();
    let verdict = if fail.is_some() { "flawed" } else { "sound" };
    json!({"recording": recording, "minutes": 12, "marks": marks, "verdict": verdict, "opinion": "已回放"})
}

async fn recordings_are_checked_by_a_draw_that_anybody_can_repeat(bench: Bench) {
    let office = office(bench).await;
    let ids = recorded(&office, 9).await;
    office.day("2026-03-05");
    opens(&office, "review_head", &["/checks", "/checks/new/plan", "/checks/new/open", "/checks/statistics"])
        .await;
    let plan = |total: u32, not_before: &str| {
        json!({
            "kind": "playback", "from": "2026-03-01", "to": "2026-03-04", "total": total, "by_unit": true,
            "beacon": "checkpoint", "not_before": not_before,
        })
    };
    let place = "/api/v1/checks/new/plan";
    assert_eq!(office.tries("review_head", place, plan(10, "2026-03-06T01:00:00Z")).await.status, 422);
    let known = office.tries("review_head", place, plan(3, "2026-03-04T01:00:00Z")).await;
    assert_eq!(known.code(), "check.beacon_known", "{}", known.body);
    assert_eq!(office.tries("a", place, plan(3, "2026-03-06T01:00:00Z")).await.code(), "authz.denied");
    let it = office.does("review_head", place, plan(3, "2026-03-06T01:00:00Z")).await;
    let api = format!("/api/v1/checks/{}", it["id"].as_str().unwrap());
    let page = api.trim_start_matches("/api/v1").to_owned();
    let early = office.tries("review_head", &format!("{api}/draw"), json!({})).await;
    assert_eq!(early.status, 409, "{}", early.body);
    office.day("2026-03-06");
    // Something happens, and the log is signed: the first checkpoint after the instant.
    office.clue(Way::Api).await;
    office.bench.sequence(&office.app).await;
    office.bench.ledger(&office.app).await.checkpoint().await.unwrap();
    let it = office.does("review_head", &format!("{api}/draw"), json!({})).await;
    let sample = it["sample"].as_array().unwrap().clone();
    assert_eq!(sample.len(), 3);
    assert!(sample.iter().all(|it| ids.iter().any(|id| it.as_str() == Some(&id.to_string()))));
    let draw = office.read("deputy", &format!("{api}/recomputation")).await.json();
    assert_eq!((draw["holds"].as_bool(), draw["population"].as_array().map(Vec::len)), (Some(true), Some(9)));
    let shown = office.open("deputy", &page).await;
    assert!(shown.body.contains("复算一致") && shown.body.contains("签号"), "{}", shown.body);
    let told = office.read("deputy", &format!("{api}/signals")).await.json();
    assert_eq!((told["from"].as_str(), told["to"].as_str()), (Some("2026-03-01"), Some("2026-03-04")));
    assert!(told["next"].is_null() && told["items"].is_array(), "{told}");
    let shown = office.open("deputy", &format!("{page}/signals?from=2026-03-03")).await;
    assert!(shown.body.contains("数据提示") && shown.body.contains("3月3日"), "{}", shown.body);
    played_and_settled(&office, &api, &sample).await;
    let page = office.open("head", "/checks/statistics?from=2026-03-01&to=2026-03-31").await;
    assert!(page.body.contains("按时上传率") && page.body.contains("9/9（100.0%）"), "{}", page.body);
    let csv = office.read("head", "/api/v1/checks/assessment.csv?year=2026").await;
    assert!(csv.body.contains("指标63") && csv.body.contains("抽检的音像记录规范文明"), "{}", csv.body);
    let figures = office.read("head", "/api/v1/checks/statistics?from=2026-03-01").await.json();
    assert_eq!(figures["timely"]["permille"], 1000);
    for row in ["指标54", "指标57", "指标64", "指标65", "指标71"] {
        assert!(csv.body.contains(row), "{row}: {}", csv.body);
    }
    assert!(
        csv.body.contains("音像记录与同一执法对象的案件集中存储") && csv.body.contains("本机关,9,9,1000"),
        "{}",
        csv.body
    );
    others_look(&office, &api).await;
    office.holds().await;
}

/// Who supervises looks into the checks of the organs below, and changes nothing; who does not
/// sees nothing of them.
async fn others_look(office: &Office, api: &str) {
    let of = format!("organ={ORGAN}");
    let figures = office.read("supervisor", &format!("/api/v1/checks/statistics?{of}&from=2026-03-01")).await;
    assert_eq!(figures.json()["timely"]["permille"], 1000);
    let page =
        office.open("supervisor", &format!("/checks/statistics?{of}&from=2026-03-01&to=2026-03-31")).await;
    assert!(page.body.contains("9/9（100.0%）"), "{}", page.body);
    let listed = office.read("supervisor", &format!("/api/v1/checks?{of}")).await.json();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(office.read("supervisor", api).await.status, StatusCode::OK);
    let refused = office.tries("supervisor", &format!("{api}/conclude"), json!({"summary": "完"})).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
    for path in [format!("/api/v1/checks/statistics?{of}"), format!("/api/v1/checks?{of}"), api.to_owned()] {
        assert_eq!(office.read("stranger", &path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let own = office.read("supervisor", "/api/v1/checks").await.json();
    assert_eq!(own["items"].as_array().map(Vec::len), Some(0), "nothing is asked for but the own organ's");
}

/// Each drawn recording is played; what is found goes to its end.
async fn played_and_settled(office: &Office, api: &str, sample: &[Value]) {
    let enter = format!("{api}/enter");
    let unread = office.tries("deputy", &format!("{api}/conclude"), json!({"summary": "完"})).await;
    assert_eq!(unread.code(), "check.unplayed", "{}", unread.body);
    office.does("review_head", &enter, entry(&sample[0], Some(Point::Told))).await;
    for it in &sample[1..] {
        office.does("review_head", &enter, entry(it, None)).await;
    }
    let found = json!({
        "act": "edited", "about": "recording", "id": sample[0], "persons": [office.id("a")],
        "facts": "第3分10秒起缺一段",
    });
    office.does("review_head", &format!("{api}/find"), found).await;
    let open = office.tries("deputy", &format!("{api}/close"), json!({})).await;
    assert_eq!(open.status, 409);
    let page = api.trim_start_matches("/api/v1").to_owned();
    for verb in ["find", "verify", "order", "refer", "conclude", "enter", "recheck"] {
        opens(office, "deputy", &[&format!("{page}/{verb}")]).await;
    }
    let verify = json!({"finding": 1, "gravity": "minor", "responsible": [office.id("a")], "opinion": "属实，情节轻微"});
    office.does("review_head", &format!("{api}/verify"), verify).await;
    let order = json!({"finding": 1, "due_on": "2026-03-20", "requirements": "补充说明并改进设备使用"});
    office.does("deputy", &format!("{api}/order"), order).await;
    office.does("unit_head", &format!("{api}/rectify"), json!({"finding": 1, "report": "已经整改"})).await;
    let recheck = json!({"finding": 1, "passed": true, "opinion": "复查合格"});
    office.does("review_head", &format!("{api}/recheck"), recheck).await;
    office.does("deputy", &format!("{api}/conclude"), json!({"summary": "三件中一件有问题"})).await;
    let circulate = json!({"number": "（示）应急通〔2026〕1号", "units": ["执法大队"]});
    office.does("deputy", &format!("{api}/circulate"), circulate.clone()).await;
    let again = office.tries("deputy", &format!("{api}/circulate"), circulate).await;
    assert_eq!(again.code(), "check.number", "{}", again.body);
    let it = office.does("deputy", &format!("{api}/close"), json!({})).await;
    assert_eq!(
        (it["stage"].as_str(), it["findings"][0]["phase"].as_str()),
        (Some("closed"), Some("settled"))
    );
}
