//! A copy of a running system: one consistent state of all tables, and the files.
//!
//! The copy is the same on both engines: `manifest.json`, `tables/NAME.jsonl` with
//! one JSON array a row (bytes as `{"b": base64}`), `files/…`. Signing keys and the
//! list of erasures are never in it.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sea_orm::Value;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::OpsError;
use super::tables::{Column, Table, tables};
use crate::kit::app::App;
use crate::kit::db::Sql;
use crate::kit::schema::MIGRATIONS;
use crate::ledger::store;

/// Format name of the manifest.
pub const FORMAT: &str = "mingjing.backup/1";
/// Rows read at a time.
const PAGE: usize = 2_000;

/// One copied table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CopiedTable {
    /// Name.
    pub name: String,
    /// Columns in the order of the rows.
    pub columns: Vec<Column>,
    /// Number of rows.
    pub rows: u64,
    /// SHA-256 of the file, hex.
    pub sha256: String,
}

/// One copied file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CopiedFile {
    /// Path below `files/`.
    pub path: String,
    /// SHA-256, hex.
    pub sha256: String,
}

/// What a backup holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// When the copy was begun.
    pub made_at: jiff::Timestamp,
    /// Newest migration of the copied schema.
    pub schema: String,
    /// Name of the log.
    pub origin: String,
    /// Leaves of the log in the copy.
    pub size: u64,
    /// Newest checkpoint in the copy.
    pub checkpoint: Option<String>,
    /// Tables in the order in which they can be filled.
    pub tables: Vec<CopiedTable>,
    /// Files.
    pub files: Vec<CopiedFile>,
}

/// Copies everything into `folder`, which must be absent or empty.
///
/// # Errors
/// When the folder is in use or the database or file system fails; an unfinished
/// copy has no manifest and cannot be restored.
pub async fn backup(app: &App, blobs: &Path, folder: &Path) -> Result<Manifest, OpsError> {
    let io = |e| OpsError::io(folder, e);
    if folder.exists() && fs::read_dir(folder).map_err(io)?.next().is_some() {
        return Err(OpsError::Refused(format!("备份文件夹 {} 不是空的", folder.display())));
    }
    fs::create_dir_all(folder.join("tables")).map_err(io)?;
    let made_at = app.now();
    let snapshot = app.db().snapshot().await?;
    let head = store::head(&snapshot).await?;
    let checkpoint = store::latest_checkpoint(&snapshot).await?.map(|it| it.note);
    let mut copied = Vec::new();
    for table in tables(&snapshot).await? {
        copied.push(copy_table(&snapshot, &table, folder).await?);
    }
    snapshot.rollback().await?;
    // Files are only ever added before the events that cite them, so a copy made
    // after the tables has every cited file.
    let mut files = Vec::new();
    copy_files(blobs, blobs, &folder.join("files"), &mut files)?;
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        made_at,
        schema: MIGRATIONS.last().map_or("", |it| it.0).to_owned(),
        origin: head.origin,
        size: head.size,
        checkpoint,
        tables: copied,
        files,
    };
    let path = folder.join("manifest.json");
    let bytes = serde_json::to_vec_pretty(&manifest).map_err(|e| OpsError::malformed(&path, e))?;
    crate::kit::blob::write_new(&path, &bytes).map_err(|e| OpsError::io(&path, e))?;
    Ok(manifest)
}

async fn copy_table<S: Sql>(sql: &S, table: &Table, folder: &Path) -> Result<CopiedTable, OpsError> {
    let path = folder.join("tables").join(format!("{}.jsonl", table.name));
    let io = |e| OpsError::io(&path, e);
    let mut out = BufWriter::new(File::create(&path).map_err(io)?);
    let mut hash = Sha256::new();
    let (mut rows, mut last) = (0, Vec::new());
    loop {
        let page = table.page(sql, &last, PAGE).await?;
        for row in &page {
            let line = format!("{}\n", serde_json::Value::Array(row.iter().map(to_json).collect()));
            hash.update(line.as_bytes());
            out.write_all(line.as_bytes()).map_err(io)?;
            rows += 1;
        }
        match page.last() {
            Some(row) if page.len() == PAGE => last = table.key_of(row),
            Some(_) | None => break,
        }
    }
    out.flush().map_err(io)?;
    out.get_ref().sync_all().map_err(io)?;
    Ok(CopiedTable {
        name: table.name.to_owned(),
        columns: table.columns.clone(),
        rows,
        sha256: hex::encode(hash.finalize()),
    })
}

fn to_json(value: &Value) -> serde_json::Value {
    match value {
        Value::BigInt(Some(n)) => json!(n),
        Value::String(Some(text)) => json!(text),
        Value::Bytes(Some(bytes)) => json!({ "b": STANDARD.encode(bytes) }),
        // The reader of a table makes no other kinds; all other values are NULL.
        _ => serde_json::Value::Null,
    }
}

fn copy_files(root: &Path, from: &Path, to: &Path, files: &mut Vec<CopiedFile>) -> Result<(), OpsError> {
    if !from.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(from).map_err(|e| OpsError::io(from, e))? {
        let path = entry.map_err(|e| OpsError::io(from, e))?.path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() {
            copy_files(root, &path, &to.join(name), files)?;
            continue;
        }
        let bytes = fs::read(&path).map_err(|e| OpsError::io(&path, e))?;
        let target = to.join(name);
        crate::kit::blob::write_new(&target, &bytes).map_err(|e| OpsError::io(&target, e))?;
        let relative = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        files.push(CopiedFile { path: relative, sha256: hex::encode(Sha256::digest(&bytes)) });
    }
    Ok(())
}
