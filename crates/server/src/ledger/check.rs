//! What is checked before the program is ready, and behind it (house rule 2.18).

use mingjing_ledger::bundle::verify_head;
use mingjing_ledger::note::{Checkpoint, VerifierKey};

use super::LedgerError;
use super::anchor::Anchor;
use super::fsck::{self, Report};
use super::store;
use crate::kit::app::App;
use crate::kit::db::{Db, Sql};

/// Leaves that are compared with their events before the program is ready.
const RECENT: u64 = 4_096;

/// Checks signature of the newest checkpoint, size and branch against the anchor,
/// the right edge, and the last leaves against their events. All of it on one
/// state of the database, so that a log that grows meanwhile is not called broken.
///
/// # Errors
/// A named reason not to start.
pub async fn before_ready(db: &Db, keys: &[VerifierKey], anchor: Option<&Anchor>) -> Result<(), LedgerError> {
    match once(db, keys, anchor, true).await {
        // The first checkpoint may have been made between the two readings.
        Err(LedgerError::AnchorMissing(_)) => once(db, keys, anchor, true).await,
        done => done,
    }
}

/// Compares the log with its anchor alone.
///
/// # Errors
/// [`LedgerError::AnchorMissing`] when the log was signed and nothing of it is
/// anchored there; [`LedgerError::Anchor`] when the log was rolled back or forked.
pub async fn anchored(db: &Db, keys: &[VerifierKey], anchor: &Anchor) -> Result<(), LedgerError> {
    match once(db, keys, Some(anchor), false).await {
        Err(LedgerError::AnchorMissing(_)) => once(db, keys, Some(anchor), false).await,
        done => done,
    }
}

/// Begins an anchor with the newest checkpoint, for a log that was signed without
/// one or whose anchor is lost; an anchor that holds anything of the log stays.
///
/// # Errors
/// When the checkpoint is not signed by the log, or the folder cannot be written.
pub async fn begin_anchor(db: &Db, keys: &[VerifierKey], anchor: &Anchor) -> Result<(), LedgerError> {
    let held = anchor.all(&store::head(db).await?.origin, keys)?;
    if held.is_empty()
        && let Some(it) = store::latest_checkpoint(db).await?
    {
        verify_head(&it.note, keys).map_err(|e| LedgerError::Broken(format!("最新检查点：{e}")))?;
        anchor.begin(it.size, it.note.as_bytes())?;
    }
    Ok(())
}

async fn once(
    db: &Db,
    keys: &[VerifierKey],
    anchor: Option<&Anchor>,
    whole: bool,
) -> Result<(), LedgerError> {
    // Read first: what is anchored then is surely in the state that is compared with it.
    let held = match anchor {
        Some(anchor) => anchor.all(&store::head(db).await?.origin, keys)?,
        None => Vec::new(),
    };
    let snapshot = db.snapshot().await?;
    let mut done = match anchor {
        // The largest: it says whether the folder was rolled back.
        Some(anchor) => against(&snapshot, anchor, held.last().map(|(it, _)| it)).await,
        None => Ok(()),
    };
    if whole && done.is_ok() {
        done = on(&snapshot, keys).await;
    }
    snapshot.rollback().await?;
    done
}

async fn against<S: Sql>(db: &S, anchor: &Anchor, held: Option<&Checkpoint>) -> Result<(), LedgerError> {
    match held {
        Some(it) => {
            let size = store::head(db).await?.size;
            compare(db, size, it, "锚定检查点").await.map_err(LedgerError::Anchor)
        }
        None if store::latest_checkpoint(db).await?.is_some_and(|it| it.size > 0) => Err(anchor.missing()),
        None => Ok(()),
    }
}

async fn on<S: Sql>(db: &S, keys: &[VerifierKey]) -> Result<(), LedgerError> {
    let head = store::head(db).await?;
    if let Some(it) = store::latest_checkpoint(db).await? {
        let signed = verify_head(&it.note, keys)
            .map_err(|e| LedgerError::Broken(format!("最新检查点：{e}")))?
            .checkpoint;
        if signed.origin != head.origin || signed.size != it.size {
            return Err(LedgerError::Broken("最新检查点不属于本账本".to_owned()));
        }
        compare(db, head.size, &signed, "最新检查点").await.map_err(LedgerError::Broken)?;
    }
    let edge = store::with_tiles(db, |it| it.frontier(head.size)).await?;
    if edge != head.frontier || head.frontier.size() != head.size {
        return Err(LedgerError::Broken("账本右缘与叶子不符".to_owned()));
    }
    if !store::leaves(db, head.size, 1).await?.is_empty() {
        return Err(LedgerError::Broken("账本头之后另有叶子".to_owned()));
    }
    let mut report = Report::default();
    fsck::leaves_with_events(db, head.size.saturating_sub(RECENT), &mut report).await?;
    match report.findings.first() {
        Some(finding) => Err(LedgerError::Broken(finding.to_string())),
        None => Ok(()),
    }
}

async fn compare<S: Sql>(db: &S, size: u64, signed: &Checkpoint, what: &str) -> Result<(), String> {
    if signed.size > size {
        return Err(format!("账本只有 {size} 条，{what}为 {} 条：数据被回退", signed.size));
    }
    let root = store::with_tiles(db, |it| it.root(signed.size)).await.map_err(|e| e.to_string())?;
    if root != signed.root {
        return Err(format!("账本在 {} 条处的根与{what}不同：账本分叉", signed.size));
    }
    Ok(())
}

/// Hashes the whole log again and stops all writes when it does not hold.
///
/// # Errors
/// When the database fails.
pub async fn behind(app: &App, keys: &[VerifierKey]) -> Result<Report, LedgerError> {
    let mut report = Report::default();
    let snapshot = app.db().snapshot().await?;
    fsck::log(&snapshot, keys, &mut report).await?;
    snapshot.rollback().await?;
    if let Some(finding) = report.findings.first() {
        app.stop_writes(finding.to_string());
    }
    Ok(report)
}

/// Whether anything outside could show that the folder was rolled back.
///
/// # Errors
/// When the database fails.
pub async fn rollback_is_visible(db: &Db, anchor: Option<&Anchor>) -> Result<bool, LedgerError> {
    let row = db.one("ledger_cosignature", "SELECT COUNT(*) AS n FROM ledger_cosignature", vec![]);
    let witnesses = row.await?.map_or(Ok(0), |row| row.uint("n"))?;
    Ok(anchor.is_some() || witnesses > 0)
}
