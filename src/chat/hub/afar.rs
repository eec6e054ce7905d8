//! Other nodes: what they say reaches the rooms and people here, and who is connected to them counts as online.
//!
//! Presence has no number and is not stored. A node announces who comes and goes once a second, everyone every 15 s, and is
//! forgotten when it has not been heard for 45 s.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use actix::prelude::*;

use super::activity::Moved;
use super::marks::{MarkChanged, ReadMoved};
use super::{Hear, Heard, Hub};
use crate::chat::relay::{Notice, Word};
use crate::chat::room::{FromAfar, HeadIs};
use crate::store::UserId;
use crate::store::heads::Head;

pub(super) const ANNOUNCE_EVERY: Duration = Duration::from_secs(1);
/// Announcements until everyone is named again: 15 s.
const EVERYONE_EVERY: u32 = 15;
/// A node that is not heard for so long is gone, and its people with it.
const UNHEARD_MAX: Duration = Duration::from_secs(45);

/// Who is connected elsewhere, and what is still to be said of who is connected here.
#[derive(Default)]
pub(super) struct Afar {
    nodes: HashMap<String, Node>,
    came: HashSet<UserId>,
    left: HashSet<UserId>,
    number: u64,
    until_everyone: u32,
}

struct Node {
    heard_at: Instant,
    number: u64,
    people: HashSet<UserId>,
}

impl Afar {
    pub(super) fn came(&mut self, user: UserId) {
        self.left.remove(&user);
        self.came.insert(user);
    }

    pub(super) fn left(&mut self, user: UserId) {
        self.came.remove(&user);
        self.left.insert(user);
    }

    /// Everyone connected to a node that was heard of late.
    pub(super) fn people(&self) -> impl Iterator<Item = UserId> {
        self.nodes
            .values()
            .filter(|node| node.heard_at.elapsed() < UNHEARD_MAX)
            .flat_map(|node| node.people.iter().copied())
    }

    /// Takes an announcement; true where the node was not known.
    fn hear(
        &mut self,
        node: String,
        number: u64,
        all: bool,
        came: Vec<UserId>,
        left: &[UserId],
    ) -> bool {
        self.nodes
            .retain(|_, node| node.heard_at.elapsed() < UNHEARD_MAX);
        let is_new = !self.nodes.contains_key(&node);
        let known = self.nodes.entry(node).or_insert_with(|| Node {
            heard_at: Instant::now(),
            number: 0,
            people: HashSet::new(),
        });
        if number <= known.number {
            return false;
        }
        known.number = number;
        known.heard_at = Instant::now();
        if all {
            known.people.clear();
        }
        known.people.extend(came);
        for user in left {
            known.people.remove(user);
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
        if self.line.is_none() {
            return;
        }
        if self.afar.until_everyone == 0 {
            return self.announce_everyone();
        }
        self.afar.until_everyone -= 1;
        let came: Vec<UserId> = self.afar.came.drain().collect();
        let left: Vec<UserId> = self.afar.left.drain().collect();
        if !came.is_empty() || !left.is_empty() {
            self.say_here(false, came, left);
        }
    }

    /// Says who is here; nobody, where adda is stopping.
    pub(super) fn announce_everyone(&mut self) {
        self.afar.until_everyone = EVERYONE_EVERY;
        self.afar.came.clear();
        self.afar.left.clear();
        let everyone = match self.stopping {
            true => Vec::new(),
            false => self.people.keys().copied().collect(),
        };
        self.say_here(true, everyone, Vec::new());
    }

    fn say_here(&mut self, all: bool, came: Vec<UserId>, left: Vec<UserId>) {
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
        let mut people: Vec<UserId> = afar.people().collect();
        people.sort_unstable();
        people
    }

    #[test]
    fn who_is_elsewhere_follows_what_nodes_say() {
        let mut afar = Afar::default();
        assert!(afar.hear("a".into(), 1, true, vec![1, 2], &[]));
        assert!(!afar.hear("a".into(), 2, false, vec![3], &[1]));
        assert!(afar.hear("b".into(), 9, false, vec![7], &[]));
        assert_eq!(online(&afar), [2, 3, 7]);
        assert!(
            !afar.hear("a".into(), 2, true, vec![99], &[]),
            "heard before"
        );
        assert_eq!(online(&afar), [2, 3, 7]);
        afar.hear("a".into(), 3, true, Vec::new(), &[]);
        assert_eq!(online(&afar), [7]);
    }
}
