//! Rows of documents and of the jobs that make them.

use jiff::Timestamp;
use mingjing_domain::case::types::{DocumentKind, DocumentNo, Made};
use mingjing_domain::matter::{MatterId, OrganId};

use crate::kit::db::{DbError, Row, Sql, Tx};
use crate::params;

use super::code::CheckCode;
use super::job::RENDER;

/// A document's codes and stored file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDocument {
    /// Case.
    pub matter: MatterId,
    /// Number inside the case.
    pub no: DocumentNo,
    /// Organ.
    pub organ: OrganId,
    /// Label of its kind.
    pub kind: String,
    /// Document number.
    pub number: Option<String>,
    /// Code printed on it.
    pub check_code: String,
    /// Random identifier of its public addresses.
    pub public_id: String,
    /// The file, once made.
    pub file: Option<StoredFile>,
    /// SHA-256 of the published copy, while it is published.
    pub public_sha256: Option<[u8; 32]>,
}

/// The stored file of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// Version of the event 文书已制成 in the case's stream.
    pub version: u64,
    /// SHA-256 of the bytes.
    pub sha256: [u8; 32],
    /// SM3 of the bytes.
    pub sm3: [u8; 32],
    /// Pages.
    pub pages: u32,
    /// When it was made.
    pub made_at: Timestamp,
}

const COLUMNS: &str = "matter_id, no, organ_id, kind, number, check_code, public_id, version, \
                       sha256, sm3, pages, made_at, public_sha256";

fn digest(row: &Row, column: &str) -> Result<Option<[u8; 32]>, DbError> {
    let bytes = row.opt_bytes(column)?;
    bytes
        .map(|it| it.try_into().map_err(|_| DbError::row("document", column, "32 bytes expected")))
        .transpose()
}

fn read(row: &Row) -> Result<StoredDocument, DbError> {
    let narrow = |column: &'static str, value: i64| {
        u32::try_from(value).map_err(|e| DbError::row("document", column, e))
    };
    let file = match row.opt_int("version")? {
        None => None,
        Some(version) => Some(StoredFile {
            version: u64::try_from(version).map_err(|e| DbError::row("document", "version", e))?,
            sha256: row.bytes32("sha256")?,
            sm3: row.bytes32("sm3")?,
            pages: narrow("pages", row.int("pages")?)?,
            made_at: row.instant("made_at")?,
        }),
    };
    Ok(StoredDocument {
        matter: MatterId(row.uuid("matter_id")?),
        no: DocumentNo::try_from(row.int("no")?).map_err(|e| DbError::row("document", "no", e))?,
        organ: OrganId(row.uuid("organ_id")?),
        kind: row.text("kind")?,
        number: row.opt_text("number")?,
        check_code: row.text("check_code")?,
        public_id: row.text("public_id")?,
        file,
        public_sha256: digest(row, "public_sha256")?,
    })
}

/// A document by case and number.
///
/// # Errors
/// When the database fails or a row is not what the program writes; so for all below.
pub async fn document<S: Sql>(
    sql: &S,
    matter: MatterId,
    no: DocumentNo,
) -> Result<Option<StoredDocument>, DbError> {
    let text = format!("SELECT {COLUMNS} FROM document WHERE matter_id = $1 AND no = $2");
    sql.one("document", text, params![matter, no]).await?.as_ref().map(read).transpose()
}

/// All documents of a case, in their order.
///
/// # Errors
/// As [`document`].
pub async fn of_case<S: Sql>(sql: &S, matter: MatterId) -> Result<Vec<StoredDocument>, DbError> {
    let text = format!("SELECT {COLUMNS} FROM document WHERE matter_id = $1 ORDER BY no");
    sql.all("document", text, params![matter]).await?.iter().map(read).collect()
}

/// The document with this check code.
///
/// # Errors
/// As [`document`].
pub async fn by_code<S: Sql>(sql: &S, code: &CheckCode) -> Result<Option<StoredDocument>, DbError> {
    let text = format!("SELECT {COLUMNS} FROM document WHERE check_code = $1");
    sql.one("document", text, params![code.as_str()]).await?.as_ref().map(read).transpose()
}

/// The document with this public identifier.
///
/// # Errors
/// As [`document`].
pub async fn by_public_id<S: Sql>(sql: &S, id: &str) -> Result<Option<StoredDocument>, DbError> {
    let text = format!("SELECT {COLUMNS} FROM document WHERE public_id = $1");
    sql.one("document", text, params![id]).await?.as_ref().map(read).transpose()
}

/// The document whose stored bytes, or published copy, have this SHA-256.
///
/// # Errors
/// As [`document`].
pub async fn by_digest<S: Sql>(sql: &S, sha256: &[u8; 32]) -> Result<Option<StoredDocument>, DbError> {
    let text = format!("SELECT {COLUMNS} FROM document WHERE sha256 = $1 ORDER BY made_at LIMIT 1");
    sql.one("document", text, params![*sha256]).await?.as_ref().map(read).transpose()
}

/// A document that is about to be made.
pub struct Reservation<'a> {
    /// Case.
    pub matter: MatterId,
    /// Number inside the case.
    pub no: DocumentNo,
    /// Organ.
    pub organ: OrganId,
    /// Kind.
    pub kind: DocumentKind,
    /// Document number.
    pub number: Option<String>,
    /// Code to print.
    pub check_code: &'a CheckCode,
    /// Identifier for addresses.
    pub public_id: &'a str,
}

/// Keeps the codes of a document; the first ones stay.
///
/// # Errors
/// When the database fails; a unique violation when another document has the code.
pub async fn reserve(tx: &Tx, it: Reservation<'_>, now: Timestamp) -> Result<(), DbError> {
    tx.run(
        "INSERT INTO document (matter_id, no, organ_id, kind, number, check_code, public_id, reserved_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (matter_id, no) DO NOTHING",
        params![
            it.matter,
            it.no,
            it.organ,
            it.kind.label(),
            it.number.map_or(sea_orm::Value::String(None), sea_orm::Value::from),
            it.check_code.as_str(),
            it.public_id,
            now
        ],
    )
    .await?;
    Ok(())
}

/// Fills in the file of a document, once.
///
/// # Errors
/// When the digests are not hexadecimal, or the row is absent or already filled.
pub async fn made(
    tx: &Tx,
    matter: MatterId,
    no: DocumentNo,
    made: &Made,
    version: u64,
    now: Timestamp,
) -> Result<(), DbError> {
    let bytes =
        |column: &'static str, text: &str| hex::decode(text).map_err(|e| DbError::row("document", column, e));
    let changed = tx
        .run(
            "UPDATE document SET version = $1, sha256 = $2, sm3 = $3, pages = $4, made_at = $5 \
             WHERE matter_id = $6 AND no = $7 AND version IS NULL",
            params![
                version,
                bytes("sha256", &made.sha256)?,
                bytes("sm3", &made.sm3)?,
                made.pages,
                now,
                matter,
                no
            ],
        )
        .await?;
    if changed == 1 {
        Ok(())
    } else {
        Err(DbError::row("document", "version", "已有文件，或者没有预留"))
    }
}

/// Publishes the public copy of a document, or with `None` takes it down.
///
/// # Errors
/// When the document was never reserved.
pub async fn publish(
    tx: &Tx,
    matter: MatterId,
    no: DocumentNo,
    copy: Option<[u8; 32]>,
) -> Result<(), DbError> {
    let copy = copy.map_or(sea_orm::Value::Bytes(None), |it| sea_orm::Value::from(it.to_vec()));
    let sql = "UPDATE document SET public_sha256 = $1 WHERE matter_id = $2 AND no = $3";
    let changed = tx.run(sql, params![copy, matter, no]).await?;
    if changed == 1 { Ok(()) } else { Err(DbError::row("document", "no", "没有该文书")) }
}

/// A document that has a public copy: case, number, version of its event, SHA-256
/// of the copy.
pub type PublicCopy = (MatterId, DocumentNo, u64, [u8; 32]);

/// Every document with a public copy.
///
/// # Errors
/// As [`document`].
pub async fn public_copies<S: Sql>(sql: &S) -> Result<Vec<PublicCopy>, DbError> {
    let text =
        format!("SELECT {COLUMNS} FROM document WHERE public_sha256 IS NOT NULL ORDER BY matter_id, no");
    let all = sql.all("document", text, params![]).await?;
    let all = all.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let version = |it: &StoredDocument| it.file.as_ref().map_or(0, |file| file.version);
    Ok(all.iter().filter_map(|it| Some((it.matter, it.no, version(it), it.public_sha256?))).collect())
}

/// Why a document is not made yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Which document of the case.
    pub no: DocumentNo,
    /// What the last attempt said.
    pub reason: String,
    /// Attempts so far.
    pub attempts: u32,
    /// No more attempts are made before a person asks for one.
    pub given_up: bool,
}

/// Documents of a case whose making failed and was not done since.
///
/// # Errors
/// As [`document`].
pub async fn failures<S: Sql>(sql: &S, matter: MatterId) -> Result<Vec<Failure>, DbError> {
    let rows = sql
        .all(
            "job",
            "SELECT payload, state, attempts, last_error FROM job \
             WHERE kind = $1 AND matter_id = $2 AND last_error IS NOT NULL ORDER BY id",
            params![RENDER, matter],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let payload: super::job::Payload =
                serde_json::from_str(&row.text("payload")?).map_err(|e| DbError::row("job", "payload", e))?;
            Ok(Failure {
                no: payload.document,
                reason: row.text("last_error")?,
                attempts: u32::try_from(row.int("attempts")?).unwrap_or(u32::MAX),
                given_up: row.text("state")? == "dead",
            })
        })
        .collect()
}

/// Lets failed jobs of a case run again at once, after what they lacked was completed.
///
/// # Errors
/// When the database fails.
pub async fn try_again(tx: &Tx, matter: MatterId, now: Timestamp) -> Result<u64, DbError> {
    tx.run(
        "UPDATE job SET state = 'ready', attempts = 0, run_at = $1 \
         WHERE kind = $2 AND matter_id = $3 AND last_error IS NOT NULL AND lease_token IS NULL",
        params![now, RENDER, matter],
    )
    .await
}

/// Whether a destruction of the matter is on record.
///
/// # Errors
/// When the database fails; so for all below.
pub async fn destroyed<S: Sql>(sql: &S, matter: MatterId) -> Result<bool, DbError> {
    let text = "SELECT erased_at FROM erasure WHERE matter_id = $1";
    Ok(sql.one("erasure", text, params![matter]).await?.is_some())
}

/// Number of a case, once it has one.
///
/// # Errors
/// As [`destroyed`].
pub async fn case_number<S: Sql>(sql: &S, matter: MatterId) -> Result<Option<String>, DbError> {
    let text = "SELECT number FROM case_row WHERE matter_id = $1";
    let row = sql.one("case_row", text, params![matter]).await?;
    row.map_or(Ok(None), |row| row.opt_text("number"))
}

/// An event 文书已制成 as stored, with the row that repeats it.
pub struct MadeEvent {
    /// Its place in the order of commits.
    pub seq: u64,
    /// Case.
    pub matter: MatterId,
    /// Version in the case's stream.
    pub version: u64,
    /// A destruction of the case is on record.
    pub erased: bool,
    /// What it says, or why that cannot be read.
    pub body: Result<MadeBody, String>,
    /// The row from which pages and downloads take the digests.
    pub row: Option<MadeRow>,
}

/// What the event says; its other members do not matter here.
#[derive(serde::Deserialize)]
pub struct MadeBody {
    /// Which document.
    pub no: DocumentNo,
    /// Its digests.
    pub made: Made,
}

/// What the row repeats.
pub struct MadeRow {
    /// Kind and number, for people.
    pub name: String,
    /// Which document.
    pub no: i64,
    /// SHA-256, hex.
    pub sha256: String,
    /// SM3, hex.
    pub sm3: String,
}

const MADE: &str = "SELECT e.seq, e.matter_id, e.version, e.body, x.erased_at, d.no, d.kind, d.number, \
    d.sha256, d.sm3 FROM event e LEFT JOIN erasure x ON x.matter_id = e.matter_id \
    LEFT JOIN document d ON d.matter_id = e.matter_id AND d.version = e.version \
    WHERE e.kind = 'case' AND e.type = 'document_made'";

fn read_made(row: &Row) -> Result<MadeEvent, DbError> {
    let codes = match row.opt_int("no")? {
        None => None,
        Some(no) => Some(MadeRow {
            name: [Some(row.text("kind")?), row.opt_text("number")?].into_iter().flatten().collect(),
            no,
            sha256: hex::encode(row.bytes("sha256")?),
            sm3: hex::encode(row.bytes("sm3")?),
        }),
    };
    Ok(MadeEvent {
        seq: row.uint("seq")?,
        matter: MatterId(row.uuid("matter_id")?),
        version: row.uint("version")?,
        erased: row.opt_int("erased_at")?.is_some(),
        body: serde_json::from_slice(&row.bytes("body")?).map_err(|e| e.to_string()),
        row: codes,
    })
}

/// Events 文书已制成 committed after `after`, in order, at most `count`.
///
/// # Errors
/// As [`destroyed`].
pub async fn made_events<S: Sql>(sql: &S, after: u64, count: u64) -> Result<Vec<MadeEvent>, DbError> {
    let text = format!("{MADE} AND e.seq > $1 ORDER BY e.seq LIMIT $2");
    sql.all("event", text, params![after, count]).await?.iter().map(read_made).collect()
}

/// The last events 文书已制成, newest first, at most `count`.
///
/// # Errors
/// As [`destroyed`].
pub async fn newest_made_events<S: Sql>(sql: &S, count: u64) -> Result<Vec<MadeEvent>, DbError> {
    let text = format!("{MADE} ORDER BY e.seq DESC LIMIT $1");
    sql.all("event", text, params![count]).await?.iter().map(read_made).collect()
}
