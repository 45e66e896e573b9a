//! The schema and its forward-only migrations.
//!
//! A migration is one SQL text for both engines with a few tokens for types and
//! marked lines for triggers. Applied ones are remembered with their digest; a
//! changed text of an applied migration is refused, never re-run.

use sha2::{Digest, Sha256};

use super::clock::Clock;
use super::db::{Db, DbError, Engine, Sql, Tx};
use crate::params;

/// Name and text of every migration, in order. Each file is added once and
/// never edited after it landed. 0001-0009 belong to the kit, later ones to features.
pub const MIGRATIONS: &[(&str, &str)] = &[
    ("0001_stream", include_str!("../../migrations/0001_stream.sql")),
    ("0002_ledger", include_str!("../../migrations/0002_ledger.sql")),
    ("0003_job", include_str!("../../migrations/0003_job.sql")),
    ("0010_access", include_str!("../../migrations/0010_access.sql")),
    ("0011_staff", include_str!("../../migrations/0011_staff.sql")),
    ("0020_case", include_str!("../../migrations/0020_case.sql")),
    ("0021_retention", include_str!("../../migrations/0021_retention.sql")),
    ("0022_erasure_permit", include_str!("../../migrations/0022_erasure_permit.sql")),
    ("0030_document", include_str!("../../migrations/0030_document.sql")),
    ("0040_disclosure", include_str!("../../migrations/0040_disclosure.sql")),
    ("0041_projection", include_str!("../../migrations/0041_projection.sql")),
    ("0042_ended_session", include_str!("../../migrations/0042_ended_session.sql")),
    ("0043_desk", include_str!("../../migrations/0043_desk.sql")),
    ("0050_recording", include_str!("../../migrations/0050_recording.sql")),
    ("0051_device", include_str!("../../migrations/0051_device.sql")),
    ("0052_disposal", include_str!("../../migrations/0052_disposal.sql")),
    ("0060_records", include_str!("../../migrations/0060_records.sql")),
    ("0061_publication_shell", include_str!("../../migrations/0061_publication_shell.sql")),
    ("0062_recording_mismatch", include_str!("../../migrations/0062_recording_mismatch.sql")),
    ("0070_machine_text", include_str!("../../migrations/0070_machine_text.sql")),
    ("0071_erasure_withdrawn", include_str!("../../migrations/0071_erasure_withdrawn.sql")),
    ("0072_mask", include_str!("../../migrations/0072_mask.sql")),
    ("0075_noted_rules", include_str!("../../migrations/0075_noted_rules.sql")),
];

/// Why the schema could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// The text of an applied migration differs from the one that was run.
    #[error("数据库迁移 {0} 在执行后被改动，拒绝启动")]
    Changed(String),
    /// The database was written by a newer program.
    #[error("数据库含有本程序不认识的迁移 {0}，请使用较新的程序")]
    Unknown(String),
    /// A migration failed.
    #[error("数据库迁移 {name} 失败：{error}")]
    Failed {
        /// Migration.
        name: String,
        /// Cause.
        error: DbError,
    },
    /// The database failed.
    #[error("{0}")]
    Db(#[from] DbError),
}

/// Key of the PostgreSQL advisory lock that lets one program migrate at a time.
const ADVISORY_LOCK: i64 = 0x6d69_6e67_6a69_6e67;

/// Applies what is missing; safe to run again, and from several processes.
///
/// # Errors
/// When an applied migration was changed, is unknown, or a new one fails; a
/// failed one leaves nothing behind.
pub async fn migrate(db: &Db, clock: &dyn Clock) -> Result<(), SchemaError> {
    let tx = db.begin().await?;
    if tx.engine() == Engine::Postgres {
        // Held until the transaction ends.
        tx.one("lock", "SELECT pg_advisory_xact_lock($1)", params![ADVISORY_LOCK]).await?;
    }
    let ddl = for_engine(
        "CREATE TABLE IF NOT EXISTS schema_migration (name TEXT NOT NULL PRIMARY KEY, \
         digest {blob} NOT NULL, applied_at {int} NOT NULL){strict}",
        tx.engine(),
    );
    tx.script(&ddl).await?;
    let applied = applied(&tx).await?;
    for (name, _) in &applied {
        if !MIGRATIONS.iter().any(|(known, _)| known == name) {
            return Err(SchemaError::Unknown(name.clone()));
        }
    }
    for (name, text) in MIGRATIONS {
        let digest = Sha256::digest(text.as_bytes()).to_vec();
        match applied.iter().find(|(done, _)| done == name) {
            Some((_, done)) if *done == digest => {}
            Some(_) => return Err(SchemaError::Changed((*name).to_owned())),
            None => {
                tx.script(&for_engine(text, tx.engine()))
                    .await
                    .map_err(|error| SchemaError::Failed { name: (*name).to_owned(), error })?;
                tx.run(
                    "INSERT INTO schema_migration (name, digest, applied_at) VALUES ($1, $2, $3)",
                    params![*name, digest, clock.now()],
                )
                .await?;
            }
        }
    }
    tx.commit().await?;
    Ok(())
}

async fn applied(tx: &Tx) -> Result<Vec<(String, Vec<u8>)>, DbError> {
    tx.all("schema_migration", "SELECT name, digest FROM schema_migration ORDER BY name", vec![])
        .await?
        .iter()
        .map(|row| Ok((row.text("name")?, row.bytes("digest")?)))
        .collect()
}

/// The text of a migration as one engine reads it.
pub fn for_engine(text: &str, engine: Engine) -> String {
    let mut out = String::with_capacity(text.len());
    let mut here = true;
    for line in text.lines() {
        match (line.trim(), engine) {
            ("-- @both", _) | ("-- @sqlite", Engine::Sqlite) | ("-- @postgres", Engine::Postgres) => {
                here = true;
            }
            ("-- @sqlite", Engine::Postgres) | ("-- @postgres", Engine::Sqlite) => here = false,
            _ if here && !line.trim_start().starts_with("--") => {
                out.push_str(line);
                out.push('\n');
            }
            _ => {}
        }
    }
    let tokens = match engine {
        Engine::Sqlite => [
            ("{int}", "INTEGER"),
            ("{blob}", "BLOB"),
            ("{serial}", "INTEGER PRIMARY KEY AUTOINCREMENT"),
            ("{strict}", " STRICT"),
            ("{clustered}", " STRICT, WITHOUT ROWID"),
        ],
        Engine::Postgres => [
            ("{int}", "BIGINT"),
            ("{blob}", "BYTEA"),
            ("{serial}", "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"),
            ("{strict}", ""),
            ("{clustered}", ""),
        ],
    };
    for (token, replacement) in tokens {
        out = out.replace(token, replacement);
    }
    out
}

/// One column as the database reports it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Column {
    /// Table.
    pub table: String,
    /// Column.
    pub column: String,
    /// Whether it may be NULL.
    pub nullable: bool,
}

/// Every column of every table of ours, in a fixed order; the same on both engines.
///
/// # Errors
/// When the database fails.
pub async fn columns(db: &Db) -> Result<Vec<Column>, DbError> {
    let sql = match db.engine() {
        Engine::Sqlite => {
            "SELECT m.name AS table_name, c.name AS column_name, \
             CASE WHEN c.\"notnull\" = 1 OR c.pk > 0 THEN 0 ELSE 1 END AS nullable \
             FROM sqlite_schema m JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"
        }
        Engine::Postgres => {
            "SELECT table_name::text AS table_name, column_name::text AS column_name, \
             CASE WHEN is_nullable = 'YES' THEN 1::bigint ELSE 0::bigint END AS nullable \
             FROM information_schema.columns WHERE table_schema = current_schema()"
        }
    };
    let mut columns = db
        .all("schema", sql, vec![])
        .await?
        .iter()
        .map(|row| {
            Ok(Column {
                table: row.text("table_name")?,
                column: row.text("column_name")?,
                nullable: row.flag("nullable")?,
            })
        })
        .collect::<Result<Vec<_>, DbError>>()?;
    columns.sort();
    Ok(columns)
}
