//! API tokens: shown once, stored as a digest, with an end, revocable.

use jiff::{SignedDuration, Timestamp};
use mingjing_domain::matter::StaffId;
use uuid::Uuid;

use super::app::App;
use super::db::{Db, DbError, Sql};
use super::entropy::Draw;
use super::login::{Found, Secret};
use crate::params;

/// Begins every token, so that one left lying about is recognised.
const PREFIX: &str = "mj_";

/// One token as its owner sees it in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Identifier, not secret.
    pub id: Uuid,
    /// What its owner called it.
    pub label: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// Makes a token that holds for `days`; the text is the only copy of the secret.
///
/// # Errors
/// When the database fails.
pub async fn issue(app: &App, staff: StaffId, label: &str, days: i64) -> Result<String, DbError> {
    Ok(made(app, staff, label, days).await?.0)
}

/// As [`issue`], with the identifier of the token.
///
/// # Errors
/// When the database fails.
pub async fn made(app: &App, staff: StaffId, label: &str, days: i64) -> Result<(String, Uuid), DbError> {
    let entropy = app.entropy();
    let secret = Secret::fresh(entropy.as_ref());
    let now = app.now();
    let id = Draw::new(entropy.as_ref()).uuid_v7(now.as_millisecond());
    let end = now.saturating_add(SignedDuration::from_hours(24 * days)).unwrap_or(now);
    let tx = app.db().begin().await?;
    tx.run(
        "INSERT INTO api_token (hash, id, staff_id, label, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        params![secret.hash(), id, staff, label, now, end],
    )
    .await?;
    tx.commit().await?;
    Ok((format!("{PREFIX}{}", secret.text()), id))
}

/// Looks a token up with its identifier: one query.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &Db, now: Timestamp, text: &str) -> Result<Option<(Uuid, Found)>, DbError> {
    let Some(secret) = text.strip_prefix(PREFIX).and_then(Secret::parse) else { return Ok(None) };
    let row = db
        .one(
            "api_token",
            "SELECT t.id, t.staff_id, t.expires_at, t.revoked_at, m.version AS staff_version, \
             COALESCE(o.version, 0) AS organ_version, COALESCE(c.must_change, 0) AS must_change \
             FROM api_token t JOIN matter m ON m.id = t.staff_id \
             LEFT JOIN matter o ON o.id = m.organ_id \
             LEFT JOIN credential c ON c.staff_id = t.staff_id WHERE t.hash = $1",
            params![secret.hash()],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    if row.opt_int("revoked_at")?.is_some() || row.instant("expires_at")? <= now {
        return Ok(None);
    }
    let found = Found {
        staff: StaffId(row.uuid("staff_id")?),
        staff_version: row.uint("staff_version")?,
        organ_version: row.uint("organ_version")?,
        must_change: row.flag("must_change")?,
    };
    Ok(Some((row.uuid("id")?, found)))
}

/// A person's tokens, newest first, those that ended included.
///
/// # Errors
/// When the database fails.
pub async fn list(db: &Db, staff: StaffId) -> Result<Vec<Listed>, DbError> {
    let sql = "SELECT id, label, created_at, expires_at, revoked_at FROM api_token \
               WHERE staff_id = $1 ORDER BY id DESC LIMIT 100";
    let rows = db.all("api_token", sql, params![staff]).await?;
    rows.iter()
        .map(|row| {
            Ok(Listed {
                id: row.uuid("id")?,
                label: row.text("label")?,
                created_at: row.instant("created_at")?,
                expires_at: row.instant("expires_at")?,
                revoked_at: row.opt_instant("revoked_at")?,
            })
        })
        .collect()
}

/// Revokes one of a person's own tokens; false when there is no such token.
///
/// # Errors
/// When the database fails.
pub async fn revoke(app: &App, staff: StaffId, id: Uuid) -> Result<bool, DbError> {
    let tx = app.db().begin().await?;
    let changed = tx
        .run(
            "UPDATE api_token SET revoked_at = $3 \
             WHERE id = $1 AND staff_id = $2 AND revoked_at IS NULL",
            params![id, staff, app.now()],
        )
        .await?;
    tx.commit().await?;
    Ok(changed > 0)
}
