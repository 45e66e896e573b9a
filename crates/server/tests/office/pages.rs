//! Every page renders at every stage, and shows the case as it stood.

use mingjing_domain::case::form::wire_name;
use mingjing_domain::case::procedure::{PROCEDURE, Relation};
use mingjing_domain::case::types::{DocumentKind, Stage};

use crate::office::{Office, PEOPLE};
use crate::steps::Way;

/// All pages of a case, as everyone who may open them.
async fn look(office: &Office, id: &str) {
    let case = office.case(id).await;
    for (login, ..) in PEOPLE {
        for path in [format!("/cases/{id}"), format!("/cases/{id}/review"), "/desk".into(), "/cases".into()] {
            let page = office.open(login, &path).await;
            assert!(page.status == 200 || page.status == 403, "{login} {path} {} {}", page.status, page.body);
            assert!(page.body.contains("</html>"), "{path}");
            assert!(
                !page.body.contains("999999190001010015"),
                "{login} {path}: numbers of persons are hidden"
            );
        }
    }
    for row in PROCEDURE.iter().filter(|row| row.relation != Relation::System && !row.from.is_empty()) {
        let (login, ..) = PEOPLE
            .iter()
            .find(|(login, role, _)| {
                row.who.contains(role) && *login != "stranger" && *login != "strange_head"
            })
            .unwrap();
        let page = office.open(login, &format!("/cases/{id}/do/{}", wire_name(&row.verb))).await;
        assert_eq!(page.status, 200, "{:?} at {:?}: {}", row.verb, case.stage, page.body);
        assert!(page.body.contains(row.verb.label()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_renders_at_every_stage() {
    let office = Office::new().await;
    let id = office.clue(Way::Api).await;
    look(&office, &id).await;
    let officers = serde_json::json!({"officers": [office.id("a"), office.id("b")]});
    office.does("a", &format!("/api/v1/cases/{id}/start_check"), officers).await;
    look(&office, &id).await;
    for stage in [Stage::NotFiled, Stage::Transferred] {
        let office = Office::new().await;
        let id = office.clue(Way::Api).await;
        let officers = serde_json::json!({"officers": [office.id("a"), office.id("b")]});
        office.does("a", &format!("/api/v1/cases/{id}/start_check"), officers).await;
        match stage {
            Stage::NotFiled => {
                office
                    .pass(Way::Api, &id, "propose_not_file", serde_json::json!({"opinion": "不予立案"}))
                    .await
            }
            _ => {
                office
                    .pass(
                        Way::Api,
                        &id,
                        "propose_transfer",
                        serde_json::json!({"crime": false, "recipient": "示例县城管局", "opinion": "移送"}),
                    )
                    .await
            }
        }
        assert_eq!(office.case(&id).await.stage, stage);
        look(&office, &id).await;
    }
    let office = Office::new().await;
    let id = office.filed(Way::Api).await;
    look(&office, &id).await;
    office.pass(Way::Api, &id, "propose_withdraw", serde_json::json!({"opinion": "撤销立案"})).await;
    look(&office, &id).await;
    let office = Office::new().await;
    let id = office.noticed(Way::Api, 7_000_000, 2_000_000, DocumentKind::HearingRightNotice).await;
    look(&office, &id).await;
    let office = Office::new().await;
    let id = office.decided(Way::Api).await;
    look(&office, &id).await;
    let office = Office::new().await;
    let id = office.whole_life(Way::Api).await;
    look(&office, &id).await;
}

#[tokio::test]
async fn the_page_answers_the_five_questions() {
    let office = Office::new().await;
    let id = office.noticed(Way::Api, 7_000_000, 2_000_000, DocumentKind::HearingRightNotice).await;
    let page = office.open("a", &format!("/cases/{id}")).await.body;
    for words in [
        "法定程序",
        "听证",
        "现在可以做",
        "登记听证申请",
        "现在不能做",
        "期限",
        "听证申请期",
        "2026年3月17日（星期二）",
        "怎样算出",
        "《行政处罚法》第六十四条第一项",
        "经过",
        "文书已送达",
        "已入账",
        "行政处罚听证告知书",
        "（示）应急听告〔2026〕1号",
    ] {
        assert!(page.contains(words), "{words}\n{page}");
    }
    let shown = office.open("a", &format!("/cases/{id}?personal=show")).await.body;
    assert!(shown.contains("999999190001010015"));
}

#[tokio::test]
async fn the_past_is_shown_as_it_stood_and_nothing_can_be_done_in_it() {
    let office = Office::new().await;
    let id = office.filed(Way::Api).await;
    let page = office.open("a", &format!("/cases/{id}?as_of=2026-03-03T12:00")).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("的原貌，不是现在") && page.body.contains("核查"));
    assert!(
        !page.body.contains("/do/") && !page.body.contains("立案审批表 "),
        "no actions, no later documents"
    );
    let page = office.open("a", &format!("/cases/{id}?as_of=2026-03-03T12:00&by=happened")).await;
    assert!(page.body.contains("按现在所知"));
    let before = office.open("a", &format!("/cases/{id}?as_of=2020-01-01T00:00")).await;
    assert_eq!(before.status, 200);
    assert!(before.body.contains("那时还没有这个案件"));
}
