use super::*;

const SAID: Heard = Heard {
    is_notice: false,
    is_deleted: false,
    is_own: false,
    is_of_muted: false,
    call: None,
    has_keyword: false,
};
const LISTENER: Listener = Listener {
    belongs: true,
    level: Level::Mentions,
    is_muted: false,
    is_online: true,
    quiet: None,
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
        Away, Deleted, Everything, Here, Muted, MutedPerson, Name, NotNamed, Nothing, Notice, Own,
        Room, Stranger, Watching,
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
fn a_keyword_calls_like_a_name_and_after_it() {
    use Reason::{Here, Keyword, Name, Nothing, Own, Room, Watching};
    let wanted = Heard {
        has_keyword: true,
        ..SAID
    };
    let called = [Keyword, Name, Room, Here];
    let nothing = [Nothing; 4];
    holds("a word", wanted, LISTENER, [called, called, nothing]);
    let muted = Listener {
        is_muted: true,
        ..LISTENER
    };
    holds("muted", wanted, muted, [called, called, nothing]);
    let offline = Listener {
        is_online: false,
        ..LISTENER
    };
    let away = [Keyword, Name, Room, Keyword];
    holds("offline", wanted, offline, [away, away, nothing]);
    let watching = Listener {
        is_watching: true,
        ..LISTENER
    };
    let watched = [Watching; 4];
    holds("watching", wanted, watching, [watched, watched, nothing]);
    let own = Heard {
        is_own: true,
        ..wanted
    };
    holds("one's own", own, LISTENER, [[Own; 4]; 3]);
}

#[test]
fn nothing_disturbs_in_quiet_and_the_nearer_reason_is_given() {
    use Reason::{DoNotDisturb, Muted, NotNamed, Nothing, Own, QuietHours};
    for (quiet, reason) in [
        (Quiet::DoNotDisturb, DoNotDisturb),
        (Quiet::Hours, QuietHours),
    ] {
        let listener = Listener {
            quiet: Some(quiet),
            // Whoever looks elsewhere meanwhile is not told either.
            is_watching: true,
            ..LISTENER
        };
        let named = [NotNamed, reason, reason, reason];
        holds("quiet", SAID, listener, [[reason; 4], named, [Nothing; 4]]);
        let wanted = Heard {
            has_keyword: true,
            ..SAID
        };
        let silent = [reason; 4];
        holds("a word", wanted, listener, [silent, silent, [Nothing; 4]]);
        let muted = Listener {
            is_muted: true,
            ..listener
        };
        let called = [Muted, reason, reason, reason];
        holds("muted", SAID, muted, [called, called, [Nothing; 4]]);
        let own = Heard {
            is_own: true,
            ..SAID
        };
        holds("one's own", own, listener, [[Own; 4]; 3]);
    }
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
