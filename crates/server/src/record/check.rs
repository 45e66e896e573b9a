//! What a document must contain by law, and what must agree between documents.

use mingjing_domain::case::consistency::consistency;
use mingjing_domain::case::state::Case;
use mingjing_domain::case::types::{Document, DocumentKind, DocumentNo};
use mingjing_press::{Condition, FieldKind, FieldSpec, TemplateSpec};
use serde_json::{Map, Value};

/// An item that the law asks for and the document lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingContent {
    /// Path of the field, for example `payment.collector_name`.
    pub field: String,
    /// Its label.
    pub label: &'static str,
    /// The article that asks for it.
    pub citation: &'static str,
}

/// The missing items in words.
pub fn list(missing: &[MissingContent]) -> String {
    let words: Vec<String> = missing.iter().map(|it| format!("{}（{}）", it.label, it.citation)).collect();
    words.join("；")
}

/// Every required item that `data` lacks, each with its article: of a decision
/// those of 行政处罚法第五十九条, 罚款决定与罚款收缴分离实施办法第七条 and
/// 国办发〔2022〕27号第十二项.
pub fn missing(spec: &TemplateSpec, data: &Value) -> Vec<MissingContent> {
    let mut out = Vec::new();
    object("", spec.fields, data, spec.basis, &mut out);
    out
}

fn object(
    path: &str,
    specs: &'static [FieldSpec],
    data: &Value,
    basis: &'static str,
    out: &mut Vec<MissingContent>,
) {
    let none = Map::new();
    let data = data.as_object().unwrap_or(&none);
    for spec in specs {
        let field = if path.is_empty() { spec.name.to_owned() } else { format!("{path}.{}", spec.name) };
        let citation = spec.citation.unwrap_or(basis);
        let value = data.get(spec.name).filter(|it| !blank(it));
        let required = spec.required
            || match spec.condition {
                Some(Condition::With(other)) => stated(data, other),
                Some(Condition::Without(other)) => !stated(data, other),
                None => false,
            };
        let Some(value) = value else {
            if required {
                out.push(MissingContent { field, label: spec.label, citation });
            }
            continue;
        };
        match spec.kind {
            FieldKind::Group(fields) => object(&field, fields, value, citation, out),
            FieldKind::List(fields) => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    object(&format!("{field}[{index}]"), fields, item, citation, out);
                }
            }
            FieldKind::Text
            | FieldKind::Paragraphs
            | FieldKind::Date
            | FieldKind::DateTime
            | FieldKind::Money
            | FieldKind::Count
            | FieldKind::Flag => {}
        }
    }
}

fn blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(_) | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn stated(data: &Map<String, Value>, name: &str) -> bool {
    data.get(name).is_some_and(|it| !blank(it) && *it != Value::Bool(false))
}

/// What a document of the decision would contradict in the same case: the
/// clearance of the review, the notice that the party got, the evidence in the
/// file, the amounts. Other documents state no more than their own act.
pub fn contradictions(case: &Case, number: DocumentNo, document: &Document) -> Vec<String> {
    let mut out = Vec::new();
    let decides = matches!(
        document.kind,
        DocumentKind::PenaltyDecision | DocumentKind::NoPenaltyDecision | DocumentKind::PaymentNotice
    );
    if !decides {
        return out;
    }
    let Some(decision) = &case.decision else {
        return vec!["案件尚未作出决定".to_owned()];
    };
    if case.review.clearance.as_ref().is_some_and(|it| it.digest != decision.digest) {
        out.push("决定内容不是法制审核通过的内容".to_owned());
    }
    if decision
        .substance
        .evidence
        .iter()
        .any(|no| usize::from(*no) == 0 || usize::from(*no) > case.evidence.len())
    {
        out.push("决定所列证据不在卷内".to_owned());
    }
    let Some(no) = document.party else {
        out.push("文书没有当事人".to_owned());
        return out;
    };
    let (Some(state), Some(disposal)) = (case.party(no), decision.substance.disposal(no)) else {
        out.push("决定没有写明对该当事人的处理".to_owned());
        return out;
    };
    match &state.notice {
        // 行政处罚法第四十四条 asks for a notice before a penalty, not before its refusal.
        None if disposal.no_penalty.is_some() => {}
        None => out.push("没有向该当事人告知拟作出的决定".to_owned()),
        Some(_) if disposal.no_penalty.is_some() => {}
        Some(notice) if disposal.heavier_than(&notice.disposal) => {
            out.push("决定的处罚重于告知书所告知的处罚".to_owned());
        }
        Some(_) => {}
    }
    // What the whole file disagrees on, and what concerns this document.
    let findings = consistency(case).into_iter().filter(|it| it.document.is_none_or(|of| of == number));
    out.extend(findings.map(|it| format!("{}（{}）", it.message, it.article)));
    if (document.kind == DocumentKind::NoPenaltyDecision) != disposal.no_penalty.is_some()
        && document.kind != DocumentKind::PaymentNotice
    {
        out.push("文书种类与决定内容不符".to_owned());
    }
    out
}
