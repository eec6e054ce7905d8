//! Who is told of a message, and why, or why not: one function without a database, asked when it is said and by whoever wonders
//! afterwards.

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
    /// Whether a window of theirs that has the focus shows the room.
    pub is_watching: bool,
}

/// Why somebody is told of a message, or is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Told: it names them.
    Name,
    /// Told: it calls everyone in the room.
    Room,
    /// Told: it calls everyone who is here.
    Here,
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
    /// They look at the room.
    Watching,
}

impl Reason {
    /// Whether it is one to be told.
    pub fn is_told(self) -> bool {
        matches!(
            self,
            Reason::Name | Reason::Room | Reason::Here | Reason::Everything
        )
    }

    /// Whether it is one that outlasts a mute room.
    pub fn is_called(self) -> bool {
        matches!(self, Reason::Name | Reason::Room | Reason::Here)
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Reason::Name => "name",
            Reason::Room => "room",
            Reason::Here => "here",
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
        (Some(Call::Room), _) => Reason::Room,
        (Some(Call::Here), _) if listener.is_online => Reason::Here,
        _ if listener.is_muted => return Reason::Muted,
        (_, Level::All) => Reason::Everything,
        (Some(Call::Here), _) => return Reason::Away,
        (None, _) => return Reason::NotNamed,
    };
    if listener.is_watching {
        return Reason::Watching;
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: Heard = Heard {
        is_notice: false,
        is_deleted: false,
        is_own: false,
        is_of_muted: false,
        call: None,
    };
    const LISTENER: Listener = Listener {
        belongs: true,
        level: Level::Mentions,
        is_muted: false,
        is_online: true,
        is_watching: false,
    };

    /// For each level, all, mentions, nothing: who is called not at all, by name, with the room, with who is here.
    type Table = [[Reason; 4]; 3];

    fn holds(what: &str, heard: Heard, listener: Listener, table: Table) {
        let levels = [Level::All, Level::Mentions, Level::Nothing];
        let calls = [None, Some(Call::Name), Some(Call::Room), Some(Call::Here)];
        for (level, line) in levels.into_iter().zip(table) {
            for (call, expected) in calls.into_iter().zip(line) {
                let found = reason(Heard { call, ..heard }, Listener { level, ..listener });
                assert_eq!(found, expected, "{what}: {level:?}, {call:?}");
            }
        }
    }

    #[test]
    fn who_is_told_and_why() {
        use Reason::{
            Away, Deleted, Everything, Here, Muted, MutedPerson, Name, NotNamed, Nothing, Notice,
            Own, Room, Stranger, Watching,
        };
        let nothing = [Nothing; 4];
        let told = [Everything, Name, Room, Here];
        holds(
            "a member",
            SAID,
            LISTENER,
            [told, [NotNamed, Name, Room, Here], nothing],
        );
        let muted = Listener {
            is_muted: true,
            ..LISTENER
        };
        let called = [Muted, Name, Room, Here];
        holds("muted", SAID, muted, [called, called, nothing]);
        let offline = Listener {
            is_online: false,
            ..LISTENER
        };
        let away = [NotNamed, Name, Room, Away];
        holds(
            "offline",
            SAID,
            offline,
            [[Everything, Name, Room, Everything], away, nothing],
        );
        let muted_offline = Listener {
            is_muted: true,
            ..offline
        };
        let called = [Muted, Name, Room, Muted];
        holds(
            "muted, offline",
            SAID,
            muted_offline,
            [called, called, nothing],
        );
        let watching = Listener {
            is_watching: true,
            ..LISTENER
        };
        let watched = [NotNamed, Watching, Watching, Watching];
        holds(
            "watching",
            SAID,
            watching,
            [[Watching; 4], watched, nothing],
        );
        let stranger = Listener {
            belongs: false,
            ..LISTENER
        };
        let of_muted = Heard {
            is_of_muted: true,
            ..SAID
        };
        let unheard = [[MutedPerson; 4]; 3];
        holds("of somebody muted", of_muted, LISTENER, unheard);
        holds("of somebody muted, watching", of_muted, watching, unheard);
        for heard in [SAID, of_muted] {
            holds("a stranger", heard, stranger, [[Stranger; 4]; 3]);
        }
        let own = Heard {
            is_own: true,
            ..SAID
        };
        holds("one's own", own, LISTENER, [[Own; 4]; 3]);
        let deleted = Heard {
            is_deleted: true,
            ..own
        };
        holds("deleted", deleted, LISTENER, [[Deleted; 4]; 3]);
        let notice = Heard {
            is_notice: true,
            ..deleted
        };
        holds("a notice", notice, LISTENER, [[Notice; 4]; 3]);
    }

    #[test]
    fn levels_are_known_by_their_words() {
        for level in [Level::All, Level::Mentions, Level::Nothing] {
            assert_eq!(Level::parse(level.word()), Some(level));
        }
        assert_eq!(Level::parse("everything"), None);
        assert_eq!(Level::suggested(true), Level::All);
        assert_eq!(Level::suggested(false), Level::Mentions);
    }
}
