//! A wire between two ends of a connection, a browser and a node or a node and what it needs, that a test can spoil and mend.

mod flow;
mod pushes;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::{oneshot, watch};

use super::Address;
pub use flow::Flow;
pub use pushes::{Meddling, Trick};

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From whoever connected.
    Up,
    /// To them.
    Down,
}

/// What gets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    Whole,
    /// Pages do, live connections do not: as with some proxies of companies and hotels.
    WithoutSockets,
    Cut,
    Dark,
}

#[derive(Debug, Clone, Copy)]
struct State {
    door: Door,
    up: Flow,
    down: Flow,
    /// How often what was open then was reset, or closed one way.
    resets: u64,
    closed_up: u64,
    closed_down: u64,
}

/// Passes bytes on while it is whole. Each wire has its own faults, which hold until it is mended.
pub struct Wire {
    address: SocketAddr,
    state: Arc<watch::Sender<State>>,
    far_end: Arc<RwLock<SocketAddr>>,
    meddling: Option<Arc<Mutex<Meddling>>>,
    /// Dropped with this, it stops the thread.
    _stop: oneshot::Sender<()>,
}

impl Wire {
    /// Listens on a free port, and passes on to `far_end`.
    pub fn to(far_end: SocketAddr) -> Wire {
        Wire::open(far_end, None)
    }

    /// The same to a Redis, where single messages to subscribers can be meddled with.
    pub fn to_redis(far_end: SocketAddr) -> Wire {
        Wire::open(far_end, Some(Arc::default()))
    }

    fn open(far_end: SocketAddr, meddling: Option<Arc<Mutex<Meddling>>>) -> Wire {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(watch::Sender::new(State::whole()));
        let far_end = Arc::new(RwLock::new(far_end));
        let (stop, stopped) = oneshot::channel();
        let passing = Passing {
            far_end: Arc::clone(&far_end),
            state: state.subscribe(),
            meddling: meddling.clone(),
        };
        // On a thread of its own, since a test may block its own while the site connects through here.
        std::thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    () = passing.accept(listener) => {}
                    _ = stopped => {}
                }
            });
        });
        Wire {
            address,
            state,
            far_end,
            meddling,
            _stop: stop,
        }
    }

    /// This end of it.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// This end of it, for a browser.
    pub fn place(&self) -> Address {
        Arc::new(RwLock::new(self.address))
    }

    /// The site's address at this end of the wire.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on, connects to another address.
    pub fn leads_to(&self, far_end: SocketAddr) {
        *self.far_end.write().unwrap() = far_end;
    }

    /// Ends every connection, and every new one as soon as it is made.
    pub fn cut(&self) {
        self.state.send_modify(|state| state.door = Door::Cut);
    }

    /// The same for WebSockets alone.
    pub fn cut_sockets(&self) {
        self.state
            .send_modify(|state| state.door = Door::WithoutSockets);
    }

    /// Ends every connection that is open; new ones get through.
    pub fn reset_connections(&self) {
        self.state.send_modify(|state| state.resets += 1);
    }

    /// Takes everything and passes on nothing, not even that an end has closed. Connections that met this stay so when it is mended.
    pub fn black_hole(&self) {
        self.state.send_modify(|state| state.door = Door::Dark);
    }

    /// Tells the receivers of that direction that nothing more comes; the other direction goes on.
    pub fn half_close(&self, direction: Direction) {
        self.state.send_modify(|state| match direction {
            Direction::Up => state.closed_up += 1,
            Direction::Down => state.closed_down += 1,
        });
    }

    /// How bytes go one way from now on, on what is open too.
    pub fn flows(&self, direction: Direction, flow: Flow) {
        self.state.send_modify(|state| match direction {
            Direction::Up => state.up = flow,
            Direction::Down => state.down = flow,
        });
    }

    /// The same both ways.
    pub fn slows(&self, flow: Flow) {
        self.flows(Direction::Up, flow);
        self.flows(Direction::Down, flow);
    }

    /// Keeps all bytes back, and what comes meanwhile, until it is mended.
    pub fn holds(&self) {
        self.slows(Flow {
            held: true,
            ..Flow::default()
        });
    }

    /// Does something to the next so many messages of Redis whose channel's name contains this.
    pub fn meddles(&self, channel: &str, times: usize, trick: Trick) {
        let meddling = self.meddling.as_ref().expect("a wire to a Redis");
        meddling.lock().unwrap().ask(channel, times, trick);
    }

    /// How often that was done by now.
    pub fn meddled(&self) -> usize {
        let meddling = self.meddling.as_ref().expect("a wire to a Redis");
        meddling.lock().unwrap().done()
    }

    /// Ends all faults.
    pub fn mend(&self) {
        self.state.send_modify(|state| {
            state.door = Door::Whole;
            state.up = Flow::default();
            state.down = Flow::default();
        });
        if let Some(meddling) = &self.meddling {
            meddling.lock().unwrap().stop();
        }
    }
}

impl State {
    fn whole() -> State {
        State {
            door: Door::Whole,
            up: Flow::default(),
            down: Flow::default(),
            resets: 0,
            closed_up: 0,
            closed_down: 0,
        }
    }

    fn ends(&self, born: State, is_socket: bool) -> bool {
        self.door == Door::Cut
            || is_socket && self.door == Door::WithoutSockets
            || self.resets > born.resets
    }

    fn flow(&self, direction: Direction) -> Flow {
        match direction {
            Direction::Up => self.up,
            Direction::Down => self.down,
        }
    }

    fn closed(&self, direction: Direction) -> u64 {
        match direction {
            Direction::Up => self.closed_up,
            Direction::Down => self.closed_down,
        }
    }
}

/// What each connection is passed on with.
#[derive(Clone)]
struct Passing {
    far_end: Arc<RwLock<SocketAddr>>,
    state: watch::Receiver<State>,
    meddling: Option<Arc<Mutex<Meddling>>>,
}

impl Passing {
    async fn accept(self, listener: std::net::TcpListener) {
        let listener = TcpListener::from_std(listener).unwrap();
        loop {
            // Out of descriptors, say: the next one may be taken again.
            let Ok((client, _)) = listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            };
            tokio::spawn(self.clone().pass(client));
        }
    }

    async fn pass(self, mut client: TcpStream) {
        let born = *self.state.borrow();
        let is_socket = tokio::select! {
            biased;
            () = self.becomes(|state| state.ends(born, false)) => return reset(&client),
            () = self.becomes(|state| state.door == Door::Dark) => {
                flow::swallow(client, None).await;
                return;
            }
            is_socket = asks_for_a_socket(&client) => is_socket,
        };
        let far_end = *self.far_end.read().unwrap();
        let Ok(mut server) = TcpStream::connect(far_end).await else {
            return reset(&client);
        };
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        let is_dark = tokio::select! {
            biased;
            () = self.becomes(|state| state.ends(born, is_socket)) => false,
            () = self.becomes(|state| state.door == Door::Dark) => true,
            passed = flow::pass(&mut client, &mut server, &self.state, &self.meddling) => {
                if passed.is_ok() {
                    return;
                }
                false
            }
        };
        if is_dark {
            flow::swallow(client, Some(server)).await;
        } else {
            reset(&client);
            reset(&server);
        }
    }

    async fn becomes(&self, is_so: impl Fn(&State) -> bool) {
        let mut state = self.state.clone();
        // The test is over where nobody changes it any more.
        let _ = state.wait_for(is_so).await.map(drop);
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
fn reset(end: &TcpStream) {
    let _ = socket2::SockRef::from(end).set_linger(Some(Duration::ZERO));
}
