//! Other nodes: what they say reaches the rooms and people here, and who is connected to them counts as online.
//!
//! Presence has no number and is not stored. A node announces who comes, goes or is there in another way once a second,
//! everyone every 15 s, and is forgotten when it has not been heard for 45 s.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use actix::prelude::*;

use super::activity::Moved;
use super::marks::{MarkChanged, ReadMoved};
use super::{Attendance, Hear, Heard, Hub};
use crate::chat::relay::{Notice, Sighting, Word};
use crate::chat::room::{FromAfar, HeadIs, TypingAfar};
use crate::store::heads::Head;
use crate::store::{RoomId, UserId};

/// Announcements until everyone is named again: 15 s.
const EVERYONE_EVERY: u32 = 15;
/// A node that is not heard for so long is gone, and its people with it.
const UNHEARD_MAX: Duration = Duration::from_secs(45);
/// What somebody looks at by way of another node counts for so long: everyone is named once in it.
const WATCHES_FOR: Duration = Duration::from_secs(20);

/// Who is connected elsewhere, and what is still to be said of who is connected here.
#[derive(Default)]
pub(super) struct Afar {
    nodes: HashMap<String, Node>,
    /// Of whom something was heard that was not known.
    touched: HashSet<UserId>,
    number: u64,
    until_everyone: u32,
}

struct Node {
    heard_at: Instant,
    number: u64,
    people: HashMap<UserId, Attendance>,
}

impl Afar {
    /// Everyone connected to a node that was heard of late.
    pub(super) fn people(&self) -> impl Iterator<Item = (UserId, &Attendance)> {
        let people = self.living().flat_map(|node| &node.people);
        people.map(|(user, attendance)| (*user, attendance))
    }

    /// How somebody is there, by way of each of those nodes.
    pub(super) fn of(&self, user: UserId) -> impl Iterator<Item = &Attendance> {
        self.living().filter_map(move |node| node.people.get(&user))
    }

    /// Whether somebody looks at a room by way of one of those nodes.
    pub(super) fn watches(&self, user: UserId, room: RoomId) -> bool {
        // A node that fell silent may have, or not: who looks at a room is told too much rather than nothing.
        let heard = self
            .living()
            .filter(|node| node.heard_at.elapsed() < WATCHES_FOR);
        let mut theirs = heard.filter_map(|node| node.people.get(&user));
        theirs.any(|attendance| attendance.watched.contains(&room))
    }

    /// Of whom something was heard that was not known, or whose node fell silent.
    pub(super) fn take_touched(&mut self) -> HashSet<UserId> {
        self.forget_the_silent();
        std::mem::take(&mut self.touched)
    }

    fn living(&self) -> impl Iterator<Item = &Node> {
        self.nodes
            .values()
            .filter(|node| node.heard_at.elapsed() < UNHEARD_MAX)
    }

    fn forget_the_silent(&mut self) {
        let touched = &mut self.touched;
        self.nodes.retain(|_, node| {
            let lives = node.heard_at.elapsed() < UNHEARD_MAX;
            if !lives {
                touched.extend(node.people.keys());
            }
            lives
        });
    }

    /// Takes an announcement; true where the node was not known.
    fn hear(
        &mut self,
        node: String,
        number: u64,
        all: bool,
        came: Vec<Sighting>,
        left: &[UserId],
    ) -> bool {
        self.forget_the_silent();
        let is_new = !self.nodes.contains_key(&node);
        let known = self.nodes.entry(node).or_insert_with(|| Node {
            heard_at: Instant::now(),
            number: 0,
            people: HashMap::new(),
        });
        if number <= known.number {
            return false;
        }
        known.number = number;
        known.heard_at = Instant::now();
        let before = match all {
            true => std::mem::take(&mut known.people),
            false => HashMap::new(),
        };
        for Sighting(user, attendance) in came {
            let old = known.people.insert(user, attendance);
            let old = old.as_ref().or_else(|| before.get(&user));
            if old != known.people.get(&user) {
                self.touched.insert(user);
            }
        }
        for user in before.keys() {
            if !known.people.contains_key(user) {
                self.touched.insert(*user);
            }
        }
        for user in left {
            if known.people.remove(user).is_some() {
                self.touched.insert(*user);
            }
        }
        is_new
    }
}

impl Hub {
    /// Says something to all other nodes, where there are any.
    pub(super) fn tell_others(&self, notice: Notice) {
        if let Some(line) = &self.line {
            line.to_all(notice);
        }
    }

    /// Says who came and left since the last time, and from time to time who is here.
    pub(super) fn announce(&mut self) {
        let (came, left) = self.presence.look(&self.people);
        if self.line.is_none() {
            return;
        }
        if self.afar.until_everyone == 0 {
            return self.announce_everyone();
        }
        self.afar.until_everyone -= 1;
        if !came.is_empty() || !left.is_empty() {
            self.say_here(false, came, left);
        }
    }

    /// Says who is here; nobody, where adda is stopping.
    pub(super) fn announce_everyone(&mut self) {
        self.afar.until_everyone = EVERYONE_EVERY;
        let everyone = match self.stopping {
            true => Vec::new(),
            false => self.presence.everyone_here(),
        };
        self.say_here(true, everyone, Vec::new());
    }

    fn say_here(&mut self, all: bool, came: Vec<Sighting>, left: Vec<UserId>) {
        self.afar.number += 1;
        self.tell_others(Notice::Here {
            number: self.afar.number,
            all,
            came,
            left,
        });
    }

    fn hear(&mut self, Heard { node, word }: Heard, ctx: &mut Context<Self>) {
        match word {
            Word::Frames(room, frames) => {
                if let Some(open) = self.rooms.get(&room) {
                    // A room that is overrun finds out by its gate or its head.
                    let _ = open.address.try_send(FromAfar(frames));
                }
            }
            Word::Notice(notice) => self.heed(node, notice, ctx),
        }
    }

    fn heed(&mut self, node: String, notice: Notice, ctx: &mut Context<Self>) {
        match notice {
            Notice::Moved {
                room,
                slug,
                last_seq,
                revision,
                said,
                overflown,
            } => {
                let head = Head {
                    room,
                    last_seq,
                    revision,
                };
                match self.rooms.get(&room) {
                    // It tells of itself as soon as it has shown this.
                    Some(open) => drop(open.address.try_send(HeadIs(head))),
                    None => self.room_moved(
                        Moved {
                            room,
                            slug: slug.into(),
                            last_seq,
                            revision,
                            said,
                            overflown,
                        },
                        ctx,
                    ),
                }
            }
            Notice::ReadMoved { room, slug, marks } => self.marks_moved(
                ReadMoved {
                    room,
                    slug: slug.into(),
                    marks,
                    by_sockets_here: false,
                },
                ctx,
            ),
            Notice::MarkChanged {
                room,
                slug,
                user,
                turn,
            } => self.mark_changed(
                MarkChanged {
                    room,
                    slug: slug.into(),
                    user,
                    turn,
                },
                ctx,
            ),
            Notice::Typing {
                room,
                user,
                username,
                name,
                what,
            } => {
                if let Some(open) = self.rooms.get(&room) {
                    // Nothing is lost with it.
                    let _ = open.address.try_send(TypingAfar {
                        user,
                        username,
                        name,
                        what,
                    });
                }
            }
            Notice::Access { sign_ins, users } => {
                for user in users {
                    self.doubt(user, ctx);
                }
                self.doubt_sign_ins(&sign_ins, ctx);
            }
            Notice::Here {
                number,
                all,
                came,
                left,
            } => {
                if all
                    && came.is_empty()
                    && let Some(line) = &self.line
                {
                    // Nobody is left there, as when it stops: its silence says nothing.
                    line.forget(&node);
                }
                if self.afar.hear(node, number, all, came, &left) {
                    // It does not know who is here either.
                    self.afar.until_everyone = 0;
                }
            }
            Notice::Profile { user } => self.profile_changed(user, ctx),
            Notice::Beat { .. } => {}
        }
    }
}

impl Handler<Hear> for Hub {
    type Result = ();

    fn handle(&mut self, Hear(heard): Hear, ctx: &mut Self::Context) {
        for heard in heard {
            self.hear(heard, ctx);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn online(afar: &Afar) -> Vec<UserId> {
        let mut people: Vec<UserId> = afar.people().map(|(user, _)| user).collect();
        people.sort_unstable();
        people
    }

    fn sightings(people: &[UserId]) -> Vec<Sighting> {
        let sighting = |user: &UserId| Sighting(*user, Attendance::default());
        people.iter().map(sighting).collect()
    }

    fn touched(afar: &mut Afar) -> Vec<UserId> {
        let mut people: Vec<UserId> = afar.take_touched().into_iter().collect();
        people.sort_unstable();
        people
    }

    #[test]
    fn who_is_elsewhere_follows_what_nodes_say() {
        let mut afar = Afar::default();
        assert!(afar.hear("a".into(), 1, true, sightings(&[1, 2]), &[]));
        assert_eq!(touched(&mut afar), [1, 2]);
        assert!(!afar.hear("a".into(), 2, false, sightings(&[3]), &[1]));
        assert_eq!(touched(&mut afar), [1, 3]);
        assert!(afar.hear("b".into(), 9, false, sightings(&[7]), &[]));
        assert_eq!(online(&afar), [2, 3, 7]);
        assert!(
            !afar.hear("a".into(), 2, true, sightings(&[99]), &[]),
            "heard before"
        );
        assert_eq!(online(&afar), [2, 3, 7]);
        touched(&mut afar);
        afar.hear("a".into(), 3, true, sightings(&[3]), &[]);
        assert_eq!(touched(&mut afar), [2], "what was known is no news");
        afar.hear("a".into(), 4, true, Vec::new(), &[]);
        assert_eq!(online(&afar), [7]);
        assert_eq!(touched(&mut afar), [3]);
    }

    #[test]
    fn somebody_who_moves_to_another_room_is_news() {
        let mut afar = Afar::default();
        let reads = |rooms: &[i64]| {
            let attendance = Attendance {
                away: false,
                rooms: rooms.to_vec(),
                watched: rooms[1..].to_vec(),
            };
            vec![Sighting(1, attendance)]
        };
        afar.hear("a".into(), 1, true, reads(&[5]), &[]);
        touched(&mut afar);
        afar.hear("a".into(), 2, false, reads(&[6]), &[]);
        assert_eq!(touched(&mut afar), [1]);
        assert_eq!(afar.of(1).next().map(|it| it.rooms.clone()), Some(vec![6]));
        assert!(!afar.watches(1, 6));
        afar.hear("b".into(), 1, true, reads(&[6, 8]), &[]);
        assert!(afar.watches(1, 8) && !afar.watches(1, 6) && !afar.watches(2, 8));
    }
}
