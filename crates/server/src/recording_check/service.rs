//! One function for every command on a check.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use mingjing_domain::act_table::Act as _;
use mingjing_domain::matter::{Actor, MatterId, OrganId};
use mingjing_domain::recording_check::{
    BeaconKind, Candidate, Check, CheckCommand, CheckFacts, Checkpoint, DeviceUse, MAX_POPULATION, decide,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::store;
use crate::kit::app::{App, Request, Written};
use crate::kit::db::Sql;
use crate::kit::error::WriteError;
use crate::kit::write::Write;
use crate::ledger::LedgerError;
use crate::ledger::service::checkpoint_since;
use crate::recording_view::service as recordings;

/// What a decision looked at besides state and command, as it is noted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Noted {
    /// Recordings.
    pub candidates: Vec<Candidate>,
    /// The checkpoint that the value of a draw is the root of.
    pub checkpoint: Option<Checkpoint>,
    /// The use of the devices.
    pub devices: Vec<DeviceUse>,
    /// The number was used before.
    pub number_used: bool,
}

impl Noted {
    /// The facts for a decision.
    pub fn facts<'a>(&'a self, actor: &'a Actor, now: Timestamp) -> CheckFacts<'a> {
        CheckFacts {
            actor,
            now,
            candidates: &self.candidates,
            checkpoint: self.checkpoint.as_ref(),
            devices: &self.devices,
            number_used: self.number_used,
        }
    }
}

/// Carries out a command. `check` is none for a plan or an opening. Gives the check's matter.
///
/// # Errors
/// What the domain refuses, or a fault of the store.
pub async fn act(
    app: &App,
    actor: &Actor,
    check: Option<MatterId>,
    command: CheckCommand,
    command_id: Uuid,
) -> Result<Written<MatterId>, WriteError> {
    let request = Request {
        actor: actor.clone(),
        purpose: command.verb().word().to_owned(),
        command_id,
        name: "check.act",
        body: json!({ "matter": check, "do": command }),
        moment: None,
    };
    let command = Arc::new(command);
    app.write(request, move |w: &mut Write| {
        let command = Arc::clone(&command);
        Box::pin(async move { carry_out(w, check, &command).await }) as BoxFuture<'_, _>
    })
    .await
}

async fn carry_out(
    w: &mut Write,
    check: Option<MatterId>,
    command: &CheckCommand,
) -> Result<MatterId, WriteError> {
    let actor = w.actor().clone();
    let loaded = match check {
        Some(id) => Some(w.load::<Check>(id).await?.ok_or(WriteError::NotFound("记录检查"))?),
        None => None,
    };
    let organ = loaded.as_ref().map_or(actor.organ, |it| it.organ);
    let noted = gather(w, organ, loaded.as_ref().map(|it| it.state.as_ref()), command).await?;
    w.note("facts", serde_json::to_value(&noted)?);
    let event = decide(loaded.as_ref().map(|it| it.state.as_ref()), command, &noted.facts(&actor, w.now()))?;
    match loaded {
        Some(mut it) => {
            w.append(&mut it, event).await?;
            Ok(it.id)
        }
        None => {
            let id = MatterId(w.new_id());
            w.create::<Check>(id, organ, None, event).await?;
            Ok(id)
        }
    }
}

async fn gather(
    w: &mut Write,
    organ: OrganId,
    state: Option<&Check>,
    command: &CheckCommand,
) -> Result<Noted, WriteError> {
    let now = w.now();
    let tx = w.tx().await?;
    let mut noted = Noted::default();
    let named: &[MatterId] = match command {
        CheckCommand::Plan { from, to, .. } => {
            // One more than a draw may be from: the decision says so, nothing is cut off unseen.
            let all = recordings::in_days(tx, organ, (*from, *to), now, MAX_POPULATION + 1).await?;
            noted.candidates = all.iter().map(recordings::Filed::candidate).collect();
            &[]
        }
        CheckCommand::Draw { .. } => {
            if let Some(planned) = state.and_then(|it| it.planned.as_ref()) {
                noted.checkpoint = first_after(tx, planned.beacon.not_before).await?;
            }
            &[]
        }
        CheckCommand::Open { recordings, .. } => recordings,
        CheckCommand::Enter { entry } => std::slice::from_ref(&entry.recording),
        CheckCommand::Refer { number, .. }
        | CheckCommand::Transfer { number, .. }
        | CheckCommand::Circulate { number, .. } => {
            noted.number_used = store::number_used(tx, organ, &number.to_string()).await?;
            &[]
        }
        CheckCommand::Report { .. }
        | CheckCommand::Find { .. }
        | CheckCommand::Verify { .. }
        | CheckCommand::Order { .. }
        | CheckCommand::Rectify { .. }
        | CheckCommand::Recheck { .. }
        | CheckCommand::Discipline { .. }
        | CheckCommand::Receipt { .. }
        | CheckCommand::Conclude { .. }
        | CheckCommand::Close {} => &[],
    };
    for id in named {
        let found = recordings::one(tx, *id).await?.filter(|it| it.organ == organ);
        noted.candidates.extend(found.map(|it| it.candidate()));
    }
    Ok(noted)
}

/// The first checkpoint of our log at an instant or later.
async fn first_after<S: Sql>(sql: &S, at: Timestamp) -> Result<Option<Checkpoint>, WriteError> {
    match checkpoint_since(sql, at).await {
        Ok(found) => Ok(found.map(|(root, _, at)| Checkpoint { root, at })),
        Err(LedgerError::Db(error)) => Err(error.into()),
        // A note that cannot be read is no checkpoint to draw by.
        Err(_) => Ok(None),
    }
}

/// The public value of a plan, once it is there: for a checkpoint the root of the first one
/// after the instant that the plan names.
///
/// # Errors
/// When the database fails.
pub async fn value_of(app: &App, check: &Check) -> Result<Option<(String, Timestamp)>, WriteError> {
    let Some(planned) = &check.planned else { return Ok(None) };
    match planned.beacon.kind {
        BeaconKind::Checkpoint => {
            let found = first_after(app.db(), planned.beacon.not_before).await?;
            Ok(found.map(|it| (it.root, it.at)))
        }
        BeaconKind::Lottery | BeaconKind::Market => Ok(None),
    }
}
