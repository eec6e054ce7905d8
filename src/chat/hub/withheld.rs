//! What somebody was not told of because they looked at the room: told after all where they turn away and have not read it. A
//! page that was left, or a device without a network, counts as looking for a while longer than anybody does.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::prelude::*;

use super::{Hub, Person};
use crate::chat::said::Said;
use crate::store::{RoomId, UserId};

/// Longer than a device is waited for that does not answer.
const KEPT_FOR: Duration = Duration::from_secs(60);
/// Of each room; the newest is what they are told of.
const KEPT_MAX: usize = 8;
/// What they read while they looked is stored by then, and known here.
const READ_WITHIN: Duration = Duration::from_secs(2);

/// Who was not told of what, in which rooms.
#[derive(Default)]
pub(super) struct Withheld(BTreeMap<(UserId, RoomId), Kept>);

struct Kept {
    slug: Arc<str>,
    said: Vec<(Instant, Said)>,
    /// They turned away, and are told soon.
    is_due: bool,
}

impl Withheld {
    /// Keeps what somebody is not told of as long as they look.
    pub(super) fn keep(&mut self, user: UserId, room: RoomId, slug: &Arc<str>, said: &Said) {
        let kept = self.0.entry((user, room)).or_insert_with(|| Kept {
            slug: slug.clone(),
            said: Vec::new(),
            is_due: false,
        });
        if kept.said.len() == KEPT_MAX {
            kept.said.remove(0);
        }
        kept.said.push((Instant::now(), said.clone()));
    }

    /// What was said is another thing now, or was taken back.
    pub(super) fn follow(&mut self, room: RoomId, said: &[Said], overflown: bool) {
        if overflown {
            // More happened than is named one by one: what is kept may be another thing, or gone.
            self.0.retain(|(_, of), _| *of != room);
        }
        if self.0.is_empty() {
            return;
        }
        for changed in said {
            let of_room = self.0.iter_mut().filter(|((_, of), _)| *of == room);
            for (_, kept) in of_room {
                kept.said
                    .retain(|(_, known)| known.seq != changed.seq || !changed.is_deleted);
                for (_, known) in &mut kept.said {
                    if known.seq == changed.seq {
                        *known = Said {
                            is_changed: false,
                            ..changed.clone()
                        };
                    }
                }
            }
        }
    }

    /// They were told of something newer there.
    pub(super) fn forget(&mut self, user: UserId, room: RoomId) {
        self.0.remove(&(user, room));
    }

    /// What is still worth telling.
    fn take(&mut self, user: UserId, room: RoomId, read_seq: i64) -> Option<(Arc<str>, Vec<Said>)> {
        let Kept { slug, said, .. } = self.0.remove(&(user, room))?;
        let unread: Vec<Said> = said
            .into_iter()
            .filter(|(at, said)| at.elapsed() < KEPT_FOR && said.seq > read_seq)
            .map(|(_, said)| said)
            .collect();
        (!unread.is_empty()).then_some((slug, unread))
    }
}

impl Person {
    pub(super) fn watches(&self, room: RoomId) -> bool {
        let mut sessions = self.sessions.values();
        sessions.any(|session| session.room == Some(room) && session.is_watched)
    }
}

impl Hub {
    /// Somebody looks at one thing less, here or by way of another node.
    pub(super) fn turned_away(&mut self, user: UserId, ctx: &mut Context<Self>) {
        let rooms = (user, RoomId::MIN)..=(user, RoomId::MAX);
        for ((_, room), kept) in self.withheld.0.range_mut(rooms) {
            let room = *room;
            let person = self.people.get(&user);
            let is_watching = person.is_some_and(|person| person.watches(room));
            if kept.is_due || is_watching || self.afar.watches(user, room) {
                continue;
            }
            kept.is_due = true;
            ctx.run_later(READ_WITHIN, move |hub, ctx| {
                hub.tell_withheld(user, room, ctx);
            });
        }
    }

    fn tell_withheld(&mut self, user: UserId, room: RoomId, ctx: &mut Context<Self>) {
        let person = self.people.get_mut(&user);
        let is_watching = person.as_ref().is_some_and(|person| person.watches(room));
        if is_watching || self.afar.watches(user, room) {
            if let Some(kept) = self.withheld.0.get_mut(&(user, room)) {
                kept.is_due = false;
            }
            return;
        }
        let known = person.as_ref().and_then(|person| person.marks.get(&room));
        let read_seq = known.map_or(0, |mark| mark.read_seq);
        let unread = self.withheld.take(user, room, read_seq);
        // Of whoever is connected nowhere nobody can be told; their next page counts it.
        if let (Some(person), Some((slug, said))) = (person, unread) {
            person.hears_late(room, said.into());
            self.read_marks(room, slug, vec![user], ctx);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: RoomId = 7;

    fn kept(withheld: &mut Withheld, read_seq: i64) -> Vec<i64> {
        let unread = withheld.take(1, ROOM, read_seq);
        unread.map_or(Vec::new(), |(_, said)| {
            said.iter().map(|said| said.seq).collect()
        })
    }

    fn withheld() -> Withheld {
        let mut withheld = Withheld::default();
        for seq in 1..=10 {
            withheld.keep(1, ROOM, &"lobby".into(), &Said::tea(seq, 2));
        }
        withheld
    }

    #[test]
    fn the_newest_that_was_not_read_is_kept_once() {
        let mut some = withheld();
        assert_eq!(kept(&mut some, 4), [5, 6, 7, 8, 9, 10]);
        assert!(kept(&mut some, 4).is_empty());
        assert_eq!(kept(&mut withheld(), 0), [3, 4, 5, 6, 7, 8, 9, 10]);
        assert!(kept(&mut withheld(), 10).is_empty());
        let mut told = withheld();
        told.forget(1, ROOM);
        assert!(kept(&mut told, 0).is_empty());
    }

    #[test]
    fn what_is_taken_back_is_not_told_of_and_what_is_changed_as_it_is_now() {
        let mut some = withheld();
        let changed = Said {
            is_changed: true,
            excerpt: "coffee?".to_owned(),
            ..Said::tea(9, 2)
        };
        let deleted = Said {
            is_changed: true,
            is_deleted: true,
            ..Said::tea(10, 2)
        };
        some.follow(8, std::slice::from_ref(&deleted), false);
        some.follow(ROOM, &[changed, deleted], false);
        let (_, said) = some.take(1, ROOM, 8).unwrap();
        assert_eq!(said.len(), 1);
        assert_eq!((&*said[0].excerpt, said[0].is_changed), ("coffee?", false));
    }
}
