use super::*;
use serde_json::{Value, json};

fn sample(field: &Field) -> Value {
    match &field.kind {
        Kind::Line | Kind::Paragraph => json!("示例"),
        Kind::Date => json!("2026-03-02"),
        Kind::Instant => json!("2026-03-02T01:00:00Z"),
        Kind::Money | Kind::Number | Kind::Party | Kind::Document | Kind::Proposal | Kind::Ordinal => {
            json!(1)
        }
        Kind::NumberChoice(choices) => json!(choices[0].0),
        Kind::Flag => json!(true),
        Kind::Choice(choices) => json!(choices[0].0),
        Kind::Choices(choices) => json!([choices[0].0]),
        Kind::Staff | Kind::Recording => json!(uuid::Uuid::from_u128(1)),
        Kind::StaffList => json!([uuid::Uuid::from_u128(1), uuid::Uuid::from_u128(2)]),
        Kind::EvidenceList => json!([1]),
        Kind::Region => json!("999901"),
        Kind::Category => json!("安全生产"),
        Kind::List(fields) if fields.len() == 1 && fields[0].name.is_empty() => json!(["示例"]),
        Kind::List(fields) => {
            json!([fields.iter().map(|f| (f.name.to_string(), sample(f))).collect::<serde_json::Map<_, _>>()])
        }
    }
}

#[test]
fn marks_of_sealed_text_are_refused_from_outside() {
    for forged in [json!({"n": 5}), json!({"$t": " "}), json!({"$x": 0, "n": 3, "d": "00"}), json!({})] {
        let body =
            json!({"source": "report", "received_on": "2026-03-02", "subject": forged, "summary": "示例"});
        assert!(read(Verb::RegisterClue, body).is_err() || forged == json!({}), "{forged}");
    }
}

#[test]
fn every_verb_reads_from_its_own_fields_and_says_its_own_verb() {
    for verb in Verb::ALL {
        let body: serde_json::Map<_, _> =
            fields(*verb).iter().map(|f| (f.name.to_string(), sample(f))).collect();
        let command =
            read(*verb, Value::Object(body.clone())).unwrap_or_else(|e| panic!("{verb:?}: {e} {body:?}"));
        assert_eq!(command.verb(), *verb);
        let required: serde_json::Map<_, _> = fields(*verb)
            .iter()
            .filter(|f| f.required || matches!(f.kind, Kind::Flag))
            .map(|f| (f.name.to_string(), sample(f)))
            .collect();
        assert!(read(*verb, Value::Object(required)).is_ok(), "{verb:?} with required fields only");
    }
}
