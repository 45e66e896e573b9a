//! Viewings are read from their stream, newest first, by version.

use jiff::Timestamp;
use mingjing_domain::matter::MatterId;
use mingjing_domain::viewing::{Thing, ViewingEvent, Viewings};

use crate::kit::db::Sql;
use crate::kit::error::ReadError;
use crate::kit::event::{self, Opened};
use crate::params;

/// Viewings below a version, newest first.
///
/// # Errors
/// When the database fails or an event cannot be read.
pub async fn page<S: Sql>(
    sql: &S,
    matter: MatterId,
    before: u64,
    limit: u32,
) -> Result<Vec<Opened<ViewingEvent>>, ReadError> {
    let text = format!(
        "SELECT envelope, body FROM event WHERE matter_id = $1 AND version < $2 \
         ORDER BY version DESC LIMIT {limit}"
    );
    let rows = sql.all("event", text, params![matter, before]).await?;
    // No viewing holds a text.
    rows.iter()
        .map(|row| event::open::<Viewings>(&row.bytes("envelope")?, &row.bytes("body")?, |_| None))
        .collect()
}

/// Events read at a time in search of one thing.
const STRIDE: u32 = 200;

/// Viewings of one thing before an instant, newest first, at most `most`.
///
/// # Errors
/// As [`page`].
pub async fn of_thing<S: Sql>(
    sql: &S,
    matter: MatterId,
    thing: Thing,
    before: Option<Timestamp>,
    most: u32,
) -> Result<Vec<Opened<ViewingEvent>>, ReadError> {
    let mut found = Vec::new();
    let mut below = i64::MAX.unsigned_abs();
    loop {
        let some = page(sql, matter, below, STRIDE).await?;
        let (count, last) = (some.len(), some.last().map(|it| it.meta.version));
        found.extend(some.into_iter().filter(|it| {
            let ViewingEvent::Viewed { what, .. } = &it.event;
            *what == thing && before.is_none_or(|before| it.meta.moment.recorded_at < before)
        }));
        found.truncate(most as usize);
        match last {
            Some(last) if count == STRIDE as usize && found.len() < most as usize => below = last,
            Some(_) | None => return Ok(found),
        }
    }
}
