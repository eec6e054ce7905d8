//! What the ways in have in common: reading a form's fields, and beginning a sign-in.

use actix_web::{HttpRequest, HttpResponse};

use super::client;
use super::cookies::SessionToken;
use super::passwords::Password;
use super::refusals::{self, Shared};
use crate::error::Result;
use crate::names::{self, DisplayName, Username};
use crate::store::sign_ins::Origin;
use crate::store::users::{Credentials, NewAccount};
use crate::store::{Conn, UserId, newcomers, sign_ins, users};

/// The room that newcomers join at first.
pub(super) const LOBBY: &str = "Lobby";

/// How somebody came to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrival {
    /// Somebody wanted them here.
    Invited,
    /// Everyone may make one.
    ByThemself,
}

/// An account as a form describes it, checked.
pub(super) struct Wanted {
    username: Username,
    name: DisplayName,
    password: Password,
}

impl Wanted {
    /// Checks the fields in the order they are seen; what people see is the username where no name was given.
    ///
    /// Errors: `Field` for the first that cannot be taken.
    pub(super) fn parse(username: &str, name: &str, password: &str) -> Result<Wanted> {
        let username = Username::parse(username)?;
        let name = if name.trim().is_empty() {
            username.as_str()
        } else {
            name
        };
        let name = DisplayName::parse(name, "name")?;
        Ok(Wanted {
            username,
            name,
            password: Password::parse(password)?,
        })
    }

    /// The account to be made. Errors: `Busy` where too many passwords wait to be hashed.
    pub(super) async fn account(self, services: &Shared, role: &'static str) -> Result<NewAccount> {
        let password_hash = services.passwords.hash(self.password).await?;
        Ok(NewAccount {
            username: self.username,
            name: self.name,
            role,
            password_hash: Some(password_hash),
        })
    }
}

/// A sign-in of a browser that begins: always with a new token, in place of the one it came with.
pub(super) struct Beginning {
    token: SessionToken,
    origin: Origin,
    replaced: Option<Vec<u8>>,
}

impl Beginning {
    /// For the browser of a request, which keeps the cookie after it is closed where `remember` says so.
    pub(super) fn new(
        services: &Shared,
        request: &HttpRequest,
        remember: bool,
    ) -> Result<Beginning> {
        let replaced = SessionToken::presented(request, &services.config).map(|token| token.hash());
        Ok(Beginning {
            token: SessionToken::fresh(remember)?,
            origin: client::origin(request, &services.config),
            replaced,
        })
    }

    /// The statement that stores it: give it the person, in the transaction that lets them in. `proved` is the hash of the
    /// password by which they showed who they are, where it was by one.
    pub(super) fn statement(
        &self,
        proved: Option<String>,
    ) -> impl Fn(&mut Conn, UserId) -> Result<Option<i64>> + Send + use<> {
        let (hash, replaced) = (self.token.hash(), self.replaced.clone());
        let origin = self.origin.clone();
        move |conn, user| {
            let (proved, replaced) = (proved.as_deref(), replaced.as_deref());
            sign_ins::begin(conn, user, proved, &hash, &origin, replaced)
        }
    }

    /// The answer that signs the browser in and leads on; `ended` is what the statement returned.
    pub(super) fn answer(
        self,
        services: &Shared,
        request: &HttpRequest,
        username: &str,
        ended: Option<i64>,
        next: &str,
    ) -> HttpResponse {
        if let Some(ended) = ended {
            services.chat.sign_out(ended);
        }
        let secure = client::is_secure(request, &services.config);
        let known = services
            .known_browsers
            .cookie(request, secure, &names::skeleton(username));
        let mut response = refusals::see_other(next);
        for cookie in [self.token.cookie(secure), known] {
            if let Err(fault) = response.add_cookie(&cookie) {
                log::error!("a cookie cannot be sent: {fault}");
            }
        }
        response
    }
}

/// Stores a sign-in for somebody who showed by their password who they are.
///
/// Errors: `SignedOut` where it is another one by now.
pub(super) async fn begin(
    services: &Shared,
    beginning: &Beginning,
    credentials: Credentials,
) -> Result<Option<i64>> {
    let (user, begin) = (
        credentials.id,
        beginning.statement(credentials.password_hash),
    );
    services.store.write(move |conn| begin(conn, user)).await
}

/// Makes an account that belongs to the rooms that newcomers join, and begins its sign-in; whoever came by themself may have to wait.
pub(super) fn admit(
    conn: &mut Conn,
    account: &NewAccount,
    arrival: Arrival,
    begin: impl Fn(&mut Conn, UserId) -> Result<Option<i64>>,
) -> Result<Option<i64>> {
    let viewer = users::create(conn, account)?;
    match arrival {
        Arrival::Invited => newcomers::join_rooms(conn, viewer.id)?,
        Arrival::ByThemself => newcomers::arrive_by_themself(conn, &viewer)?,
    }
    begin(conn, viewer.id)
}
