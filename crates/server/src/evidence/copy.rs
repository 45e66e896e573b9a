//! What a backup takes of the evidence store, and what a restore brings back.
//!
//! Objects are noise without their key records, and key records without the master keys. So
//! they are copied apart: objects and tombstones into the backup, key records only into a
//! folder that the operator names, the master keys never.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use super::config::EvidenceConfig;
use super::destroy::read_list;
use crate::kit::config::Config;
use crate::ops::OpsError;

/// What was copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Objects.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Key records; none when no folder was named for them.
    pub keys: Option<u64>,
}

impl Copied {
    /// For the operator.
    pub fn words(&self) -> String {
        let keys = match self.keys {
            Some(keys) => format!("密钥记录 {keys} 份"),
            None => "密钥记录没有给出文件夹（--evidence-keys），没有复制".to_owned(),
        };
        format!("证据库：{} 份，{} 字节；{keys}", self.objects, self.bytes)
    }
}

/// Copies objects and tombstones into `folder/evidence`, key records into `keys`. Objects that
/// lie in a bucket are the bucket's to keep.
///
/// # Errors
/// When a file cannot be read or written, or the keys would lie in the backup.
pub fn backup(
    config: &Config,
    own: &EvidenceConfig,
    folder: &Path,
    keys: Option<&Path>,
) -> Result<Copied, OpsError> {
    let (from, to) = (own.folder(config), folder.join("evidence"));
    if let Some(keys) = keys
        && absolute(keys).starts_with(absolute(folder))
    {
        return Err(OpsError::Refused("证据密钥记录不能放在备份文件夹之内，请另选一处".to_owned()));
    }
    let mut copied = Copied::default();
    // Key records first: an object is put before its record, so each copied record has its object.
    if let Some(keys) = keys {
        copied.keys = Some(tree(&from.join("keys"), keys, &BTreeSet::new())?.0);
    }
    tree(&from.join("destroyed"), &to.join("destroyed"), &BTreeSet::new())?;
    (copied.objects, copied.bytes) = tree(&from.join("objects"), &to.join("objects"), &BTreeSet::new())?;
    Ok(copied)
}

/// Brings objects, tombstones and, from `keys`, key records back; what was destroyed since, by
/// the list outside, stays away.
///
/// # Errors
/// When the store is not empty, or a file cannot be read or written.
pub fn restore(
    config: &Config,
    own: &EvidenceConfig,
    folder: &Path,
    keys: Option<&Path>,
) -> Result<Copied, OpsError> {
    let (from, to) = (folder.join("evidence"), own.folder(config));
    if super::config::holds_evidence(&to) {
        return Err(OpsError::Refused(format!("证据库 {} 不是空的", to.display())));
    }
    let gone: BTreeSet<String> =
        read_list(&super::destroy::list_file(config))?.into_iter().map(|it| it.root).collect();
    let mut copied = Copied::default();
    tree(&from.join("destroyed"), &to.join("destroyed"), &BTreeSet::new())?;
    (copied.objects, copied.bytes) = tree(&from.join("objects"), &to.join("objects"), &gone)?;
    if let Some(keys) = keys {
        copied.keys = Some(tree(keys, &to.join("keys"), &gone)?.0);
    }
    Ok(copied)
}

fn absolute(path: &Path) -> std::path::PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Copies files below `from`, except those whose name begins with a root in `gone`. Gives their
/// number and bytes.
fn tree(from: &Path, to: &Path, gone: &BTreeSet<String>) -> Result<(u64, u64), OpsError> {
    let entries = match fs::read_dir(from) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok((0, 0)),
        other => other.map_err(|e| OpsError::io(from, e))?,
    };
    let (mut count, mut bytes) = (0, 0);
    for entry in entries {
        let path = entry.map_err(|e| OpsError::io(from, e))?.path();
        let name = path.file_name().unwrap_or_default();
        let target = to.join(name);
        if path.is_dir() {
            let (more, length) = tree(&path, &target, gone)?;
            (count, bytes) = (count + more, bytes + length);
            continue;
        }
        let shown = name.to_string_lossy();
        let root = shown.get(..64).unwrap_or(&shown);
        // A name without its end is still being written.
        let unfinished = shown.ends_with(".new");
        if gone.contains(root) || unfinished {
            continue;
        }
        // A piece may be destroyed while the copy is made.
        if let Some(length) = one(&path, &target)? {
            (count, bytes) = (count + 1, bytes + length);
        }
    }
    Ok((count, bytes))
}

/// Copies one file in pieces and to disk; none when it is no longer there.
fn one(from: &Path, to: &Path) -> Result<Option<u64>, OpsError> {
    let mut source = match fs::File::open(from) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(|e| OpsError::io(from, e))?,
    };
    let folder = to.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|e| OpsError::io(folder, e))?;
    let io = |e| OpsError::io(to, e);
    let mut fresh = tempfile::NamedTempFile::new_in(folder).map_err(io)?;
    let length = std::io::copy(&mut source, &mut fresh).map_err(io)?;
    fresh.flush().and_then(|()| fresh.as_file().sync_all()).map_err(io)?;
    fresh.persist_noclobber(to).map_err(|e| io(e.error))?;
    Ok(Some(length))
}
