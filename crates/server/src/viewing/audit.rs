//! Decides stored viewings again.

use mingjing_domain::case::Case;
use mingjing_domain::matter::MatterId;
use mingjing_domain::viewing::{self, Thing, Viewings};
use serde::Deserialize;

use super::service::matter_of;
use crate::ops::audit::command::{Asked, Expected, Objection};
use crate::ops::audit::stream::{self, Audited};

/// Viewings, for the audit.
pub const fn audited() -> Audited {
    stream::entry::<Viewings>(redecide)
}

#[derive(Deserialize)]
struct Body {
    case: MatterId,
    what: Thing,
}

fn redecide(asked: &Asked<'_>) -> Result<Vec<Expected>, Objection> {
    let stored = asked.command;
    let body: Body = stored.read()?;
    asked.actor_held_roles()?;
    let case = asked
        .state::<Case>(body.case)
        .ok_or_else(|| Objection::new("read_set.unknown", format!("所查阅的案件 {} 不存在", body.case)))?;
    let mut read = vec![body.case];
    if let Thing::Informant { informant } = body.what {
        read.push(informant);
    }
    if let Some(missing) = read.iter().find(|id| stored.read_version(**id).is_none()) {
        return Err(Objection::new("read_set.incomplete", format!("没有记明所依据的事项 {missing}")));
    }
    let event = viewing::decide(case, body.case, body.what, &stored.actor)?;
    let (type_of, shown) = stream::shown::<Viewings>(&event).map_err(|e| Objection::json(&e))?;
    Ok(vec![Expected { matter: Some(matter_of(body.case)), type_of, body: shown }])
}
