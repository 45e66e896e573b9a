//! A bag (BagIt 1.0, RFC 8493) and the one file that it travels in: a ZIP without
//! compression, which every computer opens, written and read here because no more of the
//! format is needed.

use sha2::{Digest, Sha256};

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
fn line(path: &str, bytes: &[u8]) -> String {
    let path = path.replace('%', "%25").replace('\n', "%0A").replace('\r', "%0D");
    format!("{}  {path}\n", digest(bytes))
}

/// Puts payload files (`data/…`) and tag files into a bag: declaration and manifests are
/// added. Gives the files and the SHA-256 of the payload manifest, hex.
pub fn bag(mut payload: Vec<Entry>, tags: Vec<Entry>) -> (Vec<Entry>, String) {
    payload.sort_by(|a, b| a.0.cmp(&b.0));
    let manifest: String = payload.iter().map(|(path, bytes)| line(path, bytes)).collect();
    let sealed = digest(manifest.as_bytes());
    let mut tagged = vec![("bagit.txt".to_owned(), DECLARATION.as_bytes().to_vec())];
    tagged.push((MANIFEST.to_owned(), manifest.into_bytes()));
    tagged.extend(tags);
    let listed: String = tagged.iter().map(|(path, bytes)| line(path, bytes)).collect();
    tagged.push(("tagmanifest-sha256.txt".to_owned(), listed.into_bytes()));
    tagged.extend(payload);
    (tagged, sealed)
}

/// CRC-32 (ISO 3309) as ZIP uses it.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

/// Why files do not fit into one ZIP without extensions, or a ZIP is not one of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ZipError {
    /// More than four gibibytes, or more than 65 535 files.
    #[error("案卷过大，不能装入一个封装文件")]
    TooLarge,
    /// Not as written here.
    #[error("封装文件的格式有误")]
    Malformed,
}

/// First of January 1980, the earliest day that the format knows: the same files give the
/// same bytes.
const DAY: [u8; 4] = [0, 0, 0x21, 0];
/// Names are UTF-8.
const UTF8: [u8; 2] = [0, 8];

/// Fields that local and central headers share.
fn header(name: &str, bytes: &[u8]) -> Result<Vec<u8>, ZipError> {
    let size = u32::try_from(bytes.len()).map_err(|_| ZipError::TooLarge)?;
    let length = u16::try_from(name.len()).map_err(|_| ZipError::TooLarge)?;
    let mut out = vec![20, 0];
    out.extend(UTF8);
    out.extend([0, 0]);
    out.extend(DAY);
    out.extend(crc32(bytes).to_le_bytes());
    out.extend(size.to_le_bytes());
    out.extend(size.to_le_bytes());
    out.extend(length.to_le_bytes());
    out.extend([0, 0]);
    Ok(out)
}

/// Writes files into a ZIP, all under one folder.
///
/// # Errors
/// [`ZipError::TooLarge`].
pub fn zip(folder: &str, files: &[Entry]) -> Result<Vec<u8>, ZipError> {
    let (mut out, mut central) = (Vec::new(), Vec::new());
    for (path, bytes) in files {
        let name = format!("{folder}/{path}");
        let at = u32::try_from(out.len()).map_err(|_| ZipError::TooLarge)?;
        let shared = header(&name, bytes)?;
        out.extend(b"PK\x03\x04");
        out.extend(&shared);
        out.extend(name.as_bytes());
        out.extend(bytes);
        central.extend(b"PK\x01\x02\x14\x00");
        central.extend(&shared);
        // Comment, disk, attributes: none.
        central.extend([0; 10]);
        central.extend(at.to_le_bytes());
        central.extend(name.as_bytes());
    }
    let at = u32::try_from(out.len()).map_err(|_| ZipError::TooLarge)?;
    let size = u32::try_from(central.len()).map_err(|_| ZipError::TooLarge)?;
    let count = u16::try_from(files.len()).map_err(|_| ZipError::TooLarge)?;
    out.extend(central);
    out.extend(b"PK\x05\x06\x00\x00\x00\x00");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(size.to_le_bytes());
    out.extend(at.to_le_bytes());
    out.extend([0, 0]);
    Ok(out)
}

fn number(bytes: &[u8], at: usize, width: usize) -> Result<usize, ZipError> {
    let part = bytes.get(at..at + width).ok_or(ZipError::Malformed)?;
    part.iter().rev().try_fold(0_usize, |sum, byte| {
        sum.checked_mul(256).and_then(|it| it.checked_add(usize::from(*byte))).ok_or(ZipError::Malformed)
    })
}

/// Reads a ZIP without compression as [`zip`] writes it, paths without the folder.
///
/// # Errors
/// [`ZipError::Malformed`]: another program's, a damaged one, or a name that leads elsewhere.
pub fn unzip(bytes: &[u8]) -> Result<Vec<Entry>, ZipError> {
    let mut out = Vec::new();
    let mut at = 0;
    while bytes.get(at..at + 4) == Some(b"PK\x03\x04") {
        let (method, flags) = (number(bytes, at + 8, 2)?, number(bytes, at + 6, 2)?);
        let (crc, packed, size) =
            (number(bytes, at + 14, 4)?, number(bytes, at + 18, 4)?, number(bytes, at + 22, 4)?);
        let (name, extra) = (number(bytes, at + 26, 2)?, number(bytes, at + 28, 2)?);
        // A descriptor behind the bytes, or any compression, is not ours.
        if method != 0 || flags & 8 != 0 || packed != size {
            return Err(ZipError::Malformed);
        }
        let begin = at + 30;
        let text = bytes.get(begin..begin + name).ok_or(ZipError::Malformed)?;
        let path = std::str::from_utf8(text).map_err(|_| ZipError::Malformed)?;
        let begin = begin + name + extra;
        let content = bytes.get(begin..begin + size).ok_or(ZipError::Malformed)?;
        if usize::try_from(crc32(content)) != Ok(crc) {
            return Err(ZipError::Malformed);
        }
        let (_, path) = path.split_once('/').ok_or(ZipError::Malformed)?;
        if !path.is_empty() {
            out.push((path.to_owned(), content.to_vec()));
        }
        at = begin + size;
    }
    if out.is_empty() || bytes.get(at..at + 4) != Some(b"PK\x01\x02") {
        Err(ZipError::Malformed)
    } else {
        Ok(out)
    }
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
        bag(payload, vec![("核验说明.txt".to_owned(), b"x".to_vec())]).0
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
    fn what_is_zipped_comes_back_and_a_flipped_byte_does_not() {
        let files = sample();
        let bytes = zip("案卷", &files).unwrap();
        assert_eq!(unzip(&bytes).unwrap(), files);
        assert_eq!(zip("案卷", &files).unwrap(), bytes, "the same files give the same bytes");
        // CRC-32 of "123456789" is the check value of the polynomial.
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        let middle = bytes.len() / 8;
        let mut bent = bytes.clone();
        bent[middle] ^= 1;
        assert_ne!(unzip(&bent).ok(), Some(files));
        assert_eq!(unzip(b"PK\x03\x04"), Err(ZipError::Malformed));
        assert_eq!(unzip(&[]), Err(ZipError::Malformed));
    }
}
