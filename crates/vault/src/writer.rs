//! Bytes of one request on their way to disk, in one pass: digests, sealing, writing.
//!
//! The caller's thread fills a chunk, hashes it, seals it and writes it; SM3 over the file runs on
//! a second thread; a third brings data to disk and records the state, now and then during a long
//! request and at its end. Only the last one is waited for.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use mingjing_ledger::commit::CHUNK_LEN;

use crate::error::{At, Error};
use crate::hashing::{Chunk, Hashing, Words};
use crate::seal::{STRIDE, chunk_at};
use crate::session::{Body, Session};

/// A sender slower than eight chunks in this time does not keep them in memory until there are
/// eight to hash side by side.
const PATIENCE: Duration = Duration::from_millis(250);

/// Chunks of memory that uploads leave to each other, so that many short requests need no more
/// than one long one.
#[derive(Debug, Clone, Default)]
pub struct Pool(Arc<Mutex<Vec<Chunk>>>);

/// Chunks kept for the next request: what one upload at full speed uses.
const KEPT: usize = 16;

impl Pool {
    /// Up to `count` chunks.
    fn take(&self, count: usize) -> Vec<Chunk> {
        // A list of buffers is whole after every step.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let from = kept.len().saturating_sub(count);
        kept.split_off(from)
    }

    fn give(&self, chunks: impl Iterator<Item = Chunk>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = KEPT.saturating_sub(kept.len());
        kept.extend(chunks.filter(|chunk| chunk.capacity() >= CHUNK_LEN).take(room));
    }
}

/// A state to be recorded when the data before it is on disk.
struct Mark {
    body: Body,
    words: Words,
    tail: Vec<u8>,
}

/// An upload being written. Dropping it without [`Writer::commit`] leaves what was recorded.
pub struct Writer {
    session: Session,
    hashing: Hashing,
    file: Arc<File>,
    path: PathBuf,
    /// Plain bytes of the chunk being filled.
    open: Chunk,
    /// Chunks whose memory may be used again when the threads are done with them.
    spare: Vec<Chunk>,
    pool: Pool,
    sealed: Vec<u8>,
    marks: SyncSender<Mark>,
    recorder: Option<JoinHandle<Result<(), Error>>>,
    interval: Option<u64>,
    marked: u64,
    hurry: Instant,
}

impl Writer {
    /// Goes on at the end of what is recorded. `interval` is the number of bytes after which the
    /// state is recorded during a request; none records it only at the end.
    pub fn resume(session: Session, interval: Option<u64>, pool: Pool) -> Result<Self, Error> {
        let file = Arc::new(session.open_data()?);
        let path = session.data_path();
        let hashing = Hashing::start(session.body.hashing.clone())?;
        let mut spare = pool.take(1);
        let mut open = fresh(&mut spare);
        Arc::make_mut(&mut open).extend_from_slice(&session.tail);
        let (marks, work) = sync_channel::<Mark>(1);
        let (to, data, data_path) = (session.recorder(), Arc::clone(&file), path.clone());
        let run = move || {
            for mut mark in work {
                mark.body.hashing.file.sm3 = mark.words.get()?;
                data.sync_data().at(&data_path)?;
                to.record(&mark.body, &mark.tail)?;
            }
            Ok(())
        };
        let recorder = std::thread::Builder::new().name("record".into()).spawn(run);
        let recorder = Some(recorder.map_err(|_| Error::Aborted)?);
        let marked = session.offset();
        Ok(Self {
            hashing,
            file,
            path,
            open,
            spare,
            pool,
            sealed: Vec::with_capacity(STRIDE),
            marks,
            recorder,
            interval,
            marked,
            hurry: Instant::now(),
            session,
        })
    }

    /// Position behind the last byte taken.
    pub fn offset(&self) -> u64 {
        self.hashing.length() + self.open.len() as u64
    }

    /// What is said about the upload; recorded with the next state.
    pub fn body(&mut self) -> &mut Body {
        &mut self.session.body
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`Error::TooLong`] past the announced length (nothing of `bytes` is taken);
    /// [`Error::DiskFull`] and other failures of the disk.
    pub fn write(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        if let Some(length) = self.session.body.length
            && bytes.len() as u64 > length - self.offset()
        {
            return Err(Error::TooLong { length });
        }
        while !bytes.is_empty() {
            // A full chunk is closed only when something follows: the last one is sealed as such.
            if self.open.len() == CHUNK_LEN {
                self.close_chunk()?;
            }
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK_LEN - self.open.len()));
            // Nobody else holds the open chunk.
            Arc::make_mut(&mut self.open).extend_from_slice(now);
            bytes = later;
        }
        let more = self.session.body.length.is_some_and(|length| self.offset() < length);
        if more && self.open.len() == CHUNK_LEN {
            self.close_chunk()?;
        }
        Ok(())
    }

    /// Hashes, seals and writes the full open chunk, which is not the last one.
    fn close_chunk(&mut self) -> Result<(), Error> {
        let index = self.hashing.chunks();
        let next = match fresh_from(&mut self.spare) {
            Some(chunk) => chunk,
            None => fresh(&mut self.pool.take(1)),
        };
        let full = std::mem::replace(&mut self.open, next);
        let aad = self.session.header.aad(index, false);
        self.session.key.seal(&aad, &full, &mut self.sealed);
        self.file.write_all_at(&self.sealed, chunk_at(index)).at(&self.path)?;
        self.hashing.push(Arc::clone(&full))?;
        self.spare.push(full);
        if self.hurry.elapsed() > PATIENCE {
            self.hashing.close_leaves()?;
            self.hurry = Instant::now();
            // A sender that is slow needs one chunk, not a dozen.
            self.pool.give(self.spare.drain(..));
        }
        if self.interval.is_some_and(|interval| self.offset() - self.marked >= interval) {
            self.mark_if_idle()?;
        }
        Ok(())
    }

    /// Records the state here, unless the last one is not on disk yet.
    fn mark_if_idle(&mut self) -> Result<(), Error> {
        let mark = self.mark(Vec::new())?;
        match self.marks.try_send(mark) {
            Ok(()) => self.marked = self.offset(),
            Err(TrySendError::Full(_)) => {}
            Err(TrySendError::Disconnected(_)) => return self.wait(),
        }
        Ok(())
    }

    fn mark(&mut self, tail: Vec<u8>) -> Result<Mark, Error> {
        let (hashing, words) = self.hashing.mark()?;
        Ok(Mark { body: Body { hashing, ..self.session.body.clone() }, words, tail })
    }

    /// Brings everything taken to disk and records it. On return it is acknowledged.
    ///
    /// # Errors
    /// As [`Writer::write`]; then what was recorded before still stands.
    pub fn commit(mut self) -> Result<u64, Error> {
        let offset = self.offset();
        let tail = self.open.to_vec();
        let mark = self.mark(tail)?;
        // If the recorder is gone, waiting tells why.
        let _ = self.marks.send(mark);
        self.wait()?;
        Ok(offset)
    }

    /// Ends the recorder and tells how it went.
    fn wait(&mut self) -> Result<(), Error> {
        let (nobody, _) = sync_channel(0);
        drop(std::mem::replace(&mut self.marks, nobody));
        match self.recorder.take().map(JoinHandle::join) {
            Some(Ok(outcome)) => outcome,
            Some(Err(_)) | None => Err(Error::Aborted),
        }
    }
}

/// An empty chunk in memory that nobody reads any more, if there is any.
fn fresh_from(spare: &mut Vec<Chunk>) -> Option<Chunk> {
    let free = spare.iter_mut().position(|chunk| Arc::get_mut(chunk).is_some())?;
    let mut chunk = spare.swap_remove(free);
    Arc::get_mut(&mut chunk)?.clear();
    Some(chunk)
}

/// An empty chunk.
fn fresh(spare: &mut Vec<Chunk>) -> Chunk {
    fresh_from(spare).unwrap_or_else(|| Arc::new(Vec::with_capacity(CHUNK_LEN)))
}

impl Drop for Writer {
    fn drop(&mut self) {
        let open = std::mem::take(&mut self.open);
        self.pool.give(self.spare.drain(..).chain([open]));
        // The next writer of this upload must find no one writing its state.
        if self.recorder.is_some() {
            let _ = self.wait();
        }
    }
}
