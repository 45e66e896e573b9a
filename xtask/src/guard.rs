//! Stops and removes what a run has started, however the run ends.
//!
//! A small shell waits on a pipe. When this process closes the pipe, or dies
//! in any way (Ctrl-C, kill, panic), it stops every process that carries the
//! run's mark in its environment, stops the run's PostgreSQL, and removes the
//! run's folder. The ordinary end takes the same path.

use crate::Fail;
use std::cell::RefCell;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Environment variable that marks what belongs to a run.
const MARK: &str = "MINGJING_XTASK_RUN";

/// `$1` the mark, `$2` the folder.
const SCRIPT: &str = r#"
trap '' INT TERM HUP PIPE
cat >/dev/null
marked() { grep -lzxF -e "$1" /proc/[0-9]*/environ 2>/dev/null | tr -cd '0-9\n'; }
alive() { [ -n "$(marked "$1")" ] || { [ -n "$server" ] && kill -0 "$server" 2>/dev/null; }; }
server=$(head -n 1 "$2/postgres/data/postmaster.pid" 2>/dev/null)
[ -n "$server" ] && kill -s QUIT "$server" 2>/dev/null
for signal in TERM KILL; do
  alive "$1" || break
  kill -s $signal $(marked "$1") 2>/dev/null
  [ $signal = KILL ] && [ -n "$server" ] && kill -s KILL "$server" 2>/dev/null
  n=0
  while alive "$1" && [ $n -lt 50 ]; do sleep 0.1; n=$((n + 1)); done
done
rm -rf -- "$2"
"#;

/// A run: its folder, its mark, and the shell that cleans up after it.
pub struct Guard {
    shell: Child,
    services: RefCell<Vec<Child>>,
    mark: String,
    /// Folder of the run, gone when the run is over.
    pub folder: PathBuf,
}

impl Guard {
    /// Opens a run.
    ///
    /// # Errors
    /// When the folder or the shell cannot be made.
    pub fn open() -> Result<Self, Fail> {
        let mark = random_hex(8)?;
        let folder = std::env::temp_dir().join(format!("mingjing-run-{mark}"));
        std::fs::create_dir(&folder).map_err(|e| format!("建立 {}：{e}", folder.display()))?;
        let shell = Command::new("sh")
            .args(["-c", SCRIPT, "sh", &format!("{MARK}={mark}")])
            .arg(&folder)
            .env_remove(MARK)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            // Its own group: Ctrl-C at the terminal must not reach it.
            .process_group(0)
            .spawn();
        match shell {
            Ok(shell) => Ok(Self { shell, services: RefCell::default(), mark, folder }),
            Err(e) => {
                let _ = std::fs::remove_dir(&folder);
                Err(format!("无法启动 sh：{e}"))
            }
        }
    }

    /// Marks a command as belonging to the run.
    pub fn mark<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.env(MARK, &self.mark)
    }

    /// Keeps a service of the run, to be waited for after it was stopped.
    pub fn keep(&self, service: Child) {
        self.services.borrow_mut().push(service);
    }

    /// A new folder inside the run's folder.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn subfolder(&self, name: &str) -> Result<PathBuf, Fail> {
        let folder = self.folder.join(name);
        std::fs::create_dir(&folder).map_err(|e| format!("建立 {}：{e}", folder.display()))?;
        Ok(folder)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        // Nothing to do about what cannot be waited for.
        let _ = self.shell.wait();
        for service in self.services.get_mut() {
            let _ = service.wait();
        }
    }
}

/// `bytes` random bytes in hex, from the system.
///
/// # Errors
/// When the system gives none.
pub fn random_hex(bytes: usize) -> Result<String, Fail> {
    let mut buffer = vec![0; bytes];
    std::fs::File::open(Path::new("/dev/urandom"))
        .and_then(|mut f| f.read_exact(&mut buffer))
        .map_err(|e| format!("/dev/urandom：{e}"))?;
    Ok(buffer.iter().map(|b| format!("{b:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::Guard;
    use std::process::{Command, Stdio};

    #[test]
    fn the_end_of_a_run_stops_its_processes_and_removes_its_folder() {
        let guard = Guard::open().unwrap();
        let folder = guard.subfolder("inner").unwrap();
        let mut ours = guard.mark(Command::new("cat").stdin(Stdio::piped())).spawn().unwrap();
        let mut other = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        assert!(folder.is_dir());
        drop(guard);
        let status = ours.wait().unwrap();
        assert!(!status.success(), "stopped by a signal: {status}");
        assert!(!folder.exists());
        assert!(other.try_wait().unwrap().is_none(), "a process without the mark lives on");
        drop(other.stdin.take());
        assert!(other.wait().unwrap().success());
    }
}
