//! The parts of tus 1.0.0 that are text: metadata, checksum, ids. No HTTP types.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::error::Error;

/// Version of the protocol.
pub const VERSION: &str = "1.0.0";
/// Extensions that the vault carries out.
pub const EXTENSIONS: &str =
    "creation,creation-with-upload,creation-defer-length,expiration,checksum,termination";
/// Checksum algorithms, as in `Tus-Checksum-Algorithm`.
pub const CHECKSUMS: &str = "sha1,sha256";

/// Most bytes of an `Upload-Metadata` header.
pub const METADATA_LEN: usize = 16 * 1024;
/// Most entries of it.
pub const METADATA_ENTRIES: usize = 32;
/// Most bytes of a name in it.
pub const METADATA_KEY_LEN: usize = 64;
/// Most bytes of a value in it, decoded.
pub const METADATA_VALUE_LEN: usize = 4096;
/// Most characters of a file name as shown.
pub const NAME_CHARS: usize = 120;

/// Id of an upload: 32 hex digits, random, not guessable. Never anything else: it is also the name
/// of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UploadId(String);

impl UploadId {
    pub(crate) fn random() -> Self {
        Self(hex::encode(crate::random::random::<16>()))
    }

    /// Reads an id from a URL.
    ///
    /// # Errors
    /// [`Error::NoUpload`]: nothing else can have been created by this vault.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        let valid = text.len() == 32 && text.bytes().all(hex);
        valid.then(|| Self(text.to_owned())).ok_or(Error::NoUpload)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for UploadId {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        Self::parse(&text)
    }
}

impl From<UploadId> for String {
    fn from(id: UploadId) -> String {
        id.0
    }
}

impl fmt::Display for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Entries of `Upload-Metadata`, in order. Said by the sender and believed by nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Metadata(Vec<(String, Vec<u8>)>);

impl Metadata {
    /// Reads the header: `key base64, key base64, key`.
    ///
    /// # Errors
    /// [`Error::Malformed`] when it is too long, has an entry twice, or an entry that is not one.
    pub fn parse(header: &str) -> Result<Self, Error> {
        if header.len() > METADATA_LEN {
            return Err(Error::Malformed("Upload-Metadata 过长"));
        }
        let mut entries: Vec<(String, Vec<u8>)> = Vec::new();
        if header.trim().is_empty() {
            return Ok(Self(entries));
        }
        for entry in header.split(',') {
            let entry = entry.trim();
            let (key, value) = entry.split_once(' ').unwrap_or((entry, ""));
            let graphic = key.bytes().all(|b| b.is_ascii_graphic());
            if key.is_empty() || key.len() > METADATA_KEY_LEN || !graphic {
                return Err(Error::Malformed("Upload-Metadata 的名称应为 1 至 64 个 ASCII 字符"));
            }
            if entries.iter().any(|(known, _)| known == key) {
                return Err(Error::Malformed("Upload-Metadata 的名称重复"));
            }
            let value = STANDARD.decode(value.trim());
            let value = value.map_err(|_| Error::Malformed("Upload-Metadata 的值应为 base64"))?;
            if value.len() > METADATA_VALUE_LEN || entries.len() == METADATA_ENTRIES {
                return Err(Error::Malformed("Upload-Metadata 的内容过多"));
            }
            entries.push((key.to_owned(), value));
        }
        Ok(Self(entries))
    }

    /// The header again, as a HEAD answer repeats it.
    pub fn header(&self) -> String {
        let entry = |(key, value): &(String, Vec<u8>)| match value.is_empty() {
            true => key.clone(),
            false => format!("{key} {}", STANDARD.encode(value)),
        };
        self.0.iter().map(entry).collect::<Vec<_>>().join(",")
    }

    /// The value under `key`.
    pub fn get(&self, key: &str) -> Option<&[u8]> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_slice())
    }

    /// The value under `key`, if it is text.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(|value| std::str::from_utf8(value).ok())
    }

    /// The file's name (`filename` or `name`) as it may be shown and offered for download:
    /// without folders, without characters that are not seen or turn the writing direction, at
    /// most [`NAME_CHARS`] characters, the extension kept. Never used as a path.
    pub fn file_name(&self) -> Option<String> {
        self.text("filename").or_else(|| self.text("name")).and_then(display_name)
    }
}

/// A file name as it may be shown: see [`Metadata::file_name`].
pub fn display_name(given: &str) -> Option<String> {
    let last = given.rsplit(['/', '\\']).next().unwrap_or(given);
    let seen = |c: &char| {
        // Zero-width characters, and those that turn the writing direction.
        let unseen = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        !c.is_control() && !unseen && !r#"<>:"|?*"#.contains(*c)
    };
    let name: String = last.chars().filter(seen).collect();
    let name = name.trim().trim_start_matches('.').trim_end_matches(['.', ' ']);
    if name.is_empty() {
        return None;
    }
    if name.chars().count() <= NAME_CHARS {
        return Some(name.to_owned());
    }
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if extension.chars().count() <= 8 => (stem, format!(".{extension}")),
        Some(_) | None => (name, String::new()),
    };
    let room = NAME_CHARS - extension.chars().count() - 1;
    Some(stem.chars().take(room).chain(['…']).chain(extension.chars()).collect())
}

/// `Upload-Checksum`: what the bytes of one request must hash to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checksum {
    /// SHA-1, which tus requires of every server. It finds errors of the line, not forgery.
    Sha1([u8; 20]),
    /// SHA-256.
    Sha256([u8; 32]),
}

impl Checksum {
    /// Reads the header: algorithm, one space, base64.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the algorithm is unknown (tus: 400) or the value is not one.
    pub fn parse(header: &str) -> Result<Self, Error> {
        let (algorithm, value) =
            header.trim().split_once(' ').ok_or(Error::Malformed("Upload-Checksum 缺少内容"))?;
        let wrong = Error::Malformed("Upload-Checksum 的值不对");
        let Ok(value) = STANDARD.decode(value.trim()) else { return Err(wrong) };
        match algorithm {
            "sha1" => value.try_into().map(Checksum::Sha1).map_err(|_| wrong),
            "sha256" => value.try_into().map(Checksum::Sha256).map_err(|_| wrong),
            _ => Err(Error::Malformed("不支持的校验算法")),
        }
    }

    pub(crate) fn start(&self) -> Checking {
        match self {
            Checksum::Sha1(expected) => Checking::Sha1(Sha1::new(), *expected),
            Checksum::Sha256(expected) => Checking::Sha256(Sha256::new(), *expected),
        }
    }
}

/// A checksum in progress.
pub(crate) enum Checking {
    Sha1(Sha1, [u8; 20]),
    Sha256(Sha256, [u8; 32]),
}

impl Checking {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Checking::Sha1(hasher, _) => hasher.update(bytes),
            Checking::Sha256(hasher, _) => hasher.update(bytes),
        }
    }

    pub(crate) fn holds(self) -> bool {
        match self {
            Checking::Sha1(hasher, expected) => <[u8; 20]>::from(hasher.finalize()) == expected,
            Checking::Sha256(hasher, expected) => <[u8; 32]>::from(hasher.finalize()) == expected,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Option<String> {
        Metadata::parse(&format!("filename {}", STANDARD.encode(name))).unwrap().file_name()
    }

    #[test]
    fn names_are_shown_without_harm() {
        let long = "录".repeat(300) + ".mp4";
        let cases = [
            ("执法记录仪_现场检查.mp4", Some("执法记录仪_现场检查.mp4")),
            ("../../etc/passwd", Some("passwd")),
            ("..\\..\\windows\\system.ini", Some("system.ini")),
            ("../", None),
            ("..", None),
            ("/", None),
            ("\u{202e}4pm.现场", Some("4pm.现场")),
            ("a\0b\r\nSet-Cookie: x.mp4", Some("abSet-Cookie x.mp4")),
            (".bashrc", Some("bashrc")),
            ("   ", None),
        ];
        for (given, shown) in cases {
            assert_eq!(named(given).as_deref(), shown, "{given:?}");
        }
        let shown = named(&long).unwrap();
        assert_eq!((shown.chars().count(), shown.ends_with("录….mp4")), (NAME_CHARS, true));
    }

    #[test]
    fn metadata_is_read_within_limits_and_repeated_unchanged() {
        let header = format!("filename {},is_confidential,case QTE=", STANDARD.encode("现场.mp4"));
        let metadata = Metadata::parse(&header).unwrap();
        assert_eq!(metadata.header(), header);
        assert_eq!(metadata.get("is_confidential"), Some(&[][..]));
        assert_eq!(metadata.text("case"), Some("A1"));
        assert_eq!(Metadata::parse("").unwrap(), Metadata::default());
        let many = (0..33).map(|n| format!("k{n} QQ==")).collect::<Vec<_>>().join(",");
        let long_value = format!("a {}", STANDARD.encode(vec![0; METADATA_VALUE_LEN + 1]));
        let long_header = format!("a {}", "A".repeat(METADATA_LEN));
        for bad in ["a !", ",", "a QQ==,a QQ==", "名 QQ==", &"k".repeat(65), &many, &long_value, &long_header]
        {
            assert!(matches!(Metadata::parse(bad), Err(Error::Malformed(_))), "{bad:.40}");
        }
    }

    #[test]
    fn checksums_are_read_and_compared() {
        let header = format!("sha1 {}", STANDARD.encode(Sha1::digest(b"abc")));
        let mut checking = Checksum::parse(&header).unwrap().start();
        checking.update(b"ab");
        checking.update(b"c");
        assert!(checking.holds());
        let header = format!("sha256 {}", STANDARD.encode(Sha256::digest(b"abc")));
        assert!(!Checksum::parse(&header).unwrap().start().holds());
        for bad in ["sha1", "sha1 QQ==", "md5 QQ==", "sha256 ?", ""] {
            assert!(matches!(Checksum::parse(bad), Err(Error::Malformed(_))), "{bad}");
        }
    }

    #[test]
    fn only_ids_of_our_own_are_ids() {
        assert!(UploadId::parse(UploadId::random().as_str()).is_ok());
        for bad in ["", "../../etc", &"A".repeat(32), &"0".repeat(33)] {
            assert!(matches!(UploadId::parse(bad), Err(Error::NoUpload)), "{bad}");
        }
    }
}
