//! Guards hold against double clicks, rivals, stale pages and back-dating.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::json;

use crate::office::Office;
use crate::steps::{Way, evidence, filing};
use crate::support::Bench;

mod engines {
    crate::on_both_engines!(
        a_form_posted_twice_is_carried_out_once,
        a_form_that_comes_back_says_act_case_and_every_choice,
        of_two_who_approve_at_once_one_wins,
        an_approval_of_what_has_changed_since_is_refused,
        a_late_entry_needs_reason_and_approver_and_no_future_is_taken,
        decisions_cannot_be_reached_around_the_gates,
    );
}

async fn waiting(office: &Office) -> String {
    let id = office.clue(Way::Api).await;
    office
        .does(
            "a",
            &format!("/api/v1/cases/{id}/start_check"),
            json!({"officers": [office.id("a"), office.id("b")]}),
        )
        .await;
    office.does("a", &format!("/api/v1/cases/{id}/add_evidence"), evidence(office)).await;
    office.does("a", &format!("/api/v1/cases/{id}/propose_file"), filing(office)).await;
    office
        .does(
            "unit_head",
            &format!("/api/v1/cases/{id}/review_proposal"),
            json!({"proposal_no": 1, "agree": true, "opinion": "同意"}),
        )
        .await;
    id
}

async fn a_form_posted_twice_is_carried_out_once(bench: Bench) {
    let office = Office::of(bench).await;
    let id = waiting(&office).await;
    let path = format!("/cases/{id}/do/approve_proposal");
    let (action, typed) = office.filled("head", &path, &[("approve", "true"), ("opinion", "同意立案")]).await;
    let first = office.post("head", &action, &typed).await;
    assert_eq!(first.status, 303, "{}", first.body);
    let events = office.events().await;
    let second = office.post("head", &action, &typed).await;
    assert_eq!(second.status, 303, "the second click leads to the same place: {}", second.body);
    assert_eq!(second.header("location"), first.header("location"));
    assert_eq!(office.events().await, events);
}

/// A form whose key is of another session is shown again with everything that it
/// would do: nobody approves by a click what does not stand on the page.
async fn a_form_that_comes_back_says_act_case_and_every_choice(bench: Bench) {
    let office = Office::of(bench).await;
    let id = waiting(&office).await;
    let path = format!("/cases/{id}/do/approve_proposal");
    let (action, mut typed) =
        office.filled("head", &path, &[("approve", "true"), ("opinion", "同意立案")]).await;
    let ((cookie, csrf), (_, foreign)) = (office.session("head").await, office.session("head").await);
    let events = office.events().await;
    let mut send = async |key: &str| {
        typed.retain(|(name, _)| name != "_csrf");
        typed.push(("_csrf".to_owned(), key.to_owned()));
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(&typed);
        let request = Request::post(&action)
            .header("cookie", &cookie)
            .header("content-type", "application/x-www-form-urlencoded");
        office.send(request.body(Body::from(body.finish())).unwrap()).await
    };
    let page = send(&foreign).await;
    assert_eq!(page.status, 403);
    let case = office.case(&id).await;
    let verb = mingjing_domain::case::procedure::Verb::ApproveProposal.label();
    let title = mingjing::case::tables::title(&case);
    for words in [
        format!("将要提交：{verb}"),
        format!("<dt>事项</dt><dd>{title}"),
        format!("<code>{action}</code>"),
        "<dd class=\"typed\">同意立案</dd>".to_owned(),
    ] {
        assert!(page.body.contains(&words), "{words}: {}", page.body);
    }
    let shown = page.body.split("<dl class=\"facts\">").nth(1).unwrap().split("</dl>").next().unwrap();
    assert!(!shown.contains(">true<") && !shown.contains(">approve<"), "choices in words: {shown}");
    let sent = page.body.split("</dl>").nth(1).unwrap().split("</form>").next().unwrap();
    let (hidden, blank) = (sent.matches("type=\"hidden\"").count(), sent.matches("value=\"\"").count());
    let keys = ["_csrf", "_command"].iter().filter(|it| sent.contains(&format!("name=\"{it}\""))).count();
    assert_eq!((shown.matches("class=\"typed\"").count() + blank, keys), (hidden - 2, 2), "{}", page.body);
    assert_eq!(office.events().await, events, "nothing was done");
    // To a person who may not see the case it says nothing of it.
    let (cookie, _) = office.session("system").await;
    let request = Request::post(&action).header("cookie", cookie);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let page = office.send(request.body(Body::from("_csrf=stale&opinion=x")).unwrap()).await;
    assert!(page.body.contains(&format!("将要提交：{verb}")) && !page.body.contains(&title), "{}", page.body);
    assert_eq!(send(&csrf).await.status, 303);
}

async fn of_two_who_approve_at_once_one_wins(bench: Bench) {
    let office = Office::of(bench).await;
    let id = waiting(&office).await;
    let path = format!("/api/v1/cases/{id}/approve_proposal");
    let body = json!({"proposal_no": 1, "approve": true, "opinion": "同意"});
    let (head, deputy) = tokio::join!(
        office.call("head", Method::POST, &path, &[], Some(&body)),
        office.call("deputy", Method::POST, &path, &[], Some(&body)),
    );
    let mut codes = [head.status.as_u16(), deputy.status.as_u16()];
    codes.sort_unstable();
    assert_eq!(codes, [200, 409], "{} {}", head.body, deputy.body);
    let case = office.case(&id).await;
    assert_eq!(
        case.documents
            .iter()
            .filter(|it| it.number.as_ref().is_some_and(|n| n.to_string().contains("应急立")))
            .count(),
        1
    );
}

async fn an_approval_of_what_has_changed_since_is_refused(bench: Bench) {
    let office = Office::of(bench).await;
    let id = waiting(&office).await;
    let api = format!("/api/v1/cases/{id}/approve_proposal");
    let body = json!({"proposal_no": 1, "approve": true, "opinion": "同意"});
    let path = format!("/cases/{id}/do/approve_proposal");
    let (action, typed) =
        office.filled("head", &path, &[("approve", "true"), ("opinion", "看过的意见")]).await;
    let seen = office.case(&id).await.version;
    let change = json!({"officers": [office.id("b"), office.id("c")], "reason": "人员调整"});
    office.does("unit_head", &format!("/api/v1/cases/{id}/change_officers"), change).await;
    let stale = format!("\"{seen}\"");
    let answer = office.call("head", Method::POST, &api, &[("if-match", &stale)], Some(&body)).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (412, "write.stale"));
    let answer = office.post("head", &action, &typed).await;
    assert_eq!(answer.status, 409);
    assert!(
        answer.body.contains("案件已有变化") && answer.body.contains("看过的意见"),
        "nothing typed is lost"
    );
    // The page that came back carries the newest version: now it is an informed answer.
    let (again, typed) = (crate::browser::action(&answer.body), crate::browser::fields(&answer.body));
    let answer = office.post("head", &again, &typed).await;
    assert_eq!(answer.status, 303, "{}", crate::browser::refusal(&answer.body));
    let answer = office.call("head", Method::POST, &api, &[("if-match", "nonsense")], Some(&body)).await;
    assert_eq!(answer.status, 400);
}

async fn a_late_entry_needs_reason_and_approver_and_no_future_is_taken(bench: Bench) {
    let office = Office::of(bench).await;
    let id = office.filed(Way::Api).await;
    office.day("2026-03-10");
    let path = format!("/api/v1/cases/{id}/notify_inquiry");
    let body = |more: serde_json::Value| {
        let mut body = json!({"party": 1, "person": "示范甲", "details": "三月十二日到局"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let at = "2026-03-06T09:30:00+08:00";
    let fields = |answer: &crate::office::Answer| {
        answer.json()["fields"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["field"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let answer = office.tries("a", &path, body(json!({"happened_at": at}))).await;
    assert_eq!((answer.status.as_u16(), fields(&answer)), (422, vec!["late_approver".to_owned()]));
    let answer = office
        .tries("a", &path, body(json!({"happened_at": at, "late_approver": office.id("unit_head")})))
        .await;
    assert_eq!(fields(&answer), ["late_reason"], "{}", answer.body);
    let own = json!({"happened_at": at, "late_reason": "停电", "late_approver": office.id("a")});
    let answer = office.tries("a", &path, body(own)).await;
    assert_eq!(
        (answer.code().as_str(), fields(&answer)),
        ("moment.late_approver", vec!["late_approver".to_owned()])
    );
    let future = json!({"happened_at": "2026-03-11T09:30:00+08:00", "late_reason": "停电", "late_approver": office.id("unit_head")});
    assert_eq!(office.tries("a", &path, body(future)).await.code(), "moment.future");
    let device = json!({"happened_at": at, "device_offset_ms": 20});
    assert_eq!(office.tries("a", &path, body(device)).await.code(), "time.late");
    let fair =
        json!({"happened_at": at, "late_reason": "停电，次日补录", "late_approver": office.id("unit_head")});
    office.does("a", &path, body(fair)).await;
    let page = office.open("a", &format!("/cases/{id}")).await;
    assert!(page.body.contains("2026年3月6日 09:30") && page.body.contains("补录"), "shown with both times");
    // In the form, too.
    let changes = [
        ("person", "示范乙"),
        ("details", "到局"),
        ("happened_at", "2026-03-06T10:00"),
        ("late_reason", "停电"),
        ("party", "1"),
    ];
    let (action, typed) = office.filled("a", &format!("/cases/{id}/do/notify_inquiry"), &changes).await;
    let answer = office.post("a", &action, &typed).await;
    assert_eq!(answer.status, 422);
    assert!(answer.body.contains("请选择同意补录的负责人") && answer.body.contains("示范乙"));
}

async fn decisions_cannot_be_reached_around_the_gates(bench: Bench) {
    let office = Office::of(bench).await;
    let id = office.drafted(Way::Api, 7_000_000, 2_000_000).await;
    let cases = [
        ("a", "propose_dispose", json!({"opinion": "拟处罚"})),
        ("head", "discuss", crate::steps::discussion(&office)),
        ("reviewer", "give_opinion", crate::steps::opinion()),
        ("review_head", "sign_opinion", json!({"sign": true})),
        (
            "cashier",
            "record_payment",
            json!({"party": 1, "receipt": "x1", "amount_fen": 1, "paid_on": office.today(), "collector": "示例银行"}),
        ),
        ("a", "demand_enforcement", json!({"party": 1})),
        ("a", "propose_close", json!({"ground": "performed", "opinion": "结案"})),
        ("archivist", "archive", json!({"volumes": 1, "pages": 1, "retention_years": 30})),
    ];
    let before = office.events().await;
    for (login, verb, body) in cases {
        let answer = office.tries(login, &format!("/api/v1/cases/{id}/{verb}"), body).await;
        assert_eq!(answer.status, 409, "{verb}: {}", answer.body);
        let it = answer.json();
        assert!(
            it["article"].as_str().is_some_and(|a| a.starts_with('《'))
                && !it["remedy"].as_str().unwrap().is_empty()
        );
    }
    assert_eq!(office.events().await, before);
}
