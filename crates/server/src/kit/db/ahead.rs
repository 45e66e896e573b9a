//! Reads the file of a database ahead, from its beginning to its end.
//!
//! Who looks at everything looks in the order of matters, and what belongs to one
//! matter lies all over the file: each look at a page that is not in memory waits for
//! the disk. Read in the order in which it lies, the same file comes several times
//! faster. It goes no further than the system's own cache, which gives it up again
//! when memory is wanted elsewhere.

use std::fs::File;
use std::io;
use std::num::NonZeroU64;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use rustix::fs::{Advice, fadvise};

use crate::kit::clock::lock;

/// Bytes asked for at a time: enough to keep a disk busy, little enough that others
/// who wait for it come between.
const STEP: u64 = 8 << 20;
/// Memory that is left to everything else, in bytes.
const SPARE: u64 = 512 << 20;

/// Files that were read ahead. They stay open: closing one gives up all locks that
/// this process holds on the file, the database's own among them.
static OPENED: Mutex<Vec<(PathBuf, Arc<File>)>> = Mutex::new(Vec::new());

/// A reading under way; dropped, it ends soon.
pub struct Ahead(Arc<AtomicBool>);

impl Drop for Ahead {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Begins to read a file ahead on a thread of its own; nothing where it would not stay
/// in memory until it is looked at, or cannot be read this way. It is a help only.
pub(super) fn begin(path: &Path) -> Option<Ahead> {
    let file = opened(path).ok()?;
    let length = file.metadata().ok()?.len();
    let memory = std::fs::read_to_string("/proc/meminfo").ok()?;
    if !stays(length, &memory) {
        return None;
    }
    let stop = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&stop);
    let work = move || {
        if let Err(error) = read(&file, length, &told) {
            tracing::debug!(%error, "reading ahead ended early");
        }
    };
    std::thread::Builder::new().name("read-ahead".to_owned()).spawn(work).ok()?;
    Some(Ahead(stop))
}

fn opened(path: &Path) -> io::Result<Arc<File>> {
    let mut all = lock(&OPENED);
    if let Some((_, file)) = all.iter().find(|it| it.0 == path) {
        return Ok(Arc::clone(file));
    }
    let file = Arc::new(File::open(path)?);
    all.push((path.to_path_buf(), Arc::clone(&file)));
    Ok(file)
}

/// Whether a file of this length stays in memory beside everything else, by the
/// system's own account.
fn stays(length: u64, memory: &str) -> bool {
    let line = memory.lines().find_map(|it| it.strip_prefix("MemAvailable:"));
    let free: Option<u64> = line.and_then(|it| it.trim().strip_suffix(" kB")?.parse().ok());
    free.is_some_and(|kib| length.saturating_add(SPARE) <= kib.saturating_mul(1024))
}

/// Asks for one step after the other and waits for the end of each, so that no more
/// than two are under way. Gives the bytes that were read.
fn read(file: &File, length: u64, stop: &AtomicBool) -> io::Result<u64> {
    let ask = |from: u64| fadvise(file, from, NonZeroU64::new(STEP), Advice::WillNeed);
    let mut from = 0;
    ask(from)?;
    while from < length && !stop.load(Ordering::Relaxed) {
        let next = (from + STEP).min(length);
        if next < length {
            ask(next)?;
        }
        file.read_exact_at(&mut [0], next - 1)?;
        from = next;
    }
    Ok(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_to_its_end_or_until_told() {
        let dir = tempfile::tempdir().expect("folder");
        let path = dir.path().join("it");
        for length in [0, 1, STEP, STEP + 1, 3 * STEP - 1] {
            let file = File::create(&path).and_then(|it| it.set_len(length)).and_then(|()| File::open(&path));
            let file = file.expect("file");
            assert_eq!(read(&file, length, &AtomicBool::new(false)).ok(), Some(length));
            assert_eq!(read(&file, length, &AtomicBool::new(true)).ok(), Some(0));
        }
        // A file that is shorter than it was ends the reading, no more.
        let file = File::open(&path).expect("file");
        assert!(read(&file, 9 * STEP, &AtomicBool::new(false)).is_err());
        assert!(begin(&path).is_some());
        assert!(begin(&dir.path().join("none")).is_none());
    }

    #[test]
    fn what_does_not_stay_in_memory_is_not_read() {
        let memory = "MemTotal:       24000000 kB\nMemFree:  10 kB\nMemAvailable:   1000000 kB\n";
        assert!(stays(1_000_000 * 1024 - SPARE, memory));
        assert!(!stays(1_000_000 * 1024 - SPARE + 1, memory));
        assert!(!stays(u64::MAX, memory));
        assert!(!stays(0, "MemAvailable: many\n"));
        assert!(!stays(0, ""));
    }
}
