//! A process that dies in the middle, or runs out of disk, loses nothing it acknowledged.
//!
//! Started with the argument `child` this program is that process.
#![allow(clippy::unwrap_used)]

mod common;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use bytes::Bytes;
use common::*;
use futures_util::{StreamExt, stream};
use mingjing_vault::tus::UploadId;
use mingjing_vault::{Append, Error, Retention};

const LENGTH: usize = 40 * MIB + 321;
const SEED: u64 = 77;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    match arguments.get(1).map(String::as_str) {
        Some("child") => runtime.block_on(child(&arguments[2], Path::new(&arguments[3]))),
        _ => {
            // What fails panics, and the process ends before its result is told.
            let rounds = [(700_001, 9), (3 * MIB, 4), (MIB, 17), (5 * MIB + 1, 1), (LENGTH, 0)];
            println!("\nrunning {} tests", rounds.len() + 2);
            for (step, kill_at) in rounds {
                runtime.block_on(killed(step, kill_at));
                println!("test killed_in_requests_of_{step}_bytes ... ok");
            }
            runtime.block_on(killed_in_one_long_request());
            println!("test killed_in_one_long_request ... ok");
            runtime.block_on(out_of_disk());
            println!("test out_of_disk ... ok");
            let passed = rounds.len() + 2;
            println!("\ntest result: ok. {passed} passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
        }
    }
}

fn say(line: String) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").unwrap();
    out.flush().unwrap();
}

/// Uploads in requests of `step` bytes, telling each acknowledged offset; in a long request also
/// how much was sent.
async fn child(step: &str, dir: &Path) {
    let (step, vault, data) = (step.parse::<usize>().unwrap(), open(dir), bytes(LENGTH, SEED));
    let id = create(&vault, LENGTH).await.id;
    say(format!("id {id}"));
    let mut offset = 0;
    while offset < LENGTH {
        let until = (offset + step).min(LENGTH);
        let pieces: Vec<Bytes> = data[offset..until].chunks(200_000).map(Bytes::copy_from_slice).collect();
        let mut sent = 0;
        let body = stream::iter(pieces).map(move |piece| {
            sent += piece.len();
            if step == LENGTH {
                say(format!("sent {sent}"));
            }
            Ok::<_, Error>(piece)
        });
        let append = Append { offset: offset as u64, ..Append::default() };
        match vault.append(&id, append, body, day(0)).await {
            Ok(now) => offset = now as usize,
            Err(error) => {
                say(format!("error {}", error.code()));
                let upload = vault.status(&id, day(0)).await.unwrap();
                say(format!("offset {}", upload.offset));
                return;
            }
        }
        say(format!("ack {offset}"));
    }
}

/// The child's lines, one by one.
struct Lines(std::process::Child, std::io::Lines<BufReader<std::process::ChildStdout>>);

impl Lines {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self(child, lines)
    }

    /// The value of the next line of this kind.
    fn next(&mut self, kind: &str) -> Option<String> {
        self.1.by_ref().map_while(Result::ok).find_map(|line| {
            line.strip_prefix(kind).and_then(|rest| rest.strip_prefix(' ')).map(str::to_owned)
        })
    }

    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn start(step: usize, dir: &Path) -> Lines {
    let step = step.to_string();
    Lines::start(Command::new(std::env::current_exe().unwrap()).args(["child", &step]).arg(dir))
}

/// Goes on after the child, with the bytes from the recorded offset.
async fn go_on(dir: &Path, id: &UploadId, acknowledged: u64) -> u64 {
    let (vault, data) = (open(dir), bytes(LENGTH, SEED));
    let offset = vault.status(id, day(0)).await.unwrap().offset;
    assert!(offset >= acknowledged, "acknowledged {acknowledged}, found {offset}");
    append(&vault, id, offset, &data[offset as usize..]).await.unwrap();
    let stored = vault.finish(id, &Retention::default(), day(0)).await.unwrap();
    assert_eq!(stored.identity, identity(&data));
    vault.evidence(&stored.identity.root.sha256).await.unwrap().verify().await.unwrap();
    offset
}

/// Killed after `kill_at` acknowledged requests, while the next is on its way.
async fn killed(step: usize, kill_at: usize) {
    let dir = tempfile::tempdir().unwrap();
    let mut lines = start(step, dir.path());
    let id = UploadId::parse(&lines.next("id").unwrap()).unwrap();
    let mut acknowledged = 0;
    for _ in 0..kill_at {
        acknowledged = lines.next("ack").unwrap().parse().unwrap();
    }
    lines.kill();
    let found = go_on(dir.path(), &id, acknowledged).await;
    // Either exactly there, or an acknowledgement that was recorded and not yet read, or progress
    // recorded inside a request: then at a chunk.
    assert!(found % step as u64 == 0 || found == LENGTH as u64 || found % MIB as u64 == 0, "{found}");
}

/// In one request of 40 MiB progress is recorded every 4 MiB.
async fn killed_in_one_long_request() {
    let dir = tempfile::tempdir().unwrap();
    let mut lines = start(LENGTH, dir.path());
    let id = UploadId::parse(&lines.next("id").unwrap()).unwrap();
    while lines.next("sent").unwrap().parse::<usize>().unwrap() < 39 * MIB {}
    lines.kill();
    let found = go_on(dir.path(), &id, 0).await;
    assert!(found > 0 && (found == LENGTH as u64 || found % MIB as u64 == 0), "{found}");
}

/// With room for 12 MiB a file, the request that does not fit fails by its name.
async fn out_of_disk() {
    let dir = tempfile::tempdir().unwrap();
    // The limit counts in blocks of 512 bytes; the signal that comes with it is ignored, so the
    // write fails as it does on a full disk.
    let script = r#"trap '' XFSZ; ulimit -f 24576; exec "$0" child "$1" "$2""#;
    let mut command = Command::new("sh");
    command
        .args(["-c", script])
        .arg(std::env::current_exe().unwrap())
        .arg((5 * MIB).to_string())
        .arg(dir.path());
    let mut lines = Lines::start(&mut command);
    let id = UploadId::parse(&lines.next("id").unwrap()).unwrap();
    assert_eq!(lines.next("ack").unwrap(), (5 * MIB).to_string());
    assert_eq!(lines.next("ack").unwrap(), (10 * MIB).to_string());
    assert_eq!(lines.next("error").unwrap(), "vault.disk_full");
    let offset: u64 = lines.next("offset").unwrap().parse().unwrap();
    assert!(lines.0.wait().unwrap().success());
    assert!(offset >= 10 * MIB as u64);
    assert_eq!(go_on(dir.path(), &id, 10 * MIB as u64).await, offset);
}
