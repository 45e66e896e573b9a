//! PostgreSQL: gives waiting events their index, one sequencer at a time.
//!
//! The lease keeps two programs from sequencing at once; the fence in the head
//! row makes a sequencer that lost its lease fail instead of writing.

use std::time::Duration;

use jiff::SignedDuration;
use mingjing_domain::matter::MatterId;
use tokio::sync::watch;

use super::LedgerError;
use super::store;
use crate::kit::app::App;
use crate::kit::db::{Engine, Sql, placeholders};
use crate::kit::flush::{append_leaf, store_leaves};
use crate::params;

/// How long a lease lasts unless renewed; each round renews it.
const LEASE: SignedDuration = SignedDuration::from_secs(10);
/// An event that waits longer than this raises an alarm.
pub const ALARM: SignedDuration = SignedDuration::from_secs(10);
/// Most events placed in one transaction.
const ROUND: i64 = 1_000;

/// The one sequencer of an installation on PostgreSQL.
pub struct Sequencer {
    app: App,
    fence: i64,
}

impl Sequencer {
    /// Takes the lease; none while another program holds it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take(app: &App) -> Result<Option<Self>, LedgerError> {
        let now = app.now();
        let tx = app.db().begin().await?;
        let row = tx
            .one(
                "ledger_head",
                "UPDATE ledger_head SET fence = fence + 1, lease_until = $1 \
                 WHERE id = 1 AND lease_until <= $2 RETURNING fence",
                params![now.saturating_add(LEASE).unwrap_or(now), now],
            )
            .await?;
        tx.commit().await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Self { app: app.clone(), fence: row.int("fence")? }))
    }

    /// Places up to one round of waiting events; gives how many. Fails when the
    /// lease went to another program.
    ///
    /// # Errors
    /// [`LedgerError::Broken`] when the fence rose; when the database fails.
    pub async fn round(&self) -> Result<usize, LedgerError> {
        let now = self.app.now();
        let tx = self.app.db().begin().await?;
        let renewed = tx
            .run(
                "UPDATE ledger_head SET lease_until = $1 WHERE id = 1 AND fence = $2",
                params![now.saturating_add(LEASE).unwrap_or(now), self.fence],
            )
            .await?;
        if renewed != 1 {
            return Err(LedgerError::Broken("定序租约已由他处接手".to_owned()));
        }
        let rows = tx
            .all(
                "outbox",
                "SELECT id, matter_id, version, entry, queued_at FROM outbox ORDER BY id LIMIT $1",
                params![ROUND],
            )
            .await?;
        if rows.is_empty() {
            tx.commit().await?;
            return Ok(0);
        }
        let mut head = store::head(&tx).await?;
        let (mut leaves, mut nodes, mut ids) = (Vec::new(), Vec::new(), Vec::new());
        for row in &rows {
            let event = (MatterId(row.uuid("matter_id")?), row.uint("version")?);
            let (leaf, completed) = append_leaf(&mut head.frontier, &row.bytes("entry")?, Some(event))?;
            leaves.push(leaf);
            nodes.extend(completed);
            ids.push(row.int("id")?);
            head.recorded_at = head.recorded_at.max(row.instant("queued_at")?);
        }
        store_leaves(&tx, leaves, &nodes).await?;
        // Exactly the placed rows: one with a smaller id may commit later.
        let sql = format!("DELETE FROM outbox WHERE id IN {}", placeholders(1, ids.len()));
        tx.run(sql, ids.iter().flat_map(|id| params![*id]).collect()).await?;
        tx.run(
            "UPDATE ledger_head SET size = $1, frontier = $2, recorded_at = $3 \
             WHERE id = 1 AND fence = $4",
            params![head.frontier.size(), head.frontier.to_bytes(), head.recorded_at, self.fence],
        )
        .await?;
        tx.commit().await?;
        Ok(ids.len())
    }

    /// Places everything that waits now.
    ///
    /// # Errors
    /// As [`Sequencer::round`].
    pub async fn drain(&self) -> Result<usize, LedgerError> {
        let mut placed = 0;
        loop {
            match self.round().await? {
                0 => return Ok(placed),
                n => placed += n,
            }
        }
    }

    /// Gives the lease back so that another program need not wait for its end.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release(self) -> Result<(), LedgerError> {
        let tx = self.app.db().begin().await?;
        tx.run("UPDATE ledger_head SET lease_until = 0 WHERE id = 1 AND fence = $1", params![self.fence])
            .await?;
        Ok(tx.commit().await?)
    }
}

/// Whole seconds that the oldest waiting event has waited; 0 when none waits.
///
/// # Errors
/// When the database fails.
pub async fn waiting(app: &App) -> Result<SignedDuration, LedgerError> {
    let row = app.db().one("outbox", "SELECT MIN(queued_at) AS oldest FROM outbox", vec![]).await?;
    let oldest = match row {
        Some(row) => row.opt_instant("oldest")?,
        None => None,
    };
    Ok(oldest.map_or(SignedDuration::ZERO, |at| app.now().duration_since(at)))
}

/// Sequences until told to stop; on SQLite there is nothing to do.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    if app.db().engine() == Engine::Sqlite {
        return;
    }
    let mut mine: Option<Sequencer> = None;
    while !*stop.borrow() {
        let appended = app.0.appended.notified();
        if let Err(error) = turn(&app, &mut mine).await {
            tracing::warn!(%error, "sequencing interrupted");
            mine = None;
        }
        tokio::select! {
            () = appended => {}
            () = tokio::time::sleep(Duration::from_millis(250)) => {}
            changed = stop.changed() => if changed.is_err() { break },
        }
    }
    if let Some(sequencer) = mine
        && let Err(error) = sequencer.release().await
    {
        tracing::warn!(%error, "the sequencer's lease was not given back");
    }
}

async fn turn(app: &App, mine: &mut Option<Sequencer>) -> Result<(), LedgerError> {
    if mine.is_none() {
        *mine = Sequencer::take(app).await?;
    }
    if let Some(sequencer) = mine {
        sequencer.drain().await?;
    }
    let waited = waiting(app).await?;
    metrics::gauge!("mingjing_ledger_outbox_seconds").set(waited.as_secs_f64());
    if waited > ALARM {
        tracing::error!(seconds = waited.as_secs(), "events wait too long for the ledger");
    }
    Ok(())
}
