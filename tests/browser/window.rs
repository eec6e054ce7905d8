//! A person's window: what they do there, and what they see.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::driver::{Driver, Session};
use crate::site::{PASSWORD, Site};

/// How long anything may take to show.
const DEADLINE: Duration = Duration::from_secs(30);
pub const DESK: (u32, u32) = (1280, 800);
pub const PHONE: (u32, u32) = (390, 844);
/// The key as WebDriver names it.
pub const ENTER: &str = "\u{E007}";
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

pub struct Window {
    pub session: Session,
    base: String,
}

impl Window {
    /// Opens a window on the site at this address.
    pub async fn open(driver: &Driver, base: &str, size: (u32, u32)) -> Window {
        Window::with(driver, base, size, &[]).await
    }

    pub async fn with(driver: &Driver, base: &str, size: (u32, u32), flags: &[&str]) -> Window {
        Window {
            session: driver.session(size, flags).await,
            base: base.to_owned(),
        }
    }

    pub async fn goes_to(&self, path: &str) {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        };
        self.session
            .command("POST", "/url", &json!({"url": url}))
            .await;
    }

    /// Runs a script before those of every page that this tab opens.
    pub async fn counts(&self, script: &str) {
        self.session
            .devtools(
                "Page.addScriptToEvaluateOnNewDocument",
                &json!({"source": script}),
            )
            .await;
    }

    /// Settles whether the site may do something, as its person would when asked.
    pub async fn may(&self, what: &str, state: &str) {
        let body = json!({"descriptor": {"name": what}, "state": state});
        self.session.command("POST", "/permissions", &body).await;
    }

    /// The tab that is in front.
    pub async fn tab(&self) -> String {
        let tab = self.session.command("GET", "/window", &Value::Null).await;
        tab.as_str().unwrap().to_owned()
    }

    /// Opens another tab in front of the others.
    pub async fn opens_tab(&self) -> String {
        let body = json!({"type": "tab"});
        let opened = self.session.command("POST", "/window/new", &body).await;
        let tab = opened["handle"].as_str().unwrap().to_owned();
        self.turns_to(&tab).await;
        tab
    }

    pub async fn turns_to(&self, tab: &str) {
        let body = json!({"handle": tab});
        self.session.command("POST", "/window", &body).await;
        // The driver turns to it, and the browser does not.
        self.session.devtools("Page.bringToFront", &json!({})).await;
    }

    pub async fn reloads(&self) {
        self.session.command("POST", "/refresh", &json!({})).await;
    }

    /// From now on no page runs a script.
    pub async fn is_without_scripts(&self) {
        let off = json!({"value": true});
        self.session
            .devtools("Emulation.setScriptExecutionDisabled", &off)
            .await;
    }

    /// The path of the page.
    pub async fn path(&self) -> String {
        let url = self.session.command("GET", "/url", &Value::Null).await;
        let url = url.as_str().unwrap();
        url.splitn(4, '/')
            .nth(3)
            .map_or_else(|| "/".to_owned(), |path| format!("/{path}"))
    }

    /// Makes an account through the pages: the first person by the set-up link, the others by the form.
    pub async fn signs_up(&self, site: &Site, username: &str) {
        match site.take_setup_token() {
            Some(token) => self.goes_to(&format!("/setup?token={token}")).await,
            None => self.goes_to("/signup").await,
        }
        self.types("#username", username).await;
        self.types("#password", &format!("{PASSWORD}{ENTER}")).await;
        self.arrives_at("/").await;
    }

    pub async fn signs_in(&self, username: &str) {
        self.goes_to("/login").await;
        self.types("#username", username).await;
        self.types("#password", &format!("{PASSWORD}{ENTER}")).await;
        self.arrives_at("/").await;
    }

    /// Opens a room, and waits until its scripts run: before, Enter is what it is without them.
    pub async fn enters(&self, slug: &str) {
        self.goes_to(&format!("/chat/{slug}/")).await;
        self.is_alive().await;
    }

    /// Waits until the scripts of a room's page run.
    pub async fn is_alive(&self) {
        let script = "return !!document.querySelector('#composer-text')?.enterKeyHint";
        let alive = async || self.runs(script, &[]).await == true;
        self.until("the composer to come alive", alive).await;
    }

    /// Types into an element, key by key.
    pub async fn types(&self, selector: &str, keys: &str) {
        let element = self.element(selector).await;
        self.session
            .command(
                "POST",
                &format!("/element/{element}/value"),
                &json!({"text": keys}),
            )
            .await;
    }

    pub async fn clicks(&self, selector: &str) {
        let element = self.element(selector).await;
        self.session
            .command("POST", &format!("/element/{element}/click"), &json!({}))
            .await;
    }

    /// Writes a message and presses Enter.
    pub async fn says(&self, text: &str) {
        self.is_alive().await;
        self.types("#composer-text", &format!("{text}{ENTER}"))
            .await;
    }

    /// Waits until a message with this text is there, and stored.
    pub async fn sees(&self, text: &str) {
        self.until(&format!("the message {text:?}"), async || {
            self.stored().await.iter().any(|known| known == text)
        })
        .await;
    }

    /// Waits until something is on the page and visible.
    pub async fn shows(&self, selector: &str) {
        let what = format!("{selector} to show");
        self.until(&what, async || self.is_visible(selector).await)
            .await;
    }

    pub async fn hides(&self, selector: &str) {
        let what = format!("{selector} to go");
        self.until(&what, async || !self.is_visible(selector).await)
            .await;
    }

    pub async fn arrives_at(&self, path: &str) {
        self.until(&format!("the page {path}"), async || {
            self.path().await == path
        })
        .await;
    }

    /// The texts of the messages that are stored, as they stand on the page.
    pub async fn stored(&self) -> Vec<String> {
        self.texts(".message:not(.message--pending)").await
    }

    /// The texts of those that are not stored yet.
    pub async fn pending(&self) -> Vec<String> {
        self.texts(".message--pending").await
    }

    async fn texts(&self, selector: &str) -> Vec<String> {
        let script = "return [...document.querySelectorAll('#messages ' + arguments[0])]
            .map((message) => message.querySelector('.message__text').textContent)";
        let found = self.runs(script, &[json!(selector)]).await;
        found
            .as_array()
            .into_iter()
            .flatten()
            .map(|text| text.as_str().unwrap().to_owned())
            .collect()
    }

    async fn is_visible(&self, selector: &str) -> bool {
        let script = "const found = document.querySelector(arguments[0]); return !!found && found.checkVisibility()";
        self.runs(script, &[json!(selector)]).await == true
    }

    /// A cookie that scripts cannot read.
    pub async fn cookie(&self, name: &str) -> String {
        let path = format!("/cookie/{name}");
        let cookie = self.session.command("GET", &path, &Value::Null).await;
        cookie["value"]
            .as_str()
            .expect("a cookie with a value")
            .to_owned()
    }

    /// Runs a script on the page; what it returns.
    pub async fn runs(&self, script: &str, arguments: &[Value]) -> Value {
        let body = json!({"script": script, "args": arguments});
        // While a page is being left there is none to run it on.
        self.session
            .attempt("POST", "/execute/sync", &body)
            .await
            .unwrap_or_default()
    }

    /// Runs a script that calls its last argument when it is done.
    pub async fn awaits(&self, script: &str, arguments: &[Value]) -> Value {
        self.session
            .command(
                "POST",
                "/execute/async",
                &json!({"script": script, "args": arguments}),
            )
            .await
    }

    /// Waits until something is so.
    pub async fn until(&self, what: &str, is_so: impl AsyncFn() -> bool) {
        let began = Instant::now();
        while !is_so().await {
            if began.elapsed() > DEADLINE {
                let page = self.runs("return document.body.innerText", &[]).await;
                let path = self.path().await;
                panic!(
                    "{what} did not come; {path} shows:\n{}",
                    page.as_str().unwrap_or_default()
                );
            }
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }

    /// That the browser found nothing to complain of: no script failed, nothing broke the page's own policy.
    pub async fn has_no_complaints(&self) {
        let complaints = self.complaints().await;
        assert!(
            complaints.is_empty(),
            "the browser's console: {complaints:?}"
        );
    }

    /// What the browser complained of.
    pub async fn complaints(&self) -> Vec<String> {
        let entries = self
            .session
            .command("POST", "/se/log", &json!({"type": "browser"}))
            .await;
        let entries = entries.as_array().unwrap().iter();
        let severe = entries.filter(|entry| entry["level"] == "SEVERE");
        severe.map(Value::to_string).collect()
    }

    async fn element(&self, selector: &str) -> String {
        self.shows(selector).await;
        let body = json!({"using": "css selector", "value": selector});
        let found = self.session.command("POST", "/element", &body).await;
        found[ELEMENT].as_str().unwrap().to_owned()
    }
}
