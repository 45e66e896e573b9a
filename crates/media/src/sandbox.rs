//! A foreign program on a foreign file: no shell, fixed arguments, an empty environment, limits set before it starts,
//! no network and no other processes in sight where the kernel allows that, a wall clock, and a measured answer.
//!
//! Three programs of util-linux stand before the one that is meant, each replacing itself by the next: `unshare`
//! (name spaces), `setpriv` (no new privileges), `prlimit` (limits); then, where the caller asks for that, this
//! program itself, which takes the file system from itself and becomes the other ([`Sandbox::confined`]). The
//! limits hold before the first instruction of the program, which setting them from outside after its start would
//! not give. Linux only, as the rest of operation is.

use crate::child;
use crate::error::{Bound, MediaError, shorten};
use crate::spool::Spool;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::os::fd::AsFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Where a child finds its input, whatever the file is called elsewhere: its own standard input, which can seek.
pub const INPUT: &str = "/proc/self/fd/0";

/// Where a child finds the file that it writes, where it is given one ([`Sandbox::run_into`]): its own standard output.
pub(crate) const OUTPUT: &str = "/proc/self/fd/1";

/// How soon a child is ended that nobody waits for any more.
const GLANCE: Duration = Duration::from_millis(250);

/// Bytes kept of what a child says on standard error.
const COMPLAINT: usize = 8 * 1024;

/// What a child may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Wall clock from start to end.
    pub wall: Duration,
    /// Processor time, seconds.
    pub cpu_seconds: u64,
    /// Address space, bytes.
    pub memory_bytes: u64,
    /// Largest file it may write, bytes.
    pub file_bytes: u64,
    /// Bytes it may write to standard output.
    pub output_bytes: u64,
}

impl Limits {
    /// For reading the tables of a file: 20 s, 10 s of processor, 2 GiB of address space, no file, 1 MiB of answer.
    #[must_use]
    pub const fn reading() -> Self {
        Self {
            wall: Duration::from_secs(20),
            cpu_seconds: 10,
            memory_bytes: 2 * 1024 * 1024 * 1024,
            file_bytes: 0,
            output_bytes: 1024 * 1024,
        }
    }
}

/// What a child is kept from, besides its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Isolation {
    /// It has a network of its own with nothing in it, and sees no processes but its own.
    pub namespaces: bool,
    /// It cannot gain privileges.
    pub no_new_privileges: bool,
    /// Programs with a list of places see no other files and make no connections (Landlock; [`Sandbox::confined`]).
    pub files: bool,
}

/// The way children are started on this machine.
#[derive(Debug, Clone)]
pub struct Sandbox {
    prefix: Vec<OsString>,
    prlimit: PathBuf,
    launcher: Option<PathBuf>,
    isolation: Isolation,
}

/// What a child left.
#[derive(Debug)]
pub struct Output {
    /// How it ended.
    pub status: ExitStatus,
    /// All it wrote to standard output.
    pub stdout: Vec<u8>,
    /// The beginning of what it wrote to standard error.
    pub stderr: String,
}

/// One call of a foreign program.
#[derive(Debug)]
pub struct Call<'a> {
    /// Name for messages.
    pub name: &'a str,
    /// Program, by path.
    pub program: &'a Path,
    /// Arguments.
    pub arguments: &'a [OsString],
    /// Environment besides `PATH` and `LANG`; nothing is inherited.
    pub environment: &'a BTreeMap<String, String>,
    /// Its standard input ([`INPUT`]).
    pub input: &'a Spool,
    /// Files and folders it may read besides the system's and its own folder; `None` leaves it the whole file system.
    pub readable: Option<&'a [PathBuf]>,
    /// Its limits.
    pub limits: &'a Limits,
}

impl Sandbox {
    /// Tries on this machine which isolation works, the strictest first. Starts up to three short-lived processes:
    /// call it once. Blocking.
    ///
    /// # Errors
    /// [`MediaError::NoSandbox`] when not even limits can be set.
    pub fn detect() -> Result<Self, MediaError> {
        let missing = |name: &str| MediaError::NoSandbox { reason: format!("没有 {name}") };
        let prlimit = on_path("prlimit").ok_or_else(|| missing("prlimit"))?;
        let words = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        let setpriv = on_path("setpriv").map(|path| {
            let mut prefix = vec![path.into_os_string()];
            prefix.extend(words(&["--no-new-privs", "--"]));
            prefix
        });
        let unshare = on_path("unshare").map(|path| {
            let mut prefix = vec![path.into_os_string()];
            prefix.extend(words(&["--user", "--map-current-user", "--net", "--ipc", "--pid"]));
            prefix.extend(words(&["--fork", "--kill-child=KILL", "--"]));
            prefix
        });
        let no_new_privileges = setpriv.is_some();
        let plain = setpriv.unwrap_or_default();
        let mut ways = Vec::new();
        if let Some(mut prefix) = unshare {
            prefix.extend(plain.iter().cloned());
            ways.push((prefix, Isolation { namespaces: true, no_new_privileges, files: false }));
        }
        ways.push((plain, Isolation { namespaces: false, no_new_privileges, files: false }));
        ways.push((Vec::new(), Isolation { namespaces: false, no_new_privileges: false, files: false }));
        let mut reason = String::new();
        for (prefix, isolation) in ways {
            let sandbox = Self { prefix, prlimit: prlimit.clone(), launcher: None, isolation };
            match sandbox.attempt() {
                Ok(output) if output.status.success() => return Ok(sandbox),
                Ok(output) => reason = shorten(&output.stderr),
                Err(error) => reason = error.to_string(),
            }
        }
        Err(MediaError::NoSandbox { reason })
    }

    /// Runs the program that does nothing, in every way there is.
    fn attempt(&self) -> Result<Output, MediaError> {
        self.run(&Call {
            name: "true",
            program: &find("true", None)?,
            arguments: &[],
            environment: &BTreeMap::new(),
            input: &Spool::whole(&mut std::io::empty(), &std::env::temp_dir(), 0)?,
            readable: Some(&[]),
            limits: &Limits::reading(),
        })
    }

    /// The same, and programs with a list of places are started by a launcher that takes all other files from them:
    /// a program that calls [`crate::child::run`] when started with [`crate::child::ARGUMENT`], as this one does.
    /// Where the kernel has no Landlock nothing changes, and [`Isolation::files`] says so. Blocking for a moment.
    #[must_use]
    pub fn confined(self, launcher: PathBuf) -> Self {
        let isolation = Isolation { files: true, ..self.isolation };
        let confined = Self { launcher: Some(launcher), isolation, ..self.clone() };
        if confined.attempt().is_ok_and(|output| output.status.success()) { confined } else { self }
    }

    /// What children are kept from on this machine, to be shown to who operates it.
    #[must_use]
    pub fn isolation(&self) -> Isolation {
        self.isolation
    }

    /// Runs a program to its end. Whatever happens, none of its processes is left. Blocking.
    ///
    /// # Errors
    /// [`MediaError::TimedOut`], [`MediaError::TooLarge`] (its answer), [`MediaError::Failed`] when it cannot be
    /// started. A bad end is in [`Output::status`]; see [`Output::well`].
    pub fn run(&self, call: &Call<'_>) -> Result<Output, MediaError> {
        self.start(call, Stdio::piped(), None)
    }

    /// As [`Sandbox::run`], with a file as standard output ([`OUTPUT`]), which may be jumped in and grows to
    /// [`Limits::file_bytes`]; [`Output::stdout`] is empty. It is ended soon after `stop` turns true: what works for
    /// hours is not left behind when nobody waits for it any more. Blocking.
    ///
    /// # Errors
    /// As [`Sandbox::run`].
    pub(crate) fn run_into(
        &self,
        call: &Call<'_>,
        output: &File,
        stop: &AtomicBool,
    ) -> Result<Output, MediaError> {
        self.start(call, Stdio::from(output.try_clone()?), Some(stop))
    }

    fn start(&self, call: &Call<'_>, stdout: Stdio, stop: Option<&AtomicBool>) -> Result<Output, MediaError> {
        let failed = |error: std::io::Error| MediaError::Failed {
            program: call.name.into(),
            reason: error.to_string(),
        };
        let mut command = self.command(call);
        command.stdin(Stdio::from(call.input.reopen()?)).stdout(stdout).stderr(Stdio::piped());
        let mut running = Running { child: command.spawn().map_err(failed)?, status: None };
        let stdout = running.child.stdout.take();
        let stderr =
            running.child.stderr.take().ok_or_else(|| failed(std::io::ErrorKind::BrokenPipe.into()))?;
        let (stdout, stderr) = watch(&running, stdout, stderr, (call, stop))?;
        let status = running.end().map_err(failed)?;
        Ok(Output { status, stdout, stderr: String::from_utf8_lossy(&stderr).into_owned() })
    }

    fn command(&self, call: &Call<'_>) -> Command {
        let limits = call.limits;
        let mut words = self.prefix.clone();
        words.push(self.prlimit.clone().into_os_string());
        words.push(format!("--cpu={0}:{0}", limits.cpu_seconds).into());
        words.push(format!("--as={0}:{0}", limits.memory_bytes).into());
        words.push(format!("--fsize={0}:{0}", limits.file_bytes).into());
        words.push("--nofile=256:256".into());
        words.push("--core=0:0".into());
        words.push("--".into());
        if let (Some(launcher), Some(readable)) = (&self.launcher, call.readable) {
            words.push(launcher.clone().into_os_string());
            words.extend([child::ARGUMENT, child::EXEC].map(OsString::from));
            words.extend(readable.iter().map(|place| place.clone().into_os_string()));
            words.push("--".into());
        }
        words.push(call.program.as_os_str().to_owned());
        words.extend(call.arguments.iter().cloned());
        let mut words = words.into_iter();
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).env_clear().current_dir("/").process_group(0);
        command.env("PATH", "/usr/local/bin:/usr/bin:/bin").env("LANG", "C.UTF-8").envs(call.environment);
        command
    }
}

impl Output {
    /// The answer, if the program ended well.
    ///
    /// # Errors
    /// [`MediaError::Failed`] with its code or signal and its last words.
    pub fn well(self, name: &str) -> Result<Vec<u8>, MediaError> {
        if self.status.success() {
            return Ok(self.stdout);
        }
        let how = match (self.status.code(), self.status.signal()) {
            (Some(code), _) => format!("退出码 {code}"),
            (None, Some(signal)) => format!("信号 {signal}，可能超出处理器时间或者内存"),
            (None, None) => "异常结束".to_owned(),
        };
        // Not the advice of a runtime, nor what `unshare` says when it cannot pass a signal on.
        let idle = |line: &&str| !line.starts_with("note: ") && !line.starts_with("unshare: sigprocmask");
        let said: Vec<&str> = self.stderr.lines().filter(idle).collect();
        let killed = self.stderr.contains("unshare: sigprocmask");
        let said = if killed && said.is_empty() {
            "被系统终止，可能超出处理器时间或者内存".to_owned()
        } else {
            shorten(&said.join("\n"))
        };
        let reason = if said.is_empty() { how } else { format!("{how}：{said}") };
        Err(MediaError::Failed { program: name.to_owned(), reason })
    }
}

/// A child that is ended with its whole group when this goes.
struct Running {
    child: Child,
    status: Option<ExitStatus>,
}

impl Running {
    /// Ends what is left of the group, then reaps its leader: until then its number belongs to nobody else.
    fn end(&mut self) -> std::io::Result<ExitStatus> {
        if let Some(status) = self.status {
            return Ok(status);
        }
        // A group that is already empty needs no signal.
        let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        let status = self.child.wait()?;
        self.status = Some(status);
        Ok(status)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Nothing to do about what cannot be reaped.
        let _ = self.end();
    }
}

/// What is waited for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    End,
    Answer,
    Complaint,
}

/// Reads both outputs until the child is gone, within time and size; standard output is none where it is a file.
fn watch(
    running: &Running,
    mut stdout: Option<ChildStdout>,
    mut stderr: ChildStderr,
    (call, stop): (&Call<'_>, Option<&AtomicBool>),
) -> Result<(Vec<u8>, Vec<u8>), MediaError> {
    let io = |error: rustix::io::Errno| MediaError::from(std::io::Error::from(error));
    let gone = pidfd_open(Pid::from_child(&running.child), PidfdFlags::empty()).map_err(io)?;
    let deadline = Instant::now() + call.limits.wall;
    let (mut answer, mut complaint) = (Vec::new(), Vec::new());
    let (mut answering, mut complaining, mut over) = (stdout.is_some(), true, false);
    loop {
        // After its end only what already lies in the pipes is taken: a process that got away may hold them open.
        let left = if over { Duration::ZERO } else { deadline.saturating_duration_since(Instant::now()) };
        let left = if stop.is_some() { left.min(GLANCE) } else { left };
        let timeout =
            Timespec::try_from(left).map_err(|_| MediaError::Config { reason: "时限过长".into() })?;
        // A closed pipe would be reported again and again: it is not asked any more.
        let wanted = [
            (!over, Source::End, gone.as_fd()),
            // Without a pipe nothing is asked of it: any descriptor stands in its place.
            (answering, Source::Answer, stdout.as_ref().map_or_else(|| gone.as_fd(), AsFd::as_fd)),
            (complaining, Source::Complaint, stderr.as_fd()),
        ];
        let (asked, mut polled): (Vec<Source>, Vec<PollFd<'_>>) = wanted
            .into_iter()
            .filter(|(wanted, ..)| *wanted)
            .map(|(_, from, fd)| (from, PollFd::from_borrowed_fd(fd, PollFlags::IN)))
            .unzip();
        let ready = match poll(&mut polled, Some(&timeout)) {
            Err(rustix::io::Errno::INTR) => continue,
            other => other.map_err(io)?,
        };
        if stop.is_some_and(|it| it.load(Ordering::Relaxed)) {
            let reason = "没有人等待结果，已经停止".to_owned();
            return Err(MediaError::Failed { program: call.name.to_owned(), reason });
        }
        let is =
            |source| asked.iter().zip(&polled).any(|(from, fd)| *from == source && !fd.revents().is_empty());
        let (ended, told, complained) = (is(Source::End), is(Source::Answer), is(Source::Complaint));
        if told && let Some(pipe) = &mut stdout {
            answering = take(pipe, &mut answer, usize::MAX)?;
            if answer.len() as u64 > call.limits.output_bytes {
                let limit = call.limits.output_bytes;
                return Err(MediaError::TooLarge { bound: Bound::Answer, limit });
            }
        }
        if complained {
            complaining = take(&mut stderr, &mut complaint, COMPLAINT)?;
        }
        let late = Instant::now() >= deadline;
        if over && (late || (!told && !complained)) {
            return Ok((answer, complaint));
        }
        over |= ended;
        // A child that keeps talking does not stop the clock.
        if !over && (late || (ready == 0 && stop.is_none())) {
            let millis = u64::try_from(call.limits.wall.as_millis()).unwrap_or(u64::MAX);
            return Err(MediaError::TimedOut { program: call.name.to_owned(), millis });
        }
    }
}

/// One read from a pipe that has something; keeps up to `keep` bytes in all. False at its end.
fn take(pipe: &mut impl Read, kept: &mut Vec<u8>, keep: usize) -> Result<bool, MediaError> {
    let mut block = [0; 64 * 1024];
    let read = match pipe.read(&mut block) {
        Err(error) if error.kind() == std::io::ErrorKind::Interrupted => return Ok(true),
        other => other?,
    };
    kept.extend_from_slice(&block[..read.min(keep.saturating_sub(kept.len()))]);
    Ok(read > 0)
}

/// A program of that name on the path.
pub(crate) fn on_path(name: impl AsRef<OsStr>) -> Option<PathBuf> {
    let name = Path::new(name.as_ref());
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// The configured program, or the one on the path.
pub(crate) fn find(name: &str, configured: Option<&Path>) -> Result<PathBuf, MediaError> {
    let found = match configured {
        Some(path) => path.is_file().then(|| path.to_path_buf()),
        None => on_path(name),
    };
    found.ok_or_else(|| MediaError::NotPresent { program: name.to_owned() })
}
