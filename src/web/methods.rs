//! What a path answers: a method that it does not know gets 405, with the list of those that it does.

use actix_web::guard::{Any, Get, Head};
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::web;
use actix_web::{FromRequest, Handler, HttpRequest, Resource, Responder, Route};

use super::refusals::{self, Shared};
use crate::view::page::Reader;

/// A route, and the methods by which `Allow` names it.
pub(super) struct Way {
    methods: &'static str,
    route: Route,
}

/// Everything that a path answers.
pub(super) fn resource(path: &str, ways: impl IntoIterator<Item = Way>) -> Resource {
    let mut resource = web::resource(path);
    let mut known = Vec::new();
    for way in ways {
        known.push(way.methods);
        resource = resource.route(way.route);
    }
    let known = known.join(", ");
    resource.default_service(web::to(move |services: Shared, request: HttpRequest| {
        let known = HeaderValue::from_str(&known);
        async move {
            let reader = Reader {
                // Who asks was not looked up: nothing is shown that depends on it.
                viewer: None,
                path: request.path(),
            };
            let status = StatusCode::METHOD_NOT_ALLOWED;
            let mut response = refusals::outright(&services, reader, status, "method_not_allowed");
            if let Ok(known) = known {
                response.headers_mut().insert(ALLOW, known);
            }
            response
        }
    }))
}

/// Answers GET, and HEAD with the same head.
pub(super) fn get<F, Args>(handler: F) -> Way
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Way {
        methods: "GET, HEAD",
        route: web::route().guard(Any(Get()).or(Head())).to(handler),
    }
}

/// Opens a socket: GET alone, since an upgrade has no head without the rest.
pub(super) fn upgrade<F, Args>(handler: F) -> Way
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Way {
        methods: "GET",
        route: web::get().to(handler),
    }
}

/// Answers POST.
pub(super) fn post<F, Args>(handler: F) -> Way
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Way {
        methods: "POST",
        route: web::post().to(handler),
    }
}

/// Answers PUT.
pub(super) fn put<F, Args>(handler: F) -> Way
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Way {
        methods: "PUT",
        route: web::put().to(handler),
    }
}

/// Answers PATCH.
pub(super) fn patch<F, Args>(handler: F) -> Way
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Way {
        methods: "PATCH",
        route: web::patch().to(handler),
    }
}

/// Answers DELETE.
pub(super) fn delete<F, Args>(handler: F) -> Way
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Way {
        methods: "DELETE",
        route: web::delete().to(handler),
    }
}
