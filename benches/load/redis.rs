//! A throw-away Redis that keeps nothing, and can be killed and started again at the same address.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::kept::{Keeping, Kept};
use crate::{Result, machine};

const START_MAX: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// A Redis of this program's own.
pub struct Redis {
    address: SocketAddr,
    core: Option<usize>,
    server: Option<Kept>,
    folder: TempDir,
}

impl Redis {
    /// Starts one, and waits until it answers.
    pub fn start(core: Option<usize>) -> Result<Redis> {
        let mut redis = Redis {
            address: SocketAddr::from(([127, 0, 0, 1], machine::free_port()?)),
            core,
            server: None,
            folder: tempfile::tempdir()?,
        };
        redis.start_again()?;
        let begin = Instant::now();
        while !redis.answers() {
            if begin.elapsed() > START_MAX {
                return Err(
                    "redis-server does not run: install it, or name a Redis with --redis".into(),
                );
            }
            std::thread::sleep(LOOK_EVERY);
        }
        Ok(redis)
    }

    pub fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        self.server = None;
    }

    /// Starts it, empty, at the same address, and waits for nothing.
    pub fn start_again(&mut self) -> Result<()> {
        let log = self.folder.path().join("log");
        let keeping = Keeping {
            signal: "KILL",
            core: self.core,
            owner: None,
            log: &log,
        };
        let port = self.address.port().to_string();
        let mut words = vec!["redis-server", "--bind", "127.0.0.1", "--port", &port];
        words.extend(["--save", "", "--appendonly", "no"]);
        self.server = Some(Kept::start(&keeping, &words)?);
        Ok(())
    }

    fn answers(&self) -> bool {
        let ask = || -> std::io::Result<[u8; 5]> {
            let mut stream = TcpStream::connect_timeout(&self.address, START_MAX)?;
            stream.set_read_timeout(Some(START_MAX))?;
            stream.write_all(b"PING\r\n")?;
            let mut answer = [0; 5];
            stream.read_exact(&mut answer)?;
            Ok(answer)
        };
        ask().is_ok_and(|answer| &answer == b"+PONG")
    }
}
