//! Lawful destruction of content (house rule 2.7).

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use jiff::Timestamp;
use mingjing_domain::erasure::APPROVED;
use mingjing_domain::matter::{MatterId, OrganId};
use serde::{Deserialize, Serialize};

use super::OpsError;
use crate::kit::app::App;
use crate::kit::blob::Blobs;
use crate::kit::db::{Engine, Sql, Tx};
use crate::kit::error::WriteError;
use crate::kit::projection::{self, difference};
use crate::kit::read::stored;
use crate::kit::schema;
use crate::params;

/// One line of the list kept outside data and backups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// Matter whose content went.
    pub matter: MatterId,
    /// Matter of the destruction.
    pub event_matter: MatterId,
    /// Version of its approval.
    pub event_version: u64,
    /// When.
    pub erased_at: Timestamp,
}

/// Tables outside stream and projections that may hold what was said about a
/// matter: its erasure empties them of the matter's rows.
pub const SIDE_TABLES: &[&str] = &["draft", "job", "publication_page"];

/// Tables with a matter in each row that hold no text and no personal data.
pub const WITHOUT_TEXT: &[&str] = &["document"];

/// Tables of the stream and the ledger, which erasure treats by name.
const STREAM: &[&str] = &["erasure", "erasure_permit", "event", "event_content", "ledger_leaf", "outbox"];

/// Tables with a matter in each row of which erasure knows nothing: none, or the
/// program must not be released.
///
/// # Errors
/// When the database fails.
pub async fn forgotten_tables(app: &App) -> Result<Vec<String>, OpsError> {
    let projected =
        |name: &str| app.registry().iter().flat_map(|it| it.tables).any(|table| table.name == name);
    let known = |name: &str| [SIDE_TABLES, WITHOUT_TEXT, STREAM].iter().any(|list| list.contains(&name));
    Ok(schema::columns(app.db())
        .await?
        .into_iter()
        .filter(|it| it.column == "matter_id" && !known(&it.table) && !projected(&it.table))
        .map(|it| it.table)
        .collect())
}

/// Carries out an approved destruction: texts, salts and keys, the rows made from
/// them, waiting jobs, drafts, files. Running it again is harmless. Gives the
/// erased matters.
///
/// # Errors
/// When the event is no approved destruction; when the database or a file fails.
pub async fn erase(
    app: &App,
    blobs: &Blobs,
    list: &Path,
    event: (MatterId, u64),
) -> Result<Vec<MatterId>, OpsError> {
    let matters = approved(app, event).await?;
    for matter in &matters {
        let text = "SELECT erased_at FROM matter WHERE id = $1";
        let head = app.db().one("matter", text, params![*matter]).await?;
        if let Some(head) = head
            && head.opt_int("erased_at")?.is_some()
        {
            // Its line was written before; of a crash in between its files may be left.
            blobs.erase(*matter).map_err(|e| OpsError::Refused(e.to_string()))?;
            continue;
        }
        let line =
            Erased { matter: *matter, event_matter: event.0, event_version: event.1, erased_at: app.now() };
        // On the list before it is gone: a crash between the two is mended by
        // running the same destruction again.
        append(list, &line)?;
        let tx = app.db().begin().await?;
        erase_one(app, &tx, &line).await?;
        tx.commit().await?;
        blobs.erase(*matter).map_err(|e| OpsError::Refused(e.to_string()))?;
    }
    match app.db().engine() {
        // Old pages may still stand in the write-ahead log.
        Engine::Sqlite => app.db().maintain("PRAGMA wal_checkpoint(TRUNCATE)").await?,
        Engine::Postgres => app.db().maintain("VACUUM event_content").await?,
    }
    Ok(matters)
}

/// Matters named by an approved destruction.
async fn approved(app: &App, event: (MatterId, u64)) -> Result<Vec<MatterId>, OpsError> {
    #[derive(Deserialize)]
    struct Body {
        matters: Vec<MatterId>,
    }
    let row = app
        .db()
        .one(
            "event",
            "SELECT type, body FROM event WHERE matter_id = $1 AND version = $2",
            params![event.0, event.1],
        )
        .await?;
    let Some(row) = row else {
        return Err(OpsError::Refused("没有该销毁批准事件".to_owned()));
    };
    if row.text("type")? != APPROVED {
        return Err(OpsError::Refused("该事件不是销毁批准".to_owned()));
    }
    let body: Body = serde_json::from_slice(&row.bytes("body")?).map_err(WriteError::from)?;
    Ok(body.matters)
}

/// The version of a destruction matter's approval.
///
/// # Errors
/// When it was not approved.
pub async fn approval_of(app: &App, matter: MatterId) -> Result<u64, OpsError> {
    let row = app
        .db()
        .one(
            "event",
            "SELECT version FROM event WHERE matter_id = $1 AND type = $2",
            params![matter, APPROVED],
        )
        .await?
        .ok_or_else(|| OpsError::Refused("该销毁呈请尚未批准".to_owned()))?;
    Ok(row.uint("version")?)
}

async fn erase_one(app: &App, tx: &Tx, line: &Erased) -> Result<(), OpsError> {
    let id = line.matter;
    // Two may carry the same destruction out: the second waits, and finds it done.
    let wait = match app.db().engine() {
        Engine::Sqlite => "",
        Engine::Postgres => " FOR UPDATE",
    };
    let text = format!("SELECT kind, organ_id, version, erased_at FROM matter WHERE id = $1{wait}");
    let Some(head) = tx.one("matter", text, params![id]).await? else {
        return Err(OpsError::Refused(format!("没有事项 {id}")));
    };
    if head.opt_int("erased_at")?.is_some() {
        return Ok(());
    }
    let cite = params![id, line.event_matter, line.event_version];
    tx.run("INSERT INTO erasure_permit (matter_id, event_matter, event_version) VALUES ($1, $2, $3)", cite)
        .await?;
    let slots = tx.run("DELETE FROM event_content WHERE matter_id = $1", params![id]).await?;
    tx.run("DELETE FROM erasure_permit WHERE matter_id = $1", params![id]).await?;
    tx.run(
        "INSERT INTO erasure (matter_id, event_matter, event_version, erased_at, slots) \
         VALUES ($1, $2, $3, $4, $5)",
        params![id, line.event_matter, line.event_version, line.erased_at, slots],
    )
    .await?;
    tx.run("UPDATE matter SET erased_at = $1 WHERE id = $2", params![line.erased_at, id]).await?;
    let (kind, organ) = (head.text("kind")?, OrganId(head.uuid("organ_id")?));
    if let Some(entry) = app.registry().iter().find(|it| it.kind.name() == kind) {
        let events = stored(tx, id, head.uint("version")?).await?;
        let new = (entry.rows)(id, organ, &events)?;
        let mut old = Vec::new();
        for table in entry.tables {
            old.extend(table.stored(tx, Some(id)).await?);
        }
        projection::apply(tx, vec![difference(entry.tables, &old, &new)]).await?;
    }
    side_tables(app, tx, id).await
}

async fn side_tables(app: &App, tx: &Tx, id: MatterId) -> Result<(), OpsError> {
    let mut present: BTreeMap<String, bool> = BTreeMap::new();
    for column in schema::columns(app.db()).await? {
        let has = present.entry(column.table).or_default();
        *has |= column.column == "matter_id";
    }
    for table in SIDE_TABLES.iter().filter(|table| present.get(**table) == Some(&true)) {
        tx.run(format!("DELETE FROM {table} WHERE matter_id = $1"), params![id]).await?;
    }
    Ok(())
}

fn append(list: &Path, line: &Erased) -> Result<(), OpsError> {
    let io = |e| OpsError::io(list, e);
    if let Some(folder) = list.parent() {
        fs::create_dir_all(folder).map_err(io)?;
    }
    let text = serde_json::to_string(line).map_err(|e| OpsError::malformed(list, e))?;
    let mut file = fs::OpenOptions::new().create(true).append(true).open(list).map_err(io)?;
    file.write_all(format!("{text}\n").as_bytes()).map_err(io)?;
    file.sync_all().map_err(io)
}

/// The list of what was erased, first line of each matter.
///
/// # Errors
/// When the file cannot be read or a line is malformed.
pub fn read_list(list: &Path) -> Result<Vec<Erased>, OpsError> {
    let text = match fs::read_to_string(list) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(OpsError::io(list, error)),
    };
    let mut found: Vec<Erased> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let erased: Erased = serde_json::from_str(line).map_err(|e| OpsError::malformed(list, e))?;
        if !found.iter().any(|it| it.matter == erased.matter) {
            found.push(erased);
        }
    }
    Ok(found)
}
