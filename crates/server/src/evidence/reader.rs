//! A stored piece as a file to read and jump in, for those who know nothing of the store.

use std::io::{self, Read, Seek, SeekFrom};

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use mingjing_vault::Evidence;
use tokio::runtime::Handle;

/// Bytes opened at a time: a chunk of the store.
const PIECE: u64 = 1 << 20;

/// Reads a piece from the store, opening only the chunks that are asked for; memory does not
/// grow with the piece. Blocks: for threads that may wait, never for those of the runtime.
pub struct StoredFile {
    evidence: Evidence,
    runtime: Handle,
    at: u64,
    open: (u64, Bytes),
}

impl StoredFile {
    /// The piece from its beginning; `runtime` is the one that the store works on.
    pub const fn new(evidence: Evidence, runtime: Handle) -> Self {
        Self { evidence, runtime, at: 0, open: (0, Bytes::new()) }
    }

    fn fetch(&mut self) -> io::Result<()> {
        let from = self.at - self.at % PIECE;
        let to = (from + PIECE).min(self.evidence.length());
        let evidence = &self.evidence;
        let bytes = self.runtime.block_on(async {
            let mut pieces = evidence.range(from..to).map_err(io::Error::other)?;
            let mut bytes = BytesMut::new();
            while let Some(piece) = pieces.next().await {
                bytes.extend_from_slice(&piece.map_err(io::Error::other)?);
            }
            Ok::<_, io::Error>(bytes.freeze())
        })?;
        self.open = (from, bytes);
        Ok(())
    }
}

impl Read for StoredFile {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() || self.at >= self.evidence.length() {
            return Ok(0);
        }
        let held = self.open.0..self.open.0 + self.open.1.len() as u64;
        if !held.contains(&self.at) {
            self.fetch()?;
        }
        // Within a piece, which is far below the range of usize.
        let from = (self.at - self.open.0) as usize;
        let rest = self.open.1.get(from..).unwrap_or_default();
        let count = rest.len().min(out.len());
        let (to, rest) = (&mut out[..count], &rest[..count]);
        to.copy_from_slice(rest);
        if count == 0 {
            // The store gave fewer bytes than it said there are.
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for StoredFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(offset) => self.evidence.length().checked_add_signed(offset),
            SeekFrom::Current(offset) => self.at.checked_add_signed(offset),
        };
        self.at = target.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
