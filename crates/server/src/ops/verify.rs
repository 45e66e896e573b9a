//! Verification for an outsider: a download, a proof, a package as a folder or in one file.

use std::path::Path;

use mingjing_ledger::bundle::{Bundle, Verified, verify_document};
use mingjing_ledger::note::VerifierKey;
use mingjing_ledger::package::verify_package;

use super::OpsError;
use crate::archive::bag::unzip;

/// Verifies one file or folder: lines that say what holds, or why it does not.
///
/// # Errors
/// When it cannot be read at all.
pub fn one(path: &Path, keys: &[VerifierKey]) -> Result<Result<Vec<String>, String>, OpsError> {
    if path.is_dir() {
        let mut files = Vec::new();
        walk(path, path, &mut files)?;
        return Ok(package(files, keys));
    }
    let bytes = std::fs::read(path).map_err(|e| OpsError::io(path, e))?;
    if bytes.starts_with(b"PK\x03\x04") {
        return Ok(unzip(&bytes).map_err(|e| e.to_string()).and_then(|files| package(files, keys)));
    }
    Ok(if bytes.starts_with(b"%PDF") {
        verify_document(&bytes, keys).map(|it| describe(&it.proof)).map_err(|e| e.to_string())
    } else {
        Bundle::from_bytes(&bytes)
            .and_then(|bundle| bundle.verify(keys))
            .map(|it| describe(&it))
            .map_err(|e| e.to_string())
    })
}

/// What a package says of itself when it holds.
fn package(files: Vec<(String, Vec<u8>)>, keys: &[VerifierKey]) -> Result<Vec<String>, String> {
    let it = verify_package(files, keys).map_err(|e| e.to_string())?;
    let mut lines = vec![format!("文件 {} 个，证明 {} 份", it.files, it.proofs.len())];
    lines.push(match it.seal {
        Some(seal) => format!("封装已入账：账本 {}，第 {} 号", seal.head.checkpoint.origin, seal.index),
        None => "没有封装证明：清单只能发现损坏，不能发现替换".to_owned(),
    });
    Ok(lines)
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

fn walk(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) -> Result<(), OpsError> {
    for entry in std::fs::read_dir(folder).map_err(|e| OpsError::io(folder, e))? {
        let path = entry.map_err(|e| OpsError::io(folder, e))?.path();
        if path.is_dir() {
            walk(root, &path, files)?;
        } else {
            let bytes = std::fs::read(&path).map_err(|e| OpsError::io(&path, e))?;
            let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            files.push((name, bytes));
        }
    }
    Ok(())
}
