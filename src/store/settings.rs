//! What administrators choose for the whole site, and how a node knows it: read at the start, at once where it is changed here,
//! and else with the comparison that every node makes every few seconds. So no page waits for it.

pub mod logo;

use std::sync::{Arc, PoisonError, RwLock};

use diesel::prelude::*;
use serde_json::json;

use super::connection::{Conn, MultiBackend};
use super::schema::site_settings;
use super::users::Viewer;
use super::{Store, UserId, administration, audit};
use crate::config::SignUp;
use crate::error::Result;
use crate::rights::Circle;

/// Characters of a text that are kept with what was done: it says that a text was changed, and is no copy of it.
const NOTED_CHARACTERS_MAX: usize = 100;

/// What is chosen for the whole site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Rises with every change.
    pub revision: i64,
    /// What the site is called; empty where it has no name of its own.
    pub name: String,
    /// The word of its colour for links and buttons.
    pub accent: String,
    /// Whom to turn to: plain text, may be empty.
    pub contact: String,
    /// What is asked of everyone: plain text, may be empty.
    pub house_rules: String,
    /// Who may make an account, where the server's own settings do not say.
    pub signup: SignUp,
    /// Whether whoever makes an account themself waits until somebody lets them in.
    pub approves: bool,
    /// Who makes rooms.
    pub makes_rooms: Circle,
    /// Who starts direct conversations.
    pub starts_directs: Circle,
    /// Whether members read what a message said before it was edited, and not only its author and owners.
    pub members_see_versions: bool,
    /// Whether messages are answered by nothing else than emoji.
    pub emoji_only: bool,
    /// The picture at the door: a word that is another one for another picture.
    pub logo: Option<String>,
}

/// What is to be changed; what is left out stays.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "named as the settings are")]
pub struct Wishes {
    pub name: Option<String>,
    pub accent: Option<String>,
    pub contact: Option<String>,
    pub house_rules: Option<String>,
    pub signup: Option<SignUp>,
    pub approves: Option<bool>,
    pub makes_rooms: Option<Circle>,
    pub starts_directs: Option<Circle>,
    pub members_see_versions: Option<bool>,
    pub emoji_only: Option<bool>,
}

/// What a node knows of the settings. Clones know the same.
#[derive(Debug, Clone)]
pub struct Known(Arc<RwLock<Arc<Settings>>>);

impl Known {
    pub(super) fn new(settings: Settings) -> Known {
        Known(Arc::new(RwLock::new(Arc::new(settings))))
    }

    /// The settings as they are here now, a few seconds behind another node's change at most.
    pub fn now(&self) -> Arc<Settings> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Takes what was read, unless something newer is known.
    pub fn learn(&self, settings: Settings) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if settings.revision > known.revision {
            *known = Arc::new(settings);
        }
    }
}

impl Store {
    /// The site's settings as this node knows them.
    pub fn settings(&self) -> Arc<Settings> {
        self.settings.now()
    }

    /// Changes them for whoever looks after the site; here that counts at once.
    ///
    /// Errors: `Forbidden`, and those of the store.
    pub async fn change_settings(&self, actor: &Viewer, wishes: Wishes) -> Result<()> {
        let actor = actor.clone();
        let changed = self
            .write(move |conn| change(conn, &actor, &wishes))
            .await?;
        self.settings.learn(changed);
        Ok(())
    }
}

/// The settings as they are stored.
pub fn load(conn: &mut Conn) -> Result<Settings> {
    let row: Row = site_settings::table.select(Row::as_select()).first(conn)?;
    Ok(row.into())
}

/// The same where they are others than those of a revision.
pub fn other_than(conn: &mut Conn, revision: i64) -> Result<Option<Settings>> {
    let row: Option<Row> = site_settings::table
        .filter(site_settings::revision.ne(revision))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Settings::from))
}

fn change(conn: &mut Conn, actor: &Viewer, wishes: &Wishes) -> Result<Settings> {
    administration::permit(conn, actor)?;
    let before = locked(conn)?;
    let mut after = before.clone();
    let Wishes {
        name,
        accent,
        contact,
        house_rules,
        signup,
        approves,
        makes_rooms,
        starts_directs,
        members_see_versions,
        emoji_only,
    } = wishes.clone();
    after.name = name.unwrap_or(after.name);
    after.accent = accent.unwrap_or(after.accent);
    after.contact = contact.unwrap_or(after.contact);
    after.house_rules = house_rules.unwrap_or(after.house_rules);
    after.signup = signup.unwrap_or(after.signup);
    after.approves = approves.unwrap_or(after.approves);
    after.makes_rooms = makes_rooms.unwrap_or(after.makes_rooms);
    after.starts_directs = starts_directs.unwrap_or(after.starts_directs);
    after.members_see_versions = members_see_versions.unwrap_or(after.members_see_versions);
    after.emoji_only = emoji_only.unwrap_or(after.emoji_only);
    if after == before {
        return Ok(before);
    }
    after.revision += 1;
    diesel::update(site_settings::table)
        .set((
            site_settings::revision.eq(after.revision),
            site_settings::name.eq(&after.name),
            site_settings::accent.eq(&after.accent),
            site_settings::contact.eq(&after.contact),
            site_settings::house_rules.eq(&after.house_rules),
            site_settings::signup.eq(after.signup.word()),
            site_settings::approves.eq(after.approves),
            site_settings::makes_rooms.eq(after.makes_rooms.word()),
            site_settings::starts_directs.eq(after.starts_directs.word()),
            site_settings::members_see_versions.eq(after.members_see_versions),
            site_settings::emoji_only.eq(after.emoji_only),
        ))
        .execute(conn)?;
    note(conn, actor.id, &before, &after)?;
    Ok(after)
}

/// Others who would change them wait until this transaction is over.
fn locked(conn: &mut Conn) -> Result<Settings> {
    if let Conn::Postgres(postgres) = &mut *conn {
        let _: i64 = site_settings::table
            .select(site_settings::id)
            .for_update()
            .first(postgres)?;
    }
    load(conn)
}

/// Writes down each change, from what to what.
fn note(conn: &mut Conn, actor: UserId, before: &Settings, after: &Settings) -> Result<()> {
    let (old, new) = (before.words(), after.words());
    for ((what, from), (_, to)) in old.into_iter().zip(new) {
        if from == to {
            continue;
        }
        let detail = json!({ "from": shortened(from), "to": shortened(to) });
        audit::note(conn, actor, "setting", what, &detail.to_string())?;
    }
    Ok(())
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(NOTED_CHARACTERS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

impl Settings {
    /// Who starts a direct room of so many people. A place for one's own notes is no conversation.
    pub fn starts_directs_with(&self, people: usize) -> Circle {
        if people < 2 {
            Circle::Members
        } else {
            self.starts_directs
        }
    }

    /// Each by the name it has in what was done, and as a word.
    fn words(&self) -> [(&'static str, &str); 10] {
        let switch = |on| if on { "on" } else { "off" };
        [
            ("name", &self.name),
            ("accent", &self.accent),
            ("contact", &self.contact),
            ("house-rules", &self.house_rules),
            ("signup", self.signup.word()),
            ("approval", switch(self.approves)),
            ("rooms", self.makes_rooms.word()),
            ("directs", self.starts_directs.word()),
            ("versions", switch(self.members_see_versions)),
            ("reactions", switch(self.emoji_only)),
        ]
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = site_settings, check_for_backend(MultiBackend))]
struct Row {
    revision: i64,
    name: String,
    accent: String,
    contact: String,
    house_rules: String,
    signup: String,
    approves: bool,
    makes_rooms: String,
    starts_directs: String,
    members_see_versions: bool,
    emoji_only: bool,
    logo: Option<String>,
}

impl From<Row> for Settings {
    fn from(row: Row) -> Settings {
        Settings {
            revision: row.revision,
            name: row.name,
            accent: row.accent,
            contact: row.contact,
            house_rules: row.house_rules,
            signup: SignUp::parse(&row.signup),
            approves: row.approves,
            makes_rooms: Circle::parse(&row.makes_rooms),
            starts_directs: Circle::parse(&row.starts_directs),
            members_see_versions: row.members_see_versions,
            emoji_only: row.emoji_only,
            logo: row.logo,
        }
    }
}
