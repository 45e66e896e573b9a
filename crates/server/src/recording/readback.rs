//! `mingjing readback`: a medium with long-term copies is read as a folder, every file of it hashed,
//! and what was found recorded with each recording that has a copy on it.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use mingjing_domain::matter::MatterId;
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
}

/// The roots of every file below a folder, and how many files there are. Links are not followed:
/// they are not on the medium.
///
/// # Errors
/// When a file cannot be read.
pub fn roots(folder: &Path) -> Result<(BTreeSet<String>, u32), OpsError> {
    let (mut found, mut files) = (BTreeSet::new(), 0);
    let mut open = vec![(folder.to_path_buf(), 0)];
    let mut buffer = vec![0; PART];
    while let Some((path, depth)) = open.pop() {
        let io = |error| OpsError::io(&path, error);
        for entry in std::fs::read_dir(&path).map_err(io)? {
            let entry = entry.map_err(io)?;
            let (kind, inside) = (entry.file_type().map_err(io)?, entry.path());
            if kind.is_dir() && depth < DEEP {
                open.push((inside, depth + 1));
            } else if kind.is_file() {
                found.insert(root(&inside, &mut buffer).map_err(|error| OpsError::io(&inside, error))?);
                files += 1;
            }
        }
    }
    Ok((found, files))
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
async fn copies(app: &App, number: &str) -> Result<Vec<(MatterId, LongTermCopy)>, OpsError> {
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
            out.extend(here.map(|copy| (recording, copy)));
        }
    }
}

/// Records what was found of one copy. Gives the pieces that are missing.
async fn note(
    app: &App,
    recording: MatterId,
    copy: &LongTermCopy,
    (found, files): (&BTreeSet<String>, u32),
) -> Result<Vec<u16>, OpsError> {
    let it = app.load::<Recording>(recording).await?.ok_or_else(|| gone(recording))?;
    let on_medium = |(segment, it): (u16, &mingjing_domain::recording::state::Segment)| {
        let sha256_root = it.identity.as_ref().map(|it| it.sha256_root.clone())?;
        found.contains(&sha256_root).then_some(Copied { segment, sha256_root })
    };
    let pieces = (1..).zip(&it.segments).filter_map(on_medium).collect();
    let read = ReadBack { medium: copy.medium, number: copy.number.clone(), files, pieces };
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

/// Reads a folder and records what was found; gives one line a copy, and whether all of them hold.
///
/// # Errors
/// When nothing is registered under the number, the folder cannot be read, or the database fails.
pub async fn checked(app: &App, number: &str, folder: &Path) -> Result<(Vec<String>, bool), OpsError> {
    let number = number.trim();
    let copies = copies(app, number).await?;
    if copies.is_empty() {
        return Err(OpsError::Refused(format!("没有登记编号为 {number} 的长期保存副本")));
    }
    let (found, files) = roots(folder)?;
    let (mut lines, mut good) = (vec![format!("读出 {files} 个文件")], true);
    for (recording, copy) in &copies {
        let missing = note(app, *recording, copy, (&found, files)).await?;
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
    let (lines, good) = checked(&app, &args.number, &args.folder).await?;
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
        let (found, files) = roots(folder.path()).unwrap();
        let mut film = EvidenceHasher::new();
        film.update(b"film");
        assert_eq!((found.len(), files), (2, 3), "the same content twice is one root");
        assert!(found.contains(&hex::encode(film.finish().root.sha256)));
        assert!(roots(&folder.path().join("none")).is_err());
    }
}
