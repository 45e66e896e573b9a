//! What the tests talk to: a private PostgreSQL, a WebDriver, axe-core, a fuzzer of the API, engines of recognition.

use crate::Fail;
use crate::guard::{Guard, random_hex};
use crate::packages::{POSTGRES_AT_LEAST, postgres_bin};
use crate::workspace::{Workspace, capture, is_root, run};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// axe-core: exact version and the digest of the one file that is used.
const AXE_VERSION: &str = "4.14.1";
const AXE_SHA256: &str = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c";

/// A client of the upload protocol that others wrote, in exactly this version.
const TUS_VERSION: &str = "4.3.1";
const TUS_INTEGRITY: &str =
    "sha512-ZLeYmjrkaU1fUsKbIi8JML52uAocjEZtBx4DKjRrqzrZa0O4MYwT6db+oqePlspV+FxXJAyFBc/L5gwUi2OFsg==";

/// Starts everything and says under which variables the tests find it.
///
/// # Errors
/// When one of them does not start; what has started is stopped by the guard.
pub fn start(workspace: &Workspace, guard: &Guard) -> Result<Vec<(&'static str, String)>, Fail> {
    Ok(vec![
        ("MINGJING_TEST_PG", postgres(guard)?),
        ("MINGJING_TEST_WEBDRIVER", webdriver(guard)?),
        ("MINGJING_TEST_AXE", axe(workspace)?.display().to_string()),
        ("MINGJING_TEST_TUS", tus_client(workspace)?.display().to_string()),
        ("MINGJING_TEST_SCHEMATHESIS", schemathesis(workspace)?.display().to_string()),
        ("MINGJING_TEST_MEDIA_PYTHON", engines(workspace)?.display().to_string()),
    ])
}

/// Settings of the private cluster. Its data live for one run, so nothing is
/// flushed; databases are cloned with FILE_COPY, which wants no checkpoints in
/// between.
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 64MB
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
jit = off
";

/// A private cluster on a free port of 127.0.0.1; returns its URL.
fn postgres(guard: &Guard) -> Result<String, Fail> {
    let bin = postgres_bin(POSTGRES_AT_LEAST)
        .ok_or_else(|| format!("找不到 PostgreSQL {POSTGRES_AT_LEAST} 或者更新的版本。"))?;
    let folder = guard.subfolder("postgres")?;
    let account = Account::choose()?;
    account.own(&folder)?;
    let password = random_hex(16)?;
    let password_file = folder.join("password");
    write(&password_file, &password)?;
    account.own(&password_file)?;
    let data = folder.join("data");
    let mut initdb = account.command(&bin.join("initdb"), guard, &folder);
    initdb.arg("-D").arg(&data).args([
        "-U",
        "mingjing",
        "-E",
        "UTF8",
        "--locale=C",
        "-A",
        "scram-sha-256",
        "--no-sync",
    ]);
    initdb.arg(format!("--pwfile={}", password_file.display()));
    capture(&mut initdb)?;
    let configuration = data.join("postgresql.conf");
    let settings = std::fs::read_to_string(&configuration)
        .map_err(|e| format!("{}：{e}", configuration.display()))?
        + SETTINGS;
    write(&configuration, &settings)?;
    let log = folder.join("log");
    // Between choosing a free port and listening on it another program may
    // take it: a few ports are tried.
    let mut last = String::new();
    for _ in 0..3 {
        let port = free_port()?;
        let mut start = account.command(&bin.join("pg_ctl"), guard, &folder);
        start.arg("-D").arg(&data).arg("-l").arg(&log).args([
            "-w",
            "-t",
            "120",
            "-o",
            &format!("-p {port}"),
            "start",
        ]);
        // The server keeps our output open if it inherits it.
        start.stdout(Stdio::null()).stderr(Stdio::null());
        match run(&mut start) {
            Ok(()) => return Ok(format!("postgres://mingjing:{password}@127.0.0.1:{port}/postgres")),
            Err(e) => last = format!("{e}\n{}", std::fs::read_to_string(&log).unwrap_or_default()),
        }
    }
    Err(format!("PostgreSQL 未能启动：{last}"))
}

/// PostgreSQL refuses to run as root; then it runs as an unprivileged user.
struct Account {
    /// Name and numeric ids, when another user than ours.
    other: Option<(String, u32, u32)>,
}

impl Account {
    fn choose() -> Result<Self, Fail> {
        if !is_root() {
            return Ok(Self { other: None });
        }
        let users = std::fs::read_to_string("/etc/passwd").map_err(|e| format!("/etc/passwd：{e}"))?;
        let found = ["postgres", "nobody"].iter().find_map(|name| user_ids(&users, name));
        found
            .map(|other| Self { other: Some(other) })
            .ok_or_else(|| "本机没有可以运行 PostgreSQL 的非管理员用户（postgres 或者 nobody）。".into())
    }

    fn own(&self, path: &Path) -> Result<(), Fail> {
        match &self.other {
            None => Ok(()),
            Some((_, uid, gid)) => std::os::unix::fs::chown(path, Some(*uid), Some(*gid))
                .map_err(|e| format!("{}：{e}", path.display())),
        }
    }

    fn command(&self, program: &Path, guard: &Guard, folder: &Path) -> Command {
        let mut command = match &self.other {
            None => Command::new(program),
            Some((name, ..)) => {
                let mut command = Command::new("runuser");
                command.args(["-u", name, "--"]).arg(program);
                command
            }
        };
        guard.mark(&mut command).current_dir(folder);
        command
    }
}

/// Name, uid and gid of a user in the text of `/etc/passwd`.
fn user_ids(users: &str, name: &str) -> Option<(String, u32, u32)> {
    users.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        match fields.as_slice() {
            [user, _, uid, gid, ..] if *user == name => {
                Some((name.to_owned(), uid.parse().ok()?, gid.parse().ok()?))
            }
            _ => None,
        }
    })
}

fn write(path: &Path, text: &str) -> Result<(), Fail> {
    std::fs::write(path, text).map_err(|e| format!("{}：{e}", path.display()))
}

fn free_port() -> Result<u16, Fail> {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|l| l.local_addr())
        .map(|a| a.port())
        .map_err(|e| format!("没有空闲端口：{e}"))
}

/// A chromedriver on a port of its own choice; returns its URL.
fn webdriver(guard: &Guard) -> Result<String, Fail> {
    let temporary = guard.subfolder("browser")?;
    let mut command = Command::new("chromedriver");
    command.arg("--port=0").arg(format!("--log-path={}", temporary.join("log").display()));
    // Profiles of the browsers go into the run's folder, and with it.
    command.env("TMPDIR", &temporary).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = guard.mark(&mut command).spawn().map_err(|e| format!("无法启动 chromedriver：{e}"))?;
    let output = child.stdout.take();
    guard.keep(child);
    let mut lines = BufReader::new(output.ok_or("chromedriver 没有输出")?);
    let mut line = String::new();
    while lines.read_line(&mut line).map_err(|e| format!("chromedriver：{e}"))? > 0 {
        if let Some(port) = driver_port(&line) {
            // Whatever it says later must not fill the pipe.
            std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
            return Ok(format!("http://127.0.0.1:{port}"));
        }
        line.clear();
    }
    Err("chromedriver 没有报告端口就退出了。".into())
}

/// `ChromeDriver was started successfully on port 41283.` → 41283.
fn driver_port(line: &str) -> Option<u16> {
    line.split("started successfully on port ").nth(1)?.trim().trim_end_matches('.').parse().ok()
}

/// `axe.min.js` of exactly the pinned version, kept in the target folder.
fn axe(workspace: &Workspace) -> Result<PathBuf, Fail> {
    let folder = workspace.target.join("xtask").join(format!("axe-core-{AXE_VERSION}"));
    let file = folder.join("node_modules/axe-core/axe.min.js");
    if !file.is_file() {
        println!("取得 axe-core {AXE_VERSION}……");
        std::fs::create_dir_all(&folder).map_err(|e| format!("{}：{e}", folder.display()))?;
        npm_install(&folder, &format!("axe-core@{AXE_VERSION}"))?;
    }
    let digest = capture(Command::new("sha256sum").arg(&file))?;
    if digest.split_whitespace().next() == Some(AXE_SHA256) {
        Ok(file)
    } else {
        Err(format!("{} 的摘要与项目记载的不同；请删除该目录后重试。", file.display()))
    }
}

/// Installs one package below `folder`, without running anything of it.
fn npm_install(folder: &Path, package: &str) -> Result<(), Fail> {
    let mut npm = Command::new("npm");
    npm.args([
        "install",
        "--no-save",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--loglevel=error",
        "--prefix",
    ])
    .arg(folder)
    .arg(package);
    capture(&mut npm).map(drop)
}

/// The folder that has `tus-js-client` of exactly the pinned version, kept in the target folder.
fn tus_client(workspace: &Workspace) -> Result<PathBuf, Fail> {
    let folder = workspace.target.join("xtask").join(format!("tus-js-client-{TUS_VERSION}"));
    let known = folder.join("node_modules/.package-lock.json");
    if !known.is_file() {
        println!("取得 tus-js-client {TUS_VERSION}……");
        std::fs::create_dir_all(&folder).map_err(|e| format!("{}：{e}", folder.display()))?;
        npm_install(&folder, &format!("tus-js-client@{TUS_VERSION}"))?;
    }
    // npm compares what it unpacks with the digest that it notes here.
    let noted = std::fs::read_to_string(&known).map_err(|e| format!("{}：{e}", known.display()))?;
    if noted.contains(TUS_INTEGRITY) {
        Ok(folder)
    } else {
        Err(format!("{} 的摘要与项目记载的不同；请删除该目录后重试。", folder.display()))
    }
}

/// The fuzzer of the API, in an environment of its own.
fn schemathesis(workspace: &Workspace) -> Result<PathBuf, Fail> {
    environment(workspace, "schemathesis", "bin/schemathesis", &[])
}

/// A Python with the engines of recognition whose packages carry their models. The list is whole, and one package
/// stands in for another of the same content (OpenCV without windows, which needs no display libraries), so what the
/// packages ask for is not looked at; nor the highest Python that one of them was declared for.
fn engines(workspace: &Workspace) -> Result<PathBuf, Fail> {
    environment(workspace, "engines", "bin/python", &["--no-deps", "--ignore-requires-python"])
}

/// An environment with exactly the versions of `xtask/src/<name>.txt`, kept in the target folder under the digest
/// of that list; returns one of its programs.
fn environment(workspace: &Workspace, name: &str, program: &str, options: &[&str]) -> Result<PathBuf, Fail> {
    let list = workspace.root.join(format!("xtask/src/{name}.txt"));
    let digest = capture(Command::new("sha256sum").arg(&list))?;
    let short = digest.get(..12).ok_or("sha256sum 没有给出摘要")?;
    let folder = workspace.target.join("xtask").join(format!("{name}-{short}"));
    let (program, done) = (folder.join(program), folder.join("complete"));
    if done.is_file() && program.is_file() {
        return Ok(program);
    }
    println!("取得 {name}（{}）……", list.display());
    capture(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut pip = Command::new(folder.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", "--no-input", "--only-binary", ":all:"]);
    capture(pip.args(options).arg("--requirement").arg(&list))?;
    // An environment that was cut short is made anew.
    write(&done, "")?;
    Ok(program)
}

#[cfg(test)]
mod tests {
    use super::{driver_port, user_ids};

    #[test]
    fn finds_the_port_in_what_the_driver_says() {
        assert_eq!(driver_port("ChromeDriver was started successfully on port 41283.\n"), Some(41283));
        assert_eq!(driver_port("Starting ChromeDriver 156.0 on port 0\n"), None);
    }

    #[test]
    fn finds_a_user_by_whole_name() {
        let users = "root:x:0:0:root:/r:/bin/sh\npostgres2:x:7:8::/:\npostgres:x:102:105:PostgreSQL:/var/lib/postgresql:/bin/bash\n";
        assert_eq!(user_ids(users, "postgres"), Some(("postgres".to_owned(), 102, 105)));
        assert_eq!(user_ids(users, "nobody"), None);
    }
}
