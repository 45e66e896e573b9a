//! Bytes of one request on their way to disk, in one pass: digests, sealing, writing.
//!
//! The caller's thread fills a chunk, hashes it, seals it and writes it; SM3 over the file runs on
//! a second thread; a third brings data to disk and records the state, now and then during a long
//! request and at its end. Only the last one is waited for.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
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
    pub fn resume(session: Session, interval: Option<u64>) -> Result<Self, Error> {
        let file = Arc::new(session.open_data()?);
        let path = session.data_path();
        let hashing = Hashing::start(session.body.hashing.clone())?;
        let mut open = Vec::with_capacity(CHUNK_LEN);
        open.extend_from_slice(&session.tail);
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
            open: Arc::new(open),
            spare: Vec::new(),
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
        let next = self.fresh();
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
            self.spare.clear();
        }
        if self.interval.is_some_and(|interval| self.offset() - self.marked >= interval) {
            self.mark_if_idle()?;
        }
        Ok(())
    }

    /// An empty chunk, from memory used before if any is free.
    fn fresh(&mut self) -> Chunk {
        let free = self.spare.iter_mut().position(|chunk| Arc::get_mut(chunk).is_some());
        let mut chunk = match free {
            Some(at) => self.spare.swap_remove(at),
            None => Arc::new(Vec::with_capacity(CHUNK_LEN)),
        };
        if let Some(bytes) = Arc::get_mut(&mut chunk) {
            bytes.clear();
        }
        chunk
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

impl Drop for Writer {
    fn drop(&mut self) {
        // The next writer of this upload must find no one writing its state.
        if self.recorder.is_some() {
            let _ = self.wait();
        }
    }
}
