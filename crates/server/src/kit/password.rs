//! Passwords: policy, hashing, checking.

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::Arc;
use tokio::sync::Semaphore;

use super::entropy::Entropy;
use super::limits::WebConfig;

/// Longest password in characters; beyond it only the hashing time grows.
const LONGEST: usize = 128;

/// Words that passwords in use are most often made of, besides keyboard walks.
const COMMON: &[&str] = &[
    "password",
    "passwd",
    "admin",
    "administrator",
    "root",
    "welcome",
    "qwerty",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qazwsx",
    "qazwsxedc",
    "letmein",
    "iloveyou",
    "woaini",
    "wodemima",
    "mima",
    "abc",
    "abcd",
    "test",
    "guest",
    "user",
    "changeme",
    "default",
    "login",
    "master",
    "secret",
    "superman",
    "dragon",
    "monkey",
    "football",
    "baseball",
    "sunshine",
    "princess",
    "mingjing",
    "aini",
    "nihao",
    "zhongguo",
    "china",
    "beijing",
    "system",
    "server",
    "manager",
];

/// The hashing could not be done.
#[derive(Debug, thiserror::Error)]
#[error("密码不能处理：{0}")]
pub struct HashError(String);

/// Hashes and checks passwords, a few at a time, off the async threads.
#[derive(Clone)]
pub struct Hasher {
    params: Params,
    gate: Arc<Semaphore>,
    /// Checked when there is no such account, so that both take the same time.
    decoy: Arc<str>,
    shortest: usize,
}

impl Hasher {
    /// With the configured cost.
    ///
    /// # Errors
    /// When the cost is outside what Argon2 allows.
    pub fn new(config: &WebConfig, entropy: &dyn Entropy) -> Result<Self, HashError> {
        let params = Params::new(config.argon2_memory_kib, config.argon2_passes, 1, None)
            .map_err(|e| HashError(e.to_string()))?;
        let decoy = hash(&params, "", &entropy.seed()[..16])?;
        let gate = Arc::new(Semaphore::new(config.argon2_at_once.max(1)));
        Ok(Self { params, gate, decoy: decoy.into(), shortest: config.password_chars.max(10) })
    }

    /// The PHC string of a new password.
    ///
    /// # Errors
    /// When the hashing fails.
    pub async fn hash(&self, password: &str, entropy: &dyn Entropy) -> Result<String, HashError> {
        let (params, password) = (self.params.clone(), password.to_owned());
        let salt = entropy.seed();
        self.run(move || hash(&params, &password, &salt[..16])).await?
    }

    /// Whether the password is right. Without a stored one the same work is done
    /// and the answer is no.
    ///
    /// # Errors
    /// When the hashing cannot run.
    pub async fn verify(&self, password: &str, phc: Option<String>) -> Result<bool, HashError> {
        let (known, phc) = match phc {
            Some(phc) => (true, phc),
            None => (false, self.decoy.to_string()),
        };
        let password: String = password.chars().take(LONGEST + 1).collect();
        let right = self
            .run(move || {
                PasswordHash::new(&phc)
                    .map(|it| Argon2::default().verify_password(password.as_bytes(), &it).is_ok())
                    .unwrap_or(false)
            })
            .await?;
        Ok(right && known)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashError> {
        let permit = self.gate.clone().acquire_owned().await.map_err(|e| HashError(e.to_string()))?;
        tokio::task::spawn_blocking(move || {
            let out = work();
            drop(permit);
            out
        })
        .await
        .map_err(|e| HashError(e.to_string()))
    }

    /// What is wrong with a new password, as a sentence; none when it may be used.
    pub fn objection(&self, password: &str, login: &str) -> Option<String> {
        let chars = password.chars().count();
        if chars < self.shortest {
            return Some(format!("密码至少 {} 个字符", self.shortest));
        }
        if chars > LONGEST {
            return Some(format!("密码最多 {LONGEST} 个字符"));
        }
        let lower = password.to_lowercase();
        if !login.is_empty() && lower.contains(&login.to_lowercase()) {
            return Some("密码不得含有登录名".to_owned());
        }
        is_common(&lower).then(|| "这个密码太常见，请换一个不易猜到的".to_owned())
    }
}

fn hash(params: &Params, password: &str, salt: &[u8]) -> Result<String, HashError> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let made: PasswordHash =
        argon2.hash_password_with_salt(password.as_bytes(), salt).map_err(|e| HashError(e.to_string()))?;
    Ok(made.to_string())
}

/// Common words with digits and signs around them, runs, walks, few characters.
fn is_common(lower: &str) -> bool {
    let plain: String = lower
        .trim_matches(|c: char| !c.is_alphabetic())
        .chars()
        .map(|c| match c {
            '@' => 'a',
            '0' => 'o',
            '$' => 's',
            '3' => 'e',
            _ => c,
        })
        .collect();
    let letters = |text: &str| -> String { text.chars().filter(|c| c.is_alphabetic()).collect() };
    if COMMON.iter().any(|word| letters(lower) == *word || letters(&plain) == *word) {
        return true;
    }
    let mut distinct: Vec<char> = lower.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() < 5 {
        return true;
    }
    const WALKS: &[&str] = &[
        "01234567890",
        "09876543210",
        "abcdefghijklmnopqrstuvwxyz",
        "1qaz2wsx3edc4rfv",
        "qwertyuiopasdfghjkl",
    ];
    let halves = |text: &str| {
        let middle = text.len() / 2;
        text.len().is_multiple_of(2) && text.is_char_boundary(middle) && text[..middle] == text[middle..]
    };
    WALKS.iter().any(|walk| walk.contains(lower)) || (halves(lower) && lower.len() < 16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::entropy::SeededEntropy;

    fn hasher() -> Hasher {
        let config = WebConfig { argon2_memory_kib: 64, argon2_passes: 1, ..WebConfig::default() };
        Hasher::new(&config, &SeededEntropy::new(1)).unwrap()
    }

    #[test]
    fn common_passwords_are_refused() {
        let bad = [
            "short",
            "password123!",
            "P@ssw0rd2026",
            "aaaaaaaaaaaa",
            "1234567890",
            "qwertyuiop",
            "admin888888888",
            "abc123abc123",
            "zhang.san-2026",
            "123123123123",
        ];
        for password in bad {
            assert!(hasher().objection(password, "zhang.san").is_some(), "{password}");
        }
        for password in ["紫藤沿墙爬过三月的窗", "vq7-lantern-orbit", "Tide.of.Maple.81"] {
            assert_eq!(hasher().objection(password, "zhang.san"), None, "{password}");
        }
        assert!(hasher().objection(&"长".repeat(129), "x").is_some());
    }

    #[tokio::test]
    async fn right_wrong_and_absent() {
        let hasher = hasher();
        let phc = hasher.hash("vq7-lantern-orbit", &SeededEntropy::new(2)).await.unwrap();
        assert!(phc.starts_with("$argon2id$"));
        assert!(hasher.verify("vq7-lantern-orbit", Some(phc.clone())).await.unwrap());
        assert!(!hasher.verify("vq7-lantern-orbiT", Some(phc)).await.unwrap());
        assert!(!hasher.verify("", None).await.unwrap(), "the decoy's own password opens nothing");
        assert!(!hasher.verify("x", Some("not a hash".into())).await.unwrap());
    }
}
