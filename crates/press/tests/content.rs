//! What the law and the standard ask of the finished page.
#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod support;

use mingjing_press::{PressError, catalogue, find};
use serde_json::json;
use support::{body_text_of, press, raw_text, sample, text_of};

/// GB/T 9704-2012 5.2.2: 22 lines a page, 28 characters a line.
#[test]
fn a_full_page_has_22_lines_of_28_characters() {
    let mut job = sample("penalty_decision_unit");
    job.watermark = None;
    job.data["facts"] = "国".repeat(28 * 22 * 3).into();
    let pdf = press().render(&job).unwrap().pdf;
    let pages: Vec<String> = raw_text(&pdf).split('\u{C}').map(str::to_owned).collect();
    let lines: Vec<usize> =
        pages[1].lines().filter(|line| line.contains("国国国")).map(|line| line.chars().count()).collect();
    assert_eq!(lines, vec![28; 22], "{}", pages[1]);
}

#[test]
fn a_decision_holds_everything_that_article_59_asks_for() {
    let text = text_of(&press().render(&sample("penalty_decision_unit")).unwrap().pdf);
    for wanted in [
        "示例化工有限公司",
        "示例县示例镇工业园区1号",
        "以上事实，有下列证据证明",
        "《中华人民共和国安全生产法》第九十九条第四项",
        "裁量基准",
        "人民币贰万元整（¥20,000.00）",
        "自收到本决定书之日起十五日内",
        "代收机构：示例银行示例县支行；地址：示例县示例路3号",
        "每日按罚款数额的百分之三加处罚款，加处罚款的数额不超出罚款的数额",
        "六十日内",
        "示例县人民政府申请行政复议",
        "六个月内",
        "示例县人民法院提起行政诉讼",
        "示例县应急管理局2026年4月15日",
    ] {
        assert!(text.contains(wanted), "{wanted} is not in {text}");
    }
}

#[test]
fn the_citations_of_a_decision_cover_article_59_and_the_collector() {
    let cited: Vec<_> =
        find("penalty_decision_unit").unwrap().mandatory_content().map(|item| item.citation).collect();
    for item in ["一", "二", "三", "四", "五"] {
        assert!(
            cited.contains(&format!("《中华人民共和国行政处罚法》第五十九条第一款第{item}项").as_str()),
            "{item}"
        );
    }
    assert!(cited.contains(&"《罚款决定与罚款收缴分离实施办法》第七条"));
    assert!(cited.iter().any(|citation| citation.contains("国办发〔2022〕27号")));
}

#[test]
fn a_fine_needs_its_payment_details_and_another_penalty_its_term() {
    let mut job = sample("penalty_decision_unit");
    job.data.as_object_mut().unwrap().shift_remove("payment");
    let missing =
        |field: &str, label: &str| PressError::MissingField { field: field.into(), label: label.into() };
    assert_eq!(press().render(&job).unwrap_err(), missing("payment", "缴款方式"));
    job.data.as_object_mut().unwrap().shift_remove("fine_fen");
    job.data["decision_items"] = json!([{ "text": "警告。" }]);
    assert_eq!(press().render(&job).unwrap_err(), missing("performance", "履行方式和期限"));
    job.data["performance"] = "本决定书送达之日起生效。".into();
    let text = text_of(&press().render(&job).unwrap().pdf);
    assert!(text.contains("警告。") && text.contains("本决定书送达之日起生效。"));
    assert!(!text.contains("代收机构"));
}

#[test]
fn not_adding_a_fine_is_said_as_plainly_as_adding_one() {
    let mut job = sample("penalty_decision_unit");
    job.data["payment"]["additional_fine"] = false.into();
    let text = text_of(&press().render(&job).unwrap().pdf);
    assert!(text.contains("逾期缴纳罚款的，不加处罚款") && !text.contains("百分之三"));
}

#[test]
fn deferral_until_a_day_and_instalments_are_alternatives() {
    let mut job = sample("deferral_grant");
    let text = text_of(&press().render(&job).unwrap().pdf);
    assert!(text.contains("第1期") && text.contains("2026年7月1日"));
    job.data.as_object_mut().unwrap().shift_remove("instalments");
    assert!(matches!(press().render(&job), Err(PressError::MissingField { .. })));
    job.data["deferred_until"] = "2026-08-01".into();
    assert!(text_of(&press().render(&job).unwrap().pdf).contains("缴纳期限延长至2026年8月1日"));
}

#[test]
fn instants_with_an_offset_are_shown_in_civil_time() {
    let mut job = sample("inquiry_notice");
    job.data["inquiry_at"] = "2026-03-08T23:05:00Z".into();
    assert!(text_of(&press().render(&job).unwrap().pdf).contains("2026年3月9日7时05分"));
}

#[test]
fn every_page_of_a_served_document_carries_the_check_code_and_every_page_of_a_record_its_signature_line() {
    for spec in catalogue().iter().filter(|spec| spec.served) {
        let made = press().render(&sample(spec.id)).unwrap();
        assert_eq!(
            text_of(&made.pdf).matches("核验码7K2M-9QXA-4T").count(),
            made.pages as usize,
            "{}",
            spec.id
        );
    }
    for (id, line) in [
        ("inquiry_record", "以上笔录我已阅看（已向我宣读），与我所述一致。"),
        ("defence_record", "以上笔录我已阅看（已向我宣读），与我所述一致。"),
        ("hearing_record", "以上笔录经核对无误。"),
        ("site_inspection_record", "以上笔录我已阅看，与勘验情况一致。"),
    ] {
        let made = press().render(&sample(id)).unwrap();
        assert_eq!(text_of(&made.pdf).matches(line).count(), made.pages as usize, "{id}");
    }
}

/// GB/T 9704-2012 7.3.5.5: no page that holds the seal and no text.
#[test]
fn the_seal_never_stands_on_a_page_without_text() {
    const GROWING: [&str; 7] = [
        "facts",
        "findings",
        "disposal",
        "conclusion",
        "document_summary",
        "decision_reasons",
        "other_duties",
    ];
    let mut tried = 0;
    for spec in catalogue().iter().filter(|spec| spec.served) {
        let sample = sample(spec.id);
        let Some(field) = GROWING.into_iter().find(|name| sample.data.get(name).is_some()) else {
            continue;
        };
        // Every position of the last line on the page.
        for extra in 0..22 {
            let mut job = sample.clone();
            job.watermark = None;
            job.data[field] =
                format!("{}{}", job.data[field].as_str().unwrap(), "\n补充说明。".repeat(extra)).into();
            let text = raw_text(&press().render(&job).unwrap().pdf);
            let page = text
                .split('\u{C}')
                .find(|page| page.lines().any(|line| line == "印章" || line == "执法专用章"));
            let first = page.unwrap().lines().next().unwrap();
            assert!(!first.ends_with('章'), "{} with {extra} lines more: {page:?}", spec.id);
            tried += 1;
        }
    }
    assert!(tried > 150, "{tried}");
}

#[test]
fn a_public_copy_withholds_what_is_marked_and_everything_private() {
    let mut job = sample("penalty_decision_person");
    job.public = true;
    job.data["party"]["name"] = "负责人某".into();
    job.data["facts"] = json!(["经查，", { "withheld": "商业秘密" }, "的配方数据未按规定保存。\n当事人", { "withheld": "个人隐私" }, "承认上述事实。"]);
    job.data["evidence"][0]["proves"] = json!({ "withheld": "商业秘密" });
    job.data["fine_fen"] = json!({ "withheld": "示例" });
    let pdf = press().render(&job).unwrap().pdf;
    let text = body_text_of(&pdf, 744);
    assert!(text.contains("公开副本"), "{text}");
    assert!(text.contains("经查，〔此处略〕的配方数据未按规定保存。"), "{text}");
    assert!(text.contains("当事人〔此处略〕承认上述事实。"), "{text}");
    assert!(text.contains("公民身份号码：〔此处略〕") && text.contains("住址：〔此处略〕"), "{text}");
    let original = sample("penalty_decision_person");
    for private in ["id_number", "address", "phone"] {
        let value = original.data["party"][private].as_str().unwrap();
        assert!(!text.contains(value), "{private} in {text}");
    }
    assert!(!text.contains("贰万元"), "{text}");
    support::qpdf_check("public", &pdf);
    assert!(!text_of(&press().render(&original).unwrap().pdf).contains("公开副本"));
}

#[test]
fn only_published_documents_have_a_public_copy() {
    for spec in catalogue() {
        let mut job = sample(spec.id);
        job.public = true;
        match press().render(&job) {
            Ok(_) => assert!(spec.public_copy, "{}", spec.id),
            Err(PressError::NoPublicForm { .. }) => assert!(!spec.public_copy, "{}", spec.id),
            Err(error) => panic!("{}: {error}", spec.id),
        }
    }
}

#[test]
fn the_bytes_depend_on_every_part_of_the_job() {
    let job = sample("penalty_notice");
    let base = press().render(&job).unwrap().pdf;
    let mut later = job.clone();
    later.created_at = "2026-04-15T02:30:01Z".parse().unwrap();
    let mut other_day = job.clone();
    other_day.issue_date = "2026-04-16".parse().unwrap();
    let mut other_code = job.clone();
    other_code.verification.as_mut().unwrap().url.push('x');
    for changed in [later, other_day, other_code] {
        assert!(press().render(&changed).unwrap().pdf != base);
    }
}
