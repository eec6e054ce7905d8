//! nginx and Caddy in front of a site, with the configurations that docs/deployment.md shows.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::net::TcpSocket;
use tokio::sync::oneshot;
use tokio_native_tls::TlsConnector;
use tokio_native_tls::native_tls;

use super::{Address, repository};

/// The site's address in the document.
pub const NAME: &str = "chat.example.com";
pub const URL: &str = "https://chat.example.com";

const DEADLINE: Duration = Duration::from_secs(15);
/// Runs a program until standard input closes, which it does however the tests end.
const KEEPER: &str = r#"trap '' INT TERM
"$@" < /dev/null &
program=$!
echo $program
cat > /dev/null
kill -TERM $program
wait $program"#;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Nginx,
    Caddy,
}

/// A proxy that ends TLS on a free port, ended with the test.
pub struct Proxy {
    kind: Kind,
    folder: TempDir,
    port: u16,
    /// Where Caddy is told to read its configuration anew.
    admin: u16,
    running: Option<Running>,
    log: Arc<Mutex<String>>,
}

struct Running {
    keeper: Child,
    stdin: Option<ChildStdin>,
    pid: String,
}

impl Proxy {
    /// In front of some nodes; of the configuration parts may be put in place of others.
    pub fn start(kind: Kind, nodes: &[SocketAddr], changes: &[(&str, &str)]) -> Proxy {
        let mut proxy = Proxy {
            kind,
            folder: tempfile::tempdir().unwrap(),
            port: free_port(),
            admin: free_port(),
            running: None,
            log: Arc::default(),
        };
        let mut shown = match kind {
            Kind::Nginx => proxy.nginx(nodes),
            Kind::Caddy => proxy.caddy(nodes),
        };
        for (from, to) in changes {
            shown = replaced(&shown, from, to);
        }
        std::fs::write(proxy.folder.path().join("configuration"), shown).unwrap();
        proxy.start_again();
        proxy
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// Starts it, and waits until it takes connections.
    pub fn start_again(&mut self) {
        let configuration = self.folder.path().join("configuration");
        let configuration = configuration.to_str().unwrap();
        let words: Vec<&str> = match self.kind {
            Kind::Nginx => vec![nginx(), "-e", "stderr", "-c", configuration],
            Kind::Caddy => {
                let adapter = ["--adapter", "caddyfile"];
                let mut words = vec!["caddy", "run", "--config", configuration];
                words.extend(adapter);
                words
            }
        };
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .args(words)
            .env("HOME", self.folder.path())
            .env("XDG_DATA_HOME", self.folder.path())
            .env("XDG_CONFIG_HOME", self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut pid = String::new();
        BufReader::new(keeper.stdout.take().unwrap())
            .read_line(&mut pid)
            .unwrap();
        let said = BufReader::new(keeper.stderr.take().unwrap());
        let log = Arc::clone(&self.log);
        std::thread::spawn(move || {
            for line in said.lines().map_while(Result::ok) {
                let mut log = log.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
            }
        });
        self.running = Some(Running {
            stdin: keeper.stdin.take(),
            keeper,
            pid: pid.trim().to_owned(),
        });
        let address = self.address();
        self.wait("take connections", || TcpStream::connect(address).is_ok());
    }

    /// Stops it, and with it every connection that it holds.
    pub fn stop(&mut self) {
        if let Some(mut running) = self.running.take() {
            drop(running.stdin.take());
            running.keeper.wait().unwrap();
        }
    }

    /// Has it read its configuration again, as somebody does who changed it.
    pub fn reload(&self) {
        let running = self.running.as_ref().unwrap();
        match self.kind {
            Kind::Nginx => {
                let order = format!("kill -HUP {}", running.pid);
                assert!(run("sh", &["-c", &order]).is_empty());
                self.wait("replace its worker", || {
                    self.log
                        .lock()
                        .unwrap()
                        .contains("gracefully shutting down")
                });
            }
            Kind::Caddy => {
                let configuration = self.folder.path().join("configuration");
                let admin = format!("127.0.0.1:{}", self.admin);
                let configuration = configuration.to_str().unwrap();
                let words = ["reload", "--force", "--adapter", "caddyfile"];
                let words = [
                    &words[..],
                    &["--config", configuration, "--address", &admin],
                ];
                run("caddy", &words.concat());
            }
        }
    }

    fn wait(&self, what: &str, is_so: impl Fn() -> bool) {
        let began = Instant::now();
        while !is_so() {
            let log = self.log.lock().unwrap();
            assert!(
                began.elapsed() < DEADLINE,
                "{:?} was to {what}:\n{log}",
                self.kind
            );
            drop(log);
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn nginx(&self, nodes: &[SocketAddr]) -> String {
        let folder = self.folder.path().display();
        let (certificate, key) = certificate(self.folder.path());
        let shown = snippets("nginx");
        let mut server = replaced(
            &shown[0],
            "listen 443 ",
            &format!("listen 127.0.0.1:{} ", self.port),
        );
        let kept = "/etc/letsencrypt/live/chat.example.com";
        server = replaced(&server, &format!("{kept}/fullchain.pem"), &certificate);
        server = replaced(&server, &format!("{kept}/privkey.pem"), &key);
        if let [node] = nodes {
            server = replaced(&server, "127.0.0.1:8080", &node.to_string());
        } else {
            server = replaced(&server, "http://127.0.0.1:8080", "http://adda");
            server = with_nodes(&shown[1], nodes) + &server;
        }
        // What every nginx has around it, here in a folder of its own.
        let mut around = String::new();
        for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"] {
            around.push_str(&format!("{kind}_temp_path {folder}/{kind};\n"));
        }
        let user = match run("id", &["-u"]).trim() {
            "0" => "user root;\n",
            _ => "",
        };
        format!(
            "{user}daemon off;\npid {folder}/pid;\nerror_log stderr notice;\nworker_processes 1;\nevents {{}}\n\
             http {{\naccess_log off;\n{around}{server}\n}}\n"
        )
    }

    fn caddy(&self, nodes: &[SocketAddr]) -> String {
        let shown = snippets("caddyfile");
        let server = match nodes {
            [node] => replaced(&shown[0], "127.0.0.1:8080", &node.to_string()),
            _ => with_nodes(&shown[1], nodes),
        };
        format!(
            "{{\nlocal_certs\nskip_install_trust\ndefault_bind 127.0.0.1\nhttps_port {}\nhttp_port {}\nadmin 127.0.0.1:{}\n}}\n{server}\n",
            self.port,
            free_port(),
            self.admin
        )
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.stop();
        if std::thread::panicking() {
            eprintln!("{:?} said:\n{}", self.kind, self.log.lock().unwrap());
        }
    }
}

/// This end of a TLS connection: whoever talks plainly to it talks to the proxy over https.
pub struct Tunnel {
    address: Address,
    /// Dropped with this, it stops the thread.
    _stop: oneshot::Sender<()>,
}

impl Tunnel {
    /// To a proxy, from one of this machine's own addresses, which is the client's as the proxy sees it.
    pub fn to(proxy: &Proxy, from: [u8; 4]) -> Tunnel {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = Arc::new(RwLock::new(listener.local_addr().unwrap()));
        let (stop, stopped) = oneshot::channel();
        let far_end = proxy.address();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                tokio::select! {
                    () = accept(listener, from, far_end) => {}
                    _ = stopped => {}
                }
            });
        });
        Tunnel {
            address,
            _stop: stop,
        }
    }

    /// Where to connect to.
    pub fn place(&self) -> Address {
        Arc::clone(&self.address)
    }
}

async fn accept(listener: TcpListener, from: [u8; 4], far_end: SocketAddr) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    // The certificate is of the test's own making.
    let trusting = native_tls::TlsConnector::builder()
        .danger_accept_invalid_certs(true)
        .build()
        .unwrap();
    let connector = TlsConnector::from(trusting);
    while let Ok((mut near, _)) = listener.accept().await {
        let connector = connector.clone();
        tokio::spawn(async move {
            let socket = TcpSocket::new_v4()?;
            socket.bind((Ipv4Addr::from(from), 0).into())?;
            let stream = socket.connect(far_end).await?;
            let secure = connector.connect(NAME, stream).await;
            let mut secure = secure.map_err(std::io::Error::other)?;
            tokio::io::copy_bidirectional(&mut near, &mut secure).await
        });
    }
}

/// The blocks of one language that the document shows.
fn snippets(language: &str) -> Vec<String> {
    let document = std::fs::read_to_string(repository("docs/deployment.md")).unwrap();
    let begins = format!("```{language}\n");
    let blocks = document.split(&begins).skip(1);
    blocks
        .map(|rest| rest.split("```").next().unwrap().to_owned())
        .collect()
}

fn with_nodes(shown: &str, nodes: &[SocketAddr]) -> String {
    let mut text = shown.to_owned();
    for (number, node) in nodes.iter().enumerate() {
        let documented = format!("10.0.0.{}:8080", number + 1);
        text = replaced(&text, &documented, &node.to_string());
    }
    assert!(
        !text.contains("10.0.0."),
        "every node has its place: {text}"
    );
    text
}

fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from:?} in {text}");
    text.replace(from, to)
}

fn certificate(folder: &Path) -> (String, String) {
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (certificate, key) = (path("certificate.pem"), path("key.pem"));
    let words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=chat.example.com";
    let mut words: Vec<&str> = words.split(' ').collect();
    words.extend(["-out", &certificate, "-keyout", &key]);
    run("openssl", &words);
    (certificate, key)
}

/// nginx is in a folder that not everybody's PATH has.
fn nginx() -> &'static str {
    let packaged = "/usr/sbin/nginx";
    if Path::new(packaged).exists() {
        packaged
    } else {
        "nginx"
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Runs a program that has to be there and to succeed; what it prints.
pub fn run(program: &str, words: &[&str]) -> String {
    let ran = Command::new(program).args(words).output();
    let ran = ran
        .unwrap_or_else(|_| panic!("this test needs {program}: run bin/test, which installs it"));
    assert!(
        ran.status.success(),
        "{program} {words:?}: {}",
        String::from_utf8_lossy(&ran.stderr)
    );
    String::from_utf8_lossy(&ran.stdout).into_owned()
}
