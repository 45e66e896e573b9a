//! Decides stored commands on devices again.

use std::collections::BTreeMap;

use mingjing_domain::case::facts::Person;
use mingjing_domain::device::{Device, DeviceCommand};
use mingjing_domain::device::{DeviceFacts, decide};
use mingjing_domain::matter::{MatterId, StaffId, TimeSource};
use serde::Deserialize;

use super::service::people_of;
use crate::case::facts::{Written, person};
use crate::ops::audit::command::{Asked, Expected, Objection};
use crate::ops::audit::stream::{self, Audited};

/// Devices, for the audit.
pub const fn audited() -> Audited {
    stream::entry::<Device>(redecide)
}

#[derive(Deserialize)]
struct Body {
    device: Option<MatterId>,
    #[serde(rename = "do")]
    command: DeviceCommand,
}

fn redecide(asked: &Asked<'_>) -> Result<Vec<Expected>, Objection> {
    let stored = asked.command;
    let body: Body = stored.read()?;
    let state = match body.device {
        Some(id) => {
            let found = asked.state::<Device>(id);
            Some(found.ok_or_else(|| Objection::new("read_set.unknown", format!("设备 {id} 不存在")))?)
        }
        None => None,
    };
    let organ_id = state.map_or(stored.actor.organ, |it| it.organ);
    let (version, organ) = asked.organ(organ_id)?;
    let imported = asked.imported()?;
    let rules = asked.rules_noted(&organ, version, imported.as_deref())?;
    let known = asked.people()?;
    asked.roles_held(&known)?;
    let mut needed = people_of(stored.actor.id, Written::of(&body.command));
    if let TimeSource::Paper { approver, .. } = &stored.moment.source {
        needed.insert(*approver);
    }
    asked.all_read(needed)?;
    let people: BTreeMap<StaffId, Person> = known.iter().map(|(id, it)| (*id, person(it))).collect();
    let facts = DeviceFacts {
        moment: stored.moment.clone(),
        actor: stored.actor.clone(),
        people: &people,
        custody: rules.custody()?,
        number_used: number_used(asked, &body.command),
    };
    let event = decide(state, &body.command, &facts)?;
    let (type_of, shown) = stream::shown::<Device>(&event).map_err(|e| Objection::json(&e))?;
    Ok(vec![Expected { matter: body.device, type_of, body: shown }])
}

/// Another device of the organ had the number before.
fn number_used(asked: &Asked<'_>, command: &DeviceCommand) -> bool {
    let DeviceCommand::Register(new) = command else { return false };
    asked.reference.devices.values().filter(|it| it.began() < asked.seq).any(|it| {
        it.at(1)
            .is_some_and(|it| it.organ == asked.command.actor.organ && it.registration.number == new.number)
    })
}
