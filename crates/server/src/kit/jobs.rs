//! Work after a commit: claimed with a lease, ended in the transaction of its effect.
//!
//! A job survives a crash of its worker: its lease runs out and another worker
//! claims it. An effect whose lease was lost is rolled back whole, so it happens once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use mingjing_domain::matter::MatterId;
use serde_json::Value;
use tokio::sync::watch;

use super::app::App;
use super::db::{DbError, Engine, Sql, Tx};
use super::entropy::Draw;
use super::error::WriteError;
use super::work::NewJob;
use crate::params;

/// A job that this worker holds until its lease ends.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Row.
    pub id: i64,
    /// Kind.
    pub kind: String,
    /// What it is about.
    pub matter: Option<MatterId>,
    /// What to do.
    pub payload: Value,
    /// Attempts including this one, from 1.
    pub attempts: u32,
    /// Proof of the lease.
    pub token: [u8; 32],
}

/// How long a worker may hold a job.
pub const LEASE: SignedDuration = SignedDuration::from_mins(5);
/// How long the job in hand is waited for at the end of the program.
pub const GRACE: Duration = Duration::from_millis(600);
/// Attempts after which a job is put aside for a person.
pub const MAX_ATTEMPTS: u32 = 8;

/// Queues jobs. A waiting or running one with the same kind and dedupe key is
/// replaced: a worker in the middle of it loses its lease and the newest runs.
pub(crate) async fn insert(tx: &Tx, jobs: Vec<NewJob>, now: Timestamp) -> Result<(), DbError> {
    // One statement must not touch a row twice: the last of equals counts.
    let mut last: BTreeMap<(&'static str, String), NewJob> = BTreeMap::new();
    for job in jobs {
        last.insert((job.kind, job.dedupe.clone()), job);
    }
    let rows = last
        .into_values()
        .map(|it| params![it.kind, it.dedupe, it.matter, it.payload, "ready", 0_i64, it.run_at, 0_i64, now])
        .collect();
    tx.insert(
        "INSERT INTO job (kind, dedupe, matter_id, payload, state, attempts, run_at, lease_until, created_at)",
        9,
        rows,
        " ON CONFLICT (kind, dedupe) DO UPDATE SET payload = excluded.payload, state = 'ready', \
         attempts = 0, run_at = excluded.run_at, lease_until = 0, lease_token = NULL",
    )
    .await
}

/// Removes finished jobs.
///
/// # Errors
/// [`WriteError::LeaseLost`] when one is no longer held.
pub(crate) async fn complete(tx: &Tx, done: &[(i64, [u8; 32])]) -> Result<(), WriteError> {
    for (id, token) in done {
        let sql = "DELETE FROM job WHERE id = $1 AND lease_token = $2";
        if tx.run(sql, params![*id, *token]).await? != 1 {
            return Err(WriteError::LeaseLost);
        }
    }
    Ok(())
}

impl App {
    /// Claims the next due job of one of `kinds`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_job(&self, kinds: &[&str]) -> Result<Option<Claimed>, WriteError> {
        if kinds.is_empty() {
            return Ok(None);
        }
        let now = self.now();
        let token = Draw::new(self.0.entropy.as_ref()).bytes32();
        let skip = match self.db().engine() {
            Engine::Sqlite => "",
            Engine::Postgres => " FOR UPDATE SKIP LOCKED",
        };
        let names: Vec<String> = (4..4 + kinds.len()).map(|at| format!("${at}")).collect();
        let sql = format!(
            "UPDATE job SET lease_until = $1, lease_token = $2, attempts = attempts + 1 \
             WHERE id = (SELECT id FROM job WHERE state = 'ready' AND run_at <= $3 \
             AND lease_until <= $3 AND kind IN ({}) ORDER BY run_at, id LIMIT 1{skip}) \
             RETURNING id, kind, matter_id, payload, attempts",
            names.join(", ")
        );
        let mut values = params![now.saturating_add(LEASE).unwrap_or(now), token, now];
        values.extend(kinds.iter().flat_map(|kind| params![*kind]));
        let tx = self.db().begin().await?;
        let row = tx.one("job", sql, values).await?;
        tx.commit().await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Claimed {
            id: row.int("id")?,
            kind: row.text("kind")?,
            matter: row.opt_uuid("matter_id")?.map(MatterId),
            payload: serde_json::from_str(&row.text("payload")?)?,
            attempts: u32::try_from(row.int("attempts")?).unwrap_or(u32::MAX),
            token,
        }))
    }

    /// Whether a job of a matter is still to be done: none when there is none, true when it
    /// failed so often that a person should look.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn undone_job(&self, kind: &str, matter: MatterId) -> Result<Option<bool>, DbError> {
        let text = "SELECT attempts FROM job WHERE matter_id = $1 AND kind = $2";
        let row = self.db().one("job", text, params![matter, kind]).await?;
        row.map(|row| Ok(row.int("attempts")? >= i64::from(MAX_ATTEMPTS))).transpose()
    }

    /// What the jobs of one kind of a matter are to do, as far as they are still to be done.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn waiting_jobs(&self, kind: &str, matter: MatterId) -> Result<Vec<Value>, DbError> {
        let text = "SELECT payload FROM job WHERE matter_id = $1 AND kind = $2 ORDER BY id";
        let rows = self.db().all("job", text, params![matter, kind]).await?;
        let read = |text: String| serde_json::from_str(&text).map_err(|e| DbError::row("job", "payload", e));
        rows.iter().map(|row| read(row.text("payload")?)).collect()
    }

    /// Holds a job for another [`LEASE`] from now: its work takes longer than one.
    ///
    /// # Errors
    /// [`WriteError::LeaseLost`] when it is no longer held.
    pub async fn hold_job(&self, job: &Claimed) -> Result<(), WriteError> {
        let until = self.now().saturating_add(LEASE).unwrap_or(Timestamp::MAX);
        let tx = self.db().begin().await?;
        let sql = "UPDATE job SET lease_until = $1 WHERE id = $2 AND lease_token = $3";
        if tx.run(sql, params![until, job.id, job.token]).await? != 1 {
            return Err(WriteError::LeaseLost);
        }
        Ok(tx.commit().await?)
    }

    /// Takes the jobs of one kind of a matter away: what they do was done otherwise.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drop_jobs(&self, kind: &str, matter: MatterId) -> Result<(), DbError> {
        let tx = self.db().begin().await?;
        tx.run("DELETE FROM job WHERE matter_id = $1 AND kind = $2", params![matter, kind]).await?;
        tx.commit().await
    }

    /// Holds a job for another while: its work takes longer than a lease.
    ///
    /// # Errors
    /// [`WriteError::LeaseLost`] when it is no longer held.
    pub async fn renew_job(&self, job: &Claimed) -> Result<(), WriteError> {
        let until = self.now().saturating_add(LEASE).unwrap_or(Timestamp::MAX);
        let tx = self.db().begin().await?;
        let text = "UPDATE job SET lease_until = $1 WHERE id = $2 AND lease_token = $3";
        if tx.run(text, params![until, job.id, job.token]).await? != 1 {
            return Err(WriteError::LeaseLost);
        }
        Ok(tx.commit().await?)
    }

    /// Ends a job whose effect needed no write.
    ///
    /// # Errors
    /// [`WriteError::LeaseLost`] when it is no longer held.
    pub async fn end_job(&self, job: &Claimed) -> Result<(), WriteError> {
        let tx = self.db().begin().await?;
        complete(&tx, &[(job.id, job.token)]).await?;
        Ok(tx.commit().await?)
    }

    /// Puts a failed job back with a growing pause (2^attempts seconds, at most half an
    /// hour), or aside after [`MAX_ATTEMPTS`] unless it must be done in the end. The reason
    /// must hold no personal data.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn fail_job(&self, job: &Claimed, reason: &str, must: bool) -> Result<(), WriteError> {
        let dead = job.attempts >= MAX_ATTEMPTS && !must;
        let pause = SignedDuration::from_secs((1 << job.attempts.min(11)).min(1_800));
        let run_at = self.now().saturating_add(pause).unwrap_or(Timestamp::MAX);
        let tx = self.db().begin().await?;
        tx.run(
            "UPDATE job SET state = $1, run_at = $2, lease_until = 0, lease_token = NULL, \
             last_error = $3 WHERE id = $4 AND lease_token = $5",
            params![if dead { "dead" } else { "ready" }, run_at, reason, job.id, job.token],
        )
        .await?;
        tx.commit().await?;
        if dead {
            tracing::error!(kind = job.kind, id = job.id, "job put aside");
        }
        Ok(())
    }
}

impl App {
    /// Queues jobs that follow from no command: what is derived is made anew.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn queue(&self, jobs: Vec<NewJob>) -> Result<(), DbError> {
        let tx = self.db().begin().await?;
        insert(&tx, jobs, self.now()).await?;
        tx.commit().await?;
        self.0.queued.notify_waiters();
        Ok(())
    }

    /// Lets go of a job that was cut off, as if it had not been claimed.
    ///
    /// # Errors
    /// When the database fails.
    async fn give_back(&self, job: &Claimed) -> Result<(), WriteError> {
        let tx = self.db().begin().await?;
        tx.run(
            "UPDATE job SET lease_until = 0, lease_token = NULL, attempts = attempts - 1 \
             WHERE id = $1 AND lease_token = $2",
            params![job.id, job.token],
        )
        .await?;
        Ok(tx.commit().await?)
    }
}

/// What a job's handler answers when it failed: a reason without personal data.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct JobError(pub String);

impl From<WriteError> for JobError {
    fn from(error: WriteError) -> Self {
        Self(error.to_string())
    }
}

/// Carries out one kind of job. It ends the job itself, in its write
/// ([`super::write::Write::complete`]) or by [`App::end_job`].
pub type Handler = Arc<dyn Fn(App, Claimed) -> BoxFuture<'static, Result<(), JobError>> + Send + Sync>;

/// Works off jobs until told to stop.
pub struct Worker {
    app: App,
    handlers: BTreeMap<&'static str, Handler>,
    /// Kinds that are tried until they are done.
    must: BTreeSet<&'static str>,
}

impl Worker {
    /// A worker that can do nothing yet.
    pub fn new(app: App) -> Self {
        Self { app, handlers: BTreeMap::new(), must: BTreeSet::new() }
    }

    /// Teaches it a kind of job.
    #[must_use]
    pub fn on(mut self, kind: &'static str, handler: Handler) -> Self {
        self.handlers.insert(kind, handler);
        self
    }

    /// As [`Self::on`], for what the law ordered: never put aside, tried until it is done.
    #[must_use]
    pub fn until_done(mut self, kind: &'static str, handler: Handler) -> Self {
        self.must.insert(kind);
        self.on(kind, handler)
    }

    /// Works off everything that is due now; gives the number of jobs tried.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drain(&self) -> Result<usize, WriteError> {
        let mut tried = 0;
        while let Some(job) = self.next().await? {
            self.carry_out(job).await?;
            tried += 1;
        }
        Ok(tried)
    }

    async fn next(&self) -> Result<Option<Claimed>, WriteError> {
        let kinds: Vec<&str> = self.handlers.keys().copied().collect();
        self.app.claim_job(&kinds).await
    }

    /// Works off what is due until `stop` turns true. The job in hand then is cut
    /// off after [`GRACE`] and given back, so that the next start takes it up.
    async fn drain_until(&self, stop: &watch::Receiver<bool>) -> Result<(), WriteError> {
        while !*stop.borrow()
            && let Some(job) = self.next().await?
        {
            let (held, mut stop) = (job.clone(), stop.clone());
            let late = async {
                // An error means that the server is gone, which is an end as well.
                drop(stop.wait_for(|it| *it).await);
                tokio::time::sleep(GRACE).await;
            };
            tokio::select! {
                done = self.carry_out(job) => done?,
                () = late => self.app.give_back(&held).await?,
            }
        }
        Ok(())
    }

    async fn carry_out(&self, job: Claimed) -> Result<(), WriteError> {
        let Some(handler) = self.handlers.get(job.kind.as_str()) else { return Ok(()) };
        match handler(self.app.clone(), job.clone()).await {
            Ok(()) => Ok(()),
            Err(error) => {
                tracing::warn!(kind = job.kind, id = job.id, attempts = job.attempts, "job failed");
                self.app.fail_job(&job, &error.0, self.must.contains(job.kind.as_str())).await
            }
        }
    }

    /// Works until `stop` turns true; a job in hand is finished if it takes no
    /// longer than [`GRACE`], and given back otherwise.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            let queued = self.app.0.queued.notified();
            if let Err(error) = self.drain_until(&stop).await {
                tracing::error!(%error, "jobs cannot be claimed");
            }
            tokio::select! {
                () = queued => {}
                // Leases and pauses end without anyone ringing.
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }
}
