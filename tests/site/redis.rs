//! A throw-away Redis that keeps nothing, on a free port, and a client for it of a few lines.

use std::io::{BufRead, BufReader, Error, Result, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::DEADLINE;

/// Runs the server until standard input closes, which it does however the tests end.
const KEEPER: &str = r#"trap '' INT TERM
redis-server --bind 127.0.0.1 --port "$1" --save '' --appendonly no --dir / > /dev/null &
server=$!
echo $server
cat > /dev/null
kill -KILL $server"#;

/// One running Redis, ended with the test.
pub struct Redis {
    address: SocketAddr,
    server: Option<Server>,
}

struct Server {
    id: u32,
    keeper: Child,
}

/// What Redis answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    Text(String),
    Number(i64),
    Refusal(String),
    Nothing,
    List(Vec<Reply>),
}

impl Redis {
    pub fn start() -> Redis {
        let port = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut redis = Redis {
            address: port.local_addr().unwrap(),
            server: None,
        };
        drop(port);
        redis.start_again();
        redis
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// As `REDIS_URL` names it.
    pub fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    /// Ends it as a power cut would; with it goes every connection and subscription.
    pub fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            drop(server.keeper.stdin.take());
            server.keeper.wait().unwrap();
        }
    }

    /// Starts it, empty, at the same address.
    pub fn start_again(&mut self) {
        self.kill();
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper", &self.address.port().to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut id = String::new();
        BufReader::new(keeper.stdout.take().unwrap())
            .read_line(&mut id)
            .unwrap();
        self.server = Some(Server {
            id: id.trim().parse().unwrap(),
            keeper,
        });
        let began = Instant::now();
        while self.try_command(&["PING"]).is_err() {
            assert!(
                began.elapsed() < DEADLINE,
                "these tests need redis-server, and it did not start: run bin/test, which installs it"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Holds the process still (SIGSTOP): connections are taken, nothing is answered.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    /// Lets it go on after that (SIGCONT).
    pub fn thaw(&self) {
        self.signal("CONT");
    }

    /// Makes it answer nobody for a while.
    pub fn pause(&self, how_long: Duration) {
        self.command(&["CLIENT", "PAUSE", &how_long.as_millis().to_string(), "ALL"]);
    }

    /// Asks it something; a refusal fails the test.
    pub fn command(&self, words: &[impl AsRef<[u8]>]) -> Reply {
        match self.try_command(words) {
            Ok(Reply::Refusal(why)) => panic!("Redis refused: {why}"),
            Ok(reply) => reply,
            Err(failure) => panic!("Redis did not answer: {failure}"),
        }
    }

    /// Listens to a channel beside the nodes.
    pub fn listens(&self, channel: &str) -> Ear {
        let mut stream = TcpStream::connect_timeout(&self.address, DEADLINE).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.write_all(&request(&["SUBSCRIBE", channel])).unwrap();
        let mut ear = Ear(BufReader::new(stream));
        ear.heard();
        ear
    }

    /// Asks it something while it may be away.
    pub fn try_command(&self, words: &[impl AsRef<[u8]>]) -> Result<Reply> {
        let mut stream = TcpStream::connect_timeout(&self.address, DEADLINE)?;
        stream.set_read_timeout(Some(DEADLINE))?;
        stream.write_all(&request(words))?;
        read(&mut BufReader::new(stream))
    }

    fn signal(&self, name: &str) {
        let server = self.server.as_ref().expect("a Redis that runs");
        let sent = Command::new("sh")
            .args(["-c", &format!("kill -{name} {}", server.id)])
            .status()
            .unwrap();
        assert!(
            sent.success(),
            "Redis was no longer there to be told {name}"
        );
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Somebody who listens to a channel.
pub struct Ear(BufReader<TcpStream>);

impl Ear {
    /// What is published next.
    pub fn next(&mut self) -> Vec<u8> {
        match self.heard() {
            Reply::List(parts) => match parts.into_iter().nth(2) {
                Some(Reply::Text(text)) => text.into_bytes(),
                other => panic!("a message was expected: {other:?}"),
            },
            other => panic!("a message was expected: {other:?}"),
        }
    }

    fn heard(&mut self) -> Reply {
        read(&mut self.0).expect("something to be published in time")
    }
}

/// A command as it goes over the wire.
pub fn request(words: &[impl AsRef<[u8]>]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        let word = word.as_ref();
        bytes.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        bytes.extend_from_slice(word);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

fn read(from: &mut impl BufRead) -> Result<Reply> {
    let mut line = String::new();
    from.read_line(&mut line)?;
    let (kind, rest) = line
        .trim_end()
        .split_at_checked(1)
        .ok_or_else(|| Error::other("the connection ended"))?;
    let number = || rest.parse::<i64>().map_err(Error::other);
    Ok(match kind {
        "+" => Reply::Text(rest.to_owned()),
        "-" => Reply::Refusal(rest.to_owned()),
        ":" => Reply::Number(number()?),
        "$" => match usize::try_from(number()?) {
            Err(_) => Reply::Nothing,
            Ok(length) => {
                let mut bytes = vec![0; length + 2];
                from.read_exact(&mut bytes)?;
                Reply::Text(String::from_utf8_lossy(&bytes[..length]).into_owned())
            }
        },
        "*" => {
            let count = number()?;
            Reply::List((0..count).map(|_| read(from)).collect::<Result<_>>()?)
        }
        _ => return Err(Error::other(format!("not an answer: {line:?}"))),
    })
}
