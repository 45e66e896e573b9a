//! A bag (BagIt 1.0, RFC 8493) and the one file that it travels in: a ZIP without
//! compression, which every computer opens; beyond four gibibytes in its 64-bit form.

use std::io::{self, Cursor, Read, Seek, Write};

use axum::body::Bytes;
use futures_util::{Stream, StreamExt as _};
use mingjing_vault::Vault;
use sha2::{Digest, Sha256};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Name and bytes of a file, with `/` between the parts of its path.
pub type Entry = (String, Vec<u8>);

/// The declaration of a bag.
const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
/// Manifest of the payload.
pub const MANIFEST: &str = "manifest-sha256.txt";

fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// One line of a manifest; line ends and the percent sign are escaped (RFC 8493, 2.1.3).
fn line(path: &str, sha256: &str) -> String {
    let path = path.replace('%', "%25").replace('\n', "%0A").replace('\r', "%0D");
    format!("{sha256}  {path}\n")
}

/// A payload file that is too large to be held: its path and the SHA-256 of its bytes, hex.
pub type Beyond = (String, String);

/// Puts payload files (`data/…`) and tag files into a bag: declaration and manifests are
/// added. What lies beyond is listed, and travels only with [`stream`]. Gives the files and
/// the SHA-256 of the payload manifest, hex.
pub fn bag(mut payload: Vec<Entry>, beyond: &[Beyond], tags: Vec<Entry>) -> (Vec<Entry>, String) {
    payload.sort_by(|a, b| a.0.cmp(&b.0));
    let held = payload.iter().map(|(path, bytes)| (path.clone(), digest(bytes)));
    let mut all: Vec<Beyond> = held.chain(beyond.iter().cloned()).collect();
    all.sort();
    let manifest: String = all.iter().map(|(path, sha256)| line(path, sha256)).collect();
    let sealed = digest(manifest.as_bytes());
    let mut tagged = vec![("bagit.txt".to_owned(), DECLARATION.as_bytes().to_vec())];
    tagged.push((MANIFEST.to_owned(), manifest.into_bytes()));
    tagged.extend(tags);
    let listed: String = tagged.iter().map(|(path, bytes)| line(path, &digest(bytes))).collect();
    tagged.push(("tagmanifest-sha256.txt".to_owned(), listed.into_bytes()));
    tagged.extend(payload);
    (tagged, sealed)
}

/// Why a ZIP is not one of ours.
#[derive(Debug, thiserror::Error)]
pub enum ZipError {
    /// Not of this form, compressed, damaged, or with a name that leads elsewhere.
    #[error("封装文件的格式有误或者已经损坏")]
    Malformed,
    /// It cannot be read or written.
    #[error("封装文件读写失败：{0}")]
    Io(#[from] io::Error),
}

impl From<zip::result::ZipError> for ZipError {
    fn from(error: zip::result::ZipError) -> Self {
        match error {
            zip::result::ZipError::Io(error) => Self::Io(error),
            _ => Self::Malformed,
        }
    }
}

/// How a file is put in: as it is, of the first day that the format knows, so that the same
/// files give the same bytes.
fn kept(large: bool) -> SimpleFileOptions {
    SimpleFileOptions::DEFAULT.compression_method(CompressionMethod::Stored).large_file(large)
}

fn put<W: Write + Seek>(to: &mut ZipWriter<W>, folder: &str, files: &[Entry]) -> Result<(), ZipError> {
    for (path, bytes) in files {
        to.start_file(format!("{folder}/{path}"), kept(false))?;
        to.write_all(bytes)?;
    }
    Ok(())
}

/// Writes files into a ZIP, all under one folder.
///
/// # Errors
/// When a file is larger than four gibibytes.
pub fn zip(folder: &str, files: &[Entry]) -> Result<Vec<u8>, ZipError> {
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    put(&mut out, folder, files)?;
    Ok(out.finish()?.into_inner())
}

/// A film or a photograph in the store, and where it lies in the bag.
#[derive(Clone, Debug)]
pub struct Film {
    /// Its path.
    pub path: String,
    /// The root of its bytes.
    pub root: [u8; 32],
}

/// Packages that are sent at one time: each holds a thread as long as its reader reads.
static SENT: Semaphore = Semaphore::const_new(8);

/// Bytes given to whoever reads the stream, a part at a time.
struct Parts {
    to: mpsc::Sender<Result<Bytes, io::Error>>,
    part: Vec<u8>,
}

/// Length of a part.
const PART: usize = 256 << 10;

impl Parts {
    fn send(&mut self) -> io::Result<()> {
        let part = std::mem::replace(&mut self.part, Vec::with_capacity(PART));
        // Whoever went away needs nothing more.
        self.to.blocking_send(Ok(Bytes::from(part))).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for Parts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.part.extend_from_slice(bytes);
        if self.part.len() >= PART {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The ZIP of files and films, all under one folder, made while it is read: neither the store
/// nor the memory holds it as a whole. After an error nothing more comes, and the ZIP is one
/// that no reader takes.
/// None when too many are read just now.
pub fn stream(
    folder: String,
    files: Vec<Entry>,
    (vault, films): (Option<Vault>, Vec<Film>),
) -> Option<impl Stream<Item = Result<Bytes, io::Error>> + Send + 'static> {
    let turn = SENT.try_acquire().ok()?;
    let (to, mut parts) = mpsc::channel(4);
    let handle = Handle::current();
    tokio::task::spawn_blocking(move || {
        let whole = Parts { to: to.clone(), part: Vec::with_capacity(PART) };
        if let Err(error) = written(whole, &handle, (&folder, &files), (vault, films)) {
            // A reader that went away needs no error.
            let _ = to.blocking_send(Err(io::Error::other(error.to_string())));
        }
        drop(turn);
    });
    Some(futures_util::stream::poll_fn(move |context| parts.poll_recv(context)))
}

fn written(
    to: Parts,
    handle: &Handle,
    (folder, files): (&str, &[Entry]),
    (vault, films): (Option<Vault>, Vec<Film>),
) -> Result<(), ZipError> {
    let mut out = ZipWriter::new_stream(to);
    put(&mut out, folder, files)?;
    for film in films {
        let vault = vault.as_ref().ok_or_else(|| io::Error::other("no store of films"))?;
        // One at a time is open, however many there are.
        let evidence = handle.block_on(vault.evidence(&film.root)).map_err(io::Error::other)?;
        out.start_file(format!("{folder}/{}", film.path), kept(true))?;
        let mut bytes = evidence.range(0..evidence.length()).map_err(io::Error::other)?;
        let mut sent = 0;
        while let Some(part) = handle.block_on(bytes.next()) {
            let part = part.map_err(io::Error::other)?;
            out.write_all(&part)?;
            sent += part.len() as u64;
        }
        if sent != evidence.length() {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
    }
    out.finish()?.into_inner().send()?;
    Ok(())
}

/// Goes through a ZIP, paths without the folder; each file is read as far as `take` reads it.
///
/// # Errors
/// [`ZipError::Malformed`]: another program's, a damaged one, or a name that leads elsewhere;
/// what `take` says.
pub fn each<R: Read + Seek, E: From<ZipError>>(
    from: R,
    mut take: impl FnMut(&str, &mut dyn Read) -> Result<(), E>,
) -> Result<(), E> {
    let mut archive = ZipArchive::new(from).map_err(ZipError::from)?;
    // One name twice, or another one in front of the bytes than in the list: readers of ZIP
    // would differ about what is inside.
    if archive.has_duplicate_names() || archive.validate_header_consistency().is_err() {
        return Err(ZipError::Malformed.into());
    }
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).map_err(ZipError::from)?;
        let name = file.name().map_err(ZipError::from)?.into_owned();
        let (_, path) = name.split_once('/').ok_or(ZipError::Malformed)?;
        if !file.is_file() && !file.is_dir() {
            return Err(ZipError::Malformed.into());
        }
        if file.is_file() && !path.is_empty() {
            take(path, &mut file)?;
        }
    }
    if archive.is_empty() { Err(ZipError::Malformed.into()) } else { Ok(()) }
}

/// The files of a ZIP that [`zip`] wrote, in its order.
///
/// # Errors
/// As [`each`].
pub fn unzip(bytes: &[u8]) -> Result<Vec<Entry>, ZipError> {
    let mut out = Vec::new();
    each(Cursor::new(bytes), |path, content| {
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes)?;
        out.push((path.to_owned(), bytes));
        Ok::<_, ZipError>(())
    })?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mingjing_ledger::package::{PackageError, verify_package};

    fn sample() -> Vec<Entry> {
        let payload = vec![
            ("data/文书/001 立案审批表.txt".to_owned(), "甲".as_bytes().to_vec()),
            ("data/100%.txt".to_owned(), Vec::new()),
        ];
        bag(payload, &[], vec![("核验说明.txt".to_owned(), b"x".to_vec())]).0
    }

    #[test]
    fn a_bag_is_accepted_by_the_outsiders_verifier_and_damage_is_named() {
        let files = sample();
        let report = verify_package(files.clone(), &[]).unwrap();
        assert_eq!((report.files, report.bytes), (2, 3));
        let mut bent = files;
        let at = bent.iter().position(|it| it.0.starts_with("data/文书")).unwrap();
        bent[at].1 = "乙".as_bytes().to_vec();
        assert_eq!(
            verify_package(bent, &[]),
            Err(PackageError::Altered("data/文书/001 立案审批表.txt".into()))
        );
    }

    #[test]
    fn a_name_twice_is_no_package() {
        let files = [("data/甲".to_owned(), b"1".to_vec()), ("data/乙".to_owned(), b"2".to_vec())];
        let bytes = zip("案卷", &files).unwrap();
        assert_eq!(unzip(&bytes).unwrap(), files);
        // The second is called as the first, in front of its bytes and in the list.
        let name = "案卷/data/乙".as_bytes();
        let mut twice = bytes;
        for at in 0..twice.len() - name.len() {
            if twice[at..].starts_with(name) {
                twice[at..at + name.len()].copy_from_slice("案卷/data/甲".as_bytes());
            }
        }
        assert!(matches!(unzip(&twice), Err(ZipError::Malformed)));
    }

    #[test]
    fn what_is_zipped_comes_back_and_a_flipped_byte_does_not() {
        let files = sample();
        let bytes = zip("案卷", &files).unwrap();
        assert_eq!(unzip(&bytes).unwrap(), files);
        assert_eq!(zip("案卷", &files).unwrap(), bytes, "the same files give the same bytes");
        let middle = bytes.len() / 8;
        let mut bent = bytes.clone();
        bent[middle] ^= 1;
        assert_ne!(unzip(&bent).ok(), Some(files));
        assert!(matches!(unzip(b"PK\x03\x04"), Err(ZipError::Malformed)));
        assert!(matches!(unzip(&[]), Err(ZipError::Malformed)));
    }
}
