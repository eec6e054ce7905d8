//! The upgrade: from a request of somebody who may enter to a session in a room.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use actix_http::ws::Codec;
use actix_web::http::{Version, header};
use actix_web::{HttpRequest, HttpResponse, web};
use actix_web_actors::ws;
use data_encoding::BASE64;

use super::Chat;
use super::allowance::Bucket;
use super::entrance::{Destination, Entrance};
use super::guard::Guarded;
use super::portions::Portions;
use super::protocol::FRAME_BYTES_MAX;
use super::session::Session;
use crate::error::{Error, Result};
use crate::names::Slug;
use crate::store::attention::{self, Attention};
use crate::store::muted::{self, Muted};
use crate::store::users::{self, Viewer};
use crate::store::{Conn, UserId, rooms};

/// Where a client left off.
#[derive(serde::Deserialize, Debug, Default)]
pub struct Resume {
    /// The last revision it has.
    since: Option<String>,
    /// The history that revision is of.
    epoch: Option<String>,
}

/// Who opens a socket.
struct Comer {
    profile: users::Profile,
    muted: Muted,
    attention: Attention,
}

impl Comer {
    fn read(conn: &mut Conn, user: UserId) -> Result<Comer> {
        Ok(Comer {
            profile: users::profile(conn, user)?,
            muted: muted::of(conn, user)?,
            attention: attention::of(conn, user)?,
        })
    }
}

impl Chat {
    /// Opens a socket in a room. Whoever may read an open room previews it by that, and belongs to it by joining or posting.
    ///
    /// Errors: `NotFound` for a room this person may not know of; `BadRequest` for a handshake that is none.
    pub async fn open_in_room(
        &self,
        request: &HttpRequest,
        payload: web::Payload,
        viewer: &Viewer,
        sign_in: i64,
        slug: Slug,
        resume: &Resume,
    ) -> Result<HttpResponse> {
        check_handshake(request)?;
        let since = self.resume_point(resume)?;
        let looking = viewer.clone();
        let (view, person) = self
            .store
            .read(move |conn| {
                Ok((
                    rooms::by_slug(conn, &looking, &slug)?,
                    Comer::read(conn, looking.id)?,
                ))
            })
            .await?;
        let handle = self.enter(view.id, &view.slug).await?;
        self.start_session(
            request,
            payload,
            person,
            sign_in,
            Some(Destination {
                handle,
                view,
                since,
            }),
        )
    }

    /// Opens a socket for somebody who is in no room just now.
    pub async fn open_anywhere(
        &self,
        request: &HttpRequest,
        payload: web::Payload,
        viewer: &Viewer,
        sign_in: i64,
    ) -> Result<HttpResponse> {
        check_handshake(request)?;
        let user = viewer.id;
        let person = self.store.read(move |conn| Comer::read(conn, user)).await?;
        self.start_session(request, payload, person, sign_in, None)
    }

    fn resume_point(&self, resume: &Resume) -> Result<Option<i64>> {
        let Some(since) = &resume.since else {
            return Ok(None);
        };
        let since: i64 = since
            .parse()
            .ok()
            .filter(|since| *since >= 0)
            .ok_or(Error::BadRequest("bad-since"))?;
        Ok((resume.epoch.as_deref() == Some(&*self.epoch)).then_some(since))
    }

    fn start_session(
        &self,
        request: &HttpRequest,
        payload: web::Payload,
        comer: Comer,
        sign_in: i64,
        room: Option<Destination>,
    ) -> Result<HttpResponse> {
        let verdict = Rc::new(Cell::new(None));
        let Comer {
            mut profile,
            muted,
            attention,
        } = comer;
        let is_visible = !profile.discretion.invisible;
        profile.online = is_visible;
        profile.here = is_visible && room.is_some();
        profile.last_seen = None;
        let session = Session::new(Entrance {
            id: self.session_number(),
            muted,
            attention,
            sign_in,
            allowance: self.allowances.of(profile.id),
            person: Arc::new(profile),
            frames: Bucket::new(self.allowances.rate().of_frames(), Instant::now()),
            epoch: self.epoch.clone(),
            hub: self.hub.clone(),
            room: room.map(Box::new),
            verdict: verdict.clone(),
        });
        let mut answer = ws::handshake(request).map_err(|_| Error::BadRequest("bad-handshake"))?;
        let frames = ws::WebsocketContext::with_codec(
            session,
            Guarded::new(payload, verdict),
            Codec::new().max_size(FRAME_BYTES_MAX),
        );
        Ok(answer.streaming(Portions::new(frames)))
    }
}

/// The library takes versions 7 and 8, any key and HTTP/1.0; RFC 6455 has one version, keys of 16 bytes and HTTP/1.1.
fn check_handshake(request: &HttpRequest) -> Result<()> {
    let only = |name| {
        let mut values = request.headers().get_all(name);
        let first = values.next();
        first
            .filter(|_| values.next().is_none())
            .and_then(|value| value.to_str().ok())
    };
    let version = only(header::SEC_WEBSOCKET_VERSION) == Some("13");
    let key =
        only(header::SEC_WEBSOCKET_KEY).and_then(|key| BASE64.decode(key.trim().as_bytes()).ok());
    let has_body = request.headers().contains_key(header::TRANSFER_ENCODING)
        || request
            .headers()
            .get(header::CONTENT_LENGTH)
            .is_some_and(|length| length != "0");
    let is_current = request.version() >= Version::HTTP_11;
    if version && is_current && !has_body && key.is_some_and(|key| key.len() == 16) {
        Ok(())
    } else {
        Err(Error::BadRequest("bad-handshake"))
    }
}
