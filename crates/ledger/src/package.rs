//! Checking an archive package: a BagIt 1.0 bag (RFC 8493) with SHA-256 manifests, in which
//! proofs lie beside the files they prove.
//!
//! - `data/…` are the files; `manifest-sha256.txt` lists every one of them.
//! - `tagmanifest-sha256.txt` lists every other file but itself and the seal.
//! - Every `data/…` file whose name ends in `.proof.json` is a bundle; a `.pdf` may hold one;
//!   but for films and photographs, below `data/音像/`, whose names are given by devices.
//! - `data/归档清单/…` are the lists of an archived file ([`crate::filed`]).
//! - `package.proof.json` (optional), the seal, is a bundle that opens
//!   [`PACKAGE_DIGEST_FIELD`], the SHA-256 of `manifest-sha256.txt`: it binds the whole content
//!   to the log. Without it the manifests show damage, not forgery.

use std::collections::BTreeMap;
use std::io::Read;

use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::{
    VerifyError,
    bundle::{Bundle, Verified, verify_document},
    filed::{self, LISTS, ListReport, Texts},
    hash::sha256,
    note::VerifierKey,
    pdf::{self, PdfError},
};

/// Name of the field that commits to a package: lower-case hex SHA-256 of its payload manifest.
pub const PACKAGE_DIGEST_FIELD: &str = "package_sha256";
/// Path of the seal.
pub const SEAL: &str = "package.proof.json";

/// Where films and photographs lie. Their names are those of devices and say nothing of what
/// they are.
const FILMS: &str = "data/音像/";
const DECLARATION: &str = "bagit.txt";
const MANIFEST: &str = "manifest-sha256.txt";
const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";

/// Why a package is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PackageError {
    /// A path leaves the package or is not in its one spelling.
    #[error("路径“{0}”无效")]
    Path(String),
    /// A file occurs twice.
    #[error("文件“{0}”出现两次")]
    Duplicate(String),
    /// A required file is missing.
    #[error("缺少文件“{0}”")]
    Missing(String),
    /// A file is listed nowhere.
    #[error("文件“{0}”不在清单中")]
    Unlisted(String),
    /// A file differs from its digest in the manifest.
    #[error("文件“{0}”与清单中的摘要不符")]
    Altered(String),
    /// A manifest or the declaration is malformed.
    #[error("“{0}”的格式有误")]
    Malformed(String),
    /// A proof does not hold.
    #[error("“{path}”：{error}")]
    Proof {
        /// Path of the bundle or PDF.
        path: String,
        /// What does not hold.
        error: VerifyError,
    },
    /// The seal is about another content.
    #[error("封装证明与清单不符")]
    Seal,
    /// A list of the file is not the one that its event names, or does not go on where the one
    /// before it ends.
    #[error("“{0}”与入账的归档清单不符，或者次序不连续")]
    List(String),
    /// A file cannot be read, or is larger than its kind ever is.
    #[error("文件“{0}”不能读取")]
    Unreadable(String),
}

/// A proof found in a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageProof {
    /// Path of the bundle or PDF.
    pub path: String,
    /// What it proves.
    pub verified: Verified,
    /// Paths of the files whose stored bytes are the committed document; empty when the bundle
    /// is about no document or the document is not in the package.
    pub documents: Vec<String>,
}

/// A package that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageReport {
    /// Payload files.
    pub files: usize,
    /// Bytes of the payload files.
    pub bytes: u64,
    /// Proofs in path order.
    pub proofs: Vec<PackageProof>,
    /// What the seal proves, where there is one.
    pub seal: Option<Verified>,
    /// Lists of the file: the first, and those of its supplements.
    pub lists: ListReport,
}

/// Longest proof, manifest or document with a proof that is read as a whole. Anything else is
/// read through, however long.
const WHOLE: u64 = 256 << 20;

/// A package that is being checked: its files one after the other, then the whole.
#[derive(Default)]
pub struct Checking {
    contents: Contents,
}

impl Checking {
    /// Takes a file, its path relative to the bag with `/`. Films are read through and only
    /// their digest is kept.
    ///
    /// # Errors
    /// A [`PackageError`] that names the file.
    pub fn take(
        &mut self,
        path: impl Into<String>,
        content: &mut dyn Read,
        keys: &[VerifierKey],
    ) -> Result<(), PackageError> {
        let path = path.into();
        let unreadable = || PackageError::Unreadable(path.clone());
        let speaks = path.ends_with(".proof.json") || path.ends_with(".pdf") || path.starts_with(LISTS);
        let whole = !path.starts_with("data/") || (speaks && !path.starts_with(FILMS));
        if whole {
            let mut bytes = Vec::new();
            let read = content.take(WHOLE + 1).read_to_end(&mut bytes).map_err(|_| unreadable())?;
            // A usize of what was read fits u64.
            if read as u64 > WHOLE {
                return Err(unreadable());
            }
            return self.contents.take(path, &bytes, keys);
        }
        let (mut digest, mut length) = (Sha256::new(), 0_u64);
        let mut part = vec![0; 1 << 20];
        loop {
            let read = content.read(&mut part).map_err(|_| unreadable())?;
            if read == 0 {
                break;
            }
            digest.update(&part[..read]);
            length += read as u64;
        }
        self.contents.noted(path, digest.finalize().into(), length)
    }

    /// The whole, once every file was taken.
    ///
    /// # Errors
    /// A [`PackageError`] that names the file.
    pub fn finish(self, keys: &[VerifierKey]) -> Result<PackageReport, PackageError> {
        self.contents.whole(keys)
    }
}

#[derive(Default)]
struct Contents {
    digests: BTreeMap<String, [u8; 32]>,
    tags: BTreeMap<String, Vec<u8>>,
    /// Stored document digest of each payload file: of the prefix where it is a proved download.
    documents: BTreeMap<String, [u8; 32]>,
    proofs: Vec<(String, Verified)>,
    lists: Texts,
    bytes: u64,
}

/// Checks a package from its files, in any order, each path relative to the bag with `/`.
///
/// Files are taken one at a time and only their digests are kept.
///
/// # Errors
/// A [`PackageError`] that names the file.
pub fn verify_package<I, P, B>(files: I, keys: &[VerifierKey]) -> Result<PackageReport, PackageError>
where
    I: IntoIterator<Item = (P, B)>,
    P: Into<String>,
    B: AsRef<[u8]>,
{
    let mut contents = Contents::default();
    for (path, bytes) in files {
        contents.take(path.into(), bytes.as_ref(), keys)?;
    }
    contents.whole(keys)
}

impl Contents {
    fn whole(self, keys: &[VerifierKey]) -> Result<PackageReport, PackageError> {
        self.check_declaration()?;
        let payload = self.manifest(MANIFEST)?;
        let tags = self.manifest(TAG_MANIFEST)?;
        for (path, digest) in &self.digests {
            let listed = if path.starts_with("data/") { payload.get(path) } else { tags.get(path) };
            match listed {
                Some(want) if want == digest => {}
                Some(_) => return Err(PackageError::Altered(path.clone())),
                None if path == TAG_MANIFEST || path == SEAL => {}
                None => return Err(PackageError::Unlisted(path.clone())),
            }
        }
        let missing = payload.keys().chain(tags.keys()).find(|path| !self.digests.contains_key(*path));
        if let Some(path) = missing {
            return Err(PackageError::Missing(path.clone()));
        }
        let seal = self.seal(keys)?;
        let lists = filed::check(&self.lists, &self.proofs, seal.as_ref())?;
        Ok(self.report(seal, lists))
    }

    /// A file of which only the digest was kept.
    fn noted(&mut self, path: String, digest: [u8; 32], length: u64) -> Result<(), PackageError> {
        if !path_is_valid(&path) {
            return Err(PackageError::Path(path));
        }
        if self.digests.insert(path.clone(), digest).is_some() {
            return Err(PackageError::Duplicate(path));
        }
        self.bytes += length;
        self.documents.insert(path, digest);
        Ok(())
    }

    fn take(&mut self, path: String, bytes: &[u8], keys: &[VerifierKey]) -> Result<(), PackageError> {
        if !path_is_valid(&path) {
            return Err(PackageError::Path(path));
        }
        let digest = sha256(&[bytes]);
        if self.digests.insert(path.clone(), digest).is_some() {
            return Err(PackageError::Duplicate(path));
        }
        if !path.starts_with("data/") {
            self.tags.insert(path, bytes.to_vec());
            return Ok(());
        }
        // A slice length fits u64.
        self.bytes += bytes.len() as u64;
        let mut document = digest;
        let failed = |error| PackageError::Proof { path: path.clone(), error };
        if path.starts_with(FILMS) {
            // Only its bytes count.
        } else if path.starts_with(LISTS) {
            self.lists.insert(path.clone(), bytes.to_vec());
        } else if path.ends_with(".proof.json") {
            let bundle = Bundle::from_bytes(bytes).map_err(failed)?;
            self.proofs.push((path.clone(), bundle.verify(keys).map_err(failed)?));
        } else if path.ends_with(".pdf") && holds_proof(bytes) {
            let verified = verify_document(bytes, keys).map_err(failed)?;
            document = verified.sha256;
            self.proofs.push((path.clone(), verified.proof));
        }
        self.documents.insert(path, document);
        Ok(())
    }

    fn check_declaration(&self) -> Result<(), PackageError> {
        let text = self.tag(DECLARATION)?;
        if text == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n" {
            Ok(())
        } else {
            Err(PackageError::Malformed(DECLARATION.to_owned()))
        }
    }

    fn tag(&self, name: &str) -> Result<&str, PackageError> {
        let bytes = self.tags.get(name).ok_or_else(|| PackageError::Missing(name.to_owned()))?;
        std::str::from_utf8(bytes).map_err(|_| PackageError::Malformed(name.to_owned()))
    }

    fn manifest(&self, name: &str) -> Result<BTreeMap<String, [u8; 32]>, PackageError> {
        let malformed = || PackageError::Malformed(name.to_owned());
        let mut listed = BTreeMap::new();
        for line in self.tag(name)?.lines() {
            let (digest, path) = line.split_once("  ").ok_or_else(malformed)?;
            let digest: [u8; 32] =
                hex::decode(digest).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(malformed)?;
            // RFC 8493, 2.1.3: line ends and the percent sign are escaped in manifests.
            let path = path.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%");
            if (name == MANIFEST) != path.starts_with("data/") {
                return Err(malformed());
            }
            if listed.insert(path.clone(), digest).is_some() {
                return Err(PackageError::Duplicate(path));
            }
        }
        Ok(listed)
    }

    fn seal(&self, keys: &[VerifierKey]) -> Result<Option<Verified>, PackageError> {
        let Some(bytes) = self.tags.get(SEAL) else {
            return Ok(None);
        };
        let failed = |error| PackageError::Proof { path: SEAL.to_owned(), error };
        let verified = Bundle::from_bytes(bytes).and_then(|bundle| bundle.verify(keys)).map_err(failed)?;
        let committed = verified.event.field(PACKAGE_DIGEST_FIELD).and_then(|f| f.rendered());
        let manifest = self.digests.get(MANIFEST).map(hex::encode);
        if committed.is_some() && committed == manifest {
            Ok(Some(verified))
        } else {
            Err(PackageError::Seal)
        }
    }

    fn report(mut self, seal: Option<Verified>, lists: ListReport) -> PackageReport {
        self.proofs.sort_by(|one, two| one.0.cmp(&two.0));
        let documents = &self.documents;
        let proofs = self.proofs.into_iter().map(|(path, verified)| {
            let committed = verified.document_sha256();
            let same = |digest: &[u8; 32]| committed.as_ref() == Some(digest);
            let found = documents.iter().filter(|(_, digest)| same(digest));
            let documents = found.map(|(path, _)| path.clone()).collect();
            PackageProof { path, verified, documents }
        });
        PackageReport { files: documents.len(), bytes: self.bytes, proofs: proofs.collect(), seal, lists }
    }
}

/// A PDF without any proof is an ordinary file of the package; a damaged proof is an error.
fn holds_proof(bytes: &[u8]) -> bool {
    match pdf::split(bytes) {
        Err(PdfError::NoProof | PdfError::Malformed(_) | PdfError::Encrypted) => {
            // A PDF of some other program, unless it speaks of a proof.
            bytes.windows(9).any(|window| window == b"/MJ_Proof")
        }
        Ok(_)
        | Err(
            PdfError::MoreThanOneUpdate
            | PdfError::RedefinesObject(_)
            | PdfError::ChangesRoot
            | PdfError::NotCanonical,
        ) => true,
    }
}

fn path_is_valid(path: &str) -> bool {
    !path.contains('\\') && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}
