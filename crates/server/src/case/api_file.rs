//! The file of a case for programs: its documents, the proof of each event, and
//! what goes to the reviewer.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use axum::{Extension, Json};
use mingjing_domain::case::Case;
use mingjing_domain::case::state::{ApprovalStage, Hearing};
use mingjing_domain::case::types::DocumentNo;
use mingjing_domain::matter::MatterId;
use serde_json::{Value, json};
use uuid::Uuid;

use super::access::{People, handled, opened, seen};
use super::api::{looked, proof_name};
use super::describe::TAG;
use super::{findings, shape, words};
use crate::kit::ask;
use crate::kit::auth::{CommandId, Identity};
use crate::kit::authz_case::CASE_READ;
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::openapi::{Operation, key, schema};
use crate::kit::problem::Failure;
use crate::ledger::LedgerError;
use crate::ledger::service::{Disclosure, Ledger, ProofState};
use crate::record::job::Records;
use crate::record::service::{StoredDocument, failures, of_case, try_again};
use crate::viewing_grant::taking::document as shown;

/// Routes of the file.
pub(super) fn routes() -> Routes {
    let read = Access::Verb(CASE_READ);
    Routes::new()
        .get("/api/v1/cases/{id}/documents", read, documents)
        .post("/api/v1/cases/{id}/documents/again", read, again)
        .get("/api/v1/cases/{id}/documents/{no}", read, document)
        .get("/api/v1/cases/{id}/events/{version}/proof", read, proof)
        .get("/api/v1/cases/{id}/review", read, review)
        .describe(described())
}

fn line(it: &StoredDocument) -> Value {
    json!({
        "no": it.no,
        "kind": it.kind,
        "number": it.number,
        "check_code": it.check_code,
        "verify": format!("/v/{}", it.check_code),
        "made_at": it.file.as_ref().map(|f| f.made_at),
        "pages": it.file.as_ref().map(|f| f.pages),
        "sha256": it.file.as_ref().map(|f| hex::encode(f.sha256)),
        "sm3": it.file.as_ref().map(|f| hex::encode(f.sm3)),
        "event_version": it.file.as_ref().map(|f| f.version),
        "public": it.public_sha256.is_some(),
    })
}

/// GET /api/v1/cases/{id}/documents
async fn documents(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let id = MatterId(id);
    let case = opened(&shell, &who, id).await?;
    let all = of_case(&shell.app, id).await?;
    Ok(Json(json!({ "items": all.iter().map(line).collect::<Vec<_>>(), "version": case.version })))
}

/// POST /api/v1/cases/{id}/documents/again: what failed is made again.
async fn again(
    State(shell): State<Shell>,
    who: Identity,
    // Doing it twice is harmless; a key is read all the same, so that a wrong one is told.
    CommandId(_): CommandId,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let case = handled(&shell, &who, MatterId(id)).await?;
    let failed = failures(&shell.app, case.id).await?;
    try_again(&shell.app, case.id).await?;
    let failed: Vec<Value> = failed
        .iter()
        .map(|it| json!({ "no": it.no, "reason": it.reason, "attempts": it.attempts }))
        .collect();
    Ok(Json(json!({ "items": failed, "version": case.version })))
}

/// GET /api/v1/cases/{id}/documents/{no}: the stored bytes with their proof.
async fn document(
    State(shell): State<Shell>,
    who: Identity,
    records: Option<Extension<Records>>,
    ledger: Option<Extension<Ledger>>,
    Path((id, no)): Path<(Uuid, DocumentNo)>,
    uri: Uri,
) -> Result<Response, Failure> {
    ask::nothing(uri.query())?;
    let id = MatterId(id);
    let case = seen(&shell, &who, id).await?;
    let (Some(Extension(records)), Some(Extension(ledger))) = (records, ledger) else {
        return Err(Failure::Unavailable("文书服务没有启动".to_owned()));
    };
    if case.state.document(no).is_none_or(|it| it.made.is_none()) {
        return Err(Failure::NotFound);
    }
    shown(&shell, &who, (&records, &ledger), (id, no), None).await
}

/// GET /api/v1/cases/{id}/events/{version}/proof: that the event stands in the
/// log; nothing of its content is opened.
async fn proof(
    State(shell): State<Shell>,
    who: Identity,
    ledger: Option<Extension<Ledger>>,
    Path((id, version)): Path<(Uuid, u64)>,
    uri: Uri,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let id = MatterId(id);
    let case = seen(&shell, &who, id).await?;
    if version == 0 || version > case.version {
        return Err(Failure::NotFound);
    }
    let Some(Extension(ledger)) = ledger else {
        return Err(Failure::Unavailable("账本没有启动".to_owned()));
    };
    let broken = |e: LedgerError| Failure::Broken(e.to_string());
    let state = ledger.proof_state(id, version).await.map_err(broken)?;
    let bundle = match state {
        ProofState::Pending | ProofState::Sequenced => None,
        ProofState::Checkpointed | ProofState::Witnessed => {
            match ledger.proof_bundle(id, version, &Disclosure::default(), Vec::new()).await {
                Ok(bundle) => Some(ask::parse(&bundle.to_bytes())?),
                Err(LedgerError::NotYet(_)) => None,
                Err(error) => return Err(broken(error)),
            }
        }
    };
    Ok(Json(
        json!({ "version": version, "proof": proof_name(state), "label": state.label(), "bundle": bundle }),
    ))
}

/// GET /api/v1/cases/{id}/review
async fn review(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let id = MatterId(id);
    let case = opened(&shell, &who, id).await?;
    let people = People::of(&shell, case.organ).await?;
    let found = looked(&shell, &who, &case, |state, facts| findings::findings(state, facts, &people)).await?;
    let points: Vec<Value> = found
        .iter()
        .map(|(point, holds, words)| json!({ "point": point, "label": point.label(), "holds": holds, "finding": words }))
        .collect();
    let whole = serde_json::to_value(shape::case(id, &case.state, false))
        .map_err(|e| Failure::Broken(e.to_string()))?;
    Ok(Json(json!({
        "version": case.version,
        "case": id,
        "review": whole["review"],
        "draft": whole["draft"],
        "conclusion": whole["conclusion"],
        "evidence": whole["evidence"],
        "discussions": whole["discussions"],
        "waiting": waiting(&case.state),
        "voices": voices(&case.state),
        "points": points,
    })))
}

/// Proposals that wait for review or approval.
fn waiting(case: &Case) -> Vec<Value> {
    let open = |it: ApprovalStage| matches!(it, ApprovalStage::Proposed | ApprovalStage::Reviewed);
    let numbered = case.proposals.iter().enumerate().filter(|(_, it)| open(it.stage));
    numbered
        .map(|(at, it)| {
            json!({
                "no": at + 1, "label": words::proposal(&it.body), "opinion": it.opinion.or_erased(),
                "proposed_by": it.by.0, "proposed_on": it.by.1, "stage": shape::approval_name(it.stage),
                "reviewed_by": it.reviewed.as_ref().map(|(by, ..)| by),
                "review_opinion": it.reviewed.as_ref().map(|(_, _, opinion)| opinion.or_erased()),
            })
        })
        .collect()
}

/// What the parties said.
fn voices(case: &Case) -> Vec<Value> {
    case.numbered_parties()
        .map(|(no, party)| {
            let defences: Vec<Value> = party
                .defences
                .iter()
                .map(|it| {
                    json!({
                        "on": it.on, "statement": it.statement.or_erased(),
                        "adoption": it.answer.as_ref().map(|(adoption, _)| adoption),
                        "answer": it.answer.as_ref().map(|(_, reasons)| reasons.or_erased()),
                    })
                })
                .collect();
            let hearing = match &party.hearing {
                Hearing::Held { attended, report, plan, .. } => json!({
                    "on": plan.on, "attended": attended, "report": report.as_ref().map(|it| it.or_erased()),
                }),
                Hearing::None
                | Hearing::Requested { .. }
                | Hearing::Scheduled { .. }
                | Hearing::Withdrawn => Value::Null,
            };
            json!({ "party": no, "defences": defences, "hearing": hearing })
        })
        .collect()
}

fn described() -> (Vec<Operation>, Vec<(&'static str, Value)>) {
    let list = |item: Value| json!({ "type": "object", "required": ["items", "version"], "properties": { "items": { "type": "array", "items": item }, "version": { "type": "integer" } } });
    let number = json!({ "type": "integer", "minimum": 1, "maximum": u16::MAX });
    let own = json!({ "id": "$request.path.id", "no": "$response.body#/items/0/no" });
    let get = |path: &str, id: &str, words: &str, answer: Value| Operation::get(path, id, TAG, words, answer);
    let operations = vec![
        get("/api/v1/cases/{id}/documents", "case_documents", "卷内文书", list(schema("Document")))
            .leads("case_document", own),
        Operation::post(
            "/api/v1/cases/{id}/documents/again",
            "case_documents_again",
            TAG,
            "重新制作没有制成的文书；答复列出此前的原因",
            list(json!({ "type": "object", "required": ["no", "reason", "attempts"] })),
        )
        .with(key())
        .leads("case_documents", json!({ "id": "$request.path.id" })),
        get(
            "/api/v1/cases/{id}/documents/{no}",
            "case_document",
            "查看文书（PDF）",
            json!({ "type": "string", "format": "binary" }),
        )
        .says("承办人和本案经手的岗位取得存档的文书，附证明；其他查看的人取得逐页标明查阅人和时间的阅览件，原件不改动。")
        .at("no", number)
        .fails(&[409])
        .produces("application/pdf"),
        get(
            "/api/v1/cases/{id}/events/{version}/proof",
            "case_event_proof",
            "事件在账本中的证明",
            schema("EventProof"),
        )
        .at("version", json!({ "type": "integer", "minimum": 1, "maximum": i64::MAX }))
        .leads("verify_file", json!({})),
        get("/api/v1/cases/{id}/review", "case_review", "审核和审批时应看的内容", schema("ReviewPackage")),
    ];
    (operations, schemas())
}

fn schemas() -> Vec<(&'static str, Value)> {
    let text = |words: &str| json!({ "type": "string", "description": words });
    let maybe = |kind: &str| json!({ "type": [kind, "null"] });
    let objects = json!({ "type": "array", "items": { "type": "object" } });
    vec![
        (
            "Document",
            json!({
                "type": "object", "required": ["no", "kind", "number", "check_code", "made_at", "sha256", "public"],
                "properties": {
                    "no": { "type": "integer", "minimum": 1 }, "kind": text("文书"), "number": maybe("string"),
                    "check_code": text("核验码"), "verify": text("核验页"), "made_at": maybe("string"),
                    "pages": maybe("integer"), "sha256": maybe("string"), "sm3": maybe("string"),
                    "event_version": maybe("integer"), "public": { "type": "boolean" },
                },
            }),
        ),
        (
            "EventProof",
            json!({
                "type": "object", "required": ["version", "proof", "label", "bundle"],
                "properties": {
                    "version": { "type": "integer", "minimum": 1 },
                    "proof": { "type": "string", "enum": ["pending", "sequenced", "checkpointed", "witnessed"] },
                    "label": text("入账情况"),
                    "bundle": { "type": ["object", "null"], "description": "证明包；签名锚定以前没有" },
                },
            }),
        ),
        (
            "ReviewPackage",
            json!({
                "type": "object", "required": ["version", "case", "review", "points", "waiting", "voices"],
                "properties": {
                    "version": { "type": "integer" }, "case": { "type": "string", "format": "uuid" },
                    "review": { "type": "object" }, "draft": maybe("object"), "conclusion": maybe("object"),
                    "evidence": objects, "discussions": objects, "waiting": objects, "voices": objects,
                    "points": { "type": "array", "items": {
                        "type": "object", "required": ["point", "label", "holds", "finding"],
                        "properties": { "point": text("审核要点"), "label": text("名称"), "holds": { "type": "boolean" }, "finding": text("系统核对的情况") },
                    } },
                },
            }),
        ),
    ]
}
