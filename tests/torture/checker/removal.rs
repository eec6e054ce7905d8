//! Who has signed out sees nothing more, and their sockets end.

use super::evidence::What;
use super::index::Index;
use super::{Findings, Kind, Limits};

pub(super) fn check(index: &Index<'_>, limits: Limits, findings: &mut Findings) {
    let allowed = limits.removal.as_micros() as u64;
    for event in index.events {
        let What::SignedOut { sign_in } = event.what else {
            continue;
        };
        let theirs = index.connections.values().filter(|connection| {
            connection.person == event.person && connection.sign_in == sign_in
        });
        for connection in theirs {
            let limit = index.limit(connection.node, event.at, allowed);
            if connection.ended.is_none_or(|ended| ended > limit) {
                findings.add(
                    Kind::ShownAfterRemoval,
                    format!(
                        "person {} signed out and kept a socket on node {} for longer than {} ms",
                        event.person,
                        connection.node,
                        (limit - event.at) / 1_000
                    ),
                );
            }
            let newer = connection.shown.iter().find(|(at, message)| {
                let sent = message
                    .author
                    .and_then(|author| index.sent.get(&(connection.room, author, &message.id)));
                *at > limit && sent.is_some_and(|sent| sent.at > event.at)
            });
            if let Some((at, message)) = newer {
                findings.add(
                    Kind::ShownAfterRemoval,
                    format!(
                        "person {} signed out and saw number {} of room {} {} ms later",
                        event.person,
                        message.seq,
                        connection.room,
                        (at - event.at) / 1_000
                    ),
                );
            }
        }
    }
}
