//! What somebody's settings show: their password's form, and the browsers that are signed in.

use serde::Serialize;

use super::agent;
use super::forms::Refusal;
use super::lobby::RoomLink;
use super::page::Template;
use super::person::Person;
use crate::store::Time;
use crate::store::sign_ins::Listed;
use crate::store::users::profiles::Own;

/// Somebody's settings.
#[derive(Serialize)]
pub struct Settings {
    /// The rooms I joined.
    pub rooms: Vec<RoomLink>,
    /// What I show of myself.
    pub own: Own,
    /// The browsers that are signed in, this one first.
    pub sign_ins: Vec<SignInLine>,
    /// Whom I do not want to hear.
    pub muted: Vec<Person>,
    /// What was done just now: a key's end, or empty.
    pub done: &'static str,
    /// Why a form came back.
    pub refusal: Option<Refusal>,
}

/// A browser that is signed in.
#[derive(Serialize)]
pub struct SignInLine {
    /// The number of the sign-in.
    pub id: i64,
    /// What the browser is called; may be empty.
    pub browser: String,
    /// The system it runs on; may be empty.
    pub system: &'static str,
    /// The address it signed in from; may be empty.
    pub address: String,
    /// When it was last used, to the hour.
    pub used_at: Time,
    /// The day of that in UTC, for whoever has no script.
    pub used_on: String,
    /// Whether it is the one that asks.
    pub this: bool,
}

impl SignInLine {
    /// A sign-in as the one with that number sees it.
    pub fn new(listed: Listed, this: i64) -> SignInLine {
        let (browser, system) = agent::words(&listed.origin.agent);
        SignInLine {
            id: listed.id,
            browser,
            system,
            address: listed.origin.address,
            used_at: listed.used_at,
            used_on: listed.used_at.day(),
            this: listed.id == this,
        }
    }
}

impl Template for Settings {
    const NAME: &'static str = "settings.html";
    const KIND: &'static str = "settings";
}
