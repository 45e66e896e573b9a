//! Where things are, and how cargo is called.

use crate::Fail;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The checkout and the folder for what is built.
pub struct Workspace {
    /// Root of the checkout.
    pub root: PathBuf,
    /// `CARGO_TARGET_DIR`, or `target` in the checkout.
    pub target: PathBuf,
}

impl Workspace {
    /// The workspace this program was built from.
    ///
    /// # Errors
    /// When it is not there any more.
    pub fn find() -> Result<Self, Fail> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest.parent().map(Path::to_path_buf).filter(|r| r.join("Cargo.toml").is_file());
        let root = root.ok_or_else(|| format!("{} 的上级目录不是工作区。", manifest.display()))?;
        let target = match std::env::var_os("CARGO_TARGET_DIR").filter(|t| !t.is_empty()) {
            // Cargo takes a relative folder from where it was called.
            Some(folder) => std::env::current_dir().map_err(|e| format!("当前目录：{e}"))?.join(folder),
            None => root.join("target"),
        };
        Ok(Self { root, target })
    }

    /// A cargo command in the root, without the variables that `cargo run`
    /// left in our environment (they would make some build scripts run again).
    pub fn cargo(&self) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target);
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("CARGO_PKG_")
                || name.starts_with("CARGO_MANIFEST_")
                || matches!(&*name, "CARGO_BIN_NAME" | "CARGO_CRATE_NAME" | "CARGO_PRIMARY_PACKAGE")
            {
                command.env_remove(&*name);
            }
        }
        command
    }

    /// Builds the release binary `mingjing` and says where it is.
    ///
    /// # Errors
    /// When it does not build.
    pub fn release_binary(&self) -> Result<PathBuf, Fail> {
        println!("编译 mingjing（release；首次约需十几分钟）……");
        let mut build = self.cargo();
        build.args(["build", "--release", "--locked", "--package", "mingjing", "--bin", "mingjing"]);
        run(&mut build)?;
        Ok(self.target.join("release").join("mingjing"))
    }
}

/// Runs a command to its end with our own input and output.
///
/// # Errors
/// When it cannot start or does not end well.
pub fn run(command: &mut Command) -> Result<(), Fail> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|e| format!("无法运行 {name}：{e}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name} 未成功：{status}")) }
}

/// Runs a command and returns what it printed, trimmed.
///
/// # Errors
/// When it cannot start or does not end well; with what it said on stderr.
pub fn capture(command: &mut Command) -> Result<String, Fail> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|e| format!("无法运行 {name}：{e}"))?;
    if !output.status.success() {
        return Err(format!(
            "{name} 未成功（{}）：{}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        ));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Whether a program of that name is on the path.
pub fn on_path(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// The effective user is root.
pub fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|m| m.uid() == 0)
}
