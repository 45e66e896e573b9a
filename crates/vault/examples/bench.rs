//! Figures of the vault beside those of the disk.
//!
//! ```sh
//! cargo run --release -p mingjing-vault --example bench -- FOLDER [MiB]
//! ```
//!
//! Ingest is one request of the whole size: both identity roots, both file digests, AES-256-GCM,
//! and everything on disk before it counts. The disk probe writes and syncs the same number of
//! plain bytes; the reads compare decrypted ranges with plain file reads.
// A measurement that cannot go on should stop with the error at hand.
#![allow(clippy::unwrap_used)]

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use mingjing_vault::{Append, Cipher, Config, Error, KeyRing, NewUpload, Retention, Vault};

const MIB: usize = 1 << 20;
/// What a network hands over at once.
const PIECE: usize = 256 * 1024;

/// CPU time of this process so far, and its resident and peak resident memory in MiB.
fn usage() -> (Duration, u64, u64) {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    // utime and stime, in hundredths of a second (USER_HZ).
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let of = |name: &str| -> u64 {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    };
    (Duration::from_millis(ticks * 10), of("VmRSS:"), of("VmHWM:"))
}

fn report(name: &str, mib: usize, took: Duration, before: Duration) {
    let cpu = (usage().0 - before).as_secs_f64();
    let (rate, seconds) = (mib as f64 / took.as_secs_f64(), took.as_secs_f64());
    println!("{name:<34} {rate:>7.0} MiB/s   {seconds:>6.2} s   CPU {cpu:>6.2} s");
}

/// Bytes that do not compress.
fn noise() -> Bytes {
    let mut x = 0x9e37_79b9_7f4a_7c15_u64;
    let mut out = Vec::with_capacity(16 * MIB);
    while out.len() < 16 * MIB {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        out.extend_from_slice(&x.to_le_bytes());
    }
    out.into()
}

fn probe(dir: &Path, noise: &Bytes, mib: usize) {
    let path = dir.join("probe");
    let (started, before) = (Instant::now(), usage().0);
    let mut file = File::create(&path).unwrap();
    for n in 0..mib {
        let at = n % 16 * MIB;
        file.write_all(&noise[at..at + MIB]).unwrap();
    }
    file.sync_all().unwrap();
    report("disk: write and sync", mib, started.elapsed(), before);
    let (started, before) = (Instant::now(), usage().0);
    let mut file = File::open(&path).unwrap();
    let mut buffer = vec![0; MIB];
    while file.read(&mut buffer).unwrap() > 0 {}
    report("disk: read (from the page cache)", mib, started.elapsed(), before);
    fs::remove_file(path).unwrap();
}

async fn ingest(
    vault: &Vault,
    name: &str,
    noise: &Bytes,
    mib: usize,
    request: usize,
    seed: usize,
) -> [u8; 32] {
    let length = mib * MIB;
    let new = NewUpload { length: Some(length as u64), ..NewUpload::default() };
    let id = vault.create(new, Timestamp::UNIX_EPOCH).await.unwrap().id;
    let (cpu, resident, _) = usage();
    let started = Instant::now();
    let mut offset = 0;
    while offset < length {
        let until = (offset + request).min(length);
        let noise = noise.clone();
        let pieces = (offset..until).step_by(PIECE).map(move |at| {
            // Not the same file each time, or the vault would know it.
            let from = (at + seed * PIECE) % noise.len();
            Ok::<_, Error>(noise.slice(from..from + PIECE.min(until - at)))
        });
        let append = Append { offset: offset as u64, ..Append::default() };
        vault.append(&id, append, stream::iter(pieces), Timestamp::UNIX_EPOCH).await.unwrap();
        offset = until;
    }
    report(name, mib, started.elapsed(), cpu);
    let before = usage().0;
    let started = Instant::now();
    let stored = vault.finish(&id, &Retention::default(), Timestamp::UNIX_EPOCH).await.unwrap();
    report("  finish", mib, started.elapsed(), before);
    println!("  memory: {resident} MiB before, peak {} MiB", usage().2);
    stored.identity.root.sha256
}

async fn range(vault: &Vault, root: &[u8; 32], name: &str, range: std::ops::Range<u64>) {
    let (started, before) = (Instant::now(), usage().0);
    let mib = (range.end - range.start) as usize / MIB;
    let mut pieces = vault.evidence(root).await.unwrap().range(range).unwrap();
    while let Some(piece) = pieces.next().await {
        std::hint::black_box(piece.unwrap());
    }
    report(name, mib, started.elapsed(), before);
}

#[tokio::main(worker_threads = 2)]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let dir = std::path::PathBuf::from(arguments.next().expect("a folder"));
    let mib: usize = arguments.next().map_or(1024, |mib| mib.parse().unwrap());
    let root = dir.join("vault-bench");
    let noise = noise();
    probe(&dir, &noise, mib);
    for (cipher, mib) in [(Cipher::Aes256Gcm, mib), (Cipher::Sm4Gcm, mib / 4)] {
        println!("{cipher:?}");
        let keys = KeyRing::parse(&KeyRing::generate("bench", cipher).unwrap()).unwrap();
        let vault = Vault::open(Config::new(&root, keys)).unwrap();
        let first = ingest(&vault, "ingest, one request", &noise, mib, mib * MIB, 0).await;
        ingest(&vault, "ingest, requests of 8 MiB", &noise, mib, 8 * MIB, 1).await;
        range(&vault, &first, "read, whole", 0..(mib * MIB) as u64).await;
        range(&vault, &first, "read, the middle third", (mib * MIB / 3) as u64..(mib * MIB * 2 / 3) as u64)
            .await;
        let (started, before) = (Instant::now(), usage().0);
        vault.evidence(&first).await.unwrap().verify().await.unwrap();
        report("verify against the identity", mib, started.elapsed(), before);
        drop(vault);
        fs::remove_dir_all(&root).unwrap();
    }
    probe(&dir, &noise, mib);
}
