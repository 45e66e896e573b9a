//! The portal for programs, under `/api/v1/public`: open to everyone, the same
//! rows as the pages, each query read strictly.

use axum::extract::{DefaultBodyLimit, Path, RawQuery, Request, State};
use axum::handler::Handler as _;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::{Extension, Json};
use mingjing_domain::cite::Citation;
use mingjing_domain::disclosure::three_systems;
use mingjing_domain::matter::civil_day;
use mingjing_domain::refusal::Refusal;
use mingjing_ledger::bundle::{StatementLine, Verified};
use serde_json::{Value, json};

use super::verify::{Found, look_up};
use super::{decision, json as data, list, shell_key};
use crate::disclosure::store::{self, Officer, OrganLine};
use crate::disclosure::subjects;
use crate::kit::ask::{self, Ask};
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::problem::Failure;
use crate::ledger::service::Ledger;
use crate::record::code::CheckCode;
use crate::record::files::Kept;
use crate::record::job::Records;
use crate::record::service::{Checked, Force, RecordError, Verdict};
use crate::record::store as files;
use crate::record::web::{CODE_CHARS, UPLOAD_LIMIT};

/// Routes of the public part of the API.
pub(super) fn routes() -> Routes {
    let open = Access::Public;
    Routes::new()
        .get("/api/v1/public/decisions", open, decisions)
        .get("/api/v1/public/decisions/{id}", open, one)
        .get("/api/v1/public/decisions/{id}/proof", open, proof)
        .get("/api/v1/public/decisions/{id}/original", open, original)
        .get("/api/v1/public/figures", open, figures)
        .get("/api/v1/public/organs", open, organs)
        .get("/api/v1/public/organs/{name}", open, organ)
        .get("/api/v1/public/officers", open, officers)
        .get("/api/v1/public/verify", open, verify)
        .post("/api/v1/public/verify", open, check.layer(DefaultBodyLimit::max(UPLOAD_LIMIT)))
        .get("/api/v1/public/log", open, log)
}

/// Officers of a page.
const PAGE: u32 = 50;

async fn decisions(
    State(shell): State<Shell>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let known = ["q", "organ", "category", "year", "on_time", "withdrawn", "after"];
    let ask = Ask::read("/api/v1/public/decisions", raw.as_deref(), &known)?;
    ask.flag("on_time")?;
    ask.flag("withdrawn")?;
    let year = ask.typed::<i16>("year", "应为年份")?;
    if year.is_some_and(|it| !(1990..=2200).contains(&it)) {
        return Err(Failure::Malformed("year 应为 1990 至 2200".to_owned()));
    }
    if ask.get("after").is_some_and(|it| store::mark(it).is_none()) {
        return Err(Failure::Malformed("翻页标记不对".to_owned()));
    }
    let filter = list::filter(&shell, ask.query()).await?;
    if ask.get("organ").is_some() && filter.organ.is_none() {
        return Err(Failure::NotFound);
    }
    data::page(&shell, ask.query(), &filter, &headers).await
}

/// The matter behind a public name.
async fn named(shell: &Shell, id: &str) -> Result<store::Page, Failure> {
    store::page(shell.app.db(), id, &shell_key(&shell.site)).await?.ok_or(Failure::NotFound)
}

async fn one(
    State(shell): State<Shell>,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<Json<Value>, Failure> {
    ask::nothing(raw.as_deref())?;
    let found = named(&shell, &id).await?;
    let state = decision::load(&shell.app, found.matter).await?;
    Ok(Json(data::one(&shell.app, &state).await?))
}

async fn bundle(
    shell: &Shell,
    ledger: Option<Extension<Ledger>>,
    id: &str,
    headers: &HeaderMap,
    original: bool,
) -> Result<Response, Failure> {
    let found = named(shell, id).await?;
    let ledger = ledger.map(|Extension(it)| it);
    match decision::bundle(shell, ledger, &found, headers, original).await {
        Err(Failure::Unavailable(message)) => {
            let basis = three_systems("二、全面推行行政执法公示制度");
            Err(Refusal::new("ledger.not_signed", basis, message, "几秒后再取").into())
        }
        other => other,
    }
}

async fn proof(
    State(shell): State<Shell>,
    ledger: Option<Extension<Ledger>>,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    ask::nothing(raw.as_deref())?;
    bundle(&shell, ledger, &id, &headers, false).await
}

async fn original(
    State(shell): State<Shell>,
    ledger: Option<Extension<Ledger>>,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    ask::nothing(raw.as_deref())?;
    bundle(&shell, ledger, &id, &headers, true).await
}

async fn figures(State(shell): State<Shell>, RawQuery(raw): RawQuery) -> Result<Json<Value>, Failure> {
    ask::nothing(raw.as_deref())?;
    let today = civil_day(shell.app.now());
    let months = store::months(shell.app.db(), &format!("{:04}-01", today.year())).await?;
    Ok(Json(json!({ "today": today, "months": months })))
}

fn organ_line(it: &OrganLine) -> Value {
    json!({
        "id": subjects::public_name(it.id), "name": it.name, "kind": it.kind, "category": it.category,
        "confirmed_from": it.confirmed_from,
    })
}

async fn organs(State(shell): State<Shell>, RawQuery(raw): RawQuery) -> Result<Json<Value>, Failure> {
    ask::nothing(raw.as_deref())?;
    let all = subjects::organs(&shell.app).await?;
    Ok(Json(json!({ "items": all.iter().map(organ_line).collect::<Vec<_>>() })))
}

fn officer(it: &Officer, today: jiff::civil::Date) -> Value {
    let (words, holds) = subjects::standing(it, today);
    json!({
        "name": it.name, "organ": subjects::public_name(it.organ), "organ_name": it.organ_name,
        "certificate": it.number, "categories": it.categories, "valid_from": it.valid_from,
        "valid_to": it.valid_to, "valid_today": holds, "standing": words,
    })
}

fn officer_page(all: &[Officer], ask: &Ask, today: jiff::civil::Date) -> Value {
    let next = (all.len() == PAGE as usize).then(|| all.last()).flatten();
    let items: Vec<Value> = all.iter().map(|it| officer(it, today)).collect();
    json!({ "items": items, "next": next.map(|it| ask.query().with("after", &it.number)) })
}

async fn organ(
    State(shell): State<Shell>,
    Path(name): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<Json<Value>, Failure> {
    let ask = Ask::read(format!("/api/v1/public/organs/{name}"), raw.as_deref(), &["after"])?;
    let organ = subjects::find(&shell.app, &name).await?.ok_or(Failure::NotFound)?;
    let today = civil_day(shell.app.now());
    let after = ask.words("after");
    let all = store::officers(shell.app.db(), Some(organ.state.id), None, after.as_deref(), PAGE).await?;
    Ok(Json(json!({
        "id": name, "profile": organ.profile, "confirmed_today": organ.confirmed_on(today),
        "officers": officer_page(&all, &ask, today),
    })))
}

async fn officers(State(shell): State<Shell>, RawQuery(raw): RawQuery) -> Result<Json<Value>, Failure> {
    let ask = Ask::read("/api/v1/public/officers", raw.as_deref(), &["q", "after"])?;
    if ask.get("q").is_none() {
        return Err(Failure::Malformed("请给出 q：完整的姓名或者执法证号".to_owned()));
    }
    let today = civil_day(shell.app.now());
    let (words, after) = (ask.words("q").unwrap_or_default(), ask.words("after"));
    let all = store::officers(shell.app.db(), None, Some(&words), after.as_deref(), PAGE).await?;
    Ok(Json(officer_page(&all, &ask, today)))
}

/// What a code, number or certificate printed on paper stands for.
async fn verify(
    State(shell): State<Shell>,
    records: Option<Extension<Records>>,
    ledger: Option<Extension<Ledger>>,
    RawQuery(raw): RawQuery,
) -> Result<Json<Value>, Failure> {
    let ask = Ask::read("/api/v1/public/verify", raw.as_deref(), &["code"])?;
    if ask.get("code").is_none() {
        return Err(Failure::Malformed("请给出 code：核验码、决定书文号或者执法证号".to_owned()));
    }
    let code: String = ask.words("code").unwrap_or_default().chars().take(CODE_CHARS).collect();
    let today = civil_day(shell.app.now());
    let none = json!({ "decisions": [], "officers": [], "document": null });
    let mut out = none.clone();
    match look_up(&shell, &code).await? {
        Found::Decisions(lines) => out["decisions"] = lines.iter().map(data::line_value).collect(),
        Found::Officers(all, _) => out["officers"] = all.iter().map(|it| officer(it, today)).collect(),
        Found::Code(_) | Found::Nothing => {
            if let (Ok(code), Some(Extension(records)), Some(Extension(ledger))) =
                (CheckCode::parse(&code), records, ledger)
            {
                out["document"] = document(&shell, &records, &ledger, &code).await?;
            }
        }
    }
    out["found"] = (out != none).into();
    Ok(Json(out))
}

fn broken(error: &RecordError) -> Failure {
    Failure::Broken(error.to_string())
}

async fn document(
    shell: &Shell,
    records: &Records,
    ledger: &Ledger,
    code: &CheckCode,
) -> Result<Value, Failure> {
    let Some(found) = files::by_code(shell.app.db(), code).await? else { return Ok(Value::Null) };
    match records.verdict(ledger, found).await {
        Ok(verdict) => Ok(told(&verdict)),
        Err(RecordError::NotFound) => Ok(Value::Null),
        Err(error) => Err(broken(&error)),
    }
}

/// What is said of a document. Nothing of it is personal data.
fn told(it: &Verdict) -> Value {
    let (force, by) = match &it.force {
        Force::Standing => ("standing", Value::Null),
        Force::Corrected(by) => ("corrected", json!(by)),
        Force::Revoked(ground, on) => ("revoked", json!([ground, on])),
    };
    json!({
        "kind": it.document.kind, "number": it.document.number, "check_code": it.document.check_code,
        "made_at": it.file.made_at, "pages": it.file.pages, "sha256": hex::encode(it.file.sha256),
        "sm3": hex::encode(it.file.sm3), "force": force, "force_by": by, "proof": it.proof.label(),
        "destroyed": it.kept == Kept::Destroyed, "file": it.kept.name(),
        "public_copy": it.document.public_sha256.map(|_| format!("/d/{}.pdf", it.document.public_id)),
    })
}

/// Where a file that carries no proof would have come from.
const UPLOADED: Citation = three_systems("二、全面推行行政执法公示制度");

/// A proof as JSON, or a document as PDF; looked at and not kept.
async fn check(
    State(shell): State<Shell>,
    records: Option<Extension<Records>>,
    ledger: Option<Extension<Ledger>>,
    RawQuery(raw): RawQuery,
    request: Request,
) -> Result<Json<Value>, Failure> {
    ask::nothing(raw.as_deref())?;
    let json = ask::is_media(request.headers(), "application/json");
    if !json && !ask::is_media(request.headers(), "application/pdf") {
        return Err(Failure::Media("application/json 或者 application/pdf"));
    }
    let bytes = ask::bytes(request, &shell).await?;
    if json && !ask::parse(&bytes)?.is_object() {
        return Err(Refusal::new("input.invalid", UPLOADED, "证明应为 JSON 对象", "提交下载的证明文件")
            .field("", "应为对象")
            .into());
    }
    if !json && !bytes.starts_with(b"%PDF") {
        return Err(Refusal::new("input.invalid", UPLOADED, "内容不是 PDF 文件", "提交下载的文书")
            .field("", "不是 PDF 文件")
            .into());
    }
    let (Some(Extension(records)), Some(Extension(ledger))) = (records, ledger) else {
        return Err(Failure::Unavailable("账本尚未就绪".into()));
    };
    let keys = ledger.known_verifiers();
    let checked = records.check(&keys, &bytes).await.map_err(|e| broken(&e))?;
    Ok(Json(match checked {
        Checked::Proved(proof) => proved(&proof),
        Checked::Stored(document) => json!({
            "holds": true, "reason": "与本系统存档逐字节一致；文件本身没有附带证明",
            "document": { "kind": document.kind, "number": document.number, "check_code": document.check_code },
        }),
        Checked::Refused(error) => json!({ "holds": false, "reason": error.plain() }),
        Checked::Unknown => json!({
            "holds": false, "reason": "文件没有附带证明，也不与本系统任何一份存档一致",
        }),
    }))
}

fn proved(it: &Verified) -> Value {
    let statement: Vec<Value> = it
        .statement
        .iter()
        .map(|line| match line {
            StatementLine::Field { name, value } => json!({ "name": name, "value": value }),
            StatementLine::Envelope { pointer, value } => json!({ "name": pointer, "value": value }),
        })
        .collect();
    let head = &it.head.checkpoint;
    json!({
        "holds": true, "reason": "内容与公开账本一致", "statement": statement, "log": head.origin,
        "index": it.index, "size": head.size,
    })
}

/// The newest signed head of the log and the keys to check it with.
async fn log(ledger: Option<Extension<Ledger>>, RawQuery(raw): RawQuery) -> Result<Json<Value>, Failure> {
    ask::nothing(raw.as_deref())?;
    let Some(Extension(ledger)) = ledger else {
        return Err(Failure::Unavailable("账本尚未就绪".into()));
    };
    let broken = |e: crate::ledger::LedgerError| Failure::Broken(e.to_string());
    let Some((size, signed_at)) = ledger.newest().await.map_err(broken)? else {
        return Err(Failure::NotFound);
    };
    let (_, note) = ledger.newest_note().await.map_err(broken)?;
    let keys: Vec<String> = ledger.known_verifiers().iter().map(ToString::to_string).collect();
    Ok(Json(json!({
        "size": size, "signed_at": signed_at, "origin": note.lines().next(), "checkpoint": note, "keys": keys,
    })))
}
