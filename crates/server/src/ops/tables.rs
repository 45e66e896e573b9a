//! The shape of the database as the engine tells it, for copies of whole tables.

use std::collections::BTreeMap;

use sea_orm::Value;
use serde::{Deserialize, Serialize};

use crate::kit::db::{DbError, Engine, Row, Sql, placeholders};
use crate::kit::projection::ColumnType;

/// A column of a copied table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Name.
    pub name: String,
    /// Type.
    pub kind: Kind,
}

/// Type of a copied column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Integer.
    Int,
    /// Text.
    Text,
    /// Bytes.
    Blob,
}

impl From<ColumnType> for Kind {
    fn from(it: ColumnType) -> Self {
        match it {
            ColumnType::Int => Self::Int,
            ColumnType::Text => Self::Text,
            ColumnType::Blob => Self::Blob,
        }
    }
}

/// A table: columns, key, and the tables its rows point at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Name.
    pub name: &'static str,
    /// Columns in order.
    pub columns: Vec<Column>,
    /// Primary key.
    pub key: Vec<String>,
    /// Tables that must be filled before.
    pub after: Vec<String>,
}

/// Tables that no copy carries.
const OWN: &str = "schema_migration";

/// Every table of ours, those that others point at first.
///
/// # Errors
/// When the database fails or a column has a type we never use.
pub async fn tables<S: Sql>(sql: &S) -> Result<Vec<Table>, DbError> {
    let (columns, links) = match sql.engine() {
        Engine::Sqlite => (
            "SELECT m.name AS t, c.name AS c, c.type AS k, c.pk AS p \
             FROM sqlite_schema m JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.cid",
            "SELECT DISTINCT m.name AS t, f.\"table\" AS o FROM sqlite_schema m \
             JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'",
        ),
        Engine::Postgres => (
            "SELECT c.table_name::text AS t, c.column_name::text AS c, c.data_type::text AS k, \
             COALESCE((SELECT u.ordinal_position::bigint FROM information_schema.key_column_usage u \
             JOIN information_schema.table_constraints x ON x.constraint_name = u.constraint_name \
             AND x.table_schema = u.table_schema WHERE x.constraint_type = 'PRIMARY KEY' \
             AND u.table_schema = c.table_schema AND u.table_name = c.table_name \
             AND u.column_name = c.column_name), 0::bigint) AS p \
             FROM information_schema.columns c WHERE c.table_schema = current_schema() \
             ORDER BY c.table_name, c.ordinal_position",
            "SELECT DISTINCT conrelid::regclass::text AS t, confrelid::regclass::text AS o \
             FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace",
        ),
    };
    let mut found: BTreeMap<String, (Vec<Column>, BTreeMap<i64, String>)> = BTreeMap::new();
    for row in sql.all("schema", columns, vec![]).await? {
        let (columns, key) = found.entry(row.text("t")?).or_default();
        let name = row.text("c")?;
        let kind = match row.text("k")?.to_ascii_uppercase().as_str() {
            "INTEGER" | "INT" | "BIGINT" => Kind::Int,
            "TEXT" => Kind::Text,
            "BLOB" | "BYTEA" => Kind::Blob,
            other => return Err(DbError::row("schema", &name, other)),
        };
        if row.int("p")? > 0 {
            key.insert(row.int("p")?, name.clone());
        }
        columns.push(Column { name, kind });
    }
    let mut after: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in sql.all("schema", links, vec![]).await? {
        after.entry(row.text("t")?).or_default().push(row.text("o")?);
    }
    found.remove(OWN);
    let mut waiting: Vec<Table> = found
        .into_iter()
        .map(|(name, (columns, key))| Table {
            after: after.remove(&name).unwrap_or_default(),
            // A few dozen names, once in the life of a copying process.
            name: Box::leak(name.into_boxed_str()),
            columns,
            key: key.into_values().collect(),
        })
        .collect();
    Ok(ordered(&mut waiting))
}

/// Tables so that each stands behind those it points at; circles stay at the end.
fn ordered(waiting: &mut Vec<Table>) -> Vec<Table> {
    let mut out: Vec<Table> = Vec::new();
    loop {
        let ready = waiting
            .iter()
            .position(|it| it.after.iter().all(|o| o == it.name || out.iter().any(|done| done.name == o)));
        match ready {
            Some(at) => out.push(waiting.remove(at)),
            None => {
                out.append(waiting);
                return out;
            }
        }
    }
}

impl Table {
    fn list(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|it| it.name.as_str()).collect();
        names.join(", ")
    }

    /// One page of rows in key order, after the key `last`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn page<S: Sql>(
        &self,
        sql: &S,
        last: &[Value],
        count: usize,
    ) -> Result<Vec<Vec<Value>>, DbError> {
        let order = self.key.join(", ");
        let from = if last.is_empty() {
            String::new()
        } else {
            format!(" WHERE ({order}) > {}", placeholders(1, last.len()))
        };
        let text = format!("SELECT {} FROM {}{from} ORDER BY {order} LIMIT {count}", self.list(), self.name);
        let rows = sql.all(self.name, text, last.to_vec()).await?;
        rows.iter().map(|row| self.read(row)).collect()
    }

    fn read(&self, row: &Row) -> Result<Vec<Value>, DbError> {
        self.columns
            .iter()
            .map(|it| {
                Ok(match it.kind {
                    Kind::Int => row.opt_int(&it.name)?.into(),
                    Kind::Text => row.opt_text(&it.name)?.into(),
                    Kind::Blob => row.opt_bytes(&it.name)?.into(),
                })
            })
            .collect()
    }

    /// The key of a row.
    pub fn key_of(&self, row: &[Value]) -> Vec<Value> {
        self.key.iter().filter_map(|key| row.get(self.position(key)?).cloned()).collect()
    }

    /// Position of a column.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|it| it.name == name)
    }

    /// `INSERT` of these columns, up to the values.
    pub fn insert_sql(&self, columns: &[Column]) -> String {
        let names: Vec<&str> = columns.iter().map(|it| it.name.as_str()).collect();
        format!("INSERT INTO {} ({})", self.name, names.join(", "))
    }
}
