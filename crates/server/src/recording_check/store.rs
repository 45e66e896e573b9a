//! Statements on the tables of checks.

use mingjing_domain::matter::{MatterId, OrganId};

use crate::kit::db::{DbError, Sql};
use crate::params;

/// Whether a letter or circular of the organ has this number.
///
/// # Errors
/// When the database fails; so for all below.
pub async fn number_used<S: Sql>(sql: &S, organ: OrganId, number: &str) -> Result<bool, DbError> {
    let text = "SELECT matter_id FROM check_number WHERE organ_id = $1 AND number = $2";
    Ok(sql.one("check_number", text, params![organ, number]).await?.is_some())
}

/// Checks of an organ, newest first, below a cursor.
///
/// # Errors
/// As [`number_used`].
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
        "SELECT matter_id FROM check_row WHERE organ_id = $1{below} ORDER BY matter_id DESC LIMIT {limit}"
    );
    let rows = sql.all("check_row", text, values).await?;
    rows.iter().map(|row| Ok(MatterId(row.uuid("matter_id")?))).collect()
}
