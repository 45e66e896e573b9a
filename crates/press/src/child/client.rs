//! The parent's side: warm workers, a time limit, and a fresh worker after so many jobs.

use super::{ARGUMENT, Laid, MAGIC, REQUEST_LIMIT, read_answer, write_block};
use crate::error::PressError;
use crate::fonts::FONTS_DIR_VARIABLE;
use crate::job::{Job, Overlay, Rendered};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

type Answer = io::Result<Result<Rendered, PressError>>;

/// How a [`Client`] runs its workers.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// Program to start with the argument `press`.
    pub program: PathBuf,
    /// Folder with the organ's own fonts.
    pub fonts_dir: Option<PathBuf>,
    /// Time for one job, the start of a fresh worker included.
    pub timeout: Duration,
    /// Jobs after which a worker is replaced, which bounds its memory.
    pub jobs_per_worker: u32,
    /// Workers at the same time; further callers wait.
    pub workers: usize,
}

impl ClientConfig {
    /// Two workers of this very program, 30 s a job, replaced after 200 jobs.
    ///
    /// # Errors
    /// [`PressError::Child`] if the path of the running program is unknown.
    pub fn current_program() -> Result<Self, PressError> {
        let program =
            std::env::current_exe().map_err(|error| PressError::Child { reason: error.to_string() })?;
        Ok(Self {
            program,
            fonts_dir: None,
            timeout: Duration::from_secs(30),
            jobs_per_worker: 200,
            workers: 2,
        })
    }
}

/// Makes documents in child processes. Blocking: call it where blocking is allowed.
pub struct Client {
    config: ClientConfig,
    pool: Mutex<Pool>,
    returned: Condvar,
}

#[derive(Default)]
struct Pool {
    idle: Vec<Worker>,
    busy: usize,
}

/// Gives the place back when a call ends, however it ends.
struct Place<'a>(&'a Client);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.pool().busy -= 1;
        self.0.returned.notify_one();
    }
}

impl Client {
    /// A client without running workers; the first job starts one.
    #[must_use]
    pub fn new(config: ClientConfig) -> Self {
        Self { config, pool: Mutex::default(), returned: Condvar::new() }
    }

    /// Makes one document in a worker.
    ///
    /// A worker that ran into the limit, died or answered nonsense is ended and not used again; an error of
    /// the job itself leaves it in service. One that died while idle is replaced unnoticed.
    ///
    /// # Errors
    /// Any [`PressError`]; [`PressError::Timeout`] and [`PressError::Child`] are about the process.
    pub fn render(&self, job: &Job) -> Result<Rendered, PressError> {
        self.ask(serde_json::to_vec(job))
    }

    /// Makes a copy for reading in a worker, as [`Client::render`] makes a document.
    ///
    /// # Errors
    /// As [`Client::render`].
    pub fn overlay(&self, job: Overlay) -> Result<Rendered, PressError> {
        self.ask(serde_json::to_vec(&Laid { overlay: job }))
    }

    fn ask(&self, request: serde_json::Result<Vec<u8>>) -> Result<Rendered, PressError> {
        let request = request.map_err(|error| PressError::BadJob { reason: error.to_string() })?;
        if request.len() > REQUEST_LIMIT as usize {
            return Err(PressError::BadJob { reason: format!("请求超过 {REQUEST_LIMIT} 字节") });
        }
        let (idle, _place) = self.take_place();
        let deadline = Instant::now() + self.config.timeout;
        let idle = idle.and_then(|mut worker| worker.is_alive().then_some(worker));
        let (worker, answer) =
            match idle.map(|worker| worker.ask(request.clone(), deadline, self.config.timeout)) {
                Some(Ok(answered)) => answered,
                // It may have died this very moment; making a document changes nothing, so it can be asked again.
                Some(Err(PressError::Child { .. })) | None => {
                    Worker::start(&self.config)?.ask(request, deadline, self.config.timeout)?
                }
                Some(Err(error)) => return Err(error),
            };
        if worker.served < self.config.jobs_per_worker {
            self.pool().idle.push(worker);
        }
        answer
    }

    /// Process ids of the idle workers, for metrics of their memory.
    #[must_use]
    pub fn idle_workers(&self) -> Vec<u32> {
        self.pool().idle.iter().map(|worker| worker.child.id()).collect()
    }

    fn take_place(&self) -> (Option<Worker>, Place<'_>) {
        let mut pool = self.pool();
        while pool.busy >= self.config.workers.max(1) {
            pool = self.returned.wait(pool).unwrap_or_else(PoisonError::into_inner);
        }
        pool.busy += 1;
        (pool.idle.pop(), Place(self))
    }

    /// The pool is only ever changed in single steps, so a panic elsewhere leaves it usable.
    fn pool(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One child process with a thread for each of its pipes, so that a child that neither reads nor
/// writes can be given up.
struct Worker {
    child: Child,
    requests: Sender<Vec<u8>>,
    answers: Receiver<Answer>,
    served: u32,
}

impl Worker {
    fn start(config: &ClientConfig) -> Result<Self, PressError> {
        let failed = |error: io::Error| PressError::Child { reason: error.to_string() };
        let mut command = Command::new(&config.program);
        command.arg(ARGUMENT).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        if let Some(dir) = &config.fonts_dir {
            command.env(FONTS_DIR_VARIABLE, dir);
        }
        let mut child = command.spawn().map_err(failed)?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let Some((input, output)) = pipes else {
            return Err(PressError::Child { reason: "子进程没有输入输出管道".to_owned() });
        };
        let (sender, answers) = channel();
        let (requests, receiver) = channel();
        let worker = Self { child, requests, answers, served: 0 };
        let named = |name: &str| std::thread::Builder::new().name(name.to_owned());
        named("press-requests").spawn(move || write_requests(input, &receiver)).map_err(failed)?;
        named("press-answers").spawn(move || read_answers(output, &sender)).map_err(failed)?;
        Ok(worker)
    }

    fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Gives the worker back with its answer; if it must not be used again, it is ended and an error returned.
    fn ask(
        mut self,
        request: Vec<u8>,
        deadline: Instant,
        limit: Duration,
    ) -> Result<(Self, Result<Rendered, PressError>), PressError> {
        self.served += 1;
        let gone = || PressError::Child { reason: "子进程已退出".to_owned() };
        self.requests.send(request).map_err(|_| gone())?;
        match self.answers.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(Ok(answer)) => Ok((self, answer)),
            Ok(Err(error)) => Err(PressError::Child { reason: error.to_string() }),
            Err(RecvTimeoutError::Timeout) => {
                Err(PressError::Timeout { millis: u64::try_from(limit.as_millis()).unwrap_or(u64::MAX) })
            }
            Err(RecvTimeoutError::Disconnected) => Err(gone()),
        }
    }
}

/// Ends with the worker, or when the child no longer reads; then the answers end too and tell the caller.
fn write_requests(input: ChildStdin, requests: &Receiver<Vec<u8>>) {
    let mut input = BufWriter::new(input);
    let mut started = input.write_all(MAGIC);
    while let (Ok(()), Ok(request)) = (&started, requests.recv()) {
        started = write_block(&mut input, &request).and_then(|()| input.flush());
    }
}

fn read_answers(output: ChildStdout, answers: &Sender<Answer>) {
    let mut output = BufReader::new(output);
    loop {
        let answer = read_answer(&mut output);
        let last = answer.is_err();
        if answers.send(answer).is_err() || last {
            break;
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // The process may be gone already; either way it must be reaped.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
