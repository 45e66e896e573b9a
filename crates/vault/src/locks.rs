//! One writer an upload, and the newest request is the one that writes.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::watch;

use crate::error::Error;
use crate::tus::UploadId;

/// Locks of uploads and of key records.
#[derive(Debug, Default)]
pub struct Locks {
    uploads: Table<UploadId, Turns>,
    records: Table<[u8; 32], tokio::sync::Mutex<()>>,
}

/// Locks that exist as long as somebody holds or awaits them.
#[derive(Debug)]
struct Table<K, L>(Mutex<HashMap<K, Weak<L>>>);

impl<K, L> Default for Table<K, L> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Clone + Eq + Hash, L: Default> Table<K, L> {
    fn get(&self, key: &K) -> Arc<L> {
        // The map is whole after every step, so a panic elsewhere has not broken it.
        let mut map: MutexGuard<'_, _> = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = map.get(key).and_then(Weak::upgrade) {
            return lock;
        }
        map.retain(|_, lock: &mut Weak<L>| lock.strong_count() > 0);
        let lock = Arc::new(L::default());
        map.insert(key.clone(), Arc::downgrade(&lock));
        lock
    }
}

/// Whose turn it is at an upload.
#[derive(Debug)]
struct Turns {
    /// Number of the newest request.
    newest: watch::Sender<u64>,
    writing: Arc<tokio::sync::Mutex<()>>,
}

impl Default for Turns {
    fn default() -> Self {
        Self { newest: watch::channel(0).0, writing: Arc::default() }
    }
}

/// The right to write an upload. It ends when this is dropped.
#[derive(Debug)]
pub struct Turn {
    turns: Arc<Turns>,
    number: u64,
    _writing: tokio::sync::OwnedMutexGuard<()>,
}

/// Tells a writer that a newer request waits.
#[derive(Debug)]
pub struct Stop {
    newest: watch::Receiver<u64>,
    number: u64,
}

impl Stop {
    /// Returns when a newer request waits.
    pub async fn wait(&mut self) {
        let number = self.number;
        if self.newest.wait_for(|newest| *newest > number).await.is_err() {
            // The turn is over; nobody can want it any more.
            std::future::pending::<()>().await;
        }
    }
}

impl Turn {
    /// For the part of the request that reads from the network.
    pub fn stop(&self) -> Stop {
        Stop { newest: self.turns.newest.subscribe(), number: self.number }
    }
}

impl Locks {
    /// Asks the present writer of an upload to stop and waits until it has recorded what it got.
    ///
    /// # Errors
    /// [`Error::Superseded`] when a still newer request came while this one waited.
    pub async fn upload(&self, id: &UploadId) -> Result<Turn, Error> {
        let turns = self.uploads.get(id);
        let mut number = 0;
        turns.newest.send_modify(|newest| {
            *newest += 1;
            number = *newest;
        });
        let writing = Arc::clone(&turns.writing).lock_owned().await;
        if *turns.newest.borrow() > number {
            return Err(Error::Superseded);
        }
        Ok(Turn { turns, number, _writing: writing })
    }

    /// Serialises changes of one key record.
    pub async fn record(&self, root: &[u8; 32]) -> tokio::sync::OwnedMutexGuard<()> {
        self.records.get(root).lock_owned().await
    }
}
