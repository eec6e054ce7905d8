//! What administrators see of the site.

use serde::Serialize;

use super::forms::Refusal;
use super::lobby::RoomLink;
use super::notices::isolated;
use super::page::Template;
use super::person::Person;
use super::site;
use super::texts::{self, Arguments};
use crate::store::Time;
use crate::store::administration::Account;
use crate::store::audit::Entry;

/// A page of the accounts.
#[derive(Serialize)]
pub struct People {
    /// The rooms I joined.
    pub rooms: Vec<RoomLink>,
    /// What was looked for.
    pub wanted: String,
    /// The same as a value in a query.
    pub query: String,
    /// Whether only those are shown who wait to be let in.
    pub only_waiting: bool,
    /// How many those are.
    pub waiting: i64,
    /// The accounts on this page.
    pub accounts: Vec<AccountLine>,
    /// How many there are on all pages.
    pub all: usize,
    /// This page's number, from 1.
    pub number: usize,
    /// The last page's number.
    pub last: usize,
    /// A link that was made just now.
    pub reset: Option<ResetLink>,
    /// Why the last form came back.
    pub refusal: Option<Refusal>,
}

/// A link with which somebody chooses another password.
#[derive(Serialize)]
pub struct ResetLink {
    /// For whom.
    pub username: String,
    /// The link.
    pub url: String,
    /// For how many days it is good.
    pub days: u32,
}

/// An account.
#[derive(Serialize)]
pub struct AccountLine {
    /// Whose it is.
    #[serde(flatten)]
    pub person: Person,
    /// Whether it is in use.
    pub active: bool,
    /// Whether somebody has to let them in first.
    pub waiting: bool,
    /// Whether somebody was added who has not come yet.
    pub awaited: bool,
}

impl From<Account> for AccountLine {
    fn from(account: Account) -> AccountLine {
        AccountLine {
            person: account.profile.into(),
            active: account.active,
            waiting: account.waiting,
            awaited: account.awaited,
        }
    }
}

/// A page of what was done.
#[derive(Serialize)]
pub struct Log {
    /// The rooms I joined.
    pub rooms: Vec<RoomLink>,
    /// What was looked for.
    pub wanted: String,
    /// The same as a value in a query.
    pub query: String,
    /// What was done, the newest first.
    pub entries: Vec<LogLine>,
    /// This page's number, from 1.
    pub number: i64,
    /// The last page's number.
    pub last: i64,
}

/// Something that was done.
#[derive(Serialize)]
pub struct LogLine {
    /// When.
    pub at: Time,
    /// The day of that in UTC, for whoever has no script.
    pub on: String,
    /// What, in words.
    pub words: String,
}

impl From<Entry> for LogLine {
    fn from(entry: Entry) -> LogLine {
        let mut arguments = Arguments::new();
        arguments.set("who", isolated(&entry.actor));
        arguments.set("whom", isolated(&entry.subject));
        arguments.set("detail", isolated(&entry.detail));
        if entry.action == "role" {
            arguments.set("role", texts::plain(&format!("role-{}", entry.detail)));
        }
        let key = match entry.action.as_str() {
            "role" => "audit-role",
            "deactivated" => "audit-deactivated",
            "reactivated" => "audit-reactivated",
            "signed_out" => "audit-signed-out",
            "picture_removed" => "audit-picture-removed",
            "reset_link" => "audit-reset-link",
            "room_deleted" => "audit-room-deleted",
            "account_made" => "audit-account-made",
            "invitation" => "audit-invitation",
            "invitation_ended" => "audit-invitation-ended",
            "invitation_made" => match entry.detail.as_str() {
                "open" => "audit-invitation-made-open",
                "closed" => "audit-invitation-made-closed",
                _ => "audit-invitation-made",
            },
            "invitation_revoked" => "audit-invitation-revoked",
            "members_invite" if entry.detail == "on" => "audit-members-invite-on",
            "members_invite" => "audit-members-invite-off",
            "logo" => "audit-logo",
            "logo_removed" => "audit-logo-removed",
            "let_in" => "audit-let-in",
            "refused" => "audit-refused",
            "newcomers_room" => "audit-newcomers-room",
            "newcomers_room_ended" => "audit-newcomers-room-ended",
            "everybody_added" => "audit-everybody-added",
            "owner_installed" => "audit-owner-installed",
            _ => "audit-other",
        };
        LogLine {
            at: entry.at,
            on: entry.at.day(),
            words: if entry.action == "setting" {
                site::changed(&entry)
            } else {
                texts::t(key, &arguments)
            },
        }
    }
}

impl Template for People {
    const NAME: &'static str = "admin-people.html";
    const KIND: &'static str = "lobby";
}

impl Template for Log {
    const NAME: &'static str = "admin-log.html";
    const KIND: &'static str = "lobby";
}
