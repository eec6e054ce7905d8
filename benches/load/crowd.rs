//! Many sockets on one thread: opens them, reads what comes, writes what is to be said.
//!
//! One wait finds the sockets that have something; each is read once into a buffer that all share, and only what is left of
//! a frame that has not come whole is kept beside the socket. So a burst of messages costs one read for each socket.

use std::io::{ErrorKind, Read};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use socket2::{Domain, Protocol, SockRef, Socket, Type};

use crate::frames;
use crate::http;
use crate::member::{Heard, Member, State, send, take_frames};
use crate::{Failure, Result};

/// A frame may be as large as this buffer; a burst for one socket is read in such pieces.
const BUFFER: usize = 256 << 10;
const EVENTS: usize = 1_024;
/// Handshakes that run at the same time: enough to keep the server busy, below what a listener queues.
const HANDSHAKES: usize = 64;
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
/// Connections from one address: below the 28,000 ports that Linux gives out for one.
const PER_ADDRESS: usize = 8_000;
/// Linux makes more of it, but no less.
const RECEIVE_BUFFER_MIN: usize = 2_048;
/// What Linux answers where a connection is on its way (EINPROGRESS).
const IN_PROGRESS: i32 = 115;
/// Any 16 bytes will do; the server's answer to them tells a client only that it talks to a WebSocket server.
const KEY: &str = "YSBsb25nIGVhc3kgdGFsaw==";

/// Where a connection goes, and as whom.
pub struct Place {
    /// The number of the room, for whoever looks at what comes.
    pub room: usize,
    /// The number of the node.
    pub node: usize,
    pub path: String,
    pub cookies: String,
}

/// Connections that belong together.
pub struct Crowd {
    poll: Poll,
    events: Events,
    nodes: Vec<SocketAddr>,
    places: Vec<Place>,
    members: Vec<Member>,
    buffer: Vec<u8>,
    masks: u32,
    open: usize,
    closed: usize,
    /// The first reason why one was closed.
    pub reason: Option<String>,
    /// Whose connection has ended since somebody took them from here.
    pub lost: Vec<usize>,
}

impl Crowd {
    /// Opens a connection for each place, and waits until the server has greeted all of them; `hear` gets the welcomes.
    pub fn open(
        nodes: Vec<SocketAddr>,
        places: Vec<Place>,
        hear: &mut impl FnMut(Heard<'_>),
    ) -> Result<Crowd> {
        let wanted = places.len() as u64 + 64;
        if rlimit::increase_nofile_limit(wanted).map_or(true, |limit| limit < wanted) {
            return Err(format!(
                "{} connections need a higher limit of open files (ulimit -n)",
                places.len()
            )
            .into());
        }
        let mut crowd = Crowd {
            poll: Poll::new()?,
            events: Events::with_capacity(EVENTS),
            nodes,
            members: places.iter().map(|_| Member::absent()).collect(),
            places,
            buffer: vec![0; BUFFER],
            masks: 0x9e37_79b9,
            open: 0,
            closed: 0,
            reason: None,
            lost: Vec::new(),
        };
        let mut ready = Vec::new();
        let mut begun = 0;
        let mut last_progress = (0, Instant::now());
        while crowd.open < crowd.len() {
            while begun < crowd.len() && begun - crowd.open < HANDSHAKES {
                crowd.connect(begun, "");
                begun += 1;
            }
            crowd.wait(Duration::from_millis(100), &mut ready)?;
            for member in ready.drain(..) {
                crowd.read(member, hear);
            }
            if let Some(reason) = &crowd.reason {
                return Err(format!("a connection was not opened: {reason}").into());
            }
            if crowd.open > last_progress.0 {
                last_progress = (crowd.open, Instant::now());
            } else if last_progress.1.elapsed() > HANDSHAKE_MAX {
                return Err(format!(
                    "{} of {} connections were opened, then none for 10 s",
                    crowd.open,
                    crowd.len()
                )
                .into());
            }
        }
        Ok(crowd)
    }

    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// How many the server has closed.
    pub fn closed(&self) -> usize {
        self.closed
    }

    pub fn room_of(&self, member: usize) -> usize {
        self.places[member].room
    }

    /// The node that somebody is on, or was last.
    pub fn node_of(&self, member: usize) -> usize {
        self.places[member].node
    }

    pub fn is_open(&self, member: usize) -> bool {
        self.members[member].state == State::Open
    }

    /// Where somebody's connection comes from.
    pub fn port_of(&self, member: usize) -> Option<u16> {
        let address = self.members[member].stream.as_ref()?.local_addr();
        address.ok().map(|address| address.port())
    }

    /// Connects somebody again, perhaps to another node, with a query that says where they left off. Where that fails they are
    /// among the lost.
    pub fn come_back(&mut self, member: usize, node: usize, query: &str) {
        self.places[member].node = node;
        self.connect(member, query);
    }

    /// Ends a connection as a broken network does: with a reset, and without a word.
    pub fn cut(&mut self, member: usize) {
        if let Some(stream) = &self.members[member].stream {
            // Fails only where the connection has gone, which is what is wanted.
            let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
        }
        self.hang_up(member);
    }

    /// Stops reading somebody's connection for good, and leaves it open.
    pub fn fall_asleep(&mut self, member: usize) {
        let member = &mut self.members[member];
        if let Some(stream) = &mut member.stream {
            // What has come and waits is all that the server gets rid of. A failure leaves it some more room.
            let _ = SockRef::from(&*stream).set_recv_buffer_size(RECEIVE_BUFFER_MIN);
            let _ = self.poll.registry().deregister(stream);
        }
        if member.state == State::Open {
            self.open -= 1;
        }
        member.state = State::Asleep;
    }

    fn connect(&mut self, number: usize, query: &str) {
        match self.dial(number, query) {
            Ok((stream, outgoing)) => {
                self.members[number] = Member {
                    stream: Some(stream),
                    state: State::Upgrading,
                    outgoing,
                    ..Member::absent()
                };
                self.flush(number);
            }
            Err(cause) => self.close(number, cause.to_string()),
        }
    }

    /// Begins a connection. Returns it with the request that goes over it.
    fn dial(&self, number: usize, query: &str) -> std::io::Result<(TcpStream, Vec<u8>)> {
        let place = &self.places[number];
        let address = self.nodes[place.node];
        let domain = Domain::for_address(address);
        let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
        let beyond = number / PER_ADDRESS;
        if beyond > 0 {
            // All of 127.0.0.0/8 is this machine.
            let own = Ipv4Addr::new(127, 0, 0, 1 + beyond as u8);
            socket.bind(&SocketAddr::from((own, 0)).into())?;
        }
        socket.set_tcp_nodelay(true)?;
        socket.set_nonblocking(true)?;
        match socket.connect(&address.into()) {
            Err(cause) if cause.raw_os_error() != Some(IN_PROGRESS) => return Err(cause),
            _ => {}
        }
        let mut stream = TcpStream::from_std(socket.into());
        self.poll.registry().register(
            &mut stream,
            Token(number),
            Interest::READABLE | Interest::WRITABLE,
        )?;
        let headers = [
            ("Connection", "Upgrade"),
            ("Upgrade", "websocket"),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", KEY),
            ("Cookie", &place.cookies),
        ];
        let path = format!("{}{query}", place.path);
        Ok((stream, http::request("GET", &path, address, &headers, b"")))
    }

    /// Waits until something can be read, and lists for which connections.
    pub fn wait(&mut self, most: Duration, ready: &mut Vec<usize>) -> Result<()> {
        match self.poll.poll(&mut self.events, Some(most)) {
            Err(cause) if cause.kind() != ErrorKind::Interrupted => {
                return Err(Failure::from(cause));
            }
            _ => {}
        }
        for event in &self.events {
            let Token(number) = event.token();
            let member = &mut self.members[number];
            if event.is_writable() && !member.outgoing.is_empty() {
                send(member);
            }
            member.ending |= event.is_read_closed() || event.is_error();
            if event.is_readable() || member.ending {
                ready.push(number);
            }
        }
        Ok(())
    }

    /// Puts a message behind what a connection is still to send.
    pub fn say(&mut self, member: usize, text: &[u8]) {
        self.masks = self
            .masks
            .wrapping_mul(0x0019_660d)
            .wrapping_add(0x3c6e_f35f);
        frames::write(
            frames::TEXT,
            text,
            self.masks,
            &mut self.members[member].outgoing,
        );
    }

    /// Sends what a connection has to send, as far as the socket takes it; the rest follows when it can.
    pub fn flush(&mut self, member: usize) {
        send(&mut self.members[member]);
    }

    /// Reads all that has come on a connection.
    #[inline]
    pub fn read(&mut self, receiver: usize, hear: &mut impl FnMut(Heard<'_>)) {
        let Crowd {
            members, buffer, ..
        } = self;
        let member = &mut members[receiver];
        let before = member.state;
        let mut end = None;
        while end.is_none() && before != State::Asleep {
            let Some(stream) = &mut member.stream else {
                break;
            };
            let held = member.partial.len();
            buffer[..held].copy_from_slice(&member.partial);
            match stream.read(&mut buffer[held..]) {
                Ok(0) => end = Some("the connection ended".to_owned()),
                Ok(size) => {
                    let filled = held + size;
                    let at = Instant::now();
                    match take_frames(member, &buffer[..filled], receiver, at, hear) {
                        Ok(taken) => {
                            member.partial.clear();
                            member.partial.extend_from_slice(&buffer[taken..filled]);
                        }
                        Err(reason) => end = Some(reason),
                    }
                    if filled == BUFFER && member.partial.len() == BUFFER {
                        end = Some("a frame is too large for this program".to_owned());
                    }
                    // Less than there was room for: the socket is empty, and a new event tells when it no longer is.
                    if filled < BUFFER && !member.ending {
                        break;
                    }
                }
                Err(cause) if cause.kind() == ErrorKind::WouldBlock => break,
                Err(cause) if cause.kind() == ErrorKind::Interrupted => {}
                Err(cause) => end = Some(cause.to_string()),
            }
        }
        if before != State::Open && member.state == State::Open {
            self.open += 1;
        }
        if let Some(reason) = end {
            self.close(receiver, reason);
        }
    }

    fn close(&mut self, member: usize, reason: String) {
        self.hang_up(member);
        self.closed += 1;
        self.lost.push(member);
        self.reason.get_or_insert(reason);
    }

    fn hang_up(&mut self, member: usize) {
        let gone = std::mem::replace(&mut self.members[member], Member::absent());
        if gone.state == State::Open {
            self.open -= 1;
        }
        if let Some(mut stream) = gone.stream {
            // Fails only where it is not registered any more.
            let _ = self.poll.registry().deregister(&mut stream);
        }
    }

    /// Says goodbye on every connection.
    pub fn leave(mut self) {
        for number in 0..self.members.len() {
            if self.is_open(number) {
                frames::write(
                    frames::CLOSE,
                    &1000_u16.to_be_bytes(),
                    0,
                    &mut self.members[number].outgoing,
                );
                self.flush(number);
            }
        }
    }
}
