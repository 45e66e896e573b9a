//! The job that makes a document: load, fill, render, store, and commit to the
//! stored bytes by the event 文书已制成.
//!
//! Everything before the commit may happen any number of times: the codes are
//! kept by the first attempt, the same codes give the same bytes, and the same
//! bytes are the same file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use mingjing_domain::calendar::Calendar;
use mingjing_domain::case::law::Law;
use mingjing_domain::case::types::{DocumentNo, Made};
use mingjing_domain::case::{Case, CaseCommand, CaseEvent};
use mingjing_domain::matter::{Actor, MatterId, Meta, OrganId, StaffId, civil_day};
use mingjing_domain::policy::FileOrder;
use mingjing_press::child::Client;
use mingjing_press::{Job, Rendered, Verification};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::archive::service::{accepted, recorded};
use crate::case::service::{Options, request};
use crate::kit::app::App;
use crate::kit::blob::Blobs;
use crate::kit::entropy::Draw;
use crate::kit::error::WriteError;
use crate::kit::jobs::{Claimed, Handler, JobError};
use crate::kit::write::Write;

use super::code::CheckCode;
use super::fill::{Sources, fill};
use super::sheet::{OrganSheet, PersonSheet};
use super::store::{self, Reservation, StoredDocument};

/// Kind of the job.
pub const RENDER: &str = "render_document";

/// What the job is asked to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// Case.
    pub case: MatterId,
    /// Document.
    pub document: DocumentNo,
}

/// Queues the making of a document with the command that issued it.
pub fn enqueue(w: &mut Write, matter: MatterId, no: DocumentNo) {
    let now = w.now();
    w.enqueue_at(
        RENDER,
        format!("{matter}/{no}"),
        &json!({ "case": matter, "document": no }),
        Some(matter),
        now,
    );
}

/// What a document takes from outside its case.
pub struct Sheets {
    /// The organ.
    pub organ: OrganSheet,
    /// People by id.
    pub people: BTreeMap<StaffId, PersonSheet>,
    /// Rules in force on the day of issue.
    pub law: Law,
    /// Calendar of the organ's region.
    pub calendar: Arc<Calendar>,
    /// The order of the papers of a file.
    pub order: FileOrder,
    /// Text across every page, for demonstrations.
    pub watermark: Option<String>,
}

/// Gathers the sheets for an organ, people and a day.
pub type Gather = Arc<
    dyn Fn(App, OrganId, BTreeSet<StaffId>, jiff::civil::Date) -> BoxFuture<'static, Result<Sheets, JobError>>
        + Send
        + Sync,
>;

/// The case feature's own service, inside a write: decides a command on a case,
/// appends its events, and gives the version of the stream then.
pub type Carry = Arc<
    dyn for<'a> Fn(&'a mut Write, MatterId, CaseCommand) -> BoxFuture<'a, Result<u64, WriteError>>
        + Send
        + Sync,
>;

/// Everything that makes documents. Clones share it.
#[derive(Clone)]
pub struct Records {
    /// Database and write path.
    pub app: App,
    /// Stored files.
    pub blobs: Blobs,
    /// The press.
    pub press: Arc<Client>,
    /// Base of public addresses, for example `https://mingjing.example`, without a slash at the end.
    pub base_url: String,
    /// Sheets.
    pub gather: Gather,
    /// The case's service.
    pub carry: Carry,
}

impl Records {
    /// The handler of [`RENDER`].
    pub fn handler(&self) -> Handler {
        let records = self.clone();
        Arc::new(move |_, job| {
            let records = records.clone();
            Box::pin(async move { records.make(&job).await })
        })
    }

    /// Address of the verification page of a document.
    pub fn verify_url(&self, public_id: &str) -> String {
        format!("{}/v/{public_id}", self.base_url)
    }

    /// Makes one document.
    async fn make(&self, job: &Claimed) -> Result<(), JobError> {
        let Payload { case: matter, document: no } =
            serde_json::from_value(job.payload.clone()).map_err(|e| JobError(e.to_string()))?;
        let Some(case) = self.app.load::<Case>(matter).await? else {
            return Err(JobError("案件不存在".to_owned()));
        };
        if case.document(no).is_some_and(|it| it.made.is_some()) {
            return Ok(self.app.end_job(job).await?);
        }
        let reserved = self.reserve(&case.state, matter, no).await?;
        let rendered = self.render(matter, no, &reserved).await?;
        let made = self.keep(matter, rendered).await?;
        self.commit(job, &reserved, made).await
    }

    /// The codes of a document; drawn once.
    async fn reserve(
        &self,
        case: &Case,
        matter: MatterId,
        no: DocumentNo,
    ) -> Result<StoredDocument, JobError> {
        let document = case.document(no).ok_or_else(|| JobError(format!("案件中没有第{no}号文书")))?;
        let failed = |error: crate::kit::db::DbError| JobError(error.to_string());
        let (check_code, public_id) = {
            let mut draw = Draw::new(self.app.entropy().as_ref());
            (CheckCode::draw(&draw.bytes32()), draw.public_id())
        };
        let tx = self.app.db().begin().await.map_err(failed)?;
        let reservation = Reservation {
            matter,
            no,
            organ: case.organ,
            kind: document.kind,
            number: document.number.as_ref().map(ToString::to_string),
            check_code: &check_code,
            public_id: &public_id,
        };
        store::reserve(&tx, reservation, self.app.now()).await.map_err(failed)?;
        let stored = store::document(&tx, matter, no).await.map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        stored.ok_or_else(|| JobError("文书的核验码没有存下".to_owned()))
    }

    async fn render(
        &self,
        matter: MatterId,
        no: DocumentNo,
        reserved: &StoredDocument,
    ) -> Result<Rendered, JobError> {
        let verification = Verification {
            url: self.verify_url(&reserved.public_id),
            check_code: reserved.check_code.clone(),
        };
        let job = filled(&self.app, &self.gather, (matter, no), &verification).await?;
        let press = Arc::clone(&self.press);
        let rendered = tokio::task::spawn_blocking(move || press.render(&job)).await;
        rendered.map_err(|e| JobError(e.to_string()))?.map_err(|e| JobError(e.to_string()))
    }

    /// Stores the bytes and takes their digests.
    async fn keep(&self, matter: MatterId, rendered: Rendered) -> Result<Made, JobError> {
        let blobs = self.blobs.clone();
        let kept = tokio::task::spawn_blocking(move || {
            let sha256 = blobs.put(matter, &rendered.pdf)?;
            Ok::<_, crate::kit::blob::BlobError>(Made {
                sha256: hex::encode(sha256),
                sm3: hex::encode(sm3::Sm3::digest(&rendered.pdf)),
                pages: rendered.pages,
                template: rendered.template_digest,
            })
        });
        kept.await.map_err(|e| JobError(e.to_string()))?.map_err(|e| JobError(e.to_string()))
    }

    /// The event, the row and the end of the job: all or nothing.
    async fn commit(&self, job: &Claimed, reserved: &StoredDocument, made: Made) -> Result<(), JobError> {
        let (matter, no) = (reserved.matter, reserved.no);
        let command = CaseCommand::MarkMade { document: no, made: made.clone() };
        let system = Actor { id: StaffId(Uuid::nil()), organ: reserved.organ, roles: Vec::new() };
        let request = request(&system, Some(matter), &command, &Options::new(command_id(matter, no)))?;
        let (carry, job) = (Arc::clone(&self.carry), Arc::new(job.clone()));
        let made = Arc::new(made);
        self.app
            .write(request, move |w| {
                let (carry, job, made, command) =
                    (Arc::clone(&carry), Arc::clone(&job), Arc::clone(&made), command.clone());
                Box::pin(async move {
                    let version = carry(w, matter, command).await?;
                    w.complete(&job);
                    let now = w.now();
                    store::made(w.tx().await?, matter, no, &made, version, now).await?;
                    Ok(version)
                })
            })
            .await?;
        Ok(())
    }
}

/// A document as the press takes it: the case's stream up to the act that issued
/// it, the organ and the people as they were, the rules of that day.
///
/// # Errors
/// When the case has no such document, or something is missing in it, by name.
pub async fn filled(
    app: &App,
    gather: &Gather,
    (matter, no): (MatterId, DocumentNo),
    verification: &Verification,
) -> Result<Job, JobError> {
    let events: Vec<(Meta, CaseEvent)> =
        app.stream::<Case>(matter).await?.into_iter().map(|it| (it.meta, it.event)).collect();
    let (issued, _) = events
        .iter()
        .find(|(_, event)| matches!(event, CaseEvent::DocumentIssued { no: it, .. } if *it == no))
        .ok_or_else(|| JobError(format!("案件中没有第{no}号文书")))?;
    let day = civil_day(issued.moment.recorded_at);
    // Whatever archiving the document came of: of the file, or of a supplement.
    let after = events.iter().filter(|(meta, _)| meta.version > issued.version);
    let list = after.into_iter().find_map(|(_, event)| match event {
        CaseEvent::Archived { .. } => Some(0),
        CaseEvent::SupplementArchived(it) => Some(it.no),
        _ => None,
    });
    let file = match list {
        Some(list) => accepted(app, matter, list, issued.moment.recorded_at).await?,
        None => None,
    };
    let recordings = recorded(app.db(), matter).await.map_err(|e| JobError(e.to_string()))?;
    let sheets = gather(app.clone(), issued.organ, people(&events), day).await?;
    let person = |id: StaffId| sheets.people.get(&id).cloned().unwrap_or_default();
    let sources = Sources {
        events: &events,
        organ: &sheets.organ,
        people: &person,
        law: &sheets.law,
        calendar: &sheets.calendar,
        watermark: sheets.watermark.as_deref(),
        file: file.as_ref(),
        recordings: &recordings,
        order: sheets.order,
    };
    fill(&sources, no, verification).map_err(|e| JobError(e.to_string()))
}

/// One command id for one document: however often the job runs, the document is
/// committed once.
fn command_id(matter: MatterId, no: DocumentNo) -> Uuid {
    let digest = Sha256::new_with_prefix(b"mingjing document made\n").chain_update(matter.0.as_bytes());
    let digest: [u8; 32] = digest.chain_update(no.to_be_bytes()).finalize().into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// Everyone whom an event names or who acted.
fn people(events: &[(Meta, CaseEvent)]) -> BTreeSet<StaffId> {
    let mut out: BTreeSet<StaffId> = events.iter().map(|(meta, _)| meta.actor).collect();
    for (_, event) in events {
        collect(&serde_json::to_value(event).unwrap_or_default(), &mut out);
    }
    out.remove(&StaffId(Uuid::nil()));
    out
}

/// Identifiers anywhere in a body; those that are no person's find nobody.
fn collect(value: &serde_json::Value, out: &mut BTreeSet<StaffId>) {
    use serde_json::Value;
    match value {
        Value::String(text) if text.len() == 36 => out.extend(text.parse::<Uuid>().map(StaffId)),
        Value::Array(items) => items.iter().for_each(|it| collect(it, out)),
        Value::Object(members) => members.values().for_each(|it| collect(it, out)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
