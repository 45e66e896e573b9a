//! The digests of evidence on two cores: four passes over the same bytes.
//!
//! SM3 over the whole file cannot be divided; it is the slowest pass and has a thread to itself.
//! Everything else (SHA-256 of the file, and both digests of each chunk) is done by the caller's
//! thread, the SM3 leaves for eight chunks at once. Only whole chunks come in here; what is shorter
//! at the end goes through [`EvidenceHasher`], which also says the identity.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use mingjing_ledger::Pair;
use mingjing_ledger::commit::{
    CHUNK_LEN, CHUNK_TAG, EvidenceHasher, EvidenceIdentity, EvidenceState, StateError,
};
use mingjing_ledger::sm3::{self, Sm3Stream};
use sha2::{Digest, Sha256};

use crate::error::Error;

/// A whole chunk that both threads read.
pub type Chunk = Arc<Vec<u8>>;

/// Chunks whose SM3 leaves are computed together: what bounds the memory of an upload.
const TOGETHER: usize = 8;

/// Chunks that may wait for the SM3 thread: what bounds the memory of an upload.
const AHEAD: usize = 4;

enum Job {
    Chunk(Chunk),
    /// Asks for the state words after the chunks sent before.
    Words(SyncSender<[u32; 8]>),
}

/// Digests in progress, between two chunks.
pub struct Hashing {
    /// Covers the chunks whose leaves are in the tree; its SM3 words lag behind.
    state: EvidenceState,
    sha256: [u32; 8],
    /// Chunks whose SHA-256 leaf is known and whose SM3 leaf is not.
    open: Vec<(Chunk, [u8; 32])>,
    jobs: SyncSender<Job>,
    thread: Option<JoinHandle<()>>,
}

/// State words of the SM3 thread, when it gets there.
pub struct Words(Receiver<[u32; 8]>);

impl Words {
    /// Waits for them.
    pub fn get(self) -> Result<[u32; 8], Error> {
        self.0.recv().map_err(|_| Error::Aborted)
    }
}

impl Hashing {
    /// Goes on from a state between two chunks.
    ///
    /// # Errors
    /// When the state is inside a chunk, or the system gives no thread.
    pub fn start(state: EvidenceState) -> Result<Self, Error> {
        if state.chunk.is_some() || !state.file.rest.is_empty() {
            return Err(StateError.into());
        }
        let mut stream = Sm3Stream::from_parts(state.file.sm3, state.blocks());
        let (jobs, work) = sync_channel::<Job>(AHEAD);
        let run = move || {
            for job in work {
                match job {
                    Job::Chunk(chunk) => {
                        stream.update(&chunk);
                    }
                    // Whoever asked may have given up; that is their affair.
                    Job::Words(to) => drop(to.send(stream.parts().0)),
                }
            }
        };
        let thread = std::thread::Builder::new().name("sm3".into()).spawn(run);
        let thread = Some(thread.map_err(|_| Error::Aborted)?);
        Ok(Self { sha256: state.file.sha256, state, open: Vec::with_capacity(TOGETHER), jobs, thread })
    }

    /// Bytes taken: a multiple of the chunk length.
    pub fn length(&self) -> u64 {
        self.chunks() * CHUNK_LEN as u64
    }

    /// Chunks taken.
    pub fn chunks(&self) -> u64 {
        self.state.tree.chunks() + self.open.len() as u64
    }

    /// Takes a whole chunk.
    ///
    /// # Errors
    /// [`Error::Aborted`] when the SM3 thread is gone.
    pub fn push(&mut self, chunk: Chunk) -> Result<(), Error> {
        debug_assert_eq!(chunk.len(), CHUNK_LEN);
        self.jobs.send(Job::Chunk(Arc::clone(&chunk))).map_err(|_| Error::Aborted)?;
        sha2::block_api::compress256(&mut self.sha256, chunk.as_chunks::<64>().0);
        let leaf = Sha256::new_with_prefix([CHUNK_TAG]).chain_update(chunk.as_slice()).finalize().into();
        self.open.push((chunk, leaf));
        if self.open.len() == TOGETHER {
            self.close_leaves()?;
        }
        Ok(())
    }

    /// Computes the SM3 leaves that wait.
    pub fn close_leaves(&mut self) -> Result<(), Error> {
        let chunks: Vec<&[u8]> = self.open.iter().map(|(chunk, _)| chunk.as_slice()).collect();
        let sm3 = sm3::chunk_leaves(&chunks);
        let leaves: Vec<Pair> =
            self.open.drain(..).zip(sm3).map(|((_, sha256), sm3)| Pair { sha256, sm3 }).collect();
        // The words of SM3 follow when somebody asks for the state.
        let words = self.state.file.sm3;
        self.state = std::mem::take(&mut self.state).advance(leaves, self.sha256, words)?;
        Ok(())
    }

    /// The state here, without the words of SM3, and the words when they come.
    pub fn mark(&mut self) -> Result<(EvidenceState, Words), Error> {
        self.close_leaves()?;
        let (to, words) = sync_channel(1);
        self.jobs.send(Job::Words(to)).map_err(|_| Error::Aborted)?;
        Ok((self.state.clone(), Words(words)))
    }

    /// The identity of the chunks taken, followed by `tail` (at most one chunk).
    pub fn finish(mut self, tail: &[u8]) -> Result<EvidenceIdentity, Error> {
        let (mut state, words) = self.mark()?;
        state.file.sm3 = words.get()?;
        let mut hasher = EvidenceHasher::resume(&state)?;
        hasher.update(tail);
        Ok(hasher.finish())
    }
}

impl Drop for Hashing {
    fn drop(&mut self) {
        // Without a sender the thread ends by itself, after at most a few chunks.
        let (nobody, _) = sync_channel(0);
        drop(std::mem::replace(&mut self.jobs, nobody));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_threads_give_the_identity_of_one_wherever_they_stop() {
        let chunk = |n: usize| (0..CHUNK_LEN).map(|i| (i * 31 + n * 7 + (i >> 8)) as u8).collect::<Vec<u8>>();
        for (chunks, stop, tail) in [(0, 0, 0), (1, 1, 5), (3, 2, 0), (9, 8, CHUNK_LEN), (20, 11, 77)] {
            let mut one = EvidenceHasher::new();
            let mut two = Hashing::start(EvidenceState::default()).unwrap();
            for n in 0..chunks {
                if n == stop {
                    let (mut state, words) = two.mark().unwrap();
                    state.file.sm3 = words.get().unwrap();
                    assert_eq!(state, one.state());
                    two = Hashing::start(state).unwrap();
                }
                one.update(&chunk(n));
                two.push(Arc::new(chunk(n))).unwrap();
            }
            assert_eq!(two.length(), (chunks * CHUNK_LEN) as u64);
            one.update(&chunk(99)[..tail]);
            assert_eq!(two.finish(&chunk(99)[..tail]).unwrap(), one.finish());
        }
    }
}
