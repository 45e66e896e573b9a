//! A temporary copy of stored bytes for those who need a file: it has no name, so nothing finds it and nothing is
//! left of it when the program ends, however it ends.
//!
//! A child never gets a handle on the stored object, only on such a copy. For a recording of gigabytes the copy holds
//! its two ends only ([`Spool::ends`]): the tables of an MP4 stand at one of them, and the first pictures at the
//! beginning; between them is a hole that takes no disk.

use crate::error::{Bound, MediaError};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

/// Bytes copied at a time.
const BLOCK: usize = 256 * 1024;

/// Which bytes of the original a copy holds; the others read as zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// All of them; with their SHA-256.
    Whole([u8; 32]),
    /// So many bytes at the beginning and at the end.
    Ends {
        /// Bytes at the beginning.
        head: u64,
        /// Bytes at the end.
        tail: u64,
    },
}

/// An unnamed temporary copy. Clones share it; each reader has its own position.
#[derive(Debug, Clone)]
pub struct Spool {
    file: Arc<File>,
    length: u64,
    held: Held,
}

impl Spool {
    /// Bytes at the beginning that [`Spool::ends`] needs for a poster and the tables of most recordings: 64 MiB.
    pub const HEAD: u64 = 64 * 1024 * 1024;
    /// Bytes at the end, for recordings whose tables stand there: 32 MiB.
    pub const TAIL: u64 = 32 * 1024 * 1024;

    /// Copies everything and computes its SHA-256 on the way. `folder` is where the copy lies (on a disk that may hold
    /// plain text of evidence; nothing appears in it), `limit` the largest length in bytes. Blocking.
    ///
    /// # Errors
    /// [`MediaError::TooLarge`] past the limit, [`MediaError::Io`].
    pub fn whole(reader: &mut impl Read, folder: &Path, limit: u64) -> Result<Self, MediaError> {
        let file = tempfile::tempfile_in(folder)?;
        let mut digest = Sha256::new();
        let mut block = vec![0; BLOCK];
        let mut length = 0;
        loop {
            let read = read_some(reader, &mut block)?;
            if read == 0 {
                break;
            }
            file.write_all_at(&block[..read], length)?;
            digest.update(&block[..read]);
            length += read as u64;
            if length > limit {
                return Err(MediaError::TooLarge { bound: Bound::Copy, limit });
            }
        }
        Ok(Self { file: Arc::new(file), length, held: Held::Whole(digest.finalize().into()) })
    }

    /// Copies the first `head` and the last `tail` bytes into a file of the original's length ([`Spool::HEAD`] and
    /// [`Spool::TAIL`] are good measures); a shorter original is copied whole. Blocking.
    ///
    /// # Errors
    /// [`MediaError::Io`]; an original that gets shorter while it is read is one.
    pub fn ends(
        reader: &mut (impl Read + Seek),
        folder: &Path,
        head: u64,
        tail: u64,
    ) -> Result<Self, MediaError> {
        let length = reader.seek(SeekFrom::End(0))?;
        reader.seek(SeekFrom::Start(0))?;
        if length <= head.saturating_add(tail) {
            return Self::whole(&mut reader.take(length), folder, length);
        }
        let file = tempfile::tempfile_in(folder)?;
        file.set_len(length)?;
        copy(reader, &file, 0, head)?;
        reader.seek(SeekFrom::Start(length - tail))?;
        copy(reader, &file, length - tail, tail)?;
        Ok(Self { file: Arc::new(file), length, held: Held::Ends { head, tail } })
    }

    /// A file that was written by a child: all of it, with its SHA-256. Blocking.
    pub(crate) fn written(file: File) -> Result<Self, MediaError> {
        let length = file.metadata()?.len();
        let mut reader = SpoolReader { file: Arc::new(file), length, position: 0 };
        let (mut digest, mut block) = (Sha256::new(), vec![0; BLOCK]);
        loop {
            let read = read_some(&mut reader, &mut block)?;
            if read == 0 {
                break;
            }
            digest.update(&block[..read]);
        }
        Ok(Self { file: reader.file, length, held: Held::Whole(digest.finalize().into()) })
    }

    /// Length of the original in bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Which bytes of the original are here.
    #[must_use]
    pub fn held(&self) -> Held {
        self.held
    }

    /// A reader from the beginning.
    #[must_use]
    pub fn reader(&self) -> SpoolReader {
        SpoolReader { file: Arc::clone(&self.file), length: self.length, position: 0 }
    }

    /// The same file opened anew for reading: a child moves no position but its own.
    pub(crate) fn reopen(&self) -> io::Result<File> {
        File::open(format!("/proc/self/fd/{}", self.file.as_raw_fd()))
    }
}

/// Reads a [`Spool`].
#[derive(Debug)]
pub struct SpoolReader {
    file: Arc<File>,
    length: u64,
    position: u64,
}

impl Read for SpoolReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.position)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for SpoolReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = target.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

fn read_some(reader: &mut impl Read, block: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(block) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// Copies exactly `length` bytes to a position of the file.
fn copy(reader: &mut impl Read, file: &File, at: u64, length: u64) -> Result<(), MediaError> {
    let mut block = vec![0; BLOCK];
    let mut done = 0;
    while done < length {
        let want = usize::try_from(length - done).unwrap_or(BLOCK).min(BLOCK);
        let read = read_some(reader, &mut block[..want])?;
        if read == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        file.write_all_at(&block[..read], at + done)?;
        done += read as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn folder() -> std::path::PathBuf {
        std::env::temp_dir()
    }

    #[test]
    fn a_whole_copy_has_the_bytes_and_their_digest() {
        let bytes: Vec<u8> = (0..700_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        let spool = Spool::whole(&mut bytes.as_slice(), &folder(), 1 << 20).unwrap();
        let mut back = Vec::new();
        spool.reader().read_to_end(&mut back).unwrap();
        assert!(back == bytes && spool.length() == 700_000);
        assert_eq!(spool.held(), Held::Whole(Sha256::digest(&bytes).into()));
        let refused = Spool::whole(&mut bytes.as_slice(), &folder(), 699_999).unwrap_err();
        assert_eq!(refused, MediaError::TooLarge { bound: Bound::Copy, limit: 699_999 });
    }

    #[test]
    fn two_ends_keep_their_places_and_the_middle_is_a_hole() {
        use std::os::unix::fs::MetadataExt;
        let length = 64 << 20;
        let mut original = tempfile::tempfile().unwrap();
        original.set_len(length).unwrap();
        original.write_all_at(b"beginning", 0).unwrap();
        original.write_all_at(b"middle", 32 << 20).unwrap();
        original.write_all_at(b"end", length - 3).unwrap();
        let spool = Spool::ends(&mut original, &folder(), 4096, 4096).unwrap();
        assert_eq!((spool.length(), spool.held()), (length, Held::Ends { head: 4096, tail: 4096 }));
        let at = |position: u64, count: usize| {
            let mut reader = spool.reader();
            reader.seek(SeekFrom::Start(position)).unwrap();
            let mut bytes = vec![0; count];
            reader.read_exact(&mut bytes).unwrap();
            bytes
        };
        assert_eq!(at(0, 9), b"beginning");
        assert_eq!(at(32 << 20, 6), [0; 6]);
        assert_eq!(at(length - 3, 3), b"end");
        assert!(spool.file.metadata().unwrap().blocks() * 512 < 1 << 20);
    }

    #[test]
    fn a_short_original_is_copied_whole() {
        let mut original = Cursor::new(b"short".to_vec());
        let spool = Spool::ends(&mut original, &folder(), 100, 100).unwrap();
        assert_eq!(spool.held(), Held::Whole(Sha256::digest(b"short").into()));
        assert!(spool.reader().seek(SeekFrom::Current(-1)).is_err());
    }
}
