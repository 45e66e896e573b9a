//! Statements on the tables of files and batches.

use mingjing_domain::matter::{MatterId, OrganId};

use crate::kit::db::{DbError, Sql};
use crate::params;

/// Whether a file of the organ has this number in the archives.
///
/// # Errors
/// When the database fails; so for all below.
pub async fn number_used<S: Sql>(sql: &S, organ: OrganId, number: &str) -> Result<bool, DbError> {
    let text = "SELECT matter_id FROM case_file_row WHERE organ_id = $1 AND archive_no = $2";
    Ok(sql.one("case_file_row", text, params![organ, number]).await?.is_some())
}

/// Cases of files of an organ at a stage, oldest first.
///
/// # Errors
/// As [`number_used`].
pub async fn at_stage<S: Sql>(
    sql: &S,
    organ: OrganId,
    stage: &str,
    limit: u32,
) -> Result<Vec<MatterId>, DbError> {
    let text = format!(
        "SELECT case_id FROM case_file_row WHERE organ_id = $1 AND stage = $2 ORDER BY matter_id LIMIT {limit}"
    );
    let rows = sql.all("case_file_row", text, params![organ, stage]).await?;
    rows.iter().map(|row| Ok(MatterId(row.uuid("case_id")?))).collect()
}

/// Cases of files that were accepted between two civil days, both included, and stand in no
/// batch.
///
/// # Errors
/// As [`number_used`].
pub async fn unlisted<S: Sql>(
    sql: &S,
    organ: OrganId,
    days: (&str, &str),
    limit: u32,
) -> Result<Vec<MatterId>, DbError> {
    let text = format!(
        "SELECT f.case_id FROM case_file_row f LEFT JOIN transfer_file t ON t.file_id = f.matter_id \
         WHERE f.organ_id = $1 AND f.accepted_on >= $2 AND f.accepted_on <= $3 AND t.file_id IS NULL \
         ORDER BY f.accepted_on, f.matter_id LIMIT {limit}"
    );
    let rows = sql.all("case_file_row", text, params![organ, days.0, days.1]).await?;
    rows.iter().map(|row| Ok(MatterId(row.uuid("case_id")?))).collect()
}

/// The batch in which a file stands, and the batch's stage.
///
/// # Errors
/// As [`number_used`].
pub async fn batch_of<S: Sql>(sql: &S, file: MatterId) -> Result<Option<(MatterId, String)>, DbError> {
    let text = "SELECT matter_id, stage FROM transfer_file WHERE file_id = $1";
    let row = sql.one("transfer_file", text, params![file]).await?;
    row.map(|row| Ok((MatterId(row.uuid("matter_id")?), row.text("stage")?))).transpose()
}

/// Batches of an organ, newest first, below a cursor.
///
/// # Errors
/// As [`number_used`].
pub async fn batches<S: Sql>(
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
        "SELECT matter_id FROM transfer_row WHERE organ_id = $1{below} ORDER BY matter_id DESC LIMIT {limit}"
    );
    let rows = sql.all("transfer_row", text, values).await?;
    rows.iter().map(|row| Ok(MatterId(row.uuid("matter_id")?))).collect()
}

/// Batches of an organ at a stage, oldest first.
///
/// # Errors
/// As [`number_used`].
pub async fn batches_at<S: Sql>(
    sql: &S,
    organ: OrganId,
    stage: &str,
    limit: u32,
) -> Result<Vec<MatterId>, DbError> {
    let text = format!(
        "SELECT matter_id FROM transfer_row WHERE organ_id = $1 AND stage = $2 ORDER BY matter_id LIMIT {limit}"
    );
    let rows = sql.all("transfer_row", text, params![organ, stage]).await?;
    rows.iter().map(|row| Ok(MatterId(row.uuid("matter_id")?))).collect()
}

/// How many files an organ has accepted, and how many cases it has archived, between two
/// civil days: for the assessment. Counted over an index, at most `limit` of each.
///
/// # Errors
/// As [`number_used`].
pub async fn accepted<S: Sql>(
    sql: &S,
    organ: OrganId,
    days: (&str, &str),
    limit: u32,
) -> Result<Vec<MatterId>, DbError> {
    let text = format!(
        "SELECT case_id FROM case_file_row WHERE organ_id = $1 AND accepted_on >= $2 AND accepted_on <= $3 \
         ORDER BY accepted_on, matter_id LIMIT {limit}"
    );
    let rows = sql.all("case_file_row", text, params![organ, days.0, days.1]).await?;
    rows.iter().map(|row| Ok(MatterId(row.uuid("case_id")?))).collect()
}
