//! Decides stored commands on approvals of viewing again.

use mingjing_domain::matter::MatterId;
use mingjing_domain::viewing_grant::{Grant, GrantCommand, ViewingLaw, decide};
use serde::Deserialize;
use uuid::Uuid;

use super::service::Noted;
use crate::ops::audit::command::{Asked, Expected, Objection};
use crate::ops::audit::stream::{self, Audited};

/// Approvals, for the audit.
pub const fn audited() -> Audited {
    stream::entry::<Grant>(redecide)
}

#[derive(Deserialize)]
struct Body {
    matter: Option<MatterId>,
    #[serde(rename = "do")]
    command: GrantCommand,
}

fn redecide(asked: &Asked<'_>) -> Result<Vec<Expected>, Objection> {
    let stored = asked.command;
    let body: Body = stored.read()?;
    asked.actor_held_roles()?;
    let state = match body.matter {
        Some(id) => {
            asked.matters_read([id])?;
            let found = asked.state::<Grant>(id);
            Some(found.ok_or_else(|| Objection::new("read_set.unknown", format!("查阅申请 {id} 不存在")))?)
        }
        None => None,
    };
    let organ = state.map_or(stored.actor.organ, |it| it.organ);
    let law = ViewingLaw::of(&asked.rules_of_day(organ)?.policy);
    let noted: Noted = asked.noted("facts")?.unwrap_or_default();
    // The things stand in other families: they are taken as noted, and were read.
    asked.matters_read(noted.things.iter().filter_map(|it| it.of_case()))?;
    asked.matters_read(noted.original.iter().map(|it| it.recording))?;
    let matter = body.matter.unwrap_or(MatterId(Uuid::nil()));
    let facts = noted.facts(matter, &stored.actor, stored.recorded_at, &law);
    let event = decide(state, &body.command, &facts)?;
    let (type_of, shown) = stream::shown::<Grant>(&event).map_err(|e| Objection::json(&e))?;
    Ok(vec![Expected { matter: body.matter, type_of, body: shown }])
}
