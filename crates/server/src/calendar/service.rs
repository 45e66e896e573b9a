//! Importing a calendar, and what decisions read of it.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use mingjing_domain::calendar::CalendarBook;
use mingjing_domain::calendar::import::{self, CalendarCommand, Imported};
use mingjing_domain::matter::{Actor, MatterId, OrganId, StaffId};
use serde_json::json;
use uuid::Uuid;

use crate::kit::app::{App, Request, Written};
use crate::kit::error::{ReadError, WriteError};
use crate::kit::write::Write;

/// The one matter of calendars of an installation. Every decision that may look at a
/// day reads it, once it exists.
pub const CALENDAR: MatterId = MatterId(Uuid::from_u128(0x6361_6c65_6e64_8172_8000_6d69_6e67_6a69));

/// What was imported so far; none when nothing was.
///
/// # Errors
/// When a stored event cannot be read.
pub async fn imported(app: &App) -> Result<Option<Arc<Imported>>, ReadError> {
    Ok(app.load::<Imported>(CALENDAR).await?.map(|it| it.state))
}

/// Imports a calendar, by the installation itself. Gives the number of imports.
///
/// # Errors
/// What the domain refuses, or a fault of the store.
pub async fn import(
    app: &App,
    command: CalendarCommand,
    command_id: Uuid,
) -> Result<Written<u64>, WriteError> {
    // The installation is no organ's: its own matters stand under none.
    let organ = OrganId(Uuid::nil());
    let request = Request {
        actor: Actor { id: StaffId(Uuid::nil()), organ, roles: Vec::new() },
        purpose: "导入工作日历".to_owned(),
        command_id,
        name: "calendar.import",
        body: json!({ "do": command }),
        moment: None,
    };
    let command = Arc::new(command);
    app.write(request, move |w: &mut Write| {
        let command = Arc::clone(&command);
        Box::pin(async move {
            let loaded = w.load::<Imported>(CALENDAR).await?;
            let actor = w.actor().clone();
            let event = import::decide(loaded.as_deref(), &command, &actor, CalendarBook::built_in())?;
            match loaded {
                Some(mut it) => {
                    w.append(&mut it, event).await?;
                    Ok(it.version)
                }
                None => Ok(w.create::<Imported>(CALENDAR, organ, None, event).await?.version),
            }
        }) as BoxFuture<'_, _>
    })
    .await
}
