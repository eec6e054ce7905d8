//! Who of the people here is told of a message by itself, beside what is counted.

use std::sync::Arc;

use actix::prelude::*;

use super::afar::Afar;
use super::withheld::Withheld;
use super::{AttentionChanged, Focus, Hub, Person};
use crate::chat::outlet::Batch;
use crate::chat::protocol::Frame;
use crate::chat::relay::Notice;
use crate::chat::said::Said;
use crate::store::attention::Attention;
use crate::store::muted::Muted;
use crate::store::unread::Mark;
use crate::store::wants::Wants;
use crate::store::{RoomId, Time, UserId};
use crate::telling::{self, Listener, Reason};

/// Batches of what was said that are kept until somebody is told of it; the newest are what they are told of.
const HEARD_MAX: usize = 8;
/// Numbers of what was taken back in one frame.
const TAKEN_BACK_MAX: usize = 100;

impl Person {
    /// Keeps what was said until this person is told how the room stands.
    pub(super) fn hears(&mut self, room: RoomId, said: &Arc<[Said]>) {
        let heard = self.heard.entry(room).or_default();
        if heard.len() == HEARD_MAX {
            heard.remove(0);
        }
        heard.push(said.clone());
    }

    /// Keeps what was said a while ago, before what was said since.
    pub(super) fn hears_late(&mut self, room: RoomId, said: Arc<[Said]>) {
        let heard = self.heard.entry(room).or_default();
        if heard.len() < HEARD_MAX {
            heard.insert(0, said);
        }
    }

    /// The numbers of what was taken back since this person was last told, the newest of them where they are many.
    pub(super) fn taken_back(&mut self, room: RoomId) -> Vec<i64> {
        let heard = self.heard.get(&room).into_iter().flatten();
        let deleted = heard
            .flat_map(|batch| batch.iter())
            .filter(|said| said.is_deleted);
        let mut seqs: Vec<i64> = deleted.map(|said| said.seq).collect();
        seqs.drain(..seqs.len().saturating_sub(TAKEN_BACK_MAX));
        seqs
    }

    /// Whether all that was said was said by people whom this person does not want to hear.
    pub(super) fn hears_nothing_of(&self, said: &[Said]) -> bool {
        let mut authors = said.iter().map(|said| said.author);
        !said.is_empty() && authors.all(|author| self.muted.contains_key(&author))
    }

    /// Whom they do not want to hear are others now: what was counted before counts no more, and all of their pages are told to
    /// look.
    pub(super) fn mutes(&mut self, muted: Muted) {
        self.muted = muted;
        self.marks.clear();
        let batch = Batch::one(Frame::Muted {}.encode());
        // One that is let go here is told so once.
        self.sessions
            .retain(|_, session| session.outlet.deliver(&batch));
    }

    /// Whether something that was said is to be told to this person, who has the room open and nothing else.
    pub(super) fn is_told_here(
        &self,
        user: UserId,
        room: RoomId,
        slug: &Arc<str>,
        said: &[Said],
        afar: &Afar,
        withheld: &mut Withheld,
    ) -> bool {
        let in_room = |session: &&super::SessionHere| session.room == Some(room);
        let wants = self
            .sessions
            .values()
            .find(in_room)
            .and_then(|session| session.wants);
        let Some(wants) = wants else {
            return false;
        };
        for said in said.iter().filter(|said| !said.is_changed) {
            match self.reason(user, room, wants, said, afar) {
                Reason::Watching => withheld.keep(user, room, slug, said),
                reason if reason.is_told() => return true,
                _ => {}
            }
        }
        false
    }

    /// What this person is told of in a room: the newest that calls them, else the newest. What was read meanwhile is not.
    pub(super) fn notice(
        &mut self,
        room: RoomId,
        slug: &Arc<str>,
        mark: &Mark,
        afar: &Afar,
        withheld: &mut Withheld,
    ) -> Option<(Said, Reason)> {
        let heard = self.heard.remove(&room)?;
        let is_taken_back = |seq: i64| {
            let mut all = heard.iter().flat_map(|batch| batch.iter());
            all.any(|said| said.seq == seq && said.is_deleted)
        };
        let mut told: Option<(&Said, Reason)> = None;
        for said in heard.iter().flat_map(|batch| batch.iter()) {
            if said.seq <= mark.read_seq || said.is_changed || is_taken_back(said.seq) {
                continue;
            }
            let reason = self.reason(mark.user, room, mark.wants, said, afar);
            if reason == Reason::Watching {
                withheld.keep(mark.user, room, slug, said);
            }
            let outweighs = told.is_none_or(|(_, known)| reason.is_called() || !known.is_called());
            if reason.is_told() && outweighs {
                told = Some((said, reason));
            }
        }
        if told.is_some() {
            withheld.forget(mark.user, room);
        }
        told.map(|(said, reason)| (said.clone(), reason))
    }

    /// What they want to be told of is another thing now, on the pages that show the room too.
    pub(super) fn want(&mut self, room: RoomId, wants: Wants) {
        for session in self.sessions.values_mut() {
            if session.room == Some(room) {
                session.wants = Some(wants);
            }
        }
    }

    fn reason(&self, user: UserId, room: RoomId, wants: Wants, said: &Said, afar: &Afar) -> Reason {
        let mut listener = Listener {
            belongs: true,
            level: wants.level,
            is_muted: wants.is_muted(),
            is_online: !self.is_invisible,
            quiet: None,
            is_watching: self.watches(room),
        };
        let heard = said.heard_by(user, &self.muted);
        let reason = telling::reason(heard, listener);
        if !reason.is_told() {
            return reason;
        }
        // Of all in a room few are told of a message: what the clock shows, and what other nodes know, is asked for these alone.
        listener.quiet = self.attention.quiet_at(Time::now());
        listener.is_watching = afar.watches(user, room);
        telling::reason(heard, listener)
    }
}

impl Hub {
    /// What somebody set holds from now on, unless something newer is known.
    pub(super) fn attend(&mut self, user: UserId, attention: Attention) {
        let Some(person) = self.people.get_mut(&user) else {
            return;
        };
        if attention.revision < person.attention.revision {
            return;
        }
        if attention.keywords != person.attention.keywords {
            for keyword in &person.attention.keywords {
                self.wanted.remove(user, keyword);
            }
            for keyword in &attention.keywords {
                self.wanted.add(user, keyword);
            }
        }
        person.attention = attention;
    }
}

impl Handler<AttentionChanged> for Hub {
    type Result = ();

    fn handle(&mut self, changed: AttentionChanged, ctx: &mut Self::Context) {
        let AttentionChanged { user, attention } = changed;
        self.attend(user, attention);
        self.doubt(user, ctx);
        self.tell_others(Notice::Access {
            sign_ins: Vec::new(),
            users: vec![user],
        });
    }
}

impl Handler<Focus> for Hub {
    type Result = ();

    fn handle(&mut self, Focus { session, user, on }: Focus, ctx: &mut Self::Context) {
        let person = self.people.get_mut(&user);
        if let Some(session) = person.and_then(|person| person.sessions.get_mut(&session)) {
            session.is_watched = on;
        }
        if !on {
            self.turned_away(user, ctx);
        }
    }
}
