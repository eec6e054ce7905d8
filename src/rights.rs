//! Who may do what: one function for pages, programs, sockets and the store. What it does not allow is refused.
//!
//! It looks nothing up and knows no database. Whoever asks reads who somebody is and where they stand; what changes something
//! asks once more inside the transaction that changes it.

use crate::error::{Error, Result};

/// What somebody is at the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Looks after the site.
    Administrator,
    /// Has an account like most.
    Member,
    /// Sees only the rooms they were added to.
    Guest,
    /// A program with an account.
    Bot,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// What they are at the site.
    pub role: Role,
    /// Whether their account is in use.
    pub active: bool,
}

/// Whom a room is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Everyone but guests.
    Open,
    /// Its members.
    Closed,
    /// Its people, for good.
    Direct,
}

/// Where somebody stands in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Never belonged to it.
    Stranger,
    /// Went.
    Left,
    /// Was removed, and stays out until they are let back in.
    Removed,
    /// Belongs to it.
    Member,
    /// Looks after it.
    Owner,
}

/// A room, as far as rights go, and where the person who asks stands in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Whom it is for.
    pub kind: Kind,
    /// Where the person stands.
    pub place: Place,
    /// Whether it is kept for reading only.
    pub archived: bool,
    /// Whether only those write who look after it.
    pub read_only: bool,
    /// Whether members may add others.
    pub members_add: bool,
}

/// Whom administrators leave something to. Guests are never among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Circle {
    /// Everybody but guests.
    Members,
    /// Administrators.
    Administrators,
    /// Nobody.
    Nobody,
}

/// What is done, and to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Make a room, which is left to some.
    MakeRoom(Circle),
    /// Make a direct room, which is left to some.
    StartDirect(Circle),
    /// Know of a room and read all of it, its people among it.
    Read(Room),
    /// Say something in it, and so become a member where they are none.
    Post(Room),
    /// Call everyone in it at once.
    CallAll {
        /// Where.
        room: Room,
        /// Whether they are many.
        many: bool,
        /// Whether whoever calls made their account themself, not long ago.
        new: bool,
    },
    /// Become a member.
    Join(Room),
    /// Stop being one.
    Leave(Room),
    /// Make a member of somebody who stands there.
    Add(Room, Place),
    /// Put somebody out who stands there, or leave them out.
    Remove(Room, Place),
    /// Make somebody of that role who stands there an owner, or an owner a member again.
    Appoint(Room, Place, Role),
    /// Give it another name or topic, close it to all but its members, say who may write and how often, and who may add others.
    Change(Room),
    /// Keep it for reading only, or take it into use again.
    Archive(Room),
    /// Delete a room of that kind for good.
    Delete(Kind),
    /// Take back something that was said there: one's own, or somebody else's.
    TakeBack {
        /// Where.
        room: Room,
        /// Whether they said it.
        own: bool,
    },
    /// Say something that was said there in other words: one's own, or somebody else's.
    Edit {
        /// Where.
        room: Room,
        /// Whether they said it.
        own: bool,
    },
    /// Read what something said before it was edited.
    SeeVersions {
        /// Where it was said.
        room: Room,
        /// Whether they said it.
        own: bool,
        /// Whether that is left to members, or only to those who look after the room.
        by_members: bool,
    },
    /// Take away what something said before it was edited.
    EraseVersions {
        /// Where it was said.
        room: Room,
        /// Whether they said it.
        own: bool,
    },
    /// Answer something that was said there in a sign, and take that away again: one's own, or somebody else's.
    React {
        /// Where.
        room: Room,
        /// Whether it is theirs.
        own: bool,
    },
    /// Keep something that was said there at hand for everyone, or no longer.
    Pin(Room),
    /// Report something that was said there.
    Report(Room),
    /// Take back something that was reported, wherever it was said.
    TakeBackReported,
    /// Keep somebody of that role from writing to oneself.
    Block(Role),
    /// Make a link that lets others in.
    Invite {
        /// Whether members make such links at this site, or only those who look after it.
        by_members: bool,
        /// The room that it leads into, where it does.
        room: Option<Room>,
        /// Whether whoever makes an account by it becomes a guest.
        as_guest: bool,
    },
    /// Make an owner of somebody of that role who stands there, in a room of that kind, without belonging to it.
    Install(Kind, Place, Role),
    /// Look after the site: its accounts, and what was done to them.
    Administer,
}

impl Role {
    /// A role by its word in the database; `None` for a word that is none.
    pub fn parse(word: &str) -> Option<Role> {
        match word {
            "administrator" => Some(Role::Administrator),
            "member" => Some(Role::Member),
            "guest" => Some(Role::Guest),
            "bot" => Some(Role::Bot),
            _ => None,
        }
    }

    /// Its word in the database.
    pub fn word(self) -> &'static str {
        match self {
            Role::Administrator => "administrator",
            Role::Member => "member",
            Role::Guest => "guest",
            Role::Bot => "bot",
        }
    }
}

impl Circle {
    /// A circle by its word in the database; what is no known word takes nobody in.
    pub fn parse(word: &str) -> Circle {
        match word {
            "members" => Circle::Members,
            "administrators" => Circle::Administrators,
            _ => Circle::Nobody,
        }
    }

    /// Its word in the database.
    pub fn word(self) -> &'static str {
        match self {
            Circle::Members => "members",
            Circle::Administrators => "administrators",
            Circle::Nobody => "nobody",
        }
    }

    fn takes_in(self, role: Role) -> bool {
        match self {
            Circle::Members => role != Role::Guest,
            Circle::Administrators => role == Role::Administrator,
            Circle::Nobody => false,
        }
    }
}

impl Kind {
    /// A kind by its word in the database; what is no known word is for its people only.
    pub fn parse(word: &str) -> Kind {
        match word {
            "open" => Kind::Open,
            "closed" => Kind::Closed,
            _ => Kind::Direct,
        }
    }
}

impl Place {
    /// Where a row of memberships puts somebody: by its state and its role there.
    pub fn parse(state: &str, role: &str) -> Place {
        match (state, role) {
            ("joined", "owner") => Place::Owner,
            ("joined", _) => Place::Member,
            ("left", _) => Place::Left,
            _ => Place::Removed,
        }
    }

    /// Whether somebody who stands there belongs to the room.
    pub fn belongs(self) -> bool {
        matches!(self, Place::Member | Place::Owner)
    }
}

impl Room {
    fn is_known_to(self, person: Person) -> bool {
        let is_open_to_them = self.kind == Kind::Open && person.role != Role::Guest;
        match self.place {
            Place::Owner | Place::Member => true,
            Place::Removed => false,
            Place::Stranger | Place::Left => is_open_to_them,
        }
    }

    /// Whoever owns it; and in open rooms, which are everyone's, whoever looks after the site.
    fn is_in_the_hands_of(self, person: Person) -> bool {
        let looks_after_all = self.kind == Kind::Open && person.role == Role::Administrator;
        self.is_known_to(person)
            && person.role != Role::Guest
            && self.kind != Kind::Direct
            && (self.place == Place::Owner || looks_after_all)
    }
}

/// Whether a person may do something.
///
/// Errors: `SignedOut` for whoever has no account in use; `NotFound` where they may not know of the room, as if there were
/// none; `Forbidden` for all else that is not allowed.
pub fn may(person: Person, action: Action) -> Result<()> {
    if !person.active {
        return Err(Error::SignedOut);
    }
    let allowed = match action {
        Action::MakeRoom(circle) | Action::StartDirect(circle) => circle.takes_in(person.role),
        Action::Read(room) | Action::Report(room) => room.is_known_to(person),
        Action::Post(room) => {
            let may_write = !room.read_only || room.is_in_the_hands_of(person);
            room.is_known_to(person) && !room.archived && may_write
        }
        Action::CallAll { room, many, new } => {
            let looks_after = room.place == Place::Owner || person.role == Role::Administrator;
            room.place.belongs() && !new && (!many || looks_after)
        }
        Action::Join(room) => room.is_known_to(person) && room.kind == Kind::Open && !room.archived,
        Action::Leave(room) => room.place.belongs() && room.kind != Kind::Direct,
        Action::Add(room, whom) => {
            let may_at_all = room.is_in_the_hands_of(person)
                || (room.place.belongs()
                    && room.members_add
                    && person.role != Role::Guest
                    && whom != Place::Removed);
            may_at_all && room.kind != Kind::Direct && !room.archived
        }
        Action::Remove(room, whom) => {
            room.is_in_the_hands_of(person) && (whom.belongs() || whom == Place::Removed)
        }
        Action::Appoint(room, whom, role) => {
            room.is_in_the_hands_of(person) && whom.belongs() && role != Role::Guest
        }
        Action::Change(room) => room.is_in_the_hands_of(person) && !room.archived,
        Action::Archive(room) => room.is_in_the_hands_of(person),
        Action::Delete(kind) => person.role == Role::Administrator && kind != Kind::Direct,
        Action::TakeBack { room, own } => {
            room.is_known_to(person) && !room.archived && (own || room.is_in_the_hands_of(person))
        }
        Action::Edit { room, own } => own && may(person, Action::Post(room)).is_ok(),
        Action::SeeVersions {
            room,
            own,
            by_members,
        } => {
            let as_member = by_members && room.place.belongs();
            room.is_known_to(person) && (own || as_member || room.is_in_the_hands_of(person))
        }
        Action::EraseVersions { room, own } => room.is_known_to(person) && !room.archived && own,
        // Where only some write, members can answer what they write; guests can where they could write.
        Action::React { room, own: true } => {
            let may_write = person.role != Role::Guest || !room.read_only;
            room.place.belongs() && !room.archived && may_write
        }
        Action::React { room, own: false } => room.is_in_the_hands_of(person) && !room.archived,
        Action::Pin(room) => {
            let is_theirs = room.kind == Kind::Direct && room.place.belongs();
            (is_theirs || room.is_in_the_hands_of(person)) && !room.archived
        }
        // Whoever looks after the site has to be able to reach everyone.
        Action::Block(role) => role != Role::Administrator,
        Action::Invite {
            by_members,
            room,
            as_guest,
        } => {
            let may_at_all = match person.role {
                Role::Administrator => true,
                Role::Member => by_members && !as_guest,
                Role::Guest | Role::Bot => false,
            };
            let may_add = |room| may(person, Action::Add(room, Place::Stranger)).is_ok();
            // A guest sees nothing but rooms they are added to.
            may_at_all && room.map_or(!as_guest, may_add)
        }
        Action::TakeBackReported | Action::Administer => person.role == Role::Administrator,
        Action::Install(kind, whom, role) => {
            let is_possible = kind != Kind::Direct && whom.belongs() && role != Role::Guest;
            person.role == Role::Administrator && is_possible
        }
    };
    match action.room() {
        _ if allowed => Ok(()),
        Some(room) if !room.is_known_to(person) => Err(Error::NotFound),
        _ => Err(Error::Forbidden),
    }
}

impl Action {
    fn room(self) -> Option<Room> {
        match self {
            Action::MakeRoom(_)
            | Action::StartDirect(_)
            | Action::Delete(_)
            | Action::Install(..)
            | Action::TakeBackReported
            | Action::Block(_)
            | Action::Administer => None,
            Action::Invite { room, .. } => room,
            Action::Read(room)
            | Action::Report(room)
            | Action::Post(room)
            | Action::CallAll { room, .. }
            | Action::TakeBack { room, .. }
            | Action::Edit { room, .. }
            | Action::SeeVersions { room, .. }
            | Action::EraseVersions { room, .. }
            | Action::React { room, .. }
            | Action::Pin(room)
            | Action::Join(room)
            | Action::Leave(room)
            | Action::Add(room, _)
            | Action::Remove(room, _)
            | Action::Appoint(room, _, _)
            | Action::Change(room)
            | Action::Archive(room) => Some(room),
        }
    }
}

#[cfg(test)]
mod tests;
