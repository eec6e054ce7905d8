//! What nodes tell each other: signed, so that Redis can delay and lose, but never author.
//!
//! A message is three or more lines: version and node, the signature, what it is about in JSON, and then a frame a line. The
//! signature is an HMAC-SHA256 under a key derived from the site's, over the channel and all the rest: the channel's name
//! holds the site, the epoch and the room, so that nothing counts where it was not published.

use bytestring::ByteString;
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::chat::hub::Attendance;
use crate::chat::protocol::Typed;
use crate::chat::said::Said;
use crate::error::{Error, Result};
use crate::store::{RoomId, UserId};

const VERSION: &[u8] = b"adda1 ";
/// A save is at most 1 MiB of text; drawn and escaped it may be several times that. What is larger still is found in the
/// database, and Redis cuts off listeners for whom 32 MB wait.
pub const BYTES_MAX: usize = 8 * 1024 * 1024;

/// A change that was shown: where it stands, whose it is, and the frame that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The change's number.
    pub revision: i64,
    /// What was said.
    pub said: Said,
    /// The frame, encoded once.
    pub frame: ByteString,
}

/// What a node tells the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// Changes of a room, committed, ascending by revision.
    Frames(RoomId, Vec<Shown>),
    /// Everything else.
    Notice(Notice),
}

/// What a node tells the others beside frames.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Notice {
    /// Something was said in a room: for people who are elsewhere.
    Moved {
        /// Which room.
        room: RoomId,
        /// Its name in URLs.
        slug: String,
        /// Its newest message's number.
        last_seq: i64,
        /// Its change counter.
        revision: i64,
        /// Each message.
        said: Vec<Said>,
        /// More was said than is named here.
        overflown: bool,
    },
    /// Read marks moved.
    ReadMoved {
        /// In which room.
        room: RoomId,
        /// Its name in URLs.
        slug: String,
        /// Whose, and to which message.
        marks: Vec<(UserId, i64)>,
    },
    /// Somebody's mark fell, or they want to be told of other things: it is to be read from the database.
    MarkChanged {
        /// In which room.
        room: RoomId,
        /// Its name in URLs.
        slug: String,
        /// Who.
        user: UserId,
        /// How often they marked messages unread.
        turn: i64,
    },
    /// What somebody may do has changed: it is to be read from the database.
    Access {
        /// Sign-ins that may be over.
        sign_ins: Vec<i64>,
        /// People who may be out.
        users: Vec<UserId>,
    },
    /// Somebody is typing in a room, or recording: told to the nodes that have it open.
    Typing {
        /// In which room.
        room: RoomId,
        /// Who.
        user: UserId,
        /// The name they are mentioned by.
        username: String,
        /// What they are called.
        name: String,
        /// What.
        what: Typed,
    },
    /// Who is connected to a node.
    Here {
        /// Rises with every such notice of that node.
        number: u64,
        /// Whether `came` is everyone.
        all: bool,
        /// Who came, or is there in another way than before.
        came: Vec<Sighting>,
        /// Who left.
        left: Vec<UserId>,
    },
    /// What somebody shows of themself has changed: it is to be read from the database.
    Profile {
        /// Who.
        user: UserId,
    },
    /// A node asks itself whether it is heard.
    Beat {
        /// Rises with every beat.
        number: u64,
    },
}

/// Somebody is connected to a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting(
    /// Who.
    pub UserId,
    /// How they are there.
    pub Attendance,
);

#[derive(Serialize, Deserialize)]
struct Stamps {
    room: RoomId,
    /// Of each frame its revision, and what was said.
    stamps: Vec<(i64, Said)>,
}

/// Why a message does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Another version's.
    Foreign,
    /// Not signed with this site's key for this channel.
    Forged,
    /// Signed, and not readable; or too large to look at.
    Malformed,
}

/// Signs as one node, and verifies what all of a site's nodes signed.
#[derive(Clone)]
pub struct Seal {
    key: Hmac<Sha256>,
    node: String,
}

impl Seal {
    /// The seal of a node. Errors: `Internal` where the site's key cannot be one.
    pub fn new(secret_key: &[u8], node: &str) -> Result<Seal> {
        let internal = |_| Error::Internal("the site's key is empty".to_owned());
        let mut derived = Hmac::<Sha256>::new_from_slice(secret_key).map_err(internal)?;
        derived.update(b"what nodes tell each other");
        let key = derived.finalize().into_bytes();
        Ok(Seal {
            key: Hmac::new_from_slice(&key).map_err(internal)?,
            node: node.to_owned(),
        })
    }

    /// Whether a message says that it is this node's own, which is not verified.
    pub fn is_own(&self, message: &[u8]) -> bool {
        line(message)
            .is_some_and(|(first, _)| first.strip_prefix(VERSION) == Some(self.node.as_bytes()))
    }

    /// A message for a channel.
    pub fn close(&self, channel: &str, word: &Word) -> Result<Vec<u8>> {
        let mut content = match word {
            Word::Frames(room, frames) => serde_json::to_vec(&Stamps {
                room: *room,
                stamps: frames
                    .iter()
                    .map(|shown| (shown.revision, shown.said.clone()))
                    .collect(),
            }),
            Word::Notice(notice) => serde_json::to_vec(notice),
        }
        .map_err(|cause| Error::Internal(cause.to_string()))?;
        if let Word::Frames(_, frames) = word {
            for shown in frames {
                content.push(b'\n');
                content.extend_from_slice(shown.frame.as_bytes());
            }
        }
        let tag = self.over(self.node.as_bytes(), channel, &content);
        let mut message = [VERSION, self.node.as_bytes(), b"\n"].concat();
        message.extend_from_slice(HEXLOWER.encode(&tag.finalize().into_bytes()).as_bytes());
        message.push(b'\n');
        message.append(&mut content);
        Ok(message)
    }

    /// Which node a message on a channel is of, and what it says.
    pub fn open<'a>(&self, channel: &str, message: &'a [u8]) -> Result<(&'a str, Word), Refused> {
        if message.len() > BYTES_MAX {
            return Err(Refused::Malformed);
        }
        let (first, rest) = line(message).ok_or(Refused::Foreign)?;
        let node = first.strip_prefix(VERSION).ok_or(Refused::Foreign)?;
        let (signature, content) = line(rest).ok_or(Refused::Forged)?;
        let signature = HEXLOWER.decode(signature).map_err(|_| Refused::Forged)?;
        self.over(node, channel, content)
            .verify_slice(&signature)
            .map_err(|_| Refused::Forged)?;
        let node = std::str::from_utf8(node).map_err(|_| Refused::Malformed)?;
        Ok((node, read(content).ok_or(Refused::Malformed)?))
    }

    fn over(&self, node: &[u8], channel: &str, content: &[u8]) -> Hmac<Sha256> {
        let mut tag = self.key.clone();
        for part in [VERSION, node, channel.as_bytes()] {
            tag.update(&(part.len() as u64).to_be_bytes());
            tag.update(part);
        }
        tag.update(content);
        tag
    }
}

fn read(content: &[u8]) -> Option<Word> {
    let Some((head, frames)) = line(content) else {
        return serde_json::from_slice(content).ok().map(Word::Notice);
    };
    let Stamps { room, stamps } = serde_json::from_slice(head).ok()?;
    let mut lines = frames.split(|byte| *byte == b'\n');
    let mut shown = Vec::with_capacity(stamps.len());
    for (revision, said) in stamps {
        let frame = ByteString::from(std::str::from_utf8(lines.next()?).ok()?);
        shown.push(Shown {
            revision,
            said,
            frame,
        });
    }
    lines.next().is_none().then_some(Word::Frames(room, shown))
}

/// The bytes before the first line break, and those behind it.
fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    Some((&bytes[..end], &bytes[end + 1..]))
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::mentions::Everyone;
    use crate::store::named::Called;

    const CHANNEL: &str = "adda:site:epoch:room:7";

    fn words() -> Vec<Word> {
        let shown = |revision, text: &str| Shown {
            revision,
            said: Said {
                called: Called {
                    everyone: Some(Everyone::Here),
                    people: vec![4, 5],
                },
                ..Said::tea(revision, 3)
            },
            frame: text.to_owned().into(),
        };
        vec![
            Word::Frames(7, vec![shown(1, "{\"a\":\"b\\nc\"}"), shown(2, "আড্ডা")]),
            Word::Frames(7, vec![shown(9, "")]),
            Word::Notice(Notice::Access {
                sign_ins: vec![1],
                users: vec![2, 3],
            }),
            Word::Notice(Notice::Beat { number: 5 }),
        ]
    }

    #[test]
    fn what_was_signed_is_read_as_it_was() {
        let seal = Seal::new(&[7; 32], "n1").unwrap();
        for word in words() {
            let message = seal.close(CHANNEL, &word).unwrap();
            assert_eq!(seal.open(CHANNEL, &message), Ok(("n1", word)));
            assert!(seal.is_own(&message));
        }
    }

    #[test]
    fn nothing_else_is() {
        let seal = Seal::new(&[7; 32], "n1").unwrap();
        for word in words() {
            let message = seal.close(CHANNEL, &word).unwrap();
            assert_eq!(
                seal.open("adda:site:epoch:room:8", &message),
                Err(Refused::Forged)
            );
            let other = Seal::new(&[8; 32], "n1").unwrap();
            assert_eq!(other.open(CHANNEL, &message), Err(Refused::Forged));
            for place in 0..message.len() {
                let mut changed = message.clone();
                changed[place] ^= 1;
                assert!(seal.open(CHANNEL, &changed).is_err(), "byte {place}");
                assert!(
                    seal.open(CHANNEL, &message[..place]).is_err(),
                    "cut at {place}"
                );
            }
        }
        assert_eq!(seal.open(CHANNEL, b"PING"), Err(Refused::Foreign));
        assert_eq!(
            seal.open(CHANNEL, b"adda2 n1\nx\n{}"),
            Err(Refused::Foreign)
        );
        let large = vec![b'x'; BYTES_MAX + 1];
        assert_eq!(seal.open(CHANNEL, &large), Err(Refused::Malformed));
    }
}
