//! Decides stored commands on checks again.

use mingjing_domain::matter::MatterId;
use mingjing_domain::recording_check::{Check, CheckCommand, decide};
use serde::Deserialize;

use super::service::Noted;
use crate::ops::audit::command::{Asked, Expected, Objection};
use crate::ops::audit::stream::{self, Audited};

/// Checks, for the audit.
pub const fn audited() -> Audited {
    stream::entry::<Check>(redecide)
}

#[derive(Deserialize)]
struct Body {
    matter: Option<MatterId>,
    #[serde(rename = "do")]
    command: CheckCommand,
}

fn redecide(asked: &Asked<'_>) -> Result<Vec<Expected>, Objection> {
    let stored = asked.command;
    let body: Body = stored.read()?;
    asked.actor_held_roles()?;
    let state = match body.matter {
        Some(id) => {
            asked.matters_read([id])?;
            let found = asked.state::<Check>(id);
            Some(found.ok_or_else(|| Objection::new("read_set.unknown", format!("记录检查 {id} 不存在")))?)
        }
        None => None,
    };
    // Recordings stand in other families: they are taken as noted.
    let noted: Noted = asked.noted("facts")?.unwrap_or_default();
    let event = decide(state, &body.command, &noted.facts(&stored.actor, stored.recorded_at))?;
    let (type_of, shown) = stream::shown::<Check>(&event).map_err(|e| Objection::json(&e))?;
    Ok(vec![Expected { matter: body.matter, type_of, body: shown }])
}
