//! What a client asks: to whom it goes, and what is refused before.

use std::time::{Duration, Instant};

use actix::prelude::*;

use super::Session;
use crate::chat::hold::Hold;
use crate::chat::hub::{Active, Focus, RoomHandle};
use crate::chat::protocol::{Frame, Request, Unreadable, refusal};
use crate::chat::room::{Ping, Read, Say, Typing};
use crate::error::{Error, Result};
use crate::names::ClientId;
use crate::store::What;

type Context = <Session as Actor>::Context;

/// What somebody does says that they are there, once in so long.
const ACTIVE_EVERY: Duration = Duration::from_secs(60);

impl Session {
    pub(super) fn receive(&mut self, text: &str, ctx: &mut Context) {
        let request = match Request::parse(text) {
            Ok(request) => request,
            Err(Unreadable { error, client_id }) => {
                return self.refuse(&error, client_id.as_ref(), ctx);
            }
        };
        match request {
            Request::Ping { client_id } => self.answer(client_id, ctx),
            Request::Active { on, .. } => self.tell_active(on),
            Request::Post {
                client_id,
                text,
                reply_to,
                attachments,
            } => {
                let Some(room) = self.room_of(client_id.as_ref(), ctx) else {
                    return;
                };
                self.change(
                    &room,
                    client_id.as_ref(),
                    What::Post {
                        text,
                        reply_to,
                        attachments,
                    },
                    ctx,
                );
            }
            Request::Edit { client_id, edit } => {
                let Some(room) = self.room_of(client_id.as_ref(), ctx) else {
                    return;
                };
                self.change(&room, client_id.as_ref(), What::Edit(edit), ctx);
            }
            Request::Delete { client_id, seq } => {
                let Some(room) = self.room_of(client_id.as_ref(), ctx) else {
                    return;
                };
                let reported = false;
                self.change(
                    &room,
                    client_id.as_ref(),
                    What::TakeBack { seq, reported },
                    ctx,
                );
            }
            Request::React {
                client_id,
                reacting,
            } => {
                let Some(room) = self.room_of(client_id.as_ref(), ctx) else {
                    return;
                };
                self.change(&room, client_id.as_ref(), What::React(reacting), ctx);
            }
            Request::Pin { client_id, seq, on } => {
                let Some(room) = self.room_of(client_id.as_ref(), ctx) else {
                    return;
                };
                self.change(&room, client_id.as_ref(), What::Pin { seq, on }, ctx);
            }
            Request::Read { client_id, seq } => {
                let Some(room) = self.room_of(client_id.as_ref(), ctx) else {
                    return;
                };
                let read = Read {
                    session: self.entrance.id,
                    user: self.entrance.person.id,
                    seq,
                    client_id,
                };
                // A mark that finds the room overrun is lost; the next one makes up for it.
                let _ = room.address().try_send(read);
            }
            Request::Focus { client_id, on } => {
                if self.room_of(client_id.as_ref(), ctx).is_some() {
                    // As often as this socket may send frames.
                    self.entrance.hub.do_send(Focus {
                        session: self.entrance.id,
                        user: self.entrance.person.id,
                        on,
                    });
                }
            }
            Request::Typing { client_id, what } => {
                let Some(room) = self.room_of(client_id.as_ref(), ctx) else {
                    return;
                };
                self.does_something();
                let session = self.entrance.id;
                // Nothing is lost with it.
                let _ = room.address().try_send(Typing { session, what });
            }
        }
    }

    fn change(
        &mut self,
        room: &RoomHandle,
        client_id: Option<&ClientId>,
        what: What,
        ctx: &mut Context,
    ) {
        if let Err(error) = self.hand_over(room, client_id, what) {
            if self.hold.is_none() {
                self.hold = Hold::begin(client_id, &error);
            }
            self.refuse(&error, client_id, ctx);
        }
    }

    fn hand_over(
        &mut self,
        room: &RoomHandle,
        client_id: Option<&ClientId>,
        what: What,
    ) -> Result<()> {
        Hold::check(&mut self.hold, client_id)?;
        self.entrance.allowance.take()?;
        self.does_something();
        let say = Say {
            session: self.entrance.id,
            person: self.entrance.person.clone(),
            client_id: client_id.cloned(),
            what,
        };
        room.address().try_send(say).map_err(|_| Error::Busy)
    }

    /// A pong, behind everything queued before it: the room says it, where there is one.
    fn answer(&mut self, client_id: Option<ClientId>, ctx: &mut Context) {
        let Some(room) = &self.room else {
            let pong = Frame::Pong {
                client_id: client_id.as_ref().map(ClientId::as_str),
                revision: 0,
            };
            return ctx.text(pong.encode());
        };
        let ping = Ping {
            session: self.entrance.id,
            client_id: client_id.clone(),
        };
        if room.address().try_send(ping).is_err() {
            self.refuse(&Error::Busy, client_id.as_ref(), ctx);
        }
    }

    /// The room of this socket; who is in none is told that there is nothing to do it to.
    fn room_of(&mut self, client_id: Option<&ClientId>, ctx: &mut Context) -> Option<RoomHandle> {
        if self.room.is_none() {
            self.refuse(&Error::BadRequest("bad-type"), client_id, ctx);
        }
        self.room.clone()
    }

    fn refuse(&mut self, error: &Error, client_id: Option<&ClientId>, ctx: &mut Context) {
        self.say(refusal(error, client_id.map(ClientId::as_str)), ctx);
    }

    fn does_something(&mut self) {
        if self.active_told.elapsed() >= ACTIVE_EVERY {
            self.tell_active(true);
        }
    }

    fn tell_active(&mut self, on: bool) {
        self.active_told = Instant::now();
        // As often as this socket may send frames.
        self.entrance.hub.do_send(Active {
            session: self.entrance.id,
            user: self.entrance.person.id,
            on,
        });
    }
}
