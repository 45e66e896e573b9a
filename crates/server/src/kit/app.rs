//! The application: database, clock, randomness, and the one write path.
//!
//! [`App::write`] runs a closure inside one transaction at one instant. What the
//! closure appends becomes events, projections, a ledger leaf (or an outbox row)
//! and jobs, together with the command and its read set, or nothing at all.

use std::any::Any;
use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use lru::LruCache;
use mingjing_domain::matter::{Actor, Matter, MatterId, TimeSource};
use mingjing_ledger::tlog::Frontier;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Notify;
use uuid::Uuid;

use super::clock::{Clock, lock};
use super::db::{Db, DbError};
use super::entropy::Entropy;
use super::error::WriteError;
use super::registry::Registered;
use super::schema::{self, SchemaError};
use super::work::Work;
use super::write::Write;
use crate::params;

/// What a write is asked to do, and by whom.
#[derive(Clone, Debug)]
pub struct Request {
    /// Who acts, with the roles held now.
    pub actor: Actor,
    /// Why: the name of the job at hand; committed publicly, so never personal data.
    pub purpose: String,
    /// Identifier chosen by the caller; the same id is carried out once.
    pub command_id: Uuid,
    /// Name of the command, for example `case.file`.
    pub name: &'static str,
    /// The typed command, serialised; texts as [`mingjing_domain::text::Text`].
    pub body: Value,
    /// Claimed time and its source; none when it happens as it is recorded.
    pub moment: Option<(Timestamp, TimeSource)>,
}

/// The outcome of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written<T> {
    /// What the closure returned; stored with the command, so never personal data.
    pub value: T,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The command had been carried out before; nothing was written now.
    pub replayed: bool,
}

/// How an [`App`] is put together.
pub struct Parts {
    /// Database, opened.
    pub db: Db,
    /// Clock.
    pub clock: Arc<dyn Clock>,
    /// Source of randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Kinds of matters; [`super::registry::all`] in the program.
    pub registry: Vec<Registered>,
    /// Origin line of the log, used when the database is new.
    pub origin: String,
    /// How many folded states are kept in memory.
    pub cached_states: NonZeroUsize,
}

/// A folded state in memory, valid for exactly one head.
#[derive(Clone)]
pub(crate) struct Cached {
    pub version: u64,
    pub head: Vec<u8>,
    pub erased: bool,
    pub state: Arc<dyn Any + Send + Sync>,
}

/// What all clones of an [`App`] share.
pub struct Core {
    pub(crate) db: Db,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) registry: Vec<Registered>,
    pub(crate) cache: Mutex<LruCache<MatterId, Cached>>,
    stopped: Mutex<Option<String>>,
    /// Kinds of jobs that are queued only where something carries them out.
    served: Mutex<BTreeSet<&'static str>>,
    /// Rung after each commit that appended events.
    pub(crate) appended: Notify,
    /// Rung after each commit that queued jobs.
    pub(crate) queued: Notify,
}

/// The application. Clones share everything.
#[derive(Clone)]
pub struct App(pub(crate) Arc<Core>);

/// Most times a write is decided again after losing a race.
const MAX_ATTEMPTS: u32 = 8;

impl App {
    /// Brings the schema up to date and makes the ledger head of a new database.
    ///
    /// # Errors
    /// When the schema cannot be brought up to date.
    pub async fn open(parts: Parts) -> Result<Self, SchemaError> {
        schema::migrate(&parts.db, parts.clock.as_ref()).await?;
        let tx = parts.db.begin().await?;
        tx.run(
            "INSERT INTO ledger_head (id, origin, size, frontier, recorded_at, fence, lease_until) \
             VALUES (1, $1, 0, $2, 0, 0, 0) ON CONFLICT (id) DO NOTHING",
            params![parts.origin.as_str(), Frontier::default().to_bytes()],
        )
        .await?;
        tx.commit().await?;
        Ok(Self::reading(parts))
    }

    /// The application on a database that is only looked at: nothing is brought up to
    /// date and nothing made.
    pub fn reading(parts: Parts) -> Self {
        Self(Arc::new(Core {
            db: parts.db,
            clock: parts.clock,
            entropy: parts.entropy,
            registry: parts.registry,
            cache: Mutex::new(LruCache::new(parts.cached_states)),
            stopped: Mutex::new(None),
            served: Mutex::default(),
            appended: Notify::new(),
            queued: Notify::new(),
        }))
    }

    /// The database, for reads and for tables outside the stream (sessions, drafts).
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// The clock.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.0.clock)
    }

    /// The source of randomness.
    pub fn entropy(&self) -> Arc<dyn Entropy> {
        Arc::clone(&self.0.entropy)
    }

    /// Kinds of matters.
    pub fn registry(&self) -> &[Registered] {
        &self.0.registry
    }

    /// Refuses all writes from now on, for the named reason.
    pub fn stop_writes(&self, reason: impl Into<String>) {
        let reason = reason.into();
        tracing::error!(reason, "writes stopped");
        *lock(&self.0.stopped) = Some(reason);
    }

    /// Why writes are stopped, if they are.
    pub fn stopped(&self) -> Option<String> {
        lock(&self.0.stopped).clone()
    }

    /// Says that something carries out this kind of job here, which is queued only then.
    pub fn serve_jobs(&self, kind: &'static str) {
        lock(&self.0.served).insert(kind);
    }

    /// Whether something carries out this kind of job here ([`App::serve_jobs`]).
    pub fn serves_jobs(&self, kind: &str) -> bool {
        lock(&self.0.served).contains(kind)
    }

    /// Begins a batch: several commands in one transaction.
    ///
    /// # Errors
    /// When writes are stopped or the database cannot begin.
    pub async fn batch(&self) -> Result<Batch, WriteError> {
        if let Some(reason) = self.stopped() {
            return Err(WriteError::Stopped(reason));
        }
        Ok(Batch { work: Some(Work::begin(self.clone()).await?) })
    }

    /// Carries out one command. `f` may run several times, each time against
    /// fresh states; it must change nothing but through [`Write`].
    ///
    /// # Errors
    /// What `f` refuses; a command id used for another body; a clock that stands
    /// back; a conflict that did not resolve. Nothing is written then.
    pub async fn write<T, F>(&self, request: Request, f: F) -> Result<Written<T>, WriteError>
    where
        T: Serialize + DeserializeOwned + Send,
        F: for<'a> Fn(&'a mut Write) -> BoxFuture<'a, Result<T, WriteError>> + Send + Sync,
    {
        self.retried(|| self.attempt(&request, &f)).await
    }

    /// Carries out several commands in one transaction: all of them or none. `f` may
    /// run several times, as that of [`App::write`].
    ///
    /// # Errors
    /// As [`App::write`]; a refused command refuses the whole.
    pub async fn together<T, F>(&self, f: F) -> Result<T, WriteError>
    where
        T: Send,
        F: for<'a> Fn(&'a mut Batch) -> BoxFuture<'a, Result<T, WriteError>> + Send + Sync,
    {
        self.retried(|| async {
            let mut batch = self.batch().await?;
            let value = f(&mut batch).await?;
            batch.commit().await?;
            Ok(value)
        })
        .await
    }

    /// Tries again after lost races, each time from the beginning.
    async fn retried<T, Fut>(&self, tried: impl Fn() -> Fut) -> Result<T, WriteError>
    where
        Fut: Future<Output = Result<T, WriteError>>,
    {
        let mut attempt = 1;
        loop {
            let error = match tried().await {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            let again = match &error {
                WriteError::Conflict => true,
                WriteError::Db(error) => error.is_transient() || error.unique_violation().is_some(),
                WriteError::Refused(_)
                | WriteError::NotFound(_)
                | WriteError::Duplicate(_)
                | WriteError::Erased
                | WriteError::LeaseLost
                | WriteError::Clock { .. }
                | WriteError::Stopped(_)
                | WriteError::Decode(_)
                | WriteError::Json(_) => false,
            };
            if !again || attempt == MAX_ATTEMPTS {
                return Err(finally(error));
            }
            // Spread rivals apart: the wait is drawn, and grows with each loss.
            let draw = u64::from(self.0.entropy.seed()[0]);
            tokio::time::sleep(Duration::from_micros(draw * 40 * u64::from(attempt))).await;
            attempt += 1;
        }
    }

    async fn attempt<T, F>(&self, request: &Request, f: &F) -> Result<Written<T>, WriteError>
    where
        T: Serialize + DeserializeOwned + Send,
        F: for<'a> Fn(&'a mut Write) -> BoxFuture<'a, Result<T, WriteError>> + Send + Sync,
    {
        let mut batch = self.batch().await?;
        let written = batch.write(request.clone(), f).await?;
        if !written.replayed {
            batch.commit().await?;
        }
        Ok(written)
    }
}

/// What the caller hears when a race was lost too often.
fn finally(error: WriteError) -> WriteError {
    match &error {
        WriteError::Db(db) if db.is_transient() => WriteError::Conflict,
        WriteError::Db(db) => match db.unique_violation() {
            Some(what) => WriteError::Duplicate(what),
            None => error,
        },
        WriteError::Refused(_)
        | WriteError::NotFound(_)
        | WriteError::Conflict
        | WriteError::Duplicate(_)
        | WriteError::Erased
        | WriteError::LeaseLost
        | WriteError::Clock { .. }
        | WriteError::Stopped(_)
        | WriteError::Decode(_)
        | WriteError::Json(_) => error,
    }
}

/// Several commands in one transaction, for seeding and import. Each passes the
/// same checks as alone; a refused one leaves no trace and the batch goes on.
/// Dropping the batch without [`Batch::commit`] writes nothing.
pub struct Batch {
    // None only while a closure runs or after a failure of the database.
    work: Option<Work>,
}

impl Batch {
    /// Carries out one command within the batch.
    ///
    /// # Errors
    /// As [`App::write`], without the repetition after lost races.
    pub async fn write<T, F>(&mut self, request: Request, f: F) -> Result<Written<T>, WriteError>
    where
        T: Serialize + DeserializeOwned + Send,
        F: for<'a> Fn(&'a mut Write) -> BoxFuture<'a, Result<T, WriteError>> + Send + Sync,
    {
        let mut work = self.work.take().ok_or_else(broken)?;
        if let Some(done) = work.start(&request).await? {
            self.work = Some(work);
            let value = serde_json::from_str(&done.result)?;
            return Ok(Written { value, recorded_at: done.recorded_at, replayed: true });
        }
        let moment = match work.moment(&request) {
            Ok(moment) => moment,
            Err(error) => {
                self.work = Some(work);
                return Err(error);
            }
        };
        let mut write = Write::new(work, request, moment);
        let outcome = f(&mut write).await;
        match outcome {
            Ok(value) => {
                let recorded_at = write.moment().recorded_at;
                self.work = Some(write.finish(serde_json::to_string(&value)?).await?);
                Ok(Written { value, recorded_at, replayed: false })
            }
            Err(error) => {
                self.work = Some(write.abandon());
                Err(error)
            }
        }
    }

    /// The state of a matter that this batch has touched, as it stands in it.
    pub fn state<M: Matter>(&self, id: MatterId) -> Option<Arc<M>> {
        let slot = self.work.as_ref()?.slots.get(&id)?;
        Arc::clone(slot.state.as_ref()?).downcast::<M>().ok()
    }

    /// Makes the batch durable.
    ///
    /// # Errors
    /// When a version moved meanwhile or a constraint refuses; nothing is written then.
    pub async fn commit(mut self) -> Result<(), WriteError> {
        self.work.take().ok_or_else(broken)?.commit().await
    }
}

fn broken() -> WriteError {
    DbError::row("batch", "session", "an earlier statement of the batch failed").into()
}
