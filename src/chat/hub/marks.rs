//! How rooms stand for the people here: counted as things are said, read where that is not enough, and told to all of
//! somebody's devices where their own mark moves.

use std::collections::HashSet;
use std::sync::Arc;

use actix::prelude::*;

use super::{Hub, Person};
use crate::chat::relay::Notice;
use crate::chat::room::{HaveRead, Lowered};
use crate::chat::said::Said;
use crate::store::muted::Muted;
use crate::store::unread::{Mark, UNREAD_MAX};
use crate::store::{RoomId, UserId};

/// Read marks in one message to other nodes.
const MARKS_TOGETHER: usize = 1_000;

/// Read marks moved.
#[derive(Message, Clone)]
#[rtype(result = "()")]
pub struct ReadMoved {
    /// In which room.
    pub room: RoomId,
    /// Its name in URLs.
    pub slug: Arc<str>,
    /// Whose, and to which message.
    pub marks: Vec<(UserId, i64)>,
    /// Whether they read on sockets in that room here, which know of it.
    pub by_sockets_here: bool,
}

/// Somebody's mark fell, or they want to be told of other things: it is to be read anew.
#[derive(Message, Clone)]
#[rtype(result = "()")]
pub struct MarkChanged {
    /// In which room.
    pub room: RoomId,
    /// Its name in URLs.
    pub slug: Arc<str>,
    /// Who.
    pub user: UserId,
    /// How often they marked messages unread.
    pub turn: i64,
}

/// What a mark that was read is, beside the one that is known.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is newer.
    News,
    /// It is no newer.
    Known,
    /// It fell, but more was said since it was read: it is to be read again.
    Outrun,
}

impl Mark {
    /// Counts what was said, for its person, who does not hear some people; false where something between was not heard of, or
    /// something that is counted was taken back or edited, so that it is to be read.
    pub(super) fn count(&mut self, said: &[Said], last_seq: i64, muted: &Muted) -> bool {
        let user = self.user;
        let is_unheard = |said: &Said| said.author == user || muted.contains_key(&said.author);
        let (read_seq, counted_to) = (self.read_seq, self.last_seq);
        let is_counted =
            |said: &Said| said.seq > read_seq && said.seq <= counted_to && !is_unheard(said);
        let is_another = |said: &&Said| said.is_deleted || said.is_reworded;
        if said.iter().filter(is_another).any(is_counted) {
            // Whether it named this person before is no longer said.
            return false;
        }
        let above = said.iter().filter(|said| said.seq > counted_to);
        let numbers: HashSet<i64> = above.clone().map(|said| said.seq).collect();
        if (numbers.len() as i64) < last_seq - counted_to {
            return false;
        }
        let deleted: HashSet<i64> = above
            .clone()
            .filter(|said| said.is_deleted)
            .map(|said| said.seq)
            .collect();
        // Who says something has read up to it.
        let is_own = |said: &&Said| said.author == user && !said.is_notice;
        if let Some(seq) = above.clone().filter(is_own).map(|said| said.seq).max() {
            self.read_seq = seq;
            self.unread = 0;
            self.mentions = 0;
        }
        for said in above {
            let is_counted = !said.is_notice && !deleted.contains(&said.seq) && !is_unheard(said);
            if said.seq > self.read_seq && is_counted {
                self.unread = (self.unread + 1).min(UNREAD_MAX);
                self.mentions += i64::from(said.called.names(user));
            }
        }
        self.last_seq = self.last_seq.max(last_seq);
        true
    }
}

impl Person {
    /// Remembers how a room stands, unless it is known to have gone further.
    pub(super) fn take(&mut self, room: RoomId, mark: Mark) -> Taken {
        self.want(room, mark.wants);
        if let Some(known) = self.marks.get(&room) {
            let has_fallen = mark.turn > known.turn;
            if has_fallen && mark.last_seq < known.last_seq {
                self.marks.remove(&room);
                return Taken::Outrun;
            }
            let is_older = mark.turn < known.turn
                || known.last_seq > mark.last_seq
                || (known.read_seq > mark.read_seq && !has_fallen);
            if is_older || *known == mark {
                // What they want to be told of has no number: the newest look at it counts.
                if mark.turn >= known.turn
                    && let Some(known) = self.marks.get_mut(&room)
                {
                    known.wants = mark.wants;
                }
                return Taken::Known;
            }
        }
        self.marks.insert(room, mark);
        Taken::News
    }
}

impl Hub {
    /// Read marks rose, here or on another node: the same people's other devices are told.
    pub(super) fn marks_moved(&mut self, moved: ReadMoved, ctx: &mut Context<Self>) {
        let ReadMoved {
            room,
            slug,
            marks,
            by_sockets_here,
        } = moved;
        if let Some(open) = self.rooms.get(&room) {
            // A room that is overrun has more urgent things to tell.
            let readers = marks.iter().map(|(user, _)| *user).collect();
            let _ = open.address.try_send(HaveRead(readers));
        }
        let mut told = Vec::new();
        for (user, seq) in marks {
            let Some(person) = self.people.get_mut(&user) else {
                continue;
            };
            let known = person.marks.get(&room);
            if known.is_some_and(|mark| mark.read_seq >= seq) {
                continue;
            }
            person.marks.remove(&room);
            if !by_sockets_here || person.sessions.len() > 1 || person.is_elsewhere(room) {
                person.own.insert(room);
                told.push(user);
            }
        }
        self.read_marks(room, slug, told, ctx);
    }

    /// A mark changed, here or on another node: all of its owner's devices are told, and what they had read before it fell
    /// counts no more.
    pub(super) fn mark_changed(&mut self, marked: MarkChanged, ctx: &mut Context<Self>) {
        let MarkChanged {
            room,
            slug,
            user,
            turn,
        } = marked;
        if let Some(open) = self.rooms.get(&room) {
            // A room that is overrun finds out when it stores what was read.
            let _ = open.address.try_send(Lowered { user, turn });
        }
        if let Some(person) = self.people.get_mut(&user) {
            person.own.insert(room);
            self.read_marks(room, slug, vec![user], ctx);
        }
    }
}

impl Handler<ReadMoved> for Hub {
    type Result = ();

    fn handle(&mut self, moved: ReadMoved, ctx: &mut Self::Context) {
        for marks in moved.marks.chunks(MARKS_TOGETHER) {
            self.tell_others(Notice::ReadMoved {
                room: moved.room,
                slug: moved.slug.to_string(),
                marks: marks.to_vec(),
            });
        }
        self.marks_moved(moved, ctx);
    }
}

impl Handler<MarkChanged> for Hub {
    type Result = ();

    fn handle(&mut self, marked: MarkChanged, ctx: &mut Self::Context) {
        self.tell_others(Notice::MarkChanged {
            room: marked.room,
            slug: marked.slug.to_string(),
            user: marked.user,
            turn: marked.turn,
        });
        self.mark_changed(marked, ctx);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mentions::Everyone;
    use crate::store::muted::Distance;
    use crate::store::named::Called;
    use crate::store::wants::Wants;
    use crate::telling::Level;

    const ROOM: RoomId = 7;
    const WANTS: Wants = Wants {
        level: Level::Mentions,
        muted_until: None,
    };

    fn mark(read_seq: i64, turn: i64, unread: i64, last_seq: i64) -> Mark {
        Mark {
            user: 1,
            read_seq,
            turn,
            unread,
            mentions: 0,
            last_seq,
            wants: WANTS,
        }
    }

    fn said(seq: i64, author: UserId) -> Said {
        Said::tea(seq, author)
    }

    #[test]
    fn what_is_said_is_counted_up_to_ones_own_words() {
        let mut counted = mark(2, 0, 1, 3);
        let nobody = Muted::new();
        assert!(counted.count(&[said(4, 2), said(5, 3)], 5, &nobody));
        assert_eq!(counted, mark(2, 0, 3, 5));
        assert!(counted.count(&[said(6, 2), said(7, 1), said(8, 2)], 8, &nobody));
        assert_eq!(counted, mark(7, 0, 1, 8));
        assert!(
            !counted.count(&[said(10, 2)], 10, &nobody),
            "message 9 is missing"
        );
    }

    #[test]
    fn what_names_somebody_is_counted_apart_and_what_happened_not_at_all() {
        let called = |everyone, people| Called { everyone, people };
        let naming = |seq, author, called| Said {
            called,
            ..said(seq, author)
        };
        let told = Said {
            is_notice: true,
            ..said(7, 2)
        };
        let heard = [
            naming(4, 2, called(None, vec![1, 3])),
            naming(5, 2, called(None, vec![3])),
            naming(6, 2, called(Some(Everyone::Here), Vec::new())),
            told,
        ];
        let mut counted = mark(3, 0, 0, 3);
        assert!(counted.count(&heard, 7, &Muted::new()));
        assert_eq!((counted.unread, counted.mentions), (3, 2));
        let mut counted = mark(3, 0, 0, 3);
        let ben = Muted::from([(2, Distance::Muted)]);
        assert!(counted.count(&heard, 7, &ben));
        assert_eq!((counted.unread, counted.mentions), (0, 0), "of nobody else");
        assert_eq!(counted.last_seq, 7);
    }

    #[test]
    fn what_is_taken_back_is_counted_anew_where_it_was_counted() {
        let deleted = |seq, author| Said {
            is_changed: true,
            is_deleted: true,
            ..said(seq, author)
        };
        let nobody = Muted::new();
        let mut counted = mark(2, 0, 1, 3);
        assert!(!counted.count(&[deleted(3, 2)], 3, &nobody));
        assert!(counted.count(&[deleted(2, 2), deleted(3, 1)], 3, &nobody));
        assert!(counted.count(&[deleted(4, 2), said(5, 2)], 5, &nobody));
        assert_eq!(counted, mark(2, 0, 2, 5));
        // Said and taken back before it was told of.
        assert!(counted.count(&[said(6, 2), deleted(6, 2), said(7, 2)], 7, &nobody));
        assert_eq!(counted, mark(2, 0, 3, 7));
        assert!(
            !counted.count(&[said(8, 2), deleted(8, 2)], 9, &nobody),
            "message 9 is missing"
        );
    }

    #[test]
    fn a_mark_rises_and_falls_but_never_by_what_is_older() {
        let mut person = Person::default();
        assert_eq!(person.take(ROOM, mark(4, 0, 1, 5)), Taken::News);
        assert_eq!(person.take(ROOM, mark(3, 0, 2, 5)), Taken::Known);
        assert_eq!(person.take(ROOM, mark(2, 1, 3, 5)), Taken::News);
        assert_eq!(person.take(ROOM, mark(5, 0, 0, 5)), Taken::Known);
        assert_eq!(person.take(ROOM, mark(0, 2, 4, 4)), Taken::Outrun);
        assert_eq!(person.take(ROOM, mark(0, 2, 5, 5)), Taken::News);
    }
}
