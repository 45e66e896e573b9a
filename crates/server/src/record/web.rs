//! Public pages of documents: verification by code, by address, and by file.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use mingjing_domain::case::types::DocumentNo;
use mingjing_domain::matter::MatterId;
use mingjing_ledger::bundle::{DOCUMENT_DIGEST_FIELD, StatementLine, Verified};
use serde::Deserialize;

use crate::kit::page as kit_page;
use crate::kit::ui::show::{self, Tone};
use crate::ledger::service::Ledger;

use super::code::CheckCode;
use super::files::Kept;
use super::job::Records;
use super::service::{Checked, Force, RecordError, Verdict};
use super::store::{self, StoredDocument};

/// Largest file that is looked at, in bytes.
pub const UPLOAD_LIMIT: usize = 20 * 1024 * 1024;

/// Longest text that is looked up, in characters.
pub const CODE_CHARS: usize = 60;

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

/// Public routes: `/v/{code or id}` as the QR codes have it, `/v` to the page of
/// verification, the hand-in of that page, and `/d/{id}.pdf`.
pub fn routes<S: Clone + Send + Sync + 'static>(pages: Pages) -> Router<S> {
    Router::new()
        .route("/v", get(start))
        .route("/verify", post(upload).layer(DefaultBodyLimit::max(UPLOAD_LIMIT)))
        .route("/v/{key}", get(verify))
        .route("/d/{file}", get(published))
        .with_state(pages)
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
        | RecordError::Press(_)
        | RecordError::Task(_) => {
            tracing::error!(%error, "a document cannot be given out");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// What a short address may ask besides.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    code: String,
}

/// `/v` alone is short for the page of verification.
async fn start(Query(asked): Query<Asked>) -> Redirect {
    let code: String = asked.code.trim().chars().take(CODE_CHARS).collect();
    if code.is_empty() {
        return Redirect::to("/verify");
    }
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("code", &code).finish();
    Redirect::to(&format!("/verify?{query}"))
}

fn refused(pages: &Pages, status: StatusCode, message: &str) -> Response {
    let said = html! { section.notice.refused role="alert" { h2 { (message) } } };
    (status, (pages.frame)(TITLE, forms("", Some(said)))).into_response()
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
        Ok(verdict) => (pages.frame)(TITLE, page(&verdict, organ.as_deref())).into_response(),
        Err(RecordError::NotFound) => refused(&pages, StatusCode::NOT_FOUND, UNKNOWN),
        Err(error) => failed(&error),
    }
}

/// Title of the page of verification.
pub const TITLE: &str = "核验";

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
    let tone = match v.force {
        Force::Standing => Tone::Ok,
        Force::Corrected(_) => Tone::Near,
        Force::Revoked(..) => Tone::Seal,
    };
    let mut pairs = vec![("文书", html! { (v.document.kind) })];
    pairs.extend(v.document.number.as_ref().map(|number| ("文号", html! { span.no { (number) } })));
    pairs.extend(organ.map(|organ| ("机关", html! { (organ) })));
    pairs.extend([
        ("制成时间", show::time(v.file.made_at)),
        ("页数", html! { (v.file.pages) }),
        ("核验码", html! { code { (v.document.check_code) } }),
        ("文件摘要（SHA-256）", html! { code { (hex::encode(v.file.sha256)) } }),
        ("文件摘要（SM3）", html! { code { (hex::encode(v.file.sm3)) } }),
        ("入账情况", html! { (v.proof.label()) }),
    ]);
    html! {
        (kit_page::heading(None, "这份文书由本系统制作", Some(html! { "请逐项对照手中文书；要确认文件一字未改，请提交文件" }), None))
        (show::notice(tone, &force_words(&v.force), html! {
            @if v.kept == Kept::Destroyed {
                p { "文书内容已依法销毁；摘要和入账记录证明它曾经存在且未被改动。" }
            }
        }))
        @if let Some((heading, words)) = fault(v.kept) {
            section.notice.refused role="alert" data-file=(v.kept.name()) {
                h2 { (heading) }
                p { (words) }
            }
        }
        div.two {
            section.card data-force=(force_name(&v.force)) {
                h2 { "文书" }
                (show::facts(&pairs))
                @if v.document.public_sha256.is_some() {
                    p { a href=(format!("/d/{}.pdf", v.document.public_id)) { "查看公开副本" } }
                }
            }
            (upload_form())
        }
    }
}

/// What a stranger is told of a file that does not hold.
const fn fault(kept: Kept) -> Option<(&'static str, &'static str)> {
    match kept {
        Kept::Whole | Kept::Destroyed => None,
        Kept::Missing => Some((
            "本系统存档的文件缺失",
            "没有销毁该文书的记录，文件却不在存档之中。手中文书仍可凭下列摘要核对；请告知文书所载机关。",
        )),
        Kept::Altered => Some((
            "本系统存档的文件已被改动",
            "存档的文件与制成时记入账本的摘要不符，不得作为依据。手中文书仍可凭下列摘要核对；请告知文书所载机关。",
        )),
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

/// The one page of verification: a number typed, or a file handed in. `code` is
/// what was typed, `said` what became of it.
pub fn forms(code: &str, said: Option<Markup>) -> Markup {
    html! {
        (kit_page::heading(None, TITLE, Some(html! { "一份文书、一件决定或者一名执法人员" }), None))
        @if let Some(said) = said { (said) }
        div.two {
            section.card.decisive {
                h2 { "输入纸面上的编号" }
                form method="get" action="/verify" {
                    div.field {
                        label for="code" { "核验码、决定书文号或者执法证号" }
                        p.hint #code-hint { "核验码印在二维码旁，如 7K3M-92QF" }
                        input #code type="text" name="code" value=(code) required autocomplete="off"
                            maxlength=(CODE_CHARS) aria-describedby="code-hint";
                    }
                    button.btn { "核验" }
                }
            }
            (upload_form())
        }
    }
}

fn upload_form() -> Markup {
    html! {
        section.card {
            h2 { "提交文件核验" }
            form method="post" action="/verify" enctype="multipart/form-data" {
                div.field {
                    label for="file" { "文书（PDF）或者证明文件（JSON）" }
                    p.hint #file-hint { "不超过20兆字节；只核验，不保存" }
                    input #file type="file" name="file" required accept=".pdf,.json,application/pdf,application/json"
                        aria-describedby="file-hint";
                }
                button.btn.quiet { "核验文件" }
            }
            p.meta.small {
                "不愿上传的，可以在自己的电脑上离线核验：" code { "mingjing verify 文件 --vkey 公钥" }
            }
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
    let keys = pages.ledger.known_verifiers();
    match pages.records.check(&keys, &bytes).await {
        Ok(checked) => (pages.frame)("核验结果", result(&checked)).into_response(),
        Err(error) => failed(&error),
    }
}

/// The body that tells what became of a file.
pub fn result(checked: &Checked) -> Markup {
    let (tone, heading, said) = match checked {
        Checked::Proved(proof) => (Tone::Ok, "通过核验", proved(proof)),
        Checked::Stored(document) => (
            Tone::Ok,
            "与本系统存档逐字节一致",
            html! {
                p { "文件本身没有附带证明。" }
                p { a href=(format!("/v/{}", document.public_id)) { (document.kind) @if let Some(n) = &document.number { " " (n) } } }
            },
        ),
        Checked::Refused(error) => (
            Tone::Seal,
            "没有通过核验",
            html! { p { (error.plain()) "。" } p { "请重新下载后再核验，或者向文书所载机关核实。" } },
        ),
        Checked::Unknown => (
            Tone::Seal,
            "不是本系统的文书",
            html! { p { "文件没有附带证明，也不与本系统任何一份存档一致；可能被改动过，或者不是由本系统制作。" } },
        ),
    };
    html! {
        (kit_page::heading(None, "核验结果", None, None))
        (show::notice(tone, heading, said))
        (upload_form())
    }
}

fn proved(proof: &Verified) -> Markup {
    let mut pairs: Vec<(&str, Markup)> = Vec::new();
    let mut texts: Vec<&str> = Vec::new();
    for line in &proof.statement {
        match line {
            StatementLine::Field { name, value } if name == DOCUMENT_DIGEST_FIELD => {
                pairs.push(("文件摘要（SHA-256）", html! { code { (value) } }));
            }
            StatementLine::Field { value, .. } => texts.push(value),
            StatementLine::Envelope { pointer, value } => pairs.push((pointer.as_str(), html! { (value) })),
        }
    }
    let head = &proof.head.checkpoint;
    pairs.push(("账本", html! { code { (head.origin) } }));
    pairs.push(("序号", html! { "第" (proof.index + 1) "条记录，受" (head.size) "条记录的签名检查点覆盖" }));
    html! {
        p { "文件与入账时一字不差，账本签名有效。" }
        @for text in &texts { p { (text) } }
        @if texts.iter().any(|it| it.contains('■')) { p.meta.small { "■ 表示依法不公开的字。" } }
        (show::facts(&pairs))
    }
}

async fn published(State(pages): State<Pages>, Path(file): Path<String>) -> Response {
    let Some(id) = file.strip_suffix(".pdf") else { return StatusCode::NOT_FOUND.into_response() };
    match pages.records.published(id).await {
        Ok(bytes) => pdf(bytes, &file, "public, max-age=60"),
        Err(error) => failed(&error),
    }
}
