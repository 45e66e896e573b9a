use super::*;
use serde_json::json;

fn paths(verb: Verb, body: Value) -> Vec<String> {
    match read(verb, body) {
        Ok(_) => Vec::new(),
        Err(refusal) => {
            assert_eq!(refusal.code, "input.invalid");
            refusal.fields.into_iter().map(|it| it.field).collect()
        }
    }
}

#[test]
fn every_fault_has_its_path() {
    let clue = |change: Value| {
        let mut body = json!({"source": "report", "received_on": "2026-03-02", "subject": "示例公司", "summary": "内容"});
        if let (Value::Object(body), Value::Object(change)) = (&mut body, change) {
            body.extend(change);
        }
        paths(Verb::RegisterClue, body)
    };
    let none: Vec<String> = Vec::new();
    assert_eq!(clue(json!({})), none);
    assert_eq!(clue(json!({"source": "nothing"})), ["source"]);
    assert_eq!(clue(json!({"source": 3, "subject": null})), ["source", "subject"]);
    assert_eq!(clue(json!({"received_on": "2026-02-30"})), ["received_on"]);
    assert_eq!(clue(json!({"subject": "   "})), ["subject"]);
    assert_eq!(clue(json!({"subject": "字".repeat(201)})), ["subject"]);
    assert_eq!(clue(json!({"subject": "a\u{0}b"})), ["subject"]);
    assert_eq!(clue(json!({"summary": {"$t": "x"}})), ["summary"]);
    assert_eq!(clue(json!({"command": "archive"})), ["command"]);
    assert_eq!(paths(Verb::RegisterClue, json!([])), [""]);
}

#[test]
fn groups_name_their_index() {
    let body = json!({
        "title": "示例案", "cause": "案由", "category": "安全生产", "region": "990101", "violation_on": "2026-02-27",
        "parties": [{"kind": "person", "name": "示范甲", "code": "1", "address": "示例路"}, {"kind": "person"}, 7],
        "officers": ["x"], "opinion": "同意",
    });
    assert_eq!(
        paths(Verb::ProposeFile, body),
        ["parties/1/name", "parties/1/code", "parties/1/address", "parties/2", "officers/0"]
    );
}

#[test]
fn a_late_entry_names_time_reason_and_approver() {
    let id = Uuid::from_u128(7).to_string();
    let with = |change: Value| {
        let mut body = json!({"party": 1});
        if let (Value::Object(body), Value::Object(change)) = (&mut body, change) {
            body.extend(change);
        }
        body
    };
    let at = "2026-03-02T09:30:00+08:00";
    assert_eq!(paths(Verb::IssueNotice, with(json!({"late_reason": "停电"}))), ["happened_at"]);
    assert_eq!(paths(Verb::IssueNotice, with(json!({"happened_at": "昨天"}))), ["happened_at"]);
    assert_eq!(paths(Verb::IssueNotice, with(json!({"happened_at": at}))), ["late_approver"]);
    let read =
        read(Verb::IssueNotice, with(json!({"happened_at": at, "late_reason": "停电", "late_approver": id})));
    let Ok(Read { moment: Some((_, TimeSource::Paper { approver, .. })), .. }) = read else {
        panic!("a late entry")
    };
    assert_eq!(approver, StaffId(Uuid::from_u128(7)));
    let device = super::read(Verb::IssueNotice, with(json!({"happened_at": at, "device_offset_ms": -40})));
    assert!(matches!(device, Ok(Read { moment: Some((_, TimeSource::Device { offset_ms: -40 })), .. })));
}
