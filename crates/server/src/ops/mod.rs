//! Operation: opening the store, backup, restore, erasure, rebuilding, health.

pub mod audit;
pub mod backup;
pub mod bench;
pub mod demo;
pub mod doctor;
pub mod erase;
pub mod making;
pub mod rebuild;
pub mod restore;
pub mod seed;
pub mod serve;
mod tables;
pub mod verify;

use std::sync::Arc;

use mingjing_ledger::note::VerifierKey;

use crate::kit::app::{App, Parts};
use crate::kit::clock::SystemClock;
use crate::kit::config::Config;
use crate::kit::db::{Db, DbError, Location};
use crate::kit::entropy::{Entropy, OsEntropy};
use crate::kit::error::WriteError;
use crate::kit::registry;
use crate::kit::schema::SchemaError;
use crate::ledger::LedgerError;
use crate::ledger::anchor::Anchor;
use crate::ledger::keys::LogKeys;
use crate::ledger::service::Ledger;
use crate::ledger::{check, store};

/// Why a command of operation failed.
#[derive(Debug, thiserror::Error)]
pub enum OpsError {
    /// The schema is not usable.
    #[error("{0}")]
    Schema(#[from] SchemaError),
    /// The database failed.
    #[error("{0}")]
    Db(#[from] DbError),
    /// A write was refused or failed.
    #[error("{0}")]
    Write(#[from] WriteError),
    /// The ledger does not hold.
    #[error("{0}")]
    Ledger(#[from] LedgerError),
    /// A file of ours cannot be read or written.
    #[error("文件 {path} 读写失败：{error}")]
    Io {
        /// File.
        path: String,
        /// Cause.
        error: std::io::Error,
    },
    /// JSON of ours is malformed.
    #[error("文件 {path} 格式有误：{reason}")]
    Malformed {
        /// File.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The command cannot be carried out here.
    #[error("{0}")]
    Refused(String),
}

impl OpsError {
    /// A file that cannot be read or written.
    pub fn io(path: &std::path::Path, error: std::io::Error) -> Self {
        Self::Io { path: path.display().to_string(), error }
    }

    /// A file that holds something else.
    pub fn malformed(path: &std::path::Path, reason: impl ToString) -> Self {
        Self::Malformed { path: path.display().to_string(), reason: reason.to_string() }
    }
}

/// Opens the store that the settings name, with the system's clock and randomness.
///
/// # Errors
/// When the database or its schema is not usable.
pub async fn open(config: &Config) -> Result<App, OpsError> {
    if config.database.is_none() {
        std::fs::create_dir_all(&config.data).map_err(|e| OpsError::io(&config.data, e))?;
    }
    app_on(Db::open(&config.location()).await?, config).await
}

/// The database of settings that must name data already: a wrong `--data` is
/// refused, and nothing is made there.
///
/// # Errors
/// When there is no data of this program.
pub async fn existing_db(config: &Config) -> Result<Db, OpsError> {
    let place = match config.location() {
        Location::File(path) if !path.is_file() => {
            return Err(OpsError::Refused(format!("文件夹 {} 中没有明镜的数据", config.data.display())));
        }
        Location::File(_) => format!("文件夹 {} ", config.data.display()),
        // The address may hold a password.
        Location::Url(_) => "数据库".to_owned(),
    };
    let db = Db::open(&config.location()).await?;
    match store::head(&db).await {
        // A head that cannot be read is named by what is done next.
        Ok(_) | Err(DbError::Row { .. }) => Ok(db),
        Err(DbError::Engine(_) | DbError::Lite(_)) => {
            db.close().await?;
            Err(OpsError::Refused(format!("{place}中没有明镜的数据")))
        }
    }
}

/// As [`open`], for data that must be there already.
///
/// # Errors
/// As [`existing_db`] and [`open`].
pub async fn open_existing(config: &Config) -> Result<App, OpsError> {
    app_on(existing_db(config).await?, config).await
}

/// As [`open`], but beside data of others nothing is begun: the folder is absent,
/// empty, or ours.
///
/// # Errors
/// As [`existing_db`] and [`open`].
pub async fn open_or_begin(config: &Config) -> Result<App, OpsError> {
    let held = config.database.is_none()
        && std::fs::read_dir(&config.data).is_ok_and(|mut entries| entries.next().is_some());
    if held { open_existing(config).await } else { open(config).await }
}

/// A database that is there already, to be looked at and not written to.
///
/// # Errors
/// As [`existing_db`].
pub async fn open_to_read(config: &Config) -> Result<App, OpsError> {
    Ok(App::reading(parts(existing_db(config).await?, config)))
}

fn parts(db: Db, config: &Config) -> Parts {
    Parts {
        db,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(OsEntropy),
        registry: registry::all(),
        origin: config.origin.clone(),
        cached_states: config.cached_states,
    }
}

async fn app_on(db: Db, config: &Config) -> Result<App, OpsError> {
    let app = App::open(parts(db, config)).await?;
    rebuild::if_outdated(&app).await?;
    Ok(app)
}

/// The anchor of these settings.
pub fn anchor(config: &Config) -> Option<Anchor> {
    config.anchor.as_ref().map(Anchor::new)
}

/// Compares a log with the anchor of these settings, if they name one, and begins
/// the anchor first where `--anchor-init` asks for it.
///
/// # Errors
/// As [`check::anchored`] and [`check::begin_anchor`].
pub async fn compare_anchor(db: &Db, config: &Config, keys: &[VerifierKey]) -> Result<(), LedgerError> {
    let Some(anchor) = anchor(config) else { return Ok(()) };
    if config.anchor_init {
        check::begin_anchor(db, keys, &anchor).await?;
    }
    check::anchored(db, keys, &anchor).await
}

/// As [`compare_anchor`], for a report: the name of what does not hold, and its words.
///
/// # Errors
/// When something else fails.
pub async fn anchor_fault(
    db: &Db,
    config: &Config,
    keys: &[VerifierKey],
) -> Result<Option<(&'static str, String)>, LedgerError> {
    match compare_anchor(db, config, keys).await {
        Ok(()) => Ok(None),
        Err(error @ LedgerError::AnchorMissing(_)) => Ok(Some(("anchor.missing", error.to_string()))),
        Err(error @ LedgerError::Anchor(_)) => Ok(Some(("anchor.differs", error.to_string()))),
        Err(error) => Err(error),
    }
}

/// As [`open_existing`], for commands that write: a log that does not stand before
/// its anchor is not written to.
///
/// # Errors
/// As [`open_existing`] and [`compare_anchor`].
pub async fn open_to_write(config: &Config) -> Result<App, OpsError> {
    let app = open_existing(config).await?;
    if config.anchor.is_some() {
        let origin = store::head(app.db()).await?.origin;
        let keys = LogKeys::load(&config.key_folder(), &origin)?.verifiers();
        compare_anchor(app.db(), config, &keys).await?;
    }
    Ok(app)
}

/// Keys of the logs that this one follows, one list each, oldest first.
///
/// # Errors
/// When the database fails or the keys are gone.
pub async fn former_keys(db: &Db, config: &Config) -> Result<Vec<Vec<VerifierKey>>, OpsError> {
    let mut former = Vec::new();
    for origin in store::former(db).await? {
        former.push(LogKeys::load(&config.key_folder(), &origin)?.verifiers());
    }
    Ok(former)
}

/// The ledger with its keys; they are made when nothing was signed yet.
///
/// # Errors
/// When the keys are gone or malformed.
pub async fn ledger(app: &App, config: &Config) -> Result<Ledger, OpsError> {
    let head = store::head(app.db()).await?;
    let signed = store::is_signed(app.db()).await?;
    let entropy: &dyn Entropy = &*app.entropy();
    let keys = LogKeys::load_or_make(&config.key_folder(), &head.origin, signed, entropy)?;
    let former = former_keys(app.db(), config).await?;
    Ok(Ledger::new(app.clone(), keys, anchor(config)).following(former))
}

/// Opens everything for serving: store, keys, the checks of house rule 2.18, and
/// a first checkpoint. On PostgreSQL leftovers are sequenced first if no other
/// program does that already.
///
/// # Errors
/// A named reason not to serve.
pub async fn open_checked(config: &Config) -> Result<Ledger, OpsError> {
    let app = open(config).await?;
    let ledger = ledger(&app, config).await?;
    compare_anchor(app.db(), config, &ledger.verifiers()).await?;
    check::before_ready(app.db(), &ledger.verifiers(), anchor(config).as_ref()).await?;
    if app.db().location() == &config.location()
        && config.database.is_some()
        && let Some(sequencer) = crate::ledger::sequencer::Sequencer::take(&app).await?
    {
        sequencer.drain().await?;
        sequencer.release().await?;
    }
    ledger.checkpoint().await?;
    Ok(ledger)
}
