//! Every sentence that the server says to people, from one Fluent file that the pages' scripts read too.

use std::borrow::Cow;
use std::fmt::Display;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use super::assets;
use crate::error::Error;

/// The language of the texts.
pub const LANGUAGE: &str = "en";
/// The direction they are written in.
pub const DIRECTION: &str = "ltr";

/// What `Sec-Fetch-Site` says of requests that this site's own pages make.
pub const SAME_ORIGIN: &str = "same-origin";

const FILE: &str = "locales/en.ftl";

type Bundle = FluentBundle<FluentResource>;

static TEXTS: LazyLock<RwLock<Arc<Bundle>>> = LazyLock::new(|| RwLock::new(Arc::new(load())));

/// What a text's `{ $name }` stands for.
pub type Arguments<'a> = FluentArgs<'a>;

/// The text of a key. One that is missing shows as its key, and is an error in the log.
pub fn t(key: &str, arguments: &Arguments) -> String {
    look_up(key, arguments).unwrap_or_else(|| {
        log::error!("there is no text {key:?} in {FILE}");
        key.to_owned()
    })
}

/// The text of a key that needs no arguments.
pub fn plain(key: &str) -> String {
    t(key, &Arguments::new())
}

/// The sentence for an error.
pub fn error(error: &Error) -> String {
    let mut arguments = Arguments::new();
    match error {
        Error::BadRequest(key) => {
            // Most malformed requests are of programs; those without a sentence of their own share one.
            return look_up(key, &arguments).unwrap_or_else(|| plain("error-bad_request"));
        }
        Error::Field { code, .. }
        | Error::Refused(code)
        | Error::Full(code)
        | Error::Stalled(code) => {
            return plain(code);
        }
        Error::Stale => return plain("error-stale"),
        Error::ForeignOrigin { found, expected } => {
            if expected == SAME_ORIGIN {
                return plain("refusal-cross-site");
            }
            arguments.set("expected", shown(expected));
            if found.is_empty() {
                return t("refusal-no-origin", &arguments);
            }
            arguments.set("found", shown(found));
            arguments.set("setting", "ADDA_URL");
            return t("refusal-origin", &arguments);
        }
        Error::NoSpace => return t("refusal-upload-space", &arguments),
        Error::RateLimited(wait) => arguments.set("seconds", wait.as_secs().max(1)),
        _ => {}
    }
    t(&format!("error-{}", error.code()), &arguments)
}

/// The sentence for a sign-in that was tried too often.
pub fn sign_in_throttled(seconds: u64) -> String {
    let mut arguments = Arguments::new();
    arguments.set("seconds", seconds);
    t("refusal-login-throttled", &arguments)
}

/// The line that names a failed request, by which its cause is found in the log.
pub fn request_number(id: &str) -> String {
    let mut arguments = Arguments::new();
    arguments.set("id", id);
    t("error-request", &arguments)
}

/// Reads the texts anew, so that an edit shows on reload.
#[cfg(debug_assertions)]
pub(super) fn refresh() {
    *TEXTS.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(load());
}

fn look_up(key: &str, arguments: &Arguments) -> Option<String> {
    let bundle = TEXTS.read().unwrap_or_else(PoisonError::into_inner).clone();
    let pattern = bundle.get_message(key)?.value()?;
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(arguments), &mut errors);
    if let Some(fault) = errors.first() {
        log::error!("the text {key:?}: {fault}");
    }
    Some(text.into_owned())
}

fn load() -> Bundle {
    let source = assets::get(FILE)
        .map(|asset| String::from_utf8_lossy(&asset.bytes).into_owned())
        .unwrap_or_default();
    let resource = FluentResource::try_new(source).unwrap_or_else(|(usable, faults)| {
        log::error!("{FILE}: {}", join(&faults));
        usable
    });
    let mut bundle =
        Bundle::new_concurrent(LANGUAGE.parse::<LanguageIdentifier>().into_iter().collect());
    // Isolating marks would end up in titles and attributes; the pages use <bdi>.
    bundle.set_use_isolating(false);
    if let Err(faults) = bundle.add_resource(resource) {
        log::error!("{FILE}: {}", join(&faults));
    }
    bundle
}

fn join<T: Display>(faults: &[T]) -> String {
    faults
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

/// What a stranger sent, fit to be shown in a sentence.
fn shown(text: &str) -> FluentValue<'static> {
    let text: String = text
        .chars()
        .filter(|character| !character.is_control())
        .take(128)
        .collect();
    FluentValue::String(Cow::Owned(text))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_text_that_is_asked_for_exists() {
        let mut missing = BTreeSet::new();
        for key in keys_in("templates", &["t(key=\""])
            .into_iter()
            .chain(keys_in("src", &["plain(\"", "\"refusal-", "t(\""]))
        {
            if look_up(&key, &Arguments::new()).is_none() {
                missing.insert(key);
            }
        }
        assert!(missing.is_empty(), "not in {FILE}: {missing:?}");
    }

    #[test]
    fn every_error_has_a_sentence() {
        for fault in [
            Error::SignedOut,
            Error::Forbidden,
            Error::NotFound,
            Error::Conflict,
            Error::Stale,
            Error::Empty,
            Error::TooLong,
            Error::TooLarge,
            Error::Unsupported,
            Error::Busy,
            Error::NoSpace,
            Error::Stalled("upload-stalled"),
            Error::BadRequest("bad-json"),
            Error::RateLimited(Duration::from_secs(3)),
            Error::Unavailable("cause".to_owned()),
            Error::Internal("cause".to_owned()),
            Error::ForeignOrigin {
                found: "http://a".to_owned(),
                expected: "http://b".to_owned(),
            },
        ] {
            let sentence = error(&fault);
            assert!(
                sentence.ends_with('.') && sentence.contains(' '),
                "{fault:?}: {sentence}"
            );
            assert!(!sentence.contains("cause"), "{sentence}");
        }
    }

    #[test]
    fn a_foreign_request_is_told_what_would_mend_it() {
        let sentence = |found: &str, expected: &str| {
            error(&Error::ForeignOrigin {
                found: found.to_owned(),
                expected: expected.to_owned(),
            })
        };
        let origin = sentence("http://a.test", "http://b.test");
        assert!(origin.contains("http://a.test") && origin.contains("ADDA_URL"));
        let none = sentence("", "http://b.test");
        assert!(none.contains("http://b.test") && !none.contains("came from"));
        let page = sentence("cross-site", SAME_ORIGIN);
        assert!(!page.contains("ADDA_URL") && !page.contains("refusal"));
    }

    #[test]
    fn plurals_are_chosen_by_number() {
        assert_ne!(
            sign_in_throttled(1).replace('1', "N"),
            sign_in_throttled(2).replace('2', "N")
        );
    }

    /// The literal keys that follow one of the marks in a folder's files.
    fn keys_in(folder: &str, marks: &[&str]) -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().path())
            {
                if entry.is_dir() {
                    folders.push(entry);
                    continue;
                }
                let text = fs::read_to_string(&entry).unwrap();
                for mark in marks {
                    for (at, _) in text.match_indices(mark) {
                        let start = at + mark.find('"').map_or(0, |quote| quote + 1);
                        let key: String = text[start..].chars().take_while(|c| *c != '"').collect();
                        let is_key = key.contains('-')
                            && key
                                .chars()
                                .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
                        if is_key
                            && !key.ends_with('-')
                            && text[start + key.len()..].starts_with('"')
                        {
                            keys.insert(key);
                        }
                    }
                }
            }
        }
        keys
    }
}
