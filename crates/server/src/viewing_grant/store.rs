//! Statements on the tables of approvals of viewing.

use jiff::Timestamp;
use mingjing_domain::matter::{MatterId, OrganId, StaffId};

use crate::kit::db::{DbError, Sql};
use crate::params;

/// Which approvals are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of<'a> {
    /// Those that a person asked for.
    Person(StaffId),
    /// All of the organ.
    Organ,
    /// Those of the organ at a stage.
    Stage(&'a str),
}

/// Approvals of an organ, newest first, below a cursor.
///
/// # Errors
/// When the database fails; so for all below.
pub async fn page<S: Sql>(
    sql: &S,
    organ: OrganId,
    of: Of<'_>,
    before: Option<MatterId>,
    limit: u32,
) -> Result<Vec<MatterId>, DbError> {
    let (condition, mut values) = match of {
        Of::Person(id) => ("organ_id = $1 AND requested_by = $2", params![organ, id]),
        Of::Organ => ("organ_id = $1", params![organ]),
        Of::Stage(stage) => ("organ_id = $1 AND stage = $2", params![organ, stage]),
    };
    let below = match before {
        Some(id) => {
            values.extend(params![id]);
            format!(" AND matter_id < ${}", values.len())
        }
        None => String::new(),
    };
    let text = format!(
        "SELECT matter_id FROM grant_row WHERE {condition}{below} ORDER BY matter_id DESC LIMIT {limit}"
    );
    ids(sql, text, values).await
}

async fn ids<S: Sql>(sql: &S, text: String, values: Vec<sea_orm::Value>) -> Result<Vec<MatterId>, DbError> {
    let rows = sql.all("grant_row", text, values).await?;
    rows.iter().map(|row| Ok(MatterId(row.uuid("matter_id")?))).collect()
}

/// Most approvals that are looked through for one look.
const LOOKED: u32 = 200;

/// Approvals under which a person may come to look: the person's own, and for those who keep
/// the archives the ones for somebody outside. The newest first.
///
/// # Errors
/// As [`page`].
pub async fn held<S: Sql>(
    sql: &S,
    person: StaffId,
    archives: Option<OrganId>,
) -> Result<Vec<MatterId>, DbError> {
    let text = format!(
        "SELECT matter_id FROM grant_row WHERE requested_by = $1 AND outside = 0 \
         ORDER BY matter_id DESC LIMIT {LOOKED}"
    );
    let mut all = ids(sql, text, params![person]).await?;
    if let Some(organ) = archives {
        let text = format!(
            "SELECT matter_id FROM grant_row WHERE organ_id = $1 AND stage = 'approved' AND outside = 1 \
             ORDER BY matter_id DESC LIMIT {LOOKED}"
        );
        all.extend(ids(sql, text, params![organ]).await?);
    }
    Ok(all)
}

/// Whether a letter of the organ has this number.
///
/// # Errors
/// As [`page`].
pub async fn number_used<S: Sql>(sql: &S, organ: OrganId, number: &str) -> Result<bool, DbError> {
    let text = "SELECT matter_id FROM grant_delivery WHERE organ_id = $1 AND number = $2";
    Ok(sql.one("grant_delivery", text, params![organ, number]).await?.is_some())
}

/// The approval under which the volumes of a case are out now.
///
/// # Errors
/// As [`page`].
pub async fn lent<S: Sql>(sql: &S, case: MatterId) -> Result<Option<MatterId>, DbError> {
    let text = "SELECT matter_id FROM grant_loan WHERE case_id = $1 AND returned_on IS NULL";
    let row = sql.one("grant_loan", text, params![case]).await?;
    row.map(|row| Ok(MatterId(row.uuid("matter_id")?))).transpose()
}

/// Approvals of an organ under which something went out, newest first, below a cursor.
///
/// # Errors
/// As [`page`].
pub async fn moved<S: Sql>(
    sql: &S,
    organ: OrganId,
    before: Option<MatterId>,
    limit: u32,
) -> Result<Vec<MatterId>, DbError> {
    let (below, mut values) = match before {
        Some(_) => (" AND r.matter_id < $2", params![organ]),
        None => ("", params![organ]),
    };
    values.extend(before.map(|id| params![id]).into_iter().flatten());
    let text = format!(
        "SELECT r.matter_id FROM grant_row r WHERE r.organ_id = $1{below} AND (\
         EXISTS (SELECT 1 FROM grant_loan l WHERE l.matter_id = r.matter_id) OR \
         EXISTS (SELECT 1 FROM grant_delivery d WHERE d.matter_id = r.matter_id)) \
         ORDER BY r.matter_id DESC LIMIT {limit}"
    );
    ids(sql, text, values).await
}

/// One use under an approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedRow {
    /// The approval.
    pub grant: MatterId,
    /// Place among its uses.
    pub no: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: StaffId,
    /// How, stored name.
    pub kind: String,
    /// What, in words.
    pub what: String,
}

/// Where the uses are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// A case.
    Case(MatterId),
    /// A recording.
    Recording(MatterId),
}

/// Uses of what belongs to a case, or of a recording, newest first, before an instant.
///
/// # Errors
/// As [`page`].
pub async fn uses<S: Sql>(
    sql: &S,
    beside: Beside,
    before: Option<Timestamp>,
    limit: u32,
) -> Result<Vec<UsedRow>, DbError> {
    let (column, id) = match beside {
        Beside::Case(id) => ("case_id", id),
        Beside::Recording(id) => ("recording_id", id),
    };
    let text = format!(
        "SELECT matter_id, no, used_at, staff_id, kind, what FROM grant_use \
         WHERE {column} = $1 AND used_at < $2 ORDER BY used_at DESC, matter_id, no LIMIT {limit}"
    );
    let before = before.unwrap_or(Timestamp::MAX);
    let rows = sql.all("grant_use", text, params![id, before]).await?;
    rows.iter()
        .map(|row| {
            Ok(UsedRow {
                grant: MatterId(row.uuid("matter_id")?),
                no: row.int("no")?,
                at: row.instant("used_at")?,
                by: StaffId(row.uuid("staff_id")?),
                kind: row.text("kind")?,
                what: row.text("what")?,
            })
        })
        .collect()
}

/// Most approvals of the days of one look.
const TAKEN: u32 = 2_000;

/// Approvals of an organ under which something was copied or exported between two instants.
///
/// # Errors
/// As [`page`].
pub async fn taken_between<S: Sql>(
    sql: &S,
    organ: OrganId,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<MatterId>, DbError> {
    let text = format!(
        "SELECT DISTINCT g.matter_id FROM grant_row g JOIN grant_use u ON u.matter_id = g.matter_id \
         WHERE g.organ_id = $1 AND u.kind <> 'view' AND u.used_at >= $2 AND u.used_at < $3 \
         ORDER BY g.matter_id LIMIT {TAKEN}"
    );
    ids(sql, text, params![organ, from, to]).await
}

/// Most approvals of a year that are counted for the assessment.
const YEAR: u32 = 20_000;

/// Approvals of an organ with any use, for counting.
///
/// # Errors
/// As [`page`].
pub async fn used<S: Sql>(sql: &S, organ: OrganId, since: &str) -> Result<Vec<MatterId>, DbError> {
    let text = format!(
        "SELECT matter_id FROM grant_row WHERE organ_id = $1 AND uses > 0 AND until_day >= $2 \
         ORDER BY matter_id DESC LIMIT {YEAR}"
    );
    ids(sql, text, params![organ, since]).await
}

/// A derivative that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskRow {
    /// The approval.
    pub grant: MatterId,
    /// Its number there.
    pub no: u16,
    /// The piece it is made from.
    pub segment: u16,
    /// How far it has come, stored name.
    pub state: String,
    /// When it was asked for.
    pub at: Timestamp,
}

/// Most derivatives that are listed of one recording, or for one person.
const MASKS: u32 = 200;

async fn masks<S: Sql>(
    sql: &S,
    condition: &str,
    values: Vec<sea_orm::Value>,
) -> Result<Vec<MaskRow>, DbError> {
    let text = format!(
        "SELECT m.matter_id, m.no, m.segment, m.state, m.asked_at FROM grant_mask m {condition} \
         ORDER BY m.asked_at DESC, m.matter_id, m.no LIMIT {MASKS}"
    );
    let rows = sql.all("grant_mask", text, values).await?;
    rows.iter()
        .map(|row| {
            Ok(MaskRow {
                grant: MatterId(row.uuid("matter_id")?),
                no: u16::try_from(row.int("no")?).unwrap_or(u16::MAX),
                segment: u16::try_from(row.int("segment")?).unwrap_or(u16::MAX),
                state: row.text("state")?,
                at: row.instant("asked_at")?,
            })
        })
        .collect()
}

/// Derivatives of a recording, newest first.
///
/// # Errors
/// As [`page`].
pub async fn masks_of<S: Sql>(sql: &S, recording: MatterId) -> Result<Vec<MaskRow>, DbError> {
    masks(sql, "WHERE m.recording_id = $1", params![recording]).await
}

/// Derivatives that a person asked for in vain and not again, under rights that still stand on
/// a civil day.
///
/// # Errors
/// As [`page`].
pub async fn masks_failed<S: Sql>(sql: &S, person: StaffId, today: &str) -> Result<Vec<MaskRow>, DbError> {
    let condition = "JOIN grant_row r ON r.matter_id = m.matter_id \
         WHERE m.asked_by = $1 AND m.state = 'failed' AND r.stage = 'approved' AND r.until_day >= $2 \
         AND NOT EXISTS (SELECT 1 FROM grant_mask n WHERE n.matter_id = m.matter_id AND n.no > m.no \
         AND n.recording_id = m.recording_id AND n.segment = m.segment)";
    masks(sql, condition, params![person, today]).await
}

/// Up to `most` roots of derivatives of recordings whose content is there, in order, behind a
/// root.
///
/// # Errors
/// As [`page`].
pub async fn derived_behind<S: Sql>(
    sql: &S,
    after: Option<&str>,
    most: usize,
) -> Result<Vec<String>, DbError> {
    let text = "SELECT DISTINCT m.sha256_root FROM grant_mask m \
         JOIN recording_row r ON r.matter_id = m.recording_id \
         WHERE m.sha256_root > $1 AND r.state <> 'destroyed' ORDER BY m.sha256_root LIMIT $2";
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows = sql.all("grant_mask", text, params![after.unwrap_or(""), most]).await?;
    rows.iter().map(|row| row.text("sha256_root")).collect()
}

/// Roots of the derivatives of a recording, whatever became of its content.
///
/// # Errors
/// As [`page`].
pub async fn derived_from<S: Sql>(sql: &S, recording: MatterId) -> Result<Vec<String>, DbError> {
    let text = "SELECT DISTINCT sha256_root FROM grant_mask \
         WHERE recording_id = $1 AND sha256_root IS NOT NULL ORDER BY sha256_root";
    let rows = sql.all("grant_mask", text, params![recording]).await?;
    rows.iter().map(|row| row.text("sha256_root")).collect()
}

/// Recordings, with their content there, of which a derivative has this root.
///
/// # Errors
/// As [`page`].
pub async fn derived_as<S: Sql>(sql: &S, root: &str) -> Result<Vec<MatterId>, DbError> {
    let text = "SELECT DISTINCT m.recording_id AS matter_id FROM grant_mask m \
         JOIN recording_row r ON r.matter_id = m.recording_id \
         WHERE m.sha256_root = $1 AND r.state <> 'destroyed' ORDER BY matter_id";
    ids(sql, text.to_owned(), params![root]).await
}
