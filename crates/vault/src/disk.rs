//! Files that are there after a power cut: content first, then the name, then the folder.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use crate::error::{At, Error};

/// Makes a folder and those above it, for the owner alone; each new name is on disk.
pub fn make_dirs(path: &Path) -> Result<(), Error> {
    if path.is_dir() {
        return Ok(());
    }
    let above = path.parent().filter(|above| !above.as_os_str().is_empty());
    if let Some(above) = above {
        make_dirs(above)?;
    }
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        other => other.at(path)?,
    }
    above.map_or(Ok(()), sync_dir)
}

/// Writes the entries of a folder to disk.
pub fn sync_dir(path: &Path) -> Result<(), Error> {
    File::open(path).and_then(|dir| dir.sync_all()).at(path)
}

fn sync_parent(path: &Path) -> Result<(), Error> {
    path.parent().map_or(Ok(()), sync_dir)
}

/// A new file for the owner alone; an existing one is an error.
pub fn create_new(path: &Path) -> Result<File, Error> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).at(path)
}

/// Puts `parts` under `path`, in place of what was there: all of it or nothing, and on disk.
pub fn replace(path: &Path, parts: &[&[u8]]) -> Result<(), Error> {
    let fresh = path.with_extension("new");
    let written = write_synced(&fresh, parts).and_then(|()| fs::rename(&fresh, path).at(path));
    if written.is_err() {
        // What could not be written must not take space from what comes later.
        let _ = fs::remove_file(&fresh);
    }
    written?;
    sync_parent(path)
}

/// Puts `bytes` under `path` unless something is there. `false`: something was, and still is.
pub fn put_new(path: &Path, scratch: &Path, bytes: &[u8]) -> Result<bool, Error> {
    let put = write_synced(scratch, &[bytes]).and_then(|()| link_new(scratch, path));
    let _ = fs::remove_file(scratch);
    put
}

/// Gives `from` the second name `to` unless something has it. The content must be on disk.
/// `false`: something has it.
pub fn link_new(from: &Path, to: &Path) -> Result<bool, Error> {
    match fs::hard_link(from, to) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        other => {
            other.at(to)?;
            sync_parent(to)?;
            Ok(true)
        }
    }
}

fn write_synced(path: &Path, parts: &[&[u8]]) -> Result<(), Error> {
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path).at(path)?;
    for part in parts {
        file.write_all(part).at(path)?;
    }
    file.sync_all().at(path)
}

/// Overwrites a small file with zeros, then removes its name. A file that is not there is no
/// error. What a journal or a flash disk keeps besides is out of reach from here.
pub fn wipe(path: &Path) -> Result<(), Error> {
    match OpenOptions::new().write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).at(path),
        Ok(mut file) => {
            let mut left = file.metadata().at(path)?.len();
            let zeros = [0; 4096];
            while left > 0 {
                let now = left.min(zeros.len() as u64);
                // At most 4096.
                file.write_all(&zeros[..now as usize]).at(path)?;
                left -= now;
            }
            file.sync_all().at(path)?;
        }
    }
    fs::remove_file(path).at(path)?;
    sync_parent(path)
}

/// Removes a name; one that is not there is no error. `true`: it was there.
pub fn remove(path: &Path) -> Result<bool, Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        other => {
            other.at(path)?;
            sync_parent(path)?;
            Ok(true)
        }
    }
}

/// The bytes of a small file; `None` when there is none.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        other => other.at(path).map(Some),
    }
}

/// Names in a folder, sorted; a missing folder has none.
pub fn names(path: &Path) -> Result<Vec<String>, Error> {
    let entries = match fs::read_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.at(path)?,
    };
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry.at(path)?.file_name().to_string_lossy().into_owned());
    }
    names.sort_unstable();
    Ok(names)
}
