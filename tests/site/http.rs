//! A browser without a page: it keeps cookies, follows no redirect, and sends exactly what it is told.

use std::collections::BTreeMap;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Address, DEADLINE};

/// One person's browser, or somebody's on another machine.
#[derive(Clone)]
pub struct Browser {
    address: Address,
    /// The site's own address, where it is not the one to connect to.
    url: Option<String>,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

/// What is asked, sent when awaited.
pub struct Request {
    browser: Browser,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    deadline: Duration,
}

/// What the server answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Browser {
    pub fn new(address: Address) -> Browser {
        Browser {
            address,
            url: None,
            cookies: Arc::default(),
        }
    }

    /// A browser that knows the site by another name than where it connects to: `https://chat.example.com`.
    pub fn of(url: &str, address: Address) -> Browser {
        Browser {
            url: Some(url.to_owned()),
            ..Browser::new(address)
        }
    }

    /// The same person's other device: it knows nothing of this one's cookies.
    pub fn another(&self) -> Browser {
        Browser {
            url: self.url.clone(),
            ..Browser::new(Arc::clone(&self.address))
        }
    }

    /// The same browser on a page from another address of the site: it has the same cookies.
    pub fn elsewhere(&self, address: Address) -> Browser {
        Browser {
            address,
            url: self.url.clone(),
            cookies: Arc::clone(&self.cookies),
        }
    }

    pub fn get(&self, path: &str) -> Request {
        self.ask("GET", path)
    }

    /// Any method, with the headers that every browser sends.
    pub fn ask(&self, method: &str, path: &str) -> Request {
        let mut headers = vec![
            ("Host".to_owned(), self.host()),
            ("Connection".to_owned(), "close".to_owned()),
        ];
        if let Some(cookies) = self.cookie_header() {
            headers.push(("Cookie".to_owned(), cookies));
        }
        Request {
            browser: self.clone(),
            method: method.to_owned(),
            path: path.to_owned(),
            headers,
            body: Vec::new(),
            deadline: 2 * DEADLINE,
        }
    }

    /// A form of one of the site's own pages, filled in and sent.
    pub fn form(&self, path: &str, fields: &[(&str, &str)]) -> Request {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        self.ask("POST", path)
            .with("Origin", &self.origin())
            .with("Sec-Fetch-Site", "same-origin")
            .with("Content-Type", "application/x-www-form-urlencoded")
            .carrying(body.join("&").into_bytes())
    }

    /// What one of the site's own scripts sends.
    pub fn json(&self, method: &str, path: &str, body: &Value) -> Request {
        self.ask(method, path)
            .with("Origin", &self.origin())
            .with("Sec-Fetch-Site", "same-origin")
            .with("Content-Type", "application/json")
            .carrying(body.to_string().into_bytes())
    }

    /// What stands in `Host`.
    pub fn host(&self) -> String {
        let origin = self.origin();
        origin.split_once("://").unwrap().1.to_owned()
    }

    /// What stands in `Origin`.
    pub fn origin(&self) -> String {
        match &self.url {
            Some(url) => url.clone(),
            None => format!("http://{}", self.address.read().unwrap()),
        }
    }

    /// The cookies as they are sent.
    pub fn cookie_header(&self) -> Option<String> {
        let cookies = self.cookies.lock().unwrap();
        let pairs: Vec<String> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies
            .lock()
            .unwrap()
            .insert(name.to_owned(), value.to_owned());
    }

    /// A connection to the site, for what needs its own bytes.
    pub async fn connect(&self) -> TcpStream {
        let address = *self.address.read().unwrap();
        TcpStream::connect(address).await.unwrap()
    }

    fn keep_cookies(&self, answer: &Answer) {
        let mut cookies = self.cookies.lock().unwrap();
        for line in answer.all("set-cookie") {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if line.to_ascii_lowercase().contains("max-age=0") {
                cookies.remove(name.trim());
            } else {
                cookies.insert(name.trim().to_owned(), value.to_owned());
            }
        }
    }
}

impl Request {
    /// Sets a header, in place of one of that name.
    pub fn with(self, name: &str, value: &str) -> Request {
        self.without(name).also(name, value)
    }

    /// Adds a header, even a second one of that name.
    pub fn also(mut self, name: &str, value: &str) -> Request {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Request {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    pub fn carrying(mut self, body: Vec<u8>) -> Request {
        self.body = body;
        let length = self.body.len().to_string();
        self.with("Content-Length", &length)
    }

    /// Gives the answer another deadline than the usual ten seconds.
    pub fn within(mut self, deadline: Duration) -> Request {
        self.deadline = deadline;
        self
    }

    async fn send(self) -> Answer {
        self.attempt().await.unwrap_or_else(|why| panic!("{why}"))
    }

    /// The same where the server may be away. Errors: what came instead of an answer.
    pub async fn attempt(self) -> Result<Answer, String> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        let asked = format!("{} {}", self.method, self.path);
        let address = *self.browser.address.read().unwrap();
        let exchange = async {
            let stream = TcpStream::connect(address).await;
            let (mut reader, mut writer) = stream
                .map_err(|failure| format!("{asked}: {failure}"))?
                .into_split();
            let sending = async {
                // A refusal may come, and the connection close, before all was sent.
                if writer.write_all(head.as_bytes()).await.is_ok() {
                    let _ = writer.write_all(&self.body).await;
                }
            };
            let mut bytes = Vec::new();
            let receiving = async {
                let mut part = [0; 16 * 1024];
                while let Ok(length @ 1..) = reader.read(&mut part).await {
                    bytes.extend_from_slice(&part[..length]);
                    // Not every server closes when it is asked to.
                    if Answer::parse(&bytes).is_some_and(|answer| answer.is_whole()) {
                        break;
                    }
                }
            };
            tokio::join!(sending, receiving);
            Ok(bytes)
        };
        let bytes = tokio::time::timeout(self.deadline, exchange)
            .await
            .map_err(|_| format!("{asked} was not answered in time"))
            .and_then(|exchanged: Result<Vec<u8>, String>| exchanged)?;
        let answer = Answer::parse(&bytes)
            .ok_or_else(|| format!("{asked} got {:?}", String::from_utf8_lossy(&bytes)))?;
        self.browser.keep_cookies(&answer);
        Ok(answer)
    }
}

impl IntoFuture for Request {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl Answer {
    /// Reads the bytes of one answer; `None` where they are none.
    pub fn parse(bytes: &[u8]) -> Option<Answer> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let mut answer = Answer {
            status,
            headers,
            body: bytes[end + 4..].to_vec(),
        };
        if answer.header("transfer-encoding") == Some("chunked") {
            answer.body = joined(&answer.body)?;
        }
        Some(answer)
    }

    /// Whether all has come that was announced; where nothing was, only the end of the connection tells.
    pub fn is_whole(&self) -> bool {
        let announced = self
            .header("content-length")
            .and_then(|length| length.parse().ok());
        announced.is_some_and(|length: usize| self.body.len() >= length)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn value(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("JSON was expected: {} {}", self.status, self.text()))
    }

    /// The `code` of an API's refusal.
    pub fn code(&self) -> String {
        let value = self.value();
        value["error"]["code"]
            .as_str()
            .unwrap_or_else(|| panic!("no error code in {value}"))
            .to_owned()
    }

    pub fn location(&self) -> &str {
        self.header("location")
            .unwrap_or_else(|| panic!("no Location in {:?}", self.headers))
    }

    /// Fails with the whole answer where the status is another one.
    #[track_caller]
    pub fn expect(self, status: u16, what: &str) -> Answer {
        assert_eq!(
            self.status,
            status,
            "{what}: {:?}\n{}",
            self.headers,
            self.text()
        );
        self
    }

    /// The value of a form's field as the page drew it.
    #[track_caller]
    pub fn field(&self, name: &str) -> String {
        let page = self.text();
        let named = format!("name=\"{name}\"");
        let tag = page
            .split('<')
            .find(|tag| tag.starts_with("input") && tag.contains(&named));
        let value = tag.and_then(|tag| tag.split_once("value=\"")?.1.split('"').next());
        value
            .unwrap_or_else(|| panic!("no field {name} with a value in {page}"))
            .to_owned()
    }
}

/// A value as it stands in a query or a form.
pub fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

fn joined(chunks: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    let mut rest = chunks;
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let length =
            usize::from_str_radix(std::str::from_utf8(&rest[..end]).ok()?.trim(), 16).ok()?;
        if length == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(end + 2..end + 2 + length)?);
        rest = rest.get(end + length + 4..)?;
    }
}
