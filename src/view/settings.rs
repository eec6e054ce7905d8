//! What somebody's settings show: what others see of them, what gets their attention, and the browsers that are signed in.

use serde::Serialize;

use super::agent;
use super::attachments::size_words;
use super::forms::Refusal;
use super::lobby::RoomLink;
use super::page::Template;
use super::person::Person;
use super::reports::MineLine;
use super::texts;
use crate::keywords::Keyword;
use crate::store::Time;
use crate::store::attention::Attention;
use crate::store::sign_ins::Listed;
use crate::store::uploads::Kept;
use crate::store::users::profiles::Own;

/// For how long somebody can be left undisturbed, in minutes.
pub const UNDISTURBED_MINUTES: [u64; 3] = [30, 60, 240];

/// Somebody's settings.
#[derive(Serialize)]
pub struct Settings {
    /// The rooms I joined.
    pub rooms: Vec<RoomLink>,
    /// What I show of myself.
    pub own: Own,
    /// What gets my attention, and when nothing does.
    pub attending: Attending,
    /// Bytes that a picture may have.
    pub picture_bytes_max: usize,
    /// The browsers that are signed in, this one first.
    pub sign_ins: Vec<SignInLine>,
    /// The files I sent.
    pub files: OwnFiles,
    /// What I reported, and what came of it.
    pub reports: Vec<MineLine>,
    /// Whom I do not want to hear.
    pub muted: Vec<Person>,
    /// What was done just now: a key's end, or empty.
    pub done: &'static str,
    /// Why a form came back.
    pub refusal: Option<Refusal>,
}

/// The files that somebody sent.
#[derive(Serialize)]
pub struct OwnFiles {
    /// How much they take, and of how much where there is a limit.
    pub words: String,
    /// The newest of them.
    pub newest: Vec<OwnFile>,
}

/// A file that somebody sent.
#[derive(Serialize)]
pub struct OwnFile {
    /// What it is called.
    pub name: String,
    /// How large it is, in words.
    pub size_words: String,
    /// Where its message is.
    pub href: String,
}

impl OwnFiles {
    /// So many bytes in all, and how many there may be.
    pub fn new(used: u64, most: Option<u64>, newest: Vec<Kept>) -> OwnFiles {
        let mut arguments = texts::Arguments::new();
        arguments.set("used", size_words(used));
        let key = match most {
            Some(most) => {
                arguments.set("most", size_words(most));
                "settings-files-used-of"
            }
            None => "settings-files-used",
        };
        OwnFiles {
            words: texts::t(key, &arguments),
            newest: newest.into_iter().map(OwnFile::from).collect(),
        }
    }
}

impl From<Kept> for OwnFile {
    fn from(kept: Kept) -> OwnFile {
        OwnFile {
            size_words: size_words(u64::try_from(kept.attachment.size).unwrap_or(0)),
            name: kept.attachment.name,
            href: format!("/chat/{}/?at={}", kept.slug, kept.seq),
        }
    }
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

/// What gets somebody's attention, and when nothing does.
#[derive(Serialize)]
pub struct Attending {
    /// Their words, one a line.
    pub keywords: String,
    /// For how many minutes they can be left undisturbed.
    pub minutes: [u64; 3],
    /// Until when they are, where they are, as the clock in their zone shows it; else empty.
    pub undisturbed_until: String,
    /// Whether they have quiet hours.
    pub quiet: bool,
    /// When these begin, or might.
    pub quiet_from: String,
    /// When they are over, or might be.
    pub quiet_to: String,
    /// Where the clock hangs; may be empty.
    pub time_zone: String,
}

impl From<Attention> for Attending {
    fn from(attention: Attention) -> Attending {
        let written: Vec<&str> = attention.keywords.iter().map(Keyword::as_str).collect();
        let until = attention.undisturbed_until().map(|until| {
            let there = attention.zone.as_ref();
            there
                .and_then(|zone| {
                    Some(format!(
                        "{} ({})",
                        zone.words(until.seconds())?,
                        zone.name()
                    ))
                })
                .unwrap_or_else(|| format!("{} {} (UTC)", until.day(), until.clock()))
        });
        let hours = attention.quiet_hours.as_ref();
        Attending {
            keywords: written.join("\n"),
            minutes: UNDISTURBED_MINUTES,
            undisturbed_until: until.unwrap_or_default(),
            quiet: hours.is_some(),
            quiet_from: hours.map_or("22:00".to_owned(), |hours| hours.from().to_string()),
            quiet_to: hours.map_or("07:00".to_owned(), |hours| hours.to().to_string()),
            time_zone: attention
                .zone
                .map_or_else(String::new, |zone| zone.name().to_owned()),
        }
    }
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
