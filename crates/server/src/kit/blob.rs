//! Files by content: stored once under their SHA-256, verified when read.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use mingjing_domain::matter::MatterId;
use sha2::{Digest, Sha256};

/// Why a file cannot be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The file system failed.
    #[error("文件 {name} 读写失败：{error}")]
    Io {
        /// Digest of the file.
        name: String,
        /// Cause.
        error: std::io::Error,
    },
    /// The bytes are not those that were stored.
    #[error("文件 {0} 的内容已被改动")]
    Altered(String),
}

/// Stored files, one folder a matter so that erasure finds them.
#[derive(Clone, Debug)]
pub struct Blobs(PathBuf);

impl Blobs {
    /// Files below `folder`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }

    fn path(&self, matter: MatterId, digest: &[u8; 32]) -> PathBuf {
        self.0.join(matter.to_string()).join(hex::encode(digest))
    }

    /// Stores bytes durably; storing them again is harmless. Gives their SHA-256.
    ///
    /// # Errors
    /// When the file system fails; nothing is visible then.
    pub fn put(&self, matter: MatterId, bytes: &[u8]) -> Result<[u8; 32], BlobError> {
        let digest: [u8; 32] = Sha256::digest(bytes).into();
        let path = self.path(matter, &digest);
        write_new(&path, bytes).map_err(|error| BlobError::Io { name: hex::encode(digest), error })?;
        Ok(digest)
    }

    /// Reads bytes back and checks them.
    ///
    /// # Errors
    /// When the file is absent or altered.
    pub fn get(&self, matter: MatterId, digest: &[u8; 32]) -> Result<Vec<u8>, BlobError> {
        let name = hex::encode(digest);
        let bytes = std::fs::read(self.path(matter, digest))
            .map_err(|error| BlobError::Io { name: name.clone(), error })?;
        if Sha256::digest(&bytes).as_slice() == digest { Ok(bytes) } else { Err(BlobError::Altered(name)) }
    }

    /// Removes all files of a matter; absent ones are no error.
    ///
    /// # Errors
    /// When the file system fails.
    pub fn erase(&self, matter: MatterId) -> Result<(), BlobError> {
        match std::fs::remove_dir_all(self.0.join(matter.to_string())) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(BlobError::Io { name: matter.to_string(), error }),
        }
    }
}

/// Writes a file that appears whole or not at all, and survives a power cut.
///
/// # Errors
/// When the file system fails.
pub fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|it| it.error)?;
    std::fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_altered_file_is_not_served() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::new(dir.path());
        let matter = MatterId(uuid::Uuid::from_u128(1));
        let digest = blobs.put(matter, b"abc").unwrap();
        assert_eq!(blobs.get(matter, &digest).unwrap(), b"abc");
        std::fs::write(blobs.path(matter, &digest), b"abd").unwrap();
        assert!(matches!(blobs.get(matter, &digest), Err(BlobError::Altered(_))));
        blobs.erase(matter).unwrap();
        blobs.erase(matter).unwrap();
        assert!(matches!(blobs.get(matter, &digest), Err(BlobError::Io { .. })));
    }
}
