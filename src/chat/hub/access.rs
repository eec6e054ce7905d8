//! Sockets live by a sign-in. Between the look at it and the socket's arrival here it may have ended, and it may expire while
//! the socket is open: so each is looked at once more after it came, and then from time to time.

use std::collections::HashSet;
use std::time::Duration;

use actix::prelude::*;

use super::{CutOff, Hub, SignOut};
use crate::chat::closing::CloseReason;
use crate::store::sign_ins;

/// Sockets that come within this time are looked at together: a storm of them costs a few queries.
const LOOK_WITHIN: Duration = Duration::from_millis(50);
/// Until the next attempt where the database could not be asked.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
pub(super) const LOOK_EVERY: Duration = Duration::from_secs(10 * 60);

/// The sign-ins to be looked at.
#[derive(Default)]
pub(super) struct Doubted {
    sign_ins: HashSet<i64>,
    looking: bool,
}

impl Hub {
    /// Has a sign-in looked at soon.
    pub(super) fn doubt(&mut self, sign_in: i64, ctx: &mut Context<Self>) {
        self.doubted.sign_ins.insert(sign_in);
        if !std::mem::replace(&mut self.doubted.looking, true) {
            ctx.run_later(LOOK_WITHIN, |hub, ctx| hub.look(ctx));
        }
    }

    /// Has the sign-ins of all sockets looked at.
    pub(super) fn doubt_all(&mut self, ctx: &mut Context<Self>) {
        let all: Vec<i64> = self
            .people
            .values()
            .flat_map(|person| person.sessions.values())
            .map(|session| session.sign_in)
            .collect();
        for sign_in in all {
            self.doubt(sign_in, ctx);
        }
    }

    fn look(&mut self, ctx: &mut Context<Self>) {
        let doubted: Vec<i64> = std::mem::take(&mut self.doubted.sign_ins)
            .into_iter()
            .collect();
        let (store, asked) = (self.store.clone(), doubted.clone());
        let read = async move { store.read(move |conn| sign_ins::living(conn, &asked)).await };
        ctx.spawn(read.into_actor(self).map(move |living, hub, ctx| {
            let wait = match living {
                Ok(living) => {
                    hub.close_all_but(&doubted, &living);
                    LOOK_WITHIN
                }
                Err(error) => {
                    log::warn!("sign-ins of sockets cannot be looked at: {error}");
                    hub.doubted.sign_ins.extend(doubted);
                    LOOK_AGAIN
                }
            };
            hub.doubted.looking = !hub.doubted.sign_ins.is_empty();
            if hub.doubted.looking {
                ctx.run_later(wait, |hub, ctx| hub.look(ctx));
            }
        }));
    }

    fn close_all_but(&self, doubted: &[i64], living: &HashSet<i64>) {
        let ended: HashSet<i64> = doubted
            .iter()
            .filter(|sign_in| !living.contains(sign_in))
            .copied()
            .collect();
        if ended.is_empty() {
            return;
        }
        for session in self
            .people
            .values()
            .flat_map(|person| person.sessions.values())
        {
            if ended.contains(&session.sign_in) {
                session.outlet.let_go(CloseReason::SignedOut);
            }
        }
    }
}

impl Handler<SignOut> for Hub {
    type Result = ();

    fn handle(&mut self, SignOut(sign_in): SignOut, _: &mut Self::Context) {
        self.close_all_but(&[sign_in], &HashSet::new());
    }
}

impl Handler<CutOff> for Hub {
    type Result = ();

    fn handle(&mut self, CutOff(user): CutOff, _: &mut Self::Context) {
        for session in self
            .people
            .get(&user)
            .iter()
            .flat_map(|person| person.sessions.values())
        {
            session.outlet.let_go(CloseReason::SignedOut);
        }
    }
}
