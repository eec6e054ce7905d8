//! Who of the people here belongs to which room: so that what happens in a room concerns its members, and not everyone.

use std::collections::{HashMap, HashSet};

use crate::store::{RoomId, UserId};

/// The people here and their rooms, as far as it was read.
#[derive(Default)]
pub(super) struct Belonging {
    members: HashMap<RoomId, HashSet<UserId>>,
    rooms: HashMap<UserId, HashSet<RoomId>>,
    /// Who came, and whose rooms have not been read yet.
    unplaced: HashSet<UserId>,
}

impl Belonging {
    /// Somebody came.
    pub(super) fn arrive(&mut self, user: UserId) {
        if !self.rooms.contains_key(&user) {
            self.unplaced.insert(user);
        }
    }

    /// Whether their rooms are still to be read.
    pub(super) fn is_unplaced(&self, user: UserId) -> bool {
        self.unplaced.contains(&user)
    }

    /// Somebody's rooms were read.
    pub(super) fn place(&mut self, user: UserId, rooms: HashSet<RoomId>) {
        self.depart(user);
        for room in &rooms {
            self.members.entry(*room).or_default().insert(user);
        }
        self.rooms.insert(user, rooms);
    }

    /// Somebody has become a member, here and now.
    pub(super) fn join(&mut self, user: UserId, room: RoomId) {
        if let Some(rooms) = self.rooms.get_mut(&user) {
            rooms.insert(room);
            self.members.entry(room).or_default().insert(user);
        }
    }

    /// Somebody turned out to be no member.
    pub(super) fn leave(&mut self, user: UserId, room: RoomId) {
        if let Some(rooms) = self.rooms.get_mut(&user) {
            rooms.remove(&room);
        }
        self.remove(user, room);
    }

    /// Somebody was put out of a room, and may be in it again: their rooms are to be read.
    pub(super) fn doubt(&mut self, user: UserId, room: RoomId) {
        self.leave(user, room);
        self.unplaced.insert(user);
    }

    /// Somebody is gone.
    pub(super) fn depart(&mut self, user: UserId) {
        self.unplaced.remove(&user);
        for room in self.rooms.remove(&user).unwrap_or_default() {
            self.remove(user, room);
        }
    }

    /// Whom something in a room may concern.
    pub(super) fn concerned(&self, room: RoomId) -> HashSet<UserId> {
        let members = self.members.get(&room).into_iter().flatten();
        members.chain(&self.unplaced).copied().collect()
    }

    /// Whether somebody here belongs to one of those rooms.
    pub(super) fn shares_one(&self, user: UserId, rooms: &HashSet<RoomId>) -> bool {
        let mine = self.rooms.get(&user);
        mine.is_some_and(|mine| !mine.is_disjoint(rooms))
    }

    fn remove(&mut self, user: UserId, room: RoomId) {
        if let Some(members) = self.members.get_mut(&room) {
            members.remove(&user);
            if members.is_empty() {
                self.members.remove(&room);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn concerned(belonging: &Belonging, room: RoomId) -> Vec<UserId> {
        let mut people: Vec<UserId> = belonging.concerned(room).into_iter().collect();
        people.sort_unstable();
        people
    }

    #[test]
    fn a_room_concerns_its_members_and_those_of_whom_nothing_is_known() {
        let mut belonging = Belonging::default();
        belonging.arrive(1);
        belonging.arrive(2);
        assert_eq!(concerned(&belonging, 7), [1, 2]);
        belonging.place(1, HashSet::from([7]));
        belonging.place(2, HashSet::from([8]));
        assert_eq!(concerned(&belonging, 7), [1]);
        belonging.join(2, 7);
        assert_eq!(concerned(&belonging, 7), [1, 2]);
        belonging.leave(1, 7);
        belonging.place(2, HashSet::from([8]));
        assert_eq!(concerned(&belonging, 7), [] as [UserId; 0]);
        belonging.depart(2);
        belonging.depart(1);
        assert!(belonging.members.is_empty() && belonging.rooms.is_empty());
    }
}
