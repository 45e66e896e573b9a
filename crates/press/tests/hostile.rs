//! Data is data: what looks like markup is printed as it stands, what cannot be printed is refused by name.
#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod support;

use mingjing_press::{PressError, Verification};
use serde_json::{Value, json};
use support::{body_text_of, press, sample, squeeze, text_of};

const BOTTOM: u32 = 744;

#[test]
fn markup_and_code_print_literally() {
    let lines = [
        r#"#panic("x") #import "lib.typ" #read("/etc/passwd")"#,
        r"$x^2$ \ @party <label> *strong* _emph_ `raw` ~ -- --- ...",
        "= 标题 - 项目 + 编号 / 术语: // 注释 /* 注释 */ [内容] {代码}",
        r#"" ' \" \u{41} %s ${x} {{x}} <script>alert(1)</script> &amp;"#,
    ];
    let mut job = sample("penalty_decision_unit");
    job.watermark = None;
    job.data["facts"] = lines.join("\n").into();
    job.data["party"]["name"] = lines[0].into();
    job.data["evidence"][0]["proves"] = lines[1].into();
    job.data["decision_items"][0]["text"] = lines[3].into();
    let text = body_text_of(&press().render(&job).unwrap().pdf, BOTTOM);
    for line in lines {
        assert!(text.contains(&squeeze(line)), "{line} is not in {text}");
    }
    assert_eq!(text.matches(&squeeze(lines[0])).count(), 2);
}

#[test]
fn very_long_words_stay_inside_the_text_block() {
    let mut job = sample("penalty_decision_unit");
    let long = "Abcdefghij".repeat(300);
    job.watermark = None;
    job.data["facts"] = long.clone().into();
    let cells = "X1".repeat(700);
    let mut form = sample("closing_approval");
    form.watermark = None;
    form.data["cause"] = cells.clone().into();
    form.data["parties"][0]["name"] = "长".repeat(1_500).into();
    for (job, wanted) in [(job, long), (form, cells)] {
        let pdf = press().render(&job).unwrap().pdf;
        assert!(body_text_of(&pdf, BOTTOM).contains(&wanted));
        // Nothing in the right margin of 26 mm, the empty half of a closing mark (8 points) excepted.
        let margin = support::crop_text(&pdf, 595 - 73 + 9, 0, 64, BOTTOM);
        assert_eq!(squeeze(&margin), "", "text in the margin");
    }
}

#[test]
fn long_lists_and_texts_break_over_pages() {
    let mut job = sample("file_index");
    let row = job.data["filed"][0].clone();
    job.data["filed"] = Value::Array(vec![row; 400]);
    let made = press().render(&job).unwrap();
    assert!(made.pages > 10);
    assert_eq!(
        text_of(&made.pdf).matches("文书名称").count(),
        made.pages as usize,
        "the head repeats on each page"
    );
    let mut job = sample("case_filing_approval");
    job.data["case_summary"] = "情况说明。".repeat(4_000).into();
    job.watermark = None;
    let made = press().render(&job).unwrap();
    assert!(made.pages > 20);
    assert_eq!(body_text_of(&made.pdf, BOTTOM).matches("情况说明。").count(), 4_000);
}

#[test]
fn characters_that_cannot_be_seen_are_refused_everywhere() {
    for bad in [
        '\0', '\t', '\r', '\u{1B}', '\u{7F}', '\u{85}', '\u{AD}', '\u{200B}', '\u{202E}', '\u{2028}',
        '\u{FEFF}', '\u{FE0F}', '\u{F8FE}',
    ] {
        let code = u32::from(bad);
        let mut job = sample("penalty_decision_unit");
        job.data["facts"] = format!("事实{bad}如下").into();
        assert_eq!(press().render(&job), Err(PressError::BadCharacter { field: "facts".into(), code }));
        let mut job = sample("penalty_decision_unit");
        job.data["evidence"][1]["name"] = format!("证据{bad}").into();
        assert_eq!(
            press().render(&job),
            Err(PressError::BadCharacter { field: "evidence[1].name".into(), code })
        );
        let mut job = sample("penalty_decision_unit");
        job.organ_name.push(bad);
        assert_eq!(press().render(&job), Err(PressError::BadCharacter { field: "organ_name".into(), code }));
    }
    let mut job = sample("penalty_decision_unit");
    job.data["law_basis"] = "第一行\n第二行".into();
    assert_eq!(press().render(&job), Err(PressError::BadCharacter { field: "law_basis".into(), code: 10 }));
}

#[test]
fn a_character_without_a_glyph_is_refused_by_field() {
    for rare in ['\u{E123}', '\u{10FFFD}', '\u{1F9FF}', '\u{12000}'] {
        let missing = |field: &str| Err(PressError::MissingGlyph { field: field.into(), character: rare });
        let mut job = sample("penalty_decision_person");
        job.data["party"]["name"] = format!("示例{rare}").into();
        assert_eq!(press().render(&job), missing("party.name"));
        let mut job = sample("penalty_decision_person");
        job.number = Some(format!("（{rare}）应急罚〔2026〕1号"));
        assert_eq!(press().render(&job), missing("number"));
        let mut job = sample("penalty_decision_person");
        job.watermark = Some(rare.to_string());
        assert_eq!(press().render(&job), missing("watermark"));
    }
    // A rare name that the fonts do know.
    let mut job = sample("penalty_decision_person");
    job.data["party"]["name"] = "示例㐂𠮷".into();
    assert!(text_of(&press().render(&job).unwrap().pdf).contains("示例㐂𠮷"));
}

#[test]
fn values_of_the_wrong_kind_are_refused_by_field() {
    // Template, pointer, value, field named by the refusal.
    let table = r#"
        penalty_decision_unit /fine_fen -1 fine_fen
        penalty_decision_unit /fine_fen 1.5 fine_fen
        penalty_decision_unit /fine_fen "20000" fine_fen
        penalty_decision_unit /facts 7 facts
        penalty_decision_unit /facts {"withheld":"x"} facts
        penalty_decision_unit /facts ["a",{"withheld":"x"}] facts
        penalty_decision_unit /party "示例化工有限公司" party
        penalty_decision_unit /evidence {"name":"x"} evidence
        penalty_decision_unit /evidence/0 "x" evidence
        penalty_decision_unit /payment/additional_fine "是" payment.additional_fine
        closing_approval /filed_on "2026-02-30" filed_on
        closing_approval /filed_on "二月三十日" filed_on
        inquiry_notice /inquiry_at "2026-03-09T25:00" inquiry_at
        inquiry_record /session "一" session
    "#;
    let mut tried = 0;
    for line in table.lines().filter(|line| !line.trim().is_empty()) {
        let cells: Vec<&str> = line.split_whitespace().collect();
        refused(cells[0], cells[1], serde_json::from_str(cells[2]).unwrap(), cells[3]);
        tried += 1;
    }
    assert_eq!(tried, 14);
    refused("penalty_decision_unit", "/facts", "长".repeat(200_001).into(), "facts");
    refused("penalty_decision_unit", "/law_basis", "长".repeat(4_001).into(), "law_basis");
}

fn refused(template: &str, pointer: &str, value: Value, wanted: &str) {
    let mut job = sample(template);
    *job.data.pointer_mut(pointer).unwrap() = value;
    let error = press().render(&job).unwrap_err();
    assert!(matches!(&error, PressError::BadField { field, .. } if field == wanted), "{pointer} {error:?}");
}

#[test]
fn the_job_itself_is_checked() {
    let mut job = sample("file_index");
    job.template = "no_such_form".into();
    assert_eq!(press().render(&job), Err(PressError::UnknownTemplate { template: "no_such_form".into() }));
    let mut job = sample("file_index");
    job.data = json!([1]);
    assert!(matches!(press().render(&job), Err(PressError::BadJob { .. })));
    for url in ["https://例子/", "a b", &"x".repeat(301)] {
        let mut job = sample("penalty_notice");
        job.verification = Some(Verification { url: url.into(), check_code: "7K2M".into() });
        let error = press().render(&job).unwrap_err();
        assert!(
            matches!(&error, PressError::BadField { field, .. } if field == "verification.url"),
            "{error:?}"
        );
    }
}
