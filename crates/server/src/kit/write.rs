//! What a command may do inside its transaction.

use std::sync::Arc;

use jiff::Timestamp;
use mingjing_domain::matter::{Actor, Matter, MatterId, MatterKind, Meta, Moment, OrganId};
use mingjing_domain::text::{self, TextKey};
use serde_json::{Value, json};
use uuid::Uuid;

use super::app::Request;
use super::db::Tx;
use super::entropy::Draw;
use super::error::WriteError;
use super::event::{self, Frame};
use super::flush;
use super::jobs::Claimed;
use super::projection::Projects;
use super::read::{cached, fold_stored};
use super::work::{Head, NewEvent, NewJob, Projector, Slot, Staged, Work, body_digest, fallback_key};
use crate::params;

/// A matter as a command sees it.
#[derive(Clone, Debug)]
pub struct Loaded<M> {
    /// Stream.
    pub id: MatterId,
    /// Organ.
    pub organ: OrganId,
    /// Family.
    pub family: MatterId,
    /// Version of the state.
    pub version: u64,
    /// Its content was lawfully destroyed.
    pub erased: bool,
    /// The state, texts included where they are still held.
    pub state: Arc<M>,
}

impl<M> std::ops::Deref for Loaded<M> {
    type Target = M;
    fn deref(&self) -> &M {
        &self.state
    }
}

/// The hands of a command: load, decide, append.
pub struct Write {
    work: Work,
    request: Request,
    moment: Moment,
    draw: Draw,
    staged: Staged,
}

impl Write {
    pub(crate) fn new(work: Work, request: Request, moment: Moment) -> Self {
        let draw = Draw::new(work.app.0.entropy.as_ref());
        Self { work, request, moment, draw, staged: Staged::default() }
    }

    /// Both times of the act.
    pub fn moment(&self) -> &Moment {
        &self.moment
    }

    /// The instant of the write.
    pub fn now(&self) -> Timestamp {
        self.moment.recorded_at
    }

    /// Who acts.
    pub fn actor(&self) -> &Actor {
        &self.request.actor
    }

    /// Whether something carries out this kind of job here ([`super::app::App::serve_jobs`]).
    pub fn serves_jobs(&self, kind: &str) -> bool {
        self.work.app.serves_jobs(kind)
    }

    /// The command's identifier.
    pub fn command_id(&self) -> Uuid {
        self.request.command_id
    }

    /// A fresh UUIDv7; recorded with the command.
    pub fn new_id(&mut self) -> Uuid {
        let id = self.draw.uuid_v7(self.moment.recorded_at.as_millisecond());
        self.staged.ids.push(id);
        id
    }

    /// A random identifier for public addresses; recorded with the command.
    pub fn random_id(&mut self) -> String {
        let id = self.draw.public_id();
        self.staged.nonces.push(id.clone());
        id
    }

    /// Thirty-two random bytes; recorded with the command, so never a secret.
    pub fn random32(&mut self) -> [u8; 32] {
        let bytes = self.draw.bytes32();
        self.staged.nonces.push(hex::encode(bytes));
        bytes
    }

    /// Notes what else the decision relied upon: policy, calendar, rule-set version.
    pub fn note(&mut self, key: &str, value: impl Into<Value>) {
        self.staged.notes.insert(key.to_owned(), value.into());
    }

    /// The text key under which digests of a family's texts are made. A family
    /// that does not exist yet gets its key here, for the `create` that follows.
    ///
    /// # Errors
    /// [`WriteError::Erased`] after the family's erasure.
    pub async fn text_key(&mut self, family: MatterId) -> Result<TextKey, WriteError> {
        if let Some(key) = self.staged.new_keys.get(&family) {
            return Ok(*key);
        }
        if let Some(key) = self.work.key(family).await? {
            return Ok(key);
        }
        if self.work.slot(family).await?.is_some() {
            return Err(WriteError::Erased);
        }
        let key = self.draw.bytes32();
        self.staged.new_keys.insert(family, key);
        Ok(key)
    }

    /// Loads a matter; its version goes to the read set. None when it does not
    /// exist or is of another kind.
    ///
    /// # Errors
    /// When a stored event cannot be read.
    pub async fn load<M: Matter>(&mut self, id: MatterId) -> Result<Option<Loaded<M>>, WriteError> {
        let staged = self.staged.slots.get(&id).cloned();
        let slot = match staged {
            Some(slot) => Some(slot),
            None => self.work.slot(id).await?,
        };
        let Some(slot) = slot.filter(|slot| slot.head.kind == M::KIND) else { return Ok(None) };
        // The first version that was relied upon counts, not the command's own.
        if !self.staged.events.iter().any(|it| it.matter == id && it.version == 1) {
            self.staged.read_set.entry(id).or_insert((M::KIND, slot.head.version));
        }
        let state = match slot.state.as_ref().and_then(|it| Arc::clone(it).downcast::<M>().ok()) {
            Some(state) => state,
            None => self.state_of::<M>(id, &slot.head).await?,
        };
        Ok(Some(Loaded {
            id,
            organ: slot.head.organ,
            family: slot.head.family,
            version: slot.head.version,
            erased: slot.head.erased,
            state,
        }))
    }

    async fn state_of<M: Matter>(&mut self, id: MatterId, head: &Head) -> Result<Arc<M>, WriteError> {
        let state = match cached::<M>(&self.work.app, id, head) {
            Some(state) => state,
            None => Arc::new(fold_stored::<M, _>(&self.work.tx, id, head.version).await?),
        };
        if let Some(slot) = self.work.slots.get_mut(&id) {
            slot.state = Some(state.clone());
        }
        Ok(state)
    }

    /// Opens a new matter with its first event. `family` is the matter under whose
    /// text key it stands; none when it founds a family of its own.
    ///
    /// # Errors
    /// When the family is erased or the event does not survive its own round trip.
    pub async fn create<M: Projects>(
        &mut self,
        id: MatterId,
        organ: OrganId,
        family: Option<MatterId>,
        first: M::Event,
    ) -> Result<Loaded<M>, WriteError> {
        let family = family.unwrap_or(id);
        let new_key = if family == id {
            Some(self.text_key(id).await?)
        } else if self.work.slot(family).await?.is_some() || self.staged.slots.contains_key(&family) {
            None
        } else {
            return Err(WriteError::NotFound("family"));
        };
        let head = Head {
            kind: M::KIND,
            organ,
            family,
            version: 0,
            entry: Vec::new(),
            created_at: self.moment.recorded_at,
            erased: false,
        };
        let slot = Slot { head, stored_version: 0, state: None, shown: None, projector: None };
        let (slot, state) = self.append_to::<M>(id, slot, None, new_key, &first).await?;
        let version = slot.head.version;
        self.staged.slots.insert(id, slot);
        Ok(Loaded { id, organ, family, version, erased: false, state })
    }

    /// Appends an event to a loaded matter and moves `loaded` to the new state.
    ///
    /// # Errors
    /// When the matter is erased, `loaded` is not its newest state in this write,
    /// or the event does not survive its own round trip.
    pub async fn append<M: Projects>(
        &mut self,
        loaded: &mut Loaded<M>,
        event: M::Event,
    ) -> Result<(), WriteError> {
        let staged = self.staged.slots.get(&loaded.id).cloned();
        let mut slot = match staged {
            Some(slot) => slot,
            None => self.work.slot(loaded.id).await?.ok_or(WriteError::NotFound("matter"))?,
        };
        if slot.head.version != loaded.version {
            return Err(WriteError::Conflict);
        }
        if slot.head.version == slot.stored_version {
            slot.shown = Some(loaded.state.clone());
        }
        let before = Some(loaded.state.as_ref().clone());
        let (slot, state) = self.append_to::<M>(loaded.id, slot, before, None, &event).await?;
        loaded.version = slot.head.version;
        loaded.state = state;
        self.staged.slots.insert(loaded.id, slot);
        Ok(())
    }

    async fn append_to<M: Projects>(
        &mut self,
        id: MatterId,
        mut slot: Slot,
        before: Option<M>,
        new_key: Option<TextKey>,
        event: &M::Event,
    ) -> Result<(Slot, Arc<M>), WriteError> {
        if slot.head.erased {
            return Err(WriteError::Erased);
        }
        let family = slot.head.family;
        let key = self.text_key(family).await?;
        self.staged.key_family.get_or_insert(family);
        let version = slot.head.version + 1;
        let prev = (version > 1).then(|| slot.head.entry.clone());
        let event_id = self.draw.uuid_v7(self.moment.recorded_at.as_millisecond());
        let frame = Frame {
            event: event_id,
            matter: id,
            organ: slot.head.organ,
            family,
            version,
            prev: prev.as_deref(),
            actor: self.request.actor.id,
            purpose: &self.request.purpose,
            command: self.request.command_id,
            moment: &self.moment,
        };
        let sealed = event::seal::<M>(event, &frame, &key, &mut self.draw)?;
        // What is folded is what was stored, so a later reading cannot differ.
        let opened = event::open::<M>(&sealed.envelope, &sealed.body, |slot| {
            sealed.contents.iter().find(|it| it.slot == i64::from(slot)).map(|it| it.text.clone())
        })?;
        let meta: &Meta = &opened.meta;
        let state = Arc::new(M::evolve(before, meta, &opened.event));
        slot.head.version = version;
        slot.head.entry.clone_from(&sealed.entry);
        slot.state = Some(state.clone());
        slot.projector = Some(const { &Projector::of::<M>() });
        let (type_name, type_version) = M::type_of(event);
        self.staged.events.push(NewEvent {
            matter: id,
            version,
            kind: M::KIND,
            organ: slot.head.organ,
            family,
            type_name,
            type_version,
            prev,
            command: self.request.command_id,
            recorded_at: self.moment.recorded_at,
            happened_at: self.moment.happened_at,
            new_key,
            sealed,
        });
        Ok((slot, state))
    }

    /// Takes the next number of an organ's character (字) in a civil year. A
    /// number of a refused command is not lost: it was never taken.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_number(
        &mut self,
        organ: OrganId,
        character: &str,
        year: i32,
    ) -> Result<u32, WriteError> {
        let next = self.peek_number(organ, character, year).await?;
        self.staged.numbers.push((organ, character.to_owned(), year, next));
        Ok(next)
    }

    /// The number that [`Write::take_number`] would give, without taking it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn peek_number(
        &mut self,
        organ: OrganId,
        character: &str,
        year: i32,
    ) -> Result<u32, WriteError> {
        let last = self
            .staged
            .numbers
            .iter()
            .rev()
            .find(|it| it.0 == organ && it.1 == character && it.2 == year)
            .map(|it| it.3);
        let last = match last {
            Some(n) => n,
            None => self.work.last_number(organ, character, year).await?,
        };
        Ok(last + 1)
    }

    /// Queues a job; a second one with the same kind and dedupe key is dropped
    /// while the first waits.
    pub fn enqueue(&mut self, kind: &'static str, dedupe: impl Into<String>, payload: &Value) {
        self.enqueue_at(kind, dedupe, payload, None, self.moment.recorded_at);
    }

    /// As [`Write::enqueue`], about one matter (its erasure removes the job) and
    /// not before `run_at`.
    pub fn enqueue_at(
        &mut self,
        kind: &'static str,
        dedupe: impl Into<String>,
        payload: &Value,
        matter: Option<MatterId>,
        run_at: Timestamp,
    ) {
        let dedupe = dedupe.into();
        self.staged.jobs.push(NewJob { kind, dedupe, matter, payload: payload.to_string(), run_at });
    }

    /// Ends a claimed job together with this write's effect: if the lease was lost
    /// meanwhile, nothing of the write happens.
    pub fn complete(&mut self, job: &Claimed) {
        self.staged.completed.push((job.id, job.token));
    }

    /// The transaction, for looking at projections. Earlier commands of the same
    /// batch are visible in it, this command's own changes are not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tx(&mut self) -> Result<&Tx, WriteError> {
        flush::flush(&mut self.work).await?;
        Ok(&self.work.tx)
    }

    /// As [`Write::tx`], for projections of one kind of matter alone: a batch that
    /// changed none of them need not be written out first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tx_of(&mut self, kind: MatterKind) -> Result<&Tx, WriteError> {
        self.tx_after(|it| it.kind == kind).await
    }

    /// As [`Write::tx_of`], for what is stored of one matter.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tx_of_matter(&mut self, id: MatterId) -> Result<&Tx, WriteError> {
        self.tx_after(|it| it.matter == id).await
    }

    async fn tx_after(&mut self, concerns: impl Fn(&NewEvent) -> bool) -> Result<&Tx, WriteError> {
        if self.work.pending.events.iter().any(concerns) {
            flush::flush(&mut self.work).await?;
        }
        Ok(&self.work.tx)
    }

    /// Drops everything the command staged.
    pub(crate) fn abandon(self) -> Work {
        self.work
    }

    /// Moves what the command staged into the work.
    pub(crate) async fn finish(mut self, result: String) -> Result<Work, WriteError> {
        let staged = std::mem::take(&mut self.staged);
        let mut body = self.request.body.clone();
        let (key_family, key) = match staged.key_family {
            Some(family) => (Some(family), {
                let known = staged.new_keys.get(&family).copied();
                match known {
                    Some(key) => key,
                    None => self.work.key(family).await?.ok_or(WriteError::Erased)?,
                }
            }),
            None => (None, fallback_key(self.request.command_id)),
        };
        let digest = body_digest(&key, &body)?;
        // The lifted texts are dropped: those that matter stand in the events.
        drop(text::seal(&mut body, &key));
        let mut moment = serde_json::to_value(&self.moment)?;
        drop(text::seal(&mut moment, &key));
        let numbers: Vec<Value> = staged.numbers.iter().map(|it| json!([it.0, it.1, it.2, it.3])).collect();
        let context = json!({
            "ids": staged.ids, "nonces": staged.nonces, "numbers": numbers, "notes": staged.notes,
        });
        let read_set: Vec<Value> =
            staged.read_set.iter().map(|(id, (kind, version))| json!([kind.name(), id, version])).collect();
        self.work.pending.commands.push(params![
            self.request.command_id,
            self.request.name,
            self.request.actor.id,
            self.request.actor.organ,
            serde_json::to_string(&self.request.actor.roles)?,
            self.request.purpose,
            serde_json::to_vec(&body)?,
            digest,
            key_family,
            moment.to_string(),
            context.to_string(),
            Value::from(read_set).to_string(),
            self.moment.recorded_at,
            result,
        ]);
        self.work.last = Some(self.moment.recorded_at);
        self.work.take(staged, self.request.command_id);
        Ok(self.work)
    }
}
