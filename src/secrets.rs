//! Random words and hashes: tokens for cookies and links, ids that nobody can guess.

use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD, Encoding, HEXLOWER};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

use crate::error::{Error, Result};

/// Base32 in lower case: readable aloud, safe in URLs and without regard to case.
static BASE32: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = BASE32_NOPAD.specification();
    specification.symbols.make_ascii_lowercase();
    // The symbols are those of a valid encoding, in lower case.
    specification.encoding().unwrap_or(HEXLOWER)
});

/// Bytes from the operating system's generator.
pub fn random_bytes<const LENGTH: usize>() -> Result<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes)
        .map_err(|cause| Error::Unavailable(format!("no random bytes: {cause}")))?;
    Ok(bytes)
}

/// A token of 256 bits, URL-safe base64: what cookies and links carry.
pub fn token() -> Result<String> {
    Ok(BASE64URL_NOPAD.encode(&random_bytes::<32>()?))
}

/// What is stored of a token: its SHA-256.
pub fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// A short word that tells one content from another: 80 bits of its SHA-256.
pub fn fingerprint(content: &[u8]) -> String {
    BASE32.encode(&Sha256::digest(content)[..10])
}

/// A random word of so many base32 characters (at most 32), 5 bits each.
pub fn random_word(characters: usize) -> Result<String> {
    let mut word = BASE32.encode(&random_bytes::<20>()?);
    word.truncate(characters);
    Ok(word)
}

/// Whether a text is such a word.
pub fn is_word(text: &str, characters: usize) -> bool {
    text.len() == characters
        && text
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'))
}

/// A word that sorts by the time it was made: 48 bits of milliseconds and 72 random ones.
pub fn timed_word() -> Result<String> {
    let milliseconds = chrono::Utc::now().timestamp_millis().to_be_bytes();
    let random = random_bytes::<9>()?;
    Ok(HEXLOWER.encode(&milliseconds[2..]) + &BASE64URL_NOPAD.encode(&random))
}

/// Whether two secrets are the same, in a time that does not tell where they differ.
pub fn same(left: &str, right: &str) -> bool {
    // The hashes are compared: how they differ says nothing of how the secrets do.
    hash(left) == hash(right)
}
