//! `mingjing rekey`: every piece comes under the current master key, after a fresh one was
//! made if asked. The pieces themselves are not touched, only the keys they lie under.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use clap::Args;
use mingjing_domain::matter::civil_day;
use mingjing_vault::{Cipher, KeyRing, Vault};

use super::config::{self, EvidenceConfig};
use crate::kit::blob::write_new;
use crate::kit::clock::{Clock, SystemClock};
use crate::kit::config::Config;
use crate::ops::OpsError;

/// Pieces looked at together.
const PAGE: usize = 500;

/// How master keys are changed.
#[derive(Clone, Debug, Default, Args)]
pub struct RekeyArgs {
    /// 先生成一个新的主密钥，作为当前主密钥
    #[arg(long)]
    pub fresh: bool,
    /// 新主密钥的编号；缺省为当日日期
    #[arg(long, requires = "fresh")]
    pub id: Option<String>,
    /// 新主密钥用国密 SM4-GCM；缺省与当前主密钥相同
    #[arg(long, requires = "fresh")]
    pub sm4: bool,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rekeyed {
    /// The current master key.
    pub id: String,
    /// Pieces that came under it.
    pub moved: u64,
    /// Pieces that had been under it.
    pub known: u64,
    /// Pieces that could not be brought under it, with what is wrong.
    pub failed: Vec<String>,
}

fn refused(error: impl std::fmt::Display) -> OpsError {
    OpsError::Refused(format!("证据库：{error}"))
}

/// Changes the keys and prints what was done; true when every piece is under the current key.
///
/// # Errors
/// When there is no store, a program serves from it, or the key file cannot be written.
pub async fn command(config: &Config, own: &EvidenceConfig, args: &RekeyArgs) -> Result<bool, OpsError> {
    let done = rekey(config, own, args).await?;
    let mut text = String::new();
    for it in &done.failed {
        text.push_str(&format!("未能改用：{it}\n"));
    }
    text.push_str(&format!("当前主密钥 {}：改用 {} 份，原已使用 {} 份", done.id, done.moved, done.known));
    if args.fresh {
        text.push_str("\n此前的主密钥仍在密钥文件中：改用之前的备份还要用它们，备份都已作废的，可以删去");
    }
    let stdout = Path::new("stdout");
    writeln!(std::io::stdout(), "{text}").map_err(|e| OpsError::io(stdout, e))?;
    Ok(done.failed.is_empty())
}

/// Changes the keys. A program that serves holds the earlier keys in memory and could not read
/// what comes under a new one: so the store must be at rest. Stopped halfway, it goes on when
/// it is run again.
///
/// # Errors
/// As [`command`].
pub async fn rekey(config: &Config, own: &EvidenceConfig, args: &RekeyArgs) -> Result<Rekeyed, OpsError> {
    if !own.folder(config).is_dir() {
        return Err(OpsError::Refused("还没有证据库".to_owned()));
    }
    let now = SystemClock.now();
    let mut vault = config::open(config, own, now)?;
    if args.fresh {
        renew(config, own, args)?;
        // Closed and opened again: it takes the keys from the file.
        drop(vault);
        vault = config::open(config, own, now)?;
    }
    let id = KeyRing::load(&own.keys(config)).map_err(refused)?.current_id().to_owned();
    all(&vault, id).await
}

/// Puts a fresh key into the file, in one step.
fn renew(config: &Config, own: &EvidenceConfig, args: &RekeyArgs) -> Result<(), OpsError> {
    let path = own.keys(config);
    let current = KeyRing::load(&path).map_err(refused)?.current_cipher();
    let cipher = if args.sm4 { Cipher::Sm4Gcm } else { current };
    let id = args.id.clone().unwrap_or_else(|| civil_day(SystemClock.now()).to_string());
    let text = fs::read_to_string(&path).map_err(|e| OpsError::io(&path, e))?;
    let text = KeyRing::renew(&zeroize::Zeroizing::new(text), &id, cipher).map_err(refused)?;
    // It is made for its owner alone; the mode is set all the same, since a store with another
    // one does not open.
    write_new(&path, text.as_bytes()).map_err(|e| OpsError::io(&path, e))?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).map_err(|e| OpsError::io(&path, e))
}

async fn all(vault: &Vault, id: String) -> Result<Rekeyed, OpsError> {
    let mut done = Rekeyed { id, moved: 0, known: 0, failed: Vec::new() };
    let mut after = None;
    loop {
        let roots = vault.roots(after, PAGE).await.map_err(refused)?;
        let Some(last) = roots.last() else { return Ok(done) };
        after = Some(*last);
        for root in roots {
            match vault.rewrap(&root).await {
                Ok(true) => done.moved += 1,
                Ok(false) => done.known += 1,
                // The others need not wait for one that is damaged.
                Err(error) => done.failed.push(format!("{}：{error}", hex::encode(root))),
            }
        }
    }
}
