//! What is handed to the group commit, and what becomes of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::oneshot;

use super::deeds::Deed;
use crate::error::{Error, Result};
use crate::markup::Draft;
use crate::names::{ClientId, MessageText};
use crate::reactions::Reacting;
use crate::store::messages::Message;
use crate::store::uploads::Wanted;
use crate::store::{RoomId, UserId};

/// Something that is to change a room: a message, or what happens to the room itself.
#[derive(Debug, Clone)]
pub struct Change {
    /// Who does it.
    pub author: UserId,
    /// Their username.
    pub username: Arc<str>,
    /// The sender's own id of it.
    pub client_id: ClientId,
    /// Whether that id was made just now by the server, so that it cannot be known yet.
    pub fresh: bool,
    /// What it is.
    pub what: What,
    /// Its text's where the store has made it ahead.
    pub draft: Option<Arc<Draft>>,
}

/// What a change is.
#[derive(Debug, Clone)]
pub enum What {
    /// Something is said.
    Post {
        /// The text.
        text: MessageText,
        /// The message it answers.
        reply_to: Option<i64>,
        /// The files that it carries.
        attachments: Vec<Wanted>,
    },
    /// Something that was said is said in other words.
    Edit(Edit),
    /// Something that was said is taken back.
    TakeBack {
        /// Its number.
        seq: i64,
        /// Whether it is taken back because it was reported, by somebody who need not belong to the room.
        reported: bool,
    },
    /// Whoever said these deleted their account, and their words go with it.
    Forget(Vec<i64>),
    /// Somebody answers a message in a sign, or no longer.
    React(Reacting),
    /// A message is kept at hand, or no longer.
    Pin {
        /// Its number.
        seq: i64,
        /// Whether it is.
        on: bool,
    },
    /// Something happens to the room.
    Deed(Deed),
}

impl What {
    /// Whether something that people wrote is there no more after it.
    pub fn erases(&self) -> bool {
        match self {
            What::Edit(_) | What::TakeBack { .. } | What::Forget(_) => true,
            What::Post { .. } | What::React(_) | What::Pin { .. } | What::Deed(_) => false,
        }
    }
}

/// Other words for something that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Its number.
    pub seq: i64,
    /// The words.
    pub text: MessageText,
    /// The revision that its author saw and changed; without one the last who edits wins.
    pub based_on: Option<i64>,
}

impl Change {
    /// The text that is said; empty where nothing is.
    pub fn text(&self) -> &str {
        match &self.what {
            What::Post { text, .. } => text.as_str(),
            What::Edit(edit) => edit.text.as_str(),
            _ => "",
        }
    }
}

/// A room's changes that are saved together.
pub struct Batch {
    /// The room.
    pub room: RoomId,
    /// The highest revision the room has shown; what others committed beyond it is returned.
    pub gate: i64,
    /// The changes, in the order they came.
    pub changes: Vec<Change>,
}

/// What became of one change.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Stored now.
    Stored(Message),
    /// It was stored before, under the same id and with the same content; or it was taken back already.
    Known(Message),
    /// These messages are others now.
    Changed(Vec<Message>),
    /// It was so already; nothing was stored.
    Unchanged,
    /// Refused; nothing was stored.
    Refused(Error),
}

/// A saved batch.
#[derive(Debug)]
pub struct Committed {
    /// What was committed by others between the gate and this batch, ascending by revision. `None` where that is more than
    /// a room shows at once: then everyone loads afresh.
    pub between: Option<Vec<Message>>,
    /// What became of each change, in the batch's order.
    pub outcomes: Vec<Outcome>,
    /// The room's change counter after it.
    pub revision: i64,
    /// The newest message's number after it.
    pub last_seq: i64,
    /// Whose rooms are others now: who joined, was added, removed, or left, in this batch or one of the same transaction.
    pub moved: Vec<UserId>,
}

impl Committed {
    /// Whether files may have gone with a message: their bytes are still there.
    pub(in crate::store) fn lets_files_go(&self) -> bool {
        self.outcomes.iter().any(|outcome| match outcome {
            Outcome::Changed(messages) => messages.iter().any(|message| message.deleted),
            _ => false,
        })
    }
}

/// What came of handing a batch to the store.
pub enum Saved {
    /// It was committed; single changes may have been refused.
    Done(Committed),
    /// Nothing of it is known to be stored. `Busy` when too much waits, `Unavailable` when the database is away.
    Failed(Error),
    /// It took longer than anyone waits, and may still be committed.
    Late(Late),
}

/// The outcome of a save that is still to come.
pub struct Late {
    answer: oneshot::Receiver<Result<Committed>>,
    claim: Claim,
    patience: Option<Duration>,
}

/// What is known of a late save once it has been waited for.
pub enum Ended {
    /// What came of it.
    Known(Result<Committed>),
    /// A thread is still in the database with it. What it stores is found by whoever looks, or told here at last.
    Unknown(Late),
}

/// Whoever takes it first has the batch: the thread that begins to save it, or the room that no longer wants it saved.
#[derive(Clone, Default)]
pub(super) struct Claim(Arc<AtomicBool>);

impl Claim {
    pub(super) fn take(&self) -> bool {
        !self.0.swap(true, Ordering::AcqRel)
    }
}

impl Late {
    /// `patience`: for how long its end is waited for once it is late, where that has a limit.
    pub(super) fn new(
        answer: oneshot::Receiver<Result<Committed>>,
        claim: Claim,
        patience: Option<Duration>,
    ) -> Late {
        Late {
            answer,
            claim,
            patience,
        }
    }

    pub(in crate::store) async fn within(mut self, deadline: Duration) -> Saved {
        match tokio::time::timeout(deadline, &mut self.answer).await {
            Ok(Ok(Ok(committed))) => Saved::Done(committed),
            Ok(Ok(Err(error))) => Saved::Failed(error),
            Ok(Err(_)) => Saved::Failed(no_answer()),
            Err(_) => Saved::Late(self),
        }
    }

    /// Waits for it: whoever does has told the senders already. Nothing is stored any more of what no thread has begun with.
    pub async fn outcome(mut self) -> Ended {
        let Some(patience) = self.patience.take() else {
            return Ended::Known(self.answer.await.unwrap_or_else(|_| Err(no_answer())));
        };
        match tokio::time::timeout(patience, &mut self.answer).await {
            Ok(answer) => Ended::Known(answer.unwrap_or_else(|_| Err(no_answer()))),
            Err(_) if self.claim.take() => Ended::Known(Err(Error::Unavailable(
                "no thread came to save it".to_owned(),
            ))),
            Err(_) => Ended::Unknown(self),
        }
    }
}

fn no_answer() -> Error {
    Error::Unavailable("the database's thread gave no answer".to_owned())
}
