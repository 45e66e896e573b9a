//! Forms of the field, and the piece that one makes.

use crate::world::*;
use mingjing_domain::case::types::blank;
use mingjing_domain::matter::Matter;
use mingjing_domain::recording::event::*;
use mingjing_domain::recording::sheets::{built_in, of, parse};
use mingjing_domain::recording::words::{Link, SegmentKind};
use mingjing_domain::recording::{Recording, RecordingCommand as Do};

#[test]
fn the_shipped_forms_are_of_the_catalogue_and_of_every_link_that_has_a_paper() {
    assert!(parse(include_str!("../../recordings/sheets.toml")).is_ok());
    let names = |link| of(link).map(|it| it.name()).collect::<Vec<_>>();
    let on_site = ["现场检查记录", "勘验笔录", "询问笔录", "先行登记保存证据清单"];
    assert_eq!(names(Link::OnSite), on_site);
    assert_eq!(names(Link::Service), ["文书送达回证"]);
    let told = built_in()[0].told("示例局", "甲、乙", "证1、证2");
    assert!(told.contains("示例局的执法人员甲、乙，执法证件号码证1、证2") && !told.contains('{'), "{told}");
}

#[test]
fn a_form_without_a_document_of_the_catalogue_or_with_a_gap_is_refused() {
    let text = include_str!("../../recordings/sheets.toml");
    let faults = [
        ("\"inspection_record\"", "\"no_such_paper\"", "文书目录中没有"),
        ("\"site_inspection_record\"", "\"inspection_record\"", "列了两次"),
        ("closing = \"上列文书已收到。\"", "closing = \"\"", "不完整"),
        ("name = \"principal\"", "name = \"place\"", "重复"),
    ];
    for (right, wrong, said) in faults {
        let error = parse(&text.replacen(right, wrong, 1)).expect_err(said);
        assert!(error.contains(said), "{error}");
    }
}

fn form() -> FieldForm {
    FieldForm {
        document: "inspection_record".into(),
        title: "现场检查记录".into(),
        started_at: clock("09:10:00"),
        ended_at: clock("09:20:00"),
        fields: vec![FilledField { label: "检查场所".into(), value: t("示例路") }],
        text: t("安全设备没有检测记录"),
        signer: t("示范甲"),
        role: "当事人".into(),
        refused: blank(),
    }
}

#[test]
fn a_signed_form_is_a_document_and_keeps_its_words() {
    let mut w = World::new().told();
    w.at("09:30:00");
    let with = |kind, form: FieldForm| {
        Do::Capture(Capture { kind, form: Some(Box::new(form)), ..capture("09:10:00") })
    };
    w.no(A, with(SegmentKind::Photo, form()), "form.malformed");
    let unknown = FieldForm { document: "no_such_paper".into(), ..form() };
    w.no(A, with(SegmentKind::Document, unknown), "form.malformed");
    let backwards = FieldForm { ended_at: clock("09:00:00"), ..form() };
    w.no(A, with(SegmentKind::Document, backwards), "form.malformed");
    w.ok(A, with(SegmentKind::Document, form()));
    w.ok(A, Do::Seal { no: 1, sealing: sealing("09:20:00", 1) });
    let it = &w.it().segments[0];
    let kept = it.capture.form.as_deref().expect("kept");
    assert_eq!((kept.document.as_str(), kept.text.value()), ("inspection_record", form().text.value()));
    assert_eq!(kept.fields[0].value.value(), Some("示例路"));
    assert!(w.it().pieces().is_empty(), "a paper covers no time");
}

#[test]
fn the_stored_form_is_as_read() {
    let stored = r#"{"event":"captured","no":2,"capture":{"kind":"document","name":{"$t":"勘验笔录_1.png"},"started_at":"2026-03-02T01:00:00Z","clock_offset_ms":0,"by":"00000000-0000-0000-0000-000000000001","form":{"document":"site_inspection_record","title":"勘验笔录","started_at":"2026-03-02T01:00:00Z","ended_at":"2026-03-02T01:10:00Z","fields":[{"label":"勘验场所","value":{"$t":"示例路1号"}}],"text":{"$t":"勘验情况"},"signer":{"$t":"示范甲"},"role":"当事人","refused":{"$t":""}}}}"#;
    let body: serde_json::Value = serde_json::from_str(stored).expect("JSON");
    let event = Recording::decode("recording.captured", 1, body.clone()).expect("an event");
    assert_eq!(serde_json::to_value(&event).expect("serialises"), body);
}
