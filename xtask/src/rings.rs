//! The test rings: what runs, in which order, and what is said at the end.

use crate::guard::Guard;
use crate::output::{Reader, Suite};
use crate::workspace::Workspace;
use crate::{Fail, packages, services, tidy};
use std::io::{BufRead, BufReader, Write};
use std::process::Command;
use std::time::{Duration, Instant};

/// A ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ring {
    /// The code is formatted.
    Fmt,
    /// House rules over the tracked files.
    Tidy,
    /// Lints are errors.
    Clippy,
    /// The tests build (apart, so that the time of the tests is their own).
    Build,
    /// Every test of the workspace, with PostgreSQL, browser and axe.
    Test,
}

impl Ring {
    const ALL: [Self; 5] = [Self::Fmt, Self::Tidy, Self::Clippy, Self::Build, Self::Test];

    const fn name(self) -> &'static str {
        match self {
            Self::Fmt => "fmt",
            Self::Tidy => "tidy",
            Self::Clippy => "clippy",
            Self::Build => "build",
            Self::Test => "test",
        }
    }

    fn named(name: &str) -> Result<Self, Fail> {
        let known: Vec<&str> = Self::ALL.iter().map(|r| r.name()).collect();
        Self::ALL
            .into_iter()
            .find(|r| r.name() == name)
            .ok_or_else(|| format!("没有“{name}”这个环；有：{}", known.join("、")))
    }
}

/// How a ring ended.
struct Outcome {
    ring: Ring,
    passed: u64,
    failed: u64,
    time: Duration,
    /// Why it could not run, or what else to say.
    note: Option<String>,
    suites: Vec<Suite>,
}

/// Passed, failed, and the test binaries of a ring.
type Counts = (u64, u64, Vec<Suite>);

/// `cargo xtask test`: all rings, or one.
///
/// # Errors
/// When there is no such ring, or the run cannot be opened.
pub fn test(workspace: &Workspace, ring: Option<&str>, passed_on: &[String]) -> Result<bool, Fail> {
    let rings = match ring {
        Some(name) => vec![Ring::named(name)?],
        None => Ring::ALL.to_vec(),
    };
    if !passed_on.is_empty() && !rings.contains(&Ring::Test) {
        return Err("“--”之后的参数只交给 test 环。".into());
    }
    Run::open(workspace, passed_on, false)?.rings(&rings)
}

/// `cargo xtask check`: what needs no built tests.
///
/// # Errors
/// When the run cannot be opened.
pub fn check(workspace: &Workspace) -> Result<bool, Fail> {
    Run::open(workspace, &[], false)?.rings(&[Ring::Fmt, Ring::Tidy, Ring::Clippy])
}

/// `cargo xtask bless`: the tests write docs/generated anew.
///
/// # Errors
/// When the run cannot be opened.
pub fn bless(workspace: &Workspace, passed_on: &[String]) -> Result<bool, Fail> {
    Run::open(workspace, passed_on, true)?.rings(&[Ring::Test])
}

struct Run<'w> {
    workspace: &'w Workspace,
    guard: Guard,
    passed_on: &'w [String],
    bless: bool,
}

impl<'w> Run<'w> {
    fn open(workspace: &'w Workspace, passed_on: &'w [String], bless: bool) -> Result<Self, Fail> {
        Ok(Self { workspace, guard: Guard::open()?, passed_on, bless })
    }

    /// Runs the rings in order; a ring that fails does not stop the others.
    fn rings(&self, rings: &[Ring]) -> Result<bool, Fail> {
        let mut outcomes: Vec<Outcome> = Vec::new();
        for &ring in rings {
            println!("\n== {} ==", ring.name());
            let begin = Instant::now();
            let built = !outcomes.iter().any(|o| o.ring == Ring::Build && o.failed > 0);
            let result = if ring == Ring::Test && !built {
                Err("测试未能编译。".into())
            } else {
                self.ring(ring)
            };
            let time = begin.elapsed();
            outcomes.push(match result {
                Ok((passed, failed, suites)) => Outcome { ring, passed, failed, time, note: None, suites },
                Err(reason) => {
                    eprintln!("{}：{reason}", ring.name());
                    Outcome {
                        ring,
                        passed: 0,
                        failed: 1,
                        time,
                        note: Some(format!("未能运行：{}", reason.lines().next().unwrap_or_default())),
                        suites: Vec::new(),
                    }
                }
            });
        }
        Ok(summary(&outcomes))
    }

    fn ring(&self, ring: Ring) -> Result<Counts, Fail> {
        let mut cargo = self.workspace.cargo();
        match ring {
            Ring::Fmt => self.yes_or_no(cargo.args(["fmt", "--all", "--", "--check"])),
            Ring::Tidy => {
                let (passed, failed) = tidy::run(&self.workspace.root)?;
                Ok((passed, failed, Vec::new()))
            }
            Ring::Clippy => {
                self.ready_to_build()?;
                cargo.args(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]);
                self.yes_or_no(&mut cargo)
            }
            Ring::Build => {
                self.ready_to_build()?;
                self.yes_or_no(cargo.args(["test", "--workspace", "--locked", "--no-run"]))
            }
            Ring::Test => self.tests(cargo),
        }
    }

    /// Installs what the build links.
    fn ready_to_build(&self) -> Result<(), Fail> {
        let lock = self.workspace.root.join("Cargo.lock");
        let lock = std::fs::read_to_string(&lock).map_err(|e| format!("{}：{e}", lock.display()))?;
        packages::ensure(packages::build(&lock))
    }

    /// One command that either holds or does not.
    fn yes_or_no(&self, command: &mut Command) -> Result<Counts, Fail> {
        let name = format!("{command:?}");
        let status = self.guard.mark(command).status().map_err(|e| format!("无法运行 {name}：{e}"))?;
        Ok(if status.success() { (1, 0, Vec::new()) } else { (0, 1, Vec::new()) })
    }

    fn tests(&self, mut cargo: Command) -> Result<Counts, Fail> {
        self.ready_to_build()?;
        packages::ensure(packages::TESTS)?;
        let variables = services::start(self.workspace, &self.guard)?;
        cargo.args(["test", "--locked", "--no-fail-fast"]);
        if !self.passed_on.iter().any(|a| a == "-p" || a.starts_with("--package")) {
            cargo.arg("--workspace");
        }
        cargo.args(self.passed_on).envs(variables);
        if self.bless {
            cargo.env("BLESS", "1");
        }
        let (suites, well) = self.follow(&mut cargo)?;
        let passed = suites.iter().map(|s| s.passed).sum();
        let failed: u64 = suites.iter().map(|s| s.failed).sum();
        if passed == 0 && failed == 0 {
            return Err("没有运行任何测试。".into());
        }
        // Cargo may fail without any test failing (a doc test that does not build).
        Ok((passed, if well { failed } else { failed.max(1) }, suites))
    }

    /// Shows what a command prints and reads the counts in it. Both outputs
    /// share one pipe, so that their order is kept.
    fn follow(&self, command: &mut Command) -> Result<(Vec<Suite>, bool), Fail> {
        let (from, to) = std::io::pipe().map_err(|e| format!("管道：{e}"))?;
        let copy = to.try_clone().map_err(|e| format!("管道：{e}"))?;
        let mut child = self
            .guard
            .mark(command)
            .stdout(copy)
            .stderr(to)
            .spawn()
            .map_err(|e| format!("无法运行 cargo test：{e}"))?;
        // The command holds ends of the pipe until it is replaced.
        *command = Command::new("true");
        let mut reader = Reader::default();
        let mut out = std::io::stdout();
        let mut lines = BufReader::new(from);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).map_err(|e| format!("读取输出：{e}"))? > 0 {
            // A closed terminal is no reason to stop counting.
            let _ = out.write_all(&line).and_then(|()| out.flush());
            reader.line(&String::from_utf8_lossy(&line));
            line.clear();
        }
        let status = child.wait().map_err(|e| format!("等待 cargo test：{e}"))?;
        Ok((reader.finish(), status.success()))
    }
}

/// Prints ring, counts and time, the failing test binaries, and the one line
/// over all; true when everything ran and held.
fn summary(outcomes: &[Outcome]) -> bool {
    println!("\n== 各环 ==");
    for outcome in outcomes {
        let time = outcome.time.as_secs_f64();
        println!(
            "{:<8}{:>6} passed {:>4} failed {time:>9.1} s  {}",
            outcome.ring.name(),
            outcome.passed,
            outcome.failed,
            outcome.note.as_deref().unwrap_or_default()
        );
        for suite in outcome.suites.iter().filter(|s| s.passed + s.failed + s.ignored > 0) {
            let ignored =
                if suite.ignored > 0 { format!("，{} 未运行", suite.ignored) } else { String::new() };
            println!(
                "          {:>6} passed {:>4} failed  {}{ignored}",
                suite.passed, suite.failed, suite.name
            );
        }
    }
    let passed: u64 = outcomes.iter().map(|o| o.passed).sum();
    let failed: u64 = outcomes.iter().map(|o| o.failed).sum();
    println!("\n{passed} passed, {failed} failed");
    failed == 0
}

#[cfg(test)]
mod tests {
    use super::Ring;

    #[test]
    fn every_ring_is_found_by_its_name() {
        for ring in Ring::ALL {
            assert_eq!(Ring::named(ring.name()), Ok(ring));
        }
        assert!(Ring::named("rest").unwrap_err().contains("clippy"));
    }
}
