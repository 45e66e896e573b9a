//! 核对: everything in the store read again and compared with its identity, and the rows of
//! recordings with what is in the store. It goes on where it stopped, also after a restart.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use mingjing_vault::{Cursor, Damage, Error, Vault};
use serde::{Deserialize, Serialize};

use super::hooks::Hooks;
use super::service::Store;
use crate::kit::app::App;
use crate::kit::blob::write_new;
use crate::kit::config::Config;
use crate::kit::problem::Failure;
use crate::ops::OpsError;

/// Bytes that are read before others come first.
const SLICE: u64 = 512 << 20;
/// How long others come first.
pub const PAUSE: Duration = Duration::from_secs(1);
/// Roots compared at once.
const PAGE: usize = 1_024;

/// One thing that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Root of the evidence (64 hex digits), or name of a file that belongs to none.
    pub name: String,
    /// What is wrong, in words.
    pub words: String,
    /// A file that belongs to no evidence: asked again at the end.
    #[serde(default)]
    pub foreign: bool,
}

/// What a check of everything found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// When it was begun.
    pub begun_at: Option<Timestamp>,
    /// When it came to its end; none while it is under way.
    pub ended_at: Option<Timestamp>,
    /// Pieces checked.
    pub evidence: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Rows of recordings compared; none when there is nothing to compare with.
    pub rows: Option<u64>,
    /// Pieces that no recording names: what came and was refused.
    pub unnamed: u64,
    /// What is wrong.
    pub found: Vec<Found>,
}

/// Where a check stands; kept in the data folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Where to go on.
    pub cursor: Cursor,
    /// What was found so far.
    pub now: Summary,
    /// The last check that came to its end.
    pub last: Option<Summary>,
}

/// A check of everything, with the file that it is kept in.
#[derive(Clone, Debug)]
pub struct Scrub {
    path: PathBuf,
    /// Where it stands.
    pub state: State,
}

/// File that a check is kept in.
pub fn state_file(config: &Config) -> PathBuf {
    config.data.join("evidence-scrub.json")
}

impl Scrub {
    /// Goes on with what the data folder has.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn open(config: &Config) -> Result<Self, OpsError> {
        let path = state_file(config);
        let state = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|e| OpsError::malformed(&path, e))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => State::default(),
            Err(error) => return Err(OpsError::io(&path, error)),
        };
        Ok(Self { path, state })
    }

    /// The last check that came to its end, as the data folder has it now; as this one knows it
    /// where that cannot be read.
    pub fn last_kept(&self) -> Option<Summary> {
        let kept = std::fs::read(&self.path).ok();
        let kept = kept.and_then(|bytes| serde_json::from_slice::<State>(&bytes).ok());
        kept.unwrap_or_else(|| self.state.clone()).last
    }

    /// Begins anew.
    pub fn restart(&mut self) {
        self.state = State { last: self.state.last.take(), ..State::default() };
    }

    /// Whether it is under way, or the last one ended so many days ago.
    pub fn is_due(&self, days: i64, now: Timestamp) -> bool {
        if days <= 0 {
            return false;
        }
        let ended = self.state.last.as_ref().and_then(|it| it.ended_at);
        self.state.now.begun_at.is_some()
            || ended.is_none_or(|at| now.duration_since(at) >= SignedDuration::from_hours(24 * days))
    }

    fn save(&self) -> Result<(), OpsError> {
        let bytes = serde_json::to_vec(&self.state).map_err(|e| OpsError::malformed(&self.path, e))?;
        write_new(&self.path, &bytes).map_err(|e| OpsError::io(&self.path, e))
    }

    /// Checks the next part, for the running program; true when everything was checked.
    ///
    /// # Errors
    /// When the store or the database does not answer; it can go on later.
    pub async fn slice(&mut self, store: &Store, app: &App) -> Result<bool, Failure> {
        let done = self.next(store.vault(), store.hooks(), app, SLICE).await;
        done.map_err(|e| Failure::Broken(e.to_string()))
    }

    /// Checks the next `bytes`; true when everything was checked.
    ///
    /// # Errors
    /// As [`Scrub::slice`].
    pub async fn next(
        &mut self,
        vault: &Vault,
        hooks: &Hooks,
        app: &App,
        bytes: u64,
    ) -> Result<bool, OpsError> {
        let state = &mut self.state;
        state.now.begun_at.get_or_insert(app.now());
        let (now, mut cursor, mut taken) = (&mut state.now, state.cursor.clone(), 0);
        let report = vault
            .scrub(&state.cursor, |checked| {
                cursor = checked.cursor.clone();
                taken += checked.length;
                now.bytes += checked.length;
                now.evidence += u64::from(matches!(checked.cursor, Cursor::Evidence(_)));
                if let Some(damage) = &checked.damage {
                    let foreign = *damage == Damage::Foreign;
                    let (name, words) = (checked.name.clone(), damage.to_string());
                    now.found.push(Found { name, words, foreign });
                }
                if taken >= bytes { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
            .await
            .map_err(stopped)?;
        self.state.cursor = cursor;
        if report.complete {
            self.end(vault, hooks, app).await?;
        }
        self.save()?;
        Ok(report.complete)
    }

    async fn end(&mut self, vault: &Vault, hooks: &Hooks, app: &App) -> Result<(), OpsError> {
        let mut summary = std::mem::take(&mut self.state.now);
        let mut found = Vec::new();
        for it in summary.found {
            // Its key record may have come a moment after it.
            if !it.foreign || vault.is_foreign(&it.name).await.map_err(stopped)? {
                found.push(it);
            }
        }
        summary.found = found;
        compare(vault, hooks, app, &mut summary).await?;
        summary.ended_at = Some(app.now());
        #[allow(clippy::cast_precision_loss)] // a count of damages is small
        metrics::gauge!("mingjing_evidence_damaged").set(summary.found.len() as f64);
        for it in &summary.found {
            tracing::error!(name = it.name, words = it.words, "evidence is damaged");
        }
        (self.state.cursor, self.state.last) = (Cursor::Start, Some(summary));
        Ok(())
    }
}

/// Every root that a row names is in the store, or was destroyed by order.
async fn compare(vault: &Vault, hooks: &Hooks, app: &App, summary: &mut Summary) -> Result<(), OpsError> {
    let Some(rows) = &hooks.rows else { return Ok(()) };
    let (mut named, mut after) = (BTreeSet::new(), None);
    loop {
        let page = rows(app.clone(), after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(*last);
        for root in page {
            named.insert(root);
            if let Err(Error::NoObject) = vault.evidence(&root).await {
                let words = "音像记录登记了这份证据，证据库中没有".to_owned();
                summary.found.push(Found { name: hex::encode(root), words, foreign: false });
            }
        }
    }
    summary.rows = Some(named.len() as u64);
    let mut after = None;
    loop {
        let page = vault.roots(after, PAGE).await.map_err(stopped)?;
        let Some(last) = page.last() else { break };
        after = Some(*last);
        summary.unnamed += page.iter().filter(|root| !named.contains(*root)).count() as u64;
    }
    Ok(())
}

fn stopped(error: Error) -> OpsError {
    OpsError::Refused(format!("证据库：{error}；{}", error.remedy()))
}

/// What the last check found, in one line; good when nothing is wrong.
pub fn line(state: &State) -> (bool, String) {
    let Some(last) = &state.last else {
        return (true, "证据库尚未核对过（mingjing scrub）".to_owned());
    };
    let day =
        last.ended_at.map_or_else(String::new, |at| format!("{}", mingjing_domain::matter::civil_day(at)));
    match last.found.first() {
        None => (true, format!("证据库 {day} 核对：{} 份，{} 字节，全部相符", last.evidence, last.bytes)),
        Some(it) => {
            let count = last.found.len();
            (false, format!("证据库 {day} 核对：{count} 处损坏，例如 {}：{}", it.name, it.words))
        }
    }
}
