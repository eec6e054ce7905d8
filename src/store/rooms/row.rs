//! A room and one person's place in it, as they are read together.

use diesel::prelude::*;

use super::{Room, State};
use crate::rights::{self, Action};
use crate::store::connection::MultiBackend;
use crate::store::schema::{memberships, room_counters, rooms};
use crate::store::wants::Wants;
use crate::store::{RoomId, UserId, memberships as members, users};

#[derive(Queryable, Selectable)]
#[diesel(table_name = rooms, check_for_backend(MultiBackend))]
pub(super) struct Row {
    id: RoomId,
    slug: String,
    name: String,
    topic: String,
    first_seq: i64,
    created_by: UserId,
    #[diesel(embed)]
    state: State,
    #[diesel(select_expression = room_counters::last_seq)]
    last_seq: i64,
    #[diesel(select_expression = room_counters::revision)]
    revision: i64,
    #[diesel(embed)]
    membership: Option<members::Membership>,
}

#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn rows_for(viewer: UserId) -> _ {
    let columns: diesel::dsl::AsSelect<Row, MultiBackend> = Row::as_select();
    rooms::table
        .inner_join(room_counters::table)
        .left_join(
            memberships::table.on(memberships::room_id
                .eq(rooms::id)
                .and(memberships::user_id.eq(viewer))),
        )
        .select(columns)
}

impl Row {
    pub(super) fn rights(&self) -> rights::Room {
        let place = self.membership.as_ref().map(|membership| {
            let members::Membership { state, role, .. } = membership;
            rights::Place::parse(state, role)
        });
        self.state
            .seen_from(place.unwrap_or(rights::Place::Stranger))
    }

    /// A direct room shows itself to all but its maker with its first message.
    pub(super) fn has_begun_for(&self, viewer: &users::Viewer) -> bool {
        self.state.kind != "direct" || self.last_seq > 0 || self.created_by == viewer.id
    }

    pub(super) fn may_be_known_by(&self, viewer: &users::Viewer) -> bool {
        rights::may(viewer.as_person(), Action::Read(self.rights())).is_ok()
    }

    pub(super) fn seen_by(self, viewer: &users::Viewer) -> Room {
        let rights = self.rights();
        let mine = self.membership.unwrap_or_default();
        let wants = Wants::parse(mine.told_of.as_deref(), mine.muted_until, &self.state.kind);
        // A direct room comes back with the next message.
        let until = if self.state.kind == "direct" {
            self.last_seq
        } else {
            0
        };
        Room {
            id: self.id,
            slug: self.slug,
            name: self.name,
            kind: self.state.kind,
            topic: self.topic,
            first_seq: self.first_seq,
            last_seq: self.last_seq,
            revision: self.revision,
            read_seq: mine.read_seq,
            unread: 0,
            mentions: 0,
            level: wants.level.word(),
            wants,
            can_post: rights::may(viewer.as_person(), Action::Post(rights)).is_ok(),
            archived: rights.archived,
            read_only: rights.read_only,
            slow_mode: self.state.slow_mode,
            members_add: rights.members_add,
            shows_reading: self.state.shows_reading,
            people: Vec::new(),
            read_turn: mine.read_turn,
            starred: mine.starred,
            hidden: mine.hidden_at_seq.is_some_and(|seq| seq >= until),
            position: mine.list_position,
            joined: rights.place.belongs(),
            rights,
        }
    }
}
