//! What a person does on an open socket.

use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::time::{sleep_until, timeout};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::line::{ANSWER_WITHIN, Line};
use super::outbox::Wish;
use super::{Ending, Order, Ordering, Person, Phase, seen};
use crate::checker::evidence::{What, digest};
use crate::database::Sample;

/// As the pages do.
const STEADY_AFTER: Duration = Duration::from_secs(5);
const REQUEST_PATIENCE: Duration = Duration::from_secs(5);
const SENDING_PATIENCE: Duration = Duration::from_secs(20);
/// Of a hundred: messages that are sent by a request, pauses in which a page is read, in which somebody leaves, and in which they edit or
/// take back something they said, or react to something.
const BY_REQUEST: usize = 8;
const READ_AGAIN: usize = 2;
const LEAVE: usize = 1;
const EDIT: usize = 6;
const TAKE_BACK: usize = 4;
const REACT: usize = 12;
const SAMPLED: usize = 1;
const KINDS: [&str; 3] = ["👍", "🎉", "same"];
const WORDS: [&str; 6] = ["tea", "নদী", "rain ", "yes\n", "🙂", "the long easy talk "];

/// When things are due on one socket.
struct Clock {
    ping_at: Instant,
    pong_until: Option<Instant>,
    bye: Option<Duration>,
}

impl Person {
    pub(super) async fn talks(&mut self, mut line: Line) -> Ending {
        let mut clock = Clock {
            ping_at: Instant::now() + self.world.ping_every,
            pong_until: None,
            bye: None,
        };
        let (ending, code) = loop {
            if let Err(ending) = self.turn(&mut line, &mut clock).await {
                break ending;
            }
        };
        if line.opened.elapsed() > STEADY_AFTER {
            self.state.backoff.reset();
        }
        let connection = line.connection;
        self.writes_down(What::Ended { connection, code });
        match (ending, clock.bye) {
            (Ending::Lost, Some(wait)) => Ending::Bye(wait),
            (ending, _) => ending,
        }
    }

    /// Sends what may be sent, and waits for the next thing to happen.
    async fn turn(
        &mut self,
        line: &mut Line,
        clock: &mut Clock,
    ) -> Result<(), (Ending, Option<u16>)> {
        self.flushes(line).await?;
        let waiting = self.state.outbox.len();
        self.status.waiting.store(waiting, Ordering::Relaxed);
        let mut phase = self.world.phase.clone();
        let talking = *phase.borrow_and_update() == Phase::Talking;
        let mut wake = clock.pong_until.unwrap_or(clock.ping_at);
        if talking {
            wake = wake.min(self.state.next_message);
        }
        if let Some(held) = self.state.outbox.held_until() {
            wake = wake.min(held);
        }
        tokio::select! {
            frame = line.socket.next() => self.takes(frame, line, clock),
            () = sleep_until(wake.into()) => self.wakes(line, clock).await,
            Some(order) = self.orders.recv() => {
                match order {
                    // Bytes pile up meanwhile, and nothing is answered.
                    Order::Stall(how_long) => tokio::time::sleep(how_long).await,
                    Order::Look => clock.ping_at = Instant::now(),
                }
                Ok(())
            }
            changed = phase.changed() => {
                if changed.is_err() || *phase.borrow() == Phase::Over {
                    let _ = timeout(ANSWER_WITHIN, line.socket.close(None)).await;
                    return Err((Ending::Over, Some(1000)));
                }
                Ok(())
            }
        }
    }

    async fn wakes(
        &mut self,
        line: &mut Line,
        clock: &mut Clock,
    ) -> Result<(), (Ending, Option<u16>)> {
        let now = Instant::now();
        if clock.pong_until.is_some_and(|until| until <= now)
            || self.state.outbox.doubts(SENDING_PATIENCE)
        {
            return Err((Ending::Lost, None));
        }
        if clock.pong_until.is_none() && clock.ping_at <= now {
            clock.ping_at = now + self.world.ping_every;
            clock.pong_until = Some(now + ANSWER_WITHIN);
            self.sends(line, &json!({"type": "ping"})).await?;
        }
        if self.phase() == Phase::Talking && self.state.next_message <= now {
            let pause = self.world.pause;
            self.state.next_message = now + self.state.chance.between(Duration::ZERO, 2 * pause);
            self.says_something().await;
            if self.state.chance.percent(EDIT) {
                self.edits_something();
            }
            if self.state.chance.percent(TAKE_BACK) {
                self.takes_something_back();
            }
            if self.state.chance.percent(REACT) {
                self.reacts_to_something();
            }
            if self.state.chance.percent(READ_AGAIN) {
                self.reads_newest_page(0).await;
            }
            if self.state.chance.percent(LEAVE) {
                let _ = timeout(ANSWER_WITHIN, line.socket.close(None)).await;
                return Err((Ending::Left, Some(1000)));
            }
        }
        Ok(())
    }

    async fn says_something(&mut self) {
        self.state.messages += 1;
        let id = format!("p{}-{}", self.number, self.state.messages);
        let words = 1 + self.state.chance.below(12);
        let rest: String = (0..words)
            .map(|_| *self.state.chance.pick(&WORDS))
            .collect();
        let text = format!("{id} {rest}.");
        let alone = self.state.outbox.len() == 0;
        self.state.outbox.add(id, Wish::Say(text));
        if alone && self.state.chance.percent(BY_REQUEST) {
            self.sends_by_request().await;
        }
    }

    /// Until it is known to say so, nothing else is done to it.
    fn edits_something(&mut self) {
        let place = self.state.chance.below(self.state.said.len().max(1));
        let Some(seq) = self.state.said.remove(place) else {
            return;
        };
        self.state.messages += 1;
        let id = format!("edit-{}-{}", self.number, self.state.messages);
        let text = format!("{id} {}", self.state.chance.pick(&WORDS));
        self.state.outbox.add(id, Wish::Edit(seq, text));
    }

    fn takes_something_back(&mut self) {
        let place = self.state.chance.below(self.state.said.len().max(1));
        let Some(seq) = self.state.said.remove(place) else {
            return;
        };
        let id = format!("back-{}-{seq}", self.number);
        self.state.outbox.add(id, Wish::TakeBack(seq));
    }

    /// One at a time, and for members alone, which whoever has said something is.
    fn reacts_to_something(&mut self) {
        if self.state.said.is_empty() || self.state.outbox.holds_a_reaction() {
            return;
        }
        let place = self.state.chance.below(self.state.lately.len().max(1));
        let Some(seq) = self.state.lately.get(place).copied() else {
            return;
        };
        let kind = *self.state.chance.pick(&KINDS);
        let on = !self.state.reactions.contains(&(seq, kind));
        self.state.messages += 1;
        let id = format!("react-{}-{}", self.number, self.state.messages);
        self.state.outbox.add(id, Wish::React(seq, kind, on));
    }

    /// What does not come through stays in the outbox, and goes by the socket.
    async fn sends_by_request(&mut self) {
        let Some((id, Wish::Say(text))) = self.state.outbox.next() else {
            return;
        };
        self.writes_down_sending(&id, &text);
        let path = format!("/api/rooms/{}/messages", self.slug);
        let body = json!({"message": text, "client_id": id});
        let request = self.browser().json("POST", &path, &body);
        match request.within(REQUEST_PATIENCE).attempt().await {
            Ok(answer) if matches!(answer.status, 200 | 201) => {
                self.is_told(&id, numbers_of(&answer.value()));
            }
            Ok(answer) => {
                let retry = matches!(answer.status, 401 | 429 | 503);
                self.is_refused(&id, &answer.status.to_string(), retry, None);
            }
            Err(_) => self.state.outbox.refused_for_now(&id, Some(Duration::ZERO)),
        }
    }

    async fn flushes(&mut self, line: &mut Line) -> Result<(), (Ending, Option<u16>)> {
        while let Some((id, wish)) = self.state.outbox.next() {
            let frame = match wish {
                Wish::Say(text) => {
                    self.writes_down_sending(&id, &text);
                    json!({"type": "message", "message": text, "client_id": id})
                }
                Wish::Edit(seq, text) => {
                    let room = self.room;
                    self.writes_down(What::Editing {
                        room,
                        seq,
                        text: digest(&text),
                    });
                    json!({"type": "edit", "seq": seq, "message": text, "client_id": id})
                }
                Wish::TakeBack(seq) => {
                    let room = self.room;
                    self.writes_down(What::TakingBack { room, seq });
                    json!({"type": "delete", "seq": seq, "client_id": id})
                }
                Wish::React(seq, kind, on) => {
                    self.writes_down(What::Reacting {
                        room: self.room,
                        seq,
                        kind: kind.to_owned(),
                        on,
                    });
                    json!({"type": "react", "seq": seq, "text": kind, "on": on, "client_id": id})
                }
            };
            self.sends(line, &frame).await?;
        }
        Ok(())
    }

    async fn sends(&mut self, line: &mut Line, frame: &Value) -> Result<(), (Ending, Option<u16>)> {
        let sending = line.socket.send(Message::text(frame.to_string()));
        match timeout(ANSWER_WITHIN, sending).await {
            Ok(Ok(())) => Ok(()),
            _ => Err((Ending::Lost, None)),
        }
    }

    fn takes(
        &mut self,
        frame: Option<Result<Message, Error>>,
        line: &Line,
        clock: &mut Clock,
    ) -> Result<(), (Ending, Option<u16>)> {
        match frame {
            Some(Ok(Message::Text(text))) => {
                let frame: Value = serde_json::from_str(&text).unwrap_or_default();
                self.reads(&frame, line, clock);
                Ok(())
            }
            Some(Ok(Message::Close(frame))) => match frame.map(|frame| u16::from(frame.code)) {
                Some(4001) => Err((Ending::SignedOut, Some(4001))),
                code => Err((Ending::Lost, code)),
            },
            Some(Ok(_)) => Ok(()),
            Some(Err(_)) | None => Err((Ending::Lost, None)),
        }
    }

    fn reads(&mut self, frame: &Value, line: &Line, clock: &mut Clock) {
        match frame["type"].as_str() {
            Some("message") => self.is_shown(frame, line.connection),
            Some("done") => {
                let id = frame["client_id"].as_str().unwrap_or_default();
                self.is_told(id, numbers_of(frame));
            }
            Some("error") => {
                let id = frame["client_id"].as_str().unwrap_or_default();
                let code = frame["code"].as_str().unwrap_or_default();
                let wait = frame["retry_after_ms"].as_u64().map(Duration::from_millis);
                self.is_refused(id, code, frame["retry"] == true, wait);
            }
            Some("pong") => {
                clock.pong_until = None;
                let (head, place) = (frame["revision"].as_i64(), self.revision());
                if head.is_some_and(|head| head > place) {
                    let why = format!(
                        "a pong told of revision {head:?} while {place} was the last that came"
                    );
                    self.writes_down(What::Stuck { why });
                }
            }
            Some("bye") => {
                clock.bye = frame["reconnect_in_ms"].as_u64().map(Duration::from_millis);
            }
            _ => {}
        }
    }

    fn is_shown(&mut self, frame: &Value, connection: u32) {
        let Some(message) = seen(frame) else {
            let why = format!("a message without its numbers: {frame}");
            return self.writes_down(What::Stuck { why });
        };
        if let Some((revision, _)) = &mut self.state.place {
            *revision = message.revision.max(*revision);
        }
        self.status
            .revision
            .store(self.revision(), Ordering::Relaxed);
        if self.state.chance.percent(SAMPLED) {
            let (person, room, seq) = (self.number, self.room, message.seq);
            // Where too many wait, another one will do.
            let _ = self.world.samples.try_send(Sample { person, room, seq });
        }
        self.writes_down(What::Shown {
            connection,
            message: message.clone(),
        });
        self.notes(&message);
    }

    fn is_refused(&mut self, id: &str, code: &str, retry: bool, wait: Option<Duration>) {
        let (room, code) = (self.room, code.to_owned());
        let never = match retry {
            true => {
                self.state.outbox.refused_for_now(id, wait);
                None
            }
            false => self.state.outbox.refused_for_good(id),
        };
        if let Some(Wish::React(seq, ..)) = never {
            self.state.lately.retain(|lately| *lately != seq);
            return self.writes_down(What::NotReacted { room, seq, code });
        }
        let id = id.to_owned();
        self.writes_down(What::Refused {
            room,
            id,
            code,
            retry,
        });
    }

    fn revision(&self) -> i64 {
        self.state
            .place
            .as_ref()
            .map_or(0, |(revision, _)| *revision)
    }

    fn writes_down_sending(&self, id: &str, text: &str) {
        self.writes_down(What::Sent {
            room: self.room,
            node: self.state.node as u32,
            id: id.to_owned(),
            text: digest(text),
        });
    }
}

/// The number and the revision that something bears.
fn numbers_of(answer: &Value) -> (i64, i64) {
    let number = |name: &str| answer[name].as_i64().unwrap_or_default();
    (number("seq"), number("revision"))
}
