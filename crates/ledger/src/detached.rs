//! Detached signatures over a text, by keys that are not the log's: Ed25519 (RFC 8032) and SM2 with
//! SM3 (GB/T 32918.2-2016, identity `1234567812345678` of GB/T 35276-2017).

use sm2::dsa::signature::Verifier as _;

/// Identity under which SM2 signatures stand.
const SM2_USER_ID: &str = "1234567812345678";

/// Why a signature does not stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DetachedError {
    /// Neither 32 bytes of Ed25519 nor the 65 bytes of an uncompressed SM2 point.
    #[error("公钥应为 Ed25519（32 字节）或者 SM2（04 开头的 65 字节）")]
    Key,
    /// It is not the signature of this key over this text.
    #[error("签名值与所签内容、公钥不符")]
    Signature,
}

/// Checks a signature of 64 bytes (`r ‖ s` of SM2) over the bytes of a text.
///
/// # Errors
/// [`DetachedError`].
pub fn verify(key: &[u8], text: &str, signature: &[u8]) -> Result<(), DetachedError> {
    if let Ok(bytes) = <&[u8; 32]>::try_from(key) {
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| DetachedError::Key)?;
        let signature =
            ed25519_dalek::Signature::from_slice(signature).map_err(|_| DetachedError::Signature)?;
        return key.verify_strict(text.as_bytes(), &signature).map_err(|_| DetachedError::Signature);
    }
    // Compressed points and others are not what the standard's certificates hold.
    if key.len() != 65 || key.first() != Some(&4) {
        return Err(DetachedError::Key);
    }
    let key = sm2::dsa::VerifyingKey::from_sec1_bytes(SM2_USER_ID, key).map_err(|_| DetachedError::Key)?;
    let signature = sm2::dsa::Signature::from_slice(signature).map_err(|_| DetachedError::Signature)?;
    key.verify(text.as_bytes(), &signature).map_err(|_| DetachedError::Signature)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::Signer as _;

    #[test]
    fn both_kinds_stand_for_their_text_and_key_alone() {
        let ed = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
        let sm = sm2::dsa::SigningKey::from_slice(SM2_USER_ID, &[7; 32]).unwrap();
        let signed: sm2::dsa::Signature = sm2::dsa::signature::Signer::sign(&sm, b"digest");
        let point = sm.verifying_key().to_sec1_bytes();
        let cases = [
            (ed.verifying_key().to_bytes().to_vec(), ed.sign(b"digest").to_bytes().to_vec()),
            (point.to_vec(), signed.to_bytes().to_vec()),
        ];
        for (at, (key, signature)) in cases.iter().enumerate() {
            assert_eq!(verify(key, "digest", signature), Ok(()), "{at}");
            assert_eq!(verify(key, "digesT", signature), Err(DetachedError::Signature), "{at}");
            let other = &cases[1 - at].1;
            assert_eq!(verify(key, "digest", other), Err(DetachedError::Signature), "{at}");
            assert_eq!(verify(key, "digest", &signature[1..]), Err(DetachedError::Signature), "{at}");
            assert_eq!(verify(&key[1..], "digest", signature), Err(DetachedError::Key), "{at}");
        }
        assert_eq!(verify(&[4; 65], "digest", &cases[1].1), Err(DetachedError::Key), "no point of the curve");
    }
}
