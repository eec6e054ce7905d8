//! Whom a message names, as it is stored: people who may read the room, and everyone where its author may call them.

use std::collections::HashMap;

use diesel::prelude::*;

use super::Change;
use crate::error::Result;
use crate::mentions::{self, Everyone, Mention, Whom};
use crate::rights::{self, Action, Person, Place, Role};
use crate::store::connection::Conn;
use crate::store::named::Called;
use crate::store::rooms::State;
use crate::store::schema::{memberships, users};
use crate::store::{RoomId, UserId, newcomers};

/// In a room with more people only those who look after it call all of them.
const CALLED_BY_ANYONE_MAX: i64 = 50;

/// The mentions of a text, and whom they are of.
#[derive(Default)]
pub(super) struct Naming {
    pub(super) mentions: Vec<Mention>,
    pub(super) called: Called,
}

/// Where something is said, and by whom.
pub(super) struct Speaker<'a> {
    pub(super) room: RoomId,
    pub(super) state: &'a State,
    pub(super) author: UserId,
    pub(super) person: Person,
    pub(super) place: Place,
}

/// Somebody who may be named.
struct Named {
    id: UserId,
    username: String,
}

impl Speaker<'_> {
    /// Whom a change's text names: whoever is answered with it too.
    pub(super) fn names(
        &self,
        conn: &mut Conn,
        change: &Change,
        answered: Option<UserId>,
    ) -> Result<Naming> {
        let mut naming = self.names_in(conn, change)?;
        let Called { everyone, people } = &mut naming.called;
        let answered = answered.filter(|user| *user != self.author && !people.contains(user));
        if let Some(user) = answered
            && *everyone != Some(Everyone::Room)
            && self.may_be_read_by(conn, user)?
        {
            people.push(user);
            people.sort_unstable();
        }
        Ok(naming)
    }

    fn names_in(&self, conn: &mut Conn, change: &Change) -> Result<Naming> {
        let text = change.text();
        if !text.contains('@') {
            return Ok(Naming::default());
        }
        let places = change.draft().places(text);
        let (skeletons, everyone) = mentions::asked_for(text, &places);
        if skeletons.is_empty() && !everyone {
            return Ok(Naming::default());
        }
        let people = self.people(conn, skeletons.into_iter().collect())?;
        let may_call = everyone && self.may_call_all(conn)?;
        let mentions = mentions::mentions(text, &places, |word, skeleton| {
            match Everyone::parse(word) {
                Some(Everyone::Room) if !may_call => None,
                Some(everyone) => Some(Whom::Everyone(everyone)),
                None => {
                    let named = people.get(skeleton)?;
                    Some(Whom::Person(named.username.clone()))
                }
            }
        });
        let called = self.called(&mentions, people.values());
        Ok(Naming { mentions, called })
    }

    fn called<'a>(&self, mentions: &[Mention], people: impl Iterator<Item = &'a Named>) -> Called {
        let is_for = |everyone| {
            let mut whom = mentions.iter().map(|mention| &mention.whom);
            whom.any(|whom| *whom == Whom::Everyone(everyone))
        };
        if is_for(Everyone::Room) {
            return Called {
                everyone: Some(Everyone::Room),
                people: Vec::new(),
            };
        }
        let is_named = |named: &&Named| {
            let mut whom = mentions.iter().map(|mention| &mention.whom);
            whom.any(|whom| matches!(whom, Whom::Person(name) if *name == named.username))
        };
        let mut people: Vec<UserId> = people
            .filter(is_named)
            .map(|named| named.id)
            .filter(|id| *id != self.author)
            .collect();
        people.sort_unstable();
        Called {
            everyone: is_for(Everyone::Here).then_some(Everyone::Here),
            people,
        }
    }

    /// Those of some usernames who may read the room, by skeleton.
    fn people(&self, conn: &mut Conn, skeletons: Vec<String>) -> Result<HashMap<String, Named>> {
        type Columns = (
            UserId,
            String,
            String,
            String,
            Option<String>,
            Option<String>,
        );
        if skeletons.is_empty() {
            return Ok(HashMap::new());
        }
        let found: Vec<Columns> = users::table
            .left_join(
                memberships::table.on(memberships::user_id
                    .eq(users::id)
                    .and(memberships::room_id.eq(self.room))),
            )
            .filter(users::skeleton.eq_any(skeletons))
            .filter(users::deactivated_at.is_null())
            .select((
                users::id,
                users::username,
                users::skeleton,
                users::role,
                memberships::state.nullable(),
                memberships::role.nullable(),
            ))
            .load(conn)?;
        let mut people = HashMap::new();
        for (id, username, skeleton, role, state, place) in found {
            let place = match (state, place) {
                (Some(state), Some(role)) => Place::parse(&state, &role),
                _ => Place::Stranger,
            };
            let person = Person {
                role: Role::parse(&role).unwrap_or(Role::Guest),
                active: true,
            };
            let seen = self.state.seen_from(place);
            if rights::may(person, Action::Read(seen)).is_ok() {
                people.insert(skeleton, Named { id, username });
            }
        }
        Ok(people)
    }

    /// Whether somebody may read the room still.
    fn may_be_read_by(&self, conn: &mut Conn, user: UserId) -> Result<bool> {
        let skeleton: String = users::table
            .find(user)
            .select(users::skeleton)
            .first(conn)?;
        let people = self.people(conn, vec![skeleton])?;
        Ok(people.values().any(|named| named.id == user))
    }

    fn may_call_all(&self, conn: &mut Conn) -> Result<bool> {
        let members: i64 = memberships::table
            .filter(memberships::room_id.eq(self.room))
            .filter(memberships::state.eq("joined"))
            .count()
            .get_result(conn)?;
        let action = Action::CallAll {
            room: self.state.seen_from(self.place),
            many: members > CALLED_BY_ANYONE_MAX,
            new: newcomers::is_new(conn, self.author)?,
        };
        Ok(rights::may(self.person, action).is_ok())
    }
}
