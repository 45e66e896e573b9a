//! `mingjing audit`: decides every stored command again, from what it had read,
//! and compares everything that is stored with everything it follows from.
//!
//! One worker a core takes families of matters, some at a time, from one
//! unchanging state of the database, and replays them. Organs and people stay
//! in memory at all their versions; everything else streams past.

mod bytes;
pub mod command;
mod global;
mod load;
pub mod reference;
mod replay;
pub mod report;
pub mod stream;

use std::sync::Arc;
use std::time::Instant;

use mingjing_domain::matter::MatterId;
use mingjing_ledger::note::VerifierKey;
use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::OpsError;
use crate::case::facts::Rules;
use crate::kit::app::App;
use crate::kit::blob::Blobs;
use crate::kit::db::{Db, Sql, Tx};
use crate::kit::error::ReadError;
use crate::record::files::compare;
use reference::Reference;
use replay::Ground;
use report::{AuditReport, Finding};
use stream::Audited;

/// 行政处罚法第四十七条: the whole course is recorded and archived.
const RECORD: &str = "《行政处罚法》第四十七条";

/// Every kind of matter with the way its commands are decided again. Each
/// feature adds one line.
pub fn kinds() -> Vec<Audited> {
    vec![
        crate::case::audit::audited(),
        crate::disclosure::audit::audited(),
        crate::staff::audit::organs(),
        crate::staff::audit::people(),
        crate::calendar::audit::audited(),
        crate::erasure::audit::audited(),
        crate::informant::audit::audited(),
        crate::viewing::audit::audited(),
        crate::recording::audit::audited(),
        crate::device::audit::audited(),
        crate::disposal::audit::audited(),
        crate::viewing_grant::audit::audited(),
        crate::archive::audit::files(),
        crate::archive::audit::transfers(),
        crate::recording_check::audit::audited(),
    ]
}

/// Audits a database. `excused` are matters whose destruction stands on the list
/// kept outside.
///
/// # Errors
/// When the database fails; what does not hold is in the report.
pub async fn audit(db: &Db, keys: &[VerifierKey], excused: &[MatterId]) -> Result<AuditReport, OpsError> {
    audit_kinds(db, keys, excused, kinds()).await
}

/// Adds to a report what does not hold of the stored files of documents.
///
/// # Errors
/// When the database fails.
pub async fn files<S: Sql>(sql: &S, blobs: &Blobs, report: &mut AuditReport) -> Result<(), OpsError> {
    let began = Instant::now();
    let done = compare(sql, blobs).await?;
    report.documents += done.read;
    report.without_file += done.without_file;
    for it in done.faults {
        report.add(Finding::new(it.code, it.what).at(it.matter, it.version).under(RECORD));
    }
    report.total_us += u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    Ok(())
}

/// Adds to a report what does not hold of the stored public copies.
///
/// # Errors
/// When the database fails.
pub async fn copies(app: &App, keys: &[VerifierKey], report: &mut AuditReport) -> Result<(), OpsError> {
    let began = Instant::now();
    let done = crate::disclosure::copies::compare(app, keys).await?;
    report.copies += done.read;
    report.copies_by_another += done.by_another;
    for it in done.faults {
        report.add(Finding::new(it.code, it.what).at(it.matter, it.version).under(RECORD));
    }
    report.total_us += u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    Ok(())
}

/// As [`audit`], knowing these kinds of matters.
///
/// # Errors
/// When the database fails.
pub async fn audit_kinds(
    db: &Db,
    keys: &[VerifierKey],
    excused: &[MatterId],
    kinds: Vec<Audited>,
) -> Result<AuditReport, OpsError> {
    let _ahead = db.read_ahead();
    let most = std::thread::available_parallelism().map_or(1, usize::from);
    let views: Vec<Arc<Tx>> = db.snapshots(most).await?.into_iter().map(Arc::new).collect();
    let report = audit_in(&views, keys, excused, kinds).await?;
    for view in views {
        // Dropping the last holder rolls back as well.
        if let Ok(tx) = Arc::try_unwrap(view) {
            tx.rollback().await?;
        }
    }
    Ok(report)
}

/// As [`audit_kinds`], on what transactions see that all see the same.
///
/// # Errors
/// When the database fails, or there is no transaction.
pub async fn audit_in(
    views: &[Arc<Tx>],
    keys: &[VerifierKey],
    excused: &[MatterId],
    kinds: Vec<Audited>,
) -> Result<AuditReport, OpsError> {
    let began = Instant::now();
    let Some(tx) = views.first() else {
        return Err(OpsError::Refused("没有可读的数据库状态".to_owned()));
    };
    let tx = tx.as_ref();
    let mut report = AuditReport::default();
    let reference = match Reference::load(tx).await {
        Ok(reference) => reference,
        Err(ReadError::Db(error)) => return Err(error.into()),
        Err(error) => {
            report.add(Finding::new("event.unreadable", format!("机关和人员的事件不能读出：{error}")));
            Reference::default()
        }
    };
    let ground = Arc::new(Ground { kinds, reference, rules: Rules::installed() });
    report.join(replay_all(views, &ground).await?);
    report.replay_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    global::check(tx, keys, excused, &ground.kinds, &mut report).await?;
    report.total_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    Ok(report)
}

/// One worker for each view takes pages of families, reads and replays them, until
/// none is left. What a worker read it also frees, on its own thread.
async fn replay_all(views: &[Arc<Tx>], ground: &Arc<Ground>) -> Result<AuditReport, OpsError> {
    let cursor = Arc::new(Mutex::new(MatterId(Uuid::nil())));
    let mut running: JoinSet<Result<AuditReport, OpsError>> = JoinSet::new();
    for view in views {
        let (tx, ground, cursor) = (Arc::clone(view), Arc::clone(ground), Arc::clone(&cursor));
        let here = Handle::current();
        running.spawn_blocking(move || here.block_on(replay_pages(&tx, &ground, &cursor)));
    }
    let mut report = AuditReport::default();
    while let Some(done) = running.join_next().await {
        match done {
            Ok(part) => report.join(part?),
            Err(error) => return Err(OpsError::Refused(format!("重放中断：{error}"))),
        }
    }
    Ok(report)
}

async fn replay_pages(tx: &Tx, ground: &Ground, cursor: &Mutex<MatterId>) -> Result<AuditReport, OpsError> {
    let mut report = AuditReport::default();
    loop {
        let families = {
            let mut after = cursor.lock().await;
            let Some(families) = load::families(tx, *after).await? else { return Ok(report) };
            *after = families.last;
            families
        };
        let page = load::page(tx, &ground.kinds, families).await?;
        report.join(replay::page(ground, page));
    }
}
