//! Destruction of bytes by an approved order, and the list of it outside data and backups.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use mingjing_domain::matter::MatterId;
use mingjing_vault::{Error, Tombstone, Vault, parse_root};
use serde::{Deserialize, Serialize};

use crate::disposal::service::Shredder;
use crate::kit::app::App;
use crate::kit::config::Config;
use crate::kit::db::DbError;
use crate::machine_text::service::forget;
use crate::ops::OpsError;
use crate::recording::view as recordings;
use crate::viewing_grant::service::{derived_as, derived_from};

/// One line of the list: a restore does not bring back what stands on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destroyed {
    /// SHA-256 root, 64 hex digits.
    pub root: String,
    /// The approved order.
    pub order: String,
    /// When.
    pub at: Timestamp,
}

/// The list kept outside data and backups (house rule 2.7).
pub fn list_file(config: &Config) -> PathBuf {
    config.key_folder().join("evidence-destroyed.jsonl")
}

/// Reads the list.
///
/// # Errors
/// When it cannot be read.
pub fn read_list(path: &Path) -> Result<Vec<Destroyed>, OpsError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(OpsError::io(path, error)),
    };
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| serde_json::from_str(line).map_err(|e| OpsError::malformed(path, e))).collect()
}

/// Destroys the bytes of a piece for good, key first, by `order`. `needed` says how many other
/// files still hold the same evidence: then nothing is destroyed and none is given. Repeating
/// it goes on where it stopped.
///
/// # Errors
/// When the root is none, nothing was ever there, or disk or store fails.
pub async fn destroy(
    vault: &Vault,
    list: &Path,
    root: &str,
    order: &str,
    needed: usize,
    now: Timestamp,
) -> Result<Option<Tombstone>, OpsError> {
    let refused = |e: Error| OpsError::Refused(format!("证据库：{e}；{}", e.remedy()));
    if needed > 0 {
        return Ok(None);
    }
    let parsed = parse_root(root).map_err(refused)?;
    // On the list before it is gone: a stop between the two is mended by doing it again.
    let line = Destroyed { root: root.to_owned(), order: order.to_owned(), at: now };
    append(list, &line)?;
    vault.destroy(&parsed, order, now).await.map(Some).map_err(refused)
}

fn append(list: &Path, line: &Destroyed) -> Result<(), OpsError> {
    if read_list(list)?.iter().any(|it| it.root == line.root && it.order == line.order) {
        return Ok(());
    }
    if let Some(folder) = list.parent() {
        fs::create_dir_all(folder).map_err(|e| OpsError::io(folder, e))?;
    }
    let text = serde_json::to_string(line).map_err(|e| OpsError::malformed(list, e))?;
    let mut file =
        fs::OpenOptions::new().create(true).append(true).open(list).map_err(|e| OpsError::io(list, e))?;
    file.write_all(format!("{text}\n").as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|e| OpsError::io(list, e))
}

/// Recordings that hold this content: as a piece, or as a derivative of one.
///
/// # Errors
/// When the database fails.
pub async fn holding(app: &App, root: &str) -> Result<BTreeSet<MatterId>, DbError> {
    let mut held: BTreeSet<MatterId> = recordings::holding(app.db(), root).await?.into_iter().collect();
    held.extend(derived_as(app.db(), root).await?);
    Ok(held)
}

/// Destroys what a list for destruction names, for [`crate::disposal`]: bytes that another
/// recording still holds stay.
pub fn shredder(vault: Vault, list: PathBuf) -> Shredder {
    Arc::new(move |app, order, roots| {
        let (vault, list) = (vault.clone(), list.clone());
        Box::pin(async move {
            // What a machine wrote down of the content goes with it, and first.
            let words = forget(&app, roots.keys()).await.map_err(|e| e.to_string());
            let now = app.now();
            let of_list: BTreeSet<MatterId> = roots.keys().copied().collect();
            let mut failed = Vec::new();
            let mut all: BTreeSet<String> = roots.into_values().flatten().collect();
            // What was made of a recording goes with it.
            for recording in &of_list {
                all.extend(derived_from(app.db(), *recording).await.map_err(|e| e.to_string())?);
            }
            for root in &all {
                let held = holding(&app, root).await.map_err(|e| e.to_string())?;
                let needed = held.iter().filter(|it| !of_list.contains(it)).count();
                // One that cannot go now keeps none of the others.
                if let Err(error) = destroy(&vault, &list, root, &order.0.to_string(), needed, now).await {
                    failed.push(format!("{root}: {error}"));
                }
            }
            failed.extend(words.err());
            if failed.is_empty() { Ok(()) } else { Err(failed.join("; ")) }
        })
    })
}
