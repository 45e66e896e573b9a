//! Writing what a work has gathered, in the order the constraints ask for.

use std::collections::HashSet;

use jiff::Timestamp;
use mingjing_domain::matter::{MatterId, OrganId};
use mingjing_domain::text::TextClass;
use mingjing_ledger::tlog::{Frontier, TileHash, leaf_hash};
use sea_orm::Value;
use uuid::Uuid;

use super::db::{DbError, Engine, Sql, Tx, placeholders};
use super::error::WriteError;
use super::event::KEY_SLOT;
use super::projection;
use super::work::{NewEvent, NewJob, Work};
use crate::params;

/// Done in a work, not yet in the database.
#[derive(Default)]
pub(crate) struct Pending {
    pub command_ids: HashSet<Uuid>,
    pub commands: Vec<Vec<Value>>,
    pub events: Vec<NewEvent>,
    pub numbers: Vec<(OrganId, String, i32, u32, Uuid)>,
    pub jobs: Vec<NewJob>,
    pub completed: Vec<(i64, [u8; 32])>,
    /// Events were written by this work.
    pub appended: bool,
    /// Jobs were written by this work.
    pub queued: bool,
}

impl Pending {
    pub fn has_command(&self, id: Uuid) -> bool {
        self.command_ids.contains(&id)
    }

    fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }
}

async fn insert(tx: &Tx, into: &str, columns: usize, rows: Vec<Vec<Value>>) -> Result<(), DbError> {
    tx.insert(&format!("INSERT INTO {into}"), columns, rows, "").await
}

/// Writes all that is pending. On PostgreSQL every matter that was looked at is
/// locked and its version compared first; on SQLite the transaction already
/// excludes all other writers.
///
/// # Errors
/// [`WriteError::Conflict`] when a version moved; whatever a constraint refuses.
pub(crate) async fn flush(work: &mut Work) -> Result<(), WriteError> {
    if work.pending.is_empty() {
        return Ok(());
    }
    if work.tx.engine() == Engine::Postgres {
        lock_heads(work).await?;
    }
    let pending = std::mem::take(&mut work.pending);
    work.pending.appended = pending.appended || !pending.events.is_empty();
    work.pending.queued = pending.queued || !pending.jobs.is_empty();
    work.pending.command_ids = pending.command_ids;
    insert(
        &work.tx,
        "command (id, name, actor, organ_id, roles, purpose, body, body_digest, key_family, \
         moment, context, read_set, recorded_at, result)",
        14,
        pending.commands,
    )
    .await?;
    matters(work).await?;
    events(work, pending.events).await?;
    numbers(&work.tx, pending.numbers).await?;
    projections(work).await?;
    let now = work.last.unwrap_or(Timestamp::UNIX_EPOCH);
    super::jobs::complete(&work.tx, &pending.completed).await?;
    super::jobs::insert(&work.tx, pending.jobs, now).await?;
    Ok(())
}

/// Locks written matters for update and merely read ones for share, each in id
/// order, and refuses when one has moved since it was loaded.
async fn lock_heads(work: &Work) -> Result<(), WriteError> {
    let mut written = Vec::new();
    let mut read = Vec::new();
    for (id, slot) in &work.slots {
        if slot.stored_version == 0 {
            continue;
        }
        let list = if slot.head.version > slot.stored_version { &mut written } else { &mut read };
        list.push((*id, slot.stored_version));
    }
    for (mut list, strength) in [(written, "UPDATE"), (read, "SHARE")] {
        list.sort_unstable();
        for chunk in list.chunks(1_000) {
            let ids: Vec<Value> = chunk.iter().flat_map(|(id, _)| params![*id]).collect();
            let sql = format!(
                "SELECT id, version FROM matter WHERE id IN {} ORDER BY id FOR {strength}",
                placeholders(1, ids.len())
            );
            let rows = work.tx.all("matter", sql, ids).await?;
            let mut found = Vec::with_capacity(rows.len());
            for row in &rows {
                found.push((MatterId(row.uuid("id")?), row.uint("version")?));
            }
            if found != chunk {
                return Err(WriteError::Conflict);
            }
        }
    }
    Ok(())
}

async fn matters(work: &mut Work) -> Result<(), WriteError> {
    let mut rows = Vec::new();
    for (id, slot) in &work.slots {
        if slot.head.version > slot.stored_version {
            rows.push(params![
                *id,
                slot.head.kind.name(),
                slot.head.organ,
                slot.head.family,
                slot.head.version,
                slot.head.entry.as_slice(),
                slot.head.created_at,
            ]);
        }
    }
    let head = "INSERT INTO matter (id, kind, organ_id, family, version, head, created_at)";
    let tail = " ON CONFLICT (id) DO UPDATE SET version = excluded.version, head = excluded.head";
    Ok(work.tx.insert(head, 7, rows, tail).await?)
}

async fn events(work: &mut Work, events: Vec<NewEvent>) -> Result<(), WriteError> {
    let mut rows = Vec::with_capacity(events.len());
    let mut contents = Vec::new();
    let mut leaves = Vec::new();
    let mut nodes: Vec<TileHash> = Vec::new();
    let mut outbox = Vec::new();
    for event in events {
        let at = (event.matter, event.version, event.recorded_at);
        if let Some(key) = event.new_key {
            contents.push(params![at.0, at.1, KEY_SLOT, "", "key", [0_u8; 32], key]);
        }
        for it in &event.sealed.contents {
            let class = match it.class {
                TextClass::Closed => "closed",
                TextClass::Publishable => "publishable",
            };
            let name = it.name.as_str();
            contents.push(params![at.0, at.1, it.slot, name, class, it.salt, it.text.as_bytes()]);
        }
        match work.frontier.as_mut() {
            Some(frontier) => {
                let (leaf, completed) = append_leaf(frontier, &event.sealed.entry, Some((at.0, at.1)))?;
                leaves.push(leaf);
                nodes.extend(completed);
            }
            None => outbox.push(params![at.0, at.1, event.sealed.entry.as_slice(), at.2]),
        }
        rows.push(event_row(event));
    }
    let tx = &work.tx;
    insert(
        tx,
        "event (matter_id, version, kind, organ_id, family, type, type_version, envelope, body, \
         salt, content_leaves, root_sha256, root_sm3, prev, command_id, recorded_at, happened_at)",
        17,
        rows,
    )
    .await?;
    insert(tx, "event_content (matter_id, version, slot, name, class, salt, text)", 7, contents).await?;
    if let Some(frontier) = &work.frontier {
        store_leaves(tx, leaves, &nodes).await?;
        tx.run(
            "UPDATE ledger_head SET size = $1, frontier = $2, recorded_at = $3 WHERE id = 1",
            params![frontier.size(), frontier.to_bytes(), work.last],
        )
        .await?;
    }
    insert(tx, "outbox (matter_id, version, entry, queued_at)", 4, outbox).await?;
    Ok(())
}

/// Appends an entry to the right edge; gives its row and the higher hashes that
/// became complete. An entry of no event (the first of a log that follows
/// another) has no place in a stream.
pub(crate) fn append_leaf(
    frontier: &mut Frontier,
    entry: &[u8],
    event: Option<(MatterId, u64)>,
) -> Result<(Vec<Value>, Vec<TileHash>), DbError> {
    let hash = leaf_hash(entry);
    let appended = frontier.append(hash).map_err(|e| DbError::row("ledger_head", "frontier", e))?;
    let (matter, version) = event.unzip();
    Ok((params![appended.index, entry, hash, matter, version], appended.completed))
}

/// Stores leaves and completed hashes.
pub(crate) async fn store_leaves(
    tx: &Tx,
    leaves: Vec<Vec<Value>>,
    nodes: &[TileHash],
) -> Result<(), DbError> {
    insert(tx, "ledger_leaf (idx, entry, hash, matter_id, version)", 5, leaves).await?;
    let rows = nodes.iter().map(|it| params![u32::from(it.level), it.index, it.hash]).collect();
    insert(tx, "ledger_node (level, n, hash)", 3, rows).await
}

fn event_row(event: NewEvent) -> Vec<Value> {
    let sealed = event.sealed;
    params![
        event.matter,
        event.version,
        event.kind.name(),
        event.organ,
        event.family,
        event.type_name,
        event.type_version,
        sealed.envelope,
        sealed.body,
        sealed.salt,
        sealed.content_leaves,
        sealed.root.sha256,
        sealed.root.sm3,
        event.prev,
        event.command,
        event.recorded_at,
        event.happened_at,
    ]
}

async fn numbers(tx: &Tx, numbers: Vec<(OrganId, String, i32, u32, Uuid)>) -> Result<(), DbError> {
    for (organ, character, year, n, command) in numbers {
        tx.run(
            "INSERT INTO number_counter (organ_id, character, year, n) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (organ_id, character, year) DO UPDATE SET n = excluded.n",
            params![organ, character.as_str(), year, n],
        )
        .await?;
        tx.run(
            "INSERT INTO issued_number (organ_id, character, year, n, command_id) \
             VALUES ($1, $2, $3, $4, $5)",
            params![organ, character, year, n, command],
        )
        .await?;
    }
    Ok(())
}

async fn projections(work: &mut Work) -> Result<(), WriteError> {
    let mut differences = Vec::new();
    for (id, slot) in &mut work.slots {
        if slot.head.version > slot.stored_version {
            differences.push(slot.difference(*id));
            slot.stored_version = slot.head.version;
            slot.shown.clone_from(&slot.state);
        }
    }
    projection::apply(&work.tx, differences).await?;
    Ok(())
}
