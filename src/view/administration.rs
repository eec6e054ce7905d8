//! What administrators see of the site.

use serde::Serialize;

use super::forms::Refusal;
use super::lobby::RoomLink;
use super::notices::{self, isolated};
use super::page::Template;
use super::person::Person;
use super::site;
use super::texts::{self, Arguments};
use crate::store::Time;
use crate::store::administration::Account;
use crate::store::audit::Entry;

/// For how many hours somebody can be suspended.
pub const SUSPENSION_HOURS: [u32; 3] = [1, 24, 168];

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
    /// For how many hours somebody can be suspended.
    pub suspension_hours: [u32; 3],
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
    /// Until when they may not sign in, where that is so.
    pub suspended_until: Option<Time>,
    /// The same in UTC, for whoever has no script.
    pub suspended_words: String,
}

/// A moment in UTC, for whoever has no script.
pub(super) fn words_of(moment: Time) -> String {
    format!("{} {}", moment.day(), moment.clock())
}

impl From<Account> for AccountLine {
    fn from(account: Account) -> AccountLine {
        AccountLine {
            person: account.profile.into(),
            active: account.active,
            waiting: account.waiting,
            awaited: account.awaited,
            suspended_until: account.suspended_until,
            suspended_words: account.suspended_until.map(words_of).unwrap_or_default(),
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
        if entry.action == "messages_deleted" {
            let count: i64 = entry.detail.parse().unwrap_or_default();
            arguments.set("count", count);
        }
        if entry.action == "suspended" {
            let hours: i64 = entry.detail.parse().unwrap_or_default();
            arguments.set("span", notices::wait(hours * 3_600));
        }
        let key = match entry.action.as_str() {
            "role" => "audit-role",
            "deactivated" => "audit-deactivated",
            "reactivated" => "audit-reactivated",
            "suspended" => "audit-suspended",
            "resumed" => "audit-resumed",
            "reported_deleted" => "audit-reported-deleted",
            "report_dismissed" => "audit-report-dismissed",
            "signed_out" => "audit-signed-out",
            "picture_removed" => "audit-picture-removed",
            "reset_link" => "audit-reset-link",
            "room_deleted" => "audit-room-deleted",
            "messages_deleted" => "audit-messages-deleted",
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
