//! The evidence, put in order for questions.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::evidence::{Disturbance, Event, Evidence, Moment, Row, Seen, What};

/// A message as its sender names it: the room, the sender, the id.
pub(super) type Name<'a> = (u32, u32, &'a str);

pub(super) struct Index<'a> {
    pub events: &'a [Event],
    pub disturbances: &'a [Disturbance],
    pub sent: HashMap<Name<'a>, Sent>,
    pub acknowledged: HashMap<Name<'a>, Vec<(Moment, i64)>>,
    /// Refused for good, and with what.
    pub refused: HashMap<Name<'a>, &'a str>,
    /// What somebody wanted their messages to say, in turn, and when they were first told that they do.
    pub edits: HashMap<(u32, i64), Vec<Edit>>,
    /// What somebody tried to take back, and when they were first told that it is.
    pub taking_back: HashSet<(u32, i64)>,
    pub taken_back: HashMap<(u32, i64), Moment>,
    /// What somebody wanted their reactions to be, in turn: by room, number, person and kind.
    pub reactions: HashMap<(u32, i64, u32, &'a str), Vec<Reaction>>,
    /// When somebody was first told that their reaction is so, by room, number and revision.
    pub reacted: HashMap<(u32, i64, i64), Moment>,
    /// The first revision that is known of a message with a text.
    pub worded: HashMap<(u32, i64, u64), i64>,
    /// Each room's rows, by revision.
    pub rooms: BTreeMap<u32, Vec<&'a Row>>,
    pub by_seq: HashMap<(u32, i64), &'a Row>,
    pub by_name: HashMap<Name<'a>, Vec<&'a Row>>,
    pub connections: BTreeMap<u32, Connection<'a>>,
}

/// The first time that something was sent.
pub(super) struct Sent {
    pub at: Moment,
    /// Which of all that were ever sent, in order.
    pub place: usize,
    pub text: u64,
}

/// Other words for a message.
pub(super) struct Edit {
    pub text: u64,
    pub edited: Option<Moment>,
}

/// Whether a reaction is to be there.
pub(super) struct Reaction {
    pub on: bool,
    pub reacted: bool,
}

/// One socket's life.
pub(super) struct Connection<'a> {
    pub person: u32,
    pub room: u32,
    pub node: u32,
    pub sign_in: u32,
    pub opened: Moment,
    pub from: i64,
    pub shown: Vec<(Moment, &'a Seen)>,
    pub ended: Option<Moment>,
    pub settled: bool,
}

impl Connection<'_> {
    fn opened(
        (person, room): (u32, u32),
        (node, sign_in): (u32, u32),
        (opened, from): (Moment, i64),
    ) -> Self {
        Connection {
            person,
            room,
            node,
            sign_in,
            opened,
            from,
            shown: Vec::new(),
            ended: None,
            settled: false,
        }
    }
}

impl<'a> Index<'a> {
    pub fn of(evidence: &'a Evidence) -> Index<'a> {
        let mut index = Index {
            events: &evidence.events,
            disturbances: &evidence.disturbances,
            sent: HashMap::new(),
            acknowledged: HashMap::new(),
            refused: HashMap::new(),
            edits: HashMap::new(),
            taking_back: HashSet::new(),
            taken_back: HashMap::new(),
            reactions: HashMap::new(),
            reacted: HashMap::new(),
            worded: HashMap::new(),
            rooms: BTreeMap::new(),
            by_seq: HashMap::new(),
            by_name: HashMap::new(),
            connections: BTreeMap::new(),
        };
        for row in &evidence.rows {
            index.rooms.entry(row.room).or_default().push(row);
            index.by_seq.insert((row.room, row.message.seq), row);
            index.is_worded(row.room, &row.message);
            if let (Some(author), false) = (row.message.author, row.notice) {
                let name = (row.room, author, row.message.id.as_str());
                index.by_name.entry(name).or_default().push(row);
            }
        }
        for rows in index.rooms.values_mut() {
            rows.sort_by_key(|row| row.message.revision);
        }
        for (place, event) in evidence.events.iter().enumerate() {
            index.enter(place, event);
        }
        index
    }

    fn enter(&mut self, place: usize, event: &'a Event) {
        let Event { at, person, what } = event;
        match what {
            What::Sent { room, id, text, .. } => {
                let first = Sent {
                    at: *at,
                    place,
                    text: *text,
                };
                self.sent.entry((*room, *person, id)).or_insert(first);
            }
            What::Acknowledged { room, id, seq } => {
                let name = (*room, *person, id.as_str());
                self.acknowledged.entry(name).or_default().push((*at, *seq));
            }
            What::Refused {
                room,
                id,
                code,
                retry: false,
            } => {
                self.refused.insert((*room, *person, id), code);
            }
            What::Editing { room, seq, text } => {
                let edits = self.edits.entry((*room, *seq)).or_default();
                // One edit of a message is under way at a time: what comes again is the same.
                if edits.iter().all(|edit| edit.text != *text) {
                    let (text, edited) = (*text, None);
                    edits.push(Edit { text, edited });
                }
            }
            What::Edited { room, seq, text } => {
                let edits = self.edits.entry((*room, *seq)).or_default();
                for edit in edits.iter_mut().filter(|edit| edit.text == *text) {
                    edit.edited.get_or_insert(*at);
                }
            }
            What::TakingBack { room, seq } => {
                self.taking_back.insert((*room, *seq));
            }
            What::TakenBack { room, seq } => {
                self.taken_back.entry((*room, *seq)).or_insert(*at);
            }
            What::Reacting {
                room,
                seq,
                kind,
                on,
            } => {
                self.is_reacting((*room, *seq, *person, kind), *on);
            }
            What::Reacted {
                room,
                seq,
                kind,
                on,
                revision,
            } => {
                self.has_reacted((*room, *seq, *person, kind), *on);
                let state = (*room, *seq, *revision);
                self.reacted.entry(state).or_insert(*at);
            }
            What::Read { room, messages, .. } => {
                for message in messages {
                    self.is_worded(*room, message);
                }
            }
            What::Opened {
                connection,
                room,
                node,
                from,
                sign_in,
                ..
            } => {
                let begins = (*at, *from);
                let opened = Connection::opened((*person, *room), (*node, *sign_in), begins);
                self.connections.insert(*connection, opened);
            }
            What::Shown {
                connection,
                message,
            } => {
                self.is_shown(*connection, *at, message);
            }
            What::Ended { connection, .. } => {
                if let Some(connection) = self.connections.get_mut(connection) {
                    connection.ended.get_or_insert(*at);
                }
            }
            What::Settled { connection } => {
                if let Some(connection) = self.connections.get_mut(connection) {
                    connection.settled = true;
                }
            }
            What::Refused { .. }
            | What::NotReacted { .. }
            | What::SignedOut { .. }
            | What::Sampled { .. }
            | What::Stuck { .. } => {}
        }
    }

    fn is_shown(&mut self, connection: u32, at: Moment, message: &'a Seen) {
        if let Some(connection) = self.connections.get_mut(&connection) {
            connection.shown.push((at, message));
            let room = connection.room;
            self.is_worded(room, message);
        }
    }

    fn is_reacting(&mut self, name: (u32, i64, u32, &'a str), on: bool) {
        let wanted = self.reactions.entry(name).or_default();
        // One is under way at a time: what comes again is the same.
        if wanted.last().is_none_or(|last| last.on != on) {
            let reacted = false;
            wanted.push(Reaction { on, reacted });
        }
    }

    fn has_reacted(&mut self, name: (u32, i64, u32, &'a str), on: bool) {
        let last = self.reactions.entry(name).or_default().last_mut();
        if let Some(last) = last.filter(|last| last.on == on) {
            last.reacted = true;
        }
    }

    fn is_worded(&mut self, room: u32, message: &Seen) {
        let Seen { seq, text, .. } = *message;
        let first = self.worded.entry((room, seq, text));
        let first = first.or_insert(message.revision);
        *first = message.revision.min(*first);
    }

    /// When what was shown of a message was first said to be stored; `None` where nobody was told of that very state.
    pub fn stored_at(&self, room: u32, message: &Seen) -> Option<Moment> {
        let Seen {
            seq,
            revision,
            text,
            ..
        } = *message;
        if message.deleted {
            return self.taken_back.get(&(room, seq)).copied();
        }
        if let Some(at) = self.reacted.get(&(room, seq, revision)) {
            return Some(*at);
        }
        let is_first = self.worded.get(&(room, seq, text)) == Some(&revision);
        is_first.then(|| self.worded_at(room, message)).flatten()
    }

    /// When something was first said to be stored.
    pub fn acknowledged_at(&self, name: Name<'_>) -> Option<Moment> {
        let times = self.acknowledged.get(&name)?;
        times.iter().map(|(at, _)| *at).min()
    }

    /// When a message was first said to be stored with that text, as it was sent or as it was edited.
    pub fn worded_at(&self, room: u32, message: &Seen) -> Option<Moment> {
        let edit = self.edits_of(room, message.seq);
        let edit = edit.iter().find(|edit| edit.text == message.text);
        edit.map_or_else(
            || self.acknowledged_at((room, message.author?, &message.id)),
            |edit| edit.edited,
        )
    }

    /// When it was first known that a message says something else by now than that text.
    pub fn reworded_at(&self, room: u32, message: &Seen) -> Option<Moment> {
        let edits = self.edits_of(room, message.seq);
        let worded = edits.iter().position(|edit| edit.text == message.text);
        let later = edits.iter().skip(worded.map_or(0, |place| place + 1));
        later.filter_map(|edit| edit.edited).min()
    }

    pub fn edits_of(&self, room: u32, seq: i64) -> &[Edit] {
        self.edits.get(&(room, seq)).map_or(&[], Vec::as_slice)
    }

    /// The rows of a room above one revision and up to another.
    pub fn between(&self, room: u32, above: i64, up_to: i64) -> &[&'a Row] {
        let rows = self.rooms.get(&room).map_or(&[][..], Vec::as_slice);
        let begin = rows.partition_point(|row| row.message.revision <= above);
        let end = rows.partition_point(|row| row.message.revision <= up_to);
        &rows[begin..end.max(begin)]
    }

    /// Until when something may take that began then and may take so long: faults that excuse it put that off.
    pub fn limit(&self, node: u32, began: Moment, allowed: Moment) -> Moment {
        let mut limit = began + allowed;
        for fault in self.disturbances {
            let concerns = fault.excuses && fault.nodes.contains(&node);
            if concerns && fault.began <= limit && fault.ended >= began {
                limit = limit.max(fault.ended + allowed);
            }
        }
        limit
    }
}
