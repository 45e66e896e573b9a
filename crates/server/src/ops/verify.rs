//! Verification for an outsider: a download, a proof, a package as a folder or in one file.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use mingjing_ledger::bundle::{Bundle, Verified, verify_document};
use mingjing_ledger::filed::ListReport;
use mingjing_ledger::note::VerifierKey;
use mingjing_ledger::package::{Checking, PackageError, PackageReport};

use super::OpsError;
use crate::archive::bag::{ZipError, each};

/// Verifies one file or folder: lines that say what holds, or why it does not.
///
/// # Errors
/// When it cannot be read at all.
pub fn one(path: &Path, keys: &[VerifierKey]) -> Result<Result<Vec<String>, String>, OpsError> {
    if path.is_dir() {
        let mut checking = Checking::default();
        return Ok(match walk(path, path, &mut |name, file| Ok(checking.take(name, file, keys)?)) {
            Ok(()) => checking.finish(keys).map_err(|e| e.to_string()).map(package),
            Err(Fault::Package(error)) => Err(error.to_string()),
            Err(Fault::Ops(error)) => return Err(error),
        });
    }
    let mut file = File::open(path).map_err(|e| OpsError::io(path, e))?;
    let mut first = Vec::new();
    file.by_ref().take(4).read_to_end(&mut first).map_err(|e| OpsError::io(path, e))?;
    file.rewind().map_err(|e| OpsError::io(path, e))?;
    if first == b"PK\x03\x04" {
        let mut checking = Checking::default();
        return Ok(each(BufReader::new(file), |name, file| Ok(checking.take(name, file, keys)?))
            .and_then(|()| Ok(checking.finish(keys)?))
            .map(package)
            .map_err(|error: Zipped| error.to_string()));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|e| OpsError::io(path, e))?;
    Ok(if bytes.starts_with(b"%PDF") {
        verify_document(&bytes, keys).map(|it| describe(&it.proof)).map_err(|e| e.to_string())
    } else {
        Bundle::from_bytes(&bytes)
            .and_then(|bundle| bundle.verify(keys))
            .map(|it| describe(&it))
            .map_err(|e| e.to_string())
    })
}

/// Why a package in one file does not hold.
#[derive(Debug, thiserror::Error)]
enum Zipped {
    #[error(transparent)]
    Zip(#[from] ZipError),
    #[error(transparent)]
    Package(#[from] PackageError),
}

/// Why a package in a folder does not hold, or cannot be read.
enum Fault {
    Package(PackageError),
    Ops(OpsError),
}

impl From<PackageError> for Fault {
    fn from(error: PackageError) -> Self {
        Self::Package(error)
    }
}

/// What a package says of itself when it holds.
fn package(it: PackageReport) -> Vec<String> {
    let mut lines = vec![format!("文件 {} 个，证明 {} 份", it.files, it.proofs.len())];
    lines.push(match it.seal {
        Some(seal) => format!("封装已入账：账本 {}，第 {} 号", seal.head.checkpoint.origin, seal.index),
        None => "没有封装证明：清单只能发现损坏，不能发现替换".to_owned(),
    });
    if let ListReport { lists: lists @ 1.., proved } = it.lists {
        let supplements = lists - 1;
        lines.push(format!(
            "归档清单 {lists} 份（首次归档，补充归档 {supplements} 份），次序连续，其中 {proved} 份与账本相符"
        ));
    }
    lines
}

fn describe(it: &Verified) -> Vec<String> {
    let head = &it.head.checkpoint;
    let mut lines = vec![format!("账本 {}，第 {} 号，共 {} 条", head.origin, it.index, head.size)];
    for field in &it.event.fields {
        if let Some(text) = field.rendered() {
            lines.push(format!("{}：{text}", field.name()));
        }
    }
    lines.push(format!("另有 {} 项内容未出示", it.event.hidden));
    lines
}

/// Goes through the files below a folder, each under its name relative to `root`.
fn walk(
    root: &Path,
    folder: &Path,
    take: &mut dyn FnMut(String, &mut dyn Read) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let unread = |path: &Path, e| Fault::Ops(OpsError::io(path, e));
    for entry in std::fs::read_dir(folder).map_err(|e| unread(folder, e))? {
        let path = entry.map_err(|e| unread(folder, e))?.path();
        if path.is_dir() {
            walk(root, &path, take)?;
        } else {
            let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            take(name, &mut File::open(&path).map_err(|e| unread(&path, e))?)?;
        }
    }
    Ok(())
}
