//! What people answer a message with: an emoji, or a few words on one line. Functions without a database.

use std::sync::Arc;

use linkify::LinkFinder;
use unicode_normalization::UnicodeNormalization;

use crate::emoji;
use crate::error::{Error, Result};
use crate::names;

/// Characters of one that are seen: marks, joiners, skin tones and the like belong to those before them.
const VISIBLE_MAX: usize = 16;
const BYTES_MAX: usize = 256;
/// What asks for the plain look of a character, and what for its picture.
const AS_TEXT: char = '\u{FE0E}';
const AS_PICTURE: char = '\u{FE0F}';
/// Kinds of one person on one message.
pub const KINDS_PER_PERSON_MAX: usize = 5;
/// Kinds of everybody on one message.
pub const KINDS_MAX: usize = 50;
/// People of one kind that a message names; of more it says how many they are.
pub const NAMED_MAX: usize = 20;

/// A reaction's text: one line of at most 16 visible characters, without links and without what hides or turns anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReactionText {
    text: Arc<str>,
    kind: Arc<str>,
    is_emoji: bool,
}

/// Somebody's reaction that is to be there, or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reacting {
    /// The message's number.
    pub seq: i64,
    /// What is answered.
    pub text: ReactionText,
    /// Whether it is to be there.
    pub on: bool,
    /// Of whom.
    pub whose: Whose,
}

/// Whose reactions of a kind are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// Those of whoever asks.
    Own,
    /// Somebody's, by their username.
    Of(String),
    /// Everybody's.
    Everybodys,
}

impl ReactionText {
    /// Checks what was typed or chosen; an emoji is kept in the spelling that all of its spellings share.
    pub fn parse(text: &str) -> Result<ReactionText> {
        // Before anything else looks at it: nobody works on a text that is too long.
        if text.len() > BYTES_MAX {
            return Err(Error::TooLong);
        }
        let text: String = text.trim().replace(AS_TEXT, "").nfc().collect();
        if let Some(emoji) = emoji::known(&text) {
            return Ok(ReactionText::of(emoji, true));
        }
        if text.is_empty() {
            return Err(Error::Empty);
        }
        if text.len() > BYTES_MAX || names::visible_characters(&text) > VISIBLE_MAX {
            return Err(Error::TooLong);
        }
        let links = LinkFinder::new().links(&text).next().is_some();
        if links || !names::is_plain_line(&text) {
            return Err(Error::BadRequest("bad-reaction"));
        }
        Ok(ReactionText::of(&text, false))
    }

    fn of(text: &str, is_emoji: bool) -> ReactionText {
        ReactionText {
            text: text.into(),
            kind: text.replace(AS_PICTURE, "").into(),
            is_emoji,
        }
    }

    /// As it is shown.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What all spellings of one reaction have in common.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Whether it is one emoji and nothing else.
    pub fn is_emoji(&self) -> bool {
        self.is_emoji
    }
}

impl Reacting {
    /// Checks what was asked for: only one's own is set, and whose else it is is said in one way.
    pub fn parse(
        seq: i64,
        text: Option<&str>,
        on: Option<bool>,
        username: Option<String>,
        all: bool,
    ) -> Result<Reacting> {
        if seq < 1 {
            return Err(Error::BadRequest("bad-seq"));
        }
        let (Some(text), Some(on)) = (text, on) else {
            return Err(Error::BadRequest("bad-reaction"));
        };
        let whose = match (username, all) {
            (None, false) => Whose::Own,
            (Some(username), false) if !on => Whose::Of(username),
            (None, true) if !on => Whose::Everybodys,
            _ => return Err(Error::BadRequest("bad-reaction")),
        };
        Ok(Reacting {
            seq,
            text: ReactionText::parse(text)?,
            on,
            whose,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emoji_or_a_few_words_answer_a_message() {
        for text in [
            "🎉",
            "👍🏽",
            "👩‍👩‍👧‍👦",
            "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
            "1️⃣",
            "+1",
            "well said",
            "ঠিক আছে",
            "שלום",
            "می‌خواهم",
            "🎉🎉",
            "sixteen letters!",
            &"👩‍🚀".repeat(8),
        ] {
            let parsed = ReactionText::parse(text);
            assert!(parsed.is_ok(), "{text}: {parsed:?}");
        }
        let said = ReactionText::parse("  well said ").unwrap();
        assert_eq!((said.as_str(), said.is_emoji()), ("well said", false));
        assert!(ReactionText::parse("🏴󠁧󠁢󠁥󠁮󠁧󠁿").unwrap().is_emoji());
        assert!(!ReactionText::parse("🎉🎉").unwrap().is_emoji());
    }

    #[test]
    fn what_would_do_more_than_answer_is_none() {
        let bad = Error::BadRequest("bad-reaction");
        for (text, refusal) in [
            ("", Error::Empty),
            ("  \u{A0} ", Error::Empty),
            ("\u{200B}", bad.clone()),
            ("\u{200D}\u{FE0F}", bad.clone()),
            ("a\nb", bad.clone()),
            ("a\0b", bad.clone()),
            ("a\u{2028}b", bad.clone()),
            ("a\u{202E}b", bad.clone()),
            ("\u{2066}a\u{2069}", bad.clone()),
            ("a\u{200F}b", bad.clone()),
            ("a\u{200B}b", bad.clone()),
            ("a\u{E0041}b", bad.clone()),
            ("http://a.test", bad.clone()),
            ("a@b.test", bad.clone()),
            ("a\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}", bad.clone()),
            ("seventeen letters", Error::TooLong),
            (&"x".repeat(300), Error::TooLong),
            (&format!("a{}", "\u{301}".repeat(200)), Error::TooLong),
        ] {
            assert_eq!(ReactionText::parse(text), Err(refusal), "{text:?}");
        }
    }

    #[test]
    fn a_kind_is_one_however_it_is_spelled() {
        let kind = |text: &str| ReactionText::parse(text).unwrap().kind().to_owned();
        for (one, other) in [
            ("❤", "❤️"),
            ("❤\u{FE0E}", "❤️"),
            ("☕", "☕️"),
            ("1⃣", "1️⃣"),
            ("e\u{301}", "é"),
            ("so ❤ it", "so ❤️ it"),
        ] {
            assert_eq!(kind(one), kind(other), "{one} {other}");
        }
        for (one, other) in [("👍", "👍🏽"), ("Yes", "yes"), ("🎉", "🎉🎉")] {
            assert_ne!(kind(one), kind(other), "{one} {other}");
        }
        assert_eq!(ReactionText::parse("❤").unwrap().as_str(), "❤️");
    }

    #[test]
    fn only_ones_own_is_set_and_others_are_taken_away_in_one_way() {
        let asked = |on, username: Option<&str>, all| {
            let username = username.map(str::to_owned);
            Reacting::parse(1, Some("🎉"), on, username, all).map(|asked| asked.whose)
        };
        assert_eq!(asked(Some(true), None, false), Ok(Whose::Own));
        assert_eq!(asked(Some(false), None, false), Ok(Whose::Own));
        let of_ben = Whose::Of("ben".to_owned());
        assert_eq!(asked(Some(false), Some("ben"), false), Ok(of_ben));
        assert_eq!(asked(Some(false), None, true), Ok(Whose::Everybodys));
        for (on, username, all) in [
            (None, None, false),
            (Some(true), Some("ben"), false),
            (Some(true), None, true),
            (Some(false), Some("ben"), true),
        ] {
            let bad = Err(Error::BadRequest("bad-reaction"));
            assert_eq!(asked(on, username, all), bad, "{on:?} {username:?} {all}");
        }
    }
}
