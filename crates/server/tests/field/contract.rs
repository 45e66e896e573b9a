//! What the server promises the field page, as a small stand-in behind the program's
//! own door (session, token, refusals): tasks, registration, uploads, custody.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, MatchedPath, Path, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mingjing_ledger::commit::{EvidenceHasher, EvidenceIdentity};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tower::ServiceExt as _;

/// One upload as the server holds it.
#[derive(Clone, Debug, Default)]
pub struct Upload {
    pub key: String,
    pub length: u64,
    pub metadata: BTreeMap<String, String>,
    pub bytes: Vec<u8>,
}

/// What goes wrong with the next request of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is done, and the answer is lost.
    AnswerLost,
    /// The bytes came damaged.
    Damaged,
    /// Another request holds the upload.
    Locked,
    /// The upload is no longer known.
    Gone,
}

#[derive(Default)]
pub struct Book {
    /// Registered recordings with their number.
    pub recordings: BTreeMap<String, (Value, String)>,
    pub uploads: Vec<Upload>,
    /// Faults of the next registrations, creations and transfers.
    pub registering: VecDeque<Fault>,
    pub creating: VecDeque<Fault>,
    pub sending: VecDeque<Fault>,
    /// What the server adds to what it got, so that the roots differ.
    pub spoil: bool,
    /// A complete upload is known no longer, only its segment.
    pub forgets: bool,
    /// What happens when the next bytes have come, before that is answered.
    pub then: Option<Box<dyn FnOnce() + Send>>,
    /// The next registration is refused with these words.
    pub refusing: Option<&'static str>,
}

/// Lets in whom the program knows: it is asked for the same person's session.
async fn door(program: Router, request: Request, next: Next) -> Response {
    let mut ask = Request::get("/api/v1/field/session").body(Body::empty()).unwrap();
    for name in [header::COOKIE, header::HOST, header::AUTHORIZATION] {
        if let Some(value) = request.headers().get(&name) {
            ask.headers_mut().insert(name, value.clone());
        }
    }
    *ask.extensions_mut() = request.extensions().clone();
    ask.extensions_mut().remove::<MatchedPath>();
    let known = program.oneshot(ask).await.unwrap();
    if known.status().is_success() { next.run(request).await } else { known }
}

#[derive(Clone, Default)]
pub struct Contract(Arc<Mutex<Book>>);

fn identity(bytes: &[u8]) -> EvidenceIdentity {
    let mut hasher = EvidenceHasher::new();
    hasher.update(bytes);
    hasher.finish()
}

fn said<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |it| it.to_str().unwrap())
}

fn problem(status: StatusCode, detail: &str) -> Response {
    (status, Json(json!({ "detail": detail, "fields": [] }))).into_response()
}

/// An answer on the way back that does not arrive.
fn lost() -> Response {
    problem(StatusCode::BAD_GATEWAY, "")
}

impl Contract {
    pub fn book<T>(&self, with: impl FnOnce(&mut Book) -> T) -> T {
        with(&mut self.0.lock().unwrap())
    }

    /// Stands before the program and answers in its place, to whom it lets in.
    pub fn before(&self, program: Router) -> Router {
        let (a, b, c, d, e) = (self.clone(), self.clone(), self.clone(), self.clone(), self.clone());
        let register =
            move |headers: HeaderMap, Json(body): Json<Value>| async move { a.register(&headers, body) };
        let append =
            move |Path(no): Path<usize>, request: Request| async move { e.append(no, request).await };
        let inside = program.clone();
        Router::new()
            .route("/api/v1/field", get(|| async { Json(tasks()) }))
            .route("/api/v1/recordings", post(register))
            .route(
                "/api/v1/recordings/{id}",
                get(move |Path(id): Path<String>| async move { b.custody(&id) }),
            )
            .route("/api/v1/uploads", post(move |headers: HeaderMap| async move { c.create(&headers) }))
            .route(
                "/api/v1/uploads/{no}",
                get(move |Path(no): Path<usize>| async move { d.offset(no) }).patch(append),
            )
            .layer(DefaultBodyLimit::disable())
            .layer(from_fn(move |request: Request, next: Next| door(inside.clone(), request, next)))
            .fallback_service(program)
    }

    fn register(&self, headers: &HeaderMap, body: Value) -> Response {
        self.book(|book| {
            let id = body["id"].as_str().unwrap().to_owned();
            if let Some(words) = book.refusing.take() {
                return problem(StatusCode::UNPROCESSABLE_ENTITY, words);
            }
            assert_eq!(said(headers, "idempotency-key"), id);
            let next = format!("（示）应急音〔2026〕{}号", book.recordings.len() + 1);
            let (first, number) = book.recordings.entry(id).or_insert_with(|| (body.clone(), next)).clone();
            assert_eq!(first, body, "the same identifier says the same");
            match book.registering.pop_front() {
                Some(_) => lost(),
                None => (StatusCode::CREATED, Json(json!({ "number": number }))).into_response(),
            }
        })
    }

    fn custody(&self, id: &str) -> Response {
        self.book(|book| {
            let Some((body, number)) = book.recordings.get(id) else {
                return StatusCode::NOT_FOUND.into_response();
            };
            let segments: Vec<Value> =
                body["segments"].as_array().unwrap().iter().map(|it| book.state(it)).collect();
            Json(json!({ "number": number, "segments": segments })).into_response()
        })
    }

    fn create(&self, headers: &HeaderMap) -> Response {
        assert_eq!(said(headers, "tus-resumable"), "1.0.0");
        let pair = |it: &str| {
            let (name, value) = it.split_once(' ').unwrap();
            (name.to_owned(), String::from_utf8(STANDARD.decode(value).unwrap()).unwrap())
        };
        let metadata = said(headers, "upload-metadata").split(',').map(pair).collect();
        let (key, length) =
            (said(headers, "idempotency-key"), said(headers, "upload-length").parse().unwrap());
        self.book(|book| {
            let no = book.uploads.iter().position(|it| it.key == key).unwrap_or_else(|| {
                book.uploads.push(Upload { key: key.to_owned(), length, metadata, bytes: Vec::new() });
                book.uploads.len() - 1
            });
            match book.creating.pop_front() {
                Some(_) => lost(),
                None => {
                    (StatusCode::CREATED, [("location", format!("/api/v1/uploads/{no}"))]).into_response()
                }
            }
        })
    }

    fn offset(&self, no: usize) -> Response {
        self.book(|book| {
            let upload = &book.uploads[no];
            if book.forgets && upload.bytes.len() as u64 == upload.length {
                return problem(StatusCode::NOT_FOUND, "没有这个上传");
            }
            let (at, length) = (upload.bytes.len().to_string(), upload.length.to_string());
            [("upload-offset", at), ("upload-length", length)].into_response()
        })
    }

    async fn append(&self, no: usize, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        // A cut in the middle: what came is not acknowledged.
        let Ok(bytes) = axum::body::to_bytes(body, usize::MAX).await else { return lost() };
        let headers = parts.headers;
        assert_eq!(said(&headers, "content-type"), "application/offset+octet-stream");
        let fault = self.book(|book| book.sending.pop_front());
        match fault {
            Some(Fault::Locked) => return problem(StatusCode::LOCKED, "正在上传"),
            Some(Fault::Gone) => return problem(StatusCode::GONE, "上传已过期"),
            Some(Fault::Damaged) => return problem(StatusCode::from_u16(460).unwrap(), "校验值不符"),
            Some(Fault::AnswerLost) | None => {}
        }
        let checksum = format!("sha256 {}", STANDARD.encode(Sha256::digest(&bytes)));
        assert_eq!(said(&headers, "upload-checksum"), checksum);
        let offset: usize = said(&headers, "upload-offset").parse().unwrap();
        self.book(|book| {
            let upload = &mut book.uploads[no];
            if offset != upload.bytes.len() {
                return problem(StatusCode::CONFLICT, "位置不符");
            }
            upload.bytes.extend_from_slice(&bytes);
            assert!(upload.bytes.len() as u64 <= upload.length);
            let at = upload.bytes.len().to_string();
            if let Some(then) = book.then.take() {
                then();
            }
            match fault {
                Some(_) => lost(),
                None => (StatusCode::NO_CONTENT, [("upload-offset", at)]).into_response(),
            }
        })
    }
}

impl Book {
    /// The upload that brought a whole segment, if one has.
    pub fn whole(&self, segment: &str) -> Option<&Upload> {
        let of = |it: &&Upload| it.metadata["segment"] == segment && it.bytes.len() as u64 == it.length;
        self.uploads.iter().find(of)
    }

    fn state(&self, segment: &Value) -> Value {
        let id = segment["id"].as_str().unwrap();
        let Some(upload) = self.whole(id) else {
            return json!({ "id": id, "state": "sealed", "sha256_root": segment["sha256_root"] });
        };
        let mut bytes = upload.bytes.clone();
        if self.spoil {
            bytes[0] ^= 1;
        }
        let root = hex::encode(identity(&bytes).root.sha256);
        let state = if segment["sha256_root"] == json!(root) { "accepted" } else { "mismatch" };
        json!({ "id": id, "state": state, "sha256_root": segment["sha256_root"], "identity": { "sha256_root": root } })
    }
}

/// One task of an officer.
fn tasks() -> Value {
    let act = |verb: Value, link: &str, label: &str, requirement: &str| {
        json!({
            "verb": verb, "link": link, "label": label, "requirement": requirement,
            "basis": "国办发〔2018〕118号（八）",
            "wording_before_recording": "现依法执法，全程录音录像，请您配合。",
            "wording_guide": ["说明检查事由和依据", "告知权利义务"], "wording_avoid": ["代替当事人陈述"],
            "document_guide": ["写明起止时间、地点、在场人、检查情况"],
            "sheets": [{
                "document": "inspection_record", "name": "现场检查记录", "text": "检查情况", "hint": "写明发现的情况",
                "told": "我们是示例县应急管理局的执法人员执法人员甲，已向你出示执法证件。", "closing": "以上笔录我已阅看，与检查情况一致。",
                "signers": ["当事人", "见证人"],
                "fields": [
                    { "name": "place", "label": "检查场所", "optional": false, "value": "" },
                    { "name": "subject", "label": "被检查人", "optional": false, "value": "" },
                    { "name": "officers", "label": "检查人员及执法证号", "optional": false, "value": "执法人员甲 示执01" },
                    { "name": "invited", "label": "见证人", "optional": true, "value": "" },
                ],
            }],
        })
    };
    json!({
        "devices": [{
            "id": "018f0000-0000-7000-8000-000000000001", "number": "01", "kind_label": "执法记录仪", "model": "示例型",
            "clock": { "offset_ms": 95_000, "at": "2026-03-02T00:30:00Z" },
        }],
        "colleagues": [
            { "id": "018f0000-0000-7000-8000-000000000004", "name": "执法人员丙", "unit": "执法大队", "certificate": "示执03" },
            { "id": "018f0000-0000-7000-8000-000000000005", "name": "执法人员乙", "unit": "执法大队", "certificate": "示执02" },
        ],
        "heads": [{ "id": "018f0000-0000-7000-8000-000000000003", "name": "大队负责人甲", "unit": "执法大队" }],
        "tasks": [{
            "case": "018f0000-0000-7000-8000-000000000002", "title": "示例化工有限公司未按规定检查安全设备",
            "number": "（示）应急立〔2026〕1号", "parties": "示例化工有限公司", "cause": "未按规定检查安全设备",
            "officers": ["018f0000-0000-7000-8000-000000000005"],
            "documents": [{ "number": "（示）应急立〔2026〕1号", "title": "立案审批表" }],
            "acts": [
                act(json!("record_scene"), "on_site", "现场检查", "must"),
                act(json!("record_inquiry"), "evidence", "调查取证", "as_needed"),
            ],
        }],
        "patrol": act(Value::Null, "patrol", "日常巡查", "text"),
        "wordings": { "before": "现依法执法，全程录音录像。", "basis": "行政执法全过程记录制度" },
    })
}

/// Roots by the ledger's own code, lower-case hexadecimal.
pub fn root(bytes: &[u8]) -> String {
    hex::encode(identity(bytes).root.sha256)
}
