//! What is done with a recording after it was stored: 统一存储 on the day of the month that the
//! rules name; each file read for what it says of itself.

use std::sync::Arc;

use jiff::civil::Date;
use mingjing_domain::matter::{MatterId, shanghai};
use mingjing_domain::recording::timeline::SegmentNo;
use mingjing_domain::recording::{Recording, RecordingCommand};
use serde_json::{Value, json};

use super::service::{self, Options, system};
use crate::case::facts::Rules;
use crate::kit::app::App;
use crate::kit::db::DbError;
use crate::kit::entropy::Draw;
use crate::kit::error::WriteError;
use crate::kit::jobs::{Claimed, Handler, JobError};
use crate::kit::work::NewJob;
use crate::kit::write::Write;

/// Kind of the job.
pub const CENTRALISE: &str = "centralise_recording";

/// Queues the monthly storage of a recording for the beginning of its day.
pub fn enqueue(w: &mut Write, recording: MatterId, on: Option<Date>) {
    let at = on.and_then(|day| day.at(0, 30, 0, 0).to_zoned(shanghai()).ok()).map(|it| it.timestamp());
    let payload = json!({ "recording": recording });
    let run_at = at.unwrap_or_else(|| w.now());
    w.enqueue_at(CENTRALISE, recording.to_string(), &payload, Some(recording), run_at);
}

/// Kind of the job that reads a stored file; carried out by the evidence store.
pub const READ_FILE: &str = "read_file";

/// Queues the reading of a stored piece.
pub fn enqueue_reading(w: &mut Write, recording: MatterId, no: SegmentNo) {
    let now = w.now();
    w.enqueue_at(READ_FILE, name_of(recording, no), &payload(no), Some(recording), now);
}

/// Queues the reading of pieces that are in the store already: what was made of them is gone,
/// or a tool that was missing is there now.
///
/// # Errors
/// When the database fails.
pub async fn read_again(app: &App, pieces: &[(MatterId, SegmentNo)]) -> Result<(), DbError> {
    let run_at = app.now();
    let job = |(recording, no): &(MatterId, SegmentNo)| NewJob {
        kind: READ_FILE,
        dedupe: name_of(*recording, *no),
        matter: Some(*recording),
        payload: payload(*no).to_string(),
        run_at,
    };
    app.queue(pieces.iter().map(job).collect()).await
}

fn name_of(recording: MatterId, no: SegmentNo) -> String {
    format!("{recording}/{no}")
}

fn payload(no: SegmentNo) -> Value {
    json!({ "no": no })
}

/// The piece that a job of [`READ_FILE`] is about.
pub fn piece_of(job: &Claimed) -> Option<(MatterId, SegmentNo)> {
    let no = job.payload["no"].as_u64().and_then(|no| SegmentNo::try_from(no).ok())?;
    job.matter.map(|recording| (recording, no))
}

/// Carries the job out.
pub fn handler(rules: Arc<Rules>) -> Handler {
    Arc::new(move |app, job| {
        let rules = Arc::clone(&rules);
        Box::pin(async move { centralise(&app, &rules, &job).await })
    })
}

async fn centralise(app: &App, rules: &Arc<Rules>, job: &Claimed) -> Result<(), JobError> {
    let Some(id) = job.matter else { return Ok(app.end_job(job).await?) };
    let found = app.load::<Recording>(id).await.map_err(|e| JobError(e.to_string()))?;
    let Some(it) = found.filter(|it| it.destroyed.is_none() && it.centralised_on.is_none() && it.accepted())
    else {
        // Destroyed, done by hand, or a piece was added meanwhile: its own job follows it.
        return Ok(app.end_job(job).await?);
    };
    let command_id = Draw::new(app.entropy().as_ref()).uuid_v7(app.now().as_millisecond());
    let command = RecordingCommand::Centralise {};
    let done = service::act(app, rules, &system(it.organ), Some(id), command, Options::new(command_id)).await;
    match done {
        Ok(_) | Err(WriteError::Refused(_)) => Ok(app.end_job(job).await?),
        Err(error) => Err(error.into()),
    }
}
