//! Decides stored commands on destructions again.

use mingjing_domain::erasure::{self, Erasure, ErasureCommand, ErasureFacts, Subject};
use mingjing_domain::matter::MatterId;
use serde::Deserialize;

use crate::ops::audit::command::{Asked, Expected, Objection};
use crate::ops::audit::stream::{self, Audited};

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
    let body: Body = stored.read()?;
    asked.actor_held_roles()?;
    let state = match body.matter {
        Some(id) => {
            let found = asked.state::<Erasure>(id);
            Some(found.ok_or_else(|| Objection::new("read_set.unknown", format!("销毁事项 {id} 不存在")))?)
        }
        None => None,
    };
    let subjects = match stored.notes.get("subjects") {
        Some(noted) => Vec::<Subject>::deserialize(noted).map_err(|e| Objection::json(&e))?,
        None => Vec::new(),
    };
    let read = subjects.iter().flat_map(|it| std::iter::once(&it.matter).chain(&it.with));
    for id in read {
        if stored.read_version(*id).is_none() {
            return Err(Objection::new("read_set.incomplete", format!("没有记明所依据的事项 {id}")));
        }
    }
    let facts = ErasureFacts { today: stored.moment.recorded_day(), subjects };
    let event = erasure::decide(state, &body.command, &stored.actor, &facts)?;
    let (type_of, shown) = stream::shown::<Erasure>(&event).map_err(|e| Objection::json(&e))?;
    Ok(vec![Expected { matter: body.matter, type_of, body: shown }])
}
