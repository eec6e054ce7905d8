//! From an error to an answer: its status, its shape (JSON for programs, a page for people), and one line in the log.

use std::borrow::Cow;
use std::fmt;

use actix_web::error::{JsonPayloadError, PathError, QueryPayloadError, UrlencodedError};
use actix_web::http::header::{
    CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, RETRY_AFTER, SEC_WEBSOCKET_VERSION,
};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, ResponseError, web};
use serde_json::json;

use super::visitor::SignedIn;
use super::{Services, paths};
use crate::error::{Error, Result};
use crate::secrets;
use crate::view::forms::{Fault, Offer};
use crate::view::page::Reader;
use crate::view::texts;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// What strangers send is written to the log up to here.
const LOGGED_CHARACTERS_MAX: usize = 200;

/// Why a program got nothing: `{"error":{"code","message"}}`.
#[derive(Debug)]
pub struct ApiRefusal {
    error: Error,
    /// The key of a sentence that fits better than the error's own.
    text: Option<&'static str>,
}

/// Why a person got no page.
#[derive(Debug)]
pub enum PageRefusal {
    /// A page that says what went wrong.
    Fault {
        /// What went wrong.
        error: Error,
        /// A room that could be made where there is none.
        offer: Option<Offer>,
    },
    /// Somebody has to let them in first.
    Waits,
    /// They have to sign in first.
    SignIn {
        /// Where they go on from there.
        next: String,
    },
}

/// The status of the answer to an error. A refused field is 422 in a form and 400 in the API.
pub fn status(error: &Error) -> StatusCode {
    match error {
        Error::BadRequest(_) => StatusCode::BAD_REQUEST,
        Error::SignedOut => StatusCode::UNAUTHORIZED,
        Error::Forbidden | Error::Refused(_) | Error::ForeignOrigin { .. } => StatusCode::FORBIDDEN,
        Error::NotFound => StatusCode::NOT_FOUND,
        Error::Conflict | Error::Stale | Error::Full(_) => StatusCode::CONFLICT,
        Error::Empty | Error::TooLong | Error::Field { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Error::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Error::Unsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Error::Stalled(_) => StatusCode::REQUEST_TIMEOUT,
        Error::RateLimited(_) => StatusCode::TOO_MANY_REQUESTS,
        Error::Busy | Error::Unavailable(_) | Error::NoSpace => StatusCode::SERVICE_UNAVAILABLE,
        Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The seconds of an error's `Retry-After`, rounded up.
pub(super) fn retry_after(error: &Error) -> Option<u64> {
    error
        .retry_after()
        .map(|wait| wait.as_millis().div_ceil(1_000).max(1) as u64)
}

/// The page for an error, with its cause in the log.
pub(super) fn page(
    services: &Services,
    request: &HttpRequest,
    error: &Error,
    offer: Option<Offer>,
) -> HttpResponse {
    let signed_in = request.extensions().get::<SignedIn>().cloned();
    let reader = Reader {
        viewer: signed_in.as_ref().map(|signed_in| &signed_in.viewer),
        path: request.path(),
    };
    page_for(services, reader, request.method(), error, offer)
}

/// The same where there is no more of the request than this.
pub(super) fn page_for(
    services: &Services,
    reader: Reader,
    method: &Method,
    error: &Error,
    offer: Option<Offer>,
) -> HttpResponse {
    let number = log_cause(error, method, reader.path);
    let fault = Fault {
        status: status(error).as_u16(),
        code: error.code(),
        text: texts::error(error),
        detail: number
            .as_deref()
            .map(texts::request_number)
            .unwrap_or_default(),
        offer,
    };
    let mut response = html(status(error), drawn(services, reader, &fault));
    decorate(&mut response, error, number.as_deref());
    response
}

/// A refusal that no error of ours stands for, in the shape that whoever asked can read: its sentence is `error-CODE`.
pub(super) fn outright(
    services: &Services,
    reader: Reader,
    status: StatusCode,
    code: &'static str,
) -> HttpResponse {
    let text = texts::plain(&format!("error-{code}"));
    if is_for_programs(reader.path) {
        let body = json!({ "error": { "code": code, "message": text } });
        return HttpResponse::build(status).json(body);
    }
    let fault = Fault {
        status: status.as_u16(),
        code,
        text,
        detail: String::new(),
        offer: None,
    };
    html(status, drawn(services, reader, &fault))
}

fn drawn(services: &Services, reader: Reader, fault: &Fault) -> String {
    services
        .pages
        .draw(reader, fault)
        .unwrap_or_else(|mistake| {
            log::error!("the error page: {mistake}");
            fault.code.to_owned()
        })
}

/// The answer to a program, with the cause in the log.
pub(super) fn json(error: &Error, method: &Method, path: &str) -> HttpResponse {
    json_saying(&texts::error(error), error, method, path)
}

/// The same for a refusal, in its own words where it has some.
pub(super) fn json_of(refusal: &ApiRefusal, method: &Method, path: &str) -> HttpResponse {
    match refusal.text {
        Some(key) => json_saying(&texts::plain(key), &refusal.error, method, path),
        None => json(&refusal.error, method, path),
    }
}

fn json_saying(text: &str, error: &Error, method: &Method, path: &str) -> HttpResponse {
    let number = log_cause(error, method, path);
    let status = match error {
        Error::Field { .. } => StatusCode::BAD_REQUEST,
        other => status(other),
    };
    let body = json!({ "error": { "code": error.code(), "message": text } });
    let mut response = HttpResponse::build(status).json(body);
    decorate(&mut response, error, number.as_deref());
    response
}

/// Whether programs ask here, who read JSON.
pub(super) fn is_for_programs(path: &str) -> bool {
    path.starts_with("/api/") || path == "/api" || path.starts_with("/ws/") || path == "/ws"
}

/// Nothing is here.
pub(super) async fn unknown(request: HttpRequest) -> Result<HttpResponse, actix_web::Error> {
    Err(shaped(&request, Error::NotFound))
}

pub(super) fn of_form(error: UrlencodedError, request: &HttpRequest) -> actix_web::Error {
    shaped(request, form_fault(&error))
}

/// What is wrong with a form.
pub(super) fn form_fault(error: &UrlencodedError) -> Error {
    match error {
        UrlencodedError::Overflow { .. } => Error::TooLarge,
        UrlencodedError::ContentType => Error::Unsupported,
        _ => Error::BadRequest("bad-form"),
    }
}

pub(super) fn of_json(error: JsonPayloadError, request: &HttpRequest) -> actix_web::Error {
    let error = match error {
        JsonPayloadError::Overflow { .. } | JsonPayloadError::OverflowKnownLength { .. } => {
            Error::TooLarge
        }
        JsonPayloadError::ContentType => Error::Unsupported,
        _ => Error::BadRequest("bad-json"),
    };
    shaped(request, error)
}

pub(super) fn of_path(_: PathError, request: &HttpRequest) -> actix_web::Error {
    shaped(request, Error::NotFound)
}

pub(super) fn of_query(_: QueryPayloadError, request: &HttpRequest) -> actix_web::Error {
    shaped(request, Error::BadRequest("bad-query"))
}

fn shaped(request: &HttpRequest, error: Error) -> actix_web::Error {
    if is_for_programs(request.path()) {
        ApiRefusal::from(error).into()
    } else {
        PageRefusal::from(error).into()
    }
}

/// Writes a cause to the log under a number that the answer bears, so that one leads to the other.
fn log_cause(error: &Error, method: &Method, path: &str) -> Option<String> {
    let path = shortened(path);
    if let Error::ForeignOrigin { found, expected } = error {
        // What strangers send is written so that it stays on its line.
        let (found, expected) = (shortened(found), shortened(expected));
        if expected == texts::SAME_ORIGIN {
            log::warn!("{method} {path:?} refused: Sec-Fetch-Site is {found:?}");
        } else if found.is_empty() {
            log::warn!("{method} {path:?} refused: no Origin came, expected {expected:?}");
        } else {
            log::warn!(
                "{method} {path:?} refused: came from {found:?}, expected {expected:?}; \
                 ADDA_URL names the site's own address"
            );
        }
        return None;
    }
    let cause = error.cause()?;
    let number = secrets::random_word(8).unwrap_or_default();
    log::error!(
        "request {number}, {method} {path:?}: {}: {cause}",
        error.code()
    );
    Some(number)
}

fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(LOGGED_CHARACTERS_MAX) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// Says when it may be tried again, where that is known.
fn wait(response: &mut HttpResponse, error: &Error) {
    if let Some(seconds) = retry_after(error) {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
}

fn decorate(response: &mut HttpResponse, error: &Error, number: Option<&str>) {
    wait(response, error);
    if matches!(error, Error::BadRequest("bad-handshake")) {
        // RFC 6455, section 4.2.2: whoever asked for another version learns which one there is.
        let version = HeaderValue::from_static("13");
        response
            .headers_mut()
            .insert(SEC_WEBSOCKET_VERSION, version);
    }
    if let Some(Ok(number)) = number.map(HeaderValue::from_str) {
        response.headers_mut().insert(X_REQUEST_ID, number);
    }
}

impl ApiRefusal {
    /// What went wrong, in the words of a key of the texts file.
    pub fn worded(error: Error, text: &'static str) -> ApiRefusal {
        ApiRefusal {
            error,
            text: Some(text),
        }
    }
}

impl From<Error> for ApiRefusal {
    fn from(error: Error) -> ApiRefusal {
        ApiRefusal { error, text: None }
    }
}

impl From<Error> for PageRefusal {
    fn from(error: Error) -> PageRefusal {
        PageRefusal::Fault { error, offer: None }
    }
}

impl fmt::Display for ApiRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(formatter)
    }
}

impl fmt::Display for PageRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PageRefusal::Fault { error, .. } => error.fmt(formatter),
            PageRefusal::Waits => formatter.write_str("waits to be let in"),
            PageRefusal::SignIn { .. } => formatter.write_str("not signed in"),
        }
    }
}

/// The guards draw these again with what they know of the request; without them they are still answers.
impl ResponseError for ApiRefusal {
    fn status_code(&self) -> StatusCode {
        status(&self.error)
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

impl ResponseError for PageRefusal {
    fn status_code(&self) -> StatusCode {
        match self {
            PageRefusal::Fault { error, .. } => status(error),
            PageRefusal::Waits | PageRefusal::SignIn { .. } => StatusCode::SEE_OTHER,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status_code());
        let location = match self {
            PageRefusal::Fault { .. } => return response,
            PageRefusal::Waits => "/waiting".to_owned(),
            PageRefusal::SignIn { next } => format!("/login?next={}", paths::query_value(next)),
        };
        if let Ok(location) = HeaderValue::from_str(&location) {
            response.headers_mut().insert(LOCATION, location);
        }
        response
    }
}

/// Goes on to another page of this site.
pub(super) fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, paths::ascii(path)))
        .finish()
}

/// A page that was drawn.
pub(super) fn html(status: StatusCode, page: String) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, HTML))
        .body(page)
}

/// A page that may say why something was refused; then it is told also when that may be tried again.
pub(super) fn html_of(refusal: Option<&Error>, page: String) -> HttpResponse {
    let mut response = html(refusal.map_or(StatusCode::OK, status), page);
    if let Some(refusal) = refusal {
        wait(&mut response, refusal);
    }
    response
}

/// What handlers of pages return.
pub(super) type Answer = Result<HttpResponse, PageRefusal>;

/// The services, as handlers name them.
pub(super) type Shared = web::Data<Services>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_strangers_send_is_short_in_the_log() {
        assert_eq!(shortened("/chat/দ/"), "/chat/দ/");
        let long = shortened(&"দ".repeat(5_000)).into_owned();
        assert_eq!(long.chars().count(), LOGGED_CHARACTERS_MAX + 1);
        assert!(long.ends_with('…'));
    }
}
