//! Attempts to get around a guard, through the real API: each is refused by its
//! code with an article and a remedy, and leaves nothing behind.

use axum::body::Body;
use axum::http::{Method, Request};
use mingjing_domain::case::types::DocumentKind;
use serde_json::{Value, json};

use crate::office::{Answer, Office};
use crate::steps::{Way, clue, discussion, draft, evidence, filing, inquiry, service};
use crate::support::Bench;

mod engines {
    crate::on_both_engines!(
        a_second_notice_takes_no_hearing_away,
        an_empty_collective_discussion_decides_nothing,
        no_penalty_is_decided_without_the_order_to_correct,
        one_officer_is_not_two,
        overlapping_exclusions_count_once,
        nothing_starts_before_it_could_or_in_the_future,
        an_approval_clicked_twice_is_one_approval,
        nothing_is_published_before_it_is_served,
        no_court_is_asked_without_a_demand,
        nothing_is_enforced_without_a_power_by_law,
        what_lies_in_a_road_is_cleared_at_once_and_paid_for,
        whoever_defends_himself_is_not_fined_more_for_it,
        a_clearance_is_for_the_draft_that_was_reviewed,
        a_disabled_person_is_out_at_once,
    );
}

/// Tries, and expects a refusal of this code that names its article and a remedy,
/// while no event is added.
async fn refused(office: &Office, login: &str, path: &str, body: Value, code: &str) -> Answer {
    let before = office.events().await;
    let answer = office.tries(login, path, body).await;
    let it = answer.json();
    assert!(matches!(answer.status.as_u16(), 409 | 422), "{path}: {} {}", answer.status, answer.body);
    assert_eq!(it["code"], code, "{path}: {}", answer.body);
    assert!(it["article"].as_str().is_some_and(|it| it.starts_with('《')), "{path}: {}", answer.body);
    assert!(!it["remedy"].as_str().unwrap().is_empty() && !it["detail"].as_str().unwrap().is_empty());
    assert_eq!(office.events().await, before, "{path}: something was written");
    answer
}

fn at(id: &str, verb: &str) -> String {
    format!("/api/v1/cases/{id}/{verb}")
}

/// A new draft with this fine for the first party, notified to both and served.
async fn renotify(office: &Office, id: &str, fen: i64) {
    office.does("a", &at(id, "prepare_draft"), draft(fen, 2_000_000)).await;
    for party in [1, 2] {
        let told = office.tries("a", &at(id, "issue_notice"), json!({ "party": party })).await;
        // Whoever is told of the same as before is not told again.
        assert!(told.status.is_success() || told.code() == "notice.repeated", "{}", told.body);
    }
    office.make_all(id).await;
    let case = office.case(id).await;
    for no in 1..=case.documents.len() {
        let it = &case.documents[no - 1];
        if it.kind.served() && it.service.is_none() && !case.superseded(u16::try_from(no).unwrap()) {
            office.does("a", &at(id, "serve_document"), service(office, no)).await;
        }
    }
}

async fn a_second_notice_takes_no_hearing_away(bench: Bench) {
    let office = Office::of(bench).await;
    let id = office.noticed(Way::Api, 7_000_000, 2_000_000, DocumentKind::HearingRightNotice).await;
    office.day("2026-03-11");
    renotify(&office, &id, 4_000_000).await;
    for party in [1, 2] {
        let waived = json!({ "party": party, "statement": "放弃陈述申辩" });
        office.does("a", &at(&id, "waive_defence"), waived).await;
    }
    let dispose = json!({ "opinion": "拟处罚" });
    let answer =
        refused(&office, "a", &at(&id, "propose_dispose"), dispose.clone(), "hearing.window_open").await;
    assert!(answer.json()["after"].is_string(), "says from when it may be possible");
    let ask = json!({ "party": 1, "on": office.today(), "request": "申请听证" });
    office.does("a", &at(&id, "request_hearing"), ask).await;
    renotify(&office, &id, 3_000_000).await;
    office.day("2026-04-01");
    refused(&office, "a", &at(&id, "propose_dispose"), dispose, "hearing.pending").await;
    refused(&office, "head", &at(&id, "discuss"), discussion(&office), "hearing.pending").await;
}

async fn an_empty_collective_discussion_decides_nothing(bench: Bench) {
    let office = Office::of(bench).await;
    let id = office.reviewed(Way::Api).await;
    let path = at(&id, "discuss");
    let with = |opinions: Value| {
        let mut body = discussion(&office);
        body["opinions"] = opinions;
        body
    };
    let voice = |login: &str| json!({ "head": office.id(login), "agrees": true, "opinion": "同意" });
    let empty = refused(&office, "head", &path, with(json!([])), "input.invalid").await;
    assert_eq!(empty.json()["fields"][0]["field"], "opinions");
    refused(&office, "head", &path, with(json!([voice("head")])), "discussion.quorum").await;
    refused(&office, "head", &path, with(json!([voice("head"), voice("head")])), "discussion.same_head")
        .await;
    refused(&office, "head", &path, with(json!([voice("head"), voice("unit_head")])), "discussion.not_head")
        .await;
    refused(&office, "a", &at(&id, "propose_dispose"), json!({ "opinion": "拟处罚" }), "discussion.required")
        .await;
}

async fn no_penalty_is_decided_without_the_order_to_correct(bench: Bench) {
    let office = Office::of(bench).await;
    let id = office.drafted(Way::Api, 3_000_000, 500_000).await;
    let mut bare = draft(3_000_000, 500_000);
    bare["corrections"] = json!([]);
    office.does("a", &at(&id, "prepare_draft"), bare.clone()).await;
    let dispose = json!({ "opinion": "拟处罚" });
    let it = refused(&office, "a", &at(&id, "propose_dispose"), dispose.clone(), "correction.missing").await;
    assert!(it.json()["article"].as_str().unwrap().contains("第二十八条第一款"), "{}", it.body);
    bare["corrections"] = json!([
        {"party": 1, "corrective": "with_decision", "details": "停止安排无证人员上岗", "days": 15},
    ]);
    office.does("a", &at(&id, "prepare_draft"), bare.clone()).await;
    refused(&office, "a", &at(&id, "propose_dispose"), dispose.clone(), "correction.missing").await;
    bare["corrections"][0]["days"] = json!(0);
    let days = refused(&office, "a", &at(&id, "prepare_draft"), bare, "correction.days").await;
    assert!(days.json()["fields"][0]["field"].as_str().unwrap().ends_with("days"), "{}", days.body);
    // An order in the case answers for the other party: what is missing now is the notice.
    let order = json!({ "party": 2, "items": "取得资格后上岗", "due_on": "2026-03-31" });
    office.does("a", &at(&id, "order_correction"), order).await;
    refused(&office, "a", &at(&id, "propose_dispose"), dispose, "notice.none").await;
}

async fn one_officer_is_not_two(bench: Bench) {
    let office = Office::of(bench).await;
    let id = office.clue(Way::Api).await;
    let twice = json!([office.id("a"), office.id("a")]);
    refused(&office, "a", &at(&id, "start_check"), json!({ "officers": twice }), "officers.same_person")
        .await;
    let alone = json!([office.id("a")]);
    refused(&office, "a", &at(&id, "start_check"), json!({ "officers": alone }), "officers.fewer_than_two")
        .await;
    let both = json!({ "officers": [office.id("a"), office.id("b")] });
    office.does("a", &at(&id, "start_check"), both).await;
    office.does("a", &at(&id, "add_evidence"), evidence(&office)).await;
    let mut body = filing(&office);
    body["officers"] = twice.clone();
    refused(&office, "a", &at(&id, "propose_file"), body, "officers.same_person").await;
    let filed = office.filed(Way::Api).await;
    let mut body = inquiry(&office);
    body["officers"] = twice;
    refused(&office, "a", &at(&filed, "record_inquiry"), body, "officers.same_person").await;
}

/// The last day for the decision.
async fn decision_due(office: &Office, id: &str) -> String {
    let limits = office.read("a", &at(id, "limits")).await.json();
    let all = limits["items"].as_array().unwrap();
    let own = all.iter().find(|it| it["article"].as_str().unwrap().contains("第六十条"));
    own.unwrap_or_else(|| panic!("{limits}"))["latest"].as_str().unwrap().to_owned()
}

async fn overlapping_exclusions_count_once(bench: Bench) {
    let office = Office::of(bench).await;
    let id = office.filed(Way::Api).await;
    let before: jiff::civil::Date = decision_due(&office, &id).await.parse().unwrap();
    office.day("2026-03-10");
    for agency in ["甲中心", "乙中心"] {
        let body = json!({ "agency": agency, "question": "成分" });
        office.does("a", &at(&id, "commission_expert"), body).await;
    }
    office.day("2026-03-15");
    let suspend = |ground: &str| json!({ "ground": ground, "opinion": "呈请中止" });
    office.pass(Way::Api, &id, "propose_suspend", suspend("force_majeure")).await;
    let more = suspend("await_other_decision");
    refused(&office, "a", &at(&id, "propose_suspend"), more, "case.suspended").await;
    office.day("2026-03-20");
    let received = |no: u8| json!({ "commission": no, "conclusion": "结论" });
    office.does("a", &at(&id, "receive_expert"), received(1)).await;
    refused(&office, "a", &at(&id, "receive_expert"), received(1), "expert.none").await;
    office.day("2026-03-25");
    office.pass(Way::Api, &id, "propose_resume", json!({ "opinion": "呈请恢复" })).await;
    let again = json!({ "opinion": "呈请恢复" });
    refused(&office, "a", &at(&id, "propose_resume"), again, "case.not_suspended").await;
    office.day("2026-03-30");
    office.does("a", &at(&id, "receive_expert"), received(2)).await;
    let after: jiff::civil::Date = decision_due(&office, &id).await.parse().unwrap();
    let days = before.until(after).unwrap().get_days();
    assert_eq!(days, 20, "10 to 30 March, however many reasons there were for each day");
}

async fn nothing_starts_before_it_could_or_in_the_future(bench: Bench) {
    let office = Office::of(bench).await;
    let mut body = clue("2026-03-05");
    refused(&office, "a", "/api/v1/cases", body.clone(), "time.future").await;
    body["received_on"] = json!("1990-01-01");
    refused(&office, "a", "/api/v1/cases", body, "time.too_old").await;
    let id = office.filed(Way::Api).await;
    office.day("2026-03-06");
    let mut early = inquiry(&office);
    early["started_at"] = json!("2026-03-03T09:00:00+08:00");
    early["ended_at"] = json!("2026-03-03T10:00:00+08:00");
    refused(&office, "a", &at(&id, "record_inquiry"), early.clone(), "time.late").await;
    early["happened_at"] = early["ended_at"].clone();
    early["late_reason"] = json!("停电，次日补录");
    early["late_approver"] = office.id("unit_head");
    refused(&office, "a", &at(&id, "record_inquiry"), early.clone(), "session.before_filing").await;
    let mut backwards = inquiry(&office);
    let (from, to) = (backwards["started_at"].clone(), backwards["ended_at"].clone());
    (backwards["started_at"], backwards["ended_at"]) = (to, from);
    refused(&office, "a", &at(&id, "record_inquiry"), backwards, "session.time").await;
    let served = Office::new().await;
    let id = served.drafted(Way::Api, 7_000_000, 2_000_000).await;
    served.day("2026-03-09");
    served.does("a", &at(&id, "issue_notice"), json!({ "party": 1 })).await;
    served.make_all(&id).await;
    let no = served.document(&id, DocumentKind::HearingRightNotice, Some(1)).await;
    for on in ["2026-03-02", "2026-03-10"] {
        let mut body = service(&served, no);
        body["on"] = json!(on);
        refused(&served, "a", &at(&id, "serve_document"), body, "time.service").await;
    }
    served.day("2026-03-10");
    // Late on paper: the window of the party runs from the later of both days.
    let mut late = service(&served, no);
    late["on"] = json!("2026-03-09");
    served.does("a", &at(&id, "serve_document"), late).await;
    served.day("2026-03-14");
    let waits = json!({ "opinion": "拟处罚" });
    let answer = served.tries("a", &at(&id, "propose_dispose"), waits).await;
    assert_eq!(answer.status, 409, "{}", answer.body);
}

async fn an_approval_clicked_twice_is_one_approval(bench: Bench) {
    let office = Office::of(bench).await;
    let id = office.clue(Way::Api).await;
    let both = json!({ "officers": [office.id("a"), office.id("b")] });
    office.does("a", &at(&id, "start_check"), both).await;
    refused(&office, "a", &at(&id, "propose_file"), filing(&office), "evidence.preliminary").await;
    office.does("a", &at(&id, "add_evidence"), evidence(&office)).await;
    office.does("a", &at(&id, "propose_file"), filing(&office)).await;
    let review = json!({ "proposal_no": 1, "agree": true, "opinion": "同意" });
    office.does("unit_head", &at(&id, "review_proposal"), review).await;
    let before = office.events().await;
    let path = at(&id, "approve_proposal");
    let body = json!({ "proposal_no": 1, "approve": true, "opinion": "同意" });
    let key = [("idempotency-key", "one click")];
    let (first, second) = tokio::join!(
        office.call("head", Method::POST, &path, &key, Some(&body)),
        office.call("head", Method::POST, &path, &key, Some(&body)),
    );
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (200, 200), "{} {}", first.body, second.body);
    let (first, second) = (first.json(), second.json());
    assert_eq!(first["version"], second["version"]);
    assert_ne!(first["replayed"], second["replayed"], "one was carried out, the other heard of it");
    let once = office.events().await;
    let third = office.call("head", Method::POST, &path, &key, Some(&body)).await.json();
    assert_eq!(
        (third["replayed"].clone(), third["version"].clone()),
        (json!(true), first["version"].clone())
    );
    assert!(once > before && office.events().await == once);
    // Without a key the second click is another request, and is told so.
    refused(&office, "head", &path, body.clone(), "proposal.none").await;
    let mut other = body;
    other["opinion"] = json!("另一意见");
    let answer = office.call("head", Method::POST, &path, &key, Some(&other)).await;
    assert_eq!(answer.status, 409, "one key is one body: {}", answer.body);
    assert_eq!(office.events().await, once);
    let case = office.case(&id).await;
    let numbered =
        case.documents.iter().filter(|it| it.number.as_ref().is_some_and(|n| n.to_string().contains("立")));
    assert_eq!(numbered.count(), 1, "one number was taken");
}

async fn nothing_is_published_before_it_is_served(bench: Bench) {
    let office = Office::of(bench).await;
    let id = office.decided(Way::Api).await;
    let path = format!("/api/v1/publications/{id}.1/prepare");
    let body = json!({ "grade": "ordinary" });
    refused(&office, "a", &path, body.clone(), "disclosure.not_served").await;
    let queue = office.read("a", "/api/v1/publications?queue=prepare").await.json();
    assert_eq!(queue["items"], json!([]));
    let list = office.read("a", "/api/v1/public/decisions").await.json();
    assert_eq!(list["items"], json!([]));
    office.day("2026-04-01");
    office.serve_all(Way::Api, &id).await;
    let done = office.does("a", &path, body).await;
    let matter = done["publication"].as_str().unwrap().to_owned();
    let act = |name: &str| format!("/api/v1/publications/{matter}/{name}");
    let whole = office.read("a", &format!("/api/v1/publications/{matter}")).await.json();
    let digest = json!({ "digest": whole["draft"]["digest"] });
    refused(&office, "publicity", &act("publish"), digest, "disclosure.unchecked").await;
}

async fn no_court_is_asked_without_a_demand(bench: Bench) {
    let office = Office::of(bench).await;
    let id = office.decided(Way::Api).await;
    let court = json!({ "party": 1, "court": "示例县人民法院" });
    refused(&office, "head", &at(&id, "apply_to_court"), court.clone(), "decision.unserved").await;
    office.day("2026-04-01");
    office.serve_all(Way::Api, &id).await;
    refused(&office, "head", &at(&id, "apply_to_court"), court.clone(), "payment.not_due").await;
    refused(&office, "a", &at(&id, "demand_enforcement"), json!({ "party": 1 }), "payment.not_due").await;
    office.day("2026-11-02");
    refused(&office, "head", &at(&id, "apply_to_court"), court.clone(), "demand.none").await;
    office.does("a", &at(&id, "demand_enforcement"), json!({ "party": 1 })).await;
    refused(&office, "head", &at(&id, "apply_to_court"), court.clone(), "demand.unserved").await;
    refused(&office, "a", &at(&id, "demand_enforcement"), json!({ "party": 1 }), "demand.repeated").await;
    office.serve_all(Way::Api, &id).await;
    refused(&office, "head", &at(&id, "apply_to_court"), court, "demand.running").await;
}

async fn nothing_is_enforced_without_a_power_by_law(bench: Bench) {
    let office = Office::of(bench).await;
    let id = office.decided(Way::Api).await;
    office.day("2026-04-01");
    office.serve_all(Way::Api, &id).await;
    office.day("2026-11-02");
    office.does("a", &at(&id, "demand_enforcement"), json!({ "party": 1 })).await;
    office.serve_all(Way::Api, &id).await;
    office.day("2026-11-20");
    let enforce = json!({
        "party": 1, "manner": "transfer", "planned_on": office.today(), "reasons": "经催告逾期不履行",
        "details": "划拨存款", "opinion": "拟强制执行",
    });
    refused(&office, "a", &at(&id, "propose_enforce"), enforce, "enforcement.no_power").await;
    let object = json!({ "party": 1, "on": office.today(), "statement": "已经缴纳" });
    office.does("a", &at(&id, "state_objection"), object).await;
    let court = json!({ "party": 1, "court": "示例县人民法院" });
    refused(&office, "head", &at(&id, "apply_to_court"), court.clone(), "objection.unanswered").await;
    let answer = json!({ "party": 1, "adoption": "not_adopted", "reasons": "没有缴款记录" });
    office.does("a", &at(&id, "answer_objection"), answer).await;
    office.does("head", &at(&id, "apply_to_court"), court).await;
}

async fn what_lies_in_a_road_is_cleared_at_once_and_paid_for(bench: Bench) {
    let office = Office::of(bench).await;
    let id = office.decided(Way::Form).await;
    office.day("2026-04-01");
    office.serve_all(Way::Form, &id).await;
    let clear = json!({
        "party": 1, "immediate": "road", "subject": "遗洒在道路上的渣土", "reasons": "占据半幅道路，当事人不能清除",
        "manner": "机械清运", "planned_on": office.today(), "budget_fen": 100_000, "performer": "示例县环境卫生服务中心",
        "disinterested": true, "opinion": "拟立即代履行",
    });
    office.pass(Way::Form, &id, "propose_substitute", clear).await;
    let mut done = inquiry(&office);
    let it = done.as_object_mut().unwrap();
    for name in ["person", "signed"] {
        it.shift_remove(name);
    }
    it.extend(
        json!({
            "substitution": 1, "supervisor": office.id("a"), "record": "清运渣土六立方米", "performer_signed": true,
            "presence": "absent", "witness": "见证人甲", "cost_fen": 90_000, "cost_basis": "六立方米，按定额计算",
        })
        .as_object()
        .unwrap()
        .clone(),
    );
    let mut unsigned = done.clone();
    unsigned["performer_signed"] = json!(false);
    refused(&office, "a", &at(&id, "carry_out_substitute"), unsigned, "substitute.unsigned").await;
    office.step(Way::Form, "a", Some(&id), "carry_out_substitute", done).await;
    let whole = office.read("a", &format!("/api/v1/cases/{id}")).await.json();
    assert_eq!(whole["substitutions"][0]["owed_fen"], 90_000, "{whole}");
    let page = office.open("a", &format!("/cases/{id}")).await;
    assert!(page.body.contains("第1次代履行") && page.body.contains("通知当事人代履行"), "told at once");
    office.serve_all(Way::Form, &id).await;
    let paid = |receipt: &str| {
        json!({
            "substitution": 1, "entry": "paid", "receipt": receipt, "amount_fen": 90_000, "on": office.today(),
        })
    };
    office.step(Way::Form, "cashier", Some(&id), "record_cost", paid("示费0001")).await;
    // A receipt serves once in the installation, for fines and costs alike.
    let fine = json!({
        "party": 1, "receipt": "示费0001", "amount_fen": 1, "paid_on": office.today(), "collector": "示例银行",
    });
    refused(&office, "cashier", &at(&id, "record_payment"), fine, "payment.receipt_used").await;
}

async fn whoever_defends_himself_is_not_fined_more_for_it(bench: Bench) {
    let office = Office::of(bench).await;
    let id = office.noticed(Way::Api, 7_000_000, 2_000_000, DocumentKind::HearingRightNotice).await;
    office.day("2026-03-11");
    let statement = json!({ "party": 1, "on": office.today(), "statement": "请求从轻" });
    office.does("a", &at(&id, "state_defence"), statement).await;
    let answer = json!({ "party": 1, "adoption": "not_adopted", "reasons": "没有从轻情节" });
    office.does("a", &at(&id, "answer_defence"), answer).await;
    office.does("a", &at(&id, "prepare_draft"), draft(9_000_000, 2_000_000)).await;
    refused(&office, "a", &at(&id, "issue_notice"), json!({ "party": 1 }), "defence.heavier").await;
    // Nor without a notice of the heavier fine at all.
    office.day("2026-03-27");
    refused(&office, "a", &at(&id, "propose_dispose"), json!({ "opinion": "拟处罚" }), "notice.differs")
        .await;
}

async fn a_clearance_is_for_the_draft_that_was_reviewed(bench: Bench) {
    let office = Office::of(bench).await;
    let id = office.reviewed(Way::Api).await;
    office.does("a", &at(&id, "prepare_draft"), draft(6_000_000, 2_000_000)).await;
    assert!(office.case(&id).await.clearance().is_none());
    let read = office.read("a", &format!("/api/v1/cases/{id}")).await.json();
    assert_eq!(read["review"]["cleared"], false);
    renotify(&office, &id, 6_000_000).await;
    office.day("2026-04-10");
    let answer = office.tries("a", &at(&id, "propose_dispose"), json!({ "opinion": "拟处罚" })).await;
    assert_eq!(answer.status, 409, "{}", answer.body);
    for party in [1, 2] {
        let waived = json!({ "party": party, "statement": "放弃陈述申辩" });
        let told = office.tries("a", &at(&id, "waive_defence"), waived).await;
        assert!(told.status.is_success() || told.status == 409, "{}", told.body);
    }
    refused(&office, "a", &at(&id, "propose_dispose"), json!({ "opinion": "拟处罚" }), "review.required")
        .await;
}

async fn a_disabled_person_is_out_at_once(bench: Bench) {
    let office = Office::of(bench).await;
    let id = office.clue(Way::Api).await;
    let (cookie, csrf) = office.session("a").await;
    let staff = format!("/api/v1/staff/{}", office.uuid("a"));
    let own = office.tries("a", &format!("{staff}/disable"), json!({ "reason": "离岗" })).await;
    assert_eq!((own.status.as_u16(), own.code().as_str()), (403, "authz.denied"));
    assert!(own.json()["article"].as_str().is_some_and(|it| it.starts_with('《')));
    office.does("system", &format!("{staff}/disable"), json!({ "reason": "离岗" })).await;
    let before = office.events().await;
    let body = json!({ "officers": [office.id("a"), office.id("b")] });
    let by_token = office.tries("a", &at(&id, "start_check"), body.clone()).await;
    assert_eq!((by_token.status.as_u16(), by_token.code().as_str()), (401, "auth.sign_in"));
    assert!(!by_token.json()["remedy"].as_str().unwrap().is_empty());
    assert_eq!(by_token.header("www-authenticate"), "Bearer");
    let by_session = Request::post(at(&id, "start_check"))
        .header("cookie", &cookie)
        .header("x-csrf-token", &csrf)
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    assert_eq!(office.send(by_session).await.status, 401);
    let page = Request::get("/desk").header("cookie", &cookie).body(Body::empty()).unwrap();
    assert_eq!(office.send(page).await.status, 303, "to the door");
    assert_eq!(office.events().await, before);
    // Nor does anyone else act with such a person.
    office.does("system", &format!("{staff}/enable"), json!({ "reason": "返岗" })).await;
    assert_eq!(office.read("a", "/api/v1/me").await.status, 401, "a token of before opens nothing any more");
}
