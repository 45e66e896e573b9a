//! What happens after the file went into the archives: due on the desk, handed in by page, taken
//! with a list of its own, decided again by the audit; nothing past the archives.

use mingjing::archive::service::file_of;
use mingjing_domain::archive::CaseFile;
use mingjing_domain::case::types::DocumentKind;
use serde_json::{Value, json};

use crate::keeping::{archived, bound, office, opens};
use crate::office::{Office, matter};
use crate::steps::Way;
use crate::support::Bench;

mod engines {
    crate::on_both_engines!(
        what_grows_after_the_archive_is_filed_with_its_own_list,
        a_case_without_a_file_gets_one_with_all_that_grew,
    );
}

/// The decision falls, and the money goes back.
async fn revoked(office: &Office, id: &str) {
    let revoke = json!({"ground": "own_correction", "document": "（示）应急撤〔2026〕1号，认定事实有误"});
    office.step(Way::Api, "head", Some(id), "revoke_decision", revoke).await;
    for (party, fen) in [(1, 7_000_000), (2, 2_000_000)] {
        let refund = json!({
            "party": party, "receipt": format!("示退{party}"), "amount_fen": fen, "interest_fen": 0, "on": office.today(),
        });
        office.step(Way::Api, "cashier", Some(id), "record_refund", refund).await;
    }
}

async fn file(office: &Office, id: &str) -> Value {
    office.read("a", &format!("/api/v1/cases/{id}/file")).await.json()
}

fn sheets(case: &mingjing_domain::case::Case) -> usize {
    case.documents.iter().filter(|it| it.kind == DocumentKind::FileBackSheet).count()
}

async fn what_grows_after_the_archive_is_filed_with_its_own_list(bench: Bench) {
    let office = office(bench).await;
    let id = archived(&office, "2026-001").await;
    let (page, api) = (format!("/cases/{id}/file"), format!("/api/v1/cases/{id}/file"));
    let first = office.app.load::<CaseFile>(file_of(matter(&id))).await.unwrap().unwrap().sealed.clone();
    let nothing = office.tries("a", &format!("{api}/hand_in"), json!({"reason": "无"})).await;
    assert_eq!(nothing.code(), "file.nothing", "{}", nothing.body);

    office.day("2026-05-06");
    let revoke = json!({"ground": "own_correction", "document": "（示）应急撤〔2026〕1号，认定事实有误"});
    office.step(Way::Api, "head", Some(&id), "revoke_decision", revoke).await;
    let shown = office.open("a", &page).await;
    assert!(shown.body.contains("事项尚未办结") && shown.body.contains("尚未返还"), "{}", shown.body);
    let open = office.tries("a", &format!("{api}/hand_in"), json!({"reason": "撤销"})).await;
    assert_eq!(open.code(), "refund.owed", "{}", open.body);
    for (party, fen) in [(1, 7_000_000), (2, 2_000_000)] {
        let refund = json!({
            "party": party, "receipt": format!("示退{party}"), "amount_fen": fen, "interest_fen": 0, "on": office.today(),
        });
        office.step(Way::Api, "cashier", Some(&id), "record_refund", refund).await;
    }

    // Due on the desks of those who file, with the term and its end; the package has to wait.
    let it = file(&office, &id).await;
    assert_eq!(
        (it["growth"]["due"].as_str(), it["growth"]["open"].clone()),
        (Some("2026-06-05"), Value::Null)
    );
    for login in ["a", "archivist"] {
        let desk = office.open(login, "/desk").await;
        assert!(desk.body.contains("补充归档"), "{login}: {}", desk.body);
    }
    office.day("2026-06-08");
    let desk = office.open("a", "/desk").await;
    assert!(desk.body.contains("超 3 天"), "{}", desk.body);
    let limits = office.open("supervisor", &format!("/cases/{id}")).await;
    assert!(limits.body.contains("补充归档") && limits.body.contains("超 3 天"), "{}", limits.body);
    let erase = json!({"matters": [id], "grounds": "期满"});
    assert_eq!(office.tries("archivist", "/api/v1/erasures", erase).await.code(), "erasure.outgrown");

    handed_in_and_taken(&office, &id).await;
    let state = office.app.load::<CaseFile>(file_of(matter(&id))).await.unwrap().unwrap();
    let sealed = state.sealed.clone().unwrap();
    let first = first.unwrap();
    assert_eq!((&sealed.digest, &sealed.items[..first.first]), (&first.digest, &first.items[..]));
    opens(&office, "archivist", &[&page, &format!("/cases/{id}")]).await;
    office.holds().await;
}

/// By the forms of the page; twice at a time, and past the archives, it does not go.
async fn handed_in_and_taken(office: &Office, id: &str) {
    let (page, api) = (format!("/cases/{id}/file"), format!("/api/v1/cases/{id}/file"));
    assert_eq!(
        office.tries("b", &format!("{api}/take_in"), json!({"digest": "0".repeat(64)})).await.code(),
        "authz.denied"
    );
    let told = json!({
        "reason": "撤销处罚决定并返还罚款",
        "papers": [{"kind": "receipt", "title": "退款凭证", "dated": office.today(), "responsible": "示例银行", "pages": 2}],
    });
    let place = format!("{api}/hand_in");
    let (one, other) = tokio::join!(office.tries("a", &place, told.clone()), office.tries("b", &place, told));
    let mut codes = [one.status.as_u16(), other.status.as_u16()];
    codes.sort_unstable();
    assert_eq!(codes, [200, 409], "{} {}", one.body, other.body);
    let it = file(office, id).await;
    assert_eq!((it["stage"].as_str(), it["pending"]["no"].as_u64()), (Some("supplementing"), Some(1)));
    assert_eq!((it["pending"]["pages"].as_u64(), it["growth"]["events"].clone()), (Some(2), Value::Null));
    let desk = office.open("archivist", "/desk").await;
    assert!(desk.body.contains("接收补充归档"), "{}", desk.body);
    opens(office, "archivist", &[&page, &format!("{page}/take_in"), &format!("{page}/send_back")]).await;
    let stale = office.tries("archivist", &format!("{api}/take_in"), json!({"digest": "0".repeat(64)})).await;
    assert_eq!(stale.code(), "file.changed", "{}", stale.body);
    let back = office.submit("archivist", &format!("{page}/send_back"), &[("reason", "缺第二张凭证")]).await;
    assert_eq!(back, page);
    let again = [("reason", "撤销处罚决定并返还罚款，凭证合并一张")];
    office.submit("a", &format!("{page}/hand_in"), &again).await;
    let before = sheets(&*office.case(id).await);
    office.submit("archivist", &format!("{page}/take_in"), &[]).await;
    let it = file(office, id).await;
    assert_eq!((it["stage"].as_str(), it["pending"].clone()), (Some("accepted"), Value::Null));
    assert_eq!((it["supplements"].as_array().unwrap().len(), it["growth"]["due"].clone()), (1, Value::Null));
    let case = office.case(id).await;
    assert_eq!((sheets(&case), case.supplements.len(), case.grown.len()), (before + 1, 1, 0));
    let none = office.tries("a", &place, json!({"reason": "再次"})).await;
    assert_eq!(none.code(), "file.nothing", "{}", none.body);
    let desk = office.open("a", "/desk").await;
    assert!(!desk.body.contains("补充归档"), "{}", desk.body);
    // The case's own row is the system's alone: there is no door to it.
    let past = office.tries("archivist", &format!("/api/v1/cases/{id}/archive_supplement"), json!({})).await;
    assert_eq!(past.status, 404, "{}", past.body);
}

/// Archived without a file; what grew since comes into the file that is formed then.
async fn a_case_without_a_file_gets_one_with_all_that_grew(bench: Bench) {
    let office = office(bench).await;
    let id = office.whole_life(Way::Api).await;
    office.make_all(&id).await;
    office.day("2026-05-06");
    revoked(&office, &id).await;
    assert!(office.open("archivist", "/desk").await.body.contains("补充归档"));
    bound(&office, &id).await;
    let accept = json!({"archive_no": "2026-009", "retention_years": 30});
    office.does("archivist", &format!("/api/v1/cases/{id}/file/accept"), accept).await;
    let case = office.case(&id).await;
    assert_eq!((case.grown.len(), case.supplements[0].0.no, sheets(&case)), (0, 0, 2));
    // And what grows after that is a supplement of it.
    office.day("2026-05-20");
    let decision = case.documents.iter().position(|it| it.kind == DocumentKind::PenaltyDecision).unwrap() + 1;
    let correct = json!({"document": decision, "correction": "当事人住所有笔误"});
    office.step(Way::Api, "head", Some(&id), "correct_document", correct).await;
    office.serve_all(Way::Api, &id).await;
    let api = format!("/api/v1/cases/{id}/file");
    let it = office.does("a", &format!("{api}/hand_in"), json!({"reason": "更正决定书"})).await;
    assert_eq!(it["pending"]["items"].as_array().unwrap().len(), 2, "{}", it["pending"]);
    let seen = json!({"digest": it["pending"]["digest"]});
    let it = office.does("archivist", &format!("{api}/take_in"), seen).await;
    assert_eq!(it["rows"].as_array().unwrap().last().unwrap()["list"], 1);
    office.holds().await;
}
