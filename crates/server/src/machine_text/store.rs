//! Statements on the index of machine-made text, and its end.

use mingjing_domain::matter::{MatterId, OrganId};
use mingjing_domain::recording::timeline::SegmentNo;
use sea_orm::Value;

use crate::kit::app::App;
use crate::kit::db::{DbError, Engine, Row, Sql};
use crate::params;

/// Rows that are counted to find the rarest pair.
const COUNTED: u32 = 1_000;

/// A piece.
pub type Place = (MatterId, SegmentNo);

fn organs_in(organs: &[OrganId], values: &mut Vec<Value>) -> String {
    let from = values.len();
    values.extend(organs.iter().flat_map(|it| params![*it]));
    let places: Vec<String> = (from + 1..=values.len()).map(|at| format!("${at}")).collect();
    if places.is_empty() {
        "w.organ_id IS NULL".to_owned()
    } else {
        format!("w.organ_id IN ({})", places.join(", "))
    }
}

/// The pairs with the rarest first, as far as a bounded count tells: it leads, the others are
/// looked up for what it gives.
async fn rarest_first<S: Sql>(sql: &S, organs: &[OrganId], terms: &[String]) -> Result<Vec<String>, DbError> {
    let mut counted = Vec::with_capacity(terms.len());
    for term in terms {
        let mut values = params![term.as_str()];
        let organs = organs_in(organs, &mut values);
        let text = format!(
            "SELECT COUNT(*) AS n FROM (SELECT 1 FROM recording_word w WHERE w.term = $1 AND {organs} LIMIT {COUNTED}) x"
        );
        let row = sql.one("recording_word", text, values).await?;
        counted.push((row.map_or(Ok(0), |row| row.int("n"))?, term.clone()));
    }
    counted.sort();
    Ok(counted.into_iter().map(|(_, term)| term).collect())
}

/// Pieces of these organs in whose text all pairs stand, newest recording first, behind a piece.
///
/// # Errors
/// When the database fails.
pub async fn having<S: Sql>(
    sql: &S,
    organs: &[OrganId],
    terms: &[String],
    after: Option<Place>,
    limit: u32,
) -> Result<Vec<Place>, DbError> {
    let terms = rarest_first(sql, organs, terms).await?;
    let Some((first, others)) = terms.split_first() else { return Ok(Vec::new()) };
    let mut values = params![first.as_str()];
    let mut text = format!(
        "SELECT w.matter_id, w.no FROM recording_word w WHERE w.term = $1 AND {}",
        organs_in(organs, &mut values)
    );
    if let Some((recording, no)) = after {
        let at = values.len();
        values.extend(params![recording, i64::from(no)]);
        text.push_str(&format!(" AND (w.matter_id, w.no) < (${}, ${})", at + 1, at + 2));
    }
    for term in others {
        values.extend(params![term.as_str()]);
        text.push_str(&format!(
            " AND EXISTS (SELECT 1 FROM recording_word o WHERE o.matter_id = w.matter_id AND o.no = w.no AND o.term = ${})",
            values.len()
        ));
    }
    text.push_str(&format!(" ORDER BY w.matter_id DESC, w.no DESC LIMIT {limit}"));
    sql.all("recording_word", text, values).await?.iter().map(place).collect()
}

fn place(row: &Row) -> Result<Place, DbError> {
    let no = u16::try_from(row.int("no")?).map_err(|e| DbError::row("recording_word", "no", e))?;
    Ok((MatterId(row.uuid("matter_id")?), no))
}

/// The version of a recording's stream that says that its content was destroyed.
const GONE: &str = "SELECT version FROM event WHERE matter_id = $1 AND type = 'recording.content_destroyed' ORDER BY version LIMIT 1";

/// Versions of a recording's stream that hold what a machine wrote down.
const MADE: &str = "SELECT version FROM event WHERE matter_id = $1 AND type = 'recording.machine_text_made'";

/// Deletes what machines wrote down of recordings whose content was destroyed; of others nothing.
/// Doing it again is harmless.
///
/// # Errors
/// When the database fails.
pub async fn forget(app: &App, recordings: impl Iterator<Item = &MatterId> + Send) -> Result<(), DbError> {
    let mut forgotten = 0;
    for id in recordings {
        let tx = app.db().begin().await?;
        if let Some(gone) = tx.one("event", GONE, params![*id]).await? {
            let cite = params![*id, *id, gone.int("version")?];
            let permit =
                "INSERT INTO erasure_permit (matter_id, event_matter, event_version) VALUES ($1, $2, $3)";
            tx.run(permit, cite).await?;
            let text = format!("DELETE FROM event_content WHERE matter_id = $1 AND version IN ({MADE})");
            forgotten += tx.run(text, params![*id]).await?;
            tx.run("DELETE FROM erasure_permit WHERE matter_id = $1", params![*id]).await?;
        }
        tx.commit().await?;
    }
    if forgotten == 0 {
        return Ok(());
    }
    match app.db().engine() {
        // Old pages may still stand in the write-ahead log.
        Engine::Sqlite => app.db().maintain("PRAGMA wal_checkpoint(TRUNCATE)").await,
        Engine::Postgres => app.db().maintain("VACUUM event_content").await,
    }
}
