//! The subcommands that verify what somebody holds, without any store.

use std::io::BufRead as _;
use std::path::{Path, PathBuf};

use mingjing_ledger::bundle::{Bundle, Verified, verify_document};
use mingjing_ledger::note::VerifierKey;
use mingjing_ledger::package::verify_package;
use mingjing_ledger::vectors::{Verdict, check_line};

use crate::cli::{Outcome, parse_keys, say};
use crate::ops::OpsError;

/// Verifies files and packages without any store; true when all hold.
pub fn verify(files: &[PathBuf], vkey: &[String]) -> Outcome {
    let keys = parse_keys(vkey)?;
    let mut all = true;
    for path in files {
        match verify_one(path, &keys)? {
            Ok(lines) => {
                say(format!("{}：验证通过", path.display()))?;
                for line in lines {
                    say(format!("  {line}"))?;
                }
            }
            Err(reason) => {
                all = false;
                say(format!("{}：验证不通过：{reason}", path.display()))?;
            }
        }
    }
    Ok(all)
}

fn verify_one(path: &Path, keys: &[VerifierKey]) -> Result<Result<Vec<String>, String>, OpsError> {
    if path.is_dir() {
        let mut files = Vec::new();
        walk(path, path, &mut files)?;
        return Ok(verify_package(files, keys)
            .map(|it| vec![format!("文件 {} 个，证明 {} 份", it.files, it.proofs.len())])
            .map_err(|e| e.to_string()));
    }
    let bytes = std::fs::read(path).map_err(|e| OpsError::io(path, e))?;
    Ok(if bytes.starts_with(b"%PDF") {
        verify_document(&bytes, keys).map(|it| describe(&it.proof)).map_err(|e| e.to_string())
    } else {
        Bundle::from_bytes(&bytes)
            .and_then(|bundle| bundle.verify(keys))
            .map(|it| describe(&it))
            .map_err(|e| e.to_string())
    })
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

/// Checks proof vectors from the standard input, a line each.
pub fn verify_proofs() -> Outcome {
    let mut all = true;
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|e| OpsError::io(Path::new("stdin"), e))?;
        if line.trim().is_empty() {
            continue;
        }
        let verdict = check_line(&line);
        all &= matches!(verdict, Verdict::Ok);
        say(verdict)?;
    }
    Ok(all)
}
