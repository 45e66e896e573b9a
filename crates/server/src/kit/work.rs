//! A transaction with the states, keys and counters it has touched.

use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use mingjing_domain::cite::penalty_law;
use mingjing_domain::matter::{Actor, MatterId, MatterKind, Moment, OrganId, TimeSource};
use mingjing_domain::refusal::Refusal;
use mingjing_domain::text::TextKey;
use mingjing_ledger::tlog::Frontier;
use serde_json::Value;
use uuid::Uuid;

use super::app::{App, Cached, Request};
use super::clock::{from_micros, lock};
use super::db::{DbError, Engine, Row as DbRow, Sql, Tx};
use super::error::WriteError;
use super::event::{KEY_SLOT, Sealed};
use super::flush::{self, Pending};
use super::projection::{Difference, Projects, Row, TableSpec, difference};
use crate::params;

/// Head of a stream as the `matter` table holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub kind: MatterKind,
    pub organ: OrganId,
    pub family: MatterId,
    pub version: u64,
    /// Log entry of the last event.
    pub entry: Vec<u8>,
    pub created_at: Timestamp,
    pub erased: bool,
}

/// Columns of [`Head`].
pub(crate) const HEAD_COLUMNS: &str = "id, kind, organ_id, family, version, head, created_at, erased_at";

impl Head {
    pub(crate) fn read(row: &DbRow) -> Result<Self, DbError> {
        let kind = row.text("kind")?;
        Ok(Self {
            kind: MatterKind::ALL
                .into_iter()
                .find(|it| it.name() == kind)
                .ok_or_else(|| DbError::row("matter", "kind", kind))?,
            organ: OrganId(row.uuid("organ_id")?),
            family: MatterId(row.uuid("family")?),
            version: row.uint("version")?,
            entry: row.bytes("head")?,
            created_at: row.instant("created_at")?,
            erased: row.opt_int("erased_at")?.is_some(),
        })
    }
}

/// A matter inside a transaction: its head, its state, and the rows to change.
#[derive(Clone)]
pub(crate) struct Slot {
    pub head: Head,
    /// Version that the database holds; 0 when the matter is new.
    pub stored_version: u64,
    pub state: Option<State>,
    /// State that the database's projections show; none when the matter is new.
    pub shown: Option<State>,
    /// How a state is shown in tables; none while nothing was appended.
    pub projector: Option<&'static Projector>,
}

/// A state of any kind.
pub(crate) type State = Arc<dyn Any + Send + Sync>;

/// How the states of one kind are shown in tables.
pub(crate) struct Projector {
    pub tables: &'static [TableSpec],
    rows: fn(MatterId, OrganId, u64, &State) -> Vec<Row>,
}

impl Projector {
    /// That of a kind.
    pub const fn of<M: Projects>() -> Self {
        Self {
            tables: M::TABLES,
            rows: |id, organ, version, state| {
                // A slot holds states of its own kind only.
                state.downcast_ref::<M>().map_or_else(Vec::new, |it| M::rows(id, organ, version, it))
            },
        }
    }
}

impl Slot {
    /// What must change in the tables so that they show the current state.
    pub fn difference(&self, id: MatterId) -> Difference {
        let Some(projector) = self.projector else { return Difference::default() };
        let rows = |version, state: &Option<State>| {
            state.as_ref().map_or_else(Vec::new, |it| (projector.rows)(id, self.head.organ, version, it))
        };
        let old = rows(self.stored_version, &self.shown);
        difference(projector.tables, &old, &rows(self.head.version, &self.state))
    }
}

/// A command that was carried out before.
pub(crate) struct Done {
    pub result: String,
    pub recorded_at: Timestamp,
}

/// A transaction with the states it has touched so far.
pub(crate) struct Work {
    pub app: App,
    pub tx: Tx,
    pub slots: HashMap<MatterId, Slot>,
    pub keys: HashMap<MatterId, Option<TextKey>>,
    pub counters: HashMap<(OrganId, String, i32), u32>,
    /// Right edge of the log; SQLite only.
    pub frontier: Option<Frontier>,
    /// Last recorded instant; none before the first look.
    pub last: Option<Timestamp>,
    /// Done in this work, not yet in the database.
    pub pending: Pending,
}

impl Work {
    pub async fn begin(app: App) -> Result<Self, WriteError> {
        let tx = app.db().begin().await?;
        Ok(Self {
            app,
            tx,
            slots: HashMap::new(),
            keys: HashMap::new(),
            counters: HashMap::new(),
            frontier: None,
            last: None,
            pending: Pending::default(),
        })
    }

    /// Looks at head, clock and command id; gives the stored outcome of a command
    /// that was carried out before.
    pub async fn start(&mut self, request: &Request) -> Result<Option<Done>, WriteError> {
        if self.pending.has_command(request.command_id) {
            flush::flush(self).await?;
        }
        let last = match self.tx.engine() {
            Engine::Sqlite => "h.recorded_at",
            Engine::Postgres => {
                "COALESCE((SELECT recorded_at FROM event ORDER BY seq DESC LIMIT 1), h.recorded_at)"
            }
        };
        let sql = format!(
            "SELECT h.frontier, {last} AS last, c.name, c.actor, c.body_digest, c.key_family, \
             c.recorded_at, c.result FROM ledger_head h LEFT JOIN command c ON c.id = $1"
        );
        let row = self
            .tx
            .one("ledger_head", sql, params![request.command_id])
            .await?
            .ok_or(WriteError::NotFound("ledger_head"))?;
        if self.last.is_none() {
            self.last = Some(row.instant("last")?);
            if self.tx.engine() == Engine::Sqlite {
                let bytes = row.bytes("frontier")?;
                let frontier =
                    Frontier::from_bytes(&bytes).map_err(|e| DbError::row("ledger_head", "frontier", e))?;
                self.frontier = Some(frontier);
            }
        }
        match row.opt_text("name")? {
            Some(name) => self.replay(request, &name, &row).await.map(Some),
            None => Ok(None),
        }
    }

    /// The same id with the same body is answered again; another body is refused.
    async fn replay(&mut self, request: &Request, name: &str, row: &DbRow) -> Result<Done, WriteError> {
        let family = row.opt_uuid("key_family")?.map(MatterId);
        let key = match family {
            Some(family) => self.key(family).await?.ok_or(WriteError::Erased)?,
            None => fallback_key(request.command_id),
        };
        let digest = body_digest(&key, &request.body)?;
        let other = row.uuid("actor")? != request.actor.id.0;
        if other || name != request.name || row.bytes("body_digest")? != digest {
            return Err(reused_command().into());
        }
        Ok(Done { result: row.text("result")?, recorded_at: row.instant("recorded_at")? })
    }

    /// The text key of a family; none after its erasure.
    pub async fn key(&mut self, family: MatterId) -> Result<Option<TextKey>, WriteError> {
        if let Some(key) = self.keys.get(&family) {
            return Ok(*key);
        }
        let row = self
            .tx
            .one(
                "event_content",
                "SELECT text FROM event_content WHERE matter_id = $1 AND version = 1 AND slot = $2",
                params![family, KEY_SLOT],
            )
            .await?;
        let key = row.map(|row| row.bytes32("text")).transpose()?;
        self.keys.insert(family, key);
        Ok(key)
    }

    pub async fn slot(&mut self, id: MatterId) -> Result<Option<Slot>, WriteError> {
        if let Some(slot) = self.slots.get(&id) {
            return Ok(Some(slot.clone()));
        }
        let sql = format!("SELECT {HEAD_COLUMNS} FROM matter WHERE id = $1");
        let Some(row) = self.tx.one("matter", sql, params![id]).await? else { return Ok(None) };
        let head = Head::read(&row)?;
        let slot = Slot { stored_version: head.version, head, state: None, shown: None, projector: None };
        self.slots.insert(id, slot.clone());
        Ok(Some(slot))
    }

    /// Writes what is pending and makes it durable; then the states enter the cache.
    pub async fn commit(mut self) -> Result<(), WriteError> {
        flush::flush(&mut self).await?;
        let (appended, queued) = (self.pending.appended, self.pending.queued);
        let Self { app, tx, slots, .. } = self;
        tx.commit().await?;
        {
            let mut cache = lock(&app.0.cache);
            for (id, slot) in slots {
                if let Some(state) = slot.state {
                    let Head { version, entry, erased, .. } = slot.head;
                    cache.put(id, Cached { version, head: entry, erased, state });
                }
            }
        }
        if appended {
            app.0.appended.notify_waiters();
        }
        if queued {
            app.0.queued.notify_waiters();
        }
        Ok(())
    }
}

/// Digest by which a repeated command is recognised, keyed so that it tells
/// nothing once the family's key is erased.
pub(crate) fn body_digest(key: &TextKey, body: &Value) -> Result<Vec<u8>, WriteError> {
    Ok(mingjing_domain::text::keyed_digest(key, &serde_json::to_string(body)?).to_vec())
}

/// Key for commands that touch no matter, and so store no text.
pub(crate) fn fallback_key(command: Uuid) -> TextKey {
    let mut key = [0; 32];
    key[..16].copy_from_slice(command.as_bytes());
    key
}

fn reused_command() -> Refusal {
    Refusal::new(
        "command.reused",
        penalty_law("第四十七条"),
        "同一操作编号已经用于另一项内容",
        "请刷新页面后重新提交",
    )
}

/// A job to be done after the commit.
#[derive(Clone, Debug)]
pub(crate) struct NewJob {
    pub kind: &'static str,
    pub dedupe: String,
    pub matter: Option<MatterId>,
    pub payload: String,
    pub run_at: Timestamp,
}

/// An event of this work with what the flush needs to place it.
pub(crate) struct NewEvent {
    pub matter: MatterId,
    pub version: u64,
    pub kind: MatterKind,
    pub organ: OrganId,
    pub family: MatterId,
    pub type_name: &'static str,
    pub type_version: u16,
    pub prev: Option<Vec<u8>>,
    pub command: Uuid,
    pub recorded_at: Timestamp,
    pub happened_at: Timestamp,
    /// The family's key, in the first event of its first matter.
    pub new_key: Option<TextKey>,
    pub sealed: Sealed,
}

/// Everything one command adds; thrown away when it is refused.
#[derive(Default)]
pub(crate) struct Staged {
    pub slots: HashMap<MatterId, Slot>,
    pub new_keys: HashMap<MatterId, TextKey>,
    pub events: Vec<NewEvent>,
    pub jobs: Vec<NewJob>,
    pub completed: Vec<(i64, [u8; 32])>,
    pub numbers: Vec<(OrganId, String, i32, u32)>,
    pub read_set: BTreeMap<MatterId, (MatterKind, u64)>,
    pub ids: Vec<Uuid>,
    pub nonces: Vec<String>,
    pub notes: serde_json::Map<String, Value>,
    pub key_family: Option<MatterId>,
}

impl Work {
    pub async fn last_number(
        &mut self,
        organ: OrganId,
        character: &str,
        year: i32,
    ) -> Result<u32, WriteError> {
        let counter = (organ, character.to_owned(), year);
        if let Some(n) = self.counters.get(&counter) {
            return Ok(*n);
        }
        let lock = match self.tx.engine() {
            Engine::Sqlite => "",
            Engine::Postgres => " FOR UPDATE",
        };
        let sql = format!(
            "SELECT n FROM number_counter WHERE organ_id = $1 AND character = $2 AND year = $3{lock}"
        );
        let row = self.tx.one("number_counter", sql, params![organ, character, year]).await?;
        let n = match row {
            Some(row) => u32::try_from(row.int("n")?).map_err(|e| DbError::row("number_counter", "n", e))?,
            None => 0,
        };
        self.counters.insert(counter, n);
        Ok(n)
    }

    pub fn take(&mut self, staged: Staged, command: Uuid) {
        for (organ, character, year, n) in staged.numbers {
            self.pending.numbers.push((organ, character.clone(), year, n, command));
            self.counters.insert((organ, character, year), n);
        }
        for (family, key) in staged.new_keys {
            self.keys.insert(family, Some(key));
        }
        self.pending.command_ids.insert(command);
        self.pending.events.extend(staged.events);
        self.pending.jobs.extend(staged.jobs);
        self.pending.completed.extend(staged.completed);
        self.slots.extend(staged.slots);
    }
}

/// How far the clock may stand behind the last recorded instant.
const MAX_BEHIND_MS: i64 = 2_000;

impl Work {
    /// Both times of a request, checked against the clock and the last record.
    pub fn moment(&self, request: &Request) -> Result<Moment, WriteError> {
        let clock = self.app.now();
        let last = self.last.unwrap_or(clock);
        let behind_ms = (last.as_microsecond() - clock.as_microsecond()) / 1_000;
        if behind_ms > MAX_BEHIND_MS {
            return Err(WriteError::Clock { behind_ms });
        }
        // Recorded instants never run backwards, even inside the tolerance.
        let recorded_at = clock.max(last);
        match &request.moment {
            None => Ok(Moment::now(recorded_at)),
            Some((happened_at, source)) => {
                let happened_at = from_micros(happened_at.as_microsecond());
                let moment = Moment { recorded_at, happened_at, source: source.clone() };
                check_moment(&moment, &request.actor)?;
                Ok(moment)
            }
        }
    }
}

/// A claimed time lies not in the future; a late entry from paper says why it is
/// late and who other than the writer allowed it.
fn check_moment(moment: &Moment, actor: &Actor) -> Result<(), Refusal> {
    let article = penalty_law("第四十七条");
    if moment.happened_at > moment.recorded_at {
        return Err(Refusal::new(
            "moment.future",
            article,
            "所填办理时间晚于当前时间",
            "请填写实际发生的时间",
        )
        .field("happened_at", "不能晚于当前时间"));
    }
    match &moment.source {
        TimeSource::Server | TimeSource::Device { .. } => Ok(()),
        TimeSource::Paper { reason, approver } => {
            if reason.is_blank() {
                return Err(Refusal::new("moment.late_reason", article, "补录须说明原因", "请填写补录原因")
                    .field("late_reason", "请填写补录原因"));
            }
            if *approver == actor.id {
                return Err(Refusal::new(
                    "moment.late_approver",
                    article,
                    "补录须经他人批准",
                    "请由其他负责人批准补录",
                )
                .field("late_approver", "批准人不能是补录人本人"));
            }
            Ok(())
        }
    }
}
