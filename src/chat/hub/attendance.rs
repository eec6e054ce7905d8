//! How somebody is there by way of one node, and who is there by way of any.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use actix::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Hub, Person, SessionHere, WhoIsThere};
use crate::store::users::Profile;
use crate::store::{RoomId, UserId};

/// Whoever used no device for so long is away.
const ACTIVE_FOR: Duration = Duration::from_secs(5 * 60);

/// How somebody is there, by way of one node.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attendance {
    /// Whether none of their devices there was used of late.
    pub away: bool,
    /// The rooms they have open, ascending.
    pub rooms: Vec<RoomId>,
    /// Those among them that a window with the focus shows, ascending.
    #[serde(default)]
    pub watched: Vec<RoomId>,
}

/// Those who are connected and let it be known, with whether they are away.
#[derive(Debug, Clone, Default)]
pub struct Presences(HashMap<UserId, bool>);

impl Person {
    /// How they are there by way of this node; `None` where nobody is to know.
    pub(super) fn attendance(&self, now: Instant) -> Option<Attendance> {
        if self.is_invisible || self.sessions.is_empty() {
            return None;
        }
        let is_used = |session: &SessionHere| {
            let active = session.active_at;
            active.is_some_and(|active| now.saturating_duration_since(active) < ACTIVE_FOR)
        };
        let rooms: BTreeSet<RoomId> = self.sessions.values().filter_map(|it| it.room).collect();
        let in_focus = self.sessions.values().filter(|it| it.is_watched);
        let watched: BTreeSet<RoomId> = in_focus.filter_map(|it| it.room).collect();
        Some(Attendance {
            away: !self.sessions.values().any(is_used),
            rooms: rooms.into_iter().collect(),
            watched: watched.into_iter().collect(),
        })
    }
}

impl Presences {
    /// Whether somebody is connected and lets it be known.
    pub fn is_online(&self, user: UserId) -> bool {
        self.0.contains_key(&user)
    }

    /// Some of those who are, at most so many.
    pub fn some(&self, most: usize) -> Vec<UserId> {
        self.0.keys().copied().take(most).collect()
    }

    /// Writes into a profile how its person is there.
    pub fn complete(&self, profile: &mut Profile) {
        let away = self.0.get(&profile.id);
        profile.online = away.is_some();
        profile.away = away == Some(&true);
    }

    fn add(&mut self, user: UserId, away: bool) {
        let known = self.0.entry(user).or_insert(away);
        *known = *known && away;
    }
}

impl Handler<WhoIsThere> for Hub {
    type Result = MessageResult<WhoIsThere>;

    fn handle(&mut self, _: WhoIsThere, _: &mut Self::Context) -> Self::Result {
        let mut there = Presences::default();
        let now = Instant::now();
        for (user, person) in &self.people {
            if let Some(attendance) = person.attendance(now) {
                there.add(*user, attendance.away);
            }
        }
        for (user, attendance) in self.afar.people() {
            there.add(user, attendance.away);
        }
        MessageResult(there)
    }
}
