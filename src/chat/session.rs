//! One WebSocket: reads frames, keeps to its person's allowance, forwards to its room, writes what it is handed.

mod receiving;

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::prelude::*;
use actix_http::ws::Item;
use actix_web_actors::ws;
use bytestring::ByteString;

use super::closing::CloseReason;
use super::entrance::{Destination, Entrance};
use super::fragments::Fragments;
use super::hold::Hold;
use super::hub::{Connect, Disconnect, RoomHandle};
use super::outlet::{BATCHES_MAX, Batch, Deliver, End, Gauge, Outlet};
use super::protocol::{Frame, Welcome};
use super::room::{Join, Leave};
use crate::secrets;

const PING_EVERY: Duration = Duration::from_secs(20);
const SILENCE_MAX: Duration = Duration::from_secs(30);
/// With this, silence is noticed within 35 s.
const HEARTBEAT_EVERY: Duration = Duration::from_secs(5);

/// The actor of one socket.
pub struct Session {
    entrance: Entrance,
    gauge: Arc<Gauge>,
    last_heard: Instant,
    last_pinged: Instant,
    fragments: Fragments,
    hold: Option<Hold>,
    bye_said: bool,
    /// When it was last told that its person is there.
    active_told: Instant,
    welcomed: bool,
    /// What came before the welcome, for after it.
    early: Vec<Arc<Batch>>,
    room: Option<RoomHandle>,
}

impl Session {
    /// A session that has not started.
    pub fn new(entrance: Entrance) -> Session {
        let now = Instant::now();
        Session {
            entrance,
            gauge: Arc::default(),
            last_heard: now,
            last_pinged: now,
            fragments: Fragments::default(),
            hold: None,
            bye_said: false,
            active_told: now,
            welcomed: false,
            early: Vec::new(),
            room: None,
        }
    }

    fn enter(&mut self, ctx: &mut ws::WebsocketContext<Self>) {
        let address = ctx.address();
        let outlet = Arc::new(Outlet {
            frames: address.clone().recipient(),
            end: address.recipient(),
            gauge: self.gauge.clone(),
        });
        let (id, person) = (self.entrance.id, self.entrance.person.clone());
        let room = self.entrance.room.take();
        // Both must arrive, and each comes once a session.
        self.entrance.hub.do_send(Connect {
            session: id,
            person: person.clone(),
            attention: std::mem::take(&mut self.entrance.attention),
            sign_in: self.entrance.sign_in,
            room: room.as_ref().map(|room| (room.view.id, room.view.wants)),
            muted: std::mem::take(&mut self.entrance.muted),
            belongs: room.as_ref().is_some_and(|room| room.view.joined),
            outlet: outlet.clone(),
        });
        match room {
            Some(destination) => {
                let Destination {
                    handle,
                    view,
                    since,
                } = *destination;
                handle.address().do_send(Join {
                    session: id,
                    person,
                    outlet,
                    view,
                    since,
                });
                self.room = Some(handle);
            }
            None => {
                let welcome = Welcome {
                    epoch: &self.entrance.epoch,
                    room: None,
                    you: &person,
                    revision: 0,
                    online: Vec::new(),
                    online_count: 0,
                    resumed: false,
                };
                self.welcomed = true;
                ctx.text(Frame::Welcome(welcome).encode());
            }
        }
    }

    /// Writes a frame of this session's own, behind the welcome.
    fn say(&mut self, frame: ByteString, ctx: &mut ws::WebsocketContext<Self>) {
        if self.welcomed {
            return ctx.text(frame);
        }
        if self.early.len() >= BATCHES_MAX {
            return self.end(CloseReason::TooManyFrames, ctx);
        }
        let batch = Batch::one(frame);
        self.gauge.added(&batch);
        self.early.push(batch);
    }

    fn write(&mut self, batch: &Batch, ctx: &mut ws::WebsocketContext<Self>) {
        self.gauge.taken(batch);
        for frame in batch.frames() {
            ctx.text(ByteString::clone(frame));
        }
    }

    /// Puts a message in fragments together; the guard has checked their order.
    fn reassemble(&mut self, fragment: Item, ctx: &mut ws::WebsocketContext<Self>) {
        let (bytes, last) = match fragment {
            Item::FirstText(bytes) | Item::Continue(bytes) => (bytes, false),
            Item::Last(bytes) => (bytes, true),
            Item::FirstBinary(_) => return self.end(CloseReason::NotText, ctx),
        };
        match self.fragments.add(&bytes, last) {
            Ok(Some(text)) => self.receive(&text, ctx),
            Ok(None) => {}
            Err(reason) => self.end(reason, ctx),
        }
    }

    fn say_bye(&mut self, reason: CloseReason, ctx: &mut ws::WebsocketContext<Self>) {
        // Before the welcome nothing is said; the close frame tells why.
        if self.bye_said || !self.welcomed || !reason.says_bye() {
            return;
        }
        self.bye_said = true;
        // Without chance all would come back at once; that is no reason not to say goodbye.
        let chance = secrets::random_bytes::<2>().map_or(u16::MAX / 2, u16::from_be_bytes);
        let reconnect_in_ms = reason.reconnect_in_ms(chance);
        ctx.text(
            Frame::Bye {
                reason: reason.word(),
                reconnect_in_ms,
            }
            .encode(),
        );
    }

    fn end(&mut self, reason: CloseReason, ctx: &mut ws::WebsocketContext<Self>) {
        self.say_bye(reason, ctx);
        ctx.close(Some(ws::CloseReason {
            code: reason.code().into(),
            description: Some(reason.word().to_owned()),
        }));
        ctx.stop();
    }

    fn beat(&mut self, ctx: &mut ws::WebsocketContext<Self>) {
        let now = Instant::now();
        if now.duration_since(self.last_heard) >= SILENCE_MAX {
            return self.end(CloseReason::Silent, ctx);
        }
        if now.duration_since(self.last_pinged) >= PING_EVERY {
            self.last_pinged = now;
            ctx.ping(b"");
        }
    }
}

impl Actor for Session {
    type Context = ws::WebsocketContext<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(BATCHES_MAX);
        ctx.run_interval(HEARTBEAT_EVERY, |session, ctx| session.beat(ctx));
        self.enter(ctx);
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        // Here and not where a timer finds the silence: however a session ends, it leaves.
        let (session, user) = (self.entrance.id, self.entrance.person.id);
        if let Some(room) = self.room.take() {
            room.address().do_send(Leave { session });
        }
        self.entrance.hub.do_send(Disconnect { session, user });
    }
}

impl StreamHandler<Result<ws::Message, ws::ProtocolError>> for Session {
    fn handle(&mut self, item: Result<ws::Message, ws::ProtocolError>, ctx: &mut Self::Context) {
        self.last_heard = Instant::now();
        let message = match item {
            Ok(message) => message,
            Err(error) => return self.end(reason_of(&error), ctx),
        };
        if self.entrance.frames.take(self.last_heard).is_err() {
            return self.end(CloseReason::TooManyFrames, ctx);
        }
        match message {
            ws::Message::Text(text) => self.receive(&text, ctx),
            ws::Message::Continuation(fragment) => self.reassemble(fragment, ctx),
            ws::Message::Binary(_) => self.end(CloseReason::NotText, ctx),
            ws::Message::Ping(payload) => ctx.pong(&payload),
            ws::Message::Pong(_) | ws::Message::Nop => {}
            ws::Message::Close(reason) => {
                ctx.close(answer_to_close(reason));
                ctx.stop();
            }
        }
    }

    /// The client is gone, or the guard lets nothing more of it through.
    fn finished(&mut self, ctx: &mut Self::Context) {
        match self.entrance.verdict.get() {
            Some(reason) => self.end(reason, ctx),
            None => ctx.stop(),
        }
    }
}

impl Handler<Deliver> for Session {
    type Result = ();

    fn handle(&mut self, Deliver(batch): Deliver, ctx: &mut Self::Context) {
        if !self.welcomed && !batch.is_opening() {
            // Still counted as waiting, and so bounded.
            return self.early.push(batch);
        }
        self.welcomed = true;
        self.write(&batch, ctx);
        for early in std::mem::take(&mut self.early) {
            self.write(&early, ctx);
        }
    }
}

impl Handler<End> for Session {
    type Result = ();

    fn handle(&mut self, end: End, ctx: &mut Self::Context) {
        match end {
            End::Soon(reason) => self.say_bye(reason, ctx),
            End::Now(reason) => self.end(reason, ctx),
        }
    }
}

/// The codec reports bad UTF-8 as a failed stream, which the guard never hands on.
fn reason_of(error: &ws::ProtocolError) -> CloseReason {
    match error {
        ws::ProtocolError::Overflow => CloseReason::TooBig,
        ws::ProtocolError::Io(cause) if cause.kind() == std::io::ErrorKind::Other => {
            CloseReason::NotUtf8
        }
        _ => CloseReason::ProtocolError,
    }
}

/// A close is answered with its own code, and one that may not be sent with 1002 (RFC 6455, section 7.4).
fn answer_to_close(reason: Option<ws::CloseReason>) -> Option<ws::CloseReason> {
    let reason = reason?;
    let code: u16 = reason.code.into();
    let may_be_sent = matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999);
    let code = if may_be_sent {
        code
    } else {
        CloseReason::ProtocolError.code()
    };
    Some(ws::CloseReason {
        code: code.into(),
        description: None,
    })
}
