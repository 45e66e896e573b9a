//! Debian packages that a command needs, found by what they provide.

use crate::Fail;
use crate::workspace::{is_root, on_path};
use std::path::{Path, PathBuf};
use std::process::Command;

/// How to see that a package's use is there, also where it came otherwise.
enum Probe {
    /// A program on the path.
    Program(&'static str),
    /// A file at one of these places; `*` stands for one folder.
    File(&'static [&'static str]),
    /// PostgreSQL of at least this major version.
    Postgres(u32),
}

/// One need.
pub struct Need {
    package: &'static str,
    why: &'static str,
    probe: Probe,
}

const CJK_FONT: Need = Need {
    package: "fonts-noto-cjk",
    why: "文书排版用中文字体",
    probe: Probe::File(&[
        "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
        "/usr/share/fonts/*/NotoSerifCJK-Regular.ttc",
        "/usr/share/fonts/*/NotoSerifCJKsc-Regular.otf",
    ]),
};

/// What the demo needs.
pub const DEMO: &[Need] = &[CJK_FONT];

/// The oldest PostgreSQL the project is tested with.
pub const POSTGRES_AT_LEAST: u32 = 15;

/// What the test rings need.
pub const TESTS: &[Need] = &[
    CJK_FONT,
    Need {
        package: "postgresql", why: "两种数据库的同一套测试", probe: Probe::Postgres(POSTGRES_AT_LEAST)
    },
    Need { package: "chromium", why: "浏览器测试", probe: Probe::Program("chromium") },
    Need { package: "chromium-driver", why: "浏览器测试", probe: Probe::Program("chromedriver") },
    Need {
        package: "npm",
        why: "取得无障碍检查程序 axe-core 和上传客户端 tus-js-client",
        probe: Probe::Program("npm"),
    },
    Need { package: "nodejs", why: "运行上传客户端 tus-js-client", probe: Probe::Program("node") },
    Need {
        package: "python3-venv",
        why: "取得接口检查程序 schemathesis 和识别程序",
        // Debian keeps the part that makes environments in a package of its own.
        probe: Probe::File(&["/usr/lib/*/ensurepip/__init__.py", "/usr/local/lib/*/ensurepip/__init__.py"]),
    },
    Need { package: "poppler-utils", why: "检查 PDF 文书的文字", probe: Probe::Program("pdftotext") },
    Need { package: "qpdf", why: "检查 PDF 文书的结构", probe: Probe::Program("qpdf") },
    Need {
        package: "libfaketime",
        why: "移动时钟的测试",
        probe: Probe::File(&["/usr/lib/*/faketime/libfaketime.so.1", "/usr/lib/faketime/libfaketime.so.1"]),
    },
    Need { package: "ffmpeg", why: "音像文件的检查和封面", probe: Probe::Program("ffprobe") },
    Need {
        package: "espeak-ng", why: "语音识别测试的合成语音", probe: Probe::Program("espeak-ng")
    },
    Need { package: "faketime", why: "移动时钟的测试", probe: Probe::Program("faketime") },
];

/// What building the tests needs, given the text of the lock file: the client
/// of the browser tests links the system's TLS library.
pub fn build(lock: &str) -> &'static [Need] {
    const TLS: &[Need] = &[
        Need {
            package: "pkg-config", why: "编译浏览器测试的客户端", probe: Probe::Program("pkg-config")
        },
        Need {
            package: "libssl-dev",
            why: "编译浏览器测试的客户端",
            probe: Probe::File(&["/usr/include/openssl/ssl.h", "/usr/include/*/openssl/ssl.h"]),
        },
    ];
    if lock.contains("name = \"openssl-sys\"") { TLS } else { &[] }
}

impl Need {
    fn met(&self) -> bool {
        match self.probe {
            Probe::Program(name) => on_path(name).is_some(),
            Probe::File(patterns) => patterns.iter().any(|p| first_match(p).is_some()),
            Probe::Postgres(at_least) => postgres_bin(at_least).is_some(),
        }
    }
}

/// The first existing file for a path in which whole parts may be `*`.
fn first_match(pattern: &str) -> Option<PathBuf> {
    let mut found = vec![PathBuf::from("/")];
    for part in pattern.split('/').filter(|p| !p.is_empty()) {
        found = found
            .iter()
            .flat_map(|folder| match part {
                "*" => std::fs::read_dir(folder)
                    .map(|entries| entries.flatten().map(|e| e.path()).collect())
                    .unwrap_or_default(),
                name => vec![folder.join(name)],
            })
            .filter(|path| path.exists())
            .collect();
    }
    found.sort();
    found.into_iter().next()
}

/// Folder of the programs of the newest PostgreSQL that is new enough.
pub fn postgres_bin(at_least: u32) -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok();
    let debian = versions
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin")))
        })
        .filter(|(major, bin)| *major >= at_least && bin.join("initdb").is_file())
        .max();
    debian.map(|(_, bin)| bin).or_else(|| elsewhere(at_least))
}

/// PostgreSQL that does not lie where Debian puts it.
fn elsewhere(at_least: u32) -> Option<PathBuf> {
    let program = on_path("initdb")?;
    let output = Command::new(&program).arg("--version").output().ok()?;
    let major = major_of(&String::from_utf8_lossy(&output.stdout))?;
    (major >= at_least).then(|| program.parent().map(Path::to_path_buf)).flatten()
}

/// `initdb (PostgreSQL) 15.14 (Debian …)` → 15.
fn major_of(version: &str) -> Option<u32> {
    let word = version.split_whitespace().find(|w| w.starts_with(|c: char| c.is_ascii_digit()))?;
    word.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Installs what is missing.
///
/// # Errors
/// When something is missing and cannot be installed here: says what, what
/// for, and the command to run.
pub fn ensure(needs: &[Need]) -> Result<(), Fail> {
    let missing: Vec<&Need> = needs.iter().filter(|n| !n.met()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = missing.iter().map(|n| n.package).collect();
    let list: String = missing.iter().map(|n| format!("\n  {}（{}）", n.package, n.why)).collect();
    let by_hand = format!("apt-get install -y --no-install-recommends {}", names.join(" "));
    if on_path("apt-get").is_none() {
        return Err(format!("缺少下列软件包，而本机没有 apt-get，请用本机的方式安装：{list}"));
    }
    if !is_root() {
        return Err(format!("缺少下列软件包，安装需要管理员权限：{list}\n请先运行：sudo {by_hand}"));
    }
    println!("安装软件包：{}", names.join(" "));
    let apt = |arguments: &[&str]| {
        crate::workspace::run(
            Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"),
        )
    };
    apt(&["update", "-qq"])?;
    let mut install = vec!["install", "-y", "-qq", "--no-install-recommends"];
    install.extend(&names);
    apt(&install)?;
    match missing.iter().find(|n| !n.met()) {
        None => Ok(()),
        Some(need) => {
            Err(format!("软件包 {} 已安装，但仍找不到它应当提供的内容（{}）。", need.package, need.why))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{first_match, major_of};

    #[test]
    fn reads_the_major_version() {
        assert_eq!(major_of("initdb (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n"), Some(15));
        assert_eq!(major_of("initdb (PostgreSQL) 18beta2"), Some(18));
        assert_eq!(major_of("initdb"), None);
    }

    #[test]
    fn a_star_stands_for_one_folder() {
        assert_eq!(first_match("/proc/*/comm").is_some(), std::path::Path::new("/proc/1/comm").exists());
        assert_eq!(first_match("/proc/*/no-such-file-at-all"), None);
        assert_eq!(first_match("/no-such-folder/*"), None);
    }
}
