//! Around every request: foreign pages are kept out, errors get their shape, and every answer says what browsers may do with it.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, PERMISSIONS_POLICY,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, web};
use futures_util::FutureExt;
use tokio::time::timeout;

use super::refusals::{self, ApiRefusal, PageRefusal};
use super::visitor::Extended;
use super::{Services, client, origin, uploads};
use crate::error::Error;
use crate::view::page::Reader;

/// From the head of a request to the head of its answer; most of it is for the body to arrive. A socket's comes at once.
const ANSWERED_WITHIN: Duration = Duration::from_secs(20);

const CROSS_ORIGIN_OPENER_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-opener-policy");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");

/// The same for files: those who take them in look after what does not arrive.
const FILE_ANSWERED_WITHIN: Duration = Duration::from_secs(4 * 60 * 60);

/// What a handler that panicked left.
type Panic = Box<dyn Any + Send>;

/// The middleware for the whole application: `App::new().wrap(from_fn(guards))`.
pub async fn guards(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(services) = request.app_data::<web::Data<Services>>().cloned() else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    client::warn_of_untrusted(
        request.peer_addr(),
        request.headers(),
        &services.config,
        &services.warned_of_proxy,
    );
    let policy = Policy {
        content: content_security_policy(request.headers(), &services),
        secure: client::is_secure(request.request(), &services.config),
    };
    let (method, path) = (request.method().clone(), request.path().to_owned());
    let mut response =
        match origin::check_request(request.method(), request.headers(), &services.config) {
            Err(foreign) => {
                let answer = answer(&services, request.request(), &foreign);
                request.into_response(answer)
            }
            Ok(()) => match timeout(answered_within(&request), caught(next.call(request))).await {
                Ok(Ok(response)) => shape(&services, response?.map_into_boxed_body()),
                Err(_) => {
                    let mut response = too_late(&services, &path);
                    decorate(response.headers_mut(), policy);
                    return Err(InternalError::from_response("too late", response).into());
                }
                Ok(Err(_)) => {
                    let panic = Error::Internal("a handler panicked".to_owned());
                    let mut response = if refusals::is_for_programs(&path) {
                        refusals::json(&panic, &method, &path)
                    } else {
                        let reader = Reader {
                            viewer: None,
                            path: &path,
                        };
                        refusals::page_for(&services, reader, &method, &panic, None)
                    };
                    decorate(response.headers_mut(), policy);
                    return Err(InternalError::from_response("panic", response).into());
                }
            },
        };
    resend_cookie(&services, &mut response);
    decorate(response.headers_mut(), policy);
    Ok(response)
}

fn answered_within(request: &ServiceRequest) -> Duration {
    let path = request.path();
    let is_upload = path.starts_with("/api/rooms/") && path.contains("/uploads");
    let is_form = path.starts_with("/chat/") && uploads::form::carries_files(request.request());
    if is_upload || is_form {
        FILE_ANSWERED_WITHIN
    } else {
        ANSWERED_WITHIN
    }
}

fn caught<T>(handling: impl Future<Output = T>) -> impl Future<Output = Result<T, Panic>> {
    AssertUnwindSafe(handling).catch_unwind()
}

/// Whoever announces more than they send keeps their connection no longer.
fn too_late(services: &Services, path: &str) -> HttpResponse {
    let reader = Reader { viewer: None, path };
    let mut response = refusals::outright(services, reader, StatusCode::REQUEST_TIMEOUT, "timeout");
    response
        .head_mut()
        .set_connection_type(ConnectionType::Close);
    response
}

/// Gives refusals the shape that whoever asked can read.
fn shape(services: &Services, response: ServiceResponse) -> ServiceResponse {
    let redrawn = match response.response().error() {
        Some(error) => {
            if let Some(refusal) = error.as_error::<ApiRefusal>() {
                Some(refusals::json_of(
                    refusal,
                    response.request().method(),
                    response.request().path(),
                ))
            } else if let Some(PageRefusal::Fault { error, offer }) = error.as_error() {
                Some(refusals::page(
                    services,
                    response.request(),
                    error,
                    offer.clone(),
                ))
            } else if error.as_error::<PageRefusal>().is_some() {
                None
            } else {
                let status = response.status();
                of_library(status).map(|error| answer(services, response.request(), &error))
            }
        }
        None => None,
    };
    match redrawn {
        Some(redrawn) => {
            let (request, _) = response.into_parts();
            ServiceResponse::new(request, redrawn)
        }
        None => response,
    }
}

/// An error of ours for one that the library refused by itself.
fn of_library(status: StatusCode) -> Option<Error> {
    match status {
        StatusCode::BAD_REQUEST => Some(Error::BadRequest("bad-request")),
        StatusCode::NOT_FOUND => Some(Error::NotFound),
        StatusCode::PAYLOAD_TOO_LARGE => Some(Error::TooLarge),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Some(Error::Unsupported),
        StatusCode::INTERNAL_SERVER_ERROR => Some(Error::Internal(
            "the library refused the request".to_owned(),
        )),
        _ => None,
    }
}

fn answer(services: &Services, request: &actix_web::HttpRequest, error: &Error) -> HttpResponse {
    if refusals::is_for_programs(request.path()) {
        refusals::json(error, request.method(), request.path())
    } else {
        refusals::page(services, request, error, None)
    }
}

/// A sign-in that was extended lasts longer in the browser too.
fn resend_cookie(services: &Services, response: &mut ServiceResponse) {
    let secure = client::is_secure(response.request(), &services.config);
    let cookie = match response.request().extensions().get::<Extended>() {
        Some(Extended(token)) if token.is_kept() => token.cookie(secure),
        _ => return,
    };
    // A handler that set the cookie itself knows better: it signed somebody in or out.
    if response
        .response()
        .cookies()
        .any(|set| set.name() == cookie.name())
    {
        return;
    }
    if let Err(fault) = response.response_mut().add_cookie(&cookie) {
        log::warn!("a cookie was not sent again: {fault}");
    }
}

/// What an answer tells the browser of its own site.
struct Policy {
    content: HeaderValue,
    /// Whether the site is reached over https.
    secure: bool,
}

fn decorate(headers: &mut HeaderMap, policy: Policy) {
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    // With `no-referrer` browsers send `Origin: null` with forms, which the check above would refuse.
    set(REFERRER_POLICY, "same-origin");
    if policy.secure {
        // Over plain http browsers ignore it, and complain of it on every page.
        set(CROSS_ORIGIN_OPENER_POLICY, "same-origin");
    }
    set(CROSS_ORIGIN_RESOURCE_POLICY, "same-origin");
    set(
        PERMISSIONS_POLICY,
        "camera=(), geolocation=(), microphone=(self), payment=(), usb=()",
    );
    // What somebody uploaded has a stricter one.
    if !headers.contains_key(CONTENT_SECURITY_POLICY) {
        headers.insert(CONTENT_SECURITY_POLICY, policy.content);
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    }
}

/// What a page may load and run. Sockets are named by host: older Safari does not count them to 'self'.
fn content_security_policy(headers: &HeaderMap, services: &Services) -> HeaderValue {
    let mut connect = String::from("'self'");
    for host in services
        .config
        .url
        .iter()
        .map(|site| site.host())
        .chain(origin::host(headers))
    {
        for scheme in ["ws", "wss"] {
            connect.push_str(&format!(" {scheme}://{host}"));
        }
    }
    let policy = format!(
        "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; \
         connect-src {connect}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
    );
    HeaderValue::from_str(&policy)
        .unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
}
