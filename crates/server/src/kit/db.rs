//! Access to the database: SQLite or PostgreSQL, chosen at run time.
//!
//! SQL is written once, with `$1` placeholders. Identifiers are 16-byte blobs,
//! instants are microseconds UTC, money is fen, JSON is text or bytes. All
//! writes go through [`Db::begin`]: on SQLite that is the one writer connection
//! and `BEGIN IMMEDIATE`, so a writer never meets "database is locked" halfway.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use mingjing_domain::matter::{MatterId, OrganId, StaffId};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    IsolationLevel, QueryResult, RuntimeErr, SqlErr, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait, Value,
};
use uuid::Uuid;

use super::clock::from_micros;

/// Which database stands behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// One file in the data folder.
    Sqlite,
    /// A server.
    Postgres,
}

/// Where the database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A SQLite file; made when absent.
    File(std::path::PathBuf),
    /// A `postgres://` address.
    Url(String),
}

/// An error of the database, with what was being done.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The engine refused or failed.
    #[error("数据库操作失败：{0}")]
    Engine(#[from] DbErr),
    /// A row holds something the program did not write.
    #[error("数据表 {table} 的列 {column} 不能读出：{reason}")]
    Row {
        /// Table or query.
        table: &'static str,
        /// Column.
        column: String,
        /// What was wrong with it.
        reason: String,
    },
}

impl DbError {
    /// A row that cannot be read.
    pub fn row(table: &'static str, column: &str, reason: impl ToString) -> Self {
        Self::Row { table, column: column.to_owned(), reason: reason.to_string() }
    }

    /// The transaction lost a race and may simply be run again.
    pub fn is_transient(&self) -> bool {
        let Self::Engine(DbErr::Exec(RuntimeErr::SqlxError(e)) | DbErr::Query(RuntimeErr::SqlxError(e))) =
            self
        else {
            return false;
        };
        let sea_orm::sqlx::Error::Database(e) = e.as_ref() else { return false };
        // PostgreSQL: serialization failure, deadlock. SQLite: busy, snapshot, locked.
        matches!(e.code().as_deref(), Some("40001" | "40P01" | "5" | "517" | "261" | "6"))
    }

    /// Name of the violated unique constraint or its columns, if that is the error.
    pub fn unique_violation(&self) -> Option<String> {
        let Self::Engine(error) = self else { return None };
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(message)) => Some(message),
            Some(_) | None => None,
        }
    }
}

/// A value bound to a placeholder.
pub trait IntoParam {
    /// The value as the engines take it.
    fn into_param(self) -> Value;
}

macro_rules! param {
    ($($type:ty => |$it:ident| $make:expr),* $(,)?) => {
        $(impl IntoParam for $type {
            fn into_param(self) -> Value {
                let $it = self;
                $make.into()
            }
        }
        impl IntoParam for Option<$type> {
            fn into_param(self) -> Value {
                self.map(|$it| $make).into()
            }
        })*
    };
}

param! {
    i64 => |it| it,
    i32 => |it| i64::from(it),
    u32 => |it| i64::from(it),
    u16 => |it| i64::from(it),
    bool => |it| i64::from(it),
    // No counter of ours comes near 2^63; the database would refuse a negative one.
    u64 => |it| i64::try_from(it).unwrap_or(-1),
    usize => |it| i64::try_from(it).unwrap_or(-1),
    Timestamp => |it| it.as_microsecond(),
    String => |it| it,
    &str => |it| it.to_owned(),
    Vec<u8> => |it| it,
    &[u8] => |it| it.to_vec(),
    [u8; 32] => |it| it.to_vec(),
    Uuid => |it| it.into_bytes().to_vec(),
    MatterId => |it| it.0.into_bytes().to_vec(),
    OrganId => |it| it.0.into_bytes().to_vec(),
    StaffId => |it| it.0.into_bytes().to_vec(),
}

impl IntoParam for Value {
    fn into_param(self) -> Value {
        self
    }
}

/// Parameters of a statement: `params![id, now, "text"]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        vec![$($crate::kit::db::IntoParam::into_param($value)),*]
    };
}

/// One row of a result, read by column name.
pub struct Row {
    table: &'static str,
    inner: QueryResult,
}

impl Row {
    fn get<T: sea_orm::TryGetable>(&self, column: &str) -> Result<T, DbError> {
        self.inner.try_get_by(column).map_err(|e| DbError::row(self.table, column, e))
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

    /// Thirty-two bytes.
    pub fn bytes32(&self, column: &str) -> Result<[u8; 32], DbError> {
        self.bytes(column)?.try_into().map_err(|_| DbError::row(self.table, column, "32 bytes expected"))
    }

    /// An identifier.
    pub fn uuid(&self, column: &str) -> Result<Uuid, DbError> {
        Uuid::from_slice(&self.bytes(column)?).map_err(|e| DbError::row(self.table, column, e))
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

/// Anything that runs statements: the read pool or a transaction.
#[allow(async_fn_in_trait)] // used inside this crate only, never as a trait object
pub trait Sql: Sync {
    /// What runs them.
    type Inner: ConnectionTrait;
    /// The connection beneath.
    fn inner(&self) -> &Self::Inner;

    /// All rows. `table` names the main table in error messages.
    ///
    /// # Errors
    /// When the engine fails.
    fn all(
        &self,
        table: &'static str,
        sql: impl Into<String> + Send,
        params: Vec<Value>,
    ) -> impl Future<Output = Result<Vec<Row>, DbError>> + Send {
        async move {
            let inner = self.inner();
            let statement = Statement::from_sql_and_values(inner.get_database_backend(), sql, params);
            let rows = inner.query_all_raw(statement).await?;
            Ok(rows.into_iter().map(|inner| Row { table, inner }).collect())
        }
    }

    /// The first row, if any.
    ///
    /// # Errors
    /// When the engine fails.
    fn one(
        &self,
        table: &'static str,
        sql: impl Into<String> + Send,
        params: Vec<Value>,
    ) -> impl Future<Output = Result<Option<Row>, DbError>> + Send {
        async move {
            let inner = self.inner();
            let statement = Statement::from_sql_and_values(inner.get_database_backend(), sql, params);
            Ok(inner.query_one_raw(statement).await?.map(|inner| Row { table, inner }))
        }
    }

    /// Runs a statement; gives the number of rows it changed.
    ///
    /// # Errors
    /// When the engine fails or a constraint refuses.
    fn run(
        &self,
        sql: impl Into<String> + Send,
        params: Vec<Value>,
    ) -> impl Future<Output = Result<u64, DbError>> + Send {
        async move {
            let inner = self.inner();
            let statement = Statement::from_sql_and_values(inner.get_database_backend(), sql, params);
            Ok(inner.execute_raw(statement).await?.rows_affected())
        }
    }

    /// Runs several statements without parameters.
    ///
    /// # Errors
    /// When the engine fails.
    fn script(&self, sql: &str) -> impl Future<Output = Result<(), DbError>> + Send {
        async move {
            self.inner().execute_unprepared(sql).await?;
            Ok(())
        }
    }

    /// The engine beneath.
    fn engine(&self) -> Engine {
        match self.inner().get_database_backend() {
            DbBackend::Postgres => Engine::Postgres,
            // MySQL and any other back end cannot be opened by `Db::open`.
            _ => Engine::Sqlite,
        }
    }
}

/// A write transaction. Dropping it without [`Tx::commit`] rolls it back.
pub struct Tx(DatabaseTransaction);

impl Sql for Tx {
    type Inner = DatabaseTransaction;
    fn inner(&self) -> &DatabaseTransaction {
        &self.0
    }
}

impl Tx {
    /// Makes everything durable.
    ///
    /// # Errors
    /// When the engine cannot; nothing is stored then.
    pub async fn commit(self) -> Result<(), DbError> {
        Ok(self.0.commit().await?)
    }

    /// Throws everything away.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn rollback(self) -> Result<(), DbError> {
        Ok(self.0.rollback().await?)
    }
}

/// The database.
#[derive(Clone)]
pub struct Db {
    writer: DatabaseConnection,
    reader: DatabaseConnection,
    engine: Engine,
    location: Location,
}

impl Sql for Db {
    type Inner = DatabaseConnection;
    /// Reads outside a transaction; on SQLite these connections refuse writes.
    fn inner(&self) -> &DatabaseConnection {
        &self.reader
    }
}

/// How many readers a SQLite file gets.
const SQLITE_READERS: u32 = 4;
/// How many connections are held to a PostgreSQL server.
const POSTGRES_CONNECTIONS: u32 = 12;
/// How long a connection may be waited for, and a foreign SQLite writer with it.
const WAIT: Duration = Duration::from_secs(10);

impl Db {
    /// Opens the database; does not touch its tables.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub async fn open(location: &Location) -> Result<Self, DbError> {
        let location = location.clone();
        match &location {
            Location::File(path) => {
                let writer = sqlite(path, false).await?;
                let reader = sqlite(path, true).await?;
                Ok(Self { writer, reader, engine: Engine::Sqlite, location })
            }
            Location::Url(url) => {
                let mut options = ConnectOptions::new(url.clone());
                options
                    .max_connections(POSTGRES_CONNECTIONS)
                    .min_connections(1)
                    .acquire_timeout(WAIT)
                    .set_application_name("mingjing")
                    .sqlx_logging(false);
                let pool = Database::connect(options).await?;
                Ok(Self { writer: pool.clone(), reader: pool, engine: Engine::Postgres, location })
            }
        }
    }

    /// Where it is.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Begins a write transaction.
    ///
    /// # Errors
    /// When no connection comes free or another process holds the file.
    pub async fn begin(&self) -> Result<Tx, DbError> {
        let options = TransactionOptions {
            isolation_level: match self.engine {
                Engine::Sqlite => None,
                Engine::Postgres => Some(IsolationLevel::ReadCommitted),
            },
            access_mode: None,
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        };
        Ok(Tx(self.writer.begin_with_options(options).await?))
    }

    /// Begins a transaction that sees one unchanging state of the database.
    ///
    /// # Errors
    /// When no connection comes free.
    pub async fn snapshot(&self) -> Result<Tx, DbError> {
        let options = TransactionOptions {
            isolation_level: match self.engine {
                Engine::Sqlite => None,
                Engine::Postgres => Some(IsolationLevel::RepeatableRead),
            },
            access_mode: None,
            sqlite_transaction_mode: None,
        };
        Ok(Tx(self.reader.begin_with_options(options).await?))
    }

    /// Runs a statement on the writer outside a transaction (VACUUM and the like).
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn maintain(&self, sql: &str) -> Result<(), DbError> {
        self.writer.execute_unprepared(sql).await?;
        Ok(())
    }

    /// Closes all connections.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn close(self) -> Result<(), DbError> {
        self.reader.close().await?;
        match self.engine {
            Engine::Sqlite => Ok(self.writer.close().await?),
            Engine::Postgres => Ok(()),
        }
    }
}

async fn sqlite(path: &Path, read_only: bool) -> Result<DatabaseConnection, DbError> {
    let file = path.to_path_buf();
    let mut options = ConnectOptions::new("sqlite:main");
    options
        .max_connections(if read_only { SQLITE_READERS } else { 1 })
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(60))
        .test_before_acquire(false)
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |_| {
            let made = sea_orm::sqlx::sqlite::SqliteConnectOptions::new()
                .filename(&file)
                .create_if_missing(true)
                .busy_timeout(WAIT)
                .foreign_keys(true)
                .statement_cache_capacity(256)
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
                .pragma("secure_delete", "ON")
                .pragma("cache_size", "-8192")
                .pragma("temp_store", "MEMORY")
                .pragma("trusted_schema", "OFF");
            if read_only { made.pragma("query_only", "ON") } else { made }
        });
    Ok(Database::connect(options).await?)
}
