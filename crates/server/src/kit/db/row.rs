//! Rows as they were read, whatever the engine.

use jiff::Timestamp;
use sea_orm::QueryResult;
use uuid::Uuid;

use super::DbError;
use super::lite::{LiteRow, Stored};
use crate::kit::clock::from_micros;

/// One row of a result, read by column name.
pub struct Row {
    table: &'static str,
    inner: Read,
}

enum Read {
    Lite(LiteRow),
    Server(QueryResult),
}

/// A type of column that rows give.
trait Column: sea_orm::TryGetable + Sized {
    /// None when SQLite holds another type there.
    fn stored(value: Stored<'_>) -> Option<Self>;
}

impl Column for i64 {
    fn stored(value: Stored<'_>) -> Option<Self> {
        if let Stored::Integer(it) = value { Some(it) } else { None }
    }
}

impl Column for String {
    fn stored(value: Stored<'_>) -> Option<Self> {
        if let Stored::Text(it) = value { Some(it.to_owned()) } else { None }
    }
}

impl Column for Vec<u8> {
    fn stored(value: Stored<'_>) -> Option<Self> {
        if let Stored::Blob(it) = value { Some(it.to_vec()) } else { None }
    }
}

impl<T: Column> Column for Option<T>
where
    Self: sea_orm::TryGetable,
{
    fn stored(value: Stored<'_>) -> Option<Self> {
        if matches!(value, Stored::Null) { Some(None) } else { T::stored(value).map(Some) }
    }
}

impl Row {
    pub(super) fn lite(table: &'static str, row: LiteRow) -> Self {
        Self { table, inner: Read::Lite(row) }
    }

    /// The row of the engine inside the process, if it is one, to be filled again.
    pub(super) fn lite_mut(&mut self) -> Option<&mut LiteRow> {
        match &mut self.inner {
            Read::Lite(row) => Some(row),
            Read::Server(_) => None,
        }
    }

    pub(super) fn server(table: &'static str, row: QueryResult) -> Self {
        Self { table, inner: Read::Server(row) }
    }

    fn get<T: Column>(&self, column: &str) -> Result<T, DbError> {
        match &self.inner {
            Read::Lite(row) => {
                let value =
                    row.get(column).ok_or_else(|| DbError::row(self.table, column, "no such column"))?;
                T::stored(value).ok_or_else(|| DbError::row(self.table, column, "of another type"))
            }
            Read::Server(row) => row.try_get_by(column).map_err(|e| DbError::row(self.table, column, e)),
        }
    }

    /// An integer.
    ///
    /// # Errors
    /// When the column is absent or of another type; so for all readers below.
    pub fn int(&self, column: &str) -> Result<i64, DbError> {
        self.get(column)
    }

    /// An integer or NULL.
    pub fn opt_int(&self, column: &str) -> Result<Option<i64>, DbError> {
        self.get(column)
    }

    /// A count.
    pub fn uint(&self, column: &str) -> Result<u64, DbError> {
        u64::try_from(self.int(column)?).map_err(|e| DbError::row(self.table, column, e))
    }

    /// A flag, stored as 0 or 1.
    pub fn flag(&self, column: &str) -> Result<bool, DbError> {
        Ok(self.int(column)? != 0)
    }

    /// A text.
    pub fn text(&self, column: &str) -> Result<String, DbError> {
        self.get(column)
    }

    /// A text or NULL.
    pub fn opt_text(&self, column: &str) -> Result<Option<String>, DbError> {
        self.get(column)
    }

    /// Bytes.
    pub fn bytes(&self, column: &str) -> Result<Vec<u8>, DbError> {
        self.get(column)
    }

    /// Bytes or NULL.
    pub fn opt_bytes(&self, column: &str) -> Result<Option<Vec<u8>>, DbError> {
        self.get(column)
    }

    /// Looks at a text where it stands.
    ///
    /// # Errors
    /// As all readers.
    pub fn with_text<T>(&self, column: &str, look: impl FnOnce(&str) -> T) -> Result<T, DbError> {
        if let Read::Lite(row) = &self.inner
            && let Some(Stored::Text(it)) = row.get(column)
        {
            return Ok(look(it));
        }
        Ok(look(&self.text(column)?))
    }

    /// Adds bytes to `out`; whether there were any or NULL.
    ///
    /// # Errors
    /// As all readers.
    pub fn append(&self, column: &str, out: &mut Vec<u8>) -> Result<bool, DbError> {
        if let Read::Lite(row) = &self.inner
            && let Some(Stored::Blob(it)) = row.get(column)
        {
            out.extend_from_slice(it);
            return Ok(true);
        }
        let read = self.opt_bytes(column)?;
        out.extend_from_slice(read.as_deref().unwrap_or_default());
        Ok(read.is_some())
    }

    /// Thirty-two bytes.
    pub fn bytes32(&self, column: &str) -> Result<[u8; 32], DbError> {
        self.with_bytes(column, |it| <[u8; 32]>::try_from(it).map_err(|_| "32 bytes expected"))
    }

    /// Looks at bytes where they stand.
    fn with_bytes<T, E: ToString>(
        &self,
        column: &str,
        look: impl FnOnce(&[u8]) -> Result<T, E>,
    ) -> Result<T, DbError> {
        let looked = match &self.inner {
            Read::Lite(row) => match row.get(column) {
                Some(Stored::Blob(it)) => look(it),
                Some(Stored::Null | Stored::Integer(_) | Stored::Real | Stored::Text(_)) => {
                    return Err(DbError::row(self.table, column, "of another type"));
                }
                None => return Err(DbError::row(self.table, column, "no such column")),
            },
            Read::Server(_) => look(&self.bytes(column)?),
        };
        looked.map_err(|e| DbError::row(self.table, column, e))
    }

    /// An identifier.
    pub fn uuid(&self, column: &str) -> Result<Uuid, DbError> {
        self.with_bytes(column, Uuid::from_slice)
    }

    /// An identifier or NULL.
    pub fn opt_uuid(&self, column: &str) -> Result<Option<Uuid>, DbError> {
        self.opt_bytes(column)?
            .map(|b| Uuid::from_slice(&b).map_err(|e| DbError::row(self.table, column, e)))
            .transpose()
    }

    /// An instant.
    pub fn instant(&self, column: &str) -> Result<Timestamp, DbError> {
        Ok(from_micros(self.int(column)?))
    }

    /// An instant or NULL.
    pub fn opt_instant(&self, column: &str) -> Result<Option<Timestamp>, DbError> {
        Ok(self.opt_int(column)?.map(from_micros))
    }
}
