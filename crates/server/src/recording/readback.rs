//! `mingjing readback`: a medium with long-term copies is read as a folder, every file of it hashed,
//! and what was found recorded with each recording that has a copy on it.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use mingjing_domain::matter::{MatterId, OrganId};
use mingjing_domain::organ::OrganState;
use mingjing_domain::recording::event::{Copied, LongTermCopy, ReadBack};
use mingjing_domain::recording::{Recording, RecordingCommand};
use mingjing_ledger::commit::EvidenceHasher;
use uuid::Uuid;

use super::service::{Options, act, system};
use super::store;
use crate::case::access::rules;
use crate::kit::app::App;
use crate::kit::config::Config;
use crate::kit::entropy::Draw;
use crate::ops::{self, OpsError};

/// Pieces looked at together.
const PAGE: u32 = 500;
/// Bytes read at once.
const PART: usize = 1 << 20;
/// Folders inside folders that are gone into.
const DEEP: usize = 32;

/// What is read.
#[derive(Clone, Debug, Args)]
pub struct ReadBackArgs {
    /// 登记长期保存副本时填写的载体编号
    pub number: String,
    /// 载体上的文件夹，或者由载体复制出来的文件夹
    pub folder: PathBuf,
    /// 机关的统一社会信用代码；几个机关有同一编号的载体时须写明
    #[arg(long)]
    pub organ: Option<String>,
    /// 载体种类，例如 光盘；同一编号有几种载体时须写明
    #[arg(long)]
    pub medium: Option<String>,
}

/// What a folder holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Roots of the files that could be read.
    pub roots: BTreeSet<String>,
    /// How many those are.
    pub files: u32,
    /// What could not be read, with the reason: of a damaged medium just this is to be recorded.
    pub failed: Vec<String>,
}

/// Reads every file below a folder. Links are not followed: they are not on the medium.
///
/// # Errors
/// When the folder itself cannot be read or holds no file, as when a medium is not mounted; when
/// folders lie deeper in each other than is gone into.
pub fn held(folder: &Path) -> Result<Held, OpsError> {
    let mut out = Held::default();
    let mut open = vec![(folder.to_path_buf(), 0)];
    let mut buffer = vec![0; PART];
    while let Some((path, depth)) = open.pop() {
        let entries = match std::fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if depth == 0 => return Err(OpsError::io(&path, error)),
            Err(error) => {
                out.failed.push(format!("{}：{error}", path.display()));
                continue;
            }
        };
        for entry in entries {
            let read = entry.and_then(|it| Ok((it.file_type()?, it.path())));
            let (kind, inside) = match read {
                Ok(read) => read,
                Err(error) => {
                    out.failed.push(format!("{}：{error}", path.display()));
                    continue;
                }
            };
            if kind.is_dir() {
                if depth == DEEP {
                    let path = inside.display();
                    return Err(OpsError::Refused(format!(
                        "{path} 超过{DEEP}层，没有读；请指明载体上的文件夹"
                    )));
                }
                open.push((inside, depth + 1));
            } else if kind.is_file() {
                match root(&inside, &mut buffer) {
                    Ok(root) => {
                        out.roots.insert(root);
                        out.files += 1;
                    }
                    Err(error) => out.failed.push(format!("{}：{error}", inside.display())),
                }
            }
        }
    }
    if out.files == 0 && out.failed.is_empty() {
        let folder = folder.display();
        return Err(OpsError::Refused(format!("{folder} 中没有文件；请核对载体已经装入，没有登记任何结果")));
    }
    Ok(out)
}

fn root(path: &Path, buffer: &mut [u8]) -> std::io::Result<String> {
    let (mut file, mut hasher) = (File::open(path)?, EvidenceHasher::new());
    loop {
        match file.read(buffer)? {
            0 => return Ok(hex::encode(hasher.finish().root.sha256)),
            read => hasher.update(&buffer[..read]),
        }
    }
}

/// Recordings with a copy on a medium of this number, and each such copy.
async fn copies(app: &App, number: &str) -> Result<Vec<Registered>, OpsError> {
    let (mut after, mut seen, mut out) = ((MatterId(Uuid::nil()), 0), BTreeSet::new(), Vec::new());
    loop {
        let page = store::stored_behind(app.db(), after, PAGE).await?;
        let Some((recording, no, _)) = page.last() else { return Ok(out) };
        after = (*recording, *no);
        for (recording, ..) in page {
            if !seen.insert(recording) {
                continue;
            }
            let Some(it) = app.load::<Recording>(recording).await? else { continue };
            let here = it.copies.iter().filter(|copy| copy.number.trim() == number).cloned();
            out.extend(here.map(|copy| (recording, it.organ, copy)));
        }
    }
}

/// Records what was found of one copy. Gives the pieces that are missing.
async fn note(
    app: &App,
    recording: MatterId,
    copy: &LongTermCopy,
    held: &Held,
) -> Result<Vec<u16>, OpsError> {
    let it = app.load::<Recording>(recording).await?.ok_or_else(|| gone(recording))?;
    let on_medium = |(segment, it): (u16, &mingjing_domain::recording::state::Segment)| {
        let sha256_root = it.identity.as_ref().map(|it| it.sha256_root.clone())?;
        held.roots.contains(&sha256_root).then_some(Copied { segment, sha256_root })
    };
    let pieces = (1..).zip(&it.segments).filter_map(on_medium).collect();
    let read = ReadBack { medium: copy.medium, number: copy.number.clone(), files: held.files, pieces };
    let id = Draw::new(app.entropy().as_ref()).uuid_v7(app.now().as_millisecond());
    let command = RecordingCommand::ReadBackCopy(read);
    let done = act(app, rules(), &system(it.organ), Some(recording), command, Options::new(id)).await;
    done.map_err(|error| OpsError::Refused(error.to_string()))?;
    let it = app.load::<Recording>(recording).await?.ok_or_else(|| gone(recording))?;
    Ok(it.last_read(copy).map(|it| it.missing.clone()).unwrap_or_default())
}

fn gone(recording: MatterId) -> OpsError {
    OpsError::Refused(format!("音像记录 {recording} 不存在"))
}

/// One copy of a recording, with its organ.
type Registered = (MatterId, OrganId, LongTermCopy);

/// The copies that are on the medium that is meant: a number is unique in an organ and among media
/// of a kind only, and what is recorded of somebody else's medium would stay on record.
///
/// # Errors
/// When nothing is registered under the number, or media of several organs or kinds are, and it is
/// not said which.
async fn meant(app: &App, args: &ReadBackArgs) -> Result<Vec<Registered>, OpsError> {
    let number = args.number.trim();
    let mut codes = BTreeMap::new();
    let (mut found, mut kinds) = (Vec::new(), BTreeSet::new());
    for it in copies(app, number).await? {
        if let Entry::Vacant(entry) = codes.entry(it.1) {
            let organ = app.load::<OrganState>(MatterId(it.1.0)).await?;
            entry.insert(organ.map_or_else(String::new, |it| it.profile.code.clone()));
        }
        let code = codes.get(&it.1).map_or("", String::as_str);
        let asked = |given: &Option<String>, own: &str| given.as_ref().is_none_or(|it| it.trim() == own);
        if asked(&args.organ, code) && asked(&args.medium, it.2.medium.label()) {
            kinds.insert(format!("机关 {code} 的{}", it.2.medium.label()));
            found.push(it);
        }
    }
    match kinds.len() {
        0 => Err(OpsError::Refused(format!("没有登记编号为 {number} 的长期保存副本"))),
        1 => Ok(found),
        _ => {
            let kinds = kinds.into_iter().collect::<Vec<_>>().join("、");
            Err(OpsError::Refused(format!("编号 {number} 有{kinds}；请用 --organ、--medium 写明是哪一个")))
        }
    }
}

/// Reads a folder and records what was found; gives one line a copy, and whether all of them hold.
///
/// # Errors
/// When it is not clear which medium is meant, the folder cannot be read, or the database fails.
pub async fn checked(app: &App, args: &ReadBackArgs) -> Result<(Vec<String>, bool), OpsError> {
    let copies = meant(app, args).await?;
    let held = held(&args.folder)?;
    let mut lines = vec![format!("读出 {} 个文件", held.files)];
    lines.extend(held.failed.iter().map(|it| format!("不能读出 {it}")));
    let mut good = held.failed.is_empty();
    for (recording, _, copy) in &copies {
        let missing = note(app, *recording, copy, &held).await?;
        let names: Vec<String> = missing.iter().map(ToString::to_string).collect();
        let words = match names.as_slice() {
            [] => "各段与入库的一致".to_owned(),
            _ => format!("第{}段没有读出或者与入库的不一致", names.join("、")),
        };
        good &= missing.is_empty();
        lines.push(format!("音像记录 {recording} {} {}：{words}", copy.medium.label(), copy.number));
    }
    Ok((lines, good))
}

/// The command.
///
/// # Errors
/// As [`checked`].
pub async fn command(config: &Config, args: &ReadBackArgs) -> Result<bool, OpsError> {
    let app = ops::open_to_write(config).await?;
    let (lines, good) = checked(&app, args).await?;
    let stdout = Path::new("stdout");
    writeln!(std::io::stdout(), "{}", lines.join("\n")).map_err(|e| OpsError::io(stdout, e))?;
    Ok(good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_read_and_links_are_not() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("甲/乙")).unwrap();
        std::fs::write(folder.path().join("甲/乙/1.mp4"), b"film").unwrap();
        std::fs::write(folder.path().join("2.mp4"), b"film").unwrap();
        std::fs::write(folder.path().join("空"), b"").unwrap();
        let outside = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(outside.path(), b"elsewhere").unwrap();
        std::os::unix::fs::symlink(outside.path(), folder.path().join("link")).unwrap();
        let it = held(folder.path()).unwrap();
        let mut film = EvidenceHasher::new();
        film.update(b"film");
        assert_eq!(
            (it.roots.len(), it.files, it.failed.len()),
            (2, 3, 0),
            "the same content twice is one root"
        );
        assert!(it.roots.contains(&hex::encode(film.finish().root.sha256)));
        assert!(held(&folder.path().join("none")).is_err());
    }

    #[test]
    fn an_empty_folder_records_nothing_and_one_too_deep_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("空")).unwrap();
        let said = held(folder.path()).unwrap_err().to_string();
        assert!(said.contains("没有文件"), "{said}");
        let deep = (0..=DEEP).fold(folder.path().to_path_buf(), |path, _| path.join("层"));
        std::fs::create_dir_all(&deep).unwrap();
        let said = held(folder.path()).unwrap_err().to_string();
        assert!(said.contains("超过32层"), "{said}");
    }
}
