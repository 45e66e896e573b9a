//! `cargo xtask demo`: from a checkout to a running system with synthetic cases.

use crate::Fail;
use crate::options::Options;
use crate::packages;
use crate::workspace::Workspace;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Stands in a folder that this command has made, and only in such a folder.
const MARKER: &str = ".mingjing-demo";

/// What the name of the key's folder or file adds to the name of the data folder.
const KEY_SUFFIXES: [&str; 4] = [".key", ".keys", "-key", "-keys"];

/// Builds and becomes `mingjing demo`: its output, Ctrl-C and exit code are
/// then this command's own.
///
/// # Errors
/// When a package is missing, the folder is not ours, or it does not build.
pub fn run(workspace: &Workspace, options: &Options) -> Result<(), Fail> {
    options.refuse_passed_on()?;
    let listen = options.value("--listen").unwrap_or("127.0.0.1:8080");
    let folder = match options.value("--data") {
        Some(given) => std::env::current_dir().map_err(|e| format!("当前目录：{e}"))?.join(given),
        None => workspace.root.join("demo-data"),
    };
    let keep = options.flag("--keep");
    // Asked before the long build, done after it.
    let state = Folder::look(&folder)?;
    if keep && !matches!(state, Folder::Ours) {
        return Err(format!("{} 中没有可以继续使用的演示数据。", folder.display()));
    }
    packages::ensure(packages::DEMO)?;
    let binary = workspace.release_binary()?;
    let verb = if keep {
        "serve"
    } else {
        prepare(&folder, &state)?;
        "demo"
    };
    println!("启动：mingjing {verb} --data {} --listen {listen}（Ctrl-C 停止）", folder.display());
    let mut command = Command::new(&binary);
    command.arg(verb).arg("--data").arg(&folder).args(["--listen", listen]).current_dir(&workspace.root);
    Err(format!("无法启动 {}：{}", binary.display(), command.exec()))
}

/// What is at the place of the data.
#[derive(Debug, PartialEq, Eq)]
enum Folder {
    /// Nothing, or an empty folder.
    Free,
    /// An earlier demo.
    Ours,
}

impl Folder {
    /// Looks, and refuses whatever is neither free nor a demo's.
    fn look(folder: &Path) -> Result<Self, Fail> {
        let entries = match std::fs::read_dir(folder) {
            Ok(mut entries) => entries.next().is_some(),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => false,
            Err(e) => return Err(format!("{}：{e}", folder.display())),
        };
        if !entries {
            Ok(Self::Free)
        } else if folder.join(MARKER).is_file() {
            Ok(Self::Ours)
        } else {
            Err(format!("{} 不是演示建立的目录，不予覆盖；请另选目录：--data 目录", folder.display()))
        }
    }
}

/// An empty folder with our marker. An earlier demo makes way, together with
/// its signing key, which is kept beside the data: a new log must not be signed
/// with the key of the old one.
fn prepare(folder: &Path, state: &Folder) -> Result<(), Fail> {
    if *state == Folder::Ours {
        println!("清除上次的演示数据：{}", folder.display());
        for path in std::iter::once(folder.to_path_buf()).chain(beside(folder)) {
            let removed =
                if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
            removed.map_err(|e| format!("清除 {}：{e}", path.display()))?;
        }
    }
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(folder.join(MARKER), "cargo xtask demo\n"))
        .map_err(|e| format!("建立 {}：{e}", folder.display()))
}

/// The signing key that `mingjing` keeps beside a data folder. Only these exact
/// names: another demo may lie next to this one.
fn beside(folder: &Path) -> Vec<PathBuf> {
    let Some(name) = folder.file_name() else { return Vec::new() };
    let sibling = |suffix: &str| {
        let mut sibling = name.to_owned();
        sibling.push(suffix);
        folder.with_file_name(sibling)
    };
    KEY_SUFFIXES.iter().map(|suffix| sibling(suffix)).filter(|path| path.exists()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Folder, MARKER, prepare};
    use crate::guard::Guard;

    #[test]
    fn a_foreign_folder_is_refused_and_left_alone() {
        let run = Guard::open().unwrap();
        let folder = run.subfolder("data").unwrap();
        std::fs::write(folder.join("ledger.db"), "theirs").unwrap();
        assert!(Folder::look(&folder).unwrap_err().contains("不予覆盖"));
        assert_eq!(std::fs::read_to_string(folder.join("ledger.db")).unwrap(), "theirs");
    }

    #[test]
    fn an_earlier_demo_makes_way_with_its_key_and_nothing_else() {
        let run = Guard::open().unwrap();
        let folder = run.folder.join("data");
        assert_eq!(Folder::look(&folder), Ok(Folder::Free));
        prepare(&folder, &Folder::Free).unwrap();
        assert_eq!(Folder::look(&folder), Ok(Folder::Ours));
        std::fs::write(folder.join("ledger.db"), "old").unwrap();
        std::fs::create_dir(run.folder.join("data.key")).unwrap();
        std::fs::create_dir(run.folder.join("data-2")).unwrap();
        prepare(&folder, &Folder::Ours).unwrap();
        assert!(folder.join(MARKER).is_file() && !folder.join("ledger.db").exists());
        assert!(!run.folder.join("data.key").exists());
        assert!(run.folder.join("data-2").is_dir());
    }
}
