//! Sessions of browsers: made at sign-in, looked up at each request, ended by
//! time, by the person, or by disabling the person.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use mingjing_domain::matter::StaffId;
use sha2::{Digest, Sha256};

use super::db::{Db, DbError, Sql, Tx};
use super::entropy::Entropy;
use super::limits::WebConfig;
use crate::params;

/// The secret that a browser holds for one session, or a program as its token.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// A fresh one.
    pub fn fresh(entropy: &dyn Entropy) -> Self {
        Self(entropy.seed())
    }

    /// As it stands in a cookie or a header.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Reads what [`Secret::text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Some(Self(URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?))
    }

    /// What the database knows of it.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::new().chain_update("mingjing secret\0").chain_update(self.0).finalize().into()
    }

    fn forgery_token(&self) -> [u8; 32] {
        Sha256::new().chain_update("mingjing forgery\0").chain_update(self.0).finalize().into()
    }

    /// The token for forms, masked anew each time so that compressed pages do not
    /// give it away.
    pub fn csrf(&self, entropy: &dyn Entropy) -> String {
        let mask = entropy.seed();
        let mut out = [0; 64];
        out[..32].copy_from_slice(&mask);
        for (at, byte) in self.forgery_token().iter().enumerate() {
            out[32 + at] = byte ^ mask[at];
        }
        URL_SAFE_NO_PAD.encode(out)
    }

    /// Whether a posted token belongs to this session.
    pub fn accepts(&self, posted: &str) -> bool {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(posted) else { return false };
        let Ok(bytes) = <[u8; 64]>::try_from(bytes) else { return false };
        let mut token = [0; 32];
        for (at, byte) in token.iter_mut().enumerate() {
            *byte = bytes[at] ^ bytes[32 + at];
        }
        subtle::ConstantTimeEq::ct_eq(&token[..], &self.forgery_token()[..]).into()
    }
}

/// Hours after its end for which it is known whose session it was.
const KNOWN_HOURS: i64 = 12;

/// What the lookup of a session or token finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The person.
    pub staff: StaffId,
    /// Version of the person's record.
    pub staff_version: u64,
    /// Version of the organ's record; nought when it has none.
    pub organ_version: u64,
    /// The password must be changed before anything else.
    pub must_change: bool,
}

/// Opens a session in the transaction of the sign-in; the one the browser held
/// before, if any, ends.
///
/// # Errors
/// When the database fails.
pub async fn open(
    tx: &Tx,
    staff: StaffId,
    now: Timestamp,
    secret: &Secret,
    before: Option<&Secret>,
) -> Result<(), DbError> {
    if let Some(before) = before {
        forget(tx, before).await?;
    }
    tx.run(
        "INSERT INTO session (hash, staff_id, created_at, seen_at) VALUES ($1, $2, $3, $3)",
        params![secret.hash(), staff, now],
    )
    .await?;
    Ok(())
}

/// Ends one session.
///
/// # Errors
/// When the database fails.
pub async fn close(db: &Db, secret: &Secret) -> Result<(), DbError> {
    let tx = db.begin().await?;
    forget(&tx, secret).await?;
    tx.commit().await
}

/// Takes a session away without a trace.
async fn forget(tx: &Tx, secret: &Secret) -> Result<(), DbError> {
    tx.run("DELETE FROM session WHERE hash = $1", params![secret.hash()]).await?;
    tx.run("DELETE FROM ended_session WHERE hash = $1", params![secret.hash()]).await?;
    Ok(())
}

/// Takes a session away whose time ran out at `over`; for [`KNOWN_HOURS`] from then
/// [`ended`] tells whose it was.
async fn expire(
    db: &Db,
    secret: &Secret,
    staff: StaffId,
    over: Timestamp,
    now: Timestamp,
) -> Result<(), DbError> {
    let tx = db.begin().await?;
    let known = SignedDuration::from_hours(KNOWN_HOURS);
    let first = tx.run("DELETE FROM session WHERE hash = $1", params![secret.hash()]).await? == 1;
    let oldest = now.checked_sub(known).unwrap_or(Timestamp::UNIX_EPOCH);
    tx.run("DELETE FROM ended_session WHERE ended_at <= $1", params![oldest]).await?;
    // Of two requests at once only one finds the session.
    if first && over > oldest {
        let keep = "INSERT INTO ended_session (hash, staff_id, ended_at) VALUES ($1, $2, $3)";
        tx.run(keep, params![secret.hash(), staff, over]).await?;
    }
    tx.commit().await
}

/// Whose session this was, when its time ran out not long ago. Nobody is signed in
/// by it; a session that was ended by hand is not known any more.
///
/// # Errors
/// When the database fails.
pub async fn ended(db: &Db, now: Timestamp, secret: &Secret) -> Result<Option<StaffId>, DbError> {
    let sql = "SELECT staff_id, ended_at FROM ended_session WHERE hash = $1";
    let Some(row) = db.one("ended session", sql, params![secret.hash()]).await? else { return Ok(None) };
    let since = now.duration_since(row.instant("ended_at")?);
    if since >= SignedDuration::from_hours(KNOWN_HOURS) {
        return Ok(None);
    }
    Ok(Some(StaffId(row.uuid("staff_id")?)))
}

/// Ends all sessions of a person, inside a transaction.
///
/// # Errors
/// When the database fails.
pub async fn close_all(tx: &Tx, staff: StaffId) -> Result<u64, DbError> {
    tx.run("DELETE FROM ended_session WHERE staff_id = $1", params![staff]).await?;
    tx.run("DELETE FROM session WHERE staff_id = $1", params![staff]).await
}

/// Ends everything by which a person may act: sessions and tokens, when the person
/// is disabled or has changed the password.
///
/// # Errors
/// When the database fails.
pub async fn shut_out(tx: &Tx, staff: StaffId, now: Timestamp) -> Result<(), DbError> {
    close_all(tx, staff).await?;
    revoke_tokens(tx, staff, now).await
}

/// Ends everything by which a person may act because somebody else set a new password.
/// What the person is typing in an open session is not given up: for [`KNOWN_HOURS`]
/// [`ended`] tells whose session it was, as when its time has run out.
///
/// # Errors
/// When the database fails.
pub async fn replaced(tx: &Tx, staff: StaffId, now: Timestamp) -> Result<(), DbError> {
    let known = SignedDuration::from_hours(KNOWN_HOURS);
    let oldest = now.checked_sub(known).unwrap_or(Timestamp::UNIX_EPOCH);
    let old = "DELETE FROM ended_session WHERE staff_id = $1";
    tx.run(old, params![staff]).await?;
    let keep = "INSERT INTO ended_session (hash, staff_id, ended_at) \
                SELECT hash, staff_id, $2 FROM session WHERE staff_id = $1 AND seen_at > $3";
    tx.run(keep, params![staff, now, oldest]).await?;
    tx.run("DELETE FROM session WHERE staff_id = $1", params![staff]).await?;
    revoke_tokens(tx, staff, now).await
}

async fn revoke_tokens(tx: &Tx, staff: StaffId, now: Timestamp) -> Result<(), DbError> {
    let tokens = "UPDATE api_token SET revoked_at = $2 WHERE staff_id = $1 AND revoked_at IS NULL";
    tx.run(tokens, params![staff, now]).await?;
    Ok(())
}

/// Looks a session up: one query. A session past its time is taken away; one that was
/// last seen a while ago is marked as seen now.
///
/// # Errors
/// When the database fails.
pub async fn find(
    db: &Db,
    config: &WebConfig,
    now: Timestamp,
    secret: &Secret,
) -> Result<Option<Found>, DbError> {
    let row = db
        .one(
            "session",
            "SELECT s.staff_id, s.created_at, s.seen_at, m.version AS staff_version, \
             COALESCE(o.version, 0) AS organ_version, COALESCE(c.must_change, 0) AS must_change \
             FROM session s JOIN matter m ON m.id = s.staff_id \
             LEFT JOIN matter o ON o.id = m.organ_id \
             LEFT JOIN credential c ON c.staff_id = s.staff_id WHERE s.hash = $1",
            params![secret.hash()],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let (seen, created) = (row.instant("seen_at")?, row.instant("created_at")?);
    let unseen = now.duration_since(seen);
    let idle = SignedDuration::from_mins(config.session_idle_minutes);
    let most = SignedDuration::from_hours(config.session_hours);
    if unseen >= idle || now.duration_since(created) >= most {
        let over = seen.checked_add(idle).unwrap_or(now).min(created.checked_add(most).unwrap_or(now));
        expire(db, secret, StaffId(row.uuid("staff_id")?), over, now).await?;
        return Ok(None);
    }
    // Written at most once a minute, and often enough for short idle limits.
    if unseen >= SignedDuration::from_secs((idle.as_secs() / 10).clamp(1, 60)) {
        let tx = db.begin().await?;
        tx.run("UPDATE session SET seen_at = $2 WHERE hash = $1", params![secret.hash(), now]).await?;
        tx.commit().await?;
    }
    Ok(Some(Found {
        staff: StaffId(row.uuid("staff_id")?),
        staff_version: row.uint("staff_version")?,
        organ_version: row.uint("organ_version")?,
        must_change: row.flag("must_change")?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::entropy::OsEntropy;

    #[test]
    fn tokens_belong_to_one_session_and_differ_each_time() {
        let (mine, yours) = (Secret::fresh(&OsEntropy), Secret::fresh(&OsEntropy));
        let (one, two) = (mine.csrf(&OsEntropy), mine.csrf(&OsEntropy));
        assert_ne!(one, two);
        assert!(mine.accepts(&one) && mine.accepts(&two));
        assert!(!yours.accepts(&one) && !mine.accepts("") && !mine.accepts("AAAA"));
        let zero = URL_SAFE_NO_PAD.encode([0; 64]);
        assert!(!mine.accepts(&zero));
        assert_eq!(Secret::parse(&mine.text()), Some(mine));
        assert_eq!(Secret::parse("short"), None);
    }
}
