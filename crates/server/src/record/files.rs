//! Stored files against the events 文书已制成 that commit to them: the ledger
//! proves what a document was, this tells whether it is still there and the same.

use mingjing_domain::case::types::{DocumentNo, Made};
use mingjing_domain::matter::MatterId;
use serde::Deserialize;
use sha2::Digest;

use crate::kit::blob::{BlobError, Blobs};
use crate::kit::db::{DbError, Row, Sql};
use crate::params;

/// Template of documents that synthetic cases mark as made without rendering:
/// they have no file by design.
pub const STAND_IN: &str = "synthetic";

/// Events read at a time.
const PAGE: u64 = 256;

/// One file that does not fit its event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable name: `document.missing`, `document.altered`, `document.row`, `document.not_erased`.
    pub code: &'static str,
    /// Case.
    pub matter: MatterId,
    /// Version of the event.
    pub version: u64,
    /// Which document, and what does not fit.
    pub what: String,
}

/// What was looked at, and what does not fit.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// Documents whose bytes were read.
    pub read: u64,
    /// Documents of synthetic cases that were never rendered.
    pub without_file: u64,
    /// Documents that were lawfully destroyed.
    pub erased: u64,
    /// What does not fit.
    pub faults: Vec<Fault>,
}

/// How the stored bytes stand to the digests in the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// There, and the same.
    Whole,
    /// Gone by an approved destruction.
    Destroyed,
    /// Gone without one.
    Missing,
    /// There, and not the same.
    Altered,
}

impl Kept {
    /// Name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Destroyed => "destroyed",
            Self::Missing => "missing",
            Self::Altered => "altered",
        }
    }
}

/// Whether a destruction of the matter is on record.
///
/// # Errors
/// When the database fails.
pub async fn destroyed<S: Sql>(sql: &S, matter: MatterId) -> Result<bool, DbError> {
    let text = "SELECT erased_at FROM erasure WHERE matter_id = $1";
    Ok(sql.one("erasure", text, params![matter]).await?.is_some())
}

/// An event that says that a document was made.
struct Event {
    seq: u64,
    matter: MatterId,
    version: u64,
    erased: bool,
    body: Result<Body, String>,
    row: Option<Codes>,
}

/// What the event says; its other members do not matter here.
#[derive(Deserialize)]
struct Body {
    no: DocumentNo,
    made: Made,
}

/// The row from which pages and downloads take the digests.
struct Codes {
    name: String,
    no: i64,
    sha256: String,
    sm3: String,
}

const EVENT: &str = "SELECT e.seq, e.matter_id, e.version, e.body, x.erased_at, d.no, d.kind, d.number, \
    d.sha256, d.sm3 FROM event e LEFT JOIN erasure x ON x.matter_id = e.matter_id \
    LEFT JOIN document d ON d.matter_id = e.matter_id AND d.version = e.version \
    WHERE e.kind = 'case' AND e.type = 'document_made'";

fn read(row: &Row) -> Result<Event, DbError> {
    let codes = match row.opt_int("no")? {
        None => None,
        Some(no) => Some(Codes {
            name: [Some(row.text("kind")?), row.opt_text("number")?].into_iter().flatten().collect(),
            no,
            sha256: hex::encode(row.bytes("sha256")?),
            sm3: hex::encode(row.bytes("sm3")?),
        }),
    };
    Ok(Event {
        seq: row.uint("seq")?,
        matter: MatterId(row.uuid("matter_id")?),
        version: row.uint("version")?,
        erased: row.opt_int("erased_at")?.is_some(),
        body: serde_json::from_slice(&row.bytes("body")?).map_err(|e| e.to_string()),
        row: codes,
    })
}

/// Compares every document of every case with its event. On a running program
/// give the database itself, not a snapshot: what is destroyed meanwhile is then
/// seen to be destroyed.
///
/// # Errors
/// When the database fails; what does not fit is in the result.
pub async fn compare<S: Sql>(sql: &S, blobs: &Blobs) -> Result<Compared, DbError> {
    let (mut done, mut after) = (Compared::default(), 0);
    loop {
        let text = format!("{EVENT} AND e.seq > $1 ORDER BY e.seq LIMIT $2");
        let rows = sql.all("event", text, params![after, PAGE]).await?;
        let events = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let Some(last) = events.last() else { return Ok(done) };
        after = last.seq;
        page(sql, blobs, events, &mut done).await?;
    }
}

/// Compares the documents that were made last, at most `count`.
///
/// # Errors
/// As [`compare`].
pub async fn newest<S: Sql>(sql: &S, blobs: &Blobs, count: u64) -> Result<Compared, DbError> {
    let text = format!("{EVENT} ORDER BY e.seq DESC LIMIT $1");
    let rows = sql.all("event", text, params![count]).await?;
    let events = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let mut done = Compared::default();
    page(sql, blobs, events, &mut done).await?;
    Ok(done)
}

async fn page<S: Sql>(
    sql: &S,
    blobs: &Blobs,
    events: Vec<Event>,
    done: &mut Compared,
) -> Result<(), DbError> {
    let blobs = blobs.clone();
    // Reading and hashing would hold up everything else on this thread.
    let joined = tokio::task::spawn_blocking(move || {
        let faults: Vec<_> = events.iter().map(|it| one(&blobs, it)).collect();
        (events, faults)
    });
    let (events, seen) = joined.await.map_err(|e| DbError::row("document", "sha256", e))?;
    for (event, seen) in events.iter().zip(seen) {
        match seen {
            Seen::Unreadable(error) => add(sql, done, event, "document.unreadable", &error).await?,
            Seen::StandIn => done.without_file += 1,
            Seen::Destroyed => done.erased += 1,
            Seen::Left => {
                add(sql, done, event, "document.not_erased", "已批准销毁而文件仍在").await?;
            }
            Seen::Read(row_fits, Ok(())) => {
                done.read += 1;
                if !row_fits {
                    add(sql, done, event, "document.row", "文书登记的文件摘要与制成事件不符").await?;
                }
            }
            // Destroyed between the reading of the row and that of the file.
            Seen::Read(_, Err(_)) if destroyed(sql, event.matter).await? => done.erased += 1,
            Seen::Read(_, Err((code, what))) => add(sql, done, event, code, &what).await?,
        }
    }
    Ok(())
}

enum Seen {
    Unreadable(String),
    StandIn,
    Destroyed,
    Left,
    /// Whether the row repeats the event, and what is wrong with the file.
    Read(bool, Result<(), (&'static str, String)>),
}

fn one(blobs: &Blobs, event: &Event) -> Seen {
    let body = match &event.body {
        Ok(body) => body,
        Err(error) => return Seen::Unreadable(format!("制成事件不能读出：{error}")),
    };
    let made = &body.made;
    if made.template == STAND_IN {
        return Seen::StandIn;
    }
    let digest = hex::decode(&made.sha256).ok().and_then(|it| <[u8; 32]>::try_from(it).ok());
    let Some(digest) = digest else {
        return Seen::Unreadable("制成事件所记摘要不能读出".to_owned());
    };
    let found = blobs.get(event.matter, &digest);
    if event.erased {
        return match found {
            Err(BlobError::Io { error, .. }) if error.kind() == std::io::ErrorKind::NotFound => {
                Seen::Destroyed
            }
            Ok(_) | Err(BlobError::Io { .. } | BlobError::Altered(_)) => Seen::Left,
        };
    }
    let row_fits = event
        .row
        .as_ref()
        .is_some_and(|it| it.no == i64::from(body.no) && it.sha256 == made.sha256 && it.sm3 == made.sm3);
    Seen::Read(
        row_fits,
        match found {
            Err(BlobError::Io { error, .. }) => Err(("document.missing", format!("文件不能读出（{error}）"))),
            Err(BlobError::Altered(_)) => {
                Err(("document.altered", "文件的 SHA-256 与制成事件不符".to_owned()))
            }
            Ok(bytes) if hex::encode(sm3::Sm3::digest(&bytes)) != made.sm3 => {
                Err(("document.altered", "文件的 SM3 与制成事件不符".to_owned()))
            }
            Ok(_) => Ok(()),
        },
    )
}

async fn add<S: Sql>(
    sql: &S,
    done: &mut Compared,
    event: &Event,
    code: &'static str,
    what: &str,
) -> Result<(), DbError> {
    let text = "SELECT number FROM case_row WHERE matter_id = $1";
    let case = match sql.one("case_row", text, params![event.matter]).await? {
        Some(row) => row.opt_text("number")?.unwrap_or_default(),
        None => String::new(),
    };
    let no = event.body.as_ref().map_or_else(|_| "？".to_owned(), |it| it.no.to_string());
    let name = event.row.as_ref().map_or("", |it| it.name.as_str());
    let what = format!("案件 {case} 第 {no} 号文书 {name}：{what}");
    done.faults.push(Fault { code, matter: event.matter, version: event.version, what });
    Ok(())
}
