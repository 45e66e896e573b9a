//! `mingjing audit`: decides every stored command again, from what it had read,
//! and compares everything that is stored with everything it follows from.
//!
//! One reader takes families of matters, some at a time, from one unchanging
//! state of the database; one worker a core replays them. Organs and people stay
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
use tokio::task::JoinSet;
use uuid::Uuid;

use super::OpsError;
use crate::case::facts::Rules;
use crate::features;
use crate::kit::app::App;
use crate::kit::blob::Blobs;
use crate::kit::db::{Db, Sql, Tx};
use crate::kit::error::ReadError;
use crate::kit::limits::WebConfig;
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
pub async fn copies(
    app: &App,
    keys: &[VerifierKey],
    web: &WebConfig,
    report: &mut AuditReport,
) -> Result<(), OpsError> {
    let began = Instant::now();
    let site = features::portal_site(web);
    let (_, faults) = crate::disclosure::copies::compare(app, keys, &site).await?;
    for it in faults {
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
    let tx = db.snapshot().await?;
    let report = audit_in(&tx, keys, excused, kinds).await?;
    tx.rollback().await?;
    Ok(report)
}

/// As [`audit_kinds`], on what a transaction sees.
///
/// # Errors
/// When the database fails.
pub async fn audit_in(
    tx: &Tx,
    keys: &[VerifierKey],
    excused: &[MatterId],
    kinds: Vec<Audited>,
) -> Result<AuditReport, OpsError> {
    let began = Instant::now();
    let mut report = AuditReport::default();
    let reference = match Reference::load(tx).await {
        Ok(reference) => reference,
        Err(ReadError::Db(error)) => return Err(error.into()),
        Err(error) => {
            report.add(Finding::new("event.unreadable", format!("机关和人员的事件不能读出：{error}")));
            Reference::default()
        }
    };
    let ground = Arc::new(Ground { kinds, reference, rules: Rules::built_in() });
    report.join(replay_all(tx, &ground).await?);
    report.replay_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    global::check(tx, keys, excused, &ground.kinds, &mut report).await?;
    report.total_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    Ok(report)
}

/// Reads page after page while the workers replay those before; never more pages
/// in memory than there are workers, and one.
async fn replay_all(tx: &Tx, ground: &Arc<Ground>) -> Result<AuditReport, OpsError> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let mut running: JoinSet<AuditReport> = JoinSet::new();
    let mut report = AuditReport::default();
    let mut after = MatterId(Uuid::nil());
    loop {
        let page = load::page(tx, &ground.kinds, after).await?;
        let Some(last) = page.last else { break };
        after = last;
        while running.len() >= workers {
            collect(running.join_next().await, &mut report)?;
        }
        let ground = Arc::clone(ground);
        running.spawn_blocking(move || replay::page(&ground, page));
    }
    while !running.is_empty() {
        collect(running.join_next().await, &mut report)?;
    }
    Ok(report)
}

fn collect(
    done: Option<Result<AuditReport, tokio::task::JoinError>>,
    report: &mut AuditReport,
) -> Result<(), OpsError> {
    match done {
        Some(Ok(part)) => report.join(part),
        Some(Err(error)) => return Err(OpsError::Refused(format!("重放中断：{error}"))),
        None => {}
    }
    Ok(())
}
