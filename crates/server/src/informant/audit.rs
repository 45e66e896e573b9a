//! Decides the stored registrations of informants again.

use mingjing_domain::informant::{self, Informant, InformantCommand};
use serde::Deserialize;

use crate::ops::audit::command::{Asked, Expected, Objection};
use crate::ops::audit::stream::{self, Audited};

/// Informants, for the audit.
pub const fn audited() -> Audited {
    stream::entry::<Informant>(redecide)
}

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "do")]
    command: InformantCommand,
}

fn redecide(asked: &Asked<'_>) -> Result<Vec<Expected>, Objection> {
    let stored = asked.command;
    let body: Body = stored.read()?;
    asked.actor_held_roles()?;
    // A registration opens the matter: its stream is empty before.
    let state = stored.ids.first().and_then(|id| asked.state(mingjing_domain::matter::MatterId(*id)));
    let event = informant::decide(state, &body.command, &stored.actor)?;
    let (type_of, shown) = stream::shown::<Informant>(&event).map_err(|e| Objection::json(&e))?;
    Ok(vec![Expected { matter: None, type_of, body: shown }])
}
