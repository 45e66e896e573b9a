//! One function for every command on a check.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use jiff::civil::Date;
use mingjing_domain::act_table::Act as _;
use mingjing_domain::device::Device;
use mingjing_domain::matter::{Actor, MatterId, OrganId, shanghai};
use mingjing_domain::recording_check::stats::Arrival;
use mingjing_domain::recording_check::usage::{Spell, use_of};
use mingjing_domain::recording_check::{
    BeaconKind, Candidate, Check, CheckCommand, CheckFacts, CheckKind, Checkpoint, DeviceUse, MAX_POPULATION,
    decide,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::store;
use crate::case::access::rules;
use crate::case::service::rules_of_day;
use crate::device::view as devices;
use crate::kit::app::{App, Request, Written};
use crate::kit::db::Sql;
use crate::kit::error::WriteError;
use crate::kit::write::Write;
use crate::ledger::LedgerError;
use crate::ledger::service::checkpoint_since;
use crate::recording::view::with_devices;
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
    let mut noted = Noted::default();
    if let (CheckCommand::Report { .. }, Some(check)) = (command, state)
        && check.kind == CheckKind::DeviceUse
    {
        noted.devices = devices_used(w, organ, check.period).await?;
    }
    let tx = w.tx().await?;
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

/// Most devices of an organ that one report tells of.
const DEVICES: u32 = 10_000;

/// The use of every device of an organ that was in its ledger between two civil days: who held
/// it by the ledger, what was recorded with it by the recordings.
async fn devices_used(
    w: &mut Write,
    organ: OrganId,
    days: (Date, Date),
) -> Result<Vec<DeviceUse>, WriteError> {
    let now = w.now();
    let of_day = rules_of_day(w, rules(), organ).await?;
    let begins = |day: Date| day.to_zoned(shanghai()).map(|it| it.timestamp());
    let (Ok(from), Ok(to)) = (begins(days.0), days.1.tomorrow().and_then(begins)) else {
        return Ok(Vec::new());
    };
    let tx = w.tx().await?;
    let filter = devices::Filter { organs: vec![organ], ..devices::Filter::default() };
    let lines = devices::list(tx, &filter, DEVICES).await?;
    let mut late: BTreeMap<MatterId, bool> = BTreeMap::new();
    let mut spells: BTreeMap<MatterId, Vec<Spell>> = BTreeMap::new();
    for piece in with_devices(tx, organ, (from, to)).await? {
        let late = match late.get(&piece.recording) {
            Some(known) => *known,
            None => {
                let filed = recordings::one(tx, piece.recording).await?;
                // Where no term can be told nothing is late.
                let upload = filed.and_then(|it| it.upload(of_day.custody().ok()?, now).ok().flatten());
                let is = upload.is_some_and(|it| matches!(it.arrival, Arrival::Late | Arrival::Overdue));
                late.insert(piece.recording, is);
                is
            }
        };
        let spell = Spell { recording: piece.recording, from: piece.from, to: piece.to, late };
        spells.entry(piece.device).or_default().push(spell);
    }
    let mut out = Vec::new();
    for line in lines {
        let Some(device) = w.load::<Device>(line.id).await? else { continue };
        let of = spells.get(&line.id).map_or(&[][..], Vec::as_slice);
        out.extend(use_of(line.id, &device.state, of, days));
    }
    out.sort_by(|a, b| (&a.unit, a.device).cmp(&(&b.unit, b.device)));
    Ok(out)
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
