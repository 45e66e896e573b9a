//! The identity of an informant: a matter of its own, for those who handle the case,
//! each look recorded; and who looked at other personal data.

use axum::http::Method;
use mingjing::erasure::service::act;
use mingjing::kit::blob::Blobs;
use mingjing::kit::db::Sql as _;
use mingjing::kit::error::WriteError;
use mingjing::kit::limits::WebConfig;
use mingjing::ops::erase::erase;
use mingjing::viewing::service::matter_of;
use mingjing_domain::erasure::ErasureCommand;
use mingjing_domain::informant::Informant;
use mingjing_domain::matter::{Actor, MatterId};
use mingjing_domain::staff::Role;
use mingjing_domain::text::Text;
use mingjing_domain::viewing::Viewings;
use serde_json::{Value, json};

use crate::office::{Answer, Office, matter};
use crate::steps::Way;
use crate::support::Bench;

mod engines {
    crate::on_both_engines!(
        an_informant_stands_apart_from_the_case,
        looking_is_recorded_and_moves_no_case,
        an_erased_informant_leaves_the_case_whole,
    );
}

const NAME: &str = "示庚辛";
const CONTACT: &str = "000-7654321";

async fn office(bench: Bench) -> Office {
    let config = WebConfig { argon2_memory_kib: 64, argon2_passes: 1, ..WebConfig::default() };
    Office::on(bench, config).await
}

fn report(office: &Office) -> Value {
    json!({
        "source": "report", "received_on": office.today(), "subject": "示例化工有限公司", "summary": "夜间违规作业",
        "informant_name": NAME, "informant_contact": CONTACT, "keep_secret": true, "wants_reply": true,
    })
}

async fn reported(office: &Office) -> String {
    let answer = office.does("a", "/api/v1/cases", report(office)).await;
    answer["case"].as_str().unwrap().to_owned()
}

fn silent(answer: &Answer) {
    assert!(!answer.body.contains(NAME) && !answer.body.contains(CONTACT), "{}", answer.body);
}

async fn look(office: &Office, login: &str, id: &str, purpose: &str) -> Answer {
    office.tries(login, &format!("/api/v1/cases/{id}/informant"), json!({ "purpose": purpose })).await
}

/// Rows of a table whose bytes hold the name: `columns` are read as text or bytes.
async fn rows_with_name(office: &Office, table: &str, column: &str) -> usize {
    let text = format!("SELECT {column} AS it FROM {table}");
    let rows = office.app.db().all("it", text, vec![]).await.unwrap();
    let bytes = |row: &mingjing::kit::db::Row| {
        row.opt_bytes("it")
            .ok()
            .flatten()
            .or_else(|| row.opt_text("it").ok().flatten().map(String::into_bytes))
    };
    let holds = |it: &Vec<u8>| String::from_utf8_lossy(it).contains(NAME);
    rows.iter().filter_map(bytes).filter(holds).count()
}

async fn an_informant_stands_apart_from_the_case(bench: Bench) {
    let office = office(bench).await;
    let id = reported(&office).await;
    let case = office.case(&id).await;
    let informant = case.clue.informant.expect("an informant");
    let it = office.app.load::<Informant>(informant).await.unwrap().unwrap();
    assert_eq!((it.state.told.name.value(), it.family), (Some(NAME), informant), "a family of its own");

    // Nowhere but in its own erasable content.
    assert_eq!(rows_with_name(&office, "event_content", "text").await, 1);
    for (table, column) in [
        ("event", "body"),
        ("event", "envelope"),
        ("command", "body"),
        ("case_term", "term"),
        ("case_row", "title"),
        ("job", "payload"),
        ("draft", "body"),
    ] {
        assert_eq!(rows_with_name(&office, table, column).await, 0, "{table}.{column}");
    }
    for path in [
        format!("/api/v1/cases/{id}"),
        format!("/api/v1/cases/{id}/events"),
        format!("/api/v1/cases?q={NAME}"),
    ] {
        silent(&office.read("a", &path.replace(NAME, "%E7%A4%BA%E5%BA%9A%E8%BE%9B")).await);
    }
    let page = office.open("a", &format!("/cases/{id}")).await;
    silent(&page);
    assert!(page.body.contains("举报人A") && page.body.contains(&format!("/cases/{id}/informant")));
    let head = office.open("head", &format!("/cases/{id}")).await;
    assert!(head.body.contains("举报人A") && !head.body.contains(&format!("/cases/{id}/informant")));
    assert_eq!(office.read("a", &format!("/api/v1/cases/{id}")).await.json()["clue"]["informant"], "举报人A");

    // The same key again is the same clue and the same informant.
    let key = [("idempotency-key", "one clue")];
    let body = report(&office);
    let first = office.call("a", Method::POST, "/api/v1/cases", &key, Some(&body)).await;
    let events = office.events().await;
    let again = office.call("a", Method::POST, "/api/v1/cases", &key, Some(&body)).await;
    assert_eq!((first.status.as_u16(), first.json()["case"].clone()), (201, again.json()["case"].clone()));
    assert_eq!(office.events().await, events);
    office.holds().await;
}

#[tokio::test]
async fn an_informant_belongs_to_a_clue_that_somebody_brought() {
    let office = Office::new().await;
    let before = office.events().await;
    let with = |changes: Value| {
        let mut body = report(&office);
        for (name, value) in changes.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    };
    let cases = [
        (json!({"source": "inspection"}), "clue.informant", "source"),
        (json!({"informant_name": "", "informant_contact": ""}), "input.invalid", "keep_secret"),
        (json!({"informant_contact": ""}), "informant.contact", "informant_contact"),
        (json!({"informant": "00000000-0000-0000-0000-000000000005"}), "input.invalid", "informant"),
    ];
    for (changes, code, field) in cases {
        let answer = office.tries("a", "/api/v1/cases", with(changes.clone())).await;
        let it = answer.json();
        assert_eq!((answer.status.as_u16(), it["code"].as_str()), (422, Some(code)), "{changes}");
        assert!(it["fields"].to_string().contains(field), "{it}");
        assert!(!it["article"].to_string().is_empty());
    }
    // Nothing of a refused clue stays, neither half.
    assert_eq!(office.events().await, before);
    let anonymous = with(json!({
        "informant_name": "", "informant_contact": "", "keep_secret": false, "wants_reply": false,
    }));
    let done = office.does("a", "/api/v1/cases", anonymous).await;
    assert_eq!(office.case(done["case"].as_str().unwrap()).await.clue.informant, None);
}

async fn looking_is_recorded_and_moves_no_case(bench: Bench) {
    let office = office(bench).await;
    let id = reported(&office).await;
    assert_eq!(look(&office, "a", &id, "verify_clue").await.json()["name"], NAME, "whoever took it down");
    assert_eq!(look(&office, "b", &id, "verify_clue").await.status, 403);
    let officers = json!({"officers": [office.id("b"), office.id("c")]});
    office.does("a", &format!("/api/v1/cases/{id}/start_check"), officers).await;
    let version = office.case(&id).await.version;
    let refused = look(&office, "a", &id, "reply").await;
    assert_eq!((refused.status.as_u16(), refused.code()), (403, "authz.denied".to_owned()), "no longer");
    for login in ["unit_head", "reviewer", "head", "supervisor", "auditor", "stranger", "publicity"] {
        let answer = look(&office, login, &id, "reply").await;
        assert_eq!(answer.status, 403, "{login}");
        silent(&answer);
    }
    let wrong = look(&office, "b", &id, "curiosity").await;
    assert_eq!((wrong.status.as_u16(), wrong.code()), (422, "input.invalid".to_owned()));
    for _ in 0..2 {
        let told = look(&office, "b", &id, "reply").await.json();
        assert_eq!((told["contact"].as_str(), told["wants_reply"].as_bool()), (Some(CONTACT), Some(true)));
    }
    // Numbers in full: once a day, whatever way.
    for _ in 0..2 {
        assert_eq!(office.read("head", &format!("/api/v1/cases/{id}?personal=show")).await.status, 200);
        assert_eq!(office.open("head", &format!("/cases/{id}?personal=show")).await.status, 200);
    }
    // From another organ: the file itself, once a day. From one's own: nothing.
    for login in ["supervisor", "head", "b"] {
        for path in [format!("/cases/{id}"), format!("/cases/{id}")] {
            assert_eq!(office.open(login, &path).await.status, 200, "{login}");
        }
    }
    office.day("2026-03-03");
    assert_eq!(office.read("supervisor", &format!("/api/v1/cases/{id}")).await.status, 200);
    assert_eq!(office.case(&id).await.version, version, "looking moves no case");

    let path = format!("/api/v1/cases/{id}/viewings");
    let items = office.read("auditor", &path).await.json()["items"].as_array().unwrap().clone();
    let said: Vec<(String, String)> = items
        .iter()
        .map(|it| (it["label"].as_str().unwrap().to_owned(), it["purpose"].as_str().unwrap().to_owned()))
        .collect();
    let expected = [
        ("案卷", "行政执法监督"),
        ("案卷", "行政执法监督"),
        ("证件号码和电话", "本机关履行职责"),
        ("举报人A的身份", "答复举报人"),
        ("举报人A的身份", "答复举报人"),
        ("举报人A的身份", "核实举报内容"),
    ];
    let expected: Vec<(String, String)> =
        expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    assert_eq!(said, expected);
    let older = office.read("head", &format!("{path}?before=3")).await.json();
    assert_eq!(older["items"].as_array().unwrap().len(), 2, "continues below a version");
    assert_eq!(older["next"], Value::Null);
    for (login, status) in [("b", 403), ("stranger", 403), ("strange_head", 403), ("supervisor", 200)] {
        assert_eq!(office.read(login, &path).await.status, status, "{login}");
    }
    assert_eq!(office.read("head", &format!("{path}?before=x")).await.status, 400);
    let page = office.open("auditor", &format!("/cases/{id}/viewings")).await;
    assert_eq!(page.status, 200);
    assert!(
        page.body.contains("答复举报人") && page.body.contains("示范b") && !page.body.contains("示例化工")
    );
    let stored = office.app.load::<Viewings>(matter_of(matter(&id))).await.unwrap().unwrap();
    assert_eq!((stored.version, stored.family), (6, matter(&id)));
    office.holds().await;
}

#[tokio::test]
async fn a_document_is_shown_after_its_viewing_is_on_record() {
    let office = Office::new().await;
    let id = office.filed(Way::Api).await;
    office.make_all(&id).await;
    let before = office.events().await;
    // No press runs in this office: what is refused here is the file, after the record.
    office.open("head", &format!("/cases/{id}/documents/1.pdf")).await;
    office.open("head", &format!("/cases/{id}/documents/99.pdf")).await;
    assert_eq!(office.events().await, before, "what cannot be shown is no viewing");
}

#[tokio::test]
async fn the_page_asks_for_the_purpose_and_shows_the_identity_once() {
    let office = Office::new().await;
    let changes = [
        ("source", "complaint"),
        ("subject", "示例化工有限公司"),
        ("summary", "夜间违规作业"),
        ("informant_name", NAME),
        ("informant_contact", CONTACT),
        ("wants_reply", "true"),
    ];
    let place = office.submit("a", "/cases/new", &changes).await;
    let path = format!("{place}/informant");
    let asked = office.open("a", &path).await;
    assert_eq!(asked.status, 200);
    silent(&asked);
    assert!(asked.body.contains("答复举报人") && asked.body.contains("《行政处罚法》第五十条"));
    let (action, typed) = office.filled("a", &path, &[]).await;
    let without = office.post("a", &action, &typed).await;
    assert_eq!(without.status, 422);
    silent(&without);
    let (action, typed) = office.filled("a", &path, &[("purpose", "reply")]).await;
    let told = office.post("a", &action, &typed).await;
    assert_eq!((told.status.as_u16(), told.header("cache-control")), (200, "no-store"));
    assert!(told.body.contains(NAME) && told.body.contains(CONTACT) && told.body.contains("本次查看已记录"));
    assert_eq!(office.open("head", &path).await.status, 403);
    let id = place.rsplit('/').next().unwrap();
    let viewings = office.app.load::<Viewings>(matter_of(matter(id))).await.unwrap().unwrap();
    assert_eq!(viewings.version, 1, "the refused form was no look");
}

async fn an_erased_informant_leaves_the_case_whole(bench: Bench) {
    let office = office(bench).await;
    // Informant and case are two commands: a clock that goes on tells them apart.
    office.bench.clock.tick(jiff::SignedDuration::from_millis(1));
    let id = reported(&office).await;
    let informant = office.case(&id).await.clue.informant.unwrap();
    let before = office.events().await;
    assert_eq!(proposed(&office, informant).await.unwrap_err(), "erasure.in_use");
    office.not_filed(&id).await;
    assert_eq!(proposed(&office, informant).await.unwrap_err(), "erasure.in_use", "not archived yet");
    office.make_all(&id).await;
    let archive = json!({"volumes": 1, "pages": 8, "retention_years": 10});
    office.does("archivist", &format!("/api/v1/cases/{id}/archive"), archive).await;
    assert!(office.events().await > before);
    let approved = destruction(&office, informant).await;
    let blobs = Blobs::new(office.bench.dir.path().join("files"));
    let list = office.bench.dir.path().join("keys/erasures.jsonl");
    assert_eq!(erase(&office.app, &blobs, &list, (approved, 2)).await.unwrap(), [informant]);
    assert_eq!(rows_with_name(&office, "event_content", "text").await, 0);
    let told = look(&office, "a", &id, "reply").await.json();
    assert_eq!((&told["name"], &told["wants_reply"]), (&Value::Null, &json!(true)));
    assert_eq!(office.case(&id).await.clue.subject.value(), Some("示例化工有限公司"));
    office.holds().await;
}

fn actor(office: &Office, login: &str, role: Role) -> Actor {
    Actor { id: office.people[login], organ: crate::office::ORGAN, roles: vec![role] }
}

/// A proposal to destroy, through the service; the code of the refusal otherwise.
async fn proposed(office: &Office, what: MatterId) -> Result<MatterId, String> {
    let grounds = Text::closed("举报人要求删除，处理目的已经实现");
    let propose = ErasureCommand::Propose { matters: vec![what], grounds };
    let archivist = actor(office, "archivist", Role::Archivist);
    match act(&office.app, &archivist, None, propose, office.fresh()).await {
        Ok(done) => Ok(done.value),
        Err(WriteError::Refused(refusal)) => Err(refusal.code.into_owned()),
        Err(other) => panic!("{other}"),
    }
}

/// An approved destruction, through the service.
async fn destruction(office: &Office, what: MatterId) -> MatterId {
    let id = proposed(office, what).await.unwrap();
    let approve = ErasureCommand::Decide { approve: true, opinion: Text::closed("同意") };
    act(&office.app, &actor(office, "head", Role::Head), Some(id), approve, office.fresh()).await.unwrap();
    id
}
