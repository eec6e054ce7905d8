//! The two cookies: the one that signs in, and the one by which a browser that has signed in before is known.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::client;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::secrets;
use crate::store::sign_ins;

/// Begins the value of a cookie that outlives the browser's session, so that extending the one extends the other.
const KEPT: char = 'k';
const FOR_THE_SESSION: char = 's';
const KNOWN_FOR: Duration = Duration::days(365);
/// Accounts that one browser is remembered for.
const KNOWN_MAX: usize = 5;

/// The token of one sign-in: the cookie's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SessionToken(String);

impl SessionToken {
    /// A new one, which the browser keeps after it is closed where `remember` says so.
    pub(super) fn fresh(remember: bool) -> Result<SessionToken> {
        let kind = if remember { KEPT } else { FOR_THE_SESSION };
        Ok(SessionToken(format!("{kind}{}", secrets::token()?)))
    }

    /// The one that a request carries.
    pub(super) fn presented(request: &HttpRequest, config: &Config) -> Option<SessionToken> {
        let cookie = request.cookie(&name("adda", client::is_secure(request, config)))?;
        (cookie.value().len() <= 128).then(|| SessionToken(cookie.value().to_owned()))
    }

    /// What is stored of it.
    pub(super) fn hash(&self) -> Vec<u8> {
        secrets::hash(&self.0)
    }

    /// Whether the browser keeps it after it is closed.
    pub(super) fn is_kept(&self) -> bool {
        self.0.starts_with(KEPT)
    }

    /// The cookie that carries it.
    pub(super) fn cookie(&self, secure: bool) -> Cookie<'static> {
        let mut cookie = bare(name("adda", secure), self.0.clone(), secure);
        if self.is_kept() {
            cookie.set_max_age(Duration::seconds(sign_ins::LASTS.as_secs().cast_signed()));
        }
        cookie
    }
}

/// The cookie that takes the token away.
pub(super) fn removal(secure: bool) -> Cookie<'static> {
    let mut cookie = bare(name("adda", secure), String::new(), secure);
    cookie.make_removal();
    cookie
}

/// Signs what known browsers are told.
pub(super) struct KnownBrowsers {
    key: Hmac<Sha256>,
}

impl KnownBrowsers {
    /// With a key that the site's nodes share.
    pub(super) fn new(secret_key: &[u8]) -> Result<KnownBrowsers> {
        let key = Hmac::new_from_slice(secret_key)
            .map_err(|cause| Error::Internal(format!("the site's key: {cause}")))?;
        Ok(KnownBrowsers { key })
    }

    /// Whether this browser has signed in to the account before.
    pub(super) fn knows(&self, request: &HttpRequest, secure: bool, skeleton: &str) -> bool {
        let tag = self.tag(skeleton);
        self.tags(request, secure)
            .iter()
            .any(|known| secrets::same(known, &tag))
    }

    /// The cookie that makes it known from now on, in addition to what it was known for.
    pub(super) fn cookie(
        &self,
        request: &HttpRequest,
        secure: bool,
        skeleton: &str,
    ) -> Cookie<'static> {
        let mut tags = vec![self.tag(skeleton)];
        for known in self.tags(request, secure) {
            if !tags.contains(&known) && tags.len() < KNOWN_MAX {
                tags.push(known);
            }
        }
        let mut cookie = bare(name("adda_known", secure), tags.join("."), secure);
        cookie.set_max_age(KNOWN_FOR);
        cookie
    }

    fn tags(&self, request: &HttpRequest, secure: bool) -> Vec<String> {
        let cookie = request.cookie(&name("adda_known", secure));
        let is_tag = |tag: &&str| tag.len() == 43;
        cookie.map_or_else(Vec::new, |cookie| {
            cookie
                .value()
                .split('.')
                .filter(is_tag)
                .take(KNOWN_MAX)
                .map(str::to_owned)
                .collect()
        })
    }

    /// By the account's skeleton, which never changes and needs no look into the database.
    fn tag(&self, skeleton: &str) -> String {
        let mut tag = self.key.clone();
        tag.update(b"a browser that has signed in as ");
        tag.update(skeleton.as_bytes());
        BASE64URL_NOPAD.encode(&tag.finalize().into_bytes())
    }
}

fn name(name: &str, secure: bool) -> String {
    if secure {
        format!("__Host-{name}")
    } else {
        name.to_owned()
    }
}

fn bare(name: String, value: String, secure: bool) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(secure)
        .finish()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_browser_is_known_for_the_accounts_it_signed_in_to() {
        let browsers = KnownBrowsers::new(&[7; 32]).unwrap();
        let nobody = TestRequest::get().to_http_request();
        assert!(!browsers.knows(&nobody, false, "ada"));
        let first = browsers.cookie(&nobody, false, "ada");
        let request = TestRequest::get().cookie(first).to_http_request();
        assert!(browsers.knows(&request, false, "ada") && !browsers.knows(&request, false, "ben"));
        let both = TestRequest::get()
            .cookie(browsers.cookie(&request, false, "ben"))
            .to_http_request();
        assert!(browsers.knows(&both, false, "ada") && browsers.knows(&both, false, "ben"));
        let other_site = KnownBrowsers::new(&[8; 32]).unwrap();
        assert!(!other_site.knows(&both, false, "ada"));
    }

    #[test]
    fn over_https_the_cookie_is_bound_to_the_host() {
        let token = SessionToken::fresh(true).unwrap();
        let cookie = token.cookie(true).to_string();
        assert!(cookie.starts_with("__Host-adda=k"), "{cookie}");
        for part in [
            "HttpOnly",
            "SameSite=Lax",
            "Secure",
            "Path=/",
            "Max-Age=2592000",
        ] {
            assert!(cookie.contains(part), "{part}: {cookie}");
        }
        let passing = SessionToken::fresh(false)
            .unwrap()
            .cookie(false)
            .to_string();
        assert!(
            passing.starts_with("adda=s")
                && !passing.contains("Max-Age")
                && !passing.contains("Secure"),
            "{passing}"
        );
    }
}
