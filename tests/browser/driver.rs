//! Chromium and its driver, spoken to as the WebDriver standard says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use serde_json::{Value, json};

use crate::site::http::Browser;

/// A browser takes its time to start on a busy machine.
const START_DEADLINE: Duration = Duration::from_secs(60);
const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// A driver on a free port. All its browsers end with it.
pub struct Driver {
    child: Child,
    address: SocketAddr,
}

/// One browser with an empty profile.
#[derive(Clone)]
pub struct Session {
    driver: Browser,
    path: String,
}

impl Driver {
    pub fn start() -> Driver {
        let program = found(&["chromedriver", "chromium.chromedriver"]);
        let mut child = Command::new(program)
            .args(["--port=0", "--log-level=SEVERE"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            // It goes on being read, so that the driver never waits for a full pipe.
            for line in stdout.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let port = loop {
            let line = lines
                .recv_timeout(START_DEADLINE)
                .expect("chromedriver says on which port it is");
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                break port.trim_end_matches('.').parse().unwrap();
            }
        };
        Driver {
            child,
            address: SocketAddr::from(([127, 0, 0, 1], port)),
        }
    }

    /// A new browser with a window of this size.
    pub async fn session(&self, (width, height): (u32, u32), flags: &[&str]) -> Session {
        let driver = Browser::new(Arc::new(RwLock::new(self.address)));
        let mut arguments: Vec<String> = FLAGS
            .iter()
            .chain(flags)
            .map(|flag| (*flag).to_owned())
            .collect();
        arguments.push(format!("--window-size={width},{height}"));
        let browser = found(&[
            "chromium",
            "chromium-browser",
            "google-chrome",
            "google-chrome-stable",
        ]);
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": arguments, "binary": browser},
            "goog:loggingPrefs": {"browser": "ALL"},
            "timeouts": {"script": 60_000, "pageLoad": 20_000},
        }}});
        let made = Session {
            driver,
            path: "/session".to_owned(),
        }
        .command("POST", "", &wanted)
        .await;
        let id = made["sessionId"]
            .as_str()
            .unwrap_or_else(|| panic!("no session: {made}"))
            .to_owned();
        let session = Session {
            driver: Browser::new(Arc::new(RwLock::new(self.address))),
            path: format!("/session/{id}"),
        };
        // The window's frame takes a part of its size; the page is to have all of it.
        session
            .devtools(
                "Emulation.setDeviceMetricsOverride",
                &json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}),
            )
            .await;
        session
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The driver's own way to end: it takes its browsers with it, as a signal would not.
        if let Ok(mut stream) = TcpStream::connect_timeout(&self.address, Duration::from_secs(2)) {
            let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
            let request = format!(
                "GET /shutdown HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
                self.address
            );
            let _ = stream.write_all(request.as_bytes());
            let _ = stream.read_to_end(&mut Vec::new());
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Session {
    /// One command of the standard; the value of its answer.
    pub async fn command(&self, method: &str, path: &str, body: &Value) -> Value {
        self.attempt(method, path, body)
            .await
            .unwrap_or_else(|refusal| panic!("{method} {path}: {refusal}"))
    }

    /// The same where it may be refused.
    pub async fn attempt(&self, method: &str, path: &str, body: &Value) -> Result<Value, Value> {
        let path = format!("{}{path}", self.path);
        let asked = match method {
            "GET" => self.driver.get(&path),
            _ => self.driver.json(method, &path, body),
        };
        // The driver answers programs only, and takes these headers for a page's.
        let asked = asked.without("Origin").without("Sec-Fetch-Site");
        let answer = asked.within(START_DEADLINE).await;
        let value = answer.value()["value"].clone();
        if answer.status == 200 {
            Ok(value)
        } else {
            Err(value)
        }
    }

    /// A command of Chromium's own protocol.
    pub async fn devtools(&self, name: &str, parameters: &Value) -> Value {
        self.command(
            "POST",
            "/goog/cdp/execute",
            &json!({"cmd": name, "params": parameters}),
        )
        .await
    }
}

fn found(names: &[&str]) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .find(|program| program.is_file())
        .unwrap_or_else(|| {
            panic!(
                "these tests need {}: run bin/test, which installs it",
                names[0]
            )
        })
}
