//! Slows guessing down: per account and per source, with growing waits. An
//! account that does not exist is treated like one that does.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::db::{Db, DbError, Sql, Tx};
use super::limits::WebConfig;
use crate::params;

/// Who is slowed down.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'a> {
    /// An account name as typed.
    Account(&'a str),
    /// A source address.
    Source(&'a str),
}

impl Subject<'_> {
    fn key(self) -> Vec<u8> {
        let (kind, name) = match self {
            Self::Account(name) => ("account", name),
            Self::Source(name) => ("source", name),
        };
        Sha256::new().chain_update(kind).chain_update([0]).chain_update(name).finalize().to_vec()
    }

    fn allowed(self, config: &WebConfig) -> i64 {
        match self {
            Self::Account(_) => config.account_failures,
            Self::Source(_) => config.source_failures,
        }
    }
}

/// The wait after so many failures, in seconds; nought while there is none.
pub fn wait_seconds(config: &WebConfig, failures: i64, allowed: i64) -> i64 {
    let over = failures - allowed;
    if over < 0 {
        return 0;
    }
    let doubled = config.first_wait_seconds.saturating_mul(1 << over.min(30));
    doubled.min(config.longest_wait_seconds)
}

/// Counts an attempt as a failure before it is checked, so that guesses made at
/// the same time cannot slip through. Gives the seconds still to wait, if any;
/// then nothing was counted and nothing may be checked.
///
/// # Errors
/// When the database fails.
pub async fn begin(
    db: &Db,
    config: &WebConfig,
    now: Timestamp,
    subjects: &[Subject<'_>],
) -> Result<Option<i64>, DbError> {
    let tx = db.begin().await?;
    let mut wait = 0;
    for subject in subjects {
        wait = wait.max(blocked(&tx, *subject, now).await?);
    }
    if wait > 0 {
        tx.rollback().await?;
        return Ok(Some(wait));
    }
    for subject in subjects {
        count(&tx, config, *subject, now).await?;
    }
    tx.commit().await?;
    Ok(None)
}

async fn blocked(tx: &Tx, subject: Subject<'_>, now: Timestamp) -> Result<i64, DbError> {
    let sql = "SELECT blocked_until FROM sign_in_failure WHERE subject = $1";
    let row = tx.one("sign_in_failure", sql, params![subject.key()]).await?;
    let Some(row) = row else { return Ok(0) };
    let left = row.instant("blocked_until")?.duration_since(now);
    Ok(if left.is_positive() { left.as_secs() + 1 } else { 0 })
}

async fn count(tx: &Tx, config: &WebConfig, subject: Subject<'_>, now: Timestamp) -> Result<(), DbError> {
    let sql = "SELECT failures, last_at FROM sign_in_failure WHERE subject = $1";
    let before = match tx.one("sign_in_failure", sql, params![subject.key()]).await? {
        Some(row) => {
            let age = now.duration_since(row.instant("last_at")?);
            if age > SignedDuration::from_hours(config.forget_hours) { 0 } else { row.int("failures")? }
        }
        None => 0,
    };
    let failures = before + 1;
    let wait = SignedDuration::from_secs(wait_seconds(config, failures, subject.allowed(config)));
    let until = now.checked_add(wait).unwrap_or(now);
    tx.run(
        "INSERT INTO sign_in_failure (subject, failures, last_at, blocked_until) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (subject) DO UPDATE SET failures = \
         excluded.failures, last_at = excluded.last_at, blocked_until = excluded.blocked_until",
        params![subject.key(), failures, now, until],
    )
    .await?;
    Ok(())
}

/// Forgets the failures of an account after it was entered, and takes back the
/// one that was counted against the source.
///
/// # Errors
/// When the database fails.
pub async fn succeeded(tx: &Tx, login: &str, source: &str) -> Result<(), DbError> {
    let account = Subject::Account(login).key();
    tx.run("DELETE FROM sign_in_failure WHERE subject = $1", params![account]).await?;
    let source = Subject::Source(source).key();
    tx.run(
        "UPDATE sign_in_failure SET failures = failures - 1, blocked_until = 0 \
         WHERE subject = $1 AND failures > 0",
        params![source],
    )
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let config = WebConfig::default();
        let waits: Vec<i64> = [1, 4, 5, 6, 7, 11, 12, 500].map(|n| wait_seconds(&config, n, 5)).to_vec();
        assert_eq!(waits, [0, 0, 30, 60, 120, 1920, 3600, 3600]);
    }
}
