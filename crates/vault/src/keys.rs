//! Master keys: a file that an administrator keeps apart from data and backups.
//!
//! ```toml
//! current = "2026-a"
//!
//! [[key]]
//! id = "2026-a"             # 1 to 32 of a-z 0-9 - . _
//! cipher = "aes-256-gcm"    # or "sm4-gcm"
//! secret = "…"              # base64, 32 or 16 bytes
//! ```
//!
//! New objects are sealed with the cipher of the current key; earlier keys stay in the file as
//! long as an object needs them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::error::{Damage, Error};
use crate::seal::{Cipher, KEY_ID_LEN, Key};

/// A data key sealed under a master key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrappedKey {
    /// Id of the master key.
    pub key_id: String,
    /// Cipher of the data key.
    pub cipher: Cipher,
    /// Nonce, sealed key and tag, in base64.
    sealed: String,
}

/// The keys of an installation.
#[derive(Debug)]
pub struct KeyRing {
    current: usize,
    keys: Vec<(String, Key)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    current: String,
    key: Vec<KeyEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyEntry {
    id: String,
    cipher: Cipher,
    secret: String,
}

fn bad(what: impl ToString) -> Error {
    Error::KeyFile(what.to_string())
}

/// A cipher as the file names it.
const fn name(cipher: Cipher) -> &'static str {
    match cipher {
        Cipher::Aes256Gcm => "aes-256-gcm",
        Cipher::Sm4Gcm => "sm4-gcm",
    }
}

impl KeyRing {
    /// Reads a key file.
    ///
    /// # Errors
    /// [`Error::KeyFile`] when it is missing, readable by others than its owner, or not a key file.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let meta = fs::metadata(path).map_err(|e| bad(format!("{}：{e}", path.display())))?;
        if meta.permissions().mode() & 0o077 != 0 {
            return Err(bad(format!("{} 应当只有所有者可以读写（chmod 600）", path.display())));
        }
        let text = Zeroizing::new(fs::read_to_string(path).map_err(bad)?);
        Self::parse(&text)
    }

    /// Reads the text of a key file.
    ///
    /// # Errors
    /// [`Error::KeyFile`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        // The parser's message would quote the line, and with it a secret.
        let file: KeyFile = toml::from_str(text).map_err(|e| bad(e.message()))?;
        let mut keys: Vec<(String, Key)> = Vec::new();
        for entry in file.key {
            let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-._".contains(&b);
            if entry.id.is_empty() || entry.id.len() > KEY_ID_LEN || !entry.id.bytes().all(allowed) {
                return Err(bad("主密钥编号应为 1 至 32 个小写字母、数字、“-”“.”“_”"));
            }
            if keys.iter().any(|(id, _)| *id == entry.id) {
                return Err(bad(format!("主密钥“{}”重复", entry.id)));
            }
            let text = Zeroizing::new(entry.secret);
            let secret = STANDARD.decode(text.as_bytes()).map(Zeroizing::new);
            let key = secret.ok().and_then(|secret| Key::new(entry.cipher, &secret));
            let key = key.ok_or_else(|| bad(format!("主密钥“{}”的长度或者编码不对", entry.id)))?;
            keys.push((entry.id, key));
        }
        let current = keys.iter().position(|(id, _)| *id == file.current);
        let current = current.ok_or_else(|| bad(format!("没有当前主密钥“{}”", file.current)))?;
        Ok(Self { current, keys })
    }

    /// Text of a key file with one fresh key.
    ///
    /// # Errors
    /// [`Error::KeyFile`] when the id is not allowed.
    pub fn generate(id: &str, cipher: Cipher) -> Result<Zeroizing<String>, Error> {
        let key = Key::generate(cipher).ok_or(Error::Aborted)?;
        let cipher = name(cipher);
        let secret = Zeroizing::new(STANDARD.encode(key.secret()));
        let text = Zeroizing::new(format!(
            "current = \"{id}\"\n\n[[key]]\nid = \"{id}\"\ncipher = \"{cipher}\"\nsecret = \"{}\"\n",
            *secret
        ));
        Self::parse(&text)?;
        Ok(text)
    }

    /// Text of this key file with one fresh key that becomes the current one; the earlier
    /// keys stay, since backups need them.
    ///
    /// # Errors
    /// [`Error::KeyFile`] when the text is no key file, or the id is taken or not allowed.
    pub fn renew(text: &str, id: &str, cipher: Cipher) -> Result<Zeroizing<String>, Error> {
        let old: KeyFile = toml::from_str(text).map_err(|e| bad(e.message()))?;
        let mut out = Self::generate(id, cipher)?;
        for entry in old.key {
            let secret = Zeroizing::new(entry.secret);
            let cipher = name(entry.cipher);
            let entry = format!(
                "\n[[key]]\nid = \"{}\"\ncipher = \"{cipher}\"\nsecret = \"{}\"\n",
                entry.id, *secret
            );
            out.push_str(&Zeroizing::new(entry));
        }
        Self::parse(&out)?;
        Ok(out)
    }

    /// Id of the key that new objects get.
    pub fn current_id(&self) -> &str {
        &self.keys[self.current].0
    }

    /// Cipher of the key that new objects get.
    pub fn current_cipher(&self) -> Cipher {
        self.keys[self.current].1.cipher()
    }

    /// Seals a data key under the current key, bound to `context`.
    pub fn wrap(&self, key: &Key, context: &[u8]) -> WrappedKey {
        let (id, master) = &self.keys[self.current];
        let mut sealed = Vec::new();
        master.seal(&aad(id, key.cipher(), context), key.secret(), &mut sealed);
        WrappedKey { key_id: id.clone(), cipher: key.cipher(), sealed: STANDARD.encode(sealed) }
    }

    /// Opens a data key.
    ///
    /// # Errors
    /// [`Damage::NoMasterKey`] or [`Damage::MasterKey`].
    pub fn unwrap(&self, wrapped: &WrappedKey, context: &[u8]) -> Result<Key, Damage> {
        let id = &wrapped.key_id;
        let master = self.keys.iter().find(|(known, _)| known == id).map(|(_, key)| key);
        let master = master.ok_or_else(|| Damage::NoMasterKey(id.clone()))?;
        let wrong = || Damage::MasterKey(id.clone());
        let mut sealed = Zeroizing::new(STANDARD.decode(&wrapped.sealed).map_err(|_| wrong())?);
        let secret = master.open(&aad(id, wrapped.cipher, context), &mut sealed).map_err(|_| wrong())?;
        Key::new(wrapped.cipher, secret).ok_or_else(wrong)
    }
}

/// A data key opens only under the master key, for the cipher and in the place it was made for.
fn aad(id: &str, cipher: Cipher, context: &[u8]) -> Vec<u8> {
    let cipher = match cipher {
        Cipher::Aes256Gcm => 1,
        Cipher::Sm4Gcm => 2,
    };
    // An id has at most 32 bytes.
    let mut aad = vec![b'K', cipher, id.len() as u8];
    aad.extend_from_slice(id.as_bytes());
    aad.extend_from_slice(context);
    aad
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_key_becomes_current_and_the_earlier_ones_stay() {
        let first = KeyRing::generate("2026-a", Cipher::Aes256Gcm).unwrap();
        let second = KeyRing::renew(&first, "2027-a", Cipher::Sm4Gcm).unwrap();
        let third = KeyRing::renew(&second, "2028-a", Cipher::Aes256Gcm).unwrap();
        let ring = KeyRing::parse(&third).unwrap();
        assert_eq!((ring.current_id(), ring.current_cipher()), ("2028-a", Cipher::Aes256Gcm));
        for (text, id) in [(&first, "2026-a"), (&second, "2027-a")] {
            let earlier = KeyRing::parse(text).unwrap();
            assert_eq!(earlier.current_id(), id);
            let key = Key::generate(Cipher::Aes256Gcm).unwrap();
            let wrapped = earlier.wrap(&key, b"here");
            assert_eq!(ring.unwrap(&wrapped, b"here").unwrap().secret(), key.secret());
        }
        assert!(KeyRing::renew(&third, "2027-a", Cipher::Aes256Gcm).is_err(), "an id stands for one key");
        assert!(KeyRing::renew("", "2029-a", Cipher::Aes256Gcm).is_err());
    }

    #[test]
    fn a_key_file_says_what_is_wrong_with_it_and_never_shows_a_secret() {
        let secret = STANDARD.encode([7; 32]);
        let entry = format!("[[key]]\nid=\"a\"\ncipher=\"aes-256-gcm\"\nsecret=\"{secret}\"\n");
        let cases = [
            (format!("current=\"b\"\n{entry}"), "没有当前主密钥“b”"),
            (format!("current=\"a\"\n{entry}{entry}"), "重复"),
            (format!("current=\"a\"\n{}", entry.replace("\"a\"", "\"A\"")), "编号"),
            (format!("current=\"a\"\n{}", entry.replace("aes-256-gcm", "sm4-gcm")), "长度"),
            (format!("current=\"a\"\n{}", entry.replace("secret=\"", "secret=\"=")), "编码"),
            (format!("current=\"a\"\nmore=1\n{entry}"), "more"),
        ];
        for (text, part) in cases {
            let message = KeyRing::parse(&text).unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
            assert!(!message.contains(&secret), "{message}");
        }
    }

    #[test]
    fn a_data_key_opens_only_in_its_place() {
        for cipher in [Cipher::Aes256Gcm, Cipher::Sm4Gcm] {
            let ring = KeyRing::parse(&KeyRing::generate("k1", cipher).unwrap()).unwrap();
            assert_eq!((ring.current_id(), ring.current_cipher()), ("k1", cipher));
            let key = Key::generate(cipher).unwrap();
            let wrapped = ring.wrap(&key, b"here");
            assert_eq!(ring.unwrap(&wrapped, b"here").unwrap().secret(), key.secret());
            assert_eq!(ring.unwrap(&wrapped, b"there").unwrap_err(), Damage::MasterKey("k1".into()));
            let other = KeyRing::parse(&KeyRing::generate("k1", cipher).unwrap()).unwrap();
            assert_eq!(other.unwrap(&wrapped, b"here").unwrap_err(), Damage::MasterKey("k1".into()));
            let other = KeyRing::parse(&KeyRing::generate("k2", cipher).unwrap()).unwrap();
            assert_eq!(other.unwrap(&wrapped, b"here").unwrap_err(), Damage::NoMasterKey("k1".into()));
        }
    }

    #[test]
    fn a_key_file_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys.toml");
        fs::write(&path, KeyRing::generate("k1", Cipher::Aes256Gcm).unwrap().as_bytes()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(KeyRing::load(&path).unwrap_err().to_string().contains("chmod 600"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(KeyRing::load(&path).unwrap().current_id(), "k1");
    }
}
