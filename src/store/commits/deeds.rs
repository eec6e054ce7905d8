//! What happens to a room itself: checked and done inside the transaction that numbers it, so that it takes its place among
//! the messages, and is told of as reliably.

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::names::{DisplayName, Slug};
use crate::rights::{self, Action, Kind, Person, Place, Role};
use crate::store::connection::Conn;
use crate::store::rooms::{self, FormerSlug};
use crate::store::schema::{rooms as table, users};
use crate::store::time::Time;
use crate::store::{RoomId, UserId};
use crate::store::{audit, memberships};

/// Something that somebody does to a room.
#[derive(Debug, Clone)]
pub enum Deed {
    /// Give it another name; its slug stays.
    Rename(DisplayName),
    /// Give it another topic, or none.
    Topic(String),
    /// Close it to all but its members. It never opens again.
    Close,
    /// Keep it for reading only, or take it into use again.
    Archive(bool),
    /// Let only those write who look after it, or everyone again.
    ReadOnly(bool),
    /// Have all others wait so many seconds between two messages; 0: not at all.
    SlowMode(i64),
    /// Let members add others, or only those who look after it.
    MembersAdd(bool),
    /// Let its people see up to where the others have read, or no longer.
    ShowReading(bool),
    /// Make a member of somebody.
    Add(UserId),
    /// Put somebody out. They stay out until they are added again.
    Remove(UserId),
    /// Make a member an owner, or an owner a member again.
    Appoint {
        /// Who it is.
        person: UserId,
        /// Whether they look after the room from now on.
        owner: bool,
    },
    /// Make a member an owner, as an administrator who need not belong to the room.
    Install(UserId),
    /// Go.
    Leave,
    /// Have somebody else look after it, where its one owner no longer can.
    HandOn,
}

/// A room under lock, and who does something to it.
pub(super) struct Scene {
    pub(super) room: RoomId,
    pub(super) rights: rights::Room,
    pub(super) last_seq: i64,
    pub(super) author: UserId,
    pub(super) person: Person,
    pub(super) now: Time,
}

/// What came of a deed.
pub(super) struct Done {
    /// What happened, for everyone who reads along: a code with arguments.
    pub(super) event: Value,
    /// Where people stand now whose place has changed.
    pub(super) places: Vec<(UserId, Place)>,
}

impl Done {
    fn event(event: Value) -> Done {
        Done {
            event,
            places: Vec::new(),
        }
    }
}

/// Somebody whom a deed is about.
struct Whom {
    id: UserId,
    username: String,
    name: String,
    role: Role,
    place: Place,
}

impl Scene {
    /// Does it, if whoever wants it may. `None` where it was so already.
    ///
    /// Errors: what the room's rights refuse; `NotFound` for somebody who is not there; `Conflict` where nobody would be
    /// left to look after the room.
    pub(super) fn carry_out(&self, conn: &mut Conn, deed: &Deed) -> Result<Option<Done>> {
        match deed {
            Deed::Rename(name) => self.rename(conn, name),
            Deed::Topic(topic) => self.set_topic(conn, topic),
            Deed::Close => self.close(conn),
            Deed::Archive(archived) => self.archive(conn, *archived),
            Deed::ReadOnly(on) => self.set_read_only(conn, *on),
            Deed::SlowMode(seconds) => self.set_slow_mode(conn, *seconds),
            Deed::MembersAdd(on) => self.set_members_add(conn, *on),
            Deed::ShowReading(on) => self.set_shows_reading(conn, *on),
            Deed::Add(whom) => self.add(conn, *whom),
            Deed::Remove(whom) => self.remove(conn, *whom),
            Deed::Appoint { person, owner } => self.appoint(conn, *person, *owner),
            Deed::Install(whom) => self.install(conn, *whom),
            Deed::Leave => self.leave(conn),
            Deed::HandOn => self.hand_on(conn),
        }
    }

    fn may(&self, action: Action) -> Result<()> {
        rights::may(self.person, action)
    }

    fn rename(&self, conn: &mut Conn, name: &DisplayName) -> Result<Option<Done>> {
        self.may(Action::Change(self.rights))?;
        let changed = diesel::update(table::table.find(self.room))
            .filter(table::name.ne(name.as_str()))
            .set(table::name.eq(name.as_str()))
            .execute(conn)?;
        let event = json!({ "code": "renamed", "name": name });
        Ok((changed > 0).then(|| Done::event(event)))
    }

    fn set_topic(&self, conn: &mut Conn, topic: &str) -> Result<Option<Done>> {
        self.may(Action::Change(self.rights))?;
        let changed = diesel::update(table::table.find(self.room))
            .filter(table::topic.ne(topic))
            .set(table::topic.eq(topic))
            .execute(conn)?;
        let event = json!({ "code": "topic", "topic": topic });
        Ok((changed > 0).then(|| Done::event(event)))
    }

    fn close(&self, conn: &mut Conn) -> Result<Option<Done>> {
        self.may(Action::Change(self.rights))?;
        if self.rights.kind != Kind::Open {
            return Ok(None);
        }
        let former: String = table::table
            .find(self.room)
            .select(table::slug)
            .first(conn)?;
        let slug = Slug::hidden(&former)?;
        diesel::update(table::table.find(self.room))
            .set((table::kind.eq("closed"), table::slug.eq(slug.as_str())))
            .execute(conn)?;
        let former = FormerSlug {
            slug: former,
            room_id: self.room,
        };
        rooms::keep_former_slug(conn, &former)?;
        Ok(Some(Done::event(json!({ "code": "closed" }))))
    }

    fn archive(&self, conn: &mut Conn, archived: bool) -> Result<Option<Done>> {
        self.may(Action::Archive(self.rights))?;
        if self.rights.archived == archived {
            return Ok(None);
        }
        let at = archived.then(|| self.now.sql());
        diesel::update(table::table.find(self.room))
            .set(table::archived_at.eq(at))
            .execute(conn)?;
        let code = if archived { "archived" } else { "restored" };
        Ok(Some(Done::event(json!({ "code": code }))))
    }

    fn set_read_only(&self, conn: &mut Conn, on: bool) -> Result<Option<Done>> {
        self.may(Action::Change(self.rights))?;
        let changed = diesel::update(table::table.find(self.room))
            .filter(table::read_only.ne(on))
            .set(table::read_only.eq(on))
            .execute(conn)?;
        let event = json!({ "code": "read_only", "on": on });
        Ok((changed > 0).then(|| Done::event(event)))
    }

    fn set_slow_mode(&self, conn: &mut Conn, seconds: i64) -> Result<Option<Done>> {
        self.may(Action::Change(self.rights))?;
        let changed = diesel::update(table::table.find(self.room))
            .filter(table::slow_mode.ne(seconds))
            .set(table::slow_mode.eq(seconds))
            .execute(conn)?;
        let event = json!({ "code": "slow_mode", "seconds": seconds });
        Ok((changed > 0).then(|| Done::event(event)))
    }

    fn set_members_add(&self, conn: &mut Conn, on: bool) -> Result<Option<Done>> {
        self.may(Action::Change(self.rights))?;
        let changed = diesel::update(table::table.find(self.room))
            .filter(table::members_add.ne(on))
            .set(table::members_add.eq(on))
            .execute(conn)?;
        let event = json!({ "code": "members_add", "on": on });
        Ok((changed > 0).then(|| Done::event(event)))
    }

    fn set_shows_reading(&self, conn: &mut Conn, on: bool) -> Result<Option<Done>> {
        self.may(Action::Change(self.rights))?;
        let changed = diesel::update(table::table.find(self.room))
            .filter(table::shows_reading.ne(on))
            .set(table::shows_reading.eq(on))
            .execute(conn)?;
        let event = json!({ "code": "shows_reading", "on": on });
        Ok((changed > 0).then(|| Done::event(event)))
    }

    fn add(&self, conn: &mut Conn, whom: UserId) -> Result<Option<Done>> {
        let whom = self.find(conn, whom)?;
        if whom.place.belongs() {
            self.may(Action::Read(self.rights))?;
            return Ok(None);
        }
        self.may(Action::Add(self.rights, whom.place))?;
        memberships::join_locked(conn, self.room, whom.id, self.last_seq)?;
        Ok(Some(self.done("added", &whom, Place::Member)))
    }

    fn remove(&self, conn: &mut Conn, whom: UserId) -> Result<Option<Done>> {
        let whom = self.find(conn, whom)?;
        self.may(Action::Remove(self.rights, whom.place))?;
        if whom.place == Place::Removed {
            return Ok(None);
        }
        if whom.id == self.author {
            // Whoever puts themself out has no way back in by themself; leaving has.
            return Err(Error::Forbidden);
        }
        memberships::set_state(conn, self.room, whom.id, "removed", self.last_seq)?;
        let mut done = self.done("removed", &whom, Place::Removed);
        self.pass_on(conn, &mut done)?;
        Ok(Some(done))
    }

    fn appoint(&self, conn: &mut Conn, whom: UserId, owner: bool) -> Result<Option<Done>> {
        let whom = self.find(conn, whom)?;
        self.may(Action::Appoint(self.rights, whom.place, whom.role))?;
        if (whom.place == Place::Owner) == owner {
            return Ok(None);
        }
        if !owner && memberships::owners(conn, self.room)? == [whom.id] {
            return Err(Error::Conflict);
        }
        let (role, code, place) = if owner {
            ("owner", "owner", Place::Owner)
        } else {
            ("member", "no_owner", Place::Member)
        };
        memberships::set_role(conn, self.room, whom.id, role)?;
        Ok(Some(self.done(code, &whom, place)))
    }

    fn install(&self, conn: &mut Conn, whom: UserId) -> Result<Option<Done>> {
        let whom = self.find(conn, whom)?;
        self.may(Action::Install(self.rights.kind, whom.place, whom.role))?;
        if whom.place == Place::Owner {
            return Ok(None);
        }
        memberships::set_role(conn, self.room, whom.id, "owner")?;
        let name: String = table::table
            .find(self.room)
            .select(table::name)
            .first(conn)?;
        audit::note(conn, self.author, "owner_installed", &name, &whom.username)?;
        Ok(Some(self.done("appointed", &whom, Place::Owner)))
    }

    fn leave(&self, conn: &mut Conn) -> Result<Option<Done>> {
        self.may(Action::Leave(self.rights))?;
        memberships::set_state(conn, self.room, self.author, "left", self.last_seq)?;
        let mut done = Done::event(json!({ "code": "left" }));
        done.places.push((self.author, Place::Left));
        self.pass_on(conn, &mut done)?;
        Ok(Some(done))
    }

    /// The site does it in the name of an owner who is a guest now, or whose account is not in use: nobody is asked.
    fn hand_on(&self, conn: &mut Conn) -> Result<Option<Done>> {
        let can = self.person.active && self.person.role != Role::Guest;
        if self.rights.place != Place::Owner || can {
            return Ok(None);
        }
        let mut done = Done::event(json!({ "code": "handed_on" }));
        self.pass_on(conn, &mut done)?;
        Ok((!done.places.is_empty()).then_some(done))
    }

    /// Where nobody looks after the room any more, whoever has been in it longest does.
    fn pass_on(&self, conn: &mut Conn, done: &mut Done) -> Result<()> {
        if !memberships::owners(conn, self.room)?.is_empty() {
            return Ok(());
        }
        let Some(heir) = memberships::longest_member(conn, self.room)? else {
            return Ok(());
        };
        memberships::set_role(conn, self.room, heir, "owner")?;
        let heir = self.find(conn, heir)?;
        if let Value::Object(event) = &mut done.event {
            event.insert("owner".to_owned(), named(&heir));
        }
        done.places.push((heir.id, Place::Owner));
        Ok(())
    }

    fn find(&self, conn: &mut Conn, id: UserId) -> Result<Whom> {
        let (username, name, role): (String, String, String) = users::table
            .find(id)
            .filter(users::deactivated_at.is_null())
            .select((users::username, users::name, users::role))
            .first(conn)?;
        Ok(Whom {
            id,
            username,
            name,
            role: Role::parse(&role).unwrap_or(Role::Guest),
            place: memberships::place(conn, self.room, id)?,
        })
    }

    fn done(&self, code: &str, whom: &Whom, place: Place) -> Done {
        Done {
            event: json!({ "code": code, "person": named(whom) }),
            places: vec![(whom.id, place)],
        }
    }
}

fn named(whom: &Whom) -> Value {
    json!({ "username": whom.username, "name": whom.name })
}
