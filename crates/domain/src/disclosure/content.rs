//! The public copy of one decision, and what it is a copy of.

use super::persons::KnownPerson;
use super::redact::{Masked, Uncovered};
use super::scan::{Finding, ScanRule, scan};
use super::words::{PartyKind, WithdrawalGround};
use crate::codes::Uscc;
use crate::matter::{MatterId, StaffId};
use crate::text::{Text, TextDigest, TextKey};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Which decision on which party is published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRef {
    /// The case.
    pub case: MatterId,
    /// Version of the case's stream at which the decision stands.
    pub version: u64,
    /// Digest of the decision's substance, hex.
    pub digest: String,
    /// The party, from 1.
    pub party: u16,
    /// 决定书文号.
    pub number: String,
    /// Civil day of the decision.
    pub decided_on: Date,
    /// Civil day on which the decision counts as served on the party.
    pub served_on: Option<Date>,
}

/// A closed matter from another system (house 2.17).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// Who imported it.
    pub importer: StaffId,
    /// Who approved the import.
    pub approver: StaffId,
    /// SHA-256 of the imported file, hex.
    pub file_digest: String,
}

/// The end of a decision, as its case records it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionEnd {
    /// What became of it.
    pub ground: WithdrawalGround,
    /// Civil day on which the organ recorded that it knows.
    pub known_on: Date,
}

/// What the case says now about the decision. Read from the case, never taken
/// from the command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFacts {
    /// The decision.
    pub source: SourceRef,
    /// The party is a minor.
    pub minor: bool,
    /// The decision was revoked, changed, confirmed unlawful or invalid, or is to be made anew.
    pub ended: Option<DecisionEnd>,
    /// All duties of the decision are performed.
    pub performed: bool,
    /// Who handled the case; none of them checks its publication.
    pub handled_by: Vec<StaffId>,
    /// Keyed digests of the decision's own texts by field of the public copy: a
    /// copy's original must be the decision's text.
    pub originals: Vec<(String, TextDigest)>,
    /// Set for a closed matter from elsewhere.
    pub imported: Option<Imported>,
}

/// An officer as shown: no private person while on duty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownOfficer {
    /// Name.
    pub name: Text,
    /// Certificate number.
    pub certificate: String,
}

/// One item of the result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultItem {
    /// Kind of penalty in the law's word: 罚款.
    pub kind: String,
    /// Content.
    pub content: Masked,
    /// Amount in fen, where there is one.
    pub amount_fen: Option<i64>,
}

/// The public copy: the fields that must be public and nothing else
/// (国办发〔2018〕118号（六）; 双公示 fields).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicDecision {
    /// 执法机关.
    pub organ: String,
    /// What the party is.
    pub party_kind: PartyKind,
    /// Party's name; of a natural person the surname shows.
    pub party: Masked,
    /// 统一社会信用代码; `None` for a natural person.
    pub credit_code: Option<String>,
    /// 法定代表人（负责人）; never with an identity number.
    pub representative: Option<Masked>,
    /// 决定书文号.
    pub number: String,
    /// 执法类别.
    pub category: String,
    /// 违法事实.
    pub facts: Masked,
    /// 证据摘要.
    pub evidence: Masked,
    /// 违反的规定.
    pub violated: Vec<String>,
    /// 处罚依据.
    pub basis: Vec<String>,
    /// 处罚结果.
    pub results: Vec<ResultItem>,
    /// 决定日期.
    pub decided_on: Date,
    /// 履行方式和期限.
    pub terms: Masked,
    /// 救济途径.
    pub remedies: Masked,
    /// 执法人员.
    #[serde(default)]
    pub officers: Vec<ShownOfficer>,
}

impl PublicDecision {
    /// Every text that comes from the decision, with its field path.
    pub fn masked(&self) -> Vec<(String, &Masked)> {
        let mut all = vec![("party".to_owned(), &self.party)];
        all.extend(self.representative.iter().map(|r| ("representative".to_owned(), r)));
        all.push(("facts".to_owned(), &self.facts));
        all.push(("evidence".to_owned(), &self.evidence));
        all.extend(
            self.results.iter().enumerate().map(|(i, r)| (format!("results/{i}/content"), &r.content)),
        );
        all.push(("terms".to_owned(), &self.terms));
        all.push(("remedies".to_owned(), &self.remedies));
        all
    }

    /// Texts shown as they are, with their field paths. Officers stand apart:
    /// their names are public.
    fn plain(&self) -> Vec<(String, &str)> {
        let mut all = vec![
            ("organ".to_owned(), self.organ.as_str()),
            ("number".to_owned(), self.number.as_str()),
            ("category".to_owned(), self.category.as_str()),
        ];
        all.extend(self.credit_code.iter().map(|c| ("credit_code".to_owned(), c.as_str())));
        all.extend(self.violated.iter().enumerate().map(|(i, v)| (format!("violated/{i}"), v.as_str())));
        all.extend(self.basis.iter().enumerate().map(|(i, v)| (format!("basis/{i}"), v.as_str())));
        all.extend(
            self.results.iter().enumerate().map(|(i, r)| (format!("results/{i}/kind"), r.kind.as_str())),
        );
        for (i, o) in self.officers.iter().enumerate() {
            all.push((format!("officers/{i}/name"), o.name.value().unwrap_or_default()));
            all.push((format!("officers/{i}/certificate"), o.certificate.as_str()));
        }
        all
    }

    /// The fields that are empty and must not be.
    pub fn missing(&self) -> Vec<(&'static str, &'static str)> {
        let mut all = Vec::new();
        let mut need = |blank: bool, field, title| {
            if blank {
                all.push((field, title));
            }
        };
        need(self.organ.trim().is_empty(), "organ", "执法机关");
        need(self.party.original.is_blank(), "party", "当事人");
        need(self.number.trim().is_empty(), "number", "决定书文号");
        need(self.category.trim().is_empty(), "category", "执法类别");
        need(self.facts.original.is_blank(), "facts", "违法事实");
        need(self.violated.is_empty(), "violated", "违反的规定");
        need(self.basis.is_empty(), "basis", "处罚依据");
        need(self.results.is_empty(), "results", "处罚结果");
        all
    }

    /// Digest of the copy: same texts, same ranges, same fields. Texts enter by
    /// keyed digest, so it can be computed again after erasure. SHA-256, hex.
    pub fn digest(&self, key: &TextKey) -> String {
        let mut body = serde_json::to_value(self).unwrap_or(Value::Null);
        crate::text::seal(&mut body, key);
        drop_slots(&mut body);
        let mut hash = Sha256::new();
        hash.update(b"mingjing public decision 1\n");
        hash.update(body.to_string().as_bytes());
        hex::encode(hash.finalize())
    }
}

/// Slots number the texts of one event and say nothing of content.
fn drop_slots(value: &mut Value) {
    match value {
        Value::Object(object) => {
            // Keeps the order of the other members, which the digest covers.
            object.retain(|key, _| key != "$x");
            object.values_mut().for_each(drop_slots);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_slots),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What the program found in a copy. It names fields and ranges and holds no
/// text, so it is kept in the read set and the audit decides by it after the
/// texts are erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspection {
    /// Digest of the copy that was inspected.
    pub digest: String,
    /// What looks like personal data in the copy as the public reads it.
    pub findings: Vec<Finding>,
    /// Mandatory ranges that are shown.
    pub uncovered: Vec<Uncovered>,
    /// Every text was held when it was inspected.
    pub complete: bool,
}

impl Inspection {
    /// Nothing found, nothing shown that must not be, nothing left unread.
    pub fn clean(&self) -> bool {
        self.complete && self.findings.is_empty() && self.uncovered.is_empty()
    }
}

/// Inspects a copy against the persons of its case.
pub fn inspect(
    content: &PublicDecision,
    persons: &[KnownPerson],
    operator_shown: bool,
    key: &TextKey,
) -> Inspection {
    let mut out = Inspection {
        digest: content.digest(key),
        findings: Vec::new(),
        uncovered: Vec::new(),
        complete: true,
    };
    for (field, text) in content.masked() {
        out.uncovered.extend(text.uncovered(&field, persons, operator_shown));
        match text.public() {
            Some(public) => out.findings.extend(scan(&field, &public, persons, operator_shown)),
            None => out.complete = false,
        }
    }
    out.complete &= content.officers.iter().all(|o| o.name.value().is_some());
    for (field, text) in content.plain() {
        let found = scan(&field, text, persons, operator_shown);
        // Ten in a hundred credit codes of figures alone also pass for a card
        // number; in its own field a valid code is what it says it is.
        let code = field == "credit_code" && Uscc::parse(text).is_ok();
        out.findings.extend(found.into_iter().filter(|it| !(code && it.rule == ScanRule::BankCard)));
    }
    out
}

/// A scan of the free public text that a command carries (a reason of
/// withdrawal, a note).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteScan {
    /// Keyed digest of the text that was scanned.
    pub digest: TextDigest,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// Scans a note. An erased note has the digest of nothing and is never clean.
pub fn scan_note(
    note: &Text,
    persons: &[KnownPerson],
    operator_shown: bool,
    key: &TextKey,
) -> Option<NoteScan> {
    let text = note.value()?;
    Some(NoteScan { digest: note.digest(key), findings: scan("note", text, persons, operator_shown) })
}
