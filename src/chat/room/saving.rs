//! What is said, on its way into the store and back: one save in flight, everything else waits for the next.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use actix::prelude::*;
use bytestring::ByteString;
use tokio::sync::oneshot;

use super::requests::Told;
use super::{DoAndTell, Room, Say, SessionId, encoded};
use crate::chat::hold::Hold;
use crate::chat::hub::AccessChanged;
use crate::chat::outlet::Batch as Frames;
use crate::chat::protocol::{Frame, refusal};
use crate::chat::relay::Word;
use crate::error::{Error, Result};
use crate::names::ClientId;
use crate::store::messages::Message;
use crate::store::{Batch, Change, Committed, Ended, Late, Outcome, Saved, UserId};

/// What may wait in one room before more is refused as `busy`, and how much of it for one person.
const CHANGES_MAX: usize = 1_024;
const BYTES_MAX: usize = 2 * 1024 * 1024;
const CHANGES_PER_PERSON_MAX: usize = 768;

/// The changes that wait, and whether a save is running.
#[derive(Default)]
pub(super) struct Saving {
    changes: Vec<Change>,
    origins: Vec<Origin>,
    bytes: usize,
    per_person: HashMap<UserId, usize>,
    running: bool,
    /// The running save took too long: its senders were told so, and nothing more is taken until its outcome is known.
    late: bool,
    /// Saves that were given up while a thread was in the database with them.
    unheard_of: usize,
}

/// Who is told what became of a post.
enum Origin {
    Session {
        id: SessionId,
        client_id: Option<ClientId>,
    },
    Request(oneshot::Sender<Result<Told>>),
}

/// What each session is told, together.
type Answers = HashMap<SessionId, Vec<ByteString>>;

impl Saving {
    pub(super) fn is_idle(&self) -> bool {
        !self.running && self.changes.is_empty()
    }

    pub(super) fn is_running(&self) -> bool {
        self.running
    }

    /// Whether the outcome of every save is known.
    pub(super) fn is_known(&self) -> bool {
        self.unheard_of == 0
    }

    fn add(&mut self, change: Change, origin: Origin) -> Result<(), (Origin, Error)> {
        if self.late {
            return Err((
                origin,
                Error::Unavailable("an earlier save has not ended".to_owned()),
            ));
        }
        let share = self.per_person.entry(change.author).or_default();
        let fits = self.changes.len() < CHANGES_MAX
            && *share < CHANGES_PER_PERSON_MAX
            && self.bytes + change.text().len() <= BYTES_MAX;
        if !fits {
            return Err((origin, Error::Busy));
        }
        *share += 1;
        self.bytes += change.text().len();
        self.changes.push(change);
        self.origins.push(origin);
        Ok(())
    }

    fn take(&mut self) -> (Vec<Change>, Vec<Origin>) {
        self.bytes = 0;
        self.per_person.clear();
        (
            std::mem::take(&mut self.changes),
            std::mem::take(&mut self.origins),
        )
    }
}

impl Room {
    fn accept(&mut self, change: Change, origin: Origin, ctx: &mut Context<Self>) {
        let refused = if self.drained {
            Err((origin, Error::Unavailable("adda is stopping".to_owned())))
        } else {
            self.saving.add(change, origin)
        };
        match refused {
            Ok(()) => self.save(ctx),
            Err((Origin::Session { id, client_id }, error)) => {
                self.refuse(id, client_id.as_ref(), &error)
            }
            Err((Origin::Request(answer), error)) => drop(answer.send(Err(error))),
        }
    }

    /// Hands everything that waits to the store, unless a save is running: its end does.
    fn save(&mut self, ctx: &mut Context<Self>) {
        if self.saving.running || self.saving.changes.is_empty() {
            return;
        }
        self.saving.running = true;
        let (changes, origins) = self.saving.take();
        let batch = Batch {
            room: self.id,
            gate: self.gate,
            changes,
        };
        let store = self.store.clone();
        let commit = async move { store.commit(batch).await };
        ctx.spawn(
            commit
                .into_actor(self)
                .map(move |saved, room, ctx| match saved {
                    Saved::Done(committed) => {
                        room.saved(committed, origins, ctx);
                        room.next(ctx);
                    }
                    Saved::Failed(error) => {
                        room.not_saved(&error, origins);
                        if error != Error::Busy {
                            room.is_unsure = true;
                            room.check_head(ctx);
                        }
                        room.next(ctx);
                    }
                    Saved::Late(late) => {
                        let error =
                            Error::Unavailable("saving takes longer than it may".to_owned());
                        room.not_saved(&error, origins);
                        room.wait_for(late, ctx);
                    }
                }),
        );
    }

    /// Waits for a save whose senders were refused already: what it stored after all is shown like any message. Until then no
    /// other save starts, so that nothing is numbered behind what is not shown.
    fn wait_for(&mut self, late: Late, ctx: &mut Context<Self>) {
        self.saving.late = true;
        ctx.spawn(late.outcome().into_actor(self).map(|ended, room, ctx| {
            room.saving.late = false;
            room.ended(ended, ctx);
            room.next(ctx);
        }));
    }

    fn ended(&mut self, ended: Ended, ctx: &mut Context<Self>) {
        match ended {
            Ended::Known(Ok(committed)) => {
                let stored = stored(&committed);
                self.saved(committed, Vec::new(), ctx);
                self.stored_after_all(&stored);
            }
            Ended::Known(Err(_)) => {
                self.is_unsure = true;
                self.check_head(ctx);
            }
            Ended::Unknown(late) => {
                self.is_unsure = true;
                self.check_head(ctx);
                self.listen_for(late, ctx);
            }
        }
    }

    /// Goes on without the outcome of a save that a thread is stuck with. Numbers are given out under the lock on the room's
    /// row, so that what comes of it, whenever it comes, lies behind or ahead of what is saved meanwhile, never among it.
    fn listen_for(&mut self, late: Late, ctx: &mut Context<Self>) {
        self.saving.unheard_of += 1;
        ctx.spawn(late.outcome().into_actor(self).map(|ended, room, ctx| {
            room.saving.unheard_of -= 1;
            room.ended(ended, ctx);
        }));
    }

    fn next(&mut self, ctx: &mut Context<Self>) {
        self.saving.running = false;
        self.reach_head(ctx);
        self.save(ctx);
        self.finish_draining();
    }

    fn saved(&mut self, committed: Committed, origins: Vec<Origin>, ctx: &mut Context<Self>) {
        let stored = stored(&committed);
        let own = encoded(&stored);
        let between = committed.between.iter().flatten();
        let newest_between = between.map(|message| message.seq).max();
        let shown_before = (self.last_seq.max(newest_between.unwrap_or(0)), self.gate);
        match &committed.between {
            Some(between) => {
                let mut all = encoded(between);
                all.extend(own.iter().cloned());
                self.show(all);
                self.gate = self.gate.max(committed.revision);
                self.last_seq = self.last_seq.max(committed.last_seq);
            }
            // Others wrote more than one answer holds: it is read bit by bit.
            None => self.head_wanted = self.head_wanted.max(committed.revision),
        }
        if let Some(line) = &self.line
            && !own.is_empty()
        {
            self.reading.announce(&own, shown_before);
            line.to_room(self.id, &Word::Frames(self.id, own));
        }
        if !committed.moved.is_empty() {
            // Comes with whoever joins, leaves, is added or removed: rarer than messages.
            self.hub.do_send(AccessChanged(committed.moved));
        }
        let mut answers = Answers::new();
        for (outcome, origin) in committed.outcomes.into_iter().zip(origins) {
            self.answer(outcome, origin, &mut answers);
        }
        self.tell_all(answers);
        self.tell_hub(ctx);
        self.tell_looks(ctx);
        self.show_ahead(ctx);
        self.reach_head(ctx);
    }

    fn answer(&mut self, outcome: Outcome, origin: Origin, answers: &mut Answers) {
        match (outcome, origin) {
            // The frame that everyone got bears the sender's client_id.
            (Outcome::Stored(_) | Outcome::Unchanged, Origin::Session { .. }) => {}
            (Outcome::Known(message), Origin::Session { id, client_id }) => {
                done(id, client_id.as_ref(), Some(&message), answers);
            }
            (Outcome::Changed(messages), Origin::Session { id, client_id }) => {
                done(id, client_id.as_ref(), messages.last(), answers);
            }
            (Outcome::Refused(error), Origin::Session { id, client_id }) => {
                self.hold(id, client_id.as_ref(), &error);
                answers
                    .entry(id)
                    .or_default()
                    .push(refusal(&error, client_id.as_ref().map(ClientId::as_str)));
            }
            (outcome, Origin::Request(answer)) => {
                // Whoever asked may have gone; what is stored stays stored.
                let _ = answer.send(match outcome {
                    Outcome::Stored(message) => Ok(Told::Stored(message)),
                    Outcome::Known(message) => Ok(Told::Known(message)),
                    Outcome::Changed(messages) => Ok(Told::Changed(messages)),
                    Outcome::Unchanged => Ok(Told::Unchanged),
                    Outcome::Refused(error) => Err(error),
                });
            }
        }
    }

    /// Refuses a whole save and all that waits behind it, so that nothing overtakes what is to be sent again.
    fn not_saved(&mut self, error: &Error, origins: Vec<Origin>) {
        log::error!(
            "room {}: {} changes were not saved: {error}",
            self.id,
            origins.len()
        );
        let (_, waiting) = self.saving.take();
        let (mut answers, mut earlier) = (Answers::new(), HashMap::new());
        for origin in origins.into_iter().chain(waiting) {
            match origin {
                Origin::Session { id, client_id } => {
                    // What was in flight is older than anything refused meanwhile: the hold begins with it.
                    if let Entry::Vacant(first) = earlier.entry(id) {
                        let present = self.present.get_mut(&id);
                        first.insert(present.and_then(|present| present.hold.take()));
                    }
                    self.hold(id, client_id.as_ref(), error);
                    answers
                        .entry(id)
                        .or_default()
                        .push(refusal(error, client_id.as_ref().map(ClientId::as_str)));
                }
                Origin::Request(answer) => drop(answer.send(Err(error.clone()))),
            }
        }
        for (id, earlier) in earlier {
            let hold = self
                .present
                .get_mut(&id)
                .and_then(|present| present.hold.as_mut());
            if let (Some(hold), Some(earlier)) = (hold, earlier) {
                hold.precede(earlier);
            }
        }
        self.tell_all(answers);
    }

    fn tell_all(&mut self, answers: Answers) {
        for (session, frames) in answers {
            self.tell(session, Frames::new(frames));
        }
    }
}

/// What was stored just now, and what is another now.
fn stored(committed: &Committed) -> Vec<Message> {
    let stored = |outcome: &Outcome| match outcome {
        Outcome::Stored(message) => vec![message.clone()],
        Outcome::Changed(messages) => messages.clone(),
        _ => Vec::new(),
    };
    committed.outcomes.iter().flat_map(stored).collect()
}

/// Tells a session that what it asked for is so, where it gave that a name.
fn done(
    session: SessionId,
    client_id: Option<&ClientId>,
    message: Option<&Message>,
    answers: &mut Answers,
) {
    if let (Some(client_id), Some(message)) = (client_id, message) {
        let done = Frame::Done {
            client_id: client_id.as_str(),
            seq: message.seq,
            revision: message.revision,
        };
        answers.entry(session).or_default().push(done.encode());
    }
}

impl Handler<Say> for Room {
    type Result = ();

    fn handle(&mut self, say: Say, ctx: &mut Self::Context) {
        let Say {
            session,
            person,
            client_id,
            what,
        } = say;
        let Some(present) = self.present.get_mut(&session) else {
            return;
        };
        if let Err(error) = Hold::check(&mut present.hold, client_id.as_ref()) {
            return self.refuse(session, client_id.as_ref(), &error);
        }
        let fresh = client_id.is_none();
        let id = match client_id.clone().map_or_else(ClientId::fresh, Ok) {
            Ok(id) => id,
            Err(error) => return self.refuse(session, None, &error),
        };
        let change = Change {
            author: person.id,
            username: person.username.clone(),
            client_id: id,
            fresh,
            what,
            draft: None,
        };
        self.accept(
            change,
            Origin::Session {
                id: session,
                client_id,
            },
            ctx,
        );
    }
}

impl Handler<DoAndTell> for Room {
    type Result = ();

    fn handle(&mut self, DoAndTell { change, answer }: DoAndTell, ctx: &mut Self::Context) {
        self.accept(change, Origin::Request(answer), ctx);
    }
}
