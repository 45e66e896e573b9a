//! Stored files against the events 文书已制成 that commit to them: the ledger
//! proves what a document was, this tells whether it is still there and the same.

use mingjing_domain::matter::MatterId;
use sha2::Digest;

use super::store::{self, MadeEvent};
use crate::kit::blob::{BlobError, Blobs};
use crate::kit::db::{DbError, Sql};

/// Template of documents that synthetic cases mark as made without rendering:
/// they have no file by design.
pub const STAND_IN: &str = "synthetic";

/// Events read at a time.
const PAGE: u64 = 256;

/// One file that does not fit its event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable name: `document.missing`, `document.altered`, `document.row`, `document.not_erased`,
    /// and of public copies `document.public_missing`, `…_altered`, `…_unreviewed`.
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

/// Compares every document of every case with its event. On a running program
/// give the database itself, not a snapshot: what is destroyed meanwhile is then
/// seen to be destroyed.
///
/// # Errors
/// When the database fails; what does not fit is in the result.
pub async fn compare<S: Sql>(sql: &S, blobs: &Blobs) -> Result<Compared, DbError> {
    let (mut done, mut after) = (Compared::default(), 0);
    loop {
        let events = store::made_events(sql, after, PAGE).await?;
        let Some(last) = events.last() else { break };
        after = last.seq;
        page(sql, blobs, events, &mut done).await?;
    }
    public(sql, blobs, &mut done).await?;
    Ok(done)
}

/// Public copies of documents. No act checks and publishes one so far: one that is
/// there was put there past the checks, whatever its bytes are.
async fn public<S: Sql>(sql: &S, blobs: &Blobs, done: &mut Compared) -> Result<(), DbError> {
    for (matter, no, version, sha256) in store::public_copies(sql).await? {
        let (code, what) = match blobs.get(matter, &sha256) {
            Ok(_) => ("document.public_unreviewed", "公开副本没有经过审核和公示的记录"),
            Err(BlobError::Io { .. }) => ("document.public_missing", "登记的公开副本不在存档之中"),
            Err(BlobError::Altered(_)) => ("document.public_altered", "公开副本的字节与登记的摘要不符"),
        };
        let case = store::case_number(sql, matter).await?.unwrap_or_default();
        let what = format!("案件 {case} 第 {no} 号文书：{what}");
        done.faults.push(Fault { code, matter, version, what });
    }
    Ok(())
}

/// Compares the documents that were made last, at most `count`.
///
/// # Errors
/// As [`compare`].
pub async fn newest<S: Sql>(sql: &S, blobs: &Blobs, count: u64) -> Result<Compared, DbError> {
    let events = store::newest_made_events(sql, count).await?;
    let mut done = Compared::default();
    page(sql, blobs, events, &mut done).await?;
    Ok(done)
}

async fn page<S: Sql>(
    sql: &S,
    blobs: &Blobs,
    events: Vec<MadeEvent>,
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
            Seen::Read(_, Err(_)) if store::destroyed(sql, event.matter).await? => done.erased += 1,
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

fn one(blobs: &Blobs, event: &MadeEvent) -> Seen {
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
    event: &MadeEvent,
    code: &'static str,
    what: &str,
) -> Result<(), DbError> {
    let case = store::case_number(sql, event.matter).await?.unwrap_or_default();
    let no = event.body.as_ref().map_or_else(|_| "？".to_owned(), |it| it.no.to_string());
    let name = event.row.as_ref().map_or("", |it| it.name.as_str());
    let what = format!("案件 {case} 第 {no} 号文书 {name}：{what}");
    done.faults.push(Fault { code, matter: event.matter, version: event.version, what });
    Ok(())
}
