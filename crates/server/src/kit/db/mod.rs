//! Access to the database: SQLite or PostgreSQL, chosen at run time.
//!
//! SQL is written once, with `$1` placeholders. Identifiers are 16-byte blobs,
//! instants are microseconds UTC, money is fen, JSON is text or bytes. All
//! writes go through [`Db::begin`]: on SQLite that is the one writer connection
//! and `BEGIN IMMEDIATE`, so a writer never meets "database is locked" halfway.

mod ahead;
mod lite;
mod param;
mod row;

use std::time::Duration;

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    IsolationLevel, RuntimeErr, SqlErr, Statement, TransactionOptions, TransactionTrait, Value,
};

pub use ahead::Ahead;
use lite::{File, LiteError, LiteTx};
pub use param::IntoParam;
pub use row::Row;

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
    /// SQLite refused or failed.
    #[error("数据库操作失败：{0}")]
    Lite(Box<LiteError>),
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
        let error = match self {
            Self::Engine(DbErr::Exec(RuntimeErr::SqlxError(e)) | DbErr::Query(RuntimeErr::SqlxError(e))) => e,
            Self::Lite(error) => return error.is_transient(),
            Self::Engine(_) | Self::Row { .. } => return false,
        };
        let sea_orm::sqlx::Error::Database(e) = error.as_ref() else { return false };
        // Serialization failure, deadlock.
        matches!(e.code().as_deref(), Some("40001" | "40P01"))
    }

    /// Name of the violated unique constraint or its columns, if that is the error.
    pub fn unique_violation(&self) -> Option<String> {
        let error = match self {
            Self::Engine(error) => error,
            Self::Lite(error) => return error.unique_violation(),
            Self::Row { .. } => return None,
        };
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(message)) => Some(message),
            Some(_) | None => None,
        }
    }
}

/// Anything that runs statements: the readers or a transaction.
pub trait Sql: Sync {
    /// All rows. `table` names the main table in error messages.
    ///
    /// # Errors
    /// When the engine fails.
    fn all(
        &self,
        table: &'static str,
        sql: impl Into<String> + Send,
        params: Vec<Value>,
    ) -> impl Future<Output = Result<Vec<Row>, DbError>> + Send;

    /// The first row, if any.
    ///
    /// # Errors
    /// When the engine fails.
    fn one(
        &self,
        table: &'static str,
        sql: impl Into<String> + Send,
        params: Vec<Value>,
    ) -> impl Future<Output = Result<Option<Row>, DbError>> + Send;

    /// The engine beneath.
    fn engine(&self) -> Engine;
}

async fn server_all<C: ConnectionTrait>(
    on: &C,
    table: &'static str,
    sql: String,
    params: Vec<Value>,
) -> Result<Vec<Row>, DbError> {
    let rows = on.query_all_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, params)).await?;
    Ok(rows.into_iter().map(|it| Row::server(table, it)).collect())
}

async fn server_one<C: ConnectionTrait>(
    on: &C,
    table: &'static str,
    sql: String,
    params: Vec<Value>,
) -> Result<Option<Row>, DbError> {
    let row = on.query_one_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, params)).await?;
    Ok(row.map(|it| Row::server(table, it)))
}

/// A transaction. Dropping it without [`Tx::commit`] rolls it back.
pub struct Tx(Begun);

enum Begun {
    Lite(LiteTx),
    Server(DatabaseTransaction),
}

impl Sql for Tx {
    async fn all(
        &self,
        table: &'static str,
        sql: impl Into<String> + Send,
        params: Vec<Value>,
    ) -> Result<Vec<Row>, DbError> {
        match &self.0 {
            Begun::Lite(tx) => {
                let rows = tx.with(|it| it.query(&sql.into(), &params, usize::MAX))?;
                Ok(rows.into_iter().map(|it| Row::lite(table, it)).collect())
            }
            Begun::Server(tx) => server_all(tx, table, sql.into(), params).await,
        }
    }

    async fn one(
        &self,
        table: &'static str,
        sql: impl Into<String> + Send,
        params: Vec<Value>,
    ) -> Result<Option<Row>, DbError> {
        match &self.0 {
            Begun::Lite(tx) => {
                let mut rows = tx.with(|it| it.query(&sql.into(), &params, 1))?;
                Ok(rows.pop().map(|it| Row::lite(table, it)))
            }
            Begun::Server(tx) => server_one(tx, table, sql.into(), params).await,
        }
    }

    fn engine(&self) -> Engine {
        match self.0 {
            Begun::Lite(_) => Engine::Sqlite,
            Begun::Server(_) => Engine::Postgres,
        }
    }
}

/// Most parameters put into one statement.
const MAX_PARAMS: usize = 8_000;

impl Tx {
    /// Shows all rows to `look` one after the other: what it does not keep does not stay.
    ///
    /// # Errors
    /// When the engine fails, or `look` does.
    pub async fn each(
        &self,
        table: &'static str,
        sql: &str,
        params: Vec<Value>,
        mut look: impl FnMut(&Row) -> Result<(), DbError> + Send,
    ) -> Result<(), DbError> {
        match &self.0 {
            Begun::Lite(tx) => tx.with(|it| Ok(it.each((table, sql), &params, &mut look)))?,
            Begun::Server(tx) => {
                server_all(tx, table, sql.to_owned(), params).await?.iter().try_for_each(look)
            }
        }
    }

    /// Runs a statement; gives the number of rows it changed.
    ///
    /// # Errors
    /// When the engine fails or a constraint refuses.
    pub async fn run(&self, sql: impl Into<String> + Send, params: Vec<Value>) -> Result<u64, DbError> {
        match &self.0 {
            Begun::Lite(tx) => Ok(tx.with(|it| it.run(&sql.into(), &params))?),
            Begun::Server(tx) => {
                let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, params);
                Ok(tx.execute_raw(statement).await?.rows_affected())
            }
        }
    }

    /// Inserts rows: `head` up to `VALUES`, `tail` after the values. A server gets
    /// as few statements as it takes; SQLite one row at a time, since a statement
    /// of its own for each number of rows would cost more than the rows.
    ///
    /// # Errors
    /// When the engine fails or a constraint refuses.
    pub async fn insert(
        &self,
        head: &str,
        columns: usize,
        mut rows: Vec<Vec<Value>>,
        tail: &str,
    ) -> Result<(), DbError> {
        if rows.is_empty() {
            return Ok(());
        }
        if let Begun::Lite(tx) = &self.0 {
            let sql = format!("{head} VALUES {}{tail}", placeholders(1, columns));
            return Ok(tx.with(|it| it.run_each(&sql, &rows))?);
        }
        let chunk = (MAX_PARAMS / columns.max(1)).max(1);
        while !rows.is_empty() {
            let rest = rows.split_off(rows.len().min(chunk));
            let sql = format!("{head} VALUES {}{tail}", placeholders(rows.len(), columns));
            self.run(sql, rows.into_iter().flatten().collect()).await?;
            rows = rest;
        }
        Ok(())
    }

    /// Runs several statements without parameters.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn script(&self, sql: &str) -> Result<(), DbError> {
        match &self.0 {
            Begun::Lite(tx) => tx.with(|it| it.script(sql))?,
            Begun::Server(tx) => {
                tx.execute_unprepared(sql).await?;
            }
        }
        Ok(())
    }

    /// Makes everything durable.
    ///
    /// # Errors
    /// When the engine cannot; nothing is stored then.
    pub async fn commit(self) -> Result<(), DbError> {
        match self.0 {
            Begun::Lite(tx) => Ok(tx.end("COMMIT")?),
            Begun::Server(tx) => Ok(tx.commit().await?),
        }
    }

    /// Throws everything away.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn rollback(self) -> Result<(), DbError> {
        match self.0 {
            Begun::Lite(tx) => Ok(tx.end("ROLLBACK")?),
            Begun::Server(tx) => Ok(tx.rollback().await?),
        }
    }
}

/// `($1, $2), ($3, $4)` for `rows` rows of `columns` columns.
pub(crate) fn placeholders(rows: usize, columns: usize) -> String {
    let mut out = String::with_capacity(rows * columns * 5);
    for row in 0..rows {
        out.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            if column > 0 {
                out.push_str(", ");
            }
            out.push('$');
            out.push_str(&(row * columns + column + 1).to_string());
        }
        out.push(')');
    }
    out
}

/// Lists for `IN`, each with its parameters, at most `size` at a time. The last repeats
/// a value until it is as long as the others, so that one statement serves them all.
pub fn listed<T: IntoParam + Copy>(values: &[T], size: usize) -> impl Iterator<Item = (String, Vec<Value>)> {
    values.chunks(size.max(1)).map(move |some| {
        let fill = some.last().copied().into_iter().cycle().take(size.saturating_sub(some.len()));
        (placeholders(1, size), some.iter().copied().chain(fill).map(IntoParam::into_param).collect())
    })
}

/// The database.
#[derive(Clone)]
pub struct Db {
    store: Store,
    location: Location,
}

#[derive(Clone)]
enum Store {
    Lite(File),
    Server(DatabaseConnection),
}

impl Sql for Db {
    /// Reads outside a transaction; on SQLite these connections refuse writes.
    async fn all(
        &self,
        table: &'static str,
        sql: impl Into<String> + Send,
        params: Vec<Value>,
    ) -> Result<Vec<Row>, DbError> {
        match &self.store {
            Store::Lite(file) => {
                let rows = file.reader().await?.query(&sql.into(), &params, usize::MAX)?;
                Ok(rows.into_iter().map(|it| Row::lite(table, it)).collect())
            }
            Store::Server(pool) => server_all(pool, table, sql.into(), params).await,
        }
    }

    async fn one(
        &self,
        table: &'static str,
        sql: impl Into<String> + Send,
        params: Vec<Value>,
    ) -> Result<Option<Row>, DbError> {
        match &self.store {
            Store::Lite(file) => {
                let mut rows = file.reader().await?.query(&sql.into(), &params, 1)?;
                Ok(rows.pop().map(|it| Row::lite(table, it)))
            }
            Store::Server(pool) => server_one(pool, table, sql.into(), params).await,
        }
    }

    fn engine(&self) -> Engine {
        match self.store {
            Store::Lite(_) => Engine::Sqlite,
            Store::Server(_) => Engine::Postgres,
        }
    }
}

/// How many connections are held to a PostgreSQL server.
const POSTGRES_CONNECTIONS: u32 = 12;
/// Most connections that read one state side by side; others stay for the rest.
const SNAPSHOTS: usize = 8;
/// How long a connection may be waited for.
const WAIT: Duration = Duration::from_secs(10);

impl Db {
    /// Opens the database; does not touch its tables.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub async fn open(location: &Location) -> Result<Self, DbError> {
        let location = location.clone();
        let store = match &location {
            Location::File(path) => Store::Lite(File::open(path)?),
            Location::Url(url) => {
                let mut options = ConnectOptions::new(url.clone());
                options
                    .max_connections(POSTGRES_CONNECTIONS)
                    .min_connections(1)
                    .acquire_timeout(WAIT)
                    .set_application_name("mingjing")
                    .sqlx_logging(false);
                Store::Server(Database::connect(options).await?)
            }
        };
        Ok(Self { store, location })
    }

    /// Where it is.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Has the file read in the order in which it lies while somebody looks at all of it
    /// in another; until what this gives is dropped. Nothing for a server, which does so
    /// by itself, and where the file would not stay in memory.
    pub fn read_ahead(&self) -> Option<Ahead> {
        match &self.location {
            Location::File(path) => ahead::begin(path),
            Location::Url(_) => None,
        }
    }

    /// Begins a write transaction.
    ///
    /// # Errors
    /// When no connection comes free or another process holds the file.
    pub async fn begin(&self) -> Result<Tx, DbError> {
        self.started(IsolationLevel::ReadCommitted, true).await
    }

    /// Begins a transaction that sees one unchanging state of the database.
    ///
    /// # Errors
    /// When no connection comes free.
    pub async fn snapshot(&self) -> Result<Tx, DbError> {
        self.started(IsolationLevel::RepeatableRead, false).await
    }

    /// Begins up to `most` transactions that all see the same unchanging state, so
    /// that they can be read side by side; at least one.
    ///
    /// # Errors
    /// When no connection comes free.
    pub async fn snapshots(&self, most: usize) -> Result<Vec<Tx>, DbError> {
        match &self.store {
            Store::Lite(file) => {
                let begun = file.snapshots(most).await?;
                Ok(begun.into_iter().map(|it| Tx(Begun::Lite(it))).collect())
            }
            Store::Server(_) => {
                let first = self.snapshot().await?;
                let row = first.one("snapshot", "SELECT pg_export_snapshot() AS name", vec![]).await?;
                let name = row.map(|it| it.text("name")).transpose()?.unwrap_or_default();
                let mut begun = vec![first];
                while begun.len() < most.min(SNAPSHOTS) {
                    let next = self.snapshot().await?;
                    // The name comes from the server itself: digits, letters and dashes.
                    next.script(&format!("SET TRANSACTION SNAPSHOT '{name}'")).await?;
                    begun.push(next);
                }
                Ok(begun)
            }
        }
    }

    async fn started(&self, level: IsolationLevel, writes: bool) -> Result<Tx, DbError> {
        let begun = match &self.store {
            Store::Lite(file) => {
                let held = if writes { file.writer().await? } else { file.reader().await? };
                Begun::Lite(LiteTx::begin(held)?)
            }
            Store::Server(pool) => {
                let options = TransactionOptions {
                    isolation_level: Some(level),
                    access_mode: None,
                    sqlite_transaction_mode: None,
                };
                Begun::Server(pool.begin_with_options(options).await?)
            }
        };
        Ok(Tx(begun))
    }

    /// Runs a statement on the writer outside a transaction (VACUUM and the like).
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn maintain(&self, sql: &str) -> Result<(), DbError> {
        match &self.store {
            Store::Lite(file) => file.writer().await?.script(sql)?,
            Store::Server(pool) => {
                pool.execute_unprepared(sql).await?;
            }
        }
        Ok(())
    }

    /// Closes all connections.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn close(self) -> Result<(), DbError> {
        match self.store {
            Store::Lite(file) => Ok(file.close().await?),
            Store::Server(pool) => Ok(pool.close().await?),
        }
    }
}
