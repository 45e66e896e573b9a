//! The child process and its client. This test program starts itself with the argument `press`, as the
//! real program does, so it has its own `main`.
#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod support;

use mingjing_press::child::{self, Client, ClientConfig};
use mingjing_press::{Job, PressError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output, Stdio};
use std::time::{Duration, Instant};
use support::{press, sample};

const TESTS: &[(&str, fn())] = &[
    ("one_job_on_standard_input_gives_the_pdf", one_job_on_standard_input_gives_the_pdf),
    (
        "an_error_goes_to_standard_error_with_a_failure_code",
        an_error_goes_to_standard_error_with_a_failure_code,
    ),
    ("a_warm_worker_serves_many_jobs", a_warm_worker_serves_many_jobs),
    ("an_error_of_the_job_leaves_the_worker_in_service", an_error_of_the_job_leaves_the_worker_in_service),
    ("a_worker_is_replaced_after_its_jobs", a_worker_is_replaced_after_its_jobs),
    ("a_worker_killed_while_idle_is_replaced", a_worker_killed_while_idle_is_replaced),
    ("a_silent_child_is_ended_at_the_limit", a_silent_child_is_ended_at_the_limit),
    ("a_child_that_dies_or_talks_nonsense_is_an_error", a_child_that_dies_or_talks_nonsense_is_an_error),
    ("callers_share_the_workers", callers_share_the_workers),
    ("memory_of_a_worker_stays_bounded", memory_of_a_worker_stays_bounded),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == child::ARGUMENT) {
        return child::run(std::io::stdin().lock(), std::io::stdout().lock());
    }
    if arguments.iter().any(|argument| argument == "--list") {
        TESTS.iter().for_each(|(name, _)| println!("{name}: test"));
        return ExitCode::SUCCESS;
    }
    let filters: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    let chosen = TESTS
        .iter()
        .filter(|(name, _)| filters.is_empty() || filters.iter().any(|part| name.contains(*part)));
    let mut failed = 0;
    let mut passed = 0;
    for (name, test) in chosen {
        match std::panic::catch_unwind(test) {
            Ok(()) => {
                passed += 1;
                println!("test {name} ... ok");
            }
            Err(_) => {
                failed += 1;
                println!("test {name} ... FAILED");
            }
        }
    }
    // The words of the standard harness, which the rings read.
    let word = if failed == 0 { "ok" } else { "FAILED" };
    println!(
        "\ntest result: {word}. {passed} passed; {failed} failed; 0 ignored; 0 measured; 0 filtered out"
    );
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn config() -> ClientConfig {
    ClientConfig::current_program().unwrap()
}

fn once(job: &[u8]) -> Output {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .arg(child::ARGUMENT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(job).unwrap();
    child.wait_with_output().unwrap()
}

fn one_job_on_standard_input_gives_the_pdf() {
    let job = sample("penalty_decision_unit");
    let start = Instant::now();
    let output = once(&serde_json::to_vec(&job).unwrap());
    let cold = start.elapsed();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // Another process, the same bytes.
    assert!(output.stdout == press().render(&job).unwrap().pdf);
    println!("cold: {} ms from start of the process to the PDF", cold.as_millis());
}

fn an_error_goes_to_standard_error_with_a_failure_code() {
    let mut job = sample("penalty_decision_unit");
    job.data["facts"] = "".into();
    let output = once(&serde_json::to_vec(&job).unwrap());
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    let error: PressError = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(error, PressError::MissingField { field: "facts".into(), label: "违法事实".into() });
    for nonsense in [b"".as_slice(), b"not json", b"MJP", b"{}"] {
        assert!(!once(nonsense).status.success());
    }
}

fn a_warm_worker_serves_many_jobs() {
    let client = Client::new(config());
    let job = sample("penalty_decision_unit");
    assert!(client.idle_workers().is_empty());
    let first = client.render(&job).unwrap();
    assert_eq!(first, press().render(&job).unwrap());
    let worker = client.idle_workers();
    assert_eq!(worker.len(), 1);
    let mut times = Vec::new();
    for round in 0..40_u32 {
        let mut job: Job = job.clone();
        job.number = Some(format!("（示例）应急罚〔2026〕{}号", round + 2));
        job.data["cause"] = format!("第{round}次").into();
        let start = Instant::now();
        client.render(&job).unwrap();
        times.push(start.elapsed());
    }
    assert_eq!(client.idle_workers(), worker);
    times.sort();
    println!(
        "warm: median {} ms, worst {} ms for {} pages with a new number each time",
        times[times.len() / 2].as_millis(),
        times[times.len() - 1].as_millis(),
        first.pages
    );
}

fn an_error_of_the_job_leaves_the_worker_in_service() {
    let client = Client::new(config());
    let good = sample("file_index");
    client.render(&good).unwrap();
    let worker = client.idle_workers();
    let mut bad = good.clone();
    bad.data["case_name"] = "\u{E123}".into();
    let error = client.render(&bad).unwrap_err();
    assert_eq!(error, PressError::MissingGlyph { field: "case_name".into(), character: '\u{E123}' });
    client.render(&good).unwrap();
    assert_eq!(client.idle_workers(), worker);
}

fn a_worker_is_replaced_after_its_jobs() {
    let client = Client::new(ClientConfig { jobs_per_worker: 2, ..config() });
    let job = sample("file_index");
    client.render(&job).unwrap();
    let first = client.idle_workers();
    client.render(&job).unwrap();
    assert!(client.idle_workers().is_empty());
    client.render(&job).unwrap();
    assert_ne!(client.idle_workers(), first);
}

fn a_worker_killed_while_idle_is_replaced() {
    let client = Client::new(config());
    let job = sample("file_index");
    let made = client.render(&job).unwrap();
    let worker = client.idle_workers();
    let killed = Command::new("kill").args(["-9", &worker[0].to_string()]).status().unwrap();
    assert!(killed.success());
    assert_eq!(client.render(&job).unwrap(), made);
    assert_ne!(client.idle_workers(), worker);
}

/// A program that ignores its arguments.
fn script(name: &str, body: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = std::env::temp_dir().join(format!("mingjing-press-{}-{name}", std::process::id()));
    std::fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn with_program(program: &Path, timeout: Duration) -> Result<(), PressError> {
    let client = Client::new(ClientConfig { program: program.to_owned(), timeout, ..config() });
    let mut job = sample("file_index");
    // More than a pipe holds, so that writing to a child that does not read is part of the test.
    job.data["remark"] = "长".repeat(100_000).into();
    let answer = client.render(&job).map(drop);
    assert!(client.idle_workers().is_empty(), "a bad worker was kept");
    answer
}

fn a_silent_child_is_ended_at_the_limit() {
    let limit = Duration::from_millis(300);
    let mark = std::env::temp_dir().join(format!("mingjing-press-{}-pid", std::process::id()));
    for (name, body) in [("reads", "cat >/dev/null; :"), ("deaf", "exec tail -f /dev/null")] {
        let program = script(name, &format!("echo $$ > '{}'\n{body}", mark.display()));
        let start = Instant::now();
        assert_eq!(with_program(&program, limit), Err(PressError::Timeout { millis: 300 }));
        assert!(start.elapsed() < Duration::from_secs(10));
        let pid = std::fs::read_to_string(&mark).unwrap();
        assert!(!Path::new("/proc").join(pid.trim()).exists(), "the child outlived its limit");
        std::fs::remove_file(program).unwrap();
    }
    std::fs::remove_file(mark).unwrap();
}

fn a_child_that_dies_or_talks_nonsense_is_an_error() {
    let limit = Duration::from_secs(20);
    for (name, body) in [("dies", "exit 3"), ("babbles", "echo nonsense; cat >/dev/null")] {
        let program = script(name, body);
        assert!(matches!(with_program(&program, limit), Err(PressError::Child { .. })), "{name}");
        std::fs::remove_file(program).unwrap();
    }
    let absent = with_program(Path::new("/nonexistent/mingjing"), limit);
    assert!(matches!(absent, Err(PressError::Child { .. })));
}

fn callers_share_the_workers() {
    let client = Client::new(ClientConfig { workers: 2, ..config() });
    let job = sample("file_cover");
    let expected = press().render(&job).unwrap();
    std::thread::scope(|scope| {
        let callers: Vec<_> = (0..6).map(|_| scope.spawn(|| client.render(&job))).collect();
        for caller in callers {
            assert_eq!(caller.join().unwrap().unwrap(), expected);
        }
    });
    let idle = client.idle_workers().len();
    assert!((1..=2).contains(&idle), "{idle} workers");
}

fn memory_of_a_worker_stays_bounded() {
    let client = Client::new(config());
    let forms: Vec<_> = mingjing_press::catalogue().iter().map(|spec| sample(spec.id)).collect();
    let mut peaks = Vec::new();
    for round in 0..3_u32 {
        for job in &forms {
            let mut job = job.clone();
            job.data["round"] = round.into();
            client.render(&job).unwrap();
        }
        let status = std::fs::read_to_string(format!("/proc/{}/status", client.idle_workers()[0])).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        peaks.push(line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024);
    }
    println!("memory: peak MiB after each {} forms: {peaks:?}", forms.len());
    assert!(peaks[2] < 400, "{peaks:?} MiB");
}
