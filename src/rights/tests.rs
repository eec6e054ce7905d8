//! Everything that may be asked, written out: a letter for each answer.

use super::*;

const ROLES: [Role; 4] = [Role::Administrator, Role::Member, Role::Guest, Role::Bot];
const PLACES: [Place; 5] = [
    Place::Stranger,
    Place::Left,
    Place::Removed,
    Place::Member,
    Place::Owner,
];

/// `+` allowed, `!` forbidden, `.` as if there were no such room. A line for each role, and in it a column for each place:
/// stranger, left, removed, member, owner.
type Table = [&'static str; 4];

fn holds(what: &str, kind: Kind, archived: bool, table: Table, action: impl Fn(Room) -> Action) {
    for (role, line) in ROLES.into_iter().zip(table) {
        for (place, expected) in PLACES.into_iter().zip(line.chars()) {
            let room = Room {
                kind,
                place,
                archived,
                read_only: false,
                members_add: true,
            };
            let person = Person { role, active: true };
            let answer = match may(person, action(room)) {
                Ok(()) => '+',
                Err(Error::Forbidden) => '!',
                Err(Error::NotFound) => '.',
                Err(other) => panic!("{what}: {other}"),
            };
            assert_eq!(answer, expected, "{what}, {kind:?}: {role:?}, {place:?}");
            let gone = Person {
                role,
                active: false,
            };
            assert_eq!(may(gone, action(room)), Err(Error::SignedOut), "{what}");
        }
    }
}

/// In rooms that are closed or direct nobody's role counts, but that of guests.
fn in_all_kinds(what: &str, archived: bool, tables: [Table; 3], action: impl Fn(Room) -> Action) {
    for (kind, table) in [Kind::Open, Kind::Closed, Kind::Direct]
        .into_iter()
        .zip(tables)
    {
        holds(what, kind, archived, table, &action);
    }
}

const MEMBERS: Table = ["...++", "...++", "...++", "...++"];
const NOBODY: Table = ["...!!", "...!!", "...!!", "...!!"];
const NOBODY_OPEN: Table = ["!!.!!", "!!.!!", "...!!", "!!.!!"];
const OWNERS: Table = ["...!+", "...!+", "...!!", "...!+"];
const OWNERS_OPEN: Table = ["++.++", "!!.!+", "...!!", "!!.!+"];

#[test]
fn rooms_are_read_by_those_they_are_for() {
    let open = ["++.++", "++.++", "...++", "++.++"];
    for archived in [false, true] {
        in_all_kinds("read", archived, [open, MEMBERS, MEMBERS], Action::Read);
        in_all_kinds("report", archived, [open, MEMBERS, MEMBERS], Action::Report);
    }
    in_all_kinds("post", false, [open, MEMBERS, MEMBERS], Action::Post);
    in_all_kinds("post", true, [NOBODY_OPEN, NOBODY, NOBODY], Action::Post);
}

#[test]
fn what_was_said_is_edited_by_its_author_where_they_may_write() {
    let open = ["++.++", "++.++", "...++", "++.++"];
    let own = |room| Action::Edit { room, own: true };
    in_all_kinds("edit", false, [open, MEMBERS, MEMBERS], own);
    in_all_kinds("edit", true, [NOBODY_OPEN, NOBODY, NOBODY], own);
    let quiet = |room| {
        own(Room {
            read_only: true,
            ..room
        })
    };
    in_all_kinds("edit, quiet", false, [OWNERS_OPEN, OWNERS, NOBODY], quiet);
    let others = |room| Action::Edit { room, own: false };
    in_all_kinds("edit others'", false, [NOBODY_OPEN, NOBODY, NOBODY], others);
}

#[test]
fn what_was_said_before_is_read_by_its_author_and_owners_and_by_members_where_the_site_says_so() {
    let open = ["++.++", "++.++", "...++", "++.++"];
    let sees = |own, by_members| {
        move |room| Action::SeeVersions {
            room,
            own,
            by_members,
        }
    };
    for archived in [false, true] {
        for by_members in [false, true] {
            let own = sees(true, by_members);
            in_all_kinds("see own", archived, [open, MEMBERS, MEMBERS], own);
        }
        let tables = [OWNERS_OPEN, OWNERS, NOBODY];
        in_all_kinds("see others'", archived, tables, sees(false, false));
        let open = ["++.++", "!!.++", "...++", "!!.++"];
        let tables = [open, MEMBERS, MEMBERS];
        in_all_kinds("see others'", archived, tables, sees(false, true));
        let others = |room| Action::EraseVersions { room, own: false };
        let nobody = [NOBODY_OPEN, NOBODY, NOBODY];
        in_all_kinds("erase others'", archived, nobody, others);
    }
    let own = |room| Action::EraseVersions { room, own: true };
    in_all_kinds("erase own", false, [open, MEMBERS, MEMBERS], own);
    let nobody = [NOBODY_OPEN, NOBODY, NOBODY];
    in_all_kinds("erase own", true, nobody, own);
}

#[test]
fn open_rooms_are_joined_and_all_but_direct_ones_left() {
    let open = ["++.++", "++.++", "...++", "++.++"];
    in_all_kinds("join", false, [open, NOBODY, NOBODY], Action::Join);
    in_all_kinds("join", true, [NOBODY_OPEN, NOBODY, NOBODY], Action::Join);
    let open = ["!!.++", "!!.++", "...++", "!!.++"];
    for archived in [false, true] {
        in_all_kinds("leave", archived, [open, MEMBERS, NOBODY], Action::Leave);
    }
}

#[test]
fn members_bring_others_in_and_owners_let_them_back_in() {
    let open = ["++.++", "!!.++", "...!!", "!!.++"];
    let closed = ["...++", "...++", "...!!", "...++"];
    for whom in [Place::Stranger, Place::Left, Place::Member, Place::Owner] {
        in_all_kinds("add", false, [open, closed, NOBODY], |room| {
            Action::Add(room, whom)
        });
    }
    let back = |room| Action::Add(room, Place::Removed);
    in_all_kinds("let back in", false, [OWNERS_OPEN, OWNERS, NOBODY], back);
    in_all_kinds("add", true, [NOBODY_OPEN, NOBODY, NOBODY], |room| {
        Action::Add(room, Place::Stranger)
    });
}

#[test]
fn where_only_owners_write_or_add_members_do_not() {
    let quiet = |room| {
        Action::Post(Room {
            read_only: true,
            ..room
        })
    };
    in_all_kinds("write", false, [OWNERS_OPEN, OWNERS, NOBODY], quiet);
    let add = |room| {
        let room = Room {
            members_add: false,
            ..room
        };
        Action::Add(room, Place::Stranger)
    };
    in_all_kinds("add", false, [OWNERS_OPEN, OWNERS, NOBODY], add);
}

#[test]
fn owners_look_after_their_rooms() {
    let tables = [OWNERS_OPEN, OWNERS, NOBODY];
    in_all_kinds("change", false, tables, Action::Change);
    in_all_kinds(
        "change",
        true,
        [NOBODY_OPEN, NOBODY, NOBODY],
        Action::Change,
    );
    for archived in [false, true] {
        in_all_kinds("archive", archived, tables, Action::Archive);
        for whom in [Place::Removed, Place::Member, Place::Owner] {
            in_all_kinds("remove", archived, tables, |room| {
                Action::Remove(room, whom)
            });
        }
        for whom in [Place::Member, Place::Owner] {
            in_all_kinds("appoint", archived, tables, |room| {
                Action::Appoint(room, whom, Role::Member)
            });
            in_all_kinds(
                "appoint a guest",
                archived,
                [NOBODY_OPEN, NOBODY, NOBODY],
                |room| Action::Appoint(room, whom, Role::Guest),
            );
        }
        for whom in [Place::Stranger, Place::Left] {
            in_all_kinds("remove", archived, [NOBODY_OPEN, NOBODY, NOBODY], |room| {
                Action::Remove(room, whom)
            });
        }
    }
}

#[test]
fn guests_make_no_rooms() {
    for (role, expected) in ROLES
        .into_iter()
        .zip([Ok(()), Ok(()), Err(Error::Forbidden), Ok(())])
    {
        for action in [
            Action::MakeRoom(Circle::Members),
            Action::StartDirect(Circle::Members),
        ] {
            let person = Person { role, active: true };
            assert_eq!(may(person, action), expected);
            let gone = Person {
                role,
                active: false,
            };
            assert_eq!(may(gone, action), Err(Error::SignedOut));
        }
    }
}

#[test]
fn what_is_left_to_some_others_do_not() {
    for (circle, allowed) in [
        (Circle::Administrators, [true, false, false, false]),
        (Circle::Nobody, [false; 4]),
        (Circle::parse("whoever"), [false; 4]),
    ] {
        for (role, allowed) in ROLES.into_iter().zip(allowed) {
            let person = Person { role, active: true };
            for action in [Action::MakeRoom(circle), Action::StartDirect(circle)] {
                assert_eq!(may(person, action).is_ok(), allowed, "{role:?}, {action:?}");
            }
        }
    }
}

#[test]
fn administrators_make_owners_of_members_where_they_do_not_belong() {
    for role in ROLES {
        for kind in [Kind::Open, Kind::Closed, Kind::Direct] {
            for place in PLACES {
                for whom in ROLES {
                    let person = Person { role, active: true };
                    let expected = role == Role::Administrator
                        && kind != Kind::Direct
                        && matches!(place, Place::Member | Place::Owner)
                        && whom != Role::Guest;
                    let answer = may(person, Action::Install(kind, place, whom));
                    let expected = if expected {
                        Ok(())
                    } else {
                        Err(Error::Forbidden)
                    };
                    assert_eq!(answer, expected, "{role:?}, {kind:?}, {place:?}, {whom:?}");
                }
            }
        }
    }
}

#[test]
fn administrators_delete_rooms_but_no_direct_ones() {
    for role in ROLES {
        for kind in [Kind::Open, Kind::Closed, Kind::Direct] {
            let may_delete = role == Role::Administrator && kind != Kind::Direct;
            let person = Person { role, active: true };
            let answer = may(person, Action::Delete(kind));
            let expected = if may_delete {
                Ok(())
            } else {
                Err(Error::Forbidden)
            };
            assert_eq!(answer, expected, "{role:?}, {kind:?}");
        }
    }
}

#[test]
fn everyone_is_called_by_members_and_where_they_are_many_by_who_looks_after_them() {
    let few = |room| Action::CallAll {
        room,
        many: false,
        new: false,
    };
    let open = ["!!.++", "!!.++", "...++", "!!.++"];
    in_all_kinds("call all", false, [open, MEMBERS, MEMBERS], few);
    let many = |room| Action::CallAll {
        room,
        many: true,
        new: false,
    };
    let open = ["!!.++", "!!.!+", "...!+", "!!.!+"];
    let others = ["...++", "...!+", "...!+", "...!+"];
    in_all_kinds("call many", false, [open, others, others], many);
    for many in [false, true] {
        let new = |room| Action::CallAll {
            room,
            many,
            new: true,
        };
        in_all_kinds("call all", false, [NOBODY_OPEN, NOBODY, NOBODY], new);
    }
}

#[test]
fn everyone_blocks_everyone_but_administrators() {
    for role in ROLES {
        for whom in ROLES {
            let person = Person { role, active: true };
            let expected = if whom == Role::Administrator {
                Err(Error::Forbidden)
            } else {
                Ok(())
            };
            assert_eq!(may(person, Action::Block(whom)), expected);
            let gone = Person {
                role,
                active: false,
            };
            assert_eq!(may(gone, Action::Block(whom)), Err(Error::SignedOut));
        }
    }
}

#[test]
fn links_that_let_others_in_are_made_by_administrators_and_where_they_may_by_members() {
    for (by_members, as_guest, allowed) in [
        (true, false, [true, true, false, false]),
        (false, false, [true, false, false, false]),
        (true, true, [false; 4]),
    ] {
        for (role, allowed) in ROLES.into_iter().zip(allowed) {
            let invite = Action::Invite {
                by_members,
                room: None,
                as_guest,
            };
            let person = Person { role, active: true };
            assert_eq!(may(person, invite).is_ok(), allowed, "{role:?}, {invite:?}");
        }
    }
    let into = |by_members, as_guest| {
        move |room| Action::Invite {
            by_members,
            room: Some(room),
            as_guest,
        }
    };
    let open = ["++.++", "!!.++", "...!!", "!!.!!"];
    let closed = ["...++", "...++", "...!!", "...!!"];
    let tables = [open, closed, NOBODY];
    in_all_kinds("invite", false, tables, into(true, false));
    let open = ["++.++", "!!.!!", "...!!", "!!.!!"];
    let closed = ["...++", "...!!", "...!!", "...!!"];
    let tables = [open, closed, NOBODY];
    in_all_kinds("invite, without members", false, tables, into(false, false));
    in_all_kinds("invite a guest", false, tables, into(true, true));
    let nowhere = [NOBODY_OPEN, NOBODY, NOBODY];
    in_all_kinds("invite", true, nowhere, into(true, false));
}

#[test]
fn members_answer_in_signs_and_owners_take_them_away() {
    let own = |room| Action::React { room, own: true };
    let open = ["!!.++", "!!.++", "...++", "!!.++"];
    in_all_kinds("react", false, [open, MEMBERS, MEMBERS], own);
    in_all_kinds("react", true, [NOBODY_OPEN, NOBODY, NOBODY], own);
    let others = |room| Action::React { room, own: false };
    let tables = [OWNERS_OPEN, OWNERS, NOBODY];
    in_all_kinds("take a sign away", false, tables, others);
    in_all_kinds("react", true, [NOBODY_OPEN, NOBODY, NOBODY], others);
    let read_only = |room| Action::React {
        room: Room {
            read_only: true,
            ..room
        },
        own: true,
    };
    let open = ["!!.++", "!!.++", "...!!", "!!.++"];
    let closed = ["...++", "...++", "...!!", "...++"];
    in_all_kinds("react", false, [open, closed, closed], read_only);
}

#[test]
fn owners_pin_and_in_direct_rooms_everybody() {
    let tables = [OWNERS_OPEN, OWNERS, MEMBERS];
    in_all_kinds("pin", false, tables, Action::Pin);
    in_all_kinds("pin", true, [NOBODY_OPEN, NOBODY, NOBODY], Action::Pin);
}
