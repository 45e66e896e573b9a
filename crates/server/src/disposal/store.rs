//! Statements on lists for destruction.

use mingjing_domain::matter::{MatterId, OrganId};

use crate::kit::db::{DbError, Sql};
use crate::params;

/// Lists of an organ, newest first, below a cursor.
///
/// # Errors
/// When the database fails.
pub async fn page<S: Sql>(
    sql: &S,
    organ: OrganId,
    before: Option<MatterId>,
    limit: u32,
) -> Result<Vec<MatterId>, DbError> {
    let (below, mut values) = match before {
        Some(_) => (" AND matter_id < $2", params![organ]),
        None => ("", params![organ]),
    };
    values.extend(before.map(|id| params![id]).into_iter().flatten());
    let text = format!(
        "SELECT matter_id FROM disposal_row WHERE organ_id = $1{below} ORDER BY matter_id DESC LIMIT {limit}"
    );
    let rows = sql.all("disposal_row", text, values).await?;
    rows.iter().map(|row| Ok(MatterId(row.uuid("matter_id")?))).collect()
}

/// Whether a certificate of this number stands on a list of the organ.
///
/// # Errors
/// When the database fails.
pub async fn certificate_used<S: Sql>(sql: &S, organ: OrganId, number: &str) -> Result<bool, DbError> {
    let text = "SELECT matter_id FROM disposal_row WHERE organ_id = $1 AND certificate = $2";
    Ok(sql.one("disposal_row", text, params![organ, number]).await?.is_some())
}

/// The list that names a recording and is not over; the newest.
///
/// # Errors
/// When the database fails.
pub async fn running<S: Sql>(sql: &S, recording: MatterId) -> Result<Option<MatterId>, DbError> {
    let text = "SELECT i.matter_id FROM disposal_item i JOIN disposal_row r ON r.matter_id = i.matter_id \
         WHERE i.recording_id = $1 AND r.progress IN ('proposed', 'reviewed', 'approved') \
         ORDER BY i.matter_id DESC LIMIT 1";
    let row = sql.one("disposal_item", text, params![recording]).await?;
    row.map(|row| Ok(MatterId(row.uuid("matter_id")?))).transpose()
}
