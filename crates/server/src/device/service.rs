//! One function for every command on a device: load, decide, append.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use mingjing_domain::calendar::import::Imported;
use mingjing_domain::case::facts::Person;
use mingjing_domain::device::{Device, DeviceCommand};
use mingjing_domain::device::{DeviceFacts, decide, device_step};
use mingjing_domain::matter::{Actor, MatterId, StaffId, TimeSource};
use mingjing_domain::organ::OrganState;
use mingjing_domain::staff::StaffState;
use serde_json::json;
use uuid::Uuid;

use super::store;
use crate::calendar::service::CALENDAR;
use crate::case::body::Claimed;
use crate::case::facts::{Rules, Written, person, staff_matter};
use crate::kit::app::{App, Batch, Request, Written as Outcome};
use crate::kit::error::WriteError;
use crate::kit::write::Write;

/// Name of the command as stored.
pub const NAME: &str = "device.act";

/// Carries out a command; `device` is none for a registration. Gives the device.
///
/// # Errors
/// The refusal of the law, or a fault of the store.
pub async fn act(
    app: &App,
    rules: &Arc<Rules>,
    actor: &Actor,
    device: Option<MatterId>,
    command: DeviceCommand,
    (command_id, moment): (Uuid, Option<Claimed>),
) -> Result<Outcome<MatterId>, WriteError> {
    let request = request(actor, device, &command, (command_id, moment))?;
    let (rules, command) = (Arc::clone(rules), Arc::new(command));
    app.write(request, move |w: &mut Write| {
        let (rules, command) = (Arc::clone(&rules), Arc::clone(&command));
        Box::pin(async move { carry_out(w, &rules, device, &command).await }) as BoxFuture<'_, _>
    })
    .await
}

/// As [`act`], inside a batch.
///
/// # Errors
/// As [`act`].
pub async fn act_in(
    batch: &mut Batch,
    rules: &Arc<Rules>,
    actor: &Actor,
    device: Option<MatterId>,
    command: DeviceCommand,
    (command_id, moment): (Uuid, Option<Claimed>),
) -> Result<Outcome<MatterId>, WriteError> {
    let request = request(actor, device, &command, (command_id, moment))?;
    let (rules, command) = (Arc::clone(rules), Arc::new(command));
    batch
        .write(request, move |w: &mut Write| {
            let (rules, command) = (Arc::clone(&rules), Arc::clone(&command));
            Box::pin(async move { carry_out(w, &rules, device, &command).await }) as BoxFuture<'_, _>
        })
        .await
}

fn request(
    actor: &Actor,
    device: Option<MatterId>,
    command: &DeviceCommand,
    (command_id, moment): (Uuid, Option<Claimed>),
) -> Result<Request, WriteError> {
    Ok(Request {
        actor: actor.clone(),
        purpose: device_step(command.verb()).verb.label().to_owned(),
        command_id,
        name: NAME,
        body: json!({ "device": device, "do": serde_json::to_value(command)? }),
        moment,
    })
}

/// Persons that a decision may look at.
pub fn people_of(actor: StaffId, written: Written) -> std::collections::BTreeSet<StaffId> {
    let mut ids = written.into_ids();
    ids.insert(actor);
    ids.retain(|id| !id.0.is_nil());
    ids
}

async fn carry_out(
    w: &mut Write,
    rules: &Rules,
    device: Option<MatterId>,
    command: &DeviceCommand,
) -> Result<MatterId, WriteError> {
    let actor = w.actor().clone();
    let loaded = match device {
        Some(id) => Some(w.load::<Device>(id).await?.ok_or(WriteError::NotFound("设备"))?),
        None => None,
    };
    let organ = loaded.as_ref().map_or(actor.organ, |it| it.organ);
    let found = w.load::<OrganState>(MatterId(organ.0)).await?.ok_or(WriteError::NotFound("机关"))?;
    let day = w.moment().recorded_day();
    let imported = w.load::<Imported>(CALENDAR).await?;
    let rules = rules.on(&found.state, found.version, day, imported.as_deref())?;
    let mut ids = people_of(actor.id, Written::of(command));
    if let TimeSource::Paper { approver, .. } = &w.moment().source {
        ids.insert(*approver);
    }
    let mut people: BTreeMap<StaffId, Person> = BTreeMap::new();
    for id in ids {
        if let Some(state) = w.load::<StaffState>(staff_matter(id)).await? {
            people.insert(id, person(&state));
        }
    }
    let number_used = match command {
        DeviceCommand::Register(it) => store::number_used(w.tx().await?, organ, &it.number).await?,
        // The number is asked for once, when the device comes to the ledger.
        _ => false,
    };
    let facts = DeviceFacts {
        moment: w.moment().clone(),
        actor,
        people: &people,
        custody: rules.custody()?,
        number_used,
    };
    let event = decide(loaded.as_ref().map(|it| it.state.as_ref()), command, &facts)?;
    w.note("rules", rules.law.version.clone());
    w.note("calendar", rules.calendar.version().digest.to_string());
    w.note("recordings", rules.law.recordings.digest.clone());
    match loaded {
        Some(mut it) => {
            w.append(&mut it, event).await?;
            Ok(it.id)
        }
        None => {
            let id = MatterId(w.new_id());
            w.create::<Device>(id, organ, None, event).await?;
            Ok(id)
        }
    }
}
