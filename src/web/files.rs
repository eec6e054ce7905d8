//! The static files, under an address that changes with what is in them.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, web};
use serde_json::json;

use super::refusals::{Answer, Shared};
use crate::emoji;
use crate::error::Error;
use crate::view::{assets, site, texts};

const FOR_EVER: &str = "public, max-age=31536000, immutable";
const NOT_AT_ALL: &str = "no-store";
const A_DAY: &str = "public, max-age=86400";
/// The ground of pages in light: `--ground` of static/css/colours.css.
const GROUND: &str = "#fcfbf7";
const ICON: &str = "img/icon.svg";
const SERVICE_WORKER: &str = "js/service-worker.js";
const ROBOTS: &str = "User-agent: *\nDisallow: /\n";

/// A file. Under the address of another version, which a page from before an update asks for, it is given but not kept.
pub(super) async fn show(path: web::Path<(String, String)>) -> Answer {
    let (hash, path) = path.into_inner();
    let current = hash == assets::hash() && !cfg!(debug_assertions);
    file(&path, if current { FOR_EVER } else { NOT_AT_ALL })
}

/// All emoji, for who looks for one. Under the address of another version it is given but not kept, like a file.
pub(super) async fn list_emoji(hash: web::Path<String>) -> HttpResponse {
    let current = *hash == emoji::hash();
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((CACHE_CONTROL, if current { FOR_EVER } else { NOT_AT_ALL }))
        .body(emoji::list())
}

/// The icon, for those who ask for it without having read a page.
pub(super) async fn icon() -> Answer {
    file(ICON, A_DAY)
}

/// How browsers install the site: under its own name.
pub(super) async fn manifest(services: Shared) -> HttpResponse {
    let name = site::name(&services.store.settings());
    let icon = format!("{}/{ICON}", assets::root());
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/manifest+json"))
        .json(json!({
            "name": name,
            "short_name": name,
            "description": texts::plain("app-description"),
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": GROUND,
            "theme_color": GROUND,
            "icons": [{ "src": icon, "sizes": "any", "type": "image/svg+xml", "purpose": "any" }],
        }))
}

/// The script that answers when somebody clicks a notification. It is asked for anew each time, so that no browser stays with the
/// one of an earlier version; it stands at the root because it looks after all pages.
pub(super) async fn service_worker() -> Answer {
    file(SERVICE_WORKER, "no-cache")
}

/// Search engines have no business in people's rooms.
pub(super) async fn robots() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((CACHE_CONTROL, A_DAY))
        .body(ROBOTS)
}

fn file(path: &str, kept: &'static str) -> Answer {
    let asset = assets::get(path).ok_or(Error::NotFound)?;
    let response = HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, asset.content_type))
        .insert_header((CACHE_CONTROL, kept))
        .body(web::Bytes::from(asset.bytes.into_owned()));
    Ok(response)
}
