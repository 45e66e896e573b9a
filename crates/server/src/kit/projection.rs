//! Tables that are derived from the states of matters, and from nothing else.

use std::collections::HashMap;

use mingjing_domain::matter::{Matter, MatterId, OrganId};
use sea_orm::Value;

use super::db::{DbError, Row as DbRow, Sql, Tx, listed};
use crate::params;

/// Version of what rows say: raised whenever the rows of an unchanged state change,
/// so that databases made before are put right when they are opened.
pub const VERSION: i64 = 5;

/// Matters whose rows are read at a time.
const MATTERS: usize = 16;

/// Type of a projected column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// Integer, instant, flag, money.
    Int,
    /// Text.
    Text,
    /// Bytes, identifier.
    Blob,
}

/// A projected table. Its first key column is always `matter_id`, so that no
/// matter can overwrite another's row: what must be unique across matters gets
/// its own unique index, whose violation refuses the write.
#[derive(Debug)]
pub struct TableSpec {
    /// Table name.
    pub name: &'static str,
    /// Columns with their types; `matter_id` first.
    pub columns: &'static [(&'static str, ColumnType)],
    /// Primary key; starts with `matter_id`.
    pub key: &'static [&'static str],
}

/// One row of a projected table, values in the order of its columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Table name.
    pub table: &'static str,
    /// Values; made with [`params!`](crate::params).
    pub values: Vec<Value>,
}

/// A matter whose state is shown in tables.
pub trait Projects: Matter {
    /// The tables.
    const TABLES: &'static [TableSpec];
    /// All rows of the state: a pure function of its arguments.
    fn rows(id: MatterId, organ: OrganId, version: u64, state: &Self) -> Vec<Row>;
}

impl TableSpec {
    fn key_of<'a>(&self, row: &'a Row) -> Vec<&'a Value> {
        self.key
            .iter()
            .filter_map(|key| self.columns.iter().position(|(name, _)| name == key))
            .filter_map(|at| row.values.get(at))
            .collect()
    }

    /// The key as bytes that differ where keys differ.
    fn key_bytes(&self, row: &Row) -> Vec<u8> {
        let mut out = Vec::with_capacity(64);
        for value in self.key_of(row) {
            let part = match value {
                Value::BigInt(Some(it)) => &it.to_be_bytes()[..],
                Value::String(Some(it)) => it.as_bytes(),
                Value::Bytes(Some(it)) => it,
                // No key column is null or of another type.
                _ => &[],
            };
            out.extend_from_slice(&part.len().to_be_bytes());
            out.extend_from_slice(part);
        }
        out
    }

    fn column_list(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        names.join(", ")
    }

    /// What follows the values of an insert, so that a row with the same key is replaced.
    fn upsert_tail(&self) -> String {
        let updates: Vec<String> = self
            .columns
            .iter()
            .filter(|(name, _)| !self.key.contains(name))
            .map(|(name, _)| format!("{name} = excluded.{name}"))
            .collect();
        let key = self.key.join(", ");
        if updates.is_empty() {
            format!(" ON CONFLICT ({key}) DO NOTHING")
        } else {
            format!(" ON CONFLICT ({key}) DO UPDATE SET {}", updates.join(", "))
        }
    }

    fn delete_sql(&self) -> String {
        let terms: Vec<String> = self.key.iter().zip(1..).map(|(key, at)| format!("{key} = ${at}")).collect();
        format!("DELETE FROM {} WHERE {}", self.name, terms.join(" AND "))
    }

    /// Rows of one matter as they stand in the database, or of all matters.
    ///
    /// # Errors
    /// When the database fails or a column has another type.
    pub async fn stored<S: Sql>(&self, sql: &S, matter: Option<MatterId>) -> Result<Vec<Row>, DbError> {
        let columns = self.column_list();
        let order = self.key.join(", ");
        let rows = match matter {
            Some(id) => {
                let text =
                    format!("SELECT {columns} FROM {} WHERE matter_id = $1 ORDER BY {order}", self.name);
                sql.all(self.name, text, params![id]).await?
            }
            None => {
                let text = format!("SELECT {columns} FROM {} ORDER BY {order}", self.name);
                sql.all(self.name, text, vec![]).await?
            }
        };
        rows.iter().map(|row| self.read(row)).collect()
    }

    /// Shows the rows of these matters, each with its matter.
    ///
    /// # Errors
    /// When the database fails or a column has another type.
    pub async fn stored_of(
        &self,
        tx: &Tx,
        matters: &[MatterId],
        mut show: impl FnMut(MatterId, Row) + Send,
    ) -> Result<(), DbError> {
        let columns = self.column_list();
        for (list, some) in listed(matters, MATTERS) {
            let text = format!("SELECT {columns} FROM {} WHERE matter_id IN {list}", self.name);
            let look = |row: &DbRow| {
                show(MatterId(row.uuid("matter_id")?), self.read(row)?);
                Ok(())
            };
            tx.each(self.name, &text, some, look).await?;
        }
        Ok(())
    }

    fn read(&self, row: &DbRow) -> Result<Row, DbError> {
        let values = self
            .columns
            .iter()
            .map(|(name, column_type)| {
                Ok(match column_type {
                    ColumnType::Int => row.opt_int(name)?.into(),
                    ColumnType::Text => row.opt_text(name)?.into(),
                    ColumnType::Blob => row.opt_bytes(name)?.into(),
                })
            })
            .collect::<Result<_, DbError>>()?;
        Ok(Row { table: self.name, values })
    }
}

/// Rows to remove and rows to write.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    /// Table and key values.
    pub delete: Vec<(&'static TableSpec, Vec<Value>)>,
    /// Table and rows.
    pub upsert: Vec<(&'static TableSpec, Row)>,
}

/// What changes the rows `old` of a matter into `new`.
pub fn difference(tables: &'static [TableSpec], old: &[Row], new: &[Row]) -> Difference {
    let mut out = Difference::default();
    for table in tables {
        let of = |rows: &'_ [Row]| -> Vec<usize> {
            rows.iter().enumerate().filter(|(_, row)| row.table == table.name).map(|it| it.0).collect()
        };
        let (before, after) = (of(old), of(new));
        // Most of the time nothing changed, in the same order.
        if before.len() == after.len() && before.iter().zip(&after).all(|(b, a)| old[*b] == new[*a]) {
            continue;
        }
        let mut kept: HashMap<Vec<u8>, &Row> =
            before.iter().map(|at| (table.key_bytes(&old[*at]), &old[*at])).collect();
        for at in after {
            let row = &new[at];
            if kept.remove(&table.key_bytes(row)).is_none_or(|it| it != row) {
                out.upsert.push((table, row.clone()));
            }
        }
        // What is left has no successor; in the order of the rows, so that every run does the same.
        for at in before {
            let row = &old[at];
            if kept.contains_key(&table.key_bytes(row)) {
                out.delete.push((table, table.key_of(row).into_iter().cloned().collect()));
            }
        }
    }
    out
}

/// Carries out differences in one transaction: removals first.
///
/// # Errors
/// When a constraint of a table refuses.
pub async fn apply(tx: &Tx, differences: Vec<Difference>) -> Result<(), DbError> {
    let mut upserts: Vec<(&'static TableSpec, Vec<Vec<Value>>)> = Vec::new();
    for difference in differences {
        for (table, key) in difference.delete {
            tx.run(table.delete_sql(), key).await?;
        }
        for (table, row) in difference.upsert {
            match upserts.iter_mut().find(|(it, _)| it.name == table.name) {
                Some((_, rows)) => rows.push(row.values),
                None => upserts.push((table, vec![row.values])),
            }
        }
    }
    for (table, rows) in upserts {
        let head = format!("INSERT INTO {} ({})", table.name, table.column_list());
        tx.insert(&head, table.columns.len(), rows, &table.upsert_tail()).await?;
    }
    Ok(())
}
