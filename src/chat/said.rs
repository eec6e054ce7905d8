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
use crate::store::quotes;
use crate::telling::{Call, Heard};

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
    /// What it answers.
    #[serde(default)]
    pub answers: Option<Answered>,
    /// Who of the people connected to this node has a word that is in it.
    #[serde(skip)]
    pub wanted_by: Arc<BTreeSet<UserId>>,
    /// Whether it tells what happened to the room, and is nothing to be counted.
    pub is_notice: bool,
    /// Whether it was shown before, and is another now: whoever met it then is not told of it again.
    #[serde(default)]
    pub is_changed: bool,
    /// The revision under which it came to say what it says, where that is not what was first said.
    #[serde(default)]
    pub worded_at: Option<i64>,
    /// Whether it says something else than when it was shown before, and may name others.
    #[serde(default)]
    pub is_reworded: bool,
    /// Whether it was taken back.
    #[serde(default)]
    pub is_deleted: bool,
    /// Whom it puts out of the room, where it is a notice of that.
    #[serde(default)]
    pub puts_out: Option<PutsOut>,
}

/// A message that another one answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// Its number.
    pub seq: i64,
    /// Who said it.
    pub author: UserId,
    /// What is shown of it, as [`quotes::mark`] has it.
    pub quote: u64,
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
            excerpt: message.excerpt(),
            text: keywords::beginning(&message.text).into(),
            called: message.called.clone(),
            answers: Answered::by(message),
            wanted_by: Arc::default(),
            is_notice: message.kind.is_some(),
            is_changed: false,
            worded_at: message.worded_at,
            is_reworded: false,
            is_deleted: message.deleted,
            puts_out: PutsOut::by(message),
        }
    }
}

impl Answered {
    fn by(message: &Message) -> Option<Answered> {
        let (seq, quote) = (message.reply_to?, message.quote.as_ref()?);
        Some(Answered {
            seq,
            author: quote.author,
            quote: quote.mark(),
        })
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
        !self.is_changed || self.is_deleted || self.is_reworded
    }

    /// The same for whoever was shown the room up to these.
    pub fn since(mut self, shown_seq: i64, shown_revision: i64) -> Said {
        self.is_changed = self.seq <= shown_seq;
        self.is_reworded =
            self.is_changed && self.worded_at.is_some_and(|worded| worded > shown_revision);
        self
    }

    /// What is shown of it where it is answered, as [`quotes::mark`] has it.
    pub fn quote(&self) -> u64 {
        quotes::mark(&self.username, &self.name, &self.excerpt, self.is_deleted)
    }

    /// The same as one person meets it who does not want to hear these people.
    pub fn heard_by(&self, user: UserId, muted: &Muted) -> Heard {
        let is_answered = self.answers.is_some_and(|one| one.author == user);
        let call = match self.called.everyone {
            _ if is_answered && self.called.people.contains(&user) => Some(Call::Reply),
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
            answers: None,
            wanted_by: Arc::default(),
            is_notice: false,
            is_changed: false,
            worded_at: None,
            is_reworded: false,
            is_deleted: false,
            puts_out: None,
        }
    }
}
