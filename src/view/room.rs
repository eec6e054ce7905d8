//! What a room's page shows: a stretch of its messages, grouped as people talk.

mod earlier;

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

pub use earlier::EarlierUnread;

use super::attachments::{Attached, attached};
use super::forms::Refusal;
use super::lobby::RoomLink;
use super::page::Template;
use super::person::Person;
use super::reactions::{Chip, QUICK, chips};
use super::{notices, person, pins};
use crate::markup;
use crate::store::Time;
use crate::store::messages::{Message, Page};
use crate::store::muted::{Distance, Muted};
use crate::store::quotes::Quote;
use crate::store::users::{Profile, Viewer};

/// Messages of one person that are closer than this stand together under one name.
const GROUPED_WITHIN: Duration = Duration::from_secs(5 * 60);

/// A room's page.
#[derive(Serialize)]
pub struct RoomPage<'a> {
    /// The room.
    pub room: RoomLink,
    /// Whether I preview it, and may become a member.
    pub can_join: bool,
    /// How often I may write, where that is limited.
    pub slow_words: String,
    /// Whom I talk to, in a direct room of two.
    pub companion: Option<Person>,
    /// The rooms I joined.
    pub rooms: Vec<RoomLink>,
    /// The messages, oldest first.
    pub messages: Vec<Item<'a>>,
    /// The first that I have not read, where that is older than what is shown.
    pub earlier_unread: Option<EarlierUnread>,
    /// Whether there are older ones.
    pub more_before: bool,
    /// Whether there are newer ones.
    pub more_after: bool,
    /// What I may do to messages here.
    pub may: May,
    /// Whether messages are answered by nothing else than emoji.
    pub emoji_only: bool,
    /// The numbers of those that are pinned.
    pub pins: Vec<i64>,
    /// The room's change counter at the moment of reading.
    pub revision: i64,
    /// The newest message's number at that moment.
    pub last_seq: i64,
    /// The id that what is sent without script will bear.
    pub client_id: String,
    /// The message that the page was opened at, or 0.
    pub at: i64,
    /// Whether it was opened at one that is not there.
    pub is_lost: bool,
    /// Whom I do not want to hear.
    #[serde(skip)]
    pub muted: Vec<Kept>,
    /// Bytes of one file.
    pub upload_max: u64,
    /// Why what was sent without script came back.
    pub refusal: Option<Refusal>,
    /// What was typed.
    pub form: ComposerForm,
    /// The message that is about to be answered.
    pub answered: Option<Answered>,
}

/// What somebody may do to the messages of a room.
#[derive(Serialize, Clone, Copy)]
pub struct May {
    /// Delete these.
    pub delete: Whose,
    /// Read what these said before they were edited.
    pub see_versions: Whose,
    /// Say their own in other words.
    pub edit: bool,
    /// Answer them in a sign.
    pub react: bool,
    /// Take away what others answered with.
    pub clear_reactions: bool,
    /// Pin them, and take pins away.
    pub pin: bool,
}

/// Whose messages somebody may do something to.
#[derive(Serialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// Nobody's.
    None,
    /// Their own.
    Own,
    /// Everybody's.
    All,
}

impl Whose {
    /// By whether somebody may to their own, and to others'.
    pub fn new(own: bool, others: bool) -> Whose {
        match (own, others) {
            (_, true) => Whose::All,
            (true, false) => Whose::Own,
            (false, false) => Whose::None,
        }
    }

    fn includes(self, mine: bool) -> bool {
        self == Whose::All || (self == Whose::Own && mine)
    }
}

/// A message that is about to be answered.
#[derive(Serialize)]
pub struct Answered {
    /// Its number.
    pub seq: i64,
    /// What is shown of it.
    #[serde(flatten)]
    pub quote: Quote,
}

/// The fields of the form that posts.
#[derive(Serialize, Default)]
pub struct ComposerForm {
    /// The text as typed.
    pub message: String,
    /// Whether it begins like a command, and is none.
    pub is_no_command: bool,
}

/// A message and how it is drawn. Borrowed: a page holds fifty of them.
#[derive(Serialize)]
#[expect(
    missing_docs,
    reason = "PROTOCOL's Message, and what is said of the rest beside it"
)]
pub struct Item<'a> {
    pub seq: i64,
    pub revision: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'a str>,
    pub username: &'a str,
    pub name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar: Option<&'a str>,
    #[serde(rename = "message")]
    pub text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html: Option<&'a str>,
    pub sent_at: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Time>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
    pub client_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attached<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<&'a Quote>,
    /// Whether the reader does not want to hear who said what it answers.
    pub quotes_muted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<&'a Value>,
    /// What it was answered with.
    pub reactions: Vec<Chip>,
    /// Who pinned it, in words; empty where nobody did.
    pub pinned: String,
    /// What happened, where this is a notice.
    pub notice: String,
    /// The day, on the first message of it.
    pub day: String,
    /// Whether it stands under the name of the one before.
    pub grouped: bool,
    /// Whether the reader said it.
    pub mine: bool,
    /// Whether the reader may delete it.
    pub deletable: bool,
    /// Whether they may say it in other words.
    pub editable: bool,
    /// Whether they may read what it said before it was edited.
    pub shows_versions: bool,
    /// Whether it was deleted as the one before it was, whose line stands for both.
    pub folded: bool,
    /// Whether the page was opened at it, or at one that its line stands for.
    pub sought: bool,
    /// How many the line of a deleted message stands for.
    pub deleted_together: usize,
    /// Whether it names the reader, and is somebody else's.
    pub names_me: bool,
    /// Whether the reader does not want to hear who said it: it is folded away.
    pub muted: bool,
    /// Whether they have blocked them.
    pub blocked: bool,
    /// On the first of some that are folded away together, how many they are.
    pub fold: usize,
    /// Whether the fold is open: the page was opened at a message in it.
    pub fold_is_open: bool,
    /// Whether it is the last of them.
    pub fold_ends: bool,
    pub hue: u16,
    pub initial: String,
    /// The time of day in UTC.
    pub time: String,
}

/// Somebody whom the reader does not want to hear.
#[derive(Debug, Clone, Serialize)]
pub struct Kept {
    /// Their username.
    pub username: Arc<str>,
    /// Whether they have blocked them.
    pub blocked: bool,
}

impl From<Profile> for Kept {
    fn from(profile: Profile) -> Kept {
        Kept {
            username: profile.username,
            blocked: profile.blocked,
        }
    }
}

/// Messages as one reader's page draws them, who does not want to hear some people; opened at one of them, or at 0.
pub fn items<'a>(
    page: &'a Page,
    reader: &Viewer,
    may: May,
    muted: &Muted,
    at: i64,
) -> Vec<Item<'a>> {
    let mut previous: Option<&Message> = None;
    let items = page
        .messages
        .iter()
        .map(|message| {
            let mine = message.author == reader.id && message.kind.is_none();
            let before = previous.replace(message);
            let same_day =
                before.is_some_and(|before| before.sent_at.day() == message.sent_at.day());
            let grouped = same_day
                && before.is_some_and(|before| {
                    before.author == message.author
                        && says_something(before)
                        && says_something(message)
                        && message.sent_at.since(before.sent_at) < GROUPED_WITHIN
                });
            Item {
                seq: message.seq,
                revision: message.revision,
                kind: message.kind.as_deref(),
                username: &message.username,
                name: &message.name,
                avatar: message.avatar.as_deref(),
                text: &message.text,
                html: message.html.as_deref(),
                sent_at: message.sent_at,
                edited_at: message.edited_at,
                deleted: message.deleted,
                client_id: &message.client_id,
                reply_to: message.reply_to,
                quote: message.quote.as_ref(),
                quotes_muted: message
                    .quote
                    .as_ref()
                    .is_some_and(|quote| muted.contains_key(&quote.author)),
                attachments: attached(&message.attachments),
                event: message.event.as_ref(),
                reactions: chips(message, &reader.username),
                pinned: pins::words(message),
                notice: notices::sentence(message),
                day: if same_day {
                    String::new()
                } else {
                    message.sent_at.day()
                },
                grouped,
                mine: mine && !message.deleted,
                deletable: may.delete.includes(mine),
                editable: may.edit && mine,
                shows_versions: message.edited_at.is_some() && may.see_versions.includes(mine),
                folded: same_day && message.deleted && before.is_some_and(|before| before.deleted),
                sought: false,
                deleted_together: 0,
                names_me: message.author != reader.id && names(message, reader),
                muted: says_something(message) && muted.contains_key(&message.author),
                blocked: muted.get(&message.author) == Some(&Distance::Blocked),
                fold: 0,
                fold_is_open: false,
                fold_ends: false,
                hue: person::hue(&message.username),
                initial: person::initial(&message.name),
                time: message.sent_at.clock(),
            }
        })
        .collect();
    fold(marked(counted(items), at), at)
}

/// Whether it names the reader, or answers them.
fn names(message: &Message, reader: &Viewer) -> bool {
    let quote = message.quote.as_ref();
    quote.is_some_and(|quote| quote.author == reader.id && !quote.deleted)
        || message
            .html
            .as_deref()
            .is_some_and(|html| markup::names(html, &reader.username))
}

/// Whether it says something by somebody, under whose name the next may stand.
fn says_something(message: &Message) -> bool {
    message.kind.is_none() && !message.deleted
}

/// Says on the first of neighbours that were deleted how many they are.
fn counted(mut items: Vec<Item<'_>>) -> Vec<Item<'_>> {
    let mut together = 0;
    for item in items.iter_mut().rev().filter(|item| item.deleted) {
        together += 1;
        if !item.folded {
            item.deleted_together = std::mem::take(&mut together);
        }
    }
    items
}

/// Marks what the page was opened at.
fn marked(mut items: Vec<Item<'_>>, at: i64) -> Vec<Item<'_>> {
    let place = items.iter().position(|item| item.seq == at);
    let upto = place.map_or(0, |place| place + 1);
    if let Some(item) = items[..upto].iter_mut().rfind(|item| !item.folded) {
        item.sought = true;
    }
    items
}

/// Folds those together that follow each other on a day.
fn fold(mut items: Vec<Item<'_>>, at: i64) -> Vec<Item<'_>> {
    let follow = |one: &Item, next: &Item| one.muted && next.muted && next.day.is_empty();
    for run in items.chunk_by_mut(follow) {
        let (count, is_open) = (run.len(), run.iter().any(|item| item.seq == at));
        if let [first, ..] = run
            && first.muted
        {
            first.fold = count;
            first.fold_is_open = is_open;
        }
        if let [.., last] = run {
            last.fold_ends = last.muted;
        }
    }
    items
}

impl Template for RoomPage<'_> {
    const NAME: &'static str = "room.html";
    const KIND: &'static str = "room";

    fn boot(&self) -> Value {
        json!({
            "room": self.room,
            "previews": self.can_join,
            "revision": self.revision,
            "last_seq": self.last_seq,
            "more_before": self.more_before,
            "more_after": self.more_after,
            "at": self.at,
            "may": self.may,
            "emoji_only": self.emoji_only,
            "quick_reactions": QUICK,
            "pins": self.pins,
            "upload_max": self.upload_max,
            "muted": self.muted,
        })
    }
}
