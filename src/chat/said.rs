//! What was said, as far as those who are elsewhere are concerned.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::keywords::{self, Wanted};
use crate::mentions::Everyone;
use crate::store::UserId;
use crate::store::messages::Message;
use crate::store::muted::Muted;
use crate::store::named::Called;
use crate::telling::{Call, Heard};

/// Characters of a message that are told of it.
const EXCERPT_MAX: usize = 140;

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Its number.
    pub seq: i64,
    /// Who said it.
    pub author: UserId,
    /// Their username.
    pub username: String,
    /// What they are called.
    pub name: Arc<str>,
    /// How it begins.
    pub excerpt: String,
    /// As much of it as words are looked for in.
    pub text: Arc<str>,
    /// Whom it names.
    pub called: Called,
    /// Who of the people connected to this node has a word that is in it.
    #[serde(skip)]
    pub wanted_by: Arc<BTreeSet<UserId>>,
    /// Whether it tells what happened to the room, and is nothing to be counted.
    pub is_notice: bool,
    /// Whether it was shown before, and is another now: whoever met it then is not told of it again.
    #[serde(default)]
    pub is_changed: bool,
    /// Whether it was taken back.
    #[serde(default)]
    pub is_deleted: bool,
    /// Whom it puts out of the room, where it is a notice of that.
    #[serde(default)]
    pub puts_out: Option<PutsOut>,
}

/// Who may see nothing of a room that is newer than a notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PutsOut {
    /// Somebody who was removed.
    Removed(String),
    /// Somebody who left, and in an open room may look around.
    Left(String),
    /// Everyone who does not belong to it: it was closed.
    Strangers,
}

impl From<&Message> for Said {
    fn from(message: &Message) -> Said {
        Said {
            seq: message.seq,
            author: message.author,
            username: message.username.to_string(),
            name: message.name.clone(),
            excerpt: excerpt(&message.text),
            text: keywords::beginning(&message.text).into(),
            called: message.called.clone(),
            wanted_by: Arc::default(),
            is_notice: message.kind.is_some(),
            is_changed: false,
            is_deleted: message.deleted,
            puts_out: PutsOut::by(message),
        }
    }
}

impl PutsOut {
    fn by(message: &Message) -> Option<PutsOut> {
        let event = message.event.as_ref()?;
        let person = || event["person"]["username"].as_str().map(str::to_owned);
        match event["code"].as_str()? {
            "removed" => person().map(PutsOut::Removed),
            "left" => Some(PutsOut::Left(message.username.to_string())),
            "closed" => Some(PutsOut::Strangers),
            _ => None,
        }
    }

    /// Who belongs to the room no more, where it is one person.
    pub fn person(&self) -> Option<&str> {
        match self {
            PutsOut::Removed(username) | PutsOut::Left(username) => Some(username),
            PutsOut::Strangers => None,
        }
    }
}

impl Said {
    /// Finds out for whom of the people here a word of theirs is in it; after that nobody needs the text.
    pub fn look_for(&mut self, wanted: &Wanted<UserId>) {
        let text = std::mem::take(&mut self.text);
        if !self.is_notice {
            self.wanted_by = Arc::new(wanted.found_in(&text));
        }
    }

    /// Whether anybody who is elsewhere counts it, or what they counted is another number without it.
    pub fn is_counted(&self) -> bool {
        !self.is_changed || self.is_deleted
    }

    /// The same as one person meets it who does not want to hear these people.
    pub fn heard_by(&self, user: UserId, muted: &Muted) -> Heard {
        let call = match self.called.everyone {
            _ if self.called.people.contains(&user) => Some(Call::Name),
            Some(Everyone::Room) => Some(Call::Room),
            Some(Everyone::Here) => Some(Call::Here),
            None => None,
        };
        Heard {
            is_notice: self.is_notice,
            is_deleted: self.is_deleted,
            is_own: self.author == user,
            is_of_muted: muted.contains_key(&self.author),
            call,
            has_keyword: self.wanted_by.contains(&user),
        }
    }
}

/// The beginning of a text, on one line.
fn excerpt(text: &str) -> String {
    let mut excerpt = String::new();
    for word in text.split_whitespace() {
        if !excerpt.is_empty() {
            excerpt.push(' ');
        }
        excerpt.push_str(word);
        if let Some((end, _)) = excerpt.char_indices().nth(EXCERPT_MAX) {
            excerpt.truncate(end);
            excerpt.push('…');
            break;
        }
    }
    excerpt
}

#[cfg(test)]
impl Said {
    /// "tea", said by Ada.
    pub(super) fn tea(seq: i64, author: UserId) -> Said {
        Said {
            seq,
            author,
            username: "ada".to_owned(),
            name: "Ada".into(),
            excerpt: "tea".to_owned(),
            text: "tea".into(),
            called: Called::default(),
            wanted_by: Arc::default(),
            is_notice: false,
            is_changed: false,
            is_deleted: false,
            puts_out: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_one_short_line() {
        assert_eq!(excerpt(" tea \n\n at\tfive "), "tea at five");
        let long = excerpt(&"আড্ডা ".repeat(100));
        assert_eq!(long.chars().count(), EXCERPT_MAX + 1);
        assert!(long.ends_with('…'));
    }
}
