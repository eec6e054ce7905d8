//! A message's row, and what it is to those who read it.

use std::sync::Arc;

use diesel::prelude::*;

use super::Message;
use crate::markup;
use crate::mentions::Everyone;
use crate::store::UserId;
use crate::store::connection::MultiBackend;
use crate::store::named::Called;
use crate::store::schema::{messages, users};
use crate::store::time::Time;
use crate::store::{quotes, uploads};

#[derive(Queryable, Selectable)]
#[diesel(table_name = messages, check_for_backend(MultiBackend))]
pub(super) struct Row {
    pub(super) seq: i64,
    revision: i64,
    kind: Option<String>,
    event: Option<String>,
    author_id: UserId,
    author_name: String,
    #[diesel(select_expression = users::username)]
    username: String,
    #[diesel(select_expression = users::name)]
    named_now: String,
    #[diesel(select_expression = users::avatar)]
    avatar: Option<String>,
    #[diesel(select_expression = users::erased_at)]
    author_erased_at: Option<chrono::NaiveDateTime>,
    client_id: String,
    text: String,
    html: Option<String>,
    markup_version: i32,
    pub(super) calls: Option<String>,
    reply_to: Option<i64>,
    worded_revision: Option<i64>,
    sent_at: chrono::NaiveDateTime,
    edited_at: Option<chrono::NaiveDateTime>,
    deleted_at: Option<chrono::NaiveDateTime>,
    pub(super) reactions: i64,
    pub(super) pinned: bool,
    pub(super) attachments: i32,
}

impl From<Row> for Message {
    fn from(row: Row) -> Message {
        Message {
            seq: row.seq,
            revision: row.revision,
            kind: row.kind,
            author: row.author_id,
            username: row.username.into(),
            // Whoever deleted their account is called as all who did.
            name: match row.author_erased_at {
                Some(_) => row.named_now.into(),
                None => row.author_name.into(),
            },
            avatar: row.avatar.map(Into::into),
            html: match row.markup_version < markup::VERSION {
                true => markup::redraw(&row.text, row.html.as_deref()),
                false => row.html,
            },
            text: row.text.into(),
            sent_at: Time::from_sql(row.sent_at),
            edited_at: row.edited_at.map(Time::from_sql),
            deleted: row.deleted_at.is_some(),
            client_id: row.client_id.into(),
            reply_to: row.reply_to,
            quote: None,
            worded_at: row.worded_revision,
            attachments: Vec::new(),
            called: Called {
                everyone: row.calls.as_deref().and_then(Everyone::parse),
                people: Vec::new(),
            },
            reactions: Vec::new(),
            pinned: None,
            event: row
                .event
                .and_then(|event| serde_json::from_str(&event).ok()),
        }
    }
}

impl Message {
    /// What it says, or the names of its files where it says nothing by words.
    pub fn words(&self) -> Arc<str> {
        if self.text.is_empty() {
            uploads::names(&self.attachments).into()
        } else {
            self.text.clone()
        }
    }

    /// How that begins, on one line, as it is read.
    pub fn excerpt(&self) -> String {
        if self.text.is_empty() {
            quotes::excerpt(&uploads::names(&self.attachments))
        } else {
            quotes::excerpt(&markup::plain(&self.text, self.html.as_deref()))
        }
    }
}
