//! Decides stored commands on people and organs again.

use mingjing_domain::matter::{MatterId, OrganId, StaffId};
use mingjing_domain::organ::{self, OrganCommand, OrganFacts, OrganState};
use mingjing_domain::staff::{self, StaffCommand, StaffFacts, StaffState};
use serde::Deserialize;

use crate::ops::audit::command::{Asked, Expected, Objection};
use crate::ops::audit::stream::{self, Audited};

/// People, for the audit.
pub const fn people() -> Audited {
    stream::entry::<StaffState>(person_again)
}

/// Organs, for the audit.
pub const fn organs() -> Audited {
    stream::entry::<OrganState>(organ_again)
}

#[derive(Deserialize)]
struct PersonBody {
    /// Organ of a person who is being registered.
    #[serde(default)]
    organ: Option<OrganId>,
    /// Person whose record is changed.
    #[serde(default)]
    person: Option<StaffId>,
    #[serde(rename = "do")]
    command: StaffCommand,
}

fn person_again(asked: &Asked<'_>) -> Result<Vec<Expected>, Objection> {
    let stored = asked.command;
    let body: PersonBody = stored.read()?;
    let matter = body.person.map(|id| MatterId(id.0));
    let state = match matter {
        Some(id) => {
            let found = asked.state::<StaffState>(id);
            Some(found.ok_or_else(|| Objection::new("read_set.unknown", format!("人员 {id} 不存在")))?)
        }
        None => None,
    };
    let organ = state.map(|it| it.organ).or(body.organ);
    let organ = organ.ok_or_else(|| Objection::new("command.altered", "没有写明机关"))?;
    asked.actor_held_roles()?;
    let facts = StaffFacts {
        actor: stored.actor.clone(),
        today: stored.moment.recorded_day(),
        units: asked.organ(organ)?.1.profile.units.clone(),
        founding: asked.reference.founding(organ, asked.seq),
    };
    staff::decide(state, &body.command, &facts)?
        .iter()
        .map(|event| {
            let (type_of, body) = stream::shown::<StaffState>(event).map_err(|e| Objection::json(&e))?;
            Ok(Expected { matter, type_of, body })
        })
        .collect()
}

#[derive(Deserialize)]
struct OrganBody {
    organ: OrganId,
    #[serde(rename = "do")]
    command: OrganCommand,
}

fn organ_again(asked: &Asked<'_>) -> Result<Vec<Expected>, Objection> {
    let stored = asked.command;
    let body: OrganBody = stored.read()?;
    asked.actor_held_roles()?;
    let matter = MatterId(body.organ.0);
    let facts = OrganFacts { actor: stored.actor.clone(), today: stored.moment.recorded_day() };
    organ::decide(asked.state::<OrganState>(matter), &body.command, &facts)?
        .iter()
        .map(|event| {
            let (type_of, body) = stream::shown::<OrganState>(event).map_err(|e| Objection::json(&e))?;
            Ok(Expected { matter: Some(matter), type_of, body })
        })
        .collect()
}
