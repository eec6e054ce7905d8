//! People whom an administrator adds: accounts without a password, each with a link with which somebody chooses one.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use diesel::prelude::*;

use super::commits::{Deed, within};
use super::connection::Conn;
use super::schema::users;
use super::users::{self as accounts, NewAccount, Viewer};
use super::{
    RoomId, UserId, administration, audit, memberships, newcomers, password_resets, rooms,
};
use crate::error::{Error, Result};
use crate::names::roster::{self, Entry};
use crate::names::{self, DisplayName, Username};
use crate::rights::{self, Action, Place};

/// Accounts that are made in one transaction at most, and the rows, roughly: whoever else writes waits for no more than these.
const PIECE_MAX: usize = 25;
const ROWS_MAX: usize = 100;
/// Rows that are written for everyone, beside one for each of their rooms.
const ROWS_EACH: usize = 4;

/// Somebody on a list, and whether they can be added.
#[derive(Debug, Clone)]
pub struct Checked {
    /// What they are called, as it was typed.
    pub name: String,
    /// The name they sign in with, as it was typed or as it would be.
    pub username: String,
    /// Whom to add; or the rule that is broken, a key `refusal-…` of the texts.
    pub newcomer: Result<Newcomer, &'static str>,
}

/// Somebody who can be added.
#[derive(Debug, Clone)]
pub struct Newcomer {
    username: Username,
    name: DisplayName,
}

/// Somebody who was added.
#[derive(Debug, Clone)]
pub struct Added {
    /// The name they sign in with.
    pub username: String,
    /// What they are called.
    pub name: String,
    /// The token of the link with which they choose a password: it is shown now, and never again.
    pub token: String,
}

/// What a list of people is added as.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Guests rather than members.
    pub guests: bool,
    /// Rooms that they belong to, beside those that everybody joins.
    pub rooms: Vec<RoomId>,
}

/// Holds a list against itself and against everyone who has an account.
pub fn check(conn: &mut Conn, entries: &[Entry]) -> Result<Vec<Checked>> {
    let mut known = Known::load(conn)?;
    // Whoever was given a username keeps it, however late they stand on the list.
    let given: HashSet<String> = entries
        .iter()
        .filter_map(|entry| entry.username.as_deref())
        .map(names::skeleton)
        .collect();
    Ok(entries
        .iter()
        .map(|entry| known.take(entry, &given))
        .collect())
}

/// How many are added in one transaction: the fewer, the more rooms they come into.
pub fn piece(conn: &mut Conn, wanted: &Wanted) -> Result<usize> {
    let rooms = wanted.rooms.len() + newcomers::joined_rooms(conn)?.len();
    Ok((ROWS_MAX / (ROWS_EACH + rooms)).clamp(1, PIECE_MAX))
}

/// Adds people, if whoever wants it may.
///
/// Errors: what the rights refuse; `Conflict` where one of them cannot be added any more. Then nobody was.
pub fn add(
    conn: &mut Conn,
    actor: &Viewer,
    people: &[Newcomer],
    wanted: &Wanted,
) -> Result<Vec<Added>> {
    let mut rooms = wanted.rooms.clone();
    rooms.sort_unstable();
    rooms.dedup();
    // Rooms first, then people, then the rest: the order in which every transaction locks.
    newcomers::lock_rooms(conn, &rooms)?;
    let entries: Vec<Entry> = people.iter().map(Newcomer::entry).collect();
    // Long before anybody else has to wait for the administrators.
    let checked = check(conn, &entries)?;
    administration::permit(conn, actor)?;
    for room in &rooms {
        let place = memberships::place(conn, *room, actor.id)?;
        let seen = rooms::state(conn, *room)?.seen_from(place);
        rights::may(actor.as_person(), Action::Add(seen, Place::Stranger))?;
    }
    if checked.iter().any(|checked| checked.newcomer.is_err()) {
        return Err(Error::Conflict);
    }
    let role = if wanted.guests { "guest" } else { "member" };
    let mut added = Vec::with_capacity(people.len());
    let mut ids = Vec::with_capacity(people.len());
    for person in people {
        let account = NewAccount {
            username: person.username.clone(),
            name: person.name.clone(),
            role,
            password_hash: None,
        };
        let viewer = accounts::insert(conn, &account)?;
        newcomers::join_rooms(conn, viewer.id)?;
        audit::note(conn, actor.id, "account_made", &viewer.username, role)?;
        added.push(Added {
            username: viewer.username.to_string(),
            name: viewer.name.to_string(),
            token: password_resets::make_for_newcomer(conn, viewer.id)?,
        });
        ids.push(viewer.id);
    }
    for room in rooms {
        bring_in(conn, actor, room, &ids, wanted.guests)?;
    }
    Ok(added)
}

/// Members come into an open room as if they had joined; into a closed one, and as guests, they are added with a notice.
fn bring_in(
    conn: &mut Conn,
    actor: &Viewer,
    room: RoomId,
    people: &[UserId],
    as_guests: bool,
) -> Result<()> {
    if rooms::state(conn, room)?.kind == "open" && !as_guests {
        for user in people {
            memberships::join_open(conn, room, *user)?;
        }
        return Ok(());
    }
    let username: Arc<str> = actor.username.clone();
    let deeds = people.iter().map(|user| Deed::Add(*user));
    within::carry_out(conn, room, (actor.id, &username), deeds)
}

impl Newcomer {
    fn entry(&self) -> Entry {
        Entry {
            name: self.name.as_str().to_owned(),
            username: Some(self.username.as_str().to_owned()),
        }
    }
}

/// The names that are known, without which every line would be held against everyone anew.
struct Known {
    /// Of all usernames, also of accounts out of use: they are never given again.
    usernames: HashSet<String>,
    /// Of those in use, and of those who wait to be let in.
    in_use: HashSet<String>,
    /// How names are spelled that look the same.
    names: HashMap<String, HashSet<String>>,
}

impl Known {
    fn load(conn: &mut Conn) -> Result<Known> {
        // Whoever waits to be let in keeps their name until it is decided.
        let is_in_use = users::deactivated_at
            .is_null()
            .or(users::waiting_since.is_not_null());
        let rows: Vec<(String, String, bool)> = users::table
            .select((users::skeleton, users::name, is_in_use))
            .load(conn)?;
        let mut known = Known {
            usernames: HashSet::with_capacity(rows.len()),
            in_use: HashSet::with_capacity(rows.len()),
            names: HashMap::with_capacity(rows.len()),
        };
        for (skeleton, name, is_in_use) in rows {
            if is_in_use {
                known.in_use.insert(skeleton.clone());
                known.call(&name);
            }
            known.usernames.insert(skeleton);
        }
        Ok(known)
    }

    fn call(&mut self, name: &str) {
        let alike = self.names.entry(names::skeleton(name)).or_default();
        alike.insert(names::letters(name));
    }

    /// Checks a line, and keeps what it takes from those that follow.
    fn take(&mut self, entry: &Entry, given: &HashSet<String>) -> Checked {
        let newcomer = self.newcomer(entry, given);
        let username = match &newcomer {
            Ok(newcomer) => newcomer.username.to_string(),
            Err(_) => entry.username.clone().unwrap_or_default(),
        };
        if let Ok(newcomer) = &newcomer {
            let skeleton = newcomer.username.skeleton();
            self.in_use.insert(skeleton.clone());
            self.usernames.insert(skeleton);
            self.call(newcomer.name.as_str());
        }
        Checked {
            name: entry.name.clone(),
            username,
            newcomer,
        }
    }

    /// The rules are those of [`super::users::create`].
    fn newcomer(&self, entry: &Entry, given: &HashSet<String>) -> Result<Newcomer, &'static str> {
        let name = DisplayName::parse(&entry.name, "name").map_err(rule)?;
        let is_free = |username: &Username| !self.usernames.contains(&username.skeleton());
        let username = match &entry.username {
            Some(username) => {
                let username = Username::parse(username).map_err(rule)?;
                is_free(&username)
                    .then_some(username)
                    .ok_or("refusal-username-taken")?
            }
            None => roster::usernames(&entry.name)
                .find(|username| is_free(username) && !given.contains(&username.skeleton()))
                .ok_or("refusal-username-taken")?,
        };
        let skeleton = names::skeleton(name.as_str());
        let letters = names::letters(name.as_str());
        let looks_alike = self
            .names
            .get(&skeleton)
            .is_some_and(|spelled| spelled.iter().any(|other| *other != letters));
        if looks_alike || self.in_use.contains(&skeleton) {
            return Err("refusal-name-look-alike");
        }
        Ok(Newcomer { username, name })
    }
}

fn rule(refusal: Error) -> &'static str {
    match refusal {
        Error::Field { code, .. } => code,
        _ => "refusal-name-characters",
    }
}
