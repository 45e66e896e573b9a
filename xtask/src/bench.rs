//! `cargo xtask bench`: the release binary on a seeded database, and beside its
//! figures what the machine itself can do.

use crate::Fail;
use crate::options::Options;
use crate::workspace::{self, Workspace, capture};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Cases seeded unless told otherwise (the size the bars are set for).
const CASES: u32 = 100_000;

/// Cases of the county against whose lists those of the large one are held.
const SMALL: u32 = 1_000;

/// Writes of the fsync probe.
const PROBE_WRITES: usize = 500;

/// Bytes of one probe write: a page of SQLite.
const PROBE_BYTES: usize = 4096;

/// Builds, seeds once per source and size, measures a copy.
///
/// # Errors
/// When something cannot be built, seeded or measured.
pub fn run(workspace: &Workspace, options: &Options) -> Result<bool, Fail> {
    let cases = match options.value("--cases") {
        None => CASES,
        Some(text) => {
            text.parse().ok().filter(|n| *n > 0).ok_or_else(|| format!("--cases 应为正整数：{text}"))?
        }
    };
    // Taken once: a source that is changed while the large store is seeded must not make the
    // small one another's, and remove the large.
    let source = source_digest(workspace)?;
    let binary = workspace.release_binary()?;
    let store = workspace.target.join("xtask").join("bench");
    let large = seeded(&source, &binary, &store, cases)?;
    let small = seeded(&source, &binary, &store, SMALL)?;
    let copy = store.join("run");
    remove(&copy)?;
    // The load writes; the seed stays as it was made.
    for (seed, name) in [(&large, "large"), (&small, "small")] {
        fs::create_dir_all(&copy).map_err(|e| format!("{}：{e}", copy.display()))?;
        workspace::run(Command::new("cp").args(["-a", "--reflink=auto"]).arg(seed).arg(copy.join(name)))?;
    }
    println!("\n== 本机 ==");
    let before = load_average();
    let probe = Probe::measure(&copy)?;
    println!("平均负载（测量前）：{before}");
    println!("写入并 fsync {PROBE_BYTES} 字节 × {PROBE_WRITES}：{probe}");
    println!("\n== mingjing bench（{cases} 件案件）==");
    let mut bench = Command::new(&binary);
    bench.arg("bench").arg("--data").arg(copy.join("large").join("data"));
    // What is measured is a copy: the lives of cases may be led in it.
    bench.arg("--spend");
    bench.arg("--small").arg(copy.join("small").join("data")).args(options.passed_on());
    let status = bench.status().map_err(|e| format!("无法运行 {}：{e}", binary.display()))?;
    println!("\n写入并 fsync（测量后）：{}", Probe::measure(&copy)?);
    println!("平均负载（测量后）：{}", load_average());
    remove(&copy)?;
    if !status.success() {
        eprintln!("mingjing bench 未成功：{status}");
    }
    Ok(status.success())
}

/// The folder with the seeded `data` in it, made if it is not there. Folders
/// of other sources are removed: each is large and none will be used again.
fn seeded(source: &str, binary: &Path, store: &Path, cases: u32) -> Result<PathBuf, Fail> {
    let folder = store.join(format!("{cases}-{source}"));
    if folder.is_dir() {
        println!("使用已预置的数据：{}", folder.display());
        return Ok(folder);
    }
    for entry in fs::read_dir(store).into_iter().flatten().flatten() {
        if !entry.file_name().to_string_lossy().ends_with(source) {
            remove(&entry.path())?;
        }
    }
    let unfinished = store.join("unfinished");
    remove(&unfinished)?;
    fs::create_dir_all(&unfinished).map_err(|e| format!("{}：{e}", unfinished.display()))?;
    println!("预置 {cases} 件案件……");
    let begin = Instant::now();
    workspace::run(
        Command::new(binary)
            .args(["seed", "--cases", &cases.to_string(), "--data"])
            .arg(unfinished.join("data")),
    )?;
    println!("用时 {:.1} s", begin.elapsed().as_secs_f64());
    fs::rename(&unfinished, &folder).map_err(|e| format!("{}：{e}", folder.display()))?;
    Ok(folder)
}

/// A digest of everything under `crates` and of the lock file, changed or not.
fn source_digest(workspace: &Workspace) -> Result<String, Fail> {
    let git = |arguments: &[&str]| capture(Command::new("git").current_dir(&workspace.root).args(arguments));
    let files = git(&[
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "--",
        "crates",
        "Cargo.lock",
        "Cargo.toml",
    ])?;
    let mut hash = Fnv::new();
    for file in files.lines() {
        hash.add(file.as_bytes());
        // A deleted file is still listed; its absence counts.
        hash.add(&fs::read(workspace.root.join(file)).unwrap_or_default());
    }
    Ok(format!("{:016x}", hash.0))
}

/// FNV-1a over length-prefixed parts: tells sources apart, protects nothing.
struct Fnv(u64);

impl Fnv {
    const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn add(&mut self, part: &[u8]) {
        for byte in (part.len() as u64).to_le_bytes().iter().chain(part) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

/// What a durable write costs on this disk, without any of our code.
struct Probe {
    p50: Duration,
    p99: Duration,
}

impl Probe {
    fn measure(folder: &Path) -> Result<Self, Fail> {
        let path = folder.join("fsync-probe");
        let times = Self::times(&path).map_err(|e| format!("{}：{e}", path.display()));
        let removed = fs::remove_file(&path).map_err(|e| format!("{}：{e}", path.display()));
        let mut times = times?;
        removed?;
        times.sort_unstable();
        Ok(Self { p50: percentile(&times, 50), p99: percentile(&times, 99) })
    }

    fn times(path: &Path) -> std::io::Result<Vec<Duration>> {
        let mut file = File::create(path)?;
        let page = [0x5a; PROBE_BYTES];
        (0..PROBE_WRITES)
            .map(|_| {
                let begin = Instant::now();
                file.write_all(&page)?;
                file.sync_all()?;
                Ok(begin.elapsed())
            })
            .collect()
    }
}

impl std::fmt::Display for Probe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "p50 {:.3} ms，p99 {:.3} ms", self.p50.as_secs_f64() * 1e3, self.p99.as_secs_f64() * 1e3)
    }
}

/// The smallest value that at least `percent` of the sorted values do not exceed.
fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

fn load_average() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

/// Removes a folder that this command has made, if it is there.
fn remove(folder: &Path) -> Result<(), Fail> {
    match fs::remove_dir_all(folder) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(format!("清除 {}：{e}", folder.display())),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Fnv, PROBE_WRITES, Probe, percentile};
    use crate::guard::Guard;
    use std::time::Duration;

    #[test]
    fn percentiles_by_nearest_rank() {
        let times: Vec<Duration> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(percentile(&times, 50), Duration::from_millis(100));
        assert_eq!(percentile(&times, 99), Duration::from_millis(198));
        assert_eq!(percentile(&times[..1], 99), Duration::from_millis(1));
    }

    #[test]
    fn the_probe_leaves_nothing_behind() {
        let run = Guard::open().unwrap();
        let probe = Probe::measure(&run.folder).unwrap();
        assert!(probe.p50 <= probe.p99 && probe.p99 > Duration::ZERO);
        assert_eq!(std::fs::read_dir(&run.folder).unwrap().count(), 0);
        assert_eq!(PROBE_WRITES % 100, 0, "percentiles fall on whole ranks");
    }

    #[test]
    fn the_digest_sees_where_a_part_ends() {
        let digest = |parts: &[&str]| {
            let mut hash = Fnv::new();
            parts.iter().for_each(|p| hash.add(p.as_bytes()));
            hash.0
        };
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
        assert_eq!(digest(&["ab", "c"]), digest(&["ab", "c"]));
    }
}
