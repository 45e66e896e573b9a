//! Downloads, and what can be said to a stranger of a document.

use jiff::civil::Date;
use mingjing_domain::case::types::{DocumentNo, RevocationGround};
use mingjing_domain::case::{Case, CaseEvent};
use mingjing_domain::matter::MatterId;
use mingjing_ledger::VerifyError;
use mingjing_ledger::bundle::{Bundle, DOCUMENT_DIGEST_FIELD, StatementLine, Verified, verify_document};
use mingjing_ledger::note::VerifierKey;
use mingjing_ledger::pdf::{self, PdfError};
use sha2::{Digest, Sha256};

use crate::kit::app::App;
use crate::kit::blob::BlobError;
use crate::kit::db::DbError;
use crate::kit::error::WriteError;
use crate::ledger::LedgerError;
use crate::ledger::service::{Disclosure, Ledger, ProofState};

use super::files::Kept;
use super::job::Records;
use super::store;
use super::store::StoredFile;
pub use super::store::{Failure, StoredDocument};

/// Why a document cannot be given out.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// No such document, or not made yet.
    #[error("没有该文书，或者文书尚未制成")]
    NotFound,
    /// The stored file cannot be read or was altered.
    #[error("{0}")]
    Blob(#[from] BlobError),
    /// The stored file cannot carry its proof.
    #[error("{0}")]
    Pdf(#[from] PdfError),
    /// The ledger failed.
    #[error("{0}")]
    Ledger(#[from] LedgerError),
    /// The case cannot be read.
    #[error("{0}")]
    Read(#[from] WriteError),
    /// The database failed.
    #[error("{0}")]
    Db(#[from] DbError),
    /// A copy for reading cannot be made.
    #[error("{0}")]
    Press(#[source] mingjing_press::PressError),
    /// A worker of the program ended unexpectedly.
    #[error("{0}")]
    Task(#[from] tokio::task::JoinError),
}

/// What holds of a document now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Force {
    /// Nothing was done to it since.
    Standing,
    /// Corrected by the documents of these numbers.
    Corrected(Vec<String>),
    /// The decision was revoked: ground and day.
    Revoked(&'static str, jiff::civil::Date),
}

/// What the verification page says of a document. Nothing of it is personal data.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The stored document.
    pub document: StoredDocument,
    /// Its file.
    pub file: StoredFile,
    /// Its standing.
    pub force: Force,
    /// How far its proof has come.
    pub proof: ProofState,
    /// What became of the file.
    pub kept: Kept,
}

/// What became of a file that somebody handed in.
#[derive(Clone, Debug)]
pub enum Checked {
    /// It carries a proof, and the proof holds.
    Proved(Box<Verified>),
    /// It carries no proof, but its bytes are those of a stored document.
    Stored(Box<StoredDocument>),
    /// It does not hold; what is wrong.
    Refused(VerifyError),
    /// Neither a proof nor a document of this installation.
    Unknown,
}

/// The documents of a case with what is known of their files.
///
/// # Errors
/// When the database fails.
pub async fn of_case(app: &App, matter: MatterId) -> Result<Vec<StoredDocument>, DbError> {
    store::of_case(app.db(), matter).await
}

/// Documents of a case whose making failed and was not done since.
///
/// # Errors
/// When the database fails.
pub async fn failures(app: &App, matter: MatterId) -> Result<Vec<Failure>, DbError> {
    store::failures(app.db(), matter).await
}

/// Lets what failed be made again at once. Gives how many documents wait now.
///
/// # Errors
/// When the database fails.
pub async fn try_again(app: &App, matter: MatterId) -> Result<u64, DbError> {
    let tx = app.db().begin().await?;
    let waiting = store::try_again(&tx, matter, app.now()).await?;
    tx.commit().await?;
    Ok(waiting)
}

impl Records {
    /// A document for download: the stored bytes, and once they are under a
    /// signed checkpoint one incremental update with the proof (house rule 2.11).
    /// The caller has checked the right to see it.
    ///
    /// # Errors
    /// [`RecordError`].
    pub async fn download(
        &self,
        ledger: &Ledger,
        matter: MatterId,
        no: DocumentNo,
    ) -> Result<Vec<u8>, RecordError> {
        let stored = store::document(self.app.db(), matter, no).await?.ok_or(RecordError::NotFound)?;
        let file = stored.file.ok_or(RecordError::NotFound)?;
        let bytes = self.stored_bytes(matter, file.sha256).await?;
        match self.proof(ledger, matter, &file).await {
            Ok(bundle) => Ok(pdf::append_bundle(&bytes, &bundle.to_bytes())?),
            Err(LedgerError::NotYet(_)) => Ok(bytes),
            Err(error) => Err(error.into()),
        }
    }

    /// The published copy of a document, if it is published now.
    ///
    /// # Errors
    /// [`RecordError`].
    pub async fn published(&self, public_id: &str) -> Result<Vec<u8>, RecordError> {
        let stored = store::by_public_id(self.app.db(), public_id).await?.ok_or(RecordError::NotFound)?;
        let copy = stored.public_sha256.ok_or(RecordError::NotFound)?;
        self.stored_bytes(stored.matter, copy).await
    }

    pub(super) async fn stored_bytes(
        &self,
        matter: MatterId,
        sha256: [u8; 32],
    ) -> Result<Vec<u8>, RecordError> {
        let blobs = self.blobs.clone();
        Ok(tokio::task::spawn_blocking(move || blobs.get(matter, &sha256)).await??)
    }

    /// The proof of a stored file.
    async fn proof(
        &self,
        ledger: &Ledger,
        matter: MatterId,
        file: &StoredFile,
    ) -> Result<Bundle, LedgerError> {
        let open = ["shape", "guard:/event", "guard:/no", "guard:/made", DOCUMENT_DIGEST_FIELD];
        let disclosure = Disclosure { open: open.map(str::to_owned).to_vec(), ..Disclosure::default() };
        let statement = vec![StatementLine::Field {
            name: DOCUMENT_DIGEST_FIELD.to_owned(),
            value: hex::encode(file.sha256),
        }];
        ledger.proof_bundle(matter, file.version, &disclosure, statement).await
    }

    /// What holds of a made document now.
    ///
    /// # Errors
    /// [`RecordError::NotFound`] before it is made.
    pub async fn verdict(&self, ledger: &Ledger, document: StoredDocument) -> Result<Verdict, RecordError> {
        let file = document.file.clone().ok_or(RecordError::NotFound)?;
        let (matter, no) = (document.matter, document.no);
        let case = self.app.load::<Case>(matter).await?.ok_or(RecordError::NotFound)?;
        let force = match revoked(&case, no).filter(|_| decides(&case, no)) {
            Some((ground, on)) => Force::Revoked(ground.label(), on),
            None => self.corrections(&case, matter, no).await?,
        };
        let proof = ledger.proof_state(matter, file.version).await?;
        let kept = self.kept(matter, file.sha256).await?;
        Ok(Verdict { document, file, force, proof, kept })
    }

    /// Only what is on record as destroyed is called destroyed; a file that is gone
    /// or altered otherwise is a fault.
    async fn kept(&self, matter: MatterId, sha256: [u8; 32]) -> Result<Kept, RecordError> {
        let found = self.stored_bytes(matter, sha256).await;
        if store::destroyed(self.app.db(), matter).await? {
            return Ok(Kept::Destroyed);
        }
        match found {
            Ok(_) => Ok(Kept::Whole),
            Err(RecordError::Blob(error)) => {
                tracing::error!(%error, %matter, "the file of a document does not hold");
                Ok(match error {
                    BlobError::Io { .. } => Kept::Missing,
                    BlobError::Altered(_) => Kept::Altered,
                })
            }
            Err(error) => Err(error),
        }
    }

    async fn corrections(&self, case: &Case, matter: MatterId, no: DocumentNo) -> Result<Force, RecordError> {
        use mingjing_domain::case::types::DocumentKind;
        if !case.documents.iter().any(|it| it.kind == DocumentKind::Correction) {
            return Ok(Force::Standing);
        }
        let mut numbers = Vec::new();
        for it in self.app.stream::<Case>(matter).await? {
            if let CaseEvent::DocumentCorrected { document, by, .. } = &it.event
                && *document == no
            {
                let number = case.document(*by).and_then(|it| it.number.as_ref());
                numbers.push(number.map_or_else(|| "补正文书".to_owned(), ToString::to_string));
            }
        }
        Ok(if numbers.is_empty() { Force::Standing } else { Force::Corrected(numbers) })
    }

    /// Checks a file that somebody handed in: a download with its proof, a proof
    /// alone, or the stored bytes without proof.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn check(&self, keys: &[VerifierKey], bytes: &[u8]) -> Result<Checked, RecordError> {
        if bytes.first() == Some(&b'{') {
            return Ok(match Bundle::from_bytes(bytes).and_then(|it| it.verify(keys)) {
                Ok(verified) => Checked::Proved(Box::new(verified)),
                Err(error) => Checked::Refused(error),
            });
        }
        match verify_document(bytes, keys) {
            Ok(document) => return Ok(Checked::Proved(Box::new(document.proof))),
            // Without a proof of its own the bytes may still be known.
            Err(VerifyError::Pdf(PdfError::NoProof | PdfError::Malformed(_))) => {}
            Err(error) => return Ok(Checked::Refused(error)),
        }
        let digest: [u8; 32] = Sha256::digest(bytes).into();
        Ok(match store::by_digest(self.app.db(), &digest).await? {
            Some(stored) => Checked::Stored(Box::new(stored)),
            None => Checked::Unknown,
        })
    }
}

/// The revocation that a document of the decision fell with: of its own party, or of all.
fn revoked(case: &Case, no: DocumentNo) -> Option<(RevocationGround, Date)> {
    match case.document(no).and_then(|it| it.party) {
        Some(party) => case.revoked(party),
        None => case.decision.as_ref().and_then(|it| it.revoked),
    }
}

/// Whether the document stands and falls with the decision.
fn decides(case: &Case, no: DocumentNo) -> bool {
    let named =
        case.decision.as_ref().is_some_and(|it| it.documents.iter().any(|(_, document)| *document == no));
    let after =
        case.decision.as_ref().is_some_and(|it| case.document(no).is_some_and(|d| d.version >= it.version));
    named || (after && case.document(no).is_some_and(|it| it.kind.served()))
}
