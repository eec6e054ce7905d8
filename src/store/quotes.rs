//! What a message shows of the one that it answers: read with it, and never stored, so that it says what that one says now.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use serde::Serialize;

use super::connection::Conn;
use super::messages::Message;
use super::schema::{messages, users};
use super::{RoomId, UserId, uploads};
use crate::error::Result;
use crate::markup;

/// Characters of a message that are shown where it is only mentioned.
const EXCERPT_MAX: usize = 140;
/// Messages in one query.
const CHUNK: usize = 500;

/// What is shown of a message that is answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Quote {
    /// Who said it, in the database.
    #[serde(skip)]
    pub author: UserId,
    /// Who said it.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub username: Arc<str>,
    /// What they were called then.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub name: Arc<str>,
    /// How it begins, on one line.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub excerpt: String,
    /// Whether it was taken back: then nothing else is said of it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
}

impl Quote {
    /// Of somebody's message, with what it says without markup.
    pub fn new(
        author: UserId,
        username: &Arc<str>,
        name: &Arc<str>,
        text: &str,
        deleted: bool,
    ) -> Quote {
        if deleted {
            return Quote {
                author,
                deleted,
                ..Quote::default()
            };
        }
        Quote {
            author,
            username: username.clone(),
            name: name.clone(),
            excerpt: excerpt(text),
            deleted,
        }
    }

    /// As [`mark`] has it.
    pub fn mark(&self) -> u64 {
        mark(&self.username, &self.name, &self.excerpt, self.deleted)
    }
}

/// A number for what is shown of a message, which is another one where that is another thing.
pub fn mark(username: &str, name: &str, excerpt: &str, deleted: bool) -> u64 {
    let mut hasher = DefaultHasher::new();
    (!deleted)
        .then_some((username, name, excerpt))
        .hash(&mut hasher);
    hasher.finish()
}

/// The beginning of a text, on one line.
pub fn excerpt(text: &str) -> String {
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

/// Fills in what a room's messages show of those that they answer, in one query.
pub(super) fn fill(conn: &mut Conn, room: RoomId, whole: &mut [Message]) -> Result<()> {
    let answered: BTreeSet<i64> = whole.iter().filter_map(|one| one.reply_to).collect();
    if answered.is_empty() {
        return Ok(());
    }
    let quotes = of(conn, room, &answered.into_iter().collect::<Vec<_>>())?;
    for message in whole {
        let quote = message.reply_to.and_then(|seq| quotes.get(&seq));
        message.quote = quote.cloned();
    }
    Ok(())
}

/// What is shown of one message; `None` where nobody said it.
pub fn one(conn: &mut Conn, room: RoomId, seq: i64) -> Result<Option<Quote>> {
    Ok(of(conn, room, &[seq])?.remove(&seq))
}

fn of(conn: &mut Conn, room: RoomId, seqs: &[i64]) -> Result<HashMap<i64, Quote>> {
    type Moment = Option<chrono::NaiveDateTime>;
    type Html = Option<String>;
    type Columns = (
        i64,
        UserId,
        String,
        String,
        String,
        Moment,
        String,
        Html,
        Moment,
    );
    let mut quotes = HashMap::with_capacity(seqs.len());
    for seqs in seqs.chunks(CHUNK) {
        let rows: Vec<Columns> = messages::table
            .inner_join(users::table)
            .filter(messages::room_id.eq(room))
            .filter(messages::seq.eq_any(seqs.to_vec()))
            .filter(messages::kind.is_null())
            .select((
                messages::seq,
                messages::author_id,
                users::username,
                messages::author_name,
                users::name,
                users::erased_at,
                // More than an excerpt needs, and not all of a long text.
                sql::<Text>("substr(messages.text, 1, 1000)"),
                sql::<Nullable<Text>>("substr(messages.html, 1, 8000)"),
                messages::deleted_at,
            ))
            .load(conn)?;
        for (seq, author, username, name, named_now, erased_at, text, html, deleted_at) in rows {
            // Whoever deleted their account is called as all who did.
            let name = erased_at.map_or(name, |_| named_now);
            let quote = Quote::new(
                author,
                &username.into(),
                &name.into(),
                &markup::plain(&text, html.as_deref()),
                deleted_at.is_some(),
            );
            quotes.insert(seq, quote);
        }
    }
    let silent =
        |(seq, quote): (&i64, &Quote)| (!quote.deleted && quote.excerpt.is_empty()).then_some(*seq);
    let silent: Vec<i64> = quotes.iter().filter_map(silent).collect();
    if !silent.is_empty() {
        // What is said by files alone is shown by their names.
        for (seq, files) in uploads::of_messages(conn, room, &silent)? {
            if let Some(quote) = quotes.get_mut(&seq) {
                quote.excerpt = excerpt(&uploads::names(&files));
            }
        }
    }
    Ok(quotes)
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

    #[test]
    fn of_what_was_taken_back_nothing_is_shown() {
        let quote = Quote::new(1, &"ada".into(), &"Ada".into(), "tea", true);
        let shown = serde_json::to_string(&quote).unwrap();
        assert_eq!(shown, r#"{"deleted":true}"#);
    }
}
