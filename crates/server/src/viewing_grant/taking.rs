//! A copy is taken: an act of its own, by form and by program, with what the copy is for. What is
//! taken of a document bears who took it, when and what for; the stored document stays as it is.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, Uri, header};
use axum::response::Response;
use maud::{Markup, html};
use mingjing_domain::case::types::DocumentNo;
use mingjing_domain::matter::MatterId;
use mingjing_domain::refusal::{FieldError, Refusal};
use mingjing_domain::viewing_grant::{CALL_UP, Grant, Material, UseKind};
use serde_json::Value;
use sha2::Digest as _;
use uuid::Uuid;

use super::look::{Wish, foreseen, look, may, recorded};
use super::service::thing_now;
use super::web::seen;
use crate::evidence::name::disposition;
use crate::kit::acts::{self, Doing, Step, doing, words};
use crate::kit::ask;
use crate::kit::auth::{CommandId, Identity};
use crate::kit::body;
use crate::kit::form::{FieldSpec, Posted};
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::problem::Failure;
use crate::kit::resend::Told;
use crate::kit::ui::show as ui;
use crate::kit::write::Loaded;
use crate::ledger::service::Ledger;
use crate::record::copy::Signs;
use crate::record::job::Records;
use crate::record::service::RecordError;
use crate::record::web::private_pdf;

/// Address of a document under an approval, for programs.
pub const SHOW: &str = "/api/v1/grants/{id}/files/{case}/{file}";
/// Address at which a copy of it is taken, for programs.
pub const TAKE: &str = "/api/v1/grants/{id}/files/{case}/{file}/copy";
const PAGE: &str = "/grants/{id}/files/{case}/{file}/copy";
/// What the act is called.
pub const TITLE: &str = "复制、导出";

/// Routes of page and API.
pub fn routes() -> Routes {
    let read = Access::Verb(super::verbs::READ);
    Routes::new()
        .get("/grants/{id}/files/{case}/{file}", read, show)
        .get(SHOW, read, show)
        .get(PAGE, read, sheet)
        .post(PAGE, read, post)
        .post(TAKE, read, take)
        .teller(|_, _, path| Box::pin(async move { told(&path) }))
}

fn told(path: &str) -> Option<Told> {
    let of = path.strip_prefix("/grants/").or_else(|| path.strip_prefix("/recordings/"))?;
    let takes = of.ends_with("/copy") || (of.contains("/masks/") && of.ends_with("/export"));
    takes.then(|| Told { title: TITLE.to_owned(), about: String::new(), specs: specs() })
}

/// What who takes a copy has to say.
pub fn specs() -> Vec<FieldSpec> {
    vec![words("reason", "用途").hint("写明复制件交给谁、用于何处；记入查阅记录")]
}

/// It, from the value of the form.
pub fn reason(value: &Value) -> String {
    value["reason"].as_str().unwrap_or_default().trim().to_owned()
}

/// The farthest use that the person is allowed: an export where the approval says so, else a copy.
///
/// # Errors
/// The refusal that says how to ask for an approval.
pub async fn farthest(
    shell: &Shell,
    who: &Identity,
    material: Material,
    under: Option<MatterId>,
) -> Result<UseKind, Failure> {
    let wish = |kind| Wish { kind, under, ..Wish::view(material) };
    match may(shell, who, &wish(UseKind::Export)).await {
        Ok(()) => Ok(UseKind::Export),
        Err(Failure::Refused(_)) => {
            may(shell, who, &wish(UseKind::Copy)).await?;
            Ok(UseKind::Copy)
        }
        Err(other) => Err(other),
    }
}

/// The form with which a copy is taken.
pub struct Taking<'a> {
    /// Navigation entry that it belongs to.
    pub current: &'a str,
    /// Way here.
    pub crumbs: Vec<(&'a str, String)>,
    /// Where it posts to.
    pub action: String,
    /// Where to go without doing anything.
    pub back: String,
    /// What is taken, beside the form.
    pub beside: Markup,
}

impl Taking<'_> {
    /// Shows it, with what is wrong.
    pub fn shown(
        &self,
        shell: &Shell,
        who: &Identity,
        posted: &Posted,
        errors: &[FieldError],
        refusal: Option<&Refusal>,
    ) -> Response {
        let specs = specs();
        let it = Doing {
            title: TITLE,
            current: self.current,
            crumbs: self.crumbs.clone(),
            basis: &CALL_UP,
            action: self.action.clone(),
            back: self.back.clone(),
            specs: &specs,
            beside: self.beside.clone(),
        };
        doing(shell, who, &it, posted, errors, refusal)
    }
}

/// What a form or a program said, and under which command.
pub enum Asked {
    /// The form is shown again.
    Again(Posted, Vec<FieldError>),
    /// What it is for.
    Go(Posted, String, Uuid),
}

/// Reads the form.
///
/// # Errors
/// When the body is no form of ours.
pub fn asked(who: &Identity, bytes: &[u8]) -> Result<Asked, Failure> {
    Ok(match acts::step(who, &specs(), bytes)? {
        Step::Again(posted, errors) => Asked::Again(posted, errors),
        Step::Go(posted, value, command) => Asked::Go(posted, reason(&value), command),
    })
}

/// Reads what a program says.
///
/// # Errors
/// What is missing.
pub fn given(json: ask::Json) -> Result<String, Failure> {
    Ok(reason(&body::read(&specs(), json.0, &CALL_UP)?))
}

type Running = (Option<Extension<Records>>, Option<Extension<Ledger>>);

fn running((records, ledger): Running) -> Result<(Records, Ledger), Failure> {
    match (records, ledger) {
        (Some(Extension(records)), Some(Extension(ledger))) => Ok((records, ledger)),
        (_, _) => Err(Failure::Unavailable("文书服务没有启动".to_owned())),
    }
}

fn failed(error: RecordError) -> Failure {
    match error {
        RecordError::NotFound => Failure::NotFound,
        RecordError::Read(error) => error.into(),
        RecordError::Press(error) => Failure::Unavailable(format!("阅览件不能制成：{error}")),
        other @ (RecordError::Blob(_)
        | RecordError::Pdf(_)
        | RecordError::Ledger(_)
        | RecordError::Db(_)
        | RecordError::Task(_)) => Failure::Broken(other.to_string()),
    }
}

/// A document for whoever may look at it: recorded, then shown. Who works on the case gets the
/// stored bytes with their proof, whoever else looks a copy for reading with the watermark.
///
/// # Errors
/// Not found; the refusal that says how to ask for an approval; the copy cannot be made.
pub async fn document(
    shell: &Shell,
    who: &Identity,
    (records, ledger): (&Records, &Ledger),
    (case, no): (MatterId, DocumentNo),
    under: Option<MatterId>,
) -> Result<Response, Failure> {
    let wish = Wish { under, ..Wish::view(Material::Document { case, no }) };
    let looked = look(shell, who, &wish).await?;
    let bytes = if looked.marked() {
        let (mark, at) = (looked.watermark.clone(), looked.at);
        records.reading_copy(case, no, Signs::Reader { mark, at }).await
    } else {
        records.download(ledger, case, no).await
    };
    Ok(private_pdf(bytes.map_err(failed)?, no))
}

/// An approval that covers the document that an address names.
async fn covered(
    shell: &Shell,
    who: &Identity,
    (id, case, file): (Uuid, Uuid, &str),
) -> Result<(Loaded<Grant>, MatterId, DocumentNo), Failure> {
    let it = seen(shell, who, id).await?;
    let no: DocumentNo = file.strip_suffix(".pdf").and_then(|no| no.parse().ok()).ok_or(Failure::NotFound)?;
    let case = MatterId(case);
    let thing = thing_now(&shell.app, Material::Document { case, no }).await?.ok_or(Failure::NotFound)?;
    if it.right.scope.iter().any(|covered| covered.covers(&thing)) {
        Ok((it, case, no))
    } else {
        Err(Failure::NotFound)
    }
}

/// GET: a look at a document under the approval.
async fn show(
    State(shell): State<Shell>,
    who: Identity,
    parts: Running,
    Path((id, case, file)): Path<(Uuid, Uuid, String)>,
    uri: Uri,
) -> Result<Response, Failure> {
    ask::nothing(uri.query())?;
    let (_, case, no) = covered(&shell, &who, (id, case, &file)).await?;
    let (records, ledger) = running(parts)?;
    document(&shell, &who, (&records, &ledger), (case, no), Some(MatterId(id))).await
}

/// The copy that leaves: made, recorded with its digest, and only then sent.
async fn taken(
    shell: &Shell,
    who: &Identity,
    records: &Records,
    (under, case, no): (MatterId, MatterId, DocumentNo),
    (reason, command): (&str, Uuid),
) -> Result<Response, Failure> {
    let material = Material::Document { case, no };
    let under = Some(under);
    let kind = farthest(shell, who, material, under).await?;
    let wish = Wish { kind, reason, under, ..Wish::view(material) };
    let looked = foreseen(shell, who, &wish).await?;
    let signs = Signs::Reader { mark: looked.watermark.clone(), at: looked.at };
    let bytes = records.reading_copy(case, no, signs).await.map_err(failed)?;
    let digest = hex::encode(sha2::Sha256::digest(&bytes));
    recorded(shell, who, &Wish { digest: &digest, ..wish }, &looked, command).await?;
    let mut response = private_pdf(bytes, no);
    let named = disposition(&format!("阅览件-{no}.pdf"), false);
    let named = HeaderValue::from_str(&named).map_err(|e| Failure::Broken(e.to_string()))?;
    response.headers_mut().insert(header::CONTENT_DISPOSITION, named);
    Ok(response)
}

fn form((id, case, no): (MatterId, MatterId, DocumentNo), title: &str) -> Taking<'static> {
    Taking {
        current: "/grants",
        crumbs: vec![("查阅", "/grants".to_owned()), ("查阅申请", format!("/grants/{id}"))],
        action: format!("/grants/{id}/files/{case}/{no}.pdf/copy"),
        back: format!("/grants/{id}"),
        beside: ui::card(
            "复制件",
            html! { p { (title) } p.meta.small { "复制件逐页标明查阅人、时间和目的，写明原件摘要；存档的原件不改动。复制件的摘要和用途记入查阅经过。" } },
        ),
    }
}

async fn title(shell: &Shell, case: MatterId, no: DocumentNo) -> Result<String, Failure> {
    let it = shell.app.load::<mingjing_domain::case::Case>(case).await?.ok_or(Failure::NotFound)?;
    Ok(crate::case::words::document(&it.state, no))
}

/// GET /grants/{id}/files/{case}/{no}.pdf/copy
async fn sheet(
    State(shell): State<Shell>,
    who: Identity,
    Path((id, case, file)): Path<(Uuid, Uuid, String)>,
) -> Result<Response, Failure> {
    let (it, case, no) = covered(&shell, &who, (id, case, &file)).await?;
    let title = title(&shell, case, no).await?;
    Ok(form((it.id, case, no), &title).shown(&shell, &who, &Posted::default(), &[], None))
}

/// POST /grants/{id}/files/{case}/{no}.pdf/copy
async fn post(
    State(shell): State<Shell>,
    who: Identity,
    parts: Running,
    Path((id, case, file)): Path<(Uuid, Uuid, String)>,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let (it, case, no) = covered(&shell, &who, (id, case, &file)).await?;
    let title = title(&shell, case, no).await?;
    let form = form((it.id, case, no), &title);
    let (posted, reason, command) = match asked(&who, &bytes)? {
        Asked::Again(posted, errors) => return Ok(form.shown(&shell, &who, &posted, &errors, None)),
        Asked::Go(posted, reason, command) => (posted, reason, command),
    };
    let (records, _) = running(parts)?;
    match taken(&shell, &who, &records, (it.id, case, no), (&reason, command)).await {
        Err(Failure::Refused(refusal)) => Ok(form.shown(&shell, &who, &posted, &[], Some(&refusal))),
        other => other,
    }
}

/// POST /api/v1/grants/{id}/files/{case}/{no}.pdf/copy
async fn take(
    State(shell): State<Shell>,
    who: Identity,
    parts: Running,
    Path((id, case, file)): Path<(Uuid, Uuid, String)>,
    CommandId(command): CommandId,
    uri: Uri,
    json: ask::Json,
) -> Result<Response, Failure> {
    ask::nothing(uri.query())?;
    let (it, case, no) = covered(&shell, &who, (id, case, &file)).await?;
    let reason = given(json)?;
    let (records, _) = running(parts)?;
    taken(&shell, &who, &records, (it.id, case, no), (&reason, command)).await
}
