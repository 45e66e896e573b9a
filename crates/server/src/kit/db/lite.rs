//! SQLite inside the process: one writer, a few readers, no thread between.
//!
//! A statement takes microseconds, a hand-over to another thread several times
//! that; so statements run where they are asked for. What may take longer is the
//! commit, and of those there is one at a time.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, OpenFlags, ffi};
use sea_orm::Value;
use tokio::sync::{Mutex as Queue, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

use super::{DbError, Row};
use crate::kit::clock::lock;

/// Most readers of one file.
const READERS: u32 = 8;
/// Most of them that read one state side by side: others stay for the rest.
const SIDE_BY_SIDE: usize = 4;
/// How long a foreign writer may hold the file.
const BUSY: Duration = Duration::from_secs(10);
/// How long a connection of our own may be waited for.
const WAIT: Duration = Duration::from_secs(60);
/// Statements kept ready on each connection.
const STATEMENTS: usize = 256;
/// How often readers of one state are begun anew when somebody wrote between.
const SNAPSHOT_TRIES: usize = 64;
/// Readers of everything look at the file where it stands in memory: it would pass
/// through a small cache of copies without ever being met there again.
const MAPPED: &str = "PRAGMA mmap_size = 1099511627776";
/// Settings of every connection. Freed pages are overwritten, so that destroyed
/// texts do not stay in the file.
const PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
                       PRAGMA secure_delete = ON; PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY; \
                       PRAGMA trusted_schema = OFF";

/// Failures of this engine.
#[derive(Debug, thiserror::Error)]
pub enum LiteError {
    /// SQLite refused or failed.
    #[error("{0}")]
    Engine(#[from] rusqlite::Error),
    /// No connection came free, or the file was closed.
    #[error("{0}")]
    Unavailable(&'static str),
    /// A parameter of a type that no column has.
    #[error("参数类型不受支持")]
    Parameter,
}

impl LiteError {
    fn failure(&self) -> Option<&ffi::Error> {
        match self {
            Self::Engine(rusqlite::Error::SqliteFailure(error, _)) => Some(error),
            Self::Engine(_) | Self::Unavailable(_) | Self::Parameter => None,
        }
    }

    /// Another writer was in the way; the transaction may be run again.
    pub(super) fn is_transient(&self) -> bool {
        let busy = [rusqlite::ErrorCode::DatabaseBusy, rusqlite::ErrorCode::DatabaseLocked];
        self.failure().is_some_and(|it| busy.contains(&it.code))
    }

    /// The violated unique constraint, as the engine names it.
    pub(super) fn unique_violation(&self) -> Option<String> {
        let Self::Engine(rusqlite::Error::SqliteFailure(error, message)) = self else { return None };
        let unique = [ffi::SQLITE_CONSTRAINT_UNIQUE, ffi::SQLITE_CONSTRAINT_PRIMARYKEY];
        unique.contains(&error.extended_code).then(|| message.clone().unwrap_or_default())
    }
}

/// A row as it was read: texts stand one after the other in one buffer, blobs in another.
pub(super) struct LiteRow {
    columns: Arc<[String]>,
    cells: Vec<Cell>,
    texts: String,
    blobs: Vec<u8>,
    /// Where the next column is looked for first: rows are mostly read in their order.
    next: AtomicUsize,
}

#[derive(Clone, Copy)]
enum Cell {
    Null,
    Integer(i64),
    Real,
    Text(usize, usize),
    Blob(usize, usize),
}

/// The value of a column, borrowed from its row.
#[derive(Clone, Copy)]
pub(super) enum Stored<'a> {
    Null,
    Integer(i64),
    Real,
    Text(&'a str),
    Blob(&'a [u8]),
}

impl LiteRow {
    /// Reads a row; `like` is the one before it, whose size it may well have.
    fn read(
        columns: &Arc<[String]>,
        row: &rusqlite::Row<'_>,
        like: Option<&Self>,
    ) -> Result<Self, rusqlite::Error> {
        let mut it = Self::of(Arc::clone(columns));
        it.texts.reserve(like.map_or(0, |it| it.texts.len()));
        it.blobs.reserve(like.map_or(0, |it| it.blobs.len()));
        it.fill(row)?;
        Ok(it)
    }

    /// A row without values yet.
    fn of(columns: Arc<[String]>) -> Self {
        let cells = Vec::with_capacity(columns.len());
        Self { columns, cells, texts: String::new(), blobs: Vec::new(), next: AtomicUsize::new(0) }
    }

    /// Reads a row in place of the one before.
    fn fill(&mut self, row: &rusqlite::Row<'_>) -> Result<(), rusqlite::Error> {
        let Self { columns, cells, texts, blobs, next } = self;
        cells.clear();
        texts.clear();
        blobs.clear();
        *next.get_mut() = 0;
        for at in 0..columns.len() {
            cells.push(match row.get_ref(at)? {
                ValueRef::Null => Cell::Null,
                ValueRef::Integer(it) => Cell::Integer(it),
                ValueRef::Real(_) => Cell::Real,
                ValueRef::Text(it) => {
                    let from = texts.len();
                    texts.push_str(std::str::from_utf8(it).map_err(|e| rusqlite::Error::Utf8Error(at, e))?);
                    Cell::Text(from, texts.len())
                }
                ValueRef::Blob(it) => {
                    let from = blobs.len();
                    blobs.extend_from_slice(it);
                    Cell::Blob(from, blobs.len())
                }
            });
        }
        Ok(())
    }

    /// The value of a column.
    pub(super) fn get(&self, column: &str) -> Option<Stored<'_>> {
        let guess = self.next.load(Ordering::Relaxed);
        let at = match self.columns.get(guess) {
            Some(it) if it == column => guess,
            Some(_) | None => self.columns.iter().position(|it| it == column)?,
        };
        self.next.store(at + 1, Ordering::Relaxed);
        Some(match *self.cells.get(at)? {
            Cell::Null => Stored::Null,
            Cell::Integer(it) => Stored::Integer(it),
            Cell::Real => Stored::Real,
            Cell::Text(from, to) => Stored::Text(self.texts.get(from..to)?),
            Cell::Blob(from, to) => Stored::Blob(self.blobs.get(from..to)?),
        })
    }
}

/// One SQLite file. Clones share its connections.
#[derive(Clone)]
pub(super) struct File {
    path: PathBuf,
    writer: Arc<Queue<Option<Connection>>>,
    readers: Arc<Readers>,
}

pub(super) struct Readers {
    free: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

fn connect(path: &Path, read_only: bool) -> Result<Connection, LiteError> {
    let made = if read_only { OpenFlags::empty() } else { OpenFlags::SQLITE_OPEN_CREATE };
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | made;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.execute_batch(PRAGMAS)?;
    if read_only {
        connection.execute_batch("PRAGMA query_only = ON")?;
    }
    Ok(connection)
}

const CLOSED: LiteError = LiteError::Unavailable("数据库已经关闭");
const LATE: LiteError = LiteError::Unavailable("等待数据库连接超时");

impl File {
    pub(super) fn open(path: &Path) -> Result<Self, LiteError> {
        let writer = connect(path, false)?;
        let first = connect(path, true)?;
        Ok(Self {
            path: path.to_path_buf(),
            writer: Arc::new(Queue::new(Some(writer))),
            readers: Arc::new(Readers {
                free: Mutex::new(vec![first]),
                permits: Arc::new(Semaphore::new(READERS as usize)),
            }),
        })
    }

    /// A reader, given back when dropped.
    pub(super) async fn reader(&self) -> Result<Held, LiteError> {
        let permits = Arc::clone(&self.readers.permits);
        let permit = match Arc::clone(&permits).try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => tokio::time::timeout(WAIT, permits.acquire_owned())
                .await
                .map_err(|_| LATE)?
                .map_err(|_| CLOSED)?,
        };
        let free = lock(&self.readers.free).pop();
        let connection = match free {
            Some(connection) => connection,
            None => connect(&self.path, true)?,
        };
        Ok(Held::Reader { connection: Some(connection), pool: Arc::clone(&self.readers), _permit: permit })
    }

    /// Readers of one unchanging state, up to `most` and to what the file allows,
    /// at least one.
    pub(super) async fn snapshots(&self, most: usize) -> Result<Vec<LiteTx>, LiteError> {
        let watch = self.reader().await?;
        let most = most.clamp(1, SIDE_BY_SIDE);
        for _ in 0..SNAPSHOT_TRIES {
            let before = watch.number("PRAGMA data_version")?;
            let mut begun = Vec::with_capacity(most);
            for _ in 0..most {
                let held = self.reader().await?;
                held.script(MAPPED)?;
                let tx = LiteTx::begin(held)?;
                // A reader sees the state of its first reading, not of its BEGIN.
                tx.with(|it| it.number("SELECT COUNT(*) FROM sqlite_schema"))?;
                begun.push(tx);
            }
            // The number changes with every commit of another connection.
            if watch.number("PRAGMA data_version")? == before {
                return Ok(begun);
            }
        }
        // Somebody writes without a pause: one reader needs no other to agree with.
        let tx = LiteTx::begin(self.reader().await?)?;
        tx.with(|it| it.number("SELECT COUNT(*) FROM sqlite_schema"))?;
        Ok(vec![tx])
    }

    /// The one writer; whoever waits, waits in line.
    pub(super) async fn writer(&self) -> Result<Held, LiteError> {
        let queue = Arc::clone(&self.writer);
        let guard = match Arc::clone(&queue).try_lock_owned() {
            Ok(guard) => guard,
            Err(_) => tokio::time::timeout(WAIT, queue.lock_owned()).await.map_err(|_| LATE)?,
        };
        if guard.is_none() {
            return Err(CLOSED);
        }
        Ok(Held::Writer(guard))
    }

    /// Closes all connections once those in use are given back.
    pub(super) async fn close(self) -> Result<(), LiteError> {
        // A failure means that another clone has closed already.
        if let Ok(all) = self.readers.permits.acquire_many(READERS).await {
            all.forget();
            self.readers.permits.close();
        }
        lock(&self.readers.free).clear();
        let writer = self.writer.lock().await.take();
        // The last connection moves what is in the write-ahead log into the file.
        match writer {
            Some(writer) => writer.close().map_err(|(_, error)| error.into()),
            None => Ok(()),
        }
    }
}

/// A connection in use.
pub(super) enum Held {
    Writer(OwnedMutexGuard<Option<Connection>>),
    Reader { connection: Option<Connection>, pool: Arc<Readers>, _permit: OwnedSemaphorePermit },
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Self::Reader { connection, pool, .. } = self
            && let Some(connection) = connection.take()
            // One that could not be rolled back would show one old state for ever.
            && connection.is_autocommit()
        {
            lock(&pool.free).push(connection);
        }
    }
}

impl Held {
    fn connection(&self) -> Result<&Connection, LiteError> {
        match self {
            Self::Writer(guard) => guard.as_ref().ok_or(CLOSED),
            Self::Reader { connection, .. } => connection.as_ref().ok_or(CLOSED),
        }
    }

    /// Rows of a query, at most `most` of them.
    pub(super) fn query(&self, sql: &str, params: &[Value], most: usize) -> Result<Vec<LiteRow>, LiteError> {
        let mut statement = bound(self.connection()?, sql, params)?;
        let columns: Arc<[String]> = statement.column_names().iter().map(|&it| it.to_owned()).collect();
        let mut rows = statement.raw_query();
        let mut found: Vec<LiteRow> = Vec::new();
        while found.len() < most
            && let Some(row) = rows.next()?
        {
            found.push(LiteRow::read(&columns, row, found.last())?);
        }
        Ok(found)
    }

    /// Shows the rows of a query one after the other; all are read into one.
    pub(super) fn each(
        &self,
        (table, sql): (&'static str, &str),
        params: &[Value],
        look: &mut dyn FnMut(&Row) -> Result<(), DbError>,
    ) -> Result<(), DbError> {
        let mut statement = bound(self.connection()?, sql, params)?;
        let columns: Arc<[String]> = statement.column_names().iter().map(|&it| it.to_owned()).collect();
        let mut shown = Row::lite(table, LiteRow::of(columns));
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(LiteError::from)? {
            if let Some(it) = shown.lite_mut() {
                it.fill(row).map_err(LiteError::from)?;
            }
            look(&shown)?;
        }
        Ok(())
    }

    /// The one number that a statement gives.
    fn number(&self, sql: &str) -> Result<i64, LiteError> {
        Ok(self.connection()?.query_row(sql, [], |row| row.get(0))?)
    }

    /// Runs a statement; gives the number of rows it changed.
    pub(super) fn run(&self, sql: &str, params: &[Value]) -> Result<u64, LiteError> {
        let connection = self.connection()?;
        let mut statement = bound(connection, sql, params)?;
        let mut rows = statement.raw_query();
        while rows.next()?.is_some() {}
        Ok(connection.changes())
    }

    /// Runs one statement for each group of parameters.
    pub(super) fn run_each(&self, sql: &str, groups: &[Vec<Value>]) -> Result<(), LiteError> {
        let mut statement = self.connection()?.prepare_cached(sql)?;
        for group in groups {
            bind(&mut statement, group)?;
            let mut rows = statement.raw_query();
            while rows.next()?.is_some() {}
        }
        Ok(())
    }

    /// Runs statements without parameters.
    pub(super) fn script(&self, sql: &str) -> Result<(), LiteError> {
        Ok(self.connection()?.execute_batch(sql)?)
    }

    fn is_idle(&self) -> bool {
        self.connection().map_or(true, Connection::is_autocommit)
    }
}

/// A transaction; dropped without an end, it is rolled back.
pub(super) struct LiteTx(Mutex<Held>);

impl LiteTx {
    /// Begins; a writer says so at once, so that it never meets a lock halfway.
    pub(super) fn begin(held: Held) -> Result<Self, LiteError> {
        held.script(match held {
            Held::Writer(_) => "BEGIN IMMEDIATE",
            Held::Reader { .. } => "BEGIN",
        })?;
        Ok(Self(Mutex::new(held)))
    }

    /// Looks at the connection.
    pub(super) fn with<T>(&self, look: impl FnOnce(&Held) -> Result<T, LiteError>) -> Result<T, LiteError> {
        look(&lock(&self.0))
    }

    /// Ends the transaction with this statement.
    pub(super) fn end(self, statement: &str) -> Result<(), LiteError> {
        self.with(|held| held.script(statement))
    }
}

impl Drop for LiteTx {
    fn drop(&mut self) {
        let held = lock(&self.0);
        if !held.is_idle()
            && let Err(error) = held.script("ROLLBACK")
        {
            tracing::error!(%error, "rollback failed");
        }
    }
}

fn bound<'a>(
    connection: &'a Connection,
    sql: &str,
    params: &[Value],
) -> Result<CachedStatement<'a>, LiteError> {
    let mut statement = connection.prepare_cached(sql)?;
    bind(&mut statement, params)?;
    Ok(statement)
}

/// Binds `$1`, `$2`, … by their number: SQLite takes such names in the order in
/// which they first stand in the text.
fn bind(statement: &mut CachedStatement<'_>, params: &[Value]) -> Result<(), LiteError> {
    for index in 1..=statement.parameter_count() {
        let number = statement
            .parameter_name(index)
            .and_then(|name| name.strip_prefix('$'))
            .and_then(|digits| digits.parse::<usize>().ok());
        let value = number.and_then(|n| params.get(n.wrapping_sub(1))).ok_or(LiteError::Parameter)?;
        statement.raw_bind_parameter(index, bindable(value)?)?;
    }
    Ok(())
}

fn bindable(value: &Value) -> Result<ToSqlOutput<'_>, LiteError> {
    let value = match value {
        Value::BigInt(it) => it.map_or(ValueRef::Null, ValueRef::Integer),
        Value::String(it) => it.as_ref().map_or(ValueRef::Null, |it| ValueRef::Text(it.as_bytes())),
        Value::Bytes(it) => it.as_ref().map_or(ValueRef::Null, |it| ValueRef::Blob(it)),
        _ => return Err(LiteError::Parameter),
    };
    Ok(ToSqlOutput::Borrowed(value))
}

impl From<LiteError> for DbError {
    fn from(error: LiteError) -> Self {
        Self::Lite(Box::new(error))
    }
}
