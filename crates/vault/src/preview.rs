//! Small pictures made of evidence: derived, kept only to find a piece again.
//!
//! A preview is sealed under the data key of its piece, so it cannot outlive it: when the key
//! record is destroyed, what is left of the preview is noise, and its file goes with it. It lies
//! on the server's own disk, outside the objects; no scrub and no backup knows of it, and it can
//! be made anew from the piece.
//!
//! ```text
//! previews/ab/cd/<root>   nonce (12) ‖ ciphertext ‖ tag (16)
//! AAD = "mingjing/vault/preview/1" ‖ root ‖ salt of the object
//! ```

use std::path::{Path, PathBuf};

use crate::disk;
use crate::error::{Damage, Error};
use crate::objects::to_the_end;
use crate::record::KeyRecord;
use crate::seal::Key;
use crate::vault::{Inner, Vault};

/// Most bytes of a preview.
pub const MAX_PREVIEW: u64 = 1 << 20;

fn path(folder: &Path, root: &[u8; 32]) -> PathBuf {
    let root = hex::encode(root);
    folder.join("previews").join(&root[..2]).join(&root[2..4]).join(&root)
}

/// A preview opens only as that of this object.
fn aad(record: &KeyRecord) -> Vec<u8> {
    let mut aad = b"mingjing/vault/preview/1".to_vec();
    aad.extend_from_slice(&record.identity.root.sha256);
    aad.extend_from_slice(record.salt.as_bytes());
    aad
}

fn data_key(vault: &Inner, root: &[u8; 32]) -> Result<Option<(KeyRecord, Key)>, Error> {
    let Some(record) = vault.records.find(root)? else { return Ok(None) };
    let key = record.open(&vault.keys).map_err(|damage: Damage| Error::damaged(root, damage))?;
    Ok(Some((record, key)))
}

/// Removes the preview of a piece; none is no error.
pub(crate) fn remove(folder: &Path, root: &[u8; 32]) -> Result<(), Error> {
    disk::remove(&path(folder, root)).map(|_| ())
}

impl Vault {
    /// Keeps a preview of a piece, in place of an earlier one.
    ///
    /// # Errors
    /// [`Error::NoObject`] or [`Error::Destroyed`] when there is no such piece,
    /// [`Error::TooLarge`] beyond [`MAX_PREVIEW`]; failures of the disk.
    pub async fn keep_preview(&self, root: &[u8; 32], bytes: Vec<u8>) -> Result<(), Error> {
        if bytes.len() as u64 > MAX_PREVIEW {
            return Err(Error::TooLarge { limit: MAX_PREVIEW });
        }
        let (this, root) = (self.clone(), *root);
        to_the_end(async move {
            // A destruction waits until it is there, and takes it along.
            let _one = this.0.locks.record(&root).await;
            this.record(root).await?;
            this.run(move |vault| {
                let (record, key) = data_key(vault, &root)?.ok_or(Error::NoObject)?;
                let mut sealed = Vec::new();
                key.seal(&aad(&record), &bytes, &mut sealed);
                let path = path(&vault.root, &root);
                path.parent().map_or(Ok(()), disk::make_dirs)?;
                disk::replace(&path, &[&sealed])
            })
            .await
        })
        .await
    }

    /// The preview of a piece; none when there is none, the piece is gone, or what lies there is
    /// not what was kept: it can be made anew.
    ///
    /// # Errors
    /// [`Error::Damaged`] when the key record cannot be used; failures of the disk.
    pub async fn preview(&self, root: &[u8; 32]) -> Result<Option<Vec<u8>>, Error> {
        let root = *root;
        self.run(move |vault| {
            let Some(mut sealed) = disk::read(&path(&vault.root, &root))? else { return Ok(None) };
            let Some((record, key)) = data_key(vault, &root)? else { return Ok(None) };
            Ok(key.open(&aad(&record), &mut sealed).ok().map(<[u8]>::to_vec))
        })
        .await
    }

    /// Whether there is a preview of a piece, without opening it.
    ///
    /// # Errors
    /// [`Error::Aborted`] when the program ends meanwhile.
    pub async fn has_preview(&self, root: &[u8; 32]) -> Result<bool, Error> {
        let root = *root;
        self.run(move |vault| Ok(path(&vault.root, &root).is_file())).await
    }
}
