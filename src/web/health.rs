//! For whoever watches the server.

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_TYPE;

use super::refusals::Shared;
use crate::store::site;

const PLAIN: (actix_web::http::header::HeaderName, &str) =
    (CONTENT_TYPE, "text/plain; charset=utf-8");

/// The process lives.
pub(super) async fn lives() -> HttpResponse {
    HttpResponse::Ok().insert_header(PLAIN).body("ok")
}

/// It can take traffic: it is not about to stop, and the database answers and takes what is written.
pub(super) async fn is_ready(services: Shared) -> HttpResponse {
    let reason = if services.is_draining() {
        "stopping"
    } else if !services.store.health().can_write {
        "the database does not let go of what was written"
    } else if services
        .store
        .read(|conn| site::load(conn).map(drop))
        .await
        .is_err()
    {
        "no database"
    } else {
        return HttpResponse::Ok().insert_header(PLAIN).body("ok");
    };
    HttpResponse::ServiceUnavailable()
        .insert_header(PLAIN)
        .body(reason)
}
