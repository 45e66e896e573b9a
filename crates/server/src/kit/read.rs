//! Reading matters: the newest state, the state as of an instant, the stream.

use std::sync::Arc;

use jiff::Timestamp;
use mingjing_domain::matter::{Matter, MatterId, StaffId};
use uuid::Uuid;

use super::app::{App, Cached};
use super::clock::lock;
use super::db::{DbError, Sql};
use super::error::ReadError;
use super::event::{self, Opened};
use super::registry::{StoredEvent, open_all};
use super::work::{HEAD_COLUMNS, Head};
use super::write::Loaded;
use crate::params;

impl App {
    /// The newest state of a matter: one query when the state is in memory. None
    /// when it does not exist or is of another kind. The caller checks the right
    /// to see it against `Loaded::organ`.
    ///
    /// # Errors
    /// When a stored event cannot be read.
    pub async fn load<M: Matter>(&self, id: MatterId) -> Result<Option<Loaded<M>>, ReadError> {
        let sql = format!("SELECT {HEAD_COLUMNS} FROM matter WHERE id = $1");
        let Some(row) = self.db().one("matter", sql, params![id]).await? else { return Ok(None) };
        let head = Head::read(&row)?;
        if head.kind != M::KIND {
            return Ok(None);
        }
        let state = match cached::<M>(self, id, &head) {
            Some(state) => state,
            None => {
                let state = Arc::new(fold_stored::<M, _>(self.db(), id, head.version).await?);
                let (version, head, erased) = (head.version, head.entry.clone(), head.erased);
                let entry = Cached { version, head, erased, state: state.clone() };
                lock(&self.0.cache).put(id, entry);
                state
            }
        };
        let Head { organ, family, version, erased, .. } = head;
        Ok(Some(Loaded { id, organ, family, version, erased, state }))
    }

    /// All events of a matter in stream order, with the texts still held.
    ///
    /// # Errors
    /// When a stored event cannot be read.
    pub async fn stream<M: Matter>(&self, id: MatterId) -> Result<Vec<Opened<M::Event>>, ReadError> {
        open_all::<M>(&stored(self.db(), id, u64::MAX >> 1).await?)
    }

    /// The matter as it had been recorded up to and including `at`; none when it
    /// had not begun.
    ///
    /// # Errors
    /// When a stored event cannot be read.
    pub async fn as_recorded<M: Matter>(&self, id: MatterId, at: Timestamp) -> Result<Option<M>, ReadError> {
        let mut events = self.stream::<M>(id).await?;
        events.retain(|it| it.meta.moment.recorded_at <= at);
        if events.is_empty() { Ok(None) } else { Ok(Some(event::fold(&events)?)) }
    }

    /// The matter with what is known today to have happened up to `at`, in the
    /// order of recording; none when nothing had happened.
    ///
    /// # Errors
    /// When a stored event cannot be read.
    pub async fn as_happened<M: Matter>(&self, id: MatterId, at: Timestamp) -> Result<Option<M>, ReadError> {
        let mut events = self.stream::<M>(id).await?;
        events.retain(|it| it.meta.moment.happened_at <= at);
        // A fold needs the founding event; without it nothing can be shown.
        if events.first().is_none_or(|it| it.meta.version != 1) {
            return Ok(None);
        }
        Ok(Some(event::fold(&events)?))
    }
}

/// The cached state of exactly this head.
pub(crate) fn cached<M: Matter>(app: &App, id: MatterId, head: &Head) -> Option<Arc<M>> {
    let mut cache = lock(&app.0.cache);
    let entry = cache.get(&id)?;
    let fits = entry.version == head.version && entry.head == head.entry && entry.erased == head.erased;
    if fits { Arc::clone(&entry.state).downcast::<M>().ok() } else { None }
}

/// Whether a person already carried out the command of this id: what a second
/// click on the same button asks, after the page behind it has moved on.
///
/// # Errors
/// When the database fails.
pub async fn carried_out<S: Sql>(sql: &S, command: Uuid, actor: StaffId) -> Result<bool, DbError> {
    let found = "SELECT 1 AS found FROM command WHERE id = $1 AND actor = $2";
    Ok(sql.one("command", found, params![command, actor]).await?.is_some())
}

/// Stored events of a matter up to a version, in order.
///
/// # Errors
/// When the database fails.
pub async fn stored<S: Sql>(sql: &S, id: MatterId, up_to: u64) -> Result<Vec<StoredEvent>, DbError> {
    let rows = sql
        .all(
            "event",
            "SELECT version, envelope, body FROM event WHERE matter_id = $1 AND version <= $2 \
             ORDER BY version",
            params![id, up_to],
        )
        .await?;
    let mut events = Vec::with_capacity(rows.len());
    let mut versions = Vec::with_capacity(rows.len());
    for row in &rows {
        versions.push(row.int("version")?);
        events.push(StoredEvent {
            envelope: row.bytes("envelope")?,
            body: row.bytes("body")?,
            texts: Vec::new(),
        });
    }
    let texts = sql
        .all(
            "event_content",
            "SELECT version, slot, text FROM event_content \
             WHERE matter_id = $1 AND version <= $2 AND slot >= 0 ORDER BY version, slot",
            params![id, up_to],
        )
        .await?;
    for row in &texts {
        let version = row.int("version")?;
        let slot = u32::try_from(row.int("slot")?).map_err(|e| DbError::row("event_content", "slot", e))?;
        let text =
            String::from_utf8(row.bytes("text")?).map_err(|e| DbError::row("event_content", "text", e))?;
        if let Ok(at) = versions.binary_search(&version) {
            events[at].texts.push((slot, text));
        }
    }
    Ok(events)
}

/// Folds a stored stream up to a version.
pub(crate) async fn fold_stored<M: Matter, S: Sql>(
    sql: &S,
    id: MatterId,
    version: u64,
) -> Result<M, ReadError> {
    let events = open_all::<M>(&stored(sql, id, version).await?)?;
    Ok(event::fold(&events)?)
}
