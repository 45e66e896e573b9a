//! The program under measure and a connection to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::{Figure, fail};
use crate::kit::config::Config;
use crate::ops::OpsError;

/// Requests before the measured ones.
pub const WARM: u32 = 100;
/// Longest wait for the program to be ready.
const READY: Duration = Duration::from_secs(60);
/// Longest wait for it to come to rest.
const SETTLED: Duration = Duration::from_secs(600);
/// Seconds without work in a row that count as rest.
const QUIET_SECONDS: u32 = 3;
/// CPU milliseconds in a second that a program at rest may take.
const REST_MS: f64 = 50.0;
/// Bytes read at a time: what a client of large files would.
const READ_AT_ONCE: usize = 256 << 10;
/// Kernel ticks in a second, as `/proc` counts CPU time (USER_HZ is 100 on Linux).
const TICKS: f64 = 100.0;

/// User and system time of a process so far, in milliseconds.
pub fn cpu_ms(process: u32) -> Result<f64, OpsError> {
    let path = format!("/proc/{process}/stat");
    let text = std::fs::read_to_string(&path).map_err(|e| OpsError::io(Path::new(&path), e))?;
    // After the name in brackets: field 14 and 15 of the whole line.
    let rest = text.rsplit(')').next().unwrap_or("");
    let ticks: f64 = rest.split_whitespace().skip(11).take(2).filter_map(|it| it.parse::<f64>().ok()).sum();
    Ok(ticks * 1_000.0 / TICKS)
}

/// Resident memory of a process, in MiB.
fn memory_mib(process: u32) -> Result<f64, OpsError> {
    let path = format!("/proc/{process}/status");
    let text = std::fs::read_to_string(&path).map_err(|e| OpsError::io(Path::new(&path), e))?;
    let line = text.lines().find_map(|it| it.strip_prefix("VmRSS:"));
    let kib = line.and_then(|it| it.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kib.map(|it| it / 1_024.0).ok_or_else(|| fail("内核没有给出内存数"))
}

/// The program under measure, in a process of its own.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    pub ready_ms: f64,
}

impl Server {
    pub fn start(config: &Config) -> Result<Self, OpsError> {
        let address = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).map_err(fail)?;
        let program = std::env::current_exe().map_err(fail)?;
        let mut command = Command::new(program);
        command.arg("serve").arg("--data").arg(&config.data).arg("--listen").arg(address.to_string());
        command.arg("--keys").arg(config.key_folder());
        if let Some(database) = &config.database {
            command.arg("--database").arg(database);
        }
        let began = Instant::now();
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().map_err(fail)?;
        let mut server = Self { child, address, ready_ms: 0.0 };
        while began.elapsed() < READY {
            if server.ready() {
                server.ready_ms = began.elapsed().as_secs_f64() * 1_000.0;
                return Ok(server);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Err(fail("程序没有就绪"))
    }

    fn ready(&self) -> bool {
        let request = "GET /readyz HTTP/1.1\r\nHost: bench\r\n\r\n";
        Connection::open(self.address).and_then(|mut it| it.ask(request)).is_ok_and(|status| status == 200)
    }

    /// Waits until what the program does at its start is done: it walks the whole log
    /// in the background, and that is no part of a request.
    pub fn settle(&self) -> Result<(), OpsError> {
        let began = Instant::now();
        let mut before = cpu_ms(self.child.id())?;
        let mut quiet = 0;
        while quiet < QUIET_SECONDS && began.elapsed() < SETTLED {
            std::thread::sleep(Duration::from_secs(1));
            let now = cpu_ms(self.child.id())?;
            quiet = if now - before > REST_MS { 0 } else { quiet + 1 };
            before = now;
        }
        Ok(())
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Watches its memory until told to stop.
    pub fn watch_memory(&self) -> Result<Watch, OpsError> {
        let stop = Arc::new(AtomicBool::new(false));
        let (told, process) = (Arc::clone(&stop), self.child.id());
        let mut most = memory_mib(process)?;
        let thread = std::thread::spawn(move || {
            while !told.load(Ordering::Relaxed) {
                most = memory_mib(process).map_or(f64::NAN, |it| it.max(most));
                std::thread::sleep(Duration::from_millis(5));
            }
            most
        });
        Ok(Watch { stop, thread })
    }

    pub fn memory_mib(&self) -> Result<f64, OpsError> {
        memory_mib(self.child.id())
    }

    pub fn measure(
        &mut self,
        name: &str,
        bar: Option<f64>,
        request: &dyn Fn(u32) -> String,
        times: u32,
    ) -> Result<Figure, OpsError> {
        let mut connection = Connection::open(self.address).map_err(fail)?;
        for n in 0..WARM {
            let status = connection.ask(&request(n)).map_err(fail)?;
            if !(200..300).contains(&status) {
                return Ok(Figure {
                    name: name.to_owned(),
                    value: f64::NAN,
                    bar,
                    unit: "ms CPU",
                    note: format!("状态 {status}"),
                });
            }
        }
        let before = cpu_ms(self.child.id())?;
        let mut times_us = Vec::with_capacity(times as usize);
        let mut failed = 0_u32;
        for n in 0..times {
            let began = Instant::now();
            let status = connection.ask(&request(WARM + n)).map_err(fail)?;
            times_us.push(began.elapsed().as_micros());
            failed += u32::from(!(200..300).contains(&status));
        }
        if failed > 0 {
            let note = format!("{failed} 次没有成功");
            return Ok(Figure { name: name.to_owned(), value: f64::NAN, bar, unit: "ms CPU", note });
        }
        let value = (cpu_ms(self.child.id())? - before) / f64::from(times.max(1));
        times_us.sort_unstable();
        let at = |share: usize| times_us.get(times_us.len() * share / 100).copied().unwrap_or(0);
        let note = format!("p50 {} µs，p99 {} µs，{times} 次", at(50), at(99));
        Ok(Figure { name: name.to_owned(), value, bar, unit: "ms CPU", note })
    }

    pub fn stop(&mut self) {
        // A server that has ended already is stopped as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Watches the memory of a program.
pub struct Watch {
    stop: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<f64>,
}

impl Watch {
    /// Ends; gives the most that was seen, in MiB.
    pub fn most(self) -> f64 {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap_or(f64::NAN)
    }
}

/// What a program answered.
pub struct Answer {
    /// Status.
    pub status: u16,
    /// `Location`, if there was one.
    pub location: Option<String>,
    /// Body, as text.
    pub body: String,
}

/// One kept-open connection.
pub struct Connection(BufReader<TcpStream>);

/// The head of an answer.
struct Head {
    status: u16,
    length: u64,
    chunked: bool,
    location: Option<String>,
}

fn malformed() -> std::io::Error {
    std::io::Error::from(std::io::ErrorKind::InvalidData)
}

impl Connection {
    pub fn open(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::with_capacity(READ_AT_ONCE, stream)))
    }

    /// Sends a request and reads the whole answer; gives its status.
    pub fn ask(&mut self, request: &str) -> std::io::Result<u16> {
        self.0.get_mut().write_all(request.as_bytes())?;
        let head = self.reply()?;
        self.rest(&head, &mut std::io::sink())?;
        Ok(head.status)
    }

    /// As [`Connection::ask`], for a request whose answer has no body.
    pub fn head(&mut self, request: &str) -> std::io::Result<u16> {
        self.0.get_mut().write_all(request.as_bytes())?;
        Ok(self.reply()?.status)
    }

    /// Sends a request with a body; gives the whole answer.
    pub fn answer<'a>(
        &mut self,
        request: &str,
        body: impl Iterator<Item = &'a [u8]>,
    ) -> std::io::Result<Answer> {
        self.0.get_mut().write_all(request.as_bytes())?;
        for piece in body {
            self.0.get_mut().write_all(piece)?;
        }
        let head = self.reply()?;
        let mut body = Vec::new();
        self.rest(&head, &mut body)?;
        let body = String::from_utf8_lossy(&body).into_owned();
        Ok(Answer { status: head.status, location: head.location, body })
    }

    fn reply(&mut self) -> std::io::Result<Head> {
        let mut line = String::new();
        self.0.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|it| it.parse().ok()).ok_or_else(malformed)?;
        let mut head = Head { status, length: 0, chunked: false, location: None };
        loop {
            line.clear();
            self.0.read_line(&mut line)?;
            let Some((name, value)) = line.trim().split_once(':') else { return Ok(head) };
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => head.length = value.parse().map_err(|_| malformed())?,
                "transfer-encoding" => head.chunked |= value.contains("chunked"),
                "location" => head.location = Some(value.to_owned()),
                _ => {}
            }
        }
    }

    fn rest(&mut self, head: &Head, out: &mut impl Write) -> std::io::Result<()> {
        if head.chunked {
            return self.chunks(out);
        }
        std::io::copy(&mut self.0.by_ref().take(head.length), out).map(|_| ())
    }

    fn chunks(&mut self, out: &mut impl Write) -> std::io::Result<()> {
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line)?;
            let length = u64::from_str_radix(line.trim(), 16).map_err(|_| malformed())?;
            std::io::copy(&mut self.0.by_ref().take(length), out)?;
            // Each chunk ends with an empty line.
            self.0.read_line(&mut String::new())?;
            if length == 0 {
                return Ok(());
            }
        }
    }
}
