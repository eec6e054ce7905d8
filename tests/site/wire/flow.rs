//! How bytes get from one end of a wire to the other: late, slowly, in slices, one way only, or never.

use std::io::Result;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::pushes::{Filter, Meddling};
use super::{Direction, State};
use crate::site::chance::Chance;

/// Between slices, so that each is a packet of its own.
const SLICE_PAUSE: Duration = Duration::from_millis(1);
/// What is on its way at most, in reads of `READ_BYTES`.
const READS_QUEUED: usize = 64;
const READ_BYTES: usize = 16 * 1024;

/// How bytes go one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flow {
    pub delay: Duration,
    /// At most so much later still, another time each time.
    pub jitter: Duration,
    pub bytes_per_second: Option<usize>,
    /// At most so many bytes in one packet.
    pub slice: Option<usize>,
    pub held: bool,
}

/// Passes bytes both ways until both ends have closed, or one broke off.
pub(super) async fn pass(
    client: &mut TcpStream,
    server: &mut TcpStream,
    state: &watch::Receiver<State>,
    meddling: &Option<Arc<Mutex<Meddling>>>,
) -> Result<()> {
    let (client_reader, client_writer) = client.split();
    let (server_reader, server_writer) = server.split();
    let up = pump(
        client_reader,
        server_writer,
        state.clone(),
        Direction::Up,
        None,
    );
    let filter = meddling.clone().map(Filter::new);
    let down = pump(
        server_reader,
        client_writer,
        state.clone(),
        Direction::Down,
        filter,
    );
    tokio::try_join!(up, down).map(drop)
}

/// Keeps both ends, and the one does not hear of the other any more.
pub(super) async fn swallow(client: TcpStream, server: Option<TcpStream>) {
    let drain = async |mut end: TcpStream| {
        let mut bytes = [0; 4096];
        while let Ok(1..) = end.read(&mut bytes).await {}
    };
    match server {
        Some(server) => drop(tokio::join!(drain(client), drain(server))),
        None => drain(client).await,
    }
}

async fn pump(
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    state: watch::Receiver<State>,
    direction: Direction,
    filter: Option<Filter>,
) -> Result<()> {
    let closed = state.borrow().closed(direction);
    let (sender, queue) = mpsc::channel(READS_QUEUED);
    let mut closing = state.clone();
    let passed = tokio::select! {
        passed = async { tokio::try_join!(
            read(&mut from, sender, state.clone(), direction, filter),
            write(&mut to, queue, state, direction),
        ) } => passed.map(drop),
        () = async { drop(closing.wait_for(|state| state.closed(direction) > closed).await) } => Ok(()),
    };
    // The far end may have closed already, which is the same.
    let _ = to.shutdown().await;
    passed
}

async fn read(
    from: &mut ReadHalf<'_>,
    sender: mpsc::Sender<(Instant, Vec<u8>)>,
    state: watch::Receiver<State>,
    direction: Direction,
    mut filter: Option<Filter>,
) -> Result<()> {
    let mut chance = Chance::new(0);
    let mut due = Instant::now();
    let mut buffer = vec![0; READ_BYTES];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        let bytes = match &mut filter {
            Some(filter) => filter.pass(&buffer[..length]),
            None => buffer[..length].to_vec(),
        };
        let flow = state.borrow().flow(direction);
        let late = flow.delay + chance.between(Duration::ZERO, flow.jitter);
        // TCP keeps the order, however late a packet is.
        due = due.max(Instant::now() + late);
        if sender.send((due, bytes)).await.is_err() {
            return Ok(());
        }
    }
}

async fn write(
    to: &mut WriteHalf<'_>,
    mut queue: mpsc::Receiver<(Instant, Vec<u8>)>,
    mut state: watch::Receiver<State>,
    direction: Direction,
) -> Result<()> {
    while let Some((due, bytes)) = queue.recv().await {
        tokio::time::sleep_until(due).await;
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let let_go = state.wait_for(|state| !state.flow(direction).held).await;
            let Ok(flow) = let_go.map(|state| state.flow(direction)) else {
                return Ok(());
            };
            let slowly = flow
                .bytes_per_second
                .map_or(usize::MAX, |rate| (rate / 20).max(1));
            let most = flow.slice.unwrap_or(usize::MAX).min(slowly);
            let (now, later) = rest.split_at(rest.len().min(most));
            to.write_all(now).await?;
            if let Some(rate) = flow.bytes_per_second {
                tokio::time::sleep(Duration::from_secs(1) * now.len() as u32 / rate as u32).await;
            } else if flow.slice.is_some() {
                tokio::time::sleep(SLICE_PAUSE).await;
            }
            rest = later;
        }
    }
    Ok(())
}
