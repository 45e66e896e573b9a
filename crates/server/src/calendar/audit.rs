//! Decides stored imports of calendars again.

use mingjing_domain::calendar::CalendarBook;
use mingjing_domain::calendar::import::{self, CalendarCommand, Imported};
use serde::Deserialize;

use super::service::CALENDAR;
use crate::ops::audit::command::{Asked, Expected, Objection};
use crate::ops::audit::stream::{self, Audited};

/// Calendars, for the audit.
pub const fn audited() -> Audited {
    stream::entry::<Imported>(redecide)
}

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "do")]
    command: CalendarCommand,
}

fn redecide(asked: &Asked<'_>) -> Result<Vec<Expected>, Objection> {
    let stored = asked.command;
    let body: Body = stored.read()?;
    let state = asked.state::<Imported>(CALENDAR);
    let event = import::decide(state, &body.command, &stored.actor, CalendarBook::built_in())?;
    let (type_of, shown) = stream::shown::<Imported>(&event).map_err(|e| Objection::json(&e))?;
    Ok(vec![Expected { matter: Some(CALENDAR), type_of, body: shown }])
}
