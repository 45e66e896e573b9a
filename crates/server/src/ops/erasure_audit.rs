//! Decides stored commands on destructions again.

use mingjing_domain::erasure::{self, Erasure, ErasureCommand};
use mingjing_domain::matter::MatterId;
use serde::Deserialize;

use super::audit::command::{Asked, Expected, Objection};
use super::audit::stream::{self, Audited};

/// Destructions, for the audit.
pub const fn audited() -> Audited {
    stream::entry::<Erasure>(redecide)
}

#[derive(Deserialize)]
struct Body {
    matter: Option<MatterId>,
    #[serde(rename = "do")]
    command: ErasureCommand,
}

fn redecide(asked: &Asked<'_>) -> Result<Vec<Expected>, Objection> {
    let stored = asked.command;
    let body = Body::deserialize(&stored.body).map_err(|e| Objection::json(&e))?;
    asked.roles_held(&asked.people()?)?;
    let state = body.matter.and_then(|id| asked.state::<Erasure>(id));
    let event = erasure::decide(state, &body.command, &stored.actor)?;
    let (type_of, shown) = stream::shown::<Erasure>(&event).map_err(|e| Objection::json(&e))?;
    Ok(vec![Expected { matter: body.matter, type_of, body: shown }])
}
