//! What whoever watches this node reads: on an address of its own, so that the public never sees it.

use std::sync::Arc;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Data, ServiceConfig, get};
use actix_web::{HttpResponse, Responder};

use crate::metrics::{Metrics, gauge};
use crate::store::Store;

/// The routes of that address.
pub fn configure(metrics: Arc<Metrics>, store: Store) -> impl FnOnce(&mut ServiceConfig) {
    move |services| {
        services
            .app_data(Data::from(metrics))
            .app_data(Data::new(store))
            .route("/metrics", get().to(show));
    }
}

async fn show(metrics: Data<Metrics>, store: Data<Store>) -> impl Responder {
    let mut text = metrics.text();
    let health = store.health();
    for (name, meaning, count) in [
        (
            "adda_reads_waiting",
            "Reads that wait for a thread",
            health.reads_waiting,
        ),
        (
            "adda_writes_waiting",
            "Writes that wait for a thread",
            health.writes_waiting,
        ),
        (
            "adda_readers_stuck",
            "Reading threads that the database holds",
            health.readers_stuck,
        ),
        (
            "adda_writers_stuck",
            "Writing threads that the database holds",
            health.writers_stuck,
        ),
    ] {
        gauge(
            &mut text,
            name,
            meaning,
            i64::try_from(count).unwrap_or(i64::MAX),
        );
    }
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"))
        .body(text)
}
