//! Who is told of a message, and why, or why not: one function without a database, asked when it is said and by whoever wonders
//! afterwards.

#[cfg(test)]
mod tests;

/// What somebody wants to be told of in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Everything that is said.
    All,
    /// What names them.
    Mentions,
    /// Nothing.
    Nothing,
}

impl Level {
    /// A level by its word; `None` for a word that is none.
    pub fn parse(word: &str) -> Option<Level> {
        match word {
            "all" => Some(Level::All),
            "mentions" => Some(Level::Mentions),
            "nothing" => Some(Level::Nothing),
            _ => None,
        }
    }

    /// Where somebody said nothing of it: everything among few who chose each other, and elsewhere what names them.
    pub fn suggested(is_direct: bool) -> Level {
        if is_direct {
            Level::All
        } else {
            Level::Mentions
        }
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Level::All => "all",
            Level::Mentions => "mentions",
            Level::Nothing => "nothing",
        }
    }
}

/// How a message calls somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// By their name.
    Name,
    /// It answers what they said.
    Reply,
    /// With everyone in the room.
    Room,
    /// With everyone who is here.
    Here,
}

/// A message, as one person meets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// Whether it tells what happened to the room.
    pub is_notice: bool,
    /// Whether it was taken back.
    pub is_deleted: bool,
    /// Whether they said it.
    pub is_own: bool,
    /// Whether somebody said it whom they do not want to hear.
    pub is_of_muted: bool,
    /// How it calls them.
    pub call: Option<Call>,
    /// Whether one of their words is in it.
    pub has_keyword: bool,
}

/// Why nothing disturbs somebody just now, in any room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quiet {
    /// They want it so until a time.
    DoNotDisturb,
    /// They want it so at this time of day.
    Hours,
}

/// That person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listener {
    /// Whether they belong to the room.
    pub belongs: bool,
    /// What they want to be told of there.
    pub level: Level,
    /// Whether the room is mute for them just now.
    pub is_muted: bool,
    /// Whether they are online.
    pub is_online: bool,
    /// Why nothing disturbs them, where it is so.
    pub quiet: Option<Quiet>,
    /// Whether a window of theirs that has the focus shows the room.
    pub is_watching: bool,
}

/// Why somebody is told of a message, or is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Told: it names them.
    Name,
    /// Told: it answers what they said.
    Reply,
    /// Told: it calls everyone in the room.
    Room,
    /// Told: it calls everyone who is here.
    Here,
    /// Told: one of their words is in it.
    Keyword,
    /// Told: they want to be told of everything.
    Everything,
    /// It is nothing that somebody said.
    Notice,
    /// It was taken back.
    Deleted,
    /// They said it themselves.
    Own,
    /// They do not belong to the room.
    Stranger,
    /// They do not want to hear who said it.
    MutedPerson,
    /// They want to be told of nothing there.
    Nothing,
    /// The room is mute for them.
    Muted,
    /// It calls who is here, and they were not.
    Away,
    /// It does not name them, and they want to be told of nothing else.
    NotNamed,
    /// They want nothing to disturb them until a time.
    DoNotDisturb,
    /// They want nothing to disturb them at this time of day.
    QuietHours,
    /// They look at the room.
    Watching,
}

impl Reason {
    /// Whether it is one to be told.
    pub fn is_told(self) -> bool {
        matches!(
            self,
            Reason::Name
                | Reason::Reply
                | Reason::Room
                | Reason::Here
                | Reason::Keyword
                | Reason::Everything
        )
    }

    /// Whether it is one that outlasts a mute room.
    pub fn is_called(self) -> bool {
        matches!(
            self,
            Reason::Name | Reason::Reply | Reason::Room | Reason::Here | Reason::Keyword
        )
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Reason::Name => "name",
            Reason::Reply => "reply",
            Reason::Room => "room",
            Reason::Here => "here",
            Reason::Keyword => "keyword",
            Reason::Everything => "everything",
            Reason::Notice => "notice",
            Reason::Deleted => "deleted",
            Reason::Own => "own",
            Reason::Stranger => "stranger",
            Reason::MutedPerson => "muted_person",
            Reason::Nothing => "nothing",
            Reason::Muted => "muted",
            Reason::Away => "away",
            Reason::NotNamed => "not_named",
            Reason::DoNotDisturb => "do_not_disturb",
            Reason::QuietHours => "quiet_hours",
            Reason::Watching => "watching",
        }
    }
}

/// Why somebody is told of a message, or is not.
pub fn reason(heard: Heard, listener: Listener) -> Reason {
    if heard.is_notice {
        return Reason::Notice;
    }
    if heard.is_deleted {
        return Reason::Deleted;
    }
    if heard.is_own {
        return Reason::Own;
    }
    if !listener.belongs {
        return Reason::Stranger;
    }
    if heard.is_of_muted {
        return Reason::MutedPerson;
    }
    if listener.level == Level::Nothing {
        return Reason::Nothing;
    }
    let told = match (heard.call, listener.level) {
        (Some(Call::Name), _) => Reason::Name,
        (Some(Call::Reply), _) => Reason::Reply,
        (Some(Call::Room), _) => Reason::Room,
        (Some(Call::Here), _) if listener.is_online => Reason::Here,
        _ if heard.has_keyword => Reason::Keyword,
        _ if listener.is_muted => return Reason::Muted,
        (_, Level::All) => Reason::Everything,
        (Some(Call::Here), _) => return Reason::Away,
        (None, _) => return Reason::NotNamed,
    };
    match listener.quiet {
        Some(Quiet::DoNotDisturb) => Reason::DoNotDisturb,
        Some(Quiet::Hours) => Reason::QuietHours,
        None if listener.is_watching => Reason::Watching,
        None => told,
    }
}
