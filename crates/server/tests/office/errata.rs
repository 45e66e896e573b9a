//! Rules that turned out otherwise: every case that was decided by them is asked about, nothing
//! that was computed changes, and whoever must look answers in writing.

use std::sync::Arc;

use mingjing::case::errata::{ERRATA, enqueue, handler, look};
use mingjing::case::facts::Rules;
use mingjing::case::store::noted;
use mingjing::kit::db::{Engine, Sql};
use mingjing::kit::jobs::Worker;
use mingjing_domain::case::errata::{ErratumDesk, ErratumEffect};
use mingjing_domain::policy::PolicyBook;
use serde_json::json;

use crate::keeping::{office, opens};
use crate::office::Office;
use crate::steps::Way;
use crate::support::Bench;

mod engines {
    crate::on_both_engines!(
        what_was_decided_by_rules_that_turned_out_otherwise_is_looked_at,
        rules_that_cannot_be_had_any_more_are_a_question_too,
    );
}

const HEAD: &str = "[policy]\nid = \"correction\"\ntitle = \"示例县（更正）\"\nlevel = \"county\"\n\
    region = \"990101\"\nlaw = \"示例县规定（更正）\"\nfrom = \"2026-03-01\"\nto = \"2026-04-30\"\n\
    recorded_at = \"2026-05-01T00:00:00+08:00\"\n";

fn value(key: &str, value: &str) -> String {
    format!("[[value]]\nkey = \"{key}\"\nvalue = \"{value}\"\narticle = \"第一条\"\n")
}

/// The rules with values of the spring that came to be known in May.
fn corrected(values: &[(&str, &str)]) -> Arc<Rules> {
    let text: String = values.iter().map(|(key, it)| value(key, it)).collect();
    let book = PolicyBook::built_in().with_files(&[("c.toml".into(), format!("{HEAD}{text}"))]).unwrap();
    Arc::new(Rules::by(book))
}

async fn errata(office: &Office, login: &str) -> usize {
    let desk = office.read(login, "/api/v1/desk").await.json();
    desk["errata"].as_array().unwrap().len()
}

async fn what_was_decided_by_rules_that_turned_out_otherwise_is_looked_at(bench: Bench) {
    let office = office(bench).await;
    let id = office.whole_life(Way::Api).await;
    office.day("2026-05-06");
    let untouched = office.clue(Way::Api).await;
    let same = Arc::new(Rules::built_in());
    assert_eq!(look(&office.app, &same, None).await.unwrap(), 0, "nothing turned out otherwise");

    let rules = corrected(&[("closing.term", "10wd"), ("review.term", "7wd"), ("report.due", "02-01")]);
    let (before, was) = (office.events().await, office.case(&id).await);
    assert_eq!(look(&office.app, &rules, None).await.unwrap(), 1);
    assert_eq!(look(&office.app, &rules, None).await.unwrap(), 0, "nobody is asked twice");
    assert_eq!(office.events().await, before + 2, "a question a rule, and nothing else");
    assert!(office.case(&untouched).await.errata.is_empty());
    let case = office.case(&id).await;
    assert_eq!((&case.decision, &case.closed, case.stage), (&was.decision, &was.closed, was.stage));
    let [closing, review] = case.errata.as_slice() else { panic!("{:?}", case.errata) };
    assert_eq!((closing.noted.key.as_str(), closing.noted.desk), ("closing.term", ErratumDesk::Handling));
    assert_eq!((review.noted.key.as_str(), review.noted.desk), ("review.term", ErratumDesk::Legal));
    let (old, new) = (closing.noted.old.clone().unwrap(), closing.noted.new.clone().unwrap());
    assert_eq!((old.value.as_str(), new.value.as_str()), ("15个工作日", "10个工作日"));
    assert_eq!(new.source.to_string(), "《示例县规定（更正）》第一条");
    let relied: Vec<&str> = closing.noted.relied.iter().map(|it| it.event.as_str()).collect();
    assert_eq!((relied, closing.noted.relied[0].on.to_string()), (vec!["closed"], "2026-04-10".to_owned()));
    assert!(review.noted.relied.iter().any(|it| it.event == "opinion_given"));

    shown(&office, &id).await;
    answered(&office, &id).await;
    office.holds().await;
}

/// On the case, the desks of those who must look, and that of who supervises.
async fn shown(office: &Office, id: &str) {
    let read = office.read("a", &format!("/api/v1/cases/{id}")).await.json();
    assert_eq!(read["errata"][0]["noted"]["old"]["value"], "15个工作日");
    assert_eq!(read["errata"][0]["noted"]["new"]["source"]["law"], "示例县规定（更正）");
    for login in ["a", "b", "reviewer", "supervisor"] {
        let page = office.open(login, &format!("/cases/{id}")).await;
        assert!(page.body.contains("规则勘误") && page.body.contains("10个工作日"), "{login}: {}", page.body);
    }
    for (login, there, elsewhere) in [
        ("a", "复核规则勘误：结案审批期限", "法制审核期限"),
        ("b", "复核规则勘误：结案审批期限", "法制审核期限"),
        ("reviewer", "复核规则勘误：法制审核期限", "结案审批期限"),
    ] {
        let desk = office.open(login, "/desk").await.body;
        assert!(
            desk.contains(there) && !desk.contains(&format!("复核规则勘误：{elsewhere}")),
            "{login}: {desk}"
        );
    }
    let supervisor = office.open("supervisor", "/desk").await.body;
    assert!(
        supervisor.contains("复核规则勘误：结案审批期限") && supervisor.contains("#errata"),
        "{supervisor}"
    );
    assert_eq!((errata(office, "supervisor").await, errata(office, "a").await), (2, 0));
    opens(office, "a", &[&format!("/cases/{id}/do/answer_erratum")]).await;
}

/// By page and by API, each by the desk that it concerns.
async fn answered(office: &Office, id: &str) {
    let answer =
        |no: u16, effect: &str| json!({"erratum": no, "effect": effect, "answer": "在更正后的期限以内办结"});
    let api = format!("/api/v1/cases/{id}/answer_erratum");
    assert_eq!(office.tries("reviewer", &api, answer(1, "none")).await.code(), "erratum.other_desk");
    assert_eq!(office.tries("a", &api, answer(2, "none")).await.code(), "erratum.other_desk");
    assert_eq!(office.tries("a", &api, json!({"erratum": 1, "effect": "none"})).await.status, 422);
    let note = office.tries("a", &format!("/api/v1/cases/{id}/note_errata"), json!({"errata": []})).await;
    assert_eq!(note.status, 404, "the system alone finds them");
    office.step(Way::Form, "a", Some(id), "answer_erratum", answer(1, "none")).await;
    office.step(Way::Api, "reviewer", Some(id), "answer_erratum", answer(2, "recomputed")).await;
    let case = office.case(id).await;
    let effects: Vec<_> =
        case.errata.iter().filter_map(|it| it.answered.as_ref()).map(|it| it.0.effect).collect();
    assert_eq!(effects, [ErratumEffect::None, ErratumEffect::Recomputed]);
    for login in ["a", "reviewer", "supervisor"] {
        let desk = office.open(login, "/desk").await.body;
        assert!(!desk.contains("复核规则勘误："), "{login}: {desk}");
    }
    let page = office.open("supervisor", &format!("/cases/{id}")).await.body;
    assert!(page.contains("在更正后的期限以内办结") && page.contains("已按更正后的规则重新计算"), "{page}");
    assert_eq!(errata(office, "supervisor").await, 0);
}

async fn rules_that_cannot_be_had_any_more_are_a_question_too(bench: Bench) {
    let office = office(bench).await;
    let id = office.clue(Way::Api).await;
    // The value stood in a file that was altered in place: nobody knows what it was.
    let stray = "UPDATE command SET context = REPLACE(context, '\"rules\":\"', '\"rules\":\"00')";
    let tx = office.app.db().begin().await.unwrap();
    let open = match tx.engine() {
        Engine::Sqlite => "DROP TRIGGER command_no_update",
        Engine::Postgres => "ALTER TABLE command DISABLE TRIGGER ALL",
    };
    tx.script(open).await.unwrap();
    tx.run(stray, vec![]).await.unwrap();
    tx.commit().await.unwrap();
    // By the job, as the program does it at its start.
    enqueue(&office.app).await.unwrap();
    enqueue(&office.app).await.unwrap();
    let worker = Worker::new(office.app.clone()).on(ERRATA, handler(Arc::new(Rules::built_in())));
    assert_eq!(worker.drain().await.unwrap(), 1, "one look is enough");
    let case = office.case(&id).await;
    let [one] = case.errata.as_slice() else { panic!("{:?}", case.errata) };
    assert_eq!((one.noted.key.as_str(), &one.noted.old, &one.noted.new), ("", &None, &None));
    assert_eq!((one.noted.desk, one.noted.relied[0].event.as_str()), (ErratumDesk::Legal, "clue_registered"));
    let page = office.open("reviewer", &format!("/cases/{id}")).await.body;
    assert!(page.contains("已不能得出"), "{page}");
    enqueue(&office.app).await.unwrap();
    worker.drain().await.unwrap();
    assert_eq!(office.case(&id).await.errata.len(), 1);
}

#[tokio::test]
async fn the_noted_rules_are_found_by_their_index() {
    let office = Office::new().await;
    let noted = noted(Engine::Sqlite);
    for condition in [
        format!("{noted} > 'a' ORDER BY {noted}, c.organ_id LIMIT 1"),
        format!("{noted} = 'a' AND c.organ_id > x'00' ORDER BY c.organ_id LIMIT 1"),
        format!("{noted} = 'a' AND c.organ_id = x'00' AND c.recorded_at >= 5 ORDER BY c.recorded_at LIMIT 1"),
    ] {
        let text = format!("EXPLAIN QUERY PLAN SELECT c.recorded_at FROM command c WHERE {condition}");
        let rows = office.app.db().all("plan", text, vec![]).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|row| row.text("detail").unwrap()).collect();
        assert!(plan.iter().all(|it| it.contains("command_rules")), "{condition}: {plan:?}");
    }
    let text =
        "EXPLAIN QUERY PLAN SELECT title FROM case_task WHERE organ_id = x'00' AND task LIKE 'erratum-%'";
    let rows = office.app.db().all("plan", text, vec![]).await.unwrap();
    assert!(rows.iter().any(|row| row.text("detail").unwrap().contains("case_task_erratum")));
}
