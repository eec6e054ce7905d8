//! A wire between two ends of a connection, a browser and the site or the site and its database, that a test can cut and mend.

use std::net::SocketAddr;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::{oneshot, watch};

/// What gets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Whole,
    /// Pages do, live connections do not: as with some proxies of companies and hotels.
    WithoutSockets,
    Cut,
}

/// Passes bytes on while it is whole; cut, it ends what is open and refuses what comes.
pub struct Wire {
    address: SocketAddr,
    state: Arc<watch::Sender<State>>,
    far_end: Arc<RwLock<SocketAddr>>,
    /// Dropped with this, it stops the thread.
    _stop: oneshot::Sender<()>,
}

impl Wire {
    /// Listens on a free port, and passes on to `far_end`.
    pub fn to(far_end: SocketAddr) -> Wire {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(watch::Sender::new(State::Whole));
        let far_end = Arc::new(RwLock::new(far_end));
        let (stop, stopped) = oneshot::channel();
        let accepting = accept(listener, Arc::clone(&far_end), state.subscribe());
        // On a thread of its own, since a test may block its own while the site connects through here.
        std::thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    () = accepting => {}
                    _ = stopped => {}
                }
            });
        });
        Wire {
            address,
            state,
            far_end,
            _stop: stop,
        }
    }

    /// This end of it.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The site's address at this end of the wire.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Ends every connection, and every new one as soon as it is made.
    pub fn cut(&self) {
        self.state.send_replace(State::Cut);
    }

    /// The same for WebSockets alone.
    pub fn cut_sockets(&self) {
        self.state.send_replace(State::WithoutSockets);
    }

    /// From now on, connects to another address.
    pub fn leads_to(&self, far_end: SocketAddr) {
        *self.far_end.write().unwrap() = far_end;
    }

    pub fn mend(&self) {
        self.state.send_replace(State::Whole);
    }
}

async fn accept(
    listener: std::net::TcpListener,
    far_end: Arc<RwLock<SocketAddr>>,
    state: watch::Receiver<State>,
) {
    let listener = TcpListener::from_std(listener).unwrap();
    while let Ok((client, _)) = listener.accept().await {
        let far_end = *far_end.read().unwrap();
        tokio::spawn(pass(client, far_end, state.clone()));
    }
}

async fn pass(mut client: TcpStream, far_end: SocketAddr, mut state: watch::Receiver<State>) {
    let is_socket = tokio::select! {
        is_socket = asks_for_a_socket(&client) => is_socket,
        _ = state.wait_for(|state| *state == State::Cut) => return reset(&client),
    };
    let Ok(mut server) = TcpStream::connect(far_end).await else {
        return;
    };
    let cut = state
        .wait_for(|state| *state == State::Cut || is_socket && *state == State::WithoutSockets);
    tokio::select! {
        biased;
        _ = cut => reset(&client),
        _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
    }
}

/// Browsers open a connection of its own for each WebSocket: its first bytes tell.
async fn asks_for_a_socket(client: &TcpStream) -> bool {
    let mut bytes = [0; 7];
    while let Ok(length @ 1..) = client.peek(&mut bytes).await {
        if length == bytes.len() || !b"GET /ws".starts_with(&bytes[..length]) {
            return &bytes == b"GET /ws";
        }
        tokio::task::yield_now().await;
    }
    false
}

/// As a broken network does: no goodbye.
fn reset(client: &TcpStream) {
    let _ = socket2::SockRef::from(client).set_linger(Some(Duration::ZERO));
}
