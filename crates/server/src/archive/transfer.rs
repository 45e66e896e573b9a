//! 案卷移交: one function for every command on a batch.

use futures_util::future::BoxFuture;
use mingjing_domain::act_table::Act as _;
use mingjing_domain::archive::transfer::{
    FileFact, Listed, Proof, Signature, Stage, Transfer, TransferCommand, TransferFacts, decide,
};
use mingjing_domain::archive::{CaseFile, outgrown};
use mingjing_domain::case::Case;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::matter::{Actor, MatterId, StaffId};
use mingjing_domain::staff::StaffState;
use mingjing_ledger::detached::verify;
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

use super::service::{file_of, recorded};
use super::store;
use crate::case::facts::staff_matter;
use crate::kit::acts::settle;
use crate::kit::app::{App, Request, Written};
use crate::kit::error::WriteError;
use crate::kit::problem::Failure;
use crate::kit::write::Write;
use crate::record::job::Records;
use crate::viewing_grant::service::is_lent;

/// Carries out a command. `batch` is none for a proposal. Gives the batch's matter.
///
/// # Errors
/// What the domain refuses, or a fault of the store.
pub async fn act(
    app: &App,
    actor: &Actor,
    batch: Option<MatterId>,
    (command, proof): (TransferCommand, Proof),
    command_id: Uuid,
) -> Result<Written<MatterId>, WriteError> {
    let request = Request {
        actor: actor.clone(),
        purpose: command.verb().word().to_owned(),
        command_id,
        name: "transfer.act",
        body: json!({ "matter": batch, "do": command }),
        moment: None,
    };
    let kept = (Arc::new(command), Arc::new(proof));
    app.write(request, move |w: &mut Write| {
        let (command, proof) = kept.clone();
        Box::pin(async move { carry_out(w, batch, &command, &proof).await }) as BoxFuture<'_, _>
    })
    .await
}

/// What the program itself finds of the signature that a command brings: the scan that is kept
/// with the batch, read and hashed anew; the value against the key that was given.
///
/// # Errors
/// When a worker of the program ended unexpectedly.
pub async fn prove(
    records: Option<&Records>,
    batch: MatterId,
    command: &TransferCommand,
) -> Result<Proof, Failure> {
    let (list_digest, signature) = match command {
        TransferCommand::HandOver { list_digest, signature }
        | TransferCommand::Receive { list_digest, signature, .. } => (list_digest, signature),
        TransferCommand::Propose { .. } | TransferCommand::Check { .. } => return Ok(Proof::default()),
    };
    match signature {
        Signature::ByHand { scan, .. } => {
            let digest = hex::decode(scan).ok().and_then(|it| <[u8; 32]>::try_from(it).ok());
            let (Some(records), Some(digest)) = (records, digest) else { return Ok(Proof::default()) };
            let blobs = records.blobs.clone();
            let kept = tokio::task::spawn_blocking(move || blobs.get(batch, &digest));
            let kept = kept.await.map_err(|e| Failure::Broken(e.to_string()))?;
            Ok(Proof { scan_bytes: kept.ok().map(|it| it.len() as u64), stands: None })
        }
        Signature::Electronic { value, key, .. } if !key.is_empty() => {
            let bytes = |text: &str| hex::decode(text.trim()).unwrap_or_default();
            let stands = verify(&bytes(key), list_digest, &bytes(value)).is_ok();
            Ok(Proof { scan_bytes: None, stands: Some(stands) })
        }
        Signature::Electronic { .. } => Ok(Proof::default()),
    }
}

async fn carry_out(
    w: &mut Write,
    batch: Option<MatterId>,
    command: &TransferCommand,
    proof: &Proof,
) -> Result<MatterId, WriteError> {
    let actor = w.actor().clone();
    let loaded = match batch {
        Some(id) => Some(w.load::<Transfer>(id).await?.ok_or(WriteError::NotFound("移交清单"))?),
        None => None,
    };
    let cases: Vec<MatterId> = match (&loaded, command) {
        (Some(it), _) => it.files.iter().map(|listed| listed.case).collect(),
        // A proposal names the files; the file of a case follows from it.
        (None, TransferCommand::Propose { files, .. }) => {
            let mut out = Vec::new();
            for id in files {
                out.extend(w.load::<CaseFile>(*id).await?.map(|it| it.case));
            }
            out
        }
        (
            None,
            TransferCommand::Check { .. }
            | TransferCommand::HandOver { .. }
            | TransferCommand::Receive { .. },
        ) => Vec::new(),
    };
    let mut files = Vec::with_capacity(cases.len());
    for case in cases {
        files.extend(fact(w, case, batch).await?);
    }
    let person = w.load::<StaffState>(staff_matter(actor.id)).await?.ok_or(WriteError::NotFound("人员"))?;
    w.note("files", serde_json::to_value(&files)?);
    w.note("proof", serde_json::to_value(proof)?);
    let facts = TransferFacts { actor: &actor, unit: &person.unit, files: &files, proof };
    let event = decide(loaded.as_ref().map(|it| it.state.as_ref()), command, &facts)?;
    let id = batch.unwrap_or_else(|| MatterId(w.new_id()));
    Ok(settle(w, loaded, (id, actor.organ, None), event).await?.id)
}

/// What the list says of a file.
pub(super) fn listed(id: MatterId, case: &Case, file: &CaseFile) -> Listed {
    let sealed = file.sealed.as_ref();
    Listed {
        file: file_of(id),
        case: id,
        archive_no: file.accepted.as_ref().map(|(no, ..)| no.clone()).unwrap_or_default(),
        volumes: sealed.map_or(0, |it| it.volumes),
        pages: sealed.map_or(0, |it| it.pages),
        retention_years: case.archived.map_or(0, |(_, years)| years),
        digest: file.digest().unwrap_or_default(),
    }
}

/// A file as it stands; `own` is the batch in hand, which does not count as another.
async fn fact(w: &mut Write, id: MatterId, own: Option<MatterId>) -> Result<Option<FileFact>, WriteError> {
    let Some(case) = w.load::<Case>(id).await? else { return Ok(None) };
    let Some(file) = w.load::<CaseFile>(file_of(id)).await? else { return Ok(None) };
    let unit = match case.officers.first() {
        Some(officer) => unit_of(w, *officer).await?,
        None => unit_of(w, case.registered_by).await?,
    };
    let stands = store::batch_of(w.tx().await?, file.id).await?.filter(|(batch, _)| Some(*batch) != own);
    let received = stands.as_ref().is_some_and(|(_, stage)| *stage == wire_name(&Stage::Received));
    let lent = is_lent(w.tx().await?, id).await?;
    let accepted = file.accepted.as_ref().map(|(_, _, on)| *on);
    let recordings = recorded(w.tx().await?, id).await?;
    Ok(Some(FileFact {
        listed: listed(id, &case.state, &file.state),
        organ: case.organ,
        unit,
        archived_on: accepted.filter(|_| case.archived.is_some()),
        in_batch: stands.map(|(batch, _)| batch),
        received,
        lent,
        outgrown: outgrown(&case.state, Some(&file.state), &recordings),
    }))
}

async fn unit_of(w: &mut Write, person: StaffId) -> Result<String, WriteError> {
    let found = w.load::<StaffState>(staff_matter(person)).await?;
    Ok(found.map_or_else(String::new, |it| it.unit.clone()))
}
