//! Recomputing every projected table from the streams, or comparing with them.

use mingjing_domain::matter::{MatterId, OrganId};

use super::OpsError;
use crate::kit::app::App;
use crate::kit::db::{Engine, Sql, Tx};
use crate::kit::projection::{self, Difference, Row, TableSpec, difference};
use crate::kit::read::stored;
use crate::kit::registry::Registered;
use crate::ledger::fsck::Finding;
use crate::params;

/// What a rebuild or comparison did.
#[derive(Clone, Debug, Default)]
pub struct Rebuilt {
    /// Matters folded.
    pub matters: u64,
    /// Rows computed.
    pub rows: u64,
    /// Rows that disagreed, each named; empty when the tables were right.
    pub findings: Vec<Finding>,
}

/// Matters folded at a time.
const PAGE: i64 = 500;

/// Compares every projected row with its stream; `replace` also puts the
/// recomputed rows in place, through shadow tables, in one transaction.
///
/// # Errors
/// When the database fails or an event cannot be read.
pub async fn rebuild(app: &App, replace: bool) -> Result<Rebuilt, OpsError> {
    let tx = if replace { app.db().begin().await? } else { app.db().snapshot().await? };
    if replace && tx.engine() == Engine::Postgres {
        // No stream may grow between folding it and swapping its rows.
        tx.script("LOCK TABLE matter IN SHARE ROW EXCLUSIVE MODE").await?;
    }
    let mut out = Rebuilt::default();
    for entry in app.registry() {
        kind(&tx, entry, replace, &mut out).await?;
    }
    if replace {
        tx.commit().await?
    } else {
        tx.rollback().await?
    }
    Ok(out)
}

/// Rebuilds projections that another version of the program made. Gives whether it did.
///
/// # Errors
/// As [`rebuild`].
pub async fn if_outdated(app: &App) -> Result<bool, OpsError> {
    let made_by = "SELECT version FROM projection_version WHERE id = 1";
    let found = app.db().one("projection_version", made_by, vec![]).await?;
    let version = found.map(|row| row.int("version")).transpose()?;
    if version == Some(projection::VERSION) {
        return Ok(false);
    }
    let some = app.db().one("matter", "SELECT 1 AS n FROM matter LIMIT 1", vec![]).await?.is_some();
    if some {
        tracing::info!(from = version, to = projection::VERSION, "rebuilding projections");
        rebuild(app, true).await?;
    }
    let tx = app.db().begin().await?;
    let noted = "INSERT INTO projection_version (id, version) VALUES (1, $1) \
                 ON CONFLICT (id) DO UPDATE SET version = excluded.version";
    tx.run(noted, params![projection::VERSION]).await?;
    tx.commit().await?;
    Ok(some)
}

async fn kind(tx: &Tx, entry: &Registered, replace: bool, out: &mut Rebuilt) -> Result<(), OpsError> {
    if replace {
        for table in entry.tables {
            let name = table.name;
            tx.script(&format!("CREATE TABLE {name}__new AS SELECT * FROM {name} WHERE 1 = 0")).await?;
        }
    }
    let mut last = MatterId(uuid::Uuid::nil());
    loop {
        let page = tx
            .all(
                "matter",
                "SELECT id, organ_id, version FROM matter WHERE kind = $1 AND id > $2 \
                 ORDER BY id LIMIT $3",
                params![entry.kind.name(), last, PAGE],
            )
            .await?;
        for row in &page {
            let id = MatterId(row.uuid("id")?);
            let organ = OrganId(row.uuid("organ_id")?);
            matter(tx, entry, (id, organ, row.uint("version")?), replace, out).await?;
            last = id;
        }
        if page.is_empty() {
            break;
        }
    }
    strangers(tx, entry, out).await?;
    if replace {
        for table in entry.tables {
            swap(tx, table).await?;
        }
    }
    Ok(())
}

async fn matter(
    tx: &Tx,
    entry: &Registered,
    (id, organ, version): (MatterId, OrganId, u64),
    replace: bool,
    out: &mut Rebuilt,
) -> Result<(), OpsError> {
    let events = stored(tx, id, version).await?;
    let computed = (entry.rows)(id, organ, &events)?;
    let mut found = Vec::new();
    for table in entry.tables {
        found.extend(table.stored(tx, Some(id)).await?);
    }
    out.matters += 1;
    out.rows += u64::try_from(computed.len()).unwrap_or(u64::MAX);
    name(id, &difference(entry.tables, &found, &computed), &found, out);
    if replace {
        into_shadow(tx, entry.tables, computed).await?;
    }
    Ok(())
}

fn name(id: MatterId, difference: &Difference, found: &[Row], out: &mut Rebuilt) {
    for (table, _) in &difference.delete {
        out.findings.push(Finding {
            code: "projection.extra",
            what: format!("表 {} 事项 {id} 有多余的行", table.name),
        });
    }
    for (table, row) in &difference.upsert {
        let keys = table.key.len();
        let same_key = |it: &&Row| it.table == row.table && it.values[..keys] == row.values[..keys];
        let code =
            if found.iter().any(|it| same_key(&it)) { "projection.altered" } else { "projection.missing" };
        out.findings
            .push(Finding { code, what: format!("表 {} 事项 {id} 的行与事件不符", table.name) });
    }
}

/// Rows of matters that do not exist.
async fn strangers(tx: &Tx, entry: &Registered, out: &mut Rebuilt) -> Result<(), OpsError> {
    for table in entry.tables {
        let sql = format!(
            "SELECT DISTINCT matter_id FROM {} t WHERE NOT EXISTS \
             (SELECT 1 FROM matter m WHERE m.id = t.matter_id AND m.kind = $1)",
            table.name
        );
        for row in tx.all(table.name, sql, params![entry.kind.name()]).await? {
            out.findings.push(Finding {
                code: "projection.extra",
                what: format!("表 {} 有不存在的事项 {}", table.name, row.uuid("matter_id")?),
            });
        }
    }
    Ok(())
}

async fn into_shadow(tx: &Tx, tables: &'static [TableSpec], rows: Vec<Row>) -> Result<(), OpsError> {
    for table in tables {
        let values: Vec<_> =
            rows.iter().filter(|row| row.table == table.name).map(|row| row.values.clone()).collect();
        let columns: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
        let into = format!("INSERT INTO {}__new ({})", table.name, columns.join(", "));
        tx.insert(&into, columns.len(), values, "").await?;
    }
    Ok(())
}

async fn swap(tx: &Tx, table: &'static TableSpec) -> Result<(), OpsError> {
    let columns: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    let (name, columns) = (table.name, columns.join(", "));
    tx.script(&format!(
        "DELETE FROM {name}; INSERT INTO {name} ({columns}) SELECT {columns} FROM {name}__new; \
         DROP TABLE {name}__new"
    ))
    .await?;
    Ok(())
}

/// Every projected table has `matter_id` first, in its columns and in its key.
///
/// # Errors
/// Names the table that does not.
pub fn tables_are_sound(registry: &[Registered]) -> Result<(), String> {
    for table in registry.iter().flat_map(|it| it.tables) {
        let first = table.columns.first().map(|it| it.0);
        if first != Some("matter_id") || table.key.first() != Some(&"matter_id") {
            return Err(format!("{}: matter_id must come first", table.name));
        }
        if table.key.iter().zip(table.columns).any(|(key, column)| *key != column.0) {
            return Err(format!("{}: key columns come first, in order", table.name));
        }
    }
    Ok(())
}
