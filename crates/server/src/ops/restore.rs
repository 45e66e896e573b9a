//! Putting a backup into an empty place, and what must follow.
//!
//! Content that was lawfully erased after the backup was made is not put back: the
//! list kept outside says which. A backup older than an anchored checkpoint cannot
//! continue that log; with leave it opens a new one whose first entry cites the
//! old head.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mingjing_domain::matter::MatterId;
use mingjing_ledger::note::{Checkpoint, VerifierKey};
use mingjing_ledger::tlog::{Frontier, leaf_hash};
use sea_orm::Value;
use sha2::{Digest, Sha256};

use super::OpsError;
use super::backup::{CopiedTable, FORMAT, Manifest};
use super::erase::{Erased, SIDE_TABLES};
use super::tables::{Column, Kind, Table, tables};
use crate::kit::clock::Clock;
use crate::kit::db::{Db, Engine, Sql, Tx};
use crate::kit::flush::{append_leaf, store_leaves};
use crate::kit::schema;
use crate::ledger::anchor::Anchor;
use crate::params;

/// First byte of the entry that opens a log which follows another: not an event.
pub const FOLLOWS: u8 = 2;
/// Rows written at a time.
const PAGE: usize = 500;

/// What was put back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Rows.
    pub rows: u64,
    /// Files.
    pub files: u64,
    /// Matters whose erasure was applied again.
    pub erased: u64,
    /// Name of the new log, if one was opened.
    pub new_log: Option<String>,
}

/// Where and how to restore.
pub struct Target<'a> {
    /// An empty database.
    pub db: &'a Db,
    /// Clock.
    pub clock: &'a dyn Clock,
    /// Folder for stored files; must be absent or empty.
    pub blobs: &'a Path,
    /// What was erased since.
    pub erasures: Vec<Erased>,
    /// Anchor, and the keys that signed it.
    pub anchor: Option<(&'a Anchor, &'a [VerifierKey])>,
    /// Leave to open a new log when the backup lies behind the anchor.
    pub new_log: bool,
}

/// Reads the manifest of a backup.
///
/// # Errors
/// When there is none: the backup was not finished.
pub fn manifest(folder: &Path) -> Result<Manifest, OpsError> {
    let path = folder.join("manifest.json");
    let bytes = fs::read(&path).map_err(|e| OpsError::io(&path, e))?;
    let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|e| OpsError::malformed(&path, e))?;
    if manifest.format == FORMAT { Ok(manifest) } else { Err(OpsError::malformed(&path, manifest.format)) }
}

/// Restores `folder` into the target. All tables are filled in one transaction.
///
/// # Errors
/// When the target is not empty, a file differs from the manifest, or the backup
/// lies behind the anchor and no new log may be opened; nothing is stored then.
pub async fn restore(folder: &Path, target: &Target<'_>) -> Result<Restored, OpsError> {
    let manifest = manifest(folder)?;
    let former = behind(&manifest, target)?;
    if former.is_some() && !target.new_log {
        return Err(OpsError::Refused(
            "备份早于已锚定的检查点，不能续写原账本；确需恢复请加 --new-log 另开新账本".to_owned(),
        ));
    }
    schema::migrate(target.db, target.clock).await?;
    let tx = target.db.begin().await?;
    let here = tables(&tx).await?;
    if let Some(table) = first_filled(&tx, &here).await? {
        return Err(OpsError::Refused(format!("目标数据库不是空的（表 {table}）")));
    }
    let mut restored = Restored { rows: 0, files: 0, erased: 0, new_log: None };
    for table in &here {
        let copied = manifest.tables.iter().find(|it| it.name == table.name);
        if let Some(copied) = copied {
            // A new log begins, but what it follows stays known.
            let of_log = table.name.starts_with("ledger_") && table.name != "ledger_former";
            let skip = former.is_some() && of_log;
            restored.rows += fill(&tx, folder, table, copied, target, skip).await?;
        }
    }
    if let Some(copied) = manifest.tables.iter().find(|it| !here.iter().any(|t| t.name == it.name)) {
        return Err(OpsError::Refused(format!("备份中的表 {} 在本程序中不存在", copied.name)));
    }
    restored.erased = reapply(&tx, &target.erasures).await?;
    sequences(&tx).await?;
    if let Some((old, note)) = former {
        restored.new_log = Some(new_log(&tx, target, &old, &note).await?);
    }
    restored.files = files(folder, &manifest, target)?;
    tx.commit().await?;
    Ok(restored)
}

/// The anchored head that the backup lies behind.
fn behind(manifest: &Manifest, target: &Target<'_>) -> Result<Option<(Checkpoint, String)>, OpsError> {
    let Some((anchor, keys)) = target.anchor else { return Ok(None) };
    let anchored = anchor.all(&manifest.origin, keys)?;
    Ok(anchored.into_iter().next_back().filter(|(it, _)| it.size > manifest.size))
}

async fn first_filled(tx: &Tx, tables: &[Table]) -> Result<Option<&'static str>, OpsError> {
    for table in tables {
        let sql = format!("SELECT 1 AS one FROM {} LIMIT 1", table.name);
        if tx.one(table.name, sql, vec![]).await?.is_some() {
            return Ok(Some(table.name));
        }
    }
    Ok(None)
}

async fn fill(
    tx: &Tx,
    folder: &Path,
    table: &Table,
    copied: &CopiedTable,
    target: &Target<'_>,
    skip: bool,
) -> Result<u64, OpsError> {
    let path = folder.join("tables").join(format!("{}.jsonl", table.name));
    let file = File::open(&path).map_err(|e| OpsError::io(&path, e))?;
    let mut hash = Sha256::new();
    let (mut rows, mut kept) = (0_u64, 0_u64);
    let mut pending: Vec<Vec<Value>> = Vec::new();
    let erasable = table.name == "event_content" || SIDE_TABLES.contains(&table.name);
    let matter = table.position("matter_id").filter(|_| erasable);
    for line in BufReader::new(file).lines() {
        let line = line.map_err(|e| OpsError::io(&path, e))?;
        hash.update(line.as_bytes());
        hash.update(b"\n");
        rows += 1;
        let row = parse(&copied.columns, &line).map_err(|e| OpsError::malformed(&path, e))?;
        let gone = matter.is_some_and(|at| is_erased(&row[at], &target.erasures));
        if skip || gone {
            continue;
        }
        kept += 1;
        pending.push(row);
        if pending.len() == PAGE {
            write(tx, table, copied, &mut pending).await?;
        }
    }
    write(tx, table, copied, &mut pending).await?;
    if rows != copied.rows || hex::encode(hash.finalize()) != copied.sha256 {
        return Err(OpsError::Refused(format!("备份文件 {} 与清单不符", path.display())));
    }
    Ok(kept)
}

fn is_erased(value: &Value, erasures: &[Erased]) -> bool {
    let Value::Bytes(Some(bytes)) = value else { return false };
    erasures.iter().any(|it| it.matter.0.as_bytes() == bytes.as_slice())
}

async fn write(
    tx: &Tx,
    table: &Table,
    copied: &CopiedTable,
    pending: &mut Vec<Vec<Value>>,
) -> Result<(), OpsError> {
    let head = table.insert_sql(&copied.columns);
    Ok(tx.insert(&head, copied.columns.len(), std::mem::take(pending), "").await?)
}

fn parse(columns: &[Column], line: &str) -> Result<Vec<Value>, String> {
    let row: Vec<serde_json::Value> = serde_json::from_str(line).map_err(|e| e.to_string())?;
    if row.len() != columns.len() {
        return Err("number of columns".to_owned());
    }
    row.iter().zip(columns).map(|(value, column)| cell(value, column)).collect()
}

fn cell(value: &serde_json::Value, column: &Column) -> Result<Value, String> {
    let wrong = || format!("column {}", column.name);
    let null = value.is_null();
    Ok(match column.kind {
        Kind::Int if null => None::<i64>.into(),
        Kind::Int => value.as_i64().ok_or_else(wrong)?.into(),
        Kind::Text if null => None::<String>.into(),
        Kind::Text => value.as_str().ok_or_else(wrong)?.into(),
        Kind::Blob if null => None::<Vec<u8>>.into(),
        Kind::Blob => {
            let text = value.get("b").and_then(serde_json::Value::as_str).ok_or_else(wrong)?;
            STANDARD.decode(text).map_err(|_| wrong())?.into()
        }
    })
}

/// Erasures that happened after the backup are marked again.
async fn reapply(tx: &Tx, erasures: &[Erased]) -> Result<u64, OpsError> {
    let mut again = 0;
    for it in erasures {
        let marked = tx
            .run(
                "UPDATE matter SET erased_at = $1 WHERE id = $2 AND erased_at IS NULL",
                params![it.erased_at, it.matter],
            )
            .await?;
        if marked == 1 {
            tx.run(
                "INSERT INTO erasure (matter_id, event_matter, event_version, erased_at, slots) \
                 VALUES ($1, $2, $3, $4, 0)",
                params![it.matter, it.event_matter, it.event_version, it.erased_at],
            )
            .await?;
            again += 1;
        }
    }
    Ok(again)
}

/// PostgreSQL's counters go on behind the restored rows.
async fn sequences(tx: &Tx) -> Result<(), OpsError> {
    if tx.engine() == Engine::Sqlite {
        return Ok(());
    }
    let rows = tx
        .all(
            "schema",
            "SELECT table_name::text AS t, column_name::text AS c FROM information_schema.columns \
             WHERE table_schema = current_schema() AND is_identity = 'YES'",
            vec![],
        )
        .await?;
    for row in rows {
        let (table, column) = (row.text("t")?, row.text("c")?);
        let sql = format!(
            "SELECT setval(pg_get_serial_sequence('{table}', '{column}'), \
             COALESCE((SELECT MAX({column}) FROM {table}), 0) + 1, false)"
        );
        tx.one("schema", sql, vec![]).await?;
    }
    Ok(())
}

/// Opens a log that follows `old`: its first entry cites the old head, then every
/// event takes its place in the order of recording.
async fn new_log(tx: &Tx, target: &Target<'_>, old: &Checkpoint, note: &str) -> Result<String, OpsError> {
    let origin = next_name(&old.origin);
    let now = target.clock.now();
    tx.run(
        "INSERT INTO ledger_former (origin, size, note, ended_at) VALUES ($1, $2, $3, $4)",
        params![old.origin.as_str(), old.size, note.as_bytes(), now],
    )
    .await?;
    let mut frontier = Frontier::default();
    let mut citation = vec![FOLLOWS];
    citation.extend_from_slice(&leaf_hash(note.as_bytes()));
    let (leaf, mut nodes) = append_leaf(&mut frontier, &citation, None)?;
    store_leaves(tx, vec![leaf], &[]).await?;
    let (mut last, mut recorded_at) = (0, jiff::Timestamp::UNIX_EPOCH);
    loop {
        let page = tx
            .all(
                "event",
                "SELECT seq, matter_id, version, root_sha256, root_sm3, recorded_at FROM event \
                 WHERE seq > $1 ORDER BY seq LIMIT 1000",
                params![last],
            )
            .await?;
        let mut leaves = Vec::with_capacity(page.len());
        for row in &page {
            let root =
                mingjing_ledger::Pair { sha256: row.bytes32("root_sha256")?, sm3: row.bytes32("root_sm3")? };
            let event = (MatterId(row.uuid("matter_id")?), row.uint("version")?);
            let entry = mingjing_ledger::commit::entry(&root);
            let (leaf, completed) = append_leaf(&mut frontier, &entry, Some(event))?;
            leaves.push(leaf);
            nodes.extend(completed);
            last = row.int("seq")?;
            recorded_at = recorded_at.max(row.instant("recorded_at")?);
        }
        if leaves.is_empty() {
            break;
        }
        store_leaves(tx, leaves, &nodes).await?;
        nodes.clear();
    }
    tx.run("DELETE FROM outbox", vec![]).await?;
    tx.run(
        "INSERT INTO ledger_head (id, origin, size, frontier, recorded_at, fence, lease_until) \
         VALUES (1, $1, $2, $3, $4, 0, 0)",
        params![origin.as_str(), frontier.size(), frontier.to_bytes(), recorded_at],
    )
    .await?;
    Ok(origin)
}

/// `example.org/log` → `example.org/log/2` → `example.org/log/3`.
fn next_name(origin: &str) -> String {
    match origin.rsplit_once('/') {
        Some((front, n)) => match n.parse::<u32>() {
            Ok(n) => format!("{front}/{}", n.saturating_add(1)),
            Err(_) => format!("{origin}/2"),
        },
        None => format!("{origin}/2"),
    }
}

fn files(folder: &Path, manifest: &Manifest, target: &Target<'_>) -> Result<u64, OpsError> {
    let mut count = 0;
    for it in &manifest.files {
        let first = it.path.split('/').next().unwrap_or_default();
        if target.erasures.iter().any(|gone| gone.matter.to_string() == first) {
            continue;
        }
        let from = folder.join("files").join(&it.path);
        let bytes = fs::read(&from).map_err(|e| OpsError::io(&from, e))?;
        if hex::encode(Sha256::digest(&bytes)) != it.sha256 || it.path.split('/').any(|p| p == "..") {
            return Err(OpsError::Refused(format!("备份文件 {} 与清单不符", from.display())));
        }
        let to = target.blobs.join(&it.path);
        crate::kit::blob::write_new(&to, &bytes).map_err(|e| OpsError::io(&to, e))?;
        count += 1;
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::next_name;

    #[test]
    fn logs_are_counted() {
        assert_eq!(next_name("a.org/log"), "a.org/log/2");
        assert_eq!(next_name("a.org/log/2"), "a.org/log/3");
        assert_eq!(next_name("log"), "log/2");
    }
}
