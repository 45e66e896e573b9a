//! A seeded county, served by the built program with a clock that always starts
//! on the same day.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tempfile::TempDir;

/// The day on which the program believes to run.
pub const TODAY: &str = "2026-11-20";
/// The day before: what the seed runs up to.
const UNTIL: &str = "2026-11-19";
/// When each program believes to start, in UTC.
const START: &str = "@2026-11-20 01:00:00";

pub struct County {
    pub address: SocketAddr,
    dir: TempDir,
    server: Child,
    log: Arc<Mutex<String>>,
}

/// The library that gives a program another clock (Debian: libfaketime).
fn clock() -> String {
    let folders = std::fs::read_dir("/usr/lib").unwrap().flatten().map(|it| it.path());
    let all = folders.chain(["/usr/lib".into()]).map(|it| it.join("faketime/libfaketime.so.1"));
    let found = all.into_iter().find(|it| it.is_file());
    found.expect("libfaketime is installed").display().to_string()
}

fn mingjing(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mingjing"));
    command
        .arg("--data")
        .arg(dir.join("data"))
        .args(args)
        .env("LD_PRELOAD", clock())
        .env("FAKETIME", START)
        // Waiting goes by the true clock.
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        .env("TZ", "UTC")
        .stdin(Stdio::null());
    command
}

impl County {
    pub fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let seed = ["seed", "--cases", "24", "--span-days", "70", "--until", UNTIL];
        let seeded = mingjing(dir.path(), &seed).output().unwrap();
        assert!(seeded.status.success(), "{}", String::from_utf8_lossy(&seeded.stderr));
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut server = mingjing(dir.path(), &["serve", "--listen", &address.to_string()])
            .env("NO_COLOR", "1")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
        let ready = lines.by_ref().map_while(Result::ok).any(|line| line.contains(" ready "));
        assert!(ready, "the program did not start");
        let log = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if line.contains(" ERROR ") {
                    kept.lock().unwrap().push_str(&format!("{line}\n"));
                }
            }
        });
        Self { address, dir, server, log }
    }

    /// A token of a person of the county.
    pub fn token(&self, login: &str) -> String {
        let out = mingjing(self.dir.path(), &["token", login]).output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap().trim().to_owned()
    }

    /// What the program answers, as JSON; the request is expected to succeed.
    pub fn get(&self, path: &str, token: Option<&str>) -> Value {
        let bearer = token.map_or_else(String::new, |it| format!("Authorization: Bearer {it}\r\n"));
        let mut stream = TcpStream::connect(self.address).unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{bearer}Connection: close\r\n\r\n", self.address);
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 "), "{path}: {head}");
        serde_json::from_str(body).unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    /// Whatever the fuzzer did, the audit finds nothing that the law would not allow.
    pub fn audited(mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
        for args in [&["audit"][..], &["fsck"], &["rebuild", "--check"]] {
            let out = mingjing(self.dir.path(), args).output().unwrap();
            assert!(out.status.success(), "{args:?}: {}", String::from_utf8_lossy(&out.stdout));
        }
    }

    /// What the program logged as its own faults.
    pub fn faults(&self) -> String {
        self.log.lock().unwrap().clone()
    }
}

impl Drop for County {
    fn drop(&mut self) {
        // Whatever became of it, it ends here.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
