//! Uploads by the rules of tus 1.0.0, without HTTP.

use std::path::PathBuf;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use jiff::Timestamp;
use mingjing_ledger::commit::{CHUNK_LEN, EvidenceIdentity};
use std::os::unix::fs::FileExt;
use tokio::sync::mpsc;

use crate::disk;
use crate::error::{At, Error};
use crate::hashing::Hashing;
use crate::objects::{blocking, to_the_end};
use crate::record::KeyRecord;
use crate::s3::Retention;
use crate::seal::chunk_at;
use crate::session::{self, Body, Done, Found, Session};
use crate::tus::{Checksum, Metadata, UploadId};
use crate::vault::{Inner, Outcome, Stored, Vault};
use crate::writer::Writer;

/// Pieces of a body that wait for the writing thread.
const AHEAD: usize = 4;

/// What is said of a file before its bytes come.
#[derive(Debug, Clone, Default)]
pub struct NewUpload {
    /// `Upload-Length`; none when it is deferred (`Upload-Defer-Length: 1`).
    pub length: Option<u64>,
    /// `Upload-Metadata`.
    pub metadata: Metadata,
    /// SHA-256 root computed on the device; [`Vault::finish`] refuses other content.
    pub expected: Option<[u8; 32]>,
}

/// Where an upload stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its id.
    pub id: UploadId,
    /// Bytes acknowledged: `Upload-Offset`.
    pub offset: u64,
    /// `Upload-Length`; none while it is deferred.
    pub length: Option<u64>,
    /// What the sender says of the file.
    pub metadata: Metadata,
    /// When it was created.
    pub created: Timestamp,
    /// `Upload-Expires`.
    pub expires: Timestamp,
    /// The evidence, when it is in the vault.
    pub stored: Option<Stored>,
}

impl Upload {
    /// Whether every byte is there.
    pub fn is_complete(&self) -> bool {
        self.length == Some(self.offset)
    }
}

/// What comes with the bytes of one request.
#[derive(Debug, Clone, Default)]
pub struct Append {
    /// `Upload-Offset` of the request.
    pub offset: u64,
    /// Number of bytes announced (`Content-Length`), if it was.
    pub announced: Option<u64>,
    /// `Upload-Length`, when it was deferred and is known now.
    pub length: Option<u64>,
    /// `Upload-Checksum` of the bytes of this request.
    pub checksum: Option<Checksum>,
}

/// What the network gives to the writing thread.
enum Piece {
    Bytes(Bytes),
    /// The request is complete.
    End,
    /// A newer request waits.
    Stop,
}

impl Inner {
    fn upload_dir(&self, id: &UploadId) -> PathBuf {
        self.root.join("uploads").join(id.as_str())
    }

    /// The upload as it is recorded.
    fn find(&self, id: &UploadId, now: Timestamp) -> Result<Found, Error> {
        let found = Session::find(&self.upload_dir(id), id, &self.keys)?.ok_or(Error::NoUpload)?;
        let expires = match &found {
            Found::Open(session) => session.body.expires,
            Found::Done(done) => done.expires,
        };
        if now >= expires { Err(Error::Expired) } else { Ok(found) }
    }

    fn expires(&self, now: Timestamp) -> Timestamp {
        now.checked_add(self.upload_lifetime).unwrap_or(Timestamp::MAX)
    }

    fn check_length(&self, length: Option<u64>) -> Result<(), Error> {
        match length {
            Some(length) if length > self.max_length => Err(Error::TooLarge { limit: self.max_length }),
            Some(_) | None => Ok(()),
        }
    }

    /// Reads an upload and prepares to write it, if the request fits.
    fn writer(&self, id: &UploadId, append: &Append, now: Timestamp) -> Result<Writer, Error> {
        let mut session = match self.find(id, now)? {
            Found::Open(session) => *session,
            Found::Done(_) => return Err(Error::Finished),
        };
        let recorded = session.offset();
        if append.offset != recorded {
            return Err(Error::Offset { recorded, given: append.offset });
        }
        self.check_length(append.length)?;
        match (session.body.length, append.length) {
            (_, None) => {}
            (Some(known), Some(given)) if known == given => {}
            (None, Some(given)) if given >= recorded => session.body.length = Some(given),
            (None | Some(_), Some(_)) => return Err(Error::LengthFixed),
        }
        // A deferred length has no end of its own, but the installation's.
        let length = session.body.length.unwrap_or(self.max_length);
        if append.announced.is_some_and(|announced| announced > length - recorded) {
            return Err(Error::TooLong { length });
        }
        session.body.expires = self.expires(now);
        // What a checksum covers is recorded only when it holds.
        let interval = append.checksum.is_none().then_some(self.record_every);
        Writer::resume(session, interval, self.pool.clone())
    }

    /// Writes what comes; runs on a thread of its own and keeps the turn until all is recorded,
    /// also when the request is gone.
    fn drive(
        &self,
        id: &UploadId,
        append: &Append,
        mut pieces: mpsc::Receiver<Piece>,
        now: Timestamp,
    ) -> Result<u64, Error> {
        let mut writer = self.writer(id, append, now)?;
        let mut checking = append.checksum.as_ref().map(Checksum::start);
        loop {
            match pieces.blocking_recv() {
                Some(Piece::Bytes(bytes)) => {
                    if let Some(checking) = &mut checking {
                        checking.update(&bytes);
                    }
                    let limit = self.max_length;
                    if writer.body().length.is_none() && writer.offset() + bytes.len() as u64 > limit {
                        writer.commit()?;
                        return Err(Error::TooLarge { limit });
                    }
                    match writer.write(&bytes) {
                        Ok(()) => {}
                        Err(error @ Error::TooLong { .. }) if checking.is_none() => {
                            writer.commit()?;
                            return Err(error);
                        }
                        Err(error) => return self.give_up(id, writer, error),
                    }
                }
                Some(Piece::End) => {
                    if checking.is_some_and(|checking| !checking.holds()) {
                        return self.give_up(id, writer, Error::Checksum);
                    }
                    return writer.commit();
                }
                end @ (Some(Piece::Stop) | None) => {
                    let why = if end.is_some() { Error::Superseded } else { Error::Interrupted };
                    if checking.is_some() {
                        return self.give_up(id, writer, why);
                    }
                    writer.commit()?;
                    return Err(why);
                }
            }
        }
    }

    /// Drops what is not recorded, and gives its space back.
    fn give_up(&self, id: &UploadId, writer: Writer, why: Error) -> Result<u64, Error> {
        drop(writer);
        if let Ok(Some(Found::Open(session))) = Session::find(&self.upload_dir(id), id, &self.keys) {
            session.open_data()?;
        }
        Err(why)
    }
}

fn upload(id: &UploadId, found: &Found) -> Upload {
    match found {
        Found::Open(session) => {
            let Body { length, metadata, created, expires, .. } = session.body.clone();
            Upload {
                id: id.clone(),
                offset: session.offset(),
                length,
                metadata,
                created,
                expires,
                stored: None,
            }
        }
        Found::Done(done) => {
            let Done { metadata, created, expires, stored } = Done::clone(done);
            let length = stored.identity.length;
            let (id, length, offset) = (id.clone(), Some(length), length);
            Upload { id, offset, length, metadata, created, expires, stored: Some(stored) }
        }
    }
}

/// The finished sealed file of an upload.
struct Sealed {
    session: Session,
    identity: EvidenceIdentity,
    record: KeyRecord,
}

/// Computes the identity and seals the last chunk. Safe to repeat: the state is not changed.
fn seal_last(vault: &Inner, session: Session) -> Result<Sealed, Error> {
    let offset = session.offset();
    if session.body.length != Some(offset) {
        return Err(Error::Incomplete { offset });
    }
    let identity = Hashing::start(session.body.hashing.clone())?.finish(&session.tail)?;
    if let Some(expected) = session.body.expected
        && expected != identity.root.sha256
    {
        return Err(Error::Identity { expected, found: identity.root.sha256 });
    }
    let index = session.body.hashing.length / CHUNK_LEN as u64;
    let (path, mut sealed) = (session.data_path(), Vec::new());
    session.key.seal(&session.header.aad(index, true), &session.tail, &mut sealed);
    let file = session.open_data()?;
    file.write_all_at(&sealed, chunk_at(index)).at(&path)?;
    file.sync_all().at(&path)?;
    let record =
        KeyRecord::new(identity, &session.header, &session.sealed_under(), &session.key, &vault.keys);
    Ok(Sealed { session, identity, record })
}

impl Vault {
    /// Creates an upload (tus creation). Bytes of a creation-with-upload follow by
    /// [`Vault::append`] at offset 0.
    ///
    /// # Errors
    /// [`Error::TooLarge`]; failures of the disk.
    pub async fn create(&self, new: NewUpload, now: Timestamp) -> Result<Upload, Error> {
        self.run(move |vault| {
            vault.check_length(new.length)?;
            let id = UploadId::random();
            let body = Body {
                length: new.length,
                metadata: new.metadata,
                expected: new.expected,
                created: now,
                expires: vault.expires(now),
                hashing: Default::default(),
            };
            let session = Session::create(&vault.upload_dir(&id), &id, &vault.keys, body)?;
            Ok(upload(&id, &Found::Open(Box::new(session))))
        })
        .await
    }

    /// Where an upload stands (tus HEAD). A request that is still writing it is told to stop, and
    /// its bytes are recorded before this returns: the offset does not move behind the answer.
    ///
    /// # Errors
    /// [`Error::NoUpload`], [`Error::Expired`], [`Error::Superseded`].
    pub async fn status(&self, id: &UploadId, now: Timestamp) -> Result<Upload, Error> {
        let (turn, id) = (self.0.locks.upload(id).await?, id.clone());
        self.run(move |vault| {
            let found = vault.find(&id, now)?;
            drop(turn);
            Ok(upload(&id, &found))
        })
        .await
    }

    /// Where an upload stood when its state was last recorded. Whoever writes it is not disturbed.
    ///
    /// # Errors
    /// [`Error::NoUpload`], [`Error::Expired`].
    pub async fn peek(&self, id: &UploadId, now: Timestamp) -> Result<Upload, Error> {
        let id = id.clone();
        self.run(move |vault| Ok(upload(&id, &vault.find(&id, now)?))).await
    }

    /// Appends the bytes of one request (tus PATCH) and returns the new offset, when it is on
    /// disk. A request that is still writing the upload is told to stop and its bytes are kept.
    /// Dropping the future keeps what had arrived, as a broken connection does.
    ///
    /// # Errors
    /// [`Error::Offset`] when the request begins elsewhere than at the next byte;
    /// [`Error::Checksum`], and nothing of the request is kept; [`Error::Superseded`] and
    /// [`Error::Interrupted`], and what had arrived is kept unless it has a checksum;
    /// [`Error::TooLong`], [`Error::TooLarge`], [`Error::LengthFixed`], [`Error::Finished`];
    /// [`Error::DiskFull`].
    pub async fn append<S, E>(
        &self,
        id: &UploadId,
        append: Append,
        body: S,
        now: Timestamp,
    ) -> Result<u64, Error>
    where
        S: Stream<Item = Result<Bytes, E>>,
    {
        let turn = self.0.locks.upload(id).await?;
        let mut stop = turn.stop();
        let (to, pieces) = mpsc::channel(AHEAD);
        let (vault, id) = (std::sync::Arc::clone(&self.0), id.clone());
        let writing = tokio::task::spawn_blocking(move || {
            // The turn ends with the writing, not with the request.
            let done = vault.drive(&id, &append, pieces, now);
            drop(turn);
            done
        });
        let mut body = std::pin::pin!(body);
        loop {
            let piece = tokio::select! {
                biased;
                () = stop.wait() => Some(Piece::Stop),
                next = body.next() => match next {
                    Some(Ok(bytes)) => Some(Piece::Bytes(bytes)),
                    Some(Err(_)) => None,
                    None => Some(Piece::End),
                },
            };
            // Without a piece the connection broke: the thread sees the channel close.
            let Some(piece) = piece else { break };
            let last = matches!(piece, Piece::End | Piece::Stop);
            // A thread that is gone has its reason to tell.
            if to.send(piece).await.is_err() || last {
                break;
            }
        }
        drop(to);
        writing.await.map_err(|_| Error::Aborted)?
    }

    /// Takes a complete upload into the vault. Safe to repeat: it goes on, or says again what
    /// became of the upload. `retention` matters only where the bucket has object lock.
    ///
    /// # Errors
    /// [`Error::Incomplete`]; [`Error::Identity`] when the device announced other content (the
    /// upload stays until it ends or expires); failures of disk and store, after which it can be
    /// repeated.
    pub async fn finish(
        &self,
        id: &UploadId,
        retention: &Retention,
        now: Timestamp,
    ) -> Result<Stored, Error> {
        let turn = self.0.locks.upload(id).await?;
        let (this, id, retention) = (self.clone(), id.clone(), retention.clone());
        to_the_end(async move {
            let stored = this.take_in(&id, &retention, now).await;
            drop(turn);
            stored
        })
        .await
    }

    async fn take_in(&self, id: &UploadId, retention: &Retention, now: Timestamp) -> Result<Stored, Error> {
        let id = id.clone();
        let found = self.run(move |vault| {
            let dir = vault.upload_dir(&id);
            match vault.find(&id, now)? {
                Found::Done(done) => session::clean(&dir).map(|()| Err(done.stored)),
                Found::Open(session) => seal_last(vault, *session).map(Ok),
            }
        });
        let sealed = match found.await? {
            Ok(sealed) => sealed,
            Err(stored) => return Ok(stored),
        };
        let outcome = self.keep(&sealed, retention).await?;
        let key_id = self.record(sealed.identity.root.sha256).await?.key.key_id;
        let stored = Stored { identity: sealed.identity, key_id, outcome };
        blocking(move || {
            sealed.session.close(&stored)?;
            Ok(stored)
        })
        .await
    }

    /// Puts object and key record, unless the same evidence is there and whole.
    async fn keep(&self, sealed: &Sealed, retention: &Retention) -> Result<Outcome, Error> {
        let root = sealed.identity.root.sha256;
        let _one = self.0.locks.record(&root).await;
        let known = self.run(move |vault| vault.records.find(&root)).await;
        let outcome = match known {
            Ok(None) => Outcome::New,
            // Stopped between the record and the end of the upload.
            Ok(Some(known)) if known.salt == sealed.record.salt => return Ok(Outcome::New),
            Ok(Some(known)) => match self.read_under(&known).await {
                Ok(evidence) => match evidence.verify().await {
                    Ok(()) => return Ok(Outcome::Known),
                    Err(Error::Damaged { .. }) => Outcome::Repaired,
                    Err(error) => return Err(error),
                },
                Err(Error::Damaged { .. }) => Outcome::Repaired,
                Err(error) => return Err(error),
            },
            Err(Error::Damaged { .. }) => Outcome::Repaired,
            Err(error) => return Err(error),
        };
        self.0.objects.put(&sealed.record.object(), &sealed.session.data_path(), retention).await?;
        let record = sealed.record.clone();
        self.run(move |vault| match outcome {
            // The lock of the record leaves nobody who could have put one in between.
            Outcome::New => vault.records.put_new(&record).map(|_| ()),
            Outcome::Known | Outcome::Repaired => vault.records.replace(&record),
        })
        .await?;
        Ok(outcome)
    }

    /// Ends an upload and removes what came (tus termination); of a finished one, only the record
    /// that it was. Evidence in the vault stays.
    ///
    /// # Errors
    /// [`Error::NoUpload`].
    pub async fn terminate(&self, id: &UploadId) -> Result<(), Error> {
        let (turn, id) = (self.0.locks.upload(id).await?, id.clone());
        self.run(move |vault| {
            let dir = vault.upload_dir(&id);
            if !dir.is_dir() {
                return Err(Error::NoUpload);
            }
            session::remove(&dir)?;
            drop(turn);
            Ok(())
        })
        .await
    }

    /// All uploads as recorded, by id; nobody is disturbed. One that cannot be read stands with
    /// its error.
    ///
    /// # Errors
    /// Failures of the disk.
    pub async fn uploads(&self) -> Result<Vec<(UploadId, Result<Upload, Error>)>, Error> {
        self.run(|vault| {
            let mut uploads = Vec::new();
            for name in disk::names(&vault.root.join("uploads"))? {
                let Ok(id) = UploadId::parse(&name) else { continue };
                match Session::find(&vault.upload_dir(&id), &id, &vault.keys) {
                    Ok(Some(found)) => uploads.push((id.clone(), Ok(upload(&id, &found)))),
                    // Made, but stopped before it was said to exist.
                    Ok(None) => {}
                    Err(error) => uploads.push((id, Err(error))),
                }
            }
            Ok(uploads)
        })
        .await
    }

    /// Removes uploads whose time is over; returns their ids.
    ///
    /// # Errors
    /// Failures of the disk.
    pub async fn sweep(&self, now: Timestamp) -> Result<Vec<UploadId>, Error> {
        let mut swept = Vec::new();
        for (id, upload) in self.uploads().await? {
            if upload.is_ok_and(|upload| now >= upload.expires) {
                // A request that writes it just now has made it younger: look again in turn.
                match self.status(&id, now).await {
                    Err(Error::Expired) => {
                        self.terminate(&id).await?;
                        swept.push(id);
                    }
                    Ok(_) | Err(Error::NoUpload | Error::Superseded) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(swept)
    }
}
