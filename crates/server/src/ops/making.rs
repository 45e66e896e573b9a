//! The subcommands that make synthetic data and audit what is stored.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;

use super::audit::report::{AuditReport, Finding};
use super::audit::{audit as run_audit, copies as run_copies, files as run_files};
use super::seed::{self, Order, SeedError};
use super::{OpsError, erase};
use crate::case::policies;
use crate::kit::app::{App, Parts};
use crate::kit::blob::Blobs;
use crate::kit::clock::ManualClock;
use crate::kit::config::Config;
use crate::kit::db::{Db, Engine, Sql};
use crate::kit::entropy::{Entropy, SeededEntropy};
use crate::kit::registry;
use crate::ledger::keys::LogKeys;
use crate::ledger::sequencer::Sequencer;
use crate::ledger::store;

/// Folded states kept in memory while seeding: about as many cases as are open
/// at one time.
const OPEN_CASES: usize = 40_000;

/// What to seed.
#[derive(Clone, Debug, Args)]
pub struct SeedArgs {
    /// 案件数
    #[arg(long)]
    pub cases: u64,
    /// 截止日：案件停留在该日的状态
    #[arg(long, default_value = "2026-11-20")]
    pub until: Date,
    /// 线索登记分布的天数，至截止日为止
    #[arg(long, default_value = "320")]
    pub span_days: u32,
    /// 种子：相同的种子得到相同的账本
    #[arg(long, default_value = "20261120")]
    pub seed: u64,
}

fn say(line: impl std::fmt::Display) -> Result<(), OpsError> {
    writeln!(std::io::stdout(), "{line}").map_err(|e| OpsError::io(Path::new("stdout"), e))
}

/// Audits the store; true when all holds.
///
/// # Errors
/// When the store cannot be read.
pub async fn audit(config: &Config, json: bool) -> Result<bool, OpsError> {
    policies::install(config)?;
    let report = audited(config).await?;
    if json {
        let text =
            serde_json::to_string_pretty(&report).map_err(|e| OpsError::malformed(Path::new("stdout"), e))?;
        say(text)?;
    } else {
        for finding in &report.findings {
            say(finding)?;
        }
        say(report.summary())?;
    }
    Ok(report.holds())
}

/// The audit of the store that the settings name.
///
/// # Errors
/// When the store or its keys cannot be read.
pub async fn audited(config: &Config) -> Result<AuditReport, OpsError> {
    let app = super::open_to_read(config).await?;
    let db = app.db().clone();
    let origin = store::head(&db).await?.origin;
    let keys = LogKeys::load(&config.key_folder(), &origin)?.verifiers();
    let excused: Vec<_> = erase::read_list(&config.erasure_list())?.iter().map(|it| it.matter).collect();
    let mut report = run_audit(&db, &keys, &excused).await?;
    if let Some((code, what)) = super::anchor_fault(&db, config, &keys).await? {
        report.add(Finding::new(code, what));
    }
    run_files(&db, &Blobs::new(config.blobs()), &mut report).await?;
    // A copy may still stand under a log that ended.
    let mut known = keys;
    known.extend(super::former_keys(&db, config).await?.into_iter().flatten());
    run_copies(&app, &known, &mut report).await?;
    db.close().await?;
    Ok(report)
}

/// An app for making data: its clock and its randomness are given.
///
/// # Errors
/// When the database is not usable.
pub async fn making_app(
    config: &Config,
    clock: Arc<ManualClock>,
    entropy: Arc<dyn Entropy>,
) -> Result<App, OpsError> {
    if config.database.is_none() {
        std::fs::create_dir_all(&config.data).map_err(|e| OpsError::io(&config.data, e))?;
    }
    let db = Db::open(&config.location()).await?;
    let app = App::open(Parts {
        db,
        clock,
        entropy,
        registry: registry::all(),
        origin: config.origin.clone(),
        cached_states: std::num::NonZeroUsize::new(OPEN_CASES).unwrap_or(std::num::NonZeroUsize::MIN),
    })
    .await?;
    super::rebuild::if_outdated(&app).await?;
    Ok(app)
}

/// Refuses a database that holds anything.
///
/// # Errors
/// When a matter is stored.
pub async fn must_be_empty(app: &App) -> Result<(), OpsError> {
    match app.db().one("matter", "SELECT 1 AS n FROM matter LIMIT 1", vec![]).await? {
        None => Ok(()),
        Some(_) => Err(OpsError::Refused("数据库不是空的，不能在其中生成合成数据".to_owned())),
    }
}

/// Seeds an empty store and signs a checkpoint.
///
/// # Errors
/// When the store is not empty, or the script does not fit the law.
pub async fn seed(config: &Config, args: &SeedArgs) -> Result<bool, OpsError> {
    policies::install(config)?;
    let clock = Arc::new(ManualClock::new(Timestamp::UNIX_EPOCH));
    let app = making_app(config, Arc::clone(&clock), Arc::new(SeededEntropy::new(args.seed))).await?;
    must_be_empty(&app).await?;
    if app.db().engine() == Engine::Sqlite {
        // A seed that is cut short is thrown away whole, so it need not be durable on the way.
        app.db().maintain("PRAGMA synchronous = OFF; PRAGMA cache_size = -262144").await?;
    }
    let order = Order {
        cases: args.cases,
        first: 0,
        until: args.until,
        span_days: args.span_days,
        seed: args.seed,
        phc: "!".to_owned(),
        press: None,
        vault: None,
        batch: seed::BATCH,
    };
    let began = Instant::now();
    let done = seed::seed(&app, &clock, &order).await.map_err(refused)?;
    if app.db().engine() == Engine::Postgres
        && let Some(sequencer) = Sequencer::take(&app).await?
    {
        sequencer.drain().await?;
        sequencer.release().await?;
    } else {
        app.db().maintain("PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE)").await?;
    }
    super::ledger(&app, config).await?.checkpoint().await?;
    let head = store::head(app.db()).await?;
    let seconds = began.elapsed().as_secs_f64().max(0.001);
    #[allow(clippy::cast_precision_loss)] // a rate for people to read
    let rate = |n: u64| n as f64 / seconds;
    let mut stages: Vec<_> = done.stages.iter().collect();
    stages.sort();
    for (stage, count) in stages {
        say(format!("  {stage} {count}"))?;
    }
    say(format!(
        "案件 {}，命令 {}，事件 {}，{seconds:.1} 秒：每秒 {:.0} 案、{:.0} 命令、{:.0} 事件；账本根 {}",
        done.cases,
        done.commands,
        head.size,
        rate(done.cases),
        rate(done.commands),
        rate(head.size),
        hex::encode(head.frontier.root())
    ))?;
    Ok(true)
}

pub(super) fn refused(error: SeedError) -> OpsError {
    match error {
        SeedError::Write(error) => error.into(),
        SeedError::Db(error) => error.into(),
        SeedError::Script(what) => OpsError::Refused(what),
    }
}
