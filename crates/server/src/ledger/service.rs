//! Checkpoints, proof states and proof bundles.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use mingjing_domain::matter::MatterId;
use mingjing_domain::text::TextClass;
use mingjing_ledger::Pair;
use mingjing_ledger::bundle::{Bundle, FORMAT, LogProof, StatementLine};
use mingjing_ledger::commit::{EventOpening, FieldOpening, OpenedValue, open_text};
use mingjing_ledger::note::{Checkpoint, Note, Signature, VerifierKey};
use tokio::sync::watch;

use super::LedgerError;
use super::anchor::Anchor;
use super::keys::LogKeys;
use super::store::{self, StoredCheckpoint};
use crate::kit::app::App;
use crate::kit::db::{DbError, Sql};
use crate::kit::event::{Content, guard_openings, split_leaves};
use crate::params;

/// The ledger of a running program.
#[derive(Clone)]
pub struct Ledger {
    app: App,
    keys: Arc<LogKeys>,
    former: Arc<[Vec<VerifierKey>]>,
    anchor: Option<Anchor>,
}

/// How far the proof of an event has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProofState {
    /// Recorded; waits for its place in the log.
    Pending,
    /// Has its place.
    Sequenced,
    /// Under a signed checkpoint.
    Checkpointed,
    /// Under a checkpoint that a witness cosigned.
    Witnessed,
}

impl ProofState {
    /// What people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pending => "待入账",
            Self::Sequenced => "已入账",
            Self::Checkpointed => "已签验",
            Self::Witnessed => "已见证",
        }
    }
}

/// How far the proofs of single events have come, by matter: what a list shows.
///
/// # Errors
/// When the database fails.
pub async fn proof_marks(
    app: &App,
    events: &[(MatterId, u64)],
) -> Result<BTreeMap<MatterId, ProofState>, DbError> {
    store::proof_marks(app.db(), events).await
}

/// Root hash (hex), size and instant of the first checkpoint that was made at an instant or
/// later; none before there is one.
///
/// # Errors
/// When the database fails, or the stored note is not a checkpoint.
pub async fn checkpoint_since<S: Sql>(
    sql: &S,
    at: jiff::Timestamp,
) -> Result<Option<(String, u64, jiff::Timestamp)>, LedgerError> {
    let Some(found) = store::checkpoint_since(sql, at).await? else { return Ok(None) };
    let note = Note::parse(found.note.as_bytes())?;
    let read = mingjing_ledger::note::Checkpoint::parse(note.text())?;
    Ok(Some((hex::encode(read.root), found.size, found.made_at)))
}

/// What a bundle shows of an event.
#[derive(Clone, Debug, Default)]
pub struct Disclosure {
    /// Leaf names shown whole (`guard:/…`, `document_sha256`, `text:/…`).
    pub open: Vec<String>,
    /// Publishable texts shown with these character ranges withheld, by leaf name.
    pub redacted: BTreeMap<String, Vec<Range<usize>>>,
}

impl Ledger {
    /// The ledger of `app`.
    pub fn new(app: App, keys: LogKeys, anchor: Option<Anchor>) -> Self {
        Self { app, keys: Arc::new(keys), former: Arc::default(), anchor }
    }

    /// The same, knowing the keys of the logs that this one follows, one list each.
    #[must_use]
    pub fn following(mut self, former: Vec<Vec<VerifierKey>>) -> Self {
        self.former = former.into();
        self
    }

    /// Which log of this installation it is, from 1.
    pub fn place(&self) -> usize {
        self.former.len() + 1
    }

    /// The signing keys' public halves.
    pub fn verifiers(&self) -> Vec<VerifierKey> {
        self.keys.verifiers()
    }

    /// The keys by which proofs are checked: of this log, and of those that it
    /// follows, since what was handed out under them stays proved.
    pub fn known_verifiers(&self) -> Vec<VerifierKey> {
        let mut keys = self.keys.verifiers();
        keys.extend(self.former.iter().flatten().cloned());
        keys
    }

    /// The application beneath.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Signs the head if it grew since the last checkpoint; an empty log is signed
    /// once too. Gives the newest checkpoint.
    ///
    /// # Errors
    /// When the stored right edge does not fit the size, or the anchor cannot be written.
    pub async fn checkpoint(&self) -> Result<StoredCheckpoint, LedgerError> {
        let tx = self.app.db().snapshot().await?;
        let head = store::head(&tx).await?;
        let latest = store::latest_checkpoint(&tx).await?;
        tx.rollback().await?;
        // Before anything was signed an anchor is begun; later it must be there.
        let first = latest.as_ref().is_none_or(|it| it.size == 0);
        if let Some(latest) = latest.filter(|it| it.size == head.size) {
            self.anchor(&latest, first)?;
            return Ok(latest);
        }
        if head.frontier.size() != head.size {
            return Err(LedgerError::Broken("账本头的大小与右缘不符".to_owned()));
        }
        let mut note = Checkpoint::new(&head.origin, head.size, head.frontier.root()).to_note()?;
        self.keys.sign(&mut note)?;
        let made = StoredCheckpoint { size: head.size, note: note.to_string(), made_at: self.app.now() };
        // Anchored first: a checkpoint that anyone may have seen is never lost by a
        // crash between the two.
        self.anchor(&made, first)?;
        let tx = self.app.db().begin().await?;
        store::add_checkpoint(&tx, &made).await?;
        tx.commit().await?;
        Ok(made)
    }

    fn anchor(&self, it: &StoredCheckpoint, first: bool) -> Result<(), LedgerError> {
        match &self.anchor {
            Some(anchor) if first => anchor.begin(it.size, it.note.as_bytes()),
            Some(anchor) => anchor.add(it.size, it.note.as_bytes()),
            None => Ok(()),
        }
    }

    /// Makes checkpoints until told to stop, at most one in `pause`.
    pub async fn run(self, pause: Duration, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            if self.app.stopped().is_none()
                && let Err(error) = self.checkpoint().await
            {
                tracing::error!(%error, "no checkpoint");
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }

    /// How far the proof of an event has come.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn proof_state(&self, matter: MatterId, version: u64) -> Result<ProofState, LedgerError> {
        let row = self
            .app
            .db()
            .one(
                "ledger_leaf",
                "SELECT l.idx, (SELECT MAX(size) FROM ledger_checkpoint) AS signed, \
                 (SELECT MAX(size) FROM ledger_cosignature) AS witnessed \
                 FROM ledger_leaf l WHERE l.matter_id = $1 AND l.version = $2",
                params![matter, version],
            )
            .await?;
        let Some(row) = row else { return Ok(ProofState::Pending) };
        let index = row.int("idx")?;
        let beyond = |size: Option<i64>| size.is_some_and(|size| size > index);
        Ok(if beyond(row.opt_int("witnessed")?) {
            ProofState::Witnessed
        } else if beyond(row.opt_int("signed")?) {
            ProofState::Checkpointed
        } else {
            ProofState::Sequenced
        })
    }

    /// Size of the newest checkpoint and when it was signed; none before the first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn newest(&self) -> Result<Option<(u64, jiff::Timestamp)>, LedgerError> {
        Ok(store::latest_checkpoint(self.app.db()).await?.map(|it| (it.size, it.made_at)))
    }

    /// The newest checkpoint with the cosignatures of its witnesses.
    ///
    /// # Errors
    /// [`LedgerError::NotYet`] before the first.
    pub async fn newest_note(&self) -> Result<(u64, String), LedgerError> {
        let db = self.app.db();
        let it = store::latest_checkpoint(db).await?.ok_or(LedgerError::NotYet("检查点"))?;
        let mut note = Note::parse(it.note.as_bytes())?;
        for line in store::cosignatures(db, it.size).await? {
            note.add(Signature::parse(&line)?);
        }
        Ok((it.size, note.to_string()))
    }

    /// A self-contained proof of an event under the newest checkpoint.
    ///
    /// # Errors
    /// [`LedgerError::NotYet`] before the event is under a checkpoint; when the
    /// event is absent or a text to be shown was erased.
    pub async fn proof_bundle(
        &self,
        matter: MatterId,
        version: u64,
        disclosure: &Disclosure,
        statement: Vec<StatementLine>,
    ) -> Result<Bundle, LedgerError> {
        let event = self.opening(matter, version, disclosure).await?;
        let db = self.app.db();
        let leaf = store::leaf_of(db, matter, version).await?.ok_or(LedgerError::NotYet("待入账"))?;
        let (size, checkpoint) = self.newest_note().await?;
        if leaf.index >= size {
            return Err(LedgerError::NotYet("待签名"));
        }
        let proof = store::with_tiles(db, |it| it.inclusion(leaf.index, size)).await?;
        let log = LogProof { index: leaf.index, entry: leaf.entry, proof, checkpoint };
        Ok(Bundle { format: FORMAT.to_owned(), statement, event, log, later: None })
    }

    /// The event with only the disclosed leaves opened.
    async fn opening(
        &self,
        matter: MatterId,
        version: u64,
        disclosure: &Disclosure,
    ) -> Result<EventOpening, LedgerError> {
        let db = self.app.db();
        let row = db
            .one(
                "event",
                "SELECT envelope, body, salt, content_leaves FROM event \
                 WHERE matter_id = $1 AND version = $2",
                params![matter, version],
            )
            .await?
            .ok_or(LedgerError::NotYet("没有该事件"))?;
        let envelope =
            String::from_utf8(row.bytes("envelope")?).map_err(|e| DbError::row("event", "envelope", e))?;
        let (body, salt) = (row.bytes("body")?, row.bytes32("salt")?);
        let mut fields = Vec::new();
        for (name, salt, bytes) in guard_openings(&body, &salt)? {
            fields.push(if disclosure.open.contains(&name) {
                FieldOpening::Opened { name, salt, value: OpenedValue(bytes) }
            } else {
                let leaf = mingjing_ledger::commit::field_leaf(&name, &salt, &bytes);
                FieldOpening::Hidden { leaf }
            });
        }
        let contents = contents(db, matter, version).await?;
        let leaves = split_leaves(&row.bytes("content_leaves")?)?;
        for (slot, leaf) in leaves.into_iter().enumerate() {
            let content = contents.iter().find(|it| usize::try_from(it.slot) == Ok(slot));
            fields.push(text_opening(content, leaf, disclosure));
        }
        Ok(EventOpening { envelope, fields })
    }
}

fn text_opening(content: Option<&Content>, leaf: Pair, disclosure: &Disclosure) -> FieldOpening {
    let Some(content) = content else { return FieldOpening::Hidden { leaf } };
    let name = format!("text:{}", content.name);
    let withheld = match disclosure.redacted.get(&name) {
        Some(ranges) => ranges.as_slice(),
        None if disclosure.open.contains(&name) => &[],
        None => return FieldOpening::Hidden { leaf },
    };
    match content.class {
        TextClass::Publishable => {
            let opening = open_text(&content.salt, &content.text, withheld);
            FieldOpening::Text { name, opening }
        }
        // A closed text is shown whole or not at all.
        TextClass::Closed if withheld.is_empty() => FieldOpening::Opened {
            name,
            salt: content.salt,
            value: OpenedValue(content.text.clone().into_bytes()),
        },
        TextClass::Closed => FieldOpening::Hidden { leaf },
    }
}

/// The texts of one event that are still held, in slot order.
///
/// # Errors
/// When the database fails or a row is not what the program writes.
pub async fn contents<S: Sql>(sql: &S, matter: MatterId, version: u64) -> Result<Vec<Content>, DbError> {
    let rows = sql
        .all(
            "event_content",
            "SELECT slot, name, class, salt, text FROM event_content \
             WHERE matter_id = $1 AND version = $2 AND slot >= 0 ORDER BY slot",
            params![matter, version],
        )
        .await?;
    rows.iter().map(read_content).collect()
}

/// One row of `event_content` that holds a text.
pub(crate) fn read_content(row: &crate::kit::db::Row) -> Result<Content, DbError> {
    let class = match row.text("class")?.as_str() {
        "closed" => TextClass::Closed,
        "publishable" => TextClass::Publishable,
        other => return Err(DbError::row("event_content", "class", other)),
    };
    let text = String::from_utf8(row.bytes("text")?).map_err(|e| DbError::row("event_content", "text", e))?;
    Ok(Content { slot: row.int("slot")?, name: row.text("name")?, class, salt: row.bytes32("salt")?, text })
}
