//! 统一存储: what is stored whole is brought together on the day of the month that the
//! rules name.

use std::sync::Arc;

use jiff::civil::Date;
use mingjing_domain::matter::{MatterId, shanghai};
use mingjing_domain::recording::{Recording, RecordingCommand};
use serde_json::json;

use super::service::{self, Options, system};
use crate::case::facts::Rules;
use crate::kit::app::App;
use crate::kit::entropy::Draw;
use crate::kit::error::WriteError;
use crate::kit::jobs::{Claimed, Handler, JobError};
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
