//! A process that gives up the file system and the network before it touches a stranger's bytes (Landlock).

use crate::sandbox::on_path;
use landlock::{
    ABI, Access, AccessFs, AccessNet, PathBeneath, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError,
    RulesetStatus, path_beneath_rules,
};
use rustix::fs::{FileType, fstat};
use std::ffi::OsString;
use std::io::Write;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Exit code when the kernel does not confine, or the program cannot be started; programs seldom use it themselves.
const NOT_CONFINED: u8 = 125;

/// What programs need of a system: themselves, their libraries, and what these ask of the kernel. Other processes'
/// secrets under `/proc` stay closed: who is confined may not look into who is not.
const SYSTEM: &[&str] = &[
    "/usr",
    "/lib",
    "/lib32",
    "/lib64",
    "/bin",
    "/sbin",
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/proc",
    "/sys/devices/system",
    "/dev/null",
    "/dev/urandom",
];

/// Confines this thread, and what it starts, to reading these places and its standard input. Writing, but to a file that
/// is its standard output, and connections end altogether, as far as the kernel knows to refuse them; false if it knows nothing of that.
pub(super) fn confine(readable: &[PathBuf]) -> Result<bool, RulesetError> {
    let (input, output) = (std::io::stdin(), std::io::stdout());
    // A file that the parent opened to be written may be opened again by the program, to jump in it.
    let written = fstat(output.as_fd()).is_ok_and(|it| FileType::from_raw_mode(it.st_mode).is_file());
    let written = written.then(|| PathBeneath::new(output.as_fd(), AccessFs::from_file(ABI::V3)));
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(ABI::V5))?
        .handle_access(AccessNet::from_all(ABI::V4))?
        .create()?
        .add_rules(path_beneath_rules(readable, AccessFs::from_read(ABI::V5)))?
        .add_rule(PathBeneath::new(input.as_fd(), AccessFs::ReadFile))?
        .add_rules(written.into_iter().map(Ok::<_, RulesetError>))?
        .restrict_self()?;
    Ok(match status.ruleset {
        RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => true,
        RulesetStatus::NotEnforced => false,
    })
}

/// Becomes a program that sees [`SYSTEM`], its own folder and the places named: `[place…] -- program [argument…]`.
pub(super) fn exec(words: &[OsString]) -> ExitCode {
    let mut parts = words.splitn(2, |word| word == "--");
    let (places, rest) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let Some((program, arguments)) = rest.split_first() else { return refuse("没有写明程序") };
    let program = if Path::new(program).is_absolute() { Some(program.into()) } else { on_path(program) };
    let Some(program) = program else { return refuse("没有这个程序") };
    let mut readable: Vec<PathBuf> = SYSTEM.iter().map(PathBuf::from).collect();
    readable.extend(places.iter().map(PathBuf::from));
    // Where a link leads to, too.
    for path in [Some(program.clone()), program.canonicalize().ok()].into_iter().flatten() {
        readable.extend(path.parent().map(Path::to_path_buf));
    }
    match confine(&readable) {
        Ok(true) => refuse(&Command::new(program).args(arguments).exec().to_string()),
        Ok(false) => refuse("内核不支持 Landlock"),
        Err(error) => refuse(&error.to_string()),
    }
}

fn refuse(reason: &str) -> ExitCode {
    // If standard error is closed there is nobody left to tell; the exit code still says it.
    let _ = writeln!(std::io::stderr(), "{reason}");
    ExitCode::from(NOT_CONFINED)
}
