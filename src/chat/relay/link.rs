//! The two connections to Redis. Each is made anew for as long as adda runs, and neither is ever waited for.
//!
//! The library's own manager is not used: after a reconnect on RESP2 it stays silently deaf. Here a listener that comes back
//! subscribes to everything, and then has the heads compared, since whatever was said meanwhile it did not hear.

use std::collections::{BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use actix::Addr;
use futures_util::StreamExt;
use futures_util::future::{FutureExt, LocalBoxFuture};
use futures_util::stream::FuturesUnordered;
use redis::aio::{MultiplexedConnection, PubSubSink};
use redis::{AsyncConnectionConfig, Client, Msg, RedisResult};

use super::envelope::{Notice, Refused, Word};
use super::line::{Line, Outgoing};
use crate::chat::hub::{Hear, Heard, Hub, Missed, Subscribed};
use crate::error::{Error, Result};
use crate::secrets;
use crate::store::RoomId;

/// How long Redis may take to answer.
const ANSWER_MAX: Duration = Duration::from_secs(1);
const CONNECT_MAX: Duration = Duration::from_secs(2);
/// Between attempts: at random up to a bound that doubles.
const RETRY_FIRST: Duration = Duration::from_millis(100);
const RETRY_MAX: Duration = Duration::from_secs(2);
/// Messages published together.
const PUBLISHED_TOGETHER: usize = 256;
/// Channels subscribed together.
const SUBSCRIBED_TOGETHER: usize = 500;
/// What may wait for the hub, and what it takes at once.
const WAITING_MAX: usize = 4_096;
const WAITING_BYTES_MAX: usize = 16 * 1024 * 1024;
const TAKEN_TOGETHER: usize = 256;
/// Between looks whether anything is heard at all.
const LISTEN_CHECK: Duration = Duration::from_millis(500);

/// Where Redis is.
#[derive(Clone)]
pub struct RedisAddress(Client);

impl RedisAddress {
    /// Reads an address. Errors: `Unavailable` with a sentence for whoever started adda.
    pub fn parse(url: &str) -> Result<RedisAddress> {
        Client::open(url)
            .map(RedisAddress)
            .map_err(|cause| Error::Unavailable(format!("REDIS_URL cannot be used: {cause}")))
    }
}

/// Both directions to Redis.
pub struct Link {
    client: Client,
    line: Line,
}

/// What a subscription that succeeded changed.
struct Change {
    added: Vec<RoomId>,
    removed: Vec<RoomId>,
}

/// What was heard and not yet taken by the hub.
#[derive(Default)]
struct Inbox {
    heard: VecDeque<(Heard, usize)>,
    bytes: usize,
    overrun: bool,
}

impl Link {
    pub(super) fn new(address: RedisAddress, line: Line) -> Link {
        Link {
            client: address.0,
            line,
        }
    }

    pub(super) fn line(&self) -> &Line {
        &self.line
    }

    /// Publishes what comes, as long as adda runs.
    pub(super) async fn publish(&self) {
        let (mut pause, mut was_refused) = (RETRY_FIRST, false);
        loop {
            let config = AsyncConnectionConfig::new()
                .set_connection_timeout(Some(CONNECT_MAX))
                .set_response_timeout(Some(ANSWER_MAX));
            match self
                .client
                .get_multiplexed_async_connection_with_config(&config)
                .await
            {
                Ok(mut redis) => {
                    let (worked, cause) = self.publish_over(&mut redis).await;
                    if worked {
                        pause = RETRY_FIRST;
                    }
                    // Once for each time that it goes, however many attempts it takes to come back.
                    if worked || !was_refused {
                        log::warn!("publishing to Redis: {cause}");
                    }
                    was_refused = true;
                }
                Err(cause) => log::debug!("connecting to Redis: {cause}"),
            }
            rest(&mut pause).await;
        }
    }

    /// Publishes over one connection until it fails: whether anything was published, and why it failed.
    async fn publish_over(&self, redis: &mut MultiplexedConnection) -> (bool, redis::RedisError) {
        let mut worked = false;
        loop {
            let outgoing = self.line.take(PUBLISHED_TOGETHER).await;
            let mut together = redis::pipe();
            for Outgoing {
                channel, message, ..
            } in &outgoing
            {
                together.publish(channel, message).ignore();
            }
            let sent = together.exec_async(redis).await;
            match sent {
                Ok(()) => {
                    worked = true;
                    self.line.metrics().relay_published.add(outgoing.len());
                    self.line.taken_is_done();
                }
                Err(cause) => {
                    // It may have arrived: nothing is the worse for coming twice.
                    self.line.give_back(outgoing);
                    return (worked, cause);
                }
            }
        }
    }

    /// Listens, as long as adda runs.
    pub(super) async fn listen(&self, hub: &Addr<Hub>) {
        let mut pause = RETRY_FIRST;
        let mut was_heard = None;
        loop {
            let began = Instant::now();
            let ended = self.listen_once(hub, &mut was_heard).await;
            if began.elapsed() > RETRY_MAX {
                pause = RETRY_FIRST;
            }
            // Once for each time that it goes, however many attempts it takes to come back.
            if was_heard.replace(false) != Some(false) {
                log::warn!("this node does not hear the others over Redis: {ended}");
            }
            rest(&mut pause).await;
        }
    }

    /// One connection's life; why it ended.
    async fn listen_once(&self, hub: &Addr<Hub>, was_heard: &mut Option<bool>) -> String {
        let began = Instant::now();
        let connecting = tokio::time::timeout(CONNECT_MAX, self.client.get_async_pubsub());
        let (mut sink, mut stream) = match connecting.await {
            Ok(Ok(connection)) => connection.split(),
            Ok(Err(cause)) => return cause.to_string(),
            Err(_) => return "connecting took too long".to_owned(),
        };
        let site = [self.line.site_channel(), self.line.beat_channel()];
        match tokio::time::timeout(ANSWER_MAX, sink.subscribe(&site[..])).await {
            Ok(Ok(())) => {}
            Ok(Err(cause)) => return cause.to_string(),
            Err(_) => return "subscribing took too long".to_owned(),
        }
        if was_heard.replace(true) == Some(false) {
            log::info!("this node hears the others again");
        }
        let mut subscribed = BTreeSet::new();
        let mut inbox = Inbox::default();
        let mut changing: FuturesUnordered<LocalBoxFuture<'_, RedisResult<Change>>> =
            FuturesUnordered::new();
        let mut delivering = FuturesUnordered::new();
        let mut look = tokio::time::interval(LISTEN_CHECK);
        // Whether what is subscribed may differ from what is wanted: looked at then, and not for every message.
        let mut differs = true;
        hub.do_send(Subscribed { rooms: None });
        loop {
            if differs && changing.is_empty() {
                match self.next_change(&subscribed) {
                    Some(change) => changing.push(self.change(sink.clone(), change).boxed_local()),
                    None => differs = false,
                }
            }
            if delivering.is_empty() && !inbox.heard.is_empty() {
                delivering.push(hub.send(inbox.take()));
            }
            tokio::select! {
                message = stream.next() => match message {
                    Some(message) => self.hear(&message, &mut inbox),
                    None => return "the connection ended".to_owned(),
                },
                Some(changed) = changing.next(), if !changing.is_empty() => match changed {
                    Ok(Change { added, removed }) => {
                        removed.iter().for_each(|room| { subscribed.remove(room); });
                        subscribed.extend(&added);
                        if !added.is_empty() {
                            hub.do_send(Subscribed { rooms: Some(added) });
                        }
                    }
                    Err(cause) => return cause.to_string(),
                },
                Some(_) = delivering.next(), if !delivering.is_empty() => {}
                () = self.line.wants_changed() => differs = true,
                _ = look.tick() => {
                    if self.line.pulse().is_deaf(began) {
                        return "nothing was heard for too long".to_owned();
                    }
                    if std::mem::take(&mut inbox.overrun) {
                        hub.do_send(Missed);
                    }
                }
            }
        }
    }

    /// What is to be subscribed and unsubscribed next.
    fn next_change(&self, subscribed: &BTreeSet<RoomId>) -> Option<Change> {
        let wanted = self.line.wanted();
        let some = |rooms: &mut dyn Iterator<Item = &RoomId>| -> Vec<RoomId> {
            rooms.take(SUBSCRIBED_TOGETHER).copied().collect()
        };
        let change = Change {
            added: some(&mut wanted.difference(subscribed)),
            removed: some(&mut subscribed.difference(&wanted)),
        };
        (!change.added.is_empty() || !change.removed.is_empty()).then_some(change)
    }

    async fn change(&self, mut sink: PubSubSink, change: Change) -> RedisResult<Change> {
        let channels = |rooms: &[RoomId]| -> Vec<String> {
            rooms
                .iter()
                .map(|room| self.line.room_channel(*room))
                .collect()
        };
        let changing = async {
            if !change.added.is_empty() {
                sink.subscribe(channels(&change.added)).await?;
            }
            if !change.removed.is_empty() {
                sink.unsubscribe(channels(&change.removed)).await?;
            }
            Ok(())
        };
        match tokio::time::timeout(2 * ANSWER_MAX, changing).await {
            Ok(changed) => changed.map(|()| change),
            Err(_) => Err((redis::ErrorKind::Io, "subscribing took too long").into()),
        }
    }

    fn hear(&self, message: &Msg, inbox: &mut Inbox) {
        let (channel, payload) = (message.get_channel_name(), message.get_payload_bytes());
        let metrics = self.line.metrics();
        let is_own = self.line.seal().is_own(payload);
        if is_own && channel != self.line.beat_channel() {
            return;
        }
        match self.line.seal().open(channel, payload) {
            Ok((_, Word::Notice(Notice::Beat { number }))) if is_own => {
                self.line.pulse().hear(number);
            }
            Ok((node, Word::Notice(Notice::Beat { .. }))) => self.line.pulse().hear_other(node),
            Ok((node, word)) => {
                if inbox.put(
                    Heard {
                        node: node.to_owned(),
                        word,
                    },
                    payload.len(),
                ) {
                    metrics.relay_heard.one();
                } else {
                    metrics.relay_overrun.one();
                }
            }
            Err(Refused::Foreign) => metrics.relay_foreign.one(),
            Err(Refused::Forged) => metrics.relay_forged.one(),
            Err(Refused::Malformed) => metrics.relay_malformed.one(),
        }
    }
}

impl Inbox {
    /// Whether it was taken; what is dropped here is found by comparing heads.
    fn put(&mut self, heard: Heard, bytes: usize) -> bool {
        if self.heard.len() >= WAITING_MAX || self.bytes + bytes > WAITING_BYTES_MAX {
            self.overrun = true;
            return false;
        }
        self.bytes += bytes;
        self.heard.push_back((heard, bytes));
        true
    }

    fn take(&mut self) -> Hear {
        let count = TAKEN_TOGETHER.min(self.heard.len());
        let taken: Vec<(Heard, usize)> = self.heard.drain(..count).collect();
        self.bytes -= taken.iter().map(|(_, bytes)| bytes).sum::<usize>();
        Hear(taken.into_iter().map(|(heard, _)| heard).collect())
    }
}

/// Waits at random up to a bound, which doubles: nodes that lost Redis together do not all come back at once.
async fn rest(pause: &mut Duration) {
    let chance = secrets::random_bytes::<2>().map_or(u16::MAX / 2, u16::from_be_bytes);
    tokio::time::sleep(pause.mul_f64(f64::from(chance) / f64::from(u16::MAX))).await;
    *pause = (*pause * 2).min(RETRY_MAX);
}
