//! Every document from the case alone.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::date;
use mingjing::record::check;
use mingjing::record::fill::{FillError, Sources, fill};
use mingjing::record::sheet::OrganSheet;
use mingjing_domain::calendar::Calendar;
use mingjing_domain::case::event::CaseEvent as E;
use mingjing_domain::case::law::Law;
use mingjing_domain::case::types::{DocumentKind, DocumentNo};
use mingjing_domain::policy::{FileOrder, Jurisdiction, PolicyBook, System};
use mingjing_press::{Job, Press, Verification};
use serde_json::Value;

use crate::stream::{self, Stream, UNIT};

pub fn law() -> &'static Law {
    static LAW: LazyLock<Law> = LazyLock::new(|| {
        let place = Jurisdiction { region: "511321".into(), system: System::Emergency, organ: None };
        Law::of(&PolicyBook::built_in().resolve(&place, date(2026, 3, 2), Timestamp::MAX).unwrap())
    });
    &LAW
}

fn verification() -> Verification {
    Verification {
        url: "https://mingjing.example/v/0123456789abcdefghjkmnpqrs".into(),
        check_code: "7K3M-92QF".into(),
    }
}

pub fn filled_with(s: &Stream, no: DocumentNo, organ: &OrganSheet) -> Result<Job, FillError> {
    let sources = Sources {
        events: &s.events,
        organ,
        people: &stream::people,
        law: law(),
        calendar: Calendar::national(),
        watermark: Some("演示数据"),
        file: None,
        recordings: &[],
        order: FileOrder::EightClasses,
    };
    fill(&sources, no, &verification())
}

fn filled(s: &Stream, kind: DocumentKind) -> Job {
    filled_with(s, number(s, kind), &stream::organ()).unwrap_or_else(|e| panic!("{kind:?}: {e}"))
}

fn number(s: &Stream, kind: DocumentKind) -> DocumentNo {
    let at =
        s.documents.iter().position(|it| *it == kind).unwrap_or_else(|| panic!("{kind:?} is not issued"));
    DocumentNo::try_from(at + 1).unwrap()
}

fn press() -> &'static Press {
    static PRESS: LazyLock<Press> = LazyLock::new(|| Press::load(None).unwrap_or_else(|e| panic!("{e}")));
    &PRESS
}

/// The text of a PDF without white space.
pub fn text_of(pdf: &[u8]) -> String {
    let mut child = Command::new("pdftotext")
        .args(["-raw", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("pdftotext cannot be started ({e}): apt-get install poppler-utils"));
    let mut input = child.stdin.take().unwrap();
    let bytes = pdf.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&bytes));
    let out = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    String::from_utf8_lossy(&out.stdout).chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn every_document_of_a_case_is_filled_and_rendered() {
    let mut seen = BTreeSet::new();
    for (name, s) in stream::all() {
        for no in 1..=DocumentNo::try_from(s.documents.len()).unwrap() {
            let kind = s.documents[usize::from(no) - 1];
            let job =
                filled_with(&s, no, &stream::organ()).unwrap_or_else(|e| panic!("{name} {no} {kind:?}: {e}"));
            assert_eq!(
                job,
                filled_with(&s, no, &stream::organ()).unwrap(),
                "the same case fills the same job"
            );
            let made = press().render(&job).unwrap_or_else(|e| panic!("{name} {no} {kind:?}: {e}"));
            let text = text_of(&made.pdf);
            if let Some(number) = &job.number {
                assert!(text.contains(number.as_str()), "{kind:?} shows its number {number}");
            }
            assert!(text.contains("示例县应急管理局"), "{kind:?} names the organ: {text}");
            let party = [UNIT, stream::PERSON].iter().any(|it| text.contains(it));
            assert!(party, "{kind:?} names a party: {text}");
            if let Ok(dir) = std::env::var("MINGJING_SHEETS") {
                std::fs::write(format!("{dir}/{name}-{no:03}-{}.pdf", job.template), &made.pdf).unwrap();
            }
            seen.insert(kind);
        }
    }
    let unseen: Vec<_> = DocumentKind::ALL.iter().filter(|it| !seen.contains(it)).collect();
    assert!(unseen.is_empty(), "no sample of {unseen:?}");
}

#[test]
fn a_decision_says_what_the_law_asks_for() {
    let s = stream::archived();
    let text = text_of(&press().render(&filled(&s, DocumentKind::PenaltyDecision)).unwrap().pdf);
    for words in [
        "（示）应急罚〔2026〕1号",
        "示例化工有限公司",
        "91990000MA0000001X",
        "警告。",
        "罚款人民币叁万零伍佰元整（¥30,500.00）",
        "《中华人民共和国安全生产法》第九十九条第四项",
        "属于一般阶次",
        "2026年4月16日向当事人送达（示）应急听告〔2026〕1号《行政处罚听证告知书》",
        "2026年4月20日，当事人提出陈述、申辩",
        "部分采纳",
        "2026年5月8日公开举行听证",
        "示例银行示例县支行",
        "示例县示例路3号",
        "示例县人民政府",
        "示例县人民法院",
        "百分之三加处罚款",
        "2026年5月12日",
        "7K3M-92QF",
        "第二十八条第一款",
        "本机关已以（示）应急责改〔2026〕1号《责令限期整改指令书》责令于2026年3月20日前改正：甲醇罐区报警装置被关闭。",
        "经复查，已经改正。",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
    let person = DocumentNo::try_from(
        s.documents.iter().rposition(|it| *it == DocumentKind::PenaltyDecision).unwrap() + 1,
    )
    .unwrap();
    let job = filled_with(&s, person, &stream::organ()).unwrap();
    assert_eq!(job.template, "penalty_decision_person");
    assert_eq!(job.data["party"]["gender"], "男");
    assert_eq!(job.data["party"]["age"], "36周岁");
    assert_eq!(job.data["fine_fen"], 1_000_050);
    assert_eq!(job.data["correction"], "责令自收到本决定书之日起10日内改正：建立检修后恢复确认制度。");
}

#[test]
fn limits_stand_as_real_days_where_their_start_is_known() {
    let s = stream::archived();
    // Seven working days from Wednesday 11 March 2026.
    assert_eq!(filled(&s, DocumentKind::PreservationNotice).data["disposal_due"], "2026-03-20");
    let extension = filled(&s, DocumentKind::ExtensionApproval).data;
    let day = |name: &str| extension[name].as_str().unwrap().parse::<jiff::civil::Date>().unwrap();
    // Ninety days from 6 March, with the six days from 24 March suspended; thirty more.
    assert_eq!(day("due_before"), date(2026, 6, 10));
    assert_eq!(day("due_after"), date(2026, 7, 10));
    let additional = filled(&s, DocumentKind::AdditionalFineDecision).data;
    // Served on 13 May: fifteen days end on 28 May.
    assert_eq!(additional["due"], "2026-05-28");
    assert_eq!(additional["counted_from"], "2026-05-29");
    assert_eq!(additional["overdue_days"], 6);
    assert_eq!(additional["additional_fen"], 549_000);
    let notice = filled(&s, DocumentKind::HearingRightNotice).data;
    assert_eq!(
        notice["hearing_term"],
        format!("收到本告知书之日起{}内", law().hearing_request.period.words())
    );
}

#[test]
fn the_notice_of_a_hearing_names_the_ground_beyond_amounts_and_kinds() {
    use mingjing_domain::case::types::{HearingGround, HearingRight};
    use mingjing_domain::text::Text;
    let grounds = |told: &[(HearingGround, &str)]| {
        let mut s = stream::archived();
        for (_, event) in &mut s.events {
            if let E::NoticeIssued { hearing: true, rights, .. } = event {
                let right =
                    |it: &(HearingGround, &str)| HearingRight { ground: it.0, provision: Text::closed(it.1) };
                *rights = told.iter().map(right).collect();
            }
        }
        let job = filled(&s, DocumentKind::HearingRightNotice);
        let text = text_of(&press().render(&job).unwrap_or_else(|e| panic!("{e}")).pdf);
        (job.data["hearing_grounds"].clone(), text)
    };
    let (none, text) = grounds(&[]);
    assert!(none.is_null() && !text.contains("第六十三条第一款第"), "{text}");
    for (ground, item) in [(HearingGround::OtherHeavy, "第五项"), (HearingGround::OtherByLaw, "第六项")]
    {
        let (data, text) = grounds(&[(ground, "示例条例第二十条")]);
        assert!(data.as_str().unwrap().contains(item), "{data}");
        let told = format!("第六十三条第一款{item}规定的“{}”：示例条例第二十条。", ground.label());
        assert!(text.contains(&told), "{told} {text}");
    }
    let (both, _) =
        grounds(&[(HearingGround::OtherHeavy, "责令停产"), (HearingGround::OtherByLaw, "示例条例第二十条")]);
    assert_eq!(both.as_str().unwrap().lines().count(), 2);
}

#[test]
fn a_range_that_was_stated_is_printed_with_its_article_for_its_party() {
    use mingjing_domain::case::substance::StatedRange;
    let mut s = stream::archived();
    let range = |party, article: &str| StatedRange {
        party,
        law: "示例条例".into(),
        article: article.into(),
        words: "处工程造价百分之五以上百分之十以下的罚款".into(),
        min_fen: 1_000_000,
        max_fen: 5_000_000,
    };
    for (_, event) in &mut s.events {
        if let E::DraftPrepared { substance, .. } = event {
            substance.stated = vec![range(1, "第三十一条"), range(2, "第三十二条")];
        }
    }
    for kind in
        [DocumentKind::PenaltyDecision, DocumentKind::HearingRightNotice, DocumentKind::DisposalApproval]
    {
        let data = filled(&s, kind).data;
        let benchmark = data["benchmark"].as_str().unwrap();
        let said = "罚款的法定幅度：《示例条例》第三十一条：处工程造价百分之五以上百分之十以下的罚款，\
                    本案为10,000.00元以上50,000.00元以下。";
        assert!(benchmark.contains(said), "{kind:?}: {benchmark}");
        // Each party reads its own; the head reads all, each with its name.
        assert_eq!(benchmark.contains("第三十二条"), kind == DocumentKind::DisposalApproval, "{benchmark}");
    }
}

#[test]
fn a_document_shows_the_case_as_its_act_left_it() {
    let s = stream::archived();
    let no = number(&s, DocumentKind::ClosingReport);
    let issued = s.events.iter().position(|(_, e)| matches!(e, E::Concluded { .. })).unwrap();
    let mut short = s.clone();
    short.events.truncate(issued + 1);
    assert_eq!(
        filled_with(&short, no, &stream::organ()).unwrap(),
        filled_with(&s, no, &stream::organ()).unwrap()
    );
    let order = filled(&s, DocumentKind::CorrectionOrder).data;
    assert_eq!(order["problems"].as_array().unwrap().len(), 2);
    let catalogue = filled(&s, DocumentKind::FileCatalogue).data;
    let rows = catalogue["filed"].as_array().unwrap();
    // Every document has its pages; evidence whose pages nobody counted has none.
    let paged: Vec<_> = rows.iter().filter(|row| row["pages"] != "—").collect();
    assert_eq!(paged.len(), s.documents.len() - 3);
    assert_eq!(rows.len() - paged.len(), 2, "two items of evidence");
    assert_eq!((&rows[0]["pages"], &rows[1]["pages"]), (&Value::from("1-2"), &Value::from("3-4")));
}

#[test]
fn the_back_sheet_says_what_the_file_holds_and_who_made_it() {
    let s = stream::archived();
    let sheet = filled(&s, DocumentKind::FileBackSheet).data;
    let catalogue = filled(&s, DocumentKind::FileCatalogue).data;
    let rows = catalogue["filed"].as_array().unwrap();
    let last =
        rows.iter().rev().find_map(|row| row["pages"].as_str()?.rsplit('-').next()?.parse::<u64>().ok());
    assert_eq!((sheet["items"].as_u64(), sheet["pages"].as_u64()), (Some(rows.len() as u64), last));
    // Nobody counted the pages of the two items of evidence.
    assert!(sheet["elsewhere"].as_str().unwrap().contains('、'), "{}", sheet["elsewhere"]);
    assert_eq!(sheet["assembled_on"], sheet["checked_on"]);
    for name in ["assembled_by", "checked_by"] {
        assert!(!sheet[name].as_str().unwrap().is_empty());
    }
    assert_eq!(sheet["supplements"], Value::Array(Vec::new()));
}

#[test]
fn a_decision_of_before_says_nothing_of_the_correction_and_samples_show_what_was_taken() {
    let mut s = stream::decided();
    for (_, event) in &mut s.events {
        if let E::DraftPrepared { substance, .. } = event {
            substance.corrections.clear();
        }
    }
    s.events
        .retain(|(_, event)| !matches!(event, E::CorrectionOrdered { .. } | E::CorrectionRechecked { .. }));
    let decision = filled(&s, DocumentKind::PenaltyDecision);
    assert_eq!(decision.data.get("correction"), None);
    assert!(!text_of(&press().render(&decision).unwrap().pdf).contains("责令改正的情况"));
    let voucher = filled(&s, DocumentKind::SamplingVoucher);
    assert_eq!(voucher.data["items"][0]["base"], "8只");
    assert_eq!(voucher.data["presence"], "当事人到场，拒绝签名，已注明情况");
    let letter = filled(&s, DocumentKind::ExpertCommission);
    assert_eq!(
        (&letter.data["examination"], &letter.data["due"]),
        (&Value::from("检测"), &Value::from("2026-03-20"))
    );
    assert!(letter.verification.is_some(), "the agency can check it");
}

#[test]
fn what_is_missing_is_named_with_its_document() {
    let s = stream::decided();
    let decision = number(&s, DocumentKind::PenaltyDecision);
    assert_eq!(filled_with(&s, 999, &stream::organ()), Err(FillError::NoDocument(999)));
    let mut organ = stream::organ();
    organ.collector.address.clear();
    organ.court.clear();
    let Err(FillError::Incomplete { kind, missing }) = filled_with(&s, decision, &organ) else {
        panic!("accepted")
    };
    assert_eq!(kind, DocumentKind::PenaltyDecision);
    let named: Vec<_> = missing.iter().map(|it| (it.field.as_str(), it.citation)).collect();
    assert_eq!(
        named,
        [
            ("payment.collector_address", "《罚款决定与罚款收缴分离实施办法》第七条"),
            ("court", "《中华人民共和国行政处罚法》第五十九条第一款第五项"),
        ]
    );
    // Nobody is known: the officers of an order cannot be named.
    let nobody = |_| Default::default();
    let organ = stream::organ();
    let sources = Sources {
        events: &s.events,
        organ: &organ,
        people: &nobody,
        law: law(),
        calendar: Calendar::national(),
        watermark: None,
        file: None,
        recordings: &[],
        order: FileOrder::EightClasses,
    };
    let order = number(&s, DocumentKind::CorrectionOrder);
    let refused = fill(&sources, order, &verification()).unwrap_err();
    assert!(
        matches!(&refused, FillError::Missing { kind: DocumentKind::CorrectionOrder, field, .. } if field == "officers[0].name"),
        "{refused}"
    );
}

#[test]
fn every_required_item_of_a_decision_is_missed_with_its_article() {
    let s = stream::decided();
    for (kind, template) in [
        (DocumentKind::PenaltyDecision, "penalty_decision_unit"),
        (DocumentKind::PaymentNotice, "payment_notice"),
    ] {
        let spec = mingjing_press::find(template).unwrap();
        let data = filled(&s, kind).data;
        assert_eq!(check::missing(spec, &data), []);
        for item in spec.mandatory_content() {
            if data.get(item.field).is_none_or(Value::is_null)
                || item.field == "due"
                || item.field == "performance"
            {
                continue;
            }
            let mut cut = data.clone();
            cut.as_object_mut().unwrap().remove(item.field);
            let missing = check::missing(spec, &cut);
            // Without the fine neither its payment nor its terms are asked for.
            let named = missing.iter().any(|it| it.field == item.field && it.citation == item.citation);
            assert!(named, "{template}.{} is missed: {missing:?}", item.field);
            assert!(item.citation.contains('《'), "{}", item.field);
        }
    }
}

#[test]
fn a_decision_that_contradicts_the_notice_or_the_clearance_is_not_made() {
    let s = stream::decided();
    let no = number(&s, DocumentKind::PenaltyDecision);
    let mut heavier = s.clone();
    for (_, event) in &mut heavier.events {
        if let E::NoticeIssued { disposal, .. } = event {
            disposal.fine_fen = 100;
        }
    }
    let mut uncleared = s.clone();
    for (_, event) in &mut uncleared.events {
        if let E::Cleared { digest } = event {
            *digest = "ff".repeat(32);
        }
    }
    for (changed, words) in [(heavier, "重于告知书"), (uncleared, "不是法制审核通过的内容")] {
        let Err(FillError::Inconsistent { reasons, .. }) = filled_with(&changed, no, &stream::organ()) else {
            panic!("accepted: {words}")
        };
        assert!(reasons.iter().any(|it| it.contains(words)), "{reasons:?}");
    }
}
