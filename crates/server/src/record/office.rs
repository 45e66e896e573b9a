//! Documents for those who may see the case.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use mingjing_domain::case::types::DocumentNo;
use mingjing_domain::matter::MatterId;
use uuid::Uuid;

use super::job::Records;
use crate::case::access;
use crate::kit::auth::Identity;
use crate::kit::http::Shell;
use crate::kit::problem::Failure;
use crate::ledger::service::Ledger;
use crate::viewing_grant::taking::document;

/// `/cases/{id}/documents/{no}.pdf`: the stored bytes with their proof for who works on the case, a copy
/// for reading with the watermark for who looks.
///
/// # Errors
/// When the case is not this person's to see, or there is no such document.
pub async fn pdf(
    State(shell): State<Shell>,
    who: Identity,
    records: Option<Extension<Records>>,
    ledger: Option<Extension<Ledger>>,
    Path((id, file)): Path<(Uuid, String)>,
) -> Result<Response, Failure> {
    let no: DocumentNo = file.strip_suffix(".pdf").and_then(|no| no.parse().ok()).ok_or(Failure::NotFound)?;
    let matter = MatterId(id);
    let case = access::seen(&shell, &who, matter).await?;
    let (Some(Extension(records)), Some(Extension(ledger))) = (records, ledger) else {
        return Err(Failure::Unavailable("文书服务没有启动".to_owned()));
    };
    if case.state.document(no).is_none_or(|it| it.made.is_none()) {
        return Err(Failure::NotFound);
    }
    document(&shell, &who, (&records, &ledger), (matter, no), None).await
}
