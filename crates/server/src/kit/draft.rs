//! Drafts of forms: kept for their owner until submitted or thrown away.

use jiff::Timestamp;
use mingjing_domain::matter::{MatterId, StaffId};
use uuid::Uuid;

use super::app::App;
use super::db::{Db, DbError, Sql};
use super::form::Posted;
use crate::params;

/// Where a draft belongs.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Who typed it.
    pub owner: StaffId,
    /// The matter it is about; none for one that does not exist yet.
    pub matter: Option<MatterId>,
    /// Which form.
    pub form: &'a str,
}

impl Place<'_> {
    fn matter(&self) -> MatterId {
        self.matter.unwrap_or(MatterId(Uuid::nil()))
    }
}

/// Keeps what is typed, in place of an earlier draft of the same form.
///
/// # Errors
/// When the database fails.
pub async fn save(app: &App, place: Place<'_>, posted: &Posted) -> Result<(), DbError> {
    let body = serde_json::Value::from_iter(
        posted.typed().into_iter().map(|(name, value)| serde_json::Value::from(vec![name, value])),
    );
    let tx = app.db().begin().await?;
    tx.run(
        "INSERT INTO draft (owner, matter_id, form, body, saved_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (owner, matter_id, form) DO UPDATE SET body = excluded.body, \
         saved_at = excluded.saved_at",
        params![place.owner, place.matter(), place.form, body.to_string(), app.now()],
    )
    .await?;
    tx.commit().await
}

/// The draft and when it was saved.
///
/// # Errors
/// When the database fails or the draft cannot be read.
pub async fn load(db: &Db, place: Place<'_>) -> Result<Option<(Posted, Timestamp)>, DbError> {
    let sql = "SELECT body, saved_at FROM draft WHERE owner = $1 AND matter_id = $2 AND form = $3";
    let values = params![place.owner, place.matter(), place.form];
    let Some(row) = db.one("draft", sql, values).await? else { return Ok(None) };
    let pairs: Vec<(String, String)> =
        serde_json::from_str(&row.text("body")?).map_err(|e| DbError::row("draft", "body", e))?;
    Ok(Some((Posted::from_pairs(pairs), row.instant("saved_at")?)))
}

/// Throws a draft away.
///
/// # Errors
/// When the database fails.
pub async fn discard(app: &App, place: Place<'_>) -> Result<(), DbError> {
    let tx = app.db().begin().await?;
    tx.run(
        "DELETE FROM draft WHERE owner = $1 AND matter_id = $2 AND form = $3",
        params![place.owner, place.matter(), place.form],
    )
    .await?;
    tx.commit().await
}
