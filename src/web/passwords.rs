//! Passwords: what they may be, and their hashes, made with argon2id by a few at a time.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::block;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use data_encoding::BASE64_NOPAD;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use crate::error::{Error, Result};
use crate::secrets;

const CHARACTERS: std::ops::RangeInclusive<usize> = 8..=256;
/// Each hash takes 19 MiB and a core for some 20 ms: more at once would only take longer, and all the memory.
const AT_ONCE_MAX: usize = 4;
/// How long a sign-in may wait for its turn.
const TURN_WITHIN: Duration = Duration::from_secs(5);

/// A password that somebody may choose, in one spelling whatever the keyboard sends.
pub(super) struct Password(String);

impl Password {
    /// Checks a password for an account. Errors: `Field` with the rule that is broken.
    pub(super) fn parse(text: &str) -> Result<Password> {
        let refuse = |code| {
            Err(Error::Field {
                field: "password",
                code,
            })
        };
        if text.contains('\0') {
            return refuse("refusal-password-nul");
        }
        // Far over the limit nothing is worth the normalising.
        let password = if text.len() > CHARACTERS.end() * 16 {
            return refuse("refusal-password-length");
        } else {
            normal(text)
        };
        if !CHARACTERS.contains(&password.chars().count()) {
            return refuse("refusal-password-length");
        }
        Ok(Password(password))
    }
}

/// Makes and checks hashes, a few at a time.
pub(super) struct Passwords {
    turns: Arc<Semaphore>,
    /// What the password of a name that nobody has is checked against: a hash of nothing, at the same cost.
    decoy: Arc<str>,
}

impl Passwords {
    /// Ready for as many at once as there are cores.
    pub(super) fn new() -> Result<Passwords> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let parameters = argon2::Params::DEFAULT;
        let decoy = format!(
            "$argon2id$v=19$m={},t={},p={}${}${}",
            parameters.m_cost(),
            parameters.t_cost(),
            parameters.p_cost(),
            BASE64_NOPAD.encode(&secrets::random_bytes::<16>()?),
            BASE64_NOPAD.encode(&secrets::random_bytes::<32>()?),
        );
        Ok(Passwords {
            turns: Arc::new(Semaphore::new(cores.min(AT_ONCE_MAX))),
            decoy: decoy.into(),
        })
    }

    /// The hash of a password, as it is stored. Errors: `Busy` where too many wait.
    pub(super) async fn hash(&self, password: Password) -> Result<String> {
        self.in_turn(move || {
            let hash = Argon2::default().hash_password(password.0.as_bytes());
            hash.map(|hash| hash.to_string())
                .map_err(|cause| Error::Internal(format!("hashing: {cause}")))
        })
        .await
    }

    /// Whether a password is the one that was hashed; takes as long where there is none to compare with.
    ///
    /// Errors: `Busy` where too many wait.
    pub(super) async fn matches(&self, typed: &str, stored: Option<String>) -> Result<bool> {
        let typed = Password::parse(typed).ok();
        let comparable = typed.is_some() && stored.is_some();
        let typed = typed.map_or_else(String::new, |password| password.0);
        let stored = stored.unwrap_or_else(|| self.decoy.to_string());
        self.in_turn(move || {
            let hash = PasswordHash::new(&stored)
                .map_err(|cause| Error::Internal(format!("a stored hash: {cause}")))?;
            let same = Argon2::default()
                .verify_password(typed.as_bytes(), &hash)
                .is_ok();
            Ok(same && comparable)
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let turn = tokio::time::timeout(TURN_WITHIN, self.turns.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| Error::Busy)?.map_err(|_| Error::Busy)?;
        let result = block(move || {
            // Kept until the work is done, also where nobody waits for it any more.
            let _turn = turn;
            work()
        });
        result
            .await
            .map_err(|cause| Error::Unavailable(format!("hashing: {cause}")))?
    }
}

fn normal(text: &str) -> String {
    text.nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn a_password_matches_its_own_hash_and_nothing_else() {
        let passwords = Passwords::new().unwrap();
        let hash = passwords
            .hash(Password::parse("caf\u{e9} au lait").unwrap())
            .await
            .unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert!(
            passwords
                .matches("cafe\u{301} au lait", Some(hash.clone()))
                .await
                .unwrap(),
            "another keyboard"
        );
        assert!(
            !passwords
                .matches("cafe au lait", Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(!passwords.matches("", Some(hash)).await.unwrap());
        assert!(!passwords.matches("cafe au lait", None).await.unwrap());
    }

    #[test]
    fn a_password_has_its_limits() {
        for refused in [
            "",
            "1234567",
            &"x".repeat(257),
            &"x".repeat(1_000_000),
            "1234567\0",
        ] {
            assert!(Password::parse(refused).is_err());
        }
        assert!(Password::parse("আড্ডাখানা").is_ok());
        assert!(Password::parse(&"x".repeat(256)).is_ok());
    }
}
