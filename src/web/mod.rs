//! Requests and answers: thin handlers, a file per resource, behind one set of guards.

pub mod guards;
pub mod metrics;
pub mod origin;
pub mod refusals;
pub mod visitor;

mod entrance;
mod setup;
mod signup;

mod login;
mod reset;
mod waiting;

mod avatar;
mod distance;
mod invitation;
mod invitations;
mod leaving;
mod lists;
mod lobby;
mod people;
mod profile;
mod room;
mod settings;

mod api;
mod attention;
mod deeds;
mod details;
mod directory;
mod directs;
mod downloads;
mod editing;
mod members;
mod moments;
mod notifications;
mod pins;
mod reactions;
mod reading;
mod reports;
mod search;
mod socket;
mod taking_back;
mod uploads;
mod versions;

mod files;
mod health;

mod accounts;
mod adding;
mod administration;
mod client;
mod commands;
mod composing;
mod cookies;
mod logo;
mod message_administration;
mod methods;
mod passwords;
mod paths;
mod pictures;
mod room_administration;
mod site;
mod throttle;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::App;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web::{self, FormConfig, ServiceConfig};

use crate::chat::Chat;
use crate::config::{Config, SignUp};
use crate::error::Result;
use crate::store::Store;
use crate::store::site::Site;
use crate::view::page::Pages;
use cookies::KnownBrowsers;
use methods::{get, post, resource, upgrade};
use passwords::Passwords;
use pictures::Pictures;
use throttle::Throttle;
use uploads::Uploads;

const FORM_BYTES_MAX: usize = 16 * 1024;
/// A message of any script, each of its bytes written as three.
const COMPOSER_BYTES_MAX: usize = 256 * 1024;
const JSON_BYTES_MAX: usize = 1024 * 1024;

/// What handlers work with; one for all of them.
pub struct Services {
    /// The settings.
    pub config: Arc<Config>,
    /// The database.
    pub store: Store,
    /// The id of the database's history.
    pub epoch: Arc<str>,
    /// The live rooms.
    pub chat: Chat,
    /// The templates.
    pub pages: Pages,
    draining: AtomicBool,
    passwords: Passwords,
    pictures: Pictures,
    uploads: Uploads,
    throttle: Throttle,
    room_making: Throttle,
    invitation_making: Throttle,
    reporting: Throttle,
    searching: Throttle,
    known_browsers: KnownBrowsers,
    /// Whether everybody is being added to the rooms that newcomers join.
    adding_everybody: Arc<AtomicBool>,
    warned_of_proxy: AtomicBool,
}

impl Services {
    /// Makes ready what handlers need. Errors: `Internal` where a template has a mistake.
    pub fn new(config: Arc<Config>, store: Store, site: &Site, chat: Chat) -> Result<Services> {
        let epoch: Arc<str> = site.epoch.as_str().into();
        Ok(Services {
            pages: Pages::new(epoch.clone(), store.known_settings())?,
            passwords: Passwords::new()?,
            pictures: Pictures::new(),
            uploads: Uploads::new(),
            throttle: Throttle::new(config.sign_ins_per_minute),
            room_making: Throttle::of_rooms(config.messages_per_second > 0.0),
            invitation_making: Throttle::of_rooms(config.messages_per_second > 0.0),
            reporting: Throttle::of_reports(config.messages_per_second > 0.0),
            searching: Throttle::of_searches(config.messages_per_second > 0.0),
            known_browsers: KnownBrowsers::new(&site.secret_key)?,
            draining: AtomicBool::new(false),
            adding_everybody: Arc::default(),
            warned_of_proxy: AtomicBool::new(false),
            config,
            store,
            epoch,
            chat,
        })
    }

    /// Who may make an account: what the server's own settings say, or else what administrators chose.
    fn signup(&self) -> SignUp {
        let chosen = self.store.settings().signup;
        self.config.signup.unwrap_or(chosen)
    }

    /// Adda is about to stop: it is no longer ready for traffic.
    pub fn begin_draining(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}

/// The application of one worker.
pub fn app(
    services: web::Data<Services>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse,
        Error = actix_web::Error,
        InitError = (),
    > + use<>,
> {
    App::new()
        .app_data(services)
        .configure(configure)
        .wrap(from_fn(guards::guards))
}

/// Every route.
fn configure(services: &mut ServiceConfig) {
    services
        .app_data(forms_up_to(FORM_BYTES_MAX))
        .app_data(
            web::JsonConfig::default()
                .limit(JSON_BYTES_MAX)
                .error_handler(refusals::of_json),
        )
        .app_data(web::PathConfig::default().error_handler(refusals::of_path))
        .app_data(web::QueryConfig::default().error_handler(refusals::of_query))
        .app_data(web::PayloadConfig::new(JSON_BYTES_MAX))
        // Getting in
        .service(resource("/setup", [get(setup::show), post(setup::submit)]))
        .service(resource(
            "/signup",
            [get(signup::show), post(signup::submit)],
        ))
        .service(resource("/login", [get(login::show), post(login::submit)]))
        .service(resource("/logout", [post(login::leave)]))
        .service(resource("/reset", [get(reset::show), post(reset::submit)]))
        .service(resource("/waiting", [get(waiting::show)]))
        .service(resource("/join", [post(entrance::join)]))
        // Letting others in
        .service(resource("/invitation", [post(invitation::renew)]))
        .service(resource(
            "/invitations",
            [get(invitations::show), post(invitations::make)],
        ))
        .service(resource("/invitations/{id}", [post(invitations::end)]))
        .configure(of_people)
        .configure(of_administrators)
        // Rooms
        .service(resource("/", [get(lobby::show)]))
        .service(resource(
            "/rooms",
            [get(directory::show), post(lobby::make_room)],
        ))
        .service(resource("/chat", [get(lobby::redirect)]))
        .service(resource("/chat/", [get(lobby::redirect)]))
        .service(
            resource(
                "/chat/direct/{username}/",
                [get(directs::show), post(directs::post)],
            )
            .app_data(forms_up_to(COMPOSER_BYTES_MAX)),
        )
        .service(resource("/writing", [get(commands::help)]))
        .service(resource("/chat/{slug}", [get(room::redirect)]))
        .service(resource(
            "/chat/{slug}/",
            [get(room::show), post(room::post)],
        ))
        .service(resource(
            "/chat/{slug}/details",
            [get(details::show), post(details::submit)],
        ))
        .service(resource(
            "/chat/{slug}/notifications",
            [get(notifications::show), post(notifications::submit)],
        ))
        .configure(of_messages)
        .service(resource(
            "/chat/{slug}/unread",
            [post(reading::leave_unread)],
        ))
        .service(resource(
            "/chat/direct/{username}",
            [get(directs::redirect)],
        ))
        .service(resource("/search", [get(search::show)]))
        .service(resource("/files/{id}/{name}", [get(downloads::show)]))
        // Programs and sockets
        .service(web::scope("/api").configure(api::configure))
        .service(resource("/ws/", [upgrade(socket::open_anywhere)]))
        .service(resource(
            "/ws/chat/{slug}/",
            [upgrade(socket::open_in_room)],
        ))
        // For browsers and whoever watches the server
        .service(resource("/static/{hash}/{path:.*}", [get(files::show)]))
        .service(resource("/emoji/{hash}.json", [get(files::list_emoji)]))
        .service(resource("/logo/{version}", [get(logo::show)]))
        .service(resource("/manifest.webmanifest", [get(files::manifest)]))
        .service(resource("/sw.js", [get(files::service_worker)]))
        .service(resource("/favicon.ico", [get(files::icon)]))
        .service(resource("/robots.txt", [get(files::robots)]))
        .service(resource("/healthz", [get(health::lives)]))
        .service(resource("/readyz", [get(health::is_ready)]))
        .default_service(web::to(refusals::unknown));
}

/// What is done to one message of a room.
fn of_messages(services: &mut ServiceConfig) {
    services
        .service(resource(
            "/chat/{slug}/delete",
            [get(taking_back::show), post(taking_back::submit)],
        ))
        .service(
            resource(
                "/chat/{slug}/edit",
                [get(editing::show), post(editing::submit)],
            )
            .app_data(forms_up_to(COMPOSER_BYTES_MAX)),
        )
        .service(resource(
            "/chat/{slug}/versions",
            [get(versions::show), post(versions::submit)],
        ))
        .service(resource(
            "/chat/{slug}/reactions",
            [get(reactions::show), post(reactions::submit)],
        ))
        .service(resource(
            "/chat/{slug}/pins",
            [get(pins::show), post(pins::submit)],
        ))
        .service(resource(
            "/chat/{slug}/report",
            [get(reports::show), post(reports::submit)],
        ));
}

/// One's own account, and what is shown of others.
fn of_people(services: &mut ServiceConfig) {
    services
        .service(resource("/settings", [get(settings::show)]))
        .service(resource(
            "/settings/password",
            [post(settings::change_password)],
        ))
        .service(resource(
            "/settings/delete",
            [get(leaving::show), post(leaving::submit)],
        ))
        .service(resource("/settings/data.json", [get(leaving::download)]))
        .service(resource("/settings/reports", [post(reports::see_all)]))
        .service(resource("/settings/profile", [post(profile::submit)]))
        .service(resource(
            "/settings/notifications",
            [post(attention::submit)],
        ))
        .service(resource("/settings/avatar", [post(avatar::submit)]))
        .service(resource("/settings/sign-ins", [post(settings::sign_out)]))
        .service(resource(
            "/people/{username}/",
            [get(people::show), post(distance::submit)],
        ))
        .service(resource(
            "/people/{username}/avatar/{version}",
            [get(avatar::show)],
        ));
}

/// Looking after the site.
fn of_administrators(services: &mut ServiceConfig) {
    services
        .service(resource("/admin/people", [get(administration::people)]))
        .service(resource(
            "/admin/people/{username}",
            [post(administration::submit)],
        ))
        .service(resource(
            "/admin/invitations",
            [get(invitations::show_all), post(invitations::switch)],
        ))
        // Not below the path of the people: somebody may be called that.
        .service(
            resource(
                "/admin/newcomers",
                [get(adding::show), post(adding::submit)],
            )
            .app_data(forms_up_to(COMPOSER_BYTES_MAX)),
        )
        .service(resource(
            "/admin/messages",
            [
                get(message_administration::show),
                post(message_administration::submit),
            ],
        ))
        .service(resource("/admin/log", [get(administration::log)]))
        .service(resource("/admin/reports", [get(reports::queue::show)]))
        .service(resource(
            "/admin/reports/{id}",
            [post(reports::queue::submit)],
        ))
        .service(
            resource("/admin/site", [get(site::show), post(site::submit)])
                .app_data(forms_up_to(COMPOSER_BYTES_MAX)),
        )
        .service(resource("/admin/site/logo", [post(logo::submit)]))
        .service(resource("/admin/rooms", [get(room_administration::list)]))
        .service(resource(
            "/admin/rooms/{id}",
            [
                get(room_administration::show),
                post(room_administration::submit),
            ],
        ));
}

fn forms_up_to(bytes: usize) -> FormConfig {
    FormConfig::default()
        .limit(bytes)
        .error_handler(refusals::of_form)
}
