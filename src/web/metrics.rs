//! What whoever watches this node reads: on an address of its own, so that the public never sees it.

use std::sync::Arc;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Data, ServiceConfig, get};
use actix_web::{HttpResponse, Responder};

use crate::metrics::Metrics;

/// The routes of that address.
pub fn configure(metrics: Arc<Metrics>) -> impl FnOnce(&mut ServiceConfig) {
    move |services| {
        services
            .app_data(Data::from(metrics))
            .route("/metrics", get().to(show));
    }
}

async fn show(metrics: Data<Metrics>) -> impl Responder {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"))
        .body(metrics.text())
}
