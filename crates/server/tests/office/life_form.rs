//! The whole life of a case through the forms of the pages.

use crate::office::Office;
use crate::steps::{Way, evidence};

#[tokio::test(flavor = "multi_thread")]
async fn a_case_lives_from_clue_to_archive_through_forms_of_many_people() {
    let office = Office::new().await;
    let id = office.whole_life(Way::Form).await;
    let page = office.open("a", &format!("/cases/{id}")).await;
    assert_eq!(page.status, 200);
    for words in
        ["已归档", "（示）应急立〔2026〕1号", "行政处罚决定书", "听证已举行", "集体讨论", "示范a", "示范b"]
    {
        assert!(page.body.contains(words), "{words}");
    }
}

#[tokio::test]
async fn a_refused_form_keeps_what_was_typed_and_says_what_is_wrong_beside_the_field() {
    let office = Office::new().await;
    let changes = [("subject", ""), ("summary", "<b>长长的\n内容</b>"), ("received_on", "2026-13-01")];
    let (action, typed) = office.filled("a", "/cases/new", &changes).await;
    let before = office.events().await;
    let answer = office.post("a", &action, &typed).await;
    assert_eq!(answer.status, 422);
    for part in [
        "请填写涉及单位或者个人",
        "href=\"#f-subject\"",
        "收到日期应为年-月-日",
        "&lt;b&gt;长长的\n内容&lt;/b&gt;",
    ] {
        assert!(answer.body.contains(part), "{part}\n{}", answer.body);
    }
    assert_eq!(office.events().await, before, "nothing was written");
}

#[tokio::test]
async fn a_refusal_of_the_law_stands_above_the_form_with_its_article() {
    let office = Office::new().await;
    let id = office.filed(Way::Api).await;
    let path = format!("/cases/{id}/do/conclude");
    let (action, typed) = office.filled("a", &path, &[("report", "一份长报告")]).await;
    let answer = office.post("a", &action, &typed).await;
    assert_eq!(answer.status, 409, "{}", answer.body);
    for part in ["没有询问笔录或者现场、勘验笔录", "《行政处罚法》第五十五条第二款", "一份长报告"]
    {
        assert!(answer.body.contains(part), "{part}");
    }
}

#[tokio::test]
async fn drafts_are_kept_for_their_owner_and_go_with_the_submission() {
    let office = Office::new().await;
    let (action, mut typed) = office.filled("a", "/cases/new", &[("subject", "半途而止")]).await;
    typed.push(("save_draft".into(), "1".into()));
    let saved = office.post("a", &action, &typed).await;
    assert_eq!(saved.status, 200);
    assert!(saved.body.contains("草稿已保存"));
    let again = office.open("a", "/cases/new").await;
    assert!(again.body.contains("半途而止") && again.body.contains("已恢复您的草稿"));
    assert!(!office.open("b", "/cases/new").await.body.contains("半途而止"), "a draft is its owner's");
    assert!(!office.open("a", "/cases/new?fresh=1").await.body.contains("半途而止"));
    let place = office.submit("a", "/cases/new", &[("source", "report"), ("summary", "内容")]).await;
    assert!(place.starts_with("/cases/"));
    assert!(!office.open("a", "/cases/new").await.body.contains("半途而止"), "the draft is gone");
}

#[tokio::test]
async fn groups_are_added_and_taken_away_without_script() {
    let office = Office::new().await;
    let id = office.clue(Way::Api).await;
    let officers = format!("{} {}", office.uuid("a"), office.uuid("b"));
    office.submit("a", &format!("/cases/{id}/do/start_check"), &[("officers", &officers)]).await;
    office.step(Way::Api, "a", Some(&id), "add_evidence", evidence(&office)).await;
    let path = format!("/cases/{id}/do/propose_file");
    let (action, mut typed) = office.filled("a", &path, &[("title", "示例案")]).await;
    typed.push(("_add".into(), "parties".into()));
    let more = office.post("a", &action, &typed).await;
    assert_eq!(more.status, 200);
    let names: Vec<String> = crate::browser::fields(&more.body).into_iter().map(|(name, _)| name).collect();
    assert!(names.contains(&"parties[1].name".to_owned()), "{names:?}");
    let mut typed = crate::browser::fields(&more.body);
    assert!(typed.contains(&("title".into(), "示例案".into())));
    assert!(
        typed.contains(&("parties[0].name".into(), "示例化工有限公司".into())),
        "prefilled from the clue"
    );
    typed.push(("_remove".into(), "parties[0]".into()));
    let less = office.post("a", &action, &typed).await;
    assert!(!less.body.contains("parties[1].name"));
}
