//! Viewings are read from their stream, newest first, by version.

use mingjing_domain::matter::MatterId;
use mingjing_domain::viewing::{ViewingEvent, Viewings};

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
