//! Showing what was committed: each change once, ascending, to everyone who may see it.

use std::collections::HashMap;
use std::sync::Arc;

use bytestring::ByteString;

use super::{Room, SessionId};
use crate::chat::closing::CloseReason;
use crate::chat::outlet::Batch;
use crate::chat::relay::Shown;
use crate::chat::said::{PutsOut, Said};

/// People put out whom a room remembers, for those who are on the way in; a look at the database finds any other.
const OUTS_MAX: usize = 1_024;

/// Who was put out, and when: what somebody saw of the room before that lets them in no more.
#[derive(Default)]
pub(super) struct Outs {
    /// Of each username the revision of the notice.
    people: HashMap<String, i64>,
    /// The revision at which the room was closed to strangers.
    closed_at: Option<i64>,
    /// Whether only its members may see it.
    is_hidden: bool,
}

impl Outs {
    /// How somebody sees the room who comes in.
    pub(super) fn look(&mut self, kind: &str) {
        self.is_hidden |= kind != "open";
    }

    /// Why somebody does not get in with what they saw of the room at a revision; `None` where they do.
    pub(super) fn refuses(
        &self,
        username: &str,
        joined: bool,
        revision: i64,
    ) -> Option<CloseReason> {
        let out_at = self.people.get(username);
        if out_at.is_some_and(|at| revision < *at) {
            return Some(CloseReason::Removed);
        }
        let came_before = self.closed_at.is_some_and(|at| revision < at);
        // They come again with what they see now, which may be nothing.
        (!joined && came_before).then_some(CloseReason::Restart)
    }

    fn note(&mut self, username: &str, revision: i64) {
        if self.people.len() >= OUTS_MAX
            && let Some(oldest) = self.people.values().min().copied()
        {
            self.people.retain(|_, at| *at > oldest);
        }
        self.people.insert(username.to_owned(), revision);
    }
}

impl Room {
    /// Shows committed changes: each once, ascending, to everyone who has caught up. Whoever a notice puts out sees what is
    /// older, and nothing that is newer.
    pub(super) fn show(&mut self, mut committed: Vec<Shown>) {
        committed.sort_unstable_by_key(|shown| shown.revision);
        let changed = self.changed(&committed);
        self.recent.forget(&changed);
        let (shown_before, gate_before) = (self.last_seq, self.gate);
        let mut frames = Vec::with_capacity(committed.len());
        let mut said = Vec::with_capacity(committed.len());
        for mut shown in committed {
            if shown.revision <= self.gate {
                continue;
            }
            self.gate = shown.revision;
            self.last_seq = self.last_seq.max(shown.said.seq);
            let newest = changed.get(&shown.said.seq);
            if newest.is_some_and(|newest| shown.revision < *newest) {
                // It is shown once, as it is now.
                continue;
            }
            shown.said = shown.said.since(shown_before, gate_before);
            if newest.is_some() {
                // Also where it was said a moment ago, and answered already.
                self.recent.drop_quotes_of(&shown.said);
            }
            self.recent
                .push(shown.revision, &shown.said, shown.frame.clone());
            if shown.said.is_notice {
                self.looks.have_changed();
            }
            if let Some(out) = &shown.said.puts_out {
                self.deliver(std::mem::take(&mut frames));
                self.put_out(out, shown.revision);
            }
            self.note_joined(&shown.said);
            said.push(shown.said);
            frames.push(shown.frame);
        }
        self.deliver(frames);
        if !said.is_empty() {
            self.reading.said(said);
        }
    }

    /// Of each message that is another now, rather than new, the newest revision.
    fn changed(&self, committed: &[Shown]) -> HashMap<i64, i64> {
        let (mut newest_seq, mut changed) = (self.last_seq, HashMap::new());
        for shown in committed.iter().filter(|shown| shown.revision > self.gate) {
            if shown.said.seq <= newest_seq {
                changed.insert(shown.said.seq, shown.revision);
            }
            newest_seq = newest_seq.max(shown.said.seq);
        }
        changed
    }

    /// Who says something in a room for the first time has become a member by it.
    fn note_joined(&mut self, said: &Said) {
        if said.is_notice || said.is_changed {
            return;
        }
        if !self.people.contains_key(&said.author) {
            return;
        }
        for present in self.present.values_mut() {
            present.joined |= present.person.id == said.author;
        }
    }

    fn deliver(&mut self, frames: Vec<ByteString>) {
        if !frames.is_empty() {
            self.tell_everyone(&Batch::new(frames));
        }
    }

    /// Tells everyone who has caught up.
    pub(super) fn tell_everyone(&mut self, batch: &Arc<Batch>) {
        let mut gone = Vec::new();
        for (session, present) in &self.present {
            if present.caught_up && !present.outlet.deliver(batch) {
                gone.push(*session);
            }
        }
        for session in gone {
            self.lose(session);
        }
    }

    fn put_out(&mut self, out: &PutsOut, revision: i64) {
        let why = match out {
            PutsOut::Removed(username) => {
                self.outs.note(username, revision);
                CloseReason::Removed
            }
            PutsOut::Left(_) if self.outs.is_hidden => CloseReason::Removed,
            PutsOut::Left(_) => return,
            PutsOut::Strangers => {
                self.outs.closed_at = Some(revision);
                self.outs.is_hidden = true;
                // Who became a member since they came is let in again.
                CloseReason::Restart
            }
        };
        let is_out = |present: &super::Present| match out.person() {
            Some(username) => *present.person.username == *username,
            None => !present.joined,
        };
        let theirs = self.present.iter().filter(|(_, present)| is_out(present));
        let theirs: Vec<SessionId> = theirs.map(|(session, _)| *session).collect();
        self.let_go(&theirs, why);
    }

    /// Everyone loads afresh: more was missed than is shown at once.
    pub(super) fn skip_to(&mut self, head: i64, last_seq: i64) {
        self.gate = self.gate.max(head);
        self.last_seq = self.last_seq.max(last_seq);
        self.recent.restart(self.gate);
        self.reading.skipped();
        let everyone: Vec<SessionId> = self.present.keys().copied().collect();
        self.let_go(&everyone, CloseReason::Restart);
    }

    fn let_go(&mut self, sessions: &[SessionId], why: CloseReason) {
        for session in sessions {
            if let Some(present) = self.leave(*session) {
                present.outlet.let_go(why);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::FromAfar;
    use super::super::tests::Scene;
    use super::*;

    fn shown(revision: i64, puts_out: Option<PutsOut>) -> Shown {
        Shown {
            revision,
            said: Said {
                is_notice: puts_out.is_some(),
                puts_out,
                ..Said::tea(revision, 1)
            },
            frame: format!(r#"{{"type":"message","revision":{revision}}}"#).into(),
        }
    }

    #[actix::test]
    async fn whoever_is_put_out_is_shown_nothing_newer_that_comes_together_with_it() {
        let scene = Scene::open().await;
        let mut ada = scene.enters(0, None).await;
        let mut ben = scene.enters(1, None).await;
        for listener in [&mut ada, &mut ben] {
            listener.hears_kind("welcome").await;
        }
        let removed = PutsOut::Removed("ben".to_owned());
        let together = vec![shown(1, None), shown(2, Some(removed)), shown(3, None)];
        scene.room.do_send(FromAfar(together));
        for revision in 1..=3 {
            assert_eq!(ada.hears_kind("message").await["revision"], revision);
        }
        assert_eq!(ben.closed.await, Ok(CloseReason::Removed));
        assert_eq!(ben.frames.try_recv().unwrap()["revision"], 1);
        assert!(ben.frames.try_recv().is_err());
    }

    #[test]
    fn what_was_seen_before_lets_nobody_in_who_was_put_out_since() {
        let mut outs = Outs::default();
        outs.note("eve", 7);
        assert_eq!(outs.refuses("eve", true, 6), Some(CloseReason::Removed));
        assert_eq!(outs.refuses("eve", true, 7), None, "let back in");
        assert_eq!(outs.refuses("ada", true, 6), None);
        outs.closed_at = Some(9);
        assert_eq!(outs.refuses("ada", false, 8), Some(CloseReason::Restart));
        assert_eq!(outs.refuses("ada", true, 8), None);
        for number in 0..3_000 {
            outs.note(&format!("p{number}"), 10 + number);
        }
        assert!(outs.people.len() <= OUTS_MAX);
        assert_eq!(outs.refuses("p2999", true, 0), Some(CloseReason::Removed));
    }
}
