//! Starts the parts in order and stops them in reverse.

use std::any::Any;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Extensions, ServerHandle, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::{App, HttpServer, web as actix_http_web};
use socket2::{SockRef, TcpKeepalive};
use tokio::signal::unix::{SignalKind, signal};

use crate::chat::{Arbiters, Chat, portions};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::metrics::Metrics;
use crate::store::Store;
use crate::web::{self, Services};

/// A peer that acknowledges nothing for so long is gone: its session is not polled while its socket takes nothing, so only
/// the kernel can end it.
const UNACKNOWLEDGED_MAX: Duration = Duration::from_secs(15);
const KEEPALIVE: TcpKeepalive = TcpKeepalive::new()
    .with_time(Duration::from_secs(15))
    .with_interval(Duration::from_secs(5))
    .with_retries(3);
/// How long a request's head may take to arrive.
const HEAD_MAX: Duration = Duration::from_secs(10);
const IDLE_MAX: Duration = Duration::from_secs(75);
const CONNECTIONS_PER_WORKER_MAX: usize = 50_000;
/// The signal's number, the same on Linux and macOS for every processor that adda is built for.
const SIGXFSZ: i32 = 25;
/// For requests that are still being answered when adda stops, in seconds.
const SHUTDOWN_MAX_S: u64 = 3;

const ANOTHER_HISTORY: &str = "the database was restored, or its epoch renewed, while this adda ran on it: it stopped, so that \
     what is numbered anew is not taken for what it was. Start it again";

/// A site that is open: its database, its rooms, its pages. Clones lead to the same.
#[derive(Clone)]
pub struct Site {
    services: actix_http_web::Data<Services>,
    arbiters: Arbiters,
    store: Store,
    metrics: Arc<Metrics>,
    setup_token: Option<String>,
}

impl Site {
    /// Opens the database and starts the live part, on the current thread, which has to be one of actix's.
    ///
    /// Blocks while the database is brought up to date. Errors: a sentence for whoever started adda.
    pub fn open(config: Config) -> Result<Site> {
        let (store, opened) = Store::open(&config)?;
        if let Some(folder) = &opened.folder {
            let state = if opened.new {
                "new"
            } else {
                "with what was there before"
            };
            log::info!("the data is in {} ({state})", absolute(folder).display());
        } else {
            let state = if opened.new {
                "and was empty"
            } else {
                "with what was there before"
            };
            log::info!("the data is in PostgreSQL ({state})");
        }
        let row = opened.site;
        if config.redis_url.is_some() && opened.folder.is_some() {
            log::warn!(
                "REDIS_URL joins several nodes on one PostgreSQL; on SQLite there is one node and it changes nothing"
            );
        }
        let arbiters = Arbiters::default();
        let metrics: Arc<Metrics> = Arc::default();
        let chat = Chat::start(
            &config,
            store.clone(),
            &row,
            arbiters.clone(),
            metrics.clone(),
        )?;
        let files = store.clone();
        actix_web::rt::spawn(async move { files.look_after_files().await });
        let services = Services::new(Arc::new(config), store.clone(), &row, chat)?;
        let services = actix_http_web::Data::new(services);
        Ok(Site {
            services,
            arbiters,
            store,
            metrics,
            setup_token: row.setup_token,
        })
    }

    /// The application of one worker: for the server here, and for a test server.
    pub fn app(
        &self,
    ) -> App<
        impl ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse,
            Error = actix_web::Error,
            InitError = (),
        > + use<>,
    > {
        self.arbiters.register();
        web::app(self.services.clone())
    }

    /// Says goodbye to everyone, finishes what is being saved, and closes the database.
    pub async fn close(&self) {
        self.services.begin_draining();
        self.services.chat.close().await;
        let store = self.store.clone();
        // The last writes block; the sockets' threads are not to wait for them.
        let _ = actix_http_web::block(move || store.close()).await;
    }
}

/// A site and where it listens.
pub struct Server {
    site: Site,
    listener: TcpListener,
    metrics: Option<TcpListener>,
    address: SocketAddr,
    workers: usize,
}

impl Server {
    /// Listens and opens the site.
    ///
    /// Errors: a sentence for whoever started adda.
    pub fn open(config: Config) -> Result<Server> {
        decline_huge_pages();
        raise_descriptor_limit();
        outlive_size_limit();
        let workers = config.worker_count();
        let listener = listen_on(config.bind, "ADDA_BIND")?;
        let metrics = config
            .metrics
            .map(|address| listen_on(address, "ADDA_METRICS"))
            .transpose()?;
        let address = listener
            .local_addr()
            .map_err(|cause| Error::Unavailable(cause.to_string()))?;
        Ok(Server {
            site: Site::open(config)?,
            listener,
            metrics,
            address,
            workers,
        })
    }

    /// The lines that say where adda is: where it listens first, then the set-up link until that was used.
    pub fn announcement(&self) -> Vec<String> {
        let address = SocketAddr::new(usable(self.address.ip()), self.address.port());
        let mut lines = vec![format!("adda is at http://{address}/")];
        if let Some(token) = &self.site.setup_token {
            // Whoever opens the link may not be at this computer.
            let origin = match self.site.services.config.url.first() {
                Some(site) => site.origin().to_owned(),
                None => format!("http://{address}"),
            };
            lines.push(format!("set it up at {origin}/setup?token={token}"));
        }
        lines
    }

    /// Serves until SIGTERM or SIGINT, then stops within 15 s.
    pub async fn run(self) -> Result<()> {
        let Server {
            site,
            listener,
            metrics,
            address,
            workers,
        } = self;
        if address.ip().is_unspecified()
            && let Some(here) = address_in_network()
        {
            log::info!(
                "others on the network find it at http://{}/",
                SocketAddr::new(here, address.port())
            );
        }
        let serving = site.clone();
        let server = HttpServer::new(move || serving.app())
            .workers(workers)
            .tcp_nodelay(true)
            .h1_allow_half_closed(false)
            .keep_alive(IDLE_MAX)
            .client_request_timeout(HEAD_MAX)
            .max_connections(CONNECTIONS_PER_WORKER_MAX)
            .h1_write_buffer_size(portions::WAITING_MAX)
            .on_connect(prepare_socket)
            .shutdown_timeout(SHUTDOWN_MAX_S)
            .disable_signals()
            .listen(listener)
            .map_err(|cause| Error::Unavailable(cause.to_string()))?
            .run();
        if let Some(listener) = metrics {
            show_metrics(listener, &site)?;
        }
        let stopping = actix_web::rt::spawn(stop_on_signal(site, server.handle())?);
        server
            .await
            .map_err(|cause| Error::Internal(cause.to_string()))?;
        log::info!("stopped");
        match stopping.await {
            Ok(Some(why)) => Err(Error::Unavailable(why.to_owned())),
            _ => Ok(()),
        }
    }
}

fn listen_on(address: SocketAddr, variable: &str) -> Result<TcpListener> {
    TcpListener::bind(address).map_err(|cause| {
        Error::Unavailable(format!("cannot listen on {address} ({variable}): {cause}"))
    })
}

/// Serves what is counted, for as long as the process lives.
fn show_metrics(listener: TcpListener, site: &Site) -> Result<()> {
    let (metrics, store) = (site.metrics.clone(), site.store.clone());
    if let Ok(address) = listener.local_addr() {
        log::info!("metrics are at http://{address}/metrics");
    }
    let server = HttpServer::new(move || {
        App::new().configure(web::metrics::configure(metrics.clone(), store.clone()))
    })
    .workers(1)
    .disable_signals()
    .listen(listener)
    .map_err(|cause| Error::Unavailable(cause.to_string()))?
    .run();
    actix_web::rt::spawn(server);
    Ok(())
}

/// Stops when it is time to; why, where nobody asked for it.
fn stop_on_signal(
    site: Site,
    server: ServerHandle,
) -> Result<impl Future<Output = Option<&'static str>>> {
    let listen = |kind| {
        signal(kind)
            .map_err(|cause| Error::Unavailable(format!("cannot listen for signals: {cause}")))
    };
    let (mut terminate, mut interrupt) = (
        listen(SignalKind::terminate())?,
        listen(SignalKind::interrupt())?,
    );
    Ok(async move {
        let (name, failure) = tokio::select! {
            _ = terminate.recv() => ("SIGTERM", None),
            _ = interrupt.recv() => ("SIGINT", None),
            () = site.services.chat.history_changed() => ("another history", Some(ANOTHER_HISTORY)),
        };
        log::info!("stopping ({name})");
        site.services.begin_draining();
        server.pause().await;
        site.close().await;
        server.stop(true).await;
        failure
    })
}

/// Set on every accepted socket, before anything is read from it.
fn prepare_socket(connection: &dyn Any, _: &mut Extensions) {
    let Some(stream) = connection.downcast_ref::<actix_web::rt::net::TcpStream>() else {
        return;
    };
    let socket = SockRef::from(stream);
    let set = socket
        .set_tcp_user_timeout(Some(UNACKNOWLEDGED_MAX))
        .and_then(|()| socket.set_tcp_keepalive(&KEEPALIVE));
    if let Err(cause) = set {
        log::debug!("a socket's timeouts cannot be set: {cause}");
    }
}

/// In pages of 2 MiB a buffer of which a line is used is in memory as a whole, and so is whatever was freed around it.
#[cfg(target_os = "linux")]
fn decline_huge_pages() {
    if let Err(cause) = rustix::thread::disable_transparent_huge_pages(true) {
        log::debug!("memory comes in huge pages: {cause}");
    }
}

/// Elsewhere nobody asks for them.
#[cfg(not(target_os = "linux"))]
fn decline_huge_pages() {}

/// Many systems allow 1,024 open files where a process does not ask for more; each socket is one.
fn raise_descriptor_limit() {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(limit) => log::debug!("up to {limit} open files"),
        Err(cause) => log::warn!("the limit of open files stays as it is: {cause}"),
    }
}

/// A file that reaches its limit ends the process by a signal, unless somebody listens for it: then writing fails, and people
/// are told as they are of a full disk.
fn outlive_size_limit() {
    if let Err(cause) = signal(SignalKind::from_raw(SIGXFSZ)) {
        log::warn!("a limit on the size of files would end adda: {cause}");
    }
}

/// An address that can be opened in place of one that stands for all.
fn usable(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    }
}

/// The address that others in the network see. Choosing a route sends nothing; the address is one set aside for documentation.
fn address_in_network() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    socket
        .local_addr()
        .ok()
        .map(|address| address.ip())
        .filter(|ip| !ip.is_loopback() && !ip.is_unspecified())
}

fn absolute(path: &std::path::Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}
