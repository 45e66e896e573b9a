//! Public pages of documents: verification by code, by address, and by file.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use maud::{Markup, html};
use mingjing_domain::case::types::DocumentNo;
use mingjing_domain::matter::{MatterId, shanghai};
use mingjing_ledger::bundle::{StatementLine, Verified};
use serde::Deserialize;

use crate::ledger::service::Ledger;

use super::code::CheckCode;
use super::job::Records;
use super::service::{Checked, Force, RecordError, Verdict};
use super::store::{self, StoredDocument};

/// Largest file that is looked at, in bytes.
pub const UPLOAD_LIMIT: usize = 20 * 1024 * 1024;

/// Puts a body into the portal's frame: title and body to a whole page.
pub type Frame = std::sync::Arc<dyn Fn(&str, Markup) -> Markup + Send + Sync>;

/// What the pages need.
#[derive(Clone)]
pub struct Pages {
    /// Documents.
    pub records: Records,
    /// Ledger.
    pub ledger: Ledger,
    /// The portal's frame.
    pub frame: Frame,
}

/// Public routes: `/v`, `/v/{code or id}`, `/v/check`, `/d/{id}.pdf`.
pub fn routes<S: Clone + Send + Sync + 'static>(pages: Pages) -> Router<S> {
    Router::new()
        .route("/v", get(start))
        .route("/v/check", get(start).post(upload).layer(DefaultBodyLimit::max(UPLOAD_LIMIT)))
        .route("/v/{key}", get(verify))
        .route("/d/{file}", get(published))
        .with_state(pages)
}

/// A document as a download for someone whose right to it the caller has
/// checked and whose viewing it has logged: `/cases/{id}/documents/{no}.pdf`.
pub async fn office_pdf(records: &Records, ledger: &Ledger, matter: MatterId, no: DocumentNo) -> Response {
    match records.download(ledger, matter, no).await {
        Ok(bytes) => private_pdf(bytes, no),
        Err(error) => failed(&error),
    }
}

/// The answer that holds a document of a case.
pub fn private_pdf(bytes: Vec<u8>, no: DocumentNo) -> Response {
    pdf(bytes, &format!("{no}.pdf"), "private, no-store")
}

fn pdf(bytes: Vec<u8>, name: &str, caching: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}\"")),
        (header::CACHE_CONTROL, caching.to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    (headers, bytes).into_response()
}

fn failed(error: &RecordError) -> Response {
    match error {
        RecordError::NotFound => StatusCode::NOT_FOUND.into_response(),
        RecordError::Blob(_)
        | RecordError::Pdf(_)
        | RecordError::Ledger(_)
        | RecordError::Read(_)
        | RecordError::Db(_)
        | RecordError::Task(_) => {
            tracing::error!(%error, "a document cannot be given out");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// What the small form asks.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    code: String,
}

async fn start(State(pages): State<Pages>, Query(asked): Query<Asked>) -> Response {
    if asked.code.trim().is_empty() {
        return (pages.frame)("核验文书", forms(None)).into_response();
    }
    match CheckCode::parse(&asked.code) {
        Ok(code) => Redirect::to(&format!("/v/{code}")).into_response(),
        Err(error) => refused(&pages, StatusCode::BAD_REQUEST, &error.to_string()),
    }
}

fn refused(pages: &Pages, status: StatusCode, message: &str) -> Response {
    (status, (pages.frame)("核验文书", forms(Some(message)))).into_response()
}

async fn verify(State(pages): State<Pages>, Path(key): Path<String>) -> Response {
    let found = match CheckCode::parse(&key) {
        Ok(code) => store::by_code(pages.records.app.db(), &code).await,
        // Public identifiers have no dash and are longer than any code.
        Err(_) if key.len() == 26 => store::by_public_id(pages.records.app.db(), &key).await,
        Err(error) => return refused(&pages, StatusCode::BAD_REQUEST, &error.to_string()),
    };
    let document = match found {
        Ok(Some(document)) => document,
        Ok(None) => return refused(&pages, StatusCode::NOT_FOUND, UNKNOWN),
        Err(error) => return failed(&error.into()),
    };
    let organ = organ_name(&pages, &document).await;
    match pages.records.verdict(&pages.ledger, document).await {
        Ok(verdict) => (pages.frame)("核验文书", page(&verdict, organ.as_deref())).into_response(),
        Err(RecordError::NotFound) => refused(&pages, StatusCode::NOT_FOUND, UNKNOWN),
        Err(error) => failed(&error),
    }
}

const UNKNOWN: &str =
    "本系统没有这份文书。请对照文书核对核验码；仍查不到的，该文书不是由本系统制作，请向文书所载机关核实。";

async fn organ_name(pages: &Pages, document: &StoredDocument) -> Option<String> {
    let id = MatterId(document.organ.0);
    let organ = pages.records.app.load::<mingjing_domain::organ::OrganState>(id).await.ok()??;
    Some(organ.profile.name.clone())
}

/// The verification page's body. Nothing on it is personal data: whoever holds
/// the paper knows the rest, and a stranger learns nothing of the parties.
pub fn page(v: &Verdict, organ: Option<&str>) -> Markup {
    let made = v.file.made_at.to_zoned(shanghai());
    html! {
        section.verdict data-force=(force_name(&v.force)) {
            h1 { "这份文书由本系统制作" }
            p.force { (force_words(&v.force)) }
            dl {
                dt { "文书" } dd { (v.document.kind) }
                @if let Some(number) = &v.document.number { dt { "文号" } dd { (number) } }
                @if let Some(organ) = organ { dt { "机关" } dd { (organ) } }
                dt { "制成时间" } dd { time datetime=(v.file.made_at) { (made.strftime("%Y年%-m月%-d日 %H:%M")) } }
                dt { "页数" } dd { (v.file.pages) }
                dt { "核验码" } dd { (v.document.check_code) }
                dt { "文件摘要（SHA-256）" } dd { code { (hex::encode(v.file.sha256)) } }
                dt { "文件摘要（SM3）" } dd { code { (hex::encode(v.file.sm3)) } }
                dt { "入账情况" } dd { (v.proof.label()) }
            }
            @if v.destroyed { p.destroyed { "文书内容已依法销毁；以上摘要和入账记录证明它曾经存在且未被改动。" } }
            @if v.document.public_sha256.is_some() {
                p { a href=(format!("/d/{}.pdf", v.document.public_id)) { "查看公开副本" } }
            }
            p { "请逐项对照手中文书；要确认文件一字未改，请在下方提交文件。" }
        }
        (upload_form())
    }
}

const fn force_name(force: &Force) -> &'static str {
    match force {
        Force::Standing => "standing",
        Force::Corrected(_) => "corrected",
        Force::Revoked(..) => "revoked",
    }
}

fn force_words(force: &Force) -> String {
    match force {
        Force::Standing => "至今没有被补正、更正或者撤销的记录。".to_owned(),
        Force::Corrected(by) => format!("已被补正（更正）：{}。", by.join("、")),
        Force::Revoked(ground, on) => {
            format!("所依据的处罚决定已于{}年{}月{}日被撤销（{ground}）。", on.year(), on.month(), on.day())
        }
    }
}

fn forms(message: Option<&str>) -> Markup {
    html! {
        h1 { "核验文书" }
        @if let Some(message) = message { p.error role="alert" { (message) } }
        form method="get" action="/v" {
            label for="code" { "核验码" }
            input id="code" name="code" required autocomplete="off" placeholder="7K3M-92QF" maxlength="24";
            button { "核验" }
        }
        (upload_form())
    }
}

fn upload_form() -> Markup {
    html! {
        form method="post" action="/v/check" enctype="multipart/form-data" {
            label for="file" { "提交文书（PDF）或者证明文件（JSON），不超过20兆字节；只核验，不保存" }
            input id="file" type="file" name="file" required accept=".pdf,.json";
            button { "核验文件" }
        }
    }
}

async fn upload(State(pages): State<Pages>, mut form: Multipart) -> Response {
    let bytes = loop {
        match form.next_field().await {
            Ok(Some(field)) if field.name() == Some("file") => match field.bytes().await {
                Ok(bytes) => break bytes,
                Err(error) => return refused(&pages, error.status(), "文件没有完整收到，或者超过20兆字节。"),
            },
            Ok(Some(_)) => {}
            Ok(None) => return refused(&pages, StatusCode::BAD_REQUEST, "请选择要核验的文件。"),
            Err(error) => return refused(&pages, error.status(), "文件没有完整收到，或者超过20兆字节。"),
        }
    };
    let keys = pages.ledger.verifiers();
    match pages.records.check(&keys, &bytes).await {
        Ok(checked) => (pages.frame)("核验结果", result(&checked)).into_response(),
        Err(error) => failed(&error),
    }
}

/// The body that tells what became of a file.
pub fn result(checked: &Checked) -> Markup {
    html! {
        @match checked {
            Checked::Proved(proof) => (proved(proof)),
            Checked::Stored(document) => {
                h1 { "与本系统存档逐字节一致" }
                p { "文件本身没有附带证明。" }
                p { a href=(format!("/v/{}", document.public_id)) { (document.kind) @if let Some(n) = &document.number { " " (n) } } }
            }
            Checked::Refused(error) => {
                h1 { "没有通过核验" }
                p.error role="alert" { (error) }
            }
            Checked::Unknown => {
                h1 { "不是本系统的文书" }
                p { "文件没有附带证明，也不与本系统任何一份存档一致；可能被改动过，或者不是由本系统制作。" }
            }
        }
        (upload_form())
    }
}

fn proved(proof: &Verified) -> Markup {
    html! {
        h1 { "通过核验" }
        p { "文件与入账时一字不差，账本签名有效。" }
        dl {
            @for line in &proof.statement {
                @match line {
                    StatementLine::Field { name, value } => { dt { (name) } dd { code { (value) } } }
                    StatementLine::Envelope { pointer, value } => { dt { (pointer) } dd { (value) } }
                }
            }
            dt { "账本" } dd { (proof.head.checkpoint.origin) }
            dt { "序号" } dd { (proof.index) }
        }
    }
}

async fn published(State(pages): State<Pages>, Path(file): Path<String>) -> Response {
    let Some(id) = file.strip_suffix(".pdf") else { return StatusCode::NOT_FOUND.into_response() };
    match pages.records.published(id).await {
        Ok(bytes) => pdf(bytes, &file, "public, max-age=60"),
        Err(error) => failed(&error),
    }
}
