//! The list of a transfer as two people signed it by hand: its scan is kept with the batch under the
//! digest of its bytes, and shown to who may see the batch.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Multipart, Path, State};
use axum::handler::Handler as _;
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Json};
use maud::{Markup, html};
use mingjing_domain::archive::transfer::{Stage, Transfer, Verb};
use mingjing_domain::case::form::wire_name;
use mingjing_domain::refusal::Refusal;
use serde_json::{Value, json};
use uuid::Uuid;

use super::transfer_web::seen;
use super::verbs;
use crate::kit::acts::{object_of, schema_of};
use crate::kit::ask;
use crate::kit::auth::{CommandId, Identity};
use crate::kit::authz::Target;
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::openapi::{Operation, key};
use crate::kit::problem::Failure;
use crate::kit::write::Loaded;
use crate::record::job::Records;

/// Largest scan, in bytes.
const LIMIT: usize = 20 * 1024 * 1024;
const PAGE: &str = "/transfers/{id}/scan";
const SEND: &str = "/api/v1/transfers/{id}/scans";
const ONE: &str = "/api/v1/transfers/{id}/scans/{digest}";

/// Routes of page and API.
pub fn routes() -> Routes {
    let read = Access::Verb(verbs::TRANSFERS);
    Routes::new()
        .post(PAGE, read, upload.layer(DefaultBodyLimit::max(LIMIT)))
        .post(SEND, read, send.layer(DefaultBodyLimit::max(LIMIT)))
        .get(ONE, read, one)
        .describe((described(), Vec::new()))
}

fn described() -> Vec<Operation> {
    let answer = object_of(&[("sha256", schema_of("text")), ("bytes", schema_of("number"))]);
    let mut send = Operation::new(Method::POST, SEND, "transfer_scan", "归档")
        .says("请求体为扫描件（PDF、JPEG 或者 PNG），不超过20兆字节；摘要由系统计算，签署时填写该摘要。")
        .with(key())
        .fails(&[409, 413, 415, 422]);
    "上传手签清单的扫描件".clone_into(&mut send.summary);
    send.success.2 = answer;
    vec![
        send,
        Operation::get(
            ONE,
            "transfer_scan_read",
            "归档",
            "手签清单的扫描件",
            json!({ "type": "string", "format": "binary" }),
        )
        .at("digest", json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" }))
        .produces("application/octet-stream"),
    ]
}

/// What a scan is by its first bytes; none of others.
fn media(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [b'%', b'P', b'D', b'F', b'-', ..] => Some("application/pdf"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        _ => None,
    }
}

/// The act for which a person may hand in a scan now.
fn awaited(who: &Identity, it: &Loaded<Transfer>) -> Option<Verb> {
    let verb = match it.stage {
        Stage::Checked => Verb::HandOver,
        Stage::HandedOver => Verb::Receive,
        Stage::Proposed | Stage::Received | Stage::Returned => return None,
    };
    who.may(verbs::of_batch(verb), &Target::organ(it.organ)).is_ok().then_some(verb)
}

async fn keep(
    who: &Identity,
    records: Option<Extension<Records>>,
    it: &Loaded<Transfer>,
    bytes: Bytes,
) -> Result<(Verb, String, usize), Failure> {
    let refuse = |code, message: &str, remedy: &str| {
        Refusal::new(code, verbs::of_batch(Verb::HandOver).basis.clone(), message, remedy)
    };
    let verb = awaited(who, it).ok_or_else(|| {
        refuse("transfer.scan_early", "现在不由您签署这份清单", "请在轮到本人移交或者接收时上传")
    })?;
    if media(&bytes).is_none() {
        return Err(
            refuse("transfer.scan_kind", "扫描件应为 PDF、JPEG 或者 PNG 文件", "请重新扫描后上传").into()
        );
    }
    let Some(Extension(records)) = records else {
        return Err(Failure::Unavailable("文书服务没有启动，不能保存扫描件".to_owned()));
    };
    let (id, length) = (it.id, bytes.len());
    let broken = |e: String| Failure::Broken(e);
    let kept = tokio::task::spawn_blocking(move || records.blobs.put(id, &bytes)).await;
    let digest = kept.map_err(|e| broken(e.to_string()))?.map_err(|e| broken(e.to_string()))?;
    Ok((verb, hex::encode(digest), length))
}

/// POST /transfers/{id}/scan: kept, and then named in the form of the signature.
async fn upload(
    State(shell): State<Shell>,
    who: Identity,
    records: Option<Extension<Records>>,
    Path(id): Path<Uuid>,
    mut form: Multipart,
) -> Result<Response, Failure> {
    let it = seen(&shell, &who, id).await?;
    let broken = || Failure::Malformed("文件没有完整收到，或者超过20兆字节".to_owned());
    while let Some(field) = form.next_field().await.map_err(|_| broken())? {
        if field.name() != Some("file") {
            continue;
        }
        let bytes = field.bytes().await.map_err(|_| broken())?;
        let (verb, digest, _) = keep(&who, records, &it, bytes).await?;
        return Ok(
            Redirect::to(&format!("/transfers/{id}/{}?scan={digest}", wire_name(&verb))).into_response()
        );
    }
    Err(Failure::Malformed("请选择扫描件".to_owned()))
}

/// POST /api/v1/transfers/{id}/scans
async fn send(
    State(shell): State<Shell>,
    who: Identity,
    records: Option<Extension<Records>>,
    Path(id): Path<Uuid>,
    // Kept twice it is the same file; a key is read all the same, so that a wrong one is told.
    CommandId(_): CommandId,
    uri: Uri,
    bytes: Bytes,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let it = seen(&shell, &who, id).await?;
    let (_, sha256, bytes) = keep(&who, records, &it, bytes).await?;
    Ok(Json(json!({ "sha256": sha256, "bytes": bytes })))
}

/// GET /api/v1/transfers/{id}/scans/{digest}
async fn one(
    State(shell): State<Shell>,
    who: Identity,
    records: Option<Extension<Records>>,
    Path((id, digest)): Path<(Uuid, String)>,
    uri: Uri,
) -> Result<Response, Failure> {
    ask::nothing(uri.query())?;
    let it = seen(&shell, &who, id).await?;
    let digest =
        hex::decode(&digest).ok().and_then(|it| <[u8; 32]>::try_from(it).ok()).ok_or(Failure::NotFound)?;
    let Extension(records) = records.ok_or_else(|| Failure::Unavailable("文书服务没有启动".to_owned()))?;
    let (batch, blobs) = (it.id, records.blobs.clone());
    let kept = tokio::task::spawn_blocking(move || blobs.get(batch, &digest)).await;
    let bytes = kept.map_err(|e| Failure::Broken(e.to_string()))?.map_err(|_| Failure::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, media(&bytes).unwrap_or("application/octet-stream")),
        (header::CACHE_CONTROL, "private, no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((StatusCode::OK, headers, bytes).into_response())
}

/// The form on the page of a batch, for who signs next.
pub fn form(who: &Identity, it: &Loaded<Transfer>) -> Markup {
    let Some(verb) = awaited(who, it) else { return html! {} };
    let action = format!("/transfers/{}/scan?{}", it.id, csrf(&who.csrf));
    html! {
        section.card {
            h2 { "手签清单的扫描件" }
            form method="post" action=(action) enctype="multipart/form-data" {
                div.field {
                    label for="scan-file" { "扫描件（PDF、JPEG、PNG）" }
                    p.hint #scan-hint { "打印清单，签名后扫描；不超过20兆字节。系统计算摘要、存入本清单，再转到“" (verb.label()) "”签署" }
                    input #scan-file type="file" name="file" required accept=".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"
                        aria-describedby="scan-hint";
                }
                button.btn.quiet { "上传扫描件" }
            }
        }
    }
}

fn csrf(token: &str) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair("_csrf", token).finish()
}

/// The signatures as the page shows them: what the program checked, and what it did not.
pub fn signatures(it: &Loaded<Transfer>) -> Markup {
    use crate::kit::ui::show::{self as ui, Tone};
    use mingjing_domain::archive::transfer::Signature;
    let line = |word: &str, one: &Option<Signature>| {
        let one = one.as_ref()?;
        let tag =
            if one.verified() { ui::tag(Tone::Ok, "已核验") } else { ui::tag(Tone::Near, "未核验") };
        let what = match one {
            Signature::ByHand { scan, bytes: Some(_) } => html! {
                "手签，" a href={ "/api/v1/transfers/" (it.id) "/scans/" (scan) } { "扫描件" } " " (ui::digest(scan))
            },
            Signature::ByHand { scan, bytes: None } => {
                html! { "手签，扫描件没有上传，只填写了摘要 " (ui::digest(scan)) }
            }
            Signature::Electronic { certificate, verified: true, .. } => {
                html! { "证书 " span.no { (certificate) } "，签名值与清单摘要、公钥相符" }
            }
            Signature::Electronic { certificate, .. } => {
                html! { "证书 " span.no { (certificate) } "，没有填写公钥，签名值没有核验" }
            }
        };
        Some(html! { div.act { b { (word) } (tag) p { (what) } } })
    };
    let all: Vec<Markup> = [line("移交人签名", &it.signatures.0), line("接收人签名", &it.signatures.1)]
        .into_iter()
        .flatten()
        .collect();
    html! { @if !all.is_empty() { section.card #signatures { h2 { "签名" } @for one in &all { (one) } } } }
}
