//! Who asks: the extractors that handlers name, so that one who forgets to ask does not compile.

use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpMessage, HttpRequest, rt, web};
use futures_util::future::{FutureExt, LocalBoxFuture};

use super::Services;
use super::cookies::SessionToken;
use super::refusals::{ApiRefusal, PageRefusal};
use crate::error::{Error, Result};
use crate::store::users::Viewer;
use crate::store::{Time, sign_ins};

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who it is.
    pub viewer: Viewer,
    /// The number of the sign-in they came by.
    pub sign_in: i64,
}

/// Left with the request of somebody who signed in and waits to be let in: as far as anything else goes, they are not signed in.
#[derive(Debug, Clone)]
pub(super) struct Waits {
    /// What they are called.
    pub(super) name: String,
}

/// Who looks at a page; whoever is not signed in is sent to do so, and then back.
pub struct Visitor(pub SignedIn);

/// Who calls the API or opens a socket; whoever is not signed in gets 401.
pub struct Caller(pub SignedIn);

/// An administrator who looks at a page.
pub struct Administrator(pub SignedIn);

/// Whoever looks at a page, signed in or not.
pub struct Anyone(pub Option<SignedIn>);

impl Deref for Caller {
    type Target = SignedIn;

    fn deref(&self) -> &SignedIn {
        &self.0
    }
}

/// Left with a request whose sign-in was extended: the cookie that is to be sent again.
pub(super) struct Extended(pub(super) SessionToken);

impl FromRequest for Visitor {
    type Error = PageRefusal;
    type Future = LocalBoxFuture<'static, Result<Visitor, PageRefusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move {
            match recognize(&request).await? {
                Some(signed_in) => Ok(Visitor(signed_in)),
                None if waits(&request) => Err(PageRefusal::Waits),
                None => Err(PageRefusal::SignIn {
                    next: way_back(&request),
                }),
            }
        }
        .boxed_local()
    }
}

impl FromRequest for Caller {
    type Error = ApiRefusal;
    type Future = LocalBoxFuture<'static, Result<Caller, ApiRefusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move {
            match recognize(&request).await? {
                Some(signed_in) => Ok(Caller(signed_in)),
                None if waits(&request) => Err(ApiRefusal::from(Error::Refused("refusal-waiting"))),
                None => Err(ApiRefusal::from(Error::SignedOut)),
            }
        }
        .boxed_local()
    }
}

impl FromRequest for Administrator {
    type Error = PageRefusal;
    type Future = LocalBoxFuture<'static, Result<Administrator, PageRefusal>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let visitor = Visitor::from_request(request, payload);
        async move {
            let Visitor(signed_in) = visitor.await?;
            if signed_in.viewer.is_administrator() {
                Ok(Administrator(signed_in))
            } else {
                Err(Error::Forbidden.into())
            }
        }
        .boxed_local()
    }
}

impl FromRequest for Anyone {
    type Error = PageRefusal;
    type Future = LocalBoxFuture<'static, Result<Anyone, PageRefusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move { Ok(Anyone(recognize(&request).await?)) }.boxed_local()
    }
}

/// Who a request's cookie belongs to. Those who are found stay with the request, for the page of an error that comes later.
async fn recognize(request: &HttpRequest) -> Result<Option<SignedIn>> {
    let Some(services) = request.app_data::<web::Data<Services>>() else {
        return Err(Error::Internal(
            "the application holds no services".to_owned(),
        ));
    };
    let Some(token) = SessionToken::presented(request, &services.config) else {
        return Ok(None);
    };
    let hash = token.hash();
    let read = services.store.read(move |conn| {
        let found = sign_ins::find(conn, &hash)?;
        let waits = match found {
            Some(_) => None,
            None => sign_ins::waiting(conn, &hash)?,
        };
        Ok((found, waits))
    });
    let (found, waits) = read.await?;
    if let Some(name) = waits {
        request.extensions_mut().insert(Waits { name });
    }
    let Some(found) = found else {
        return Ok(None);
    };
    if Time::now().since(found.extended_at) > sign_ins::EXTENDED_EVERY {
        extend(services, found.id);
        request.extensions_mut().insert(Extended(token));
    }
    let signed_in = SignedIn {
        viewer: found.viewer,
        sign_in: found.id,
    };
    request.extensions_mut().insert(signed_in.clone());
    Ok(Some(signed_in))
}

fn waits(request: &HttpRequest) -> bool {
    request.extensions().contains::<Waits>()
}

/// Not waited for: the page is the same whether this succeeds, and the next request tries again.
fn extend(services: &web::Data<Services>, sign_in: i64) {
    let store = services.store.clone();
    rt::spawn(async move {
        if let Err(fault) = store
            .write(move |conn| sign_ins::extend(conn, sign_in))
            .await
        {
            log::warn!("a sign-in was not extended: {fault}");
        }
    });
}

/// Where somebody goes after signing in: back to the page they asked for, or to the page of the room they posted to.
fn way_back(request: &HttpRequest) -> String {
    let is_page = matches!(*request.method(), Method::GET | Method::HEAD)
        || request.path().starts_with("/chat/");
    match request.uri().path_and_query() {
        Some(path) if is_page => path.as_str().to_owned(),
        _ => "/".to_owned(),
    }
}
