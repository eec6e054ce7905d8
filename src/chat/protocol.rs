//! The frames of the socket: what clients may say, what the server says, and every reason to close.

mod answers;

mod refusing;

use std::sync::Arc;

use bytestring::ByteString;
use serde::{Deserialize, Serialize};

pub use refusing::{Refusal, refusal};

use super::posting::{Named, Posting};
use crate::error::{Error, Result};
use crate::json::Object;
use crate::names::{ClientId, MessageText};
use crate::reactions::Reacting;
use crate::store::Edit;
use crate::store::messages::Message;
use crate::store::reading::Seen;
use crate::store::rooms::{self, Room};
use crate::store::uploads::Wanted;
use crate::store::users::Profile;

/// The largest frame, and the largest message in fragments, that a client may send, in bytes.
pub const FRAME_BYTES_MAX: usize = 256 * 1024;

/// Something a client asks of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Say something; the id was sent along, or is still to be made.
    Post {
        /// The sender's own id of it.
        client_id: Option<ClientId>,
        /// What is said.
        text: MessageText,
        /// The message it answers.
        reply_to: Option<i64>,
        /// The files that it carries.
        attachments: Vec<Wanted>,
    },
    /// Say a message in other words.
    Edit {
        /// The sender's own id of this.
        client_id: Option<ClientId>,
        /// Which message, and the words.
        edit: Edit,
    },
    /// Take back a message.
    Delete {
        /// The sender's own id of this.
        client_id: Option<ClientId>,
        /// The message's number.
        seq: i64,
    },
    /// Answer a message in a sign, or no longer.
    React {
        /// The sender's own id of this.
        client_id: Option<ClientId>,
        /// What is to be there, or not.
        reacting: Reacting,
    },
    /// Keep a message at hand, or no longer.
    Pin {
        /// The sender's own id of this.
        client_id: Option<ClientId>,
        /// The message's number.
        seq: i64,
        /// Whether it is pinned.
        on: bool,
    },
    /// I have read up to here.
    Read {
        /// Repeated where it is refused.
        client_id: Option<ClientId>,
        /// Up to this message.
        seq: i64,
    },
    /// A window that has the focus shows this page, or does not any more.
    Focus {
        /// Repeated where it is refused.
        client_id: Option<ClientId>,
        /// Whether it does.
        on: bool,
    },
    /// I am typing, or recording.
    Typing {
        /// Repeated where it is refused.
        client_id: Option<ClientId>,
        /// What.
        what: Typed,
    },
    /// Somebody uses this page just now, or does not see it any more.
    Active {
        /// Repeated where it is refused.
        client_id: Option<ClientId>,
        /// Whether they do.
        on: bool,
    },
    /// Answer behind all that is queued.
    Ping {
        /// Repeated in the answer.
        client_id: Option<ClientId>,
    },
}

/// What somebody is about to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Typed {
    /// Words.
    Text,
    /// A recording.
    Voice,
}

/// A frame that could not be taken, with the `client_id` it carried where that could be read.
#[derive(Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Why.
    pub error: Error,
    /// Repeated in the answer.
    pub client_id: Option<ClientId>,
}

#[derive(Deserialize)]
struct Incoming {
    #[serde(rename = "type")]
    kind: Option<String>,
    message: Option<String>,
    client_id: Option<String>,
    reply_to: Option<i64>,
    attachments: Option<Vec<Named>>,
    seq: Option<i64>,
    based_on: Option<i64>,
    on: Option<bool>,
    text: Option<String>,
    username: Option<String>,
    all: Option<bool>,
    what: Option<Typed>,
}

impl Request {
    /// Reads a text frame.
    pub fn parse(frame: &str) -> Result<Request, Unreadable> {
        let read = serde_json::from_str::<Object<Incoming>>(frame);
        let Object(incoming) = read.map_err(|_| Unreadable {
            error: Error::BadRequest("bad-frame"),
            client_id: client_id_of(frame),
        })?;
        let client_id = incoming
            .client_id
            .as_deref()
            .map(ClientId::parse)
            .transpose();
        let client_id = client_id.map_err(|error| Unreadable {
            error,
            client_id: None,
        })?;
        let unreadable = |error| Unreadable {
            error,
            client_id: client_id.clone(),
        };
        match incoming.kind.as_deref() {
            None | Some("message") => {
                // Without a type the text is what tells a post from something else.
                let says_nothing = incoming.message.is_none() && incoming.attachments.is_none();
                if incoming.kind.is_none() && says_nothing {
                    return Err(unreadable(Error::BadRequest("bad-frame")));
                }
                let posting = Posting::parse(
                    incoming.message.as_deref(),
                    incoming.reply_to,
                    incoming.attachments.unwrap_or_default(),
                );
                let Posting {
                    text,
                    reply_to,
                    attachments,
                } = posting.map_err(unreadable)?;
                Ok(Request::Post {
                    client_id,
                    text,
                    reply_to,
                    attachments,
                })
            }
            Some("edit") => {
                let edit = edit(&incoming).map_err(unreadable)?;
                Ok(Request::Edit { client_id, edit })
            }
            Some("delete") => match incoming.seq {
                Some(seq) if seq > 0 => Ok(Request::Delete { client_id, seq }),
                _ => Err(unreadable(Error::BadRequest("bad-seq"))),
            },
            Some("react") => answers::react(client_id.clone(), &incoming).map_err(unreadable),
            Some("pin") => answers::pin(client_id.clone(), &incoming).map_err(unreadable),
            Some("read") => match incoming.seq {
                Some(seq) if seq >= 0 => Ok(Request::Read { client_id, seq }),
                _ => Err(unreadable(Error::BadRequest("bad-seq"))),
            },
            Some("focus") => match incoming.on {
                Some(on) => Ok(Request::Focus { client_id, on }),
                None => Err(unreadable(Error::BadRequest("bad-frame"))),
            },
            Some("active") => Ok(Request::Active {
                client_id,
                on: incoming.on.unwrap_or(true),
            }),
            Some("typing") => Ok(Request::Typing {
                client_id,
                what: incoming.what.unwrap_or(Typed::Text),
            }),
            Some("ping") => Ok(Request::Ping { client_id }),
            Some(_) => Err(unreadable(Error::BadRequest("bad-type"))),
        }
    }
}

fn edit(incoming: &Incoming) -> Result<Edit> {
    Ok(Edit {
        seq: incoming
            .seq
            .filter(|seq| *seq > 0)
            .ok_or(Error::BadRequest("bad-seq"))?,
        text: MessageText::parse_edited(incoming.message.as_deref().ok_or(Error::Empty)?)?,
        based_on: incoming.based_on,
    })
}

/// What can still be said of a frame that is wrong elsewhere: which one it was.
fn client_id_of(frame: &str) -> Option<ClientId> {
    let value: serde_json::Value = serde_json::from_str(frame).ok()?;
    ClientId::parse(value.get("client_id")?.as_str()?).ok()
}

/// Something the server tells a client.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Frame<'a> {
    /// The first frame of every socket.
    Welcome(Welcome<'a>),
    /// The newest state of one message.
    Message(&'a Message),
    /// A change other than a post is stored, or a retried post already was.
    Done {
        /// The id of what was asked for.
        client_id: &'a str,
        /// The message's number.
        seq: i64,
        /// The message's revision.
        revision: i64,
    },
    /// Somebody is typing, or recording.
    Typing {
        /// Who.
        username: &'a str,
        /// What they are called.
        name: &'a str,
        /// What.
        what: Typed,
    },
    /// Others have read up to here.
    Read {
        /// Of each the newest.
        reads: &'a [Seen],
    },
    /// These people came, went, or are there in another way than before.
    Presence {
        /// As they are now.
        users: &'a [Arc<Profile>],
        /// Whether nobody else is there.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        all: bool,
    },
    /// Whom this person does not want to hear are others now.
    Muted {},
    /// The room is this now.
    Room(&'a rooms::Looks),
    /// What was sent was not done.
    Error(Refusal<'a>),
    /// The server is about to close.
    Bye {
        /// Why, in a word.
        reason: &'a str,
        /// When to come back; left out where not to.
        #[serde(skip_serializing_if = "Option::is_none")]
        reconnect_in_ms: Option<u64>,
    },
    /// The answer to a ping, behind all frames queued before it.
    Pong {
        /// The ping's.
        #[serde(skip_serializing_if = "Option::is_none")]
        client_id: Option<&'a str>,
        /// The room's change counter; 0 where there is no room.
        revision: i64,
    },
    /// Something happened in another of my rooms, or my read mark moved on another device.
    Activity(Activity<'a>),
}

/// The content of `welcome`.
#[derive(Serialize)]
pub struct Welcome<'a> {
    /// The id of this database's history.
    pub epoch: &'a str,
    /// The room, as this person sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room: Option<&'a Room>,
    /// Who the server takes the client for.
    pub you: &'a Profile,
    /// The room's change counter; 0 where there is no room.
    pub revision: i64,
    /// People in this room, at most 100.
    pub online: Vec<&'a Profile>,
    /// How many they are.
    pub online_count: usize,
    /// Whether every change since `since` follows.
    pub resumed: bool,
}

/// The content of `activity`.
#[derive(Serialize)]
pub struct Activity<'a> {
    /// Which room.
    pub slug: &'a str,
    /// Its newest message's number.
    pub last_seq: i64,
    /// Up to where this person has read.
    pub read_seq: i64,
    /// Messages of others above that.
    pub unread: i64,
    /// Those among them that name this person.
    pub mentions: i64,
    /// Whether the room is mute for this person.
    pub muted: bool,
    /// The numbers of messages that were taken back since the last such frame.
    pub deleted: &'a [i64],
    /// What deserves to be told of by itself.
    pub notice: Option<Notice<'a>>,
}

/// A message that somebody is told of.
#[derive(Serialize)]
pub struct Notice<'a> {
    /// Its number.
    pub seq: i64,
    /// Who said it.
    pub username: &'a str,
    /// What they are called.
    pub name: &'a str,
    /// How it begins.
    pub excerpt: &'a str,
    /// Why they are told.
    pub reason: &'static str,
}

impl Frame<'_> {
    /// The frame as it goes over the wire; shared between all who get it.
    pub fn encode(&self) -> ByteString {
        // Only maps with keys that are no text, or a failing Serialize, could fail here; there are none.
        serde_json::to_string(self)
            .map(ByteString::from)
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests;
