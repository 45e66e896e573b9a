//! SQL of the ledger.

use std::cell::RefCell;
use std::collections::HashMap;

use jiff::Timestamp;
use mingjing_domain::matter::MatterId;
use mingjing_ledger::tlog::{Frontier, Hash, HashSource, ProofError, TILE_WIDTH};

use super::LedgerError;
use crate::kit::db::{Db, DbError, Row, Sql, Tx};
use crate::params;

/// The stored head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Name of the log.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// Right edge.
    pub frontier: Frontier,
    /// When the last leaf was recorded.
    pub recorded_at: Timestamp,
    /// Fence of the sequencer that holds or held the lease.
    pub fence: i64,
}

/// Reads the head.
///
/// # Errors
/// When it is absent or its right edge is malformed.
pub async fn head<S: Sql>(sql: &S) -> Result<Head, DbError> {
    let row = sql
        .one(
            "ledger_head",
            "SELECT origin, size, frontier, recorded_at, fence FROM ledger_head WHERE id = 1",
            vec![],
        )
        .await?
        .ok_or_else(|| DbError::row("ledger_head", "id", "no head"))?;
    let frontier = Frontier::from_bytes(&row.bytes("frontier")?)
        .map_err(|e| DbError::row("ledger_head", "frontier", e))?;
    Ok(Head {
        origin: row.text("origin")?,
        size: row.uint("size")?,
        frontier,
        recorded_at: row.instant("recorded_at")?,
        fence: row.int("fence")?,
    })
}

/// Names of the logs that this one follows, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn former<S: Sql>(sql: &S) -> Result<Vec<String>, DbError> {
    let rows = sql
        .all("ledger_former", "SELECT origin FROM ledger_former ORDER BY ended_at, origin", vec![])
        .await?;
    rows.iter().map(|row| row.text("origin")).collect()
}

/// A stored leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Index, from 0.
    pub index: u64,
    /// Entry bytes.
    pub entry: Vec<u8>,
    /// Leaf hash as stored.
    pub hash: Hash,
    /// The event behind it; none for the citation that opens a following log.
    pub event: Option<(MatterId, u64)>,
}

impl Leaf {
    fn read(row: &Row) -> Result<Self, DbError> {
        let event = match (row.opt_uuid("matter_id")?, row.opt_int("version")?) {
            (Some(matter), Some(_)) => Some((MatterId(matter), row.uint("version")?)),
            (None, _) | (_, None) => None,
        };
        Ok(Self { index: row.uint("idx")?, entry: row.bytes("entry")?, hash: row.bytes32("hash")?, event })
    }
}

/// Leaves from index `start`, at most `count`, in order.
///
/// # Errors
/// When the database fails.
pub async fn leaves<S: Sql>(sql: &S, start: u64, count: u64) -> Result<Vec<Leaf>, DbError> {
    sql.all(
        "ledger_leaf",
        "SELECT idx, entry, hash, matter_id, version FROM ledger_leaf \
         WHERE idx >= $1 AND idx < $2 ORDER BY idx",
        params![start, start.saturating_add(count)],
    )
    .await?
    .iter()
    .map(Leaf::read)
    .collect()
}

/// The leaf of an event, if it has one yet.
///
/// # Errors
/// When the database fails.
pub async fn leaf_of<S: Sql>(sql: &S, matter: MatterId, version: u64) -> Result<Option<Leaf>, DbError> {
    sql.one(
        "ledger_leaf",
        "SELECT idx, entry, hash, matter_id, version FROM ledger_leaf \
         WHERE matter_id = $1 AND version = $2",
        params![matter, version],
    )
    .await?
    .as_ref()
    .map(Leaf::read)
    .transpose()
}

/// Hashes of a tile level from position `start`, at most `count`, in order.
///
/// # Errors
/// When the database fails.
pub async fn hashes<S: Sql>(sql: &S, level: u8, start: u64, count: u64) -> Result<Vec<Hash>, DbError> {
    let end = start.saturating_add(count);
    let rows = if level == 0 {
        let sql_text = "SELECT hash FROM ledger_leaf WHERE idx >= $1 AND idx < $2 ORDER BY idx";
        sql.all("ledger_leaf", sql_text, params![start, end]).await?
    } else {
        let sql_text = "SELECT hash FROM ledger_node WHERE level = $1 AND n >= $2 AND n < $3 ORDER BY n";
        sql.all("ledger_node", sql_text, params![u32::from(level), start, end]).await?
    };
    rows.iter().map(|row| row.bytes32("hash")).collect()
}

/// A signed checkpoint as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCheckpoint {
    /// Size it signs.
    pub size: u64,
    /// The note.
    pub note: String,
    /// When it was made.
    pub made_at: Timestamp,
}

impl StoredCheckpoint {
    fn read(row: &Row) -> Result<Self, DbError> {
        let note = String::from_utf8(row.bytes("note")?)
            .map_err(|e| DbError::row("ledger_checkpoint", "note", e))?;
        Ok(Self { size: row.uint("size")?, note, made_at: row.instant("made_at")? })
    }
}

const CHECKPOINT: &str = "SELECT size, note, made_at FROM ledger_checkpoint";

/// The newest checkpoint.
///
/// # Errors
/// When the database fails.
pub async fn latest_checkpoint<S: Sql>(sql: &S) -> Result<Option<StoredCheckpoint>, DbError> {
    let text = format!("{CHECKPOINT} ORDER BY size DESC LIMIT 1");
    sql.one("ledger_checkpoint", text, vec![]).await?.as_ref().map(StoredCheckpoint::read).transpose()
}

/// The first checkpoint that was made at an instant or later.
///
/// # Errors
/// When the database fails.
pub async fn checkpoint_since<S: Sql>(sql: &S, at: Timestamp) -> Result<Option<StoredCheckpoint>, DbError> {
    let text = format!("{CHECKPOINT} WHERE made_at >= $1 ORDER BY made_at, size LIMIT 1");
    sql.one("ledger_checkpoint", text, params![at]).await?.as_ref().map(StoredCheckpoint::read).transpose()
}

/// All checkpoints, smallest first.
///
/// # Errors
/// When the database fails.
pub async fn checkpoints<S: Sql>(sql: &S) -> Result<Vec<StoredCheckpoint>, DbError> {
    let text = format!("{CHECKPOINT} ORDER BY size");
    sql.all("ledger_checkpoint", text, vec![]).await?.iter().map(StoredCheckpoint::read).collect()
}

/// Stores a checkpoint, unless one of its size is there.
///
/// # Errors
/// When the database fails.
pub async fn add_checkpoint(tx: &Tx, it: &StoredCheckpoint) -> Result<(), DbError> {
    tx.run(
        "INSERT INTO ledger_checkpoint (size, note, made_at) VALUES ($1, $2, $3) \
         ON CONFLICT (size) DO NOTHING",
        params![it.size, it.note.as_bytes(), it.made_at],
    )
    .await?;
    Ok(())
}

/// Witness cosignature lines of a size.
///
/// # Errors
/// When the database fails.
pub async fn cosignatures<S: Sql>(sql: &S, size: u64) -> Result<Vec<String>, DbError> {
    sql.all(
        "ledger_cosignature",
        "SELECT line FROM ledger_cosignature WHERE size = $1 ORDER BY witness",
        params![size],
    )
    .await?
    .iter()
    .map(|row| row.text("line"))
    .collect()
}

type TileKey = (u8, u64);

/// Tile hashes fetched beforehand; what a computation misses is noted.
struct Fetched {
    tiles: HashMap<TileKey, Vec<Hash>>,
    missed: RefCell<Option<TileKey>>,
}

/// A tile was not fetched yet.
struct Missed;

impl HashSource for Fetched {
    type Error = Missed;
    fn hashes(&self, level: u8, start: u64, count: usize) -> Result<Vec<Hash>, Missed> {
        let width = u64::from(TILE_WIDTH);
        let key = (level, start / width);
        match self.tiles.get(&key) {
            Some(tile) => {
                // The offset inside a tile is below 256.
                let from = (start % width) as usize;
                Ok(tile.iter().skip(from).take(count).copied().collect())
            }
            None => {
                *self.missed.borrow_mut() = Some(key);
                Err(Missed)
            }
        }
    }
}

/// Runs a proof computation against the stored tiles, fetching the few it asks for.
///
/// # Errors
/// When a tile is short: the log is damaged or the size lies beyond it.
pub async fn with_tiles<S: Sql, T>(
    sql: &S,
    compute: impl Fn(&dyn ProofTask) -> Result<T, ProofError<()>>,
) -> Result<T, LedgerError> {
    let mut tiles = HashMap::new();
    loop {
        let source = Fetched { tiles, missed: RefCell::new(None) };
        let outcome = compute(&Task(&source));
        let missed = source.missed.take();
        tiles = source.tiles;
        match (outcome, missed) {
            (Ok(value), _) => return Ok(value),
            (Err(_), Some((level, n))) => {
                let width = u64::from(TILE_WIDTH);
                let hashes = hashes(sql, level, n * width, width).await?;
                tiles.insert((level, n), hashes);
            }
            (Err(error), None) => return Err(LedgerError::Broken(error.to_string())),
        }
    }
}

/// The computations that [`with_tiles`] offers.
pub trait ProofTask {
    /// Root of the first `size` leaves.
    ///
    /// # Errors
    /// When a tile is short; so for all.
    fn root(&self, size: u64) -> Result<Hash, ProofError<()>>;
    /// Right edge of the first `size` leaves.
    fn frontier(&self, size: u64) -> Result<Frontier, ProofError<()>>;
    /// Audit path.
    fn inclusion(&self, index: u64, size: u64) -> Result<Vec<Hash>, ProofError<()>>;
    /// Consistency proof.
    fn consistency(&self, first: u64, second: u64) -> Result<Vec<Hash>, ProofError<()>>;
}

struct Task<'a>(&'a Fetched);

fn plain<T>(outcome: Result<T, ProofError<Missed>>) -> Result<T, ProofError<()>> {
    outcome.map_err(|error| match error {
        ProofError::Source(Missed) => ProofError::Source(()),
        ProofError::Short { want, got } => ProofError::Short { want, got },
        ProofError::OutOfRange => ProofError::OutOfRange,
    })
}

impl ProofTask for Task<'_> {
    fn root(&self, size: u64) -> Result<Hash, ProofError<()>> {
        plain(mingjing_ledger::tlog::root_at(size, self.0))
    }
    fn frontier(&self, size: u64) -> Result<Frontier, ProofError<()>> {
        plain(mingjing_ledger::tlog::frontier_at(size, self.0))
    }
    fn inclusion(&self, index: u64, size: u64) -> Result<Vec<Hash>, ProofError<()>> {
        plain(mingjing_ledger::tlog::inclusion_proof(index, size, self.0))
    }
    fn consistency(&self, first: u64, second: u64) -> Result<Vec<Hash>, ProofError<()>> {
        plain(mingjing_ledger::tlog::consistency_proof(first, second, self.0))
    }
}

/// Whether any checkpoint was signed yet.
///
/// # Errors
/// When the database fails.
pub async fn is_signed(db: &Db) -> Result<bool, DbError> {
    Ok(latest_checkpoint(db).await?.is_some())
}

/// How far the proof of each event of a matter has come, by version.
///
/// # Errors
/// When the database fails.
pub async fn proof_states<S: Sql>(
    sql: &S,
    matter: MatterId,
) -> Result<std::collections::BTreeMap<u64, super::service::ProofState>, DbError> {
    use super::service::ProofState;
    let sizes = sql
        .one(
            "ledger_checkpoint",
            "SELECT (SELECT MAX(size) FROM ledger_checkpoint) AS signed, \
             (SELECT MAX(size) FROM ledger_cosignature) AS witnessed",
            params![],
        )
        .await?;
    let (signed, witnessed) = match sizes {
        Some(row) => (row.opt_int("signed")?, row.opt_int("witnessed")?),
        None => (None, None),
    };
    let text = "SELECT version, idx FROM ledger_leaf WHERE matter_id = $1";
    let beyond = |size: Option<i64>, index: i64| size.is_some_and(|size| size > index);
    let mut out = std::collections::BTreeMap::new();
    for row in &sql.all("ledger_leaf", text, params![matter]).await? {
        let index = row.int("idx")?;
        let state = if beyond(witnessed, index) {
            ProofState::Witnessed
        } else if beyond(signed, index) {
            ProofState::Checkpointed
        } else {
            ProofState::Sequenced
        };
        out.insert(row.uint("version")?, state);
    }
    Ok(out)
}

/// How far the proofs of single events have come, by matter: what a list shows.
/// Matters whose event waits for its place in the log are left out.
///
/// # Errors
/// When the database fails.
pub async fn proof_marks<S: Sql>(
    sql: &S,
    events: &[(MatterId, u64)],
) -> Result<std::collections::BTreeMap<MatterId, super::service::ProofState>, DbError> {
    use super::service::ProofState;
    let mut out = std::collections::BTreeMap::new();
    if events.is_empty() {
        return Ok(out);
    }
    let (mut places, mut values) = (Vec::new(), Vec::new());
    for (matter, version) in events {
        places.push(format!("(l.matter_id = ${} AND l.version = ${})", values.len() + 1, values.len() + 2));
        values.extend(params![*matter, *version]);
    }
    let text = format!(
        "SELECT l.matter_id, l.idx, (SELECT MAX(size) FROM ledger_checkpoint) AS signed, \
         (SELECT MAX(size) FROM ledger_cosignature) AS witnessed FROM ledger_leaf l WHERE {}",
        places.join(" OR ")
    );
    for row in &sql.all("ledger_leaf", &text, values).await? {
        let index = row.int("idx")?;
        let beyond = |size: Option<i64>| size.is_some_and(|size| size > index);
        let state = if beyond(row.opt_int("witnessed")?) {
            ProofState::Witnessed
        } else if beyond(row.opt_int("signed")?) {
            ProofState::Checkpointed
        } else {
            ProofState::Sequenced
        };
        out.insert(MatterId(row.uuid("matter_id")?), state);
    }
    Ok(out)
}
