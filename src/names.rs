//! Words with rules: types that cannot hold a bad value, so that nothing behind them asks again.

mod characters;
pub mod roster;

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use unicode_normalization::UnicodeNormalization;

use crate::error::{Error, Result};
use crate::secrets;
use characters::{hides_something, is_visible, is_word, piles_up_marks};
pub use characters::{is_hidden, is_plain_line, turns_direction, visible_characters};

/// Characters a message may have, in Unicode scalar values.
pub const MESSAGE_CHARACTERS_MAX: usize = 16_000;
/// Characters of a person's or a room's name.
pub const NAME_CHARACTERS_MAX: usize = 64;
/// Characters of a room's topic.
pub const TOPIC_CHARACTERS_MAX: usize = 256;

const SLUG_CHARACTERS_MAX: usize = 64;
/// Of 32 each: 50 bits, asked for one by one, outlast any patience.
const SLUG_RANDOM_CHARACTERS: usize = 10;
/// What a direct room's slug begins with. Slugs from names never do.
const DIRECT: char = '~';
const SLUG_DIRECT_CHARACTERS: usize = 16;
const USERNAME_CHARACTERS: std::ops::RangeInclusive<usize> = 2..=32;
/// What those are called who deleted their account, with something random behind it.
const FORMER_MEMBERS: &str = "former-member-";
const FORMER_RANDOM_CHARACTERS: usize = 10;
const RESERVED_USERNAMES: [&str; 9] = [
    "room",
    "here",
    "all",
    "everyone",
    "channel",
    "adda",
    "admin",
    "administrator",
    "system",
];

macro_rules! word {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The word as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The word, shared rather than copied.
            pub fn shared(&self) -> Arc<str> {
                self.0.clone()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

word!(
    /// A room's name in a URL: PROTOCOL's `slug`, always in canonical form.
    Slug
);
word!(
    /// The name a person signs in with and is mentioned by. Unique without regard to case and look-alikes.
    Username
);
word!(
    /// The sender's own id of a message: 1 to 64 of `A-Za-z0-9_-`.
    ClientId
);
word!(
    /// What was typed: 1 to 16,000 characters, something visible among them, no NUL.
    MessageText
);
word!(
    /// What people see of a person or a room: 1 to 64 characters on one line.
    DisplayName
);

impl Slug {
    /// The canonical slug of an address or of a room's name; `None` where nothing usable is left.
    pub fn from_name(name: &str) -> Option<Slug> {
        let mut slug = String::new();
        let mut length = 0;
        let mut gap = false;
        for character in fold(name).chars() {
            if is_word(character) || character == '_' || character == '-' {
                if gap && length > 0 {
                    slug.push('-');
                    length += 1;
                }
                gap = false;
                slug.push(character);
                length += 1;
            } else {
                gap = true;
            }
        }
        let slug: String = slug
            .trim_matches('-')
            .chars()
            .take(SLUG_CHARACTERS_MAX)
            .collect();
        let slug = slug.trim_end_matches('-');
        (!slug.is_empty()).then(|| Slug(slug.into()))
    }

    /// The canonical slug that an address names: of a direct room, which no name leads to, or of any other.
    pub fn from_address(address: &str) -> Option<Slug> {
        let word = fold(address);
        match word.strip_prefix(DIRECT) {
            Some(end) if secrets::is_word(end, SLUG_DIRECT_CHARACTERS) => Some(Slug(word.into())),
            _ => Slug::from_name(address),
        }
    }

    /// A slug for a direct room.
    pub fn direct() -> Result<Slug> {
        let end = secrets::random_word(SLUG_DIRECT_CHARACTERS)?;
        Ok(Slug(format!("{DIRECT}{end}").into()))
    }

    /// A slug that nobody guesses: what a name leaves, and a random end.
    pub fn hidden(name: &str) -> Result<Slug> {
        let end = secrets::random_word(SLUG_RANDOM_CHARACTERS)?;
        let room = SLUG_CHARACTERS_MAX - SLUG_RANDOM_CHARACTERS - 1;
        let begin: String = match Slug::from_name(name) {
            Some(slug) => slug.as_str().chars().take(room).collect(),
            None => "room".to_owned(),
        };
        Ok(Slug(
            format!("{}-{end}", begin.trim_end_matches('-')).into(),
        ))
    }

    /// A slug for a room whose name leaves nothing: `room-` and a random part.
    pub fn random() -> Result<Slug> {
        Ok(Slug(
            format!("room-{}", secrets::random_word(SLUG_RANDOM_CHARACTERS)?).into(),
        ))
    }
}

impl Username {
    /// Checks a name for a new account.
    ///
    /// Errors: `Error::Field` with the rule that is broken.
    pub fn parse(text: &str) -> Result<Username> {
        let refuse = |code| Error::Field {
            field: "username",
            code,
        };
        let name: String = text.trim().nfkc().collect();
        if !USERNAME_CHARACTERS.contains(&name.chars().count()) {
            return Err(refuse("refusal-username-length"));
        }
        let allowed = name
            .chars()
            .all(|c| is_word(c) || matches!(c, '_' | '-' | '.'));
        let ends = name.chars().next().is_some_and(is_word)
            && name.chars().next_back().is_some_and(is_word);
        if !allowed || !ends || name.contains("..") || piles_up_marks(&name) {
            return Err(refuse("refusal-username-characters"));
        }
        let reserved = RESERVED_USERNAMES
            .iter()
            .any(|word| skeleton(word) == skeleton(&name));
        if reserved || skeleton(&name).starts_with(&skeleton(FORMER_MEMBERS)) {
            return Err(refuse("refusal-username-reserved"));
        }
        Ok(Username(name.into()))
    }

    /// What whoever deletes their account is called from then on: nobody could take it before.
    pub fn of_former_member() -> Result<String> {
        Ok(format!(
            "{FORMER_MEMBERS}{}",
            secrets::random_word(FORMER_RANDOM_CHARACTERS)?
        ))
    }

    /// What two names that look alike have in common (UTS 39), case folded.
    pub fn skeleton(&self) -> String {
        skeleton(&self.0)
    }
}

/// The skeleton of any text: what finds an account by the name somebody typed.
pub fn skeleton(text: &str) -> String {
    // Folding comes first, since capitals have look-alikes of their own, and again after, since a prototype may be one.
    let folded = fold(text);
    fold(&unicode_security::skeleton(&folded).collect::<String>())
}

/// A name without regard to case and to how it is encoded: two that are the same by this are spelled alike.
pub fn letters(name: &str) -> String {
    fold(name)
}

impl ClientId {
    /// Checks what a client sent.
    pub fn parse(text: &str) -> Result<ClientId> {
        let fits = (1..=64).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
        if fits {
            Ok(ClientId(text.into()))
        } else {
            Err(Error::BadRequest("bad-client-id"))
        }
    }

    /// One for what came without. It begins with the time, so that the index of all of them grows at its end.
    pub fn fresh() -> Result<ClientId> {
        Ok(ClientId(secrets::timed_word()?.into()))
    }
}

impl MessageText {
    /// None at all, where files say it.
    pub fn none() -> MessageText {
        MessageText("".into())
    }

    /// Checks other words for a message, which may be none at all: whether it can do without is for the message to say.
    pub fn parse_edited(text: &str) -> Result<MessageText> {
        match MessageText::parse(text) {
            Err(Error::Empty) => Ok(MessageText::none()),
            checked => checked,
        }
    }

    /// Checks a message's text; kept as typed.
    pub fn parse(text: &str) -> Result<MessageText> {
        if text.contains('\0') {
            return Err(Error::BadRequest("bad-nul"));
        }
        if text.len() > MESSAGE_CHARACTERS_MAX && text.chars().count() > MESSAGE_CHARACTERS_MAX {
            return Err(Error::TooLong);
        }
        if !text.chars().any(is_visible) {
            return Err(Error::Empty);
        }
        Ok(MessageText(text.into()))
    }
}

impl DisplayName {
    /// Checks a name that people see: of a person (`field` is `name`) or of a room.
    pub fn parse(text: &str, field: &'static str) -> Result<DisplayName> {
        let (length, characters) = match field {
            "room" => ("refusal-room-name-length", "refusal-room-name-characters"),
            _ => ("refusal-name-length", "refusal-name-characters"),
        };
        let name: String = text.trim().nfc().collect();
        if name.chars().count() > NAME_CHARACTERS_MAX || !name.chars().any(is_visible) {
            return Err(Error::Field {
                field: "name",
                code: length,
            });
        }
        if name
            .chars()
            .any(|character| character.is_control() || turns_direction(character))
            || hides_something(&name)
            || piles_up_marks(&name)
        {
            return Err(Error::Field {
                field: "name",
                code: characters,
            });
        }
        Ok(DisplayName(name.into()))
    }
}

/// Words about somebody: short, and without what rewrites its surroundings.
pub struct SmallText;

impl SmallText {
    /// One line of at most so many characters, which may be empty; `None` for anything else.
    pub fn line(text: &str, most: usize) -> Option<String> {
        let text = SmallText::lines(text, most)?;
        (!text.contains('\n')).then_some(text)
    }

    /// The same with lines.
    pub fn lines(text: &str, most: usize) -> Option<String> {
        let text: String = text.trim().replace("\r\n", "\n").nfc().collect();
        let is_bad = |character: char| {
            (character.is_control() && character != '\n') || turns_direction(character)
        };
        let fits = text.chars().count() <= most && !text.chars().any(is_bad);
        (fits && !piles_up_marks(&text)).then_some(text)
    }
}

/// NFKC, case folded, NFKC: what makes two spellings of a name one.
fn fold(text: &str) -> String {
    let normal: String = text.nfkc().collect();
    caseless::default_case_fold_str(&normal).nfkc().collect()
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests;
