//! Statements about what may be destroyed and what was.

use jiff::Timestamp;
use mingjing_domain::matter::{MatterId, OrganId};

use crate::kit::db::{DbError, Sql};
use crate::params;

/// An archived case whose retention is over.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Over {
    /// Case.
    pub case: MatterId,
    /// Number of its filing.
    pub number: Option<String>,
    /// Title.
    pub title: String,
    /// Last civil day of its retention.
    pub kept_until: String,
}

/// Cases whose retention ended before a civil day and whose content is still there,
/// the longest over first.
///
/// # Errors
/// When the database fails.
pub async fn over<S: Sql>(sql: &S, organ: OrganId, today: &str, limit: u32) -> Result<Vec<Over>, DbError> {
    let text = format!(
        "SELECT k.matter_id, k.kept_until, r.number, r.title FROM case_retention k \
         JOIN case_row r ON r.matter_id = k.matter_id JOIN matter m ON m.id = k.matter_id \
         WHERE k.organ_id = $1 AND k.kept_until < $2 AND m.erased_at IS NULL \
         ORDER BY k.kept_until, k.matter_id LIMIT {limit}"
    );
    let rows = sql.all("case_retention", text, params![organ, today]).await?;
    rows.iter()
        .map(|row| {
            Ok(Over {
                case: MatterId(row.uuid("matter_id")?),
                number: row.opt_text("number")?,
                title: row.text("title")?,
                kept_until: row.text("kept_until")?,
            })
        })
        .collect()
}

/// Destructions of an organ, newest first, below a cursor.
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
        Some(_) => (" AND id < $2", params![organ]),
        None => ("", params![organ]),
    };
    values.extend(before.map(|id| params![id]).into_iter().flatten());
    let text = format!(
        "SELECT id FROM matter WHERE organ_id = $1 AND kind = 'erasure'{below} ORDER BY id DESC LIMIT {limit}"
    );
    sql.all("matter", text, values).await?.iter().map(|row| Ok(MatterId(row.uuid("id")?))).collect()
}

/// Publications that stand in a case's family.
///
/// # Errors
/// When the database fails.
pub async fn publications<S: Sql>(sql: &S, family: MatterId) -> Result<Vec<MatterId>, DbError> {
    let text = "SELECT id FROM matter WHERE family = $1 AND kind = 'publication' ORDER BY id";
    let rows = sql.all("matter", text, params![family]).await?;
    rows.iter().map(|row| Ok(MatterId(row.uuid("id")?))).collect()
}

/// Places in the order of commits after an informant's in which its case is looked for:
/// both are recorded in one transaction, and others may commit in between.
const NEAR: i64 = 500;

/// Cases that were opened soon after an informant: among them is the one that cites it.
/// No table is made from an informant, so its place in the order of commits leads there.
///
/// # Errors
/// When the database fails.
pub async fn beside<S: Sql>(sql: &S, informant: MatterId) -> Result<Vec<MatterId>, DbError> {
    let text = "SELECT c.matter_id FROM event i JOIN event c ON c.seq > i.seq AND c.seq <= i.seq + $2 \
                WHERE i.matter_id = $1 AND i.version = 1 \
                AND c.organ_id = i.organ_id AND c.kind = 'case' AND c.version = 1 ORDER BY c.seq";
    let rows = sql.all("event", text, params![informant, NEAR]).await?;
    rows.iter().map(|row| Ok(MatterId(row.uuid("matter_id")?))).collect()
}

/// When and by which destruction a matter's content went.
///
/// # Errors
/// When the database fails.
pub async fn tombstone<S: Sql>(sql: &S, matter: MatterId) -> Result<Option<(MatterId, Timestamp)>, DbError> {
    let text = "SELECT event_matter, erased_at FROM erasure WHERE matter_id = $1";
    let row = sql.one("erasure", text, params![matter]).await?;
    row.map(|row| Ok((MatterId(row.uuid("event_matter")?), row.instant("erased_at")?))).transpose()
}
