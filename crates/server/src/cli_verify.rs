//! The subcommands that verify what somebody holds, without any store.

use std::io::BufRead as _;
use std::path::{Path, PathBuf};

use mingjing_ledger::vectors::{Verdict, check_line};

use crate::cli::{Outcome, parse_keys, say};
use crate::ops::{OpsError, verify};

/// Verifies files and packages without any store; true when all hold.
pub fn verify(files: &[PathBuf], vkey: &[String]) -> Outcome {
    let keys = parse_keys(vkey)?;
    let mut all = true;
    for path in files {
        match verify::one(path, &keys)? {
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
