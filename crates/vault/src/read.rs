//! Reading: only the chunks a range touches are fetched and opened, and each is verified.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;
use mingjing_ledger::commit::{CHUNK_LEN, EvidenceIdentity, EvidenceState};
use tokio::sync::mpsc;

use crate::error::{Damage, Error};
use crate::hashing::Hashing;
use crate::objects::Source;
use crate::record::KeyRecord;
use crate::seal::{self, Header, Key};

/// Pieces that wait for a slow reader.
const AHEAD: usize = 2;

/// A piece of evidence opened for reading. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Evidence {
    identity: EvidenceIdentity,
    key_id: String,
    header: Header,
    key: Arc<Key>,
    source: Source,
}

impl Evidence {
    /// Checks header and length of the object under its record.
    pub(crate) async fn open(
        record: &KeyRecord,
        key: Key,
        opened: Option<(Source, u64)>,
    ) -> Result<Self, Error> {
        let identity = record.identity;
        let damaged = |damage| Error::damaged(&identity.root.sha256, damage);
        let (source, found) = opened.ok_or_else(|| damaged(Damage::Missing))?;
        let expected = seal::sealed_len(identity.length);
        if found != expected {
            return Err(damaged(Damage::Length { expected, found }));
        }
        let header = record.header().map_err(damaged)?;
        let bytes = source.read(0, seal::HEADER_LEN, Ok).await?;
        if bytes != header.bytes() {
            return Err(damaged(Damage::Header));
        }
        Ok(Self { identity, key_id: record.key.key_id.clone(), header, key: Arc::new(key), source })
    }

    /// What it is.
    pub fn identity(&self) -> &EvidenceIdentity {
        &self.identity
    }

    /// Master key under which its data key is wrapped now.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Length in bytes.
    pub fn length(&self) -> u64 {
        self.identity.length
    }

    /// Chunk `index`, opened, and those after it, up to `count`: whole chunks of plain bytes.
    async fn chunks(&self, index: u64, count: u64) -> Result<Vec<Bytes>, Error> {
        let length = self.identity.length;
        let last = seal::chunks(length) - 1;
        let until = (index + count - 1).min(last);
        let lengths: Vec<usize> = (index..=until).map(|index| seal::stride_len(length, index)).collect();
        let this = self.clone();
        let then = move |sealed: Vec<u8>| {
            let mut rest = Bytes::from(sealed);
            let mut out = Vec::with_capacity(lengths.len());
            for (at, length) in (index..).zip(lengths) {
                out.push(this.open_chunk(at, at == last, rest.split_to(length))?);
            }
            Ok(out)
        };
        let bytes: usize = (index..=until).map(|index| seal::stride_len(length, index)).sum();
        self.source.read(seal::chunk_at(index), bytes, then).await
    }

    fn open_chunk(&self, index: u64, last: bool, sealed: Bytes) -> Result<Bytes, Error> {
        let altered = |_| Error::damaged(&self.identity.root.sha256, Damage::Chunk(index));
        // The only owner of these bytes gets them without a copy.
        let mut sealed = Vec::from(sealed);
        let plain = self.key.open(&self.header.aad(index, last), &mut sealed).map_err(altered)?.len();
        Ok(Bytes::from(sealed).slice(seal::NONCE_LEN..seal::NONCE_LEN + plain))
    }

    /// The bytes of `range`, in pieces of at most 1 MiB, each verified before it is given. Reading
    /// runs a little ahead of the reader. After an error nothing more comes.
    ///
    /// # Errors
    /// [`Error::Range`] at once when the range is not within the evidence.
    pub fn range(
        &self,
        range: Range<u64>,
    ) -> Result<impl Stream<Item = Result<Bytes, Error>> + Send + Unpin + 'static + use<>, Error> {
        if range.start > range.end || range.end > self.identity.length {
            return Err(Error::Range);
        }
        let (to, pieces) = mpsc::channel(AHEAD);
        let this = self.clone();
        tokio::spawn(async move {
            if let Err(error) = this.send(range, &to).await {
                // A reader that went away needs no error.
                let _ = to.send(Err(error)).await;
            }
        });
        Ok(Box::pin(futures_util::stream::unfold(pieces, |mut pieces| async {
            pieces.recv().await.map(|piece| (piece, pieces))
        })))
    }

    async fn send(&self, range: Range<u64>, to: &mpsc::Sender<Result<Bytes, Error>>) -> Result<(), Error> {
        let chunk = CHUNK_LEN as u64;
        let mut at = range.start;
        while at < range.end {
            let first = at / chunk;
            let wanted = (range.end - 1) / chunk - first + 1;
            for (index, piece) in (first..).zip(self.chunks(first, wanted.min(self.source.reach())).await?) {
                let begins = index * chunk;
                // Both are within the chunk.
                let from = (at.max(begins) - begins) as usize;
                let until = (range.end.min(begins + chunk) - begins) as usize;
                at = begins + until as u64;
                if to.send(Ok(piece.slice(from..until))).await.is_err() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// All bytes of a small piece.
    ///
    /// # Errors
    /// [`Error::TooLarge`] when it is longer than `limit`; damage.
    pub async fn bytes(&self, limit: u64) -> Result<Vec<u8>, Error> {
        if self.identity.length > limit {
            return Err(Error::TooLarge { limit });
        }
        let mut out = Vec::new();
        for index in 0..seal::chunks(self.identity.length) {
            self.chunks(index, 1).await?.iter().for_each(|chunk| out.extend_from_slice(chunk));
        }
        Ok(out)
    }

    /// Reads everything and compares it with the identity: both roots and both file digests.
    ///
    /// # Errors
    /// [`Error::Damaged`] naming what is wrong.
    pub async fn verify(&self) -> Result<(), Error> {
        let last = seal::chunks(self.identity.length) - 1;
        let mut hashing = Some(Hashing::start(EvidenceState::default())?);
        let mut tail = Bytes::new();
        let mut index = 0;
        while index <= last {
            let chunks = self.chunks(index, 4).await?;
            let first = index;
            index += chunks.len() as u64;
            let mut taken = hashing.take().ok_or(Error::Aborted)?;
            let (back, rest) = crate::objects::blocking(move || {
                let mut rest = Bytes::new();
                for (at, chunk) in (first..).zip(chunks) {
                    if at == last {
                        rest = chunk;
                    } else {
                        taken.push(Arc::new(chunk.into()))?;
                    }
                }
                Ok((taken, rest))
            })
            .await?;
            (hashing, tail) = (Some(back), rest);
        }
        let hashing = hashing.ok_or(Error::Aborted)?;
        let found = crate::objects::blocking(move || hashing.finish(&tail)).await?;
        if found != self.identity {
            return Err(Error::damaged(&self.identity.root.sha256, Damage::Identity));
        }
        Ok(())
    }
}
